"""The bench on which a hand-in is made: the model or the idle one first, then a case changes it.

>>> work = Work.begin(folder, "c01", "model", scene)
>>> work.write("c01-q5-solution", "import os; os._exit(0)")
>>> work.insert("while True: pass", before="c01-q5-solution")
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hanoikit.exercise.records import Header, Record, fingerprint
from hanoikit.grading import AssignmentSource, cells
from tests.corpus.case import Base

HERE = Path(__file__).parent
SOURCE_CANARY = "canary-source-3f9d2c51"
"""Stands in every hidden test of both assignments."""

ANSWERS: dict[str, Any] = {
    "c01-q1": "b",
    "c01-q2": 90,
    "c01-q3": ["b", "c", "d", "a"],
    "c01-q4": {"date": "2026-03-01", "time": "05:05:00", "zone": "UTC", "at": "2026-03-01T05:05:00+00:00"},
    "c01-q7": "The hash of the original is what the court compares with, so nobody may change it.",
}
IDLE_ANSWERS: dict[str, Any] = {"c01-q1": "a", "c01-q2": 30, "c01-q3": ["a", "d", "c", "b"]}

SOLUTIONS: dict[str, dict[str, str]] = {
    "c01": {
        "c01-q5-solution": (
            "def in_groups(text, size):\n"
            "    return [text[start : start + size] for start in range(0, len(text), size)]"
        ),
        "c01-q6-solution": (
            "def longest_gap(minutes):\n"
            "    return max((later - earlier for earlier, later in zip(minutes, minutes[1:])), default=0)"
        ),
    },
    "c02": {
        "cubes": (
            'def cubes(n):\n    if n < 1:\n        raise ValueError("n must be 1 or more")\n'
            "    return [number**3 for number in range(1, n + 1)]"
        ),
        "sum_of_cubes": "def sum_of_cubes(n):\n    return sum(cubes(n))",
        "label": (
            'def label(size):\n    if size < 1024:\n        return f"{size} B"\n    if size < 1024**2:\n'
            '        return f"{size / 1024:.1f} KiB"\n    return f"{size / 1024**2:.1f} MiB"'
        ),
        "digits": "digits = 64",
        "md5": "Two different files with the same MD5 value can be made on purpose.",
    },
}
BEGUN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@cache
def source(assignment: str) -> AssignmentSource:
    """The author's side of ``c01`` (a text source of the kit) or ``c02`` (a notebook, as nbgrader has it)."""
    if assignment == "c01":
        return AssignmentSource.read(HERE / "c01" / "c01.md")
    return foreign(HERE / assignment / f"{assignment}.ipynb")


def foreign(path: Path) -> AssignmentSource:
    """An nbgrader source notebook behind the kit's seam."""
    from hanoikit.build.source import Cell, Source

    notebook = cells.read_notebook(path)
    parsed = tuple(
        Cell(cell["cell_type"], cells.source_of(cell), cell["metadata"], number)
        for number, cell in enumerate(notebook["cells"], 1)
    )
    return AssignmentSource(Source(path, {"title": path.stem, "kind": "assignment"}, parsed), notebook)


@dataclass(frozen=True)
class Scene:
    """What lies around the hand-in: places that its code may not read, change or reach."""

    root: Path
    token: str
    """Marks the processes that this case starts."""
    port: int = 0
    """A listener on the loopback address."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    trainee: str = "amal"
    other: str = "noor"

    @property
    def course(self) -> Path:
        return self.root / "course"

    @property
    def gradebook(self) -> Path:
        return self.course / "gradebook.db"

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def outside(self) -> Path:
        """A folder that anybody may write to, and nobody should."""
        return self.root / "outside"

    def submitted(self, trainee: str, assignment: str) -> Path:
        return self.course / "submitted" / trainee / assignment

    def author(self, assignment: str) -> Path:
        """The author's file in the course: hidden tests and keys in it."""
        suffix = ".md" if assignment == "c01" else ".ipynb"
        return self.course / "source" / assignment / f"{assignment}{suffix}"


@dataclass
class Work:
    """A hand-in in the making."""

    folder: Path
    assignment: str
    scene: Scene

    @classmethod
    def begin(cls, folder: Path, assignment: str, base: Base, scene: Scene) -> Work:
        """The model hand-in or the idle one, in a new folder."""
        folder.mkdir(parents=True)
        work = cls(folder, assignment, scene)
        made = source(assignment).release
        work.save({**made, "cells": [cells.copy_of(cell) for cell in made["cells"]]})
        if base == "model":
            for name, text in SOLUTIONS[assignment].items():
                work.write(name, text)
        if assignment == "c01":
            work.answer(ANSWERS if base == "model" else IDLE_ANSWERS)
        return work

    @property
    def path(self) -> Path:
        """The notebook."""
        return self.folder / f"{self.assignment}.ipynb"

    @property
    def sheet(self) -> Path:
        """The answer sheet."""
        return self.folder / "answers.jsonl"

    def notebook(self) -> dict[str, Any]:
        return dict(json.loads(self.path.read_text(encoding="utf-8")))

    def save(self, notebook: Mapping[str, Any]) -> None:
        self.path.write_text(json.dumps(notebook, indent=1) + "\n", encoding="utf-8")

    def edit(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the notebook by a function."""
        notebook = self.notebook()
        change(notebook)
        self.save(notebook)

    def write(self, name: str, text: str) -> None:
        """Put a text into the cell of this name."""
        self.edit(lambda notebook: cells.named(notebook, name).update(source=text))

    def append(self, name: str, text: str) -> None:
        """Put a text under what the cell of this name has."""
        cell = cells.named(self.notebook(), name)
        self.write(name, f"{cells.source_of(cell)}\n\n{text}")

    def insert(self, text: str, *, before: str = "", kind: str = "code") -> None:
        """A cell of the trainee's own, before the cell of this name; without a name it is the first cell."""

        def change(notebook: dict[str, Any]) -> None:
            found = [index for index, cell in enumerate(notebook["cells"]) if cells.grade_id(cell) == before]
            place = found[0] if before else 0
            cell = {"cell_type": kind, "id": f"own-{len(notebook['cells'])}", "metadata": {}, "source": text}
            if kind == "code":
                cell |= {"outputs": [], "execution_count": None}
            notebook["cells"].insert(place, cell)

        self.edit(change)

    def put(self, name: str, text: str | bytes) -> Path:
        """A file of the trainee's own in the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def answer(self, answers: Mapping[str, Any], *, assignment: str = "", sheet: str = "") -> None:
        """A new answer sheet with these answers, soundly chained."""
        self.lines([(question, json.dumps(value)) for question, value in answers.items()], assignment, sheet)

    def lines(self, answers: list[tuple[str, str]], assignment: str = "", sheet: str = "") -> None:
        """A new answer sheet from values that are JSON text already, however odd; soundly chained."""
        owner = sheet or f"00000000-0000-4000-8000-{self.scene.trainee.encode().hex():0>12}"
        lines = [Header(assignment or self.assignment, owner, BEGUN).line()]
        for number, (question, value) in enumerate(answers, 1):
            at = BEGUN + timedelta(minutes=number)
            record = Record(number, question, "@VALUE@", at, "0123456789ab", fingerprint(lines[-1]))
            lines.append(record.line().replace(b'"@VALUE@"', value.encode(), 1))
        self.sheet.write_bytes(b"\n".join(lines) + b"\n")
