"""Who hears what happens at the questions of this kernel: nobody, until a person joins a workshop's room.

>>> observe(print)                       # what the workshop's side does when somebody has joined
>>> happened("answered", "m04-q3")

An observer learns that a question came into view, that it was answered or cleared, and whether a self-check was right:
never an answer. Whatever an observer does wrong costs nothing here: answering goes on as if it were not there.
``ROOM`` is the way back: whether the room is on, and what the instructor released, by question; controls show it.
"""

from __future__ import annotations

import contextlib
import importlib
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

HERE, ANSWERED, CLEARED, CHECKED = "here", "answered", "cleared", "checked"
PRIVATE = ".hanoikit"
MEMBERSHIP = "room.json"
"""Lies in the private folder of a trainee's folder as long as the trainee is in a room."""

WATCHER = "hanoikit.workshop.attending"
"""Who goes on when another notebook of the same folder has joined; named, because it stands above this room."""

_LOOK_EVERY = 3.0
_UPWARDS = 5


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a question. ``right`` is for self-checks only."""

    kind: str
    question: str
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What an instructor released for a question: a heading and lines of plain text."""

    number: int
    question: str
    head: str
    lines: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        return {"n": self.number, "head": self.head, "lines": list(self.lines)}


class Listener(Protocol):
    """Something on the screen that shows the room's state."""

    def refresh_room(self) -> None:
        """Show what ``ROOM`` now says."""


@dataclass
class Room:
    """The room as the controls of this kernel see it. ``act(what, question)`` does what a button of a control asks."""

    on: bool = False
    help: bool = False
    away: bool = False
    notes: dict[str, dict[int, Note]] = field(default_factory=dict)
    act: Callable[[str, str], None] | None = None
    _listeners: weakref.WeakSet[Any] = field(default_factory=weakref.WeakSet)

    def listen(self, listener: Listener) -> None:
        """Refresh this one whenever something changes, as long as it lives."""
        self._listeners.add(listener)

    def show(
        self,
        *,
        on: bool | None = None,
        help: bool | None = None,
        away: bool | None = None,
        notes: tuple[Note, ...] = (),
    ) -> None:
        """Change what is shown; what is not given stays. ``away``: the room does not answer just now."""
        before = (self.on, self.help, self.away)
        self.away = self.away if away is None else away
        self.on = self.on if on is None else on
        self.help = self.help if help is None else help
        new = [note for note in notes if self.notes.get(note.question, {}).get(note.number) != note]
        for note in new:
            self.notes.setdefault(note.question, {})[note.number] = note
        if new or before != (self.on, self.help, self.away):
            self.refresh()

    def refresh(self) -> None:
        """Tell everything on the screen."""
        for listener in list(self._listeners):
            with contextlib.suppress(Exception):
                listener.refresh_room()

    def of(self, question: str) -> list[Note]:
        """What was released for this question, in the order of release."""
        return [note for _number, note in sorted(self.notes.get(question, {}).items())]


ROOM = Room()
_observers: list[Callable[[Event], None]] = []
_looked = -_LOOK_EVERY


def observe(observer: Callable[[Event], None]) -> None:
    """From now on, call this at every event."""
    if observer not in _observers:
        _observers.append(observer)


def forget(observer: Callable[[Event], None]) -> None:
    """Do not call this any more."""
    if observer in _observers:
        _observers.remove(observer)


def happened(kind: str, question: str, right: bool | None = None) -> None:
    """Tell the observers, if there are any. Raises nothing."""
    wake()
    for observer in list(_observers):
        with contextlib.suppress(Exception):
            observer(Event(kind, question, right))


def wake() -> None:
    """Where the trainee joined a room in another notebook of the same folder, go on here. Raises nothing."""
    global _looked
    if _observers or time.monotonic() - _looked < _LOOK_EVERY:
        return
    _looked = time.monotonic()
    with contextlib.suppress(Exception):
        here = Path.cwd()
        for folder in (here, *here.parents)[:_UPWARDS]:
            if (folder / PRIVATE / MEMBERSHIP).is_file():
                importlib.import_module(WATCHER).resume(folder / PRIVATE)
                return
