"""The time line of a run as a drawing: a lane for each State, an arrow for each message, parts side by side.

>>> drawing, places = picture(record, happened)
>>> drawing[:4], places[0] > 0
('<svg', True)

Times between the parts are left out, as in the story. Where much happens at once the line is stretched, so that every
sign can be read: the order is exact, the distances are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from hanoikit.capstone.debrief_events import Event
from hanoikit.capstone.plan import TEAMS, parts
from hanoikit.capstone.record import Record
from hanoikit.i18n import _
from hanoikit.network import tables

LEFT = 128.0
TOP = 58.0
LANE = 74.0
STEP = 23.0
MINUTE = 0.5
LEAST = 150.0


def picture(record: Record, happened: Sequence[Event]) -> tuple[str, dict[int, float]]:
    """The drawing as SVG, and where each event stands (the horizontal place, by its number)."""
    lanes = {name: TOP + LANE * (number + 0.8) for number, name in enumerate(TEAMS)}
    story = TOP + 10
    places, cuts, width = _spread(record, happened)
    height = TOP + LANE * (len(TEAMS) + 0.35)
    drawn = [
        f'<svg width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-label="{escape(_alt(record, happened))}">'
    ]
    for number, (title, start, end) in enumerate(cuts):
        if number % 2 == 0:
            drawn.append(
                f'<rect class="part" x="{start:.1f}" y="0" width="{end - start:.1f}" height="{height:.0f}"/>'
            )
        drawn.append(f'<text class="part-name" x="{start + 8:.1f}" y="20">{escape(title)}</text>')
        if number:
            drawn += [
                f'<text class="code" x="{start + 4:.1f}" y="{y - 6}" aria-hidden="true">{name}</text>'
                for name, y in lanes.items()
            ]
    for name, y in lanes.items():
        drawn.append(f'<line class="lane" x1="{LEFT - 10}" y1="{y}" x2="{width - 10:.1f}" y2="{y}"/>')
        drawn.append(f'<text class="lane-name" x="8" y="{y + 5}">{escape(tables.rules(name).name)}</text>')
    drawn.append(f'<text x="8" y="{story + 5}">{escape(_("The story"))}</text>')
    drawn.append('<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerUnits="userSpaceOnUse" '
                 'markerWidth="12" markerHeight="12" '
                 'orient="auto-start-reverse"><path d="M0 0L10 5L0 10z"/></marker></defs>')  # fmt: skip
    drawn.append(f'<line id="needle" x1="{LEFT}" y1="28" x2="{LEFT}" y2="{height:.0f}"/>')
    drawn += [_event(one, places[one.number], lanes, story, height) for one in happened]
    drawn.append("</svg>")
    return "".join(drawn), places


def _event(one: Event, x: float, lanes: dict[str, float], story: float, height: float) -> str:
    names = " ".join(["event", *(["decisive"] if one.moments else [])])
    begins = lanes.get(one.source, story)
    ends = lanes.get(one.target, begins if one.source else story)
    inside = []
    if one.gone:
        inside.append(f'<line class="gone" x1="{x:.1f}" y1="28" x2="{x:.1f}" y2="{height:.0f}"/>')
        begins = story
    elif abs(begins - ends) > 1:
        told = " story" if one.told else ""
        back = 12 if ends < begins else -12
        inside.append(
            f'<line class="arrow{told}" x1="{x:.1f}" y1="{begins:.1f}" x2="{x:.1f}" y2="{ends + back:.1f}" '
            'marker-end="url(#tip)"/>'
        )
    shape = (
        f'<rect class="mark" x="{x - 9:.1f}" y="{begins - 9:.1f}" width="18" height="18" '
        f'transform="rotate(45 {x:.1f} {begins:.1f})"/>'
        if one.sign == "◆"
        else f'<circle class="mark" cx="{x:.1f}" cy="{begins:.1f}" r="10"/>'
    )
    sign = "" if one.sign == "◆" else one.sign
    inside.append(f'{shape}<text class="glyph" x="{x:.1f}" y="{begins + 4.5:.1f}">{escape(sign)}</text>')
    if one.moments:
        numbers = ", ".join(str(number) for number in one.moments)
        y = begins - 15 if begins > story else begins + 24
        inside.append(
            f'<text class="lane-name" text-anchor="middle" x="{x:.1f}" y="{y:.1f}">{numbers}</text>'
        )
    return f'<g class="{names}" data-n="{one.number}"><title>{escape(one.title)}</title>{"".join(inside)}</g>'


def _spread(
    record: Record, happened: Sequence[Event]
) -> tuple[dict[int, float], list[tuple[str, float, float]], float]:
    """Where each event stands, where each part begins and ends, and how wide all of it is."""
    places: dict[int, float] = {}
    cuts: list[tuple[str, float, float]] = []
    left = LEFT
    story = parts(record.scenario)
    for number, part in enumerate(story):
        after = story[number + 1].begins if number + 1 < len(story) else None
        here = [
            one
            for one in happened
            if (number == 0 or one.at >= part.begins) and (after is None or one.at < after)
        ]
        x = left + 4
        for one in here:
            minutes = max(0.0, (min(one.at, part.ends) - part.begins).total_seconds() / 60)
            x = max(x + STEP, left + 20 + minutes * MINUTE)
            places[one.number] = x
        end = max(left + LEAST, x + 26)
        cuts.append((f"{number + 1} {part.title}", left, end))
        left = end
    return places, cuts, left + 12


def _alt(record: Record, happened: Sequence[Event]) -> str:
    messages = sum(1 for one in happened if one.source and one.target)
    decisions = sum(1 for one in happened if one.sign == "◆")
    return _(
        "Time line with four lanes, one for each State, in four parts: {messages} messages as arrows from lane to "
        "lane, {decisions} notes in case files. The table at the end of the page lists the same in words."
    ).format(messages=messages, decisions=decisions)
