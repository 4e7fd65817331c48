"""From an author's notebook to what the trainee receives, by the steps of ``nbgrader generate_assignment``.

>>> handed_out = release(notebook)
>>> findings = check_stub(notebook, handed_out)     # empty: the release is the source minus its marked lines

The steps and their order are those of nbgrader 0.9 (``converters/generate_assignment.py``): lock cells, clear
solutions, clear outputs, checksums, clear hidden tests, clear mark schemes, checksums. They are written out
here on plain dictionaries because importing nbgrader takes seconds; a test proves that both give the same
notebook.
"""

from __future__ import annotations

import copy
import hashlib
import re
from typing import Any

from hanoikit.errors import BuildError, Finding

Notebook = dict[str, Any]

CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
TEXT_STUB = "YOUR ANSWER HERE"
_REGIONS = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")


def flag(cell: dict[str, Any], name: str) -> bool:
    """Whether nbgrader's metadata of the cell says ``grade``, ``solution``, ``task`` or ``locked``.

    ``locked`` is read as nbgrader does: a solution is never locked, a graded cell always is.
    """
    metadata = cell["metadata"].get("nbgrader")
    if metadata is None:
        return False
    if name == "locked":
        if metadata.get("solution", False):
            return False
        return bool(metadata.get("grade", False) or metadata.get("locked", False))
    return bool(metadata.get(name, False))


def checksum(cell: dict[str, Any]) -> str:
    """nbgrader's checksum of a cell (MD5 over source, kind, flags, id and points;
    ``utils.compute_checksum``).
    """
    metadata = cell["metadata"]["nbgrader"]
    parts = [
        cell["source"],
        cell["cell_type"],
        *(str(flag(cell, name)) for name in ("grade", "solution", "locked")),
    ]
    parts.append(metadata["grade_id"])
    if flag(cell, "grade"):
        parts.append(str(float(metadata["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def release(notebook: Notebook) -> Notebook:
    """The release of an author's notebook; the notebook given stays as it is.

    Raises :class:`BuildError` where nbgrader would stop: a region without an end, or in the wrong kind of
    cell.
    """
    made = copy.deepcopy(notebook)
    for cell in made["cells"]:
        _lock(cell)
        _clear_solution(cell)
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
        for region, needed in (("HIDDEN TESTS", "grade"), ("MARK SCHEME", "task")):
            kept, count = _without(cell, region, stub=None)
            if count and not flag(cell, needed):
                raise BuildError(
                    f"A cell has a region {region}, but is not a '{needed}' cell.",
                    where=str(cell.get("id", "")),
                )
            cell["source"] = kept
        if any(flag(cell, name) for name in ("grade", "solution", "locked")):
            cell["metadata"]["nbgrader"]["checksum"] = checksum(cell)
            cell["metadata"]["nbgrader"]["cell_type"] = cell["cell_type"]
    made["metadata"].pop("celltoolbar", None)
    return made


def _lock(cell: dict[str, Any]) -> None:
    if flag(cell, "solution"):
        cell["metadata"]["deletable"] = False
    elif flag(cell, "locked"):
        cell["metadata"]["deletable"] = False
        cell["metadata"]["editable"] = False


def _clear_solution(cell: dict[str, Any]) -> None:
    stub = CODE_STUB if cell["cell_type"] == "code" else TEXT_STUB
    kept, count = _without(cell, "SOLUTION", stub=stub)
    if count and not flag(cell, "solution"):
        raise BuildError(
            "A solution region is in a cell that is no solution cell.", where=str(cell.get("id", ""))
        )
    cell["source"] = stub if flag(cell, "solution") and not count else kept


def _without(cell: dict[str, Any], region: str, *, stub: str | None) -> tuple[str, int]:
    """The cell's source without the regions of this name, and how many there were."""
    kept: list[str] = []
    inside = False
    count = 0
    for line in cell["source"].split("\n"):
        if f"BEGIN {region}" in line:
            if inside:
                raise BuildError(f"A region {region} begins inside another.", where=str(cell.get("id", "")))
            inside = True
            count += 1
            if stub is not None:
                indent = line[: len(line) - len(line.lstrip())]
                kept.extend(indent + part for part in stub.split("\n"))
        elif f"END {region}" in line:
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise BuildError(f"A region {region} has no end.", where=str(cell.get("id", "")))
    return "\n".join(kept), count


def check_stub(source: Notebook, stub: Notebook) -> list[Finding]:
    """Prove that the stub is the source minus its marked lines: nothing else is gone, changed, added or
    moved.

    Written without the functions above: the marked regions are cut with one pattern over the whole text, so
    that a fault in the release is not repeated in its proof.
    """
    findings: list[Finding] = []
    originals = {cell["id"]: cell for cell in source["cells"]}
    if [cell["id"] for cell in source["cells"]] != [cell["id"] for cell in stub["cells"]]:
        findings.append(
            Finding("cells-differ", "The release has other cells, or in another order, than its source.")
        )
    for cell in stub["cells"]:
        original = originals.get(cell["id"])
        if original is None:
            continue
        if cell["source"] != _expected(original):
            findings.append(
                Finding(
                    "stub-differs",
                    "The release differs from its source outside the marked lines.",
                    cell["id"],
                )
            )
        for region in _REGIONS:
            if f"BEGIN {region}" in cell["source"] or f"END {region}" in cell["source"]:
                findings.append(Finding("marker-left", f"A marker of a region {region} is left.", cell["id"]))
        if cell.get("outputs"):
            findings.append(Finding("output-left", "The release has an output.", cell["id"]))
    return findings


def _expected(original: dict[str, Any]) -> str:
    text: str = original["source"]
    stub = CODE_STUB if original["cell_type"] == "code" else TEXT_STUB
    if original["metadata"].get("nbgrader", {}).get("solution") and "BEGIN SOLUTION" not in text:
        return stub
    for region in _REGIONS:
        pattern = re.compile(
            rf"^(?P<indent>[^\S\n]*)[^\n]*BEGIN {region}[^\n]*\n"
            rf"(?:.*?\n)??[^\n]*END {region}[^\n]*(?P<end>\n|\Z)",
            re.MULTILINE | re.DOTALL,
        )

        def cut(match: re.Match[str], region: str = region) -> str:
            if region != "SOLUTION":
                return ""
            return "\n".join(match["indent"] + line for line in stub.split("\n")) + match["end"]

        text, cuts = pattern.subn(cut, text)
        # A region at the end of the cell takes the newline before it along, as a line that is no more.
        if cuts and region != "SOLUTION" and not original["source"].endswith("\n"):
            text = text.removesuffix("\n")
    return text
