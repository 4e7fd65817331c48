"""X.509 certificates of people: what they say, and every reason not to accept one.

>>> verify(certificate, [authority.certificate], at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC))
Person(name='Lan Anh Tran', role='DEFR', organisation='Cyber Unit', state='XA', fingerprint='a3e1...')

The rules are those of RFC 5280 for a path of length one: the course's authority issues directly to people.
They are written out here because the path validation of common libraries is made for web servers and knows
no Ed25519.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hanoikit.errors import Finding, IdentityRejected, UsageError
from hanoikit.i18n import _

_Kind = TypeVar("_Kind", bound=x509.ExtensionType)

_DAMAGE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_UNDERSTOOD = frozenset(
    {
        x509.BasicConstraints.oid,
        x509.KeyUsage.oid,
        x509.ExtendedKeyUsage.oid,
        x509.SubjectKeyIdentifier.oid,
        x509.AuthorityKeyIdentifier.oid,
    }
)


@dataclass(frozen=True, slots=True)
class Person:
    """The holder of a certificate, as the certificate names them."""

    name: str
    role: str
    organisation: str
    state: str
    fingerprint: str


def verify(certificate: x509.Certificate, roots: Sequence[x509.Certificate], at: datetime) -> Person:
    """Who the certificate's holder is, if one of ``roots`` vouches for them at the time ``at``.

    Checks what RFC 5280, 6.1 asks of a path of length one: issuer and its signature, validity of both at
    ``at``, the authority's right to issue, the leaf's right to sign, no unknown critical extension. It does
    not check revocation: the course has no revocation list. Raises ``IdentityRejected`` with every reason
    in ``findings``.
    """
    findings = problems(certificate, roots, at)
    if findings:
        raise IdentityRejected(
            _("The certificate of {name} is not accepted.").format(name=person(certificate).name or "?"),
            where=fingerprint(certificate)[:16],
            next_step=_(
                "Ask the authority that you know for the right certificate; not one from the sender."
            ),
            findings=findings,
        )
    return person(certificate)


def check_signature(certificate: x509.Certificate, signature: bytes, data: bytes) -> None:
    """Raise ``IdentityRejected`` unless ``signature`` is the holder's Ed25519 signature of ``data``.

    It says nothing about whom the certificate comes from: call ``verify`` for that.
    """
    key = certificate.public_key()
    try:
        if not isinstance(key, Ed25519PublicKey):
            raise InvalidSignature
        key.verify(signature, data)
    except InvalidSignature as error:
        name = person(certificate).name
        raise IdentityRejected(
            _("The signature was not made by {name} over this data.").format(name=name),
            where=fingerprint(certificate)[:16],
            findings=[
                Finding("bad-signature", _("The data or the signature was altered."), "", ("RFC 8032 5.1.7",))
            ],
        ) from error


def problems(
    certificate: x509.Certificate, roots: Sequence[x509.Certificate], at: datetime | None
) -> list[Finding]:
    """Every reason not to accept ``certificate``; empty when it is good. With ``at=None`` dates are not
    judged.
    """
    if at is not None:
        require_zone(at)
    findings = [*_authority_problems(certificate, roots, at), *_leaf_problems(certificate)]
    if at is not None:
        findings += _date_problems(certificate, at, _("certificate"))
    return findings


@lru_cache(maxsize=1024)
def person(certificate: x509.Certificate) -> Person:
    """What the certificate says about its holder; an attribute that is missing is an empty text."""

    def attribute(oid: x509.ObjectIdentifier) -> str:
        found = certificate.subject.get_attributes_for_oid(oid)
        return str(found[0].value) if found else ""

    return Person(
        name=attribute(NameOID.COMMON_NAME),
        role=attribute(NameOID.TITLE),
        organisation=attribute(NameOID.ORGANIZATION_NAME),
        state=attribute(NameOID.COUNTRY_NAME),
        fingerprint=fingerprint(certificate),
    )


@lru_cache(maxsize=1024)
def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate's DER bytes, in hexadecimal (64 characters)."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def pem(certificate: x509.Certificate) -> bytes:
    """The certificate as PEM text, which openssl reads."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def load_certificate(source: Path | bytes) -> x509.Certificate:
    """A certificate from a PEM or DER file (or its bytes). Raises ``IdentityRejected`` when it is neither."""
    where = "" if isinstance(source, bytes) else str(source)
    try:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
        load = x509.load_pem_x509_certificate if b"-----BEGIN" in data else x509.load_der_x509_certificate
        certificate = load(data)
        _read_every_part(certificate)
    except (OSError, *_DAMAGE) as error:
        raise IdentityRejected(
            _("The certificate cannot be read."),
            where=where or None,
            next_step=_("Ask for the file again; it must be an X.509 certificate (PEM or DER)."),
            findings=[Finding("certificate-unreadable", str(error), where, ("RFC 5280 4.1",))],
        ) from error
    return certificate


def _read_every_part(certificate: x509.Certificate) -> None:
    """Parts are decoded when they are asked for: ask now, so that damage shows on loading and nowhere else."""
    certificate.public_key()
    person(certificate)
    assert certificate.issuer.rfc4514_string() is not None
    assert certificate.not_valid_before_utc is not None and certificate.not_valid_after_utc is not None
    assert certificate.extensions is not None and certificate.signature_algorithm_oid is not None


def key_usage(**allowed: bool) -> x509.KeyUsage:
    """A KeyUsage extension in which only the named uses are allowed (RFC 5280, 4.2.1.3)."""
    uses = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    return x509.KeyUsage(**{use: allowed.get(use, False) for use in uses})


def _authority_problems(
    certificate: x509.Certificate, roots: Sequence[x509.Certificate], at: datetime | None
) -> list[Finding]:
    namesakes = [root for root in roots if root.subject == certificate.issuer]
    issuer_name = certificate.issuer.rfc4514_string()
    if not namesakes:
        message = _("No authority that you trust has issued it; it names {issuer}.").format(
            issuer=issuer_name
        )
        return [Finding("unknown-issuer", message, "", ("RFC 5280 6.1.3",))]
    for root in namesakes:
        try:
            certificate.verify_directly_issued_by(root)
        except (InvalidSignature, *_DAMAGE):
            continue
        break
    else:
        message = _(
            "It names the authority {issuer}, but the authority of that name that you trust did not sign it: "
            "either it was altered, or another authority uses the name."
        ).format(issuer=issuer_name)
        return [Finding("not-signed-by-issuer", message, "", ("RFC 5280 6.1.3",))]
    findings = []
    constraints = _extension(root, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        message = _("The certificate {issuer} is not marked as one of an authority (CA).").format(
            issuer=issuer_name
        )
        findings.append(Finding("issuer-not-authority", message, "", ("RFC 5280 4.2.1.9",)))
    usage = _extension(root, x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        message = _("The key of {issuer} may not sign certificates.").format(issuer=issuer_name)
        findings.append(Finding("issuer-wrong-usage", message, "", ("RFC 5280 4.2.1.3",)))
    if at is not None:
        findings += _date_problems(root, at, _("authority"))
    return findings


def _leaf_problems(certificate: x509.Certificate) -> list[Finding]:
    findings = []
    if not isinstance(certificate.public_key(), Ed25519PublicKey):
        findings.append(Finding("wrong-key-type", _("Its key is not an Ed25519 key."), "", ("RFC 8410",)))
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        message = _("It belongs to an authority, not to a person who signs evidence.")
        findings.append(Finding("authority-as-person", message, "", ("RFC 5280 4.2.1.9",)))
    usage = _extension(certificate, x509.KeyUsage)
    if usage is None or not usage.digital_signature:
        message = _("It does not allow digital signatures (key usage).")
        findings.append(Finding("wrong-usage", message, "", ("RFC 5280 4.2.1.3",)))
    extended = _extension(certificate, x509.ExtendedKeyUsage)
    general = {ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE, ExtendedKeyUsageOID.EMAIL_PROTECTION}
    if extended is not None and general.isdisjoint(extended):
        message = _("It is meant for another purpose only (extended key usage).")
        findings.append(Finding("wrong-extended-usage", message, "", ("RFC 5280 4.2.1.12",)))
    for extension in certificate.extensions:
        if extension.critical and extension.oid not in _UNDERSTOOD:
            message = _("It has a critical extension that is not understood ({oid}).").format(
                oid=extension.oid.dotted_string
            )
            findings.append(Finding("unknown-critical-extension", message, "", ("RFC 5280 4.2",)))
    return findings


def _date_problems(certificate: x509.Certificate, at: datetime, which: str) -> list[Finding]:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if at < start:
        message = _("At {at} the {which} was not yet valid; it is valid from {start}.")
        code = "not-yet-valid"
    elif at > end:
        message = _("At {at} the {which} was not valid any more; it ended on {end}.")
        code = "expired"
    else:
        return []
    text = message.format(at=at.isoformat(), which=which, start=start.isoformat(), end=end.isoformat())
    return [Finding(code, text, "", ("RFC 5280 4.1.2.5",))]


def _extension(certificate: x509.Certificate, kind: type[_Kind]) -> _Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, ValueError):
        return None


def require_zone(*times: datetime) -> None:
    """Raise ``UsageError`` for a time without zone: nobody could say later which moment it was."""
    for time in times:
        if time.tzinfo is None or time.utcoffset() is None:
            raise UsageError(
                f"The time {time.isoformat()} has no zone.", next_step="Give its offset from UTC."
            )
