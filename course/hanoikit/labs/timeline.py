"""The custody log as a picture, with the table and the sentence that say the same.

>>> view = custody_timeline(log)
>>> view.sentence
'13 entries by 5 people, from 1 April 2026 05:12 UTC to 6 April 2026 09:40 UTC. ...'
>>> view.figure()  # a plotly figure
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any

from hanoikit.i18n import _, ngettext
from hanoikit.labs.html import Markup, code, strong, table

if TYPE_CHECKING:
    from hanoikit.evidence.custody import CustodyLog

# Shape says what kind of act it is, so that colour is never needed.
SYMBOLS: Mapping[str, str] = {
    "identified": "diamond-open",
    "collected": "diamond",
    "acquired": "square",
    "copied": "square-open",
    "received": "triangle-down",
    "transferred-out": "triangle-right",
    "transferred-in": "triangle-left",
    "sealed": "star",
    "examined": "cross",
    "hashed": "x",
    "disclosed": "hexagram",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One entry on the timeline."""

    index: int
    at: datetime
    who: str
    role: str
    action: str
    item: str
    place: str
    note: str


@dataclass(frozen=True, slots=True)
class CustodyTimeline:
    """A log ready to be shown; ``broken`` is the number of the first broken entry, if one was found."""

    points: tuple[Point, ...]
    broken: int | None = None

    @property
    def sentence(self) -> str:
        """What the figure shows, in words."""
        if not self.points:
            return _("The log has no entry yet.")
        # Not the first and the last entry: a log with a wrong time in it does not run from early to late.
        first, last = min(point.at for point in self.points), max(point.at for point in self.points)
        people = len({point.who for point in self.points})
        text = ngettext(
            "{count} entry by {people}, from {start} to {end}.",
            "{count} entries by {people}, from {start} to {end}.",
            len(self.points),
        ).format(
            count=len(self.points),
            people=ngettext("{n} person", "{n} people", people).format(n=people),
            start=utc(first),
            end=utc(last),
        )
        gap, before, after = self.longest_pause()
        if after is not None and gap >= timedelta(minutes=1):
            text += " " + _("The longest pause is {pause}, between entries {before} and {after}.").format(
                pause=duration(gap), before=before, after=after
            )
        if self.broken is not None:
            there = any(point.index == self.broken for point in self.points)
            said = (
                _("The first broken link is entry {n}.")
                if there
                else _("The first broken link is entry {n}, which is not in this log.")
            )
            text += " " + said.format(n=self.broken)
        return text

    def longest_pause(self) -> tuple[timedelta, int, int | None]:
        """The longest time between two entries that follow each other, with their numbers."""
        pairs = list(zip(self.points, self.points[1:], strict=False))
        if not pairs:
            return timedelta(0), 0, None
        before, after = max(pairs, key=lambda pair: pair[1].at - pair[0].at)
        return after.at - before.at, before.index, after.index

    def table(self, caption: str = "") -> Markup:
        """The entries as a table; times in UTC."""
        rows = [
            (
                Markup(f"{point.index} {strong('◀ ' + _('first broken link'))}")
                if point.index == self.broken
                else point.index,
                utc(point.at),
                f"{point.who} ({point.role})",
                point.action,
                code(point.item),
                point.place,
                point.note,
            )
            for point in self.points
        ]
        head = (_("Entry"), _("Time (UTC)"), _("Who"), _("Action"), _("Item"), _("Place"), _("Note"))
        return table(caption or _("The custody log"), head, rows)

    def figure(self) -> Any:
        """A plotly figure: time from left to right, one line a person, one sign an entry with its number."""
        import plotly.graph_objects as go

        times = [point.at.astimezone(UTC) for point in self.points]
        rows = [_row(point) for point in self.points]
        people = list(dict.fromkeys(rows))
        figure = go.Figure()
        figure.add_trace(
            go.Scatter(
                x=times,
                y=rows,
                mode="lines",
                line={"shape": "hv", "width": 1.5, "color": "#5f6b76"},
                hoverinfo="skip",
            )
        )
        figure.add_trace(
            go.Scatter(
                x=times,
                y=rows,
                mode="markers+text",
                text=[str(point.index) for point in self.points],
                textposition="top center",
                customdata=[
                    [escape(point.action), escape(point.place), escape(point.note)] for point in self.points
                ],
                hovertemplate="%{text}. %{customdata[0]}<br>%{x|%d %b %H:%M} UTC<br>"
                "%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
                marker={
                    "size": 13,
                    "symbol": [SYMBOLS.get(point.action, "circle") for point in self.points],
                    "color": [
                        "#b3261e" if point.index == self.broken else "#1f4e79" for point in self.points
                    ],
                    "line": {"width": 1, "color": "#ffffff"},
                },
            )
        )
        if self.broken is not None and any(point.index == self.broken for point in self.points):
            point = next(point for point in self.points if point.index == self.broken)
            figure.add_annotation(
                x=point.at.astimezone(UTC),
                y=_row(point),
                text=_("first broken link"),
                showarrow=True,
                ax=0,
                ay=34,
            )
        figure.update_layout(
            template="plotly_white",
            height=120 + 62 * max(len(people), 1),
            margin={"l": 10, "r": 10, "t": 30, "b": 40},
            showlegend=False,
            xaxis={"title": _("Time (UTC)")},
            yaxis={"categoryorder": "array", "categoryarray": people[::-1], "automargin": True},
        )
        return figure


def _row(point: Point) -> str:
    # plotly reads a small part of HTML in every text of a figure
    return f"{escape(point.who)}<br>{escape(point.role)}"


def custody_timeline(log: CustodyLog, *, broken: int | None = None) -> CustodyTimeline:
    """The entries of ``log`` with the names that its certificates carry."""
    from hanoikit.evidence.identity import person

    people = {key: person(certificate) for key, certificate in log.certificates().items()}
    points = []
    for entry in log.entries:
        who = people.get(entry.actor)
        points.append(
            Point(
                entry.index,
                entry.at,
                who.name if who else _("unknown signer"),
                entry.role,
                entry.action,
                entry.item,
                entry.place,
                entry.note,
            )
        )
    return CustodyTimeline(tuple(points), broken)


def utc(moment: datetime) -> str:
    """``1 April 2026 05:12 UTC``; seconds only where they are not zero."""
    moment = moment.astimezone(UTC)
    clock = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
    return f"{moment.day} {moment.strftime('%B %Y')} {clock} UTC"


def duration(span: timedelta) -> str:
    """A length of time in the two largest units that fit: ``2 days 3 hours``."""
    if span < timedelta(0):  # a clock along the way was wrong
        return f"−{duration(-span)}"
    total = int(span.total_seconds())
    days, rest = divmod(total, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [
        ngettext("{n} day", "{n} days", days).format(n=days) if days else "",
        ngettext("{n} hour", "{n} hours", hours).format(n=hours) if hours else "",
        ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes) if minutes else "",
        ngettext("{n} second", "{n} seconds", seconds).format(n=seconds) if seconds else "",
    ]
    return " ".join([part for part in parts if part][:2]) or ngettext("{n} second", "{n} seconds", 0).format(
        n=0
    )
