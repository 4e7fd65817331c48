"""The outer wall: bubblewrap around the process from which hand-ins are forked.

>>> command = Outer.found().command(["/usr/bin/python3", "-m", "hanoikit.grading.trusted.zygote"])

What is inside is listed, not what is outside: the system's programs and libraries, this Python with its
packages, the kit and its data, all read-only. No network, no home, no course directory, no author's text.
"""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import hanoikit
from hanoikit import resources
from hanoikit.errors import GradingError, ToolMissing
from hanoikit.grading.trusted import landlock, walls
from hanoikit.i18n import _

RISK_OPTION = "--without-isolation-i-accept-the-risk"
_SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32"]
_SETTINGS = [
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/ssl/openssl.cnf",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/fonts",
    "/etc/java-17-openjdk",
]


class Wall(Protocol):
    """What stands around the processes that fork hand-ins."""

    @property
    def isolated(self) -> bool:
        """Whether hand-ins are isolated; when not, every mark is flagged."""

    def command(self, program: Sequence[str], *, hidden: Sequence[Path] = ()) -> list[str]:
        """The command line that runs ``program`` inside."""


@dataclass(frozen=True, slots=True)
class Outer:
    """bubblewrap, with everything that it needs checked."""

    bubblewrap: str
    isolated: bool = True

    @classmethod
    def found(cls) -> Outer:
        """The wall of this machine; raises :class:`ToolMissing` that says what is missing and what to
        install.
        """
        advice = _("You can mark work of people whom you trust with {option}.").format(option=RISK_OPTION)
        if not walls.supported():
            raise ToolMissing(
                _("Hand-ins can be isolated on Linux only (x86-64, ARM64 or RISC-V)."), next_step=advice
            )
        program = shutil.which("bwrap")
        if program is None:
            raise ToolMissing(
                _(
                    "The program bubblewrap is missing; it keeps the code of hand-ins away from everything else."
                ),
                next_step=_("Install it: sudo apt-get install bubblewrap.") + " " + advice,
            )
        if landlock.version() < landlock.OLDEST:
            raise ToolMissing(
                _("This Linux kernel has no Landlock, which keeps one hand-in away from another."),
                next_step=_("Use Linux 5.13 or newer with Landlock switched on.") + " " + advice,
            )
        return cls(program)

    def command(self, program: Sequence[str], *, hidden: Sequence[Path] = ()) -> list[str]:
        """The command line; ``hidden`` are files and folders below what is shown that stay empty inside."""
        root = os.geteuid() == 0
        # No --die-with-parent: it means the thread that started it. The zygote ends when its channel closes, and
        # everything in its process namespace with it.
        words = [self.bubblewrap, "--new-session", "--unshare-ipc", "--unshare-pid"]
        words += ["--unshare-net", "--unshare-uts", "--unshare-cgroup-try", "--clearenv"]
        if not root:
            words += ["--unshare-user"]
        else:
            # As root the program inside becomes "nobody" at once, so that limits on processes hold for it.
            words += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        for link in _unlinked(_SYSTEM):
            words += ["--symlink", os.readlink(link), link]  # noqa: PTH115
        words += ["--tmpfs", walls.TEMPORARY]
        paths = shown()
        for path in _above(paths):
            # bubblewrap would make them for its own user alone.
            words += ["--perms", "0755", "--dir", str(path)]
        # The zygote's own temporary folder; each hand-in puts its own file system over it.
        words += ["--perms", "1777", "--tmpfs", walls.SCRATCH]
        for path in paths:
            words += ["--ro-bind", str(path), str(path)]
        for path in hidden:
            if path.is_dir():
                words += ["--tmpfs", str(path), "--remount-ro", str(path)]
            elif path.exists():
                words += ["--ro-bind", "/dev/null", str(path)]
        words += ["--proc", "/proc", "--dev", "/dev"]
        for name, value in environment(isolated=True).items():
            words += ["--setenv", name, value]
        words += ["--chdir", "/", "--remount-ro", "/"]
        return [*words, "--", *program]


@dataclass(frozen=True, slots=True)
class WithoutIsolation:
    """No wall at all: hand-ins run with the rights of the person who marks. For trusted work only."""

    isolated: bool = False

    def command(self, program: Sequence[str], *, hidden: Sequence[Path] = ()) -> list[str]:
        """The program with a clean environment."""
        return [
            "env",
            "-i",
            *(f"{name}={value}" for name, value in environment(isolated=False).items()),
            *program,
        ]


def environment(*, isolated: bool) -> dict[str, str]:
    """The whole environment of marking: nothing of the marker's own, and the same everywhere."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": walls.SCRATCH if isolated else tempfile.gettempdir(),
        "TMPDIR": f"{walls.SCRATCH}/tmp" if isolated else tempfile.gettempdir(),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "NBGRADER_EXECUTION": "autograde",
        "HANOIKIT_MARKING": "1",
        "HANOIKIT_LANG": os.environ.get("HANOIKIT_LANG", ""),
        "PYTHONPATH": str(Path(hanoikit.__file__).parent.parent),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PYTHONNOUSERSITE": "" if site.ENABLE_USER_SITE else "1",
        "MPLBACKEND": "agg",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "NUMEXPR_NUM_THREADS": "1",
    }


def shown() -> list[Path]:
    """The files and folders of this machine that marking may read, outermost first."""
    wanted = [Path(path) for path in _SYSTEM if not Path(path).is_symlink()]
    wanted += [Path(path) for path in _SETTINGS]
    for prefix in (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix):
        if Path(prefix) != Path("/"):
            wanted.append(Path(prefix))
    wanted += [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    if site.ENABLE_USER_SITE and site.USER_SITE:
        wanted.append(Path(site.USER_SITE))
    executable = Path(sys.executable)
    wanted += [executable.resolve().parent.parent / "lib", executable.resolve()]
    wanted += [Path(hanoikit.__file__).parent, resources.assets()]
    kept: list[Path] = []
    for path in sorted({path.absolute() for path in wanted if path.exists()}, key=lambda one: len(one.parts)):
        if not any(path.is_relative_to(outer) for outer in kept):
            kept.append(path)
    return kept


def _above(paths: Sequence[Path]) -> list[Path]:
    """Every folder on the way to these paths, outermost first."""
    above = {parent for path in paths for parent in path.parents}
    made = {Path("/"), Path(walls.TEMPORARY), *(Path(path) for path in _SYSTEM)}
    return sorted(above - made, key=lambda one: (len(one.parts), one))


def _unlinked(paths: Sequence[str]) -> list[str]:
    return [path for path in paths if Path(path).is_symlink()]


def check(wall: Wall) -> None:
    """Run a trifle inside; raises :class:`GradingError` with the system's own words when it does not work."""
    if not wall.isolated:
        return
    found = subprocess.run(
        wall.command([sys.executable, "-c", "pass"]), capture_output=True, text=True, timeout=60, check=False
    )
    if found.returncode != 0:
        raise cannot_isolate(found.stderr)


def cannot_isolate(words: str) -> GradingError:
    """The error for a machine that has the parts and still cannot isolate."""
    lines = [line for line in words.strip().splitlines() if line.strip()]
    reason = lines[-1][:300] if lines else _("no reason given")
    return GradingError(
        _("Hand-ins cannot be isolated on this machine: {reason}.").format(reason=reason.rstrip(".")),
        next_step=_(
            "Ask the administrator to allow user namespaces (sysctl kernel.unprivileged_userns_clone=1; on "
            "Ubuntu 24.04 also kernel.apparmor_restrict_unprivileged_userns=0). You can mark work of people "
            "whom you trust with {option}."
        ).format(option=RISK_OPTION),
    )
