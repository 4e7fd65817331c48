"""Checking what one holds: a bundle, a receipt, the class's receipt, the history; by what it is, not by its name."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from hanoikit.errors import ReceiptRejected, UsageError
from hanoikit.handin import verifying
from hanoikit.handin.history import extract
from hanoikit.handin.receipt import CounterReceipt
from hanoikit.handin.submitting import HandedIn, hand_in
from hanoikit.handin.verifying import check_file, histories_in, mark_words
from hanoikit.trust.identity import CourseAuthority, pem

from .conftest import AT, CLASS, NAME, Book


@pytest.fixture
def done(with_class: Path) -> HandedIn:
    return hand_in(with_class, NAME, at=AT)


@pytest.fixture
def history(with_class: Path, book: Book, done: HandedIn) -> Path:
    book.hand_in(done.receipt)
    book.marked()
    book.changed()
    made = extract(
        book.chain.lines, "t07", head=book.head(), signer=book.registrar, at=AT + timedelta(days=1)
    )
    path = with_class / "t07.json"
    path.write_text(made.to_json(), encoding="utf-8")
    return path


def test_a_bundle_and_its_receipt_are_genuine_whatever_they_are_called(
    done: HandedIn, tmp_path: Path
) -> None:
    assert check_file(done.kept).ok
    receipt = next(done.kept.parent.glob("*.receipt.json"))
    renamed = shutil.copy(receipt, tmp_path / "download (3).txt")
    checked = check_file(Path(renamed))
    assert checked.ok and checked.kind == "receipt" and "genuine" in checked.sentence
    facts = dict(checked.facts)
    assert facts["Code"] == done.receipt.code and facts["Hand-in number"] == "1"


def test_a_bundle_that_was_altered_is_told_with_what_to_do(done: HandedIn) -> None:
    done.kept.write_bytes(done.kept.read_bytes()[:-30])
    checked = check_file(done.kept)
    assert not checked.ok and "handed-in" in checked.sentence


def test_a_history_is_checked_against_the_receipts_that_are_kept(history: Path, with_class: Path) -> None:
    checked = check_file(history)
    assert checked.ok and checked.findings == () and checked.history is not None
    assert [mark_words(one) for one in checked.history.standings()] == [
        f"{NAME}: 7 of 12 points, answers that wait for a person: 1, changed marks: 1"
    ]
    hand_in(with_class, "m05", at=AT)
    assert [one.code for one in check_file(history).findings] == ["receipt-without-entry"]


def test_a_ledger_that_was_written_anew_shows_against_the_history_that_was_checked_before(
    history: Path, book: Book, done: HandedIn
) -> None:
    assert check_file(history).ok and check_file(history).ok
    first = history.read_bytes()
    other = Book(book.registrar)
    other.hand_in(done.receipt)
    other.marked()
    other.add("due", assignment=NAME, due="")
    made = extract(
        other.chain.lines, "t07", head=other.head(), signer=other.registrar, at=AT + timedelta(days=2)
    )
    history.write_text(made.to_json(), encoding="utf-8")
    checked = check_file(history)
    assert not checked.ok and {one.code for one in checked.findings} == {"history-rewritten"}
    history.write_bytes(first)
    assert check_file(history).ok  # what does not hold is not kept


def test_a_receipt_is_looked_up_in_a_history(history: Path, done: HandedIn) -> None:
    assert check_file(done.kept, history=history).ok
    assert check_file(next(done.kept.parent.glob("*.receipt.json")), history=history).history is not None


def test_without_the_classes_certificate_nothing_is_called_good(history: Path, with_class: Path) -> None:
    certificate = (with_class / "class-certificate.pem").rename(with_class.parent / "elsewhere.pem")
    checked = check_file(history)
    assert not checked.ok and [one.code for one in checked.findings] == ["certificate-missing"]
    assert check_file(history, certificate=certificate).ok


def test_a_certificate_that_came_with_the_file_does_not_replace_that_of_the_class(
    history: Path, with_class: Path, book: Book
) -> None:
    other = CourseAuthority.create(name="Autumn class", seed="who gives out a false history")
    folder = with_class / "from-somebody"
    folder.mkdir()
    (folder / "class-certificate.pem").write_bytes(pem(other.certificate))
    moved = history.rename(folder / "t07.json")
    assert check_file(moved).ok
    book.registrar = other.issue(name="Registrar", role="custodian", organisation="Autumn class", state="XA")
    false = extract(
        book.chain.lines, "t07", head=book.head(), signer=book.registrar, at=AT + timedelta(days=1)
    )
    moved.write_text(false.to_json(), encoding="utf-8")
    assert "registrar-unknown" in {one.code for one in check_file(moved).findings}
    assert histories_in(with_class) == [moved]


def test_the_classes_receipt_is_checked_with_its_certificate(
    with_class: Path, book: Book, done: HandedIn
) -> None:
    made = CounterReceipt.sign(
        class_id=CLASS, trainee="t07", assignment=NAME, code=done.receipt.code, file="11" * 32,
        received=AT, state="set-aside", late=True, signer=book.registrar,
    )  # fmt: skip
    path = with_class / "handed-in" / "x.counter-receipt.json"
    path.write_text(made.to_json(), encoding="utf-8")
    checked = check_file(path)
    assert checked.ok and dict(checked.facts)["State"] == "set aside, late"
    path.write_text(made.to_json().replace("set-aside", "accepted"), encoding="utf-8")
    assert not check_file(path).ok


def test_other_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(ReceiptRejected):
        check_file(tmp_path / "x.json")
    with pytest.raises(UsageError, match="handed-in"):
        check_file(tmp_path / "none.json")


def test_histories_in_the_course_folder_are_found_latest_first(history: Path, with_class: Path) -> None:
    (with_class / "broken.json").write_text('{"type": "hanoikit.history/1"}')
    assert histories_in(with_class) == [history]
    assert verifying.histories_in(with_class / "nowhere") == []
