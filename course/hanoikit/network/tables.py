"""The room's tables: kinds of message with their elements, grounds of refusal, and each State's rules for its desk.

>>> kind("preservation-request").element("facts").provision
'42(3)(b)'
>>> ground("40(21)(a)").open_for("preservation-request")
False
>>> rules("XC").reservations
('42(5)',)

They lie in ``assets/network/`` as data. A new State needs two pieces of data and no code: its file in
``assets/network/states/`` and its law with its calendar in ``assets/powers/laws.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from hanoikit import resources
from hanoikit.convention.power.law import Law, law
from hanoikit.errors import DataInvalid, UsageError
from hanoikit.i18n import _

Need = Literal["must", "should", "may"]
Role = Literal["request", "follow-up", "answer"]


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that a message states.

    ``type``: ``line`` (one line, 300 characters), ``text`` (4,000), ``content`` (30,000), ``lines`` (50 lines),
    ``time`` (RFC 3339 with offset), ``flag``, ``count``, ``choice``, ``data`` (a list of specified data),
    ``ground``, and in the header ``desk``, ``reference``, ``language``, ``id``.
    ``need``: without a ``must`` the message is incomplete;
    a ``should`` is worth a warning. ``label``, ``why`` and ``write`` are English; show them through ``_()``.
    """

    name: str
    type: str
    need: Need
    provision: str
    label: str
    why: str
    write: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message: what it is for, what it states, and which kinds answer it."""

    id: str
    class_name: str
    role: Role
    provision: str
    name: str
    purpose: str
    answers: tuple[str, ...]
    elements: tuple[Element, ...]

    def element(self, name: str) -> Element:
        for one in self.elements:
            if one.name == name:
                return one
        raise UsageError(f"A message {self.id!r} has no element {name!r}.")


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground on which somebody may want to refuse, open or not.

    ``kinds`` is None where it is open for every kind of request. ``closed_text`` says why it is no ground where it is
    not open.
    """

    code: str
    name: str
    provisions: tuple[str, ...]
    text: str
    kinds: frozenset[str] | None
    closed_text: str = ""
    reservation: str = ""

    def open_for(self, kind: str) -> bool:
        """Whether a request of this kind may be refused on it (a reservation apart)."""
        return self.kinds is None or kind in self.kinds


@dataclass(frozen=True, slots=True)
class Office:
    """A desk or authority of a State as its rules name it."""

    id: str
    name: str
    languages: tuple[str, ...]
    telephone: str
    mail: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What a State's law and practice let its desk do.

    ``gives`` are kinds of data that the desk may hand over without a request when they are given freely (41(3)(c)),
    ``gives_in_emergency`` those that it may give to avert an emergency (41(3)(e)); ``law`` has its zone, its working
    calendar and the length of its orders.
    """

    state: str
    name: str
    desk: Office
    central_authority: Office
    interpol_when_urgent: bool
    reservations: tuple[str, ...]
    gives: frozenset[str]
    gives_in_emergency: frozenset[str]
    emergency_decided_by: str
    locates: str
    law: Law

    @property
    def zone(self) -> str:
        """The IANA zone of the State's clocks."""
        return self.law.zone


@cache
def header() -> tuple[Element, ...]:
    """What every message states, whatever its kind."""
    return _elements(_load("kinds")["header"])


@cache
def data_elements() -> tuple[Element, ...]:
    """What one line of specified data states."""
    return _elements(_load("kinds")["data"])


@cache
def kinds() -> Mapping[str, Kind]:
    """All kinds of message, in the order in which a desk should offer them."""
    return {
        entry["kind"]: Kind(
            id=entry["kind"],
            class_name=entry["class"],
            role=entry["role"],
            provision=entry["provision"],
            name=entry["name"],
            purpose=entry["purpose"],
            answers=tuple(entry["answers"]),
            elements=_elements(entry["elements"]),
        )
        for entry in _load("kinds")["kinds"]
    }


def kind(name: str) -> Kind:
    """The kind of this name. Raises ``UsageError`` when there is none."""
    try:
        return kinds()[name]
    except KeyError:
        raise UsageError(
            _("There is no message of the kind {name}.").format(name=name),
            next_step=_("Use one of: {names}.").format(names=", ".join(kinds())),
        ) from None


@cache
def grounds() -> Mapping[str, Ground]:
    """The grounds by code: those that are open for some kind, and those that people wrongly take for one."""
    return {
        entry["code"]: Ground(
            code=entry["code"],
            name=entry["name"],
            provisions=tuple(entry["provisions"]),
            text=entry["text"],
            kinds=None if entry["open_for"] == "all" else frozenset(entry["open_for"]),
            closed_text=entry.get("closed_text", ""),
            reservation=entry.get("reservation", ""),
        )
        for entry in _load("grounds")
    }


def ground(code: str) -> Ground:
    """The ground of this code. Raises ``UsageError`` when there is none."""
    try:
        return grounds()[code]
    except KeyError:
        raise UsageError(
            _("{code} is no ground that the course knows.").format(code=code),
            next_step=_("Use one of: {codes}.").format(codes=", ".join(grounds())),
        ) from None


@cache
def all_rules() -> Mapping[str, Rules]:
    """The rules of every State that has a desk, by code."""
    folder = resources.assets() / "network" / "states"
    return {path.stem: rules_of(_load(f"states/{path.stem}")) for path in sorted(folder.glob("*.json"))}


def rules(state: str) -> Rules:
    """The rules of this State. Raises ``UsageError`` when it has no desk."""
    try:
        return all_rules()[state]
    except KeyError:
        raise UsageError(
            _("There is no desk in {state}.").format(state=state),
            next_step=_("States with a desk: {codes}.").format(codes=", ".join(all_rules())),
        ) from None


def rules_of(value: Mapping[str, Any], *, its_law: Law | None = None) -> Rules:
    """A State's rules from its data. Raises ``DataInvalid`` when something is missing or unknown in them."""
    try:
        state = value["state"]
        central = dict(value["central_authority"])
        urgent = central.pop("interpol_when_urgent")
        return Rules(
            state=state,
            name=value["name"],
            desk=_office(value["desk"]),
            central_authority=_office(central),
            interpol_when_urgent=urgent,
            reservations=tuple(value["reservations"]),
            gives=_categories(value["gives"]["ordinary"]),
            gives_in_emergency=_categories(value["gives"]["emergency"]),
            emergency_decided_by=value["gives"]["emergency_decided_by"],
            locates=value["locates"],
            law=its_law or law(state),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataInvalid(
            _("The rules of a State's desk are not complete ({detail}).").format(detail=error),
            next_step=_("Compare the file with that of another State in assets/network/states."),
        ) from error


def _office(value: Mapping[str, Any]) -> Office:
    return Office(value["id"], value["name"], tuple(value["languages"]), value["telephone"], value["mail"])


def _categories(names: list[str]) -> frozenset[str]:
    known = next(one.choices for one in data_elements() if one.name == "category")
    if not set(names) <= set(known):
        raise ValueError(f"kinds of data are {', '.join(known)}")
    return frozenset(names)


def _elements(entries: list[dict[str, Any]]) -> tuple[Element, ...]:
    return tuple(Element(**{**entry, "choices": tuple(entry.get("choices", ()))}) for entry in entries)


@cache
def _load(name: str) -> Any:
    path = resources.assets() / "network" / f"{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataInvalid(
            _("The data of the 24/7 network cannot be read."),
            where=str(path),
            next_step=_("Install the kit again; the file is part of it."),
        ) from error
