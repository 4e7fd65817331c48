"""The JSON Schema of a message (draft 2020-12), for programs that are not ours, and checking against it.

>>> schema()["$id"]
'https://hanoikit.example/network/message.schema.json'
>>> [finding.where for finding in schema_findings(draft.to_json())]
['body.facts', 'body.data', ...]

``assets/network/message.schema.json`` is derived from the table of kinds by ``assets/network/build.py``. It describes a
*complete* message: an element that the Convention asks for may not be empty. ``schema(complete=False)`` is the same
without that, the form of a message as :meth:`Message.from_json` takes it; the two are tested against each other.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from hanoikit import resources
from hanoikit.convention import offences
from hanoikit.errors import DataInvalid, Finding
from hanoikit.i18n import _
from hanoikit.network import form, tables
from hanoikit.network.messages import TYPE
from hanoikit.network.tables import Element

ADDRESS = "https://hanoikit.example/network/message.schema.json"
_EMPTY = r"(?![\s\S])"
_LENGTHS = {"line": form.LINE, "text": form.TEXT, "content": form.CONTENT}


def derived(*, complete: bool = True) -> dict[str, Any]:
    """The schema as the table of kinds says; what ``build.py`` writes."""
    kinds = list(tables.kinds().values())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ADDRESS if complete else ADDRESS.replace("message.", "form."),
        "title": "A message of the 24/7 network (articles 41 to 43)",
        "type": "object",
        "required": ["type", "kind", "body", *(one.name for one in tables.header())],
        "additionalProperties": False,
        "properties": {
            "type": {"const": TYPE},
            "kind": {"enum": [kind.id for kind in kinds]},
            "body": {"type": "object"},
            **{one.name: _property(one, complete=complete, header=True) for one in tables.header()},
        },
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind.id}}, "required": ["kind"]},
                "then": {"properties": {"body": {"$ref": f"#/$defs/{kind.id}"}}},
            }
            for kind in kinds
        ]
        + ([_regarding()] if complete else []),
        "$defs": {
            "data": _object(tables.data_elements(), complete=complete),
            **{kind.id: _object(kind.elements, complete=complete, kind=kind) for kind in kinds},
        },
    }


@cache
def schema(*, complete: bool = True) -> dict[str, Any]:
    """The schema: the file for complete messages, derived on the spot for the mere form."""
    if not complete:
        return derived(complete=False)
    path = resources.assets() / "network" / "message.schema.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataInvalid(
            _("The schema of messages cannot be read."),
            where=str(path),
            next_step=_("Install the kit again; the file is part of it."),
        ) from error
    return found


def schema_findings(value: Any, *, complete: bool = True) -> list[Finding]:
    """Everything in plain data that does not fit the schema, as jsonschema finds it, in reading order."""
    errors = sorted(_validator(complete).iter_errors(value), key=lambda error: [str(p) for p in error.path])
    return [
        Finding("schema", error.message[:200], ".".join(str(part) for part in error.absolute_path))
        for error in errors
    ]


@cache
def _validator(complete: bool) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema(complete=complete))


def _object(
    elements: tuple[Element, ...], *, complete: bool, kind: tables.Kind | None = None
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "object",
        "required": [one.name for one in elements],
        "additionalProperties": False,
        "properties": {one.name: _property(one, complete=complete) for one in elements},
    }
    if kind is not None:
        made = {"title": kind.name, "description": kind.purpose, **made}
        if complete and any(one.name == "scope" for one in elements):
            made["allOf"] = _scope()
    return made


def _property(one: Element, *, complete: bool, header: bool = False) -> dict[str, Any]:
    needed = complete and one.need == "must"
    made: dict[str, Any] = {"title": one.label, "description": f"{one.why} {one.write} ({one.provision})"}
    if one.type in _LENGTHS:
        made |= {"type": "string", "maxLength": _LENGTHS[one.type]}
        made["pattern"] = form.PATTERNS[one.type]
        if needed:
            made |= {"minLength": 1, "allOf": [{"pattern": r"\S"}]}
    elif one.type == "lines":
        line = {"type": "string", "minLength": 1, "maxLength": form.LINE, "pattern": form.PLAIN_LINE}
        made |= {"type": "array", "maxItems": form.ITEMS, "items": line}
        if needed:
            made |= {"minItems": 1, "contains": {"pattern": r"\S"}}
    elif one.type == "data":
        made |= {"type": "array", "maxItems": form.ITEMS, "items": {"$ref": "#/$defs/data"}}
        if needed:
            made["minItems"] = 1
    elif one.type == "flag":
        made |= {"const": True} if needed else {"type": "boolean"}
    elif one.type == "count":
        made |= {"type": "integer", "minimum": 0, "maximum": form.MOST}
    elif one.type in ("choice", "ground"):
        codes = list(one.choices) if one.type == "choice" else list(tables.grounds())
        made["enum"] = codes if needed or header else [*codes, ""]
    else:
        made |= {"type": "string", "pattern": form.PATTERNS[one.type]}
        if one.type == "time":
            made["description"] += " RFC 3339, whole seconds, with offset."
        if needed or (header and one.type == "time"):
            made["minLength"] = 1
    return made


def _scope() -> list[dict[str, Any]]:
    """A Convention offence has its article, a serious crime its maximum of four years or more (35(1), 2(h))."""
    articles = "|".join(str(offence.article) for offence in offences())
    return [
        {
            "if": {"properties": {"scope": {"const": "convention-offence"}}, "required": ["scope"]},
            "then": {
                "properties": {
                    "articles": {"minItems": 1, "items": {"pattern": rf"^\s*({articles})\s*(\(|{_EMPTY})"}}
                }
            },
        },
        {
            "if": {"properties": {"scope": {"const": "serious-crime"}}, "required": ["scope"]},
            "then": {"properties": {"maximum_years": {"minimum": 4}}},
        },
    ]


def _regarding() -> dict[str, Any]:
    """Whatever is no first request names the message that it is about."""
    first = [kind.id for kind in tables.kinds().values() if kind.role == "request"]
    return {
        "if": {"properties": {"kind": {"not": {"enum": first}}}, "required": ["kind"]},
        "then": {"properties": {"regarding": {"minLength": 64}}},
    }
