"""The figures of the status labs: a map of one day, two lines over time, the way to the fortieth instrument.

>>> day_map({"VN": "signed"}, {}, "", "One State signed.").alt
'One State signed.'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from hanoikit.convention.status import NEEDED, Forecast, Standing, StatusTable
from hanoikit.i18n import _
from hanoikit.labs.picture import COLOURS, Picture
from hanoikit.labs.world_map import Group, world_map

# Colour, pattern and mark of each standing: the pattern alone tells them apart.
LOOKS: Mapping[Standing, tuple[str, str, str]] = {
    "ratified": ("#E69F00", "x", "square"),
    "signed": ("#9fd3f5", "/", "circle"),
    "uncertain": ("#ffffff", ".", "diamond"),
    "neither": ("#ffffff", "", ""),
}


def standing_word(standing: Standing) -> str:
    """The word of a standing, for a table or a legend."""
    match standing:
        case "ratified":
            return _("ratified, as reported")
        case "signed":
            return _("signed only")
        case "uncertain":
            return _("the day is not known exactly")
        case _:
            return _("neither")


def day_map(chosen: Mapping[str, Standing], labels: Mapping[str, str], region: str, alt: str) -> Picture:
    """The standing of each code on the map."""
    groups = []
    for standing in ("neither", "signed", "uncertain", "ratified"):
        codes = tuple(code for code, found in chosen.items() if found == standing)
        if codes:
            colour, pattern, symbol = LOOKS[standing]
            groups.append(Group(standing_word(standing), codes, colour, pattern, symbol))
    return world_map(groups, alt=alt, labels=labels, view=region)


def over_time(
    steps: Sequence[tuple[date, int, int]], status: StatusTable, *, alt: str, reported: bool
) -> Picture:
    """Signatures and instruments as stairs; published counts as marks; the forty that are needed as a line."""
    first, last = (
        status.opened - timedelta(days=20),
        max(status.known_to.instruments, *(d for d, _s, _i in steps or [(status.opened, 0, 0)])),
    )
    days = [first, *(day for day, _s, _i in steps), last]
    signed = [0, *(s for _d, s, _i in steps), steps[-1][1] if steps else 0]
    deposited = [0, *(i for _d, _s, i in steps), steps[-1][2] if steps else 0]
    data: list[dict[str, Any]] = [
        _stairs(days, signed, _("signatures"), COLOURS[0], "solid"),
        _stairs(days, deposited, _("instruments"), COLOURS[1], "dot"),
        {
            "type": "scatter",
            "mode": "lines",
            "x": [first.isoformat(), last.isoformat()],
            "y": [NEEDED, NEEDED],
            "showlegend": False,
            "line": {"color": "#000000", "width": 1.5, "dash": "dash"},
            "hoverinfo": "skip",
        },
    ]
    published = [one for one in status.counts_reported if one.signatories is not None]
    if reported and published:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [one.day.isoformat() for one in published],
                "y": [one.signatories for one in published],
                "name": _("published counts of signatures"),
                "marker": {"symbol": "x-thin", "size": 10, "line": {"width": 2, "color": "#000000"}},
                "text": [_(one.what) for one in published],
                "hovertemplate": "%{x}: %{y}, %{text}<extra></extra>",
            }
        )
    layout = {
        "annotations": [_forty(first)],
        "xaxis": {"type": "date", "fixedrange": True},
        "yaxis": {"title": {"text": _("number")}, "rangemode": "tozero", "fixedrange": True},
        "margin": {"l": 10, "r": 10, "t": 50, "b": 30},
    }
    return Picture(data, layout, alt=alt, height=320)


def _forty(day: date) -> dict[str, Any]:
    """What the dashed line means, written on it."""
    return {
        "x": day.isoformat(),
        "y": NEEDED,
        "text": _("forty instruments are needed"),
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "xshift": 4,
    }


def _stairs(days: Sequence[date], values: Sequence[int], name: str, colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [day.isoformat() for day in days],
        "y": list(values),
        "name": name,
        "line": {"color": colour, "width": 3, "dash": dash, "shape": "hv"},
        "hovertemplate": f"%{{x}}: %{{y}} {name}<extra></extra>",
    }


def way_to_forty(found: Forecast, horizon: date, *, alt: str) -> Picture:
    """Three straight ways from today's number to forty: early, middle and late, with the space between them filled."""
    ends = [
        (found.fortieth.early, _("early"), "dash", COLOURS[2]),
        (found.fortieth.late, _("late"), "dot", COLOURS[1]),
        (found.fortieth.middle, _("middle"), "solid", COLOURS[0]),
    ]
    data: list[dict[str, Any]] = []
    for index, (day, name, dash, colour) in enumerate(ends):
        end = day or horizon
        trace: dict[str, Any] = {
            "type": "scatter",
            "mode": "lines",
            "x": [found.start.isoformat(), end.isoformat()],
            "y": [found.have, NEEDED if day else found.have],
            "name": name,
            "line": {"color": colour, "width": 3, "dash": dash},
            "hovertemplate": f"%{{x}}: {name}<extra></extra>",
        }
        if index == 1:
            trace |= {"fill": "tonexty", "fillcolor": "rgba(86,180,233,0.2)"}
        data.append(trace)
    data.append(
        {
            "type": "scatter",
            "mode": "lines",
            "x": [found.start.isoformat(), horizon.isoformat()],
            "y": [NEEDED, NEEDED],
            "showlegend": False,
            "line": {"color": "#000000", "width": 1.5, "dash": "dash"},
            "hoverinfo": "skip",
        }
    )
    layout = {
        "annotations": [_forty(found.start)],
        "xaxis": {
            "type": "date",
            "fixedrange": True,
            "range": [found.start.isoformat(), horizon.isoformat()],
        },
        "yaxis": {"title": {"text": _("instruments")}, "range": [0, 46], "fixedrange": True},
        "margin": {"l": 10, "r": 10, "t": 50, "b": 30},
    }
    return Picture(data, layout, alt=alt, height=300)


def days_line(
    points: Sequence[tuple[date, str, int]], spans: Sequence[tuple[date, date, str, int]], *, alt: str
) -> Picture:
    """Days as marks and the counted time as bars, one row each: ``points`` (day, label, row), ``spans`` (from, to,
    label, row)."""
    data: list[dict[str, Any]] = []
    looks = (("solid", COLOURS[0]), ("dash", COLOURS[1]))
    for first, last, label, row in spans:
        dash, colour = looks[row % len(looks)]
        middle = first + (last - first) / 2
        data += [
            {
                "type": "scatter",
                "mode": "lines",
                "x": [first.isoformat(), last.isoformat()],
                "y": [row, row],
                "line": {"color": colour, "width": 6, "dash": dash},
                "hoverinfo": "skip",
                "showlegend": False,
            },
            _texts([middle], [row - 0.28], [label], "middle center"),
        ]
    data.append(
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [day.isoformat() for day, _label, _row in points],
            "y": [row for _day, _label, row in points],
            "text": [label for _day, label, _row in points],
            "textposition": "top center",
            "marker": {"size": 14, "symbol": "diamond", "color": "#1a1a1a"},
            "hovertemplate": "%{x}: %{text}<extra></extra>",
            "showlegend": False,
            "cliponaxis": False,
        }
    )
    days = [day for day, _label, _row in points]
    room = max(timedelta(days=20), (max(days) - min(days)) / 6)
    layout = {
        "xaxis": {
            "type": "date",
            "fixedrange": True,
            "range": [(min(days) - room).isoformat(), (max(days) + room).isoformat()],
        },
        "yaxis": {"visible": False, "range": [-0.6, 1.6], "fixedrange": True},
        "margin": {"l": 10, "r": 10, "t": 10, "b": 30},
    }
    return Picture(data, layout, alt=alt, height=210)


def _texts(
    days: Sequence[date], rows: Sequence[float], texts: Sequence[str], position: str
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "text",
        "x": [day.isoformat() for day in days],
        "y": list(rows),
        "text": list(texts),
        "textposition": position,
        "hoverinfo": "skip",
        "showlegend": False,
    }
