"""Running JupyterLab on the trainee's folder: this machine only, with a token, without network.

>>> with open_lab(Path("hanoi-kit"), browser=False) as lab:
...     print(lab.url)
http://127.0.0.1:8888/lab/tree/Start%20here.md?token=...

The trainee's own JupyterLab settings elsewhere on the machine are neither read nor changed: settings, layout
and log lie in the folder's private part. A JupyterLab that already runs on the folder is used again.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from hanoikit import lab_settings
from hanoikit.errors import WorkspaceError
from hanoikit.i18n import _
from hanoikit.workspace.delivery import PRIVATE
from hanoikit.workspace.pages import START_PAGE

HOST = "127.0.0.1"
PORT = 8888

_RECORD = "lab.json"
_LOG = "jupyterlab.log"

# A proxy that the office sets for the web must not be asked for this machine.
_opener = build_opener(ProxyHandler({}))


@dataclass(slots=True)
class Lab:
    """A JupyterLab that answers; ``process`` is ``None`` when it was running before."""

    folder: Path
    port: int
    token: str
    first_time: bool = True
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the course opens: the start page the first time, later what was open last."""
        return (
            self.url_of(START_PAGE)
            if self.first_time
            else f"http://{HOST}:{self.port}/lab?token={self.token}"
        )

    def url_of(self, path: str, *, fresh: bool = False) -> str:
        """The address of a file of the folder; ``fresh`` forgets the layout of the last session."""
        reset = "&reset" if fresh else ""
        return f"http://{HOST}:{self.port}/lab/tree/{quote(path)}?token={self.token}{reset}"

    def answers(self) -> bool:
        """Whether the server answers to its token."""
        return self._call("api/status") is not None

    def wait(self) -> int:
        """Wait until JupyterLab ends; its exit code."""
        return 0 if self.process is None else self.process.wait()

    @contextlib.contextmanager
    def ending_in_order(self) -> Iterator[Lab]:
        """While inside, Ctrl+C and a closed window end JupyterLab in order, and then the block."""
        for name in ("SIGTERM", "SIGHUP"):
            with contextlib.suppress(AttributeError, ValueError):
                signal.signal(getattr(signal, name), _interrupt)
        try:
            yield self
        except KeyboardInterrupt:
            self.stop()

    def stop(self, patience: float = 10.0) -> None:
        """End a JupyterLab that this object started: asked first, then ended after ``patience`` seconds."""
        if self.process is None or self.process.poll() is not None:
            return
        self._call("api/shutdown", method="POST")
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        (self.folder / PRIVATE / _RECORD).unlink(missing_ok=True)

    def _call(self, path: str, method: str = "GET") -> bytes | None:
        request = Request(f"http://{HOST}:{self.port}/{path}", method=method)
        request.add_header("Authorization", f"token {self.token}")
        try:
            with _opener.open(request, timeout=5) as response:
                return bytes(response.read())
        except (URLError, OSError, ValueError):
            return None

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt


def open_lab(
    folder: Path,
    *,
    port: int = PORT,
    browser: bool = True,
    language: str | None = None,
    show: Callable[[str], bool] = webbrowser.open,
    options: Sequence[str] = (),
    patience: float = 90.0,
) -> Lab:
    """Start JupyterLab on the folder, or find the one that runs there, and open it in the browser.

    ``port`` is where it starts to look for a free one; ``options`` are handed to JupyterLab; ``patience`` is
    in seconds. Raises :class:`WorkspaceError` when JupyterLab does not start; the message names the log.
    """
    folder = folder.resolve()
    try:
        (folder / PRIVATE).mkdir(parents=True, exist_ok=True)
        lab = _running(folder) or _start(folder, port, language, options, patience)
    except OSError as error:
        raise WorkspaceError(
            _("JupyterLab could not be started: {reason}.").format(reason=error.strerror or error),
            where=str(folder),
            next_step=_("Run 'hanoikit doctor' to see what is missing."),
        ) from error
    if browser:
        with contextlib.suppress(Exception):  # no browser is no reason to stop: the address is printed
            show(lab.url)
    return lab


def _running(folder: Path) -> Lab | None:
    """The JupyterLab that was started on this folder before and still answers."""
    try:
        record = json.loads((folder / PRIVATE / _RECORD).read_text(encoding="utf-8"))
        lab = Lab(folder, int(record["port"]), str(record["token"]), first_time=False)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return lab if lab.answers() else None


def open_notebooks(folder: Path) -> set[Path]:
    """The notebooks of the folder that are open in its JupyterLab, with a kernel; none when it does not run."""
    lab = _running(folder.resolve())
    answer = lab._call("api/sessions") if lab is not None else None
    try:
        sessions = json.loads(answer) if answer is not None else []
        return {(folder / str(one["path"])).resolve() for one in sessions if one.get("type") == "notebook"}
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()


class _PortTaken(Exception):
    """Somebody took the port between the look and the start."""


def _start(folder: Path, port: int, language: str | None, options: Sequence[str], patience: float) -> Lab:
    for tried in range(5):
        try:
            return _start_once(folder, port + tried, language, options, patience)
        except _PortTaken:
            continue
    raise WorkspaceError(
        _("The ports from {first} on are taken as fast as they are found.").format(first=port),
        next_step=_("Name another one: hanoikit start --port 9000."),
    )


def _start_once(
    folder: Path, port: int, language: str | None, options: Sequence[str], patience: float
) -> Lab:
    layouts = folder / PRIVATE / "lab" / "workspaces"
    lab = Lab(folder, free_port(port), secrets.token_urlsafe(24), first_time=not any(layouts.glob("*")))
    _lay_style(folder)
    log_path = folder / PRIVATE / _LOG
    extra: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        extra = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    with log_path.open("wb") as log:
        # A session of its own: Ctrl+C reaches this program only, which then asks JupyterLab to save and end.
        lab.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "jupyterlab", *arguments(folder, lab.port), *options],
            cwd=folder,
            env=environment(folder, lab.token, language),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            **extra,
        )
    try:
        _await(lab, log_path, patience)
    except BaseException:
        lab.process.kill()
        lab.process.wait()
        raise
    _remember(lab)
    return lab


def _lay_style(folder: Path) -> None:
    # JupyterLab looks for a style sheet only in the configuration folder that it may write to.
    style = lab_settings.folder() / "custom" / "custom.css"
    target = folder / PRIVATE / "jupyter" / "custom" / style.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(style.read_bytes())


def arguments(folder: Path, port: int) -> list[str]:
    """What JupyterLab is told on its command line."""
    told = [
        "--no-browser",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        "--LabApp.custom_css=True",
        f"--LabApp.extra_labextensions_path={lab_settings.folder() / 'labextensions'}",
        "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--MappingKernelManager.cull_idle_timeout=0",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        told.append("--allow-root")
    return told


def environment(folder: Path, token: str, language: str | None = None) -> dict[str, str]:
    """The environment of JupyterLab and of the kernels that it starts."""
    private = folder / PRIVATE
    made = dict(os.environ)
    made["JUPYTER_TOKEN"] = token
    made["JUPYTER_CONFIG_DIR"] = str(private / "jupyter")
    made["JUPYTER_CONFIG_PATH"] = str(lab_settings.folder())
    made["JUPYTERLAB_SETTINGS_DIR"] = str(private / "lab" / "settings")
    made["JUPYTERLAB_WORKSPACES_DIR"] = str(private / "lab" / "workspaces")
    # Programs that were installed with the kit (validators among them) lie beside this Python.
    made["PATH"] = os.pathsep.join(filter(None, [str(Path(sys.executable).parent), made.get("PATH", "")]))
    if language:
        made["HANOIKIT_LANG"] = language
    return made


def free_port(first: int) -> int:
    """The first port from ``first`` on that nothing listens on; raises :class:`WorkspaceError` after 50."""
    for port in range(first, first + 50):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except (OSError, OverflowError):
                continue
        return port
    raise WorkspaceError(
        _("There is no free port from {first} to {last}.").format(first=first, last=first + 49),
        next_step=_("Name another one: hanoikit start --port 9000."),
    )


def _await(lab: Lab, log_path: Path, patience: float) -> None:
    assert lab.process is not None
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if lab.process.poll() is not None:
            break
        if lab.answers():
            return
        time.sleep(0.1)
    lines = log_path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    if any(f"port {lab.port} is not available" in line for line in lines):
        raise _PortTaken
    raise WorkspaceError(
        _("JupyterLab did not start: {reason}.").format(
            reason=lines[-1].rstrip(".") if lines else _("it said nothing")
        ),
        where=str(log_path),
        next_step=_("Run 'hanoikit doctor' to see what is missing."),
    )


def _remember(lab: Lab) -> None:
    """Note port and token for the next start, readable by the owner only."""
    path = lab.folder / PRIVATE / _RECORD
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump({"port": lab.port, "token": lab.token}, stream)
