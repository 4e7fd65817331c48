"""Asking a question: shows its control, with the answer given so far.

>>> ask.choice("m04-q1", a="It proves who made the copy.", b="It proves that the copy has not changed.")

The prompt and the options stand in the Markdown cell above, so that the question reads without any control;
the control takes the answer and the answer sheet keeps it. ``answer("m04-q1", "b")`` does the same by code.
While a hand-in is being marked, asking prints one line and does nothing else.

Every function takes ``hint``, the author's hint, which ``check`` shows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextvars import ContextVar
from typing import Any

from hanoikit.exercise.book import BOOK
from hanoikit.exercise.kinds import (
    Choice,
    Choices,
    Confidence,
    Gates,
    Kind,
    Match,
    Moment,
    Narrow,
    Number,
    Order,
    Provision,
    Request,
    Written,
    lettered,
)
from hanoikit.exercise.kinds.gates import Decisions
from hanoikit.exercise.kinds.request import Form
from hanoikit.exercise.marking import is_marking
from hanoikit.i18n import _

__all__ = [
    "choice",
    "choices",
    "confidence",
    "gates",
    "match",
    "moment",
    "narrow",
    "number",
    "order",
    "provision",
    "request",
    "written",
]


def choice(
    question: str, /, given: Mapping[str, str] | None = None, *, hint: str = "", **options: str
) -> None:
    """One option of several: ``ask.choice("m04-q1", a="...", b="...")``."""
    _ask(question, Choice({**(given or {}), **options}), hint)


def choices(
    question: str, /, given: Mapping[str, str] | None = None, *, hint: str = "", **options: str
) -> None:
    """Every option that applies: ``ask.choices("m04-q2", a="...", b="...", c="...")``."""
    _ask(question, Choices({**(given or {}), **options}), hint)


def order(question: str, /, *items: str, hint: str = "", **lettered_items: str) -> None:
    """Put the items in order: ``ask.order("m04-q3", a="...", b="...", c="...")``, or the texts alone."""
    _ask(question, Order({**lettered(items), **lettered_items}), hint)


def match(
    question: str,
    /,
    *,
    left: Mapping[str, str] | Iterable[str],
    right: Mapping[str, str] | Iterable[str],
    hint: str = "",
) -> None:
    """Match each left item (1, 2, 3 ...) with a right one (a, b, c ...); plain lists get these names."""
    lefts = left if isinstance(left, Mapping) else {str(n): text for n, text in enumerate(left, start=1)}
    _ask(question, Match(lefts, right if isinstance(right, Mapping) else lettered(right)), hint)


def number(question: str, /, *, unit: str = "", hint: str = "") -> None:
    """A number in this unit (``"MiB"``, ``"days"``)."""
    _ask(question, Number(unit), hint)


def moment(question: str, /, *, zones: Mapping[str, str] | Iterable[str] = ("UTC",), hint: str = "") -> None:
    """A date and time with a zone out of ``zones``: IANA names or offsets such as ``"+05:30"``, with labels
    or alone."""
    named = zones if isinstance(zones, Mapping) else {name: name for name in zones}
    _ask(question, Moment(named), hint)


def provision(question: str, /, *, several: bool = False, hint: str = "") -> None:
    """A provision of the Convention, such as 25(2); with ``several`` a list of them."""
    _ask(question, Provision(several), hint)


def written(
    question: str, /, *, slots: Mapping[str, str] | None = None, words: int = 0, hint: str = ""
) -> None:
    """A written answer of at least ``words`` words, or one text for each named slot."""
    _ask(question, Written(slots, words), hint)


def gates(
    question: str,
    /,
    *,
    rows: Mapping[str, str],
    decisions: Decisions,
    facts: Mapping[str, str] | None = None,
    needs_facts: Collection[str] | None = None,
    hint: str = "",
) -> None:
    """A decision for each row, with the numbers of the facts that carry it.

    ``decisions`` are the same for all rows (``{"met": "Met", "fails": "Fails"}``) or a set for each row (``{"law":
    {"met": ...}}``). Facts are asked for in the rows of ``needs_facts``, in all unless said; in other rows none can be
    attached.
    """
    _ask(question, Gates(rows, decisions, facts, needs_facts), hint)


def narrow(
    question: str, /, parts: Mapping[str, str] | None = None, *, hint: str = "", **lettered_parts: str
) -> None:
    """Tick the parts that stay: ``ask.narrow("m07-q5", parts={"a": "...", "b": "..."})``."""
    _ask(question, Narrow({**(parts or {}), **lettered_parts}), hint)


def confidence(question: str, /, statements: Mapping[str, str] | Iterable[str], *, hint: str = "") -> None:
    """How sure one is that each statement is true, 0 to 100 % in steps of ten; a plain list is numbered 1, 2, 3
    ..."""
    named = (
        statements
        if isinstance(statements, Mapping)
        else {str(n): text for n, text in enumerate(statements, start=1)}
    )
    _ask(question, Confidence(named), hint)


def request(question: str, /, form: Form, *, hint: str = "") -> None:
    """A document from a form; ``hanoikit.exercise.kinds.request`` says what a field is."""
    _ask(question, Request(form), hint)


_only_the_kind: ContextVar[list[tuple[Kind, str]] | None] = ContextVar("only_the_kind", default=None)


def kind_of(name: str, question: str, /, *given: Any, **named: Any) -> tuple[Kind, str]:
    """The kind and the author's hint of a question that is asked so; nothing is shown, and nothing remembered.

    Raises ``QuestionInvalid`` or ``TypeError`` as the call itself would, ``KeyError`` for no kind of this name.
    """
    if name not in __all__:
        raise KeyError(name)
    caught: list[tuple[Kind, str]] = []
    before = _only_the_kind.set(caught)
    try:
        globals()[name](question, *given, **named)
    finally:
        _only_the_kind.reset(before)
    return caught[0]


def _ask(question: str, kind: Kind, hint: str) -> None:
    if (caught := _only_the_kind.get()) is not None:
        caught.append((kind, hint))
        return
    asked = BOOK.ask(question, kind, hint)
    if is_marking():
        print(_("Question {id} ({kind}).").format(id=question, kind=kind.name))
        return
    from hanoikit.exercise.showing import show

    show(asked)
