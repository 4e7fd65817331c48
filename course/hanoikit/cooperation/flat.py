"""A request as the flat fields of a form, and back: what the exercises and the workshop show and read.

>>> fields = form_fields("assistance", measures=2, zones={"Europe/Helsinki": "Fjordholm"})
>>> fields[0]["id"], fields[-1]["kind"]
('requesting', 'text')
>>> from_form({"facts": "On 30 March ...", "measures.1.what": "stored-data"}, fixed={"requesting": "XA"}).measures[0].id
'm1'

The id of a field is the path of the element, with lines that count from 1: ``measures.1.data.2.identifier``. Lines that
are wholly empty are left out, and measures are numbered m1, m2 and so on. A moment may be text (RFC 3339) or what a
moment's control gives (``{"at": ...}``). A line list (articles, attachments) is one text with a line for each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from hanoikit.cooperation import codec, tables
from hanoikit.cooperation.requests import Request, from_json, to_json
from hanoikit.cooperation.state_rules import laws
from hanoikit.errors import Finding, RequestUnreadable
from hanoikit.i18n import _
from hanoikit.network.form import ITEMS
from hanoikit.network.tables import Element

Values = Mapping[str, Any]
_KINDS = {
    "text": "text",
    "lines": "text",
    "states": "text",
    "time": "moment",
    "date": "date",
    "years": "number",
}
_PATH = re.compile(r"[a-z_]+(?:\.[1-9][0-9]?\.[a-z_]+|\.[a-z_]+)*")


def form_fields(
    kind: str = "assistance",
    *,
    measures: int = 2,
    data: int = 2,
    persons: int = 2,
    zones: Mapping[str, str] | None = None,
    leave_out: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """The form of a kind of request: a list of fields for ``ask.request`` and for the workshop's panel.

    ``measures``, ``data`` (in each measure) and ``persons`` say how many lines there are; ``zones`` are the time zones
    to choose from; ``leave_out`` are paths, or beginnings of paths, of what the exercise gives or does not ask.
    """
    counts = {"measures": measures, "data": data, "persons": persons}
    found = _fields(
        (*tables.header(), *tables.kind(kind).elements), "", "", counts, dict(zones or {"UTC": "UTC"})
    )
    return [one for one in found if not _left_out(one["id"], leave_out)]


def from_form(
    values: Any,
    *,
    kind: str = "assistance",
    fixed: Values | None = None,
    set_aside: list[Finding] | None = None,
) -> Any:
    """The request that a form holds. ``fixed`` are values (by path) that the form does not ask.

    Raises ``RequestUnreadable`` with every finding. With a list for ``set_aside`` what is wrong is left out instead and
    its findings are put there.
    """
    if not isinstance(values, Mapping):
        raise _unreadable("wrong-type", _("It must be an object with named members."), "")
    tree: dict[str, Any] = {"kind": kind}
    for path, value in {**values, **(fixed or {})}.items():
        if not isinstance(path, str) or len(path) > 80 or not _PATH.fullmatch(path):
            raise _unreadable("unknown-member", _("No request has this member."), ascii(path)[:40])
        _put(tree, path, value)
    return from_json(_shaped(tree, (*tables.header(), *tables.kind(kind).elements)), set_aside=set_aside)


def to_form(request: Request) -> dict[str, Any]:
    """The values of a form that hold this request; what is empty is left out."""
    found: dict[str, Any] = {}
    _flatten(to_json(request), (*tables.header(), *tables.kind(request.kind).elements), "", found)
    return found


def field_of(element: str) -> str:
    """The field that a remark's element stands for: ``measures[1].what`` is ``measures.1.what``."""
    return re.sub(r"\[(\d+)\]", r".\1", element)


def _left_out(path: str, names: Sequence[str]) -> bool:
    bare = re.sub(r"\.\d+", "", path)
    return any(one == name or one.startswith(f"{name}.") for name in names for one in (path, bare))


def _fields(
    elements: Sequence[Element], where: str, group: str, counts: Mapping[str, int], zones: dict[str, str]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for element in elements:
        path, label = f"{where}{element.name}", _(element.label)
        if element.type == "name":
            continue
        if element.type in codec.LISTS:
            part = tables.part(codec.LISTS[element.type])
            for number in range(1, counts[element.name] + 1):
                heading = _("{label} {number}").format(label=label, number=number)
                inside = f"{group} · {heading}" if group else heading
                found += _fields(part, f"{path}.{number}.", inside, counts, zones)
        elif element.type in codec.OBJECTS:
            found += _fields(tables.part(element.type), f"{path}.", label, counts, zones)
        else:
            field = {
                "id": path,
                "label": label,
                "kind": _KINDS.get(element.type, "line"),
                "group": group,
                "hint": _(element.write),
                "required": element.need == "must" and not group,
            }
            options = _options(element, zones)
            if options:
                field["options"] = options
                if element.type != "time":
                    field["kind"] = "choices" if element.type == "assurances" else "choice"
            found.append(field)
    return found


def _options(element: Element, zones: dict[str, str]) -> dict[str, str]:
    if element.type == "time":
        return zones
    if element.type == "flag":
        return {"no": _("no"), "yes": _("yes")}
    if element.type == "measure":
        return {one.id: _(one.name) for one in tables.measures().values()}
    if element.type == "assurances":
        return {one.id: _(one.text) for one in tables.assurances().values()}
    if element.type == "instrument":
        return {one["id"]: _(one["name"]) for one in tables.load("instruments")["instruments"]}
    if element.type in ("state", "state-or-none"):
        return {code: _(one.name) for code, one in laws().items()}
    return {one: one for one in element.choices}


def _put(tree: dict[str, Any], path: str, value: Any) -> None:
    *steps, last = path.split(".")
    here = tree
    for step in steps:
        inside = here.setdefault(step, {})
        if not isinstance(inside, dict):
            raise _unreadable("unknown-member", _("No request has this member."), path)
        here = inside
    here[last] = value


def _shaped(tree: Mapping[str, Any], elements: Sequence[Element]) -> dict[str, Any]:
    """A tree of numbered lines as plain data, values in the types of the table."""
    known = {one.name: one for one in elements}
    made: dict[str, Any] = {}
    for name, value in tree.items():
        element = known.get(name)
        if element is None:
            made[name] = value
        elif element.type in codec.LISTS:
            part = tables.part(codec.LISTS[element.type])
            lines = value if isinstance(value, dict) else {}
            if not isinstance(value, dict) or not all(key.isdigit() for key in lines):
                raise _unreadable("wrong-type", _("Lines are numbered 1, 2 and so on."), name)
            order = sorted(lines, key=int)
            shaped = [(key, _shaped(lines[key], part)) for key in order if isinstance(lines[key], dict)]
            made[name] = [
                {"id": f"m{key}", **one} if element.type == "measures" else one
                for key, one in shaped
                if _filled(one)
            ]
        elif element.type in codec.OBJECTS:
            made[name] = _shaped(value, tables.part(element.type)) if isinstance(value, dict) else value
        else:
            made[name] = _plain(value, element)
    return made


def _filled(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_filled(one) for one in value.values())
    if isinstance(value, str):
        return bool(value.strip())
    return bool(value)


def _plain(value: Any, element: Element) -> Any:
    kind = element.type
    if kind == "flag":
        return (
            {"yes": True, "no": False, "": False, None: False}.get(value, value) if _simple(value) else value
        )
    if kind == "years":
        return 0 if value in (None, "") else _whole(value)
    if kind == "time" and isinstance(value, Mapping):
        value = value.get("at")
    if kind in ("time", "date") and isinstance(value, (datetime, date)):
        return value.isoformat()
    if element.name == "articles" and isinstance(value, str):
        return [found for each in re.split(r"[\n,;]|\band\b", value) if (found := _number_of(each))]
    if kind in ("lines", "states") and isinstance(value, str):
        return [
            line.strip() for line in re.split(r"[\n,;]" if kind == "states" else r"\n", value) if line.strip()
        ]
    if value is None:
        return [] if kind in codec.WORDS else ""
    return value


def _number_of(text: str) -> str:
    """The article as the table names it: ``Article 10 of the Convention`` is ``10``; other words stay as they are."""
    text = text.strip()
    found = re.fullmatch(
        r"(?:(?:articles?|arts?\.?)\s*)?(\d{1,2}(?:\(\w+\))*)(?:\s+of\s+(?:the|this)\s+convention)?\.?",
        text,
        re.IGNORECASE,
    )
    return found[1] if found else text


def _simple(value: Any) -> bool:
    return value is None or isinstance(value, (str, bool))


def _whole(value: Any) -> Any:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 6:
        return int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1000:
        return int(value)
    return value


def _flatten(
    value: Mapping[str, Any], elements: Sequence[Element], where: str, found: dict[str, Any]
) -> None:
    for element in elements:
        given, path = value[element.name], f"{where}{element.name}"
        if element.type in codec.LISTS:
            for number, each in enumerate(given[:ITEMS], 1):
                _flatten(each, tables.part(codec.LISTS[element.type]), f"{path}.{number}.", found)
        elif element.type in codec.OBJECTS:
            _flatten(given, tables.part(element.type), f"{path}.", found)
        elif element.type in ("lines", "states"):
            if given:
                found[path] = "\n".join(given)
        elif element.type == "flag":
            if given:
                found[path] = "yes"
        elif given not in ("", 0, []):
            found[path] = given


def _unreadable(code: str, message: str, where: str) -> RequestUnreadable:
    return RequestUnreadable(
        _("The form cannot be read as a request."),
        next_step=_("Fill in the form again."),
        findings=(Finding(code, message, where, ("40(13)",)),),
    )
