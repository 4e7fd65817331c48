"""A class of thirty with all assignments of the course, and one's own work, by the commands that people type.

>>> from bench import _classroom                 # doctest: +SKIP
>>> _classroom.class_of(30)["ours"]              # doctest: +SKIP
'10.9 s for 330 hand-ins'
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench._commands import Watch, seconds_of
from hanoikit import resources
from hanoikit.classroom.answerers import SAMPLE
from hanoikit.classroom.cohort import work
from hanoikit.classroom.study import study
from hanoikit.grading import AssignmentSource, course_directory
from hanoikit.grading.process import NbgraderProcess
from hanoikit.grading.source import installed

ASSIGNMENTS = 11
SECONDS = 30.0
"""For thirty trainees with eleven assignments."""
OWN_SECONDS = 1.0
MEMORY = 200


def class_of(trainees: int) -> list[dict[str, Any]]:
    """Rows: how long ``hanoikit class autograde`` takes for the whole class, and its largest process."""
    names = installed()[:ASSIGNMENTS]
    with tempfile.TemporaryDirectory(prefix="class-", ignore_cleanup_errors=True) as place:
        root = Path(place) / "course"
        course = course_directory(root, assignments=[AssignmentSource.installed(name) for name in names])
        with NbgraderProcess(course) as nbgrader:
            for name in names:
                nbgrader.run("generate", assignment=name)
        for name in names:
            _hand_in(name, trainees, course.release(name), course.submitted, Path(place) / "work" / name)
        with Watch() as watch:
            took = seconds_of(["-m", "hanoikit.cli", "class", "autograde"], root, watch=watch.follow)
        count = trainees * len(names)
        whole = _submissions(root) == count and all(
            course.autograded(f"t{number:02d}", name).is_file()
            for name in names
            for number in range(trainees)
        )
    wanted = SECONDS * count / (30 * ASSIGNMENTS)
    return [
        {
            "name": f"class of {trainees}, {len(names)} assignments: all, with the start",
            "ours": f"{took:.1f} s for {count} hand-ins" if whole else "not all are marked",
            "peer": "",
            "ratio": None,
            "target": f"< {wanted:.0f} s ({SECONDS:.0f} s for {ASSIGNMENTS} assignments)",
            "met": whole and took < wanted,
        },
        {
            "name": f"class of {trainees}, {len(names)} assignments: largest process",
            "ours": f"{watch.most / 2**20:.0f} MiB",
            "peer": "",
            "ratio": None,
            "target": f"<= {MEMORY} MiB",
            "met": 0 < watch.most <= MEMORY * 2**20,
        },
    ]


def own_work(name: str = "m04-evidence-chain") -> dict[str, Any]:
    """One row: ``hanoikit grade`` on one assignment for the second time, less what the program takes to start."""
    with tempfile.TemporaryDirectory(prefix="own-", ignore_cleanup_errors=True) as place:
        folder = Path(place) / name
        _hand_in(name, 1, resources.exercises() / name, lambda _who, _name: folder, Path(place) / "work")
        command = ["-m", "hanoikit.cli", "grade", name]
        cold = seconds_of(command, Path(place))
        start = min(seconds_of(["-m", "hanoikit.cli", "--help"], Path(place)) for _turn in range(3))
        took = min(seconds_of(command, Path(place)) for _turn in range(3))
        marked = (folder / f"marks-{name}.html").is_file()
    return {
        "name": f"own work, {name}: after the start",
        "ours": f"{took - start:.2f} s (all {took:.2f} s; the first time {cold:.2f} s)"
        if marked
        else "no marks",
        "peer": "",
        "ratio": None,
        "target": f"< {OWN_SECONDS:.0f} s",
        "met": marked and took - start < OWN_SECONDS,
    }


def _hand_in(
    name: str, trainees: int, release: Path, submitted: Callable[[str, str], Path], scratch: Path
) -> None:
    """Hand-ins of simulated trainees; as many different ones as there are sorts of trainees."""
    source = AssignmentSource.installed(name)
    questions = study(source.parsed, scratch / "author")
    begin = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    for number in range(trainees):
        answerer = SAMPLE[number % len(SAMPLE)]
        done = scratch / answerer.name
        if not done.is_dir():
            shutil.copytree(release, done)
            work(
                source, questions, answerer, done, random.Random(f"bench/{name}/{answerer.name}"), begin=begin
            )
        shutil.copytree(done, submitted(f"t{number:02d}", name))


def _submissions(root: Path) -> int:
    with sqlite3.connect(root / "gradebook.db") as book:
        return int(book.execute("SELECT count(*) FROM submitted_assignment").fetchone()[0])
