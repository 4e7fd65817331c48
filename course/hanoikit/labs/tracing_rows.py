"""A trace as rows on a line of time: a row for each holder, a crossing for each move from one holder to another.

>>> drawing = rows_of(trace, case)                       # doctest: +SKIP
>>> len(drawing.rows), len(drawing.crossings)            # doctest: +SKIP
(17, 96)

What one holder does alone (a peeling chain, the balance of an account) happens inside its row; lawful customers and
people in mixtures share one row each. So two thousand lots and moves become some twenty rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hanoikit.i18n import _
from hanoikit.recovery import Case, Kind, Trace
from hanoikit.recovery.routes import Path

ORDER = (
    Kind.VICTIM,
    Kind.HELPER,
    Kind.SERVICE,
    Kind.OFFENDER,
    Kind.MERCHANT,
    Kind.RELATIVE,
    Kind.CUSTOMER,
    Kind.UNKNOWN,
)
BIN = 2 * 3600
"""Moves between the same two rows within this many seconds are drawn as one."""


@dataclass(slots=True)
class Row:
    """A holder, or a group of holders that stand together. ``spans`` are (from, to) in seconds with stolen value."""

    id: str
    name: str
    kind: Kind
    members: set[str] = field(default_factory=set)
    spans: list[tuple[int, int]] = field(default_factory=list)
    stolen: dict[str, int] = field(default_factory=dict)
    """Unit to the stolen value that is still there."""
    lots: int = 0


@dataclass(slots=True)
class Crossing:
    """Moves from one row to another within one bin: how many, and how much stolen value by unit."""

    at: int
    start: str
    end: str
    moves: int = 0
    stolen: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that the figure and its table show."""

    rows: tuple[Row, ...]
    crossings: tuple[Crossing, ...]
    lawful: tuple[Crossing, ...]
    start: int
    end: int
    nodes: int

    def place(self, row: str) -> int:
        """The number of the row from the top."""
        return next(n for n, one in enumerate(self.rows) if one.id == row)


def row_of(case: Case, holder: str) -> tuple[str, str, Kind]:
    """The row of a holder: its id, its name, its kind."""
    if holder.startswith("mixer-"):
        return "mixers", _("Lawful people in the mixtures"), Kind.CUSTOMER
    if holder.startswith("customer-"):
        return "customers", _("Lawful customers of the pool"), Kind.CUSTOMER
    person = case.holder(holder)
    return person.id, person.name, person.kind


def rows_of(trace: Trace, case: Case, *, everything: bool = False) -> Drawing:
    """The rows and crossings of a trace; with ``everything`` also what is lawful."""
    flow = trace.flow
    end = max(flow.ats) + 6 * 3600
    rows: dict[str, Row] = {}
    for n, holder in enumerate(flow.holders):
        amount = trace.amounts[n]
        if not amount and not everything:
            continue
        key, name, kind = row_of(case, holder)
        row = rows.setdefault(key, Row(key, name, kind))
        row.members.add(holder)
        row.lots += 1
        if amount:
            made, spent = flow.made_by[n], flow.spent_by[n]
            last = flow.ats[spent] if spent >= 0 else end
            row.spans.append((flow.ats[made] if made >= 0 else last, last))
            if spent < 0:
                unit = flow.units[n]
                row.stolen[unit] = row.stolen.get(unit, 0) + amount
    for row in rows.values():
        row.spans = _joined(row.spans)
    thefts = _thefts(trace, case, rows)
    crossings = (*thefts, *_crossings(trace, case, trace.moves, stolen=True))
    lawful = _crossings(trace, case, flow.order, stolen=False) if everything else ()
    ordered = sorted(rows.values(), key=lambda row: (ORDER.index(row.kind), _first(row), row.name))
    first = min([end, *(at for row in ordered for at, _last in row.spans), *(one.at for one in thefts)])
    if everything:
        first = min(flow.ats)
    nodes = len(flow.move_ids) + len(flow.lot_ids)
    return Drawing(tuple(ordered), crossings, lawful, first, end, nodes)


def _thefts(trace: Trace, case: Case, rows: dict[str, Row]) -> tuple[Crossing, ...]:
    """The theft itself, where the records show it: from the victim to the source lot."""
    flow = trace.flow
    found = []
    for source in case.sources:
        n = flow.number.get(source.lot, -1)
        if n < 0 or flow.made_by[n] < 0:
            continue
        key, name, kind = row_of(case, source.victim)
        rows.setdefault(key, Row(key, name, kind)).members.add(source.victim)
        end = row_of(case, flow.holders[n])[0]
        found.append(Crossing(flow.ats[flow.made_by[n]], key, end, 1, {flow.units[n]: flow.values[n]}))
    return tuple(found)


def _first(row: Row) -> int:
    return row.spans[0][0] if row.spans else 2**40


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _crossings(trace: Trace, case: Case, moves: list[int], *, stolen: bool) -> tuple[Crossing, ...]:
    flow, amounts = trace.flow, trace.amounts
    found: dict[tuple[int, str, str], Crossing] = {}
    for move in moves:
        dirty = [lot for lot in flow.inputs[move] if amounts[lot]]
        if bool(dirty) is not stolen or (not stolen and any(amounts[lot] for lot in flow.outputs[move])):
            continue
        sources = {row_of(case, flow.holders[lot])[0] for lot in (dirty if stolen else flow.inputs[move])}
        counted = set()
        for lot in flow.outputs[move]:
            if stolen and not amounts[lot]:
                continue
            end = row_of(case, flow.holders[lot])[0]
            for start in sources - {end}:
                key = (flow.ats[move] // BIN, start, end)
                one = found.setdefault(key, Crossing(flow.ats[move], start, end))
                if (start, end) not in counted:
                    one.moves += 1
                    counted.add((start, end))
                unit = flow.units[lot]
                one.stolen[unit] = one.stolen.get(unit, 0) + amounts[lot]
    return tuple(sorted(found.values(), key=lambda one: (one.at, one.start, one.end)))


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a way in one row: from when to when, over how many lots, with what at its beginning and end."""

    row: str
    name: str
    start: int
    end: int
    hops: int
    stolen: int
    unit: str


def stages(path: Path, case: Case, *, end: int) -> tuple[Stage, ...]:
    """A way told row by row: sixty hops of a peeling chain are one stage."""
    groups: list[list[int]] = []
    for n, step in enumerate(path.steps):
        row = row_of(case, step.holder)[0]
        if groups and row_of(case, path.steps[groups[-1][0]].holder)[0] == row:
            groups[-1].append(n)
        else:
            groups.append([n])
    found = []
    for number, group in enumerate(groups):
        first, last = path.steps[group[0]], path.steps[group[-1]]
        leaves = path.steps[groups[number + 1][0]].at if number + 1 < len(groups) else end
        key, name, _kind = row_of(case, first.holder)
        found.append(Stage(key, name, first.at or leaves, leaves, len(group), last.stolen, last.unit))
    return tuple(found)
