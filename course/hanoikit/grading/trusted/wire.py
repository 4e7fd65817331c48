"""Messages between the parent and its isolated children: one JSON value a frame, nothing else, ever.

>>> parent.send({"do": "call", "name": "area", "arguments": ["tuple", [["int", 3]]], "seconds": 2.0})
>>> parent.receive(seconds=3.0)
{"returned": ["int", 9]}

A frame is four bytes of length (big-endian) and that many bytes of JSON in UTF-8. The reader decides how long
it waits and how much it takes; whoever breaks a rule is cut off. No pickle crosses here.
"""

from __future__ import annotations

import json
import math
import select
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

MAXIMUM_FRAME = 16 * 2**20
"""Bytes of one message; a frame that claims more is refused before it is read."""
_LENGTH = struct.Struct(">I")
_ONE_READ = 1 << 14
_MOST_READ = 1 << 20
_NOW = socket.MSG_DONTWAIT


class WireError(Exception):
    """Base of what can end a conversation."""


class Gone(WireError):
    """The other side is dead or has closed the channel."""


class Late(WireError):
    """The other side did not answer in time."""


class Refused(WireError):
    """The other side sent what is not a message: too long, not JSON, not an object."""


class Channel:
    """One end of a conversation over a stream socket."""

    def __init__(self, end: socket.socket, *, maximum: int = MAXIMUM_FRAME) -> None:
        self.socket = end
        self.maximum = maximum
        self._held = b""
        end.settimeout(None)
        # The socket's own timeouts cost a system call at each change; asked when there is something to wait for.
        self._readable = select.poll()
        self._readable.register(end, select.POLLIN)

    def send(self, message: Any, *, seconds: float | None = None, descriptors: Sequence[int] = ()) -> None:
        """Send one message; raises :class:`Late` when the other side does not take it."""
        data = _ENCODE(message).encode()
        self.send_bytes(_LENGTH.pack(len(data)) + data, seconds=seconds, descriptors=descriptors)

    def send_bytes(
        self, data: bytes, *, seconds: float | None = None, descriptors: Sequence[int] = ()
    ) -> None:
        """Send raw bytes that a message has announced."""
        try:
            if descriptors:
                sent = socket.send_fds(self.socket, [data], list(descriptors))
                data = data[sent:]
            if seconds is None:
                self.socket.sendall(data)
            else:
                self._send_in_time(data, time.monotonic() + seconds)
        except OSError as error:
            raise Gone from error

    def _send_in_time(self, data: bytes, deadline: float) -> None:
        left = memoryview(data)
        while left:
            try:
                left = left[self.socket.send(left, _NOW) :]
            except BlockingIOError:
                writable = select.poll()
                writable.register(self.socket, select.POLLOUT)
                if not writable.poll(_milliseconds(deadline)):
                    raise Late from None

    def receive(self, *, seconds: float | None = None) -> dict[str, Any]:
        """The next message; raises :class:`Gone`, :class:`Late` or :class:`Refused`."""
        message, _descriptors = self.receive_with_descriptors(seconds=seconds, most=0)
        return message

    def receive_with_descriptors(
        self, *, seconds: float | None = None, most: int = 1
    ) -> tuple[dict[str, Any], list[int]]:
        """The next message and the file descriptors that came with it."""
        deadline = None if seconds is None else time.monotonic() + seconds
        descriptors: list[int] = []
        if most:
            head = self._with_descriptors(deadline, descriptors)
        else:
            head = self._exactly(_LENGTH.size, deadline)
        (length,) = _LENGTH.unpack(head)
        if length > self.maximum:
            raise Refused("a message is too long")
        try:
            # Descriptors come with the first bytes of a message: nothing of the next may be read before its time.
            data = self._exactly(length, deadline, ahead=not most)
        except Late:
            self._held = head + self._held
            raise
        try:
            message = _DECODE(data.decode())
        except (ValueError, RecursionError) as error:
            raise Refused("a message is not JSON") from error
        if type(message) is not dict:
            raise Refused("a message is not an object")
        return message, descriptors

    def receive_bytes(self, length: int, *, seconds: float | None = None) -> bytes:
        """Raw bytes that a message has announced."""
        return self._exactly(length, None if seconds is None else time.monotonic() + seconds)

    def speaks(self, *, seconds: float) -> bool:
        """Whether something comes within this time: a message, or the end of the conversation."""
        return bool(self._held) or bool(self._readable.poll(_milliseconds(time.monotonic() + seconds)))

    def close(self) -> None:
        """End the conversation."""
        self.socket.close()

    def _exactly(self, length: int, deadline: float | None, *, ahead: bool = True) -> bytes:
        """So many bytes; what comes with them is held for the next time, which saves a call for each frame."""
        if len(self._held) >= length:
            data, self._held = self._held[:length], self._held[length:]
            return data
        parts = [self._held]
        missing = length - len(self._held)
        self._held = b""
        try:
            while missing > 0:
                part = self._receive(max(missing, _ONE_READ) if ahead else missing, deadline)
                parts.append(part)
                missing -= len(part)
        except Late:
            # Whoever waits again begins where this left off.
            self._held = b"".join(parts)
            raise
        data = b"".join(parts)
        self._held = data[length:]
        return data[:length] if self._held else data

    def _receive(self, most: int, deadline: float | None) -> bytes:
        try:
            # What has come in time counts, even if this side was too busy to look.
            if deadline is not None and not self._readable.poll(_milliseconds(deadline)):
                raise Late
            part = self.socket.recv(min(most, _MOST_READ))
        except OSError as error:
            raise Gone from error
        if not part:
            raise Gone
        return part

    def _with_descriptors(self, deadline: float | None, descriptors: list[int]) -> bytes:
        """The head of a frame, read alone: descriptors come with the very bytes that they were sent with."""
        head = b""
        while len(head) < _LENGTH.size:
            try:
                if deadline is not None and not self._readable.poll(_milliseconds(deadline)):
                    raise Late
                part, found, _flags, _address = socket.recv_fds(self.socket, _LENGTH.size - len(head), 4)
            except OSError as error:
                raise Gone from error
            descriptors += found
            if not part:
                raise Gone
            head += part
        return head


def _milliseconds(deadline: float) -> int:
    """From now to the deadline, as ``poll`` wants it."""
    return max(0, math.ceil((deadline - time.monotonic()) * 1000))


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


# ``json.dumps`` and ``json.loads`` make a new one of these at each call that has settings.
_ENCODE = json.JSONEncoder(separators=(",", ":")).encode
_DECODE = json.JSONDecoder(parse_constant=_no_constant).decode
