"""The package for transfer: made whole, checked whole; every kind of damage is found and named."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bagit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.errors import EvidenceError, PackageInvalid, UsageError
from hanoikit.evidence import bagcheck, bagging, package
from hanoikit.evidence.custody import CustodyLog
from hanoikit.evidence.identity import CourseAuthority, Identity
from hanoikit.evidence.seal import Seal
from hanoikit.evidence.timestamp import LocalTimestampAuthority

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    authority: CourseAuthority
    tsa: LocalTimestampAuthority
    responder: Identity
    examiner: Identity


@pytest.fixture(scope="module")
def world() -> World:
    authority = CourseAuthority.create(seed="package tests")
    return World(
        authority,
        LocalTimestampAuthority.create(seed="package tests"),
        authority.issue(name="Lan Anh Tran", role="DEFR", organisation="Cyber Unit", state="XA"),
        authority.issue(name="Marek Novák", role="examiner", organisation="Laboratory", state="XA"),
    )


@pytest.fixture
def evidence(tmp_path: Path) -> dict[str, Path]:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "image.bin").write_bytes(bytes(range(256)) * 5000)
    (folder / "mail.eml").write_bytes(b"From: a@example.org\r\n\r\nPlease pay.\r\n")
    (folder / "empty.log").write_bytes(b"")
    return {
        "EX-1.bin": folder / "image.bin",
        "mail/lure.eml": folder / "mail.eml",
        "empty.log": folder / "empty.log",
    }


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def log(world: World, evidence: dict[str, Path]) -> CustodyLog:
    log = CustodyLog(case="XA-2026-0417")
    for number, path in enumerate(evidence.values()):
        log.append(
            action="acquired",
            item=f"item-{number}",
            actor=world.examiner,
            place="Laboratory",
            at=NOON - timedelta(hours=1),
            item_sha256=sha256(path),
        )
    return log


Make = Callable[..., package.Package]


@pytest.fixture
def make(world: World, evidence: dict[str, Path], log: CustodyLog, tmp_path: Path) -> Make:
    def act(name: str = "EX-1", **changes: object) -> package.Package:
        given: dict[str, object] = {
            "identity": world.examiner,
            "authority": world.tsa,
            "custody": log,
            "info": {"Source-Organization": "Cyber Unit XA", "External-Identifier": "EX-1"},
            "at": NOON,
        }
        payload = changes.pop("payload", evidence)
        return package.create(tmp_path / name, payload, **{**given, **changes})  # type: ignore[arg-type]

    return act


@pytest.fixture
def verify(world: World) -> Callable[..., package.PackageReport]:
    def act(folder: Path, **changes: object) -> package.PackageReport:
        options: dict[str, object] = {"tsa_roots": [world.tsa.root], **changes}
        return package.verify(folder, [world.authority.certificate], **options)  # type: ignore[arg-type]

    return act


def codes(error: pytest.ExceptionInfo[PackageInvalid]) -> list[str]:
    return [finding.code for finding in error.value.findings if finding.severity == "error"]


def places(error: pytest.ExceptionInfo[PackageInvalid], code: str) -> list[str]:
    return [finding.where for finding in error.value.findings if finding.code == code]


# whole packages


def test_a_package_shows_who_sealed_it_when_and_what_it_holds(
    make: Make, verify, evidence, world: World
) -> None:
    report = verify(make().folder)
    assert report.signer is not None and report.signer.name == "Marek Novák"
    assert report.signed_by_time == NOON
    assert set(report.files) == set(evidence)
    assert all(report.files[name].digests["sha256"] == sha256(path) for name, path in evidence.items())
    assert report.size == sum(path.stat().st_size for path in evidence.values())
    assert report.info["External-Identifier"] == ("EX-1",)
    assert report.info["Bagging-Date"] == ("2026-03-03",)
    assert report.custody is not None and len(report.custody) == 3
    assert report.warnings == ()


def test_bagit_python_accepts_a_package_and_reads_version_1_0(make: Make) -> None:
    bag = bagit.Bag(str(make(algorithms=("sha256", "sha512")).folder))
    assert bag.validate()
    assert bag.version_info == (1, 0)
    assert set(bag.algorithms) == {"sha256", "sha512"}


def test_sha256sum_accepts_the_manifest(make: Make) -> None:
    folder = make().folder
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "manifest-sha256.txt"], cwd=folder, capture_output=True
    )
    assert done.returncode == 0, done.stderr


def test_the_same_evidence_at_the_same_time_gives_the_same_bytes(make: Make) -> None:
    first, second = make("first").folder, make("second").folder
    names = {path.relative_to(first) for path in first.rglob("*") if path.is_file()}
    assert names == {path.relative_to(second) for path in second.rglob("*") if path.is_file()}
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)


def test_the_original_files_are_left_as_they_were(make: Make, evidence: dict[str, Path]) -> None:
    before = {path: (sha256(path), path.stat().st_mtime_ns) for path in evidence.values()}
    make()
    assert before == {path: (sha256(path), path.stat().st_mtime_ns) for path in evidence.values()}


def test_a_sealed_file_travels_with_its_proof_and_without_the_others(
    make: Make, verify, evidence, world: World
) -> None:
    seal = Seal.of({name: path.read_bytes() for name, path in evidence.items()} | {"secret names.csv": b"x"})
    seal = seal.sign(world.examiner, case="XA-2026-0417", at=NOON)
    one = {"mail/lure.eml": evidence["mail/lure.eml"]}
    folder = make(payload=one, seal=seal).folder
    assert verify(folder).warnings == ()
    assert not any(b"secret names" in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_file_that_the_seal_does_not_cover_is_pointed_out(
    make: Make, verify, evidence, world: World
) -> None:
    seal = Seal.of({"empty.log": b""}).sign(world.examiner, case="XA-2026-0417", at=NOON)
    made = make(seal=seal)
    assert {found.code for found in made.warnings} == {"not-sealed"}
    assert {found.where for found in verify(made.folder).warnings} == {"data/EX-1.bin", "data/mail/lure.eml"}


def test_another_file_under_a_sealed_name_is_found(make: Make, verify, world: World) -> None:
    seal = Seal.of({"empty.log": b"not empty"}).sign(world.examiner, case="XA-2026-0417", at=NOON)
    with pytest.raises(PackageInvalid) as error:
        verify(make(seal=seal).folder)
    assert codes(error) == ["proof-rejected"]


def test_evidence_that_no_entry_of_the_log_mentions_is_pointed_out(
    make: Make, verify, evidence, tmp_path: Path
) -> None:
    stray = tmp_path / "stray.txt"
    stray.write_text("where does this come from?")
    report = verify(make(payload={**evidence, "stray.txt": stray}).folder)
    assert [(found.code, found.where) for found in report.warnings] == [("not-in-custody", "data/stray.txt")]


def test_an_image_that_the_log_knows_by_its_medium_is_a_note_and_no_warning(
    make: Make, verify, evidence
) -> None:
    payload = {**evidence, "usb.E01": evidence["empty.log"].with_name("usb.E01")}
    payload["usb.E01"].write_bytes(b"EVF\x09 and so on")
    (found,) = verify(make(payload=payload).folder).warnings
    assert (found.code, found.severity, found.where) == ("image-by-medium", "note", "data/usb.E01")


# damage


def test_a_flipped_bit_in_the_evidence_is_found(make: Make, verify) -> None:
    folder = make().folder
    path = folder / "data/EX-1.bin"
    data = bytearray(path.read_bytes())
    data[70_000] ^= 0x10
    path.write_bytes(data)
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert codes(error) == ["wrong-checksum"]
    assert places(error, "wrong-checksum") == ["data/EX-1.bin"]


def test_all_damage_is_reported_at_once(make: Make, verify) -> None:
    folder = make().folder
    (folder / "data/empty.log").unlink()
    (folder / "data/mail/lure.eml").write_bytes(b"other")
    (folder / "data/extra.txt").write_bytes(b"planted")
    (folder / "custody/note.txt").write_bytes(b"planted")
    with (folder / "bag-info.txt").open("a") as info:
        info.write("Contact-Name: somebody else\n")
    (folder / package.SIGNATURE).unlink()
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert codes(error) == [
        "wrong-checksum" if name == "data/mail/lure.eml" else code
        for name, code in [
            ("data/empty.log", "file-missing"),
            ("data/extra.txt", "unexpected-file"),
            ("data/mail/lure.eml", "wrong-checksum"),
            ("bag-info.txt", "tag-file-altered"),
            ("custody/note.txt", "tag-file-unlisted"),
            ("bag-info.txt", "wrong-oxum"),
            (package.SIGNATURE, "signature-missing"),
        ]
    ]


def rewrite_manifests(folder: Path) -> None:
    """What somebody does who changes evidence and knows BagIt: bagit-python writes all manifests again."""
    bagit.Bag(str(folder)).save(manifests=True)


def test_manifests_written_again_satisfy_bagit_and_not_the_signature(make: Make, verify) -> None:
    folder = make().folder
    signature = (folder / package.SIGNATURE).read_bytes()
    (folder / "data/mail/lure.eml").write_bytes(b"From: b@example.org\r\n\r\nNothing to pay.\r\n")
    rewrite_manifests(folder)
    # bagit-python lists the signature as well; leave it out again, as the signer did.
    tagmanifest = folder / package.SIGNED
    lines = [line for line in tagmanifest.read_text().splitlines(True) if "signature/" not in line]
    tagmanifest.write_text("".join(lines))
    assert bagit.Bag(str(folder)).is_valid()
    assert bagcheck.check(folder, outside=package.OUTSIDE).findings == []
    assert (folder / package.SIGNATURE).read_bytes() == signature
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert codes(error) == ["signature-wrong", "timestamp-rejected"]


def test_a_package_signed_again_by_a_stranger_is_not_trusted(make: Make, verify, world: World) -> None:
    folder = make().folder
    stranger = CourseAuthority.create(name="Another authority").issue(
        name="Marek Novák", role="examiner", organisation="Laboratory", state="XA"
    )
    package.sign_again(folder, identity=stranger, authority=world.tsa, at=NOON)
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert codes(error) == ["signer-not-trusted"]


def test_an_authority_of_the_same_name_does_not_make_a_signer_trusted(
    make: Make, verify, world: World
) -> None:
    folder = make().folder
    twin = CourseAuthority.create().issue(
        name="Marek Novák", role="examiner", organisation="Laboratory", state="XA"
    )
    package.sign_again(folder, identity=twin, authority=world.tsa, at=NOON)
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert codes(error) == ["signer-not-trusted"]


def test_a_certificate_that_had_expired_when_the_package_was_sealed_is_refused(
    make: Make, verify, world: World
) -> None:
    late = world.authority.issue(
        name="Old Badge",
        role="examiner",
        organisation="Laboratory",
        state="XA",
        not_after=NOON - timedelta(days=1),
    )
    with pytest.raises(PackageInvalid) as error:
        verify(make(identity=late).folder)
    assert codes(error) == ["signer-not-trusted"]


def test_the_signature_of_another_package_does_not_fit(make: Make, verify, evidence) -> None:
    folder = make("one").folder
    other = make("two", payload={"only.eml": evidence["mail/lure.eml"]}).folder
    shutil.copy(other / package.SIGNATURE, folder / package.SIGNATURE)
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert codes(error) == ["signature-wrong"]


def test_the_timestamp_of_another_package_does_not_fit(make: Make, verify, evidence) -> None:
    folder = make("one").folder
    other = make("two", payload={"only.eml": evidence["mail/lure.eml"]}).folder
    shutil.copy(other / package.TOKEN, folder / package.TOKEN)
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert codes(error) == ["timestamp-rejected"]


@pytest.mark.parametrize("content", [b"", b"not a token", bytes(5000)])
def test_a_malformed_timestamp_is_refused(make: Make, verify, content: bytes) -> None:
    folder = make().folder
    (folder / package.TOKEN).write_bytes(content)
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert codes(error) == ["timestamp-rejected"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"\xff\xfe", b'{"format": "hanoikit-detached-signature-1", "algorithm": "none"}'],
)
def test_a_malformed_signature_is_refused(make: Make, verify, content: bytes) -> None:
    folder = make().folder
    (folder / package.SIGNATURE).write_bytes(content)
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert codes(error) == ["signature-malformed"]


def test_a_timestamp_authority_that_nobody_named_is_not_trusted(make: Make, world: World) -> None:
    with pytest.raises(PackageInvalid) as error:
        package.verify(make().folder, [world.authority.certificate])
    assert codes(error) == ["timestamp-rejected"]


def test_a_package_without_timestamp_passes_only_when_that_is_asked_for(make: Make, verify) -> None:
    folder = make(authority=None).folder
    with pytest.raises(PackageInvalid) as error:
        verify(folder, at=NOON)
    assert codes(error) == ["timestamp-missing"]
    report = verify(folder, without_timestamp=True, at=NOON)
    assert report.signed_by_time is None


def test_a_package_stripped_of_its_signature_is_no_valid_unsigned_package(make: Make, verify) -> None:
    folder = make().folder
    shutil.rmtree(folder / "signature")
    with pytest.raises(PackageInvalid) as error:
        verify(folder, without_timestamp=True)
    assert codes(error) == ["signature-missing"]


def test_a_custody_log_with_a_broken_link_is_found_although_the_package_is_intact(
    make: Make, verify, world, log
) -> None:
    lines = log.to_bytes().splitlines(keepends=True)
    broken = CustodyLog.from_bytes(b"".join([lines[0], lines[1], lines[3]]))
    folder = make(custody=broken).folder
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert "hash-mismatch" in codes(error)
    report = verify(folder, broken_custody_accepted=True)
    assert "hash-mismatch" in {found.code for found in report.warnings}


def test_a_link_in_the_package_is_refused_and_not_followed(make: Make, verify, tmp_path: Path) -> None:
    folder = make().folder
    path = folder / "data/mail/lure.eml"
    outside = tmp_path / "outside.eml"
    outside.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(outside)
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert codes(error) == ["symlink", "file-missing", "wrong-oxum"]


@pytest.mark.parametrize(
    "name",
    ["../outside.txt", "/etc/passwd", "data/../../x", "~/x", "C:/x", "data\\..\\x", "data//x", "data/./x"],
)
def test_a_manifest_that_names_files_outside_is_refused(make: Make, verify, name: str) -> None:
    folder = make().folder
    with (folder / "manifest-sha256.txt").open("a") as manifest:
        manifest.write(bagging.manifest_line("0" * 64, name))
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert "name-traversal" in codes(error)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("nonsense\n", "manifest-malformed"),
        ("0" * 63 + "  data/x\n", "manifest-malformed"),
        ("0" * 64 + "  custody/log.jsonl\n", "manifest-malformed"),
        ("0" * 64 + "  data/EX-1.bin\n", "manifest-duplicate"),
    ],
)
def test_a_malformed_line_in_the_manifest_is_found(make: Make, verify, line: str, code: str) -> None:
    folder = make().folder
    with (folder / "manifest-sha256.txt").open("a") as manifest:
        manifest.write(line)
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert codes(error)[0] == code


def test_files_to_be_fetched_from_elsewhere_are_refused(make: Make, verify) -> None:
    folder = make().folder
    (folder / "fetch.txt").write_text("https://files.example.org/x 10 data/x\n")
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert "fetch-refused" in codes(error)


def test_a_bag_with_md5_only_is_too_weak(tmp_path: Path, verify) -> None:
    folder = tmp_path / "bag"
    folder.mkdir()
    (folder / "x.txt").write_text("x")
    bagit.make_bag(str(folder), checksums=["md5"])
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert codes(error).count("weak-algorithm") == 2


def test_a_bag_that_bagit_python_made_can_be_signed_and_then_verifies(
    tmp_path: Path, verify, world: World
) -> None:
    folder = tmp_path / "bag"
    folder.mkdir()
    (folder / "x.txt").write_text("x")
    bagit.make_bag(str(folder), checksums=["sha256"])
    package.sign_again(folder, identity=world.examiner, authority=world.tsa, at=NOON)
    report = verify(folder)
    assert set(report.files) == {"x.txt"}
    assert [found.code for found in report.warnings] == ["custody-missing"]


def test_a_file_that_hides_from_the_strong_manifest_is_found(make: Make, verify) -> None:
    folder = make(algorithms=("sha256", "sha512")).folder
    manifest = folder / "manifest-sha256.txt"
    kept = [line for line in manifest.read_text().splitlines(True) if "lure.eml" not in line]
    manifest.write_text("".join(kept))
    with pytest.raises(PackageInvalid) as error:
        verify(folder)
    assert "manifest-differs" in codes(error)


@pytest.mark.parametrize("missing", ["bagit.txt", "manifest-sha256.txt", package.SIGNED])
def test_a_package_without_one_of_its_lists_is_refused(make: Make, verify, missing: str) -> None:
    folder = make().folder
    (folder / missing).unlink()
    with pytest.raises(PackageInvalid):
        verify(folder)


def test_no_folder_and_an_empty_folder_are_no_packages(tmp_path: Path, verify) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("nowhere", "empty"):
        with pytest.raises(PackageInvalid):
            verify(tmp_path / name)


# names


def test_names_that_cannot_travel_are_refused_before_anything_is_written(
    make: Make, evidence, tmp_path: Path
) -> None:
    path = evidence["empty.log"]
    names = [
        "../x",
        "/x",
        "CON",
        "con.txt",
        "a:b",
        "trailing.",
        "trailing ",
        "b\x07",
        "Note.txt",
        "note.TXT",
        "y" * 256,
    ]
    with pytest.raises(PackageInvalid) as error:
        make("bad", payload=dict.fromkeys(names, path))
    assert [found.code for found in error.value.findings] == [
        "name-traversal",
        "name-traversal",
        "name-windows",
        "name-windows",
        "name-windows",
        "name-windows",
        "name-windows",
        "name-windows",
        "name-collision",
        "name-long",
    ]
    assert sorted(child.name for child in tmp_path.iterdir()) == ["source"]


def test_names_with_line_breaks_and_percent_signs_are_encoded_and_come_back(
    make: Make, verify, evidence
) -> None:
    names = {
        "100% sure.txt",
        "line\nbreak.txt",
        "carriage\rreturn.txt",
        "%0A literal.txt",
        "Ünï côdé 证据.txt",
        " lead",
    }
    made = make(payload=dict.fromkeys(names, evidence["empty.log"]), portable=False)
    assert set(verify(made.folder, portable=False).files) == names
    manifest = (made.folder / "manifest-sha256.txt").read_text()
    assert "data/100%25 sure.txt\n" in manifest
    assert "data/line%0Abreak.txt\n" in manifest
    assert "data/%250A literal.txt\n" in manifest
    assert "name-encoded" in {found.code for found in made.warnings}


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: "\x00" not in text))
def test_every_name_comes_back_from_its_encoding(name: str) -> None:
    encoded = bagging.encode_name(name)
    assert "\n" not in encoded and "\r" not in encoded
    assert bagging.decode_name(encoded) == name


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20), st.integers(0, 3))
def test_no_accepted_name_leaves_the_folder(name: str, depth: int) -> None:
    name = "../" * depth + name
    if not any(found.severity == "error" for found in bagging.name_findings([name])):
        joined = os.path.normpath(os.path.join("/bag/data", name))  # noqa: PTH118
        assert joined.startswith("/bag/data/")


# making, when something is in the way


def test_a_folder_that_holds_something_is_not_touched(make: Make, tmp_path: Path) -> None:
    (tmp_path / "EX-1").mkdir()
    (tmp_path / "EX-1/keep.txt").write_text("mine")
    with pytest.raises(EvidenceError, match="something of this name"):
        make()
    assert [child.name for child in (tmp_path / "EX-1").iterdir()] == ["keep.txt"]


@pytest.mark.parametrize("kind", ["missing", "folder", "link", "pipe"])
def test_a_source_that_is_no_file_leaves_nothing_half_made(
    make: Make, evidence, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "source" / kind
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(evidence["EX-1.bin"])
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(EvidenceError):
        make("bad", payload={**evidence, "last": path})
    assert sorted(child.name for child in tmp_path.iterdir()) == ["source"]


def test_nothing_to_pack_weak_algorithms_and_own_names_are_misuse(make: Make) -> None:
    for changes in (
        {"payload": {}},
        {"algorithms": ("md5",)},
        {"info": {"Payload-Oxum": "1.1"}},
        {"info": {"Not a label:": "x"}},
        {"tag_files": {"data/x": b""}},
        {"tag_files": {"custody/log.jsonl": b""}},
        {"at": datetime(2026, 3, 3)},
    ):
        with pytest.raises(UsageError):
            make("bad", **changes)


_MAKE_IN_SANDBOX = """
import sys
from pathlib import Path
from hanoikit.errors import EvidenceError
from hanoikit.evidence import package
from hanoikit.evidence.identity import CourseAuthority
who = CourseAuthority.create(seed=1).issue(name="A", role="examiner", organisation="L", state="XA")
source, target = map(Path, sys.argv[1:3])
try:
    package.create(target, {"a.bin": source, "b.bin": source}, identity=who, authority=None)
except EvidenceError as error:
    print(error)
    print(sorted(child.name for child in target.parent.iterdir()))
"""


def in_sandbox(source: Path, target: str, *mounts: str) -> list[str]:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")
    command = [
        "bwrap",
        "--ro-bind",
        "/",
        "/",
        "--dev",
        "/dev",
        "--bind",
        str(source.parent),
        "/mnt",
    ]
    command += [*mounts, sys.executable, "-c", _MAKE_IN_SANDBOX, f"/mnt/{source.name}", target]
    done = subprocess.run(command, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_full_disk_gives_a_clear_error_and_leaves_nothing(evidence: dict[str, Path]) -> None:
    said = in_sandbox(evidence["EX-1.bin"], "/media/EX-1", "--size", "2000000", "--tmpfs", "/media")
    assert said[0].startswith("The disk is full; nothing was left behind. (/media/EX-1)")
    assert said[1] == "[]"


def test_a_read_only_place_gives_a_clear_error(evidence: dict[str, Path]) -> None:
    said = in_sandbox(evidence["EX-1.bin"], "/media/EX-1")
    assert said[0].startswith("This place cannot be written to; nothing was changed. (/media/EX-1)")


def test_the_envelope_of_the_signature_is_plain_json_with_the_certificate(make: Make) -> None:
    fields = json.loads((make().folder / package.SIGNATURE).read_bytes())
    assert fields["file"] == package.SIGNED and fields["algorithm"] == "Ed25519"
    assert fields["certificate"].startswith("-----BEGIN CERTIFICATE-----")


def test_payload_of_names_every_file_and_refuses_links(evidence: dict[str, Path], tmp_path: Path) -> None:
    source = tmp_path / "source"
    assert set(package.payload_of(source, prefix="disk/")) == {
        "disk/empty.log",
        "disk/image.bin",
        "disk/mail.eml",
    }
    (source / "link").symlink_to(evidence["empty.log"])
    with pytest.raises(EvidenceError) as error:
        package.payload_of(source)
    assert [found.code for found in error.value.findings] == ["symlink"]
