"""Every assignment, proven: the author's answers earn full marks, a blank hand-in nothing, and no bot passes.

The author's answers and the blank hand-in go through stock nbgrader too: honest work gets the same marks from both.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from hanoikit.classroom.answerers import BOTS, PEOPLE, Answerer
from hanoikit.classroom.cohort import work
from hanoikit.classroom.study import study
from hanoikit.grading import HandIn, MarkedAssignment, StockEngine, cells
from hanoikit.grading.trusted import TrustedEngine

pytestmark = pytest.mark.slow

STRONG = PEOPLE[0]
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

HandedIn = Callable[[Answerer | None], HandIn]


@pytest.fixture(scope="module")
def stock() -> Iterator[StockEngine]:
    with StockEngine(cell_seconds=300) as engine:
        yield engine


@pytest.fixture(scope="module")
def trusted() -> Iterator[TrustedEngine]:
    with TrustedEngine() as engine:
        yield engine


@pytest.fixture(scope="module")
def hand_in(assignment, tmp_path_factory) -> HandedIn:
    """What an answerer hands in (``None``: the release as it was handed out), made once for each."""
    scratch = tmp_path_factory.mktemp(assignment.name)
    studied = study(assignment.parsed, scratch / "author" / assignment.name)
    made: dict[str, HandIn] = {}

    def hand_in(answerer: Answerer | None) -> HandIn:
        name = answerer.name if answerer else "blank"
        if name not in made:
            folder = scratch / name / assignment.name
            folder.mkdir(parents=True)
            cells.write_notebook(assignment.release, folder / f"{assignment.name}.ipynb")
            if answerer:
                work(assignment, studied, answerer, folder, random.Random(1), begin=BEGIN)
            made[name] = HandIn(trainee=name, folder=folder)
        return made[name]

    return hand_in


def earned(marked: MarkedAssignment) -> dict[str, float | None]:
    return {question.question: question.points for question in marked.questions}


@pytest.fixture(scope="module")
def authors(assignment, hand_in, trusted) -> MarkedAssignment:
    return trusted.mark(hand_in(STRONG), assignment)


def test_the_authors_answers_earn_full_marks_on_every_automatic_question(assignment, authors):
    expected = {one.id: None if one.written else one.out_of for one in assignment.questions}
    assert earned(authors) == expected
    assert (authors.percent, authors.passed) == (100.0, True)
    assert authors.findings == ()
    assert [one.question for one in authors.pending] == [
        one.id for one in assignment.questions if one.written
    ]


def test_every_mark_comes_with_a_reason_its_provisions_and_where_to_read_again(assignment, authors):
    asked = {question.id: question for question in assignment.questions}
    for question in authors.questions:
        assert question.reason, question.question
        if not question.by_hand:
            assert set(question.provisions) == set(asked[question.question].provisions)
            assert question.read_again.startswith(f"{assignment.name}#")


def test_a_blank_hand_in_earns_nothing(assignment, hand_in, trusted):
    marked = trusted.mark(hand_in(None), assignment)
    assert {question.counted for question in marked.questions} == {0.0}
    assert marked.percent == 0.0 and not marked.passed


@pytest.mark.parametrize("answerer", [STRONG, None], ids=["author", "blank"])
def test_stock_nbgrader_gives_the_same_marks(answerer, assignment, hand_in, stock, trusted):
    ours = trusted.mark(hand_in(answerer), assignment)
    theirs = stock.mark(hand_in(answerer), assignment)
    assert earned(ours) == earned(theirs)
    assert ours.percent == theirs.percent


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_no_bot_passes(bot, assignment, hand_in, trusted, record_property):
    marked = trusted.mark(hand_in(bot), assignment)
    record_property("bot", [assignment.name, bot.name, marked.percent])
    assert not marked.passed and marked.percent < assignment.pass_mark
