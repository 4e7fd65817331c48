"""BagIt bags (RFC 8493, version 1.0): names, manifests, tag files, and one pass that copies and hashes.

>>> manifest_line("9f86d0...", "data/100% sure.txt")
'9f86d0...  data/100%25 sure.txt\\n'
>>> [finding.code for finding in name_findings(["CON.txt", "../out.txt", "A.txt", "a.TXT"])]
['name-windows', 'name-traversal', 'name-collision']

Nothing here knows of signatures or custody: :mod:`hanoikit.evidence.package` adds them. A bag alone shows
that files are complete and unchanged *since its manifests were written*; whoever can write the manifests can
write them again.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import threading
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from hanoikit.errors import EvidenceError, Finding, Severity, UsageError
from hanoikit.i18n import _

BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
#: Algorithms that a package may be written with; RFC 8493 section 2.4 recommends SHA-256 and SHA-512.
STRONG = ("sha256", "sha512")
#: Algorithms that a bag from elsewhere may carry as well; checked, but never enough alone.
KNOWN = ("sha256", "sha512", "sha1", "md5")
STANDARD = "RFC 8493"
#: Tag files are read whole; a tag file larger than this is refused (bytes).
TAG_FILE_LIMIT = 64 * 1024 * 1024

_BLOCK = 1024 * 1024
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])$")
_UNSAFE = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
_LABEL = re.compile(r"^[A-Za-z0-9][A-Za-z0-9-]*$")
_MANIFEST = re.compile(r"^(tag)?manifest-([a-z0-9]+)\.txt$")
_HEX = re.compile(r"^[0-9A-Fa-f]+$")
_own = threading.local()
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True, slots=True)
class Hashed:
    """A file that was read once: its size in bytes and its digests (algorithm -> lower-case hex)."""

    size: int
    digests: Mapping[str, str]


@dataclass(slots=True)
class Manifest:
    """One manifest or tag manifest as read: ``entries`` maps decoded names to digests (lower-case hex)."""

    algorithm: str
    entries: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


# names


def encode_name(name: str) -> str:
    """The name as a manifest writes it: ``%``, LF and CR percent-encoded, nothing else (section 2.1.3)."""
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def decode_name(text: str) -> str:
    """The name that a manifest line means; other percent signs stay as they are."""
    return re.sub(r"%(25|0[AaDd])", lambda found: chr(int(found.group(1), 16)), text)


def name_findings(names: Iterable[str], *, portable: bool = True) -> list[Finding]:
    """What is wrong with file names that have to survive a transfer to another system.

    Codes: ``name-traversal`` (leaves the folder), ``name-windows`` (cannot exist on Windows),
    ``name-unicode`` (no valid Unicode), ``name-long`` (a part of more than 255 bytes), ``name-collision``
    (same name once capitals are folded and Unicode is normalised). With ``portable=False`` only
    ``name-traversal`` and ``name-unicode`` stay errors; the others are warnings.
    """
    severity: Severity = "error" if portable else "warning"
    findings: list[Finding] = []
    seen: dict[str, str] = {}
    for name in names:
        shown = printable(name)
        if problem := _traversal(name):
            findings.append(Finding("name-traversal", problem, shown, (STANDARD,)))
            continue
        try:
            encoded = name.encode("utf-8")
        except UnicodeEncodeError:
            message = _(
                "The file name is not valid Unicode; give the file a name that every system can show."
            )
            findings.append(Finding("name-unicode", message, shown, (STANDARD,)))
            continue
        parts = name.split("/")
        if any(not windows_safe(part) for part in parts):
            message = _("Windows cannot hold a file of this name; the receiver could not unpack it.")
            findings.append(Finding("name-windows", message, shown, (STANDARD,), severity))
        if len(encoded) > 255 and any(len(part.encode("utf-8")) > 255 for part in parts):
            message = _("A part of the name is longer than 255 bytes.")
            findings.append(Finding("name-long", message, shown, (STANDARD,), severity))
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
        if (other := seen.setdefault(folded, name)) != name:
            message = _("On systems that ignore capitals this is the same name as {other}.").format(
                other=printable(other)
            )
            findings.append(Finding("name-collision", message, shown, (STANDARD,), severity))
    return findings


def windows_safe(part: str) -> bool:
    """Whether one part of a path can be a file name on Windows."""
    stem = part.split(".", 1)[0].rstrip(" ")
    return not (_UNSAFE.search(part) or part[-1:] in {" ", "."} or _RESERVED.match(stem))


def printable(name: str) -> str:
    """The name with control and direction characters made visible: a finding cannot lie on a screen."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in name
    )


def _traversal(name: str) -> str:
    if not name or "\x00" in name:
        return _("The file name is empty or holds a null character.")
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\", "~")) or re.match(r"^[A-Za-z]:", name):
        return _("The name points outside the package; nothing was read or written there.")
    if any(part in {"..", ".", ""} for part in parts):
        return _("The name climbs out of its folder or has an empty part; nothing was read or written there.")
    return ""


# files


def copy_and_hash(
    sources: Mapping[str, Path],
    into: Path,
    *,
    algorithms: Sequence[str] = ("sha256",),
    workers: int | None = None,
) -> dict[str, Hashed]:
    """Copy each source to ``into/name`` and hash it in the same pass, several files at a time.

    The digest is of the bytes that were written, so a source that changes meanwhile cannot make the manifest
    wrong. Raises :class:`EvidenceError` for a source that is missing, a link, or no ordinary file;
    ``OSError`` from the disk.
    """
    for folder in sorted({(into / name).parent for name in sources}):
        folder.mkdir(parents=True, exist_ok=True)
    root = str(into)

    def one(item: tuple[str, Path]) -> Hashed:
        name, source = item
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW
        target = os.open(f"{root}/{name}", flags, 0o644)
        try:
            return _read(source, algorithms, write=lambda block: _write_all(target, block))
        finally:
            os.close(target)

    return dict(zip(sources, _in_parallel(one, list(sources.items()), workers), strict=True))


def hash_files(
    files: Mapping[str, Path], *, algorithms: Mapping[str, Sequence[str]], workers: int | None = None
) -> dict[str, Hashed | EvidenceError]:
    """Hash each file with its algorithms; a file that cannot be read gives its error as the value."""

    def one(item: tuple[str, Path]) -> Hashed | EvidenceError:
        name, path = item
        try:
            return _read(path, algorithms[name])
        except EvidenceError as error:
            return error
        except OSError as error:
            return EvidenceError(_("The file cannot be read: {why}.").format(why=error.strerror), where=name)

    return dict(zip(files, _in_parallel(one, list(files.items()), workers), strict=True))


def _in_parallel(act: Callable[[_Item], _Result], items: list[_Item], workers: int | None) -> list[_Result]:
    # Threads are enough: hashlib, read and write all release the interpreter lock for blocks of this size.
    # They take the next item themselves, because a task for each file would cost as much as a small file.
    workers = min(workers or os.cpu_count() or 1, 8, len(items))
    if workers < 2:
        return [act(item) for item in items]
    results: dict[int, _Result] = {}
    numbers = iter(range(len(items)))
    failed = threading.Event()
    turn = threading.Lock()

    def work() -> None:
        while not failed.is_set():
            with turn:
                number = next(numbers, None)
            if number is None:
                return
            try:
                results[number] = act(items[number])
            except BaseException:
                failed.set()
                raise

    with ThreadPoolExecutor(workers) as pool:
        tasks = [pool.submit(work) for _worker in range(workers)]
        try:
            for task in tasks:
                task.result()
        finally:
            failed.set()  # an interrupted caller does not wait for all the rest
    return [results[number] for number in range(len(items))]


def _read(path: Path, algorithms: Sequence[str], write: Callable[[memoryview], None] | None = None) -> Hashed:
    try:
        # Opened without following a link and without waiting, then judged: a link or a pipe put in place of
        # the file between a check and the opening would otherwise be read. (Windows has no such flag.)
        if not hasattr(os, "O_NOFOLLOW") and path.is_symlink():
            raise OSError("link")
        source = os.open(path, os.O_RDONLY | _NOFOLLOW)
    except OSError as error:
        if path.is_symlink():
            raise EvidenceError(
                _("This is a link, not a file."),
                where=str(path),
                next_step=_("Name the file that it points to."),
            ) from error
        raise EvidenceError(
            _("The file cannot be read: {why}.").format(why=error.strerror), where=str(path)
        ) from error
    state = os.fstat(source)
    if not stat.S_ISREG(state.st_mode):
        os.close(source)
        raise EvidenceError(_("This is not an ordinary file."), where=str(path))
    with open(source, "rb", buffering=0) as file:  # noqa: PTH123
        hashers = [hashlib.new(algorithm, usedforsecurity=False) for algorithm in algorithms]
        size = 0
        buffer = _buffer()
        while count := file.readinto(buffer):
            block = buffer[:count]
            for hasher in hashers:
                hasher.update(block)
            if write is not None:
                write(block)
            size += count
            if count < _BLOCK and size >= state.st_size:
                break  # a short read of an ordinary file is its end
    return Hashed(size, {name: hasher.hexdigest() for name, hasher in zip(algorithms, hashers, strict=True)})


def _buffer() -> memoryview:
    """This thread's own buffer: a new one for each file would cost more than reading a small file."""
    try:
        return _own.buffer  # type: ignore[no-any-return]
    except AttributeError:
        _own.buffer = memoryview(bytearray(_BLOCK))
        return _own.buffer  # type: ignore[no-any-return]


def _write_all(target: int, block: memoryview) -> None:
    while block:
        block = block[os.write(target, block) :]


def walk(folder: Path) -> tuple[dict[str, Path], list[Finding]]:
    """Every ordinary file under the folder by its name with ``/``, and findings for links and devices.

    Links are reported (``symlink``) and never followed; a folder that cannot be read is ``unreadable``.
    """
    files: dict[str, Path] = {}
    findings: list[Finding] = []
    pending = [("", folder)]
    while pending:
        prefix, place = pending.pop()
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError as error:
            message = _("The folder cannot be read: {why}.").format(why=error.strerror)
            findings.append(Finding("unreadable", message, printable(prefix) or str(folder)))
            continue
        for entry in entries:
            name = prefix + entry.name
            if entry.is_symlink() or (hasattr(entry, "is_junction") and entry.is_junction()):
                message = _("A link has no place in a package: it could point to anything.")
                findings.append(Finding("symlink", message, printable(name), (STANDARD,)))
            elif entry.is_dir():
                pending.append((name + "/", Path(entry.path)))
            elif entry.is_file():
                files[name] = Path(entry.path)
            else:
                message = _("A device, pipe or socket has no place in a package.")
                findings.append(Finding("not-a-file", message, printable(name), (STANDARD,)))
    return dict(sorted(files.items())), findings


# tag files


def manifest_line(digest: str, name: str) -> str:
    """One line of a manifest, ended by LF."""
    return f"{digest}  {encode_name(name)}\n"


def manifest_bytes(hashed: Mapping[str, Hashed], algorithm: str) -> bytes:
    """A manifest of these files, ordered by name, so that equal files give equal bytes."""
    lines = (manifest_line(hashed[name].digests[algorithm], name) for name in sorted(hashed))
    return "".join(lines).encode("utf-8")


def read_manifest(path: Path) -> Manifest:
    """Read ``manifest-<algorithm>.txt`` or its tag manifest; what is malformed becomes a finding."""
    found = _MANIFEST.match(path.name)
    if not found:
        raise UsageError(_("{name} is not the name of a manifest.").format(name=path.name))
    manifest = Manifest(found.group(2))
    width = hashlib.new(manifest.algorithm, usedforsecurity=False).digest_size * 2
    try:
        text = read_tag_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        message = _("The manifest is not UTF-8 text.")
        manifest.findings.append(Finding("manifest-malformed", message, path.name, ("RFC 8493 2.1.3",)))
        return manifest
    # Lines end with LF, CR or CRLF (section 2.1.3); str.splitlines would also split at other characters.
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff")), start=1):
        if not line.strip():
            continue
        digest, _space, name = line.partition(" ") if " " in line else line.partition("\t")
        name = decode_name(name.lstrip(" \t").removeprefix("*"))
        where = f"{path.name}:{number}"
        if not name or len(digest) != width or not _HEX.match(digest):
            message = _("The line is not a digest and a file name.")
            manifest.findings.append(Finding("manifest-malformed", message, where, ("RFC 8493 2.1.3",)))
        elif name in manifest.entries:
            message = _("{name} is listed twice.").format(name=printable(name))
            manifest.findings.append(Finding("manifest-duplicate", message, where, ("RFC 8493 2.1.3",)))
        else:
            manifest.entries[name] = digest.lower()
    return manifest


def read_tag_bytes(path: Path) -> bytes:
    """The bytes of a tag file; :class:`EvidenceError` if it is a link, no file, or absurdly large."""
    blocks: list[bytes] = []
    total = 0

    def keep(block: memoryview) -> None:
        nonlocal total
        total += len(block)
        if total > TAG_FILE_LIMIT:
            raise EvidenceError(_("The tag file is too large to be one."), where=path.name)
        blocks.append(bytes(block))

    _read(path, (), write=keep)
    return b"".join(blocks)


def tag_lines(fields: Mapping[str, str]) -> bytes:
    """The bytes of ``bag-info.txt`` (section 2.2.2); line breaks in a value become spaces."""
    lines = []
    for label, value in fields.items():
        if not _LABEL.match(label):
            raise UsageError(
                _("{label!r} cannot be a label in bag-info.txt.").format(label=label),
                next_step=_("Use letters, digits and hyphens, for example External-Identifier."),
            )
        lines.append(f"{label}: {' '.join(str(value).split())}\n")
    return "".join(lines).encode("utf-8")


def read_tags(data: bytes) -> dict[str, list[str]]:
    """Labels and values of a tag file; folded lines joined. Raises ``ValueError`` for a line without a
    label.
    """
    tags: dict[str, list[str]] = {}
    label = ""
    for line in re.split(r"\r\n|\n|\r", data.decode("utf-8").removeprefix("\ufeff")):
        if not line.strip():
            continue
        if line[0] in " \t" and label:
            tags[label][-1] = f"{tags[label][-1]} {line.strip()}"
            continue
        label, colon, value = line.partition(":")
        label = label.strip()
        if not colon or not label:
            raise ValueError(line)
        tags.setdefault(label, []).append(value.strip())
    return tags


def manifests(folder: Path, *, tag: bool) -> dict[str, Path]:
    """The payload manifests (or tag manifests) that lie in the bag's top folder, by algorithm."""
    found = {}
    for path in sorted(folder.iterdir()):
        match = _MANIFEST.match(path.name)
        if match and bool(match.group(1)) is tag:
            found[match.group(2)] = path
    return found
