"""The parent's hold on a zygote: have it grow from the stem, have it fork, end what it forked.

>>> with Nursery(Stem("runner", wall), modules=["pandas"]) as nursery:
...     child = nursery.fork(limits, name="m04-evidence-chain")
...     child.channel.send({"do": "names", "names": ["x"]})
...     child.end()
"""

from __future__ import annotations

import shutil
import signal
import socket
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

from hanoikit.errors import GradingError
from hanoikit.grading.trusted.kit import AT_START
from hanoikit.grading.trusted.limits import Limits
from hanoikit.grading.trusted.outer import cannot_isolate
from hanoikit.grading.trusted.stem import Stem
from hanoikit.grading.trusted.wire import Channel, WireError
from hanoikit.i18n import _


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
        self, stem: Stem, *, modules: Sequence[str] = (), cells: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        self.modules = tuple(modules)
        self._cells = list(cells)
        self._stem = stem
        self._wall = stem.wall
        self._orders: Channel | None = None
        self._ready = False
        self._wanted: frozenset[str] = frozenset()
        self._loaded: frozenset[str] = frozenset()

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process id of the outer wall, while it stands."""
        return self._stem.pid

    def start(self) -> None:
        """Start without waiting until it is ready; it is ready with the first fork."""
        if self._orders is None:
            self._orders = self._stem.branch(modules=self.modules, cells=self._cells)
            self._ready = False
            self._loaded = frozenset()

    def expect(self, names: Sequence[str]) -> None:
        """From the next fork on the zygote has loaded these too (``warm.load``), once for all."""
        self._wanted |= frozenset(names)

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
        self._load()
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
        """End the zygote and every child; the stem stays."""
        if self._orders is not None:
            self._orders.close()
            self._orders = None

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

    def _load(self) -> None:
        missing = sorted(self._wanted - self._loaded)
        if not missing:
            return
        assert self._orders is not None
        try:
            self._orders.send({"load": missing}, seconds=_FORK_SECONDS)
            answer = self._orders.receive(seconds=_START_SECONDS)
        except WireError as error:
            self._wanted -= frozenset(missing)  # the next one does without
            self._died(error)
        self._loaded |= self._wanted
        if answer.get("threads") != 1:
            # Only a process with one thread can be forked soundly.
            self._wanted = frozenset()
            self.close()
            self._wait()

    def _died(self, error: WireError) -> NoReturn:
        said = cannot_isolate(self._stem.words() or _("the process for hand-ins died"))
        self._lost()
        raise _ZygoteDied(said.what, where=said.where, next_step=said.next_step) from error

    def _lost(self) -> None:
        self.close()
        self._stem.close_if_dead()

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
            self._lost()
            return Ending(0, outside=True)

    def _waited(self, pid: int) -> float:
        if self._orders is None:
            return 0.0
        try:
            self._orders.send({"look": pid}, seconds=_FORK_SECONDS)
            return float(self._orders.receive(seconds=_FORK_SECONDS)["waited"])
        except (WireError, KeyError, ValueError):
            self._lost()
            return 0.0
