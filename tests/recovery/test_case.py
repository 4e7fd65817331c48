"""Operation Lantern's money: who is reached with the books and without, by which way, and who is protected."""

import pytest

from hanoikit.errors import DataInvalid, UsageError
from hanoikit.recovery import (
    CENT,
    SATOSHI,
    Account,
    Case,
    Kind,
    Line,
    Rule,
    Standing,
    balance,
    compare,
    paths,
    paths_to_holder,
    standing,
    trace_all,
)


def reached(traces, rule):
    return {touch.holder for touch in compare(traces) if touch.reached[rule]}


def test_stolen_value_is_kept_to_the_unit_over_bank_exchange_and_chain(traces):
    for rule in (Rule.HAIRCUT, Rule.FIFO):
        found = {one.unit: one for one in balance(traces[rule])}
        assert set(found) == {CENT, SATOSHI}
        assert all(one.is_kept for one in found.values())
        assert found[CENT].came == 8_115_000


def test_the_chain_alone_paints_lawful_customers_of_a_pool_and_the_books_do_not(case, traces):
    chain = trace_all(case.flow(books=False), sources=case.stolen(books=False))
    customers = {holder.id for holder in case.people if holder.id.startswith("customer-")}
    assert len(reached(chain, Rule.POISON) & customers) > 40
    assert len(reached(chain, Rule.FIFO) & customers) < len(reached(chain, Rule.POISON) & customers)
    assert not reached(traces, Rule.POISON) & customers
    assert "lune-exchange" in reached(chain, Rule.POISON) and "lune-exchange" not in reached(
        traces, Rule.POISON
    )


def test_the_three_rules_reach_different_people(traces):
    poison, haircut, fifo = (reached(traces, rule) for rule in Rule)
    assert poison == haircut
    assert fifo < poison
    total = {
        rule: sum(touch.reached[rule] for touch in compare(traces) if touch.unit == SATOSHI) for rule in Rule
    }
    assert total[Rule.POISON] > 1.5 * total[Rule.HAIRCUT]


def test_the_file_says_who_may_be_in_good_faith_with_reason_and_provision(case):
    found = {name: standing(case.holder(name)) for name in case.holders}
    assert found["boatyard"].standing is found["baker"].standing is Standing.GOOD_FAITH
    assert found["sister"].standing is found["host"].standing is Standing.OPEN
    assert found["oyuna"].standing is Standing.NOT_PROTECTED
    assert found["lune-exchange"].standing is Standing.CUSTODIAN
    assert found["st-orla"].standing is Standing.VICTIM
    assert all(one.reason and one.provisions for one in found.values())
    assert case.holder("bcrt1nobody").kind is Kind.UNKNOWN


def test_a_way_leads_from_a_theft_to_the_holder_without_a_gap(flow, traces):
    for rule, found in traces.items():
        way = paths_to_holder(found, holder="boatyard", most=1)[0]
        assert way.source in found.sources and way.holders[-1] == "boatyard"
        assert 0 < way.strength <= 1
        for before, after in zip(way.steps, way.steps[1:], strict=False):
            assert flow.lot(before.lot).spent == after.move
            assert after.stolen == found.amount(after.lot) > 0
            assert before.at <= after.at
        ways = paths(found, to=way.end, most=4)
        assert [one.strength for one in ways] == sorted((one.strength for one in ways), reverse=True)
        assert len({tuple(step.lot for step in one.steps) for one in ways}) == len(ways), rule


def test_a_search_that_stops_early_still_gives_the_strongest_branch(traces):
    found = traces[Rule.HAIRCUT]
    lot = compare(traces, holders=["boatyard"])[0].lots[0]
    assert paths(found, to=lot, tries=1)[0].source in found.sources
    clean = next(name for n, name in enumerate(found.flow.lot_ids) if not found.amounts[n])
    assert paths(found, to=clean) == ()
    with pytest.raises(UsageError):
        paths(found, to="nowhere")


def test_books_that_pay_more_than_they_hold_are_refused():
    lines = (
        Line("l1", 0, "opening", "a", "h", 100),
        Line("l2", 1, "out", "a", "shop", 101),
    )
    case = Case("x", 0, (), {}, (), (Account("a", "h", "bank", CENT),), lines, ())
    with pytest.raises(DataInvalid) as caught:
        case.flow()
    assert [finding.where for finding in caught.value.findings] == ["l2"]
