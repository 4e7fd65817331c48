"""Every page again, on a machine without any network but itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[2]


def test_the_course_works_with_the_network_removed(tmp_path: Path) -> None:
    bwrap = shutil.which("bwrap")
    assert bwrap, "bubblewrap is not installed; 'make test' installs it where it may."
    # A network namespace of its own, with nothing in it but the loopback device.
    wall = [bwrap, "--dev-bind", "/", "/", "--unshare-net", "--die-with-parent"]
    alone = subprocess.run(
        [*wall, sys.executable, "-c", "import socket; print([name for _, name in socket.if_nameindex()])"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert alone.stdout.strip() == "['lo']"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    outer = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    run = subprocess.run(
        [*wall, *command, f"--basetemp={tmp_path / 'run'}", str(ROOT / "tests/browser/test_every_page.py")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        env=outer,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert "skipped" not in run.stdout.splitlines()[-1]
