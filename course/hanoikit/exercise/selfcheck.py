"""Checks within a lesson: ungraded, explained at once, and not written anywhere.

>>> selfcheck.choice("m04-c1", {"a": "The owner", "b": "The content"}, key="b", why={"a": "...", "b": "..."})

The key stands in the lesson's own text, so a self-check is never an assignment's question.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from hanoikit.exercise import judge
from hanoikit.exercise import judge_cases as cases
from hanoikit.exercise.judge import Judgement, Why
from hanoikit.exercise.judge_cases import GateKey, Judge
from hanoikit.exercise.kinds import Choice, Confidence, Gates, Kind, Moment, Narrow, Number, Order, Request
from hanoikit.exercise.kinds.gates import Decisions
from hanoikit.exercise.kinds.request import Form
from hanoikit.exercise.marking import is_marking
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _

__all__ = ["choice", "confidence", "gates", "moment", "narrow", "number", "order", "request"]


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


def gates(
    name: str,
    *,
    rows: Mapping[str, str],
    decisions: Decisions,
    facts: Mapping[str, str] | None = None,
    needs_facts: Collection[str] | None = None,
    key: GateKey,
    why: Why = "",
) -> None:
    """A decision for each row with the facts that carry it; says which rows to look at again."""
    kind = Gates(rows, decisions, facts, needs_facts)

    def decide(given: Plain) -> Judgement:
        judged = cases.gates(given, key=key, labels=kind.rows, decision_text=kind.decision_text, why=why)
        again = [detail.part for detail in judged.details if not detail.right]
        return _with(judged, [_("Look again at: {part}").format(part=part) for part in again])

    _check(name, kind, decide)


def narrow(
    name: str,
    parts: Mapping[str, str],
    *,
    needed: Collection[str],
    excess: Collection[str],
    why: Why = "",
) -> None:
    """Parts of which those stay that are needed."""

    def decide(given: Plain) -> Judgement:
        return cases.narrow(given, needed=needed, excess=excess, texts=parts, why=why)

    _check(name, Narrow(parts), decide)


def confidence(name: str, statements: Mapping[str, str], *, key: Mapping[str, bool], why: Why = "") -> None:
    """How sure one is of each statement; explains every statement at once, since the answer is given by then."""

    def decide(given: Plain) -> Judgement:
        judged = cases.confidence(given, key=key, why=why)
        told = _with(judged, [f"{detail.part}: {detail.text}" for detail in judged.details])
        return Judgement(told.share, told.reason)

    _check(name, Confidence(statements), decide)


def request(name: str, form: Form, *, judge: Judge) -> None:
    """A document from a form; says what each element still lacks."""

    def decide(given: Plain) -> Judgement:
        judged = cases.document(given, judge=judge)
        return _with(
            judged, [f"{detail.part}: {detail.text}" for detail in judged.details if not detail.right]
        )

    _check(name, Request(form), decide)


def _with(judged: Judgement, lines: list[str]) -> Judgement:
    return Judgement(judged.share, "\n".join([judged.reason, *lines]), judged.details)


def _check(name: str, kind: Kind, decide: Callable[[Plain], Judgement]) -> None:
    if is_marking():
        print(_("Self-check {id} ({kind}).").format(id=name, kind=kind.name))
        return
    from hanoikit.exercise.showing import show_selfcheck

    show_selfcheck(name, kind, decide)
