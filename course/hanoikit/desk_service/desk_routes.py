"""What a desk may ask for and do: its events, its case files, sending, notes, a certificate of its own."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

from starlette.responses import Response

from hanoikit.desk_service.access import DESK, FACILITATOR, OBSERVER
from hanoikit.desk_service.drafts import check_draft
from hanoikit.desk_service.facts import LARGEST_FILES
from hanoikit.desk_service.routes import Call, Json, Parameter, Route, Schema, members, text
from hanoikit.desk_service.showing import desk_view, form_of_kinds
from hanoikit.desk_service.stream import EventStream
from hanoikit.errors import ServiceRefused, UsageError
from hanoikit.i18n import _
from hanoikit.network import documents
from hanoikit.network.case import NOTES

_ALL = (DESK, OBSERVER, FACILITATOR)
_MOST = 500
_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}

DRAFT: Schema = {
    "type": "object",
    "required": ["kind", "to"],
    "properties": {
        "kind": text(40),
        "to": text(16),
        "reference": text(64),
        "language": text(3),
        "urgency": text(16),
        "regarding": text(64),
        "body": {"type": "object"},
    },
    "additionalProperties": False,
}
AFTER = Parameter(
    "after",
    "query",
    {"type": "integer", "minimum": 0, "maximum": 10**9},
    "The number of the last event that you have.",
)
LIMIT = Parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": _MOST}, "How many at most.")
LAST = Parameter("Last-Event-ID", "header", {"type": "string"}, "The number of the last event that you have.")
KEY = Parameter(
    "Idempotency-Key",
    "header",
    {"type": "string", "minLength": 8, "maxLength": 128, "pattern": "^[A-Za-z0-9._:-]+$"},
    "Your own name for this act. The same name with the same draft is done once.",
    required=True,
)
_RECEIPT = {
    200: "It had been taken before; the first receipt.",
    201: "Taken, and on the disk.",
    403: "In another desk's name.",
    409: "The same id or key for something else, or not the next step.",
    422: "Not accepted; the findings say why.",
    503: "Not written; nothing was sent.",
}


async def me(call: Call) -> Any:
    service, caller = call.service, call.caller
    return Json(
        {
            "role": caller.role,
            "desk": caller.desk,
            "title": service.title,
            "exercise": service.exercise,
            "clock": service.clock_json(),
            "last": service.writer.place(caller.desk) if caller.desk else service.writer.head.index,
        }
    )


async def clock(call: Call) -> Any:
    return Json(call.service.clock_json())


async def register(call: Call) -> Any:
    return Json(call.service.directory.to_json())


async def inbox(call: Call) -> Any:
    after = call.number("after", default=0, most=10**9)
    limit = call.number("limit", default=100, most=_MOST)
    desk = call.caller.desk
    page = await asyncio.to_thread(call.service.storage.page, desk, after, max(1, limit))
    events = b",".join(data for _seq, data in page)
    answer = b'{"events":[' + events + b'],"last":%d}' % call.service.writer.place(desk)
    return Response(answer, media_type="application/json")


async def inbox_events(call: Call) -> Any:
    service, desk = call.service, call.caller.desk
    given = call.request.headers.get("last-event-id", "")
    after = int(given) if given.isascii() and given.isdigit() and len(given) < 12 else None
    if after is None:
        after = call.number("after", default=0, most=10**9)

    def hello() -> bytes:
        return json.dumps({"clock": service.clock_json(), "last": service.writer.place(desk)}).encode()

    return EventStream(
        service.hub,
        desk,
        after=after,
        page=lambda start, limit: service.storage.page(desk, start, limit),
        hello=hello,
        release=call.access.stream(call.caller),
    )


async def view(call: Call) -> Any:
    service = call.service
    desk = await service.desk(call.caller.desk)
    shown = desk_view(desk, now=service.now(), directory=service.directory)
    spoken = await asyncio.to_thread(_spoken, call)
    about = {
        "clock": service.clock_json(),
        "own_files": call.story.takes_files(call.caller.desk),
        "papers": call.story.papers_json(desk),
        "stage": call.story.stage,
        "title": service.title,
    }
    return Json({**shown, **about, **spoken})


def _spoken(call: Call) -> dict[str, Any]:
    """What was said to the desk, and what was refused at its door."""
    found: dict[str, list[Any]] = {"announced": [], "rejected": []}
    for data in call.service.storage.of_kinds(call.caller.desk, ("announced", "rejected"), 200):
        event = json.loads(data)
        found[event["event"]].append(event)
    return found


async def papers(call: Call) -> Any:
    """Files of a team's own, read as papers that it may send. Nothing is kept and nothing is sent."""
    if not call.story.takes_files(call.caller.desk):
        raise ServiceRefused(
            _("This desk takes no papers of its own in this exercise."),
            code="no-papers",
            status=409,
            next_step=_("Use a prepared paper, or write the message in the form."),
        )
    try:
        given = {one["name"]: base64.b64decode(one["base64"], validate=True) for one in call.body["files"]}
    except ValueError as error:
        raise UsageError(_("The files cannot be read ({detail}).").format(detail=error)) from None
    found = await asyncio.to_thread(documents.papers_in, given)
    if not found:
        raise UsageError(
            _("No paper that can be sent was found in: {names}.").format(names=", ".join(given)[:200]),
            next_step=_(
                "Choose the three files of one disclosure together, request.json, or answers.jsonl of module 6, 8 or 9."
            ),
        )
    return Json({"papers": [dict(one) for one in found]})


async def kinds(call: Call) -> Any:
    return Json(form_of_kinds())


async def send(call: Call) -> Any:
    written = await call.service.carry(call.raw, sender=call.caller.desk)
    return _receipt(written)


async def check(call: Call) -> Any:
    desk = await call.service.desk(call.caller.desk)
    return Json(check_draft(desk, call.body, now=call.service.now()))


async def send_draft(call: Call) -> Any:
    key = call.request.headers.get("idempotency-key", "")
    if not (8 <= len(key) <= 128 and key.isascii() and set(key) <= _KEY_LETTERS):
        raise UsageError(_("The header Idempotency-Key is missing or has another form."), where=key[:40])
    written = await call.service.send_draft(
        call.caller, call.body["draft"], key=key, insist=call.body.get("insist", False)
    )
    return _receipt(written)


async def note(call: Call) -> Any:
    body = call.body
    written = await call.service.note(
        call.caller.desk, case=body["case"], what=body["what"], text=body.get("text", "")
    )
    return Json({"number": written.number, "seq": written.seq}, status_code=201)


async def certify(call: Call) -> Any:
    made = await call.service.certify(
        call.caller.desk, public_key=call.body["public_key"], proof=call.body["proof"]
    )
    return Json({"certificate": made}, status_code=201)


def routes() -> tuple[Route, ...]:
    mine = (DESK,)
    return (
        Route("GET", "/api/me", _ALL, me, "Who you are here, the exercise, its clock."),
        Route("GET", "/api/clock", _ALL, clock, "The time of the story."),
        Route(
            "GET", "/api/register", _ALL, register, "The register of desks with their certificates (41(2))."
        ),
        Route("GET", "/api/kinds", _ALL, kinds, "The kinds of message and their elements, to build a form."),
        Route(
            "GET",
            "/api/inbox",
            mine,
            inbox,
            "Everything that happened at your desk, in order: received, sent, noted, announced, rejected.",
            parameters=(AFTER, LIMIT),
        ),
        Route(
            "GET",
            "/api/inbox/events",
            mine,
            inbox_events,
            "The same as server-sent events: what you missed, then what comes.",
            parameters=(LAST, AFTER),
            media="text/event-stream",
        ),
        Route(
            "GET", "/api/desk", mine, view, "Your desk: cases, clocks, what waits and what you may do next."
        ),
        Route(
            "POST",
            "/api/messages",
            mine,
            send,
            "Send a message that your desk signed itself.",
            sending=True,
            schema={"$ref": "#/components/schemas/envelope"},
            checked=False,
            answers=_RECEIPT,
        ),
        Route(
            "POST",
            "/api/drafts/check",
            mine,
            check,
            "What a draft lacks, and what the other desk may not do.",
            schema=DRAFT,
            answers={200: "The findings."},
        ),
        Route(
            "POST",
            "/api/drafts",
            mine,
            send_draft,
            "Send what a person wrote; the service signs with the key that it holds for the desk.",
            sending=True,
            schema=members({"draft": DRAFT}, {"insist": {"type": "boolean"}}),
            parameters=(KEY,),
            answers=_RECEIPT,
        ),
        Route(
            "POST",
            "/api/papers",
            mine,
            papers,
            "Read files of your own, made in an earlier module, as papers that you may send.",
            schema=members(
                {
                    "files": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 12,
                        "items": members(
                            {
                                "name": text(200, least=1),
                                "base64": {"type": "string", "maxLength": LARGEST_FILES},
                            }
                        ),
                    }
                }
            ),
            answers={200: "The papers.", 409: "This desk takes none.", 413: "Too large."},
            largest=LARGEST_FILES,
        ),
        Route(
            "POST",
            "/api/notes",
            mine,
            note,
            "Write into a case file: read, order, renewed, passed-on, remark, decision.",
            sending=True,
            schema=members({"case": text(40, least=1), "what": {"enum": list(NOTES)}}, {"text": text(4000)}),
            answers={201: "Written.", 409: "The law does not give it."},
        ),
        Route(
            "POST",
            "/api/certificates",
            mine,
            certify,
            "Have a key certified that your desk made itself and keeps.",
            sending=True,
            schema=members(
                {
                    "public_key": _ID,
                    "proof": {"type": "string", "pattern": "^[0-9a-f]{128}$"},
                }
            ),
            answers={201: "Certified, and in the register."},
        ),
    )


_KEY_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-")


def _receipt(written: Any) -> Json:
    answer = {"id": written.message, "number": written.number, "seq": written.seq, "at": written.at}
    answer["again"] = written.duplicate
    return Json(answer, status_code=200 if written.duplicate else 201)
