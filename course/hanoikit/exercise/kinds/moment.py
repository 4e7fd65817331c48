"""A moment: a date and a time with its zone, so that two people anywhere mean the same instant.

>>> kind = Moment({"Asia/Tokyo": "Tokyo"})
>>> kind.validate("2026-03-01T14:05+09:00")["at"]
'2026-03-01T14:05:00+09:00'

A moment without a zone is no moment: the zone has no default and must be chosen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from hanoikit.errors import AnswerMalformed, QuestionInvalid
from hanoikit.exercise.kinds.base import Kind
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?")


def zone_named(name: str) -> tzinfo:
    """The zone of an IANA name, ``"UTC"`` or an offset such as ``"+05:30"``; raises QuestionInvalid."""
    if name.upper() in {"UTC", "Z"}:
        return UTC
    offset = _OFFSET.fullmatch(name.replace("−", "-"))
    if offset and int(offset[2]) <= 23 and int(offset[3] or 0) <= 59:
        length = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(-length if offset[1] == "-" else length)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise QuestionInvalid(_("There is no time zone {name}.").format(name=name[:60])) from error


def _offset_name(moment: datetime) -> str:
    offset = moment.utcoffset()
    return "UTC" if not offset else moment.strftime("%z")[:3] + ":" + moment.strftime("%z")[3:5]


class Moment(Kind):
    """A date, a time and a zone.

    The value holds ``date`` ("2026-03-01"), ``time`` ("14:05:00"), ``zone`` ("Asia/Tokyo") and ``at``, the
    instant in ISO 8601 with its offset. A field not given yet is None, and so is ``at`` until all three are
    there.
    """

    name: ClassVar[str] = "moment"

    def __init__(self, zones: Mapping[str, str]) -> None:
        self.zones = {str(name): str(label) for name, label in zones.items()}
        for name in self.zones:
            zone_named(name)

    def validate(self, value: object) -> Plain:
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value.strip())
            except ValueError as error:
                raise self._malformed() from error
        if isinstance(value, datetime):
            if value.utcoffset() is None:
                raise AnswerMalformed(
                    _("This time has no zone, so it may mean many moments."),
                    next_step=_("Add the offset from UTC, for example 2026-03-01T14:05+09:00."),
                )
            zone = getattr(value.tzinfo, "key", None) or _offset_name(value)
            value = {
                "date": value.date().isoformat(),
                "time": value.time().isoformat("seconds"),
                "zone": zone,
            }
        if not isinstance(value, Mapping) or not set(value) <= {"date", "time", "zone", "at"}:
            raise self._malformed()
        return self._fields(value)

    def _fields(self, value: Mapping[str, object]) -> dict[str, str | None]:
        texts = {key: str(value[key]).strip() for key in ("date", "time", "zone") if value.get(key)}
        try:
            day = date.fromisoformat(texts["date"]) if texts.get("date") else None
            clock = time.fromisoformat(texts["time"]) if texts.get("time") else None
            zone = zone_named(texts["zone"]) if texts.get("zone") else None
        except (ValueError, QuestionInvalid) as error:
            raise self._malformed() from error
        if clock is not None and clock.tzinfo is not None:
            raise self._malformed()
        at = None
        if day and clock is not None and zone:
            local = datetime.combine(day, clock, zone)
            try:
                back = local.astimezone(UTC).astimezone(zone)
            except OverflowError as error:
                raise self._malformed() from error
            if back.replace(tzinfo=None) != local.replace(tzinfo=None):
                raise AnswerMalformed(
                    _("This time did not exist on that day: the clocks were put forward over it."),
                    next_step=_("Work the moment out again in UTC."),
                )
            at = local.isoformat()
        return {
            "date": day.isoformat() if day else None,
            "time": clock.isoformat("seconds") if clock is not None else None,
            "zone": texts.get("zone"),
            "at": at,
        }

    def _malformed(self) -> AnswerMalformed:
        return AnswerMalformed(
            _("This is not a date and time with its zone."),
            next_step=_("Write for example 2026-03-01T14:05+09:00."),
        )

    def describe(self, value: Plain) -> str:
        parts = [value.get("date") or "?", value.get("time") or "?"]
        zone = value.get("zone")
        parts.append(self.zones.get(zone, zone) if zone else "?")
        text = " ".join(parts)
        if value.get("at"):
            utc = datetime.fromisoformat(value["at"]).astimezone(UTC)
            text += f" = {utc:%Y-%m-%d %H:%M:%S} UTC"
        return text

    def missing(self, value: Plain) -> tuple[str, ...]:
        open_fields = {
            "date": _("Give the date."),
            "time": _("Give the time."),
            "zone": _("Choose the zone."),
        }
        return tuple(sentence for field, sentence in open_fields.items() if not value.get(field))

    def spec(self) -> dict[str, Any]:
        return {
            "zones": list(self.zones.items()),
            "labels": {
                "date": _("Date"),
                "time": _("Time"),
                "zone": _("Time zone"),
                "none": _("Choose a zone"),
            },
        }
