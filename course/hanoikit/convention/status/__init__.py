"""The status of the Convention: who signed, who ratified, when it enters into force, and how old these facts are.

>>> from datetime import date
>>> from hanoikit.convention.status import entry_into_force, shipped, status
>>> shipped().counts(date(2025, 10, 26)).signatories.least
72
>>> status().as_of                                    # doctest: +SKIP
datetime.date(2026, 3, 1)

The data lie in ``assets/status/``; an instructor refreshes them from a file of the UN Treaty Collection. Real States
appear here and in no other room of the kit, with the day and the source of every fact.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hanoikit.convention.status.age import STALE_AFTER, Banner, banner, spoken
from hanoikit.convention.status.entry import (
    DAYS,
    LATER_DAYS,
    NEEDED,
    Deposit,
    EntryIntoForce,
    deposits_of,
    entry_into_force,
    for_later,
    ninetieth_day,
)
from hanoikit.convention.status.model import (
    STANDINGS,
    Counts,
    Instrument,
    Participant,
    Range,
    ReportedCount,
    Standing,
    Statement,
    StatusTable,
    When,
)
from hanoikit.convention.status.naming import REGIONS, code_of, names
from hanoikit.convention.status.pace import Band, Forecast, Parameter, at_pace, forecast
from hanoikit.convention.status.store import Installed, current, install, reset
from hanoikit.convention.status.table import as_data, from_data, shipped
from hanoikit.convention.status.treaty_collection import StatusFile, parse, read

__all__ = [
    "DAYS",
    "LATER_DAYS",
    "NEEDED",
    "REGIONS",
    "STALE_AFTER",
    "STANDINGS",
    "Band",
    "Banner",
    "Counts",
    "Deposit",
    "EntryIntoForce",
    "Forecast",
    "Installed",
    "Instrument",
    "Parameter",
    "Participant",
    "Range",
    "ReportedCount",
    "Standing",
    "Statement",
    "StatusFile",
    "StatusTable",
    "When",
    "as_data",
    "at_pace",
    "banner",
    "code_of",
    "current",
    "deposits_of",
    "entry_into_force",
    "for_later",
    "forecast",
    "from_data",
    "install",
    "names",
    "ninetieth_day",
    "parse",
    "read",
    "reset",
    "shipped",
    "spoken",
    "status",
]


def status(as_of: date | None = None, *, folder: Path | None = None) -> StatusTable:
    """The status table in use: the newer of the kit's own and the one that this user installed.

    With ``as_of`` only what may have happened by the end of that day is left in it.
    """
    table = current(folder)
    return table if as_of is None else table.up_to(as_of)
