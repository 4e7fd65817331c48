"""What an assignment asks, learned by going through it once as its author would.

>>> studied = study(source, scratch)
>>> studied["m04-q1"].kind, studied["m04-q1"].options, studied["m04-q1"].model
('choice', {'a': 'It proves who made the copy.', 'b': '...'}, 'b')

The setup, lab, control and model cells run in a process of their own, in a folder of their own; so options that
a cell computes, and files that a model answer makes (an image, a package), are the real ones.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hanoikit.build import Question, Source, questions
from hanoikit.errors import ClassroomError
from hanoikit.i18n import _

SECONDS = 900.0
"""Longest time for one run through an assignment's model cells."""


@dataclass(frozen=True, slots=True)
class Studied:
    """One question as a trainee meets it, with the author's answer."""

    id: str
    kind: str
    prompt: str
    spec: Mapping[str, Any] = field(repr=False)
    """What the control knows: ``options``, ``left``, ``right``, ``zones``, ``slots``, ``unit``."""
    model: Any = None
    """The author's answer as the answer sheet holds it; ``None`` where files or code are the answer."""
    solution: Mapping[str, str] = field(default_factory=dict)
    """For a code question: nbgrader name of each solution cell and the author's code."""

    @property
    def options(self) -> dict[str, str]:
        """Letter to text, for the kinds that offer options."""
        return dict(self.spec.get("options", ()))


def study(source: Source, scratch: Path) -> dict[str, Studied]:
    """Every question of an assignment with its control and its model answer.

    ``scratch`` is an empty folder that the model cells may fill. Raises :class:`ClassroomError` when they
    fail.
    """
    ran = run_cells(source, scratch, known=None)
    if ran.failed:
        raise ClassroomError(
            _("The author's own answers do not run: {question} stops with {error}").format(
                question=next(iter(ran.failed)), error=next(iter(ran.failed.values()))
            ),
            where=source.path.name,
            next_step=_("Run hanoikit build --check and mend the model cells."),
        )
    found = {}
    for question in questions(source):
        asked = ran.asked.get(question.id, {})
        found[question.id] = Studied(
            id=question.id,
            kind=asked.get("kind", question.kind),
            prompt=question.prompts[0].source if question.prompts else "",
            spec=asked.get("spec", {}),
            model=ran.answers.get(question.id, _written(question) if question.written else None),
            solution={
                str(cell.nbgrader["grade_id"]): without_markers(cell.source)
                for cell in question.solutions
                if cell.kind == "code"
            },
        )
    return found


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run through the cells left: the questions shown, the answers on the sheet, the cells that
    failed.
    """

    asked: Mapping[str, Mapping[str, Any]]
    answers: Mapping[str, Any]
    failed: Mapping[str, str]


def run_cells(source: Source, folder: Path, *, known: Collection[str] | None) -> Ran:
    """Run setup, lab, control and model cells in ``folder``, in order, as a trainee's kernel would.

    ``known`` are the questions whose model cells run; ``None`` means all. A cell that fails does not stop
    the rest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    steps = []
    models = {id(cell): question.id for question in questions(source) for cell, _call in question.models}
    for cell in source.cells:
        if cell.kind != "code" or not cell.tags & {"setup", "lab", "ask", "model"}:
            continue
        name = models.get(id(cell), "")
        if "model" in cell.tags and known is not None and name not in known:
            continue
        steps.append({"name": name or f"line {cell.line}", "code": cell.source})
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("NBGRADER", "HANOIKIT"))
    }
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "hanoikit.classroom.runner"],
            cwd=folder,
            env=environment | {"TZ": "UTC", "PYTHONUTF8": "1"},
            input=json.dumps({"assignment": source.name, "steps": steps}).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        result = json.loads(done.stdout.decode().rpartition("\x1e")[2])
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise ClassroomError(
            _("The cells of the assignment did not run to their end."),
            where=source.path.name,
            next_step=_("Open the assignment in JupyterLab and run all its cells to see where it stops."),
        ) from error
    return Ran(result["asked"], result["answers"], result["failed"])


def without_markers(code: str) -> str:
    """An author's code cell as a trainee would have written it."""
    return "\n".join(
        line for line in code.split("\n") if "BEGIN SOLUTION" not in line and "END SOLUTION" not in line
    )


def _written(question: Question) -> str:
    """The author's text in the cell that a person marks, without the mark scheme."""
    kept, inside = [], False
    for line in question.graded[0].source.split("\n"):
        if "BEGIN MARK SCHEME" in line:
            inside = True
        elif "END MARK SCHEME" in line:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept).strip()
