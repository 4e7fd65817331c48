"""Shifts on the wall clock: nights, weekends, summer time, leap days, the turn of the year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hanoikit.network.simulation.parameters import Shift, staffing_pattern
from hanoikit.network.simulation.shifts import hours_in, local_clock, roster

EVERY_DAY = tuple(range(7))


def shift(zone: str, start: str, end: str, officers: int = 1, days: tuple[int, ...] = EVERY_DAY) -> Shift:
    return Shift(id="s", zone=zone, days=days, start=start, end=end, officers=officers)


def hour(moment: datetime) -> float:
    return (moment - datetime(moment.astimezone(UTC).year, 1, 1, tzinfo=UTC)).total_seconds() / 3600


@pytest.mark.parametrize(("year", "hours"), [(2027, 8760), (2028, 8784), (2000, 8784), (2100, 8760)])
def test_a_leap_year_has_a_day_more(year: int, hours: int) -> None:
    assert hours_in(year) == hours
    assert len(local_clock("Asia/Bangkok", year)) == hours


def test_the_officers_on_duty_are_those_whose_wall_clock_shows_working_time() -> None:
    shifts = staffing_pattern("three-zones").shifts
    duty = roster(shifts, 2028)
    moment = datetime(2028, 1, 1, 0, 7, tzinfo=UTC)
    while moment.year == 2028:
        expected = 0
        for one in shifts:
            local = moment.astimezone(ZoneInfo(one.zone))
            expected += one.officers * (one.start <= f"{local:%H:%M}" < one.end)
        assert duty.at(hour(moment)) == expected, moment
        moment += timedelta(minutes=97)


def test_a_night_shift_is_an_hour_shorter_when_summer_time_begins_and_longer_when_it_ends() -> None:
    duty = roster((shift("Europe/Helsinki", "22:00", "06:00"),), 2027)
    lengths = {}
    for begin, end, officers in zip(duty.times, duty.times[1:], duty.officers, strict=False):
        if officers:
            day = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=end)
            lengths[day.date().isoformat()] = end - begin
    assert lengths["2027-03-28"] == 7
    assert lengths["2027-10-31"] == 9
    assert lengths["2027-07-01"] == 8


def test_a_night_shift_is_on_duty_at_the_turn_of_the_year_on_both_sides() -> None:
    duty = roster((shift("UTC", "22:00", "06:00"),), 2027)
    assert duty.at(0.0) == 1
    assert duty.at(6.0) == 0
    assert duty.at(8759.9) == 1
    assert duty.at(8760.5) == 1


def test_shifts_that_meet_leave_no_gap_and_count_no_change() -> None:
    duty = roster((shift("UTC", "00:00", "24:00", 3),), 2027)
    assert duty.times[0] == 0 and set(duty.officers[:-1]) == {3} and len(duty.times) == 2
    assert duty.officer_hours(8760) == 3 * 8760


def test_the_weekend_is_the_weekend_of_the_place() -> None:
    duty = roster((shift("Asia/Bangkok", "08:00", "17:00", 2, days=(0, 1, 2, 3, 4)),), 2027)
    bangkok = ZoneInfo("Asia/Bangkok")
    assert duty.at(hour(datetime(2027, 1, 8, 16, 59, tzinfo=bangkok))) == 2  # a Friday
    assert duty.at(hour(datetime(2027, 1, 9, 12, 0, tzinfo=bangkok))) == 0
    assert duty.at(hour(datetime(2027, 1, 11, 8, 0, tzinfo=bangkok))) == 2


def test_somebody_is_on_duty_on_the_leap_day_and_nobody_after_the_last_year() -> None:
    duty = roster((shift("Asia/Kathmandu", "08:00", "16:00"),), 2028)
    assert duty.at(hour(datetime(2028, 2, 29, 8, 0, tzinfo=ZoneInfo("Asia/Kathmandu")))) == 1
    assert duty.officers[-1] == 0
    assert duty.end <= 8784 + 8760


def test_a_pattern_without_officers_is_a_roster_of_nobody() -> None:
    assert set(roster((), 2027).officers) == {0}
    assert set(roster((shift("UTC", "00:00", "24:00", 0),), 2027).officers) == {0}


def test_the_local_clock_follows_summer_time_and_odd_zones() -> None:
    helsinki = local_clock("Europe/Helsinki", 2027)
    assert helsinki[12] == (4, 14)  # 1 January 2027 is a Friday
    july = (31 + 28 + 31 + 30 + 31 + 30) * 24
    assert helsinki[july + 12][1] == 15
    change = (31 + 28 + 27) * 24
    assert [clock[1] for clock in helsinki[change : change + 3]] == [2, 4, 5]
    assert local_clock("Asia/Kathmandu", 2027)[0] == (4, 6)  # 00:30 UTC is 06:15
