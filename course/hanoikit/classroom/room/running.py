"""Running the room on this machine: two doors to one room.

>>> with listen("0.0.0.0", 8025) as sock, page_socket(8026) as page:
...     serve(room, sock=sock, page=page, ready=lambda: None)

| door | for | how |
|---|---|---|
| the network | notebooks that join | TLS with the room's certificate, which they compare |
| this machine (127.0.0.1) | the instructor's page | plain HTTP that no network carries: no browser warns |

Nothing here needs the internet. No log of requests is written.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from hanoikit.classroom.room.app import Rates, application, instructors
from hanoikit.classroom.room.service import Room
from hanoikit.desk_service.running import listen, qr_code, server
from hanoikit.errors import ServiceUnreachable

if TYPE_CHECKING:
    import uvicorn

__all__ = ["instructor_link", "listen", "page_socket", "qr_code", "serve"]

_TICK = 0.1


def page_socket(port: int) -> socket.socket:
    """A listening socket for the instructor's page, on this machine only; another port when this one is taken."""
    try:
        return listen("127.0.0.1", port)
    except ServiceUnreachable:
        return listen("127.0.0.1", 0)


def serve(
    room: Room,
    *,
    sock: socket.socket,
    page: socket.socket,
    ready: Callable[[], None] = lambda: None,
    rates: Rates | None = None,
    prepare: bool = True,
) -> None:
    """Run until the process is asked to end. ``ready`` is called when the room answers."""
    doors = servers(room, ready=ready, rates=rates, prepare=prepare)
    with contextlib.suppress(KeyboardInterrupt):  # that is how a room is ended
        asyncio.run(run_both(doors, sock, page))


def servers(
    room: Room,
    *,
    ready: Callable[[], None] = lambda: None,
    rates: Rates | None = None,
    prepare: bool = True,
) -> tuple[uvicorn.Server, uvicorn.Server]:
    """The two doors: that of the notebooks, that of the instructor's page."""
    files = room.keys.files
    notebooks = server(
        application(room, rates=rates),
        ready=ready,
        readers=600,
        idle=15,
        tls=(files.certificate, files.key),
        signals=False,
    )
    own = instructors(room, rates=rates, prepare=prepare)
    return notebooks, server(own, readers=60, idle=15, signals=False)


async def run_both(
    doors: tuple[uvicorn.Server, uvicorn.Server], sock: socket.socket, page: socket.socket
) -> None:
    """Both until the first is asked to end, or the process."""
    import uvicorn

    first, second = doors

    async def end_together() -> None:
        while not first.should_exit:
            await asyncio.sleep(_TICK)
        second.should_exit = True

    with uvicorn.Server.capture_signals(first):
        await asyncio.gather(first.serve([sock]), second.serve([page]), end_together())


def instructor_link(port: int, token: str) -> str:
    """The instructor's page with its token after "#", which browsers do not send."""
    return f"http://127.0.0.1:{port}/instructor#{token}"
