"""Notebook cells as plain JSON: the few facts that marking needs, without importing nbformat (over a second
to import).

>>> grade_id(cell), is_graded(cell), source_of(cell)
('m04-q3', True, '# marked automatically')
"""

from __future__ import annotations

import copy
import json
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, cast

from hanoikit.errors import GradingError
from hanoikit.i18n import _

Cell = MutableMapping[str, Any]
Notebook = MutableMapping[str, Any]
LARGEST = 100 << 20
"""Bytes of a notebook that is read; honest ones with many pictures reach some ten million."""


def source_of(cell: Cell) -> str:
    """The cell's text; notebook files hold it as a string or as a list of lines."""
    source = cell.get("source", "")
    text = "".join(str(line) for line in source) if isinstance(source, list) else str(source)
    # Half of a surrogate pair, as a broken paste gives it, can neither be run nor written to a file.
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def nbgrader_of(cell: Cell) -> dict[str, Any]:
    """The cell's nbgrader metadata, empty when it has none."""
    found = _nbgrader(cell)
    return {} if found is None else dict(found)


def _nbgrader(cell: Cell) -> Any:
    """As above, without the copy: every cell is asked many times."""
    metadata = cell.get("metadata")
    # A plain dictionary is told at once; nbformat's own class only by the slow question.
    if type(metadata) is not dict and not isinstance(metadata, MutableMapping):
        return None
    found = metadata.get("nbgrader")
    return found if type(found) is dict or isinstance(found, MutableMapping) else None


def grade_id(cell: Cell) -> str:
    """nbgrader's name for the cell, or an empty string."""
    found = _nbgrader(cell)
    return "" if found is None else str(found.get("grade_id") or "")


def named(notebook: Notebook, name: str) -> Cell:
    """The cell with this nbgrader name; raises :class:`KeyError`."""
    for cell in notebook["cells"]:
        if grade_id(cell) == name:
            return cast(Cell, cell)
    raise KeyError(name)


def is_graded(cell: Cell) -> bool:
    """The cell carries points."""
    found = _nbgrader(cell)
    return found is not None and bool(found.get("grade"))


def is_solution(cell: Cell) -> bool:
    """The trainee's own work goes into the cell."""
    found = _nbgrader(cell)
    return found is not None and bool(found.get("solution"))


def is_written(cell: Cell) -> bool:
    """A Markdown cell that a person marks."""
    return is_graded(cell) and is_solution(cell) and cell.get("cell_type") == "markdown"


def is_locked(cell: Cell) -> bool:
    """The cell's text belongs to the author, as nbgrader sees it."""
    if is_solution(cell):
        return False
    return is_graded(cell) or bool(nbgrader_of(cell).get("locked"))


def hanoikit_of(cell: Cell) -> dict[str, Any]:
    """The kit's own metadata of a prompt cell: question, objective, provisions, extra."""
    metadata = cell.get("metadata")
    found = metadata.get("hanoikit") if isinstance(metadata, MutableMapping) else None
    return dict(found) if isinstance(found, MutableMapping) else {}


def tags_of(cell: Cell) -> tuple[str, ...]:
    """The cell's tags."""
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, MutableMapping) else None
    return tuple(str(tag) for tag in tags) if isinstance(tags, list) else ()


def read_notebook(path: Path) -> dict[str, Any]:
    """Read a notebook file as JSON; raises :class:`GradingError` that says what is wrong with it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GradingError(
            _("The notebook cannot be read from the disk."), where=path.name, next_step=_save_again()
        ) from error
    return parse_notebook(data, path.name)


def parse_notebook(data: bytes, name: str) -> dict[str, Any]:
    """A notebook from the bytes of its file ``name``; raises :class:`GradingError` as above."""
    next_step = _save_again()
    if len(data) > LARGEST:
        # A few hundred megabytes of brackets take all memory of the machine that reads them.
        raise GradingError(
            _("The notebook has {size} MB; at most {limit} are read.").format(
                size=len(data) >> 20, limit=LARGEST >> 20
            ),
            where=name,
            next_step=_("Clear the outputs of its cells, save it, and hand it in again."),
        )
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise GradingError(
            _("The notebook is not a text file in UTF-8 (byte {position}).").format(position=error.start),
            where=name,
            next_step=next_step,
        ) from error
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        message = (
            _("The notebook file is empty.")
            if not data.strip()
            else _("The notebook file is incomplete or damaged (line {line}).").format(line=line)
        )
        raise GradingError(message, where=name, next_step=next_step) from error
    if isinstance(notebook, dict) and notebook.get("nbformat") == 3:
        notebook = _from_format_3(notebook) or notebook
    if (
        not isinstance(notebook, dict)
        or not isinstance(notebook.get("cells"), list)
        or notebook.get("nbformat") != 4
    ):
        raise GradingError(_("The file is not a notebook of format 4."), where=name, next_step=next_step)
    notebook["cells"] = [_sound(cell) for cell in notebook["cells"] if isinstance(cell, dict)]
    if not isinstance(notebook.get("metadata"), dict):
        notebook["metadata"] = {}
    minor = notebook.get("nbformat_minor")
    notebook["nbformat_minor"] = minor if type(minor) is int and 0 <= minor < 100 else 5
    return notebook


def _from_format_3(notebook: dict[str, Any]) -> dict[str, Any] | None:
    """A notebook as programs before 2015 saved it, in today's form, without its outputs; None without cells."""
    cells: list[Any] = []
    sheets = notebook.get("worksheets")
    for sheet in sheets if isinstance(sheets, list) else []:
        found = sheet.get("cells") if isinstance(sheet, dict) else None
        for cell in found if isinstance(found, list) else []:
            if not isinstance(cell, dict):
                continue
            kind = cell.get("cell_type")
            text = source_of({"source": cell.get("input" if kind == "code" else "source", "")})
            if kind == "heading":
                level = cell.get("level")
                kind, text = (
                    "markdown",
                    "#" * (level if type(level) is int and 0 < level < 7 else 1) + " " + text,
                )
            cells.append({"cell_type": kind, "source": text, "metadata": cell.get("metadata")})
    metadata = notebook.get("metadata")
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5} if cells else None


def _save_again() -> str:
    return _(
        "Open the notebook in JupyterLab, save it again and hand it in again. The answers that you "
        "gave with the controls are safe in answers.jsonl."
    )


def write_notebook(notebook: Notebook, path: Path) -> None:
    """Write a notebook as JSON, the way Jupyter does."""
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def copy_of(cell: Cell) -> dict[str, Any]:
    """An independent copy of a cell."""
    return dict(_copy(cell)) if type(cell) is dict else dict(copy.deepcopy(cell))


def _copy(value: Any) -> Any:
    """A copy of plain JSON data; ``deepcopy`` takes four times as long."""
    if type(value) is dict:
        return {key: _copy(item) for key, item in value.items()}
    if type(value) is list:
        return [_copy(item) for item in value]
    return value if type(value) in (str, int, float, bool, type(None)) else copy.deepcopy(value)


def convert(cell: Cell, cell_type: str) -> None:
    """Turn a cell into one of another type, keeping its text."""
    if cell.get("cell_type") == cell_type:
        return
    cell["cell_type"] = cell_type
    if cell_type == "code":
        cell.setdefault("outputs", [])
        cell.setdefault("execution_count", None)
    else:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def _sound(cell: dict[str, Any]) -> dict[str, Any]:
    """The cell with the parts that every reader expects; a hand-edited file may lack some."""
    cell["source"] = source_of(cell)
    if cell.get("cell_type") not in {"code", "markdown", "raw"}:
        cell["cell_type"] = "raw"
    if not isinstance(cell.get("metadata"), dict):
        cell["metadata"] = {}
    if cell["cell_type"] == "code":
        if not isinstance(cell.get("outputs"), list):
            cell["outputs"] = []
        cell.setdefault("execution_count", None)
    return cell
