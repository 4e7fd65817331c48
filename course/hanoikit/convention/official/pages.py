"""Taking the paper out of a paged text: running headers, page numbers, footnotes, hyphens at line ends.

>>> clean_pages([["A/RES/79/243", "1. Each State Party shall pre-", "serve data.", "24-24333 7/45"]])
['1. Each State Party shall preserve data.']

The official PDF repeats the document's symbol above and a job number with the page below, puts footnotes at
the foot with a bare number, and breaks words with hyphens. None of this belongs to an article.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

ARTICLE_HEADING = re.compile(
    r"^\s*A\s?[Rr]\s?[Tt]\s?[Ii]\s?[Cc]\s?[Ll]\s?[Ee]\s+(?P<number>\d\s?\d?)\s*"
    r"(?:[.:–—-]\s*(?P<title>[A-Z0-9].*))?$"
)
CHAPTER_HEADING = re.compile(r"^\s*(?:Chapter|CHAPTER)\s+(?P<roman>[IVX]+)\b[\s.:–—-]*(?P<title>.*)$")
PARAGRAPH_START = re.compile(r"^\s*(?:\d{1,2}\.\s|\([a-z]{1,4}\)\s)")

_EDGE = 4  # a header or footer is among this many lines from the top or the bottom of a page
_SYMBOL = re.compile(r"^\s*A/(?:RES/)?\d+/(?:L\.)?\d+(?:/\S+)?(?:\s+.*)?$")
_JOB_NUMBER = re.compile(r"^\s*\d{2}-\d{5}\b(?:\s*\([EFSRAC]\))?(?:\s*\d{1,3}\s*/\s*\d{1,3})?\s*$")
_PAGE_NUMBER = re.compile(
    r"^\s*(?:page\s+)?[-–]?\s*(?:\d{1,3}\s*(?:/|of)\s*\d{1,3}(?:\s+\d{2}-\d{5})?|\d{1,3})\s*[-–]?\s*$", re.I
)
_FOOTNOTE = re.compile(r"^\s*(?:\d{1,2}|\*{1,3})\s*(?=[A-Z“\"])")
_FOOTNOTE_WORDS = re.compile(
    r"United Nations, Treaty Series|\bvol\.\s*\d|\bibid\b|resolution \d+|\bsee\b|Official Records",
    re.IGNORECASE,
)

_HYPHEN_AFTER = {"non", "self", "cross"}
_HYPHEN_BEFORE = {"based", "building", "conviction", "related", "time", "up"}


def clean_pages(pages: Sequence[Sequence[str]]) -> list[str]:
    """The lines of all pages in order, without what repeats, and with broken words joined."""
    running = _running_lines(pages)
    lines: list[str] = []
    for page in pages:
        kept = [line for line in page if line.strip()]
        kept = [
            line
            for place, line in enumerate(kept)
            if not (min(place, len(kept) - 1 - place) < _EDGE and _is_furniture(line, running))
        ]
        lines += _without_footnotes(kept)
    return join_broken_words(lines)


def _masked(line: str) -> str:
    return re.sub(r"\d+", "#", " ".join(line.split()))


def _is_structure(line: str) -> bool:
    """Headings and paragraph numbers repeat at page edges too, and must stay."""
    return bool(ARTICLE_HEADING.match(line) or CHAPTER_HEADING.match(line) or PARAGRAPH_START.match(line))


def _running_lines(pages: Sequence[Sequence[str]]) -> set[str]:
    """What stands at the same place near the edge of at least a third of the pages, numbers aside."""
    counts: Counter[tuple[int, str]] = Counter()
    for page in pages:
        kept = [line for line in page if line.strip()]
        places = range(-min(_EDGE, len(kept)), min(_EDGE, len(kept)))
        counts.update((place, _masked(kept[place])) for place in places if not _is_structure(kept[place]))
    least = max(3, len(pages) / 3)
    return {text for (_place, text), count in counts.items() if count >= least}


def _is_furniture(line: str, running: set[str]) -> bool:
    if _SYMBOL.match(line) or _JOB_NUMBER.match(line) or _PAGE_NUMBER.match(line):
        return True
    return _masked(line) in running and not _is_structure(line)


def _without_footnotes(lines: list[str]) -> list[str]:
    """The page up to its first footnote: a bare number, then a text that reads like a reference."""
    for place in range(len(lines) // 2, len(lines)):
        rest = lines[place:]
        reads_like_one = _FOOTNOTE.match(lines[place]) and _FOOTNOTE_WORDS.search(" ".join(rest))
        if reads_like_one and not any(_is_structure(line) for line in rest):
            return lines[:place]
    return lines


def join_broken_words(lines: Sequence[str]) -> list[str]:
    """Lines with words that a hyphen cut at the line's end made whole again.

    Whether the hyphen belongs to the word (``non-/governmental``) is decided by how the rest of the text
    writes it.
    """
    text = "\n".join(lines)
    words = Counter(re.findall(r"[a-z]+(?:-[a-z]+)*", text.lower()))

    def join(match: re.Match[str]) -> str:
        left, right = match[1], match[2]
        hyphenated = words[f"{left}-{right}".lower()]
        compound = left.lower() in _HYPHEN_AFTER or right in _HYPHEN_BEFORE
        keep = compound or hyphenated > words[f"{left}{right}".lower()]
        return f"{left}-{right}" if keep else f"{left}{right}"

    joined = re.sub(r"([A-Za-z]+)[-\u00ad\u2010]\s*\n\s*([a-z]+)", join, text)
    joined = re.sub(r"([A-Za-z]-)\s*\n\s*(?=[A-Z])", r"\1", joined)  # Secretary-/General
    return joined.replace("\u00ad", "").split("\n")
