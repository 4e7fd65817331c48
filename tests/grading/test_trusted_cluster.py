"""Marking on a dask cluster: the same results as here, whoever dies, and nothing but checked text comes back."""

from __future__ import annotations

import json
import os
import signal
import sys
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

from .test_trusted_course_run import course, fill, grade, gradebook, template, tree  # noqa: F401
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


@pytest.fixture(scope="module")
def executor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterExecutor]:
    """A cluster of two processes here, whose workers a file with the word poison in it takes along."""
    preload = tmp_path_factory.mktemp("preload") / "preload.py"
    preload.write_text(POISON, encoding="utf-8")
    with (
        pytest.MonkeyPatch.context() as patient,
        dask.config.set(
            {"distributed.worker.preload": [str(preload)], "distributed.comm.timeouts.connect": "300s"}
        ),
        TrustedEngine(limits=LIMITS) as engine,
    ):
        patient.setattr(cluster, "_NO_WORKERS", 600.0)  # however slowly they come back
        executor = started(engine)
        try:
            yield executor
        finally:
            executor.close()


MOST = 60


@pytest.fixture(scope="module")
def here(template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Said]]:  # noqa: F811
    """The whole class marked without a cluster, and what was said of each; a smaller class is a part of it."""
    root = tmp_path_factory.mktemp("here") / "course"
    fill(template, root, MOST)
    write_hand_in(root / "submitted" / "zoe" / "ps1", author_source(), after=STRANGE)
    return root, said_of(grade(root))


Said = tuple[str, float | None, tuple[str, ...]]
STRANGE = "import sys\nsys.stderr.write('\\udc80 \\x00 \\u2028')\nprint('\\ud800', float('nan'), '<b>')"


def said_of(results: list[Result]) -> dict[str, Said]:
    return {one.student: (one.state, one.points, tuple(one.reasons)) for one in results}


def assert_as_here(root: Path, here: Path, names: set[str]) -> None:
    assert gradebook(root) == [row for row in gradebook(here) if row[0] in names]
    assert tree(root) == {name: data for name, data in tree(here).items() if name.partition("/")[0] in names}
    assert {name.partition("/")[0] for name in tree(root)} == names


@pytest.mark.slow
def test_a_cluster_writes_the_same_gradebook_and_the_same_bytes(
    course: Course,  # noqa: F811
    here: tuple[Path, dict[str, Said]],
    engine: TrustedEngine,
    executor: ClusterExecutor,
) -> None:
    root = course(25)
    write_hand_in(root / "submitted" / "zoe" / "ps1", author_source(), after=STRANGE)
    broken = root / "submitted" / "t003" / "ps1" / "ps1.ipynb"
    whole = broken.read_bytes()
    broken.write_text("{", encoding="utf-8")
    quiet, said = here
    found = said_of(on_cluster(root, engine, executor))
    names = {path.name for path in (root / "submitted").iterdir()}
    lost = found.pop("t003")
    assert lost[0] == "failed"
    assert found == {name: said[name] for name in names - {"t003"}}
    assert_as_here(root, quiet, names - {"t003"})
    again = on_cluster(root, engine, executor)
    assert {one.state for one in again} == {"unchanged", "failed"}
    # Here it is told in the same words.
    assert said_of(again)["t003"] == lost == said_of(grade(root))["t003"]
    broken.write_bytes(whole)
    assert said_of(on_cluster(root, engine, executor))["t003"] == said["t003"]
    assert_as_here(root, quiet, names)


@pytest.mark.slow
def test_workers_killed_half_way_cost_no_mark(
    course: Course,  # noqa: F811
    here: tuple[Path, dict[str, Said]],
    engine: TrustedEngine,
    executor: ClusterExecutor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = course(MOST)
    quiet, said = here
    submit, kills = executor.client.submit, []

    def killing(*order: Any, **how: Any) -> Any:
        future = submit(*order, **how)
        if how["key"].endswith(("-10", "-30", "-50")):  # others are being marked now
            pid = next(nanny.pid for nanny in executor._owned[-1].workers.values() if nanny.pid)
            os.kill(pid, signal.SIGKILL)
            kills.append(pid)
        return future

    monkeypatch.setattr(executor.client, "submit", killing)
    found = said_of(on_cluster(root, engine, executor))
    assert len(kills) == 3
    assert found == {name: said[name] for name in said if name != "zoe"}
    assert_as_here(root, quiet, set(found))


@pytest.mark.slow
def test_a_hand_in_that_takes_its_worker_along_is_named_and_the_others_are_marked(
    course: Course,  # noqa: F811
    engine: TrustedEngine,
    executor: ClusterExecutor,
) -> None:
    root = course(12)
    (root / "submitted" / "t004" / "ps1" / "poison.txt").write_text("poison", encoding="utf-8")
    results = on_cluster(root, engine, executor)
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
    connect = distributed.Client
    monkeypatch.setattr(distributed, "Client", lambda *at, **how: connect(*at, **{**how, "timeout": 1}))
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
