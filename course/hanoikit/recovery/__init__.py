"""Following, freezing and returning property (articles 17, 31 and 49 to 52).

>>> from hanoikit.recovery import Rule, compare, paths, shipped, standing, trace_all
>>> case = shipped()                                     # Operation Lantern's money: signed transactions and books
>>> flow = case.flow()                                   # case.flow(books=False): the chain alone
>>> traces = trace_all(flow, sources=case.stolen())      # poison, haircut, first in first out
>>> touch = compare(traces)[0]                           # who holds what each rule reaches
>>> touch.holder, touch.reached[Rule.FIFO], standing(case.holder(touch.holder)).standing
('boatyard', 1380783, <Standing.GOOD_FAITH: 'good-faith'>)
>>> paths(traces[Rule.HAIRCUT], to=touch.lots[0])[0].holders
('rautmaa', 'crew', ..., 'boatyard')

| module | what it is about |
|---|---|
| ``wire``, ``signatures`` | raw Bitcoin transactions: read, and checked, by code of our own |
| ``making``      | signed regtest transactions from a seed, with bitcoin-utils |
| ``chainfile``, ``casefile`` | transactions and cases in files; ``shipped()`` |
| ``cast``, ``story`` | the invented people, and the money of Operation Lantern from a seed |
| ``records``     | a case: transactions, owners, and the books of services and banks |
| ``flow``        | lots and moves: one graph for outputs and for balances of accounts |
| ``tracing``     | the three rules, exact to the unit, and the balance that proves it |
| ``holders``     | who is reached, and who may be a third party in good faith (31(9)) |
| ``routes``      | the ways from the theft to a holder, strongest first |
| ``limits``      | converted and mixed property, income, equivalent value (31(1), 31(4) to 31(6)) |
| ``freezing``, ``lantern_board`` | withdrawal clocks against alerts and requests (41(4), 49(2), 50(2)) |
| ``tables``      | contents of requests, and States' laws on property: data |
| ``asking``      | requests of articles 49 and 50 and information of article 51, every gap explained |
| ``confiscation`` | the three ways of 49(1), with and without conviction |
| ``returning``   | sharing out what was recovered, victims first (52) |

Values are whole numbers of the smallest unit (satoshi, XTS cents). Nothing here reads a clock or opens a connection.
Names are loaded when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hanoikit.recovery.asking import (
        Known,
        check_request,
        check_spontaneous,
        insist_on,
        needed,
    )
    from hanoikit.recovery.casefile import read_case, shipped, write_case
    from hanoikit.recovery.chainfile import Entry, read_chain, read_lines, write_chain, write_lines
    from hanoikit.recovery.confiscation import Proceedings, Way, ways
    from hanoikit.recovery.flow import CENT, SATOSHI, Flow, FlowBuilder, Lot, Move
    from hanoikit.recovery.freezing import (
        Act,
        Board,
        Departure,
        Holding,
        Plan,
        Practice,
        Report,
        Status,
        best_plan,
        play,
        schedule,
        status_label,
    )
    from hanoikit.recovery.holders import (
        Holder,
        Judged,
        Kind,
        Knowledge,
        Price,
        Standing,
        Touch,
        compare,
        standing,
        standing_label,
    )
    from hanoikit.recovery.lantern_board import lantern_board
    from hanoikit.recovery.limits import Cover, Property, Reach, cover, reach
    from hanoikit.recovery.records import Account, Case, Line, Source
    from hanoikit.recovery.returning import Claim, Distribution, Payment, Remainder, distribute, proportion
    from hanoikit.recovery.routes import Path, Step, paths, paths_to_holder
    from hanoikit.recovery.signatures import check_chain, insist
    from hanoikit.recovery.story import FULL, SMALL, Scale, money_of_lantern
    from hanoikit.recovery.tables import (
        Element,
        Measure,
        RecoveryLaw,
        element,
        elements,
        law,
        laws,
        measure,
        measures,
        spontaneous_elements,
    )
    from hanoikit.recovery.tracing import (
        Balance,
        Rule,
        Trace,
        balance,
        haircut_fractions,
        rule_label,
        trace,
        trace_all,
    )
    from hanoikit.recovery.wire import COIN, Input, Output, Transaction, address_of, parse

_HOMES = {
    "asking": ("Known", "check_request", "check_spontaneous", "insist_on", "needed"),
    "casefile": ("read_case", "shipped", "write_case"),
    "chainfile": ("Entry", "read_chain", "read_lines", "write_chain", "write_lines"),
    "confiscation": ("Proceedings", "Way", "ways"),
    "flow": ("CENT", "SATOSHI", "Flow", "FlowBuilder", "Lot", "Move"),
    "freezing": (
        "Act",
        "Board",
        "Departure",
        "Holding",
        "Plan",
        "Practice",
        "Report",
        "Status",
        "best_plan",
        "play",
        "schedule",
        "status_label",
    ),
    "holders": (
        "Holder",
        "Judged",
        "Kind",
        "Knowledge",
        "Price",
        "Standing",
        "Touch",
        "compare",
        "standing",
        "standing_label",
    ),
    "lantern_board": ("lantern_board",),
    "routes": ("Path", "Step", "paths", "paths_to_holder"),
    "limits": ("Cover", "Property", "Reach", "cover", "reach"),
    "records": ("Account", "Case", "Line", "Source"),
    "returning": ("Claim", "Distribution", "Payment", "Remainder", "distribute", "proportion"),
    "signatures": ("check_chain", "insist"),
    "story": ("FULL", "SMALL", "Scale", "money_of_lantern"),
    "tables": (
        "Element",
        "Measure",
        "RecoveryLaw",
        "element",
        "elements",
        "law",
        "laws",
        "measure",
        "measures",
        "spontaneous_elements",
    ),
    "tracing": (
        "Balance",
        "Rule",
        "Trace",
        "balance",
        "haircut_fractions",
        "rule_label",
        "trace",
        "trace_all",
    ),
    "wire": ("COIN", "Input", "Output", "Transaction", "address_of", "parse"),
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}
__all__ = [
    "CENT",
    "COIN",
    "FULL",
    "SATOSHI",
    "SMALL",
    "Account",
    "Act",
    "Balance",
    "Board",
    "Case",
    "Claim",
    "Cover",
    "Departure",
    "Distribution",
    "Element",
    "Entry",
    "Flow",
    "FlowBuilder",
    "Holder",
    "Holding",
    "Input",
    "Judged",
    "Kind",
    "Knowledge",
    "Known",
    "Line",
    "Lot",
    "Measure",
    "Move",
    "Output",
    "Path",
    "Payment",
    "Plan",
    "Practice",
    "Price",
    "Proceedings",
    "Property",
    "Reach",
    "RecoveryLaw",
    "Remainder",
    "Report",
    "Rule",
    "Scale",
    "Source",
    "Standing",
    "Status",
    "Step",
    "Touch",
    "Trace",
    "Transaction",
    "Way",
    "address_of",
    "balance",
    "best_plan",
    "check_chain",
    "check_request",
    "check_spontaneous",
    "compare",
    "cover",
    "distribute",
    "element",
    "elements",
    "haircut_fractions",
    "insist",
    "insist_on",
    "lantern_board",
    "law",
    "laws",
    "measure",
    "measures",
    "money_of_lantern",
    "needed",
    "parse",
    "paths",
    "paths_to_holder",
    "play",
    "proportion",
    "reach",
    "read_case",
    "read_chain",
    "read_lines",
    "rule_label",
    "schedule",
    "shipped",
    "spontaneous_elements",
    "standing",
    "standing_label",
    "status_label",
    "trace",
    "trace_all",
    "ways",
    "write_case",
    "write_chain",
    "write_lines",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
