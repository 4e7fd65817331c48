"""Orders to preserve and their clock: at most 90 days, renewal, the end as an instant (25(2)).

>>> order = issue("Havnmail", at=datetime(2026, 2, 16, 10, tzinfo=ZoneInfo("Europe/Helsinki")), law=law("XA"))
>>> order.ends.isoformat(), order.last_day.isoformat()
('2026-05-16T21:00:00+00:00', '2026-05-16')

**How days are counted is the course's assumption.** The Convention says "at most 90 days" and no more. Here the day
of the order is day 1, and the order ends at midnight at the end of its last day, by the clocks of the State that
ordered. This is the careful way: no other way of counting whole days ends earlier. Weekends and holidays count; they
do not move the end. A renewal begins where the period before it ends, and is ordered before that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from hanoikit.convention.power.law import AT_ALL_HOURS, Law
from hanoikit.convention.power.workdays import (
    at_local,
    instant,
    last_working_moment,
    local_day,
)
from hanoikit.errors import OrderRefused
from hanoikit.i18n import _, ngettext

MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Order:
    """One period of an order to preserve. Instants are UTC; it runs from ``starts`` up to, not including, ``ends``.
    ``number`` is 0 for the first order and counts its renewals.
    """

    holder: str
    state: str
    zone: str
    issued: datetime
    starts: datetime
    ends: datetime
    number: int = 0

    @property
    def last_day(self) -> date:
        """The last whole day, on the wall of the State that ordered."""
        return local_day(self.ends, self.zone) - timedelta(days=1)

    @property
    def days(self) -> int:
        """Days on the calendar, the first and the last included."""
        return (self.last_day - local_day(self.starts, self.zone)).days + 1

    def runs(self, moment: datetime) -> bool:
        return self.starts <= instant(moment) < self.ends


def expiry(starts: datetime, days: int, zone: str) -> datetime:
    """The end of ``days`` calendar days, the day of ``starts`` being the first, in the zone; in UTC."""
    return at_local(local_day(starts, zone) + timedelta(days=days), MIDNIGHT, zone)


def _length(days: int | None, law: Law) -> int:
    chosen = law.preserve_days if days is None else days
    if not 1 <= chosen <= law.preserve_days:
        raise OrderRefused(
            _("{days} days are not possible.").format(days=chosen),
            next_step=_(
                "In {state} an order lasts 1 to {most} days; the Convention allows 90 at most (25(2))."
            ).format(state=law.state, most=law.preserve_days),
        )
    return chosen


def issue(holder: str, *, at: datetime, law: Law, days: int | None = None) -> Order:
    """A first order, for as long as the law allows or for ``days``.

    :raises OrderRefused: more days than the State's law, or the Convention, allows.
    """
    starts = instant(at)
    ends = expiry(starts, _length(days, law), law.zone)
    return Order(holder, law.state, law.zone, starts, starts, ends)


def window_opens(order: Order, law: Law) -> datetime:
    """From when on a renewal may be ordered: ``window_days`` before the last day ends."""
    return at_local(order.last_day - timedelta(days=law.window_days - 1), MIDNIGHT, law.zone)


def renew(order: Order, *, at: datetime, law: Law, days: int | None = None) -> Order:
    """The period that follows ``order`` without a gap.

    :raises OrderRefused: the law provides for no (further) renewal, or it comes too early or too late.
    """
    now = instant(at)
    if order.number >= law.renewals:
        what = (
            ngettext(
                "The law of {state} allows {n} renewal, and it was used.",
                "The law of {state} allows {n} renewals, and they were used.",
                law.renewals,
            ).format(state=law.state, n=law.renewals)
            if law.renewals
            else _(
                "The law of {state} provides for no renewal. The Convention leaves that to each State (25(2))."
            ).format(state=law.state)
        )
        raise OrderRefused(what, next_step=_("Get the data handed over before the order ends."))
    if now >= order.ends:
        raise OrderRefused(
            _("The order has ended already, and what has ended cannot be renewed."),
            next_step=_("If the data still exist, issue a new order at once."),
        )
    if now < window_opens(order, law):
        raise OrderRefused(
            _("It is too early: a renewal has to look again whether the data are still needed."),
            next_step=_("In {state} ask in the last {days} days of the order.").format(
                state=law.state, days=law.window_days
            ),
        )
    ends = expiry(order.ends, _length(days, law), law.zone)
    return Order(order.holder, order.state, order.zone, now, order.ends, ends, order.number + 1)


class Standing(StrEnum):
    """How an order stands at a moment."""

    NOT_YET = "not yet"
    RUNNING = "running"
    RENEWABLE = "can be renewed"
    LAST_CALL = "last call"
    ENDED = "ended"


def standing(order: Order, *, now: datetime, law: Law) -> Standing:
    """``RENEWABLE`` in the window for renewal, ``LAST_CALL`` once no office opens again before the end."""
    moment = instant(now)
    if moment < order.starts:
        return Standing.NOT_YET
    if moment >= order.ends:
        return Standing.ENDED
    if order.number >= law.renewals or moment < window_opens(order, law):
        return Standing.RUNNING
    return Standing.RENEWABLE if moment <= last_call(order, law) else Standing.LAST_CALL


def last_call(order: Order, law: Law) -> datetime:
    """The last moment at which a renewal can still be had: offices are open, or somebody orders at all hours."""
    if law.renewed_by in AT_ALL_HOURS:
        return order.ends - timedelta(seconds=1)
    return last_working_moment(order.ends - timedelta(seconds=1), law)


@dataclass(frozen=True, slots=True)
class Warning:
    """A moment at which somebody must act; ``text`` says what."""

    at: datetime
    text: str


def warnings(order: Order, law: Law) -> tuple[Warning, ...]:
    """What to write into the diary when the order is issued, earliest first."""
    if order.number >= law.renewals:
        text = _("No renewal is possible: from now on only a handing-over saves the data.")
        return (Warning(order.starts, text), Warning(order.ends, _("The order ends.")))
    return (
        Warning(window_opens(order, law), _("A renewal can be asked for from now on.")),
        Warning(last_call(order, law), _("Last office hour before the end.")),
        Warning(order.ends, _("The order ends.")),
    )


def gaps(orders: Sequence[Order]) -> tuple[tuple[datetime, datetime], ...]:
    """The times between the first start and the last end that no order covers."""
    found = []
    reached: datetime | None = None
    for order in sorted(orders, key=lambda one: one.starts):
        if reached is not None and order.starts > reached:
            found.append((reached, order.starts))
        reached = order.ends if reached is None else max(reached, order.ends)
    return tuple(found)
