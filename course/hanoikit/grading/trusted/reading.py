"""From the files of a hand-in to a notebook that can be marked, without running or trusting any of it.

>>> read = read_hand_in(parcel, source, limits)
>>> read.notebook["cells"][0]["cell_type"], [finding.code for finding in read.findings]
('markdown', ['notebook-renamed', 'sheet-torn'])

The rules are those of :mod:`hanoikit.grading.handin`, on bytes that were read once instead of on paths.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from hanoikit.errors import Finding, GradingError, SheetError
from hanoikit.exercise.sheet import MAX_BYTES, Sheet
from hanoikit.grading import cells
from hanoikit.grading.handin import SHEET, Admitted
from hanoikit.grading.repair import repair
from hanoikit.grading.source import Question
from hanoikit.grading.trusted.limits import Limits
from hanoikit.grading.trusted.parcel import Parcel
from hanoikit.grading.trusted.tidy import tidy
from hanoikit.grading.written import fill_written
from hanoikit.i18n import _


class Assignment(Protocol):
    """What marking needs to know of an assignment's source; ``AssignmentSource`` has it, and so has a notebook
    of any nbgrader course (``NotebookSource``).
    """

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def pass_mark(self) -> float: ...
    @property
    def questions(self) -> tuple[Question, ...]: ...
    @property
    def notebook(self) -> dict[str, Any]: ...
    @property
    def release(self) -> dict[str, Any]: ...


def read_hand_in(parcel: Parcel, source: Assignment, limits: Limits, *, kit: bool = True) -> Admitted:
    """The notebook in shape and everything that was noticed; raises :class:`GradingError` when there is
    nothing to mark.
    """
    answers, sheet_findings = _sheet(parcel, source) if kit else ({}, [])
    findings: list[Finding] = []
    try:
        name, findings = _choose(parcel.files, source.name)
        data = parcel.files[name]
        if len(data) > limits.notebook_bytes:
            raise GradingError(
                _("The notebook is larger than {size} MB.").format(size=limits.notebook_bytes >> 20),
                where=name,
                next_step=_("Clear its outputs, save it and hand it in again."),
            )
        submitted = cells.parse_notebook(data, name)
    except GradingError as error:
        if not answers:
            raise
        submitted = source.release
        message = _(
            "{problem} The {count} answers in answers.jsonl were marked; code and text typed into "
            "the notebook were not. Hand in a readable notebook, or let a person look."
        ).format(problem=error.what, count=len(answers))
        findings.append(Finding("notebook-lost", message, error.where or ""))
    for cell in submitted["cells"]:
        # Outputs as handed in decide nothing and may be huge.
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    repaired = repair(submitted, source.release)
    notebook = repaired.notebook
    if answers:
        stubs = {cells.grade_id(cell): cells.source_of(cell) for cell in source.release["cells"]}
        notebook["cells"], _changed = fill_written(notebook, answers, stubs)
    restore(notebook, source.notebook)
    tidy(notebook)
    return Admitted(notebook, (*parcel.findings, *findings, *sheet_findings, *repaired.findings))


def restore(notebook: dict[str, Any], source: Mapping[str, Any]) -> None:
    """Put the author's text, hidden tests included, into the locked cells; the author's kernel; and the
    checksums by which nbgrader sees what was changed.
    """
    texts = {cells.grade_id(cell): cells.source_of(cell) for cell in source["cells"] if cells.is_locked(cell)}
    sums = {cells.grade_id(cell): cells.nbgrader_of(cell).get("checksum") for cell in source["cells"]}
    for cell in notebook["cells"]:
        name = cells.grade_id(cell)
        if name in texts:
            cell["source"] = texts[name]
        if name and sums.get(name):
            cell["metadata"]["nbgrader"]["checksum"] = sums[name]
    if "kernelspec" in source.get("metadata", {}):
        notebook["metadata"]["kernelspec"] = source["metadata"]["kernelspec"]


class _HeldSheet(Sheet):
    """An answer sheet of which only the bytes are at hand."""

    def __init__(self, data: bytes, assignment: str) -> None:
        super().__init__(Path(SHEET), assignment=assignment, session="marking")
        self._data = data

    def _bytes(self) -> bytes:
        return self._data


def _sheet(parcel: Parcel, source: Assignment) -> tuple[dict[str, Any], list[Finding]]:
    data = parcel.files.get(SHEET)
    if data is None:
        message = _("There is no answers.jsonl. Questions with controls count as not answered.")
        return {}, [Finding("sheet-missing", message, SHEET, severity="warning")]
    if len(data) > MAX_BYTES:
        return {}, [Finding("sheet-unreadable", _("This file is far too large for an answer sheet."), SHEET)]
    try:
        scan = _HeldSheet(data, source.name).read()
    except (SheetError, ValueError) as error:
        return {}, [Finding("sheet-unreadable", getattr(error, "what", str(error)), SHEET)]
    current = {record.question: record.value for record in scan.records}
    answers = {name: value for name, value in current.items() if value is not None}
    findings = list(scan.findings)
    if answers and not {question.id for question in source.questions} & set(answers):
        message = _("answers.jsonl holds answers of another assignment. None of them counts here.")
        findings.append(Finding("sheet-foreign", message, SHEET))
        answers = {}
    return answers, findings


def _choose(files: Mapping[str, bytes], name: str) -> tuple[str, list[Finding]]:
    """The notebook to mark, and a finding when it has another name or others lie beside it."""
    notebooks = [path for path in files if path.endswith(".ipynb") and "/" not in path]
    proper = f"{name}.ipynb"
    if proper in notebooks:
        others = [path for path in notebooks if path != proper]
        if not others:
            return proper, []
        message = _("Other notebooks lie beside it and were not marked: {names}.").format(
            names=", ".join(others)
        )
        return proper, [Finding("notebook-extra", message, proper, severity="warning")]
    if not notebooks:
        raise GradingError(
            _("There is no notebook in the hand-in."),
            where=proper,
            next_step=_("Put the file {name} back into the folder.").format(name=proper),
        )
    if len(notebooks) > 1:
        raise GradingError(
            _("There are several notebooks, and none has the name of the assignment: {names}.").format(
                names=", ".join(notebooks)
            ),
            where=proper,
            next_step=_("Rename the one to be marked to {name}.").format(name=proper),
        )
    message = _("The notebook has the name {found} instead of {name}. It was marked.").format(
        found=notebooks[0], name=proper
    )
    return notebooks[0], [Finding("notebook-renamed", message, notebooks[0], severity="note")]
