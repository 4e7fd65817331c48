"""The rules, applied: each that fires gives a reason with its provisions, at its gate.

>>> [(one.rule, one.effect) for one in reasons(Reading(case_file("night-shift"))) if one.gate == "proportionality"]
[('part-too-deep', 'narrow')]

A rule that would refuse needs a ground that is open for this kind of request; without one it becomes a note that says
so. A rule that can be cured becomes a condition; where the other State takes no condition, it refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hanoikit.safeguards.grounds import ground_for
from hanoikit.safeguards.model import Part
from hanoikit.safeguards.narrowing import IF_UNKNOWN, Narrowing, narrow
from hanoikit.safeguards.reading import UNKNOWN, Reading
from hanoikit.safeguards.tables import Rule, allowance, part_rules, rules, sign_rule

ESSENTIAL = 3
"""The weight of a need that carries the deepest intrusion."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that fired. ``facts`` gave it its value; ``parts`` are those it speaks of.

    ``effect``: fail, condition, ask, narrow, postpone, or note (stands in nobody's way).
    """

    rule: str
    gate: str
    effect: str
    says: str
    provisions: tuple[str, ...]
    ground: str = ""
    condition: str = ""
    ask: str = ""
    facts: frozenset[str] = frozenset()
    parts: tuple[str, ...] = ()


def reasons(reading: Reading, narrowing: Narrowing | None = None) -> tuple[Reason, ...]:
    """Every rule that fires, in the order of the gates and of the rules."""
    narrowing = narrowing or narrow(reading)
    kept = [reading.file.part(letter) for letter in narrowing.keep]
    # Where no part stays, the rules look at what was asked for: a refusal names every weak gate.
    spoken_of = kept or list(reading.file.parts)
    return (
        *(made for rule in rules() if rule.effect != "sign" for made in _fire(rule, reading, spoken_of)),
        *_signs(reading),
        *_parts(reading, narrowing),
    )


def _concerns(rule: Rule, reading: Reading, kept: list[Part]) -> bool:
    """Whether the rule speaks of this kind of request, and of something that would really be given."""
    if rule.kinds and reading.file.kind not in rule.kinds:
        return False
    if rule.classes and not any(part.data in rule.classes for part in kept):
        return False
    return not rule.features or any(
        reading.value(feature, part.id) == "yes" for feature in rule.features for part in kept
    )


def _fire(rule: Rule, reading: Reading, kept: list[Part]) -> Iterator[Reason]:
    if not _concerns(rule, reading, kept):
        return
    parts: tuple[str, ...] = ()
    if rule.effect == "postpone":
        parts = tuple(part.id for part in kept if reading.value(rule.aspect, part.id) == rule.value)
        if not parts:
            return
    elif reading.value(rule.aspect) != rule.value:
        return
    facts = reading.facts(rule.aspect, rule.value) if rule.value != UNKNOWN else frozenset[str]()
    effect = rule.emergency if rule.emergency and reading.emergency else rule.effect
    if effect == "condition" and reading.value("accepts-conditions") == "no":
        effect = "fail"
        facts |= reading.facts("accepts-conditions", "no")
    ground = ground_for(rule.grounds, reading.file.kind)
    if effect in ("fail", "postpone") and not ground and reading.file.kind != "measure":
        effect = "note"
    if effect == "postpone" and reading.file.kind == "measure":
        effect = "note"
    yield Reason(
        rule=rule.id,
        gate=rule.gate,
        effect=effect,
        says=(rule.otherwise or rule.says) if effect == "note" else rule.says,
        provisions=rule.provisions,
        ground=ground if effect in ("fail", "postpone") else "",
        condition=rule.condition if effect == "condition" else "",
        ask=rule.ask if effect == "ask" else "",
        facts=facts,
        parts=parts,
    )


def _signs(reading: Reading) -> Iterator[Reason]:
    """Signs of persecution: one alone is asked about, several together are substantial grounds (40(22))."""
    seen = [rule for rule in rules() if rule.effect == "sign" and reading.value(rule.aspect) == rule.value]
    if not seen:
        return
    counted = sign_rule()
    whole = len(seen) >= counted.needed
    verdict = counted.together if whole else counted.alone
    yield Reason(
        rule=verdict.id,
        gate=verdict.gate,
        effect="fail" if whole else "ask",
        says=verdict.says,
        provisions=verdict.provisions,
        ground=ground_for(verdict.grounds, reading.file.kind) if whole else "",
        ask="" if whole else seen[0].ask,
        facts=frozenset().union(*(reading.facts(rule.aspect, rule.value) for rule in seen)),
    )


def _parts(reading: Reading, narrowing: Narrowing) -> Iterator[Reason]:
    """What narrowing takes away. Where nothing is left, the gate that took the last part fails."""
    nothing_left = not narrowing.keep
    most = allowance(IF_UNKNOWN if reading.stakes == UNKNOWN else reading.stakes, ESSENTIAL)
    # A part that nobody needs may be too deep besides: then both gates say so, and the answer stays the same.
    too_deep = tuple(
        name
        for name in narrowing.remove
        if name in narrowing.too_deep or narrowing.intrusions[name].points > most
    )
    for name, parts in (("part-not-needed", narrowing.not_needed), ("part-too-deep", too_deep)):
        if not parts:
            continue
        rule = part_rules()[name]
        last = nothing_left and (name == "part-too-deep" or not narrowing.too_deep)
        yield Reason(
            rule=rule.id,
            gate=rule.gate,
            effect="fail" if last else "narrow",
            says=rule.says,
            provisions=rule.provisions,
            ground=ground_for(rule.grounds, reading.file.kind) if last else "",
            facts=_facts_of(rule.gate, reading, parts),
            parts=parts,
        )


def _facts_of(gate: str, reading: Reading, parts: tuple[str, ...]) -> frozenset[str]:
    """The facts on this gate that speak of one of these parts by its letter."""
    return frozenset(
        fact.id
        for fact in reading.file.facts
        for one in fact.says
        if one.part in parts and fact.id in reading.bearing_on(gate)
    )
