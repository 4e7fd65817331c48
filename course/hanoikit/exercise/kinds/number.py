"""A number, as people write it.

>>> Number(unit="MiB").validate("1 024,5 MiB")
1024.5
"""

from __future__ import annotations

import math
import re
from typing import Any, ClassVar

from hanoikit.errors import AnswerMalformed
from hanoikit.exercise.kinds.base import Kind
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _

_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+")
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_WRITTEN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_TO_ASCII = str.maketrans({"−": "-", "٫": ".", "٬": "", "'": "", "’": "", "_": ""})


class Number(Kind):
    """A number in the author's unit. A decimal comma, spaces between groups and the unit itself are
    understood."""

    name: ClassVar[str] = "number"

    def __init__(self, unit: str = "") -> None:
        self.unit = unit

    def validate(self, value: object) -> Plain:
        if isinstance(value, str):
            return self._parse(value)
        if type(value) is int or (type(value) is float and math.isfinite(value)):
            if abs(value) >= 1e300:
                raise self._malformed(value)
            return int(value) if value == int(value) else value
        raise self._malformed(value)

    def _parse(self, text: str) -> int | float:
        digits = text.strip()
        if self.unit and digits.casefold().endswith(self.unit.casefold()):
            digits = digits[: -len(self.unit)]
        digits = "".join(digits.split()).translate(_TO_ASCII)
        if _AMBIGUOUS.fullmatch(digits):
            raise AnswerMalformed(
                _("{given} can be read in two ways.").format(given=text.strip()[:40]),
                next_step=_("Write {one} or {other}.").format(
                    one=digits.replace(",", ""), other=digits.replace(",", ".")
                ),
            )
        comma, point = digits.rfind(","), digits.rfind(".")
        if comma >= 0 and point >= 0:
            grouping = "," if comma < point else "."
            digits = digits.replace(grouping, "").replace(",", ".")
        elif grouped := _GROUPED.fullmatch(digits):
            digits = digits.replace(grouped.group(1), "")
        else:
            digits = digits.replace(",", ".")
        if len(digits) > 40 or not _WRITTEN.fullmatch(digits):
            raise self._malformed(text)
        number = float(digits)
        if not math.isfinite(number):
            raise self._malformed(text)
        if number != int(number):
            return number
        return int(digits) if re.fullmatch(r"[+-]?\d+", digits) else int(number)

    def _malformed(self, value: object) -> AnswerMalformed:
        return AnswerMalformed(
            _("{given} is not a number.").format(given=repr(value)[:40]),
            next_step=_("Write digits only, for example 12.5."),
        )

    def describe(self, value: Plain) -> str:
        return f"{value} {self.unit}".strip()

    def spec(self) -> dict[str, Any]:
        label = _("Number, in {unit}").format(unit=self.unit) if self.unit else _("Number")
        return {"label": label, "unit": self.unit, "mode": "decimal", "example": ""}
