"""Kills, full disks, locked and replaced gradebooks, busy machines: nothing is lost, and no mark is taken away."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from hanoikit.errors import ClassroomError, GradingError
from hanoikit.grading import HandIn
from hanoikit.grading.trusted import Limits, TrustedEngine, database
from hanoikit.grading.trusted import nursery as nursery_module
from hanoikit.grading.trusted.course_run import CourseRun
from hanoikit.grading.trusted.layout import Layout

from .faults import Kills, command, environment, gradebook, tree
from .test_trusted_course_run import course, grade, template  # noqa: F401
from .test_trusted_engine import FULL, LIMITS, isolation, points
from .trusted_course import RIGHT, author_source, write_hand_in

pytestmark = [
    pytest.mark.skipif(bool(isolation()), reason=isolation() or "isolated"),
    pytest.mark.xdist_group("course-run"),
]
Course = Callable[[int], Path]


def undisturbed(root: Path, place: Path) -> Path:
    """A copy of the course, marked in peace."""
    shutil.copytree(root, place)
    grade(place)
    return place


def assert_equal(root: Path, quiet: Path) -> None:
    assert gradebook(root) == gradebook(quiet)
    assert tree(root) == tree(quiet)


# whoever is killed


@pytest.mark.slow
def test_whatever_is_killed_at_any_moment_the_gradebook_is_that_of_an_undisturbed_run(
    course: Course,  # noqa: F811
    tmp_path: Path,
) -> None:
    root = course(300)
    quiet = undisturbed(root, tmp_path / "quiet")
    kills = Kills(random.Random(7), most=20)
    kills.mark(root)
    assert {"command", "hand-in"} <= set(kills.done)
    assert_equal(root, quiet)


def below(engine: TrustedEngine, role: str) -> list[psutil.Process]:
    """The processes behind a wall of an engine's: the stem, the zygote, the hand-in's."""
    (bench,) = engine._benches.values()
    wall = psutil.Process(getattr(bench, role).pid)
    return [one for one in wall.children(recursive=True) if one.name() != "bwrap"]


@pytest.fixture
def engine() -> Iterator[TrustedEngine]:
    with TrustedEngine(limits=LIMITS) as engine:
        yield engine


def killed_while_marking(
    engine: TrustedEngine, tmp_path: Path, *, role: str, which: int, times: int
) -> dict[str, float]:
    """Points of a right hand-in of which somebody outside kills a process: 0 the stem, 1 the zygote, 2 the hand-in's."""
    source = author_source()
    hand_in = write_hand_in(tmp_path / "ps1", source, before="import time\ntime.sleep(0.6)")
    if role == "judge":
        slow = RIGHT["parts"].replace("return", "import time\n    time.sleep(0.3)\n    return")
        shutil.rmtree(tmp_path / "ps1")
        hand_in = write_hand_in(tmp_path / "ps1", source, {"parts": slow})
    engine.prepare(source)
    over = threading.Event()
    hit: set[int] = set()

    def kill() -> None:
        while not over.is_set() and len(hit) < times:
            with contextlib.suppress(psutil.Error):
                processes = below(engine, role)
                if len(processes) > 2 and processes[which].pid not in hit:
                    time.sleep(0.1)
                    processes[which].kill()
                    hit.add(processes[which].pid)
            time.sleep(0.01)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        marked = engine.mark(hand_in, source)
    finally:
        over.set()
        thread.join()
        assert len(hit) == times
    assert not marked.needs_human
    assert "cell-killed" not in {finding.code for finding in marked.findings}
    return points(marked)


@pytest.mark.parametrize("role", ["runner", "judge"])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_process_that_the_system_kills_costs_no_point(
    engine: TrustedEngine, tmp_path: Path, role: str, which: int
) -> None:
    assert killed_while_marking(engine, tmp_path, role=role, which=which, times=1) == FULL


def test_a_hand_in_whose_process_is_killed_every_time_gets_no_mark_and_is_named(
    engine: TrustedEngine, tmp_path: Path
) -> None:
    with pytest.raises(GradingError, match="again and again"):
        killed_while_marking(engine, tmp_path, role="runner", which=2, times=4)


def test_where_the_wall_cannot_be_built_there_is_an_error_and_no_zero(tmp_path: Path) -> None:
    source = author_source()
    hand_in = write_hand_in(tmp_path / "ps1", source)
    limits = Limits(scratch=-1)
    with TrustedEngine(limits=limits) as engine, pytest.raises(GradingError, match="isolated"):
        engine.mark(hand_in, source)


def test_a_kit_that_is_exchanged_while_it_marks_is_noticed(
    engine: TrustedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = author_source()
    hand_in = write_hand_in(tmp_path / "ps1", source)
    monkeypatch.setattr(nursery_module, "AT_START", "an older one")
    with pytest.raises(GradingError, match="changed"):
        engine.mark(hand_in, source)


# a busy machine

BUSY = "sum(number * number for number in range({count}))"


@contextlib.contextmanager
def crowd(count: int) -> Iterator[None]:
    """This process, all that it starts, and so many others have one processor between them."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    # Each in a session of its own: Linux may share a processor between sessions, not between processes.
    endless = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(endless, start_new_session=True) for _number in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()
        os.sched_setaffinity(0, before)


def seconds_of_work() -> int:
    """How far a loop counts in about a second on this machine."""
    started = time.process_time()
    exec(BUSY.format(count=1_000_000))
    return int(1_000_000 / max(time.process_time() - started, 0.01))


def marked_among(count: int, limits: Limits, hand_in: HandIn) -> tuple[dict[str, float], list[str], bool]:
    with TrustedEngine(limits=limits) as engine:
        source = author_source()
        engine.mark(hand_in, source)  # started in peace
        for bench in engine._benches.values():
            for nursery in (bench.runner, bench.judge):
                assert nursery.pid is not None
                wall = psutil.Process(nursery.pid)
                for one in [wall, *wall.children(recursive=True)]:
                    one.cpu_affinity([min(os.sched_getaffinity(0))])
        with crowd(count):
            paper = engine.mark_paper(hand_in, source)
    codes = [finding.code for finding in paper.marked.findings]
    return points(paper.marked), codes, paper.record.busy


@pytest.mark.slow
def test_waiting_for_a_processor_does_not_count_as_time_of_the_cell(tmp_path: Path) -> None:
    work = BUSY.format(count=int(0.3 * seconds_of_work()))
    hand_in = write_hand_in(tmp_path / "ps1", author_source(), {"limit": f"{work}\nlimit = 5"})
    limits = Limits(cell_seconds=1.0, call_seconds=1.0, hand_in_seconds=3.0)
    assert marked_among(3, limits, hand_in) == (FULL, [], False)


@pytest.mark.slow
def test_a_limit_that_is_reached_on_an_overloaded_machine_is_never_a_silent_zero(tmp_path: Path) -> None:
    work = BUSY.format(count=int(0.3 * seconds_of_work()))
    hand_in = write_hand_in(tmp_path / "ps1", author_source(), {"limit": f"{work}\nlimit = 5"})
    limits = Limits(cell_seconds=0.6, call_seconds=1.0, hand_in_seconds=30.0)
    earned, codes, busy = marked_among(12, limits, hand_in)
    assert earned["limit"] == 0.0
    assert busy
    assert "machine-busy" in codes


def test_what_a_busy_machine_took_is_flagged_in_the_gradebook_and_marked_again(
    course: Course,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from hanoikit.grading.trusted import session

    root = course(1)
    shutil.rmtree(root / "submitted" / "t000")
    folder = root / "submitted" / "t001" / "ps1"
    write_hand_in(folder, author_source(), {"limit": "while True: pass"})
    with monkeypatch.context() as busy:
        busy.setattr(session, "PATIENCE", 0.0)  # whatever it waited is too much
        (result,) = grade(root)
    assert result.state == "marked"
    assert any("busy" in reason for reason in result.reasons)
    people = {row[2]: (row[4], row[6]) for row in gradebook(root) if row[3] == "GradeCell"}
    assert people == {"test-round": (2.0, 0), "test-parts": (3.0, 0), "test-limit": (0.0, 1)}
    (again,) = grade(root)
    assert again.state == "marked"
    assert again.reasons == []
    assert [one.state for one in grade(root)] == ["unchanged"]


# the gradebook


def test_a_gradebook_that_stays_locked_ends_the_run_with_a_sentence_and_nothing_is_lost(
    course: Course,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = course(43)
    quiet = undisturbed(root, tmp_path / "quiet")
    monkeypatch.setattr(database, "_PATIENCE", 0.5)
    monkeypatch.setattr(database, "_MILLISECONDS", 100)
    holder = sqlite3.connect(root / "gradebook.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ClassroomError, match="locked by another program"):
        grade(root)
    holder.execute("ROLLBACK")
    with TrustedEngine(limits=LIMITS) as engine:
        results = CourseRun(Layout.of(root), engine, jobs=2).autograde("ps1")
        assert next(results).state == "marked"  # the first forty are written
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ClassroomError, match="goes on where it was"):
            list(results)
    holder.execute("ROLLBACK")
    holder.close()
    states = [result.state for result in grade(root)]
    assert states.count("marked") < 43
    assert_equal(root, quiet)


def test_an_older_or_empty_gradebook_in_its_place_is_filled_or_refused_with_a_sentence(
    course: Course,  # noqa: F811
    template: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    root = course(3)
    quiet = undisturbed(root, tmp_path / "quiet")
    late = root / "submitted" / "t002"
    late.rename(tmp_path / "late")
    grade(root)
    shutil.copy(root / "gradebook.db", tmp_path / "older.db")
    with sqlite3.connect(tmp_path / "older.db") as connection:
        connection.execute("delete from grade where rowid = (select min(rowid) from grade)")
    (tmp_path / "late").rename(late)
    grade(root)
    shutil.copy(tmp_path / "older.db", root / "gradebook.db")
    assert sorted(result.state for result in grade(root)) == ["marked", "marked", "unchanged"]
    assert_equal(root, quiet)
    (root / "gradebook.db").write_bytes(b"")
    with pytest.raises(ClassroomError, match="no gradebook yet") as told:
        grade(root)
    assert told.value.next_step
    with contextlib.closing(sqlite3.connect(root / "gradebook.db")) as connection:
        connection.execute("create table something_else (name text)")
    with pytest.raises(ClassroomError, match="no gradebook of nbgrader's") as told:
        grade(root)
    assert told.value.next_step
    assert tree(root) == tree(quiet)
    (root / "gradebook.db").write_bytes(b"no database at all, whatever it is called" * 100)
    with pytest.raises(ClassroomError, match="cannot be used"):
        grade(root)
    shutil.copy(template / "gradebook.db", root / "gradebook.db")
    assert [result.state for result in grade(root)] == ["marked"] * 3
    assert_equal(root, quiet)


def test_marked_folders_that_somebody_deleted_are_made_again(
    course: Course,  # noqa: F811
    tmp_path: Path,
) -> None:
    root = course(3)
    quiet = undisturbed(root, tmp_path / "quiet")
    grade(root)
    shutil.rmtree(root / "autograded" / "t001")
    (root / "autograded" / "t002" / "ps1" / "ps1.ipynb").unlink()
    assert [result.state for result in grade(root)] == ["unchanged", "marked", "marked"]
    assert_equal(root, quiet)
    shutil.rmtree(root / "autograded")
    assert [result.state for result in grade(root)] == ["marked"] * 3
    assert_equal(root, quiet)


@pytest.mark.slow
def test_two_instructors_at_the_same_moment_both_end_with_the_same_gradebook(
    course: Course,  # noqa: F811
    tmp_path: Path,
) -> None:
    root = course(60)
    quiet = undisturbed(root, tmp_path / "quiet")
    both = [
        subprocess.Popen(command(root), env=environment(), stdout=subprocess.PIPE, text=True)
        for _number in range(2)
    ]
    said = [one.communicate()[0] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sorted("60 hand-ins marked" in words for words in said) == [False, True]
    assert sum("60 were marked before" in words for words in said) == 1
    assert_equal(root, quiet)


# the disk


@pytest.mark.slow
def test_a_full_disk_ends_the_run_with_a_sentence_and_with_room_it_goes_on(
    course: Course,  # noqa: F811
    tmp_path: Path,
) -> None:
    root = course(60)
    quiet = undisturbed(root, tmp_path / "quiet")
    disk, out = tmp_path / "disk", tmp_path / "out"
    disk.mkdir()
    work = " ".join(command(disk))
    script = (
        f"cp -r {root}/. {disk}; "
        f"free=$(df --output=avail -B1 {disk} | tail -1); head -c $((free - 700000)) /dev/zero > {disk}/filler; "
        f"{work}; echo first $?; rm {disk}/filler; {work}; echo second $?; cp -r {disk} {out}"
    )
    small = ["bwrap", "--dev-bind", "/", "/", "--size", str(64 << 20), "--tmpfs", str(disk)]
    if os.geteuid() == 0:
        small += ["--cap-add", "ALL"]
    found = subprocess.run(
        [*small, "--", "sh", "-c", script], env=environment(), capture_output=True, text=True, check=False
    )
    words = found.stdout + found.stderr
    if "first" not in words:
        pytest.skip(f"no small disk can be made here: {words[-200:]}")
    assert "first 1" in words, words
    assert "second 0" in words, words
    assert "Make room" in words
    assert "Traceback" not in words
    assert_equal(out, quiet)
