"""nbgrader's feedback pages, the same bytes in a fraction of the time: what is equal in many pages is worked out once.

>>> with quick():
...     api.generate_feedback("m04-evidence-chain", "amal")

For every page nbconvert compiles its templates anew, renders and colours every cell, and has the page read, improved
and written by Beautiful Soup. In a class most cells are equal: prompts, controls, marks for the same answer. Kept here
are compiled templates (by text and settings), rendered Markdown and coloured code (by everything that they depend on),
and what Beautiful Soup makes of a cell (by its HTML). A page is taken apart only where each piece opens and closes what
is its own; any other page goes the slow way. What is kept is found by all that it depends on, so no hand-in can change
what another one gets.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Hashable, Iterator
from importlib import import_module, metadata
from typing import Any

#: The versions whose pages were compared; with others Beautiful Soup reads each page whole.
COMPARED = {"nbconvert": "7.17.2", "beautifulsoup4": "4.15.0"}
_MOST_KEPT = 128_000_000
"""Characters of results that are kept at most."""
_CELL = '<div class="cell border-box-sizing '
_TAIL = "</main>"
_CLOSING = re.compile(r"</div>\s*\Z")
_MOST_AROUND = 6
_PLACE = "hanoikit-cell"
_EMPTY = f"<{_PLACE}></{_PLACE}>"
_IMAGES = "img:not([alt])"
_FOCUSED = (".jp-Notebook div.jp-Cell-inputWrapper", ".jp-Notebook div.jp-OutputArea-output")
_NO_ALT = "No description has been provided for this image"
_BLOCKS = {"[document]", "html", "body", "main", "div"}
_JINJA = (
    "block_start_string", "block_end_string", "variable_start_string", "variable_end_string",
    "comment_start_string", "comment_end_string", "line_statement_prefix", "line_comment_prefix", "trim_blocks",
    "lstrip_blocks", "newline_sequence", "keep_trailing_newline", "optimized", "finalize", "autoescape", "is_async",
    "sandboxed", "undefined",
)  # fmt: skip


class Kept:
    """Results by what they depend on, until they take too much room."""

    def __init__(self) -> None:
        self._found: dict[Hashable, Any] = {}
        self._size = 0

    def get(self, key: Hashable, make: Callable[[], Any], size: Callable[[Any], int]) -> Any:
        """The result for this key, made when it is asked for the first time."""
        if key not in self._found:
            made = make()
            self._size += size(made)
            if self._size > _MOST_KEPT:
                self._found.clear()
                self._size = size(made)
            self._found[key] = made
        return self._found[key]


_kept = Kept()


@contextlib.contextmanager
def quick() -> Iterator[None]:
    """Within the block nbconvert's HTML pages are made the quick way."""
    import jinja2
    from nbconvert.filters.highlight import Highlight2HTML

    html: Any = import_module("nbconvert.exporters.html")
    changes: list[tuple[Any, str, Any]] = [
        (jinja2.Environment, "compile", _compiled(jinja2.Environment.compile)),
        (Highlight2HTML, "__call__", _coloured(Highlight2HTML.__call__)),
        (html.HTMLExporter, "markdown2html", _rendered(html.HTMLExporter.markdown2html)),
    ]
    if all(metadata.version(name) == version for name, version in COMPARED.items()):
        changes.append((html, "BeautifulSoup", _page(html.BeautifulSoup)))
    before = [(place, name, getattr(place, name)) for place, name, _new in changes]
    try:
        for place, name, new in changes:
            setattr(place, name, new)
        yield
    finally:
        for place, name, old in before:
            setattr(place, name, old)


def _compiled(slow: Any) -> Any:
    @functools.wraps(slow)
    def compile(
        self: Any,
        source: Any,
        name: Any = None,
        filename: Any = None,
        raw: bool = False,
        defer_init: bool = False,
    ) -> Any:
        if raw or not isinstance(source, str):
            return slow(self, source, name, filename, raw, defer_init)
        settings = tuple(getattr(self, one) for one in _JINJA)
        key = (
            "template", source, name, filename, defer_init, type(self), settings,
            tuple(self.extensions), frozenset(self.filters), frozenset(self.tests),
        )  # fmt: skip
        return _kept.get(
            key, lambda: slow(self, source, name, filename, raw, defer_init), lambda _made: len(source)
        )

    return compile


def _coloured(slow: Any) -> Any:
    @functools.wraps(slow)
    def call(self: Any, source: str, language: Any = None, metadata: Any = None) -> Any:
        key = (
            "code", source, language, self.pygments_lexer, repr(self.extra_formatter_options), repr(metadata),
        )  # fmt: skip
        return _kept.get(
            key, lambda: slow(self, source, language, metadata), lambda made: len(made) + len(source)
        )

    return call


def _rendered(slow: Any) -> Any:
    # wraps() also carries over the mark by which Jinja knows that the filter wants its context.
    @functools.wraps(slow)
    def markdown2html(self: Any, context: Any, source: str) -> Any:
        if context.get("cell", {}).get("attachments") or self.embed_images:
            return slow(self, context, source)
        path = context.get("resources", {}).get("metadata", {}).get("path", "")
        key = (
            "text", source, path, self.anchor_link_text, self.exclude_anchor_links, repr(self.lexer_options),
        )  # fmt: skip
        return _kept.get(key, lambda: slow(self, context, source), lambda made: len(made) + len(source))

    return markdown2html


def _page(slow: Any) -> Any:
    def soup(html: str, features: str = "html.parser") -> Any:
        found = improved(html) if features == "html.parser" else None
        return slow(html, features=features) if found is None else Page(*found)

    return soup


class Page:
    """A finished page in the place of the soup that nbconvert would improve."""

    def __init__(self, text: str, without_alt: int) -> None:
        self._text = text
        self._without_alt = without_alt

    def select(self, selector: str) -> list[Any]:
        """As many elements as there were, for nbconvert to count; they are improved already."""
        if selector == _IMAGES:
            return [import_module("bs4").Tag(name="img") for _number in range(self._without_alt)]
        if selector in _FOCUSED:
            return []
        raise LookupError(selector)

    def __str__(self) -> str:
        return self._text


def improved(html: str) -> tuple[str, int] | None:
    """A page as Beautiful Soup and nbconvert write it, and how many images had no alternative text.

    ``None`` when it cannot be taken apart into cells that stand for themselves.
    """
    start, end = html.find(_CELL), html.rfind(_TAIL)
    if not 0 <= start < end or _PLACE in html:
        return None
    cells = [_CELL + part for part in html[start:end].split(_CELL)[1:]]
    # Behind the last cell what stands around all of them is closed.
    for _turn in range(_MOST_AROUND):
        if _kept_piece(cells[-1]) is None and (match := _CLOSING.search(cells[-1])):
            end -= len(match[0])
            cells[-1] = cells[-1][: match.start()]
    done = []
    for cell in cells:
        found = _kept_piece(cell)
        if found is None:
            return None
        done.append(found)
    frame = _soup(html[:start] + _EMPTY * len(cells) + html[end:])
    places = frame.find_all(_PLACE)
    around = {parent.name for place in places for parent in place.parents}
    # What stands around a cell must not change how it is read or which rules select it.
    if frame.select(".jp-Notebook") or not around <= _BLOCKS:
        return None
    missing = _improve(frame)
    before, *between, after = str(frame).split(_EMPTY)
    if len(between) != len(cells) - 1 or any(between):
        return None
    text = "".join([before, *(one for one, _missing in done), after])
    return text, missing + sum(one for _text, one in done)


def _kept_piece(html: str) -> tuple[str, int] | None:
    found: tuple[str, int] | None = _kept.get(
        ("cell", html), lambda: _piece(html), lambda _made: 2 * len(html)
    )
    return found


def _piece(html: str) -> tuple[str, int] | None:
    soup = _soup(html)
    if soup.odd:
        return None
    missing = _improve(soup)
    return str(soup), missing


def _improve(soup: Any) -> int:
    """What nbconvert does with a page before it writes it."""
    images = soup.select(_IMAGES)
    for image in images:
        image.attrs["alt"] = _NO_ALT
    for selector in _FOCUSED:
        for element in soup.select(selector):
            element.attrs["tabindex"] = "0"
    return len(images)


def _soup(html: str) -> Any:
    kind, builder = _kinds()
    return kind(html, builder=builder())


@functools.cache
def _kinds() -> tuple[Any, Any]:
    """Beautiful Soup that notices a piece which does not open and close what is its own."""
    from bs4 import BeautifulSoup
    from bs4.builder._htmlparser import BeautifulSoupHTMLParser, HTMLParserTreeBuilder

    class Parser(BeautifulSoupHTMLParser):
        soup: Any

        def close(self) -> None:
            if self.rawdata or self.cdata_elem:
                self.soup.odd = True
            super().close()

    class Builder(HTMLParserTreeBuilder):
        soup: Any

        def feed(self, markup: Any, _parser_class: Any = Parser) -> None:
            super().feed(markup, _parser_class)
            if len(self.soup.tagStack) != 1:
                self.soup.odd = True

    class Soup(BeautifulSoup):
        odd = False

        def _popToTag(self, name: str, *more: Any, **named: Any) -> Any:
            if self.currentTag is None or name != self.currentTag.name:
                self.odd = True
            return super()._popToTag(name, *more, **named)

    return Soup, Builder
