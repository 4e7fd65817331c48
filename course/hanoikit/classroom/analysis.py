"""The figures of a report: by trainee, by question, by objective, and what was chosen instead of the right
answer.

>>> questions = by_question(source, entries, random.Random(1))
>>> questions[0].difficulty, questions[0].discrimination
(0.6, None)

Pure: marks in, figures out. Only automatic marks count; a question that a person still has to mark is left
out.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hanoikit.classroom import statistics
from hanoikit.classroom.study import Studied
from hanoikit.classroom.time_on_task import TimeSpent
from hanoikit.errors import Finding, HanoiKitError
from hanoikit.grading import AssignmentSource, MarkedAssignment, Question


@dataclass(frozen=True, slots=True)
class HandInFacts:
    """What is known of a hand-in besides its marks. ``file`` is its SHA-256 in the inbox, ``code`` the receipt's."""

    at: datetime | None = None
    late: bool = False
    due: datetime | None = None
    code: str = ""
    file: str = ""
    state: str = ""
    """``accepted``, ``duplicate``, ``set-aside`` as in the ledger; empty without one."""
    findings: tuple[Finding, ...] = ()
    waiting: bool = False
    """A newer hand-in lies there that is not marked yet."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One hand-in of a report. ``group`` is ``"person"`` for whom the figures count; others are only
    listed. ``marked`` has the points that a person gave in formgrader, too.
    """

    trainee: str
    assignment: str
    marked: MarkedAssignment | None
    answers: Mapping[str, Any] = field(default_factory=dict)
    group: str = "person"
    description: str = ""
    error: HanoiKitError | None = None
    name: str = ""
    """As the roster writes it; empty where nobody knows it."""
    team: str = ""
    """The roster's column ``group``."""
    hand_in: HandInFacts | None = None
    time: TimeSpent = field(default_factory=TimeSpent)

    @property
    def shown_name(self) -> str:
        """The name, or the id where there is none."""
        return self.name or self.trainee

    @property
    def points(self) -> float:
        """All points, those that a person gave and those of the examiner track included."""
        return sum(mark.counted for mark in self.marked.questions) if self.marked else 0.0

    @property
    def maximum(self) -> float:
        """The most that all core questions can give, written ones included."""
        return sum(mark.out_of for mark in self.marked.questions if not mark.extra) if self.marked else 0.0


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """One question over all hand-ins that count. Shares are from 0 to 1."""

    question: Question
    n: int
    difficulty: float | None
    interval: tuple[float, float] | None
    discrimination: float | None
    unanswered: int
    pending: int


@dataclass(frozen=True, slots=True)
class ObjectiveFigures:
    """One objective: its questions, and the mean share of their points that was earned."""

    id: str
    text: str
    questions: tuple[str, ...]
    out_of: float
    share: float | None


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """How often one option of a question was chosen, by people and by the others."""

    letter: str
    text: str
    is_key: bool
    people: int
    others: int


def counted(entries: Sequence[Entry]) -> list[MarkedAssignment]:
    """The marked hand-ins of people; the figures rest on these."""
    return [entry.marked for entry in entries if entry.marked is not None and entry.group == "person"]


def by_question(
    source: AssignmentSource, entries: Sequence[Entry], rng: random.Random
) -> list[QuestionFigures]:
    """Difficulty and discrimination of every question, in reading order."""
    hand_ins = counted(entries)
    totals = [marked.core_points + marked.extra_points for marked in hand_ins]
    figures = []
    for question in source.questions:
        marks = [next(m for m in marked.questions if m.question == question.id) for marked in hand_ins]
        automatic = [mark for mark in marks if mark.state != "pending" and not question.written]
        shares = [mark.counted / mark.out_of for mark in automatic if mark.out_of]
        complete = len(automatic) == len(hand_ins)
        figures.append(
            QuestionFigures(
                question=question,
                n=len(shares),
                difficulty=statistics.difficulty(shares),
                interval=statistics.interval(shares, rng=rng),
                discrimination=(
                    statistics.item_rest([mark.counted for mark in automatic], totals) if complete else None
                ),
                unanswered=sum(mark.state == "unanswered" for mark in marks),
                pending=sum(mark.state == "pending" for mark in marks),
            )
        )
    return figures


def by_objective(source: AssignmentSource, questions: Sequence[QuestionFigures]) -> list[ObjectiveFigures]:
    """The same figures brought together by objective, weighted by points; the examiner track is left out."""
    figures = []
    for identity, text in source.objectives.items():
        mine = [item for item in questions if item.question.objective == identity]
        weighed = [item for item in mine if item.difficulty is not None and not item.question.extra]
        out_of = sum(item.question.out_of for item in weighed)
        earned = sum(item.question.out_of * (item.difficulty or 0.0) for item in weighed)
        figures.append(
            ObjectiveFigures(
                id=identity,
                text=text,
                questions=tuple(item.question.id for item in mine),
                out_of=out_of,
                share=earned / out_of if out_of else None,
            )
        )
    return figures


def options(question: Studied, entries: Sequence[Entry]) -> list[OptionFigures]:
    """The distractor table of a question with options; empty for other kinds. Several options may be
    chosen at once; a review (``gates``) has the decisions of all its rows, as ``row: decision``.
    """
    if question.kind not in {"choice", "choices", "narrow", "gates"}:
        return []

    def chosen(value: Any) -> set[str]:
        if question.kind == "gates" and value is not None:
            return {f"{row}: {said['decision']}" for row, said in value.items() if said["decision"]}
        return set(value) if isinstance(value, list) else {"" if value is None else str(value)}

    key = chosen(question.model)
    rows = [*_offered(question), ("", "")]
    given = [(entry.group, chosen(entry.answers.get(question.id))) for entry in entries]
    return [
        OptionFigures(
            letter=letter,
            text=text,
            is_key=letter in key,
            people=sum(letter in those for group, those in given if group == "person"),
            others=sum(letter in those for group, those in given if group != "person"),
        )
        for letter, text in rows
    ]


def _offered(question: Studied) -> list[tuple[str, str]]:
    if question.kind == "narrow":
        return [(letter, text) for letter, text in question.spec["parts"]]
    if question.kind == "gates":
        return [
            (f"{row}: {letter}", f"{text} {decision}")
            for row, text in question.spec["rows"]
            for letter, decision in question.spec["decisions"][row]
        ]
    return list(question.options.items())
