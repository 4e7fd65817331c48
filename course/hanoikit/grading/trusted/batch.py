"""One transaction of the gradebook: students, submissions, notebooks, grades and comments of a batch.

>>> Batch(connection, tables, known, entries).write(penalty)

A handful of statements for the whole batch instead of some dozens for each hand-in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from hanoikit.grading.trusted.gradebook import Entry, KnownAssignment, Penalty, Score


class Batch:
    """One transaction."""

    def __init__(
        self, connection: Any, tables: Mapping[str, Any], known: KnownAssignment, entries: Sequence[Entry]
    ) -> None:
        self._connection, self._tables, self._known, self._entries = connection, tables, known, entries
        self._students = [entry.student for entry in entries]

    def write(self, penalty: Penalty | None = None) -> None:
        """Everything, in the order that the tables' keys need."""
        from sqlalchemy import select

        tables, known = self._tables, self._known
        student, submission = tables["student"], tables["submitted_assignment"]
        notebook, grade, comment = tables["submitted_notebook"], tables["grade"], tables["comment"]
        rows = self._connection.execute(select(student.c.id).where(student.c.id.in_(self._students)))
        there = {row.id for row in rows}
        self._insert(student, [{"id": name} for name in dict.fromkeys(self._students) if name not in there])
        rows = self._connection.execute(
            select(submission.c.id, submission.c.student_id).where(
                submission.c.assignment_id == known.id, submission.c.student_id.in_(self._students)
            )
        )
        submissions = {row.student_id: row.id for row in rows}
        new = [entry for entry in self._entries if entry.student not in submissions]
        submissions |= {entry.student: _new_id() for entry in new}
        self._insert(
            submission,
            [
                {
                    "id": submissions[entry.student],
                    "assignment_id": known.id,
                    "student_id": entry.student,
                    "timestamp": entry.timestamp,
                }
                for entry in new
            ],
        )
        for entry in self._entries:
            if entry not in new and entry.timestamp is not None:
                self._connection.execute(
                    submission.update()
                    .where(submission.c.id == submissions[entry.student])
                    .values(timestamp=entry.timestamp)
                )
        self._cells(submissions, notebook, grade, comment)
        self._late(submissions, submission, notebook, grade, penalty)

    def _late(
        self,
        submissions: Mapping[str, str],
        submission: Any,
        notebook: Any,
        grade: Any,
        penalty: Penalty | None,
    ) -> None:
        """nbgrader's penalties for late hand-ins, by the course's own plug-in."""
        from sqlalchemy import func, select

        self._connection.execute(
            notebook.update()
            .where(notebook.c.assignment_id.in_(list(submissions.values())))
            .values(late_submission_penalty=None)
        )
        if penalty is None or self._known.duedate is None:
            return
        score = func.sum(
            func.coalesce(grade.c.manual_score, grade.c.auto_score, 0.0)
            + func.coalesce(grade.c.extra_credit, 0.0)
        )
        rows = self._connection.execute(
            select(
                submission.c.student_id, submission.c.timestamp, submission.c.extension, notebook.c.id, score
            )
            .select_from(submission.join(notebook, notebook.c.assignment_id == submission.c.id))
            .join(grade, grade.c.notebook_id == notebook.c.id)
            .where(submission.c.id.in_(list(submissions.values())))
            .group_by(submission.c.student_id, submission.c.timestamp, submission.c.extension, notebook.c.id)
        ).all()
        for student, timestamp, extension, book, points in rows:
            if timestamp is None:
                continue
            seconds = (timestamp - self._known.duedate - _span(extension)).total_seconds()
            lost = penalty(student, float(points or 0), seconds) if seconds > 0 else None
            if lost is not None:
                self._connection.execute(
                    notebook.update().where(notebook.c.id == book).values(late_submission_penalty=lost)
                )

    def _cells(self, submissions: Mapping[str, str], notebook: Any, grade: Any, comment: Any) -> None:
        from sqlalchemy import bindparam, select

        known, make = self._known, _new_id
        rows = self._connection.execute(
            select(notebook.c.id, notebook.c.assignment_id, notebook.c.notebook_id).where(
                notebook.c.assignment_id.in_(list(submissions.values()))
            )
        )
        books = {(row.assignment_id, row.notebook_id): row.id for row in rows}
        missing = [
            (submitted, book)
            for submitted in submissions.values()
            for book in known.notebooks.values()
            if (submitted, book) not in books
        ]
        books |= {key: make() for key in missing}
        self._insert(
            notebook, [{"id": books[key], "assignment_id": key[0], "notebook_id": key[1]} for key in missing]
        )
        ids = list(books.values())
        grades = {
            (row.notebook_id, row.cell_id): row
            for row in self._connection.execute(
                select(grade.c.id, grade.c.notebook_id, grade.c.cell_id, grade.c.manual_score).where(
                    grade.c.notebook_id.in_(ids)
                )
            )
        }
        comments = {
            (row.notebook_id, row.cell_id): row.id
            for row in self._connection.execute(
                select(comment.c.id, comment.c.notebook_id, comment.c.cell_id).where(
                    comment.c.notebook_id.in_(ids)
                )
            )
        }
        new_grades, old_grades, new_comments, old_comments = [], [], [], []
        for entry in self._entries:
            for (book, label), (cell_id, kind) in known.cells.items():
                marked = entry.notebooks is None or book in entry.notebooks
                submitted = books[submissions[entry.student], known.notebooks[book]]
                name = label.partition("/")[2]
                if kind in ("GradeCell", "TaskCell"):
                    usual = Score(0.0) if marked and kind == "GradeCell" else Score(None)
                    score = entry.scores.get((book, name), usual)
                    row = grades.get((submitted, cell_id))
                    person = (
                        (score.points is None and marked)
                        or score.needs_person
                        or (row is not None and row.manual_score is not None)
                    )
                    if row is None:
                        new_grades.append(
                            {
                                "id": make(),
                                "notebook_id": submitted,
                                "cell_id": cell_id,
                                "auto_score": score.points,
                                "needs_manual_grade": person,
                            }
                        )
                    elif kind == "GradeCell" and marked:
                        old_grades.append({"key": row.id, "points": score.points, "person": person})
                if kind in ("SolutionCell", "TaskCell"):
                    text = (
                        "No response." if entry.no_response.get((book, name)) and kind != "TaskCell" else None
                    )
                    found = comments.get((submitted, cell_id))
                    if found is None:
                        new_comments.append(
                            {"id": make(), "notebook_id": submitted, "cell_id": cell_id, "auto_comment": text}
                        )
                    elif marked:
                        old_comments.append({"key": found, "text": text})
        self._insert(grade, new_grades)
        self._insert(comment, new_comments)
        if old_grades:
            self._connection.execute(
                grade.update()
                .where(grade.c.id == bindparam("key"))
                .values(auto_score=bindparam("points"), needs_manual_grade=bindparam("person")),
                old_grades,
            )
        if old_comments:
            self._connection.execute(
                comment.update()
                .where(comment.c.id == bindparam("key"))
                .values(auto_comment=bindparam("text")),
                old_comments,
            )

    def _insert(self, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self._connection.execute(table.insert(), list(rows))


def _span(found: Any) -> timedelta:
    """An extension; SQLite keeps a span of time as that long after the beginning of 1970."""
    if isinstance(found, datetime):
        return found - datetime(1970, 1, 1)
    return found if isinstance(found, timedelta) else timedelta()


def _new_id() -> str:
    """A row's key, as nbgrader makes them."""
    return uuid4().hex
