"""A person's decision beside the rules' own: what differs, and which kind of mistake it would be.

>>> found = review(case_file("night-shift"))
>>> compare(found, "refuse").kind
'under-reaction'
>>> compare(found, "grant").kind
'over-reach'

Refusing what must be granted is a failure too: somebody waits for the help, and no ground carries the refusal. The
keys are the authors' rules, not a consensus of experts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.safeguards.reviewing import GateReview, Review
from hanoikit.safeguards.tables import decisions, outcomes

HELP = {"grant": 4, "conditions": 3, "part": 3, "ask": 1, "postpone": 1, "refuse": 0}
"""How much help each answer gives, for telling too little from too much."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``kind`` is right, under-reaction, over-reach or other; ``sentence`` says why."""

    kind: str
    sentence: str

    @property
    def right(self) -> bool:
        return self.kind == "right"


@dataclass(frozen=True, slots=True)
class GateComparison:
    """A gate as decided by a person: whether the decision fits, which facts carry it, which do not belong here."""

    gate: GateReview
    decision: str
    right: bool
    carrying: tuple[str, ...]
    beside: tuple[str, ...]
    sentence: str


def compare(found: Review, outcome: str) -> Comparison:
    """The chosen outcome beside the review's. Raises ``UsageError`` for an outcome that there is not."""
    if outcome not in HELP:
        raise UsageError(
            _("There is no answer “{name}”.").format(name=outcome),
            next_step=_("The answers are: {names}.").format(names=", ".join(HELP)),
        )
    words = outcomes()
    if outcome == found.outcome:
        return Comparison(
            "right", _("Your answer and the rules agree: {answer}.").format(answer=words[outcome])
        )
    if HELP[outcome] < HELP[found.outcome]:
        return Comparison("under-reaction", _too_little(found, outcome))
    if HELP[outcome] > HELP[found.outcome]:
        return Comparison("over-reach", _too_much(found, outcome))
    return Comparison("other", _beside(found))


def _too_little(found: Review, outcome: str) -> str:
    answer = outcomes()[found.outcome]
    if found.outcome in ("ask", "postpone"):
        return _(
            "Too little: this refuses before the question is put or the reason to wait is over. The rules say: "
            "{answer}."
        ).format(answer=answer)
    why = {
        "refuse": _("No gate fails, so no ground carries a refusal."),
        "ask": _("Nothing is missing, so there is nothing to ask."),
        "postpone": _("Nothing has to be over first, so there is nothing to wait for."),
        "part": _("Every part is needed, and none goes too deep."),
        "conditions": _("Nothing is weak, so no condition is needed."),
    }[outcome]
    if outcome in ("part", "conditions"):
        return _("Too little: {why} The rules say: {answer}.").format(why=why, answer=answer)
    needs = {one.id: _(one.text) for one in found.file.needs}
    lost = " ".join(text for name, text in needs.items() if name not in found.narrowing.unanswered)
    return _("Under-reaction: {why} What stays without an answer: {lost} The rules say: {answer}.").format(
        why=why, lost=lost, answer=answer
    )


def _too_much(found: Review, outcome: str) -> str:
    answer = outcomes()[found.outcome]
    because = " ".join(dict.fromkeys(_(one.says) for one in found.because))
    if outcome in ("ask", "postpone"):
        return _("Neither a question nor time changes this: {because} The rules say: {answer}.").format(
            because=because, answer=answer
        )
    return _("Too much is given: {because} The rules say: {answer}.").format(because=because, answer=answer)


def _beside(found: Review) -> str:
    answers = outcomes()[found.outcome]
    because = " ".join(dict.fromkeys(_(one.says) for one in found.because))
    return _("Another answer fits better: {because} The rules say: {answer}.").format(
        because=because, answer=answers
    )


def compare_gate(gate: GateReview, decision: str, facts: Collection[str] = ()) -> GateComparison:
    """A person's decision at one gate, with the facts named for it, beside the review's."""
    named = [str(number) for number in facts]
    carrying = tuple(number for number in named if number in gate.carry)
    beside = tuple(number for number in named if number not in gate.bear)
    right = decision == gate.verdict
    words = decisions()
    if right:
        parts = [_("The decision fits.")]
    elif decision:
        parts = [_("The rules say: {verdict}.").format(verdict=words[gate.verdict])]
    else:
        parts = [_("Not decided. The rules say: {verdict}.").format(verdict=words[gate.verdict])]
    if gate.carry and not carrying:
        parts.append(_("It rests on fact {numbers}.").format(numbers=", ".join(gate.carry)))
    if beside:
        parts.append(_("Does not bear on this gate: fact {numbers}.").format(numbers=", ".join(beside)))
    return GateComparison(gate, decision, right, carrying, beside, " ".join(parts))
