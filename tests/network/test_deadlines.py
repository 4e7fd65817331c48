"""The clocks: 60 days at least, 90 days at most, whatever the zone, the season and the leap year do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.convention.power.law import law
from hanoikit.convention.power.orders import issue
from hanoikit.convention.power.workdays import is_working_day
from hanoikit.errors import UsageError
from hanoikit.network import deadlines, rules
from hanoikit.network.deadlines import Preservation, Standing

STATES = ("XA", "XB", "XC", "XD")
# Zones with daylight saving at both ends of the day, with half and quarter hours, and one that skipped a day.
ZONES = (
    "Europe/Helsinki",
    "Asia/Kathmandu",
    "Asia/Bangkok",
    "America/Bogota",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "UTC",
)
MOMENTS = st.datetimes(datetime(2009, 1, 1), datetime(2049, 1, 1)).map(
    lambda at: at.replace(tzinfo=UTC, microsecond=0)
)
SPANS = st.timedeltas(timedelta(0), timedelta(days=400))


def test_sixty_days_end_with_a_whole_day_of_the_state_that_preserves():
    at = datetime(2026, 5, 4, 15, 0, tzinfo=ZoneInfo("Asia/Kathmandu"))
    end = deadlines.floor(at, zone="Asia/Kathmandu")
    assert end.astimezone(ZoneInfo("Asia/Kathmandu")).isoformat() == "2026-07-04T00:00:00+05:45"


def test_the_leap_day_counts_like_any_other():
    ends = [
        deadlines.floor(datetime(year, 1, 10, 12, tzinfo=UTC), zone="UTC").date().isoformat()
        for year in (2027, 2028)
    ]
    assert ends == ["2027-03-12", "2028-03-11"]


def test_the_clocks_of_spring_do_not_shorten_the_days():
    # Helsinki goes forward on 29 March 2026: the sixty days have an hour less, and end at midnight all the same.
    end = deadlines.floor(datetime(2026, 2, 10, 22, 30, tzinfo=UTC), zone="Europe/Helsinki")
    assert end.astimezone(ZoneInfo("Europe/Helsinki")).isoformat() == "2026-04-13T00:00:00+03:00"


def test_the_same_moment_has_another_end_in_another_state():
    at = datetime(2026, 5, 4, 20, 0, tzinfo=UTC)
    ends = {state: deadlines.floor(at, zone=rules(state).zone) for state in STATES}
    assert len(set(ends.values())) == len(STATES)


@given(MOMENTS, st.sampled_from(ZONES), st.integers(1, 200))
def test_at_least_means_at_least_on_the_wall_and_never_two_days_more(at, zone, days):
    end = deadlines.floor(at, zone=zone, days=days)
    wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    there = end.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    # A zone that skipped a whole day (Apia, 2011) ends a day later on the calendar.
    assert timedelta(days=days) < there - wall <= timedelta(days=days + 2)
    assert end.tzinfo is UTC


@given(MOMENTS, st.sampled_from(ZONES))
def test_what_the_asking_state_can_be_sure_of_is_never_later_than_what_is_kept(at, zone):
    assert at < deadlines.sure_until(at, zone=zone) <= deadlines.floor(at, zone=zone)


@given(MOMENTS, st.sampled_from(ZONES), st.integers(1, 200))
def test_from_hour_to_hour_lies_between_what_is_sure_and_whole_days(at, zone, days):
    there = deadlines.same_hour(at, zone=zone, days=days)
    assert deadlines.sure_until(at, zone=zone, days=days) <= there < deadlines.floor(at, zone=zone, days=days)


@given(MOMENTS, MOMENTS, st.sampled_from(ZONES))
def test_a_later_start_never_ends_earlier(one, other, zone):
    first, second = sorted((one, other))
    assert deadlines.floor(first, zone=zone) <= deadlines.floor(second, zone=zone)


@given(MOMENTS, st.sampled_from(ZONES), st.sampled_from(["America/New_York", "Asia/Tokyo", "Asia/Kathmandu"]))
def test_the_offset_in_which_a_moment_is_written_changes_nothing(at, zone, written):
    assert deadlines.floor(at.astimezone(ZoneInfo(written)), zone=zone) == deadlines.floor(at, zone=zone)


@given(
    MOMENTS,
    st.sampled_from(ZONES),
    st.none() | SPANS,
    st.lists(SPANS, max_size=3),
    st.none() | SPANS,
    st.none() | SPANS,
)
def test_a_preservation_never_ends_before_the_floor_and_never_before_the_decision(
    at, zone, confirmed, extended, received, decided
):
    kept = Preservation(
        at,
        zone,
        confirmed_until=None if confirmed is None else at + confirmed,
        extended=tuple(at + span for span in extended),
        received=None if received is None else at + received,
        decided=None if received is None or decided is None else at + received + decided,
    )
    least = deadlines.floor(at, zone=zone)
    end = kept.ends()
    assert kept.ends_without_request >= least
    if kept.bound_to_decision and kept.decided is None:
        assert end is None
        assert kept.kept(at + timedelta(days=5000))
    else:
        assert end is not None
        assert end >= least
        if kept.bound_to_decision:
            assert end >= kept.decided
        assert kept.kept(end - timedelta(seconds=1))
        assert not kept.kept(end)
        assert kept.may_extend(end - timedelta(seconds=1))
        assert not kept.may_extend(end)


def test_a_request_that_comes_after_the_end_does_not_bring_the_data_back():
    at = datetime(2026, 5, 4, tzinfo=UTC)
    end = deadlines.floor(at, zone="UTC")
    in_time = Preservation(at, "UTC", received=end - timedelta(seconds=1))
    too_late = Preservation(at, "UTC", received=end)
    assert in_time.ends() is None
    assert too_late.ends() == end


def test_an_early_decision_does_not_shorten_the_sixty_days():
    at = datetime(2026, 5, 4, tzinfo=UTC)
    kept = Preservation(at, "UTC", received=at + timedelta(days=2), decided=at + timedelta(days=10))
    assert kept.ends() == deadlines.floor(at, zone="UTC")


@given(MOMENTS, st.sampled_from(STATES), st.integers(1, 600))
def test_orders_follow_without_a_gap_and_say_when_the_law_ends_first(at, state, days):
    until = at + timedelta(days=days)
    cover = deadlines.orders_needed(at, until, law=law(state))
    assert cover.secured == deadlines.covers(cover.orders, at, until)
    assert cover.orders[0] == issue("", at=at, law=law(state))
    for one, following in zip(cover.orders, cover.orders[1:], strict=False):
        assert following.starts == one.ends
    for order in cover.orders:
        assert order.days <= law(state).preserve_days <= 90
    assert len(cover.orders) <= law(state).renewals + 1
    if not cover.secured:
        assert cover.why
        assert cover.gap_from == cover.orders[-1].ends < until


def test_an_order_of_sixty_days_does_not_reach_the_floor_of_sixty_days():
    # At most sixty counts the first day, at least sixty does not: in Brevania the order has to be renewed once.
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    cover = deadlines.orders_needed(at, deadlines.floor(at, zone="Asia/Kathmandu"), law=law("XB"))
    assert (cover.secured, len(cover.orders)) == (True, 2)


def test_a_state_without_renewal_cannot_keep_data_for_half_a_year():
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    cover = deadlines.orders_needed(at, at + timedelta(days=180), law=law("XC"))
    assert not cover.secured
    assert len(cover.orders) == 1


@given(MOMENTS, st.sampled_from(STATES))
def test_a_central_authority_acts_on_a_working_day_in_office_hours(at, state):
    its = law(state)
    opens = deadlines.at_office(at, law=its)
    local = opens.astimezone(ZoneInfo(its.zone))
    assert opens >= at
    assert is_working_day(local.date(), its.calendar)
    assert its.calendar.opens <= local.time() <= its.calendar.closes
    assert deadlines.at_office(opens, law=its) == opens


@given(MOMENTS, st.sampled_from(STATES), st.integers(0, 40))
def test_working_days_are_counted_one_by_one(at, state, days):
    its = law(state)
    end = deadlines.office_days(at, days, law=its)
    assert end >= at
    day = at.astimezone(ZoneInfo(its.zone)).date()
    last = end.astimezone(ZoneInfo(its.zone)).date()
    counted = 0
    while day < last:
        day += timedelta(days=1)
        counted += is_working_day(day, its.calendar)
    assert counted == days


@given(MOMENTS, SPANS, SPANS, st.sampled_from(STATES))
def test_office_time_adds_up(at, first, second, state):
    its = law(state)
    middle, end = at + first, at + first + second
    parts = deadlines.office_time(at, middle, law=its) + deadlines.office_time(middle, end, law=its)
    assert deadlines.office_time(at, end, law=its) == parts
    assert timedelta(0) <= parts <= end - at
    assert deadlines.office_time(end, at, law=its) == timedelta(0)


def test_the_last_office_moment_is_before_the_end_and_in_office_hours():
    # Midnight after Saturday: the office in Aldermark closed on Friday at 16:15.
    end = datetime(2026, 5, 9, 21, 0, tzinfo=UTC)
    last = deadlines.last_office_moment(end, law=law("XA"))
    assert last.astimezone(ZoneInfo("Europe/Helsinki")).isoformat() == "2026-05-08T16:15:00+03:00"


@pytest.mark.parametrize(
    ("left", "expected"),
    [(8, Standing.RUNNING), (7, Standing.SOON), (1, Standing.SOON), (0, Standing.LATE), (-1, Standing.LATE)],
)
def test_a_clock_warns_before_it_is_late(left, expected):
    now = datetime(2026, 5, 4, tzinfo=UTC)
    assert deadlines.standing(now + timedelta(days=left), now) == (expected, timedelta(days=left))
    assert deadlines.standing(None, now) == (Standing.OPEN, None)


def test_a_time_without_a_zone_has_no_deadline():
    with pytest.raises(UsageError):
        deadlines.floor(datetime(2026, 5, 4), zone="UTC")
    with pytest.raises(UsageError):
        deadlines.office_days(datetime(2026, 5, 4, tzinfo=UTC), -1, law=law("XA"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(59, "0 min"), (3_600, "1 h 0 min"), (90_000, "1 d 1 h"), (-5_400, "1 h 30 min ago")],
)
def test_what_is_left_is_said_in_words(seconds, words):
    assert deadlines.in_words(timedelta(seconds=seconds)) == words
