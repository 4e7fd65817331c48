"""Writing marks into nbgrader's gradebook: one writer, one transaction for a batch, all of it or nothing.

>>> book = Book.open(layout.db_url)
>>> known = book.assignment("ps1")
>>> book.write(known, [Entry(student="amal", timestamp=None, scores={...}, comments={...})])

The tables are nbgrader's own (``nbgrader.api``); their meaning is that of its ``SaveAutoGrades``. A row that a
person wrote (manual score, extra credit, comment) is never touched. A locked database is tried again for a
minute.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from hanoikit.errors import ClassroomError
from hanoikit.grading.trusted.database import connect, patiently
from hanoikit.i18n import _

_TABLES = (
    "assignment",
    "notebook",
    "base_cell",
    "source_cell",
    "student",
    "submitted_assignment",
    "submitted_notebook",
    "grade",
    "comment",
)
Penalty = Callable[[str, float, float], float | None]
"""From student, score and seconds late to the points that are lost."""


@dataclass(frozen=True, slots=True)
class Score:
    """What the gradebook keeps for one graded cell; ``points`` None: a person marks it."""

    points: float | None
    needs_person: bool = False


@dataclass(frozen=True)
class Entry:
    """One hand-in for the gradebook. Keys are (notebook, cell name)."""

    student: str
    timestamp: datetime | None
    scores: Mapping[tuple[str, str], Score]
    no_response: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    """For solution and task cells: whether the cell is as it was given out."""
    notebooks: frozenset[str] | None = None
    """Those that were marked; the marks of others stay as they are. None: all."""


@dataclass(frozen=True)
class KnownCell:
    """A cell as ``nbgrader generate_assignment`` saved it."""

    source: str
    checksum: str
    cell_type: str
    locked: bool


@dataclass(frozen=True)
class KnownAssignment:
    """An assignment as the gradebook knows it."""

    id: str
    name: str
    duedate: datetime | None
    notebooks: Mapping[str, str]
    """Name -> id."""
    cells: Mapping[tuple[str, str], tuple[str, str]]
    """(notebook, cell name) -> (id, type): GradeCell, SolutionCell or TaskCell; a manual answer has two."""
    sources: Mapping[tuple[str, str], KnownCell]
    kernels: Mapping[str, str | None]


class Book:
    """An open gradebook."""

    def __init__(self, engine: Any, tables: Mapping[str, Any]) -> None:
        self._engine = engine
        self._tables = tables

    @classmethod
    def open(cls, db_url: str) -> Book:
        """Open a gradebook that nbgrader has made; raises :class:`ClassroomError` when it is not there.

        The tables are read from the database itself: importing nbgrader would take longer than marking a
        class.
        """
        from sqlalchemy import MetaData

        engine = connect(db_url)
        found = MetaData()
        patiently(lambda: found.reflect(engine))
        missing = [name for name in _TABLES if name not in found.tables]
        if missing:
            engine.dispose()
            raise ClassroomError(
                _("This database is no gradebook of nbgrader's: it has no {tables}.").format(
                    tables=", ".join(missing)
                ),
                next_step=_("Look at db_url in nbgrader_config.py, or run: nbgrader db upgrade"),
            )
        return cls(engine, {name: found.tables[name] for name in _TABLES})

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def assignment(self, name: str) -> KnownAssignment:
        """What the gradebook knows of an assignment; raises :class:`ClassroomError` when it knows nothing."""
        return patiently(lambda: self._assignment(name))

    def strangers(self, students: Sequence[str]) -> set[str]:
        """Those of these students whom the gradebook does not know."""
        from sqlalchemy import select

        table = self._tables["student"]

        def once() -> set[str]:
            with self._engine.connect() as connection:
                rows = connection.execute(select(table.c.id).where(table.c.id.in_(list(students))))
                return set(students) - {row.id for row in rows}

        return patiently(once)

    def scores(
        self, known: KnownAssignment, students: Sequence[str]
    ) -> dict[str, dict[tuple[str, str], float | None]]:
        """The automatic scores that these students have now; a student without a submission is not there."""
        return patiently(lambda: self._scores(known, students))

    def _scores(
        self, known: KnownAssignment, students: Sequence[str]
    ) -> dict[str, dict[tuple[str, str], float | None]]:
        from sqlalchemy import select

        tables = self._tables
        submission, notebook = tables["submitted_assignment"], tables["submitted_notebook"]
        grade = tables["grade"]
        names = {cell_id: key for key, ids in _graded_ids(known).items() for cell_id in ids}
        found: dict[str, dict[tuple[str, str], float | None]] = {}
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(submission.c.student_id, grade.c.cell_id, grade.c.auto_score)
                .select_from(submission.join(notebook, notebook.c.assignment_id == submission.c.id))
                .join(grade, grade.c.notebook_id == notebook.c.id)
                .where(submission.c.assignment_id == known.id, submission.c.student_id.in_(list(students)))
            )
            for student, cell_id, score in rows:
                if cell_id in names:
                    found.setdefault(student, {})[names[cell_id]] = score
        return found

    def write(
        self, known: KnownAssignment, entries: Sequence[Entry], *, penalty: Penalty | None = None
    ) -> None:
        """Write a batch in one transaction; raises :class:`ClassroomError` and writes nothing when that fails.

        ``penalty`` says what a late hand-in loses; see :func:`penalties`.
        """
        from hanoikit.grading.trusted.batch import Batch

        def once() -> None:
            with self._engine.begin() as connection:
                Batch(connection, self._tables, known, entries).write(penalty)

        if entries:
            patiently(once)

    def _assignment(self, name: str) -> KnownAssignment:
        from sqlalchemy import select

        tables = self._tables
        assignment, notebook = tables["assignment"], tables["notebook"]
        base, source = tables["base_cell"], tables["source_cell"]
        with self._engine.connect() as connection:
            row = connection.execute(
                select(assignment.c.id, assignment.c.duedate).where(assignment.c.name == name)
            ).first()
            if row is None:
                raise ClassroomError(
                    _("The gradebook does not know the assignment {name}.").format(name=name),
                    next_step=_("Run: nbgrader generate_assignment {name}").format(name=name),
                )
            books = connection.execute(
                select(notebook.c.id, notebook.c.name, notebook.c.kernelspec).where(
                    notebook.c.assignment_id == row.id
                )
            ).all()
            names = {one.id: one.name for one in books}
            rows = connection.execute(
                select(base.c.id, base.c.name, base.c.type, base.c.notebook_id).where(
                    base.c.notebook_id.in_(list(names))
                )
            ).all()
            texts = connection.execute(select(source).where(source.c.notebook_id.in_(list(names)))).all()
        return KnownAssignment(
            id=row.id,
            name=name,
            duedate=row.duedate,
            notebooks={one.name: one.id for one in books},
            cells={(names[one.notebook_id], f"{one.type}/{one.name}"): (one.id, one.type) for one in rows},
            sources={
                (names[one.notebook_id], one.name): KnownCell(
                    one.source or "", one.checksum or "", str(one.cell_type), bool(one.locked)
                )
                for one in texts
            },
            kernels={one.name: one.kernelspec for one in books},
        )


def _graded_ids(known: KnownAssignment) -> dict[tuple[str, str], list[str]]:
    ids: dict[tuple[str, str], list[str]] = {}
    for (book, label), (cell_id, kind) in known.cells.items():
        if kind == "GradeCell":
            ids.setdefault((book, label.partition("/")[2]), []).append(cell_id)
    return ids


def penalties(config: Any, *folders: Path) -> Penalty:
    """What the course's own plug-in takes off a late hand-in; by default nothing (nbgrader).

    The plug-in may lie in one of ``folders``. Raises :class:`ClassroomError` when it cannot be used.
    """
    from nbgrader.preprocessors import AssignLatePenalties

    before = list(sys.path)
    sys.path[:0] = [str(folder) for folder in folders]
    try:
        step = AssignLatePenalties(config=config)
        step.init_plugin()
    except Exception as error:
        raise _plugin_fails(error) from error
    finally:
        sys.path[:] = before

    def penalty(student: str, score: float, seconds: float) -> float | None:
        try:
            found = step.plugin_inst.late_submission_penalty(student, score, seconds)
            return None if found is None else min(max(float(found), 0.0), score)
        except Exception as error:
            raise _plugin_fails(error) from error

    return penalty


def _plugin_fails(error: Exception) -> ClassroomError:
    return ClassroomError(
        _("The course's plug-in for late hand-ins does not work: {error}.").format(
            error=f"{type(error).__name__}: {error}"[:300].rstrip(".")
        ),
        where="AssignLatePenalties.plugin_class",
        next_step=_("Correct it, then run this again. It goes on where it was."),
    )
