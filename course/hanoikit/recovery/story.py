"""The money of Operation Lantern in May 2026, made from a seed: signed transactions and the books beside them.

>>> case = money_of_lantern(seed=2026, scale=SMALL)
>>> len(case.entries), len(case.flow())          # doctest: +SKIP
(65, 121)

1. 11 May: two victims in XA pay false invoices into a helper's account in XD, where her salary lies already (mixed,
   31(5)). She keeps a share; the rest buys coins at an exchange (converted, 31(4)) that go to the crew.
2. 12 May: three wallets in XA are emptied. The crew joins everything.
3. 13-16 May: a peeling chain. At each hop a little is paid out (to merchants, to helpers, to an exchange) and the rest
   moves on to a new address.
4. 17 May: mixing with lawful people, in transactions with equal outputs.
5. 18-19 May: deposits at an exchange that keeps all coins in one pool, and pays many lawful customers from it.
6. 19-20 May: coins are sold there, the money goes to a bank in XB into an account with lawful savings, and from there
   into a boat and a wedding present.

The same seed and scale give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.recovery.cast import COIN_RATE, MERCHANTS, PEOPLE, customers, mixers
from hanoikit.recovery.flow import CENT, SATOSHI
from hanoikit.recovery.making import Coin, Mint
from hanoikit.recovery.records import Account, Case, Line, LineKind, Source
from hanoikit.recovery.wire import COIN

START = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
EQUAL = 10_000_000
"""The equal outputs of a mixing transaction, in satoshi."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything there is."""

    name: str
    customers: int
    dealings: int
    """Transactions among lawful people that have nothing to do with the case."""
    peels: int
    rounds: int
    mixers: int
    sweeps: int


SMALL = Scale("small", customers=8, dealings=12, peels=10, rounds=1, mixers=4, sweeps=2)
FULL = Scale("full", customers=80, dealings=230, peels=60, rounds=3, mixers=12, sweeps=14)


def money_of_lantern(*, seed: int, scale: Scale = SMALL) -> Case:
    """The case for a seed. Raises UsageError for a seed below zero."""
    if seed < 0:
        raise UsageError(_("A seed is a whole number from 0."))
    return _Plot(seed, scale).case()


class _Plot:
    """One telling of the story."""

    def __init__(self, seed: int, scale: Scale) -> None:
        self.seed, self.scale = seed, scale
        self.mint = Mint(seed=seed, start=START)
        self.random = self.mint.random
        self.customers = customers(scale.customers)
        self.mixers = mixers(scale.mixers)
        self.lines: list[Line] = []
        self.accounts: list[Account] = []
        self.sources: list[Source] = []
        self.deposits = 0

    def case(self) -> Case:
        self.open_accounts()
        self.lawful_world()
        self.invoices()
        self.wallets()
        self.peeling()
        self.mixing()
        self.pool()
        self.cashing()
        ordered = tuple(sorted(self.lines, key=lambda line: line.at))
        return Case(
            name=f"lantern-{self.scale.name}",
            seed=self.seed,
            entries=tuple(self.mint.entries),
            owners=dict(self.mint.owners),
            people=(*PEOPLE.values(), *self.customers, *self.mixers),
            accounts=tuple(self.accounts),
            lines=ordered,
            sources=tuple(self.sources),
        )

    # the books

    def book(
        self,
        kind: LineKind,
        account: str,
        amount: int,
        *,
        other: str = "",
        into: int = 0,
        fee: int = 0,
        text: str = "",
    ) -> Line:
        """A line at the time of the clock; the clock goes on a second, so that lines keep their order."""
        line = Line(
            f"line-{len(self.lines) + 1:04d}",
            int(self.mint.now.timestamp()),
            kind,
            account,
            other,
            amount,
            into,
            fee,
            text,
        )
        self.lines.append(line)
        self.mint.wait(1 / 60)
        return line

    def open_accounts(self) -> None:
        self.accounts = [
            Account("XD-SAV-4471", "oyuna", "deltara-bank", CENT),
            Account("PUENTE-118-XTS", "oyuna", "puente", CENT),
            Account("PUENTE-118", "oyuna", "puente", SATOSHI),
            Account("LUNE-2093", "baraka", "lune-exchange", SATOSHI),
            Account("LUNE-2093-XTS", "baraka", "lune-exchange", CENT),
            Account("XB-COM-0752", "baraka", "kest-bank", CENT),
            *(
                Account(f"LUNE-{3000 + n}", c.id, "lune-exchange", SATOSHI)
                for n, c in enumerate(self.customers)
            ),
        ]
        salary = 3_800_00 + self.random.randrange(900) * 100
        self.book("opening", "XD-SAV-4471", salary, other="oyuna", text="Salary, saved since January")
        self.mint.wait(5)
        self.book("opening", "XB-COM-0752", 7_500_00, other="baraka", text="Savings from work at sea")

    # the world before

    def lawful_world(self) -> None:
        mint, random = self.mint, self.random
        people = [c.id for c in self.customers]
        for start in range(0, len(people), 12):
            for name in people[start : start + 12]:
                mint.issue(name, *(random.randrange(8_000_000, 60_000_000) for _n in range(3)))
                mint.wait(3)
        for name, value in (("dalnes", 84_000_000), ("korpela", 31_000_000), ("rautmaa", 120_000_000)):
            part = random.randrange(20, 60) * value // 100
            mint.issue(name, part, value - part)
            mint.wait(4)
        for mixer in self.mixers:
            mint.issue(
                mixer.id, *(random.randrange(10_500_000, 13_000_000) for _n in range(self.scale.rounds))
            )
        mint.issue("puente", 3 * COIN, 2 * COIN)
        mint.issue("lune-exchange", *(random.randrange(COIN // 2, COIN) for _n in range(4)))
        gap = 6 * 24 * 60 / max(1, self.scale.dealings + 2 * len(people))
        for n, account in enumerate(a for a in self.accounts if a.id.startswith("LUNE-3")):
            self.deposit(account.id, people[n], random.randrange(2_000_000, 7_000_000))
            mint.wait(gap)
        for _n in range(self.scale.dealings):
            self.dealing(people)
            mint.wait(gap)
        self.until(datetime(2026, 5, 11, 6, 0, tzinfo=UTC))

    def until(self, moment: datetime) -> None:
        self.mint.now = max(self.mint.now, moment)

    def fee(self) -> int:
        return self.random.randrange(180, 900)

    def dealing(self, people: list[str]) -> None:
        """Somebody lawful pays somebody lawful."""
        rich = [name for name in people if self.mint.balance(name) > 3_000_000]
        payer = self.random.choice(rich)
        payee = self.random.choice([*(p for p in people if p != payer), *MERCHANTS])
        amount = self.random.randrange(100_000, 2_000_000)
        self.mint.pay(payer, [(self.mint.address(payee), amount)], fee=self.fee())

    def deposit(self, account: str, payer: str, amount: int, coins: list[Coin] | None = None) -> str:
        """Coins from the payer to an address of the service, credited to the account."""
        address = self.mint.address("lune-exchange")
        txid = self.mint.pay(payer, [(address, amount)], fee=self.fee(), coins=coins)
        self.mint.wait(1)
        place = next(c.index for c in self.mint.coins["lune-exchange"] if c.txid == txid)
        self.book("deposit", account, amount, other=f"{txid}:{place}", text="Deposit")
        return txid

    # the case

    def invoices(self) -> None:
        """Two false invoices, a bank account with a salary in it, an exchange: mixed and converted property."""
        mint = self.mint
        mint.wait(130)
        for victim, amount in (("st-orla", 62_400_00), ("havn-gas", 18_750_00)):
            line = self.book("in", "XD-SAV-4471", amount, other=victim, text="Invoice, paid in good belief")
            self.sources.append(Source(f"{line.id}:in", victim, on_chain=False))
            mint.wait(135)
        moved = 79_527_00
        self.book("transfer", "XD-SAV-4471", moved, other="PUENTE-118-XTS", text="To the exchange")
        mint.wait(50)
        coins = moved * COIN // COIN_RATE
        self.book("conversion", "PUENTE-118-XTS", moved, other="PUENTE-118", into=coins, text="Coins bought")
        mint.wait(600)
        fee = 25_000
        sent = coins - fee
        at = mint.now
        address = mint.address("crew")
        txid = mint.pay("puente", [(address, sent)], fee=self.fee(), change_first=True)
        place = next(c.index for c in mint.coins["crew"] if c.txid == txid)
        mint.now = at
        self.book("withdrawal", "PUENTE-118", sent, other=f"{txid}:{place}", fee=fee, text="To own wallet")

    def wallets(self) -> None:
        """Three wallets are emptied; the loot is joined."""
        mint = self.mint
        self.until(datetime(2026, 5, 12, 22, 5, tzinfo=UTC))
        for victim in ("dalnes", "korpela", "rautmaa"):
            coins = list(mint.coins[victim])
            fee = self.fee()
            txid = mint.sign(coins, [(mint.address("crew"), sum(c.value for c in coins) - fee)])
            self.sources.append(Source(f"{txid}:0", victim, on_chain=True))
            mint.wait(7)
        self.until(datetime(2026, 5, 13, 3, 30, tzinfo=UTC))
        loot = list(mint.coins["crew"])
        mint.sign(loot, [(mint.address("crew"), sum(c.value for c in loot) - 1_200)])

    def peeling(self) -> None:
        """A long thin chain: each hop pays a little and moves the rest to a new address."""
        mint, scale = self.mint, self.scale
        receivers = [*MERCHANTS, "farhod", "farhod", "oyuna"]
        self.until(datetime(2026, 5, 13, 7, 0, tzinfo=UTC))
        gap = 3.2 * 24 * 60 / scale.peels
        rest = mint.coins["crew"]
        for n in range(scale.peels):
            largest = max(rest, key=lambda coin: coin.value)
            if n % 4 == 1:
                amount = self.random.randrange(3_000_000, 5_000_000)
                self.deposit("LUNE-2093", "crew", amount, [largest])
                self.deposits += amount
            else:
                to = self.random.choice(receivers)
                amount = self.random.randrange(150_000, 900_000)
                mint.pay("crew", [(mint.address(to), amount)], fee=self.fee(), coins=[largest])
            mint.wait(gap)

    def mixing(self) -> None:
        """Equal outputs for everybody: who put in what can no longer be read from them."""
        mint = self.mint
        self.until(datetime(2026, 5, 17, 9, 0, tzinfo=UTC))
        for _round in range(self.scale.rounds):
            own = max(mint.coins["crew"], key=lambda coin: coin.value)
            times = min(4, own.value // (EQUAL + 1_000))
            coins, equal, change = [own], [mint.address("crew") for _n in range(times)], []
            left = own.value - times * EQUAL - 600
            change.append((mint.address("crew"), left))
            for mixer in self.mixers:
                coin = mint.coins[mixer.id][0]
                coins.append(coin)
                equal.append(mint.address(mixer.id))
                change.append((mint.address(mixer.id), coin.value - EQUAL - 300))
            outputs = [(address, EQUAL) for address in equal] + change
            self.random.shuffle(coins)
            self.random.shuffle(outputs)
            mint.sign(coins, outputs)
            mint.wait(310)

    def pool(self) -> None:
        """Deposits of mixed coins; the service sweeps them into its pool and pays lawful customers from it."""
        mint, random = self.mint, self.random
        self.until(datetime(2026, 5, 18, 5, 0, tzinfo=UTC))
        equal = [coin for coin in mint.coins["crew"] if coin.value == EQUAL]
        for coin in equal[: max(1, len(equal) * 3 // 4)]:
            self.deposit("LUNE-2093", "crew", EQUAL - 1_000, [coin])
            self.deposits += EQUAL - 1_000
            mint.wait(40)
        gap = 20 * 60 / self.scale.sweeps
        lawful = [account for account in self.accounts if account.id.startswith("LUNE-3")]
        balance = {line.account: line.amount for line in self.lines if line.kind == "deposit"}
        for turn in range(self.scale.sweeps):
            coins = list(mint.coins["lune-exchange"])[:40]
            mint.sign(coins, [(mint.address("lune-exchange"), sum(c.value for c in coins) - 4_000)])
            mint.wait(5)
            paid = [a for n, a in enumerate(lawful) if n % self.scale.sweeps == turn]
            outputs = []
            for account in paid:
                amount = balance[account.id] * random.randrange(30, 70) // 100
                outputs.append((mint.address(account.holder), amount))
            at = mint.now
            txid = mint.pay("lune-exchange", outputs, fee=2_500, change_first=False)
            for n, account in enumerate(paid):
                mint.now = at
                text = "Payout to the customer"
                self.book("withdrawal", account.id, outputs[n][1], other=f"{txid}:{n}", fee=2_000, text=text)
            mint.now = at
            mint.wait(gap)

    def cashing(self) -> None:
        """Half of the coins are sold; the money reaches a bank with lawful savings, a boat and a present."""
        mint = self.mint
        self.until(datetime(2026, 5, 19, 8, 0, tzinfo=UTC))
        sold = self.deposits * 55 // 100
        money = sold * COIN_RATE // COIN
        self.book("conversion", "LUNE-2093", sold, other="LUNE-2093-XTS", into=money, text="Coins sold")
        mint.wait(90)
        sent = money * 9 // 10
        self.book("transfer", "LUNE-2093-XTS", sent, other="XB-COM-0752", text="To own bank account")
        self.until(datetime(2026, 5, 20, 4, 30, tzinfo=UTC))
        boat = min(24_000_00, (sent + 7_500_00) * 65 // 100)
        self.book("out", "XB-COM-0752", boat, other="boatyard", text="Fishing boat Little Heron")
        mint.wait(75)
        self.book("out", "XB-COM-0752", 1_500_00, other="sister", text="Wedding present")
