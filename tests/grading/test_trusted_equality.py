"""Marks equal nbgrader's, cell by cell, where a hand-in is honest; where not, each difference by design is shown.

docs/equality.md tells the differences; it names the tests of this file.
"""

from __future__ import annotations

import contextlib
import copy
import io
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbgrader
import pytest

from hanoikit.classroom import cohort
from hanoikit.cli import run
from hanoikit.grading import AssignmentSource, cells, course_directory

from .test_trusted_course_run import CONFIG, environment, gradebook, in_course, tree
from .test_trusted_engine import isolation
from .trusted_course import RIGHT, author_notebook, author_source, write_hand_in

ROOT = Path(__file__).resolve().parents[2]
GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
isolated = pytest.mark.skipif(bool(isolation()), reason=isolation() or "isolated")

LATE = """
c.AssignLatePenalties.plugin_class = 'late_plugin.ByTheHour'
"""
PLUGIN = """
from nbgrader.plugins import BasePlugin

class ByTheHour(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / 3600 / 4
"""


def ours(root: Path, *words: str) -> int:
    here = Path.cwd()
    os.chdir(root)  # a course's own plug-in is looked for where the command is started, as with nbgrader
    try:
        return run(["class", "autograde", "ps1", "--jobs", "2", *words])
    finally:
        os.chdir(here)


def summary(root: Path) -> dict[str, dict[str, Any]]:
    """What nbgrader's own programs read out of the gradebook: of each notebook, of each grade and comment."""
    from nbgrader.api import Gradebook

    found: dict[str, dict[str, Any]] = {}
    with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        for submission in book.assignment_submissions("ps1"):
            about = (
                "score",
                "max_score",
                "needs_manual_grade",
                "total_seconds_late",
                "timestamp",
                "extension",
            )
            found[submission.student.id] = {name: getattr(submission, name) for name in about}
            for notebook in submission.notebooks:
                about = (
                    "score",
                    "max_score",
                    "needs_manual_grade",
                    "late_submission_penalty",
                    "failed_tests",
                )
                found[submission.student.id][notebook.name] = {
                    name: getattr(notebook, name) for name in about
                }
                for grade in notebook.grades:
                    about = (
                        "auto_score",
                        "manual_score",
                        "extra_credit",
                        "score",
                        "max_score",
                        "needs_manual_grade",
                    )
                    key = f"{notebook.name}/{grade.name}"
                    found[submission.student.id][key] = {name: getattr(grade, name) for name in about}
                for comment in notebook.comments:
                    key = f"{notebook.name}/{comment.name}/comment"
                    about = ("auto_comment", "manual_comment", "comment")
                    found[submission.student.id][key] = {name: getattr(comment, name) for name in about}
    return found


def a_person_marks(root: Path) -> None:
    """Manual marks, extra credit, comments, a due date and an extension, as formgrader writes them."""
    with sqlite3.connect(root / "gradebook.db") as connection:
        graded = "select g.id from grade g join base_cell b on b.id = g.cell_id where b.name like"
        connection.execute(f"update grade set manual_score = 0.5 where id in ({graded} '%squares%')")
        connection.execute(f"update grade set extra_credit = 0.25 where id in ({graded} '%sum%')")
        connection.execute("update comment set manual_comment = 'seen' where auto_comment is null")
        connection.execute("update assignment set duedate = '2015-02-01 15:28:58.749302'")
        connection.execute(
            "update submitted_assignment set extension = '1970-01-01 01:00:00.000000' where student_id = 'hacker'"
        )


@isolated
@pytest.mark.slow
def test_on_nbgrader_s_quickstart_course_every_cell_total_and_penalty_is_nbgrader_s(tmp_path: Path) -> None:
    root, stock = tmp_path / "ours", tmp_path / "stock"
    for name in ("source", "submitted"):
        shutil.copytree(GUIDE / name, root / name)
    (root / "nbgrader_config.py").write_text(CONFIG + LATE, encoding="utf-8")
    (root / "late_plugin.py").write_text(PLUGIN, encoding="utf-8")
    in_course(root, "generate_assignment", "ps1", "--create")
    shutil.copytree(root, stock)
    assert ours(root) == 0
    in_course(stock, "autograde", "ps1", "--create")
    assert gradebook(root) == gradebook(stock)
    assert len(gradebook(root)) >= 30
    assert summary(root) == summary(stock)
    assert set(tree(root)) == set(tree(stock))
    for course in (root, stock):
        a_person_marks(course)
    assert ours(root, "--again") == 0
    in_course(stock, "autograde", "ps1", "--force")
    assert summary(root) == summary(stock)
    penalties = [one["problem1"]["late_submission_penalty"] for one in summary(root).values()]
    assert any(penalties), "somebody is late, or the comparison is worth less"
    assert {one["problem1/correct_squares"]["manual_score"] for one in summary(root).values()} == {0.5}
    in_course(root, "generate_feedback", "ps1")
    assert (root / "feedback" / "bitdiddle" / "ps1" / "problem1.html").stat().st_size > 10_000
    in_course(root, "export")
    in_course(stock, "export")
    assert (root / "grades.csv").read_text("utf-8") == (stock / "grades.csv").read_text("utf-8")


@isolated
@pytest.mark.slow
def test_on_module_4_the_sample_class_gets_what_nbgrader_gives_it_cell_by_cell(tmp_path: Path) -> None:
    source = AssignmentSource.installed("m04-evidence-chain")
    course = course_directory(tmp_path / "stock", assignments=[source])
    people = [one for one in cohort.SAMPLE if one.name in {"strong", "average", "weak", "careless", "silent"}]
    ran = cohort.run_cohort([source], course, seed=1, answerers=people)
    assert [result.error for result in ran.results] == [None] * len(people)
    root = tmp_path / "ours"
    for name in ("source", "submitted"):
        shutil.copytree(course.root / name, root / name)
    (root / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    in_course(root, "generate_assignment", source.name, "--create")
    run(["class", "autograde", source.name, "--course", str(root), "--jobs", "2"])
    mine, theirs = gradebook(root), gradebook(course.root)
    assert mine == theirs
    assert len({row[0] for row in mine}) == len(people) and len(mine) == 15 * len(people)
    in_course(root, "generate_feedback", source.name, "--student", "strong")
    assert (root / "feedback" / "strong" / source.name / f"{source.name}.html").is_file()
    in_course(root, "export")
    assert "strong" in (root / "grades.csv").read_text("utf-8")


Edit = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Difference:
    """A hand-in on which nbgrader and the engine differ; points of test-round (2), test-parts (3), test-limit (1)."""

    name: str
    theirs: tuple[float | None, ...] | None
    """None: nbgrader gives up the whole hand-in."""
    ours: tuple[float, ...]
    told: bool
    """Whether a person is asked to look."""
    answers: dict[str, str]
    edit: Edit = lambda notebook: None
    before: str = ""


def without(name: str) -> Edit:
    def edit(notebook: dict[str, Any]) -> None:
        notebook["cells"].remove(cells.named(notebook, name))

    return edit


def answered_above_a_pasted_copy(notebook: dict[str, Any]) -> None:
    """The right answer first; below it a copy of the empty cell, as given out."""
    cell = cells.named(notebook, "limit")
    place = notebook["cells"].index(cell)
    again = copy.deepcopy(cell)
    again["source"], again["id"] = "# YOUR CODE HERE\nraise NotImplementedError()", "pasted"
    notebook["cells"].insert(place + 1, again)


def retyped(notebook: dict[str, Any]) -> None:
    """A code answer that was turned into a raw cell and its nbgrader settings lost."""
    cell = cells.named(notebook, "test-limit")
    cell["metadata"] = {}


def pasted_from_elsewhere(notebook: dict[str, Any]) -> None:
    cell = copy.deepcopy(cells.named(notebook, "test-limit"))
    cell["metadata"]["nbgrader"]["grade_id"] = "of-another-assignment"
    cell["id"] = "stranger"
    notebook["cells"].insert(0, cell)


EQUAL_TO = """\
class Number(int):
    def __eq__(self, other):
        return {value}
    __hash__ = int.__hash__
    def __radd__(self, other):
        return self


def parts(text):
    class Odd(list):
        def __eq__(self, other):
            return {value}
    return Odd()"""
DROP = """\
import ast


class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()


get_ipython().ast_transformers.append(Drop())
def round_up(number):
    return 0"""
EMPTY = "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])\ndef round_up(number):\n    return 0"
ERROR_STREAM = (
    "import sys\ndef round_up(number):\n    print('a remark', file=sys.stderr)\n    return -(-number // 1)"
)
DIFFERENCES = [
    Difference("a-line-on-the-error-stream", (0, 3, 1), (2, 3, 1), False, {"round": ERROR_STREAM}),
    Difference("a-process-that-ends", None, (2, 0, 1), False, {"parts": "import os\nos._exit(0)"}),
    Difference("credit-above-the-maximum", None, (2, 0, 1), True, {"parts": EQUAL_TO.format(value=5)}),
    Difference("credit-below-zero", (2, 3, 1), (2, 0, 1), True, {"parts": EQUAL_TO.format(value=-1)}),
    Difference("asserts-taken-out", (2, 3, 1), (0, 3, 1), False, {"round": DROP}),
    Difference("a-marking-cell-that-never-ran", (2, 3, 1), (0, 3, 1), False, {"round": EMPTY}),
    Difference("a-deleted-marking-cell", (2, 3, None), (2, 3, 1), False, {}, without("test-limit")),
    Difference("a-marking-cell-without-settings", (2, 3, None), (2, 3, 1), False, {}, retyped),
    Difference("an-answer-above-a-pasted-copy", None, (2, 3, 1), False, {}, answered_above_a_pasted_copy),
    Difference("a-cell-of-another-assignment", None, (2, 3, 1), False, {}, pasted_from_elsewhere),
]
QUESTIONS = ("test-round", "test-parts", "test-limit")


def points(root: Path) -> dict[str, tuple[float | None, ...]]:
    found: dict[str, dict[str, float | None]] = {}
    for student, _book, cell, kind, score, *_rest in gradebook(root):
        if kind == "GradeCell":
            found.setdefault(str(student), {})[str(cell)] = score  # type: ignore[assignment]
    return {student: tuple(scores[name] for name in QUESTIONS) for student, scores in found.items()}


ONE_BY_ONE = """
import sys
from nbgrader.apps.api import NbGraderAPI
from traitlets.config.loader import PyFileConfigLoader
api = NbGraderAPI(config=PyFileConfigLoader("nbgrader_config.py").load_config())
for student in sys.argv[1:]:
    api.autograde("ps1", student)
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """The same class marked by nbgrader and by the engine, and what the engine told."""
    root = tmp_path_factory.mktemp("differences") / "ours"
    (root / "source" / "ps1").mkdir(parents=True)
    cells.write_notebook(author_notebook(), root / "source" / "ps1" / "ps1.ipynb")
    (root / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    in_course(root, "generate_assignment", "ps1", "--create")
    for one in DIFFERENCES:
        folder = root / "submitted" / one.name / "ps1"
        write_hand_in(folder, author_source(), RIGHT | one.answers, before=one.before)
        notebook = cells.read_notebook(folder / "ps1.ipynb")
        one.edit(notebook)
        cells.write_notebook(notebook, folder / "ps1.ipynb")
    stock = root.with_name("stock")
    shutil.copytree(root, stock)
    # One by one: a pasted copy would end nbgrader's run for everybody after it.
    command = [sys.executable, "-c", ONE_BY_ONE, *(one.name for one in DIFFERENCES)]
    subprocess.run(command, cwd=stock, env=environment(), capture_output=True, check=True)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        ours(root)
    return root, stock, said.getvalue()


@isolated
@pytest.mark.slow
@pytest.mark.xdist_group("equality")
@pytest.mark.parametrize("one", DIFFERENCES, ids=lambda one: one.name)
def test_a_difference_by_design(one: Difference, both: tuple[Path, Path, str]) -> None:
    root, stock, said = both
    assert points(root)[one.name] == one.ours
    if one.theirs is None:
        assert not (stock / "autograded" / one.name / "ps1").exists()
        # What came before is in the gradebook already.
        assert None in points(stock)[one.name]
    else:
        assert points(stock)[one.name] == one.theirs
    assert (one.name in said) is one.told


def test_the_page_on_equality_names_tests_that_exist_and_every_difference() -> None:
    text = (ROOT / "docs" / "equality.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+)\.py::(test_\w+)(?:\[([\w-]+)\])?`", text)
    assert len(named) >= 20
    for file, test, part in named:
        paths = list((ROOT / "tests").rglob(f"{file}.py"))
        assert paths, f"{file}.py"
        assert any(f"def {test}(" in path.read_text(encoding="utf-8") for path in paths), test
        if test == "test_a_difference_by_design":
            assert part in {one.name for one in DIFFERENCES}, part
    assert {part for _file, _test, part in named if part} >= {one.name for one in DIFFERENCES}
