"""How far each power reaches in space: here, with the help of another State, or not at all.

>>> ruling("subscriber", Place.PROVIDER_SERVES).here
True
>>> ruling("produce", Place.PROVIDER_SERVES).here        # offering services is enough for subscriber information only
False
>>> second = System("backup", state="XC", lawfully_reached=True)
>>> may_extend(System("office", state="XC"), second, state="XC").here
True

Provisions: 27(a) the holder is in the territory, 27(b) the provider offers its services there, 28(2) a search goes
on only inside the territory, 5(2) nobody acts for an authority on foreign soil. The Convention has nothing like
article 32 of the Budapest Convention on access across borders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from hanoikit.convention.power.data import load
from hanoikit.convention.power.need import Place
from hanoikit.convention.power.powers import Data, power
from hanoikit.i18n import _


class Where(StrEnum):
    """Who can act: we ourselves, another State on request, nobody yet, or this power not at all."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a power reaches a place; ``text`` says why, ``refs`` on which provisions."""

    where: Where
    text: str
    refs: tuple[str, ...]

    @property
    def here(self) -> bool:
        return self.where is Where.HERE


@cache
def _table() -> Mapping[tuple[str, str], Ruling]:
    return {
        (name, place): Ruling(Where(entry["ruling"]), entry["text"], tuple(entry["refs"]))
        for entry in load("territory")
        for name in entry["powers"]
        for place in entry["places"]
    }


def ruling(name: str, place: Place) -> Ruling:
    """Whether the power with this id reaches this place.

    :raises UsageError: no such power.
    """
    found = _table()[power(name).id, place.value]
    return Ruling(found.where, _(found.text), found.refs)


@dataclass(frozen=True, slots=True)
class System:
    """A system or medium. ``state`` is the State where it stands, ``None`` when nobody knows;
    ``lawfully_reached``: from the system that is searched, the data in it can lawfully be reached.
    """

    name: str
    state: str | None
    lawfully_reached: bool = False


def may_extend(first: System, second: System, *, state: str) -> Ruling:
    """Whether a search of ``first`` by the authorities of ``state`` may go on to ``second`` (28(2))."""
    if first.state != state:
        where = Where.UNKNOWN if first.state is None else Where.ELSEWHERE
        return Ruling(where, _("The first search is not shown to be in our territory."), ("28(1)", "5(2)"))
    if second.state is None:
        return ruling("extend", Place.UNKNOWN)
    if second.state != state:
        return ruling("extend", Place.LINKED_ABROAD)
    if not second.lawfully_reached:
        return Ruling(
            Where.NO,
            _("The second system is here, but its data cannot lawfully be reached from the first one."),
            ("28(2)",),
        )
    return ruling("extend", Place.LINKED_HERE)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds or controls data. ``serves`` are the States where a service provider offers its services; empty for
    somebody who is no provider.
    """

    name: str
    state: str
    serves: frozenset[str] = frozenset()


def may_produce(holder: Holder, data: Data, *, state: str) -> Ruling:
    """Whether the authorities of ``state`` may order this holder to produce this kind of data (27)."""
    if data is Data.SUBSCRIBER and state in holder.serves:
        return ruling("subscriber", Place.PROVIDER_HERE if holder.state == state else Place.PROVIDER_SERVES)
    if holder.state == state:
        return ruling("produce", Place.PROVIDER_HERE if holder.serves else Place.PREMISES)
    return ruling("produce", Place.PROVIDER_SERVES if state in holder.serves else Place.PROVIDER_ABROAD)
