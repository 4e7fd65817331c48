"""Marking with nbgrader as it is, in a private course directory that is removed afterwards.

>>> marked = StockEngine().mark(HandIn(trainee="me", folder=Path("exercises/m04-evidence-chain")), source)
>>> marked.passed
True

**This engine runs the trainee's code with the rights of the person who marks.** nbgrader executes the
notebook and the hidden tests in one ordinary kernel: the code can read and write that person's files, use
the network, and change the verdict that the test is about to give. Use it for your own work, or for people
whom you trust. It cleans the environment and limits the time; that is tidiness, not a sandbox.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from hanoikit.errors import Finding, GradingError
from hanoikit.grading import cells, verdicts
from hanoikit.grading.course import CourseDirectory, course_directory, place_source
from hanoikit.grading.handin import HandIn, admit, bring
from hanoikit.grading.marks import MarkedAssignment
from hanoikit.grading.process import NbgraderProcess
from hanoikit.grading.source import AssignmentSource
from hanoikit.i18n import _

_Open = tuple[CourseDirectory, NbgraderProcess, dict[str, Path]]
"""A private course, the nbgrader that works in it, and the text of each assignment that was released there."""


class StockEngine:
    """An :class:`~hanoikit.grading.engine.Engine` that lets nbgrader do the marking.

    ``seconds`` is the longest time for one hand-in, ``cell_seconds`` for one cell. ``keep`` is a folder for
    the marked notebooks (``TRAINEE-ASSIGNMENT.ipynb``); without it they are gone with the private course.
    The engine keeps its nbgrader process between hand-ins and assignments: close it, or use it in a ``with``
    statement, to end it.
    """

    def __init__(self, *, seconds: float = 900.0, cell_seconds: int = 180, keep: Path | None = None) -> None:
        self.seconds = seconds
        self.cell_seconds = cell_seconds
        self.keep = keep
        self._open: list[_Open] = []
        self._folders = contextlib.ExitStack()

    def __enter__(self) -> StockEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()

    def close(self) -> None:
        """End the nbgrader processes and remove the private courses."""
        for _course, process, _texts in self._open:
            process.close()
        self._open.clear()
        self._folders.close()

    def mark(self, hand_in: HandIn, source: AssignmentSource) -> MarkedAssignment:
        """Mark one hand-in; see :meth:`hanoikit.grading.engine.Engine.mark`."""
        admitted = admit(hand_in, source)
        course, process = self._course(source)
        target = course.submitted(hand_in.trainee, source.name)
        try:
            bring(hand_in, admitted, source, target)
            answer = process.run(
                "autograde", seconds=self.seconds, assignment=source.name, trainee=hand_in.trainee
            )
            notebook = self._keep(course.autograded(hand_in.trainee, source.name), hand_in, source)
            return read_marks(
                course,
                hand_in.trainee,
                source,
                answer["scores"],
                findings=admitted.findings,
                notebook=notebook,
            )
        finally:
            shutil.rmtree(target, ignore_errors=True)

    def _course(self, source: AssignmentSource) -> tuple[CourseDirectory, NbgraderProcess]:
        """The private course in which this assignment was released, made and released when it is first asked for.

        All assignments share one course and its nbgrader process, because to start nbgrader takes several times as
        long as to mark. A second text with the same name gets a course of its own.
        """
        text = source.text.resolve()
        fitting = (one for one in self._open if one[2].get(source.name, text) == text)
        course, process, texts = next(fitting, None) or self._new_course()
        if source.name not in texts:
            place_source(source, course)
            process.run("generate", assignment=source.name)
            texts[source.name] = text
        return course, process

    def _new_course(self) -> _Open:
        folder = self._folders.enter_context(
            tempfile.TemporaryDirectory(prefix="hanoikit-course-", ignore_cleanup_errors=True)
        )
        course = course_directory(Path(folder) / "course", assignments=(), cell_seconds=self.cell_seconds)
        self._open.append((course, NbgraderProcess(course), {}))
        return self._open[-1]

    def _keep(self, marked: Path, hand_in: HandIn, source: AssignmentSource) -> Path | None:
        if self.keep is None:
            return None
        self.keep.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copyfile(marked, self.keep / f"{hand_in.trainee}-{source.name}.ipynb"))


def read_marks(
    course: CourseDirectory,
    trainee: str,
    source: AssignmentSource,
    scores: Mapping[str, Mapping[str, Any]],
    *,
    findings: tuple[Finding, ...] = (),
    notebook: Path | None = None,
) -> MarkedAssignment:
    """The marks of a hand-in that nbgrader has autograded, with their explanations.

    ``scores`` are the gradebook's, by question. Raises :class:`GradingError` when there is no marked
    notebook.
    """
    path = course.autograded(trainee, source.name)
    if not path.is_file():
        raise GradingError(
            _("nbgrader left no marked notebook."), where=trainee, next_step=_("Mark the hand-in again.")
        )
    marks, more = verdicts.question_marks(cells.read_notebook(path), scores, source)
    return MarkedAssignment(
        assignment=source.name,
        title=source.title,
        trainee=trainee,
        questions=tuple(marks),
        findings=(*findings, *more),
        pass_mark=source.pass_mark,
        notebook=notebook or path,
    )
