"""Who signed, as the evidence room names it; the code is in :mod:`hanoikit.trust.identity`, shared with the network."""

from hanoikit.trust.identity import (
    AUTHORITY_NAME,
    COURSE_END,
    COURSE_START,
    CourseAuthority,
    Identity,
    Person,
    Role,
    check_signature,
    fingerprint,
    load_certificate,
    pem,
    person,
    problems,
    verify,
)

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
