"""The process behind the outer wall that has loaded what every assignment needs; zygotes are forked from it.

>>> stem = Stem("runner", wall)
>>> orders = stem.branch(modules=["pandas"], cells=[...])     # a zygote for one assignment
>>> stem.close()

Loading takes most of a second of processor time and is the same for all assignments; a class with eleven of them
would spend more on it than on the marking. The stem itself never gets an author's text or a hand-in.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Literal

from hanoikit import resources
from hanoikit.grading.shelf import Shelf
from hanoikit.grading.trusted.outer import Wall, shown
from hanoikit.grading.trusted.wire import Channel, WireError

Role = Literal["runner", "judge"]
_SEND_SECONDS = 60.0


class Stem:
    """One process of a role; started when it is needed, and again when it died."""

    def __init__(self, role: Role, wall: Wall) -> None:
        self.role: Role = role
        self.wall = wall
        self._process: subprocess.Popen[bytes] | None = None
        self._control: Channel | None = None
        self._log: IO[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the outer wall, while it runs."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start, without waiting until it is ready."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        ours, theirs = socket.socketpair()
        theirs.set_inheritable(True)
        program = [sys.executable, "-P", "-m", "hanoikit.grading.trusted.zygote", str(theirs.fileno())]
        if not self.wall.isolated:
            program.append("as-root")
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            self.wall.command(program, hidden=self._hidden()),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        theirs.close()
        self._control = Channel(ours)
        self._order({"role": self.role})

    def branch(self, *, modules: Sequence[str], cells: Sequence[Mapping[str, Any]]) -> Channel:
        """Have a zygote forked; the channel for its orders. Whoever reads there learns when there is none."""
        self.start()
        ours, theirs = socket.socketpair()
        try:
            self._order({"branch": {"modules": list(modules), "cells": list(cells)}}, theirs.fileno())
        finally:
            theirs.close()
        return Channel(ours)

    def close_if_dead(self) -> None:
        """After a zygote was lost: let go of a stem that went with it."""
        # The stem never says anything: when there is something to read, it is the end.
        if self._control is not None and self._control.speaks(seconds=0.3):
            self.close()

    def close(self) -> None:
        """End it, with every zygote and every child of theirs."""
        if self._control is not None:
            self._control.close()
            self._control = None
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

    def words(self) -> str:
        """What it and its zygotes said, above all before they died."""
        if self._log is None:
            return ""
        self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, self._log.tell() - 4000))
        return self._log.read().decode("utf-8", "replace")

    def _order(self, order: Mapping[str, Any], *descriptors: int) -> None:
        assert self._control is not None
        try:
            self._control.send(order, seconds=_SEND_SECONDS, descriptors=descriptors)
        except WireError:
            return  # it is dead; the channel of the zygote that was to be says so

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
