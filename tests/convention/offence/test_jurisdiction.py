"""Jurisdiction: the grounds of article 22, the same for every State whatever it is called."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit import convention
from hanoikit.casework.scenes import scene, scenes
from hanoikit.convention.offence import Happening, Refusal, jurisdiction, state, states
from hanoikit.errors import UsageError

CODES = tuple(law.code for law in states())
FIELDS = (
    "acts",
    "effects",
    "vessels",
    "victims",
    "offenders",
    "residents",
    "laundering_in",
    "against",
    "cases",
)
SOME = st.frozensets(st.sampled_from(CODES))
HAPPENINGS = st.builds(
    Happening,
    **dict.fromkeys(FIELDS, SOME),
    refusals=st.lists(
        st.builds(Refusal, by=st.sampled_from(CODES), why=st.sampled_from(("nationality", "other"))),
        max_size=3,
    ).map(tuple),
    open=st.frozensets(st.sampled_from(("acts", "effects", "victims", "offenders"))),
)


def grounds(found):
    return {(claim.state, claim.ref, claim.force, claim.taken, claim.reason) for claim in found.claims}


@given(HAPPENINGS, st.permutations(CODES))
def test_renaming_the_states_renames_the_claims_and_changes_nothing_else(happening, other):
    new = dict(zip(CODES, other, strict=True))
    moved = Happening(
        **{name: frozenset(new[code] for code in getattr(happening, name)) for name in FIELDS},
        refusals=tuple(Refusal(new[one.by], one.why) for one in happening.refusals),
        open=happening.open,
    )
    laws = [dataclasses.replace(law, code=new[law.code]) for law in states()]
    before, after = jurisdiction(happening), jurisdiction(moved, laws)
    assert {(new[code], *rest) for code, *rest in grounds(before)} == grounds(after)
    assert {new[code] for code in before.consult} == set(after.consult)
    assert {new[code] for code in before.must_prosecute} == set(after.must_prosecute)
    assert (before.consult_now, before.open_points) == (after.consult_now, after.open_points)


@given(HAPPENINGS)
def test_a_duty_is_always_taken_and_every_claim_cites_provisions_that_exist(happening):
    for claim in jurisdiction(happening).claims:
        assert claim.taken or claim.force == "may"
        assert claim.reason
        for ref in claim.provisions:
            assert convention.provision(ref)


@given(HAPPENINGS, st.sampled_from(FIELDS[:-1]), st.sampled_from(CODES))
def test_one_more_link_to_a_state_never_takes_a_claim_away(happening, name, code):
    more = dataclasses.replace(happening, **{name: getattr(happening, name) | {code}})
    before = {(c.state, c.ref) for c in jurisdiction(happening).claims if c.taken}
    after = {(c.state, c.ref) for c in jurisdiction(more).claims if c.taken}
    assert before <= after


@given(HAPPENINGS, st.sampled_from(CODES))
def test_the_duties_do_not_hang_on_what_a_state_has_chosen(happening, code):
    law = state(code)
    none = dataclasses.replace(
        law.jurisdiction,
        victim_national=False,
        offender_national=False,
        laundering=False,
        against_state=False,
        stays_other=False,
    )
    laws = [dataclasses.replace(one, jurisdiction=none) if one.code == code else one for one in states()]

    def duties(found):
        return {(c.state, c.ref) for c in found.claims if c.force == "must"}

    assert duties(jurisdiction(happening)) == duties(jurisdiction(happening, laws))
    assert not [
        c for c in jurisdiction(happening, laws).claims if c.state == code and c.force == "may" and c.taken
    ]


def refs(happening, code):
    return {(c.ref, c.force, c.taken) for c in jurisdiction(happening).claims if c.state == code}


@pytest.mark.parametrize(
    ("happening", "code", "expected"),
    [
        (Happening(acts={"XB"}), "XB", {("22(1)(a)", "must", True)}),
        (Happening(effects={"XA"}), "XA", {("22(1)(a)", "must", True)}),
        (Happening(effects={"XE"}), "XE", {("22(1)(a)", "may", False)}),
        (Happening(vessels={"XE"}), "XE", {("22(1)(b)", "must", True)}),
        (Happening(victims={"XA"}), "XA", {("22(2)(a)", "may", True)}),
        (Happening(victims={"XB"}), "XB", {("22(2)(a)", "may", False)}),
        (Happening(offenders={"XB"}), "XB", {("22(2)(b)", "may", True)}),
        (Happening(residents={"XE"}), "XE", {("22(2)(b)", "may", False)}),
        (Happening(laundering_in={"XD"}), "XD", {("22(2)(c)", "may", True)}),
        (Happening(against={"XC"}), "XC", {("22(2)(d)", "may", False)}),
        (Happening(refusals=(Refusal("XB", "nationality"),)), "XB", {("22(3)", "must", True)}),
        (Happening(refusals=(Refusal("XB", "other"),)), "XB", {("22(4)", "may", False)}),
        (Happening(), "XA", set()),
    ],
)
def test_each_ground_is_found_with_its_force(happening, code, expected):
    assert refs(happening, code) == expected


def test_whoever_refuses_for_nationality_alone_must_prosecute():
    found = jurisdiction(
        Happening(acts={"XB"}, refusals=(Refusal("XB", "nationality"), Refusal("XD", "other")))
    )
    assert found.must_prosecute == ("XB",)
    (claim,) = [c for c in found.claims if c.ref == "22(3)"]
    assert claim.provisions == ("22(3)", "37(11)")


def test_states_that_work_on_the_same_case_consult_now_the_others_when_they_learn_of_it():
    two = jurisdiction(Happening(acts={"XB"}, effects={"XA"}, cases={"XA", "XB"}))
    assert (two.consult, two.consult_now) == (("XA", "XB"), True)
    later = jurisdiction(Happening(acts={"XB"}, effects={"XA"}, cases={"XA"}))
    assert (later.consult, later.consult_now) == (("XA", "XB"), False)
    alone = jurisdiction(Happening(acts={"XA"}, cases={"XA"}))
    assert (alone.consult, alone.consult_now) == ((), False)


def test_what_is_not_known_is_pointed_out_for_states_nobody_has_thought_of():
    found = jurisdiction(Happening(acts={"XB"}, open={"offenders", "victims"}))
    assert len(found.open_points) == 2
    assert "22(2)(b)" in found.open_points[1]


def test_with_the_conduct_it_says_whose_law_punishes_it():
    one = scene("stopped-friend")
    found = jurisdiction(one.happening, conduct=one.conduct)
    assert found.punishes["XA"] == "in" and found.punishes["XB"] == "out"


def test_every_scene_has_somebody_who_may_try_it():
    for one in scenes():
        assert jurisdiction(one.happening, conduct=one.conduct).claimants, one.id


def test_an_unknown_state_or_open_point_is_refused():
    with pytest.raises(UsageError, match="XZ"):
        jurisdiction(Happening(acts={"XZ"}))
    with pytest.raises(UsageError, match="weather"):
        Happening(open={"weather"})
