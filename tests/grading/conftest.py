"""A small assignment, hand-ins made from it, and one marking engine for all slow tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hanoikit.exercise.sheet import Sheet
from hanoikit.grading import AssignmentSource, HandIn, StockEngine, cells

DATA = Path(__file__).parent / "data"
NAME = "m99-marking"

RIGHT: dict[str, Any] = {
    "m99-q1": "b",
    "m99-q2": ["a", "b", "d"],
    "m99-q3": 90,
    "m99-q6": ["b", "c", "d", "a"],
    "m99-q7": {"1": "c", "2": "a", "3": "b"},
    "m99-q8": {"date": "2026-03-01", "time": "05:05:00", "zone": "UTC", "at": "2026-03-01T05:05:00+00:00"},
    "m99-q9": "25(2)",
}
"""Right answers; the file that question 10 asks for is not among them."""


@pytest.fixture(scope="session")
def source() -> AssignmentSource:
    return AssignmentSource.read(DATA / NAME / f"{NAME}.md")


@pytest.fixture
def hand_in(tmp_path: Path, source: AssignmentSource) -> Callable[..., HandIn]:
    """Makes a hand-in: the release, the answers given, ``edit`` applied to the notebook."""

    def make(
        answers: dict[str, Any] | None = None,
        *,
        edit: Callable[[dict[str, Any]], None] = lambda notebook: None,
        trainee: str = "amal",
        name: str = f"{NAME}.ipynb",
    ) -> HandIn:
        folder = tmp_path / trainee / NAME
        folder.mkdir(parents=True)
        notebook = {**source.release, "cells": [cells.copy_of(cell) for cell in source.release["cells"]]}
        edit(notebook)
        cells.write_notebook(notebook, folder / name)
        sheet = Sheet.in_folder(folder, assignment=NAME)
        for question, value in (RIGHT if answers is None else answers).items():
            sheet.append(question, value)
        return HandIn(trainee=trainee, folder=folder)

    return make


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StockEngine]:
    with StockEngine(cell_seconds=8, keep=tmp_path_factory.mktemp("marked")) as engine:
        yield engine
