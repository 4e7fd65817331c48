"""Finding offences: what is open stays open, and no State's choice works in the wrong direction."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanoikit import convention
from hanoikit.convention.offence import (
    CONVENTION,
    STAGES,
    Conduct,
    all_elements,
    facts,
    find_offences,
    offence_elements,
    state,
    states,
)
from hanoikit.errors import UsageError

RANK = {"out": 0, "depends": 1, "in": 2}
ARTICLES = tuple(range(7, 18))


def verdict(conduct: Conduct, article: int, law=CONVENTION):
    return next(one for one in find_offences(conduct, law) if one.article == article)


def only(law, article: int):
    """The law with nothing in it but the offence of one article (or without any, where it has none)."""
    return dataclasses.replace(law, offences=tuple(one for one in law.offences if one.article == article))


def met(article: int) -> Conduct:
    """Conduct that meets every element of the article, and every element that a State may ask for."""
    wanted = {}
    offence = offence_elements(article)
    for element in offence.elements:
        for key in element.facts:
            wanted[key] = "yes"
    for one in offence.choices:
        if not one.widens:
            for key in one.as_element().facts:
                wanted[key] = "yes"
    denied = {"testing", "own-proceeds", "child-about-itself", "private-and-agreed", "offender-is-child"}
    extending = {"only-believed-child": "no", "minor-may-be-active": "no", "image-synthetic": "no"}
    return Conduct({key: "no" if key in denied else value for key, value in wanted.items()} | extending)


@pytest.mark.parametrize("article", ARTICLES)
def test_when_every_element_is_shown_the_conduct_is_in(article):
    found = verdict(met(article), article)
    assert found.verdict == "in"
    assert {one.status for one in found.findings} == {"met"}
    assert found.narrowed_by == ()
    for ref in found.provisions:
        assert convention.provision(ref).article == article


@pytest.mark.parametrize("article", ARTICLES)
def test_each_element_is_needed_and_the_answer_names_the_one_that_is_missing(article):
    whole = met(article)
    for element in offence_elements(article).elements:
        flipped = {key: "no" if whole.value(key) == "yes" else "yes" for key in element.facts}
        found = verdict(whole.with_facts(flipped), article)
        assert found.verdict == "out", element.id
        (finding,) = [one for one in found.findings if one.element.id == element.id]
        assert finding.status == "not met"
        assert element.text.strip() in found.reason
        assert element.ref in found.provisions


@pytest.mark.parametrize("article", ARTICLES)
def test_each_open_element_makes_it_depend_and_is_named(article):
    whole = met(article)
    for element in offence_elements(article).elements:
        found = verdict(whole.with_facts(dict.fromkeys(element.facts)), article)
        assert found.verdict == "depends", element.id
        assert set(found.open_facts) == set(element.facts)
        assert element.text.strip() in found.reason


@pytest.mark.parametrize("article", ARTICLES)
def test_nothing_known_is_never_a_yes_or_a_no(article):
    assert verdict(Conduct(), article).verdict == "depends"
    for law in states():
        assert all(one.verdict == "depends" or one.offence is None for one in find_offences(Conduct(), law))


@given(data=st.data())
def test_once_it_is_in_or_out_no_further_evidence_turns_it_round(kit, data):
    article, conduct = data.draw(kit.any_conduct())
    before = verdict(conduct, article)
    keys = [*offence_elements(article).facts, "helped-on-purpose"]
    more = {
        key: data.draw(st.sampled_from((None, *kit.values_of(key))))
        for key in keys
        if conduct.value(key) is None
    }
    after = verdict(conduct.with_facts(more), article)
    if before.verdict != "depends":
        assert after.verdict == before.verdict
    law = only(data.draw(st.sampled_from(states())), article)
    earlier, later = find_offences(conduct, law)[0], find_offences(conduct.with_facts(more), law)[0]
    assert earlier.verdict in ("depends", later.verdict)


@given(data=st.data())
def test_it_depends_only_when_something_open_or_a_choice_is_named(kit, data):
    article, conduct = data.draw(kit.any_conduct())
    found = verdict(conduct, article)
    assert (found.verdict == "depends") is bool(found.open_facts or found.choices)
    assert found.reason and found.provisions
    for ref in found.provisions:
        assert convention.provision(ref)
    for one in find_offences(conduct, only(data.draw(st.sampled_from(states())), article)):
        assert one.choices == ()
        assert (one.verdict == "depends") is bool(one.open_facts)


@given(data=st.data())
def test_when_every_fact_is_known_a_states_law_always_says_in_or_out(kit, data):
    article, conduct = data.draw(kit.any_conduct())
    keys = [*offence_elements(article).facts, "helped-on-purpose"]
    known = conduct.with_facts(
        {key: data.draw(st.sampled_from(kit.values_of(key))) for key in keys if conduct.value(key) is None}
    )
    for law in states():
        assert find_offences(known, only(law, article))[0].verdict != "depends"


@pytest.mark.parametrize("article", ARTICLES)
def test_no_combination_of_narrowing_choices_makes_more_conduct_criminal(kit, article):
    """Every combination of choices, and every value of every fact that a choice looks at."""
    offence = offence_elements(article)
    narrowing = [one for one in offence.choices if not one.widens]
    looked_at = tuple(dict.fromkeys(key for one in narrowing for key in one.as_element().facts))
    whole = met(article)
    combinations = [c for n in range(len(narrowing) + 1) for c in itertools.combinations(narrowing, n)]
    for values in itertools.product(*((None, *kit.values_of(key)) for key in looked_at)):
        conduct = whole.with_facts(dict(zip(looked_at, values, strict=True)))
        answers = {
            frozenset(one.id for one in made): RANK[
                find_offences(conduct, kit.law_with(kit.section(article, made)))[0].verdict
            ]
            for made in combinations
        }
        for fewer, more in itertools.product(answers, repeat=2):
            if fewer <= more:
                assert answers[more] <= answers[fewer], (values, fewer, more)


@given(data=st.data())
def test_a_narrowing_choice_or_a_reservation_never_widens_and_an_extension_never_narrows(kit, data):
    article, conduct = data.draw(kit.any_conduct())
    choices = offence_elements(article).choices
    made = [one for one in choices if data.draw(st.booleans())]
    others = [one for one in choices if one not in made]
    before = RANK[find_offences(conduct, kit.law_with(kit.section(article, made)))[0].verdict]
    for one in others:
        after = RANK[find_offences(conduct, kit.law_with(kit.section(article, [*made, one])))[0].verdict]
        assert after >= before if one.widens else after <= before, one.id


@given(data=st.data())
def test_to_punish_attempt_or_preparation_as_well_never_makes_less_conduct_criminal(kit, data):
    article, conduct = data.draw(kit.any_conduct())
    answers = [
        RANK[find_offences(conduct, kit.law_with(kit.section(article, attempt=a, preparation=p)))[0].verdict]
        for a, p in ((False, False), (True, False), (True, True))
    ]
    assert answers == sorted(answers)


@given(data=st.data())
def test_a_law_without_narrowing_choices_follows_the_convention(kit, data):
    article, conduct = data.draw(kit.any_conduct())
    convention_says = verdict(conduct, article).verdict
    plain = find_offences(conduct, kit.law_with(kit.section(article, attempt=False)))[0].verdict
    wide_choices = [one for one in offence_elements(article).choices if one.widens]
    wide = kit.section(article, wide_choices, attempt=True, preparation=True)
    widest = find_offences(conduct, kit.law_with(wide))[0].verdict
    if convention_says == "in":
        assert plain == widest == "in"
    if convention_says == "out":
        assert plain == widest == "out"
    if convention_says == "depends":
        assert plain != "in" and widest != "out"


@settings(max_examples=20)
@given(data=st.data())
def test_names_of_offences_and_sections_change_nothing(kit, data):
    _article, conduct = data.draw(kit.any_conduct())
    for law in states():
        renamed = dataclasses.replace(
            law,
            offences=tuple(
                dataclasses.replace(one, label=f"Offence {n}", section=f"s. {n}")
                for n, one in enumerate(reversed(law.offences))
            )[::-1],
        )
        before = [(a.article, a.verdict, a.reason, a.provisions) for a in find_offences(conduct, law)]
        assert before == [
            (a.article, a.verdict, a.reason, a.provisions) for a in find_offences(conduct, renamed)
        ]


def test_the_stages_rise_from_completed_to_prepared():
    conduct = Conduct({"accessed-system": "tried"})
    assert [conduct.truth("accessed-system", stage) for stage in STAGES] == [False, True, True]
    conduct = Conduct({"accessed-system": "prepared"})
    assert [conduct.truth("accessed-system", stage) for stage in STAGES] == [False, False, True]
    assert conduct.truth("on-purpose", "completed") is None


def lure(**changes) -> Conduct:
    facts = {
        "person-deceived": "yes", "through-system": "yes", "property-lost": "tried", "aim-gain": "yes",
        "on-purpose": "yes", "without-right": "yes",
    }  # fmt: skip
    return Conduct({**facts, **changes})


def test_an_attempted_fraud_is_left_to_each_state_and_they_differ():
    against = verdict(lure(), 13)
    assert (against.verdict, against.stage, against.choices) == ("depends", "attempt", ("19(2)",))
    assert verdict(lure(), 13, state("XA")).verdict == "in"
    brevania = verdict(lure(), 13, state("XB"))
    assert (brevania.verdict, brevania.provisions) == ("out", ("19(2)",))
    assert "does not punish the attempt" in brevania.reason


def test_a_fraud_on_a_person_is_13c_and_rests_on_it():
    found = verdict(lure(**{"property-lost": "yes"}), 13)
    assert found.verdict == "in" and "13(c)" in found.provisions
    assert "13(a)" not in found.provisions


def test_authorised_testing_is_outside_article_11_whatever_the_tool():
    conduct = met(11)
    assert verdict(conduct, 11).verdict == "in"
    assert verdict(conduct.with_facts({"testing": "yes"}), 11).verdict == "out"
    assert verdict(conduct.with_facts({"testing": "yes"}), 11).provisions == ("11(2)",)
    assert verdict(conduct.with_facts({"testing": None}), 11).verdict == "depends"


def test_with_the_reservation_of_11_3_only_trading_access_data_is_left():
    trade = met(11).with_facts({"item-made-available": "yes", "item-is-access-data": "yes"})
    assert verdict(trade, 11, state("XC")).verdict == "in"
    for change in ({"item-made-available": "no"}, {"item-is-access-data": "no"}):
        assert verdict(trade.with_facts(change), 11).verdict == "in"
        assert verdict(trade.with_facts(change), 11, state("XC")).verdict == "out"


def test_an_image_of_a_person_under_18_is_not_article_16_unless_the_state_extends_it():
    image = met(16).with_facts({"shown-is-adult": "no", "image-synthetic": "no"})
    child_material = image.with_facts({"child-material": "yes", "minor-may-be-active": "yes"})
    assert verdict(child_material, 16).verdict == "out"
    other = image.with_facts({"child-material": "no", "minor-may-be-active": "yes"})
    found = verdict(other, 16)
    assert (found.verdict, found.choices) == ("depends", ("16(3)",))
    assert verdict(other, 16, state("XA")).verdict == "in"
    assert verdict(other, 16, state("XB")).verdict == "out"


def test_a_synthetic_image_depends_on_the_law_of_each_state():
    image = met(16).with_facts({"image-is-recording": "no", "image-synthetic": "yes"})
    found = verdict(image, 16)
    assert (found.verdict, found.choices) == ("depends", ("16",))
    assert [verdict(image, 16, state(code)).verdict for code in ("XA", "XB", "XC")] == ["in", "out", "in"]


def test_consent_to_make_an_image_is_not_asked_consent_to_share_it_is():
    assert verdict(met(16).with_facts({"no-consent": "no"}), 16).verdict == "out"
    assert "private-when-made" in offence_elements(16).facts
    assert not [key for key in offence_elements(16).facts if "made-with" in key]


def test_a_helper_is_punished_only_if_he_helped_on_purpose():
    helped = dataclasses.replace(lure(**{"property-lost": "yes"}), role="helper")
    assert verdict(helped, 13).verdict == "depends"
    assert verdict(helped.with_facts({"helped-on-purpose": "no"}), 13).verdict == "out"
    sure = verdict(helped.with_facts({"helped-on-purpose": "yes"}), 13)
    assert sure.verdict == "in" and "19(1)" in sure.provisions


def test_what_no_article_names_is_out_even_when_a_state_punishes_it():
    insult = Conduct({"insult": "yes", "through-system": "yes", "on-purpose": "yes"}).and_nothing_else()
    assert {one.verdict for one in find_offences(insult)} == {"out"}
    punished = {
        law.code for law in states() if any(one.verdict == "in" for one in find_offences(insult, law))
    }
    assert punished == {"XD"}


def test_a_state_without_the_offence_says_so():
    found = verdict(met(16), 16, state("XE"))
    assert found.verdict == "out" and "does not bind it" in found.reason


def test_nothing_else_excludes_acts_and_leaves_the_rest_open():
    conduct = Conduct({"accessed-system": "yes"}).and_nothing_else()
    assert conduct.value("accessed-system") == "yes"
    assert conduct.value("intercepted") == "no"
    assert conduct.value("measure-broken") is None and conduct.value("on-purpose") is None
    assert all(conduct.value(key) for key, fact in facts().items() if fact.is_act)


@pytest.mark.parametrize(
    ("given_facts", "what"),
    [
        ({"teleported": "yes"}, "teleported"),
        ({"on-purpose": "tried"}, "tried"),
        ({"insult": "maybe"}, "maybe"),
    ],
)
def test_a_fact_or_value_outside_the_list_is_refused(given_facts, what):
    with pytest.raises(UsageError, match=what):
        Conduct(given_facts)


def test_all_offences_of_the_convention_have_a_name_and_are_listed_once():
    found = find_offences(Conduct())
    assert [one.article for one in found] == [one.article for one in all_elements()]
    assert all(one.label for one in found)
