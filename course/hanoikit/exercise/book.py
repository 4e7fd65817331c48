"""What this kernel knows: the questions it has shown, their sheets, and answers that the disk has not taken
yet.

>>> book = Book()
>>> book.record("m04-q3", "b").at
datetime.datetime(2026, 3, 1, 14, 5, ...)

An answer that cannot be written stays here and is tried again, in order, with the next one. It is shown as
not saved until the disk has it.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import uuid
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hanoikit.errors import AnswerMalformed, SheetError
from hanoikit.exercise import observing
from hanoikit.exercise.kinds import Kind
from hanoikit.exercise.records import Plain, Record, plain
from hanoikit.exercise.sheet import Sheet, local_now, module_of


class Listener(Protocol):
    """Something on the screen that shows a question's answer."""

    def refresh(self) -> None:
        """Show what the book now holds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was asked in this kernel, and the folder it was asked in."""

    question: str
    kind: Kind
    folder: Path
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """An answer with its time; ``on_disk`` is False while it waits for the disk."""

    question: str
    value: Plain
    at: datetime
    on_disk: bool


@dataclass
class Book:
    """The questions and answers of one kernel. ``clock`` gives aware times."""

    clock: Callable[[], datetime] = local_now
    asked: dict[str, Asked] = field(default_factory=dict)
    _waiting: dict[Path, list[tuple[str, Plain, datetime]]] = field(default_factory=dict)
    _listeners: dict[str, weakref.WeakSet[Listener]] = field(default_factory=dict)
    _session: tuple[int, str] = (0, "")

    def ask(self, question: str, kind: Kind, hint: str = "") -> Asked:
        """Remember a question and where it was asked: its answers go there, even if code changes the folder
        later."""
        asked = Asked(question, kind, Path.cwd(), hint)
        self.asked[question] = asked
        return asked

    def folder_of(self, question: str) -> Path:
        """The folder of the assignment that the question belongs to."""
        return self.asked[question].folder if question in self.asked else Path.cwd()

    def sheet_of(self, question: str) -> Sheet:
        """The sheet that holds this question's answers, in the folder where the question was asked."""
        folder = self.folder_of(question)
        module = module_of(question) if "-" in question else None
        assignment = folder.name if module == module_of(folder.name) else module
        return Sheet.in_folder(folder, assignment=assignment, clock=self.clock, session=self.session)

    @property
    def session(self) -> str:
        """The name of this kernel's session; a forked process gets its own."""
        if self._session[0] != os.getpid():
            self._session = (os.getpid(), uuid.uuid4().hex[:12])
        return self._session[1]

    def saved(self, question: str, *, read: Mapping[str, Record] | None = None) -> Saved | None:
        """The answer that counts now, waiting ones included; None if there never was one. Raises SheetError.

        ``read`` is what the sheet says, when it has been read already.
        """
        for name, value, at in reversed(self._waiting.get(self.folder_of(question), [])):
            if name == question:
                return Saved(question, value, at, on_disk=False)
        record = (self.sheet_of(question).current() if read is None else read).get(question)
        return None if record is None else Saved(question, record.value, record.at, on_disk=True)

    def record(self, question: str, value: object) -> Saved:
        """Check the value against its kind and put it on the disk, with whatever still waits.

        Raises AnswerMalformed for an impossible value (nothing is kept then) and SheetError when the disk
        refuses (the answer waits here then).
        """
        asked = self.asked.get(question)
        normal = plain(value if value is None or asked is None else asked.kind.validate(value))
        folder = self.folder_of(question)
        waiting = self._waiting.setdefault(folder, [])
        if not waiting:
            with contextlib.suppress(SheetError):
                before = self.saved(question)
                if before is None and normal is None:
                    return Saved(question, None, self.clock(), on_disk=True)
                if before is not None and json.dumps(before.value) == json.dumps(normal):
                    self._tell(question)
                    return before
        at = self.clock()
        waiting.append((question, normal, at))
        try:
            self._write_waiting(folder)
        except AnswerMalformed:
            waiting.pop()
            raise
        observing.happened(observing.CLEARED if normal is None else observing.ANSWERED, question)
        return Saved(question, normal, at, on_disk=True)

    def retry(self) -> None:
        """Try once more to put waiting answers on the disk; raises SheetError if it still refuses."""
        for folder in self._waiting:
            self._write_waiting(folder)

    def _write_waiting(self, folder: Path) -> None:
        waiting = self._waiting[folder]
        if not waiting:
            return
        names = list(dict.fromkeys(name for name, _value, _at in waiting))
        self.sheet_of(names[-1]).extend(waiting)
        waiting.clear()
        for name in names:
            self._tell(name)

    def forget(self) -> None:
        """Begin anew, as a fresh kernel does: for a process that works in one assignment after another."""
        self.asked.clear()
        self._waiting.clear()
        self._listeners.clear()
        self._session = (0, "")

    def listen(self, question: str, listener: Listener) -> None:
        """Refresh this listener whenever the question's answer changes, as long as it lives."""
        self._listeners.setdefault(question, weakref.WeakSet()).add(listener)

    def _tell(self, question: str) -> None:
        for listener in list(self._listeners.get(question, ())):
            listener.refresh()


BOOK = Book()


@atexit.register
def _last_try() -> None:
    with contextlib.suppress(Exception):
        BOOK.retry()
