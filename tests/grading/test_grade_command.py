from __future__ import annotations

from pathlib import Path

import pytest

from hanoikit import resources
from hanoikit.cli import run
from hanoikit.cli.grade import exercise_folders
from hanoikit.errors import UsageError

NAME = "m99-marking"


@pytest.fixture(autouse=True)
def _course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "solutions", lambda: Path(__file__).parent / "data")


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder.resolve()


def test_an_exercise_is_found_by_its_folder_its_notebook_its_parent_or_from_inside(tmp_path):
    folder = made(tmp_path / "exercises" / NAME)
    (folder / f"{NAME}.ipynb").write_text("{}")
    for paths, here in (
        ([folder], tmp_path),
        ([folder / f"{NAME}.ipynb"], tmp_path),
        ([tmp_path / "exercises"], tmp_path),
        ([], tmp_path),
        ([], tmp_path / "exercises"),
        ([], folder),
        ([folder, tmp_path / "exercises"], tmp_path),
    ):
        assert exercise_folders(paths, here) == [folder]


def test_a_folder_without_exercises_is_refused_with_a_next_step(tmp_path):
    for paths in ([], [tmp_path], [tmp_path / "nowhere"]):
        with pytest.raises(UsageError) as caught:
            exercise_folders(paths, tmp_path)
        assert caught.value.next_step


@pytest.mark.slow
def test_grade_explains_every_mark_writes_the_page_and_ends_with_0(hand_in, source, capsys):
    work = hand_in({"m99-q1": "a", "m99-q3": 90})
    assert run(["grade", str(work.folder)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "A hash has no name and no place in it." in shown
    assert "art. 25(2)" in shown and "Read again" in shown and "not passed yet" in shown
    page = (work.folder / f"marks-{NAME}.html").read_text()
    assert "A hash has no name and no place in it." in page


@pytest.mark.slow
def test_a_hand_in_that_cannot_be_marked_ends_with_1_and_a_sentence(hand_in, source, capsys):
    work = hand_in({})
    (work.folder / f"{NAME}.ipynb").write_bytes(b"{")
    assert run(["grade", str(work.folder)]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "incomplete or damaged" in shown and "Traceback" not in shown


def test_grading_what_is_not_there_ends_with_2(tmp_path, capsys):
    assert run(["grade", str(tmp_path / "nowhere")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_the_demo_does_not_write_over_a_course_with_marks(tmp_path, capsys):
    (tmp_path / "gradebook.db").write_bytes(b"")
    assert run(["demo", "--keep", str(tmp_path)]) == 1
    assert "already" in capsys.readouterr().err
