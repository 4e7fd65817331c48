"""What every kind of question can do.

>>> lettered(("first", "second"))
{'a': 'first', 'b': 'second'}
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from hanoikit.errors import AnswerMalformed, QuestionInvalid
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _


class Kind(ABC):
    """One kind of question, with what its author gave (options, unit, zones)."""

    name: ClassVar[str]

    @abstractmethod
    def validate(self, value: object) -> Plain:
        """The value in its one normal form, as plain JSON; raises AnswerMalformed with a sentence for the
        trainee."""

    @abstractmethod
    def describe(self, value: Plain) -> str:
        """A validated value as text for a person."""

    def brief(self, value: Plain) -> str:
        """A validated value in a few words, for the status line, which is read out after each change."""
        return self.describe(value)

    def template(self) -> str:
        """An answer as it is written in code, to be filled in: ``answer("m04-q1", TEMPLATE)``."""
        return "..."

    def missing(self, value: Plain) -> tuple[str, ...]:
        """What is still to be given, in sentences; empty for a complete answer."""
        return ()

    def complete(self, value: Plain) -> bool:
        """Whether nothing is missing from a validated value."""
        return not self.missing(value)

    def spec(self) -> dict[str, Any]:
        """What the control needs to know, as plain data."""
        return {}


def lettered(items: Iterable[str], letters: str = "abcdefghijklmnopqrstuvwxyz") -> dict[str, str]:
    """The items under the letters a, b, c ..., as the prompt lists them."""
    return dict(zip(letters, items, strict=False))


def options(given: Mapping[str, str], least: int = 2) -> dict[str, str]:
    """The author's options, checked; raises QuestionInvalid."""
    texts = {str(key): str(text).strip() for key, text in given.items()}
    if len(texts) < least:
        raise QuestionInvalid(_("A question needs at least {n} options.").format(n=least))
    if not all(texts.values()) or len(set(texts.values())) < len(texts):
        raise QuestionInvalid(_("Every option needs a text of its own."), where=", ".join(texts))
    return texts


def known(key: object, keys: Iterable[str]) -> str:
    """The option's key as the author wrote it, whatever the case of the letter; raises AnswerMalformed."""
    names = {name.casefold(): name for name in keys}
    found = names.get(key.strip().casefold()) if isinstance(key, str) else None
    if found is None:
        raise AnswerMalformed(
            _("There is no option {given}.").format(given=repr(key)[:60]),
            next_step=_("Choose from: {options}.").format(options=", ".join(names.values())),
        )
    return found
