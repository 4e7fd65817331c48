"""Server logs of several machines on one time line: zones stated or given, clock errors taken out.

>>> skew = timedelta(minutes=7)                    # measured: this clock runs seven minutes ahead
>>> (line,) = parse(["Mar 29 04:12:09 gate sshd[9]: Accepted password"], zone="+03:00", year=2026, skew=skew)
>>> line.instant.isoformat(), line.stored.isoformat(), line.fields["process"]
('2026-03-29T01:05:09+00:00', '2026-03-29T04:12:09', 'sshd')

Sign of the skew: it is how far the clock is *ahead*, so ``true time = logged time - skew``; a clock that is
slow has a negative skew. Nothing is dropped: a line without a readable time keeps its place and says why it
has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from os import PathLike
from pathlib import Path
from typing import Literal

from hanoikit.errors import ArtefactUnreadable, Finding, UsageError
from hanoikit.evidence import zones
from hanoikit.i18n import _

Kind = Literal["web", "syslog", "iso", "unread"]

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_WEB = re.compile(
    r"(?P<client>\S+) (?P<ident>\S+) (?P<user>\S+) "
    r"\[(?P<day>\d{2})/(?P<month>[A-Z][a-z]{2})/(?P<year>\d{4}):(?P<time>\d{2}:\d{2}:\d{2})"
    r"(?: (?P<zone>[+-]\d{4}))?\] "
    r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?P<size>\d+|-)'
    r'(?: "(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)")?(?: .*)?'
)
_SYSLOG = re.compile(
    r"(?:<\d{1,3}>)?(?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) (?P<time>\d{2}:\d{2}:\d{2}) (?P<host>\S+) "
    r"(?P<process>[^\s:\[]+)(?:\[(?P<pid>\d+)\])?: ?(?P<message>.*)"
)
_ISO = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[T ](?P<time>\d{2}:\d{2}:\d{2})(?:[.,](?P<fraction>\d{1,9}))?"
    r" ?(?P<zone>Z|[+-]\d{2}:?\d{2}(?!\S)|UTC(?!\S))?[\s,]*(?P<message>.*)"
)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log.

    ``stored`` is the time as written; ``logged`` that time as an instant by the server's own clock;
    ``instant`` the instant after the measured skew is taken out (``logged - skew``), in UTC. All three are
    ``None`` for a line without a readable time, and ``problem`` says why. ``zone_stated`` tells whether the
    line itself names its zone. ``ambiguous`` marks the hour that comes twice when clocks are set back:
    ``alternative`` is then the other instant. ``skipped`` marks a local time that no clock can have shown
    (clocks were set forward over it).
    """

    source: str
    number: int
    raw: str
    kind: Kind
    stored: datetime | None = None
    logged: datetime | None = None
    instant: datetime | None = None
    zone_stated: bool = False
    ambiguous: bool = False
    alternative: datetime | None = None
    skipped: bool = False
    problem: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        moment = self.instant.strftime("%Y-%m-%d %H:%M:%SZ") if self.instant else "?"
        return f"{moment}  {self.source}:{self.number}  {self.raw}"


def read(
    path: str | PathLike[str],
    *,
    zone: str | tzinfo | None = None,
    skew: timedelta | Skew = timedelta(0),
    year: int | None = None,
    source: str | None = None,
) -> list[LogLine]:
    """Read a log file: web access logs (common, combined), syslog style, lines that begin with an ISO time.

    ``zone`` is the zone of lines that state none, ``year`` that of the first line where lines state none
    (it goes on by itself at New Year), ``skew`` how far the server's clock was ahead (negative: behind).

    :raises ArtefactUnreadable: the file cannot be read, is no text, or has no line with a time.
    :raises UsageError: the lines need a zone or a year that was not given, or there is no such zone.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArtefactUnreadable(
            _("The log cannot be read: {reason}.").format(reason=error.strerror or error), where=str(path)
        ) from error
    if b"\0" in data[:65536]:
        raise ArtefactUnreadable(
            _("This file is no text, so it is no log of the kinds the kit reads."),
            where=path.name,
            next_step=_("Unpack it first if it is compressed."),
        )
    # Bytes that are no UTF-8 stay visible as \xNN instead of being lost or guessed.
    text = data.decode("utf-8-sig", "backslashreplace")
    lines = parse(text.splitlines(), zone=zone, skew=skew, year=year, source=source or path.name)
    if lines and all(line.instant is None for line in lines):
        raise ArtefactUnreadable(
            _("No line of this file begins with a time that the kit can read."),
            where=path.name,
            next_step=_("The kit reads web access logs, syslog lines and lines with an ISO date and time."),
            findings=problems(lines)[:20],
        )
    return lines


def parse(
    lines: Iterable[str],
    *,
    zone: str | tzinfo | None = None,
    skew: timedelta | Skew = timedelta(0),
    year: int | None = None,
    source: str = "",
) -> list[LogLine]:
    """The lines of a log that is in memory already; see :func:`read`. Empty lines are left out."""
    reader = _Reader(
        zone=zones.place(zone) if zone is not None else None,
        skew=skew.value if isinstance(skew, Skew) else skew,
        year=year,
        source=source,
    )
    return [reader.line(number, raw) for number, raw in enumerate(lines, start=1) if raw.strip()]


def problems(lines: Sequence[LogLine]) -> list[Finding]:
    """Everything about the lines that a reader must know before relying on their times."""
    findings = []
    for line in lines:
        where = f"{line.source}:{line.number}"
        if line.problem:
            findings.append(Finding("line-unread", line.problem, where, severity="warning"))
        if line.ambiguous:
            text = _("This local time came twice that night; the other reading is {other}.")
            other = line.alternative.isoformat() if line.alternative else "?"
            findings.append(Finding("time-ambiguous", text.format(other=other), where, severity="warning"))
        if line.skipped:
            text = _("The clocks were set forward over this local time: the zone or the clock is wrong.")
            findings.append(Finding("time-skipped", text, where, severity="warning"))
    return findings


def timeline(*logs: Sequence[LogLine]) -> list[LogLine]:
    """All lines of several logs in the order of their corrected instants.

    Lines of one log that have the same instant keep their order, and a line without a time stays behind the
    line that it followed.
    """
    keyed: list[tuple[datetime, int, int, LogLine]] = []
    for which, log in enumerate(logs):
        first = next((line.instant for line in log if line.instant), datetime.max.replace(tzinfo=UTC))
        last = first
        for position, line in enumerate(log):
            last = line.instant or last
            keyed.append((last, which, position, line))
    return [line for *_key, line in sorted(keyed, key=lambda item: item[:3])]


# clock skew


@dataclass(frozen=True, slots=True)
class Skew:
    """How far a clock is ahead, from ``count`` comparisons: their median, the smallest and the largest."""

    value: timedelta
    smallest: timedelta
    largest: timedelta
    count: int

    @property
    def spread(self) -> timedelta:
        """Largest minus smallest: wide when the clock drifts, or when pairs do not belong together."""
        return self.largest - self.smallest


def estimate_skew(pairs: Iterable[tuple[datetime, datetime]]) -> Skew:
    """Measure a skew from events that two clocks have recorded: pairs of (logged by this clock, true time).

    Both times must have a zone. ``Skew.value`` is positive for a clock that is ahead. The median keeps one
    wrongly matched pair from moving the result.

    :raises UsageError: there is no pair, or a time has no zone.
    """
    differences: list[timedelta] = []
    for logged, true in pairs:
        if logged.tzinfo is None or true.tzinfo is None:
            raise UsageError(_("A time without a zone cannot be compared; give each time its zone."))
        differences.append(logged - true)
    if not differences:
        raise UsageError(_("Measuring a skew needs at least one event that both clocks recorded."))
    ordered = sorted(differences)
    middle, odd = divmod(len(ordered), 2)
    median = ordered[middle] if odd else (ordered[middle - 1] + ordered[middle]) / 2
    return Skew(median, ordered[0], ordered[-1], len(ordered))


# reading lines


@dataclass(slots=True)
class _Reader:
    zone: tzinfo | None
    skew: timedelta
    year: int | None
    source: str
    _month: int = 0
    _previous: datetime | None = None
    _second_pass: bool = False

    def line(self, number: int, raw: str) -> LogLine:
        readers: tuple[tuple[Kind, re.Pattern[str], Callable[[re.Match[str]], _Read]], ...] = (
            ("web", _WEB, _read_web),
            ("iso", _ISO, _read_iso),
            ("syslog", _SYSLOG, self._read_syslog),
        )
        for kind, pattern, reader in readers:
            match = pattern.fullmatch(raw.rstrip("\r\n"))
            if match is None:
                continue
            try:
                stored, zone, fields = reader(match)
            except (ValueError, KeyError):
                return LogLine(
                    self.source, number, raw, kind, problem=_("The line has an impossible date or time.")
                )
            return self._placed(number, raw, kind, stored, zone, fields)
        problem = _("The line does not begin with a time that the kit can read.")
        return LogLine(self.source, number, raw, "unread", problem=problem)

    def _placed(
        self, number: int, raw: str, kind: Kind, stored: datetime, zone: tzinfo | None, fields: dict[str, str]
    ) -> LogLine:
        where = zone or self.zone
        if where is None:
            raise UsageError(
                _("The lines of this log state no zone."),
                where=f"{self.source}:{number}",
                next_step=_("Give the zone of the server's clock, for example zone=“Asia/Bangkok”."),
            )
        reading = zones.read_local(stored, where)
        logged, other = reading.instant.astimezone(UTC), reading.other.astimezone(UTC)
        if reading.ambiguous:
            # Once the clock has been seen to go back, the lines are in the second pass of the hour.
            if self._previous and stored < self._previous - timedelta(minutes=1):
                self._second_pass = True
            if self._second_pass:
                logged, other = other, logged
        else:
            self._second_pass = False
        self._previous = stored
        return LogLine(
            source=self.source,
            number=number,
            raw=raw,
            kind=kind,
            stored=stored,
            logged=logged,
            instant=logged - self.skew,
            zone_stated=zone is not None,
            ambiguous=reading.ambiguous,
            alternative=other - self.skew if reading.ambiguous else None,
            skipped=reading.skipped,
            fields=fields,
        )

    def _read_syslog(self, match: re.Match[str]) -> _Read:
        if self.year is None:
            raise UsageError(
                _("The lines of this log state no year."),
                where=self.source,
                next_step=_("Give the year of the first line, for example year=2026."),
            )
        month = _MONTHS[match["month"]]
        # Lines are in order, so December followed by January is the next year; small disorder stays in its
        # year.
        if self._month == 12 and month == 1:
            self.year += 1
        elif self._month == 1 and month == 12:
            self.year -= 1
        self._month = month
        stored = _clock(self.year, month, int(match["day"]), match["time"])
        return stored, None, _named(match, "host", "process", "pid", "message")


_Read = tuple[datetime, tzinfo | None, dict[str, str]]


def _read_web(match: re.Match[str]) -> _Read:
    stored = _clock(int(match["year"]), _MONTHS[match["month"]], int(match["day"]), match["time"])
    zone = _offset(match["zone"])
    names = ("client", "user", "request", "status", "size", "referrer", "agent")
    fields = {name: value for name, value in _named(match, *names).items() if value != "-"}
    method, _space, rest = fields.get("request", "").partition(" ")
    if method.isalpha() and rest:
        fields["method"], fields["path"] = method, rest.rpartition(" ")[0] or rest
    return stored, zone, fields


def _read_iso(match: re.Match[str]) -> _Read:
    year, month, day = (int(part) for part in match["date"].split("-"))
    fraction = (match["fraction"] or "0")[:6].ljust(6, "0")
    stored = _clock(year, month, day, match["time"]).replace(microsecond=int(fraction))
    return stored, _offset(match["zone"]), _named(match, "message")


def _clock(year: int, month: int, day: int, text: str) -> datetime:
    hour, minute, second = (int(part) for part in text.split(":"))
    # A leap second is written as 60; it belongs to the end of its minute.
    return datetime(year, month, day, hour, minute, min(second, 59) if second == 60 else second)


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text in ("Z", "UTC"):
        return UTC
    digits = text.replace(":", "")
    offset = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return timezone(-offset if digits[0] == "-" else offset)


def _named(match: re.Match[str], *names: str) -> dict[str, str]:
    return {name: match[name] for name in names if match[name] is not None}
