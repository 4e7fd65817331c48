"""The bench on the real shipped case: every step, the wrong order, resuming, damage, and what others say."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from hanoikit.casework import open_case
from hanoikit.casework.stick import stick_files
from hanoikit.errors import EvidenceError, HanoiKitError, ImageDamaged, UsageError, WorkspaceError
from hanoikit.evidence import package
from hanoikit.evidence.custody import CustodyLog
from hanoikit.evidence.seal import InclusionProof, Seal, SignedRoot, verify_inclusion
from hanoikit.labs.judging import asked, judges
from hanoikit.labs.workbench import Workbench

ZONE = "Europe/Helsinki"


def inode(bench: Workbench, name: str) -> int:
    return next(entry.inode for entry in bench.files(ZONE) if entry.name == name)


def actions(bench: Workbench) -> list[str]:
    return [entry.action for entry in bench.log().entries]


def tree(folder) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


# step by step


def test_the_image_is_read_whole_and_agrees_with_what_it_stores(bench, true):
    check = bench.check_image()
    assert check.whole and check.findings == ()
    assert check.size == true.media_size
    assert (check.computed["sha256"], check.computed["sha1"]) == (true.media_sha256, true.media_sha1)
    assert check.stored == {"md5": true.media_md5, "sha1": true.media_sha1}
    assert actions(bench) == ["received", "hashed"]
    assert true.media_sha256 in bench.log().entries[-1].note


def test_the_files_are_listed_with_their_zone_and_the_log_stays_empty(bench, true):
    entries = {entry.name: entry for entry in bench.files(ZONE)}
    assert sorted(name for name, entry in entries.items() if not entry.deleted) == list(true.stick_files)
    assert {name for name, entry in entries.items() if entry.deleted} == {
        true.deleted.listed_as,
        true.overwritten.listed_as,
    }
    ledger = entries[true.deleted.listed_as].modified
    assert f"{ledger.stored:%Y-%m-%d %H:%M:%S}" == true.deleted.modified_local
    assert ledger.instant == true.deleted.modified
    assert not bench.log_path.exists()  # to look is no act


def test_a_whole_recovery_has_the_bytes_of_the_truth(bench, true):
    path, found = bench.recover(inode(bench, true.deleted.listed_as), ZONE)
    assert found.complete and found.size_recovered == true.deleted.size
    assert hashlib.sha256(path.read_bytes()).hexdigest() == true.deleted.sha256
    last = bench.log().entries[-1]
    assert (last.action, last.item_sha256) == ("copied", true.deleted.sha256)


def test_a_partial_recovery_tells_the_honest_numbers(bench, true):
    path, found = bench.recover(inode(bench, true.overwritten.listed_as), ZONE)
    lost = true.overwritten.remains_from
    assert (found.size_recorded, found.size_recovered) == (true.overwritten.size, true.overwritten.remains)
    assert not found.complete
    assert [(gap.offset, gap.size) for gap in found.gaps] == [(0, lost)]
    data = path.read_bytes()
    assert data[:lost] == bytes(lost)  # nothing of the other file is passed off as this one's
    assert hashlib.sha256(data[lost:]).hexdigest() == true.overwritten.remaining_sha256
    assert data[lost:] == stick_files(bench.plan)["targets.csv"][lost:]
    assert f"{true.overwritten.remains} of {true.overwritten.size} bytes" in bench.log().entries[-1].note


def test_recovering_the_same_file_twice_is_one_act(bench, true):
    number = inode(bench, true.deleted.listed_as)
    bench.recover(number)
    before = tree(bench.folder)
    bench.recover(number)
    assert tree(bench.folder) == before


def test_everything_that_was_done_is_in_the_log_and_the_log_holds(done):
    assert actions(done) == [
        "received",
        "hashed",
        "copied",
        "copied",
        "sealed",
        "disclosed",
        "disclosed",
    ]
    assert done.check_log() == []
    assert {entry.actor for entry in done.log().entries} == {done.specialist.fingerprint}


def test_the_seal_covers_exhibits_and_recovered_files_and_is_signed(done):
    made = done.current_seal()
    assert {leaf.name for leaf in made.leaves} == set(done.available())
    assert len(made.leaves) == 9
    assert made.signed.verify([done.authority.certificate]).name == done.specialist.name
    assert all(leaf.salt for leaf in made.leaves)


# the wrong order


@pytest.mark.parametrize(
    ("act", "what", "step"),
    [
        (lambda bench: bench.disclose("usb.E01"), "There is no seal yet.", "step 5"),
        (lambda bench: bench.stamp(), "There is no seal yet.", "step 5"),
        (lambda bench: bench.pack({"usb.E01": bench.image_path}), "There is no seal yet.", "step 5"),
        (lambda bench: bench.ask_others(), "There is no package yet.", "step 7"),
    ],
    ids=["show", "stamp", "pack", "ask"],
)
def test_a_step_that_comes_too_early_says_which_step_is_missing(bench, act, what, step):
    with pytest.raises(EvidenceError) as caught:
        act(bench)
    assert caught.value.what == what
    assert step in caught.value.next_step
    assert not bench.log_path.exists()


def test_a_package_without_a_timestamp_is_refused(bench):
    bench.seal()
    with pytest.raises(EvidenceError, match=r"no timestamp.*step 6"):
        bench.pack(bench.available())


def test_the_timestamp_of_an_older_seal_does_not_serve_for_a_new_one(again, true):
    first = again.current_seal().root
    again.seal()
    assert again.current_seal().root != first
    with pytest.raises(EvidenceError, match="no timestamp"):
        again.pack(again.available())
    # And if somebody puts the old token back by hand, it is still of the old seal.
    shutil.copyfile(again.folder / "seal.tsr.before-1", again.folder / "seal.tsr")
    shutil.copyfile(again.folder / "seal-statement.json.before-1", again.folder / "seal-statement.json")
    with pytest.raises(EvidenceError, match="no timestamp"):
        again.pack(again.available())
    again.stamp()
    again.pack(again.available())


def test_an_empty_package_is_refused(again):
    with pytest.raises(UsageError, match="empty"):
        again.pack({})
    assert (again.folder / "package").is_dir()


def test_a_file_that_is_not_under_the_seal_is_named_and_a_new_seal_helps(bench, true):
    bench.seal()
    bench.recover(inode(bench, true.deleted.listed_as))
    with pytest.raises(UsageError, match=r"recovered/_edger\.csv is not under the seal.*Seal again"):
        bench.disclose("recovered/_edger.csv")
    bench.stamp()
    made = bench.pack(bench.available())
    assert [(found.code, found.where) for found in made.warnings] == [
        ("not-sealed", "data/recovered/_edger.csv")
    ]
    bench.seal()
    assert bench.disclose("recovered/_edger.csv").tree_size == 8


def test_a_number_that_the_image_does_not_list_is_refused(bench):
    with pytest.raises(UsageError, match="no file with this number"):
        bench.recover(4711)


# keeping


def test_a_new_bench_on_the_same_folder_goes_on_where_the_old_one_stopped(done, again):
    assert again.log().to_bytes() == done.log().to_bytes()
    assert again.recovered().keys() == {"_edger.csv", "_argets.csv"}
    assert again.current_seal().root == done.current_seal().root
    assert again.judges().keys() >= {"bagit", "openssl", "sleuthkit: _edger.csv"}
    again.disclose("photo.jpg")
    assert len(again.log()) == len(done.log()) + 1
    assert again.check_log() == []


def test_what_is_made_again_lays_the_older_one_aside_with_a_number(again):
    package_before = tree(again.folder / "package")
    seals = [again.current_seal().root]
    for _round in range(2):
        again.seal()
        again.stamp()
        again.disclose("recovered/_edger.csv")
        again.pack(again.available())
        seals.append(again.current_seal().root)
    assert len(set(seals)) == 3  # fresh salts each time
    assert [Seal.load(again.folder / f"seal.json.before-{n}").root for n in (1, 2)] == seals[:2]
    for name in ("seal.tsr", "seal-statement.json"):
        assert {path.name for path in again.folder.glob(f"{name}*")} == {
            name,
            f"{name}.before-1",
            f"{name}.before-2",
        }
    assert tree(again.folder / "package.before-1") == package_before
    kept = json.loads(
        (again.folder / "disclosure" / "recovered-_edger.csv.before-1" / "root.json").read_text()
    )
    assert kept["root"] == seals[0]
    assert again.check_log() == []
    assert not list(again.folder.glob("*.new"))


def test_a_recovered_file_that_was_edited_is_laid_aside_and_comes_back(bench, true):
    path, _found = bench.recover(inode(bench, true.deleted.listed_as))
    path.write_text("my own notes")
    again, _found = bench.recover(inode(bench, true.deleted.listed_as))
    assert hashlib.sha256(again.read_bytes()).hexdigest() == true.deleted.sha256
    assert (path.parent / "_edger.csv.before-1").read_text() == "my own notes"
    assert set(bench.recovered()) == {"_edger.csv"}  # what was laid aside is neither sealed nor packed
    assert bench.check_log() == []


def test_a_package_that_cannot_be_made_leaves_the_older_one_and_the_log(again, tmp_path):
    before = tree(again.folder / "package")
    log = again.log_path.read_bytes()
    with pytest.raises(HanoiKitError):
        again.pack({"usb.E01": again.image_path, "gone.txt": tmp_path / "gone.txt"}, receiver="the court")
    assert tree(again.folder / "package") == before
    assert again.log_path.read_bytes() == log
    assert not list(again.folder.glob("package.before-*"))


def test_a_clock_that_was_set_back_does_not_stop_the_work(again):
    early = Workbench(again.case, again.folder, clock=lambda: datetime(2026, 4, 2, tzinfo=UTC))
    early.disclose("photo.jpg")
    assert early.check_log() == []


def test_the_folder_of_another_case_is_refused_and_kept(again, tmp_path):
    before = tree(again.folder)
    other = Workbench(open_case(into=tmp_path / "other", seed=2030), again.folder)
    with pytest.raises(WorkspaceError, match=r"another case, XA-2026-9639"):
        other.check_image()
    assert tree(again.folder) == before


def test_a_torn_log_is_reported_and_work_goes_on(again):
    data = again.log_path.read_bytes()
    again.log_path.write_bytes(data[:-40])
    assert [finding.code for finding in again.check_log()] == ["torn-line"]
    again.log_path.write_bytes(b"\x00\x00")
    with pytest.raises(EvidenceError, match="no header"):
        again.log()


# damage


@pytest.fixture
def image(case):
    return case.path("usb.E01")


def bits_flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]


@pytest.mark.parametrize("left", [0, 5, 2000, 21000])
def test_a_truncated_image_is_reported_in_plain_words_and_begins_no_log(bench, image, left):
    image.write_bytes(image.read_bytes()[:left])
    for act in (bench.check_image, bench.files, lambda: bench.recover(9)):
        with pytest.raises(ImageDamaged) as caught:
            act()
        assert caught.value.next_step
        assert caught.value.where == "usb.E01"
    assert not bench.log_path.exists()


def test_an_image_that_lost_its_last_bytes_is_not_whole_although_it_can_be_read(bench, image):
    image.write_bytes(image.read_bytes()[:-142])
    check = bench.check_image()
    assert not check.whole
    assert check.findings[-1].code == "not-the-exhibit"
    assert not bench.log_path.exists()


@pytest.mark.parametrize("place", [700, 19874, 33000])
def test_a_flipped_bit_anywhere_in_the_image_file_is_found(bench, image, place):
    image.write_bytes(bits_flipped(image.read_bytes(), place))
    try:
        check = bench.check_image()
    except ImageDamaged as error:
        assert error.next_step
    else:
        assert not check.whole
        assert "not-the-exhibit" in [finding.code for finding in check.findings]
    assert not bench.log_path.exists()


def test_an_image_with_new_hashes_stored_in_it_is_not_taken_for_the_exhibit(bench, image, tmp_path):
    # Whoever can acquire can make an image that agrees with itself; only the list of exhibits tells.
    other = open_case(into=tmp_path / "other", seed=2030).path("usb.E01")
    shutil.copyfile(other, image)
    check = bench.check_image()
    assert [finding.code for finding in check.findings] == ["not-the-exhibit"] and not check.whole
    for act in (bench.seal, bench.log, lambda: bench.recover(bench.files()[0].inode)):
        with pytest.raises(EvidenceError, match=r"changed since.*Open the case again"):
            act()
    assert tree(bench.folder) == {}


def test_a_changed_exhibit_is_neither_sealed_nor_packed(again):
    with again.case.path("xa-auth.log").open("a") as log:
        log.write("Mar 29 04:00:00 gate sshd[1]: nothing\n")
    for act in (again.seal, lambda: again.pack(again.available())):
        with pytest.raises(EvidenceError) as caught:
            act()
        assert [finding.where for finding in caught.value.findings] == ["xa-auth.log"]
    restored = open_case(into=again.case.folder, seed=again.case.seed)
    Workbench(restored, again.folder).seal()


def test_a_case_without_its_image_says_that_it_is_missing(bench, image):
    image.unlink()
    with pytest.raises(HanoiKitError) as caught:
        bench.check_image()
    assert "usb.E01" in str(caught.value)


# folders that refuse


def test_a_file_in_the_place_of_the_folder_is_told(case, tmp_path):
    (tmp_path / "work").write_text("a file")
    with pytest.raises(WorkspaceError, match="cannot use its folder") as caught:
        Workbench(case, tmp_path / "work")
    assert "may write" in caught.value.next_step


READ_ONLY = """
import sys
from pathlib import Path
from hanoikit.casework import open_case
from hanoikit.errors import HanoiKitError
from hanoikit.labs.workbench import Workbench

bench = Workbench(open_case(into=Path(sys.argv[1]) / "case"), Path(sys.argv[1]) / "work")
bench.files("UTC")
for act in (bench.check_image, lambda: bench.recover(bench.files()[0].inode), bench.seal, bench.stamp,
            lambda: bench.disclose("photo.jpg"), lambda: bench.pack(bench.available())):
    try:
        act()
    except HanoiKitError as error:
        print("refused", error.explain().replace("\\n", " "))
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap makes the read-only folder")
def test_a_read_only_folder_refuses_every_step_that_writes_and_keeps_the_work(again, tmp_path):
    before = tree(again.folder)
    seen = [
        "--ro-bind",
        "/",
        "/",
        "--dev",
        "/dev",
        "--tmpfs",
        "/media",
        "--setenv",
        "TMPDIR",
        "/media",
    ]
    done = subprocess.run(
        ["bwrap", *seen, sys.executable, "-c", READ_ONLY, str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert [line.partition(" ")[0] for line in done.stdout.splitlines()] == ["refused"] * 6
    assert done.stdout.count("Choose a folder") == 6
    assert tree(again.folder) == before


# what leaves the bench


def test_the_disclosure_verifies_and_tells_nothing_about_the_other_files(done, true):
    folder = done.folder / "disclosure" / "recovered-_edger.csv"
    assert {path.name for path in folder.iterdir()} == {"_edger.csv", "proof.json", "root.json"}
    root = SignedRoot.from_json(json.loads((folder / "root.json").read_text()))
    proof = InclusionProof.from_json((folder / "proof.json").read_bytes())
    assert root.verify([done.authority.certificate]).name == done.specialist.name
    verify_inclusion(proof, root=root.root, size=root.size, data=folder / "_edger.csv")
    assert proof.leaf.sha256 == true.deleted.sha256
    written = b"".join(tree(folder).values())
    others = [leaf for leaf in done.current_seal().leaves if leaf.name != "recovered/_edger.csv"]
    assert len(others) == 8
    for leaf in others:
        for secret in (leaf.name, leaf.sha256, leaf.salt):
            assert secret.encode() not in written, leaf.name
    # The hashes of neighbours that the proof needs are salted: a guess about a file cannot be tested with them.
    unsalted = {type(leaf)(leaf.name, leaf.sha256, leaf.size).hash.hex() for leaf in others}
    assert unsalted.isdisjoint(proof.path)


def test_the_package_verifies_and_carries_log_seal_stamp_description_and_form(done, true):
    report = package.verify(
        done.folder / "package", [done.authority.certificate], tsa_roots=[done.timestamps.root]
    )
    assert report.signer.name == done.specialist.name
    assert set(report.files) == set(done.available())
    assert report.info["External-Identifier"] == (true.case_number,)
    assert [found.code for found in report.warnings if found.severity == "warning"] == [
        "not-in-custody"
    ] * len([name for name in report.files if not name.startswith(("usb", "recovered"))])
    inside = {path.name for path in (done.folder / "package" / "custody").iterdir()}
    assert inside >= {"log.jsonl", "seal-root.json", "seal-proofs.jsonl", "seal.tsr", "case.jsonld"}
    assert (done.folder / "package" / "custody" / "custody-form.pdf").read_bytes().startswith(b"%PDF")
    log = CustodyLog.load(done.folder / "package" / "custody" / "log.jsonl")
    assert log.to_bytes() == done.log_path.read_bytes()
    assert "the prosecutor" in log.entries[-1].note


def test_the_sleuth_kit_is_asked_only_about_files_that_were_recovered_whole(done):
    assert [name for name in done.judges() if name.startswith("sleuthkit")] == ["sleuthkit: _edger.csv"]


def test_a_package_without_the_image_still_gets_its_other_verdicts(again):
    again.pack({"recovered/_edger.csv": again.recovered()["_edger.csv"]})
    assert list(again.judges()) == ["bagit", "openssl", "case_validate", "case_prov_check"]


def test_a_program_that_is_missing_does_not_keep_the_others_from_being_asked(done, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    verdicts = {name: asked(name, done.judges()[name]) for name in ("openssl", "bagit")}
    assert not verdicts["openssl"].accepted and verdicts["openssl"].version == ""
    assert "not installed" in verdicts["openssl"].output
    assert verdicts["bagit"].accepted


def test_the_fast_independent_programs_reject_a_package_that_was_changed(again):
    with (again.folder / "package" / "tagmanifest-sha256.txt").open("ab") as file:
        file.write(b"\n")
    asks = judges(again.folder / "package", again.timestamps.root, {})
    assert not asks["openssl"]().accepted


@pytest.mark.slow
def test_all_independent_programs_accept_the_package(done):
    verdicts = done.ask_others()
    assert len(verdicts) == 5
    for verdict in verdicts:
        assert verdict.accepted, f"{verdict.program}: {verdict.output}"
        assert verdict.version
