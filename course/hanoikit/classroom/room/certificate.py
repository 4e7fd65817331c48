"""The room's own certificate, issued by the class's authority, for the encrypted connection (TLS) of the notebooks.

>>> files = issue(klass)
>>> files.certificate, files.key
(PosixPath('.../keys/room/certificate.pem'), PosixPath('.../keys/room/key.pem'))

The key is for this connection alone: P-256, because browsers and older systems know no Ed25519 here, and marked for
servers, so that it can sign no receipt and no mark.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hanoikit.classroom.klass import Class
from hanoikit.errors import HanoiKitError
from hanoikit.workspace.delivery import put

NAME = "Room of the class"


@dataclass(frozen=True, slots=True)
class Files:
    """Where certificate and key lie (PEM)."""

    certificate: Path
    key: Path

    @classmethod
    def of(cls, klass: Class) -> Files:
        """Those of this class, whether they are there or not."""
        folder = klass.root / "keys" / "room"
        return cls(folder / "certificate.pem", folder / "key.pem")

    def der(self) -> bytes:
        """The certificate's bytes, as a notebook sees them; empty when the two cannot be used."""
        import ssl

        from cryptography.hazmat.primitives.serialization import Encoding

        from hanoikit.trust.identity import load_certificate

        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.certificate, self.key)
            return load_certificate(self.certificate).public_bytes(Encoding.DER)
        except (OSError, HanoiKitError):  # also when they are no pair
            return b""


def issue(klass: Class) -> Files:
    """A new key and certificate; those before are worth nothing any more.

    Raises ``IdentityRejected`` when the key of the class's authority is gone.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    from hanoikit.trust.certificates import key_usage
    from hanoikit.trust.identity import Identity, pem
    from hanoikit.trust.keys import serial_number, write_private

    authority = Identity.load(klass.root / "keys" / "authority")
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(
            x509.Name(
                [
                    x509.NameAttribute(NameOID.ORGANIZATION_NAME, klass.title[:64]),
                    x509.NameAttribute(NameOID.COMMON_NAME, NAME),
                ]
            )
        )
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(serial_number(None))
        .not_valid_before(authority.certificate.not_valid_before_utc)
        .not_valid_after(authority.certificate.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(digital_signature=True), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(authority.key, None)
    )
    files = Files.of(klass)
    files.key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(files.key, secret)
    put(files.certificate, pem(certificate))
    return files
