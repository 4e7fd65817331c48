"""A detached Ed25519 signature over one file: a small JSON envelope that carries the signer's certificate.

>>> envelope = sign(b"...", file="tagmanifest-sha256.txt", identity=examiner)
>>> findings(read(envelope), b"...", file="tagmanifest-sha256.txt", where="x.sig.json", roots=[root],
at=moment) []

The signature is over the bare bytes of the file (RFC 8032, pure Ed25519), so that a program that knows
nothing of this envelope can check it, for example ``openssl pkeyutl -verify -rawin``.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hanoikit.errors import Finding, IdentityRejected
from hanoikit.i18n import _
from hanoikit.trust import certificates

if TYPE_CHECKING:
    from cryptography import x509

    from hanoikit.trust.identity import Identity

FORMAT = "hanoikit-detached-signature-1"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an envelope says; nothing in it is believed before :func:`findings` has checked it."""

    file: str
    signature: bytes
    certificate: x509.Certificate


def sign(data: bytes, *, file: str, identity: Identity) -> bytes:
    """The envelope (UTF-8 JSON) with the identity's signature over ``data``, the content of ``file``."""
    fields = {
        "format": FORMAT,
        "file": file,
        "algorithm": "Ed25519",
        "signature": base64.b64encode(identity.sign(data)).decode("ascii"),
        "certificate": certificates.pem(identity.certificate).decode("ascii"),
    }
    return (json.dumps(fields, indent=2) + "\n").encode("utf-8")


def read(data: bytes) -> Envelope:
    """Read an envelope; ``ValueError`` if it is not one."""
    fields: Any = json.loads(data.decode("utf-8"))
    if not isinstance(fields, dict) or fields.get("format") != FORMAT or fields.get("algorithm") != "Ed25519":
        raise ValueError("not a detached signature")
    try:
        return Envelope(
            file=str(fields["file"]),
            signature=base64.b64decode(fields["signature"], validate=True),
            certificate=certificates.load_certificate(str(fields["certificate"]).encode("ascii")),
        )
    except (KeyError, TypeError, binascii.Error, UnicodeEncodeError, IdentityRejected) as error:
        raise ValueError("not a detached signature") from error


def findings(
    envelope: Envelope,
    data: bytes,
    *,
    file: str,
    where: str,
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> list[Finding]:
    """What is wrong with the signature: ``signature-wrong``, ``signer-not-trusted``; empty if it holds at
    ``at``.
    """
    found = []
    try:
        if envelope.file != file:
            raise IdentityRejected(_("The signature is one over another file."))
        certificates.check_signature(envelope.certificate, envelope.signature, data)
    except IdentityRejected:
        message = _("The signature does not fit {file}: it was changed or written again after signing.")
        found.append(Finding("signature-wrong", message.format(file=file), where, ("RFC 8032 5.1.7",)))
    for reason in certificates.problems(envelope.certificate, roots, at):
        message = _("The signer's certificate is not accepted: {why}").format(why=reason.message)
        found.append(Finding("signer-not-trusted", message, where, reason.provisions))
    return found
