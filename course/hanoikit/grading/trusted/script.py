"""What runs where: from the author's notebook and the repaired hand-in to the steps of both sides.

>>> script = Script.of(hand_in_notebook, source_notebook)
>>> [(step.grade_id, len(step.theirs), len(step.ours)) for step in script.steps][:2]
[('m04-q1', 4, 4), ('m04-q2', 1, 2)]

A step ends at a marking cell: the trainee's cells up to it run on one side, then the author's cells up to it,
and the marking cell, on the other. So a function is called in the state that the notebook had at that place,
as nbgrader does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hanoikit.grading import cells
from hanoikit.grading.cells import Cell, Notebook

_NOT_FOR_TESTS = {"lab", "selfcheck", "model"}


@dataclass(frozen=True, slots=True)
class Step:
    """The trainee's cells and the author's cells up to one marking cell (``None``: after the last)."""

    theirs: tuple[dict[str, Any], ...]
    """``n`` (place in the hand-in's notebook) and ``source``."""
    ours: tuple[dict[str, Any], ...]
    """``role`` (ours, theirs, mark), ``n``, ``source``; a mark also has ``grade_id``, ``points``, ``kit``."""
    grade_id: str | None
    place: int = -1
    """Where the marking cell stands in the hand-in's notebook."""


@dataclass(frozen=True, slots=True)
class Script:
    """All steps of one hand-in, in order."""

    steps: tuple[Step, ...]

    @classmethod
    def of(cls, notebook: Notebook, source: Notebook, *, tests_inside: bool = False) -> Script:
        """The steps. With ``tests_inside`` the author's tests run among the trainee's cells."""
        blocks = author_blocks(source)
        steps: list[Step] = []
        theirs: list[dict[str, Any]] = []
        for place, cell in enumerate(notebook["cells"]):
            if cell["cell_type"] != "code":
                continue
            if is_marking(cell) and not tests_inside:
                name = cells.grade_id(cell)
                steps.append(Step(tuple(theirs), blocks.pop(name, ()), name, place))
                theirs = []
            elif cells.source_of(cell).strip():
                theirs.append({"n": place, "source": cells.source_of(cell)})
        if theirs:
            steps.append(Step(tuple(theirs), (), None))
        return cls(tuple(steps))


def is_marking(cell: Cell) -> bool:
    """A code cell whose run decides about points."""
    return cell.get("cell_type") == "code" and cells.is_graded(cell) and not cells.is_solution(cell)


def author_blocks(source: Notebook) -> dict[str, tuple[dict[str, Any], ...]]:
    """For each marking cell the author's cells since the one before, with itself as the last."""
    blocks: dict[str, tuple[dict[str, Any], ...]] = {}
    waiting: list[dict[str, Any]] = []
    for place, cell in enumerate(source["cells"]):
        if cell["cell_type"] != "code" or _NOT_FOR_TESTS & set(cells.tags_of(cell)):
            continue
        text = cells.source_of(cell)
        if is_marking(cell):
            name = cells.grade_id(cell)
            points = float(cells.nbgrader_of(cell).get("points") or 0)
            step = {"role": "mark", "n": place, "source": text, "grade_id": name, "points": points}
            blocks[name] = (*waiting, {**step, "kit": is_kit_mark(text)})
            waiting = []
        elif text.strip():
            waiting.append({"role": "theirs" if cells.is_solution(cell) else "ours", "n": place, "source": text})
    return blocks


def is_kit_mark(text: str) -> bool:
    """Whether a marking cell ends in one of the kit's own marks, which always give a verdict."""
    return any(line.startswith("mark.") for line in text.split("\n"))


def sources(notebook: Notebook) -> Iterable[str]:
    """The code of a notebook."""
    return [cells.source_of(cell) for cell in notebook["cells"] if cell["cell_type"] == "code"]
