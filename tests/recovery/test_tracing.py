"""The three rules: exact, conserving, and the same as a slower program that looks at every single unit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.errors import DataInvalid, UsageError
from hanoikit.recovery import Flow, FlowBuilder, Rule, balance, haircut_fractions, trace, trace_all


def simple(spends, makes):
    """One move: ``spends`` as (lot, value), ``makes`` as (lot, value)."""
    build = FlowBuilder()
    for lot, value in spends:
        build.lot(lot, holder=lot, value=value, unit="u")
    build.move("m", at=0, spends=[lot for lot, _v in spends], makes=[(lot, lot, v) for lot, v in makes])
    return build.flow()


def test_the_rules_differ_on_a_salary_and_a_theft_in_one_account():
    flow = simple([("salary", 4_000), ("loot", 6_000)], [("rent", 3_000), ("left", 7_000)])
    found = trace_all(flow, sources=["loot"])
    assert {rule: (one.amount("rent"), one.amount("left")) for rule, one in found.items()} == {
        Rule.POISON: (3_000, 7_000),
        Rule.HAIRCUT: (1_800, 4_200),
        Rule.FIFO: (0, 6_000),
    }
    assert found[Rule.FIFO].segments("left") == ((1_000, ""), (6_000, "loot"))
    assert found[Rule.FIFO].touched() == ("left",)
    with pytest.raises(UsageError):
        found[Rule.HAIRCUT].segments("left")


def test_the_fee_takes_its_share_under_haircut_and_the_end_of_the_row_under_fifo():
    flow = simple([("clean", 100), ("loot", 100)], [("a", 90), ("b", 90)])
    found = trace_all(flow, sources=["loot"])
    assert [found[Rule.HAIRCUT].amount(lot) for lot in "ab"] == [45, 45]
    assert found[Rule.HAIRCUT].fees == {0: 10}
    assert [found[Rule.FIFO].amount(lot) for lot in "ab"] == [0, 80]
    assert found[Rule.FIFO].fees == {0: 20}


def test_units_that_proportions_leave_over_go_to_the_largest_fraction_then_to_the_earlier_part():
    flow = simple([("clean", 1), ("loot", 2)], [("a", 1), ("b", 1), ("c", 1)])
    assert [trace(flow, sources=["loot"], rule=Rule.HAIRCUT).amount(lot) for lot in "abc"] == [1, 1, 0]


def test_a_conversion_carries_value_over_at_its_rate_rounded_down():
    build = FlowBuilder()
    build.lot("clean", holder="h", value=500, unit="coin")
    build.lot("loot", holder="h", value=501, unit="coin")
    build.move("join", at=0, spends=["clean", "loot"], makes=[("all", "h", 1_001)])
    build.move("sell", at=1, spends=["all"], makes=[("money", "h", 41)], kind="conversion", unit="cent")
    found = trace_all(build.flow(), sources=["loot"])
    assert found[Rule.HAIRCUT].amount("money") == 501 * 41 // 1_001 == 20
    assert found[Rule.FIFO].segments("money") == ((20, ""), (21, "loot"))
    for rule in (Rule.HAIRCUT, Rule.FIFO):
        assert all(one.is_kept for one in balance(found[rule]))


def test_what_cannot_be_traced_is_refused():
    flow = simple([("loot", 10)], [("a", 10)])
    for sources in ([], ["nowhere"], ["loot", "a"]):
        with pytest.raises(UsageError):
            trace(flow, sources=sources, rule=Rule.POISON)


def column_flow(**changes):
    columns = {
        "lot_ids": ["a", "b", "c"],
        "holders": ["h"] * 3,
        "values": [5, 5, 5],
        "units": ["u"] * 3,
        "move_ids": ["m", "n"],
        "ats": [0, 1],
        "kinds": ["payment"] * 2,
        "inputs": [[0], [1]],
        "outputs": [[1], [2]],
    }
    return Flow(**{**columns, **changes})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"inputs": [[0], [0]]}, "spent-twice"),
        ({"outputs": [[1], [1]]}, "made-twice"),
        ({"inputs": [[2], [1]], "values": [5, 5, 5]}, "circle"),
        ({"values": [5, 6, 6]}, "value-grows"),
        ({"values": [5, -1, 0]}, "value-negative"),
        ({"units": ["u", "v", "v"]}, "unit-mixed"),
        ({"lot_ids": ["a", "a", "c"]}, "lot-twice"),
    ],
)
def test_records_that_do_not_hold_together_are_refused_with_every_finding(changes, code):
    with pytest.raises(DataInvalid) as caught:
        column_flow(**changes)
    assert code in {finding.code for finding in caught.value.findings}


def test_moves_in_a_wrong_order_of_time_are_put_into_the_order_of_value():
    flow = column_flow(ats=[9, 1])
    assert flow.order == [0, 1]
    assert trace(flow, sources=["a"], rule=Rule.FIFO).amount("c") == 5


@st.composite
def flows(draw):
    """A flow of up to 25 moves with small values, and its sources."""
    build = FlowBuilder()
    open_lots = []
    first = []
    for n in range(draw(st.integers(2, 5))):
        value = draw(st.integers(0, 60))
        build.lot(f"s{n}", holder="h", value=value, unit="u")
        open_lots.append((f"s{n}", value))
        first.append(f"s{n}")
    for n in range(draw(st.integers(1, 25))):
        count = draw(st.integers(1, min(3, len(open_lots))))
        spent = [open_lots.pop(draw(st.integers(0, len(open_lots) - 1))) for _n in range(count)]
        whole = sum(value for _lot, value in spent)
        kept = whole - draw(st.integers(0, min(3, whole)))
        cuts = sorted(draw(st.lists(st.integers(0, kept), max_size=2)))
        made = [
            (f"m{n}.{k}", "h", high - low)
            for k, (low, high) in enumerate(zip([0, *cuts], [*cuts, kept], strict=True))
        ]
        build.move(f"m{n}", at=n, spends=[lot for lot, _v in spent], makes=made)
        open_lots += [(lot, value) for lot, _h, value in made]
    sources = draw(st.lists(st.sampled_from(first), min_size=1, max_size=3, unique=True))
    return build.flow(), sources


@given(flows())
def test_value_is_kept_to_the_unit_and_poison_reaches_all_that_the_others_reach(made):
    flow, sources = made
    found = trace_all(flow, sources=sources)
    for rule in (Rule.HAIRCUT, Rule.FIFO):
        assert all(one.is_kept for one in balance(found[rule]))
        for n, amount in enumerate(found[rule].amounts):
            assert 0 <= amount <= flow.values[n]
            assert not amount or found[Rule.POISON].amounts[n]
    assert all(
        trace(flow, sources=list(reversed(sources)), rule=rule).amounts == found[rule].amounts
        for rule in Rule
    )


@given(flows())
def test_fifo_is_what_comes_out_when_every_unit_is_followed_by_itself(made):
    flow, sources = made
    units = {lot: [lot] * flow.lot(lot).value if lot in sources else [""] * flow.lot(lot).value
             for lot in flow.lot_ids if not flow.lot(lot).made}  # fmt: skip
    for n in flow.order:
        move = flow.move(n)
        row = [unit for lot in move.spends for unit in units[lot]]
        for lot in move.makes:
            units[lot], row = row[: flow.lot(lot).value], row[flow.lot(lot).value :]
    found = trace(flow, sources=sources, rule=Rule.FIFO)
    for lot in flow.lot_ids:
        assert [name for length, name in found.segments(lot) for _n in range(length)] == units[lot]


@given(flows())
def test_haircut_in_whole_units_stays_close_to_the_exact_fractions(made):
    flow, sources = made
    exact = haircut_fractions(flow, sources=sources)
    found = trace(flow, sources=sources, rule=Rule.HAIRCUT)
    for n, lot in enumerate(flow.lot_ids):
        assert abs(found.amounts[n] - exact.get(lot, Fraction(0))) < 1 + len(found.moves)
