"""A gradebook on PostgreSQL, by nbgrader's ``db_url``: the same rows as on SQLite, whoever marks and whatever stops."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from hanoikit.cli import run
from hanoikit.errors import ClassroomError
from hanoikit.grading import cells
from hanoikit.grading.trusted.database import connect

from .postgresql import Server, programs
from .test_trusted_course_run import CONFIG, QUERY, environment, in_course
from .test_trusted_engine import isolation
from .trusted_course import RIGHT, author_notebook, author_source, write_hand_in

COUNT = 50
"""Two batches: the first forty are written together."""

if programs() is None and os.environ.get("CI"):
    pytest.fail("PostgreSQL is missing: run scripts/setup.sh tests", pytrace=False)
pytestmark = [
    pytest.mark.skipif(programs() is None, reason="PostgreSQL is missing: apt-get install postgresql"),
    pytest.mark.skipif(bool(isolation()), reason=isolation() or "isolated"),
    pytest.mark.slow,
    pytest.mark.xdist_group("postgresql"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server.started() as server:
        yield server


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class that handed in a small assignment, which is not in any gradebook yet."""
    root = tmp_path_factory.mktemp("template")
    (root / "source" / "ps1").mkdir(parents=True)
    cells.write_notebook(author_notebook(), root / "source" / "ps1" / "ps1.ipynb")
    source = author_source()
    for number in range(COUNT):
        wrong = {"limit": f"limit = {number}"} if number % 3 == 0 else {}
        folder = root / "submitted" / f"t{number:03d}" / "ps1"
        write_hand_in(folder, source, RIGHT | wrong, after=f"print({number})")
        (folder / "timestamp.txt").write_text("2026-03-02 09:00:00.000000 UTC", encoding="utf-8")
    return root


def course(template: Path, root: Path, db_url: str) -> Path:
    """A course directory over a database."""
    shutil.copytree(template, root)
    lines = f"{CONFIG}c.CourseDirectory.db_url = {db_url!r}\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
    (root / "nbgrader_config.py").write_text(lines, encoding="utf-8")
    return root


def make_known(root: Path, db_url: str) -> None:
    """nbgrader makes the assignment known; everybody is an hour late."""
    in_course(root, "generate_assignment", "ps1", "--create")
    engine = create_engine(db_url)
    with engine.begin() as connection:
        connection.execute(text("update assignment set duedate = '2026-03-02 08:00:00.000000'"))
    engine.dispose()


@pytest.fixture(scope="module")
def known(server: Server, template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database in which nbgrader has made the assignment known."""
    url = server.database("known")
    make_known(course(template, tmp_path_factory.mktemp("known") / "course", url), url)
    return "known"


def rows(db_url: str) -> list[tuple[object, ...]]:
    engine = create_engine(db_url)
    try:
        with engine.connect() as connection:
            # The last column is a flag in one half and a time in the other: not for PostgreSQL.
            query = QUERY.replace("g.needs_manual_grade\n", "cast(g.needs_manual_grade as integer)\n", 1)
            first, second = (part.replace("union all", "") for part in query.split("union all"))
            found = [tuple(row) for part in (first, second) for row in connection.execute(text(part))]
            late = "select assignment_id, late_submission_penalty from submitted_notebook"
            found += [("late", row[1]) for row in connection.execute(text(late))]
    finally:
        engine.dispose()
    return sorted([tuple(str(value).removesuffix(".000000") for value in row) for row in found])


@pytest.fixture(scope="module")
def sqlite_rows(template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    root = tmp_path_factory.mktemp("sqlite") / "course"
    url = f"sqlite:///{root}/gradebook.db"
    make_known(course(template, root, url), url)
    assert run(["class", "autograde", "ps1", "--course", str(root), "--jobs", "2"]) == 0
    found = rows(url)
    assert len(found) == COUNT * 7 and ("late", "5.0") in found
    return found


def command(root: Path, program: Sequence[str] = ("-m", "hanoikit.cli")) -> list[str]:
    return [sys.executable, *program, "class", "autograde", "ps1", "--course", str(root), "--jobs", "1"]


def test_the_rows_on_postgresql_are_those_on_sqlite_and_nbgrader_goes_on_from_them(
    server: Server, known: str, template: Path, tmp_path: Path, sqlite_rows: list[tuple[object, ...]]
) -> None:
    url = server.database("alone", like=known)
    root = course(template, tmp_path / "course", url)
    words = ["class", "autograde", "ps1", "--course", str(root), "--jobs", "2"]
    assert run(words) == 0
    assert rows(url) == sqlite_rows
    assert run([*words, "--again"]) == 0
    assert rows(url) == sqlite_rows
    in_course(root, "generate_feedback", "ps1", "--student", "t001")
    assert (root / "feedback" / "t001" / "ps1" / "ps1.html").is_file()
    in_course(root, "export")
    assert "t001" in (root / "grades.csv").read_text(encoding="utf-8")


def test_two_instructors_who_mark_at_once_into_one_database_give_the_same_rows(
    server: Server, known: str, template: Path, tmp_path: Path, sqlite_rows: list[tuple[object, ...]]
) -> None:
    url = server.database("both", like=known)
    # Two folders: in one folder the second waits, which another test shows.
    roots = [course(template, tmp_path / "one", url), course(template, tmp_path / "two", url)]
    both = [
        subprocess.Popen(
            command(root), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for root in roots
    ]
    said = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert rows(url) == sqlite_rows


STOPS = """
import sys
from hanoikit.cli import run
from hanoikit.grading.trusted import database
from hanoikit.grading.trusted.gradebook import Book

database._AWAY = 1.0
write, batches = Book.write, []


def writing(*what, **how):
    write(*what, **how)
    batches.append(what)
    if len(batches) == 1:
        print("written", flush=True)
        sys.stdin.readline()


Book.write = writing
sys.exit(run(sys.argv[1:]))
"""
"""The command, which waits after the first batch until it is told to go on."""


def test_a_server_that_stops_in_the_middle_gives_a_sentence_and_the_next_run_goes_on(
    server: Server, known: str, template: Path, tmp_path: Path, sqlite_rows: list[tuple[object, ...]]
) -> None:
    url = server.database("stopped", like=known)
    root = course(template, tmp_path / "course", url)
    process = subprocess.Popen(
        command(root, ["-c", STOPS]),
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    assert "written" in process.stdout.readline()
    server.stop()
    try:
        said = process.communicate("go on\n", timeout=300)[0]
    finally:
        server.start()
    filed = {path.name for path in (root / "autograded").glob("t*")}
    assert len(filed) == 40
    assert process.returncode == 1
    assert "database server does not answer" in said and "It goes on where it was" in said
    assert "Traceback" not in said
    assert run(["class", "autograde", "ps1", "--course", str(root), "--jobs", "2"]) == 0
    assert rows(url) == sqlite_rows


def test_a_database_without_its_driver_or_with_a_wrong_address_is_refused_with_a_sentence() -> None:
    with pytest.raises(ClassroomError, match="driver of this database"):
        connect("postgresql+nothing://hanoi@/gradebook")
    with pytest.raises(ClassroomError, match="no address of a database"):
        connect("gradebook.db")
