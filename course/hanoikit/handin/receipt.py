"""Receipts: what was handed in, signed by who handed it in; and what came in, signed by who took it.

>>> receipt = Receipt.sign(assignment="m04-evidence-chain", trainee="t07", name="Amal", class_id="3f9a...", at=now,
...                        number=1, files=3, size=81223, manifest="9f86...", key=me.key)
>>> receipt.code
'K7QF-2M9X-PT3A'
>>> receipt.verify()
>>> Receipt.from_json(receipt.to_json()) == receipt
True

A trainee's receipt is signed with the trainee's own Ed25519 key (RFC 8032), made on the trainee's machine. Nobody
vouches for that key, so the receipt alone says: whoever holds this key sealed exactly these files. That the key is
the trainee's, the collection sees when the bundle comes from the trainee's hand, and it keeps the key in mind. The
counter-receipt of the collection is signed by the registrar, whose certificate the class's authority issued.

What is signed is canonical JSON (RFC 8785); the code is made from exactly these bytes.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from hanoikit.errors import Finding, HanoiKitError, IdentityRejected, ReceiptRejected, UsageError
from hanoikit.handin import codes
from hanoikit.handin.me import Who
from hanoikit.i18n import _
from hanoikit.trust.canonical import canonical
from hanoikit.trust.certificates import check_signature, load_certificate, require_zone
from hanoikit.trust.certificates import verify as verify_certificate
from hanoikit.trust.identity import Identity, Person

RECEIPT_TYPE = "hanoikit.receipt/1"
COUNTER_TYPE = "hanoikit.counter-receipt/1"
LARGEST = 1 << 20
"""Bytes that a receipt may have."""

ASSIGNMENT = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
"""What the name of an assignment looks like; it becomes the name of a folder."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a trainee sealed. ``manifest`` is the SHA-256 of the bag's ``manifest-sha256.txt``, so it stands for every
    name and every byte; ``size`` is the bytes of the ``files``; ``number`` counts the hand-ins of this assignment from
    1; ``renamed`` lists (name on the trainee's disk, name in the bundle) where the first could not travel; ``key`` is
    the public key in hexadecimal.
    """

    assignment: str
    trainee: str
    name: str
    class_id: str
    at: datetime
    number: int
    files: int
    size: int
    manifest: str
    key: str
    renamed: tuple[tuple[str, str], ...] = ()
    signature: str = field(default="", repr=False)

    @classmethod
    def sign(
        cls,
        *,
        assignment: str,
        trainee: str,
        name: str,
        class_id: str,
        at: datetime,
        number: int,
        files: int,
        size: int,
        manifest: str,
        key: Ed25519PrivateKey,
        renamed: Sequence[tuple[str, str]] = (),
    ) -> Receipt:
        """A receipt with its signature; ``at`` is aware, its seconds whole. Raises ``UsageError`` for what cannot be
        signed."""
        require_zone(at)
        if not ASSIGNMENT.fullmatch(assignment):
            raise UsageError(_("“{name}” is no name of an assignment.").format(name=assignment[:80]))
        bare = cls(
            assignment,
            trainee,
            name,
            class_id,
            at.replace(microsecond=0),
            number,
            files,
            size,
            manifest,
            key.public_key().public_bytes_raw().hex(),
            tuple(renamed),
        )
        return replace(bare, signature=key.sign(bare.statement).hex())

    @property
    def statement(self) -> bytes:
        """The bytes that are signed."""
        return canonical(self._content())

    @property
    def code(self) -> str:
        """The code to read out; it follows from what is signed."""
        return codes.code_of(self.statement)

    def verify(self) -> None:
        """Raise :class:`ReceiptRejected` unless the key that the receipt names signed exactly this."""
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key)).verify(
                bytes.fromhex(self.signature), self.statement
            )
        except (ValueError, InvalidSignature, UsageError) as error:
            message = _(
                "The receipt was altered after it was signed, or somebody else's signature was put in."
            )
            raise _rejected("receipt-signature", message, ("RFC 8032 5.1.7",)) from error

    def _content(self) -> dict[str, Any]:
        return {
            "assignment": self.assignment,
            "at": self.at.isoformat(),
            "class": self.class_id,
            "files": self.files,
            "key": self.key,
            "manifest": self.manifest,
            "name": self.name,
            "number": self.number,
            "renamed": [list(pair) for pair in self.renamed],
            "size": self.size,
            "trainee": self.trainee,
            "type": RECEIPT_TYPE,
        }

    def to_json(self) -> str:
        """The receipt as JSON text, its code with it."""
        value = {"code": self.code, "receipt": self._content(), "signature": self.signature}
        return json.dumps(value, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Receipt:
        """Read a receipt; its signature is not checked here. Raises :class:`ReceiptRejected` when it is none."""
        value, said = _parse(text, "receipt", RECEIPT_TYPE)
        try:
            if value.keys() != {"code", "receipt", "signature"}:
                raise ValueError(_("it has other members than a receipt"))
            made = cls(
                _text(said, "assignment", ASSIGNMENT),
                _text(said, "trainee"),
                _text(said, "name"),
                _text(said, "class"),
                _moment(said),
                _count(said, "number"),
                _count(said, "files"),
                _count(said, "size"),
                _text(said, "manifest", _DIGEST),
                _text(said, "key", _DIGEST),
                _pairs(said),
                _text(value, "signature", _SIGNATURE),
            )
            if made._content() != said:
                raise ValueError(_("it has other members than a receipt"))
            if Who.of(name=made.name, id=made.trainee) != Who(made.trainee, made.name):
                raise ValueError(_("{member} is not as it should be").format(member="name"))
        except (ValueError, KeyError, TypeError, UsageError) as error:
            raise _unreadable(error) from error
        if value["code"] != made.code:
            message = _("The code {code} is not the code of what this receipt says ({own}).")
            raise _rejected("receipt-code", message.format(code=str(value["code"])[:40], own=made.code))
        return made


@dataclass(frozen=True, slots=True)
class CounterReceipt:
    """What the collection of a class says about a file that came in, signed by the class's registrar.

    ``file`` is the SHA-256 of the file as it came, ``code`` that of the trainee's receipt (empty for a file without
    one), ``state`` ``accepted``, ``duplicate`` or ``set-aside``, ``late`` whether the due time had passed, ``line`` the
    number of the line of the grade ledger (0 when it is not in it).
    """

    class_id: str
    trainee: str
    assignment: str
    code: str
    file: str
    received: datetime
    state: str
    late: bool
    line: int
    certificate: x509.Certificate
    signature: bytes = field(default=b"", repr=False)

    @classmethod
    def sign(
        cls,
        *,
        class_id: str,
        trainee: str,
        assignment: str,
        code: str,
        file: str,
        received: datetime,
        state: str,
        signer: Identity,
        late: bool = False,
        line: int = 0,
    ) -> CounterReceipt:
        """A counter-receipt with the registrar's signature; ``received`` is aware."""
        require_zone(received)
        bare = cls(class_id, trainee, assignment, code, file, received, state, late, line, signer.certificate)
        return replace(bare, signature=signer.sign(bare.statement))

    @property
    def statement(self) -> bytes:
        """The bytes that are signed."""
        return canonical(self._content())

    def verify(self, roots: Sequence[x509.Certificate]) -> Person:
        """Who signed, if one of ``roots`` (the class's certificate) vouches for them. Raises ``IdentityRejected``."""
        person = verify_certificate(self.certificate, roots, self.received)
        check_signature(self.certificate, self.signature, self.statement)
        return person

    def _content(self) -> dict[str, Any]:
        return {
            "assignment": self.assignment,
            "class": self.class_id,
            "code": self.code,
            "file": self.file,
            "late": self.late,
            "line": self.line,
            "received": self.received.isoformat(),
            "state": self.state,
            "trainee": self.trainee,
            "type": COUNTER_TYPE,
        }

    def to_json(self) -> str:
        """The counter-receipt as JSON text."""
        der = base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()
        value = {"certificate": der, "receipt": self._content(), "signature": self.signature.hex()}
        return json.dumps(value, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> CounterReceipt:
        """Read a counter-receipt; its signature is not checked here. Raises :class:`ReceiptRejected`."""
        value, said = _parse(text, "receipt", COUNTER_TYPE)
        try:
            if type(said["late"]) is not bool:
                raise ValueError("late")
            made = cls(
                _text(said, "class"),
                _text(said, "trainee"),
                _text(said, "assignment"),
                _text(said, "code"),
                _text(said, "file", _DIGEST),
                _moment(said, "received"),
                _text(said, "state"),
                said["late"],
                _count(said, "line"),
                load_certificate(base64.b64decode(_text(value, "certificate"), validate=True)),
                bytes.fromhex(_text(value, "signature", _SIGNATURE)),
            )
            if made._content() != said:
                raise ValueError(_("it has other members than a receipt"))
        except (ValueError, KeyError, TypeError, IdentityRejected) as error:
            raise _unreadable(error) from error
        return made


def kind_of(text: str | bytes) -> str:
    """The ``type`` that a JSON text of the course states (``hanoikit.receipt/1`` ...), or an empty text."""
    try:
        value = json.loads(text)
        inner = value.get("receipt", value) if isinstance(value, dict) else {}
        found = inner.get("type", "") if isinstance(inner, dict) else ""
    except (ValueError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""


def _parse(text: str | bytes, member: str, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        if len(text) > LARGEST:
            raise ValueError(_("it is too large"))
        value = json.loads(text)
        said = value[member]
        if not isinstance(said, dict):
            raise TypeError(member)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unreadable(error) from error
    if said.get("type") != kind:
        message = _("This is no receipt of the form {kind}; it says {said}.")
        raise _rejected("receipt-form", message.format(kind=kind, said=str(said.get("type"))[:60]))
    return value, said


def _text(value: Mapping[str, Any], name: str, form: re.Pattern[str] | None = None) -> str:
    found = value[name]
    if not isinstance(found, str) or len(found) > 20_000 or (form is not None and not form.fullmatch(found)):
        raise ValueError(_("{member} is not as it should be").format(member=name))
    return found


def _count(value: Mapping[str, Any], name: str) -> int:
    found = value[name]
    if type(found) is not int or not 0 <= found < 1 << 48:
        raise ValueError(_("{member} is not as it should be").format(member=name))
    return found


def _moment(value: Mapping[str, Any], name: str = "at") -> datetime:
    moment = datetime.fromisoformat(_text(value, name))
    if moment.utcoffset() is None:
        raise ValueError(_("its time has no offset from UTC"))
    return moment


def _pairs(value: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs = value["renamed"]
    if not isinstance(pairs, list) or not all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(name, str) for name in pair)
        for pair in pairs
    ):
        raise ValueError(_("{member} is not as it should be").format(member="renamed"))
    return tuple((old, new) for old, new in pairs)


def _unreadable(error: Exception) -> ReceiptRejected:
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return _rejected(
            "receipt-unreadable", _("This is no receipt, no history and no record of completion.")
        )
    detail = error.what if isinstance(error, HanoiKitError) else str(error)
    return _rejected("receipt-unreadable", _("This is no receipt ({detail}).").format(detail=detail[:200]))


def _rejected(code: str, message: str, provisions: tuple[str, ...] = ()) -> ReceiptRejected:
    return ReceiptRejected(
        message,
        next_step=_("Use the file as it was written; ask for it again if need be."),
        findings=[Finding(code, message, "receipt.json", provisions)],
    )
