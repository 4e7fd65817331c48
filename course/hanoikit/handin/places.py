"""Where a bundle goes: a folder, a shared folder, a stick; written beside its name, read back, then renamed.

>>> lay(data, Path("E:"), "m04-evidence-chain--t07--K7QF-2M9X-PT3A.hanoi.zip")
PosixPath('/media/stick/m04-evidence-chain--t07--K7QF-2M9X-PT3A.hanoi.zip')

Nothing is overwritten: a file of the same name and bytes is left as it is, one with other bytes gets a neighbour with
a number. Until it is whole and was read back, the file has a hidden name that ends in ``.part``.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hanoikit.errors import HandInError
from hanoikit.i18n import _

_LETTER = re.compile(r"[A-Za-z]:")
_TEMPORARY = ".part"


def place(words: str | Path) -> Path:
    """The folder that a person means: ``~`` is the home folder, ``E:`` the root of a drive on Windows; quotation marks
    around a pasted path do not matter.

    Raises :class:`HandInError` for a drive letter on a system without such.
    """
    text = str(words).strip().strip("\"'“”").strip()
    if _LETTER.match(text) and sys.platform != "win32":
        raise HandInError(
            _("{place} is a drive of Windows; this machine has none.").format(place=text[:2]),
            next_step=_("Name the folder of the stick; on Linux it lies under /media or /run/media."),
        )
    if _LETTER.fullmatch(text):
        text += "\\"
    return Path(text).expanduser()


def sticks() -> list[tuple[str, Path]]:
    """The sticks that are plugged in, as (name, folder); empty where the system does not tell."""
    try:
        if sys.platform == "win32":
            return _drives()
        if sys.platform == "darwin":
            found = [path for path in Path("/Volumes").iterdir() if path.is_dir() and not path.is_symlink()]
        else:
            found = mounted(Path("/proc/mounts").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return []
    return [(path.name, path) for path in sorted(found)]


def mounted(mounts: str) -> list[Path]:
    """The folders that desktops mount sticks at, from the text of /proc/mounts (blanks are written as \\040)."""
    found = []
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) > 1 and fields[1].startswith(("/media/", "/run/media/")):
            name = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[1])
            found.append(Path(name))
    return found


def _drives() -> list[tuple[str, Path]]:
    import ctypes

    system: Any = getattr(ctypes, "windll").kernel32  # noqa: B009
    there = system.GetLogicalDrives()
    letters = [chr(ord("A") + number) for number in range(26) if there >> number & 1]
    removable = 2
    return [
        (f"{letter}:", Path(f"{letter}:\\"))
        for letter in letters
        if system.GetDriveTypeW(f"{letter}:\\") == removable
    ]


def lay(data: bytes, folder: Path, name: str, *, check: Callable[[Path], bool] | None = None) -> Path:
    """Write ``data`` into ``folder`` under ``name`` (or that name with a number) and return its path.

    ``check`` is asked whether what was read back is good; without it the bytes are compared. Raises
    :class:`HandInError` with what to do; nothing is left behind then.
    """
    folder = Path(folder)
    try:
        target = _free(folder, name, data)
        if target is None:
            return _there(folder, name, data)
        draft = folder / f".{secrets.token_hex(6)}{_TEMPORARY}"
        try:
            _write(draft, data)
            good = check(draft) if check is not None else draft.read_bytes() == data
            if not good:
                raise HandInError(
                    _("What was written to this place could not be read back as it was."),
                    where=str(folder),
                    next_step=_("Use another stick or folder: this one is not to be trusted."),
                )
            draft.rename(target)
        finally:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
        _flush(folder)
        return target
    except OSError as error:
        raise _refused(error, folder) from error


def _free(folder: Path, name: str, data: bytes) -> Path | None:
    """A name that nothing has; None when a file with these bytes has one already."""
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR if folder.exists() else errno.ENOENT, "", str(folder))
    for candidate in _names(folder, name):
        if not os.path.lexists(candidate):
            return candidate
        if _holds(candidate, data):
            return None
    raise FileExistsError(errno.EEXIST, "", str(folder))


def _there(folder: Path, name: str, data: bytes) -> Path:
    return next(candidate for candidate in _names(folder, name) if _holds(candidate, data))


def _names(folder: Path, name: str) -> list[Path]:
    stem, dot, ending = name.partition(".")
    return [folder / (name if number == 1 else f"{stem} ({number}){dot}{ending}") for number in range(1, 100)]


def _holds(path: Path, data: bytes) -> bool:
    with contextlib.suppress(OSError):
        return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data
    return False


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _flush(folder: Path) -> None:
    # A stick that is pulled out at once must have the name as well; Windows neither needs nor allows this.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _refused(error: OSError, folder: Path) -> HandInError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        what = _("There is not enough room in this place; nothing was left there.")
        advice = _("Delete something there, or use another stick or folder.")
    elif error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        what = _("This place does not let you write; nothing was changed.")
        advice = _("If it is a stick, check its lock switch; or use another folder.")
    elif error.errno == errno.ENOTDIR:
        what = _("This is a file, not a folder.")
        advice = _("Name the folder that it lies in.")
    elif error.errno == errno.ENOENT:
        what = _("There is no such folder.")
        advice = _("If it is a stick, plug it in and look how it is called; or check the name.")
    elif error.errno in {errno.EIO, errno.ENODEV, errno.ENXIO}:
        what = _("The stick or disk was removed or is damaged.")
        advice = _("Plug it in again, or use another one, and hand in again.")
    else:
        what = _("The system refused to write there: {why}.").format(why=error.strerror or error)
        advice = _("Use another folder or stick.")
    return HandInError(what, where=str(folder), next_step=advice)
