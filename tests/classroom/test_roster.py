"""Lists of people in every form that offices send them, and the roster that they are brought into."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from hanoikit.classroom.roster import Roster, Trainee, usable
from hanoikit.classroom.roster_files import read_table
from hanoikit.errors import ClassroomError

NOBODY = Roster()
DAY = date(2026, 11, 23)
PEOPLE = [
    ("O'Brien, Jr.", 'Ann "Bo"'),
    ("Nguyễn", "Thị Hồng Nhung"),
    ("العَبْدِيّ", "فاطمة"),
    ("李", "小龙"),
    ("Đặng", "Văn Lâm"),
    ("Müller-Lüdenscheidt", "Zoë"),
    ("Ångström", "Jose\u0301"),
    ("Иванова", "Ольга"),
    ("👩🏽‍✈️ Reyes", "Ma. Lourdes"),
    ("", "Suharto"),
]


def lines(delimiter: str = ",", heads: tuple[str, ...] = ("Family name", "Given name")) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(heads)
    writer.writerows(PEOPLE)
    return text.getvalue()


def merged(path: Path, roster: Roster = NOBODY, **options):
    return roster.merge(path, on=DAY, **options)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_csv_file_is_read_in_every_delimiter_and_encoding_of_excel(tmp_path, delimiter, encoding):
    path = tmp_path / "list.csv"
    path.write_text(lines(delimiter), encoding=encoding, newline="")
    found = merged(path).roster
    assert [(one.family_name, one.given_name) for one in found] == [
        *PEOPLE[:6],
        ("Ångström", "José"),
        *PEOPLE[7:],
    ]
    assert found.ids == tuple(f"t{number:02d}" for number in range(1, 11))


def test_an_xlsx_workbook_gives_the_same_people_wherever_its_table_begins(tmp_path):
    book = Workbook()
    book.active.title = "Cover"
    book.active["A1"] = "Participants of the workshop"
    page = book.create_sheet("List")
    page.append(["Workshop, 23 November"])
    page.append([])
    page.append(["No", "Surname", "First name", "E-mail", "Badge since", "Unit"])
    for number, (family, given_name) in enumerate(PEOPLE, 1001):
        page.append([number, family, given_name, None, date(2020, 1, 2), "XA"])
    path = tmp_path / "list.xlsx"
    book.save(path)
    done = merged(path)
    assert [one.given_name for one in done.roster][:2] == ['Ann "Bo"', "Thị Hồng Nhung"]
    assert done.roster.ids[:2] == ("1001", "1002")
    assert done.roster.trainees[0].more == {"Badge since": "2020-01-02"}
    assert [finding.code for finding in done.findings] == ["sheets"]


@pytest.mark.parametrize(
    "heads",
    [
        ("id", "last_name", "first_name"),
        ("User ID", "FAMILY NAME", "Given Names"),
        ("Matricule", "Nom", "Prénom"),
        ("Kennung", "Nachname", "Vorname"),
        ("Usuario", "Apellidos", "Nombre"),
        ("Mã số", "Họ", "Tên"),
        ("学号", "姓", "名"),
        ("الرقم", "اسم العائلة", "الاسم الأول"),
        ("Табельный номер", "Фамилия", "Имя"),
    ],
)
def test_heads_are_known_in_many_spellings(tmp_path, heads):
    path = tmp_path / "list.csv"
    path.write_text(f"{';'.join(heads)}\namal;Öz;Amal\n", encoding="utf-8-sig")
    assert merged(path).roster.trainees == (Trainee("amal", "Öz", "Amal"),)


def test_a_plain_list_of_names_without_heads_is_a_list(tmp_path):
    path = tmp_path / "names.txt"
    path.write_text("Amal Öz\n李小龙\n", encoding="utf-8")
    assert [one.name for one in merged(path).roster] == ["Amal Öz", "李小龙"]


def test_reading_the_same_list_again_changes_nothing(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(lines(), encoding="utf-8")
    first = merged(path).roster
    again = merged(path, first)
    assert again.roster == first
    assert not (again.added or again.changed or again.left or again.returned or again.findings)


def test_who_is_no_longer_on_the_list_is_kept_and_marked_and_may_come_back(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("id,name\na1,Amal\nb1,Bo\nc1,Chi\n", encoding="utf-8")
    roster = merged(path).roster
    path.write_text("id,name\na1,Amal\nc1,Chi\n", encoding="utf-8")
    done = merged(path, roster)
    assert done.left == ("b1",) and done.roster.get("b1").more["status"] == "left 2026-11-23"
    assert [one.id for one in done.roster.present] == ["a1", "c1"]
    path.write_text("id,name\na1,Amal\nb1,Bo\nc1,Chi\n", encoding="utf-8")
    back = merged(path, done.roster)
    assert back.returned == ("b1",) and not back.roster.get("b1").left


def test_a_list_of_latecomers_marks_nobody_as_having_left(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("name\nAmal\nBo\nChi\n", encoding="utf-8")
    roster = merged(path).roster
    path.write_text("name\nDina\n", encoding="utf-8")
    done = merged(path, roster)
    assert done.left == () and done.added == ("t04",)
    assert [finding.code for finding in done.findings] == ["part"]
    assert merged(path, roster, whole=True).left == ("t01", "t02", "t03")


def test_what_a_list_does_not_say_stays_as_it_was(tmp_path):
    roster = Roster(
        (Trainee("a1", "Öz", "Amal", "amal@x.example", "XA", "left-handed", {"Rank": "Captain"}),)
    )
    path = tmp_path / "list.csv"
    path.write_text("id,family name,email,rank\na1,Oz,,\n", encoding="utf-8")
    one = merged(path, roster).roster.get("a1")
    assert one == Trainee("a1", "Oz", "Amal", "amal@x.example", "XA", "left-handed", {"Rank": "Captain"})


def test_duplicates_are_reported_and_nobody_is_lost_by_them(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "id,name,email\nx1,Amal,\nx1,Amal,\nx1,Bo,\n,Chi,chi@x.example\n,Chi,chi@x.example\n,Chi,other@x.example\n",
        encoding="utf-8",
    )
    done = merged(path)
    assert [(one.id, one.name) for one in done.roster] == [("x1", "Amal"), ("t01", "Chi"), ("t02", "Chi")]
    assert [(finding.code, finding.where) for finding in done.findings] == [
        ("duplicate", "row 3"),
        ("same-id", "row 4"),
        ("duplicate", "row 6"),
        ("same-name", "row 7"),
    ]


def test_an_id_that_cannot_name_a_folder_is_kept_beside_the_one_that_can(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("id,name\nHQ 12/7,Amal\n../etc,Bo\nAlpha-7,Chi\nCON,Dina\n", encoding="utf-8")
    done = merged(path)
    assert done.roster.ids == ("alpha-7", "t01", "t02", "t03")
    assert done.roster.get("t01").more["id_as_given"] == "HQ 12/7"
    assert merged(path, done.roster).roster == done.roster


def test_line_breaks_in_a_name_are_refused_and_said(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text('name,note\n"Amal\nBo",x\nChi,"two\nlines"\n', encoding="utf-8")
    done = merged(path)
    assert [one.name for one in done.roster] == ["Chi"]
    assert done.roster.trainees[0].note == "two lines"
    assert [(f.code, f.severity) for f in done.findings] == [
        ("line-break", "error"),
        ("line-break", "warning"),
    ]


def test_marks_of_direction_are_taken_out_and_joiners_stay(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("name\n\u202eAmal\u202c\nمی\u200cخواهم\n", encoding="utf-8")
    assert [one.name for one in merged(path).roster] == ["Amal", "می\u200cخواهم"]


def test_the_roster_file_opens_in_excel_and_runs_no_formula(tmp_path):
    path = tmp_path / "roster.csv"
    roster = Roster((Trainee("a1", '=HYPERLINK("http://x.example")', "'t Hooft", note="+358"),))
    assert roster.write(path) and not roster.write(path)
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and b",=" not in data and b",+" not in data
    assert Roster.read(path) == roster


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=12)] * 2),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=40)
def test_whatever_the_names_are_the_roster_is_read_back_as_it_was_written(tmp_path_factory, names):
    folder = tmp_path_factory.mktemp("roster")
    book = Workbook()
    book.active.append(["id", "family name", "given name"])
    for number, (family, given_name) in enumerate(names):
        for column, value in enumerate((f"p{number}", family, given_name), 1):
            cell = book.active.cell(number + 2, column)
            cell.value = value or None
            if value:
                cell.data_type = "s"
    book.save(folder / "list.xlsx")
    roster = merged(folder / "list.xlsx").roster
    assert len(roster) == len(names)
    roster.write(folder / "roster.csv")
    assert Roster.read(folder / "roster.csv") == roster


def test_names_are_written_as_their_people_write_them():
    assert Trainee("a", "Nguyễn", "Văn An").name == "Nguyễn Văn An"
    assert Trainee("a", "李", "小龙").name == "李小龙"
    assert Trainee("a", "Öz", "Amal").name == "Amal Öz"
    assert Trainee("a", more={"name": "Suharto"}).name == "Suharto"


def test_people_are_found_without_accents_and_by_exact_id():
    roster = Roster((Trainee("t01", "Nguyễn", "Văn An"), Trainee("t1", "Đặng", "Lâm", "lam@x.example")))
    assert [one.id for one in roster.find("nguyen an")] == ["t01"]
    assert [one.id for one in roster.find("dang")] == ["t1"]
    assert [one.id for one in roster.find("T1")] == ["t1"] and roster.find("nobody") == ()


def test_ids_are_names_of_folders_on_every_system():
    assert usable("t07") and usable("a.b-c_d") and usable("7" * 40)
    assert not any(
        map(usable, ["", "T07", ".hidden", "-x", "a/b", "a b", "x" * 41, "con", "nul.txt", "end.", "ü"])
    )


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("old.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "password"),
        ("empty.csv", b"\n\n", "empty"),
        ("heads.csv", b"id,name\n", "nobody"),
        ("other.csv", b"colour,size\nred,2\nblue,3\n", "No column is known"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, ""),
        ("list.pdf", b"%PDF-1.7 list\n", "document"),
        ("broken.xlsx", b"PK\x03\x04" + b"x" * 300, "cannot be read"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_one_sentence(tmp_path, name, data, words):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ClassroomError) as refused:
        read_table(path)
    assert words in str(refused.value) and refused.value.next_step


def test_an_old_file_that_does_not_say_its_encoding_is_read_and_doubted(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes("name\nJosé Müller\n".encode("cp1252"))
    done = merged(path)
    assert [one.name for one in done.roster] == ["José Müller"]
    assert [finding.code for finding in done.findings] == ["encoding"]
    path.write_bytes("name\nИван\n".encode("cp1251"))
    assert [one.name for one in merged(path, encoding="cp1251").roster] == ["Иван"]


@pytest.mark.parametrize(
    "text",
    [
        "Name;Vorname\nNguyễn Văn;An\n",
        "Họ và tên;\nNguyễn Văn;An\n",
        "Full name;First name;Family name\nNguyễn Văn An;An;Nguyễn Văn\n",
        "No;Họ;Tên\n1;Nguyễn Văn;An\n;;\nTổng số: 1;;\n",
    ],
)
def test_the_parts_of_a_name_are_found_as_offices_write_them(tmp_path, text):
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8-sig")
    (one,) = merged(path).roster.trainees
    assert (one.id, one.family_name, one.given_name) == ("t01", "Nguyễn Văn", "An")


def test_a_whole_name_stays_whole_beside_a_given_name(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Full name;First name\nAna María Kovač;Ana María\n", encoding="utf-8-sig")
    assert [one.name for one in merged(path).roster] == ["Ana María Kovač"]


def test_a_line_below_the_list_is_nobody_and_is_named(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Rank;Family name;Given name\nInsp.;Kovač;Ana\nTotal: 1;;\n", encoding="utf-8-sig")
    done = merged(path)
    assert len(done.roster.trainees) == 1
    assert [(f.code, f.where) for f in done.findings] == [("nobody", "row 3")]


def test_two_lists_that_number_their_rows_are_two_lists_of_people(tmp_path):
    path, other = tmp_path / "list.csv", tmp_path / "other.csv"
    path.write_text("No;Name\n1;Ana Kovač\n2;Ben Okafor\n", encoding="utf-8-sig")
    other.write_text("No;Name\n1;Sean O'Neill\n2;Zoë Ørsted\n", encoding="utf-8-sig")
    both = merged(other, merged(path).roster).roster
    assert [one.name for one in both] == ["Ana Kovač", "Ben Okafor", "Sean O'Neill", "Zoë Ørsted"]
