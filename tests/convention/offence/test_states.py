"""The invented laws: files that fit their schema, stay within the Convention's choices, and can be added to."""

from __future__ import annotations

import copy
import json

import jsonschema
import pytest

from hanoikit import convention, resources
from hanoikit.casework import world
from hanoikit.convention.offence import Conduct, facts, find_offences, read_state, state, states
from hanoikit.convention.offence.states import states as read_states
from hanoikit.errors import DataInvalid, UsageError

FOLDER = resources.assets() / "states"
CODES = [law.code for law in states()]


def raw(code: str) -> dict:
    return json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", CODES)
def test_every_law_fits_the_schema_and_is_named_after_its_file(code):
    schema = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(raw(code), schema)
    assert raw(code)["code"] == code


def test_the_states_of_the_story_have_the_names_of_the_story():
    assert {"XA", "XB", "XC", "XD"} <= set(CODES)
    for code, found in world.STATES.items():
        if code in CODES:
            assert state(code).name == found.name


@pytest.mark.parametrize("law", states(), ids=lambda law: law.code)
def test_every_reference_in_a_law_exists(law):
    for declared in law.reservations:
        assert convention.provision(declared.ref)
        assert not declared.choice or any(
            one.id == declared.choice for offence in law.offences for one in offence.choices
        )
    for raised in law.aggravations:
        assert convention.provision(raised.ref)
        assert raised.fact in facts()
        for name in raised.offences:
            assert raised.max_years > law.offence(name).max_years
    ids = [one.id for one in law.offences]
    assert len(set(ids)) == len(ids)
    for offence in law.offences:
        for element in offence.elements:
            assert set(element.facts) <= set(facts())


@pytest.mark.parametrize("law", states(), ids=lambda law: law.code)
def test_a_state_carries_out_every_article_or_says_that_it_does_not(law):
    left_out = {article for article in range(7, 18) if law.carrying_out(article) is None}
    assert left_out == {int(one.ref) for one in law.reservations if one.ref.isdigit()}


def test_the_laws_differ_where_the_lesson_says_that_they_differ():
    labels = [state(code).offence("access").label for code in CODES]
    assert len(set(labels)) == len(labels)
    assert state("XB").offence("access").label == "Breach of a protected register"
    assert not state("XB").offence("fraud").attempt and state("XA").offence("fraud").attempt
    assert [one.ref for one in state("XC").reservations] == ["11(3)"]
    assert state("XE").carrying_out(16) is None
    assert {state(code).offence("fraud").max_years for code in CODES} == {5, 6, 8}


def test_a_new_state_is_a_new_file_and_nothing_else(tmp_path):
    made = raw("XA") | {"code": "XQ", "name": "Quillon"}
    (tmp_path / "XQ.json").write_text(json.dumps(made), encoding="utf-8")
    (law,) = read_states(tmp_path)
    assert law.name == "Quillon"
    assert len(find_offences(Conduct(), law)) == len(law.offences)


def test_a_choice_of_another_article_is_refused_and_named():
    made = copy.deepcopy(raw("XA"))
    made["offences"][0]["choices"] = ["9-harm"]
    with pytest.raises(DataInvalid) as refused:
        read_state(made)
    assert "9-harm belongs to article 9" in refused.value.explain()


@pytest.mark.parametrize("spoil", ["{", '{"code": "XQ"}', "[]"])
def test_a_file_that_is_no_law_is_refused_with_its_place(tmp_path, spoil):
    (tmp_path / "XQ.json").write_text(spoil, encoding="utf-8")
    with pytest.raises(DataInvalid, match=r"XQ\.json"):
        read_states(tmp_path)


def test_an_unknown_state_or_offence_is_refused_with_what_there_is():
    with pytest.raises(UsageError, match="XA, XB"):
        state("XZ")
    with pytest.raises(UsageError, match="access"):
        state("XA").offence("sorcery")
