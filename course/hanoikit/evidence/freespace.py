"""The space of an image that holds no present file: listed, searched, and compared with a known file.

>>> image.search(b"account,amount")                                           # doctest: +SKIP
[Hit(offset=54210, kind='slack', path='/short.bin')]
>>> str(image.trace(copy_from_the_server))                                    # doctest: +SKIP
'6,000 of 9,000 bytes found'

A file whose name was overwritten can still be there in part: in free clusters, and in the *slack* behind
the end of a shorter file that took its first clusters. What is found has no name and no time; numbers say
how much it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hanoikit.errors import UsageError
from hanoikit.evidence import fat
from hanoikit.evidence.files import FileSystem
from hanoikit.i18n import _

_SECTOR = 512
_STEP = 16 << 20  # how much of a free stretch is held in memory at a time


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
