"""A lesson cut into slides: few words on each, everything else in the speaker's notes.

>>> [slide.kind for slide in deck(lesson)][:4]
['title', 'ask', 'goals', 'section']

Every heading begins a slide. A paragraph gives a line (see :mod:`hanoikit.teaching.condense`), and more of its
sentences where the slide would be thin; lists and tables keep all their entries. What an author wrote for the slides
(cells with the tag ``slide``, see :mod:`hanoikit.teaching.lesson`) stands instead. A lab is one slide with its picture
and what to do, and a question is one slide with its answer on the next. What does not fit goes on over several slides
of about the same length; letters are as large as the slide allows. The notes hold the whole text that a slide was made
from, and the instructor's notes stand where they are needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any

from hanoikit.i18n import _
from hanoikit.teaching.condense import opening, point, sentences
from hanoikit.teaching.lesson import Lesson, Note
from hanoikit.teaching.markup import Inline, Node, contents, inlines, plain, text_of, words

ROOM = 540
"""Height for the body of a slide, in the 720 units of the slide."""

WORDS = 84
"""Words on a slide at most, where they can be divided at all."""

THIN = 0.55
"""A slide whose text fills less than this part of it takes more sentences of its paragraphs."""

FULL, ENOUGH = 0.82, 62
"""So much of the slide, and so many words, are then filled at most."""

SIZES = (("huge", 1.42), ("large", 1.26), ("roomy", 1.13), ("", 1.0), ("snug", 0.93), ("dense", 0.87))
"""Classes of the style sheet with the size of their letters: the first one that fits is taken."""


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
    minutes = _("{minutes} minutes: {teaching} together, {practice} at the notebook").format(
        minutes=lesson.minutes, teaching=lesson.teaching, practice=lesson.practice
    )
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


@dataclass(slots=True)
class _Waiting:
    """A block of the text, what of it the slide shows, and what the speaker says."""

    node: Node
    shown: list[Node]
    spoken: list[Node]


class _Cutter:
    """Goes through the text once; ``self.title`` is the heading that slides stand under now."""

    def __init__(self, lesson: Lesson, pictures: Mapping[str, Picture]) -> None:
        self.lesson = lesson
        self.pictures = pictures
        self.slides: list[Slide] = []
        self.title: list[Inline] = []
        self.waiting: list[_Waiting] = []
        self.written: list[list[Node]] = []
        self.beside: list[Node] = []
        self.lab_notes = _noted(note for note in lesson.notes if note.label.startswith(_PLACED[3:]))

    def cut(self) -> list[Slide]:
        begun = False
        for at, node in enumerate(self.lesson.body):
            kind = node["t"]
            if kind == "h" and node["level"] == 2:
                begun = True
                self._section(node, self.lesson.body[at + 1 :])
            elif kind == "slide" and node["beside"]:
                self.beside = node["c"]
            elif kind == "slide":
                self.written.append(node["c"])
            elif not begun:
                if kind == "quote":
                    self.title = [_("Before you begin")]
                    self.waiting.append(_Waiting(node, node["c"], []))
            elif kind == "h":
                self._flush()
                self.title = node["c"]
            elif kind == "lab":
                self._lab(node)
            elif kind == "check":
                self._check(node)
            elif not plain(node.get("c", [])).startswith("Next:") or kind != "p":
                shown = _shown(node)
                # What the slide shows in full need not be said again beside it.
                self.waiting.append(_Waiting(node, shown, [] if shown == [node] else [_spoken(node)]))
        self._flush()
        return self.slides

    def _section(self, node: Node, after: Sequence[Node]) -> None:
        """A slide with the heading and the parts that follow; text right under the heading takes its place."""
        self._flush()
        self.title = node["c"]
        words_of = plain(node["c"]).casefold()
        notes: list[Node] = []
        body: list[Node] = []
        parts: list[list[Node]] = []
        for follows in after:
            if follows["t"] == "h" and follows["level"] == 2:
                break
            if follows["t"] == "h":
                parts.append([{"t": "p", "c": follows["c"]}])
        if len(parts) > 1:
            body = [{"t": "ul", "bare": True, "items": parts}]
        if "check yourself" in words_of:
            notes = _noted(note for note in self.lesson.notes if note.label.startswith("Common mistakes"))
            told = _("{count} questions, not marked. Decide alone. Show hands. Then read the reason.")
            body = [_p(told.format(count=len(self.lesson.checks)))]
        if "remember" in words_of:
            self.slides += _discuss(self.lesson)
        if not body and len(parts) == 1:
            return  # The one part says it.
        self.slides.append(Slide("section", node["c"], body, notes))

    def _flush(self, aside: bool = False) -> list[_Waiting]:
        """Slides of what waits under the heading; what shows nothing is told on the slide before it.

        ``aside``: a lab follows. What is short enough to stand beside its picture is given back.
        """
        waiting, self.waiting = self.waiting, []
        beside: list[_Waiting] = []
        if self.written:
            told = [one for each in waiting for one in (each.spoken or each.shown)]
            waiting = [
                _Waiting({"t": "slide"}, blocks, [] if number else told)
                for number, blocks in enumerate(self.written)
            ]
            self.written = []
            self._place([page for one in waiting for page in self._pages([one])])
            return []
        if aside and waiting:
            if _is_aside([block for one in waiting for block in one.shown]):
                waiting, beside = [], waiting
            elif waiting[-1].node["t"] in {"ol", "ul"} and _is_aside(waiting[-1].shown):
                count = 2 if len(waiting) > 1 and _leading(waiting[-2].shown or [_p(".")]) else 1
                waiting, beside = waiting[:-count], waiting[-count:]
        self._place(self._pages(waiting))
        return _filled(beside, room=0.6, words_at_most=45)

    def _pages(self, waiting: Sequence[_Waiting]) -> list[list[_Waiting]]:
        """What stands on each slide, piece by piece."""
        pages: list[list[_Waiting]] = []
        for one in waiting:
            announced = _leading(_body(pages[-1])) if pages else []
            for piece in _pieces(one.shown, announced):
                new = _Waiting(one.node, piece, one.spoken)
                if not pages:
                    pages.append([])
                elif piece and _body(pages[-1]) and not _fits([*_body(pages[-1]), *piece]):
                    # What announces a list or a table stays with it.
                    leads = bool(_leading(_body(pages[-1])))
                    if leads and len(_body(pages[-1])) > 1:
                        pages.append([pages[-1].pop()])
                    elif not leads:
                        pages.append([])
                pages[-1].append(new)
        return [_filled(page) for page in pages]

    def _place(self, pages: Sequence[Sequence[_Waiting]]) -> None:
        groups = [(_body(page), _spoken_once(page)) for page in pages]
        last = self.slides[-1] if self.slides else None
        if groups and groups[0][0] and last and last.kind == "section" and last.title == self.title:
            if last.body and _is_check(last):
                last.notes += [one for body, notes in groups for one in notes or body]
                return
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
        told: list[Node] = []
        if self.beside and self.waiting and self.waiting[-1].node["t"] in {"ol", "ul"}:
            # What to do stands beside the picture in fewer words: the speaker has all of it.
            last_list = self.waiting.pop()
            told = last_list.spoken or last_list.shown
            if self.waiting and _leading(self.waiting[-1].shown):
                self.waiting[-1].shown = []
        beside = [] if self.beside else self._flush(aside=True)
        self._flush()
        name = node["name"].replace("_", " ").capitalize()
        body = self.beside or _body(beside) or [_p(_("Work in the notebook."))]
        title: list[Inline] = [f"{_('Operate it')}: {name}"]
        picture = self.pictures.get(node["name"])
        if picture is None and not self.beside and not beside and self.slides:
            # Nothing to see and nothing to do together: told on the slide before.
            self.slides[-1].notes.append(_p(f"**{_('In the notebook')}:** {name}."))
            return
        last = self.slides[-1] if self.slides else None
        notes = [*told, *_spoken_once(beside)]
        if last and last.kind == "section" and last.title == self.title and not last.body:
            notes = [*self.slides.pop().notes, *notes]
        self.slides.append(Slide("lab", title, body, [*notes, *self.lab_notes], picture))
        self.lab_notes, self.beside = [], []

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
        if text_of([node]).startswith("How sure are these citations"):
            return []  # The last slide says what the letters mean.
        lines = [point(inside["c"], short=26) for inside in node["c"] if inside["t"] == "p"]
        told = next((line for line in lines if line), [])
        return [{"t": "quote", "c": [{"t": "p", "c": told}]}] if told else []
    return []


def _spoken(node: Node) -> Node:
    return {"t": "code", "text": node["text"], "info": ""} if node["t"] == "run" else node


def _body(page: Iterable[_Waiting]) -> list[Node]:
    return [block for one in page for block in one.shown]


def _spoken_once(page: Iterable[_Waiting]) -> list[Node]:
    told: list[Node] = []
    for one in page:
        told += [block for block in one.spoken if block not in told]
    return told


def _is_check(slide: Slide) -> bool:
    return "check yourself" in plain(slide.title).casefold()


def _is_aside(body: Sequence[Node]) -> bool:
    """Whether it can stand beside a picture, on the narrow side of a slide."""
    told = sum(words(content) for content in contents(body))
    return bool(body) and told <= 62 and all(node["t"] in {"p", "ul", "ol"} for node in body)


def _filled(
    waiting: Sequence[_Waiting], *, room: float = FULL, words_at_most: int = ENOUGH
) -> list[_Waiting]:
    """The same with more sentences of the paragraphs, where all of it together would make one thin slide."""
    made = list(waiting)
    if not made or sum(map(height, _body(made))) > ROOM * THIN:
        return made
    deepest = max((len(sentences(one.node["c"])) for one in made if one.node["t"] == "p"), default=0)
    for count in range(1, deepest + 1):
        for at, one in enumerate(made):
            if one.node["t"] != "p" or count > len(sentences(one.node["c"])):
                continue
            told = opening(one.node["c"], count)
            now = text_of(one.shown).split(" (art")[0]
            if len(plain(told)) <= len(now) or now not in plain(told):
                continue
            block: Node = {"t": "p", "c": told}
            longer = [*made]
            longer[at] = _Waiting(
                one.node, [block], [] if plain(told) == plain(one.node["c"]) else one.spoken
            )
            many = sum(words(content) for content in contents(_body(longer)))
            if sum(map(height, _body(longer))) <= ROOM * room and many <= words_at_most:
                made = longer
    return made


def _pieces(shown: list[Node], announced: Sequence[Node] = ()) -> Iterable[list[Node]]:
    """The same content in pieces of which each fits a slide: long lists and tables are divided between entries, into
    pieces of about the same height. One that fits in smaller letters stays whole.

    ``announced`` stands above the first piece.
    """
    if not shown:
        yield []
    for node in shown:
        name = {"ul": "items", "ol": "items", "table": "rows"}.get(node["t"])
        if name is None or _fits([*announced, node], SIZES[-1][1]):
            yield [node]
            continue
        entries = _divided(node, name, announced, ROOM)
        for part in range(12, 20):
            # As many pieces as are needed, but none with one line that was left over.
            even = _divided(node, name, announced, ROOM * part / 20)
            if len(even) == len(entries):
                entries = even
                break
        start = node.get("start", 1)
        for taken in entries:
            yield [{**node, name: taken, "start": start}]
            start += len(taken)


def _divided(node: Node, name: str, announced: Sequence[Node], room: float) -> list[list[Any]]:
    pieces: list[list[Any]] = []
    taken: list[Any] = []
    for entry in node[name]:
        if taken and not _fits([*announced, {**node, name: [*taken, entry]}], room=room):
            pieces.append(taken)
            taken, announced = [], ()
        taken.append(entry)
    return [*pieces, taken]


def _leading(body: Sequence[Node]) -> list[Node]:
    """The last paragraph, when its sentence goes on in what follows."""
    if not body:
        return []
    last = body[-1]
    return [last] if last["t"] == "p" and not re.search(r"[.?!][)\"”’]*$", plain(last["c"])) else []


def _fits(body: Sequence[Node], size: float = 1.0, *, room: float = ROOM) -> bool:
    told = sum(words(content) for content in contents(body))
    more = 1.25 if len(body) == 1 or any(node["t"] == "table" for node in body) else 1
    return sum(height(node, size) for node in body) <= room and told <= WORDS * more


def size_of(body: Sequence[Node], room: float = ROOM) -> str:
    """The class of the largest letters in which everything stands on the slide: read at the back of the room."""
    for name, size in SIZES:
        if sum(height(node, size) for node in body) <= room:
            return name
    return SIZES[-1][0]


def height(node: Node, size: float = 1.0) -> float:
    """About how high a block is on a slide, in its 720 units, with letters of this size."""
    kind = node["t"]
    if kind == "p":
        return 18 + 41 * size * ceil(len(plain(node["c"])) * size / 70)
    if kind == "quote":
        return 30 + sum(height(inside, size) for inside in node["c"])
    if kind in {"ul", "ol"}:
        return 12 + sum(11 + 41 * size * ceil(len(text_of(item)) * size / 68) for item in node["items"])
    if kind == "table":
        return _table_height(node, min(size, 1.2))
    return 0


def _table_height(node: Node, size: float) -> float:
    rows = [[plain(cell) for cell in row] for row in (node["head"], *node["rows"])]
    longest = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    wanted = [min(max(size, 4), 44) ** 0.8 for size in longest]
    chars = [max(4.0, 80 / size * share / sum(wanted)) for share in wanted]
    lines = [
        max((ceil(len(cell) * 1.04 / room) or 1) for cell, room in zip(row, chars, strict=True))
        for row in rows
    ]
    return 24 + sum(17 + 34 * size * count for count in lines)


def _noted(notes: Iterable[Note]) -> list[Node]:
    made: list[Node] = []
    for note in notes:
        lead: list[Inline] = [{"t": "strong", "c": [f"{note.label}:"]}, " "] if note.label else []
        made.append({"t": "p", "c": [*lead, note.text]})
    return made


def _p(text: str) -> Node:
    return {"t": "p", "c": inlines(text)}
