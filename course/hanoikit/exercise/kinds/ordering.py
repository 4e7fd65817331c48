"""Putting things in order.

>>> Order({"a": "seal", "b": "hash", "c": "acquire"}).validate("c b a")
['c', 'b', 'a']
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hanoikit.errors import AnswerMalformed
from hanoikit.exercise.kinds.base import Kind, known, options
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _


class Order(Kind):
    """All items, first to last. The value is the list of their letters."""

    name: ClassVar[str] = "order"

    def __init__(self, given: Mapping[str, str]) -> None:
        self.items = options(given)

    def validate(self, value: object) -> Plain:
        letters = value.replace(",", " ").split() if isinstance(value, str) else value
        if not isinstance(letters, list | tuple):
            raise AnswerMalformed(
                _("This question takes the letters in order."),
                next_step=_('Write for example ["b", "a", "c"].'),
            )
        order = [known(letter, self.items) for letter in letters]
        if sorted(order) != sorted(self.items):
            raise AnswerMalformed(
                _("Each item must stand in the order exactly once."),
                next_step=_("The items are: {items}.").format(items=", ".join(self.items)),
            )
        return order

    def describe(self, value: Plain) -> str:
        return " → ".join(f"{letter}: {self.items[letter]}" for letter in value)

    def spec(self) -> dict[str, Any]:
        return {"options": list(self.items.items())}
