"""Follows stolen value through a flow under three rules: poison, haircut, first in first out.

>>> trace(flow, sources=["loot"], rule=Rule.FIFO).amount("rent")      # doctest: +SKIP
0
>>> {rule: trace(flow, sources=["loot"], rule=rule).amount("rent") for rule in Rule}   # doctest: +SKIP
{<Rule.POISON: 'poison'>: 3000, <Rule.HAIRCUT: 'haircut'>: 1800, <Rule.FIFO: 'fifo'>: 0}

* poison: whatever stolen value flows into is stolen altogether.
* haircut: stolen value is spread over what comes out, in proportion to the value of each part (the fee is a part).
* first in, first out: what went in first comes out first. Inputs stand in a row in the order of the transaction;
  the outputs are cut off from the front, in their order; the fee is the end of the row. For an account: the money that
  came first leaves first. The rule goes back to a judgment of 1816 in England about a bank account (Clayton's case).

The Convention has no rule of tracing: its articles 2(j) and 31 say *what* follows, and domestic law says how (31(10)).
All three are computed in whole units. Haircut gives the units that proportions leave over to the largest fractions,
ties to the earlier part. Haircut and first in first out keep the stolen value to the unit, fees included (``balance``);
poison does not keep it, it grows. A conversion carries its share of value over at the rate of the conversion, rounded
down, so that nobody is charged with more than went in (31(4)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.recovery.flow import CONVERSION, Flow

Segments = list[tuple[int, int]]
"""The row of a lot from its front: (length, source); source 0 is value that is not stolen."""


class Rule(StrEnum):
    """How stolen value is followed through a mixture."""

    POISON = "poison"
    HAIRCUT = "haircut"
    FIFO = "fifo"


def rule_label(rule: Rule) -> str:
    """The rule's name for a person."""
    return {
        Rule.POISON: _("poison"),
        Rule.HAIRCUT: _("haircut (in proportion)"),
        Rule.FIFO: _("first in, first out"),
    }[rule]


@dataclass(frozen=True, slots=True)
class Balance:
    """Where the stolen value of one unit is: ``came`` and ``converted_in`` equal the rest, to the unit."""

    unit: str
    came: int
    converted_in: int
    converted_away: int
    held: int
    fees: int

    @property
    def is_kept(self) -> bool:
        return self.came + self.converted_in == self.held + self.fees + self.converted_away


@dataclass(frozen=True, slots=True)
class Trace:
    """A finished trace. ``amounts`` holds the stolen value in every lot, by the lot's number in the flow."""

    flow: Flow
    rule: Rule
    sources: tuple[str, ...]
    amounts: list[int]
    moves: list[int]
    """Numbers of the moves that stolen value went through, in order."""
    fees: Mapping[int, int]
    """Number of a move to the stolen value that was spent on its fee."""
    rows: Mapping[int, Segments] = field(default_factory=dict)

    def amount(self, lot: str) -> int:
        """The stolen value in a lot, in its unit. Raises UsageError for a lot that is not there."""
        return self.amounts[self.flow.numbered(lot)]

    def segments(self, lot: str) -> tuple[tuple[int, str], ...]:
        """First in first out only: the lot from its front as (length, source lot); an empty source is not stolen."""
        if self.rule is not Rule.FIFO:
            raise UsageError(
                _("Only the rule first in, first out knows which part of a lot is stolen."),
                next_step=_("Trace with that rule, or ask for the amount."),
            )
        n = self.flow.numbered(lot)
        row = self.rows.get(n) or [(self.flow.values[n], 0)]
        return tuple((length, self.sources[source - 1] if source else "") for length, source in row)

    def touched(self, *, unspent: bool = True) -> tuple[str, ...]:
        """Lots with stolen value in them; only those that have not moved on, unless ``unspent`` is false."""
        flow = self.flow
        return tuple(
            flow.lot_ids[n]
            for n, amount in enumerate(self.amounts)
            if amount and (not unspent or flow.spent_by[n] < 0)
        )


def trace(flow: Flow, *, sources: Iterable[str], rule: Rule) -> Trace:
    """Follow the value of the source lots, each stolen as a whole, under one rule.

    Raises UsageError when there is no source, when a lot is not there, or when one source comes out of another (the
    later one would count twice).
    """
    return _trace(flow, sources, (Rule(rule),))[Rule(rule)]


def trace_all(flow: Flow, *, sources: Iterable[str]) -> dict[Rule, Trace]:
    """The three rules over the same sources."""
    return _trace(flow, sources, tuple(Rule))


def _trace(flow: Flow, sources: Iterable[str], rules: tuple[Rule, ...]) -> dict[Rule, Trace]:
    names = tuple(dict.fromkeys(sources))
    if not names:
        raise UsageError(_("There is nothing to follow."), next_step=_("Name the lots that were stolen."))
    numbers = [flow.numbered(name) for name in names]
    touched, moves = _reach(flow, numbers)
    found: dict[Rule, Trace] = {}
    for rule in rules:
        if rule is Rule.POISON:
            values = flow.values
            amounts = [values[n] if hit else 0 for n, hit in enumerate(touched)]
            fees = {move: flow.fees[move] for move in moves if flow.fees[move]}
            found[rule] = Trace(flow, rule, names, amounts, moves, fees)
        elif rule is Rule.HAIRCUT:
            amounts, fees = _haircut(flow, numbers, moves)
            found[rule] = Trace(flow, rule, names, amounts, moves, fees)
        else:
            amounts, fees, rows = _first_in_first_out(flow, numbers, moves)
            found[rule] = Trace(flow, rule, names, amounts, moves, fees, rows)
    return found


def _reach(flow: Flow, sources: list[int]) -> tuple[bytearray, list[int]]:
    """Which lots are reached at all, and by which moves: poison. The other rules need to look nowhere else."""
    touched = bytearray(len(flow.values))
    for lot in sources:
        touched[lot] = 1
    moves: list[int] = []
    inputs, outputs = flow.inputs, flow.outputs
    for move in flow.order:
        for lot in inputs[move]:
            if touched[lot]:
                moves.append(move)
                for made in outputs[move]:
                    if touched[made]:
                        raise UsageError(
                            _("The source {lot} comes out of another source.").format(lot=flow.lot_ids[made]),
                            next_step=_("Name only the first lots that were stolen."),
                        )
                    touched[made] = 1
                break
    return touched, moves


def _haircut(flow: Flow, sources: list[int], moves: list[int]) -> tuple[list[int], dict[int, int]]:
    values, inputs, outputs, fees, kinds = flow.values, flow.inputs, flow.outputs, flow.fees, flow.kinds
    stolen = [0] * len(values)
    for lot in sources:
        stolen[lot] = values[lot]
    lost: dict[int, int] = {}
    for move in moves:
        share = whole = 0
        for lot in inputs[move]:
            share += stolen[lot]
            whole += values[lot]
        if not share:
            continue
        made = outputs[move]
        if kinds[move] == CONVERSION:
            into = sum(values[lot] for lot in made)
            share, whole = share * into // whole, into
            if not share:
                continue
        if share == whole:
            for lot in made:
                stolen[lot] = values[lot]
            if fees[move]:
                lost[move] = fees[move]
            continue
        rest = share
        fractions = []
        for place, lot in enumerate(made):
            part, left = divmod(share * values[lot], whole)
            stolen[lot] = part
            rest -= part
            fractions.append((-left, place))
        part, left = divmod(share * fees[move], whole)
        rest -= part
        if rest:
            fractions.append((-left, len(made)))
            fractions.sort()
            for _left, place in fractions[:rest]:
                if place < len(made):
                    stolen[made[place]] += 1
                else:
                    part += 1
        if part:
            lost[move] = part
    return stolen, lost


def _first_in_first_out(
    flow: Flow, sources: list[int], moves: list[int]
) -> tuple[list[int], dict[int, int], dict[int, Segments]]:
    values, outputs = flow.values, flow.outputs
    stolen = [0] * len(values)
    rows: dict[int, Segments] = {}
    for source, lot in enumerate(sources, start=1):
        stolen[lot] = values[lot]
        rows[lot] = [(values[lot], source)]
    lost: dict[int, int] = {}
    for move in moves:
        row = _row(flow, move, stolen, rows)
        if not row:
            continue
        if flow.kinds[move] == CONVERSION:
            row = _converted(row, sum(values[lot] for lot in outputs[move]))
        place, (length, source) = 0, row[0]
        for lot in outputs[move]:
            need, hit, cut = values[lot], 0, []
            while need:
                if length > need:
                    cut.append((need, source))
                    hit += need if source else 0
                    length -= need
                    break
                if length:
                    cut.append((length, source))
                    hit += length if source else 0
                    need -= length
                place += 1
                length, source = row[place] if place < len(row) else (need, 0)
            if hit:
                stolen[lot] = hit
                rows[lot] = cut
        fee = length if source else 0
        for length, source in row[place + 1 :]:
            fee += length if source else 0
        if fee:
            lost[move] = fee
    return stolen, lost, rows


def _row(flow: Flow, move: int, stolen: list[int], rows: dict[int, Segments]) -> Segments:
    """The inputs one behind the other, neighbours from the same source joined; empty when nothing is stolen."""
    row: Segments = []
    last = -1
    for lot in flow.inputs[move]:
        parts = rows[lot] if stolen[lot] else [(flow.values[lot], 0)]
        for length, source in parts:
            if source == last:
                row[-1] = (row[-1][0] + length, source)
            elif length:
                row.append((length, source))
                last = source
    return row if len(row) > 1 or (row and row[0][1]) else []


def _converted(row: Segments, into: int) -> Segments:
    """The row stretched to another length; the ends of its parts are rounded down, so the sum stays exact."""
    whole = sum(length for length, _source in row)
    made: Segments = []
    end = before = 0
    for length, source in row:
        end += length
        mapped = end * into // whole
        if mapped > before:
            made.append((mapped - before, source))
        before = mapped
    return made or [(into, 0)]


def balance(found: Trace) -> tuple[Balance, ...]:
    """Where the stolen value is now, unit by unit. Haircut and first in first out keep it exactly."""
    flow, amounts = found.flow, found.amounts
    units = dict.fromkeys(flow.units)
    came, held, fees, into, away = (dict.fromkeys(units, 0) for _column in range(5))
    for name in found.sources:
        n = flow.number[name]
        came[flow.units[n]] += flow.values[n]
    for n, amount in enumerate(amounts):
        if amount and flow.spent_by[n] < 0:
            held[flow.units[n]] += amount
    for move in found.moves:
        first = flow.inputs[move][0]
        if move in found.fees:
            fees[flow.units[first]] += found.fees[move]
        if flow.kinds[move] == CONVERSION:
            away[flow.units[first]] += sum(amounts[lot] for lot in flow.inputs[move])
            for lot in flow.outputs[move]:
                if amounts[lot]:
                    into[flow.units[lot]] += amounts[lot]
    return tuple(Balance(unit, came[unit], into[unit], away[unit], held[unit], fees[unit]) for unit in units)


def haircut_fractions(flow: Flow, *, sources: Iterable[str]) -> dict[str, Fraction]:
    """Haircut without any rounding, for small flows: the denominators grow with every mixture.

    The whole units of ``trace`` differ from it by less than one unit for each move on the way.
    """
    numbers = [flow.numbered(name) for name in dict.fromkeys(sources)]
    _touched, moves = _reach(flow, numbers)
    exact: dict[int, Fraction] = {n: Fraction(flow.values[n]) for n in numbers}
    for move in moves:
        whole = sum(flow.values[lot] for lot in flow.inputs[move])
        share = sum((exact.get(lot, Fraction(0)) for lot in flow.inputs[move]), Fraction(0))
        if whole and share:
            for lot in flow.outputs[move]:
                exact[lot] = share * flow.values[lot] / whole
    return {flow.lot_ids[n]: amount for n, amount in exact.items()}
