"""Opening a case: the right files, checked; nothing of the trainee's is lost; the truth stays behind."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys

import pytest

from hanoikit import resources
from hanoikit.casework import DEFAULT_SEED, SHIPPED_SEEDS, open_case
from hanoikit.errors import DataInvalid, ToolMissing, UsageError, WorkspaceError


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("seed", SHIPPED_SEEDS)
def test_an_opened_case_has_every_file_of_its_manifest_with_the_right_hash(tmp_path, seed):
    case = open_case("m04", into=tmp_path / "case", seed=seed)
    lines = case.path("manifest-sha256.txt").read_text().splitlines()
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256(case.path(name).read_bytes()).hexdigest() == digest
    assert len(lines) == len(case.files) - 1 == 17
    assert case.kept == ()


def test_opening_again_changes_nothing(tmp_path):
    open_case(into=tmp_path / "case")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "case").iterdir()}
    open_case(into=tmp_path / "case")
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "case").iterdir()} == before


def test_a_missing_file_comes_back(tmp_path):
    case = open_case(into=tmp_path / "case")
    case.path("lure.eml").unlink()
    again = open_case(into=tmp_path / "case")
    assert again.path("lure.eml").is_file()
    assert again.kept == ()


def test_a_changed_file_is_kept_beside_the_original_and_never_overwritten(tmp_path):
    case = open_case(into=tmp_path / "case")
    original = case.path("xc-web.log").read_bytes()
    for number, text in enumerate((b"mine", b"mine, second"), start=1):
        case.path("xc-web.log").write_bytes(text)
        again = open_case(into=tmp_path / "case")
        assert [path.name for path in again.kept] == [f"xc-web.log.yours-{number}"]
        assert again.kept[0].read_bytes() == text
        assert again.path("xc-web.log").read_bytes() == original
    assert (tmp_path / "case" / "xc-web.log.yours-1").read_bytes() == b"mine"


def test_a_folder_in_the_place_of_a_file_is_kept_too(tmp_path):
    case = open_case(into=tmp_path / "case")
    case.path("lure.eml").unlink()
    case.path("lure.eml").mkdir()
    (case.path("lure.eml") / "notes.txt").write_text("mine")
    again = open_case(into=tmp_path / "case")
    assert (again.kept[0] / "notes.txt").read_text() == "mine"
    assert again.path("lure.eml").is_file()


def test_other_files_in_the_folder_stay(tmp_path):
    case = open_case(into=tmp_path / "case")
    (case.folder / "my-report.txt").write_text("mine")
    case.path("usb.E01").unlink()
    open_case(into=tmp_path / "case")
    assert (case.folder / "my-report.txt").read_text() == "mine"


def test_another_seed_in_the_same_folder_replaces_our_files_and_keeps_the_trainees(tmp_path):
    case = open_case(into=tmp_path / "case", seed=SHIPPED_SEEDS[0])
    case.path("xa-auth.log").write_bytes(b"mine")
    other = open_case(into=tmp_path / "case", seed=SHIPPED_SEEDS[1])
    assert [path.name for path in other.kept] == ["xa-auth.log.yours-1"]
    fresh = open_case(into=tmp_path / "fresh", seed=SHIPPED_SEEDS[1])
    for name in fresh.files:
        assert other.path(name).read_bytes() == fresh.path(name).read_bytes()


def test_a_torn_or_forged_note_in_the_folder_only_costs_a_second_check(tmp_path):
    case = open_case(into=tmp_path / "case")
    note = case.folder / ".hanoikit-case.json"
    for text in ('{"module": "m0', "[]", '{"module": "m04", "seed": "x", "files": 3}', "\udcff"):
        note.write_bytes(text.encode("utf-8", "surrogateescape"))
        assert open_case(into=tmp_path / "case").kept == ()
    forged = json.loads(note.read_text())
    case.path("lure.eml").write_bytes(b"mine")
    forged["files"]["lure.eml"] = hashlib.sha256(b"mine").hexdigest()
    note.write_text(json.dumps(forged))
    assert b"DKIM-Signature" in open_case(into=tmp_path / "case").path("lure.eml").read_bytes()


def test_the_case_tells_briefing_and_exhibits(tmp_path):
    case = open_case(into=tmp_path / "case")
    assert case.seed == DEFAULT_SEED
    assert case.briefing.startswith("# Operation Lantern: your briefing")
    assert [row.number[-3:] for row in case.exhibits] == [f"/{n:02d}" for n in range(1, 8)]
    for row in case.exhibits:
        assert hashlib.sha256(case.path(row.file).read_bytes()).hexdigest() == row.sha256
        assert row.file in case.briefing
    for name in case.files:
        assert name in case.briefing or name == "briefing.md"


def test_an_unknown_file_or_module_is_refused_with_the_names_that_exist(tmp_path):
    case = open_case(into=tmp_path / "case")
    with pytest.raises(UsageError, match=r"usb\.E01"):
        case.path("ledger.csv")
    with pytest.raises(UsageError, match="m04"):
        open_case("m99", into=tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_damaged_course_is_told_with_every_damaged_file_and_leaves_the_folder_alone(tmp_path, monkeypatch):
    assets = tmp_path / "assets"
    shutil.copytree(resources.assets() / "evidence" / "m04", assets / "evidence" / "m04")
    files = assets / "evidence" / "m04" / str(DEFAULT_SEED) / "files"
    (files / "lure.eml").write_bytes(b"damaged")
    (files / "photo.jpg").unlink()
    monkeypatch.setattr(resources, "assets", lambda: assets)
    with pytest.raises(DataInvalid) as caught:
        open_case(into=tmp_path / "case")
    assert {(f.code, f.where) for f in caught.value.findings} == {
        ("hash-mismatch", "lure.eml"),
        ("file-missing", "photo.jpg"),
    }
    assert not (tmp_path / "case").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "case").write_text("a file, no folder")
    with pytest.raises(WorkspaceError, match="Choose a folder"):
        open_case(into=tmp_path / "case")


def test_an_unshipped_seed_without_the_programs_names_the_packages(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *args, **named: None)
    with pytest.raises(ToolMissing) as caught:
        open_case(into=tmp_path / "case", seed=5)
    for package in ("mtools", "dosfstools", "ewf-tools", "faketime"):
        assert package in str(caught.value)
    assert not (tmp_path / "case").exists()


def test_opening_a_shipped_case_loads_neither_the_truth_nor_the_generators(tmp_path):
    code = (
        "import sys; from pathlib import Path; from hanoikit.casework import open_case;"
        f"open_case(into=Path({str(tmp_path / 'case')!r}));"
        "print(*sorted(m for m in sys.modules if m.startswith('hanoikit.casework.')));"
        "print('cryptography' in sys.modules, 'PIL' in sys.modules, 'pyewf' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded, heavy = done.stdout.splitlines()
    assert loaded.split() == [
        "hanoikit.casework.opening",
        "hanoikit.casework.plan",
        "hanoikit.casework.world",
    ]
    assert heavy == "False False False"


@pytest.mark.parametrize("seed", SHIPPED_SEEDS)
def test_the_truth_is_not_among_the_files_that_a_trainee_receives(tmp_path, seed):
    case = open_case(into=tmp_path / "case", seed=seed)
    assert "truth.json" not in contents(case.folder)
    assert all(not name.startswith("truth") for _, _, names in os.walk(case.folder) for name in names)
    assert sum(len(content) for content in contents(case.folder).values()) < 150_000
