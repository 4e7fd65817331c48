"""What the tests of the network share: a register with identities, and a complete message of every kind."""

from datetime import UTC, datetime, timedelta

import pytest

from hanoikit.network import (
    Acknowledgement,
    AssetAlert,
    AssistanceNotice,
    AssistanceStatus,
    CollectEvidence,
    Confirmed,
    DataSpecification,
    DecisionOnWarning,
    Desk,
    Document,
    EmergencyData,
    Extension,
    LegalInformation,
    LocateSuspect,
    Message,
    MoreInformation,
    Partly,
    PathDisclosure,
    PreservationRequest,
    PreservationWarning,
    Refused,
    Supplement,
    TechnicalAdvice,
    WhereIsTheData,
    course_directory,
    open_envelope,
)
from hanoikit.trust.identity import CourseAuthority

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
_TRAFFIC = DataSpecification(
    category="traffic",
    description="Access log of the mailbox with addresses and times",
    identifier="billing@clearbill.example",
    since=NOW - timedelta(days=6),
    until=NOW - timedelta(days=4),
)
_OFFENCE = {
    "authority": "Aldermark Police, Cyber Unit, Fjordholm",
    "scope": "convention-offence",
    "articles": ("7",),
    "offence": "Illegal access, section 201 of the penal code",
    "facts": "On 30 April the hospital St Orla was attacked after a lure from this mailbox was opened.",
}
_COMPLETE = {
    body.kind: body
    for body in (
        PreservationRequest(
            **_OFFENCE,
            data=(_TRAFFIC,),
            link="The lure of 28 April was sent from this mailbox.",
            custodian="Lune Hosting, Porto Lune",
            location="Porto Lune, Corvessa",
            necessity="The holder deletes its access logs after 72 hours.",
            vanishes=NOW + timedelta(days=1),
            assistance_intended=True,
            assistance_expected=NOW + timedelta(days=40),
            secrecy="confidential-no-notice",
            secrecy_reason="The user could destroy what lies elsewhere.",
        ),
        WhereIsTheData(**_OFFENCE, identifiers=("203.0.113.9",), question="Which provider uses it?"),
        EmergencyData(
            authority="Brevania Police, Kest, +999 000 02 911",
            danger="A girl has announced that she will take her life tonight.",
            person="The girl behind blue.heron.15",
            imminent="She wrote ten minutes ago.",
            data=(
                DataSpecification(category="subscriber", description="Address", identifier="blue.heron.15"),
            ),
            custodian="Lanternchat",
        ),
        TechnicalAdvice(authority="Cyber Unit", question="How long do the logs last?", context="A case"),
        LegalInformation(authority="Cyber Unit", question="Which court orders it?", purpose="A request"),
        CollectEvidence(**_OFFENCE, data=(_TRAFFIC,), measure="open-source"),
        LocateSuspect(
            **_OFFENCE,
            person="Marcial Quebradal, born 3 March 1991",
            last_known="Ferry Steps 4",
            wanted="locate",
        ),
        Extension(
            until=NOW + timedelta(days=120),
            reason="The request is being translated.",
            assistance="in-preparation",
        ),
        PreservationWarning(
            risk="would-harm", explanation="The owner knows the user.", alternative="Article 44"
        ),
        DecisionOnWarning(decision="go-ahead", reasons="The log is all we have."),
        AssistanceNotice(
            central_authority="Aldermark Ministry of Justice",
            measures="Disclosure of the preserved log",
            expected=NOW + timedelta(days=40),
            channel="central-authority",
        ),
        AssistanceStatus(status="received", at=NOW, note="Being examined"),
        PathDisclosure(provider="Marisol Servers", state="XD", path=("198.51.100.24 at 21:14 +07:00",)),
        AssetAlert(
            **_OFFENCE,
            property="31,000 XTS on a bank account",
            accounts=("XA00 0000 4411 2093",),
            route_to="Aldermark Asset Recovery Office",
            wanted="trace",
        ),
        Document(
            authority="Aldermark Ministry of Justice",
            document="freeze-request",
            title="Freeze of 120,000 XTS",
            route_to="Deltara Public Prosecutor",
            facts="The money left the hospital on 23 December.",
            digest="44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
            content="{}",
        ),
        Acknowledgement(next_by=NOW + timedelta(hours=4), note="We work on it"),
        MoreInformation(elements=("42(3)(c)",), questions=("Which account?",)),
        Supplement(information="The account is billing@clearbill.example.", data=(_TRAFFIC,)),
        Confirmed(
            done="The holder was ordered to preserve the log.",
            until=NOW + timedelta(days=70),
            found="Lune Hosting holds it.",
        ),
        Partly(
            done="The log of 29 and 30 April is preserved.",
            not_done="That of 28 April is gone.",
            reason="The holder had deleted it.",
            until=NOW + timedelta(days=70),
            found="Lune Hosting holds it.",
        ),
        Refused(ground="40(21)(b)", reasons="It would harm security.", instead="Ask the ministry."),
    )
}


def complete(kind, **header):
    """A complete message of this kind from XA to XC."""
    given = {"sender": "XA", "recipient": "XC", "sent": NOW, "reference": "XA-2026-0417", **header}
    body = given.pop("body", _COMPLETE[kind])
    if kind == "emergency-data":
        given.setdefault("urgency", "emergency")
    if kind not in _FIRST:
        given.setdefault("regarding", "a" * 64)
    return Message(body=body, **given)


_FIRST = (
    "preservation-request",
    "where-is-the-data",
    "emergency-data",
    "technical-advice",
    "legal-information",
    "collect-evidence",
    "locate-suspect",
    "asset-alert",
    "document",
)


@pytest.fixture(scope="session")
def network():
    """The register of the invented States and the identities of its desks."""
    return course_directory(CourseAuthority.create(seed="network tests"))


@pytest.fixture(scope="session")
def directory(network):
    return network[0]


@pytest.fixture(scope="session")
def identities(network):
    return network[1]


@pytest.fixture(scope="session")
def make():
    return complete


@pytest.fixture(scope="session")
def now():
    return NOW


@pytest.fixture
def two_desks(directory, identities):
    """Two desks and the post between them: ``carry(sender, message)`` sends, delivers and gives the receipt."""
    desks = {name: Desk(name, directory=directory) for name in ("XA", "XC", "XD", "XC-central")}

    def carry(message, *, insist=True, at=None):
        moment = at or message.sent
        sender, receiver = desks[message.sender], desks[message.recipient]
        envelope = sender.send(message, signer=identities[message.sender], at=moment, insist=insist)
        opened = open_envelope(
            envelope.to_bytes(), directory=directory, desk=receiver.id, at=moment, seen=receiver.seen
        )
        return receiver.receive(opened)

    return desks, carry
