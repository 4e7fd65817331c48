"""The depositary's file: what is read from it, what is refused and with which reasons, and how it is installed."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.cli import run
from hanoikit.convention import status as room
from hanoikit.convention.status import safe_xml, store
from hanoikit.errors import DataInvalid, HanoiKitError, StatusFileRefused

DAY = date(2026, 6, 1)


def _maker() -> ModuleType:
    name = "convention_treaty_file"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("treaty_file.py"))
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


maker = _maker()
status_file = maker.status_file


def table(*arguments, **named) -> room.StatusTable:
    return room.parse(status_file(*arguments, **named), as_of=DAY).table


def refused(data: bytes, as_of: date = DAY) -> StatusFileRefused:
    with pytest.raises(StatusFileRefused) as caught:
        room.parse(data, as_of=as_of)
    assert caught.value.next_step
    return caught.value


def codes(error: StatusFileRefused) -> list[str]:
    return [finding.code for finding in error.findings]


def test_names_dates_and_kinds_are_read_as_the_depositary_writes_them():
    read = room.parse(status_file(), as_of=DAY)
    assert read.findings == ()
    made = read.table
    assert [one.code for one in made.participants] == ["CH", "CI", "DZ", "EU", "IR", "MU", "QA", "VN"]
    assert made.participant("CI").signed == room.When.on(date(2025, 10, 25))
    kinds = {one.code: one.instrument.kind for one in made.participants if one.instrument}
    assert kinds == {"EU": "acceptance", "QA": "ratification", "CH": "accession", "VN": "approval"}
    assert made.participant("EU").instrument.when == room.When.on(date(2026, 1, 7))
    assert all(one.instrument.confirmed for one in made.participants if one.instrument)
    assert made.participant("CH").signed is None
    counts = made.counts(DAY)
    assert (counts.signatories.least, counts.states.least) == (7, 6)
    assert (counts.instruments.least, counts.toward_forty.least) == (4, 3)
    assert made.as_of == DAY
    assert made.origin.kind == "depositary"


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-8", "UTF-16"])
def test_the_encoding_that_the_file_names_is_the_one_that_is_used(encoding):
    assert table(encoding=encoding).participant("CI").name == "Côte d'Ivoire"


def test_a_footnote_that_is_an_element_is_left_out_like_an_escaped_one():
    data = status_file([("Algeria", "25 Oct 2025", "")]).replace(
        b"<Entry>Algeria</Entry>", b"<Entry>Algeria<superscript>2,3</superscript></Entry>"
    )
    assert [one.code for one in room.parse(data, as_of=DAY).table.participants] == ["DZ"]


def test_a_date_in_brackets_does_not_count_and_is_pointed_out():
    read = room.parse(status_file([("Algeria", "25 Oct 2025", "[3 Feb 2026]")], parties=0), as_of=DAY)
    assert read.table.participant("DZ").instrument is None
    assert [finding.code for finding in read.findings] == ["withdrawn"]


def test_a_count_that_differs_from_the_table_is_pointed_out_but_not_refused():
    read = room.parse(status_file(signatories=9, parties=4), as_of=DAY)
    (finding,) = read.findings
    assert finding.code == "count" and "9 signatories" in finding.message and "7" in finding.message


def test_an_entry_into_force_that_the_deposits_do_not_give_is_pointed_out():
    read = room.parse(status_file(eif="1 May 2026, in accordance with article 65(1)."), as_of=DAY)
    (finding,) = read.findings
    assert finding.code == "entry-into-force" and "2026-05-01" in finding.message


def test_forty_instruments_give_the_date_that_the_file_states():
    names = [one.name for one in room.names().values() if one.kind == "member"][:40]
    rows = [(name, "25 Oct 2025", "1 Jan 2026") for name in names]
    read = room.parse(status_file(rows, eif="1 April 2026, in accordance with article 65(1)."), as_of=DAY)
    assert read.findings == ()
    assert room.entry_into_force(room.deposits_of(read.table)).on == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"chapter": "CHAPTER XXVII"}, "wrong-chapter"),
        ({"number": "14"}, "wrong-number"),
        ({"title": "United Nations Convention against Corruption"}, "wrong-title"),
        ({"columns": ("Participant", "Signature", "Notes")}, "missing-column"),
        ({"columns": ("Participant", "Provisional application", maker.COLUMN)}, "missing-column"),
        ({"columns": ("State", "Signature", maker.COLUMN)}, "missing-column"),
        ({"rows": []}, "no-participants"),
        ({"rows": [("Algeria", "25 Oct 2025")]}, "short-row"),
        ({"rows": [("Atlantis", "25 Oct 2025", "")]}, "unknown-name"),
        ({"rows": [("Algeria", "25 Oct 2025", ""), ("Algeria", "", "1 Feb 2026")]}, "twice"),
        ({"rows": [("Algeria", "31 Feb 2026", "")]}, "bad-date"),
        ({"rows": [("Algeria", "2025-10-25", "")]}, "bad-date"),
        ({"rows": [("Algeria", "25 Oct 2025", "[3 Feb 2026")]}, "bad-date"),
        ({"rows": [("Algeria", "25 Oct 2025", "3 Feb 2026 z")]}, "unknown-letter"),
        ({"rows": [("Algeria", "24 Oct 2025", "")]}, "outside"),
        ({"rows": [("Algeria", "1 Jan 2027", "")]}, "outside"),
        ({"rows": [("Algeria", "25 Oct 2025", "1 Oct 2025")]}, "outside"),
        ({"rows": [("Algeria", "25 Oct 2025", "2 Jun 2026")]}, "future"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_refused_with_its_own_reason(changed, code):
    assert code in codes(refused(status_file(**changed)))


def test_all_that_is_wrong_is_said_at_once_in_reading_order():
    rows = [("Atlantis", "25 Oct 2025", ""), ("Algeria", "yesterday", ""), ("Angola", "25 Oct 2030", "")]
    found = codes(refused(status_file(rows, number="14")))
    assert found == ["wrong-number", "unknown-name", "bad-date", "outside", "future"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"<html><body>The site is under maintenance</body></html>",
        b"<Document><Treaty>",
        status_file()[:-40],
        b"\x00\x01\x02",
        b'<?xml version="1.0" encoding="no-such-code"?><Document/>',
        b"<Document>\xff</Document>",
    ],
    ids=["empty", "text", "html", "open", "cut", "zeros", "encoding", "bytes"],
)
def test_what_is_no_status_file_is_refused_with_a_sentence(data):
    assert str(refused(data))


BOMB = """<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>"""


@pytest.mark.parametrize(
    "before",
    [
        BOMB,
        '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Document SYSTEM "http://192.0.2.1/evil.dtd">',
        '<!DOCTYPE Document [<!ENTITY % p SYSTEM "http://192.0.2.1/p.dtd"> %p;]>',
        "<!DOCTYPE Document>",
    ],
    ids=["bomb", "file", "outside", "parameter", "empty"],
)
def test_a_document_type_is_refused_before_anything_in_it_is_read(before):
    assert "document type" in str(refused(status_file(before=before)))


def test_a_file_that_is_too_deep_too_long_or_too_large_is_refused():
    deep = b"<a>" * (safe_xml.MAX_DEPTH + 1) + b"</a>" * (safe_xml.MAX_DEPTH + 1)
    assert "too deep" in str(refused(deep))
    many = b"<a>" + b"<b/>" * (safe_xml.MAX_ELEMENTS + 1) + b"</a>"
    assert "too many" in str(refused(many))
    assert "too large" in str(refused(b" " * (safe_xml.MAX_BYTES + 1)))


@given(st.binary(max_size=400))
def test_no_bytes_whatever_lead_to_anything_but_a_refusal(data):
    with pytest.raises(StatusFileRefused):
        room.parse(data, as_of=DAY)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([one.name for one in room.names().values()]),
            st.dates(date(2025, 10, 25), DAY),
            st.one_of(st.none(), st.dates(date(2025, 10, 25), DAY)),
            st.sampled_from(["", " A", " AA", " a"]),
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda row: row[0],
    )
)
def test_every_table_comes_out_as_it_was_written_in_any_order_of_rows(rows):
    def cell(day: date | None, letter: str = "") -> str:
        return f"{day.day} {day:%b} {day.year}{letter}" if day else ""

    written = [(name, cell(signed), cell(joined, letter)) for name, signed, joined, letter in rows]
    made = table(written)
    assert made == room.parse(status_file(written), as_of=DAY).table
    assert made.participants == table(list(reversed(written))).participants
    for name, signed, joined, _letter in rows:
        one = made.participant(room.code_of(name))
        assert one.signed == room.When.on(signed)
        assert (one.instrument.when.latest if one.instrument else None) == joined
    assert room.from_data(json.loads(json.dumps(room.as_data(made)))) == made


# installing


def put(folder: Path, *arguments, **named) -> Path:
    path = folder / "XVIII-16.en.xml"
    path.write_bytes(status_file(*arguments, **named))
    return path


def test_an_installed_table_is_used_from_then_on_and_given_back_by_a_reset(tmp_path, data_folder):
    assert room.status() == room.shipped()
    done = room.install(put(tmp_path), as_of=DAY, today=DAY)
    assert room.status() == done.table
    assert done.path.is_relative_to(data_folder)
    assert done.signed == () and done.deposited == ("CH", "EU")
    assert "AO" in done.gone
    assert room.reset() is True
    assert room.reset() is False
    assert room.status() == room.shipped()


def test_an_older_file_never_replaces_a_newer_table(tmp_path):
    room.install(put(tmp_path), as_of=DAY, today=DAY)
    with pytest.raises(StatusFileRefused, match="newer") as caught:
        room.install(put(tmp_path), as_of=date(2026, 5, 1), today=DAY)
    assert "--reset" in caught.value.next_step
    assert room.status().as_of == DAY


def test_a_file_older_than_the_kits_own_table_is_refused(tmp_path):
    with pytest.raises(StatusFileRefused, match="newer"):
        room.install(put(tmp_path, [("Algeria", "25 Oct 2025", "")]), as_of=date(2025, 11, 1), today=DAY)


def test_a_file_from_the_future_is_refused(tmp_path):
    with pytest.raises(StatusFileRefused, match="future"):
        room.install(put(tmp_path), as_of=date(2026, 6, 2), today=DAY)


def test_a_refused_file_leaves_the_installed_table_as_it_was(tmp_path):
    room.install(put(tmp_path), as_of=DAY, today=DAY)
    before = room.status()
    with pytest.raises(StatusFileRefused):
        room.install(put(tmp_path, number="14"), as_of=date(2026, 6, 2), today=date(2026, 7, 1))
    assert room.status() == before


def test_the_kits_own_table_is_used_again_once_it_is_newer(tmp_path, data_folder):
    room.install(put(tmp_path), as_of=DAY, today=DAY)
    path = store.table_path(data_folder)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["known_to"] = dict.fromkeys(content["known_to"], "2025-12-01")
    path.write_text(json.dumps(content), encoding="utf-8")
    assert room.status() == room.shipped()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format_version": 2}', "null"])
def test_a_damaged_table_is_reported_and_not_passed_over(text, data_folder):
    path = store.table_path(data_folder)
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataInvalid) as caught:
        room.status()
    assert "--reset" in caught.value.next_step
    assert room.reset() is True


def test_a_missing_file_and_a_folder_are_refused_with_a_sentence(tmp_path):
    for path in (tmp_path / "none.xml", tmp_path):
        with pytest.raises(StatusFileRefused, match="cannot be opened"):
            room.read(path, as_of=DAY)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_reported(tmp_path, data_folder):
    data_folder.mkdir(mode=0o500)
    with pytest.raises(HanoiKitError, match="cannot be changed"):
        room.install(put(tmp_path), as_of=DAY, today=DAY)


# the command


@pytest.fixture
def screen(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")


def test_the_command_prints_the_status_with_its_day_and_its_doubts(screen, capsys):
    assert run(["convention", "status"]) == 0
    text = capsys.readouterr().out
    for words in (
        "instruments up to 21 May 2026",
        "Viet Nam",
        "2025-10-25",
        "37 instruments are missing",
        "not known",
    ):
        assert words in text, words


def test_the_command_installs_a_file_says_what_is_new_and_resets(screen, capsys, tmp_path):
    path = put(tmp_path)
    os.utime(path, (1780315200, 1780315200))  # 1 June 2026, 12:00 UTC
    assert run(["convention", "status", "--from", str(path)]) == 0
    text = capsys.readouterr().out
    assert "the table of 1 June 2026" in text and "New instruments: Switzerland, European Union" in text
    assert run(["convention", "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["origin"]["kind"] == "depositary"
    assert run(["convention", "status", "--reset"]) == 0
    assert "own table is used again" in capsys.readouterr().out


def test_the_command_names_every_finding_of_a_bad_file(screen, capsys, tmp_path):
    path = put(tmp_path, [("Atlantis", "25 Oct 2025", ""), ("Mu", "25 Oct 2025", "")])
    assert run(["convention", "status", "--from", str(path), "--as-of", "2026-06-01"]) == 1
    text = capsys.readouterr().err
    assert "Atlantis" in text and "“Mu”" in text and "Nothing was replaced" in text


@pytest.mark.parametrize(
    "words", [["--from", "x.xml", "--reset"], ["--from", "x.xml", "--as-of", "tomorrow"]], ids=["both", "day"]
)
def test_what_cannot_be_meant_is_a_usage_error(words, screen, capsys):
    assert run(["convention", "status", *words]) == 2
    assert capsys.readouterr().err
