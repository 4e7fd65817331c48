"""The ways that value took from a theft to a holder: what an officer shows a court.

>>> for way in paths(found, to="lot:3", most=3):          # doctest: +SKIP
...     print(way.strength, [step.move for step in way.steps])

A graph with mixtures has more ways than anybody can read, so they come strongest first. The strength of a way is the
part of the lot's stolen value that came by it, if every mixture on the way is split in proportion.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.recovery.tracing import Trace


@dataclass(frozen=True, slots=True)
class Step:
    """One lot on the way and the move that made it. The first step is the source and may have no move."""

    lot: str
    holder: str
    value: int
    stolen: int
    unit: str
    move: str
    at: int
    kind: str


@dataclass(frozen=True, slots=True)
class Path:
    """A way from a source to a lot. ``strength`` is between 0 and 1."""

    steps: tuple[Step, ...]
    strength: float

    @property
    def source(self) -> str:
        return self.steps[0].lot

    @property
    def end(self) -> str:
        return self.steps[-1].lot

    @property
    def holders(self) -> tuple[str, ...]:
        """Who had the value, one after the other, without repeats in a row."""
        names: list[str] = []
        for step in self.steps:
            if not names or names[-1] != step.holder:
                names.append(step.holder)
        return tuple(names)


def paths(found: Trace, *, to: str, most: int = 5, tries: int = 20_000) -> tuple[Path, ...]:
    """Up to ``most`` ways to the lot ``to``, the strongest first; of equal ones the shorter.

    Searches back from the lot. After ``tries`` steps it gives what it has, and at least the way that follows the
    greatest part back at every mixture. Empty when no stolen value is in the lot. Raises UsageError for a lot that is
    not there.
    """
    if most < 1:
        raise UsageError(_("Ask for one way at least."))
    flow = found.flow
    end = flow.numbered(to)
    if not found.amounts[end]:
        return ()
    sources = {flow.number[name] for name in found.sources}
    queue: list[tuple[float, int, tuple[int, ...]]] = [(-1.0, 1, (end,))]
    ways: list[Path] = []
    while queue and len(ways) < most and tries:
        tries -= 1
        strength, length, way = heapq.heappop(queue)
        if way[0] in sources:
            ways.append(_path(found, way, -strength))
            continue
        for lot, part in _before(found, way[0]):
            heapq.heappush(queue, (strength * part, length + 1, (lot, *way)))
    return tuple(ways) or (_greedy(found, end, sources),)


def _before(found: Trace, lot: int) -> list[tuple[int, float]]:
    """The lots with stolen value that went into this one, each with its part of the whole."""
    move = found.flow.made_by[lot]
    inputs = found.flow.inputs[move] if move >= 0 else ()
    whole = sum(found.amounts[before] for before in inputs)
    return [(before, found.amounts[before] / whole) for before in inputs if found.amounts[before]]


def _greedy(found: Trace, end: int, sources: set[int]) -> Path:
    way, strength = [end], 1.0
    while way[0] not in sources:
        lot, part = max(_before(found, way[0]), key=lambda one: one[1])
        way.insert(0, lot)
        strength *= part
    return _path(found, way, strength)


def _path(found: Trace, way: Iterable[int], strength: float) -> Path:
    flow = found.flow
    steps = []
    for lot in way:
        move = flow.made_by[lot]
        steps.append(
            Step(
                flow.lot_ids[lot],
                flow.holders[lot],
                flow.values[lot],
                found.amounts[lot],
                flow.units[lot],
                flow.move_ids[move] if move >= 0 else "",
                flow.ats[move] if move >= 0 else 0,
                flow.kinds[move] if move >= 0 else "",
            )
        )
    return Path(tuple(steps), strength)


def paths_to_holder(found: Trace, *, holder: str, most: int = 5) -> tuple[Path, ...]:
    """Ways to what the holder still has: to each lot its strongest, the lots with the most stolen value first."""
    flow = found.flow
    lots = [
        n
        for n, amount in enumerate(found.amounts)
        if amount and flow.holders[n] == holder and flow.spent_by[n] < 0
    ]
    lots.sort(key=lambda n: (-found.amounts[n], n))
    ways: list[Path] = []
    for n in lots[:most]:
        ways += paths(found, to=flow.lot_ids[n], most=1)
    return tuple(ways)
