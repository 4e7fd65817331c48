"""Handing in from a course folder: kept, numbered, repeatable, and told what a person should know."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hanoikit.errors import HandInError, UsageError
from hanoikit.exercise.sheet import Sheet
from hanoikit.handin import bundle, submitting
from hanoikit.handin.me import Me
from hanoikit.handin.submitting import exercise, exercises, hand_in, kept_in, mail

from .conftest import AT, CLASS, NAME


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_copy_stays_and_the_bundle_goes_to_the_stick(workspace: Path, stick: Path) -> None:
    done = hand_in(workspace, NAME, at=AT, to=stick)
    assert done.path.parent == stick and done.path.read_bytes() == done.kept.read_bytes()
    stem = f"{NAME}--t07--{done.receipt.code}"
    assert names(workspace / "handed-in") == [f"{stem}.hanoi.zip", f"{stem}.receipt.json"]
    assert [one.receipt for one in kept_in(workspace)] == [done.receipt]
    assert bundle.read(done.path).receipt == done.receipt


def test_handing_in_twice_changes_nothing_and_says_so(workspace: Path, stick: Path) -> None:
    first = hand_in(workspace, NAME, at=AT, to=stick)
    again = hand_in(workspace, NAME, at=AT + timedelta(hours=1), to=stick)
    assert again.repeated and not first.repeated
    assert again.receipt == first.receipt and len(names(stick)) == 1
    elsewhere = stick / "more"
    elsewhere.mkdir()
    assert hand_in(workspace, NAME, at=AT + timedelta(hours=2), to=elsewhere).path.parent == elsewhere


def test_changed_work_gets_the_next_number_and_both_are_kept(workspace: Path, stick: Path) -> None:
    first = hand_in(workspace, NAME, at=AT, to=stick)
    Sheet.in_folder(workspace / "exercises" / NAME, assignment=NAME).append("m04-q2", "a")
    second = hand_in(workspace, NAME, at=AT + timedelta(hours=1), to=stick)
    assert (first.receipt.number, second.receipt.number, second.answered) == (1, 2, 2)
    assert second.receipt.key == first.receipt.key
    assert len(names(stick)) == 2 and len(kept_in(workspace)) == 2
    assert hand_in(workspace, NAME, at=AT + timedelta(hours=2), again=True).receipt.number == 3
    assert hand_in(workspace, "m05", at=AT).receipt.number == 1


def test_a_kept_bundle_that_was_damaged_is_not_given_again(workspace: Path) -> None:
    done = hand_in(workspace, NAME, at=AT)
    done.kept.write_bytes(done.kept.read_bytes()[:-40])
    again = hand_in(workspace, NAME, at=AT)
    assert not again.repeated and bundle.read(again.kept).receipt.number == 2


def test_another_name_or_class_needs_another_receipt(workspace: Path, with_class: Path) -> None:
    first = hand_in(workspace, NAME, at=AT)
    assert first.receipt.class_id == CLASS
    Me.of(workspace).set(name="Lan Anh Trần")
    assert not hand_in(workspace, NAME, at=AT).repeated


def test_when_the_stick_fails_the_sealed_copy_is_kept_and_named(workspace: Path, stick: Path) -> None:
    with pytest.raises(HandInError) as caught:
        hand_in(workspace, NAME, at=AT, to=stick / "gone")
    (kept,) = kept_in(workspace)
    assert any(str(kept.path) in finding.message for finding in caught.value.findings)


def test_the_folder_of_the_inbox_itself_is_a_good_place(workspace: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "class" / "inbox"
    inbox.mkdir(parents=True)
    (inbox / ("00" * 32)).write_bytes(b"somebody else's")
    done = hand_in(workspace, NAME, at=AT, to=inbox)
    assert names(inbox) == sorted(["00" * 32, done.path.name])


def test_nobody_is_asked_twice_but_a_hand_in_needs_a_name(workspace: Path) -> None:
    (workspace / ".hanoikit" / "me.json").unlink()
    with pytest.raises(UsageError, match="name"):
        hand_in(workspace, NAME, at=AT)
    assert not (workspace / "handed-in").exists()


def test_late_is_told_and_not_refused(with_class: Path) -> None:
    assert hand_in(with_class, NAME, at=AT).findings == ()
    late = hand_in(with_class, NAME, at=AT + timedelta(hours=2), again=True)
    assert [finding.code for finding in late.findings] == ["late"]


@pytest.mark.parametrize(
    "words", ["m04", "4", "04", NAME, f"exercises/{NAME}/", f"C:\\x\\{NAME}\\{NAME}.ipynb", "M04"]
)
def test_an_exercise_is_found_by_what_people_call_it(workspace: Path, words: str) -> None:
    assert exercise(workspace, words).name == NAME


def test_an_exercise_that_there_is_not_is_answered_with_those_there_are(workspace: Path) -> None:
    with pytest.raises(UsageError, match="m05-network"):
        exercise(workspace, "m12")


def test_what_is_answered_and_what_is_open(workspace: Path) -> None:
    one, other = exercises(workspace)
    assert (one.title, one.asked, one.answered, one.open, one.others) == (
        f"Exercise {NAME}", ("m04-q1", "m04-q2"), ("m04-q1",), ("m04-q2",), ("m04-q8",),
    )  # fmt: skip
    assert submitting.numbers(one.open) == "2" and other.name == "m05-network"
    (one.folder / f"{NAME}.ipynb").write_bytes(b"{")
    assert exercise(workspace, NAME).asked == ()


def test_the_mail_says_who_what_and_the_code(workspace: Path) -> None:
    done = hand_in(workspace, NAME, at=AT)
    subject, text = mail(done)
    assert done.receipt.code in subject and "Lan Anh Tran" in subject
    assert done.kept.name in text and submitting.size_words(done.size) in text


def test_the_course_folder_is_found_from_inside(workspace: Path, tmp_path: Path) -> None:
    assert submitting.workspace_of(workspace / "exercises" / NAME / "work") == workspace
    assert submitting.workspace_of(tmp_path) is None
