"""A lesson cut into slides: few words on each, everything else in the speaker's notes.

>>> [slide.kind for slide in deck(lesson)][:4]
['title', 'ask', 'goals', 'section']

Every heading begins a slide. A paragraph gives at most one line (see :mod:`hanoikit.teaching.condense`), lists and
tables keep all their entries, a lab becomes a slide that says what is done in the notebook, and a question is one slide
with its answer on the next. What does not fit one slide goes on over several. The notes of a slide hold the whole text
that it was made from, and the instructor's notes stand where they are needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

from hanoikit.i18n import _
from hanoikit.teaching.condense import point, sentences
from hanoikit.teaching.lesson import Lesson, Note
from hanoikit.teaching.markup import Inline, Node, contents, inlines, plain, text_of, words

ROOM = 505
"""Height for the body of a slide, in the 720 units of the slide."""

WORDS = 80
"""Words on a slide at most, where they can be divided at all."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is there already: what a lab looks like."""

    path: Path
    alt: str


@dataclass(slots=True)
class Slide:
    """One slide; ``notes`` are blocks for the speaker, ``part`` counts slides that go on under one heading."""

    kind: str
    title: list[Inline]
    body: list[Node] = field(default_factory=list)
    notes: list[Node] = field(default_factory=list)
    picture: Picture | None = None
    part: int = 0


def deck(lesson: Lesson, *, pictures: Mapping[str, Picture] | None = None) -> list[Slide]:
    """The slides of a lesson; ``pictures`` gives for the name of a lab what it looks like."""
    opening = [_title(lesson), *_ask(lesson), *_goals(lesson)]
    return [*opening, *_Cutter(lesson, pictures or {}).cut(), _end(lesson)]


# -- the opening and the end ---------------------------------------------------------------------------------------


_PLACED = (
    "Ask the room",
    "Common mistakes",
    "Discussion",
    "The lab",
    "The workshop",
    "The night",
    "The timeline",
    "With ",
)


def _title(lesson: Lesson) -> Slide:
    title = [f"{_('Module')} {lesson.number} · {lesson.title}"]
    minutes = _("{minutes} minutes").format(minutes=lesson.minutes)
    rest = [note for note in lesson.notes if not note.label.startswith(_PLACED)]
    return Slide("title", [*title], [_p(minutes)], _noted(rest))


def _ask(lesson: Lesson) -> list[Slide]:
    note = lesson.note("Ask the room")
    if note is None:
        return []
    quoted = re.search(r"[\"“]([^\"”]+)[\"”]", note.text)
    question = quoted[1] if quoted else plain(sentences([note.text])[0])
    return [Slide("ask", [_("First, a question")], [_p(question)], _noted([note]))]


def _goals(lesson: Lesson) -> list[Slide]:
    items = [[{"t": "p", "c": inlines(text)}] for _id, text in lesson.objectives]
    pieces = list(_pieces([{"t": "ol", "items": items}]))
    needed = [_p(text) for text in lesson.prerequisites]
    return [
        Slide(
            "goals",
            [_("After this lesson you can")],
            piece,
            needed if number == 1 else [],
            part=number if len(pieces) > 1 else 0,
        )
        for number, piece in enumerate(pieces, start=1)
    ]


def _end(lesson: Lesson) -> Slide:
    last = [node for node in lesson.body if node["t"] == "p" and plain(node["c"]).startswith("Next:")]
    return Slide("end", [_("Next")], [{"t": "p", "c": _without_lead(node["c"])} for node in last[-1:]])


def _without_lead(content: Sequence[Inline]) -> list[Inline]:
    rest = [item.lstrip() if isinstance(item, str) else item for item in content[1:2]] + list(content[2:])
    if rest and isinstance(rest[0], str):
        rest[0] = rest[0][:1].upper() + rest[0][1:]
    return rest or list(content)


# -- the body ------------------------------------------------------------------------------------------------------


class _Cutter:
    """Goes through the text once; ``self.title`` is the heading that slides stand under now."""

    def __init__(self, lesson: Lesson, pictures: Mapping[str, Picture]) -> None:
        self.lesson = lesson
        self.pictures = pictures
        self.slides: list[Slide] = []
        self.title: list[Inline] = []
        self.waiting: list[tuple[list[Node], list[Node]]] = []
        self.lab_notes = _noted(note for note in lesson.notes if note.label.startswith(_PLACED[3:]))

    def cut(self) -> list[Slide]:
        begun = False
        for node in self.lesson.body:
            if node["t"] == "h" and node["level"] == 2:
                begun = True
                self._section(node)
            elif not begun:
                if node["t"] == "quote":
                    self.title = [_("Before you begin")]
                    self.waiting.append((node["c"], []))
            elif node["t"] == "h":
                self._flush()
                self.title = node["c"]
            elif node["t"] == "lab":
                self._lab(node)
            elif node["t"] == "check":
                self._check(node)
            elif not plain(node.get("c", [])).startswith("Next:") or node["t"] != "p":
                shown = _shown(node)
                # What the slide shows in full need not be said again beside it.
                self.waiting.append((shown, [] if shown == [node] else [_spoken(node)]))
        self._flush()
        return self.slides

    def _section(self, node: Node) -> None:
        self._flush()
        self.title = node["c"]
        words_of = plain(node["c"]).casefold()
        notes: list[Node] = []
        if "check yourself" in words_of:
            notes = _noted(note for note in self.lesson.notes if note.label.startswith("Common mistakes"))
        if "remember" in words_of:
            self.slides += _discuss(self.lesson)
        self.slides.append(Slide("section", node["c"], [], notes))

    def _flush(self) -> None:
        """Slides of what waits under the heading; what shows nothing is told on the slide before it."""
        groups: list[tuple[list[Node], list[Node]]] = []
        for shown, spoken in self.waiting:
            announced = _leading(groups[-1][0]) if groups and groups[-1][0] else []
            for piece in _pieces(shown, announced):
                if not groups:
                    groups.append(([], []))
                elif piece and groups[-1][0] and not _fits([*groups[-1][0], *piece]):
                    # What announces a list or a table stays with it.
                    leading = _leading(groups[-1][0])
                    if leading and len(groups[-1][0]) > len(leading):
                        del groups[-1][0][-len(leading) :]
                        groups.append((leading, []))
                    elif not leading:
                        groups.append(([], []))
                groups[-1][0].extend(piece)
                groups[-1][1].extend(one for one in spoken if one not in groups[-1][1])
        self.waiting = []
        if (
            groups
            and self.slides
            and self.slides[-1].kind == "section"
            and self.slides[-1].title == self.title
        ):
            # The text under the heading opens the section; a slide with the heading alone would say nothing more.
            groups[0][1][:0] = self.slides.pop().notes
        if len(groups) == 1 and not groups[0][0]:
            if self.slides and self.slides[-1].title == self.title:
                self.slides[-1].notes += groups[0][1]
            else:
                first = next((point(node["c"], keep=True) for node in groups[0][1] if node["t"] == "p"), [])
                self.slides.append(Slide("text", self.title, [{"t": "p", "c": first}], groups[0][1]))
            return
        for number, (body, notes) in enumerate(groups, start=1):
            self.slides.append(Slide("text", self.title, body, notes, part=number if len(groups) > 1 else 0))

    def _lab(self, node: Node) -> None:
        self._flush()
        name = node["name"].replace("_", " ").capitalize()
        body = [_p(_("Work in the notebook."))]
        self.slides.append(
            Slide(
                "lab", [f"{_('Operate it')}: {name}"], body, self.lab_notes, self.pictures.get(node["name"])
            )
        )
        self.lab_notes = []

    def _check(self, node: Node) -> None:
        self._flush()
        prompt: list[Node] = node["prompt"]
        lead, rest = _question(prompt)
        options = [_bare(block) for block in prompt[1:]]
        self.slides.append(Slide("check", lead, [{"t": "p", "c": rest}, *options]))
        answer: list[Node] = []
        lines = [[{"t": "p", "c": line}] for line in node["answer"]]
        if node["ordered"]:
            answer.append({"t": "ol", "items": lines})
        elif len(lines) > 1:
            answer.append({"t": "ul", "items": lines})
        else:
            answer += [{"t": "p", "c": [{"t": "strong", "c": line[0]["c"]}]} for line in lines]
        if node["why"]:
            answer.append(_p(node["why"]))
        spoken = [{"t": "ul", "items": [[_p(why)] for why in node["whys"]]}] if node["whys"] else []
        self.slides.append(Slide("answer", [*lead, f" · {_('answer')}"], answer, spoken))


def _question(prompt: Sequence[Node]) -> tuple[list[Inline], list[Inline]]:
    """``Check 1`` and what is asked."""
    content: list[Inline] = list(prompt[0]["c"]) if prompt else []
    if content and isinstance(content[0], dict) and content[0]["t"] == "strong":
        rest = content[1:]
        if rest and isinstance(rest[0], str):
            rest = [rest[0].lstrip(), *rest[1:]]
        return [plain(content[0]["c"]).rstrip(".")], rest
    return [_("Check yourself")], content


def _bare(block: Node) -> Node:
    """Options as the author lettered them, without bullets before the letters."""
    return {**block, "bare": True} if block["t"] == "ul" else block


def _discuss(lesson: Lesson) -> list[Slide]:
    """Questions for the room, from the notes; what an instructor may answer stays in the notes."""
    found = [note for note in lesson.notes if note.label.startswith("Discussion")]
    if not found:
        return []
    asked = [
        line
        for note in found
        for line in sentences([re.sub(r"\([^)]*\)", "", note.text)])
        if plain(line).endswith("?") and words(line) <= 28
    ]
    lines = asked or [sentences([found[0].text])[0]]
    items = [[{"t": "p", "c": _capital(line)}] for line in lines[:4]]
    return [Slide("discuss", [_("Talk about it")], [{"t": "ul", "items": items}], _noted(found))]


def _capital(line: list[Inline]) -> list[Inline]:
    first = line[0]
    return [first[:1].upper() + first[1:], *line[1:]] if isinstance(first, str) else line


def _shown(node: Node) -> list[Node]:
    """What a block of the text gives to a slide."""
    kind = node["t"]
    if kind == "p":
        told = point(node["c"])
        return [{"t": "p", "c": told}] if told else []
    if kind in {"ul", "ol"}:
        items = []
        for item in node["items"]:
            first = item[0]["c"] if item and item[0]["t"] == "p" else []
            items.append([{"t": "p", "c": point(first, keep=True, short=22)}])
        return [{**node, "items": items}]
    if kind == "table":
        return [node]
    if kind == "quote":
        lines = [point(inside["c"], short=26) for inside in node["c"] if inside["t"] == "p"]
        told = next((line for line in lines if line), [])
        return [{"t": "quote", "c": [{"t": "p", "c": told}]}] if told else []
    return []


def _spoken(node: Node) -> Node:
    return {"t": "code", "text": node["text"], "info": ""} if node["t"] == "run" else node


def _pieces(shown: list[Node], announced: Sequence[Node] = ()) -> Iterable[list[Node]]:
    """The same content in pieces of which each fits a slide: long lists and tables are divided between entries.

    ``announced`` stands above the first piece.
    """
    if not shown:
        yield []
    for node in shown:
        name = {"ul": "items", "ol": "items", "table": "rows"}.get(node["t"])
        if name is None:
            yield [node]
            continue
        start = node.get("start", 1)
        taken: list[list[list[Inline]]] = []
        for entry in node[name]:
            if taken and not _fits([*announced, {**node, name: [*taken, entry]}]):
                yield [{**node, name: taken, "start": start}]
                start += len(taken)
                taken, announced = [], ()
            taken.append(entry)
        yield [{**node, name: taken, "start": start}]


def _leading(body: Sequence[Node]) -> list[Node]:
    """The last paragraph, when its sentence goes on in what follows."""
    last = body[-1]
    return [last] if last["t"] == "p" and not re.search(r"[.?!][)\"”’]*$", plain(last["c"])) else []


def _fits(body: Sequence[Node]) -> bool:
    told = sum(words(content) for content in contents(body))
    tables = any(node["t"] == "table" for node in body)
    return sum(map(height, body)) <= ROOM and told <= WORDS * (1.25 if tables else 1)


def is_long(body: Sequence[Node]) -> bool:
    """Whether a question is longer than a slide holds in letters of the usual size."""
    return sum(map(height, body)) > ROOM * 1.1


def is_short(body: Sequence[Node]) -> bool:
    """Whether there is room for larger letters, which are read more easily at the back of a room."""
    return sum(map(height, body)) <= ROOM / 2 and all(node["t"] != "table" for node in body)


def height(node: Node) -> float:
    """About how high a block is on a slide, in its 720 units."""
    kind = node["t"]
    if kind == "p":
        return 20 + 41 * ceil(len(plain(node["c"])) / 68)
    if kind == "quote":
        return 30 + sum(height(inside) for inside in node["c"])
    if kind in {"ul", "ol"}:
        return 12 + sum(11 + 41 * ceil(len(text_of(item)) / 66) for item in node["items"])
    if kind == "table":
        return _table_height(node)
    return 0


def _table_height(node: Node) -> float:
    rows = [[plain(cell) for cell in row] for row in (node["head"], *node["rows"])]
    longest = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    wanted = [min(max(size, 4), 44) ** 0.8 for size in longest]
    chars = [max(4.0, 78 * share / sum(wanted)) for share in wanted]
    lines = [
        max((ceil(len(cell) * 1.08 / room) or 1) for cell, room in zip(row, chars, strict=True))
        for row in rows
    ]
    return 24 + sum(17 + 32 * count for count in lines)


def _noted(notes: Iterable[Note]) -> list[Node]:
    made: list[Node] = []
    for note in notes:
        lead: list[Inline] = [{"t": "strong", "c": [f"{note.label}:"]}, " "] if note.label else []
        made.append({"t": "p", "c": [*lead, note.text]})
    return made


def _p(text: str) -> Node:
    return {"t": "p", "c": inlines(text)}
