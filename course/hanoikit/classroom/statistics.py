"""What marks say about questions: difficulty, discrimination, distractors; and when they say nothing.

>>> difficulty([1.0, 0.5, 0.0, 0.5])
0.5
>>> item_rest([0, 1, 1], [2, 3, 5]) is None     # too few to say
True

Plain functions over shares (points earned / points possible, 0 to 1). Discrimination is the corrected
item-rest correlation: the question against the rest of the test without it. Under :data:`ENOUGH` hand-ins
it is not given at all, because a small class can show any value by chance. Every figure has a 95 % interval.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

ENOUGH = 30
"""Hand-ins from which discrimination is reported; below it, chance alone moves it by more than its
useful range.
"""


def difficulty(shares: Sequence[float]) -> float | None:
    """The mean share of the points that was earned (p): 1 everybody all of it, 0 nobody anything."""
    return sum(shares) / len(shares) if shares else None


FEW = 5
"""Hand-ins from which an interval for a difficulty is given."""
_Z = 1.959964


def interval(shares: Sequence[float]) -> tuple[float, float] | None:
    """A 95 % interval for the difficulty (Wilson's score interval); ``None`` for fewer than five hand-ins.

    Exact in its meaning for right-or-wrong questions; with partial points it is a little too wide, never too narrow,
    because shares between 0 and 1 scatter less than zeros and ones. Where everybody earned all points it still says how
    far a class of this size can tell.
    """
    n = len(shares)
    if n < FEW:
        return None
    p, square = sum(shares) / n, _Z * _Z
    middle = (p + square / (2 * n)) / (1 + square / n)
    half = _Z / (1 + square / n) * math.sqrt(p * (1 - p) / n + square / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def correlation_interval(correlation: float | None, n: int) -> tuple[float, float] | None:
    """A 95 % interval for a correlation over ``n`` hand-ins (Fisher's z)."""
    if correlation is None or n < 4:
        return None
    if abs(correlation) >= 1.0:
        return correlation, correlation
    z, half = math.atanh(correlation), _Z / math.sqrt(n - 3)
    return math.tanh(z - half), math.tanh(z + half)


def item_rest(item: Sequence[float], total: Sequence[float], *, enough: int = ENOUGH) -> float | None:
    """The corrected item-rest correlation (Pearson) of one question.

    ``item`` and ``total`` are points, one for each hand-in; the item is taken out of the total. ``None``
    with fewer than ``enough`` hand-ins, or when one side does not vary.
    """
    if len(item) != len(total):
        raise ValueError("item and total have different lengths")
    if len(item) < enough:
        return None
    rest = [whole - part for part, whole in zip(item, total, strict=True)]
    return _pearson(item, rest)


def _pearson(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread_x = math.fsum((x - mean_x) ** 2 for x in xs)
    spread_y = math.fsum((y - mean_y) ** 2 for y in ys)
    if spread_x < 1e-12 or spread_y < 1e-12:
        return None
    together = math.fsum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    return together / math.sqrt(spread_x * spread_y)


def quality(correlation: float | None) -> str:
    """Ebel's words for a discrimination: a rule of thumb, and a negative one means: look at the key first."""
    if correlation is None:
        return "too few to say"
    if correlation < 0:
        return "negative: check the key"
    if correlation < 0.20:
        return "revise"
    if correlation < 0.30:
        return "marginal"
    return "good" if correlation < 0.40 else "very good"


def judged(correlation: float | None, span: tuple[float, float] | None) -> str:
    """What a discrimination says, as far as its interval carries it; the threshold is Ebel's .20."""
    if correlation is None or span is None:
        return "too few to say"
    low, high = span
    if high < 0:
        return "negative: check the key"
    if high < 0.20:
        return "revise"
    return "tells people apart" if low >= 0.20 else "interval too wide to judge"


def alpha(points: Sequence[Sequence[float]], *, enough: int = ENOUGH) -> float | None:
    """Cronbach's alpha; ``points`` has one row for each hand-in. ``None`` where it cannot be said."""
    if len(points) < enough or not points[0] or len(points[0]) < 2:
        return None
    items = len(points[0])
    whole = _variance([sum(row) for row in points])
    if whole < 1e-12:
        return None
    parts = sum(_variance([row[place] for row in points]) for place in range(items))
    return items / (items - 1) * (1 - parts / whole)


def alpha_interval(
    points: Sequence[Sequence[float]], *, seed: int = 0, rounds: int = 1000
) -> tuple[float, float] | None:
    """A 95 % bootstrap interval for :func:`alpha` over hand-ins, the same for the same seed. ``None`` where
    alpha is.
    """
    if alpha(points) is None:
        return None
    import numpy

    table = numpy.asarray(points, dtype=float)
    n, items = table.shape
    drawn = table[numpy.random.default_rng(seed).integers(0, n, size=(rounds, n))]
    whole = drawn.sum(axis=2).var(axis=1, ddof=1)
    parts = drawn.var(axis=1, ddof=1).sum(axis=1)
    sound = whole > 1e-12
    found = items / (items - 1) * (1 - parts[sound] / whole[sound])
    low, high = numpy.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def error_of_measurement(points: Sequence[Sequence[float]]) -> float | None:
    """The standard error of measurement in points: how far a total may be off by chance. ``None`` where alpha is."""
    reliability = alpha(points)
    if reliability is None:
        return None
    return math.sqrt(_variance([sum(row) for row in points]) * (1 - max(0.0, reliability)))


def outnumbers(one: int, other: int) -> bool:
    """Whether ``one`` is more than ``other`` beyond chance (exact sign test, one-sided, 5 %)."""
    n = one + other
    if one <= other:
        return False
    return bool(sum(math.comb(n, k) for k in range(one, n + 1)) / 2**n < 0.05)


def _variance(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)


def distractors(chosen: Iterable[str | None], options: Sequence[str]) -> dict[str, int]:
    """How often each option was chosen, in the author's order; ``""`` counts those who chose nothing."""
    counts = Counter("" if letter is None else letter for letter in chosen)
    return {option: counts.get(option, 0) for option in options} | {"": counts.get("", 0)}
