"""RFC 3161 timestamps: a token of a timestamp authority says that this data existed, not later than a moment.

>>> tsa = LocalTimestampAuthority.create(seed="one case")
>>> token = tsa.stamp(b"the head of the log", at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC))
>>> verify(token, data=b"the head of the log", roots=[tsa.root]).gen_time
datetime.datetime(2026, 5, 4, 9, 30, tzinfo=datetime.timezone.utc)

**What a token proves**: whoever had it made knew the hash of the data at genTime, so the data existed then.
**What it does not prove**: who made the data, when it was collected, that it is true, or that it did not
exist before.

The authority here is local and for the course: pyhanko's timestamper with a clock that the caller chooses.
Nobody else can rely on a clock that one sets oneself; in a real case the authority is a third party. The
verifier is rfc3161-client, and ``openssl ts -verify`` accepts the same tokens. genTime is in whole seconds
and the token says so (accuracy: 1 second).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hanoikit.errors import UsageError
from hanoikit.evidence.timestamp_check import TimestampInfo, Token, from_hex, verify
from hanoikit.trust.certificates import key_usage, pem, require_zone
from hanoikit.trust.keys import (
    Seed,
    derive,
    ed25519_key,
    rsa_key,
    seed_bytes,
    serial_number,
    write_private,
)

__all__ = [
    "AUTHORITY_NAME",
    "POLICY",
    "LocalTimestampAuthority",
    "TimestampInfo",
    "Token",
    "timestamp_certificate",
    "verify",
]

AUTHORITY_NAME = "Hanoi Kit course timestamp authority"
# Private enterprise number 32473 is set aside for examples (RFC 5612).
POLICY = "1.3.6.1.4.1.32473.3161.1"

_START = datetime(2026, 1, 1, tzinfo=UTC)
_END = datetime(2036, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LocalTimestampAuthority:
    """A timestamp authority for a case: a root of its own, and a certificate that may do nothing but
    timestamps.
    """

    root: x509.Certificate
    certificate: x509.Certificate
    key: RSAPrivateKey = field(repr=False)
    seed: bytes | None = field(default=None, repr=False)

    @classmethod
    def create(
        cls,
        *,
        name: str = AUTHORITY_NAME,
        not_before: datetime = _START,
        not_after: datetime = _END,
        seed: Seed | None = None,
    ) -> LocalTimestampAuthority:
        """A new authority; with ``seed`` the same one, byte for byte, on every machine (then its key is no
        secret).

        Making the RSA key takes about a second.
        """
        require_zone(not_before, not_after)
        secret = None if seed is None else seed_bytes(seed)
        dates = (not_before, not_after)
        root_key = ed25519_key(secret, "timestamp root", name)
        root = _root_certificate(f"{name} (root)", root_key, dates, secret)
        key = rsa_key(secret, "timestamp authority", name)
        certificate = timestamp_certificate(name, key, root, root_key, dates, seed=secret)
        return cls(root, certificate, key, secret)

    @property
    def name(self) -> str:
        return str(self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)

    def stamp(
        self,
        data: bytes | None = None,
        *,
        digest: str | None = None,
        at: datetime,
        nonce: int | None = None,
    ) -> Token:
        """A token for ``data``, or for the SHA-256 ``digest`` (hexadecimal), with genTime ``at`` (seconds;
        aware).

        Only the hash goes into a token: the authority learns nothing about the data. Without ``nonce`` one
        is drawn (a seeded authority derives it, so that the token is the same each time). Raises
        ``UsageError`` when both or neither of data and digest are given.
        """
        imprint = _imprint(data, digest)
        require_zone(at)
        moment = at.astimezone(UTC).replace(microsecond=0)
        what = (imprint.hex(), moment.isoformat())
        if nonce is None:
            nonce = self._number("nonce", *what)
        timestamper = _timestamper(self, moment, self._number("serial", *what))
        return Token(timestamper.request_tsa_response(_request(imprint, nonce)).dump())

    def save(self, folder: Path) -> Path:
        """Write ``root.pem``, ``certificate.pem`` and ``key.pem`` (PKCS #8, owner only) into ``folder``."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "root.pem").write_bytes(pem(self.root))
        (folder / "certificate.pem").write_bytes(pem(self.certificate))
        write_private(folder / "key.pem", self.key_bytes(serialization.Encoding.PEM))
        return folder

    def key_bytes(self, encoding: serialization.Encoding) -> bytes:
        """The private key as unencrypted PKCS #8."""
        return self.key.private_bytes(
            encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def _number(self, *parts: str) -> int:
        material = secrets.token_bytes(8) if self.seed is None else derive(self.seed, *parts, length=8)
        return int.from_bytes(material, "big") >> 1


def timestamp_certificate(
    name: str,
    key: RSAPrivateKey,
    root: x509.Certificate,
    root_key: Ed25519PrivateKey,
    dates: tuple[datetime, datetime],
    *,
    purposes: Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.TIME_STAMPING,),
    seed: bytes | None = None,
) -> x509.Certificate:
    """The certificate of a timestamp authority: purpose timeStamping, critical and alone (RFC 3161, 2.3).

    Other ``purposes`` make a certificate that verifiers refuse; the tests need one.
    """
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(
            serial_number(seed, "timestamp authority", name, *(date.isoformat() for date in dates))
        )
        .not_valid_before(dates[0])
        .not_valid_after(dates[1])
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, None)
    )


def _root_certificate(
    name: str, key: Ed25519PrivateKey, dates: tuple[datetime, datetime], seed: bytes | None
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(name))
        .public_key(key.public_key())
        .serial_number(serial_number(seed, "timestamp root", name, *(date.isoformat() for date in dates)))
        .not_valid_before(dates[0])
        .not_valid_after(dates[1])
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, None)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Hanoi Kit"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _timestamper(authority: LocalTimestampAuthority, moment: datetime, serial: int) -> Any:
    """pyhanko's timestamper, with the serial number, policy and accuracy set by us instead of at random."""
    from asn1crypto import keys as asn1_keys
    from asn1crypto import tsp
    from asn1crypto import x509 as asn1_x509
    from pyhanko.sign.timestamps import DummyTimeStamper

    class CourseTimeStamper(DummyTimeStamper):
        def _build_tst_info(self, message_imprint: Any, dt: datetime, req: Any) -> Any:
            info = super()._build_tst_info(message_imprint, dt, req)
            info["policy"] = tsp.ObjectIdentifier(POLICY)
            info["serial_number"] = serial
            info["accuracy"] = tsp.Accuracy({"seconds": 1})
            return info

    # Only the authority's own certificate goes in: a second one would have to be sorted (DER, SET OF), and
    # the root is something that the verifier must have from elsewhere anyway.
    return CourseTimeStamper(
        asn1_x509.Certificate.load(authority.certificate.public_bytes(serialization.Encoding.DER)),
        asn1_keys.PrivateKeyInfo.load(authority.key_bytes(serialization.Encoding.DER)),
        fixed_dt=moment,
    )


def _request(imprint: bytes, nonce: int) -> Any:
    from asn1crypto import tsp

    return tsp.TimeStampReq(
        {
            "version": 1,
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": imprint},
            "nonce": nonce,
            "cert_req": True,
        }
    )


def _imprint(data: bytes | None, digest: str | None) -> bytes:
    if (data is None) == (digest is None):
        raise UsageError("Give either the data or its SHA-256 digest.")
    if data is not None:
        return hashlib.sha256(data).digest()
    imprint = from_hex(digest or "")
    if len(imprint) != hashlib.sha256().digest_size:
        raise UsageError(f"{digest!r} is not a SHA-256 digest in hexadecimal.")
    return imprint
