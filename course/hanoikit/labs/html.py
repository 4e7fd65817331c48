"""Small pieces of HTML for the labs: every text is escaped, every table has a caption and header cells.

>>> sentence("2 < 3")
'<p>2 &lt; 3</p>'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


class Markup(str):
    """Text that is HTML already and is not escaped again. Make it only from the functions of this module."""

    __slots__ = ()


def text(value: object) -> Markup:
    """The value as escaped text; ``Markup`` passes through."""
    return value if isinstance(value, Markup) else Markup(escape(str(value)))


def code(value: object) -> Markup:
    """A hash, name or number in fixed-width letters that may break anywhere."""
    return Markup(f"<code>{escape(str(value))}</code>")


def preformatted(value: object) -> Markup:
    """Text that keeps its lines as they stand."""
    return Markup(f"<pre>{escape(str(value))}</pre>")


def large(value: object) -> Markup:
    """A code in large fixed-width letters, to be read out or written down."""
    return Markup(f'<p class="hk-large"><code>{escape(str(value))}</code></p>')


def strong(value: object) -> Markup:
    """A word that carries the result."""
    return Markup(f'<span class="hk-mark">{escape(str(value))}</span>')


def sentence(*parts: object) -> Markup:
    """One paragraph made of the parts, with a space between them."""
    return Markup(f"<p>{' '.join(text(part) for part in parts)}</p>")


def bullets(items: Iterable[object]) -> Markup:
    """A list; nothing at all where there are no items."""
    lines = "".join(f"<li>{text(item)}</li>" for item in items)
    return Markup(f"<ul>{lines}</ul>" if lines else "")


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """A table with a caption; the first cell of each row is its header."""
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = []
    for first, *rest in rows:
        cells = "".join(f"<td>{text(cell)}</td>" for cell in rest)
        body.append(f'<tr><th scope="row">{text(first)}</th>{cells}</tr>')
    return Markup(
        f"<table><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table>"
    )


def details(summary: str, *parts: object) -> Markup:
    """Something that opens when its summary is chosen."""
    return Markup(f"<details><summary>{escape(summary)}</summary>{join(*parts)}</details>")


def figures(items: Iterable[tuple[bytes, str, str]]) -> Markup:
    """Small PNG pictures side by side: the bytes, what they show (read aloud), and a caption."""
    from base64 import b64encode

    shown = "".join(
        '<figure style="margin: 0"><img style="max-width: 100%" '
        f'src="data:image/png;base64,{b64encode(data).decode()}" alt="{escape(alt)}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        for data, alt, caption in items
    )
    return Markup(f'<div style="display: flex; flex-wrap: wrap; gap: 1rem">{shown}</div>')


def join(*parts: object) -> Markup:
    """The parts one after the other."""
    return Markup("".join(text(part) for part in parts))
