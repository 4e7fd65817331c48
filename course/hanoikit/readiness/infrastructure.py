"""A register of critical information infrastructure, and whether an act on it weighs heavier (article 21(2)).

>>> register()["clock"].reasons
('carries',)
>>> weighs("pump").heavier
True

The Convention names critical information infrastructure and does not define it; the rule here is that of an invented
State. A system stands on the register when its loss endangers life within a day, when it stops something for many
people and nothing takes over within a day, or when a system on the register stops without it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.readiness.tables import read


@dataclass(frozen=True, slots=True)
class System:
    """A system: who depends on it, after how many hours life is in danger (None: never), after how many something
    takes over (None: nothing does), and what it needs itself."""

    id: str
    name: str
    serves: str
    people: int
    life_within_hours: int | None
    alternative_hours: int | None
    needs: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A system with the reasons for which it stands on the register: ``life``, ``basic``, ``carries``; or none."""

    system: System
    reasons: tuple[str, ...]

    @property
    def listed(self) -> bool:
        return bool(self.reasons)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody did to a system, under an article of the Convention."""

    id: str
    title: str
    article: int
    system: str
    effect: bool
    after_law: bool


@dataclass(frozen=True, slots=True)
class Weight:
    """Whether the act weighs heavier; where not, ``lacks`` says which of the conditions fail."""

    act: Act
    lacks: tuple[str, ...]

    @property
    def heavier(self) -> bool:
        return not self.lacks


def reason_texts() -> dict[str, str]:
    """The reasons of the register, and what an act can lack, in words."""
    return {
        "life": _("its loss endangers life or health within a day"),
        "basic": _("many people lose something basic, and nothing takes over within a day"),
        "carries": _("a system on the register stops without it"),
        "listed": _("the system does not stand on the register"),
        "effect": _("the system went on working"),
        "law": _("the heavier sentence was not law yet when it happened"),
    }


@cache
def systems() -> dict[str, System]:
    """Every system of the exercise by its name."""
    return {
        one["id"]: System(**{**one, "needs": tuple(one["needs"])})
        for one in read("infrastructure")["systems"]
    }


@cache
def acts() -> dict[str, Act]:
    """Every act of the exercise by its name."""
    return {one["id"]: Act(**one) for one in read("infrastructure")["acts"]}


def own_reasons(one: System, *, hours: int, people: int) -> tuple[str, ...]:
    """The reasons that a system has of its own, without looking at what depends on it."""
    bridged = one.alternative_hours is not None and one.alternative_hours <= hours
    found = []
    danger, relief = one.life_within_hours, one.alternative_hours
    # What takes over in time protects life as well.
    if danger is not None and danger <= hours and (relief is None or relief > danger):
        found.append("life")
    if one.people >= people and not bridged:
        found.append("basic")
    return tuple(found)


def register(*, hours: int | None = None, people: int | None = None) -> dict[str, Entry]:
    """Every system with its reasons; ``hours`` and ``people`` are the limits of the rule (the draft's, unless said).

    What a listed system needs is listed too, and what that needs, to the end of the chain.
    """
    rule = read("infrastructure")["rule"]
    limits = {
        "hours": rule["hours"] if hours is None else hours,
        "people": rule["people"] if people is None else people,
    }
    if min(limits.values()) < 0:
        raise UsageError(_("Hours and people cannot be below zero."))
    reasons = {name: own_reasons(one, **limits) for name, one in systems().items()}
    todo = [name for name, found in reasons.items() if found]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for need in systems()[name].needs:
            if "carries" not in reasons[need]:
                reasons[need] = (*reasons[need], "carries")
            todo.append(need)
    return {name: Entry(one, reasons[name]) for name, one in systems().items()}


def compare(chosen: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a trainee's register leaves out, and what it holds too much."""
    strange = sorted(set(chosen) - set(systems()))
    if strange:
        raise UsageError(_("There is no system {name}.").format(name=ascii(strange[0])[:40]))
    listed = {name for name, one in register().items() if one.listed}
    return (
        tuple(name for name in systems() if name in listed and name not in chosen),
        tuple(name for name in systems() if name not in listed and name in chosen),
    )


def weighs(act: str) -> Weight:
    """Whether an act weighs heavier under the draft law: the system is listed, the act had an effect on how it works,
    and the law was in force. Raises ``UsageError`` for an unknown act."""
    if act not in acts():
        raise UsageError(_("There is no act {name}.").format(name=ascii(act)[:40]))
    one = acts()[act]
    lacks = []
    if not register()[one.system].listed:
        lacks.append("listed")
    if not one.effect:
        lacks.append("effect")
    if not one.after_law:
        lacks.append("law")
    return Weight(one, tuple(lacks))
