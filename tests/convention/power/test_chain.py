"""A chain of providers: nobody is found before the one before answered, and what is deleted stays deleted."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.convention.power import Act, chain, gaps, play
from hanoikit.convention.power.chain import KINDS
from hanoikit.errors import UsageError

LANTERN = chain("lantern")
NAMES = [provider.id for provider in LANTERN.providers]


def when(text: str):
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(LANTERN.law.zone))


QUICK = [
    Act("preserve", "first", when("2026-02-16T10:00")),
    Act("disclose", "first", when("2026-02-16T10:05")),
    Act("preserve", "second", when("2026-02-17T12:10")),
    Act("disclose", "second", when("2026-02-17T12:15")),
    Act("preserve", "third", when("2026-02-19T12:10")),
    Act("disclose", "third", when("2026-02-19T12:15")),
]
RENEWED = [Act("renew", name, when("2026-05-13T09:00")) for name in NAMES]
PRODUCED = [Act("produce", name, when("2026-05-18T09:30")) for name in NAMES]

acts = st.lists(
    st.builds(
        lambda kind, name, hours: Act(kind, name, LANTERN.opens + timedelta(hours=hours)),
        st.sampled_from(KINDS),
        st.sampled_from(NAMES),
        st.integers(0, 24 * 130),
    ),
    max_size=14,
)
# Mostly what a good investigator does, at moments that are good or bad.
course = st.lists(st.sampled_from([*QUICK, *RENEWED, *PRODUCED]), max_size=18, unique=True)


@given(acts | course)
def test_no_provider_is_found_before_the_one_before_it_answered(given_acts):
    report = play(LANTERN, given_acts)
    assert report.links[0].known == LANTERN.opens
    for before, after in pairwise(report.links):
        if after.known is not None:
            assert before.disclosed is not None and after.known >= before.disclosed
            assert before.orders and before.orders[0].issued < before.disclosed
        for order in after.orders:
            assert after.known is not None and order.issued >= after.known
    assert report.beyond_known == (report.links[-1].disclosed is not None)


@given(acts | course)
def test_nothing_is_disclosed_or_handed_over_after_the_data_were_gone(given_acts):
    report = play(LANTERN, given_acts)
    for link in report.links:
        for moment in (link.disclosed, link.produced):
            if moment is not None:
                kept = [order for order in link.orders if order.starts <= moment < order.ends]
                assert moment < link.deletion or kept
        assert all(order.days <= 90 for order in link.orders)
        assert (link.lost is None) == (link.produced is not None)


@given(acts | course)
def test_the_same_acts_in_any_order_of_writing_give_the_same_report(given_acts):
    # Two acts of one moment are taken in the order given, so the list is first put in order.
    there = play(LANTERN, given_acts)
    again = play(LANTERN, sorted(given_acts, key=lambda act: act.at))
    assert there.events == again.events


@given(course, st.integers(0, 130))
def test_what_was_known_on_a_day_is_the_beginning_of_what_is_known_later(given_acts, day):
    until = LANTERN.opens + timedelta(days=day)
    early, late = play(LANTERN, given_acts, until=until), play(LANTERN, given_acts)
    # A renewal may still come, so what looks like an end on that day is left out.
    past = [event for event in late.events if event.at <= until]
    assert [e for e in early.events if e.kind != "deleted"] == [e for e in past if e.kind != "deleted"]
    assert len(early.known) <= len(late.known) and early.produced <= late.produced


@given(course, st.integers(1, 60))
def test_acting_later_finds_nobody_earlier(given_acts, hours):
    later = [Act(act.kind, act.provider, act.at + timedelta(hours=hours)) for act in given_acts]
    now, then = play(LANTERN, given_acts), play(LANTERN, later)
    if now.links[0].disclosed and then.links[0].disclosed:
        assert then.links[0].disclosed >= now.links[0].disclosed


def test_quick_orders_renewed_in_time_save_all_three():
    report = play(LANTERN, [*QUICK, *RENEWED, *PRODUCED])
    assert (report.produced, report.lost, len(report.known), report.beyond_known) == (3, 0, 3, True)
    assert all(event.ok for event in report.events)
    assert all(gaps(link.orders) == () for link in report.links)


def test_one_day_lost_at_the_first_provider_loses_the_third():
    late = [
        Act("preserve", "first", when("2026-02-17T10:00")),
        Act("disclose", "first", when("2026-02-17T10:05")),
        Act("preserve", "second", when("2026-02-18T12:10")),
        Act("disclose", "second", when("2026-02-18T12:15")),
        Act("preserve", "third", when("2026-02-23T12:10")),
    ]
    report = play(LANTERN, late)
    # The answer comes after a holiday and a weekend; the third provider deleted in the night before.
    assert report.of("third").known == when("2026-02-23T12:00")
    assert report.events[-1].kind != "preserve" and report.of("third").orders == []
    refused = next(event for event in report.events if event.kind == "preserve-refused")
    assert "no longer exist" in refused.text


def test_a_renewal_asked_for_on_a_holiday_comes_too_late():
    report = play(LANTERN, [*QUICK, Act("renew", "first", when("2026-05-15T10:00"))])
    refused = next(event for event in report.events if event.kind == "renew-refused")
    assert "opens again only after" in refused.text
    assert report.of("first").lost == when("2026-05-17T00:00")


def test_production_before_the_account_is_named_is_refused_and_after_the_end_gives_nothing():
    early = play(LANTERN, [*QUICK, Act("produce", "first", when("2026-03-02T09:00"))])
    assert "27(a)" in next(e for e in early.events if e.kind == "produce-refused").text
    unrenewed = play(LANTERN, [*QUICK, Act("produce", "third", when("2026-05-18T09:30"))])
    answer = next(event for event in unrenewed.events if event.kind == "produce-empty")
    assert not answer.ok and unrenewed.produced == 0


def test_disclosure_needs_an_order_to_preserve_and_an_order_is_not_given_twice():
    report = play(LANTERN, [Act("disclose", "first", LANTERN.opens)])
    assert report.events[0].kind == "disclose-refused" and len(report.known) == 1
    twice = play(LANTERN, [QUICK[0], Act("preserve", "first", when("2026-02-16T11:00"))])
    assert [event.kind for event in twice.events][:2] == ["preserve", "preserve-refused"]
    assert play(LANTERN, [Act("renew", "first", LANTERN.opens)]).events[0].kind == "renew-refused"


def test_nobody_acts_before_the_case_opens_or_at_a_provider_who_does_not_exist():
    before = play(LANTERN, [Act("preserve", "first", LANTERN.opens - timedelta(hours=1))])
    assert before.events[0].kind == "preserve-refused"
    for act in (Act("preserve", "fourth", LANTERN.opens), Act("tap", "first", LANTERN.opens)):
        with pytest.raises(UsageError):
            play(LANTERN, [act])
    with pytest.raises(UsageError, match="no zone"):
        play(LANTERN, [Act("preserve", "first", LANTERN.opens.replace(tzinfo=None))])


def test_in_the_leap_year_the_feast_of_29_february_costs_the_second_provider():
    from datetime import datetime
    from zoneinfo import ZoneInfo

    leap = chain("leap")

    def ask(day: int, hour: int, minute: int = 0):
        at = datetime(2028, 2, day, hour, minute, tzinfo=ZoneInfo(leap.law.zone))
        return play(leap, [Act("preserve", "first", leap.opens), Act("disclose", "first", at)])

    in_time, too_late = ask(24, 16, 59), ask(25, 10)
    assert in_time.of("second").known < leap.deletion(leap.providers[1]) < too_late.of("second").known
    assert ask(24, 17).of("second").known == too_late.of("second").known
