"""How far a statement about the Convention can be trusted, in words that a trainee understands.

>>> confidence(("P", "M-h"))
'parent text'
>>> label("parent text")
'follows an older treaty'

The data carry the verification marks of the notes that they were made from. ``V-AR`` was checked against the
Arabic text, ``V-Sn`` by source n; ``C-Sn`` means that source n confirms subject or place; ``P`` that an older
treaty's text was read, from which the provision comes; ``M-h``, ``M-m``, ``M-l`` that it is from memory, with
high, medium or low confidence. The first mark of a statement is the one that counts most.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hanoikit.i18n import _

Confidence = Literal["verified", "corroborated", "parent text", "memory"]
LEVELS: tuple[Confidence, ...] = ("verified", "corroborated", "parent text", "memory")


def confidence(marks: Sequence[str]) -> Confidence:
    """The level that the first mark stands for."""
    first = marks[0] if marks else "M-l"
    match first[0]:
        case "V":
            return "verified"
        case "C":
            return "corroborated"
        case "P":
            return "parent text"
        case _:
            return "memory"


def label(level: Confidence) -> str:
    """Two or three words for a table or a line of text."""
    return {
        "verified": _("checked"),
        "corroborated": _("reported by a source"),
        "parent text": _("follows an older treaty"),
        "memory": _("from memory"),
    }[level]


def meaning(level: Confidence) -> str:
    """One or two sentences for the legend."""
    return {
        "verified": _(
            "The summary was compared with an official text (articles 1 to 15: the Arabic one) or with a "
            "public record."
        ),
        "corroborated": _(
            "A public source confirms what the provision is about. The details are from memory."
        ),
        "parent text": _(
            "The provision comes from an older treaty (Budapest, UNTOC or UNCAC). Where that treaty could "
            "be read, it was compared; what the new text changes is from memory."
        ),
        "memory": _("Written from memory of the adopted text. Compare it with the official text first."),
    }[level]


def legend() -> list[tuple[str, str]]:
    """Every label with its meaning, from the surest to the least sure."""
    return [(label(level), meaning(level)) for level in LEVELS]


def numbering_warning() -> str:
    """What to say where the substance is surer than the paragraph number."""
    return _("the paragraph number is less certain than the content")


def notice() -> str:
    """The sentence that stands wherever summaries are shown."""
    return _(
        "These are summaries in plain words. They are not the authentic text of the Convention. "
        "For a real case, read the official text."
    )
