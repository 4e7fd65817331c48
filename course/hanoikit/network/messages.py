"""What the points of contact write to each other: one typed object for each kind of message.

>>> request = Message(
...     sender="XA", recipient="XC", sent=datetime(2026, 5, 4, 9, 30, tzinfo=UTC), reference="XA-2026-0417",
...     body=PreservationRequest(authority="Aldermark Police, Cyber Unit", scope="convention-offence", articles=("7",)),
... )
>>> request.kind, len(request.id)
('preservation-request', 64)
>>> Message.read(request.to_bytes()) == request
True

The names are those of ``assets/network/kinds.json``, which says of each element where the Convention asks for it.
A message may be incomplete: a trainee's draft is one, and so is many a real one. :func:`hanoikit.network.validate`
says what is missing. Only its form is fixed: :meth:`Message.read` refuses unknown members, other types, hidden
control characters and more than 64 KiB, with every finding at once.

The ``id`` is the SHA-256 of the message's canonical JSON (RFC 8785). Sending the same message twice is sending it
once, and nobody can give a second message the id of the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.network import form, strict, tables
from hanoikit.trust.canonical import canonical
from hanoikit.trust.certificates import require_zone

TYPE = "hanoikit.network/1"

Times = datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSpecification:
    """Specified data (25(1), 42(3)(c)): ``category`` is subscriber, traffic or content; times are aware."""

    category: str = ""
    description: str = ""
    identifier: str = ""
    since: Times = None
    until: Times = None

    def __post_init__(self) -> None:
        _whole_seconds(self)


class Body:
    """What a message of one kind states. Each kind is a subclass; ``kind`` is its name in the table."""

    __slots__ = ()
    kind: ClassVar[str]

    def __post_init__(self) -> None:
        _whole_seconds(self)


def _whole_seconds(thing: Any) -> None:
    for one in fields(thing):
        value = getattr(thing, one.name)
        if isinstance(value, datetime):
            object.__setattr__(thing, one.name, whole(value))


def whole(moment: datetime) -> datetime:
    """The moment as messages write it: whole seconds, an offset of whole minutes.

    Raises ``UsageError`` for a time without zone.
    """
    require_zone(moment)
    offset = moment.utcoffset()
    if offset is None or offset.seconds % 60:
        raise UsageError(f"RFC 3339 has no offset with seconds, as in {moment.isoformat()}.")
    return moment.replace(microsecond=0) if moment.microsecond else moment


@dataclass(frozen=True, slots=True, kw_only=True)
class PreservationRequest(Body):
    """Asks another State to preserve stored data (42(1)); the elements are those of 42(3)."""

    kind: ClassVar[str] = "preservation-request"
    authority: str = ""
    scope: str = ""
    articles: tuple[str, ...] = ()
    offence: str = ""
    maximum_years: int = 0
    facts: str = ""
    data: tuple[DataSpecification, ...] = ()
    link: str = ""
    custodian: str = ""
    location: str = ""
    necessity: str = ""
    vanishes: Times = None
    assistance_intended: bool = False
    assistance_expected: Times = None
    secrecy: str = ""
    secrecy_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereIsTheData(Body):
    """Asks where data or a provider are (42(2), 41(3)(b))."""

    kind: ClassVar[str] = "where-is-the-data"
    authority: str = ""
    scope: str = ""
    articles: tuple[str, ...] = ()
    offence: str = ""
    maximum_years: int = 0
    facts: str = ""
    identifiers: tuple[str, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyData(Body):
    """Asks for data that avert a danger to life or safety (41(3)(e), 2(o))."""

    kind: ClassVar[str] = "emergency-data"
    authority: str = ""
    danger: str = ""
    person: str = ""
    imminent: str = ""
    data: tuple[DataSpecification, ...] = ()
    custodian: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicalAdvice(Body):
    """Asks how something works (41(3)(a))."""

    kind: ClassVar[str] = "technical-advice"
    authority: str = ""
    question: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalInformation(Body):
    """Asks what the other State's law requires (41(3)(c))."""

    kind: ClassVar[str] = "legal-information"
    authority: str = ""
    question: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectEvidence(Body):
    """Asks for help with evidence (41(3)(c)); whether the network may give it depends on ``measure``."""

    kind: ClassVar[str] = "collect-evidence"
    authority: str = ""
    scope: str = ""
    articles: tuple[str, ...] = ()
    offence: str = ""
    maximum_years: int = 0
    facts: str = ""
    data: tuple[DataSpecification, ...] = ()
    measure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocateSuspect(Body):
    """Asks where a suspect is (41(3)(d))."""

    kind: ClassVar[str] = "locate-suspect"
    authority: str = ""
    scope: str = ""
    articles: tuple[str, ...] = ()
    offence: str = ""
    maximum_years: int = 0
    facts: str = ""
    person: str = ""
    last_known: str = ""
    wanted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension(Body):
    """Asks for more time before a preservation ends (42(9)); ``regarding`` names the preservation request."""

    kind: ClassVar[str] = "extension"
    until: Times = None
    reason: str = ""
    assistance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreservationWarning(Body):
    """Tells that preservation would not secure the data, or would harm the case (42(7))."""

    kind: ClassVar[str] = "preservation-warning"
    risk: str = ""
    explanation: str = ""
    alternative: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionOnWarning(Body):
    """The requesting State's decision after a warning (42(7))."""

    kind: ClassVar[str] = "decision-on-warning"
    decision: str = ""
    reasons: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistanceNotice(Body):
    """Announces the request for mutual legal assistance (42(1), 42(3)(f), 40(12))."""

    kind: ClassVar[str] = "assistance-notice"
    central_authority: str = ""
    measures: str = ""
    expected: Times = None
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistanceStatus(Body):
    """Says that the request for legal assistance came in, or how it was decided (42(8))."""

    kind: ClassVar[str] = "assistance-status"
    status: str = ""
    at: Times = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathDisclosure(Body):
    """Tells which provider in another State took part (43(1))."""

    kind: ClassVar[str] = "path-disclosure"
    provider: str = ""
    state: str = ""
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetAlert(Body):
    """Tells that property is on its way, to be passed on to the authority for assets (41(4), 51)."""

    kind: ClassVar[str] = "asset-alert"
    authority: str = ""
    scope: str = ""
    articles: tuple[str, ...] = ()
    offence: str = ""
    maximum_years: int = 0
    facts: str = ""
    property: str = ""
    accounts: tuple[str, ...] = ()
    route_to: str = ""
    wanted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Body):
    """Hands over a document (40(13), 40(14)) to be passed on (41(4)); ``digest`` is the SHA-256 of ``content``."""

    kind: ClassVar[str] = "document"
    authority: str = ""
    document: str = ""
    title: str = ""
    route_to: str = ""
    facts: str = ""
    digest: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement(Body):
    """Says that a message came in and by when it is answered (41(1))."""

    kind: ClassVar[str] = "acknowledgement"
    next_by: Times = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreInformation(Body):
    """Says what is missing (40(16)); no refusal."""

    kind: ClassVar[str] = "more-information"
    elements: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement(Body):
    """Gives the information that was asked for (40(16))."""

    kind: ClassVar[str] = "supplement"
    information: str = ""
    data: tuple[DataSpecification, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed(Body):
    """Says that it is done, what, and until when (42(4), 42(8))."""

    kind: ClassVar[str] = "confirmed"
    done: str = ""
    until: Times = None
    found: str = ""
    data: tuple[DataSpecification, ...] = ()
    handed_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Partly(Body):
    """Says what was done, what was not, and why (42(4), 40(25))."""

    kind: ClassVar[str] = "partly"
    done: str = ""
    not_done: str = ""
    reason: str = ""
    until: Times = None
    found: str = ""
    data: tuple[DataSpecification, ...] = ()
    handed_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Body):
    """Refuses with a ground, reasons and another way (42(6), 40(25), 40(28))."""

    kind: ClassVar[str] = "refused"
    ground: str = ""
    reasons: str = ""
    instead: str = ""


BODIES: Mapping[str, type[Body]] = {
    body.kind: body
    for body in (
        PreservationRequest,
        WhereIsTheData,
        EmergencyData,
        TechnicalAdvice,
        LegalInformation,
        CollectEvidence,
        LocateSuspect,
        Extension,
        PreservationWarning,
        DecisionOnWarning,
        AssistanceNotice,
        AssistanceStatus,
        PathDisclosure,
        AssetAlert,
        Document,
        Acknowledgement,
        MoreInformation,
        Supplement,
        Confirmed,
        Partly,
        Refused,
    )
}


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message between two desks.

    ``sender`` and ``recipient`` are ids of desks (``"XA"``, ``"XA-central"``); ``sent`` has an offset and whole
    seconds; ``reference`` is the sender's case file; ``urgency`` is ordinary, urgent or emergency; ``regarding`` is
    the id of the message that this one answers or follows.
    """

    sender: str
    recipient: str
    sent: datetime
    body: Body
    reference: str = ""
    language: str = "en"
    urgency: str = "ordinary"
    regarding: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sent", whole(self.sent))

    @property
    def kind(self) -> str:
        return self.body.kind

    @cached_property
    def id(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self._bytes).hexdigest()

    @cached_property
    def _bytes(self) -> bytes:
        return canonical(self.to_json())

    def to_bytes(self) -> bytes:
        """The canonical JSON (RFC 8785): what is signed and hashed."""
        return self._bytes

    def to_json(self) -> dict[str, Any]:
        """The message as plain data, in the form that ``message.schema.json`` describes."""
        return {
            "body": form.write(self.body, tables.kind(self.kind).elements),
            "from": self.sender,
            "kind": self.kind,
            "language": self.language,
            "reference": self.reference,
            "regarding": self.regarding,
            "sent": self.sent.isoformat(),
            "to": self.recipient,
            "type": TYPE,
            "urgency": self.urgency,
        }

    @classmethod
    def from_json(cls, value: Any) -> Message:
        """A message from plain data. Raises ``MessageUnreadable`` with everything that is wrong with its form."""
        findings = form.Findings()
        taken = form.members(value, (*HEADER, "body", "kind", "type"), findings, "")
        if taken.get("type", TYPE) != TYPE:
            findings.add("other-type", _("It is no message of this network, or of another version."), "type")
        kind = taken.get("kind", "")
        body = BODIES.get(kind) if isinstance(kind, str) else None
        if body is None:
            if "kind" in taken:
                findings.add("unknown-kind", _("There is no such kind of message."), "kind")
            findings.stop()
        assert body is not None
        head = form.read(
            {name: taken[name] for name in HEADER if name in taken}, tables.header(), findings, ""
        )
        elements = tables.kind(kind).elements
        inside = form.members(taken.get("body", {}), tuple(one.name for one in elements), findings, "body")
        stated = form.read(inside, elements, findings, "body", item=DataSpecification)
        findings.stop()
        return cls(
            sender=head.pop("from"),
            recipient=head.pop("to"),
            body=body(**stated),
            **head,
        )

    @classmethod
    def read(cls, data: bytes | str) -> Message:
        """A message from strict JSON. Raises ``MessageUnreadable``."""
        return cls.from_json(strict.load(data))

    def answer(self, body: Body, *, at: datetime, reference: str = "", urgency: str | None = None) -> Message:
        """A message back to the sender, regarding this one; without ``reference`` it quotes the sender's own."""
        return Message(
            sender=self.recipient,
            recipient=self.sender,
            sent=at,
            body=body,
            reference=reference or self.reference,
            language=self.language,
            urgency=self.urgency if urgency is None else urgency,
            regarding=self.id,
        )

    def but(self, **changes: Any) -> Message:
        """The same message with some header members or, given ``body=``, another body."""
        return replace(self, **changes)


HEADER = ("from", "language", "reference", "regarding", "sent", "to", "urgency")
