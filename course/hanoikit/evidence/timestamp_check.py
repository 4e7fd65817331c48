"""Judging an RFC 3161 timestamp: what it says, or every reason not to accept it.

>>> verify(token, data=b"the head of the log", roots=[tsa.root]).gen_time
datetime.datetime(2026, 5, 4, 9, 30, tzinfo=datetime.timezone.utc)

rfc3161-client verifies; this module finds all reasons instead of the first, and says them so that a person
knows what to do. A token has a few bytes that no signature covers (version numbers, names of algorithms in
the wrapping): changing one of these may leave a token that verifies. What it says is then unchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hanoikit.errors import Finding, TokenRejected, UsageError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

_ALGORITHMS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_DER_SEQUENCE = 0x30
_DAMAGE = (
    ValueError,
    LookupError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A timestamp reply as it came (DER, TimeStampResp): the file that openssl calls ``.tsr``."""

    der: bytes

    def save(self, path: Path) -> None:
        Path(path).write_bytes(self.der)

    @classmethod
    def load(cls, path: Path) -> Token:
        """The bytes of a ``.tsr`` file, not judged yet. Raises ``TokenRejected`` when the file cannot be
        opened.
        """
        try:
            return cls(Path(path).read_bytes())
        except OSError as error:
            raise TokenRejected(_("The timestamp cannot be opened."), where=str(path)) from error

    @property
    def hex(self) -> str:
        return self.der.hex()


@dataclass(frozen=True, slots=True)
class TimestampInfo:
    """What an accepted token says (TSTInfo, RFC 3161, 2.4.2)."""

    gen_time: datetime
    algorithm: str
    digest: str
    serial_number: int
    nonce: int | None
    policy: str
    authority: str


def verify(
    token: Token | bytes,
    *,
    data: bytes | None = None,
    digest: str | None = None,
    roots: Sequence[x509.Certificate],
    nonce: int | None = None,
    now: datetime | None = None,
) -> TimestampInfo:
    """What ``token`` says, if it is a sound token of an authority under ``roots`` for ``data`` (or its
    ``digest``).

    Checks (RFC 3161, 2.2 to 2.4): the reply is granted; the signature and the certificates as at genTime;
    the purpose timeStamping, critical and alone; the message imprint; the nonce and, with ``now``, that
    genTime is not in the future. Raises ``TokenRejected`` with every reason in ``findings``.
    """
    if not roots:
        raise UsageError("A timestamp cannot be judged without a root certificate that you trust.")
    if (data is None) == (digest is None):
        raise UsageError("Give either the data or its digest.")
    response = _decode(token.der if isinstance(token, Token) else token)
    try:
        return _judge(response, roots, data, digest, nonce, now)
    except _DAMAGE as error:
        # The outer structure was sound, a part deeper inside is not: those are decoded only when asked for.
        message = _("A part inside the token is damaged ({detail}).").format(detail=error)
        raise _rejected([_reason("malformed", message, "2.4.2")]) from error


def _judge(
    response: TimeStampResponse,
    roots: Sequence[x509.Certificate],
    data: bytes | None,
    digest: str | None,
    nonce: int | None,
    now: datetime | None,
) -> TimestampInfo:
    from rfc3161_client import VerificationError, VerifierBuilder

    info = response.tst_info
    algorithm = _ALGORITHMS.get(info.message_imprint.hash_algorithm.dotted_string, "")
    findings = []
    if not algorithm:
        findings.append(_reason("weak-hash", _("It is for a hash that is not accepted; SHA-256 is.")))
    elif (
        hashlib.new(algorithm, data).digest() if data is not None else from_hex(digest or "")
    ) != info.message_imprint.message:
        message = _("It is for other data: the hash in it is not the hash of this data.")
        findings.append(_reason("other-data", message, "2.4.2"))
    verifier = VerifierBuilder(roots=list(roots), nonce=nonce).build()
    try:
        # The imprint was judged above: with its own imprint the library tells what else is wrong.
        verifier.verify(response, info.message_imprint.message)
    except VerificationError as error:
        findings += _library_reasons(str(error), response, roots)
    findings += _purpose_reasons(response)
    if now is not None and info.gen_time > now:
        message = _("Its time {time} is in the future.").format(time=info.gen_time.isoformat())
        findings.append(_reason("future-time", message))
    if findings:
        raise _rejected({finding.code: finding for finding in findings}.values())
    return TimestampInfo(
        gen_time=info.gen_time.replace(tzinfo=UTC) if info.gen_time.tzinfo is None else info.gen_time,
        algorithm=algorithm,
        digest=info.message_imprint.message.hex(),
        serial_number=info.serial_number,
        nonce=info.nonce,
        policy=info.policy.dotted_string if info.policy else "",
        authority=_authority(response),
    )


def from_hex(text: str) -> bytes:
    """The bytes of a hexadecimal digest. Raises ``UsageError`` for other text."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a digest in hexadecimal.") from None


def _decode(der: bytes) -> TimeStampResponse:
    """The reply, or ``TokenRejected`` that tells random bytes, a cut file and a refused request apart."""
    from rfc3161_client import PKIStatus, decode_timestamp_response

    shape = _shape_problem(der)
    if shape is not None:
        raise _rejected([shape])
    try:
        response = decode_timestamp_response(der)
        granted = PKIStatus(response.status) == PKIStatus.GRANTED
    except _DAMAGE as error:
        message = _("Its structure is damaged, or it is no timestamp reply ({detail}).").format(detail=error)
        raise _rejected([_reason("malformed", message, "2.4.2")]) from error
    if not granted:
        said = " ".join(response.status_string) or PKIStatus(response.status).name
        message = _("The authority refused the request and gave no token: {said}.").format(said=said)
        raise _rejected([_reason("not-granted", message, "2.4.2")])
    return response


def _shape_problem(der: bytes) -> Finding | None:
    """DER says in its first bytes how long it is; that tells a cut file from one that never was a token."""
    if not der:
        return _reason("malformed", _("The file is empty."))
    if der[0] != _DER_SEQUENCE or len(der) < 2:
        return _reason("malformed", _("It is no timestamp: it does not begin like one (DER SEQUENCE)."))
    count = der[1] & 0x7F if der[1] & 0x80 else 0
    if count > 4 or der[1] == 0x80:
        return _reason("malformed", _("It is no timestamp: its length field makes no sense."))
    length = int.from_bytes(der[2 : 2 + count], "big") if count else der[1]
    expected = 2 + count + length
    if len(der) < expected:
        message = _("It is cut off: {size} of {expected} bytes are there.")
        return _reason("truncated", message.format(size=len(der), expected=expected))
    if len(der) > expected:
        message = _("{extra} bytes follow after its end.").format(extra=len(der) - expected)
        return _reason("trailing-bytes", message)
    return None


def _certificates(response: TimeStampResponse) -> list[x509.Certificate]:
    return [x509.load_der_x509_certificate(each) for each in sorted(response.signed_data.certificates)]


def _signing_certificate(response: TimeStampResponse) -> x509.Certificate | None:
    signers = list(response.signed_data.signer_infos)
    for certificate in _certificates(response):
        for signer in signers:
            if certificate.issuer == signer.issuer and certificate.serial_number == signer.serial_number:
                return certificate
    return None


def _authority(response: TimeStampResponse) -> str:
    certificate = _signing_certificate(response)
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME) if certificate else []
    return str(found[0].value) if found else ""


def _library_reasons(
    said: str, response: TimeStampResponse, roots: Sequence[x509.Certificate]
) -> list[Finding]:
    """The verifier's reason in words that tell what to do; its own words stay in the message."""
    if "Nonce" in said:
        message = _("The nonce is not that of the request: it is the answer to another request.")
        return [_reason("other-request", message, "2.4.2")]
    if "EKU" in said:
        return []  # _purpose_reasons tells it in more detail.
    if "certificates" not in said:
        return [_reason("malformed", said, "2.4.2")]
    certificate = _signing_certificate(response)
    at = response.tst_info.gen_time
    if certificate is None:
        return [
            _reason(
                "no-certificate", _("It carries no certificate of the authority that signed it."), "2.4.2"
            )
        ]
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        message = _("The certificate of the authority was not valid at {time}.").format(time=at.isoformat())
        return [_reason("authority-not-valid-then", message, "2.3")]
    if not any(_issued(certificate, root) for root in roots):
        if any(root.subject == certificate.issuer for root in roots):
            message = _(
                "Its certificate names the root that you trust, but that root did not issue it as it stands: "
                "it was altered, or another root uses the name."
            )
        else:
            message = _("It is of an authority that you do not trust: {name}.")
        message = message.format(name=certificate.subject.rfc4514_string())
        return [_reason("wrong-authority", message, "2.3")]
    if _purpose_reasons(response):
        return []
    message = _("Its signature does not fit: the token was altered ({detail}).").format(detail=said)
    return [_reason("bad-signature", message, "2.4.2")]


def _issued(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _purpose_reasons(response: TimeStampResponse) -> list[Finding]:
    certificate = _signing_certificate(response)
    if certificate is None:
        return []
    try:
        purpose = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        purpose = None
    if (
        purpose is not None
        and purpose.critical
        and list(purpose.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    ):
        return []
    message = _("The certificate is not one for timestamps: that purpose must be named, critical and alone.")
    return [_reason("wrong-purpose", message, "2.3")]


def _reason(code: str, message: str, section: str = "") -> Finding:
    return Finding(code, message, "", (f"RFC 3161 {section}".strip(),))


def _rejected(findings: Iterable[Finding]) -> TokenRejected:
    return TokenRejected(
        _("The timestamp is not accepted."),
        next_step=_("Ask for the token again, and take the root certificate from the authority itself."),
        findings=tuple(findings),
    )
