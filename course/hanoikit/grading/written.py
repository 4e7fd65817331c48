"""Written answers: the text in the answer sheet is put into the cell that a person marks.

>>> filled, names = fill_written(notebook, {"m04-q12": "The hash ..."}, {"m04-q12": "YOUR ANSWER HERE"})
>>> names
['m04-q12']

So nbgrader's formgrader shows the text in the place where the marker expects it. A trainee who also typed
into the cell keeps both texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanoikit.grading import cells
from hanoikit.grading.cells import Cell
from hanoikit.i18n import _


def fill_written(
    notebook: Mapping[str, Any], answers: Mapping[str, Any], stubs: Mapping[str, str]
) -> tuple[list[Cell], list[str]]:
    """The notebook's cells with the written answers in place, and the names of the cells that changed.

    ``stubs`` maps a cell's nbgrader name to its text in the release: a cell that still has it is untouched.
    """
    filled, changed = [], []
    for cell in notebook["cells"]:
        name = cells.grade_id(cell)
        text = as_markdown(answers.get(name)) if cells.is_written(cell) else ""
        if text:
            typed = cells.source_of(cell).strip()
            if typed in ("", stubs.get(name, "").strip()):
                new = text
            elif text in typed:
                new = typed
            else:
                new = _("{sheet}\n\n---\n\n*Also typed into this cell:*\n\n{typed}").format(
                    sheet=text, typed=typed
                )
            if new != cells.source_of(cell):
                cell = type(cell)(cell)
                cell["source"] = new
                changed.append(name)
        filled.append(cell)
    return filled, changed


def as_markdown(value: Any) -> str:
    """A written answer as Markdown: text as it is, slots as one headed part each."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        parts = [
            f"**{slot}**\n\n{str(text).strip()}" for slot, text in value.items() if str(text or "").strip()
        ]
        return "\n\n".join(parts)
    if isinstance(value, (list, tuple)):
        return "\n\n".join(str(item).strip() for item in value if str(item).strip())
    return str(value).strip()
