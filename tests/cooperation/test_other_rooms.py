"""Instruments and channels, preservation, later use, transfer of proceedings, and marking with its bots."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cooperation.conftest import (
    COPYING,
    CRITICISM,
    HOSPITAL,
    LINES,
    NEEDED,
    UNTIL,
    known,
    made,
)

from hanoikit.convention import provision
from hanoikit.convention.offence import Conduct, Happening
from hanoikit.cooperation import (
    AnswerCheck,
    Circumstances,
    Material,
    Matter,
    OwnCase,
    Persecution,
    RequestCheck,
    TransferOfProceedings,
    Use,
    fitting,
    follow,
    form_fields,
    law,
    laws,
    may_use,
    respond,
    to_form,
    weigh_transfer,
)
from hanoikit.cooperation.instruments import WANTED, instruments
from hanoikit.cooperation.later_use import PURPOSES, SOURCES
from hanoikit.cooperation.preservation import GROUNDS
from hanoikit.errors import UsageError
from hanoikit.network import Message, PreservationRequest

SPRING = date(2026, 4, 20)


# instruments and channels


@pytest.mark.parametrize(
    ("asker", "asked", "matter", "on", "best"),
    [
        ("XA", "XC", Matter(articles=("10",)), SPRING, "budapest"),
        ("XA", "XD", Matter(articles=("10",)), SPRING, "convention"),
        ("XA", "XC", Matter(articles=("16",), wanted="extradition"), SPRING, "convention"),
        ("XA", "XD", Matter(maximum_years=4), SPRING, "convention"),
        ("XA", "XD", Matter(maximum_years=3), SPRING, "reciprocity"),
        ("XA", "XD", Matter(maximum_years=8, electronic=False), SPRING, "reciprocity"),
        ("XA", "XD", Matter(maximum_years=8, electronic=False, organized=True), SPRING, "untoc"),
        ("XA", "XD", Matter(articles=("10",)), date(2026, 3, 20), "reciprocity"),
        ("XA", "XF", Matter(articles=("10",)), SPRING, "reciprocity"),
        ("XA", "XF", Matter(maximum_years=5, electronic=False, corruption=True), SPRING, "uncac"),
        ("XB", "XD", Matter(articles=("13",), wanted="police", coercive=False), SPRING, "convention"),
    ],
)
def test_the_instrument_that_fits_is_named_first(asker, asked, matter, on, best):
    found = fitting(asker, asked, matter, on)
    assert found[0].instrument == best
    assert {one.instrument for one in found} == set(instruments())
    for one in found:
        assert one.reason and one.channel and one.channel_reason
        for ref in one.provisions:
            provision(ref)


def test_the_channel_follows_the_matter_and_what_the_other_state_agreed_to():
    def channel(asked, **matter):
        return next(one for one in fitting("XA", asked, Matter(articles=("10",), **matter), SPRING)).channel

    assert channel("XC", wanted="preservation") == "24/7 network"
    assert channel("XC", urgent=True) == "interpol"
    assert channel("XB", urgent=True) == "central-authority"
    with pytest.raises(UsageError):
        Matter(wanted="gold")
    assert WANTED


# preservation


def message(**changes):
    body = PreservationRequest(
        authority="Aldermark Police, Cyber Unit, Fjordholm",
        scope="convention-offence",
        articles=("10",),
        offence="Obstruction of a system, section 204",
        facts="The systems of St Orla Hospital were blocked from 28 to 30 March 2026.",
        data=(LINES["traffic"],),
        link="The lure was sent from this mailbox.",
        custodian="Lune Hosting",
        necessity="The log is deleted after ten days.",
        assistance_intended=True,
        secrecy="none",
    )
    sent = UNTIL + timedelta(days=11)
    return Message(sender="XA", recipient="XC", sent=sent, reference="XA-1", body=replace(body, **changes))


scopes = st.sampled_from(["convention-offence", "serious-crime", ""])
facts = st.builds(
    Circumstances,
    conduct=st.sampled_from([HOSPITAL, COPYING, CRITICISM, {}]),
    persecution=st.sampled_from([Persecution(), Persecution(strength="substantial", reason="religion")]),
    trivial=st.booleans(),
    tax=st.booleans(),
    bank_secrecy=st.booleans(),
    political=st.booleans(),
    tried_already=st.booleans(),
    no_data_promise=st.booleans(),
    own_case=st.sampled_from([(), (OwnCase(),)]),
    large_costs=st.booleans(),
)


@given(
    st.sampled_from(tuple(laws())),
    facts,
    st.sampled_from(["convention-offence", "serious-crime", ""]),
    st.booleans(),
)
def test_preservation_is_refused_on_the_closed_list_only_and_never_for_dual_criminality(
    code, seen, scope, gaps
):
    asked = message(scope=scope, **({"facts": "", "authority": ""} if gaps else {}))
    answer = respond(asked, law(code), seen)
    assert set(answer.grounds) <= set(GROUNDS)
    assert answer.decision in ("grant", "ask", "refuse")
    if "42(5)" in answer.grounds:
        assert "42(5)" in law(code).reservations and scope != "convention-offence"
    if seen.persecution.strength == "substantial":
        assert "40(22)" in answer.grounds
    elif "42(5)" not in answer.grounds:
        assert answer.decision != "refuse"


def test_the_reservation_looks_ahead_only_outside_the_convention():
    insult = known(conduct=CRITICISM)
    assert respond(message(scope="serious-crime"), law("XC"), insult).grounds == ("42(5)",)
    assert respond(message(scope="serious-crime"), law("XB"), insult).decision == "grant"
    assert respond(message(), law("XC"), known()).decision == "grant"
    assert respond(message(secrecy="confidential", secrecy_reason="x"), law("XD"), known()).decision == "ask"
    with pytest.raises(UsageError):
        from hanoikit.network import LegalInformation

        respond(replace(message(), body=LegalInformation()), law("XC"))


# later use

materials = st.builds(
    Material,
    id=st.just("m1"),
    source=st.sampled_from(SOURCES),
    owner=st.just("XC"),
    holder=st.just("XA"),
    case=st.just("case-1"),
    personal=st.booleans(),
    secret=st.booleans(),
    limits=st.sampled_from([(), ("intelligence-only",)]),
    via=st.sampled_from([(), ("XB",)]),
)
uses = st.builds(
    Use,
    by=st.sampled_from(["XA", "XD"]),
    purpose=st.sampled_from(PURPOSES),
    case=st.sampled_from(["case-1", "case-2", ""]),
    to=st.sampled_from(["", "XB", "XD", "XC"]),
    authorized_by=st.sampled_from([(), ("XC",), ("XC", "XB")]),
    told=st.sampled_from([(), ("XC", "XB")]),
    written=st.booleans(),
    exculpatory=st.booleans(),
)


@given(materials, st.lists(uses, max_size=4))
def test_limits_travel_and_consent_only_ever_opens(material, planned):
    for ruling in follow(material, planned):
        assert ruling.reason and ruling.provisions
        assert ruling.allowed == "yes" or (ruling.do_first and ruling.after == material)
        for ref in ruling.provisions:
            provision(ref)
        assert ruling.after.limits == material.limits and set(material.via) <= set(ruling.after.via)
        material = ruling.after
    for use in planned:
        wider = replace(use, authorized_by=("XC", "XB", "XA"), told=("XC", "XB", "XA"), written=True)
        assert may_use(material, wider).allowed == "yes" or may_use(material, use).allowed == "no"
        to_third = use.purpose == "pass-on" and use.to == "XD" and use.by == material.holder
        if material.personal and to_third and not use.authorized_by:
            assert may_use(material, use).allowed == "no"


def test_evidence_is_followed_from_hand_to_hand():
    log = Material(id="m1", source="assistance", owner="XC", holder="XA", case="lantern", personal=True)
    other_case = Use(by="XA", purpose="own-case", case="another")
    onward = Use(by="XA", purpose="pass-on", to="XB", authorized_by=("XC",), written=True)
    in_brevania = Use(by="XB", purpose="own-case", case="XB-77")
    onward_again = Use(by="XB", purpose="pass-on", to="XD", authorized_by=("XA",), written=True)
    defence = Use(by="XB", purpose="disclose-to-defence", exculpatory=True, told=("XC", "XA"))
    rulings = follow(log, [other_case, onward, in_brevania, onward_again, defence])
    assert [one.allowed for one in rulings] == ["no", "yes", "no", "no", "yes"]
    assert rulings[0].provisions == ("40(19)",) and rulings[3].provisions == ("36(3)", "40(19)")
    assert "Corvessa (XC)" in rulings[3].do_first[0] and "XA" not in rulings[3].do_first[0]
    unwritten = replace(onward, written=False)
    assert may_use(log, unwritten).allowed == "no"
    tip = Material(
        id="t1", source="spontaneous", owner="XB", holder="XA", limits=("intelligence-only",), case="lantern"
    )
    assert may_use(tip, Use(by="XA", purpose="own-case", case="lantern")).allowed == "yes"
    assert may_use(tip, Use(by="XA", purpose="show-in-court", case="lantern")).provisions == ("40(5)",)
    sealed = replace(log, secret=True)
    assert may_use(sealed, Use(by="XA", purpose="tell-holder")).provisions == ("40(20)",)


# transfer of proceedings


def test_a_case_goes_where_the_suspect_is_when_that_state_can_try_it():
    offer = TransferOfProceedings(requesting="XA", requested="XB", articles=("10",))
    case = Happening(acts={"XB"}, effects={"XA"}, offenders={"XB"}, victims={"XA"})
    opinion = weigh_transfer(
        offer, case, conduct=Conduct(HOSPITAL).and_nothing_else(), extradition_refused=True
    )
    assert opinion.possible and opinion.advisable
    nowhere = weigh_transfer(offer, Happening(acts={"XC"}), conduct=Conduct(COPYING).and_nothing_else())
    assert not nowhere.possible
    assert {one.provisions[0] for one in nowhere.reasons if one.speaks == "bars"} == {
        "39(1)",
        "22(1)",
        "21(8)",
    }


# marking

TRUTH = {
    "requested": "XC",
    "fixed": {
        "requesting": "XA",
        "date": "2026-04-20",
        "central_authority_from": law("XA").central_authority.name,
    },
    "articles": ["10"],
    "instruments": ["convention", "budapest"],
    "secrecy": "no",
    "promises": ["limited-access"],
    "never_promise": ["no-death-penalty"],
    "anchors": {"facts": ["28", "St Orla"], "purpose": ["lure", "trial"], "use": ["St Orla", "Fjordholm"]},
    "circumstances": known(needed=NEEDED).to_json(),
}


def share(judged):
    if any(one.fatal and not one.share for one in judged):
        return 0.0
    return sum(one.share * one.weight for one in judged) / sum(one.weight for one in judged)


def good():
    return to_form(made(assurances=("limited-access",)))


def test_a_good_draft_gets_everything():
    judged = RequestCheck(TRUTH).judge(good())
    assert [(one.label, one.share, one.reason) for one in judged if one.share < 1] == []


def test_drafts_without_thought_stay_below_the_pass_mark():
    check = RequestCheck(TRUTH)
    hints = {field["id"]: field["hint"] for field in form_fields() if field["kind"] in ("line", "text")}
    head = {name: good()[name] for name in ("requested", "language", "channel", "central_authority_to")}
    sentence = "St Orla was attacked on 28 March, in the trial."
    whole = good()
    everything = {**whole}
    for number, what in enumerate(("interception", "search-seizure", "freeze", "real-time-traffic"), 2):
        everything |= {
            f"measures.{number}.what": what,
            f"measures.{number}.need": "We need to see everything there.",
        }
    bots = {
        "blank": {},
        "only the State": {"requested": "XC"},
        "the form's own hints": {**hints, **head},
        "the same sentence everywhere": {
            **dict.fromkeys(hints, sentence),
            **head,
        },
        "wrong State": {**whole, "requested": "XB"},
    }
    assert {name: share(check.judge(value)) < 0.5 for name, value in bots.items()} == dict.fromkeys(
        bots, True
    )
    assert share(check.judge(everything)) < 0.69 < share(check.judge(whole))


@pytest.mark.parametrize(
    ("change", "label"),
    [
        ({"measures.1.data.2.identifier": "someone@else.example"}, "Help that the case needs"),
        ({"measures.1.data.2.since": "2025-01-01T00:00:00+00:00"}, "Nothing beyond what the case needs"),
        ({"measures.1.data.2.category": "content"}, "Nothing beyond what the case needs"),
        ({"measures.2.what": "interception"}, "Nothing beyond what the case needs"),
        ({"articles": "7\n10"}, "Case within the Convention"),
        ({"instrument": "uncac"}, "Legal basis"),
        (
            {
                "facts": "Something happened somewhere to some people and we want to know much more about it now."
            },
            "Facts",
        ),
        ({"confidentiality.asked": "yes"}, "Secrecy of the request"),
        ({"assurances": ["no-death-penalty"]}, "What your State promises"),
        ({"language": "en"}, "Complete and in good form"),
        ({"measures.1.need": ""}, "Why the case needs it"),
    ],
)
def test_each_fault_of_a_draft_costs_at_its_element(change, label):
    check = RequestCheck(TRUTH)
    before = {one.label: one.share for one in check.judge(good())}
    judged = check.judge({**good(), **change})
    after = {one.label: one for one in judged}
    assert after[label].share < before[label] and after[label].reason
    assert share(judged) < share(check.judge(good()))


@pytest.mark.parametrize(
    "value", [None, 7, "x", [], {"measures.1.x": 1}, {"a" * 99: 1}, {"measures": [[[]]]}, {"facts": 3}]
)
def test_a_draft_that_cannot_be_read_earns_nothing_and_says_why(value):
    judged = RequestCheck(TRUTH).judge(value)
    assert share(judged) == 0 and all(one.reason for one in judged)


def test_one_field_that_cannot_be_read_costs_its_element_and_not_the_draft():
    check = RequestCheck(TRUTH)
    odd = {**good(), "persons.1.nationality": "Aldermark", "language": "Corvessan", "x.y": 1}
    assert 0.75 < share(check.judge(odd)) < share(check.judge(good()))


def test_an_answer_is_judged_on_decision_and_ground_together():
    live = replace(made().measures[0], id="m2", what="interception", data=(LINES["content"],), need="")
    check = AnswerCheck(made(measures=(*made().measures, live)), "XB", known(conduct=COPYING).to_json())
    assert [one["id"] for one in check.fields()][:2] == ["m1.decision", "m1.ground"]
    key = {one.measure: (one.decision, one.grounds) for one in check.key.measures}
    assert key["m1"][0] == "refuse"
    best = {f"{name}.decision": said for name, (said, _grounds) in key.items()}
    best |= {f"{name}.ground": (grounds or ("none",))[0] for name, (_said, grounds) in key.items()}
    assert [one.share for one in check.judge(best)] == [1.0, 1.0]
    assert [one.share for one in check.judge({**best, "m1.ground": "40(24)"})] == [0.5, 1.0]
    assert [one.share for one in check.judge({})] == [0.0, 0.0]
