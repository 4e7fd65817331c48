"""The answer to a request: a decision for each measure, with its ground, its reason and what would change it.

>>> answer.decision, answer.final
('part', False)
>>> [(one.measure, one.decision, one.grounds) for one in answer.measures]
[('m1', 'grant', ()), ('m2', 'refuse', ('40(21)(c)',))]

A refusal or a postponement that the other State has not been consulted on is not final: ``consult`` says what to ask
first (40(28)). Every refusal has its ground and its reasons (40(25)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from hanoikit.i18n import _
from hanoikit.network.messages import DataSpecification

Decision = Literal["grant", "part", "conditions", "postpone", "ask", "refuse"]
DECISIONS: tuple[Decision, ...] = ("grant", "conditions", "part", "postpone", "ask", "refuse")
"""From the widest help to none."""
HELPS = frozenset({"grant", "conditions", "part"})
Effect = Literal["refuse", "cut", "postpone", "ask", "condition", "note"]


def decision_label(decision: Decision) -> str:
    """The decision in words for a trainee."""
    return {
        "grant": _("Granted"),
        "conditions": _("Granted under conditions"),
        "part": _("Granted in part"),
        "postpone": _("Postponed"),
        "ask": _("More information asked for"),
        "refuse": _("Refused"),
    }[decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What one rule says about one measure, or about the whole request (``measure`` empty).

    ``refuse``, ``cut`` and ``postpone`` name the ``ground``; a ``cut`` takes lines of data away (``lines`` count from
    1, empty for all) and leaves the rest. ``condition`` names the ``assurance`` that is wanted. ``change`` says what
    would make the answer better.
    """

    rule: str
    effect: Effect
    text: str
    ground: str = ""
    provisions: tuple[str, ...] = ()
    measure: str = ""
    lines: tuple[int, ...] = ()
    assurance: str = ""
    change: str = ""

    def to_json(self) -> dict[str, Any]:
        made = {name: getattr(self, name) for name in self.__dataclass_fields__}
        plain = {name: list(one) if isinstance(one, tuple) else one for name, one in made.items()}
        return {name: one for name, one in plain.items() if one not in ("", [])}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureAnswer:
    """The decision on one measure. ``kept`` are the lines of data that are granted, as far as they are granted."""

    measure: str
    what: str
    decision: Decision
    points: tuple[Point, ...]
    kept: tuple[DataSpecification, ...] = ()
    ordered_by: str = ""

    @property
    def helps(self) -> bool:
        """Whether something is given, in part or under conditions included."""
        return self.decision in HELPS

    @property
    def grounds(self) -> tuple[str, ...]:
        """The grounds on which something is not given, or not yet."""
        return _once(one.ground for one in self.points if one.ground)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The assurances that are still wanted."""
        return _once(one.assurance for one in self.points if one.effect == "condition" and one.assurance)

    @property
    def reasons(self) -> tuple[str, ...]:
        return _once(one.text for one in self.points)

    def to_json(self) -> dict[str, Any]:
        return {
            "conditions": list(self.conditions),
            "decision": self.decision,
            "grounds": list(self.grounds),
            "kept": len(self.kept),
            "measure": self.measure,
            "ordered_by": self.ordered_by,
            "points": [one.to_json() for one in self.points],
            "what": self.what,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The whole answer. ``consult`` is what the requested State asks or offers before a refusal is final (40(28)).

    ``not_grounds`` are things that somebody may take for a ground and that are none, each with its provision.
    ``prosecute``: the case goes to the requested State's own prosecutors (37(11)).
    """

    decision: Decision
    measures: tuple[MeasureAnswer, ...]
    consult: tuple[str, ...]
    final: bool
    not_grounds: tuple[Point, ...] = ()
    prosecute: bool = False
    kind: str = "assistance"

    @property
    def points(self) -> tuple[Point, ...]:
        """Everything that was found, each thing once, in the order of the rules."""
        return tuple(dict.fromkeys(point for one in self.measures for point in one.points))

    @property
    def grounds(self) -> tuple[str, ...]:
        return _once(ground for one in self.measures for ground in one.grounds)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons, in sentences (40(25), 37(18))."""
        return _once(point.text for point in self.points)

    @property
    def conditions(self) -> tuple[str, ...]:
        return _once(name for one in self.measures for name in one.conditions)

    @property
    def would_change(self) -> tuple[str, ...]:
        """What the requesting State can do to get a better answer."""
        return _once(point.change for point in self.points if point.change)

    def measure(self, name: str) -> MeasureAnswer | None:
        """The answer on the measure of this id."""
        return next((one for one in self.measures if one.measure == name), None)

    def to_json(self) -> dict[str, Any]:
        return {
            "conditions": list(self.conditions),
            "consult": list(self.consult),
            "decision": self.decision,
            "final": self.final,
            "grounds": list(self.grounds),
            "kind": self.kind,
            "measures": [one.to_json() for one in self.measures],
            "not_grounds": [one.to_json() for one in self.not_grounds],
            "prosecute": self.prosecute,
            "would_change": list(self.would_change),
        }


def together(decisions: list[Decision]) -> Decision:
    """The decision on the whole from those on its measures."""
    found = set(decisions)
    if not found:
        return "ask"
    if len(found) == 1:
        return decisions[0]
    if found <= {"grant", "conditions"}:
        return "conditions"
    if found & HELPS:
        return "part"
    return "ask" if "ask" in found else "postpone"


def decide(points: tuple[Point, ...], lines: int) -> Decision:
    """The decision on one measure from what the rules said about it; ``lines`` is how many lines of data it has."""
    effects = {one.effect for one in points}
    if "refuse" in effects:
        return "refuse"
    cut = {number for one in points if one.effect == "cut" for number in (one.lines or range(1, lines + 1))}
    if lines and len(cut) == lines:
        return "refuse"
    if "ask" in effects:
        return "ask"
    if "postpone" in effects:
        return "postpone"
    if "cut" in effects or any(one.effect == "note" and one.rule == "narrowing" for one in points):
        return "part"
    return "conditions" if "condition" in effects else "grant"


def _once(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
