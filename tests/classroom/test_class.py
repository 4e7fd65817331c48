"""A class: its folder, its hand-out without secrets, its times and states, its feedback; every command twice."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hanoikit.classroom import release as releasing
from hanoikit.classroom.klass import Class, grouped
from hanoikit.cli import run
from hanoikit.cli.class_handing import moment
from hanoikit.errors import ClassroomError, GradingError, UsageError
from hanoikit.grading import AssignmentSource
from hanoikit.handin.me import HandOut
from hanoikit.trust.identity import verify

from . import class_scene

pytestmark = [pytest.mark.slow]

NOW = class_scene.NOW


@pytest.fixture
def empty(tmp_path) -> Class:
    return Class.create(
        tmp_path / "small",
        title="Small",
        zone="Europe/Helsinki",
        now=NOW,
        assignments=[AssignmentSource.read(class_scene.SOURCE)],
    )


def command(klass: Class, *words: str) -> int:
    return run(["class", *words, "--class", str(klass.root)])


def test_the_registrar_is_vouched_for_by_the_certificate_that_people_compare(empty):
    person = verify(empty.registrar.certificate, [empty.authority_certificate], at=NOW)
    assert person.name == "Registrar of the class"
    assert json.loads((empty.root / "class.json").read_text())["certificate"] == empty.fingerprint
    assert grouped(empty.fingerprint).replace(" ", "") == empty.fingerprint and len(empty.code) == 14


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_the_keys_are_readable_by_their_owner_only(empty):
    keys = empty.root / "keys"
    assert keys.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in keys.rglob("key.pem")} == {0o600}
    assert len(list(keys.rglob("key.pem"))) == 2


def test_two_classes_have_nothing_in_common(empty, tmp_path):
    source = AssignmentSource.read(class_scene.SOURCE)
    other = Class.create(tmp_path / "b", title="Small", zone="UTC", now=NOW, assignments=[source])
    assert other.id != empty.id and other.fingerprint != empty.fingerprint


def test_a_class_in_use_is_never_made_anew(empty):
    with pytest.raises(ClassroomError, match="class in this folder already"):
        Class.create(empty.root, title="x", zone="UTC", now=NOW, assignments=[])
    before = (empty.root / "class.json").read_bytes()
    assert run(["class", "init", str(empty.root)]) == 0
    assert (empty.root / "class.json").read_bytes() == before


def test_an_unknown_zone_makes_no_folder(tmp_path):
    assert run(["class", "init", str(tmp_path / "x"), "--zone", "Mars/Base"]) == 2
    assert not (tmp_path / "x").exists()


def test_a_certificate_of_another_class_is_noticed(empty, marked_class):
    shutil.copyfile(marked_class.certificate_path, empty.certificate_path)
    with pytest.raises(ClassroomError, match="not the one that class"):
        _ = Class.open(empty.root).code


def test_plans_are_kept_and_wrong_ones_refused(empty):
    due = datetime(2026, 12, 1, 18, 0, tzinfo=empty.zone)
    empty.plan("c01", state="open", due=due)
    empty.plan("c01", solution="released")
    one = Class.open(empty.root).assignment("c01")
    assert (one.state, one.due, one.solution) == ("open", due, "released") and one.is_open
    empty.plan("c01", due=None)
    assert empty.assignment("c01").due is None
    for wrong in ({"state": "ajar"}, {"solution": "maybe"}, {"due": datetime(2026, 12, 1, 18)}):
        with pytest.raises(UsageError):
            empty.plan("c01", **wrong)
    with pytest.raises(UsageError, match="no assignment"):
        empty.plan("m99", state="open")


def test_a_folder_without_a_class_says_what_to_do(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["class", "status"]) == 1
    assert "hanoikit class init" in capsys.readouterr().err
    assert run(["class"]) == 2 and "hanoikit class init" in capsys.readouterr().out


def test_broken_settings_are_one_sentence(empty, capsys):
    (empty.root / "class.json").write_text("{")
    assert command(empty, "status") == 1
    assert "class.json" in capsys.readouterr().err


# roster and gradebook


def test_the_trainees_are_in_nbgraders_gradebook_under_their_own_names(marked_class):
    from sqlalchemy import text

    from hanoikit.grading.trusted.database import connect

    engine = connect(marked_class.course.gradebook)
    with engine.connect() as connection:
        rows = connection.execute(text("select id, first_name, last_name from student order by id")).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [
        ("t01", "Amal", 'Öz, "Jr."'),
        ("t02", "Thị An", "Nguyễn"),
        ("t03", "小龙", "=1+1"),
    ]


def test_the_roster_command_twice_changes_nothing_the_second_time(class_copy, tmp_path, capsys):
    names = tmp_path / "names.csv"
    names.write_text(class_scene.LIST, encoding="utf-16")
    before = {path: path.read_bytes() for path in class_copy.root.glob("*.*") if path.is_file()}
    assert command(class_copy, "roster", str(names)) == 0
    assert "Nothing has changed." in capsys.readouterr().out
    assert {path: path.read_bytes() for path in class_copy.root.glob("*.*") if path.is_file()} == before


def test_the_slips_have_each_trainees_id_once_and_are_in_no_hand_out(marked_class):
    page = (marked_class.reports / "ids.html").read_text()
    assert page.count("<li>") == 3 and page.count("<b>t02</b>") == 1 and "Öz, &quot;Jr.&quot;" in page
    assert not list(marked_class.handouts.rglob("ids.html"))


def test_a_class_in_which_nobody_has_handed_in_is_exported_and_shown_too(empty, capsys):
    assert command(empty, "export") == 0 and command(empty, "status") == 0
    assert command(empty, "feedback") == 1
    assert "hanoikit class autograde" in capsys.readouterr().err


# release and hand-out


def test_a_hand_out_is_a_course_folder_that_knows_its_class(marked_class):
    folder = next(path for path in marked_class.handouts.iterdir() if path.is_dir())
    assert folder.name == "hanoi-kit-autumn-ha-noi"
    assert sorted(path.name for path in folder.iterdir()) == [
        "Read me first.html",
        "class-certificate.pem",
        "class.json",
        "exercises",
    ]
    known = HandOut.of(folder)
    assert known.id == marked_class.id and known.fingerprint == marked_class.fingerprint
    assert known.states == {"c01": "open"}
    with zipfile.ZipFile(folder.with_suffix(".zip")) as packed:
        inside = {name: packed.read(name) for name in packed.namelist()}
    assert inside == {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    page = (folder / "Read me first.html").read_text()
    assert marked_class.code in page and "http" not in page.replace("http-equiv", "")


def test_a_hand_out_has_no_key_no_source_no_hidden_test_and_no_name(marked_class):
    secrets = [
        path.read_bytes() for path in (marked_class.root / "keys").rglob("key.pem")
    ]  # the exact bytes, and what they begin with
    private = [line for data in secrets for line in data.splitlines()[1:-1]]
    words = [b"PRIVATE KEY", b"HIDDEN TESTS", b"BEGIN SOLUTION", b"MARK SCHEME", b"canary-source", b"key="]
    words += [b"Two points for the reason", b"Amal", "Nguyễn".encode(), b"police.example", *private]
    files = [path for path in marked_class.handouts.rglob("*") if path.is_file()]
    assert len(files) >= 6
    for path in files:
        if path.suffix != ".zip":
            assert not [word for word in words if word in path.read_bytes()], path


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n",
        "### BEGIN HIDDEN TESTS\n",
        "### BEGIN SOLUTION\n",
        "=== BEGIN MARK SCHEME ===\n",
    ],
)
def test_a_secret_in_a_release_stops_the_hand_out(class_copy, tmp_path, secret):
    (class_copy.course.release("c01") / "notes.txt").write_text(secret)
    with pytest.raises(ClassroomError, match="nothing was written") as refused:
        releasing.write_handout(class_copy, tmp_path / "stick")
    assert [finding.where for finding in refused.value.findings] == ["exercises/c01/notes.txt"]
    assert not (tmp_path / "stick").exists()


def test_releasing_twice_makes_nothing_new(class_copy, capsys):
    before = {path: path.stat().st_mtime_ns for path in class_copy.handouts.rglob("*")}
    assert command(class_copy, "release") == 0
    said = capsys.readouterr().out
    assert "released before" in said and "as it was" in said
    assert {path: path.stat().st_mtime_ns for path in class_copy.handouts.rglob("*")} == before


def test_a_hand_out_goes_to_a_stick_and_nothing_else_on_it_is_touched(class_copy, tmp_path, capsys):
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "holiday.jpg").write_bytes(b"x")
    assert command(class_copy, "release", "--to", str(stick)) == 0
    assert {path.name for path in stick.iterdir()} == {
        "holiday.jpg",
        "hanoi-kit-autumn-ha-noi",
        "hanoi-kit-autumn-ha-noi.zip",
    }


# states and times


def test_opening_and_closing_is_said_kept_and_handed_out(class_copy, capsys):
    assert command(class_copy, "close", "c") == 0
    assert class_copy.assignment("c01").state == "closed"
    assert command(class_copy, "close", "c01") == 0
    assert "Closed already: c01." in capsys.readouterr().out
    assert command(class_copy, "open") == 0
    handed = next(path for path in class_copy.handouts.iterdir() if path.is_dir())
    assert HandOut.of(handed).states == {"c01": "open"}
    assert command(class_copy, "open", "m99") == 2


def test_a_due_time_is_that_of_the_class_and_reaches_the_hand_out(class_copy, capsys):
    assert command(class_copy, "due", "c01", "2026-12-01", "18:00") == 0
    due = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
    assert class_copy.assignment("c01").due == due
    handed = next(path for path in class_copy.handouts.iterdir() if path.is_dir())
    assert HandOut.of(handed).due == {"c01": due}
    assert command(class_copy, "due", "all", "2026-12-01 18:00") == 0
    assert "already" in capsys.readouterr().out


HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2026-12-01 18:00", "2026-12-01T18:00:00+02:00"),
        ("2026-12-01T18:00", "2026-12-01T18:00:00+02:00"),
        ("2026-07-01", "2026-07-01T23:59:00+03:00"),
        ("18:00", "2026-11-23T18:00:00+02:00"),
        ("+90min", "2026-11-23T10:30:00+02:00"),
        ("+ 2 h", "2026-11-23T11:00:00+02:00"),
        ("none", None),
    ],
)
def test_due_times_are_read_as_people_write_them(words, expected):
    found = moment(words, HELSINKI, now=datetime(2026, 11, 23, 9, 0, 30, tzinfo=HELSINKI))
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize("words", ["", "soon", "2026-13-01", "2026-02-30 10:00", "25:00", "18.00 h", "+soon"])
def test_a_time_that_does_not_exist_is_refused(words):
    with pytest.raises(UsageError):
        moment(words, HELSINKI, now=datetime(2026, 11, 23, 9, 0, tzinfo=HELSINKI))


# standing and feedback


def test_the_status_says_who_handed_in_and_what_comes_next(class_copy, capsys):
    assert command(class_copy, "status") == 0
    said = capsys.readouterr().out
    assert "3/3" in said and "Next: hanoikit class formgrader" in said and class_copy.code in said
    shutil.rmtree(class_copy.root / "submitted" / "t02")
    assert command(class_copy, "status") == 0
    assert "c01: not handed in by t02." in capsys.readouterr().out


def test_feedback_is_each_trainees_own_and_the_second_run_makes_nothing(class_copy, capsys):
    assert command(class_copy, "feedback") == 0
    assert "Feedback for 3 trainees" in capsys.readouterr().out
    place = class_copy.handouts / "feedback"
    others = {"t01": ["t02", "t03", "Nguyễn", "小龙"], "t02": ["t01", "t03", "Amal", "小龙"]}
    for id, foreign in others.items():
        files = {path.name: path.read_text() for path in (place / id).rglob("*") if path.is_file()}
        assert set(files) == {
            "Your marks.html",
            f"{id}.json",
            "class-certificate.pem",
            "marks-c01.html",
            "c01.html",
        }
        for name, text in files.items():
            assert not [word for word in foreign if word in text], (id, name)
            assert "MARK SCHEME" not in text and "mark.choice" not in text and "PRIVATE" not in text
            assert "cdnjs" not in text and 'href="../' not in text
        assert "Every mark explained" in files["marks-c01.html"]
        assert zipfile.is_zipfile(place / f"{id}.zip")
    before = {path: path.read_bytes() for path in class_copy.root.rglob("*") if path.is_file()}
    assert command(class_copy, "feedback") == 0
    assert "3 trainees have it already" in capsys.readouterr().out
    after = {path: path.read_bytes() for path in class_copy.root.rglob("*") if path.is_file()}
    assert {path for path in after if before.get(path) != after[path]} == set()


def test_feedback_for_somebody_unknown_is_refused(class_copy, capsys):
    assert command(class_copy, "feedback", "Zoe") == 2
    assert "Nobody in the class is Zoe." in capsys.readouterr().err


def test_a_moved_class_still_works(class_copy, tmp_path):
    shutil.move(class_copy.root, tmp_path / "elsewhere")
    klass = Class.open(tmp_path / "elsewhere")
    assert klass.course.root == tmp_path / "elsewhere" and len(klass.roster) == 3
    assert Path(klass.course.gradebook.removeprefix("sqlite:///")).is_file()


def test_a_class_of_an_assignment_that_there_is_not_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(GradingError, match="nowhere"):
        Class.create(
            tmp_path / "new",
            title="",
            zone="UTC",
            now=datetime(2026, 12, 1, tzinfo=UTC),
            assignments=["nowhere"],
        )
    assert not (tmp_path / "new").exists()


def test_steps_in_the_wrong_order_say_what_comes_first_and_what_there_is(capsys, tmp_path):
    here = datetime.now(UTC)
    sources = [AssignmentSource.read(class_scene.SOURCE)]
    empty = Class.create(tmp_path / "new", title="", zone="UTC", now=here, assignments=sources)
    assert command(empty, "autograde", "m77") == 2
    assert "c01" in capsys.readouterr().err
    assert command(empty, "autograde", "c01") == 2
    assert "hanoikit class collect" in capsys.readouterr().err
    assert command(empty, "ledger") == 0
    assert "missing" not in capsys.readouterr().out
    assert command(empty, "ledger", "show") == 0
    assert "no entry" in capsys.readouterr().out
    (tmp_path / "letter.txt").write_text("Dear all")
    assert command(empty, "collect", str(tmp_path / "letter.txt")) == 0
    assert command(empty, "ledger", "verify", "--against", str(tmp_path / "letter.txt")) == 2
    said = capsys.readouterr()
    assert "letter.txt" in said.err and "do not hold" not in said.err
    assert command(empty, "autograde") == 2
    assert "no hand-ins" in capsys.readouterr().err
    assert command(empty, "roster", str(tmp_path)) == 1
    assert "folder" in capsys.readouterr().err


def test_the_beginning_of_a_name_is_enough_when_a_class_is_made():
    from hanoikit.cli.class_setup import _whole_names

    assert _whole_names(["m01", "m09-victims", "m0", "zz"]) == ["m01-convention", "m09-victims", "m0", "zz"]
    assert _whole_names(None) is None


def test_a_due_time_that_is_past_is_said(class_copy, capsys):
    name = class_copy.assignments[0].name
    where = ["--class", str(class_copy.root)]
    assert run(["class", "due", name, "2020-01-01", "18.30", *where]) == 0
    said = capsys.readouterr().out
    assert "18:30" in said and "This time is past" in said
    assert run(["class", "due", name, "+90min", *where]) == 0
    assert "time is past" not in capsys.readouterr().out


def test_a_ledger_that_nobody_signed_yet_is_not_called_empty(empty, capsys):
    where = ["--class", str(empty.root)]
    assert run(["class", "close", empty.assignments[0].name, *where]) == 0
    assert run(["class", "ledger", *where]) == 0
    said = capsys.readouterr().out
    assert "1 entry, not signed yet" in said and "empty" not in said.splitlines()[-1]
    assert run(["class", "ledger", "sign", *where]) == 0
