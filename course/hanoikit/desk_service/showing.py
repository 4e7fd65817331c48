"""A desk as a page or a panel shows it: plain data, every word in the trainee's language.

>>> shown = desk_view(desk, now=now, directory=directory)
>>> shown["cases"][0]["status_label"], [act["kind"] for act in shown["cases"][0]["acts"]]
('new', ['acknowledgement', 'more-information', ...])

Text that came from elsewhere is passed on as it is. Whoever shows it must show it as text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hanoikit.desk_service.problems import finding_json
from hanoikit.i18n import _
from hanoikit.network import documents, tables
from hanoikit.network.boundaries import limits
from hanoikit.network.case import Case, Clock, Entry, status_label
from hanoikit.network.desk import Desk
from hanoikit.network.directory import Directory
from hanoikit.network.labels import choice_label, note_label
from hanoikit.network.messages import Document, Message
from hanoikit.network.tables import Element


def desk_view(desk: Desk, *, now: datetime, directory: Directory) -> dict[str, Any]:
    """Everything that a desk's page shows, at this moment of the story."""
    unread = {entry.message.id for entry in desk.unread}
    return {
        "desk": desk.id,
        "name": directory[desk.id].name,
        "zone": directory[desk.id].zone,
        "languages": list(directory[desk.id].languages),
        "now": now.isoformat(),
        "desks": desks_json(directory),
        "cases": [_case(desk, case, now, unread) for case in desk.cases.values()],
        "triage": [entry.message.id for entry in desk.triage(now)],
        "unread": sorted(unread),
        "clocks": [clock_json(clock) for clock in desk.clocks(now)],
    }


def desks_json(directory: Directory) -> list[dict[str, Any]]:
    """The register without its certificates."""
    return [
        {
            "desk": entry.desk,
            "state": entry.state,
            "state_name": tables.rules(entry.state).name,
            "office": entry.office,
            "name": entry.name,
            "languages": list(entry.languages),
            "telephone": entry.telephone,
            "zone": entry.zone,
        }
        for entry in directory
    ]


def clock_json(clock: Clock) -> dict[str, Any]:
    """A clock of a case; ``left`` in seconds, None without an end."""
    return {
        "case": clock.case,
        "name": clock.name,
        "ends": clock.ends.isoformat() if clock.ends is not None else "",
        "standing": str(clock.standing.value),
        "left": int(clock.left.total_seconds()) if clock.left is not None else None,
        "text": clock.text,
        "provisions": list(clock.provisions),
    }


def form_of_kinds() -> dict[str, Any]:
    """The kinds of message with their elements: what a form needs to be built."""
    return {
        "header": [_element(one) for one in tables.header()],
        "data": [_element(one) for one in tables.data_elements()],
        "kinds": [
            {
                "kind": kind.id,
                "name": _(kind.name),
                "purpose": _(kind.purpose),
                "role": kind.role,
                "provision": kind.provision,
                "answers": list(kind.answers),
                "elements": [_element(one) for one in kind.elements],
            }
            for kind in tables.kinds().values()
        ],
        "grounds": [
            {"code": one.code, "name": _(one.name), "text": _(one.text)} for one in tables.grounds().values()
        ],
    }


def message_json(message: Message) -> dict[str, Any]:
    """A message to be read: its members, and its stated elements with their labels in reading order."""
    kind = tables.kind(message.kind)
    body = message.to_json()["body"]
    return {
        "id": message.id,
        "from": message.sender,
        "to": message.recipient,
        "sent": message.sent.isoformat(),
        "kind": message.kind,
        "kind_name": _(kind.name),
        "provision": kind.provision,
        "reference": message.reference,
        "regarding": message.regarding,
        "urgency": message.urgency,
        "urgency_label": choice_label(message.urgency),
        "language": message.language,
        "body": body,
        "stated": [
            {"label": _(one.label), "name": one.name, "lines": _lines(body[one.name], one)}
            for one in kind.elements
            if body[one.name] not in ("", [], False, 0)
        ],
    }


def _case(desk: Desk, case: Case, now: datetime, unread: set[str]) -> dict[str, Any]:
    return {
        "number": case.number,
        "ours": case.ours,
        "other": case.other,
        "kind": case.root.kind,
        "kind_name": _(tables.kind(case.root.kind).name),
        "status": str(case.status.value),
        "status_label": status_label(case.status),
        "entries": [_entry(desk, entry, unread) for entry in case.entries],
        "notes": [
            {
                "what": note.what,
                "what_label": note_label(note.what),
                "text": note.text,
                "at": note.at.isoformat(),
            }
            for note in case.notes
        ],
        "waits": [entry.message.id for entry in case.waiting_for_us()],
        "acts": [
            {
                "kind": act.kind,
                "kind_name": _(tables.kind(act.kind).name),
                "about": act.about,
                "provision": act.provision,
                "final": act.final,
            }
            for act in desk.allowed(case, now)
        ],
        "may_order": not case.ours and case.root.kind == "preservation-request",
    }


def _entry(desk: Desk, entry: Entry, unread: set[str]) -> dict[str, Any]:
    message = entry.message
    shown = {
        **message_json(message),
        "at": entry.at.isoformat(),
        "incoming": entry.incoming,
        "unread": message.id in unread,
    }
    if entry.incoming and tables.kind(message.kind).role != "answer":
        shown["remarks"] = [finding_json(one) for one in desk.remarks(message)]
        if isinstance(message.body, Document):
            known = {str(one["code"]) for one in shown["remarks"]}
            shown["remarks"] += [
                finding_json(one) for one in documents.findings(message.body) if one.code not in known
            ]
            shown["checked"] = documents.checked(message.body)
        shown["limits"] = [
            {"ground": one.ground, "why": one.why, "instead": one.instead}
            for one in limits(message, desk.rules[desk.state])
        ]
    return shown


def _element(one: Element) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": one.type,
        "need": one.need,
        "provision": one.provision,
        "label": _(one.label),
        "why": _(one.why),
        "write": _(one.write),
        "choices": list(one.choices),
        "choice_labels": [choice_label(each) for each in one.choices],
    }


def _lines(value: Any, element: Element) -> list[str]:
    """A stated element as lines of text."""
    if element.type == "data":
        return [
            "; ".join(
                f"{_(inner.label)}: {choice_label(each[inner.name]) if inner.type == 'choice' else each[inner.name]}"
                for inner in tables.data_elements()
                if each[inner.name]
            )
            for each in value
        ]
    if element.type == "lines":
        return [str(each) for each in value]
    if element.type == "flag":
        return [_("yes")]
    if element.type == "choice":
        return [choice_label(str(value))]
    return str(value).splitlines()
