"""The parameters: every figure has a source or says that it has none, and a scenario out of range is refused."""

from __future__ import annotations

import json
from dataclasses import fields

import jsonschema
import pytest

from hanoikit import resources
from hanoikit.casework.world import STATES
from hanoikit.convention import provision
from hanoikit.errors import UsageError
from hanoikit.network.simulation import (
    Scenario,
    default_scenario,
    parameter,
    parameters,
    staffing_pattern,
    staffing_patterns,
    status_word,
)
from hanoikit.network.simulation.parameters import hourly_pattern, senders

FOLDER = resources.assets() / "network"


def data() -> dict[str, object]:
    return json.loads((FOLDER / "simulation.json").read_text(encoding="utf-8"))


def test_the_data_fit_their_schema() -> None:
    schema = json.loads((FOLDER / "simulation.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(data())) == []


@pytest.mark.parametrize(
    "change", [{"status": "sourced"}, {"status": "known"}, {"source": "Somebody said so"}]
)
def test_the_schema_refuses_a_figure_with_a_status_that_its_source_does_not_carry(
    change: dict[str, str],
) -> None:
    schema = json.loads((FOLDER / "simulation.schema.json").read_text(encoding="utf-8"))
    changed = data()
    entry = changed["parameters"][0]  # type: ignore[index]
    assert entry["status"] == "assumed"
    entry.update(change)
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(changed))


def test_every_parameter_has_a_unit_and_a_source_or_says_that_it_is_assumed() -> None:
    assert len(parameters()) >= 25
    for entry in parameters():
        assert entry.unit and entry.name
        assert bool(entry.source) == (entry.status != "assumed")
        assert entry.least <= entry.value <= entry.most
        if entry.status == "derived":
            assert entry.note
    assert {status_word(entry.status) for entry in parameters()} == {"sourced", "derived", "assumed"}


def test_a_scenario_has_a_field_for_every_parameter() -> None:
    names = {field.name for field in fields(Scenario)} - {"staffing", "year", "triage"}
    assert names == {entry.id for entry in parameters()} == set(default_scenario().values())


def test_the_two_periods_are_those_of_the_convention() -> None:
    assert parameter("hold_days").value == 60
    assert "60" in provision("42(8)").summary
    assert parameter("order_days").value == 90
    assert "90" in provision("25(2)").summary


def test_derived_figures_follow_from_what_their_notes_say() -> None:
    assert parameter("incomplete_share").value == pytest.approx(1 - 0.684)
    from math import log

    assert parameter("decided_spread").value == pytest.approx(log(24 / 6) / (2 * 1.2816), abs=0.001)


def test_states_and_zones_are_those_of_the_invented_world() -> None:
    zones = data()["zones"]
    assert zones == {code: state.zone for code, state in STATES.items()}
    assert sum(sender.share for sender in senders()) == pytest.approx(1)
    assert {sender.state for sender in senders()} < set(STATES)


def test_the_pattern_of_the_day_has_24_hours() -> None:
    hours, weekend = hourly_pattern()
    assert len(hours) == 24 and max(hours) == hours[12] == 1
    assert 0 < weekend < 1


def test_everything_out_of_range_is_reported_at_once_with_its_provision() -> None:
    with pytest.raises(UsageError) as caught:
        default_scenario().but(
            hold_days=30, order_days=120, refused_share=1.5, age_days=-1, sent_days=float("inf"), year=12
        )
    found = {finding.where: finding for finding in caught.value.findings}
    assert set(found) == {"hold_days", "order_days", "refused_share", "age_days", "sent_days", "year"}
    assert found["hold_days"].provisions == ("42(8)",)
    assert found["order_days"].provisions == ("25(2)",)


def test_a_year_that_no_machine_could_hold_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        default_scenario().but(requests_per_year=1e12, age_spread=40)
    assert [(f.where, f.code) for f in caught.value.findings] == [
        ("requests_per_year", "too-large"),
        ("age_spread", "too-large"),
    ]


@pytest.mark.parametrize("value", [float("nan"), "many", None])
def test_a_value_that_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(UsageError):
        default_scenario().but(age_days=value)


def test_an_unknown_parameter_pattern_or_shift_is_named_with_what_there_is() -> None:
    with pytest.raises(UsageError, match="no parameter speed"):
        default_scenario().but(speed=3)
    with pytest.raises(UsageError, match="round-the-clock"):
        default_scenario().but(staffing="sometimes")
    with pytest.raises(UsageError, match="day, evening, night"):
        staffing_pattern("round-the-clock").with_officers(noon=1)
    with pytest.raises(UsageError, match="fewer officers than none"):
        staffing_pattern("round-the-clock").with_officers(night=-1)
    with pytest.raises(UsageError, match="no parameter x"):
        parameter("x")


def test_the_patterns_that_are_compared_have_nearly_the_same_officer_hours_a_week() -> None:
    def weekly(name: str) -> float:
        total = 0.0
        for shift in staffing_pattern(name).shifts:
            start, end = (int(text[:2]) for text in (shift.start, shift.end))
            total += (end - start) * len(shift.days) * shift.officers
        return total

    even = weekly("round-the-clock")
    for name in ("no-night", "office-hours", "three-zones"):
        assert weekly(name) == pytest.approx(even, rel=0.02), name
    assert len(staffing_patterns()) == 5
