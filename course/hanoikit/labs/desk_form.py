"""The composer's form: the fields of a kind of message, and the message that they state.

>>> form = fields("d1", "preservation-request", lines=1, zone="Europe/Helsinki", values={})
>>> draft = read("d1", "preservation-request", values, zone="Europe/Helsinki", header={...})
>>> draft.message, draft.wrong
(Message(...), ['Data will be gone at: “2 April” is no time. ...'])

What a field holds is only text; a time is a local time in the zone that the form names. A field that cannot be read is
reported beside the findings of ``hanoikit.network.validate``; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hanoikit.errors import HanoiKitError
from hanoikit.i18n import _
from hanoikit.labs.panel import Field
from hanoikit.network import tables
from hanoikit.network.labels import choice_label
from hanoikit.network.messages import TYPE, Message
from hanoikit.network.tables import Element

CATEGORIES = ("subscriber", "traffic", "content")
HINT_TIME = "2026-04-02 09:30"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form states: the message (None when its form is wrong) and the sentences about unreadable fields."""

    message: Message | None
    wrong: tuple[str, ...]


def fields(prefix: str, kind: str, *, lines: int, values: Mapping[str, Any]) -> list[Field]:
    """The fields of this kind of message; ``prefix`` tells one draft from the next, ``values`` are what was written."""
    found: list[Field] = []
    for one in tables.kind(kind).elements:
        if one.type == "data":
            for number in range(1, lines + 1):
                for inner in tables.data_elements():
                    name = f"{prefix}.{one.name}.{number}.{inner.name}"
                    label = _("Line {number}: {label}").format(number=number, label=_(inner.label))
                    found.append(_field(name, inner, label, values.get(name, "")))
        else:
            name = f"{prefix}.{one.name}"
            found.append(_field(name, one, _(one.label), values.get(name, "")))
    return found


def _field(name: str, one: Element, label: str, value: Any) -> Field:
    hint = _(one.write)
    if one.need == "should":
        label = _("{label} (if you know it)").format(label=label)
    elif one.need == "may":
        label = _("{label} (if it applies)").format(label=label)
    label = f"{label} · {one.provision}"
    if name.endswith(".category") or one.type == "choice":
        choices = one.choices or CATEGORIES
        options = (("", _("choose")), *((each, choice_label(each)) for each in choices))
        return Field(name, "select", label, options, value or "", hint)
    if one.type == "ground":
        options = (("", _("choose")), *((each.code, f"{each.code}: {_(each.name)}") for each in _grounds()))
        return Field(name, "select", label, options, value or "", hint)
    if one.type == "flag":
        return Field(name, "checks", label, (("yes", _("yes")),), value or [], hint)
    if one.type == "count":
        return Field(name, "number", label, value=value or "", hint=hint, limits=(0, 100, 1))
    if one.type == "time":
        text = _("{hint} Local time in the zone of this form, like {example}.")
        return Field(name, "text", label, value=value or "", hint=text.format(hint=hint, example=HINT_TIME))
    if one.type in ("text", "content", "lines"):
        return Field(name, "area", label, value=value or "", hint=hint)
    return Field(name, "line", label, value=value or "", hint=hint)


def _grounds() -> list[tables.Ground]:
    return list(tables.grounds().values())


def read(
    prefix: str, kind: str, values: Mapping[str, Any], *, zone: str, header: Mapping[str, Any], lines: int
) -> Draft:
    """The message that the fields state. ``header`` holds from, to, sent (aware), reference, language, urgency,
    regarding."""
    wrong: list[str] = []
    body: dict[str, Any] = {}
    for one in tables.kind(kind).elements:
        name = f"{prefix}.{one.name}"
        if one.type == "data":
            body[one.name] = _data(name, lines, values, zone, wrong)
        else:
            body[one.name] = _value(one, values.get(name, ""), zone, wrong, _(one.label))
    plain = {
        **header,
        "sent": header["sent"].isoformat(),
        "body": body,
        "kind": kind,
        "type": TYPE,
    }
    try:
        return Draft(Message.from_json(plain), tuple(wrong))
    except HanoiKitError as error:
        return Draft(None, (*wrong, *(str(finding) for finding in error.findings)))


def _data(
    name: str, lines: int, values: Mapping[str, Any], zone: str, wrong: list[str]
) -> list[dict[str, Any]]:
    found = []
    for number in range(1, lines + 1):
        line: dict[str, Any] = {}
        for one in tables.data_elements():
            label = _("Line {number}: {label}").format(number=number, label=_(one.label))
            line[one.name] = _value(one, values.get(f"{name}.{number}.{one.name}", ""), zone, wrong, label)
        if any(line.values()):
            found.append(line)
    return found


def _value(one: Element, given: Any, zone: str, wrong: list[str], label: str) -> Any:
    if one.type == "flag":
        return bool(given)
    if one.type == "count":
        text = str(given).strip()
        return int(text) if text.isdigit() and len(text) < 4 else 0
    if one.type == "lines":
        return [line.strip() for line in str(given).replace(",", "\n").split("\n") if line.strip()]
    text = str(given).strip()
    if one.type == "time":
        try:
            return local(text, zone).isoformat() if text else ""
        except ValueError:
            told = _("{label}: “{text}” is no time. Write it like {example}.")
            wrong.append(told.format(label=label, text=text[:40], example=HINT_TIME))
            return ""
    if one.type in ("line", "choice", "ground"):
        return " ".join(text.split())
    return text


def local(text: str, zone: str) -> datetime:
    """A local time as it is typed. Raises ``ValueError`` for no time, and for one that the clock jumped over."""
    naive = datetime.fromisoformat(text.strip().replace(" ", "T", 1))
    if naive.tzinfo is not None:
        return datetime.fromisoformat(naive.replace(microsecond=0).isoformat())
    aware = naive.replace(tzinfo=ZoneInfo(zone), microsecond=0)
    if aware.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != naive.replace(microsecond=0):
        raise ValueError("the clock jumped over this time")
    return datetime.fromisoformat(aware.isoformat())
