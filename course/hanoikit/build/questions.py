"""The questions of an assignment, put together from their cells and checked.

>>> found = questions(source)
>>> found[0].id, found[0].points, found[0].objective
('m04-q1', 2.0, 'm04-o1')
>>> check(source)
[]

A question is a prompt (Markdown), a control (tag ``ask``), a model answer (tag ``model``) or a solution
region, and a cell that nbgrader grades. Where the answer is what the trainee made (a package, a file), the
prompt says ``"answer": "files"``: there is no control, and a cell tagged ``model`` that names the question in
its metadata does the work. Several questions may look at the same work. ``check`` reports everything that is
missing or does not fit, at once, in reading order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hanoikit.build import hints
from hanoikit.build.calls import CASE_KINDS, UNKNOWN, Call, last_call, letters_of, only_comments, split_hidden
from hanoikit.build.case_keys import unfitting
from hanoikit.build.frontmatter import objectives
from hanoikit.build.source import ROLE, Cell, Source
from hanoikit.errors import Finding

Add = Callable[[int, str, str], None]
"""Records a finding: line, code, message."""

_ID = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")


@dataclass(slots=True)
class Question:
    """The cells of one question; a list, because a second one of a kind is a finding, not a crash."""

    id: str
    prompts: list[Cell] = field(default_factory=list)
    controls: list[tuple[Cell, Call]] = field(default_factory=list)
    models: list[tuple[Cell, Call]] = field(default_factory=list)
    solutions: list[Cell] = field(default_factory=list)
    graded: list[Cell] = field(default_factory=list)

    @property
    def cells(self) -> list[Cell]:
        with_calls = [cell for cell, _call in (*self.controls, *self.models)]
        return sorted([*self.prompts, *with_calls, *self.solutions, *self.graded], key=lambda cell: cell.line)

    @property
    def line(self) -> int:
        return (self.prompts or self.cells)[0].line

    @property
    def files(self) -> bool:
        """Whether the answer is what the trainee made, not what they say."""
        return bool(self.prompts and self.prompts[0].hanoikit.get("answer") == "files")

    @property
    def objective(self) -> str:
        return str(self.prompts[0].hanoikit.get("objective", "")) if self.prompts else ""

    @property
    def provisions(self) -> tuple[str, ...]:
        found = self.prompts[0].hanoikit.get("provisions", ()) if self.prompts else ()
        return tuple(str(item) for item in found) if isinstance(found, list) else ()

    @property
    def extra(self) -> bool:
        return bool(self.prompts and self.prompts[0].hanoikit.get("extra", False))

    @property
    def hints(self) -> tuple[str, ...]:
        """What an instructor may release in a workshop, step by step; trainees do not receive it."""
        found = self.prompts[0].hanoikit.get("hints", ()) if self.prompts else ()
        return tuple(str(item) for item in found) if isinstance(found, list) else ()

    @property
    def points(self) -> float:
        points = self.graded[0].nbgrader.get("points", 0) if self.graded else 0
        return float(points) if isinstance(points, (int, float)) else 0.0

    @property
    def written(self) -> bool:
        return bool(self.graded and self.graded[0].kind == "markdown")

    @property
    def kind(self) -> str:
        if self.controls:
            return self.controls[0][1].kind
        if self.files:
            return "files"
        return "code" if self.solutions else "unknown"


def questions(source: Source) -> list[Question]:
    """The questions of an assignment in reading order, however incomplete they are."""
    found: dict[str, Question] = {}

    def of(name: str) -> Question:
        return found.setdefault(name, Question(name))

    for cell in source.cells:
        nbgrader = cell.nbgrader
        if cell.kind == "markdown" and "question" in cell.hanoikit:
            of(str(cell.hanoikit["question"])).prompts.append(cell)
        elif cell.kind == "code" and "ask" in cell.tags:
            if (call := _call(cell, "ask")) is not None:
                of(call.question).controls.append((cell, call))
        elif cell.kind == "code" and "model" in cell.tags:
            if "question" in cell.hanoikit:
                name = str(cell.hanoikit["question"])
                of(name).models.append((cell, Call("files", name, (), {})))
            elif (call := _call(cell, "answer")) is not None:
                of(call.question).models.append((cell, call))
        elif nbgrader.get("grade"):
            of(str(nbgrader.get("grade_id", ""))).graded.append(cell)
        elif nbgrader.get("solution"):
            of(str(nbgrader.get("grade_id", "")).removesuffix("-solution")).solutions.append(cell)
    return sorted(found.values(), key=lambda question: question.line)


def _call(cell: Cell, owner: str) -> Call | None:
    try:
        return last_call(cell.source, owner)
    except SyntaxError:
        return None


def check(source: Source) -> list[Finding]:
    """Everything that keeps an assignment from being built, in reading order."""
    found: list[tuple[int, Finding]] = []

    def add(line: int, code: str, message: str) -> None:
        found.append((line, Finding(code, message, source.place(line))))

    for cell in source.cells:
        _check_cell(cell, add)
    known = {objective["id"]: number for number, objective in enumerate(objectives(source))}
    met: set[str] = set()
    everything = questions(source)
    for question in everything:
        _check_question(question, source, known, add)
        if question.points > 0:
            met.add(question.objective)
    if not everything:
        add(1, "no-question", "the assignment has no question.")
    for objective, number in known.items():
        if objective not in met:
            line = source.line_of(("objectives", number))
            add(line, "objective-unmet", f"objective {objective} is met by no graded question.")
    seen: set[str] = set()
    for cell in source.cells:
        grade_id = str(cell.nbgrader.get("grade_id", ""))
        if grade_id and grade_id in seen:
            add(cell.line, "id-twice", f"the grade_id {grade_id} is there twice.")
        seen.add(grade_id)
    return [finding for _line, finding in sorted(found, key=lambda pair: pair[0])]


def _check_cell(cell: Cell, add: Add) -> None:
    if cell.kind != "code":
        return
    for tag, owner in (("ask", "ask"), ("model", "answer")):
        if tag not in cell.tags:
            continue
        try:
            call = last_call(cell.source, owner)
        except SyntaxError as error:
            add(cell.line, "not-python", f"the cell is not Python: {error.msg}.")
            continue
        if (call is None or not call.question) and "question" not in cell.hanoikit:
            add(
                cell.line,
                f"no-{tag}",
                f"the cell tagged '{tag}' does not end with a call of {owner} for a question.",
            )


def _check_question(question: Question, source: Source, known: Iterable[str], add: Add) -> None:
    name = question.id
    line = question.line
    if not _ID.match(name):
        add(line, "id-form", f"{name!r} is no question id; write small letters, digits and hyphens.")
    for label, cells in (
        ("prompt", question.prompts),
        ("control", [cell for cell, _call in question.controls]),
        ("model answer", [cell for cell, _call in question.models]),
        ("graded cell", question.graded),
    ):
        for extra in cells[1:]:
            add(extra.line, "cell-twice", f"{name} has a second {label}.")
    if not question.prompts:
        add(line, "no-prompt", f"{name} has no prompt: a Markdown cell whose metadata names the question.")
    elif not question.objective:
        add(line, "no-objective", f"the prompt of {name} names no objective.")
    elif question.objective not in known:
        add(
            line,
            "unknown-objective",
            f"{name} serves {question.objective}, which the front matter does not have.",
        )
    for code, message in hints.unfitting(question):
        add(line, code, message)
    if not question.controls and not question.solutions and not question.files:
        add(line, "no-control", f"{name} has no control (tag 'ask') and no solution cell.")
    if not (question.models or question.solutions or question.written or question.files):
        add(line, "no-model", f"{name} has no model answer (tag 'model').")
    if not question.graded:
        add(line, "no-mark", f"{name} has no graded cell with the grade_id {name}.")
        return
    for cell in question.solutions:
        if cell.kind == "code" and "BEGIN SOLUTION" not in cell.source:
            add(cell.line, "no-solution", f"the solution cell of {name} has no BEGIN SOLUTION.")
    if question.prompts and question.prompts[0].line > question.graded[0].line:
        add(question.prompts[0].line, "order", f"the prompt of {name} comes after its graded cell.")
    if question.points <= 0:
        add(question.graded[0].line, "no-points", f"{name} is worth no points.")
    _check_options(question, source, add)
    if question.written:
        _check_written(question, add)
    else:
        _check_mark(question, add)


def _check_options(question: Question, source: Source, add: Add) -> None:
    if not question.prompts or not question.controls:
        return
    cell, call = question.controls[0]
    readable = [question.prompts[0]]
    if call.kind in CASE_KINDS:
        readable = [one for one in source.cells if one.kind == "markdown" and one.line < cell.line]
    prompt = "\n".join(_normal(one.source) for one in readable)
    for option in call.options:
        if _normal(option) not in prompt:
            add(
                cell.line,
                "option-unreadable",
                f"{question.id}: the prompt does not have the option {option!r}.",
            )


def _normal(text: str) -> str:
    """Text as it is read: without emphasis, code marks, role marks and line breaks."""
    text = ROLE.sub(r"\1", text)
    return " ".join(re.sub(r"[*_`\\]", "", text).split()).rstrip(".").casefold()


def _check_written(question: Question, add: Add) -> None:
    cell = question.graded[0]
    if not cell.nbgrader.get("solution"):
        add(cell.line, "written-flags", f"{question.id}: a written answer needs grade and solution true.")
    if "BEGIN MARK SCHEME" not in cell.source or "END MARK SCHEME" not in cell.source:
        add(cell.line, "no-mark-scheme", f"{question.id}: a written question needs a mark scheme.")
    if "BEGIN SOLUTION" in cell.source:
        message = f"{question.id}: a written answer needs no solution region; the whole cell is replaced."
        add(cell.line, "written-region", message)
    if not question.controls:
        add(cell.line, "no-control", f"{question.id} has no control ask.written.")


def _check_mark(question: Question, add: Add) -> None:
    cell = question.graded[0]
    name = question.id
    if cell.nbgrader.get("solution") or not cell.nbgrader.get("locked"):
        add(cell.line, "mark-flags", f"{name}: a mark cell needs locked true and solution false.")
    visible, hidden = split_hidden(cell.source)
    if not only_comments(visible):
        add(
            cell.line,
            "mark-visible",
            f"{name}: outside the hidden tests the mark cell may only have a comment.",
        )
    if hidden is None:
        add(cell.line, "no-hidden-tests", f"{name}: the mark cell has no hidden tests.")
        return
    try:
        call = last_call(hidden, "mark")
    except SyntaxError as error:
        add(cell.line, "not-python", f"{name}: the hidden tests are not Python: {error.msg}.")
        return
    if call is None:
        add(cell.line, "no-mark", f"{name}: the hidden tests do not end with a call of mark.")
        return
    if call.question != name:
        add(cell.line, "mark-other", f"the mark cell of {name} marks {call.question or 'no question'}.")
    points = call.keywords.get("points", UNKNOWN)
    if isinstance(points, (int, float)) and float(points) != question.points:
        add(
            cell.line,
            "points-differ",
            f"{name}: mark gives {points} points, the cell is worth {question.points:g}.",
        )
    _check_kinds(question, call, cell, add)


def _check_kinds(question: Question, mark: Call, cell: Cell, add: Add) -> None:
    name = question.id
    if not question.controls or mark.kind in {"accepted", "function"}:
        return
    asked = question.controls[0][1]
    if asked.kind != mark.kind:
        add(cell.line, "kinds-differ", f"{name} asks for {asked.kind}, but marks {mark.kind}.")
        return
    for code, message in unfitting(asked, mark):
        add(cell.line, code, f"{name}: {message}")
    letters = asked.letters
    if not letters:
        return
    key = mark.keywords.get("key", mark.positional[0] if mark.positional else UNKNOWN)
    keys = letters_of(key, letters)
    for letter in keys:
        if letter not in letters:
            add(cell.line, "key-unknown", f"{name}: the key {letter!r} is no option of the control.")
    why = mark.keywords.get("why", {})
    if mark.kind == "choice" and isinstance(why, dict):
        for letter in letters:
            if letter not in why and letter not in keys:
                add(
                    cell.line,
                    "no-reason",
                    f"{name}: the wrong option {letter!r} has no explanation in 'why'.",
                )
    if question.models:
        model_cell, model = question.models[0]
        given = model.positional[0] if model.positional else UNKNOWN
        if mark.kind == "choice" and isinstance(given, str) and isinstance(key, str) and given != key:
            add(model_cell.line, "model-wrong", f"{name}: the model answer {given!r} is not the key {key!r}.")
