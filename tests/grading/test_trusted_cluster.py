"""Marking on a dask cluster: the same results as here, whoever dies, and nothing but checked text comes back."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hanoikit.cli import run
from hanoikit.errors import ClassroomError, GradingError, ToolMissing
from hanoikit.grading.trusted import TrustedEngine, cluster, cluster_text
from hanoikit.grading.trusted.cluster import ClusterExecutor
from hanoikit.grading.trusted.cluster_text import Settings
from hanoikit.grading.trusted.course_run import CourseRun, Result
from hanoikit.grading.trusted.layout import Layout
from hanoikit.grading.trusted.parcel import Parcel

from .test_trusted_course_run import course, grade, gradebook, template, tree  # noqa: F401
from .test_trusted_engine import LIMITS, isolation
from .trusted_course import author_source, write_hand_in

distributed: Any = pytest.importorskip("distributed")
dask: Any = pytest.importorskip("dask")
pytestmark = [
    pytest.mark.skipif(bool(isolation()), reason=isolation() or "isolated"),
    pytest.mark.xdist_group("course-run"),
]
Course = Callable[[int], Path]
POISON = """
import os, signal
from hanoikit.grading.trusted import cluster_worker

honest = getattr(cluster_worker, "honest", cluster_worker.mark_text)  # dask may load this more than once


def mark_text(settings, source, head, blob):
    if b"poison" in blob:
        os.kill(os.getpid(), signal.SIGKILL)
    return honest(settings, source, head, blob)


cluster_worker.honest, cluster_worker.mark_text = honest, mark_text
"""


@pytest.fixture
def engine() -> Iterator[TrustedEngine]:
    with TrustedEngine(limits=LIMITS) as engine:
        yield engine


def on_cluster(root: Path, engine: TrustedEngine, executor: ClusterExecutor) -> list[Result]:
    return list(CourseRun(Layout.of(root), engine, executor=executor).autograde("ps1"))


def started(engine: TrustedEngine, jobs: int = 2) -> ClusterExecutor:
    return ClusterExecutor.found(address=None, jobs=jobs, settings=Settings.of(engine))


@pytest.mark.slow
def test_a_cluster_writes_the_same_gradebook_and_the_same_bytes(
    course: Course,  # noqa: F811
    tmp_path: Path,
    engine: TrustedEngine,
) -> None:
    root = course(25)
    (root / "submitted" / "t003" / "ps1" / "ps1.ipynb").write_text("{", encoding="utf-8")
    strange = "import sys\nsys.stderr.write('\\udc80 \\x00 \\u2028')\nprint('\\ud800', float('nan'), '<b>')"
    write_hand_in(root / "submitted" / "zoe" / "ps1", author_source(), after=strange)
    here = tmp_path / "here"
    shutil.copytree(root, here)
    said = [(result.student, result.state, result.points, result.reasons) for result in grade(here)]
    executor = started(engine)
    try:
        results = on_cluster(root, engine, executor)
        assert [(one.student, one.state, one.points, one.reasons) for one in results] == said
        assert gradebook(root) == gradebook(here)
        assert tree(root) == tree(here)
        assert {one.state for one in on_cluster(root, engine, executor)} == {"unchanged", "failed"}
    finally:
        executor.close()


@pytest.mark.slow
def test_workers_killed_half_way_cost_no_mark(
    course: Course,  # noqa: F811
    tmp_path: Path,
    engine: TrustedEngine,
) -> None:
    root = course(80)
    here = tmp_path / "here"
    shutil.copytree(root, here)
    grade(here)
    executor = started(engine)
    kills = []
    try:
        run_of = CourseRun(Layout.of(root), engine, executor=executor).autograde("ps1")
        found = [next(run_of)]

        def killer() -> None:
            for _turn in range(4):
                for pid in executor.client.run(os.getpid).values():
                    os.kill(pid, signal.SIGKILL)
                    kills.append(pid)
                    break
                time.sleep(1.5)

        thread = threading.Thread(target=killer)
        thread.start()
        found += run_of
        thread.join()
    finally:
        executor.close()
    assert kills
    assert [result.state for result in found] == ["marked"] * 80
    assert gradebook(root) == gradebook(here)
    assert tree(root) == tree(here)


@pytest.mark.slow
def test_a_hand_in_that_takes_its_worker_along_is_named_and_the_others_are_marked(
    course: Course,  # noqa: F811
    tmp_path: Path,
    engine: TrustedEngine,
) -> None:
    root = course(12)
    (root / "submitted" / "t004" / "ps1" / "poison.txt").write_text("poison", encoding="utf-8")
    preload = tmp_path / "preload.py"
    preload.write_text(POISON, encoding="utf-8")
    with dask.config.set({"distributed.worker.preload": [str(preload)]}):
        executor = started(engine)
        try:
            results = on_cluster(root, engine, executor)
        finally:
            executor.close()
    states = {result.student: result.state for result in results}
    assert states == {f"t{number:03d}": "failed" if number == 4 else "marked" for number in range(12)}
    (named,) = (result for result in results if result.state == "failed")
    assert "ended each time" in named.reasons[0]
    # Here it can be marked: nothing of it was written.
    assert [result.state for result in grade(root)].count("marked") == 1


@pytest.mark.slow
def test_an_address_leads_to_a_cluster_of_one_s_own_which_may_lose_its_workers(
    course: Course,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    engine: TrustedEngine,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = course(3)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=True, dashboard_address=None, silence_logs=50
    ) as own:
        address = own.scheduler_address
        words = ["class", "autograde", "ps1", "--course", str(root), "--executor", "dask"]
        assert run([*words, "--scheduler", address]) == 0
        assert "3 hand-ins marked" in capsys.readouterr().out
        executor = ClusterExecutor.found(address=address, settings=Settings.of(engine))
        try:
            monkeypatch.setattr(cluster, "_NO_WORKERS", 2.0)
            monkeypatch.setattr(cluster, "_LOOK", 1.0)
            own.scale(0)
            while executor.client.nthreads():
                time.sleep(0.1)
            with pytest.raises(ClassroomError, match="no workers"):
                list(
                    CourseRun(Layout.of(root), engine, executor=executor, again=True).autograde("ps1"),
                )
        finally:
            executor.close()
    assert run([*words, "--scheduler", address]) == 1
    assert "does not answer" in capsys.readouterr().err


def test_without_dask_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, engine: TrustedEngine
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ToolMissing, match=r"hanoikit\[cluster\]"):
        started(engine)


def test_an_address_without_the_executor_is_a_question(
    course: Course,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["class", "autograde", "--course", str(course(1)), "--scheduler", "tcp://192.0.2.1:8786"]) == 2
    assert "--executor dask" in capsys.readouterr().err


def test_a_worker_with_another_version_of_the_kit_marks_nothing(engine: TrustedEngine) -> None:
    from dataclasses import replace

    from hanoikit.grading.trusted import cluster_worker

    settings = replace(Settings.of(engine), kit="another").text()
    assert "another version" in cluster_worker.try_out(settings)
    answer = cluster_text.read_answer(cluster_worker.mark_text(settings, "[]", "{}", b""))
    assert answer["error"]["everywhere"] is True


def answer(tmp_path: Path, engine: TrustedEngine) -> dict[str, Any]:
    """What a worker answers, in this process."""
    from hanoikit.grading.trusted import cluster_worker

    source = author_source()
    write_hand_in(tmp_path / "ps1", source)
    head, blob = cluster_text.task_text("amal", Parcel.collect(tmp_path / "ps1", LIMITS))
    try:
        text = cluster_worker.mark_text(
            Settings.of(engine).text(), cluster_text.source_text({"ps1": source}), head, blob
        )
    finally:
        cluster_worker.forget()
    return dict(json.loads(text))


def test_an_answer_that_does_not_fit_the_schema_counts_for_nothing(
    tmp_path: Path, engine: TrustedEngine
) -> None:
    good = answer(tmp_path, engine)
    assert cluster_text.read_answer(json.dumps(good)) == good
    paper = good["papers"]["ps1"]
    given = cluster_text.paper_of(paper, student="amal", name="ps1", parcel=Parcel({}))
    assert given.marked.core_points == 6.0
    with pytest.raises(GradingError):
        cluster_text.paper_of(paper, student="badr", name="ps1", parcel=Parcel({}))
    broken = [
        {**paper, "more": 1},
        {**paper, "busy": "no"},
        {**paper, "verdicts": {"test-round": {"question": "test-round", "points": "2"}}},
        {**paper, "notebook": {**paper["notebook"], "nbformat": 3}},
        {**paper, "marked": {**paper["marked"], "notebook": "/etc/passwd"}},
    ]
    texts = [json.dumps({"papers": {"ps1": one}}) for one in broken]
    texts += ["", "[]", "{}", "[" * 100_000, json.dumps({**good, "error": {}}), b"bytes", None]  # type: ignore[list-item]
    for text in texts:
        with pytest.raises(GradingError):
            cluster_text.read_answer(text)


def test_the_author_s_notebook_crosses_whole() -> None:
    source = author_source()
    source = type(source)(**{**vars(source), "files": {"table.csv": b"\x00\xff"}})
    read = cluster_text.read_sources(cluster_text.source_text({"ps1": source}))
    assert read == {"ps1": source}
