"""The staffing and two-clock simulation of a 24/7 desk: do the data still exist when legal assistance is decided?

>>> summary = simulate(default_scenario().but(requests_per_year=2000, staffing="office-hours"), seed=1)
>>> 0 < summary.exist < 1
True

:func:`simulate` answers a year of 60,000 requests while a slider moves (module ``vectorised``). ``reference`` is the
same model as SimPy processes: slow, and easy to check against the text of articles 25, 41 and 42. ``parameters`` says
where every figure comes from, ``charts`` makes the series for a chart. NumPy and SimPy are imported at the first
use, not here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanoikit.network.simulation.parameters import (
    Parameter,
    Scenario,
    Shift,
    Staffing,
    default_scenario,
    parameter,
    parameters,
    staffing_pattern,
    staffing_patterns,
    status_word,
)

if TYPE_CHECKING:
    from hanoikit.network.simulation.charts import Figure
    from hanoikit.network.simulation.summary import Summary

__all__ = [
    "Parameter",
    "Scenario",
    "Shift",
    "Staffing",
    "default_scenario",
    "figures",
    "parameter",
    "parameters",
    "simulate",
    "staffing_pattern",
    "staffing_patterns",
    "status_word",
]


def simulate(scenario: Scenario, *, seed: int = 0) -> Summary:
    """What a year of the scenario comes to. The same scenario and seed give the same figures."""
    from hanoikit.network.simulation import summary, vectorised

    return summary.summarise(vectorised.simulate(scenario, seed=seed))


def figures(scenario: Scenario, *, seed: int = 0) -> tuple[Summary, tuple[Figure, ...]]:
    """The summary of a year and the series of its figures, as plain data with a sentence each."""
    from hanoikit.network.simulation import charts, summary, vectorised

    run = vectorised.simulate(scenario, seed=seed)
    found = summary.summarise(run)
    return found, charts.figures(run, found)
