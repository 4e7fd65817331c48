"""Decisions row by row, each with the facts that carry it: the gates of a review, or decision and ground.

>>> kind = Gates({"law": "Is there a law?"}, {"met": "Met", "fails": "Fails"}, {"1": "Act 4.", "2": "It rains."})
>>> kind.validate({"law": {"decision": "met", "facts": [1]}})
{'law': {'decision': 'met', 'facts': ['1']}}
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar, cast

from hanoikit.errors import AnswerMalformed, QuestionInvalid
from hanoikit.exercise.kinds.base import Kind, known, options
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _, ngettext

Decisions = Mapping[str, str] | Mapping[str, Mapping[str, str]]
"""The decisions to choose from: the same for every row, or a set of its own for each."""


class Gates(Kind):
    """A decision for each row, and for the rows in ``needs_facts`` (all, unless said) the facts behind it.

    The value holds, for each row, ``decision`` (None where nothing is chosen yet) and ``facts``, a list in the order
    of the case file. With ``decisions`` None any decision and any fact is taken: for marking where the question itself
    is not at hand.
    """

    name: ClassVar[str] = "gates"

    def __init__(
        self,
        rows: Mapping[str, str],
        decisions: Decisions | None,
        facts: Mapping[str, str] | None = None,
        needs_facts: Collection[str] | None = None,
    ) -> None:
        self.rows = options(rows, least=1)
        self.decisions = None if decisions is None else _by_row(self.rows, decisions)
        self.facts = options(facts, least=1) if facts else {}
        self.needs_facts = tuple(row for row in self.rows if needs_facts is None or row in needs_facts)
        if not self.facts and decisions is not None:
            self.needs_facts = ()
        strange = sorted(set(needs_facts or ()) - set(self.rows))
        if strange:
            raise QuestionInvalid(
                _("The question needs facts for rows that it does not have."), where=", ".join(strange)
            )

    def validate(self, value: object) -> Plain:
        if not isinstance(value, Mapping):
            raise self._malformed()
        given = {known(_text(row), self.rows): self._row(row, said) for row, said in value.items()}
        return {row: given.get(row) or {"decision": None, "facts": []} for row in self.rows}

    def _row(self, row: object, said: object) -> dict[str, Any]:
        row = known(_text(row), self.rows)
        if said is None or isinstance(said, str):
            said = {"decision": said}
        if not isinstance(said, Mapping) or not set(said) <= {"decision", "facts"}:
            raise self._malformed()
        decision, facts = said.get("decision"), said.get("facts")
        if isinstance(facts, str):
            facts = facts.replace(",", " ").split()
        if facts is not None and not isinstance(facts, list | tuple | set | frozenset):
            raise self._malformed()
        if self.decisions is None:
            named = [str(_text(fact)) for fact in facts or ()]
            return {"decision": str(decision) if decision else None, "facts": list(dict.fromkeys(named))}
        chosen = {known(_text(fact), self.facts) for fact in facts or ()}
        return {
            "decision": known(decision, self.decisions[row]) if decision not in (None, "") else None,
            "facts": [fact for fact in self.facts if fact in chosen],
        }

    def _malformed(self) -> AnswerMalformed:
        return AnswerMalformed(
            _("This question takes a decision for each row, with the numbers of the facts."),
            next_step=_("Write for example {example}.").format(example=self.template()),
        )

    def template(self) -> str:
        parts = []
        for row in self.rows:
            decision = next(iter(self.decisions[row])) if self.decisions else "..."
            facts = f', "facts": ["{next(iter(self.facts), "1")}"]' if row in self.needs_facts else ""
            parts.append(f'"{row}": {{"decision": "{decision}"{facts}}}')
        return "{" + ", ".join(parts) + "}"

    def decision_text(self, row: str, decision: str | None) -> str:
        """A decision as the control shows it."""
        if decision is None:
            return _("no decision")
        return self.decisions[row].get(decision, decision) if self.decisions else decision

    def describe(self, value: Plain) -> str:
        lines = []
        for row, said in value.items():
            line = f"{self.rows[row]}: {self.decision_text(row, said['decision'])}"
            if said["facts"]:
                line += " " + ngettext("(fact {list})", "(facts {list})", len(said["facts"])).format(
                    list=", ".join(said["facts"])
                )
            lines.append(line)
        return "\n".join(lines)

    def brief(self, value: Plain) -> str:
        decided = sum(said["decision"] is not None for said in value.values())
        text = _("{n} of {all} decided").format(n=decided, all=len(self.rows))
        attached = sum(len(said["facts"]) for said in value.values())
        if not self.needs_facts:
            return text
        return text + ", " + ngettext("{n} fact attached", "{n} facts attached", attached).format(n=attached)

    def missing(self, value: Plain) -> tuple[str, ...]:
        found = []
        for row, said in value.items():
            if said["decision"] is None:
                found.append(_("Decide: {row}").format(row=_sentence(self.rows[row])))
            elif row in self.needs_facts and not said["facts"]:
                found.append(_("Attach at least one fact: {row}").format(row=_sentence(self.rows[row])))
        return tuple(found)

    def spec(self) -> dict[str, Any]:
        return {
            "rows": list(self.rows.items()),
            "decisions": {row: list(those.items()) for row, those in (self.decisions or {}).items()},
            "facts": list(self.facts.items()),
            "needs": list(self.needs_facts),
        }

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Gates:
        """The question again from what its control knows."""
        decisions = {row: dict(those) for row, those in spec["decisions"].items()}
        return cls(dict(spec["rows"]), decisions, dict(spec["facts"]), spec["needs"])


def _by_row(rows: Iterable[str], decisions: Decisions) -> dict[str, dict[str, str]]:
    if not any(isinstance(those, Mapping) for those in decisions.values()):
        same = options(cast(Mapping[str, str], decisions))
        return dict.fromkeys(rows, same)
    own = cast(Mapping[str, Mapping[str, str]], decisions)
    wrong = sorted(set(rows) ^ set(own)) or [row for row in own if not isinstance(own[row], Mapping)]
    if wrong:
        raise QuestionInvalid(_("Every row needs decisions of its own."), where=", ".join(wrong))
    return {row: options(own[row]) for row in rows}


def _text(key: object) -> object:
    return str(key) if type(key) is int else key


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else text + "."
