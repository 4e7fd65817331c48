"""From the outputs of a marked notebook to verdicts; and the comparison with nbgrader's gradebook.

>>> verdict_of(cell)["state"]
'partial'

A verdict is the bundle ``application/vnd.hanoikit.mark+json`` that a marking call leaves in the output of
its own cell. nbgrader gives full points where there is no output at all; here no verdict means no point.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

from hanoikit.errors import Finding
from hanoikit.grading import cells
from hanoikit.grading.cells import Cell
from hanoikit.grading.marks import QuestionMark, State
from hanoikit.grading.source import AssignmentSource, Question
from hanoikit.i18n import _

MIME = "application/vnd.hanoikit.mark+json"
_STATES = {"full", "partial", "none", "unanswered", "malformed"}


def verdict_of(cell: Cell) -> dict[str, Any] | None:
    """The last sound verdict on the cell's own question among its outputs, or ``None``."""
    found = None
    for output in cell.get("outputs", ()):
        data = output.get("data") if output.get("output_type") in {"execute_result", "display_data"} else None
        bundle = data.get(MIME) if isinstance(data, Mapping) else None
        if isinstance(bundle, Mapping) and _is_sound(bundle, cell):
            found = dict(bundle)
    return found


def _is_sound(bundle: Mapping[str, Any], cell: Cell) -> bool:
    points = bundle.get("points")
    maximum = float(cells.nbgrader_of(cell).get("points") or 0)
    return (
        bundle.get("question") == cells.grade_id(cell)
        and bundle.get("state") in _STATES
        and isinstance(points, (int, float))
        and not isinstance(points, bool)
        and math.isfinite(points)
        and 0 <= points <= maximum + 1e-9
    )


def problem_of(cell: Cell) -> str:
    """Why a marking cell has no verdict, in a sentence."""
    for output in cell.get("outputs", ()):
        if output.get("output_type") == "error":
            name, value = str(output.get("ename", "")), str(output.get("evalue", ""))
            if name == "CellTimeoutError":
                return _("The marking took too long and was stopped.")
            if name != NO_VERDICT:
                return _("The marking stopped with {error}.").format(error=f"{name}: {value}"[:300])
    return _("The marking cell gave no result.")


NO_VERDICT = "NoVerdict"
"""Name of the error that :class:`hanoikit.grading.nbgrader_parts.FailClosed` writes into a cell without
a verdict.
"""


def question_marks(
    notebook: Mapping[str, Any], gradebook: Mapping[str, Mapping[str, Any]], source: AssignmentSource
) -> tuple[list[QuestionMark], list[Finding]]:
    """One mark for each question of the assignment, from the marked notebook checked against the gradebook.

    ``gradebook`` maps a question to ``auto_score``, ``max_score`` and ``needs_manual_grade``. Where the two
    disagree the lower number counts and the question is flagged for a person.
    """
    graded = {cells.grade_id(cell): cell for cell in notebook["cells"] if cells.is_graded(cell)}
    marks, findings = [], []
    for question in source.questions:
        cell = graded.get(question.id)
        entry = gradebook.get(question.id, {})
        if question.written:
            marks.append(_written(question, cell, entry))
            continue
        mark = _automatic(question, cell)
        stock = entry.get("auto_score")
        if mark.state == "no-verdict":
            findings.append(Finding("no-verdict", mark.reason, question.id))
        if (mark.state != "no-verdict" or stock) and (
            stock is None or abs(float(stock) - mark.counted) > 1e-6
        ):
            lower = min(mark.counted, float(stock or 0))
            findings.append(
                Finding(
                    "marks-disagree",
                    _(
                        "The verdict gives {verdict:g} points, nbgrader's gradebook {stock:g}. The lower "
                        "number counts until a person has looked."
                    ).format(verdict=mark.counted, stock=float(stock or 0)),
                    question.id,
                )
            )
            mark = _changed(mark, points=lower, needs_human=True)
        marks.append(mark)
    return marks, findings


def _automatic(question: Question, cell: Cell | None) -> QuestionMark:
    verdict = verdict_of(cell) if cell is not None else None
    if verdict is None:
        reason = (
            problem_of(cell) if cell is not None else _("The marking cell is not in the marked notebook.")
        )
        return _blank(question, points=0.0, state="no-verdict", reason=reason, needs_human=True)
    details = verdict.get("details")
    return QuestionMark(
        question=question.id,
        title=question.title,
        points=float(verdict["points"]),
        out_of=question.out_of,
        state=cast(State, verdict["state"]),
        given=verdict.get("given"),
        reason=str(verdict.get("reason") or ""),
        provisions=tuple(str(item) for item in verdict.get("provisions") or question.provisions),
        read_again=str(verdict.get("read_again") or ""),
        details=tuple(details) if isinstance(details, list) else (),
        objective=question.objective,
        extra=question.extra,
    )


def _written(question: Question, cell: Cell | None, entry: Mapping[str, Any]) -> QuestionMark:
    if cell is not None and not entry.get("needs_manual_grade") and entry.get("auto_score") == 0:
        return _blank(question, points=0.0, state="unanswered", reason=_("No text was handed in."))
    return _blank(
        question,
        points=None,
        state="pending",
        given=cells.source_of(cell) if cell is not None else None,
        reason=_("A person reads this answer. It is not in the percentage."),
        needs_human=True,
    )


def _blank(question: Question, **known: Any) -> QuestionMark:
    return QuestionMark(
        question=question.id,
        title=question.title,
        out_of=question.out_of,
        provisions=question.provisions,
        objective=question.objective,
        extra=question.extra,
        by_hand=question.written,
        **known,
    )


def _changed(mark: QuestionMark, **changes: Any) -> QuestionMark:
    from dataclasses import replace

    return replace(mark, **changes)
