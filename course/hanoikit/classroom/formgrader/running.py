"""Starting formgrader for one class: a Jupyter server of its own, on this machine only, without a password.

>>> with open_formgrader(klass, browser=False) as running:
...     print(running.url)
http://127.0.0.1:8890/login?next=%2Fformgrader%2Fgradebook&token=...

The address has a secret in it that is made anew each time; other programs' settings of Jupyter on this machine
are left alone.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from hanoikit.classroom.klass import Class
from hanoikit.errors import ClassroomError
from hanoikit.i18n import _
from hanoikit.workspace.lab import HOST, free_port

NAMES = "HANOIKIT_FORMGRADER_NAMES"
"""The environment variable that says ``shown`` where names are not hidden."""
PORT = 8890
_PRIVATE = ".formgrader"
_opener = build_opener(ProxyHandler({}))


@dataclass(slots=True)
class Running:
    """A server that answers."""

    root: Path
    port: int
    token: str
    process: subprocess.Popen[bytes]
    assignment: str = ""
    lab: bool = False

    @property
    def url(self) -> str:
        """The address to open; who has it can mark."""
        path = "lab" if self.lab else "formgrader/gradebook"
        if self.assignment and not self.lab:
            path += f"/{quote(self.assignment)}/{quote(self.assignment)}"
        # nbgrader's pages would keep the sign-in for their own folder only, so the way leads through Jupyter's.
        return f"http://{HOST}:{self.port}/login?next={quote(f'/{path}', safe='')}&token={self.token}"

    def wait(self) -> int:
        """Wait until the server ends; its exit code."""
        return self.process.wait()

    def stop(self, patience: float = 10.0) -> None:
        """End the server."""
        if self.process.poll() is None:
            with contextlib.suppress(URLError, OSError):
                self._call("api/shutdown", method="POST")
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def answers(self) -> bool:
        """Whether formgrader answers."""
        try:
            return b"true" in self._call("formgrader/api/status")
        except (URLError, OSError):
            return False

    def _call(self, path: str, method: str = "GET") -> bytes:
        request = Request(f"http://{HOST}:{self.port}/{path}", method=method)
        request.add_header("Authorization", f"token {self.token}")
        with _opener.open(request, timeout=5) as response:
            return bytes(response.read())

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def open_formgrader(
    klass: Class,
    *,
    assignment: str = "",
    names: bool = False,
    lab: bool = False,
    port: int = PORT,
    browser: bool = True,
    show: Callable[[str], bool] = webbrowser.open,
    patience: float = 90.0,
) -> Running:
    """Start formgrader on a class and open it in the browser.

    ``names`` shows whose hand-ins they are; ``lab`` opens JupyterLab, in which formgrader is a tab. Raises
    :class:`ClassroomError` when it does not start; the message names the log.
    """
    private = klass.root / _PRIVATE
    private.mkdir(exist_ok=True)
    token = secrets.token_urlsafe(24)
    chosen = free_port(port)
    log_path = private / "formgrader.log"
    command = [
        sys.executable,
        "-P",
        "-m",
        "jupyterlab" if lab else "jupyter_server",
        "--no-browser",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={chosen}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={klass.root}",
        f"--ServerApp.jpserver_extensions={_extensions(lab)}",
    ]
    if lab:
        command += [
            "--LabApp.extension_manager=readonly",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    environment = os.environ | {
        "JUPYTER_TOKEN": token,
        "JUPYTER_CONFIG_DIR": str(private / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(private / "lab" / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "lab" / "workspaces"),
        "PATH": os.pathsep.join(filter(None, [str(Path(sys.executable).parent), os.environ.get("PATH", "")])),
        NAMES: "shown" if names else "hidden",
    }
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=klass.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=sys.platform != "win32",
        )
    running = Running(klass.root, chosen, token, process, assignment, lab)
    try:
        _await(running, log_path, patience)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if browser:
        with contextlib.suppress(Exception):  # no browser is no reason to stop: the address is printed
            show(running.url)
    return running


def _extensions(lab: bool) -> dict[str, bool]:
    """Which of Jupyter's extensions are loaded: nbgrader's own pages by the kit's, behind them; and without a
    Lab none of the others, so that it starts in half the time.
    """
    chosen = {"hanoikit.classroom.formgrader": True, "nbgrader.server_extensions.formgrader": False}
    others = (
        "jupyter_lsp", "jupyter_server_mathjax", "jupyter_server_terminals", "jupyterlab", "jupyterlab_rise",
        "jupyterlab_jupytext", "nbclassic", "nbgrader.server_extensions.assignment_list",
        "nbgrader.server_extensions.course_list", "nbgrader.server_extensions.validate_assignment", "notebook",
        "notebook_shim",
    )  # fmt: skip
    return chosen if lab else chosen | dict.fromkeys(others, False)


def _await(running: Running, log_path: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and running.process.poll() is None:
        if running.answers():
            return
        time.sleep(0.1)
    lines = log_path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise ClassroomError(
        _("Formgrader did not start: {reason}.").format(
            reason=lines[-1].rstrip(".") if lines else _("it said nothing")
        ),
        where=str(log_path),
        next_step=_("Run 'hanoikit doctor' to see what is missing."),
    )
