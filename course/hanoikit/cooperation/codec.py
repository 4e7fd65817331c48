"""Requests to plain data and back, driven by the table of elements. Only the form is looked at here.

>>> write(Offence(name="Fraud"), tables.part("offence"))
{'name': 'Fraud', 'law': '', 'maximum_years': 0}

What a stranger sends may be anything: every member of another type, every text that is too long or holds hidden
control characters, and every member that nobody knows becomes a finding. Nothing here raises anything else than
``RequestUnreadable``, and nothing here asks whether the request is good.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from hanoikit.cooperation import tables
from hanoikit.errors import Finding, RequestUnreadable
from hanoikit.i18n import _
from hanoikit.network.form import ITEMS, LINE, PLAIN_LINE, PLAIN_TEXT, REFERENCE, TEXT, TIME
from hanoikit.network.tables import Element

MOST_YEARS = 100
DATE = r"^(20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?(?![\s\S])"
STATE = r"^(X[A-Z])?(?![\s\S])"
LANGUAGE = r"^([a-z]{2,3})?(?![\s\S])"
NAME = r"^([A-Za-z0-9][A-Za-z0-9_-]{0,31})?(?![\s\S])"
PATTERNS = {
    "line": PLAIN_LINE,
    "text": PLAIN_TEXT,
    "reference": REFERENCE,
    "time": TIME,
    "date": DATE,
    "state": STATE,
    "state-or-none": STATE,
    "language": LANGUAGE,
    "name": NAME,
    "instrument": NAME,
    "measure": NAME,
}
LENGTHS = {
    "line": LINE,
    "text": TEXT,
    "reference": 64,
    "time": 25,
    "date": 10,
    "state": 2,
    "state-or-none": 2,
}
#: Types whose value is a list of objects, with the part that each object is.
LISTS = {"data": "data", "measures": "measure", "persons": "person"}
#: Types whose value is one object.
OBJECTS = ("offence", "period", "reasoned", "person")
WORDS = ("lines", "states", "assurances")
_MATCH = {name: re.compile(pattern).match for name, pattern in PATTERNS.items()}


class Findings:
    """Findings as they are collected; ``stop`` raises them all at once."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def add(self, code: str, message: str, where: str) -> None:
        self.found.append(Finding(code, message, where, ("40(13)", "40(14)")))

    def stop(self) -> None:
        if self.found:
            raise RequestUnreadable(
                _("The request is not of the form that requests have."),
                next_step=_("Mend each point below."),
                findings=self.found,
            )


def write(thing: Any, elements: Sequence[Element]) -> dict[str, Any]:
    """A request or a part of one as plain data."""
    made: dict[str, Any] = {}
    for one in elements:
        value = getattr(thing, one.name)
        if one.type in ("time", "date"):
            value = value.isoformat() if value is not None else ""
        elif one.type in LISTS:
            value = [write(each, tables.part(LISTS[one.type])) for each in value]
        elif one.type in OBJECTS:
            value = write(value, tables.part(one.type))
        elif one.type in WORDS:
            value = list(value)
        made[one.name] = value
    return made


def read(
    value: Mapping[Any, Any],
    elements: Sequence[Element],
    findings: Findings,
    where: str,
    *,
    parts: Mapping[str, type[Any]],
) -> dict[str, Any]:
    """Typed values for the members that are there and right. ``parts`` are the classes of nested objects."""
    known = {one.name: one for one in elements}
    made: dict[str, Any] = {}
    for name, given in value.items():
        if not isinstance(name, str) or name not in known:
            findings.add(
                "unknown-member", _("No request has this member."), join(where, ascii(name)[1:-1][:40])
            )
            continue
        element = known[name]
        place = join(where, name)
        if element.type in LISTS:
            made[name] = _objects(given, LISTS[element.type], findings, place, parts)
        elif element.type in OBJECTS:
            made[name] = _object(given, element.type, findings, place, parts)
        elif element.type in WORDS:
            made[name] = _words(given, element.type, findings, place)
        else:
            before = len(findings.found)
            right = _single(given, element, findings, place)
            if len(findings.found) == before:
                made[name] = right
    return made


def _single(given: Any, element: Element, findings: Findings, place: str) -> Any:
    if element.type == "flag":
        if type(given) is not bool:
            findings.add("wrong-type", _("It must be true or false."), place)
        return given
    if element.type == "years":
        if type(given) is not int or not 0 <= given <= MOST_YEARS:
            text = _("It must be a whole number from 0 to {most}.").format(most=MOST_YEARS)
            findings.add("wrong-type", text, place)
        return given
    return _text(given, element, findings, place)


def join(where: str, name: str) -> str:
    """The path of a member inside a request: ``measures[1].what``."""
    return f"{where}.{name}" if where else name


def _object(given: Any, part: str, findings: Findings, place: str, parts: Mapping[str, type[Any]]) -> Any:
    if not isinstance(given, Mapping):
        findings.add("wrong-type", _("It must be an object with named members."), place)
        return parts[part]()
    return parts[part](**read(given, tables.part(part), findings, place, parts=parts))


def _objects(
    given: Any, part: str, findings: Findings, place: str, parts: Mapping[str, type[Any]]
) -> tuple[Any, ...]:
    if not isinstance(given, (list, tuple)) or len(given) > ITEMS:
        text = _("It must be a list of at most {most} lines.").format(most=ITEMS)
        findings.add("wrong-type", text, place)
        return ()
    return tuple(
        _object(each, part, findings, f"{place}[{number}]", parts) for number, each in enumerate(given, 1)
    )


def _words(given: Any, kind: str, findings: Findings, place: str) -> tuple[str, ...]:
    if not isinstance(given, (list, tuple)) or len(given) > ITEMS:
        text = _("It must be a list of at most {most} lines.").format(most=ITEMS)
        findings.add("wrong-type", text, place)
        return ()
    made = []
    for number, each in enumerate(given, 1):
        here = f"{place}[{number}]"
        if type(each) is not str or not each:
            findings.add("wrong-type", _("It must be a line of text."), here)
        elif len(each) > LINE:
            findings.add("too-long", _("It is too long: {most} characters at most.").format(most=LINE), here)
        elif not _MATCH["line"](each) or _has_half(each):
            findings.add("bad-form", _wrong("line"), here)
        elif kind == "assurances" and each not in tables.assurances():
            names = ", ".join(tables.assurances())
            findings.add("no-choice", _("It must be one of: {choices}.").format(choices=names), here)
        elif kind == "states" and not _MATCH["state"](each):
            findings.add("bad-form", _wrong("state"), here)
        else:
            made.append(each)
    return tuple(made)


def _text(given: Any, element: Element, findings: Findings, place: str) -> Any:
    kind = element.type
    if type(given) is not str:
        findings.add("wrong-type", _("It must be text."), place)
        return ""
    # An empty choice stands for "not chosen yet".
    if kind == "choice":
        if given and given not in element.choices:
            text = _("It must be one of: {choices}.").format(choices=", ".join(element.choices))
            findings.add("no-choice", text, place)
        return given
    most = LENGTHS.get(kind, 40)
    if len(given) > most:
        findings.add("too-long", _("It is too long: {most} characters at most.").format(most=most), place)
        return ""
    if not _MATCH[kind](given) or _has_half(given):
        findings.add("bad-form", _wrong(kind), place)
        return None if kind in ("time", "date") else ""
    if kind == "measure" and given and given not in tables.measures():
        names = ", ".join(tables.measures())
        findings.add("no-choice", _("It must be one of: {choices}.").format(choices=names), place)
    if kind in ("time", "date"):
        return _moment(given, kind, findings, place)
    return given


def _moment(given: str, kind: str, findings: Findings, place: str) -> Any:

    if not given:
        return None
    try:
        return datetime.fromisoformat(given) if kind == "time" else date.fromisoformat(given)
    except ValueError:
        findings.add("bad-form", _("There is no such day."), place)
        return None


def _has_half(text: str) -> bool:
    """Half of a character (a lone surrogate) cannot be written to a file."""
    return not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)


def _wrong(kind: str) -> str:
    return {
        "line": _("It must be one line, without control characters."),
        "text": _("It holds control characters that nobody can see."),
        "reference": _("Only letters A to Z, digits and . / _ - are possible, 64 at most."),
        "time": _("It must be a date and time with its offset, such as 2026-05-04T09:30:00+03:00."),
        "date": _("It must be a day, such as 2026-05-04."),
        "state": _("It must be the code of a State, such as XA."),
        "state-or-none": _("It must be the code of a State, such as XA, or empty."),
        "language": _("It must be the code of a language in two or three small letters."),
    }.get(kind, _("Only letters, digits, - and _ are possible."))
