"""The freeze board of Operation Lantern: what can still be stopped on the morning of 20 May 2026.

>>> board = lantern_board(shipped())
>>> [holding.id for holding in board.holdings]
['lune', 'lune-cash', 'kest', 'boat', 'oyuna']

Amounts are the balances of the case; the pending withdrawals are the story's, and the delays of the States are assumed
(``assets/recovery/laws.json``).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hanoikit.recovery.cast import COIN_RATE
from hanoikit.recovery.flow import CENT, SATOSHI, Flow
from hanoikit.recovery.freezing import ActKind, Board, Departure, Holding
from hanoikit.recovery.records import Case
from hanoikit.recovery.tables import laws
from hanoikit.recovery.wire import COIN

MORNING = datetime(2026, 5, 20, 6, 0, tzinfo=UTC)
"""When the officer begins."""
END = MORNING + timedelta(days=5)
MINUTES: dict[ActKind, int] = {"alert": 20, "request": 150}
"""What one officer needs for an alert, and for a complete request with reasons."""
WORTH = {CENT: 1.0, SATOSHI: COIN_RATE / COIN}
"""XTS cents for one unit."""


def balance_of(flow: Flow, account: str) -> int:
    """What an account holds at the end of the records, in its unit; 0 for an empty one."""
    held = (
        flow.values[n]
        for n, name in enumerate(flow.lot_ids)
        if flow.spent_by[n] < 0 and name.partition("#")[0] == account
    )
    return sum(held)


def lantern_board(case: Case, *, start: datetime = MORNING) -> Board:
    """The board; every departure is counted from ``start``."""
    flow = case.flow()
    lune = balance_of(flow, "LUNE-2093")
    cash = balance_of(flow, "LUNE-2093-XTS")
    kest = balance_of(flow, "XB-COM-0752")
    oyuna = balance_of(flow, "XD-SAV-4471")
    boat = next(line.amount for line in case.lines if line.other == "boatyard")

    def leaves(hours: float, amount: int, to: str) -> Departure:
        return Departure(start + timedelta(hours=hours), amount, to)

    return Board(
        holdings=(
            Holding(
                "lune",
                "baraka",
                "XC",
                lune,
                SATOSHI,
                (leaves(3, lune // 2, "own wallet"), leaves(30, lune - lune // 2, "own wallet")),
            ),
            Holding("lune-cash", "baraka", "XC", cash, CENT, (leaves(54, cash, "a card"),)),
            Holding(
                "kest",
                "baraka",
                "XB",
                kest,
                CENT,
                (
                    leaves(26, kest // 3, "cash at a counter"),
                    leaves(50, kest - kest // 3, "a bank elsewhere"),
                ),
            ),
            Holding("boat", "baraka", "XB", boat, CENT, (leaves(75, boat, "a buyer"),)),
            Holding("oyuna", "oyuna", "XD", oyuna, CENT, (leaves(19, oyuna, "cash at a counter"),)),
        ),
        practices={state: law.practice for state, law in laws().items()},
    )
