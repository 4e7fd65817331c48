"""The checks of ``hanoikit doctor``: each looks at the machine itself, takes a second at most, and needs no
network.

>>> report = examine(Path.home() / "hanoi-kit")
>>> report.sound, report.code
(True, '4K7M-9QX2')
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hanoikit import __version__, resources
from hanoikit.cli.doctor_code import CHECKS, REQUIRED, SYSTEMS, Reading, encode
from hanoikit.i18n import _

MEMORY = 1.0
"""GiB of memory that the largest lesson needs."""

SPACE = 1.0
"""GiB of free disk space that a course with its cases and packages needs."""

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""No machine that runs this kit has an earlier date."""


@dataclass(frozen=True, slots=True)
class Result:
    """One check: ``found`` says what is there, ``advice`` what to do when it is not enough."""

    name: str
    good: bool
    found: str
    advice: str = ""

    @property
    def required(self) -> bool:
        return self.name in REQUIRED


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one machine, in the order of the code."""

    results: tuple[Result, ...]
    seconds: float

    @property
    def sound(self) -> bool:
        """Whether the course works on this machine."""
        return all(result.good for result in self.results if result.required)

    @property
    def code(self) -> str:
        failed = tuple(result.name for result in self.results if not result.good)
        system = sys.platform if sys.platform in SYSTEMS else "other"
        return encode(Reading(version_numbers(), sys.version_info.minor, system, failed))

    def as_data(self) -> dict[str, Any]:
        return {
            "version": __version__,
            "sound": self.sound,
            "code": self.code,
            "seconds": round(self.seconds, 2),
            "checks": [
                {
                    "name": result.name,
                    "good": result.good,
                    "required": result.required,
                    "found": result.found,
                    "advice": "" if result.good else result.advice,
                }
                for result in self.results
            ],
        }

    def as_text(self) -> str:
        width = max(len(result.name) for result in self.results)
        lines = []
        for result in self.results:
            state = _("ok") if result.good else _("MISSING") if result.required else _("limited")
            lines.append(f"{result.name:<{width}}  {state:<8} {result.found}")
            if not result.good and result.advice:
                lines.append(f"{'':<{width}}           {result.advice}")
        lines.append("")
        lines.append(_("Ready for the course.") if self.sound else _("Not ready for the course."))
        return "\n".join(lines)


def version_numbers(version: str = __version__) -> tuple[int, int, int]:
    """``(0, 1, 0)`` of ``"0.1.0"``; letters of pre-releases are left out."""
    numbers = [int("".join(filter(str.isdigit, part)) or 0) for part in version.split(".")[:3]]
    major, minor, patch = ([*numbers, 0, 0, 0])[:3]
    return major, minor, patch


def examine(folder: Path) -> Report:
    """Run every check; ``folder`` is the trainee's folder, which is not made."""
    begun = time.monotonic()
    checks: dict[str, Callable[[], tuple[bool, str, str]]] = {
        "python": _python,
        "jupyterlab": lambda: _package("jupyterlab"),
        "kernel": _kernel,
        "widgets": _widgets,
        "nbgrader": lambda: _package("nbgrader"),
        "disk-readers": _disk_readers,
        "openssl": _openssl,
        "case-validate": _case_validate,
        "bubblewrap": _bubblewrap,
        "folder": lambda: _folder(folder),
        "disk-space": lambda: _disk_space(folder),
        "memory": _memory,
        "clock": lambda: clock(datetime.now(UTC)),
        "time-zones": _time_zones,
        "text": _text,
        "loopback": _loopback,
        "course-files": _course_files,
    }
    results = []
    for name in CHECKS:
        try:
            good, found, advice = checks[name]()
        except Exception as error:  # a check that fails to run is a finding, not an end of the examination
            good, found, advice = False, f"{type(error).__name__}: {error}", ""
        results.append(Result(name, good, found, advice))
    return Report(tuple(results), time.monotonic() - begun)


def _python() -> tuple[bool, str, str]:
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return good, sys.version.split()[0], _("Install Python 3.11, 3.12 or 3.13.")


def _package(name: str) -> tuple[bool, str, str]:
    try:
        return True, importlib.metadata.version(name), ""
    except importlib.metadata.PackageNotFoundError:
        return (
            False,
            _("not installed"),
            _("Install the kit again; it brings {name} along.").format(name=name),
        )


def _kernel() -> tuple[bool, str, str]:
    found = Path(sys.prefix) / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    if importlib.util.find_spec("ipykernel") is None:
        return False, _("not installed"), _("Install the kit again; it brings the package ipykernel along.")
    where = found if found.is_file() else "ipykernel"
    return True, _("Python kernel of this installation ({where})").format(where=Path(where).name), ""


def _widgets() -> tuple[bool, str, str]:
    """The Python packages of the controls, and their halves that run in the browser."""
    missing = [
        name
        for name in ("ipywidgets", "anywidget", "plotly", "jupyterlab_widgets")
        if importlib.util.find_spec(name) is None
    ]
    extensions = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
    for name in ("@jupyter-widgets/jupyterlab-manager", "anywidget", "jupyterlab-plotly"):
        if not (extensions / name / "package.json").is_file():
            missing.append(name)
    if missing:
        return False, _("missing: {names}").format(names=", ".join(missing)), _("Install the kit again.")
    return True, f"ipywidgets {importlib.metadata.version('ipywidgets')}", ""


def _disk_readers() -> tuple[bool, str, str]:
    missing = []
    for name in ("pyewf", "pytsk3"):
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    if missing:
        return False, _("missing: {names}").format(names=", ".join(missing)), _("Install the kit again.")
    return True, "pyewf, pytsk3", ""


def _run(*command: str) -> str | None:
    """What a program prints, or ``None`` when it is missing or fails within ten seconds."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _openssl() -> tuple[bool, str, str]:
    version = _run("openssl", "version")
    advice = _("Install openssl; one question checks a timestamp with it.")
    return version is not None, version or _("not found"), advice


def _case_validate() -> tuple[bool, str, str]:
    beside = Path(sys.executable).parent / "case_validate"
    found = shutil.which("case_validate") or (str(beside) if beside.is_file() else None)
    advice = _("Install the kit again; one question checks a description with it.")
    return found is not None, Path(found).name if found else _("not found"), advice


def _bubblewrap() -> tuple[bool, str, str]:
    if not sys.platform.startswith("linux"):
        return False, _("only on Linux"), _("Only an instructor who marks the work of others needs it.")
    if shutil.which("bwrap") is None:
        return (
            False,
            _("not found"),
            _("Install bubblewrap; an instructor needs it to mark the work of others."),
        )
    # It may be installed and still be refused by the system's settings, so it is tried.
    works = _run("bwrap", "--unshare-all", "--ro-bind", "/", "/", "true") is not None
    version = _run("bwrap", "--version") or ""
    return (
        works,
        version if works else _("not allowed here"),
        _("Ask an administrator to allow user namespaces."),
    )


def _folder(folder: Path) -> tuple[bool, str, str]:
    place = _nearest(folder)
    advice = _("Name a folder of your own: hanoikit start FOLDER.")
    try:
        with tempfile.TemporaryFile(dir=place) as probe:
            probe.write(b"answer")
    except OSError as error:
        return False, f"{folder}: {error.strerror}", advice
    return True, str(folder), ""


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    for place in (folder, *folder.parents):
        if place.is_dir():
            return place
    return Path.cwd()


def _disk_space(folder: Path) -> tuple[bool, str, str]:
    free = shutil.disk_usage(_nearest(folder)).free / 2**30
    return free >= SPACE, _("{free:.1f} GiB free").format(free=free), _("Free 1 GiB of disk space.")


def _memory() -> tuple[bool, str, str]:
    available = memory()
    if available is None:
        return True, _("not measured"), ""
    found = _("{available:.1f} GiB available").format(available=available)
    return available >= MEMORY, found, _("Close other programs before the lesson.")


def memory() -> float | None:
    """Available memory in GiB, or ``None`` where the system does not say."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) / 2**20
    except (OSError, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    except (AttributeError, ValueError, OSError):
        return None


def clock(now: datetime) -> tuple[bool, str, str]:
    """Whether a time (aware) can be right: after the kit was made, and not decades later."""
    good = now >= FIRST_DAY and now.year < FIRST_DAY.year + 20
    shown = now.astimezone().strftime("%Y-%m-%d %H:%M %z")
    return good, shown, _("Set the date and time of this machine; timestamps would be wrong.")


def _time_zones() -> tuple[bool, str, str]:
    from zoneinfo import ZoneInfo

    there = datetime(2026, 7, 1, 12, tzinfo=UTC).astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    good = there.hour == 19
    return good, f"{time.tzname[0]}; {_('zone data present')}", _("Install the kit again.")


def _text() -> tuple[bool, str, str]:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    language = os.environ.get("HANOIKIT_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    good = encoding.startswith("utf") and sys.getfilesystemencoding().lower().startswith("utf")
    return good, f"{language}, {sys.stdout.encoding}", _("Set the variable PYTHONUTF8=1.")


def _loopback() -> tuple[bool, str, str]:
    """Whether a page of this machine can be shown in its own browser; no other network is needed."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        with socket.create_connection(server.getsockname(), timeout=2):
            pass
    return True, "127.0.0.1", _("Ask an administrator to allow connections of this machine to itself.")


def _course_files() -> tuple[bool, str, str]:
    lessons = len(list(resources.lessons().glob("m[0-9][0-9]-*.md")))
    exercises = len(list(resources.exercises().glob("*/*.ipynb")))
    found = _("{lessons} lessons, {exercises} exercises").format(lessons=lessons, exercises=exercises)
    return lessons > 0, found, _("Install the kit again.")
