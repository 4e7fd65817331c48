"""One entry of a custody log: its members, its line in the file, what may be written and what can be read.

>>> line = signed_line({"action": "collected", ...}, anh)
>>> read_line(line, 1).action
'collected'

A line is ``{"entry":{...},"signature":"<hex>"}`` in canonical JSON (RFC 8785). The signature covers the
bytes of the object ``entry`` as they stand, so a reader needs no second encoder to verify it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hanoikit.errors import IdentityRejected, UsageError
from hanoikit.evidence.hashing import ALGORITHMS
from hanoikit.i18n import _
from hanoikit.trust.canonical import canonical, is_canonical
from hanoikit.trust.certificates import fingerprint, load_certificate, require_zone
from hanoikit.trust.identity import Identity

_HEX_DIGITS = frozenset("0123456789abcdef")
ENTRY_TYPE = "hanoikit.custody-entry/1"

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


_PATTERNS = {
    dict: r"\{[^{}]*\}",
    bool: "true|false",
    int: "0|[1-9][0-9]{0,15}",
    str: r'[^"\\\x00-\x1f]*',
}
_MEMBERS = ",".join(
    f'"{name}":"(?P<{name}>{_PATTERNS[kind]})"' if kind is str else f'"{name}":(?P<{name}>{_PATTERNS[kind]})'
    for name, kind in zip(_SORTED_FIELDS[:-1], _KINDS, strict=False)
)
_PLAIN = re.compile(rf'\{{{_MEMBERS},"type":"{re.escape(ENTRY_TYPE)}"\}}').fullmatch
_WORD = re.compile(r"[a-z0-9-]+").fullmatch


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


def signed_line(value: Mapping[str, Any], signer: Identity | bytes) -> bytes:
    """A line of the log: the canonical entry and the signer's signature of exactly its bytes.

    Instead of a signer a ready signature of 64 bytes may be given, whether it fits or not.
    """
    body = canonical(dict(value))
    signature = signer if isinstance(signer, bytes) else signer.sign(body)
    return b"".join((_ENTRY_MARK, body, _SIGNATURE_MARK, signature.hex().encode(), b'"}'))


def read_line(line: bytes, place: int) -> CustodyEntry | Unreadable:
    """The entry in a line at ``place`` (from 1), or why it cannot be read. Nothing is verified."""
    if not line.startswith(_ENTRY_MARK) or line[-_TAIL:-130] != _SIGNATURE_MARK or line[-2:] != b'"}':
        return Unreadable(place, line, _("It is no signed entry."))
    body = line[len(_ENTRY_MARK) : -_TAIL]
    try:
        signature = line[-130:-2].decode("ascii")
        # One signature has one spelling: fromhex would also take capitals and spaces.
        if bytes.fromhex(signature).hex() != signature:
            raise ValueError(signature)
        value = _plain_value(body) or _any_value(body)
        at = datetime.fromisoformat(value["time"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        reason = (
            str(error) if isinstance(error, _NoEntry) else _("It is damaged: no entry can be read from it.")
        )
        return Unreadable(place, line, reason)
    if at.tzinfo is None:
        return Unreadable(place, line, _("Its time has no zone."))
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


def refuse_bad_entry(action: str, item: str, place: str, at: datetime, digests: Mapping[str, str]) -> None:
    """Raise ``UsageError`` for an entry that must not be written."""
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
        if expected != len(digest) or not set(digest) <= _HEX_DIGITS:
            raise UsageError(f"{digest!r} is not a digest by {name!r} in lower-case hexadecimal.")


def counterpart_fingerprint(other: Identity | x509.Certificate | str) -> str:
    """The fingerprint of the other person of a handover, or "". Raises ``UsageError`` for a text that is
    none.
    """
    if isinstance(other, Identity):
        return other.fingerprint
    if isinstance(other, x509.Certificate):
        return fingerprint(other)
    if other and (len(other) != 64 or not set(other) <= _HEX_DIGITS):
        raise UsageError(f"{other!r} is not the fingerprint of a certificate: 64 hexadecimal digits.")
    return other


class _NoEntry(ValueError):
    """JSON, but no entry."""


def _any_value(body: bytes) -> dict[str, Any]:
    """The members of an entry. Raises ``ValueError`` for what is not the canonical JSON of one."""
    value = json.loads(body)
    if tuple(value) != _SORTED_FIELDS or tuple(map(type, value.values())) != _KINDS:
        raise _NoEntry(_("It has not the members that an entry has."))
    if value["type"] != ENTRY_TYPE or not all(type(digest) is str for digest in value["digests"].values()):
        raise _NoEntry(_("It is no custody entry, or its digests are no text."))
    if not is_canonical(body, value):
        raise _NoEntry(_("It is not in canonical form."))
    result: dict[str, Any] = value
    return result


def _plain_value(body: bytes) -> dict[str, Any] | None:
    """The same for an entry in which no character is escaped, as nearly all are: twice as fast.

    Text that fits the pattern is canonical as it stands. ``None`` means that the long way has to be gone.
    """
    found = _PLAIN(body.decode())
    if found is None:
        return None
    value: dict[str, Any] = found.groupdict()
    digests = value["digests"]
    if digests == "{}":
        value["digests"] = {}
    else:
        name, _colon, digest = digests[2:-2].partition('":"')
        if not _WORD(name) or not _WORD(digest):
            return None
        value["digests"] = {name: digest}
    value["entered_late"] = value["entered_late"] == "true"
    value["index"] = int(value["index"])
    return value


def encode_certificate(certificate: x509.Certificate) -> str:
    """A certificate as an entry carries it: DER in base64."""
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def decode_certificate(text: str) -> x509.Certificate | None:
    """The certificate that an entry carries; ``None`` when the text is none."""
    try:
        return load_certificate(base64.b64decode(text, validate=True))
    except (ValueError, IdentityRejected):
        return None
