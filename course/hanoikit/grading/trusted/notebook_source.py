"""The author's notebook of any nbgrader course, as the engine takes an assignment.

>>> source = NotebookSource.of(notebook, name="problem1", release=released)
>>> [(question.id, question.out_of) for question in source.questions]
[('correct_squares', 1.0), ...]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hanoikit.grading import cells
from hanoikit.grading.marks import PASS_MARK
from hanoikit.grading.source import Question


@dataclass(frozen=True)
class NotebookSource:
    """One notebook of an assignment."""

    name: str
    title: str
    notebook: dict[str, Any] = field(repr=False)
    release: dict[str, Any] = field(repr=False)
    questions: tuple[Question, ...] = field(repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """The author's other files of the assignment; they win over files of the hand-in."""
    pass_mark: float = PASS_MARK

    @classmethod
    def of(
        cls,
        notebook: dict[str, Any],
        *,
        name: str,
        release: dict[str, Any] | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> NotebookSource:
        """From the source notebook; without ``release`` the released notebook is derived from it.

        Raises :class:`~hanoikit.errors.BuildError` when it cannot be.
        """
        if release is None:
            from hanoikit.build.release import release as derive

            release = derive(notebook)
        said = _said(notebook)
        return cls(
            name,
            str(said.get("title") or name),
            notebook,
            release,
            tuple(_questions(notebook)),
            files or {},
            _number(said.get("pass_mark"), PASS_MARK),
        )


def _said(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the course's text said of a notebook or of a cell; nothing in notebooks of other courses."""
    said = part["metadata"].get("hanoikit")
    return said if isinstance(said, Mapping) else {}


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _questions(notebook: dict[str, Any]) -> list[Question]:
    found = []
    heading = ""
    prompts: dict[str, tuple[Mapping[str, Any], str]] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            if name := str(_said(cell).get("question") or ""):
                prompts.setdefault(name, (_said(cell), _heading(cells.source_of(cell))))
            heading = _heading(cells.source_of(cell)) or heading
        if not cells.is_graded(cell):
            continue
        name = cells.grade_id(cell)
        said, own = prompts.get(name, ({}, ""))
        found.append(
            Question(
                id=name,
                title=own or heading or name,
                kind="written" if cells.is_solution(cell) else "test",
                out_of=float(cells.nbgrader_of(cell).get("points") or 0),
                objective=str(said.get("objective") or ""),
                provisions=tuple(str(one) for one in said.get("provisions") or ()),
                extra=said.get("extra") is True,
                # A person also marks a code answer that has no tests, and a graded cell that is no code.
                written=cells.is_solution(cell) or cell["cell_type"] != "code",
            )
        )
    return found


def _heading(text: str) -> str:
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            return line.strip().lstrip("#").strip()[:120]
    return ""
