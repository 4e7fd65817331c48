"""The figures of the safeguards review: intrusion against need, and the gates beside each other.

>>> need_picture(case_file("night-shift"), ["a", "b"]).alt
'The parts of the request by need, from left to right, and by intrusion, from below. ...'
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from hanoikit.i18n import _
from hanoikit.labs.grid import grid
from hanoikit.labs.picture import Picture
from hanoikit.safeguards import CaseFile, gates, narrow
from hanoikit.safeguards.narrowing import IF_UNKNOWN
from hanoikit.safeguards.reading import UNKNOWN, Reading
from hanoikit.safeguards.tables import allowance, weight_word

SIGNS = {"met": "✓", "limited": "◐", "unknown": "?", "fails": "✕", "": "–"}
WIDTH = 0.34
"""How far from its place a part may stand, so that parts of the same weight do not hide each other."""


def short_verdict(verdict: str) -> str:
    """A gate's verdict in a sign and a word."""
    words = {
        "met": _("met"),
        "limited": _("in part"),
        "unknown": _("ask"),
        "fails": _("fails"),
        "": _("open"),
    }
    return f"{SIGNS[verdict]} {words[verdict]}"


def stakes_word(stakes: str) -> str:
    """How grave a case is, in words."""
    return {
        "minor": _("minor"),
        "moderate": _("moderate"),
        "serious": _("serious"),
        "grave": _("grave"),
        "life": _("a life is at risk"),
    }.get(stakes, _("not known"))


def need_picture(file: CaseFile, kept: Collection[str]) -> Picture:
    """Each part of the request by the weight of what it answers and by its points; a line for what the case carries."""
    found = narrow(file)
    said = Reading(file).stakes
    stakes = IF_UNKNOWN if said == UNKNOWN else said
    limits = [allowance(stakes, weight) for weight in (1, 2, 3)]
    line: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "name": _("most that this case carries"),
        "x": [0.5, 1.5, 1.5, 2.5, 2.5, 3.5],
        "y": [limits[0], limits[0], limits[1], limits[1], limits[2], limits[2]],
        "line": {"color": "#1a1a1a", "width": 3, "dash": "dash"},
        "hoverinfo": "skip",
    }
    places = _places(found.weights, {name: one.points for name, one in found.intrusions.items()})
    stays = _marks(_("stays"), [name for name in places if name in kept], places, "circle", "#0072B2")
    goes = _marks(_("taken out"), [name for name in places if name not in kept], places, "x", "#D55E00")
    top = max([*limits, *(y for _x, y in places.values())])
    layout = {
        "xaxis": {
            "range": [-0.5, 3.5],
            "tickvals": [0, 1, 2, 3],
            "ticktext": [_("answers nothing"), *(weight_word(weight) for weight in (1, 2, 3))],
            "title": {"text": _("Need for the answer"), "font": {"size": 13}},
            "fixedrange": True,
            "zeroline": False,
        },
        "yaxis": {
            "range": [-0.6, top + 1.4],
            "title": {"text": _("Intrusion (points)"), "font": {"size": 13}},
            "fixedrange": True,
            "zeroline": False,
        },
        "margin": {"l": 10, "r": 10, "t": 40, "b": 50},
    }
    return Picture([line, stays, goes], layout, alt=_alt(file, kept, stakes, limits), height=380, least=330)


def _places(weights: Mapping[str, int], points: Mapping[str, int]) -> dict[str, tuple[float, float]]:
    """Where each part stands; parts of the same weight stand beside each other, so that none hides another."""
    made = {}
    for weight in sorted(set(weights.values())):
        names = [name for name in weights if weights[name] == weight]
        for place, name in enumerate(names):
            step = 0.0 if len(names) == 1 else WIDTH * (2 * place / (len(names) - 1) - 1)
            made[name] = (weight + step, float(points[name]))
    return {name: made[name] for name in weights}


def _marks(
    label: str, names: Sequence[str], places: Mapping[str, tuple[float, float]], symbol: str, colour: str
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": label,
        "x": [places[name][0] for name in names],
        "y": [places[name][1] for name in names],
        "text": [f"<b>{name}</b>" for name in names],
        "textposition": "top center",
        "textfont": {"size": 15, "color": "#1a1a1a"},
        "marker": {"symbol": symbol, "size": 14, "color": colour, "line": {"width": 1, "color": "#1a1a1a"}},
        "hovertemplate": "%{text}: %{y}<extra></extra>",
        "cliponaxis": False,
    }


def _alt(file: CaseFile, kept: Collection[str], stakes: str, limits: Sequence[int]) -> str:
    found = narrow(file)
    over = [
        name
        for name, one in found.intrusions.items()
        if found.weights[name] and one.points > limits[found.weights[name] - 1]
    ]
    above = (
        _("Above the line: {parts}.").format(parts=", ".join(over))
        if over
        else _("No part stands above the line.")
    )
    idle = [name for name, weight in found.weights.items() if not weight]
    nothing = _("Answers nothing: {parts}.").format(parts=", ".join(idle)) if idle else ""
    said = _(
        "The parts of the request by need, from left to right, and by intrusion, from below. The stakes ({stakes}) "
        "carry {one} points for a helpful answer, {two} for an important and {three} for an essential one. {above} "
        "{nothing} You let stay: {kept}."
    ).format(
        stakes=stakes_word(stakes),
        one=limits[0],
        two=limits[1],
        three=limits[2],
        above=above,
        nothing=nothing,
        kept=", ".join(kept) or _("nothing"),
    )
    return " ".join(said.split())


def gates_picture(rows: Mapping[str, Mapping[str, str]]) -> Picture:
    """The verdicts at the six gates, a row for each name, with a sign and a word in each cell."""
    order = gates()
    columns = [
        f"{number} {_(gate.name)}".replace(" and ", " and<br>") for number, gate in enumerate(order, 1)
    ]
    cells = [[short_verdict(found.get(gate.id, "")) for gate in order] for found in rows.values()]
    told = "; ".join(
        "{name}: {verdicts}".format(
            name=name,
            verdicts=", ".join(
                f"{_(gate.name)} {short_verdict(found.get(gate.id, ''))[2:]}" for gate in order
            ),
        )
        for name, found in rows.items()
    )
    made = grid(list(rows), columns, cells, alt=f"{told}.", row_height=34)
    layout = dict(made.layout)
    layout["margin"] = {**layout["margin"], "t": 46}
    return Picture(made.data, layout, alt=made.alt, height=made.height + 26, least=640)
