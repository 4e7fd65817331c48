"""A class of thirty with all assignments of the course, and one's own work, by the commands that people type.

>>> from bench import _classroom                 # doctest: +SKIP
>>> _classroom.class_of(30)[0]["ours"]            # doctest: +SKIP
'10.9 s for 330 hand-ins'
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.corpus import stock

from bench._commands import Watch, seconds_of
from hanoikit import resources
from hanoikit.classroom.answerers import SAMPLE
from hanoikit.classroom.cohort import work
from hanoikit.classroom.study import study
from hanoikit.grading import AssignmentSource, cells, course_directory
from hanoikit.grading.process import NbgraderProcess
from hanoikit.grading.source import installed

ASSIGNMENTS = 11
SECONDS = 30.0
"""For thirty trainees with eleven assignments."""
OWN_SECONDS = 1.0
MEMORY = 200


def class_of(trainees: int) -> list[dict[str, Any]]:
    """Rows: how long ``hanoikit class autograde`` takes for the whole class, and its largest process.

    Where marking asks independent programs about a package that was handed in, those programs take their own
    seconds for each; such an assignment has a row of its own, without a target.
    """
    sources = [AssignmentSource.installed(name) for name in installed()[:ASSIGNMENTS]]
    asking = [source.name for source in sources if _asks_programs(source)]
    names = [source.name for source in sources if source.name not in asking]
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="class-", ignore_cleanup_errors=True) as place:
        course = course_directory(Path(place) / "course", assignments=sources)
        with NbgraderProcess(course) as nbgrader:
            for source in sources:
                nbgrader.run("generate", assignment=source.name)

        def marked(group: list[str]) -> tuple[float, float, bool]:
            for name in group:
                _hand_in(name, trainees, course.release(name), course.submitted, Path(place) / "work" / name)
            with Watch() as watch:
                words = group if len(group) == 1 else []
                took = seconds_of(
                    ["-m", "hanoikit.cli", "class", "autograde", *words], course.root, watch.follow
                )
            whole = all(
                course.autograded(f"t{number:02d}", name).is_file()
                and _is_recorded(course.root, f"t{number:02d}", name)
                for name in group
                for number in range(trainees)
            )
            return took, watch.most, whole

        took, most, whole = marked(names)
        for name in asking:
            seconds, _most, all_there = marked([name])
            rows.append(
                {
                    "name": f"class of {trainees}, {name}: independent programs check each package",
                    "ours": f"{seconds:.1f} s" if all_there else "not all are marked",
                    "peer": "",
                    "ratio": None,
                    "target": "",
                    "met": None,
                }
            )
    count = trainees * len(names)
    wanted = SECONDS * count / (30 * ASSIGNMENTS)
    return [
        {
            "name": f"class of {trainees}, {len(names)} other assignments: all, with the start",
            "ours": f"{took:.1f} s for {count} hand-ins" if whole else "not all are marked",
            "peer": "",
            "ratio": None,
            "target": f"< {wanted:.0f} s ({SECONDS:.0f} s for 30 with {ASSIGNMENTS})",
            "met": whole and took < wanted,
        },
        {
            "name": f"class of {trainees}: largest process",
            "ours": f"{most / 2**20:.0f} MiB",
            "peer": "",
            "ratio": None,
            "target": f"<= {MEMORY} MiB",
            "met": 0 < most <= MEMORY * 2**20,
        },
        *rows,
    ]


def _asks_programs(source: AssignmentSource) -> bool:
    return any("PackageCheck" in cells.source_of(cell) for cell in source.notebook["cells"])


def own_work(name: str = "m01-convention") -> dict[str, Any]:
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


def _is_recorded(root: Path, trainee: str, assignment: str) -> bool:
    return bool(stock.scores(root / "gradebook.db", trainee, assignment))
