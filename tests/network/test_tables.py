"""The States' rules and the tables fit the rest of the course, and a new State is a matter of data."""

import copy
import json

import pytest

from hanoikit import resources
from hanoikit.casework.world import STATES
from hanoikit.convention.power.law import laws
from hanoikit.errors import DataInvalid, UsageError
from hanoikit.network import all_rules, ground, kind, rules
from hanoikit.network.tables import rules_of


def raw(state):
    return json.loads((resources.assets() / "network" / "states" / f"{state}.json").read_text())


def test_the_states_with_a_desk_are_those_of_the_story():
    for code, its in all_rules().items():
        assert its.name == STATES[code].name
        assert its.zone == STATES[code].zone
        assert its.desk.name == STATES[code].point_of_contact
        assert its.desk.mail.endswith(".example")


def test_every_state_with_a_law_and_a_story_has_a_desk():
    assert set(all_rules()) == set(laws()) & set(STATES)


def test_a_new_state_needs_only_data():
    value = copy.deepcopy(raw("XA"))
    value |= {"state": "XZ", "name": "Zembria", "reservations": ["42(5)"]}
    made = rules_of(value, its_law=laws()["XB"])
    assert (made.state, made.reservations, made.zone) == ("XZ", ("42(5)",), "Asia/Kathmandu")


@pytest.mark.parametrize("member", ["desk", "gives", "reservations", "central_authority"])
def test_rules_that_lack_something_are_refused(member):
    value = raw("XA")
    del value[member]
    with pytest.raises(DataInvalid):
        rules_of(value)


def test_an_unknown_kind_of_data_in_the_rules_is_refused():
    value = raw("XA")
    value["gives"]["ordinary"] = ["secrets"]
    with pytest.raises(DataInvalid):
        rules_of(value)


def test_unknown_names_are_told_with_the_known_ones():
    for look_up in (kind, ground, rules):
        with pytest.raises(UsageError) as refused:
            look_up("nothing")
        assert refused.value.next_step
