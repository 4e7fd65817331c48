"""The instructor guide: texts written by hand in ``docs/guide``, with the computed tables put in where they are named.

>>> chapters = read(resources.guide(), inserts)
>>> chapters[0].title
'Before the course'

A table is named by a fenced block: ```` ```{insert} two-days ```` . Commands in the texts are checked against the
program by :func:`unknown_commands`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from hanoikit.errors import BuildError, Finding
from hanoikit.teaching.lesson import Lesson
from hanoikit.teaching.markup import Node, blocks, contents, inner, plain
from hanoikit.teaching.paper import Chapter

_INSERT = re.compile(r"^\{insert\}\s+(\S+)$")
_QUOTED = re.compile(r'"(hanoikit [^"]+)"')
_COMMAND = re.compile(r"^hanoikit(?:\s|$)")


def paths(folder: Path) -> list[Path]:
    """The chapters of the guide in order."""
    return sorted(folder.glob("[0-9][0-9]-*.md"))


def read(folder: Path, inserts: Mapping[str, Sequence[Node]]) -> list[Chapter]:
    """The chapters with everything put in; raises :class:`BuildError` for a name that nobody computes."""
    return [chapter(path, inserts) for path in paths(folder)]


def chapter(path: Path, inserts: Mapping[str, Sequence[Node]]) -> Chapter:
    """One chapter: the heading of the first rank is its title."""
    title, *rest = blocks(path.read_text(encoding="utf-8"))
    if title["t"] != "h" or title["level"] != 1:
        raise BuildError(
            "A chapter of the guide has no title.", where=path.name, next_step="Begin it with '# Title'."
        )
    made: list[Node] = []
    for node in rest:
        named = _INSERT.match(node["info"]) if node["t"] == "code" else None
        if named is None:
            made.append(node)
            continue
        if named[1] not in inserts:
            raise BuildError(
                f"The guide asks for a table that is not made: {named[1]}.",
                where=path.name,
                next_step=f"Name one of these: {', '.join(sorted(inserts))}.",
            )
        made += inserts[named[1]]
    return Chapter(plain(title["c"]), path.stem.split("-", 1)[-1], made)


def commands(nodes: Iterable[Node]) -> list[str]:
    """Every command of the kit that a text names, in code spans and code blocks."""
    found = []
    for node in nodes:
        if node["t"] == "code":
            found += [line.strip() for line in node["text"].splitlines() if _COMMAND.match(line.strip())]
        for content in contents([node]):
            found += [
                item["text"]
                for item in inner(content)
                if item["t"] == "code" and _COMMAND.match(item["text"])
            ]
    return list(dict.fromkeys(found))


def in_notes(lesson: Lesson) -> Chapter:
    """The commands in the instructor's notes of a lesson, which stand there in quotation marks, as a chapter."""
    named = [text for note in lesson.notes for text in _QUOTED.findall(note.text)]
    return Chapter(
        lesson.name, lesson.name, [{"t": "p", "c": [{"t": "code", "text": text}]} for text in named]
    )


def unknown_commands(chapters: Sequence[Chapter], known: Mapping[str, frozenset[str]]) -> list[Finding]:
    """Commands and options that the program does not have. ``known``: for ``"class collect"`` its options."""
    findings = []
    for one in chapters:
        for command in commands(one.blocks):
            words = command.split("#")[0].split()[1:]
            name = _name(words, known)
            if name is None:
                findings.append(Finding("no-command", f"there is no command '{command}'.", one.title))
                continue
            options = [word.split("=")[0] for word in words if word.startswith("--")]
            findings += [
                Finding("no-option", f"'hanoikit {name}' has no option {option}.", one.title)
                for option in options
                if option not in known[name]
            ]
    return findings


def _name(words: Sequence[str], known: Mapping[str, frozenset[str]]) -> str | None:
    """The command that a line calls: its first two words, or its first where that has no commands below it."""
    both = " ".join(words[:2])
    if both in known or not words:
        return both if words else "start"
    group = any(name.startswith(f"{words[0]} ") for name in known)
    alone = len(words) == 1 or words[1].startswith("-")
    return words[0] if words[0] in known and (alone or not group) else None
