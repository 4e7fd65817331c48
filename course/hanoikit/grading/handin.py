"""A hand-in as it arrives, and what can be said about it before any of its code runs.

>>> admitted = admit(HandIn(trainee="amal", folder=folder), source)
>>> [finding.code for finding in admitted.findings]
['notebook-renamed', 'sheet-torn']

Answers given with the controls live in ``answers.jsonl``. So a lost or unreadable notebook costs the code
cells, not the answers: they are marked in a fresh copy of the notebook, and the loss is reported.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanoikit.errors import Finding, GradingError, SheetError
from hanoikit.grading import cells
from hanoikit.grading.repair import repair
from hanoikit.grading.source import AssignmentSource
from hanoikit.i18n import _

SHEET = "answers.jsonl"
MAXIMUM_SIZE = 200 * 2**20
"""Bytes that a hand-in may have in all; a package of evidence files stays far below."""
_TRAINEE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")
_LEAVE_OUT = {".ipynb_checkpoints", "__pycache__", ".git", "feedback"}


@dataclass(frozen=True, slots=True)
class HandIn:
    """The folder that a trainee hands in. ``trainee`` is the name in the gradebook: letters, digits and
    ``._@-``.
    """

    trainee: str
    folder: Path

    def __post_init__(self) -> None:
        if not _TRAINEE.fullmatch(self.trainee):
            raise ValueError(f"{self.trainee!r} cannot be used as a trainee's name in a gradebook")


@dataclass(frozen=True, slots=True)
class Admitted:
    """A hand-in that can be marked: its notebook put in shape, and what was noticed."""

    notebook: dict[str, Any]
    findings: tuple[Finding, ...]


def admit(hand_in: HandIn, source: AssignmentSource) -> Admitted:
    """Read a hand-in without running it.

    Raises :class:`GradingError` when there is nothing to mark: no folder, or neither a readable notebook
    nor answers.
    """
    if not hand_in.folder.is_dir():
        raise GradingError(
            _("There is no folder to mark."),
            where=str(hand_in.folder),
            next_step=_("Name the folder of the assignment, or its notebook."),
        )
    answers, sheet_findings = _read_sheet(hand_in.folder, source)
    findings: list[Finding] = []
    try:
        path, findings = _find_notebook(hand_in.folder, source.name)
        submitted = cells.read_notebook(path)
    except GradingError as error:
        if not answers:
            raise
        submitted = source.release
        findings.append(
            Finding(
                "notebook-lost",
                _(
                    "{problem} The {count} answers in answers.jsonl were marked; code and text typed into "
                    "the notebook were not. Hand in a readable notebook, or let a person look."
                ).format(problem=error.what, count=len(answers)),
                error.where or "",
            )
        )
    repaired = repair(submitted, source.release)
    return Admitted(repaired.notebook, (*findings, *sheet_findings, *repaired.findings))


def bring(hand_in: HandIn, admitted: Admitted, source: AssignmentSource, target: Path) -> None:
    """Copy the hand-in to ``target`` with the admitted notebook under its proper name.

    Other notebooks and links are left out, the first because nbgrader would try to mark them, the second
    because they may lead anywhere. Raises :class:`GradingError` when the hand-in is larger than
    :data:`MAXIMUM_SIZE`.
    """
    target.mkdir(parents=True)
    size = 0
    for path in _files(hand_in.folder):
        size += path.stat().st_size
        if size > MAXIMUM_SIZE:
            raise GradingError(
                _("The hand-in is larger than {size} MB.").format(size=MAXIMUM_SIZE // 2**20),
                where=path.name,
                next_step=_("Remove files that the assignment does not ask for, then mark it again."),
            )
        copy = target / path.relative_to(hand_in.folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    cells.write_notebook(admitted.notebook, target / f"{source.name}.ipynb")


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in _LEAVE_OUT and not (Path(root) / name).is_symlink()
        )
        for name in sorted(names):
            path = Path(root) / name
            if path.is_file() and not path.is_symlink() and path.suffix != ".ipynb":
                yield path


def _find_notebook(folder: Path, name: str) -> tuple[Path, list[Finding]]:
    """The notebook to mark, and a finding when it has another name or others lie beside it."""
    notebooks = sorted(path for path in folder.glob("*.ipynb") if path.is_file())
    proper = folder / f"{name}.ipynb"
    if proper in notebooks:
        others = [path.name for path in notebooks if path != proper]
        if not others:
            return proper, []
        message = _("Other notebooks lie beside it and were not marked: {names}.").format(
            names=", ".join(others)
        )
        return proper, [Finding("notebook-extra", message, proper.name, severity="warning")]
    if not notebooks:
        raise GradingError(
            _("There is no notebook in the hand-in."),
            where=str(folder),
            next_step=_("Put the file {name} back into the folder.").format(name=proper.name),
        )
    if len(notebooks) > 1:
        raise GradingError(
            _("There are several notebooks, and none has the name of the assignment: {names}.").format(
                names=", ".join(path.name for path in notebooks)
            ),
            where=str(folder),
            next_step=_("Rename the one to be marked to {name}.").format(name=proper.name),
        )
    message = _("The notebook has the name {found} instead of {name}. It was marked.").format(
        found=notebooks[0].name, name=proper.name
    )
    return notebooks[0], [Finding("notebook-renamed", message, notebooks[0].name, severity="note")]


def _read_sheet(folder: Path, source: AssignmentSource) -> tuple[dict[str, Any], list[Finding]]:
    """The answers that the sheet holds, and everything odd about it; a bad sheet never stops the marking."""
    from hanoikit.exercise.sheet import Sheet

    path = folder / SHEET
    if not path.is_file():
        return {}, [
            Finding(
                "sheet-missing",
                _("There is no answers.jsonl. Questions with controls count as not answered."),
                SHEET,
                severity="warning",
            )
        ]
    try:
        sheet = Sheet(path, assignment=source.name)
        answers = dict(sheet.answers())
        findings = list(sheet.findings())
    except (SheetError, OSError, ValueError) as error:
        message = error.what if isinstance(error, SheetError) else str(error)
        return {}, [Finding("sheet-unreadable", message, SHEET)]
    asked = {question.id for question in source.questions}
    if answers and not asked & set(answers):
        findings.append(
            Finding(
                "sheet-foreign",
                _("answers.jsonl holds answers of another assignment. None of them counts here."),
                SHEET,
            )
        )
        answers = {}
    return answers, findings
