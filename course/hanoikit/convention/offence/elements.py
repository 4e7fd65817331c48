"""The offences of articles 7 to 17 as elements, with what each State may add, leave out or extend.

>>> fraud = offence_elements(13)
>>> [element.id for element in fraud.elements]
['act', 'result', 'aim', 'purpose', 'right']
>>> choice("7-measure").ref, choice("7-measure").effect
('7(2)', 'asks')

The data are ``assets/convention/elements.json``. An offence is met when every element is met. A choice that narrows
(``asks``, ``leaves-out``, ``reserves``) is one more element; a choice that widens (``extends``) is a second way to
meet one element. So a narrowing choice can never make more conduct criminal, and a widening one never less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from hanoikit.convention.library import load, offences
from hanoikit.convention.offence.logic import Formula, facts_in
from hanoikit.errors import UsageError
from hanoikit.i18n import _

Kind = Literal["act", "object", "result", "intent", "right", "limit", "asked"]
Effect = Literal["asks", "leaves-out", "reserves", "extends"]
KINDS: tuple[Kind, ...] = ("act", "object", "result", "intent", "right", "limit", "asked")


@dataclass(frozen=True, slots=True)
class Way:
    """One of several ways to meet an element, such as a letter of article 13."""

    ref: str
    text: str
    test: Formula


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that must be shown. ``ways`` are its alternatives; most elements have one."""

    id: str
    kind: Kind
    ref: str
    text: str
    ways: tuple[Way, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that decide about it."""
        return tuple(dict.fromkeys(key for way in self.ways for key in facts_in(way.test)))


@dataclass(frozen=True, slots=True)
class Choice:
    """What the Convention leaves to each State within one offence. ``element`` is what an extension widens."""

    id: str
    article: int
    effect: Effect
    ref: str
    text: str
    test: Formula
    element: str = ""

    @property
    def widens(self) -> bool:
        return self.effect == "extends"

    def as_element(self) -> Element:
        """The narrowing choice as the element that it adds."""
        kind: Kind = "asked" if self.effect == "asks" else "limit"
        return Element(self.id, kind, self.ref, self.text, (Way(self.ref, self.text, self.test),))


@dataclass(frozen=True, slots=True)
class OffenceElements:
    """One offence by its elements, and the choices that a State has."""

    article: int
    name: str
    elements: tuple[Element, ...]
    choices: tuple[Choice, ...]
    attempt_refs: tuple[str, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact that bears on it, the choices included, in reading order."""
        own = [key for element in self.elements for key in element.facts]
        return tuple(dict.fromkeys(own + [key for one in self.choices for key in facts_in(one.test)]))

    def under(self, choices: Iterable[Choice]) -> tuple[Element, ...]:
        """The elements once these choices are made: wider where one extends, one more where one narrows."""
        return _under(self.article, tuple(one.id for one in choices))


@cache
def _under(article: int, names: tuple[str, ...]) -> tuple[Element, ...]:
    made = [choice(name) for name in names]
    widened = []
    for element in offence_elements(article).elements:
        extra = tuple(Way(c.ref, c.text, c.test) for c in made if c.widens and c.element == element.id)
        widened.append(replace(element, ways=element.ways + extra))
    return (*widened, *(c.as_element() for c in made if not c.widens))


def read_element(entry: Mapping[str, Any]) -> Element:
    """An element from its data; elements of a State's own offences rest on no provision."""
    ref = entry.get("ref", "")
    ways = entry.get("any") or [{"ref": ref, "text": entry["text"], "test": entry["test"]}]
    return Element(
        id=entry["id"],
        kind=entry["kind"],
        ref=ref,
        text=entry["text"],
        ways=tuple(Way(way.get("ref", ref), way["text"], way["test"]) for way in ways),
    )


@cache
def all_elements() -> tuple[OffenceElements, ...]:
    """The eleven offences of articles 7 to 17, in order."""
    names = {offence.article: offence.name for offence in offences()}
    return tuple(
        OffenceElements(
            article=entry["article"],
            name=names[entry["article"]],
            elements=tuple(read_element(one) for one in entry["elements"]),
            choices=tuple(Choice(article=entry["article"], **one) for one in entry["choices"]),
            attempt_refs=tuple(entry.get("attempt", ("19(2)",))),
        )
        for entry in load("elements")["offences"]
    )


def offence_elements(article: int) -> OffenceElements:
    """The offence of one article; ``UsageError`` outside 7 to 17."""
    for found in all_elements():
        if found.article == article:
            return found
    raise UsageError(
        _("Article {number} sets up no offence.").format(number=article),
        next_step=_("The offences are in articles 7 to 17."),
    )


def choice(name: str) -> Choice:
    """The choice with this id; ``UsageError`` when there is none."""
    for offence in all_elements():
        for one in offence.choices:
            if one.id == name:
                return one
    raise UsageError(
        _("There is no choice “{name}”.").format(name=name),
        next_step=_("The choices are listed in assets/convention/elements.json."),
    )
