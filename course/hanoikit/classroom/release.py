"""From the author's sources to what trainees receive: nbgrader's release, and a hand-out for a USB stick.

>>> released = release(klass, ["m01-convention"])
>>> handout = write_handout(klass, klass.handouts)
>>> sorted(path.name for path in handout.folder.iterdir())
['Read me first.html', 'class-certificate.pem', 'class.json', 'exercises']

A hand-out is put together from a short list of places, and every file is looked at before it is written: a
private key, a hidden test, a solution or the marker's rubric stops it.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hanoikit.classroom.enrolment import enrol
from hanoikit.classroom.handout_page import PAGE, handout_page
from hanoikit.classroom.klass import CERTIFICATE, FILE, Class
from hanoikit.errors import ClassroomError, Finding
from hanoikit.i18n import _

Tell = Callable[[str], None]

_STATE = ".released.json"
_SECRETS: Mapping[bytes, str] = {
    b"PRIVATE KEY-----": "a private key",
    b"BEGIN HIDDEN TESTS": "hidden tests",
    b"BEGIN SOLUTION": "an author's solution",
    b"BEGIN MARK SCHEME": "the marker's rubric",
    b"from hanoikit.exercise import mark\\n": "marking calls",
}
"""What no hand-out may have in it; the marks are those of nbgrader's own authors' cells."""
_MOMENT = (2026, 1, 1, 0, 0, 0)
"""The date of every file in a zip, so that the same class gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Released:
    """What :func:`release` did, by name of assignment."""

    made: tuple[str, ...]
    unchanged: tuple[str, ...]
    opened: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Handout:
    """A hand-out: the folder, the zip of it, the assignments in it, and whether anything changed."""

    folder: Path
    zip: Path
    assignments: tuple[str, ...]
    changed: bool


def release(
    klass: Class,
    names: Sequence[str] | None = None,
    *,
    again: bool = False,
    open_them: bool = True,
    tell: Tell = lambda text: None,
) -> Released:
    """Make nbgrader's release of these assignments (default: all of the class), and open those still planned.

    What was released from the same sources before is left alone. Raises :class:`ClassroomError` or
    :class:`~hanoikit.errors.GradingError` when nbgrader cannot make one.
    """
    from hanoikit.grading.process import NbgraderProcess

    wanted = list(dict.fromkeys(names if names is not None else [a.name for a in klass.assignments]))
    chosen = [klass.assignment(name) for name in wanted]
    known = _known(klass)
    prints = {one.name: _fingerprint(klass.course.source(one.name).parent) for one in chosen}
    stale = [
        one.name
        for one in chosen
        if again or known.get(one.name) != prints[one.name] or not _notebook(klass, one.name).is_file()
    ]
    if stale:
        with NbgraderProcess(klass.course) as nbgrader:
            for name in stale:
                tell(_("Releasing {name}").format(name=name))
                nbgrader.run("generate", assignment=name)
                known[name] = prints[name]
                _keep(klass, known)
    # The first release makes the gradebook.
    enrol(klass)
    opened = [one.name for one in chosen if open_them and one.state == "planned"]
    for name in opened:
        klass.plan(name, state="open")
    return Released(tuple(stale), tuple(one.name for one in chosen if one.name not in stale), tuple(opened))


def released(klass: Class) -> tuple[str, ...]:
    """The assignments that have been released and are no longer planned, in the order of the class."""
    return tuple(
        one.name
        for one in klass.assignments
        if one.state != "planned" and _notebook(klass, one.name).is_file()
    )


def write_handout(klass: Class, to: Path, names: Sequence[str] | None = None) -> Handout:
    """Write the hand-out into ``to``: a folder and the same as a zip.

    ``names`` default to everything released. Raises :class:`ClassroomError` when something that trainees must
    not have is in it; nothing is written then.
    """
    chosen = tuple(released(klass) if names is None else names)
    if not chosen:
        raise ClassroomError(
            _("No assignment is released yet."),
            where=str(klass.root),
            next_step=_("Run: hanoikit class release"),
        )
    files = dict(_contents(klass, chosen))
    if faults := list(secrets_in(files)):
        raise ClassroomError(
            _("The hand-out would have given away what trainees must not have, so nothing was written."),
            where=str(klass.root),
            next_step=_("Run: hanoikit class release --again. If it says the same, mend the assignment."),
            findings=faults,
        )
    name = slug(klass.title, klass.id)
    folder = to / name
    try:
        to.mkdir(parents=True, exist_ok=True)
        changed = lay(folder, files)
        packed = packed_bytes({f"{name}/{path}": data for path, data in files.items()})
        changed |= put(to / f"{name}.zip", packed)
    except OSError as error:
        raise ClassroomError(
            _("The hand-out cannot be written: {reason}.").format(reason=error.strerror or error),
            where=str(error.filename or to),
            next_step=_("Look whether the stick is full or locked, or name another folder with --to."),
        ) from error
    return Handout(folder, to / f"{name}.zip", chosen, changed)


def _contents(klass: Class, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of everything that trainees receive."""
    listed = []
    for name in names:
        folder = klass.course.release(name)
        for path in sorted(folder.rglob("*")):
            part = path.relative_to(folder)
            hidden = any(piece.startswith(".") or piece == "__pycache__" for piece in part.parts)
            if path.is_file() and not path.is_symlink() and not hidden and path.name != "answers.jsonl":
                yield f"exercises/{name}/{part.as_posix()}", path.read_bytes()
        listed.append((klass.assignment(name), _title(klass, name)))
    # Read through the class, so that a certificate that does not fit is found before it is handed out.
    code, fingerprint = klass.code, klass.fingerprint
    yield CERTIFICATE, klass.certificate_path.read_bytes()
    yield FILE, (klass.root / FILE).read_bytes()
    page = handout_page(klass.title, listed, zone=klass.zone, code=code, fingerprint=fingerprint)
    yield PAGE, page.encode()


def secrets_in(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Everything in these files that trainees must not have."""
    for path, data in sorted(files.items()):
        inside = PurePosixPath(path)
        if "keys" in inside.parts or inside.name in {"key.pem", "gradebook.db", "roster.csv"}:
            yield Finding("secret", _("This file is not for trainees."), path)
        for mark, what in _SECRETS.items():
            if mark in data:
                yield Finding("secret", _("It holds {what}.").format(what=what), path)


# files


def lay(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Make ``folder`` hold exactly these files; whether anything changed."""
    changed = False
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        changed |= put(path, data)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()
            changed = True
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    return changed


def put(path: Path, data: bytes) -> bool:
    """Write a file whole, if it is not the same already; whether it was written."""
    if path.is_file() and path.read_bytes() == data:
        return False
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return True


def packed_bytes(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files, the same bytes for the same files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            item = zipfile.ZipInfo(name, _MOMENT)
            item.external_attr = 0o644 << 16
            item.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(item, data)
    return made.getvalue()


def slug(title: str, instead: str) -> str:
    """A title as a name of files on any stick: letters a to z, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", title.replace("đ", "d").replace("Đ", "D"))
    name = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")[:40]
    return f"hanoi-kit-{name.strip('-') or instead}"


def _notebook(klass: Class, name: str) -> Path:
    return klass.course.release(name) / f"{name}.ipynb"


def _title(klass: Class, name: str) -> str:
    try:
        found = json.loads(_notebook(klass, name).read_text(encoding="utf-8"))
        return str(found["metadata"]["hanoikit"]["title"])
    except (OSError, ValueError, KeyError, TypeError):
        return name


def _fingerprint(folder: Path) -> str:
    """SHA-256 over names and bytes of all files of a source folder."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and ".ipynb_checkpoints" not in path.parts:
            data = path.read_bytes()
            found.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode() + data)
    return found.hexdigest()


def _known(klass: Class) -> dict[str, str]:
    try:
        return dict(json.loads((klass.handouts / _STATE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _keep(klass: Class, known: Mapping[str, str]) -> None:
    klass.handouts.mkdir(exist_ok=True)
    put(klass.handouts / _STATE, json.dumps(dict(sorted(known.items())), indent=1).encode())
