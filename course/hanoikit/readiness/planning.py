"""Gaps become a plan: measures in an order that can be carried out, with their assumed cost and their balance.

>>> made = plan(profile(elvaria().answers), budget=200)
>>> made.steps[0].measure.id
'name-desk'

Order: first what others wait for, then what closes most for its cost. A measure counts only for what earlier ones
left open. Equal measures stand in the order of their names, so the same answers always give the same plan. Costs are in
thousand XTS and assumed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from hanoikit.errors import Finding, UsageError
from hanoikit.i18n import _
from hanoikit.readiness.assessment import Profile
from hanoikit.readiness.tables import SIDES, Measure, measures, questions


@dataclass(frozen=True, slots=True)
class PlanStep:
    """A measure in its place: the points it closes there, and the money carried by others (thousand XTS)."""

    number: int
    measure: Measure
    closes: int
    carried: int
    funded: bool
    waits_for: tuple[str, ...]

    @property
    def cost(self) -> int:
        """What the State itself pays, once and in the first year."""
        return self.measure.first_year - self.carried


@dataclass(frozen=True)
class Plan:
    """The steps in order. Those that the budget does not reach stand there too, as waiting."""

    steps: tuple[PlanStep, ...]
    budget: int | None

    @cached_property
    def funded(self) -> tuple[PlanStep, ...]:
        return tuple(one for one in self.steps if one.funded)

    @property
    def cost(self) -> int:
        """What the funded steps cost the State, in thousand XTS (assumed)."""
        return sum(one.cost for one in self.funded)

    @property
    def closes(self) -> int:
        """The gap points that the funded steps close."""
        return sum(one.closes for one in self.funded)

    def balance(self) -> dict[str, tuple[int, int]]:
        """Side -> how many funded measures help it, and how many cost it something."""
        return {
            side: (
                sum(one.measure.balance[side].effect == "+" for one in self.funded),
                sum(one.measure.balance[side].effect == "-" for one in self.funded),
            )
            for side in SIDES
        }


def closed_by(measure: Measure, missing: Mapping[str, int]) -> dict[str, int]:
    """Question -> levels that the measure closes there, when this much is missing."""
    found = {}
    for name, level in measure.raises.items():
        closed = missing.get(name, 0) - (3 - level)
        if closed > 0:
            found[name] = closed
    return found


def _points(levels: Mapping[str, int]) -> int:
    return sum(questions()[name].weight * closed for name, closed in levels.items())


def _chosen(missing: Mapping[str, int], without: Collection[str]) -> dict[str, Measure]:
    """Measures that close something, with all that they need; nothing that was left out, nor what needs it."""
    known = measures()
    strange = sorted(set(without) - set(known))
    if strange:
        raise UsageError(_("There is no measure {name}.").format(name=ascii(strange[0])[:40]))
    chosen: dict[str, Measure] = {}

    def possible(one: Measure) -> bool:
        return one.id not in without and all(possible(known[name]) for name in one.needs)

    def add(one: Measure) -> None:
        if one.id not in chosen:
            chosen[one.id] = one
            for name in one.needs:
                # What is needed but was done long ago closes nothing and is not bought again.
                if closed_by(known[name], missing):
                    add(known[name])

    for one in known.values():
        if closed_by(one, missing) and possible(one):
            add(one)
    return chosen


def _reach(one: Measure, chosen: Mapping[str, Measure], missing: Mapping[str, int]) -> Fraction:
    """Points closed for each thousand XTS, by the measure itself or by the best that it opens the way for."""
    own = Fraction(_points(closed_by(one, missing)), max(1, one.first_year))
    later = [
        Fraction(
            _points(closed_by(one, missing)) + _points(closed_by(other, missing)),
            max(1, one.first_year + other.first_year),
        )
        for other in chosen.values()
        if one.id in other.needs
    ]
    return max([own, *later])


def plan(
    gaps: Profile,
    *,
    budget: int | None = None,
    without: Collection[str] = (),
    carried: Mapping[str, int] | None = None,
) -> Plan:
    """The ordered plan for these gaps.

    ``budget`` in thousand XTS (none: no limit); ``without``: measures that are left out, with all that need them;
    ``carried``: measure -> thousand XTS that somebody else pays. A step that does not fit the rest of the budget waits,
    and so does everything that needs it. Raises ``UsageError`` for an unknown measure or a negative budget.
    """
    if budget is not None and budget < 0:
        raise UsageError(_("A budget cannot be below zero."))
    missing = {one.id: one.missing for one in gaps.gaps if one.missing}
    chosen = _chosen(missing, without)
    left = dict(chosen)
    rest = budget
    waiting: set[str] = set()
    steps: list[PlanStep] = []
    while left:
        ready = [one for one in left.values() if not any(name in left for name in one.needs)]
        best = min(ready, key=lambda one: (-_reach(one, left, missing), one.first_year, one.id))
        del left[best.id]
        closing = closed_by(best, missing)
        if not closing and not any(best.id in other.needs for other in left.values()):
            continue
        help_ = min((carried or {}).get(best.id, 0), best.first_year)
        held = tuple(name for name in best.needs if name in waiting)
        funded = not held and (rest is None or best.first_year - help_ <= rest)
        if funded:
            rest = None if rest is None else rest - (best.first_year - help_)
            for name, closed in closing.items():
                missing[name] -= closed
        else:
            waiting.add(best.id)
        steps.append(PlanStep(len(steps) + 1, best, _points(closing), help_, funded, held))
    return Plan(tuple(steps), budget)


def check_order(order: Sequence[str], done: Iterable[str] = ()) -> list[Finding]:
    """What is wrong with an order of measures: each that stands before something that it needs, or before its guard.

    ``done`` are measures that exist already. Raises ``UsageError`` for an unknown measure.
    """
    known = measures()
    strange = [name for name in order if name not in known]
    if strange:
        raise UsageError(_("There is no measure {name}.").format(name=ascii(strange[0])[:40]))
    have = set(done)
    findings = []
    for name in order:
        one = known[name]
        for need in dict.fromkeys((*one.needs, *one.guards)):
            if need not in have:
                kind = "guard" if need in one.guards else "need"
                findings.append(
                    Finding(
                        kind,
                        _("“{one}” stands before “{need}”.").format(
                            one=_(one.title), need=_(known[need].title)
                        ),
                        name,
                    )
                )
        have.add(name)
    return findings


def unguarded(steps: Iterable[Measure], answers: Mapping[str, int]) -> list[Finding]:
    """Measures that cost rights while their guard is neither among the steps nor in place (level 2 or more)."""
    taken = {one.id: one for one in steps}
    found = []
    for one in taken.values():
        for guard in one.guards:
            in_place = all(answers.get(name, 0) >= 2 for name in measures()[guard].raises)
            if guard not in taken and not in_place:
                found.append(
                    Finding(
                        "guard",
                        _("“{one}” costs rights something, and “{guard}” is missing.").format(
                            one=_(one.title), guard=_(measures()[guard].title)
                        ),
                        one.id,
                    )
                )
    return found
