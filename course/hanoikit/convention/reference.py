"""How a provision is written: article, paragraph, letter, point.

>>> parse("Article 41.3.e")
'41(3)(e)'
>>> parse_many("25(2), 42(8)")
('25(2)', '42(8)')

The canonical form is ``41(3)(e)``. People also write ``41.3.e``, ``41 (3) (e)`` and ``art. 41(3)(e)``; all
are read. This module knows how references look, not which ones exist: that is
:mod:`hanoikit.convention.library`.
"""

from __future__ import annotations

import re

from hanoikit.errors import UnknownProvision
from hanoikit.i18n import _

LAST_ARTICLE = 68

_PREFIX = re.compile(r"^(?:articles?|arts?\.?|§)\s*", re.IGNORECASE)
_BRACKETS = re.compile(r"(\d{1,3})((?:\(\w{1,5}\))*)")
_DOTS = re.compile(r"(\d{1,3})((?:\.\w{1,5})+)\.?")
_PART = re.compile(r"\w+")
_RANGE = re.compile(r"(\d{1,2})\s*[-–]\s*(\d{1,2})")
_LOWER_RANGE = re.compile(r"(.+)\((\d{1,2}|[a-z])\)\s*[-–]\s*\((\d{1,2}|[a-z])\)")


def parse(text: str) -> str:
    """The canonical form of one reference; ``UnknownProvision`` when it does not look like one."""
    bare = re.sub(r"\s+", "", _PREFIX.sub("", text.strip()))
    match = _BRACKETS.fullmatch(bare) or _DOTS.fullmatch(bare)
    if not match:
        raise UnknownProvision(
            _("“{text}” is not a provision of the Convention.").format(text=text.strip()[:60]),
            next_step=_("Write article, paragraph and letter like 41(3)(e) or 41.3.e."),
        )
    article = str(int(match[1]))
    return article + "".join(f"({part.lower()})" for part in _PART.findall(match[2]))


def parse_many(text: str) -> tuple[str, ...]:
    """The canonical forms of a list such as ``"25(2), 42(8)"``.

    Ranges of articles (``"57-68"``) and of paragraphs or letters (``"40(13)-(14)"``) are opened.
    """
    references: list[str] = []
    for piece in re.split(r"[,;]", _PREFIX.sub("", text.strip())):
        references += _opened(_PREFIX.sub("", piece.strip())) or [parse(piece)]
    return tuple(references)


def _opened(piece: str) -> list[str]:
    """The members of a range; empty when the piece is none."""
    whole = _RANGE.fullmatch(piece)
    if whole:
        return [str(number) for number in range(int(whole[1]), int(whole[2]) + 1)]
    lower = _LOWER_RANGE.fullmatch(piece)
    if not lower or lower[2].isdigit() != lower[3].isdigit():
        return []
    above, first, last = lower.groups()
    if first.isdigit():
        names = [str(number) for number in range(int(first), int(last) + 1)]
    else:
        names = [chr(code) for code in range(ord(first), ord(last) + 1)]
    return [parse(f"{above}({name})") for name in names]


def parts(reference: str) -> tuple[int, tuple[str, ...]]:
    """``"41(3)(e)"`` as ``(41, ("3", "e"))``."""
    number, *rest = _PART.findall(reference)
    return int(number), tuple(rest)


def join(article: int, below: tuple[str, ...]) -> str:
    """The reverse of :func:`parts`."""
    return str(article) + "".join(f"({part})" for part in below)


def parent(reference: str) -> str | None:
    """``"41(3)"`` for ``"41(3)(e)"``; ``None`` for an article."""
    article, below = parts(reference)
    return join(article, below[:-1]) if below else None
