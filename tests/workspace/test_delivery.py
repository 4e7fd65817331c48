"""The trainee's folder: made, refreshed, and never a loss."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hanoikit.errors import WorkspaceError
from hanoikit.workspace import delivery
from hanoikit.workspace.delivery import PRIVATE, fingerprint, refresh


def notebook(*texts: str, **metadata: object) -> bytes:
    cells = [
        {
            "cell_type": "code",
            "id": f"c{n}",
            "metadata": {},
            "source": [text],
            "outputs": [],
            "execution_count": None,
        }
        for n, text in enumerate(texts)
    ]
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


FIRST = {
    "Start here.md": b"# Start here\n",
    "lessons/m04.ipynb": notebook("bench()"),
    "exercises/m04/m04.ipynb": notebook("ask()"),
}
SECOND = {**FIRST, "lessons/m04.ipynb": notebook("bench(2)"), "exercises/m04/m04.ipynb": notebook("ask(2)")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    refresh(tmp_path / "my course", FIRST)
    return tmp_path / "my course"


def everything(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and PRIVATE not in path.parts
    }


def run(folder: Path, name: str) -> None:
    """Do to a notebook what JupyterLab does when it is run and saved."""
    path = folder / name
    data = json.loads(path.read_text())
    for cell in data["cells"]:
        cell["execution_count"] = 3
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["done"]}]
    data["metadata"]["widgets"] = {"state": {"big": "x" * 1000}}
    data["cells"].append({"cell_type": "code", "id": "new", "metadata": {}, "source": [], "outputs": []})
    path.write_text(json.dumps(data, indent=1))


def test_a_new_folder_gets_everything(tmp_path):
    report = refresh(tmp_path / "a" / "b", FIRST)
    assert set(report.added) == set(FIRST) and everything(tmp_path / "a" / "b") == FIRST


def test_a_second_start_changes_nothing(folder):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.ipynb")}
    report = refresh(folder, FIRST)
    assert (report.added, report.updated, report.kept, report.beside) == ((), (), (), ())
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.ipynb")} == before


def test_unchanged_files_are_brought_up_to_date(folder):
    report = refresh(folder, SECOND)
    assert set(report.updated) == {"lessons/m04.ipynb", "exercises/m04/m04.ipynb"}
    assert everything(folder) == SECOND


def test_running_a_notebook_is_no_change(folder):
    run(folder, "lessons/m04.ipynb")
    assert refresh(folder, SECOND).beside == ()
    assert everything(folder)["lessons/m04.ipynb"] == SECOND["lessons/m04.ipynb"]


def test_outputs_stay_while_the_edition_is_the_same(folder):
    run(folder, "lessons/m04.ipynb")
    before = everything(folder)
    refresh(folder, FIRST)
    assert everything(folder) == before


def test_what_the_trainee_wrote_is_kept_and_the_new_edition_laid_beside(folder):
    mine = notebook("bench()", "my own note")
    (folder / "lessons/m04.ipynb").write_bytes(mine)
    report = refresh(folder, SECOND)
    assert report.beside == ("lessons/m04 (new edition).ipynb",)
    assert everything(folder)["lessons/m04.ipynb"] == mine
    assert everything(folder)["lessons/m04 (new edition).ipynb"] == SECOND["lessons/m04.ipynb"]


def test_the_new_edition_is_laid_beside_once(folder):
    (folder / "lessons/m04.ipynb").write_bytes(notebook("mine"))
    refresh(folder, SECOND)
    (folder / "lessons/m04 (new edition).ipynb").unlink()
    assert refresh(folder, SECOND).beside == ()
    assert "lessons/m04 (new edition).ipynb" not in everything(folder)


def test_a_third_edition_replaces_the_second_or_stands_beside_the_changed_one(folder):
    (folder / "lessons/m04.ipynb").write_bytes(notebook("mine"))
    refresh(folder, SECOND)
    third = {**SECOND, "lessons/m04.ipynb": notebook("bench(3)")}
    assert refresh(folder, third).beside == ("lessons/m04 (new edition).ipynb",)
    (folder / "lessons/m04 (new edition).ipynb").write_bytes(notebook("also mine"))
    fourth = {**SECOND, "lessons/m04.ipynb": notebook("bench(4)")}
    assert refresh(folder, fourth).beside == ("lessons/m04 (new edition 2).ipynb",)
    assert everything(folder)["lessons/m04 (new edition).ipynb"] == notebook("also mine")


def test_a_change_without_a_new_edition_needs_nothing_beside(folder):
    (folder / "lessons/m04.ipynb").write_bytes(notebook("mine"))
    report = refresh(folder, FIRST)
    assert report.beside == () and report.kept == ("lessons/m04.ipynb",)


def test_answers_are_never_touched(folder):
    sheet = folder / "exercises/m04/answers.jsonl"
    sheet.write_text('{"question": "m04-q1"}\n')
    stamp = sheet.stat().st_mtime_ns
    refresh(folder, SECOND)
    assert sheet.read_text() == '{"question": "m04-q1"}\n' and sheet.stat().st_mtime_ns == stamp


def test_a_course_that_carries_answers_is_refused(folder):
    with pytest.raises(WorkspaceError):
        refresh(folder, {**FIRST, "exercises/m04/answers.jsonl": b"{}"})


def test_a_deleted_file_comes_back(folder):
    (folder / "lessons/m04.ipynb").unlink()
    assert refresh(folder, FIRST).added == ("lessons/m04.ipynb",)


@pytest.mark.parametrize("manifest", [None, b"", b"{", b"[]", b'{"files": 3}', b"\xff\xfe"])
def test_without_a_usable_manifest_nothing_is_lost(folder, manifest):
    path = folder / PRIVATE / "manifest.json"
    path.unlink() if manifest is None else path.write_bytes(manifest)
    (folder / "lessons/m04.ipynb").write_bytes(notebook("mine"))
    refresh(folder, SECOND)
    assert everything(folder)["lessons/m04.ipynb"] == notebook("mine")


def test_an_unreadable_notebook_counts_as_the_trainees_own(folder):
    (folder / "lessons/m04.ipynb").write_bytes(b'{"cells": [')
    refresh(folder, SECOND)
    assert everything(folder)["lessons/m04.ipynb"] == b'{"cells": ['


def test_a_changed_text_changes_the_fingerprint_and_an_output_does_not():
    one = fingerprint("a.ipynb", notebook("x"))
    assert one == fingerprint("a.ipynb", notebook("x", kernelspec={"name": "python3"}))
    assert one != fingerprint("a.ipynb", notebook("y")) and one != fingerprint("a.ipynb", notebook("x", "y"))


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "course").write_text("a file")
    with pytest.raises(WorkspaceError, match="already a file"):
        refresh(tmp_path / "course", FIRST)


def test_a_failed_write_leaves_the_old_file_whole(folder, monkeypatch):
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(delivery.os, "fsync", full)
    before = everything(folder)
    with pytest.raises(WorkspaceError, match="disk is full"):
        refresh(folder, SECOND)
    assert everything(folder) == before


SCRIPT = """
import sys
from pathlib import Path
from hanoikit.errors import WorkspaceError
from hanoikit.workspace.delivery import refresh
try:
    refresh(Path(sys.argv[1]), {"lessons/a.ipynb": b"x" * 200_000})
except WorkspaceError as error:
    sys.exit(str(error))
"""


def in_sandbox(*mounts: str, folder: str) -> str:
    program = shutil.which("bwrap")
    assert program, "bubblewrap is one of the programs of the tests"
    command = [program, "--dev-bind", "/", "/", *mounts, sys.executable, "-c", SCRIPT, folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    return done.stderr


def test_a_read_only_disk_is_told_in_one_sentence(tmp_path):
    said = in_sandbox("--ro-bind", str(tmp_path), str(tmp_path), folder=str(tmp_path / "course"))
    assert "may not be written here" in said and len(said.strip().splitlines()) == 1


def test_a_full_disk_is_told_in_one_sentence(tmp_path):
    said = in_sandbox("--size", "65536", "--tmpfs", str(tmp_path), folder=str(tmp_path / "course"))
    assert "disk is full" in said and len(said.strip().splitlines()) == 1
