"""A package as one file: pack a folder into a zip with equal bytes every time, and unpack a zip that nobody
trusts.

>>> pack(Path("EX-1"), Path("EX-1.zip"))
>>> unpack(Path("EX-1.zip"), Path("received"))
PosixPath('received/EX-1')

The zip holds one folder, the package (RFC 8493 section 4.2). A zip from outside may name files outside the
folder, carry links, or grow to fill the disk: every entry is judged before the first byte is written.
"""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from hanoikit.errors import EvidenceError, Finding, PackageInvalid
from hanoikit.evidence import bagging
from hanoikit.evidence.atomic import refusing, temporary
from hanoikit.i18n import _

_EPOCH = (1980, 1, 1, 0, 0, 0)
_BLOCK = 1024 * 1024
#: Formats that are compressed already; storing them is as small and far quicker.
_STORED = {".e01", ".zip", ".gz", ".jpg", ".jpeg", ".png", ".pdf", ".7z", ".xz"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What an untrusted zip may grow to: number of files and bytes in all once unpacked."""

    files: int = 100_000
    size: int = 16 * 1024**3


def pack(folder: Path, target: Path) -> Path:
    """Write the folder as a zip at ``target``; equal folders give equal bytes.

    File times and permissions are left out: they are not evidence here, and they differ from machine to
    machine. Raises :class:`PackageInvalid` for links and devices in the folder, :class:`EvidenceError` for a
    target that exists or cannot be written.
    """
    files, findings = bagging.walk(folder)
    if findings:
        raise PackageInvalid(
            _("The folder holds something that cannot be packed."), where=str(folder), findings=findings
        )
    if target.exists():
        raise EvidenceError(
            _("There is a file of this name already."), where=str(target), next_step=_("Choose another name.")
        )
    with refusing(target), temporary(target) as draft:
        with zipfile.ZipFile(draft, "w", allowZip64=True) as archive:
            for name, path in files.items():
                entry = zipfile.ZipInfo(f"{folder.resolve().name}/{name}", _EPOCH)
                entry.create_system = 3
                entry.external_attr = (stat.S_IFREG | 0o644) << 16
                stored = path.suffix.lower() in _STORED
                entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
                entry.file_size = path.stat().st_size
                with path.open("rb") as source, archive.open(entry, "w") as sink:
                    shutil.copyfileobj(source, sink, _BLOCK)
        draft.replace(target)
    return target


def unpack(source: Path, into: Path, *, limits: Limits = Limits()) -> Path:
    """Unpack a zip that holds one package and return its folder, ``into/<name>``.

    Nothing is written unless every entry is harmless. Raises :class:`PackageInvalid` with all findings: codes
    ``zip-damaged``, ``zip-encrypted``, ``zip-too-large``, ``zip-too-many``, ``zip-layout``, ``symlink``,
    ``not-a-file``, ``duplicate-name`` and those of :func:`bagging.name_findings`.
    """
    try:
        archive = zipfile.ZipFile(source)
    except FileNotFoundError as error:
        raise EvidenceError(_("There is no such file."), where=str(source)) from error
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(source, error) from error
    with archive:
        entries = archive.infolist()
        findings = _judge(entries, limits, source.stat().st_size)
        if findings:
            raise PackageInvalid(
                _("The zip file is not safe to unpack; nothing was written."),
                where=source.name,
                next_step=_("Ask the sender to pack the evidence again."),
                findings=findings,
            )
        name = entries[0].filename.split("/", 1)[0]
        target = into / name
        if target.exists():
            raise EvidenceError(
                _("There is a folder of this name already."),
                where=str(target),
                next_step=_("Unpack into an empty folder."),
            )
        with refusing(target):
            into.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(into).free
            if sum(entry.file_size for entry in entries) > free:
                raise EvidenceError(_("The disk has too little room for this package."), where=str(into))
            with temporary(target) as draft:
                _extract(archive, entries, draft, source)
                draft.rename(target)
    return target


def _judge(entries: list[zipfile.ZipInfo], limits: Limits, packed: int) -> list[Finding]:
    findings: list[Finding] = []
    names = [entry.filename.rstrip("/") for entry in entries]
    outside = any("/" not in entry.filename for entry in entries)
    if not entries or outside or len({name.split("/", 1)[0] for name in names}) != 1:
        message = _("The zip must hold exactly one folder, the package.")
        findings.append(Finding("zip-layout", message, "", ("RFC 8493 4.2",)))
    if len(entries) > limits.files:
        message = _("The zip holds {count} files; at most {most} are accepted.").format(
            count=len(entries), most=limits.files
        )
        findings.append(Finding("zip-too-many", message))
    total = sum(entry.file_size for entry in entries)
    if total > limits.size:
        message = _("Unpacked, the zip would take {size} bytes; at most {most} are accepted.").format(
            size=total, most=limits.size
        )
        findings.append(Finding("zip-too-large", message))
    if sum(entry.compress_size for entry in entries) > packed:
        # Entries that share their compressed bytes: the way small zips grow without end.
        findings.append(Finding("zip-too-large", _("The entries of the zip overlap.")))
    seen: set[str] = set()
    for entry, name in zip(entries, names, strict=True):
        where = bagging.printable(entry.orig_filename)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind == stat.S_IFLNK:
            findings.append(Finding("symlink", _("A link has no place in a package."), where))
        elif kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
            findings.append(Finding("not-a-file", _("A device or pipe has no place in a package."), where))
        if entry.flag_bits & 0x1:
            findings.append(Finding("zip-encrypted", _("The entry is encrypted."), where))
        if name in seen:
            findings.append(Finding("duplicate-name", _("The zip holds this name twice."), where))
        seen.add(name)
        if "\x00" in entry.orig_filename or "\\" in entry.orig_filename:
            message = _("The name holds a character that changes its meaning on other systems.")
            findings.append(Finding("name-traversal", message, where))
    return findings + bagging.name_findings(dict.fromkeys(names))


def _extract(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], draft: Path, source: Path) -> None:
    draft.mkdir()
    for entry in entries:
        relative = entry.filename.split("/", 1)[1]
        path = draft / relative
        if entry.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with archive.open(entry) as packed, path.open("xb") as sink:
                # zipfile stops at the stated size and checks the CRC, so the sum judged above is a true
                # bound.
                shutil.copyfileobj(packed, sink, _BLOCK)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
            raise _damaged(source, error) from error


def _damaged(source: Path, error: Exception) -> PackageInvalid:
    return PackageInvalid(
        _("This is not a whole zip file."),
        where=source.name,
        next_step=_("Copy or send it again."),
        findings=[Finding("zip-damaged", str(error) or type(error).__name__, source.name)],
    )
