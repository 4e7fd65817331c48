"""The tracing bench: follow the money under three rules, see whom each rule reaches, and freeze before it is gone.

>>> bench = tracing_bench()
>>> bench.press("follow", rule="fifo").say           # doctest: +SKIP
'Under the rule first in, first out, 21 holders are reached, 15 of them perhaps in good faith.'

The amounts are those of :mod:`hanoikit.recovery`; here they become a figure, tables and sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from hanoikit.convention import cite
from hanoikit.errors import UsageError
from hanoikit.i18n import _, ngettext
from hanoikit.labs.html import Markup, details, join, sentence, strong, table
from hanoikit.labs.panel import Field, Result, Step, Values, panel
from hanoikit.labs.tracing_freeze import Freezer
from hanoikit.labs.tracing_picture import picture
from hanoikit.labs.tracing_return import return_step
from hanoikit.labs.tracing_rows import rows_of, stages
from hanoikit.labs.tracing_words import moment, money, moneys
from hanoikit.recovery import (
    Case,
    Path,
    Rule,
    Standing,
    Touch,
    Trace,
    balance,
    compare,
    paths_to_holder,
    rule_label,
    shipped,
    standing,
    standing_label,
    trace_all,
)

SIGNS = {
    Standing.OFFENDER: "■",
    Standing.NOT_PROTECTED: "▲",
    Standing.OPEN: "?",
    Standing.GOOD_FAITH: "○",
    Standing.CUSTODIAN: "◇",
    Standing.VICTIM: "●",
}
SCREENFUL = 14


def tracing_bench(case: Case | None = None) -> Any:
    """The panel over the shipped case or another one."""
    given = case or shipped()
    bench = Bench(given)
    return panel(
        _("Tracing bench"),
        [bench.follow_step(), bench.way_step(), Freezer(given).step(), return_step(given, bench.traces)],
    )


class Bench:
    """What the first two steps show, for one case."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cache  # noqa: B019  (one bench for one panel)
    def traces(self, books: bool = True) -> Mapping[Rule, Trace]:
        """The three traces, with the books or on the chain alone."""
        return trace_all(self.case.flow(books=books), sources=self.case.stolen(books=books))

    @cache  # noqa: B019
    def touches(self, books: bool) -> tuple[Touch, ...]:
        """Who is reached."""
        return compare(self.traces(books))

    # the figure and the comparison

    def follow_step(self) -> Step:
        """Rule and records in, reach out."""
        return Step(
            "follow",
            _("Follow the money"),
            sentence(
                _("Change the rule and watch who is reached. Then take the books away and look again."),
                _("The Convention says that proceeds can be followed; it leaves the rule to national law"),
                Markup(f"({cite('2(j), 31(10)').html()})."),
            ),
            fields=[
                Field("rule", "select", _("Rule"), rule_options(), Rule.HAIRCUT.value),
                Field(
                    "books",
                    "select",
                    _("Records"),
                    (
                        ("books", _("the chain and the books of banks and services (31(7))")),
                        ("chain", _("the chain alone")),
                    ),
                    "books",
                ),
                Field("focus", "select", _("Show the way to"), self._focus_options(), ""),
                Field(
                    "lawful",
                    "select",
                    _("Lawful movements"),
                    (("no", _("leave out")), ("yes", _("show them too"))),
                    "no",
                ),
            ],
            run=self._follow,
            live=True,
        )

    def _focus_options(self) -> tuple[tuple[str, str], ...]:
        holders = dict.fromkeys(touch.holder for books in (True, False) for touch in self.touches(books))
        named = [
            self.case.holder(holder) for holder in holders if not holder.startswith(("mixer-", "customer-"))
        ]
        some = [h for h in holders if h.startswith("mixer-")][:1] + [
            h for h in holders if h.startswith("customer-")
        ][:1]
        return (
            ("", _("nobody")),
            *((one.id, one.name) for one in named),
            *((name, self.case.holder(name).name) for name in some),
        )

    def _follow(self, values: Values) -> Result:
        rule, books = _rule(values["rule"]), values["books"] != "chain"
        found = self.traces(books)[rule]
        drawing = rows_of(found, self.case, everything=values["lawful"] == "yes")
        focus = str(values["focus"] or "")
        ways = paths_to_holder(found, holder=focus, most=1) if focus else ()
        way = stages(ways[0], self.case, end=drawing.end) if ways else ()
        touches = self.touches(books)
        said = self._said(rule, touches)
        nothing = Markup("")
        if focus and not ways:
            nothing = sentence(
                _("Under this rule nothing stolen lies with {name}.").format(
                    name=self.case.holder(focus).name
                )
            )
        return Result(
            join(
                sentence(strong(said)),
                nothing,
                self._comparison(touches),
                details(_("Does it add up?"), self._sums(found)),
            ),
            say=said,
            pictures=(picture(drawing, found, way=way),),
        )

    def _said(self, rule: Rule, touches: tuple[Touch, ...]) -> str:
        reached = {touch.holder for touch in touches if touch.reached[rule]}
        protected = {h for h in reached if standing(self.case.holder(h)).standing is Standing.GOOD_FAITH}
        text = ngettext(
            "Under the rule {rule}, {n} holder is reached, {m} perhaps in good faith.",
            "Under the rule {rule}, {n} holders are reached, {m} of them perhaps in good faith.",
            len(reached),
        )
        return text.format(rule=rule_label(rule), n=len(reached), m=len(protected))

    def _comparison(self, touches: tuple[Touch, ...]) -> Markup:
        rows = []
        for touch in touches:
            judged = standing(self.case.holder(touch.holder))
            rows.append(
                (
                    self.case.holder(touch.holder).name,
                    f"{SIGNS[judged.standing]} {standing_label(judged.standing)}",
                    money(touch.owns, touch.unit),
                    *(
                        money(touch.reached[rule], touch.unit) if touch.reached[rule] else "0"
                        for rule in Rule
                    ),
                )
            )
        head = (_("Holder"), _("Standing"), _("What it holds"), *(rule_label(rule) for rule in Rule))
        caption = _("Stolen value with each holder at the end, under each rule")
        first = table(caption, head, rows[:SCREENFUL])
        if len(rows) <= SCREENFUL:
            return first
        more = _("{n} more holders").format(n=len(rows) - SCREENFUL)
        return join(first, details(more, table(caption, head, rows[SCREENFUL:])))

    def _sums(self, found: Trace) -> Markup:
        if found.rule is Rule.POISON:
            return sentence(
                _("No. Under poison the stolen value grows: whatever it touches becomes stolen altogether.")
            )
        rows = [
            (
                _("money") if one.unit == "XTS-cent" else _("coins"),
                money(one.came, one.unit),
                money(one.converted_in, one.unit),
                money(one.held, one.unit),
                money(one.fees, one.unit),
                money(one.converted_away, one.unit),
                _("yes, to the unit") if one.is_kept else _("no"),
            )
            for one in balance(found)
        ]
        head = (
            _("Unit"),
            _("Stolen"),
            _("Came by conversion"),
            _("Still held"),
            _("Fees"),
            _("Left by conversion"),
            _("Equal?"),
        )
        return table(_("Stolen and converted in = held, fees and converted away"), head, rows)

    # ways

    def way_step(self) -> Step:
        """The list of ways: the same without the figure."""
        holders = self._focus_options()[1:]
        return Step(
            "way",
            _("Read the way, step by step"),
            sentence(
                _("Choose a holder. The strongest way from a theft to what it still holds is told here.")
            ),
            fields=[
                Field("holder", "select", _("Holder"), holders, holders[0][0] if holders else ""),
                Field("rule", "select", _("Rule"), rule_options(), Rule.HAIRCUT.value),
                Field(
                    "books",
                    "select",
                    _("Records"),
                    (("books", _("chain and books")), ("chain", _("the chain alone"))),
                    "books",
                ),
            ],
            run=self._way,
            live=True,
        )

    def _way(self, values: Values) -> Result:
        found = self.traces(values["books"] != "chain")[_rule(values["rule"])]
        holder = self.case.holder(str(values["holder"]))
        ways = paths_to_holder(found, holder=holder.id, most=2)
        if not ways:
            said = _("Under this rule nothing stolen lies with {name}.").format(name=holder.name)
            return Result(sentence(said), say=said)
        judged = standing(holder)
        said = _("{n} steps from {source} to {holder}.").format(
            n=len(ways[0].steps), source=self._source(ways[0].source), holder=holder.name
        )
        about = sentence(
            f"{SIGNS[judged.standing]} {standing_label(judged.standing)}.",
            judged.reason,
            _("The file says: {facts}").format(facts=_(holder.facts)) if holder.facts else "",
            Markup(f"({cite(', '.join(judged.provisions)).html()})"),
        )
        return Result(join(sentence(strong(said)), about, *(self._told(way) for way in ways)), say=said)

    def _source(self, lot: str) -> str:
        victim = next((source.victim for source in self.case.sources if source.lot == lot), "")
        return self.case.holder(victim).name if victim else lot

    def _told(self, way: Path) -> Markup:
        end = way.steps[-1].at
        rows = [
            (
                n,
                stage.name,
                f"{moment(stage.start)} – {moment(stage.end)}",
                stage.hops,
                moneys({stage.unit: stage.stolen}),
            )
            for n, stage in enumerate(stages(way, self.case, end=end), start=1)
        ]
        head = (_("Stage"), _("With"), _("From – to (UTC)"), _("Steps"), _("Stolen value at its end"))
        steps = [
            (
                n,
                moment(step.at) if step.at else "",
                _kind(step.kind),
                _short(step.lot),
                money(step.stolen, step.unit),
            )
            for n, step in enumerate(way.steps, start=1)
        ]
        each = (_("Step"), _("When (UTC)"), _("What"), _("Output or balance"), _("Stolen value in it"))
        return join(
            table(
                _("From {source}; {share} % of the stolen value there came this way").format(
                    source=self._source(way.source), share=f"{100 * way.strength:.1f}"
                ),
                head,
                rows,
            ),
            details(_("Every step"), table(_("Every step of this way"), each, steps)),
        )


def rule_options() -> tuple[tuple[str, str], ...]:
    """The rules as options of a field."""
    return tuple((rule.value, rule_label(rule)) for rule in Rule)


def _rule(value: object) -> Rule:
    try:
        return Rule(str(value))
    except ValueError:
        raise UsageError(_("There is no such rule."), next_step=_("Choose one from the list.")) from None


def _short(lot: str) -> str:
    name, _colon, index = lot.partition(":")
    return f"{name[:8]}…:{index}" if len(name) > 40 else lot


def _kind(kind: str) -> str:
    return {
        "transaction": _("transaction"),
        "credit": _("credited to the account"),
        "transfer": _("transfer"),
        "withdrawal": _("payout"),
        "conversion": _("conversion"),
        "out": _("payment"),
        "issue": _("new coins"),
        "pool": _("paid from the pool"),
        "": _("paid in"),
    }.get(kind, kind)
