"""The requests of one year, drawn by chance: when each arrives, the work in it, and how its clocks are set.

>>> from hanoikit.network.simulation.parameters import default_scenario
>>> cases = draw(default_scenario(), seed=7)
>>> len(cases.arrive) == len(cases.work), bool(cases.arrive[0] < cases.arrive[-1] < 8760)
(True, True)

Common random numbers: the n-th request takes the n-th number of each stream, whatever the parameters are. So a slider
moves the same year a little, instead of drawing another year, and two staffings meet the same requests.
Arrivals are a Poisson process whose rate follows the hours of the sending States; durations are log-normal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hanoikit.network.simulation.parameters import Scenario, Sender, hourly_pattern, senders
from hanoikit.network.simulation.shifts import hours_in, local_clock

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

STREAMS = (
    "gap",
    "kind",
    "work",
    "incomplete",
    "completion",
    "refused",
    "answer",
    "age",
    "retention",
    "extension",
    "renewal",
    "sent",
    "decided",
    "abandoned",
)
_NORMAL = {"work", "completion", "answer", "age", "retention", "sent", "decided"}


@dataclass(frozen=True, slots=True)
class Cases:
    """One row for each request, in order of arrival; every time and duration is in hours.

    ``remaining`` is how long after arrival the provider would still keep the data by its own rule (not above 0: they
    were gone before); ``delay`` lies between the end of the desk's work and the provider's answer; ``hold`` is what a
    preservation lasts, with extensions, while no assistance request has come; ``order`` what the domestic order and
    its renewals last; ``sent`` runs from preservation to the arrival of the assistance request, ``decided`` from there
    to the decision.
    """

    arrive: Numbers
    sender: NDArray[np.int64]
    emergency: Flags
    work: Numbers
    delay: Numbers
    refused: Flags
    remaining: Numbers
    hold: Numbers
    order: Numbers
    sent: Numbers
    decided: Numbers
    abandoned: Flags


@lru_cache(maxsize=16)
def _rates(year: int, sending: tuple[Sender, ...]) -> tuple[Numbers, Numbers]:
    """Shares of the year's requests by UTC hour (rows) and sender (columns): routine ones, and emergencies."""
    by_hour, weekend = hourly_pattern()
    week = np.array([[w * (weekend if day > 4 else 1.0) for w in by_hour] for day in range(7)])
    routine = np.empty((hours_in(year), len(sending)))
    for column, sender in enumerate(sending):
        clock = np.array(local_clock(sender.zone, year))
        weights = week[clock[:, 0], clock[:, 1]]
        routine[:, column] = sender.share * weights / weights.sum()
    even = np.full((hours_in(year), 1), 1.0 / hours_in(year)) * np.array([s.share for s in sending])
    return routine, even


@lru_cache(maxsize=8)
def _arrival_law(year: int, emergency_share: float) -> tuple[Numbers, Numbers]:
    """The share of the year's requests before each hour, and the bounds of sender and kind within each hour."""
    routine, even = _rates(year, senders())
    rates = np.hstack([(1 - emergency_share) * routine, emergency_share * even])
    bounds = np.cumsum(rates, axis=1)
    before = np.concatenate([[0.0], np.cumsum(bounds[:, -1])])
    return before / before[-1], np.ascontiguousarray((bounds / bounds[:, -1:])[:, :-1].T)


@lru_cache(maxsize=2)
def _streams(seed: int, size: int) -> dict[str, Numbers]:
    """The raw streams of a seed, kept because a slider asks for the same ones again; a longer one begins the same."""
    made: dict[str, Numbers] = {}
    for name, child in zip(STREAMS, np.random.SeedSequence(seed).spawn(len(STREAMS)), strict=True):
        source = np.random.Generator(np.random.PCG64(child))
        if name == "gap":
            made[name] = np.cumsum(source.standard_exponential(size))
        elif name in _NORMAL:
            made[name] = source.standard_normal(size)
        else:
            made[name] = source.random(size)
        made[name].setflags(write=False)
    return made


def draw(scenario: Scenario, *, seed: int = 0) -> Cases:
    """The requests of the scenario's year. The same seed gives the same year."""
    mean = scenario.requests_per_year
    most = ceil(mean + 8 * sqrt(mean) + 32)
    raw = _streams(seed, 1 << (most - 1).bit_length())
    before, bounds = _arrival_law(scenario.year, scenario.emergency_share)
    n = int(np.searchsorted(raw["gap"], mean, side="right"))
    arrive = (
        np.interp(raw["gap"][:n] / mean, before, np.arange(len(before), dtype=np.float64))
        if n
        else np.zeros(0)
    )
    hour = np.minimum(arrive.astype(np.int64), len(before) - 2)
    column = np.zeros(n, dtype=np.int64)
    for bound in bounds:
        column += raw["kind"][:n] >= bound[hour]
    emergency = column >= len(senders())

    def lognormal(stream: str, median: float | Numbers, spread: float) -> Any:
        return median * np.exp(spread * raw[stream][:n])

    work = lognormal("work", 1.0, scenario.handling_spread)
    work *= np.where(emergency, scenario.emergency_minutes, scenario.handling_minutes) / 60
    delay = lognormal("answer", 1.0, scenario.provider_spread)
    delay *= np.where(emergency, scenario.emergency_provider_hours, scenario.provider_hours)
    delay += np.where(
        raw["incomplete"][:n] < scenario.incomplete_share,
        lognormal("completion", scenario.completion_hours, scenario.completion_spread),
        0.0,
    )
    extensions = times_in_a_row(raw["extension"][:n], scenario.extension_share)
    renewals = times_in_a_row(raw["renewal"][:n], scenario.renewal_share)
    extended = extensions * scenario.extension_days if scenario.extension_days else np.zeros(n)
    return Cases(
        arrive=arrive,
        sender=column % len(senders()),
        emergency=emergency,
        work=work,
        delay=delay,
        refused=raw["refused"][:n] < scenario.refused_share,
        remaining=24
        * (
            lognormal("retention", scenario.retention_days, scenario.retention_spread)
            - lognormal("age", scenario.age_days, scenario.age_spread)
        ),
        hold=24 * (scenario.hold_days + extended),
        order=24 * scenario.order_days * (1 + renewals),
        sent=24 * lognormal("sent", scenario.sent_days, scenario.sent_spread),
        decided=24 * lognormal("decided", scenario.decided_days, scenario.decided_spread),
        abandoned=raw["abandoned"][:n] < scenario.abandoned_share,
    )


def times_in_a_row(uniform: Numbers, chance: float) -> Numbers:
    """How often something with this chance happens before it first fails (geometric; infinite when it never does)."""
    if chance >= 1:
        return np.full(len(uniform), np.inf)
    if chance <= 0:
        return np.zeros(len(uniform))
    with np.errstate(divide="ignore"):
        return np.asarray(np.floor(np.log(uniform) / log(chance)), dtype=np.float64)
