"""Entry into force: the dates of article 65, counted as plain calendar days.

>>> first = date(2027, 1, 1)
>>> entry_into_force([Deposit(f"S{n}", first) for n in range(40)]).on
datetime.date(2027, 4, 1)

How the days are counted. The day of the deposit is day 0; "the ninetieth day after the date of deposit" is that date
plus 90 days. Saturdays, Sundays and holidays count like any other day, and so does 29 February. Only the date matters,
not the hour or the zone: the depositary dates each instrument.

An organisation's instrument is never counted toward the forty. Article 65(1) says that it "shall not be counted as
additional to those deposited by member States"; a narrower reading, in which it could count where no member State has
deposited, is not taken here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from hanoikit.convention.status.model import StatusTable
from hanoikit.errors import UsageError
from hanoikit.i18n import _

NEEDED = 40
"""Instruments of States that are needed: art. 65(1)."""
DAYS = 90
"""Days from the fortieth deposit to entry into force: art. 65(1)."""
LATER_DAYS = 30
"""Days from a later deposit to entry into force for that State: art. 65(2)."""


@dataclass(frozen=True, slots=True, order=True)
class Deposit:
    """One instrument: who deposited it (a code) and on which day. An organisation's is told apart."""

    who: str
    day: date
    organisation: bool = False


@dataclass(frozen=True, slots=True)
class EntryIntoForce:
    """What a list of deposits leads to. ``fortieth`` and ``on`` are ``None`` while instruments are missing.

    ``counted`` is the number of instruments that count toward the forty, ``missing`` what is still needed, and
    ``for_each`` the day on which the Convention enters into force for each depositor.
    """

    counted: int
    missing: int
    fortieth: date | None
    on: date | None
    for_each: dict[str, date]

    def binds(self, who: str, day: date) -> bool:
        """Whether the Convention is in force for this State on ``day``."""
        since = self.for_each.get(who)
        return since is not None and since <= day

    def between(self, one: str, other: str, day: date) -> bool:
        """Whether it is in force between two States on ``day``: both must be Parties."""
        return self.binds(one, day) and self.binds(other, day)


def entry_into_force(deposits: Iterable[Deposit]) -> EntryIntoForce:
    """The dates that follow from the deposits. Their order does not matter; who appears twice counts once, with the
    earlier day. Raises ``UsageError`` for a day so late that the date cannot be written.
    """
    first: dict[str, Deposit] = {}
    for deposit in sorted(deposits, key=lambda one: (one.day, one.who)):
        first.setdefault(deposit.who, deposit)
    counting = [one for one in first.values() if not one.organisation]
    missing = max(0, NEEDED - len(counting))
    if missing:
        return EntryIntoForce(len(counting), missing, None, None, {})
    fortieth = counting[NEEDED - 1].day
    on = ninetieth_day(fortieth)
    return EntryIntoForce(
        counted=len(counting),
        missing=0,
        fortieth=fortieth,
        on=on,
        for_each={one.who: for_later(one.day, on) if one.day > fortieth else on for one in first.values()},
    )


def ninetieth_day(fortieth: date) -> date:
    """The day of entry into force, from the day of the fortieth deposit: art. 65(1)."""
    return _after(fortieth, DAYS)


def for_later(deposit: date, on: date) -> date:
    """The day for a State that deposits after the fortieth: art. 65(2). Its thirtieth day, or ``on`` if later."""
    return max(_after(deposit, LATER_DAYS), on)


def deposits_of(table: StatusTable) -> tuple[Deposit, ...]:
    """The deposits in a status table, each on the latest day on which it can have been made."""
    return tuple(
        Deposit(one.code, one.instrument.when.latest, organisation=one.is_organisation)
        for one in table.deposits()
        if one.instrument
    )


def _after(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise UsageError(
            _("The date {day} lies too far in the future.").format(day=day.isoformat()),
            next_step=_("Give a date before the year 9999."),
        ) from error
