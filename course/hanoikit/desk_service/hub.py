"""Who listens: wakes the streams when something was committed, and knows which desks are there.

>>> with hub.listen("XA") as listener:
...     await listener.wait(15)

Nothing is queued for a listener. It knows the number of the last event that it sent, and asks for what came after:
the latest from a short memory here, everything older from the database. However slow a reader is, it costs no memory.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

RECENT = 16
SHOUTS = 8


class Listener:
    """One open stream. ``shouts`` are frames without a number (the clock, who is there); old ones make room for new."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.shouts: deque[bytes] = deque(maxlen=SHOUTS)
        self._wake = asyncio.Event()

    def wake(self) -> None:
        self._wake.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for something new; False when nothing came in time."""
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return False
        self._wake.clear()
        return True


class Hub:
    """The listeners of every channel: a desk's id, or ``""`` for the whole room."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._listeners: dict[str, set[Listener]] = {}
        self._recent: dict[str, deque[tuple[int, bytes]]] = {}
        self.last_seen: dict[str, datetime] = {}
        self.closing = False

    @contextlib.contextmanager
    def listen(self, channel: str) -> Iterator[Listener]:
        listener = Listener(channel)
        self._listeners.setdefault(channel, set()).add(listener)
        self.presence(channel)
        try:
            yield listener
        finally:
            self._listeners[channel].discard(listener)
            self.presence(channel)

    def listening(self, channel: str) -> int:
        """How many streams of a channel are open."""
        return len(self._listeners.get(channel, ()))

    def presence(self, channel: str) -> None:
        """Note that somebody of this desk was there now, and tell the room."""
        if channel:
            self.last_seen[channel] = self._now()
            self.shout(b'event: presence\ndata: {"desk":"%s"}\n\n' % channel.encode(), room_only=True)

    def publish(self, told: Sequence[tuple[str, int, bytes]], lines: Sequence[tuple[int, bytes]]) -> None:
        """Committed events of desks and lines of the log: remember the latest, wake who listens."""
        for desk, seq, data in told:
            self._remember(desk, seq, data)
        for number, line in lines:
            self._remember("", number, line)
        for channel in {"", *(desk for desk, _seq, _data in told)}:
            for listener in self._listeners.get(channel, ()):
                listener.wake()

    def shout(self, frame: bytes, *, room_only: bool = False) -> None:
        """Give every listener (or those of the room) a frame that need not arrive."""
        for channel, listeners in self._listeners.items():
            if room_only and channel:
                continue
            for listener in listeners:
                if frame not in listener.shouts:
                    listener.shouts.append(frame)
                listener.wake()

    def since(self, channel: str, after: int) -> list[tuple[int, bytes]] | None:
        """What came after this number, from memory; None when memory does not reach back so far."""
        recent = self._recent.get(channel)
        if not recent:
            return None
        if after >= recent[-1][0]:
            return []
        if after + 1 < recent[0][0]:
            return None
        return [one for one in recent if one[0] > after]

    def close(self) -> None:
        """End every stream, so that the service can stop."""
        self.closing = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.wake()

    def _remember(self, channel: str, number: int, data: bytes) -> None:
        if channel not in self._recent:
            self._recent[channel] = deque(maxlen=RECENT)
        self._recent[channel].append((number, data))
