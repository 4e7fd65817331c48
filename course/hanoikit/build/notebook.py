"""One text source -> one notebook, as a plain dictionary in nbformat 4.5.

>>> notebook = derive(source)
>>> notebook["cells"][3]["id"]
'm04-q1-ask'

Cells that are only machinery are folded; model answers, hints and instructor notes stay behind; the same source
gives the same bytes (ids come from question ids and headings, not from chance).
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from hanoikit.build.calls import last_call
from hanoikit.build.frontmatter import module_of
from hanoikit.build.release import Notebook
from hanoikit.build.source import Cell, Source
from hanoikit.build.text import Citations, Treaty

FOLDED = frozenset({"setup", "lab", "ask", "selfcheck", "mark"})
"""Tags of cells whose code is folded: the trainee sees what they show, and can still open them."""

REFERENCE_PAGE = {
    "page": "reference/convention.md",
    "lesson": "../reference/convention.md",
    "assignment": "../../reference/convention.md",
}
"""The reference page of the trainee's folder, seen from where a notebook of this kind lies in it."""

_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_HEADING = re.compile(r"^#{1,6}\s+(.*)$", re.MULTILINE)


def derive(source: Source, *, citations: Citations | None = None) -> Notebook:
    """The notebook of a lesson, or the author's notebook of an assignment (nbgrader's source).

    ``citations`` expands the citation roles; by default those of :mod:`hanoikit.convention`.
    """
    citations = citations or Treaty()
    names = _Names()
    cells = []
    for cell in source.cells:
        heading = _HEADING.search(cell.source) if cell.kind == "markdown" else None
        if heading:
            names.section = _slug(heading[1])
        if cell.tags & {"model", "slide"}:
            continue
        cells.append(_cell(cell, source, names, citations))
    front = {key: copy.deepcopy(value) for key, value in source.front.items() if key != "instructor_notes"}
    metadata = {"hanoikit": front, "kernelspec": dict(_KERNEL), "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cell(cell: Cell, source: Source, names: _Names, citations: Citations) -> dict[str, Any]:
    metadata: dict[str, Any] = copy.deepcopy(dict(cell.metadata))
    assignment = source.kind == "assignment"
    graded_code = cell.kind == "code" and bool(cell.nbgrader.get("grade"))
    if cell.kind == "code" and (cell.tags & FOLDED or graded_code):
        metadata["jupyter"] = {**metadata.get("jupyter", {}), "source_hidden": True}
    if cell.kind == "markdown" and not cell.nbgrader:
        # The text of the course is read, not edited by a double click that goes wrong.
        metadata["editable"] = False
        metadata["deletable"] = False
    if "hints" in metadata.get("hanoikit", {}):
        # An instructor releases them one by one; they are in no notebook.
        metadata["hanoikit"].pop("hints")
    identity = _identity(cell)
    if assignment and cell.kind == "code" and "ask" in cell.tags and identity:
        metadata["nbgrader"] = _locked(identity)
    elif assignment and cell.kind == "code" and "setup" in cell.tags and not cell.nbgrader:
        metadata["nbgrader"] = _locked(names.unique(f"{module_of(source)}-setup"))
        identity = metadata["nbgrader"]["grade_id"]
        names.used.discard(identity)
    text = cell.source
    if cell.kind == "markdown":
        text = citations.expand(
            text, base=REFERENCE_PAGE[source.kind if source.kind in REFERENCE_PAGE else "lesson"]
        )
    made: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": names.unique(identity or names.positional()),
        "metadata": metadata,
        "source": text,
    }
    if cell.kind == "code":
        made["execution_count"] = None
        made["outputs"] = []
    return made


def _locked(grade_id: str) -> dict[str, Any]:
    return {
        "grade": False,
        "grade_id": grade_id,
        "locked": True,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }


def _identity(cell: Cell) -> str:
    """The id that a cell's question gives it; empty for all others."""
    if cell.nbgrader.get("grade_id"):
        return str(cell.nbgrader["grade_id"])
    if cell.kind == "markdown" and cell.hanoikit.get("question"):
        return f"{cell.hanoikit['question']}-prompt"
    for tag, owner in (("ask", "ask"), ("selfcheck", "selfcheck")):
        if cell.kind == "code" and tag in cell.tags:
            try:
                call = last_call(cell.source, owner)
            except SyntaxError:
                call = None
            if call is not None and call.question:
                return f"{call.question}-ask" if tag == "ask" else call.question
    return ""


class _Names:
    """Hands out ids: of the nearest heading and a number, so that an edit elsewhere does not change them."""

    def __init__(self) -> None:
        self.section = "start"
        self.used: set[str] = set()
        self._count: dict[str, int] = {}

    def positional(self) -> str:
        self._count[self.section] = self._count.get(self.section, 0) + 1
        return f"{self.section}-{self._count[self.section]}"

    def unique(self, wanted: str) -> str:
        wanted = re.sub(r"[^A-Za-z0-9_-]", "-", wanted)[:60] or "cell"
        name, number = wanted, 1
        while name in self.used:
            number += 1
            name = f"{wanted}-{number}"
        self.used.add(name)
        return name


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return slug[:48].strip("-") or "section"


def dumps(notebook: Notebook) -> str:
    """The notebook as nbformat writes it: sources as lists of lines, keys sorted, indented by one."""
    shown = copy.copy(notebook)
    shown["cells"] = [
        {**cell, "source": cell["source"].splitlines(keepends=True)} for cell in notebook["cells"]
    ]
    return json.dumps(shown, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": ")) + "\n"


def loads(text: str) -> Notebook:
    """A notebook file with its sources joined; raises :class:`ValueError` when it is not a notebook."""
    notebook = json.loads(text)
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("not a notebook")
    for cell in notebook["cells"]:
        if isinstance(cell.get("source"), list):
            cell["source"] = "".join(cell["source"])
    return notebook


def same(one: Notebook, other: Notebook) -> bool:
    """Whether two notebooks have the same cells and metadata, whatever their bytes look like."""
    return one["cells"] == other["cells"] and one.get("metadata") == other.get("metadata")
