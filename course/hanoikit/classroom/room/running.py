"""Running the room on this machine.

>>> with listen("0.0.0.0", 8025) as sock:
...     serve(room, sock=sock, ready=lambda: None)

Nothing here needs the internet. No log of requests is written.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

from hanoikit.classroom.room.app import Rates, application
from hanoikit.classroom.room.service import Room
from hanoikit.desk_service.running import listen, qr_code, run

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
    run(application(room, rates=rates, prepare=prepare), sock=sock, ready=ready, readers=600, idle=15)


def join_link(address: str, code: str) -> str:
    """The page that says how to join; the code stands after "#", which browsers do not send."""
    return f"{address}/#{code}"


def instructor_link(address: str, token: str) -> str:
    """The instructor's page with its token, also after "#"."""
    return f"{address}/instructor#{token}"
