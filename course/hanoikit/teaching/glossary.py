"""The words of the course: what the Convention defines, and what a lesson defines where it uses a word first.

>>> [entry.term for entry in of(lessons)][:3]
['acquisition', 'collection', 'confiscation']

A lesson defines a word by writing it in bold at the start of a sentence that goes on with "is", "means" or "are".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hanoikit.convention import terms
from hanoikit.i18n import _
from hanoikit.teaching.condense import sentences
from hanoikit.teaching.lesson import Lesson
from hanoikit.teaching.markup import Inline, Node, contents, plain, slug, words

_WORD = frozenset({"Word", "Term"})
_ARTICLE = re.compile(r"^(A|An|The)\s*$")
_DEFINES = re.compile(
    r"^\s*(\([^)]{1,60}\)\s*)?(is|are|means|mean|says|shows)\s+(a|an|the|one|that|not|to|any|who|what|how)\b"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One word: what it means, and where that is said (a provision, or a module)."""

    term: str
    definition: list[Inline]
    where: list[Inline]

    @property
    def anchor(self) -> str:
        return f"term-{slug(self.term)}"


def of(lessons: Sequence[Lesson]) -> list[Entry]:
    """Every word in alphabetical order; the Convention's definition comes before that of a lesson."""
    found: dict[str, Entry] = {}
    for term in terms():
        where: list[Inline] = [{"t": "cite", "refs": [term.ref]}]
        found[term.name.casefold()] = Entry(_(term.name), [_(term.definition)], where)
    for lesson in lessons:
        for name, sentence in _defined(lesson.body):
            key = name.casefold()
            if not {key, key.rstrip("s"), key.split(",")[0]} & found.keys():
                place = _("module {number}").format(number=lesson.number)
                found[key] = Entry(name, sentence, [place])
    return sorted(found.values(), key=lambda entry: (entry.term.casefold(), entry.term))


def _defined(body: Iterable[Node]) -> Iterable[tuple[str, list[Inline]]]:
    for node in body:
        if node["t"] == "table" and plain(node["head"][0]) in _WORD:
            for first, second, *_more in node["rows"]:
                yield re.sub(r"\s*\(.*\)$", "", plain(first)), second
        if node["t"] not in {"p", "ul", "quote"}:
            continue
        for content in contents([node]):
            for sentence in sentences(content):
                name = _name(sentence)
                if name:
                    yield name, sentence


def _name(sentence: Sequence[Inline]) -> str:
    """The word that a sentence defines, or nothing."""
    rest = list(sentence)
    if rest and isinstance(rest[0], str) and _ARTICLE.match(rest[0]):
        rest = rest[1:]
    if len(rest) < 2 or isinstance(rest[0], str) or rest[0]["t"] != "strong":
        return ""
    name = re.sub(r"^(A|An|The) ", "", plain(rest[0]["c"]))
    if words([name]) > 4 or not re.match(r"^[A-Za-z]", name) or name.endswith((".", ":", "?")):
        return ""
    if not isinstance(rest[1], str) or not _DEFINES.match(rest[1]):
        return ""
    return (
        name
        if name.isupper() or any(letter.isupper() for letter in name[1:])
        else name[:1].lower() + name[1:]
    )


def nodes(entries: Sequence[Entry]) -> Node:
    """The entries as one block: a list of terms."""
    return {
        "t": "terms",
        "items": [
            [[entry.term], [*entry.definition, " ", {"t": "em", "c": ["(", *entry.where, ")"]}]]
            for entry in entries
        ],
        "anchors": [entry.anchor for entry in entries],
    }
