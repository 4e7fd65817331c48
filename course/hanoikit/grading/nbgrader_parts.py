"""Preprocessors that a course's ``nbgrader_config.py`` adds to nbgrader's own autograding steps.

    c.Autograde.sanitize_preprocessors = SANITIZE
    c.Autograde.autograde_preprocessors = AUTOGRADE      # or TRUSTED_AUTOGRADE

The lists are in :mod:`hanoikit.grading.nbgrader_steps`, which costs a settings file nothing to import.
They make ``nbgrader autograde``, and the button of that name in formgrader, as careful as the kit's own
commands: a copied or deleted cell is put right, written answers are shown where they are marked, and a
marking cell without a verdict earns nothing. Importing this module imports nbgrader (seconds); only
nbgrader itself should do it.
"""

from __future__ import annotations

import atexit
import json
import re
from pathlib import Path
from typing import Any

from nbformat import notebooknode, v4
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from hanoikit.errors import GradingError
from hanoikit.grading import cells, verdicts
from hanoikit.grading.nbgrader_steps import AUTOGRADE, FEEDBACK, SANITIZE, TRUSTED_AUTOGRADE
from hanoikit.grading.repair import repair
from hanoikit.grading.written import fill_written
from hanoikit.i18n import _

__all__ = ["AUTOGRADE", "FEEDBACK", "SANITIZE", "TRUSTED_AUTOGRADE"]

NOT_EXECUTED = "Outputs as they were handed in may claim anything; marks are never made from them."

_ENGINES: list[Any] = []
_SOURCES: dict[str, Any] = {}


class TrustedExecute(NbGraderPreprocessor):  # type: ignore[misc]
    """Runs the trainee's cells isolated and the author's tests apart from them; refuses where it cannot."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        from hanoikit.grading.handin import HandIn
        from hanoikit.grading.trusted import Limits, TrustedEngine, filing
        from hanoikit.grading.trusted.layout import Layout, setting
        from hanoikit.grading.trusted.notebook_source import NotebookSource
        from hanoikit.grading.trusted.parcel import Parcel

        if setting(self.config, ("Execute",), "enabled", True) is False:
            raise GradingError(_(NOT_EXECUTED), next_step=_("Run it without --no-execute."))
        about = resources["nbgrader"]
        name, assignment = about["notebook"], about["assignment"]
        layout = Layout.from_config(self.config, Path.cwd())
        limits = Limits.of_course(self.config)
        author = cells.read_notebook(layout.folder("source", ".", assignment) / f"{name}.ipynb")
        saved = {cells.grade_id(cell): cell for cell in nb.cells if cells.grade_id(cell)}
        for cell in author["cells"]:
            # nbgrader has put the cells in that it saved at release; those are the ones to mark by.
            if cells.grade_id(cell) in saved and cells.is_locked(cell):
                cell["source"] = saved[cells.grade_id(cell)].source
        released = layout.folder("release", ".", assignment) / f"{name}.ipynb"
        # The engine keeps its processes for a source that it knows.
        key = json.dumps([assignment, author])
        if _SOURCES.get(key) is None:
            _SOURCES.clear()
            _SOURCES[key] = NotebookSource.of(
                author,
                name=name,
                release=cells.read_notebook(released) if released.is_file() else None,
                files=filing.author_files(layout, assignment),
            )
        source = _SOURCES[key]
        if _ENGINES and _ENGINES[0].limits != limits:
            _ENGINES.pop().close()
        if not _ENGINES:
            _ENGINES.append(TrustedEngine(limits=limits))
            atexit.register(_ENGINES[0].close)
        folder = layout.folder("submitted", about["student"], assignment)
        parcel = Parcel.collect(folder, limits, leave_out=layout.ignored)
        # A hand-in may have several notebooks; nbgrader hands them over one by one.
        known = {path.name for path in layout.folder("source", ".", assignment).glob("*.ipynb")}
        known.discard(f"{name}.ipynb")
        parcel = Parcel({k: v for k, v in parcel.files.items() if k not in known}, parcel.findings)
        paper = _ENGINES[0].mark_paper(HandIn(about["student"], folder), source, parcel=parcel)
        for finding in paper.marked.findings:
            self.log.warning("%s", finding)
        for cell in paper.notebook["cells"]:
            if cells.grade_id(cell) in saved:
                cell["metadata"]["nbgrader"] = dict(saved[cells.grade_id(cell)].metadata.nbgrader)
        made: Any = notebooknode.from_dict(paper.notebook)  # type: ignore[no-untyped-call]
        return made, resources


class _WithRelease(NbGraderPreprocessor):  # type: ignore[misc]
    """A preprocessor that compares with the released notebook; nbgrader runs it in the course's root
    directory.
    """

    release_directory = Unicode("release", help="Where the released assignments are.").tag(config=True)

    def released(self, resources: Any) -> dict[str, Any] | None:
        about = resources["nbgrader"]
        path = Path(self.release_directory) / about["assignment"] / f"{about['notebook']}.ipynb"
        return cells.read_notebook(path) if path.is_file() else None


class RepairHandIn(_WithRelease):
    """Puts copied, deleted, moved and renamed cells right before nbgrader looks at them."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        release = self.released(resources)
        if release is None:
            return nb, resources
        repaired = repair(nb, release)
        for finding in repaired.findings:
            self.log.warning("%s", finding)
        return notebooknode.from_dict(repaired.notebook), resources  # type: ignore[no-untyped-call]


class CopyWrittenAnswers(_WithRelease):
    """Puts the text of ``answers.jsonl`` into the Markdown cells that a person marks."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        from hanoikit.errors import SheetError
        from hanoikit.exercise.sheet import Sheet

        sheet = Path(resources["metadata"]["path"]) / "answers.jsonl"
        if not sheet.is_file():
            return nb, resources
        try:
            answers = Sheet(sheet).answers()
        except (SheetError, OSError, ValueError) as error:
            self.log.warning("The answer sheet cannot be read: %s", error)
            return nb, resources
        release = self.released(resources) or {"cells": []}
        stubs = {cells.grade_id(cell): cells.source_of(cell) for cell in release["cells"]}
        nb.cells, changed = fill_written(nb, answers, stubs)
        if changed:
            self.log.info("Written answers copied from the answer sheet: %s", ", ".join(changed))
        return nb, resources


class FailClosed(NbGraderPreprocessor):  # type: ignore[misc]
    """A marking cell without a verdict gets an error, which nbgrader reads as no points.

    With a verdict, what the trainee's code wrote to the error stream is kept as ordinary output: nbgrader
    would read a mere warning as a wrong answer.
    """

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        if cell.cell_type != "code" or not cells.is_graded(cell) or cells.is_solution(cell):
            return cell, resources
        verdict = verdicts.verdict_of(cell)
        failed = any(output["output_type"] == "error" for output in cell.outputs)
        if verdict is None:
            if not failed:
                message = "no verdict, so no point; a person has to look"
                cell.outputs.append(_error(verdicts.NO_VERDICT, message))
            return cell, resources
        for output in cell.outputs:
            if output["output_type"] == "stream" and output["name"] == "stderr":
                output["name"] = "stdout"
        if not verdict["points"] and not failed:
            cell.outputs.append(_error("NoCredit", "0"))
        return cell, resources


class HideTests(NbGraderPreprocessor):  # type: ignore[misc]
    """Takes the hidden tests, and with them the author keys, out of the feedback that trainees receive."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        if cell.cell_type == "code" and "BEGIN HIDDEN TESTS" in cell.source:
            cell.source = _HIDDEN.sub("", cell.source).rstrip()
        return cell, resources


_HIDDEN = re.compile(
    r"^[^\n]*BEGIN HIDDEN TESTS.*?(?:END HIDDEN TESTS[^\n]*\n?|\Z)", re.MULTILINE | re.DOTALL
)


def _error(name: str, message: str) -> Any:
    trace = [f"{name}: {message}"]
    return v4.new_output("error", ename=name, evalue=message, traceback=trace)  # type: ignore[no-untyped-call]
