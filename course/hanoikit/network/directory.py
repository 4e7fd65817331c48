"""The register of the points of contact: who they are, how to reach them, and with which certificate they sign (41(2)).

>>> register = Directory([Entry(desk="XA", ..., certificates=(anh.certificate,))], roots=[authority.certificate])
>>> register["XA"].languages
('en', 'qaa')
>>> register.signer(fingerprint).desk
'XA'

A desk signs with any of its certificates, so that several people can be on duty and a new certificate can be known
before the old one ends. A certificate is worth what its authority is worth: ``check`` reports every one that no trusted
authority vouches for, that is not for a point of contact or a central authority, or that names another State.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hanoikit.errors import DataInvalid, Finding, IdentityRejected, UsageError
from hanoikit.i18n import _
from hanoikit.network import tables
from hanoikit.trust.certificates import fingerprint, load_certificate, person, problems
from hanoikit.trust.identity import CourseAuthority, Identity, Role

REGISTER_TYPE = "hanoikit.network-register/1"
_ROLES = {Role.POINT_OF_CONTACT.value, Role.CENTRAL_AUTHORITY.value}


@dataclass(frozen=True, slots=True)
class Entry:
    """One desk: its id, State, name, languages (ISO 639), how to reach it, and its certificates.

    ``office`` is ``point of contact`` or ``central authority``.
    """

    desk: str
    state: str
    office: str
    name: str
    languages: tuple[str, ...]
    telephone: str
    mail: str
    zone: str
    certificates: tuple[x509.Certificate, ...] = ()

    @property
    def is_point_of_contact(self) -> bool:
        return self.office == Role.POINT_OF_CONTACT.value


class Directory:
    """Desks by their id, and signers by the fingerprint of their certificate."""

    def __init__(self, entries: Iterable[Entry], *, roots: Sequence[x509.Certificate] = ()) -> None:
        self.roots = tuple(roots)
        self._entries: dict[str, Entry] = {}
        self._signers: dict[str, tuple[Entry, x509.Certificate]] = {}
        self._always: dict[tuple[str, str], tuple[Finding, ...]] = {}
        for entry in entries:
            if entry.desk in self._entries:
                raise UsageError(f"The desk {entry.desk} stands in the register twice.")
            self._entries[entry.desk] = entry
            for certificate in entry.certificates:
                if fingerprint(certificate) in self._signers:
                    raise UsageError("One certificate belongs to two desks.")
                self._signers[fingerprint(certificate)] = (entry, certificate)

    def __getitem__(self, desk: str) -> Entry:
        """The desk of this id. Raises ``UsageError`` when it is not in the register."""
        try:
            return self._entries[desk]
        except KeyError:
            raise UsageError(
                _("The desk {desk} is not in the register.").format(desk=desk),
                next_step=_("Desks in the register: {desks}.").format(desks=", ".join(self._entries)),
            ) from None

    def __contains__(self, desk: object) -> bool:
        return desk in self._entries

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def of_state(self, state: str) -> tuple[Entry, ...]:
        """The desks of a State, its point of contact first."""
        found = [entry for entry in self if entry.state == state]
        return tuple(sorted(found, key=lambda entry: not entry.is_point_of_contact))

    def signer(self, certificate_fingerprint: str) -> tuple[Entry, x509.Certificate] | None:
        """The desk that signs with this certificate, and the certificate; None when nobody does."""
        return self._signers.get(certificate_fingerprint)

    def check(self, *, at: datetime) -> list[Finding]:
        """Everything that is wrong with the register at this moment, desk by desk."""
        findings: list[Finding] = []
        for entry in self:
            for certificate in entry.certificates:
                findings += self.certificate_problems(entry, certificate, at=at)
            if not entry.certificates:
                message = _("It has no certificate: nobody can check what it signs.")
                findings.append(Finding("no-certificate", message, entry.desk, ("41(2)",)))
        for state in dict.fromkeys(entry.state for entry in self):
            if not any(entry.is_point_of_contact for entry in self.of_state(state)):
                message = _("The State has no point of contact in the register.")
                findings.append(Finding("no-point-of-contact", message, state, ("41(1)",)))
        return findings

    def certificate_problems(
        self, entry: Entry, certificate: x509.Certificate, *, at: datetime
    ) -> list[Finding]:
        """Every reason why this desk's certificate must not be accepted at this moment."""
        key = (entry.desk, fingerprint(certificate))
        if key not in self._always:
            self._always[key] = self._whatever_the_date(entry, certificate)
        in_time = [
            each.not_valid_before_utc <= at <= each.not_valid_after_utc for each in (certificate, *self.roots)
        ]
        if all(in_time):
            return list(self._always[key])
        dated = [
            one for one in problems(certificate, self.roots, at) if one.code in ("expired", "not-yet-valid")
        ]
        return [
            *self._always[key],
            *(Finding(one.code, one.message, entry.desk, one.provisions) for one in dated),
        ]

    def _whatever_the_date(self, entry: Entry, certificate: x509.Certificate) -> tuple[Finding, ...]:
        """What is wrong with a certificate at any moment; it costs signatures, so it is judged once."""
        found = [
            Finding(one.code, one.message, entry.desk, one.provisions)
            for one in problems(certificate, self.roots, None)
        ]
        holder = person(certificate)
        if holder.role != entry.office or holder.role not in _ROLES:
            message = _("Its certificate is for the role {role}, not for a {office}.")
            text = message.format(role=holder.role or "?", office=entry.office)
            found.append(Finding("wrong-role", text, entry.desk, ("41(1)",)))
        if holder.state != entry.state:
            message = _("Its certificate is of the State {state}.").format(state=holder.state or "?")
            found.append(Finding("wrong-state", message, entry.desk, ("41(2)",)))
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """The register as plain data, certificates and trusted authorities included (DER in base64)."""
        return {
            "authorities": [_der(root) for root in self.roots],
            "desks": [
                {
                    "certificates": [_der(each) for each in entry.certificates],
                    "desk": entry.desk,
                    "languages": list(entry.languages),
                    "mail": entry.mail,
                    "name": entry.name,
                    "office": entry.office,
                    "state": entry.state,
                    "telephone": entry.telephone,
                    "zone": entry.zone,
                }
                for entry in self
            ],
            "type": REGISTER_TYPE,
        }

    @classmethod
    def from_json(cls, value: Any, *, roots: Sequence[x509.Certificate] | None = None) -> Directory:
        """A register from plain data. Raises ``DataInvalid`` when it is none.

        Give ``roots`` that you trust from elsewhere: a register that brings its own authorities vouches for itself.
        """
        try:
            if value["type"] != REGISTER_TYPE:
                raise ValueError("it is of another type")
            entries = [
                Entry(
                    desk=one["desk"],
                    state=one["state"],
                    office=one["office"],
                    name=one["name"],
                    languages=tuple(one["languages"]),
                    telephone=one["telephone"],
                    mail=one["mail"],
                    zone=one["zone"],
                    certificates=tuple(_certificate(text) for text in one["certificates"]),
                )
                for one in value["desks"]
            ]
            trusted = [_certificate(text) for text in value["authorities"]] if roots is None else roots
            return cls(entries, roots=trusted)
        except (KeyError, TypeError, ValueError, AttributeError, IdentityRejected, UsageError) as error:
            raise DataInvalid(
                _("The register of the points of contact cannot be used ({detail}).").format(detail=error),
                next_step=_("Ask for the register again."),
            ) from error


def course_directory(
    authority: CourseAuthority, *, states: Iterable[str] | None = None
) -> tuple[Directory, dict[str, Identity]]:
    """The register of the invented States, with an identity for each desk issued by ``authority``.

    The desks are those of ``assets/network/states``: a point of contact and a central authority for each State.
    """
    identities: dict[str, Identity] = {}
    entries = []
    for code in states if states is not None else tables.all_rules():
        rules = tables.rules(code)
        for office, role in (
            (rules.desk, Role.POINT_OF_CONTACT),
            (rules.central_authority, Role.CENTRAL_AUTHORITY),
        ):
            who = authority.issue(name=office.name, role=role, organisation=office.name, state=code)
            identities[office.id] = who
            entries.append(
                Entry(
                    desk=office.id,
                    state=code,
                    office=role.value,
                    name=office.name,
                    languages=office.languages,
                    telephone=office.telephone,
                    mail=office.mail,
                    zone=rules.zone,
                    certificates=(who.certificate,),
                )
            )
    return Directory(entries, roots=[authority.certificate]), identities


def _der(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def _certificate(text: str) -> x509.Certificate:
    return load_certificate(base64.b64decode(text, validate=True))
