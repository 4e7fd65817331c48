"""What the room's roles may ask for and do: an observer reads everything, a facilitator runs the exercise."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from hanoikit.desk_service import storage as tables
from hanoikit.desk_service.access import DESK, FACILITATOR, OBSERVER
from hanoikit.desk_service.desk_routes import AFTER, LAST, LIMIT
from hanoikit.desk_service.routes import Call, Json, Parameter, Route, Schema, members, text
from hanoikit.desk_service.service import FASTEST, LONGEST_TEXT, MARKS, SLOWEST
from hanoikit.desk_service.showing import desks_json, message_json
from hanoikit.desk_service.stream import EventStream
from hanoikit.errors import ServiceRefused, UsageError
from hanoikit.i18n import _
from hanoikit.network import tables as network_tables
from hanoikit.network.envelope import Envelope
from hanoikit.network.messages import Document

_ROOM = (OBSERVER, FACILITATOR)
_RUN = (FACILITATOR,)
_CLOCKS_SHOWN = 40
_FARTHEST = timedelta(days=366)
_ID = Parameter(
    "id", "path", {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "The id of a message.", required=True
)


async def overview(call: Call) -> Any:
    service = call.service
    counts = await asyncio.to_thread(service.counts)
    now = service.now()
    desks = []
    for entry in desks_json(service.directory):
        name = entry["desk"]
        counted = counts.get(name, {})
        seen = service.hub.last_seen.get(name)
        seated = name in service.seats
        shown = {
            **entry,
            "seated": seated,
            "connected": service.hub.listening(name),
            "last_seen": seen.isoformat() if seen is not None else "",
            "received": counted.get("received", 0),
            "sent": counted.get("sent", 0),
            "unread": max(0, counted.get("received", 0) - counted.get("opened", 0)),
            "clocks": 0,
            "late": 0,
        }
        if seated and len(service.seats) <= _CLOCKS_SHOWN and counted:
            clocks = (await service.desk(name)).clocks(now)
            shown["clocks"] = sum(1 for one in clocks if one.ends is not None)
            shown["late"] = sum(1 for one in clocks if one.standing.value == "late")
        desks.append(shown)
    head = service.writer.head
    return Json(
        {
            "title": service.title,
            "clock": service.clock_json(),
            "desks": desks,
            "injects": call.story.injects_json(),
            "parts": call.story.parts_json(),
            "stage": call.story.stage,
            "titles": await _titles(call),
            **_place(call),
            "marks": await asyncio.to_thread(_marks, call),
            "head": {"index": head.index, "hash": head.hash},
        }
    )


async def _titles(call: Call) -> dict[str, str]:
    """The titles of the documents that travelled, by the ids of their messages."""
    found = {}
    for name in call.service.seats[:_CLOCKS_SHOWN]:
        for case in (await call.service.desk(name)).cases.values():
            for entry in case.entries:
                if isinstance(entry.message.body, Document):
                    found[entry.message.id] = entry.message.body.title
    return found


def _place(call: Call) -> dict[str, str]:
    """Whose clock the room shows: that of the desk to which most of the story comes, as on its page."""
    desks = [one.to for one in call.story.injects() if one.to in call.service.directory]
    if not desks:
        return {"place": "UTC", "zone": "UTC"}
    entry = call.service.directory[max(desks, key=desks.count)]
    return {"place": network_tables.rules(entry.state).name, "zone": entry.zone}


def _marks(call: Call) -> list[dict[str, Any]]:
    with call.service.storage.engine.connect() as reader:
        rows = reader.execute(select(tables.marks).order_by(tables.marks.c.number)).mappings()
        return [dict(row) for row in rows]


async def log(call: Call) -> Any:
    after = call.number("after", default=0, most=10**9)
    limit = call.number("limit", default=100, most=500)
    lines = await asyncio.to_thread(call.service.storage.lines, after, max(1, limit))
    answer = b'{"lines":[' + b",".join(line for _number, line in lines) + b"]}"
    return Response(answer, media_type="application/json")


async def log_events(call: Call) -> Any:
    service = call.service
    given = call.request.headers.get("last-event-id", "")
    after = int(given) if given.isascii() and given.isdigit() and len(given) < 12 else None
    if after is None:
        after = call.number("after", default=0, most=10**9)

    def hello() -> bytes:
        return json.dumps({"clock": service.clock_json(), "last": service.writer.head.index}).encode()

    return EventStream(
        service.hub,
        "",
        after=after,
        page=service.storage.lines,
        hello=hello,
        name="line",
        release=call.access.stream(call.caller),
    )


async def message(call: Call) -> Any:
    """A desk reads its own messages, the room reads all of them."""
    id = call.request.path_params["id"]
    known = len(id) == 64 and set(id) <= set("0123456789abcdef")
    data = await asyncio.to_thread(call.service.storage.envelope, id) if known else None
    found = Envelope.read(data) if data is not None else None
    caller = call.caller
    if found is None or (
        caller.role == DESK and caller.desk not in (found.message.sender, found.message.recipient)
    ):
        raise ServiceRefused(_("There is no such message for you."), code="not-found", status=404)
    return Json({**message_json(found.message), "signer": found.signer, "signature": found.signature.hex()})


async def set_clock(call: Call) -> Any:
    service, body = call.service, call.body
    if body["act"] == "next":
        await call.story.go_on(by=call.caller.name)
        await call.story.step(standing=True)
        return Json(service.clock_json())
    clock, real = service.clock, service.real_now()
    act = body["act"]
    if act == "pause":
        clock = clock.paused(real=real)
    elif act == "resume":
        clock = clock.resumed(real=real)
    elif act == "speed":
        if "speed" not in body:
            raise UsageError(_("Say how fast: speed is missing."))
        clock = clock.at_speed(float(body["speed"]) / 10, real=real)
    else:
        try:
            story = datetime.fromisoformat(body["story"]).astimezone(UTC)
            if datetime.fromisoformat(body["story"]).tzinfo is None:
                raise ValueError
        except (KeyError, ValueError, OverflowError):
            raise UsageError(_("Say to which moment, with its offset from UTC: story.")) from None
        if story > clock.now(real) + _FARTHEST:
            raise UsageError(_("The clock is set forward by a year at most."))
        clock = clock.set_to(story, real=real)
    await service.set_clock(clock, event="clock", by=call.caller.name)
    await call.story.step()
    return Json(service.clock_json())


async def announce(call: Call) -> Any:
    desks = call.body.get("to", [])
    unknown = [desk for desk in desks if desk not in call.service.directory]
    if unknown or not call.body["text"].strip():
        raise UsageError(_("Say something, to desks that exist."), where=", ".join(unknown)[:80] or None)
    written = await call.service.announce(call.body["text"], to=desks, by=call.caller.name, settings={})
    return Json({"number": written.number}, status_code=201)


async def mark(call: Call) -> Any:
    body = call.body
    written = await call.service.mark(
        body["message"], mark=body["mark"], note=body.get("note", ""), by=call.caller.name
    )
    return Json({"number": written.number}, status_code=201)


async def inject(call: Call) -> Any:
    await call.story.fire(call.body["id"])
    return Json({"injects": call.story.injects_json()}, status_code=201)


async def export(call: Call) -> Any:
    from hanoikit.desk_service.record import bundle

    data = await asyncio.to_thread(
        bundle, call.service.storage, signer=call.service.identity, at=call.service.real_now()
    )
    name = f"exercise-{call.service.exercise}.zip"
    return Response(
        data, media_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


async def report(call: Call) -> Any:
    from hanoikit.desk_service.report import report_page

    page = await asyncio.to_thread(report_page, call.service.storage, at=call.service.real_now())
    return Response(page, media_type="text/html")


def routes() -> tuple[Route, ...]:
    written = {201: "Written."}
    moment: Schema = {"type": "string", "maxLength": 40}
    return (
        Route(
            "GET", "/api/messages/{id}", (DESK, *_ROOM), message, "One message in full.", parameters=(_ID,)
        ),
        Route("GET", "/api/overview", _ROOM, overview, "The desks, the story's clock, injects and marks."),
        Route("GET", "/api/log", _ROOM, log, "The lines of the service's log.", parameters=(AFTER, LIMIT)),
        Route(
            "GET",
            "/api/log/events",
            _ROOM,
            log_events,
            "The same as server-sent events.",
            parameters=(LAST, AFTER),
            media="text/event-stream",
        ),
        Route(
            "POST",
            "/api/clock",
            _RUN,
            set_clock,
            "Pause, resume, set or hasten the story's clock (speed in tenths); next leaves out the rest of a part.",
            sending=True,
            schema=members(
                {"act": {"enum": ["pause", "resume", "speed", "set", "next"]}},
                {
                    "speed": {
                        "type": "integer",
                        "minimum": int(SLOWEST * 10),
                        "maximum": int(FASTEST * 10),
                    },
                    "story": moment,
                },
            ),
            answers={200: "The clock."},
        ),
        Route(
            "POST",
            "/api/announcements",
            _RUN,
            announce,
            "Say something to all desks, or to some.",
            sending=True,
            schema=members(
                {"text": text(LONGEST_TEXT, least=1)},
                {"to": {"type": "array", "maxItems": 50, "items": text(16)}},
            ),
            answers=written,
        ),
        Route(
            "POST",
            "/api/marks",
            _RUN,
            mark,
            "Mark a message, with a note.",
            sending=True,
            schema=members(
                {"message": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "mark": {"enum": list(MARKS)}},
                {"note": text(LONGEST_TEXT)},
            ),
            answers=written,
        ),
        Route(
            "POST",
            "/api/injects",
            _RUN,
            inject,
            "Let an inject of the scenario happen now.",
            sending=True,
            schema=members({"id": text(80, least=1)}),
            answers=written,
        ),
        Route(
            "GET", "/api/record", _RUN, export, "The signed record of the exercise.", media="application/zip"
        ),
        Route("GET", "/api/report", _ROOM, report, "The record as a page to read.", media="text/html"),
    )
