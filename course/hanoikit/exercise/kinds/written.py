"""A written answer, read and marked by a person.

>>> Written(words=3).missing("Too short")
('Write at least 3 words; there are 2.',)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hanoikit.errors import AnswerMalformed
from hanoikit.exercise.kinds.base import Kind, options
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _

LONGEST = 50_000


def count_words(text: str) -> int:
    """Words as people count them: runs of characters between spaces."""
    return len(text.split())


class Written(Kind):
    """Free text, or with ``slots`` one text for each named part. ``words`` is the least number of words in
    all."""

    name: ClassVar[str] = "written"

    def __init__(self, slots: Mapping[str, str] | None = None, words: int = 0) -> None:
        self.slots = options(slots, least=1) if slots else {}
        self.words = words

    def validate(self, value: object) -> Plain:
        if not self.slots:
            return self._text(value)
        if not isinstance(value, Mapping) or not set(map(str, value)) <= set(self.slots):
            raise AnswerMalformed(
                _("This question takes a text for each part."),
                next_step=_("The parts are: {parts}.").format(parts=", ".join(self.slots)),
            )
        return {slot: self._text(value.get(slot) or "") for slot in self.slots}

    def _text(self, value: object) -> str:
        if not isinstance(value, str):
            raise AnswerMalformed(
                _("This question takes a text."), next_step=_("Write it between quotation marks.")
            )
        if len(value) > LONGEST:
            raise AnswerMalformed(
                _("This text is too long: {n} characters.").format(n=len(value)),
                next_step=_("Shorten it to {n} characters.").format(n=LONGEST),
            )
        return value

    def describe(self, value: Plain) -> str:
        if self.slots:
            return "\n".join(f"{self.slots[slot]}: {text}" for slot, text in value.items())
        return str(value)

    def brief(self, value: Plain) -> str:
        return ""  # a whole written answer need not be read out after each pause

    def missing(self, value: Plain) -> tuple[str, ...]:
        texts = value if self.slots else {"": value}
        blank = [slot for slot, text in texts.items() if not text.strip()]
        if self.slots and blank:
            return tuple(_("Write the part {part}.").format(part=self.slots[slot]) for slot in blank)
        words = sum(count_words(text) for text in texts.values())
        if blank:
            return (_("Write your answer."),)
        if words < self.words:
            return (_("Write at least {n} words; there are {have}.").format(n=self.words, have=words),)
        return ()

    def spec(self) -> dict[str, Any]:
        return {
            "slots": list(self.slots.items()) or [["", _("Your text")]],
            "words": self.words,
            "count": _("{n} words (write at least {least})") if self.words else _("{n} words"),
            "named": bool(self.slots),
        }
