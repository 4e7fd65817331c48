"""Put a handed-in notebook back into the shape that nbgrader needs, and say what had happened to it.

>>> repaired = repair(submitted, release)
>>> [finding.code for finding in repaired.findings]
['cell-duplicated', 'cell-missing']

nbgrader stops a whole class on one duplicated cell and gives a question whose test cell was deleted no mark
at all. Here a cell is known by its nbgrader name, else by its cell id, else by its text and place; so a
trainee who copied, deleted or moved a cell keeps what the work is worth. Nothing of the trainee's own text
or code is dropped.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hanoikit.errors import Finding
from hanoikit.grading import cells
from hanoikit.grading.cells import Cell, Notebook
from hanoikit.i18n import _


@dataclass(frozen=True, slots=True)
class Repaired:
    """The notebook as it can be marked, and what had to be put right."""

    notebook: dict[str, Any]
    findings: tuple[Finding, ...]


def repair(submitted: Notebook, release: Notebook) -> Repaired:
    """The submitted notebook with every cell of the release that matters exactly once, in the release's
    order.

    Pure: both notebooks stay as they are. Run it again on its own result and it finds nothing.
    """
    findings: list[Finding] = []
    template = {cells.grade_id(cell): cell for cell in release["cells"] if cells.grade_id(cell)}
    work = [cells.copy_of(cell) for cell in submitted["cells"]]
    names = _identify(work, release["cells"], template, findings)
    work, names = _merge_copies(work, names, template, findings)
    work, names = _restore_order(work, names, list(template), findings)
    _restore_settings(work, names, template, findings)
    work = _restore_missing(work, names, template, findings)
    _unique_ids(work)
    notebook = {key: value for key, value in submitted.items() if key != "cells"}
    notebook["cells"] = work
    if any("id" in cell for cell in work):
        notebook["nbformat_minor"] = max(5, int(notebook.get("nbformat_minor") or 0))
    return Repaired(notebook, tuple(findings))


def _identify(
    work: Sequence[Cell], release: Sequence[Cell], template: dict[str, Cell], findings: list[Finding]
) -> list[str]:
    """For each submitted cell the nbgrader name that it answers to, or an empty string."""
    by_id = {str(cell["id"]): name for name, cell in template.items() if cell.get("id")}
    names = []
    for cell in work:
        name = cells.grade_id(cell)
        names.append(name if name in template else "")
    for index, cell in enumerate(work):
        name = by_id.get(str(cell.get("id") or ""), "")
        if not names[index] and name and name not in names:
            names[index] = name
    if set(template) - set(names):
        for index, name in _aligned(work, release):
            if not names[index] and name not in names:
                names[index] = name
    for index, cell in enumerate(work):
        if names[index] and names[index] != cells.grade_id(cell):
            findings.append(
                Finding(
                    "cell-renamed",
                    _("The settings of this cell were lost or changed. It was recognised and restored."),
                    names[index],
                    severity="note",
                )
            )
        elif not names[index] and "nbgrader" in cell["metadata"]:
            del cell["metadata"]["nbgrader"]
            findings.append(
                Finding(
                    "cell-unknown",
                    _(
                        "A cell has marking settings that this assignment does not know. It is treated as "
                        "plain."
                    ),
                    cells.grade_id(cell) or _("cell {number}").format(number=index + 1),
                    severity="note",
                )
            )
    return names


def _aligned(work: Sequence[Cell], release: Sequence[Cell]) -> list[tuple[int, str]]:
    """Pairs of a submitted cell's index and a release cell's name that match by text, or by place
    between matches.
    """
    pairs = []
    matcher = difflib.SequenceMatcher(
        None,
        [(cell["cell_type"], cells.source_of(cell).strip()) for cell in release],
        [(cell["cell_type"], cells.source_of(cell).strip()) for cell in work],
        autojunk=False,
    )
    for operation, first, last, start, stop in matcher.get_opcodes():
        same_shape = [cell["cell_type"] for cell in release[first:last]] == [
            cell["cell_type"] for cell in work[start:stop]
        ]
        if operation == "equal" or (operation == "replace" and same_shape):
            for offset in range(last - first):
                name = cells.grade_id(release[first + offset])
                if name:
                    pairs.append((start + offset, name))
    return pairs


def _merge_copies(
    work: list[dict[str, Any]], names: list[str], template: dict[str, Cell], findings: list[Finding]
) -> tuple[list[dict[str, Any]], list[str]]:
    """One cell for each name. Copies with the author's text go; copies with the trainee's work stay as
    plain cells.
    """
    drop: set[int] = set()
    for name, original in template.items():
        places = [index for index, found in enumerate(names) if found == name]
        if len(places) < 2:
            continue
        stub = cells.source_of(original).strip()
        changed = [index for index in places if cells.source_of(work[index]).strip() != stub]
        if cells.is_locked(original):
            keep = next(
                (index for index in places if original.get("id") and work[index].get("id") == original["id"]),
                places[0],
            )
        else:
            # The last definition is the one that Python uses, so it is the one that is marked.
            keep = changed[-1] if changed else places[0]
        if cells.is_written(original):
            texts = list(dict.fromkeys(cells.source_of(work[index]).strip() for index in changed))
            work[keep]["source"] = "\n\n---\n\n".join(texts) if texts else cells.source_of(work[keep])
            drop.update(index for index in places if index != keep)
        else:
            for index in places:
                if index == keep:
                    continue
                if index in changed:
                    names[index] = ""
                    work[index]["metadata"].pop("nbgrader", None)
                else:
                    drop.add(index)
        findings.append(
            Finding(
                "cell-duplicated",
                _("This cell was there {count} times. One was marked; no work was dropped.").format(
                    count=len(places)
                ),
                name,
                severity="warning",
            )
        )
    left = [index for index in range(len(work)) if index not in drop]
    return [work[index] for index in left], [names[index] for index in left]


def _restore_order(
    work: list[dict[str, Any]], names: list[str], order: list[str], findings: list[Finding]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Known cells in the release's order; each of the trainee's own cells stays behind the cell that it
    followed.
    """
    place = {name: index for index, name in enumerate(order)}
    known = [place[name] for name in names if name]
    if known == sorted(known):
        return work, names
    keys = []
    current = -1
    for name in names:
        current = place[name] if name else current
        keys.append(current)
    positions = sorted(range(len(work)), key=lambda index: keys[index])
    findings.append(
        Finding(
            "cells-moved",
            _("Cells had been moved. They were put back in their order before marking."),
            severity="warning",
        )
    )
    return [work[index] for index in positions], [names[index] for index in positions]


def _restore_settings(
    work: Sequence[Cell], names: Sequence[str], template: dict[str, Cell], findings: list[Finding]
) -> None:
    """The author's nbgrader settings, and the author's text in locked cells."""
    for cell, name in zip(work, names, strict=True):
        if not name:
            continue
        original = template[name]
        wanted, found = cells.nbgrader_of(original), cells.nbgrader_of(cell)
        # The checksum differs in every honest hand-in with hidden tests, so it is no sign of a change.
        telling = ("grade", "locked", "solution", "points", "task", "schema_version")
        if (found and any(wanted.get(key) != found.get(key) for key in telling)) or (
            cell["cell_type"] != original["cell_type"]
        ):
            findings.append(
                Finding(
                    "settings-changed",
                    _("The marking settings of this cell had been changed. The author's settings were used."),
                    name,
                    severity="warning",
                )
            )
        cells.convert(cell, str(original["cell_type"]))
        cell["metadata"]["nbgrader"] = cells.copy_of(cells.nbgrader_of(original))
        if cells.is_locked(original) and cells.source_of(cell) != cells.source_of(original):
            cell["source"] = cells.source_of(original)
            findings.append(
                Finding(
                    "cell-edited",
                    _("A locked cell had been edited. The author's text was used."),
                    name,
                    severity="note",
                )
            )


def _restore_missing(
    work: list[dict[str, Any]], names: Iterable[str], template: dict[str, Cell], findings: list[Finding]
) -> list[dict[str, Any]]:
    """Put back every cell that is not there, behind the cell that it follows in the release."""
    present = set(names)
    result = list(work)
    order = list(template)
    for number, name in enumerate(order):
        if name in present:
            continue
        before = set(order[:number])
        spot = max(
            (index + 1 for index, cell in enumerate(result) if cells.grade_id(cell) in before), default=0
        )
        result.insert(spot, cells.copy_of(template[name]))
        graded = cells.is_graded(template[name])
        if cells.is_solution(template[name]):
            message = _("The cell for your answer had been deleted. An empty one was put back.")
        elif graded:
            message = _("The marking cell of this question had been deleted. It was put back.")
        else:
            message = _("A locked cell had been deleted. It was put back.")
        findings.append(Finding("cell-missing", message, name, severity="warning" if graded else "note"))
    return result


def _unique_ids(work: Sequence[Cell]) -> None:
    """Give a copied cell an id of its own; the same notebook gives the same ids."""
    seen: set[str] = set()
    has_ids = any("id" in cell for cell in work)
    for number, cell in enumerate(work):
        if not has_ids:
            return
        identifier = str(cell.get("id") or "")
        if not identifier or identifier in seen:
            identifier = hashlib.sha256(f"{number}\n{cells.source_of(cell)}".encode()).hexdigest()[:12]
        cell["id"] = identifier
        seen.add(identifier)
