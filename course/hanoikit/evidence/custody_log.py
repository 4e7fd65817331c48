"""The custody log as a file: signed entries, one a line, each chained to the line before it.

>>> log = CustodyLog(case="XA-2026-0417")
>>> log.append(action="collected", item="laptop-1", actor=anh, place="Harbour Street 5", at=at).index
1

Line 1 is the header, then one entry a line: ``{"entry":{...},"signature":"<hex>"}`` in canonical JSON. The
signature (Ed25519) covers exactly the bytes of the object ``entry``; ``previous`` in it is the SHA-256 of
the whole line before. ``custody`` has the checks and says what a log can and cannot show.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hanoikit.errors import ArtefactUnreadable, UsageError
from hanoikit.evidence.canonical import canonical, is_canonical
from hanoikit.evidence.certificates import fingerprint, require_zone
from hanoikit.evidence.hashing import ALGORITHMS
from hanoikit.evidence.identity import Identity
from hanoikit.i18n import _

HEADER_TYPE = "hanoikit.custody-log/1"
ENTRY_TYPE = "hanoikit.custody-entry/1"
HEAD_TYPE = "hanoikit.custody-head/1"

# Verbs of ISO/IEC 27037:2012 where it has one. It keeps apart collecting (taking the device away) and
# acquiring (making a copy of the data).
ACTIONS = (
    "identified",
    "collected",
    "acquired",
    "preserved",
    "received",
    "hashed",
    "sealed",
    "unsealed",
    "stored",
    "transferred-out",
    "transferred-in",
    "examined",
    "copied",
    "disclosed",
    "returned",
    "destroyed",
)
# An item enters the log by one of these; all but the first put it into the hands of the person who signs.
OPENING = ("identified", "collected", "acquired", "preserved", "received", "copied")
CLOSING = ("returned", "destroyed")
NEEDS_DIGEST = ("acquired", "hashed", "copied")

_SIGNATURE_MARK = b',"signature":"'
_ENTRY_MARK = b'{"entry":'
_TAIL = len(_SIGNATURE_MARK) + 128 + len(b'"}')
_FIELDS = {
    "action": str,
    "actor": str,
    "certificate": str,
    "counterpart": str,
    "digests": dict,
    "entered_late": bool,
    "index": int,
    "item": str,
    "note": str,
    "place": str,
    "previous": str,
    "role": str,
    "source": str,
    "time": str,
    "type": str,
}
_SORTED_FIELDS = tuple(sorted(_FIELDS))
_KINDS = tuple(_FIELDS[name] for name in _SORTED_FIELDS)


@dataclass(frozen=True, slots=True)
class CustodyEntry:
    """One line of the log.

    ``digests`` maps algorithm names to hexadecimal digests of the item; ``actor`` and ``counterpart`` (the
    other person of a handover) are certificate fingerprints; ``source`` is the item that this one was made
    from; ``at`` keeps the offset that was written; ``certificate`` is the signer's (DER, base64) where they
    sign for the first time, else "". ``line`` is the exact line, ``hash`` its SHA-256.
    """

    index: int
    action: str
    item: str
    digests: Mapping[str, str]
    actor: str
    role: str
    place: str
    at: datetime
    note: str
    counterpart: str
    source: str
    entered_late: bool
    previous: str
    certificate: str
    line: bytes
    hash: str

    @property
    def item_sha256(self) -> str | None:
        return self.digests.get("sha256")

    @property
    def signature(self) -> bytes:
        return bytes.fromhex(self.line[-130:-2].decode())

    @property
    def signed_bytes(self) -> bytes:
        """What the signature covers: the object ``entry``, byte for byte as it stands in the file."""
        return self.line[len(_ENTRY_MARK) : -_TAIL]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no entry: its place, its bytes, and why it cannot be read."""

    index: int
    line: bytes
    reason: str

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.line).hexdigest()


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
        log._set(value["case"], header, [_read(line, place) for place, line in enumerate(lines, 1)])
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
                certificate = _certificate(record.certificate)
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
        _refuse_bad_entry(action, item, place, at, all_digests)
        last = self._clock()
        if last is not None and at < last and not entered_late:
            raise UsageError(
                f"The time {at.isoformat()} is before that of the entry above ({last.isoformat()}).",
                next_step="Check the clock. If you write after the event, say so with entered_late=True.",
            )
        value = {
            "action": action,
            "actor": actor.fingerprint,
            "certificate": "" if actor.fingerprint in self._signed_before else _encode(actor.certificate),
            "counterpart": _counterpart(counterpart),
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
        entry = _read(signed_line(value, actor), len(self.records) + 1)
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
        if torn and isinstance(_read(torn, len(lines) + 1), CustodyEntry):
            # Only the end of the line is missing; the entry is whole.
            lines.append(torn)
            torn = b""
        return cls.from_lines(header, lines, torn=torn)


def signed_line(value: Mapping[str, Any], signer: Identity) -> bytes:
    """A line of the log: the canonical entry and the signer's signature of exactly its bytes."""
    body = canonical(dict(value))
    return b"".join((_ENTRY_MARK, body, _SIGNATURE_MARK, signer.sign(body).hex().encode(), b'"}'))


def _read(line: bytes, place: int) -> CustodyEntry | Unreadable:
    if not line.startswith(_ENTRY_MARK) or line[-_TAIL:-130] != _SIGNATURE_MARK or line[-2:] != b'"}':
        return Unreadable(place, line, _("It is no signed entry."))
    body = line[len(_ENTRY_MARK) : -_TAIL]
    try:
        bytes.fromhex(line[-130:-2].decode("ascii"))
        value = json.loads(body)
        at = datetime.fromisoformat(value["time"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return Unreadable(place, line, _("It is damaged: no JSON object with a time and a signature."))
    if tuple(value) != _SORTED_FIELDS or tuple(map(type, value.values())) != _KINDS:
        return Unreadable(place, line, _("It has not the members that an entry has."))
    if value["type"] != ENTRY_TYPE or not all(type(digest) is str for digest in value["digests"].values()):
        return Unreadable(place, line, _("It is no custody entry, or its digests are no text."))
    if at.tzinfo is None or not is_canonical(body, value):
        return Unreadable(place, line, _("Its time has no zone, or it is not in canonical form."))
    return CustodyEntry(
        value["index"],
        value["action"],
        value["item"],
        value["digests"],
        value["actor"],
        value["role"],
        value["place"],
        at,
        value["note"],
        value["counterpart"],
        value["source"],
        value["entered_late"],
        value["previous"],
        value["certificate"],
        line,
        hashlib.sha256(line).hexdigest(),
    )


def _refuse_bad_entry(action: str, item: str, place: str, at: datetime, digests: Mapping[str, str]) -> None:
    if action not in ACTIONS:
        raise UsageError(
            f"{action!r} is not an action of the log.", next_step=f"Use one of: {', '.join(ACTIONS)}."
        )
    if not item or not place:
        raise UsageError("An entry needs the item and the place.")
    require_zone(at)
    offset = at.utcoffset()
    if offset is None or offset.seconds % 60:
        raise UsageError(f"RFC 3339 has no offset with seconds, as in {at.isoformat()}.")
    if action in NEEDS_DIGEST and not digests:
        raise UsageError(f"An entry {action!r} needs a digest of the item.", next_step="Give item_sha256=.")
    for name, digest in digests.items():
        expected = 2 * hashlib.new(ALGORITHMS[name]).digest_size if name in ALGORITHMS else None
        if expected != len(digest) or not set(digest) <= set("0123456789abcdef"):
            raise UsageError(f"{digest!r} is not a digest by {name!r} in lower-case hexadecimal.")


def _counterpart(other: Identity | x509.Certificate | str) -> str:
    if isinstance(other, Identity):
        return other.fingerprint
    return fingerprint(other) if isinstance(other, x509.Certificate) else other


def _encode(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def _certificate(text: str) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(base64.b64decode(text, validate=True))
    except ValueError:
        return None
