"""Keys of module 8 that the recovery room can work out are worked out, and the story is told as its records have it."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from hanoikit import build
from hanoikit.build.calls import split_hidden
from hanoikit.grading import AssignmentSource
from hanoikit.recovery import (
    CENT,
    SATOSHI,
    Account,
    Act,
    Board,
    Case,
    Claim,
    FlowBuilder,
    Holder,
    Kind,
    Knowledge,
    Line,
    Price,
    Proceedings,
    Property,
    Rule,
    Source,
    balance,
    check_request,
    check_spontaneous,
    compare,
    cover,
    distribute,
    lantern_board,
    law,
    needed,
    parse,
    play,
    reach,
    shipped,
    standing,
    trace,
    trace_all,
    ways,
)
from hanoikit.recovery.lantern_board import END, MINUTES, MORNING, WORTH

NAME = "m08-money"


@pytest.fixture(scope="module")
def source():
    return AssignmentSource.installed(NAME)


@pytest.fixture(scope="module")
def hidden(source) -> dict[str, str]:
    found = {}
    for question in build.questions(source.parsed):
        code = split_hidden(question.graded[0].source)[1]
        if code is not None:
            found[question.id] = code
    return found


@pytest.fixture(scope="module")
def keys(hidden) -> dict[str, dict[str, object]]:
    """What the last call of each hidden test says in plain words: keys, not functions."""
    found: dict[str, dict[str, object]] = {}
    for question, code in hidden.items():
        call = ast.parse(code).body[-1].value  # type: ignore[attr-defined]
        found[question] = {
            one.arg: ast.literal_eval(one.value)
            for one in call.keywords
            if not isinstance(one.value, ast.Name)
        }
    return found


def judges(code: str) -> dict[str, object]:
    """The names that a hidden test makes before its mark."""
    from hanoikit.exercise import mark

    tree = ast.parse(code)
    tree.body.pop()
    names: dict[str, object] = {"mark": mark}
    exec(compile(tree, "hidden", "exec"), names)
    return names


@pytest.fixture(scope="module")
def money():
    return shipped()


@pytest.fixture(scope="module")
def traces(money):
    return trace_all(money.flow(), sources=money.stolen())


def decisions(keys, question: str) -> dict[str, str]:
    return {row: one["decision"] for row, one in keys[question]["key"].items()}


def right(hidden, question: str) -> dict[str, float]:
    return {name: entry[1] for name, entry in judges(hidden[question])["right"].items()}


def test_question_1_is_traced_as_the_room_traces_it(hidden):
    flow = FlowBuilder()
    flow.lot("lawful", holder="sender", value=4000, unit=SATOSHI)
    flow.lot("stolen", holder="sender", value=6000, unit=SATOSHI)
    made = [("baker", "baker", 3000), ("helper", "helper", 5000), ("back", "sender", 1800)]
    flow.move("payment", at=1, spends=["lawful", "stolen"], makes=made)
    found = trace_all(flow.flow(), sources=["stolen"])
    said = right(hidden, "m08-q1")
    for who in ("baker", "helper"):
        for rule in Rule:
            assert said[f"{who}_{rule.value}"] == found[rule].amount(who)
    days = [
        ("opening", "me", 1200),
        ("in", "victim", 3000),
        ("in", "wages", 500),
        ("out", "rent", 2000),
        ("out", "trip", 1000),
    ]
    lines = tuple(
        Line(f"line-{n}", n * 86400, kind, "ACC", other, amount * 100, 0, 0, "")
        for n, (kind, other, amount) in enumerate(days, start=1)
    )
    case = Case(
        name="account",
        seed=0,
        entries=(),
        owners={},
        people=(Holder("me", "Me", Kind.UNKNOWN), Holder("bank", "Bank", Kind.SERVICE)),
        accounts=(Account("ACC", "me", "bank", CENT),),
        lines=lines,
        sources=(Source("line-2:in", "victim", on_chain=False),),
    )
    left = trace_all(case.flow(), sources=["line-2:in"])
    for rule, name in ((Rule.POISON, "left_poison"), (Rule.FIFO, "left_fifo")):
        (held,) = [touch for touch in compare(left) if touch.holder == "me"]
        assert held.reached[rule] == said[name] * 100 and held.owns == 170_000


def test_question_3_reaches_whom_the_room_reaches(keys):
    def flow(*, books: bool):
        b = FlowBuilder()
        b.lot("hallva-before", holder="hallva", value=900, unit=SATOSHI)
        b.move("bread", at=1, spends=["hallva-before"], makes=[("fish", "fishmonger", 900)])
        b.lot("stolen", holder="crew", value=5000, unit=SATOSHI)
        b.lot("clean", holder="hallva", value=5000, unit=SATOSHI)
        mixed = [("mix-crew", "crew", 5000), ("mix-hallva", "hallva", 5000)]
        b.move("mix", at=2, spends=["stolen", "clean"], makes=mixed)
        b.move("shop", at=3, spends=["mix-crew"], makes=[("camera", "camera", 2000), ("rest", "crew", 3000)])
        b.move("buns", at=4, spends=["mix-hallva"], makes=[("bun", "baker", 1000), ("hers", "hallva", 4000)])
        b.lot("narin-deposit", holder="narin", value=1500, unit=SATOSHI)
        b.lot("others", holder="customers", value=1500, unit=SATOSHI)
        if books:
            b.move("payout", at=6, spends=["narin-deposit"], makes=[("narin", "narin", 1500)])
        else:
            b.move(
                "sweep", at=5, spends=["rest", "narin-deposit", "others"], makes=[("pool", "exchange", 6000)]
            )
            b.move(
                "payout", at=6, spends=["pool"], makes=[("narin", "narin", 1500), ("pool2", "exchange", 4500)]
            )
        return trace_all(b.flow(), sources=["stolen"])

    def word(found, lot: str) -> str:
        reached = {rule for rule in Rule if found[rule].amount(lot)}
        if reached == {Rule.POISON, Rule.HAIRCUT}:
            return "two"
        return {0: "none", 3: "all"}[len(reached)]

    books, chain = flow(books=True), flow(books=False)
    lots = {
        "hallva": "mix-hallva",
        "camera": "camera",
        "baker": "bun",
        "fishmonger": "fish",
        "books": "narin",
    }
    found = {row: word(books, lot) for row, lot in lots.items()} | {"chain": word(chain, "narin")}
    assert found == decisions(keys, "m08-q3")


def test_question_4_follows_the_rules_about_good_faith_and_the_file(keys, money):
    for who, said in decisions(keys, "m08-q4").items():
        assert standing(money.holder(who)).standing == said, who
    assert (
        standing(Holder("x", "X", Kind.MERCHANT, "XB", Knowledge.NOTHING, Price.FAIR)).standing
        == "good-faith"
    )


def frozen(hidden, acts: str) -> float:
    judge = judges(hidden["m08-q5"])["judge"]
    value = {f"act{n}": (acts[n - 1] if n <= len(acts) else None) for n in range(1, 9)}
    found = judge(value)
    return sum(one.share * one.weight for one in found) / sum(one.weight for one in found)


def test_the_freeze_board_of_question_5_can_be_saved_and_rewards_order(hidden):
    assert frozen(hidden, "aefdb") == 1.0
    assert frozen(hidden, "afedgggb") == 1.0, "waiting before the alert in Brevania does it as well"
    assert frozen(hidden, "") == 0.0
    assert frozen(hidden, "abcabcab") == 0.0, "alerts alone freeze nothing"
    assert frozen(hidden, "abfde") < 0.8, "an alert too early in Brevania is lost"
    assert frozen(hidden, "def") < 0.8, "requests alone come too late"
    sample = [frozen(hidden, "".join(acts)) for acts in list(product("abcdefg", repeat=5))[::97]]
    assert sum(sample) / len(sample) < 0.35


def test_the_board_of_question_5_is_told_as_it_is_marked(hidden, source):
    text = "\n".join(cell.source for cell in source.parsed.cells if cell.kind == "markdown")
    board = judges(hidden["m08-q5"])["board"]
    start = datetime(2026, 6, 3, 6, 0, tzinfo=UTC)
    told = {"A": (30_000, [4, 40]), "B": (15_000, [12]), "C": (10_000, [20])}
    for name, (worth, hours) in told.items():
        holding = board.holding(name)
        assert holding.amount == worth * 100 and f"{worth:,} XTS" in text
        assert [one.at for one in holding.departures] == [start + timedelta(hours=n) for n in hours]
    assert (MINUTES["alert"], MINUTES["request"]) == (20, 150)
    delays = {"XC": (20, 48, 20), "XB": (45, 24, 30), "XD": (60, None, 14)}
    for state, (minutes, hold, order) in delays.items():
        practice = law(state).practice
        assert practice.alert_delay == timedelta(minutes=minutes) and practice.freeze_delay == timedelta(
            hours=order
        )
        assert practice.hold == (None if hold is None else timedelta(hours=hold))


def test_the_figures_of_question_6_are_those_of_the_account(hidden, money, traces, source):
    account = money.flow().lot_ids
    last = [name for name in account if name.startswith("XB-COM-0752#")][-1]
    found = {rule.value: traces[rule].amount(last) for rule in Rule}
    assert judges(hidden["m08-q6"])["TRACED"] == found
    text = "\n".join(cell.source for cell in source.parsed.cells if cell.kind == "markdown")
    for amount in found.values():
        assert f"{amount / 100:,.2f} XTS" in text
    kest = lantern_board(money).holding("kest")
    assert kest.amount == found["poison"]
    assert f"{kest.departures[0].amount / 100:,.2f} XTS" in text
    assert [one.at for one in kest.departures] == [datetime(2026, 5, d, 8, 0, tzinfo=UTC) for d in (21, 22)]
    into = next(line for line in money.lines if line.other == "XB-COM-0752")
    assert f"{into.amount / 100:,.2f} XTS" in text


def test_question_6_asks_for_every_element_and_nothing_that_the_room_does_not_know(source, hidden):
    question = next(one for one in build.questions(source.parsed) if one.id == "m08-q6")
    call = ast.parse(question.controls[0][0].source).body[-1].value  # type: ignore[attr-defined]
    form = next(ast.literal_eval(one.value) for one in call.keywords if one.arg == "form")
    ids = {field["id"] for field in form}
    assert ids == {one.id for one in needed("freeze-on-request")} | {"measure", "to", "channel"}
    judge = judges(hidden["m08-q6"])["judge"]
    empty = {
        field["id"]: {"number": None, "choice": None, "choices": []}.get(field["kind"], "") for field in form
    }
    assert all(one.share == 0 for one in judge(empty))
    assert any(one.fatal and one.share == 0 for one in judge({**empty, "to": "XC"}))
    model = next(
        ast.literal_eval(ast.parse(cell.source).body[-1].value.args[1])
        for cell in source.parsed.cells
        if cell.source.startswith('answer("m08-q6"')
    )
    assert check_request({**model, "channel": "central"}) == ()
    assert all(one.share == 1 for one in judge(model))
    whole = {one.label: one.share for one in judge({**model, "amount": 1_296_258})}
    assert whole["Amount asked for"] == 0


def test_question_7_is_reached_as_the_room_reaches_it(hidden):
    said = right(hidden, "m08-q7")
    van = reach(Property("van", 15_000, worth=24_000, paid_from_lawful=5_000, income=2_000))
    necklace = reach(Property("necklace", 3_000, worth=2_400))
    mixed, growth = (part.amount for part in van.parts)
    covered = cover(18_000, [van, necklace], other_property=10_000)
    assert said == {
        "mixed": mixed,
        "income": growth,
        "left": van.left,
        "necklace": necklace.limit,
        "equivalent": covered.equivalent,
    }
    assert covered.open == 0


def test_question_8_opens_the_ways_that_the_laws_open(keys):
    cases = {
        "a": ("XD", Proceedings(conviction="final")),
        "b": ("XC", Proceedings(conviction="final")),
        "c": ("XD", Proceedings(suspect="dead")),
        "d": ("XB", Proceedings(suspect="absent")),
        "e": ("XB", Proceedings(conviction="open", laundered_there=True)),
        "f": ("XB", Proceedings(suspect="fled")),
        "g": ("XD", Proceedings(conviction="open")),
    }
    for row, said in decisions(keys, "m08-q8").items():
        state, case = cases[row]
        open_ways = [way.measure for way in ways(case, law(state)) if way.is_open]
        assert open_ways == ([] if said == "none" else [said]), row
    table = {
        "XB": (True, True, ("dead", "fled")),
        "XC": (False, True, ()),
        "XD": (True, False, ("dead", "fled", "absent", "other")),
    }
    for state, (enforces, own, grounds) in table.items():
        one = law(state)
        assert (one.enforces_orders, one.own_proceedings, one.without_conviction) == (enforces, own, grounds)


def test_question_9_is_shared_out_as_the_room_shares(hidden):
    assert law("XB").expenses == "first"
    claims = [
        Claim("dalnes", 28_000, own=8_000),
        Claim("orla", 60_000),
        Claim("havn", 20_000),
        Claim("farhod", 30_000, proven=False),
    ]
    result = distribute(50_000, claims, expenses=2_000)
    found = {who: result.to(who) for who in ("dalnes", "orla", "havn")} | {"open": result.open["orla"]}
    assert right(hidden, "m08-q9") == found
    assert result.to("requested-state") == 2_000 and result.to("farhod") == 0


def test_question_10_keeps_a_note_that_the_room_accepts(keys, traces):
    assert keys["m08-q10"]["needed"] == list("abcde")
    note = {"authority": "a", "offence": "b", "property": "c", "helps": "d", "conditions": "e"}
    assert check_spontaneous(note) == ()
    assert [one.code for one in check_spontaneous({**note, "wanted": "Freeze it by noon."})] == [
        "asks-for-something"
    ]
    farhod = next(one for one in compare(traces) if one.holder == "farhod")
    assert farhod.owns == 9_258_498


def test_the_statements_about_confidence_are_balanced(keys):
    truths = list(keys["m08-q11"]["key"].values())
    assert truths.count(True) <= 0.6 * len(truths)


def test_statements_6_and_7_hold_for_the_whole_case(traces):
    for rule in (Rule.HAIRCUT, Rule.FIFO):
        assert all(one.is_kept for one in balance(traces[rule]))
    (coins,) = [one for one in balance(traces[Rule.HAIRCUT]) if one.unit == SATOSHI]
    poison = sum(touch.reached[Rule.POISON] for touch in compare(traces) if touch.unit == SATOSHI)
    assert poison > coins.came + coins.converted_in


def test_question_13_uses_transactions_of_the_case_and_the_traces_of_the_room(keys, money):
    known = {entry.tx.txid for entry in money.entries}
    values = {f"{e.tx.txid}:{n}": out.value for e in money.entries for n, out in enumerate(e.tx.outputs)}
    for (raw, spent), wanted in keys["m08-q13"]["cases"]:
        tx = parse(bytes.fromhex(raw))
        assert tx.txid in known
        assert [value for value, _stolen in spent] == [values[one.lot] for one in tx.inputs]
        flow = FlowBuilder()
        for n, (value, _stolen) in enumerate(spent):
            flow.lot(f"in-{n}", holder="a", value=value, unit=SATOSHI)
        made = [(f"out-{n}", "b", one.value) for n, one in enumerate(tx.outputs)]
        flow.move("tx", at=1, spends=[f"in-{n}" for n in range(len(spent))], makes=made)
        stolen = [f"in-{n}" for n, (_value, is_stolen) in enumerate(spent) if is_stolen]
        if not stolen:
            assert wanted == [0] * len(made)
            continue
        found = trace(flow.flow(), sources=stolen, rule=Rule.FIFO)
        assert wanted == [found.amount(name) for name, _holder, _value in made]


def test_the_lesson_tells_the_figures_of_the_bench(money, traces):
    from hanoikit import resources

    text = (resources.lessons() / "m08-money.md").read_text(encoding="utf-8")
    assert f"{len(money.entries)} signed transactions" in text
    alone = trace_all(money.flow(books=False), sources=money.stolen(books=False))
    counted = []
    for found in (traces, alone):
        reached = {touch.holder for touch in compare(found) if touch.reached[Rule.POISON]}
        faithful = [who for who in reached if standing(money.holder(who)).standing == "good-faith"]
        counted.append((len(reached), len(faithful)))
    (a, b), (c, d) = counted
    assert f"{a} holders are reached under *poison* and {b} of them" in text and f"it is {c} and {d}" in text
    board = lantern_board(money)
    everything = sum(one.amount * WORTH[one.unit] for one in board.holdings)
    from hanoikit.recovery import best_plan

    best = best_plan(board, start=MORNING, minutes=MINUTES, until=END, weights=WORTH)
    assert f"{everything / 100:,.0f} XTS" in text and f"{best.worth / 100:,.0f}" in text
    assert f"at most {requests_only(board) / 100:,.0f} of" in text


def requests_only(board: Board) -> float:
    """The most that requests alone keep, in any order, in XTS cents."""
    from itertools import permutations

    best = 0.0
    for order in permutations([one.id for one in board.holdings]):
        acts = [
            Act("request", name, MORNING + timedelta(minutes=150 * n))
            for n, name in enumerate(order, start=1)
        ]
        report = play(board, acts, until=END)
        best = max(best, sum(one.saved * WORTH[one.holding.unit] for one in report.lines if one.frozen))
    return best


def test_the_example_of_part_c_is_traced_as_the_room_traces_it():
    flow = FlowBuilder()
    flow.lot("stolen", holder="x", value=60, unit=SATOSHI)
    flow.lot("lawful", holder="x", value=40, unit=SATOSHI)
    made = [("ada", "ada", 50), ("ben", "ben", 30), ("cleo", "cleo", 20)]
    flow.move("pay", at=1, spends=["stolen", "lawful"], makes=made)
    found = trace_all(flow.flow(), sources=["stolen"])
    wanted = {Rule.POISON: [50, 30, 20], Rule.HAIRCUT: [30, 18, 12], Rule.FIFO: [50, 10, 0]}
    for rule, amounts in wanted.items():
        assert [found[rule].amount(name) for name in ("ada", "ben", "cleo")] == amounts
    flat = reach(Property("flat", 60_000, worth=90_000, paid_from_lawful=20_000))
    assert (flat.limit, flat.left) == (67_500, 22_500)


def test_no_question_asks_for_the_number_of_a_paragraph(source):
    for question in build.questions(source.parsed):
        assert not re.search(r"\b\d{2}\(\d", question.prompts[0].source), question.id
