"""Choosing one option, or every option that applies.

>>> Choices({"a": "hash", "b": "time", "c": "name"}).validate(["c", "a"])
['a', 'c']
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hanoikit.errors import AnswerMalformed
from hanoikit.exercise.kinds.base import Kind, known, options
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _


class Choice(Kind):
    """One option of several. The value is the option's letter."""

    name: ClassVar[str] = "choice"

    def __init__(self, given: Mapping[str, str]) -> None:
        self.options = options(given)

    def validate(self, value: object) -> Plain:
        return known(value, self.options)

    def describe(self, value: Plain) -> str:
        return f"{value}: {self.options[value]}"

    def spec(self) -> dict[str, Any]:
        return {"options": list(self.options.items())}


class Choices(Kind):
    """Every option that applies. The value is the list of their letters, in the order of the options."""

    name: ClassVar[str] = "choices"

    def __init__(self, given: Mapping[str, str]) -> None:
        self.options = options(given)

    def validate(self, value: object) -> Plain:
        letters = value.replace(",", " ").split() if isinstance(value, str) else value
        if not isinstance(letters, list | tuple | set | frozenset):
            raise AnswerMalformed(
                _("This question takes a list of options."),
                next_step=_('Write for example ["a", "c"].'),
            )
        chosen = {known(letter, self.options) for letter in letters}
        return [letter for letter in self.options if letter in chosen]

    def describe(self, value: Plain) -> str:
        return "; ".join(f"{letter}: {self.options[letter]}" for letter in value) or _("none chosen")

    def missing(self, value: Plain) -> tuple[str, ...]:
        return () if value else (_("Choose at least one option."),)

    def spec(self) -> dict[str, Any]:
        return {"options": list(self.options.items()), "several": True}
