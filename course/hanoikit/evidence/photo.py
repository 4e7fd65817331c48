"""What a photo says about where and when it was taken (EXIF), and what it leaves open.

>>> report = read("jetty.jpg")                                                # doctest: +SKIP
>>> report.position.latitude, report.taken.stored, report.taken.offset        # doctest: +SKIP
(12.5084, datetime.datetime(2026, 3, 28, 14, 2, 11), None)

A camera writes local time. Newer ones add the zone (``OffsetTimeOriginal``, Exif 2.31); many do not, and
then the GPS time, which is UTC, can show it. Anybody can write EXIF data: it is a statement of the file,
not a fact.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Any

from hanoikit.errors import ArtefactUnreadable, Finding
from hanoikit.evidence import hashing, zones
from hanoikit.i18n import _

_QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in decimal degrees (north and east positive, WGS 84); ``altitude`` in metres."""

    latitude: float
    longitude: float
    altitude: float | None = None

    @property
    def dms(self) -> str:
        """The place in degrees, minutes and seconds."""
        return f"{_dms(self.latitude, 'N', 'S')} {_dms(self.longitude, 'E', 'W')}"

    def __str__(self) -> str:
        return f"{self.latitude:.6f}, {self.longitude:.6f} ({self.dms})"


@dataclass(frozen=True, slots=True)
class PhotoTime:
    """A time as the camera wrote it; ``offset`` and ``instant`` are ``None`` where it states no zone."""

    stored: datetime
    offset: str | None
    instant: datetime | None

    def __str__(self) -> str:
        stored = self.stored.isoformat(sep=" ")
        return f"{stored} {self.offset}" if self.offset else _("{time}, no zone stated").format(time=stored)


@dataclass(frozen=True, slots=True)
class PhotoReport:
    """What a photo says about itself.

    ``taken`` is when the picture was taken, ``digitised`` when it became data, ``changed`` when the file
    was last changed by a program that says so. ``implied_offset`` is the zone that ``taken`` and the GPS
    time together imply, rounded to a quarter of an hour.
    """

    path: Path
    sha256: str
    format: str
    width: int
    height: int
    make: str
    model: str
    software: str
    taken: PhotoTime | None
    digitised: PhotoTime | None
    changed: PhotoTime | None
    position: Position | None
    gps_time: datetime | None
    implied_offset: timedelta | None
    findings: tuple[Finding, ...]


def read(path: str | PathLike[str]) -> PhotoReport:
    """Read a photo's EXIF data (JPEG, TIFF, PNG, WebP and what else Pillow opens).

    What is missing, a position or a zone, is a finding and no error.

    :raises ArtefactUnreadable: the file cannot be read or is no picture.
    """
    from PIL import ExifTags, Image, UnidentifiedImageError

    path = Path(path)
    findings: list[Finding] = []
    try:
        with warnings.catch_warnings():
            # Pillow warns on the screen about odd EXIF data; here that becomes a finding instead.
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                kind, width, height = image.format or "", image.width, image.height
                exif = image.getexif()
                base, detail = dict(exif), dict(exif.get_ifd(ExifTags.IFD.Exif))
                gps = dict(exif.get_ifd(ExifTags.IFD.GPSInfo))
                _check_picture(image, findings)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else _("it is no picture")
        raise ArtefactUnreadable(
            _("The photo cannot be read: {reason}.").format(reason=reason),
            where=path.name,
            next_step=_("Copy the file again from the exhibit and compare its digest."),
        ) from error
    tags, gps_tags = ExifTags.Base, ExifTags.GPS
    taken = _time(detail, tags.DateTimeOriginal, tags.OffsetTimeOriginal, tags.SubsecTimeOriginal)
    gps_time = _gps_time(gps, gps_tags)
    position = _position(gps, gps_tags, findings)
    report = PhotoReport(
        path=path,
        sha256=hashing.digest(path)["sha256"],
        format=kind,
        width=width,
        height=height,
        make=_text(base.get(tags.Make)),
        model=_text(base.get(tags.Model)),
        software=_text(base.get(tags.Software)),
        taken=taken,
        digitised=_time(detail, tags.DateTimeDigitized, tags.OffsetTimeDigitized, tags.SubsecTimeDigitized),
        changed=_time({**base, **detail}, tags.DateTime, tags.OffsetTime, tags.SubsecTime),
        position=position,
        gps_time=gps_time,
        implied_offset=_implied(taken, gps_time),
        findings=(),
    )
    _note(report, bool(base or detail or gps), findings)
    return replace(report, findings=tuple(findings))


def _check_picture(image: Any, findings: list[Finding]) -> None:
    try:
        image.load()
    except (OSError, SyntaxError, ValueError) as error:
        text = _("The picture itself is cut off or damaged ({reason}); its EXIF data could be read.")
        findings.append(Finding("picture-damaged", text.format(reason=error), severity="warning"))


def _note(report: PhotoReport, has_exif: bool, findings: list[Finding]) -> None:
    def note(code: str, text: str, where: str = "", severity: Any = "note") -> None:
        findings.append(Finding(code, text, where, ("Exif 2.32",), severity))

    if not has_exif:
        note("no-exif", _("The file has no EXIF data: never written, or removed, as many services do."))
        return
    if report.position is None and not any(each.code == "position-invalid" for each in findings):
        note("no-position", _("The photo states no position."), "GPS")
    if report.taken is None:
        note("no-time", _("The photo does not state when it was taken."), "DateTimeOriginal")
    elif report.taken.offset is None:
        note("no-zone", _("The time it was taken is local time; no zone is stated."), "OffsetTimeOriginal")
    if report.implied_offset is not None and report.taken:
        stated = report.taken.instant.utcoffset() if report.taken.instant else None
        if stated is not None and stated != report.implied_offset:
            text = _("The stated zone and the GPS time do not fit each other: one of them is wrong.")
            note("zone-disagrees", text, "GPS", "warning")
        elif stated is None:
            text = _("Together with the GPS time the local time implies UTC{offset}.")
            note("zone-implied", text.format(offset=_offset_text(report.implied_offset)), "GPS")
    elif report.taken and report.gps_time:
        text = _("Local time and GPS time are further apart than any zone: one of the clocks is wrong.")
        note("clock-disagrees", text, "GPS", "warning")


def _time(values: Mapping[int, Any], tag: int, offset_tag: int, fraction_tag: int) -> PhotoTime | None:
    match = re.fullmatch(r"(\d{4}):(\d{2}):(\d{2}) (\d{2}):(\d{2}):(\d{2})", _text(values.get(tag)))
    if match is None:
        return None
    try:
        stored = datetime(*(int(part) for part in match.groups()))  # type: ignore[arg-type]
    except ValueError:
        return None
    fraction = _text(values.get(fraction_tag))
    if fraction.isdigit():
        stored = stored.replace(microsecond=int(fraction[:6].ljust(6, "0")))
    offset = _text(values.get(offset_tag))
    if not re.fullmatch(r"[+-]\d{2}:\d{2}|Z", offset):
        return PhotoTime(stored, None, None)
    return PhotoTime(stored, offset, stored.replace(tzinfo=zones.place(offset)))


def _position(gps: Mapping[int, Any], tags: Any, findings: list[Finding]) -> Position | None:
    try:
        latitude = _degrees(gps[tags.GPSLatitude], _text(gps[tags.GPSLatitudeRef]), "NS", 90)
        longitude = _degrees(gps[tags.GPSLongitude], _text(gps[tags.GPSLongitudeRef]), "EW", 180)
    except KeyError:
        return None
    except (ValueError, TypeError, ZeroDivisionError):
        text = _("The position is written in a way that fits no place on Earth.")
        findings.append(Finding("position-invalid", text, "GPS", ("Exif 2.32",), "warning"))
        return None
    altitude: float | None = None
    try:
        below = gps.get(tags.GPSAltitudeRef) in (1, b"\x01")
        altitude = float(gps[tags.GPSAltitude]) * (-1 if below else 1)
    except (KeyError, ValueError, TypeError, ZeroDivisionError):
        pass
    return Position(latitude, longitude, altitude)


def _degrees(parts: Any, reference: str, letters: str, limit: int) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    # “not (a <= b)” also refuses a NaN, which a zero denominator gives.
    if reference.upper() not in tuple(letters) or not (0 <= value <= limit):
        raise ValueError(reference)
    return -value if reference.upper() == letters[1] else value


def _gps_time(gps: Mapping[int, Any], tags: Any) -> datetime | None:
    try:
        year, month, day = (int(part) for part in re.split(r"[:\-]", _text(gps[tags.GPSDateStamp])))
        hour, minute, second = (float(part) for part in gps[tags.GPSTimeStamp])
        start = datetime(year, month, day, tzinfo=UTC)
        return start + timedelta(hours=hour, minutes=minute, seconds=second)
    except (KeyError, ValueError, TypeError, ZeroDivisionError, OverflowError):
        return None


def _implied(taken: PhotoTime | None, gps_time: datetime | None) -> timedelta | None:
    if taken is None or gps_time is None:
        return None
    offset = taken.stored - gps_time.replace(tzinfo=None)
    rounded = round(offset / _QUARTER) * _QUARTER
    # A GPS fix can be some minutes old; more than that, or further than any zone, is no zone.
    if abs(offset - rounded) > timedelta(minutes=5) or abs(rounded) > timedelta(hours=14):
        return None
    return rounded


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.strip("\0 ") if isinstance(value, str) else ""


def _dms(value: float, positive: str, negative: str) -> str:
    tenths = round(abs(value) * 36000)
    degrees, rest = divmod(tenths, 36000)
    minutes, seconds = divmod(rest, 600)
    return f"{degrees}°{minutes:02d}′{seconds / 10:04.1f}″{positive if value >= 0 else negative}"


def _offset_text(offset: timedelta) -> str:
    minutes = round(abs(offset.total_seconds()) / 60)
    return f"{'-' if offset < timedelta(0) else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
