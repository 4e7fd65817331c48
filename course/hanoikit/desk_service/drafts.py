"""What a person is writing, as plain data: made into a message, and judged while it is written.

>>> draft = {"kind": "preservation-request", "to": "XC", "body": {"authority": "Cyber Unit"}}
>>> [remark["element"] for remark in check_draft(desk, draft, now=now)["remarks"]]
['reference', 'scope', 'articles', ...]

A draft may lack anything: what is not stated is empty. It has no ``from`` and no ``sent``; the desk fills them in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hanoikit.desk_service.problems import finding_json
from hanoikit.errors import ActRefused, MessageIncomplete, MessageUnreadable
from hanoikit.i18n import _
from hanoikit.network import documents, strict, tables
from hanoikit.network.boundaries import limits
from hanoikit.network.desk import Desk
from hanoikit.network.messages import BODIES, TYPE, Document, Message
from hanoikit.network.tables import Element

_EMPTY: Mapping[str, Any] = {"lines": [], "data": [], "flag": False, "count": 0}
_HEADER = ("to", "kind", "reference", "language", "urgency", "regarding", "body")


def message_of(draft: Any, *, sender: str, now: datetime) -> Message:
    """The message that a draft is now. Raises ``MessageUnreadable`` with everything wrong with its form."""
    if not isinstance(draft, dict):
        raise strict.unreadable("wrong-type", _("A draft is an object with named members."))
    kind = draft.get("kind")
    if not isinstance(kind, str) or kind not in BODIES:
        raise strict.unreadable("unknown-kind", _("There is no such kind of message."))
    body = draft.get("body", {})
    if isinstance(body, dict) and isinstance(body.get("content"), str) and body["content"]:
        body = {**body, "digest": body.get("digest") or hashlib.sha256(body["content"].encode()).hexdigest()}
    value = {
        "language": "en",
        "reference": "",
        "regarding": "",
        "urgency": "ordinary",
        **{name: member for name, member in draft.items() if name not in ("from", "sent", "type")},
        "body": _filled(body, tables.kind(kind).elements) if isinstance(body, dict) else body,
        "from": sender,
        "sent": now.replace(microsecond=0).isoformat(),
        "type": TYPE,
    }
    return Message.from_json(value)


def check_draft(desk: Desk, draft: Any, *, now: datetime) -> dict[str, Any]:
    """Everything that a draft lacks, what the other State's desk may not do, and whether it could be sent as it is.

    ``attached`` is what a check of a document finds, None where nobody knows its kind.
    """
    try:
        message = message_of(draft, sender=desk.id, now=now)
    except MessageUnreadable as error:
        form = [finding_json(one) | {"element": one.where.removeprefix("body.")} for one in error.findings]
        return {"attached": None, "complete": False, "may_send": False, "remarks": form, "limits": []}
    remarks = [finding_json(one) for one in desk.remarks(message)]
    refused: list[dict[str, Any]] = []
    try:
        desk.check_act(message)
    except ActRefused as error:
        refused = [finding_json(one) for one in error.findings]
    rules = desk.rules.get(message.recipient[:2])
    document = message.body if isinstance(message.body, Document) else None
    return {
        "attached": [finding_json(one) for one in documents.findings(document)]
        if document is not None and documents.checked(document)
        else None,
        "complete": not any(one["severity"] == "error" for one in remarks),
        "may_send": not refused,
        "remarks": [*refused, *remarks],
        "limits": [
            {"ground": one.ground, "why": one.why, "instead": one.instead} for one in limits(message, rules)
        ]
        if rules is not None and tables.kind(message.kind).role == "request"
        else [],
    }


def sendable(desk: Desk, draft: Any, *, now: datetime, insist: bool) -> Message:
    """The message of a draft that goes out now.

    Raises ``MessageUnreadable``, ``ActRefused``, and, without ``insist``, ``MessageIncomplete`` with every gap.
    """
    message = message_of(draft, sender=desk.id, now=now)
    desk.check_act(message)
    gaps = [one for one in desk.remarks(message) if one.severity == "error"]
    if gaps and not insist:
        raise MessageIncomplete(
            _("The message is not complete."),
            next_step=_("Fill in what is missing, or send it as it is and wait for the question."),
            findings=gaps,
        )
    return message


def _filled(given: Mapping[str, Any], elements: tuple[Element, ...]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for one in elements:
        value = given.get(one.name, _EMPTY.get(one.type, ""))
        if one.type == "data" and isinstance(value, list):
            lines = tables.data_elements()
            value = [_filled(each, lines) if isinstance(each, dict) else each for each in value]
        made[one.name] = value
    return {**given, **made}
