"""A key for signing PDF files that ordinary viewers can check: ECDSA over P-256, beside a course identity.

>>> seal = pdf_seal(head_of_unit, authority)
>>> letter_pdf(one, signer=seal, timestamps=tsa, at=at)

Course identities sign with Ed25519, which most PDF viewers do not know: they say that the signature is broken. The
seal is a second certificate of the same authority for the same person and office. With a seeded authority it is the
same each time, and so are its signatures (RFC 6979); like all course keys it is then no secret.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from hanoikit.trust.certificates import Person, fingerprint, person
from hanoikit.trust.keys import derive

if TYPE_CHECKING:
    from hanoikit.trust.identity import CourseAuthority, Identity

#: The order of the curve's group (FIPS 186-5, P-256).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class Seal:
    """A certificate with its P-256 key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def person(self) -> Person:
        return person(self.certificate)

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def state(self) -> str:
        return self.person.state

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.certificate)

    def sign(self, data: bytes) -> bytes:
        """The signature of ``data`` with SHA-256, DER; the same every time where the library can (RFC 6979)."""
        try:
            return self.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        except UnsupportedAlgorithm:
            return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


def pdf_seal(holder: Identity, authority: CourseAuthority) -> Seal:
    """The holder's key for PDF files, certified by the authority under the same name, role, organisation and State."""
    who = holder.person
    if authority.seed is None:
        key = ec.generate_private_key(ec.SECP256R1())
    else:
        # 384 bits for a 256-bit order: no number is noticeably more likely than another (FIPS 186-5, A.2.1).
        material = derive(authority.seed, "p256", who.name, who.role, who.organisation, who.state, length=48)
        key = ec.derive_private_key(int.from_bytes(material, "big") % (_ORDER - 1) + 1, ec.SECP256R1())
    public: Any = key.public_key()
    certificate = authority.certify(
        public, name=who.name, role=who.role, organisation=who.organisation, state=who.state
    )
    return Seal(certificate, key)
