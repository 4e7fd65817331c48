"""Makes signed transactions of Bitcoin's test network "regtest" from a seed: the money of the invented crew.

>>> mint = Mint(seed=2026, start=datetime(2026, 5, 11, tzinfo=UTC))
>>> mint.issue("heron", 50_000_000)                                   # a coinbase: new money
>>> mint.pay("heron", [(mint.address("baker"), 120_000)], fee=300)    # doctest: +SKIP

Keys follow from the seed, so everybody can compute them: they are teaching keys. Outputs are paid to a key's hash
(P2WPKH), signatures are deterministic (RFC 6979), so the same seed gives the same bytes. The signing is done by
``bitcoin-utils`` (MIT), which is imported when the first transaction is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.recovery.chainfile import Entry
from hanoikit.recovery.signatures import hash160
from hanoikit.recovery.wire import NO_TXID, address_of, parse

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
DUST = 600
"""Outputs below this many satoshi are not made; the rest goes to the fee."""


@dataclass(slots=True)
class Coin:
    """An output that can still be spent."""

    txid: str
    index: int
    value: int
    address: str


class Mint:
    """Wallets, a clock, and the transactions that were made. ``owners`` says which wallet an address belongs to."""

    def __init__(self, *, seed: int, start: datetime) -> None:
        self.seed = seed
        self.now = start
        self.entries: list[Entry] = []
        self.owners: dict[str, str] = {}
        self.coins: dict[str, list[Coin]] = {}
        self.random = Random(f"hanoikit recovery {seed}")
        self._secrets: dict[str, int] = {}
        self._counts: dict[str, int] = {}

    # addresses and clock

    def address(self, wallet: str) -> str:
        """A new address of the wallet."""
        n = self._counts.get(wallet, 0)
        self._counts[wallet] = n + 1
        secret = hashlib.sha256(f"hanoikit|recovery|{self.seed}|{wallet}|{n}".encode()).digest()
        number = int.from_bytes(secret, "big") % (_ORDER - 1) + 1
        address = address_of(b"\x00\x14" + hash160(_public_key(number)))
        self._secrets[address] = number
        self.owners[address] = wallet
        return address

    def wait(self, minutes: float) -> None:
        """Let the clock go on."""
        self.now += timedelta(seconds=round(minutes * 60))

    def balance(self, wallet: str) -> int:
        """What the wallet can spend, in satoshi."""
        return sum(coin.value for coin in self.coins.get(wallet, []))

    # transactions

    def issue(self, wallet: str, *values: int) -> str:
        """New money for the wallet, one output for each value (a coinbase transaction). Returns its id."""
        outputs = [(self.address(wallet), value) for value in values]
        # BIP 34 puts the height into the input; here it is the number of the transaction, which makes ids differ.
        script = (len(self.entries) + 1).to_bytes(4, "little").hex()
        return self._keep(_library().coinbase(script, outputs), [], outputs)

    def pay(
        self,
        wallet: str,
        payments: Iterable[tuple[str, int]],
        *,
        fee: int,
        change_first: bool | None = None,
        coins: Sequence[Coin] | None = None,
    ) -> str:
        """Pay from the wallet's oldest coins (or the given ones); change goes to a new address. Returns the id.

        ``change_first`` puts the change before the payments; ``None`` draws its place. Raises UsageError when the
        wallet has too little.
        """
        outputs = list(payments)
        chosen = list(coins) if coins is not None else self._oldest(wallet, sum(v for _a, v in outputs) + fee)
        change = sum(coin.value for coin in chosen) - sum(value for _a, value in outputs) - fee
        if change < 0:
            raise UsageError(_("The wallet {wallet} has too little.").format(wallet=wallet))
        if change >= DUST:
            place = self.random.randrange(len(outputs) + 1) if change_first is None else 0
            outputs.insert(len(outputs) if change_first is False else place, (self.address(wallet), change))
        return self.sign(chosen, outputs)

    def sign(self, coins: Sequence[Coin], outputs: Sequence[tuple[str, int]]) -> str:
        """One transaction over coins of any wallets, each input signed with its key. Returns the id."""
        for coin in coins:
            self.coins[self.owners[coin.address]].remove(coin)
        made = _library().signed(
            [(coin.txid, coin.index, coin.value, self._secrets[coin.address]) for coin in coins], outputs
        )
        return self._keep(made, coins, outputs)

    def _oldest(self, wallet: str, amount: int) -> list[Coin]:
        chosen: list[Coin] = []
        for coin in self.coins.get(wallet, []):
            if sum(one.value for one in chosen) >= amount:
                break
            chosen.append(coin)
        return chosen

    def _keep(self, raw: bytes, _coins: Sequence[Coin], outputs: Sequence[tuple[str, int]]) -> str:
        tx = parse(raw)
        txid = tx.txid
        self.entries.append(Entry(self.now, tx))
        for n, (address, value) in enumerate(outputs):
            self.coins.setdefault(self.owners[address], []).append(Coin(txid, n, value, address))
        return txid


class _Library:
    """The few calls into bitcoin-utils, in one place."""

    def __init__(self) -> None:
        from bitcoinutils import keys, script, setup, transactions

        setup.setup("regtest")
        self._keys, self._script, self._tx = keys, script, transactions

    def _outputs(self, outputs: Sequence[tuple[str, int]]) -> list[Any]:
        return [
            self._tx.TxOutput(value, self._keys.P2wpkhAddress(to).to_script_pub_key())
            for to, value in outputs
        ]

    def coinbase(self, script: str, outputs: Sequence[tuple[str, int]]) -> bytes:
        source = self._tx.TxInput(NO_TXID, 0xFFFFFFFF, self._script.Script([script]))
        return bytes.fromhex(self._tx.Transaction([source], self._outputs(outputs)).serialize())

    def signed(self, coins: Sequence[tuple[str, int, int, int]], outputs: Sequence[tuple[str, int]]) -> bytes:
        inputs = [self._tx.TxInput(txid, index) for txid, index, _value, _secret in coins]
        made = self._tx.Transaction(inputs, self._outputs(outputs), has_segwit=True)
        for n, (_txid, _index, value, secret) in enumerate(coins):
            key = self._keys.PrivateKey(secret_exponent=secret)
            public = key.get_public_key()
            code = public.get_address().to_script_pub_key()
            signature = key.sign_segwit_input(made, n, code, value)
            made.witnesses.append(self._tx.TxWitnessInput([signature, public.to_hex()]))
        return bytes.fromhex(made.serialize())


def _public_key(secret: int) -> bytes:
    """The compressed public key, by the fast way: an address needs no more."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = ec.derive_private_key(secret, ec.SECP256K1()).public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


_LOADED: _Library | None = None


def _library() -> _Library:
    global _LOADED
    if _LOADED is None:
        _LOADED = _Library()
    return _LOADED
