"""The tables of the recovery room: what a request must contain, and what each State's law does with property.

>>> element("third_parties").provision
'50'
>>> law("XD").hold_hours is None          # an alert only informs there
True

The data lie in ``assets/recovery/``. The States are invented, and their delays are assumed. What a request of article
50 adds to article 40(15) follows the parent text, UNCAC article 55(3); article 50(3) says that there are additions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Literal, TypeVar

from hanoikit import resources
from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.recovery.freezing import Practice


@dataclass(frozen=True, slots=True)
class Measure:
    """One of the five things that can be asked for under article 49."""

    id: str
    provision: str
    name: str
    use: str


@dataclass(frozen=True, slots=True)
class Element:
    """One part of a request. ``measures`` are those that need it; empty means every measure."""

    id: str
    kind: str
    provision: str
    label: str
    why: str
    write: str
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecoveryLaw:
    """What a State's law does with property. ``least_value`` is in XTS cents; below it a request may be refused (50).

    ``without_conviction`` lists the grounds on which it confiscates without a conviction (49(1)(c)).
    """

    state: str
    alert_delay_minutes: int
    hold_hours: int | None
    freeze_delay_hours: int
    enforces_orders: bool
    own_proceedings: bool
    without_conviction: tuple[str, ...]
    least_value: int
    gift: Literal["not-protected", "court-decides"]
    expenses: Literal["waived", "first", "last"]
    standard: str

    @property
    def practice(self) -> Practice:
        """The same as the freeze board needs it."""
        return Practice(
            self.state,
            timedelta(minutes=self.alert_delay_minutes),
            None if self.hold_hours is None else timedelta(hours=self.hold_hours),
            timedelta(hours=self.freeze_delay_hours),
        )


@cache
def _contents() -> dict[str, Any]:
    path = resources.assets() / "recovery" / "contents.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@cache
def measures() -> tuple[Measure, ...]:
    """The measures of article 49, in its order of steps: freezing first."""
    return tuple(Measure(**entry) for entry in _contents()["measures"])


def measure(name: str) -> Measure:
    """One measure. Raises UsageError."""
    return _named(measures(), name)


@cache
def elements() -> tuple[Element, ...]:
    """What a request for property contains, in reading order (40(15), 50(3))."""
    return tuple(Element(**{**e, "measures": tuple(e["measures"])}) for e in _contents()["elements"])


def element(name: str) -> Element:
    """One element of a request. Raises UsageError."""
    return _named(elements(), name)


@cache
def spontaneous_elements() -> tuple[Element, ...]:
    """What unprompted information contains (51)."""
    return tuple(Element(**entry) for entry in _contents()["spontaneous"])


@cache
def laws() -> dict[str, RecoveryLaw]:
    """The States' laws by their codes."""
    path = resources.assets() / "recovery" / "laws.json"
    entries = json.loads(path.read_text(encoding="utf-8"))
    found = (
        RecoveryLaw(**{**entry, "without_conviction": tuple(entry["without_conviction"])})
        for entry in entries
    )
    return {one.state: one for one in found}


def law(state: str) -> RecoveryLaw:
    """The law of one State. Raises UsageError."""
    try:
        return laws()[state]
    except KeyError:
        raise UsageError(
            _("The course has no law on property for {state}.").format(state=state),
            next_step=_("Choose one of {states}.").format(states=", ".join(laws())),
        ) from None


_Thing = TypeVar("_Thing", Measure, Element)


def _named(things: tuple[_Thing, ...], name: str) -> _Thing:
    for thing in things:
        if thing.id == name:
            return thing
    names = ", ".join(thing.id for thing in things)
    raise UsageError(
        _("There is no {name} here.").format(name=name),
        next_step=_("Choose one of {names}.").format(names=names),
    )
