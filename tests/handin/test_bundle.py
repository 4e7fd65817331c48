"""Bundles: what goes in comes out, other programs accept them, and every changed byte shows."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanoikit.errors import HandInUnreadable, UsageError
from hanoikit.handin import bundle
from hanoikit.handin.files import Taken
from hanoikit.handin.me import Me, Who
from hanoikit.handin.receipt import Receipt

from .conftest import AT, CLASS, NAME, make_receipt


def packed(me: Me, files: dict[str, bytes], **facts: object) -> tuple[bytes, Receipt]:
    taken = Taken(files, (), (), 0, None)
    said = {"assignment": NAME, "who": me.who, "key": me.key, "class_id": CLASS, "at": AT} | facts
    return bundle.pack(taken, **said)  # type: ignore[arg-type]


@pytest.fixture
def sealed(exercise: Path, me: Me, stick: Path) -> bundle.Sealed:
    return bundle.seal(exercise, assignment=NAME, who=me.who, key=me.key, class_id=CLASS, to=stick, at=AT)


def test_what_was_sealed_is_what_is_read(sealed: bundle.Sealed, exercise: Path) -> None:
    found = bundle.read(sealed.path)
    assert found.files == {
        path.relative_to(exercise).as_posix(): path.read_bytes()
        for path in exercise.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    assert (found.assignment, found.trainee, found.name, found.findings) == (NAME, "t07", "Lan Anh Tran", ())
    assert found.sha256 == hashlib.sha256(sealed.path.read_bytes()).hexdigest()
    assert found.receipt == sealed.receipt
    assert sealed.path.name == f"{NAME}--t07--{sealed.receipt.code}.hanoi.zip"


def test_unzip_and_the_bagit_library_accept_it(sealed: bundle.Sealed, tmp_path: Path) -> None:
    import bagit

    if shutil.which("unzip"):
        subprocess.run(["unzip", "-q", str(sealed.path), "-d", str(tmp_path / "out")], check=True)
    else:
        with zipfile.ZipFile(sealed.path) as archive:
            archive.extractall(tmp_path / "out")
    (folder,) = (tmp_path / "out").iterdir()
    assert folder.name == sealed.path.name.removesuffix(".hanoi.zip")
    bag = bagit.Bag(str(folder))
    assert bag.validate()
    assert bag.info["External-Identifier"] == sealed.receipt.code


def test_the_same_work_at_the_same_time_gives_the_same_bytes(me: Me) -> None:
    files = {"a.txt": b"a" * 100, f"{NAME}.ipynb": b"{}"}
    first, receipt = packed(me, files)
    assert packed(me, dict(reversed(files.items())))[0] == first
    later, other = packed(me, files, at=AT + timedelta(minutes=1))
    assert later != first and other.code != receipt.code


def test_the_private_key_is_in_no_bundle(sealed: bundle.Sealed, me: Me) -> None:
    secret = me.key.private_bytes_raw()
    with zipfile.ZipFile(sealed.path) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert (
                secret not in content
                and secret.hex().encode() not in content
                and b"PRIVATE KEY" not in content
            )


def test_a_hand_in_without_a_name_is_refused(exercise: Path, me: Me, stick: Path) -> None:
    with pytest.raises(UsageError, match="name"):
        bundle.seal(exercise, assignment=NAME, who=Who(), key=me.key, class_id="", to=stick, at=AT)
    assert not list(stick.iterdir())


NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs")), min_size=1, max_size=20).filter(
    lambda name: name == name.strip()
)


@settings(max_examples=40)
@given(
    files=st.dictionaries(
        st.text("abcdef0123-_", min_size=1, max_size=12), st.binary(max_size=300), max_size=5
    ),
    name=NAMES,
)
def test_any_work_of_anybody_goes_in_and_comes_out(
    files: dict[str, bytes], name: str, me: Me, tmp_path: Path
) -> None:
    who = Who.of(name=name)
    data, receipt = packed(me, {f"d/{one}": content for one, content in files.items()}, who=who)
    path = tmp_path / "any.hanoi.zip"
    path.write_bytes(data)
    found = bundle.read(path)
    assert found.files == {f"d/{one}": content for one, content in files.items()}
    assert found.name == who.name and found.receipt == receipt


@pytest.mark.slow
def test_every_changed_byte_is_found_or_changes_nothing_that_counts(me: Me, tmp_path: Path) -> None:
    data, receipt = packed(me, {"answers.jsonl": b'{"q": "b"}\n' * 9, "x.bin": bytes(range(90))})
    path = tmp_path / "one.hanoi.zip"
    files = _read(path, data).files
    untouched = 0
    for place in range(len(data)):
        spoiled = bytearray(data)
        spoiled[place] ^= 1 << place % 8
        found = _read(path, bytes(spoiled))
        if found.sound:
            assert found.files == files and found.receipt == receipt, place
            untouched += 1
    # Dates, rights and versions in the zip around the work: a small part of it.
    assert untouched < len(data) / 5


@given(data=st.data())
def test_a_bundle_that_was_cut_spliced_or_overwritten_never_passes_as_other_work(
    data: st.DataObject, me: Me, tmp_path: Path
) -> None:
    whole, receipt = packed(me, {"answers.jsonl": b"one\n" * 20, "b.txt": b"two"})
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 60)))
    spoiled = whole[:start] + data.draw(st.binary(max_size=40)) + whole[end:]
    found = _read(tmp_path / "two.hanoi.zip", spoiled)
    if found.sound:
        assert found.receipt == receipt
        assert found.files == {"answers.jsonl": b"one\n" * 20, "b.txt": b"two"}


@given(content=st.binary(max_size=400) | st.binary(max_size=100).map(lambda tail: b"PK\x03\x04" + tail))
def test_any_bytes_at_all_are_looked_at_without_an_exception(content: bytes, tmp_path: Path) -> None:
    assert not _read(tmp_path / "three.hanoi.zip", content).sound


def _read(path: Path, data: bytes) -> bundle.Bundle:
    path.write_bytes(data)
    return bundle.examine(path)


# what others do to a bundle


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(path: Path, content: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def test_unpacked_zipped_again_and_renamed_it_is_as_good_as_before(
    sealed: bundle.Sealed, tmp_path: Path
) -> None:
    content = members(sealed.path)
    again = {f"Hand-ins of Lan/{name}": data for name, data in reversed(content.items())}
    again |= {"__MACOSX/._x": b"x", "Hand-ins of Lan/.DS_Store": b"x"}
    found = bundle.read(written(tmp_path / "my work (1).zip", again, zipfile.ZIP_STORED))
    assert found.receipt == sealed.receipt and found.files == bundle.read(sealed.path).files
    flat = {name.partition("/")[2]: data for name, data in content.items()}
    assert bundle.read(written(tmp_path / "flat.zip", flat)).receipt == sealed.receipt


def test_a_file_beside_the_work_is_told_and_left_out(sealed: bundle.Sealed, tmp_path: Path) -> None:
    content = members(sealed.path)
    root = next(iter(content)).partition("/")[0]
    found = bundle.read(
        written(tmp_path / "x.zip", content | {f"{root}/notes.txt": b"hello", "other.txt": b"x"})
    )
    assert {finding.code for finding in found.findings} == {"beside"}
    assert "notes.txt" not in found.files


def altered(kind: str, content: dict[str, bytes]) -> dict[str, bytes]:
    """One thing that somebody did to the members of a bundle."""
    root = next(iter(content)).partition("/")[0]
    sheet, manifest, receipt = (
        f"{root}/data/answers.jsonl",
        f"{root}/manifest-sha256.txt",
        f"{root}/receipt.json",
    )
    if kind == "work-altered":
        return content | {sheet: content[sheet].replace(b'"b"', b'"a"')}
    if kind == "work-missing":
        return {name: data for name, data in content.items() if name != sheet}
    if kind == "work-added":
        return content | {f"{root}/data/more.txt": b"later"}
    if kind == "manifest-altered":
        new = content[sheet].replace(b'"b"', b'"a"')
        old, fresh = (hashlib.sha256(data).hexdigest().encode() for data in (content[sheet], new))
        return content | {sheet: new, manifest: content[manifest].replace(old, fresh)}
    if kind == "manifest-missing":
        return {name: data for name, data in content.items() if name != manifest}
    if kind == "receipt-missing":
        return {name: data for name, data in content.items() if name != receipt}
    if kind == "receipt-code":
        return content | {receipt: content[receipt].replace(b'"number": 1', b'"number": 2')}
    if kind == "receipt-unreadable":
        return content | {receipt: b"{"}
    if kind == "other-version":
        return content | {receipt: content[receipt].replace(b"receipt/1", b"receipt/2")}
    if kind == "no-bundle":
        return {"m04-evidence-chain.ipynb": b"{}", "answers.jsonl": b""}
    if kind == "several-bundles":
        return content | {name.replace(root, "another", 1): data for name, data in content.items()}
    if kind == "name-traversal":
        return content | {"../../outside.txt": b"x"}
    if kind == "name-collision":
        return content | {f"{root}/data/ANSWERS.jsonl": b"x"}
    assert kind == "name-windows"
    return content | {f"{root}/data/aux.txt": b"x"}


@pytest.mark.parametrize(
    "kind",
    [
        "work-altered",
        "work-missing",
        "work-added",
        "manifest-altered",
        "manifest-missing",
        "receipt-missing",
        "receipt-code",
        "receipt-unreadable",
        "other-version",
        "no-bundle",
        "several-bundles",
        "name-traversal",
        "name-collision",
        "name-windows",
    ],
)
def test_what_somebody_did_to_it_is_named(kind: str, sealed: bundle.Sealed, tmp_path: Path) -> None:
    path = written(tmp_path / "spoiled.hanoi.zip", altered(kind, members(sealed.path)))
    with pytest.raises(HandInUnreadable) as caught:
        bundle.read(path)
    assert kind in {finding.code for finding in caught.value.findings}
    assert caught.value.next_step and str(caught.value).endswith(".")
    assert not (tmp_path.parent / "outside.txt").exists()


def test_a_receipt_of_other_work_put_into_a_bundle_is_found(
    sealed: bundle.Sealed, me: Me, tmp_path: Path
) -> None:
    content = members(sealed.path)
    root = next(iter(content)).partition("/")[0]
    foreign = make_receipt(me).to_json().encode()
    path = written(tmp_path / "x.zip", content | {f"{root}/receipt.json": foreign})
    assert "manifest-altered" in {finding.code for finding in bundle.examine(path).findings}


def test_a_receipt_signed_with_another_key_is_found(sealed: bundle.Sealed, tmp_path: Path) -> None:
    content = members(sealed.path)
    root = next(iter(content)).partition("/")[0]
    value = json.loads(content[f"{root}/receipt.json"])
    value["signature"] = "ab" * 64
    path = written(tmp_path / "x.zip", content | {f"{root}/receipt.json": json.dumps(value).encode()})
    found = bundle.examine(path)
    assert "receipt-signature" in {finding.code for finding in found.findings}
    assert found.files  # a person can still look at the work


def test_the_bytes_that_come_instead_of_a_bundle_are_named(tmp_path: Path, sealed: bundle.Sealed) -> None:
    whole = sealed.path.read_bytes()
    cases = {
        "empty": b"",
        "no-zip": b"%PDF-1.7 ...",
        "truncated": whole[: len(whole) // 2],
        "zip-damaged": b"PK\x05\x06" + b"\xff" * 18,
    }
    for code, data in cases.items():
        assert [finding.code for finding in _read(tmp_path / "x.zip", data).findings] == [code]
    assert "PDF" in _read(tmp_path / "x.zip", cases["no-zip"]).findings[0].message
    assert [one.code for one in bundle.examine(tmp_path / "none.zip").findings] == ["file-missing"]
    assert [one.code for one in bundle.examine(tmp_path).findings] == ["file-missing"]


def test_a_bundle_inside_another_zip_is_named(sealed: bundle.Sealed, tmp_path: Path) -> None:
    path = written(tmp_path / "x.zip", {f"all/{sealed.path.name}": sealed.path.read_bytes()})
    found = bundle.examine(path)
    assert [finding.code for finding in found.findings] == ["nested"] and "Unpack it once" in found.advice


def test_links_passwords_doubles_and_odd_packing_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a/bagit.txt")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert [one.code for one in _read(tmp_path / "x.zip", stream.getvalue()).findings] == ["link"]

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive, pytest.warns(UserWarning):
        archive.writestr("a/bagit.txt", "1")
        archive.writestr("a/bagit.txt", "2")
    assert "name-twice" in [one.code for one in _read(tmp_path / "x.zip", stream.getvalue()).findings]

    path = written(tmp_path / "x.zip", {"a/bagit.txt": b"x" * 99}, zipfile.ZIP_LZMA)
    assert [one.code for one in bundle.examine(path).findings] == ["zip-method"]

    locked = bytearray(written(tmp_path / "x.zip", {"a/bagit.txt": b"x"}).read_bytes())
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert [one.code for one in _read(tmp_path / "x.zip", bytes(locked)).findings] == ["zip-encrypted"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a/data/zeros", "w") as stream,
    ):
        for _block in range(4):
            stream.write(bytes(1 << 20))
    data = path.read_bytes()
    # A directory that states little: no more than that is read, and the rest is damage.
    small = data.replace((4 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert "file-damaged" in [one.code for one in _read(path, small).findings]
    # One that states much.
    large = data.replace((4 << 20).to_bytes(4, "little"), (3 << 30).to_bytes(4, "little"))
    assert [one.code for one in _read(path, large).findings] == ["zip-bomb"]
    many = written(tmp_path / "many.zip", {f"a/{number}": b"" for number in range(5300)}, zipfile.ZIP_STORED)
    assert [one.code for one in bundle.examine(many).findings] == ["too-many"]
