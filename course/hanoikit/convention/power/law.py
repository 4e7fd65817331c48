"""The law of an invented State about the powers: who orders, which offences, which reservations, which calendar.

>>> law("XA").zone, law("XA").authority("produce").by
('Europe/Helsinki', 'a judge')
>>> "fraud" in law("XA").live_content
False

The Convention leaves all this to domestic law (24, 30(1), 31(10)) or to a reservation (23(3)). The States, their
laws and their holidays are invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache
from typing import Any

from hanoikit.convention.power.data import load
from hanoikit.errors import DataInvalid, UsageError
from hanoikit.i18n import _

AT_ALL_HOURS = frozenset({"a police officer"})
"""Who orders at any hour in the invented States; everybody else is reached when offices are open."""
MOST_DAYS = 90
"""Days that an order to preserve may last at most (25(2))."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Who orders. ``urgent``: who may order first where delay is dangerous; then ``by`` confirms within
    ``confirm_hours``.
    """

    by: str
    urgent: str = ""
    confirm_hours: int = 0


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days: ``rest`` are weekdays off (Monday is 0), ``holidays`` map month and day to a name."""

    rest: frozenset[int]
    holidays: Mapping[tuple[int, int], str]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What a State's law says.

    ``live_traffic`` is the list of a reservation under 23(3)(a), or ``None`` without one; ``live_content`` the
    range of offences of 30(1); ``closed_systems`` a reservation under 23(3)(b). ``preserve_days`` is the length of
    an order to preserve (at most 90 days), ``renewals`` how often it can be renewed (0: the law provides for no
    renewal), ``window_days`` how long before the end a renewal may be ordered, ``renewed_by`` who orders it.
    ``secret``: the law lets the order bind the holder to secrecy.
    """

    state: str
    zone: str
    live_traffic: frozenset[str] | None
    live_content: frozenset[str]
    closed_systems: bool
    preserve_days: int
    renewals: int
    window_days: int
    renewed_by: str
    live_days: int
    secret: bool
    authorities: Mapping[str, Authority]
    calendar: Calendar

    def __post_init__(self) -> None:
        if not 1 <= self.preserve_days <= MOST_DAYS:
            raise DataInvalid(
                _("An order to preserve lasts {days} days in {state}; the Convention allows 1 to 90.").format(
                    days=self.preserve_days, state=self.state
                )
            )
        if self.live_traffic is not None and not self.live_content <= self.live_traffic:
            raise DataInvalid(
                _(
                    "{state} keeps real-time traffic data to a shorter list than content; 23(3)(a) forbids it."
                ).format(state=self.state)
            )

    def authority(self, power: str) -> Authority:
        """Who orders this power."""
        return self.authorities[power]


@cache
def laws() -> Mapping[str, Law]:
    """The laws of the invented States, by code."""
    return {entry["state"]: _law(entry) for entry in load("laws")}


def law(state: str) -> Law:
    """The law of this State.

    :raises UsageError: no such State.
    """
    if state not in laws():
        raise UsageError(
            _("There is no State {code} in the course.").format(code=state),
            next_step=_("The States are: {codes}.").format(codes=", ".join(laws())),
        )
    return laws()[state]


def _law(entry: Mapping[str, Any]) -> Law:
    listed, preserve = entry["live_traffic"], entry["preserve"]
    return Law(
        state=entry["state"],
        zone=entry["zone"],
        live_traffic=None if listed is None else frozenset(listed),
        live_content=frozenset(entry["live_content"]),
        closed_systems=entry["closed_systems"],
        preserve_days=preserve["days"],
        renewals=preserve["renewals"],
        window_days=preserve["window_days"],
        renewed_by=preserve["renewed_by"],
        live_days=entry["live_days"],
        secret=entry["secret"],
        authorities={name: Authority(**one) for name, one in entry["orders"].items()},
        calendar=_calendar(entry["calendar"]),
    )


def _calendar(entry: Mapping[str, Any]) -> Calendar:
    return Calendar(
        rest=frozenset(entry["rest"]),
        holidays={(int(one["day"][:2]), int(one["day"][3:])): one["name"] for one in entry["holidays"]},
        opens=time.fromisoformat(entry["opens"]),
        closes=time.fromisoformat(entry["closes"]),
    )
