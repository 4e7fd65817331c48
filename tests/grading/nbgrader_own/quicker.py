"""What makes nbgrader's own tests quicker and changes nothing that they look at.

Each new gradebook asks a program, seconds long, for the number of its tables' newest format. That number is
the same for all of them, and a library knows it. And each run of the engine would load again what every run loads:
``tests/warm_stems.py``.

One thing is not for speed: on a machine so busy that a time limit is reached for that reason, the engine asks for a
person and ends with 1 (``tests/grading/test_trusted_faults.py``). nbgrader's tests of its time limit know of no such
thing, so here no machine is too busy.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from nbgrader import api

from hanoikit.grading.trusted import session
from hanoikit.grading.worker import newest_tables

api.get_alembic_version = newest_tables
session.PATIENCE = 1000.0

_place = Path(__file__).resolve().parents[2] / "warm_stems.py"
_spec = importlib.util.spec_from_file_location("warm_stems", _place)
assert _spec is not None and _spec.loader is not None
_warm_stems = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_warm_stems)
_kept = _warm_stems.kept()


def pytest_configure() -> None:
    """From here on engines take over each other's stems."""
    _kept.__enter__()


def pytest_unconfigure() -> None:
    """They end."""
    _kept.__exit__(None, None, None)
