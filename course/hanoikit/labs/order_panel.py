"""The order timeline: issue orders to a chain of providers while their data expire.

>>> lab = order_timeline()
>>> lab.press("orders", "order", act="preserve", provider="first", date="2026-02-16", time="10:00").say
'Havnmail must keep the data, for 90 days.'

What happens is computed by :mod:`hanoikit.convention.power.chain`; the lab keeps the list of acts and draws it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hanoikit.convention.power import Act, Report, chain, play, standing
from hanoikit.convention.power.chain import Chain, Link
from hanoikit.convention.power.orders import Standing, last_call, window_opens
from hanoikit.errors import UsageError
from hanoikit.i18n import _, ngettext
from hanoikit.labs.html import Markup, bullets, details, join, sentence, strong, table
from hanoikit.labs.order_picture import picture
from hanoikit.labs.panel import Button, Field, Result, Step, Values, panel


def order_timeline(scenario: str = "lantern") -> Any:
    """The panel for a chain of ``assets/powers/chains.json``."""
    return _Desk(chain(scenario)).panel()


def act_label(kind: str) -> str:
    """An act in words, with its provision."""
    return {
        "preserve": _("preserve the data (25)"),
        "disclose": _("show the next provider: partial disclosure (26)"),
        "renew": _("renew the order to preserve (25(2))"),
        "produce": _("hand the data over: production (27(a))"),
    }[kind]


class _Desk:
    """The trainee's orders, in the order in which they were given."""

    def __init__(self, scenario: Chain) -> None:
        self.chain = scenario
        self.law = scenario.law
        self.zone = ZoneInfo(scenario.law.zone)
        self.acts: list[Act] = []

    def panel(self) -> Any:
        step = Step(
            "orders",
            _(self.chain.name),
            self._story(),
            buttons=[
                Button("order", _("Give this order")),
                Button("back", _("Take the last order back")),
                Button("again", _("Start again")),
            ],
            run=self._run,
            refresh=self._fields,
            live=True,
        )
        return panel(_("Order timeline"), [step])

    def _story(self) -> Markup:
        from hanoikit.casework.world import STATES

        rules, hours = self.law, self.law.calendar
        names = (
            _("Monday"),
            _("Tuesday"),
            _("Wednesday"),
            _("Thursday"),
            _("Friday"),
            _("Saturday"),
            _("Sunday"),
        )
        renewals = (
            ngettext("{n} renewal", "{n} renewals", rules.renewals).format(n=rules.renewals)
            if rules.renewals
            else _("no renewal")
        )
        urgent = rules.authority("preserve").urgent or rules.authority("preserve").by
        own = [
            _("To preserve: ordered by {who}, for {days} days, {renewals}.").format(
                who=_(urgent), days=rules.preserve_days, renewals=renewals
            ),
            _("To renew: {who}, in the last {days} days of the order.").format(
                who=_(rules.renewed_by), days=rules.window_days
            ),
            _(
                "To show the next provider: {who}. To hand over: {judge}, who needs {days} working days."
            ).format(
                who=_(rules.authority("disclose").by),
                judge=_(rules.authority("produce").by),
                days=self.chain.decide_days,
            ),
            _("Offices open from {opens} to {closes}. Days off: {rest}, and {holidays}.").format(
                opens=f"{hours.opens:%H:%M}",
                closes=f"{hours.closes:%H:%M}",
                rest=", ".join(names[day] for day in sorted(hours.rest)),
                holidays="; ".join(self._holidays()),
            ),
            _("A police officer can be reached at all hours."),
        ]
        return join(
            sentence(_(self.chain.story)),
            sentence(_(self.chain.ready_text)),
            sentence(_("Your aim: the data of every provider in the chain, handed over.")),
            details(
                _("The invented law of {state}, and its calendar").format(
                    state=STATES[self.chain.state].name
                ),
                bullets(own),
            ),
        )

    def _holidays(self) -> list[str]:
        first, last = self._day(self.chain.opens), self._day(self.chain.closes)
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        named = self.law.calendar.holidays
        return [
            f"{_date(day)} ({_(named[day.month, day.day])})" for day in days if (day.month, day.day) in named
        ]

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _report(self) -> Report:
        return play(self.chain, self.acts)

    def _fields(self) -> list[Field]:
        first, last = self._day(self.chain.opens), self._day(self.chain.closes)
        known = [
            (
                link.provider.id,
                _("{name} (known since {when})").format(name=link.provider.name, when=self._wall(link.known)),
            )
            for link in self._report().links
            if link.known is not None
        ]
        opened = self.chain.opens.astimezone(self.zone)
        return [
            Field(
                "act",
                "select",
                _("Order"),
                tuple((kind, act_label(kind)) for kind in ("preserve", "disclose", "renew", "produce")),
                "preserve",
            ),
            Field("provider", "select", _("To the provider"), tuple(known), known[0][0]),
            Field("date", "date", _("On the day"), value=opened.date().isoformat()),
            Field(
                "time",
                "text",
                _("At (local time)"),
                value=f"{opened:%H:%M}",
                hint=_("Hours:minutes, for example 14:30"),
            ),
            Field(
                "look",
                "range",
                _("Look at the day"),
                value=0,
                limits=(0, (last - first).days, 1),
                unit=_("days after the start"),
            ),
        ]

    def _run(self, values: Values) -> Result:
        said = ""
        ok = True
        if values["action"] == "order":
            try:
                said, ok = self._order(values)
            except UsageError as error:
                said, ok = str(error), False
        elif values["action"] == "back":
            said = _("The last order is taken back.") if self.acts else _("There is no order to take back.")
            del self.acts[-1:]
        elif values["action"] == "again":
            self.acts.clear()
            said = _("Everything starts again.")
        return self._show(self._looked(values), said, ok)

    def _looked(self, values: Values) -> datetime:
        """The end of the day that the slider shows."""
        try:
            day = self._day(self.chain.opens) + timedelta(days=int(float(values["look"])))
        except (ValueError, OverflowError) as error:
            raise UsageError(
                _("This day is not on the calendar."), next_step=_("Move the slider.")
            ) from error
        return datetime.combine(day, time(23, 59), tzinfo=self.zone).astimezone(UTC)

    def _moment(self, values: Values) -> datetime:
        try:
            wall = datetime.combine(
                date.fromisoformat(str(values["date"]).strip()),
                time.fromisoformat(str(values["time"]).strip()),
            )
        except ValueError as error:
            raise UsageError(
                _("The day or the time cannot be read."),
                next_step=_("Write the day as 2026-02-16 and the time as 14:30."),
            ) from error
        if wall.tzinfo is not None:
            raise UsageError(_("This time states its zone itself."), next_step=_("Write it like this: 14:30"))
        at = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if not self.chain.opens <= at <= self.chain.closes:
            raise UsageError(
                _("The case runs from {first} to {last}.").format(
                    first=self._wall(self.chain.opens), last=self._wall(self.chain.closes)
                )
            )
        if self.acts and at < self.acts[-1].at:
            raise UsageError(
                _("Time goes forward: your last order was on {when}.").format(
                    when=self._wall(self.acts[-1].at)
                ),
                next_step=_("Choose a later moment, or take the last order back."),
            )
        return at

    def _order(self, values: Values) -> tuple[str, bool]:
        act = Act(str(values["act"]), str(values["provider"]), self._moment(values))
        tried = play(self.chain, [*self.acts, act])
        self.acts.append(act)
        event = next(
            one
            for one in reversed(tried.events)
            if one.at == act.at and one.provider == act.provider and one.kind.startswith(act.kind)
        )
        return event.text, event.ok

    def _show(self, looked: datetime, said: str, ok: bool) -> Result:
        report = self._report()
        stands = self.sentence(report)
        parts = [sentence(strong(said))] if said else []
        parts += [sentence(stands), self._links(report, looked), self._events(report)]
        return Result(join(*parts), say=said or stands, ok=ok, pictures=(picture(report, looked),))

    def sentence(self, report: Report) -> str:
        """What comes of the orders given so far, if no other follows."""
        said = _(
            "With the orders given so far you find {known} of {all} providers. "
            "The data of {saved} are handed over."
        ).format(known=len(report.known), all=len(report.links), saved=report.produced)
        gone = [
            _("{name} on {when}").format(name=link.provider.name, when=self._wall(link.lost))
            for link in report.known
            if link.lost is not None and link.lost <= report.until
        ]
        if gone:
            said += " " + _("Data are deleted at: {list}.").format(list="; ".join(gone))
        if report.beyond_known:
            said += " " + _(
                "The way goes on to {name} in {state}: ask that State to preserve (42(1))."
            ).format(name=self.chain.beyond, state=self.chain.beyond_state)
        return said

    def _links(self, report: Report, looked: datetime) -> Markup:
        columns = [self._link(link, looked) for link in report.links]
        names = [
            link.provider.name
            if link.known is not None and link.known <= looked
            else _("Provider {n}").format(n=n)
            for n, link in enumerate(report.links, start=1)
        ]
        labels = (
            _("On this day"),
            _("Deletes by itself"),
            _("Order ends"),
            _("Order ends, in UTC"),
            _("Renewal possible from"),
            _("Last office hour for it"),
            _("Handed over"),
        )
        rows = [(label, *(column[n] for column in columns)) for n, label in enumerate(labels)]
        caption = _("How things stand at the end of {day} (local time)").format(day=_date(self._day(looked)))
        return table(caption, (_("Provider"), *names), rows)

    def _link(self, link: Link, looked: datetime) -> tuple[str, ...]:
        """The column of one provider, as its row labels say."""
        if link.known is None or link.known > looked:
            return (_("not found yet"), *[""] * 6)
        given = [order for order in link.orders if order.issued <= looked]
        order = given[-1] if given else None
        renewable = order is not None and order.number < self.law.renewals
        return (
            self._standing(link, looked),
            self._wall(link.deletion),
            self._wall(order.ends) if order else _("no order"),
            f"{order.ends:%Y-%m-%d %H:%M}" if order else "",
            self._begins(window_opens(order, self.law)) if order and renewable else _("not possible"),
            self._wall(last_call(order, self.law)) if order and renewable else "",
            self._wall(link.produced) if link.produced and link.produced <= looked else _("not yet"),
        )

    def _standing(self, link: Link, looked: datetime) -> str:
        if link.produced and link.produced <= looked:
            return _("★ handed over")
        given = [order for order in link.orders if order.issued <= looked]
        until = max([link.deletion, *(order.ends for order in given)])
        if until <= looked:
            return _("✕ data deleted")
        running = next((order for order in given if order.runs(looked)), None)
        if running is None:
            return _("△ data exist, nothing protects them")
        stands = standing(running, now=looked, law=self.law) if running is given[-1] else Standing.RUNNING
        return {
            Standing.RENEWABLE: _("■ preserved; can be renewed"),
            Standing.LAST_CALL: _("▲ preserved; too late to renew"),
        }.get(stands, _("■ preserved"))

    def _events(self, report: Report) -> Markup:
        rows = [
            (
                self._wall(event.at),
                next(link.provider.name for link in report.links if link.provider.id == event.provider),
                event.text if event.ok else f"✕ {event.text}",
            )
            for event in report.events
        ]
        if not rows:
            return Markup("")
        return table(
            _("What happened, and what will happen"), (_("When (local time)"), _("Provider"), _("What")), rows
        )

    def _wall(self, moment: datetime | None) -> str:
        """A moment on the clocks of the State; midnight is the end of the day before."""
        if moment is None:
            return ""
        wall = moment.astimezone(self.zone)
        if wall.time() == time(0):
            return _("{day}, 24:00").format(day=_date(wall.date() - timedelta(days=1)))
        return f"{_date(wall.date())}, {wall:%H:%M}"

    def _begins(self, moment: datetime) -> str:
        """A moment at which something begins: midnight belongs to the day after it."""
        wall = moment.astimezone(self.zone)
        return f"{_date(wall.date())}, {wall:%H:%M}"


def _date(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"
