"""Everything about a class's hand-ins out of a real course directory: marked by the engine, graded by hand, late."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.classroom.small_class import DAY, NAME, SmallClass

from hanoikit.classroom import gather, time_on_task
from hanoikit.classroom.gather import Grade, with_hand_marks
from hanoikit.classroom.gather_ledger import Told
from hanoikit.classroom.ledger import Ledger
from hanoikit.errors import ClassroomError
from hanoikit.exercise.records import Record
from hanoikit.grading import QuestionMark


def test_marks_answers_names_and_times_of_a_class_come_in_one_reading(small: SmallClass):
    found = {entry.trainee: entry for entry in gather.entries(small.klass)}
    assert sorted(found) == ["t01", "t02", "t04"]
    first = found["t01"]
    assert first.name == "محمد علي" and first.team == "A"
    assert first.marked is not None and first.marked.percent == 100.0 and first.marked.title != NAME
    assert first.answers["m01-q2"] == small.asked["m01-q2"].model
    assert first.time.total == pytest.approx(2.0 * (len(first.answers) - 1))
    assert {mark.objective for mark in first.marked.questions} >= {"m01-o1", "m01-o5"}
    assert found["t02"].marked is not None and found["t02"].marked.percent < 70


def test_points_that_a_person_gave_are_in_the_marks_with_the_comment(small: SmallClass):
    entry = next(one for one in gather.entries(small.klass) if one.trainee == "t01")
    assert entry.marked is not None
    written = next(mark for mark in entry.marked.questions if mark.by_hand)
    assert (written.points, written.state, written.needs_human) == (3.0, "partial", False)
    assert "Name the article" in written.reason
    assert entry.points == entry.marked.core_points + 3.0
    assert entry.maximum == entry.marked.core_maximum + written.out_of


def test_a_hand_in_after_the_time_of_the_class_is_late_and_the_ledger_knows_better(
    small: SmallClass, tmp_path
):
    found = {entry.trainee: entry.hand_in for entry in gather.entries(small.klass)}
    assert found["t02"] is not None and found["t02"].late and found["t01"] is not None
    assert not found["t01"].late and found["t01"].due == DAY + timedelta(hours=8)
    facts = {
        "trainee": "t02",
        "assignment": NAME,
        "file": "ab" * 32,
        "findings": [],
        "late": False,
        "made": "",
    }
    damaged = [{"code": "damaged", "message": "It is cut off."}]
    stranger = {**facts, "trainee": "", "file": "cd" * 32, "state": "set-aside", "findings": damaged}
    with Ledger.open(small.copied(tmp_path)) as ledger:
        ledger.hand_in(at=DAY, code="K7QF-2M9X-PT3A", received=DAY.isoformat(), state="accepted", **facts)
        ledger.hand_in(at=DAY, code="", received=DAY.isoformat(), **stranger)
        told = Told.of(ledger.lines(), {})
    assert told.facts[NAME, "t02"].code == "K7QF-2M9X-PT3A" and not told.facts[NAME, "t02"].late
    assert [one.findings[0].message for one in told.aside] == ["It is cut off."]


def test_what_was_decided_last_about_a_file_counts(small: SmallClass, tmp_path):
    facts = {
        "trainee": "t02",
        "assignment": NAME,
        "file": "ab" * 32,
        "findings": [],
        "late": False,
        "made": "",
    }
    with Ledger.open(small.copied(tmp_path)) as ledger:
        ledger.hand_in(at=DAY, received=DAY.isoformat(), code="", state="set-aside", **facts)
        ledger.hand_in(at=DAY, received=DAY.isoformat(), code="", state="accepted", **facts)
        told = Told.of(ledger.lines(), {})
    assert told.aside == () and told.facts[NAME, "t02"].state == "accepted"


def test_a_hand_in_without_marks_and_a_newer_one_are_told(small: SmallClass, tmp_path):
    klass = small.copied(tmp_path)
    shutil.rmtree(klass.root / "autograded" / "t04")
    (klass.root / "submitted" / "t01" / NAME / "timestamp.txt").write_text("2026-03-24 10:00:00 UTC")
    found = {entry.trainee: entry for entry in gather.entries(klass)}
    assert found["t04"].marked is None and "not marked yet" in str(found["t04"].error)
    assert found["t01"].hand_in is not None and found["t01"].hand_in.waiting


def test_a_plain_course_directory_of_nbgraders_has_marks_without_names(small: SmallClass, tmp_path):
    root = small.copied(tmp_path).root
    for name in ("class.json", "roster.csv"):
        (root / name).unlink()
    with sqlite3.connect(root / "gradebook.db") as book:
        book.execute("update student set first_name = 'Amal', last_name = 'Öz' where id = 't01'")
    found = {entry.trainee: entry for entry in gather.entries(root)}
    assert found["t01"].name == "Amal Öz" and found["t01"].marked is not None
    assert gather.trainees(root)["t01"] == ("Amal Öz", "")


def test_a_folder_without_a_course_is_refused_with_the_next_step(tmp_path):
    with pytest.raises(ClassroomError) as told:
        gather.entries(tmp_path)
    assert told.value.next_step


def test_a_mark_that_a_person_changed_says_from_what_to_what():
    mark = QuestionMark("m01-q2", "Q", 3.0, 3.0, "full", reason="Right.")
    changed = with_hand_marks(mark, Grade(3.0, 1.0, 0.5, False, 3.0, "See art. 6."))
    assert (changed.points, changed.state) == (1.5, "partial")
    assert changed.reason == "Right. A person changed these points from 3 to 1.5. Comment: See art. 6."
    assert with_hand_marks(mark, Grade(3.0, None, 0.0, False, 3.0, "")) == mark


def record(n: int, question: str, minute: float, session: str = "a") -> Record:
    return Record(
        n, question, "x", datetime(2026, 11, 22, 9, tzinfo=UTC) + timedelta(minutes=minute), session, ""
    )


def test_a_pause_is_cut_and_the_time_before_the_first_answer_is_not_known():
    lines = [
        record(1, "q1", 0),
        record(2, "q2", 3),
        record(3, "q3", 63),
        record(4, "q1", 64),
        record(5, "q9", 0, "b"),
    ]
    spent = time_on_task.of(lines)
    assert dict(spent.minutes) == {"q2": 3.0, "q3": 10.0, "q1": 1.0}
    assert (spent.cut, spent.unknown, spent.total) == (1, 2, 14.0)


def test_a_clock_that_was_set_back_takes_no_time_away():
    assert dict(time_on_task.of([record(1, "q1", 9), record(2, "q2", 0)]).minutes) == {"q2": 0.0}


def test_a_median_needs_five_people():
    assert time_on_task.spread([1.0, 2.0, 3.0, 4.0]).median is None
    assert time_on_task.spread([1.0, 2.0, 3.0, 4.0, 50.0]).median == 3.0
    assert [time_on_task.words(one) for one in (0.4, 12.2, 65)] == ["under 1 min", "12 min", "1 h 05 min"]


def test_a_broken_ledger_is_told_and_does_not_stop_a_report(small: SmallClass, tmp_path: Path):
    klass = small.copied(tmp_path)
    with Ledger.open(klass) as ledger:
        ledger.note("due", at=DAY, assignment=NAME, due="")
        ledger.note("due", at=DAY, assignment=NAME, due="")
    data = klass.ledger_path.read_bytes()
    klass.ledger_path.write_bytes(data.replace(b'"due":""', b'"due":"x"', 1))
    told = Told.by(klass)
    assert told.broken and not told.facts
    assert replace(told, broken="") == Told()
