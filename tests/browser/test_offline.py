"""Every page on a machine without any network but itself: the tests of ``test_every_page.py`` behind a wall.

They run there only, when both files are asked for (see ``conftest.py``): what works without a network works with one,
and what asks for something outside is seen in both. ``pytest tests/browser/test_every_page.py`` runs them in the open.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
PAGES = ROOT / "tests" / "browser" / "test_every_page.py"
ALONE = "import socket; print([name for _, name in socket.if_nameindex()])"


@pytest.fixture(scope="module")
def wall() -> list[str]:
    """What to put before a command so that it reaches nothing but itself."""
    bwrap = shutil.which("bwrap")
    assert bwrap, "bubblewrap is not installed; 'make test' installs it where it may."
    # A network namespace of its own, with nothing in it but the loopback device.
    wall = [bwrap, "--dev-bind", "/", "/", "--unshare-net", "--die-with-parent"]
    alone = subprocess.run([*wall, sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert alone.stdout.strip() == "['lo']"
    return wall


def test_the_course_works_with_the_network_removed(wall: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-rfEs", "-p", "no:cacheprovider"]
    outer = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    run = subprocess.run(
        [*wall, *command, f"--basetemp={tmp_path / 'run'}", str(PAGES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1800,
        env=outer,
    )
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    assert "skipped" not in run.stdout.splitlines()[-1]
    lessons = len(list((ROOT / "course" / "lessons").glob("m[0-9][0-9]-*.md")))
    passed = int(run.stdout.splitlines()[-1].split(" passed")[0].split()[-1])
    # Five tests of each lesson and of each assignment.
    assert passed >= 10 * lessons
