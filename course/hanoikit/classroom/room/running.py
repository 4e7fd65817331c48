"""Running the room on this machine.

>>> with listen("0.0.0.0", 8025) as sock:
...     serve(room, sock=sock, ready=lambda: None)

Nothing here needs the internet. No log of requests is written.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable

from hanoikit.classroom.room.app import Rates, application
from hanoikit.classroom.room.service import Room
from hanoikit.desk_service.running import listen, qr_code, quiet_end

__all__ = ["instructor_link", "join_link", "listen", "qr_code", "serve"]


def serve(
    room: Room,
    *,
    sock: socket.socket,
    ready: Callable[[], None] = lambda: None,
    rates: Rates | None = None,
    prepare: bool = True,
) -> None:
    """Run until the process is asked to end. ``ready`` is called when the room answers."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                ready()

    config = uvicorn.Config(
        application(room, rates=rates, prepare=prepare),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=3,
        limit_concurrency=600,
        backlog=512,
        loop="asyncio",
        ws="none",
        lifespan="on",
    )
    logging.getLogger("uvicorn.error").addFilter(quiet_end)
    Server(config).run(sockets=[sock])


def join_link(address: str, code: str) -> str:
    """The page that says how to join; the code stands after "#", which browsers do not send."""
    return f"{address}/#{code}"


def instructor_link(address: str, token: str) -> str:
    """The instructor's page with its token, also after "#"."""
    return f"{address}/instructor#{token}"
