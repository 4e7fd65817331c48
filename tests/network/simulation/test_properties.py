"""What must hold for every setting: more help never hurts, shares are shares, the same seed is the same year."""

from __future__ import annotations

import socket
import subprocess
import sys
from itertools import pairwise
from math import isclose
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanoikit.network.simulation import Scenario, simulate, vectorised
from hanoikit.network.simulation.cases import draw
from hanoikit.network.simulation.outcomes import Outcome, Run

sys.path.insert(0, str(Path(__file__).parent))
from simulated_desks import SETTINGS, small_desk


@st.composite
def desks(draw_value: Any) -> Scenario:
    few = st.integers(0, 3)
    scenario = small_desk(
        requests_per_year=draw_value(st.integers(50, 1500)),
        handling_minutes=draw_value(st.integers(1, 900)),
        emergency_minutes=draw_value(st.integers(1, 900)),
        emergency_share=draw_value(st.sampled_from([0, 0.05, 0.4, 1])),
        retention_days=draw_value(st.integers(0, 400)),
        decided_days=draw_value(st.integers(0, 500)),
        sent_days=draw_value(st.integers(0, 100)),
        renewal_share=draw_value(st.floats(0, 1)),
        extension_share=draw_value(st.floats(0, 1)),
        provider_hours=draw_value(st.integers(0, 200)),
        triage=draw_value(st.booleans()),
    )
    officers = {name: draw_value(few) for name in ("day", "evening", "night")}
    return scenario.but(staffing=scenario.staffing.with_officers(**officers))


seeds = st.integers(0, 10_000)
ordinary = settings(max_examples=40)


def existing(run: Run) -> np.ndarray[Any, Any]:
    return run.outcome <= Outcome.KEPT


@ordinary
@given(
    scenario=desks(), seed=seeds, shift=st.sampled_from(["day", "evening", "night"]), more=st.integers(1, 3)
)
def test_more_staff_delays_no_request_and_loses_no_data(
    scenario: Scenario, seed: int, shift: str, more: int
) -> None:
    there = {s.id: s.officers for s in scenario.staffing.shifts}
    helped = scenario.but(staffing=scenario.staffing.with_officers(**{shift: there[shift] + more}))
    before, after = vectorised.simulate(scenario, seed=seed), vectorised.simulate(helped, seed=seed)
    assert (after.start <= before.start + 1e-6).all()
    assert (after.done <= before.done + 1e-6).all()
    assert (existing(after) >= existing(before)).all()


@ordinary
@given(
    scenario=desks(),
    seed=seeds,
    change=st.sampled_from(
        [
            ("retention_days", 1.5),
            ("retention_days", 20),
            ("decided_days", 0.5),
            ("sent_days", 0.5),
            ("provider_hours", 0.1),
            ("completion_hours", 0),
            ("incomplete_share", 0),
            ("refused_share", 0),
            ("hold_days", 2),
            ("extension_days", 3),
            ("age_days", 0.2),
            ("handling_minutes", 0.3),
        ]
    ),
)
def test_longer_retention_faster_assistance_and_every_other_help_lose_no_data(
    scenario: Scenario, seed: int, change: tuple[str, float]
) -> None:
    name, factor = change
    helped = scenario.but(**{name: getattr(scenario, name) * factor})
    before, after = vectorised.simulate(scenario, seed=seed), vectorised.simulate(helped, seed=seed)
    assert (existing(after) >= existing(before)).all()


@ordinary
@given(scenario=desks(), seed=seeds, name=st.sampled_from(["renewal_share", "extension_share"]))
def test_a_better_chance_of_renewal_or_extension_loses_no_data(
    scenario: Scenario, seed: int, name: str
) -> None:
    helped = scenario.but(**{name: (1 + getattr(scenario, name)) / 2})
    before, after = vectorised.simulate(scenario, seed=seed), vectorised.simulate(helped, seed=seed)
    assert (existing(after) >= existing(before)).all()


@ordinary
@given(scenario=desks(), seed=seeds)
def test_every_share_lies_between_0_and_1_and_the_outcomes_sum_up(scenario: Scenario, seed: int) -> None:
    found = simulate(scenario, seed=seed)
    assert found.cases <= found.requests
    if found.cases:
        assert isclose(sum(found.shares.values()), 1, abs_tol=1e-12)
        assert isclose(
            found.exist, found.shares[Outcome.KEPT] + found.shares[Outcome.RETAINED], abs_tol=1e-12
        )
        for share in (*found.shares.values(), found.exist, found.exist_by_rule, found.abandoned):
            assert 0 <= share <= 1
        assert found.lost_in_queue <= found.shares[Outcome.LOST_WAITING]
    for hour in found.hours:
        assert 0 <= hour.busy <= hour.officers + 1e-9
    for waits in (found.wait, found.wait_emergency, found.wait_routine, *found.wait_by_sender.values()):
        if waits.requests:
            assert 0 <= waits.median <= waits.ninety <= waits.ninety_nine
    assert found.wait_emergency.requests + found.wait_routine.requests == found.requests


@pytest.mark.parametrize("name", ["ordinary", "overload", "leap year"])
def test_the_same_seed_gives_the_same_year_and_another_seed_another(name: str) -> None:
    scenario = SETTINGS[name]
    first = vectorised.simulate(scenario, seed=5)
    vectorised.simulate(small_desk(requests_per_year=4000), seed=6)
    again, other = vectorised.simulate(scenario, seed=5), vectorised.simulate(scenario, seed=6)
    assert np.array_equal(first.vanish, again.vanish)
    assert np.array_equal(first.done, again.done)
    assert len(first.done) != len(other.done) or not np.array_equal(first.done, other.done)


def test_a_year_is_the_same_in_every_process() -> None:
    code = (
        "from hanoikit.network.simulation import default_scenario, simulate\n"
        "print(simulate(default_scenario().but(requests_per_year=800), seed=9).exist)"
    )
    said = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for _run in range(2)
    }
    assert said == {
        f"{simulate(small_desk().but(requests_per_year=800, staffing='round-the-clock'), seed=9).exist}\n"
    }


def test_the_nth_request_stays_the_same_request_when_a_slider_moves() -> None:
    one = draw(small_desk(requests_per_year=1000), seed=3)
    more = draw(small_desk(requests_per_year=2100), seed=3)
    n = len(one.arrive)
    assert len(more.arrive) > 2 * n - 200
    for name in ("remaining", "hold", "order", "sent", "decided", "refused", "abandoned"):
        assert np.array_equal(getattr(one, name), getattr(more, name)[:n]), name


def test_a_small_move_of_a_slider_moves_the_headline_little() -> None:
    scenario = SETTINGS["ordinary"]
    values = [
        simulate(scenario.but(requests_per_year=1500 + step, decided_days=150 + step / 10), seed=1).exist
        for step in range(0, 101, 5)
    ]
    assert max(abs(b - a) for a, b in pairwise(values)) < 0.01


def test_without_retention_nothing_exists_and_with_endless_retention_everything() -> None:
    assert simulate(SETTINGS["zero retention"], seed=1).shares[Outcome.GONE_BEFORE] == 1
    endless = simulate(SETTINGS["infinite retention"], seed=1)
    assert endless.exist == endless.exist_by_rule == 1


def test_with_nobody_on_duty_nothing_is_preserved() -> None:
    found = simulate(SETTINGS["nobody"], seed=1)
    assert found.unanswered == found.requests
    assert found.exist == 0
    assert found.load == float("inf")


def test_an_overloaded_desk_has_a_load_above_one_and_leaves_requests_unanswered() -> None:
    found = simulate(SETTINGS["overload"].but(requests_per_year=4000), seed=1)
    assert found.load > 1.5
    assert found.unanswered > 0
    assert found.lost_in_queue > 0.1


def test_when_orders_are_never_renewed_more_is_lost_by_lapse_than_when_they_always_are() -> None:
    never, always = (simulate(SETTINGS[f"orders {word} renewed"], seed=1) for word in ("never", "always"))
    assert always.shares[Outcome.LOST_LAPSED] == 0
    assert never.shares[Outcome.LOST_LAPSED] > 0.2


def test_a_year_without_requests_has_no_cases() -> None:
    found = simulate(small_desk(requests_per_year=0), seed=1)
    assert (found.requests, found.cases, found.load) == (0, 0, 0)


def test_requests_come_on_the_leap_day_and_the_year_has_8784_hours() -> None:
    run = vectorised.simulate(SETTINGS["leap year"].but(requests_per_year=6000), seed=1)
    leap_day = (31 + 28) * 24
    assert ((run.cases.arrive >= leap_day) & (run.cases.arrive < leap_day + 24)).any()
    assert 8760 < run.cases.arrive.max() < 8784
    assert run.duty.at(leap_day + 3) == 2


def test_emergencies_come_at_all_hours_and_routine_requests_in_the_senders_office_hours() -> None:
    cases = draw(small_desk(requests_per_year=40_000, emergency_share=0.3), seed=1)
    assert isclose(cases.emergency.mean(), 0.3, abs_tol=0.01)
    west = cases.sender == 2  # Deltara keeps the clock of Bogota: UTC-5 all year
    hours = ((cases.arrive - 5) % 24)[west & ~cases.emergency]
    assert ((hours >= 8) & (hours < 17)).mean() > 0.6
    even = (cases.arrive % 24)[cases.emergency]
    assert isclose((even < 8).mean(), 1 / 3, abs_tol=0.02)


def test_the_simulation_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_named: object) -> None:
        raise AssertionError("the simulation must not use the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert simulate(small_desk(), seed=1).requests


def test_numpy_and_simpy_are_not_imported_before_they_are_needed() -> None:
    code = (
        "import sys, hanoikit.network.simulation as s; s.default_scenario()\n"
        "print(sorted({'numpy', 'simpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
