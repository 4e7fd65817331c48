"""Who listens in the network reads nothing, and who stands in the middle is told nothing."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hanoikit.classroom.klass import Class
from hanoikit.classroom.room import certificate, running
from hanoikit.classroom.room.keys import RoomKeys
from hanoikit.errors import ServiceUnreachable, UsageError
from hanoikit.exercise import observing
from hanoikit.labs.room_panel import join_room
from hanoikit.trust.certificates import load_certificate, problems
from hanoikit.workshop import attending, membership, pinning
from hanoikit.workshop.client import RoomClient
from hanoikit.workshop.pinning import Known, proof_of
from hanoikit.workshop.protocol import JoinLine

from .conftest import NOW
from .test_service import ask, seal


class Stranger:
    """A machine that answers in the room's place, with a certificate of its own, and keeps what it is told."""

    def __init__(self, files: certificate.Files | None) -> None:
        self.heard: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if files is not None:
            self._context.load_cert_chain(files.certificate, files.key)
        self._encrypts = files is not None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), connection:
                if not self._encrypts:
                    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                    continue
                with self._context.wrap_socket(connection, server_side=True) as line:
                    while data := line.recv(65536):
                        self.heard.append(data)

    def end(self) -> None:
        with contextlib.suppress(OSError):  # wakes who waits in accept
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(30)


@pytest.fixture
def stranger(tmp_path: Path, klass: Class) -> Iterator[Stranger]:
    """Its authority has the title of the class, and another key."""
    other = Class.create(tmp_path / "other", title=klass.title, zone="UTC", now=NOW, assignments=[])
    made = Stranger(certificate.issue(other))
    yield made
    made.end()


def known_by(klass: Class, keys: RoomKeys, how: str) -> Known:
    return {
        "the code": Known(code=keys.code, proof=keys.proof),
        "the class's folder": Known(code=keys.code, authority=klass.authority_certificate),
        "the membership": Known(fingerprint=keys.fingerprint),
    }[how]


@pytest.mark.parametrize("how", ["the code", "the class's folder", "the membership"])
def test_a_machine_in_the_middle_is_refused_before_a_byte_is_said(
    klass: Class, stranger: Stranger, tmp_path: Path, how: str
) -> None:
    keys = RoomKeys.of(klass)
    client = RoomClient(f"https://127.0.0.1:{stranger.port}", known=known_by(klass, keys, how), patience=60)
    for act in (
        lambda: client.join(code=keys.code, name="Amal"),
        lambda: client.tell("t" * 43, {"after": 0}),
        lambda: client.hand_in("t" * 43, seal(tmp_path, klass.id)),
        lambda: client.session(),
    ):
        with pytest.raises(ServiceUnreachable, match="so nothing was sent to it"):
            act()
    stranger.end()
    assert stranger.heard == []


def test_a_certificate_of_the_class_that_is_no_rooms_is_refused(klass: Class) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    known = Known(authority=klass.authority_certificate)
    known.check(certificate.issue(klass).der(), where="here")
    for other in (klass.registrar.certificate, klass.authority_certificate):
        with pytest.raises(ServiceUnreachable):
            known.check(other.public_bytes(Encoding.DER), where="here")
    with pytest.raises(ServiceUnreachable):
        known.check(b"no certificate", where="here")


def test_what_does_not_encrypt_is_told_nothing(private: Path) -> None:
    plain = Stranger(None)
    with pytest.raises(ServiceUnreachable, match="does not encrypt") as caught:
        attending.join(
            f"127.0.0.1:{plain.port} K7QF-2M9Z-PT3A-8WQF", name="Amal", private=private, patience=60
        )
    plain.end()
    assert "edition" in str(caught.value.next_step) and membership.Membership.read(private) is None


def test_half_of_the_code_is_enough_in_the_folder_of_the_class_and_nowhere_else(
    opened: Any, private: Path
) -> None:
    half = str(JoinLine(opened.url, opened.room.keys.code))
    with pytest.raises(UsageError, match="all four groups"):
        attending.join(half, name="Amal", private=private)
    assert opened.names() == []
    lab = join_room(private.parent)
    assert not lab.press("join", "join", line=half, name="Amal").ok
    for name in ("class.json", "class-certificate.pem"):  # as the class gives it out
        (private.parent / name).write_bytes((opened.klass.root / name).read_bytes())
    lab = join_room(private.parent)
    assert "half of the code" in lab.spec[0]["fields"][0]["hint"]
    assert lab.press("join", "join", line=half.lower().replace("-", " "), name="Amal").ok
    assert opened.names() == ["Amal"]


@pytest.mark.parametrize("place", range(16))
def test_a_slip_in_the_code_is_found_before_anybody_is_asked(place: int) -> None:
    code = list("K7QF2M9ZPT3A8WQF")
    code[place] = "5"
    with pytest.raises(UsageError, match="One character of the code is wrong"):
        JoinLine.parse(f"192.0.2.7:8025 {''.join(code)}")


class Listener:
    """Somebody who passes on what two others say, and writes it down."""

    def __init__(self, port: int) -> None:
        self.heard = b""
        self._to = port
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                one, _address = self._socket.accept()
            except OSError:
                return
            other = socket.create_connection(("127.0.0.1", self._to))
            for a, b in ((one, other), (other, one)):
                threading.Thread(target=self._pass, args=(a, b), daemon=True).start()

    def _pass(self, a: socket.socket, b: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := a.recv(65536):
                self.heard += data
                b.sendall(data)
            b.shutdown(socket.SHUT_WR)

    def end(self) -> None:
        self._socket.close()


def test_who_listens_reads_no_name_no_code_no_token_and_no_answer(opened: Any, tmp_path: Path) -> None:
    listener = Listener(opened.port)
    keys = opened.room.keys
    known = Known(code=keys.code, proof=keys.proof)
    client = RoomClient(f"https://127.0.0.1:{listener.port}", known=known, patience=60)
    joined = client.join(code=keys.code, name="Noteworthy")
    client.tell(joined["token"], {"after": 0, "help": "c01-q1", "call": 1})
    bundle = seal(tmp_path, opened.klass.id, "the words of my answer")
    assert client.hand_in(joined["token"], bundle)["state"] == "accepted"
    listener.end()
    assert len(listener.heard) > bundle.stat().st_size
    secrets = [
        "Noteworthy",
        keys.code,
        keys.code.replace("-", ""),
        joined["token"],
        "c01-q1",
        opened.klass.title,
    ]
    assert not [one for one in secrets if one.encode() in listener.heard]
    assert b"answers.jsonl" not in listener.heard and bundle.read_bytes()[:64] not in listener.heard


def test_a_notebook_in_a_room_says_that_another_machine_took_its_place_and_tells_it_nothing(
    opened: Any, private: Path, stranger: Stranger, monkeypatch: pytest.MonkeyPatch, wait_until: Any
) -> None:
    monkeypatch.setattr(attending, "_LONGEST", 0.05)
    room = attending.join(opened.line, name="Amal", private=private)
    wait_until(lambda: opened.names() == ["Amal"])
    room._client.address = (
        f"https://127.0.0.1:{stranger.port}"  # as a machine that takes over the address does
    )
    observing.happened("here", "c01-q1")
    wait_until(lambda: room.state == attending.AWAY)
    assert "Another machine than the room's" in room.trouble
    room.leave(wait=True)
    stranger.end()
    assert stranger.heard == []


def test_the_network_has_no_door_to_what_is_the_instructors(opened: Any) -> None:
    client = opened.client()
    for path in ("/", "/instructor", "/parts/room.js", "/api/me", "/api/instructor/events"):
        line = client._line(60)
        line.request("GET", path, headers={"Authorization": f"Bearer {opened.room.keys.instructor}"})
        assert line.getresponse().status == 404
        line.close()
    assert ask(opened, "/api/me", token=opened.room.keys.instructor, method="GET")[0] == 200
    with running.page_socket(opened.page_port) as another:  # taken: another port, and this machine only
        assert another.getsockname()[0] == "127.0.0.1" and another.getsockname()[1] != opened.page_port


def test_the_rooms_key_signs_no_receipt_and_a_changed_certificate_gives_a_new_code(klass: Class) -> None:
    first = RoomKeys.of(klass)
    made = load_certificate(first.files.certificate)
    codes = {finding.code for finding in problems(made, [klass.authority_certificate], NOW)}
    assert "wrong-extended-usage" in codes
    assert first.files.key.stat().st_mode & 0o077 == 0
    first.files.certificate.write_bytes(klass.certificate_path.read_bytes())
    second = RoomKeys.of(klass)
    assert (second.code, second.proof, second.instructor) != (first.code, first.proof, first.instructor)
    assert RoomKeys.of(klass) == second


def test_the_second_half_of_the_code_costs_what_the_notes_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinning, "COST", {"n": 1 << 16, "r": 8, "p": 4})
    assert proof_of(b"a certificate", "K7QF-2M9Z") == "2093-S0AJ"
    monkeypatch.setattr(pinning, "COST", {"n": 2, "r": 8, "p": 1})
    assert len({proof_of(one, "K7QF-2M9Z") for one in (b"a", b"b")} | {proof_of(b"a", "HWN4-TB6Z")}) == 3
