"""What the text of a source has to be: citations that exist, headings in order, figures with words beside
them.

>>> check(source, Treaty())
[Finding(code='unknown-provision', message="There is no article 69.", where='m04-evidence-chain.md:40', ...)]
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator
from typing import Protocol

from hanoikit.build.source import ROLE, Cell, Source
from hanoikit.errors import Finding, HanoiKitError
from hanoikit.syntax import parsed

_HEADING = re.compile(r"^(#{1,6})\s+(\S.*)$")
_IMAGE_WITHOUT_TEXT = re.compile(r"!\[\s*\]\(")
_FENCE = re.compile(r"^\s*(```|~~~)")


class Citations(Protocol):
    """What the build needs of the Convention."""

    def expand(self, text: str, *, base: str) -> str:
        """The text with every citation role turned into a Markdown link into the page ``base``."""

    def article_of(self, reference: str) -> int:
        """The article that a reference belongs to; an error of the kit when there is no such provision."""

    def articles(self) -> dict[int, str]:
        """Number and title of every article."""


class Treaty:
    """The citations of :mod:`hanoikit.convention`."""

    def expand(self, text: str, *, base: str) -> str:
        from hanoikit import convention

        return convention.expand_roles(text, base=base) if ROLE.search(text) else text

    def article_of(self, reference: str) -> int:
        from hanoikit import convention

        return int(convention.provision(reference).article)

    def articles(self) -> dict[int, str]:
        from hanoikit import convention

        return {article.number: article.title for article in convention.articles()}


def check(source: Source, citations: Citations) -> list[Finding]:
    """Everything in the text that keeps a source from being built, in reading order."""
    found: list[tuple[int, Finding]] = []

    def add(line: int, code: str, message: str) -> None:
        found.append((line, Finding(code, message, source.place(line))))

    for line, reference in references(source):
        try:
            citations.article_of(reference)
        except HanoiKitError as error:
            add(line, "unknown-provision", f"{reference!r}: {error}")
    level = 0
    titles = 0
    for line, depth, _text in headings(source):
        titles += depth == 1
        if depth == 1 and titles > 1:
            add(line, "second-title", "there is a second heading of the first rank.")
        elif depth > level + 1:
            add(line, "heading-rank", f"a heading of rank {depth} follows one of rank {level}.")
        level = depth
    if not titles:
        add(1, "no-title", "there is no heading of the first rank.")
    for cell in source.cells:
        if cell.kind != "markdown":
            continue
        for line, text in _prose(cell):
            if _IMAGE_WITHOUT_TEXT.search(text):
                add(line, "no-alt-text", "a picture has no words for those who cannot see it.")
    return [finding for _line, finding in sorted(found, key=lambda pair: pair[0])]


def references(source: Source) -> Iterator[tuple[int, str]]:
    """Every provision that a source names, with its line: front matter, roles, prompts and ``cite=``."""
    named = source.front.get("provisions", [])
    for number, item in enumerate(named if isinstance(named, list) else []):
        yield source.line_of(("provisions", number)), str(item)
    for cell in source.cells:
        if cell.kind == "markdown":
            for offset, text in enumerate(cell.source.split("\n")):
                for match in ROLE.finditer(text):
                    for part in match[1].split(","):
                        yield cell.line + offset, part.strip()
            cited = cell.hanoikit.get("provisions", [])
            for item in cited if isinstance(cited, list) else []:
                yield cell.line, str(item)
        elif cell.kind == "code":
            for item in _cited(cell.source):
                yield cell.line, item


def _cited(code: str) -> Iterator[str]:
    for value in _arguments(code, "cite"):
        for item in value if isinstance(value, (list, tuple)) else [value]:
            yield from (part.strip() for part in str(item).split(",") if part.strip())


def read_again(source: Source) -> Iterator[tuple[int, str]]:
    """Every place ``LESSON#Heading`` that a mark sends the trainee back to, with its line."""
    for cell in source.cells:
        if cell.kind == "code":
            for value in _arguments(cell.source, "read"):
                yield cell.line, str(value)


def anchors(source: Source) -> frozenset[str]:
    """The names by which JupyterLab reaches the headings of a source: their text with hyphens for blanks."""
    return frozenset(re.sub(r"[*_`]", "", text).replace(" ", "-") for _line, _rank, text in headings(source))


def _arguments(code: str, name: str) -> Iterator[object]:
    """The values of the keyword argument ``name`` in the calls of a cell."""
    try:
        tree = parsed(code)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == name:
            with contextlib.suppress(ValueError):
                yield ast.literal_eval(node.value)


def headings(source: Source) -> Iterator[tuple[int, int, str]]:
    """Line, rank and text of every heading."""
    for cell in source.cells:
        if cell.kind == "markdown":
            for line, text in _prose(cell):
                if match := _HEADING.match(text):
                    yield line, len(match[1]), match[2].strip()


def _prose(cell: Cell) -> Iterator[tuple[int, str]]:
    """The lines of a Markdown cell outside fenced blocks."""
    fenced = False
    for offset, text in enumerate(cell.source.split("\n")):
        if _FENCE.match(text):
            fenced = not fenced
        elif not fenced:
            yield cell.line + offset, text
