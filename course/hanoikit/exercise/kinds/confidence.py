"""How sure somebody is that each of some statements is true, from 0 to 100 % in steps of ten.

>>> Confidence({"1": "A hash names its maker."}).validate({"1": "10 %"})
{'1': 10}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from hanoikit.errors import AnswerMalformed
from hanoikit.exercise.kinds.base import Kind, known, options
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _

STEPS = tuple(range(0, 101, 10))
_PERCENT = re.compile(r"(\d{1,3})\s*%?")


def words() -> dict[int, str]:
    """Each step in words."""
    return {
        0: _("sure it is false"),
        10: _("almost sure it is false"),
        20: _("very probably false"),
        30: _("probably false"),
        40: _("rather false"),
        50: _("no idea"),
        60: _("rather true"),
        70: _("probably true"),
        80: _("very probably true"),
        90: _("almost sure it is true"),
        100: _("sure it is true"),
    }


class Confidence(Kind):
    """A whole number of per cent for each statement; None where nothing is said yet."""

    name: ClassVar[str] = "confidence"

    def __init__(self, statements: Mapping[str, str]) -> None:
        self.statements = options(statements, least=1)

    def validate(self, value: object) -> Plain:
        if not isinstance(value, Mapping):
            raise AnswerMalformed(
                _("This question takes a percentage for each statement."),
                next_step=_("Write for example {example}.").format(example=self.template()),
            )
        given = {
            known(str(key) if type(key) is int else key, self.statements): _percent(said)
            for key, said in value.items()
        }
        return {key: given.get(key) for key in self.statements}

    def template(self) -> str:
        return "{" + ", ".join(f'"{key}": 50' for key in self.statements) + "}"

    def describe(self, value: Plain) -> str:
        named = words()
        return "\n".join(
            f"{self.statements[key]}: {_('not said') if said is None else f'{said} % ({named[said]})'}"
            for key, said in value.items()
        )

    def brief(self, value: Plain) -> str:
        said = sum(one is not None for one in value.values())
        return _("{n} of {all} statements judged").format(n=said, all=len(self.statements))

    def missing(self, value: Plain) -> tuple[str, ...]:
        return tuple(
            _("Say how sure you are of statement {key}.").format(key=key)
            for key, said in value.items()
            if said is None
        )

    def spec(self) -> dict[str, Any]:
        named = words()
        return {
            "statements": list(self.statements.items()),
            "steps": [[step, named[step]] for step in STEPS],
        }

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Confidence:
        """The question again from what its control knows."""
        return cls(dict(spec["statements"]))


def _percent(said: object) -> int | None:
    if said is None or said == "":
        return None
    if isinstance(said, str) and (found := _PERCENT.fullmatch(said.strip())):
        said = int(found[1])
    if isinstance(said, bool) or not isinstance(said, int | float) or said not in STEPS:
        raise AnswerMalformed(
            _("{given} is not one of the steps.").format(given=repr(said)[:40]),
            next_step=_("Give a percentage in steps of ten: 0, 10, 20 ... 100."),
        )
    return int(said)
