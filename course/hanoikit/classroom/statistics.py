"""What marks say about questions: difficulty, discrimination, distractors; and when they say nothing.

>>> difficulty([1.0, 0.5, 0.0, 0.5])
0.5
>>> item_rest([0, 1, 1], [2, 3, 5]) is None     # too few to say
True

Plain functions over shares (points earned / points possible, 0 to 1). Discrimination is the corrected
item-rest correlation: the question against the rest of the test without it. Under :data:`ENOUGH` hand-ins
it is not given at all, because a small class can show any value by chance.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence

ENOUGH = 30
"""Hand-ins from which discrimination is reported; below it, chance alone moves it by more than its
useful range.
"""


def difficulty(shares: Sequence[float]) -> float | None:
    """The mean share of the points that was earned (p): 1 everybody all of it, 0 nobody anything."""
    return sum(shares) / len(shares) if shares else None


def interval(
    shares: Sequence[float], *, rng: random.Random, rounds: int = 1000
) -> tuple[float, float] | None:
    """A 95 % bootstrap interval for the difficulty; ``None`` for fewer than five hand-ins."""
    if len(shares) < 5:
        return None
    means = sorted(sum(rng.choices(shares, k=len(shares))) / len(shares) for _round in range(rounds))
    return means[int(0.025 * rounds)], means[int(0.975 * rounds) - 1]


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


def _variance(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)


def distractors(chosen: Iterable[str | None], options: Sequence[str]) -> dict[str, int]:
    """How often each option was chosen, in the author's order; ``""`` counts those who chose nothing."""
    counts = Counter("" if letter is None else letter for letter in chosen)
    return {option: counts.get(option, 0) for option in options} | {"": counts.get("", 0)}
