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


def gate(
    decision: str | None,
    facts: Collection[str],
    *,
    key: str | Collection[str],
    carry: Collection[str] = (),
    bear: Collection[str] = (),
) -> float:
    """One row of a review: nothing for a wrong decision, else 1 if a fact in ``carry`` is named, less 0.5 for each
    named fact that has no bearing on it; never below 0.

    A row without ``carry`` needs no facts and earns 1 for its decision. Facts that carry a decision bear on it.
    """
    if not choice(decision or "", key=key):
        return 0.0
    if not carry:
        return 1.0
    beside = len(set(facts) - set(carry) - set(bear))
    return max(0.0, bool(set(facts) & set(carry)) - 0.5 * beside)


def narrow(kept: Collection[str], *, needed: Collection[str], excess: Collection[str]) -> float:
    """(needed parts kept / needed) x (excess parts removed / excess).

    Keeping everything and removing everything both earn 0. Parts in neither list are neutral; an empty list counts as
    kept, or removed, in full.
    """
    stays = len(set(kept) & set(needed)) / len(set(needed)) if needed else 1.0
    goes = len(set(excess) - set(kept)) / len(set(excess)) if excess else 1.0
    return stays * goes


def confidence(percent: Mapping[str, float | None], *, key: Mapping[str, bool]) -> float:
    """The Brier score: the mean over the statements of 1 - 4 (p - t)^2, never below 0 for the whole.

    p is the percentage / 100 and t is 1 for a true statement and 0 for a false one. 50 % earns 0 and counts where
    nothing is said; sure and right earns 1, sure and wrong loses 3. Saying what one believes earns most on average.
    """
    shares = [brier(percent.get(statement), truth=truth) for statement, truth in key.items()]
    return max(0.0, sum(shares) / len(shares))


def brier(percent: float | None, *, truth: bool) -> float:
    """What one statement adds to the mean: 1 - 4 (p - t)^2, from -3 to 1."""
    p = 0.5 if percent is None else percent / 100
    return 1 - 4 * (p - truth) ** 2


def weighted(shares: Sequence[tuple[float, float]]) -> float:
    """The mean of (share, weight) pairs: how a document is put together from its elements."""
    return sum(share * weight for share, weight in shares) / sum(weight for _share, weight in shares)
