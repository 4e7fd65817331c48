"""The review: a verdict at every gate, and the answer to the request.

>>> found = review(case_file("night-shift"))
>>> found.outcome, [part.id for part in found.removed]
('part', ['c', 'd'])
>>> found.gate("legality").verdict, found.gate("legality").carry
('met', ('1', '2'))

The gates stand in order: a gate that fails ends the review, and a gate that is met does not skip the next one. All six
are shown nevertheless. Before a refusal the review looks for a smaller or a conditional yes (40(28)), and says what it
found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from hanoikit.i18n import _
from hanoikit.safeguards.model import CaseFile, Part
from hanoikit.safeguards.narrowing import Narrowing, narrow
from hanoikit.safeguards.reading import Reading
from hanoikit.safeguards.ruling import Reason, reasons
from hanoikit.safeguards.tables import Condition, Gate, conditions, gates


@dataclass(frozen=True)
class GateReview:
    """One gate: ``verdict`` is met, limited, unknown or fails.

    ``bear`` are the numbers of the facts that speak of the gate; ``carry`` those of them on which the verdict rests:
    told the other way, the gate would come out differently, or they gave the reason its value.
    """

    gate: Gate
    verdict: str
    reasons: tuple[Reason, ...]
    bear: tuple[str, ...]
    carry: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.gate.id

    @property
    def provisions(self) -> tuple[str, ...]:
        """What the verdict rests on: the reasons' provisions, or the gate's own where it is simply met."""
        refs = [
            ref for one in self.reasons for ref in (*((one.ground,) if one.ground else ()), *one.provisions)
        ]
        return tuple(dict.fromkeys(refs)) or self.gate.provisions


@dataclass(frozen=True)
class Review:
    """The whole review. ``outcome`` is grant, part, conditions, ask, postpone or refuse.

    ``kept`` and ``removed`` are parts of the request; ``held`` are kept ones that wait (40(27)). ``grounds`` carry a
    refusal or a postponement. ``ended_at`` is the first gate that fails, or empty. ``considered`` says what was tried
    before a refusal.
    """

    file: CaseFile
    gates: tuple[GateReview, ...]
    outcome: str
    grounds: tuple[str, ...]
    because: tuple[Reason, ...]
    kept: tuple[Part, ...]
    removed: tuple[Part, ...]
    held: tuple[Part, ...]
    conditions: tuple[Condition, ...]
    questions: tuple[str, ...]
    notes: tuple[Reason, ...]
    considered: tuple[str, ...]
    narrowing: Narrowing

    def gate(self, name: str) -> GateReview:
        """The gate with this id."""
        return next(one for one in self.gates if one.id == name)

    @property
    def ended_at(self) -> str:
        return next((one.id for one in self.gates if one.verdict == "fails"), "")

    @cached_property
    def carry(self) -> tuple[str, ...]:
        """The numbers of the facts on which the outcome rests, in the order of the file."""
        named = {number for one in self.because for number in one.facts}
        turning = set()
        for fact in self.file.facts:
            if fact.says and fact.otherwise and _answer(self.file.but(fact.flipped()))[0] != self.outcome:
                turning.add(fact.id)
        return tuple(fact.id for fact in self.file.facts if fact.id in named | turning)


@lru_cache(maxsize=512)
def review(file: CaseFile) -> Review:
    """The rules' own review of the file. Pure: the same facts in any order give the same review."""
    reading = Reading(file)
    narrowing = narrow(reading)
    fired = reasons(reading, narrowing)
    outcome, because = _outcome(fired, narrowing)
    held = {letter for one in fired if one.effect == "postpone" for letter in one.parts}
    given = outcome in ("grant", "part", "conditions")
    named = dict.fromkeys(one.condition for one in fired if one.effect == "condition")
    return Review(
        file=file,
        gates=_gates(file, reading, fired),
        outcome=outcome,
        grounds=tuple(dict.fromkeys(one.ground for one in because if one.ground)),
        because=because,
        kept=tuple(part for part in file.parts if part.id in narrowing.keep),
        removed=tuple(part for part in file.parts if part.id in narrowing.remove),
        held=tuple(part for part in file.parts if part.id in held),
        conditions=tuple(conditions()[name] for name in named) if given or outcome == "ask" else (),
        questions=tuple(dict.fromkeys(one.ask for one in fired if one.effect == "ask" and one.ask)),
        notes=tuple(one for one in fired if one.effect == "note"),
        considered=_considered(outcome, because, narrowing, file),
        narrowing=narrowing,
    )


def _answer(file: CaseFile) -> tuple[str, tuple[tuple[str, str, tuple[str, ...]], ...]]:
    """The outcome, and what marks each fired rule: enough to tell two reviews apart."""
    reading = Reading(file)
    narrowing = narrow(reading)
    fired = reasons(reading, narrowing)
    return _outcome(fired, narrowing)[0], tuple((one.rule, one.effect, one.parts) for one in fired)


def _outcome(fired: tuple[Reason, ...], narrowing: Narrowing) -> tuple[str, tuple[Reason, ...]]:
    """The answer and the reasons for it. A refusal goes first, then a question, then waiting, then a smaller yes."""

    def of(*effects: str) -> tuple[Reason, ...]:
        return tuple(one for one in fired if one.effect in effects)

    if of("fail"):
        return "refuse", of("fail")
    if of("ask"):
        return "ask", of("ask")
    held = {letter for one in of("postpone") for letter in one.parts}
    if held and held >= set(narrowing.keep):
        return "postpone", of("postpone")
    if held or of("narrow"):
        return "part", of("narrow", "postpone", "condition")
    if of("condition"):
        return "conditions", of("condition")
    return "grant", ()


def _verdict(mine: tuple[Reason, ...]) -> str:
    effects = {one.effect for one in mine}
    if "fail" in effects:
        return "fails"
    if "ask" in effects:
        return "unknown"
    return "limited" if effects & {"condition", "narrow"} else "met"


def _gates(file: CaseFile, reading: Reading, fired: tuple[Reason, ...]) -> tuple[GateReview, ...]:
    marks = {gate.id: _marks(fired, gate.id) for gate in gates()}
    turned: dict[str, set[str]] = {gate.id: set() for gate in gates()}
    for fact in file.facts:
        if not fact.says or not fact.otherwise:
            continue
        other = Reading(file.but(fact.flipped()))
        then = reasons(other)
        for gate in gates():
            if _marks(then, gate.id) != marks[gate.id]:
                turned[gate.id].add(fact.id)
    made = []
    for gate in gates():
        mine = tuple(one for one in fired if one.gate == gate.id and one.effect != "note")
        bear = reading.bearing_on(gate.id)
        named = {number for one in mine for number in one.facts}
        carry = bear & (turned[gate.id] | named) or (bear if not mine else frozenset())
        order = [fact.id for fact in file.facts]
        made.append(
            GateReview(
                gate=gate,
                verdict=_verdict(mine),
                reasons=mine,
                bear=tuple(number for number in order if number in bear),
                carry=tuple(number for number in order if number in carry),
            )
        )
    return tuple(made)


def _marks(fired: tuple[Reason, ...], gate: str) -> frozenset[tuple[str, str, tuple[str, ...]]]:
    return frozenset((one.rule, one.effect, one.parts) for one in fired if one.gate == gate)


def _considered(
    outcome: str, because: tuple[Reason, ...], narrowing: Narrowing, file: CaseFile
) -> tuple[str, ...]:
    """What was looked for before a refusal: a part, and conditions (40(28))."""
    if outcome != "refuse":
        return ()
    refused = Reading(file).facts("accepts-conditions", "no")
    whole = [one for one in because if one.rule not in ("part-not-needed", "part-too-deep")]
    part = (
        _("A part: no. What fails concerns the whole request, so a part of it would fail too.")
        if whole
        else _("A part: no. No part of it stands on its own.")
    )
    cured = (
        _("Conditions: they could have cured this, but the other State takes none.")
        if refused and any(one.facts & refused for one in because)
        else _("Conditions: no. No condition takes the reason away.")
    )
    return part, cured
