"""The evidence bench as a trainee uses it: press by press on the real case."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from hanoikit import labs
from hanoikit.casework import open_case
from hanoikit.evidence.acquisition import open_image
from hanoikit.labs.bench_panel import _preview

SCRIPT = "<script>alert(1)</script>"
LIMIT = 100_000


def words(result) -> str:
    return BeautifulSoup(result.html, "html.parser").get_text(" ", strip=True)


def traits(view) -> dict[str, str]:
    """What travels to the page and is saved with the notebook, as JSON."""
    shown = view.children[0]
    return {name: json.dumps(getattr(shown, name)) for name in ("title", "spec", "results", "said", "labels")}


@pytest.fixture
def view(case, tmp_path):
    return labs.evidence_bench(case, into=tmp_path / "work")


def test_all_steps_in_their_order_end_with_a_package_and_small_plain_data(view, true):
    checked = view.press("image", "check")
    assert checked.ok and true.media_sha256 in checked.html
    assert words(checked).count("equal") == 2 and "write it into the log" in words(checked)
    listed = view.press("files", "list", zone="Europe/Helsinki")
    assert listed.say == "6 files, 2 of them deleted."
    assert "29 March 2026 12:05:48 UTC" in words(listed)
    options = {
        option["label"]: option["value"] for option in view.children[0].spec[2]["fields"][0]["options"]
    }
    assert len(options) == 2
    for label, inode in options.items():
        recovered = view.press("recover", "recover", inode=inode)
        size = true.deleted if "_edger" in label else true.overwritten
        assert recovered.say.startswith(f"{size.remains:,} of {size.size:,} bytes of {size.listed_as}")
    assert view.press("log", "check").say == "Your log holds."
    assert view.press("seal", "seal").say == "9 files sealed."
    shown = view.press("seal", "show", name="recovered/_edger.csv")
    assert shown.say == "The receiver can check recovered/_edger.csv and sees no other file."
    assert view.press("stamp", "stamp").say.startswith("The seal existed not later than")
    made = view.press("pack", "pack", files=["usb.E01", "recovered/_edger.csv"], receiver="the prosecutor")
    assert made.ok and made.say == "Package made with 2 files."
    assert all(found["ok"] for found in view.children[0].results.values())
    for name, value in traits(view).items():
        assert len(value) < LIMIT, name
    assert (view.bench.folder / "package" / "data" / "recovered" / "_edger.csv").is_file()


def test_steps_in_the_wrong_order_are_results_that_name_the_missing_step(view):
    for step, action, missing in (
        ("stamp", "stamp", "step 5"),
        ("seal", "show", "step 5"),
        ("pack", "pack", "step 5"),
        ("others", "ask", "step 7"),
    ):
        result = view.press(step, action)
        assert not result.ok
        assert missing in words(result)


def test_the_bench_opens_again_with_its_work_and_without_a_press(done, tmp_path):
    shutil.copytree(done.folder, tmp_path / "work")
    view = labs.evidence_bench(open_case(into=tmp_path / "case"), into=tmp_path / "work")
    assert view.press("log", "check").say == "Your log holds."
    names = [option["value"] for option in view.children[0].spec[4]["fields"][0]["options"]]
    assert names == list(done.available())


def test_every_lab_can_be_opened_twice_in_one_session(case, opened, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _time in range(2):
        for name in reversed(labs.__all__):
            assert opened(name, case) is not None
    # A module with the name of a lab would take its place once it is imported.
    modules = {path.stem for path in Path(labs.__file__).parent.glob("*.py")}
    assert modules.isdisjoint(labs.__all__)


def test_a_damaged_log_does_not_keep_the_bench_from_opening(case, tmp_path):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "custody.jsonl").write_bytes(b"\x00" * 100)
    view = labs.evidence_bench(case, into=tmp_path / "work")
    result = view.press("log", "check")
    assert not result.ok and "no header" in words(result)
    assert view.press("files", "list").ok


def test_a_damaged_image_is_said_in_words_and_lists_nothing_to_recover(case, tmp_path):
    path = case.path("usb.E01")
    path.write_bytes(path.read_bytes()[:20000])
    view = labs.evidence_bench(case, into=tmp_path / "work")
    result = view.press("image", "check")
    assert not result.ok
    assert "Copy the image again" in words(result)
    assert view.press("recover", "recover").say == "Nothing to recover."


def test_a_flipped_bit_is_said_in_words(case, tmp_path):
    path = case.path("usb.E01")
    data = bytearray(path.read_bytes())
    data[19874] ^= 0x10
    path.write_bytes(data)
    result = labs.evidence_bench(case, into=tmp_path / "work").press("image", "check")
    assert (result.ok, result.say) == (False, "The image is not whole. Do not use it.")
    assert words(result).count("DIFFERENT") == 2


@pytest.mark.parametrize(
    ("step", "values", "what"),
    [
        ("files", {"zone": "Mars/Olympus"}, "no time zone"),
        ("recover", {"inode": "4711"}, "no file with this number"),
        ("pack", {"files": ["nowhere.txt"]}, "nowhere.txt is not on the bench"),
        ("pack", {"files": []}, "empty"),
    ],
)
def test_values_that_the_bench_does_not_have_are_refused(view, step, values, what):
    result = view.press(step, **values)
    assert not result.ok and what in result.say


def test_what_people_write_stays_text_wherever_it_is_shown(done, tmp_path):
    shutil.copytree(done.folder, tmp_path / "work")
    view = labs.evidence_bench(open_case(into=tmp_path / "case"), into=tmp_path / "work")
    made = view.press("pack", "pack", files=["usb.E01"], receiver=SCRIPT)
    assert made.ok
    checked = view.press("log", "check")
    assert checked.ok and SCRIPT in words(checked)
    (view.bench.folder / "recovered" / f"{SCRIPT.replace('/', '-')}.txt").write_text(
        "a file with such a name"
    )
    sealed = view.press("seal", "seal")
    assert "script" in words(sealed)
    assert SCRIPT not in _preview(f"{SCRIPT}\n".encode())
    for result in (made, checked, sealed):
        assert "<script" not in result.html


def test_the_preview_shows_readable_lines_and_nothing_of_binary_data(shipped, true):
    with open_image(shipped.path("usb.E01")) as image:
        ledger = image.recover(image.find(true.deleted.listed_as)).data
    assert _preview(ledger).count("<li>") == 5
    assert _preview(bytes(range(1, 32)) * 20) == ""
    assert _preview(b"") == ""


@pytest.mark.slow
def test_asking_the_other_programs_shows_a_verdict_for_each(done, tmp_path):
    shutil.copytree(done.folder, tmp_path / "work")
    view = labs.evidence_bench(open_case(into=tmp_path / "case"), into=tmp_path / "work")
    result = view.press("others", "ask")
    assert result.ok and result.say == "All accept the package."
    rows = BeautifulSoup(result.html, "html.parser").select("tbody tr")
    assert [row.find("td").get_text() for row in rows] == ["accepts"] * 5
    assert str(tmp_path) not in result.html


def test_a_program_that_is_missing_is_not_shown_as_a_rejection(done, tmp_path, monkeypatch):
    from hanoikit.labs import workbench

    shutil.copytree(done.folder, tmp_path / "work")
    view = labs.evidence_bench(open_case(into=tmp_path / "case"), into=tmp_path / "work")
    every = workbench.judges
    fast = ("bagit", "openssl")
    monkeypatch.setattr(
        workbench, "judges", lambda *given: {name: ask for name, ask in every(*given).items() if name in fast}
    )
    monkeypatch.setenv("PATH", "/nowhere")
    result = view.press("others", "ask")
    rows = BeautifulSoup(result.html, "html.parser").select("tbody tr")
    assert [row.find("td").get_text() for row in rows] == ["accepts", "DID NOT RUN"]
    assert not result.ok and "nothing to confirm" in result.say
