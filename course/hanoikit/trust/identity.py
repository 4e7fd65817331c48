"""Who signed: identities of the people in a case, as X.509 certificates from the course authority.

>>> authority = CourseAuthority.create(seed="one case")
>>> anh = authority.issue(name="Lan Anh Tran", role="DEFR", organisation="Cyber Unit", state="XA")
>>> signature = anh.sign(b"I took the laptop.")
>>> verify(anh.certificate, [authority.certificate], at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC)).name
'Lan Anh Tran'

Keys are Ed25519 (RFC 8032), certificates follow RFC 5280 and RFC 8410; ``openssl verify`` accepts them. The
authority issues directly, without intermediate authorities.

**Course keys are no secrets.** With ``seed=`` every private key of an authority and of its people is
derived from the seed (HKDF-SHA-256, RFC 5869), so that a course case is the same on every machine. Whoever
knows the seed can sign for these people. They are invented; never give such a key to a real person. Without
a seed, keys are random.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import NameOID

from hanoikit.errors import Finding, IdentityRejected, UsageError
from hanoikit.i18n import _
from hanoikit.trust.certificates import (
    Person,
    check_signature,
    fingerprint,
    key_usage,
    load_certificate,
    pem,
    person,
    problems,
    require_zone,
    verify,
)
from hanoikit.trust.keys import Seed, ed25519_key, seed_bytes, serial_number, write_private

__all__ = [
    "AUTHORITY_NAME",
    "COURSE_END",
    "COURSE_START",
    "CourseAuthority",
    "Identity",
    "Person",
    "Role",
    "check_signature",
    "fingerprint",
    "load_certificate",
    "pem",
    "person",
    "problems",
    "verify",
]

AUTHORITY_NAME = "Hanoi Kit course authority"
COURSE_START = datetime(2026, 1, 1, tzinfo=UTC)
COURSE_END = datetime(2036, 1, 1, tzinfo=UTC)

_CERTIFICATE_FILE = "certificate.pem"
_KEY_FILE = "key.pem"


class Role(StrEnum):
    """What a person does in the chain of custody. DEFR and DES are the roles of ISO/IEC 27037:2012."""

    DEFR = "DEFR"
    DES = "DES"
    INVESTIGATOR = "investigator"
    CUSTODIAN = "custodian"
    COURIER = "courier"
    EXAMINER = "examiner"
    PROSECUTOR = "prosecutor"
    POINT_OF_CONTACT = "point of contact"
    CENTRAL_AUTHORITY = "central authority"
    COURT = "court"
    DEFENCE = "defence expert"

    @property
    def in_words(self) -> str:
        """The role in words, in the trainee's language."""
        return {
            Role.DEFR: _("digital evidence first responder (DEFR)"),
            Role.DES: _("digital evidence specialist (DES)"),
            Role.INVESTIGATOR: _("investigator"),
            Role.CUSTODIAN: _("evidence custodian"),
            Role.COURIER: _("courier"),
            Role.EXAMINER: _("examiner in the laboratory"),
            Role.PROSECUTOR: _("prosecutor"),
            Role.POINT_OF_CONTACT: _("24/7 point of contact"),
            Role.CENTRAL_AUTHORITY: _("central authority"),
            Role.COURT: _("court"),
            Role.DEFENCE: _("expert of the defence"),
        }[self]


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate together with its private key: someone who can sign.

    ``state`` is the two-letter code of an invented State (ISO 3166 user-assigned: ``"XA"`` to ``"XZ"``);
    ``fingerprint`` the SHA-256 of the certificate's DER bytes, in hexadecimal.
    """

    certificate: x509.Certificate
    key: Ed25519PrivateKey = field(repr=False)

    @property
    def person(self) -> Person:
        return person(self.certificate)

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def role(self) -> str:
        return self.person.role

    @property
    def organisation(self) -> str:
        return self.person.organisation

    @property
    def state(self) -> str:
        return self.person.state

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.certificate)

    def sign(self, data: bytes) -> bytes:
        """The Ed25519 signature of ``data``: 64 bytes, the same every time."""
        return self.key.sign(data)

    def save(self, folder: Path, *, password: bytes | None = None) -> Path:
        """Write ``certificate.pem`` and ``key.pem`` (PKCS #8, readable by the owner only) into ``folder``."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _CERTIFICATE_FILE).write_bytes(pem(self.certificate))
        write_private(
            folder / _KEY_FILE,
            self.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, _encryption(password)
            ),
        )
        return folder

    @classmethod
    def load(cls, folder: Path, *, password: bytes | None = None) -> Identity:
        """Read what ``save`` wrote. Raises ``IdentityRejected`` when a file is missing, unreadable or of
        another pair.
        """
        folder = Path(folder)
        certificate = load_certificate(folder / _CERTIFICATE_FILE)
        where = str(folder / _KEY_FILE)
        try:
            key = serialization.load_pem_private_key((folder / _KEY_FILE).read_bytes(), password)
        except (OSError, ValueError, TypeError) as error:
            raise IdentityRejected(
                _("The private key cannot be read."),
                where=where,
                next_step=_("Check the file and its password."),
                findings=[Finding("key-unreadable", str(error), where)],
            ) from error
        if not isinstance(key, Ed25519PrivateKey) or key.public_key() != certificate.public_key():
            raise IdentityRejected(
                _("The private key does not belong to the certificate beside it."),
                where=where,
                next_step=_("Put the key and the certificate of the same person into the folder."),
                findings=[Finding("key-mismatch", _("Key and certificate are not a pair."), where)],
            )
        return cls(certificate, key)


@dataclass(frozen=True, slots=True)
class CourseAuthority:
    """The self-signed authority that issues the certificates of a case's people."""

    certificate: x509.Certificate
    key: Ed25519PrivateKey = field(repr=False)
    seed: bytes | None = field(default=None, repr=False)

    @classmethod
    def create(
        cls,
        *,
        name: str = AUTHORITY_NAME,
        not_before: datetime = COURSE_START,
        not_after: datetime = COURSE_END,
        seed: Seed | None = None,
    ) -> CourseAuthority:
        """A new authority. The same ``name``, validity and ``seed`` give the same keys and the same bytes."""
        require_zone(not_before, not_after)
        secret = None if seed is None else seed_bytes(seed)
        key = ed25519_key(secret, "authority", name)
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Hanoi Kit"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(
                serial_number(secret, "authority", name, not_before.isoformat(), not_after.isoformat())
            )
            .not_valid_before(not_before)
            .not_valid_after(not_after)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(key_usage(key_cert_sign=True, crl_sign=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, None)
        )
        return cls(certificate, key, secret)

    @property
    def name(self) -> str:
        return person(self.certificate).name

    def issue(
        self,
        *,
        name: str,
        role: Role | str,
        organisation: str,
        state: str,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> Identity:
        """An identity for a person: subject CN name, title (X.520) role, O organisation, C State; key use:
        signing only.

        Without dates the certificate is valid as long as the authority's own. With a seeded authority the
        same arguments give the same key and certificate, in whatever order people are issued. Raises
        ``UsageError`` for an unknown role, a State that is not an invented one, or a time without zone.
        """
        role = _known_role(role)
        key = ed25519_key(self.seed, "person", name, role.value, organisation, state)
        certificate = self.certify(
            key.public_key(),
            name=name,
            role=role,
            organisation=organisation,
            state=state,
            not_before=not_before,
            not_after=not_after,
        )
        return Identity(certificate, key)

    def certify(
        self,
        public_key: Ed25519PublicKey,
        *,
        name: str,
        role: Role | str,
        organisation: str,
        state: str,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> x509.Certificate:
        """A certificate for somebody who made the key elsewhere and keeps it there; arguments as in ``issue``.

        Whoever calls this has seen that the person holds the private key.
        """
        role = _known_role(role)
        if len(state) != 2 or state[0] != "X" or not state.isupper():
            raise UsageError(
                f"{state!r} is not the code of an invented State.",
                next_step="Use XA, XB ... XZ (ISO 3166, user-assigned).",
            )
        start = not_before or self.certificate.not_valid_before_utc
        end = not_after or self.certificate.not_valid_after_utc
        require_zone(start, end)
        who = (name, role.value, organisation, state)
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, state),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
                x509.NameAttribute(NameOID.TITLE, role.value),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject)
            .public_key(public_key)
            .serial_number(serial_number(self.seed, "person", *who, start.isoformat(), end.isoformat()))
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(digital_signature=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
            .sign(self.key, None)
        )


def _known_role(role: Role | str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise UsageError(
            f"{role!r} is not a role that the course knows.", next_step=f"Use one of: {', '.join(Role)}."
        ) from None


def _encryption(password: bytes | None) -> serialization.KeySerializationEncryption:
    if password is None:
        return serialization.NoEncryption()
    return serialization.BestAvailableEncryption(password)
