"""The custody form: a tagged PDF that shows what the log says, whatever the log says."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pypdf import PdfReader

from hanoikit.errors import EvidenceError, UsageError
from hanoikit.evidence.custody import CustodyLog
from hanoikit.evidence.form import custody_form
from hanoikit.evidence.identity import CourseAuthority, Identity

START = datetime(2026, 3, 3, 9, 0, tzinfo=timezone(timedelta(hours=5, minutes=45)))
IMAGE = "0123456789abcdef" * 4


@pytest.fixture(scope="module")
def people() -> tuple[Identity, Identity]:
    authority = CourseAuthority.create(seed="form tests")
    return (
        authority.issue(name="Trần Thị Lan Anh", role="DEFR", organisation="Cyber Unit", state="XA"),
        authority.issue(name="Олена Шевчук", role="examiner", organisation="Laboratory", state="XB"),
    )


@pytest.fixture
def log(people: tuple[Identity, Identity]) -> CustodyLog:
    responder, examiner = people
    log = CustodyLog(case="XA-2026-0417")
    log.append(action="collected", item="laptop", actor=responder, place="Harbour Street 5", at=START)
    log.append(
        action="acquired",
        item="image",
        source="laptop",
        actor=responder,
        place="Harbour Street 5",
        at=START + timedelta(hours=1),
        digests={"sha256": IMAGE, "sha512": IMAGE * 2},
    )
    log.hand_over(
        item="image", giver=responder, taker=examiner, place="Room 3", at=START + timedelta(hours=2)
    )
    return log


def text_of(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def test_the_form_shows_exhibit_people_places_times_and_hashes(
    log: CustodyLog, people, tmp_path: Path
) -> None:
    form = custody_form(
        log,
        tmp_path / "form.pdf",
        names={"image": "Image of the laptop (E01)"},
        exhibits={"image": "EX-1"},
        info={"Request": "XB-77/2026"},
    )
    text = text_of(form.path)
    for shown in (
        "XA-2026-0417",
        "XB-77/2026",
        "EX-1",
        "Image of the laptop (E01)",
        IMAGE,
        "Trần Thị Lan Anh",
        "Олена Шевчук",
        "Harbour Street 5",
        "2026-03-03 09:00:00",
        "UTC+05:45",
        "2026-03-03 03:15:00 UTC",
        "transferred-out",
        people[0].fingerprint[:16],
        log.head.hash,
        "Name, signature",
    ):
        assert shown in text, shown


def test_the_form_of_one_item_shows_that_item_only(log: CustodyLog, tmp_path: Path) -> None:
    text = text_of(custody_form(log, tmp_path / "form.pdf", item="laptop").path)
    assert "1 of 4 in the log" in text
    assert "acquired" not in text
    assert log.head.hash in text


def test_the_form_is_tagged_and_names_its_language_and_title(log: CustodyLog, tmp_path: Path) -> None:
    form = custody_form(log, tmp_path / "form.pdf")
    catalog = PdfReader(form.path).trailer["/Root"]
    assert bool(catalog["/MarkInfo"]["/Marked"])
    assert catalog["/Lang"] == "en"
    assert "/StructTreeRoot" in catalog
    assert bool(catalog["/ViewerPreferences"]["/DisplayDocTitle"])
    assert form.standard == "PDF/UA-1"
    assert b"pdfuaid:part" in catalog["/Metadata"].get_data()
    assert PdfReader(form.path).metadata.title == "Chain of custody"


def test_the_tables_have_header_cells_for_screen_readers(log: CustodyLog, tmp_path: Path) -> None:
    if shutil.which("pdfinfo") is None:
        pytest.skip("poppler-utils is not installed")
    form = custody_form(log, tmp_path / "form.pdf")
    tree = subprocess.run(["pdfinfo", "-struct-text", str(form.path)], capture_output=True, text=True).stdout
    assert tree.count("Table") >= 4
    assert "TH" in tree and "H1" in tree


def test_the_same_log_gives_the_same_bytes(log: CustodyLog, tmp_path: Path) -> None:
    first = custody_form(log, tmp_path / "first.pdf")
    second = custody_form(log, tmp_path / "second.pdf")
    assert first.fonts == "bundled"
    assert first.path.read_bytes() == second.path.read_bytes()


@pytest.mark.parametrize(("paper", "width", "height"), [("a4", 595, 842), ("us-letter", 612, 792)])
def test_both_paper_sizes(log: CustodyLog, tmp_path: Path, paper, width: int, height: int) -> None:
    form = custody_form(log, tmp_path / "form.pdf", paper=paper)
    box = PdfReader(form.path).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (width, height)


EVIL = [
    '#import "@preview/evil:1.0.0": *',
    '#read("/etc/passwd")',
    '"] #panic("no") #[',
    "$x^2$ *bold* _italic_ `raw` <label> @ref \\ ~ -- // /* = heading",
    '{"key": "value"} \\u0041 \\" \\n',
    "#sys.inputs.data",
    "\u202egnp.exe\u202c and \u0000 control",
]


@pytest.mark.parametrize("text", EVIL)
def test_what_people_write_is_shown_and_never_run(people, tmp_path: Path, text: str) -> None:
    log = CustodyLog(case=text[:10])
    log.append(action="collected", item=text[:20], actor=people[0], place=text, at=START, note=text)
    form = custody_form(
        log, tmp_path / "form.pdf", names={text[:20]: text}, exhibits={text[:20]: text}, info={text: text}
    )
    shown = text_of(form.path)
    assert "root:" not in shown
    words = [word for word in text.split() if word.isalnum() and word.isascii() and len(word) < 20]
    assert all(word in shown for word in words)


def test_a_long_log_runs_over_pages_and_each_repeats_the_heads(people, tmp_path: Path) -> None:
    log = CustodyLog(case="XA-2026-0417")
    log.append(action="collected", item="laptop", actor=people[0], place="Harbour Street 5", at=START)
    for turn in range(60):
        giver, taker = people if turn % 2 == 0 else people[::-1]
        at = START + timedelta(minutes=turn + 1)
        log.hand_over(item="laptop", giver=giver, taker=taker, place=f"Room {turn}", at=at)
    form = custody_form(log, tmp_path / "form.pdf")
    pages = [page.extract_text() for page in PdfReader(form.path).pages]
    assert form.pages == len(pages) > 5
    with_entries = [page for page in pages if "transferred-" in page]
    assert all("Where, note" in page and f"/ {len(pages)}" in page for page in with_entries)
    assert all(f"Room {turn}" in "".join(pages) for turn in range(60))


def test_a_word_without_spaces_and_a_very_long_note_stay_on_the_paper(people, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed")
    log = CustodyLog(case="XA-2026-0417")
    note = "x" * 800 + " and " + "again and " * 700 + "to the end."
    log.append(action="collected", item="laptop", actor=people[0], place="p" * 300, at=START, note=note)
    form = custody_form(log, tmp_path / "form.pdf")
    boxes = subprocess.run(["pdftotext", "-bbox", str(form.path), "-"], capture_output=True, text=True).stdout
    right = [float(line.split('xMax="')[1].split('"')[0]) for line in boxes.splitlines() if "<word" in line]
    assert max(right) < 595 - 20
    shown = " ".join(text_of(form.path).replace("\u200b", "").split())
    assert shown.count("x" * 20) > 20 and "to the end." in shown


def test_several_scripts_are_shown(people, tmp_path: Path) -> None:
    log = CustodyLog(case="XA-2026-0417")
    note = "Phòng vật chứng · Комната улик · Αίθουσα · ضبط الجهاز"
    log.append(
        action="collected", item="laptop", actor=people[0], place="Łódź, Žďár, İzmir", at=START, note=note
    )
    form = custody_form(log, tmp_path / "form.pdf")
    assert form.fonts == "bundled"
    shown = text_of(form.path)
    assert all(word in shown for word in ("Phòng", "Комната", "Αίθουσα", "Łódź", "İzmir"))


def test_a_script_without_a_font_is_refused_rather_than_left_out(people, tmp_path: Path) -> None:
    log = CustodyLog(case="XA-2026-0417")
    # U+10D40 (Garay, added to Unicode in 2024) is in no common font.
    log.append(action="collected", item="laptop", actor=people[0], place="\U00010d50", at=START)
    with pytest.raises(EvidenceError, match="no font for"):
        custody_form(log, tmp_path / "form.pdf")
    assert not (tmp_path / "form.pdf").exists()


def test_the_times_of_a_foreign_log_are_shown_as_written(people, tmp_path: Path) -> None:
    log = CustodyLog(case="XA-2026-0417")
    at = datetime(2026, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
    log.append(action="collected", item="laptop", actor=people[0], place="p", at=at)
    log.append(action="stored", item="laptop", actor=people[0], place="p", at=at.astimezone(UTC))
    shown = text_of(custody_form(log, tmp_path / "form.pdf").path)
    assert "2026-12-31 23:30:00" in shown and "UTC-03:30" in shown.replace("−", "-")
    assert "2027-01-01 03:00:00 UTC" in shown and "UTC+00:00" in shown


def test_misuse_is_told_and_leaves_no_file(log: CustodyLog, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no entry for pencil"):
        custody_form(log, tmp_path / "form.pdf", item="pencil")
    with pytest.raises(UsageError, match="no entries"):
        custody_form(CustodyLog(case="empty"), tmp_path / "form.pdf")
    with pytest.raises(UsageError, match="paper"):
        custody_form(log, tmp_path / "form.pdf", paper="a3")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
