"""Server-sent events: everything after a number, in order, then what comes; a reader that does not read is let go.

>>> return EventStream(hub, "XA", after=17, page=storage_page, hello=b'{"clock":...}')

Frames are ``id: <number>``, ``event: <kind>``, ``data: <JSON on one line>`` (the HTML standard, 9.2). A client that
comes back names the last number in ``Last-Event-ID`` and misses nothing. Frames without ``id`` (``hello``, ``clock``,
``presence``) describe the moment. A comment every fifteen seconds shows both sides that the other is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.types import Receive, Scope, Send

from hanoikit.desk_service.hub import Hub, Listener

QUIET = 15.0
PATIENCE = 20.0
PAGE = 100

Page = Callable[[int, int], list[tuple[int, bytes]]]
"""``page(after, limit)``: numbered JSON from the database."""


class EventStream:
    """The response. ``name`` is the event name of the frames, ``patience`` how many seconds one may wait."""

    def __init__(
        self,
        hub: Hub,
        channel: str,
        *,
        after: int,
        page: Page,
        hello: Callable[[], bytes],
        name: str = "desk",
        patience: float = PATIENCE,
        release: Callable[[], None] = lambda: None,
    ) -> None:
        self._hub, self._channel, self._after = hub, channel, after
        self._page, self._hello, self._name = page, hello, name.encode()
        self._patience, self._release = patience, release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [
                        (b"content-type", b"text/event-stream; charset=utf-8"),
                        (b"cache-control", b"no-store"),
                        (b"x-accel-buffering", b"no"),
                    ],
                }
            )
            talking = asyncio.ensure_future(self._talk(send))
            gone = asyncio.ensure_future(_gone(receive))
            try:
                await asyncio.wait({talking, gone}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                gone.cancel()
                talking.cancel()
                await asyncio.gather(talking, gone, return_exceptions=True)
        finally:
            self._release()

    async def _talk(self, send: Send) -> None:
        with self._hub.listen(self._channel) as listener:
            try:
                await self._say(send, b"event: hello\ndata: " + self._hello() + b"\n\n")
                while not self._hub.closing:
                    await self._news(send, listener)
                await asyncio.wait_for(send({"type": "http.response.body", "body": b""}), self._patience)
            except TimeoutError:
                return  # the reader does not read: it comes back with Last-Event-ID and gets the rest then

    async def _news(self, send: Send, listener: Listener) -> None:
        frames = self._hub.since(self._channel, self._after)
        if frames is None:
            frames = await asyncio.to_thread(self._page, self._after, PAGE)
            if not frames and not listener.shouts:
                await self._rest(send, listener)
                return
        while listener.shouts:
            await self._say(send, listener.shouts.popleft())
        if frames:
            text = b"".join(
                b"id: %d\nevent: %s\ndata: %s\n\n" % (number, self._name, data) for number, data in frames
            )
            await self._say(send, text)
            self._after = frames[-1][0]
        else:
            await self._rest(send, listener)

    async def _rest(self, send: Send, listener: Listener) -> None:
        if not await listener.wait(QUIET):
            await self._say(send, b": still here\n\n")

    async def _say(self, send: Send, data: bytes) -> None:
        await asyncio.wait_for(
            send({"type": "http.response.body", "body": data, "more_body": True}), self._patience
        )


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
