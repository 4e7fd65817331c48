"""Markdown of the course as a plain tree of dictionaries, lists and strings: the one form that pages, slides and
paper are written from.

>>> blocks("Keep it for **60 days** ({art}`42(8)`).")[0]["c"][3]
{'t': 'cite', 'refs': ['42(8)']}

A block is ``{"t": kind, ...}`` with the kinds ``p``, ``h`` (level, id), ``ul`` and ``ol`` (items: lists of blocks),
``table`` (head, rows), ``quote``, ``code`` and ``hr``. Its text ``c`` is a list of strings and of the kinds ``em``,
``strong``, ``code``, ``a`` (href), ``cite`` (refs), ``img`` (src, alt) and ``br``. The tree is JSON, so that it can be
handed to a typesetting program as data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hanoikit.errors import BuildError

Node = dict[str, Any]
Inline = str | Node

_ROLE_END = re.compile(r"\{art\}$")
_SPACE = re.compile(r"\s+")


def blocks(text: str) -> list[Node]:
    """The blocks of a Markdown text.

    Raises :class:`BuildError` for a construct that none of the three outputs has (raw HTML).
    """
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return _Reader(tokens).until(None)


def inlines(text: str) -> list[Inline]:
    """The inline content of one line of Markdown."""
    found = blocks(text)
    return found[0]["c"] if found and found[0]["t"] == "p" else [text]


class _Reader:
    """Walks the flat list of tokens and nests what it finds."""

    def __init__(self, tokens: Sequence[Any]) -> None:
        self.tokens = tokens
        self.at = 0

    def until(self, end: str | None) -> list[Node]:
        found: list[Node] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == end:
                return found
            found += self._block(token)
        return found

    def _block(self, token: Any) -> list[Node]:
        kind = token.type
        if kind == "paragraph_open":
            return [{"t": "p", "c": self._inline("paragraph_close")}]
        if kind == "heading_open":
            content = self._inline("heading_close")
            return [{"t": "h", "level": int(token.tag[1]), "id": slug(plain(content)), "c": content}]
        if kind == "bullet_list_open":
            return [{"t": "ul", "items": self._items("bullet_list_close")}]
        if kind == "ordered_list_open":
            start = int(token.attrGet("start") or 1)
            return [{"t": "ol", "start": start, "items": self._items("ordered_list_close")}]
        if kind == "blockquote_open":
            return [{"t": "quote", "c": self.until("blockquote_close")}]
        if kind in {"fence", "code_block"}:
            return [{"t": "code", "text": token.content.rstrip("\n"), "info": token.info.strip()}]
        if kind == "hr":
            return [{"t": "hr"}]
        if kind == "table_open":
            return [self._table()]
        raise BuildError(
            f"The text has something that cannot be put on paper: {kind}.",
            where=token.content.strip()[:60],
            next_step="Write it with headings, paragraphs, lists, tables, quotations or code.",
        )

    def _inline(self, end: str) -> list[Inline]:
        token = self.tokens[self.at]
        self.at += 1
        content = _inline(token.children or []) if token.type == "inline" else []
        if token.type != end:
            self.at += 1
        return content

    def _items(self, end: str) -> list[list[Node]]:
        items = []
        while self.tokens[self.at].type != end:
            self.at += 1
            items.append(self.until("list_item_close"))
        self.at += 1
        return items

    def _table(self) -> Node:
        rows: list[list[list[Inline]]] = []
        while (token := self.tokens[self.at]).type != "table_close":
            self.at += 1
            if token.type == "tr_open":
                rows.append([])
            elif token.type in {"th_open", "td_open"}:
                rows[-1].append(self._inline(token.type.replace("open", "close")))
        self.at += 1
        return {"t": "table", "head": rows[0], "rows": rows[1:]}


def _inline(children: Sequence[Any]) -> list[Inline]:
    stack: list[list[Inline]] = [[]]
    opened: list[Node] = []
    for token in children:
        kind = token.type
        here = stack[-1]
        if kind == "text":
            _add(here, token.content)
        elif kind in {"softbreak", "hardbreak"}:
            _add(here, " ") if kind == "softbreak" else here.append({"t": "br"})
        elif kind == "code_inline":
            before = here[-1] if here and isinstance(here[-1], str) else ""
            if _ROLE_END.search(before):
                here[-1] = _ROLE_END.sub("", before)
                here.append({"t": "cite", "refs": [part.strip() for part in token.content.split(",")]})
            else:
                here.append({"t": "code", "text": token.content})
        elif kind == "image":
            here.append({"t": "img", "src": token.attrGet("src") or "", "alt": token.content})
        elif kind in {"em_open", "strong_open", "link_open"}:
            name = {"em_open": "em", "strong_open": "strong", "link_open": "a"}[kind]
            node: Node = {"t": name}
            if name == "a":
                node["href"] = token.attrGet("href") or ""
            opened.append(node)
            stack.append([])
        elif kind in {"em_close", "strong_close", "link_close"}:
            node = opened.pop()
            node["c"] = stack.pop()
            stack[-1].append(node)
        else:
            raise BuildError(
                f"The text has something that cannot be put on paper: {kind}.",
                where=token.content.strip()[:60],
                next_step="Write it in plain Markdown.",
            )
    return [item for item in stack[0] if item != ""]


def _add(into: list[Inline], text: str) -> None:
    if into and isinstance(into[-1], str):
        into[-1] += text
    else:
        into.append(text)


def plain(content: Iterable[Inline]) -> str:
    """The words of inline content; a citation as ``art. 42(8)``."""
    parts = []
    for item in content:
        if isinstance(item, str):
            parts.append(item)
        elif item["t"] == "cite":
            parts.append(cited(item["refs"]))
        elif item["t"] == "code":
            parts.append(item["text"])
        elif item["t"] == "img":
            parts.append(item["alt"])
        elif item["t"] == "br":
            parts.append(" ")
        else:
            parts.append(plain(item["c"]))
    return _SPACE.sub(" ", "".join(parts)).strip()


def cited(refs: Sequence[str]) -> str:
    """``art. 42(8)``, ``arts 25(2), 42(8)``."""
    return f"{'art.' if len(refs) == 1 else 'arts'} {', '.join(refs)}"


def text_of(nodes: Iterable[Node]) -> str:
    """All words of blocks, in reading order."""
    return " ".join(plain(content) for content in contents(nodes))


def contents(nodes: Iterable[Node]) -> Iterator[list[Inline]]:
    """Every piece of inline content of blocks, in reading order."""
    for node in nodes:
        kind = node["t"]
        if kind in {"p", "h"}:
            yield node["c"]
        elif kind in {"ul", "ol"}:
            for item in node["items"]:
                yield from contents(item)
        elif kind == "table":
            for row in (node["head"], *node["rows"]):
                yield from row
        elif kind == "quote":
            yield from contents(node["c"])
        elif kind == "code":
            yield [node["text"]]


def inner(content: Iterable[Inline]) -> Iterator[Node]:
    """Every node inside inline content, however deep."""
    for item in content:
        if not isinstance(item, str):
            yield item
            yield from inner(item.get("c", ()))


def slug(text: str) -> str:
    """The name of a heading inside a page: small letters, digits and hyphens.

    >>> slug("Part A · A copy that can be checked")
    'part-a-a-copy-that-can-be-checked'
    """
    return re.sub(r"[\W_]+", "-", text.casefold()).strip("-") or "section"


def words(content: Iterable[Inline]) -> int:
    """How many words a reader meets; a citation counts as one."""
    shown = [item if isinstance(item, str) or item["t"] != "cite" else "x" for item in content]
    return len(re.findall(r"\S*\w\S*", plain(shown)))
