"""Keys of module 7 that the safeguards room can work out are worked out, and the files are told as they stand there."""

from __future__ import annotations

import ast

import pytest

from hanoikit import build
from hanoikit.build.calls import split_hidden
from hanoikit.grading import AssignmentSource
from hanoikit.safeguards import (
    CaseFile,
    case_file,
    change,
    flip,
    may_pass_on,
    narrow,
    review,
    transfer_conditions,
)
from hanoikit.safeguards.personal_data import Authorisation, Holding

NAME = "m07-safeguards"
GATES = ("legality", "aim", "necessity", "proportionality", "safeguards", "abuse")


@pytest.fixture(scope="module")
def source():
    return AssignmentSource.installed(NAME)


def _call(code: str) -> tuple[str, dict[str, object]]:
    found = ast.parse(code).body[-1]
    assert isinstance(found, ast.Expr) and isinstance(found.value, ast.Call)
    return found.value.func.attr, {one.arg: ast.literal_eval(one.value) for one in found.value.keywords}


@pytest.fixture(scope="module")
def asked(source) -> dict[str, dict[str, object]]:
    found = {}
    for question in build.questions(source.parsed):
        (cell, _control) = question.controls[0]
        found[question.id] = _call(cell.source)[1]
    return found


@pytest.fixture(scope="module")
def keys(source) -> dict[str, dict[str, object]]:
    found = {}
    for question in build.questions(source.parsed):
        hidden = split_hidden(question.graded[0].source)[1]
        if hidden is not None:
            found[question.id] = _call(hidden)[1]
    return found


def rows(keys, question: str) -> dict[str, dict[str, object]]:
    return keys[question]["key"]


def fits(row: dict[str, object], decision: str, carry: tuple[str, ...], bear: tuple[str, ...]) -> None:
    """The key's decision is the room's (or accepts it), it carries only what the room carries, and forgives more."""
    said = row["decision"]
    assert decision in ([said] if isinstance(said, str) else said)
    assert set(row["carry"]) <= set(carry) | set(bear)
    assert set(row["carry"]) & set(carry)
    assert set(bear) <= set(row["bear"])


def test_every_file_is_told_in_the_assignment_as_it_is_on_the_shelf(source, asked):
    text = "\n".join(cell.source for cell in source.parsed.cells if cell.kind == "markdown")
    files = {
        "m07-q1": "slow-state",
        "m07-q2": "fraud-label",
        "m07-q3": "councillor",
        "m07-q5": "missing-lines",
        "m07-q6": "four-years",
    }
    for question, name in files.items():
        file = case_file(name)
        assert asked[question]["facts"] == {fact.id: fact.text for fact in file.facts}
        assert file.story in text and file.title in text
    for name in (*files.values(), "dock-strike", "patients-list"):
        for fact in case_file(name).facts:
            assert f"{fact.id}. {fact.text}" in text
    assert asked["m07-q7"]["parts"] == {part.id: part.text for part in case_file("dock-strike").parts}


@pytest.mark.parametrize(("question", "name"), [("m07-q1", "slow-state"), ("m07-q2", "fraud-label")])
def test_the_gates_of_a_whole_file_are_decided_as_the_room_decides_them(keys, question, name):
    found = review(case_file(name))
    for gate in GATES:
        one = found.gate(gate)
        fits(rows(keys, question)[gate], one.verdict, one.carry, one.bear)


def test_the_answers_to_the_files_are_those_of_the_room(keys):
    answers = {
        "m07-q1": "slow-state",
        "m07-q3": "councillor",
        "m07-q5": "missing-lines",
        "m07-q6": "four-years",
    }
    for question, name in answers.items():
        found = review(case_file(name))
        row = rows(keys, question)["answer"]
        assert row["decision"] == found.outcome
        assert set(row.get("carry", found.carry)) <= set(found.carry)
    reporter = review(case_file("fraud-label"))
    assert reporter.outcome == "refuse" and reporter.grounds[0] == "40(21)(c)"
    assert "40(21)(c)" not in review(flip(case_file("fraud-label"), 7)).grounds[:1]
    assert rows(keys, "m07-q2")["answer"]["decision"] == "home"
    assert review(case_file("patients-list")).outcome == "conditions"


def test_question_3_finds_no_persecution_and_a_fair_trial(keys):
    found = review(case_file("councillor"))
    assert (found.gate("abuse").verdict, found.gate("safeguards").verdict) == ("met", "met")
    assert set(found.gate("abuse").carry) == set(rows(keys, "m07-q3")["persecution"]["carry"])
    assert rows(keys, "m07-q3")["persecution"]["decision"] == "not"
    fair = found.gate("safeguards")
    fits(rows(keys, "m07-q3")["fair"], fair.verdict, fair.carry, fair.bear)


def test_question_4_turns_one_fact_at_a_time(keys, asked):
    file = case_file("councillor")
    turned = {"a": "3", "b": "4", "c": "7", "d": "9", "e": "11", "f": "13"}
    for row, number in turned.items():
        assert asked["m07-q4"]["rows"][row].startswith(f"Fact {number} ")
        assert rows(keys, "m07-q4")[row]["decision"] == change(file, number).after.outcome, row
    decided = [one["decision"] for one in rows(keys, "m07-q4").values()]
    assert max(decided.count(one) for one in set(decided)) <= len(decided) / 3


def both(file: CaseFile, *numbers: str) -> CaseFile:
    for number in numbers:
        file = flip(file, number)
    return file


def test_questions_5_and_6_look_at_twins_as_the_room_does(keys):
    cured = both(case_file("missing-lines"), "4", "5")
    assert rows(keys, "m07-q5")["later"]["decision"] == review(cured).outcome == "grant"
    posts = case_file("four-years")
    assert rows(keys, "m07-q6")["twin"]["decision"] == review(flip(posts, 6)).outcome == "refuse"
    at_home = review(flip(posts, 2))
    assert at_home.grounds[0] == "40(22)" and rows(keys, "m07-q6")["still"]["decision"] == "persecution"
    assert {"6"} == {number for one in at_home.because if one.rule == "persecution" for number in one.facts}


def test_question_7_keeps_the_minimum(keys):
    found = narrow(case_file("dock-strike"))
    assert keys["m07-q7"]["needed"] == list(found.keep)
    assert keys["m07-q7"]["excess"] == list(found.remove)
    assert not found.neutral and not found.unanswered


def test_question_8_writes_the_conditions_that_the_room_names(keys):
    named = [one.id for one in transfer_conditions(protected=False, other_use=True, third_party=True)]
    meant = {"this-case-only": "a", "protect-data": "c", "ask-before-passing-on": "e"}
    assert sorted(meant[one] for one in named) == keys["m07-q8"]["key"]


def test_question_9_passes_on_only_what_the_first_sender_authorised(keys):
    at_corvessa = Holding("XA", "XC", wants_writing=True, authorised=(Authorisation("XE"),))
    by_telephone = Holding(
        "XA", "XC", wants_writing=True, authorised=(Authorisation("XB", in_writing=False),)
    )
    found = {
        "a": may_pass_on(at_corvessa, to="insurers"),
        "b": may_pass_on(at_corvessa, to="XA"),
        "c": may_pass_on(at_corvessa, to="XE"),
        "d": may_pass_on(at_corvessa.passed_on("XE"), to="XB"),
        "e": may_pass_on(at_corvessa, to="XD", refused=True),
        "f": may_pass_on(by_telephone, to="XB"),
    }
    words = {"yes": "yes", "ask": "first", "no": "no"}
    for row, ruling in found.items():
        assert rows(keys, "m07-q9")[row]["decision"] == words[ruling.answer], row


def test_the_statements_about_confidence_are_balanced(keys):
    truths = list(keys["m07-q10"]["key"].values())
    assert truths.count(True) * 2 == len(truths)


def test_no_question_asks_for_the_number_of_a_paragraph(source):
    import re

    for question in build.questions(source.parsed):
        assert not re.search(r"\b\d{2}\(\d", question.prompts[0].source), question.id
