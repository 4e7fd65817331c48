"""The room's tables: kinds of request with their elements, measures of 40(3), assurances (``assets/cooperation``).

>>> kind("assistance").element("facts").provision
'40(15)(c)'
>>> measure("interception").provisions
('40(3)', '46')
>>> assurance("no-onward").provisions
('36(3)',)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from hanoikit import resources
from hanoikit.errors import DataInvalid, UsageError
from hanoikit.i18n import _
from hanoikit.network.tables import Element

_T = TypeVar("_T")

__all__ = [
    "Assurance",
    "Element",
    "Kind",
    "MeasureKind",
    "assurance",
    "assurances",
    "header",
    "kind",
    "kinds",
    "load",
    "measure",
    "measures",
    "part",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request: what it is for and what it states. ``elements`` are those after the header."""

    id: str
    class_name: str
    provision: str
    name: str
    purpose: str
    elements: tuple[Element, ...]

    def element(self, name: str) -> Element:
        """The element of this name, the header's included. Raises ``UsageError``."""
        for one in (*header(), *self.elements):
            if one.name == name:
                return one
        raise UsageError(f"A request {self.id!r} has no element {name!r}.")


@dataclass(frozen=True, slots=True)
class MeasureKind:
    """A kind of help (40(3)).

    ``electronic``: it can bring evidence in electronic form, which is all that 35(1)(c) opens for other serious crime.
    ``coercive``: it takes an order against somebody. ``live`` is ``traffic`` or ``content`` where data are taken as
    they arise (45, 46). ``needs_data``, ``needs_person``: what a request must name for it.
    """

    id: str
    name: str
    provisions: tuple[str, ...]
    electronic: bool = False
    coercive: bool = False
    needs_data: bool = False
    needs_person: bool = False
    live: str = ""


@dataclass(frozen=True, slots=True)
class Assurance:
    """A promise that the requesting State can make, and on which the other State can make its help depend (40(28))."""

    id: str
    text: str
    provisions: tuple[str, ...]


@cache
def header() -> tuple[Element, ...]:
    """What every request states, whatever its kind."""
    return part("header")


@cache
def part(name: str) -> tuple[Element, ...]:
    """The elements of a part: header, data, measure, person, offence, period, reasoned."""
    return _elements(load("requests")[name])


@cache
def kinds() -> Mapping[str, Kind]:
    """All kinds of request, in the order in which the course meets them."""
    case = part("case")
    return {
        entry["kind"]: Kind(
            id=entry["kind"],
            class_name=entry["class"],
            provision=entry["provision"],
            name=entry["name"],
            purpose=entry["purpose"],
            elements=(*case, *_elements(entry["elements"])),
        )
        for entry in load("requests")["kinds"]
    }


def kind(name: str) -> Kind:
    """The kind of this name. Raises ``UsageError`` when there is none."""
    return _one(kinds(), name, _("There is no request of the kind {name}."))


@cache
def measures() -> Mapping[str, MeasureKind]:
    """The kinds of help that can be asked for (40(3)), by id."""
    return {
        entry["id"]: MeasureKind(**{**entry, "provisions": tuple(entry["provisions"])})
        for entry in load("requests")["measures"]
    }


def measure(name: str) -> MeasureKind:
    """The kind of help of this name. Raises ``UsageError`` when there is none."""
    return _one(measures(), name, _("There is no measure {name}."))


@cache
def assurances() -> Mapping[str, Assurance]:
    """The promises that a request can hold, by id."""
    return {
        entry["id"]: Assurance(entry["id"], entry["text"], tuple(entry["provisions"]))
        for entry in load("requests")["assurances"]
    }


def assurance(name: str) -> Assurance:
    """The promise of this name. Raises ``UsageError`` when there is none."""
    return _one(assurances(), name, _("There is no assurance {name}."))


@cache
def load(name: str) -> Any:
    """One of the room's files, by its name without ``.json``. Raises ``DataInvalid`` when it cannot be read."""
    path = resources.assets() / "cooperation" / f"{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataInvalid(
            _("The data on cooperation cannot be read."),
            where=str(path),
            next_step=_("Install the kit again; the file is part of it."),
        ) from error


def _elements(entries: list[dict[str, Any]]) -> tuple[Element, ...]:
    return tuple(Element(**{**entry, "choices": tuple(entry.get("choices", ()))}) for entry in entries)


def _one(table: Mapping[str, _T], name: str, message: str) -> _T:
    try:
        return table[name]
    except (KeyError, TypeError):
        raise UsageError(
            message.format(name=ascii(name)[:40]),
            next_step=_("Use one of: {names}.").format(names=", ".join(table)),
        ) from None
