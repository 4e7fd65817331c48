"""Where a bundle goes: written whole or not at all, read back, and never over something else."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from hanoikit.errors import HandInError
from hanoikit.handin import places
from hanoikit.handin.places import lay, mounted, place

NAME = "m04--t07--CODE.hanoi.zip"


def test_the_same_bytes_are_laid_once_and_others_beside_them(stick: Path) -> None:
    first = lay(b"one", stick, NAME)
    assert lay(b"one", stick, NAME) == first
    second = lay(b"two", stick, NAME)
    assert second.name == "m04--t07--CODE (2).hanoi.zip"
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two")
    assert sorted(path.name for path in stick.iterdir()) == sorted([first.name, second.name])


@pytest.mark.parametrize(
    ("number", "word"),
    [(errno.ENOSPC, "room"), (errno.EROFS, "write"), (errno.EIO, "removed"), (errno.EINVAL, "refused")],
)
def test_a_stick_that_is_full_locked_or_pulled_out_is_told_and_left_clean(
    stick: Path, monkeypatch: pytest.MonkeyPatch, number: int, word: str
) -> None:
    def fail(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(places.os, "fsync", fail)
    with pytest.raises(HandInError, match=word) as caught:
        lay(b"work", stick, NAME)
    assert caught.value.next_step and not list(stick.iterdir())


def test_a_stick_that_gives_back_other_bytes_is_not_trusted(
    stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = places._write
    monkeypatch.setattr(places, "_write", lambda path, data: write(path, data[:-1] + b"?"))
    with pytest.raises(HandInError, match="read back"):
        lay(b"work", stick, NAME)
    assert not list(stick.iterdir())


def test_a_place_that_is_a_file_or_is_not_there_is_told(stick: Path) -> None:
    (stick / "file").write_bytes(b"x")
    with pytest.raises(HandInError, match="a file, not a folder"):
        lay(b"work", stick / "file", NAME)
    with pytest.raises(HandInError, match="no such folder"):
        lay(b"work", stick / "gone", NAME)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written_is_told(stick: Path) -> None:
    stick.chmod(0o500)
    with pytest.raises(HandInError, match="write"):
        lay(b"work", stick, NAME)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_broken_link_of_the_same_name_is_not_written_through(stick: Path, tmp_path: Path) -> None:
    (stick / NAME).symlink_to(tmp_path / "elsewhere")
    assert lay(b"work", stick, NAME).name == "m04--t07--CODE (2).hanoi.zip"
    assert not (tmp_path / "elsewhere").exists()


def test_places_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/lan")
    assert place(' "~/My stick" ') == Path("/home/lan/My stick")
    with pytest.raises(HandInError, match="drive of Windows"):
        place("E:")
    monkeypatch.setattr(places.sys, "platform", "win32")
    assert str(place("E:")) == "E:\\" and str(place("S:\\handed-in")) == "S:\\handed-in"


def test_sticks_are_found_where_desktops_mount_them() -> None:
    text = (
        "/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /media/lan/MY\\040STICK vfat rw 0 0\n"
        "/dev/sdc1 /run/media/lan/Ü vfat rw 0 0\ntmpfs /mnt tmpfs rw 0 0\n"
    )
    assert mounted(text) == [Path("/media/lan/MY STICK"), Path("/run/media/lan/Ü")]
    assert isinstance(places.sticks(), list)
