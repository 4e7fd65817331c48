"""PDQ, a perceptual hash of 256 bits: pictures that look alike have hashes that differ in few bits.

>>> from hanoikit.victims import drawing, perceptual_hash
>>> one, smaller = drawing(3), drawing(3).resize((160, 120))
>>> distance(perceptual_hash(one).bits, perceptual_hash(smaller).bits) <= 31
True

Written from Meta's description of the algorithm (github.com/facebook/ThreatExchange, folder ``pdq``), with numpy only,
because the compiled bindings have no ready-made package for every machine of a class. A test holds it to hashes that
the bindings ``pdqhash`` 0.2.8 made. Two programs may still differ in a bit or two where a value lies at the median:
the hash is made for comparing, never for proving that two files are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from hanoikit.errors import UsageError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from PIL.Image import Image

BITS = 256
SIDE, KEPT = 64, 16
"""The picture becomes 64 x 64 values of grey, and of its frequencies 16 x 16 are kept."""

PLACEMENTS = (
    "as-is",
    "mirrored",
    "upside-down",
    "half-turn",
    "transposed",
    "quarter-left",
    "quarter-right",
    "anti-transposed",
)
"""The eight ways in which a rectangle can be laid on itself (the dihedral group of the square)."""


@dataclass(frozen=True, slots=True)
class PerceptualHash:
    """``bits``: 64 hexadecimal digits; ``quality``: 0 (flat, nothing to compare) to 100."""

    bits: str
    quality: int


def perceptual_hash(picture: Image) -> PerceptualHash:
    """The PDQ hash and quality of a picture. Raises ``UsageError`` when a side is shorter than 5 pixels."""
    frequencies, quality = _frequencies(picture)
    return PerceptualHash(_bits(frequencies), quality)


def dihedral_hashes(picture: Image) -> Mapping[str, PerceptualHash]:
    """The hash in all eight placements, from one pass: mirroring and turning only change signs and axes.

    A list that holds all eight finds mirrored and turned copies. It costs eight places instead of one, and eight times
    as many chances of a false match.
    """
    import numpy

    found, quality = _frequencies(picture)
    # The first frequency is odd, the second even, ...: mirroring turns the sign of the odd ones along that axis.
    signs = numpy.array([-1.0 if index % 2 == 0 else 1.0 for index in range(KEPT)])
    across, down, turned = signs[None, :], signs[:, None], found.T
    placed = (
        found,
        found * across,
        found * down,
        found * across * down,
        turned,
        turned * down,
        turned * across,
        turned * across * down,
    )
    return {
        name: PerceptualHash(_bits(values), quality) for name, values in zip(PLACEMENTS, placed, strict=True)
    }


def distance(one: str, other: str) -> int:
    """How many of the 256 bits differ (Hamming distance). Raises ``UsageError`` for text that is no hash."""
    return (_number(one) ^ _number(other)).bit_count()


def _number(bits: str) -> int:
    try:
        if len(bits) == BITS // 4:
            return int(bits, 16)
    except ValueError:
        pass
    raise UsageError(
        _("This is not a PDQ hash: {text}").format(text=bits[:70]),
        next_step=_("A PDQ hash has 64 digits from 0 to 9 and a to f."),
    )


def _frequencies(picture: Image) -> tuple[Any, int]:
    import numpy

    values = numpy.asarray(picture.convert("RGB"), dtype=numpy.float64)
    rows, columns = values.shape[:2]
    if min(rows, columns) < 5:
        raise UsageError(
            _("The picture is too small for a perceptual hash: {w} × {h} pixels.").format(w=columns, h=rows),
            next_step=_("Take one with at least 5 pixels on each side."),
        )
    grey = values @ numpy.array([0.299, 0.587, 0.114])
    for _pass in range(2):
        grey = _smoothed(_smoothed(grey.T, columns).T, rows)
    middle = numpy.arange(SIDE) + 0.5
    small = grey[numpy.ix_((middle * rows / SIDE).astype(int), (middle * columns / SIDE).astype(int))]
    waves = _waves()
    return waves @ small @ waves.T, _quality(small)


def _smoothed(grey: Any, length: int) -> Any:
    """Means along the first axis over a window that grows with the picture; shorter ones at its edges."""
    import numpy

    window = (length + 2 * SIDE - 1) // (2 * SIDE)
    after = (window + 2) // 2 - 1
    before = window - after - 1
    sums = numpy.concatenate([numpy.zeros((1, grey.shape[1])), numpy.cumsum(grey, axis=0)])
    place = numpy.arange(length)
    low, high = numpy.maximum(place - before, 0), numpy.minimum(place + after + 1, length)
    return (sums[high] - sums[low]) / (high - low)[:, None]


@cache
def _waves() -> Any:
    """The 16 x 64 matrix of the discrete cosine transform, without its constant row."""
    import numpy

    wave, place = numpy.arange(1, KEPT + 1)[:, None], numpy.arange(SIDE)[None, :]
    return numpy.sqrt(2 / SIDE) * numpy.cos(numpy.pi / (2 * SIDE) * wave * (2 * place + 1))


def _quality(small: Any) -> int:
    import numpy

    steps = sum(
        int(numpy.abs(numpy.trunc(numpy.diff(small, axis=axis) * 100 / 255)).sum()) for axis in (0, 1)
    )
    return min(100, steps // 90)


def _bits(frequencies: Any) -> str:
    import numpy

    values = frequencies.ravel()
    median = numpy.sort(values)[BITS // 2 - 1]
    number = sum(1 << int(place) for place in numpy.flatnonzero(values > median))
    return f"{number:0{BITS // 4}x}"
