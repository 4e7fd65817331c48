"""What of an assignment's folder is handed in, and under which names it can travel.

>>> taken = take(Path("exercises/m04-evidence-chain"), "m04-evidence-chain")
>>> list(taken.files)
['answers.jsonl', 'm04-evidence-chain.ipynb', 'work/custody.jsonl']
>>> [finding.code for finding in taken.findings]
[]

Everything that the trainee's work made is taken. What programs leave behind (caches, checkpoints, locks), the page of
marks and pictures that came with the course stay. A name that another system cannot hold is changed, and both names
are kept; nothing is left out because of its name.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hanoikit.errors import Finding, HandInError, SheetError
from hanoikit.evidence import bagging
from hanoikit.exercise.sheet import FILE_NAME as SHEET
from hanoikit.exercise.sheet import Sheet
from hanoikit.i18n import _

MAXIMUM_SIZE = 200 * 2**20
"""Bytes that a hand-in may have in all; the marking takes no more."""
MAXIMUM_FILES = 5000
LONGEST_NAME = 120
"""Characters of a name in a bundle; with the folder that it is unpacked to it has to stay below 260 on Windows."""

_LEFT_FOLDERS = frozenset({"__pycache__", "feedback", "handed-in", "node_modules", "__MACOSX"})
_LEFT_NAMES = frozenset(
    {"thumbs.db", "desktop.ini", "ehthumbs.db", "$recycle.bin", "system volume information"}
)
_LEFT_ENDINGS = (".pyc", ".pyo", ".part", ".tmp", ".lock", ".hanoi.zip")
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp"})


@dataclass(frozen=True, slots=True)
class Taken:
    """The files by the name that they have in the bundle, read once; ``renamed`` maps (own name, name in the bundle).

    ``answered`` counts the questions with an answer; ``saved`` is when the notebook was saved last (local time).
    """

    files: Mapping[str, bytes]
    renamed: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    answered: int
    saved: datetime | None

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(len(data) for data in self.files.values())


def take(folder: Path, assignment: str, *, delivered: Mapping[str, str] | None = None) -> Taken:
    """Read what is to be handed in. ``delivered`` has the SHA-256 of each file of this folder that came with the
    course.

    Raises :class:`HandInError` when there is no such folder, nothing to hand in, or too much.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise HandInError(
            _("There is no folder of this exercise."),
            where=str(folder),
            next_step=_("Open the exercise first, or check its name."),
        )
    found, problems = bagging.walk(folder)
    findings = [_left_out(problem) for problem in problems if not _machinery(problem.where)]
    paths = {name: path for name, path in found.items() if not _machinery(name)}
    paths.pop(f"marks-{assignment}.html", None)
    _refuse_too_much(paths, folder)
    read: dict[str, bytes] = {}
    for name, path in paths.items():
        try:
            data = path.read_bytes()
        except OSError as error:
            message = _("It cannot be read and is not in the hand-in: {why}.").format(
                why=error.strerror or error
            )
            findings.append(Finding("file-unreadable", message, bagging.printable(name), severity="warning"))
            continue
        if not _course_picture(name, data, delivered or {}):
            read[name] = data
    notebook = folder / f"{assignment}.ipynb"
    saved = datetime.fromtimestamp(notebook.stat().st_mtime).astimezone() if notebook.is_file() else None
    answered, about = _about_the_sheet(folder, assignment, SHEET in read)
    findings += _about_the_notebook(read, assignment) + about
    if not any(name.endswith(".ipynb") for name in read) and SHEET not in read:
        raise HandInError(
            _("There is nothing to hand in: neither a notebook nor answers."),
            where=str(folder),
            next_step=_("Open the exercise, press the blue button and answer; then hand it in."),
        )
    files, renamed = _portable(read)
    findings += [
        Finding(
            "file-renamed",
            _("Not every system can hold this name; in the hand-in it is {new}.").format(new=new),
            old,
            severity="note",
        )
        for old, new in renamed
    ]
    return Taken(files, renamed, tuple(findings), answered, saved)


def delivered_with_course(workspace: Path, folder: Path) -> dict[str, str]:
    """The SHA-256 of the files of ``folder`` that the course delivered, from the record of the course folder."""
    try:
        listed = json.loads((workspace / ".hanoikit" / "manifest.json").read_text(encoding="utf-8"))["files"]
        prefix = folder.resolve().relative_to(workspace.resolve()).as_posix() + "/"
        return {
            name.removeprefix(prefix): digest for name, digest in listed.items() if name.startswith(prefix)
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _machinery(name: str) -> bool:
    """Whether a program and not the trainee made it: hidden files and folders, caches, locks, half-written files."""
    parts = name.split("/")
    if any(part.startswith((".", "~$")) or part in _LEFT_FOLDERS for part in parts):
        # What a lab notes about its own files belongs to the work: what was delivered, and what the trainee made.
        return not (parts[-1].startswith(".hanoikit-") and parts[-1].endswith(".json") and len(parts) < 3)
    return parts[-1].lower() in _LEFT_NAMES or parts[-1].lower().endswith(_LEFT_ENDINGS)


def _course_picture(name: str, data: bytes, delivered: Mapping[str, str]) -> bool:
    return Path(name).suffix.lower() in _PICTURES and delivered.get(name) == hashlib.sha256(data).hexdigest()


def _refuse_too_much(paths: Mapping[str, Path], folder: Path) -> None:
    if len(paths) > MAXIMUM_FILES:
        raise HandInError(
            _("This folder holds {count} files; a hand-in may have {limit}.").format(
                count=len(paths), limit=MAXIMUM_FILES
            ),
            where=str(folder),
            next_step=_("Move what does not belong to the exercise to another folder."),
        )
    sizes = {name: path.stat().st_size for name, path in paths.items() if path.is_file()}
    if sum(sizes.values()) > MAXIMUM_SIZE:
        largest = sorted(sizes, key=lambda name: -sizes[name])[:5]
        raise HandInError(
            _("This folder is larger than {limit} MB, the most that a hand-in may have.").format(
                limit=MAXIMUM_SIZE // 2**20
            ),
            where=str(folder),
            next_step=_(
                "Move files that the exercise does not ask for to another folder, then hand in again."
            ),
            findings=[
                Finding(
                    "file-large",
                    _("{size} MB.").format(size=round(sizes[name] / 2**20)),
                    bagging.printable(name),
                )
                for name in largest
            ],
        )


def _about_the_sheet(folder: Path, assignment: str, present: bool) -> tuple[int, list[Finding]]:
    """How many questions are answered, and what is odd about the sheet; none of it stops a hand-in."""
    if not present:
        message = _("There is no answer sheet yet: no question with a control is answered.")
        return 0, [Finding("sheet-missing", message, SHEET, severity="warning")]
    sheet = Sheet(folder / SHEET, assignment=assignment)
    findings = [
        Finding(found.code, found.message, f"{SHEET}, {found.where}".rstrip(", "), severity="warning")
        for found in sheet.findings()
        if found.severity != "note"
    ]
    try:
        return len(sheet.answers()), findings
    except SheetError:
        return 0, findings


def _about_the_notebook(read: Mapping[str, bytes], assignment: str) -> list[Finding]:
    name = f"{assignment}.ipynb"
    if name not in read:
        others = [other for other in read if other.endswith(".ipynb") and "/" not in other]
        message = (
            _("The notebook has another name ({names}). It is handed in as it is.").format(
                names=", ".join(others)
            )
            if others
            else _(
                "The notebook is not there. The answers are handed in; code and text typed into it are not."
            )
        )
        return [Finding("notebook-missing", message, name, severity="warning")]
    try:
        sound = isinstance(json.loads(read[name])["cells"], list)
    except (ValueError, KeyError, TypeError, RecursionError):
        sound = False
    if sound:
        return []
    message = _("The notebook is damaged and is handed in as it is. The answers do not depend on it.")
    return [Finding("notebook-damaged", message, name, severity="warning")]


def _left_out(problem: Finding) -> Finding:
    return Finding(
        problem.code,
        _("It is not in the hand-in. {why}").format(why=problem.message),
        problem.where,
        severity="warning",
    )


# names


def _portable(read: Mapping[str, bytes]) -> tuple[dict[str, bytes], tuple[tuple[str, str], ...]]:
    """The files under names that every system can hold, and the names that had to change."""
    names = sorted(read)
    taken = {_folded(name): name for name in names if _fits(name)}
    final: dict[str, bytes] = {}
    renamed: list[tuple[str, str]] = []
    for name in names:
        new = name
        if not _fits(name) or taken.get(_folded(name)) != name:
            new = _other_name(name, taken)
            taken[_folded(new)] = name
            renamed.append((bagging.printable(name), new))
        final[new] = read[name]
    return dict(sorted(final.items())), tuple(renamed)


def _fits(name: str) -> bool:
    return (
        len(name) <= LONGEST_NAME
        and "%" not in name  # a manifest writes it as %25, which the bagit library does not read back
        and name.isprintable()
        and name == unicodedata.normalize("NFC", name)
        and not bagging.name_findings([name])
    )


def _other_name(name: str, taken: Mapping[str, str]) -> str:
    plain = unicodedata.normalize("NFC", bagging.printable(name))
    parts = []
    for part in plain.split("/"):
        safe = re.sub(r'[<>:"|?*\\\x00-\x1f\x7f~%]', "_", part).rstrip(" .") or "_"
        parts.append(safe if bagging.windows_safe(safe) else f"_{safe}")
    wanted = "/".join(parts)
    ending = Path(parts[-1]).suffix[:12]
    if len(wanted) > LONGEST_NAME:
        wanted = f"{parts[-1].removesuffix(ending)[:60].rstrip(' .')}{ending}"
    stem = wanted.removesuffix(ending)
    for number in range(1, 10_000):
        candidate = f"{stem}{ending}" if number == 1 else f"{stem} ({number}){ending}"
        if _folded(candidate) not in taken and _fits(candidate):
            return candidate
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24] + ending


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
