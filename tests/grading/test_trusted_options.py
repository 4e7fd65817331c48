"""nbgrader's settings and options mean the same to the kit's command: parts of a class, of an assignment, rights, limits."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hanoikit.cli import run
from hanoikit.errors import ClassroomError, UsageError
from hanoikit.grading import cells, course_directory
from hanoikit.grading.trusted import Limits
from hanoikit.grading.trusted.layout import Layout

from .nbgrader_ready import command
from .test_trusted_course_run import CONFIG, environment, gradebook, in_course, tree
from .test_trusted_engine import isolation
from .trusted_course import RIGHT, author_notebook, author_source, write_hand_in

isolated = pytest.mark.skipif(bool(isolation()), reason=isolation() or "isolated")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assignment of two notebooks, and three who handed in both."""
    root = tmp_path_factory.mktemp("template")
    (root / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    (root / "source" / "ps1").mkdir(parents=True)
    for name in ("one", "two"):
        cells.write_notebook(author_notebook(), root / "source" / "ps1" / f"{name}.ipynb")
    in_course(root, "generate_assignment", "ps1", "--create")
    for student in ("amal", "bela", "caro"):
        folder = root / "submitted" / student / "ps1"
        write(folder, {})
    return root


def write(folder: Path, answers: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    write_hand_in(folder, author_source(), RIGHT | answers)
    (folder / "ps1.ipynb").rename(folder / "one.ipynb")
    shutil.copy(folder / "one.ipynb", folder / "two.ipynb")
    (folder / "film.mp4").write_bytes(b"\0" * 10)


@pytest.fixture
def course(template: Path, tmp_path: Path) -> Path:
    root = tmp_path / "course"
    shutil.copytree(template, root)
    return root


def autograde(root: Path, *words: str) -> int:
    return run(["class", "autograde", "ps1", "--course", str(root), "--jobs", "2", *words])


def totals(root: Path) -> dict[tuple[object, ...], float]:
    found: dict[tuple[object, ...], float] = {}
    for student, book, _cell, kind, score, *_rest in gradebook(root):
        if kind == "GradeCell":
            found[student, book] = found.get((student, book), 0) + float(score or 0)  # type: ignore[arg-type]
    return found


@isolated
def test_with_a_notebook_named_only_that_one_is_marked_again_and_others_stay_byte_for_byte(
    course: Path,
) -> None:
    assert autograde(course, "--student", "amal") == 0
    before = tree(course)
    write(course / "submitted" / "amal" / "ps1", {"limit": "limit = 6"})
    assert autograde(course, "--student", "amal", "--notebook", "one") == 0
    after = tree(course)
    assert {name for name in before if before[name] != after.get(name)} == {"amal/ps1/one.ipynb"}
    assert totals(course) == {("amal", "one"): 5.0, ("amal", "two"): 6.0}
    # The whole assignment is not up to date yet, and the next run sees that.
    assert autograde(course, "--student", "amal") == 0
    assert totals(course) == {("amal", "one"): 5.0, ("amal", "two"): 5.0}


@isolated
def test_a_notebook_that_is_not_chosen_has_no_marks_yet(course: Path) -> None:
    assert autograde(course, "--student=bela", "--notebook=t*") == 0
    rows = [row for row in gradebook(course) if row[3] == "GradeCell"]
    assert {(row[1], row[4] is None, bool(row[6])) for row in rows} == {
        ("one", True, False),
        ("two", False, False),
    }
    assert set(tree(course)) == {"bela/ps1/two.ipynb", "bela/ps1/film.mp4"}


@isolated
def test_students_are_chosen_by_pattern_and_left_out_by_name(course: Path) -> None:
    assert autograde(course, "--student", "[ab]*", "--CourseDirectory.student_id_exclude=bela") == 0
    assert {name.partition("/")[0] for name in tree(course)} == {"amal"}


@isolated
def test_rights_ignored_files_and_another_gradebook_are_as_the_settings_say(
    course: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    shutil.move(course / "gradebook.db", other)
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write("c.CourseDirectory.groupshared = True\nc.CourseDirectory.ignore = ['*.mp4']\n")
    assert autograde(course, "--student", "amal", "--db", f"sqlite:///{other}") == 0
    folder = course / "autograded" / "amal" / "ps1"
    assert sorted(path.name for path in folder.iterdir()) == ["one.ipynb", "two.ipynb"]
    assert stat.S_IMODE((folder / "one.ipynb").stat().st_mode) == 0o664
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2775
    assert not (course / "gradebook.db").exists()
    with sqlite3.connect(other) as connection:
        assert connection.execute("select count(*) from submitted_assignment").fetchone() == (1,)


@isolated
def test_no_student_is_added_when_the_course_says_so(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_course(course, "db", "student", "add", "bela")
    assert autograde(course, "--Autograde.create_student=False") == 1
    said = capsys.readouterr().out
    assert "1 hand-in marked" in said and "nbgrader db student add amal" in said
    assert {name.partition("/")[0] for name in tree(course)} == {"bela"}


@isolated
def test_a_time_that_cannot_be_read_is_for_a_person_and_costs_nothing(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (course / "submitted" / "amal" / "ps1" / "timestamp.txt").write_text(
        "yesterday, I think", encoding="utf-8"
    )
    assert autograde(course, "--student", "amal") == 1
    assert "nobody knows whether it was late" in capsys.readouterr().out
    assert totals(course) == {("amal", "one"): 6.0, ("amal", "two"): 6.0}


@pytest.mark.parametrize("words", [["--no-execute"], ["--jobz", "3"], ["--Execute.timeout"]])
def test_an_option_that_is_not_offered_ends_with_a_sentence(
    course: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert autograde(course, *words) == 2
    assert not (course / "autograded").exists()
    assert "Traceback" not in capsys.readouterr().err


def test_settings_are_read_in_nbgrader_s_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user, here, root = tmp_path / "user", tmp_path / "here", tmp_path / "root"
    for folder in (user, here, root):
        folder.mkdir()
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(user))
    head = "c = get_config()\n"
    (user / "nbgrader_config.py").write_text(
        f"{head}c.CourseDirectory.root = {str(root)!r}\nc.CourseDirectory.course_id = 'user'\nc.Execute.timeout = 1\n"
    )
    (here / "nbgrader_config.py").write_text(f"{head}c.Execute.timeout = 2\nc.LimitOutput.max_lines = 2\n")
    (root / "nbgrader_config.json").write_text(json.dumps({"LimitOutput": {"max_lines": 3}}))
    layout = Layout.of(here, ["Execute.timeout=4"])
    assert (layout.root, layout.course_id) == (root, "user")
    assert layout.config.LimitOutput.max_lines == 3
    assert Limits.of_course(layout.config).cell_seconds == 4.0
    with pytest.raises(UsageError):
        Layout.of(here, ["Execute.timeout"])


@pytest.mark.parametrize(("text", "seconds"), [("30", 30.0), ("None", 3600.0), ("-1", 3600.0), ("0.5", 0.5)])
def test_the_time_for_a_cell_is_the_course_s(text: str, seconds: float, tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    limits = Limits.of_course(Layout.of(tmp_path, [f"Execute.timeout={text}"]).config)
    assert limits.cell_seconds == limits.call_seconds == seconds
    assert limits.hand_in_seconds >= seconds


def test_settings_that_end_the_program_or_fail_stop_the_command(tmp_path: Path) -> None:
    for text in ("raise SystemExit('no')", "import nothing_of_this_name", "c ="):
        (tmp_path / "nbgrader_config.py").write_text(text, encoding="utf-8")
        with pytest.raises(ClassroomError, match="settings cannot be read"):
            Layout.of(tmp_path)


@pytest.mark.slow
def test_where_the_kit_cannot_be_imported_nbgrader_marks_nothing_and_says_why(course: Path) -> None:
    made: Any = course_directory(course.with_name("made"), assignments=[], trusted=True)
    config = (made.root / "nbgrader_config.py").read_text(encoding="utf-8")
    block = "import sys as _sys\n_sys.modules['hanoikit'] = None\n"
    (course / "nbgrader_config.py").write_text(block + config, encoding="utf-8")
    code, said = command("autograde", "ps1", root=course, env=environment())
    assert code == 1
    assert "Nothing is marked: Hanoi Kit is not installed beside nbgrader" in said
    assert not any(path.is_file() for path in (course / "autograded").rglob("*.ipynb"))
    assert all(row[4] is None for row in gradebook(course) if row[3] == "GradeCell")


def test_importing_the_names_of_the_steps_costs_a_settings_file_nothing() -> None:
    code = "import sys, hanoikit.grading.nbgrader_steps; print('nbgrader' in sys.modules or 'nbformat' in sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "False"


@pytest.fixture
def sheets(tmp_path: Path) -> Callable[[dict[str, list[str]]], list[tuple[str, Path]]]:
    """Folders with answer sheets: trainee -> answers; written by the kit's own sheet."""
    from hanoikit.exercise.sheet import Sheet

    def make(given: dict[str, list[str]]) -> list[tuple[str, Path]]:
        found = []
        for trainee, answers in given.items():
            folder = tmp_path / trainee
            folder.mkdir()
            sheet = Sheet.in_folder(folder, assignment="m99-marking")
            for number, answer in enumerate(answers):
                sheet.append(f"m99-q{number}", answer)
            found.append((trainee, folder))
        return found

    return make


def test_a_copied_sheet_is_found_also_when_it_was_gone_on_with_cut_or_given_a_new_head(sheets: Any) -> None:
    from hanoikit.exercise.sheet import Sheet
    from hanoikit.grading.trusted.replay import same_sheets

    class_of = sheets({"amal": list("abcdef"), "bela": list("abcdef"), "caro": [], "dora": ["a"], "emil": []})
    folders = dict(class_of)
    assert same_sheets(class_of) == {}
    text = (folders["amal"] / "answers.jsonl").read_bytes()
    (folders["caro"] / "answers.jsonl").write_bytes(text)
    Sheet.in_folder(folders["caro"], assignment="m99-marking").append("m99-q9", "more")
    (folders["emil"] / "answers.jsonl").write_bytes(
        (folders["dora"] / "answers.jsonl").read_bytes().partition(b"\n")[0]
        + b"\n"
        + text.partition(b"\n")[2]
    )
    assert same_sheets(class_of) == {
        "amal": ("caro", "emil"),
        "caro": ("amal", "emil"),
        "dora": ("emil",),
        "emil": ("amal", "caro", "dora"),
    }
    (folders["emil"] / "answers.jsonl").unlink()
    (folders["emil"] / "answers.jsonl").symlink_to(folders["amal"] / "answers.jsonl")
    os.mkfifo(folders["dora"] / "pipe")
    (folders["dora"] / "answers.jsonl").unlink()
    (folders["dora"] / "pipe").rename(folders["dora"] / "answers.jsonl")
    (folders["bela"] / "answers.jsonl").write_bytes(b"\0" * 200_000)
    assert same_sheets(class_of) == {"amal": ("caro",), "caro": ("amal",)}


@isolated
@pytest.mark.slow
def test_two_hand_ins_with_one_answer_sheet_are_shown_to_a_person_and_keep_their_marks(
    tmp_path: Path, hand_in: Any, source: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    course = course_directory(tmp_path / "course", assignments=[source], trusted=True)
    name = source.name
    in_course(course.root, "generate_assignment", name)
    for trainee in ("amal", "bela"):
        shutil.copytree(hand_in(trainee=trainee).folder, course.submitted(trainee, name))
    words = ["class", "autograde", name, "--course", str(course.root)]
    assert run(words) in (0, 1)
    assert "same answer sheet" not in capsys.readouterr().out
    # caro comes later, with amal's sheet.
    shutil.copytree(course.submitted("amal", name), course.submitted("caro", name))
    assert run([*words, "--json"]) == 1
    rows = {row["student"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert {student: (row["state"], row["same_sheet_as"]) for student, row in rows.items()} == {
        "amal": ("unchanged", ["caro"]),
        "bela": ("unchanged", []),
        "caro": ("marked", ["amal"]),
    }
    assert rows["amal"]["points"] == rows["caro"]["points"] > 0
    assert run(words) == 1
    assert capsys.readouterr().out.count("The same answer sheet was handed in by") == 2
    for trainee, shown in (("amal", True), ("bela", False), ("caro", True)):
        assert run(["class", "explain", trainee, name, "--course", str(course.root)]) == 0
        assert ("same answer sheet" in capsys.readouterr().out) is shown
