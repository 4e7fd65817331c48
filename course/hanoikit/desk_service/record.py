"""The record of an exercise as a signed bundle that anybody can check without the service.

>>> Path("exercise.zip").write_bytes(bundle(storage, signer=service.identity, at=now))

| file in the zip | what it is |
|---|---|
| ``log.jsonl`` | the service's log: every line carries the hash of the one before |
| ``messages.jsonl`` | the envelopes as they were signed, in the order of the log |
| ``register.json`` | the desks with their certificates |
| ``marks.json`` | the facilitator's marks |
| ``events/<desk>.jsonl`` | what happened at each desk, in its order |
| ``certificates/`` | the exercise's authority and the service, as PEM |
| ``manifest.json`` | SHA-256 and size of each file, the head of the log |
| ``manifest.sig`` | the service's Ed25519 signature over ``manifest.json`` (hexadecimal) |

What the bundle does not show by itself: that the authority in it is the one of that exercise. Its fingerprint is
printed when the service starts; read it out at the beginning.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from hanoikit.desk_service import founding
from hanoikit.desk_service import storage as tables
from hanoikit.desk_service.storage import LOG_KIND, Storage, event_json
from hanoikit.trust.canonical import canonical
from hanoikit.trust.certificates import pem
from hanoikit.trust.chain import Chain
from hanoikit.trust.identity import Identity

BUNDLE_TYPE = "hanoikit.desk-record/1"


def bundle(storage: Storage, *, signer: Identity, at: datetime) -> bytes:
    """The zip. Everything in it is of one moment."""
    files: dict[str, bytes] = {}
    with storage.snapshot() as reader:
        exercise = str(storage.setting("exercise", reader))
        header = Chain(kind=LOG_KIND, owner=exercise).header
        lines = list(reader.execute(select(tables.log.c.line).order_by(tables.log.c.number)).scalars())
        files["log.jsonl"] = b"".join(line + b"\n" for line in (header, *lines))
        envelopes = reader.execute(
            select(tables.messages.c.envelope).order_by(tables.messages.c.number)
        ).scalars()
        files["messages.jsonl"] = b"".join(data + b"\n" for data in envelopes)
        files["register.json"] = canonical(storage.setting("register", reader))
        marks = reader.execute(select(tables.marks).order_by(tables.marks.c.number)).mappings()
        files["marks.json"] = canonical([dict(row) for row in marks])
        for desk, data in _events(reader).items():
            files[f"events/{desk}.jsonl"] = data
        files["certificates/authority.pem"] = pem(founding.identity_of(storage, "authority").certificate)
        files["certificates/service.pem"] = pem(signer.certificate)
        title = storage.setting("title", reader)
    manifest = {
        "at": at.isoformat(),
        "exercise": exercise,
        "files": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            for name, data in files.items()
        },
        "head": {"hash": hashlib.sha256(lines[-1]).hexdigest(), "index": len(lines)},
        "title": title,
        "type": BUNDLE_TYPE,
    }
    files["manifest.json"] = canonical(manifest)
    files["manifest.sig"] = signer.sign(files["manifest.json"]).hex().encode()
    return _zip(files, at)


def _events(reader: Connection) -> dict[str, bytes]:
    """Each desk's events as JSON Lines; messages by their id, their envelopes are in ``messages.jsonl``."""
    found: dict[str, list[bytes]] = {}
    events = tables.events.c
    rows = reader.execute(
        select(events.desk, events.seq, events.kind, events.at, events.message, events.data).order_by(
            events.desk, events.seq
        )
    )
    for desk, seq, kind, at, message, data in rows:
        stated: dict[str, Any] = json.loads(data) if data is not None else {}
        if message is not None:
            stated["message"] = message
        line = event_json(seq, kind, at, data=json.dumps(stated, ensure_ascii=False), envelope=None)
        found.setdefault(desk, []).append(line + b"\n")
    return {desk: b"".join(lines) for desk, lines in found.items()}


def _zip(files: dict[str, bytes], at: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, 0)), data)
    return out.getvalue()
