"""What a simulated year comes to: the share of cases whose data still exist, the waits, the losses, the busy hours.

>>> from hanoikit.network.simulation import vectorised
>>> from hanoikit.network.simulation.parameters import default_scenario
>>> summary = summarise(vectorised.simulate(default_scenario().but(requests_per_year=900), seed=2))
>>> round(sum(summary.shares.values()), 9)
1.0

The headline counts the cases in which assistance is decided: in how many of them are the data still there that day?
Cases that are abandoned are counted apart. What is left is chance of the draw (``margin``) and, far larger, the
assumptions: see :mod:`.parameters`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, nan, sqrt

import numpy as np

from hanoikit.i18n import _
from hanoikit.network.simulation.cases import Flags, Numbers
from hanoikit.network.simulation.outcomes import Outcome, Run
from hanoikit.network.simulation.parameters import senders
from hanoikit.network.simulation.queueing import in_work
from hanoikit.network.simulation.shifts import hours_in, local_clock

QUANTILES = (0.5, 0.9, 0.99)
_PER_HOUR = 6


@dataclass(frozen=True, slots=True)
class Waits:
    """How long some requests waited, in hours; a quantile is infinite when so many were never taken up.

    ``median``, ``ninety`` and ``ninety_nine``: half, 90 % and 99 % of them waited no longer. ``nan`` for no request.
    """

    requests: int
    median: float
    ninety: float
    ninety_nine: float


@dataclass(frozen=True, slots=True)
class HourOfDay:
    """One hour of the desk's own day, as the year's average: requests that come, officers on duty and at work."""

    hour: int
    requests: float
    officers: float
    busy: float

    @property
    def utilisation(self) -> float:
        """The share of the officers' time that is work; ``nan`` when nobody is ever on duty in this hour."""
        return self.busy / self.officers if self.officers else nan


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a year. Shares are of the cases that are not abandoned, except ``abandoned`` itself.

    ``exist`` is the headline and ``margin`` its 95 % margin by chance alone. ``exist_by_rule`` is the part that the
    provider's own rule kept. ``lost_in_queue`` is the part of ``LOST_WAITING`` that an officer free at arrival would
    have saved. ``load`` is the work of the year per officer-hour of the year (above 1, the desk cannot keep up);
    ``unanswered`` counts the requests that nobody finished within a year after the year.
    """

    requests: int
    cases: int
    abandoned: float
    exist: float
    margin: float
    exist_by_rule: float
    shares: dict[Outcome, float]
    lost_in_queue: float
    unanswered: int
    load: float
    wait: Waits
    wait_emergency: Waits
    wait_routine: Waits
    wait_by_sender: dict[str, Waits]
    until_preserved: Waits
    hours: tuple[HourOfDay, ...]


def summarise(run: Run) -> Summary:
    """The figures of this run."""
    cases = run.cases
    decided = ~cases.abandoned
    count = int(decided.sum())
    tally = np.bincount(run.outcome[decided], minlength=len(Outcome))
    shares = {outcome: int(tally[outcome]) / count if count else nan for outcome in Outcome}
    exist = (int(tally[Outcome.RETAINED]) + int(tally[Outcome.KEPT])) / count if count else nan
    at_once = cases.arrive + cases.work + cases.delay <= cases.arrive + cases.remaining
    in_queue = decided & (run.outcome == Outcome.LOST_WAITING) & at_once
    wait = run.start - cases.arrive
    available = run.duty.officer_hours(float(hours_in(run.scenario.year)))
    work = float(cases.work.sum())
    return Summary(
        requests=len(wait),
        cases=count,
        abandoned=float(cases.abandoned.mean()) if len(wait) else nan,
        exist=exist,
        margin=1.96 * sqrt(exist * (1 - exist) / count) if count else nan,
        exist_by_rule=shares[Outcome.RETAINED],
        shares=shares,
        lost_in_queue=int(in_queue.sum()) / count if count else nan,
        unanswered=int(np.isinf(run.done).sum()),
        load=work / available if available else float("inf") if work else 0.0,
        wait=waits(wait),
        wait_emergency=waits(wait[cases.emergency]),
        wait_routine=waits(wait[~cases.emergency]),
        wait_by_sender={
            sender.state: waits(wait[cases.sender == index]) for index, sender in enumerate(senders())
        },
        until_preserved=waits((run.confirmed - cases.arrive)[_preserved(run)]),
        hours=by_hour(run),
    )


def _preserved(run: Run) -> Flags:
    """The cases in which the provider confirmed that the data are kept."""
    own_end = run.cases.arrive + run.cases.remaining
    return np.asarray(~run.cases.refused & (run.confirmed <= own_end) & np.isfinite(run.confirmed))


def waits(hours: Numbers) -> Waits:
    """The quantiles of these waits: the smallest value that so many do not exceed, without interpolation."""
    count = len(hours)
    places = [max(ceil(q * count) - 1, 0) for q in QUANTILES]
    values = np.partition(hours, places)[places].tolist() if count else [nan] * len(QUANTILES)
    return Waits(requests=count, median=values[0], ninety=values[1], ninety_nine=values[2])


def by_hour(run: Run) -> tuple[HourOfDay, ...]:
    """The 24 hours of the desk's day. Work is looked at every ten minutes of the year."""
    year = run.scenario.year
    hours = hours_in(year)
    home = np.array([hour for _day, hour in local_clock(run.scenario.staffing.home, year)])
    came = np.bincount(home[run.cases.arrive.astype(np.int64)], minlength=24)
    moments = (np.arange(hours * _PER_HOUR) + 0.5) / _PER_HOUR
    times, officers = np.array(run.duty.times), np.array(run.duty.officers)
    there = officers[np.searchsorted(times, moments, side="right") - 1]
    busy = np.minimum(there, in_work(run.cases.arrive, run.done, moments))
    clock = np.repeat(home, _PER_HOUR)
    looks = np.bincount(clock, minlength=24)
    days = hours / 24
    on_duty, at_work = (np.bincount(clock, weights=values, minlength=24) / looks for values in (there, busy))
    return tuple(
        HourOfDay(
            hour=hour,
            requests=float(came[hour]) / days,
            officers=float(on_duty[hour]),
            busy=float(at_work[hour]),
        )
        for hour in range(24)
    )


def outcome_words(outcome: Outcome) -> str:
    """The outcome in a few words, in the trainee's language."""
    return {
        Outcome.RETAINED: _("Exist: the provider's own rule kept them"),
        Outcome.KEPT: _("Exist: preserved"),
        Outcome.GONE_BEFORE: _("Lost: gone before the request arrived"),
        Outcome.LOST_WAITING: _("Lost: deleted before preservation was confirmed"),
        Outcome.LOST_REFUSED: _("Lost: preservation refused"),
        Outcome.LOST_LAPSED: _("Lost: preservation ended before the decision"),
    }[outcome]


def interval(values: Sequence[float], *, quantile: float) -> tuple[float, float]:
    """Mean of independent replications and the half-width ``quantile`` standard errors wide."""
    count = len(values)
    mean = sum(values) / count
    variance = sum((value - mean) ** 2 for value in values) / (count - 1)
    return mean, quantile * sqrt(variance / count)
