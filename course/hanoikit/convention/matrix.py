"""Which articles which lessons teach: the matrix of article by module.

>>> from hanoikit import resources
>>> matrix = coverage(resources.lessons())
>>> matrix.missing == tuple(n for n in range(1, 69) if not matrix.modules_of(n))
True

A lesson covers an article when its front matter lists one of its provisions (``taught``), or when its text
cites one with ``{art}`` (``cited``). The front matter is read as the course's text sources write it: a key
``hanoikit`` with ``kind: lesson``, ``module``, ``title`` and ``provisions`` (references, or ranges of
articles such as ``57-68``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanoikit.convention import reference
from hanoikit.convention.citation import roles
from hanoikit.convention.library import articles, provision
from hanoikit.errors import BuildError, Finding, UnknownProvision
from hanoikit.i18n import _


@dataclass(frozen=True, slots=True)
class Module:
    """A lesson as the matrix needs it."""

    id: str
    title: str
    file: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What a lesson does with an article: provisions it teaches (front matter) or cites (text)."""

    taught: tuple[str, ...]
    cited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The matrix. ``cells`` is keyed by article number and module id; an absent key means not covered."""

    modules: tuple[Module, ...]
    cells: Mapping[tuple[int, str], Cell]

    @property
    def missing(self) -> tuple[int, ...]:
        """The articles that no lesson covers."""
        return tuple(a.number for a in articles() if not self.modules_of(a.number))

    def modules_of(self, article: int) -> tuple[str, ...]:
        """The modules that cover an article, in order."""
        return tuple(m.id for m in self.modules if (article, m.id) in self.cells)

    def as_dict(self) -> dict[str, Any]:
        """The matrix as plain data for JSON."""
        return {
            "modules": [{"id": m.id, "title": m.title, "file": m.file} for m in self.modules],
            "articles": [
                {
                    "number": a.number,
                    "title": a.title,
                    "modules": {
                        m.id: {"taught": list(cell.taught), "cited": list(cell.cited)}
                        for m in self.modules
                        if (cell := self.cells.get((a.number, m.id)))
                    },
                }
                for a in articles()
            ],
            "missing": list(self.missing),
        }


def coverage(lessons_dir: Path) -> Coverage:
    """Read every ``*.md`` lesson in a folder.

    Raises ``UnknownProvision`` with one finding for each reference that does not exist, and ``BuildError``
    for a front matter that cannot be read.
    """
    modules: list[Module] = []
    cells: dict[tuple[int, str], Cell] = {}
    findings: list[Finding] = []
    for path in sorted(lessons_dir.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        meta = front_matter(text, source=path.name)
        if meta.get("kind") != "lesson":
            continue
        module = Module(_module_id(meta, path), str(meta.get("title", path.stem)), path.name)
        modules.append(module)
        taught = _known([(str(p), "") for p in meta.get("provisions", [])], path.name, findings)
        places = [(role.text, _("line {line}").format(line=role.line)) for role in roles(text)]
        cited = _known(places, path.name, findings)
        for number in sorted({provision(ref).article for ref in (*taught, *cited)}):
            cells[number, module.id] = Cell(_within(number, taught), _within(number, cited))
    if findings:
        raise UnknownProvision(
            _("The lessons cite provisions that do not exist."),
            where=str(lessons_dir),
            next_step=_("Correct the references below."),
            findings=findings,
        )
    return Coverage(tuple(modules), cells)


def front_matter(text: str, *, source: str) -> dict[str, Any]:
    """The ``hanoikit`` part of a text source's front matter; empty where there is none."""
    import yaml

    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        return {}
    end = next((n for n, line in enumerate(lines[1:], start=1) if line.strip() == "---"), None)
    try:
        data = yaml.safe_load("\n".join(lines[1:end])) if end else None
    except yaml.YAMLError as error:
        raise BuildError(
            _("The front matter cannot be read."), where=source, next_step=_("It must be valid YAML.")
        ) from error
    part = data.get("hanoikit") if isinstance(data, dict) else None
    return part if isinstance(part, dict) else {}


def _module_id(meta: dict[str, Any], path: Path) -> str:
    module = meta.get("module", path.stem.split("-")[0])
    return f"m{module:02d}" if isinstance(module, int) else str(module)


def _known(places: list[tuple[str, str]], file: str, findings: list[Finding]) -> list[str]:
    """The references that exist, in the order of first use; a finding for every other one."""
    known: dict[str, None] = {}
    for text, place in places:
        try:
            known |= {provision(ref).ref: None for ref in reference.parse_many(text)}
        except UnknownProvision as error:
            where = ", ".join(filter(None, (file, place)))
            findings.append(Finding("unknown-provision", str(error), where=where))
    return list(known)


def _within(article: int, refs: list[str]) -> tuple[str, ...]:
    return tuple(ref for ref in refs if reference.parts(ref)[0] == article)
