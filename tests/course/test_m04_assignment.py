"""The assignment of module 4: what trainees make on the bench, and work copied from a neighbour."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanoikit.classroom.answerers import BOTS, PEOPLE
from hanoikit.classroom.cohort import work
from hanoikit.classroom.study import study
from hanoikit.grading import AssignmentSource, HandIn, MarkedAssignment, cells
from hanoikit.grading.trusted import TrustedEngine

pytestmark = pytest.mark.slow

NAME = "m04-evidence-chain"
STRONG = PEOPLE[0]
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FILES = ("m04-q8", "m04-q9", "m04-q10", "m04-q11")
OTHER_SEED = 2031


@pytest.fixture(scope="module")
def engine() -> Iterator[TrustedEngine]:
    with TrustedEngine() as engine:
        yield engine


@pytest.fixture(scope="module")
def assignment() -> AssignmentSource:
    return AssignmentSource.installed(NAME)


def earned(marked: MarkedAssignment) -> dict[str, float | None]:
    return {question.question: question.points for question in marked.questions}


def full(source: AssignmentSource) -> dict[str, float | None]:
    return {question.id: None if question.written else question.out_of for question in source.questions}


def test_a_blank_hand_in_is_told_how_to_make_what_is_missing(assignment, engine, tmp_path):
    folder = tmp_path / assignment.name
    folder.mkdir()
    cells.write_notebook(assignment.release, folder / f"{assignment.name}.ipynb")
    marked = engine.mark(HandIn(trainee="blank", folder=folder), assignment)
    reasons = {question.question: question.reason for question in marked.questions}
    for name in FILES:
        assert "Make it on the bench" in reasons[name]


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_no_bot_would_pass_if_it_also_pressed_every_button_of_the_bench(
    bot, assignment, studied, engine, tmp_path
):
    folder = tmp_path / assignment.name
    folder.mkdir()
    cells.write_notebook(assignment.release, folder / f"{assignment.name}.ipynb")
    work(assignment, studied, bot, folder, random.Random(1), begin=BEGIN)
    marked = engine.mark(HandIn(trainee=bot.name, folder=folder), assignment)
    assert all(earned(marked)[name] == 0.0 for name in FILES)
    by_pressing = sum(question.out_of for question in assignment.questions if question.id in FILES)
    assert 100 * (marked.core_points + by_pressing) / marked.core_maximum < assignment.pass_mark


@pytest.fixture(scope="module")
def studied(assignment, tmp_path_factory):
    return study(assignment.parsed, tmp_path_factory.mktemp("author") / assignment.name)


@pytest.fixture(scope="module")
def elsewhere(assignment, tmp_path_factory) -> tuple[AssignmentSource, Path]:
    """The same assignment over the case of another seed, and a hand-in with the author's answers to it."""
    scratch = tmp_path_factory.mktemp("elsewhere")
    text = assignment.text.read_text(encoding="utf-8")
    line = 'open_case("m04", into="case")'
    assert text.count(line) == 1
    variant = scratch / "source" / assignment.name / assignment.text.name
    variant.parent.mkdir(parents=True)
    variant.write_text(
        text.replace(line, f'open_case("m04", into="case", seed={OTHER_SEED})'), encoding="utf-8"
    )
    source = AssignmentSource.read(variant)
    folder = scratch / "work" / source.name
    folder.mkdir(parents=True)
    cells.write_notebook(source.release, folder / f"{source.name}.ipynb")
    studied = study(source.parsed, scratch / "author" / source.name)
    work(source, studied, STRONG, folder, random.Random(1), begin=BEGIN)
    return source, folder


def test_with_the_case_of_another_seed_the_authors_answers_earn_full_marks_too(elsewhere, engine):
    source, folder = elsewhere
    assert earned(engine.mark(HandIn(trainee="elsewhere", folder=folder), source)) == full(source)


def test_the_work_of_a_neighbour_with_another_case_does_not_pass(elsewhere, assignment, engine, tmp_path):
    _source, theirs = elsewhere
    copied = Path(shutil.copytree(theirs, tmp_path / assignment.name))
    cells.write_notebook(assignment.release, copied / f"{assignment.name}.ipynb")
    marked = engine.mark(HandIn(trainee="copied", folder=copied), assignment)
    from_the_case = (*FILES, "m04-q3", "m04-q4", "m04-q5", "m04-q6", "m04-q7")
    assert {earned(marked)[name] for name in from_the_case} == {0.0}
    assert not marked.passed
