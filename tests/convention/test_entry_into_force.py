"""Article 65 as arithmetic: the fortieth instrument, ninety days, later States, organisations, and what if."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hanoikit.convention import provision
from hanoikit.convention import status as room
from hanoikit.convention.status import Deposit, at_pace, entry_into_force, for_later, forecast, ninetieth_day
from hanoikit.errors import UsageError

DAYS = st.dates(date(2025, 10, 25), date(2060, 12, 31))
EARLY = date(2026, 1, 1)


def states(days: list[date]) -> list[Deposit]:
    return [Deposit(f"S{n:02}", day) for n, day in enumerate(days)]


FORTY = st.lists(DAYS, min_size=40, max_size=60)


@pytest.mark.parametrize(
    ("fortieth", "on"),
    [
        (date(2027, 1, 1), date(2027, 4, 1)),
        (date(2027, 12, 3), date(2028, 3, 2)),  # over 29 February
        (date(2026, 12, 3), date(2027, 3, 3)),  # the same day, no leap year
        (date(2025, 12, 2), date(2026, 3, 2)),  # the story of the course
        (date(2027, 10, 2), date(2027, 12, 31)),
        (date(2027, 10, 3), date(2028, 1, 1)),
        (date(2028, 2, 29), date(2028, 5, 29)),
        (date(2100, 1, 1), date(2100, 4, 1)),  # 2100 is no leap year
    ],
)
def test_the_ninetieth_day_is_counted_from_the_day_after_the_deposit(fortieth, on):
    assert ninetieth_day(fortieth) == on
    counted = [fortieth + timedelta(days=n) for n in range(1, 91)]
    assert counted[-1] == on and len(counted) == 90


@given(FORTY)
def test_the_fortieth_in_time_decides_whatever_the_order_of_the_list(days):
    deposits = states(days)
    found = entry_into_force(deposits)
    assert found.fortieth == sorted(days)[39]
    assert found.on == sorted(days)[39] + timedelta(days=90)
    shuffled = deposits.copy()
    random.Random(1).shuffle(shuffled)
    assert entry_into_force(shuffled) == found


@given(FORTY, st.lists(DAYS, max_size=5))
def test_an_organisation_never_moves_the_date_and_never_counts(days, theirs):
    alone = entry_into_force(states(days))
    together = entry_into_force(
        [*states(days), *(Deposit(f"O{n}", day, organisation=True) for n, day in enumerate(theirs))]
    )
    assert (together.on, together.fortieth, together.counted) == (alone.on, alone.fortieth, alone.counted)


@given(st.lists(DAYS, max_size=39), st.integers(0, 60))
def test_less_than_forty_states_give_no_date_however_many_organisations_there_are(days, organisations):
    deposits = [*states(days), *(Deposit(f"O{n}", EARLY, organisation=True) for n in range(organisations))]
    found = entry_into_force(deposits)
    assert (found.on, found.fortieth, found.for_each) == (None, None, {})
    assert found.missing == 40 - len(days)


@given(FORTY, DAYS)
def test_one_more_deposit_never_makes_it_later(days, day):
    before = entry_into_force(states(days)).on
    after = entry_into_force([*states(days), Deposit("more", day)]).on
    assert after <= before


@given(FORTY)
def test_every_depositor_is_bound_from_the_right_day_on(days):
    found = entry_into_force(states(days))
    for deposit in states(days):
        since = found.for_each[deposit.who]
        assert since >= found.on and since > deposit.day
        if deposit.day <= found.fortieth:
            assert since == found.on
        else:
            assert since == max(deposit.day + timedelta(days=30), found.on)
        assert not found.binds(deposit.who, since - timedelta(days=1))
        assert found.binds(deposit.who, since)


@given(FORTY, DAYS)
def test_an_organisation_is_bound_like_a_state(days, day):
    found = entry_into_force([*states(days), Deposit("EU", day, organisation=True)])
    assert found.for_each["EU"] == (for_later(day, found.on) if day > found.fortieth else found.on)


@given(DAYS, DAYS)
def test_a_later_state_gets_the_later_of_its_thirtieth_day_and_the_first_day(deposit, on):
    assert for_later(deposit, on) == max(deposit + timedelta(days=30), on)


@given(FORTY, DAYS)
def test_it_applies_between_two_only_when_it_binds_both(days, day):
    found = entry_into_force(states(days))
    one, other = "S00", "S39"
    assert found.between(one, other, day) == (found.binds(one, day) and found.binds(other, day))
    assert found.between(one, other, day) == found.between(other, one, day)
    assert not found.between(one, "nobody", day)


@given(FORTY, st.randoms())
def test_who_stands_twice_in_the_list_counts_once_with_the_earlier_day(days, rng):
    deposits = states(days)
    again = [
        Deposit(one.who, one.day + timedelta(days=rng.randint(0, 500))) for one in rng.sample(deposits, 5)
    ]
    assert entry_into_force([*again, *deposits]) == entry_into_force(deposits)


def test_the_card_of_the_course_story_is_what_the_rule_gives():
    first = [Deposit(f"S{n}", date(2025, 11, 1)) for n in range(37)]
    named = [
        Deposit("XA", date(2025, 11, 20)),
        Deposit("XB", date(2025, 11, 25)),
        Deposit("last", date(2025, 12, 2)),
    ]
    later = [Deposit("XC", date(2026, 2, 1)), Deposit("XD", date(2026, 2, 24))]
    found = entry_into_force([*first, *named, *later])
    assert [found.for_each[code] for code in ("XA", "XB", "XC", "XD")] == [
        date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 26),
    ]  # fmt: skip
    assert not found.between("XA", "XF", date(2026, 3, 30))


def test_a_day_at_the_end_of_time_is_refused_with_a_sentence():
    for call in (lambda: ninetieth_day(date(9999, 12, 1)), lambda: for_later(date(9999, 12, 20), EARLY)):
        with pytest.raises(UsageError, match="too far"):
            call()


def test_the_numbers_are_those_of_the_article():
    assert (room.NEEDED, room.DAYS, room.LATER_DAYS) == (40, 90, 30)
    assert "ninetieth" in provision("65(1)").summary and "fortieth" in provision("65(1)").summary
    assert "thirtieth" in provision("65(2)").summary


# what if


HISTORY = {"have": 3, "since": date(2025, 10, 25), "to": date(2026, 5, 21)}


def days_of(band) -> list[date]:
    return [day or date.max for day in (band.early, band.middle, band.late)]


def test_the_same_seed_gives_the_same_forecast_and_another_one_nearly_the_same():
    one, other = forecast(**HISTORY, seed=65), forecast(**HISTORY, seed=66)
    assert forecast(**HISTORY, seed=65) == one
    assert one != other
    assert (
        abs((one.fortieth.middle - other.fortieth.middle).days)
        < 0.05 * (one.fortieth.middle - one.start).days
    )


@given(st.integers(0, 60), st.integers(1, 2000), st.integers(0, 10))
def test_the_band_is_in_order_and_entry_into_force_comes_ninety_days_later(have, exposure, seed):
    start = date(2026, 5, 21)
    found = forecast(have=have, since=start - timedelta(days=exposure), to=start, seed=seed, draws=200)
    assert days_of(found.fortieth) == sorted(days_of(found.fortieth))
    assert found.missing == max(0, 40 - have)
    for fortieth, on in zip(days_of(found.fortieth), days_of(found.in_force), strict=True):
        assert on == date.max or (on - fortieth).days == 90
    assert all(day >= start for day in days_of(found.fortieth))


@given(st.integers(0, 39), st.floats(0.5, 200), st.integers(0, 5))
def test_a_faster_pace_is_never_later(have, per_year, seed):
    start = date(2026, 5, 21)
    slow = at_pace(have=have, per_year=per_year, start=start, seed=seed, draws=200)
    fast = at_pace(have=have, per_year=per_year * 2, start=start, seed=seed, draws=200)
    assert all(
        one <= other for one, other in zip(days_of(fast.fortieth), days_of(slow.fortieth), strict=True)
    )


def beta_cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function by Simpson's rule, after the change u = t^2 that tames the ends."""
    norm = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b))
    top, n = math.sqrt(x), 4000
    width = top / n

    def inside(u: float) -> float:
        return 2 * u ** (2 * a - 1) * (1 - u * u) ** (b - 1)

    return (
        norm
        * width
        / 3
        * sum((1 if i in (0, n) else 4 if i % 2 else 2) * inside(i * width) for i in range(n + 1))
    )


def test_the_band_agrees_with_the_exact_distribution():
    # The waiting time over the exposure is a ratio of gamma variables, so w/(1+w) follows Beta(missing, have + 1/2).
    found = forecast(**HISTORY, seed=7, draws=20_000)
    exposure = (HISTORY["to"] - HISTORY["since"]).days
    for day, share in zip(days_of(found.fortieth), (0.1, 0.5, 0.9), strict=True):
        ratio = (day - found.start).days / exposure
        assert beta_cdf(ratio / (1 + ratio), 37, 3.5) == pytest.approx(share, abs=0.015)


def test_the_count_in_a_year_has_the_spread_of_a_negative_binomial():
    # At an uncertain rate the counts spread wider than at a known one: variance above mean.
    found = forecast(**HISTORY, seed=3)
    known = at_pace(have=3, per_year=found.per_year[1], start=found.start, seed=3)
    assert (found.fortieth.late - found.fortieth.early) > 2 * (known.fortieth.late - known.fortieth.early)


def test_a_chosen_pace_lands_near_the_plain_division():
    found = at_pace(have=3, per_year=37, start=date(2026, 5, 21), seed=1)
    assert abs((found.fortieth.middle - date(2027, 5, 21)).days) < 20


def test_when_the_forty_are_there_nothing_is_left_to_wait_for():
    found = at_pace(have=41, per_year=5, start=EARLY, seed=1)
    assert (found.missing, found.fortieth.early, found.fortieth.late) == (0, EARLY, EARLY)


def test_a_pace_so_slow_that_no_date_means_anything_gives_none():
    found = at_pace(have=0, per_year=0.1, start=EARLY, seed=1)
    assert found.fortieth.middle is None and found.in_force.late is None


def test_every_parameter_says_whether_it_is_sourced_derived_or_assumed():
    for found in (forecast(**HISTORY, seed=1), at_pace(have=3, per_year=12, start=EARLY, seed=1)):
        kinds = {one.basis for one in found.parameters}
        assert kinds <= {"sourced", "derived", "assumed"} and {"sourced", "assumed"} <= kinds
        assert all(one.name and one.value and one.source for one in found.parameters)


@pytest.mark.parametrize(
    "call",
    [
        lambda: forecast(have=-1, since=EARLY, to=date(2026, 2, 1), seed=1),
        lambda: forecast(have=1, since=EARLY, to=EARLY, seed=1),
        lambda: forecast(have=1, since=date(2026, 2, 1), to=EARLY, seed=1),
        lambda: forecast(**HISTORY, seed=1, share=1.0),
        lambda: forecast(**HISTORY, seed=1, draws=0),
        lambda: at_pace(have=1, per_year=0, start=EARLY, seed=1),
        lambda: at_pace(have=1, per_year=-3, start=EARLY, seed=1),
        lambda: at_pace(have=1, per_year=math.nan, start=EARLY, seed=1),
    ],
)
def test_what_cannot_be_meant_is_refused(call):
    with pytest.raises(UsageError):
        call()


@given(st.integers(1, 30))
def test_more_observed_deposits_in_the_same_time_make_it_earlier(have):
    assume(have < 39)
    start = date(2026, 5, 21)
    few = forecast(have=have, since=date(2025, 10, 25), to=start, seed=5)
    more = forecast(have=have + 1, since=date(2025, 10, 25), to=start, seed=5)
    assert more.fortieth.middle <= few.fortieth.middle + timedelta(days=30)
