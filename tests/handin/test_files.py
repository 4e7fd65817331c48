"""What is handed in: all of the trainee's work, nothing of the machinery, under names that can travel."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest

from hanoikit.errors import HandInError
from hanoikit.evidence.bagging import name_findings
from hanoikit.handin import files
from hanoikit.handin.files import take

from .conftest import NAME, fill


def test_work_is_taken_and_machinery_stays(exercise: Path) -> None:
    for name in (
        ".ipynb_checkpoints/x-checkpoint.ipynb",
        "__pycache__/a.pyc",
        "work/.hidden",
        "Thumbs.db",
        "desktop.ini",
        f"marks-{NAME}.html",
        "feedback/x.html",
        ".answers.jsonl.lock",
        "half.part",
        "~$letter.docx",
    ):
        path = exercise / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (exercise / "work" / ".hanoikit-case.json").write_bytes(b"{}")
    (exercise / "photo of mine.png").write_bytes(b"mine")
    (exercise / "map.svg").write_bytes(b"the course's")
    (exercise / "changed.png").write_bytes(b"drawn over")
    delivered = {
        "map.svg": hashlib.sha256(b"the course's").hexdigest(),
        "changed.png": hashlib.sha256(b"as it came").hexdigest(),
    }
    taken = take(exercise, NAME, delivered=delivered)
    assert sorted(taken.files) == [
        "answers.jsonl",
        "changed.png",
        f"{NAME}.ipynb",
        "photo of mine.png",
        "work/.hanoikit-case.json",
        "work/custody.jsonl",
    ]
    assert taken.answered == 1 and taken.findings == ()


def test_bytes_stay_as_they_are_with_their_line_ends(exercise: Path) -> None:
    assert take(exercise, NAME).files["work/custody.jsonl"] == b'{"line": 1}\r\n'


@pytest.mark.skipif(sys.platform == "win32", reason="such names cannot exist there")
def test_names_that_windows_cannot_hold_travel_under_others_and_none_is_lost(exercise: Path) -> None:
    odd = [
        "CON.txt",
        "a:b?.txt",
        "trailing.",
        "Work/Custody.jsonl",
        "x" * 150 + ".txt",
        "100%.txt",
        "new\nline",
        "é.txt",
    ]
    for name in odd:
        path = exercise / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    Path(os.fsdecode(os.fsencode(exercise) + b"/caf\xe9.txt")).write_bytes(b"latin")
    taken = take(exercise, NAME)
    assert not name_findings(taken.files)
    content = set(taken.files.values())
    assert {name.encode() for name in odd} | {b"latin"} <= content
    assert len(taken.renamed) == len(
        odd
    )  # one of the odd names is a good one, one of the others has no Unicode name
    assert {"answers.jsonl", f"{NAME}.ipynb"} <= taken.files.keys()
    assert all(finding.severity == "note" for finding in taken.findings)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_is_told_and_left_out(exercise: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"not mine to give")
    (exercise / "link.txt").symlink_to(tmp_path / "secret")
    taken = take(exercise, NAME)
    assert b"not mine to give" not in taken.files.values()
    assert [(one.code, one.severity) for one in taken.findings] == [("symlink", "warning")]


def test_a_torn_answer_sheet_is_told_and_handed_in_as_it_is(exercise: Path) -> None:
    sheet = exercise / "answers.jsonl"
    torn = sheet.read_bytes() + b'{"n": 2, "question": "m04-q2", "val'
    sheet.write_bytes(torn)
    taken = take(exercise, NAME)
    assert taken.files["answers.jsonl"] == torn and taken.answered == 1
    assert [one.code for one in taken.findings] == ["torn-line"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda folder: (folder / f"{NAME}.ipynb").write_bytes(b'{"cells": ['), "notebook-damaged"),
        (lambda folder: (folder / f"{NAME}.ipynb").unlink(), "notebook-missing"),
        (lambda folder: (folder / f"{NAME}.ipynb").rename(folder / "mine.ipynb"), "notebook-missing"),
        (lambda folder: (folder / "answers.jsonl").unlink(), "sheet-missing"),
        (lambda folder: (folder / "answers.jsonl").write_bytes(b"no sheet\n"), "unreadable"),
    ],
)
def test_what_is_missing_or_damaged_is_told_and_stops_nothing(
    exercise: Path, change: object, code: str
) -> None:
    change(exercise)  # type: ignore[operator]
    taken = take(exercise, NAME)
    assert [one.code for one in taken.findings] == [code] and taken.files


def test_nothing_to_hand_in_is_refused(exercise: Path) -> None:
    (exercise / f"{NAME}.ipynb").unlink()
    (exercise / "answers.jsonl").unlink()
    with pytest.raises(HandInError, match="nothing to hand in"):
        take(exercise, NAME)
    with pytest.raises(HandInError, match="no folder"):
        take(exercise / "nowhere", NAME)


def test_too_much_is_refused_and_the_largest_files_are_named(
    exercise: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAXIMUM_SIZE", 2 << 20)
    (exercise / "disk.img").write_bytes(bytes(3 << 20))
    with pytest.raises(HandInError) as caught:
        take(exercise, NAME)
    assert caught.value.findings[0].where == "disk.img"
    monkeypatch.setattr(files, "MAXIMUM_FILES", 2)
    with pytest.raises(HandInError, match="files"):
        take(exercise, NAME)


def test_a_folder_with_a_blank_and_accents_in_its_path_works(tmp_path: Path) -> None:
    folder = fill(tmp_path / "Học viện (1)" / "bài tập" / NAME)
    assert len(take(folder, NAME).files) == 3
