"""Autograding a course directory: nbgrader's own quickstart gives the same gradebook, and no kill loses a mark."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import nbgrader
import pytest

import hanoikit
from hanoikit.cli import run
from hanoikit.grading import cells
from hanoikit.grading.trusted import Limits, TrustedEngine, database
from hanoikit.grading.trusted.course_run import CourseRun, Result, read_marks
from hanoikit.grading.trusted.layout import Layout

from .nbgrader_ready import command
from .test_trusted_engine import LIMITS, isolation
from .trusted_course import RIGHT, author_notebook, author_source, write_hand_in

pytestmark = [
    pytest.mark.skipif(bool(isolation()), reason=isolation() or "isolated"),
    pytest.mark.xdist_group("course-run"),
]

GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'course'\n"


def environment() -> dict[str, str]:
    """For a process of its own: this very kit, and the programs beside this Python."""
    return {
        **os.environ,
        "PATH": str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"],
        "PYTHONPATH": str(Path(hanoikit.__file__).resolve().parent.parent),
    }


def in_course(root: Path, *words: str) -> None:
    """One of nbgrader's own commands, as its users give it."""
    code, said = command(*words, root=root, env=environment())
    assert code == 0, said


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with our small assignment, released and generated."""
    root = tmp_path_factory.mktemp("template")
    (root / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    (root / "source" / "ps1").mkdir(parents=True)
    (root / "source" / "ps1" / "table.csv").write_text("a,b\n", encoding="utf-8")
    cells.write_notebook(author_notebook(), root / "source" / "ps1" / "ps1.ipynb")
    in_course(root, "generate_assignment", "ps1", "--create")
    return root


def fill(template: Path, root: Path, trainees: int) -> Path:
    """A copy of the course in which so many have handed in, each something else."""
    shutil.copytree(template, root)
    source = author_source()
    for number in range(trainees):
        answers = {} if number % 3 else {"limit": f"limit = {number}"}
        folder = root / "submitted" / f"t{number:03d}" / "ps1"
        write_hand_in(folder, source, RIGHT | answers, after=f"print({number})")
        (folder / "notes.txt").write_text(str(number), encoding="utf-8")
        (folder / "timestamp.txt").write_text("2026-03-02 09:00:00.000000 UTC", encoding="utf-8")
    return root


@pytest.fixture
def course(template: Path, tmp_path: Path) -> Callable[[int], Path]:
    return lambda trainees: fill(template, tmp_path / "course", trainees)


def grade(root: Path, *, again: bool = False, jobs: int = 2, limits: Limits = LIMITS) -> list[Result]:
    with TrustedEngine(limits=limits) as engine:
        return list(CourseRun(Layout.of(root), engine, jobs=jobs, again=again).autograde("ps1"))


QUERY = """
select s.student_id, n.name, b.name, b.type, g.auto_score, g.manual_score, g.needs_manual_grade
from grade g join submitted_notebook sn on sn.id = g.notebook_id join notebook n on n.id = sn.notebook_id
join submitted_assignment s on s.id = sn.assignment_id join base_cell b on b.id = g.cell_id
union all
select s.student_id, n.name, b.name, 'comment', g.auto_comment, g.manual_comment, s.timestamp
from comment g join submitted_notebook sn on sn.id = g.notebook_id join notebook n on n.id = sn.notebook_id
join submitted_assignment s on s.id = sn.assignment_id join base_cell b on b.id = g.cell_id
"""


def gradebook(root: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(root / "gradebook.db")
    try:
        return sorted(connection.execute(QUERY).fetchall(), key=repr)
    finally:
        connection.close()


def tree(root: Path) -> dict[str, bytes]:
    folder = root / "autograded"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_second_run_leaves_alone_what_has_not_changed_and_sees_what_has(
    course: Callable[[int], Path],
) -> None:
    root = course(3)
    assert [result.state for result in grade(root)] == ["marked"] * 3
    before = tree(root)
    assert [result.state for result in grade(root)] == ["unchanged"] * 3
    (root / "submitted" / "t001" / "ps1" / "notes.txt").write_text("new", encoding="utf-8")
    assert [result.state for result in grade(root)] == ["unchanged", "marked", "unchanged"]
    assert [result.state for result in grade(root, again=True)] == ["marked"] * 3
    changed = {name for name, content in tree(root).items() if before.get(name) != content}
    assert changed == {"t001/ps1/notes.txt", "t001/ps1/ps1.ipynb"}
    assert "t001/ps1/table.csv" in before


def test_a_replaced_gradebook_is_filled_again(course: Callable[[int], Path], template: Path) -> None:
    root = course(2)
    grade(root)
    whole = gradebook(root)
    shutil.copy(template / "gradebook.db", root / "gradebook.db")
    assert [result.state for result in grade(root)] == ["marked"] * 2
    assert gradebook(root) == whole
    with sqlite3.connect(root / "gradebook.db") as connection:
        connection.execute("update grade set auto_score = 99")
    assert [result.state for result in grade(root)] == ["marked"] * 2
    assert gradebook(root) == whole


def test_what_a_person_wrote_into_the_gradebook_stays(course: Callable[[int], Path]) -> None:
    root = course(1)
    grade(root)
    with sqlite3.connect(root / "gradebook.db") as connection:
        connection.execute("update grade set manual_score = 0.25")
        connection.execute("update comment set manual_comment = 'well done'")
    grade(root, again=True)
    rows = gradebook(root)
    assert {row[5] for row in rows if row[3] == "GradeCell"} == {0.25}
    assert {row[6] for row in rows if row[3] == "GradeCell"} == {1}
    assert {row[5] for row in rows if row[3] == "comment"} == {"well done"}


def test_a_locked_gradebook_is_waited_for(
    course: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = course(1)
    holder = sqlite3.connect(root / "gradebook.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    waits = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            holder.execute("ROLLBACK")

    # SQLite itself gives up three times before the other program is done.
    monkeypatch.setattr(database, "_MILLISECONDS", 50)
    monkeypatch.setattr(database, "time", SimpleNamespace(monotonic=time.monotonic, sleep=wait))
    assert [result.state for result in grade(root)] == ["marked"]
    assert len(waits) == 3
    holder.close()


def test_a_hand_in_that_cannot_be_marked_is_named_and_stops_no_other(
    course: Callable[[int], Path], capsys
) -> None:
    root = course(3)
    (root / "submitted" / "t001" / "ps1" / "ps1.ipynb").write_text("{", encoding="utf-8")
    assert run(["class", "autograde", "ps1", "--course", str(root)]) == 1
    said = capsys.readouterr().out
    assert "2 hand-ins marked" in said
    assert "t001, ps1: " in said
    assert not (root / "autograded" / "t001").exists()
    assert run(["class", "autograde", "ps1", "--course", str(root), "--json"]) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["student"]: row["state"] for row in rows} == {
        "t000": "unchanged",
        "t001": "failed",
        "t002": "unchanged",
    }


def test_explain_says_which_check_gave_which_point(course: Callable[[int], Path], capsys) -> None:
    root = course(1)
    grade(root)
    assert [mark.counted for mark in read_marks(Layout.of(root), "t000", "ps1")[0].questions] == [
        2.0,
        3.0,
        0.0,
    ]
    assert run(["class", "explain", "t000", "ps1", "--course", str(root)]) == 0
    assert "AssertionError" in capsys.readouterr().out


def test_a_folder_that_is_no_course_is_refused_with_a_next_step(tmp_path: Path, capsys) -> None:
    assert run(["class", "autograde", "--course", str(tmp_path)]) == 1
    assert "nbgrader_config.py" in capsys.readouterr().err


@pytest.mark.slow
def test_nbgrader_s_own_command_and_button_run_the_engine_when_the_course_says_so(
    course: Callable[[int], Path],
) -> None:
    root = course(2)
    steps = (
        "from hanoikit.grading.nbgrader_steps import SANITIZE, TRUSTED_AUTOGRADE\n"
        "c.Autograde.sanitize_preprocessors = SANITIZE\n"
        "c.Autograde.autograde_preprocessors = TRUSTED_AUTOGRADE\n"
    )
    cheat = (
        "import ast\nfrom IPython import get_ipython\n\n\nclass Drop(ast.NodeTransformer):\n"
        "    def visit_Assert(self, node):\n        return None\n\n\nget_ipython().ast_transformers.append(Drop())"
    )
    folder = root / "submitted" / "cheat" / "ps1"
    write_hand_in(folder, author_source(), {"round": cheat, "limit": "limit = 4"})
    other = root.with_name("other")
    shutil.copytree(root, other)
    (root / "nbgrader_config.py").write_text(CONFIG + steps, encoding="utf-8")
    in_course(root, "autograde", "ps1", "--create")
    grade(other)
    assert gradebook(root) == gradebook(other)
    scores = {row[2]: row[4] for row in gradebook(root) if row[0] == "cheat" and row[3] == "GradeCell"}
    assert scores == {"test-round": 0.0, "test-parts": 3.0, "test-limit": 0.0}
