"""What the network may not do is answered with a ground, never with silence."""

from dataclasses import replace

import pytest

from hanoikit.network import DataSpecification, all_rules, limits, refusal, rules, validate
from hanoikit.network.messages import Refused

CONTENT = DataSpecification(category="content", description="The mails", identifier="x@clearbill.example")


@pytest.mark.parametrize("measure", ["production", "search", "real-time", "interception"])
@pytest.mark.parametrize("state", sorted(all_rules()))
def test_whatever_takes_force_needs_a_request_in_every_state(measure, state, make, now):
    asked = make("collect-evidence", sender="XB" if state == "XA" else "XA", recipient=state)
    asked = asked.but(body=replace(asked.body, measure=measure))
    found = limits(asked, rules(state))
    assert [(one.code, one.ground) for one in found] == [("coercion", "needs-request")]
    answer = refusal(asked, found[0], at=now)
    assert isinstance(answer.body, Refused)
    assert rules(state).central_authority.name in answer.body.instead
    assert [one for one in validate(answer, about=asked) if one.severity == "error"] == []


def test_open_sources_are_for_everybody(make):
    assert limits(make("collect-evidence"), rules("XB")) == ()


def test_what_is_given_freely_depends_on_the_law_of_the_state(make):
    asked = make("collect-evidence")
    subscriber = replace(CONTENT, category="subscriber")
    for state, data, expected in (
        ("XA", subscriber, []),
        ("XB", subscriber, ["protected-data"]),
        ("XA", CONTENT, ["protected-data"]),
    ):
        body = replace(asked.body, measure="voluntary", data=(data,))
        assert [one.code for one in limits(asked.but(recipient=state, body=body), rules(state))] == expected


def test_an_emergency_opens_more_but_not_everything(make):
    asked = make("emergency-data")
    body = replace(asked.body, data=(CONTENT,))
    assert limits(asked.but(body=body), rules("XA")) == ()
    assert [one.ground for one in limits(asked.but(body=body), rules("XB"))] == ["needs-request"]


def test_without_a_danger_to_a_person_there_is_no_emergency(make):
    asked = make("emergency-data")
    found = limits(asked.but(body=replace(asked.body, danger="")), rules("XA"))
    assert [one.ground for one in found] == ["not-an-emergency"]


@pytest.mark.parametrize(("kind", "wish"), [("locate-suspect", "arrest"), ("asset-alert", "freeze")])
def test_the_network_neither_arrests_nor_freezes(kind, wish, make):
    asked = make(kind)
    asked = asked.but(body=replace(asked.body, wanted=wish))
    assert [one.ground for one in limits(asked, rules("XC"))] == ["needs-request"]
    assert f"limit-{wish}" in [one.code for one in validate(asked)]


def test_a_preservation_is_never_beyond_the_network(make):
    asked = make("preservation-request")
    body = replace(asked.body, data=(CONTENT,))
    assert all(limits(asked.but(body=body), rules(state)) == () for state in all_rules())
