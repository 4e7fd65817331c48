"""Requests between central authorities as data: one frozen object for each kind.

>>> request = AssistanceRequest(
...     requesting="XA", requested="XC", authority="Aldermark Police, Cyber Unit, Fjordholm", articles=("10",),
...     measures=(Measure(id="m1", what="stored-data", data=(DataSpecification(category="subscriber", ...),)),),
... )
>>> from_json(to_json(request)) == request
True
>>> [remark.element for remark in validate(request)]
['reference', 'date', 'language', ...]

The members are those of ``assets/cooperation/requests.json``, which says of each where the Convention asks for it. A
request may be incomplete: a draft is. :func:`hanoikit.cooperation.validate` says what is missing and what to write.
Only the form is fixed: :func:`from_json` refuses unknown members and other types, with every finding at once; a member
that is left out is empty. The request to preserve data is the network's own:
:class:`hanoikit.network.messages.Message` with a ``PreservationRequest``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime
from typing import Any, ClassVar

from hanoikit.cooperation import codec, tables
from hanoikit.errors import Finding, MessageUnreadable, RequestUnreadable
from hanoikit.i18n import _
from hanoikit.network.messages import DataSpecification, whole
from hanoikit.network.strict import load

__all__ = [
    "REQUESTS",
    "TYPE",
    "AssistanceRequest",
    "DataSpecification",
    "ExtraditionRequest",
    "JointInvestigationTerms",
    "Measure",
    "Offence",
    "Period",
    "Person",
    "Reasoned",
    "Request",
    "SpontaneousInformation",
    "TransferOfProceedings",
    "from_json",
    "read",
    "to_bytes",
    "to_json",
]

TYPE = "hanoikit.cooperation/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offence:
    """The offence in the requesting State's law. ``maximum_years``: the longest prison sentence, 0 if not stated."""

    name: str = ""
    law: str = ""
    maximum_years: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person concerned (40(15)(e)). ``nationality`` is a State's code or empty; ``role`` as in the table."""

    name: str = ""
    place: str = ""
    nationality: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The period that matters (40(15)(f)); aware times, whole seconds."""

    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        for name in ("since", "until"):
            moment = getattr(self, name)
            if moment is not None:
                object.__setattr__(self, name, whole(moment))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoned:
    """Something that is asked with its reason: secrecy, urgency, arrest before the papers come."""

    asked: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One kind of help (40(3)). ``holder`` has the data or is concerned; ``need`` says why the case needs it."""

    id: str = ""
    what: str = ""
    holder: str = ""
    data: tuple[DataSpecification, ...] = ()
    need: str = ""
    procedure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What every request states. ``kind`` is its name in the table; States are codes of two letters."""

    kind: ClassVar[str] = ""
    requesting: str = ""
    requested: str = ""
    reference: str = ""
    date: Day | None = None
    language: str = ""
    channel: str = ""
    central_authority_from: str = ""
    central_authority_to: str = ""
    authority: str = ""
    instrument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistanceRequest(Request):
    """A request for mutual legal assistance; its elements are those of 40(15)."""

    kind: ClassVar[str] = "assistance"
    scope: str = ""
    articles: tuple[str, ...] = ()
    offence: Offence = Offence()
    facts: str = ""
    measures: tuple[Measure, ...] = ()
    persons: tuple[Person, ...] = ()
    period: Period = Period()
    purpose: str = ""
    confidentiality: Reasoned = Reasoned()
    urgency: Reasoned = Reasoned()
    use: str = ""
    assurances: tuple[str, ...] = ()
    preservation_reference: str = ""
    attachments: tuple[str, ...] = ()

    def measure(self, name: str) -> Measure | None:
        """The measure of this id, or ``None``."""
        return next((one for one in self.measures if one.id == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraditionRequest(Request):
    """A request to hand over a person (37)."""

    kind: ClassVar[str] = "extradition"
    person: Person = Person()
    identity: str = ""
    stage: str = ""
    articles: tuple[str, ...] = ()
    offence: Offence = Offence()
    facts: str = ""
    warrant: str = ""
    evidence: str = ""
    sentence: str = ""
    provisional: Reasoned = Reasoned()
    assurances: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOfProceedings(Request):
    """An offer to hand a case over to the other State (39)."""

    kind: ClassVar[str] = "transfer"
    articles: tuple[str, ...] = ()
    offence: Offence = Offence()
    facts: str = ""
    reason: str = ""
    jurisdiction: str = ""
    persons: tuple[Person, ...] = ()
    state_of_case: str = ""
    evidence: str = ""
    victims: str = ""
    limits: str = ""
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JointInvestigationTerms(Request):
    """The terms of a joint investigation (48): ``requesting`` proposes them to ``requested`` and ``others``."""

    kind: ClassVar[str] = "joint-investigation"
    others: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    facts: str = ""
    aim: str = ""
    leader: str = ""
    members: tuple[str, ...] = ()
    powers: str = ""
    law: str = ""
    evidence: str = ""
    use: str = ""
    personal_data: str = ""
    begins: Day | None = None
    ends: Day | None = None
    costs: str = ""
    disputes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpontaneousInformation(Request):
    """Information that nobody asked for (40(4)), with its sender's wishes (40(5))."""

    kind: ClassVar[str] = "spontaneous"
    subject: str = ""
    facts: str = ""
    source: str = ""
    useful_for: str = ""
    persons: tuple[Person, ...] = ()
    confidential: Reasoned = Reasoned()
    limits: tuple[str, ...] = ()
    own_case: str = ""


REQUESTS: Mapping[str, type[Request]] = {
    one.kind: one
    for one in (
        AssistanceRequest,
        ExtraditionRequest,
        TransferOfProceedings,
        JointInvestigationTerms,
        SpontaneousInformation,
    )
}
_PARTS: Mapping[str, type[Any]] = {
    "data": DataSpecification,
    "measure": Measure,
    "person": Person,
    "offence": Offence,
    "period": Period,
    "reasoned": Reasoned,
}


def to_json(request: Request) -> dict[str, Any]:
    """The request as plain data: every member is there, an unstated one is empty."""
    elements = (*tables.header(), *tables.kind(request.kind).elements)
    return {"type": TYPE, "kind": request.kind, **codec.write(request, elements)}


def to_bytes(request: Request) -> bytes:
    """The request as a file: UTF-8 JSON with line ends, the same bytes for the same request."""
    return (json.dumps(to_json(request), ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def from_json(value: Any, *, set_aside: list[Finding] | None = None) -> Any:
    """The request that plain data hold; members that are left out are empty.

    ``type`` may be left out; ``kind`` may be left out for legal assistance. Raises ``RequestUnreadable`` with every
    finding: unknown members, other types, texts that are too long, hidden control characters. With a list for
    ``set_aside`` what is wrong is left out instead and its findings are put there; only data that hold no request of
    any kind are still refused.
    """
    findings = codec.Findings()
    if not isinstance(value, Mapping):
        findings.add("wrong-type", _("It must be an object with named members."), "")
        findings.stop()
    if value.get("type", TYPE) != TYPE:
        findings.add("wrong-type", _("It must be “{type}”.").format(type=TYPE), "type")
    name = value.get("kind", "assistance")
    if not isinstance(name, str) or name not in REQUESTS:
        findings.add("unknown-kind", _("Use one of: {names}.").format(names=", ".join(REQUESTS)), "kind")
        findings.stop()
    elements = (*tables.header(), *tables.kind(name).elements)
    members = {key: one for key, one in value.items() if key not in ("type", "kind")}
    made = codec.read(members, elements, findings, "", parts=_PARTS)
    if set_aside is None:
        findings.stop()
    else:
        set_aside += findings.found
    return REQUESTS[name](**made)


def read(data: bytes | str) -> Any:
    """The request in a file of strict JSON, at most 64 KiB. Raises ``RequestUnreadable``."""
    try:
        value = load(data)
    except MessageUnreadable as error:
        raise RequestUnreadable(
            _("The request cannot be read."),
            next_step=_("Open it in the request workshop, or ask the sender to send it again."),
            findings=error.findings,
        ) from None
    return from_json(value)
