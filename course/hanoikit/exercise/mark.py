"""Marks: how many points an answer earns, and why. Called from hidden tests only, as the last line of the
cell.

>>> mark.choice("m04-q1", key="b", points=2, why={"a": "...", "b": "..."}, cite="25(2)",
read="m04-evidence-chain#hash") 2.0

A mark prints as its number, which nbgrader reads as the points of the cell. It carries its explanation as
HTML and as data (``application/vnd.hanoikit.mark+json``). An answer that earns nothing shows the same
explanation and then raises ``NoCredit``, because nbgrader takes some cells without a number for full marks.

Rules for partial credit are those of ``hanoikit.exercise.rules``, stated again at each function here. Answers
are read from the answer sheet in the notebook's folder, never from a widget or a variable.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from hanoikit.errors import AnswerMalformed, QuestionInvalid, SheetError
from hanoikit.exercise import judge
from hanoikit.exercise import judge_cases as cases
from hanoikit.exercise.book import BOOK
from hanoikit.exercise.judge import Judgement, Why
from hanoikit.exercise.judge_cases import Element, GateKey, Judge
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
)
from hanoikit.exercise.records import Plain
from hanoikit.exercise.verdict import Mark, NoCredit, award
from hanoikit.i18n import _

__all__ = [
    "Element",
    "Mark",
    "NoCredit",
    "accepted",
    "choice",
    "choices",
    "confidence",
    "function",
    "gates",
    "match",
    "moment",
    "narrow",
    "number",
    "order",
    "provision",
    "request",
]

Cite = str | Sequence[str]
K = TypeVar("K", bound=Kind)


def choice(
    question: str,
    *,
    key: str | Collection[str],
    points: float,
    why: Why = "",
    cite: Cite = (),
    read: str = "",
) -> Mark:
    """Full points for the right option (or for any of several right ones), else none."""
    kind = _asked(question, Choice) or Choice(_letters(why, [key] if isinstance(key, str) else key))
    _check_key([key] if isinstance(key, str) else key, kind.options)
    return _mark(question, points, kind, lambda given: judge.choice(given, key=key, why=why), cite, read)


def choices(
    question: str, *, key: Collection[str], points: float, why: Why = "", cite: Cite = (), read: str = ""
) -> Mark:
    """(Right options chosen - wrong options chosen) / number of right options, never below 0."""
    wanted = list(key)
    kind = _asked(question, Choices) or Choices(_letters(why, wanted))
    _check_key(wanted, kind.options)
    return _mark(question, points, kind, lambda given: judge.choices(given, key=wanted, why=why), cite, read)


def order(
    question: str,
    *,
    key: Sequence[str | Collection[str]],
    points: float,
    why: Why = "",
    cite: Cite = (),
    read: str = "",
) -> Mark:
    """2 x (share of pairs in the right order) - 1, never below 0, so that a random order earns about nothing.

    Items grouped in the key (``["a", ("b", "c"), "d"]``) may stand in any order among themselves.
    """
    flat = [item for group in key for item in ([group] if isinstance(group, str) else group)]
    kind = _asked(question, Order) or Order({item: item for item in flat})
    if sorted(flat) != sorted(kind.items):
        raise QuestionInvalid(
            _("The author key does not hold the same items as the question."), where=question
        )
    return _mark(question, points, kind, lambda given: judge.order(given, key=key, why=why), cite, read)


def match(
    question: str,
    *,
    key: Mapping[str, str],
    points: float,
    choices: int | None = None,
    why: Why = "",
    cite: Cite = (),
    read: str = "",
) -> Mark:
    """(Share of right matches - 1/n) / (1 - 1/n) with n options on the right, never below 0.

    ``choices`` is n; without it n is taken from the question, or else from the key.
    """
    asked = _asked(question, Match)
    right = asked.right if asked else {letter: letter for letter in sorted(set(key.values()))}
    n = choices or len(right)
    kind: Kind = asked or Match({left: left for left in key}, _letters("", right, at_least=n))
    return _mark(
        question, points, kind, lambda given: judge.match(given, key=key, choices=n, why=why), cite, read
    )


def number(
    question: str,
    *,
    key: float,
    points: float,
    unit: str = "",
    tolerance: float = 0,
    bands: Mapping[float, float] | None = None,
    why: Why = "",
    cite: Cite = (),
    read: str = "",
) -> Mark:
    """Full points within ``tolerance`` of the key, in the question's unit, else none.

    ``bands`` maps a wider distance to the share it earns: ``{1.0: 0.5}`` gives half within 1.0. ``why`` may
    explain known wrong numbers: ``{"1024": "This is KiB."}``.
    """
    kind = _asked(question, Number) or Number(unit)

    def decide(given: Plain) -> Judgement:
        return judge.number(given, key=key, unit=kind.unit or unit, tolerance=tolerance, bands=bands, why=why)

    return _mark(question, points, kind, decide, cite, read)


def moment(
    question: str,
    *,
    key: datetime | str,
    points: float,
    tolerance: float = 0,
    bands: Mapping[float, float] | None = None,
    why: Why = "",
    cite: Cite = (),
    read: str = "",
) -> Mark:
    """Full points within ``tolerance`` seconds of the key's instant, in whatever zone it is given, else
    none."""

    def decide(given: Plain) -> Judgement:
        return judge.moment(given, key=key, tolerance=tolerance, bands=bands, why=why)

    return _mark(question, points, _asked(question, Moment) or Moment({"UTC": "UTC"}), decide, cite, read)


def provision(
    question: str,
    *,
    key: str | Collection[str],
    points: float,
    several: bool = False,
    partial: Mapping[str, float] | None = None,
    why: Why = "",
    cite: Cite = (),
    read: str = "",
) -> Mark:
    """Full points for the provision in the key, or for any of several; ``partial`` maps others to the share
    they earn.

    With ``several`` all of the key must be given: (right - wrong) / number of right ones, never below 0.
    """

    def decide(given: Plain) -> Judgement:
        return judge.provision(given, key=key, partial=partial, why=why)

    return _mark(question, points, Provision(several=several), decide, cite, read)


def gates(
    question: str,
    *,
    key: GateKey,
    points: float,
    why: Why = "",
    cite: Cite = (),
    read: str = "",
) -> Mark:
    """The mean over the rows of the key. A row earns 0 for a wrong decision, else 1 if at least one fact of ``carry``
    is named, less 0.5 for each named fact that is in neither ``carry`` nor ``bear``, never below 0.

    ``key`` is ``{"law": {"decision": "met", "carry": ["3"], "bear": ["3", "7"]}, ...}``; ``decision`` may be several
    right ones. A row without ``carry`` needs no facts.
    """
    asked = _asked(question, Gates)
    kind = asked or Gates({row: row for row in key}, None)
    _check_gates(key, asked)

    def decide(given: Plain) -> Judgement:
        return cases.gates(given, key=key, labels=kind.rows, decision_text=kind.decision_text, why=why)

    return _mark(question, points, kind, decide, cite, read)


def narrow(
    question: str,
    *,
    needed: Collection[str],
    excess: Collection[str],
    points: float,
    why: Why = "",
    cite: Cite = (),
    read: str = "",
) -> Mark:
    """(Needed parts kept / needed) x (excess parts removed / excess). Parts in neither list are neutral; an empty list
    is no condition."""
    kind = _asked(question, Narrow) or Narrow(None)
    _check_key([*needed, *excess], kind.parts or {*needed, *excess})
    if set(needed) & set(excess):
        raise QuestionInvalid(_("A part cannot be both needed and too much."), where=question)

    def decide(given: Plain) -> Judgement:
        return cases.narrow(given, needed=needed, excess=excess, texts=kind.parts, why=why)

    return _mark(question, points, kind, decide, cite, read)


def confidence(
    question: str,
    *,
    key: Mapping[str, bool],
    points: float,
    why: Why = "",
    cite: Cite = (),
    read: str = "",
) -> Mark:
    """The Brier score: the mean over the statements of 1 - 4 (p - t)^2, with p the percentage / 100 and t 1 for true
    and 0 for false; never below 0 for the whole. 50 % everywhere earns 0; what is not said counts as 50 %."""
    kind = _asked(question, Confidence) or Confidence({name: name for name in key})
    _check_key(key, kind.statements)

    def decide(given: Plain) -> Judgement:
        return cases.confidence(given, key=key, statements=kind.statements, why=why)

    return _mark(question, points, kind, decide, cite, read)


def request(
    question: str, *, judge: Judge, points: float, why: str = "", cite: Cite = (), read: str = ""
) -> Mark:
    """The weighted mean of the elements (:class:`Element`) that ``judge`` finds in the form's value; 0 where a fatal
    element earned nothing.

    ``judge`` gets a value for every field, as the table in ``hanoikit.exercise.kinds.request`` says, filled in or not.
    """
    kind = _asked(question, Request) or Request(None)

    def decide(given: Plain) -> Judgement:
        return cases.document(given, judge=judge, why=why)

    return _mark(question, points, kind, decide, cite, read)


def function(
    question: str,
    name: str,
    *,
    cases: Iterable[tuple[Any, Any]],
    points: float,
    namespace: Mapping[str, Any] | None = None,
    seconds: float = 2.0,
    tolerance: float = 0.0,
    why: str = "",
    cite: Cite = (),
    read: str = "",
) -> Mark:
    """Points x share of cases in which the trainee's function returns what is expected.

    A case is ``(arguments, expected)``: a tuple of positional arguments (or a dictionary of named ones) and
    the result, all plain data (None, bool, int, float, str, bytes, list, tuple, dict). The function gets
    copies, has ``seconds`` for each call, and must return the same plain data of the same types; floats may
    differ by ``tolerance``. A call that raises, prints forever or returns any other object fails its case.
    ``namespace`` is the notebook's by default.
    """
    from hanoikit.exercise import trial

    judgement, state = trial.judge_function(
        name, list(cases), namespace=namespace, seconds=seconds, tolerance=tolerance, why=why
    )
    return award(question, points, judgement, given=name, state=state, cite=cite, read=read)


def accepted(
    question: str,
    verdict: Any,
    *,
    points: float,
    why: str = "",
    cite: Cite = (),
    read: str = "",
) -> Mark:
    """Points for what an independent program accepts, and nothing for what it rejects or cannot examine.

    ``verdict`` is an object with ``accepted``, ``program`` and ``output``, a function that returns one, or a
    mapping of labels to either; with several, points x share accepted. A program that is missing here marks
    nothing: the reason then says that this could not be marked.
    """
    from hanoikit.exercise import trial

    judgement, state = trial.judge_verdicts(verdict, why=why)
    return award(question, points, judgement, given="", state=state, cite=cite, read=read)


def _mark(
    question: str,
    points: float,
    kind: Kind,
    decide: Callable[[Plain], Judgement],
    cite: Cite,
    read: str,
) -> Mark:
    state, given, judgement = "", "", Judgement(0.0, "")
    try:
        record = BOOK.sheet_of(question).current().get(question)
        if record is None or record.value is None:
            state, judgement = "unanswered", Judgement(0.0, _("There is no answer to this question."))
        else:
            value = kind.validate(record.value)
            given = kind.describe(value)
            missing = kind.missing(value)
            if missing and isinstance(kind, Moment | Choices | Provision):
                state, judgement = (
                    "malformed",
                    Judgement(0.0, " ".join([_("The answer is not complete."), *missing])),
                )
            else:
                judgement = decide(value)
    except AnswerMalformed as error:
        state, given = "malformed", given or str(BOOK.sheet_of(question).answers().get(question))[:300]
        judgement = Judgement(0.0, str(error))
    except SheetError as error:
        state, judgement = "unanswered", Judgement(0.0, str(error))
    return award(question, points, judgement, given=given, state=state, cite=cite, read=read)


def _asked(question: str, kind: type[K]) -> K | None:
    asked = BOOK.asked.get(question)
    return asked.kind if asked is not None and isinstance(asked.kind, kind) else None


def _letters(why: Why, key: Iterable[str], at_least: int = 4) -> dict[str, str]:
    # Without the question at hand, any letter up to the last one the author names is a possible answer.
    named = {*key, *(why if isinstance(why, Mapping) else ())} - {"*"}
    letters = "abcdefghijklmnopqrstuvwxyz"[:at_least]
    return {letter: letter for letter in sorted(named | set(letters))}


def _check_key(key: Iterable[str], options: Collection[str]) -> None:
    strange = sorted(set(key) - set(options))
    if strange or not set(key):
        raise QuestionInvalid(_("The author key names options that do not exist."), where=", ".join(strange))


def _check_gates(key: GateKey, asked: Gates | None) -> None:
    _check_key(key, asked.rows if asked else key)
    for row, wanted in key.items():
        if not wanted.get("decision") or not set(wanted) <= {"decision", "carry", "bear"}:
            raise QuestionInvalid(_("The author key of a row needs a decision."), where=row)
        if asked is None:
            continue
        right = wanted["decision"]
        _check_key([right] if isinstance(right, str) else right, (asked.decisions or {})[row])
        facts = [*wanted.get("carry", ()), *wanted.get("bear", ())]
        if facts:
            _check_key(facts, asked.facts)
        if wanted.get("carry") and row not in asked.needs_facts:
            raise QuestionInvalid(
                _("The author key wants facts where the question asks for none."), where=row
            )
