"""``hanoikit submit`` and ``hanoikit receipt``: what they print, their exit codes, and that they can be repeated."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hanoikit import resources
from hanoikit.cli import run
from hanoikit.exercise.sheet import Sheet

NAME = "m04-evidence-chain"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "hanoi-kit"
    shutil.copytree(resources.exercises() / NAME, folder / "exercises" / NAME)
    (folder / ".hanoikit").mkdir()
    Sheet.in_folder(folder / "exercises" / NAME, assignment=NAME).append("m04-q1", "b")
    monkeypatch.chdir(folder / "exercises" / NAME)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    return folder


def test_a_hand_in_to_a_folder_and_the_check_of_its_receipt(course: Path, tmp_path: Path, capsys) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    assert run(["submit", "--to", str(stick), "--name", "Đặng Lan", "--id", "t07"]) == 0
    said = capsys.readouterr().out
    (path,) = stick.iterdir()
    assert path.name.removesuffix(".hanoi.zip").rpartition("--")[2] in said
    assert "1 of 8 questions answered" in said and "Open questions: 2, 3" in said and "read back" in said
    assert run(["submit", "m04", "--to", str(stick)]) == 0
    assert "Nothing changed" in capsys.readouterr().out and list(stick.iterdir()) == [path]
    assert run(["receipt", str(path)]) == 0
    assert "Đặng Lan" in capsys.readouterr().out


def test_a_spoiled_bundle_ends_with_one(course: Path, capsys) -> None:
    assert run(["submit", "--name", "Lan"]) == 0
    (path,) = (course / "handed-in").glob("*.zip")
    path.write_bytes(path.read_bytes()[:500])
    assert run(["receipt", str(path)]) == 1
    assert "not as it was sealed" in capsys.readouterr().out


def test_a_receipt_with_a_changed_name_ends_with_one(course: Path, capsys) -> None:
    assert run(["submit", "--name", "Lan", "--mail"]) == 0
    assert "Subject: " in capsys.readouterr().out
    (path,) = (course / "handed-in").glob("*.receipt.json")
    value = json.loads(path.read_text(encoding="utf-8"))
    value["receipt"]["name"] = "Bo"
    path.write_text(json.dumps(value), encoding="utf-8")
    assert run(["receipt", str(path)]) == 1
    assert "Use the file as it was written" in capsys.readouterr().err


def test_wrong_calls_say_what_to_do(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    assert run(["submit", "m04"]) == 2
    assert "--name" in capsys.readouterr().err
    monkeypatch.chdir(course)
    assert run(["submit"]) == 2
    assert "m04-evidence-chain (1 of 8 answered)" in capsys.readouterr().err
    assert run(["submit", "m04", "--name", "Lan", "--to", str(tmp_path / "gone")]) == 1
    assert "sealed and kept" in capsys.readouterr().err
    assert run(["submit", "m04", "--course", str(tmp_path / "nowhere")]) == 2
    assert run(["receipt", "nothing.zip"]) == 2


def test_a_name_that_the_console_has_no_letters_for_is_printed_all_the_same(course: Path) -> None:
    narrow = os.environ | {"PYTHONIOENCODING": "cp1252"}
    words = [sys.executable, "-m", "hanoikit.cli", "submit", "m04", "--name", "Đặng 王", "--mail"]
    done = subprocess.run(words, env=narrow, capture_output=True, cwd=course)
    assert done.returncode == 0 and b"?" in done.stdout and not done.stderr
