"""The JSON Schema of a request (draft 2020-12), for programs that are not ours, and checking against it.

>>> schema()["$id"]
'https://hanoikit.example/cooperation/request.schema.json'

``assets/cooperation/request.schema.json`` is derived from the table of kinds by ``assets/cooperation/build.py``. It is
the form of a request as :func:`hanoikit.cooperation.from_json` takes it, and both take the same data; whether something
is missing is what :func:`hanoikit.cooperation.validate` says.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hanoikit.cooperation import codec, tables
from hanoikit.cooperation.requests import REQUESTS, TYPE
from hanoikit.errors import Finding
from hanoikit.network.form import ITEMS, LINE
from hanoikit.network.tables import Element

ADDRESS = "https://hanoikit.example/cooperation/request.schema.json"
_PARTS = ("data", "measure", "person", "offence", "period", "reasoned")


def derived() -> dict[str, Any]:
    """The schema as the table says; what ``build.py`` writes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ADDRESS,
        "title": "A request between central authorities (articles 37, 39, 40 and 48)",
        "type": "object",
        "properties": {"type": {"const": TYPE}, "kind": {"enum": list(REQUESTS)}},
        "allOf": [
            {
                "if": _is_kind(name),
                "then": {"$ref": f"#/$defs/{name}"},
            }
            for name in REQUESTS
        ],
        "$defs": {
            **{name: _object(tables.part(name)) for name in _PARTS},
            **{
                name: {
                    "title": kind.name,
                    "description": kind.purpose,
                    **_object((*tables.header(), *kind.elements), extra={"type": True, "kind": True}),
                }
                for name, kind in tables.kinds().items()
            },
        },
    }


@cache
def schema() -> dict[str, Any]:
    """The schema in the file."""
    found: dict[str, Any] = tables.load("request.schema")
    return found


def schema_findings(value: Any) -> list[Finding]:
    """Everything in plain data that does not fit the schema, as jsonschema finds it, in reading order."""
    found = sorted(_validator().iter_errors(value), key=lambda error: [str(part) for part in error.path])
    return [
        Finding("schema", error.message[:200], ".".join(str(part) for part in error.absolute_path))
        for error in found
    ]


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema())


def _is_kind(name: str) -> dict[str, Any]:
    is_named = {"properties": {"kind": {"const": name}}, "required": ["kind"]}
    # Legal assistance is meant where no kind is named.
    return {"anyOf": [is_named, {"not": {"required": ["kind"]}}]} if name == "assistance" else is_named


def _object(elements: tuple[Element, ...], *, extra: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {**(extra or {}), **{one.name: _property(one) for one in elements}},
    }


def _property(one: Element) -> dict[str, Any]:
    made: dict[str, Any] = {"title": one.label, "description": f"{one.why} {one.write} ({one.provision})"}
    if one.type in codec.LISTS:
        items: dict[str, Any] = {"$ref": f"#/$defs/{codec.LISTS[one.type]}"}
        return {**made, "type": "array", "maxItems": ITEMS, "items": items}
    if one.type in codec.OBJECTS:
        return {**made, "$ref": f"#/$defs/{one.type}"}
    if one.type in codec.WORDS:
        line = {"type": "string", "minLength": 1, "maxLength": LINE, "pattern": codec.PATTERNS["line"]}
        if one.type == "assurances":
            line = {"enum": list(tables.assurances())}
        elif one.type == "states":
            line["pattern"] = codec.PATTERNS["state"]
        return {**made, "type": "array", "maxItems": ITEMS, "items": line}
    if one.type == "flag":
        return {**made, "type": "boolean"}
    if one.type == "years":
        return {**made, "type": "integer", "minimum": 0, "maximum": codec.MOST_YEARS}
    if one.type in ("choice", "measure"):
        codes = one.choices if one.type == "choice" else tuple(tables.measures())
        return {**made, "enum": [*codes, ""]}
    if one.type == "time":
        made["description"] += " RFC 3339, whole seconds, with offset."
    return {
        **made,
        "type": "string",
        "maxLength": codec.LENGTHS.get(one.type, 40),
        "pattern": codec.PATTERNS[one.type],
    }
