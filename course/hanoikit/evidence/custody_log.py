"""The custody log as a file: signed entries, one a line, each chained to the line before it.

>>> log = CustodyLog(case="XA-2026-0417")
>>> log.append(action="collected", item="laptop-1", actor=anh, place="Harbour Street 5", at=at).index
1

Line 1 is the header, then one entry a line: ``{"entry":{...},"signature":"<hex>"}`` in canonical JSON. The
signature (Ed25519) covers exactly the bytes of the object ``entry``; ``previous`` in it is the SHA-256 of
the whole line before. ``custody`` has the checks and says what a log can and cannot show.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from hanoikit.errors import ArtefactUnreadable, UsageError
from hanoikit.evidence.custody_entry import (
    ACTIONS,
    CLOSING,
    ENTRY_TYPE,
    OPENING,
    CustodyEntry,
    Unreadable,
    counterpart_fingerprint,
    decode_certificate,
    encode_certificate,
    read_line,
    refuse_bad_entry,
    signed_line,
)
from hanoikit.i18n import _
from hanoikit.trust.canonical import canonical
from hanoikit.trust.certificates import fingerprint
from hanoikit.trust.identity import Identity

__all__ = [
    "ACTIONS",
    "CLOSING",
    "OPENING",
    "CustodyEntry",
    "CustodyLog",
    "Head",
    "Unreadable",
]

HEADER_TYPE = "hanoikit.custody-log/1"
HEAD_TYPE = "hanoikit.custody-head/1"


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log stands: the number of its last entry and that line's SHA-256. Sixty-four characters hold
    it all.
    """

    case: str
    index: int
    hash: str

    def to_bytes(self) -> bytes:
        """The head as canonical JSON: what to have timestamped or to sign in a receipt."""
        return canonical({"case": self.case, "hash": self.hash, "index": self.index, "type": HEAD_TYPE})


class CustodyLog:
    """A case's custody log: append to it, save it, load it. Entries are numbered from 1."""

    def __init__(self, *, case: str) -> None:
        header = canonical({"case": case, "type": HEADER_TYPE})
        self._set(case, header, [])

    @classmethod
    def from_lines(cls, header: bytes, lines: Sequence[bytes], *, torn: bytes = b"") -> CustodyLog:
        """A log from its lines as they stand. Lines that are no entries are kept as ``Unreadable``.

        Raises ``ArtefactUnreadable`` when the header is not one of a custody log.
        """
        try:
            value = json.loads(header)
            if value["type"] != HEADER_TYPE or not isinstance(value["case"], str):
                raise ValueError(header[:60])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ArtefactUnreadable(
                _("This is not a custody log of the course: its first line is no header."),
                next_step=_("Check that you opened the right file."),
            ) from error
        log = cls.__new__(cls)
        log._set(value["case"], header, [read_line(line, place) for place, line in enumerate(lines, 1)])
        log.torn = torn
        return log

    def _set(self, case: str, header: bytes, records: list[CustodyEntry | Unreadable]) -> None:
        self.case = case
        self.header = header
        self.records = records
        self.torn = b""
        self._signed_before = {record.actor for record in records if isinstance(record, CustodyEntry)}

    # reading

    @property
    def entries(self) -> tuple[CustodyEntry, ...]:
        """The entries that can be read, in their order."""
        return tuple(record for record in self.records if isinstance(record, CustodyEntry))

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[CustodyEntry]:
        return iter(self.entries)

    @property
    def head(self) -> Head:
        return self.head_at(len(self.records))

    def head_at(self, index: int) -> Head:
        """The head when entry ``index`` was the last; 0 is the log before its first entry."""
        if not 0 <= index <= len(self.records):
            raise UsageError(f"The log has {len(self.records)} entries, no entry {index}.")
        digest = hashlib.sha256(self.header).hexdigest() if index == 0 else self.records[index - 1].hash
        return Head(self.case, index, digest)

    def certificates(self) -> dict[str, x509.Certificate]:
        """The certificates that the log carries, by fingerprint. Carried is not trusted: ``verify`` judges
        them.
        """
        found: dict[str, x509.Certificate] = {}
        for record in self.records:
            if isinstance(record, CustodyEntry) and record.certificate:
                certificate = decode_certificate(record.certificate)
                if certificate is not None:
                    found[fingerprint(certificate)] = certificate
        return found

    # writing

    def append(
        self,
        *,
        action: str,
        item: str,
        actor: Identity,
        place: str,
        at: datetime,
        item_sha256: str | None = None,
        digests: Mapping[str, str] | None = None,
        note: str = "",
        source: str = "",
        counterpart: Identity | x509.Certificate | str = "",
        entered_late: bool = False,
    ) -> CustodyEntry:
        """Sign an entry with ``actor``'s key and put it at the end.

        ``at`` needs a zone and may not be before the entry above it, unless ``entered_late`` says openly
        that the entry was written after the event. The role is the one in the actor's certificate. Raises
        ``UsageError`` for an unknown action, a missing or malformed digest, a time without zone or a clock
        that runs backwards. Whether the actor holds the item is not judged here: the log records what people
        did; ``verify`` finds the gap.
        """
        all_digests = dict(digests or {})
        if item_sha256 is not None:
            all_digests["sha256"] = item_sha256
        refuse_bad_entry(action, item, place, at, all_digests)
        last = self._clock()
        if last is not None and at < last and not entered_late:
            raise UsageError(
                f"The time {at.isoformat()} is before that of the entry above ({last.isoformat()}).",
                next_step="Check the clock. If you write after the event, say so with entered_late=True.",
            )
        value = {
            "action": action,
            "actor": actor.fingerprint,
            "certificate": ""
            if actor.fingerprint in self._signed_before
            else encode_certificate(actor.certificate),
            "counterpart": counterpart_fingerprint(counterpart),
            "digests": all_digests,
            "entered_late": entered_late,
            "index": len(self.records) + 1,
            "item": item,
            "note": note,
            "place": place,
            "previous": self.head.hash,
            "role": actor.role,
            "source": source,
            "time": at.isoformat(),
            "type": ENTRY_TYPE,
        }
        entry = read_line(signed_line(value, actor), len(self.records) + 1)
        assert isinstance(entry, CustodyEntry)
        self.records.append(entry)
        self._signed_before.add(entry.actor)
        return entry

    def hand_over(
        self,
        *,
        item: str,
        giver: Identity,
        taker: Identity,
        place: str,
        at: datetime,
        taken_at: datetime | None = None,
        item_sha256: str | None = None,
        note: str = "",
    ) -> tuple[CustodyEntry, CustodyEntry]:
        """A handover: two entries, signed by the one who gives and by the one who takes. One without the
        other is a gap.
        """
        given = self.append(
            action="transferred-out",
            item=item,
            actor=giver,
            counterpart=taker,
            place=place,
            at=at,
            item_sha256=item_sha256,
            note=note,
        )
        taken = self.append(
            action="transferred-in",
            item=item,
            actor=taker,
            counterpart=giver,
            place=place,
            at=taken_at or at,
            item_sha256=item_sha256,
            note=note,
        )
        return given, taken

    def _clock(self) -> datetime | None:
        for record in reversed(self.records):
            if isinstance(record, CustodyEntry) and not record.entered_late:
                return record.at
        return None

    # files

    def to_bytes(self) -> bytes:
        return (
            b"".join(line + b"\n" for line in (self.header, *(record.line for record in self.records)))
            + self.torn
        )

    def save(self, path: Path) -> None:
        """Write the log as JSON Lines; a crash leaves the old file or the new one, never half of one."""
        path = Path(path)
        fresh = path.with_name(path.name + ".new")
        fresh.write_bytes(self.to_bytes())
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> CustodyLog:
        """Read a log. Nothing is verified yet; damaged lines and a torn last line are kept for ``verify`` to
        report.

        Raises ``ArtefactUnreadable`` when the file cannot be opened or is no custody log.
        """
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise ArtefactUnreadable(
                _("The custody log cannot be opened."), where=str(path), next_step=str(error.strerror or "")
            ) from error
        try:
            return cls.from_bytes(data)
        except ArtefactUnreadable as error:
            error.where = str(path)
            raise

    @classmethod
    def from_bytes(cls, data: bytes) -> CustodyLog:
        """A log from the bytes of its file."""
        header, *lines = data.split(b"\n")
        torn = lines.pop() if lines else b""
        if torn and isinstance(read_line(torn, len(lines) + 1), CustodyEntry):
            # Only the end of the line is missing; the entry is whole.
            lines.append(torn)
            torn = b""
        return cls.from_lines(header, lines, torn=torn)
