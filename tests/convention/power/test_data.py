"""The tables of the room: every rung, place, law and chain fits the treaty, the world and the other tables."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from hanoikit import convention, resources
from hanoikit.casework.world import STATES
from hanoikit.convention.power import Place, chain, law, laws, offence, offences, power, powers, ruling
from hanoikit.convention.power.data import load
from hanoikit.errors import DataInvalid, UsageError

FOLDER = resources.assets() / "powers"


def references(value: object) -> set[str]:
    """Every value under a key that holds provisions, at any depth."""
    found: set[str] = set()
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in {"ref", "refs", "abroad", "of"}:
                found |= {inner} if isinstance(inner, str) else set(inner)
            else:
                found |= references(inner)
    elif isinstance(value, list):
        for inner in value:
            found |= references(inner)
    return found - {""}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_every_provision_in_the_tables_exists(path):
    for ref in references(json.loads(path.read_text(encoding="utf-8"))):
        assert convention.provision(ref).summary, ref


def test_every_power_has_a_ruling_for_every_place_and_only_one():
    pairs = Counter(
        (name, place) for entry in load("territory") for name in entry["powers"] for place in entry["places"]
    )
    assert set(pairs) == {(one.id, place.value) for one in powers() for place in Place}
    assert set(pairs.values()) == {1}


def test_the_rungs_of_a_track_are_numbered_from_one_without_a_hole():
    for track, count in (("data", 9), ("money", 2)):
        assert [one.rung for one in powers() if one.track == track] == list(range(1, count + 1))


def test_the_rungs_stand_in_the_order_of_the_treaty_and_every_article_25_to_31_has_one():
    assert [one.ref.partition("(")[0] for one in powers()] == [
        "25", "26", "27", "31", "27", "28", "28", "29", "30", "31", "31",
    ]  # fmt: skip
    assert {int(one.treaty.ref.partition("(")[0]) for one in powers()} == set(range(25, 32))


def test_every_power_says_what_it_does_why_it_stands_there_and_why_it_may_not_be_enough():
    for one in powers():
        assert all(
            len(text.split()) >= 5 and text.endswith(".") for text in (one.does, one.why_here, one.not_enough)
        )
        assert one.conditions


def test_the_states_are_those_of_the_story_with_their_clocks():
    assert {code: law(code).zone for code in laws()} == {
        state.code: state.zone for state in STATES.values() if state.code in laws()
    }
    assert set(laws()) == {"XA", "XB", "XC", "XD"}


def test_the_longest_penalties_are_those_of_the_penal_codes_of_module_2():
    articles = {"fraud": 13, "access": 7, "images": 16, "laundering": 17}
    for code in laws():
        book = json.loads((resources.assets() / "states" / f"{code}.json").read_text(encoding="utf-8"))
        years = {one.get("article"): one["max_years"] for one in book["offences"]}
        for name, article in articles.items():
            assert offence(name).years[code] == years[article], (code, name)


def test_a_law_that_the_convention_does_not_allow_is_refused():
    with pytest.raises(DataInvalid, match="91 days"):
        replace(law("XA"), preserve_days=91)
    with pytest.raises(DataInvalid, match="shorter list"):
        replace(law("XA"), live_traffic=frozenset({"fraud"}))
    assert replace(law("XA"), live_traffic=None)


def test_every_authority_of_every_law_belongs_to_a_power():
    for one in laws().values():
        assert set(one.authorities) == {power.id for power in powers()}
        assert one.live_content <= {offence.id for offence in offences()}
        for authority in one.authorities.values():
            assert bool(authority.urgent) == bool(authority.confirm_hours)


def test_the_scope_of_the_powers_at_home_is_wider_than_convention_offences():
    assert offence("fraud").scope == "23(2)(a)"
    assert offence("insult").scope == "23(2)(b)"
    assert offence("robbery").scope == "23(2)(c)"
    assert offence("theft").serious("XA") is False and offence("images").serious("XA") is True


@pytest.mark.parametrize("name", ["lantern", "leap"])
def test_the_chains_are_in_order_and_the_next_provider_deletes_sooner(name):
    found = chain(name)
    assert found.communication < found.opens < found.ready < found.closes
    ends = [found.deletion(provider) for provider in found.providers]
    assert all(later > sooner for later, sooner in pairwise(ends)) and ends[-1] > found.opens


def test_what_does_not_exist_is_named_with_what_does():
    for call, known in (
        (lambda: power("tap"), "preserve"),
        (lambda: law("ZZ"), "XA"),
        (lambda: offence("murder"), "fraud"),
        (lambda: chain("gold"), "lantern"),
        (lambda: chain("lantern").provider("fourth"), "fourth"),
        (lambda: ruling("tap", Place.PREMISES), "preserve"),
    ):
        with pytest.raises(UsageError, match=known):
            call()
