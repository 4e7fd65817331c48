"""A provision of the Convention: article, paragraph, letter.

>>> Provision().validate("Article 25, paragraph 2")
'25(2)'
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from hanoikit.errors import AnswerMalformed, UnknownProvision
from hanoikit.exercise.kinds.base import Kind
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _

_WORDS = re.compile(
    r"\b(?:articles?|arts?|paragraphs?|paras?|subparagraphs?|letters?|of|the|convention)\b\.?|§|,", re.I
)
_REFERENCE = re.compile(r"(\d{1,2})((?:[\s.]*\(?[a-z0-9]{1,4}\)?)*)", re.I)
_STEP = re.compile(r"\d{1,2}|[a-z]{1,4}", re.I)


def normal_form(text: str) -> str:
    """``"art. 41.3.e"``, ``"41 (3) (e)"`` and ``"41(3)(e)"`` all give ``"41(3)(e)"``; raises AnswerMalformed.

    Where the course's data on the Convention is at hand, a provision that does not exist is refused as well.
    """
    stripped = " ".join(_WORDS.sub(" ", text).split())
    match = _REFERENCE.fullmatch(stripped)
    if match is None:
        raise AnswerMalformed(
            _("{given} is not a provision.").format(given=repr(text)[:60]),
            next_step=_(
                "Write the article, then the paragraph and the letter in brackets, for example 41(3)(e)."
            ),
        )
    reference = match[1] + "".join(f"({step.lower()})" for step in _STEP.findall(match[2]))
    try:
        from hanoikit.convention import provision
    except ImportError:
        return reference
    try:
        return str(provision(reference).ref)
    except UnknownProvision as error:
        raise AnswerMalformed(error.what, next_step=error.next_step) from error


class Provision(Kind):
    """One provision, or with ``several`` a list of them. The value is in the form ``"25(2)"``."""

    name: ClassVar[str] = "provision"

    def __init__(self, several: bool = False) -> None:
        self.several = several

    def validate(self, value: object) -> Plain:
        if not self.several:
            if not isinstance(value, str):
                raise AnswerMalformed(
                    _("This question takes one provision."), next_step=_("Write for example 25(2).")
                )
            return normal_form(value)
        parts = re.split(r"[,;]|\band\b", value) if isinstance(value, str) else value
        if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
            raise AnswerMalformed(
                _("This question takes provisions."), next_step=_("Write for example 25(2), 42(8).")
            )
        return list(dict.fromkeys(normal_form(part) for part in parts if part.strip()))

    def describe(self, value: Plain) -> str:
        references = value if isinstance(value, list) else [value]
        return ", ".join(_("art. {ref}").format(ref=reference) for reference in references) or _("none given")

    def missing(self, value: Plain) -> tuple[str, ...]:
        return () if value else (_("Give at least one provision."),)

    def spec(self) -> dict[str, Any]:
        if self.several:
            return {
                "label": _("Provisions"),
                "example": _("for example 25(2), 42(8)"),
                "mode": "text",
                "unit": "",
            }
        return {"label": _("Provision"), "example": _("for example 25(2)"), "mode": "text", "unit": ""}
