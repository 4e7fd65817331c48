"""X.509 certificates, as the evidence room names them; the code is in :mod:`hanoikit.trust.certificates`."""

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

__all__ = [
    "Person",
    "check_signature",
    "fingerprint",
    "key_usage",
    "load_certificate",
    "pem",
    "person",
    "problems",
    "require_zone",
    "verify",
]
