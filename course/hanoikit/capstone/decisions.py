"""A decision as it stands in a case file: what was decided, on which facts, by which provision.

>>> Decision("refuse", ("5", "6"), ("40(22)",), "...", "reporter").to_text()
'{"facts":["5","6"],"matter":"reporter","outcome":"refuse","provisions":["40(22)"],"reason":"..."}'
>>> Decision.read("refuse; facts 5, 6; provision 40(22); she is pursued for what she writes").provisions
('40(22)',)

In a notebook and from a script it is canonical JSON; on the desk's page people write one line, parted by semicolons.
A decision is a note ``decision`` in the case file of its matter: it is in the chain with its time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hanoikit.errors import HanoiKitError, UsageError
from hanoikit.i18n import _
from hanoikit.trust.canonical import canonical

OUTCOMES = ("grant", "part", "conditions", "ask", "postpone", "refuse")
WORDS = {
    "grant": "grant", "granted": "grant", "yes": "grant", "accept": "grant", "accepted": "grant", "rely": "grant",
    "part": "part", "partly": "part", "narrow": "part", "narrowed": "part",
    "conditions": "conditions", "condition": "conditions",
    "ask": "ask", "again": "ask", "question": "ask",
    "postpone": "postpone", "postponed": "postpone",
    "refuse": "refuse", "refused": "refuse", "no": "refuse",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """``outcome`` is one of ``OUTCOMES``, or the route of a victim's report; ``parts`` the parts that are given."""

    outcome: str
    facts: tuple[str, ...] = ()
    provisions: tuple[str, ...] = ()
    reason: str = ""
    matter: str = ""
    parts: tuple[str, ...] = ()

    def to_text(self) -> str:
        """Canonical JSON, as it stands in the note."""
        value: dict[str, Any] = {
            "facts": list(self.facts),
            "matter": self.matter,
            "outcome": self.outcome,
            "provisions": list(self.provisions),
            "reason": self.reason,
        }
        if self.parts:
            value["parts"] = list(self.parts)
        return canonical(value).decode()

    @classmethod
    def read(cls, text: str) -> Decision:
        """A decision from its note. Raises ``UsageError`` for a text that is none."""
        if text.lstrip().startswith("{"):
            return cls._of_json(text)
        pieces = [piece.strip() for piece in text.split(";") if piece.strip()]
        if not pieces:
            raise UsageError(_("The note holds no decision."))
        first = pieces[0].lower().removeprefix("decision:").strip()
        outcome = WORDS.get(first.split()[0] if first else "", first.split()[0] if first else "")
        facts: list[str] = []
        provisions: list[str] = []
        parts: list[str] = []
        reason: list[str] = []
        for piece in pieces[1:]:
            head, _space, rest = piece.partition(" ")
            name = head.lower().rstrip(":")
            if name in ("fact", "facts"):
                facts += re.findall(r"[a-z0-9]+", rest.lower())
            elif name in ("provision", "provisions", "article", "articles"):
                provisions += re.findall(r"\d+(?:\([0-9a-z]+\))*", rest.lower())
            elif name in ("part", "parts"):
                parts += re.findall(r"\b[a-z]\b", rest.lower())
            else:
                reason.append(piece)
        return cls(outcome, tuple(facts), tuple(provisions), "; ".join(reason), "", tuple(parts))

    @classmethod
    def _of_json(cls, text: str) -> Decision:
        try:
            value = json.loads(text)
            if not isinstance(value, Mapping) or not isinstance(value["outcome"], str):
                raise TypeError
            lists = {name: value.get(name, []) for name in ("facts", "provisions", "parts")}
            if not all(
                isinstance(one, list) and len(one) <= 50 and all(isinstance(each, str) for each in one)
                for one in lists.values()
            ):
                raise TypeError
            texts = [value.get(name, "") for name in ("reason", "matter")]
            if not all(isinstance(one, str) for one in texts):
                raise TypeError
        except (ValueError, KeyError, TypeError, RecursionError, HanoiKitError):
            raise UsageError(_("The note holds no decision.")) from None
        return cls(
            value["outcome"],
            tuple(lists["facts"]),
            tuple(lists["provisions"]),
            texts[0],
            texts[1],
            tuple(lists["parts"]),
        )
