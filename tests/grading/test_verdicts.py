from __future__ import annotations

from typing import Any

import pytest

from hanoikit.grading import cells
from hanoikit.grading.verdicts import MIME, question_marks, verdict_of


def bundle(question: str, points: float, **more: Any) -> dict[str, Any]:
    return {
        "question": question,
        "points": points,
        "out_of": 2.0,
        "state": "full",
        "reason": "Right.",
        **more,
    }


def cell(*outputs: dict[str, Any], name: str = "m99-q1", points: float = 2) -> dict[str, Any]:
    nbgrader = {"grade": True, "solution": False, "locked": True, "grade_id": name, "points": points}
    return {"cell_type": "code", "metadata": {"nbgrader": nbgrader}, "source": "", "outputs": list(outputs)}


def result(data: dict[str, Any], kind: str = "execute_result") -> dict[str, Any]:
    return {"output_type": kind, "data": {MIME: data, "text/plain": "2.0"}, "metadata": {}}


def test_a_verdict_is_read_from_the_cells_result():
    assert verdict_of(cell(result(bundle("m99-q1", 2.0))))["points"] == 2.0


def test_a_zero_is_read_from_what_was_shown_before_the_error():
    shown = result(bundle("m99-q1", 0.0, state="none"), "display_data")
    error = {"output_type": "error", "ename": "NoCredit", "evalue": "", "traceback": []}
    assert verdict_of(cell(shown, error))["state"] == "none"


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": "m99-q2"},
        {"points": 3.0},
        {"points": -1.0},
        {"points": True},
        {"points": "2"},
        {"points": float("nan")},
        {"state": "perfect"},
    ],
)
def test_a_bundle_that_cannot_be_right_is_no_verdict(wrong):
    assert verdict_of(cell(result(bundle("m99-q1", 2.0) | wrong))) is None


def test_text_alone_is_no_verdict():
    assert verdict_of(cell({"output_type": "execute_result", "data": {"text/plain": "2.0"}})) is None
    assert verdict_of(cell()) is None


def only_first(source, *outputs):
    """The marks of a notebook in which only question 1 left outputs; gradebook full everywhere."""
    notebook = {"cells": [cell(*outputs)]}
    gradebook = {"m99-q1": {"auto_score": 2.0, "max_score": 2.0, "needs_manual_grade": False}}
    marks, findings = question_marks(notebook, gradebook, source)
    return marks[0], [finding for finding in findings if finding.where == "m99-q1"]


def test_no_verdict_means_no_point_even_if_the_gradebook_says_full(source):
    mark, findings = only_first(source)
    assert (mark.points, mark.state, mark.needs_human) == (0.0, "no-verdict", True)
    assert [finding.code for finding in findings] == ["no-verdict", "marks-disagree"]


def test_where_verdict_and_gradebook_disagree_the_lower_counts_and_a_person_looks(source):
    mark, findings = only_first(source, result(bundle("m99-q1", 1.0, state="partial")))
    assert (mark.points, mark.needs_human) == (1.0, True)
    assert [finding.code for finding in findings] == ["marks-disagree"]


def test_where_they_agree_there_is_nothing_to_report(source):
    mark, findings = only_first(source, result(bundle("m99-q1", 2.0)))
    assert (mark.points, mark.state, findings) == (2.0, "full", [])


def test_every_question_of_the_assignment_gets_a_mark(source):
    marks, _findings = question_marks({"cells": []}, {}, source)
    assert [mark.question for mark in marks] == [question.id for question in source.questions]
    assert sum(mark.counted for mark in marks) == 0.0


def test_cells_of_a_hand_edited_file_are_read_with_care(tmp_path):
    path = tmp_path / "odd.ipynb"
    path.write_text('{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a", "b"]}, 7, {}]}')
    notebook = cells.read_notebook(path)
    assert [cell["cell_type"] for cell in notebook["cells"]] == ["code", "raw"]
    assert cells.source_of(notebook["cells"][0]) == "ab"
