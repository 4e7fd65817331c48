"""The freeze board of the tracing bench: one officer, five holdings, and clocks that run.

>>> freezer = Freezer(shipped())
>>> freezer.step().perform("do", {"what": "alert", "holding": "lune"}).say        # doctest: +SKIP
'20 May 06:20 UTC. Alert sent: Lune Exchange. ...'

Every act takes its minutes, and the clocks go on meanwhile. The model is :mod:`hanoikit.recovery.freezing`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from hanoikit.convention import cite
from hanoikit.i18n import _
from hanoikit.labs.html import Markup, bullets, details, join, sentence, strong, table
from hanoikit.labs.panel import Button, Field, Picture, Result, Step, Values
from hanoikit.labs.tracing_words import money, span
from hanoikit.recovery import (
    Act,
    Board,
    Case,
    Holding,
    Plan,
    Report,
    Status,
    best_plan,
    lantern_board,
    play,
    status_label,
)
from hanoikit.recovery.freezing import Line as HoldingLine
from hanoikit.recovery.lantern_board import END, MINUTES, MORNING, WORTH

SIGNS = {Status.RUNNING: "▶", Status.HELD: "‖", Status.FROZEN: "■", Status.GONE: "✕"}
BARS = {
    Status.RUNNING: {"color": "#ffffff", "line": {"color": "#595959", "width": 1.5}},
    Status.HELD: {
        "color": "#E69F00",
        "line": {"color": "#000000", "width": 1},
        "pattern": {"shape": "/", "fgcolor": "#5c4000", "size": 6},
    },
    Status.FROZEN: {"color": "#0072B2", "line": {"color": "#000000", "width": 1}},
    Status.GONE: {"color": "#f2f2f2", "line": {"color": "#a6a6a6", "width": 1}},
}
WAIT = 60


class Freezer:
    """The board and what the officer has done so far."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.turns: list[tuple[str, str]] = []

    @cached_property
    def board(self) -> Board:
        return lantern_board(self.case)

    @cached_property
    def best(self) -> Plan:
        """The best order that the search finds."""
        return best_plan(self.board, start=MORNING, minutes=MINUTES, until=END, weights=WORTH)

    def step(self) -> Step:
        """The board as a step of the panel."""
        return Step(
            "freeze",
            _("Freeze against the clock"),
            join(
                sentence(
                    _(
                        "It is 20 May 2026, 06:00 UTC, and you are alone. An alert takes {a} minutes, a request {r}."
                    ).format(a=MINUTES["alert"], r=MINUTES["request"]),
                    _(
                        "An alert may hold for some hours; only a request with reasons leads to a freezing order"
                    ),
                    Markup(f"({cite('41(4), 49(2)(b), 50(2)').html()})."),
                ),
                sentence(_("Choose an act and do it. The clocks go on while you write.")),
            ),
            fields=[
                Field(
                    "what",
                    "select",
                    _("Act"),
                    (
                        ("alert", _("send an alert through the 24/7 network")),
                        ("request", _("write a complete request for freezing")),
                        ("wait", _("wait an hour")),
                    ),
                    "alert",
                ),
                Field(
                    "holding",
                    "select",
                    _("About"),
                    tuple((holding.id, self._name(holding)) for holding in self.board.holdings),
                    self.board.holdings[0].id,
                ),
            ],
            buttons=[
                Button("do", _("Do it")),
                Button("undo", _("Take the last act back")),
                Button("again", _("Start again")),
                Button("end", _("What became of it?")),
            ],
            run=self._turn,
            live=True,
        )

    def _name(self, holding: Holding) -> str:
        return {
            "lune": _("Coins at Lune Exchange, XC"),
            "lune-cash": _("Money at Lune Exchange, XC"),
            "kest": _("Account at Kest Commercial Bank, XB"),
            "boat": _("Fishing boat in Kest, XB"),
            "oyuna": _("Account at Deltara Savings Bank, XD"),
        }.get(holding.id, holding.id)

    @property
    def acts(self) -> tuple[Act, ...]:
        """The turns as acts with their moments."""
        at, acts = MORNING, []
        for what, holding in self.turns:
            at += timedelta(minutes=_minutes(what))
            if what in ("alert", "request"):
                acts.append(Act("alert" if what == "alert" else "request", holding, at))
        return tuple(acts)

    @property
    def now(self) -> datetime:
        """Where the officer's clock stands."""
        return MORNING + timedelta(minutes=sum(_minutes(what) for what, _holding in self.turns))

    def _turn(self, values: Values) -> Result:
        action = values["action"]
        if action == "do":
            self.turns.append((str(values["what"]), str(values["holding"])))
        elif action == "undo" and self.turns:
            self.turns.pop()
        elif action == "again":
            self.turns.clear()
        report = play(self.board, self.acts, until=END)
        shown = END if action == "end" else self.now
        said = self._said(report, shown, ended=action == "end")
        verdict = self._verdict(report) if action == "end" else Markup("")
        return Result(
            join(sentence(strong(said)), verdict, self._table(report, shown), self._log(report, shown)),
            say=said,
            pictures=(self._picture(report, shown),),
        )

    def _said(self, report: Report, moment: datetime, *, ended: bool) -> str:
        clock = f"{moment:%d %b %H:%M} UTC."
        left = sum(WORTH[line.holding.unit] * line.remaining(moment) for line in report.lines)
        frozen = self._frozen(report) if ended else 0
        if ended:
            return _("{clock} A freezing order keeps {frozen} of {all}.").format(
                clock=clock, frozen=_xts(frozen), all=_xts(self._all())
            )
        return _("{clock} There is still {left} of {all}.").format(
            clock=clock, left=_xts(left), all=_xts(self._all())
        )

    def _all(self) -> float:
        return sum(holding.amount * WORTH[holding.unit] for holding in self.board.holdings)

    def _frozen(self, report: Report) -> float:
        return sum(line.saved * WORTH[line.holding.unit] for line in report.lines if line.frozen)

    def _verdict(self, report: Report) -> Markup:
        order = [
            f"{_('alert') if kind == 'alert' else _('request')}: {self._name(self.board.holding(name))}"
            for kind, name in self.best.order
        ]
        return join(
            sentence(
                _("The best plain order of work keeps {best}; yours keeps {yours}.").format(
                    best=_xts(self.best.worth), yours=_xts(self._frozen(report))
                )
            ),
            details(_("Show the best order"), bullets(order)),
        )

    def _table(self, report: Report, moment: datetime) -> Markup:
        rows = []
        for line in report.lines:
            following = line.next_departure(moment)
            until = next(
                (end for start, end, kind in line.spans if start <= moment < end and kind is Status.HELD),
                None,
            )
            practice = self.board.practices[line.holding.state]
            rows.append(
                (
                    self._name(line.holding),
                    self.case.holder(line.holding.holder).name,
                    money(line.remaining(moment), line.holding.unit),
                    self._status(line, moment),
                    span(following.at - moment) if following else "–",
                    span(until - moment) if until else "–",
                    span(practice.hold) if practice.hold else _("none: an alert only informs"),
                    span(practice.freeze_delay),
                )
            )
        head = (
            _("Property"),
            _("Holder"),
            _("Still there"),
            _("Status"),
            _("Leaves in, as things stand"),
            _("Hold ends in"),
            _("Hold on an alert"),
            _("Order after a request"),
        )
        return table(_("The board at {moment} UTC").format(moment=f"{moment:%d %b %H:%M}"), head, rows)

    def _status(self, line: HoldingLine, moment: datetime) -> str:
        status = line.status(moment)
        text = f"{SIGNS[status]} {status_label(status)}"
        if line.frozen is not None and line.frozen > moment:
            text += "; " + _("order expected in {span}").format(span=span(line.frozen - moment))
        return text

    def _log(self, report: Report, moment: datetime) -> Markup:
        rows = [
            (
                f"{event.at:%d %b %H:%M}",
                self._name(self.board.holding(event.holding)),
                event.text,
                money(event.amount, self.board.holding(event.holding).unit) if event.amount else "",
            )
            for event in report.events
            if event.at <= moment
        ]
        if not rows:
            return Markup("")
        head = (_("When (UTC)"), _("Property"), _("What happened"), _("Amount"))
        return details(_("What happened so far"), table(_("Events"), head, rows))

    def _picture(self, report: Report, moment: datetime) -> Picture:
        names = [self._name(line.holding) for line in report.lines]
        bars: dict[Status, list[tuple[str, datetime, datetime]]] = {status: [] for status in BARS}
        for line, name in zip(report.lines, names, strict=True):
            for start, end, status in _phases(line.spans, line.left_at, line.holding.amount, moment):
                bars[status].append((name, start, end))
        data: list[dict[str, Any]] = [
            {
                "type": "bar",
                "orientation": "h",
                "name": f"{SIGNS[status]} {status_label(status)}",
                "y": [name for name, _start, _end in spans],
                "base": [_wall(start) for _name, start, _end in spans],
                "x": [(end - start).total_seconds() * 1000 for _name, start, end in spans],
                "marker": BARS[status],
                "width": 0.5,
                "hoverinfo": "skip",
            }
            for status, spans in bars.items()
            if spans
        ]
        planned = [
            (name, one.at, one.at in {left.at for left in line.left_at} and one.at <= moment)
            for line, name in zip(report.lines, names, strict=True)
            for one in line.holding.departures
        ]
        for gone, symbol, label in (
            (True, "x", _("left at this moment")),
            (False, "diamond-open", _("wants to leave")),
        ):
            points = [(name, at) for name, at, left in planned if left is gone]
            if points:
                data.append(
                    {
                        "type": "scatter",
                        "mode": "markers",
                        "name": label,
                        "x": [_wall(at) for _name, at in points],
                        "y": [name for name, _at in points],
                        "marker": {"symbol": symbol, "size": 13, "color": "#000000", "line": {"width": 2}},
                        "hoverinfo": "skip",
                    }
                )
        line_now = {"color": "#000000", "width": 2, "dash": "dash"}
        layout = {
            "barmode": "overlay",
            "xaxis": {
                "type": "date",
                "range": [_wall(MORNING - timedelta(hours=2)), _wall(END)],
                "tickformat": "%d %b",
            },
            "yaxis": {
                "categoryorder": "array",
                "categoryarray": names[::-1],
                "range": [-0.6, len(names) - 0.4],
            },
            "shapes": [
                {
                    "type": "line",
                    "x0": _wall(moment),
                    "x1": _wall(moment),
                    "yref": "paper",
                    "y0": 0,
                    "y1": 1,
                    "line": line_now,
                }
            ],
            "annotations": [
                {
                    "x": _wall(moment),
                    "y": 1,
                    "yref": "paper",
                    "text": _("now"),
                    "showarrow": False,
                    "yanchor": "bottom",
                }
            ],
            "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.1, "x": 0},
            "margin": {"l": 10, "r": 16, "t": 90, "b": 40},
        }
        counts = {status: sum(line.status(moment) is status for line in report.lines) for status in Status}
        alt = _("The five holdings as bars over five days. At {moment} UTC: {counts}.").format(
            moment=f"{moment:%d %b %H:%M}",
            counts=", ".join(f"{status_label(status)}: {n}" for status, n in counts.items() if n),
        )
        return Picture(data, layout, alt=alt, height=200 + 40 * len(names), least=680)


def _phases(
    spans: tuple[tuple[datetime, datetime, Status], ...],
    left: tuple[Any, ...],
    amount: int,
    moment: datetime,
) -> list[tuple[datetime, datetime, Status]]:
    """The bar of one holding: known until the moment, then as it would go on; nothing after it is gone."""
    last = END
    if left and sum(one.amount for one in left) == amount:
        last = max(one.at for one in left)
        if last > moment:
            last = END
    found = []
    at = MORNING
    for start, end, status in spans:
        if start > moment or start >= last:
            continue
        if at < start:
            found.append((at, start, Status.RUNNING))
        found.append((start, min(end, last), status))
        at = min(end, last)
    if at < last:
        found.append((at, last, Status.RUNNING))
    if last < END:
        found.append((last, END, Status.GONE))
    return found


def _minutes(what: str) -> int:
    return next((minutes for kind, minutes in MINUTES.items() if kind == what), WAIT)


def _wall(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _xts(cents: float) -> str:
    return _("{amount} XTS").format(amount=f"{cents / 100:,.0f}")
