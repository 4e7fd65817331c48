"""The marks as a page: one HTML file that needs nothing else, reads well aloud, in the dark and on paper.

>>> path = write_page(marked, folder)
>>> path.name
'marks-m04-evidence-chain.html'
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from hanoikit.errors import GradingError, UnknownProvision
from hanoikit.grading import wording
from hanoikit.grading.marks import MarkedAssignment, QuestionMark
from hanoikit.i18n import _, direction, language
from hanoikit.labs.html import Markup, bullets, sentence, table, text

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --soft: #f1f4f8; --line: #8a94a3;
--link: #0b4f9e;
  --good: #0d5c2f; --bad: #9b1c1c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebef; --paper: #14171b; --soft: #20252c; --line:
#8a94a3;
  --link: #9cc7ff; --good: #8fdcab; --bad: #ffb0a8; } }
* { box-sizing: border-box; } body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55
system-ui, sans-serif; } main, header, footer { max-width: 62rem; margin: 0 auto; padding: 0.5rem 1rem; } h1
{ font-size: 1.7rem; line-height: 1.25; } h2 { margin-top: 2.2rem; font-size: 1.3rem; } h3 { margin: 1.6rem
0 0.3rem; font-size: 1.08rem; } a { color: var(--link); } a:focus-visible, [tabindex]:focus-visible {
outline: 3px solid var(--link); outline-offset: 2px; } table { border-collapse: collapse; width: 100%;
margin: 0.6rem 0 1.2rem; } caption { text-align: start; font-weight: 600; padding: 0.3rem 0; } th, td {
border: 1px solid var(--line); padding: 0.3rem 0.6rem; text-align: start; vertical-align: top; } thead th {
background: var(--soft); } tbody th { font-weight: 600; } td { overflow-wrap: break-word; }
td code { overflow-wrap: anywhere; } .result {
border-inline-start: 0.4rem solid var(--link); background: var(--soft); padding: 0.6rem 1rem; } .notice {
border: 2px solid var(--ink); padding: 0.5rem 1rem; font-weight: 600; } .scroll { overflow-x: auto; } dl {
display: grid; grid-template-columns: minmax(7rem, 11rem) 1fr; gap: 0.2rem 1rem; margin: 0.3rem 0 0.8rem; }
dt { font-weight: 600; } dd { margin: 0; white-space: pre-line; overflow-wrap: anywhere; } dd ul { margin:
0; padding-inline-start: 1.2rem; white-space: normal; } figure { margin: 1rem 0; } figcaption { font-weight:
600; } svg { max-width: 100%; height: auto; } @media (max-width: 36rem) { dl { grid-template-columns: 1fr; }
dd { margin-bottom: 0.4rem; } } @media print { :root { --ink: #000; --paper: #fff; --soft: #fff; --link:
#000; } body { font-size: 10.5pt; } section, tr, figure { break-inside: avoid; } h2, h3 { break-after:
avoid; } a { text-decoration: none; } }
"""


def document(title: str, body: str, *, language: str = "en", head: str = "") -> str:
    """A whole page around ``body``, which holds the ``main`` element's content; ``head`` is added to its head."""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}" dir="{direction()}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n{head}</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def marks_page(marked: MarkedAssignment) -> str:
    """The page of one marked assignment."""
    title = _("Marks: {title}").format(title=marked.title)
    parts = [f"<h1>{escape(title)}</h1>", *marks_parts(marked)]
    parts.append(f"<h2>{escape(_('About these marks'))}</h2>")
    parts.append(about_marks())
    return document(title, "\n".join(str(part) for part in parts))


def about_marks() -> Markup:
    """What the marks are worth, and what they are not."""
    return sentence(
        _(
            "The keys are the course author's, and they are published with the course. These marks are "
            "for your own learning. Summaries of provisions are in the course's own words; they are not "
            "the authentic text."
        )
    )


def marks_parts(marked: MarkedAssignment, *, level: int = 2) -> list[object]:
    """The result, all questions, and every mark explained, under headings of ``level``."""
    head = [_("Question"), _("Points"), _("Result")]
    rows = [
        [
            Markup(f'<a href="#{escape(mark.question)}">{escape(mark.title)}</a>'),
            wording.points_words(mark),
            wording.state_words(mark),
        ]
        for mark in marked.questions
    ]
    parts: list[object] = [
        '<div class="result">',
        sentence(wording.verdict_sentence(marked)),
        bullets(wording.sum_sentences(marked)),
        "</div>",
        table(_("All questions"), head, rows),
    ]
    if marked.findings:
        parts.append(f"<h{level}>{escape(_('What was noticed in the hand-in'))}</h{level}>")
        parts.append(bullets(wording.finding_words(finding) for finding in marked.findings))
    parts.append(f"<h{level}>{escape(_('Every mark explained'))}</h{level}>")
    parts.extend(_question(mark, level + 1) for mark in marked.questions)
    return parts


def _question(mark: QuestionMark, level: int = 3) -> str:
    entries: list[tuple[str, object]] = [
        (_("Points"), f"{wording.points_words(mark)} ({wording.state_words(mark)})")
    ]
    given = _given(mark.given)
    if given:
        entries.append((_("Your answer"), given))
    if mark.reason:
        entries.append((_("Why"), mark.reason))
    if mark.details:
        entries.append((_("In detail"), bullets(detail_words(detail) for detail in mark.details)))
    if mark.provisions:
        entries.append((_("Rule"), bullets(_rule(reference, language()) for reference in mark.provisions)))
    if mark.read_again and mark.state != "full":
        entries.append((_("Read again"), wording.lesson_and_part(mark.read_again)))
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{text(value)}</dd>" for name, value in entries)
    name = escape(mark.question)
    return (
        f'<section id="{name}" aria-labelledby="{name}-title"><h3 id="{name}-title">{escape(mark.title)}</h3>'
        f"<dl>{lines}</dl></section>"
    )


def _given(given: Any) -> str:
    if given is None or given == "":
        return ""
    return str(given) if len(str(given)) <= 4000 else str(given)[:4000] + " …"


def detail_words(detail: Any) -> str:
    """One part of a mark (an option, a pair, a case) in words; right and wrong are said, not coloured."""
    if not isinstance(detail, dict):
        return str(detail)
    right = "" if detail.get("right") is None else _("right") if detail["right"] else _("wrong")
    label = f"{detail.get('part', '')} ({right})" if right else str(detail.get("part", ""))
    return f"{label}: {detail['text']}" if detail.get("text") else label


@lru_cache(maxsize=1000)
def _rule(reference: str, _language: str) -> Markup:
    """A provision in words. A class of thirty is told the same few hundred thousands of times."""
    from hanoikit.convention import cite

    try:
        citation = cite(reference, base="")
    except UnknownProvision:
        return text(reference)
    return Markup(f"{escape(str(citation))}: {escape(citation.summary)}")


def write_page(marked: MarkedAssignment, folder: Path) -> Path:
    """Write ``marks-ASSIGNMENT.html`` into ``folder``; raises :class:`GradingError` when the disk does
    not take it.
    """
    path = folder / f"marks-{marked.assignment}.html"
    try:
        path.write_text(marks_page(marked), encoding="utf-8", newline="\n")
    except OSError as error:
        raise GradingError(
            _("The page with the marks cannot be written: {reason}.").format(reason=error.strerror or error),
            where=str(path),
            next_step=_("Free some space, or mark a copy of the folder in a place where you may write."),
        ) from error
    return path
