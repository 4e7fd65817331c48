"""The participant's handbook: all lessons in reading form, the words, the provisions, and room to write. No keys.

>>> book = handbook(lessons, how_to=blocks("..."))
>>> book.chapters[1].title
'Module 1 · The Convention at a glance'
"""

from __future__ import annotations

from collections.abc import Sequence

from hanoikit.i18n import _
from hanoikit.teaching import glossary, tables
from hanoikit.teaching.condense import sentences
from hanoikit.teaching.lesson import Lesson
from hanoikit.teaching.markup import Inline, Node, plain
from hanoikit.teaching.paper import Book, Chapter

LINES = 7
"""Lines for notes after a module, at least: they fill its last page, or a page of their own."""


def handbook(lessons: Sequence[Lesson], *, how_to: Sequence[Node]) -> Book:
    """The book as data; ``how_to`` is its first chapter, written by hand."""
    provisions = tables.provisions(lessons)
    chapters = [
        Chapter(_("How to use this book"), "how-to", [*how_to, tables.letters()]),
        *(Chapter(tables.title(lesson), lesson.module, reading(lesson)) for lesson in lessons),
        Chapter(_("Glossary"), "glossary", [glossary.nodes(glossary.of(lessons))]),
        Chapter(
            _("Table of provisions"),
            "provisions",
            [{"t": "p", "c": [_("Every provision that a lesson cites, in plain words.")]}, *provisions],
        ),
    ]
    anchors = frozenset(node["anchor"] for node in provisions if "anchor" in node)
    return Book(
        _("Participant handbook"),
        _("A course on the United Nations Convention against Cybercrime (the Hanoi Convention)"),
        chapters,
        description=_("All lessons in reading form, with glossary, table of provisions and room for notes"),
        anchors=anchors,
        short=True,
    )


def reading(lesson: Lesson) -> list[Node]:
    """A lesson as it is read without a screen: labs are announced, questions stand without their answers."""
    nodes: list[Node] = [_lead(lesson)]
    for node in lesson.body:
        kind = node["t"]
        if kind == "slide" or (kind == "h" and node["level"] == 1):
            continue
        if kind == "p" and plain(node["c"]).startswith("Time:"):
            continue
        if kind == "lab":
            name = node["name"].replace("_", " ")
            text = _(
                "On the screen: {lab}. Work with it in the notebook, and write down what you saw."
            ).format(lab=name)
            nodes.append({"t": "box", "c": [{"t": "p", "c": [text]}]})
        elif kind == "check":
            nodes.append({"t": "box", "c": [_bare(block) for block in node["prompt"]]})
        elif kind == "run":
            text = _("On the screen: a few lines of code. Run them, and write down what they show.")
            nodes.append({"t": "box", "c": [{"t": "p", "c": [text]}]})
        else:
            nodes.append(_on_paper(node))
    return [*nodes, {"t": "lines", "least": LINES}]


def _on_paper(node: Node) -> Node:
    """A quotation without the sentence that speaks about a mouse."""
    if node["t"] != "quote":
        return node
    kept = []
    for block in node["c"]:
        if block["t"] == "p":
            told = [one for one in sentences(block["c"]) if not plain(one).startswith("Put the mouse")]
            content: list[Inline] = []
            for one in told:
                content += [" ", *one] if content else one
            block = {**block, "c": content}
        kept.append(block)
    return {**node, "c": kept}


def _bare(block: Node) -> Node:
    return {**block, "bare": True} if block["t"] == "ul" else block


def _lead(lesson: Lesson) -> Node:
    text = _("In the notebook this takes about {minutes} minutes.").format(minutes=lesson.minutes)
    return {"t": "p", "c": [{"t": "em", "c": [text]}]}
