"""A class of four with one assignment, made by the real tools once for all tests that only read it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hanoikit.classroom.asked import asked_of
from hanoikit.classroom.cohort import _normal
from hanoikit.classroom.klass import Class
from hanoikit.classroom.study import Studied
from hanoikit.exercise.sheet import Sheet
from hanoikit.grading import AssignmentSource
from hanoikit.grading.process import NbgraderProcess
from hanoikit.grading.trusted import Outer, TrustedEngine
from hanoikit.grading.trusted.course_run import CourseRun
from hanoikit.grading.trusted.layout import Layout

NAME = "m01-convention"
DAY = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
#: A name of a script that typst's own fonts lack, a plain one, one who hands in nothing, and one that no font has.
ROSTER = """id,family_name,given_name,email,group,note
t01,علي,محمد,,A,
t02,"O'Brien, Jr.",Seán,,B,
t03,Nguyễn,Ánh,,A,
t04,\U000f0000\U000f0001,Noa,,B,
"""


@dataclass(frozen=True)
class SmallClass:
    """The class, and what its questions offer."""

    klass: Class
    asked: dict[str, Studied]

    def copied(self, folder: Path) -> Class:
        """A copy that a test may change."""
        return Class.open(Path(shutil.copytree(self.klass.root, folder / "copy")))


def shared(base: Path) -> SmallClass:
    """The class, made once for all processes of a test run; ``base`` is the temporary folder of this process."""
    from filelock import FileLock

    place = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    root, done = place / "small-class", place / "small-class.made"
    with FileLock(place / "small-class.lock"):
        if not done.exists():
            make(root)
            done.touch()
    return SmallClass(Class.open(root), asked_of(AssignmentSource.installed(NAME)))


def make(root: Path) -> SmallClass:
    """t01 and t04 know everything, t02 half and is late; a person gave t01 and t04 points for the written answer."""
    klass = Class.create(root, title="Autumn <2026>", zone=DAY.tzinfo.key, now=DAY, assignments=[NAME])  # type: ignore[union-attr]
    klass.roster_path.write_text(ROSTER, encoding="utf-8-sig", newline="\r\n")
    klass.plan(NAME, state="closed", due=DAY + timedelta(hours=8))
    asked = asked_of(AssignmentSource.installed(NAME))
    with NbgraderProcess(klass.course) as nbgrader:
        nbgrader.run("generate", assignment=NAME)
    for trainee, share in (("t01", 1.0), ("t02", 0.5), ("t04", 1.0)):
        _hand_in(klass, asked, trainee, share)
    with TrustedEngine(wall=Outer.found()) as engine:
        results = list(CourseRun(Layout.of(klass.root), engine).autograde(NAME))
    assert [result.state for result in results] == ["marked"] * 3
    _grade(klass, ("t01", "t04"))
    return SmallClass(klass, asked)


def _hand_in(klass: Class, asked: dict[str, Studied], trainee: str, share: float) -> None:
    folder = klass.course.submitted(trainee, NAME)
    shutil.copytree(klass.course.release(NAME), folder)
    known: list[tuple[str, Any]] = [(name, _normal(one, one.model)) for name, one in asked.items()]
    # The written answer is the last one.
    known = [*known[: round(share * len(known))], known[-1]] if share < 1 else known
    rows = [(name, value, DAY + timedelta(minutes=2 * n)) for n, (name, value) in enumerate(known)]
    Sheet.in_folder(folder, assignment=NAME, clock=lambda: DAY, session=trainee).extend(rows)
    stamp = "2026-03-02 08:00:00 UTC" if share == 1 else "2026-03-02 12:00:00 UTC"
    (folder / "timestamp.txt").write_text(stamp, encoding="utf-8")


def _grade(klass: Class, trainees: tuple[str, ...]) -> None:
    """What formgrader writes when a person gives points and a comment."""
    with sqlite3.connect(klass.root / "gradebook.db") as book:
        for trainee in trainees:
            ids = book.execute(
                "select n.id from submitted_notebook n join submitted_assignment s on s.id = n.assignment_id "
                "where s.student_id = ?",
                (trainee,),
            ).fetchall()
            ((notebook,),) = ids
            book.execute(
                "update grade set manual_score = 3.0, needs_manual_grade = 0 "
                "where notebook_id = ? and auto_score is null",
                (notebook,),
            )
            book.execute(
                "update comment set manual_comment = 'Clear. Name the article, too.' where notebook_id = ? and cell_id "
                "in (select id from base_cell where name = 'm01-q13')",
                (notebook,),
            )
