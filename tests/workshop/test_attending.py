"""A trainee in a room, with the real service on a socket: what is told, what comes back, what can never be lost."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hanoikit.errors import ServiceRefused, ServiceUnreachable, UsageError
from hanoikit.exercise import answer, ask, observing
from hanoikit.exercise.sheet import Sheet
from hanoikit.workshop import attending, membership


def asked() -> None:
    ask.choice(
        "c01-q1", a="Who made the copy.", b="That the copy has not changed.", c="When the copy was made."
    )
    ask.number("c01-q2", unit="days")


def release(room: Any, coroutine: Any) -> Any:
    return asyncio.run(coroutine)


def test_somebody_who_joins_is_seen_at_the_question_where_they_are(
    opened: Any, private: Path, wait_until: Callable[..., None]
) -> None:
    asked()
    answer("c01-q2", 90)
    room = attending.join(opened.line, name="  Lê  Thị Ánh ", private=private)
    assert room.title == "Desk <b>officers</b>"
    observing.happened("here", "c01-q1")
    wait_until(lambda: (row := opened.row("Lê Thị Ánh")) is not None and row.question == "c01-q1")
    assert (row := opened.row("Lê Thị Ánh")) and not row.answered and row.done == 1
    answer("c01-q1", "a")
    wait_until(lambda: opened.row("Lê Thị Ánh").answered)
    assert opened.row("Lê Thị Ánh").done == 2


def test_no_answer_and_no_mark_ever_leaves_the_notebook(
    opened: Any, private: Path, monkeypatch: pytest.MonkeyPatch, wait_until: Callable[..., None]
) -> None:
    sent: list[bytes] = []
    before = attending.RoomClient._send

    def spy(self: Any, path: str, data: Any, headers: Any, **more: Any) -> Any:
        sent.append(data or b"")
        return before(self, path, data, headers, **more)

    monkeypatch.setattr(attending.RoomClient, "_send", spy)
    ask.written("c01-q1", words=1)
    ask.number("c01-q2", unit="days")
    attending.join(opened.line, name="Amal", private=private)
    answer("c01-q1", "the secret words of my answer")
    answer("c01-q2", 4711)
    observing.happened("checked", "m04-c1", False)
    wait_until(lambda: (row := opened.row("Amal")) is not None and row.question == "m04-c1")
    told = b"\n".join(sent)
    assert b"secret" not in told and b"4711" not in told
    members = {key for body in map(json.loads, sent) for key in body}
    assert members <= {"code", "name", "after", "here", "help", "call", "done"}
    here = {key for body in map(json.loads, sent) for key in (body.get("here") or {})}
    assert here == {"assignment", "question", "answered", "seconds", "wrong", "idle"}


def test_nobody_is_in_a_room_who_did_not_join(opened: Any, folder: Path) -> None:
    asked()
    answer("c01-q1", "b")
    observing.happened("here", "c01-q1")
    assert attending.current() is None and opened.names() == [] and not observing.ROOM.on


def test_leaving_takes_the_row_away_and_ends_all_telling(
    opened: Any, private: Path, monkeypatch: pytest.MonkeyPatch, wait_until: Callable[..., None]
) -> None:
    asked()
    room = attending.join(opened.line, name="Amal", private=private)
    wait_until(lambda: opened.names() == ["Amal"])
    token = room.membership.token
    room.leave(wait=True)
    assert opened.names() == [] and not observing.ROOM.on and membership.Membership.read(private) is None
    monkeypatch.setattr(attending.RoomClient, "_send", lambda *_a, **_k: pytest.fail("something was sent"))
    answer("c01-q1", "b")
    observing.happened("here", "c01-q2")
    assert room._thread is not None
    room._thread.join(10)
    assert not room._thread.is_alive()
    monkeypatch.undo()
    with pytest.raises(ServiceRefused):
        opened.client().tell(token, {"after": 0, "here": None})


def test_hints_come_one_by_one_and_a_solution_only_when_it_is_released(
    opened: Any, private: Path, wait_until: Callable[..., None]
) -> None:
    asked()
    attending.join(opened.line, name="Amal", private=private)
    release(opened, opened.room.hint("c01-q1", 1))
    wait_until(lambda: observing.ROOM.of("c01-q1"))
    assert [note.head for note in observing.ROOM.of("c01-q1")] == ["Hint 1 for question 1"]
    everything = "".join(path.read_text() for path in private.parent.rglob("*") if path.is_file())
    assert "no clock in it" not in everything
    release(opened, opened.room.solution(question="c01-q1"))
    wait_until(lambda: len(observing.ROOM.of("c01-q1")) == 2)
    lines = observing.ROOM.of("c01-q1")[-1].lines
    assert lines[0] == "The answer: b: That the copy has not changed."
    assert "c: A hash has no clock in it." in lines
    assert {one.question for one in membership.released(private)} == {"c01-q1"}


def test_what_was_released_stays_in_the_folder_after_the_room(
    opened: Any, private: Path, wait_until: Callable[..., None]
) -> None:
    room = attending.join(opened.line, name="Amal", private=private)
    release(opened, opened.room.hint("c01-q2", 1))
    wait_until(lambda: observing.ROOM.of("c01-q2"))
    room.leave(wait=True)
    observing.ROOM.notes.clear()
    attending.show_released(private)
    assert observing.ROOM.of("c01-q2")


def test_opening_and_closing_an_assignment_is_told(
    opened: Any, private: Path, wait_until: Callable[..., None]
) -> None:
    room = attending.join(opened.line, name="Amal", private=private)
    opened.room.plan("c01", "open")
    wait_until(lambda: room.news)
    assert (room.news[0].assignment, room.news[0].title, room.news[0].state) == (
        "c01",
        "A sealed copy",
        "open",
    )
    assert opened.klass.assignment("c01").state == "open"
    opened.klass.plan("c01", state="closed")  # as a command beside the room does
    opened.room.notice()
    wait_until(lambda: len(room.news) == 2)
    assert room.news[1].state == "closed"
    assert opened.klass.assignment("c01").state == "closed"


def test_a_call_for_help_is_seen_answered_and_over(
    opened: Any, private: Path, wait_until: Callable[..., None]
) -> None:
    asked()
    room = attending.join(opened.line, name="Amal", private=private)
    room.want_help("c01-q2")
    wait_until(lambda: opened.row("Amal").why == "help")
    assert observing.ROOM.help and opened.row("Amal").help == "c01-q2"
    opened.room.helped(opened.row("Amal").row)
    assert opened.row("Amal").why == ""
    room._wake.set()
    wait_until(lambda: not observing.ROOM.help)
    room.want_help("c01-q2")
    wait_until(lambda: opened.row("Amal").why == "help")
    room.want_help(None)
    wait_until(lambda: opened.row("Amal").why == "")


def test_answers_are_saved_when_the_room_is_shut_and_it_goes_on_when_it_is_back(
    opened: Any, private: Path, folder: Path, wait_until: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attending, "_LONGEST", 0.05)
    asked()
    room = attending.join(opened.line, name="Amal", private=private)
    wait_until(lambda: opened.names() == ["Amal"])
    opened.shut()
    answer("c01-q1", "b")
    assert Sheet.in_folder(folder).answers() == {"c01-q1": "b"}
    wait_until(lambda: room.state == attending.AWAY)
    answer("c01-q2", 90)
    assert Sheet.in_folder(folder).answers() == {"c01-q1": "b", "c01-q2": 90}
    opened.start()  # it has forgotten everybody; who had joined it is in it again
    wait_until(lambda: opened.names() == ["Amal"])
    wait_until(lambda: opened.row("Amal").done == 2 and room.state == attending.IN)


def test_an_observer_that_fails_costs_no_answer(folder: Path) -> None:
    def broken(_event: observing.Event) -> None:
        raise RuntimeError("boom")

    observing.observe(broken)
    try:
        asked()
        answer("c01-q1", "b")
    finally:
        observing.forget(broken)
    assert Sheet.in_folder(folder).answers() == {"c01-q1": "b"}


def test_a_room_that_accepts_and_says_nothing_costs_no_answer_and_joining_gives_up(
    private: Path, folder: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        line = f"127.0.0.1:{silent.getsockname()[1]} K7QF-2M9Z-PT3A-8WQF"
        with pytest.raises(ServiceUnreachable, match="does not answer"):
            attending.join(line, name="Amal", private=private, patience=0.2)
        kept = membership.Membership(
            f"https://127.0.0.1:{silent.getsockname()[1]}",
            "K7QF-2M9Z",
            "x" * 43,
            "Amal",
            "",
            "",
            "",
            str(int(time.time())),
            certificate="00" * 32,
        )
        kept.write(private)
        room = attending.resume(private)
        assert room is not None
        asked()
        answer("c01-q1", "b")  # the thread waits for the silent room; the answer does not
        assert Sheet.in_folder(folder).answers() == {"c01-q1": "b"}
        room.leave()
        assert not observing.ROOM.on


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull",
        b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{}",
        b"garbage\r\n\r\n",
        b"",
    ],
)
def test_whatever_answers_at_the_address_joining_ends_with_a_sentence(private: Path, reply: bytes) -> None:
    import threading

    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _address = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(reply)

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises((ServiceUnreachable, ServiceRefused)):
            attending.join(
                f"127.0.0.1:{server.getsockname()[1]} K7QF-2M9Z-PT3A-8WQF",
                name="A",
                private=private,
                patience=5,
            )
    assert membership.Membership.read(private) is None


def test_another_notebook_of_the_folder_goes_on_in_the_room_and_ends_with_it(
    opened: Any, private: Path, monkeypatch: pytest.MonkeyPatch, wait_until: Callable[..., None]
) -> None:
    first = attending.join(opened.line, name="Amal", private=private)
    monkeypatch.setattr(attending, "_current", None)  # as in another kernel
    monkeypatch.setattr(observing, "_looked", -9e9)
    observing._observers.clear()
    observing.happened("here", "c01-q2")
    second = attending.current()
    assert second is not None and second is not first
    observing.happened("here", "c01-q1")
    wait_until(lambda: (row := opened.row("Amal")) is not None and row.question == "c01-q1")
    assert opened.names() == ["Amal"]
    first.leave(wait=True)
    second._wake.set()
    wait_until(lambda: second.state == attending.LEFT)
    assert opened.names() == []


def test_who_was_taken_out_of_the_room_is_out_until_they_join_again(
    opened: Any, private: Path, wait_until: Callable[..., None]
) -> None:
    room = attending.join(opened.line, name="Amal", private=private)
    opened.room.remove(opened.row("Amal").row)
    room._wake.set()
    wait_until(lambda: room.state == attending.ENDED)
    assert opened.names() == [] and membership.Membership.read(private) is None and not observing.ROOM.on


@pytest.mark.parametrize(
    "line", ["", "K7QF-2M9Z", "192.0.2.7:8025", "192.0.2.7:8025 no such code", "ftp://x K7QF-2M9Z-PT3A-8WQF"]
)
def test_what_is_no_join_line_is_refused_with_an_example(private: Path, line: str) -> None:
    with pytest.raises(UsageError, match=r"192\.0\.2\.7:8025 K7QF-2M9Z-PT3A-8WQF"):
        attending.join(line, name="Amal", private=private)


def test_a_wrong_code_is_refused_with_what_to_do(opened: Any, private: Path) -> None:
    with pytest.raises(ServiceRefused, match="Compare it with the one on the instructor's screen"):
        attending.join(
            f"127.0.0.1:{opened.port} K7QF-2M9Z",
            name="Amal",
            private=private,
            authority=opened.klass.authority_certificate,
        )
    assert opened.names() == [] and membership.Membership.read(private) is None


def test_who_forgot_to_leave_is_in_no_room_the_next_day(opened: Any, private: Path) -> None:
    room = attending.join(opened.line, name="Amal", private=private)
    now = float(room.membership.joined)
    assert membership.Membership.read(private, now=now + 3600) == room.membership
    assert membership.Membership.read(private, now=now + membership.LONGEST + 1) is None
    assert not (private / "room.json").exists()


def test_a_room_that_does_not_come_back_is_given_up(
    opened: Any, private: Path, monkeypatch: pytest.MonkeyPatch, wait_until: Callable[..., None]
) -> None:
    monkeypatch.setattr(attending, "_LONGEST", 0.05)
    asked()
    room = attending.join(opened.line, name="Amal", private=private)
    wait_until(lambda: opened.names() == ["Amal"])
    opened.shut()
    answer("c01-q1", "b")
    wait_until(lambda: observing.ROOM.away)
    monkeypatch.setattr(attending, "GIVE_UP", 0.0)
    wait_until(lambda: room.state == attending.ENDED)
    assert not observing.ROOM.on and membership.Membership.read(private) is None
