"""Receipts: signed by who hands in, counter-signed by the class; every change shows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hanoikit.errors import IdentityRejected, ReceiptRejected, UsageError
from hanoikit.handin.me import Me
from hanoikit.handin.receipt import CounterReceipt, Receipt, kind_of
from hanoikit.trust.identity import CourseAuthority, Identity

from .conftest import AT, CLASS, NAME, make_receipt


def test_a_receipt_survives_being_written_and_read(receipt: Receipt) -> None:
    again = Receipt.from_json(receipt.to_json())
    assert again == receipt
    again.verify()


def test_the_code_follows_from_what_is_signed(receipt: Receipt) -> None:
    assert replace(receipt, number=2).code != receipt.code
    assert replace(receipt, signature="00" * 64).code == receipt.code


@pytest.mark.parametrize(
    "member", ["assignment", "trainee", "name", "class", "manifest", "at", "number", "size"]
)
def test_a_member_that_was_changed_is_found_even_with_its_code_made_anew(
    receipt: Receipt, member: str
) -> None:
    value = json.loads(receipt.to_json())
    changed = {
        "assignment": "m05-network",
        "trainee": "t08",
        "name": "Somebody Else",
        "class": "000000000000",
        "manifest": "cd" * 32,
        "at": "2026-11-01T09:00:00+00:00",
        "number": 7,
        "size": 1,
    }
    value["receipt"][member] = changed[member]
    with pytest.raises(ReceiptRejected, match="code"):
        Receipt.from_json(json.dumps(value))
    names = {"class": "class_id", "at": "at"}
    new = datetime.fromisoformat(changed["at"]) if member == "at" else changed[member]
    with pytest.raises(ReceiptRejected, match="altered"):
        replace(receipt, **{names.get(member, member): new}).verify()


def test_another_persons_key_cannot_take_over_a_receipt(receipt: Receipt) -> None:
    thief = Ed25519PrivateKey.generate()
    stolen = replace(receipt, signature=thief.sign(receipt.statement).hex())
    with pytest.raises(ReceiptRejected):
        stolen.verify()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"receipt": []}',
        '{"receipt": {"type": "hanoikit.receipt/9"}}',
        "[" * 100_000,
        "\x00",
    ],
)
def test_what_is_no_receipt_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ReceiptRejected) as caught:
        Receipt.from_json(text)
    assert caught.value.next_step and caught.value.findings


@pytest.mark.parametrize("name", ["../x", "m04/evil", "", "M04", "a" * 90, "con:"])
def test_the_name_of_an_assignment_can_be_no_path(me: Me, name: str) -> None:
    with pytest.raises(UsageError):
        make_receipt(me, assignment=name)


@pytest.mark.parametrize(
    ("member", "value"), [("trainee", "../../root"), ("trainee", "T07"), ("name", "a\x00b")]
)
def test_an_id_or_name_that_no_roster_can_hold_is_refused_when_read(me: Me, member: str, value: str) -> None:
    forged = make_receipt(me, **{member: value})
    with pytest.raises(ReceiptRejected):
        Receipt.from_json(forged.to_json())


def test_a_member_more_or_less_is_refused(receipt: Receipt) -> None:
    value = json.loads(receipt.to_json())
    for spoiled in ({**value, "more": 1}, {**value, "receipt": {**value["receipt"], "more": 1}}):
        with pytest.raises(ReceiptRejected):
            Receipt.from_json(json.dumps(spoiled))
    del value["receipt"]["size"]
    with pytest.raises(ReceiptRejected):
        Receipt.from_json(json.dumps(value))


def counter(signer: Identity, **facts: object) -> CounterReceipt:
    said = {
        "class_id": CLASS,
        "trainee": "t07",
        "assignment": NAME,
        "code": "CHJ1-B947-YRBC",
        "file": "11" * 32,
        "received": AT,
        "state": "accepted",
        "signer": signer,
        "line": 4,
    } | facts
    return CounterReceipt.sign(**said)  # type: ignore[arg-type]


def test_the_class_vouches_for_its_counter_receipt(registrar: Identity, authority: CourseAuthority) -> None:
    made = CounterReceipt.from_json(counter(registrar).to_json())
    assert made.verify([authority.certificate]).name == "Registrar"
    assert kind_of(made.to_json()) == "hanoikit.counter-receipt/1"


def test_a_counter_receipt_of_another_class_or_changed_is_refused(
    registrar: Identity, authority: CourseAuthority
) -> None:
    other = CourseAuthority.create(name="Autumn class", seed="another")
    stranger = other.issue(name="Registrar", role="custodian", organisation="Autumn class", state="XA")
    for false in (
        counter(stranger),
        replace(counter(registrar), state="set-aside"),
        replace(counter(registrar), late=True),
    ):
        with pytest.raises(IdentityRejected):
            false.verify([authority.certificate])
