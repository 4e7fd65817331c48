"""What the requested State knows about the case, as data: the facts on which its answer turns.

>>> known = Circumstances.from_json({"conduct": {"system-hindered": "yes"}, "own_case": [{"measures": ["m2"]}]})
>>> known.own_case[0].measures
('m2',)

Nothing here is a verdict. A circumstance says what is so; the rules say what follows. ``conduct`` is what was done, as
facts of the closed list of :mod:`hanoikit.convention.offence`, because dual criminality looks at conduct and never at
what a law calls it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from hanoikit.convention.offence import CONVENTION, Conduct, Verdict, find_offences, punishable, states
from hanoikit.convention.offence.dual_criminality import Side, look
from hanoikit.errors import DataInvalid, Finding, HanoiKitError
from hanoikit.i18n import _

ALL = "*"
"""Stands for every measure of the request."""
PROTECTED = ("sex", "race", "language", "religion", "nationality", "ethnic origin", "political opinions")
"""The reasons of 40(22) and 37(15)."""
Strength = Literal["", "signs", "substantial"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Persecution:
    """Grounds to think that a person is pursued for a protected reason (40(22), 37(15)).

    ``signs`` call for questions; only ``substantial`` grounds free a State from its duty.
    """

    strength: Strength = ""
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A measure that touches an essential interest (40(21)(b)); ``interest`` is the id in the State's rules."""

    interest: str
    measures: tuple[str, ...] = (ALL,)
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCase:
    """A case of the requested State that a measure would disturb (40(27)).

    ``cure`` is the assurance under which it would not (40(28)); ``until`` when the disturbance is expected to end.
    """

    measures: tuple[str, ...] = (ALL,)
    until: date | None = None
    cure: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What the facts of the case carry: a kind of data of an account in a period, by a measure.

    ``identifiers`` are the names under which the account goes; without any, the account is not judged. A request may
    be wider by ``slack`` on either side.
    """

    what: str
    category: str = ""
    identifiers: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    slack: timedelta = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """The facts that the requested State knows.

    ``conduct``: acts that it does not name were not done; other facts that it does not name are open.
    ``needed`` is what the facts of the case carry; None: it has not been looked at. ``gone`` and
    ``elsewhere`` say of measures that the data no longer exist, or are in another State. ``privileged``
    maps a measure to the profession whose secrets lie among the data. ``asked_before``: the requested State
    asked about the gaps and got no answer. ``organized`` and ``corruption`` open other treaties to the
    case. ``assured`` are promises made after the request (40(28)). ``no_data_promise``: the requesting
    State has said that it cannot promise what the data law of the requested State needs.
    """

    conduct: Mapping[str, Any] | None = None
    persecution: Persecution = Persecution()
    touches: tuple[Touch, ...] = ()
    own_case: tuple[OwnCase, ...] = ()
    needed: tuple[Needed, ...] | None = None
    gone: tuple[str, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    privileged: Mapping[str, str] = field(default_factory=dict)
    trivial: bool = False
    tried_already: bool = False
    lapsed: bool = False
    absent_trial: bool = False
    death_penalty: bool = False
    large_costs: bool = False
    personal_data: bool = True
    no_data_promise: bool = False
    tax: bool = False
    bank_secrecy: bool = False
    political: bool = False
    organized: bool = False
    corruption: bool = False
    asked_before: bool = False
    person_here: bool = True
    own_national: bool | None = None
    assured: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.conduct is not None:
            Conduct(dict(self.conduct))

    def seen_by(self, state: str) -> Side | None:
        """What this State's penal code says about the conduct; None while it is unknown, or the course has no code."""
        return None if self.conduct is None else _seen(frozenset(self.conduct.items()), state)

    @property
    def in_the_convention(self) -> Verdict | None:
        """Whether the conduct is an offence under the Convention; None while the conduct is unknown."""
        return None if self.conduct is None else _under_convention(frozenset(self.conduct.items()))[0]

    @property
    def articles(self) -> tuple[str, ...]:
        """The offences of the Convention that the conduct is, or may be; empty while the conduct is unknown."""
        return () if self.conduct is None else _under_convention(frozenset(self.conduct.items()))[1]

    @classmethod
    def from_json(cls, value: Any) -> Circumstances:
        """From plain data; what is left out is as in an ordinary case. Raises ``DataInvalid`` with every finding."""
        if not isinstance(value, Mapping):
            raise _invalid([Finding("wrong-type", _("It must be an object with named members."))])
        known = {one.name for one in fields(cls)}
        found = [
            Finding("unknown-member", _("No circumstance has this name."), ascii(name)[:40])
            for name in value
            if name not in known
        ]
        made: dict[str, Any] = {}
        for name, given in value.items():
            if name in known:
                try:
                    made[name] = _READ.get(name, _flag)(given)
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    found.append(Finding("wrong-type", str(error)[:120], str(name)))
        if found:
            raise _invalid(found)
        try:
            return cls(**made)
        except HanoiKitError as error:
            raise _invalid([Finding("conduct", str(error), "conduct")]) from error

    def to_json(self) -> dict[str, Any]:
        """Plain data with what is not as in an ordinary case."""
        ordinary = Circumstances()
        return {
            one.name: _plain(getattr(self, one.name))
            for one in fields(self)
            if getattr(self, one.name) != getattr(ordinary, one.name)
        }


@lru_cache(maxsize=256)
def _seen(conduct: frozenset[tuple[str, Any]], state: str) -> Side | None:
    law = next((one for one in states() if one.code == state), None)
    return None if law is None else look(Conduct(dict(conduct)).and_nothing_else(), law)


@lru_cache(maxsize=256)
def _under_convention(conduct: frozenset[tuple[str, Any]]) -> tuple[Verdict, tuple[str, ...]]:
    found = find_offences(Conduct(dict(conduct)).and_nothing_else(), CONVENTION)
    return punishable(found), tuple(str(one.article) for one in found if one.verdict != "out")


def concerns(measures: tuple[str, ...], name: str) -> bool:
    """Whether a circumstance about these measures is about the measure of this id."""
    return ALL in measures or name in measures


def _invalid(found: list[Finding]) -> DataInvalid:
    return DataInvalid(
        _("The circumstances of a case cannot be used as they are written."),
        next_step=_("Look at hanoikit.cooperation.circumstances for the names."),
        findings=found,
    )


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise TypeError("It must be true or false.")
    return value


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not all(isinstance(one, str) for one in value):
        raise TypeError("It must be a list of names.")
    return tuple(value)


def _words(value: Any) -> dict[str, str]:
    made = dict(value)
    if not all(isinstance(one, str) for pair in made.items() for one in pair):
        raise TypeError("It must map names to names.")
    return made


def _persecution(value: Any) -> Persecution:
    made = Persecution(**value)
    if made.strength not in ("", "signs", "substantial") or not isinstance(made.text, str):
        raise ValueError("strength is signs or substantial.")
    if made.strength and made.reason not in PROTECTED:
        raise ValueError(f"reason is one of {', '.join(PROTECTED)}.")
    return made


def _touch(value: Any) -> Touch:
    return Touch(**{**value, "measures": _names(value.get("measures", (ALL,)))})


def _own_case(value: Any) -> OwnCase:
    until = date.fromisoformat(value["until"]) if value.get("until") else None
    return OwnCase(**{**value, "measures": _names(value.get("measures", (ALL,))), "until": until})


def _needed(value: Any) -> Needed:
    times = {name: datetime.fromisoformat(value[name]) for name in ("since", "until") if value.get(name)}
    if any(one.utcoffset() is None for one in times.values()):
        raise ValueError("A time needs its zone.")
    made = {name: one for name, one in value.items() if name != "slack_hours"}
    slack = timedelta(hours=value.get("slack_hours", 48))
    return Needed(**{**made, "identifiers": _names(value.get("identifiers", ())), "slack": slack, **times})


_READ: Mapping[str, Any] = {
    "conduct": lambda value: None if value is None else _words(value),
    "persecution": _persecution,
    "touches": lambda value: tuple(map(_touch, value)),
    "own_case": lambda value: tuple(map(_own_case, value)),
    "needed": lambda value: None if value is None else tuple(map(_needed, value)),
    "gone": _names,
    "elsewhere": _words,
    "privileged": _words,
    "assured": _names,
    "own_national": lambda value: None if value is None else _flag(value),
}


def _plain(value: Any) -> Any:
    if isinstance(value, Needed):
        whole = {
            name: _plain(getattr(value, name))
            for name in ("what", "category", "identifiers", "since", "until")
        }
        hours = {"slack_hours": value.slack.total_seconds() / 3600}
        return {**{name: one for name, one in whole.items() if one not in (None, "", [])}, **hours}
    if hasattr(value, "__dataclass_fields__"):
        made = {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
        return {name: one for name, one in made.items() if one not in (None, "", [])}
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value
