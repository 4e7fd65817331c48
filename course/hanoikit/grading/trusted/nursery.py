"""The parent's hold on a zygote: start it behind the wall, have it fork, end what it forked.

>>> with Nursery("runner", wall, modules=["pandas"]) as nursery:
...     child = nursery.fork(limits, name="m04-evidence-chain")
...     child.channel.send({"do": "names", "names": ["x"]})
...     child.end()
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, NoReturn

from hanoikit import resources
from hanoikit.errors import GradingError
from hanoikit.grading.shelf import Shelf
from hanoikit.grading.trusted.kit import AT_START
from hanoikit.grading.trusted.limits import Limits
from hanoikit.grading.trusted.outer import Wall, cannot_isolate, shown
from hanoikit.grading.trusted.wire import Channel, WireError
from hanoikit.i18n import _

Role = Literal["runner", "judge"]


class _ZygoteDied(GradingError):
    """The zygote is gone; another may do better."""


_START_SECONDS = 120.0
_FORK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended."""

    code: int
    """Exit code, negative for a signal."""
    outside: bool = False
    """Somebody else killed it: the system, short of memory, or a person. It cannot do that itself."""
    waited: float = 0.0
    """Seconds in which it was ready to run and had no processor."""


class Child:
    """One forked process and the channel to it."""

    def __init__(self, nursery: Nursery, pid: int, channel: Channel, folder: Path | None) -> None:
        self.channel = channel
        self._nursery = nursery
        self._pid = pid
        self._folder = folder

    def entered(self, *, seconds: float) -> None:
        """Wait until it is behind its wall; whatever goes wrong before is this machine's fault.

        Raises :class:`GradingError` with the machine's words, or :class:`WireError`.
        """
        answer = self.channel.receive(seconds=seconds)
        if "failed" in answer:
            raise cannot_isolate(str(answer["failed"]))

    def waited(self) -> float:
        """Seconds in which it was ready to run and had no processor, until now."""
        return self._nursery._waited(self._pid)

    def end(self, *, limits: Limits | None = None) -> Ending:
        """Kill it with everything that it started. With its ``limits``, when the conversation broke off, it is
        found out how it ended.
        """
        self.channel.close()
        ending = self._nursery._end(self._pid, limits)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        return ending


class Nursery:
    """One zygote. Before the first fork it imports ``modules`` and reads ``cells``: for the judge the author's,
    for the runner those of the released notebook.
    """

    def __init__(
        self,
        role: Role,
        wall: Wall,
        *,
        modules: Sequence[str] = (),
        cells: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.role: Role = role
        self.modules = tuple(modules)
        self._cells = list(cells)
        self._wall = wall
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: Channel | None = None
        self._log: IO[bytes] | None = None
        self._ready = False

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process id of the outer wall, while it runs."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start without waiting until it is ready; it is ready with the first fork."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        ours, theirs = socket.socketpair()
        theirs.set_inheritable(True)
        program = [sys.executable, "-P", "-m", "hanoikit.grading.trusted.zygote", str(theirs.fileno())]
        if not self._wall.isolated:
            program.append("as-root")
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            self._wall.command(program, hidden=self._hidden()),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        theirs.close()
        self._orders = Channel(ours)
        self._ready = False
        with contextlib.suppress(WireError):
            self._orders.send({"role": self.role, "modules": list(self.modules), "cells": self._cells})

    def fork(self, limits: Limits, *, name: str) -> Child:
        """A new child for one hand-in; raises :class:`GradingError` when none can be had.

        A zygote that somebody killed is started again.
        """
        try:
            return self._fork(limits, name)
        except _ZygoteDied:
            return self._fork(limits, name)

    def _fork(self, limits: Limits, name: str) -> Child:
        self._wait()
        assert self._orders is not None
        ours, theirs = socket.socketpair()
        folder: Path | None = None
        if not self._wall.isolated:
            folder = Path(tempfile.mkdtemp(prefix="hanoikit-hand-in-"))
            (folder / name).mkdir()
        about = {
            "isolated": self._wall.isolated,
            "name": name,
            "limits": limits.data(),
            "folder": str(folder / name) if folder else "",
        }
        try:
            self._orders.send({"fork": about}, seconds=_FORK_SECONDS, descriptors=[theirs.fileno()])
            answer = self._orders.receive(seconds=_FORK_SECONDS)
        except WireError as error:
            ours.close()
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
            self._died(error)
        finally:
            theirs.close()
        if "failed" in answer:
            ours.close()
            raise cannot_isolate(str(answer["failed"]))
        return Child(self, int(answer["forked"]), Channel(ours), folder)

    def close(self) -> None:
        """End the zygote and every child."""
        if self._orders is not None:
            self._orders.close()
            self._orders = None
        if self._process is not None:
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._log is not None:
            self._log.close()
            self._log = None

    def _wait(self) -> None:
        self.start()
        if self._ready:
            return
        assert self._orders is not None
        try:
            answer = self._orders.receive(seconds=_START_SECONDS)
        except WireError as error:
            self._died(error)
        if answer.get("kit") != AT_START:
            self.close()
            raise GradingError(
                _("The kit's files were changed after this run began."), next_step=_("Start it again.")
            )
        if answer.get("threads") != 1:
            # A library that starts threads when it is imported cannot be preloaded; cells import it then.
            if not self.modules:
                self.close()
                raise GradingError(
                    _("The process for hand-ins has several threads."), next_step=_("Run hanoikit doctor.")
                )
            self.close()
            self.modules = ()
            self._wait()
            return
        self._ready = True

    def _died(self, error: WireError) -> NoReturn:
        said = cannot_isolate(self._words() or _("the process for hand-ins died"))
        self.close()
        raise _ZygoteDied(said.what, where=said.where, next_step=said.next_step) from error

    def _end(self, pid: int, limits: Limits | None) -> Ending:
        if self._orders is None:
            return Ending(0, outside=True)
        try:
            self._orders.send({"end": pid, "why": limits is not None}, seconds=_FORK_SECONDS)
            answer = self._orders.receive(seconds=_FORK_SECONDS)
            code = int(answer["ended"])
            if limits is None:
                return Ending(code)
            # The kernel ends what has used up its processor time with the same signal.
            spent = float(answer.get("processor") or 0.0) >= limits.processor_seconds - 1
            # Behind its wall it is the first process of its world, which cannot kill itself.
            outside = self._wall.isolated and code == -signal.SIGKILL and not answer.get("ours") and not spent
            return Ending(code, outside, float(answer.get("waited") or 0.0))
        except (WireError, KeyError, ValueError):
            self.close()
            return Ending(0, outside=True)

    def _waited(self, pid: int) -> float:
        if self._orders is None:
            return 0.0
        try:
            self._orders.send({"look": pid}, seconds=_FORK_SECONDS)
            return float(self._orders.receive(seconds=_FORK_SECONDS)["waited"])
        except (WireError, KeyError, ValueError):
            self.close()
            return 0.0

    def _hidden(self) -> list[Path]:
        """What lies below the shown folders and must not be seen: author's texts in an installed kit."""
        hidden = [resources.solutions()]
        if self.role == "runner":
            package = Path(resources.__file__).parent
            hidden += [package / "casework" / "truth.py", *resources.assets().rglob("truth.json")]
        shelf, tops = Shelf.of_user(), shown()
        hidden += [
            path
            for path in (shelf.folder, shelf.secret)
            if any(path.absolute().is_relative_to(top) for top in tops)
        ]
        return hidden

    def _words(self) -> str:
        """What the zygote said before it died."""
        if self._log is None:
            return ""
        self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, self._log.tell() - 4000))
        return self._log.read().decode("utf-8", "replace")
