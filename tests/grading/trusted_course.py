"""A small nbgrader course of its own, with ordinary tests, for the tests of the trusted engine."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from hanoikit.grading import HandIn, cells
from hanoikit.grading.trusted.notebook_source import NotebookSource

NAME = "ps1"
ROUND = 'def round_up(number):\n    """The next whole number."""\n'
RIGHT = {
    "round": ROUND + "    return -(-number // 1)",
    "parts": "def parts(text):\n    return text.split(',')",
    "limit": "limit = 5",
}


def code(text: str, **nbgrader: Any) -> dict[str, Any]:
    metadata = {}
    if nbgrader:
        flags = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
        metadata = {"nbgrader": flags | nbgrader}
    return {
        "cell_type": "code",
        "id": nbgrader.get("grade_id", "plain"),
        "metadata": metadata,
        "source": text,
        "outputs": [],
        "execution_count": None,
    }


def solution(name: str) -> dict[str, Any]:
    text = RIGHT[name]
    head, _newline, body = text.rpartition("\n")
    marked = (
        f"### BEGIN SOLUTION\n{body}\n### END SOLUTION"
        if not head
        else (f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION")
    )
    return code(marked, solution=True, grade_id=name)


def check(name: str, points: float, hidden: str, shown: str = "") -> dict[str, Any]:
    text = f"{shown}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS".lstrip("\n")
    return code(text, grade=True, locked=True, points=points, grade_id=f"test-{name}")


def author_notebook(*more: dict[str, Any]) -> dict[str, Any]:
    return {
        "cells": [
            code(
                "import math\n\nSECRET = 42\n\n\ndef close(one, other):\n    return abs(one - other) < 1e-9",
                locked=True,
                grade_id="setup",
            ),
            solution("round"),
            check(
                "round",
                2,
                "assert round_up(1.5) == 2\nassert round_up(3) == 3",
                "assert close(round_up(0.5), 1)",
            ),
            solution("parts"),
            check("parts", 3, "sum(parts(text) == text.split(',') for text in ('a,b', '', 'x'))"),
            solution("limit"),
            check("limit", 1, "assert limit == 5 and type(limit) is int"),
            *more,
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def author_source(*more: dict[str, Any]) -> NotebookSource:
    return NotebookSource.of(author_notebook(*more), name=NAME)


def write_hand_in(
    folder: Path,
    source: NotebookSource,
    answers: dict[str, str] | None = None,
    *,
    before: str = "",
    after: str = "",
) -> HandIn:
    """A hand-in with these solution cells (default: the right ones) and cells of the trainee's own."""
    folder.mkdir(parents=True)
    notebook = copy.deepcopy(source.release)
    for cell in notebook["cells"]:
        name = cells.grade_id(cell)
        if cells.is_solution(cell):
            cell["source"] = (RIGHT | (answers or {})).get(name, cell["source"])
    if before:
        notebook["cells"].insert(0, code(before) | {"id": "mine-first"})
    if after:
        notebook["cells"].append(code(after) | {"id": "mine-last"})
    cells.write_notebook(notebook, folder / f"{source.name}.ipynb")
    return HandIn(trainee="amal", folder=folder)
