"""Which treaty fits, and on which way the request goes: every instrument judged, with its reason.

>>> matter = Matter(articles=("10",), electronic=True, maximum_years=6)
>>> best = fitting("XA", "XC", matter, date(2026, 4, 20))[0]
>>> best.instrument, best.fits, best.channel
('budapest', 'yes', 'central-authority')
>>> [fit.instrument for fit in fitting("XA", "XD", matter, date(2026, 4, 20)) if fit.fits == "yes"]
['convention']

The order is a practical one: Parties to Budapest go on using it between them (60(1)); then this Convention, in full for
its own offences and for electronic evidence of serious crime; then other treaties that fit the case; then reciprocity;
then police channels, which bring no evidence by force. Membership of the invented States is data
(``assets/cooperation/instruments.json``). Who is Party to what in the real world is another matter: look at the
depositary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from hanoikit.cooperation import tables
from hanoikit.cooperation.state_rules import law_or_none, state_name
from hanoikit.errors import UsageError
from hanoikit.i18n import _

Fits = Literal["yes", "part", "no"]
WANTED = (
    "assistance",
    "preservation",
    "extradition",
    "transfer",
    "joint-investigation",
    "spontaneous",
    "police",
)
_SERIOUS = 4
_BUDAPEST_KINDS = ("assistance", "preservation", "extradition", "spontaneous")
_CONVENTION_ARTICLES = {
    "assistance": ("40(1)", "44(1)"),
    "preservation": ("42(1)", "41(3)(b)"),
    "extradition": ("37(1)",),
    "transfer": ("39(1)",),
    "joint-investigation": ("48",),
    "spontaneous": ("40(4)",),
    "police": ("47(1)",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is wanted, and in which case.

    ``articles`` are the offences of the Convention that the conduct is (empty: none), ``maximum_years`` the longest
    sentence in the requesting State, ``electronic``: what is wanted is evidence in electronic form. ``organized``: an
    organized group across borders; ``corruption``: a corruption case. ``coercive``: it takes an order against somebody.
    """

    wanted: str = "assistance"
    articles: tuple[str, ...] = ()
    maximum_years: float = 0
    electronic: bool = True
    coercive: bool = True
    organized: bool = False
    corruption: bool = False
    urgent: bool = False

    def __post_init__(self) -> None:
        if self.wanted not in WANTED:
            raise UsageError(
                _("Nothing of this kind can be asked: {name}.").format(name=ascii(self.wanted)[:40]),
                next_step=_("Use one of: {names}.").format(names=", ".join(WANTED)),
            )

    @property
    def serious(self) -> bool:
        """Serious crime (2(h)) by the requesting State's law."""
        return self.maximum_years >= _SERIOUS

    @property
    def evidence(self) -> bool:
        """Whether it is evidence in electronic form that is wanted, or data to be kept for it."""
        return self.electronic and self.wanted in ("assistance", "preservation", "spontaneous")


@dataclass(frozen=True, slots=True)
class Instrument:
    """A treaty, or another basis. ``parties`` maps a State's code to the day since when it is bound."""

    id: str
    name: str
    short: str
    parties: Mapping[str, date]
    bilateral: tuple[str, ...] = ()
    note: str = ""
    offences: tuple[int, ...] = ()

    def binds(self, state: str, on: date) -> bool:
        """Whether the State is bound on this day."""
        since = self.parties.get(state)
        return since is not None and since <= on


@dataclass(frozen=True, slots=True)
class Fit:
    """How far an instrument fits. ``fits`` is yes, part or no; ``channel`` where the request goes if it is used."""

    instrument: str
    name: str
    fits: Fits
    reason: str
    provisions: tuple[str, ...]
    channel: str
    channel_reason: str


@cache
def instruments() -> Mapping[str, Instrument]:
    """Every instrument, by id, in the order in which they are tried."""
    return {entry["id"]: _instrument(entry) for entry in tables.load("instruments")["instruments"]}


def fitting(requesting: str, requested: str, matter: Matter, on: date) -> list[Fit]:
    """Every instrument judged for this case on this day; those that fit come first, in the order of use."""
    found = [_judge(one, requesting, requested, matter, on) for one in instruments().values()]
    return sorted(found, key=lambda fit: ("yes", "part", "no").index(fit.fits))


def _judge(one: Instrument, requesting: str, requested: str, matter: Matter, on: date) -> Fit:
    if one.id == "reciprocity":
        fits, reason, provisions = _reciprocity(matter)
    elif one.id == "police":
        fits, reason, provisions = _police(matter)
    else:
        outside = [state for state in (requesting, requested) if not one.binds(state, on)]
        if outside:
            text = _("{treaty} does not bind {states} on this day. Signing alone binds nobody to give help.")
            plain = _("{treaty} does not bind {states} on this day.")
            signed = one.id == "convention"
            reason = (text if signed else plain).format(treaty=_capital(_(one.short)), states=_and(outside))
            fits, provisions = "no", ("65(1)", "65(2)") if signed else ()
        else:
            fits, reason, provisions = _RULES.get(one.id, _bilateral)(one, matter)
    channel, why = _channel(matter, requesting, requested, one.id)
    return Fit(one.id, _(one.name), fits, reason, provisions, channel, why)


_Ruling = tuple[Fits, str, tuple[str, ...]]


def _convention(one: Instrument, matter: Matter) -> _Ruling:
    refs = _CONVENTION_ARTICLES[matter.wanted]
    if matter.articles:
        return (
            "yes",
            _("Both States are Parties and it is an offence of the Convention: all of chapter V is open."),
            (
                "35(1)(a)",
                *refs,
            ),
        )
    if not matter.evidence:
        text = _(
            "It is no offence of the Convention. For other crimes only evidence in "
            "electronic form is open, and this is "
            "something else."
        )
        return "no", text, ("35(1)(c)", "35(2)")
    if not matter.serious:
        text = _(
            "It is neither an offence of the Convention nor a serious crime: the maximum is below four years."
        )
        return "no", text, ("2(h)", "35(1)(c)", "40(1)")
    text = _(
        "It is electronic evidence of a serious crime: articles 40 to 46 are open, the rest of chapter V is not."
    )
    return "yes", text, ("35(1)(c)", "35(2)", *refs)


def _budapest(one: Instrument, matter: Matter) -> _Ruling:
    if matter.wanted not in _BUDAPEST_KINDS:
        text = _(
            "Budapest has no rule on this; its second protocol has one on joint teams, for its own Parties."
        )
        return "no", text, ("60(1)",)
    if matter.evidence:
        text = _(
            "Both States are Parties to Budapest. They may go on using it between them. It "
            "reaches electronic evidence of "
            "any offence, whatever the penalty."
        )
        return "yes", text, ("60(1)",)
    covered = {int(each.split("(")[0]) for each in matter.articles if each.split("(")[0].isdigit()}
    if covered and covered <= set(one.offences):
        return "yes", _("Both States are Parties to Budapest, and it has this offence."), ("60(1)",)
    if covered & set(one.offences):
        return "part", _("Budapest has a part of these offences only."), ("60(1)",)
    return "no", _("Budapest has no such offence."), ("60(1)",)


def _untoc(one: Instrument, matter: Matter) -> _Ruling:
    if matter.wanted == "preservation":
        return "no", _("UNTOC has no rule on the preservation of data."), ("60(2)",)
    if matter.organized and (matter.serious or matter.articles):
        text = _(
            "An organized group acts across borders, and the crime is grave: UNTOC has rules for help of every kind."
        )
        return "yes" if matter.serious else "part", text, ("60(2)", "40(6)")
    return "no", _("UNTOC is for organized groups that act across borders, and for grave crimes."), ("60(2)",)


def _uncac(one: Instrument, matter: Matter) -> _Ruling:
    if matter.wanted == "preservation":
        return "no", _("UNCAC has no rule on the preservation of data."), ("60(2)",)
    if matter.corruption:
        return "yes", _("It is a corruption case, and both States are Parties to UNCAC."), ("60(2)", "40(6)")
    return "no", _("UNCAC is for corruption."), ("60(2)",)


def _bilateral(one: Instrument, matter: Matter) -> _Ruling:
    if matter.wanted not in one.bilateral:
        return "no", _("This treaty is about something else."), ("60(2)",)
    text = _(
        "It binds the two States, and its procedure goes before paragraphs 8 to 31 of article 40 unless they choose "
        "those paragraphs. {note}"
    ).format(note=_(one.note))
    return "part", text, ("40(6)", "40(7)") if "assistance" in one.bilateral else ("37(4)", "37(8)")


def _reciprocity(matter: Matter) -> _Ruling:
    text = _(
        "Without a treaty a State may still help if its law allows, because it hopes for "
        "the same. Nobody has a duty, so "
        "explain more and promise what you can."
    )
    return "part", text, ("60(2)",)


def _police(matter: Matter) -> _Ruling:
    if matter.wanted in ("police", "spontaneous"):
        text = _("Police may exchange what needs no order. Nothing that takes an order comes this way.")
        return ("yes" if matter.articles else "part"), text, ("47(1)(a)", "47(1)(c)", "41(6)")
    if matter.coercive or matter.wanted != "assistance":
        text = _("This takes an order or a decision of a court. Police can prepare it, not do it.")
        return "no", text, ("47(1)", "40(12)")
    return (
        "part",
        _("What needs no order can be asked this way. It may not be usable as evidence."),
        ("47(1)(c)",),
    )


_RULES = {"convention": _convention, "budapest": _budapest, "untoc": _untoc, "uncac": _uncac}


def _channel(matter: Matter, requesting: str, requested: str, instrument: str) -> tuple[str, str]:
    """Where the request goes, with the reason."""
    if instrument == "police" or matter.wanted == "police":
        return "police", _(
            "From police to police, on the secure ways that exist, INTERPOL's among them (47(1)(a))."
        )
    if matter.wanted == "preservation":
        return "24/7 network", _(
            "Data vanish in hours. The points of contact answer day and night (41(3)(b))."
        )
    if matter.wanted == "spontaneous":
        return "central-authority", _(
            "Sent by the central authority, or by police where no court decided on it (40(4), 47(1))."
        )
    rules = law_or_none(requested)
    if matter.urgent and matter.wanted in ("assistance", "extradition"):
        if rules is not None and rules.central_authority.interpol_when_urgent:
            return "interpol", _(
                "It is urgent, and the other State agreed to INTERPOL's way; the paper follows (40(12))."
            )
        return "central-authority", _(
            "It is urgent, but the other State has not agreed to INTERPOL's way. Call its "
            "central authority first (40(12))."
        )
    if rules is not None and rules.central_authority.channels == ("diplomatic",):
        return "diplomatic", _("The other State insists on the diplomatic way (40(12)).")
    return "central-authority", _("From central authority to central authority (40(12)).")


def _instrument(entry: Mapping[str, Any]) -> Instrument:
    return Instrument(
        id=entry["id"],
        name=entry["name"],
        short=entry["short"],
        parties={state: date.fromisoformat(since) for state, since in entry["parties"].items()},
        bilateral=tuple(entry.get("bilateral", ())),
        note=entry.get("note", ""),
        offences=tuple(entry.get("offences", ())),
    )


def _and(names: list[str]) -> str:
    return _(" and ").join(map(state_name, names))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
