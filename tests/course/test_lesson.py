"""The lesson, and the assignment as it is handed out, run from top to bottom in a real kernel without network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from hanoikit import build, resources

LIMIT = 200_000
"""Bytes that one saved output may have."""

RUN = """
import sys
import nbformat
from nbclient import NotebookClient

path = sys.argv[1]
notebook = nbformat.read(path, as_version=4)
NotebookClient(notebook, timeout=300, kernel_name="python3", allow_errors=True, store_widget_state=True).execute()
nbformat.write(notebook, path)
"""

NO_NETWORK = """
import socket
try:
    socket.create_connection(("192.0.2.1", 80), timeout=3)
except OSError as error:
    print("unreachable" if error.errno == 101 else error)
"""


@cache
def without_network() -> tuple[str, ...]:
    """What to put before a command so that it can reach nothing but itself; empty where there is no sandbox."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return ()
    prefix = (bwrap, "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--unshare-net")
    done = subprocess.run([*prefix, sys.executable, "-c", NO_NETWORK], capture_output=True, text=True)
    return prefix if done.stdout.strip() == "unreachable" else ()


def run(notebook: dict, path: Path) -> dict:
    """The notebook after all its cells ran as ``path``, in the folder of it."""
    folder = path.parent
    folder.mkdir(parents=True)
    path.write_text(build.dumps(notebook), encoding="utf-8")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("NBGRADER", "HANOIKIT"))
    }
    environment = kept | {
        "PYTHONUTF8": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONWARNINGS": "default",
    }
    done = subprocess.run(
        [*without_network(), sys.executable, "-c", RUN, path.name],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(path.read_text(encoding="utf-8"))


def outputs(notebook: dict) -> list[tuple[str, dict]]:
    """Every output with the source of its cell."""
    return [
        ("".join(cell["source"]), output)
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
        for output in cell["outputs"]
    ]


def check_clean(notebook: dict) -> None:
    code = [
        cell for cell in notebook["cells"] if cell["cell_type"] == "code" and "".join(cell["source"]).strip()
    ]
    assert all(cell["execution_count"] for cell in code)
    for source, output in outputs(notebook):
        assert output["output_type"] != "error", (source, output.get("traceback"))
        assert output.get("name") != "stderr", (source, output["text"])
        size = len(json.dumps(output))
        assert size < LIMIT, (source, size)
    state = notebook["metadata"].get("widgets", {})
    assert len(json.dumps(state)) < 5 * LIMIT
    assert "FigureWidget" not in json.dumps(state)


@pytest.fixture(scope="module")
def lesson_run(name, tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("lesson") / "work"
    return run(build.derive_lesson(resources.lessons() / f"{name}.md"), folder / f"{name}.ipynb")


@pytest.mark.slow
def test_the_lesson_runs_from_top_to_bottom_without_a_word_of_error(lesson_run):
    check_clean(lesson_run)


@pytest.mark.slow
def test_every_lab_and_self_check_of_the_lesson_shows_something_with_a_plain_text_beside_it(
    lesson, lesson_run
):
    shown = 0
    for cell in lesson_run["cells"]:
        if {"lab", "selfcheck"} & set(cell["metadata"].get("tags", ())):
            kinds = [set(output.get("data", ())) for output in cell["outputs"]]
            assert any(kinds), "".join(cell["source"])
            assert all("text/plain" in kind for kind in kinds if kind)
            shown += 1
    assert shown == sum(bool(cell.tags & {"lab", "selfcheck"}) for cell in lesson.cells) >= 4


@pytest.mark.slow
def test_the_assignment_as_handed_out_runs_to_its_end_and_saves_no_answer(name, assignment, tmp_path):
    check_clean(run(assignment.release, tmp_path / "work" / f"{name}.ipynb"))
    sheet = tmp_path / "work" / "answers.jsonl"
    assert not sheet.exists() or f'"question": "{name[:3]}' not in sheet.read_text()
    assert not (tmp_path / "work" / "work" / "package").exists()
