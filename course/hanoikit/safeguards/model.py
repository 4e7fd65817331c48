"""A case file as data: numbered facts, the parts of the request, the questions of the case.

>>> fact = Fact("3", "A judge of XB signed the order.", (Statement("independent-decision", "yes"),))
>>> [one.aspect for one in fact.says]
['independent-decision']

What a fact *says* is a list of statements about aspects (``assets/safeguards/gates.json``), for example that a court
decides first. A fact may say nothing: case files hold things that do not matter, as real files do. ``otherwise`` is the
fact told the other way, for counterfactual twins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hanoikit.errors import UsageError
from hanoikit.i18n import _

KINDS = ("assistance", "preservation", "disclosure", "extradition", "measure")
"""What is under review: four kinds of request from another State, and a measure of our own."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a fact says about an aspect; ``part`` is the part it speaks of, empty for all of them."""

    aspect: str
    value: str
    part: str = ""

    def as_dict(self) -> dict[str, str]:
        made = {"aspect": self.aspect, "value": self.value}
        return {**made, "part": self.part} if self.part else made


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A fact told the other way: its text, and what it then says."""

    text: str
    says: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One numbered fact of the file. ``id`` is its number as text."""

    id: str
    text: str
    says: tuple[Statement, ...] = ()
    otherwise: Otherwise | None = None

    @property
    def aspects(self) -> frozenset[str]:
        return frozenset(one.aspect for one in self.says)

    def flipped(self) -> Fact:
        """The fact told the other way; flipping twice gives the fact again."""
        other = self.otherwise or Otherwise(_("Not so: {text}").format(text=self.text))
        return Fact(self.id, other.text, other.says, Otherwise(self.text, self.says))


@dataclass(frozen=True, slots=True)
class Need:
    """A question that the case has to answer. ``weight``: 1 helpful, 2 important, 3 essential."""

    id: str
    text: str
    weight: int = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what is asked: its class of data, whom and how long it reaches, which needs it answers."""

    id: str
    text: str
    data: str
    answers: frozenset[str] = frozenset()
    people: str = "one"
    period: str = "weeks"


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A whole file. ``requested`` is the State that decides; for a measure of its own it is ``requesting`` too."""

    id: str
    title: str
    kind: str
    requesting: str
    requested: str
    date: str
    story: str
    needs: tuple[Need, ...]
    parts: tuple[Part, ...]
    facts: tuple[Fact, ...]
    lesson: str = ""
    seed: int | None = None
    notes: Mapping[str, str] = field(default_factory=dict, hash=False)

    def fact(self, number: str | int) -> Fact:
        """The fact with this number; ``UsageError`` when the file has none."""
        for found in self.facts:
            if found.id == str(number):
                return found
        raise UsageError(
            _("The file has no fact {number}.").format(number=number),
            next_step=_("Its facts are {numbers}.").format(numbers=", ".join(one.id for one in self.facts)),
        )

    def part(self, letter: str) -> Part:
        """The part with this letter; ``UsageError`` when the request has none."""
        for found in self.parts:
            if found.id == letter:
                return found
        raise UsageError(
            _("The request has no part {letter}.").format(letter=letter),
            next_step=_("Its parts are {letters}.").format(letters=", ".join(one.id for one in self.parts)),
        )

    def but(self, *facts: Fact) -> CaseFile:
        """The same file with these facts in the place of those with the same number, or added at the end."""
        new = {one.id: one for one in facts}
        kept = tuple(new.pop(one.id, one) for one in self.facts)
        return replace(self, facts=(*kept, *new.values()))

    def as_dict(self) -> dict[str, Any]:
        """The file in the form of ``assets/safeguards/case-file.schema.json``, without variants."""
        return {
            "id": self.id,
            "title": self.title,
            "kind": self.kind,
            "requesting": self.requesting,
            "requested": self.requested,
            "date": self.date,
            "story": self.story,
            "needs": [{"id": one.id, "text": one.text, "weight": one.weight} for one in self.needs],
            "parts": [
                {
                    "id": one.id,
                    "text": one.text,
                    "data": one.data,
                    "answers": sorted(one.answers),
                    "people": one.people,
                    "period": one.period,
                }
                for one in self.parts
            ],
            "facts": [_fact_dict(one) for one in self.facts],
            "lesson": self.lesson,
            "notes": dict(self.notes),
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any], *, seed: int | None = None) -> CaseFile:
        """The file that ``as_dict`` made. Raises KeyError, TypeError or ValueError for another form."""
        return cls(
            id=given["id"],
            title=given["title"],
            kind=given["kind"],
            requesting=given["requesting"],
            requested=given["requested"],
            date=given["date"],
            story=given["story"],
            needs=tuple(Need(**one) for one in given["needs"]),
            parts=tuple(
                Part(**{**one, "answers": frozenset(one.get("answers", ()))}) for one in given["parts"]
            ),
            facts=tuple(_fact(one) for one in given["facts"]),
            lesson=given.get("lesson", ""),
            seed=seed,
            notes=dict(given.get("notes", {})),
        )


def _says(entries: Any) -> tuple[Statement, ...]:
    return tuple(Statement(**one) for one in entries)


def _fact(entry: Mapping[str, Any]) -> Fact:
    other = entry.get("otherwise")
    return Fact(
        str(entry["id"]),
        entry["text"],
        _says(entry.get("says", ())),
        Otherwise(other["text"], _says(other.get("says", ()))) if other else None,
    )


def _fact_dict(fact: Fact) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": fact.id,
        "text": fact.text,
        "says": [one.as_dict() for one in fact.says],
    }
    if fact.otherwise:
        made["otherwise"] = {
            "text": fact.otherwise.text,
            "says": [one.as_dict() for one in fact.otherwise.says],
        }
    return made
