"""Reads raw Bitcoin transactions: bytes in, inputs and outputs out, with the id that the network gives them.

>>> tx = parse(bytes.fromhex(line))                      # doctest: +SKIP
>>> tx.txid, tx.outputs[0].value, tx.outputs[0].address  # doctest: +SKIP
('6f0c...', 1250000, 'bcrt1q...')

The layout is that of Bitcoin's network protocol with the witness of BIP 144; addresses follow BIP 173 and BIP 350.
Pure Python and written apart from the library that makes the course's transactions, so that each checks the other.
Values are satoshi: 100,000,000 to one coin.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from hanoikit.errors import ArtefactUnreadable
from hanoikit.i18n import _

COIN = 100_000_000
NO_TXID = "00" * 32
REGTEST = "bcrt"
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32, _BECH32M = 1, 0x2BC830A3
_MOST = 21_000_000 * COIN


@dataclass(frozen=True, slots=True)
class Input:
    """What a transaction spends: output ``index`` of the transaction ``txid``."""

    txid: str
    index: int
    script: bytes
    sequence: int
    witness: tuple[bytes, ...] = ()

    @property
    def lot(self) -> str:
        """The name of the output that is spent: ``txid:index``."""
        return f"{self.txid}:{self.index}"

    @property
    def is_new_money(self) -> bool:
        """Whether this is the input of a coinbase transaction, which spends no earlier output."""
        return self.txid == NO_TXID and self.index == 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Output:
    """What a transaction pays: ``value`` in satoshi, and the script that says who may spend it."""

    value: int
    script: bytes

    @property
    def address(self) -> str:
        """The address in regtest's form; empty for a script that is no witness program."""
        return address_of(self.script)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction as it was read. ``raw`` is the whole of it, ``stripped`` is it without its witness.

    ``txid`` is the double SHA-256 of ``stripped``, in the reversed order that people read.
    """

    version: int
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    locktime: int
    raw: bytes
    stripped: bytes
    txid: str

    @property
    def is_new_money(self) -> bool:
        return len(self.inputs) == 1 and self.inputs[0].is_new_money

    @property
    def paid(self) -> int:
        """The sum of the outputs in satoshi."""
        return sum(output.value for output in self.outputs)


def twice(data: bytes) -> bytes:
    """SHA-256 of SHA-256: Bitcoin's hash."""
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def parse(raw: bytes) -> Transaction:
    """The transaction in ``raw``, all of it. Raises ArtefactUnreadable when it is cut, too long or malformed."""
    transaction, end = parse_at(raw, 0)
    if end != len(raw):
        raise _unreadable(_("{n} bytes are left over").format(n=len(raw) - end), end)
    return transaction


def parse_at(data: bytes, start: int) -> tuple[Transaction, int]:
    """The transaction that begins at ``start``, and where it ends. Raises ArtefactUnreadable."""
    reader = _Reader(data, start)
    version = reader.number(4)
    has_witness = data[reader.at : reader.at + 2] == b"\x00\x01"
    if has_witness:
        reader.take(2)
    body = reader.at
    inputs = [reader.input() for _n in range(reader.count())]
    outputs = [reader.output() for _n in range(reader.count())]
    end_of_body = reader.at
    if not inputs or not outputs:
        raise _unreadable(_("it has no inputs or no outputs"), body)
    if has_witness:
        inputs = [Input(one.txid, one.index, one.script, one.sequence, reader.items()) for one in inputs]
    locktime = reader.number(4)
    raw = data[start : reader.at]
    stripped = raw
    if has_witness:
        stripped = data[start : start + 4] + data[body:end_of_body] + raw[-4:]
    txid = twice(stripped)[::-1].hex()
    return Transaction(version, tuple(inputs), tuple(outputs), locktime, raw, stripped, txid), reader.at


class _Reader:
    """A place in the bytes that moves forward."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at

    def take(self, length: int) -> bytes:
        end = self.at + length
        if end > len(self.data):
            raise _unreadable(_("it ends in the middle"), self.at)
        part = self.data[self.at : end]
        self.at = end
        return part

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "little")

    def count(self) -> int:
        """Bitcoin's number of one, three, five or nine bytes. The shortest form is the only one allowed."""
        first = self.number(1)
        if first < 0xFD:
            return first
        length = {0xFD: 2, 0xFE: 4, 0xFF: 8}[first]
        value = self.number(length)
        least = {2: 0xFD, 4: 0x10000, 8: 0x100000000}[length]
        if value < least:
            raise _unreadable(_("a length is written longer than it must be"), self.at)
        if value > len(self.data):
            raise _unreadable(_("a length is greater than the whole"), self.at)
        return value

    def input(self) -> Input:
        txid = self.take(32)[::-1].hex()
        index = self.number(4)
        return Input(txid, index, self.take(self.count()), self.number(4))

    def output(self) -> Output:
        value = self.number(8)
        if value > _MOST:
            raise _unreadable(_("a value is greater than all coins there can be"), self.at)
        return Output(value, self.take(self.count()))

    def items(self) -> tuple[bytes, ...]:
        return tuple(self.take(self.count()) for _n in range(self.count()))


def _unreadable(why: str, at: int) -> ArtefactUnreadable:
    return ArtefactUnreadable(
        _("These bytes are no transaction: {why}.").format(why=why),
        where=_("byte {at}").format(at=at),
        next_step=_("Copy the transaction again, whole, and without a line break inside."),
    )


@cache
def address_of(script: bytes, *, network: str = REGTEST) -> str:
    """The address of a witness program (BIP 173 for version 0, BIP 350 for later ones); else an empty text."""
    if not 4 <= len(script) <= 42 or script[1] != len(script) - 2:
        return ""
    if script[0] == 0:
        version = 0
    elif 0x51 <= script[0] <= 0x60:
        version = script[0] - 0x50
    else:
        return ""
    data = [version, *_fives(script[2:])]
    residue = _checksum([*_spread(network), *data, 0, 0, 0, 0, 0, 0]) ^ (_BECH32M if version else _BECH32)
    check = [residue >> 5 * (5 - n) & 31 for n in range(6)]
    return f"{network}1{''.join(_LETTERS[value] for value in data + check)}"


def _fives(data: bytes) -> list[int]:
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return [int(bits[n : n + 5], 2) for n in range(0, len(bits), 5)]


def _spread(network: str) -> list[int]:
    return [*(ord(letter) >> 5 for letter in network), 0, *(ord(letter) & 31 for letter in network)]


def _checksum(values: Sequence[int]) -> int:
    generator = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for n, word in enumerate(generator):
            state ^= word if top >> n & 1 else 0
    return state
