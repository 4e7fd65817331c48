"""The figure of the tracing bench: rows of holders, time from left to right, stolen value as lines between them.

>>> picture(rows_of(trace, case), trace)                  # doctest: +SKIP
Picture(...)

A thick line in a row says: stolen value lies there. A line across says: it moved, and the arrow shows where to. Lawful
movements are thin and dotted. A way that is asked for is drawn over it with numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hanoikit.i18n import _, ngettext
from hanoikit.labs.panel import Picture
from hanoikit.labs.tracing_rows import Crossing, Drawing, Row, Stage
from hanoikit.labs.tracing_words import axis, moneys
from hanoikit.recovery import Trace, rule_label

STOLEN, LAWFUL, WAY = "#D55E00", "#a6a6a6", "#0072B2"
ROW = 27
DAY = 86_400_000


def picture(drawing: Drawing, trace: Trace, *, way: Sequence[Stage] = ()) -> Picture:
    """The figure with its sentence."""
    places = {row.id: n for n, row in enumerate(drawing.rows)}
    data = [
        *([_lawful(drawing.lawful, places)] if drawing.lawful else []),
        _lying(drawing.rows),
        _moving(drawing.crossings, places),
        *_arrows(drawing.crossings, places),
        *(_way(way, places) if way else []),
    ]
    layout: dict[str, Any] = {
        "xaxis": {
            "type": "date",
            "range": [axis(drawing.start - 4 * 3600), axis(drawing.end)],
            "tickformat": "%d %b",
            "dtick": DAY * (2 if drawing.end - drawing.start > 5 * 86_400 else 1),
            "tickangle": 0,
            "side": "top",
        },
        "yaxis": {
            "tickvals": list(range(len(drawing.rows))),
            "ticktext": [_name(row) for row in drawing.rows],
            "range": [len(drawing.rows) - 0.4, -0.6],
            "zeroline": False,
        },
        "annotations": [_held(n, row, drawing.end) for n, row in enumerate(drawing.rows) if row.stolen],
        "margin": {"l": 10, "r": 150, "t": 70, "b": 10},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.06, "x": 0},
        "hovermode": "closest",
    }
    return Picture(
        data, layout, alt=_alt(drawing, trace, way), height=130 + ROW * len(drawing.rows), least=760
    )


def _name(row: Row) -> str:
    if len(row.members) < 2:
        return row.name
    return f"{row.name} ({len(row.members)})"


def _held(n: int, row: Row, end: int) -> dict[str, Any]:
    return {
        "x": 1.0,
        "xref": "paper",
        "y": n,
        "yref": "y",
        "xanchor": "left",
        "showarrow": False,
        "text": moneys(row.stolen, short=True).replace(", ", "<br>"),
        "align": "left",
        "font": {"size": 11},
    }


def _lines(segments: Iterable[tuple[int, float, int, float]]) -> tuple[list[Any], list[Any]]:
    xs: list[Any] = []
    ys: list[Any] = []
    for x0, y0, x1, y1 in segments:
        xs += [axis(x0), axis(x1), None]
        ys += [y0, y1, None]
    return xs, ys


def _lying(rows: Sequence[Row]) -> dict[str, Any]:
    xs, ys = _lines((a, n, b, n) for n, row in enumerate(rows) for a, b in row.spans)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": _("stolen value lies here"),
        "x": xs,
        "y": ys,
        "line": {"color": STOLEN, "width": 6},
        "hoverinfo": "skip",
    }


def _moving(crossings: Sequence[Crossing], places: dict[str, int]) -> dict[str, Any]:
    xs, ys = _lines((c.at, places[c.start], c.at, places[c.end]) for c in crossings if _known(c, places))
    return {
        "type": "scatter",
        "mode": "lines",
        "name": _("it moves"),
        "x": xs,
        "y": ys,
        "line": {"color": STOLEN, "width": 1.2},
        "opacity": 0.75,
        "hoverinfo": "skip",
    }


def _known(one: Crossing, places: dict[str, int]) -> bool:
    return one.start in places and one.end in places


def _arrows(crossings: Sequence[Crossing], places: dict[str, int]) -> list[dict[str, Any]]:
    """The end of each movement: a triangle in its direction."""
    made = []
    for down, symbol in ((True, "triangle-down"), (False, "triangle-up")):
        shown = [c for c in crossings if _known(c, places) and (places[c.end] > places[c.start]) is down]
        if not shown:
            continue
        made.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [axis(c.at) for c in shown],
                "y": [places[c.end] + (-0.17 if down else 0.17) for c in shown],
                "marker": {
                    "symbol": symbol,
                    "size": 9,
                    "color": STOLEN,
                    "line": {"width": 1, "color": "#000"},
                },
                "text": [_crossing_words(c) for c in shown],
                "hovertemplate": "%{text}<extra></extra>",
                "showlegend": False,
            }
        )
    return made


def _crossing_words(one: Crossing) -> str:
    count = ngettext("{n} movement", "{n} movements", one.moves).format(n=one.moves)
    return f"{count}: {moneys(one.stolen)}"


def _lawful(crossings: Sequence[Crossing], places: dict[str, int]) -> dict[str, Any]:
    xs, ys = _lines((c.at, places[c.start], c.at, places[c.end]) for c in crossings if _known(c, places))
    return {
        "type": "scatter",
        "mode": "lines",
        "name": _("lawful movements"),
        "x": xs,
        "y": ys,
        "line": {"color": LAWFUL, "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _way(way: Sequence[Stage], places: dict[str, int]) -> list[dict[str, Any]]:
    xs: list[str] = []
    ys: list[int] = []
    for stage in way:
        xs += [axis(stage.start), axis(stage.end)]
        ys += [places[stage.row], places[stage.row]]
    points = [(stage, n) for n, stage in enumerate(way, start=1)]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": _("the way that you chose"),
            "x": xs,
            "y": ys,
            "line": {"color": WAY, "width": 3, "dash": "dash"},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [axis((stage.start + stage.end) // 2) for stage, _n in points],
            "y": [places[stage.row] for stage, _n in points],
            "text": [str(n) for _stage, n in points],
            "textfont": {"color": "#ffffff", "size": 11},
            "marker": {
                "symbol": "circle",
                "size": 19,
                "color": WAY,
                "line": {"width": 1, "color": "#ffffff"},
            },
            "hoverinfo": "skip",
            "showlegend": False,
        },
    ]


def _alt(drawing: Drawing, trace: Trace, way: Sequence[Stage]) -> str:
    holding = [row for row in drawing.rows if row.stolen]
    text = _(
        "{nodes} amounts and movements as {rows} rows, time from left to right. Under the rule {rule}, stolen "
        "value lies with {holders} of them at the end: {names}."
    ).format(
        nodes=f"{drawing.nodes:,}",
        rows=len(drawing.rows),
        rule=rule_label(trace.rule),
        holders=len(holding),
        names=", ".join(row.name for row in holding),
    )
    if way:
        text += " " + _("The way that you chose goes: {way}.").format(
            way=" → ".join(f"{n} {stage.name}" for n, stage in enumerate(way, start=1))
        )
    return text
