"""The time bench: stored times and wrong clocks turned into one true time in UTC.

>>> bench = time_bench(case)
>>> bench.press("one", stored="2026-01-15T11:30:00", zone="Europe/Helsinki", error="0", direction="ahead")
>>> bench.press("log", log="xa-auth.log", zone="Europe/Helsinki", error="760", direction="behind", word="Accepted")
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hanoikit.errors import UsageError
from hanoikit.i18n import _, ngettext
from hanoikit.labs.html import Markup, code, details, join, preformatted, sentence, strong, table
from hanoikit.labs.panel import Button, Field, Result, Step, Values, panel
from hanoikit.labs.timeline import duration, utc
from hanoikit.labs.zones import zone_options

if TYPE_CHECKING:
    from hanoikit.casework import Case

LOGS = ("xa-gateway.log", "xa-auth.log", "xc-web.log")
YEAR = 2026
MOST = 60


def time_bench(case: Case) -> Any:
    """The panel."""
    return panel(_("Time bench"), [_one(), _log(case)])


def _clock_fields() -> list[Field]:
    return [
        Field("error", "number", _("The clock was wrong by (seconds)"), value="0"),
        Field(
            "direction",
            "select",
            _("in this direction"),
            (
                ("ahead", _("ahead: it showed too late a time")),
                ("behind", _("behind: it showed too early a time")),
            ),
            "ahead",
        ),
    ]


def _skew(values: Values) -> timedelta:
    try:
        seconds = float(str(values["error"] or "0").strip().replace(",", "."))
    except ValueError:
        seconds = math.nan
    if math.isnan(seconds):
        raise UsageError(
            _("The error of the clock is not a number of seconds."),
            next_step=_("Twelve minutes and forty seconds are 760 seconds."),
        )
    if seconds < 0:
        # A sign and a direction together can be meant in two ways, and one of them is wrong by twice the error.
        raise UsageError(
            _("The error of the clock has a minus sign."),
            next_step=_("Give the number without a sign, and choose the direction beside it."),
        )
    if seconds > 366 * 86400:
        raise UsageError(_("A clock that is wrong by more than a year cannot be corrected here."))
    if values["direction"] not in ("ahead", "behind"):
        raise UsageError(_("The direction of the error is missing."), next_step=_("Choose ahead or behind."))
    return timedelta(seconds=seconds if values["direction"] == "ahead" else -seconds)


def _one() -> Step:
    return Step(
        "one",
        _("One stored time"),
        sentence(
            _(
                "Write the time as it is stored, choose the zone of the clock that wrote it, and correct the clock."
            )
        ),
        fields=[
            Field(
                "stored",
                "text",
                _("Stored time"),
                value="2026-01-15 11:30:00",
                hint=_("Year-month-day hours:minutes:seconds"),
            ),
            Field("zone", "select", _("Zone of that clock"), zone_options(), "UTC"),
            *_clock_fields(),
        ],
        buttons=[Button("turn", _("Turn into UTC"))],
        run=_turn,
    )


def _stored(text: str) -> datetime:
    """The local time as it was written, without zone."""
    try:
        stored = datetime.fromisoformat(text)
    except ValueError:
        stored = None
    if stored is None or len(text) <= len("2026-01-15"):  # a date alone would silently be midnight
        raise UsageError(
            _("The stored time cannot be read."),
            next_step=_("Write it like this: 2026-01-15 11:30:00"),
        )
    if stored.tzinfo is not None:
        raise UsageError(
            _("This time states its zone itself."),
            next_step=_("Leave the zone out here, and choose it in the field below."),
        )
    if not 1970 <= stored.year <= 2107:
        raise UsageError(
            _("The year {year} is outside of what clocks of computers show.").format(year=stored.year),
            next_step=_("Check the year; the bench takes 1970 to 2107."),
        )
    return stored


def _turn(values: Values) -> Result:
    from hanoikit.evidence.zones import place, read_local

    stored = _stored(str(values["stored"]).strip())
    skew = _skew(values)
    reading = read_local(stored, values["zone"])
    shown = reading.instant
    true = shown.astimezone(UTC) - skew
    hours = duration(abs(shown.utcoffset() or timedelta(0)))
    offset = shown.utcoffset() or timedelta(0)
    steps = [
        (_("stored"), f"{stored:%Y-%m-%d %H:%M:%S}"),
        (
            _("zone on that day"),
            _("as UTC")
            if not offset
            else (_("{time} ahead of UTC") if offset > timedelta(0) else _("{time} behind UTC")).format(
                time=hours
            ),
        ),
        (_("in UTC, as the clock showed it"), utc(shown)),
        (_("clock corrected by"), f"{-skew.total_seconds() or 0.0:+,.10g} s"),
        (_("true time"), strong(utc(true))),
    ]
    if reading.ambiguous:
        other = utc(reading.other.astimezone(UTC) - skew)
        twice = _("This local time came twice that night. The other reading: {time}").format(time=other)
        steps.append((_("careful"), twice))
    if reading.skipped:
        jumped = _("The clocks jumped over this local time. The zone or the clock is not what it seems.")
        steps.append((_("careful"), jumped))
    everywhere = [
        (label, f"{true.astimezone(place(zone)):%Y-%m-%d %H:%M:%S}") for zone, label in zone_options()
    ]
    said = _("True time: {time}.").format(time=utc(true))
    return Result(
        join(
            sentence(strong(said)),
            table(_("Step by step"), (_("Step"), _("Value")), steps),
            table(_("The same moment on other walls"), (_("Place"), _("Local time")), everywhere),
        ),
        say=said,
    )


def _log(case: Case) -> Step:
    return Step(
        "log",
        _("A whole log"),
        sentence(_("Every line with its true time. The zone is used for lines that do not state one.")),
        fields=[
            Field("log", "select", _("Log"), tuple((name, name) for name in LOGS), LOGS[1]),
            Field("zone", "select", _("Zone of lines without one"), zone_options(), "UTC"),
            *_clock_fields(),
            Field("word", "text", _("Only lines with this text"), value="", hint=_("For example: Accepted")),
        ],
        buttons=[Button("read", _("Read the log"))],
        run=lambda values: _read(case, values),
    )


def _read(case: Case, values: Values) -> Result:
    from hanoikit.evidence import logs

    lines = logs.read(case.path(values["log"]), zone=values["zone"], skew=_skew(values), year=YEAR)
    word = str(values["word"]).strip().casefold()
    chosen = [line for line in lines if word in line.raw.casefold()]
    rows = [
        (
            line.number,
            utc(line.instant) if line.instant else _("no time: {why}").format(why=line.problem),
            code(line.raw),
        )
        for line in chosen[:MOST]
    ]
    said = ngettext("{n} line.", "{n} lines.", len(chosen)).format(n=len(chosen))
    if len(chosen) > MOST:
        said += " " + _("The first {n} are shown; give a text to see fewer.").format(n=MOST)
    notes = sorted({finding.message for finding in logs.problems(chosen)})
    warning = join(*(sentence(strong(_("Careful:")), note) for note in notes)) if notes else Markup("")
    shown = table(
        _("{log}, in true time").format(log=values["log"]), (_("Line"), _("True time"), _("As written")), rows
    )
    about = (
        details(_("What the colleague measured (clock-check.txt)"), _plain(case))
        if values["log"] == "xa-auth.log"
        else ""
    )
    return Result(
        join(sentence(strong(said)), warning, about or Markup(""), shown if rows else Markup("")), say=said
    )


def _plain(case: Case) -> Markup:
    text = case.path("clock-check.txt").read_text(encoding="utf-8")
    return preformatted(text)
