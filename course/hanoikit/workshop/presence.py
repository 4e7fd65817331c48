"""Which question somebody is at, for how long, and exactly what of that a room is told.

>>> presence = Presence(clock=time.monotonic)
>>> presence.note(Event("here", "m04-q3"), assignment="m04-evidence-chain")
>>> presence.tell()["here"]
{'assignment': 'm04-evidence-chain', 'question': 'm04-q3', 'answered': False, 'seconds': 0, 'wrong': 0, 'idle': 0}

``told`` says the same to the trainee in words. An answer, a mark or a text that somebody wrote never comes here.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable
from typing import Any

from hanoikit.exercise.observing import ANSWERED, CHECKED, CLEARED, Event
from hanoikit.i18n import _

PAUSE = 900.0
"""Seconds without anything happening after which the time at a question stops."""
_MOST_DONE = 300


def told() -> tuple[str, ...]:
    """What the instructor sees of somebody who has joined, one sentence each."""
    return (
        _("the name that you choose below"),
        _("which assignment and which question you are at, and for how long"),
        _("which questions you have answered: yes or no"),
        _("how often a self-check of a lesson did not come out right"),
        _("that you need help, when you say so"),
    )


def never_told() -> tuple[str, ...]:
    """What the instructor does not see here."""
    return (
        _("your answers and your marks"),
        _("what you write, and your files (only when you hand in, and then sealed)"),
    )


class Presence:
    """Where one person is. Safe for two threads; ``clock`` gives seconds that only grow."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._question = ""
        self._assignment = ""
        self._spent: dict[str, float] = {}
        self._wrong: dict[str, int] = {}
        self._done: dict[str, set[str]] = {}
        self._since = clock()
        self._last = clock()
        self._help = ""
        self._help_told = ""
        self._call = 0
        self._done_told: dict[str, frozenset[str]] = {}

    def begin(self, assignment: str, done: Iterable[str]) -> None:
        """What was answered in an assignment before this kernel looked."""
        with self._lock:
            self._done.setdefault(assignment, set()).update(done)

    def knows(self, assignment: str) -> bool:
        """Whether ``begin`` was called for this assignment."""
        with self._lock:
            return assignment in self._done

    def note(self, event: Event, *, assignment: str) -> None:
        """Something happened at a question of this assignment."""
        with self._lock:
            self._stop_clock()
            self._question, self._assignment = event.question, assignment
            done = self._done.setdefault(assignment, set())
            if event.kind == ANSWERED:
                done.add(event.question)
            elif event.kind == CLEARED:
                done.discard(event.question)
            elif event.kind == CHECKED and event.right is not None:
                if event.right:
                    done.add(event.question)
                    self._wrong.pop(event.question, None)
                else:
                    self._wrong[event.question] = self._wrong.get(event.question, 0) + 1

    def want_help(self, question: str | None) -> None:
        """Ask for help at a question (``""``: in general), or take it back (None)."""
        with self._lock:
            self._help = "" if question is None else question or "*"
            if self._help:
                self._call = random.randrange(1, 1 << 30)  # so that a second call is not taken for the first

    @property
    def helping(self) -> bool:
        """Whether help is called."""
        with self._lock:
            return bool(self._help)

    def tell(self) -> dict[str, Any]:
        """Everything that a room is told, as plain data."""
        with self._lock:
            self._stop_clock(event=False)
            here: dict[str, Any] | None = None
            if self._question:
                here = {
                    "assignment": self._assignment,
                    "question": self._question,
                    "answered": self._question in self._done.get(self._assignment, ()),
                    "seconds": int(self._spent.get(self._question, 0)),
                    "wrong": self._wrong.get(self._question, 0),
                    "idle": int(self._clock() - self._last),
                }
            said: dict[str, Any] = {"here": here}
            # Another notebook of the same person may have called; only who called takes it back.
            if self._help or self._help_told:
                said["help"], said["call"] = self._help, self._call
            done = {
                name: sorted(found)[:_MOST_DONE]
                for name, found in self._done.items()
                if self._done_told.get(name) != frozenset(found)
            }
            if done:
                said["done"] = done
            return said

    def arrived(self, said: dict[str, Any]) -> None:
        """The room has this: what is the same next time need not be told again."""
        with self._lock:
            self._help_told = said.get("help", "")
            self._done_told.update({name: frozenset(done) for name, done in said.get("done", {}).items()})

    def again(self) -> None:
        """The room has forgotten everything: tell all of it once more."""
        with self._lock:
            self._done_told.clear()

    def _stop_clock(self, *, event: bool = True) -> None:
        """Book the time since the last look to the question that is open; a long pause ends it."""
        now = self._clock()
        if self._question:
            until = min(now, self._last + PAUSE)
            self._spent[self._question] = self._spent.get(self._question, 0.0) + max(0.0, until - self._since)
        self._since = now
        if event:
            self._last = now
