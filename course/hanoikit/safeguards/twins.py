"""Counterfactual twins: the same file with one fact told the other way, and what that changes.

>>> found = change(case_file("night-shift"), 6)
>>> found.before.outcome, found.after.outcome, [part.id for part in found.after.kept]
('part', 'part', ['a'])
>>> change(case_file("night-shift"), 11).sentence
'Fact 11 changes nothing: neither a gate nor the answer depends on it.'

This is how a trainee finds what a case stands on. What changes nothing was no reason, however much it impressed.
"""

from __future__ import annotations

from dataclasses import dataclass

from hanoikit.i18n import _
from hanoikit.safeguards.model import CaseFile, Fact
from hanoikit.safeguards.reviewing import Review, review
from hanoikit.safeguards.tables import decisions, outcomes


@dataclass(frozen=True)
class Change:
    """One fact told the other way: the reviews before and after, and the gates whose verdict moved."""

    fact: Fact
    twin: Fact
    before: Review
    after: Review

    @property
    def gates(self) -> tuple[str, ...]:
        """The gates whose verdict is another one."""
        return tuple(
            old.id
            for old, new in zip(self.before.gates, self.after.gates, strict=True)
            if old.verdict != new.verdict
        )

    @property
    def answer_changes(self) -> bool:
        """Whether the answer to the request is another one: outcome, parts or conditions."""
        return _given(self.before) != _given(self.after)

    @property
    def changes(self) -> bool:
        return bool(self.gates) or self.answer_changes

    @property
    def sentence(self) -> str:
        """What happens, in a sentence or two."""
        if not self.changes:
            return _("Fact {number} changes nothing: neither a gate nor the answer depends on it.").format(
                number=self.fact.id
            )
        words, answers = decisions(), outcomes()
        moved = [
            _("{gate}: {before} → {after}.").format(
                gate=_(self.after.gate(name).gate.name),
                before=words[self.before.gate(name).verdict],
                after=words[self.after.gate(name).verdict],
            )
            for name in self.gates
        ]
        if self.before.outcome != self.after.outcome:
            moved.append(
                _("The answer: {before} → {after}.").format(
                    before=answers[self.before.outcome], after=answers[self.after.outcome]
                )
            )
        elif self.answer_changes:
            moved.append(
                _("The answer stays “{answer}”, but gives something else: {what}.").format(
                    answer=answers[self.after.outcome], what=self._given()
                )
            )
        else:
            moved.append(_("The answer stays: {answer}.").format(answer=answers[self.after.outcome]))
        return " ".join([_("If fact {number} were otherwise:").format(number=self.fact.id), *moved])

    def _given(self) -> str:
        letters = ", ".join(part.id for part in self.after.kept)
        parts = _("parts {letters}").format(letters=letters) if letters else _("no part")
        named = "; ".join(_(one.text) for one in self.after.conditions)
        return _("{parts}; {conditions}").format(
            parts=parts, conditions=named.rstrip(".") or _("no conditions")
        )


def _given(found: Review) -> tuple[object, ...]:
    return (
        found.outcome,
        tuple(part.id for part in found.kept),
        tuple(part.id for part in found.held),
        tuple(one.id for one in found.conditions),
    )


def flip(file: CaseFile, number: str | int) -> CaseFile:
    """The twin of the file: this fact told the other way. Flipping twice gives the file again.

    Raises ``UsageError`` for a fact that the file does not have.
    """
    return file.but(file.fact(number).flipped())


def change(file: CaseFile, number: str | int, *, before: Review | None = None) -> Change:
    """What flipping this fact changes. ``before`` saves a review that was made already."""
    twin = flip(file, number)
    return Change(file.fact(number), twin.fact(number), before or review(file), review(twin))


def changes(file: CaseFile) -> tuple[Change, ...]:
    """What flipping changes, for every fact of the file in its order."""
    before = review(file)
    return tuple(change(file, fact.id, before=before) for fact in file.facts)
