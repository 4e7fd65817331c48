"""The ledger shows what was changed, removed or written anew; in itself, in the gradebook and in the inbox."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from tests.classroom.class_scene import NOW
from tests.classroom.collecting_scene import make_class, snapshot

from hanoikit.classroom import ledger_marks
from hanoikit.classroom.klass import Class
from hanoikit.classroom.ledger import HEAD_FILE, HEADS_FILE, KIND, Ledger, number, read_lines
from hanoikit.classroom.ledger_check import history, record_marks, verify
from hanoikit.cli import run as command
from hanoikit.errors import ArtefactUnreadable, ClassroomError
from hanoikit.handin.history import History, check
from hanoikit.handin.receipt import CounterReceipt
from hanoikit.trust.chain import Chain

FIRST = "c01"
LATER = NOW + timedelta(hours=2)


@pytest.fixture(scope="session")
def marked(marked_class: Class, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class of three after its hand-ins and marks went into the ledger."""
    root = tmp_path_factory.mktemp("ledger") / "class"
    shutil.copytree(marked_class.root, root)
    for name in ("ledger.jsonl", HEAD_FILE, HEADS_FILE, "inbox", "reports"):
        path = root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    record_marks(root, at=LATER)
    return root


@pytest.fixture
def klass(marked: Path, tmp_path: Path) -> Class:
    shutil.copytree(marked, tmp_path / "class")
    return Class.open(tmp_path / "class")


def change(klass: Class, column: str, points: float, *, where: str = "1") -> None:
    """What somebody with a database program does to the first mark of the first trainee."""
    with sqlite3.connect(klass.root / "gradebook.db") as database:
        done = database.execute(
            f"""update grade set {column} = ? where id = (
            select g.id from grade g join submitted_notebook n on n.id = g.notebook_id
            join submitted_assignment s on s.id = n.assignment_id join base_cell b on b.id = g.cell_id
            where s.student_id = 't01' and {where} order by b.name limit 1)""",
            (points,),
        )
        assert done.rowcount == 1


def codes(klass: Class, *heads: Path) -> list[str]:
    return [finding.code for finding in verify(klass.root, heads=heads)]


def test_a_class_that_was_collected_and_marked_holds(klass: Class) -> None:
    assert verify(klass.root) == []
    lines = read_lines(klass)
    assert [line.record["entry"] for line in lines] == ["hand-in"] * 3 + ["marked"] * 3
    marking = next(line.record for line in lines[3:] if line.record["trainee"] == "t01")
    hand_in = next(line.record for line in lines[:3] if line.record["trainee"] == "t01")
    assert (marking["engine"], marking["hand_in"]) == ("trusted/1", hand_in["file"])
    assert marking["questions"]["c01-q1"] == "2" and marking["questions"]["c01-q7"] is None
    given = [float(points) for points in marking["questions"].values() if points is not None]
    assert float(marking["points"]) == sum(given) > 0
    before = snapshot(klass.root)
    assert record_marks(klass.root, at=LATER + timedelta(hours=1)) == ()
    assert snapshot(klass.root) == before


@pytest.mark.parametrize("column", ["auto_score", "manual_score", "extra_credit"])
def test_a_mark_changed_in_the_gradebook_is_found_and_named(klass: Class, column: str) -> None:
    change(klass, column, 17.5, where="g.auto_score is not null")
    [finding] = verify(klass.root)
    assert (finding.code, finding.severity) == ("mark-changed", "error")
    assert finding.where == f"t01, {FIRST}, c01-q1"
    assert "17.5" in finding.message or "19.5" in finding.message


def test_a_mark_changed_outside_any_marking_stays_visible_for_ever(klass: Class) -> None:
    change(klass, "auto_score", 17.5, where="g.auto_score is not null")
    [line] = record_marks(klass.root, at=LATER)
    assert {
        name: line.record[name] for name in ("entry", "trainee", "question", "before", "after", "by")
    } == {
        "entry": "changed",
        "trainee": "t01",
        "question": "c01-q1",
        "before": "2",
        "after": "17.5",
        "by": "unknown",
    }
    assert verify(klass.root) == []
    path = history(klass, "t01")
    assert path is not None
    found = check(History.from_json(path.read_bytes()), [], klass.authority_certificate)
    assert [finding.code for finding in found] == ["change-by-unknown"]


def test_a_mark_given_by_hand_is_an_entry_with_before_and_after(klass: Class) -> None:
    change(klass, "manual_score", 1, where="g.auto_score is not null")
    [line] = record_marks(klass.root, at=LATER, by="trainer-2")
    assert (line.record["before"], line.record["after"], line.record["by"]) == ("2", "1", "trainer-2")
    assert record_marks(klass.root, at=LATER) == ()
    assert verify(klass.root) == []


def test_marks_that_are_gone_from_the_gradebook_are_missed(klass: Class) -> None:
    with sqlite3.connect(klass.root / "gradebook.db") as database:
        database.execute("delete from grade")
    assert codes(klass) == ["marks-gone"] * 3


def test_a_hand_in_that_came_past_collecting_is_taken_in_before_its_marks(klass: Class) -> None:
    for name in ("ledger.jsonl", HEAD_FILE, HEADS_FILE):
        (klass.root / name).unlink()
    shutil.rmtree(klass.inbox)
    shutil.rmtree(klass.reports)
    lines = record_marks(klass.root, at=LATER)
    assert [line.record["entry"] for line in lines] == ["marked"] * 3
    assert [line.record["way"] for line in read_lines(klass)[:3]] == ["submitted"] * 3
    assert verify(klass.root) == []


def test_a_changed_line_breaks_the_chain_and_the_ledger_is_not_written_to(klass: Class) -> None:
    data = klass.ledger_path.read_bytes()
    klass.ledger_path.write_bytes(data.replace(b'"c01-q1":"2"', b'"c01-q1":"9"', 1))
    assert "hash-mismatch" in codes(klass)
    with pytest.raises(ArtefactUnreadable), Ledger.open(klass):
        pass


def test_lines_cut_off_at_the_end_are_missed(klass: Class) -> None:
    data = klass.ledger_path.read_bytes()
    klass.ledger_path.write_bytes(b"".join(data.splitlines(keepends=True)[:-1]))
    assert "cut-off" in codes(klass)
    klass.ledger_path.unlink()
    assert codes(klass) == ["ledger-missing"]


def test_a_head_that_cannot_be_read_hides_no_missing_line_and_is_kept_when_it_is_signed_anew(
    klass: Class,
) -> None:
    head, whole = klass.root / HEAD_FILE, klass.ledger_path.read_bytes()
    head.write_bytes(b"{spoilt")
    klass.ledger_path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    with pytest.raises(ArtefactUnreadable), Ledger.open(klass):
        pass
    klass.ledger_path.write_bytes(whole)
    with Ledger.open(klass) as ledger:
        ledger.sign(LATER)
    assert codes(klass) == []
    assert head.with_name(f"{HEAD_FILE}.unreadable").read_bytes() == b"{spoilt"


def rewritten(klass: Class) -> None:
    """The ledger written anew from its first line, with the class's own key, by somebody who has the folder."""
    chain = Chain(kind=KIND, owner=klass.id)
    for line in read_lines(klass):
        record = dict(line.record)
        if record["entry"] == "marked" and record["trainee"] == "t01":
            record["points"], record["questions"] = "25", {**record["questions"], "c01-q1": "22"}
        chain.append(record, at=line.at)
    klass.ledger_path.write_bytes(chain.to_bytes())
    (klass.root / HEAD_FILE).unlink()
    (klass.root / HEADS_FILE).unlink()
    with Ledger.open(klass) as ledger:
        ledger.sign(LATER)


def test_a_ledger_written_anew_with_the_classs_own_key_differs_from_what_others_keep(
    klass: Class, tmp_path: Path
) -> None:
    kept = history(klass, "t01")
    assert kept is not None
    own = shutil.copy(kept, tmp_path / "kept.json")
    head = shutil.copy(klass.root / HEAD_FILE, tmp_path / "head.json")
    rewritten(klass)
    change(klass, "auto_score", 22, where="b.name = 'c01-q1'")
    assert codes(klass) == [], "by itself it cannot be told"
    assert codes(klass, own)[:1] == ["fork"] and "root-differs" in codes(klass, own)
    assert codes(klass, head)[:1] == ["fork"]


def test_a_receipt_that_a_trainee_keeps_finds_its_line(klass: Class, tmp_path: Path) -> None:
    path = next((klass.reports / "receipts" / "t01").iterdir())
    kept = shutil.copy(path, tmp_path / "mine.json")
    receipt = CounterReceipt.from_json(path.read_bytes())
    assert codes(klass, kept) == []
    chain = Chain(kind=KIND, owner=klass.id)
    for line in read_lines(klass):
        if line.record.get("file") != receipt.file:
            chain.append(line.record, at=line.at)
    klass.ledger_path.write_bytes(chain.to_bytes())
    for name in (HEAD_FILE, HEADS_FILE):
        (klass.root / name).unlink()
    shutil.rmtree(klass.reports / "receipts")
    assert "receipt-differs" in codes(klass, kept)


def test_a_hand_in_altered_or_missing_in_the_inbox_is_found(klass: Class) -> None:
    first, second = (klass.inbox / read_lines(klass)[number].record["file"] for number in (0, 1))
    first.chmod(0o644)
    first.write_bytes(first.read_bytes() + b" ")
    second.unlink()
    assert sorted(codes(klass)) == ["inbox-altered", "inbox-missing"]


def test_a_signature_of_another_class_is_not_accepted(klass: Class, tmp_path: Path) -> None:
    other = make_class(tmp_path / "other", tmp_path / "texts")
    with Ledger.open(other) as ledger:
        ledger.note("roster", at=NOW, added=["t01"])
        ledger.sign(NOW)
    assert codes(klass, other.root / HEAD_FILE) == ["other-log", "head-signature"]


def test_a_line_torn_by_a_crash_is_set_aside_and_the_ledger_goes_on(klass: Class) -> None:
    with klass.ledger_path.open("ab") as stream:
        stream.write(b'{"at":"2026-12-01T12:')
    assert codes(klass) == ["torn-line"]
    with Ledger.open(klass) as ledger:
        ledger.note("due", at=LATER, assignments=[FIRST], due=None)
        ledger.sign(LATER)
    assert verify(klass.root) == []
    assert (klass.root / "ledger.jsonl.torn").read_bytes().startswith(b'{"at":"2026-12-01T12:')


def test_one_program_writes_at_a_time(klass: Class) -> None:
    with Ledger.open(klass), pytest.raises(ClassroomError, match="Another program"):
        Ledger.open(klass, wait=0)


def test_a_history_proves_its_lines_and_shows_no_others(klass: Class) -> None:
    path = history(klass, "t01")
    assert path is not None
    text = path.read_text(encoding="utf-8")
    found = History.from_json(text)
    receipts = [
        CounterReceipt.from_json(one.read_bytes()) for one in (klass.reports / "receipts" / "t01").iterdir()
    ]
    assert check(found, receipts, klass.authority_certificate) == []
    assert [line.record["entry"] for line in found.lines] == ["hand-in", "marked"]
    assert '"t02' not in text and "Okafor" not in klass.ledger_path.read_text(encoding="utf-8")
    before = path.read_bytes()
    assert history(klass, "t01") == path and path.read_bytes() == before


def test_the_command_tells_what_does_not_hold_and_ends_with_one(
    klass: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--class", str(klass.root)]
    assert command(["class", "ledger", *where]) == 0
    assert "The ledger holds: 6 entries" in capsys.readouterr().out
    assert command(["class", "ledger", "show", "t02", *where]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 2 and all(f"t02 {FIRST}" in line for line in shown)
    change(klass, "auto_score", 9, where="g.auto_score is not null")
    assert command(["class", "ledger", "verify", *where]) == 1
    assert f"t01, {FIRST}, c01-q1: The ledger says 2 points, the gradebook 9." in capsys.readouterr().out
    assert command(["class", "ledger", "burn", *where]) == 2


def test_a_mark_given_by_hand_is_in_the_ledger_before_it_is_shown(
    klass: Class, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(klass, "manual_score", 1, where="g.auto_score is null")
    assert [finding.severity for finding in verify(klass.root)] == ["warning"]
    assert command(["class", "export", "--to", str(tmp_path / "marks"), "--class", str(klass.root)]) == 0
    record = read_lines(klass)[-1].record
    assert (record["entry"], record["before"], record["after"], record["by"]) == (
        "changed",
        None,
        "1",
        "by-hand",
    )
    klass.ledger_path.write_bytes(klass.ledger_path.read_bytes().replace(b'"after":"1"', b'"after":"3"'))
    assert command(["class", "export", "--to", str(tmp_path / "marks"), "--class", str(klass.root)]) == 0


@pytest.mark.parametrize(
    ("points", "text"),
    [(None, None), (0.0, "0"), (2.0, "2"), (0.1 + 0.2, "0.3"), (1 / 3, "0.3333"), (100.0, "100")],
)
def test_points_are_written_as_decimal_text(points: float | None, text: str | None) -> None:
    assert number(points) == text


def test_what_stands_in_both_is_no_difference(klass: Class) -> None:
    marks = ledger_marks.read(klass.root)
    assert ledger_marks.differences(klass.root, read_lines(klass), marks, by="by-hand") == []
    assert ledger_marks.differences(klass.root, [], marks, by="by-hand")[0]["entry"] == "marked"
