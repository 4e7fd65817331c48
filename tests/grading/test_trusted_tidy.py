"""Whatever a hand-in has in its settings, its marked copy is a notebook that nbgrader and Jupyter can open."""

from __future__ import annotations

import copy
import json
import warnings
from typing import Any

import nbformat
import pytest

from hanoikit.grading.trusted import Limits
from hanoikit.grading.trusted.parcel import Parcel
from hanoikit.grading.trusted.reading import read_hand_in
from hanoikit.grading.trusted.tidy import tidy

from .trusted_course import author_source

NOTEBOOK: dict[str, Any] = {
    "kernelspec": [{}, 5, {"name": "python3"}, {"name": 1, "display_name": "x"}],
    "language_info": [{}, 5, {"name": "python", "version": 3}, {"name": "python", "codemirror_mode": 3}],
    "orig_nbformat": ["x", 0, True],
    "title": [5],
    "authors": [5],
}
CELL: dict[str, Any] = {
    "collapsed": ["yes"],
    "scrolled": [5],
    "name": ["", 5],
    "tags": [[5], ["a,b"], ["a", "a"], "a"],
    "jupyter": [5],
    "execution": [5, {"iopub.status.busy": 5}],
}
PARTS: dict[str, Any] = {
    "id": ["a b", "ü", "a" * 100, 5, None, "setup"],
    "execution_count": ["x", True],
    "surplus": [1],
    "attachments": [5, {"a.png": {"image/png": 5}}],
}


def kinds() -> list[tuple[str, Any, str]]:
    found = [("notebook", value, name) for name, values in NOTEBOOK.items() for value in values]
    found += [("settings", value, name) for name, values in CELL.items() for value in values]
    return found + [("part", value, name) for name, values in PARTS.items() for value in values]


@pytest.mark.parametrize("cell_type", ["code", "markdown", "raw"])
@pytest.mark.parametrize(("where", "value", "name"), kinds())
def test_settings_that_the_format_forbids_do_not_reach_the_marked_notebook(
    where: str, value: Any, name: str, cell_type: str
) -> None:
    source = author_source()
    notebook = copy.deepcopy(source.release)
    cell: dict[str, Any] = {
        "cell_type": cell_type,
        "id": "mine",
        "metadata": {"format": 5} if cell_type == "raw" else {},
        "source": "print(1)",
        "outputs": [],
        "execution_count": None,
    }
    notebook["cells"].insert(0, cell)
    place = {"notebook": notebook["metadata"], "settings": cell["metadata"], "part": cell}[where]
    place[name] = value
    parcel = Parcel({"ps1.ipynb": json.dumps(notebook).encode()})
    made = read_hand_in(parcel, source, Limits(), kit=False).notebook
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nbformat.validate(nbformat.from_dict(made))
    assert made["cells"][0]["source"] == "print(1)"


def test_sound_settings_stay() -> None:
    cell = {
        "cell_type": "markdown",
        "id": "mine",
        "metadata": {"tags": ["a"], "collapsed": True, "own": {"of": "another program"}},
        "source": "![x](attachment:x.png)",
        "attachments": {"x.png": {"image/png": "iVBO"}},
    }
    kernel = {"name": "python3", "display_name": "Python 3"}
    notebook = {
        "cells": [cell],
        "metadata": {"kernelspec": kernel, "own": 1, "title": "x"},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    before = copy.deepcopy(notebook)
    tidy(notebook)
    assert notebook == before
