"""The series behind the charts of the simulation, as plain data: lists, numbers, words, and a sentence each.

>>> from hanoikit.network.simulation import figures
>>> from hanoikit.network.simulation.parameters import default_scenario
>>> summary, drawn = figures(default_scenario().but(requests_per_year=900), seed=2)
>>> [figure.id for figure in drawn]
['fate', 'survival', 'wait', 'hours']

Nothing here draws. A lab turns a :class:`Figure` into a picture, its sentence into the text read in its place, and
:meth:`Figure.rows` into the table beside it. Nothing holds NumPy objects, ``nan`` or infinity: all of it is JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, isnan
from typing import Literal

import numpy as np

from hanoikit.i18n import _
from hanoikit.network.simulation.cases import Flags, Numbers
from hanoikit.network.simulation.outcomes import Outcome, Run
from hanoikit.network.simulation.summary import Summary, Waits, outcome_words

DAYS = tuple(range(0, 731, 10))
WAIT_BINS = (0.0, 0.25, 1.0, 4.0, 12.0, 24.0, 72.0, inf)
"""Upper bounds in hours; the first bin is "at once"."""

Value = float | None


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one set of bars: a value for each place on the figure's axis; ``None`` where there is none."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart as data. ``sentence`` says what it shows; ``unit`` is that of all values (``"share"`` or a count)."""

    id: str
    title: str
    sentence: str
    kind: Literal["bars", "lines"]
    axis: str
    places: tuple[str | int, ...]
    unit: str
    series: tuple[Series, ...]

    def rows(self) -> list[list[str | int | Value]]:
        """The same as a table: a head, then a row for each place."""
        body = [[place, *(s.values[n] for s in self.series)] for n, place in enumerate(self.places)]
        return [[self.axis, *(s.name for s in self.series)], *body]


def figures(run: Run, summary: Summary) -> tuple[Figure, ...]:
    """The fate of the data, how long they last, how long requests wait, and the hours of the desk."""
    return (fate(summary), survival(run), waiting(run, summary), desk_day(summary))


def headline(summary: Summary) -> str:
    """The headline as a sentence."""
    if not summary.cases:
        return _("No case came to a decision in this year.")
    return _(
        "The data still exist in {exist} of the {cases} cases when assistance is decided (by chance alone: "
        "plus or minus {margin}); in {rule} the provider's own rule would have been enough."
    ).format(
        exist=percent(summary.exist),
        cases=f"{summary.cases:,}",
        margin=percent(summary.margin),
        rule=percent(summary.exist_by_rule),
    )


def fate(summary: Summary) -> Figure:
    """Where the data of every case ended."""
    lost = [outcome for outcome in Outcome if outcome > Outcome.KEPT]
    worst = max(lost, key=lambda outcome: summary.shares[outcome])
    sentence = headline(summary)
    if summary.cases and summary.shares[worst]:
        sentence += " " + _("The greatest loss, {share} of the cases: {what}.").format(
            share=percent(summary.shares[worst]), what=_lower(outcome_words(worst).partition(": ")[2])
        )
    return Figure(
        id="fate",
        title=_("What became of the data"),
        sentence=sentence,
        kind="bars",
        axis=_("The data of a case"),
        places=tuple(outcome_words(outcome) for outcome in Outcome),
        unit="share",
        series=(Series(_("Share of cases"), tuple(_plain(summary.shares[outcome]) for outcome in Outcome)),),
    )


def survival(run: Run) -> Figure:
    """How many cases still have their data, day by day after the request arrived."""
    kept = ~run.cases.abandoned
    hours = np.array(DAYS, dtype=np.float64) * 24
    exist = _longer_than(run.vanish - run.cases.arrive, kept, hours)
    alone = _longer_than(run.cases.remaining, kept, hours)
    open_ = _longer_than(run.decision - run.cases.arrive, kept, hours)
    day = DAYS.index(90)
    if exist[day] is None:
        sentence = _("No case came to a decision in this year.")
    else:
        sentence = _(
            "90 days after the request arrived, the data exist or were handed over in {exist} of the cases; by the "
            "provider's own rule alone it would be {alone}; {open} of the cases still wait for the decision."
        ).format(exist=percent(exist[day]), alone=percent(alone[day]), open=percent(open_[day]))
    return Figure(
        id="survival",
        title=_("How long the data last"),
        sentence=sentence,
        kind="lines",
        axis=_("Days after the request arrived"),
        places=DAYS,
        unit="share",
        series=(
            Series(_("Data exist or were handed over"), exist),
            Series(_("Provider's own rule alone"), alone),
            Series(_("Assistance not yet decided"), open_),
        ),
    )


def waiting(run: Run, summary: Summary) -> Figure:
    """How long requests wait until an officer takes them up."""
    wait = run.start - run.cases.arrive
    sentence = " ".join(
        _wait_sentence(name, waits)
        for name, waits in (
            (_("emergencies"), summary.wait_emergency),
            (_("routine requests"), summary.wait_routine),
        )
    )
    return Figure(
        id="wait",
        title=_("How long requests wait for an officer"),
        sentence=sentence,
        kind="bars",
        axis=_("Waited"),
        places=_bin_names(),
        unit="share",
        series=(
            Series(_("Emergencies"), _histogram(wait[run.cases.emergency])),
            Series(_("Routine requests"), _histogram(wait[~run.cases.emergency])),
        ),
    )


def desk_day(summary: Summary) -> Figure:
    """The desk's own day: what comes, who is there, who is at work."""
    staffed = [hour for hour in summary.hours if hour.officers > 0]
    if staffed:
        busiest = max(staffed, key=lambda hour: hour.utilisation)
        sentence = _(
            "The officers are busiest from {hour:02d}:00 to {next:02d}:00 on the desk's clock: {share} of their time. "
            "Over the year, the work is {load} of the time that they have."
        ).format(
            hour=busiest.hour,
            next=busiest.hour + 1,
            share=percent(busiest.utilisation),
            load=percent(summary.load),
        )
    else:
        sentence = _("Nobody is ever on duty.")
    return Figure(
        id="hours",
        title=_("The desk's day"),
        sentence=sentence,
        kind="lines",
        axis=_("Hour on the desk's clock"),
        places=tuple(range(24)),
        unit="count",
        series=(
            Series(_("Requests that come"), tuple(_plain(hour.requests) for hour in summary.hours)),
            Series(_("Officers on duty"), tuple(_plain(hour.officers) for hour in summary.hours)),
            Series(_("Officers at work"), tuple(_plain(hour.busy) for hour in summary.hours)),
        ),
    )


def percent(share: float | None) -> str:
    """``"83.4 %"``."""
    return _("unknown") if share is None or isnan(share) else f"{100 * share:.1f} %"


def duration(hours: float) -> str:
    """A wait in words: minutes, hours or days."""
    if hours == inf:
        return _("never")
    if hours < 1 / 60:
        return _("at once")
    if hours < 2:
        return _("{n:.0f} minutes").format(n=hours * 60)
    return _("{n:.0f} hours").format(n=hours) if hours < 72 else _("{n:.0f} days").format(n=hours / 24)


def _wait_sentence(name: str, waits: Waits) -> str:
    if not waits.requests:
        return _("There are no {kind}.").format(kind=name)
    if waits.median == inf:
        return _("Of the {kind}, more than half are never taken up.").format(kind=name)
    if waits.ninety < 1 / 60:
        return _("Of the {kind}, nine in ten are taken up at once.").format(kind=name)
    if waits.ninety == inf:
        text = _("Of the {kind}, half are taken up after {median} at most; more than one in ten never.")
    else:
        text = _(
            "Of the {kind}, half are taken up after {median} at most, nine in ten after {ninety} at most."
        )
    return text.format(kind=name, median=_least(waits.median), ninety=_least(waits.ninety))


def _least(hours: float) -> str:
    return _("a minute") if hours < 1 / 60 else duration(hours)


def _bin_names() -> tuple[str, ...]:
    return (
        _("not at all"),
        _("up to 15 minutes"),
        _("up to 1 hour"),
        _("up to 4 hours"),
        _("up to 12 hours"),
        _("up to 1 day"),
        _("up to 3 days"),
        _("longer"),
        _("never taken up"),
    )


def _histogram(wait: Numbers) -> tuple[Value, ...]:
    if not len(wait):
        return (None,) * (len(WAIT_BINS) + 1)
    finite = wait[np.isfinite(wait)]
    counts = np.bincount(np.searchsorted(np.array(WAIT_BINS), finite), minlength=len(WAIT_BINS))
    return tuple(_plain(int(n) / len(wait)) for n in [*counts, len(wait) - len(finite)])


def _longer_than(times: Numbers, which: Flags, hours: Numbers) -> tuple[Value, ...]:
    values = np.sort(times[which])
    if not len(values):
        return (None,) * len(hours)
    passed = np.searchsorted(values, hours, side="right")
    return tuple(_plain(1 - int(n) / len(values)) for n in passed)


def _plain(value: float) -> Value:
    return round(value, 6) if isfinite(value) else None


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
