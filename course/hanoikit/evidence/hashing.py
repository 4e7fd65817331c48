"""Digests of evidence: one pass over the bytes, any number of algorithms, a fixed amount of memory.

>>> import io
>>> digests = digest(io.BytesIO(b"seized"), algorithms=("md5", "sha256"))
>>> digests.size, digests["sha256"][:16]
(6, '9328405e0c9a0b49')
>>> equal(digests["sha256"], digests["sha256"].upper())
True

What an equal digest shows depends on who could have made the two files. ``standing("md5")`` says it, with
sources, and ``collision_pair()`` is the published proof: two different messages with one MD5.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from hanoikit import resources
from hanoikit.errors import EvidenceError, Finding, UsageError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from _hashlib import HASH as _Hash
else:
    _Hash = Any

ALGORITHMS: Mapping[str, str] = {
    "md5": "md5",
    "sha1": "sha1",
    "sha224": "sha224",
    "sha256": "sha256",
    "sha384": "sha384",
    "sha512": "sha512",
    "sha3-256": "sha3_256",
    "sha3-384": "sha3_384",
    "sha3-512": "sha3_512",
    "blake2b": "blake2b",
}
"""The algorithms by the name used here, with the name that ``hashlib`` uses."""

# A block that stays in the processor's cache is fastest for one algorithm; threads need larger ones to pay
# off.
_BLOCK = 1 << 18
_BLOCK_FOR_THREADS = 1 << 20

Progress = Callable[[int, int | None], None]
"""Called as ``progress(bytes_done, bytes_in_all_or_None)`` after each block."""


class Readable(Protocol):
    """What a stream must offer: ``read(n)`` that returns bytes, empty at the end."""

    def read(self, size: int, /) -> bytes: ...


def canonical(algorithm: str) -> str:
    """The name of an algorithm as this room writes it: ``"SHA-256"`` and ``"sha_256"`` are ``"sha256"``.

    :raises UsageError: the algorithm is not one of :data:`ALGORITHMS`.
    """
    bare = re.sub(r"[^a-z0-9]", "", algorithm.lower())
    for name in ALGORITHMS:
        if name.replace("-", "") == bare:
            return name
    raise UsageError(
        _("The kit does not know the digest algorithm “{name}”.").format(name=algorithm),
        next_step=_("Take one of: {names}.").format(names=", ".join(ALGORITHMS)),
    )


@dataclass(frozen=True, slots=True)
class Digests(Mapping[str, str]):
    """The digests of one thing: ``size`` in bytes, and each algorithm's digest in lower-case hexadecimal."""

    size: int
    values_by_algorithm: tuple[tuple[str, str], ...]

    def __getitem__(self, algorithm: str) -> str:
        try:
            return dict(self.values_by_algorithm)[canonical(algorithm)]
        except UsageError:
            raise KeyError(algorithm) from None

    def __iter__(self) -> Iterator[str]:
        return (name for name, _value in self.values_by_algorithm)

    def __len__(self) -> int:
        return len(self.values_by_algorithm)

    def __str__(self) -> str:
        lines = [f"{name}: {value}" for name, value in self.values_by_algorithm]
        return "\n".join([*lines, _("size: {size} bytes").format(size=f"{self.size:,}")])


def digest(
    source: str | os.PathLike[str] | Readable,
    algorithms: Sequence[str] = ("sha256",),
    *,
    progress: Progress | None = None,
) -> Digests:
    """Read a file (by path) or a binary stream once, from where it stands to its end, and return its digests.

    A stream is neither rewound nor closed. Memory stays near 2 MiB whatever the size. With several algorithms
    each one runs in a thread of its own, because hashing sets the interpreter free.

    :raises EvidenceError: the file is missing or cannot be read to its end.
    :raises UsageError: an algorithm is unknown, or the stream gives text instead of bytes.
    """
    names = tuple(dict.fromkeys(canonical(name) for name in algorithms))
    if not names:
        raise UsageError(_("No digest algorithm was asked for."), next_step=_("Take “sha256”."))
    if not isinstance(source, str | os.PathLike):
        return _digest_stream(source, names, None, progress)
    try:
        with Path(source).open("rb", buffering=0) as stream:
            return _digest_stream(stream, names, os.fstat(stream.fileno()).st_size, progress)
    except OSError as error:
        raise EvidenceError(
            _("The file cannot be read: {reason}.").format(reason=error.strerror or error),
            where=str(source),
            next_step=_("Check the name, and that the disk is connected."),
        ) from error


def digest_bytes(data: bytes | bytearray | memoryview, algorithms: Sequence[str] = ("sha256",)) -> Digests:
    """The digests of bytes that are in memory already."""
    values = tuple((name, _new(name, data).hexdigest()) for name in dict.fromkeys(map(canonical, algorithms)))
    return Digests(memoryview(data).nbytes, values)


def equal(first: str, second: str) -> bool:
    """Whether two hexadecimal digests are the same, in constant time; case and outer blanks do not count."""
    return hmac.compare_digest(first.strip().lower().encode(), second.strip().lower().encode())


def _new(name: str, data: bytes | bytearray | memoryview = b"") -> _Hash:
    # MD5 and SHA-1 serve to check old records here, so a machine in FIPS mode must still offer them.
    return hashlib.new(ALGORITHMS[name], data, usedforsecurity=False)


def _digest_stream(
    stream: Readable | BinaryIO | io.RawIOBase,
    names: tuple[str, ...],
    total: int | None,
    progress: Progress | None,
) -> Digests:
    hashes = [_new(name) for name in names]
    length = _BLOCK if len(names) == 1 else _BLOCK_FOR_THREADS
    blocks = _blocks(stream, length)
    first = next(blocks, None)
    size = 0
    if first is not None and (len(names) == 1 or len(first) < length):
        block: memoryview | None = first
        while block is not None:
            for each in hashes:
                each.update(block)
            size += len(block)
            if progress:
                progress(size, total)
            block = next(blocks, None)
    elif first is not None:
        size = _update_in_threads(hashes, first, blocks, total, progress)
    return Digests(size, tuple((name, each.hexdigest()) for name, each in zip(names, hashes, strict=True)))


def _update_in_threads(
    hashes: list[_Hash],
    first: memoryview,
    blocks: Iterator[memoryview],
    total: int | None,
    progress: Progress | None,
) -> int:
    size = 0
    block: memoryview | None = first
    with ThreadPoolExecutor(max_workers=min(len(hashes), os.cpu_count() or 1)) as pool:
        while block is not None:
            # The next block is read into the other buffer while this one is hashed.
            running: list[Future[None]] = [pool.submit(each.update, block) for each in hashes]
            following = next(blocks, None)
            for each in running:
                each.result()
            size += len(block)
            if progress:
                progress(size, total)
            block = following
    return size


def _blocks(stream: Readable | BinaryIO | io.RawIOBase, length: int) -> Iterator[memoryview]:
    """The stream in blocks, in two buffers by turns: a block is valid until the next but one is asked for."""
    read_into = getattr(stream, "readinto", None)
    if read_into is None:
        while data := stream.read(length):
            if not isinstance(data, bytes):
                raise UsageError(
                    _("A digest is taken of bytes; this stream gives text."),
                    next_step=_("Open the file in binary mode (“rb”)."),
                )
            yield memoryview(data)
        return
    buffers = [memoryview(bytearray(length)), None]
    turn = 0
    while True:
        buffer = buffers[turn]
        if buffer is None:
            buffer = buffers[turn] = memoryview(bytearray(length))
        filled = _fill(read_into, buffer)
        if filled:
            yield buffer[:filled]
        if filled < length:
            return
        turn ^= 1


def _fill(read_into: Callable[[memoryview], int | None], buffer: memoryview) -> int:
    filled = 0
    while filled < len(buffer):
        count = read_into(buffer[filled:])
        if count is None:
            raise EvidenceError(_("The stream has no bytes ready; a digest needs a stream that waits."))
        if count == 0:
            break
        filled += count
    return filled


# manifests


_HEX_LENGTHS = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_LINE = re.compile(r"(?P<escaped>\\?)(?P<hex>[0-9a-fA-F]+) (?P<mode>[ *])(?P<name>.+)", re.DOTALL)
_TAGGED = re.compile(
    r"(?P<escaped>\\?)(?P<tag>[A-Za-z0-9-]+) \((?P<name>.+)\) = (?P<hex>[0-9a-fA-F]+)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class ManifestLine:
    """One line of a manifest as ``sha256sum`` writes it: a digest and the name of its file."""

    name: str
    hex: str
    algorithm: str

    def __str__(self) -> str:
        return format_manifest_line(self.name, self.hex)


def format_manifest_line(name: str, hex_digest: str) -> str:
    """A line as ``sha256sum`` writes it, without the line end; line breaks in names are escaped its way."""
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if escaped == name else chr(92)}{hex_digest.lower()}  {escaped}"


def parse_manifest(text: str, *, where: str = "") -> list[ManifestLine]:
    """The lines of a manifest, in the plain (``<hex>  name``) or the tagged form (``SHA256 (name) = <hex>``).

    In the plain form the length of the digest tells the algorithm; 64 digits are read as SHA-256.

    :raises EvidenceError: some lines are neither; ``findings`` has one entry for each of them.
    """
    lines: list[ManifestLine] = []
    findings: list[Finding] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        parsed = _parse_line(line.rstrip("\r"))
        if parsed is None:
            findings.append(
                Finding(
                    "manifest-line",
                    _("This is not a digest with a file name."),
                    _("line {n}").format(n=number),
                )
            )
        else:
            lines.append(parsed)
    if findings:
        raise EvidenceError(
            _("The manifest has lines that cannot be read."),
            where=where or None,
            next_step=_("Write it again with sha256sum, or correct the lines named."),
            findings=findings,
        )
    return lines


def _parse_line(line: str) -> ManifestLine | None:
    if match := _LINE.fullmatch(line):
        algorithm = _HEX_LENGTHS.get(len(match["hex"]))
    elif match := _TAGGED.fullmatch(line):
        try:
            algorithm = canonical(match["tag"])
        except UsageError:
            return None
        if len(match["hex"]) != 2 * _new(algorithm).digest_size:
            return None
    if not match or not algorithm:
        return None
    name = match["name"]
    if match["escaped"]:
        name = re.sub(r"\\([\\nr])", lambda found: {"\\": "\\", "n": "\n", "r": "\r"}[found[1]], name)
    return ManifestLine(name, match["hex"].lower(), algorithm)


# what a digest still shows


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from, and how far it was checked (``mark``)."""

    text: str
    url: str
    mark: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What an algorithm still shows, and what it does not, as of a date.

    A *collision* is a pair of files made together to share a digest. A *second pre-image* is a file made to
    fit the digest of a file that somebody else made. The first breaks identity between files of one maker;
    only the second would break the check that a seized file has not changed.
    """

    algorithm: str
    name: str
    bits: int
    specified: str
    collision: str
    collision_since: int | None
    second_preimage: str
    still_shows: str
    does_not_show: str
    use: str
    as_of: str
    sources: tuple[Source, ...]

    def __str__(self) -> str:
        shows = _("Still shows: {text}").format(text=self.still_shows)
        shows_not = _("Does not show: {text}").format(text=self.does_not_show)
        return "\n".join([f"{self.name} ({self.as_of})", shows, shows_not, self.use])


def standing(algorithm: str) -> Standing:
    """What ``algorithm`` still shows about evidence, with sources (``assets/evidence/hash-standing.json``).

    :raises UsageError: the kit holds no statement on this algorithm.
    """
    data = _standings()
    key = canonical(algorithm)
    facts = data["algorithms"].get(key)
    if facts is None:
        raise UsageError(
            _("The kit holds no statement on {name}.").format(name=key),
            next_step=_("Ask about one of: {names}.").format(names=", ".join(data["algorithms"])),
        )
    text = {name: _(facts[name]) for name in ("still_shows", "does_not_show", "use")}
    sources = tuple(Source(**source) for source in data["sources"][key])
    return Standing(algorithm=key, as_of=data["as_of"], sources=sources, **{**facts, **text})


def standings() -> tuple[Standing, ...]:
    """Every statement that :func:`standing` can give, from the weakest algorithm to the strongest."""
    return tuple(standing(name) for name in _standings()["algorithms"])


@lru_cache(maxsize=1)
def _standings() -> dict[str, Any]:
    path = resources.assets() / "evidence" / "hash-standing.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def collision_pair() -> tuple[bytes, bytes]:
    """The published pair of 128-byte messages with one MD5 (Wang, Feng, Lai, Yu 2004), six bits apart.

    Add the same bytes behind both, and the two MD5 digests stay equal; the SHA-256 digests differ.
    """
    folder = resources.assets() / "evidence" / "md5-collision"
    return (folder / "first.bin").read_bytes(), (folder / "second.bin").read_bytes()


def differing_bits(first: bytes, second: bytes) -> int:
    """In how many bits two byte strings of equal length differ.

    :raises UsageError: the lengths differ.
    """
    if len(first) != len(second):
        raise UsageError(_("Two byte strings of different length cannot be compared bit by bit."))
    return sum((a ^ b).bit_count() for a, b in zip(first, second, strict=True))
