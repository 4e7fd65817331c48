"""Slides as one page for reveal.js: keyboard, speaker's view, printing with ``?print-pdf``, and no network.

>>> page = html(lesson, deck(lesson), cites="../../participants/provisions.html")

The program lies beside the pages in ``reveal/``; see ``assets/slides``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

from hanoikit.i18n import _, direction, language
from hanoikit.teaching import page
from hanoikit.teaching.lesson import Lesson
from hanoikit.teaching.markup import Node, plain
from hanoikit.teaching.slides import ROOM, Slide, size_of
from hanoikit.teaching.sureness import legend

PROGRAM = ("reset.css", "reveal.css", "reveal.js", "notes.js", "LICENSE")


class _Body(page.Writer):
    """The same HTML as on a page, but lists whose entries carry their own letters have no bullets."""

    def block(self, node: Node) -> str:
        made = super().block(node)
        return made.replace("<ul>", '<ul class="bare">', 1) if node.get("bare") else made


def html(lesson: Lesson, slides: Sequence[Slide], *, cites: str, pictures: str = "pictures") -> str:
    """The deck of a lesson; ``cites`` is the page of provisions and ``pictures`` the folder of pictures, both as seen
    from the deck.
    """
    writer = _Body(cites=cites, resolve=lambda href: cites if href.endswith("convention.md") else href)
    title = f"{_('Module')} {lesson.number} · {lesson.title}"
    sections = "\n".join(_section(slide, writer, pictures) for slide in slides)
    return f"""<!DOCTYPE html>
<html lang="{language()}" dir="{direction()}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · {escape(_("slides"))} · Hanoi Kit</title>
<link rel="stylesheet" href="reveal/reset.css">
<link rel="stylesheet" href="reveal/reveal.css">
<style>
{stylesheet()}</style>
</head>
<body>
<div class="reveal" role="main">
<div class="slides">
{sections}
</div>
<p class="deck" aria-hidden="true">{escape(title)}</p>
</div>
<script src="reveal/reveal.js"></script>
<script src="reveal/notes.js"></script>
<script>
Reveal.initialize({{
  width: 1280, height: 720, margin: 0, minScale: 0.1, maxScale: 4, center: false, hash: true, slideNumber: "c/t",
  transition: "none", backgroundTransition: "none", pdfSeparateFragments: false,
  rtl: {str(direction() == "rtl").lower()}, plugins: [RevealNotes]
}});
</script>
</body>
</html>
"""


def _section(slide: Slide, writer: page.Writer, pictures: str) -> str:
    heading = writer.inline(slide.title)
    part = f' <span class="part">{slide.part}</span>' if slide.part > 1 else ""
    rank = "h1" if slide.kind == "title" else "h2"
    body = writer.blocks(slide.body)
    if slide.kind == "lab" and slide.picture is not None:
        source = escape(f"{pictures}/{slide.picture.path.name}")
        image = f'<img src="{source}" alt="{escape(slide.picture.alt)}">'
        body = f'<div class="beside">{image}<div>{body}</div></div>'
    if slide.kind == "title":
        body += f'<p class="foot">{escape(page.licence())}</p>'
    if slide.kind == "end":
        signs = " · ".join(f"<b>{sign}</b> {escape(label)}" for sign, label, _meaning in legend())
        lead = escape(_("The letter after a citation says how far its summary was checked:"))
        body += f'<p class="small">{lead} {signs}.</p><p class="foot">{escape(page.licence())}</p>'
    notes = writer.blocks(_demoted(slide.notes))
    aside = f'<aside class="notes">{notes}</aside>' if notes else ""
    size = ""
    if slide.kind not in {"title", "ask"} and not (slide.kind == "lab" and slide.picture):
        size = f" {size_of(slide.body, ROOM - 110 if slide.kind == 'section' else ROOM)}".rstrip()
    return (
        f'<section class="{slide.kind}{size}">\n<{rank}>{heading}{part}</{rank}>\n{body}\n{aside}</section>'
    )


def _demoted(nodes: Sequence[Node]) -> list[Node]:
    """Notes without headings: a slide has one."""
    return [
        {"t": "p", "c": [{"t": "strong", "c": [plain(node["c"])]}]} if node["t"] == "h" else node
        for node in nodes
    ]


@cache
def stylesheet() -> str:
    return (Path(__file__).parent / "deck.css").read_text(encoding="utf-8")
