"""Marks as data: what each question earned, why, and what it adds up to.

>>> marked.core_points, marked.core_maximum, marked.percent
(18.0, 20.0, 90.0)
>>> [mark.question for mark in marked.pending]
['m04-q12']

``percent = min(100, 100 * (core points + extra points) / core maximum)``. Questions that only a person can
mark are left out of both sides of the fraction; once answered they are pending. Questions of the examiner
track add points, never a maximum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, cast

from hanoikit.errors import Finding

PASS_MARK = 70.0
"""Percent of the core maximum from which an assignment is passed."""

State = Literal["full", "partial", "none", "unanswered", "malformed", "pending", "no-verdict"]
"""``pending``: a person marks it. ``no-verdict``: the marking gave no result, so there is no point; a
person must look.
"""


@dataclass(frozen=True, slots=True)
class QuestionMark:
    """What one question earned. ``points`` is ``None`` while a person still has to mark it."""

    question: str
    title: str
    points: float | None
    out_of: float
    state: State
    given: Any = None
    reason: str = ""
    provisions: tuple[str, ...] = ()
    read_again: str = ""
    details: tuple[Any, ...] = ()
    objective: str = ""
    extra: bool = False
    by_hand: bool = False
    """A person marks it, whether or not it was answered."""
    needs_human: bool = False

    @property
    def counted(self) -> float:
        """The points that count now: 0 while pending."""
        return self.points or 0.0


@dataclass(frozen=True, slots=True)
class MarkedAssignment:
    """A marked hand-in: one mark for each question in reading order, and what was noticed on the way."""

    assignment: str
    title: str
    trainee: str
    questions: tuple[QuestionMark, ...]
    findings: tuple[Finding, ...] = ()
    pass_mark: float = PASS_MARK
    notebook: Path | None = None
    """The marked copy of the notebook, as the engine left it."""

    @property
    def pending(self) -> tuple[QuestionMark, ...]:
        """Questions that a person still has to read."""
        return tuple(mark for mark in self.questions if mark.state == "pending")

    @property
    def needs_human(self) -> bool:
        """Whether a person has to look before these marks are final."""
        return any(mark.needs_human for mark in self.questions) or any(
            finding.severity == "error" for finding in self.findings
        )

    @property
    def core_points(self) -> float:
        """Points earned in questions that everybody answers, without those that a person marks."""
        return sum(mark.counted for mark in self.questions if not mark.extra and not mark.by_hand)

    @property
    def extra_points(self) -> float:
        """Points earned on the examiner track."""
        return sum(mark.counted for mark in self.questions if mark.extra and not mark.by_hand)

    @property
    def core_maximum(self) -> float:
        """The most that automatic marking can give for the questions that everybody answers."""
        return sum(mark.out_of for mark in self.questions if not mark.extra and not mark.by_hand)

    @property
    def pending_points(self) -> float:
        """Points that a person can still give."""
        return sum(mark.out_of for mark in self.pending)

    @property
    def percent(self) -> float:
        """Percent of the core maximum, extra points added, at most 100, with one decimal. 0 when nothing
        is marked.
        """
        if self.core_maximum <= 0:
            return 0.0
        exact = 100 * (self.core_points + self.extra_points) / self.core_maximum
        return min(100.0, int(exact * 10 + 1e-6) / 10)

    @property
    def passed(self) -> bool:
        """Whether the automatic part reaches the pass mark (the percentage is cut, never rounded up)."""
        return self.percent >= self.pass_mark

    def to_json(self) -> dict[str, Any]:
        """This object as plain JSON data; :meth:`from_json` reads it back."""
        data = _fields(self)
        data["questions"] = [
            {**_fields(mark), "provisions": list(mark.provisions), "details": list(mark.details)}
            for mark in self.questions
        ]
        data["findings"] = [
            {**_fields(finding), "provisions": list(finding.provisions)} for finding in self.findings
        ]
        data["notebook"] = str(self.notebook) if self.notebook else None
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> MarkedAssignment:
        """Read back what :meth:`to_json` gave."""
        fields = dict(data)
        fields["questions"] = tuple(
            QuestionMark(
                **{**mark, "provisions": tuple(mark["provisions"]), "details": tuple(mark["details"])}
            )
            for mark in cast(Sequence[Mapping[str, Any]], data["questions"])
        )
        fields["findings"] = tuple(
            Finding(**{**finding, "provisions": tuple(finding["provisions"])}) for finding in data["findings"]
        )
        fields["notebook"] = Path(data["notebook"]) if data.get("notebook") else None
        return cls(**fields)


def _fields(one: Any) -> dict[str, Any]:
    """By name, without the deep copy of ``asdict``, which costs more than all else that is written down."""
    return {field.name: getattr(one, field.name) for field in fields(one)}
