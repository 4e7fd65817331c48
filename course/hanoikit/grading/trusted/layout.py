"""A course directory as ``nbgrader_config.py`` describes it, without importing nbgrader.

>>> layout = Layout.of(Path("autumn"))
>>> layout.folder("submitted", "amal", "ps1")
PosixPath('/home/.../autumn/submitted/amal/ps1')

The names and defaults are those of ``nbgrader.coursedir.CourseDirectory`` (nbgrader 0.9), and so is the order
in which settings are read: those of the machine, of the user, of the folder, of the course, of the command.
"""

from __future__ import annotations

import ast
import fnmatch
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hanoikit.errors import ClassroomError, UsageError
from hanoikit.i18n import _

FILE = "nbgrader_config.py"
JSON_FILE = "nbgrader_config.json"
CONVERTER = ("BaseConverter", "Autograde", "AutogradeApp")
"""Where nbgrader looks for a setting of autograding; the last word wins."""
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
    student: str = "*"
    """Which students, as a pattern for file names; likewise ``notebook``."""
    excluded: frozenset[str] = frozenset()
    notebook: str = "*"
    mode: int = 0o444
    """Rights of the files in the autograded folder."""
    shared: bool = False
    """Whether the folders belong to a group of instructors."""
    create_students: bool = True

    @classmethod
    def of(cls, root: Path, settings: Sequence[str] = ()) -> Layout:
        """Read the settings as nbgrader does when it is started in ``root``; ``settings`` of the command
        (``"Execute.timeout=60"``) win. Raises :class:`ClassroomError` when there are none, or broken ones.
        """
        config, found = _read(root)
        given = _given(settings)
        config.merge(given)
        course = Path(_text(config.CourseDirectory, "root", str(root)))
        course = course if course.is_absolute() else root / course
        if course.resolve() != root.resolve() and _has_settings(course):
            config.merge(_load(course))
            config.merge(given)
            found = True
        if not found and "root" not in given.CourseDirectory:
            raise ClassroomError(
                _("This is no course directory: there is no nbgrader_config.py."),
                where=str(root),
                next_step=_("Go to the course directory, or name it with --course."),
            )
        return cls.from_config(config, root)

    @classmethod
    def from_config(cls, config: Any, root: Path) -> Layout:
        """From a configuration that was read already; ``root`` is the folder that nbgrader runs in."""
        course = config.CourseDirectory
        top = Path(_text(course, "root", str(root)))
        top = top if top.is_absolute() else root / top
        default = "{nbgrader_step}" + os.sep + "{student_id}" + os.sep + "{assignment_id}"
        ignore = _value(course.get("ignore", [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"]))
        shared = setting(config, ["CourseDirectory"], "groupshared", False) is True
        # Written as octal digits: 644 is meant, not the number.
        mode = setting(config, CONVERTER, "permissions", 664 if shared else 444)
        return cls(
            root=top,
            structure=_text(course, "directory_structure", default),
            steps={step: _text(course, f"{step}_directory", step) for step in _STEPS},
            db_url=_text(course, "db_url", "") or "sqlite:///" + (top / "gradebook.db").as_posix(),
            course_id=_text(course, "course_id", "") or "default_course",
            ignore=tuple(str(one) for one in ignore),
            config=config,
            student=_text(course, "student_id", "*").strip() or "*",
            excluded=frozenset(_text(course, "student_id_exclude", "").split(",")) - {""},
            notebook=_text(course, "notebook_id", "*").strip() or "*",
            mode=int(str(mode), 8),
            shared=shared,
            create_students=setting(config, CONVERTER, "create_student", True) is not False,
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

    def whole_class(self) -> Layout:
        """The same course without a choice of students."""
        return replace(self, student="*", excluded=frozenset())

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
            if match.group(1) in self.excluded or not fnmatch.fnmatchcase(match.group(1), self.student):
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


def setting(config: Any, sections: Iterable[str], name: str, default: Any) -> Any:
    """A setting that one of several sections may have, the last one winning, in Python's own form."""
    found = default
    for section in sections:
        if section in config and name in config[section]:
            found = _value(config[section][name])
    return found


def _read(root: Path) -> tuple[Any, bool]:
    """All settings for a command that is started in ``root``, and whether there are any."""
    from jupyter_core.paths import jupyter_config_path
    from traitlets.config import Config

    config, found = Config(), False
    for folder in [*reversed([Path(one) for one in jupyter_config_path()]), root]:
        if _has_settings(folder):
            config.merge(_load(folder))
            found = True
    return config, found


def _has_settings(folder: Path) -> bool:
    return any((folder / name).is_file() for name in (FILE, JSON_FILE))


def _load(folder: Path) -> Any:
    """The settings of one folder; the JSON file wins, as in all of Jupyter."""
    from traitlets.config.loader import Config, JSONFileConfigLoader, PyFileConfigLoader

    config = Config()
    before = Path.cwd()
    try:
        os.chdir(folder)
        if (folder / FILE).is_file():
            config.merge(PyFileConfigLoader(FILE, path=str(folder)).load_config())
        if (folder / JSON_FILE).is_file():
            config.merge(JSONFileConfigLoader(JSON_FILE, path=str(folder)).load_config())
        return config
    # SystemExit too: settings that refuse to go on say so that way.
    except (Exception, SystemExit) as error:
        raise ClassroomError(
            _("The course's settings cannot be read: {error}.").format(
                error=f"{type(error).__name__}: {error}"[:300].rstrip(".")
            ),
            where=str(folder / FILE),
            next_step=_("Correct nbgrader_config.py."),
        ) from error
    finally:
        os.chdir(before)


def _given(settings: Sequence[str]) -> Any:
    from traitlets.config import Config
    from traitlets.config.loader import DeferredConfigString

    config = Config()
    for text in settings:
        match = re.fullmatch(r"([A-Z]\w*)\.(\w+)=(.*)", text, re.DOTALL)
        if match is None:
            raise UsageError(
                _("This is no setting: {text}.").format(text=text[:100]),
                next_step=_("Write it as nbgrader does, for example --Execute.timeout=60"),
            )
        config[match[1]][match[2]] = DeferredConfigString(match[3])
    return config


def _value(found: Any) -> Any:
    """What was meant by a text from the command line; everything else is what it is."""
    if not isinstance(found, str):
        return found
    try:
        return ast.literal_eval(found)
    except (ValueError, SyntaxError):
        return str(found)


def _text(section: Any, name: str, default: str) -> str:
    found = section.get(name, default)
    return str(found) if isinstance(found, str | os.PathLike) else default
