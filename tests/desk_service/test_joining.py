"""Finding and joining the service: addresses, links, QR codes, tokens, and what the commands say."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hanoikit.cli import run
from hanoikit.cli.doctor import exercise_lines
from hanoikit.desk_service.client import DeskClient
from hanoikit.desk_service.founding import found, new_tokens
from hanoikit.desk_service.running import join_links, qr_code
from hanoikit.desk_service.storage import Storage, database_url
from hanoikit.errors import ServiceRefused, ServiceUnreachable, UsageError


def test_a_join_link_opens_a_desk_and_nothing_of_the_token_is_sent_in_the_address(service: Any) -> None:
    link = join_links(service.url, service.tokens)["XB"]
    with DeskClient.from_link(link) as client:
        assert client.me()["desk"] == "XB"
    assert link.index("#") < link.index(service.tokens["XB"])


def test_a_qr_code_is_read_again_as_the_link() -> None:
    import segno

    link = "http://192.0.2.7:8024/desk#" + "a" * 43
    assert "\u2588" in qr_code(link) or "\u2580" in qr_code(link)
    out = io.BytesIO()
    segno.make(link, error="l", micro=False).save(out, kind="png", scale=4)
    assert out.getvalue().startswith(b"\x89PNG")


def test_doctor_shows_the_address_and_a_code_while_a_service_runs(service: Any) -> None:
    running = exercise_lines(service.port)
    assert f":{service.port}/desk" in running[0] and len(running[1].splitlines()) > 10
    idle = exercise_lines(1)
    assert ":1" in idle[0] and "desk serve" in idle[0]


def test_new_links_end_the_old_ones(start: Any) -> None:
    running = start()
    old = running.tokens["XA"]
    running.stop()
    running.start("--new-links")
    assert running.tokens["XA"] != old
    with running.http(token=old) as http:
        assert http.get("/api/me").status_code == 401
    with running.http("XA") as http:
        assert http.get("/api/me").json()["desk"] == "XA"


def test_two_services_cannot_have_one_exercise(service: Any) -> None:
    with pytest.raises(ServiceUnreachable):
        Storage.open(database_url(service.database))
    command = [sys.executable, "-m", "hanoikit.cli", "desk", "serve", "--db", service.database, "--port", "0"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 1 and "Another desk service" in ended.stderr


def test_a_second_team_of_a_state_gets_a_desk_of_its_own(tmp_path: Path) -> None:
    with Storage.open(database_url(str(tmp_path / "x.sqlite"))) as storage:
        tokens = found(storage, now=datetime.now(UTC), extra=("XA-red",))
        assert "XA-red" in tokens
        renewed = new_tokens(storage, now=datetime.now(UTC))
        assert set(renewed) == set(tokens) and not set(renewed.values()) & set(tokens.values())
    with Storage.open(database_url(str(tmp_path / "y.sqlite"))) as storage, pytest.raises(UsageError):
        found(storage, now=datetime.now(UTC), extra=("XQ-red",))


def test_other_databases_are_refused_and_postgresql_is_named_with_its_driver() -> None:
    assert database_url("postgresql://u@h/d") == "postgresql+pg8000://u@h/d"
    with pytest.raises(UsageError):
        database_url("mysql://u@h/d")


def test_verify_accepts_a_record_and_refuses_an_altered_one(
    service: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import zipfile

    with service.client("XA") as client:
        client.send_draft({"kind": "technical-advice", "to": "XB"}, insist=True)
    good = tmp_path / "good.zip"
    with service.http("facilitator") as http:
        good.write_bytes(http.get("/api/record").content)
    assert run(["desk", "verify", str(good)]) == 0
    assert "holds" in capsys.readouterr().out
    with zipfile.ZipFile(good) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name, change in {
        "messages.jsonl": lambda data: data.replace(b"technical", b"technicam", 1),
        "log.jsonl": lambda data: data[: data.rstrip(b"\n").rindex(b"\n") + 1],
        "manifest.json": lambda data: data.replace(b'"size":', b'"size": ', 1),
        "marks.json": lambda data: b"[1]",
        "events/XA.jsonl": lambda data: b"",
    }.items():
        bad = tmp_path / "bad.zip"
        with zipfile.ZipFile(bad, "w") as archive:
            for inside, data in files.items():
                archive.writestr(inside, change(data) if inside == name else data)
        assert run(["desk", "verify", str(bad)]) == 1, name
    bad.write_bytes(b"PK no zip")
    assert run(["desk", "verify", str(bad)]) == 1


def test_a_client_says_when_nothing_answers_or_something_else_does(service: Any) -> None:
    with DeskClient("http://127.0.0.1:9", "x", patience=0) as client, pytest.raises(ServiceUnreachable):
        client.me()
    with DeskClient(service.url, "wrong", patience=0) as client, pytest.raises(ServiceRefused) as refused:
        client.me()
    assert refused.value.status in (401, 429)
