"""Where a class stands, assignment by assignment: handed in, marked, waiting for a person, given back.

>>> standing(Class.open(Path("autumn")))[0].handed_in
28

Read from the folders and one look into the gradebook, so that it answers at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class


@dataclass(frozen=True, slots=True)
class Standing:
    """One assignment. ``to_read`` are hand-ins with an answer that a person still has to read."""

    name: str
    state: str
    due: datetime | None
    handed_in: int
    marked: int
    to_read: int
    feedback: int
    refuse_late: bool
    missing: tuple[str, ...]
    """Ids of those present who have handed in nothing."""

    @property
    def words(self) -> str:
        """The state in words."""
        return {"planned": _("planned"), "open": _("open"), "closed": _("closed")}[self.state]


def standing(klass: Class) -> tuple[Standing, ...]:
    """All assignments of the class."""
    root, waiting = klass.root, _waiting(klass)
    present = [trainee.id for trainee in klass.roster.present]
    rows = []
    for one in klass.assignments:
        handed_in = {path.parent.name for path in root.glob(f"submitted/*/{one.name}") if path.is_dir()}
        marked = {path.parent.name for path in root.glob(f"autograded/*/{one.name}") if path.is_dir()}
        back = {path.parent.name for path in root.glob(f"feedback/*/{one.name}") if path.is_dir()}
        rows.append(
            Standing(
                name=one.name,
                state=one.state,
                due=one.due,
                handed_in=len(handed_in),
                marked=len(handed_in & marked),
                to_read=len(waiting.get(one.name, set()) & marked),
                feedback=len(back & marked),
                refuse_late=one.refuse_late,
                missing=tuple(id for id in present if id not in handed_in),
            )
        )
    return tuple(rows)


def _waiting(klass: Class) -> dict[str, set[str]]:
    """Assignment to the trainees with a grade that needs a person."""
    if not (klass.root / "gradebook.db").is_file():
        return {}
    from sqlalchemy import MetaData, select

    from hanoikit.grading.trusted.database import connect, patiently

    names = ("assignment", "submitted_assignment", "submitted_notebook", "grade")
    engine, found = connect(klass.course.gradebook), MetaData()
    waiting: dict[str, set[str]] = {}
    try:
        patiently(lambda: found.reflect(engine))
        if any(name not in found.tables for name in names):
            return {}
        assignment, submission, notebook, grade = (found.tables[name] for name in names)
        with engine.connect() as connection:
            rows = connection.execute(
                select(assignment.c.name, submission.c.student_id)
                .select_from(assignment.join(submission, submission.c.assignment_id == assignment.c.id))
                .join(notebook, notebook.c.assignment_id == submission.c.id)
                .join(grade, grade.c.notebook_id == notebook.c.id)
                .where(grade.c.needs_manual_grade)
            )
            for name, student in rows:
                waiting.setdefault(name, set()).add(student)
    finally:
        engine.dispose()
    return waiting
