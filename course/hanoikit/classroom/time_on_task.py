"""How long people worked on a question: an estimate from the times in their answer sheets, pauses cut out.

>>> spent = of(sheet.read().records)
>>> spent.minutes["m04-q3"], spent.cut
(2.5, 1)

The time between two answers of one session counts for the later one. A gap of more than :data:`PAUSE` is taken for a
break: only ``PAUSE`` of it counts. What came before the first answer of a session is not known and counts for nothing,
so a question that was only ever answered first has no time at all. The clock is that of the trainee's machine.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hanoikit.exercise.records import Record
from hanoikit.i18n import _

PAUSE = timedelta(minutes=10)
"""The longest gap between two answers that counts in full, as in :meth:`hanoikit.exercise.sheet.Sheet.time_on_task`."""
ENOUGH = 5
"""People from which a median with its quartiles is given."""


@dataclass(frozen=True, slots=True)
class TimeSpent:
    """Minutes by question, the number of gaps that were cut, and the answers for which no time is known."""

    minutes: Mapping[str, float] = field(default_factory=dict)
    cut: int = 0
    unknown: int = 0

    @property
    def total(self) -> float:
        """Minutes over all questions."""
        return sum(self.minutes.values())


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and quartiles of minutes over ``n`` people; ``None`` where there are too few."""

    n: int
    median: float | None
    quartiles: tuple[float, float] | None


def of(records: Iterable[Record], *, pause: timedelta = PAUSE) -> TimeSpent:
    """The time spent according to the lines of one answer sheet, in the order in which they were written."""
    longest = pause / timedelta(minutes=1)
    minutes: dict[str, float] = {}
    last: dict[str, datetime] = {}
    cut = unknown = 0
    for record in records:
        before = last.get(record.session)
        last[record.session] = record.at
        if before is None:
            unknown += 1
            continue
        gap = max(0.0, (record.at - before) / timedelta(minutes=1))
        cut += gap > longest
        minutes[record.question] = minutes.get(record.question, 0.0) + min(gap, longest)
    return TimeSpent(minutes, cut, unknown)


def spread(minutes: Sequence[float], *, enough: int = ENOUGH) -> Spread:
    """Median and quartiles (inclusive method) of the minutes of several people."""
    if len(minutes) < enough:
        return Spread(len(minutes), None, None)
    low, middle, high = statistics.quantiles(minutes, n=4, method="inclusive")
    return Spread(len(minutes), middle, (low, high))


def rule_words() -> str:
    """How the minutes were counted, in words for everybody who sees them."""
    return _(
        "Time is counted from one answer to the next. A gap of more than {pause} minutes is a pause: only {pause} "
        "minutes of it count. The time before the first answer after opening the notebook is not known. So this is an "
        "estimate."
    ).format(pause=round(PAUSE / timedelta(minutes=1)))


def words(minutes: float) -> str:
    """``"under 1 min"``, ``"4 min"``, ``"1 h 05 min"``."""
    if minutes < 1:
        return _("under 1 min")
    whole = round(minutes)
    if whole < 60:
        return _("{minutes} min").format(minutes=whole)
    return _("{hours} h {minutes:02d} min").format(hours=whole // 60, minutes=whole % 60)
