"""A chain of providers: each partial disclosure shows the next one, and the data expire while one works (25, 26, 27).

>>> lantern = chain("lantern")
>>> acts = [Act("preserve", "first", lantern.opens), Act("disclose", "first", lantern.opens)]
>>> report = play(lantern, acts)
>>> report.of("second").known.isoformat()
'2026-02-17T10:00:00+00:00'

``play`` is pure: the same acts give the same report. A provider deletes its traffic data in the night that ends
its own keeping period, unless an order to preserve runs. The course's rules: partial disclosure and production
are answered at noon of a working day; who orders during office hours is asked when the office opens.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from hanoikit.convention.power.data import load
from hanoikit.convention.power.law import Law, law
from hanoikit.convention.power.orders import MIDNIGHT, Order, issue, renew
from hanoikit.convention.power.workdays import add_working_days, at_local, decided, instant, local_day
from hanoikit.errors import OrderRefused, UsageError
from hanoikit.i18n import _

KINDS = ("preserve", "disclose", "renew", "produce")


@dataclass(frozen=True, slots=True)
class Provider:
    """A link: ``keeps_days`` after the communication its data vanish; it answers ``answer_days`` working days after an
    order.
    """

    id: str
    name: str
    keeps_days: int
    answer_days: int


@dataclass(frozen=True, slots=True)
class Chain:
    """The scenario. ``ready``: before it a judge refuses production, since the order would not be specific.
    ``decide_days``: working days that the judge needs. ``beyond`` is the provider abroad that the last link shows.
    """

    id: str
    name: str
    story: str
    state: str
    communication: datetime
    opens: datetime
    closes: datetime
    ready: datetime
    ready_text: str
    decide_days: int
    providers: tuple[Provider, ...]
    beyond: str
    beyond_state: str

    @property
    def law(self) -> Law:
        return law(self.state)

    def provider(self, name: str) -> Provider:
        for one in self.providers:
            if one.id == name:
                return one
        raise UsageError(_("There is no provider “{name}” in this chain.").format(name=name))

    def deletion(self, provider: Provider) -> datetime:
        """When the provider deletes its data by its own clock."""
        zone = self.law.zone
        return at_local(
            local_day(self.communication, zone) + timedelta(days=provider.keeps_days), MIDNIGHT, zone
        )


def _chain(entry: Mapping[str, Any]) -> Chain:
    given = dict(entry)
    beyond, providers = given.pop("beyond"), given.pop("providers")
    for name in ("communication", "opens", "closes", "ready"):
        given[name] = instant(datetime.fromisoformat(given[name]))
    return Chain(
        **given,
        providers=tuple(Provider(**one) for one in providers),
        beyond=beyond["name"],
        beyond_state=beyond["state"],
    )


@cache
def chain(name: str) -> Chain:
    """The chain with this id.

    :raises UsageError: no such chain.
    """
    for entry in load("chains"):
        if entry["id"] == name:
            return _chain(entry)
    raise UsageError(
        _("There is no chain “{name}”.").format(name=name),
        next_step=_("The chains are: {names}.").format(names=", ".join(one["id"] for one in load("chains"))),
    )


@dataclass(frozen=True, slots=True)
class Act:
    """What the investigator does at one provider: ``preserve``, ``disclose``, ``renew`` or ``produce``."""

    kind: str
    provider: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, in order. ``ok`` is False for an act that was refused and for data that were lost."""

    at: datetime
    provider: str
    kind: str
    text: str
    ok: bool = True


@dataclass(slots=True)
class Link:
    """How things stand with one provider. Times are UTC, ``None`` where it did not happen."""

    provider: Provider
    deletion: datetime
    known: datetime | None = None
    orders: list[Order] = field(default_factory=list)
    disclosed: datetime | None = None
    produced: datetime | None = None

    @property
    def data_until(self) -> datetime:
        """When the data are gone, as the orders stand: the provider's own deletion, or the end of the last order."""
        return max([self.deletion, *(order.ends for order in self.orders)])

    @property
    def lost(self) -> datetime | None:
        """When the data were gone before they were handed over; ``None`` for data that were."""
        return None if self.produced else self.data_until

    def running(self, moment: datetime) -> Order | None:
        """The order that runs at this moment."""
        return next((order for order in self.orders if order.runs(moment)), None)


@dataclass(frozen=True, slots=True)
class Report:
    """The whole course of things up to ``until``."""

    chain: Chain
    until: datetime
    links: tuple[Link, ...]
    events: tuple[Event, ...]

    def of(self, provider: str) -> Link:
        return next(link for link in self.links if link.provider.id == provider)

    @property
    def known(self) -> tuple[Link, ...]:
        """The links that the investigator has found."""
        return tuple(link for link in self.links if link.known is not None)

    @property
    def beyond_known(self) -> bool:
        """Whether the last link showed the provider abroad."""
        return self.links[-1].disclosed is not None

    @property
    def produced(self) -> int:
        return sum(link.produced is not None for link in self.links)

    @property
    def lost(self) -> int:
        """Links whose data were gone by ``until`` before anybody had them, found or not."""
        return sum(link.lost is not None and link.lost <= self.until for link in self.links)


class _Play:
    """One run: acts and answers in the order of time."""

    def __init__(self, scenario: Chain) -> None:
        self.chain = scenario
        self.law = scenario.law
        self.links = [Link(provider, scenario.deletion(provider)) for provider in scenario.providers]
        self.links[0].known = scenario.opens
        self.events: list[Event] = []
        self.waiting: list[tuple[datetime, int, str, str]] = []

    def link(self, provider: str) -> Link:
        return self.links[self.chain.providers.index(self.chain.provider(provider))]

    def note(self, at: datetime, provider: str, kind: str, text: str, *, ok: bool = True) -> None:
        self.events.append(Event(at, provider, kind, text, ok))

    def settle(self, until: datetime) -> None:
        """Let every answer come that is due by now."""
        while self.waiting and self.waiting[0][0] <= until:
            at, _order, kind, provider = heapq.heappop(self.waiting)
            self.answer(at, kind, self.link(provider))

    def answer(self, at: datetime, kind: str, link: Link) -> None:
        name, identity = link.provider.name, link.provider.id
        if at >= link.data_until:
            text = _("{name} answers: the data no longer exist.").format(name=name)
            self.note(at, identity, f"{kind}-empty", text, ok=False)
            return
        if kind == "produce":
            link.produced = link.produced or at
            self.note(at, identity, "produced", _("{name} hands the data over.").format(name=name))
            return
        link.disclosed = link.disclosed or at
        place = self.links.index(link)
        if place + 1 < len(self.links):
            shown = self.links[place + 1]
            shown.known = shown.known or at
            text = _("{name} shows the next provider: {next}.").format(name=name, next=shown.provider.name)
        else:
            text = _(
                "{name} shows that the way goes on to {next} in {state}. There our own powers end."
            ).format(name=name, next=self.chain.beyond, state=self.chain.beyond_state)
        self.note(at, identity, "disclosed", text)

    def act(self, act: Act) -> None:
        at = instant(act.at)
        self.settle(at)
        try:
            text = self.perform(act.kind, self.link(act.provider), at)
        except OrderRefused as error:
            self.note(at, act.provider, f"{act.kind}-refused", str(error), ok=False)
        else:
            self.note(at, act.provider, act.kind, text)

    def perform(self, kind: str, link: Link, at: datetime) -> str:
        if kind not in KINDS:
            raise UsageError(_("“{kind}” is no act.").format(kind=kind))
        if link.known is None or link.known > at:
            raise OrderRefused(
                _("You do not know this provider yet."),
                next_step=_("Let the provider before it show the next link (26)."),
            )
        if at >= link.data_until:
            raise OrderRefused(
                _("{name} says: the data no longer exist.").format(name=link.provider.name),
                next_step=_("No order brings them back."),
            )
        return {
            "preserve": self.preserve,
            "disclose": self.disclose,
            "renew": self.renew,
            "produce": self.produce,
        }[kind](link, at)

    def preserve(self, link: Link, at: datetime) -> str:
        if link.orders and link.orders[-1].ends > at:
            raise OrderRefused(
                _("An order is running already."), next_step=_("Renew it when its end is near.")
            )
        by = self.law.authority("preserve").urgent or self.law.authority("preserve").by
        from_when = decided(by, at, self.law)
        if from_when >= link.data_until:
            raise OrderRefused(
                _("The office opens too late: {name} will have deleted the data.").format(
                    name=link.provider.name
                ),
                next_step=_("Ask earlier."),
            )
        link.orders.append(issue(link.provider.name, at=from_when, law=self.law))
        return _("{name} must keep the data, for {days} days.").format(
            name=link.provider.name, days=self.law.preserve_days
        )

    def disclose(self, link: Link, at: datetime) -> str:
        if link.running(at) is None:
            raise OrderRefused(
                _("No order to preserve runs here."),
                next_step=_("Preserve first; what is disclosed is a part of what was preserved."),
            )
        ordered = decided(self.law.authority("disclose").by, at, self.law)
        return self.wait("disclose", link, add_working_days(ordered, link.provider.answer_days, self.law))

    def renew(self, link: Link, at: datetime) -> str:
        if not link.orders:
            raise OrderRefused(_("There is no order that could be renewed."), next_step=_("Issue one first."))
        last = link.orders[-1]
        when = decided(self.law.renewed_by, at, self.law)
        if at < last.ends <= when:
            raise OrderRefused(
                _("The office opens again only after the order has ended."),
                next_step=_("Ask before the last office hour."),
            )
        link.orders.append(renew(last, at=when, law=self.law))
        return _("The order is renewed, for {days} days more.").format(days=self.law.preserve_days)

    def produce(self, link: Link, at: datetime) -> str:
        if at < self.chain.ready:
            raise OrderRefused(
                _("The judge refuses: the order does not say which account it is about (27(a))."),
                next_step=_(self.chain.ready_text),
            )
        judged = add_working_days(
            decided(self.law.authority("produce").by, at, self.law), self.chain.decide_days, self.law
        )
        return self.wait("produce", link, add_working_days(judged, link.provider.answer_days, self.law))

    def wait(self, kind: str, link: Link, due: datetime) -> str:
        heapq.heappush(self.waiting, (due, len(self.events), kind, link.provider.id))
        local = due.astimezone(ZoneInfo(self.law.zone))
        return _("Ordered. {name} answers on {day}.").format(
            name=link.provider.name, day=f"{local.day} {local:%B %Y, %H:%M}"
        )


def play(scenario: Chain, acts: Iterable[Act], *, until: datetime | None = None) -> Report:
    """What comes of the acts, from the opening of the case up to ``until`` (its end, where not given).

    Acts are taken in the order of their times; acts of the same moment in the order given. An act that the facts do not
    allow is an event that says why, never an error; an act before the case opens is refused.

    :raises UsageError: an act of no known kind or at no known provider, or a time without zone.
    """
    end = instant(until) if until is not None else scenario.closes
    run = _Play(scenario)
    for act in sorted(acts, key=lambda one: instant(one.at)):
        if instant(act.at) > end:
            break
        run.act(act)
    run.settle(end)
    for link in run.links:
        gone = link.lost
        if link.known is not None and gone is not None and gone <= end:
            text = _("The data of {name} are deleted.").format(name=link.provider.name)
            run.note(gone, link.provider.id, "deleted", text, ok=False)
    events: Sequence[Event] = sorted(run.events, key=lambda event: event.at)
    return Report(scenario, end, tuple(run.links), tuple(events))
