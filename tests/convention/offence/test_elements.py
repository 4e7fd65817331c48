"""The offences as data: they fit their schema, cite what exists, and agree with the Convention's own data."""

from __future__ import annotations

import json

import jsonschema
import pytest

from hanoikit import convention, resources
from hanoikit.convention.offence import all_elements, choice, facts, offence_elements
from hanoikit.convention.offence.conduct import GROUPS
from hanoikit.convention.offence.logic import facts_in
from hanoikit.errors import UsageError

ASSETS = resources.assets() / "convention"


def load(name: str):
    return json.loads((ASSETS / name).read_text(encoding="utf-8"))


def test_the_data_fit_their_schema():
    schema = load("elements.schema.json")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(load("elements.json"), schema)


def test_the_eleven_offences_are_articles_7_to_17_in_order():
    assert [one.article for one in all_elements()] == list(range(7, 18))
    with pytest.raises(UsageError):
        offence_elements(18)


@pytest.mark.parametrize("offence", all_elements(), ids=lambda one: one.article)
def test_every_element_and_choice_cites_a_provision_of_its_own_article(offence):
    refs = [way.ref for element in offence.elements for way in element.ways]
    refs += [element.ref for element in offence.elements] + [one.ref for one in offence.choices]
    for ref in refs:
        assert convention.provision(ref).article == offence.article, ref
    for ref in offence.attempt_refs:
        assert convention.provision(ref)


@pytest.mark.parametrize("offence", all_elements(), ids=lambda one: one.article)
def test_the_choices_are_those_that_the_convention_data_name(offence):
    (told,) = [one for one in convention.offences() if one.article == offence.article]
    named = {clause.ref for clause in (*told.optional, *told.exclusions, *told.reservations)}
    made = {one.ref for one in offence.choices} - {"16"}
    if offence.article == 11:
        named -= {"11(2)"}  # not a choice: the limit of 11(2) holds everywhere
        assert any(element.ref == "11(2)" for element in offence.elements)
    assert made == named


@pytest.mark.parametrize("offence", all_elements(), ids=lambda one: one.article)
def test_without_right_is_asked_exactly_where_the_convention_asks_it(offence):
    (told,) = [one for one in convention.offences() if one.article == offence.article]
    asked = any(element.facts == ("without-right",) for element in offence.elements)
    assert asked is told.without_right


@pytest.mark.parametrize("offence", all_elements(), ids=lambda one: one.article)
def test_every_offence_is_done_on_purpose(offence):
    assert any(element.facts == ("on-purpose",) for element in offence.elements)


def test_every_fact_bears_on_an_element_or_on_a_law_and_every_name_in_a_test_is_a_fact():
    used = {key for one in all_elements() for key in one.facts}
    assert used <= set(facts())
    others = {
        "critical-infrastructure", "threat-for-payment", "insult", "work-copied", "helped-on-purpose",
        "for-company", "other-un-treaty",
    }  # fmt: skip
    assert set(facts()) - used == others
    for fact in facts().values():
        assert fact.group in GROUPS
        for ref in fact.bears_on:
            assert convention.provision(ref)


def test_a_fact_knows_the_provisions_that_it_bears_on():
    assert facts()["measure-broken"].bears_on == ("7(2)",)
    assert set(facts()["property-lost"].bears_on) == {"13"}
    assert "13(c)" in facts()["person-deceived"].bears_on
    assert facts()["helped-on-purpose"].bears_on == ("19(1)",)


def test_only_acts_and_results_can_stop_half_way_and_nothing_that_is_denied_can():
    denied = set()

    def look(test):
        if isinstance(test, dict):
            ((operator, below),) = test.items()
            denied.update(facts_in(below) if operator == "not" else ())
            for part in below if isinstance(below, list) else [below]:
                look(part)

    for offence in all_elements():
        for element in offence.elements:
            for way in element.ways:
                look(way.test)
        for one in offence.choices:
            look(one.test)
    assert {"testing", "own-proceeds"} <= denied
    assert not [key for key in denied if facts()[key].can_be_tried]
    assert all(fact.is_act for fact in facts().values() if fact.can_be_tried)


@pytest.mark.parametrize("offence", all_elements(), ids=lambda one: one.article)
def test_an_extension_names_the_element_that_it_widens(offence):
    ids = {element.id for element in offence.elements}
    for one in offence.choices:
        assert bool(one.element) is one.widens
        assert not one.widens or one.element in ids


def test_an_unknown_choice_is_refused_with_its_name():
    assert choice("16-harm").article == 16
    with pytest.raises(UsageError, match="99-nothing"):
        choice("99-nothing")
