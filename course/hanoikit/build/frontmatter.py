"""The front matter that every text source needs, as a schema, checked all at once with file and line.

>>> findings = check(source)
>>> [str(finding) for finding in findings]
["m04-evidence-chain.md:9: minutes: 'practice' is missing."]
"""

from __future__ import annotations

from typing import Any

from hanoikit.build.source import Source
from hanoikit.errors import Finding

PASS_MARK = 70
"""Percent that an assignment is passed with, the same for the whole course."""

_TEXT = {"type": "string", "minLength": 1, "pattern": r"\S"}
_NOTES = {"anyOf": [_TEXT, {"type": "array", "minItems": 1, "items": _TEXT}]}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": [
        "kind",
        "module",
        "title",
        "minutes",
        "prerequisites",
        "objectives",
        "provisions",
        "instructor_notes",
    ],
    "properties": {
        "kind": {"enum": ["lesson", "assignment"]},
        "module": {"anyOf": [{"type": "string", "pattern": r"^m\d\d$"}, {"type": "integer", "minimum": 1}]},
        "title": _TEXT,
        "minutes": {
            "type": "object",
            "required": ["teaching", "practice"],
            "additionalProperties": False,
            "properties": {
                "teaching": {"type": "integer", "minimum": 0},
                "practice": {"type": "integer", "minimum": 1},
            },
        },
        "prerequisites": {"type": "array", "items": _TEXT},
        "objectives": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["id", "text"],
                "additionalProperties": False,
                "properties": {"id": {"type": "string", "pattern": r"^m\d\d-o\d+$"}, "text": _TEXT},
            },
        },
        "provisions": {"type": "array", "minItems": 1, "items": {"anyOf": [_TEXT, {"type": "integer"}]}},
        "instructor_notes": _NOTES,
        "pass_mark": {"const": PASS_MARK},
    },
    "if": {"properties": {"kind": {"const": "assignment"}}},
    "then": {"required": ["pass_mark"]},
}

PAGE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["kind", "title"],
    "additionalProperties": False,
    "properties": {"kind": {"const": "page"}, "title": _TEXT},
}
"""A page of the trainee's folder that belongs to no module: it teaches no objective and has no marks."""


def check(source: Source) -> list[Finding]:
    """Everything in the front matter that does not fit the schema, in reading order."""
    from jsonschema import Draft202012Validator

    found: list[tuple[int, Finding]] = []

    def add(line: int, code: str, message: str) -> None:
        found.append((line, Finding(code, message, source.place(line))))

    for error in Draft202012Validator(PAGE_SCHEMA if source.kind == "page" else SCHEMA).iter_errors(
        dict(source.front)
    ):
        path = tuple(error.absolute_path)
        label = ".".join(str(part) for part in path) or "front matter"
        add(source.line_of(path), "front-matter", f"{label}: {_sentence(error)}")
    module = module_of(source)
    if module and not source.name.startswith(module):
        add(
            source.line_of(("module",)),
            "module-name",
            f"the file of module {module} has to be named {module}-... .",
        )
    seen: set[str] = set()
    for number, objective in enumerate(objectives(source)):
        line = source.line_of(("objectives", number))
        if objective["id"] in seen:
            add(line, "objective-twice", f"objective {objective['id']} is there twice.")
        seen.add(objective["id"])
        if module and not objective["id"].startswith(f"{module}-"):
            add(line, "objective-module", f"objective {objective['id']} does not belong to module {module}.")
    return [finding for _line, finding in sorted(found, key=lambda pair: pair[0])]


def _sentence(error: Any) -> str:
    """The validator's message in the words of an author."""
    if error.validator == "required":
        missing = next((name for name in error.validator_value if name not in error.instance), "?")
        for name in error.validator_value:
            if f"'{name}'" in error.message:
                missing = name
        return f"'{missing}' is missing."
    if error.validator == "const":
        return f"has to be {error.validator_value}."
    if error.validator == "enum":
        return "has to be one of " + ", ".join(map(str, error.validator_value)) + "."
    if error.validator == "additionalProperties":
        return f"{error.message}."
    if error.validator in {"minItems", "minLength"}:
        return "may not be empty."
    if error.validator == "type":
        return f"has to be of the type '{error.validator_value}'."
    return f"{error.instance!r} is not what is expected here."


def module_of(source: Source) -> str:
    """``"m04"``, whether the author wrote ``m04`` or ``4``."""
    module = source.front.get("module")
    if isinstance(module, int) and not isinstance(module, bool):
        return f"m{module:02d}"
    return module if isinstance(module, str) else ""


def objectives(source: Source) -> list[dict[str, str]]:
    """The well-formed objectives of the front matter, each with ``id`` and ``text``."""
    found = source.front.get("objectives")
    if not isinstance(found, list):
        return []
    return [
        {"id": item["id"], "text": str(item.get("text", ""))}
        for item in found
        if isinstance(item, dict) and isinstance(item.get("id"), str)
    ]
