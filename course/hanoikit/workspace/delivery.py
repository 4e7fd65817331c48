"""Laying the course's files into the trainee's folder, without ever overwriting what the trainee changed.

>>> report = refresh(Path("hanoi-kit"))
>>> report.beside
('lessons/m04-evidence-chain (new edition).ipynb',)

The folder keeps a manifest (``.hanoikit/manifest.json``) with a fingerprint of each delivered file. A file
that still has its fingerprint is replaced by a new edition; one that the trainee changed stays, and the new
edition is laid beside it, once. Running a notebook is no change: outputs, counters and the state of controls
are not in the fingerprint. ``answers.jsonl`` is never touched.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from hanoikit.errors import WorkspaceError
from hanoikit.i18n import _
from hanoikit.workspace.contents import KEPT_APART, contents

PRIVATE = ".hanoikit"
"""Folder inside the trainee's folder for the kit's own records; JupyterLab does not show it."""

_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a refresh did, as paths inside the folder."""

    folder: Path
    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def refresh(folder: Path, files: Mapping[str, bytes] | None = None) -> Delivery:
    """Make the folder, or bring it up to date; ``files`` (path -> bytes) are those of the installed course.

    Raises :class:`WorkspaceError` in one sentence when the folder cannot be written, the disk is full, or
    the path is a file.
    """
    files = contents() if files is None else files
    wrong = sorted(name for name in files if PurePosixPath(name).name in KEPT_APART)
    if wrong:
        raise WorkspaceError(_("The course may not deliver a file of answers."), where=wrong[0])
    try:
        return _refresh(folder, files)
    except OSError as error:
        raise _explain(error, folder) from error


def _refresh(folder: Path, files: Mapping[str, bytes]) -> Delivery:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PRIVATE).mkdir(exist_ok=True)
    manifest = _load(folder)
    added: list[str] = []
    updated: list[str] = []
    kept: list[str] = []
    beside: list[str] = []
    try:
        for name, data in sorted(files.items()):
            new = fingerprint(name, data)
            path = folder / name
            here = _fingerprint_of(path, name)
            if here is None:
                added.append(name)
            elif here == new:
                # The edition is here already, whoever put it there; a run notebook keeps its outputs.
                manifest[name] = new
                continue
            elif here == manifest.get(name):
                updated.append(name)
            else:
                kept.append(name)
                if (label := _lay_beside(folder, name, data, new, manifest)) is not None:
                    beside.append(label)
                continue
            put(path, data)
            manifest[name] = new
    finally:
        # What was delivered is known even when a later file could not be written.
        _save(folder, manifest)
    return Delivery(folder, tuple(added), tuple(updated), tuple(kept), tuple(beside))


def _lay_beside(folder: Path, name: str, data: bytes, new: str, manifest: dict[str, str]) -> str | None:
    """Lay a new edition beside a changed file, once; the name it got, or ``None`` when it was laid before."""
    # The edition that the trainee started from is no news to the trainee.
    if manifest.get(name) == new or manifest.get(f"{name}#beside") == new:
        return None
    original = PurePosixPath(name)
    words = _("new edition")
    for number in range(1, 100):
        count = "" if number == 1 else f" {number}"
        label = str(original.with_name(f"{original.stem} ({words}{count}){original.suffix}"))
        here = _fingerprint_of(folder / label, label)
        if here is None or here == manifest.get(label):
            put(folder / label, data)
            manifest[label] = new
            manifest[f"{name}#beside"] = new
            return label
    return None


def fingerprint(name: str, data: bytes) -> str:
    """SHA-256 of what a person can change in a file: for a notebook its cells' texts, for others their
    bytes.
    """
    if name.endswith(".ipynb"):
        try:
            notebook = json.loads(data)
            cells = [[_text(cell.get("cell_type")), _text(cell.get("source"))] for cell in notebook["cells"]]
            # JupyterLab adds an empty cell at the end on its own when a whole notebook is run.
            while cells and not cells[-1][1].strip():
                cells.pop()
            data = json.dumps(cells, ensure_ascii=False).encode()
        except (ValueError, KeyError, TypeError, AttributeError):
            pass
    return hashlib.sha256(data).hexdigest()


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value or "")


def _fingerprint_of(path: Path, name: str) -> str | None:
    try:
        return fingerprint(name, path.read_bytes())
    except FileNotFoundError:
        return None


def _load(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / PRIVATE / _MANIFEST).read_text(encoding="utf-8"))
        return {str(name): str(value) for name, value in found["files"].items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        # Without a manifest every file counts as changed by the trainee, so nothing can be lost.
        return {}


def _save(folder: Path, manifest: Mapping[str, str]) -> None:
    text = json.dumps({"version": 1, "files": dict(sorted(manifest.items()))}, indent=1, ensure_ascii=False)
    put(folder / PRIVATE / _MANIFEST, text.encode())


def put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".hanoikit-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _explain(error: OSError, folder: Path) -> WorkspaceError:
    where = str(error.filename or folder)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return WorkspaceError(
            _("The disk is full, so your course folder could not be written completely."),
            where=str(folder),
            next_step=_("Free some space and run the command again; nothing of yours was lost."),
        )
    if isinstance(error, (NotADirectoryError, FileExistsError, IsADirectoryError)):
        return WorkspaceError(
            _("There is already a file where your course folder, or a part of it, has to be."),
            where=where,
            next_step=_("Name another folder: hanoikit start FOLDER."),
        )
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return WorkspaceError(
            _("Your course folder may not be written here."),
            where=str(folder),
            next_step=_("Name a folder of your own: hanoikit start FOLDER."),
        )
    return WorkspaceError(
        _("Your course folder could not be written: {reason}.").format(reason=error.strerror or error),
        where=where,
        next_step=_("Name another folder: hanoikit start FOLDER."),
    )
