"""The room under stock nbgrader: what a mark prints is what lands in the gradebook, and what a kernel shows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from hanoikit.exercise.sheet import Sheet
from hanoikit.exercise.verdict import MIME

pytestmark = pytest.mark.slow
NAME = "m04-evidence-chain"
PATH = os.pathsep.join(
    [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
)  # nbgrader calls alembic


def locked(source: str, name: str, points: float | None = None) -> Any:
    cell = new_code_cell(source)
    meta = {"schema_version": 3, "grade_id": name, "locked": True, "solution": False, "task": False}
    meta["grade"] = points is not None
    if points is not None:
        meta["points"] = points
    cell.metadata["nbgrader"] = meta
    return cell


def marked(question: str, call: str, points: float) -> Any:
    hidden = f"### BEGIN HIDDEN TESTS\nfrom hanoikit.exercise import mark\n{call}\n### END HIDDEN TESTS"
    return locked(f"# Marks {question}.\n{hidden}", question, points)


def solution(source: str, name: str) -> Any:
    cell = new_code_cell(source)
    cell.metadata["nbgrader"] = {
        "schema_version": 3, "grade_id": name, "locked": False, "solution": True, "grade": False, "task": False,
    }  # fmt: skip
    return cell


CELLS = [
    new_markdown_cell("# A tiny assignment"),
    locked("from hanoikit.exercise import ask, check, selfcheck", "setup"),
    locked('ask.choice("m04-q1", a="who", b="unchanged")', "m04-q1-ask"),
    marked(
        "m04-q1", 'mark.choice("m04-q1", key="b", points=2, why={"a": "No.", "b": "Yes."}, cite="25(2)")', 2
    ),
    locked('ask.choices("m04-q2", a="1", b="2", c="3", d="4")', "m04-q2-ask"),
    marked("m04-q2", 'mark.choices("m04-q2", key=["a", "b"], points=3)', 3),
    locked('ask.number("m04-q3", unit="days")', "m04-q3-ask"),
    marked("m04-q3", 'mark.number("m04-q3", key=90, points=2)', 2),
    solution("### BEGIN SOLUTION\ndef double(n):\n    return 2 * n\n### END SOLUTION", "m04-q4-code"),
    marked("m04-q4", 'mark.function("m04-q4", "double", cases=[((1,), 2), ((20,), 40)], points=2)', 2),
]
HAND_INS: dict[str, tuple[dict[str, Any], str, dict[str, float]]] = {
    "full": (
        {"m04-q1": "b", "m04-q2": ["a", "b"], "m04-q3": 90},
        "def double(n):\n    return 2 * n",
        {"m04-q1": 2, "m04-q2": 3, "m04-q3": 2, "m04-q4": 2},
    ),
    "partial": (
        {"m04-q1": "a", "m04-q2": ["a"], "m04-q3": "90 days"},
        "import sys\ndef double(n):\n    print('noise', file=sys.stderr)\n    return 2 if n == 1 else None",
        {"m04-q1": 0, "m04-q2": 1.5, "m04-q3": 2, "m04-q4": 1},
    ),
    "silent": ({}, "raise NotImplementedError", {"m04-q1": 0, "m04-q2": 0, "m04-q3": 0, "m04-q4": 0}),
    "sly": (
        {"m04-q1": "z", "m04-q2": ["a", "b", "c", "d"], "m04-q3": {"at": 1}},
        "class Same:\n    def __eq__(self, other): return True\ndef double(n):\n    return Same()",
        {"m04-q1": 0, "m04-q2": 0, "m04-q3": 0, "m04-q4": 0},
    ),
}


def run(course: Path, *command: str) -> None:
    environ = {
        key: value for key, value in os.environ.items() if not key.startswith(("NBGRADER", "HANOIKIT"))
    }
    environ |= {
        "JUPYTER_PLATFORM_DIRS": "1",
        "HOME": str(course),
        "PATH": PATH,
        "JUPYTER_DATA_DIR": str(course / ".jupyter-data"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command], cwd=course, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]


def outputs_of(notebook: Any, name: str) -> list[Any]:
    return next(
        cell.outputs for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name
    )


def test_the_gradebook_holds_exactly_the_marks_that_the_rules_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", PATH)
    course = tmp_path / "course"
    (course / "source" / NAME).mkdir(parents=True)
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'tiny'\n")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=CELLS, metadata=kernel), course / "source" / NAME / f"{NAME}.ipynb")
    run(course, "generate_assignment", NAME)
    release = course / "release" / NAME / f"{NAME}.ipynb"
    assert "key=" not in release.read_text(encoding="utf-8"), "no author key in what a trainee receives"

    for trainee, (answers, code, _marks) in HAND_INS.items():
        place = course / "submitted" / trainee / NAME
        place.mkdir(parents=True)
        notebook = nbformat.read(release, as_version=4)
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "m04-q4-code":
                cell.source = code
        nbformat.write(notebook, place / f"{NAME}.ipynb")
        for question, value in answers.items():
            Sheet.in_folder(place).append(question, value)
        before = {path.name: path.read_bytes() for path in place.iterdir()}
        assert before
    run(course, "autograde", NAME)

    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for trainee, (_answers, _code, marks) in HAND_INS.items():
            graded = gradebook.find_submission_notebook(NAME, NAME, trainee)
            assert {grade.name: grade.auto_score for grade in graded.grades} == marks, trainee
            assert not any(grade.needs_manual_grade for grade in graded.grades)

    for trainee, (answers, _code, _marks) in HAND_INS.items():
        place = course / "autograded" / trainee / NAME
        assert Sheet.in_folder(place).answers() == answers, "marking only reads the sheet"
        notebook = nbformat.read(place / f"{NAME}.ipynb", as_version=4)
        explained = [output for output in outputs_of(notebook, "m04-q1") if MIME in output.get("data", {})]
        assert len(explained) == 1 and "text/html" in explained[0].data
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                assert output.get("name") != "stderr"
                assert "key=" not in str(output.get("traceback", "")), (
                    "the trace must not print the hidden test"
                )
        assert [output.text for output in outputs_of(notebook, "m04-q1-ask")] == [
            "Question m04-q1 (choice).\n"
        ]


def test_a_kernel_shows_the_control_with_a_plain_form_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbclient import NotebookClient

    for name in ("NBGRADER_EXECUTION", "HANOIKIT_MARKING"):
        monkeypatch.delenv(name, raising=False)
    place = tmp_path / NAME
    place.mkdir()
    cells = [
        new_code_cell("from hanoikit.exercise import answer, ask, selfcheck"),
        new_code_cell('ask.choice("m04-q1", a="who", b="unchanged")'),
        new_code_cell('answer("m04-q1", "b")'),
        new_code_cell('ask.choice("m04-q1", a="who", b="unchanged")'),
        new_code_cell('selfcheck.number("m04-c1", key=90, unit="days")'),
    ]
    notebook = new_notebook(cells=cells)
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(place)}}).execute()
    first, again, selfcheck = (notebook.cells[n].outputs for n in (1, 3, 4))
    view = "application/vnd.jupyter.widget-view+json"
    assert view in first[0].data and view in again[0].data and view in selfcheck[0].data
    assert "Saved at" in first[1].data["text/html"], "the plain form in the notebook follows the answer"
    assert "b: unchanged. Saved at" in again[0].data["text/plain"]
    assert not any(output.output_type == "error" for cell in notebook.cells for output in cell.outputs)
    assert not any(output.get("name") == "stderr" for cell in notebook.cells for output in cell.outputs)
    state = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    sizes = [len(str(model["state"])) for model in state.values() if model["model_name"] == "AnyModel"]
    assert sizes and max(sizes) < 25_000, "a control adds little to a saved notebook"
