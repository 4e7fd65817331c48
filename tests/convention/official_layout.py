"""A text laid out like the official one, made from the kit's own summaries, for testing the import.

The kit has no official text. This makes a stand-in with the same layout (headings, titles, paragraphs,
letters, points, running headers, job number, page numbers, footnotes, hyphenation) as plain text, HTML and
PDF, whole or with damages.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hanoikit.convention import articles, chapters, reference

SYMBOL = "A/RES/79/243"
JOB = "24-24333"
NEWLINE = "\n"
NAME = (
    "United Nations Convention against Cybercrime; Strengthening International Cooperation for Combating "
    "Certain Crimes Committed by Means of Information and Communications Technology Systems and for the "
    "Sharing of Evidence in Electronic Form of Serious Crimes"
)
FILLERS = (
    "This shall be understood in accordance with the obligations of the State Party concerned under "
    "international law, including the responsibilities mentioned in article 5, paragraph 2.",
    "Notwithstanding non-governmental participation, nothing in this paragraph prevents the authorities "
    "referred to in subparagraphs (a) and (b) above from consulting each other through INTERPOL.",
    "Where appropriate and consistent with fundamental principles, States Parties shall endeavour to "
    "communicate such information to the Secretary-General of the United Nations in accordance with "
    "paragraphs 1 and 2 and with General Assembly resolution 79/243.",
)


@dataclass(frozen=True)
class SomeArticle:
    number: int
    title: str
    opening: str
    provisions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Document:
    """The stand-in. ``known_as`` is what its first lines call it."""

    articles: tuple[SomeArticle, ...]
    known_as: str = NAME
    chapters: dict[int, str] = field(default_factory=dict)
    heading: str = "Article {number}\n{title}"

    def without(self, *numbers: int) -> Document:
        return replace(self, articles=tuple(a for a in self.articles if a.number not in numbers))

    def until(self, number: int) -> Document:
        return replace(self, articles=tuple(a for a in self.articles if a.number <= number))

    def changed(self, number: int, change: Callable[[SomeArticle], SomeArticle]) -> Document:
        return replace(self, articles=tuple(change(a) if a.number == number else a for a in self.articles))

    def plus(self, article: SomeArticle) -> Document:
        return replace(self, articles=(*self.articles, article))


def filler(number: int) -> str:
    return FILLERS[number % len(FILLERS)]


def convention_document() -> Document:
    """All 68 articles with the words of our summaries."""
    made = []
    for a in articles():
        undivided = not a.provisions
        opening = a.summary if undivided or not a.provisions[0].ref.endswith("(1)") else ""
        provisions = tuple((p.ref, f"{p.summary} {filler(n)}") for n, p in enumerate(a.provisions))
        opening = f"{opening} {filler(a.number)}" if undivided else opening
        made.append(SomeArticle(a.number, a.title, opening, provisions))
    starts = {c.first: f"Chapter {c.roman}\n{c.title}" for c in chapters()}
    return Document(tuple(made), chapters=starts)


def treaty_document(known_as: str, titles: Sequence[str], *, heading: str) -> Document:
    """A treaty that only shares the layout."""
    return Document(
        tuple(SomeArticle(n, title, filler(n), ()) for n, title in enumerate(titles, start=1)),
        known_as=known_as,
        heading=heading,
    )


def marker(ref: str) -> str:
    name = reference.parts(ref)[1][-1]
    return f"{name}." if name.isdigit() else f"({name})"


def opens_on_same_line(article: SomeArticle, place: int) -> bool:
    """``1. (a)`` on one line, as the official text has it where a paragraph has no words of its own."""
    return article.number == 17 and article.provisions[place][0] == "17(1)(a)"


def paragraphs(document: Document) -> list[tuple[str, str]]:
    """The document as (kind, text) in order; kinds: name, chapter, heading, paragraph, letter, point."""
    rows = [("name", document.known_as)]
    for article in document.articles:
        if article.number in document.chapters:
            rows.append(("chapter", document.chapters[article.number]))
        rows.append(("heading", document.heading.format(number=article.number, title=article.title)))
        if article.opening:
            rows.append(("paragraph", article.opening))
        skip_text = ""
        for place, (ref, text) in enumerate(article.provisions):
            if opens_on_same_line(article, place):
                skip_text = f"{marker(ref)} "
                continue
            kind = ("paragraph", "letter", "point")[min(2, ref.count("(") - 1)]
            rows.append((kind, f"{skip_text}{marker(ref)} {text}"))
            skip_text = ""
    return rows


def as_text(document: Document, *, width: int = 90) -> str:
    """Plain text, wrapped at a width, without page furniture."""
    import textwrap

    pieces = []
    for kind, text in paragraphs(document):
        indent = {"letter": "    ", "point": "        "}.get(kind, "")
        lines = text.split("\n") if kind in ("heading", "chapter") else [text]
        for line in lines:
            pieces.append(textwrap.fill(line, width, initial_indent=indent, subsequent_indent=indent))
        pieces.append("")
    return "\n".join(pieces)


def as_paged_text(document: Document, *, lines_on_page: int = 40) -> str:
    """What a PDF-to-text program gives: form feeds, running heads, page numbers, footnotes, broken words."""
    lines = [line for line in break_words(as_text(document, width=70)).split("\n") if line.strip()]
    pages = [lines[at : at + lines_on_page] for at in range(0, len(lines), lines_on_page)]
    out = []
    for number, page in enumerate(pages, start=1):
        note = [f"{number} United Nations, Treaty Series, vol. 2237, No. 39574."] if number % 3 == 0 else []
        head = [SYMBOL] if number % 2 else [f"{SYMBOL}  {NAME[:44]}"]
        out.append("\n".join([*head, *page, *note, f"{JOB} {number}/{len(pages)}"]))
    return "\f".join(out)


def break_words(text: str) -> str:
    """Cut some long words at line ends with a hyphen, as typesetting does."""
    for left, right in (("notwith", "standing"), ("responsi", "bilities"), ("communi", "cate")):
        text = re.sub(rf"\b({left})({right})\b", r"\1-\n\2", text, flags=re.IGNORECASE)
    return text


def as_html(document: Document, *, lists: bool = False) -> str:
    """A web page; with ``lists`` the numbers are those of ordered lists, not written out."""
    body = ["<nav><a href='#'>Article 1</a> Article 2</nav>", f"<h1>{html.escape(document.known_as)}</h1>"]
    if lists:
        body += _html_lists(document)
    else:
        for kind, text in paragraphs(document):
            tag = {"heading": "h3", "chapter": "h2", "name": "p"}.get(kind, "p")
            inner = html.escape(text).replace("\n", "<br/>")
            body.append(f"<{tag} class='{kind}'>\n  {inner}<sup>3</sup>\n</{tag}>")
    head = "<!DOCTYPE html><html><head><meta charset='utf-8'><title>x</title></head>"
    return f"{head}<body>{NEWLINE.join(body)}</body></html>"


def _html_lists(document: Document) -> list[str]:
    out = []
    for article in document.articles:
        out.append(f"<h3>Article {article.number}</h3><h4>{html.escape(article.title)}</h4>")
        if article.opening:
            out.append(f"<p>{html.escape(article.opening)}</p>")
        out.append(_html_list(article.provisions, str(article.number)))
    return out


def _html_list(provisions: tuple[tuple[str, str], ...], above: str) -> str:
    items = [(ref, text) for ref, text in provisions if reference.parent(ref) == above]
    if not items:
        return ""
    first = reference.parts(items[0][0])[1][-1]
    style = "1" if first.isdigit() else "a" if first == "a" else "i"
    inner = "".join(f"<li>{html.escape(text)}{_html_list(provisions, ref)}</li>" for ref, text in items)
    return f"<ol type='{style}'>{inner}</ol>"


def as_pdf(document: Document, path: Path) -> Path:
    """A PDF by typst: justified, hyphenated, with running head, job number, page numbers and footnotes."""
    import typst

    source = [
        '#set text(size: 8pt, lang: "en", hyphenate: true)',
        "#set par(justify: true)",
        "#set page(width: 14cm, height: 21cm, margin: 2cm,",
        f"  header: [{SYMBOL} #h(1fr) #text(size: 7pt)[{NAME[:44]}]],",
        f"  footer: context [{JOB} #h(1fr) #counter(page).display()/#counter(page).final().at(0)])",
    ]
    for place, (kind, text) in enumerate(paragraphs(document)):
        if kind in ("heading", "chapter"):
            source += [f"#align(center)[#{json.dumps(line)}]" for line in text.split("\n")]
        else:
            indent = {"letter": "1cm", "point": "1.6cm"}.get(kind, "0cm")
            note = (
                "#footnote[United Nations, Treaty Series, vol. 2237, No. 39574.]" if place % 40 == 7 else ""
            )
            body = json.dumps(text, ensure_ascii=False)
            source.append(f"#pad(left: {indent})[#{body}{note}]")
    path.write_bytes(typst.compile("\n\n".join(source).encode()))
    return path
