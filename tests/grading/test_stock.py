"""Real hand-ins, honest and damaged, through real nbgrader."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hanoikit.errors import GradingError
from hanoikit.grading import HandIn, cells, mark_each
from hanoikit.grading.marks import MarkedAssignment

pytestmark = pytest.mark.slow

ENDLESS = "import time\nwhile True:\n    time.sleep(1)"
CODE = "def double(number):\n    return number * 2"


def points(marked: MarkedAssignment) -> dict[str, float | None]:
    return {mark.question: mark.points for mark in marked.questions}


def state(marked: MarkedAssignment, question: str) -> str:
    return next(mark.state for mark in marked.questions if mark.question == question)


def codes(marked: MarkedAssignment) -> list[str]:
    return [finding.code for finding in marked.findings]


def writes(name: str, text: str) -> Callable[[dict[str, Any]], None]:
    """An edit that puts ``text`` into the cell ``name``."""

    def edit(notebook: dict[str, Any]) -> None:
        cells.named(notebook, name)["source"] = text

    return edit


def test_right_answers_earn_every_point_with_a_reason_for_each(engine, hand_in, source):
    work = hand_in(edit=writes("m99-q5-solution", CODE))
    (work.folder / "note.txt").write_text("sealed")
    marked = engine.mark(work, source)
    assert points(marked) == {
        question.id: 0.0 if question.written else question.out_of for question in source.questions
    }
    assert marked.percent == 100.0 and marked.passed
    assert all(mark.reason for mark in marked.questions)
    assert marked.questions[0].provisions == ("25(2)",)
    assert marked.findings == ()
    assert marked.notebook is not None and marked.notebook.is_file()


def test_an_untouched_release_earns_nothing(engine, hand_in, source):
    marked = engine.mark(hand_in({}), source)
    assert {mark.counted for mark in marked.questions} == {0.0}
    assert marked.percent == 0.0
    assert codes(marked) == ["sheet-missing"]


def test_a_test_cell_that_says_true_earns_nothing(engine, hand_in, source):
    marked = engine.mark(hand_in({"m99-q1": "a"}, edit=writes("m99-q1", "assert True")), source)
    assert points(marked)["m99-q1"] == 0.0
    assert "cell-edited" in codes(marked)


def test_marking_that_is_silenced_earns_nothing_although_nbgrader_alone_says_full(engine, hand_in, source):
    # The import of the marking functions is replaced by silence, so the test cell leaves no output at all.
    silence = (
        "class Silent:\n    def __getattr__(self, name):\n        return lambda *a, **k: None\n\n"
        "import hanoikit.exercise\nhanoikit.exercise.mark = Silent()\n" + CODE
    )
    marked = engine.mark(hand_in({}, edit=writes("m99-q5-solution", silence)), source)
    assert points(marked)["m99-q5"] == 0.0
    assert state(marked, "m99-q5") == "no-verdict"
    assert marked.needs_human and "no-verdict" in codes(marked)


def test_a_truncated_notebook_still_earns_what_the_answer_sheet_holds(engine, hand_in, source):
    work = hand_in()
    path = work.folder / f"{source.name}.ipynb"
    path.write_bytes(path.read_bytes()[:900])
    marked = engine.mark(work, source)
    assert codes(marked)[0] == "notebook-lost" and marked.needs_human
    assert points(marked)["m99-q1"] == 2.0


def test_a_torn_last_line_of_the_sheet_costs_only_that_answer(engine, hand_in, source):
    work = hand_in({"m99-q1": "b", "m99-q3": 90})
    sheet = work.folder / "answers.jsonl"
    sheet.write_bytes(sheet.read_bytes()[:-20])
    marked = engine.mark(work, source)
    assert points(marked)["m99-q1"] == 2.0
    assert state(marked, "m99-q3") == "unanswered"
    assert marked.findings


def test_a_sheet_of_another_assignment_earns_nothing_and_says_so(engine, hand_in, source):
    from hanoikit.exercise.sheet import Sheet

    work = hand_in({})
    foreign = Sheet.in_folder(work.folder, assignment="m98-other")
    foreign.append("m99-q1", "b")
    marked = engine.mark(work, source)
    assert points(marked)["m99-q1"] == 0.0
    assert codes(marked) == ["sheet-unreadable"] and marked.needs_human


def test_hand_ins_that_cannot_be_marked_do_not_stop_those_after_them(engine, hand_in, source):
    gone = hand_in({}, trainee="gone")
    (gone.folder / f"{source.name}.ipynb").unlink()
    binary = hand_in({}, trainee="binary")
    (binary.folder / f"{source.name}.ipynb").write_bytes('{"cells": "ü"}'.encode("latin-1"))
    ends = hand_in(edit=writes("m99-q5-solution", "import os\nos._exit(0)"), trainee="ends")
    honest = hand_in(trainee="honest")
    outcomes = list(mark_each(engine, [gone, binary, ends, honest], source))
    assert [outcome.marked is None for outcome in outcomes] == [True, True, True, False]
    for outcome in outcomes[:3]:
        assert outcome.error is not None and outcome.error.next_step
    assert "UTF-8" in outcomes[1].error.what
    assert "_exit" in str(outcomes[2].error)
    assert points(outcomes[3].marked)["m99-q1"] == 2.0


def test_an_endless_loop_costs_its_own_question_only(engine, hand_in, source):
    marked = engine.mark(hand_in(edit=writes("m99-q5-solution", ENDLESS)), source)
    assert points(marked)["m99-q5"] == 0.0
    assert points(marked)["m99-q1"] == 2.0


def test_a_hand_in_that_takes_too_long_is_stopped_and_the_next_one_is_marked(engine, hand_in, source):
    slow = "\n".join(["import time", "for second in range(3):", "    time.sleep(1)"])
    engine.seconds = 1.5
    try:
        with pytest.raises(GradingError, match="longer than"):
            engine.mark(hand_in(edit=writes("m99-q5-solution", slow), trainee="slow"), source)
    finally:
        engine.seconds = 300.0
    assert points(engine.mark(hand_in(trainee="next"), source))["m99-q1"] == 2.0


def test_a_folder_that_is_not_there_is_named(engine, source, tmp_path):
    with pytest.raises(GradingError, match="no folder"):
        engine.mark(HandIn(trainee="amal", folder=tmp_path / "nowhere"), source)


def test_partial_credit_written_text_and_noisy_code_come_through_as_they_are(engine, hand_in, source):
    noisy = (
        "import json, os, sys\n\nprint(json.dumps({k: os.environ.get(k) for k in ('TZ', 'NBGRADER_EXECUTION')}))\n\n"
        "def double(number):\n    print('working', file=sys.stderr)\n    return number * 2"
    )

    def edit(notebook):
        writes("m99-q5-solution", noisy)(notebook)
        writes("m99-q4", "From the cell.")(notebook)

    marked = engine.mark(hand_in({"m99-q2": ["a", "b"], "m99-q4": "From the sheet."}, edit=edit), source)
    assert points(marked)["m99-q2"] == 2.67 and state(marked, "m99-q2") == "partial"
    # What the code writes to the error stream costs no point; nbgrader alone would give none.
    assert points(marked)["m99-q5"] == 2.0 and "marks-disagree" not in codes(marked)
    # The written answer waits for a person, with both texts, and is not in the percentage.
    assert state(marked, "m99-q4") == "pending"
    assert marked.pending_points == 4.0 and marked.core_maximum == 19.0
    notebook = cells.read_notebook(marked.notebook)
    text = cells.source_of(cells.named(notebook, "m99-q4"))
    assert "From the sheet." in text and "From the cell." in text
    shown = cells.source_of({"source": cells.named(notebook, "m99-q5-solution")["outputs"][0]["text"]})
    assert json.loads(shown) == {"TZ": "UTC", "NBGRADER_EXECUTION": "autograde"}


def test_deleted_and_copied_cells_and_another_name_cost_nothing_and_are_reported(
    engine, hand_in, source, tmp_path
):
    def edit(notebook):
        notebook["cells"].remove(cells.named(notebook, "m99-q2"))
        notebook["cells"].append(cells.copy_of(cells.named(notebook, "m99-q1")))
        notebook["cells"].append(cells.copy_of(cells.named(notebook, "m99-q4")))

    work = hand_in(edit=edit, name=f"{source.name}-Copy1.ipynb")
    (tmp_path / "secret.txt").write_text("sealed")
    (work.folder / "note.txt").symlink_to(tmp_path / "secret.txt")
    before = {path.name: path.read_bytes() for path in work.folder.iterdir()}
    marked = engine.mark(work, source)
    assert points(marked)["m99-q1"] == 2.0 and points(marked)["m99-q2"] == 4.0
    assert codes(marked) == ["notebook-renamed", "cell-duplicated", "cell-duplicated", "cell-missing"]
    # A link leads out of the hand-in, so it is not followed; and the hand-in itself is never changed.
    assert points(marked)["m99-q10"] == 0.0
    assert {path.name: path.read_bytes() for path in work.folder.iterdir()} == before


def test_a_new_gradebook_has_the_format_that_nbgrader_s_own_program_names(monkeypatch):
    from nbgrader.api import get_alembic_version

    from hanoikit.grading.worker import newest_tables

    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    assert newest_tables() == get_alembic_version()
