"""Who a trainee is: asked once, kept; a key of one's own; what the class handed out."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from hanoikit.errors import HandInError, UsageError
from hanoikit.handin.me import HandOut, Me, Who
from hanoikit.trust.identity import CourseAuthority, pem

from .conftest import CLASS, NAME


@pytest.mark.parametrize(
    "name",
    ["Đặng Thị Lan", "محمد بن سلمان", "王小明", "O'Brien-Smith, Jr. “Bo”", "नेहा शर्मा", "می‌خواهم", "Ñandú"],
)
def test_a_name_of_any_script_is_kept(tmp_path: Path, name: str) -> None:
    Me.of(tmp_path).set(name=f"  {name} ", id="T07")
    again = Me.of(tmp_path)
    assert again.name == name and again.id == "t07"


def test_name_and_id_are_set_one_by_one_and_setting_the_same_changes_nothing(tmp_path: Path) -> None:
    me = Me.of(tmp_path).set(name="Amal").set(id="t01")
    assert me.who == Who("t01", "Amal")
    path = tmp_path / ".hanoikit" / "me.json"
    before = path.stat().st_mtime_ns
    me.set(name="Amal")
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("id", ["../x", "t 7", "é", "a" * 41, "-t"])
def test_an_id_that_no_class_gives_is_refused_with_an_example(tmp_path: Path, id: str) -> None:
    with pytest.raises(UsageError, match="t07"):
        Me.of(tmp_path).set(id=id)


@pytest.mark.parametrize("name", ["a\x00b", "a\x1b[31mb", "\ud800", "x" * 201])
def test_a_name_with_controls_or_half_characters_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        Me.of(tmp_path).set(name=name)


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    key = Me.of(tmp_path).key
    assert Me.of(tmp_path).key.private_bytes_raw() == key.private_bytes_raw()
    path = tmp_path / ".hanoikit" / "me.key.pem"
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_that_cannot_be_read_is_laid_aside_not_lost(tmp_path: Path) -> None:
    path = tmp_path / ".hanoikit" / "me.key.pem"
    first = Me.of(tmp_path).key
    kept = path.read_bytes()
    path.write_bytes(b"half a k")
    assert Me.of(tmp_path).key.private_bytes_raw() != first.private_bytes_raw()
    assert path.with_name("me.key.pem.unreadable").read_bytes() == b"half a k" and kept


def test_damaged_notes_about_the_person_count_as_nobody(tmp_path: Path) -> None:
    (tmp_path / ".hanoikit").mkdir()
    for text in ("", "[]", '{"id": "../x", "name": ""}', '{"id": 7}', "[" * 5000):
        (tmp_path / ".hanoikit" / "me.json").write_text(text)
        assert not Me.of(tmp_path).who


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="needs a folder that may not be written"
)
def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(HandInError):
        Me.of(tmp_path).set(name="Amal")


def test_the_class_is_known_from_its_hand_out(with_class: Path, authority: CourseAuthority) -> None:
    found = HandOut.of(with_class)
    assert found is not None and found.id == CLASS and found.title == "Autumn class"
    assert found.certificate == authority.certificate and len(found.code) == 14
    assert found.due[NAME].isoformat() == "2026-11-02T12:00:00+02:00"


def test_a_hand_out_beside_the_course_folder_is_found_too(with_class: Path) -> None:
    for name in ("class.json", "class-certificate.pem"):
        (with_class / name).rename(with_class.parent / name)
    found = HandOut.of(with_class)
    assert found is not None and found.id == CLASS


def test_the_certificate_of_another_class_is_refused(with_class: Path) -> None:
    other = CourseAuthority.create(name="Autumn class", seed="somebody else")
    (with_class / "class-certificate.pem").write_bytes(pem(other.certificate))
    with pytest.raises(HandInError, match="not the one"):
        HandOut.of(with_class)


def test_a_hand_out_for_one_person_says_who_it_is(with_class: Path) -> None:
    path = with_class / "class.json"
    value = json.loads(path.read_text()) | {"trainee": {"id": "t09", "name": "Bo"}}
    path.write_text(json.dumps(value), encoding="utf-8-sig")
    (with_class / ".hanoikit" / "me.json").unlink()
    assert Me.of(with_class).who == Who("t09", "Bo")


@pytest.mark.parametrize("text", ["", "[]", '{"format": "other/1"}', '{"format": "hanoikit.class/1"}'])
def test_what_is_no_hand_out_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "class.json").write_text(text)
    assert HandOut.of(tmp_path) is None
