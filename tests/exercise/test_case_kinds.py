"""The questions about whole cases: what an answer may be, how it is marked, and that blind answers earn nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.errors import AnswerMalformed, QuestionInvalid
from hanoikit.exercise import answer, ask, check, mark, rules, selfcheck
from hanoikit.exercise.judge import explained
from hanoikit.exercise.judge_cases import Element, document
from hanoikit.exercise.kinds import Confidence, Gates, Kind, Narrow, Request
from hanoikit.exercise.mark import Mark, NoCredit

ROWS = {"law": "Is there a law?", "need": "Is it needed?"}
GATE = {"met": "Met", "fails": "Fails"}
FACTS = {str(n): f"fact {n}" for n in range(1, 7)}
KEY: dict[str, dict[str, Any]] = {
    "law": {"decision": "met", "carry": ["1"], "bear": ["1", "2"]},
    "need": {"decision": ("fails", "met"), "carry": ["3", "4"]},
}
FORM = [
    {"id": "offence", "label": "Offence", "kind": "line", "required": True},
    {"id": "since", "label": "Since", "kind": "moment", "options": {"UTC": "UTC"}, "required": True},
    {"id": "data", "label": "Data", "kind": "choices", "options": {"a": "names", "b": "content"}},
    {"id": "days", "label": "Days", "kind": "number", "unit": "days", "group": "Time"},
    {"id": "by", "label": "By", "kind": "date", "hint": "at the latest"},
]
percent = st.sampled_from(range(0, 101, 10))


def earned(call: Callable[[], Mark]) -> Mark:
    """The mark, whether it was given or refused."""
    try:
        return call()
    except NoCredit as error:
        return error.mark


# What an answer may be


def test_gates_take_numbers_and_bare_decisions_and_say_what_is_open() -> None:
    kind = Gates(ROWS, GATE, FACTS, ["law"])
    value = kind.validate({"law": {"decision": "MET", "facts": [3, "1"]}, "need": "fails"})
    assert value == {
        "law": {"decision": "met", "facts": ["1", "3"]},
        "need": {"decision": "fails", "facts": []},
    }
    assert kind.complete(value)
    assert kind.describe(value) == "Is there a law?: Met (facts 1, 3)\nIs it needed?: Fails"
    assert kind.missing(kind.validate({"law": "met"})) == (
        "Attach at least one fact: Is there a law?",
        "Decide: Is it needed?",
    )


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (Gates(ROWS, GATE, FACTS), {"law": {"decision": "perhaps"}}),
        (Gates(ROWS, GATE, FACTS), {"law": {"decision": "met", "facts": ["9"]}}),
        (Gates(ROWS, GATE, FACTS), {"law": {"decision": "met", "because": "x"}}),
        (Gates(ROWS, {"law": GATE, "need": {"yes": "Yes", "no": "No"}}, FACTS), {"need": "met"}),
        (Narrow({"a": "one", "b": "two"}), ["c"]),
        (Confidence({"1": "one"}), {"1": 55}),
        (Confidence({"1": "one"}), {"1": True}),
        (Confidence({"1": "one"}), {"1": 110}),
        (Request(FORM), {"offense": "x"}),
        (Request(FORM), {"days": "many"}),
        (Request(FORM), {"by": "2026-02-30"}),
        (Request(FORM), {"offence": "x" * 501}),
    ],
)
def test_what_is_no_possible_answer_is_refused_with_advice(kind: Kind, wrong: object) -> None:
    with pytest.raises(AnswerMalformed) as caught:
        kind.validate(wrong)
    assert caught.value.next_step


@pytest.mark.parametrize(
    "build",
    [
        lambda: Gates(ROWS, {"law": GATE}, FACTS),
        lambda: Gates(ROWS, {"law": GATE, "need": "met"}, FACTS),
        lambda: Gates(ROWS, GATE, FACTS, ["aim"]),
        lambda: Narrow({"a": "the only part"}),
        lambda: Request([]),
        lambda: Request([FORM[0], FORM[0]]),
        lambda: Request([{"id": "x", "label": "X", "kind": "colour"}]),
        lambda: Request([{"id": "x", "label": "X", "requird": True}]),
        lambda: Request([{"id": "x", "label": "X", "kind": "choice"}]),
    ],
)
def test_a_case_question_that_cannot_be_asked_is_refused_to_its_author(build: Callable[[], Kind]) -> None:
    with pytest.raises(QuestionInvalid):
        build()


def test_a_form_keeps_each_field_in_its_normal_form_and_names_what_is_missing() -> None:
    kind = Request(FORM)
    value = kind.validate(
        {"offence": " Fraud  art. 13 ", "since": {"date": "2026-03-28"}, "days": "1 000", "data": "b"}
    )
    assert value["offence"] == "Fraud art. 13" and value["days"] == 1000 and value["data"] == ["b"]
    assert kind.missing(value) == ("Since: Give the time.", "Since: Choose the zone.")
    assert kind.missing(kind.validate({})) == ("Fill in: Offence.", "Fill in: Since.")
    assert kind.brief(value) == "4 of 5 fields filled in"
    assert kind.describe(kind.validate({"offence": "Fraud"})) == "Offence: Fraud"


@pytest.mark.parametrize(
    "kind",
    [
        Gates(ROWS, {"law": GATE, "need": {"yes": "Yes", "no": "No"}}, FACTS, ["law"]),
        Narrow({"a": "one", "b": "two"}),
        Confidence({"1": "one", "2": "two"}),
        Request(FORM),
    ],
    ids=lambda kind: kind.name,
)
def test_a_question_is_the_same_again_from_what_its_control_knows(kind: Any) -> None:
    again = type(kind).from_spec(kind.spec())
    assert again.spec() == kind.spec() and again.template() == kind.template()


def test_the_way_to_answer_by_code_is_an_answer_once_it_is_filled_in() -> None:
    for kind in (
        Gates(ROWS, GATE, FACTS, ["law"]),
        Narrow({"a": "one", "b": "two"}),
        Confidence({"1": "one"}),
    ):
        assert kind.complete(kind.validate(eval(kind.template())))


# The published rules


@given(
    decision=st.sampled_from(["met", "fails", None]),
    facts=st.sets(st.sampled_from(sorted(FACTS))),
    carry=st.sets(st.sampled_from(sorted(FACTS))),
    bear=st.sets(st.sampled_from(sorted(FACTS))),
)
def test_a_gate_earns_between_nothing_and_all_and_nothing_for_the_wrong_decision(
    decision: str | None, facts: set[str], carry: set[str], bear: set[str]
) -> None:
    share = rules.gate(decision, facts, key="met", carry=carry, bear=bear)
    assert 0 <= share <= 1
    if decision != "met" or (carry and not facts & carry):
        assert share == 0
    if decision == "met" and carry:
        assert rules.gate(decision, carry | bear, key="met", carry=carry, bear=bear) == 1
        assert rules.gate(decision, facts | {"beside"}, key="met", carry=carry, bear=bear) <= share
        if len(set(FACTS) - carry - bear) >= 2:
            assert rules.gate(decision, set(FACTS), key="met", carry=carry, bear=bear) == 0, (
                "attaching all is no answer"
            )


@given(
    kept=st.sets(st.sampled_from("abcdef")), needed=st.sets(st.sampled_from("abc"), min_size=1),
    excess=st.sets(st.sampled_from("def"), min_size=1),
)  # fmt: skip
def test_narrowing_is_kept_times_removed_and_neither_everything_nor_nothing_earns(
    kept: set[str], needed: set[str], excess: set[str]
) -> None:
    share = rules.narrow(kept, needed=needed, excess=excess)
    assert 0 <= share <= 1
    assert (
        rules.narrow("abcdef", needed=needed, excess=excess)
        == 0
        == rules.narrow([], needed=needed, excess=excess)
    )
    assert rules.narrow(needed, needed=needed, excess=excess) == 1
    assert rules.narrow(kept | needed, needed=needed, excess=excess) >= share
    assert rules.narrow(kept - excess, needed=needed, excess=excess) >= share


@given(said=percent, believed=percent)
def test_saying_what_one_believes_earns_most_on_average(said: int, believed: int) -> None:
    def expected(given_percent: int) -> float:
        belief = believed / 100
        return belief * rules.brier(given_percent, truth=True) + (1 - belief) * rules.brier(
            given_percent, truth=False
        )

    assert expected(believed) >= expected(said) - 1e-12
    if said != believed:
        assert expected(believed) > expected(said)


@given(st.dictionaries(st.sampled_from("12345"), st.tuples(percent, st.booleans()), min_size=1))
def test_confidence_stays_in_its_bounds_and_is_cut_on_the_whole_only(
    items: dict[str, tuple[int, bool]],
) -> None:
    said, key = {n: p for n, (p, _t) in items.items()}, {n: t for n, (_p, t) in items.items()}
    share = rules.confidence(said, key=key)
    assert 0 <= share <= 1
    mean = sum(rules.brier(said[n], truth=key[n]) for n in key) / len(key)
    assert share == max(0, mean)
    assert rules.confidence(dict.fromkeys(key, 50), key=key) == 0 == rules.confidence({}, key=key)
    assert rules.confidence({n: 100 * t for n, t in key.items()}, key=key) == 1


@given(
    st.lists(
        st.builds(
            Element,
            st.just("x"),
            st.floats(0, 1),
            st.just("y"),
            weight=st.floats(0.1, 9),
            fatal=st.booleans(),
        ),
        min_size=1,
    )
)
def test_a_document_earns_the_weighted_mean_and_nothing_where_a_fatal_element_failed(
    elements: list[Element],
) -> None:
    share = document({}, judge=lambda _value: elements).share
    assert -1e-9 <= share <= 1 + 1e-9
    if any(element.fatal and element.share == 0 for element in elements):
        assert share == 0
    else:
        lowest, highest = min(e.share for e in elements), max(e.share for e in elements)
        assert lowest - 1e-9 <= share <= highest + 1e-9


@pytest.mark.parametrize("found", [[], [Element("x", 1.5, "")], [Element("x", 1, "", weight=0)], [1.0]])
def test_a_judge_of_documents_that_finds_what_cannot_be_is_the_authors_error(found: list[Any]) -> None:
    with pytest.raises(QuestionInvalid):
        document({}, judge=lambda _value: found)


# Marks


def test_a_gate_marks_decision_and_facts_together_and_explains_each_row(folder: Path) -> None:
    ask.gates("m04-q1", rows=ROWS, decisions=GATE, facts=FACTS)

    def given_answer(law: dict[str, Any], need: Any) -> Mark:
        answer("m04-q1", {"law": law, "need": need})
        return earned(
            lambda: mark.gates("m04-q1", key=KEY, points=4, why={"law": "Section 14.", "*": "In order."})
        )

    assert given_answer({"decision": "met", "facts": ["1", "2"]}, {"decision": "met", "facts": ["4"]}) == 4
    half = given_answer({"decision": "met", "facts": ["1", "6"]}, {"decision": "fails", "facts": ["5"]})
    assert (
        half == 1
        and half.reason
        == "Partly right. 2 of 2 decisions are right, 0 of them with the right facts. In order."
    )
    assert half.details[0].text == "Met: right. Fact 6 has no bearing on it. Section 14."
    assert half.details[1].text.startswith(
        "Fails: right. No fact is named that carries it. It rests on one of the facts 3, 4."
    )
    wrong = given_answer({"decision": "fails", "facts": ["1"]}, None)
    assert wrong.state == "none" and "You decided: Fails. The author key is: Met." in wrong.details[0].text
    assert given_answer(*[{"decision": "met", "facts": list(FACTS)}] * 2) == 0


def test_a_key_that_does_not_fit_a_case_question_is_the_authors_error(folder: Path) -> None:
    ask.gates("m04-q1", rows=ROWS, decisions=GATE, facts=FACTS, needs_facts=["law"])
    ask.narrow("m04-q3", {"a": "one", "b": "two"})
    ask.confidence("m04-q4", ["one", "two"])
    for call in (
        lambda: mark.gates("m04-q1", key={"aim": {"decision": "met"}}, points=1),
        lambda: mark.gates("m04-q1", key={"law": {"carry": ["1"]}}, points=1),
        lambda: mark.gates("m04-q1", key={"law": {"decision": "yes"}}, points=1),
        lambda: mark.gates("m04-q1", key={"law": {"decision": "met", "bear": ["9"]}}, points=1),
        lambda: mark.gates("m04-q1", key={"need": {"decision": "met", "carry": ["1"]}}, points=1),
        lambda: mark.narrow("m04-q3", needed=["a"], excess=["c"], points=1),
        lambda: mark.narrow("m04-q3", needed=["a"], excess=["a"], points=1),
        lambda: mark.confidence("m04-q4", key={"3": True}, points=1),
    ):
        with pytest.raises(QuestionInvalid):
            call()


def test_case_answers_are_marked_from_the_sheet_alone_too(folder: Path) -> None:
    answer(
        "m04-q1",
        {"law": {"decision": "met", "facts": ["1"]}, "need": {"decision": "fails", "facts": ["3", "9"]}},
    )
    answer("m04-q2", {"offence": "art. 13"})
    answer("m04-q3", ["a", "z"])
    answer("m04-q4", {"1": 80})
    assert mark.gates("m04-q1", key=KEY, points=4) == 3
    assert (
        mark.request("m04-q2", judge=lambda v: [mark.Element("o", float("13" in v["offence"]), "")], points=1)
        == 1
    )
    assert mark.narrow("m04-q3", needed=["a", "b"], excess=["c"], points=2) == 1
    assert mark.confidence("m04-q4", key={"1": True}, points=1) == 0.84


def test_a_request_is_judged_by_what_its_fields_say_and_shows_every_element(folder: Path) -> None:
    seen: list[dict[str, Any]] = []

    def judge(value: dict[str, Any]) -> list[mark.Element]:
        seen.append(value)
        return [
            mark.Element("Restraint", float("b" not in value["data"]), "Content is not needed.", fatal=True),
            mark.Element("Offence", 0.5 if value["offence"] else 0, "The article is missing.", weight=3),
        ]

    ask.request("m04-q2", FORM)
    answer("m04-q2", {"offence": "Fraud", "data": ["a"]})
    got = mark.request("m04-q2", judge=judge, points=8)
    assert got == 5 and seen[0]["since"] is None and seen[0]["days"] is None
    assert [(one.part, one.right, one.text) for one in got.details][1] == (
        "Offence", False, "In part. The article is missing.",
    )  # fmt: skip
    answer("m04-q2", {"offence": "Fraud", "data": ["a", "b"]})
    assert (
        "one thing decides: Restraint."
        in earned(lambda: mark.request("m04-q2", judge=judge, points=8)).reason
    )


def test_confidence_and_narrowing_explain_every_statement_and_part(folder: Path) -> None:
    ask.confidence("m04-q4", {"1": "A hash names its maker.", "2": "UTC has no summer time."})
    answer("m04-q4", {"1": 30})
    got = mark.confidence("m04-q4", key={"1": False, "2": True}, points=2, why={"1": "It has no name."})
    assert got == 0.64
    assert got.details[0].text == "It is false. You said 30 %: it adds +0.64. It has no name."
    assert "counts as 50 %" in got.details[1].text
    ask.narrow("m04-q3", parts={"a": "one", "b": "two", "c": "three"})
    answer("m04-q3", ["a", "b"])
    cut = earned(lambda: mark.narrow("m04-q3", needed=["a"], excess=["b"], points=1, why={"b": "Too wide."}))
    assert cut == 0 and [one.right for one in cut.details] == [True, False, None]
    assert cut.details[1].text == "It stays. It goes too far. Too wide."


def test_check_names_what_a_case_answer_still_lacks(folder: Path) -> None:
    ask.request("m04-q2", FORM, hint="Read the form once more.")
    ask.confidence("m04-q4", ["one", "two"])
    assert "not answered yet" in repr(check("m04-q2"))
    answer("m04-q2", {"offence": "Fraud"})
    answer("m04-q4", {"1": 0})
    assert repr(check("m04-q2")) == "m04-q2: incomplete. Fill in: Since. Hint: Read the form once more."
    assert repr(check("m04-q4")) == "m04-q4: incomplete. Say how sure you are of statement 2."


def test_without_controls_the_way_to_answer_by_code_is_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    from hanoikit.exercise import showing

    monkeypatch.setattr(showing, "in_notebook", lambda: True)
    monkeypatch.setitem(sys.modules, "hanoikit.exercise.controls", None)
    ask.gates("m04-q1", rows=ROWS, decisions=GATE, facts=FACTS, needs_facts=["law"])
    said = capsys.readouterr().out
    assert (
        """answer('m04-q1', {"law": {"decision": "met", "facts": ["1"]}, "need": {"decision": "met"}})"""
        in said
    )


def test_self_checks_of_cases_tell_where_to_look_again_and_give_nothing_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decided: dict[str, Any] = {}
    monkeypatch.setattr(
        selfcheck, "_check", lambda name, kind, decide: decided.update({name: (kind, decide)})
    )
    selfcheck.gates("g", rows=ROWS, decisions=GATE, facts=FACTS, key=KEY, why={"law": "Section 14."})
    selfcheck.narrow("n", {"a": "one", "b": "two"}, needed=["a"], excess=["b"])
    selfcheck.confidence("c", {"1": "one"}, key={"1": True}, why={"1": "So it is."})
    selfcheck.request(
        "r",
        FORM,
        judge=lambda value: [mark.Element("Offence", 0, "Name the article."), mark.Element("X", 1, "")],
    )

    def said(name: str, value: object) -> str:
        kind, decide = decided[name]
        return explained(decide(kind.validate(value)))

    wrong = said(
        "g", {"law": {"decision": "fails", "facts": ["1"]}, "need": {"decision": "met", "facts": ["3"]}}
    )
    assert (
        "Look again at: Is there a law?" in wrong
        and "Is it needed?" not in wrong
        and "Section 14." not in wrong
    )
    assert "Section 14." in said(
        "g", {"law": {"decision": "met", "facts": ["1"]}, "need": {"decision": "met", "facts": ["3"]}}
    )
    assert "Not right." in said("n", ["b"])
    assert "It is true. You said 70 %: it adds +0.64. So it is." in said("c", {"1": 70})
    assert "Offence: Name the article." in said("r", {"offence": "x"})
