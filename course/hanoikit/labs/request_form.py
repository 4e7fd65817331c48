"""The workshop's form: the fields of a request in sections, and the request that they state.

>>> form = fields("r1", case, lines={"measures": 1, "data": 1, "persons": 0}, values={})
>>> written = read(values, case)
>>> written.request, written.wrong
(AssistanceRequest(...), ())

Which fields there are, and how they become a request, says ``hanoikit.cooperation.flat``; here they get their place in
the panel. A time is a local time in the zone of the case. A field that cannot be read is said and left out of the
preview; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hanoikit.cooperation import flat, tables
from hanoikit.cooperation.letters_parts import choice_words, state_name
from hanoikit.cooperation.requests import Request, to_json
from hanoikit.errors import Finding
from hanoikit.i18n import _
from hanoikit.labs.desk_form import HINT_TIME, local
from hanoikit.labs.panel import Field
from hanoikit.labs.request_room import WorkshopCase

Values = Mapping[str, Any]
_LETTER = ("reference", "date", "language", "channel", "central_authority_from", "central_authority_to")
_LIMITS = ("period", "purpose", "use", "assurances")
_WISHES = ("confidentiality", "urgency", "confidential", "provisional")
_PAPERS = ("preservation_reference", "attachments")


@dataclass(frozen=True, slots=True)
class Written:
    """What a form states: the request (None when its form is wrong), its JSON for the preview, and the sentences about
    fields that cannot be read."""

    request: Request | None
    json: dict[str, Any]
    wrong: tuple[str, ...]


def specs(case: WorkshopCase, lines: Mapping[str, int]) -> list[dict[str, Any]]:
    """The fields that the trainee fills in; who asks whom is given by the case."""
    return flat.form_fields(
        case.kind,
        measures=lines["measures"],
        data=lines["data"],
        persons=lines["persons"],
        leave_out=("requesting", "requested"),
    )


def fields(prefix: str, case: WorkshopCase, *, lines: Mapping[str, int], values: Values) -> list[Field]:
    """The panel's fields, section by section. ``prefix`` tells one drawing of the form from the next."""
    sections: dict[str, list[Field]] = {}
    for spec in specs(case, lines):
        path = str(spec["id"])
        sections.setdefault(_section(path), []).append(_field(prefix, spec, values.get(path, ""), case))
    found: list[Field] = []
    for section in sorted(sections, key=_rank):
        found.append(Field(f"{prefix}.{section}", "heading", _title(section)))
        found += sections[section]
    return found


def _section(path: str) -> str:
    top = path.split(".")[0]
    if top in ("measures", "persons"):
        return ".".join(path.split(".")[:4] if ".data." in path else path.split(".")[:2])
    for name, members in (("letter", _LETTER), ("limits", _LIMITS), ("wishes", _WISHES), ("papers", _PAPERS)):
        if top in members:
            return name
    return "case"


def _rank(section: str) -> tuple[Any, ...]:
    names = ("letter", "case", "measures", "persons", "limits", "wishes", "papers")
    numbers = [int(one) for one in section.split(".") if one.isdigit()]
    return (names.index(section.split(".")[0]), *numbers)


def _title(section: str) -> str:
    numbers = [one for one in section.split(".") if one.isdigit()]
    if section.startswith("measures"):
        if len(numbers) == 2:
            return _("Measure {measure}, data {data}").format(measure=numbers[0], data=numbers[1])
        return _("Measure {measure}").format(measure=numbers[0])
    if section.startswith("persons"):
        return _("Person {number}").format(number=numbers[0])
    return {
        "letter": _("The letter"),
        "case": _("The case"),
        "limits": _("Period, purpose, use"),
        "wishes": _("Secrecy and urgency"),
        "papers": _("Papers"),
    }[section]


def _field(prefix: str, spec: Mapping[str, Any], value: Any, case: WorkshopCase) -> Field:
    path, kind = str(spec["id"]), str(spec["kind"])
    name, words = f"{prefix}.{path}", label(path, spec)
    last = path.rpartition(".")[2]
    if last == "nationality":
        states = tuple((code, state_name(code)) for code in nationalities())
        return Field(name, "select", words, (("", _("not known")), *states), value)
    if kind == "choices":
        options = tuple(spec["options"].items())
        return Field(name, "checks", words, options, value or [])
    if kind == "choice":
        options = tuple((code, _words(code, text)) for code, text in spec["options"].items())
        empty = () if set(spec["options"]) == {"no", "yes"} else (("", _("choose")),)
        return Field(name, "select", words, (*empty, *options), value or ("no" if not empty else ""))
    if kind == "moment":
        hint = _("Local time in {place}, like {example}").format(place=case.place, example=HINT_TIME)
        return Field(name, "text", words, value=value, hint=hint)
    if kind == "text":
        hint = _("One in each line") if last in ("articles", "attachments", "members", "limits") else ""
        return Field(name, "area", words, value=value, hint=hint)
    if kind == "number":
        return Field(name, "number", words, value=value, limits=(0, 100, 1))
    if kind == "date":
        return Field(name, "date", words, value=value)
    return Field(name, "text" if last in ("reference", "language") else "line", words, value=value)


def nationalities() -> tuple[str, ...]:
    """The invented States that a person can be a national of."""
    from hanoikit.cooperation.state_rules import known_states

    return known_states()


def label(path: str, spec: Mapping[str, Any]) -> str:
    """The label of a field, unique in the form: a person who moves by keyboard does not see the heading."""
    section = _section(path)
    group = str(spec.get("group", ""))
    words = str(spec["label"])
    if section.startswith(("measures", "persons")):
        return f"{_title(section)}: {words}"
    return f"{group}: {words}" if group and group != words else words


def _words(code: str, text: str) -> str:
    """Options come as codes or in words already."""
    return choice_words(code) if code == text else text


def lines_of(values: Values, case: WorkshopCase) -> dict[str, int]:
    """How many measures, lines of data and persons the form shows: what the case says, or what is written."""
    found = dict(case.lines)
    for path, value in values.items():
        for name, number in pairwise(path.split(".")):
            if name in found and number.isdigit() and value not in ("", [], "no"):
                found[name] = max(found[name], int(number))
    return found


def read(values: Values, case: WorkshopCase) -> Written:
    """The request that the values (by path) state."""
    wrong: list[str] = []
    plain: dict[str, Any] = {}
    for path, value in values.items():
        if value in ("", [], None):
            continue
        plain[path] = _value(path, value, case, wrong)
    fixed = {"requesting": case.requesting, "requested": case.requested}
    # What cannot be read is said and left out, so that the rest can still be looked at.
    findings: list[Finding] = []
    request = flat.from_form(plain, kind=case.kind, fixed=fixed, set_aside=findings)
    wrong += [f"{_where(one.where, case)}: {one.message}" for one in findings]
    return Written(None if wrong else request, to_json(request), tuple(wrong))


def _where(path: str, case: WorkshopCase) -> str:
    wanted = flat.field_of(path)
    bare = re.sub(r"\.\d+$", "", wanted)  # the list that a line belongs to
    for spec in specs(case, {"measures": 9, "data": 9, "persons": 9}):
        if spec["id"] in (wanted, bare):
            return label(str(spec["id"]), spec)
    return path


def _value(path: str, value: Any, case: WorkshopCase, wrong: list[str]) -> Any:
    if path.rpartition(".")[2] in ("since", "until"):
        try:
            return local(str(value), case.zone).isoformat()
        except ValueError:
            told = _("{label}: “{text}” is no time. Write it like {example}.")
            wrong.append(told.format(label=_where(path, case), text=str(value)[:40], example=HINT_TIME))
            return ""
    if _type(path, case.kind) in ("line", "reference", "language"):
        return " ".join(str(value).split())
    return value


def _type(path: str, kind: str) -> str:
    """The table's type of the element behind a field."""
    names = [one for one in path.split(".") if not one.isdigit()]
    level = (*tables.header(), *tables.kind(kind).elements)
    parts = {"measures": "measure", "persons": "person", "data": "data"}
    found = ""
    for name in names:
        element = next((one for one in level if one.name == name), None)
        if element is None:
            return ""
        found = element.type
        part = parts.get(found, found)
        level = (
            tables.part(part)
            if part in ("measure", "person", "data", "offence", "period", "reasoned")
            else ()
        )
    return found


def request_of(request_json: Mapping[str, Any]) -> Request:
    """The request in plain data that :func:`read` made."""
    from hanoikit.cooperation.requests import from_json

    made: Request = from_json(request_json)
    return made


def within(values: Values, lines: Mapping[str, int]) -> dict[str, Any]:
    """The values whose lines the form still has."""

    def fits(path: str) -> bool:
        steps = path.split(".")
        return all(
            int(number) <= lines[name]
            for name, number in pairwise(steps)
            if name in lines and number.isdigit()
        )

    return {path: value for path, value in values.items() if fits(path)}


def shown(request_json: Mapping[str, Any], case: WorkshopCase) -> dict[str, Any]:
    """The form's values that state this request: the way back, with times on the clock of the case."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    found: dict[str, Any] = {}
    for path, value in flat.to_form(request_of(request_json)).items():
        if path in ("requesting", "requested"):
            continue
        if path.rpartition(".")[2] in ("since", "until"):
            value = (
                datetime.fromisoformat(str(value)).astimezone(ZoneInfo(case.zone)).strftime("%Y-%m-%d %H:%M")
            )
        found[path] = value
    return found
