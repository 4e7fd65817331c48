"""HTTP: one table of routes, from which both the application and its description are made.

>>> [route.path for route in all_routes() if route.roles == ("desk",)][:2]
['/api/inbox', '/api/inbox/events']

A handler gets the request, with its body read, checked against the route's schema and limited in size, and whoever
calls. What it raises becomes a problem (RFC 9457). ``open`` routes need no token: the pages and what describes the
service; they tell nothing of the exercise.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from hanoikit.desk_service.access import Access, Caller
from hanoikit.desk_service.facts import LARGEST_BODY
from hanoikit.desk_service.service import Service
from hanoikit.desk_service.story import Story
from hanoikit.errors import Finding, ServiceRefused, UsageError
from hanoikit.i18n import _
from hanoikit.network import strict

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler works with. ``raw`` are the bytes of the body, ``body`` its plain data where it was checked."""

    service: Service
    story: Story
    access: Access
    request: Request
    caller: Caller
    raw: bytes = b""
    body: Any = None

    def number(self, name: str, *, default: int, most: int) -> int:
        """A whole number of the query. Raises ``UsageError`` for anything else."""
        text = self.request.query_params.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) <= 12 and int(text) <= most):
            raise UsageError(_("“{name}” must be a whole number.").format(name=name), where=text[:20])
        return int(text)


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in the query, the path or a header."""

    name: str
    place: str
    schema: Schema
    about: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. ``answers`` are the statuses besides those of every operation, each with what it says."""

    method: str
    path: str
    roles: tuple[str, ...]
    handler: Handler
    about: str
    sending: bool = False
    largest: int = LARGEST_BODY
    schema: Schema | None = None
    checked: bool = True
    parameters: tuple[Parameter, ...] = ()
    answers: Mapping[int, str] = field(default_factory=lambda: {200: "Done."})
    media: str = "application/json"


class Json(Response):
    """Plain data as JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


async def read_body(request: Request, *, largest: int = LARGEST_BODY) -> bytes:
    """The body, as long as it is not too large. Raises ``ServiceRefused`` (413) as soon as that is known."""
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > largest:
        raise _too_large(largest)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > largest:
            raise _too_large(largest)
        parts.append(part)
    return b"".join(parts)


def data_of(raw: bytes, route: Route) -> Any:
    """The plain data of a body, checked against the route's schema.

    Raises ``MessageUnreadable`` for what is no strict JSON, ``UsageError`` with every finding for another form.
    """
    value = strict.load(raw, limit=route.largest)
    findings = [
        Finding("schema", error.message[:200], ".".join(str(part) for part in error.absolute_path))
        for error in _validator(route).iter_errors(value)
    ]
    if findings:
        raise UsageError(_("The request has another form."), findings=findings[:50])
    return value


@cache
def all_routes() -> tuple[Route, ...]:
    """Every operation of the service."""
    from hanoikit.desk_service import desk_routes, page_routes, room_routes

    return (*page_routes.routes(), *desk_routes.routes(), *room_routes.routes())


_validators: dict[tuple[str, str], Any] = {}


def _validator(route: Route) -> Any:
    from jsonschema import Draft202012Validator

    name = (route.method, route.path)
    if name not in _validators:
        _validators[name] = Draft202012Validator(dict(route.schema or {}))
    return _validators[name]


def _too_large(largest: int) -> ServiceRefused:
    return ServiceRefused(
        _("The request is larger than {limit} bytes.").format(limit=largest),
        code="too-large",
        status=413,
        next_step=_("Long material travels as an evidence package, not as a message."),
    )


def text(most: int, *, least: int = 0) -> Schema:
    """A text in a schema. PostgreSQL keeps no U+0000."""
    return {"type": "string", "minLength": least, "maxLength": most, "pattern": "^[^\\x00]*$"}


def members(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object in a schema that has these members and no other."""
    return {
        "type": "object",
        "required": list(required),
        "additionalProperties": False,
        "properties": {**required, **(optional or {})},
    }
