"""Answering, checking and what happens to an answer that the disk does not take."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hanoikit.errors import AnswerMalformed, SheetForeign, SheetUnwritable
from hanoikit.exercise import answer, ask, book, check, selfcheck
from hanoikit.exercise import sheet as sheet_module
from hanoikit.exercise.checking import Check, Summary
from hanoikit.exercise.sheet import Sheet

OPTIONS = {"a": "It proves who made the copy.", "b": "It proves that the copy has not changed."}


def saved(folder: Path) -> dict[str, object]:
    return Sheet.in_folder(folder).answers()


def test_an_answer_by_code_is_on_the_sheet_and_confirmed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask.choice("m04-q1", OPTIONS)
    assert "question 1: Not answered yet." in capsys.readouterr().out
    confirmation = repr(answer("m04-q1", "B"))
    assert confirmation.startswith("m04-q1: b: It proves that the copy has not changed. Saved at ")
    assert saved(folder) == {"m04-q1": "b"}


def test_asking_again_after_a_restart_shows_the_answer_given(folder: Path) -> None:
    ask.choice("m04-q1", OPTIONS)
    answer("m04-q1", "b")
    code = f"from hanoikit.exercise import ask; ask.choice('m04-q1', {OPTIONS!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert "b: It proves that the copy has not changed. Saved at" in done.stdout


def test_the_same_answer_again_adds_no_line(folder: Path) -> None:
    ask.number("m04-q2", unit="MiB")
    answer("m04-q2", "8,0")
    answer("m04-q2", 8)
    answer("m04-q2", 9)
    answer("m04-q2", 8)
    assert [record.value for record in Sheet.in_folder(folder).history()] == [8, 9, 8]


def test_an_impossible_answer_is_refused_and_the_saved_one_stays(folder: Path) -> None:
    ask.choice("m04-q1", OPTIONS)
    answer("m04-q1", "a")
    with pytest.raises(AnswerMalformed):
        answer("m04-q1", "z")
    assert saved(folder) == {"m04-q1": "a"}


def test_clearing_records_that_the_answer_was_cleared(folder: Path) -> None:
    ask.choice("m04-q1", OPTIONS)
    answer("m04-q1", "a")
    assert "cleared" in repr(answer("m04-q1", None))
    assert saved(folder) == {} and len(Sheet.in_folder(folder).history()) == 2
    assert check("m04-q1").state == "unanswered"  # type: ignore[union-attr]


def test_answers_go_to_the_assignments_folder_even_when_code_changes_the_working_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask.choice("m04-q1", OPTIONS)
    monkeypatch.chdir(tmp_path)
    answer("m04-q1", "b")
    assert saved(folder) == {"m04-q1": "b"} and not (tmp_path / "answers.jsonl").exists()


def test_an_answer_that_the_disk_refuses_is_kept_and_written_with_the_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask.choice("m04-q1", OPTIONS)
    ask.number("m04-q2")
    answer("m04-q1", "a")

    def full(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(sheet_module.os, "write", full)
        with pytest.raises(SheetUnwritable, match="disk is full"):
            answer("m04-q1", "b")
        now = check("m04-q1")
        assert (
            isinstance(now, Check) and "The disk is full" in repr(now) and "The disk is full" in repr(check())
        )
    assert saved(folder) == {"m04-q1": "a"}
    answer("m04-q2", 3)
    assert saved(folder) == {"m04-q1": "b", "m04-q2": 3}
    assert [record.value for record in Sheet.in_folder(folder).history()] == ["a", "b", 3]


def test_a_kernel_that_ends_makes_a_last_try_for_waiting_answers(folder: Path) -> None:
    code = """
import os
from hanoikit.exercise import answer
real, os.write = os.write, lambda *_: (_ for _ in ()).throw(OSError(28, "full"))
try:
    answer("m04-q1", "b")
except Exception as error:
    print(type(error).__name__)
os.write = real
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout == "SheetUnwritable\n" and saved(folder) == {"m04-q1": "b"}


def test_a_sheet_of_another_assignment_in_this_folder_is_refused(folder: Path) -> None:
    Sheet.in_folder(folder, assignment="m05-network").append("m05-q1", "a")
    with pytest.raises(SheetForeign):
        answer("m04-q1", "b")
    shown = check("m04-q1")
    assert "belongs to m05-network" in repr(shown)


def test_check_says_what_is_missing_and_the_hint_but_nothing_of_the_key(folder: Path) -> None:
    ask.moment("m04-q5", zones=["UTC"], hint="The log says which zone it uses.")
    unanswered = check("m04-q5")
    assert repr(unanswered) == "m04-q5: not answered yet. Hint: The log says which zone it uses."
    answer("m04-q5", {"date": "2026-03-01", "time": "09:00", "zone": None})
    half = check("m04-q5")
    assert isinstance(half, Check) and half.well_formed and not half.complete
    assert "Choose the zone." in repr(half)
    answer("m04-q5", "2026-03-01T09:00+00:00")
    assert repr(check("m04-q5")).startswith("m04-q5: complete.")


def test_check_finds_an_answer_that_does_not_fit_the_question(folder: Path) -> None:
    Sheet.in_folder(folder).append("m04-q1", "z")
    ask.choice("m04-q1", OPTIONS)
    found = check("m04-q1")
    assert isinstance(found, Check) and not found.well_formed and "no option" in repr(found)


def test_check_without_a_name_lists_every_open_question_of_the_notebook(folder: Path) -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {"hanoikit": {"question": f"m04-q{n}"}}, "source": ""}
        for n in range(1, 5)
    ]
    (folder / "m04-evidence-chain.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}))
    (folder / "broken.ipynb").write_text("{not json")
    ask.choice("m04-q1", OPTIONS)
    answer("m04-q1", "b")
    answer("m04-q3", "c")
    summary = check()
    assert isinstance(summary, Summary) and summary.still_open == ("m04-q2", "m04-q4")
    assert "2 of 4 questions answered. Still open: 2, 4." in repr(summary)
    assert "2, 4" in summary._repr_html_()


def test_the_summary_on_the_screen_follows_the_answers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    class Handle:
        def update(self, data: dict[str, str], *, raw: bool) -> None:
            shown.append(data["text/html"])

    monkeypatch.setattr("IPython.display.display", lambda *_data, **_options: Handle())
    ask.choice("m04-q1", OPTIONS)
    summary = check()
    assert isinstance(summary, Summary) and summary.still_open == ("m04-q1",)
    summary._ipython_display_()
    answer("m04-q1", "b")
    assert len(shown) == 1 and "1 of 1 question" in shown[0] and "Still open" not in shown[0]


def test_check_reports_an_edited_sheet(folder: Path) -> None:
    ask.choice("m04-q1", OPTIONS)
    answer("m04-q1", "a")
    answer("m04-q1", "b")
    path = folder / "answers.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"value": "a"', b'"value": "c"'))
    assert "changed after this one was written" in repr(check())


@pytest.mark.parametrize("environ", [{"NBGRADER_EXECUTION": "autograde"}, {"HANOIKIT_MARKING": "1"}])
def test_while_marking_asking_prints_one_line_and_nothing_is_written(
    folder: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    ask.choice("m04-q1", OPTIONS)
    selfcheck.choice("m04-c1", OPTIONS, key="b", why={"a": "x", "b": "y"})
    answer("m04-q1", "b")
    assert capsys.readouterr().out.splitlines() == [
        "Question m04-q1 (choice).",
        "Self-check m04-c1 (choice).",
    ]
    assert list(folder.iterdir()) == []


def test_a_forked_kernel_has_a_session_of_its_own(folder: Path) -> None:
    one = book.Book()
    first = one.session
    assert one.session == first
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, one.session.encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 100).decode() != first
    os.close(reader)
    os.close(writer)


def test_the_room_opens_without_any_widget_library(folder: Path) -> None:
    code = """
import sys
from hanoikit.exercise import answer, ask, check, mark, selfcheck
ask.choice("m04-q1", a="x", b="y"); answer("m04-q1", "b"); mark.choice("m04-q1", key="b", points=1)
print(sorted(set(sys.modules) & {"ipywidgets", "anywidget", "traitlets", "IPython", "numpy", "nbgrader"}))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
