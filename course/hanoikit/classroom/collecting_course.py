"""The assignments of a class as collecting needs them: which notebook belongs to which, and what was released.

>>> course = Course(klass)
>>> course.of_notebook(notebook), course.of_sheet(data)
('m04-evidence-chain', 'm04-evidence-chain')
>>> course.arranged("m04-evidence-chain", {"Ana m04 (1).ipynb": book, "answers.jsonl": sheet})
{'answers.jsonl': ..., 'm04-evidence-chain.ipynb': ...}
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from hanoikit.classroom.collecting_finding import SHEET, Leaf, is_notebook
from hanoikit.classroom.collecting_identity import assignment_named
from hanoikit.errors import GradingError
from hanoikit.exercise.records import Header, LineUnreadable
from hanoikit.exercise.sheet import module_of
from hanoikit.grading import cells

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class

STAMP = "timestamp.txt"
SECRET = "submission_secret.txt"
APART = frozenset({STAMP, SECRET})
"""Files that nbgrader's exchange puts beside the work; they are no part of it."""
LONGEST, LONGEST_PART = 800, 200
"""Bytes of a name, and of one part of it, that every system can hold below the folder of the class."""


@dataclass(frozen=True)
class Released:
    """The notebooks of one assignment: their names, and every cell with an nbgrader id."""

    names: frozenset[str]
    cells: Mapping[str, tuple[str, str]]
    """Id -> (checksum of a locked cell, text)."""
    files: Mapping[str, str]
    """Other released files: name -> SHA-256."""
    from_release: bool


class Course:
    """What the class gave out."""

    def __init__(self, klass: Class) -> None:
        self.klass = klass
        self.names = tuple(one.name for one in klass.assignments)
        self._of: dict[str, Released] = {}

    def released(self, assignment: str) -> Released:
        """The release; the author's notebook as long as nothing is released."""
        if assignment not in self._of:
            release = self.klass.course.release(assignment)
            source = self.klass.course.source(assignment).parent
            given = release.is_dir() and any(release.glob("*.ipynb"))
            self._of[assignment] = _released(release if given else source, given)
        return self._of[assignment]

    @cached_property
    def _owners(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name in self.names:
            for grade_id in self.released(name).cells:
                found.setdefault(grade_id, set()).add(name)
        return found

    def of_notebook(self, notebook: Mapping[str, Any]) -> str | None:
        """The assignment that a notebook is work on: by its cells. Empty: one that the class does not have.
        ``None``: it has no questions at all.
        """
        ids = {cells.grade_id(cell) for cell in notebook["cells"]} - {""}
        if not ids:
            return None
        votes: dict[str, int] = {}
        for grade_id in ids:
            for name in self._owners.get(grade_id, ()):
                votes[name] = votes.get(name, 0) + 1
        best = sorted(votes, key=lambda name: (-votes[name], name))
        return best[0] if best and votes[best[0]] * 3 >= len(ids) else ""

    def of_sheet(self, data: bytes) -> str:
        """The assignment that an answer sheet names; empty when it cannot be read or the class does not have it."""
        try:
            named = Header.read(data.partition(b"\n")[0]).assignment
        except LineUnreadable:
            return ""
        if named in self.names:
            return named
        fitting = [name for name in self.names if module_of(name) == module_of(named)]
        return fitting[0] if len(fitting) == 1 else ""

    def sort(self, leaf: Leaf) -> str | None:
        """Which assignment a file is work on, as ``collecting_finding.pieces`` asks it."""
        try:
            data = leaf.read()
        except (OSError, ValueError):
            return assignment_named(leaf.path, self.names)
        if not is_notebook(leaf):
            return self.of_sheet(data) or assignment_named(leaf.path, self.names)
        try:
            notebook = cells.parse_notebook(data, leaf.name)
        except GradingError:
            return assignment_named(leaf.path, self.names)
        found = self.of_notebook(notebook)
        if found is None:
            about = notebook["metadata"].get("hanoikit")
            lesson = isinstance(about, dict) and about.get("kind") == "lesson"
            named = assignment_named(PurePosixPath(leaf.path.name), self.names)
            return None if lesson or not named else named
        return found

    def arranged(self, assignment: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """The files as they are placed for marking: the notebook under its proper name, others left out."""
        wanted = self.released(assignment).names or frozenset({f"{assignment}.ipynb"})
        books = [name for name in files if name.lower().endswith(".ipynb")]
        proper = wanted | {SHEET, *APART}
        others = {name for name in files if name not in books and _is_safe(name)}
        taken = {fold_path(name) for name in (*others, *proper)}
        # A file cannot be a folder as well, and the folder of one must not take the place of the work.
        result = {name: files[name] for name in others if not taken & _folders_of(name)}
        for name in books:
            if name in wanted:
                result[name] = files[name]
        main = f"{assignment}.ipynb"
        if not any(name in wanted for name in books) and main in wanted:
            top = sorted(name for name in books if "/" not in name) or sorted(books)
            fitting = [name for name in top if self._fits(files[name], assignment)] or top
            if fitting:
                result[main] = files[fitting[0]]
        return dict(sorted(result.items()))

    def _fits(self, data: bytes, assignment: str) -> bool:
        try:
            return self.of_notebook(cells.parse_notebook(data, "")) == assignment
        except GradingError:
            return False


def content_of(files: Mapping[str, bytes]) -> str:
    """One SHA-256 for arranged work; the time and the secret of nbgrader's exchange are no part of it, and neither are
    hidden files: systems and programs leave theirs in every folder.
    """
    digest = hashlib.sha256()
    for name in sorted(files):
        if name not in APART and not any(part.startswith(".") for part in name.split("/")):
            digest.update(
                f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n".encode("utf-8", "surrogatepass")
            )
    return digest.hexdigest()


def _is_safe(name: str) -> bool:
    parts = name.split("/")
    return len(_bytes(name)) <= LONGEST and all(
        part not in ("", ".", "..")
        and "\0" not in part
        and "\\" not in part
        and not re.match("[A-Za-z]:", part)
        and len(_bytes(part)) <= LONGEST_PART
        for part in parts
    )


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def fold_path(name: str) -> str:
    """A name as systems compare it that do not tell capitals and ways of writing apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _folders_of(name: str) -> set[str]:
    return {fold_path(str(folder)) for folder in PurePosixPath(name).parents}


def _released(folder: Path, given: bool) -> Released:
    found: dict[str, tuple[str, str]] = {}
    names: set[str] = set()
    files: dict[str, str] = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if not path.is_file():
            continue
        if path.suffix != ".ipynb":
            files[path.relative_to(folder).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
            continue
        if path.parent != folder:
            continue
        try:
            notebook = cells.read_notebook(path)
        except GradingError:
            continue
        names.add(path.name)
        for cell in notebook["cells"]:
            if grade_id := cells.grade_id(cell):
                checksum = str(cells.nbgrader_of(cell).get("checksum") or "") if cells.is_locked(cell) else ""
                found[grade_id] = (checksum, cells.source_of(cell))
    return Released(frozenset(names), found, files, given)
