"""The sample cohort, from release to report, through real nbgrader; and formgrader on the result."""

from __future__ import annotations

import csv
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanoikit.classroom import cohort
from hanoikit.grading import cells

from .conftest import COHORT

pytestmark = [pytest.mark.slow]


def by_name(run) -> dict[str, object]:
    return {result.answerer.name: result.marked for result in run.results}


def test_the_strong_trainee_passes_and_no_bot_does(run):
    marked = by_name(run)
    assert run.faults == []
    assert marked["strong"].percent == 100.0 and marked["strong"].extra_points == 2.0
    assert marked["silent"].percent == 0.0
    assert all(marked[result.answerer.name].percent < 70 for result in run.results if result.answerer.is_bot)


def test_all_hand_ins_came_in_through_the_exchange_and_left_with_feedback(run, source):
    assert len(run.results) == len(COHORT)
    for result in run.results:
        name = result.answerer.name
        assert (run.course.submitted(name, source.name) / "timestamp.txt").is_file()
        feedback = run.course.feedback(name, source.name).read_text()
        assert "custody entry" in feedback and "points" in feedback
        # The reasons stay; the hidden tests with the author keys do not travel.
        assert "HIDDEN TESTS" not in feedback and "mark.choice" not in feedback
    assert any((run.course.root / "exchange" / "hanoi-kit" / "inbound").iterdir())


def test_the_release_holds_no_key_no_model_answer_and_no_text_source(run, source):
    folder = run.course.release(source.name)
    assert [path.name for path in folder.iterdir()] == [f"{source.name}.ipynb"]
    text = (folder / f"{source.name}.ipynb").read_text()
    assert "key=" not in text and "HIDDEN" not in text and "return number * 2" not in text
    assert [
        cells.grade_id(cell) for cell in cells.read_notebook(folder / f"{source.name}.ipynb")["cells"]
    ] == [cells.grade_id(cell) for cell in source.release["cells"]]


def test_nbgraders_own_numbers_are_ours(run, source):
    with (run.course.root / "grades-nbgrader.csv").open(newline="") as file:
        raw = {row["student_id"]: float(row["raw_score"]) for row in csv.DictReader(file)}
    for result in run.results:
        assert raw[result.answerer.name] == pytest.approx(
            sum(mark.counted for mark in result.marked.questions)
        )


def test_the_report_page_and_the_tables_are_written(run, tmp_path):
    files = cohort.write_report(run, tmp_path / "out")
    assert [path.name for path in files] == [
        "report.html",
        "marks.csv",
        "marks-by-question.csv",
        "grades-nbgrader.csv",
    ]
    page = files[0].read_text()
    assert "SIMULATED DATA" in page and "too few to say" in page and "bot-keywords" in page


@pytest.fixture
def formgrader(run, tmp_path) -> Iterator[str]:
    """A Jupyter server with nbgrader's formgrader, started in the course directory; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "HOME": str(tmp_path),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }
    command = [
        sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
        "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", "--ServerApp.port_retries=0",
        "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
    ]  # fmt: skip
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=run.course.root, env={**os.environ, **settings}, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(600):
            try:
                urllib.request.urlopen(f"{address}/api/status", timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                assert process.poll() is None, (tmp_path / "server.log").read_text()
                time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait(120)


def test_formgrader_opens_on_the_course_with_our_submissions_and_the_written_answers(formgrader, source):
    def get(path: str) -> str:
        with urllib.request.urlopen(f"{formgrader}{path}", timeout=300) as answer:
            assert answer.status == 200
            return answer.read().decode()

    assert "formgrader" in get("/formgrader/manage_assignments")
    listed = json.loads(get("/formgrader/api/assignments"))
    assert [item["name"] for item in listed] == [source.name]
    assert listed[0]["num_submissions"] == len(COHORT)
    submissions = json.loads(get(f"/formgrader/api/submissions/{source.name}"))
    strong = next(item for item in submissions if item["student"] == "strong")
    assert strong["autograded"] and strong["needs_manual_grade"] and strong["score"] == 21.0
    assert source.name in get(f"/formgrader/manage_submissions/{source.name}")
    assert source.name in get(f"/formgrader/gradebook/{source.name}/{source.name}")
    marking = json.loads(get(f"/formgrader/api/submitted_notebooks/{source.name}/{source.name}"))
    page = next(
        get(f"/formgrader/submissions/{item['id']}/") for item in marking if item["student"] == "strong"
    )
    # The written answer was given on the answer sheet; the marker finds it in the cell.
    assert "Nobody may change the original" in page
