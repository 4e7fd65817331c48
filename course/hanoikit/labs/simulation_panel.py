"""The staffing and two-clock simulation as a lab: sliders in, the share of cases with data, four figures.

>>> staffing()                                      # in a notebook: the panel
>>> staffing().press("year", "change", staffing="office-hours", retention_days="30").say
'The data still exist in 31.2 % of the 53,854 cases when assistance is decided ...'

The model is ``hanoikit.network.simulation``; this module only shows it. Every parameter stands in a table with its
status: sourced, derived or assumed. The first call loads NumPy; it is made when the panel is made, so that a change of
a slider answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.labs.html import Markup, details, join, sentence, strong, table
from hanoikit.labs.panel import Button, Field, Result, Step, Values, panel
from hanoikit.labs.picture import Picture
from hanoikit.network import simulation

if TYPE_CHECKING:
    from hanoikit.network.simulation.charts import Figure
    from hanoikit.network.simulation.summary import Summary

SLIDERS = (
    "requests_per_year",
    "age_days",
    "retention_days",
    "provider_hours",
    "incomplete_share",
    "sent_days",
    "decided_days",
    "extension_share",
    "renewal_share",
)
"""The parameters that have a slider; the others stand in the table."""
SEED = 2026
_DASHES = ("solid", "dash", "dot")
_SYMBOLS = ("circle", "diamond-open", "x")
_PATTERNS = ("", "/", "x")


def staffing() -> Any:
    """The simulation of a 24/7 desk with sliders."""
    step = Step(
        "year",
        _("A year at the desk"),
        sentence(
            _(
                "Two clocks race. The provider deletes by its own rule, and your request waits in a queue. Then the "
                "preservation runs out, and legal assistance is slow. Move one thing at a time, and "
                "guess before you look."
            )
        ),
        fields=_fields(),
        buttons=[Button("reset", _("Another year by chance"))],
        run=_Years().run,
        live=True,
    )
    return panel(_("Staffing and the two clocks"), [step, _parameters()])


def _fields() -> list[Field]:
    default = simulation.default_scenario()
    patterns = tuple((one.id, _(one.name)) for one in simulation.staffing_patterns())
    found = [
        Field("staffing", "select", _("Who is there, and when (assumed)"), patterns, default.staffing.id),
        Field("triage", "checks", _("Order of work"), (("yes", _("emergencies first")),), ["yes"]),
    ]
    for name in SLIDERS:
        one = simulation.parameter(name)
        found.append(
            Field(
                name,
                "range",
                _("{name} ({status})").format(name=_(one.name), status=simulation.status_word(one.status)),
                value=_short(one.value),
                limits=(one.least, one.most, one.step),
                unit=_unit(one.unit),
            )
        )
    return found


def _unit(unit: str) -> str:
    return {"share": _("of 1"), "sigma of the logarithm": ""}.get(unit, _(unit))


def _short(value: float) -> str:
    return f"{value:g}" if value < 10_000 else f"{value:.0f}"


class _Years:
    """Runs a year for what the sliders say; the draw changes only when the trainee asks for another."""

    def __init__(self) -> None:
        self.seed = SEED

    def run(self, values: Values) -> Result:
        if values["action"] == "reset":
            self.seed += 1
        scenario = simulation.default_scenario().but(
            staffing=str(values["staffing"]),
            triage="yes" in (values.get("triage") or []),
            **{name: _number(values[name]) for name in SLIDERS},
        )
        summary, figures = simulation.figures(scenario, seed=self.seed)
        first = figures[0]
        parts = [sentence(strong(first.sentence)), _answer(summary)]
        parts += [details(_("Table: {title}").format(title=one.title), _table(one)) for one in figures]
        return Result(join(*parts), say=first.sentence, pictures=tuple(_picture(one) for one in figures))


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise UsageError(_("This is no number: {value}.").format(value=str(value)[:20])) from error


def _answer(summary: Summary) -> Markup:
    """The figures that a head of a desk asks for, in one small table."""
    from hanoikit.network.simulation.charts import duration, percent

    rows = [
        (_("Cases with data at the decision"), percent(summary.exist)),
        (_("Lost because the request waited for an officer"), percent(summary.lost_in_queue)),
        (_("Half of the emergencies are taken up within"), duration(summary.wait_emergency.median)),
        (_("Nine in ten emergencies are taken up within"), duration(summary.wait_emergency.ninety)),
        (_("Nine in ten routine requests are taken up within"), duration(summary.wait_routine.ninety)),
        (_("Work, as a share of the officers' time"), percent(summary.load) if summary.load < 100 else "∞"),
        (_("Requests that nobody finished"), f"{summary.unanswered:,}"),
    ]
    return table(_("The year in figures"), (_("What"), _("Value")), rows)


def _picture(figure: Figure) -> Picture:
    """The series as bars or lines: told apart by dash, symbol and pattern, not by colour."""
    places = (
        [str(place).replace(": ", ":<br>") for place in figure.places]
        if figure.kind == "bars"
        else list(figure.places)
    )
    share = figure.unit == "share"
    data: list[dict[str, Any]] = []
    flat = figure.id == "fate"
    for number, series in enumerate(figure.series):
        values = [None if value is None else value * (100 if share else 1) for value in series.values]
        trace: dict[str, Any] = {"name": series.name, "showlegend": len(figure.series) > 1}
        if figure.kind == "bars":
            trace |= {"type": "bar", "marker": {"pattern": {"shape": _PATTERNS[number % 3]}}}
            trace |= {"orientation": "h", "y": places, "x": values} if flat else {"x": places, "y": values}
            if flat:
                trace |= {"text": [f" {value or 0:.1f} %" for value in values], "textposition": "outside"}
                trace |= {"cliponaxis": False}
        else:
            every = max(1, len(places) // 12)
            trace |= {
                "type": "scatter",
                "mode": "lines+markers",
                "x": places,
                "y": values,
                "line": {"dash": _DASHES[number % 3]},
                "marker": {"symbol": _SYMBOLS[number % 3], "size": 7, "maxdisplayed": len(places) // every},
            }
        data.append(trace)
    axis = (
        _("% of cases")
        if figure.id in ("fate", "survival")
        else _("% of requests")
        if share
        else _("number, average")
    )
    layout: dict[str, Any] = {"title": {"text": figure.title, "x": 0, "y": 0.99, "yanchor": "top"}}
    layout["margin"] = {"l": 10, "r": 50 if flat else 10, "t": 62, "b": 40}
    if flat:
        layout |= {"xaxis": {"title": {"text": axis}, "range": [0, 100]}, "yaxis": {"autorange": "reversed"}}
    else:
        layout |= {
            "xaxis": {"title": {"text": figure.axis}},
            "yaxis": {"title": {"text": axis}, "rangemode": "tozero"},
        }
        if figure.kind == "bars":
            layout["xaxis"]["type"] = "category"
    return Picture(data, layout, alt=figure.sentence, height=330, least=460)


def _table(figure: Figure) -> Markup:
    head, *body = figure.rows()
    share = figure.unit == "share"

    def told(value: Any) -> str:
        if value is None:
            return _("none")
        return f"{100 * value:.1f} %" if share else f"{value:.2f}"

    step = 3 if len(body) > 30 else 1
    rows = [[str(row[0]), *(told(value) for value in row[1:])] for row in body[::step]]
    return table(figure.title, [str(one) for one in head], rows)


def _parameters() -> Step:
    """Every assumption with its source: nobody may take an assumption for a finding."""
    rows = [
        (
            _(one.name),
            f"{_short(one.value)} {_unit(one.unit)}".strip(),
            strong(simulation.status_word(one.status)),
            _(one.source) or _("none"),
            _(one.note),
        )
        for one in simulation.parameters()
    ]
    head = (_("Parameter"), _("Value at the start"), _("Status"), _("Source"), _("Note"))
    counts = {
        word: sum(1 for one in simulation.parameters() if one.status == word)
        for word in ("sourced", "derived", "assumed")
    }
    text = sentence(
        _("{sourced} figures are sourced, {derived} derived and {assumed} assumed.").format(**counts),
        _(
            "Most of this year is assumed: compare settings with each other, and do not quote a percentage as a fact."
        ),
    )
    shown = details(
        _("Every parameter, with its source"), table(_("What the simulation assumes"), head, rows)
    )
    return Step("sources", _("Where the figures come from"), result=Result(join(text, shown), say=""))
