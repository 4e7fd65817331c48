"""The container of an E01 image (Expert Witness Format), checked before any of its content is trusted.

>>> container = read_container("disk.E01")                                    # doctest: +SKIP
>>> container.headers["case_number"], container.stored_hashes["md5"]          # doctest: +SKIP
>>> container.check_chunks()                                                  # doctest: +SKIP
[]

libewf, which reads the content, fills a damaged chunk with zeros silently, opens a truncated file as if it
were whole, and gives the acquisition date in the zone of the machine. The container holds what is needed to
do better: a checksum for each section and each chunk, and the date as an instant.

Layout after J. Metz, "Expert Witness Compression Format specification" (EWF-E01).
"""

from __future__ import annotations

import string
import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path

from hanoikit.errors import Finding, ImageDamaged
from hanoikit.i18n import _

SIGNATURE = b"EVF\x09\x0d\x0a\xff\x00"
_OTHER_SIGNATURES = {
    b"EVF2\r\n\x81\x00": "Ex01",
    b"LVF\x09\x0d\x0a\xff\x00": "L01",
    b"LEF2\r\n\x81\x00": "Lx01",
}
_DESCRIPTOR = 76
_HEADER_KEYS = {
    "a": "description",
    "c": "case_number",
    "n": "evidence_number",
    "e": "examiner_name",
    "t": "notes",
    "av": "software_version",
    "ov": "operating_system",
    "m": "acquired_at",
    "u": "system_date",
    "md": "model",
    "sn": "serial_number",
}


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the medium as it is stored: in which segment, where, how long, and whether compressed."""

    segment: int
    offset: int
    length: int
    compressed: bool


@dataclass(slots=True)
class Container:
    """What an E01 container says about itself, and every oddity that reading it has shown (``findings``)."""

    segments: list[Path]
    headers: dict[str, str] = field(default_factory=dict)
    stored_hashes: dict[str, str] = field(default_factory=dict)
    acquired_at: datetime | None = None
    media_size: int = 0
    chunk_size: int = 0
    chunk_count: int = 0
    chunks: list[Chunk] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether every byte of the medium is within reach, damaged or not."""
        return bool(self.chunk_count) and len(self.chunks) == self.chunk_count

    def check_chunks(self, *, progress: Callable[[int, int | None], None] | None = None) -> list[Finding]:
        """Check every chunk against its own checksum; one finding for each run of damaged chunks."""
        damaged: list[int] = []
        streams = [path.open("rb") for path in self.segments]
        try:
            for number, chunk in enumerate(self.chunks):
                stream = streams[chunk.segment]
                stream.seek(chunk.offset)
                if not _is_sound(stream.read(chunk.length), chunk.compressed, self._length_of(number)):
                    damaged.append(number)
                if progress and number % 256 == 255:
                    progress(min((number + 1) * self.chunk_size, self.media_size), self.media_size)
        finally:
            for stream in streams:
                stream.close()
        return [self._chunk_finding(first, last) for first, last in _runs(damaged)]

    def _length_of(self, number: int) -> int:
        return min(self.chunk_size, self.media_size - number * self.chunk_size)

    def _chunk_finding(self, first: int, last: int) -> Finding:
        start, end = first * self.chunk_size, min((last + 1) * self.chunk_size, self.media_size)
        message = _(
            "{count:,} bytes of the medium, {start:,} to {end:,}, fail the checksum stored beside them."
        )
        return Finding(
            "chunk-damaged",
            message.format(count=end - start, start=start, end=end - 1),
            _("chunk {n}").format(n=first if first == last else f"{first}-{last}"),
            ("ISO/IEC 27037",),
        )


def read_container(path: str | PathLike[str]) -> Container:
    """Walk through the sections of an E01 image and of its further segments (E02, E03 ...).

    Damage that leaves the medium readable stands in ``Container.findings``.

    :raises ImageDamaged: this is no E01 image, its first segment or a later one is missing, or it breaks off.
    """
    first = Path(path)
    _check_signature(first)
    container = Container(segments=_segment_paths(first))
    last_type = ""
    for number, segment in enumerate(container.segments):
        last_type = _read_segment(container, number, segment)
    mixed = [finding for finding in container.findings if finding.code == "segment-number"]
    if mixed:
        raise ImageDamaged(
            _("The files of the image are out of order or belong to different images."),
            where=first.name,
            next_step=_("Copy all files of the image (E01, E02, E03 ...) again, under the names they had."),
            findings=[*mixed, *(finding for finding in container.findings if finding not in mixed)],
        )
    if last_type == "next":
        missing = segment_name(first, len(container.segments) + 1)
        container.findings.insert(0, Finding("segment-missing", _("This file is missing."), missing.name))
        raise ImageDamaged(
            _("The image continues in a file that is not here."),
            where=missing.name,
            next_step=_(
                "Copy all files of the image (E01, E02, E03 ...) into one folder and open the E01 again."
            ),
            findings=container.findings,
        )
    if not container.whole:
        raise ImageDamaged(
            _(
                "The image is cut off or its tables are damaged: {have:,} of {all:,} pieces can be reached."
            ).format(have=len(container.chunks), all=container.chunk_count)
            if container.chunk_count
            else _("The image breaks off before it says how large the medium is."),
            where=first.name,
            next_step=_(
                "Copy the image again from where it was stored, and compare its digest with the record."
            ),
            findings=container.findings,
        )
    return container


def segment_name(first: Path, number: int) -> Path:
    """The name of segment ``number`` (1 is the first): E01 to E99, then EAA to EZZ, FAA and on."""
    lower = first.suffix[1:2].islower()
    letter = first.suffix[1:2].upper() or "E"
    if number <= 99:
        extension = f"{letter}{number:02d}"
    else:
        rest = number - 100
        third, second, leading = rest % 26, rest // 26 % 26, rest // 676
        letters = string.ascii_uppercase
        extension = f"{chr(ord(letter) + leading)}{letters[second]}{letters[third]}"
    return first.with_suffix("." + (extension.lower() if lower else extension))


def _check_signature(path: Path) -> None:
    with path.open("rb") as stream:
        start = stream.read(13)
    if start[:8] in _OTHER_SIGNATURES:
        raise ImageDamaged(
            _("This is an image of the format {name}, which the kit does not read.").format(
                name=_OTHER_SIGNATURES[start[:8]]
            ),
            where=path.name,
            next_step=_("Export it as E01 or as a raw image first."),
        )
    if start[:8] != SIGNATURE:
        raise ImageDamaged(
            _("This file does not begin as an E01 image does."),
            where=path.name,
            next_step=_("Check that the right file was copied, and copy it again from the original."),
        )
    number = int.from_bytes(start[9:11], "little")
    if len(start) == 13 and number != 1:
        raise ImageDamaged(
            _("This is segment {n} of an image, not the first one.").format(n=number),
            where=path.name,
            next_step=_("Open the file that ends in E01."),
        )


def _segment_paths(first: Path) -> list[Path]:
    paths = [first]
    while (following := segment_name(first, len(paths) + 1)).is_file():
        paths.append(following)
    return paths


def _read_segment(container: Container, number: int, path: Path) -> str:
    """Read one segment's sections into ``container``; return the type of the last section that was found."""
    size = path.stat().st_size

    def note(code: str, message: str, offset: int) -> None:
        where = _("{file}, byte {offset}").format(file=path.name, offset=offset)
        container.findings.append(Finding(code, message, where))

    with path.open("rb") as stream:
        start = stream.read(13)
        if start[:9] != SIGNATURE + b"\x01" or start[11:13] != b"\0\0":
            note("segment-header", _("The first bytes are not those of an E01 segment."), 0)
        if int.from_bytes(start[9:11], "little") != number + 1:
            message = _("The file calls itself segment {n}, but stands in place {place}.")
            note(
                "segment-number", message.format(n=int.from_bytes(start[9:11], "little"), place=number + 1), 9
            )
        offset, last_type, data_end = 13, "", 0
        while True:
            stream.seek(offset)
            descriptor = stream.read(_DESCRIPTOR)
            if len(descriptor) < _DESCRIPTOR:
                note("truncated", _("The file ends here, but a section should follow."), offset)
                return last_type if last_type in ("next", "done") else ""
            kind = descriptor[:16].rstrip(b"\0").decode("latin-1")
            following, length = struct.unpack_from("<QQ", descriptor, 16)
            if zlib.adler32(descriptor[:72]) != int.from_bytes(descriptor[72:], "little"):
                note("section-checksum", _("The description of a section fails its checksum."), offset)
                return last_type if container.whole else ""
            last_type = kind
            if kind in ("next", "done"):
                if offset + _DESCRIPTOR < size:
                    note(
                        "trailing-bytes", _("Bytes follow after the end of the image."), offset + _DESCRIPTOR
                    )
                return kind
            body = offset + _DESCRIPTOR
            if following <= offset or following > size:
                note("truncated", _("The section “{name}” reaches past the end.").format(name=kind), offset)
                following = 0
            if kind == "sectors":
                data_end = offset + length
            elif following:
                stream.seek(body)
                _read_section(container, number, kind, stream.read(following - body), data_end, body, note)
            if not following:
                return ""
            offset = following


Note = Callable[[str, str, int], None]


def _read_section(
    container: Container, segment: int, kind: str, body: bytes, data_end: int, offset: int, note: Note
) -> None:
    if kind in ("header", "header2"):
        try:
            text = zlib.decompress(body)
            _read_header(container, text.decode("utf-16" if kind == "header2" else "latin-1"), kind)
        except (zlib.error, UnicodeDecodeError, ValueError):
            note("header-damaged", _("The case details of the image cannot be read."), offset)
    elif kind in ("volume", "disk", "data"):
        if not _checked(body, 1048):
            note("volume-damaged", _("The description of the medium fails its checksum."), offset)
        elif kind != "data":
            count, per_chunk, sector = struct.unpack_from("<III", body, 4)
            container.chunk_count, container.chunk_size = count, per_chunk * sector
            container.media_size = int.from_bytes(body[16:24], "little") * sector
    elif kind in ("table", "table2"):
        chunks = _read_table(segment, body, data_end)
        if chunks is None:
            note("table-damaged", _("A table of pieces fails its checksum."), offset)
        elif kind == "table":
            container.chunks.extend(chunks)
        elif chunks and chunks[0] not in container.chunks[-len(chunks) :]:
            # The second copy of the table stands in for a first one that is damaged.
            container.chunks.extend(chunks)
    elif kind in ("hash", "digest"):
        if not _checked(body, 32 if kind == "hash" else 76):
            note("hash-damaged", _("The stored digest fails its own checksum."), offset)
            return
        if any(body[:16]):
            container.stored_hashes["md5"] = body[:16].hex()
        if kind == "digest" and any(body[16:36]):
            container.stored_hashes["sha1"] = body[16:36].hex()


def _checked(body: bytes, length: int) -> bool:
    """Whether the Adler-32 that follows ``length`` bytes fits them."""
    stored = body[length : length + 4]
    return len(stored) == 4 and zlib.adler32(body[:length]) == int.from_bytes(stored, "little")


def _read_header(container: Container, text: str, kind: str) -> None:
    lines = text.lstrip("﻿").replace("\r\n", "\n").split("\n")
    keys, values = lines[2].split("\t"), lines[3].split("\t")
    found = {
        _HEADER_KEYS[key]: value for key, value in zip(keys, values, strict=False) if key in _HEADER_KEYS
    }
    for name in ("acquired_at", "system_date"):
        stored = found.get(name, "")
        if kind == "header2" and stored.isdigit():
            moment = datetime.fromtimestamp(int(stored), tz=UTC)
            found[name] = moment.isoformat()
            if name == "acquired_at":
                container.acquired_at = moment
        elif stored:
            # The old header keeps the machine's local time and does not say which zone that was.
            year, month, day, hour, minute, second = (int(part) for part in stored.split())
            found[name] = datetime(year, month, day, hour, minute, second).isoformat()
    for name, value in found.items():
        if value:
            container.headers.setdefault(name, value)


def _read_table(segment: int, body: bytes, data_end: int) -> list[Chunk] | None:
    if not _checked(body, 20):
        return None
    count = int.from_bytes(body[:4], "little")
    base = int.from_bytes(body[8:16], "little")
    entries = body[24 : 24 + 4 * count]
    footer = body[24 + 4 * count : 28 + 4 * count]
    if len(footer) < 4 or zlib.adler32(entries) != int.from_bytes(footer, "little"):
        return None
    numbers = struct.unpack(f"<{count}I", entries)
    offsets = [base + (number & 0x7FFFFFFF) for number in numbers]
    ends = [*offsets[1:], data_end]
    return [
        Chunk(segment, start, end - start, bool(number >> 31))
        for number, start, end in zip(numbers, offsets, ends, strict=True)
    ]


def _is_sound(stored: bytes, compressed: bool, length: int) -> bool:
    if compressed:
        try:
            # zlib carries an Adler-32 of the plain bytes and checks it here.
            return len(zlib.decompress(stored)) >= length
        except zlib.error:
            return False
    return len(stored) >= length + 4 and zlib.adler32(stored[:-4]) == int.from_bytes(stored[-4:], "little")


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    position = 0
    while position < len(numbers):
        shifted = [number - index for index, number in enumerate(numbers)]
        end = bisect_right(shifted, shifted[position]) - 1
        yield numbers[position], numbers[end]
        position = end + 1
