"""Stems that stay warm from one marking engine to the next, in the process of the tests.

>>> with kept():
...     first, second = TrustedEngine(), TrustedEngine()     # the second takes over the stems that the first let go

A stem has loaded what every assignment needs and does nothing but fork; to start one takes most of a second of
processor time, and the tests make some hundred engines. An engine already keeps its stems from one assignment to the
next (``TrustedEngine.forget``), so what is shared here is what it shares. A stem is taken over only behind the very
same wall, alive, and by one engine at a time. A test of the stems themselves asks for :func:`cold`.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from hanoikit.grading.trusted.stem import Stem

_MOST = 3
"""Idle stems of one kind that are kept."""
_PARTS = ("_process", "_control", "_log")
_lock = threading.Lock()
_idle: dict[tuple[str, ...], list[dict[str, Any]]] = {}
_start, _close = Stem.start, Stem.close


def _kind(stem: Stem) -> tuple[str, ...]:
    """The role and the whole wall: what is shown, hidden and set in there."""
    return (stem.role, *stem.wall.command([], hidden=stem._hidden()))


def _take(stem: Stem) -> None:
    if stem._process is None or stem._process.poll() is not None:
        kind = _kind(stem)
        _close(stem)
        with _lock:
            found = _idle.get(kind, [])
            while found and stem._process is None:
                parts = found.pop()
                stem.__dict__.update(parts)
                if not _lives(stem):
                    _close(stem)
        stem.__dict__["_kind"] = kind
    _start(stem)


def _put_back(stem: Stem) -> None:
    kind = stem.__dict__.get("_kind")
    if kind is not None and _lives(stem):
        with _lock:
            found = _idle.setdefault(kind, [])
            if len(found) < _MOST:
                found.append({name: getattr(stem, name) for name in _PARTS})
                stem.__dict__.update(dict.fromkeys(_PARTS))
                return
    _close(stem)


def _lives(stem: Stem) -> bool:
    # A stem never says anything: when there is something to read, it is the end.
    return (
        stem._process is not None
        and stem._process.poll() is None
        and stem._control is not None
        and not stem._control.speaks(seconds=0)
    )


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """From here on engines take over stems that others let go; in the end all are closed."""
    Stem.start, Stem.close = _take, _put_back  # type: ignore[method-assign]
    try:
        yield
    finally:
        Stem.start, Stem.close = _start, _close  # type: ignore[method-assign]
        end_idle()


@contextlib.contextmanager
def cold() -> Iterator[None]:
    """Here every engine starts stems of its own and ends them."""
    before = Stem.start, Stem.close
    Stem.start, Stem.close = _start, _close  # type: ignore[method-assign]
    try:
        yield
    finally:
        Stem.start, Stem.close = before  # type: ignore[method-assign]


def end_idle() -> None:
    """End those that wait."""
    with _lock:
        waiting = [parts for found in _idle.values() for parts in found]
        _idle.clear()
    for parts in waiting:
        stem = Stem.__new__(Stem)
        stem.__dict__.update(parts)
        _close(stem)
