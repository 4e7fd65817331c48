"""What is left of deleted files: their content, as far as it is still theirs, and remains without a name.

>>> recovered = image.recover(entry)                                          # doctest: +SKIP
>>> recovered.size_recovered, recovered.size_recorded, recovered.complete     # doctest: +SKIP
(4096, 9000, False)

A deleted file on FAT keeps its first cluster's number and its size, nothing else. Whether the clusters behind
them are still its own is a question of evidence: this module looks up who holds each of them now, and says so
in numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hanoikit.errors import EvidenceError, UsageError
from hanoikit.evidence import fat, hashing
from hanoikit.evidence.files import FileEntry, FileSystem
from hanoikit.i18n import _

_SECTOR = 512
_STEP = 16 << 20  # how much of a free stretch is held in memory at a time


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a deleted file that is no longer its own: where in that file, and how many bytes."""

    offset: int
    size: int
    owner: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """What could be recovered of one file.

    ``data`` has the recorded size, with zeros in place of each of the ``gaps``; ``size_recovered`` counts the
    bytes that no other file has taken. ``complete`` means that every byte is there as far as the file system
    can tell; only a digest recorded while the file existed proves that they are the file's own.
    """

    entry: FileEntry
    data: bytes
    size_recorded: int
    size_recovered: int
    complete: bool
    note: str
    gaps: tuple[Gap, ...] = ()

    @property
    def sha256(self) -> str:
        """The SHA-256 of ``data``, to compare with a record."""
        return hashing.digest_bytes(self.data)["sha256"]

    def __str__(self) -> str:
        return _("{path}: {have:,} of {all:,} bytes recovered. {note}").format(
            path=self.entry.path, have=self.size_recovered, all=self.size_recorded, note=self.note
        )


@dataclass(frozen=True, slots=True)
class Extent:
    """A stretch of the image that holds no content of a present file.

    ``kind`` is ``"free"`` (clusters of no file), ``"slack"`` (behind the end of the file ``path``, in its
    last cluster) or ``"unclaimed"`` (on other file systems than FAT: blocks of no listed file, which can be
    the system's).
    """

    offset: int
    size: int
    kind: str
    path: str = ""

    @property
    def end(self) -> int:
        """The first byte behind the stretch."""
        return self.offset + self.size


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a pattern was found in space that holds no present file."""

    offset: int
    kind: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Carved:
    """A piece of content without a name, from ``offset`` in the image on."""

    offset: int
    data: bytes

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Match:
    """``size`` bytes from ``offset`` in a known file that stand at ``image_offset`` in the image."""

    offset: int
    size: int
    image_offset: int


@dataclass(frozen=True, slots=True)
class Trace:
    """How much of a known file is still found in space that holds no present file."""

    size: int
    matches: tuple[Match, ...]

    @property
    def size_found(self) -> int:
        """How many of the file's bytes were found."""
        return sum(match.size for match in self.matches)

    def __str__(self) -> str:
        return _("{found:,} of {all:,} bytes found").format(found=self.size_found, all=self.size)


def recover(system: FileSystem, entry: FileEntry) -> Recovered:
    """The content of a file, present or deleted; never an error for what is gone: ``gaps`` and ``note`` say
    it.

    :raises UsageError: the entry is a folder.
    """
    if entry.is_directory:
        raise UsageError(_("“{path}” is a folder; choose a file.").format(path=entry.path))
    if system.fat is None:
        return _recover_elsewhere(system, entry)
    if entry.allocated:
        return _read_present(system, system.fat, entry)
    return _recover_deleted(system, system.fat, entry)


def _read_present(system: FileSystem, volume: fat.Volume, entry: FileEntry) -> Recovered:
    clusters = volume.chain(entry.first_cluster or 0)
    data = b"".join(system.read(volume.cluster_offset(number), volume.cluster_size) for number in clusters)
    data = data[: entry.size]
    missing = entry.size - len(data)
    note = _("The file is present, not deleted.")
    gaps: tuple[Gap, ...] = ()
    if missing:
        note = _("The file is present, but its chain of clusters ends early.")
        gaps = (Gap(len(data), missing, ""),)
    return Recovered(entry, data + bytes(missing), entry.size, len(data), not missing, note, gaps)


def _recover_deleted(system: FileSystem, volume: fat.Volume, entry: FileEntry) -> Recovered:
    first, step = entry.first_cluster or 0, volume.cluster_size
    if entry.size and not volume.is_cluster(first):
        gap = Gap(0, entry.size, "")
        note = _("The directory entry does not say where the content began.")
        return Recovered(entry, bytes(entry.size), entry.size, 0, False, note, (gap,))
    data = bytearray(entry.size)
    gaps: list[Gap] = []
    for start in range(0, entry.size, step):
        number, length = first + start // step, min(step, entry.size - start)
        taken, owner = _taken(system, volume, number)
        taken = min(taken, length)
        content = system.read(volume.cluster_offset(number), length) if volume.is_cluster(number) else b""
        if len(content) < length:
            content, taken, owner = bytes(length), length, _("(behind the end of the image)")
        data[start + taken : start + length] = content[taken:]
        if taken:
            gaps.append(Gap(start, taken, owner))
    lost = sum(gap.size for gap in gaps)
    merged = _merged(gaps)
    note = _deleted_note(entry, merged, lost)
    return Recovered(entry, bytes(data), entry.size, entry.size - lost, not lost, note, merged)


def _taken(system: FileSystem, volume: fat.Volume, number: int) -> tuple[int, str]:
    """How many bytes at the start of a cluster belong to another file now, and to which."""
    if not volume.is_cluster(number) or volume.is_free(number):
        return 0, ""
    owner = system.owners().get(number)
    if owner is None:
        return volume.cluster_size, _("(a file without a name)")
    if owner.entry.is_directory:
        return volume.cluster_size, owner.entry.path
    used = owner.entry.size - owner.position * volume.cluster_size
    # Systems write whole sectors, so the rest of the owner's last sector does not count as the old file's.
    return min(volume.cluster_size, -(-max(0, used) // _SECTOR) * _SECTOR), owner.entry.path


def _deleted_note(entry: FileEntry, gaps: Sequence[Gap], lost: int) -> str:
    if not entry.size:
        return _("The entry records a size of 0; there is no content to recover.")
    if lost:
        owners = ", ".join(dict.fromkeys(gap.owner for gap in gaps))
        message = _(
            "{lost:,} of {all:,} bytes now belong to: {owners}. The rest may be the deleted file's own; "
            "compare it with a copy or a recorded digest."
        )
        return message.format(lost=lost, all=entry.size, owners=owners)
    return _(
        "No present file has taken its clusters. FAT keeps only the first cluster of a deleted file, so this "
        "assumes that the content lay in one piece; a recorded digest would prove it."
    )


def _merged(gaps: list[Gap]) -> tuple[Gap, ...]:
    merged: list[Gap] = []
    for gap in gaps:
        if merged and merged[-1].owner == gap.owner and merged[-1].offset + merged[-1].size == gap.offset:
            merged[-1] = Gap(merged[-1].offset, merged[-1].size + gap.size, gap.owner)
        else:
            merged.append(gap)
    return tuple(merged)


def _recover_elsewhere(system: FileSystem, entry: FileEntry) -> Recovered:
    parts: list[bytes] = []
    position = 0
    try:
        file = system.open(entry.inode)
        while position < entry.size:
            part = file.read_random(position, min(1 << 20, entry.size - position))
            if not part:
                break
            parts.append(part)
            position += len(part)
    except OSError:
        pass
    taken = [] if entry.allocated else _overlaps(system, entry)
    lost = (entry.size - position) + sum(gap.size for gap in taken)
    if entry.allocated:
        note = _("The file is present, not deleted.")
    else:
        note = _("Present files hold {lost:,} of its bytes now.").format(lost=lost) if lost else ""
        note = note or _("No present file has taken its blocks; a recorded digest would prove the content.")
    data = bytearray(b"".join(parts) + bytes(entry.size - position))
    for gap in taken:
        data[gap.offset : gap.offset + gap.size] = bytes(gap.size)
    gaps = tuple(taken) + ((Gap(position, entry.size - position, ""),) if position < entry.size else ())
    return Recovered(entry, bytes(data), entry.size, max(0, entry.size - lost), not lost, note, gaps)


def _overlaps(system: FileSystem, entry: FileEntry) -> list[Gap]:
    others = [
        (run.offset, run.offset + run.size, other.path)
        for other in system.entries("UTC")
        if other.allocated and other.inode != entry.inode
        for run in other.runs
    ]
    gaps, position = [], 0
    for run in entry.runs:
        for start, end, path in others:
            low, high = max(start, run.offset), min(end, run.offset + run.size)
            within = position + low - run.offset
            if low < high and within < entry.size:
                gaps.append(Gap(within, min(high - low, entry.size - within), path))
        position += run.size
    return sorted(gaps, key=lambda gap: gap.offset)


# space without a present file


def unallocated(system: FileSystem) -> tuple[Extent, ...]:
    """Every stretch of the volume that holds no content of a present file, in the order of the image."""
    return tuple(_fat_extents(system, system.fat) if system.fat else _other_extents(system))


def _fat_extents(system: FileSystem, volume: fat.Volume) -> Iterator[Extent]:
    owners = system.owners()
    free_from: int | None = None
    for number in [*volume.clusters(), None]:
        free = number is not None and volume.is_free(number)
        if free and free_from is None:
            free_from = number
        if free_from is not None and not free:
            behind = number if number is not None else volume.clusters().stop
            size = (behind - free_from) * volume.cluster_size
            yield Extent(system.offset + volume.cluster_offset(free_from), size, "free")
            free_from = None
        owner = owners.get(number) if number is not None else None
        if number is not None and owner and not owner.entry.is_directory:
            used = max(0, owner.entry.size - owner.position * volume.cluster_size)
            if used < volume.cluster_size:
                offset = system.offset + volume.cluster_offset(number) + used
                yield Extent(offset, volume.cluster_size - used, "slack", owner.entry.path)


def _other_extents(system: FileSystem) -> Iterator[Extent]:
    held = sorted(
        (run.offset, run.offset + run.size)
        for entry in system.entries("UTC")
        if entry.allocated
        for run in entry.runs
    )
    position = system.offset
    for start, end in [*held, (system.offset + system.size,) * 2]:
        if start > position:
            yield Extent(position, start - position, "unclaimed")
        position = max(position, end)


def search(system: FileSystem, pattern: bytes) -> list[Hit]:
    """Where ``pattern`` stands in space that holds no present file.

    :raises UsageError: the pattern is empty.
    """
    _need(pattern)
    extents = unallocated(system)
    hits = []
    for start, end in _regions(extents):
        for offset in _find(system, pattern, start, end):
            extent = next(each for each in extents if each.offset <= offset < each.end)
            hits.append(Hit(offset, extent.kind, extent.path))
    return hits


def carve(system: FileSystem, pattern: bytes) -> list[Carved]:
    """The content around each place where ``pattern`` stands in space that holds no present file.

    A piece reaches back and on to the nearest empty sector (all zeros) or present file, and loses the zeros
    at its end. It can hold parts of more than one former file: it has no name, no times and no recorded size.
    """
    _need(pattern)
    carved: list[Carved] = []
    for start, end in _regions(unallocated(system)):
        covered = start
        for offset in _find(system, pattern, start, end):
            if offset < covered:
                continue
            low = _reach(system, offset, start, back=True)
            high = _reach(system, offset, end, back=False)
            data = system.read(low - system.offset, high - low).rstrip(b"\0")
            carved.append(Carved(low, data))
            covered = high
    return carved


def trace(system: FileSystem, original: bytes) -> Trace:
    """How much of a known file (a copy from elsewhere) is still found in space that holds no present file.

    Compares whole sectors, then reaches out byte by byte at both ends of what matched. Sectors of zeros count
    for nothing, because they are everywhere.
    """
    wanted: dict[bytes, int] = {}
    for start in range(0, len(original), _SECTOR):
        block = original[start : start + _SECTOR]
        if any(block):
            wanted.setdefault(block, start)
    tail = len(original) - len(original) % _SECTOR
    matches: dict[int, int] = {}
    edges: dict[int, tuple[int, int]] = {}
    for start, end in _regions(unallocated(system)):
        aligned = -(-start // _SECTOR) * _SECTOR
        for offset in range(aligned, end, _SECTOR):
            sector = system.read(offset - system.offset, min(_SECTOR, end - offset))
            found = wanted.get(sector)
            if found is None and tail < len(original) and sector[: len(original) - tail] == original[tail:]:
                found = tail if any(original[tail:]) else None
            if found is not None and found not in matches:
                matches[found], edges[found] = offset, (start, end)
    return Trace(len(original), tuple(_joined(system, original, matches, edges)))


def _joined(
    system: FileSystem, original: bytes, matches: dict[int, int], edges: dict[int, tuple[int, int]]
) -> Iterator[Match]:
    reached = 0
    pending: list[tuple[int, int, int]] = []  # offset in the file, length, offset in the image
    for found in sorted(matches):
        place, length = matches[found], min(_SECTOR, len(original) - found)
        if pending and (last := pending[-1]) and last[0] + last[1] == found and last[2] + last[1] == place:
            pending[-1] = (last[0], last[1] + length, last[2])
        else:
            pending.append((found, length, place))
    for offset, length, place in pending:
        low, high = edges[offset][0], offset + length
        edge = edges[max(found for found in matches if found < high)][1]
        before = system.read(max(low, place - _SECTOR) - system.offset, place - max(low, place - _SECTOR))
        while offset > reached and before and before[-1] == original[offset - 1]:
            before, offset, place = before[:-1], offset - 1, place - 1
        behind = place + high - offset
        after = system.read(behind - system.offset, min(_SECTOR, edge - behind))
        for value in after:
            if high < len(original) and original[high] == value:
                high += 1
            else:
                break
        yield Match(offset, high - offset, place)
        reached = high


def _need(pattern: bytes) -> None:
    if not pattern:
        raise UsageError(_("Searching needs a pattern of at least one byte."))


def _regions(extents: Sequence[Extent]) -> Iterator[tuple[int, int]]:
    """Extents that touch each other, taken together: the slack of a file often continues in free clusters."""
    start = end = -1
    for extent in extents:
        if extent.offset != end:
            if end > start:
                yield start, end
            start = extent.offset
        end = extent.end
    if end > start:
        yield start, end


def _find(system: FileSystem, pattern: bytes, start: int, end: int) -> Iterator[int]:
    position = start
    while position < end:
        data = system.read(position - system.offset, min(_STEP + len(pattern) - 1, end - position))
        at = data.find(pattern)
        while 0 <= at < _STEP:
            yield position + at
            at = data.find(pattern, at + 1)
        position += _STEP


def _reach(system: FileSystem, offset: int, limit: int, *, back: bool) -> int:
    """From ``offset`` sector by sector to the nearest empty sector or to ``limit``."""
    edge = offset - offset % _SECTOR + (0 if back else _SECTOR)
    while (edge > limit) if back else (edge < limit):
        start = edge - _SECTOR if back else edge
        sector = system.read(max(start, limit if back else start) - system.offset, _SECTOR)
        if not any(sector[: _SECTOR if not back else min(_SECTOR, edge - limit)]):
            break
        edge += -_SECTOR if back else _SECTOR
    return max(edge, limit) if back else min(edge, limit)


def of_volume(systems: Sequence[FileSystem], number: int) -> FileSystem:
    """The file system that an entry names.

    :raises EvidenceError: the image has no such volume.
    """
    if 0 <= number < len(systems):
        return systems[number]
    raise EvidenceError(
        _("The image has no volume {n}.").format(n=number),
        next_step=_("Take the entry from this image's own list of files."),
    )
