"""What is set aside: kept by a setting of the assignment, taken after all by name, dismissed with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hanoikit.classroom import collecting_aside, collecting_telling
from hanoikit.classroom.collecting import collect
from hanoikit.classroom.collecting_inbox import Inbox
from hanoikit.classroom.gather_ledger import Told
from hanoikit.classroom.klass import Class
from hanoikit.classroom.ledger import read_lines
from hanoikit.classroom.ledger_check import verify
from hanoikit.cli import run as command
from hanoikit.errors import ClassroomError, UsageError

from .collecting_scene import FIRST, NOW, Scene, snapshot, submitted
from .test_collecting import LATER, codes, scene, template

__all__ = ["scene", "template"]


def type_(scene: Scene, *words: str) -> int:
    return command(["class", *words, "--class", str(scene.klass.root)])


def test_an_assignment_that_refuses_late_ones_does_so_at_every_collecting_until_it_is_told_otherwise(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.klass.plan(FIRST, due=NOW - timedelta(hours=3))
    before = scene.seal("t02", at=NOW - timedelta(hours=4), to=scene.work / "early")
    collect(scene.klass, [before], now=LATER)
    assert type_(scene, "due", "m99", "--refuse-late") == 0
    assert "set aside from now on: m99-marking" in capsys.readouterr().out
    assert Class.open(scene.klass.root).assignment(FIRST).refuse_late
    scene.seal("t01")
    for _again in range(2):
        [item] = collect(scene.klass, [scene.stick], now=LATER).items
        assert (item.state, codes(item)) == ("set-aside", ["too-late"])
    assert list(submitted(scene.klass)) and not any("t01" in path for path in submitted(scene.klass))
    assert type_(scene, "due") == 0 and "late ones are set aside" in capsys.readouterr().out
    assert type_(scene, "status") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Late hand-ins are set aside: m99-marking." in said
    assert "1 hand-in lies aside; see: hanoikit class aside" in said
    assert type_(scene, "due", "all", "--take-late") == 0
    [item] = collect(scene.klass, [scene.stick], now=LATER).items
    assert (item.state, codes(item), item.decision.late) == ("accepted", ["late"], True)


def test_refusing_by_the_word_of_collecting_is_kept_too_and_said(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.klass.plan(FIRST, due=datetime.now(UTC) - timedelta(days=300))
    scene.seal("t01", at=datetime.now(UTC) - timedelta(hours=2))
    assert type_(scene, "collect", str(scene.stick), "--refuse-late") == 1
    assert "To undo it: hanoikit class due all --take-late" in capsys.readouterr().out
    assert type_(scene, "collect", str(scene.stick)) == 1
    assert all(one.refuse_late for one in scene.klass.assignments)
    assert submitted(scene.klass) == {}


def test_one_that_was_refused_is_taken_after_all_by_name_without_its_stick(scene: Scene) -> None:
    scene.klass.plan(FIRST, due=NOW - timedelta(hours=3), refuse_late=True)
    path = scene.seal("t01")
    scene.seal("t03")
    collect(scene.klass, [scene.stick], now=LATER)
    path.unlink()
    [one] = collecting_aside.named(collecting_aside.lying(scene.klass), ["t01/m99"])
    collecting_aside.take(scene.klass, [one], now=LATER)
    assert [one.trainee for one in collecting_aside.lying(scene.klass)] == ["t03"]
    assert (scene.klass.course.submitted("t01", FIRST) / f"{FIRST}.ipynb").is_file()
    last = [line.record for line in read_lines(scene.klass) if line.record.get("trainee") == "t01"][-1]
    assert last["allowed"] is True and last["state"] == "accepted" and last["late"] is True
    before = snapshot(scene.klass.root)
    collect(scene.klass, [scene.stick], now=LATER)  # nothing of it is forgotten or written again
    assert snapshot(scene.klass.root) == before
    assert verify(scene.klass.root) == []


def test_what_cannot_be_marked_cannot_be_taken_and_the_reason_is_said(scene: Scene) -> None:
    scene.stick.mkdir(exist_ok=True)
    (scene.stick / "broken.hanoi.zip").write_bytes(scene.seal("t01").read_bytes()[:200])
    collect(scene.klass, [scene.stick], now=LATER)
    with pytest.raises(ClassroomError, match=r"broken\.hanoi\.zip") as caught:
        collecting_aside.take(scene.klass, collecting_aside.lying(scene.klass), now=LATER)
    assert caught.value.findings


def junk(scene: Scene) -> None:
    scene.stick.mkdir(exist_ok=True)
    for number in range(3):
        (scene.stick / f"photo {number}.jpg").write_bytes(b"\xff\xd8 not a hand-in %d" % number)
    broken = scene.seal("t01", to=scene.work / "whole").read_bytes()[:200]
    (scene.stick / "broken.hanoi.zip").write_bytes(broken)


def test_what_was_dismissed_is_named_nowhere_and_is_all_still_there(scene: Scene) -> None:
    junk(scene)
    found = collect(scene.klass, [scene.stick], now=LATER)
    assert len(found.waiting) == 4 and found.look
    inbox = {path.name for path in scene.klass.inbox.iterdir()}
    lying = collecting_aside.lying(scene.klass)
    chosen = collecting_aside.named(lying, ["photo*.jpg", "broken.hanoi.zip"])
    assert len(chosen) == 4
    collecting_aside.dismiss(scene.klass, chosen, reason="holiday  photos\nand a torn file", now=LATER)
    assert collecting_aside.lying(scene.klass) == []
    lines = read_lines(scene.klass)
    assert [line.record["reason"] for line in lines if line.record["entry"] == "dismissed"] == [
        "holiday photos and a torn file"
    ] * 4
    size = len(lines)
    again = collect(scene.klass, [scene.stick], now=LATER)  # the stick comes once more
    assert again.waiting == () and not again.look and len(read_lines(scene.klass)) == size
    page = collecting_telling.page(
        scene.klass,
        LATER.date(),
        collecting_telling.rows(again.decisions, scene.klass.roster, Inbox(scene.klass.inbox)),
        [],
        again.decisions,
        scene.klass.roster,
    )
    assert "A person has to look" not in page and "Dismissed: holiday photos" in page
    assert Told.by(scene.klass).aside == ()
    assert inbox <= {path.name for path in scene.klass.inbox.iterdir()}
    assert verify(scene.klass.root) == []
    # Called back, it is named again.
    collecting_aside.call_back(
        scene.klass,
        collecting_aside.named(collecting_aside.lying(scene.klass, dismissed=True), ["broken*"]),
        now=LATER,
    )
    assert [one.shown for one in collecting_aside.lying(scene.klass)] == ["stick/broken.hanoi.zip"]
    assert len(Told.by(scene.klass).aside) == 1


def test_a_new_file_of_the_same_person_is_named_although_an_earlier_one_was_dismissed(scene: Scene) -> None:
    junk(scene)
    collect(scene.klass, [scene.stick], now=LATER)
    collecting_aside.dismiss(scene.klass, collecting_aside.lying(scene.klass), reason="seen", now=LATER)
    (scene.stick / "broken again.hanoi.zip").write_bytes(
        (scene.stick / "broken.hanoi.zip").read_bytes()[:150]
    )
    assert [one.facts.shown for one in collect(scene.klass, [scene.stick], now=LATER).waiting] == [
        "stick/broken again.hanoi.zip"
    ]


def test_the_command_shows_dismisses_and_says_what_is_missing(
    scene: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    assert type_(scene, "aside") == 0 and "Nothing lies aside." in capsys.readouterr().out
    junk(scene)
    assert type_(scene, "collect", str(scene.stick)) == 1
    assert "hanoikit class aside" in capsys.readouterr().out
    assert type_(scene, "aside") == 0
    said = capsys.readouterr().out
    assert "photo 1.jpg" in said and "4 hand-ins" in said
    assert type_(scene, "aside", "dismiss", "photo*.jpg") == 2 and "needs a reason" in capsys.readouterr().err
    assert type_(scene, "aside", "dismiss", "stick/photo 1.jpg", "--because", "no hand-in") == 0
    assert type_(scene, "aside", "dismiss", "photo 9.jpg", "--because", "x") == 2
    assert "Nothing that lies aside is called photo 9.jpg" in capsys.readouterr().err
    assert type_(scene, "aside", "take", "broken.hanoi.zip") == 1
    assert type_(scene, "aside", "dismiss", "--because", "all") == 2  # never everything by a slip
    assert type_(scene, "aside", "burn") == 2
    assert type_(scene, "aside", "--dismissed") == 0 and "no hand-in" in capsys.readouterr().out
    assert type_(scene, "aside", "back", "photo 1.jpg") == 0
    assert len(collecting_aside.lying(scene.klass)) == 4
    assert type_(scene, "ledger", "show") == 0 and "called back" in capsys.readouterr().out


def test_a_word_that_may_mean_two_is_not_guessed(scene: Scene, tmp_path: Path) -> None:
    scene.klass.plan(FIRST, due=NOW - timedelta(hours=3), refuse_late=True)
    scene.seal("t01")
    scene.seal("t01", answers=3, number=2, at=NOW + timedelta(minutes=5))
    collect(scene.klass, [scene.stick], now=LATER)
    there = collecting_aside.lying(scene.klass)
    with pytest.raises(UsageError, match="may mean 2") as caught:
        collecting_aside.named(there, ["t01"])
    assert there[0].file[:8] in str(caught.value)
    assert collecting_aside.named(there, [there[1].file[:8].upper()]) == [there[1]]
    assert collecting_aside.named(there, [there[0].decision.facts.code]) == [there[0]]
