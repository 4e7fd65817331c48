"""What lies in a folder, on a stick, in a zip or in a mail: its files, and which of them belong together.

>>> found = leaves(Path("/media/stick"))
>>> [(piece.kind, piece.shown) for piece in pieces(found.leaves, sort)]
[('archive', 'stick/m01-convention--t03--51QG-9B3D-5NXE (1).hanoi.zip'), ('work', 'stick/Ana Kovač m04.ipynb')]

Nothing is unpacked to the disk and nothing is run. What operating systems leave behind, links, and everything hidden
(a trainee's private key is in a hidden folder) is passed over and counted.
"""

from __future__ import annotations

import io
import os
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Literal

from hanoikit.errors import Finding
from hanoikit.handin.bundle import ENDING
from hanoikit.i18n import _

SHEET = "answers.jsonl"
MOST_BYTES = 200 * 2**20
"""Of one file, and of what one hand-in unpacks to."""
MOST_FILES = 20_000
MOST_OF_OTHERS = 20 * 2**20
"""Bytes of a file that looks like no hand-in, up to which it is kept as well."""
_ZIPPED = 2 * 2**30
"""Bytes that a whole zip of a class may unpack to, one file after the other."""
_RUBBISH = {
    "thumbs.db",
    "desktop.ini",
    "__macosx",
    "system volume information",
    "$recycle.bin",
    "__pycache__",
}
_COPY = re.compile(
    r"( - (copy|kopie|copie|copia|kopi|cópia|копия|نسخة|副本)( ?\(\d+\))?| ?\(\d+\)|_copy\d*|~\d+)+(?=(\.|$))",
    re.I,
)

_RECEIPT = re.compile(r"\.(counter-)?receipt\.json$")

Kind = Literal["archive", "bag", "mail", "work", "other"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One file, wherever it lies. ``path`` begins with the name of what was given; ``at`` is when it was changed."""

    path: PurePosixPath
    size: int
    at: datetime | None
    read: Callable[[], bytes]

    @property
    def name(self) -> str:
        """The name as it was meant, in composed characters, without what mail programs and copying add."""
        return clean(self.path.name)


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a source, and what was passed over with the reason."""

    leaves: tuple[Leaf, ...]
    passed_over: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """What belongs together: an ``archive`` or a ``mail`` to open, an unpacked ``bag``, the ``work`` of one person on
    one assignment, or an ``other`` file. ``files`` have names inside the piece.
    """

    kind: Kind
    path: PurePosixPath
    files: tuple[tuple[str, Leaf], ...]
    findings: tuple[Finding, ...] = ()

    @property
    def shown(self) -> str:
        """Where it lies, for a person."""
        return text_of(self.path)


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make the rest of a name read backwards."""


def text_of(path: PurePosixPath) -> str:
    """A path as text that can be written anywhere: what is no Unicode, steers a terminal or turns the direction of
    writing is shown as a mark.
    """
    return plain_text(str(path))


def plain_text(words: str) -> str:
    """Any text of somebody else's in the same way: a sentence, an id, a name."""
    if words.isascii() and words.isprintable():
        return words
    seen = ("�" if unicodedata.category(one) in ("Cc", "Cs") or one in _TURNING else one for one in words)
    return unicodedata.normalize("NFC", "".join(seen))


def clean(name: str) -> str:
    """A file name without ``(1)``, `` - Copy`` and doubled or foreign endings: ``answers (1).jsonl.txt`` gives
    ``answers.jsonl``.
    """
    text = text_of(PurePosixPath(name)) if name else name
    text = _COPY.sub(
        "", re.sub(r"^(copy|kopie|copie|copia) (of|von|de) ", "", text.strip(), flags=re.I)
    ).strip()
    for ending in (".ipynb", ".jsonl", ".hanoi.zip", ".zip", ".eml"):
        match = re.fullmatch(
            re.escape(ending).join(("(.+)", r"(\.(json|jsonl|txt|ipynb|zip|html|hanoi|download|bin))+")),
            text,
            re.I,
        )
        if match:
            return match[1] + ending
    return text


def leaves(source: Path) -> Found:
    """Every file of a folder or the one file, in the order of their names. Raises ``OSError`` when there is none."""
    source = source if source.is_absolute() else Path.cwd() / source
    top = PurePosixPath(source.name or "/")
    if not source.is_dir():
        about = source.stat()
        return Found((_leaf(source, top, about),))
    found: list[Leaf] = []
    passed: list[Finding] = []
    for folder, names, files in os.walk(source, onerror=lambda error: passed.append(_unread(error))):
        here = top / PurePosixPath(Path(folder).relative_to(source).as_posix())
        names[:] = sorted(name for name in names if _wanted(Path(folder) / name, here / name, passed))
        for name in sorted(files):
            path = Path(folder) / name
            if not _wanted(path, here / name, passed):
                continue
            try:
                about = path.stat()
            except OSError as error:
                passed.append(_unread(error))
                continue
            if stat.S_ISREG(about.st_mode):
                found.append(_leaf(path, here / name, about))
    return Found(tuple(found), tuple(passed))


def _leaf(path: Path, shown: PurePosixPath, about: os.stat_result) -> Leaf:
    return Leaf(shown, about.st_size, datetime.fromtimestamp(int(about.st_mtime), UTC), path.read_bytes)


def _wanted(path: Path, shown: PurePosixPath, passed: list[Finding]) -> bool:
    if _is_rubbish(path.name):
        return False
    if path.is_symlink():
        message = _("It is a link and was not followed: a link may lead anywhere.")
        passed.append(Finding("link", message, text_of(shown), severity="note"))
        return False
    return True


def _is_rubbish(name: str) -> bool:
    return name.startswith((".", "~$")) or name.casefold() in _RUBBISH


def _unread(error: OSError) -> Finding:
    message = _("It cannot be read: {reason}.").format(reason=error.strerror or error)
    return Finding("unreadable", message, plain_text(os.fsdecode(error.filename or "")))


# what belongs together


def pieces(found: Sequence[Leaf], sort: Callable[[Leaf], str | None]) -> list[Piece]:
    """Files that belong together, in reading order. ``sort`` says of a notebook or a sheet which assignment it is
    work on: a name, an empty text for one that is not known, ``None`` when it is no work on any (a lesson).
    """
    folders: dict[PurePosixPath, list[Leaf]] = {}
    for leaf in found:
        folders.setdefault(leaf.path.parent, []).append(leaf)
    taken: set[PurePosixPath] = set()
    result: list[Piece] = []
    for folder in sorted(folders):
        if any(bag in taken for bag in (folder, *folder.parents)):
            continue
        own = folders[folder]
        names = {leaf.path.name for leaf in own}
        if {"bagit.txt", "receipt.json"} <= names:
            taken.add(folder)
            inside = [leaf for leaf in found if folder in leaf.path.parents]
            result.append(Piece("bag", folder, tuple((_inner(leaf, folder), leaf) for leaf in inside)))
    rest = {folder: own for folder, own in folders.items() if not _below(folder, taken)}
    result += _work(rest, sort)
    return sorted(result, key=lambda piece: str(piece.path))


def _work(folders: dict[PurePosixPath, list[Leaf]], sort: Callable[[Leaf], str | None]) -> Iterator[Piece]:
    claimed: set[PurePosixPath] = set()
    sorts = {
        leaf.path: sort(leaf)
        for own in folders.values()
        for leaf in own
        if is_notebook(leaf) or is_sheet(leaf)
    }
    holds_work = {
        folder for folder, own in folders.items() if any(sorts.get(leaf.path) is not None for leaf in own)
    }
    for folder in sorted(folders):
        if folder not in holds_work:
            continue
        own = folders[folder]
        graded = [leaf for leaf in own if is_notebook(leaf) and sorts[leaf.path] is not None]
        sheets = [leaf for leaf in own if is_sheet(leaf)]
        kinds = [sorts[leaf.path] for leaf in graded]
        alone = len(set(kinds)) == len(kinds)
        # A stick or a folder of mail has other things in it; the folder of an assignment has its files.
        inside = len(folder.parts) > 1 and any(leaf.name == f"{sorts[leaf.path]}.ipynb" for leaf in graded)
        whole = alone and (bool(sheets) or inside)
        extras = list(_extras(folder, folders, holds_work, graded, sheets)) if whole else []
        whose = _sheets_of(graded, sheets, sorts)
        for book in graded:
            files = [(book.name, book)]
            files += [(SHEET, sheet) for sheet in whose[book.path][:1]]
            files += [(_inner(leaf, folder), leaf) for leaf in [*whose[book.path][1:], *extras]]
            yield _piece(
                book.path, files, several=whole and len(set(kinds)) > 1, ambiguous=not alone and bool(sheets)
            )
            claimed.update(leaf.path for _name, leaf in files)
        for sheet in sheets:
            if sheet.path not in claimed:
                files = [(SHEET, sheet)]
                if not graded and len(sheets) == 1:
                    files += [(_inner(leaf, folder), leaf) for leaf in extras]
                yield _piece(sheet.path, files, several=False, ambiguous=False)
                claimed.update(leaf.path for _name, leaf in files)
    for own in folders.values():
        bundles = {leaf.name for leaf in own if _is_bundle_name(leaf)}
        for leaf in own:
            # Whoever copies the whole folder "handed-in" brings the receipts too; each stands in its bundle as well.
            stem, found = _RECEIPT.subn("", leaf.name)
            its_receipt = found and stem + ENDING in bundles
            if leaf.path not in claimed and not its_receipt:
                yield Piece(_kind(leaf), leaf.path, ((leaf.path.name, leaf),))


def _piece(path: PurePosixPath, files: list[tuple[str, Leaf]], *, several: bool, ambiguous: bool) -> Piece:
    findings = []
    if several:
        message = _("The folder held work on several assignments; each was taken for itself.")
        findings.append(Finding("two-assignments", message, severity="warning"))
    if ambiguous and all(name != SHEET for name, _leaf in files):
        message = _(
            "An answers.jsonl lies beside several notebooks of one assignment; nobody knows whose it is."
        )
        findings.append(Finding("sheet-ambiguous", message, SHEET))
    unique: dict[str, Leaf] = {}
    for name, leaf in files:
        unique.setdefault(name, leaf)
    return Piece("work", path, tuple(unique.items()), tuple(findings))


def _sheets_of(
    books: Sequence[Leaf], sheets: Sequence[Leaf], sorts: dict[PurePosixPath, str | None]
) -> dict[PurePosixPath, list[Leaf]]:
    """The sheets that belong to each notebook, the proper one first."""
    found: dict[PurePosixPath, list[Leaf]] = {book.path: [] for book in books}
    for sheet in sorted(sheets, key=lambda one: (one.path.name != SHEET, one.path.name)):
        fitting = [book for book in books if sorts[book.path] == sorts[sheet.path] or not sorts[sheet.path]]
        if len(books) == 1:
            fitting = list(books)
        if len(fitting) == 1:
            found[fitting[0].path].append(sheet)
    return found


def _extras(
    folder: PurePosixPath,
    folders: dict[PurePosixPath, list[Leaf]],
    holds_work: set[PurePosixPath],
    graded: Sequence[Leaf],
    sheets: Sequence[Leaf],
) -> Iterator[Leaf]:
    """The other files of an assignment's folder, bundles and mails excepted."""
    size = 0
    core = {leaf.path for leaf in (*graded, *sheets)}
    for place in sorted(folders):
        if place != folder and (
            folder not in place.parents or any(one in holds_work for one in _between(place, folder))
        ):
            continue
        for leaf in folders[place]:
            if leaf.path in core or _is_bundle_name(leaf) or (place == folder and _kind(leaf) == "mail"):
                continue
            size += leaf.size
            if size > MOST_BYTES:
                return
            yield leaf


def _between(place: PurePosixPath, folder: PurePosixPath) -> Iterator[PurePosixPath]:
    for one in (place, *place.parents):
        if one == folder:
            return
        yield one


def _below(folder: PurePosixPath, tops: Iterable[PurePosixPath]) -> bool:
    return any(top == folder or top in folder.parents for top in tops)


def _inner(leaf: Leaf, folder: PurePosixPath) -> str:
    return text_of(leaf.path.relative_to(folder))


def is_notebook(leaf: Leaf) -> bool:
    return leaf.name.lower().endswith(".ipynb")


def is_sheet(leaf: Leaf) -> bool:
    name = leaf.name.lower()
    return name.endswith(".jsonl") and "answers" in name


def _is_bundle_name(leaf: Leaf) -> bool:
    return leaf.name.lower().endswith(ENDING)


def _kind(leaf: Leaf) -> Kind:
    name = leaf.name.lower()
    if name.endswith((".zip", ".hanoi")) or re.search(r"--[0-9a-z-]{14}\b", name):
        return "archive"
    return "mail" if name.endswith(".eml") else "other"


# archives and mails


class ArchiveRefused(ValueError):
    """An archive that cannot or must not be opened; the message says why."""


def in_zip(data: bytes, shown: PurePosixPath) -> list[Leaf]:
    """The files of a zip. Raises :class:`ArchiveRefused` for a damaged one, and for one that unpacks to too much."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        found = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise ArchiveRefused(str(error)) from error
    if len(found) > MOST_FILES or sum(info.file_size for info in found) > _ZIPPED:
        raise ArchiveRefused(_("it unpacks to more than a class hands in"))
    result = []
    for info in found:
        parts = [part for part in info.filename.replace("\\", "/").split("/") if part not in ("", ".")]
        mode = info.external_attr >> 16
        if info.is_dir() or not parts or ".." in parts or any(_is_rubbish(part) for part in parts):
            continue
        if stat.S_ISLNK(mode) or info.file_size > MOST_BYTES:
            continue
        result.append(Leaf(shown.joinpath(*parts), info.file_size, _zip_time(info), _member(archive, info)))
    return result


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with archive.open(info) as stream:
                data = stream.read(info.file_size + 1)
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            RuntimeError,
            EOFError,
            ValueError,
            OSError,
        ) as error:
            raise ArchiveRefused(str(error)) from error
        except Exception as error:  # zlib.error and its like have no common base
            raise ArchiveRefused(str(error)) from error
        if len(data) > info.file_size:
            raise ArchiveRefused(_("a file in it is longer than the archive says"))
        return data

    return read


def _zip_time(info: zipfile.ZipInfo) -> datetime | None:
    try:
        # A zip knows no zone; taken as UTC so that it is the same everywhere.
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:
        return None


def in_mail(data: bytes, shown: PurePosixPath) -> list[Leaf]:
    """The attachments of a saved mail."""
    from email import message_from_bytes, policy

    message = message_from_bytes(data, policy=policy.default)
    result = []
    for number, part in enumerate(message.walk()):
        name = part.get_filename()
        if not name or part.is_multipart():
            continue
        try:
            content = part.get_payload(decode=True)
        except (ValueError, LookupError):
            continue
        if not isinstance(content, bytes):
            continue
        safe = re.sub(r"[/\\\0]", "_", name)[:150] or f"part-{number}"
        result.append(Leaf(shown / safe, len(content), None, lambda content=content: content))  # type: ignore[misc]
    return result
