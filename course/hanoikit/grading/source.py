"""The author's side of an assignment: its questions, and the notebooks that marking needs.

>>> source = AssignmentSource.installed("m04-evidence-chain")
>>> source.title, [question.id for question in source.questions][:2]
('The digital evidence chain', ['m04-q1', 'm04-q2'])

The nbgrader source notebook is derived from the text source by :mod:`hanoikit.build` each time, in memory,
so nothing stale is ever marked against and a read-only installation is enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit import resources
from hanoikit.errors import GradingError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.build.source import Source


@dataclass(frozen=True, slots=True)
class Question:
    """What the author says about one question."""

    id: str
    title: str
    kind: str
    out_of: float
    objective: str = ""
    provisions: tuple[str, ...] = ()
    extra: bool = False
    written: bool = False


@dataclass(frozen=True)
class AssignmentSource:
    """One assignment as its author wrote it. ``text`` is its MyST Markdown file."""

    parsed: Source = field(repr=False)
    notebook: dict[str, Any] = field(repr=False)
    """nbgrader's source notebook: hidden tests and solutions inside, model cells removed."""

    @classmethod
    def read(cls, text: Path) -> AssignmentSource:
        """Read an assignment from its text source ``NAME.md``.

        Raises :class:`~hanoikit.errors.BuildError` when the text cannot be turned into a notebook.
        """
        from hanoikit import build

        parsed = build.read(text)
        return cls(parsed, build.derive(parsed, citations=build.Treaty()))

    @classmethod
    def installed(cls, name: str) -> AssignmentSource:
        """The assignment ``name`` of the installed course; raises :class:`GradingError` with the names
        there are.
        """
        text = resources.solutions() / name / f"{name}.md"
        if not text.is_file():
            raise GradingError(
                _("There is no assignment with the name {name}.").format(name=name),
                next_step=_("The assignments are: {names}.").format(
                    names=", ".join(installed()) or _("none")
                ),
            )
        return cls.read(text)

    @property
    def text(self) -> Path:
        """The assignment's MyST Markdown file."""
        return self.parsed.path

    @property
    def name(self) -> str:
        """The assignment's name, that of its folder and of its notebook."""
        return self.parsed.name

    @property
    def title(self) -> str:
        """The title in the front matter."""
        return str(self.parsed.front.get("title") or self.name)

    @property
    def pass_mark(self) -> float:
        """Percent."""
        return float(self.parsed.front.get("pass_mark", 70))

    @cached_property
    def objectives(self) -> dict[str, str]:
        """Objective id to its text, in the author's order."""
        from hanoikit.build.frontmatter import objectives

        return {item["id"]: item["text"] for item in objectives(self.parsed)}

    @cached_property
    def release(self) -> dict[str, Any]:
        """The notebook that the trainee received."""
        from hanoikit import build

        return build.release(self.notebook)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions that carry points, in reading order."""
        from hanoikit import build

        return tuple(
            Question(
                id=found.id,
                title=_heading(found.prompts[0].source) if found.prompts else found.id,
                kind=found.kind,
                out_of=found.points,
                objective=found.objective,
                provisions=found.provisions,
                extra=found.extra,
                written=found.written,
            )
            for found in build.questions(self.parsed)
            if found.graded
        )


def installed() -> list[str]:
    """The names of the assignments that the installed course has."""
    folder = resources.solutions()
    if not folder.is_dir():
        return []
    return sorted(path.parent.name for path in folder.glob("*/*.md") if path.stem == path.parent.name)


def _heading(markdown: str) -> str:
    """The first line of a prompt with words in it, without its Markdown marks."""
    for line in markdown.splitlines():
        text = re.sub(r"\{art\}`([^`]*)`", r"art. \1", line.strip().lstrip("#"))
        text = re.sub(r"[*`]", "", text).strip()
        if text and not text.startswith(("(", ":::", "```")):
            return text
    return ""
