"""The folder in which a bench keeps its work: files appear whole or not at all, and older ones are laid aside.

>>> with writing(folder):
...     lay_aside(folder / "seal.json")      # now seal.json.before-1
...     write_json(folder / "recovered.json", {"_edger.csv": {"inode": 9}})
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hanoikit.errors import WorkspaceError
from hanoikit.i18n import _


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the system says about the folder into a ``WorkspaceError`` that a trainee can act on."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            what = _("The disk is full. What the bench had is kept.")
            next_step = _("Free some room, then press the button again.")
        else:
            what = _("The bench cannot use its folder: {reason}.").format(reason=error.strerror or error)
            next_step = _("Choose a folder that you may write to. What the bench had is kept.")
        raise WorkspaceError(what, where=str(folder), next_step=next_step) from error


def lay_aside(path: Path) -> None:
    """Rename what is there to ``name.before-1`` (or the next free number); nothing where nothing is there."""
    if not path.exists():
        return
    number = 1
    while (other := path.with_name(f"{path.name}.before-{number}")).exists():
        number += 1
    path.rename(other)


def is_laid_aside(path: Path) -> bool:
    """Whether the name says that this is an older thing."""
    return ".before-" in path.name


def holds(path: Path, content: bytes) -> bool:
    """Whether this file is there with exactly these bytes."""
    return path.is_file() and path.read_bytes() == content


def write_json(path: Path, value: Any) -> None:
    """Write plain data; a crash leaves the old file or the new one."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    fresh.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The object in the file; an empty one when there is no readable file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return dict(found) if isinstance(found, dict) else {}
