"""Checks within a lesson: ungraded, explained at once, and not written anywhere.

>>> selfcheck.choice("m04-c1", {"a": "The owner", "b": "The content"}, key="b", why={"a": "...", "b": "..."})

The key stands in the lesson's own text, so a self-check is never an assignment's question.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from hanoikit.exercise import judge
from hanoikit.exercise.judge import Judgement, Why
from hanoikit.exercise.kinds import Choice, Kind, Moment, Number, Order
from hanoikit.exercise.marking import is_marking
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _

__all__ = ["choice", "moment", "number", "order"]


def choice(name: str, options: Mapping[str, str], *, key: str | Collection[str], why: Why) -> None:
    """One option of several, each with its explanation."""
    _check(name, Choice(options), lambda given: judge.choice(given, key=key, why=why))


def number(name: str, *, key: float, unit: str = "", tolerance: float = 0, why: Why = "") -> None:
    """A number in this unit, right within ``tolerance``."""

    def decide(given: Plain) -> Judgement:
        return judge.number(given, key=key, unit=unit, tolerance=tolerance, why=why)

    _check(name, Number(unit), decide)


def moment(
    name: str,
    *,
    key: datetime | str,
    zones: Mapping[str, str] | Iterable[str] = ("UTC",),
    tolerance: float = 0,
    why: Why = "",
) -> None:
    """A date and time with its zone, right within ``tolerance`` seconds."""
    named = zones if isinstance(zones, Mapping) else {zone: zone for zone in zones}
    _check(name, Moment(named), lambda given: judge.moment(given, key=key, tolerance=tolerance, why=why))


def order(
    name: str, items: Mapping[str, str], *, key: Sequence[str | Collection[str]], why: Why = ""
) -> None:
    """Items to put in order."""
    _check(name, Order(items), lambda given: judge.order(given, key=key, why=why))


def _check(name: str, kind: Kind, decide: Callable[[Plain], Judgement]) -> None:
    if is_marking():
        print(_("Self-check {id} ({kind}).").format(id=name, kind=kind.name))
        return
    from hanoikit.exercise.showing import show_selfcheck

    show_selfcheck(name, kind, decide)
