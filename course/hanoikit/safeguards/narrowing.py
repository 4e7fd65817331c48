"""The minimum that is necessary: which parts of a request stay, which go, and why.

>>> found = narrow(case_file("night-shift"))
>>> found.keep, found.remove
(('a', 'b'), ('c', 'd'))
>>> score(case_file("night-shift"), ["a", "b", "c"]).share  # doctest: +ELLIPSIS
0.5...

A part may serve a need only if it intrudes no more than the stakes and the weight of that need allow. Of all sets of
parts that answer every need that can be answered, the one with the fewest points stays: found by trying them all, so
it is the best one and not a good guess. Score of a choice = needs kept x excess removed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.safeguards.intrusion import Intrusion, intrusion
from hanoikit.safeguards.model import CaseFile
from hanoikit.safeguards.reading import UNKNOWN, Reading
from hanoikit.safeguards.tables import allowance

MOST_PARTS = 14
"""All sets of parts are tried; with more parts than this that would take too long."""
IF_UNKNOWN = "serious"
"""The stakes that are taken while nothing says how grave the case is."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The smallest set of parts that is enough. Parts are named by their letters, in the order of the file.

    ``not_needed`` answer no open need, ``too_deep`` would answer one but intrude too much; together they are
    ``remove``. ``neutral`` stand in some of several equally good sets. ``unanswered`` are the needs that stay open.
    """

    keep: tuple[str, ...]
    not_needed: tuple[str, ...]
    too_deep: tuple[str, ...]
    neutral: tuple[str, ...]
    unanswered: tuple[str, ...]
    intrusions: dict[str, Intrusion]
    weights: dict[str, int]
    allowed: dict[str, int]
    why: dict[str, str]

    @property
    def remove(self) -> tuple[str, ...]:
        """Everything that goes, in the order of the file."""
        gone = {*self.not_needed, *self.too_deep}
        return tuple(letter for letter in self.intrusions if letter in gone)


@dataclass(frozen=True, slots=True)
class Score:
    """What a choice of parts is worth: shares from 0 to 1, and their product."""

    needs_kept: float
    excess_removed: float

    @property
    def share(self) -> float:
        return self.needs_kept * self.excess_removed


def narrow(file: CaseFile | Reading) -> Narrowing:
    """The minimum of this file. Raises ``UsageError`` for a request with more than 14 parts."""
    reading = file if isinstance(file, Reading) else Reading(file)
    parts = reading.file.parts
    if len(parts) > MOST_PARTS:
        raise UsageError(
            _("A request with more than {most} parts cannot be narrowed exactly.").format(most=MOST_PARTS)
        )
    stakes = IF_UNKNOWN if reading.stakes == UNKNOWN else reading.stakes
    weight_of = {need.id: need.weight for need in reading.file.needs}
    counted = {part.id: intrusion(part, reading) for part in parts}
    answers = {part.id: reading.answers(part) for part in parts}
    serves = {
        name: frozenset(n for n in needs if counted[name].points <= allowance(stakes, weight_of[n]))
        for name, needs in answers.items()
    }
    bit = {need: 1 << place for place, need in enumerate(weight_of)}
    best = _best(
        tuple(counted[part.id].points for part in parts),
        tuple(sum(bit[n] for n in serves[part.id]) for part in parts),
    )
    letters = tuple(part.id for part in parts)
    chosen = {name for place, name in enumerate(letters) if best[0] >> place & 1}
    some = {name for place, name in enumerate(letters) if any(one >> place & 1 for one in best)}
    always = {name for place, name in enumerate(letters) if all(one >> place & 1 for one in best)}
    open_needs = set(weight_of) - {n for name in chosen for n in answers[name]}
    deep = {name for name in letters if name not in chosen and answers[name] & open_needs}
    # A part that is too deep was judged by the needs that nothing else answers; so it is shown by those.
    judged = {name: answers[name] & open_needs if name in deep else answers[name] for name in letters}
    weights = {name: max((weight_of[n] for n in judged[name]), default=0) for name in letters}
    allowed = {name: allowance(stakes, weights[name]) if weights[name] else 0 for name in letters}
    return Narrowing(
        keep=tuple(name for name in letters if name in chosen),
        not_needed=tuple(name for name in letters if name not in chosen | deep),
        too_deep=tuple(name for name in letters if name in deep),
        neutral=tuple(name for name in letters if name in some - always),
        unanswered=tuple(need for need in weight_of if need in open_needs),
        intrusions=counted,
        weights=weights,
        allowed=allowed,
        why={
            name: _why(
                name, chosen, allowed if name in deep else {}, some - always, answers, counted, reading.file
            )
            for name in letters
        },
    )


@lru_cache(maxsize=4096)
def _best(cost: tuple[int, ...], serves: tuple[int, ...]) -> tuple[int, ...]:
    """The best sets of parts as bit masks: all that can be served, then fewest points, then fewest parts.

    The first one is the earliest in the order of the file.
    """
    full = 0
    for mask in serves:
        full |= mask
    found: list[int] = []
    least: tuple[int, int] | None = None
    covered, spent = [0] * (1 << len(cost)), [0] * (1 << len(cost))
    for one in range(1 << len(cost)):
        if one:
            low = (one & -one).bit_length() - 1
            rest = one & (one - 1)
            covered[one] = covered[rest] | serves[low]
            spent[one] = spent[rest] + cost[low]
        if covered[one] != full:
            continue
        price = (spent[one], one.bit_count())
        if least is None or price < least:
            least, found = price, [one]
        elif price == least:
            found.append(one)
    return tuple(found)


def _why(
    name: str,
    chosen: Collection[str],
    deep: Mapping[str, int],
    neutral: Collection[str],
    answers: dict[str, frozenset[str]],
    counted: dict[str, Intrusion],
    file: CaseFile,
) -> str:
    texts = {need.id: _(need.text) for need in file.needs}
    if name in chosen:
        return _("Stays: it answers “{need}” with the least intrusion.").format(
            need=" ".join(texts[n] for n in texts if n in answers[name])
        )
    if name in deep:
        return _("Goes: it has {points} points. What only it would answer is worth {most} here.").format(
            points=counted[name].points, most=deep[name]
        )
    if not answers[name]:
        return _("Goes: it answers no question of the case.")
    others = ", ".join(other for other in sorted(chosen) if answers[other] & answers[name])
    if name in neutral:
        return _("Goes, but could stay instead: {others} answers the same with as little intrusion.").format(
            others=others
        )
    return _("Goes: {others} answers the same with less intrusion.").format(others=others)


def score(file: CaseFile, kept: Sequence[str]) -> Score:
    """What keeping these parts is worth. Parts that are not in the request raise ``UsageError``.

    ``needs_kept``: weight of the needs that the kept parts answer, of those that the minimum answers.
    ``excess_removed``: points removed, of the points beyond the minimum (the removing counts only as far as that).
    """
    for letter in kept:
        file.part(letter)
    reading = Reading(file)
    best = narrow(reading)
    weight_of = {need.id: need.weight for need in file.needs}
    answered = set(weight_of) - set(best.unanswered)
    got = {n for letter in kept for n in reading.answers(file.part(letter))} & answered
    whole = sum(weight_of[n] for n in answered)
    total = sum(one.points for one in best.intrusions.values())
    least = sum(best.intrusions[letter].points for letter in best.keep)
    spent = sum(best.intrusions[letter].points for letter in set(kept))
    return Score(
        needs_kept=sum(weight_of[n] for n in got) / whole if whole else 1.0,
        excess_removed=1.0 if total == least else min(1.0, (total - spent) / (total - least)),
    )
