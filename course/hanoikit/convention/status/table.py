"""The status table as a file: the one that the kit ships, and the same form for a refreshed one.

>>> table = shipped()
>>> table.counts(date(2025, 10, 26)).signatories
Range(least=72, most=72)
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from hanoikit.convention.status import naming
from hanoikit.convention.status.model import (
    Instrument,
    KnownTo,
    Origin,
    Participant,
    ReportedCount,
    Source,
    Statement,
    StatusTable,
    Unnamed,
    When,
)
from hanoikit.errors import DataInvalid
from hanoikit.i18n import _

FORMAT = 1
ADOPTED, OPENED, CLOSES = date(2024, 12, 24), date(2025, 10, 25), date(2026, 12, 31)  # art. 64(1), V-S2


@cache
def shipped() -> StatusTable:
    """The table of ``assets/status/status.json``."""
    return from_data(naming.load("status"), where="assets/status/status.json")


def from_data(data: Any, *, where: str = "") -> StatusTable:
    """The table in ``data`` (the content of a status file). ``DataInvalid`` where it is none."""
    try:
        if data["format_version"] != FORMAT:
            raise ValueError(f"format {data['format_version']}")
        return _table(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataInvalid(
            _("This is no status table of the kit ({reason}).").format(
                reason=f"{type(error).__name__}: {error}"
            ),
            where=where or None,
            next_step=_("Take the kit's own table again: hanoikit convention status --reset."),
        ) from error


def _table(data: Any) -> StatusTable:
    treaty, known, origin = data["treaty"], data["known_to"], data["origin"]
    return StatusTable(
        participants=tuple(_participant(entry) for entry in data["participants"]),
        known_to=KnownTo(
            signatures=date.fromisoformat(known["signatures"]),
            instruments=date.fromisoformat(known["instruments"]),
            in_force=date.fromisoformat(known["in_force"]),
        ),
        origin=Origin(
            kind=origin["kind"],
            name=origin["name"],
            compiled=date.fromisoformat(origin["compiled"]),
            file=origin["file"],
            sha256=origin["sha256"],
        ),
        adopted=date.fromisoformat(treaty["adopted"]),
        opened=date.fromisoformat(treaty["opened"]),
        closes=date.fromisoformat(treaty["closes"]),
        counts_reported=tuple(
            ReportedCount(
                day=date.fromisoformat(entry["date"]),
                what=entry["what"],
                marks=tuple(entry["marks"]),
                signatories=entry.get("signatories"),
                instruments=entry.get("instruments"),
            )
            for entry in data["counts"]
        ),
        unnamed=tuple(
            Unnamed(entry["signatories"], _when(entry), entry["note"], tuple(entry["marks"]))
            for entry in data["unnamed"]
        ),
        statements=tuple(
            Statement(
                code=entry["code"],
                kind=entry["kind"],
                when=entry["when"],
                provisions=tuple(entry["provisions"]),
                text=entry["text"],
                marks=tuple(entry["marks"]),
            )
            for entry in data["statements"]
        ),
        doubts=tuple(data["doubts"]),
        sources=tuple(Source(entry["id"], entry["name"], entry["address"]) for entry in data["sources"]),
    )


def _when(entry: Any) -> When:
    if "on" in entry:
        return When.on(date.fromisoformat(entry["on"]))
    return When(date.fromisoformat(entry["from"]), date.fromisoformat(entry["to"]))


def _participant(entry: Any) -> Participant:
    known = naming.names()[entry["code"]]
    instrument = entry.get("instrument")
    return Participant(
        code=known.code,
        name=known.name,
        region=known.region,
        kind=known.kind,
        signed=_when(entry["signed"]) if "signed" in entry else None,
        instrument=Instrument(
            kind=instrument["kind"],
            when=_when(instrument),
            confirmed=instrument["confirmed"],
            marks=tuple(instrument.get("marks", ())),
            note=instrument.get("note", ""),
        )
        if instrument
        else None,
        marks=tuple(entry["marks"]),
        note=entry.get("note", ""),
    )


def as_data(table: StatusTable) -> dict[str, Any]:
    """The table in the form of a status file: ``from_data(as_data(table)) == table``."""
    return {
        "format_version": FORMAT,
        "treaty": {
            "chapter": "XVIII",
            "number": 16,
            "title": "United Nations Convention against Cybercrime",
            "adopted": table.adopted.isoformat(),
            "opened": table.opened.isoformat(),
            "closes": table.closes.isoformat(),
        },
        "origin": {
            "kind": table.origin.kind,
            "name": table.origin.name,
            "compiled": table.origin.compiled.isoformat(),
            "file": table.origin.file,
            "sha256": table.origin.sha256,
        },
        "known_to": {
            "signatures": table.known_to.signatures.isoformat(),
            "instruments": table.known_to.instruments.isoformat(),
            "in_force": table.known_to.in_force.isoformat(),
        },
        "counts": [
            {"date": one.day.isoformat()}
            | ({"signatories": one.signatories} if one.signatories is not None else {})
            | ({"instruments": one.instruments} if one.instruments is not None else {})
            | {"what": one.what, "marks": list(one.marks)}
            for one in table.counts_reported
        ],
        "unnamed": [
            {"signatories": one.signatories, **_as_when(one.when), "marks": list(one.marks), "note": one.note}
            for one in table.unnamed
        ],
        "participants": [_as_participant(one) for one in table.participants],
        "statements": [
            {
                "code": one.code,
                "kind": one.kind,
                "when": one.when,
                "provisions": list(one.provisions),
                "text": one.text,
                "marks": list(one.marks),
            }
            for one in table.statements
        ],
        "doubts": list(table.doubts),
        "sources": [{"id": one.id, "name": one.name, "address": one.address} for one in table.sources],
    }


def _as_when(when: When) -> dict[str, str]:
    if when.exact:
        return {"on": when.earliest.isoformat()}
    return {"from": when.earliest.isoformat(), "to": when.latest.isoformat()}


def _as_participant(one: Participant) -> dict[str, Any]:
    made: dict[str, Any] = {"code": one.code}
    if one.signed:
        made["signed"] = _as_when(one.signed)
    if one.instrument:
        made["instrument"] = {
            "kind": one.instrument.kind,
            **_as_when(one.instrument.when),
            "confirmed": one.instrument.confirmed,
            "marks": list(one.instrument.marks),
        } | ({"note": one.instrument.note} if one.instrument.note else {})
    made["marks"] = list(one.marks)
    return made | ({"note": one.note} if one.note else {})
