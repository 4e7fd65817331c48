"""The page Workshop room and the controls of the questions, as a kernel drives them, with the real room on a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget")

from hanoikit.exercise import observing
from hanoikit.exercise.book import BOOK
from hanoikit.exercise.controls import answer_control, selfcheck_control
from hanoikit.exercise.judge import Judgement
from hanoikit.exercise.kinds import Choice
from hanoikit.exercise.showing import PlainForm
from hanoikit.labs.room_panel import join_room
from hanoikit.workshop import attending

OPTIONS = {"a": "Who made the copy.", "b": "That the copy has not changed.", "c": "When the copy was made."}


def control() -> Any:
    return answer_control(BOOK.ask("c01-q1", Choice(OPTIONS)), PlainForm("c01-q1"))


def test_the_panel_says_what_is_told_before_anybody_joins(private: Path) -> None:
    lab = join_room(private.parent)
    text = lab.spec[0]["text"]
    for promise in ("the name that you choose", "yes or no", "your answers and your marks", "memory only"):
        assert promise in text
    assert lab.results["join"]["html"].find("in no room") > 0


def test_joining_help_and_leaving_by_the_panel(
    opened: Any, private: Path, wait_until: Callable[..., None]
) -> None:
    lab = join_room(private.parent)
    assert not lab.press("help", "help").ok
    assert not lab.press("join", "join", line="nonsense", name="Amal").ok
    assert lab.press("join", "join", line=opened.line, name="Amal <b>").ok
    assert "Amal &lt;b&gt;" in lab.results["join"]["html"]
    assert lab.press("help", "help").say == "Help is called."
    wait_until(lambda: opened.row("Amal <b>").why == "help")
    opened.room.helped(opened.row("Amal <b>").row)
    wait_until(lambda: "No help is called" in lab.results["help"]["html"])
    asyncio.run(opened.room.hint("c01-q1", 1))
    wait_until(lambda: "Hint 1 for question 1" in lab.results["news"]["html"])
    assert lab.press("join", "leave").say == "You have left the room. Nothing more is told."
    wait_until(lambda: opened.names() == [])
    assert lab.spec[0]["fields"][0]["value"] == opened.line


def test_the_panel_says_when_the_room_is_away_and_when_it_is_back(
    opened: Any, private: Path, monkeypatch: pytest.MonkeyPatch, wait_until: Callable[..., None]
) -> None:
    monkeypatch.setattr(attending, "_LONGEST", 0.05)
    lab = join_room(private.parent)
    lab.press("join", "join", line=opened.line, name="Amal")
    opened.shut()
    wait_until(lambda: "does not answer just now" in lab.results["join"]["html"])
    assert "Is the workshop over?" in lab.results["join"]["html"]
    opened.start()
    wait_until(lambda: "The room is on" in lab.results["join"]["html"])


def test_a_control_says_that_the_room_is_on_only_while_it_is(
    opened: Any, private: Path, wait_until: Callable[..., None]
) -> None:
    shown = control()
    assert shown.room == {}
    attending.join(opened.line, name="Amal", private=private)
    assert shown.room["on"] and shown.room["notes"] == []
    shown._on_message(shown, {"type": "room", "act": "help"}, None)
    assert shown.room["help"]
    wait_until(lambda: opened.row("Amal").help == "c01-q1")
    asyncio.run(opened.room.hint("c01-q1", 1))
    wait_until(lambda: shown.room["notes"])
    shown._on_message(shown, {"type": "answer", "seq": 1, "value": "b"}, None)
    assert shown.status["state"] == "saved"
    shown._on_message(shown, {"type": "room", "act": "leave"}, None)
    wait_until(lambda: opened.names() == [])
    assert not shown.room["on"] and shown.room["notes"]


def test_three_wrong_tries_at_a_self_check_are_seen_and_a_right_one_ends_it(
    opened: Any, private: Path, wait_until: Callable[..., None]
) -> None:
    attending.join(opened.line, name="Amal", private=private)
    check = selfcheck_control(
        "m04-c2", Choice(OPTIONS), lambda given: Judgement(1.0 if given == "b" else 0.0, "Because.")
    )
    for seq, letter in enumerate("aca", start=1):
        check._on_message(check, {"type": "answer", "seq": seq, "value": letter}, None)
    wait_until(lambda: (row := opened.row("Amal")) is not None and row.why == "wrong")
    person = opened.room.snapshot()["people"][0]
    assert person["title"] == "Self-check 2 · lesson of module 4" and person["wrong"] == 3
    check._on_message(check, {"type": "answer", "seq": 4, "value": "b"}, None)
    wait_until(lambda: opened.row("Amal").why == "")


def test_odd_messages_of_a_page_change_nothing(private: Path) -> None:
    shown = control()
    for odd in (
        {"type": "room"},
        {"type": "room", "act": "leave"},
        {"type": "room", "act": ["x"]},
        {"type": "here"},
    ):
        shown._on_message(shown, odd, None)
    assert not observing.ROOM.on
