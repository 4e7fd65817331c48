"""A year at the desk, fast enough for a slider: arrays for the clocks, and a walk only where a queue forms.

>>> from hanoikit.network.simulation.parameters import default_scenario
>>> run = simulate(default_scenario().but(requests_per_year=500), seed=3)
>>> bool((run.start >= run.cases.arrive).all()), bool((run.done >= run.start).all())
(True, True)

The same model, written as processes that wait and race one another, is in :mod:`.reference`; the tests compare the two
request by request.
"""

from __future__ import annotations

import numpy as np

from hanoikit.network.simulation.cases import Cases, draw
from hanoikit.network.simulation.outcomes import Run, race
from hanoikit.network.simulation.parameters import Scenario
from hanoikit.network.simulation.queueing import work_through
from hanoikit.network.simulation.shifts import roster


def simulate(scenario: Scenario, *, seed: int = 0, cases: Cases | None = None) -> Run:
    """One year of the scenario; the same scenario and seed give the same year, on every machine.

    ``cases`` takes the place of the requests that ``seed`` would draw.
    """
    cases = draw(scenario, seed=seed) if cases is None else cases
    duty = roster(scenario.staffing.shifts, scenario.year)
    first = cases.emergency if scenario.triage else np.zeros(len(cases.arrive), dtype=np.bool_)
    start, done = work_through(cases.arrive, cases.work, first, duty)
    return race(scenario, cases, duty, start, done)
