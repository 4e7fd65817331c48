"""Disk images as evidence: opened, checked against what they say about themselves, and read file by file.

>>> with open_image("usb.E01") as image:                                      # doctest: +SKIP
...     image.verify()                          # every oddity at once; nothing found is an empty list
...     image.media_digest(("sha256",))         # the digest to write into the custody log
...     for entry in image.files(zone="Asia/Bangkok"):
...         print(entry, entry.modified)
...     image.recover(image.find("_edger.csv"))
[]

An E01 file keeps the MD5 of the medium, and SHA-1 where that was asked for, never SHA-256: that one belongs
in the custody log. Nothing protects its case details. Every file is opened for reading only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from functools import cached_property
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from hanoikit.errors import EvidenceError, Finding, ImageDamaged
from hanoikit.evidence import ewf, freespace, hashing, recovery
from hanoikit.evidence.files import FileEntry, FileSystem, FileTime, Run
from hanoikit.evidence.freespace import Carved, Extent, Hit, Match, Trace
from hanoikit.evidence.hashing import Digests, Progress
from hanoikit.evidence.media import EwfMedia, Media, MediaStream, RawMedia, copy_again, tsk_image
from hanoikit.evidence.recovery import Gap, Recovered
from hanoikit.i18n import _

__all__ = [
    "Carved",
    "Extent",
    "FileEntry",
    "FileTime",
    "Gap",
    "Hit",
    "Image",
    "Match",
    "Recovered",
    "Run",
    "Trace",
    "open_image",
]


def open_image(path: str | PathLike[str]) -> Image:
    """Open an E01 image (by its first file) or a raw image.

    Damage that leaves the whole medium readable does not stop here: :meth:`Image.verify` reports it.

    :raises ImageDamaged: the file is empty, no disk image, cut off, or a further file of it (E02 ...) is
    missing.
    :raises EvidenceError: the file is not there or may not be read.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            start = stream.read(len(ewf.SIGNATURE))
    except OSError as error:
        raise EvidenceError(
            _("The image cannot be opened: {reason}.").format(reason=error.strerror or error),
            where=str(path),
            next_step=_("Check the name and the folder."),
        ) from error
    if not start:
        raise ImageDamaged(
            _("The file is empty; there is no image in it."), where=path.name, next_step=copy_again()
        )
    named_e01 = path.suffix.lower().startswith((".e0", ".ex", ".l0", ".lx", ".s0"))
    media: Media = EwfMedia(path) if named_e01 or start[:3] in (b"EVF", b"LVF", b"LEF") else RawMedia(path)
    image = Image(path, media)
    if image.kind == "raw" and not image.systems:
        # A raw image has no signature of its own: without a file system nothing tells it from any other file.
        image.close()
        raise image._no_file_system()
    return image


class Image:
    """An opened disk image; close it, or use it in a ``with`` block. One image serves one thread at a time.

    ``kind`` is ``"E01"`` or ``"raw"``; ``segments`` the files that it lies in; ``media_size`` the size of
    the medium in bytes; ``headers`` the case details that the acquisition wrote (unprotected);
    ``stored_hashes`` the digests that the acquisition kept, by algorithm; ``acquired_at`` the instant of
    acquisition by the acquiring machine's clock, where the image tells it.
    """

    def __init__(self, path: Path, media: Media) -> None:
        self.path = path
        self._media = media
        self._findings: list[Finding] = []

    @property
    def kind(self) -> Literal["E01", "raw"]:
        """The kind of the image file."""
        return self._media.kind

    @property
    def segments(self) -> tuple[Path, ...]:
        """The files that the image lies in."""
        return tuple(self._media.segments)

    @property
    def headers(self) -> dict[str, str]:
        """The case details in the image (``case_number``, ``examiner_name`` ...); nothing protects them."""
        return dict(self._media.headers)

    @property
    def stored_hashes(self) -> dict[str, str]:
        """The digests of the medium that the acquisition stored: ``md5``, perhaps ``sha1``."""
        return dict(self._media.stored_hashes)

    @property
    def acquired_at(self) -> datetime | None:
        """When the image was acquired by the clock of the acquiring machine (UTC), where it says so."""
        return self._media.acquired_at

    @property
    def media_size(self) -> int:
        """The size of the medium in bytes."""
        return self._media.size

    def read(self, offset: int, size: int) -> bytes:
        """Bytes of the medium from ``offset``; fewer at its end."""
        return self._media.read(offset, size)

    def media_digest(
        self, algorithms: Sequence[str] = ("sha256",), *, progress: Progress | None = None
    ) -> Digests:
        """The digests of the medium, not of the image file: an E01 and a raw copy of one disk share them.

        ``progress`` is called as ``progress(bytes_done, None)``.

        :raises ImageDamaged: part of the medium cannot be read.
        """
        return hashing.digest(MediaStream(self._media), algorithms, progress=progress)

    def verify(
        self, *, expected: Mapping[str, str] | None = None, progress: Progress | None = None
    ) -> list[Finding]:
        """Check the image against itself, and against ``expected`` digests of the medium (from a record).

        Checks every checksum in an E01, the stored digests, and whether the file systems fit into the
        medium. An empty list says that nothing is wrong. A changed image with a newly computed digest
        passes, unless ``expected`` holds the digest recorded at acquisition: that is why the record is kept
        apart (ISO/IEC 27037).
        """
        findings = [*self._media.findings, *self._media.check(progress)]
        compare = {("stored", name): value for name, value in self.stored_hashes.items()}
        compare |= {("expected", hashing.canonical(name)): value for name, value in (expected or {}).items()}
        algorithms = tuple(dict.fromkeys(name for _origin, name in compare))
        if algorithms:
            try:
                digests = self.media_digest(algorithms)
            except ImageDamaged as error:
                return [*findings, Finding("medium-unreadable", error.what, error.where or "")]
            findings += [
                _mismatch(origin, name, value, digests[name])
                for (origin, name), value in compare.items()
                if not hashing.equal(value, digests[name])
            ]
        elif self.kind == "E01":
            message = _("The image stores no digest of the medium, so it cannot vouch for itself.")
            findings.append(Finding("no-stored-hash", message, self.path.name, severity="warning"))
        if not self.systems:
            findings.append(Finding("no-file-system", self._no_file_system().what, severity="warning"))
        for system in self.systems:
            missing = system.offset + system.size - self.media_size
            if missing > 0:
                message = _("The file system needs {n:,} bytes more than the image has: it was cut off.")
                findings.append(
                    Finding("image-shorter-than-volume", message.format(n=missing), self.path.name)
                )
        return findings + self._findings

    @cached_property
    def systems(self) -> tuple[FileSystem, ...]:
        """The file systems of the image, in the order of the medium; none where it holds no disk."""
        import pytsk3

        info = tsk_image(self._media)
        offsets = [0]
        found: list[FileSystem] = []
        try:
            volumes = pytsk3.Volume_Info(info)
            sector = volumes.info.block_size
            offsets += [part.start * sector for part in volumes if part.flags & pytsk3.TSK_VS_PART_FLAG_ALLOC]
        except OSError:
            pass  # no partition table: the file system begins at the first byte
        for offset in offsets:
            try:
                tsk = pytsk3.FS_Info(info, offset=offset)
            except OSError:
                continue
            found.append(FileSystem(tsk, self.read, offset, len(found), self._findings))
            if offset == 0:
                break
        return tuple(found)

    def _no_file_system(self) -> ImageDamaged:
        return ImageDamaged(
            _("No readable file system was found: this is no disk image, or its start is damaged."),
            where=self.path.name,
            next_step=_("Check that the right file was copied, and compare its digest with the record."),
            findings=self._media.findings,
        )

    def files(self, zone: str | tzinfo = "UTC", *, folders: bool = False) -> list[FileEntry]:
        """Every file that the image names, present and deleted, in the order of its directories.

        ``zone`` is the zone that the clock of the seized device was set to, as far as the examiner knows:
        FAT stores local time and does not say which. The zone of this machine plays no part.

        :raises UsageError: there is no such zone.
        :raises ImageDamaged: the image holds no file system, or the list of files cannot be read at all.
        """
        if not self.systems:
            raise self._no_file_system()
        return [
            entry
            for system in self.systems
            for entry in system.entries(zone)
            if folders or not entry.is_directory
        ]

    def find(self, path: str, zone: str | tzinfo = "UTC") -> FileEntry:
        """The file with this path or this name; the present one where a deleted one has the same.

        :raises EvidenceError: no file, or more than one of the same state, is called so.
        """
        named = [entry for entry in self.files(zone) if path in (entry.path, entry.path[1:], entry.name)]
        exact = [entry for entry in named if path.lstrip("/") == entry.path[1:]] or named
        present = [entry for entry in exact if entry.allocated] or exact
        if len(present) == 1:
            return present[0]
        raise EvidenceError(
            _("The image names no file “{path}”.").format(path=path)
            if not present
            else _("The image names {n} files “{path}”.").format(path=path, n=len(present)),
            where=self.path.name,
            next_step=_("Take the entry from the list of files. A deleted file has lost its first letter."),
        )

    def recover(self, entry: FileEntry) -> Recovered:
        """The content of a file, as far as it is still the file's own; ``Recovered.note`` says how far.

        :raises UsageError: the entry is a folder.
        """
        return recovery.recover(recovery.of_volume(self.systems, entry.volume), entry)

    def unallocated(self) -> tuple[Extent, ...]:
        """Every stretch of the volumes that holds no content of a present file."""
        return tuple(extent for system in self.systems for extent in freespace.unallocated(system))

    def search(self, pattern: bytes) -> list[Hit]:
        """Where ``pattern`` stands in space of no present file (offsets from the image's first byte)."""
        return [hit for system in self.systems for hit in freespace.search(system, pattern)]

    def carve(self, pattern: bytes) -> list[Carved]:
        """The nameless content around each place where ``pattern`` stands in that space."""
        return [piece for system in self.systems for piece in freespace.carve(system, pattern)]

    def trace(self, original: bytes, *, volume: int = 0) -> Trace:
        """How many bytes of a known file are still found in that space, and where."""
        return freespace.trace(recovery.of_volume(self.systems, volume), original)

    def close(self) -> None:
        """Close the files of the image."""
        self._media.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Image {self.path.name}: {self.kind}, {self.media_size:,} bytes>"


def _mismatch(origin: str, name: str, value: str, computed: str) -> Finding:
    if origin == "stored":
        message = _("The {name} of the medium is {now}, but the image stores {then}: the image has changed.")
    else:
        message = _("The {name} of the medium is {now}, but the record says {then}: not the same medium.")
    label = name.upper()
    code = "stored-hash-mismatch" if origin == "stored" else "recorded-hash-mismatch"
    return Finding(
        code, message.format(name=label, now=computed, then=value.lower()), label, ("ISO/IEC 27037",)
    )
