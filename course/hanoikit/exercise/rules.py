"""The published rules for partial credit. Each returns the share earned, from 0 to 1.

>>> choices({"a", "b"}, key={"a", "c"})
0.0
>>> order(["a", "c", "b"], key=["a", "b", "c"])
0.3333333333333333

The rules are made so that answering without reading earns little: choosing everything, a random order, the
same match throughout or a guess earn about nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime


def choice(given: str, *, key: str | Collection[str]) -> float:
    """1 for the right option (or one of several right ones), else 0."""
    return float(given == key if isinstance(key, str) else given in key)


def choices(given: Collection[str], *, key: Collection[str]) -> float:
    """(right options chosen - wrong options chosen) / number of right options, never below 0."""
    right = len(set(given) & set(key))
    wrong = len(set(given) - set(key))
    return max(0.0, (right - wrong) / len(set(key)))


def order(given: Sequence[str], *, key: Sequence[str | Collection[str]]) -> float:
    """Of all pairs of items, the share standing in the right order, s; the result is 2 s - 1, never below 0.

    A random order has half of its pairs right and so earns about 0. Items that the key groups together may
    stand in any order among themselves: their pair does not count.
    """
    rank = {
        item: place
        for place, group in enumerate(key)
        for item in ([group] if isinstance(group, str) else group)
    }
    pairs = [
        (rank[first], rank[second])
        for place, first in enumerate(given)
        for second in given[place + 1 :]
        if rank[first] != rank[second]
    ]
    share = sum(first < second for first, second in pairs) / len(pairs)
    return max(0.0, 2 * share - 1)


def match(given: Mapping[str, str | None], *, key: Mapping[str, str], choices: int) -> float:
    """The share of right matches corrected for guessing: (share - 1/choices) / (1 - 1/choices), never below
    0.

    ``choices`` is the number of right-hand options.
    """
    share = sum(given.get(left) == right for left, right in key.items()) / len(key)
    chance = 1 / choices
    return max(0.0, (share - chance) / (1 - chance))


def number(
    given: float, *, key: float, tolerance: float = 0, bands: Mapping[float, float] | None = None
) -> float:
    """1 within ``tolerance`` of the key (same unit); ``bands`` may give a share for wider distances; else
    0."""
    # A hair of slack, so that 0.1 + 0.2 is 0.3; far below any tolerance an author means.
    distance = abs(given - key) - 1e-12 * max(abs(given), abs(key))
    if distance <= tolerance:
        return 1.0
    return max((share for width, share in (bands or {}).items() if distance <= width), default=0.0)


def moment(
    given: datetime, *, key: datetime, tolerance: float = 0, bands: Mapping[float, float] | None = None
) -> float:
    """1 when the two instants are within ``tolerance`` seconds, whatever their zones; ``bands`` as for
    numbers."""
    distance = abs((given - key).total_seconds())
    if distance <= tolerance:
        return 1.0
    return max((share for width, share in (bands or {}).items() if distance <= width), default=0.0)


def provision(given: str, *, key: str | Collection[str], partial: Mapping[str, float] | None = None) -> float:
    """1 for the key (or one of several accepted), the published share for those in ``partial``, else 0."""
    if given == key if isinstance(key, str) else given in key:
        return 1.0
    return (partial or {}).get(given, 0.0)
