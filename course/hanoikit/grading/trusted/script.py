"""What runs where: from the author's notebook and the repaired hand-in to the steps of both sides.

>>> plan = Plan.of(source.notebook)
>>> [(step.grade_ids, len(step.theirs), len(step.ours)) for step in steps(hand_in_notebook, plan)][:2]
[(('m04-q1', 'm04-q2'), 6, 8), (('m04-q13',), 1, 2)]

The trainee's cells up to a marking cell run on one side, then the author's cells up to it, and the marking
cell, on the other. So a function is called in the state that the notebook had at that place, as nbgrader
does. Marking cells that ask nothing of the trainee's process are judged together with the next that does.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hanoikit.grading import cells
from hanoikit.grading.cells import Cell, Notebook
from hanoikit.grading.trusted.author import Prepared

_NOT_FOR_TESTS = {"lab", "selfcheck", "model"}


@dataclass(frozen=True, slots=True)
class Block:
    """One marking cell with the author's cells since the one before."""

    cells: tuple[dict[str, Any], ...]
    """``role`` (ours, theirs, mark), ``n``, ``source``; the mark also has ``grade_id``, ``points``, ``kit``."""
    names: tuple[str, ...]
    """Names that it will ask of the trainee's process, as far as they can be foreseen."""
    asks: bool
    """Whether it may ask the trainee's process anything."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The author's side of a notebook."""

    blocks: Mapping[str, Block]

    @classmethod
    def of(cls, source: Notebook) -> Plan:
        """From the author's notebook."""
        blocks: dict[str, Block] = {}
        waiting: list[dict[str, Any]] = []
        reader = _Reader()
        for place, cell in enumerate(source["cells"]):
            if cell["cell_type"] != "code" or _NOT_FOR_TESTS & set(cells.tags_of(cell)):
                continue
            text = cells.source_of(cell)
            step: dict[str, Any] = {"role": "ours", "n": place, "source": text}
            if is_marking(cell):
                name = cells.grade_id(cell)
                points = float(cells.nbgrader_of(cell).get("points") or 0)
                kit = is_kit_mark(text)
                step |= {"role": "mark", "grade_id": name, "points": points, "kit": kit}
                waiting.append(step)
                reader.read(step)
                blocks[name] = Block(
                    tuple(waiting), tuple(sorted(reader.names)), reader.asks or "mark.function" in text
                )
                waiting = []
                reader.begin_block()
            elif text.strip():
                if cells.is_solution(cell):
                    step["role"] = "theirs"
                waiting.append(step)
                reader.read(step)
        return cls(blocks)

    @property
    def author_cells(self) -> list[dict[str, Any]]:
        """All of the author's cells."""
        return [cell for block in self.blocks.values() for cell in block.cells]


class _Reader:
    """Foresees which names the author's cells leave to the trainee."""

    def __init__(self) -> None:
        self._ours: set[str] = set(dir(builtins))
        self._theirs: set[str] = set()
        self.begin_block()

    def begin_block(self) -> None:
        self.names: set[str] = set()
        self.asks = False

    def read(self, step: Mapping[str, Any]) -> None:
        try:
            code = Prepared.of(step["source"], "<cell>")
        except (SyntaxError, ValueError):
            self.asks = True
            return
        if step["role"] == "theirs":
            self._theirs |= code.top - code.imported
            self._ours |= code.imported
            return
        unknown = code.loaded - code.bound - self._ours
        wanted = (code.loaded & self._theirs) | unknown
        self.names |= wanted
        self.asks = self.asks or bool(wanted)
        self._ours |= code.top
        self._theirs -= code.top


@dataclass(frozen=True, slots=True)
class Step:
    """Cells of the trainee's, then blocks of the author's."""

    theirs: tuple[dict[str, Any], ...]
    """``n`` (place in the hand-in's notebook) and ``source``."""
    grade_ids: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def ours(self) -> tuple[dict[str, Any], ...]:
        """The author's cells of all blocks."""
        return tuple(cell for block in self.blocks for cell in block.cells)

    @property
    def names(self) -> list[str]:
        """What will be asked for."""
        return sorted({name for block in self.blocks if block.asks for name in block.names})


def steps(notebook: Notebook, plan: Plan) -> list[Step]:
    """The steps for one hand-in."""
    found: list[Step] = []
    theirs: list[dict[str, Any]] = []
    names: list[str] = []
    blocks: list[Block] = []
    for place, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code":
            continue
        name = cells.grade_id(cell)
        if is_marking(cell):
            if name in plan.blocks and name not in names:
                names.append(name)
                blocks.append(plan.blocks[name])
                if blocks[-1].asks:
                    found.append(Step(tuple(theirs), tuple(names), tuple(blocks)))
                    theirs, names, blocks = [], [], []
        elif cells.source_of(cell).strip():
            theirs.append({"n": place, "source": cells.source_of(cell)})
    if theirs or blocks:
        found.append(Step(tuple(theirs), tuple(names), tuple(blocks)))
    return found


def is_marking(cell: Cell) -> bool:
    """A code cell whose run decides about points."""
    return cell.get("cell_type") == "code" and cells.is_graded(cell) and not cells.is_solution(cell)


def is_kit_mark(text: str) -> bool:
    """Whether a marking cell ends in one of the kit's own marks, which always give a verdict."""
    return any(line.startswith("mark.") for line in text.split("\n"))


def sources(notebook: Notebook) -> Iterable[str]:
    """The code of a notebook."""
    return [cells.source_of(cell) for cell in notebook["cells"] if cell["cell_type"] == "code"]
