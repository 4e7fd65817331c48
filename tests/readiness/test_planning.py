"""Gaps, plans and help: what holds for every answer that a State can give."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanoikit import readiness
from hanoikit.errors import UsageError
from hanoikit.readiness.planning import closed_by
from hanoikit.readiness.tables import FULL

NAMES = list(readiness.questions())
MEASURES = list(readiness.measures())
OFFERS = list(readiness.offers())

answers = st.fixed_dictionaries({name: st.integers(0, FULL) for name in NAMES})
budgets = st.none() | st.integers(0, 2000)
left_out = st.sets(st.sampled_from(MEASURES), max_size=4)
quick = settings(max_examples=25)


@quick
@given(answers, budgets, left_out)
def test_no_step_stands_before_what_it_needs_and_none_is_paid_before_it(given_answers, budget, without):
    made = readiness.plan(readiness.profile(given_answers), budget=budget, without=without)
    places = {step.measure.id: step for step in made.steps}
    assert not set(places) & without
    for step in made.steps:
        for need in step.measure.needs:
            assert need not in without
            if need in places:
                assert places[need].number < step.number
                assert places[need].funded or not step.funded
    order = [step.measure.id for step in made.steps]
    assert readiness.check_order(order, done=set(MEASURES) - set(order)) == []


@quick
@given(answers, budgets)
def test_paid_steps_fit_the_budget_and_never_close_more_than_is_open(given_answers, budget):
    gaps = readiness.profile(given_answers)
    made = readiness.plan(gaps, budget=budget)
    assert made.cost == sum(step.cost for step in made.funded)
    assert budget is None or made.cost <= budget
    assert 0 <= made.closes <= gaps.points
    assert [step.number for step in made.steps] == list(range(1, len(made.steps) + 1))
    if budget is None:
        assert all(step.funded for step in made.steps)
        left = sum(one.points for one in gaps.gaps if one.id == "ships")
        assert made.closes == gaps.points - left


@quick
@given(answers, st.randoms(use_true_random=False))
def test_the_same_answers_give_the_same_plan_in_whatever_order_they_come(given_answers, chance):
    names = list(given_answers)
    chance.shuffle(names)
    shuffled = {name: given_answers[name] for name in names}
    assert readiness.plan(readiness.profile(shuffled), budget=500) == readiness.plan(
        readiness.profile(given_answers), budget=500
    )


@quick
@given(answers, st.sampled_from(NAMES))
def test_a_better_answer_never_adds_to_the_gaps_or_to_the_cost_of_closing_them(given_answers, name):
    better = {**given_answers, name: FULL}
    before, after = readiness.profile(given_answers), readiness.profile(better)
    assert after.points <= before.points
    assert after.missing(name) == 0
    first = {step.measure.id for step in readiness.plan(before).steps}
    for step in readiness.plan(after).steps:
        assert step.measure.id in first


@quick
@given(answers, st.sets(st.sampled_from(OFFERS)), budgets)
def test_help_carries_at_most_what_a_step_costs_and_an_offer_only_its_places(given_answers, accepted, budget):
    gaps = readiness.profile(given_answers)
    found = readiness.matching(readiness.plan(gaps), accepted)
    known = readiness.measures()
    for name, money in found.carried.items():
        assert 0 <= money <= known[name].first_year
        assert name in found.by[name].measures and not found.by[name].against
    for offer in found.by.values():
        assert offer.id in accepted
        assert [one.id for one in found.by.values()].count(offer.id) <= offer.places
    assert all(offer.against for offer in found.refused)
    helped = readiness.plan(gaps, budget=budget, carried=found.carried)
    alone = readiness.plan(gaps, budget=budget)
    assert [one.measure for one in helped.steps][:1] == [one.measure for one in alone.steps][:1]
    assert helped.cost <= (budget if budget is not None else helped.cost)


@quick
@given(answers, left_out)
def test_an_unguarded_step_is_found_and_a_plan_of_the_room_has_none(given_answers, without):
    made = readiness.plan(readiness.profile(given_answers), without=without)
    steps = [step.measure for step in made.steps]
    done = {**given_answers}
    for step in steps:
        for name in closed_by(step, {name: FULL - level for name, level in done.items()}):
            done[name] = FULL
    assert not readiness.unguarded(steps, {**given_answers, "review": 3, "infrastructure": 3})
    live = readiness.measures()["live-law"]
    assert [one.where for one in readiness.unguarded([live], {**given_answers, "review": 0})] == ["live-law"]
    assert not readiness.unguarded([live, readiness.measures()["review-law"]], {})


def test_what_is_left_out_takes_with_it_what_needs_it():
    gaps = readiness.profile(readiness.elvaria().answers)
    whole = {step.measure.id for step in readiness.plan(gaps).steps}
    less = {step.measure.id for step in readiness.plan(gaps, without=["review-law"]).steps}
    lost = {"review-law", "stored-law", "live-law", "freeze-law", "return-rule", "foreign-routine"}
    assert whole - less == lost


def test_an_order_is_refused_where_a_power_stands_before_its_review():
    found = readiness.check_order(["stored-law", "review-law", "live-law"])
    assert [(one.code, one.where) for one in found] == [("guard", "stored-law")]
    assert readiness.check_order(["review-law", "stored-law", "live-law"]) == []
    assert readiness.check_order(["aggravating-law"], done=["offence-law"])[0].code == "guard"


def test_the_plan_of_elvaria_begins_with_what_costs_a_stamp_and_ends_with_people_at_night():
    made = readiness.plan(readiness.profile(readiness.elvaria().answers))
    order = [step.measure.id for step in made.steps]
    assert order[:2] == ["name-desk", "needs-list"]
    assert order[-1] == "desk-staff"
    assert made.balance()["rights"] == (16, 4)


def test_a_gift_with_a_copy_of_the_evidence_for_the_giver_is_refused_with_the_provision():
    found = readiness.matching(readiness.plan(readiness.profile({})), ["sealed-lab", "drones"])
    assert [(one.id, one.against) for one in found.refused] == [("sealed-lab", ("5(1)", "36(1)"))]
    assert [one.id for one in found.unfit] == ["drones"]
    assert found.carried == {} and "lab" in found.alone


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: readiness.profile({"coffee": 1}),
        lambda: readiness.profile({"images": 4}),
        lambda: readiness.profile({"images": True}),
        lambda: readiness.profile({}).missing("coffee"),
        lambda: readiness.plan(readiness.profile({}), budget=-1),
        lambda: readiness.plan(readiness.profile({}), without=["coffee"]),
        lambda: readiness.check_order(["coffee"]),
        lambda: readiness.matching(readiness.plan(readiness.profile({})), ["coffee"]),
    ],
)
def test_what_there_is_not_is_refused(wrong):
    with pytest.raises(UsageError):
        wrong()
