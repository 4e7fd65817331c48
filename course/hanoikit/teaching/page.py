"""The tree as HTML, and the frame around it: pages that can be read with the network off, printed, and heard.

>>> html(blocks("Keep it ({art}`42(8)`)."), cites="provisions.html")
'<p>Keep it (<a class="cite" href="provisions.html#Article-42" ...

A page carries its style in itself, so that it can be handed on alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from hanoikit.i18n import _, direction, language
from hanoikit.teaching.markup import Inline, Node, contents, inner, plain
from hanoikit.teaching.sureness import letter, sureness


@dataclass(frozen=True, slots=True)
class Writer:
    """How a tree becomes HTML in one place.

    ``cites`` is the page of provisions as seen from here (empty: citations are no links); ``resolve`` turns the address
    of a link in the text into one that holds here, or into "" where only its words shall stand; ``special`` writes the
    kinds of block that this module does not know.
    """

    cites: str = ""
    resolve: Callable[[str], str] = str
    special: Callable[[Node], str] = lambda node: ""

    def blocks(self, nodes: Iterable[Node]) -> str:
        return "\n".join(self.block(node) for node in nodes)

    def block(self, node: Node) -> str:
        kind = node["t"]
        if kind == "p":
            return f"<p>{self.inline(node['c'])}</p>"
        if kind == "h":
            level = node["level"]
            return f'<h{level} id="{escape(node["id"])}">{self.inline(node["c"])}</h{level}>'
        if kind in {"ul", "ol"}:
            start = f' start="{node["start"]}"' if node.get("start", 1) != 1 else ""
            items = "".join(f"<li>{self._item(item)}</li>" for item in node["items"])
            return f"<{kind}{start}>{items}</{kind}>"
        if kind == "table":
            return self._table(node)
        if kind == "quote":
            return f"<blockquote>{self.blocks(node['c'])}</blockquote>"
        if kind == "code":
            return f'<pre tabindex="0"><code>{escape(node["text"])}</code></pre>'
        if kind == "hr":
            return "<hr>"
        return self.special(node)

    def _item(self, item: Sequence[Node]) -> str:
        first, *rest = item or [{"t": "p", "c": []}]
        if first["t"] == "p":
            return self.inline(first["c"]) + self.blocks(rest)
        return self.blocks(item)

    def _table(self, node: Node) -> str:
        heads = "".join(
            f'<th scope="col">{self.inline(cell)}</th>' if cell else '<td class="corner"></td>'
            for cell in node["head"]
        )
        caption = f"<caption>{escape(node['caption'])}</caption>" if node.get("caption") else ""
        rows = []
        for row in node["rows"]:
            cells = [f"<td>{self.inline(cell)}</td>" for cell in row]
            if node.get("row_heads", True) and row[0]:
                cells[0] = f'<th scope="row">{self.inline(row[0])}</th>'
            rows.append(f"<tr>{''.join(cells)}</tr>")
        body = "".join(rows)
        return f'<div class="wide"><table>{caption}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'

    def inline(self, content: Iterable[Inline]) -> str:
        return "".join(self._one(item) for item in content)

    def _one(self, item: Inline) -> str:
        if isinstance(item, str):
            return escape(item, quote=False)
        kind = item["t"]
        if kind == "cite":
            return self._cite(item["refs"])
        if kind == "code":
            return f"<code>{escape(item['text'], quote=False)}</code>"
        if kind == "br":
            return "<br>"
        if kind == "img":
            return f'<img src="{escape(item["src"])}" alt="{escape(item["alt"])}">'
        inside = self.inline(item["c"])
        if kind == "a":
            href = self.resolve(item["href"])
            return f'<a href="{escape(href)}">{inside}</a>' if href else inside
        return f"<{kind}>{inside}</{kind}>"

    def _cite(self, refs: Sequence[str]) -> str:
        links = []
        for ref in refs:
            provision, level = sureness(ref)
            summary = escape(f"{_(provision.summary)} ({level})", quote=True)
            shown = escape(f"{_('art.')} {ref}" if len(refs) == 1 else ref)
            link = f'<span class="cite" title="{summary}">{shown}</span>'
            if self.cites:
                href = escape(f"{self.cites}#{provision.anchor}")
                link = f'<a class="cite" href="{href}" title="{summary}">{shown}</a>'
            links.append(f'{link}<sup class="sure">{letter(provision)}</sup>')
        return ("" if len(refs) == 1 else f"{_('arts')} ") + ", ".join(links)


def html(nodes: Iterable[Node], *, cites: str = "") -> str:
    """Blocks as HTML, with links as they stand."""
    return Writer(cites=cites).blocks(nodes)


def frame(
    title: str, main: str, *, back: tuple[str, str] | None = None, notice: str = "", style: str = ""
) -> str:
    """A whole page around ``main``; ``back`` is a link above it (address and words), ``notice`` a box under the
    title."""
    way = (
        f'<nav aria-label="{escape(_("Way back"))}"><a href="{escape(back[0])}">{escape(back[1])}</a></nav>'
        if back
        else ""
    )
    box = f'<p class="notice">{notice}</p>' if notice else ""
    return f"""<!DOCTYPE html>
<html lang="{language()}" dir="{direction()}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Hanoi Kit</title>
<style>
{stylesheet()}{style}</style>
</head>
<body>
<a class="skip" href="#main">{escape(_("To the content"))}</a>
<header>{way}<h1>{escape(title)}</h1>{box}</header>
<main id="main">
{main}
</main>
<footer><p>{escape(licence())}</p></footer>
</body>
</html>
"""


def contents_list(nodes: Iterable[Node], *, deepest: int = 3) -> str:
    """The headings of blocks as a list of links: two ranks, the second inside the first."""
    items: list[str] = []
    for node in nodes:
        if node["t"] == "h" and 2 <= node["level"] <= deepest:
            rank = "" if node["level"] == 2 else ' class="sub"'
            items.append(f'<li{rank}><a href="#{escape(node["id"])}">{escape(plain(node["c"]))}</a></li>')
    return f'<nav aria-label="{escape(_("Contents"))}"><ul class="contents">{"".join(items)}</ul></nav>'


def number_headings(nodes: Iterable[Node]) -> list[Node]:
    """The same blocks, no two headings of which have the same name."""
    seen: dict[str, int] = {}
    made = []
    for node in nodes:
        if node["t"] == "h":
            count = seen[node["id"]] = seen.get(node["id"], 0) + 1
            if count > 1:
                node = {**node, "id": f"{node['id']}-{count}"}
        made.append(node)
    return made


def links_of(nodes: Iterable[Node]) -> list[str]:
    """The address of every link in blocks."""
    return [item["href"] for content in contents(nodes) for item in inner(content) if item["t"] == "a"]


def licence() -> str:
    """The line at the foot of everything that is handed out."""
    return _(
        "The Hanoi Kit authors. Text: CC BY 4.0. "
        "The summaries of provisions are not the authentic text of the Convention."
    )


@cache
def stylesheet() -> str:
    return (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
