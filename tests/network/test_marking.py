"""A composed preservation request is judged element by element: facts as facts, prose not by its words."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from hanoikit.errors import DataInvalid
from hanoikit.network import DataSpecification, Message, PreservationRequest, kind
from hanoikit.network.marking import ELEMENTS, CaseTruth, best, elements, score

SENT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
TRUTH = {
    "desks": ["XC"],
    "articles": ["7", "10"],
    "custodians": ["Lune Hosting"],
    "sent_by": "2026-05-04T13:00:00+03:00",
    "vanishes": "2026-05-05T16:30:00+07:00",
    "secrecy": ["confidential", "confidential-no-notice"],
    "needless": ["content"],
    "anchors": {"facts": ["30 April", "St Orla"], "necessity": ["72 hours", "5 May"]},
    "data": [
        {
            "categories": ["traffic"],
            "identifiers": ["billing@clearbill.example"],
            "since": "2026-04-28T06:00:00+03:00",
            "until": "2026-04-30T18:00:00+03:00",
            "slack_hours": 48,
        }
    ],
}


@pytest.fixture
def truth():
    return CaseTruth.from_json(json.loads(json.dumps(TRUTH)))


@pytest.fixture
def good(make):
    message = make("preservation-request", sent=SENT)
    since, until = datetime(2026, 4, 28, 3, tzinfo=UTC), datetime(2026, 4, 30, 15, tzinfo=UTC)
    return with_data(message, since=since, until=until)


def failed(message, truth):
    return [one.element for one in elements(message, truth) if not one.met]


def changed(message, **changes):
    return message.but(body=replace(message.body, **changes))


def with_data(message, **changes):
    return changed(message, data=(replace(message.body.data[0], **changes),))


def test_a_good_request_meets_every_element(good, truth):
    judged = elements(good, truth)
    assert [one.element for one in judged] == list(ELEMENTS)
    assert [one.reason for one in judged if not one.met] == []
    assert score(judged) == 1
    assert all(one.provision and one.label and one.reason for one in judged)
    assert json.dumps([one.to_json() for one in judged])


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        ({"authority": ""}, "authority"),
        ({"authority": "Police"}, "authority"),
        ({"scope": ""}, "scope"),
        ({"scope": "serious-crime", "maximum_years": 5}, "scope"),
        ({"articles": ()}, "scope"),
        ({"articles": ("14",)}, "scope"),
        ({"articles": ("7", "14")}, "scope"),
        ({"offence": ""}, "offence"),
        ({"facts": ""}, "facts"),
        (
            {"facts": "Something bad happened somewhere and we are working hard on it every single day."},
            "facts",
        ),
        ({"facts": "30 April 30 April 30 April 30 April 30 April 30 April 30 April"}, "facts"),
        ({"data": ()}, "data"),
        ({"link": ""}, "link"),
        ({"link": "It is linked."}, "link"),
        ({"custodian": "", "location": ""}, "custodian"),
        ({"custodian": "Some provider"}, "custodian"),
        ({"necessity": ""}, "necessity"),
        ({"necessity": "We need these data very urgently for our case."}, "necessity"),
        ({"vanishes": SENT + timedelta(hours=7)}, "necessity"),
        ({"assistance_intended": False}, "assistance_intended"),
        ({"secrecy": ""}, "secrecy"),
        ({"secrecy": "none"}, "secrecy"),
        ({"secrecy_reason": ""}, "secrecy"),
    ],
)
def test_each_gap_costs_its_own_element_and_no_other(changes, element, good, truth):
    assert failed(changed(good, **changes), truth) == [element]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"identifier": "billing@clearbil.example"}, "not one of the case"),
        ({"identifier": "all accounts"}, "everything"),
        ({"category": "subscriber"}, "traffic"),
        ({"category": "content"}, "does not need"),
        ({"since": None}, "period"),
        ({"since": datetime(2026, 4, 28, 6, tzinfo=UTC)}, "zones"),
        ({"since": datetime(2026, 1, 1, tzinfo=UTC)}, "wider"),
        ({"until": datetime(2026, 4, 30, 14, 59, tzinfo=UTC)}, "zones"),
    ],
)
def test_data_are_judged_by_account_kind_and_period(changes, words, good, truth):
    message = with_data(good, **changes)
    assert failed(message, truth) == ["data"]
    assert words in {one.element: one for one in elements(message, truth)}["data"].reason


def test_a_period_given_in_another_zone_is_the_same_period(good, truth):
    since = datetime.fromisoformat("2026-04-28T08:45:00+05:45")
    assert failed(with_data(good, since=since), truth) == []
    assert failed(with_data(good, since=since + timedelta(minutes=1)), truth) == ["data"]


def test_more_data_than_the_case_needs_are_too_much(good, truth):
    more = DataSpecification(
        category="content",
        description="The mails",
        identifier="billing@clearbill.example",
        since=good.body.data[0].since,
        until=good.body.data[0].until,
    )
    assert failed(changed(good, data=(*good.body.data, more)), truth) == ["data"]


def test_a_request_to_the_wrong_desk_preserves_nothing(good, truth):
    judged = elements(good.but(recipient="XB"), truth)
    assert [one.element for one in judged if not one.met] == ["to"]
    assert score(judged) == 0


def test_a_request_in_time_to_the_minute_is_in_time(good, truth):
    limit = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    assert failed(good.but(sent=limit), truth) == []
    assert failed(good.but(sent=limit + timedelta(seconds=1)), truth) == ["sent"]


def bot(text):
    """A request that says the same thing everywhere."""
    prose = {one.name: "" for one in fields(PreservationRequest)}
    body = PreservationRequest(
        **{name: text for name in ("authority", "offence", "facts", "link", "custodian", "necessity", "secrecy_reason")
           if name in prose},
        scope="convention-offence",
        articles=("7", "8", "9", "10", "11", "12", "13"),
        data=(DataSpecification(category="traffic", description=text[:200], identifier=text[:200]),),
        assistance_intended=True,
        secrecy="confidential",
    )  # fmt: skip
    return Message(sender="XA", recipient="XC", sent=SENT, body=body)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "urgent preservation 42(3) traffic data Lune Hosting 30 April St Orla 72 hours secrecy offence article seven",
        "Two to five sentences: who did what, when, how, with what harm.",
        "billing@clearbill.example " * 12,
    ],
)
def test_one_text_everywhere_stays_under_the_pass_mark(text, truth):
    assert score(elements(bot(text), truth)) < 0.7


def test_the_hints_of_the_form_copied_into_it_stay_under_the_pass_mark(good, truth):
    hints = {
        one.name: one.write
        for one in kind("preservation-request").elements
        if one.type in ("line", "text") and one.name not in ("location",)
    }
    judged = elements(changed(good, **hints), truth)
    assert score(judged) < 0.7
    assert {"facts", "link", "necessity", "authority", "offence"} <= {
        one.element for one in judged if not one.met
    }


@pytest.mark.parametrize("message", [None, "technical-advice"])
def test_what_is_no_preservation_request_meets_nothing(message, truth, make):
    judged = elements(None if message is None else make(message), truth)
    assert [one.element for one in judged] == list(ELEMENTS)
    assert score(judged) == 0


def test_an_empty_request_scores_nothing_but_desk_and_time(truth):
    empty = Message(sender="XA", recipient="XC", sent=SENT, body=PreservationRequest())
    assert [one.element for one in elements(empty, truth) if one.met] == ["to", "sent"]


def test_the_best_of_several_requests_counts_and_the_earliest_of_equals(good, truth, make):
    poor = changed(good, facts="").but(sent=SENT - timedelta(hours=1))
    same = good.but(sent=SENT + timedelta(minutes=10))
    found, judged = best([poor, same, make("technical-advice"), good], truth)
    assert found == good
    assert score(judged) == 1
    assert best([], truth)[0] is None


def test_weights_move_the_score(good, truth):
    judged = elements(changed(good, facts=""), truth)
    assert score(judged) == pytest.approx(11 / 12)
    assert score(judged, weights={"facts": 11}) == pytest.approx(11 / 22)


@pytest.mark.parametrize(
    "change", [{"data": None}, {"sent_by": "tomorrow"}, {"surprise": 1}, {"data": [{"a": 1}]}]
)
def test_a_truth_that_is_not_well_formed_is_refused(change):
    with pytest.raises(DataInvalid):
        CaseTruth.from_json({**TRUTH, **change})
