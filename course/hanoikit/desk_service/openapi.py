"""The description of the service (OpenAPI 3.1), made from the table of routes.

>>> description()["paths"]["/api/messages"]["post"]["responses"]["409"]["description"]
'The same id or key for something else, or not the next step.'
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from hanoikit import __version__
from hanoikit.desk_service.problems import MEDIA_TYPE
from hanoikit.desk_service.routes import Route, all_routes
from hanoikit.network.envelope import TYPE
from hanoikit.network.schema import derived

_ALWAYS = {
    400: "The request cannot be read, or has another form.",
    401: "No access token, or an unknown one.",
    403: "Not for this role.",
    413: "Too large.",
    429: "Too often; Retry-After says how many seconds to wait.",
}


@cache
def description() -> dict[str, Any]:
    """The whole description as plain data."""
    paths: dict[str, Any] = {}
    for route in all_routes():
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hanoi Kit desk service",
            "version": __version__,
            "description": "Carries signed messages between the desks of an exercise. A 201 means: on the disk.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {**_message_schemas(), "envelope": _envelope(), "problem": _problem()},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    made: dict[str, Any] = {
        "summary": route.about,
        "operationId": f"{route.method.lower()}_{route.path.strip('/').replace('/', '_') or 'start'}".replace(
            "{", ""
        ).replace("}", ""),
        "parameters": [
            {
                "name": one.name,
                "in": one.place,
                "required": one.required,
                "description": one.about,
                "schema": dict(one.schema),
            }
            for one in route.parameters
        ],
        "responses": {
            **{
                str(status): {"description": about, "content": {MEDIA_TYPE: {"schema": _ref("problem")}}}
                for status, about in {**_common(route), **route.answers}.items()
                if status >= 400
            },
            **{
                str(status): {"description": about, "content": {route.media: {}}}
                for status, about in route.answers.items()
                if status < 400
            },
        },
    }
    if not route.roles:
        made["security"] = []
    else:
        made["x-roles"] = list(route.roles)
    if route.schema is not None:
        made["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": dict(route.schema)}},
        }
    return made


def _common(route: Route) -> dict[int, str]:
    if not route.roles:
        return {404: "There is no such page."} if "{" in route.path else {}
    found = dict(_ALWAYS)
    if "{" in route.path:
        found[404] = "There is none for you."
    if route.sending:
        found |= {409: "Not now.", 422: "Not accepted.", 503: "Not written."}
    return found


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _message_schemas() -> dict[str, Any]:
    """The form of messages; its references lead into the components of this description.

    The kit writes the end of a text as ``(?![\\s\\S])``, which Python and ECMA 262 read alike. Here it is ``$``: a
    pattern of OpenAPI is read as ECMA 262 alone, and many tools know no lookahead.
    """
    text = json.dumps(derived(complete=False)).replace('"#/$defs/', '"#/components/schemas/')
    whole = json.loads(text.replace(r"(?![\\s\\S])", "$"))
    inside: dict[str, Any] = whole.pop("$defs")
    whole.pop("$id")
    whole.pop("$schema")
    # One form for each kind, instead of the schema's conditions: tools that make examples know no "if".
    whole.pop("allOf", None)
    kinds = whole["properties"]["kind"]["enum"]
    forms = [
        {**whole, "properties": {**whole["properties"], "kind": {"const": kind}, "body": _ref(kind)}}
        for kind in kinds
    ]
    return {**inside, "message": {"title": whole["title"], "oneOf": forms}}


def _envelope() -> dict[str, Any]:
    return {
        "title": "A signed message",
        "description": "Ed25519 over the canonical JSON (RFC 8785) of message, signer and type.",
        "type": "object",
        "required": ["message", "signature", "signer", "type"],
        "additionalProperties": False,
        "properties": {
            "message": _ref("message"),
            "signature": {"type": "string", "pattern": "^[0-9a-f]{128}$"},
            "signer": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "type": {"const": TYPE},
        },
    }


def _problem() -> dict[str, Any]:
    return {
        "title": "Problem details (RFC 9457) with findings",
        "type": "object",
        "required": ["type", "title", "status", "detail", "findings"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "next_step": {"type": "string"},
            "findings": {"type": "array", "items": {"type": "object"}},
        },
    }
