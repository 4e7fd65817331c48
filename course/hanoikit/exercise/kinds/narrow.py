"""Narrowing: a text in parts, of which those stay that are needed.

>>> Narrow({"a": "the account's name", "b": "all messages", "c": "the log of 30 March"}).validate("c, a")
['a', 'c']
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hanoikit.errors import AnswerMalformed
from hanoikit.exercise.kinds.base import Kind, known, options
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _


class Narrow(Kind):
    """The parts that stay. The value is the list of their letters, in the order of the text.

    With ``parts`` None any letter is taken: for marking where the question itself is not at hand.
    """

    name: ClassVar[str] = "narrow"

    def __init__(self, parts: Mapping[str, str] | None) -> None:
        self.parts = None if parts is None else options(parts)

    def validate(self, value: object) -> Plain:
        letters = value.replace(",", " ").split() if isinstance(value, str) else value
        if not isinstance(letters, list | tuple | set | frozenset):
            raise AnswerMalformed(
                _("This question takes the list of the parts that stay."),
                next_step=_("Write for example {example}.").format(example=self.template()),
            )
        if self.parts is None:
            return sorted({str(letter) for letter in letters})
        kept = {known(letter, self.parts) for letter in letters}
        return [letter for letter in self.parts if letter in kept]

    def template(self) -> str:
        return "[" + ", ".join(f'"{letter}"' for letter in list(self.parts or "ab")[:2]) + "]"

    def describe(self, value: Plain) -> str:
        if not value:
            return _("nothing stays")
        return "\n".join(f"{letter}: {(self.parts or {}).get(letter, letter)}" for letter in value)

    def brief(self, value: Plain) -> str:
        return _("{n} of {all} parts stay").format(n=len(value), all=len(self.parts or value))

    def missing(self, value: Plain) -> tuple[str, ...]:
        return () if value else (_("Tick at least one part that stays."),)

    def spec(self) -> dict[str, Any]:
        return {"parts": list((self.parts or {}).items())}

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Narrow:
        """The question again from what its control knows."""
        return cls(dict(spec["parts"]))
