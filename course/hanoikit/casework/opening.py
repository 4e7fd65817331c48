"""Open a case: put the files that the trainee receives into a folder, and check that they are the right ones.

>>> case = open_case("m04", into=Path("case"))
>>> case.path("usb.E01").name
'usb.E01'

Opening again changes nothing and takes a few milliseconds. A file that is missing comes back; one that the
trainee changed is kept under another name (``notes.txt.yours-1``) before the original is put back. The truth
about the case is not here; it is in ``hanoikit.casework.truth``, which this module does not import.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hanoikit import resources
from hanoikit.casework.plan import DEFAULT_SEED, SHIPPED_SEEDS
from hanoikit.errors import DataInvalid, Finding, UsageError, WorkspaceError
from hanoikit.i18n import _

__all__ = ["Case", "ExhibitRow", "open_case"]

MANIFEST = "manifest-sha256.txt"
_NOTE = ".hanoikit-case.json"
_MODULES = ("m04",)


@dataclass(frozen=True, slots=True)
class ExhibitRow:
    """A line of the list of exhibits."""

    number: str
    file: str
    description: str
    source: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Case:
    """An opened case. ``files`` maps a name to its path; ``kept`` lists files of the trainee that were
    renamed.
    """

    module: str
    seed: int
    folder: Path
    files: Mapping[str, Path]
    kept: tuple[Path, ...] = ()

    def path(self, name: str) -> Path:
        """The path of one file. Raises ``UsageError`` for a name that the case does not have."""
        try:
            return self.files[name]
        except KeyError:
            raise UsageError(
                _("The case has no file {name}.").format(name=name),
                next_step=_("Its files are: {names}.").format(names=", ".join(self.files)),
            ) from None

    @property
    def briefing(self) -> str:
        """The briefing (Markdown)."""
        return self.path("briefing.md").read_text(encoding="utf-8")

    @property
    def exhibits(self) -> tuple[ExhibitRow, ...]:
        """The list of exhibits, in the order of their numbers."""
        with self.path("exhibits.csv").open(encoding="utf-8", newline="") as file:
            return tuple(ExhibitRow(**row) for row in csv.DictReader(file))

    def _repr_markdown_(self) -> str:
        return self.briefing


def open_case(module: str = "m04", *, into: Path = Path("case"), seed: int = DEFAULT_SEED) -> Case:
    """Put the case's files into the folder ``into`` and check every hash; safe to repeat.

    A case that is not shipped is made on the spot, which needs programs that ``ToolMissing`` names. Raises
    ``UsageError`` for an unknown module, ``DataInvalid`` when the shipped files are damaged,
    ``WorkspaceError`` when the folder cannot be written.
    """
    if module not in _MODULES:
        raise UsageError(
            _("There is no case for the module {module}.").format(module=module),
            next_step=_("Cases exist for: {modules}.").format(modules=", ".join(_MODULES)),
        )
    folder = Path(into)
    before = _noted(folder)
    if before is not None and (before.module, before.seed) == (module, seed):
        wanted = before.files
        if all(_digest(folder / name) == digest for name, digest in wanted.items()) and (
            seed not in SHIPPED_SEEDS or wanted == _wanted(_shipped(module, seed))
        ):
            return _case(module, seed, folder, wanted)
    if seed in SHIPPED_SEEDS:
        return _put(module, seed, folder, _shipped(module, seed), before)
    return _make(module, seed, folder, before)


def _shipped(module: str, seed: int) -> Path:
    return resources.assets() / "evidence" / module / str(seed) / "files"


def _make(module: str, seed: int, folder: Path, before: _Note | None) -> Case:
    from hanoikit.casework.drawing import evidence_case
    from hanoikit.casework.making import make_files

    with tempfile.TemporaryDirectory(prefix="hanoikit-case-") as scratch:
        make_files(evidence_case(seed), Path(scratch))
        return _put(module, seed, folder, Path(scratch), before)


def _wanted(source: Path) -> dict[str, str]:
    """Name -> SHA-256 of the case's files, from their manifest; the manifest itself included."""
    try:
        manifest = (source / MANIFEST).read_bytes()
    except OSError as error:
        raise _damaged(source, [Finding("file-missing", _("It is missing."), MANIFEST)]) from error
    wanted = {
        name: digest for digest, name in (line.split("  ", 1) for line in manifest.decode().splitlines())
    }
    wanted[MANIFEST] = hashlib.sha256(manifest).hexdigest()
    return wanted


def _put(module: str, seed: int, folder: Path, source: Path, before: _Note | None) -> Case:
    wanted = _wanted(source)
    ours = before.files if before else {}
    contents: dict[str, bytes] = {}
    findings = []
    for name, digest in wanted.items():
        path = source / name
        if not path.is_file():
            findings.append(Finding("file-missing", _("It is missing."), name))
            continue
        contents[name] = path.read_bytes()
        if hashlib.sha256(contents[name]).hexdigest() != digest:
            findings.append(Finding("hash-mismatch", _("Its SHA-256 is not the one in the manifest."), name))
    if findings:
        raise _damaged(source, findings)
    kept = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            target = folder / name
            found = _digest(target)
            if found == wanted[name]:
                continue
            if target.exists() and (found is None or found != ours.get(name)):
                kept.append(_keep(target))
            _write(target, content)
        for name in ours.keys() - wanted.keys():
            if _digest(folder / name) == ours[name]:
                (folder / name).unlink()
        note = json.dumps({"module": module, "seed": seed, "files": wanted}, indent=1, sort_keys=True)
        _write(folder / _NOTE, note.encode("ascii"))
    except OSError as error:
        raise WorkspaceError(
            _("The case cannot be put into this folder: {reason}.").format(reason=error.strerror or error),
            where=str(folder),
            next_step=_("Choose a folder that you may write to and that has a megabyte of free space."),
        ) from error
    return _case(module, seed, folder, wanted, tuple(kept))


def _case(
    module: str, seed: int, folder: Path, wanted: Mapping[str, str], kept: tuple[Path, ...] = ()
) -> Case:
    return Case(module, seed, folder, {name: folder / name for name in sorted(wanted)}, kept)


def _damaged(source: Path, findings: list[Finding]) -> DataInvalid:
    return DataInvalid(
        _("The files of this case are damaged in the installed course."),
        where=str(source),
        next_step=_("Install the course again."),
        findings=findings,
    )


@dataclass(frozen=True, slots=True)
class _Note:
    """What was put into the folder last time: it tells our files from those that the trainee changed."""

    module: str
    seed: int
    files: dict[str, str]


def _noted(folder: Path) -> _Note | None:
    try:
        note = json.loads((folder / _NOTE).read_bytes())
        return _Note(
            str(note["module"]), int(note["seed"]), {str(name): str(h) for name, h in note["files"].items()}
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _keep(target: Path) -> Path:
    number = 1
    while (other := target.with_name(f"{target.name}.yours-{number}")).exists():
        number += 1
    target.rename(other)
    return other


def _write(target: Path, content: bytes) -> None:
    # A file appears whole or not at all, whatever happens to the machine in between.
    handle, fresh = tempfile.mkstemp(dir=target.parent, prefix=".hanoikit-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(fresh).chmod(0o644)
        Path(fresh).replace(target)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
