"""Running the service on this machine: a socket, a server, join links, QR codes.

>>> with listen("0.0.0.0", 8024) as sock:
...     serve(storage, sock=sock, now=lambda: datetime.now(UTC))

Nothing here needs the internet. The token of a join link stands after ``#``: browsers do not send that part, so it is
in no log of a server or proxy.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit.desk_service.access import FACILITATOR, OBSERVER, Rates
from hanoikit.desk_service.storage import Storage
from hanoikit.errors import ServiceUnreachable
from hanoikit.i18n import _

if TYPE_CHECKING:
    import uvicorn

_UNREAD = 30_000
"""Milliseconds after which the kernel drops a connection whose other side takes no data."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ``ServiceUnreachable`` when the address cannot be had."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        made = socket.socket(family, socket.SOCK_STREAM)
        if hasattr(socket, "SO_REUSEADDR") and not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it: the kernel lets a reader go that does not read, with what is in its buffers.
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD)
        made.bind((host, port))
        made.listen(1024)
    except OSError as error:
        raise ServiceUnreachable(
            _("The service cannot listen at {host}, port {port}: {reason}.").format(
                host=host, port=port, reason=error.strerror or error
            ),
            next_step=_("Name another port with --port, or stop what uses this one."),
        ) from error
    return made


def serve(
    storage: Storage,
    *,
    sock: socket.socket,
    now: Callable[[], datetime],
    rates: Rates | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Run until the process is asked to end. ``ready`` is called when the service answers."""
    from hanoikit.desk_service.app import application

    run(application(storage, now=now, rates=rates or Rates()), sock=sock, ready=ready, readers=2000)


def run(app: Any, *, sock: socket.socket, ready: Callable[[], None], readers: int, idle: int = 30) -> None:
    """An application of the ASGI kind on this socket, until the process is asked to end; see :func:`server`."""
    server(app, ready=ready, readers=readers, idle=idle).run(sockets=[sock])


def server(
    app: Any,
    *,
    ready: Callable[[], None] = lambda: None,
    readers: int,
    idle: int = 30,
    tls: tuple[Path, Path] | None = None,
    signals: bool = True,
) -> uvicorn.Server:
    """A server for an application of the ASGI kind. ``ready`` is called when it answers.

    ``readers`` connections at once; one that says nothing for ``idle`` seconds is closed. No request is logged.
    ``tls``: certificate and key (PEM), for TLS 1.3. Without ``signals`` somebody else hears that the process shall end.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                ready()

        def capture_signals(self) -> Any:
            return super().capture_signals() if signals else contextlib.nullcontext()

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=idle,
        timeout_graceful_shutdown=3,
        limit_concurrency=readers,
        backlog=1024,
        loop="asyncio",
        ws="none",
        lifespan="on",
        ssl_certfile=tls[0] if tls else None,
        ssl_keyfile=tls[1] if tls else None,
    )
    if tls:
        import ssl

        config.load()
        assert config.ssl is not None
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
    logging.getLogger("uvicorn.error").addFilter(_quiet_end)
    return Server(config)


def _quiet_end(record: logging.LogRecord) -> bool:
    """A filter for the server's log: that a reader was let go when the service ended is nothing that went wrong."""
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, asyncio.CancelledError) or str(record.msg).startswith("Cancel "))


def join_links(address: str, tokens: Mapping[str, str]) -> dict[str, str]:
    """A link for each desk, and for the room's roles."""
    return {
        name: f"{address}/{'room' if name in (FACILITATOR, OBSERVER) else 'desk'}#{token}"
        for name, token in tokens.items()
    }


def qr_code(text: str) -> str:
    """A QR code (ISO/IEC 18004) for a terminal, from block characters."""
    import segno

    out = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(out, compact=True, border=2)
    return out.getvalue()
