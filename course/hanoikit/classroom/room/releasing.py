"""Hints and solutions in words, out of an assignment's text source.

>>> texts = Texts.installed()
>>> texts.of("m04-evidence-chain")["m04-q3"].hints
('Look at the zone of the log.', 'Read again: ...', 'It rests on: article 25(2).')

**Writing hints.** An author adds a list to the metadata of a question's prompt; the build takes it out of what
trainees receive::

    +++ {"hanoikit": {"question": "m04-q3", "objective": "m04-o2", "hints": ["Which clock ...?", "Now add ..."]}}

Each hint goes a step further than the one before; none gives the answer away. A question without hints gets three from
what its author said anyway: the hint of the control, what to read again, the provisions that it rests on.

A solution is the model answer in words, then the author's explanations and the provisions. Nothing of it is read before
an instructor releases something. Where the model answer is computed from the files of the case, it is worked out then:
the author's own cells run on this machine, in an empty folder of their own. No work of a trainee is near them.
"""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanoikit.build import questions as read_questions
from hanoikit.build.calls import UNKNOWN
from hanoikit.build.hints import mark_of
from hanoikit.build.questions import Question
from hanoikit.classroom.study import run_cells
from hanoikit.errors import ClassroomError, Finding, HanoiKitError
from hanoikit.exercise import ask
from hanoikit.exercise.kinds import Kind
from hanoikit.grading.source import AssignmentSource
from hanoikit.i18n import _
from hanoikit.workshop.protocol import LONGEST_LINE, MOST_LINES

_ROLE = re.compile(r"\{(?:art|cite)\}`([^`]*)`")


@dataclass(frozen=True, slots=True)
class QuestionText:
    """What can be released for one question."""

    id: str
    title: str
    hints: tuple[str, ...]
    solution: tuple[str, ...]
    computed: bool = False
    """Whether the answer comes out of the files of the case; ``solution`` has it after :meth:`Texts.work_out`."""


class Texts:
    """The texts of assignments, each read once, when first asked for. Safe for several threads."""

    def __init__(self, load: Callable[[str], AssignmentSource]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._working = threading.Lock()
        self._found: dict[str, dict[str, QuestionText]] = {}
        self._worked_out: dict[str, dict[str, QuestionText]] = {}

    @classmethod
    def installed(cls) -> Texts:
        """Those of the installed course."""
        return cls(AssignmentSource.installed)

    def of(self, assignment: str) -> dict[str, QuestionText]:
        """The questions of an assignment by id, in reading order. Raises ``GradingError``, ``BuildError``."""
        with self._lock:
            if assignment not in self._found:
                source = self._load(assignment)
                self._found[assignment] = {
                    question.id: _text(source, question) for question in _graded(source)
                }
            return self._found[assignment]

    def work_out(self, assignment: str) -> dict[str, QuestionText]:
        """The questions whose answers are computed, with the answers. It takes up to a minute the first time.

        Raises ``ClassroomError`` when the author's cells do not run here.
        """
        with self._working:
            if assignment not in self._worked_out:
                source = self._load(assignment)
                wanted = {question.id: question for question in _graded(source) if _is_computed(question)}
                answers = _answers(source, wanted)
                self._worked_out[assignment] = {
                    name: _text(source, question, answer=answers[name]) for name, question in wanted.items()
                }
            return self._worked_out[assignment]


def _graded(source: AssignmentSource) -> list[Question]:
    return [one for one in read_questions(source.parsed) if one.graded and one.prompts]


def _text(source: AssignmentSource, question: Question, *, answer: Any = UNKNOWN) -> QuestionText:
    titles = {one.id: one.title for one in source.questions}
    return QuestionText(
        question.id,
        short(titles.get(question.id, question.id)),
        hints(question),
        solution(question, answer=answer),
        computed=_is_computed(question),
    )


def _is_computed(question: Question) -> bool:
    models = question.models
    return bool(models and models[0][1].positional) and models[0][1].positional[0] is UNKNOWN


def _answers(source: AssignmentSource, wanted: Container[str]) -> Mapping[str, Any]:
    """What the author's cells answer to these questions."""
    names = [one.id for one in _graded(source) if one.id in wanted]
    with tempfile.TemporaryDirectory(prefix="hanoikit-answers-", ignore_cleanup_errors=True) as scratch:
        ran = run_cells(source.parsed, Path(scratch) / source.name, known=names)
    if missing := [name for name in names if name not in ran.answers]:
        raise ClassroomError(
            _("The answer to {question} cannot be worked out on this machine.").format(question=missing[0]),
            where=source.name,
            next_step=_("Show it on your own screen, with the files of the case."),
            findings=[Finding("cell", f"{name}: {error}"[:300]) for name, error in ran.failed.items()],
        )
    return ran.answers


def short(title: str) -> str:
    """A question's title without the points behind it."""
    return re.sub(r"\s*\([^()]*\bpoints?\b[^()]*\)$", "", title) or title


def hints(question: Question) -> tuple[str, ...]:
    """The hints of a question, in the order of release."""
    if question.hints:
        return tuple(_plain(hint) for hint in question.hints)
    found = []
    asked, mark = _asked(question), mark_of(question)
    if asked is not None and asked[1]:
        found.append(_plain(asked[1]))
    read = mark.keywords.get("read") if mark is not None else ""
    if isinstance(read, str) and read:
        found.append(_("Read again: {place}.").format(place=_place(read)))
    if question.provisions:
        found.append(_("It rests on: {provisions}.").format(provisions=_provisions(question.provisions)))
    return tuple(found) or (_("Read the question once more, word by word. What exactly does it ask for?"),)


def solution(question: Question, *, answer: Any = UNKNOWN) -> tuple[str, ...]:
    """The solution in lines of plain text: the model answer, the author's explanations, the provisions.

    ``answer`` is the model answer where it was worked out.
    """
    lines = [*_model(question, answer)]
    mark = mark_of(question)
    if mark is not None:
        lines += _reasons(mark.keywords.get("why"))
    if question.written:
        lines += [_("What is looked for:"), *_scheme(question.graded[0].source)]
    cite = mark.keywords.get("cite") if mark is not None else ()
    named = [cite] if isinstance(cite, str) else list(cite) if isinstance(cite, (list, tuple)) else []
    if rests := [str(one) for one in named if one] or list(question.provisions):
        lines.append(_("It rests on: {provisions}.").format(provisions=_provisions(rests)))
    read = mark.keywords.get("read") if mark is not None else ""
    if isinstance(read, str) and read:
        lines.append(_("Read again: {place}.").format(place=_place(read)))
    kept = [line[:LONGEST_LINE] for line in lines if line.strip()][:MOST_LINES]
    return tuple(kept) or (_("The solution of this question is discussed in the room."),)


def _asked(question: Question) -> tuple[Kind, str] | None:
    """The kind of a question and the hint of its control, as far as both are written out in the text."""
    if not question.controls:
        return None
    call = question.controls[0][1]
    try:
        return ask.kind_of(call.kind, call.question, *call.positional, **call.keywords)
    except (HanoiKitError, TypeError, KeyError, ValueError, AttributeError):
        hint = call.keywords.get("hint")
        return (_Unknown(), hint) if isinstance(hint, str) else None


class _Unknown(Kind):
    """A question whose options a cell computes: its answer is shown as it is written."""

    name = "unknown"

    def validate(self, value: object) -> Any:
        return value

    def describe(self, value: Any) -> str:
        return _spelled(value)


def _model(question: Question, answer: Any) -> list[str]:
    """The model answer in words."""
    code = [cell.source for cell in question.solutions if cell.kind == "code"]
    if code:
        found = re.findall(r"### BEGIN SOLUTION\n(.*?)\n?\s*### END SOLUTION", "\n".join(code), re.DOTALL)
        return [_("One way to write it:"), *found]
    if not question.models or not question.models[0][1].positional:
        return []
    value = question.models[0][1].positional[0]
    value = answer if value is UNKNOWN else value
    if value is UNKNOWN:
        return [_("The answer is read from the files of the case; your instructor shows how.")]
    asked = _asked(question)
    text = _spelled(value)
    if asked is not None:
        try:
            text = asked[0].describe(asked[0].validate(value))
        except (HanoiKitError, TypeError, ValueError, AttributeError, KeyError):
            text = _spelled(value)
    return [_("The answer: {answer}").format(answer=_plain(text))]


def _spelled(value: Any) -> str:
    """Any plain value as a person reads it."""
    if isinstance(value, Mapping):
        return "; ".join(
            f"{name}: {_spelled(one)}" for name, one in value.items() if one not in (None, "", [])
        )
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(_spelled(one) for one in value)
    return str(value)


def _reasons(why: Any) -> list[str]:
    if isinstance(why, str):
        return [_plain(why)] if why else []
    if not isinstance(why, Mapping):
        return []
    found = []
    for name, text in why.items():
        if isinstance(text, str) and text:
            found.append(_plain(text) if name == "*" else f"{name}: {_plain(text)}")
    return found


def _scheme(text: str) -> list[str]:
    found = re.search(r"BEGIN MARK SCHEME ?=*\n(.*?)\n[^\n]*END MARK SCHEME", text, re.DOTALL)
    return [_plain(line) for line in found[1].split("\n") if line.strip()] if found else []


def _place(read: str) -> str:
    """``m01-convention#Part-B-·-The-kinds-of-data`` for people."""
    lesson, _hash, part = read.partition("#")
    module = lesson.partition("-")[0]
    number = module.removeprefix("m").lstrip("0")
    name = _("the lesson of module {n}").format(n=number) if number.isdigit() else lesson
    part = part.replace("-", " ").strip()
    return f"{name}, “{part}”" if part else name


def _provisions(named: list[str] | tuple[str, ...]) -> str:
    return ", ".join(_("article {number}").format(number=one) if one[:1].isdigit() else one for one in named)


def _plain(text: str) -> str:
    """Markdown of one paragraph as plain text."""
    text = _ROLE.sub(lambda found: _("article {number}").format(number=found[1]), text)
    return re.sub(r"\*\*([^*]+)\*\*|`([^`]+)`", lambda found: found[1] or found[2], text).strip()
