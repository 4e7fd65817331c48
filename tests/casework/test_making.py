"""Real builds with the real tools: the same seed, the same bytes."""

from __future__ import annotations

import json
import shutil

import pytest

from hanoikit import resources
from hanoikit.casework import SHIPPED_SEEDS, build_case, evidence_case, open_case
from hanoikit.casework.making import FILES, MANIFEST
from hanoikit.casework.stick import read_media
from hanoikit.casework.truth import Truth, truth
from hanoikit.errors import DataInvalid, UsageError

needs_tools = pytest.mark.skipif(
    shutil.which("ewfacquire") is None or shutil.which("mcopy") is None or shutil.which("faketime") is None,
    reason="mtools, ewf-tools and faketime make the case; they are not installed",
)


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.slow
@needs_tools
def test_two_builds_of_a_seed_are_the_same_bytes_and_another_seed_differs(tmp_path, monkeypatch):
    build_case(evidence_case(77), tmp_path / "one")
    # Another zone, another locale and somebody's own settings of the tools must leave no trace.
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("MTOOLS_LOWER_CASE", "1")
    build_case(evidence_case(77), tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    build_case(evidence_case(78), tmp_path / "three")
    one, three = contents(tmp_path / "one"), contents(tmp_path / "three")
    assert one.keys() == three.keys()
    assert [name for name in one if one[name] == three[name]] == []


@pytest.mark.slow
@needs_tools
@pytest.mark.parametrize("seed", SHIPPED_SEEDS)
def test_the_shipped_files_are_what_a_fresh_build_makes(tmp_path, seed):
    build_case(evidence_case(seed), tmp_path / "fresh")
    shipped = resources.assets() / "evidence" / "m04" / str(seed)
    fresh, there = contents(tmp_path / "fresh"), contents(shipped)
    assert fresh.keys() == there.keys()
    different = {name for name in fresh if fresh[name] != there[name]}
    if "files/usb.E01" in different:
        # Another zlib than that of the pinned set compresses the same medium to other bytes.
        assert read_media(tmp_path / "fresh/files/usb.E01") == read_media(shipped / "files/usb.E01")
        different -= {"files/usb.E01", "files/exhibits.csv", "files/manifest-sha256.txt", "truth.json"}
    assert different == set(), "run: make assets"


@pytest.mark.slow
@needs_tools
def test_an_unshipped_seed_is_made_on_the_spot_and_opened_like_the_others(tmp_path):
    case = open_case(into=tmp_path / "case", seed=79)
    true = truth("m04", 79)
    assert set(case.files) == {*FILES, MANIFEST}
    assert case.exhibits[0].sha256 == true.sha256["usb.E01"]
    before = {path: path.stat().st_mtime_ns for path in case.folder.iterdir()}
    open_case(into=tmp_path / "case", seed=79)
    assert {path: path.stat().st_mtime_ns for path in case.folder.iterdir()} == before


@pytest.mark.parametrize("seed", SHIPPED_SEEDS)
def test_the_recorded_truth_survives_writing_and_reading(seed):
    true = truth("m04", seed)
    assert Truth.from_json(json.loads(json.dumps(true.to_json()))) == true
    assert all(at.utcoffset().total_seconds() == 0 for at in true.events.values())


def test_an_unknown_module_or_a_damaged_truth_is_told(tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="m04"):
        truth("m05")
    from hanoikit.casework import truth as module

    module._truth.cache_clear()
    monkeypatch.setattr(resources, "assets", lambda: tmp_path)
    with pytest.raises(DataInvalid, match="make assets"):
        truth("m04", SHIPPED_SEEDS[0])
    module._truth.cache_clear()
