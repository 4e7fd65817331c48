"""The movement of value as one graph: lots that somebody holds, and moves that turn lots into other lots.

>>> build = FlowBuilder()
>>> build.lot("salary", holder="mule", value=4_000, unit="XTS-cent")
>>> build.lot("loot", holder="mule", value=6_000, unit="XTS-cent")
>>> build.move("m1", at=0, spends=["salary", "loot"], makes=[("rent", "landlord", 3_000), ("left", "mule", 7_000)])
>>> flow = build.flow()
>>> flow.lot("left").value, flow.unspent()
(7000, ['rent', 'left'])

A lot is an output of a transaction, or the balance of an account between two lines of its statement. So a payment on
a chain and a payment from an account are the same thing here, and a rule of tracing is written once: money that comes
into an account stands behind what is there already, and what leaves is taken from the front. Values are whole numbers
of the smallest unit. A move keeps the value less its fee; only a conversion may change the unit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hanoikit.errors import DataInvalid, Finding, UsageError
from hanoikit.i18n import _

SATOSHI = "satoshi"
CENT = "XTS-cent"
CONVERSION = "conversion"


@dataclass(frozen=True, slots=True)
class Lot:
    """Value that one holder has until it moves on. ``made`` and ``spent`` are the ids of moves, or empty."""

    id: str
    holder: str
    value: int
    unit: str
    made: str
    spent: str


@dataclass(frozen=True, slots=True)
class Move:
    """A transaction or a line of an account: lots in, lots out. ``at`` is seconds since 1970 (UTC)."""

    id: str
    at: int
    kind: str
    spends: tuple[str, ...]
    makes: tuple[str, ...]
    fee: int


class Flow:
    """The finished graph. Moves are in an order in which every lot is made before it is spent.

    The columns (``values``, ``holders``, ``units``, ``inputs``, ``outputs``, ``fees``) are lists by number, for rules
    that go over hundreds of thousands of moves; ``lot`` and ``move`` give single things by their ids.
    """

    __slots__ = (
        "ats", "fees", "holders", "inputs", "kinds", "lot_ids", "made_by", "move_ids", "number", "order",
        "outputs", "spent_by", "units", "values",
    )  # fmt: skip

    def __init__(
        self,
        *,
        lot_ids: list[str],
        holders: list[str],
        values: list[int],
        units: list[str],
        move_ids: list[str],
        ats: list[int],
        kinds: list[str],
        inputs: list[Sequence[int]],
        outputs: list[Sequence[int]],
    ) -> None:
        self.lot_ids = lot_ids
        self.holders = holders
        self.values = values
        self.units = units
        self.move_ids = move_ids
        self.ats = ats
        self.kinds = kinds
        self.inputs = inputs
        self.outputs = outputs
        self.number = {name: n for n, name in enumerate(lot_ids)}
        self.made_by, self.spent_by = [-1] * len(lot_ids), [-1] * len(lot_ids)
        findings = self._link()
        self.order = [] if findings else self._sorted(findings)
        self.fees = [] if findings else self._paid(findings)
        if findings:
            raise DataInvalid(
                _("The movements do not hold together: {n} findings.").format(n=len(findings)),
                next_step=_("Repair the records before you trace."),
                findings=findings,
            )

    def _link(self) -> list[Finding]:
        findings: list[Finding] = []
        if len(self.number) != len(self.lot_ids):
            findings.append(Finding("lot-twice", _("Two lots have the same name.")))
        findings += [
            Finding("value-negative", _("A value is less than zero."), self.lot_ids[n])
            for n, value in enumerate(self.values)
            if value < 0
        ]
        for column, numbers, code, message in (
            (self.spent_by, self.inputs, "spent-twice", _("The lot is spent twice.")),
            (self.made_by, self.outputs, "made-twice", _("The lot is made twice.")),
        ):
            for move, lots in enumerate(numbers):
                for lot in lots:
                    if column[lot] >= 0:
                        findings.append(Finding(code, message, self.lot_ids[lot]))
                    column[lot] = move
        return findings

    def _sorted(self, findings: list[Finding]) -> list[int]:
        """Kahn's order; among moves that are ready, the order in which they were given (time comes first there)."""
        made_by, given = self.made_by, sorted(range(len(self.move_ids)), key=self.ats.__getitem__)
        rank = [0] * len(given)
        for place, move in enumerate(given):
            rank[move] = place
        if all(
            rank[made_by[lot]] < rank[move]
            for move in given
            for lot in self.inputs[move]
            if made_by[lot] >= 0
        ):
            return given
        waiting = [sum(made_by[lot] >= 0 for lot in lots) for lots in self.inputs]
        ready = deque(move for move in given if not waiting[move])
        order: list[int] = []
        while ready:
            move = ready.popleft()
            order.append(move)
            for lot in self.outputs[move]:
                after = self.spent_by[lot]
                if after >= 0:
                    waiting[after] -= 1
                    if not waiting[after]:
                        ready.append(after)
        if len(order) < len(given):
            stuck = next(move for move in given if waiting[move])
            findings.append(
                Finding("circle", _("Moves wait for each other in a circle."), self.move_ids[stuck])
            )
        return order

    def _paid(self, findings: list[Finding]) -> list[int]:
        values, units, fees = self.values, self.units, []
        for move, (spent, made) in enumerate(zip(self.inputs, self.outputs, strict=True)):
            if not spent:
                fees.append(0)
                continue
            where = self.move_ids[move]
            if self.kinds[move] == CONVERSION:
                fees.append(0)
                if len({units[lot] for lot in spent}) > 1 or len({units[lot] for lot in made}) > 1:
                    findings.append(
                        Finding("unit-mixed", _("A conversion has one unit on each side."), where)
                    )
                continue
            if len({units[lot] for lot in (*spent, *made)}) > 1:
                findings.append(Finding("unit-mixed", _("Only a conversion may change the unit."), where))
            fee = sum(values[lot] for lot in spent) - sum(values[lot] for lot in made)
            if fee < 0:
                findings.append(Finding("value-grows", _("More comes out than goes in."), where))
            fees.append(fee)
        return fees

    # reading

    def numbered(self, lot: str) -> int:
        """The number of a lot. Raises UsageError."""
        try:
            return self.number[lot]
        except KeyError:
            raise UsageError(
                _("There is no lot {lot} in these records.").format(lot=lot),
                next_step=_("Copy the name of the lot from the table."),
            ) from None

    def lot(self, lot: str) -> Lot:
        """One lot by its id. Raises UsageError."""
        n = self.numbered(lot)
        made, spent = self.made_by[n], self.spent_by[n]
        return Lot(
            lot,
            self.holders[n],
            self.values[n],
            self.units[n],
            self.move_ids[made] if made >= 0 else "",
            self.move_ids[spent] if spent >= 0 else "",
        )

    def move(self, n: int) -> Move:
        """One move by its number."""
        return Move(
            self.move_ids[n],
            self.ats[n],
            self.kinds[n],
            tuple(self.lot_ids[lot] for lot in self.inputs[n]),
            tuple(self.lot_ids[lot] for lot in self.outputs[n]),
            self.fees[n],
        )

    def unspent(self) -> list[str]:
        """The lots that nobody has moved on."""
        return [self.lot_ids[n] for n, move in enumerate(self.spent_by) if move < 0]

    def __len__(self) -> int:
        return len(self.move_ids)


class FlowBuilder:
    """Collects lots and moves; ``flow()`` checks them and gives the graph."""

    def __init__(self) -> None:
        self._lots: dict[str, int] = {}
        self._holders: list[str] = []
        self._values: list[int] = []
        self._units: list[str] = []
        self._moves: list[tuple[str, int, str, list[int], list[int]]] = []

    def lot(self, lot: str, *, holder: str, value: int, unit: str) -> None:
        """A lot that is there from the start, or that a later ``move`` names among what it makes."""
        if lot in self._lots:
            raise UsageError(_("There is a lot {lot} already.").format(lot=lot))
        self._lots[lot] = len(self._values)
        self._holders.append(holder)
        self._values.append(value)
        self._units.append(unit)

    def move(
        self,
        move: str,
        *,
        at: int,
        spends: Iterable[str],
        makes: Iterable[tuple[str, str, int]],
        kind: str = "payment",
        unit: str = "",
    ) -> None:
        """A move that makes lots ``(id, holder, value)``; ``unit`` is needed when nothing is spent or it changes."""
        spent = []
        for lot in spends:
            if lot not in self._lots:
                raise UsageError(_("There is no lot {lot} in these records.").format(lot=lot), where=move)
            spent.append(self._lots[lot])
        unit = unit or (self._units[spent[0]] if spent else "")
        if not unit:
            raise UsageError(_("A move that spends nothing must name its unit."), where=move)
        made = []
        for lot, holder, value in makes:
            self.lot(lot, holder=holder, value=value, unit=unit)
            made.append(self._lots[lot])
        self._moves.append((move, at, kind, spent, made))

    def flow(self) -> Flow:
        """The graph. Raises DataInvalid with every finding when it does not hold together."""
        return Flow(
            lot_ids=list(self._lots),
            holders=self._holders,
            values=self._values,
            units=self._units,
            move_ids=[move[0] for move in self._moves],
            ats=[move[1] for move in self._moves],
            kinds=[move[2] for move in self._moves],
            inputs=[move[3] for move in self._moves],
            outputs=[move[4] for move in self._moves],
        )
