"""What a clever, a dishonest and a bored trainee hand in, all on one stick: nobody else's work suffers."""

from __future__ import annotations

import csv
import json
import os
import shutil
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from tests.classroom.collecting_scene import FIRST, NOW, SECOND, Scene, make_class

from hanoikit.classroom import collecting_reading, collecting_telling, export, feedback
from hanoikit.classroom.collecting import Collection, Item, collect
from hanoikit.classroom.collecting_inbox import Inbox
from hanoikit.classroom.formgrader import handlers
from hanoikit.classroom.klass import Class
from hanoikit.classroom.ledger import Ledger, read_lines
from hanoikit.classroom.ledger_check import verify
from hanoikit.errors import ArtefactUnreadable, GradingError
from hanoikit.exercise.records import MOST_FINDINGS, Header, Scan
from hanoikit.grading import cells
from hanoikit.handin import bundle, history_check
from hanoikit.handin.history import extract
from hanoikit.handin.receipt import CounterReceipt

LATER = NOW + timedelta(hours=3)
STEERING = "\x1b[2J\x1b]0;owned\x07\ud800=cmd"
"""Clears a terminal, gives it a title, cannot be written as UTF-8, and would be a formula."""


@dataclass
class Stick:
    """A class and what became of everything on the stick."""

    scene: Scene
    found: Collection

    @property
    def klass(self) -> Class:
        return self.scene.klass

    def item(self, part: str) -> Item:
        return next(item for item in self.found.items if part in item.shown)

    def placed(self, who: str, assignment: str = FIRST) -> dict[str, bytes]:
        folder = self.klass.course.submitted(who, assignment)
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Stick:
    place = tmp_path_factory.mktemp("attacks")
    klass = make_class(place / "class", place / "texts")
    scene = Scene(klass, place / "work", place / "stick")
    scene.seal("t02", answers=4)
    collect(klass, [scene.stick], now=NOW + timedelta(hours=1))
    _another_bag_beside(scene)
    scene.seal("t03", id="t02", key="t03", answers=1, at=NOW + timedelta(minutes=30), to=scene.stick / "key")
    shutil.copytree(scene.folder("t04", at=NOW + timedelta(minutes=40)), scene.stick / "t02" / FIRST)
    _names_that_cannot_be(scene, "t04")
    _steering(scene)
    _clocks(scene)
    _flood(scene)
    return Stick(scene, collect(klass, [scene.stick], now=LATER))


def _another_bag_beside(scene: Scene) -> None:
    """The sealed bundle of t01, with work of somebody else in it where a careless reader looks first."""
    sealed = scene.seal("t01")
    other = scene.folder("t03", answers=4)
    with zipfile.ZipFile(sealed) as old, zipfile.ZipFile(scene.stick / "copy.hanoi.zip", "w") as new:
        new.writestr("__MACOSX/bagit.txt", "BagIt-Version: 1.0\n")
        new.write(other / "answers.jsonl", "__MACOSX/data/answers.jsonl")
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr(f"{old.namelist()[0].partition('/')[0]}/data/._run.py", "print(1)")
    sealed.unlink()


def _names_that_cannot_be(scene: Scene, who: str) -> None:
    deep = "/".join(["d" * 150] * 8)
    names = ["a", "a/b", "answers.jsonl/x", f"{FIRST}.ipynb/x", "timestamp.txt/x", deep, "kept.txt"]
    with zipfile.ZipFile(scene.stick / f"{who}.zip", "w") as archive:
        for path in scene.folder(who).iterdir():
            archive.write(path, f"{who}/{FIRST}/{path.name}")
        for name in names:
            archive.writestr(f"{who}/{FIRST}/{name}", name)


def _steering(scene: Scene) -> None:
    name = os.fsencode(str(scene.stick)) + b"/\xff\x1b[2Jlarge.bin"
    Path(os.fsdecode(name)).touch()
    os.truncate(name, 25 << 20)
    where = scene.stick / f"\x1b[2J=cmd+{FIRST}+2026-12-01 09.00.00 UTC"
    shutil.copytree(scene.folder("t03"), where)
    sheet = where / "answers.jsonl"
    head, _feed, rest = sheet.read_bytes().partition(b"\n")
    hostile = {**json.loads(head), "assignment": STEERING, "sheet": STEERING}
    sheet.write_bytes(json.dumps(hostile).encode() + b"\n" + rest)
    scene.seal("t05", SECOND, class_id="\x1b[2J\u202e=1+1")


def _clocks(scene: Scene) -> None:
    scene.klass.plan(SECOND, due=NOW + timedelta(hours=1))
    real = bundle._zip
    folder = scene.folder("t06", SECOND, at=NOW + timedelta(hours=2))
    # Answered after the due time, sealed with a clock that was set back.
    scene.seal("t06", SECOND, at=NOW)
    assert folder.is_dir()
    scene.folder("t05")
    with patch.object(bundle, "_zip", lambda members, stem, _at: real(members, stem, NOW)):
        scene.seal("t05", at=datetime.fromisoformat("0001-01-01T00:00:00+14:00"))
        scene.seal("t04", SECOND, at=datetime.fromisoformat("2001-01-01T00:00:00+00:00"))


def _flood(scene: Scene) -> None:
    with zipfile.ZipFile(scene.stick / "flood.zip", "w") as archive:
        for number in range(collecting_reading.MOST_OTHERS + 1):
            archive.writestr(f"{number}.txt", str(number))


def codes(item: Item) -> set[str]:
    return {finding.code for finding in item.findings}


def test_what_is_marked_is_what_was_signed_whatever_else_lies_in_the_zip(stick: Stick) -> None:
    own = stick.scene.folder("t01") / "answers.jsonl"
    assert stick.item("copy.hanoi.zip").state == "accepted"
    assert stick.placed("t01")["answers.jsonl"] == own.read_bytes()
    assert not any("_run.py" in name or "MACOSX" in name for name in stick.placed("t01"))


def test_who_seals_under_anothers_id_replaces_nothing_until_a_person_says_so(stick: Stick) -> None:
    impostor = stick.item("/key/")
    assert (impostor.state, codes(impostor)) == ("set-aside", {"another-key"}) and impostor.look
    loose = stick.item(f"/t02/{FIRST}/")
    assert loose.state == "set-aside" and "not-sealed" in codes(loose)
    own = stick.scene.folder("t02") / "answers.jsonl"
    assert stick.placed("t02")["answers.jsonl"] == own.read_bytes()


def test_a_new_machine_of_the_same_person_is_asked_about_once(stick: Stick, tmp_path: Path) -> None:
    klass = Class.open(Path(shutil.copytree(stick.klass.root, tmp_path / "class")))
    scene = Scene(klass, tmp_path / "work", tmp_path / "stick", stick.scene.keys)
    [asked] = collect(klass, [scene.seal("t02", SECOND, key="new machine")], now=LATER).items
    assert codes(asked) >= {"another-key"}
    [taken] = collect(klass, [scene.stick], now=LATER, take_anyway=True).items
    assert taken.state == "accepted"
    at = NOW + timedelta(minutes=30)
    next_one = scene.seal("t02", SECOND, key="new machine", answers=3, at=at, to=tmp_path / "two")
    [again] = collect(klass, [next_one], now=LATER).items
    assert again.state == "accepted" and "another-key" not in codes(again)


def test_names_that_no_folder_can_hold_cost_nobody_else_the_hand_in(stick: Stick) -> None:
    item = stick.item("t04.zip")
    assert item.state == "accepted" and "names-unusable" in codes(item)
    assert set(stick.placed("t04")) == {"a", "kept.txt", "answers.jsonl", f"{FIRST}.ipynb", "timestamp.txt"}
    assert stick.placed("t04")["answers.jsonl"].startswith(b'{"hanoikit_sheet"')


def test_nothing_of_a_hand_in_steers_the_terminal_or_stops_the_ledger(stick: Stick) -> None:
    inbox = Inbox(stick.klass.inbox)
    made = collecting_telling.rows([item.decision for item in stick.found.items], stick.klass.roster, inbox)
    said = "".join(f"{row.shown}{row.trainee}{row.assignment}{row.what}{row.step}{row.code}" for row in made)
    said += "".join(map(str, stick.found.passed_over)) + (stick.klass.inbox / "index.jsonl").read_text()
    assert "large.bin" in said and "=1+1" in said
    assert not {"\x1b", "\x07", "\u202e"} & set(said) and said.encode()
    assert not verify(stick.klass.root)
    pages = collecting_telling.write(stick.klass, stick.found, inbox, now=LATER)
    assert all(b"\x1b" not in page.read_bytes() for page in pages)


def test_a_clock_that_was_set_back_gains_no_time(stick: Stick) -> None:
    back = stick.item(f"{SECOND}--t06")
    assert back.decision.late and {"clock-back", "late"} <= codes(back)
    behind = stick.item(f"{SECOND}--t04")
    assert behind.decision.late and "clock-behind" in codes(behind)
    assert behind.decision.time == LATER
    nonsense = next(item for item in stick.found.items if item.trainee == "t05" and item.assignment == FIRST)
    assert nonsense.state == "accepted" and nonsense.decision.time == LATER


def test_thousands_of_files_are_one_line_in_the_ledger(stick: Stick) -> None:
    [item] = [item for item in stick.found.items if "flood" in item.shown]
    assert item.state == "set-aside" and item.shown.endswith("flood.zip")
    assert len(read_lines(stick.klass)) < 20


def test_archives_in_archives_unpack_to_no_more_than_one(tmp_path: Path, stick: Stick) -> None:
    def packed(name: str, data: bytes, count: int) -> bytes:
        path = tmp_path / "one.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(count):
                archive.writestr(f"{number}{name}", data)
        return path.read_bytes()

    inner = packed(".bin", b"\0" * 10_000, 20)
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(packed(".zip", inner, 12))
    klass = Class.open(Path(shutil.copytree(stick.klass.root, tmp_path / "class")))
    with patch.object(collecting_reading, "_UNPACKED", 500_000):
        found = collect(klass, [bomb], now=LATER)
    opened = [item for item in found.items if ".zip/" in item.shown and item.shown.endswith(".bin")]
    assert 0 < len(opened) <= 50 and all(item.state == "set-aside" for item in found.items)


def test_a_notebook_of_brackets_and_a_sheet_of_rubbish_take_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cells, "LARGEST", 1000)
    with pytest.raises(GradingError, match="at most"):
        cells.parse_notebook(b'{"cells": [' + b"[]," * 1000 + b"[]]}", "m.ipynb")
    head = Header(FIRST, "sheet", NOW).line()
    scan = Scan.of(head + b"\n" + b"x\n" * (3 * MOST_FINDINGS))
    assert len(scan.findings) == MOST_FINDINGS + 1 and scan.findings[-1].code == "too-many-lines"


def test_a_second_collection_leaves_alone_what_the_first_one_is_writing(stick: Stick) -> None:
    half = stick.klass.inbox / ".new-half"
    half.write_bytes(b"half")
    Inbox(stick.klass.inbox)
    assert half.exists()
    with Ledger.open(stick.klass):
        Inbox(stick.klass.inbox).tidy()
    assert not half.exists()


def test_a_receipt_shows_a_ledger_that_says_late_instead_of_in_time(stick: Stick, tmp_path: Path) -> None:
    """Written anew with the class's own key: only what somebody else keeps can show it."""
    path = next((stick.klass.reports / "receipts" / "t02").glob("*.json"))
    receipt = CounterReceipt.from_json(path.read_bytes())
    klass = Class.open(Path(shutil.copytree(stick.klass.root, tmp_path / "class")))
    records = [dict(line.record) for line in read_lines(klass)]
    records[receipt.line - 1] |= {"late": True, "received": LATER.isoformat()}
    for name in ("ledger.jsonl", "ledger-head.json", "ledger-heads.jsonl"):
        (klass.root / name).unlink()
    shutil.rmtree(klass.reports / "receipts")
    with Ledger.open(klass) as ledger:
        ledger._lines += ledger._log.extend([(record, LATER) for record in records])
        ledger.sign(LATER)
        tree = ledger.lines()
    assert not verify(klass.root)
    assert [one.code for one in verify(klass.root, heads=[path])] == ["receipt-differs"]
    from hanoikit.classroom.ledger import HEAD_FILE, read_head

    signed = read_head(klass.root / HEAD_FILE)
    assert signed is not None
    history = extract(tree, "t02", head=signed[1], signer=klass.registrar, at=LATER, chain=signed[0])
    found = history_check.findings(history, [receipt], klass.authority_certificate)
    assert [one.code for one in found if one.severity == "error"] == ["receipt-differs"]


def test_a_ledger_whose_end_was_cut_off_is_not_gone_on_with(stick: Stick, tmp_path: Path) -> None:
    klass = Class.open(Path(shutil.copytree(stick.klass.root, tmp_path / "class")))
    lines = klass.ledger_path.read_bytes().splitlines(keepends=True)
    klass.ledger_path.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(ArtefactUnreadable, match="missing"):
        collect(klass, now=LATER)
    assert klass.ledger_path.read_bytes() == b"".join(lines[:-1])


def test_a_table_runs_no_formula_in_any_spreadsheet() -> None:
    texts = ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "|calc"]
    table = export.Sheet("marks", "marks", ("name",), [[text] for text in texts])
    rows = list(csv.reader(export.as_csv(table).decode("utf-8-sig").splitlines(keepends=True)))
    assert all(row[0].startswith("'") for row in rows[1:] if row)
    assert all(collecting_telling.guarded(text).startswith("'") for text in texts)


def test_on_a_page_that_is_given_back_nothing_of_a_trainee_runs() -> None:
    page = "<!DOCTYPE html><html><head><title>x</title></head><body><script>alert(1)</script></body></html>"
    quiet = feedback.offline(page)
    assert quiet.index("Content-Security-Policy") < quiet.index("<title>")
    assert "default-src 'none'" in quiet and "script-src" not in quiet


def test_the_marking_page_takes_programs_from_its_own_folders_only() -> None:
    policy = handlers._POLICY.format(nonce="n", root="http://127.0.0.1:8890")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert "'self'" not in rules["script-src"] and rules["default-src"] == "'none'"
    assert "http://127.0.0.1:8890/formgrader/static/" in rules["script-src"]
