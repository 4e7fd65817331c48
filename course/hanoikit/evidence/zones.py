"""Local times and zones: what a clock on the wall says, and which instants that can be.

>>> place("Asia/Bangkok")
zoneinfo.ZoneInfo(key='Asia/Bangkok')
>>> from datetime import datetime
>>> reading = read_local(datetime(2026, 10, 25, 2, 30), "Europe/Berlin")   # the hour that comes twice
>>> reading.ambiguous, reading.instant.isoformat()
(True, '2026-10-25T02:30:00+02:00')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hanoikit.errors import UsageError
from hanoikit.i18n import _

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?([0-5]\d))?(?::?[0-5]\d)?", re.IGNORECASE)


def place(zone: str | tzinfo) -> tzinfo:
    """The zone of a name (``"Asia/Bangkok"``) or of a fixed offset (``"+07:00"``, ``"UTC"``).

    :raises UsageError: no such zone.
    """
    if isinstance(zone, tzinfo):
        return zone
    if zone.strip().upper() in ("UTC", "Z", "GMT"):
        return UTC
    if match := _OFFSET.fullmatch(zone.strip()):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        if offset < timedelta(hours=24):
            return timezone(-offset if match[1] == "-" else offset)
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            _("There is no time zone “{name}”.").format(name=zone),
            next_step=_("Write it as “Asia/Bangkok” or as an offset such as “+07:00”."),
        ) from error


@dataclass(frozen=True, slots=True)
class LocalReading:
    """A local time read in a zone.

    ``instant`` is the reading (the earlier one when the clocks were set back and the hour came twice),
    ``other`` the second one, equal to it otherwise. ``skipped`` tells that the clocks were set forward over
    this time, so that no clock set right can have shown it.
    """

    instant: datetime
    other: datetime
    skipped: bool = False

    @property
    def ambiguous(self) -> bool:
        """Whether two instants have this local time."""
        return not self.skipped and self.instant.astimezone(UTC) != self.other.astimezone(UTC)


def read_local(moment: datetime, zone: str | tzinfo) -> LocalReading:
    """Read a local time without zone in the given zone."""
    where = place(zone)
    first, second = (moment.replace(tzinfo=where, fold=fold) for fold in (0, 1))
    there_and_back = first.astimezone(UTC).astimezone(where).replace(tzinfo=None)
    return LocalReading(first, second, skipped=there_and_back != moment.replace(tzinfo=None, fold=0))
