"""HTTP of the room: tokens, rates, sizes, problems (RFC 9457), the stream of the instructor's page.

>>> application(room)          # for the notebooks, in the network
>>> instructors(room)          # for the instructor's page, on this machine only

| who | may |
|---|---|
| anybody on the network | see that there is a room, try a code |
| a trainee's notebook (token from joining) | tell where it is, hear what was released, hand in, leave |
| the instructor's page (its own token) | see everybody, release, open and close, answer a call for help |

A trainee's token reads nothing about anybody else, and the network has no door to what is the instructor's.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from hanoikit.classroom.room import incoming, pages
from hanoikit.classroom.room.board import Member
from hanoikit.classroom.room.keys import qr_rows
from hanoikit.classroom.room.service import Room
from hanoikit.desk_service.access import Buckets, hash_token
from hanoikit.desk_service.headers import Headers
from hanoikit.desk_service.problems import MEDIA_TYPE, problem_of
from hanoikit.errors import HanoiKitError, ServiceRefused, UsageError
from hanoikit.i18n import _
from hanoikit.workshop.protocol import FORMAT, LARGEST_BUNDLE, LARGEST_TELL

PULSE = 1.0
"""The shortest time in seconds between two states that a page gets."""
QUIET = 10.0
"""After so many seconds without news a page gets the state anyway: times go on."""
_MOST_PAGES = 8
_STRICT = "default-src 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Rates:
    """How often, a second, and how many at once: for a member, for an address with a wrong code or token."""

    tells: float = 2
    tells_at_once: int = 30
    bundles: float = 0.1
    bundles_at_once: int = 12
    wrong: float = 1
    wrong_at_once: int = 90
    joins: float = 2
    joins_at_once: int = 120


class Limits:
    """What each has used of its rate. Thirty trainees may come from one address (a JupyterHub)."""

    def __init__(self, rates: Rates, clock: Callable[[], float]) -> None:
        self._tells = Buckets(rates.tells, rates.tells_at_once, clock)
        self._bundles = Buckets(rates.bundles, rates.bundles_at_once, clock)
        self._wrong = Buckets(rates.wrong, rates.wrong_at_once, clock)
        self._joins = Buckets(rates.joins, rates.joins_at_once, clock)
        self.reading = asyncio.Semaphore(2)

    def take(self, what: str, name: str) -> None:
        """Raises ``ServiceRefused`` (429) when it was too often."""
        wait = {"tell": self._tells, "bundle": self._bundles, "wrong": self._wrong, "join": self._joins}[
            what
        ].take(name)
        if wait:
            seconds = max(1, round(wait + 0.5))
            raise ServiceRefused(
                _("Too many requests in a short time."),
                code="too-often",
                status=429,
                where=str(seconds),
                next_step=_("Wait {seconds} seconds, then go on.").format(seconds=seconds),
            )


def application(
    room: Room, *, rates: Rates | None = None, clock: Callable[[], float] = time.monotonic
) -> ASGIApp:
    """What the notebooks of trainees ask."""
    _tidy(room)
    wanted = (
        ("/api/room", _about, "GET"),
        ("/api/join", _join, "POST"),
        ("/api/tell", _tell, "POST"),
        ("/api/leave", _leave, "POST"),
        ("/api/hand-in", _hand_in, "POST"),
    )
    return _app(room, wanted, (), Limits(rates or Rates(), clock))


def instructors(
    room: Room,
    *,
    rates: Rates | None = None,
    clock: Callable[[], float] = time.monotonic,
    prepare: bool = True,
) -> ASGIApp:
    """The instructor's page and what it asks. ``prepare``: read the texts of all assignments beside, at the start."""
    wanted = (
        ("/api/me", _me, "GET"),
        ("/api/instructor/events", _events, "GET"),
        ("/api/instructor/hint", _hint, "POST"),
        ("/api/instructor/solution", _solution, "POST"),
        ("/api/instructor/assignment", _assignment, "POST"),
        ("/api/instructor/helped", _helped, "POST"),
        ("/api/instructor/remove", _remove, "POST"),
    )
    return _app(room, wanted, pages.routes(), Limits(rates or Rates(), clock), prepare=prepare)


def _app(
    room: Room,
    wanted: Sequence[tuple[str, Callable[[Room, Request], Awaitable[Response]], str]],
    more: Sequence[Route],
    limits: Limits,
    *,
    prepare: bool = False,
) -> ASGIApp:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.limits = limits
        app.state.closing = asyncio.Event()
        preparing = asyncio.create_task(room.prepare()) if prepare else None
        try:
            yield
        finally:
            app.state.closing.set()
            room.changed()
            if preparing is not None:
                preparing.cancel()
                await asyncio.gather(preparing, return_exceptions=True)

    routes = [Route(path, _guarded(room, handler), methods=[method]) for path, handler, method in wanted]
    app = Starlette(
        routes=[*routes, *more],
        lifespan=lifespan,
        exception_handlers={HTTPException: _no_route, Exception: _unexpected},
    )
    return Headers(app, policy=_STRICT)


# anybody


async def _about(room: Room, _request: Request) -> Response:
    return _json({"format": FORMAT, "session": room.session})


async def _join(room: Room, request: Request) -> Response:
    limits: Limits = request.app.state.limits
    limits.take("join", _address(request))
    body = await _body(request)
    try:
        _key, reply = room.join(body)
    except ServiceRefused as error:
        if error.code == "wrong-code":
            limits.take("wrong", _address(request))
        raise
    return _json(reply)


# trainees


async def _tell(room: Room, request: Request) -> Response:
    _key, member = _member(room, request)
    request.app.state.limits.take("tell", str(member.row))
    return _json(room.tell(member, await _body(request)))


async def _leave(room: Room, request: Request) -> Response:
    key, _who = _member(room, request)
    room.leave(key)
    return _json({})


async def _hand_in(room: Room, request: Request) -> Response:
    _key, member = _member(room, request)
    limits: Limits = request.app.state.limits
    limits.take("bundle", str(member.row))
    draft = incoming.folder(room.klass) / f".{secrets.token_hex(8)}.part"
    try:
        await _to_disk(request, draft)
        async with limits.reading:
            reply = await asyncio.to_thread(room.hand_in, draft)
    finally:
        draft.unlink(missing_ok=True)
    room.came_in(reply, member)
    return _json(reply)


async def _to_disk(request: Request, draft: Path) -> None:
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > LARGEST_BUNDLE:
        raise _too_large(LARGEST_BUNDLE)
    size = 0
    with draft.open("xb") as file:
        async for part in request.stream():
            size += len(part)
            if size > LARGEST_BUNDLE:
                raise _too_large(LARGEST_BUNDLE)
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    if stated.isdigit() and int(stated) != size:
        raise UsageError(_("The bundle did not come in whole."), next_step=_("Hand it in again."))


# the instructor


async def _me(room: Room, request: Request) -> Response:
    _instructor(room, request)
    line = str(room.join_lines[0])
    return _json({"title": room.klass.title, "line": line, "qr": qr_rows(line)})


async def _events(room: Room, request: Request) -> Response:
    _instructor(room, request)
    if room.watching >= _MOST_PAGES:
        raise ServiceRefused(
            _("The instructor's page is open too often."),
            code="too-many-pages",
            status=429,
            where="30",
            next_step=_("Close some of its tabs."),
        )
    closing: asyncio.Event = request.app.state.closing

    async def talk() -> AsyncIterator[bytes]:
        news = room.watch()
        number = 0
        try:
            while not closing.is_set():
                news.clear()
                number += 1
                data = json.dumps(room.snapshot(), ensure_ascii=False, separators=(",", ":"))
                yield f"id: {number}\nevent: state\ndata: {data}\n\n".encode("utf-8", "replace")
                await asyncio.sleep(PULSE)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), QUIET)
        finally:
            room.unwatch(news)

    return StreamingResponse(talk(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _hint(room: Room, request: Request) -> Response:
    _instructor(room, request)
    body = await _body(request)
    return _json(await room.hint(_word(body, "question"), _whole(body, "level")))


async def _solution(room: Room, request: Request) -> Response:
    _instructor(room, request)
    body = await _body(request)
    question, assignment = _word(body, "question"), _word(body, "assignment")
    if bool(question) == bool(assignment):
        raise UsageError(_("Name a question or an assignment."))
    return _json(await room.solution(question=question, assignment=assignment))


async def _assignment(room: Room, request: Request) -> Response:
    _instructor(room, request)
    body = await _body(request)
    return _json(room.plan(_word(body, "name"), _word(body, "state")))


async def _helped(room: Room, request: Request) -> Response:
    _instructor(room, request)
    return _json(room.helped(_whole(await _body(request), "row")))


async def _remove(room: Room, request: Request) -> Response:
    _instructor(room, request)
    return _json(room.remove(_whole(await _body(request), "row")))


# what all of them need


def _member(room: Room, request: Request) -> tuple[str, Member]:
    key = hash_token(_token(request))
    member = room.member(key)
    if member is None:
        request.app.state.limits.take("wrong", _address(request))
        raise ServiceRefused(
            _("You are not in this room, or not any more."),
            code="no-member",
            status=401,
            next_step=_("Join again with the code on the instructor's screen."),
        )
    return key, member


def _instructor(room: Room, request: Request) -> None:
    given = _token(request).encode("utf-8", "replace")
    if not hmac.compare_digest(given, room.keys.instructor.encode()):
        request.app.state.limits.take("wrong", _address(request))
        raise ServiceRefused(
            _("This is the instructor's page; the link to it is not the one that you have."),
            code="no-access",
            status=401,
            next_step=_("Open the link that “hanoikit class room” printed."),
        )


def _token(request: Request) -> str:
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else ""


async def _body(request: Request) -> dict[str, Any]:
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > LARGEST_TELL:
        raise _too_large(LARGEST_TELL)
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > LARGEST_TELL:
            raise _too_large(LARGEST_TELL)
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UsageError(_("The request has another form."))
    return found


def _word(body: dict[str, Any], name: str) -> str:
    found = body.get(name, "")
    if not isinstance(found, str) or len(found) > 100:
        raise UsageError(_("The request has another form."), where=name)
    return found


def _whole(body: dict[str, Any], name: str) -> int:
    found = body.get(name)
    if type(found) is not int or not 0 <= found < 1 << 31:
        raise UsageError(_("The request has another form."), where=name)
    return found


def _too_large(limit: int) -> ServiceRefused:
    return ServiceRefused(
        _("The request is larger than {limit} bytes.").format(limit=limit), code="too-large", status=413
    )


def _guarded(
    room: Room, handler: Callable[[Room, Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return await handler(room, request)
        except HanoiKitError as error:
            return _problem(error)
        except ClientDisconnect:
            return Response(status_code=400)
        except OSError as error:
            return _problem(
                ServiceRefused(
                    _("The disk of the instructor's machine refuses: {reason}.").format(
                        reason=error.strerror or type(error).__name__
                    ),
                    code="not-written",
                    status=503,
                    next_step=_("Tell your instructor; your work is safe where it is."),
                )
            )

    return endpoint


def _json(content: Any) -> Response:
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(data, media_type="application/json")


def _problem(error: HanoiKitError) -> Response:
    status, problem = problem_of(error)
    headers = {"Retry-After": error.where or "1"} if status == 429 else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    data = json.dumps(problem, ensure_ascii=False).encode("utf-8", "replace")
    return Response(data, status_code=status, headers=headers, media_type=MEDIA_TYPE)


async def _no_route(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    text = _("There is no such page.") if error.status_code == 404 else _("That cannot be done here.")
    return _problem(ServiceRefused(text, code="not-found", status=error.status_code))


async def _unexpected(_request: Request, _error: Exception) -> Response:
    text = _("Something went wrong that the room did not expect.")
    return _problem(ServiceRefused(text, code="unexpected", status=500))


def _tidy(room: Room) -> None:
    """Away with drafts of bundles whose sending broke off."""
    for draft in incoming.folder(room.klass).glob(".*.part"):
        with contextlib.suppress(OSError):
            draft.unlink()
