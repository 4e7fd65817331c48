"""The headers that every answer of a service carries, and a policy for whatever is no page.

>>> app = Headers(Starlette(...), policy="default-src 'none'; frame-ancestors 'none'")

A page brings its own Content-Security-Policy; everything else gets ``policy``, under which a browser loads and shows
nothing. Nothing is kept by a browser unless the answer says so itself.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)


class Headers:
    """An application of the ASGI kind, with these headers on each of its answers."""

    def __init__(self, app: ASGIApp, *, policy: str) -> None:
        self._app = app
        self._otherwise = ((b"content-security-policy", policy.encode()), (b"cache-control", b"no-store"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _value in message["headers"]}
                headers = [*message["headers"], *_ALWAYS]
                headers += [(name, value) for name, value in self._otherwise if name not in given]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)
