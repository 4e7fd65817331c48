"""The assignment of module 4 through real nbgrader: the author's answers, a blank hand-in, bots, copied work."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanoikit.classroom.answerers import BOTS, PEOPLE, Answerer
from hanoikit.classroom.cohort import work
from hanoikit.classroom.study import study
from hanoikit.grading import AssignmentSource, HandIn, MarkedAssignment, StockEngine, cells

pytestmark = pytest.mark.slow

STRONG = PEOPLE[0]
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FILES = ("m04-q8", "m04-q9", "m04-q10", "m04-q11")
OTHER_SEED = 2031

Marker = Callable[[Answerer | None], MarkedAssignment]


@pytest.fixture(scope="module")
def engine() -> Iterator[StockEngine]:
    with StockEngine(cell_seconds=300) as engine:
        yield engine


def marker(source: AssignmentSource, engine: StockEngine, scratch: Path) -> Marker:
    """Marks what an answerer hands in (``None``: the release as it was handed out), once for each."""
    studied = study(source.parsed, scratch / "author" / source.name)
    marked: dict[str, MarkedAssignment] = {}

    def mark(answerer: Answerer | None) -> MarkedAssignment:
        name = answerer.name if answerer else "blank"
        if name not in marked:
            folder = scratch / name / source.name
            folder.mkdir(parents=True)
            cells.write_notebook(source.release, folder / f"{source.name}.ipynb")
            if answerer:
                work(source, studied, answerer, folder, random.Random(1), begin=BEGIN)
            marked[name] = engine.mark(HandIn(trainee=name, folder=folder), source)
        return marked[name]

    return mark


@pytest.fixture(scope="module")
def mark(assignment, engine, tmp_path_factory) -> Marker:
    return marker(assignment, engine, tmp_path_factory.mktemp("hand-ins"))


def earned(marked: MarkedAssignment) -> dict[str, float | None]:
    return {question.question: question.points for question in marked.questions}


def full(source: AssignmentSource) -> dict[str, float | None]:
    return {question.id: None if question.written else question.out_of for question in source.questions}


def test_the_authors_answers_earn_full_marks_on_every_automatic_question(mark, assignment):
    marked = mark(STRONG)
    assert earned(marked) == full(assignment)
    assert (marked.percent, marked.passed) == (100.0, True)
    assert marked.findings == ()
    assert [question.question for question in marked.pending] == ["m04-q12"]


def test_every_mark_comes_with_a_reason_its_provisions_and_where_to_read_again(mark, assignment):
    asked = {question.id: question for question in assignment.questions}
    for question in mark(STRONG).questions:
        assert question.reason, question.question
        if not question.by_hand:
            assert set(question.provisions) == set(asked[question.question].provisions)
            assert question.read_again.startswith("m04-evidence-chain#")


def test_a_blank_hand_in_earns_nothing_and_is_told_how_to_begin(mark):
    marked = mark(None)
    assert {question.counted for question in marked.questions} == {0.0}
    assert marked.percent == 0.0 and not marked.passed
    reasons = {question.question: question.reason for question in marked.questions}
    for name in FILES:
        assert "Make it on the bench" in reasons[name]


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_no_bot_passes_not_even_one_that_presses_every_button_of_the_bench(mark, assignment, bot):
    marked = mark(bot)
    assert not marked.passed and marked.percent < assignment.pass_mark
    assert all(earned(marked)[name] == 0.0 for name in FILES)
    by_pressing = sum(question.out_of for question in assignment.questions if question.id in FILES)
    assert 100 * (marked.core_points + by_pressing) / marked.core_maximum < assignment.pass_mark


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
