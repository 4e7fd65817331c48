"""The assignment of module 4: what trainees make on the bench, and work copied from a neighbour."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hanoikit.classroom.answerers import BOTS
from hanoikit.grading import AssignmentSource, HandIn, MarkedAssignment, cells

from .conftest import STRONG, earned

pytestmark = pytest.mark.slow

NAME = "m04-evidence-chain"
FILES = ("m04-q8", "m04-q9", "m04-q10", "m04-q11")
OTHER_SEED = 2031


@pytest.fixture(scope="module")
def assignment() -> AssignmentSource:
    return AssignmentSource.installed(NAME)


def full(source: AssignmentSource) -> dict[str, float | None]:
    return {question.id: None if question.written else question.out_of for question in source.questions}


def test_a_blank_hand_in_is_told_how_to_make_what_is_missing(assignment, papers):
    reasons = {one.question: one.reason for one in papers.marked(None, assignment).questions}
    for name in FILES:
        assert "Make it on the bench" in reasons[name]


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_no_bot_would_pass_if_it_also_pressed_every_button_of_the_bench(bot, assignment, papers):
    marked = papers.marked(bot, assignment)
    assert all(earned(marked)[name] == 0.0 for name in FILES)
    by_pressing = sum(question.out_of for question in assignment.questions if question.id in FILES)
    assert 100 * (marked.core_points + by_pressing) / marked.core_maximum < assignment.pass_mark


@pytest.fixture(scope="module")
def elsewhere(assignment, tmp_path_factory) -> AssignmentSource:
    """The same assignment over the case of another seed."""
    text = assignment.text.read_text(encoding="utf-8")
    line = 'open_case("m04", into="case")'
    assert text.count(line) == 1
    variant = tmp_path_factory.mktemp("elsewhere") / assignment.name / assignment.text.name
    variant.parent.mkdir()
    variant.write_text(
        text.replace(line, f'open_case("m04", into="case", seed={OTHER_SEED})'), encoding="utf-8"
    )
    return AssignmentSource.read(variant)


def test_with_the_case_of_another_seed_the_authors_answers_earn_full_marks_too(elsewhere, papers):
    assert earned(papers.marked(STRONG, elsewhere)) == full(elsewhere)


@pytest.fixture(scope="module")
def copied(elsewhere, assignment, papers, tmp_path_factory) -> MarkedAssignment:
    """The marks of a hand-in with the author's answers to the other case."""
    theirs = papers.hand_in(STRONG, elsewhere).folder
    folder = Path(shutil.copytree(theirs, tmp_path_factory.mktemp("copied") / assignment.name))
    cells.write_notebook(assignment.release, folder / f"{assignment.name}.ipynb")
    return papers.engine.mark(HandIn(trainee="copied", folder=folder), assignment)


def test_the_work_of_a_neighbour_with_another_case_does_not_pass(copied):
    from_the_case = (*FILES, "m04-q3", "m04-q4", "m04-q5", "m04-q6", "m04-q7")
    assert {earned(copied)[name] for name in from_the_case} == {0.0}
    assert not copied.passed
