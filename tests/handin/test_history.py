"""The history of a trainee's marks: nobody else's lines in it, and everything that can be wrong with it is found."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanoikit.errors import ReceiptRejected, UsageError
from hanoikit.evidence.merkle import leaf_hash
from hanoikit.handin.history import History, Proven, check, extract
from hanoikit.handin.me import Me
from hanoikit.handin.receipt import CounterReceipt, Receipt
from hanoikit.trust.identity import CourseAuthority, Identity

from .conftest import AT, CLASS, NAME, Book, make_receipt

LATER = AT + timedelta(days=1)


@pytest.fixture
def full(book: Book, receipt: Receipt, me: Me) -> Book:
    """A ledger with the trainee's lines between those of others."""
    book.add("due", assignment=NAME, due="2026-11-02T12:00:00+02:00")
    for other in ("t01", "t02", "t03"):
        book.add(
            "hand-in", trainee=other, assignment=NAME, file=other * 21, code="", late=False, state="accepted"
        )
        book.add("marked", trainee=other, assignment=NAME, hand_in=other * 21, points="1", maximum="12")
    book.hand_in(receipt)
    book.marked()
    book.add(
        "changed", trainee="t01", assignment=NAME, question="m04-q1", before="1", after="0", by="x", reason=""
    )
    book.changed()
    book.changed(question="m04-q8", before=None, after="5", reason="")
    return book


def given_out(book: Book, **facts: object) -> History:
    said = {"head": book.head(), "signer": book.registrar, "at": LATER, "chain": book.chain_head()} | facts
    return extract(book.chain.lines, "t07", **said)  # type: ignore[arg-type]


def codes(
    history: History, receipts: list[Receipt | CounterReceipt], authority: CourseAuthority
) -> list[str]:
    return [finding.code for finding in check(history, receipts, authority.certificate)]


def test_a_history_that_holds_has_no_findings(
    full: Book, receipt: Receipt, authority: CourseAuthority
) -> None:
    history = History.from_json(given_out(full).to_json())
    assert codes(history, [receipt], authority) == []
    (standing,) = history.standings()
    assert (standing.assignment, standing.points, standing.maximum) == (NAME, Decimal("12"), Decimal("12"))
    assert standing.hand_ins == (receipt.code,) and standing.waiting == 0 and len(standing.changes) == 2


def test_it_holds_the_trainees_lines_and_nobody_elses(full: Book) -> None:
    text = given_out(full).to_json()
    history = History.from_json(text)
    assert [line.record["entry"] for line in history.lines] == [
        "due",
        "hand-in",
        "marked",
        "changed",
        "changed",
    ]
    for other in ("t01", "t02", "t03"):
        assert f'"{other}"' not in text and other * 21 not in text
    # The hashes in the proofs are those of salted records: a right guess of all but the salt fits none of them.
    shown = {each for line in history.lines for each in line.path} | {
        line.value["previous"] for line in history.lines
    }
    for line in full.chain.lines:
        if line.record.get("trainee") == "t01":
            guess = {key: value for key, value in line.record.items() if key != "salt"}
            bare = {
                "at": line.at.isoformat(),
                "index": line.index,
                "previous": line.previous,
                "record": guess,
            }
            raw = json.dumps(bare, sort_keys=True, separators=(",", ":")).encode()
            assert leaf_hash(raw).hex() not in shown


@settings(max_examples=30)
@given(data=st.data())
def test_any_changed_character_of_a_line_is_found(
    data: st.DataObject, full: Book, receipt: Receipt, authority: CourseAuthority
) -> None:
    history = given_out(full)
    which = data.draw(st.integers(0, len(history.lines) - 1))
    line = history.lines[which]
    place = data.draw(st.integers(0, len(line.text) - 1))
    letter = data.draw(st.sampled_from('0123456789abcdef"{}:, '))
    if letter == line.text[place]:
        return
    text = line.text[:place] + letter + line.text[place + 1 :]
    lines = (*history.lines[:which], Proven(text, line.path), *history.lines[which + 1 :])
    found = codes(replace(history, lines=lines), [receipt], authority)
    assert {"line-altered", "line-unreadable"} & set(found)


def alter(history: History, old: str, new: str) -> History:
    """The same history with a text in its lines replaced, as somebody with an editor would."""
    assert any(old in line.text for line in history.lines)
    lines = tuple(Proven(line.text.replace(old, new), line.path) for line in history.lines)
    return replace(history, lines=lines)


def test_a_better_mark_written_in_by_hand_is_found(
    full: Book, receipt: Receipt, authority: CourseAuthority
) -> None:
    spoiled = alter(given_out(full), '"m04-q1":"4"', '"m04-q1":"9"')
    assert "line-altered" in codes(spoiled, [receipt], authority)


def test_a_line_left_out_or_put_in_is_found(full: Book, receipt: Receipt, authority: CourseAuthority) -> None:
    history = given_out(full)
    assert "lines-left-out" in codes(replace(history, lines=history.lines[:-1]), [receipt], authority)
    twice = replace(history, lines=(*history.lines, history.lines[-1]))
    assert "lines-added" in codes(twice, [receipt], authority)
    foreign = extract(full.chain.lines, "t01", head=full.head(), signer=full.registrar, at=LATER).lines[1]
    mixed = replace(history, lines=(*history.lines, foreign))
    assert {"line-foreign", "lines-added"} <= set(codes(mixed, [receipt], authority))


def test_a_list_that_was_shortened_too_has_no_signature(
    full: Book, receipt: Receipt, authority: CourseAuthority
) -> None:
    history = given_out(full)
    short = replace(history, lines=history.lines[:-1], listed=history.listed[:-1])
    assert codes(short, [receipt], authority) == ["list-signature"]


def test_a_head_that_somebody_else_signed_is_found(
    full: Book, receipt: Receipt, authority: CourseAuthority
) -> None:
    other = CourseAuthority.create(name="Autumn class", seed="another class of that name")
    stranger = other.issue(name="Registrar", role="custodian", organisation="Autumn class", state="XA")
    history = given_out(full, head=full.head(stranger), signer=stranger, chain=None)
    assert codes(history, [receipt], authority) == ["registrar-unknown", "head-signature"]


def test_a_head_of_another_time_does_not_fit_the_lines(
    full: Book, receipt: Receipt, authority: CourseAuthority
) -> None:
    before = full.head()
    history = given_out(full)
    full.changed(before="3", after="1")
    assert "line-altered" in codes(replace(given_out(full), tree=before), [receipt], authority)
    with pytest.raises(UsageError, match="more lines"):
        extract(full.chain.lines[:-1], "t07", head=full.head(), signer=full.registrar, at=LATER)
    # Lines after the head are not in it.
    assert given_out(full, head=before).listed == history.listed


def test_a_receipt_without_a_hand_in_is_found(
    full: Book, me: Me, receipt: Receipt, authority: CourseAuthority
) -> None:
    lost = make_receipt(me, number=2, manifest="cd" * 32)
    assert codes(given_out(full), [receipt, lost], authority) == ["receipt-without-entry"]
    new = make_receipt(me, number=3, at=LATER + timedelta(hours=1))
    assert codes(given_out(full), [receipt, new], authority) == ["receipt-later"]
    foreign = make_receipt(me, trainee="t08")
    assert codes(given_out(full), [foreign], authority) == ["receipt-other"]
    forged = replace(receipt, signature="00" * 64)
    assert codes(given_out(full), [forged], authority) == ["receipt-signature"]


def test_the_classes_own_receipt_has_to_be_in_the_ledger(
    full: Book, receipt: Receipt, registrar: Identity, authority: CourseAuthority
) -> None:
    def counter(file: str) -> CounterReceipt:
        return CounterReceipt.sign(
            class_id=CLASS, trainee="t07", assignment=NAME, code=receipt.code, file=file,
            received=AT, state="accepted", signer=registrar,
        )  # fmt: skip

    assert codes(given_out(full), [counter("11" * 32)], authority) == []
    assert codes(given_out(full), [counter("22" * 32)], authority) == ["receipt-without-entry"]


def says(
    write: Callable[[Book], None], book: Book, receipt: Receipt, authority: CourseAuthority
) -> list[str]:
    write(book)
    return codes(given_out(book), [receipt], authority)


@pytest.mark.parametrize(
    ("write", "found"),
    [
        (lambda b: b.marked("22" * 32), ["mark-without-hand-in"]),
        (lambda b: b.marked(points="9"), ["sum-wrong"]),
        (lambda b: (b.marked(), b.changed(reason=" ")), ["change-without-reason"]),
        (lambda b: (b.marked(), b.changed(before="1")), ["change-does-not-follow"]),
        (lambda b: (b.marked(), b.changed(by="unknown")), ["change-by-unknown"]),
        (lambda b: b.changed(), ["mark-without-hand-in"]),
        (lambda b: (b.marked(), b.marked(points="4", questions={"m04-q1": "4"})), ["marked-otherwise"]),
        (lambda b: (b.marked(), b.marked()), []),
        (lambda b: b.marked(file="", points="0", questions={"m04-q1": "0"}), []),
    ],
)
def test_what_a_class_may_not_do_to_a_mark_is_found(
    write: Callable[[Book], None], found: list[str], book: Book, receipt: Receipt, authority: CourseAuthority
) -> None:
    book.hand_in(receipt)
    assert says(write, book, receipt, authority) == found


def test_a_hand_in_that_was_set_aside_is_told_with_its_reasons(
    book: Book, receipt: Receipt, authority: CourseAuthority
) -> None:
    book.hand_in(receipt)
    record = dict(book.chain.lines[-1].record) | {
        "state": "set-aside",
        "findings": [
            {"code": "work-altered", "message": "It was altered after the sealing.", "severity": "error"},
            {"code": "by-name", "message": "It gives no id.", "severity": "note"},
        ],
    }
    book.chain.lines.clear()
    book.add("hand-in", **{key: value for key, value in record.items() if key not in {"entry", "salt"}})
    (finding,) = check(given_out(book), [receipt], authority.certificate)
    assert finding.code == "hand-in-set-aside" and finding.severity == "warning"
    assert (
        finding.message == "This hand-in was set aside and is not marked: It was altered after the sealing."
    )


def test_an_older_history_shows_that_the_ledger_was_written_anew(
    full: Book, book: Book, receipt: Receipt, me: Me, registrar: Identity, authority: CourseAuthority
) -> None:
    kept = given_out(full)
    full.changed(before="3", after="2")
    longer = given_out(full)
    assert check(longer, [receipt], authority.certificate, older=[kept]) == []
    other = Book(registrar)
    other.hand_in(receipt)
    other.marked()
    while len(other.chain.lines) < len(full.chain.lines):
        other.add("due", assignment=NAME, due="")
    rewritten = given_out(other)
    assert {one.code for one in check(rewritten, [receipt], authority.certificate, older=[kept])} == {
        "history-rewritten"
    }
    again = check(rewritten, [receipt], authority.certificate, older=[longer])
    assert any("two ledgers" in finding.message for finding in again)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"type": "hanoikit.history/1"}', "[" * 9000, "\ud800"])
def test_what_is_no_history_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ReceiptRejected) as caught:
        History.from_json(text)
    assert caught.value.next_step


def test_a_history_with_any_member_spoiled_is_refused_or_has_findings(
    full: Book, receipt: Receipt, authority: CourseAuthority
) -> None:
    value = json.loads(given_out(full).to_json())
    chance = random.Random(7)
    for name in value:
        for other in (None, 7, "x", [], {}, [7], {"x": 1}):
            if name == "chain" and other is None:
                continue  # it may be missing
            spoiled = json.dumps(value | {name: other})
            try:
                history = History.from_json(spoiled)
            except ReceiptRejected:
                continue
            assert codes(history, [receipt], authority), (name, other)
    line = dict(chance.choice(value["lines"]))
    for path in (["zz"], ["00" * 32] * 70, line["path"][:-1], [*line["path"], "00" * 32]):
        try:
            history = History.from_json(json.dumps(value | {"lines": [line | {"path": path}]}))
        except ReceiptRejected:
            continue
        assert "line-altered" in codes(history, [receipt], authority)
