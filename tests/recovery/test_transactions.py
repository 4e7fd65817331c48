"""Transactions are real: another library reads the same, every signature holds, and every change is found."""

import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.errors import ArtefactUnreadable, DataInvalid
from hanoikit.recovery import (
    SMALL,
    check_chain,
    insist,
    money_of_lantern,
    parse,
    read_case,
    read_lines,
    write_case,
    write_lines,
)
from hanoikit.recovery.casefile import BOOKS, CHAIN, contents

ROOT = Path(__file__).resolve().parents[2]


def codes(transactions) -> set[str]:
    return {finding.code for finding in check_chain(transactions)}


def test_bitcoin_utils_reads_every_shipped_transaction_as_we_do(case):
    from bitcoinutils.setup import setup
    from bitcoinutils.transactions import Transaction

    setup("regtest")
    for entry in case.entries:
        theirs = Transaction.from_raw(entry.tx.raw.hex())
        assert theirs.get_txid() == entry.tx.txid
        assert [(one.txid, one.txout_index) for one in theirs.inputs] == [
            (one.txid, one.index) for one in entry.tx.inputs
        ]
        assert [(one.amount, one.script_pubkey.to_hex()) for one in theirs.outputs] == [
            (one.value, one.script.hex()) for one in entry.tx.outputs
        ]


def test_every_signature_of_the_shipped_case_holds_and_nothing_is_spent_twice(case):
    insist(entry.tx for entry in case.entries)
    assert len(case.entries) > 500


def test_an_address_is_read_back_from_its_script_as_it_was_made(case):
    assert {out.address for entry in case.entries for out in entry.tx.outputs} <= set(case.owners)


@pytest.fixture
def chain(small):
    return [entry.tx for entry in small.entries]


def test_a_transaction_that_was_changed_spent_twice_or_taken_away_is_found(chain):
    n = next(n for n, tx in enumerate(chain) if not tx.is_new_money)
    raw = bytearray(chain[n].raw)
    place = bytes(raw).index(chain[n].outputs[0].value.to_bytes(8, "little"))
    raw[place] ^= 1
    assert "signature-bad" in codes([*chain[:n], parse(bytes(raw))])

    key = bytearray(chain[n].raw)
    key[-10] ^= 1
    assert codes([*chain[:n], parse(bytes(key))]) & {"key-other", "signature-bad"}

    assert codes([*chain, chain[n]]) == {"transaction-twice"}
    assert "input-unknown" in codes([chain[n]])
    again = replace(chain[n], txid="ab" * 32)
    assert "spent-twice" in codes([*chain[: n + 1], again])
    with pytest.raises(ArtefactUnreadable) as caught:
        insist([chain[n]])
    assert caught.value.findings


@given(st.data())
def test_bytes_that_are_no_transaction_are_refused_and_never_misread(case, data):
    raw = bytearray(case.entries[data.draw(st.integers(0, 200))].tx.raw)
    match data.draw(st.sampled_from(("cut", "more", "flip"))):
        case "cut":
            with pytest.raises(ArtefactUnreadable):
                parse(bytes(raw[: data.draw(st.integers(0, len(raw) - 1))]))
        case "more":
            with pytest.raises(ArtefactUnreadable):
                parse(bytes(raw) + data.draw(st.binary(min_size=1, max_size=5)))
        case _:
            raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
            with suppress(ArtefactUnreadable):
                assert parse(bytes(raw)).raw == bytes(raw)


def test_lines_and_files_give_back_the_same_case(small, tmp_path):
    assert read_lines(write_lines(small.entries)) == small.entries
    write_case(small, tmp_path)
    assert read_case(tmp_path) == small
    with pytest.raises(ArtefactUnreadable, match="line 1"):
        read_lines("2026-05-12 not-hex")
    (tmp_path / CHAIN).write_bytes(b"something else")
    with pytest.raises(ArtefactUnreadable):
        read_case(tmp_path)
    (tmp_path / BOOKS).write_text("{}")
    with pytest.raises(DataInvalid):
        read_case(tmp_path)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_case(small):
    assert contents(money_of_lantern(seed=7, scale=SMALL)) == contents(small)
    assert money_of_lantern(seed=8, scale=SMALL).entries[-1].tx.txid != small.entries[-1].tx.txid


@pytest.mark.slow
def test_the_shipped_case_is_what_its_seed_gives():
    command = [sys.executable, str(ROOT / "assets" / "recovery" / "build.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
