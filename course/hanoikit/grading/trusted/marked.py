"""From verdicts to marks and to the marked notebook.

>>> notebook = with_outputs(admitted.notebook, record)
>>> questions, findings = questions_of(notebook, record, source)

A point exists only where a verdict is sound: about its own question, in range, a finite number. Everything
else gives none and asks for a person.
"""

from __future__ import annotations

import math
from typing import Any

from hanoikit.errors import Finding
from hanoikit.grading import cells, verdicts
from hanoikit.grading.marks import QuestionMark
from hanoikit.grading.source import Question
from hanoikit.grading.trusted.reading import Assignment
from hanoikit.grading.trusted.script import is_marking
from hanoikit.grading.trusted.session import Record
from hanoikit.i18n import _

_STATES = {"full", "partial", "none", "unanswered", "malformed"}


def with_outputs(notebook: dict[str, Any], record: Record) -> dict[str, Any]:
    """The notebook with what every cell showed; execution counts as Jupyter gives them."""
    count = 0
    for place, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code":
            continue
        if is_marking(cell):
            name = cells.grade_id(cell)
            shown = [_kindly(output) for output in record.shown.get(name, [])]
            if sound_verdict(record, cell) is None and not any(
                one["output_type"] == "error" for one in shown
            ):
                # nbgrader takes a marking cell without an error for full points.
                text = record.verdicts.get(name, {}).get("reason") or _("No verdict, so no point.")
                shown.append(
                    {
                        "ename": verdicts.NO_VERDICT,
                        "evalue": text,
                        "output_type": "error",
                        "traceback": [f"{verdicts.NO_VERDICT}: {text}"],
                    }
                )
        else:
            shown = record.outputs.get(place, [])
        if cells.source_of(cell).strip():
            count += 1
            cell["execution_count"] = count
        for output in shown:
            if output["output_type"] == "execute_result":
                output["execution_count"] = count
        cell["outputs"] = shown
    return notebook


def _kindly(output: dict[str, Any]) -> dict[str, Any]:
    """nbgrader reads a line on the error stream as no points at all."""
    return {**output, "name": "stdout"} if output["output_type"] == "stream" else output


def sound_verdict(record: Record, cell: cells.Cell) -> dict[str, Any] | None:
    """The verdict on this marking cell, if there is one that counts."""
    name = cells.grade_id(cell)
    verdict = record.verdicts.get(name)
    if verdict is None or verdict.get("problem"):
        return None
    points: Any = verdict.get("points")
    maximum = float(cells.nbgrader_of(cell).get("points") or 0)
    good = (
        verdict.get("question") == name
        and verdict.get("state") in _STATES
        and type(points) in (int, float)
        and math.isfinite(points)
        and 0 <= points <= maximum + 1e-9
    )
    return verdict if good else None


def questions_of(
    notebook: dict[str, Any], record: Record, source: Assignment
) -> tuple[list[QuestionMark], list[Finding]]:
    """One mark for each question of the assignment, in the author's order."""
    graded = {cells.grade_id(cell): cell for cell in notebook["cells"] if cells.is_graded(cell)}
    stubs = {cells.grade_id(cell): cells.source_of(cell) for cell in source.release["cells"]}
    marks: list[QuestionMark] = []
    findings: list[Finding] = []
    for question in source.questions:
        cell = graded.get(question.id)
        if question.written:
            marks.append(_by_hand(question, cell, stubs))
            continue
        verdict = sound_verdict(record, cell) if cell is not None else None
        if verdict is None:
            given = record.verdicts.get(question.id, {})
            reason = str(given.get("reason") or _("The marking cell gave no result."))
            marks.append(_mark(question, points=0.0, state="no-verdict", reason=reason, needs_human=True))
            findings.append(Finding(str(given.get("problem") or "no-verdict"), reason, question.id))
            continue
        marks.append(
            _mark(
                question,
                points=float(verdict["points"]),
                state=verdict["state"],
                given=verdict.get("given"),
                reason=str(verdict.get("reason") or ""),
                provisions=tuple(str(one) for one in verdict.get("provisions") or question.provisions),
                read_again=str(verdict.get("read_again") or ""),
                details=tuple(verdict.get("details") or ()),
            )
        )
    return marks, findings


def _by_hand(question: Question, cell: cells.Cell | None, stubs: dict[str, str]) -> QuestionMark:
    text = cells.source_of(cell) if cell is not None else ""
    if not text.strip() or text == stubs.get(question.id):
        return _mark(
            question, points=0.0, state="unanswered", reason=_("No text was handed in."), by_hand=True
        )
    return _mark(
        question,
        points=None,
        state="pending",
        given=text,
        reason=_("A person reads this answer. It is not in the percentage."),
        needs_human=True,
        by_hand=True,
    )


def _mark(question: Question, **known: Any) -> QuestionMark:
    known.setdefault("provisions", question.provisions)
    return QuestionMark(
        question=question.id,
        title=question.title,
        out_of=question.out_of,
        objective=question.objective,
        extra=question.extra,
        **known,
    )
