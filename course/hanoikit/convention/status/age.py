"""How old the status is, and what to say about it: a figure without its day is no figure.

>>> banner(shipped(), today=date(2026, 3, 2)).stale
False
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hanoikit.convention.status.model import StatusTable
from hanoikit.i18n import _, ngettext

STALE_AFTER = 90
"""Days after which the table is called old."""


@dataclass(frozen=True, slots=True)
class Banner:
    """``text`` stands above every figure; ``stale`` where the data are older than 90 days."""

    text: str
    age: int
    stale: bool


def banner(table: StatusTable, *, today: date) -> Banner:
    """What to say about the age of ``table`` on ``today``. A table from the future counts as fresh."""
    age = max(0, (today - table.as_of).days)
    known = table.known_to
    stated = _("Signatures known up to {signatures}, instruments up to {instruments}.").format(
        signatures=spoken(known.signatures), instruments=spoken(known.instruments)
    )
    if age <= STALE_AFTER:
        return Banner(stated, age, stale=False)
    old = ngettext("These data are {n} day old.", "These data are {n} days old.", age).format(n=age)
    advice = _(
        "States may have signed or ratified since. Before you rely on a State, look at the UN Treaty Collection, "
        "chapter XVIII-16."
    )
    return Banner(" ".join([stated, old, advice]), age, stale=True)


def spoken(day: date) -> str:
    """``21 May 2026``: the month as a word, so that nobody reads it the other way round."""
    months = (
        _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"),
        _("September"), _("October"), _("November"), _("December"),
    )  # fmt: skip
    return _("{day} {month} {year}").format(day=day.day, month=months[day.month - 1], year=day.year)
