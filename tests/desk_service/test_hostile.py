"""What a stranger, a cheat or a broken program can send: it is refused with its reason, and the service goes on."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hanoikit.desk_service.access import Rates
from hanoikit.desk_service.app import application
from hanoikit.desk_service.founding import found
from hanoikit.desk_service.storage import Storage, database_url
from hanoikit.errors import ServiceRefused
from hanoikit.network import Envelope, TechnicalAdvice, seal
from hanoikit.network.messages import Message
from hanoikit.trust.identity import CourseAuthority

WORDS = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'`${7*7}{{7*7}}\u202e\u0000".replace(
    "\u0000", ""
)


@pytest.fixture(scope="module")
def desk(service: Any, tmp_path_factory: Any) -> Any:
    with service.client("XA") as client:
        client.enrol(tmp_path_factory.mktemp("xa"))
        yield client


def advice(client: Any, **changes: Any) -> Message:
    body = TechnicalAdvice(authority="Cyber Unit", question="Which logs?", context="A case.")
    message = Message(sender="XA", recipient="XB", sent=client.now(), reference="XA-1", body=body)
    return message.but(**changes) if changes else message


def refusal(client: Any, envelope: Any) -> ServiceRefused:
    with pytest.raises(ServiceRefused) as refused:
        client.post(envelope)
    return refused.value


def test_a_forged_signature_is_refused_as_forged(desk: Any) -> None:
    good = seal(advice(desk), desk.identity)
    forged = Envelope(good.message.but(reference="XA-2"), good.signer, good.signature)
    assert refusal(desk, forged).code == "forged"


def test_a_certificate_of_another_authority_is_refused(desk: Any) -> None:
    entry = desk.directory["XA"]
    stranger = CourseAuthority.create().issue(
        name=entry.name, role=entry.office, organisation=entry.name, state="XA"
    )
    assert refusal(desk, seal(advice(desk), stranger)).code == "unknown-signer"


def test_a_message_in_another_desks_name_is_refused_whoever_signed_it(service: Any, desk: Any) -> None:
    mine = seal(advice(desk), desk.identity)
    with service.client("XB") as other:
        assert (refusal(other, mine).status, refusal(other, mine).code) == (403, "other-desk")
    assert refusal(desk, seal(advice(desk, sender="XB", recipient="XC"), desk.identity)).status == 403


def test_a_replay_by_the_same_desk_changes_nothing(desk: Any) -> None:
    envelope = seal(advice(desk, reference="XA-replay"), desk.identity)
    receipts = {(one.id, one.number, one.seq) for one in (desk.post(envelope) for _time in range(5))}
    assert len(receipts) == 1
    assert sum(1 for event in desk.events() if event.message == envelope.message) == 1


def test_a_desk_that_does_not_exist_and_a_desk_itself_get_nothing(desk: Any) -> None:
    assert refusal(desk, seal(advice(desk, recipient="XZ"), desk.identity)).code == "wrong-recipient"
    assert refusal(desk, seal(advice(desk, recipient="XA"), desk.identity)).code == "wrong-recipient"


def test_a_clock_that_runs_ahead_is_refused_and_one_that_runs_behind_is_not(desk: Any) -> None:
    early = advice(desk, sent=desk.now() + timedelta(minutes=7))
    assert refusal(desk, seal(early, desk.identity)).code == "ahead-of-our-clock"
    assert desk.post(seal(advice(desk, sent=desk.now() + timedelta(minutes=3)), desk.identity)).first
    assert desk.post(seal(advice(desk, sent=desk.now() - timedelta(days=2)), desk.identity)).first


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[" * 100_00,
        b'{"message":' * 2000 + b"1" + b"}" * 2000,
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b'"\\ud800"',
        b"\xff\xfe\x00",
        b'{"message":{},"signature":"","signer":"","type":"hanoikit.envelope/1"}',
        json.dumps({"n": 10**400}).encode(),
    ],
)
def test_what_is_no_message_is_refused_as_such(service: Any, body: bytes) -> None:
    with service.http("XA") as http:
        for path in ("/api/messages", "/api/drafts", "/api/drafts/check", "/api/notes", "/api/certificates"):
            answer = http.post(path, content=body, headers={"Idempotency-Key": "hostile-one"})
            assert answer.status_code == 400, (path, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"


def test_ten_megabytes_are_refused_before_they_are_read(service: Any) -> None:
    with service.http("XA") as http:
        assert http.post("/api/messages", content=b"x" * 100_000).status_code == 413

        def endless() -> Any:
            for _part in range(160):
                yield b"x" * 65536

        try:
            status = http.post("/api/messages", content=endless()).status_code
        except Exception:
            status = 413  # the service closed the connection while the rest was still being sent
        assert status == 413
    with socket.create_connection(("127.0.0.1", service.port)) as raw:
        raw.sendall(
            b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 10485760\r\nAuthorization: Bearer "
            + service.tokens["XA"].encode()
            + b"\r\n\r\n"
        )
        assert raw.recv(100).startswith(b"HTTP/1.1 413")


def test_script_in_every_field_stays_text(service: Any, desk: Any) -> None:
    from hanoikit.network import tables

    kind = tables.kind("preservation-request")
    body: dict[str, Any] = {}
    for one in kind.elements:
        if one.type in ("text", "line"):
            body[one.name] = WORDS
        elif one.type == "lines":
            body[one.name] = [WORDS]
    body["data"] = [{"category": "traffic", "description": WORDS, "identifier": WORDS}]
    draft = {"kind": kind.id, "to": "XC", "body": body}
    receipt = desk.send_draft(draft, insist=True)
    with service.http("facilitator") as room:
        shown = room.get(f"/api/messages/{receipt.id}")
        assert shown.headers["content-type"] == "application/json"
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert shown.json()["body"]["facts"] == WORDS
        room.post("/api/marks", json={"message": receipt.id, "mark": "decision", "note": WORDS})
        room.post("/api/announcements", json={"text": WORDS})
        report = room.get("/api/report")
        assert "<script>" not in report.text and "<img" not in report.text
        assert "default-src 'none'" in report.headers["content-security-policy"]


def test_nobody_reads_another_desks_events_or_messages(service: Any, desk: Any) -> None:
    receipt = desk.post(seal(advice(desk, reference="XA-secret"), desk.identity))
    with service.http("XD") as stranger:
        assert stranger.get(f"/api/messages/{receipt.id}").status_code == 404
        for path in ("/api/overview", "/api/log", "/api/log/events", "/api/record", "/api/report"):
            assert stranger.get(path).status_code == 403
        assert receipt.id not in stranger.get("/api/inbox").text
    with service.http("XB") as party:
        assert party.get(f"/api/messages/{receipt.id}").status_code == 200
    with service.http("observer") as observer:
        assert observer.get(f"/api/messages/{receipt.id}").status_code == 200
        for path, body in {
            "/api/clock": {"act": "pause"},
            "/api/announcements": {"text": "x"},
            "/api/marks": {"message": receipt.id, "mark": "good"},
            "/api/injects": {"id": "x"},
        }.items():
            assert observer.post(path, json=body).status_code == 403
        assert observer.get("/api/inbox").status_code == 403


def test_hundreds_of_wrong_tokens_are_slowed_down_and_the_right_one_still_works(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    with Storage.open(database_url(str(tmp_path / "exercise.sqlite"))) as storage:
        tokens = found(storage, now=datetime.now(UTC))
        # A bucket that does not fill again while the test runs, however slow the machine is.
        app: Any = application(storage, now=lambda: datetime.now(UTC), rates=Rates(wrong=1e-4))
        with TestClient(app, base_url="http://127.0.0.1") as http:

            def ask(token: str) -> int:
                return http.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code

            statuses = [ask(f"{number:043d}") for number in range(200)]
            assert statuses == [401] * Rates().wrong_at_once + [429] * (200 - Rates().wrong_at_once)
            assert ask(tokens["XA"]) == 200


def test_tokens_and_private_keys_are_not_in_what_others_can_read(service: Any) -> None:
    raw = Path(service.database).read_bytes() + Path(service.database + "-wal").read_bytes()
    assert not any(token.encode() in raw for token in service.tokens.values())
    assert Path(service.database).stat().st_mode & 0o077 == 0
    with service.http("facilitator") as room:
        assert b"PRIVATE" not in room.get("/api/record").content


def test_a_reader_that_does_not_read_gets_everything_later(
    start: Any, make_request: Any, tmp_path: Any
) -> None:
    running = start()
    with running.client("XA") as sender, running.client("XC") as reader:
        sender.enrol(tmp_path / "keys")
        lazy = socket.socket()
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        lazy.connect(("127.0.0.1", running.port))
        lazy.sendall(
            b"GET /api/inbox/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + running.tokens["XC"].encode()
            + b"\r\n\r\n"
        )
        sent = []
        for number in range(150):
            message = make_request("XA", "XC", at=sender.now(), reference=f"XA-{number}")
            sent.append(sender.post(seal(message, sender.identity)).id)
        assert [event.message.id for event in reader.events() if event.kind == "received"] == sent
        lazy.close()


def test_sends_are_limited_for_each_token(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    with Storage.open(database_url(str(tmp_path / "exercise.sqlite"))) as storage:
        tokens = found(storage, now=datetime.now(UTC))
        # A bucket that does not fill again while the test runs, however slow the machine is.
        rates = Rates(sends=1e-4, sends_at_once=5)
        app: Any = application(storage, now=lambda: datetime.now(UTC), rates=rates)
        with TestClient(app, base_url="http://127.0.0.1") as http:

            def send(desk: str, number: int) -> Any:
                draft = {"draft": {"kind": "technical-advice", "to": "XA"}}
                headers = {
                    "Authorization": f"Bearer {tokens[desk]}",
                    "Idempotency-Key": f"limit-{number:04d}",
                }
                return http.post("/api/drafts", json=draft, headers=headers)

            answers = [send("XD", number) for number in range(7)]
            assert [answer.status_code for answer in answers] == [422] * 5 + [429] * 2
            assert int(answers[-1].headers["retry-after"]) >= 1
            assert send("XC", 1).status_code == 422, "another desk sends as before"
            me = http.get("/api/me", headers={"Authorization": f"Bearer {tokens['XD']}"})
            assert me.status_code == 200, "and reading is counted apart"
