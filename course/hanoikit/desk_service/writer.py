"""Group commit: one thread writes whatever waits in one transaction, then answers everybody in it.

>>> written = await writer.write(Change(record={"event": "said", ...}, happened=[Happened("XA", "announced", data)]))
>>> written.number, written.duplicate
(17, False)

``write`` returns after the commit, so what it returned is on the disk. While a commit waits for the disk, the next
batch
gathers; the busier the service, the larger the batches. A message whose id is known is not written again: the first
receipt is given once more. When the database fails, nothing of the batch was written and everybody in it learns so.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import SQLAlchemyError

from hanoikit.desk_service import storage
from hanoikit.desk_service.storage import Storage, event_json, put_settings
from hanoikit.errors import LogUnwritable, ServiceRefused
from hanoikit.i18n import _
from hanoikit.trust.chain import ChainHead, lines_after

MOST_WAITING = 4000
MOST_TOGETHER = 400


@dataclass(frozen=True, slots=True)
class Happened:
    """An event for one desk. ``message`` names the envelope of this change; ``data`` are further members."""

    desk: str
    kind: str
    at: datetime
    message: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Carried:
    """A message to be kept: ``envelope`` are the bytes as they were signed.

    ``key`` and ``body`` are the idempotency key of a draft and the hash of what was asked with it.
    """

    id: str
    sender: str
    recipient: str
    kind: str
    at: datetime
    envelope: bytes
    key: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What is written together or not at all: a record for the log, and what follows from it."""

    record: Mapping[str, Any]
    happened: Sequence[Happened] = ()
    message: Carried | None = None
    rows: Sequence[tuple[Table, Mapping[str, Any]]] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    numbered: Sequence[tuple[Table, Mapping[str, Any]]] = ()
    """Rows that get the number of the log's line as ``number``."""


@dataclass(frozen=True, slots=True)
class Written:
    """Where a change stands: its line in the log, and the number of its event at the desk that acted."""

    number: int
    seq: int = 0
    message: str = ""
    at: str = ""
    duplicate: bool = False


@dataclass(slots=True)
class _Batch:
    """The rows of one transaction, and the counters as they will be when it is done."""

    head: ChainHead
    places: dict[str, int]
    records: list[tuple[Mapping[str, Any], datetime]] = field(default_factory=list)
    rows: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    made: dict[str, tuple[bytes, Written]] = field(default_factory=dict)
    keys: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    told: list[tuple[str, int, bytes]] = field(default_factory=list)

    def add(self, table: Table, row: dict[str, Any]) -> None:
        self.rows.setdefault(table, []).append(row)


Publish = Callable[[Sequence[tuple[str, int, bytes]], Sequence[tuple[int, bytes]]], None]
"""Is told, on the event loop, each event ``(desk, seq, json)`` and each line ``(number, line)`` that was committed."""


class Writer:
    """The thread that writes. ``now`` gives the real time of the log's lines."""

    def __init__(self, stored: Storage, *, now: Callable[[], datetime], publish: Publish) -> None:
        self._storage = stored
        self._now = now
        self._publish = publish
        self._waiting: queue.SimpleQueue[tuple[Change, asyncio.Future[Written]] | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._head = stored.head()
        self._places = stored.places()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    @property
    def head(self) -> ChainHead:
        """The head of the log as committed."""
        return self._head

    def place(self, desk: str) -> int:
        """The number of the last event of a desk."""
        return self._places.get(desk, 0)

    async def write(self, change: Change) -> Written:
        """Put a change on the disk.

        Raises ``ServiceRefused`` for a conflict (``status`` 409) or when too much waits (503), ``LogUnwritable`` when
        the
        database fails.
        """
        if self._closed or self._waiting.qsize() >= MOST_WAITING:
            raise ServiceRefused(
                _("The service has too much to do."),
                code="busy",
                status=503,
                next_step=_("Try again in a few seconds; nothing was sent."),
            )
        future: asyncio.Future[Written] = self._loop.create_future()
        self._waiting.put((change, future))
        return await future

    async def close(self) -> None:
        """Write what waits, then end."""
        self._closed = True
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)

    # in the thread

    def _run(self) -> None:
        with self._storage.engine.connect() as connection:
            while (first := self._waiting.get()) is not None:
                batch, ended = [first], False
                while len(batch) < MOST_TOGETHER:
                    try:
                        more = self._waiting.get_nowait()
                    except queue.Empty:
                        break
                    if more is None:
                        ended = True
                        break
                    batch.append(more)
                self._together(connection, batch)
                if ended:
                    return

    def _together(
        self, connection: Connection, waiting: list[tuple[Change, asyncio.Future[Written]]]
    ) -> None:
        results: list[Written | Exception] = []
        batch = _Batch(self._head, dict(self._places))
        lines: list[tuple[int, bytes]] = []
        try:
            with connection.begin():
                self._remember(connection, batch, [change for change, _future in waiting])
                results = [self._plan(batch, change) for change, _future in waiting]
                made = lines_after(self._head, batch.records)
                lines = [(line.index, line.raw) for line in made]
                if lines:
                    batch.rows[storage.log] = [{"number": number, "line": raw} for number, raw in lines]
                    batch.head = ChainHead(self._head.kind, self._head.owner, made[-1].index, made[-1].hash)
                for table, rows in batch.rows.items():
                    connection.execute(table.insert(), rows)
                put_settings(connection, batch.settings.items())
        except (SQLAlchemyError, OSError) as error:
            failed = LogUnwritable(
                _("The message could not be put on the disk; nothing was sent."),
                next_step=_("Tell the facilitator, then try again."),
            )
            failed.__cause__ = error
            results = [failed] * len(waiting)
        except Exception as error:  # whatever it was, everybody who waits must hear of it
            results = [error] * len(waiting)
        else:
            self._head, self._places = batch.head, batch.places
        answers = [(future, result) for (_change, future), result in zip(waiting, results, strict=True)]
        self._loop.call_soon_threadsafe(self._answer, answers, batch.told if lines else (), lines)

    def _answer(
        self,
        answers: Sequence[tuple[asyncio.Future[Written], Written | Exception]],
        told: Sequence[tuple[str, int, bytes]],
        lines: Sequence[tuple[int, bytes]],
    ) -> None:
        if lines:
            self._publish(told, lines)
        for future, result in answers:
            if future.done():
                continue  # whoever asked has gone; what was written stays
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

    def _remember(self, connection: Connection, batch: _Batch, changes: Sequence[Change]) -> None:
        """What the database already knows of the messages and keys in this batch."""
        ids = [change.message.id for change in changes if change.message is not None]
        known = storage.messages
        if ids:
            found = select(known.c.id, known.c.number, known.c.seq, known.c.at, known.c.envelope)
            for id, number, seq, at, envelope in connection.execute(found.where(known.c.id.in_(ids))):
                batch.made[id] = (envelope, Written(number, seq, id, at, duplicate=True))
        used = storage.keys
        for change in changes:
            if change.message is not None and change.message.key:
                wanted = (change.message.sender, change.message.key)
                row = connection.execute(
                    select(used.c.body, used.c.message).where(
                        used.c.desk == wanted[0], used.c.key == wanted[1]
                    )
                ).first()
                if row is not None:
                    batch.keys[wanted] = (row[0], row[1])
                    self._recall(connection, batch, row[1])

    def _recall(self, connection: Connection, batch: _Batch, message: str) -> None:
        known = storage.messages
        row = connection.execute(
            select(known.c.number, known.c.seq, known.c.at, known.c.envelope).where(known.c.id == message)
        ).one()
        batch.made[message] = (row[3], Written(row[0], row[1], message, row[2], duplicate=True))

    def _plan(self, batch: _Batch, change: Change) -> Written | Exception:
        carried = change.message
        if carried is not None:
            again = _again(batch, carried)
            if again is not None:
                return again
        number = self._head.index + len(batch.records) + 1
        batch.records.append((change.record, self._now()))
        envelope = carried.envelope if carried is not None else None
        first = 0
        for one in change.happened:
            seq = batch.places.get(one.desk, 0) + 1
            batch.places[one.desk] = seq
            first = first or seq
            data = json.dumps(one.data, ensure_ascii=False) if one.data else None
            at = one.at.isoformat()
            row = {
                "at": at,
                "data": data,
                "desk": one.desk,
                "kind": one.kind,
                "message": one.message,
                "seq": seq,
            }
            batch.add(storage.events, row)
            inside = envelope if one.message is not None else None
            batch.told.append((one.desk, seq, event_json(seq, one.kind, at, data=data, envelope=inside)))
        written = Written(number, first)
        if carried is not None:
            at = carried.at.isoformat()
            written = Written(number, first, carried.id, at)
            batch.made[carried.id] = (
                carried.envelope,
                Written(number, first, carried.id, at, duplicate=True),
            )
            batch.add(
                storage.messages,
                {
                    "at": at,
                    "envelope": carried.envelope,
                    "id": carried.id,
                    "kind": carried.kind,
                    "number": number,
                    "recipient": carried.recipient,
                    "sender": carried.sender,
                    "seq": first,
                },
            )
            if carried.key:
                batch.keys[carried.sender, carried.key] = (carried.body, carried.id)
                row = {
                    "body": carried.body,
                    "desk": carried.sender,
                    "key": carried.key,
                    "message": carried.id,
                }
                batch.add(storage.keys, row)
        for table, given in change.rows:
            batch.add(table, dict(given))
        for table, given in change.numbered:
            batch.add(table, {**given, "number": number})
        batch.settings.update(change.settings)
        return written


def _again(batch: _Batch, carried: Carried) -> Written | Exception | None:
    """The receipt of a message that is there already, or the refusal of one that only looks like it."""
    if carried.key:
        used = batch.keys.get((carried.sender, carried.key))
        if used is not None:
            if used[0] != carried.body:
                return conflict(_("This idempotency key was used for another message."))
            return batch.made[used[1]][1]
    known = batch.made.get(carried.id)
    if known is None:
        return None
    if known[0] != carried.envelope:
        return conflict(_("This message was sent before, signed by somebody else of the desk."))
    return known[1]


def conflict(what: str) -> ServiceRefused:
    """The same id or key for something else."""
    return ServiceRefused(
        what, code="conflict", status=409, next_step=_("Look into your outbox before you send again.")
    )


def body_hash(data: bytes) -> str:
    """What an idempotency key remembers of a request."""
    return hashlib.sha256(data).hexdigest()
