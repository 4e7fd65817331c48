"""Checking the Convention's data, for the build and the tests; nothing at run time needs it.

>>> validate_data()
[]

Two layers: the JSON schema ``assets/convention/schema.json`` says what each file may contain; the rules below
say what a schema cannot: that references exist and stand in order, that marks name known sources, that
counterparts lie inside the other treaty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hanoikit.convention import reference
from hanoikit.convention.library import load
from hanoikit.errors import Finding

FILES = ("framework", "articles", "terms", "offences", "powers", "refusals", "points")

_MARK = re.compile(r"V-AR|[VC]-(?P<source>S\d+)b?|P|M-[hml]")
_PARENT = re.compile(r"(Budapest|UNTOC|UNCAC) (\d+)(\(\d+\))?")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")


def validate_data() -> list[Finding]:
    """Every fault in ``assets/convention/``; an empty list means that the data are sound."""
    data = {name: load(name) for name in FILES}
    faults = list(_schema_faults(data))
    return faults or [*_article_faults(data), *_reference_faults(data)]


def _schema_faults(data: dict[str, Any]) -> Iterator[Finding]:
    import jsonschema

    schema = load("schema")
    for name, content in data.items():
        validator = jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{name}"})
        for error in validator.iter_errors(content):
            place = "/".join(str(step) for step in error.absolute_path)
            yield Finding("schema", error.message[:300], where=f"{name}.json: {place}")


def _article_faults(data: dict[str, Any]) -> Iterator[Finding]:
    framework, entries = data["framework"], data["articles"]
    sources = {source["id"] for source in framework["sources"]}
    last = {treaty["id"]: treaty["articles"] for treaty in framework["treaties"]}
    by_short = {treaty["short"]: treaty["articles"] for treaty in framework["treaties"]}
    numbers = [entry["number"] for entry in entries]
    if numbers != list(range(1, reference.LAST_ARTICLE + 1)):
        yield Finding("articles", "The articles are not 1 to 68 in order.", where="articles.json")
    spans = [n for c in framework["chapters"] for n in range(c["first"], c["last"] + 1)]
    if spans != numbers:
        yield Finding("chapters", "The chapters do not hold every article once.", where="framework.json")
    for entry in entries:
        where = f"article {entry['number']}"
        chapter = framework["chapters"][entry["chapter"] - 1]
        if not chapter["first"] <= entry["number"] <= chapter["last"]:
            yield Finding("chapter", "The article lies outside its chapter.", where=where)
        yield from _order_faults(entry)
        if entry["division"] in ("single", "unknown") and entry["provisions"]:
            yield Finding("division", "An undivided article has paragraphs.", where=where)
        if entry["division"] in ("complete", "partial") and not entry["provisions"]:
            yield Finding("division", "A divided article has no paragraphs.", where=where)
        for treaty, articles in entry["counterparts"].items():
            for article in articles:
                if not 1 <= reference.parts(article)[0] <= last[treaty]:
                    yield Finding("counterpart", f"{treaty} has no article {article}.", where=where)
        for holder in (entry, *entry["provisions"]):
            for mark in (*holder.get("marks", ()), *holder.get("title_marks", ())):
                match = _MARK.fullmatch(mark)
                if not match or (match["source"] and match["source"] not in sources):
                    yield Finding("mark", f"Unknown mark or source {mark}.", where=holder.get("ref", where))
            for older in holder.get("parents", ()):
                match = _PARENT.fullmatch(older)
                if not match or int(match[2]) > by_short[match[1]]:
                    yield Finding("parent", f"{older} is no provision.", where=holder.get("ref", where))


def _order_faults(entry: dict[str, Any]) -> Iterator[Finding]:
    """Every provision stands under its parent, after its elder sibling, and only once."""
    seen: set[str] = {str(entry["number"])}
    partial = entry["division"] == "partial"
    position: dict[str, int] = {}
    for item in entry["provisions"]:
        ref = item["ref"]
        above = reference.parent(ref)
        if reference.parse(ref) != ref or above not in seen or ref in seen:
            yield Finding("reference", "Misspelt, repeated, or without the provision above it.", where=ref)
            continue
        seen.add(ref)
        name = reference.parts(ref)[1][-1]
        first = position.get(above, 0) == 0
        value = _value(name, first=first, elder=position.get(above, 0))
        if not (value > position.get(above, 0) if partial else value == position.get(above, 0) + 1):
            yield Finding("order", f"{ref} does not follow the provision before it.", where=ref)
        position[above] = value


def _value(name: str, *, first: bool, elder: int) -> int:
    """The place of ``3``, ``c`` or ``iii`` among its siblings; ``i`` is a letter only after ``h``."""
    if name.isdigit():
        return int(name)
    if name in _ROMAN and (first or _ROMAN.index(name) == elder) and not (len(name) == 1 and elder == 8):
        return _ROMAN.index(name) + 1
    return ord(name) - ord("a") + 1


def _reference_faults(data: dict[str, Any]) -> Iterator[Finding]:
    """Every reference that another file makes exists among the articles."""
    known = {p["ref"] for entry in data["articles"] for p in entry["provisions"]}
    known |= {str(entry["number"]) for entry in data["articles"]}
    sources = {source["id"] for source in data["framework"]["sources"]}
    for name in ("terms", "offences", "powers", "refusals", "points"):
        for where, ref in _references(data[name], name):
            if ref not in known:
                yield Finding("reference", f"{ref} does not exist.", where=where)
    for point in data["points"]["contested"]:
        for source in point["sources"]:
            if source not in sources:
                yield Finding("source", f"Unknown source {source}.", where=point["name"])


def _references(node: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("ref", "article"):
                yield where, str(value)
            elif key == "provisions":
                yield from ((where, str(ref)) for ref in value)
            else:
                yield from _references(value, f"{where}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _references(value, f"{where}/{number}")
