"""Dual criminality looks at the conduct, never at what the laws call it."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanoikit import convention
from hanoikit.casework.scenes import scene, scenes
from hanoikit.convention.offence import Conduct, dual_criminality, state, states

PAIRS = list(itertools.combinations([law.code for law in states()], 2))


def renamed(law, code=None):
    """The same law under other names, in another order."""
    offences = tuple(
        dataclasses.replace(one, id=f"x{n}", label=f"Offence {n}", section=f"s. {n}")
        for n, one in enumerate(law.offences)
    )
    ids = {one.id: f"x{n}" for n, one in enumerate(law.offences)}
    return dataclasses.replace(
        law,
        code=code or law.code,
        offences=offences[::-1],
        aggravations=tuple(
            dataclasses.replace(one, offences=tuple(ids[name] for name in one.offences))
            for one in law.aggravations
        ),
    )


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_renaming_every_offence_of_both_laws_changes_nothing(pair):
    first, second = map(state, pair)
    for one in scenes():
        before = dual_criminality(one.conduct, first, second)
        after = dual_criminality(one.conduct, renamed(first), renamed(second))
        assert (before.verdict, before.reason, before.convention) == (
            after.verdict,
            after.reason,
            after.convention,
        )
        for side, other in zip(before.sides, after.sides, strict=True):
            assert side.serious == other.serious
            assert {a.article for a in side.punishing} == {a.article for a in other.punishing}


@settings(max_examples=25)
@given(data=st.data())
def test_the_order_of_the_two_states_changes_nothing(kit, data):
    _article, conduct = data.draw(kit.any_conduct())
    pair = data.draw(st.sampled_from(PAIRS))
    there, back = (dual_criminality(conduct, *map(state, order)) for order in (pair, pair[::-1]))
    assert there.verdict == back.verdict
    assert there.sides[0].verdict == back.sides[1].verdict


@settings(max_examples=25)
@given(data=st.data())
def test_it_is_in_only_if_both_punish_and_out_only_if_one_does_not(kit, data):
    _article, conduct = data.draw(kit.any_conduct())
    found = dual_criminality(conduct, *map(state, data.draw(st.sampled_from(PAIRS))))
    sides = {side.verdict for side in found.sides}
    assert (found.verdict == "in") is (sides == {"in"})
    assert (found.verdict == "out") is ("out" in sides)
    assert found.reason


def test_with_nothing_known_it_depends_in_every_pair():
    for pair in PAIRS:
        assert dual_criminality(Conduct(), *map(state, pair)).verdict == "depends"


def test_an_attempted_fraud_with_words_alone_is_no_crime_in_brevania():
    found = dual_criminality(scene("stopped-friend").conduct, state("XA"), state("XB"))
    assert (found.verdict, found.reason) == ("out", "Brevania does not punish this conduct.")


def test_the_same_attempt_with_a_false_invoice_is_punished_in_both_as_something_else():
    found = dual_criminality(scene("stopped-transfer").conduct, state("XA"), state("XB"))
    assert found.verdict == "in"
    labels = [{one.label for one in side.punishing} for side in found.sides]
    assert labels == [{"Computer forgery", "Computer fraud"}, {"False writing by machine"}]


def test_an_open_fact_that_decides_in_one_state_is_pointed_out():
    found = dual_criminality(
        scene("night-entry").conduct.with_facts({"item-possessed": "no"}), state("XA"), state("XB")
    )
    assert found.verdict == "depends" and "Brevania" in found.reason


def test_an_insult_is_no_offence_of_the_convention_and_dual_criminality_fails():
    found = dual_criminality(scene("insult").conduct, state("XD"), state("XA"))
    assert (found.verdict, found.convention) == ("out", "out")
    assert found.sides[0].serious is True, "four years: the label reaches the threshold of 2(h)"


def test_the_answer_says_what_it_means_for_extradition_assistance_and_preservation():
    for verdict in ("in", "out", "depends"):
        told = convention_consequences(verdict)
        assert [one.provisions[0] for one in told] == ["37(1)", "40(8)", "42(4)"]
        for one in told:
            assert one.text
            assert all(convention.provision(ref) for ref in one.provisions)


def convention_consequences(verdict):
    from hanoikit.convention.offence.dual_criminality import consequences

    return consequences(verdict)


def test_a_serious_crime_is_open_while_an_open_offence_is_the_only_serious_one():
    mule = scene("mule").conduct
    side = dual_criminality(mule, state("XA"), state("XD")).sides[0]
    assert side.verdict == "depends" and side.serious is None
    nothing = Conduct().and_nothing_else()
    assert dual_criminality(nothing, state("XA"), state("XD")).sides[0].serious is False
