"""The people of the case as signers: certificates from the course authority, and the course's timestamp
authority.

>>> signers = identities(evidence_case(seed=7))
>>> signers["specialist"].role
'DES'

In module 4 the trainee acts as the specialist. All keys follow from the seed and are no secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanoikit.casework.plan import Plan
from hanoikit.evidence.certificates import pem
from hanoikit.evidence.identity import CourseAuthority, Identity

if TYPE_CHECKING:
    from hanoikit.evidence.timestamp import LocalTimestampAuthority

__all__ = ["SIGNERS", "certificates_pem", "course_authority", "identities", "timestamp_authority"]

SIGNERS = ("first_responder", "specialist", "custodian", "examiner", "prosecutor", "desk_officer")


def course_authority(plan: Plan) -> CourseAuthority:
    """The authority that certifies the people of this case."""
    return CourseAuthority.create(seed=plan.seed)


def identities(plan: Plan) -> dict[str, Identity]:
    """Key of a person (``SIGNERS``) -> who can sign for them."""
    authority = course_authority(plan)
    people = {key: plan.person(key) for key in SIGNERS}
    return {
        key: authority.issue(
            name=person.name, role=person.role, organisation=person.organisation, state=person.state
        )
        for key, person in people.items()
    }


def timestamp_authority(plan: Plan) -> LocalTimestampAuthority:
    """The timestamp authority (RFC 3161) of this case; its root is not that of the people."""
    from hanoikit.evidence.timestamp import LocalTimestampAuthority

    return LocalTimestampAuthority.create(seed=plan.seed)


def certificates_pem(plan: Plan) -> bytes:
    """The certificates of all people who sign, each under a line that says whose it is."""
    parts = []
    for key, identity in identities(plan).items():
        person = plan.person(key)
        parts.append(f"{person.name}, {person.role}, {person.organisation}, {person.state}\n".encode())
        parts.append(pem(identity.certificate))
    return b"".join(parts)
