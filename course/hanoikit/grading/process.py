"""nbgrader in a process of its own: cleaned environment, a time limit for each step, no questions asked.

>>> with NbgraderProcess(course) as nbgrader:
...     nbgrader.run("generate", assignment="m04-evidence-chain") ...     nbgrader.run("autograde",
assignment="m04-evidence-chain", trainee="amal")["scores"]["m04-q1"]["auto_score"] 2.0

This keeps a hanging notebook from hanging the course and the user's own Jupyter settings out of the marks.
It is no sandbox: the code that is marked runs with the user's rights.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from hanoikit.errors import Finding, GradingError
from hanoikit.grading.course import CourseDirectory
from hanoikit.i18n import _

START_SECONDS = 120.0
"""Longest time that nbgrader may take to be imported, on a slow disk."""

_KEEP = {
    "PATH", "LANG", "LC_ALL", "LC_CTYPE", "LANGUAGE", "TMPDIR", "TEMP", "TMP", "VIRTUAL_ENV",
    "LD_LIBRARY_PATH",
    "SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "WINDIR", "USERNAME", "USER", "LOGNAME",
    "HANOIKIT_LANG", "PYTHONUTF8",
}  # fmt: skip
"""Variables that the marking may see. Tokens, proxies and the user's Python and Jupyter settings stay out."""


def clean_environment(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment to mark in: UTC, an empty home and empty Jupyter settings under ``home``.

    TZ is UTC because FAT times and naive dates follow the process's zone; marks must not depend on the room.
    """
    kept = {name: value for name, value in environ.items() if name.upper() in _KEEP}
    # nbgrader calls the program "alembic" by name; in an environment that is not activated it is not on the
    # path.
    programs = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent), kept.get("PATH", "")]
    return kept | {
        "PATH": os.pathsep.join(folder for folder in dict.fromkeys(programs) if folder),
        "TZ": "UTC",
        "HOME": str(home),
        "USERPROFILE": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter-config"),
        "JUPYTER_DATA_DIR": str(home / "jupyter-data"),
        "JUPYTER_RUNTIME_DIR": str(home / "jupyter-runtime"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }


class NbgraderProcess:
    """One nbgrader process for one course directory; started at the first step, and again after one was
    stopped.
    """

    def __init__(self, course: CourseDirectory, *, environ: Mapping[str, str] | None = None) -> None:
        self.course = course
        self._environ = os.environ if environ is None else environ
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> NbgraderProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(self, step: str, *, seconds: float = 900.0, **order: str) -> dict[str, Any]:
        """Do one step and give back nbgrader's answer (``success``, ``error``, ``log``; ``scores`` after
        autograde).

        Raises :class:`GradingError` when the step takes longer than ``seconds``, when nbgrader dies or when
        it reports a failure; nbgrader's log is among the findings.
        """
        process = self._running()
        assert process.stdin is not None
        about = order.get("trainee") or order.get("assignment")
        try:
            process.stdin.write(json.dumps({"step": step, **order}).encode() + b"\n")
            process.stdin.flush()
            answer = self._answer(seconds)
        except (BrokenPipeError, queue.Empty) as error:
            late = isinstance(error, queue.Empty)
            self._stop()
            raise GradingError(
                _("nbgrader took longer than {seconds:g} seconds and was stopped.").format(seconds=seconds)
                if late
                else _("nbgrader ended without an answer."),
                where=about,
                next_step=_("Look for code in the notebook that never ends, or that ends the program."),
            ) from error
        if not answer.get("success"):
            raise GradingError(
                _("nbgrader could not do the step {step}: {reason}").format(
                    step=step, reason=_reason(answer)
                ),
                where=about,
                next_step=_next_step(step, answer),
                findings=_log_lines(answer),
            )
        return answer

    def close(self) -> None:
        """End the process and everything that it started."""
        if self._process is not None and self._process.poll() is None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
        self._stop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop()
        self._home = tempfile.TemporaryDirectory(prefix="hanoikit-marking-", ignore_cleanup_errors=True)
        home = Path(self._home.name)
        self._log = (home / "nbgrader.log").open("wb")
        self._lines = queue.Queue()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "hanoikit.grading.worker"],
            cwd=self.course.root,
            env=clean_environment(self._environ, home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        threading.Thread(target=_pump, args=(self._process.stdout, self._lines), daemon=True).start()
        try:
            self._answer(START_SECONDS)
        except (queue.Empty, BrokenPipeError) as error:
            self._log.flush()
            tail = (home / "nbgrader.log").read_text("utf-8", "replace").strip().splitlines()[-1:]
            self._stop()
            raise GradingError(
                _("nbgrader did not start: {reason}").format(reason="".join(tail)),
                next_step=_("Run hanoikit doctor."),
            ) from error
        return self._process

    def _answer(self, seconds: float) -> dict[str, Any]:
        line = self._lines.get(timeout=seconds)
        if line is None:
            raise BrokenPipeError
        return dict(json.loads(line))

    def _stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            _kill_tree(self._process.pid)
        if self._process is not None:
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
        self._process = None
        if self._log is not None:
            self._log.close()
            self._log = None
        if self._home is not None:
            self._home.cleanup()
            self._home = None


def _pump(pipe: IO[bytes] | None, lines: queue.Queue[bytes | None]) -> None:
    assert pipe is not None
    with contextlib.suppress(ValueError, OSError):
        for line in pipe:
            lines.put(line)
    lines.put(None)


def _kill_tree(pid: int) -> None:
    """End a process and its kernels; a kernel has a session of its own, so a process group would miss it."""
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        for process in [*parent.children(recursive=True), parent]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def _reason(answer: Mapping[str, Any]) -> str:
    """The telling line of nbgrader's log: the last line of its last trace, else of its log."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", f"{answer.get('log') or ''}\n{answer.get('error') or ''}")
    traces = re.findall(r"^\s*(?:[\w.]*\.)?(\w*(?:Error|Exception|Died\w*)): *(.*)$", text, re.MULTILINE)
    telling = [f"{name}: {value}" for name, value in traces if name != "NbGraderException"]
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return (telling or lines or [_("no reason given")])[-1][:400]


def _log_lines(answer: Mapping[str, Any]) -> list[Finding]:
    """nbgrader's own error lines, as findings."""
    lines = str(answer.get("log") or "").splitlines()
    return [
        Finding("nbgrader", line.removeprefix("[ERROR] ").strip(), "nbgrader")
        for line in lines
        if line.startswith("[ERROR]") and "Traceback" not in line and len(line) < 400
    ][:5]


def _next_step(step: str, answer: Mapping[str, Any]) -> str:
    if step != "autograde":
        return _("This is not the trainee's fault. Run hanoikit doctor, and look into the log with --debug.")
    text = str(answer.get("log")) + str(answer.get("error"))
    if "DeadKernelError" in text or "Kernel died" in text:
        return _(
            "Code in the notebook ends the program. Remove that line (os._exit, exit, quit), then mark it "
            "again."
        )
    return _("Open the notebook, run all cells, save it, then mark it again.")
