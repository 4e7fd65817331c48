"""The tests of this folder run in a process that reaches no network but its own; their reports come back one by one.

Whoever asks for them (a person, or one of several test processes) gets the report of each test as if it had run there:
with its name, its time, its output. ``HANOIKIT_WALL=none`` runs them in the open, where a debugger can be used.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PIPE = "HANOIKIT_WALL"
"""Inside, the number of the pipe that takes the reports; outside, ``none`` to run in the open."""

INTERFACES = "import socket; print([name for _, name in socket.if_nameindex()])"


def wall() -> list[str] | None:
    """What to put before a command so that it reaches nothing but itself; None where that cannot be had."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return None
    # A network namespace of its own, with nothing in it but the loopback device.
    prefix = [bwrap, "--dev-bind", "/", "/", "--unshare-net", "--die-with-parent"]
    tried = subprocess.run([*prefix, sys.executable, "-c", INTERFACES], capture_output=True, text=True)
    return prefix if tried.stdout.strip() == "['lo']" else None


class Inside:
    """In the process behind the wall: each report goes through the pipe as soon as it is made."""

    def __init__(self, config: pytest.Config, pipe: int) -> None:
        self._config = config
        self._pipe = os.fdopen(pipe, "w", encoding="utf-8", buffering=1)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._say({"report": data})

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._say({"end": nodeid})

    def _say(self, what: dict[str, Any]) -> None:
        self._pipe.write(json.dumps(what, default=str) + "\n")


class Outside:
    """In the process that was asked for the tests: starts the other one, and hands on what it reports."""

    def __init__(self, config: pytest.Config, wall: list[str], items: list[pytest.Item]) -> None:
        self._config = config
        reading, writing = os.pipe()
        self._scratch = tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True)
        self._said = Path(self._scratch.name) / "said"
        basetemp = Path(self._scratch.name) / "run"
        options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--basetemp={basetemp}"]
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                [*wall, sys.executable, "-m", "pytest", *options, *(item.nodeid for item in items)],
                cwd=ROOT,
                env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
                | {PIPE: str(writing)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                pass_fds=[writing],
            )
        os.close(writing)
        self._lines = os.fdopen(reading, encoding="utf-8")

    def reports(self, item: pytest.Item) -> list[pytest.TestReport]:
        """The reports of this test, as soon as it has run; the tests must be asked for in the order of the start."""
        found = []
        for line in self._lines:
            said = json.loads(line)
            if said.get("end") == item.nodeid:
                return found
            if "report" in said and said["report"]["nodeid"] == item.nodeid:
                made = self._config.hook.pytest_report_from_serializable(
                    config=self._config, data=said["report"]
                )
                found.append(made)
        return [*found, self._lost(item)]

    def _lost(self, item: pytest.Item) -> pytest.TestReport:
        self._process.wait()
        words = f"The process behind the wall ended with {self._process.returncode} before this test:\n"
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="failed",
            longrepr=words + self._said.read_text("utf-8", "replace")[-8000:],
            when="call",
        )

    def close(self) -> None:
        """End the other process; it has ended by itself when all its tests were asked for."""
        self._lines.close()
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait()
        self._scratch.cleanup()
