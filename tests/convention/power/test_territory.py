"""Powers end at the border: what a provider's services, a person's control and a reachable system change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.convention.power import (
    Data,
    Holder,
    Place,
    System,
    Where,
    may_extend,
    may_produce,
    powers,
    ruling,
)
from hanoikit.convention.power.powers import STORED

codes = st.sampled_from(["XA", "XB", "XC", "XD"])
holders = st.builds(Holder, name=st.just("Lune"), state=codes, serves=st.frozensets(codes))
systems = st.builds(System, name=st.just("box"), state=st.none() | codes, lawfully_reached=st.booleans())


@given(systems, systems, codes)
def test_a_search_is_extended_only_from_a_system_here_to_a_reachable_system_here(first, second, state):
    allowed = first.state == state and second.state == state and second.lawfully_reached
    assert may_extend(first, second, state=state).here is allowed


@given(systems, codes)
def test_being_able_to_reach_a_system_never_moves_it_into_the_territory(second, state):
    first = System("desk", state)
    for reached in (True, False):
        ruled = may_extend(first, replace(second, lawfully_reached=reached), state=state)
        if second.state != state:
            assert (not ruled.here and "28(2)" in ruled.refs) or (
                second.state is None and "5(2)" in ruled.refs
            )


def test_a_system_in_an_unknown_state_is_not_treated_as_one_here():
    ruled = may_extend(System("desk", "XA"), System("cloud", None, lawfully_reached=True), state="XA")
    assert ruled.where is Where.UNKNOWN
    assert all(ruling(one.id, Place.UNKNOWN).where is Where.UNKNOWN for one in powers())


@given(holders, st.sampled_from(sorted(STORED)), codes)
def test_production_needs_the_holder_here_or_subscriber_information_of_a_service_offered_here(
    holder, data, state
):
    expected = holder.state == state or (data is Data.SUBSCRIBER and state in holder.serves)
    assert may_produce(holder, data, state=state).here is expected


@pytest.mark.parametrize("data", sorted(STORED - {Data.SUBSCRIBER}))
def test_a_provider_that_only_offers_services_here_gives_nothing_but_subscriber_information(data):
    abroad = Holder("Lune", "XC", frozenset({"XA", "XC"}))
    assert may_produce(abroad, Data.SUBSCRIBER, state="XA").refs == ("27(b)",)
    refused = may_produce(abroad, data, state="XA")
    assert refused.where is Where.ELSEWHERE and "44(1)" in refused.refs


def test_a_person_here_who_controls_data_abroad_can_be_ordered_but_a_search_stops_at_the_border():
    assert ruling("produce", Place.CONTROLLED).here
    assert "your own law" in ruling("produce", Place.CONTROLLED).text
    assert ruling("search", Place.CONTROLLED).where is Where.ELSEWHERE
    assert ruling("extend", Place.CONTROLLED).where is Where.ELSEWHERE


def test_no_power_but_subscriber_production_reaches_a_provider_abroad():
    reached = {one.id for one in powers() if ruling(one.id, Place.PROVIDER_SERVES).here}
    assert reached == {"subscriber"}
    for place in (Place.PROVIDER_ABROAD, Place.LINKED_ABROAD):
        assert not any(ruling(one.id, place).here for one in powers())
