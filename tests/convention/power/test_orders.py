"""The clock of an order: its end in the State's zone, over clock changes and leap days; renewal without a gap."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.convention.power import (
    Standing,
    expiry,
    gaps,
    is_working_day,
    issue,
    last_working_moment,
    law,
    renew,
    standing,
    warnings,
)
from hanoikit.convention.power.orders import last_call, window_opens
from hanoikit.convention.power.workdays import add_working_days, local_day, next_open
from hanoikit.errors import OrderRefused, UsageError

from .strategies import moments, states, zones


def at(zone: str, *when: int) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("state", "issued", "last_day", "ends"),
    [
        ("XA", (2026, 2, 16, 10), date(2026, 5, 16), "2026-05-16T21:00:00+00:00"),  # over the summer change
        (
            "XA",
            (2026, 9, 1, 23, 59),
            date(2026, 11, 29),
            "2026-11-29T22:00:00+00:00",
        ),  # over the winter change
        ("XA", (2028, 1, 10, 8), date(2028, 4, 8), "2028-04-08T21:00:00+00:00"),  # 29 February counts
        ("XA", (2027, 1, 10, 8), date(2027, 4, 9), "2027-04-09T21:00:00+00:00"),  # no 29 February
        ("XB", (2028, 2, 24, 11), date(2028, 4, 23), "2028-04-23T18:15:00+00:00"),  # 60 days, 5:45 ahead
        ("XC", (2026, 12, 30, 0, 0), date(2027, 3, 29), "2027-03-29T17:00:00+00:00"),  # over the year
        ("XD", (2026, 1, 31, 23, 0), date(2026, 3, 16), "2026-03-17T05:00:00+00:00"),  # 45 days
    ],
)
def test_an_order_ends_at_midnight_of_its_last_day_by_the_clocks_of_its_state(state, issued, last_day, ends):
    order = issue("holder", at=at(law(state).zone, *issued), law=law(state))
    assert (order.last_day, order.ends.isoformat()) == (last_day, ends)
    assert order.days == law(state).preserve_days


@given(moments, st.integers(1, 90), zones)
def test_the_end_is_the_first_moment_of_the_day_after_the_last_one(moment, days, zone):
    ends = expiry(moment, days, zone)
    assert local_day(ends, zone) == local_day(moment, zone) + timedelta(days=days)
    assert local_day(ends - timedelta(seconds=1), zone) == local_day(moment, zone) + timedelta(days=days - 1)


@given(moments, st.integers(1, 90), states)
def test_no_order_is_longer_than_the_days_that_were_ordered(moment, days, state):
    rules = replace(law(state), preserve_days=90)
    order = issue("holder", at=moment, law=rules, days=days)
    assert order.days == days <= 90
    # The one hour is the night in which the clocks are set back: the day has 25 hours, and stays one day.
    assert order.ends - order.starts <= timedelta(days=days, hours=1)


@given(moments, st.integers(1, 89), states)
def test_a_longer_order_never_ends_earlier(moment, days, state):
    rules = replace(law(state), preserve_days=90)
    short, long = (issue("holder", at=moment, law=rules, days=n) for n in (days, days + 1))
    assert short.ends < long.ends


@pytest.mark.parametrize("days", [0, -1, 91, 400])
def test_more_than_ninety_days_are_refused_with_the_provision(days):
    with pytest.raises(OrderRefused, match=r"25\(2\)"):
        issue("holder", at=at("UTC", 2026, 1, 1), law=law("XA"), days=days)


def test_a_state_may_allow_less_than_ninety_days_but_not_more():
    with pytest.raises(OrderRefused, match="1 to 60 days"):
        issue("holder", at=at("UTC", 2026, 1, 1), law=law("XB"), days=61)


@given(moments, states, st.lists(st.floats(0, 1), max_size=4))
def test_renewals_leave_no_gap_and_no_period_over_ninety_days(moment, state, chances):
    rules = law(state)
    orders = [issue("holder", at=moment, law=rules)]
    for chance in chances[: rules.renewals]:
        last = orders[-1]
        opens = max(window_opens(last, rules), last.issued)
        when = opens + chance * (last.ends - timedelta(seconds=1) - opens)
        orders.append(renew(last, at=when, law=rules))
    assert gaps(orders) == ()
    assert all(1 <= order.days <= rules.preserve_days <= 90 for order in orders)
    assert [order.number for order in orders] == list(range(len(orders)))
    for before, after in itertools.pairwise(orders):
        assert after.starts == before.ends and after.issued < before.ends


@given(moments, states, st.integers(1, 10**7))
def test_what_has_ended_is_not_renewed(moment, state, seconds):
    rules = replace(law(state), renewals=1, window_days=20)
    order = issue("holder", at=moment, law=rules)
    with pytest.raises(OrderRefused, match="ended already"):
        renew(order, at=order.ends + timedelta(seconds=seconds - 1), law=rules)


def test_a_renewal_that_is_too_early_too_often_or_not_in_the_law_is_refused():
    order = issue("holder", at=at("Europe/Helsinki", 2026, 2, 16, 10), law=law("XA"))
    with pytest.raises(OrderRefused, match="too early"):
        renew(order, at=at("Europe/Helsinki", 2026, 4, 25, 23, 59), law=law("XA"))
    again = renew(order, at=at("Europe/Helsinki", 2026, 4, 26, 0, 0), law=law("XA"))
    assert again.last_day == date(2026, 8, 14)
    third = renew(again, at=again.ends - timedelta(days=1), law=law("XA"))
    with pytest.raises(OrderRefused, match="2 renewals"):
        renew(third, at=third.ends - timedelta(days=1), law=law("XA"))
    corvessa = issue("holder", at=at("Asia/Bangkok", 2026, 2, 16, 10), law=law("XC"))
    with pytest.raises(OrderRefused, match="no renewal"):
        renew(corvessa, at=corvessa.ends - timedelta(days=1), law=law("XC"))


def test_the_diary_says_when_the_window_opens_and_which_office_hour_is_the_last():
    order = issue("holder", at=at("Europe/Helsinki", 2026, 2, 16, 10), law=law("XA"))
    shown = [
        warning.at.astimezone(ZoneInfo("Europe/Helsinki")).isoformat()
        for warning in warnings(order, law("XA"))
    ]
    # 16 May is a Saturday, 14 and 15 May are holidays: the last office hour is on Wednesday.
    assert shown == [
        "2026-04-26T00:00:00+03:00",
        "2026-05-13T16:15:00+03:00",
        "2026-05-17T00:00:00+03:00",
    ]
    assert len(warnings(issue("holder", at=order.issued, law=law("XC")), law("XC"))) == 2


@given(moments, states, st.floats(-0.1, 1.1))
def test_the_standing_of_an_order_agrees_with_what_a_renewal_would_say(moment, state, share):
    rules = law(state)
    order = issue("holder", at=moment, law=rules)
    now = order.starts + share * (order.ends - order.starts)
    stands = standing(order, now=now, law=rules)
    try:
        renew(order, at=now, law=rules)
        possible = True
    except OrderRefused:
        possible = False
    if stands in (Standing.RENEWABLE, Standing.LAST_CALL):
        assert possible
        assert (stands is Standing.RENEWABLE) == (now <= last_call(order, rules))
    else:
        assert not possible or stands is Standing.NOT_YET
    assert (stands is Standing.ENDED) == (now >= order.ends)


@given(moments, states)
def test_the_last_working_moment_is_in_office_hours_and_none_comes_after_it(moment, state):
    rules = law(state)
    last = last_working_moment(moment, rules)
    assert last <= moment
    wall = last.astimezone(ZoneInfo(rules.zone))
    assert is_working_day(wall.date(), rules.calendar)
    assert rules.calendar.opens <= wall.time() <= rules.calendar.closes
    follows = next_open(last + timedelta(microseconds=1), rules)
    assert last == moment or follows > moment or wall.time() == rules.calendar.closes


@given(moments, states, st.integers(0, 40))
def test_working_days_are_counted_one_by_one(moment, state, days):
    rules = law(state)
    reached = add_working_days(moment, days, rules)
    first, last = local_day(moment, rules.zone), local_day(reached, rules.zone)
    between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert sum(is_working_day(day, rules.calendar) for day in between) == days
    assert not days or is_working_day(last, rules.calendar)
    assert add_working_days(moment, days + 1, rules) > reached


@pytest.mark.parametrize(
    ("state", "day", "works"),
    [
        ("XA", date(2026, 2, 20), False),
        ("XA", date(2026, 2, 21), False),
        ("XA", date(2026, 2, 23), True),
        ("XB", date(2028, 2, 29), False),
        ("XB", date(2028, 2, 27), True),  # a Sunday; Brevania rests on Saturday
        ("XB", date(2028, 2, 26), False),
    ],
)
def test_every_state_has_its_own_weekend_and_holidays(state, day, works):
    assert is_working_day(day, law(state).calendar) is works


def test_a_time_without_a_zone_is_refused():
    for call in (
        lambda: issue("holder", at=datetime(2026, 1, 1), law=law("XA")),
        lambda: last_working_moment(datetime(2026, 1, 1), law("XA")),
        lambda: expiry(datetime(2026, 1, 1), 3, "UTC"),
    ):
        with pytest.raises(UsageError, match="no zone"):
            call()


def test_a_gap_between_two_orders_is_found():
    first = issue("holder", at=datetime(2026, 1, 1, tzinfo=UTC), law=law("XB"), days=5)
    late = issue("holder", at=datetime(2026, 2, 1, tzinfo=UTC), law=law("XB"), days=5)
    assert gaps([late, first]) == ((first.ends, late.starts),)
