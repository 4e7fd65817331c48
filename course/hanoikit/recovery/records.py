"""What an investigation holds: transactions, holders of addresses, and the books of services and banks, as one case.

>>> case.flow()                       # with the books: a service's pool is opened account by account
>>> case.flow(books=False)            # the chain alone: what an outsider sees

A service keeps all its customers' coins in one pool of its own. On the chain a deposit flows into that pool and comes
out wherever the service pays next, to somebody else. The service's books say what really happened: the deposit was
credited to one account, and payouts were debited to others. Courts can order such books, and bank secrecy is no bar
(31(7)). So the same case gives two flows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from hanoikit.errors import DataInvalid, Finding
from hanoikit.i18n import _
from hanoikit.recovery.chainfile import Entry
from hanoikit.recovery.flow import CONVERSION, SATOSHI, Flow, FlowBuilder
from hanoikit.recovery.holders import Holder, Kind, by_id

LineKind = Literal["opening", "in", "transfer", "deposit", "withdrawal", "conversion", "out"]


@dataclass(frozen=True, slots=True)
class Account:
    """An account in the books of a service or a bank. ``holder`` owns it, ``keeper`` keeps it."""

    id: str
    holder: str
    keeper: str
    unit: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the books. ``at`` is seconds since 1970; amounts are units of the account.

    ``opening``/``in``: money comes into ``account`` from ``other`` (a holder). ``transfer``: from ``account`` to the
    account ``other``. ``deposit``: the output ``other`` of the chain is credited. ``withdrawal``: the output ``other``
    is paid, with ``fee``. ``conversion``: ``amount`` is sold and ``into`` is credited to the account ``other``.
    ``out``: money leaves to the holder ``other``.
    """

    id: str
    at: int
    kind: LineKind
    account: str
    other: str
    amount: int
    into: int = 0
    fee: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Value that was stolen: the lot in the flow with books, and from whom. ``on_chain``: the chain shows it too."""

    lot: str
    victim: str
    on_chain: bool


@dataclass(frozen=True)
class Case:
    """Everything of one case. ``owners`` maps an address to the holder that investigators found behind it."""

    name: str
    seed: int
    entries: tuple[Entry, ...]
    owners: Mapping[str, str]
    people: tuple[Holder, ...]
    accounts: tuple[Account, ...]
    lines: tuple[Line, ...]
    sources: tuple[Source, ...]

    @cached_property
    def holders(self) -> dict[str, Holder]:
        """The holders by their ids."""
        return by_id(self.people)

    def holder(self, name: str) -> Holder:
        """The holder; somebody unknown when the case does not say."""
        return self.holders.get(name) or Holder(name, name, Kind.UNKNOWN)

    def stolen(self, *, books: bool = True) -> tuple[str, ...]:
        """The names of the source lots in the flow with books, or in the flow of the chain alone."""
        return tuple(source.lot for source in self.sources if books or source.on_chain)

    def flow(self, *, books: bool = True) -> Flow:
        """The movement of value. Raises DataInvalid when the records do not fit together."""
        return _with_books(self) if books else _chain_alone(self)


def _owner(case: Case, address: str) -> str:
    return case.owners.get(address) or address


def _chain_alone(case: Case) -> Flow:
    build = FlowBuilder()
    for entry in case.entries:
        _transaction(build, case, entry, (one.lot for one in entry.tx.inputs))
    return build.flow()


def _transaction(build: FlowBuilder, case: Case, entry: Entry, spends: Iterable[str]) -> None:
    tx, txid = entry.tx, entry.tx.txid
    made = [(f"{txid}:{n}", _owner(case, out.address), out.value) for n, out in enumerate(tx.outputs)]
    if tx.is_new_money:
        build.move(txid, at=_at(entry), spends=(), makes=made, kind="issue", unit=SATOSHI)
    else:
        build.move(txid, at=_at(entry), spends=spends, makes=made, kind="transaction")


def _at(entry: Entry) -> int:
    return int(entry.at.timestamp())


def _with_books(case: Case) -> Flow:
    return _Books(case).flow()


class _Books:
    """Walks through the chain and the books in the order of time and keeps the balance of every account as a lot."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.accounts = {account.id: account for account in case.accounts}
        self.keepers = {account.keeper for account in case.accounts}
        self.build = FlowBuilder()
        self.balances: dict[str, tuple[str, int]] = {}
        self.counts: dict[str, int] = {}
        self.paid: dict[str, Line] = {line.other: line for line in case.lines if line.kind == "withdrawal"}
        self.findings: list[Finding] = []

    def flow(self) -> Flow:
        events: list[tuple[int, int, Entry | Line]] = [(_at(entry), 1, entry) for entry in self.case.entries]
        # A payout is debited before its transaction, a deposit is credited after it.
        events += [(line.at, 2 if line.kind == "deposit" else 0, line) for line in self.case.lines]
        for _moment, _rank, event in sorted(events, key=lambda one: one[:2]):
            if isinstance(event, Entry):
                self.entry(event)
            else:
                self.line(event)
        if self.findings:
            raise DataInvalid(_("The books do not hold together."), findings=self.findings)
        return self.build.flow()

    def entry(self, entry: Entry) -> None:
        """A transaction of a service's pool shows nothing that its books do not show better."""
        if entry.tx.is_new_money or not self._of_pool(entry):
            _transaction(self.build, self.case, entry, (one.lot for one in entry.tx.inputs))
            return
        txid = entry.tx.txid
        rest = [
            (f"{txid}:{n}", _owner(self.case, out.address), out.value)
            for n, out in enumerate(entry.tx.outputs)
            if f"{txid}:{n}" not in self.paid
        ]
        if rest:
            self.build.move(f"{txid}/pool", at=_at(entry), spends=(), makes=rest, kind="pool", unit=SATOSHI)

    def _of_pool(self, entry: Entry) -> bool:
        pool = self.pool_outputs
        return all(one.lot in pool for one in entry.tx.inputs)

    @cached_property
    def pool_outputs(self) -> frozenset[str]:
        """Outputs that belong to a service whose books are there."""
        return frozenset(
            f"{entry.tx.txid}:{n}"
            for entry in self.case.entries
            for n, out in enumerate(entry.tx.outputs)
            if self.case.owners.get(out.address) in self.keepers
        )

    def line(self, line: Line) -> None:
        account = self.accounts[line.account]
        if line.kind in ("opening", "in"):
            arrived = f"{line.id}:in"
            self.build.lot(arrived, holder=line.other or account.holder, value=line.amount, unit=account.unit)
            self._credit(line, account, arrived)
        elif line.kind == "deposit":
            self._credit(line, account, line.other)
        elif line.kind == "transfer":
            moved = f"{line.id}:moved"
            other = self.accounts[line.other]
            self._debit(line, account, [(moved, other.holder, line.amount)])
            self._credit(line, other, moved)
        elif line.kind == "withdrawal":
            self._debit(line, account, [(line.other, self._receiver(line), line.amount)])
        elif line.kind == "out":
            self._debit(line, account, [(f"{line.id}:out", line.other, line.amount)])
        else:
            sold, got = f"{line.id}:sold", f"{line.id}:got"
            other = self.accounts[line.other]
            self._debit(line, account, [(sold, account.keeper, line.amount)])
            self.build.move(
                f"{line.id}/trade",
                at=line.at,
                spends=[sold],
                makes=[(got, other.holder, line.into)],
                kind=CONVERSION,
                unit=other.unit,
            )
            self._credit(line, other, got)

    @cached_property
    def _receivers(self) -> dict[str, str]:
        return {
            f"{entry.tx.txid}:{n}": _owner(self.case, out.address)
            for entry in self.case.entries
            for n, out in enumerate(entry.tx.outputs)
        }

    def _receiver(self, line: Line) -> str:
        return self._receivers.get(line.other, line.other)

    def _lot(self, account: Account) -> str:
        n = self.counts.get(account.id, 0) + 1
        self.counts[account.id] = n
        return f"{account.id}#{n}"

    def _credit(self, line: Line, account: Account, arrived: str) -> None:
        """What is there already stands in front of what comes in."""
        before, balance = self.balances.get(account.id, ("", 0))
        amount = line.into if line.kind == "conversion" else line.amount
        lot = self._lot(account)
        spends = [before, arrived] if before else [arrived]
        name = f"{line.id}/credit"
        self.build.move(
            name, at=line.at, spends=spends, makes=[(lot, account.holder, balance + amount)], kind="credit"
        )
        self.balances[account.id] = (lot, balance + amount)

    def _debit(self, line: Line, account: Account, makes: list[tuple[str, str, int]]) -> None:
        """What leaves is taken from the front; the rest is the new balance."""
        before, balance = self.balances.get(account.id, ("", 0))
        rest = balance - line.amount - line.fee
        if rest < 0 or not before:
            message = _("The account pays {amount} and has {balance}.").format(
                amount=line.amount + line.fee, balance=balance
            )
            self.findings.append(Finding("overdrawn", message, line.id))
            rest = 0
        kept = [(self._lot(account), account.holder, rest)] if rest else []
        self.build.move(
            f"{line.id}/debit", at=line.at, spends=[before], makes=[*makes, *kept], kind=line.kind
        )
        if kept:
            self.balances[account.id] = (kept[0][0], rest)
        else:
            self.balances.pop(account.id, None)
