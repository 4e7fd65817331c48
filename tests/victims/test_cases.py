"""Routes, partners and branching cases: age comes first, order counts, and doing nothing is a failure."""

from __future__ import annotations

import copy
import json
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanoikit import convention, resources
from hanoikit.errors import DataInvalid, UsageError
from hanoikit.victims import (
    Walk,
    acts,
    branching_case,
    branching_cases,
    judge,
    partner,
    questions,
    route,
    rules,
    validate,
)
from hanoikit.victims.tables import load

CASES = branching_cases()
FOLDER = resources.assets() / "victims" / "cases"


def on_disk(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def answers(question: str) -> list[str]:
    return list(questions()[question][1])


def test_under_18_or_unknown_leaves_this_route_whatever_else_is_true():
    for consent, spread, private, made_by in product(
        answers("consent"), answers("spread"), answers("private"), answers("made-by")
    ):
        for age in ("under-18", "unknown"):
            found = route(age=age, consent=consent, spread=spread, private=private, made_by=made_by)
            assert (found.id, found.article) == ("child", "14")


@pytest.mark.parametrize("consent", ["none", "to-make", "shared-once", "withdrawn"])
def test_consent_to_make_or_to_share_once_is_no_consent_to_spread(consent):
    found = route(age="adult", consent=consent, spread="yes")
    assert found.article == "16" and "34(6)" in found.provisions


def test_the_other_routes_are_told_apart():
    assert route(age="adult", consent="to-this").id == "agreed"
    assert route(age="adult", private="no").id == "not-private"
    assert route(age="adult", spread="threat").article == ""
    assert route(age="adult", spread="no").id == "kept"
    assert route(age="adult", made_by="synthetic").id == "synthetic"
    assert route(age="adult", made_by="synthetic", spread="threat").id == "threat"
    with pytest.raises(UsageError, match="perhaps"):
        route(age="perhaps")


def test_partners_differ_and_their_law_is_read_from_the_states_of_the_course():
    seen = {code: partner(code).punishable for code in ("XA", "XB", "XC", "XD", "XE")}
    assert seen == {"XA": "in", "XB": "in", "XC": "in", "XD": "depends", "XE": "out"}
    assert (partner("XD", harm="yes").punishable, partner("XD", harm="no").punishable) == ("in", "out")
    assert (partner("XB", synthetic=True).punishable, partner("XC", synthetic=True).punishable) == (
        "out",
        "in",
    )
    assert "16 does not bind" in partner("XE").declared[0] and not partner("XD").declared
    assert "platform" in partner("XE").removal


def test_every_provision_named_exists_and_every_rule_has_a_reason():
    for rule in rules():
        assert rule.title and rule.why and rule.provisions, rule.id
        assert bool(rule.needs) + bool(rule.never) + bool(rule.first and rule.then) == 1, rule.id
        assert set(rule.needs + rule.never + rule.first + rule.then) <= set(acts()), rule.id
    routes = load("routes")["routes"]
    for reference in {one for rule in rules() for one in rule.provisions} | {
        one for entry in routes for one in entry["provisions"]
    }:
        assert convention.provision(reference).summary


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_in_form_and_its_authors_walk_keeps_every_rule(name):
    assert validate(on_disk(name)) == []
    case = branching_case(name)
    walk = Walk.along(case, case.model)
    found = judge(case, walk.acts)
    assert walk.ended and found.broken == () and found.share == 1.0 and found.well_done


@pytest.mark.parametrize("name", CASES)
def test_every_walk_comes_to_an_end(name):
    case = branching_case(name)
    longest = sum(len(scene.choices) for scene in case.scenes.values())

    @given(st.data())
    @settings(max_examples=40)
    def wander(data):
        walk = Walk(case)
        for _step in range(longest + 1):
            if walk.ended:
                return
            walk = walk.take(data.draw(st.sampled_from([choice.id for choice in walk.open])))
        raise AssertionError("a walk without end")

    wander()


@pytest.mark.parametrize("name", CASES)
def test_doing_nothing_is_a_failure_and_no_shortcut_to_the_end_passes(name):
    case = branching_case(name)
    for done in ((), ("wait",), ("close",), ("listen", "wait")):
        found = judge(case, done)
        assert not found.well_done and found.share < 0.3, done
    assert "standing-still" in {rule.id for rule in judge(case, ()).broken}


@pytest.mark.parametrize("name", CASES)
def test_leaving_out_an_act_or_adding_a_harmful_one_never_helps(name):
    case = branching_case(name)
    whole = Walk.along(case, case.model).acts
    for number in range(len(whole)):
        less = whole[:number] + whole[number + 1 :]
        assert judge(case, less).share <= 1.0
    harmful = {act for rule in rules() for act in rule.never if rule.applies(case.traits)}
    for act in harmful - set(whole):
        for place in range(len(whole) + 1):
            found = judge(case, (*whole[:place], act, *whole[place:]))
            assert found.broken and found.share < 1.0, act


def test_removal_before_preservation_and_a_hash_before_the_age_decide_the_case():
    case = branching_case("shared-once")
    right = list(Walk.along(case, case.model).acts)

    def earlier(act: str, other: str) -> list[str]:
        moved = [one for one in right if one != act]
        moved.insert(moved.index(other), act)
        return moved

    assert [r.id for r in judge(case, earlier("request-removal", "ask-partner-preserve")).grave] == [
        "preserve-before-removal"
    ]
    assert "age-before-route" in [r.id for r in judge(case, earlier("make-hash", "ask-age")).grave]
    assert not judge(case, earlier("make-hash", "ask-age")).well_done


@given(st.permutations(Walk.along(branching_case("shared-once"), branching_case("shared-once").model).acts))
def test_the_order_of_the_same_acts_breaks_only_rules_about_order(acts):
    case = branching_case("shared-once")
    assert {rule.kind for rule in judge(case, acts).broken} <= {"before"}


def test_a_childs_case_with_a_hash_fails_even_if_all_else_is_done():
    case = branching_case("second-question")
    walk = Walk.along(
        case, ("slowly", "ask-safety-chat", "ask-age-chat", "to-learned", "hash-anyway", "hand-over")
    )
    found = judge(case, (*walk.acts, "offer-support", "tell-news"))
    assert [rule.id for rule in found.grave] == ["child-no-hash"] and not found.well_done
    unasked = Walk.along(case, ("to-list", "leave-list"))
    assert "child-handed-over" in [rule.id for rule in judge(case, unasked.acts).grave]


def test_what_nobody_asks_nobody_learns():
    case = branching_case("second-question")
    assert "to-learned" not in {choice.id for choice in Walk(case).open}
    assert "to-learned" in {choice.id for choice in Walk(case).take("ask-age-chat").open}
    with pytest.raises(UsageError):
        Walk(case).take("to-learned")
    with pytest.raises(UsageError):
        branching_case("nowhere")


def test_every_fault_of_a_case_file_is_named():
    good = on_disk("shared-once")
    for spoil, code in (
        (lambda c: c["scenes"][0]["choices"][0].update(act="stare"), "act"),
        (lambda c: c["scenes"][0]["choices"][0].update(to="moon"), "scene"),
        (lambda c: c["scenes"][1]["choices"][0].update(after="never"), "after"),
        (lambda c: c["scenes"][1]["choices"].pop(), "stuck"),
        (lambda c: c["scenes"].append({"id": "island", "title": "Far", "text": "Away"}), "unreached"),
        (lambda c: c["model"].pop(), "model"),
        (lambda c: c["scenes"][0]["choices"][1].update(id="sit-down"), "twice"),
        (lambda c: c.pop("content_note"), "schema"),
    ):
        bad = copy.deepcopy(good)
        spoil(bad)
        assert code in {finding.code for finding in validate(bad)}, code
    with pytest.raises((DataInvalid, KeyError)):
        from hanoikit.victims.cases import made

        made({"id": "half"})
