"""Conduct as data: what somebody did, as facts of a closed list, each shown, excluded, only tried, or open.

>>> lure = Conduct({"person-deceived": "yes", "property-lost": "tried", "on-purpose": "yes"})
>>> lure.value("property-lost"), lure.value("aim-gain")
('tried', None)
>>> facts()["property-lost"].bears_on
('13',)

The list of facts lies in ``assets/convention/elements.json``. A fact that is not given is open: nobody has shown
it and nobody has excluded it. Acts and results can also be ``"tried"`` (begun, but not completed) or ``"prepared"``
(made ready, but not begun); articles 19(2) and 19(3) are about these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Literal

from hanoikit.convention.library import load
from hanoikit.convention.offence.logic import Truth, facts_in
from hanoikit.errors import UsageError
from hanoikit.i18n import _

Value = Literal["yes", "no", "tried", "prepared"]
Role = Literal["principal", "helper"]
Stage = Literal["completed", "attempt", "preparation"]

STAGES: tuple[Stage, ...] = ("completed", "attempt", "preparation")
GROUPS = ("systems", "tools", "fraud", "images", "children", "money", "always")
_REACHES: Mapping[Stage, frozenset[str]] = {
    "completed": frozenset({"yes"}),
    "attempt": frozenset({"yes", "tried"}),
    "preparation": frozenset({"yes", "tried", "prepared"}),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement that a case can show or exclude. ``bears_on`` are the provisions whose elements it decides.

    ``is_act``: somebody did it, or it came about; ``can_be_tried``: it can also stop half-way.
    """

    key: str
    group: str
    text: str
    is_act: bool
    can_be_tried: bool
    bears_on: tuple[str, ...]


@cache
def facts() -> Mapping[str, Fact]:
    """The closed list, by key, in the order of its file."""
    data = load("elements")
    bears: dict[str, list[str]] = {entry["key"]: list(entry.get("also", ())) for entry in data["facts"]}
    for offence in data["offences"]:
        for part in (*offence["elements"], *offence["choices"]):
            for piece in part.get("any", (part,)):
                for key in facts_in(piece["test"]):
                    bears[key].append(piece["ref"])
    return MappingProxyType(
        {
            entry["key"]: Fact(
                key=entry["key"],
                group=entry["group"],
                text=entry["text"],
                is_act=entry.get("act", entry.get("tried", False)),
                can_be_tried=entry.get("tried", False),
                bears_on=tuple(dict.fromkeys(bears[entry["key"]])),
            )
            for entry in data["facts"]
        }
    )


@dataclass(frozen=True, slots=True)
class Conduct:
    """What was done. ``facts`` maps keys to values; what it does not name is open.

    ``role`` says whom the question is about: the one who did it, or somebody who helped or instigated (19(1)).
    Raises ``UsageError`` for a fact that is not in the list, and for a value that the fact cannot have.
    """

    facts: Mapping[str, Value] = field(default_factory=dict)
    role: Role = "principal"
    title: str = ""

    def __post_init__(self) -> None:
        known = facts()
        for key, value in self.facts.items():
            if key not in known:
                raise UsageError(
                    _("There is no fact “{key}”.").format(key=key),
                    next_step=_("The facts are listed in assets/convention/elements.json."),
                )
            allowed = ("yes", "no", "tried", "prepared") if known[key].can_be_tried else ("yes", "no")
            if value not in allowed:
                raise UsageError(
                    _("The fact “{key}” cannot be “{value}”.").format(key=key, value=value),
                    next_step=_("It can be: {values}.").format(values=", ".join(allowed)),
                )
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))

    def value(self, key: str) -> Value | None:
        """The fact's value; ``None`` while it is open."""
        return self.facts.get(key)

    def truth(self, key: str, stage: Stage) -> Truth:
        """Whether the fact counts at this stage: at the stage of an attempt, what was tried counts."""
        value = self.facts.get(key)
        return None if value is None else value in _REACHES[stage]

    def with_facts(self, changes: Mapping[str, Value | None]) -> Conduct:
        """The same conduct with some facts changed; ``None`` makes a fact open again."""
        merged = {**self.facts, **changes}
        return replace(self, facts={key: value for key, value in merged.items() if value is not None})

    def and_nothing_else(self) -> Conduct:
        """The same conduct, where every act that is not named is excluded: nobody did anything else."""
        excluded: dict[str, Value] = {key: "no" for key, fact in facts().items() if fact.is_act}
        return replace(self, facts={**excluded, **self.facts})
