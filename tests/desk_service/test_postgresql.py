"""The desk service with its record on PostgreSQL: what it promises on a file it promises there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hanoikit.desk_service.checking import check_bundle
from hanoikit.desk_service.trial import Trial

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))  # the server is the one of the gradebook's tests

from tests.grading.postgresql import Server, programs  # noqa: E402

if programs() is None and os.environ.get("CI"):
    pytest.fail("PostgreSQL is missing: run scripts/setup.sh tests", pytrace=False)
pytestmark = [
    pytest.mark.skipif(programs() is None, reason="PostgreSQL is missing: apt-get install postgresql"),
    pytest.mark.slow,
]
TEXT = "Größe 42 · ملف · 🗝 · 'quoted'; drop table log; --"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server.started() as server:
        yield server


def test_no_acknowledged_message_is_lost_or_doubled_when_the_service_on_postgresql_is_killed(
    server: Server, start: Any, tmp_path: Path
) -> None:
    running = start(database=server.database("killed"))
    running.stop()
    trial = Trial(running, tmp_path / "keys", seed=11, longest=1.0, least=21)
    trial.round()
    verdict = trial.verdict()
    assert verdict.acknowledged > 20
    assert verdict.good, verdict


def test_an_exercise_on_postgresql_goes_on_after_a_stop_and_belongs_to_one_service(
    server: Server, start: Any, tmp_path: Path
) -> None:
    url = server.database("kept")
    running = start(database=url)
    draft = {"kind": "technical-advice", "to": "XB", "reference": "XA-1", "body": {"question": TEXT}}
    with running.client("XA") as client:
        first = client.send_draft(draft, key="the-only-one", insist=True)
    command = [sys.executable, "-m", "hanoikit.cli", "desk", "serve", "--db", url, "--port", "0"]
    second = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert second.returncode == 1 and "Another desk service" in second.stderr

    running.stop()
    running.start()
    with running.client("XA") as client:
        again = client.send_draft(draft, key="the-only-one", insist=True)
        assert first.first and not again.first and again.number == first.number
    with running.http("XB") as http:
        (case,) = http.get("/api/desk").json()["cases"]
        (entry,) = case["entries"]
        assert entry["id"] == first.id and entry["body"]["question"] == TEXT
    with running.http("facilitator") as http:
        record = tmp_path / "record.zip"
        record.write_bytes(http.get("/api/record").content)
        assert TEXT.split(";")[0].replace("'", "&#x27;") in http.get("/api/report").text
    assert check_bundle(record).messages == 1


def test_when_the_database_server_stops_nothing_is_acknowledged_and_a_new_start_of_the_service_goes_on(
    server: Server, start: Any
) -> None:
    running = start(database=server.database("stopped"))
    draft = {"kind": "technical-advice", "to": "XB", "reference": "XA-1"}
    asked = {"draft": draft, "insist": True}
    with running.http("XA") as http:
        kept = http.post("/api/drafts", json=asked, headers={"Idempotency-Key": "before-it-stops"})
        assert kept.status_code == 201
        server.stop()
        try:
            refused = http.post("/api/drafts", json=asked, headers={"Idempotency-Key": "while-it-is-gone"})
        finally:
            server.start()
        assert refused.status_code == 503
    running.kill()
    running.start()
    with running.http("XB") as http:
        events = http.get("/api/inbox").json()["events"]
    assert [one["event"] for one in events] == ["received"]
