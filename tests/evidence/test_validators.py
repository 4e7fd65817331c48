"""Programs that are not ours: they run, their verdict is passed on, and one that is missing is never a pass."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanoikit.errors import EvidenceError, ToolMissing, UsageError
from hanoikit.evidence import certificates, detached, package, validators
from hanoikit.evidence.identity import CourseAuthority, Identity
from hanoikit.evidence.timestamp import LocalTimestampAuthority

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
LEDGER = b"date,amount\n" + b"2026-03-01,100\n" * 200


@pytest.fixture(scope="module")
def tsa() -> LocalTimestampAuthority:
    return LocalTimestampAuthority.create(seed="validator tests")


@pytest.fixture(scope="module")
def examiner() -> Identity:
    authority = CourseAuthority.create(seed="validator tests")
    return authority.issue(name="Marek Novák", role="examiner", organisation="Laboratory", state="XA")


@pytest.fixture
def packed(tsa: LocalTimestampAuthority, examiner: Identity, tmp_path: Path) -> package.Package:
    source = tmp_path / "ledger.csv"
    source.write_bytes(LEDGER)
    return package.create(
        tmp_path / "EX-1", {"ledger.csv": source}, identity=examiner, authority=tsa, at=NOON
    )


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A FAT12 medium of 1.4 MB with one deleted file, made by mkfs.fat and mtools."""
    if not all(shutil.which(tool) for tool in ("mkfs.fat", "mcopy", "mdel")):
        pytest.skip("mtools and dosfstools are not installed")
    place = tmp_path_factory.mktemp("image")
    path = place / "usb.img"
    path.write_bytes(bytes(1_474_560))
    (place / "ledger.csv").write_bytes(LEDGER)
    for command in (
        ["mkfs.fat", "-F", "12", "-i", "12345678", "-n", "EVIDENCE", "--invariant", str(path)],
        ["mcopy", "-i", str(path), str(place / "ledger.csv"), "::"],
        ["mdel", "-i", str(path), "::ledger.csv"],
    ):
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "MTOOLS_SKIP_CHECK": "1"})
    return path


@pytest.fixture(scope="module")
def e01(image: Path) -> Path:
    if shutil.which("ewfacquire") is None:
        pytest.skip("ewf-tools is not installed")
    target = image.with_suffix("")
    command = ["ewfacquire", "-u", "-q", "-c", "fast", "-t", str(target), str(image)]
    subprocess.run(command, check=True, capture_output=True)
    return target.with_suffix(".E01")


# bagit


def test_bagit_python_accepts_a_package(packed: package.Package) -> None:
    verdict = validators.bagit(packed.folder)
    assert verdict.accepted
    assert verdict.program == "bagit-python" and verdict.version
    assert verdict.command == "bagit.py --validate EX-1"
    assert "EX-1 is valid" in verdict.output
    assert 0 < verdict.took < validators.TIME_LIMIT


def test_bagit_python_rejects_a_bag_with_an_extra_file(packed: package.Package) -> None:
    (packed.folder / "data/extra.txt").write_text("planted")
    verdict = validators.bagit(packed.folder)
    assert not verdict.accepted
    assert "EX-1 is invalid" in verdict.output


def test_bagit_python_rejects_a_flipped_bit(packed: package.Package) -> None:
    path = packed.folder / "data/ledger.csv"
    path.write_bytes(path.read_bytes().replace(b"100", b"900", 1))
    verdict = validators.bagit(packed.folder)
    assert not verdict.accepted
    assert "data/ledger.csv sha256 validation failed" in verdict.output


def test_no_place_of_this_machine_is_shown(packed: package.Package) -> None:
    verdict = validators.bagit(packed.folder)
    for text in (verdict.output, verdict.command):
        assert str(packed.folder.parent) not in text
        assert sys.prefix not in text


# openssl


def test_openssl_accepts_the_timestamp_over_the_manifest(
    packed: package.Package, tsa: LocalTimestampAuthority
) -> None:
    verdict = validators.openssl_timestamp(packed.token, packed.signed_file, certificates.pem(tsa.root))
    assert verdict.accepted, verdict.output
    assert verdict.program == "openssl" and verdict.version[0].isdigit()
    assert verdict.command == (
        "openssl ts -verify -in tagmanifest-sha256.txt.tsr -data tagmanifest-sha256.txt -CAfile ca.pem"
    )


def test_openssl_rejects_a_timestamp_over_other_data(
    packed: package.Package, tsa: LocalTimestampAuthority
) -> None:
    verdict = validators.openssl_timestamp(packed.token, b"other data", certificates.pem(tsa.root))
    assert not verdict.accepted
    assert "message imprint mismatch" in verdict.output


def test_openssl_rejects_a_timestamp_of_an_authority_that_nobody_named(packed: package.Package) -> None:
    stranger = LocalTimestampAuthority.create(name="Another", seed="another")
    verdict = validators.openssl_timestamp(packed.token, packed.signed_file, certificates.pem(stranger.root))
    assert not verdict.accepted


def test_openssl_accepts_a_bare_token_too(packed: package.Package, tsa: LocalTimestampAuthority) -> None:
    from asn1crypto import tsp

    reply = tsp.TimeStampResp.load(packed.token.read_bytes())
    bare = reply["time_stamp_token"].dump()
    verdict = validators.openssl_timestamp(bare, packed.signed_file, certificates.pem(tsa.root))
    assert verdict.accepted, verdict.output
    assert "-token_in" in verdict.command


@pytest.mark.parametrize("token", [b"", b"0", b"\x30\x80", b"nonsense" * 10])
def test_openssl_rejects_a_malformed_token(token: bytes, tsa: LocalTimestampAuthority) -> None:
    assert not validators.openssl_timestamp(token, b"data", certificates.pem(tsa.root)).accepted


def test_openssl_accepts_the_signature_and_rejects_it_over_other_data(packed: package.Package) -> None:
    envelope = detached.read((packed.folder / package.SIGNATURE).read_bytes())
    pem = certificates.pem(envelope.certificate)
    assert validators.openssl_signature(envelope.signature, packed.signed_file, pem).accepted
    assert not validators.openssl_signature(envelope.signature, b"other data", pem).accepted


# the sleuth kit


def test_icat_confirms_the_hash_of_a_deleted_file(image: Path) -> None:
    if shutil.which("icat") is None:
        pytest.skip("sleuthkit is not installed")
    digest = hashlib.sha256(LEDGER).hexdigest()
    verdict = validators.sleuthkit(image, 4, digest)
    assert verdict.accepted, verdict.output
    assert verdict.program == "icat" and verdict.version
    assert verdict.command == "icat -r -o 0 usb.img 4 | sha256sum"
    assert digest in verdict.output and f"{len(LEDGER)} bytes" in verdict.output


def test_another_hash_and_another_inode_are_rejected(image: Path) -> None:
    assert not validators.sleuthkit(image, 4, "0" * 64).accepted
    assert not validators.sleuthkit(image, 999_999, hashlib.sha256(LEDGER).hexdigest()).accepted


def test_the_sleuth_kit_reads_an_e01_image(e01: Path) -> None:
    assert validators.sleuthkit(e01, 4, hashlib.sha256(LEDGER).hexdigest()).accepted


def test_without_icat_the_library_answers_and_says_so(
    image: Path, e01: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validators.shutil, "which", lambda name: None)
    digest = hashlib.sha256(LEDGER).hexdigest()
    for path in (image, e01):
        verdict = validators.sleuthkit(path, 4, digest)
        assert verdict.accepted, verdict.output
        assert verdict.program == "pytsk3"
    assert not validators.sleuthkit(image, 4, "0" * 64).accepted
    assert not validators.sleuthkit(image, 999_999, digest).accepted


# what is missing, slow or loud


def test_a_missing_program_is_no_pass(packed: package.Package, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validators.shutil, "which", lambda name: None)
    with pytest.raises(ToolMissing) as error:
        validators.openssl_timestamp(packed.token, packed.signed_file, b"")
    assert "install the package openssl" in str(error.value)
    assert "Windows" in str(error.value)


@pytest.mark.parametrize("distribution", ["bagit", "case-utils", "case-prov"])
def test_a_missing_python_package_is_no_pass(
    packed: package.Package, monkeypatch: pytest.MonkeyPatch, distribution: str
) -> None:
    real = validators.metadata.version

    def version(name: str) -> str:
        if name == distribution:
            raise validators.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(validators.metadata, "version", version)
    with pytest.raises(ToolMissing, match=f"pip install {distribution}"):
        {
            "bagit": lambda: validators.bagit(packed.folder),
            "case-utils": lambda: validators.case_validate({}),
            "case-prov": lambda: validators.case_prov_check({}),
        }[distribution]()


def test_a_program_that_does_not_end_is_stopped_and_rejects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validators, "TIME_LIMIT", 0.3)
    verdict = validators._run([sys.executable, "-c", "while True: pass"], program="p", version="1", hide={})
    assert not verdict.accepted
    assert "stopped" in verdict.output


def test_a_loud_program_is_cut_short() -> None:
    command = [sys.executable, "-c", "print('x' * 10_000_000)"]
    verdict = validators._run(command, program="p", version="1", hide={})
    assert verdict.accepted
    assert len(verdict.output) < validators.OUTPUT_LIMIT + 100


def test_the_programs_can_reach_no_network() -> None:
    source = "import socket; socket.create_connection(('192.0.2.1', 9))"
    command = validators._python("bagit")
    command[3] = command[3].split("sys.argv[0]")[0] + source
    verdict = validators._run(command, program="p", version="1", hide={})
    assert not verdict.accepted
    assert "the network is off" in verdict.output


def test_misuse_is_told(tmp_path: Path, image: Path) -> None:
    with pytest.raises(EvidenceError):
        validators.bagit(tmp_path / "nowhere")
    with pytest.raises(EvidenceError):
        validators.case_validate(tmp_path / "nowhere.jsonld")
    with pytest.raises(EvidenceError):
        validators.sleuthkit(tmp_path / "nowhere.img", 4, "0" * 64)
    with pytest.raises(UsageError):
        validators.sleuthkit(image, "4; rm -rf", "0" * 64)
    with pytest.raises(UsageError):
        validators.sleuthkit(image, 4, "abc")


def test_a_graph_that_is_no_graph_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonld"
    path.write_text("{not json")
    verdict = validators.case_prov_check(path)
    assert not verdict.accepted
    assert verdict.program == "case_prov_rdf"
    assert str(tmp_path) not in verdict.output
