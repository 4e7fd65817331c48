"""The status explorer: who signed and who ratified, on a map, on a line and in a table, always with the day.

>>> explorer = status_explorer()
>>> explorer.press("day", day="2025-10-26").say            # doctest: +SKIP
'On 26 October 2025: 72 signatures, no instrument.'
"""

from __future__ import annotations

from datetime import date
from typing import Any

from hanoikit.convention import status as facts
from hanoikit.convention.status import Range, Standing, StatusTable, When, spoken
from hanoikit.errors import UsageError
from hanoikit.i18n import _, ngettext
from hanoikit.labs import status_figures as figures
from hanoikit.labs.html import Markup, bullets, code, details, join, sentence, strong, table
from hanoikit.labs.panel import Field, Result, Step, Values, panel
from hanoikit.labs.status_figures import standing_word
from hanoikit.labs.world_map import note


def status_explorer(given: StatusTable | None = None, *, today: date | None = None) -> Any:
    """The panel with map, timeline and table. ``given`` is another status table
    than the one in use, ``today`` another day than the computer's."""
    view = Explorer(given or facts.status(), today or date.today())
    return panel(
        _("Status explorer: who signed, who ratified"),
        [view.about_step(), view.day_step(), view.line_step(), view.table_step()],
    )


def region_word(region: str) -> str:
    """The name of a region."""
    return {
        "": _("the whole world"),
        "Africa": _("Africa"),
        "Americas": _("Americas"),
        "Asia": _("Asia"),
        "Europe": _("Europe"),
        "Oceania": _("Oceania"),
    }[region]


def day_of(text: str, name: str) -> date:
    """The day in a field, or a refusal that says how to write it."""
    try:
        return date.fromisoformat(str(text).strip())
    except ValueError as error:
        raise UsageError(
            _("{name}: this is not a day.").format(name=name),
            next_step=_("Write year-month-day, for example 2025-10-26."),
        ) from error


def between(when: When) -> str:
    """A day, or the two days between which it lies."""
    if when.exact:
        return spoken(when.earliest)
    return _("between {first} and {last}").format(first=spoken(when.earliest), last=spoken(when.latest))


def number(count: Range) -> str:
    """A count as words for a sentence."""
    return (
        str(count.least) if count.exact else _("{least} to {most}").format(least=count.least, most=count.most)
    )


SCREENFUL = 15


class Explorer:
    """What the explorer shows, for one status table and one day that counts as today."""

    def __init__(self, status: StatusTable, today: date) -> None:
        self.status = status
        self.today = today
        self.banner = facts.banner(status, today=today)
        self.known = facts.banner(status, today=status.as_of).text

    def about_step(self) -> Step:
        """What the data are and how old they are: the first thing to read."""
        return Step("about", _("How old are these facts?"), run=lambda _values: self._about(), live=True)

    def _about(self) -> Result:
        origin = self.status.origin
        reported = [
            (
                spoken(one.day),
                one.signatories if one.signatories is not None else "",
                one.instruments if one.instruments is not None else "",
                _(one.what),
                ", ".join(one.marks),
            )
            for one in self.status.counts_reported
        ]
        counts = table(
            _("Numbers that were published, with their day"),
            (_("Day"), _("Signed"), _("Ratified"), _("What it is"), _("Source")),
            reported,
        )
        sources = bullets(
            join(f"{one.id}: {_(one.name)} ", code(one.address) if one.address else "")
            for one in self.status.sources
        )
        doubts = bullets(_(one) for one in self.status.doubts)
        said = self.known
        return Result(
            join(
                sentence(strong(_("Old data:")) if self.banner.stale else "", self.banner.text),
                sentence(_("Where the table is from: {name}.").format(name=_(origin.name))),
                counts,
                details(_("What is not known"), doubts) if self.status.doubts else Markup(""),
                details(_("Sources"), sources),
            ),
            say=said,
        )

    def day_step(self) -> Step:
        """The world on a day."""
        return Step(
            "day",
            _("The world on a day"),
            sentence(_("Choose a day. Try 2025-10-25 and then 2025-10-26: two numbers, both true.")),
            fields=[
                Field("day", "date", _("At the end of this day"), value=self.status.as_of.isoformat()),
                Field("region", "select", _("Region"), self._regions(), ""),
                Field("standing", "select", _("Show"), self._standings(), ""),
            ],
            run=self._day,
            live=True,
        )

    def _regions(self) -> tuple[tuple[str, str], ...]:
        return tuple((region, region_word(region)) for region in ("", *facts.REGIONS))

    def _standings(self) -> tuple[tuple[str, str], ...]:
        return (("", _("everybody")), *((one, standing_word(one)) for one in facts.STANDINGS))

    def _chosen(self, day: date, region: str, standing: str) -> dict[str, Standing]:
        """Code -> standing on the day, for every State and organisation in the selection."""
        if region and region not in facts.REGIONS:
            raise UsageError(_("There is no region {name}.").format(name=region))
        found = {
            code: self.status.standing(code, day)
            for code, one in facts.names().items()
            if not region or one.region == region
        }
        return {code: one for code, one in found.items() if not standing or one == standing}

    def _day(self, values: Values) -> Result:
        day = day_of(values["day"], _("Day"))
        region = str(values["region"])
        chosen = self._chosen(day, region, str(values["standing"]))
        counts = self.status.counts(day)
        said = _("On {day}: {signed} signatures, {deposited} instruments.").format(
            day=spoken(day),
            signed=number(counts.signatories),
            deposited=number(counts.instruments),
        )
        return Result(
            join(
                sentence(strong(said), self._reading(day)),
                self._counted(day, chosen),
                sentence(note()),
            ),
            say=said,
            pictures=(figures.day_map(chosen, self._labels(chosen), region, self._alt(day, region, chosen)),),
        )

    def _labels(self, chosen: dict[str, Standing]) -> dict[str, str]:
        names = facts.names()
        return {
            code: f"{names[code].name}: {standing_word(one)}"
            for code, one in chosen.items()
            if one != "neither"
        }

    def _reading(self, day: date) -> str:
        """How to read the two numbers on this day, in one sentence."""
        counts = self.status.counts(day)
        if day < self.status.opened:
            return _("The Convention was not open for signature yet.")
        if day > self.today:
            return _("This day has not come yet: the table shows what was known on {day}.").format(
                day=spoken(self.status.as_of)
            )
        if not counts.settled:
            return _("The table was complete up to {day}. Later facts may be missing.").format(
                day=spoken(self.status.as_of)
            )
        if not counts.signatories.exact:
            return _("A range, because some signatures have no exact day in the sources.")
        if day == date(2025, 10, 26):
            return _("These are {n} States and the European Union.").format(n=counts.states.least)
        return _("Nobody is bound by a signature alone.")

    def _counted(self, day: date, chosen: dict[str, Standing]) -> Markup:
        totals = {one: sum(found == one for found in chosen.values()) for one in facts.STANDINGS}
        rows = [
            (standing_word(one), totals[one], self._listed(chosen, one))
            for one in facts.STANDINGS
            if totals[one]
        ]
        title = _("The selection at the end of {day}").format(day=spoken(day))
        return table(title, (_("Standing"), _("Number"), _("Who")), rows)

    def _listed(self, chosen: dict[str, Standing], standing: Standing) -> Markup | str:
        names = facts.names()
        who = sorted(names[code].name for code, one in chosen.items() if one == standing)
        if len(who) <= 12:
            return ", ".join(who)
        return details(
            ngettext("{n} name", "{n} names", len(who)).format(n=len(who)), sentence(", ".join(who))
        )

    def _alt(self, day: date, region: str, chosen: dict[str, Standing]) -> str:
        parts = [
            f"{standing_word(one)}: {sum(found == one for found in chosen.values())}"
            for one in facts.STANDINGS
        ]
        return _("Map of {region} on {day}. {counts}.").format(
            region=region_word(region), day=spoken(day), counts="; ".join(parts)
        )

    def line_step(self) -> Step:
        """Signatures and instruments over time."""
        return Step(
            "line",
            _("Signatures and instruments over time"),
            sentence(_("Two lines that many news texts mix up.")),
            fields=[Field("region", "select", _("Region"), self._regions(), "")],
            run=self._line,
            live=True,
        )

    def _line(self, values: Values) -> Result:
        region = str(values["region"])
        people = [one for one in self.status.participants if not region or one.region == region]
        signed = sorted(one.signed.latest for one in people if one.signed)
        deposited = sorted(one.instrument.when.latest for one in people if one.instrument)
        said = _(
            "{region}: {signed} signatures with a name, {deposited} instruments; forty are needed."
        ).format(region=region_word(region).capitalize(), signed=len(signed), deposited=len(deposited))
        steps = _steps(signed, deposited)
        alt = _(
            "Two stairs. Signatures rise to {signed}; instruments to {deposited}, with a dashed line at forty."
        ).format(signed=len(signed), deposited=len(deposited))
        shown = table(
            _("Each day on which something is known to have happened, at the latest"),
            (_("Day"), _("Signatures in all"), _("Instruments in all")),
            [(spoken(day), s, d) for day, s, d in steps],
        )
        return Result(
            join(sentence(strong(said), _("A day that is not known exactly is drawn at its latest.")), shown),
            say=said,
            pictures=(figures.over_time(steps, self.status, alt=alt, reported=not region),),
        )

    def table_step(self) -> Step:
        """The table with its search."""
        return Step(
            "list",
            _("The table, with a search"),
            sentence(_("Give a part of a name or a code. The last column says how sure each line is.")),
            fields=[
                Field("search", "text", _("Name or code"), value=""),
                Field("region", "select", _("Region"), self._regions(), ""),
                Field("standing", "select", _("Show"), self._standings(), ""),
            ],
            run=self._search,
            live=True,
        )

    def _search(self, values: Values) -> Result:
        chosen = self._chosen(
            max(self.today, self.status.as_of), str(values["region"]), str(values["standing"])
        )
        search = str(values["search"]).strip().casefold()
        names = facts.names()
        found = [
            code
            for code in chosen
            if not search
            or search == code.casefold()
            or any(search in text.casefold() for text in (names[code].name, *names[code].aliases))
        ]
        rows = [self._row(code, chosen[code]) for code in sorted(found, key=lambda code: names[code].name)]
        said = ngettext("{n} line.", "{n} lines.", len(rows)).format(n=len(rows))
        statements = [one for one in self.status.statements if one.code in found]
        return Result(
            join(
                sentence(strong(said)),
                self._statements(statements),
                self._listing(rows) if rows else sentence(_("Nobody fits. Try a shorter part of the name.")),
            ),
            say=said,
        )

    def _listing(self, rows: list[tuple[object, ...]]) -> Markup:
        """The table; what is more than a screen full opens on demand."""
        head = (_("Name"), _("Code"), _("Standing"), _("Signed"), _("Instrument"), _("Source and note"))
        shown = table(_("Status by name. {known}").format(known=self.known), head, rows[:SCREENFUL])
        more = rows[SCREENFUL:]
        if not more:
            return shown
        rest = ngettext("{n} more line", "{n} more lines", len(more)).format(n=len(more))
        return join(shown, details(rest, table(_("Status by name, the other lines"), head, more)))

    def _row(self, code: str, standing: Standing) -> tuple[object, ...]:
        name = facts.names()[code].name
        one = self.status.participant(code)
        if one is None:
            return name, code, standing_word(standing), "", "", _("no line in the sources that were read")
        instrument = one.instrument
        deposited = ""
        if instrument:
            deposited = f"{_(instrument.kind)}, {between(instrument.when)}"
            if not instrument.confirmed:
                deposited += _(" (reported; the depositary's entry was not seen)")
        marks = ", ".join((*one.marks, *(instrument.marks if instrument else ())))
        notes = " ".join(
            filter(
                None,
                (
                    _(one.note) if one.note else "",
                    _(instrument.note) if instrument and instrument.note else "",
                ),
            )
        )
        return (
            name,
            code,
            standing_word(standing),
            between(one.signed) if one.signed else "",
            deposited,
            f"{marks}. {notes}".rstrip(". ") + ".",
        )

    def _statements(self, statements: list[facts.Statement]) -> Markup:
        if not statements:
            return Markup("")
        rows = [
            (
                facts.names()[one.code].name,
                _(one.kind),
                _(one.when),
                ", ".join(one.provisions),
                _(one.text),
                ", ".join(one.marks),
            )
            for one in statements
        ]
        return table(
            _("Reservations and declarations that were reported"),
            (_("Name"), _("Kind"), _("When"), _("Articles"), _("What it says, in our words"), _("Source")),
            rows,
        )


def _steps(signed: list[date], deposited: list[date]) -> list[tuple[date, int, int]]:
    """Day, signatures so far, instruments so far; one line for each day on which one of them changes."""
    days = sorted({*signed, *deposited})
    return [(day, sum(one <= day for one in signed), sum(one <= day for one in deposited)) for day in days]
