"""Marks as CSV and XLSX: what a spreadsheet reads out of them is what went in."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import datetime

import pytest
from openpyxl import load_workbook

from hanoikit.classroom import export, gather
from hanoikit.classroom.export import Sheet, as_csv, as_workbook

pytestmark = [pytest.mark.slow]

HOSTILE = [
    "=1+1",
    "+358 40",
    "-2",
    "@SUM(A1)",
    'quote " and, comma; semicolon',
    "two\nlines",
    "\tleading tab",
    "العَبْدِيّ",
    "👩🏽‍✈️",
    "bell\x07",
    "x" * 40_000,
]


@pytest.fixture(scope="module")
def exported(marked_class, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    entries = gather.entries(marked_class)
    return folder, export.export(marked_class, folder, entries=entries), entries


def rows(path, **options):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), **options))


def test_there_is_a_file_for_each_table_and_a_workbook_with_all(exported):
    folder, done, _entries = exported
    assert [path.name for path in done.files] == [
        "overview.csv",
        "marks.csv",
        "marks-by-question.csv",
        "marks-by-objective.csv",
        "marks.xlsx",
    ]
    assert done.changed == done.files and done.hand_ins == 3
    book = load_workbook(folder / "marks.xlsx")
    assert book.sheetnames == ["Overview", "By assignment", "By question", "By objective"]
    assert [page.freeze_panes for page in book] == ["C2", "C2", "E2", "C2"]


def test_names_with_quotes_commas_and_formulas_stay_in_their_column(exported):
    folder, _done, _entries = exported
    found = rows(folder / "overview.csv")
    assert [(row["trainee"], row["name"], row["group"]) for row in found] == [
        ("t01", 'Amal Öz, "Jr."', "XA"),
        ("t02", "Nguyễn Thị An", "XB"),
        ("t03", "小龙 =1+1", "XB"),
    ]
    assert {len(line) for line in csv.reader((folder / "overview.csv").open(encoding="utf-8-sig"))} == {9}


def test_numbers_are_numbers_and_the_three_tables_agree(exported):
    folder, _done, entries = exported
    page = load_workbook(folder / "marks.xlsx")["By assignment"]
    heads = [cell.value for cell in page[1]]
    first = dict(zip(heads, page[2], strict=True))
    assert first["percent"].data_type == "n" and first["percent"].value == entries[0].marked.percent
    assert isinstance(first["handed_in"].value, datetime)
    questions = rows(folder / "marks-by-question.csv")
    objectives = rows(folder / "marks-by-objective.csv")
    for entry in entries:
        core = entry.marked.core_points
        mine = [row for row in questions if row["trainee"] == entry.trainee and row["extra"] == "no"]
        assert sum(float(row["points"] or 0) for row in mine) == core
        assert sum(float(row["points"]) for row in objectives if row["trainee"] == entry.trainee) == core
    assert {row["text"] for row in objectives} >= {"say what a hash shows"}


def test_exporting_twice_gives_the_same_bytes(exported, marked_class):
    folder, _done, entries = exported
    assert export.export(marked_class, folder, entries=entries).changed == ()


def test_a_semicolon_is_there_for_those_whose_spreadsheet_wants_it(marked_class, exported, tmp_path):
    _folder, _done, entries = exported
    export.export(marked_class, tmp_path, entries=entries, delimiter=";")
    assert rows(tmp_path / "overview.csv", delimiter=";")[0]["name"] == 'Amal Öz, "Jr."'


def test_no_text_becomes_a_formula_in_either_format():
    sheet = Sheet("s", "S", ["text", "number"], [[text, 1.5] for text in HOSTILE])
    page = load_workbook(io.BytesIO(as_workbook([sheet], title="x\x07")))["S"]
    cells = [row[0] for row in page.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells][:9] == HOSTILE[:9]
    with zipfile.ZipFile(io.BytesIO(as_workbook([sheet], title="x"))) as packed:
        assert b"<f>" not in b"".join(packed.read(name) for name in packed.namelist())
    lines = list(csv.reader(io.StringIO(as_csv(sheet).decode("utf-8-sig"), newline="")))
    assert [line[0].removeprefix("'") for line in lines[1:]] == HOSTILE
    assert not [line for line in lines[1:] if line[0][:1] in "=+-@\t"]
    assert {line[1] for line in lines[1:]} == {"1.5"}
