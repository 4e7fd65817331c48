"""A map of the world from shapes that ship with the kit: filled outlines, told apart by pattern as well as colour.

>>> picture = world_map([Group("Signed", ("AT", "VN"), "#56B4E9", "/")], alt="Two States signed.")
>>> picture.data[0]["type"]
'scatter'

The projection is Equal Earth (B. Savric, T. Patterson, B. Jenny, 2018): areas are true to size, so no State looks
more important than it is. Nothing is fetched. The outlines are those of Natural Earth; :func:`note` says what they do
not say.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hanoikit import resources
from hanoikit.i18n import _
from hanoikit.labs.picture import Picture

LINE = "#4d4d4d"
TINY = 2.0  # degrees: what is smaller than this in both directions gets a mark on the map of the world
ELSEWHERE = "#f2f2f2"
# What a map of a region shows: longitude from, to, latitude from, to.
VIEWS: Mapping[str, tuple[float, float, float, float]] = {
    "": (-170.0, 191.0, -56.0, 80.0),
    "Africa": (-25.0, 60.0, -37.0, 39.0),
    "Americas": (-170.0, -30.0, -56.0, 74.0),
    "Asia": (25.0, 150.0, -12.0, 56.0),
    "Europe": (-26.0, 62.0, 34.0, 72.0),
    "Oceania": (108.0, 192.0, -50.0, 22.0),
}


@dataclass(frozen=True, slots=True)
class Group:
    """States that look alike: ``pattern`` is one of Plotly's fill patterns (``/ x - | + .``) or empty, ``symbol`` the
    mark of States too small to draw (empty: none)."""

    label: str
    codes: tuple[str, ...]
    colour: str
    pattern: str = ""
    symbol: str = "circle"


@dataclass(frozen=True, slots=True)
class Shapes:
    """The world, projected: rings by code, points by code, the middle of each State for its label."""

    rings: dict[str, tuple[tuple[float, ...], ...]]
    points: dict[str, tuple[float, float]]
    other: tuple[tuple[float, ...], ...]
    middles: dict[str, tuple[float, float]]
    tiny: frozenset[str]


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """Equal Earth, in degrees: the equator is 360 wide."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    root3 = math.sqrt(3.0)
    t = math.asin(root3 / 2 * math.sin(math.radians(latitude)))
    t2 = t * t
    t6 = t2**3
    x = (
        2
        * root3
        * math.radians(longitude)
        * math.cos(t)
        / (3 * (9 * a4 * t6 * t2 + 7 * a3 * t6 + 3 * a2 * t2 + a1))
    )
    y = t * (a1 + a2 * t2 + t6 * (a3 + a4 * t2))
    wide = 180 / (2 * root3 * math.pi / (3 * a1))
    return x * wide, y * wide


@cache
def shapes(*, coarse: bool = False) -> Shapes:
    """The shapes of ``assets/maps/world.json``, read and projected once; ``coarse`` for the whole world at once."""
    outlines, rest = ("coarse", "uncoded_coarse") if coarse else ("shapes", "uncoded")
    path = resources.assets() / "maps" / "world.json"
    world = json.loads(path.read_text(encoding="utf-8"))
    rings = {code: tuple(_projected(ring) for ring in found) for code, found in world[outlines].items()}
    points = {code: project(*place) for code, place in world["points"].items()}
    middles = {code: _middle(max(found, key=len)) for code, found in rings.items()} | points
    tiny = frozenset(code for code, found in rings.items() if coarse and max(map(_extent, found)) < TINY)
    return Shapes(rings, points, tuple(_projected(ring) for ring in world[rest]), middles, tiny)


def _projected(ring: Sequence[float]) -> tuple[float, ...]:
    pairs = zip(ring[::2], ring[1::2], strict=True)
    return tuple(round(value, 1) for x, y in pairs for value in project(x, y))


def _middle(ring: tuple[float, ...]) -> tuple[float, float]:
    xs, ys = ring[::2], ring[1::2]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _extent(ring: tuple[float, ...]) -> float:
    return max(max(ring[::2]) - min(ring[::2]), max(ring[1::2]) - min(ring[1::2]))


def note() -> str:
    """What stands under every map."""
    return _(
        "Outlines: Natural Earth, simplified. They imply no opinion on the status of any territory. States too small "
        "to draw are shown as marks. Areas are true to size."
    )


def world_map(
    groups: Iterable[Group],
    *,
    alt: str,
    labels: Mapping[str, str] | None = None,
    view: str = "",
    height: int = 400,
) -> Picture:
    """The groups on the map, everything else as empty outlines. ``labels`` are shown where the mouse rests on a State,
    ``view`` is a region of :data:`VIEWS`."""
    world = shapes(coarse=not view)
    groups = list(groups)
    shown = {code for group in groups for code in group.codes}
    rest = [ring for code, rings in world.rings.items() if code not in shown for ring in rings]
    data = [_filled([*rest, *world.other], ELSEWHERE, "", _("Not in the selection"), legend=False)]
    for group in groups:
        rings = [ring for code in group.codes for ring in world.rings.get(code, ())]
        data.append(_filled(rings, group.colour, group.pattern, group.label, legend=True))
        small = [world.middles[code] for code in group.codes if code in world.points or code in world.tiny]
        if small and group.symbol:
            data.append(_marks(small, group))
    if labels:
        data.append(_labels({code: text for code, text in labels.items() if code in world.middles}))
    return Picture(data, _layout(view), alt=alt, height=height)


def _filled(
    rings: Sequence[tuple[float, ...]], colour: str, pattern: str, name: str, *, legend: bool
) -> dict[str, Any]:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for ring in rings:
        xs += [*ring[::2], None]
        ys += [*ring[1::2], None]
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "x": xs or [None],
        "y": ys or [None],
        "fill": "toself",
        "fillcolor": colour,
        "line": {"color": LINE, "width": 0.5},
        "hoverinfo": "skip",
        "name": name,
        "showlegend": legend,
    }
    if pattern:
        trace["fillpattern"] = {
            "shape": pattern,
            "bgcolor": colour,
            "fgcolor": "#1a1a1a",
            "size": 9,
            "solidity": 0.12,
        }
    return trace


def _marks(places: Sequence[tuple[float, float]], group: Group) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [round(x, 1) for x, _y in places],
        "y": [round(y, 1) for _x, y in places],
        "marker": {
            "symbol": group.symbol,
            "size": 8,
            "color": group.colour,
            "line": {"color": "#1a1a1a", "width": 1},
        },
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _labels(labels: Mapping[str, str]) -> dict[str, Any]:
    middles = shapes().middles
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [round(middles[code][0], 1) for code in labels],
        "y": [round(middles[code][1], 1) for code in labels],
        "text": list(labels.values()),
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"size": 14, "opacity": 0},
        "showlegend": False,
    }


def _layout(view: str) -> dict[str, Any]:
    west, east, south, north = VIEWS.get(view, VIEWS[""])
    corners = [project(x, y) for x in (west, east) for y in (south, north)] + [
        project(west, 0),
        project(east, 0),
    ]
    if south > 0:  # the equator is not in the picture
        corners = corners[:4]
    xs, ys = [x for x, _y in corners], [y for _x, y in corners]
    hidden = {"visible": False, "fixedrange": True, "automargin": False}
    return {
        "xaxis": {**hidden, "range": [min(xs), max(xs)], "constrain": "domain"},
        "yaxis": {**hidden, "range": [min(ys), max(ys)], "scaleanchor": "x", "constrain": "domain"},
        "margin": {"l": 4, "r": 4, "t": 36, "b": 4},
        "hovermode": "closest",
        "hoverdistance": 25,
    }
