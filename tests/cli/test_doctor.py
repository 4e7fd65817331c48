"""The doctor: what works here, and a code that survives the telephone."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit import cli
from hanoikit.cli import doctor_checks
from hanoikit.cli.doctor_code import ALPHABET, CHECKS, REQUIRED, SLOTS, SYSTEMS, Reading, decode, encode
from hanoikit.errors import UsageError

READINGS = st.builds(
    Reading,
    version=st.tuples(st.integers(0, 3), st.integers(0, 31), st.integers(0, 15)),
    python=st.integers(11, 14),
    system=st.sampled_from(SYSTEMS),
    failed=st.sets(st.sampled_from(CHECKS)).map(
        lambda names: tuple(name for name in CHECKS if name in names)
    ),
)


@given(READINGS)
def test_a_code_says_again_what_was_put_in(reading):
    assert decode(encode(reading)) == reading


@given(READINGS, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_misheard_letter_is_noticed(reading, place, letter):
    code = encode(reading).replace("-", "")
    other = code[:place] + letter + code[place + 1 :]
    if other != code:
        with pytest.raises(UsageError):
            decode(other)


@given(READINGS, st.integers(0, 6))
def test_two_swapped_letters_are_noticed(reading, place):
    code = encode(reading).replace("-", "")
    other = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if other != code:
        with pytest.raises(UsageError):
            decode(other)


@given(READINGS)
def test_a_code_may_be_written_as_it_was_heard(reading):
    code = encode(reading)
    heard = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert decode(heard) == reading


def test_the_code_has_room_for_every_check():
    assert len(CHECKS) <= SLOTS and set(CHECKS) >= REQUIRED and len(set(CHECKS)) == len(CHECKS)


@pytest.mark.parametrize("code", ["", "4100", "4100-000J-1", "UUUU-UUUU", "0000-0000"])
def test_what_is_no_code_is_refused(code):
    with pytest.raises(UsageError):
        decode(code)


def test_this_machine_is_examined_and_the_code_agrees(tmp_path):
    report = doctor_checks.examine(tmp_path)
    read = decode(report.code)
    assert [result.name for result in report.results] == list(CHECKS)
    assert set(read.failed) == {result.name for result in report.results if not result.good}
    assert read.sound == report.sound


def test_no_connection_leaves_this_machine(tmp_path, monkeypatch):
    connect = socket.socket.connect

    def only_here(self, address):
        assert address[0] == "127.0.0.1", address
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)
    doctor_checks.examine(tmp_path)


def test_a_folder_that_may_not_be_written_is_found(tmp_path, monkeypatch):
    def refuse(**kwargs):
        raise PermissionError(13, "Permission denied", str(kwargs["dir"]))

    monkeypatch.setattr(doctor_checks.tempfile, "TemporaryFile", refuse)
    result = {result.name: result for result in doctor_checks.examine(tmp_path).results}["folder"]
    assert not result.good and "Permission denied" in result.found and result.advice


def test_the_folder_itself_is_not_made(tmp_path):
    doctor_checks.examine(tmp_path / "not" / "there")
    assert not (tmp_path / "not").exists()


@pytest.mark.parametrize(
    ("year", "good"), [(1970, False), (2025, False), (2026, True), (2040, True), (2090, False)]
)
def test_an_impossible_date_is_found(year, good):
    assert doctor_checks.clock(datetime(year, 6, 1, tzinfo=UTC))[0] is good


def test_a_missing_program_limits_but_does_not_stop(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    report = doctor_checks.examine(tmp_path)
    states = {result.name: result.good for result in report.results}
    assert states["openssl"] is False and states["bubblewrap"] is False
    assert report.sound
    assert decode(report.code).sound and "openssl" in decode(report.code).failed


def test_a_check_that_breaks_is_a_finding(tmp_path, monkeypatch):
    def broken():
        raise RuntimeError("no such table")

    monkeypatch.setattr(doctor_checks, "_memory", broken)
    result = {result.name: result for result in doctor_checks.examine(tmp_path).results}["memory"]
    assert not result.good and "no such table" in result.found


def test_missing_readers_make_the_machine_unfit(tmp_path, monkeypatch):
    imported = doctor_checks.importlib.import_module

    def without(name):
        if name == "pyewf":
            raise ImportError(name)
        return imported(name)

    monkeypatch.setattr(doctor_checks.importlib, "import_module", without)
    report = doctor_checks.examine(tmp_path)
    assert not report.sound and "disk-readers" in decode(report.code).failed


def test_the_command_prints_a_code_that_the_command_reads(capsys, tmp_path):
    expected = 0 if doctor_checks.examine(tmp_path).sound else 1
    assert cli.run(["doctor", str(tmp_path), "--json"]) == expected
    data = json.loads(capsys.readouterr().out)
    assert cli.run(["doctor", "--decode", data["code"], "--json"]) == expected
    read = json.loads(capsys.readouterr().out)
    assert read["failed"] == [check["name"] for check in data["checks"] if not check["good"]]


def test_a_code_of_an_unfit_machine_ends_with_1(capsys):
    code = encode(Reading((0, 1, 0), 11, "win32", ("widgets", "bubblewrap")))
    assert cli.run(["doctor", "--decode", code]) == 1
    shown = capsys.readouterr().out
    assert "widgets: the course does not work without it" in shown
    assert "bubblewrap: a part of the course needs it" in shown


def test_the_report_is_one_line_for_each_check(tmp_path: Path):
    text = doctor_checks.examine(tmp_path).as_text()
    for name in CHECKS:
        assert sum(line.startswith(name + " ") for line in text.splitlines()) == 1
