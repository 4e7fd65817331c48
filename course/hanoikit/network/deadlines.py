"""The clocks of the network, as pure functions: instants in, instants in UTC out.

>>> floor(datetime(2026, 3, 1, 9, tzinfo=UTC), zone="Europe/Helsinki").isoformat()     # 60 days at least (42(8))
'2026-04-30T21:00:00+00:00'
>>> orders_needed(held_since, floor(held_since, zone="Asia/Kathmandu"), law=law("XB"))  # its orders last 60 days
Cover(orders=(Order(...), Order(...)), secured=True, ...)

Two clocks that are easily mixed up: **60 days at least** for a foreign request, and then until the decision on the
request for legal assistance once that was received (42(8)); **90 days at most** for a first order at home (25(2)),
renewed where the law provides for it. The second has to cover the first: :func:`orders_needed` says whether it can.

**How days are counted is the course's assumption**; the Convention only says how many. For the 90 days at most,
:mod:`hanoikit.convention.power.orders` counts the day of the order as day 1: no other way ends earlier. For the 60
days at least, the day on which the preservation began does not count, and the last day is whole: no other way ends
later. Both by the clocks of the State that preserves. Weekends and holidays count.

The point of contact is there at every hour of every day (41(1)): it has no calendar. A central authority has one:
:func:`at_office` and :func:`office_days`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hanoikit.convention.power.law import Law
from hanoikit.convention.power.orders import Order, expiry, issue, renew, window_opens
from hanoikit.convention.power.workdays import (
    add_working_days,
    at_local,
    instant,
    last_working_moment,
    local_day,
    next_open,
)
from hanoikit.errors import OrderRefused, UsageError
from hanoikit.i18n import _

FLOOR_DAYS = 60
"""Days that data are kept at least for a foreign request (42(8))."""

_MIDNIGHT = time(0)


def floor(preserved: datetime, *, zone: str, days: int = FLOOR_DAYS) -> datetime:
    """Until when data that were preserved at this moment are kept at the least (42(8)).

    ``days`` after the day of ``preserved``, to the end of that day in ``zone``, the zone of the State that preserves.
    """
    return at_local(local_day(preserved, zone) + timedelta(days=days + 1), _MIDNIGHT, zone)


def sure_until(preserved: datetime, *, zone: str, days: int = FLOOR_DAYS) -> datetime:
    """Until when the *requesting* State can be sure that the data exist, however the other one counts its days.

    The earliest end of ``days`` days: plan with it, and ask for an extension before it (42(9)).
    """
    return min(expiry(preserved, days, zone), instant(preserved) + timedelta(days=days))


def same_hour(preserved: datetime, *, zone: str, days: int = FLOOR_DAYS) -> datetime:
    """The same hour on the wall ``days`` days later, or ``days`` times 24 hours later, whichever is earlier.

    An end before this is fewer than ``days`` days for everybody who counts from hour to hour; an end between this and
    :func:`floor` is a matter of counting, and calls for a word, not for a reproach.
    """
    local = instant(preserved).astimezone(ZoneInfo(zone))
    wall = at_local(local.date() + timedelta(days=days), local.time(), zone)
    return min(wall, instant(preserved) + timedelta(days=days))


@dataclass(frozen=True, slots=True)
class Preservation:
    """One preservation for a foreign request, with all that moves its clock. Times are aware.

    ``confirmed_until`` is what the requested State stated; ``extended`` are the ends of granted extensions, in
    order; ``received`` is when the request for legal assistance came in, ``decided`` when it was decided or withdrawn.
    """

    preserved: datetime
    zone: str
    confirmed_until: datetime | None = None
    extended: tuple[datetime, ...] = ()
    received: datetime | None = None
    decided: datetime | None = None

    @property
    def ends_without_request(self) -> datetime:
        """When it ends as long as no request for legal assistance comes in: never before the floor."""
        stated = [instant(end) for end in (self.confirmed_until, *self.extended) if end is not None]
        return max([floor(self.preserved, zone=self.zone), *stated])

    @property
    def bound_to_decision(self) -> bool:
        """Whether the request came in while the data were kept: then they are kept until it is decided."""
        return self.received is not None and instant(self.received) < self.ends_without_request

    def ends(self) -> datetime | None:
        """When it ends, in UTC; None while it lasts until a decision that has not been made (42(8)).

        A decision does not make the first 60 days shorter.
        """
        if not self.bound_to_decision:
            return self.ends_without_request
        if self.decided is None:
            return None
        return max(instant(self.decided), self.ends_without_request)

    def kept(self, moment: datetime) -> bool:
        """Whether the data must be kept at this moment."""
        end = self.ends()
        return instant(moment) >= instant(self.preserved) and (end is None or instant(moment) < end)

    def may_extend(self, asked: datetime) -> bool:
        """An extension is asked for before the end (42(9)); afterwards it takes a new request."""
        return self.kept(asked)


@dataclass(frozen=True, slots=True)
class Cover:
    """The orders at home that carry a preservation for another State.

    ``secured`` when they reach ``until``; otherwise ``gap_from`` is the first moment without an order, and ``why`` says
    what stands in the way.
    """

    orders: tuple[Order, ...]
    until: datetime
    secured: bool
    gap_from: datetime | None = None
    why: str = ""


def orders_needed(preserved: datetime, until: datetime, *, law: Law, holder: str = "") -> Cover:
    """The first order and its renewals that keep data from ``preserved`` to ``until`` (25(2), 42(8)).

    Each renewal is taken on the first moment on which the law allows it. Where the law ends before ``until``, the cover
    is not secured: the State needs another measure, or the other State must be told (42(7)).
    """
    goal = instant(until)
    orders = [issue(holder, at=preserved, law=law)]
    while orders[-1].ends < goal:
        last = orders[-1]
        moment = max(window_opens(last, law), last.issued)
        try:
            orders.append(renew(last, at=moment, law=law))
        except OrderRefused as refused:
            return Cover(tuple(orders), goal, False, last.ends, refused.what)
    return Cover(tuple(orders), goal, True)


def covers(orders: Sequence[Order], preserved: datetime, until: datetime) -> bool:
    """Whether these orders together leave no moment between the two without one."""
    reached = instant(preserved)
    for order in sorted(orders, key=lambda one: one.starts):
        if order.starts <= reached:
            reached = max(reached, order.ends)
    return reached >= instant(until)


def at_office(moment: datetime, *, law: Law) -> datetime:
    """When a central authority looks at what arrives now: at once in office hours, else when it opens."""
    return next_open(moment, law)


def office_days(moment: datetime, days: int, *, law: Law) -> datetime:
    """The end of the ``days``-th working day after the day of ``moment``, by the authority's closing time."""
    if days < 0:
        raise UsageError("A number of working days is not negative.")
    return add_working_days(moment, days, law, clock=law.calendar.closes)


def last_office_moment(before: datetime, *, law: Law) -> datetime:
    """The last moment before ``before`` at which the central authority can still act."""
    return last_working_moment(before - timedelta(seconds=1), law)


def office_time(start: datetime, end: datetime, *, law: Law) -> timedelta:
    """How much office time lies between two moments; zero when ``end`` is not after ``start``."""
    now, last = instant(start), instant(end)
    total = timedelta(0)
    while now < last:
        opens = next_open(now, law)
        if opens >= last:
            break
        day = local_day(opens, law.zone)
        closes = at_local(day, law.calendar.closes, law.zone)
        total += min(closes, last) - opens
        now = closes
    return total


class Standing(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    SOON = "soon"
    LATE = "late"
    OPEN = "open"


def standing(
    ends: datetime | None, now: datetime, *, warn: timedelta = timedelta(days=7)
) -> tuple[Standing, timedelta | None]:
    """How a clock stands now, and what is left (negative when it is past): ``OPEN`` has no end yet."""
    if ends is None:
        return Standing.OPEN, None
    left = instant(ends) - instant(now)
    if left <= timedelta(0):
        return Standing.LATE, left
    return (Standing.SOON if left <= warn else Standing.RUNNING), left


def utc(moment: datetime) -> datetime:
    """The moment in UTC. Raises ``UsageError`` when it has no zone."""
    return instant(moment).astimezone(UTC)


def in_words(left: timedelta) -> str:
    """What is left of a clock, in words that a person takes in at a glance: days and hours, or hours and minutes."""
    seconds = abs(int(left.total_seconds()))
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60
    if days:
        text = _("{days} d {hours} h").format(days=days, hours=hours)
    elif hours:
        text = _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    else:
        text = _("{minutes} min").format(minutes=minutes)
    return _("{time} ago").format(time=text) if left < timedelta(0) else text
