"""Signed messages: sealed by a desk, opened by another, and refused with every reason.

>>> sealed = seal(message, identities["XA"])
>>> opened = open_envelope(sealed.to_bytes(), directory=directory, desk="XC", at=now, seen=inbox_ids)
>>> opened.message.kind, opened.entry.desk
('preservation-request', 'XA')

An envelope is ``{"message":{...},"signature":"<hex>","signer":"<fingerprint>","type":"hanoikit.envelope/1"}``. The
Ed25519 signature covers the canonical JSON of message, signer and type, so that neither the words nor the name of
the signer can be exchanged. A reader takes the certificate from its own register, never from the sender.

What can be wrong has a code each (``Cause``): malformed, forged, unknown signer, a certificate that is expired, not yet
valid or not trusted, a desk that speaks for another one, a message for another desk, a replay, a time ahead of ours.

**Clocks.** A message may come from up to five minutes ahead of the reader's clock (``Tolerance.ahead``): clocks
differ. How old it may be is a choice: without ``Tolerance.age`` there is no limit, because a desk that was offline
must get all its mail; then ``seen`` has to know every id ever received. Set ``age`` where the memory of ids is
shorter than that. A certificate must be valid at ``at``, the moment of receipt: judging it at the time that the
sender wrote would let the finder of an old key date back.

**What an envelope does not do**: it does not hide anything. Between machines, use an encrypted connection.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hanoikit.errors import EnvelopeRejected, Finding, MessageUnreadable
from hanoikit.i18n import _
from hanoikit.network import strict
from hanoikit.network.directory import Directory, Entry
from hanoikit.network.messages import Message
from hanoikit.trust.canonical import canonical
from hanoikit.trust.certificates import require_zone
from hanoikit.trust.identity import Identity

TYPE = "hanoikit.envelope/1"
MAX_BYTES = strict.MAX_BYTES + 1024
_MEMBERS = {"message", "signature", "signer", "type"}
_SIGNED = ("40(14)", "RFC 8032 5.1.7")


class Cause(StrEnum):
    """Why an envelope is refused; also the codes of the findings."""

    MALFORMED = "malformed"
    UNKNOWN_SIGNER = "unknown-signer"
    FORGED = "forged"
    UNTRUSTED = "untrusted-certificate"
    EXPIRED = "expired-certificate"
    NOT_YET_VALID = "certificate-not-yet-valid"
    WRONG_DESK = "speaks-for-another-desk"
    WRONG_RECIPIENT = "wrong-recipient"
    REPLAY = "replay"
    AHEAD = "ahead-of-our-clock"
    TOO_OLD = "too-old"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a message's time may be from the reader's: ``ahead`` of it, and of which ``age`` (None: any)."""

    ahead: timedelta = timedelta(minutes=5)
    age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message with the signature of a desk; nothing of it is verified yet."""

    message: Message
    signer: str
    signature: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """The id of the message: whoever signs it, and however often."""
        return self.message.id

    def to_json(self) -> dict[str, Any]:
        return {
            "message": self.message.to_json(),
            "signature": self.signature.hex(),
            "signer": self.signer,
            "type": TYPE,
        }

    def to_bytes(self) -> bytes:
        """The canonical JSON of the envelope."""
        return canonical(self.to_json())

    @classmethod
    def read(cls, data: bytes | str) -> Envelope:
        """An envelope from strict JSON. Raises ``MessageUnreadable``."""
        return cls.from_json(strict.load(data, limit=MAX_BYTES))

    @classmethod
    def from_json(cls, value: Any) -> Envelope:
        """An envelope from plain data. Raises ``MessageUnreadable`` with everything wrong with its form."""
        if not isinstance(value, dict) or set(value) != _MEMBERS or value["type"] != TYPE:
            raise strict.unreadable("no-envelope", _("It is no signed message of the network."))
        signer = _hexadecimal(value["signer"], 64)
        signature = _hexadecimal(value["signature"], 128)
        return cls(Message.from_json(value["message"]), signer, bytes.fromhex(signature))


@dataclass(frozen=True, slots=True)
class Opened:
    """A message that may be acted on: whose it is, and when it came in."""

    message: Message
    entry: Entry
    received: datetime
    envelope: Envelope = field(repr=False)

    @property
    def id(self) -> str:
        return self.message.id


def seal(message: Message, signer: Identity) -> Envelope:
    """The message, signed. The same message and signer give the same bytes."""
    return Envelope(message, signer.fingerprint, signer.sign(_statement(message, signer.fingerprint)))


def open_envelope(
    data: bytes | str | Envelope,
    *,
    directory: Directory,
    at: datetime,
    desk: str | None = None,
    seen: Container[str] = (),
    tolerance: Tolerance = Tolerance(),
) -> Opened:
    """The message of an envelope that may be acted on.

    ``at`` is the moment of receipt (aware). ``desk`` is the reader; None for a service that carries for all. ``seen``
    knows the ids that were received before. Raises ``EnvelopeRejected`` with every reason, the gravest first.
    """
    envelope, findings = examine(data, directory=directory, at=at, desk=desk, seen=seen, tolerance=tolerance)
    if findings or envelope is None:
        raise EnvelopeRejected(
            _("The message is not accepted."),
            where=envelope.id[:16] if envelope is not None else None,
            next_step=_next_step(findings[0].code),
            findings=findings,
        )
    signer = directory.signer(envelope.signer)
    assert signer is not None
    return Opened(envelope.message, signer[0], at, envelope)


def examine(
    data: bytes | str | Envelope,
    *,
    directory: Directory,
    at: datetime,
    desk: str | None = None,
    seen: Container[str] = (),
    tolerance: Tolerance = Tolerance(),
) -> tuple[Envelope | None, list[Finding]]:
    """The envelope as it can be read, and every reason not to accept it; none when it is good."""
    require_zone(at)
    if isinstance(data, Envelope):
        envelope = data
    else:
        try:
            envelope = Envelope.read(data)
        except MessageUnreadable as error:
            return None, [
                Finding(Cause.MALFORMED, str(one), one.where, ("40(14)",)) for one in error.findings
            ]
    message = envelope.message
    findings = _signature_problems(envelope, directory, at)
    if message.recipient not in directory:
        text = _("There is no desk {desk} in the register.").format(desk=message.recipient)
        findings.append(Finding(Cause.WRONG_RECIPIENT, text, "to", ("41(2)",)))
    elif desk is not None and message.recipient != desk:
        text = _("It is for {desk}, not for us. Do not act on it; tell the sender.").format(
            desk=message.recipient
        )
        findings.append(Finding(Cause.WRONG_RECIPIENT, text, "to", ("41(4)",)))
    if message.sent - at > tolerance.ahead:
        text = _("It was written {time} ahead of our clock. One of the two clocks is wrong.").format(
            time=_minutes(message.sent - at)
        )
        findings.append(Finding(Cause.AHEAD, text, "sent", ("40(14)",)))
    elif tolerance.age is not None and at - message.sent > tolerance.age:
        text = _("It was written {time} ago, longer than messages are accepted.").format(
            time=_minutes(at - message.sent)
        )
        findings.append(Finding(Cause.TOO_OLD, text, "sent", ("40(14)",)))
    if envelope.id in seen:
        text = _("We have it already. Nothing is done a second time.")
        findings.append(Finding(Cause.REPLAY, text, "id", ("40(14)",)))
    return envelope, findings


def _signature_problems(envelope: Envelope, directory: Directory, at: datetime) -> list[Finding]:
    known = directory.signer(envelope.signer)
    if known is None:
        text = _("Nobody in the register signs with this certificate.")
        return [Finding(Cause.UNKNOWN_SIGNER, text, "signer", ("41(2)",))]
    entry, certificate = known
    key = certificate.public_key()
    findings = []
    try:
        if not isinstance(key, Ed25519PublicKey):
            raise InvalidSignature
        key.verify(envelope.signature, _statement(envelope.message, envelope.signer))
    except InvalidSignature:
        text = _("The signature of {desk} does not fit: the message was altered, or somebody else wrote it.")
        findings.append(Finding(Cause.FORGED, text.format(desk=entry.desk), "signature", _SIGNED))
    for problem in directory.certificate_problems(entry, certificate, at=at):
        cause = {"expired": Cause.EXPIRED, "not-yet-valid": Cause.NOT_YET_VALID}.get(
            problem.code, Cause.UNTRUSTED
        )
        findings.append(Finding(cause, problem.message, "signer", problem.provisions))
    if entry.desk != envelope.message.sender:
        text = _("It says that it comes from {desk}, but {signer} signed it.").format(
            desk=envelope.message.sender, signer=entry.desk
        )
        findings.append(Finding(Cause.WRONG_DESK, text, "from", ("41(2)", *_SIGNED)))
    return findings


def _statement(message: Message, signer: str) -> bytes:
    # Canonical JSON by hand, so that the message is written once: the members are in their order, and the
    # fingerprint is hexadecimal.
    return b"".join(
        (
            b'{"message":',
            message.to_bytes(),
            b',"signer":"',
            signer.encode(),
            b'","type":"',
            TYPE.encode(),
            b'"}',
        )
    )


def _hexadecimal(value: Any, length: int) -> str:
    # One value has one spelling: fromhex would also take capitals and spaces.
    if type(value) is not str or len(value) != length or not set(value) <= set("0123456789abcdef"):
        raise strict.unreadable("no-envelope", _("Its signature or signer is no text of hexadecimal digits."))
    return value


def _minutes(span: timedelta) -> str:
    return _("{minutes} minutes").format(minutes=int(span.total_seconds()) // 60)


def _next_step(cause: str) -> str:
    steps: dict[str, Callable[[], str]] = {
        Cause.MALFORMED: lambda: _("Ask the sender to send it again."),
        Cause.UNKNOWN_SIGNER: lambda: _("Look the desk up in the register and call it on the number there."),
        Cause.FORGED: lambda: _("Do not act on it. Call the desk on the number in the register."),
        Cause.EXPIRED: lambda: _(
            "Call the desk on the number in the register and ask for its new certificate."
        ),
        Cause.WRONG_DESK: lambda: _("Do not act on it. Call both desks on the numbers in the register."),
        Cause.WRONG_RECIPIENT: lambda: _("Tell the sender, and act on nothing in it."),
        Cause.REPLAY: lambda: _("Nothing is to be done; the first copy is in the case file."),
        Cause.AHEAD: lambda: _("Check your own clock first, then call the desk."),
    }
    return steps.get(cause, lambda: _("Call the desk on the number in the register."))()
