"""The exercise while it runs: what a desk or the room does, checked, written, and told to whom it concerns.

>>> service = await Service.start(storage, now=real_now)
>>> written = await service.carry(envelope_bytes, sender="XA")
>>> written.number, written.duplicate
(17, False)

Everything that changes the exercise goes through the writer; what came back from it is on the disk. State in memory
can
be thrown away: a restart reads the same state from the database.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select

from hanoikit.desk_service import founding
from hanoikit.desk_service import storage as tables
from hanoikit.desk_service.access import DESK, Access, Caller, Rates
from hanoikit.desk_service.drafts import sendable
from hanoikit.desk_service.enrolling import enrolment
from hanoikit.desk_service.hub import Hub
from hanoikit.desk_service.storage import Storage
from hanoikit.desk_service.writer import Carried, Change, Happened, Writer, Written
from hanoikit.errors import EnvelopeRejected, Finding, ServiceRefused, UsageError
from hanoikit.i18n import _
from hanoikit.network.clock import ExerciseClock
from hanoikit.network.desk import Desk
from hanoikit.network.directory import Directory
from hanoikit.network.envelope import Cause, Envelope, Tolerance, examine, seal
from hanoikit.network.messages import Message
from hanoikit.trust.canonical import canonical
from hanoikit.trust.certificates import fingerprint, pem
from hanoikit.trust.identity import Identity

MARKS = ("decision", "good", "question", "mistake")
AHEAD = timedelta(minutes=5)
FASTEST = 3600.0
SLOWEST = 0.1
LONGEST_TEXT = 4000
_DESKS_KEPT = 64
_CERTIFICATES = 20


class Service:
    """An exercise on its database. Made with :meth:`start`, inside a running event loop."""

    def __init__(self, storage: Storage, *, now: Callable[[], datetime]) -> None:
        self.storage = storage
        self.real_now = now
        self.hub = Hub(now)
        self.title: str = storage.setting("title")
        self.exercise: str = storage.setting("exercise")
        self.seats: tuple[str, ...] = tuple(storage.setting("seats"))
        self.directory = Directory.from_json(storage.setting("register"))
        self.clock = ExerciseClock.from_json(storage.setting("clock"))
        self.identity = founding.identity_of(storage, "service")
        self.injects: dict[str, Any] = storage.setting("injects")
        self.writer = Writer(storage, now=now, publish=self._publish)
        self._custodial: dict[str, Identity] = {}
        self._desks: OrderedDict[str, tuple[Desk, int]] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}

    @classmethod
    async def start(cls, storage: Storage, *, now: Callable[[], datetime]) -> Service:
        """Take the exercise up. The time in which the service did not run does not count for the story."""
        service = cls(storage, now=now)
        newest = (await asyncio.to_thread(storage.lines, service.writer.head.index - 1, 1))[0][1]
        stood = datetime.fromisoformat(json.loads(newest)["at"])
        running = service.clock.running
        clock = service.clock.paused(real=stood)
        await service.set_clock(
            clock.resumed(real=now()) if running else clock, event="started", by="service"
        )
        return service

    async def close(self) -> None:
        self.hub.close()
        await self.writer.close()

    def now(self) -> datetime:
        """The time of the story (UTC)."""
        return self.clock.now(self.real_now())

    def access(self, rates: Rates, clock: Callable[[], float]) -> Access:
        """The tokens of the exercise."""
        with self.storage.engine.connect() as reader:
            rows = reader.execute(select(tables.tokens.c.role, tables.tokens.c.desk, tables.tokens.c.hash))
            callers = [Caller(role, desk, token) for role, desk, token in rows]
        return Access(callers, rates=rates, clock=clock)

    # messages

    async def carry(self, data: bytes, *, sender: str) -> Written:
        """Take a message that its desk signed itself.

        Raises ``MessageUnreadable``, ``EnvelopeRejected`` with every reason, ``ServiceRefused`` for a message in
        another
        desk's name (403) or a conflict (409), ``LogUnwritable``.
        """
        envelope = Envelope.read(data)
        if envelope.message.sender != sender:
            raise ServiceRefused(
                _("The message is in the name of {desk}, and you are {us}.").format(
                    desk=envelope.message.sender, us=sender
                ),
                code="other-desk",
                status=403,
                next_step=_("A desk sends in its own name only."),
                findings=[Finding(Cause.WRONG_DESK, _("It is another desk's."), "from", ("41(1)",))],
            )
        return await self._take(envelope, by="desk")

    async def send_draft(self, caller: Caller, draft: Any, *, key: str, insist: bool) -> Written:
        """Sign and send what a person wrote, with the desk's key that the service holds.

        The same ``key`` with the same draft gives the same answer, however often; with another one 409. Raises what
        :func:`~hanoikit.desk_service.drafts.sendable` and :meth:`carry` raise.
        """
        body = hashlib.sha256(canonical([draft, insist])).hexdigest()
        async with self._lock(caller.desk):
            known = await asyncio.to_thread(self._used, caller.desk, key)
            if known is not None:
                # The writer knows the first receipt and judges whether the request is the same.
                envelope = Envelope.read(known)
            else:
                desk = await self.desk(caller.desk)
                message = sendable(desk, draft, now=self.now(), insist=insist)
                envelope = seal(message, self.custodial(caller.desk))
            return await self._take(envelope, by="service", key=key, body=body)

    async def send_scripted(self, message: Message, *, by: str, settings: Mapping[str, Any]) -> Written:
        """Send what the story or a script makes a desk say."""
        return await self._take(seal(message, self.custodial(message.sender)), by=by, settings=settings)

    async def _take(
        self,
        envelope: Envelope,
        *,
        by: str,
        key: str = "",
        body: str = "",
        settings: Mapping[str, Any] | None = None,
    ) -> Written:
        now = self.now()
        ahead = AHEAD * max(1.0, self.clock.speed)
        _read, findings = examine(
            envelope, directory=self.directory, at=now, tolerance=Tolerance(ahead=ahead)
        )
        message = envelope.message
        if message.recipient == message.sender:
            text = _("A desk does not write to itself.")
            findings.append(Finding(Cause.WRONG_RECIPIENT, text, "to", ("41(4)",)))
        if findings:
            raise EnvelopeRejected(
                _("The message is not accepted."),
                where=envelope.id[:16],
                next_step=_("Mend what the list says; nothing was sent."),
                findings=findings,
            )
        signed = envelope.to_bytes()
        record = {
            "by": by,
            "envelope": hashlib.sha256(signed).hexdigest(),
            "event": "message",
            "from": message.sender,
            "id": envelope.id,
            "kind": message.kind,
            "regarding": message.regarding,
            "signer": envelope.signer,
            "story": now.isoformat(),
            "to": message.recipient,
            "urgency": message.urgency,
        }
        return await self.writer.write(
            Change(
                record=record,
                message=Carried(
                    envelope.id, message.sender, message.recipient, message.kind, now, signed, key, body
                ),
                happened=(
                    Happened(message.sender, "sent", now, envelope.id),
                    Happened(message.recipient, "received", now, envelope.id),
                ),
                settings=settings or {},
            )
        )

    async def reject(self, envelope: Envelope, *, settings: Mapping[str, Any]) -> Written:
        """Show a desk an envelope that must not be acted on (a forgery of the story), with the reasons."""
        now = self.now()
        desk = envelope.message.recipient
        _read, findings = examine(envelope, directory=self.directory, at=now, desk=desk)
        data = {
            "findings": [
                {"code": str(one.code), "message": one.message, "provisions": list(one.provisions)}
                for one in findings
            ],
            "refused": envelope.to_json(),
        }
        record = {
            "event": "rejected",
            "from": envelope.message.sender,
            "id": envelope.id,
            "kind": envelope.message.kind,
            "story": now.isoformat(),
            "to": desk,
        }
        happened = [Happened(desk, "rejected", now, None, data)]
        return await self.writer.write(Change(record=record, happened=happened, settings=settings))

    def _used(self, desk: str, key: str) -> bytes | None:
        chosen = (
            select(tables.messages.c.envelope)
            .join(tables.keys, tables.keys.c.message == tables.messages.c.id)
            .where(tables.keys.c.desk == desk, tables.keys.c.key == key)
        )
        with self.storage.engine.connect() as reader:
            found: bytes | None = reader.execute(chosen).scalar()
        return found

    # a desk's own acts

    async def note(self, desk_id: str, *, case: str, what: str, text: str) -> Written:
        """Write into a desk's case file. Raises ``ActRefused`` and ``UsageError`` as ``Desk.note`` does."""
        async with self._lock(desk_id):
            desk = await self.desk(desk_id)
            now = self.now()
            if case not in desk.cases:
                raise UsageError(_("The desk has no such case file."), where=case[:40])
            if what == "read" and desk.case_of(text) is None:
                raise UsageError(_("The desk has no such message."), where=text[:16])
            # Tried on a copy: a note that the disk then refuses must not stand in memory.
            trial = Desk.replay(desk_id, desk.events, directory=self.directory) if what != "read" else desk
            if what != "read":
                trial.note(case, what=what, text=text, at=now)
            record = {"case": case, "desk": desk_id, "event": "noted", "story": now.isoformat(), "what": what}
            data = {"case": case, "text": text, "what": what}
            return await self.writer.write(
                Change(record=record, happened=[Happened(desk_id, "noted", now, None, data)])
            )

    async def certify(self, desk_id: str, *, public_key: str, proof: str) -> str:
        """A certificate (PEM) for a key that the desk made itself.

        ``public_key`` is its 32 bytes in hexadecimal, ``proof`` the key's signature over ``hanoikit.enrol/1 <desk>
        <public key>``: whoever asks has the private half. Raises ``UsageError`` when that does not fit.
        """
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
            key.verify(bytes.fromhex(proof), enrolment(desk_id, public_key))
        except (ValueError, InvalidSignature):
            raise UsageError(_("The proof does not fit the public key.")) from None
        async with self._lock(""):
            entry = self.directory[desk_id]
            raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
            for known in entry.certificates:
                known_key = known.public_key()
                if (
                    isinstance(known_key, Ed25519PublicKey)
                    and known_key.public_bytes(*raw).hex() == public_key
                ):
                    return pem(known).decode()
            if len(entry.certificates) >= _CERTIFICATES:
                raise UsageError(_("The desk has as many certificates as it may have."))
            authority = await asyncio.to_thread(founding.authority_of, self.storage)
            made = authority.certify(
                key, name=entry.name, role=entry.office, organisation=entry.name, state=entry.state
            )
            entries = [
                replace(one, certificates=(*one.certificates, made)) if one.desk == desk_id else one
                for one in self.directory
            ]
            directory = Directory(entries, roots=self.directory.roots)
            record = {"certificate": fingerprint(made), "desk": desk_id, "event": "certified"}
            await self.writer.write(Change(record=record, settings={"register": directory.to_json()}))
            self.directory = directory
            for desk, _place in self._desks.values():
                desk.directory = directory
        return pem(made).decode()

    # the room's acts

    async def announce(
        self, text: str, *, to: Sequence[str], by: str, settings: Mapping[str, Any]
    ) -> Written:
        """Say something to desks; to all of them without ``to``."""
        now = self.now()
        desks = list(to or self.seats)
        record = {"by": by, "event": "announced", "story": now.isoformat(), "text": text, "to": desks}
        data = {"text": text}
        happened = [Happened(desk, "announced", now, None, data) for desk in desks]
        return await self.writer.write(Change(record=record, happened=happened, settings=settings))

    async def mark(self, message: str, *, mark: str, note: str, by: str) -> Written:
        """Mark a message as a decision, good, a question or a mistake, with a note. Raises ``UsageError``."""
        if mark not in MARKS:
            raise UsageError(_("A mark is one of: {marks}.").format(marks=", ".join(MARKS)))
        if await asyncio.to_thread(self.storage.envelope, message) is None:
            raise UsageError(_("There is no such message."), where=message[:16])
        at = self.now().isoformat()
        row = {"at": at, "by": by, "mark": mark, "message": message, "note": note}
        record = {**row, "event": "marked"}
        return await self.writer.write(Change(record=record, numbered=[(tables.marks, row)]))

    async def set_clock(self, clock: ExerciseClock, *, event: str, by: str) -> Written:
        """Stop, start, hasten or set the story's clock."""
        value = clock.to_json()
        record = {"by": by, "clock": value, "event": event}
        written = await self.writer.write(Change(record=record, settings={"clock": value}))
        self.clock = clock
        self.hub.shout(b"event: clock\ndata: " + json.dumps(self.clock_json()).encode() + b"\n\n")
        return written

    # what is there

    def clock_json(self) -> dict[str, Any]:
        """The story's time now, and how fast it runs; ``real`` is the service's own time."""
        real = self.real_now()
        return {
            "story": self.clock.now(real).isoformat(),
            "real": real.isoformat(),
            "speed": self.clock.speed,
            "running": self.clock.running,
        }

    def custodial(self, desk: str) -> Identity:
        """The key that the service holds for a desk; its certificate is the first in the register."""
        if desk not in self._custodial:
            certificate = self.directory[desk].certificates[0]
            key = founding.private_key(self.storage, f"desk {desk}")
            self._custodial[desk] = Identity(certificate, key)
        return self._custodial[desk]

    async def desk(self, desk_id: str) -> Desk:
        """A desk with everything that was committed for it. To be read, not changed."""
        desk, place = self._desks.pop(desk_id, (None, 0))
        if desk is None:
            desk = Desk(desk_id, directory=self.directory)
        target = self.writer.place(desk_id)
        while place < target:
            page = self.hub.since(desk_id, place)
            if not page:  # older than memory, or committed this moment and not published yet
                page = await asyncio.to_thread(self.storage.page, desk_id, place, 100)
            for seq, data in page:
                if seq > place:
                    happening = json.loads(data)
                    if happening["event"] in ("received", "sent", "noted"):
                        desk.apply(happening)
                    place = seq
        self._desks[desk_id] = (desk, place)
        if len(self._desks) > _DESKS_KEPT:
            self._desks.popitem(last=False)
        return desk

    def counts(self) -> dict[str, dict[str, int]]:
        """For each desk how many messages it received, sent and opened. Reads the database."""
        found = tables.events
        opened = found.c.data.like('%"what": "read"%')
        kinds = (
            select(found.c.desk, found.c.kind, func.count())
            .where((found.c.kind != "noted") | opened)
            .group_by(found.c.desk, found.c.kind)
        )
        counted: dict[str, dict[str, int]] = {}
        with self.storage.engine.connect() as reader:
            for desk, kind, number in reader.execute(kinds):
                counted.setdefault(desk, {})["opened" if kind == "noted" else kind] = number
        return counted

    def _lock(self, name: str) -> asyncio.Lock:
        return self._locks.setdefault(name, asyncio.Lock())

    def _publish(self, told: Sequence[tuple[str, int, bytes]], lines: Sequence[tuple[int, bytes]]) -> None:
        self.hub.publish(told, lines)


__all__ = ["DESK", "MARKS", "Service"]
