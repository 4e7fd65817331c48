"""A package as a zip: equal folders give equal bytes, and no hostile zip writes where it should not."""

from __future__ import annotations

import copy
import io
import stat
import zipfile
from pathlib import Path

import pytest

from hanoikit.errors import EvidenceError, PackageInvalid
from hanoikit.evidence import serial


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "EX-1"
    (folder / "data/mail").mkdir(parents=True)
    (folder / "bagit.txt").write_bytes(b"BagIt-Version: 1.0\n")
    (folder / "data/mail/lure.eml").write_bytes(b"From: a@example.org\r\n" * 100)
    (folder / "data/disk.E01").write_bytes(bytes(range(256)) * 100)
    (folder / "data/empty").write_bytes(b"")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def zip_of(tmp_path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    path = tmp_path / "hostile.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def refused(path: Path, into: Path, limits: serial.Limits | None = None) -> list[str]:
    with pytest.raises(PackageInvalid) as error:
        serial.unpack(path, into, limits=limits or serial.Limits())
    assert not into.exists() or list(into.iterdir()) == []
    return [finding.code for finding in error.value.findings]


def test_a_package_comes_back_as_it_was(folder: Path, tmp_path: Path) -> None:
    target = serial.pack(folder, tmp_path / "EX-1.zip")
    back = serial.unpack(target, tmp_path / "received")
    assert back == tmp_path / "received/EX-1"
    assert contents(back) == contents(folder)


def test_the_same_files_at_another_time_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    first = serial.pack(folder, tmp_path / "first.zip").read_bytes()
    for path in folder.rglob("*"):
        path.touch()
    (folder / "bagit.txt").chmod(0o600)
    assert serial.pack(folder, tmp_path / "second.zip").read_bytes() == first


def test_a_folder_with_a_link_is_not_packed(folder: Path, tmp_path: Path) -> None:
    (folder / "data/link").symlink_to("/etc/hostname")
    with pytest.raises(PackageInvalid):
        serial.pack(folder, tmp_path / "EX-1.zip")
    assert not (tmp_path / "EX-1.zip").exists()


def test_an_existing_file_or_folder_is_not_replaced(folder: Path, tmp_path: Path) -> None:
    target = serial.pack(folder, tmp_path / "EX-1.zip")
    with pytest.raises(EvidenceError, match="already"):
        serial.pack(folder, target)
    with pytest.raises(EvidenceError, match="already"):
        serial.unpack(target, tmp_path)


@pytest.mark.parametrize(
    "name", ["EX-1/../../evil.txt", "/EX-1/evil.txt", "EX-1//evil.txt", "EX-1/a\\..\\b", "C:/EX-1/x"]
)
def test_an_entry_that_climbs_out_of_the_folder_writes_nothing(tmp_path: Path, name: str) -> None:
    path = zip_of(tmp_path, ("EX-1/good.txt", b"good"), (name, b"evil"))
    assert "name-traversal" in refused(path, tmp_path / "received")
    assert not list(tmp_path.rglob("evil*"))


def test_a_link_in_the_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("EX-1/data/link")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "symlink" in refused(zip_of(tmp_path, (link, b"/etc/passwd")), tmp_path / "received")


def test_a_pipe_in_the_zip_is_refused(tmp_path: Path) -> None:
    pipe = zipfile.ZipInfo("EX-1/data/pipe")
    pipe.create_system = 3
    pipe.external_attr = (stat.S_IFIFO | 0o666) << 16
    assert "not-a-file" in refused(zip_of(tmp_path, (pipe, b"")), tmp_path / "received")


def test_a_zip_that_grows_beyond_the_limit_is_refused_before_it_grows(tmp_path: Path) -> None:
    path = zip_of(tmp_path, ("EX-1/zeros", bytes(5_000_000)))
    assert path.stat().st_size < 10_000
    assert refused(path, tmp_path / "received", serial.Limits(size=1_000_000)) == ["zip-too-large"]


def test_a_zip_with_too_many_files_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, *((f"EX-1/{number}", b"") for number in range(20)))
    assert refused(path, tmp_path / "received", serial.Limits(files=10)) == ["zip-too-many"]


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "overlap.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("EX-1/kernel", b"k" * 10_000)
        for number in range(50):
            twin = copy.copy(archive.filelist[0])
            twin.filename = twin.orig_filename = f"EX-1/{number}"
            archive.filelist.append(twin)
    assert "zip-too-large" in refused(path, tmp_path / "received")


def test_a_zip_that_understates_a_size_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, ("EX-1/zeros", bytes(100_000)))
    data = path.read_bytes()
    path.write_bytes(data.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    assert refused(path, tmp_path / "received") == ["zip-damaged"]


def test_names_that_collide_or_repeat_are_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, ("EX-1/a.txt", b"1"), ("EX-1/A.TXT", b"2"))
    assert refused(path, tmp_path / "received") == ["name-collision"]
    with pytest.warns(UserWarning, match="Duplicate"):
        path = zip_of(tmp_path, ("EX-1/a.txt", b"1"), ("EX-1/a.txt", b"2"))
    assert refused(path, tmp_path / "received") == ["duplicate-name"]


def test_a_zip_of_several_folders_or_of_bare_files_is_no_package(tmp_path: Path) -> None:
    assert refused(zip_of(tmp_path, ("a/x", b""), ("b/x", b"")), tmp_path / "received") == ["zip-layout"]
    assert refused(zip_of(tmp_path, ("x", b"")), tmp_path / "received") == ["zip-layout"]
    assert refused(zip_of(tmp_path), tmp_path / "received") == ["zip-layout"]


@pytest.mark.parametrize("cut", [0, 10, 500, -30])
def test_a_truncated_zip_is_refused(folder: Path, tmp_path: Path, cut: int) -> None:
    target = serial.pack(folder, tmp_path / "EX-1.zip")
    target.write_bytes(target.read_bytes()[:cut])
    assert refused(target, tmp_path / "received") == ["zip-damaged"]


def test_a_flipped_bit_in_the_zip_is_found_while_unpacking(folder: Path, tmp_path: Path) -> None:
    target = serial.pack(folder, tmp_path / "EX-1.zip")
    data = bytearray(target.read_bytes())
    data[data.index(bytes(range(256))) + 40] ^= 1
    target.write_bytes(data)
    assert refused(target, tmp_path / "received") == ["zip-damaged"]


def test_no_file_and_no_zip_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no such file"):
        serial.unpack(tmp_path / "nowhere.zip", tmp_path / "received")
    (tmp_path / "text.zip").write_bytes(b"not a zip")
    assert refused(tmp_path / "text.zip", tmp_path / "received") == ["zip-damaged"]


def test_the_standard_library_finds_nothing_wrong_with_the_zip(folder: Path, tmp_path: Path) -> None:
    data = serial.pack(folder, tmp_path / "EX-1.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
