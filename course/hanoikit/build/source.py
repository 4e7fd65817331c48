"""Reading one text source: MyST Markdown as jupytext reads it, with the line that each cell starts on.

>>> source = read(resources.lessons() / "m04-evidence-chain.md")
>>> source.front["kind"], source.cells[0].line
('lesson', 31)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hanoikit.errors import BuildError, Finding

ROLE = re.compile(r"\{art\}`([^`]*)`")
"""A citation in a text source: one provision, or several separated by commas."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as the author wrote it; ``line`` is where it starts in the file, counted from 1."""

    kind: str
    source: str
    metadata: Mapping[str, Any]
    line: int

    @property
    def tags(self) -> frozenset[str]:
        tags = self.metadata.get("tags", ())
        return frozenset(tags if isinstance(tags, list) else ())

    @property
    def nbgrader(self) -> Mapping[str, Any]:
        found = self.metadata.get("nbgrader", {})
        return found if isinstance(found, Mapping) else {}

    @property
    def hanoikit(self) -> Mapping[str, Any]:
        found = self.metadata.get("hanoikit", {})
        return found if isinstance(found, Mapping) else {}


@dataclass(frozen=True, slots=True)
class Source:
    """One lesson or assignment: its name (that of the file), front matter and cells."""

    path: Path
    front: Mapping[str, Any]
    cells: tuple[Cell, ...]
    front_lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def kind(self) -> str:
        return str(self.front.get("kind", ""))

    def place(self, line: int) -> str:
        """``file:line`` for a finding."""
        return f"{self.path.name}:{line}"

    def line_of(self, key: tuple[str | int, ...]) -> int:
        """The line of a key of the front matter, or of the nearest key above it."""
        while key and key not in self.front_lines:
            key = key[:-1]
        return self.front_lines.get(key, 1)


def read(path: Path) -> Source:
    """Read a text source.

    Raises :class:`BuildError` when the file cannot be read as MyST Markdown with a front matter at all; what
    is wrong inside a readable file is found by the checks of this package.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(
            "The text source cannot be read.",
            where=path.name,
            next_step="It has to be a file in UTF-8 that you may read.",
            findings=[Finding("unreadable", str(error), path.name)],
        ) from error
    return parse(text, path)


def parse(text: str, path: Path) -> Source:
    """The source in ``text``; ``path`` gives it its name."""
    from jupytext.myst import MystMetadataParsingError, myst_to_notebook

    lines = text.splitlines()
    front_text, front, front_lines = _front_matter(lines, path)
    del front_text
    try:
        notebook = myst_to_notebook(text, add_source_map=True)
    except (MystMetadataParsingError, ValueError) as error:
        raise BuildError(
            "A cell's metadata cannot be read.", where=path.name, next_step=str(error)
        ) from error
    cells = []
    for cell, start in zip(notebook.cells, notebook.metadata["source_map"], strict=True):
        line = start + 1 if cell.cell_type == "markdown" else start
        while cell.cell_type == "markdown" and line <= len(lines) and not lines[line - 1].strip():
            line += 1
        cells.append(Cell(cell.cell_type, cell.source, _plain(cell.metadata), line))
    return Source(path, front, tuple(cells), front_lines)


def _front_matter(
    lines: list[str], path: Path
) -> tuple[str, dict[str, Any], dict[tuple[str | int, ...], int]]:
    import yaml

    missing = BuildError(
        "The text source has no front matter with a 'hanoikit' part.",
        where=f"{path.name}:1",
        next_step="Begin the file with '---', the key 'hanoikit:' and what it needs, and '---'.",
    )
    if not lines or lines[0].strip() != "---":
        raise missing
    try:
        end = next(number for number, line in enumerate(lines[1:], 1) if line.strip() == "---")
    except StopIteration:
        raise missing from None
    text = "\n".join(lines[1:end])
    try:
        data = yaml.safe_load(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = 2 + mark.line if mark is not None else 1
        problem = str(getattr(error, "problem", None) or error)
        raise BuildError(
            "The front matter is not valid YAML.",
            where=f"{path.name}:{line}",
            next_step=f"The reader says: {problem}.",
        ) from error
    if not isinstance(data, dict) or not isinstance(data.get("hanoikit"), dict):
        raise missing
    positions: dict[tuple[str | int, ...], int] = {}
    _positions(node, (), positions)
    inner = {key[1:]: line for key, line in positions.items() if key[:1] == ("hanoikit",)}
    return text, data["hanoikit"], inner


def _positions(node: Any, key: tuple[str | int, ...], into: dict[tuple[str | int, ...], int]) -> None:
    # The first line of the front matter is line 2 of the file; YAML counts from 0.
    into.setdefault(key, node.start_mark.line + 2)
    if node.id == "mapping":
        for name, value in node.value:
            into[(*key, name.value)] = name.start_mark.line + 2
            _positions(value, (*key, name.value), into)
    elif node.id == "sequence":
        for number, value in enumerate(node.value):
            _positions(value, (*key, number), into)


def _plain(value: Any) -> Any:
    """Metadata as plain dicts and lists, so that nothing downstream depends on nbformat's types."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
