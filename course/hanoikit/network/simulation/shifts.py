"""Hours on the wall clock, turned into hours of the year: who is on duty when, and what time it is elsewhere.

>>> from hanoikit.network.simulation.parameters import staffing_pattern
>>> duty = roster(staffing_pattern("office-hours").shifts, 2027)
>>> duty.at(9 * 24 + 2.0), duty.at(10 * 24 + 2.0)     # Sunday 10 and Monday 11 January, 09:00 in Bangkok
(0, 27)

Time in the simulation is a number of hours since 1 January, 00:00 UTC. A shift is worked from one time of the local
wall clock to another, so a night shift is an hour shorter or longer when the clocks change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hanoikit.network.simulation.parameters import Shift

YEARS_ON_DUTY = 2
"""The desk works on for one year after the year of the requests; what is open then stays unanswered."""


@dataclass(frozen=True, slots=True)
class Roster:
    """How many officers are on duty: ``officers[i]`` from ``times[i]`` until ``times[i + 1]``, the last for ever."""

    times: tuple[float, ...]
    officers: tuple[int, ...]

    def at(self, hour: float) -> int:
        """The number of officers on duty at this hour."""
        return self.officers[bisect_right(self.times, hour) - 1] if hour >= self.times[0] else 0

    @property
    def end(self) -> float:
        """The hour from which nobody is on duty any more."""
        return self.times[-1]

    def officer_hours(self, until: float) -> float:
        """The hours worked by all officers together up to ``until``."""
        edges = [*(t for t in self.times if t < until), until]
        return sum((b - a) * n for a, b, n in zip(edges, edges[1:], self.officers, strict=False))


def hours_in(year: int) -> int:
    """8,760, or 8,784 in a leap year."""
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days * 24


def _hour(moment: datetime, year: int) -> float:
    return (moment - datetime(year, 1, 1, tzinfo=UTC)).total_seconds() / 3600


def _wall(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """The moment at which the wall clock of the zone shows this; ``24:00`` is the next midnight."""
    hours, minutes = (int(part) for part in clock.split(":"))
    day += timedelta(days=hours // 24)
    # Through UTC: two times of one zone are subtracted by the wall clock, not by the time that passes.
    return datetime.combine(day, time(hours % 24, minutes), tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=256)
def _turns(
    zone: str, days: tuple[int, ...], start: str, end: str, year: int
) -> tuple[tuple[float, float], ...]:
    """Begin and end of each turn of a shift, in hours of the year."""
    place = ZoneInfo(zone)
    overnight = timedelta(days=1 if end <= start else 0)
    day, last = date(year - 1, 12, 30), date(year + YEARS_ON_DUTY, 1, 2)
    found = []
    while day <= last:
        if day.weekday() in days:
            begin = _hour(_wall(day, start, place), year)
            found.append((begin, _hour(_wall(day + overnight, end, place), year)))
        day += timedelta(days=1)
    return tuple(found)


@lru_cache(maxsize=64)
def roster(shifts: tuple[Shift, ...], year: int) -> Roster:
    """The officers on duty from 1 January of ``year`` to the end of the next year, UTC."""
    horizon = float(sum(hours_in(year + n) for n in range(YEARS_ON_DUTY)))
    changes: Counter[float] = Counter()
    for shift in shifts:
        for begin, end in _turns(shift.zone, shift.days, shift.start, shift.end, year):
            begin, end = max(begin, 0.0), min(end, horizon)
            if begin < end:
                changes[begin] += shift.officers
                changes[end] -= shift.officers
    times, officers, now = [0.0], [changes.pop(0.0, 0)], 0
    now = officers[0]
    for hour in sorted(changes):
        if changes[hour]:
            now += changes[hour]
            times.append(hour)
            officers.append(now)
    if times[-1] < horizon:
        times.append(horizon)
        officers.append(0)
    return Roster(times=tuple(times), officers=tuple(officers))


@lru_cache(maxsize=64)
def local_clock(zone: str, year: int) -> tuple[tuple[int, int], ...]:
    """For each UTC hour of the year: the weekday (0 is Monday) and the hour that the zone's wall clock shows.

    In zones that are a quarter or half an hour off, the hour in which the middle of the UTC hour falls.
    """
    place = ZoneInfo(zone)
    first = datetime(year, 1, 1, 0, 30, tzinfo=UTC)
    days = hours_in(year) // 24
    offsets = [(first + timedelta(days=n)).astimezone(place).utcoffset() for n in range(days + 1)]
    found = []
    for n in range(days):
        steady = offsets[n] == offsets[n + 1]  # only on two days of the year the clocks are asked every hour
        for hour in range(24):
            moment = first + timedelta(days=n, hours=hour)
            offset = offsets[n] if steady else moment.astimezone(place).utcoffset()
            local = moment + (offset or timedelta())
            found.append((local.weekday(), local.hour))
    return tuple(found)
