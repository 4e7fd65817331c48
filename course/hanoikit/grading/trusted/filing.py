"""Putting a marked hand-in where nbgrader expects it, whole or not at all.

>>> filed = file_away(layout, "amal", "ps1", notebooks={"problem1": notebook}, files={...})
>>> filed.settle()

A hand-in is written to a waiting folder first. When its marks are in the gradebook, ``settle`` moves it into
place. Whatever is killed in between is marked again by the next run; a waiting folder counts for nothing.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanoikit.errors import ClassroomError
from hanoikit.grading.trusted.layout import CONVERTER, Layout, setting
from hanoikit.i18n import _

WAITING = ".hanoikit-waiting"
_SHARED = 0o2775
"""Folders that a group of instructors owns: new files stay the group's."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
"""System errors that every hand-in would meet, not only one with odd names."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A hand-in that waits to be moved into place."""

    waiting: Path
    place: Path

    def settle(self) -> None:
        """Move it into place; what was there before goes."""
        old = self.waiting.with_name(self.waiting.name + ".old")
        with _disk():
            self.place.parent.mkdir(parents=True, exist_ok=True)
            _remove(old)
            if self.place.exists():
                self.place.rename(old)
            self.waiting.rename(self.place)
        _remove(old)


def file_away(
    layout: Layout,
    student: str,
    assignment: str,
    *,
    notebooks: Mapping[str, Mapping[str, Any]],
    files: Mapping[str, bytes],
    keep: bool = False,
) -> Filed:
    """Write the marked notebooks and the other files of a hand-in to a waiting folder.

    The author's own files win over files of the same name. With ``keep`` the other notebooks that were marked
    before come along. Raises :class:`ClassroomError` when the disk does not take them.
    """
    mode = layout.mode
    place = layout.folder("autograded", student, assignment)
    waiting = waiting_room(layout) / f"{assignment}+{student}"
    with _disk():
        _remove(waiting)
        waiting.mkdir(parents=True)
        for name, content in {**files, **author_files(layout, assignment)}.items():
            path = waiting / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, content, mode)
        for path in place.glob("*.ipynb") if keep else ():
            if path.stem not in notebooks:
                _write(waiting / path.name, path.read_bytes(), mode)
        for name, notebook in notebooks.items():
            _write(waiting / f"{name}.ipynb", notebook_bytes(notebook), mode)
        if layout.shared:
            for folder, _folders, _names in os.walk(waiting):
                Path(folder).chmod(_SHARED)
    return Filed(waiting, place)


def waiting_room(layout: Layout) -> Path:
    """Where hand-ins wait; hidden, so that nbgrader does not take it for a student."""
    return layout.root / layout.steps["autograded"] / WAITING


def clean(layout: Layout) -> None:
    """Remove what an earlier run left waiting."""
    _remove(waiting_room(layout))


def author_files(layout: Layout, assignment: str) -> dict[str, bytes]:
    """The files beside the author's notebook that belong into every marked hand-in."""
    folder = layout.folder("source", ".", assignment)
    skip = setting(layout.config, CONVERTER, "exclude_overwriting", {})
    kept = set(skip.get(assignment, [])) if isinstance(skip, dict) else set()
    found = {}
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not layout.ignored(name))
        for name in sorted(names):
            path = Path(root) / name
            part = path.relative_to(folder).as_posix()
            if not layout.ignored(name) and path.suffix != ".ipynb" and part not in kept:
                found[part] = path.read_bytes()
    return found


def notebook_bytes(notebook: Mapping[str, Any]) -> bytes:
    """A notebook with one cell a line; the same notebook gives the same bytes.

    Not indented as Jupyter does it: that is work for Python's slow writer, a tenth of all time.
    """
    rows = ",\n".join(json.dumps(cell, ensure_ascii=False, sort_keys=True) for cell in notebook["cells"])
    rest = {key: value for key, value in notebook.items() if key != "cells"}
    end = json.dumps(rest, ensure_ascii=False, sort_keys=True)[1:]
    return f'{{"cells": [\n{rows}\n], {end}\n'.encode("utf-8", "replace")


def _write(path: Path, content: bytes, mode: int) -> None:
    with path.open("wb") as file:
        file.write(content)
    path.chmod(mode)


def _remove(path: Path) -> None:
    if not path.exists():
        return
    for root, folders, _names in os.walk(path):
        for name in [".", *folders]:
            with contextlib.suppress(OSError):
                (Path(root) / name).chmod(0o755)
    shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _disk() -> Any:
    try:
        yield
    except OSError as error:
        raise ClassroomError(
            _("The marked hand-in cannot be written: {reason}.").format(reason=error.strerror or error),
            where=str(error.filename or ""),
            next_step=_(
                "Make room or check your rights there, then run this again. It goes on where it was."
            ),
        ) from error
