"""The case questions in a whole assignment: both engines mark them alike, and no bot earns much."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hanoikit.classroom import analysis, cohort
from hanoikit.classroom.analysis import Entry
from hanoikit.classroom.answerers import BOTS, KNOWS, PEOPLE, SAMPLE, Answerer
from hanoikit.classroom.slips import NOTHING, slip
from hanoikit.classroom.study import Studied, study
from hanoikit.exercise.sheet import Sheet
from hanoikit.grading import AssignmentSource, HandIn, MarkedAssignment, StockEngine, cells
from hanoikit.grading.trusted import TrustedEngine

pytestmark = pytest.mark.slow
NAME = "m98-cases"
TEXT = Path(__file__).parent / "data" / f"{NAME}.md"
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HALF_RIGHT: dict[str, Any] = {
    "m98-q1": {"law": {"decision": "met", "facts": ["1", "3"]}, "need": {"decision": "fails", "facts": []}},
    "m98-q2": {"offence": "art. 13", "data": ["traffic"], "days": 30, "since": None, "ask": None},
    "m98-q3": ["a", "b", "c"],
    "m98-q4": {"1": 90, "2": 60, "3": None, "4": 20},
}
IMPOSSIBLE: dict[str, Any] = {
    "m98-q1": {"law": "maybe"},
    "m98-q2": {
        "offence": "art. 13",
        "data": ["traffic", "content"],
        "days": 60,
        "since": None,
        "ask": "keep",
    },
    "m98-q3": {"a": True},
    "m98-q4": {"1": 55, "2": True},
}


@pytest.fixture(scope="module")
def source() -> AssignmentSource:
    return AssignmentSource.read(TEXT)


@pytest.fixture(scope="module")
def studied(source: AssignmentSource, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Studied]:
    return study(source.parsed, tmp_path_factory.mktemp("author") / NAME)


@pytest.fixture(scope="module")
def trusted() -> Iterator[TrustedEngine]:
    with TrustedEngine() as engine:
        yield engine


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hand-ins")


def hand_in(source: AssignmentSource, place: Path, name: str) -> HandIn:
    folder = place / name / NAME
    folder.mkdir(parents=True)
    cells.write_notebook(source.release, folder / f"{NAME}.ipynb")
    return HandIn(trainee=name, folder=folder)


def worked(source: AssignmentSource, studied: dict[str, Studied], place: Path, who: Answerer) -> HandIn:
    made = hand_in(source, place, who.name)
    cohort.work(source, studied, who, made.folder, random.Random(1), begin=BEGIN)
    return made


def answered(source: AssignmentSource, place: Path, name: str, answers: dict[str, Any]) -> HandIn:
    made = hand_in(source, place, name)
    for question, value in answers.items():
        Sheet.in_folder(made.folder).append(question, value)
    return made


def earned(marked: MarkedAssignment) -> dict[str, float | None]:
    return {question.question: question.points for question in marked.questions}


def test_both_engines_mark_the_case_questions_alike(
    source: AssignmentSource, studied: dict[str, Studied], trusted: TrustedEngine, place: Path
) -> None:
    right = worked(source, studied, place, PEOPLE[0])
    assert earned(trusted.mark(right, source)) == {"m98-q1": 6, "m98-q2": 4, "m98-q3": 2, "m98-q4": 2}
    half = answered(source, place, "half", HALF_RIGHT)
    ours = trusted.mark(half, source)
    with StockEngine(cell_seconds=120) as stock:
        theirs = stock.mark(half, source)
    # Gate 1: 1 - 0.5; gate 2 without a fact: 0; no reply: 0. The document: (1 + 2 + 0 + 0.5) / 5.
    assert earned(ours) == earned(theirs) == {"m98-q1": 1.0, "m98-q2": 2.8, "m98-q3": 1.0, "m98-q4": 1.08}
    assert [one.reason for one in ours.questions] == [one.reason for one in theirs.questions]
    assert not ours.findings
    wrong = trusted.mark(answered(source, place, "impossible", IMPOSSIBLE), source)
    assert set(earned(wrong).values()) == {0}
    reasons = {one.question: one for one in wrong.questions}
    assert reasons["m98-q2"].reason.startswith(
        "Not right. Nothing is earned, because one thing decides: Restraint."
    )


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_no_bot_passes_on_case_questions_alone(
    bot: Answerer, source: AssignmentSource, studied: dict[str, Studied], trusted: TrustedEngine, place: Path
) -> None:
    marked = trusted.mark(worked(source, studied, place, bot), source)
    assert marked.percent is not None and marked.percent < 50, earned(marked)


def test_bots_follow_their_bias_and_every_answer_is_one_that_the_control_accepts(
    studied: dict[str, Studied],
) -> None:
    rng = random.Random(7)
    for answerer in SAMPLE:
        for question in studied.values():
            value = answerer.answer(question, rng)
            if value is not KNOWS and value is not NOTHING:
                cohort._normal(question, value)
    said = {bot.name: {name: bot.answer(question, rng) for name, question in studied.items()} for bot in BOTS}
    reply = {name: answers["m98-q1"]["reply"]["decision"] for name, answers in said.items()}
    assert (reply["bot-refuse"], reply["bot-grant"]) == ("no", "grant")
    assert (reply["bot-postpone"], reply["bot-conditions"]) == ("later", "conditions")
    assert (reply["bot-first"], reply["bot-last"], reply["bot-zero"]) == ("grant", "no", "no")
    assert said["bot-first"]["m98-q1"]["law"] == {"decision": "met", "facts": ["1"]}
    assert (
        len(said["bot-all"]["m98-q1"]["need"]["facts"]) == 5
        and said["bot-all"]["m98-q1"]["need"]["decision"] == "met"
    )
    assert said["bot-zero"]["m98-q1"]["law"]["decision"] == "fails"
    assert (said["bot-all"]["m98-q3"], said["bot-zero"]["m98-q3"]) == (["a", "b", "c", "d"], [])
    assert said["bot-first"]["m98-q3"] == ["a", "b"]
    sure = {name: set(answers["m98-q4"].values()) for name, answers in said.items()}
    assert sure["bot-all"] == {100} and sure["bot-zero"] == {0} and sure["bot-postpone"] == {50}
    filled = said["bot-keywords"]["m98-q2"]
    assert "The form asks for" in filled["offence"] and all(
        value not in (None, "", []) for value in filled.values()
    )


def test_the_report_counts_decisions_and_parts_that_were_chosen(studied: dict[str, Studied]) -> None:
    def entry(name: str, answers: dict[str, Any]) -> Entry:
        return Entry(name, NAME, None, answers, group="bot" if name.startswith("bot") else "person")

    entries = [
        entry("right", {name: question.model for name, question in studied.items()}),
        entry(
            "half", {"m98-q1": cohort._normal(studied["m98-q1"], HALF_RIGHT["m98-q1"]), "m98-q3": ["a", "b"]}
        ),
        entry("bot-silent", {}),
    ]
    table = {row.letter: row for row in analysis.options(studied["m98-q1"], entries)}
    assert (table["law: met"].people, table["law: met"].is_key, table["law: fails"].people) == (2, True, 0)
    assert table["reply: no"].text == "What do you answer? → Refuse"
    assert (table["reply: no"].people, table[""].others, table[""].people) == (1, 1, 0)
    parts = {row.letter: (row.people, row.is_key) for row in analysis.options(studied["m98-q3"], entries)}
    assert parts == {"a": (2, True), "b": (1, False), "c": (1, True), "d": (0, False), "": (0, False)}
    assert analysis.options(studied["m98-q4"], entries) == []


@pytest.mark.parametrize("seed", range(20))
def test_a_slip_on_a_case_question_is_a_possible_answer_and_a_wrong_one(
    studied: dict[str, Studied], seed: int
) -> None:
    for question in studied.values():
        wrong = slip(question, random.Random(seed))
        assert wrong is not NOTHING
        assert cohort._normal(question, wrong) != question.model, question.id
