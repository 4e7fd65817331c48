"""The room's tables, read once: gates, aspects, rules, conditions and scales.

>>> [gate.id for gate in gates()]
['legality', 'aim', 'necessity', 'proportionality', 'safeguards', 'abuse']

``assets/safeguards/`` holds them as data; nothing here knows a rule. Texts are translated when they are shown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from hanoikit import resources
from hanoikit.errors import DataInvalid, UsageError
from hanoikit.i18n import _

OUTCOME = "outcome"
"""The place of aspects that bear on the outcome and on no gate."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate of the test, in its order."""

    id: str
    name: str
    question: str
    why: str
    provisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aspect:
    """Something that a fact can speak of. ``values`` run from the worst for granting to the best."""

    id: str
    gate: str
    question: str
    values: tuple[str, ...] = ()
    of_part: bool = False
    names_need: bool = False
    safeguard: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows when an aspect has a value. See the note in ``rules.json``."""

    id: str
    gate: str
    effect: str
    says: str
    provisions: tuple[str, ...]
    aspect: str = ""
    value: str = ""
    grounds: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    features: frozenset[str] = frozenset()
    condition: str = ""
    ask: str = ""
    emergency: str = ""
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """What cures a weak point, with the provision that it rests on."""

    id: str
    text: str
    provisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataClass:
    """A class of data by how deep it goes into a life; ``points`` are the course's own."""

    id: str
    name: str
    points: int
    live: bool
    provisions: tuple[str, ...]
    why: str


@cache
def load(name: str) -> Any:
    """The content of ``assets/safeguards/<name>.json``; ``DataInvalid`` when it is missing or no JSON."""
    path = resources.assets() / "safeguards" / f"{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataInvalid(
            _("The data about safeguards cannot be read."),
            where=str(path),
            next_step=_("Install the kit again; the file is part of it."),
        ) from error


@cache
def gates() -> tuple[Gate, ...]:
    """The six gates in their order."""
    return tuple(
        Gate(**{**entry, "provisions": tuple(entry["provisions"])}) for entry in load("gates")["gates"]
    )


def gate(name: str) -> Gate:
    """The gate with this id; ``UsageError`` when there is none."""
    for found in gates():
        if found.id == name:
            return found
    raise UsageError(
        _("There is no gate {name}.").format(name=name),
        next_step=_("The gates are {names}.").format(names=", ".join(one.id for one in gates())),
    )


def decisions() -> dict[str, str]:
    """What can be decided at a gate: id to words."""
    return {name: _(text) for name, text in load("gates")["decisions"].items()}


def outcomes() -> dict[str, str]:
    """How a request can be answered: id to words, from the most to the least help."""
    return {name: _(text) for name, text in load("gates")["outcomes"].items()}


@cache
def aspects() -> dict[str, Aspect]:
    """Everything that a fact can speak of, by its id."""
    return {
        entry["id"]: Aspect(
            id=entry["id"],
            gate=entry["gate"],
            question=entry["question"],
            values=tuple(entry.get("values", ())),
            of_part=entry.get("of") == "part",
            names_need=entry.get("names") == "need",
            safeguard=entry.get("safeguard", False),
        )
        for entry in load("gates")["aspects"]
    }


def _rule(entry: dict[str, Any], gate_id: str) -> Rule:
    given = {**entry, "gate": gate_id}
    given |= {key: tuple(entry[key]) for key in ("provisions", "grounds") if key in entry}
    given |= {key: frozenset(entry[key]) for key in ("kinds", "classes", "features") if key in entry}
    return Rule(**given)


@cache
def rules() -> tuple[Rule, ...]:
    """The rules on aspects, in the order of the gates."""
    return tuple(_rule(entry, aspects()[entry["aspect"]].gate) for entry in load("rules")["rules"])


@cache
def part_rules() -> dict[str, Rule]:
    """The two rules on single parts: not needed, too deep."""
    return {entry["id"]: _rule(entry, entry["gate"]) for entry in load("rules")["parts"]}


@dataclass(frozen=True, slots=True)
class SignRule:
    """How many signs together are substantial grounds, and what one alone is."""

    needed: int
    together: Rule
    alone: Rule


@cache
def sign_rule() -> SignRule:
    """The rule on signs of persecution."""
    entry = load("rules")["signs"]
    one = entry["one"]
    return SignRule(
        needed=entry["needed"],
        together=Rule(
            id=entry["id"],
            gate=entry["gate"],
            effect="fail",
            says=entry["says"],
            provisions=tuple(entry["provisions"]),
            grounds=tuple(entry["grounds"]),
        ),
        alone=Rule(
            id=one["id"],
            gate=entry["gate"],
            effect="ask",
            says=one["says"],
            provisions=tuple(one["provisions"]),
        ),
    )


@cache
def conditions() -> dict[str, Condition]:
    """The conditions that cure a weak point, by their id."""
    return {
        entry["id"]: Condition(**{**entry, "provisions": tuple(entry["provisions"])})
        for entry in load("conditions")
    }


@cache
def data_classes() -> dict[str, DataClass]:
    """The classes of data from the least to the most intrusive, by their id."""
    return {
        entry["id"]: DataClass(**{**entry, "provisions": tuple(entry["provisions"])})
        for entry in load("scales")["classes"]
    }


def points(scale: str, value: str) -> int:
    """How much a value of ``people``, ``period``, ``third-parties``, ``privileged`` or ``sources`` adds."""
    return int(load("scales")[scale][value])


def allowance(stakes: str, weight: int) -> int:
    """The most points that a part may have, for these stakes and the weight (1 to 3) of what it answers."""
    return int(load("scales")["allowance"][stakes][weight - 1])


def weight_word(weight: int) -> str:
    """Helpful, important or essential."""
    return _(str(load("scales")["weights"][str(weight)]))
