"""The files of a disk image, deleted ones included, with their times exactly as far as the disk knows them.

>>> with acquisition.open_image("disk.E01") as image:                        # doctest: +SKIP
...     for entry in image.files(zone="Asia/Bangkok"):
...         print(entry.path, entry.size, entry.allocated, entry.modified)

The sleuthkit lists the names. On FAT the directory entry itself is decoded here (``fat.py``): the sleuthkit
would read its local times in the zone of the machine, and would move the start of a deleted file to where
space is free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from hanoikit.errors import Finding, ImageDamaged
from hanoikit.evidence import fat, zones
from hanoikit.i18n import _

Read = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class FileTime:
    """A time as a disk keeps it.

    ``stored`` has no zone: on FAT it is the local time of a clock that the disk does not name, elsewhere it
    is UTC. ``instant`` is its reading in the zone that the examiner gave; ``zone_stated`` tells whether the
    disk itself knows the instant. ``precision`` is the step of the clock: the truth lies between
    :attr:`earliest` and :attr:`latest`.
    """

    stored: datetime
    instant: datetime
    zone_stated: bool
    precision: timedelta
    ambiguous: bool = False

    @property
    def earliest(self) -> datetime:
        """The first instant that the stored value can mean, in UTC."""
        return self.instant.replace(fold=0).astimezone(UTC)

    @property
    def latest(self) -> datetime:
        """The end of the last step that the stored value can mean, in UTC."""
        return self.instant.replace(fold=1 if self.ambiguous else 0).astimezone(UTC) + self.precision

    @property
    def date_only(self) -> bool:
        """Whether the disk keeps the date alone (last access on FAT)."""
        return self.precision >= timedelta(days=1)

    def __str__(self) -> str:
        if self.zone_stated:
            return self.instant.isoformat(sep=" ", timespec="seconds")
        if self.date_only:
            return _("{date} (local date, no zone stored)").format(date=self.stored.date().isoformat())
        stored = self.stored.isoformat(sep=" ", timespec="seconds")
        return _("{local} local time (no zone stored); {instant} as read").format(
            local=stored, instant=self.instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        )


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of the image: ``offset`` and ``size`` in bytes from the image's first byte."""

    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file or folder that the file system names.

    ``inode`` is the sleuthkit's number (as ``fls`` and ``icat`` take it). ``runs`` says where the content
    lies; for a deleted file on FAT only the first cluster is recorded, and the rest is taken to follow it.
    """

    path: str
    name: str
    size: int
    inode: int
    allocated: bool
    is_directory: bool
    modified: FileTime | None
    created: FileTime | None
    accessed: FileTime | None
    changed: FileTime | None
    runs: tuple[Run, ...]
    volume: int
    first_cluster: int | None = None
    first_letter_lost: bool = False

    @property
    def deleted(self) -> bool:
        """Whether the file system calls the file deleted."""
        return not self.allocated

    def __str__(self) -> str:
        state = _("allocated") if self.allocated else _("deleted")
        return f"{self.path} ({self.size:,} bytes, {state})"


@dataclass(frozen=True, slots=True)
class Owner:
    """The file that holds a cluster now, and which of its clusters that is (0 is the first)."""

    entry: FileEntry
    position: int


class FileSystem:
    """One file system of an image: its names, and on FAT the owners of its clusters."""

    def __init__(self, tsk: Any, read: Read, offset: int, index: int, findings: list[Finding]) -> None:
        self._tsk = tsk
        self._findings = findings
        self._image_read = read
        self.offset = offset
        self.index = index
        self.block_size: int = tsk.info.block_size
        self.size: int = tsk.info.block_size * tsk.info.block_count
        self.fat: fat.Volume | None = None
        self.kind = _kind(tsk)
        if self.kind.startswith("FAT"):
            self.fat = fat.Volume(self.read)
            self.kind, self.size = self.fat.kind, self.fat.size
        self._owners: dict[int, Owner] | None = None

    def read(self, offset: int, size: int) -> bytes:
        """Bytes of the volume; fewer where the image ends early."""
        return self._image_read(self.offset + offset, size)

    def open(self, inode: int) -> Any:
        """The sleuthkit's own view of an inode."""
        return self._tsk.open_meta(inode=inode)

    def entries(self, zone: str | tzinfo) -> Iterator[FileEntry]:
        """Every name with its content's place, in the order of the directories."""
        zone = zones.place(zone)
        try:
            root = self._tsk.open_dir(path="/")
        except OSError as error:
            raise ImageDamaged(
                _("The list of files on the disk cannot be read."),
                next_step=_("Verify the image: part of it may be damaged or missing."),
            ) from error
        yield from self._walk(root, "/", zone, {int(self._tsk.info.root_inum)}, set())

    def owners(self) -> dict[int, Owner]:
        """Which file that is not deleted holds which cluster now (FAT only)."""
        if self._owners is None:
            self._owners = {}
            for entry in self.entries(UTC):
                if self.fat and entry.allocated and entry.first_cluster:
                    for position, cluster in enumerate(self.fat.chain(entry.first_cluster)):
                        self._owners.setdefault(cluster, Owner(entry, position))
        return self._owners

    def _walk(
        self, directory: Any, folder: str, zone: tzinfo, above: set[int], seen: set[tuple[int, str]]
    ) -> Iterator[FileEntry]:
        import pytsk3

        listed = iter(directory)
        while True:
            try:
                item = next(listed)
            except StopIteration:
                return
            except OSError as error:
                message = _("Part of this folder cannot be read: {reason}.").format(reason=error)
                self._findings.append(Finding("folder-unreadable", message, folder))
                return
            name = item.info.name
            text = name.name.decode("utf-8", "replace")
            inode = int(name.meta_addr)
            orphanage = folder == "/" and text == "$OrphanFiles"
            if text in (".", "..") or name.type in (pytsk3.TSK_FS_NAME_TYPE_VIRT,) or (inode, text) in seen:
                continue
            if not orphanage:
                seen.add((inode, text))
                entry = self._entry(item, folder, text, inode, zone)
                if entry is None:
                    continue
                yield entry
                if not entry.is_directory or inode in above:
                    continue
            try:
                below = item.as_directory()
            except OSError:
                continue
            yield from self._walk(below, f"{folder}{text}/", zone, above | {inode}, seen)

    def _entry(self, item: Any, folder: str, name: str, inode: int, zone: tzinfo) -> FileEntry | None:
        import pytsk3

        meta = item.info.meta
        flags = int(item.info.name.flags)
        allocated = bool(flags & pytsk3.TSK_FS_NAME_FLAG_ALLOC)
        is_directory = item.info.name.type == pytsk3.TSK_FS_NAME_TYPE_DIR or (
            meta is not None and meta.type == pytsk3.TSK_FS_META_TYPE_DIR
        )
        if self.fat:
            return self._fat_entry(folder, name, inode, allocated, zone)
        size = int(meta.size) if meta is not None else 0
        times = {key: _instant(meta, key) for key in ("mtime", "crtime", "atime", "ctime")} if meta else {}
        return FileEntry(
            path=folder + name,
            name=name,
            size=size,
            inode=inode,
            allocated=allocated,
            is_directory=is_directory,
            modified=times.get("mtime"),
            created=times.get("crtime"),
            accessed=times.get("atime"),
            changed=times.get("ctime"),
            runs=tuple(self._tsk_runs(item, size)) if meta is not None else (),
            volume=self.index,
        )

    def _fat_entry(
        self, folder: str, name: str, inode: int, allocated: bool, zone: tzinfo
    ) -> FileEntry | None:
        assert self.fat is not None
        raw = self.fat.entry(inode)
        if raw is None or raw.is_label:
            return None
        accessed = datetime(raw.accessed.year, raw.accessed.month, raw.accessed.day) if raw.accessed else None
        clusters = (
            self.fat.chain(raw.first_cluster)
            if allocated
            else range(raw.first_cluster, raw.first_cluster + -(-raw.size // self.fat.cluster_size))
        )
        size = len(clusters) * self.fat.cluster_size if raw.is_directory else raw.size
        return FileEntry(
            path=folder + name,
            name=name,
            size=size,
            inode=inode,
            allocated=allocated,
            is_directory=raw.is_directory,
            modified=_local(raw.modified, zone, timedelta(seconds=2)),
            created=_local(raw.created, zone, timedelta(milliseconds=10)),
            accessed=_local(accessed, zone, timedelta(days=1)),
            changed=None,
            runs=tuple(self._fat_runs([number for number in clusters if self.fat.is_cluster(number)])),
            volume=self.index,
            first_cluster=raw.first_cluster,
            first_letter_lost=not allocated and name.startswith("_") and name.upper() == raw.short_name,
        )

    def _fat_runs(self, clusters: list[int]) -> Iterator[Run]:
        assert self.fat is not None
        start = 0
        for position in range(1, len(clusters) + 1):
            if position == len(clusters) or clusters[position] != clusters[position - 1] + 1:
                offset = self.offset + self.fat.cluster_offset(clusters[start])
                yield Run(offset, (position - start) * self.fat.cluster_size)
                start = position

    def _tsk_runs(self, item: Any, size: int) -> Iterator[Run]:
        import pytsk3

        hidden = pytsk3.TSK_FS_ATTR_RUN_FLAG_SPARSE | pytsk3.TSK_FS_ATTR_RUN_FLAG_FILLER
        try:
            for attribute in item:
                for run in attribute:
                    if size and not int(run.flags) & hidden:
                        yield Run(self.offset + run.addr * self.block_size, run.len * self.block_size)
        except OSError:
            return


def _kind(tsk: Any) -> str:
    import pytsk3

    number = int(tsk.info.ftype)
    constants: dict[str, Any] = vars(pytsk3)
    for name, value in constants.items():
        if (
            name.startswith("TSK_FS_TYPE_")
            and not name.endswith(("_ENUM", "_DETECT"))
            and int(value) == number
        ):
            return name.removeprefix("TSK_FS_TYPE_")
    return _("unknown")


def _local(stored: datetime | None, zone: tzinfo, precision: timedelta) -> FileTime | None:
    if stored is None:
        return None
    reading = zones.read_local(stored, zone)
    return FileTime(stored, reading.instant, False, precision, reading.ambiguous)


def _instant(meta: Any, key: str) -> FileTime | None:
    seconds = int(getattr(meta, key))
    if not seconds:
        return None
    nanoseconds = int(getattr(meta, f"{key}_nano"))
    moment = datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds, microseconds=nanoseconds // 1000)
    precision = timedelta(microseconds=1) if nanoseconds else timedelta(seconds=1)
    return FileTime(moment.replace(tzinfo=None), moment, True, precision)
