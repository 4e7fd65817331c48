"""The FAT file system read by hand: dates, directory entries, and which clusters belong to whom.

>>> decode_timestamp(0x5C21, 0x6C20)
datetime.datetime(2026, 1, 1, 13, 33)
>>> decode_timestamp(0, 0) is None
True

FAT keeps local time and no zone, in steps of two seconds (creation: ten milliseconds; last access: the date
only). A library that turns these numbers into an instant must guess a zone, and some take the zone of the
machine it runs on. So the kit reads the sixteen bits itself and lets the examiner state the zone.

Layout after Microsoft's "FAT: General Overview of On-Disk Format", version 1.03, and ECMA-107.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from hanoikit.errors import ImageDamaged
from hanoikit.i18n import _

Read = Callable[[int, int], bytes]
"""``read(offset, size)``: bytes of the volume, counted from its first byte."""

ENTRY_SIZE = 32
_FIRST_INODE = 3  # the sleuthkit numbers directory entries from 3 on; 2 is the root directory
_LONG_NAME, _VOLUME_LABEL, _DIRECTORY = 0x0F, 0x08, 0x10
_DELETED, _END = 0xE5, 0x00


def decode_date(value: int) -> date | None:
    """A sixteen-bit FAT date: 7 bits of years since 1980, 4 of month, 5 of day; 0 is none."""
    try:
        return date(1980 + (value >> 9), (value >> 5) & 0x0F, value & 0x1F)
    except ValueError:
        return None


def decode_timestamp(date_value: int, time_value: int, tenths: int = 0) -> datetime | None:
    """A FAT date and time as a local time without zone; ``None`` where the disk holds none, or an impossible
    one.

    The time has 5 bits of hours, 6 bits of minutes and 5 bits of double seconds; ``tenths`` (creation time
    only) counts hundredths of a second from 0 to 199, in spite of its name in the standard.
    """
    day = decode_date(date_value)
    hours, minutes, seconds = time_value >> 11, (time_value >> 5) & 0x3F, (time_value & 0x1F) * 2
    if day is None or hours > 23 or minutes > 59 or seconds > 58 or tenths > 199:
        return None
    return datetime(day.year, day.month, day.day, hours, minutes, seconds) + timedelta(
        milliseconds=tenths * 10
    )


def encode_timestamp(moment: datetime) -> tuple[int, int]:
    """The two sixteen-bit numbers (date, time) that FAT stores for a local time from 1980 to 2107."""
    day = (moment.year - 1980) << 9 | moment.month << 5 | moment.day
    return day, moment.hour << 11 | moment.minute << 5 | moment.second // 2


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """The 32 bytes of one directory entry. Times are local, without zone; ``accessed`` is a date only."""

    raw: bytes
    short_name: str
    deleted: bool
    attributes: int
    created: datetime | None
    modified: datetime | None
    accessed: date | None
    first_cluster: int
    size: int

    @property
    def is_directory(self) -> bool:
        """Whether the entry names a directory."""
        return self.attributes & _DIRECTORY != 0

    @property
    def is_label(self) -> bool:
        """Whether the entry is the volume's label, or part of a long name, and so no file at all."""
        return self.attributes & _VOLUME_LABEL != 0


def decode_entry(raw: bytes) -> DirectoryEntry:
    """Decode one directory entry. A deleted one has lost the first character of its name (``_``)."""
    (name, attributes, _nt, tenths, c_time, c_date, a_date, high, m_time, m_date, low, size) = struct.unpack(
        "<11sBBBHHHHHHHI", raw[:ENTRY_SIZE]
    )
    deleted = name[0] == _DELETED
    first = b"_" if deleted else b"\xe5" if name[0] == 0x05 else name[:1]
    base = (first + name[1:8]).decode("cp437").rstrip()
    extension = name[8:].decode("cp437").rstrip()
    return DirectoryEntry(
        raw=raw[:ENTRY_SIZE],
        short_name=f"{base}.{extension}" if extension else base,
        deleted=deleted,
        attributes=attributes,
        created=decode_timestamp(c_date, c_time, tenths),
        modified=decode_timestamp(m_date, m_time),
        accessed=decode_date(a_date),
        first_cluster=high << 16 | low,
        size=size,
    )


class Volume:
    """A FAT12, FAT16 or FAT32 volume: where its clusters lie and which of them are free.

    :raises ImageDamaged: the boot sector does not describe a FAT volume.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        boot = read(0, 512)
        if len(boot) < 512 or boot[510:512] != b"\x55\xaa":
            raise ImageDamaged(_("The volume has no FAT boot sector."))
        layout: tuple[int, ...] = struct.unpack_from("<HBHBHH", boot, 11)
        self.sector_size, per_cluster, reserved, self.fat_count, root_entries, small_total = layout
        fat_size = int.from_bytes(boot[22:24], "little") or int.from_bytes(boot[36:40], "little")
        total = small_total or int.from_bytes(boot[32:36], "little")
        if (
            self.sector_size not in (512, 1024, 2048, 4096)
            or per_cluster not in (1, 2, 4, 8, 16, 32, 64, 128)
            or not (reserved and self.fat_count and fat_size and total)
        ):
            raise ImageDamaged(_("The FAT boot sector holds impossible values."))
        self.cluster_size = per_cluster * self.sector_size
        self.size = total * self.sector_size
        self._fat_offset = reserved * self.sector_size
        self._fat_bytes: int = fat_size * self.sector_size
        self._root_offset = self._fat_offset + self.fat_count * self._fat_bytes
        root_size = -(-root_entries * ENTRY_SIZE // self.sector_size) * self.sector_size
        self._data_offset = self._root_offset + root_size
        self.cluster_count = max(0, self.size - self._data_offset) // self.cluster_size
        # The number of clusters alone decides the type, whatever the label in the boot sector says.
        self.bits = 12 if self.cluster_count < 4085 else 16 if self.cluster_count < 65525 else 32
        self._end = {12: 0xFF8, 16: 0xFFF8, 32: 0x0FFFFFF8}[self.bits]

    @property
    def kind(self) -> str:
        """``"FAT12"``, ``"FAT16"`` or ``"FAT32"``."""
        return f"FAT{self.bits}"

    @cached_property
    def _fat(self) -> bytes:
        return self._read(self._fat_offset, self._fat_bytes)

    def next_cluster(self, cluster: int) -> int:
        """What the first FAT says about a cluster: 0 for free, else the next cluster or an end mark."""
        if self.bits == 12:
            pair = int.from_bytes(self._fat[cluster * 3 // 2 : cluster * 3 // 2 + 2], "little")
            return pair >> 4 if cluster & 1 else pair & 0xFFF
        width = self.bits // 8
        return int.from_bytes(self._fat[cluster * width : (cluster + 1) * width], "little") & 0x0FFFFFFF

    def is_cluster(self, cluster: int) -> bool:
        """Whether the number is that of a data cluster of this volume."""
        return 2 <= cluster < self.cluster_count + 2

    def is_free(self, cluster: int) -> bool:
        """Whether no file holds the cluster now."""
        return self.next_cluster(cluster) == 0

    def chain(self, first: int) -> list[int]:
        """The clusters of a file that is not deleted, in order; ends at a loop or a number out of range."""
        clusters: list[int] = []
        seen: set[int] = set()
        while self.is_cluster(first) and first not in seen:
            clusters.append(first)
            seen.add(first)
            first = self.next_cluster(first)
        return clusters

    def clusters(self) -> range:
        """The numbers of all data clusters."""
        return range(2, self.cluster_count + 2)

    def cluster_offset(self, cluster: int) -> int:
        """Where a cluster begins, in bytes from the volume's first byte."""
        return self._data_offset + (cluster - 2) * self.cluster_size

    def entry_offset(self, inode: int) -> int | None:
        """Where the directory entry of the sleuthkit's ``inode`` lies; ``None`` for the virtual ones."""
        offset = self._root_offset + (inode - _FIRST_INODE) * ENTRY_SIZE
        return offset if inode >= _FIRST_INODE and offset + ENTRY_SIZE <= self.size else None

    def entry(self, inode: int) -> DirectoryEntry | None:
        """The directory entry of the sleuthkit's ``inode``; ``None`` where no file's entry lies."""
        offset = self.entry_offset(inode)
        raw = self._read(offset, ENTRY_SIZE) if offset is not None else b""
        if len(raw) < ENTRY_SIZE or raw[0] == _END or raw[11] & _LONG_NAME == _LONG_NAME:
            return None
        return decode_entry(raw)
