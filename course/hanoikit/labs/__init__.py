"""The labs: interactive views over the subject rooms, one module for each mechanism of a lesson.

>>> from hanoikit import labs
>>> labs.evidence_bench(case, into="work")

Labs hold no rules of their own: what they show is computed by the subject rooms and by ``hanoikit.labs.workbench``.
While a hand-in is being marked every lab is :class:`~hanoikit.labs.inert.Inert`: it shows nothing and does nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hanoikit.labs.bench_panel import evidence_bench
    from hanoikit.labs.briefing import case_briefing
    from hanoikit.labs.capstone_panel import whole_case
    from hanoikit.labs.desk_panel import desk
    from hanoikit.labs.dual_panel import dual_criminality_table
    from hanoikit.labs.entry_panel import entry_into_force
    from hanoikit.labs.exhibit_panel import exhibit_reader
    from hanoikit.labs.hand_in_panel import hand_in
    from hanoikit.labs.hash_panel import hash_bench
    from hanoikit.labs.jurisdiction_panel import jurisdiction_finder
    from hanoikit.labs.log_panel import log_check
    from hanoikit.labs.offence_panel import offence_finder
    from hanoikit.labs.order_panel import order_timeline
    from hanoikit.labs.power_panel import power_ladder
    from hanoikit.labs.readiness_panel import readiness_workbench
    from hanoikit.labs.request_panel import request_workshop
    from hanoikit.labs.response_panel import response_room
    from hanoikit.labs.review_panel import safeguards_review
    from hanoikit.labs.room_panel import join_room
    from hanoikit.labs.simulation_panel import staffing
    from hanoikit.labs.status_panel import status_explorer
    from hanoikit.labs.tamper_panel import tamper_lab
    from hanoikit.labs.time_panel import time_bench
    from hanoikit.labs.tracing_panel import tracing_bench

__all__ = [
    "case_briefing",
    "desk",
    "dual_criminality_table",
    "entry_into_force",
    "evidence_bench",
    "exhibit_reader",
    "hand_in",
    "hash_bench",
    "join_room",
    "jurisdiction_finder",
    "log_check",
    "offence_finder",
    "order_timeline",
    "power_ladder",
    "readiness_workbench",
    "request_workshop",
    "response_room",
    "safeguards_review",
    "staffing",
    "status_explorer",
    "tamper_lab",
    "time_bench",
    "tracing_bench",
    "whole_case",
]

# No module is called like a lab: importing it would put the module in the place of the function.
_HOMES = {
    "case_briefing": "briefing",
    "desk": "desk_panel",
    "dual_criminality_table": "dual_panel",
    "entry_into_force": "entry_panel",
    "evidence_bench": "bench_panel",
    "exhibit_reader": "exhibit_panel",
    "hand_in": "hand_in_panel",
    "hash_bench": "hash_panel",
    "join_room": "room_panel",
    "jurisdiction_finder": "jurisdiction_panel",
    "log_check": "log_panel",
    "offence_finder": "offence_panel",
    "order_timeline": "order_panel",
    "power_ladder": "power_panel",
    "readiness_workbench": "readiness_panel",
    "request_workshop": "request_panel",
    "response_room": "response_panel",
    "safeguards_review": "review_panel",
    "staffing": "simulation_panel",
    "status_explorer": "status_panel",
    "tamper_lab": "tamper_panel",
    "time_bench": "time_panel",
    "tracing_bench": "tracing_panel",
    "whole_case": "capstone_panel",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from hanoikit.exercise.marking import is_marking

        if is_marking():
            # A lab shows nothing then, and loading its rooms would cost every hand-in more than its marks do.
            from hanoikit.labs.inert import Inert

            return Inert(name.replace("_", " ").capitalize())
        from importlib import import_module

        return getattr(import_module(f"hanoikit.labs.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
