"""The seam between the course and whatever marks the work.

>>> for outcome in mark_each(StockEngine(), hand_ins, source):
...     print(outcome.hand_in.trainee, outcome.marked.percent if outcome.marked else outcome.error)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from hanoikit.errors import GradingError
from hanoikit.grading.handin import HandIn
from hanoikit.grading.marks import MarkedAssignment
from hanoikit.grading.source import AssignmentSource


class Engine(Protocol):
    """Whatever can mark one hand-in."""

    def mark(self, hand_in: HandIn, source: AssignmentSource) -> MarkedAssignment:
        """The marks of one hand-in, explained.

        Raises :class:`~hanoikit.errors.GradingError` when the hand-in cannot be marked at all; the error
        says what to do next. The hand-in itself is never changed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one hand-in: marks, or the reason why there are none."""

    hand_in: HandIn
    marked: MarkedAssignment | None = None
    error: GradingError | None = None


def mark_each(engine: Engine, hand_ins: Iterable[HandIn], source: AssignmentSource) -> Iterator[Outcome]:
    """Mark one hand-in after the other; one that cannot be marked does not stop those that come after it."""
    for hand_in in hand_ins:
        try:
            yield Outcome(hand_in, marked=engine.mark(hand_in, source))
        except GradingError as error:
            yield Outcome(hand_in, error=error)
