"""Matching each thing on the left with one on the right.

>>> Match({"1": "hash", "2": "signature"}, {"a": "who", "b": "unchanged"}).validate({"1": "b", "2": "a"})
{'1': 'b', '2': 'a'}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hanoikit.errors import AnswerMalformed
from hanoikit.exercise.kinds.base import Kind, known, options
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _


class Match(Kind):
    """One right-hand letter for each left-hand number; None where nothing is chosen yet. Letters may be used
    twice."""

    name: ClassVar[str] = "match"

    def __init__(self, left: Mapping[str, str], right: Mapping[str, str]) -> None:
        self.left = options(left, least=1)
        self.right = options(right)

    def validate(self, value: object) -> Plain:
        if not isinstance(value, Mapping):
            raise AnswerMalformed(
                _("This question takes a letter for each number."),
                next_step=_('Write for example {"1": "b", "2": "a"}.'),
            )
        given = {
            known(str(key), self.left): None if chosen in (None, "") else known(chosen, self.right)
            for key, chosen in value.items()
        }
        return {key: given.get(key) for key in self.left}

    def describe(self, value: Plain) -> str:
        return "; ".join(
            f"{self.left[key]} – {self.right[chosen] if chosen else '?'}" for key, chosen in value.items()
        )

    def missing(self, value: Plain) -> tuple[str, ...]:
        return tuple(
            _("Choose a match for {item}.").format(item=self.left[key])
            for key, chosen in value.items()
            if chosen is None
        )

    def spec(self) -> dict[str, Any]:
        return {"left": list(self.left.items()), "right": list(self.right.items())}
