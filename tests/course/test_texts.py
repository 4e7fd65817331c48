"""Every module as a text: what it cites exists, its questions are its own, every objective is met."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from hanoikit import build, convention
from hanoikit.build import hints
from hanoikit.build.calls import split_hidden
from hanoikit.errors import UnknownProvision

LENGTH = range(8, 13)
"""How many questions of an assignment are marked automatically, those for examiners left out."""


def calls(code: str, owner: str) -> Iterator[ast.Call]:
    """Every call ``owner.something(...)`` in the code."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            value = node.func.value
            if isinstance(value, ast.Name) and value.id == owner:
                yield node


def keyword(call: ast.Call, name: str) -> object:
    return next((ast.literal_eval(one.value) for one in call.keywords if one.arg == name), None)


def listed(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


@pytest.fixture(scope="module")
def questions(assignment):
    return {question.id: question for question in build.questions(assignment.parsed)}


@pytest.fixture(scope="module")
def marks(questions):
    """Question id to the call of ``mark`` in its hidden tests."""
    found = {}
    for name, question in questions.items():
        _visible, hidden = split_hidden(question.graded[0].source)
        if hidden is not None:
            (found[name],) = calls(hidden, "mark")
    return found


def referenced(source) -> set[str]:
    text = "\n".join(cell.source for cell in source.cells)
    found = {
        part.strip() for group in re.findall(r"\{art\}`([^`]+)`", text) for part in re.split(r"[,;]", group)
    }
    return found | {str(item) for item in source.front["provisions"]}


def test_every_provision_that_lesson_and_assignment_cite_exists(lesson, assignment):
    lesson_refs, assignment_refs = referenced(lesson), referenced(assignment.parsed)
    assert len(lesson_refs) >= 7 and len(assignment_refs) >= 6
    for reference in lesson_refs | assignment_refs:
        assert convention.provision(reference).summary, reference
    with pytest.raises(UnknownProvision):
        convention.provision("69(1)")


def test_every_question_cites_provisions_that_exist_in_its_prompt_and_in_its_mark(questions, marks):
    for name, question in questions.items():
        assert question.provisions, name
        for reference in question.provisions:
            assert convention.provision(reference).summary
    for name, call in marks.items():
        assert set(listed(keyword(call, "cite"))) == set(questions[name].provisions), name


def test_what_the_lesson_teaches_to_cite_is_what_the_front_matter_says(lesson):
    text = "\n".join(cell.source for cell in lesson.cells)
    for reference in map(str, lesson.front["provisions"]):
        assert f"`{reference}`" in text, reference


def test_every_mark_sends_the_trainee_to_a_place_that_the_lesson_has(name, lesson, marks):
    headings = {
        heading.strip().replace(" ", "-")
        for cell in lesson.cells
        if cell.kind == "markdown"
        for heading in re.findall(r"^#+ (.+)$", cell.source, flags=re.MULTILINE)
    }
    for question, call in marks.items():
        page, _hash, anchor = str(keyword(call, "read")).partition("#")
        assert page == name, question
        assert anchor in headings, (question, anchor)


def test_every_mark_explains_itself(marks):
    for name, call in marks.items():
        assert any(one.arg == "why" for one in call.keywords), name


def test_an_assignment_has_eight_to_twelve_automatic_questions_and_one_that_a_person_reads(assignment):
    core = [question for question in assignment.questions if not question.written and not question.extra]
    assert len(core) in LENGTH
    assert len([question for question in assignment.questions if question.written]) == 1
    assert assignment.pass_mark == 70


def test_lesson_and_assignment_say_what_an_instructor_and_a_trainee_plan_with(lesson, assignment):
    minutes = lesson.front["minutes"]
    assert 45 <= minutes["teaching"] + minutes["practice"] <= 75
    assert 30 <= sum(assignment.parsed.front["minutes"].values()) <= 60
    notes = lesson.front["instructor_notes"]
    for word in ("Discussion", "mistakes"):
        assert word in notes, word
    assert lesson.front["prerequisites"]


def test_every_objective_is_met_without_the_extra_and_the_written_question(lesson, assignment):
    core = {q.objective for q in assignment.questions if not q.extra and not q.written}
    assert core == set(assignment.objectives)
    assert {one["id"]: one["text"] for one in lesson.front["objectives"]} == assignment.objectives


def test_every_question_has_hints_that_cite_what_exists_and_that_no_trainee_receives(assignment, questions):
    received = {
        str(text) for cell in assignment.release["cells"] for text in (cell["source"], cell["metadata"])
    }
    for name, question in questions.items():
        assert len(question.hints) == 2 or (len(question.hints) == 3 and not question.written), name
        for hint in map(hints.plain, question.hints):
            for reference in hints.cited(hint):
                assert convention.provision(reference).summary, (name, reference)
            assert not any(hint[:60] in text for text in received), name
    assert not any("'hints'" in text for text in received)


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", text.casefold()))


def texts_of(code: str, owner: str) -> set[str]:
    """Every option and statement in the calls of ``owner``, as it is read."""
    return {
        node.value.strip().rstrip(".").casefold()
        for call in calls(code, owner)
        for node in ast.walk(call)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value.split()) > 3
    }


def test_the_questions_of_the_assignment_are_not_those_of_the_lesson(lesson, assignment):
    in_lesson = set().union(
        *(texts_of(cell.source, "selfcheck") for cell in lesson.cells if "selfcheck" in cell.tags)
    )
    in_assignment = set().union(
        *(texts_of(cell.source, "ask") for cell in assignment.parsed.cells if "ask" in cell.tags)
    )
    assert len(in_lesson) > 12 and len(in_assignment) > 20
    assert in_lesson.isdisjoint(in_assignment)
    text = "\n".join(cell.source for cell in lesson.cells if cell.kind == "markdown")
    checks = re.findall(r"^\*\*Check \d.*?(?=^\*\*Check|^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert len(checks) >= 4
    for question in build.questions(assignment.parsed):
        asked = words(question.prompts[0].source)
        for check in checks:
            shared = len(asked & words(check)) / len(asked | words(check))
            assert shared < 0.35, (question.id, shared)


def test_no_key_is_readable_in_what_the_trainee_receives(name, assignment):
    text = "\n".join(cell["source"] for cell in assignment.release["cells"])
    for hidden in (
        "BEGIN HIDDEN",
        "BEGIN SOLUTION",
        "MARK SCHEME",
        "mark.match(",
        "mark.accepted(",
        "truth",
        "handed_in",
        f'answer("{name[:3]}',
    ):
        assert hidden not in text, hidden
