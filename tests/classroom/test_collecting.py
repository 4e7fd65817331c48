"""Hand-ins come in by stick, zip, mail and exchange, whole and damaged, and none is lost."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.classroom.collecting_scene import FIRST, NOW, SECOND, Scene, make_class, snapshot, submitted

from hanoikit.classroom import collecting_telling
from hanoikit.classroom.collecting import Collection, Item, collect, receipt_path
from hanoikit.classroom.collecting_finding import clean
from hanoikit.classroom.collecting_identity import People, assignment_named
from hanoikit.classroom.collecting_inbox import Inbox
from hanoikit.classroom.klass import Class
from hanoikit.classroom.ledger import Ledger, read_lines
from hanoikit.classroom.roster import Roster, Trainee
from hanoikit.cli import run as command
from hanoikit.errors import UsageError
from hanoikit.exercise.sheet import Sheet
from hanoikit.handin.receipt import CounterReceipt

LATER = NOW + timedelta(hours=2)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("collecting")
    return make_class(place / "class", place / "texts").root


@pytest.fixture
def scene(template: Path, tmp_path: Path) -> Scene:
    shutil.copytree(template, tmp_path / "class")
    (tmp_path / "stick").mkdir()
    return Scene(Class.open(tmp_path / "class"), tmp_path / "work", tmp_path / "stick")


def by_name(collection: Collection) -> dict[str, Item]:
    return {Path(item.shown).name: item for item in collection.items}


def codes(item: Item) -> list[str]:
    return [finding.code for finding in item.findings]


def in_inbox(klass: Class, data: bytes) -> bool:
    path = klass.inbox / hashlib.sha256(data).hexdigest()
    return path.is_file() and path.read_bytes() == data


# what comes in


def test_a_bundle_is_accepted_placed_and_answered_with_a_receipt_of_the_class(scene: Scene) -> None:
    path = scene.seal("t01")
    [item] = collect(scene.klass, [scene.stick], now=LATER).items
    assert (item.trainee, item.assignment, item.state, item.look) == ("t01", FIRST, "accepted", False)
    target = scene.klass.course.submitted("t01", FIRST)
    assert (target / "answers.jsonl").read_bytes() == (
        scene.work / "t01" / FIRST / "answers.jsonl"
    ).read_bytes()
    assert (target / "timestamp.txt").read_text() == "2026-12-01 10:00:00.000000 UTC"
    assert in_inbox(scene.klass, path.read_bytes())
    receipt = CounterReceipt.from_json(receipt_path(scene.klass, item.decision.facts).read_bytes())
    receipt.verify([scene.klass.authority_certificate])
    assert (receipt.state, receipt.code, receipt.line) == ("accepted", path.name.split("--")[2][:14], 1)


def odd_ones(scene: Scene) -> dict[str, tuple[str, str]]:
    """A stick full of trouble: file name -> (state, first code) that collecting must give."""
    stick, work = scene.stick, scene.work
    whole = scene.seal("t01").read_bytes()
    expected = {next(stick.iterdir()).name: ("accepted", "")}

    def put(name: str, data: bytes, state: str, code: str) -> None:
        (stick / name).write_bytes(data)
        expected[name] = (state, code)

    other = scene.seal("t02", to=work / "b", at=NOW).read_bytes()
    named = next((work / "b").iterdir()).name
    put("copy of a copy.hanoi.zip", whole, "accepted", "")
    put(named.replace("t02", "t04"), other, "set-aside", "wrong-person")
    put(f"{FIRST}--t03--0000-0000-0000.hanoi.zip", whole[: len(whole) // 2], "set-aside", "damaged")
    put("nothing.hanoi.zip", b"", "set-aside", "empty")
    put("no zip at all.zip", b"%PDF-1.7 not a zip", "set-aside", "damaged")
    put("scan.pdf", b"%PDF-1.7", "set-aside", "not-recognised")
    flipped = bytearray(scene.seal("t04", to=work / "d").read_bytes())
    flipped[len(flipped) // 3] ^= 0xFF
    put("flipped.hanoi.zip", bytes(flipped), "set-aside", "damaged")
    put("edited.hanoi.zip", edited(scene.seal("t05", to=work / "e"), work / "e2"), "set-aside", "edited")
    for name, state, code, how in (
        ("stranger", "set-aside", "unknown-trainee", {"id": "t77"}),
        ("nobody", "set-aside", "no-identity", {"id": "", "name": "Quite Unknown"}),
        ("elsewhere", "set-aside", "other-class", {"class_id": "aaaaaaaaaaaa"}),
        ("tomorrow", "accepted", "clock-ahead", {"at": NOW + timedelta(days=400)}),
    ):
        path = scene.seal("t06", to=work / name, key=name, **how)  # type: ignore[arg-type]
        put(f"{name}.hanoi.zip", path.read_bytes(), state, code)
    shutil.copy(scene.klass.course.release(FIRST) / f"{FIRST}.ipynb", work / "foreign.ipynb")
    text = (work / "foreign.ipynb").read_text(encoding="utf-8").replace("m99", "m55")
    put("Ben foreign.ipynb", text.encode(), "set-aside", "unknown-assignment")
    put("Ben Okafor m98.ipynb", b'{"cells": [', "set-aside", "damaged")
    return expected


def edited(path: Path, folder: Path) -> bytes:
    """A bundle that somebody unpacked, changed and packed again, with the zip program."""
    folder.mkdir()
    shutil.unpack_archive(path, folder, "zip")
    sheet = next(folder.rglob("answers.jsonl"))
    sheet.write_bytes(sheet.read_bytes().replace(b'"b"', b'"c"'))
    subprocess.run(["zip", "-qr", "../edited.zip", "."], cwd=folder, check=True)
    return (folder.parent / "edited.zip").read_bytes()


def test_sixteen_kinds_of_damaged_and_odd_hand_ins_get_each_their_answer_and_none_is_lost(
    scene: Scene,
) -> None:
    expected = odd_ones(scene)
    before = snapshot(scene.stick)
    collection = collect(scene.klass, [scene.stick], now=LATER)
    found = {
        name: (item.state, codes(item)[0] if code else "")
        for name, item in by_name(collection).items()
        for code in [expected[name][1]]
    }
    assert found == expected
    assert snapshot(scene.stick) == before
    lost = [name for name, data in before.items() if not in_inbox(scene.klass, data)]
    assert lost == []
    assert collection.look
    known = {line.record["file"] for line in read_lines(scene.klass)}
    zips = {hashlib.sha256(data).hexdigest() for name, data in before.items() if name.endswith("zip")}
    assert zips <= known


def test_receipts_that_came_with_their_bundles_are_no_hand_ins(scene: Scene) -> None:
    sealed = scene.seal("t01")
    for ending in (".receipt.json", ".counter-receipt.json"):
        sealed.with_name(sealed.name.removesuffix(".hanoi.zip") + ending).write_text("{}")
    alone = sealed.with_name(f"{SECOND}--t02--K7QF-2M9X-PT3A.receipt.json")
    alone.write_text("{}")
    found = collect(scene.klass, [scene.stick], now=LATER).items
    states = {item.shown.rpartition("/")[2]: item.state for item in found}
    assert states == {sealed.name: "accepted", alone.name: "set-aside"}


def test_collecting_the_same_again_changes_no_byte_of_the_class(scene: Scene) -> None:
    odd_ones(scene)
    first = collect(scene.klass, [scene.stick], now=LATER)
    inbox = Inbox(scene.klass.inbox)
    collecting_telling.write(scene.klass, first, inbox, now=LATER)
    before = snapshot(scene.klass.root)
    again = collect(scene.klass, [scene.stick], now=LATER + timedelta(hours=1))
    collecting_telling.write(scene.klass, again, inbox, now=LATER + timedelta(hours=1))
    assert (again.entries, again.placed, again.new) == (0, (), ())
    assert [item.state for item in again.items] == [item.state for item in first.items]
    assert snapshot(scene.klass.root) == before


def test_hidden_files_of_a_hand_in_are_placed_and_make_no_other_hand_in_of_it(scene: Scene) -> None:
    work = scene.folder("t01")
    (work / "case").mkdir()
    (work / "case" / ".hanoikit-case.json").write_text("{}")
    sealed = scene.seal("t01")
    collect(scene.klass, [sealed], now=NOW)
    assert (scene.klass.course.submitted("t01", FIRST) / "case" / ".hanoikit-case.json").is_file()
    (scene.klass.course.submitted("t01", FIRST) / ".DS_Store").write_bytes(b"of a file manager")
    lines = scene.klass.ledger_path.read_bytes()
    again = collect(scene.klass, [sealed], now=LATER)
    assert (again.entries, scene.klass.ledger_path.read_bytes()) == (0, lines)


def test_what_came_in_too_early_stays_so_said_and_adds_no_line_the_second_time(scene: Scene) -> None:
    scene.klass.plan(FIRST, state="planned")
    scene.seal("t01")
    first = collect(scene.klass, [scene.stick], now=LATER)
    assert [(item.state, codes(item)) for item in first.items] == [("accepted", ["not-open"])]
    for opened in (False, True):
        if opened:
            scene.klass.plan(FIRST, state="open")
        again = collect(scene.klass, [scene.stick], now=LATER + timedelta(hours=1))
        assert (again.entries, again.placed, again.new) == (0, (), ())
        assert [codes(item) for item in again.items] == [["not-open"]]


def test_what_is_damaged_in_one_way_is_said_once(scene: Scene) -> None:
    odd_ones(scene)
    found = collect(scene.klass, [scene.stick], now=LATER)
    names = {(item.decision.facts.file, item.trainee): item.shown for item in found.items}
    decisions = [item.decision for item in found.items]
    for row in collecting_telling.rows(decisions, scene.klass.roster, Inbox(scene.klass.inbox), names):
        sentences = row.what.split(". ")
        assert len({one.rstrip(".") for one in sentences}) == len(sentences), row.what


@pytest.mark.parametrize(
    "name",
    [
        "Ana Kovač m99.ipynb",
        "m99-marking_ana-kovač_ABGABE (2).ipynb",
        "t01 - m99 - Copy.ipynb.txt",
        "kovacana_812_m99-marking.ipynb",
        "ana.kovac@police.example m99.ipynb",
    ],
)
def test_a_loose_notebook_finds_its_owner_and_assignment(scene: Scene, name: str) -> None:
    folder = scene.folder("t01")
    (scene.stick / unicodedata.normalize("NFD", name)).write_bytes((folder / f"{FIRST}.ipynb").read_bytes())
    [item] = collect(scene.klass, [scene.stick], now=LATER).items
    assert (item.trainee, item.assignment, item.state) == ("t01", FIRST, "accepted")
    assert codes(item) == ["no-sheet"]
    assert (scene.klass.course.submitted("t01", FIRST) / f"{FIRST}.ipynb").is_file()


def test_a_folder_comes_in_with_its_sheet_and_its_files(scene: Scene) -> None:
    folder = scene.stick / "陳大文" / "Aufgabe"
    shutil.copytree(scene.folder("t03"), folder)
    (folder / "package").mkdir()
    (folder / "package" / "notes.txt").write_text("seen")
    (folder / f"{FIRST}.ipynb").rename(folder / f"{FIRST} (1).ipynb")
    (folder / ".hanoikit").mkdir()
    (folder / ".hanoikit" / "me.key.pem").write_text("private")
    [item] = collect(scene.klass, [scene.stick], now=LATER).items
    assert (item.trainee, item.state, codes(item)) == ("t03", "accepted", [])
    assert sorted(name for name in submitted(scene.klass)) == [
        f"t03/{FIRST}/{name}"
        for name in ("answers.jsonl", f"{FIRST}.ipynb", "package/notes.txt", "timestamp.txt")
    ]
    assert not in_inbox(scene.klass, b"private")


def test_a_whole_course_folder_on_a_stick_gives_only_the_work_that_was_done(scene: Scene) -> None:
    course = scene.stick / "hanoi-kit"
    shutil.copytree(scene.folder("t05"), course / "exercises" / FIRST)
    shutil.copytree(scene.klass.course.release(SECOND), course / "exercises" / SECOND)
    lesson = {"cells": [], "metadata": {"hanoikit": {"kind": "lesson"}}, "nbformat": 4, "nbformat_minor": 5}
    (course / "lessons").mkdir()
    (course / "lessons" / "m99-lesson.ipynb").write_text(json.dumps(lesson))
    scene.seal("t05", to=course / "handed-in")
    items = by_name(collect(scene.klass, [scene.stick], now=LATER))
    assert {name: (item.trainee, item.state, codes(item)[:1], item.look) for name, item in items.items()} == {
        f"{FIRST}.ipynb": ("", "set-aside", ["no-identity"], True),
        f"{SECOND}.ipynb": ("", "set-aside", ["untouched"], False),
        "m99-lesson.ipynb": ("", "set-aside", ["not-recognised"], False),
        next((course / "handed-in").iterdir()).name: ("t05", "accepted", [], False),
    }
    assert "sheet-known" in codes(items[f"{FIRST}.ipynb"])


def test_zips_of_a_learning_platform_mails_and_unpacked_bundles_open(scene: Scene) -> None:
    a, b, c = (scene.seal(who, to=scene.work / "out") for who in ("t01", "t02", "t03"))
    with zipfile.ZipFile(scene.stick / "all of them.zip", "w") as archive:
        archive.write(a, f"Ana Kovac_1_assignsubmission_file/{a.name}")
        archive.write(b, f"Ben Okafor_2_assignsubmission_file/{b.name}")
        archive.writestr("__MACOSX/._x.ipynb", b"junk")
    shutil.unpack_archive(c, scene.stick / "unpacked by the browser", "zip")
    plain = scene.folder("t05")
    with zipfile.ZipFile(
        scene.stick / f"{FIRST}_t05_attempt_2026-12-01-10-00-00_{FIRST}.zip", "w"
    ) as archive:
        for path in plain.iterdir():
            if not path.name.startswith("."):
                archive.write(path, f"{FIRST}/{path.name}")
    sealed = scene.seal("t04", to=scene.work / "out")
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "siobhan@police.example", "m99"
    mail.set_content("See the attachment.")
    mail.add_attachment(sealed.read_bytes(), maintype="application", subtype="zip", filename=sealed.name)
    (scene.stick / "mail.eml").write_bytes(mail.as_bytes())
    collection = collect(scene.klass, [scene.stick], now=LATER)
    assert {item.trainee: (item.state, codes(item)) for item in collection.items} == {
        who: ("accepted", []) for who in ("t01", "t02", "t03", "t04", "t05")
    }
    assert not in_inbox(scene.klass, b"junk")
    assert collect(scene.klass, [scene.stick], now=LATER).entries == 0


def test_work_on_two_assignments_in_one_folder_is_taken_as_two(scene: Scene) -> None:
    folder = scene.stick / "t02"
    shutil.copytree(scene.folder("t02"), folder)
    shutil.copy(scene.folder("t02", SECOND) / f"{SECOND}.ipynb", folder)
    items = by_name(collect(scene.klass, [scene.stick], now=LATER))
    assert (items[f"{FIRST}.ipynb"].state, codes(items[f"{FIRST}.ipynb"])) == (
        "accepted",
        ["two-assignments"],
    )
    assert codes(items[f"{SECOND}.ipynb"]) == ["no-sheet", "two-assignments"]
    assert {item.assignment for item in items.values()} == {FIRST, SECOND}


def test_what_trainees_hand_in_with_nbgraders_exchange_is_seen(scene: Scene) -> None:
    inbound = scene.klass.root / "exchange" / "hanoi-kit" / "inbound"
    for time, answers in (("09:00:00.000000", 1), ("11:00:00.000000", 2)):
        target = inbound / f"t01+{FIRST}+2026-12-01 {time} UTC+c2VjcmV0"
        shutil.copytree(scene.folder("t01", answers=answers), target)
        (target / "timestamp.txt").write_text(f"2026-12-01 {time} UTC")
        (target / "submission_secret.txt").write_text("secret")
    collection = collect(scene.klass, now=LATER)
    assert [item.state for item in collection.items] == ["accepted", "accepted"]
    target = scene.klass.course.submitted("t01", FIRST)
    assert (target / "timestamp.txt").read_text() == "2026-12-01 11:00:00.000000 UTC"
    assert (target / "submission_secret.txt").read_text() == "secret"
    # nbgrader's own collecting puts the folder there itself; it is left as it is, and goes into the ledger.
    other = scene.klass.course.submitted("t02", FIRST)
    shutil.copytree(scene.folder("t02"), other)
    (other / "timestamp.txt").write_text("2026-12-01 11:30:00.000000 UTC")
    before = snapshot(other)
    [item] = [item for item in collect(scene.klass, now=LATER).items if item.new]
    assert (item.trainee, item.state, snapshot(other)) == ("t02", "accepted", before)
    assert collect(scene.klass, now=LATER).entries == 0


# who and when


def test_the_latest_hand_in_counts_and_a_copy_of_it_is_a_duplicate(scene: Scene) -> None:
    first = scene.seal("t01", answers=1, at=NOW)
    collect(scene.klass, [first], now=LATER)
    second = scene.seal("t01", answers=3, at=NOW + timedelta(minutes=30), number=2)
    [item] = collect(scene.klass, [second], now=LATER).items
    assert codes(item) == ["second"]
    placed = (scene.klass.course.submitted("t01", FIRST) / "answers.jsonl").read_bytes()
    assert placed == (scene.work / "t01" / FIRST / "answers.jsonl").read_bytes()
    [old] = collect(scene.klass, [first], now=LATER).items
    assert (old.new, codes(old)) == (False, ["older"])
    third = scene.seal("t01", answers=3, at=NOW + timedelta(minutes=50), number=3)
    [again] = collect(scene.klass, [third], now=LATER).items
    assert (again.state, codes(again)) == ("duplicate", ["same-again"])
    stamp = (scene.klass.course.submitted("t01", FIRST) / "timestamp.txt").read_text()
    assert stamp == "2026-12-01 10:30:00.000000 UTC", "handed in again unchanged, the first time counts"
    assert all(in_inbox(scene.klass, path.read_bytes()) for path in (first, second, third))


def test_an_empty_hand_in_never_replaces_one_with_answers(scene: Scene) -> None:
    scene.seal("t01", at=NOW)
    shutil.rmtree(scene.work)
    folder = scene.folder("t01", answers=0)
    Sheet.in_folder(folder, assignment=FIRST, clock=lambda: NOW).extend([("m99-q1", None, NOW)])
    scene.seal("t01", answers=0, at=NOW + timedelta(hours=1), number=2)
    items = collect(scene.klass, [scene.stick], now=LATER).items
    assert sorted(codes(item) for item in items) == [[], ["blank", "older"]]
    assert b'"b"' in (scene.klass.course.submitted("t01", FIRST) / "answers.jsonl").read_bytes()


def test_a_late_hand_in_counts_and_is_flagged_and_is_refused_only_on_demand(scene: Scene) -> None:
    scene.klass.plan(FIRST, due=NOW - timedelta(hours=3), refuse_late=True)
    scene.seal("t01")
    [item] = collect(scene.klass, [scene.stick], now=LATER).items
    assert (item.state, codes(item)) == ("set-aside", ["too-late"])
    scene.klass.plan(FIRST, refuse_late=False)
    [item] = collect(scene.klass, [scene.stick], now=LATER).items
    assert (item.state, codes(item), item.decision.late, item.look) == ("accepted", ["late"], True, False)
    scene.klass.plan(FIRST, due=NOW + timedelta(hours=3))
    [item] = collect(scene.klass, [scene.stick], now=LATER).items
    assert (codes(item), item.decision.late) == ([], False), "a longer time holds for what is in already"


def test_what_is_handed_in_after_closing_is_late(scene: Scene) -> None:
    scene.seal("t01", at=NOW)
    scene.seal("t02", at=NOW + timedelta(hours=1))
    scene.klass.plan(FIRST, state="closed")
    with Ledger.open(scene.klass) as ledger:
        ledger.note("due", at=NOW + timedelta(minutes=30), assignments=[FIRST], state="closed")
    found = {
        item.trainee: item.decision.late for item in collect(scene.klass, [scene.stick], now=LATER).items
    }
    assert found == {"t01": False, "t02": True}


def test_a_key_is_the_ones_who_used_it_first_in_whatever_order_they_come_in(scene: Scene) -> None:
    own = scene.seal("t01", at=NOW)
    lent = scene.seal("t02", at=NOW + timedelta(minutes=5), key="t01")
    [item] = collect(scene.klass, [lent], now=LATER).items
    assert item.state == "accepted"
    collect(scene.klass, [own], now=LATER)
    [item] = collect(scene.klass, [lent], now=LATER).items
    assert (item.state, codes(item)) == ("set-aside", ["key-of-another"])
    assert {name.split("/")[0] for name in submitted(scene.klass)} == {"t01"}
    [item] = collect(scene.klass, [lent], now=LATER, take_anyway=True).items
    assert item.state == "accepted"
    [item] = collect(scene.klass, [lent], now=LATER).items
    assert item.state == "accepted", "what a person decided stays"


def test_the_same_answer_sheet_from_two_people_is_told_for_both(scene: Scene) -> None:
    scene.seal("t01")
    shutil.copytree(scene.work / "t01", scene.work / "t02")
    scene.seal("t02", at=NOW + timedelta(minutes=1))
    items = collect(scene.klass, [scene.stick], now=LATER).items
    assert [(item.state, codes(item), item.findings[0].where) for item in items] == [
        ("accepted", ["sheet-shared"], other) for other in ("t02", "t01")
    ]
    records = [line.record for line in read_lines(scene.klass)]
    assert all("t02" not in json.dumps(record) for record in records if record["trainee"] == "t01")


def test_a_person_says_whose_it_is_and_that_stays(scene: Scene) -> None:
    path = scene.stick / "work.ipynb"
    path.write_bytes((scene.folder("t05") / f"{FIRST}.ipynb").read_bytes())
    [item] = collect(scene.klass, [path], now=LATER).items
    assert (item.state, codes(item)[0]) == ("set-aside", "no-identity")
    [item] = collect(scene.klass, [path], now=LATER, as_trainee="t05").items
    assert (item.trainee, item.state) == ("t05", "accepted")
    again = collect(scene.klass, [path], now=LATER)
    assert [(item.trainee, item.state, item.new) for item in again.items] == [("t05", "accepted", False)]
    assert again.waiting == ()
    sealed = scene.seal("t01")
    [item] = collect(scene.klass, [sealed], now=LATER, as_trainee="t02").items
    assert (item.state, codes(item)) == ("set-aside", ["wrong-person"])
    with pytest.raises(UsageError, match="t99"):
        collect(scene.klass, [path], now=LATER, as_trainee="t99")


def test_an_edited_bundle_says_whose_it_was_and_a_person_can_take_it(scene: Scene) -> None:
    path = scene.stick / "changed.hanoi.zip"
    path.write_bytes(edited(scene.seal("t05", to=scene.work / "e"), scene.work / "e2"))
    [item] = collect(scene.klass, [path], now=LATER).items
    assert (item.trainee, item.assignment, item.state) == ("t05", FIRST, "set-aside")
    collection = collect(scene.klass, [path], now=LATER, take_anyway=True)
    assert collection.placed == (("t05", FIRST),)
    assert codes(collection.items[0])[0] == "edited"
    record = read_lines(scene.klass)[-1].record
    assert (record["state"], record["allowed"]) == ("accepted", True)


def test_what_a_file_says_of_itself_leads_nowhere(scene: Scene) -> None:
    scene.seal("t01", id="", name="../../etc", key="x")
    scene.klass.plan(SECOND, state="open")
    with zipfile.ZipFile(scene.stick / "t02 m99.zip", "w") as archive:
        archive.write(scene.folder("t02") / f"{FIRST}.ipynb", f"../../{FIRST}.ipynb")
        archive.write(scene.folder("t02") / f"{FIRST}.ipynb", f"x/{FIRST}.ipynb")
        archive.writestr("x/../../../outside.txt", "outside")
    before = {path.name for path in scene.klass.root.parent.iterdir()}
    collect(scene.klass, [scene.stick], now=LATER, take_anyway=True)
    assert {path.name for path in scene.klass.root.parent.iterdir()} == before
    assert submitted(scene.klass) == {}


def test_one_hand_in_that_the_disk_lost_does_not_hold_up_the_others(scene: Scene) -> None:
    path = scene.seal("t01")
    collect(scene.klass, [path], now=LATER)
    shutil.rmtree(scene.klass.root / "submitted")
    (scene.klass.inbox / hashlib.sha256(path.read_bytes()).hexdigest()).unlink()
    other = scene.seal("t02")
    collection = collect(scene.klass, [other], now=LATER)
    assert (collection.placed, collection.look) == ((("t02", FIRST),), True)
    assert [finding.where for finding in collection.passed_over] == [f"t01, {FIRST}"]
    assert collect(scene.klass, [path], now=LATER).placed == (("t01", FIRST),)


def test_a_mistyped_id_and_a_renamed_bundle_are_settled_by_a_word(scene: Scene) -> None:
    mistyped = scene.seal("t02", id="t01", name="Ben Okafor")
    [item] = collect(scene.klass, [mistyped], now=LATER).items
    assert (item.state, codes(item)) == ("set-aside", ["wrong-person"])
    [item] = collect(scene.klass, [mistyped], now=LATER, as_trainee="t02").items
    assert (item.trainee, item.state) == ("t02", "accepted")
    renamed = scene.seal("t03", to=scene.work / "out")
    renamed = renamed.rename(scene.stick / renamed.name.replace("t03", "t04"))
    assert collect(scene.klass, [renamed], now=LATER).look
    collection = collect(scene.klass, [renamed], now=LATER, as_trainee="t03")
    assert (collection.placed, collection.look, collection.waiting) == ((("t03", FIRST),), False, ())


def test_somebody_new_on_the_roster_gets_what_lay_aside(scene: Scene) -> None:
    scene.seal("t01", id="t77")
    collect(scene.klass, [scene.stick], now=LATER)
    assert submitted(scene.klass) == {}
    Roster((*scene.klass.roster, Trainee("t77", "New", "Nora"))).write(scene.klass.roster_path)
    collection = collect(scene.klass, now=LATER)
    assert (collection.placed, collection.waiting) == ((("t77", FIRST),), ())


def test_another_version_of_the_assignment_is_told(scene: Scene) -> None:
    path = scene.klass.course.release(FIRST) / f"{FIRST}.ipynb"
    scene.seal("t01")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    locked = [c["metadata"]["nbgrader"] for c in notebook["cells"] if "nbgrader" in c["metadata"]]
    locked[0]["checksum"] = "0" * 32
    path.write_text(json.dumps(notebook), encoding="utf-8")
    [item] = collect(scene.klass, [scene.stick], now=LATER).items
    assert (item.state, codes(item), item.look) == ("accepted", ["older-version"], False)


# order, and being cut off


def several(scene: Scene) -> list[Path]:
    """Hand-ins of four people, some of them more than once, one with a key of another, two not sealed, one damaged."""
    made = [
        scene.seal("t01", answers=1, at=NOW),
        scene.seal("t01", answers=3, at=NOW + timedelta(minutes=9), number=2),
        scene.seal("t01", answers=3, at=NOW + timedelta(minutes=20), number=3),
        scene.seal("t02", answers=2, at=NOW),
        scene.seal("t03", at=NOW + timedelta(minutes=2), key="t02"),
        scene.seal("t04", at=NOW + timedelta(minutes=3), key="t02", id="t77"),
    ]
    loose = scene.stick / "t02 m99"
    shutil.copytree(scene.folder("t02", answers=4, at=NOW + timedelta(minutes=30)), loose)
    other = scene.stick / "t06 m99"
    shutil.copytree(scene.folder("t06", answers=4, at=NOW + timedelta(minutes=30)), other)
    broken = scene.stick / f"{FIRST}--t05--0000-0000-0000.hanoi.zip"
    broken.write_bytes(made[0].read_bytes()[:-50])
    return [*made, loose, other, broken]


@pytest.fixture(scope="session")
def several_files(template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    place = tmp_path_factory.mktemp("several")
    (place / "stick").mkdir()
    return several(Scene(Class.open(template), place / "work", place / "stick"))


@pytest.fixture(scope="session")
def all_at_once(template: Path, several_files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Class:
    root = tmp_path_factory.mktemp("at-once") / "class"
    shutil.copytree(template, root)
    collect(Class.open(root), several_files, now=LATER)
    return Class.open(root)


def decided(klass: Class) -> dict[tuple[str, str], tuple[str, list[str]]]:
    """What the ledger says last of every hand-in."""
    return {
        (line.record["file"], line.record["trainee"]): (
            line.record["state"],
            [finding["code"] for finding in line.record["findings"]],
        )
        for line in read_lines(klass)
    }


@settings(max_examples=12)
@given(data=st.data())
def test_whatever_the_order_and_the_number_of_runs_the_same_lies_ready_for_marking(
    data: st.DataObject, template: Path, several_files: list[Path], all_at_once: Class,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    order = data.draw(st.permutations(several_files))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(order) - 1), max_size=4)))
    root = tmp_path_factory.mktemp("order") / "class"
    shutil.copytree(template, root)
    klass = Class.open(root)
    for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
        collect(klass, order[start:end], now=LATER)
    assert submitted(klass) == submitted(all_at_once)
    assert collect(klass, several_files, now=LATER).entries == 0
    for file, (state, found) in decided(klass).items():
        expected = decided(all_at_once)[file]
        # Which of two copies is called the duplicate is the only thing that the order decides.
        assert (state == "set-aside", found) == (expected[0] == "set-aside", expected[1])
    shutil.rmtree(root.parent)


def killed_runs(klass: Class, sources: list[Path]) -> Iterator[int]:
    """Collect in a process that is killed at the first, second, third ... moment at which something is on the disk."""
    for moment in range(1, 400, 5):
        child = os.fork()
        if child == 0:
            left = [moment]

            def count(real, left=left):  # type: ignore[no-untyped-def]
                def act(*words, **more):  # type: ignore[no-untyped-def]
                    left[0] -= 1
                    if not left[0]:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return real(*words, **more)

                return act

            os.fsync = count(os.fsync)
            os.rename = count(os.rename)
            Path.rename = count(Path.rename)  # type: ignore[method-assign]
            Path.replace = count(Path.replace)  # type: ignore[method-assign]
            try:
                collect(klass, sources, now=LATER)
            finally:
                os._exit(0)
        _pid, status = os.waitpid(child, 0)
        yield moment
        if not os.WIFSIGNALED(status):
            return
    raise AssertionError("collecting never came to its end")


def test_killed_anywhere_the_next_run_makes_all_right(
    template: Path, several_files: list[Path], all_at_once: Class, tmp_path: Path
) -> None:
    moments = 0
    root = tmp_path / "class"
    shutil.copytree(template, root)
    for _moment in killed_runs(Class.open(root), several_files):
        moments += 1
        # Half of the times the stick is gone afterwards: what came in is gone on with from the inbox.
        klass = Class.open(root)
        if moments % 2:
            collect(klass, now=LATER)
        collect(klass, several_files, now=LATER)
        assert submitted(klass) == submitted(all_at_once)
        assert decided(klass) == decided(all_at_once)
        shutil.rmtree(root)
        shutil.copytree(template, root)
    assert moments > 10


# telling, and the command


def test_the_page_of_the_day_says_what_to_do_and_is_complete_in_itself(scene: Scene) -> None:
    odd_ones(scene)
    collection = collect(scene.klass, [scene.stick], now=LATER)
    page, table = collecting_telling.write(scene.klass, collection, Inbox(scene.klass.inbox), now=LATER)
    text = page.read_text(encoding="utf-8")
    assert page.name == "collection-2026-12-01.html"
    assert "O&#x27;Brien, Jr." in text and "http" not in text
    assert "A person has to look at 12." in text
    assert table.read_bytes().startswith(b"\xef\xbb\xbfid,name,group,")
    assert '"Siobhán O\'Brien, Jr."' in table.read_text(encoding="utf-8-sig")


def test_the_command_ends_with_one_when_a_person_must_look(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--class", str(scene.klass.root)]
    path = scene.seal("t01", at=datetime.now(UTC) - timedelta(hours=1))
    assert command(["class", "collect", str(scene.stick), *where]) == 0
    out = capsys.readouterr().out
    assert "1 hand-in came in; 1 is ready for marking." in out
    assert command(["class", "collect", str(scene.stick), *where]) == 0
    assert "0 hand-ins came in, 1 was here before; 0 are ready for marking." in capsys.readouterr().out
    (scene.stick / "broken.hanoi.zip").write_bytes(path.read_bytes()[:99])
    assert command(["class", "collect", str(scene.stick), "--json", *where]) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["state"], row["look"]) for row in rows] == [("set aside", True), ("accepted", False)]
    assert command(["class", "collect", str(scene.stick / "nowhere"), *where]) == 2
    assert "There is nothing at" in capsys.readouterr().err


# names


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("answers (1).jsonl", "answers.jsonl"),
        ("m01.ipynb.txt", "m01.ipynb"),
        ("m01 - Copy (2).ipynb", "m01.ipynb"),
        ("Kopie von m01.ipynb", "m01.ipynb"),
        ("x--t01--ABCD-EFGH-JKMN (3).hanoi.zip", "x--t01--ABCD-EFGH-JKMN.hanoi.zip"),
        ("x.hanoi.zip.zip", "x.hanoi.zip"),
        ("x.hanoi.zip.download", "x.hanoi.zip"),
        ("plain.pdf", "plain.pdf"),
    ],
)
def test_what_mail_programs_add_to_names_is_taken_off(given: str, meant: str) -> None:
    assert clean(given) == meant


def test_names_are_found_in_any_writing_and_never_guessed_between_two(scene: Scene) -> None:
    people = People(scene.klass.roster)
    assert people.named("OBRIEN Jr Siobhan m99.ipynb") == () or people.named("O'Brien Jr Siobhan m99") == (
        "t04",
    )
    assert people.named("nguyen_thi_hong_m99.ipynb") == ("t05",)
    assert people.named("陳大文 m99.ipynb") == ("t03",)
    assert people.named("Kovac m99.ipynb") == (), "two people have this family name"
    assert people.named("okafor.ipynb") == ("t02",)
    assert people.named("t010 m99.ipynb") == ()
    assert assignment_named(Path("x/m99 Ana.ipynb"), [FIRST, SECOND]) == FIRST  # type: ignore[arg-type]


def test_a_file_name_that_is_no_text_or_steers_a_terminal_is_shown_with_marks(scene: Scene) -> None:
    book = (scene.klass.course.release(FIRST) / f"{FIRST}.ipynb").read_bytes()
    for name in ("t01 \udcff\udcfe m99.ipynb", "t02 \x1b[2J m99.ipynb", "t03 \u202e m99.ipynb"):
        (scene.stick / name).write_bytes(book)
    found = collect(scene.klass, [scene.stick], now=LATER)
    assert {item.trainee for item in found.items} == {"t01", "t02", "t03"}
    pages = collecting_telling.write(scene.klass, found, Inbox(scene.klass.inbox), now=LATER)
    for text in [page.read_text(encoding="utf-8") for page in pages] + [item.shown for item in found.items]:
        assert "\ufffd" in text and not {"\x1b", "\u202e", "\udcff"} & set(text)


def test_whose_it_is_leaves_the_named_people_of_a_platforms_zip_alone(scene: Scene) -> None:
    """The advice for one nameless folder must not give everybody's work to one person."""
    path = scene.stick / "all of it.zip"
    names = {"t01": "Ana Kovac_1", "t02": "Somebody Else_2"}
    with zipfile.ZipFile(path, "w") as archive:
        for who, name in names.items():
            for file in (f"{FIRST}.ipynb", "answers.jsonl"):
                archive.write(scene.folder(who) / file, f"{name}_assignsubmission_file_/{file}")
    before = collect(scene.klass, [scene.stick], now=LATER)
    rows = collecting_telling.rows(
        [item.decision for item in before.items],
        scene.klass.roster,
        Inbox(scene.klass.inbox),
        sources=[scene.stick],
    )
    assert [row.step for row in rows if not row.trainee] == [
        f'Say whose it is: hanoikit class collect "{path.resolve()}" --as ID'
    ]
    collect(scene.klass, [path], now=LATER, as_trainee="t02")
    for who in names:
        placed = scene.klass.course.submitted(who, FIRST) / "answers.jsonl"
        assert placed.read_bytes() == (scene.folder(who) / "answers.jsonl").read_bytes()
