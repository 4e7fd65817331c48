"""The freeze board: value that is about to leave, and what alerts and requests stop in time.

>>> report = play(board, [Act("alert", "lune", at=moment)], until=moment + timedelta(days=3))   # doctest: +SKIP
>>> report.saved, report.gone                                                                   # doctest: +SKIP
(118000000, 0)

A holding has a withdrawal clock: at each departure an amount leaves, unless the holding is held or frozen at that
moment. Two acts stop it. An *alert* goes through the 24/7 network (41(4)) or as unprompted information (51): where
domestic law knows it, somebody holds the value for some hours. A *request* with reasons (49(2)(b), 50(2)) leads to a
freezing order, which lasts. A departure that met a hold waits for its end and leaves then, unless a freezing order
came in between. Amounts are whole units of the holding's unit, times are aware datetimes; nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import permutations
from typing import Literal

from hanoikit.errors import DataInvalid, Finding, UsageError
from hanoikit.i18n import _

ActKind = Literal["alert", "request"]
BEST_OF = 6


class Status(StrEnum):
    """How a holding stands at a moment."""

    RUNNING = "running"
    HELD = "held"
    FROZEN = "frozen"
    GONE = "gone"


def status_label(status: Status) -> str:
    """The status in words."""
    return {
        Status.RUNNING: _("the clock runs"),
        Status.HELD: _("held for some hours"),
        Status.FROZEN: _("frozen"),
        Status.GONE: _("gone"),
    }[status]


@dataclass(frozen=True, slots=True)
class Departure:
    """An amount that leaves at a moment, and where it goes."""

    at: datetime
    amount: int
    to: str = ""


@dataclass(frozen=True, slots=True)
class Practice:
    """What a State does and how fast. ``hold`` is ``None`` where an alert only informs and nothing is held on it."""

    state: str
    alert_delay: timedelta
    hold: timedelta | None
    freeze_delay: timedelta


@dataclass(frozen=True, slots=True)
class Holding:
    """Traced value with one holder in one State."""

    id: str
    holder: str
    state: str
    amount: int
    unit: str
    departures: tuple[Departure, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """An alert or a request about a holding, sent at a moment. A request that is not complete comes back unused."""

    kind: ActKind
    holding: str
    at: datetime
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a holding. ``kind`` is sent, held, hold-ends, frozen, returned, left or waits."""

    at: datetime
    holding: str
    kind: str
    amount: int
    text: str
    provisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """The holdings and the practice of their States. Raises DataInvalid when they do not fit together."""

    holdings: tuple[Holding, ...]
    practices: Mapping[str, Practice]

    def __post_init__(self) -> None:
        findings = [
            Finding("practice-missing", _("No practice is given for this State."), holding.state)
            for holding in self.holdings
            if holding.state not in self.practices
        ]
        for holding in self.holdings:
            if sum(departure.amount for departure in holding.departures) > holding.amount:
                findings.append(Finding("departures-too-great", _("More leaves than there is."), holding.id))
            if any(departure.at.tzinfo is None for departure in holding.departures):
                findings.append(Finding("zone-missing", _("A moment has no zone."), holding.id))
        if len({holding.id for holding in self.holdings}) < len(self.holdings):
            findings.append(Finding("holding-twice", _("Two holdings have the same name.")))
        if findings:
            raise DataInvalid(_("The freeze board cannot be used."), findings=findings)

    def holding(self, name: str) -> Holding:
        """One holding by its id. Raises UsageError."""
        for holding in self.holdings:
            if holding.id == name:
                return holding
        raise UsageError(
            _("There is no holding {name} on the board.").format(name=name),
            next_step=_("The board has: {names}.").format(names=", ".join(h.id for h in self.holdings)),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one holding. ``spans`` are (from, to, status); a freeze has no end and ends at the report's."""

    holding: Holding
    saved: int
    gone: int
    spans: tuple[tuple[datetime, datetime, Status], ...]
    left_at: tuple[Departure, ...]
    events: tuple[Event, ...]
    frozen: datetime | None

    def status(self, moment: datetime) -> Status:
        """How the holding stands at the moment."""
        if self.remaining(moment) == 0:
            return Status.GONE
        if self.frozen is not None and moment >= self.frozen:
            return Status.FROZEN
        for start, end, status in self.spans:
            if start <= moment < end:
                return status
        return Status.RUNNING

    def remaining(self, moment: datetime) -> int:
        """What is still there at the moment."""
        return self.holding.amount - sum(one.amount for one in self.left_at if one.at <= moment)

    def next_departure(self, moment: datetime) -> Departure | None:
        """What would leave next if nobody acts after the moment; nothing when it is frozen."""
        if self.status(moment) is Status.FROZEN:
            return None
        later = [one for one in self.left_at if one.at > moment]
        return min(later, key=lambda one: one.at, default=None)


@dataclass(frozen=True, slots=True)
class Report:
    """The whole board at the end."""

    lines: tuple[Line, ...]
    until: datetime

    def saved(self, unit: str) -> int:
        """What is still there, in one unit."""
        return sum(line.saved for line in self.lines if line.holding.unit == unit)

    def gone(self, unit: str) -> int:
        """What has left, in one unit."""
        return sum(line.gone for line in self.lines if line.holding.unit == unit)

    def frozen(self, unit: str) -> int:
        """What a freezing order keeps. Value that only nobody has moved yet does not count."""
        return sum(line.saved for line in self.lines if line.holding.unit == unit and line.frozen)

    @property
    def events(self) -> tuple[Event, ...]:
        """All events in the order of time."""
        return tuple(sorted((e for line in self.lines for e in line.events), key=lambda e: e.at))

    def line(self, holding: str) -> Line:
        """The line of one holding. Raises UsageError."""
        for line in self.lines:
            if line.holding.id == holding:
                return line
        raise UsageError(_("There is no holding {name} on the board.").format(name=holding))


def play(board: Board, acts: Iterable[Act], *, until: datetime) -> Report:
    """What the acts save until a moment. Pure. Raises UsageError for an unknown holding or a moment without zone."""
    by_holding: dict[str, list[Act]] = {holding.id: [] for holding in board.holdings}
    for act in acts:
        if act.at.tzinfo is None:
            raise UsageError(_("A moment has no zone."), next_step=_("Give the zone with every time."))
        by_holding[board.holding(act.holding).id].append(act)
    return Report(
        tuple(_line(holding, by_holding[holding.id], board, until) for holding in board.holdings), until
    )


def _line(holding: Holding, acts: list[Act], board: Board, until: datetime) -> Line:
    practice = board.practices[holding.state]
    events: list[Event] = []
    holds: list[tuple[datetime, datetime]] = []
    frozen: datetime | None = None
    for act in sorted(acts, key=lambda one: one.at):
        if act.at > until:
            continue
        if act.kind == "alert":
            events.append(_event(act.at, holding, "sent", _("Alert sent."), ("41(4)", "51")))
            if practice.hold is None:
                text = _("The desk passes the alert on. Nothing is held on an alert in this State.")
                events.append(_event(act.at + practice.alert_delay, holding, "informed", text, ("41(4)",)))
            else:
                start = act.at + practice.alert_delay
                holds.append((start, start + practice.hold))
        elif not act.complete:
            text = _("The request is not complete and comes back.")
            events.append(_event(act.at + practice.alert_delay, holding, "returned", text, ("40(16)",)))
        else:
            events.append(
                _event(act.at, holding, "sent", _("Request for freezing sent."), ("49(2)(b)", "50(2)"))
            )
            effect = act.at + practice.freeze_delay
            frozen = effect if frozen is None else min(frozen, effect)
    if frozen is not None and frozen > until:
        frozen = None
    spans = list(_spans(holds, frozen, until))
    left = _departures(holding, spans, frozen, until, events)
    gone = sum(one.amount for one in left)
    for start, end, status in spans:
        there = holding.amount - sum(one.amount for one in left if one.at <= start)
        if status is Status.FROZEN:
            events.append(
                _event(
                    start, holding, "frozen", _("A court freezes what is there."), ("2(k)", "31(2)"), there
                )
            )
        else:
            events.append(_event(start, holding, "held", _("Held for some hours."), ("31(10)",), there))
            if end != frozen and end < until:
                events.append(_event(end, holding, "hold-ends", _("The hold ends."), ("31(10)",), there))
    shown = tuple(sorted((event for event in events if event.at <= until), key=lambda event: event.at))
    return Line(holding, holding.amount - gone, gone, tuple(spans), left, shown, frozen)


def _event(
    at: datetime, holding: Holding, kind: str, text: str, provisions: tuple[str, ...], amount: int = 0
) -> Event:
    return Event(at, holding.id, kind, amount, text, provisions)


def _spans(
    holds: list[tuple[datetime, datetime]], frozen: datetime | None, until: datetime
) -> Iterator[tuple[datetime, datetime, Status]]:
    """Holds that follow each other become one; none goes on into the freeze."""
    joined: list[list[datetime]] = []
    for start, end in sorted(holds):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    for start, end in joined:
        last = min(end, frozen or end, until)
        if start < last:
            yield start, last, Status.HELD
    if frozen is not None:
        yield frozen, until, Status.FROZEN


def _departures(
    holding: Holding,
    spans: Sequence[tuple[datetime, datetime, Status]],
    frozen: datetime | None,
    until: datetime,
    events: list[Event],
) -> tuple[Departure, ...]:
    left = []
    for one in sorted(holding.departures, key=lambda departure: departure.at):
        at = one.at
        for start, end, status in spans:
            if start <= at < end and status is Status.HELD:
                events.append(
                    _event(at, holding, "waits", _("It cannot leave now and waits."), (), one.amount)
                )
                at = end
        if (frozen is not None and at >= frozen) or at >= until:
            continue
        left.append(Departure(at, one.amount, one.to))
        text = _("Gone to {to}.").format(to=one.to) if one.to else _("Gone.")
        events.append(_event(at, holding, "left", text, (), one.amount))
    return tuple(left)


def schedule(
    order: Iterable[tuple[ActKind, str]], *, start: datetime, minutes: Mapping[ActKind, int]
) -> tuple[Act, ...]:
    """The acts of one officer who does one thing after the other; each is sent when its minutes are over."""
    at, acts = start, []
    for kind, holding in order:
        at += timedelta(minutes=minutes[kind])
        acts.append(Act(kind, holding, at))
    return tuple(acts)


@dataclass(frozen=True, slots=True)
class Plan:
    """An order of acts, and the value that freezing orders keep with it."""

    order: tuple[tuple[ActKind, str], ...]
    report: Report
    worth: float


def best_plan(
    board: Board,
    *,
    start: datetime,
    minutes: Mapping[ActKind, int],
    until: datetime,
    weights: Mapping[str, float] | None = None,
) -> Plan:
    """The best of all orders of two plain ways of working: requests only, or every alert first and then the requests.

    ``weights`` turns one unit of each kind into a common measure (default: every unit counts one). For boards of up to
    ``BEST_OF`` holdings; raises UsageError above.
    """
    names = [holding.id for holding in board.holdings]
    if len(names) > BEST_OF:
        raise UsageError(_("The best order is searched for {n} holdings at most.").format(n=BEST_OF))
    weigh = weights or {}
    alertable = [h.id for h in board.holdings if board.practices[h.state].hold is not None]
    best: Plan | None = None
    for order in permutations(names):
        for alerts in ([], [name for name in order if name in alertable]):
            plan: tuple[tuple[ActKind, str], ...] = (
                *(("alert", name) for name in alerts),
                *(("request", name) for name in order),
            )
            report = play(board, schedule(plan, start=start, minutes=minutes), until=until)
            worth = sum(
                line.saved * weigh.get(line.holding.unit, 1.0) for line in report.lines if line.frozen
            )
            if best is None or worth > best.worth:
                best = Plan(plan, report, worth)
    if best is None:
        raise UsageError(_("There is nothing on the board."))
    return best
