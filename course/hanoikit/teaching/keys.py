"""The marking guide: for each written answer its task, its rubric and the author's answer. Instructors only.

>>> written(source)[0].id
'm04-q12'

This is the one part of the teaching material that holds keys on purpose; :func:`all_secrets` says which sentences these
are, so that every other page can be searched for them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hanoikit.build.calls import split_hidden
from hanoikit.build.questions import questions
from hanoikit.build.source import Source
from hanoikit.i18n import _
from hanoikit.syntax import parsed
from hanoikit.teaching.lesson import Lesson, of
from hanoikit.teaching.markup import Node, blocks, inlines

_SCHEME = re.compile(r"=== BEGIN MARK SCHEME ===\n(.*?)=== END MARK SCHEME ===", re.DOTALL)
LONG = 34
"""Characters from which a sentence is taken as one that nobody else would write."""


@dataclass(frozen=True, slots=True)
class Written:
    """A question that a person marks."""

    id: str
    points: float
    prompt: str
    rubric: str
    model: str


def written(source: Source) -> list[Written]:
    """The written questions of an assignment, in order."""
    found = []
    for question in questions(source):
        scheme = next((match for cell in question.graded if (match := _SCHEME.search(cell.source))), None)
        if scheme is None:
            continue
        model = next((call.positional[0] for _cell, call in question.models if call.positional), "")
        prompt = "\n\n".join(cell.source for cell in question.prompts)
        found.append(Written(question.id, question.points, prompt, scheme[1].strip(), str(model)))
    return found


def guide(sources: Sequence[Source]) -> list[Node]:
    """The marking guide as blocks: one section for each assignment."""
    nodes: list[Node] = []
    for source in sources:
        lesson = of(source)
        nodes.append({"t": "h", "level": 2, "id": f"mark-{lesson.module}", "c": [_heading(lesson)]})
        nodes += [{"t": "p", "c": [_noted(note.label), note.text]} for note in lesson.notes]
        for one in written(source):
            nodes += _question(one)
    return nodes


def _heading(lesson: Lesson) -> str:
    return f"{_('Assignment')} {lesson.number} · {lesson.title}"


def _noted(label: str) -> Node:
    return {"t": "strong", "c": [f"{label}: " if label else ""]}


def _question(one: Written) -> Iterator[Node]:
    prompt = blocks(one.prompt)
    if not any(node["t"] == "h" for node in prompt):
        number = one.id.rpartition("-q")[2]
        yield {"t": "h", "level": 3, "id": one.id, "c": [_("Question {number}").format(number=number)]}
    for node in prompt:
        yield {**node, "level": 3, "id": one.id} if node["t"] == "h" else node
    yield {"t": "h", "level": 4, "id": f"{one.id}-rubric", "c": [_("Rubric")]}
    for line in _lines(one.rubric):
        yield from blocks(line)
    if one.model:
        yield {"t": "h", "level": 4, "id": f"{one.id}-model", "c": [_("An answer that earns every point")]}
        yield {"t": "quote", "c": [{"t": "p", "c": inlines(part)} for part in one.model.split("\n\n")]}


def _lines(rubric: str) -> list[str]:
    """The rubric with a blank line around its numbered list, as Markdown wants it."""
    return [re.sub(r"(?<=\n)(?!\d+\.|\s)(?=\S)|(?<=\S)\n(?=1\.)", "\n", rubric)]


def all_secrets(lessons: Sequence[Source], assignments: Sequence[Source]) -> frozenset[str]:
    """Sentences that only the author's versions hold, in small letters and single spaces: rubrics, written model
    answers, the reasons of marks and of self-checks. What trainees read anyway is no secret.
    """
    from hanoikit.convention import reference_page

    public = [cell.source for source in lessons for cell in source.cells if cell.kind == "markdown"]
    found: set[str] = set()
    for source in lessons:
        for cell in source.cells:
            if "selfcheck" in cell.tags:
                found.update(_texts(cell.source))
    for source in assignments:
        found.update(_hidden(source))
        public += [
            cell.source for cell in source.cells if _public(cell.source, cell.tags, bool(cell.nbgrader))
        ]
    shown = normal(" ".join([*public, reference_page()]))
    return frozenset(text for raw in found if len(text := normal(raw)) >= LONG and text not in shown)


def _hidden(source: Source) -> Iterator[str]:
    for question in questions(source):
        for cell in question.graded:
            scheme = _SCHEME.search(cell.source)
            if scheme:
                yield from scheme[1].splitlines()
            _visible, hidden = split_hidden(cell.source)
            yield from _texts(hidden or "")
        for _cell, call in question.models:
            yield from (text for text in call.positional if isinstance(text, str))


def _public(text: str, tags: frozenset[str], graded: bool) -> bool:
    return "model" not in tags and not graded and "BEGIN MARK SCHEME" not in text


def _texts(code: str) -> Iterator[str]:
    try:
        tree = parsed(code)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def normal(text: str) -> str:
    """Text as it is compared: no markup, single spaces, small letters."""
    return re.sub(r"\s+", " ", re.sub(r"[*_`]|^\d+\. ", "", text)).strip().casefold()
