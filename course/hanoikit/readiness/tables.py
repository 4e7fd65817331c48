"""The room's tables, read once: questions, measures, offers of help, and the answers of a State.

>>> questions()["contact"].provisions
('41(1)',)

``assets/readiness/`` holds them as data; ``schema.json`` there says what each file may hold, and the tests hold the
files to it. Texts are translated when they are shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from hanoikit import resources

Effect = Literal["+", "0", "-"]
SIDES = ("security", "rights", "sovereignty")
FULL = 3
"""The highest level of an answer: works, and was tested."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the self-assessment. ``force`` is ``must`` for a duty and ``may`` for what is left to a State."""

    id: str
    area: str
    force: str
    text: str
    provisions: tuple[str, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class Side:
    """What a measure does for security, rights or sovereignty: helps (+), neither (0), or costs something (-)."""

    effect: Effect
    text: str


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that closes gaps. Costs are in thousand XTS and assumed; ``needs`` come first, ``guards`` protect."""

    id: str
    title: str
    raises: Mapping[str, int]
    needs: tuple[str, ...]
    guards: tuple[str, ...]
    once: int
    yearly: int
    weeks: int
    provisions: tuple[str, ...]
    balance: Mapping[str, Side]

    @property
    def first_year(self) -> int:
        """What it costs once and in its first year, in thousand XTS (assumed)."""
        return self.once + self.yearly


@dataclass(frozen=True, slots=True)
class Offer:
    """Help that is offered: it carries ``share`` per cent of up to ``places`` measures. ``against``: the provisions
    with which its terms collide, and ``why`` they do."""

    id: str
    giver: str
    kind: str
    title: str
    measures: tuple[str, ...]
    share: int
    places: int
    provisions: tuple[str, ...]
    terms: str
    against: tuple[str, ...]
    why: str


@cache
def read(name: str) -> dict[str, Any]:
    """A file of ``assets/readiness`` as it stands there."""
    path = resources.assets() / "readiness" / f"{name}.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


@cache
def areas() -> dict[str, str]:
    """Area -> its name, in the order of the questionnaire."""
    return {one["id"]: one["name"] for one in read("questionnaire")["areas"]}


@cache
def levels() -> tuple[str, ...]:
    """The names of the levels 0 to 3."""
    return tuple(one["name"] for one in sorted(read("questionnaire")["levels"], key=lambda one: one["value"]))


@cache
def questions() -> dict[str, Question]:
    """Every question by its name, in order."""
    weights = read("questionnaire")["weights"]
    return {
        one["id"]: Question(
            one["id"],
            one["area"],
            one["force"],
            one["question"],
            tuple(one["provisions"]),
            weights[one["force"]],
        )
        for one in read("questionnaire")["items"]
    }


@cache
def measures() -> dict[str, Measure]:
    """Every measure by its name."""
    return {
        one["id"]: Measure(
            id=one["id"],
            title=one["title"],
            raises=dict(one["raises"]),
            needs=tuple(one["needs"]),
            guards=tuple(one["guards"]),
            once=one["once"],
            yearly=one["yearly"],
            weeks=one["weeks"],
            provisions=tuple(one["provisions"]),
            balance={side: Side(**one["balance"][side]) for side in SIDES},
        )
        for one in read("measures")["measures"]
    }


@cache
def offers() -> dict[str, Offer]:
    """Every offer of help by its name."""
    return {
        one["id"]: Offer(
            **{
                **one,
                **{name: tuple(one[name]) for name in ("measures", "provisions", "against")},
            }
        )
        for one in read("assistance")["offers"]
    }
