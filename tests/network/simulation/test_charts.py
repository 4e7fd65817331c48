"""The series for the charts: plain data, whole, and a sentence that says what they show."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from hanoikit.network.simulation import figures, vectorised
from hanoikit.network.simulation.charts import Figure, duration, percent
from hanoikit.network.simulation.summary import waits

sys.path.insert(0, str(Path(__file__).parent))
from simulated_desks import SETTINGS, small_desk


@pytest.mark.parametrize("name", SETTINGS)
def test_every_figure_is_plain_json_with_a_value_for_each_place_and_a_sentence(name: str) -> None:
    _summary, drawn = figures(SETTINGS[name], seed=3)
    assert [figure.id for figure in drawn] == ["fate", "survival", "wait", "hours"]
    for figure in drawn:
        again = json.loads(json.dumps(asdict(figure), allow_nan=False))
        assert again["sentence"].endswith(".")
        assert not any(word in figure.sentence for word in ("nan", "inf ", "{", "unknown"))
        for series in figure.series:
            assert len(series.values) == len(figure.places)
            assert all(value is None or type(value) in (int, float) for value in series.values)
        rows = figure.rows()
        assert len(rows) == len(figure.places) + 1
        assert {len(row) for row in rows} == {len(figure.series) + 1}


def by_id(drawn: tuple[Figure, ...]) -> dict[str, Figure]:
    return {figure.id: figure for figure in drawn}


def test_the_bars_of_outcomes_and_of_waits_sum_up_to_one() -> None:
    _summary, drawn = figures(SETTINGS["overload"], seed=3)
    found = by_id(drawn)
    for series in (*found["fate"].series, *found["wait"].series):
        assert sum(value or 0 for value in series.values) == pytest.approx(1, abs=1e-4)


def test_the_headline_stands_in_the_sentence() -> None:
    summary, drawn = figures(SETTINGS["ordinary"], seed=3)
    assert percent(summary.exist) in by_id(drawn)["fate"].sentence


def test_data_only_become_fewer_and_preservation_never_makes_them_fewer() -> None:
    _summary, drawn = figures(SETTINGS["ordinary"], seed=3)
    exist, alone, waiting = by_id(drawn)["survival"].series
    for series in (exist, alone, waiting):
        values = [value for value in series.values if value is not None]
        assert values == sorted(values, reverse=True)
    pairs = list(zip(exist.values, alone.values, strict=True))
    assert all(a >= b for a, b in pairs)  # type: ignore[operator]
    assert max(a - b for a, b in pairs) > 0.1  # type: ignore[operator]


def test_the_survival_curve_ends_at_the_headline() -> None:
    summary, drawn = figures(SETTINGS["ordinary"].but(decided_days=20, decided_spread=0.1), seed=3)
    last = by_id(drawn)["survival"].series[0].values[-1]
    assert last == pytest.approx(summary.exist, abs=0.005)


def test_nobody_is_on_duty_at_night_in_the_figure_of_a_desk_without_a_night_shift() -> None:
    _summary, drawn = figures(SETTINGS["no night shift"], seed=3)
    requests, there, work = by_id(drawn)["hours"].series
    assert set(there.values[:8]) == {0.0} == set(work.values[:8])
    assert min(there.values[8:]) >= 1  # type: ignore[type-var]
    assert sum(requests.values) == pytest.approx(  # type: ignore[arg-type]
        len(vectorised.simulate(SETTINGS["no night shift"], seed=3).start) / 365, abs=0.01
    )


def test_an_empty_year_has_figures_too() -> None:
    _summary, drawn = figures(small_desk(requests_per_year=0), seed=3)
    for figure in drawn:
        json.dumps(asdict(figure), allow_nan=False)
        assert figure.sentence


def test_waits_are_read_in_words() -> None:
    assert [duration(h) for h in (0, 0.5, 5, 100, float("inf"))] == [
        "at once",
        "30 minutes",
        "5 hours",
        "4 days",
        "never",
    ]


def test_a_quantile_is_the_smallest_wait_that_so_many_do_not_exceed() -> None:
    import numpy as np

    found = waits(np.array([4.0, 1.0, 3.0, 2.0, float("inf")]))
    assert (found.requests, found.median, found.ninety, found.ninety_nine) == (
        5,
        3.0,
        float("inf"),
        float("inf"),
    )
    assert waits(np.array([7.0])).median == 7.0
