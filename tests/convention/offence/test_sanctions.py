"""Sentences, serious crimes, limitation, companies, other treaties."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.convention.offence import (
    Conduct,
    company_liability,
    penalty,
    prosecutable_until,
    state,
    states,
    under_other_treaties,
)
from hanoikit.errors import UsageError

ALL = [(law, offence) for law in states() for offence in law.offences]
HIT = Conduct({"critical-infrastructure": "yes"})
SPARED = Conduct({"critical-infrastructure": "no"})
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("law", "offence"), ALL, ids=lambda one: getattr(one, "code", getattr(one, "id", ""))
)
def test_a_circumstance_raises_and_never_lowers_and_what_is_open_lies_between(law, offence):
    spared, hit, unknown = (penalty(offence, conduct, law) for conduct in (SPARED, HIT, Conduct()))
    assert spared.maximum == offence.max_years <= hit.maximum
    assert (unknown.maximum, unknown.possible) == (spared.maximum, hit.maximum)
    assert spared.serious is (offence.max_years >= 4) and hit.serious is (hit.maximum >= 4)
    if spared.serious == hit.serious:
        assert unknown.serious == hit.serious
    else:
        assert unknown.serious is None


def test_an_attack_on_the_hospital_is_punished_more_severely_where_the_law_says_so():
    aldermark, brevania = state("XA"), state("XB")
    assert penalty(aldermark.offence("system"), HIT, aldermark).maximum == 10
    assert penalty(brevania.offence("system"), HIT, brevania).applied == ()
    raised = penalty(aldermark.offence("access"), HIT, aldermark)
    assert (raised.base, raised.maximum, raised.serious) == (2, 6, True)
    assert "21(2)" in raised.reason and "2(h)" in raised.reason


def test_four_years_are_enough_and_a_day_less_is_not():
    law = state("XA")
    for years, serious in ((4, True), (3.99, False), (10, True)):
        offence = dataclasses.replace(law.offence("fraud"), max_years=years)
        assert penalty(offence, SPARED, law).serious is serious


@given(day=DAYS, pick=st.sampled_from(ALL))
def test_whoever_acts_later_can_be_tried_until_later(day, pick):
    law, offence = pick
    end = prosecutable_until(offence, law, committed=day)
    assert end > day
    assert prosecutable_until(offence, law, committed=day + timedelta(days=1)) >= end


@given(day=DAYS, pick=st.sampled_from(ALL), start=st.integers(-400, 8000), length=st.integers(0, 4000))
def test_evading_justice_never_shortens_the_time(day, pick, start, length):
    law, offence = pick
    first = day + timedelta(days=start)
    evaded = (first, first + timedelta(days=length))
    assert prosecutable_until(offence, law, committed=day, evading=evaded) >= prosecutable_until(
        offence, law, committed=day
    )


def test_while_the_clock_stands_still_each_day_of_evasion_counts_once():
    law = state("XA")
    plain = prosecutable_until(law.offence("fraud"), law, committed=date(2026, 3, 29))
    assert plain == date(2036, 3, 29)
    evaded = (date(2027, 1, 1), date(2027, 1, 31))
    longer = prosecutable_until(law.offence("fraud"), law, committed=date(2026, 3, 29), evading=evaded)
    assert longer == plain + timedelta(days=31)
    early = (date(2026, 1, 1), date(2026, 3, 29))
    assert prosecutable_until(
        law.offence("fraud"), law, committed=date(2026, 3, 29), evading=early
    ) == plain + timedelta(days=1)


def test_elsewhere_the_time_is_longer_by_whole_years():
    law = state("XB")
    evaded = (date(2027, 1, 1), date(2027, 1, 31))
    assert prosecutable_until(law.offence("fraud"), law, committed=date(2026, 3, 29)) == date(2032, 3, 29)
    assert prosecutable_until(law.offence("fraud"), law, committed=date(2026, 3, 29), evading=evaded) == date(
        2037, 3, 29
    )


def test_an_offence_of_29_february_ends_on_the_28th_where_there_is_no_29th():
    law = state("XA")
    assert prosecutable_until(law.offence("devices"), law, committed=date(2024, 2, 29)) == date(2029, 2, 28)


def test_evasion_cannot_end_before_it_begins():
    law = state("XA")
    with pytest.raises(UsageError):
        prosecutable_until(
            law.offence("fraud"),
            law,
            committed=date(2026, 1, 1),
            evading=(date(2027, 2, 1), date(2027, 1, 1)),
        )


@pytest.mark.parametrize(
    ("for_company", "offence", "expected"),
    [
        ("yes", "in", "in"),
        ("yes", "out", "out"),
        ("no", "in", "out"),
        (None, "in", "depends"),
        ("yes", "depends", "depends"),
        (None, "out", "out"),
        ("no", "depends", "out"),
    ],
)
def test_a_company_is_liable_where_there_is_an_offence_and_it_was_done_for_it(for_company, offence, expected):
    conduct = Conduct({"for-company": for_company} if for_company else {})
    assert company_liability(conduct, state("XA"), offence).verdict == expected


def test_each_state_has_its_own_form_and_the_people_stay_liable():
    conduct = Conduct({"for-company": "yes"})
    forms = {law.code: company_liability(conduct, law, "in").form for law in states()}
    assert set(forms.values()) == {"criminal", "civil", "administrative"}
    assert "stay liable" in company_liability(conduct, state("XC"), "in").reason


def test_article_4_is_about_other_treaties_and_makes_no_offence_here():
    through = {"through-system": "yes"}
    assert under_other_treaties(Conduct({"other-un-treaty": "yes", **through})).verdict == "in"
    assert (
        "no offence under this Convention"
        in under_other_treaties(Conduct({"other-un-treaty": "yes", **through})).reason
    )
    assert under_other_treaties(Conduct({"other-un-treaty": "no", **through})).verdict == "out"
    assert under_other_treaties(Conduct(through)).verdict == "depends"
