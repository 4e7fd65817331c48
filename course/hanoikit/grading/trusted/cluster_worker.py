"""The side of a cluster's worker: one hand-in's bytes in, JSON text out. See ``cluster``.

>>> mark_text(settings, source, head, blob)
'{"papers": {"ps1": {"marked": ...'

Each thread of a worker keeps one engine with its two zygotes, not one for each hand-in.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from hanoikit.errors import GradingError, HanoiKitError
from hanoikit.grading.trusted.cluster_text import (
    Settings,
    answer_text,
    error_text,
    read_sources,
    read_task,
)
from hanoikit.grading.trusted.engine import TrustedEngine
from hanoikit.grading.trusted.executor import mark_all
from hanoikit.grading.trusted.kit import contents_of_kit
from hanoikit.grading.trusted.notebook_source import NotebookSource
from hanoikit.grading.trusted.outer import Outer, WithoutIsolation, check
from hanoikit.i18n import _

_MOST_SOURCES = 4
_own = threading.local()
_seats: list[_Seat] = []
_lock = threading.Lock()


class _Seat:
    """What one thread of the worker keeps."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.settings = ""
        self.engine: TrustedEngine | None = None
        self.sources: OrderedDict[str, dict[str, NotebookSource]] = OrderedDict()

    def ready(self, settings: str) -> TrustedEngine:
        """The engine for these settings."""
        if self.engine is None or self.settings != settings:
            self.clear()
            self.engine, self.settings = _engine(settings), settings
        return self.engine

    def read(self, text: str) -> dict[str, NotebookSource]:
        """The author's notebooks, read once."""
        found = self.sources.get(text)
        if found is None:
            found = self.sources[text] = read_sources(text)
            if len(self.sources) > _MOST_SOURCES:
                self.sources.popitem(last=False)
        return found

    def clear(self) -> None:
        """End the engine."""
        if self.engine is not None:
            self.engine.close()
            self.engine = None
        self.sources.clear()


def same(text: str) -> str:
    """The author's notebooks, as a task that any worker can do again."""
    return text


def mark_text(settings: str, source: str, head: str, blob: bytes) -> str:
    """Mark one hand-in; the answer is JSON text that fits ``cluster_text.SCHEMA``. Raises nothing."""
    seat = _seat()
    with seat.lock:
        try:
            engine = seat.ready(settings)
        except HanoiKitError as error:
            return error_text(error, everywhere=True)
        try:
            student, parcel = read_task(head, blob)
            return answer_text(mark_all(engine, student, parcel, seat.read(source)))
        except HanoiKitError as error:
            return error_text(error, everywhere=False)
        except Exception as error:
            text = f"{type(error).__name__}: {error}"[:300]
            failure = GradingError(
                _("The marking stopped with {error}.").format(error=text), next_step=_("Look at it by hand.")
            )
            return error_text(failure, everywhere=False)


def try_out(settings: str) -> str:
    """Why this worker cannot mark; nothing when it can."""
    try:
        engine = _engine(settings)
        check(engine.wall)
    except HanoiKitError as error:
        return str(error)
    return ""


def forget() -> None:
    """End the engines that are not at work."""
    with _lock:
        for seat in _seats:
            if seat.lock.acquire(blocking=False):
                try:
                    seat.clear()
                finally:
                    seat.lock.release()


def _seat() -> _Seat:
    found = getattr(_own, "seat", None)
    if found is None:
        found = _own.seat = _Seat()
        with _lock:
            _seats.append(found)
    return found


def _engine(text: str) -> TrustedEngine:
    settings = Settings.read(text)
    if settings.kit != contents_of_kit():
        raise GradingError(
            _("The worker has another version of the kit."),
            next_step=_("Install the same version everywhere."),
        )
    wall = Outer.found() if settings.isolated else WithoutIsolation()
    return TrustedEngine(limits=settings.limits, wall=wall, tests_inside=settings.tests_inside)
