"""The answer sheet: nothing given is lost, nothing on it is changed, and what is wrong is said."""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hanoikit.errors import AnswerMalformed, SheetError, SheetForeign, SheetUnwritable
from hanoikit.exercise import sheet as sheet_module
from hanoikit.exercise.records import Record, Scan
from hanoikit.exercise.sheet import Sheet

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_last_answer_to_a_question_is_the_answer_and_the_file_reads_without_the_kit(folder: Path) -> None:
    sheet = Sheet.in_folder(folder)
    for value in ("a", "c", "b"):
        sheet.append("m04-q1", value)
    sheet.append("m04-q2", {"1": "b"})
    assert Sheet.in_folder(folder).answers() == {"m04-q1": "b", "m04-q2": {"1": "b"}}
    header, *answers = lines_of(folder / "answers.jsonl")
    assert header["assignment"] == "m04-evidence-chain" and header["hanoikit_sheet"] == 1
    assert [line["value"] for line in answers] == ["a", "c", "b", {"1": "b"}]
    assert all(datetime.fromisoformat(str(line["at"])).utcoffset() is not None for line in answers)


def test_every_line_holds_the_hash_of_the_line_before(folder: Path) -> None:
    sheet = Sheet.in_folder(folder)
    for number in range(5):
        sheet.append("m04-q1", number)
    raw = (folder / "answers.jsonl").read_bytes().splitlines()
    for before, line in itertools.pairwise(raw):
        assert json.loads(line)["prev"] == hashlib.sha256(before).hexdigest()
    assert sheet.findings() == []


@settings(max_examples=30)
@given(values=st.lists(st.tuples(st.text(min_size=1, max_size=10), json_values), min_size=1, max_size=8))
@example(values=[("q", "\ud800"), ("q", "line\nbreak\u2028"), ("\x00", -0.0)])
def test_whatever_json_is_given_comes_back(values: list[tuple[str, object]], tmp_path: Path) -> None:
    path = tmp_path / f"{time.monotonic_ns()}.jsonl"
    sheet = Sheet(path)
    for question, value in values:
        sheet.append(question, value)
    expected = dict(values)
    assert sheet.answers() == {name: value for name, value in expected.items() if value is not None}
    assert [record.value for record in sheet.history()] == [value for _question, value in values]
    assert sheet.findings() == []


@given(
    data=st.binary(max_size=400),
    lines=st.lists(st.sampled_from([b"{}", b"[]", b"null", b'{"n": 1}', b"\xff", b""])),
)
def test_any_bytes_can_be_read_without_a_crash(data: bytes, lines: list[bytes]) -> None:
    header = (
        b'{"hanoikit_sheet": 1, "assignment": "m04-x", "sheet": "s", "made_at": "2026-03-01T09:00:00+00:00"}'
    )
    for content in (data, header + b"\n" + data, b"\n".join([header, *lines, data])):
        scan = Scan.of(content)
        assert scan.ends.is_sheet or not scan.records


@settings(max_examples=30)
@given(cut=st.integers(1, 900))
def test_a_sheet_cut_at_any_byte_keeps_every_whole_answer_and_heals(cut: int, tmp_path: Path) -> None:
    place = tmp_path / str(time.monotonic_ns())
    place.mkdir()
    sheet = Sheet.in_folder(place, assignment="m04-x")
    for number in range(4):
        sheet.append(f"m04-q{number}", "é" * 10)
    whole = sheet.path.read_bytes()
    cut = min(cut, len(whole) - 1)
    sheet.path.write_bytes(whole[:-cut])
    left = whole[:-cut].count(b"\n")
    before = sheet.path.read_bytes()
    kept = len(sheet.read().records)
    assert kept >= left - 1  # the header is no answer
    assert sheet.path.read_bytes() == before, "reading must not change the file"
    sheet.append("m04-q9", "after")
    torn = b"".join(path.read_bytes() for path in place.glob("answers.torn-*.txt"))
    assert sheet.answers()["m04-q9"] == "after" and len(sheet.read().records) == kept + 1
    if torn:
        assert before.endswith(torn), "what was torn is kept byte for byte"
        assert [finding.code for finding in sheet.findings()] == ["torn-kept"]
    else:
        assert sheet.findings() == []


WRITER = """
import sys
from hanoikit.exercise.sheet import Sheet
folder, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
sheet = Sheet.in_folder(folder, session=name)
for number in range(count):
    sheet.append(f"m04-{name}-{number % 7}", number)
"""


def test_four_processes_writing_at_once_lose_nothing_and_keep_one_chain(folder: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(folder), f"w{n}", "200"]) for n in range(4)
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0, 0]
    sheet = Sheet.in_folder(folder)
    records = sheet.history()
    assert sheet.findings() == [] and [record.n for record in records] == list(range(1, 801))
    for n in range(4):
        assert [record.value for record in records if record.session == f"w{n}"] == list(range(200))


def test_an_answer_confirmed_before_kill_9_is_on_the_disk(folder: Path) -> None:
    code = """
        import sys
        from hanoikit.exercise.sheet import Sheet
        sheet = Sheet.in_folder(sys.argv[1])
        for number in range(100000):
            sheet.append("m04-q1", number)
            print(number, flush=True)
    """
    for _attempt in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code), str(folder)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            confirmed = [int(next(writer.stdout)) for _line in range(20)][-1]
            writer.send_signal(signal.SIGKILL)
        last = Sheet.in_folder(folder).answers()["m04-q1"]
        assert last >= confirmed
        Sheet.in_folder(folder).append("m04-q2", "next")
        assert all(finding.code == "torn-kept" for finding in Sheet.in_folder(folder).findings())


def test_an_edited_line_is_found_and_the_answers_still_count(folder: Path) -> None:
    sheet = Sheet.in_folder(folder)
    for value in ("a", "b", "c"):
        sheet.append("m04-q1", value)
    path = folder / "answers.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"value": "b"', b'"value": "d"'))
    assert [(finding.code, finding.where) for finding in sheet.findings()] == [("chain-broken", "line 4")]
    with pytest.raises(SheetError) as caught:
        sheet.verify()
    assert caught.value.findings and "changed" in str(caught.value)
    sheet.append("m04-q2", "x")
    assert sheet.answers() == {"m04-q1": "c", "m04-q2": "x"}


def test_a_removed_line_a_swapped_line_and_rubbish_between_lines_are_found(folder: Path) -> None:
    sheet = Sheet.in_folder(folder)
    for number in range(6):
        sheet.append("m04-q1", number)
    path = folder / "answers.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], *lines[4:]]))
    assert next(finding.code for finding in sheet.findings()) == "chain-broken"
    path.write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))
    assert "chain-broken" in [finding.code for finding in sheet.findings()]
    path.write_bytes(b"".join([*lines[:2], b"rubbish\n", *lines[2:]]))
    assert {finding.code for finding in sheet.findings()} >= {"line-unreadable", "chain-broken"}
    assert sheet.answers() == {"m04-q1": 5}
    sheet.append("m04-q1", "again")
    assert sheet.answers() == {"m04-q1": "again"}


def test_another_assignments_sheet_is_refused_and_left_alone(folder: Path) -> None:
    other = Sheet.in_folder(folder, assignment="m05-network")
    other.append("m05-q1", "a")
    before = other.path.read_bytes()
    mine = Sheet.in_folder(folder, assignment="m04-evidence-chain")
    with pytest.raises(SheetForeign, match="belongs to m05-network"):
        mine.append("m04-q1", "b")
    with pytest.raises(SheetForeign):
        mine.answers()
    assert other.path.read_bytes() == before
    assert "m05-network" in mine.findings()[0].message


def test_a_copied_folder_with_another_name_still_opens(folder: Path) -> None:
    Sheet.in_folder(folder, assignment="m04-evidence-chain").append("m04-q1", "b")
    copy = folder.with_name("m04-evidence-chain (1)")
    shutil.copytree(folder, copy)
    assert Sheet.in_folder(copy, assignment=copy.name).answers() == {"m04-q1": "b"}


def test_a_sheet_of_a_newer_format_is_refused_and_left_alone(folder: Path) -> None:
    sheet = Sheet.in_folder(folder)
    sheet.append("m04-q1", "b")
    sheet.path.write_bytes(sheet.path.read_bytes().replace(b'"hanoikit_sheet": 1', b'"hanoikit_sheet": 2'))
    before = sheet.path.read_bytes()
    with pytest.raises(SheetError, match="another version"):
        sheet.append("m04-q1", "c")
    assert sheet.path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 a zip file\n", b'{"cells": []}\n', b"hello", b"\n", b"\xef\xbb\xbf[]\n"]
)
def test_a_file_that_is_no_sheet_is_refused_and_left_alone(folder: Path, content: bytes) -> None:
    path = folder / "answers.jsonl"
    path.write_bytes(content)
    with pytest.raises(SheetError, match="not an answer sheet"):
        Sheet.in_folder(folder).append("m04-q1", "b")
    assert path.read_bytes() == content


def test_a_folder_or_a_pipe_in_the_place_of_the_sheet_is_refused(folder: Path) -> None:
    path = folder / "answers.jsonl"
    path.mkdir()
    with pytest.raises(SheetError, match="not a file"):
        Sheet.in_folder(folder).append("m04-q1", "b")
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(SheetError, match="not a file"):
        Sheet.in_folder(folder).answers()


def test_a_huge_file_is_refused_without_reading_it(folder: Path) -> None:
    path = folder / "answers.jsonl"
    with path.open("wb") as file:
        file.truncate(40 << 30)
    with pytest.raises(SheetError, match="too large"):
        Sheet.in_folder(folder).append("m04-q1", "b")


def test_an_empty_file_becomes_a_sheet(folder: Path) -> None:
    (folder / "answers.jsonl").touch()
    Sheet.in_folder(folder).append("m04-q1", "b")
    assert Sheet.in_folder(folder).answers() == {"m04-q1": "b"}


def test_what_is_not_plain_data_is_refused_before_anything_is_written(folder: Path) -> None:
    sheet = Sheet.in_folder(folder)
    for value in (object(), {1, 2}, float("nan"), b"bytes"):
        with pytest.raises(AnswerMalformed):
            sheet.append("m04-q1", value)
    with pytest.raises(AnswerMalformed, match="too long"):
        sheet.append("m04-q1", "x" * (1 << 21))
    assert not sheet.path.exists()


READ_ONLY = """
import sys
from hanoikit.errors import SheetUnwritable
from hanoikit.exercise.sheet import Sheet
sheet = Sheet.in_folder(sys.argv[1])
print(sheet.answers())
try:
    sheet.append("m04-q1", "c")
except SheetUnwritable as error:
    print(error)
"""


def test_a_read_only_folder_is_said_plainly_and_can_still_be_read(folder: Path) -> None:
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        pytest.skip("bubblewrap mounts the folder read-only for this test")
    Sheet.in_folder(folder).append("m04-q1", "b")
    jail = [bwrap, "--dev-bind", "/", "/", "--ro-bind", str(folder), str(folder)]
    done = subprocess.run(
        [*jail, sys.executable, "-c", READ_ONLY, str(folder)], capture_output=True, text=True
    )
    if "bwrap" in done.stderr:
        pytest.skip(f"no mount namespaces here: {done.stderr.strip()}")
    assert done.stdout.splitlines()[0] == "{'m04-q1': 'b'}" and "read-only" in done.stdout, done.stderr


FULL = """
import sys
from pathlib import Path
from hanoikit.errors import SheetUnwritable
from hanoikit.exercise.sheet import Sheet
folder = Path(sys.argv[1])
sheet = Sheet.in_folder(folder)
written = 0
try:
    while True:
        sheet.append("m04-q1", "x" * 3000)
        written += 1
except SheetUnwritable as error:
    print(error.what)
print(written == len(sheet.history()), sheet.findings(), sheet.path.read_bytes().endswith(b"\\n"))
(folder / "ballast").unlink()
sheet.append("m04-q1", "after")
print(sheet.answers(), sheet.findings())
"""


def test_a_full_disk_is_said_plainly_and_leaves_no_half_line(folder: Path) -> None:
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        pytest.skip("bubblewrap mounts a tiny disk for this test")
    jail = [bwrap, "--dev-bind", "/", "/", "--size", "131072", "--tmpfs", str(folder)]
    fill = f"open({str(folder / 'ballast')!r}, 'wb').write(b'0' * 65536)\n"
    done = subprocess.run(
        [*jail, sys.executable, "-c", fill + FULL, str(folder)], capture_output=True, text=True
    )
    if "bwrap" in done.stderr:
        pytest.skip(f"no mount namespaces here: {done.stderr.strip()}")
    said = done.stdout.splitlines()
    assert said == [
        "The disk is full, so this answer is not saved yet.",
        "True [] True",
        "{'m04-q1': 'after'} []",
    ], done.stderr


def test_a_disk_that_fills_in_the_middle_of_a_line_leaves_the_file_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = Sheet.in_folder(folder)
    sheet.append("m04-q1", "b")
    before = sheet.path.read_bytes()
    real = os.write
    calls = []

    def half(handle: int, data: memoryview) -> int:
        calls.append(len(data))
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, data[: len(data) // 2])

    monkeypatch.setattr(sheet_module.os, "write", half)
    with pytest.raises(SheetUnwritable, match="disk is full"):
        sheet.append("m04-q1", "c")
    assert len(calls) == 2 and sheet.path.read_bytes() == before


def test_another_program_holding_the_sheet_is_said_plainly(folder: Path) -> None:
    from filelock import FileLock

    sheet = Sheet.in_folder(folder, wait=0.05)
    with (
        FileLock(str(folder / ".answers.jsonl.lock")),
        pytest.raises(SheetUnwritable, match="Another program"),
    ):
        sheet.append("m04-q1", "b")
    sheet.append("m04-q1", "b")
    assert sheet.answers() == {"m04-q1": "b"}


def test_time_on_task_counts_the_time_before_an_answer_and_cuts_breaks(folder: Path) -> None:
    times = iter([0, 60, 90, 90 + 3600, 90 + 3600 + 30])
    sheet = Sheet.in_folder(folder, clock=lambda: START + timedelta(seconds=next(times)))
    for question in ("m04-q1", "m04-q2", "m04-q2", "m04-q3", "m04-q1"):
        sheet.append(question, "b")
    assert sheet.time_on_task() == {
        "m04-q1": timedelta(seconds=30),
        "m04-q2": timedelta(seconds=90),
        "m04-q3": timedelta(minutes=10),
    }
    assert [record.value for record in sheet.history("m04-q2")] == ["b", "b"]


def test_a_cleared_answer_is_no_answer_but_its_history_stays(folder: Path) -> None:
    sheet = Sheet.in_folder(folder)
    sheet.append("m04-q1", "b")
    record = sheet.append("m04-q1", None)
    assert isinstance(record, Record) and record.n == 2
    assert sheet.answers() == {} and [line.value for line in sheet.history("m04-q1")] == ["b", None]
