"""The desks that the tests of the simulation look at: ordinary ones, and the edges."""

from __future__ import annotations

from math import inf

from hanoikit.network.simulation import Scenario, default_scenario, staffing_pattern


def small_desk(**changes: object) -> Scenario:
    """A desk of four officers round the clock, with few enough requests for SimPy."""
    staffing = staffing_pattern("round-the-clock").with_officers(day=2, evening=1, night=1)
    return default_scenario().but(**{"requests_per_year": 1500, "staffing": staffing, **changes})  # type: ignore[arg-type]


_round = staffing_pattern("round-the-clock")
_few = _round.with_officers(day=2, evening=1, night=1)

SETTINGS: dict[str, Scenario] = {
    "ordinary": small_desk(handling_minutes=120),
    "overload": small_desk(handling_minutes=600, emergency_minutes=600),
    "one officer": small_desk(handling_minutes=200, staffing="one-officer"),
    "no night shift": small_desk(handling_minutes=120, staffing=_few.with_officers(night=0)),
    "office hours": small_desk(
        handling_minutes=60, staffing=staffing_pattern("office-hours").with_officers(day=2)
    ),
    "three zones": small_desk(
        handling_minutes=120, staffing=staffing_pattern("three-zones").with_officers(east=1, middle=2, west=1)
    ),
    "nobody": small_desk(staffing=_round.with_officers(day=0, evening=0, night=0)),
    "zero retention": small_desk(retention_days=0),
    "infinite retention": small_desk(handling_minutes=600, retention_days=inf),
    "many emergencies": small_desk(handling_minutes=180, emergency_share=0.5),
    "no triage": small_desk(handling_minutes=240, triage=False),
    "orders never renewed": small_desk(renewal_share=0, extension_share=0),
    "orders always renewed": small_desk(renewal_share=1, extension_share=1),
    "leap year": small_desk(handling_minutes=200, year=2028),
    "work of one length": small_desk(handling_minutes=90, emergency_minutes=90, handling_spread=0),
}
