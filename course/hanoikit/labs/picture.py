"""A figure as plain data in Plotly's form, with the sentence that says what it shows.

>>> Picture([{"type": "bar", "x": ["signed", "ratified"], "y": [72, 2]}], alt="72 signed, 2 ratified.")

A lab's panel draws it. ``plotly`` itself is not imported for that: it takes a second, and its own live widget puts
five megabytes into every notebook that is saved. The page gets Plotly's program once, from the package on this
machine, and never from the network. A ``geo`` subplot would fetch the shapes of its map, so it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

# Told apart by people who see few colours, and on paper: C. Okabe and K. Ito, "Color Universal Design", 2002.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
FONT = {"family": "system-ui, sans-serif", "size": 13, "color": "#1a1a1a"}
STYLE: Mapping[str, Any] = {
    "font": FONT,
    "colorway": list(COLOURS),
    "paper_bgcolor": "#ffffff",
    "plot_bgcolor": "#ffffff",
    "margin": {"l": 10, "r": 10, "t": 30, "b": 40},
    "dragmode": False,
    "hoverlabel": {"font": FONT, "bgcolor": "#ffffff", "align": "left"},
    "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
}
AXIS: Mapping[str, Any] = {
    "automargin": True,
    "gridcolor": "#d9d9d9",
    "linecolor": "#595959",
    "zerolinecolor": "#a6a6a6",
}
FETCHING = frozenset(
    {
        "choropleth",
        "choroplethmap",
        "choroplethmapbox",
        "densitymap",
        "densitymapbox",
        "scattergeo",
        "scattermap",
    }
    | {"scattermapbox"}
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure: ``data`` and ``layout`` as Plotly's JSON, ``alt`` as the sentence under it, ``height`` in pixels.

    ``least`` is the width in pixels below which it is not squeezed any further: then it scrolls, with the keyboard too.

    The house style is filled in where the layout says nothing. Raises ValueError for a trace that would fetch
    something from the network, and for a missing sentence.
    """

    data: Sequence[Mapping[str, Any]]
    layout: Mapping[str, Any] = field(default_factory=dict)
    alt: str = ""
    height: int = 320
    least: int = 0

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ValueError("a figure needs the sentence that says what it shows")
        fetching = sorted({str(trace.get("type", "")) for trace in self.data} & FETCHING)
        if fetching:
            raise ValueError(f"{', '.join(fetching)} would fetch a map; draw shapes as filled scatter traces")

    def as_dict(self) -> dict[str, Any]:
        """What the page gets: plain data, with the house style under what the lab chose."""
        layout = {**STYLE, **self.layout, "height": self.height}
        for name in {"xaxis", "yaxis", *(key for key in layout if key.startswith(("xaxis", "yaxis")))}:
            layout[name] = {**AXIS, **layout.get(name, {})}
        made = {"data": [dict(trace) for trace in self.data], "layout": layout, "alt": self.alt}
        return {**made, "least": self.least} if self.least else made


@cache
def plotly_js() -> bytes:
    """Plotly's program for the page, as its Python package ships it."""
    from importlib.resources import files

    return files("plotly").joinpath("package_data/plotly.min.js").read_bytes()
