"""How many people a point of contact and a central authority need, from plain numbers.

>>> officers(seats=1, hours_week=40, leave_days=30, training_days=10, sick_days=8)
6
>>> designation({"named", "all-hours"})[0].where
'41(2)'

"Reachable at all hours" (article 41(1)) is arithmetic before it is law: one chair that is never empty is 8,760 hours a
year. Nothing here is a figure of the Convention.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from hanoikit.errors import Finding, UsageError
from hanoikit.i18n import _

YEAR = 8760
"""Hours of a year with 365 days."""
_DAYS_A_WEEK = 5

# What a designation needs, with the provision behind it.
DESIGNATION = {
    "named": "41(1)",
    "all-hours": "41(1)",
    "notified": "41(2)",
    "route": "41(4)",
    "skilled": "41(5)",
    "central-named": "40(12)",
    "central-registered": "40(12)",
    "central-fast": "40(12)",
}


def designation_texts() -> dict[str, str]:
    """What each part of a designation means, in words."""
    return {
        "named": _("a point of contact is named"),
        "all-hours": _("it answers at every hour of every day"),
        "notified": _("the Secretary-General was told, and the entry is checked"),
        "route": _("it has a fast way to those who decide on legal assistance and extradition"),
        "skilled": _("its staff is trained and equipped"),
        "central-named": _("a central authority is named"),
        "central-registered": _("the central authority stands in the register"),
        "central-fast": _("requests are carried out, or passed on, quickly"),
    }


def productive_hours(hours_week: int, leave_days: int, training_days: int, sick_days: int) -> int:
    """The hours that one officer is at the desk in a year. Raises ``UsageError`` for numbers that leave none."""
    if not 1 <= hours_week <= 60 or min(leave_days, training_days, sick_days) < 0:
        raise UsageError(_("Give 1 to 60 hours a week, and no negative days."))
    days = 52 * _DAYS_A_WEEK - leave_days - training_days - sick_days
    if days <= 0:
        raise UsageError(_("With so many days away, nobody is ever at the desk."))
    return max(1, days * hours_week // _DAYS_A_WEEK)


def officers(
    *, seats: int, hours_week: int, leave_days: int, training_days: int, sick_days: int, hours: int = YEAR
) -> int:
    """The officers needed so that ``seats`` chairs are taken during ``hours`` of the year."""
    if seats < 1 or hours < 1:
        raise UsageError(_("There is no desk without a chair and an hour."))
    return math.ceil(seats * hours / productive_hours(hours_week, leave_days, training_days, sick_days))


@dataclass(frozen=True, slots=True)
class Desk:
    """One way to run the point of contact: officers needed, hours a year with nobody there, whether 41(1) is met."""

    name: str
    officers: int
    empty_hours: int
    at_all_hours: bool


def desks(*, seats: int, hours_week: int, leave_days: int, training_days: int, sick_days: int) -> list[Desk]:
    """Three ways to run the desk: office hours, office hours with somebody on call, and a chair that is never empty.

    On call is counted as one fifth of working time, for the nights and weekends (assumed), and needs at least three
    people in turn, so that nobody is on call more than every third week (assumed).
    """
    away = {"leave_days": leave_days, "training_days": training_days, "sick_days": sick_days}
    office = 52 * hours_week
    open_only = officers(seats=seats, hours_week=hours_week, hours=office, **away)
    on_call = officers(seats=seats, hours_week=hours_week, hours=office + (YEAR - office) // 5, **away)
    always = officers(seats=seats, hours_week=hours_week, hours=YEAR, **away)
    return [
        Desk(_("office hours only"), open_only, YEAR - office, False),
        Desk(_("office hours, and one officer on call"), max(3, on_call), 0, True),
        Desk(_("a chair that is never empty"), max(4, always), 0, True),
    ]


def case_workers(
    *,
    requests_year: int,
    hours_request: int,
    hours_week: int,
    leave_days: int,
    training_days: int,
    sick_days: int,
) -> int:
    """The people that a central authority needs so that its pile does not grow."""
    if requests_year < 0 or hours_request < 0:
        raise UsageError(_("Requests and hours cannot be below zero."))
    each = productive_hours(hours_week, leave_days, training_days, sick_days)
    return math.ceil(requests_year * hours_request / each)


def designation(have: Collection[str]) -> list[Finding]:
    """What a designation still lacks, each with its provision. Raises ``UsageError`` for an unknown part."""
    strange = sorted(set(have) - set(DESIGNATION))
    if strange:
        raise UsageError(_("There is no such part of a designation: {name}.").format(name=strange[0]))
    texts = designation_texts()
    return [
        Finding("designation", _("Missing: {text}.").format(text=texts[name]), provision)
        for name, provision in DESIGNATION.items()
        if name not in have
    ]
