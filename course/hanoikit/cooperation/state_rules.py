"""How each invented State answers requests: its rules as data, one file for each State.

>>> law("XC").central_authority.languages
('qac',)
>>> [law(code).needs_dual_criminality("stored-data", "subscriber") for code in ("XB", "XC")]
[True, False]
>>> law("XD").keeps_secret
False

A new State is a new file in ``assets/cooperation/states/`` that fits ``law.schema.json``, and no code. Its penal code
lies in ``assets/states``, its powers in ``assets/powers/laws.json``; the tests hold the three together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from hanoikit import resources
from hanoikit.convention.offence import StateLaw, state
from hanoikit.cooperation import tables
from hanoikit.errors import DataInvalid, Finding, UsageError
from hanoikit.i18n import _

Nationals = Literal["yes", "return", "never"]


@dataclass(frozen=True, slots=True)
class CentralAuthority:
    """The central authority (40(12)): what it reads, on which ways it takes requests (40(13)-(14))."""

    name: str
    languages: tuple[str, ...]
    channels: tuple[str, ...]
    interpol_when_urgent: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """What the State's own authorities could not do in a similar case (40(21)(c)).

    ``offences`` are the ids of its penal code for which the measure is open (None: all), ``years`` the least maximum
    sentence in its own law; ``category`` narrows it to one kind of data.
    """

    id: str
    what: str
    text: str
    category: str = ""
    offences: frozenset[str] | None = None
    years: float = 0


@dataclass(frozen=True, slots=True)
class Interest:
    """An essential interest (40(21)(b)). ``cure`` is the assurance that takes the harm away, "" if none does.

    ``conduct`` is the fact that touches it by itself, whatever is asked.
    """

    id: str
    text: str
    cure: str
    conduct: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A promise that the State wants, and when: always, or only for some requests."""

    assurance: str
    when: str


@dataclass(frozen=True, slots=True)
class ExtraditionRules:
    """``nationals``: handed over, handed over if they return to serve the sentence, or never (37(11)-(12)).

    ``evidence``: whether a short proof must come with the request. ``minimum_years``: the State's own threshold for
    the longest sentence in both laws; the Convention itself has none.
    """

    nationals: Nationals
    minimum_years: float
    without_dual_criminality: bool
    evidence: bool
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class CooperationLaw:
    """A State's rules for answering requests. See ``assets/cooperation/README.md`` for each member."""

    state: str
    name: str
    about: str
    central_authority: CentralAuthority
    reservations: tuple[str, ...]
    dual_criminality: frozenset[str]
    orders: Mapping[str, str]
    bars: tuple[Bar, ...]
    interests: tuple[Interest, ...]
    privileged: frozenset[str]
    declines_trivial: bool
    once_only: bool
    keeps_secret: bool
    conditions: tuple[Condition, ...]
    trusts: frozenset[str]
    data_needs: tuple[str, ...]
    extradition: ExtraditionRules

    @property
    def penal(self) -> StateLaw:
        """The penal code of the State."""
        return state(self.state)

    def needs_dual_criminality(self, what: str, category: str = "") -> bool:
        """Whether this measure takes dual criminality here (40(8))."""
        return what in self.dual_criminality or f"{what}:{category}" in self.dual_criminality

    def ordered_by(self, what: str, category: str = "") -> str:
        """Who orders this measure."""
        if what == "stored-data" and category == "subscriber":
            what = "subscriber"
        return self.orders.get(what, self.orders["*"])

    def interest(self, name: str) -> Interest | None:
        """The interest of this id, or ``None`` where the State names no such interest."""
        return next((one for one in self.interests if one.id == name), None)


@cache
def laws() -> Mapping[str, CooperationLaw]:
    """The rules of every State of the course, by code."""
    folder = resources.assets() / "cooperation" / "states"
    return {path.stem: _of_the_course(f"states/{path.stem}") for path in sorted(folder.glob("*.json"))}


def law(code: str) -> CooperationLaw:
    """The rules of this State. Raises ``UsageError`` when the course has none."""
    try:
        return laws()[code]
    except (KeyError, TypeError):
        raise UsageError(
            _("There are no rules for requests to {state}.").format(state=ascii(code)[:40]),
            next_step=_("States with rules: {codes}.").format(codes=", ".join(laws())),
        ) from None


def law_or_none(code: str) -> CooperationLaw | None:
    """The rules of this State, or ``None``."""
    return laws().get(code)


def state_name(code: str) -> str:
    """The name of a State with its code, as people read it; the code alone where the course has no name."""
    rules = laws().get(code)
    return code if rules is None else f"{_(rules.name)} ({code})"


def known_states() -> tuple[str, ...]:
    """The codes of the States of the course: those with rules here, and those that only a treaty names."""
    named = (code for one in tables.load("instruments")["instruments"] for code in one["parties"])
    return tuple(sorted({*laws(), *named}))


def _of_the_course(name: str) -> CooperationLaw:
    """Rules that the tests hold against the schema: reading them does without it, which loads in a second or more."""
    value = tables.load(name)
    try:
        return _made(value)
    except (KeyError, TypeError):
        return law_of(value)


def law_of(value: Any) -> CooperationLaw:
    """A State's rules from its data. Raises ``DataInvalid`` with every place that does not fit the schema."""
    from jsonschema import Draft202012Validator

    found = [
        Finding("schema", error.message[:200], ".".join(map(str, error.absolute_path)))
        for error in Draft202012Validator(tables.load("law.schema")).iter_errors(value)
    ]
    if not found:
        found = _unknown_names(value)
    if found:
        raise DataInvalid(
            _("The rules of a State cannot be used as they are written."),
            next_step=_("Compare the file with that of another State in assets/cooperation/states."),
            findings=sorted(found, key=lambda one: one.where),
        )
    return _made(value)


def _made(value: Any) -> CooperationLaw:
    central, extradition = value["central_authority"], value["extradition"]
    return CooperationLaw(
        state=value["state"],
        name=value["name"],
        about=value["about"],
        central_authority=CentralAuthority(
            central["name"],
            tuple(central["languages"]),
            tuple(central["channels"]),
            central["interpol_when_urgent"],
        ),
        reservations=tuple(value["reservations"]),
        dual_criminality=frozenset(value["dual_criminality"]),
        orders=value["orders"],
        bars=tuple(
            Bar(**{**one, "offences": frozenset(one["offences"]) if "offences" in one else None})
            for one in value["bars"]
        ),
        interests=tuple(Interest(**one) for one in value["interests"]),
        privileged=frozenset(value["privileged"]),
        declines_trivial=value["declines_trivial"],
        once_only=value["once_only"],
        keeps_secret=value["keeps_secret"],
        conditions=_conditions(value["conditions"]),
        trusts=frozenset(value["personal_data"]["trusts"]),
        data_needs=tuple(value["personal_data"]["needs"]),
        extradition=ExtraditionRules(
            nationals=extradition["nationals"],
            minimum_years=extradition["minimum_years"],
            without_dual_criminality=extradition["without_dual_criminality"],
            evidence=extradition["evidence"],
            conditions=_conditions(extradition["conditions"]),
        ),
    )


def _conditions(entries: Any) -> tuple[Condition, ...]:
    return tuple(Condition(one["assurance"], one["when"]) for one in entries)


def _unknown_names(value: Any) -> list[Finding]:
    """Assurances and measures that the tables do not have."""
    wanted = [one["assurance"] for one in (*value["conditions"], *value["extradition"]["conditions"])]
    wanted += value["personal_data"]["needs"]
    wanted += [one["cure"] for one in value["interests"] if one["cure"]]
    text = _("There is no such name: {name}.")
    found = [
        Finding("unknown-name", text.format(name=name), "assurances")
        for name in dict.fromkeys(wanted)
        if name not in tables.assurances()
    ]
    found += [
        Finding("unknown-name", text.format(name=one["what"]), "bars")
        for one in value["bars"]
        if one["what"] not in tables.measures()
    ]
    return found
