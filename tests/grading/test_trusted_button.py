"""Formgrader's own button, pressed on a running server, marks with the engine."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanoikit.grading import cells

from .test_trusted_course_run import CONFIG, environment, gradebook, in_course
from .test_trusted_engine import isolation
from .trusted_course import author_notebook, author_source, write_hand_in

TOKEN = "a-token-of-this-test"
SETTINGS = """
from hanoikit.grading.nbgrader_steps import SANITIZE, TRUSTED_AUTOGRADE
c.Autograde.sanitize_preprocessors = SANITIZE
c.Autograde.autograde_preprocessors = TRUSTED_AUTOGRADE
"""
CHEAT = """\
import ast


class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()


get_ipython().ast_transformers.append(Drop())
def round_up(number):
    return 0"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = tmp_path / "course"
    (root / "source" / "ps1").mkdir(parents=True)
    cells.write_notebook(author_notebook(), root / "source" / "ps1" / "ps1.ipynb")
    (root / "nbgrader_config.py").write_text(CONFIG + SETTINGS, encoding="utf-8")
    in_course(root, "generate_assignment", "ps1", "--create")
    write_hand_in(root / "submitted" / "amal" / "ps1", author_source(), {"round": CHEAT})
    return root


@pytest.fixture
def server(course: Path) -> Iterator[str]:
    """Jupyter's server with formgrader, in the course directory; its address."""
    words = [
        sys.executable,
        "-m",
        "jupyter_server",
        "--port=0",
        "--no-browser",
        "--allow-root",
        f"--IdentityProvider.token={TOKEN}",
    ]
    words += ["--ServerApp.jpserver_extensions", "nbgrader.server_extensions.formgrader=True"]
    run_files = course.parent / "run"
    env = {
        **environment(),
        "JUPYTER_RUNTIME_DIR": str(run_files),
        "JUPYTER_CONFIG_DIR": str(course.parent / "none"),
    }
    with (course.parent / "log").open("w") as log:
        process = subprocess.Popen(words, cwd=course, env=env, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 600
        found: list[Path] = []
        while not found and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.1)
            found = list(run_files.glob("jpserver-*.json"))
        assert found, (course.parent / "log").read_text()[-3000:]
        time.sleep(0.2)
        yield str(json.loads(found[0].read_text())["url"])
    finally:
        process.terminate()
        process.wait(120)


@pytest.mark.skipif(bool(isolation()), reason=isolation() or "isolated")
@pytest.mark.slow
def test_the_button_in_formgrader_marks_with_the_engine(course: Path, server: str) -> None:
    order = urllib.request.Request(
        f"{server}formgrader/api/submission/ps1/amal/autograde",
        data=b"",
        headers={"Authorization": f"token {TOKEN}"},
    )
    with urllib.request.urlopen(order, timeout=6000) as reply:
        answer = json.loads(reply.read())
    assert answer["success"], answer
    scores = {row[2]: row[4] for row in gradebook(course) if row[3] == "GradeCell"}
    assert scores == {"test-round": 0.0, "test-parts": 3.0, "test-limit": 1.0}
    page = urllib.request.Request(
        f"{server}formgrader/api/submitted_notebooks/ps1/ps1", headers={"Authorization": f"token {TOKEN}"}
    )
    with urllib.request.urlopen(page, timeout=600) as reply:
        listed = json.loads(reply.read())
    assert [(one["student"], one["score"], one["max_score"]) for one in listed] == [("amal", 4.0, 6.0)]
