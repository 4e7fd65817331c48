"""What the tests of cooperation share: a complete request, and the facts of the case behind it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hanoikit.cooperation import (
    AssistanceRequest,
    Circumstances,
    DataSpecification,
    ExtraditionRequest,
    JointInvestigationTerms,
    Measure,
    Needed,
    Offence,
    Period,
    Person,
    Reasoned,
    SpontaneousInformation,
    TransferOfProceedings,
    law,
)

SINCE = datetime(2026, 3, 28, 6, 0, tzinfo=UTC)
UNTIL = datetime(2026, 3, 30, 6, 0, tzinfo=UTC)
ACCOUNT = "settle@fastsettle.example"

#: The hospital's systems were hindered by data, on purpose and without right.
HOSPITAL = {
    "system-hindered": "yes",
    "hindered-by-data": "yes",
    "critical-infrastructure": "yes",
    "on-purpose": "yes",
    "without-right": "yes",
    "through-system": "yes",
}
#: Somebody criticised an authority online.
CRITICISM = {"insult": "yes", "through-system": "yes", "on-purpose": "yes", "without-right": "no"}
#: Somebody copied films.
COPYING = {"work-copied": "yes", "on-purpose": "yes", "without-right": "yes"}

LINES = {
    name: DataSpecification(
        category=name,
        description=f"{name} data of the account",
        identifier=ACCOUNT,
        since=None if name == "subscriber" else SINCE,
        until=None if name == "subscriber" else UNTIL,
    )
    for name in ("subscriber", "traffic", "content")
}


def made(requesting: str = "XA", requested: str = "XC", **changes: object) -> AssistanceRequest:
    """A request that lacks nothing."""
    central = law(requested).central_authority
    return replace(
        AssistanceRequest(
            requesting=requesting,
            requested=requested,
            reference="XA-2026-0417",
            date=date(2026, 4, 20),
            language=central.languages[0],
            channel=central.channels[0],
            central_authority_from=law(requesting).central_authority.name,
            central_authority_to=central.name,
            authority="Aldermark Police, Cyber Unit, Fjordholm",
            instrument="convention",
            scope="convention-offence",
            articles=("10",),
            offence=Offence(
                name="Obstruction of a system", law="section 204 of the penal code", maximum_years=10
            ),
            facts="From 28 to 30 March 2026 the systems of St Orla Hospital were blocked after a lure was opened.",
            measures=(
                Measure(
                    id="m1",
                    what="stored-data",
                    holder="Lune Hosting, Porto Lune",
                    data=(LINES["subscriber"], LINES["traffic"]),
                    need="The log of entries shows who used the mailbox that sent the lure.",
                ),
            ),
            persons=(Person(name="kite", place="unknown", nationality="", role="suspect"),),
            period=Period(since=SINCE, until=UNTIL),
            purpose="To identify who sent the lure and to prove it in the trial at Fjordholm.",
            confidentiality=Reasoned(),
            use="In the proceedings of St Orla before the court of Fjordholm.",
        ),
        **changes,
    )


def known(**changes: object) -> Circumstances:
    """The circumstances of the hospital's case."""
    return replace(Circumstances(conduct=HOSPITAL), **changes)


NEEDED = (
    Needed(what="stored-data", category="subscriber", identifiers=(ACCOUNT,)),
    Needed(what="stored-data", category="traffic", identifiers=(ACCOUNT,), since=SINCE, until=UNTIL),
)


def wanted(requested: str = "XB", **changes: object) -> ExtraditionRequest:
    """A request for extradition that lacks nothing."""
    central = law(requested).central_authority
    return replace(
        ExtraditionRequest(
            requesting="XA",
            requested=requested,
            reference="XA-2026-0417",
            date=date(2026, 5, 11),
            language=central.languages[0],
            channel=central.channels[0],
            central_authority_from=law("XA").central_authority.name,
            central_authority_to=central.name,
            authority="Public prosecutor, Fjordholm",
            instrument="convention",
            person=Person(name="Arpan Dulmi", place="Kest", nationality="XB", role="accused"),
            identity="Born on 4 June 1996; picture from the flat's register",
            stage="prosecution",
            articles=("10",),
            offence=Offence(
                name="Obstruction of a system", law="section 204 of the penal code", maximum_years=10
            ),
            facts="On 30 March 2026 he started the program that blocked the systems of St Orla Hospital.",
            warrant="Court of Fjordholm, 8 May 2026, number 311/26",
            evidence="The key of the panel was on his stick.",
        ),
        **changes,
    )


@pytest.fixture
def every_kind() -> list[object]:
    """One complete request of every kind."""
    head = {
        name: getattr(made("XA", "XB"), name)
        for name in (
            "requesting",
            "requested",
            "reference",
            "date",
            "language",
            "channel",
            "central_authority_from",
            "central_authority_to",
            "authority",
            "instrument",
        )
    }
    case = {
        "articles": ("10",),
        "facts": "From 28 to 30 March 2026 the systems of St Orla Hospital were blocked.",
    }
    offence = Offence(name="Obstruction of a system", law="section 204", maximum_years=10)
    people = (
        Person(name="Arpan Dulmi", place="Kest", nationality="XB", role="suspect"),
        Person(name="St Orla Hospital", place="Fjordholm", nationality="XA", role="victim"),
    )
    return [
        made(),
        wanted(),
        TransferOfProceedings(
            **head,
            **case,
            offence=offence,
            reason="The suspect lives in Kest and is not extradited.",
            jurisdiction="He is a national of Brevania (22(2)(b)).",
            persons=people,
            state_of_case="Nobody is in custody; our case is stayed when you accept.",
            evidence="The package with its signed list of hashes.",
            victims="The hospital was told on 4 May and can claim in Kest.",
        ),
        JointInvestigationTerms(
            **head,
            **case,
            aim="Find who runs the panel and stop it.",
            leader="Aldermark: Cyber Unit, Fjordholm. Brevania: District prosecutor, Kest.",
            members=("Signy Korpela, Aldermark", "Deviya Yolmi, Brevania"),
            powers="under-local-direction",
            law="The law of the State in which the measure is taken.",
            evidence="The State that seizes keeps the original; copies with hashes go to the other.",
            use="For the two proceedings on St Orla; other uses need consent.",
            personal_data="Each State is answerable for its copy; deleted two years after the end.",
            begins=date(2026, 5, 18),
            ends=date(2026, 11, 18),
            costs="Each State bears its own.",
            disputes="The two leaders, then the central authorities.",
        ),
        SpontaneousInformation(
            **head,
            subject="Accounts in your State that receive money of the lure",
            facts="Four accounts at a bank in Kest got money from victims on 29 March 2026.",
            source="Bank records from our own case.",
            useful_for="You could freeze the money and open a case.",
            limits=("intelligence only, not as evidence",),
        ),
    ]
