"""A course directory as ``nbgrader_config.py`` describes it, without importing nbgrader.

>>> layout = Layout.of(Path("autumn"))
>>> layout.folder("submitted", "amal", "ps1")
PosixPath('/home/.../autumn/submitted/amal/ps1')

The names and defaults are those of ``nbgrader.coursedir.CourseDirectory`` (nbgrader 0.9).
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hanoikit.errors import ClassroomError, UsageError
from hanoikit.i18n import _

_STEPS = ("source", "release", "submitted", "autograded", "feedback")


@dataclass(frozen=True)
class Layout:
    """Where a course's folders and its gradebook are."""

    root: Path
    structure: str
    steps: Mapping[str, str]
    db_url: str
    course_id: str
    ignore: tuple[str, ...]
    config: Any = field(repr=False)
    """The whole configuration, a ``traitlets.config.Config``."""

    @classmethod
    def of(cls, root: Path) -> Layout:
        """Read ``root/nbgrader_config.py``; raises :class:`ClassroomError` when it is not there or broken."""
        path = root / "nbgrader_config.py"
        if not path.is_file():
            raise ClassroomError(
                _("This is no course directory: there is no nbgrader_config.py."),
                where=str(root),
                next_step=_("Go to the course directory, or name it with --course."),
            )
        from traitlets.config.loader import PyFileConfigLoader

        before = Path.cwd()
        try:
            os.chdir(root)
            config = PyFileConfigLoader(path.name, path=str(root)).load_config()
        except Exception as error:
            raise ClassroomError(
                _("The course's settings cannot be read: {error}.").format(
                    error=f"{type(error).__name__}: {error}"[:300]
                ),
                where=path.name,
                next_step=_("Correct nbgrader_config.py."),
            ) from error
        finally:
            os.chdir(before)
        return cls.from_config(config, root)

    @classmethod
    def from_config(cls, config: Any, root: Path) -> Layout:
        """From a configuration that was read already; ``root`` is the folder that nbgrader runs in."""
        course = config.CourseDirectory
        top = Path(_text(course, "root", str(root)))
        top = top if top.is_absolute() else root / top
        default = "{nbgrader_step}" + os.sep + "{student_id}" + os.sep + "{assignment_id}"
        ignore = course.get("ignore", [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"])
        return cls(
            root=top,
            structure=_text(course, "directory_structure", default),
            steps={step: _text(course, f"{step}_directory", step) for step in _STEPS},
            db_url=_text(course, "db_url", "") or "sqlite:///" + (top / "gradebook.db").as_posix(),
            course_id=_text(course, "course_id", "") or "default_course",
            ignore=tuple(str(one) for one in ignore),
            config=config,
        )

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """The folder of one student's assignment at one step; ``student`` is ``.`` for source and release."""
        for name in (student, assignment):
            if not name or "/" in name or "\\" in name or name == ".." or "\0" in name:
                raise UsageError(_("This cannot be a name: {name}.").format(name=name[:100]))
        made = self.structure.format(
            nbgrader_step=self.steps[step], student_id=student, assignment_id=assignment
        )
        return Path(os.path.normpath(self.root / made))

    def students(self, assignment: str) -> Iterator[tuple[str, Path]]:
        """Everybody who handed in this assignment, in the order of their names, with the folder."""
        pattern = self.structure.format(
            nbgrader_step=self.steps["submitted"], student_id="\0", assignment_id=assignment
        )
        before, _mark, after = os.path.normpath(pattern).partition("\0")
        base = self.root / before.rpartition(os.sep)[0]
        stem = before.rpartition(os.sep)[2]
        rest = after.partition(os.sep)
        expression = re.compile(re.escape(stem) + "(.+)" + re.escape(rest[0]))
        if not base.is_dir():
            return
        for entry in sorted(os.scandir(base), key=lambda one: one.name):
            match = expression.fullmatch(entry.name)
            if match is None or entry.name.startswith(".") or not entry.is_dir(follow_symlinks=False):
                continue
            folder = Path(entry.path) / rest[2] if rest[2] else Path(entry.path)
            if folder.is_dir() and not folder.is_symlink():
                yield match.group(1), folder

    def assignments(self) -> list[str]:
        """The assignments that have a source."""
        probe = self.folder("source", ".", "x").parent
        if not probe.is_dir():
            return []
        return sorted(path.name for path in probe.iterdir() if path.is_dir() and any(path.glob("*.ipynb")))

    def ignored(self, name: str) -> bool:
        """Whether nbgrader leaves a file of this name where it is."""
        return any(fnmatch.fnmatch(name, pattern) for pattern in self.ignore)


def _text(section: Any, name: str, default: str) -> str:
    found = section.get(name, default)
    return str(found) if isinstance(found, str | os.PathLike) else default
