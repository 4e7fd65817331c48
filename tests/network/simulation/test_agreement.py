"""How closely the fast simulation and the SimPy processes agree.

- On the same requests: every time within 0.000001 hours, the outcome of every single case equal, in 15 settings, in
  settings that Hypothesis makes up, and at the full rate of 60,000 requests a year: for the weeks around the change
  of the clocks, and with ``--hypothesis-profile=deep`` for the whole year.
- On requests that each draws for itself, by other code and other seeds: the 99 % confidence interval of the
  difference holds 0 for the headline, each loss, the waits and the work. The headline's interval is at most 1.2
  points to each side, 2 in overload, where a year differs much from the next.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import deep

from hanoikit.network.simulation import Scenario, default_scenario, reference, vectorised
from hanoikit.network.simulation.cases import Cases, draw
from hanoikit.network.simulation.outcomes import Outcome, Run
from hanoikit.network.simulation.parameters import staffing_pattern
from hanoikit.network.simulation.shifts import hours_in, local_clock
from hanoikit.network.simulation.summary import by_hour, interval

sys.path.insert(0, str(Path(__file__).parent))
from simulated_desks import SETTINGS, small_desk

TIMES = ("start", "done", "confirmed", "decision", "vanish")
HOURS = 1e-6
WEEK = 7 * 24


def assert_same(fast: Run, slow: Run) -> None:
    for name in TIMES:
        mine, theirs = getattr(fast, name), getattr(slow, name)
        assert np.array_equal(np.isinf(mine), np.isinf(theirs)), name
        known = np.isfinite(mine)
        assert np.allclose(mine[known], theirs[known], rtol=0, atol=HOURS), name
    assert np.array_equal(fast.outcome, slow.outcome)


@pytest.mark.parametrize("name", SETTINGS)
def test_on_the_same_requests_every_case_ends_alike_at_the_same_moments(name: str) -> None:
    scenario = SETTINGS[name]
    fast, slow = vectorised.simulate(scenario, seed=11), reference.simulate(scenario, seed=11)
    assert len(fast.outcome) > 1300
    assert_same(fast, slow.run)


@settings(max_examples=25)
@given(
    officers=st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)),
    pattern=st.sampled_from(["round-the-clock", "three-zones"]),
    requests=st.integers(0, 400),
    minutes=st.integers(1, 2000),
    emergencies=st.sampled_from([0, 0.1, 0.5, 1]),
    retention=st.sampled_from([0, 1, 30, 400]),
    decided=st.integers(0, 600),
    renewal=st.floats(0, 1),
    extension=st.floats(0, 1),
    triage=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_they_agree_in_settings_nobody_thought_of(
    officers: tuple[int, int, int],
    pattern: str,
    requests: int,
    minutes: int,
    emergencies: float,
    retention: float,
    decided: float,
    renewal: float,
    extension: float,
    triage: bool,
    seed: int,
) -> None:
    staffing = staffing_pattern(pattern)
    names = [shift.id for shift in staffing.shifts]
    scenario = default_scenario().but(
        staffing=staffing.with_officers(**dict(zip(names, officers, strict=True))),
        requests_per_year=requests,
        handling_minutes=minutes,
        emergency_minutes=minutes,
        emergency_share=emergencies,
        retention_days=retention,
        decided_days=decided,
        renewal_share=renewal,
        extension_share=extension,
        triage=triage,
    )
    assert_same(vectorised.simulate(scenario, seed=seed), reference.simulate(scenario, seed=seed).run)


def test_at_60000_requests_a_year_every_case_ends_alike() -> None:
    scenario = default_scenario()
    cases = draw(scenario, seed=4)
    assert len(cases.arrive) > 59_000
    if not deep():  # SimPy alone takes a quarter of a minute for the whole year
        cases = between(cases, 11 * WEEK, 15 * WEEK)
        assert len(cases.arrive) > 4_000
    slow = reference.simulate(scenario, cases=cases)
    assert_same(vectorised.simulate(scenario, cases=cases), slow.run)


def between(cases: Cases, since: float, until: float) -> Cases:
    """The requests that arrive from one hour of the year to another."""
    there = (cases.arrive >= since) & (cases.arrive < until)
    return Cases(**{name: getattr(cases, name)[there] for name in Cases.__slots__})


def test_officers_at_work_by_hour_are_what_simpy_counted_within_two_percent() -> None:
    scenario = SETTINGS["ordinary"]
    slow = reference.simulate(scenario, seed=11)
    home = np.array([hour for _day, hour in local_clock(scenario.staffing.home, scenario.year)])
    counted = np.bincount(home, weights=np.array(slow.worked), minlength=24) / (hours_in(scenario.year) / 24)
    looked = np.array([hour.busy for hour in by_hour(vectorised.simulate(scenario, seed=11))])
    assert counted.sum() > 5
    assert np.abs(looked - counted).max() < 0.02 * counted.max()


def _late(share: float) -> Callable[[Run], float]:
    def value(run: Run) -> float:
        wait = np.sort(run.start - run.cases.arrive)
        return float(min(wait[int(share * len(wait))], 1e6))

    return value


def _outcome(*which: Outcome) -> Callable[[Run], float]:
    return lambda run: float(np.isin(run.outcome[~run.cases.abandoned], which).mean())


MEASURES: dict[str, Callable[[Run], float]] = {
    "headline": _outcome(Outcome.RETAINED, Outcome.KEPT),
    "gone before": _outcome(Outcome.GONE_BEFORE),
    "lost before preservation": _outcome(Outcome.LOST_WAITING),
    "lost by lapse": _outcome(Outcome.LOST_LAPSED),
    "requests": lambda run: float(len(run.start)),
    "waiting at all": lambda run: float((run.start > run.cases.arrive).mean()),
    "wait, 90 %": _late(0.9),
    "work in the year": lambda run: float(run.cases.work.sum()),
    "sender at night": lambda run: float((run.cases.arrive % 24 < 8).mean()),
    "days until decision": lambda run: float(np.median(run.cases.sent + run.cases.decided)),
}
YEARS = {"vectorised": 40, "reference": 16}
# Student's t for 99 % with 15 degrees of freedom, the fewest that either side has.
T = 2.95


@cache
def _by_simpy(scenario: Scenario) -> list[dict[str, float]]:
    """What each measure is in independent years of the SimPy processes."""
    runs = (
        reference.simulate(scenario, cases=reference.draw_independently(scenario, seed=n)).run
        for n in range(YEARS["reference"])
    )
    return [{name: measure(run) for name, measure in MEASURES.items()} for run in runs]


def _differences(fast: Scenario, slow: Scenario) -> dict[str, tuple[float, float]]:
    """For each measure: the difference of the means of independent years, and the half-width of its interval."""
    mine = [vectorised.simulate(fast, seed=1000 + n) for n in range(YEARS["vectorised"])]
    theirs = _by_simpy(slow)
    found = {}
    for name, measure in MEASURES.items():
        a, wide = interval([measure(run) for run in mine], quantile=T)
        b, wider = interval([year[name] for year in theirs], quantile=T)
        found[name] = a - b, sqrt(wide**2 + wider**2)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["ordinary", "overload", "one officer", "no night shift", "orders never renewed"]
)
def test_on_requests_of_their_own_the_confidence_interval_of_each_difference_holds_zero(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    found = _differences(SETTINGS[name], SETTINGS[name])
    for measure, (difference, wide) in found.items():
        record_property(measure, f"{difference:+.4f} +- {wide:.4f}")
        assert abs(difference) <= wide + 1e-12, (measure, difference, wide)
    assert found["headline"][1] <= (0.02 if name == "overload" else 0.012)


@pytest.mark.slow
def test_the_comparison_notices_a_longer_retention_and_one_officer_less() -> None:
    slow = SETTINGS["ordinary"]
    fewer = slow.but(retention_days=120, staffing=slow.staffing.with_officers(day=1))
    found = _differences(fewer, slow)
    for measure in ("headline", "gone before", "waiting at all", "wait, 90 %"):
        difference, wide = found[measure]
        assert abs(difference) > wide, measure


def test_no_request_is_taken_up_before_it_arrives_or_while_nobody_is_on_duty() -> None:
    run = vectorised.simulate(SETTINGS["office hours"], seed=2)
    assert (run.start >= run.cases.arrive).all()
    assert (run.done >= run.start).all()
    assert all(run.duty.at(hour) > 0 for hour in run.start[np.isfinite(run.start)])


def test_an_emergency_makes_a_busy_officer_put_down_routine_work() -> None:
    scenario = small_desk(staffing="one-officer", handling_minutes=300, emergency_share=0.2)
    with_triage = vectorised.simulate(scenario, seed=1)
    without = vectorised.simulate(scenario.but(triage=False), seed=1)
    urgent = with_triage.cases.emergency
    wait, before = (run.start - run.cases.arrive for run in (with_triage, without))
    assert wait[urgent].mean() < before[urgent].mean() / 5
    put_down = with_triage.done - with_triage.start > with_triage.cases.work + 1e-9
    assert put_down.any()
