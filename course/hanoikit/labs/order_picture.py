"""The order timeline as a figure: one row a provider, bars for the time in which data are kept, signs for events.

>>> picture(play(chain("lantern"), []), chain("lantern").opens).alt
'One row for each provider that you know, ...'
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hanoikit.convention.power.chain import Link, Report
from hanoikit.i18n import _, ngettext
from hanoikit.labs.panel import Picture

OWN = {
    "color": "#e3e3e3",
    "line": {"color": "#595959", "width": 1},
    "pattern": {"shape": "/", "fgcolor": "#8c8c8c"},
}
FIRST = {"color": "#0072B2", "line": {"color": "#000000", "width": 1}}
AGAIN = {
    "color": "#56B4E9",
    "line": {"color": "#000000", "width": 1},
    "pattern": {"shape": "x", "fgcolor": "#0b3d5c", "size": 5},
}


def picture(report: Report, looked: datetime) -> Picture:
    """The figure; ``looked`` is the day that the dashed line marks."""
    zone = ZoneInfo(report.chain.law.zone)
    rows = [_row(link, n) for n, link in enumerate(report.links, start=1)]
    known = [(link, row) for link, row in zip(report.links, rows, strict=True) if link.known is not None]
    data = [_rows(rows, report, zone), *_bars(known, report, zone), *_signs(known, report, zone)]
    layout: dict[str, Any] = {
        "barmode": "overlay",
        "xaxis": {
            "type": "date",
            "range": [_wall(report.chain.communication, zone), _wall(report.until, zone)],
        },
        "yaxis": {"categoryorder": "array", "categoryarray": rows[::-1], "range": [-0.6, len(rows) - 0.4]},
        "shapes": [
            _line(looked, zone, "dash", "#000000"),
            _line(report.chain.ready, zone, "dot", "#595959"),
        ],
        "annotations": [
            _word(looked, zone, _("this day"), 1.0),
            _word(report.chain.ready, zone, _("a judge can decide"), 0.0),
        ],
        "margin": {"l": 10, "r": 16, "t": 78, "b": 40},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.1, "x": 0},
    }
    return Picture(data, layout, alt=_alt(report), height=210 + 78 * len(rows))


def _row(link: Link, n: int) -> str:
    return link.provider.name if link.known is not None else _("Provider {n}: not found").format(n=n)


def _wall(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).replace(tzinfo=None).isoformat(sep=" ", timespec="minutes")


def _length(start: datetime, end: datetime, zone: ZoneInfo) -> float:
    """Milliseconds on the wall: the bar must end where the clock does, also over a change of the clocks."""
    first, last = (moment.astimezone(zone).replace(tzinfo=None) for moment in (start, end))
    return (last - first).total_seconds() * 1000


def _rows(rows: list[str], report: Report, zone: ZoneInfo) -> dict[str, Any]:
    """An unseen point in each row, so that rows without bars are there too."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [_wall(report.chain.communication, zone)] * len(rows),
        "y": rows,
        "marker": {"opacity": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _bars(known: list[tuple[Link, str]], report: Report, zone: ZoneInfo) -> list[dict[str, Any]]:
    start = report.chain.communication
    own = [(row, start, link.deletion, "") for link, row in known]
    first = [(row, o.starts, o.ends, _("order")) for link, row in known for o in link.orders if o.number == 0]
    again = [
        (row, o.starts, o.ends, _("renewal {n}").format(n=o.number))
        for link, row in known
        for o in link.orders
        if o.number
    ]
    return [
        _bar(_("kept by the provider itself"), own, OWN, zone, offset=0.04, width=0.26),
        _bar(_("order to preserve"), first, FIRST, zone, offset=-0.36, width=0.38),
        _bar(_("renewal"), again, AGAIN, zone, offset=-0.36, width=0.38),
    ]


def _bar(
    name: str,
    spans: list[tuple[str, datetime, datetime, str]],
    marker: dict[str, Any],
    zone: ZoneInfo,
    *,
    offset: float,
    width: float,
) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [row for row, _start, _end, _text in spans],
        "base": [_wall(start, zone) for _row, start, _end, _text in spans],
        "x": [_length(start, end, zone) for _row, start, end, _text in spans],
        "text": [text for _row, _start, _end, text in spans],
        "textposition": "inside",
        "insidetextanchor": "start",
        "insidetextfont": {"color": "#ffffff" if marker is FIRST else "#000000"},
        "offset": offset,
        "width": width,
        "marker": marker,
        "hovertemplate": [
            f"{_wall(start, zone)} – {_wall(end, zone)}<extra>{name}</extra>"
            for _row, start, end, _text in spans
        ],
        "showlegend": bool(spans),
    }


def _signs(known: list[tuple[Link, str]], report: Report, zone: ZoneInfo) -> list[dict[str, Any]]:
    shown = [(row, link.disclosed) for link, row in known if link.disclosed]
    handed = [(row, link.produced) for link, row in known if link.produced]
    gone = [(row, link.lost) for link, row in known if link.lost and link.lost <= report.until]
    kinds = (
        (_("shows the next provider"), shown, "diamond", "#E69F00"),
        (_("handed over"), handed, "star", "#009E73"),
        (_("data deleted"), gone, "x", "#b3261e"),
    )
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": [_wall(moment, zone) for _row, moment in points if moment is not None],
            "y": [row for row, _moment in points],
            "marker": {
                "symbol": symbol,
                "size": 15,
                "color": colour,
                "line": {"width": 1.5, "color": "#000000"},
            },
            "hovertemplate": f"%{{x|%d %b %Y %H:%M}}<extra>{name}</extra>",
        }
        for name, points, symbol, colour in kinds
        if points
    ]


def _line(moment: datetime, zone: ZoneInfo, dash: str, colour: str) -> dict[str, Any]:
    at = _wall(moment, zone)
    line = {"dash": dash, "width": 2, "color": colour}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1, "line": line}


def _word(moment: datetime, zone: ZoneInfo, text: str, height: float) -> dict[str, Any]:
    return {
        "x": _wall(moment, zone),
        "y": height,
        "xref": "x",
        "yref": "paper",
        "text": text,
        "showarrow": False,
        "yanchor": "bottom",
        "xanchor": "left" if height else "right",
    }


def _alt(report: Report) -> str:
    orders = sum(len(link.orders) for link in report.known)
    text = _(
        "One row for each provider, from left to right the calendar: how long the provider "
        "keeps its data itself, and how long orders keep them."
    )
    counted = ngettext(
        "{n} order or renewal runs in it.", "{n} orders and renewals run in it.", orders
    ).format(n=orders)
    return f"{text} {counted} " + _("Handed over: {saved} of {all}.").format(
        saved=report.produced, all=len(report.links)
    )
