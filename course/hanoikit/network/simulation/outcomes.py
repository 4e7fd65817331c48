"""The end of every case: do the data still exist when assistance is decided, and if not, where were they lost?

>>> Outcome.KEPT.name, len(Outcome)
('KEPT', 6)

Two races in a row. The provider's own retention clock races the desk: preservation must be confirmed before the
provider deletes. Then the preservation clock races mutual legal assistance: data are kept for at least 60 days, and
until the decision once the assistance request has come (article 42(8)), by a domestic order of at most 90 days that
may have to be renewed (article 25(2)). Data may also outlive the case by the provider's own rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from hanoikit.network.simulation.cases import Cases, Numbers
from hanoikit.network.simulation.parameters import Scenario
from hanoikit.network.simulation.shifts import Roster


class Outcome(IntEnum):
    """What became of the data of a case."""

    RETAINED = 0
    """They exist; the provider's own rule kept them long enough."""
    KEPT = 1
    """They exist because they were preserved."""
    GONE_BEFORE = 2
    """The provider had deleted them before the request arrived."""
    LOST_WAITING = 3
    """They were deleted after the request arrived, before preservation was confirmed."""
    LOST_REFUSED = 4
    """The request was refused, and they were deleted before the decision."""
    LOST_LAPSED = 5
    """Preservation ended before the decision, and the provider's own rule did not keep them."""


@dataclass(frozen=True, slots=True)
class Run:
    """One simulated year. Arrays have one row for each request, times in hours of the year, infinite for never.

    ``start``: an officer takes the request up; ``done``: the officer's work is over; ``confirmed``: the provider's
    answer is there; ``decision``: assistance is decided (also where it is abandoned: when it would have been);
    ``vanish``: the data cease to exist, infinite where they exist at the decision.
    """

    scenario: Scenario
    cases: Cases
    duty: Roster
    start: Numbers
    done: Numbers
    confirmed: Numbers
    decision: Numbers
    vanish: Numbers
    outcome: NDArray[np.int8]


def race(scenario: Scenario, cases: Cases, duty: Roster, start: Numbers, done: Numbers) -> Run:
    """Let the clocks of every case run from the moment at which the desk's work was done."""
    own_end = cases.arrive + np.maximum(cases.remaining, 0.0)
    confirmed = done + cases.delay
    decision = confirmed + cases.sent + cases.decided
    preserved = ~cases.refused & (cases.remaining > 0) & (confirmed <= own_end)
    in_time = cases.sent <= np.minimum(cases.hold, cases.order)
    kept_for = np.where(in_time, cases.order, np.minimum(cases.hold, cases.order))
    kept = preserved & (cases.sent + cases.decided <= kept_for)
    retained = (own_end >= decision) & (cases.remaining > 0)
    outcome = np.select(
        [retained, kept, cases.remaining <= 0, cases.refused, ~preserved],
        [
            Outcome.RETAINED,
            Outcome.KEPT,
            Outcome.GONE_BEFORE,
            Outcome.LOST_REFUSED,
            Outcome.LOST_WAITING,
        ],
        Outcome.LOST_LAPSED,
    ).astype(np.int8)
    lapse = np.where(preserved, confirmed + kept_for, -np.inf)
    vanish = np.where(outcome <= Outcome.KEPT, np.inf, np.maximum(own_end, lapse))
    return Run(
        scenario=scenario,
        cases=cases,
        duty=duty,
        start=start,
        done=done,
        confirmed=confirmed,
        decision=decision,
        vanish=vanish,
        outcome=outcome,
    )
