"""Notebooks that arrive damaged, changed or in another shape than they were handed out."""

from __future__ import annotations

import copy
import json
from typing import Any

from hanoikit.grading import cells
from tests.corpus.case import Family, full
from tests.corpus.workbench import SOLUTIONS, Work

FAMILY = Family("notebooks")
case = FAMILY.case

ONLY_SHEET = full("c01", q5=0, q6=0)
LOST = "The answers in the sheet are safe and count; the functions stood in the notebook. A person is told."
RESTORED = "Nothing of the work is gone: cells are known by name, id, text and place, and put back."


@case(
    "c01", "The file ends in the middle.", just=ONLY_SHEET, why=LOST, human=True, findings=["notebook-lost"]
)
def truncated(work: Work) -> None:
    work.path.write_bytes(work.path.read_bytes()[:2000])


@case(
    "c01",
    "The file is JSON nested two hundred thousand deep.",
    just=ONLY_SHEET,
    why=LOST,
    human=True,
    findings=["notebook-lost"],
)
def nested_to_death(work: Work) -> None:
    work.path.write_bytes(b"[" * 200_000 + b"]" * 200_000)


@case(
    "c01",
    "A cell's metadata is nested three hundred deep; everything else is sound.",
    just=full("c01"),
    why="Deep metadata is odd and harmless; the work is there.",
)
def deep_metadata(work: Work) -> None:
    deep: Any = {}
    for _turn in range(300):
        deep = {"more": deep}
    work.edit(lambda notebook: notebook["cells"][0]["metadata"].update(deep=deep))


@case("c01", "The file is in Latin-1.", just=ONLY_SHEET, why=LOST, human=True, findings=["notebook-lost"])
def not_utf_8(work: Work) -> None:
    work.insert("name = 'Kübra'")
    text = json.dumps(work.notebook(), ensure_ascii=False)
    work.path.write_bytes(text.encode("latin-1", "replace"))


@case(
    "c01",
    "An editor put a byte order mark in front of the file.",
    just=full("c01"),
    why=RESTORED,
    human=False,
)
def byte_order_mark(work: Work) -> None:
    work.path.write_bytes(b"\xef\xbb\xbf" + work.path.read_bytes())


@case(
    "c01",
    "The file holds a number with five thousand digits.",
    just=ONLY_SHEET,
    why=f"{LOST} Reading past such a number would be better still.",
    human=True,
)
def giant_number(work: Work) -> None:
    text = work.path.read_text(encoding="utf-8")
    work.path.write_text(
        text.replace('"nbformat": 4', f'"nbformat": 4, "size": {"9" * 5000}', 1), encoding="utf-8"
    )


@case(
    "c01",
    "The metadata holds NaN and infinite numbers, as Python's own writer lets them through.",
    just=full("c01"),
    why=RESTORED,
)
def numbers_that_are_none(work: Work) -> None:
    work.edit(
        lambda notebook: notebook["metadata"].update(odd=[float("nan"), float("inf"), -float("inf"), 1e308])
    )


@case(
    "c01",
    "A text cell holds half of a surrogate pair, as a broken paste gives it.",
    just=full("c01"),
    why=RESTORED,
)
def lone_surrogate(work: Work) -> None:
    work.insert("half a sign: \ud83d", kind="markdown")
    work.insert("half = 'a sign: \ud83d'")


@case(
    "c01",
    "The notebook is of format 3, as programs of ten years ago saved it.",
    just=full("c01"),
    why="Every cell is there under another name, and nbgrader reads it too.",
)
def format_three(work: Work) -> None:
    old = []
    for cell in work.notebook()["cells"]:
        code = {"cell_type": "code", "input": cells.source_of(cell), "language": "python", "outputs": []}
        text = {"cell_type": cell["cell_type"], "source": cells.source_of(cell)}
        old.append({**(code if cell["cell_type"] == "code" else text), "metadata": cell["metadata"]})
    work.save(
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "c01"}, "worksheets": [{"cells": old}]}
    )


@case(
    "c01",
    "Saved outputs make the file 40 MB.",
    just=full("c01"),
    why="Pictures are large; the work is right.",
    human=False,
)
def large(work: Work) -> None:
    def change(notebook: dict[str, Any]) -> None:
        picture = {
            "output_type": "display_data",
            "metadata": {},
            "data": {"image/png": "iVBORw0KGgo" * 1_000_000},
        }
        cells.named(notebook, "c01-q5-solution")["outputs"] = [picture] * 4

    work.edit(change)


@case(
    "c01",
    "The notebook asks for a kernel of another language, and names a program to run.",
    just=full("c01"),
    why="The author's kernel runs; what the hand-in asks for is not read.",
)
def wrong_kernel(work: Work) -> None:
    def change(notebook: dict[str, Any]) -> None:
        notebook["metadata"]["kernelspec"] = {
            "name": "ir",
            "display_name": "R",
            "language": "R",
            "argv": ["/bin/false"],
        }
        notebook["metadata"]["language_info"] = {"name": "R"}

    work.edit(change)


@case(
    "c01",
    "Notebook metadata and cell metadata are gone, ids too, as an old program saves it.",
    just=full("c01"),
    why=RESTORED,
)
def stripped_metadata(work: Work) -> None:
    def change(notebook: dict[str, Any]) -> None:
        notebook.update(metadata={}, nbformat_minor=4)
        for cell in notebook["cells"]:
            cell["metadata"] = {}
            del cell["id"]

    work.edit(change)


@case(
    "c01",
    "Marking and solution cells were copied: names and ids stand twice.",
    just=full("c01"),
    why=RESTORED,
    findings=["cell-duplicated"],
)
def duplicated_cells(work: Work) -> None:
    def change(notebook: dict[str, Any]) -> None:
        for name in ("c01-q1", "c01-q5", "c01-q5-solution", "c01-q7"):
            notebook["cells"].append(copy.deepcopy(cells.named(notebook, name)))

    work.edit(change)


@case(
    "c01",
    "A first, wrong try of question 6 stands in a pasted copy of the cell, above the right one.",
    just=full("c01"),
    why="The last definition is the one that Python uses, so it is the one that is marked.",
    findings=["cell-duplicated"],
)
def pasted_first_try(work: Work) -> None:
    def change(notebook: dict[str, Any]) -> None:
        cell = cells.named(notebook, "c01-q6-solution")
        first = {**copy.deepcopy(cell), "source": "def longest_gap(minutes):\n    return -1"}
        notebook["cells"].insert(notebook["cells"].index(cell), first)

    work.edit(change)


@case("c02", "Test cells were copied: their names stand twice.", just=full("c02"), why=RESTORED)
def duplicated_test_cells(work: Work) -> None:
    def change(notebook: dict[str, Any]) -> None:
        for name in ("cubes_right", "sum_of_cubes"):
            notebook["cells"].append(copy.deepcopy(cells.named(notebook, name)))

    work.edit(change)


@case(
    "c01",
    "Two marking cells, a locked cell and the solution of question 6 were deleted.",
    just=full("c01", q6=0),
    why="The author's cells are put back; an answer that is not there earns nothing.",
    findings=["cell-missing"],
)
def deleted_cells(work: Work) -> None:
    gone = {"c01-q1", "c01-q5", "c01-q2-ask", "c01-setup", "c01-q6-solution"}
    work.edit(
        lambda notebook: notebook.update(
            cells=[cell for cell in notebook["cells"] if cells.grade_id(cell) not in gone]
        )
    )


@case("c02", "A test cell was deleted.", just=full("c02"), why=RESTORED)
def deleted_test_cell(work: Work) -> None:
    work.edit(lambda notebook: notebook["cells"].remove(cells.named(notebook, "sum_right")))


@case(
    "c01",
    "Solution and marking cells became text and raw cells.",
    just=full("c01"),
    why=RESTORED,
    findings=["settings-changed"],
)
def retyped_cells(work: Work) -> None:
    def change(notebook: dict[str, Any]) -> None:
        for name, kind in (
            ("c01-q5-solution", "markdown"),
            ("c01-q5", "raw"),
            ("c01-q1", "markdown"),
            ("c01-setup", "raw"),
        ):
            cells.convert(cells.named(notebook, name), kind)

    work.edit(change)


@case(
    "c01", "All cells stand in the reverse order.", just=full("c01"), why=RESTORED, findings=["cells-moved"]
)
def reversed_cells(work: Work) -> None:
    work.edit(lambda notebook: notebook["cells"].reverse())


@case("c02", "All cells stand in the reverse order.", just=full("c02"), why=RESTORED)
def reversed_foreign_cells(work: Work) -> None:
    work.edit(lambda notebook: notebook["cells"].reverse())


@case("c01", "The names of cells were changed in their metadata.", just=full("c01"), why=RESTORED)
def renamed_cells(work: Work) -> None:
    def change(notebook: dict[str, Any]) -> None:
        for name in ("c01-q1", "c01-q5", "c01-q6-solution"):
            cells.named(notebook, name)["metadata"]["nbgrader"]["grade_id"] = f"{name}-mine"

    work.edit(change)


@case(
    "c01",
    "Cells are null, numbers and lists; sources are lists of numbers; outputs are a text.",
    just=full("c01"),
    why="What is no cell is left out; the work is there.",
)
def cells_of_wrong_types(work: Work) -> None:
    def change(notebook: dict[str, Any]) -> None:
        odd = [
            None,
            3,
            "cell",
            [],
            {},
            {"cell_type": "code"},
            {"cell_type": "dance", "source": 5, "metadata": None},
        ]
        odd += [
            {
                "cell_type": "code",
                "source": ["pass\n", 7],
                "metadata": {"nbgrader": []},
                "outputs": "none",
                "id": 9,
            }
        ]
        notebook["cells"] = [*odd, *notebook["cells"]]
        notebook["metadata"] = None
        notebook["nbformat_minor"] = "five"

    work.edit(change)


@case("c01", "A thousand empty cells, and no cell has its name any more.", just=full("c01"), why=RESTORED)
def many_empty_cells(work: Work) -> None:
    def change(notebook: dict[str, Any]) -> None:
        empty = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [], "execution_count": None}
        notebook["nbformat_minor"] = 4
        for cell in notebook["cells"]:
            del cell["id"]
            cell["metadata"] = {}
        notebook["cells"] = [*([empty] * 500), *notebook["cells"], *([empty] * 500)]

    work.edit(change)


@case(
    "c01",
    "The work was done in cells of its own; the solution cells are as they were handed out.",
    just=full("c01"),
    why="A function counts wherever it was written before its test; the stub's error is only a stub's.",
)
def work_in_own_cells(work: Work) -> None:
    stubs = "# YOUR CODE HERE\nraise NotImplementedError()"
    for name, text in SOLUTIONS["c01"].items():
        work.insert(text, before=name)
        work.write(name, stubs)
