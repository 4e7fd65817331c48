"""What is left of deleted files: their content, as far as it is still theirs.

>>> recovered = image.recover(entry)                                          # doctest: +SKIP
>>> recovered.size_recovered, recovered.size_recorded, recovered.complete     # doctest: +SKIP
(4096, 9000, False)

A deleted file on FAT keeps its first cluster's number and its size, nothing else. Whether the clusters behind
them are still its own is a question of evidence: this module looks up who holds each of them now, and says so
in numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hanoikit.errors import EvidenceError, UsageError
from hanoikit.evidence import fat, hashing
from hanoikit.evidence.files import FileEntry, FileSystem
from hanoikit.i18n import _

_SECTOR = 512


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
