"""The whole case: a table-top from the first report to the return of assets, over the desk service or alone.

>>> run = open_run("m11-work", short=True)              # alone: Aldermark, the other States by a script
>>> run.send(run.drafts()[0].message(run))
>>> run.score().share                                   # what stands so far
0.08...
>>> found = score(read("exercise.zip"))                 # live: the signed record of a room with four teams

| module | what it is about |
|---|---|
| ``plan`` | the story, the matters to be decided and what is marked: data of ``assets/capstone/`` |
| ``building`` | the scenarios for the desks, derived from the story |
| ``products`` | documents that travel: package, requests, freeze, return; made, hashed, checked |
| ``own`` | a trainee's own products of earlier modules |
| ``decisions`` | a decision in a case file: outcome, facts, provision |
| ``run`` | the run of one person |
| ``record`` | a run's record, alone or live, checked and read into one view |
| ``judging`` and its parts, ``scoring`` | yes-or-no tests over a record; elements with share, reason and provision |
| ``handed_in`` | the same for a handed-in log, as verdicts |
| ``debrief`` | one page that plays the exercise again |

Nothing here reads a clock or opens a connection. Names are loaded when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hanoikit.capstone.decisions import Decision
    from hanoikit.capstone.handed_in import CapstoneCheck
    from hanoikit.capstone.plan import scenario
    from hanoikit.capstone.products import Product, all_prepared, prepared
    from hanoikit.capstone.record import Record, read
    from hanoikit.capstone.run import CapstoneRun, Matter, Task, open_run
    from hanoikit.capstone.scoring import Element, Score, score

_HOME_OF = {
    "Decision": "decisions",
    "CapstoneCheck": "handed_in",
    "scenario": "plan",
    "Product": "products",
    "all_prepared": "products",
    "prepared": "products",
    "Record": "record",
    "read": "record",
    "CapstoneRun": "run",
    "Matter": "run",
    "Task": "run",
    "open_run": "run",
    "Element": "scoring",
    "Score": "scoring",
    "score": "scoring",
}

__all__ = [
    "CapstoneCheck",
    "CapstoneRun",
    "Decision",
    "Element",
    "Matter",
    "Product",
    "Record",
    "Score",
    "Task",
    "all_prepared",
    "open_run",
    "prepared",
    "read",
    "scenario",
    "score",
]


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
