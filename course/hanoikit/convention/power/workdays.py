"""Working days and office hours of the invented States.

>>> from datetime import date
>>> is_working_day(date(2026, 2, 20), law("XA").calendar)        # a holiday in Aldermark
False

Holidays are data (``assets/powers/laws.json``). All results are instants in UTC; office hours are read in the
State's zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hanoikit.convention.power.law import AT_ALL_HOURS, Calendar, Law
from hanoikit.errors import UsageError
from hanoikit.i18n import _

NOON = time(12)
_FAR = 400
"""Days after which a search for a working day gives up; no calendar closes for a year."""


def instant(moment: datetime) -> datetime:
    """The moment in UTC.

    :raises UsageError: it has no zone.
    """
    if moment.utcoffset() is None:
        raise UsageError(
            _("This time has no zone."), next_step=_("Say by which clock it is meant, for example UTC.")
        )
    return moment.astimezone(UTC)


def at_local(day: date, clock: time, zone: str) -> datetime:
    """This clock time of this day in the zone, in UTC. A time that the clocks jump over is the moment of the jump or
    later; of a time that comes twice it is the first.
    """
    return datetime.combine(day, clock, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    """The date on the wall in the zone."""
    return instant(moment).astimezone(ZoneInfo(zone)).date()


def is_working_day(day: date, calendar: Calendar) -> bool:
    """Neither a weekday off nor a holiday."""
    return day.weekday() not in calendar.rest and (day.month, day.day) not in calendar.holidays


def _hours(day: date, law: Law) -> tuple[datetime, datetime]:
    return at_local(day, law.calendar.opens, law.zone), at_local(day, law.calendar.closes, law.zone)


def next_open(moment: datetime, law: Law) -> datetime:
    """The first moment from ``moment`` on at which offices are open."""
    now = instant(moment)
    first = local_day(now, law.zone)
    for ahead in range(_FAR):
        day = first + timedelta(days=ahead)
        if is_working_day(day, law.calendar):
            opens, closes = _hours(day, law)
            if now < closes:
                return max(now, opens)
    raise UsageError(_("The calendar of {state} has no working day.").format(state=law.state))


def last_working_moment(before: datetime, law: Law) -> datetime:
    """The last moment not after ``before`` at which offices are open: ``before`` itself, or a closing time."""
    limit = instant(before)
    last = local_day(limit, law.zone)
    for back in range(_FAR):
        day = last - timedelta(days=back)
        if is_working_day(day, law.calendar):
            opens, closes = _hours(day, law)
            if opens <= limit:
                return min(limit, closes)
    raise UsageError(_("The calendar of {state} has no working day.").format(state=law.state))


def add_working_days(moment: datetime, days: int, law: Law, *, clock: time = NOON) -> datetime:
    """This clock time of the ``days``-th working day after the day of ``moment``, which does not count itself."""
    day = local_day(moment, law.zone)
    left = days
    for _ahead in range(_FAR + 7 * days):
        if left == 0:
            break
        day += timedelta(days=1)
        left -= is_working_day(day, law.calendar)
    return max(at_local(day, clock, law.zone), instant(moment))


def decided(by: str, asked: datetime, law: Law) -> datetime:
    """When somebody orders who is asked now: at once at all hours, or when the office opens."""
    return instant(asked) if by in AT_ALL_HOURS else next_open(asked, law)
