"""The tree on paper: a tagged PDF (PDF/UA-1) with page numbers, contents, bookmarks and links.

>>> pdf = typeset(Book("Handbook", "...", chapters), moment)

typst makes it and not a browser: it numbers the pages in the contents, it checks the standard for accessible documents
while it writes (and refuses what breaks it), it gives the same bytes for the same text on every machine, and it is
installed with the kit. All content reaches the template as data; no author's text can become markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from hanoikit.evidence import typesetting
from hanoikit.i18n import _, direction, language
from hanoikit.teaching.markup import Inline, Node, plain, text_of
from hanoikit.teaching.page import licence
from hanoikit.teaching.sureness import letter, sureness

TEMPLATE = Path(__file__).with_name("book.typ")


@dataclass(frozen=True, slots=True)
class Chapter:
    """One heading of the first rank and what follows; ``anchor`` is what links in the book lead to."""

    title: str
    anchor: str
    blocks: Sequence[Node]


@dataclass(frozen=True, slots=True)
class Book:
    """What becomes one file. ``anchors`` are the names inside the book that links may lead to; a link to anything else
    keeps its words and loses its address. ``short``: the contents name the chapters only.
    """

    title: str
    subtitle: str
    chapters: Sequence[Chapter]
    notice: str = ""
    description: str = ""
    anchors: frozenset[str] = field(default=frozenset())
    short: bool = False


def data_of(book: Book, moment: datetime) -> dict[str, Any]:
    """The book as the template reads it."""
    ready = _Ready(book.anchors | {chapter.anchor for chapter in book.chapters})
    return {
        "title": book.title,
        "subtitle": book.subtitle,
        "description": book.description or book.subtitle,
        "notice": book.notice,
        "depth": 1 if book.short else 2,
        "licence": licence(),
        "lang": language().split("-")[0],
        "rtl": direction() == "rtl",
        "date": [moment.year, moment.month, moment.day],
        "chapters": [
            {"title": chapter.title, "anchor": chapter.anchor, "blocks": ready.blocks(chapter.blocks)}
            for chapter in book.chapters
        ],
        "labels": {"contents": _("Contents"), "page": _("Page"), "notes": _("Your notes")},
    }


def typeset(book: Book, moment: datetime) -> bytes:
    """The PDF, dated ``moment``; raises what :func:`hanoikit.evidence.typesetting.typeset` raises."""
    pdf, _fonts = typesetting.typeset(TEMPLATE, data_of(book, moment), moment)
    return pdf


class _Ready:
    """The tree as paper needs it: citations with their links, addresses that lead somewhere, long words that may
    break.
    """

    def __init__(self, anchors: frozenset[str]) -> None:
        self.anchors = anchors

    def blocks(self, nodes: Iterable[Node]) -> list[Node]:
        made = [self._block(node) for node in nodes]
        for before, node in pairwise(made):
            # What announces a table, a list or a frame stays on its page.
            if before["t"] == "p" and node["t"] in {"box", "code", "ol", "table", "ul"}:
                before["sticky"] = True
        return made

    def _block(self, node: Node) -> Node:
        made = dict(node)
        if node["t"] in {"ul", "ol"}:
            made["items"] = [self.blocks(item) for item in node["items"]]
        elif node["t"] == "table":
            made["head"] = [self.inline(cell) for cell in node["head"]]
            made["rows"] = [[self.inline(cell) for cell in row] for row in node["rows"]]
            made["widths"] = node.get("widths") or widths(node)
            made["keep"] = node.get("keep", len(node["rows"]) <= 7 and len(text_of([node])) < 900)
        elif node["t"] == "terms":
            made["items"] = [[self.inline(part) for part in pair] for pair in node["items"]]
        elif node["t"] in {"quote", "box"}:
            made["c"] = self.blocks(node["c"])
        elif "c" in node:
            made["c"] = self.inline(node["c"])
        return made

    def inline(self, content: Iterable[Inline]) -> list[Inline]:
        made: list[Inline] = []
        for item in content:
            made += self._one(item)
        return made

    def _one(self, item: Inline) -> list[Inline]:
        if isinstance(item, str):
            return [item]
        if item["t"] == "cite":
            return self._cite(item["refs"])
        if item["t"] == "a":
            href = item["href"]
            inside = self.inline(item["c"])
            if href.startswith("#") and href[1:] in self.anchors:
                return [{"t": "ref", "to": href[1:], "c": inside}]
            return [{"t": "a", "href": href, "c": inside}] if href.startswith("http") else inside
        if "c" in item:
            return [{**item, "c": self.inline(item["c"])}]
        return [item]

    def _cite(self, refs: Sequence[str]) -> list[Inline]:
        made: list[Inline] = ["" if len(refs) == 1 else f"{_('arts')} "]
        for number, ref in enumerate(refs):
            found, _level = sureness(ref)
            shown = f"{_('art.')}\u00a0{ref}" if len(refs) == 1 else ref
            link: Node = {"t": "ref", "to": f"provision-{found.article}", "c": [shown]}
            made += [", "] if number else []
            made.append(link if link["to"] in self.anchors else shown)
            made.append({"t": "sup", "c": [letter(found)]})
        return [part for part in made if part != ""]


def widths(node: Node) -> list[int]:
    """Shares of the line for the columns of a table: longer text gets more, and no word is cut."""
    columns = [[plain(cell) for cell in column] for column in zip(node["head"], *node["rows"], strict=True)]
    shares = [min(max(max(map(len, column)), 5), 60) ** 0.75 * 10 for column in columns]
    # A line holds about 88 letters of a table, bold ones counted.
    longest = [max((len(word) for cell in column for word in cell.split()), default=1) for column in columns]
    whole = sum(shares)
    return [
        round(max(share, whole * min(word + 3, 30) / 88)) for share, word in zip(shares, longest, strict=True)
    ]
