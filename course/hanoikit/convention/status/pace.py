"""What if: when could the fortieth instrument come? A pace, its uncertainty, and where every number is from.

>>> forecast(have=3, since=date(2025, 10, 25), to=date(2026, 5, 21), seed=1).parameters[0].basis
'sourced'

Two questions, one model. Deposits are taken to come one by one, independently, at a steady rate (a Poisson process).

* ``forecast``: the rate is not known, only the few deposits so far. Its uncertainty is a gamma distribution (Jeffreys'
  prior and the deposits seen), so the number of deposits in a period follows a negative binomial distribution.
* ``at_pace``: you choose the rate. What is left is the chance in which months the deposits fall.

Neither is a prediction of what governments will do. States often start slowly and then join in groups; the
model knows nothing of parliaments and elections. The same seed gives the same figures.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from hanoikit.convention.status.entry import DAYS, NEEDED
from hanoikit.errors import UsageError
from hanoikit.i18n import _

Basis = Literal["sourced", "derived", "assumed"]
DRAWS = 4000
SHARE = 0.8
YEAR = 365.2425
HORIZON = date(2200, 1, 1)
"""Later than this no date is given: it would mean nothing."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number that goes into the calculation, and whether it is sourced, derived or assumed."""

    name: str
    value: str
    basis: Basis
    source: str


@dataclass(frozen=True, slots=True)
class Band:
    """Three days: ``early`` and ``late`` hold the chosen share of all draws between them. ``None``: after 2200."""

    early: date | None
    middle: date | None
    late: date | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """``fortieth`` and ``in_force`` as bands, ``share`` the share of draws inside them, ``per_year`` the rate used
    (low, middle, high), ``start`` the day from which the missing deposits are counted."""

    have: int
    missing: int
    start: date
    fortieth: Band
    in_force: Band
    per_year: tuple[float, float, float]
    share: float
    parameters: tuple[Parameter, ...]


def forecast(
    *,
    have: int,
    since: date,
    to: date,
    seed: int,
    start: date | None = None,
    draws: int = DRAWS,
    share: float = SHARE,
    needed: int = NEEDED,
) -> Forecast:
    """A band from the deposits so far: ``have`` of them from ``since`` to ``to``. ``start`` (default ``to``) is the day
    from which the model runs. Raises ``UsageError`` where the numbers cannot be meant.
    """
    exposure = (to - since).days
    _require(have, exposure, share, draws)
    rng = random.Random(seed)
    missing = max(0, needed - have)
    # Jeffreys' prior for a Poisson rate is Gamma(1/2, 0); what was seen makes it Gamma(have + 1/2, exposure).
    rates = [rng.gammavariate(have + 0.5, 1.0 / exposure) for _n in range(draws)]
    waits = [rng.gammavariate(missing, 1.0) / rate if missing else 0.0 for rate in rates]
    low, middle, high = _quantiles([rate * YEAR for rate in rates], share)
    return Forecast(
        have=have,
        missing=missing,
        start=start or to,
        fortieth=_band(start or to, waits, share, 0),
        in_force=_band(start or to, waits, share, DAYS),
        per_year=(low, middle, high),
        share=share,
        parameters=(
            Parameter(_("instruments of States so far"), str(have), "sourced", _("the status table")),
            Parameter(
                _("days observed"),
                str(exposure),
                "derived",
                _("from the opening for signature to the table's day"),
            ),
            Parameter(_("instruments needed"), str(needed), "sourced", "65(1)"),
            Parameter(_("days after the fortieth"), str(DAYS), "sourced", "65(1)"),
            Parameter(
                _("rate per year"),
                _("{low} to {high}, middle {middle}").format(
                    low=_short(low), high=_short(high), middle=_short(middle)
                ),
                "derived",
                _("from the first two numbers, with Jeffreys' prior"),
            ),
            Parameter(
                _("a steady rate, deposits independent of each other"),
                _("yes"),
                "assumed",
                _("a simple model"),
            ),
            Parameter(_("share of draws in the band"), f"{share:.0%}", "assumed", _("a choice")),
            Parameter(
                _("draws and seed"),
                f"{draws}, {seed}",
                "assumed",
                _("a choice; the same seed gives the same dates"),
            ),
        ),
    )


def at_pace(
    *,
    have: int,
    per_year: float,
    start: date,
    seed: int,
    draws: int = DRAWS,
    share: float = SHARE,
    needed: int = NEEDED,
) -> Forecast:
    """A band for a rate that you choose: ``per_year`` deposits a year from ``start`` on."""
    if not 0 < per_year <= 1000:
        raise UsageError(
            _("A pace of {n} instruments a year cannot be used.").format(n=per_year),
            next_step=_("Choose a number between 0 and 1000."),
        )
    _require(have, 1, share, draws)
    rng = random.Random(seed)
    missing = max(0, needed - have)
    rate = per_year / YEAR
    waits = [rng.gammavariate(missing, 1.0) / rate if missing else 0.0 for _n in range(draws)]
    return Forecast(
        have=have,
        missing=missing,
        start=start,
        fortieth=_band(start, waits, share, 0),
        in_force=_band(start, waits, share, DAYS),
        per_year=(per_year, per_year, per_year),
        share=share,
        parameters=(
            Parameter(_("instruments of States so far"), str(have), "sourced", _("the status table")),
            Parameter(_("rate per year"), _short(per_year), "assumed", _("you chose it")),
            Parameter(_("instruments needed"), str(needed), "sourced", "65(1)"),
            Parameter(_("days after the fortieth"), str(DAYS), "sourced", "65(1)"),
            Parameter(
                _("a steady rate, deposits independent of each other"),
                _("yes"),
                "assumed",
                _("a simple model"),
            ),
            Parameter(_("share of draws in the band"), f"{share:.0%}", "assumed", _("a choice")),
            Parameter(
                _("draws and seed"),
                f"{draws}, {seed}",
                "assumed",
                _("a choice; the same seed gives the same dates"),
            ),
        ),
    )


def _require(have: int, exposure: int, share: float, draws: int) -> None:
    if have < 0 or exposure <= 0:
        raise UsageError(
            _("A pace needs at least one day of observation and no negative count."),
            next_step=_("Check the two dates and the number of instruments."),
        )
    if not 0 < share < 1 or draws < 10:
        raise UsageError(_("The band needs a share between 0 and 1 and at least ten draws."))


def _quantiles(values: list[float], share: float) -> tuple[float, float, float]:
    """The values at (1-share)/2, 1/2 and (1+share)/2 of the sorted draws."""
    ordered = sorted(values)
    last = len(ordered) - 1
    low, middle, high = (ordered[round(q * last)] for q in ((1 - share) / 2, 0.5, (1 + share) / 2))
    return low, middle, high


def _band(start: date, waits: list[float], share: float, more: int) -> Band:
    early, middle, late = (_day(start, wait, more) for wait in _quantiles(waits, share))
    return Band(early, middle, late)


def _day(start: date, wait: float, more: int) -> date | None:
    if wait > (HORIZON - start).days:
        return None
    day = start + timedelta(days=int(wait) + more)
    return day if day < HORIZON else None


def _short(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"
