"""The figures of a report: by trainee, by question, by objective, and what was chosen instead of the right
answer.

>>> questions = by_question(source, entries)
>>> questions[0].difficulty, questions[0].discrimination
(0.6, None)

Pure: marks in, figures out. A question that a person still has to mark is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hanoikit.classroom import statistics
from hanoikit.classroom.study import Studied
from hanoikit.classroom.time_on_task import Spread, TimeSpent, spread
from hanoikit.errors import Finding, HanoiKitError
from hanoikit.grading import AssignmentSource, MarkedAssignment, Question, QuestionMark


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
    discrimination_interval: tuple[float, float] | None = None
    time: Spread = field(default_factory=lambda: Spread(0, None, None))


@dataclass(frozen=True, slots=True)
class ObjectiveFigures:
    """One objective: its questions, and the mean share of their points that was earned."""

    id: str
    text: str
    questions: tuple[str, ...]
    out_of: float
    share: float | None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """What one person reached in one objective: points of the core questions that are marked."""

    objective: str
    points: float
    out_of: float
    questions: int
    unanswered: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; ``None`` where nothing is marked."""
        return self.points / self.out_of if self.out_of else None


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far the total of an assignment can be relied on, over ``n`` hand-ins and ``items`` questions."""

    n: int
    items: int
    alpha: float | None
    interval: tuple[float, float] | None
    error: float | None
    """Standard error of measurement, in points."""


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


def by_question(source: AssignmentSource, entries: Sequence[Entry]) -> list[QuestionFigures]:
    """Difficulty, discrimination and time of every question, in reading order."""
    people = [entry for entry in entries if entry.group == "person" and entry.marked is not None]
    tables = [_by_id(entry) for entry in people]
    totals = [sum(mark.counted for mark in table.values() if not mark.by_hand) for table in tables]
    figures = []
    for question in source.questions:
        marks = [table.get(question.id) for table in tables]
        # Of the rest of the test only what was marked without a person: the same for all.
        known = [
            (mark, total - (0.0 if mark.by_hand else mark.counted))
            for mark, total in zip(marks, totals, strict=True)
            if mark is not None and mark.points is not None and mark.state != "pending"
        ]
        shares = [min(1.0, mark.counted / mark.out_of) for mark, _rest in known if mark.out_of]
        points, rest = [mark.counted for mark, _rest in known], [other for _mark, other in known]
        correlation = (
            statistics.item_rest(points, [one + two for one, two in zip(points, rest, strict=True)])
            if len(known) == len(people)
            else None
        )
        waiting = sum(mark is not None and mark.state == "pending" for mark in marks)
        minutes = [e.time.minutes[question.id] for e in people if question.id in e.time.minutes]
        figures.append(
            QuestionFigures(
                question=question,
                n=len(shares),
                # Those that are marked already are no fair sample: no answer at all counts at once as zero.
                difficulty=None if waiting else statistics.difficulty(shares),
                interval=None if waiting else statistics.interval(shares),
                discrimination=correlation,
                discrimination_interval=statistics.correlation_interval(correlation, len(known)),
                unanswered=sum(mark is not None and mark.state == "unanswered" for mark in marks),
                pending=sum(mark is not None and mark.state == "pending" for mark in marks),
                time=spread(minutes),
            )
        )
    return figures


def by_objective(
    source: AssignmentSource, questions: Sequence[QuestionFigures], entries: Sequence[Entry] = ()
) -> list[ObjectiveFigures]:
    """The same figures brought together by objective, weighted by points; the examiner track is left out.

    With ``entries`` the share is the mean of what each person reached in what is marked, and has an interval.
    """
    people = [reached(entry) for entry in entries if entry.group == "person" and entry.marked is not None]
    figures = []
    for identity, text in source.objectives.items():
        mine = [item for item in questions if item.question.objective == identity]
        weighed = [item for item in mine if item.difficulty is not None and not item.question.extra]
        out_of = sum(item.question.out_of for item in weighed)
        earned = sum(item.question.out_of * (item.difficulty or 0.0) for item in weighed)
        shares = [
            min(1.0, one[identity].share or 0.0)
            for one in people
            if identity in one and one[identity].share is not None
        ]
        figures.append(
            ObjectiveFigures(
                id=identity,
                text=text,
                questions=tuple(item.question.id for item in mine),
                out_of=out_of,
                share=sum(shares) / len(shares) if shares else earned / out_of if out_of else None,
                interval=statistics.interval(shares),
            )
        )
    return figures


def reached(entry: Entry) -> dict[str, Reached]:
    """Objective to what this person reached in one hand-in; the examiner track is left out."""
    found: dict[str, Reached] = {}
    for mark in entry.marked.questions if entry.marked else ():
        if mark.extra or not mark.objective or mark.points is None:
            continue
        before = found.get(mark.objective, Reached(mark.objective, 0.0, 0.0, 0, 0))
        found[mark.objective] = Reached(
            mark.objective,
            before.points + mark.counted,
            before.out_of + mark.out_of,
            before.questions + 1,
            before.unanswered + (mark.state == "unanswered"),
        )
    return found


def reliability(source: AssignmentSource, entries: Sequence[Entry], *, seed: int = 0) -> Reliability:
    """Cronbach's alpha over the core questions that are marked automatically."""
    items = [one.id for one in source.questions if not one.extra and not one.written]
    tables = [_by_id(entry) for entry in entries if entry.group == "person" and entry.marked is not None]
    points = [[table[name].counted for name in items if name in table] for table in tables]
    points = [row for row in points if len(row) == len(items)]
    return Reliability(
        n=len(points),
        items=len(items),
        alpha=statistics.alpha(points),
        interval=statistics.alpha_interval(points, seed=seed),
        error=statistics.error_of_measurement(points),
    )


def _by_id(entry: Entry) -> dict[str, QuestionMark]:
    return {mark.question: mark for mark in entry.marked.questions} if entry.marked else {}


def options(question: Studied, entries: Sequence[Entry]) -> list[OptionFigures]:
    """The distractor table of a question with options; empty for other kinds. Several options may be
    chosen at once; a review (``gates``) has the decisions of all its rows, as ``row: decision``.
    """
    if question.kind not in {"choice", "choices", "narrow", "gates", "match"}:
        return []

    # What was handed in may have any shape: nothing here may fail on it.
    def chosen(value: Any) -> set[str]:
        if isinstance(value, Mapping):
            said = {
                row: one.get("decision") if isinstance(one, Mapping) else one for row, one in value.items()
            }
            return {f"{row}: {decision}" for row, decision in said.items() if decision}
        if isinstance(value, list):
            return {str(one) for one in value}
        return {"" if value is None else str(value)}

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
            (f"{row}: {letter}", f"{text} → {decision}")
            for row, text in question.spec["rows"]
            for letter, decision in question.spec["decisions"][row]
        ]
    if question.kind == "match":
        return [
            (f"{left}: {right}", f"{text} → {other}")
            for left, text in question.spec["left"]
            for right, other in question.spec["right"]
        ]
    return list(question.options.items())
