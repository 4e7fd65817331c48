"""A grid of signs and words: rows by columns, each cell read without colour.

>>> grid(["7 access"], ["act", "aim"], [["✓ met", "? open"]], alt="Of article 7 the aim is open.")  # doctest: +ELLIPSIS
Picture(...)

The sign at the beginning of a cell chooses its shade; the shade repeats what the sign says and adds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from hanoikit.labs.panel import Picture

# Darker than white only where something counts; black letters stay readable on each.
SHADES = {"✓": 1.0, "✕": 0.0, "?": 0.5, "◐": 0.75, "◔": 0.6, "◇": 0.25, "■": 1.0, "▲": 0.75, "△": 0.25}
SCALE = [[0.0, "#f2f2f2"], [0.25, "#ffffff"], [0.5, "#fdf0cc"], [0.75, "#d9ebf7"], [1.0, "#b9dcf2"]]
BLANK = 0.25


def grid(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[str]],
    *,
    alt: str,
    row_height: int = 30,
) -> Picture:
    """The grid with the first row on top. ``cells`` holds the words of each row."""
    shades = [[SHADES.get(cell[:1], BLANK) for cell in row] for row in cells]
    body = {
        "type": "heatmap",
        "x": list(range(len(columns))),
        "y": list(range(len(rows))),
        "z": shades,
        "text": [list(row) for row in cells],
        "texttemplate": "%{text}",
        "textfont": {"size": 12, "color": "#1a1a1a"},
        "hoverinfo": "skip",
        "showscale": False,
        "zmin": 0,
        "zmax": 1,
        "colorscale": SCALE,
        "xgap": 2,
        "ygap": 2,
    }
    layout = {
        "plot_bgcolor": "#8c8c8c",
        "margin": {"l": 6, "r": 6, "t": 26, "b": 6},
        "xaxis": {
            "tickvals": list(range(len(columns))),
            "ticktext": list(columns),
            "side": "top",
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "tickangle": 0,
        },
        "yaxis": {
            "tickvals": list(range(len(rows))),
            "ticktext": list(rows),
            "autorange": "reversed",
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
    }
    return Picture(
        [body], layout, alt=alt, height=60 + row_height * max(1, len(rows)), least=110 + 64 * len(columns)
    )
