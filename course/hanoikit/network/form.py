"""The form of messages: plain data into typed values and back, by the table of elements.

>>> findings = Findings()
>>> read({"wanted": "locate"}, (wanted,), findings, "body")
{'wanted': 'locate'}

Form is what a reader must be sure of before it looks at the meaning: the right members, types, sizes, and text without
hidden control characters. Whether something is missing is judged elsewhere: an empty text has good form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hanoikit.errors import Finding
from hanoikit.i18n import _
from hanoikit.network import tables
from hanoikit.network.strict import unreadable
from hanoikit.network.tables import Element

LINE = 300
TEXT = 4000
CONTENT = 30_000
ITEMS = 50
MOST = 100

# Patterns in the form that ECMA 262 and Python read alike; the schema uses the same ones.
DESK = r"^X[A-Z](-[a-z]{2,12})?(?![\s\S])"
REFERENCE = r"^([A-Za-z0-9][A-Za-z0-9 ./_-]{0,63})?(?![\s\S])"
LANGUAGE = r"^[a-z]{2,3}(?![\s\S])"
ID = r"^([0-9a-f]{64})?(?![\s\S])"
TIME = (
    r"^(20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\+(0[0-9]|1[0-4]):[0-5][0-9]|-(0[1-9]|1[0-2]):[0-5][0-9]|-00:(0[1-9]|[1-5][0-9])))?(?![\s\S])"
)
#: No control characters; a text may have line ends and tabs.
PLAIN_TEXT = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]*(?![\s\S])"
PLAIN_LINE = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*(?![\s\S])"

PATTERNS = {
    "desk": DESK,
    "reference": REFERENCE,
    "language": LANGUAGE,
    "id": ID,
    "time": TIME,
    "text": PLAIN_TEXT,
    "content": PLAIN_TEXT,
    "line": PLAIN_LINE,
}
_MATCH = {name: re.compile(pattern).match for name, pattern in PATTERNS.items()}
_LENGTH = {
    "text": TEXT,
    "content": CONTENT,
    "line": LINE,
    "desk": 16,
    "reference": 64,
    "language": 3,
    "id": 64,
    "time": 25,
}


class Findings:
    """Findings as they are collected; ``stop`` raises them all at once."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def add(self, code: str, message: str, where: str) -> None:
        self.found.append(Finding(code, message, where, ("40(13)", "40(14)")))

    def stop(self) -> None:
        if self.found:
            error = unreadable(self.found[0].code, self.found[0].message)
            error.findings = tuple(self.found)
            raise error


def write(thing: Any, elements: Sequence[Element]) -> dict[str, Any]:
    """A body or a line of data as plain data: every member is there, an unstated one is empty."""
    made: dict[str, Any] = {}
    for one in elements:
        value = getattr(thing, one.name)
        if one.type == "time":
            value = value.isoformat() if value is not None else ""
        elif one.type == "lines":
            value = list(value)
        elif one.type == "data":
            value = [write(each, tables.data_elements()) for each in value]
        made[one.name] = value
    return made


def members(value: Any, names: tuple[str, ...], findings: Findings, where: str) -> Mapping[str, Any]:
    """The members of an object that has exactly these names; what is missing or unknown is found."""
    if not isinstance(value, dict):
        findings.add("wrong-type", _("It must be an object with named members."), where or "message")
        findings.stop()
    missing = [name for name in names if name not in value]
    for name in missing:
        findings.add("no-member", _("The member is missing."), _join(where, name))
    if len(value) != len(names) - len(missing):
        for name in value:
            if name not in names:
                findings.add("unknown-member", _("No message has this member."), _join(where, _short(name)))
    return {name: value[name] for name in names if name in value}


def read(
    value: Mapping[str, Any],
    elements: Sequence[Element],
    findings: Findings,
    where: str,
    *,
    item: Any = None,
) -> dict[str, Any]:
    """Typed values for the members that are there; ``item`` makes a line of data."""
    made: dict[str, Any] = {}
    for one in elements:
        if one.name not in value:
            continue
        given = value[one.name]
        place = _join(where, one.name)
        if one.type == "lines":
            made[one.name] = _lines(given, findings, place)
        elif one.type == "data":
            made[one.name] = _data(given, findings, place, item)
        elif one.type == "flag":
            made[one.name] = given
            if type(given) is not bool:
                findings.add("wrong-type", _("It must be true or false."), place)
        elif one.type == "count":
            made[one.name] = given
            if type(given) is not int or not 0 <= given <= MOST:
                message = _("It must be a whole number from 0 to {most}.").format(most=MOST)
                findings.add("wrong-type", message, place)
        else:
            made[one.name] = _text(given, one, findings, place)
    return made


def _text(given: Any, element: Element, findings: Findings, place: str) -> Any:
    kind = element.type
    if type(given) is not str:
        findings.add("wrong-type", _("It must be text."), place)
        return ""
    # The empty choice stands for "not chosen yet"; only the header has none.
    if kind == "choice":
        if given not in element.choices and (given or element.name == "urgency"):
            message = _("It must be one of: {choices}.").format(choices=", ".join(element.choices))
            findings.add("no-choice", message, place)
        return given
    if kind == "ground":
        if given and given not in tables.grounds():
            findings.add("no-choice", _("There is no ground of this code."), place)
        return given
    if len(given) > _LENGTH[kind]:
        message = _("It is too long: {most} characters at most.").format(most=_LENGTH[kind])
        findings.add("too-long", message, place)
    elif not _MATCH[kind](given):
        findings.add("bad-form", _WRONG[kind](), place)
    elif kind == "time":
        return _time(given, findings, place, required=element.name == "sent")
    return given


def _time(given: str, findings: Findings, place: str, *, required: bool) -> datetime | None:
    if not given:
        if required:
            findings.add("bad-form", _WRONG["time"](), place)
        return None
    try:
        return datetime.fromisoformat(given)
    except ValueError:
        findings.add("bad-form", _("There is no such day."), place)
        return None


def _lines(given: Any, findings: Findings, place: str) -> tuple[str, ...]:
    if not isinstance(given, list) or len(given) > ITEMS:
        message = _("It must be a list of at most {most} lines.").format(most=ITEMS)
        findings.add("wrong-type", message, place)
        return ()
    made = []
    for number, each in enumerate(given, 1):
        here = f"{place}[{number}]"
        if type(each) is not str or not each:
            findings.add("wrong-type", _("It must be a line of text."), here)
        elif len(each) > LINE:
            findings.add("too-long", _("It is too long: {most} characters at most.").format(most=LINE), here)
        elif not _MATCH["line"](each):
            findings.add("bad-form", _WRONG["line"](), here)
        else:
            made.append(each)
    return tuple(made)


def _data(given: Any, findings: Findings, place: str, item: Any) -> tuple[Any, ...]:
    if not isinstance(given, list) or len(given) > ITEMS:
        message = _("It must be a list of at most {most} lines.").format(most=ITEMS)
        findings.add("wrong-type", message, place)
        return ()
    elements = tables.data_elements()
    names = tuple(one.name for one in elements)
    made = []
    for number, each in enumerate(given, 1):
        here = f"{place}[{number}]"
        if not isinstance(each, dict):
            findings.add("wrong-type", _("It must be an object with named members."), here)
            continue
        before = len(findings.found)
        values = read(members(each, names, findings, here), elements, findings, here)
        if len(findings.found) == before:
            made.append(item(**values))
    return tuple(made)


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _short(name: str) -> str:
    return ascii(name)[1:-1][:40]


_WRONG = {
    "desk": lambda: _("It must be the id of a desk, such as XA or XA-central."),
    "reference": lambda: _("Only letters A to Z, digits and . / _ - are possible, 64 at most."),
    "language": lambda: _("It must be the code of a language in two or three small letters."),
    "id": lambda: _("It must be the id of a message: 64 digits 0 to 9 and a to f."),
    "time": lambda: _("It must be a date and time with its offset, such as 2026-05-04T09:30:00+03:00."),
    "text": lambda: _("It holds control characters that nobody can see."),
    "content": lambda: _("It holds control characters that nobody can see."),
    "line": lambda: _("It must be one line, without control characters."),
}
