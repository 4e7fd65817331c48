"""Staffing, the register and open figures: arithmetic that anybody can check by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanoikit import readiness
from hanoikit.errors import UsageError
from hanoikit.readiness import figures, infrastructure, staffing

AWAY = {"hours_week": 40, "leave_days": 30, "training_days": 10, "sick_days": 8}
quick = settings(max_examples=40)


def test_a_chair_that_is_never_empty_needs_six_officers_in_elvaria():
    assert staffing.productive_hours(40, 30, 10, 8) == 212 * 8
    assert readiness.officers(seats=1, **AWAY) == 6
    office, on_call, always = readiness.desks(seats=1, **AWAY)
    assert (office.officers, on_call.officers, always.officers) == (2, 3, 6)
    assert office.empty_hours == 8760 - 52 * 40 and not office.at_all_hours
    assert on_call.at_all_hours and always.at_all_hours


@quick
@given(st.integers(1, 5), st.integers(10, 60), st.integers(0, 80), st.integers(0, 40), st.integers(0, 40))
def test_officers_are_enough_and_one_less_is_not(seats, hours, leave, training, sick):
    away = {"hours_week": hours, "leave_days": leave, "training_days": training, "sick_days": sick}
    need = readiness.officers(seats=seats, **away)
    each = staffing.productive_hours(hours, leave, training, sick)
    assert need * each >= seats * staffing.YEAR > (need - 1) * each
    assert readiness.officers(seats=seats, **{**away, "leave_days": leave + 1}) >= need


def test_a_designation_says_what_it_lacks_with_the_provision():
    found = readiness.designation({"named", "central-named", "central-registered", "skilled", "route"})
    assert [one.where for one in found] == ["41(1)", "41(2)", "40(12)"]
    assert readiness.designation(staffing.DESIGNATION) == []
    with pytest.raises(UsageError):
        readiness.designation({"coffee"})
    with pytest.raises(UsageError):
        readiness.officers(seats=1, hours_week=40, leave_days=260, training_days=0, sick_days=0)


def test_the_small_clock_is_critical_because_the_rescue_radio_stops_without_it():
    found = infrastructure.register()
    assert found["clock"].reasons == ("carries",)
    assert {name for name, one in found.items() if not one.listed} == {"tickets", "stream", "ministry"}
    nobody = infrastructure.register(hours=0, people=10**9)
    assert not any(one.listed for one in nobody.values())


@quick
@given(st.integers(0, 200), st.integers(0, 500_000))
def test_the_register_is_closed_under_need_and_grows_when_fewer_people_are_enough(hours, people):
    found = infrastructure.register(hours=hours, people=people)
    for one in found.values():
        if one.listed:
            assert all(found[need].listed for need in one.system.needs)
    wider = infrastructure.register(hours=hours, people=people // 2)
    assert {name for name, one in found.items() if one.listed} <= {
        name for name, one in wider.items() if one.listed
    }


def test_an_act_weighs_heavier_only_with_a_listed_system_an_effect_and_a_law_before_it():
    lacks = {name: infrastructure.weighs(name).lacks for name in infrastructure.acts()}
    assert lacks == {"pump": (), "poster": ("listed",), "look": ("effect",), "time": (), "early": ("law",)}
    with pytest.raises(UsageError):
        infrastructure.weighs("coffee")
    assert infrastructure.compare(["grid", "tickets"])[1] == ("tickets",)


def test_the_shifted_column_is_found_and_the_sound_tables_pass():
    found = figures.check(figures.table("shifted"))
    assert [one.code for one in found] == ["more-disclosed"] * 3 + ["shifted"]
    assert figures.check(figures.table("cross-border")) == []
    assert [one.code for one in figures.check(figures.table("countries"))] == ["part"]


@quick
@given(st.lists(st.integers(0, 1000), min_size=3, max_size=8))
def test_a_column_moved_down_by_one_is_seen_and_the_same_column_is_not(earlier):
    assert figures.shifted([999_999, *earlier[:-1]], earlier)
    assert not figures.shifted(earlier, earlier)


def test_what_is_not_reported_is_no_zero_and_providers_are_never_added():
    raw = {
        "id": "one", "title": "One", "provider": "A", "source": "s", "licence": "CC-BY", "key": "year",
        "columns": ["received", "disclosed"], "cautions": ["c"],
        "rows": [{"key": "2024", "received": None, "disclosed": 3}, {"key": "2025", "received": 0, "disclosed": 0}],
    }  # fmt: skip
    one = figures.from_json(raw)
    assert [found.code for found in figures.check(one)] == ["not-reported"]
    assert figures.rate(one) == {"2024": None, "2025": None}
    with pytest.raises(UsageError):
        figures.add(one)
    with pytest.raises(UsageError, match="never added"):
        figures.add(figures.table("cross-border"), figures.table("telegram"))
    with pytest.raises(UsageError, match="twice"):
        figures.add(figures.table("cross-border"), figures.table("domestic"))
    assert figures.add(figures.table("telegram")) == {"received": 893}
    assert round(figures.rate(figures.table("domestic"))["2025"], 2) == 0.94
