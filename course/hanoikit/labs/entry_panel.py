"""The calculator for article 65: from the fortieth instrument to the day, for later joiners, and what if.

>>> calculator = entry_into_force()
>>> calculator.press("days", fortieth="2027-01-01", later="2027-03-20").say      # doctest: +SKIP
'In force on 1 April 2027; for the later State on 19 April 2027.'
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hanoikit.convention import status as facts
from hanoikit.convention.status import Band, Deposit, Forecast, StatusTable, spoken
from hanoikit.i18n import _, ngettext
from hanoikit.labs import status_figures as figures
from hanoikit.labs.html import join, sentence, strong, table
from hanoikit.labs.panel import Field, Result, Step, Values, panel
from hanoikit.labs.status_panel import day_of

SEED = 65
MOST_PER_YEAR = 80


def entry_into_force(given: StatusTable | None = None) -> Any:
    """The panel. ``given`` is another status table than the one in use."""
    status = given or facts.status()
    return panel(
        _("Entry into force: the calculator for article 65"), [_days(), _counted(), _what_if(status)]
    )


def _days() -> Step:
    return Step(
        "days",
        _("From the fortieth instrument to the day"),
        sentence(_("Suppose that the fortieth instrument comes on this day. Then count.")),
        fields=[
            Field("fortieth", "date", _("The fortieth instrument is deposited on"), value="2027-01-15"),
            Field("later", "date", _("Another State deposits on"), value="2027-03-25"),
        ],
        run=_count,
        live=True,
    )


def _count(values: Values) -> Result:
    fortieth = day_of(values["fortieth"], _("Fortieth instrument"))
    later = day_of(values["later"], _("Other State"))
    on = facts.ninetieth_day(fortieth)
    after = later > fortieth
    theirs = facts.for_later(later, on) if after else on
    said = _("In force on {on}; for the other State on {theirs}.").format(
        on=spoken(on), theirs=spoken(theirs)
    )
    thirtieth = later + timedelta(days=facts.LATER_DAYS)
    reason = (
        _("Its thirtieth day is {thirtieth}. The later of the two days counts.").format(
            thirtieth=spoken(thirtieth)
        )
        if after
        else _("It deposited before or on the day of the fortieth, so the first day counts for it too.")
    )
    spans = [(fortieth, on, _("90 days"), 1)]
    points = [(fortieth, spoken(fortieth), 1), (on, spoken(on), 1), (later, spoken(later), 0)]
    if after:
        spans.append((later, thirtieth, _("30 days"), 0))
    if theirs != later:
        points.append((theirs, spoken(theirs), 0))
    return Result(
        join(
            sentence(strong(said), reason),
            table(
                _("Counting the ninety days"),
                (_("Day"), _("Number"), _("What happens")),
                _calendar(fortieth, on),
            ),
        ),
        say=said,
        pictures=(
            figures.days_line(
                points,
                spans,
                alt=_(
                    "Above: from {fortieth}, 90 days to {on}. Below: the other State, {later}, in force {theirs}."
                ).format(
                    fortieth=spoken(fortieth), on=spoken(on), later=spoken(later), theirs=spoken(theirs)
                ),
            ),
        ),
    )


def _calendar(first: date, last: date) -> list[tuple[str, int, str]]:
    """The day of the deposit as day 0, the last day of each month on the way, and the ninetieth day."""
    rows = [(spoken(first), 0, _("the fortieth instrument is deposited"))]
    day = first
    while True:
        following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        end = following - timedelta(days=1)
        if end >= last:
            break
        if end > first:
            rows.append((spoken(end), (end - first).days, _("end of the month")))
        day = following
    return [*rows, (spoken(last), (last - first).days, _("the Convention is in force"))]


def _counted() -> Step:
    return Step(
        "who",
        _("Which instruments count?"),
        sentence(_("Move the sliders. An organisation is a group of States such as the European Union.")),
        fields=[
            Field("states", "range", _("Instruments of States"), value=38, limits=(0, 60, 1)),
            Field("organisations", "range", _("Instruments of organisations"), value=2, limits=(0, 5, 1)),
        ],
        run=_who,
        live=True,
    )


def _who(values: Values) -> Result:
    states, organisations = int(float(values["states"])), int(float(values["organisations"]))
    day = date(2027, 1, 15)
    found = facts.entry_into_force(
        [Deposit(f"state {n}", day) for n in range(states)]
        + [Deposit(f"organisation {n}", day, organisation=True) for n in range(organisations)]
    )
    verdict = (
        ngettext(
            "{n} instrument is still missing.", "{n} instruments are still missing.", found.missing
        ).format(n=found.missing)
        if found.missing
        else _("The forty are reached.")
    )
    said = _("{all} instruments were deposited, {counted} count toward the forty. {verdict}").format(
        all=states + organisations, counted=found.counted, verdict=verdict
    )
    rows = [
        (_("States"), states, states, _("each counts once")),
        (_("organisations"), organisations, 0, _("not counted on top of their member States")),
    ]
    return Result(
        join(
            sentence(strong(said)),
            table(
                _("What is counted"), (_("Who"), _("Deposited"), _("Counted"), _("Reason, art. 65(1)")), rows
            ),
        ),
        say=said,
    )


def _what_if(status: StatusTable) -> Step:
    return Step(
        "if",
        _("When could it come?"),
        sentence(
            _("Nobody knows. You can only say what would follow from a pace, and how uncertain that is.")
        ),
        fields=[
            Field(
                "basis",
                "select",
                _("Pace"),
                (
                    ("history", _("as fast as the instruments so far")),
                    ("chosen", _("a pace that I choose")),
                ),
                "history",
            ),
            Field(
                "pace",
                "range",
                _("Chosen pace"),
                value=20,
                limits=(1, MOST_PER_YEAR, 1),
                unit=_("instruments a year"),
                hint=_("Used only with a pace that you choose."),
            ),
        ],
        run=lambda values: _forecast(status, values),
        live=True,
    )


def _forecast(status: StatusTable, values: Values) -> Result:
    day = status.known_to.instruments
    have = status.counts(day).toward_forty.least
    if values["basis"] == "history":
        found = facts.forecast(have=have, since=status.opened, to=day, seed=SEED)
    else:
        found = facts.at_pace(have=have, per_year=float(values["pace"]), start=day, seed=SEED)
    said = _sentence(found)
    bands = table(
        _("The dates"),
        (_("What"), _("Early"), _("Middle"), _("Late")),
        [(_("fortieth instrument"), *_cells(found.fortieth)), (_("in force"), *_cells(found.in_force))],
    )
    basis = {"sourced": _("sourced"), "derived": _("derived"), "assumed": _("assumed")}
    parameters = table(
        _("Where every number is from"),
        (_("Number"), _("Value"), _("Kind"), _("From")),
        [(one.name, one.value, basis[one.basis], one.source) for one in found.parameters],
    )
    horizon = found.in_force.late or date(2200, 1, 1)
    return Result(
        join(sentence(strong(said)), bands, parameters),
        say=said,
        pictures=(figures.way_to_forty(found, horizon + timedelta(days=120), alt=_drawn(found)),),
    )


def _sentence(found: Forecast) -> str:
    if not found.missing:
        return _("The forty are reached.")
    return _(
        "If this pace goes on, entry into force comes between {early} and {late} in {share} of 100 cases. It is no "
        "prediction: counted from {start}, with {have} instruments."
    ).format(
        early=_spoken(found.in_force.early),
        late=_spoken(found.in_force.late),
        share=round(found.share * 100),
        start=spoken(found.start),
        have=found.have,
    )


def _drawn(found: Forecast) -> str:
    return _(
        "Three lines lead from {have} instruments to the dashed line at forty: early {early}, "
        "middle {middle}, late {late}."
    ).format(
        have=found.have,
        early=_spoken(found.fortieth.early),
        middle=_spoken(found.fortieth.middle),
        late=_spoken(found.fortieth.late),
    )


def _cells(band: Band) -> tuple[str, str, str]:
    return _spoken(band.early), _spoken(band.middle), _spoken(band.late)


def _spoken(day: date | None) -> str:
    return spoken(day) if day else _("after the year 2200")
