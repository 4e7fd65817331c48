"""The author's side of an assignment: its questions, and the notebooks that marking needs.

>>> source = AssignmentSource.installed("m04-evidence-chain")
>>> source.title, [question.id for question in source.questions][:2]
('The digital evidence chain', ['m04-q1', 'm04-q2'])

The nbgrader source notebook is derived from the text source by :mod:`hanoikit.build`, in memory or on this person's
shelf (:mod:`hanoikit.grading.shelf`), so nothing stale is ever marked against and a read-only installation is enough.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit import resources
from hanoikit.errors import GradingError
from hanoikit.grading.shelf import Shelf
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


class AssignmentSource:
    """One assignment as its author wrote it; ``notebook`` is nbgrader's source notebook, with hidden tests and
    solutions, without model cells.
    """

    def __init__(self, parsed: Source, notebook: dict[str, Any]) -> None:
        self.text = parsed.path
        """The assignment's MyST Markdown file."""
        self.notebook = notebook
        self.front: Mapping[str, Any] = parsed.front
        self.__dict__["parsed"] = parsed

    @classmethod
    def read(cls, text: Path) -> AssignmentSource:
        """Read an assignment from its text source ``NAME.md``.

        Raises :class:`~hanoikit.errors.BuildError` when the text cannot be turned into a notebook.
        """
        from hanoikit import build

        return cls._of(build.read(text))

    @classmethod
    def installed(cls, name: str, *, shelf: Shelf | None = None) -> AssignmentSource:
        """The assignment ``name`` of the installed course; raises :class:`GradingError` with the names
        there are.

        What was derived from the same text by the same kit before is taken from the ``shelf``, by default this
        person's.
        """
        text = resources.solutions() / name / f"{name}.md"
        if not text.is_file():
            raise GradingError(
                _("There is no assignment with the name {name}.").format(name=name),
                next_step=_("The assignments are: {names}.").format(
                    names=", ".join(installed()) or _("none")
                ),
            )
        return cls.shelved(text, shelf or Shelf.of_user())

    @classmethod
    def shelved(cls, text: Path, shelf: Shelf) -> AssignmentSource:
        """As :meth:`read`, but not derived again when it is on the shelf; it is put there when it was not."""
        try:
            content = text.read_bytes()
            key = shelf.key(content, text.stem)
        except OSError:
            return cls.read(text)
        entry = shelf.get(key)
        if entry is not None:
            return cls._from(entry, text)
        from hanoikit import build

        try:
            parsed = build.parse(content.decode(), text)
        except UnicodeDecodeError:
            return cls.read(text)
        made = cls._of(parsed)
        entry = {
            "front": dict(made.front),
            "notebook": made.notebook,
            "release": made.release,
            "objectives": made.objectives,
            "questions": [
                {**asdict(question), "provisions": list(question.provisions)} for question in made.questions
            ],
        }
        shelf.put(key, entry)
        return made

    @classmethod
    def _of(cls, parsed: Source) -> AssignmentSource:
        from hanoikit import build

        return cls(parsed, build.derive(parsed, citations=build.Treaty()))

    @classmethod
    def _from(cls, entry: Mapping[str, Any], text: Path) -> AssignmentSource:
        made = cls.__new__(cls)
        made.text, made.notebook, made.front = text, entry["notebook"], entry["front"]
        made.__dict__["release"] = entry["release"]
        made.__dict__["objectives"] = entry["objectives"]
        made.__dict__["questions"] = tuple(
            Question(**{**question, "provisions": tuple(question["provisions"])})
            for question in entry["questions"]
        )
        return made

    @cached_property
    def parsed(self) -> Source:
        """The text as its author wrote it, cell by cell."""
        from hanoikit import build

        return build.read(self.text)

    @property
    def name(self) -> str:
        """The assignment's name, that of its folder and of its notebook."""
        return self.text.stem

    @property
    def title(self) -> str:
        """The title in the front matter."""
        return str(self.front.get("title") or self.name)

    @property
    def pass_mark(self) -> float:
        """Percent."""
        return float(self.front.get("pass_mark", 70))

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
