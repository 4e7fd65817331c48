"""A lesson, or an assignment's front, as its author wrote it: objectives, minutes, notes, and its text in order.

>>> lesson = read(resources.lessons() / "m04-evidence-chain.md")
>>> lesson.minutes, len(lesson.checks)
(75, 4)

The text is a list of blocks (see :mod:`hanoikit.teaching.markup`) with four more kinds: ``lab`` (name), ``run`` (a
cell of code that is shown), ``check`` (one ungraded question with its options and its answer) and ``slide`` (what an
author wrote for the slides alone).

An author writes a slide as a Markdown cell with the tag ``slide``, anywhere under the heading that it belongs to::

    +++ {"tags": ["slide"]}

    - A deleted file loses the first letter of its name.
    - Its bytes stay until something else is written there.

    +++

It stands instead of what :mod:`hanoikit.teaching.slides` would take from the paragraphs around it; those are in the
speaker's notes. With the tags ``slide`` and ``beside`` it says what to do, beside the picture of the next lab. No
trainee sees it, and no page or paper has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanoikit.build import frontmatter
from hanoikit.build.calls import Call, last_call
from hanoikit.build.source import Cell, Source
from hanoikit.build.source import read as read_source
from hanoikit.teaching.markup import Inline, Node, blocks, inlines, plain

_CHECK = re.compile(r"^Check \d+\b")
_LABEL = re.compile(r"^(?P<label>[A-Z][^.:?!\"]{2,60}):\s+(?P<text>.*)$", re.DOTALL)
_SHORT = re.compile(r"^(?P<label>[A-Z](?:[\w-]+ ?){1,4})\.\s+(?P<text>.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Note:
    """One paragraph of the instructor's notes: ``Common mistakes`` and what follows."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the outputs need of one text source."""

    name: str
    module: str
    title: str
    teaching: int
    practice: int
    objectives: tuple[tuple[str, str], ...]
    prerequisites: tuple[str, ...]
    provisions: tuple[str, ...]
    notes: tuple[Note, ...]
    body: tuple[Node, ...]
    source: Source

    @property
    def number(self) -> int:
        return int(self.module[1:])

    @property
    def minutes(self) -> int:
        return self.teaching + self.practice

    @property
    def checks(self) -> tuple[Node, ...]:
        return tuple(node for node in self.body if node["t"] == "check")

    def note(self, *labels: str) -> Note | None:
        """The first paragraph of the notes that begins with one of these labels."""
        return next((note for note in self.notes if note.label.startswith(labels)), None)


def read(path: Path) -> Lesson:
    """The lesson in a text source; :class:`BuildError` when it cannot be read."""
    return of(read_source(path))


def of(source: Source) -> Lesson:
    """The same of a source that is read already; it has passed the checks of ``hanoikit build``."""
    front = source.front
    minutes = front.get("minutes", {})
    return Lesson(
        name=source.name,
        module=frontmatter.module_of(source),
        title=str(front["title"]),
        teaching=int(minutes.get("teaching", 0)),
        practice=int(minutes.get("practice", 0)),
        objectives=tuple((item["id"], item["text"]) for item in frontmatter.objectives(source)),
        prerequisites=tuple(map(str, front.get("prerequisites", ()))),
        provisions=tuple(map(str, front.get("provisions", ()))),
        notes=tuple(notes(str(front.get("instructor_notes", "")))),
        body=tuple(_body(source)),
        source=source,
    )


def notes(text: str) -> list[Note]:
    """The paragraphs of instructor notes: a new one begins where a line begins with a label and a colon.

    >>> [note.label for note in notes("Plan: first the law.\\nCommon mistakes: none.")]
    ['Plan', 'Common mistakes']
    """
    lines = text.splitlines()
    width = max(map(len, lines), default=0)
    found: list[list[str]] = []
    for line in lines:
        before = found[-1][-1] if found else ""
        # A line that ended early, with the end of a sentence, was the last one of its paragraph.
        ended = before.endswith((".", "?")) and len(before) + len(line.split(" ")[0]) + 1 < width - 12
        if not found or _LABEL.match(line) or ended:
            found.append([line])
        else:
            found[-1].append(line)
    made = []
    for lines in found:
        paragraph = " ".join(" ".join(lines).split())
        if not paragraph:
            continue
        match = _LABEL.match(paragraph) or _SHORT.match(paragraph)
        made.append(Note(match["label"], match["text"]) if match else Note("", paragraph))
    return made


def _body(source: Source) -> list[Node]:
    body: list[Node] = []
    for cell in source.cells:
        if cell.kind == "markdown" and "slide" in cell.tags:
            body.append({"t": "slide", "beside": "beside" in cell.tags, "c": blocks(cell.source)})
        elif cell.kind == "markdown":
            body += blocks(cell.source)
        elif "lab" in cell.tags:
            body += [{"t": "lab", "name": name} for name in re.findall(r"\blabs\.(\w+)\(", cell.source)]
        elif "selfcheck" in cell.tags:
            body.append(_check(cell, body))
        elif not cell.tags & {"setup", "ask", "model", "mark"} and not cell.nbgrader:
            body.append({"t": "run", "text": cell.source})
    return body


def _check(cell: Cell, body: list[Node]) -> Node:
    """One question; its prompt is taken back from the end of the text that was read so far."""
    prompt: list[Node] = []
    for at in range(len(body) - 1, -1, -1):
        if body[at]["t"] == "p" and _CHECK.match(plain(body[at]["c"])):
            prompt = body[at:]
            del body[at:]
            break
        if body[at]["t"] in {"check", "lab", "h"}:
            break
    call = last_call(cell.source, "selfcheck")
    if call is None:
        return {
            "t": "check",
            "id": "",
            "prompt": prompt,
            "answer": [],
            "why": "",
            "whys": [],
            "ordered": False,
        }
    answer, why = solved(call)
    every = call.keywords.get("why")
    whys = [f"{name}: {text}" for name, text in every.items()] if isinstance(every, Mapping) else []
    return {
        "t": "check",
        "id": call.question,
        "prompt": prompt,
        "answer": answer,
        "why": why,
        "whys": whys,
        "ordered": call.kind == "order",
    }


def solved(call: Call) -> tuple[list[list[Inline]], str]:
    """The answer of a self-check in lines, and the words that explain it."""
    key = call.keywords.get("key")
    why = call.keywords.get("why", "")
    texts = call.positional[0] if call.positional and isinstance(call.positional[0], Mapping) else {}
    lines: list[list[Inline]] = []
    if call.kind == "narrow":
        for letter, text in texts.items():
            stays = letter in call.keywords.get("needed", ())
            lines.append([{"t": "strong", "c": ["stays" if stays else "goes"]}, f" · {letter}. {text}"])
        return lines, _explained(why, "")
    if call.kind == "confidence" and isinstance(key, Mapping):
        for number, text in texts.items():
            lines.append([{"t": "strong", "c": ["true" if key[number] else "false"]}, f" · {number}. {text}"])
        return lines, _explained(why, "")
    if isinstance(key, str) and key in texts:
        return [inlines(f"{key}. {texts[key]}")], _explained(why, key)
    if isinstance(key, (list, tuple)):
        return [inlines(f"{letter}. {texts.get(letter, '')}") for letter in key], _explained(why, "")
    if isinstance(key, Mapping):
        return [[f"{left}: {right}"] for left, right in key.items()], _explained(why, "")
    unit = str(call.keywords.get("unit", ""))
    if key == 1:
        unit = unit.removesuffix("s")
    shown = f"{key:,}" if isinstance(key, (int, float)) and not isinstance(key, bool) else _moment(key)
    return [[f"{shown} {unit}".strip()]], _explained(why, "*")


def _moment(key: Any) -> str:
    text = str(key)
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::00)?(Z|[+-]\d\d:\d\d)", text)
    if not found:
        return text
    zone = "UTC" if found[3] in {"Z", "+00:00"} else f"UTC{found[3]}"
    return f"{found[1]} {found[2]} {zone}"


def _explained(why: Any, key: str) -> str:
    if isinstance(why, str):
        return why
    return str(why.get(key, "")) if isinstance(why, Mapping) else ""
