"""Whether a text says something in the trainee's own words: there, long enough, no copy, a fact of the case named.

>>> prose("", tables.kind("assistance").element("facts"), ["28 March"], [])
(0.0, 'It is missing. ...')

Nothing here looks for the right words: a machine that did would mark phrases and not thoughts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hanoikit.cooperation import tables
from hanoikit.i18n import _

FEWEST_WORDS = {"authority": 2, "facts": 12, "purpose": 6, "use": 5, "need": 5, "reason": 4}
"""Fewer words than this say nothing that another State could act on. The numbers are the course's assumption."""


def prose(
    text: str, element: tables.Element, anchors: Sequence[str], others: Iterable[str]
) -> tuple[float, str]:
    """How far a text says something in the trainee's own words (0, 0.5 or 1), and why."""
    words = re.findall(r"\w+", text)
    if not words:
        said = _("It is missing. {why} Write: {write}")
        return 0.0, said.format(why=_(element.why), write=_(element.write))
    if any(_same(text, one) for one in (element.write, element.why, element.label, _(element.write))):
        return 0.0, _("This is the form's own hint. Write what is so in your case.")
    if len(words) < FEWEST_WORDS.get(element.name, 1) or len({one.casefold() for one in words}) * 3 < len(
        words
    ):
        return 0.0, _("It says too little to act on. {hint}").format(hint=_(element.write))
    if any(_same(text, one) for one in others):
        return 0.0, _("It is word for word what stands in another element.")
    if anchors and not any(anchor.casefold() in text.casefold() for anchor in anchors):
        return 0.0, _("It names no fact of the case: no date, place, account or amount from the file.")
    return 1.0, _("It is stated.")


def _same(one: str, other: str) -> bool:
    def bare(text: str) -> list[str]:
        return re.findall(r"\w+", text.casefold())

    return bool(bare(one)) and bare(one) == bare(other)
