"""What the judging of a record is made of: a test, what came of an element, and small questions to the record.

>>> Test("It was refused, and nothing was given", True, "It was refused.").met
True
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hanoikit.capstone import products
from hanoikit.capstone.plan import ElementPlan, plan
from hanoikit.capstone.record import Record, Sent
from hanoikit.errors import HanoiKitError
from hanoikit.i18n import _
from hanoikit.network import tables
from hanoikit.network.checking import validate
from hanoikit.network.messages import Document, PreservationRequest

YES = ("confirmed", "partly")


@dataclass(frozen=True, slots=True)
class Test:
    """One question to the record, with its answer and the reason."""

    label: str
    met: bool
    reason: str
    provisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """The tests of one element; ``moment`` is when it was decided, ``message`` by which message."""

    tests: tuple[Test, ...]
    moment: datetime | None = None
    message: str = ""
    asked: bool = True


def first_of(*lists: list[Sent]) -> Sent | None:
    """The first of the first list that holds something."""
    return next((one[0] for one in lists if one), None)


def ran_out(moment: datetime, record: Record) -> datetime | None:
    """The moment at which it was too late, if the story reached it."""
    return moment if record.until >= moment else None


def deadline(element: ElementPlan) -> datetime:
    return plan().moments[element.given["before"]]


def first_confirmation(
    record: Record, requests: Iterable[Any], desks: Iterable[str], before: datetime
) -> Sent | None:
    """The first confirmation of one of these requests that came before this moment."""
    found = [
        answer
        for message in requests
        for answer in record.answers(message.id, desks, *YES)
        if answer.at < before
    ]
    return min(found, key=lambda one: one.at, default=None)


def documents_of(record: Record, sender: str, kind: str, to: Iterable[str]) -> list[Sent]:
    return [
        one
        for one in record.from_(sender, "document", to=to)
        if isinstance(one.message.body, Document) and one.message.body.document == kind
    ]


def errors_in(one: Sent) -> tuple[Any, ...]:
    body = one.message.body
    assert isinstance(body, Document)
    return products.errors(body.document, body.content, digest=body.digest)


def first_error(one: Sent) -> str:
    found = errors_in(one)
    return str(found[0].message) if found else ""


def content_of(one: Sent | None) -> Mapping[str, Any]:
    body = one.message.body if one is not None else None
    try:
        value = json.loads(body.content) if isinstance(body, Document) else {}
    except (ValueError, RecursionError):
        value = {}
    return value if isinstance(value, dict) else {}


def whole_number(value: Any) -> int:
    try:
        return int(str(value).replace(" ", "").replace(",", ""))
    except ValueError:
        return 0


def names_page(body: PreservationRequest, page: str) -> bool:
    return any(page in line.identifier for line in body.data) or page in body.facts or page in body.link


def faults_in(one: Sent, record: Record) -> str:
    """What an answer says that the Convention or the State's law does not allow; empty for nothing."""
    about = record.by_id.get(one.message.regarding)
    try:
        found = validate(one.message, directory=record.directory, about=about.message if about else None)
    except HanoiKitError as error:
        return str(error)
    errors = [str(each) for each in found if each.severity == "error"]
    if len(errors) < 2:
        return "".join(errors)
    return _("{first} (and {count} more)").format(first=errors[0], count=len(errors) - 1)


def when(moment: datetime) -> str:
    """The time on the clocks of Fjordholm."""
    here = moment.astimezone(ZoneInfo(tables.rules("XA").zone))
    return _("{moment} in Fjordholm").format(moment=f"{here:%Y-%m-%d, %H:%M}")
