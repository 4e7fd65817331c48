"""The application: routes, tokens, limits and problems put together for a server of the ASGI kind.

>>> app = application(storage, now=lambda: datetime.now(UTC), rates=Rates())
>>> uvicorn.run(app)
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp

from hanoikit.desk_service.access import DESK, Access, Caller, Rates
from hanoikit.desk_service.headers import Headers
from hanoikit.desk_service.problems import MEDIA_TYPE, problem_of
from hanoikit.desk_service.routes import Call, Json, Route, all_routes, data_of, read_body
from hanoikit.desk_service.service import Service
from hanoikit.desk_service.storage import Storage
from hanoikit.desk_service.story import Story
from hanoikit.errors import HanoiKitError, ServiceRefused
from hanoikit.i18n import _

_STRICT = "default-src 'none'; frame-ancestors 'none'; style-src 'unsafe-inline'"
_log = logging.getLogger("hanoikit.desk_service")


def application(storage: Storage, *, now: Callable[[], datetime], rates: Rates) -> ASGIApp:
    """The service on this database. ``now`` is the real time (aware)."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        service = await Service.start(storage, now=now)
        story = Story.of(service)
        app.state.service, app.state.story = service, story
        app.state.access = service.access(rates, time.monotonic)
        pulse = asyncio.create_task(_pulse(story))
        try:
            yield
        finally:
            pulse.cancel()
            await asyncio.gather(pulse, return_exceptions=True)
            await service.close()

    routes = [
        StarletteRoute(route.path, _endpoint(route), methods=[route.method], include_in_schema=False)
        for route in all_routes()
    ]
    return Headers(
        Starlette(
            routes=routes,
            lifespan=lifespan,
            exception_handlers={HTTPException: _no_route, Exception: _unexpected},
        ),
        policy=_STRICT,
    )


async def _pulse(story: Story) -> None:
    while True:
        try:
            await story.run()
        except Exception:  # the exercise goes on; the next step tries again
            _log.exception("The story stumbled.")
            await asyncio.sleep(1)


def _endpoint(route: Route) -> Callable[[Request], Awaitable[Any]]:
    async def endpoint(request: Request) -> Any:
        state = request.app.state
        access: Access = state.access
        try:
            caller = _NOBODY
            if route.roles:
                address = request.client.host if request.client is not None else ""
                caller = access.caller(request.headers.get("authorization", ""), address=address)
                access.may(caller, route.roles, sending=route.sending)
                if caller.role == DESK:
                    state.service.hub.last_seen[caller.desk] = state.service.real_now()
            raw = await read_body(request, largest=route.largest) if route.schema is not None else b""
            body = data_of(raw, route) if route.schema is not None and route.checked else None
            return await route.handler(Call(state.service, state.story, access, request, caller, raw, body))
        except HanoiKitError as error:
            return _problem(error)
        except SQLAlchemyError:  # reading failed: writing has its own answer
            _log.exception("The database does not answer.")
            return _problem(_no_answer())
        except ClientDisconnect:
            return Response(status_code=400)

    return endpoint


_NOBODY = Caller("", "", "")


def _problem(error: HanoiKitError) -> Response:
    status, problem = problem_of(error)
    headers = {}
    if status == 429:
        headers["Retry-After"] = error.where or "1"
    elif status == 503:
        headers["Retry-After"] = "2"
    elif status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Json(problem, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def _no_answer() -> ServiceRefused:
    return ServiceRefused(
        _("The database of the exercise does not answer; nothing was sent."),
        code="no-database",
        status=503,
        next_step=_("Tell the facilitator, then try again."),
    )


async def _no_route(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    text = _("There is no such page.") if error.status_code == 404 else _("That cannot be done here.")
    made = _problem(ServiceRefused(text, code="not-found", status=error.status_code))
    for name, value in (error.headers or {}).items():
        made.headers[name] = value
    return made


async def _unexpected(_request: Request, _error: Exception) -> Response:
    text = _("Something went wrong that the service did not expect. It was noted.")
    return _problem(ServiceRefused(text, code="unexpected", status=500))
