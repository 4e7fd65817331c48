"""The workspace's ``reference/convention.md``: every article on one page, as Markdown.

>>> page = reference_page()
>>> "### Article 41" in page.splitlines()
True

JupyterLab's preview names the anchor of a heading after its whole text, with hyphens for spaces. The headings
of articles are therefore just ``Article 41``, so that ``convention.md#Article-41`` never changes, and the
title follows in bold. Raw HTML anchors would not do: the preview removes ids and names.
"""

from __future__ import annotations

from hanoikit.convention import marks
from hanoikit.convention.library import articles, chapters, open_points, terms, treaties
from hanoikit.convention.model import Article, Provision
from hanoikit.i18n import _


def reference_page() -> str:
    """The page as one text; the same data give the same text."""
    return "\n".join([*_head(), *_contents(), *_body(), *_open_points()]) + "\n"


def _head() -> list[str]:
    lines = [
        "# " + _("The Convention, article by article"),
        "",
        "> **" + _("Not the authentic text.") + "** " + marks.notice(),
        ">",
        "> "
        + _(
            "The official text is on the website of UNODC and in the United Nations Treaty Collection "
            "(chapter XVIII-16). If you have a copy, `hanoikit convention import FILE` shows it beside these "
            "summaries."
        ),
        "",
        "## " + _("How sure are we?"),
        "",
        _("Every article says how well its summary was checked. A line that differs says so itself."),
        "",
        "| " + _("mark") + " | " + _("meaning") + " |",
        "|---|---|",
    ]
    lines += [f"| **{word}** | {meaning} |" for word, meaning in marks.legend()]
    lines += [
        "",
        _("Where you read “{warning}”, check the number in the official text before you use it.").format(
            warning=marks.numbering_warning()
        ),
        "",
        _("The English titles of articles 16 to 68 are from memory and may differ from the official ones."),
        "",
    ]
    return lines


def _contents() -> list[str]:
    lines = ["## " + _("Contents"), ""]
    for chapter in chapters():
        lines.append(f"- {_('Chapter')} {chapter.roman}: {_(chapter.title)}")
        for article in articles()[chapter.first - 1 : chapter.last]:
            lines.append(f"  - [{article.number}](#{article.whole.anchor}) {_(article.title)}")
    return [*lines, ""]


def _body() -> list[str]:
    lines: list[str] = []
    for chapter in chapters():
        lines += ["## " + _("Chapter") + f" {chapter.roman}: {_(chapter.title)}", ""]
        for article in articles()[chapter.first - 1 : chapter.last]:
            lines += _article(article)
    return lines


def _article(article: Article) -> list[str]:
    lines = [
        # Not translated: the anchor that citations point to is made from these words.
        f"### Article {article.number}",
        "",
        f"**{_(article.title)}**",
        "",
        _(article.summary),
        "",
    ]
    for p in article.provisions:
        depth = p.ref.count("(") - 1
        lines.append(f"{'  ' * depth}- **{p.ref}** {_(p.summary)}{_own_mark(p, article)}")
    if article.provisions:
        lines.append("")
    if not article.paragraphs_known:
        lines += ["*" + _("How this article is divided is known only in part, or not at all.") + "*", ""]
    if article.note:
        lines += [f"*{_('Note')}:* {_(article.note)}", ""]
    compared = counterparts(article)
    if compared:
        lines += [f"*{_('Elsewhere')}:* {compared}", ""]
    if article.difference:
        lines += [f"*{_('What is different')}:* {_(article.difference)}", ""]
    lines += [f"*{_('How sure')}:* {how_sure(article.whole)}", ""]
    if article.number == 2:
        lines += [f"*{_('Terms')}:* " + ", ".join(f"{_(t.name)} ({t.ref})" for t in terms()), ""]
    return lines


def _own_mark(p: Provision, article: Article) -> str:
    """What to add to a line that is less or more certain than its article."""
    notes = []
    if p.confidence != article.confidence:
        notes.append(marks.label(p.confidence))
    if p.numbering and not article.numbering:
        notes.append(marks.numbering_warning())
    if p.note:
        notes.append(_(p.note))
    return f" *({'; '.join(notes)})*" if notes else ""


def how_sure(p: Provision) -> str:
    """The mark of a provision in words, with what it rests on."""
    text = marks.label(p.confidence)
    if p.confidence == "parent text" and p.parents:
        text += f" ({', '.join(p.parents)})"
    if p.numbering:
        text += "; " + marks.numbering_warning()
    return text


def counterparts(article: Article) -> str:
    """``"Budapest 35; Second Protocol 9"``; empty where no other treaty has a counterpart."""
    pieces = []
    for treaty in treaties():
        numbers = article.counterparts.get(treaty.id, ())
        if numbers:
            part = " " + _("(in part)") if treaty.id in article.in_part else ""
            pieces.append(f"{treaty.short} {', '.join(numbers)}{part}")
    return "; ".join(pieces)


def _open_points() -> list[str]:
    lines = ["## " + _("What we do not know"), ""]
    lines += [f"{point.number}. {_(point.text)}" for point in open_points()]
    return lines
