"""The ladder: the least intrusive way that is enough, for every need; and the same reached by another road."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit import convention
from hanoikit.convention.power import Data, Need, Place, Urgency, Verdict, ladder, law, offence, powers
from hanoikit.convention.power.powers import STORED

from .strategies import needs, states

HERE = {Place.PROVIDER_HERE, Place.PREMISES, Place.LINKED_HERE}


def may_bring(name: str, kind: Data, need: Need, state: str) -> bool:
    """Said anew, from the notes: whether our own power ``name`` may bring this kind for this need."""
    rules = law(state)
    if state not in need.offence.years:
        return False
    match name:
        case "disclose":
            return kind is Data.PATH and need.place is Place.PROVIDER_HERE and need.trusted
        case "subscriber":
            return (
                kind is Data.SUBSCRIBER
                and need.place in {Place.PROVIDER_HERE, Place.PROVIDER_SERVES}
                and need.trusted
            )
        case "records":
            return kind is Data.RECORDS and need.place in HERE | {Place.CONTROLLED} and need.trusted
        case "produce":
            return kind in STORED and need.place in HERE | {Place.CONTROLLED} and need.trusted
        case "search":
            return kind in STORED and need.place in {Place.PROVIDER_HERE, Place.PREMISES}
        case "extend":
            return kind in STORED and need.place is Place.LINKED_HERE
        case "live-traffic":
            listed = rules.live_traffic is None or need.offence.id in rules.live_traffic
            reserved = need.closed and rules.closed_systems
            return kind is Data.LIVE_TRAFFIC and need.place in HERE and listed and not reserved
        case "live-content":
            reserved = need.closed and rules.closed_systems
            return (
                kind is Data.LIVE_CONTENT
                and need.place in HERE
                and need.offence.id in rules.live_content
                and not reserved
            )
        case "freeze" | "confiscate":
            return kind is Data.PROPERTY and need.place in HERE | {Place.CONTROLLED}
    return False


BRINGING = [one for one in powers() if one.id != "preserve"]


@given(needs, states)
def test_each_datum_is_brought_by_the_lowest_power_that_may_bring_it(need, state):
    advice = ladder(need, law(state))
    for kind in need.wanted:
        able = [one for one in BRINGING if may_bring(one.id, kind, need, state)]
        brought = [
            step.power for step in advice.steps if not step.abroad and kind in step.data & step.power.reaches
        ]
        assert bool(able) == bool(brought), kind
        if able:
            assert min(able, key=lambda one: one.rung) in brought


@given(needs, states)
def test_no_advised_power_is_one_that_the_facts_forbid(need, state):
    advice = ladder(need, law(state))
    for step in advice.steps:
        if step.power.id == "preserve":
            assert need.at_risk
            assert step.abroad or need.trusted
        elif step.power.id == "search" and need.place is Place.LINKED_HERE:
            assert any(other.power.id == "extend" for other in advice.steps)
        elif not step.abroad:
            assert any(may_bring(step.power.id, kind, need, state) for kind in step.data)


@given(needs, states)
def test_every_datum_wanted_is_reached_asked_for_or_said_to_be_out_of_reach(need, state):
    advice = ladder(need, law(state))
    assert advice.reached | advice.asked_for | advice.out_of_reach == need.wanted
    assert not advice.reached & advice.asked_for
    for kind in advice.out_of_reach:
        reasons = [one.reason for one in advice.judged if kind in one.power.reaches]
        assert reasons and all(reasons)


@given(needs, states, st.sampled_from(list(Urgency)))
def test_urgency_never_changes_which_powers_are_advised(need, state, urgency):
    before, after = ladder(need, law(state)), ladder(replace(need, urgency=urgency), law(state))
    assert [step.power.id for step in before.steps] == [step.power.id for step in after.steps]
    assert before.top == after.top


@given(needs, states)
def test_data_at_risk_add_preservation_and_nothing_else(need, state):
    calm = [step.power.id for step in ladder(replace(need, at_risk=False), law(state)).steps]
    risky = [step.power.id for step in ladder(replace(need, at_risk=True), law(state)).steps]
    assert "preserve" not in calm
    assert [name for name in risky if name != "preserve"] == calm
    assert risky[:1] == ["preserve"] or "preserve" not in risky


@given(needs, states, st.sampled_from(list(Data)))
def test_wanting_more_never_lowers_the_rung_and_drops_no_power(need, state, more):
    little, much = ladder(need, law(state)), ladder(replace(need, wanted=need.wanted | {more}), law(state))
    assert much.top >= little.top
    assert {step.power.id for step in little.steps} <= {step.power.id for step in much.steps}


@given(needs, states)
def test_a_reservation_never_opens_a_power(need, state):
    free = replace(law(state), live_traffic=None, closed_systems=False)
    bound = replace(law(state), live_content=frozenset(), live_traffic=frozenset(), closed_systems=True)
    assert ladder(need, bound).reached <= ladder(need, law(state)).reached <= ladder(need, free).reached


@given(needs, states)
def test_a_holder_who_would_warn_the_suspect_never_lowers_the_rung(need, state):
    trusted = ladder(replace(need, trusted=True), law(state))
    untrusted = ladder(replace(need, trusted=False), law(state))
    assert untrusted.reached <= trusted.reached
    if untrusted.reached == trusted.reached:
        assert untrusted.top >= trusted.top or trusted.top == 1


@given(needs, states, st.sampled_from(["specified", "investigation"]))
def test_without_a_specific_case_or_named_data_every_power_is_shut(need, state, fact):
    advice = ladder(replace(need, **{fact: False}), law(state))
    assert advice.steps == () and advice.findings
    assert {one.verdict for one in advice.judged} == {Verdict.FORBIDDEN}


@given(needs, states)
def test_every_judgement_has_a_reason_and_provisions_that_exist(need, state):
    advice = ladder(need, law(state))
    assert [one.power.id for one in advice.judged] == [one.id for one in powers()]
    for one in advice.judged:
        assert one.reason.strip() and one.refs
        for ref in one.refs:
            assert convention.provision(ref)
    for step in advice.steps:
        for clause in step.conditions:
            assert convention.provision(clause.ref) and clause.text
        if not step.abroad:
            cited = {clause.ref for clause in step.conditions}
            assert {"24(1)", "24(2)"} <= cited


def steps(advice) -> list[str]:
    return [f"{step.abroad or step.power.id}" for step in advice.steps]


@pytest.mark.parametrize(
    ("wanted", "place", "facts", "expected"),
    [
        ({Data.SUBSCRIBER}, Place.PROVIDER_HERE, {}, ["subscriber"]),
        ({Data.SUBSCRIBER}, Place.PROVIDER_SERVES, {"at_risk": True}, ["subscriber"]),
        ({Data.SUBSCRIBER}, Place.PROVIDER_ABROAD, {"at_risk": True}, ["42(1)", "44(1)"]),
        ({Data.PATH}, Place.PROVIDER_HERE, {"at_risk": True}, ["preserve", "disclose"]),
        ({Data.TRAFFIC}, Place.PROVIDER_HERE, {"at_risk": True}, ["preserve", "produce"]),
        ({Data.TRAFFIC}, Place.PROVIDER_SERVES, {"at_risk": True}, ["42(1)", "44(1)"]),
        ({Data.FILES}, Place.PREMISES, {"trusted": False, "at_risk": True}, ["search"]),
        ({Data.FILES}, Place.LINKED_HERE, {"trusted": False}, ["search", "extend"]),
        ({Data.FILES}, Place.LINKED_ABROAD, {}, ["44(1)"]),
        ({Data.FILES}, Place.CONTROLLED, {}, ["produce"]),
        ({Data.FILES}, Place.CONTROLLED, {"trusted": False}, ["44(1)"]),
        ({Data.FILES}, Place.UNKNOWN, {}, []),
        ({Data.RECORDS}, Place.PROVIDER_HERE, {}, ["records"]),
        ({Data.LIVE_TRAFFIC}, Place.PROVIDER_HERE, {}, ["live-traffic"]),
        ({Data.LIVE_CONTENT}, Place.PROVIDER_HERE, {}, []),
        ({Data.LIVE_CONTENT}, Place.PROVIDER_HERE, {"offence": offence("hospital")}, ["live-content"]),
        ({Data.LIVE_CONTENT}, Place.PROVIDER_ABROAD, {"offence": offence("hospital")}, ["46"]),
        ({Data.PROPERTY}, Place.PROVIDER_HERE, {}, ["freeze"]),
        ({Data.PROPERTY}, Place.PROVIDER_ABROAD, {}, ["50(2)"]),
        (
            {Data.SUBSCRIBER, Data.TRAFFIC},
            Place.PROVIDER_HERE,
            {"at_risk": True},
            ["preserve", "subscriber", "produce"],
        ),
    ],
    # A set prints in another order in each process.
    ids=lambda value: str(sorted(map(str, value))) if isinstance(value, set) else str(value),
)
def test_the_situations_of_the_lesson_have_their_way(wanted, place, facts, expected):
    facts = {"offence": offence("fraud")} | facts
    advice = ladder(Need(wanted=frozenset(wanted), place=place, **facts), law("XA"))
    assert steps(advice) == expected


def test_at_home_any_offence_opens_the_powers_and_across_the_border_only_a_serious_one():
    need = Need(wanted=frozenset({Data.TRAFFIC}), place=Place.PROVIDER_HERE, offence=offence("theft"))
    assert steps(ladder(need, law("XA"))) == ["produce"]
    abroad = ladder(replace(need, place=Place.PROVIDER_ABROAD), law("XA"))
    assert abroad.steps == () and abroad.out_of_reach == {Data.TRAFFIC}
    assert {"35(1)", "2(h)"} <= set(abroad.of("produce").refs)
    robbery = replace(need, place=Place.PROVIDER_ABROAD, offence=offence("robbery"))
    assert steps(ladder(robbery, law("XA"))) == ["44(1)"]


def test_what_is_no_offence_in_the_state_opens_nothing_there():
    need = Need(wanted=frozenset({Data.SUBSCRIBER}), place=Place.PROVIDER_HERE, offence=offence("insult"))
    assert ladder(need, law("XA")).findings[0].code == "no-offence"
    advice = ladder(need, law("XD"))
    assert steps(advice) == ["subscriber"]
    assert "6(2)" in {note.ref for note in advice.notes}


def test_a_list_of_offences_shuts_real_time_collection_in_one_state_and_not_in_another():
    need = Need(wanted=frozenset({Data.LIVE_TRAFFIC}), place=Place.PROVIDER_HERE, offence=offence("access"))
    assert ladder(need, law("XA")).of("live-traffic").refs == ("23(3)(a)",)
    assert steps(ladder(need, law("XB"))) == ["live-traffic"]
    closed = replace(need, offence=offence("hospital"), closed=True)
    assert ladder(closed, law("XA")).of("live-traffic").refs == ("23(3)(b)",)
    assert steps(ladder(closed, law("XD"))) == ["live-traffic"]


def test_in_an_urgent_case_the_law_names_who_orders_first_and_who_confirms():
    need = Need(
        wanted=frozenset({Data.FILES}),
        place=Place.PREMISES,
        offence=offence("hospital"),
        trusted=False,
        locked=True,
        urgency=Urgency.EMERGENCY,
    )
    (search,) = ladder(need, law("XA")).steps
    texts = {clause.ref: clause.text for clause in search.conditions}
    assert "within 48 hours" in texts["24(2)"]
    assert "28(4)" in texts
    calm = ladder(replace(need, urgency=Urgency.ORDINARY, locked=False), law("XA")).steps[0]
    assert not any("hours" in clause.text or clause.ref == "28(4)" for clause in calm.conditions)


def test_a_higher_rung_that_would_do_says_that_a_lower_one_is_enough():
    need = Need(wanted=frozenset({Data.SUBSCRIBER}), place=Place.PROVIDER_HERE, offence=offence("fraud"))
    advice = ladder(need, law("XA"))
    assert advice.of("search").verdict is advice.of("produce").verdict is Verdict.MORE
    assert "lower rung is enough" in advice.of("search").reason
    assert advice.of("live-content").verdict is Verdict.INSUFFICIENT


def test_secrecy_is_a_condition_only_where_article_and_law_provide_for_it():
    need = Need(
        wanted=frozenset({Data.TRAFFIC}), place=Place.PROVIDER_HERE, offence=offence("fraud"), at_risk=True
    )
    cited = [[clause.ref for clause in step.conditions] for step in ladder(need, law("XA")).steps]
    assert "25(3)" in cited[0] and not any(ref.startswith("27(") and ref != "27(a)" for ref in cited[1])
    assert "25(3)" not in [clause.ref for clause in ladder(need, law("XD")).steps[0].conditions]
