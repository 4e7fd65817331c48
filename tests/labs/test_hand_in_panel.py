"""The page to hand in on: what a person sees who never opens a terminal."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hanoikit import labs
from hanoikit.exercise.sheet import Sheet
from hanoikit.handin import bundle, places
from hanoikit.handin.me import Me
from hanoikit.handin.receipt import CounterReceipt
from hanoikit.trust.identity import CourseAuthority, fingerprint, pem
from hanoikit.workshop.client import RoomClient
from hanoikit.workshop.membership import Membership

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
NAME = "m04-evidence-chain"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "hanoi-kit"
    exercise = folder / "exercises" / NAME
    exercise.mkdir(parents=True)
    (folder / ".hanoikit").mkdir()
    cells = [
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": f"m04-q{number}-ask", "grade": False}}}
        for number in (1, 2)
    ]
    notebook = {
        "cells": cells,
        "metadata": {"hanoikit": {"title": "The chain"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (exercise / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    Sheet.in_folder(exercise, assignment=NAME).append("m04-q1", "b")
    return folder


@pytest.fixture
def panel(workspace: Path) -> Any:
    return labs.hand_in(workspace, clock=lambda: AT)


def test_a_hand_in_from_name_to_code(panel: Any, workspace: Path) -> None:
    assert "You are Đặng Lan, t07." in panel.press("who", "keep", name="Đặng Lan", id="T07").html
    looked = panel.press("exercise", "change", exercise=NAME)
    assert looked.say == "1 of 2 questions are answered." and "<td>2</td>" in looked.html
    sealed = panel.press("seal", "seal", where="keep", saved=True)
    (path,) = (workspace / "handed-in").glob("*.hanoi.zip")
    code = bundle.read(path).receipt.code  # type: ignore[union-attr]
    assert sealed.ok and code in sealed.say and f'<p class="hk-large"><code>{code}</code></p>' in sealed.html
    assert "Subject: " in sealed.html and "Ctrl+S" not in sealed.html
    checked = panel.press("check", "check", file="latest")
    assert checked.ok and "whole" in checked.say and "Ed25519" in checked.html
    assert code in panel.press("exercise", "change", exercise=NAME).html  # handed in so far


def test_without_a_name_nothing_is_sealed_and_the_next_step_is_said(panel: Any, workspace: Path) -> None:
    refused = panel.press("seal", "seal", where="keep")
    assert (
        not refused.ok
        and "box 1" in refused.html
        and "--name" not in refused.html
        and not (workspace / "handed-in").exists()
    )
    assert not panel.press("who", "keep", name=" ", id="").ok
    assert "t07" in panel.press("who", "keep", name="Lan", id="no id").html


def test_a_name_that_was_typed_but_not_kept_is_kept_by_sealing(panel: Any, workspace: Path) -> None:
    assert not panel.press("who", "change", name="", id="").html
    typed = panel.press("who", "change", name="Đặng Lan", id="")
    assert "when you hand in" in typed.html and not typed.say and not Me.of(workspace).name
    sealed = panel.press("seal", "seal", where="keep")
    assert sealed.ok and "Đặng Lan" in sealed.html and Me.of(workspace).name == "Đặng Lan"
    panel.press("who", "change", name="Đặng Lan", id="no id")
    refused = panel.press("seal", "seal", where="keep")
    assert not refused.ok and "for example t07" in refused.html
    assert len(list((workspace / "handed-in").glob("*.hanoi.zip"))) == 1


def test_what_is_only_kept_is_not_said_to_be_handed_in(panel: Any, workspace: Path) -> None:
    Me.of(workspace).set(name="Lan")
    kept = panel.press("seal", "seal", where="keep")
    assert kept.ok and "Done" not in kept.say and "Nobody else has it yet" in kept.html


def test_a_hand_in_whose_stick_is_gone_stands_in_the_list_as_sealed(
    panel: Any, workspace: Path, tmp_path: Path
) -> None:
    Me.of(workspace).set(name="Lan")
    assert not panel.press("seal", "seal", where="folder", folder=str(tmp_path / "gone")).ok
    assert "Handed in so far" not in panel.results["exercise"]["html"]
    assert "Sealed so far" in panel.results["exercise"]["html"]


def test_what_could_not_be_saved_by_itself_is_told(panel: Any, workspace: Path) -> None:
    Me.of(workspace).set(name="Lan")
    assert "Ctrl+S" in panel.press("seal", "seal", where="keep", saved=False).html


def test_to_a_stick_or_a_folder_that_the_person_writes(
    panel: Any, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Me.of(workspace).set(name="Lan")
    stick = tmp_path / "MY STICK"
    stick.mkdir()
    monkeypatch.setattr(places, "sticks", lambda: [("MY STICK", stick)])
    assert panel.press("seal", "look").say == "Sticks that are there: 1."
    options = panel.spec[2]["fields"][0]["options"]
    assert options[0] == {"value": f"stick:{stick}", "label": "Stick: MY STICK"}
    assert panel.press("seal", "seal", where=f"stick:{stick}").ok and len(list(stick.iterdir())) == 1
    assert (
        panel.press("seal", "seal", where="folder", folder=f'"{stick}"').ok
        and len(list(stick.iterdir())) == 1
    )
    gone = panel.press("seal", "seal", where="folder", folder=str(tmp_path / "gone"))
    assert not gone.ok and "sealed and kept" in gone.html
    assert not panel.press("seal", "seal", where="folder", folder=" ").ok


def joined(workspace: Path) -> CourseAuthority:
    """The folder of somebody who is in a room of a class."""
    authority = CourseAuthority.create(name="Autumn class", seed="panel")
    (workspace / "class-certificate.pem").write_bytes(pem(authority.certificate))
    settings = {"format": "hanoikit.class/1", "id": "3f9a01c2d4e5", "title": "Autumn class"}
    settings["certificate"] = fingerprint(authority.certificate)
    (workspace / "class.json").write_text(json.dumps(settings))
    member = Membership(
        address="https://192.0.2.7:8765",
        code="CODE",
        token="token",
        name="Lan",
        class_id="3f9a01c2d4e5",
        title="Autumn class",
        session="s1",
        joined=str(time.time()),
        certificate="00" * 32,
    )
    member.write(workspace / ".hanoikit")
    Me.of(workspace).set(name="Lan", id="t07")
    return authority


def signed(authority: CourseAuthority, path: Path, **facts: Any) -> dict[str, Any]:
    """What a room answers to a bundle."""
    registrar = authority.issue(name="Registrar", role="custodian", organisation="Autumn class", state="XA")
    found = bundle.read(path)
    said = {"file": found.sha256, "state": "accepted", "received": AT} | facts
    made = CounterReceipt.sign(
        class_id="3f9a01c2d4e5",
        trainee="t07",
        assignment=NAME,
        code=found.receipt.code if found.receipt else "",
        signer=registrar,
        **said,
    )
    findings = [{"code": "x", "message": "Somebody else has this id.", "where": "", "severity": "error"}]
    return {"receipt": made.to_json(), "findings": findings if made.state == "set-aside" else []}


def test_through_the_room_and_its_signed_receipt_is_kept(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = joined(workspace)
    monkeypatch.setattr(
        RoomClient, "hand_in", lambda _client, _token, path: signed(authority, path, late=True)
    )
    panel = labs.hand_in(workspace, clock=lambda: AT)
    assert "Autumn class" in panel.spec[0]["text"] and panel.spec[2]["fields"][0]["value"] == "room"
    result = panel.press("seal", "seal")
    assert result.say.startswith("Handed in.") and "late" in result.html
    (counter,) = (workspace / "handed-in").glob("*.counter-receipt.json")
    assert panel.press("check", "check", file=f"own:{counter.name}").ok


def test_a_room_that_sets_it_aside_or_is_of_another_class_is_not_called_done(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = joined(workspace)
    stranger = CourseAuthority.create(name="Autumn class", seed="a stranger")
    answers = [
        (lambda path: signed(authority, path, state="set-aside"), "set it aside"),
        (lambda path: signed(authority, path, file="11" * 32), "not with a receipt of your class"),
        (lambda path: signed(stranger, path), "not with a receipt of your class"),
        (lambda _path: {"receipt": None}, "not with a receipt of your class"),
    ]
    for answer, words in answers:
        monkeypatch.setattr(RoomClient, "hand_in", lambda _client, _token, path, answer=answer: answer(path))
        result = labs.hand_in(workspace, clock=lambda: AT).press("seal", "seal", where="room")
        assert not result.ok and words in result.say and "hk-large" in result.html


def test_a_room_that_does_not_answer_costs_nothing(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    joined(workspace)

    def fail(*_given: Any) -> dict[str, Any]:
        raise OSError("no route")

    monkeypatch.setattr(RoomClient, "hand_in", fail)
    result = labs.hand_in(workspace, clock=lambda: AT).press("seal", "seal", where="room")
    assert not result.ok and "sealed and kept" in result.say and "hk-large" in result.html


def test_the_files_of_two_classes_mixed_are_told_and_the_page_still_opens(workspace: Path) -> None:
    joined(workspace)
    other = CourseAuthority.create(name="Autumn class", seed="other")
    (workspace / "class-certificate.pem").write_bytes(pem(other.certificate))
    panel = labs.hand_in(workspace, clock=lambda: AT)
    assert "not the one that class.json names" in panel.press("who", "keep", name="Lan", id="").html


def test_an_empty_folder_still_shows_the_page(tmp_path: Path) -> None:
    panel = labs.hand_in(tmp_path)
    assert panel.results["exercise"]["html"] == "<p>There is no exercise in this folder.</p>"
    assert not panel.press("check", "check", file="latest").ok
