"""Kills, full disks, locked and replaced gradebooks, busy machines: nothing is lost, and no mark is taken away."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from hanoikit.errors import ClassroomError, GradingError
from hanoikit.grading import HandIn
from hanoikit.grading.trusted import Limits, TrustedEngine, database
from hanoikit.grading.trusted import nursery as nursery_module
from hanoikit.grading.trusted.course_run import CourseRun
from hanoikit.grading.trusted.layout import Layout

from ..warm_stems import cold
from .faults import Kills, command, environment, gradebook, kind_of, tree
from .test_trusted_course_run import course, fill, grade, template  # noqa: F401
from .test_trusted_engine import FULL, LIMITS, isolation, points
from .trusted_course import author_source, write_hand_in

pytestmark = [
    pytest.mark.skipif(bool(isolation()), reason=isolation() or "isolated"),
    pytest.mark.xdist_group("course-run"),
]
Course = Callable[[int], Path]


MOST = 120


@pytest.fixture(scope="module")
def quiet(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """The largest class, marked in peace. A smaller one is a part of it: each hand-in is marked for itself."""
    root = tmp_path_factory.mktemp("quiet") / "course"
    fill(template, root, MOST)
    assert [result.state for result in grade(root)] == ["marked"] * MOST
    return root


def assert_equal(root: Path, quiet: Path) -> None:
    """The same rows and the same bytes for everybody who handed in here."""
    names = {path.name for path in (root / "submitted").iterdir()}
    assert gradebook(root) == [row for row in gradebook(quiet) if row[0] in names]
    assert tree(root) == {name: data for name, data in tree(quiet).items() if name.partition("/")[0] in names}
    assert {row[0] for row in gradebook(root)} == names


# whoever is killed


@pytest.mark.slow
def test_whatever_is_killed_at_any_moment_the_gradebook_is_that_of_an_undisturbed_run(
    course: Course,  # noqa: F811
    quiet: Path,
) -> None:
    root = course(MOST)
    kills = Kills(random.Random(7), most=15)
    kills.mark(root)
    assert {"command", "hand-in"} <= set(kills.done)
    assert_equal(root, quiet)


@pytest.fixture
def engine() -> Iterator[TrustedEngine]:
    with TrustedEngine(limits=LIMITS) as engine:
        yield engine


def kill(engine: TrustedEngine, role: str, kind: str) -> None:
    """Somebody outside kills the stem, the zygote or the hand-in's process behind one of the walls."""
    (bench,) = engine._benches.values()
    below = psutil.Process(getattr(bench, role).pid).children(recursive=True)
    by_pid = {one.pid: one for one in below}
    (victim,) = [one for one in below if kind_of(one, by_pid) == kind]
    victim.kill()
    with contextlib.suppress(psutil.Error):
        while victim.status() != psutil.STATUS_ZOMBIE:  # until its zygote is asked how it ended
            time.sleep(0.005)


def killed_while_marking(
    engine: TrustedEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    role: str,
    kind: str,
    times: int,
) -> dict[str, float]:
    """Points of a right hand-in of which a process is killed while the parent waits for its first answer."""
    source = author_source()
    hand_in = write_hand_in(tmp_path / "ps1", source, before="import time\ntime.sleep(0.2)")
    engine.prepare(source)
    (bench,) = engine._benches.values()
    nursery, fork = getattr(bench, role), nursery_module.Nursery.fork
    kills = []

    def forked(self: nursery_module.Nursery, limits: Limits, *, name: str) -> nursery_module.Child:
        child = fork(self, limits, name=name)
        if self is not nursery or len(kills) == times:
            return child
        receive, turns = child.channel.receive, iter(range(2))

        def watched(**how: Any) -> dict[str, Any]:
            # The first message says that it is behind its wall; then it has its orders.
            if next(turns, None) == 1:
                kills.append(kind)
                kill(engine, role, kind)
            return receive(**how)

        monkeypatch.setattr(child.channel, "receive", watched)
        return child

    monkeypatch.setattr(nursery_module.Nursery, "fork", forked)
    try:
        marked = engine.mark(hand_in, source)
    finally:
        assert len(kills) == times
    assert not marked.needs_human
    assert "cell-killed" not in {finding.code for finding in marked.findings}
    return points(marked)


@pytest.mark.parametrize("role", ["runner", "judge"])
@pytest.mark.parametrize("kind", ["stem", "zygote", "hand-in"])
def test_a_process_that_the_system_kills_costs_no_point(
    engine: TrustedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str, kind: str
) -> None:
    assert killed_while_marking(engine, tmp_path, monkeypatch, role=role, kind=kind, times=1) == FULL


def test_a_hand_in_whose_process_is_killed_every_time_gets_no_mark_and_is_named(
    engine: TrustedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(GradingError, match="again and again"):
        killed_while_marking(engine, tmp_path, monkeypatch, role="runner", kind="hand-in", times=4)


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

WORK = """\
import time
until = time.process_time() + 0.3
while time.process_time() < until:
    pass
limit = 5"""
"""Three tenths of a second of a processor, whatever else runs."""


@contextlib.contextmanager
def crowd(count: int) -> Iterator[None]:
    """This process, all that it starts, and so many others have one processor between them."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    # Each in a session of its own: Linux may share a processor between sessions, not between processes.
    endless = [sys.executable, "-c", "print('here', flush=True)\nwhile True: pass"]
    others = [
        subprocess.Popen(endless, start_new_session=True, stdout=subprocess.PIPE) for _number in range(count)
    ]
    try:
        for other in others:
            assert other.stdout is not None and other.stdout.readline()  # it runs
        yield
    finally:
        for other in others:
            other.kill()
            other.communicate()
        os.sched_setaffinity(0, before)


def marked_among(count: int, limits: Limits, hand_in: HandIn) -> tuple[dict[str, float], list[str], bool]:
    with cold(), TrustedEngine(limits=limits) as engine:
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
    hand_in = write_hand_in(tmp_path / "ps1", author_source(), {"limit": WORK})
    limits = Limits(cell_seconds=1.0, call_seconds=1.0, hand_in_seconds=3.0)
    earned, codes, busy = marked_among(3, limits, hand_in)
    for _turn in range(9):
        if not busy:
            break
        # Strangers made it wait for more than three times its limit, and it is flagged: that is another test.
        earned, codes, busy = marked_among(3, limits, hand_in)
    assert (earned, codes, busy) == (FULL, [], False)


@pytest.mark.slow
def test_a_limit_that_is_reached_on_an_overloaded_machine_is_never_a_silent_zero(tmp_path: Path) -> None:
    hand_in = write_hand_in(tmp_path / "ps1", author_source(), {"limit": WORK})
    limits = Limits(cell_seconds=0.6, call_seconds=1.0, hand_in_seconds=30.0)
    earned, codes, busy = marked_among(12, limits, hand_in)
    assert earned["limit"] == 0.0
    assert busy
    assert "machine-busy" in codes


BRIEF = replace(LIMITS, cell_seconds=1.0)


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
        (result,) = grade(root, limits=BRIEF)
    assert result.state == "marked"
    assert any("busy" in reason for reason in result.reasons)
    people = {row[2]: (row[4], row[6]) for row in gradebook(root) if row[3] == "GradeCell"}
    assert people == {"test-round": (2.0, 0), "test-parts": (3.0, 0), "test-limit": (0.0, 1)}
    (again,) = grade(root, limits=BRIEF)
    assert again.state == "marked"
    assert again.reasons == []
    assert [one.state for one in grade(root, limits=BRIEF)] == ["unchanged"]


# the gradebook


def test_a_gradebook_that_stays_locked_ends_the_run_with_a_sentence_and_nothing_is_lost(
    course: Course,  # noqa: F811
    quiet: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = course(43)
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
    quiet: Path,
    tmp_path: Path,
) -> None:
    root = course(3)
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
    assert len(tree(root)) > 3
    (root / "gradebook.db").write_bytes(b"no database at all, whatever it is called" * 100)
    with pytest.raises(ClassroomError, match="cannot be used"):
        grade(root)
    shutil.copy(template / "gradebook.db", root / "gradebook.db")
    assert [result.state for result in grade(root)] == ["marked"] * 3
    assert_equal(root, quiet)


def test_marked_folders_that_somebody_deleted_are_made_again(
    course: Course,  # noqa: F811
    quiet: Path,
) -> None:
    root = course(3)
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
    quiet: Path,
) -> None:
    root = course(60)
    both = [
        subprocess.Popen(command(root, "--jobs", "2"), env=environment(), stdout=subprocess.PIPE, text=True)
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
    quiet: Path,
    tmp_path: Path,
) -> None:
    root = course(60)
    disk, out = tmp_path / "disk", tmp_path / "out"
    disk.mkdir()
    work = " ".join(command(disk, "--jobs", "2"))
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
