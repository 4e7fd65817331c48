"""Chained records: nothing is lost, nothing is changed unseen, and a crash costs no whole line."""

import json
import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.errors import ArtefactUnreadable, IdentityRejected, LogUnwritable, UsageError
from hanoikit.trust.chain import Chain, LogFile, SignedHead, verify
from hanoikit.trust.identity import CourseAuthority

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@pytest.fixture
def chain():
    made = Chain(kind="desk-log", owner="XA")
    for number in range(6):
        made.append({"event": "sent", "number": number, "text": "é\n<b>"}, at=NOW + timedelta(minutes=number))
    return made


def codes(data, **context):
    return [finding.code for finding in verify(data, **context)]


def test_a_chain_that_nobody_touched_verifies_and_comes_back(chain):
    data = chain.to_bytes()
    assert codes(data) == []
    again = Chain.from_bytes(data)
    assert again.to_bytes() == data
    assert [line.record["number"] for line in again.lines] == list(range(6))
    assert again.head == chain.head


def test_no_flipped_bit_in_a_chain_goes_unseen(chain):
    data = chain.to_bytes()
    head = chain.head
    for place in range(len(data)):
        altered = bytearray(data)
        altered[place] ^= 1 << (place % 8)
        assert codes(bytes(altered), heads=[head], kind="desk-log", owner="XA"), place


@pytest.mark.parametrize("gone", range(1, 7))
def test_a_line_taken_out_is_found_unless_it_was_the_last_and_then_a_head_finds_it(gone, chain):
    lines = chain.to_bytes().split(b"\n")
    del lines[gone]
    data = b"\n".join(lines)
    assert "hash-mismatch" in codes(data) or gone == 6
    assert "cut-off" in codes(data, heads=[chain.head])


def test_two_lines_exchanged_are_found(chain):
    lines = chain.to_bytes().split(b"\n")
    lines[2], lines[3] = lines[3], lines[2]
    assert {"wrong-number", "hash-mismatch", "time-goes-back"} <= set(codes(b"\n".join(lines)))


def test_a_chain_written_anew_is_found_by_a_head_that_somebody_kept(chain):
    other = Chain(kind="desk-log", owner="XA")
    for number in range(6):
        other.append({"event": "sent", "number": -number}, at=NOW)
    assert codes(other.to_bytes()) == []
    assert codes(other.to_bytes(), heads=[chain.head]) == ["fork"]


def test_the_log_of_another_desk_is_not_taken_for_ours(chain):
    assert codes(chain.to_bytes(), kind="desk-log", owner="XB") == ["other-log"]


def test_a_signed_head_holds_for_its_chain_only(chain):
    authority = CourseAuthority.create(seed="heads")
    desk = authority.issue(name="Desk", role="point of contact", organisation="Desk", state="XA")
    signed = SignedHead.of(chain.head, signer=desk, at=NOW)
    again = SignedHead.from_json(json.loads(json.dumps(signed.to_json())))
    assert again.verify([authority.certificate]).name == "Desk"
    value = signed.to_json()
    value["head"]["index"] = 5
    with pytest.raises(IdentityRejected):
        SignedHead.from_json(value).verify([authority.certificate])
    with pytest.raises(ArtefactUnreadable):
        SignedHead.from_json({"head": 1})


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"{}\n", b"\xff\n", b'{"type":"hanoikit.chain/1"}\n', b"[" * 5000]
)
def test_what_is_no_log_is_refused(data):
    assert codes(data) == ["no-header"]
    with pytest.raises(ArtefactUnreadable):
        Chain.from_bytes(data)


def test_a_log_file_goes_on_where_it_ended(tmp_path):
    path = tmp_path / "desk.jsonl"
    for number in range(3):
        with LogFile.open(path, kind="desk-log", owner="XA") as log:
            log.append({"number": number}, at=NOW)
            log.extend([({"number": 10}, NOW), ({"number": 11}, NOW)])
    assert codes(path.read_bytes()) == []
    assert len(Chain.from_bytes(path.read_bytes()).lines) == 9


@given(cut=st.integers(1, 500))
def test_a_log_cut_anywhere_keeps_its_whole_lines_and_sets_the_rest_aside(cut, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cut")
    path = folder / "desk.jsonl"
    with LogFile.open(path, kind="desk-log", owner="XA", sync=False) as log:
        log.extend([({"number": number, "text": "x" * 40}, NOW) for number in range(4)])
    whole = path.read_bytes()
    torn = whole[: max(len(whole) - cut, 0)]
    path.write_bytes(torn)
    kept = Chain.from_bytes(torn).lines if b"\n" in torn else []
    with LogFile.open(path, kind="desk-log", owner="XA", sync=False) as log:
        assert log.head.index == len(kept)
        log.append({"after": True}, at=NOW)
    assert codes(path.read_bytes()) == []
    lines = Chain.from_bytes(path.read_bytes()).lines
    assert [line.raw for line in lines[:-1]] == [line.raw for line in kept]
    beside = folder / "desk.jsonl.torn"
    rest = beside.read_bytes().removesuffix(b"\n") if beside.exists() else b""
    assert torn == b"\n".join([*whole.split(b"\n")[: torn.count(b"\n")], rest]) or torn.endswith(
        lines[-2].raw
    )


def test_a_broken_log_is_evidence_and_is_not_written_to(tmp_path, chain):
    path = tmp_path / "desk.jsonl"
    altered = chain.to_bytes().replace(b'"number":2', b'"number":7')
    path.write_bytes(altered)
    with pytest.raises(ArtefactUnreadable) as refused:
        LogFile.open(path, kind="desk-log", owner="XA")
    assert "hash-mismatch" in [finding.code for finding in refused.value.findings]
    assert path.read_bytes() == altered


def test_another_desks_log_is_not_written_to(tmp_path, chain):
    path = tmp_path / "desk.jsonl"
    path.write_bytes(chain.to_bytes())
    with pytest.raises(ArtefactUnreadable):
        LogFile.open(path, kind="desk-log", owner="XB")


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit of file size here")
def test_a_full_disk_leaves_the_log_as_it_was(tmp_path):
    path = tmp_path / "desk.jsonl"
    program = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from hanoikit.errors import LogUnwritable
from hanoikit.trust.chain import LogFile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = LogFile.open(Path(sys.argv[1]), kind="desk-log", owner="XA")
log.append({"number": 1}, at=datetime.now(UTC))
resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
try:
    log.append({"text": "x" * 4000}, at=datetime.now(UTC))
except LogUnwritable as error:
    print(error)
log.append({"number": 2}, at=datetime.now(UTC))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert "nothing was recorded" in done.stdout
    assert codes(path.read_bytes()) == []
    assert [line.record["number"] for line in Chain.from_bytes(path.read_bytes()).lines] == [1, 2]


def test_what_was_acknowledged_survives_a_kill(tmp_path):
    path = tmp_path / "desk.jsonl"
    program = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from hanoikit.trust.chain import LogFile
log = LogFile.open(Path(sys.argv[1]), kind="desk-log", owner="XA")
number = 0
while True:
    log.extend([({"number": number + each, "text": "y" * 500}, datetime.now(UTC)) for each in range(7)])
    number += 7
    print(number, flush=True)
"""
    acknowledged = 0
    for after in (1, 13, 40):
        with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE) as process:
            for _ in range(after):
                seen = int(process.stdout.readline())
            os.kill(process.pid, signal.SIGKILL)
        acknowledged += seen
        LogFile.open(path, kind="desk-log", owner="XA").close()
        assert codes(path.read_bytes()) == []
        assert len(Chain.from_bytes(path.read_bytes()).lines) >= acknowledged


def test_what_has_no_canonical_form_is_not_recorded(tmp_path):
    with LogFile.open(tmp_path / "desk.jsonl", kind="desk-log", owner="XA") as log:
        for record in ({"x": 1.5}, {"x": 2**60}, {"x": "\ud800"}):
            with pytest.raises(UsageError):
                log.append(record, at=NOW)
        with pytest.raises(UsageError):
            log.append({}, at=NOW.replace(tzinfo=None))
        assert log.head.index == 0


def test_a_place_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(ArtefactUnreadable):
        LogFile.open(tmp_path / "missing" / "desk.jsonl", kind="desk-log", owner="XA")
    assert issubclass(LogUnwritable, Exception)
