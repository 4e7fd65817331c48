"""Records that are only added to: JSON Lines in which each line carries the hash of the line before it.

>>> chain = Chain(kind="desk-log", owner="XA")
>>> chain.append({"event": "opened"}, at=at).index
1
>>> verify(chain.to_bytes())
[]
>>> with LogFile.open(Path("desk.jsonl"), kind="desk-log", owner="XA") as log:    # on the disk before it returns
...     log.append({"event": "opened"}, at=at)

Line 1 is a header; then one record a line, canonical JSON (RFC 8785):
``{"at":"<RFC 3339>","index":1,"previous":"<SHA-256 of the line before>","record":{...}}``. A line that a crash tore
is no record: it is set aside in a file beside the log, and the log goes on after the last whole line.

**What a chain cannot show by itself**: that its end was cut off, or that all of it was written anew. It takes a head
(number and hash of a line) that somebody else holds: ``SignedHead`` is one, ``verify(..., heads=)`` uses it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hanoikit.errors import ArtefactUnreadable, Finding, IdentityRejected, LogUnwritable, UsageError
from hanoikit.i18n import _
from hanoikit.trust.canonical import canonical, is_canonical
from hanoikit.trust.certificates import (
    Person,
    check_signature,
    load_certificate,
    require_zone,
)
from hanoikit.trust.certificates import (
    verify as verify_certificate,
)
from hanoikit.trust.identity import Identity

HEADER_TYPE = "hanoikit.chain/1"
HEAD_TYPE = "hanoikit.chain-head/1"

_MEMBERS = ("at", "index", "previous", "record")


@dataclass(frozen=True, slots=True)
class Line:
    """One record: its number (from 1), the time that was written, and the exact bytes with their SHA-256."""

    index: int
    at: datetime
    record: Mapping[str, Any]
    previous: str
    raw: bytes = field(repr=False)
    hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Where a chain stands: the number of its last line and that line's hash."""

    kind: str
    owner: str
    index: int
    hash: str

    def to_bytes(self) -> bytes:
        """The head as canonical JSON: what is signed, timestamped or read out to a colleague."""
        return canonical(
            {
                "hash": self.hash,
                "index": self.index,
                "kind": self.kind,
                "owner": self.owner,
                "type": HEAD_TYPE,
            }
        )


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head with the signature of somebody who saw it, and the time that they state."""

    head: ChainHead
    at: datetime
    certificate: x509.Certificate
    signature: bytes = field(repr=False)

    @classmethod
    def of(cls, head: ChainHead, *, signer: Identity, at: datetime) -> SignedHead:
        require_zone(at)
        return cls(head, at, signer.certificate, signer.sign(_statement(head, at)))

    def verify(self, roots: Sequence[x509.Certificate]) -> Person:
        """Who signed. Raises ``IdentityRejected`` when the certificate or the signature is not good."""
        signer = verify_certificate(self.certificate, roots, self.at)
        check_signature(self.certificate, self.signature, _statement(self.head, self.at))
        return signer

    def to_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "certificate": base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode(),
            "head": json.loads(self.head.to_bytes()),
            "signature": self.signature.hex(),
        }

    @classmethod
    def from_json(cls, value: Any) -> SignedHead:
        """Raises ``ArtefactUnreadable`` when ``value`` is no signed head."""
        try:
            head = value["head"]
            if head["type"] != HEAD_TYPE or type(head["index"]) is not int:
                raise ValueError("it is no head of a chain")
            at = datetime.fromisoformat(value["at"])
            require_zone(at)
            certificate = load_certificate(base64.b64decode(value["certificate"], validate=True))
            made = ChainHead(str(head["kind"]), str(head["owner"]), head["index"], str(head["hash"]))
            return cls(made, at, certificate, bytes.fromhex(value["signature"]))
        except (ValueError, TypeError, KeyError, AttributeError, UsageError, IdentityRejected) as error:
            raise ArtefactUnreadable(
                _("The signed head of a log cannot be read ({detail}).").format(detail=error)
            ) from error


class Chain:
    """A chain in memory. ``torn`` holds the bytes of a last line that a crash cut short."""

    def __init__(self, *, kind: str, owner: str) -> None:
        self.kind, self.owner = kind, owner
        self.header = canonical({"kind": kind, "owner": owner, "type": HEADER_TYPE})
        self.lines: list[Line] = []
        self.torn = b""

    @property
    def head(self) -> ChainHead:
        last = self.lines[-1].hash if self.lines else _digest(self.header)
        return ChainHead(self.kind, self.owner, len(self.lines), last)

    def append(self, record: Mapping[str, Any], *, at: datetime) -> Line:
        """Add a record. Raises ``UsageError`` for a time without zone or a value without canonical form."""
        line = _line(len(self.lines) + 1, record, at, self.head.hash)
        self.lines.append(line)
        return line

    def to_bytes(self) -> bytes:
        return b"".join(raw + b"\n" for raw in (self.header, *(line.raw for line in self.lines)))

    @classmethod
    def from_bytes(cls, data: bytes) -> Chain:
        """Read a chain that holds, a torn last line set aside in ``torn``.

        Raises ``ArtefactUnreadable`` with every finding when a whole line is damaged or a link is broken.
        """
        chain, findings = _read(data)
        broken = [finding for finding in findings if finding.severity == "error"]
        if chain is None or broken:
            raise ArtefactUnreadable(
                _("The log does not hold: lines were altered, removed or put in."),
                next_step=_("Keep it as it is, and compare it with a copy that somebody else has."),
                findings=findings,
            )
        return chain


def verify(
    data: bytes, *, heads: Iterable[ChainHead] = (), kind: str | None = None, owner: str | None = None
) -> list[Finding]:
    """Everything wrong with the bytes of a chain, in reading order; empty when all is well.

    Codes: ``no-header``, ``other-log``, ``unreadable-line``, ``wrong-number``, ``hash-mismatch``,
    ``time-goes-back`` (warning), ``torn-line`` (warning), ``cut-off`` and ``fork`` against ``heads``.
    """
    chain, findings = _read(data)
    if chain is None:
        return findings
    if (kind is not None and chain.kind != kind) or (owner is not None and chain.owner != owner):
        message = _("It is the log {kind} of {owner}, not the one that was asked for.")
        text = message.format(kind=chain.kind, owner=chain.owner)
        findings.insert(0, Finding("other-log", text, _("header")))
    hashes = [_digest(chain.header), *(_digest(raw) for raw in _raw_lines(data))]
    for head in heads:
        where = _("line {number}").format(number=head.index)
        if (head.kind, head.owner) != (chain.kind, chain.owner):
            findings.append(Finding("other-log", _("The head that was given is of another log."), where))
        elif head.index >= len(hashes):
            message = _("Lines are missing at the end: somebody saw this log with {number} lines.")
            findings.append(Finding("cut-off", message.format(number=head.index), where))
        elif hashes[head.index] != head.hash:
            message = _("Somebody saw another line here: the log was written anew, or there are two of them.")
            findings.append(Finding("fork", message, where))
    return findings


class LogFile:
    """A chain as a file that grows. What ``append`` returned is on the disk (``fsync``), whatever happens next.

    One process writes at a time. The file is read once when it is opened; the lines are not kept in memory.
    """

    def __init__(self, path: Path, stream: FileIO, head: ChainHead, *, sync: bool) -> None:
        self.path, self._stream, self._head, self._sync = path, stream, head, sync

    @classmethod
    def open(cls, path: Path, *, kind: str, owner: str, sync: bool = True) -> LogFile:
        """Open or begin the log at ``path``.

        A torn last line is moved to ``<name>.torn``. Raises ``ArtefactUnreadable`` when the log does not hold or
        is of another kind or owner: a broken log is evidence and is not written to. ``sync=False`` leaves the
        moment of writing to the system, for tests and trials.
        """
        path = Path(path)
        try:
            data = path.read_bytes() if path.exists() else b""
            if b"\n" not in data:
                # Nothing but a header that was never finished: begin again, and keep what was there.
                _set_aside(path, data)
                chain = Chain(kind=kind, owner=owner)
                _replace(path, chain.to_bytes())
            else:
                chain = Chain.from_bytes(data)
                if (chain.kind, chain.owner) != (kind, owner):
                    raise ArtefactUnreadable(
                        _("This is the log {kind} of {owner}.").format(kind=chain.kind, owner=chain.owner),
                        where=str(path),
                        next_step=_("Choose another file."),
                    )
                if chain.torn or not data.endswith(b"\n"):
                    _set_aside(path, chain.torn)
                    _replace(path, chain.to_bytes())
            return cls(path, path.open("ab", buffering=0), chain.head, sync=sync)
        except OSError as error:
            raise ArtefactUnreadable(
                _("The log cannot be opened for writing."), where=str(path), next_step=error.strerror or ""
            ) from error
        except ArtefactUnreadable as error:
            error.where = error.where or str(path)
            raise

    @property
    def head(self) -> ChainHead:
        return self._head

    def append(self, record: Mapping[str, Any], *, at: datetime) -> Line:
        """Add one record and put it on the disk."""
        return self.extend([(record, at)])[0]

    def extend(self, records: Iterable[tuple[Mapping[str, Any], datetime]]) -> list[Line]:
        """Add several records with one write and one ``fsync``: the way to be quick and still sure.

        Raises ``LogUnwritable`` when the disk refuses; the log is then as it was.
        """
        lines = lines_after(self._head, records)
        if lines:
            self._write(b"".join(line.raw + b"\n" for line in lines))
            self._head = ChainHead(self._head.kind, self._head.owner, lines[-1].index, lines[-1].hash)
        return lines

    def _write(self, data: bytes) -> None:
        number = self._stream.fileno()
        before = os.fstat(number).st_size
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(number, view) :]
            if self._sync:
                os.fsync(number)
        except OSError as error:
            # Half a record (a full disk) would spoil the lines after it.
            with contextlib.suppress(OSError):
                os.ftruncate(number, before)
            raise LogUnwritable(
                _("The log cannot be written to; nothing was recorded."),
                where=str(self.path),
                next_step=_("Free some room on the disk, then do it again."),
            ) from error

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def lines_after(head: ChainHead, records: Iterable[tuple[Mapping[str, Any], datetime]]) -> list[Line]:
    """The lines with which a chain that stands at ``head`` goes on, for whoever keeps them elsewhere than in a file.

    Raises ``UsageError`` for a time without zone or a value without canonical form.
    """
    lines: list[Line] = []
    index, previous = head.index, head.hash
    for record, at in records:
        index += 1
        lines.append(_line(index, record, at, previous))
        previous = lines[-1].hash
    return lines


def _line(index: int, record: Mapping[str, Any], at: datetime, previous: str) -> Line:
    require_zone(at)
    value = {"at": at.isoformat(), "index": index, "previous": previous, "record": dict(record)}
    raw = canonical(value)
    return Line(index, at, value["record"], previous, raw, _digest(raw))  # type: ignore[arg-type]


def _read(data: bytes) -> tuple[Chain | None, list[Finding]]:
    header, _newline, rest = data.partition(b"\n")
    try:
        value = json.loads(header)
        if value["type"] != HEADER_TYPE or not is_canonical(header, value):
            raise ValueError
        chain = Chain(kind=value["kind"], owner=value["owner"])
        if chain.header != header:
            raise ValueError
    except (ValueError, TypeError, KeyError, RecursionError, UsageError):
        return None, [Finding("no-header", _("The first line is no header of a log."), _("header"))]
    findings: list[Finding] = []
    *whole, last = rest.split(b"\n")
    if last:
        if isinstance(_parse(last), Line):
            whole.append(last)  # only the end of the line is missing; the record is whole
        else:
            chain.torn = last
    previous = _digest(header)
    clock: datetime | None = None
    for place, raw in enumerate(whole, 1):
        where = _("line {number}").format(number=place)
        line = _parse(raw)
        if isinstance(line, str):
            findings.append(Finding("unreadable-line", line, where))
            previous = _digest(raw)
            continue
        if line.index != place:
            message = _("It says that it is line {number}.").format(number=line.index)
            findings.append(Finding("wrong-number", message, where))
        if line.previous != previous:
            message = _(
                "It does not continue the line above: a line was altered, taken out or put in before it."
            )
            findings.append(Finding("hash-mismatch", message, where))
        if clock is not None and line.at < clock:
            message = _("Its time is before that of the line above.")
            findings.append(Finding("time-goes-back", message, where, severity="warning"))
        clock, previous = line.at, line.hash
        chain.lines.append(line)
    if chain.torn:
        message = _("The last line is incomplete, as after a crash while writing. It was set aside.")
        where = _("line {number}").format(number=len(whole) + 1)
        findings.append(Finding("torn-line", message, where, severity="warning"))
    return chain, findings


def _raw_lines(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")[1:]
    return [raw for raw in lines if raw]


def _parse(raw: bytes) -> Line | str:
    try:
        value = json.loads(raw)
        if tuple(value) != _MEMBERS or type(value["index"]) is not int or type(value["record"]) is not dict:
            return _("It has not the members that a record has.")
        at = datetime.fromisoformat(value["at"])
        require_zone(at)
        if type(value["previous"]) is not str or not is_canonical(raw, value):
            return _("It is not in canonical form.")
    except (ValueError, TypeError, KeyError, RecursionError, UsageError):
        return _("It is damaged: no record can be read from it.")
    return Line(value["index"], at, value["record"], value["previous"], raw, _digest(raw))


def _statement(head: ChainHead, at: datetime) -> bytes:
    return canonical({"at": at.isoformat(), "head": json.loads(head.to_bytes()), "type": HEAD_TYPE})


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _set_aside(path: Path, torn: bytes) -> None:
    if torn:
        with path.with_name(path.name + ".torn").open("ab") as beside:
            beside.write(torn + b"\n")
            beside.flush()
            os.fsync(beside.fileno())


def _replace(path: Path, data: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)
