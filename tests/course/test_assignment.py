"""Every assignment, proven: the author's answers earn full marks, a blank hand-in nothing, and no bot passes.

The author's answers and the blank hand-in go through stock nbgrader too: honest work gets the same marks from both.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hanoikit.classroom.answerers import BOTS
from hanoikit.grading import MarkedAssignment, StockEngine

from .conftest import STRONG, earned

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stock() -> Iterator[StockEngine]:
    with StockEngine(cell_seconds=300) as engine:
        yield engine


@pytest.fixture(scope="module")
def authors(assignment, papers) -> MarkedAssignment:
    return papers.marked(STRONG, assignment)


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


def test_a_blank_hand_in_earns_nothing(assignment, papers):
    marked = papers.marked(None, assignment)
    assert {question.counted for question in marked.questions} == {0.0}
    assert marked.percent == 0.0 and not marked.passed


@pytest.mark.parametrize("answerer", [STRONG, None], ids=["author", "blank"])
def test_stock_nbgrader_gives_the_same_marks(answerer, assignment, papers, stock):
    ours = papers.marked(answerer, assignment)
    theirs = stock.mark(papers.hand_in(answerer, assignment), assignment)
    assert earned(ours) == earned(theirs)
    assert ours.percent == theirs.percent


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_no_bot_passes(bot, assignment, papers, record_property):
    marked = papers.marked(bot, assignment)
    record_property("bot", [assignment.name, bot.name, marked.percent])
    assert not marked.passed and marked.percent < assignment.pass_mark
