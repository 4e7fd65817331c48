"""The controls for whole cases in a real browser: by mouse, by keyboard alone, and for a screen reader."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")
pytest.importorskip("axe_playwright_python")

from playwright.sync_api import expect

from hanoikit.exercise import answer, ask, judge_cases
from hanoikit.exercise.controls import SelfCheckControl
from hanoikit.exercise.kinds import Gates

from .stage import Stage, saved, violations, wait_saved

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOTS = os.environ.get("HANOIKIT_SHOTS")

ROWS = {
    "law": "Gate 1 · Is there a clear law for it?",
    "need": "Gate 2 · Is it needed?",
    "answer": "Your answer",
}
GATE = {"met": "Met", "fails": "Fails"}
DECISIONS = {
    "law": GATE,
    "need": GATE,
    "answer": {"grant": "Grant", "part": "Grant in part", "refuse": "Refuse"},
}
FACTS = {
    "1": "Section 14 of the Aldermark Code lets a judge order the traffic data of one account, for thirty days.",
    "2": "The request names one account and the nights of 28 to 30 March 2026.",
    "3": "The provider is open on weekdays.",
    "4": "The same log lines lie with the hospital already.",
}
PARTS = {
    "a": "The connection log of settle@fastsettle.example, 28 to 30 March 2026",
    "b": "The content of all its messages since 2024",
    "c": "The subscriber's name and address",
    "d": "The same for everybody in the address book",
}
STATEMENTS = {
    "1": "A hash names its maker.",
    "2": "A seal shows a changed byte.",
    "3": "UTC has no summer time.",
}
FORM = [
    {"id": "offence", "label": "Offence and provision", "kind": "line", "group": "The case", "required": True,
     "hint": "Name the act, then the article."},
    {"id": "facts", "label": "Facts in short", "kind": "text", "group": "The case", "required": True},
    {"id": "power", "label": "What is asked", "kind": "choice", "group": "The request",
     "options": {"keep": "Keep the data", "give": "Hand the data over"}, "required": True},
    {"id": "data", "label": "Classes of data", "kind": "choices", "group": "The request",
     "options": {"sub": "Subscriber", "traffic": "Traffic", "content": "Content"}},
    {"id": "since", "label": "From", "kind": "moment", "group": "The request",
     "options": {"UTC": "UTC", "+02:00": "UTC+2"}},
    {"id": "until", "label": "Needed by", "kind": "date", "group": "The request"},
    {"id": "days", "label": "Kept for", "kind": "number", "unit": "days", "group": "The request"},
]  # fmt: skip


def gates(stage: Stage) -> None:
    ask.gates("m04-q1", rows=ROWS, decisions=DECISIONS, facts=FACTS, needs_facts=["law", "need"])
    stage.mount("m04-q1")


def test_facts_are_attached_by_dragging_and_by_number_and_removed_from_their_chip(
    stage: Stage, folder: Path
) -> None:
    gates(stage)
    page = stage.page
    law, need = stage.group("Gate 1 · Is there a clear law for it?"), stage.group("Gate 2 · Is it needed?")
    expect(page.get_by_role("group", name="Facts of the case").get_by_role("listitem")).to_have_count(4)
    page.locator(".hk-facts").get_by_text(FACTS["1"]).drag_to(law)
    expect(stage.status()).to_have_text(f"Fact 1 attached to: {ROWS['law']} Attached there: 1.")
    law.get_by_label("Met").check()
    need.get_by_role("button", name="Fact 3: ").click()
    need.get_by_role("button", name="Fact 4: ").click()
    expect(stage.status()).to_contain_text("Attached there: 3, 4.")
    need.get_by_role("button", name="Remove fact 3 from").click()
    expect(stage.status()).to_contain_text(f"Fact 3 removed from: {ROWS['need']} Attached there: 4.")
    expect(need.get_by_role("button", name="Fact 3: ")).to_be_focused()
    expect(need.get_by_role("list", name="Facts attached to").get_by_role("listitem")).to_have_count(1)
    need.get_by_label("Fails").check()
    expect(stage.status()).to_contain_text(
        "Not complete yet. Decide: Your answer. 2 of 3 decided, 2 facts attached."
    )
    expect(stage.group("Your answer").last.get_by_role("toolbar")).to_have_count(0)
    page.get_by_label("Grant in part").check()
    wait_saved(stage)
    assert saved(folder)["m04-q1"] == {
        "law": {"decision": "met", "facts": ["1"]},
        "need": {"decision": "fails", "facts": ["4"]},
        "answer": {"decision": "part", "facts": []},
    }
    answer("m04-q1", {"law": {"decision": "fails", "facts": [2, 3]}})
    stage.push("m04-q1")
    expect(law.get_by_role("button", pressed=True)).to_have_text(["2", "3"])
    expect(need.get_by_text("No fact attached yet.")).to_be_visible()


def test_gates_are_decided_with_the_keyboard_alone(stage: Stage, folder: Path) -> None:
    gates(stage)
    press = stage.page.keyboard.press
    press("Tab")
    expect(stage.page.get_by_role("group", name="Facts of the case")).to_be_focused()
    for key in ("Tab", "ArrowDown", "Tab", "End", "ArrowLeft", "Space", "Home", "Space"):
        press(key)
    expect(stage.status()).to_have_text(f"Fact 1 attached to: {ROWS['law']} Attached there: 1, 3.")
    press("Tab")
    expect(stage.page.get_by_role("button", name="Remove fact 1 from")).to_be_focused()
    press("Enter")
    for key in ("Tab", "Tab", "Space", "Tab", "Space"):  # past the other chip, to the next gate and its facts
        press(key)
    expect(stage.status()).to_contain_text("2 of 3 decided, 2 facts attached. Saved at")
    assert saved(folder)["m04-q1"] == {
        "law": {"decision": "fails", "facts": ["3"]},
        "need": {"decision": "met", "facts": ["1"]},
        "answer": {"decision": None, "facts": []},
    }


def test_a_form_is_filled_field_by_field_and_says_what_is_missing(stage: Stage, folder: Path) -> None:
    ask.request("m04-q2", FORM)
    stage.mount("m04-q2")
    page = stage.page
    facts = page.get_by_label("Facts in short")
    expect(page.get_by_label("Offence and provision")).to_have_accessible_description(
        "Name the act, then the article."
    )
    page.keyboard.press("Tab")
    page.keyboard.type("Fraud by  computer, art. 13")
    expect(facts).to_have_accessible_description("Still to be filled in.")
    page.keyboard.press("Tab")
    page.keyboard.type("One account.\nTwo nights.")
    expect(facts).to_have_accessible_description("")
    page.get_by_label("What is asked").select_option(label="Keep the data")
    expect(stage.status()).to_contain_text("3 of 7 fields filled in. Saved at")
    page.get_by_label("Traffic").check()
    since = stage.group("From")
    since.get_by_label("Date").fill("2026-03-28")
    since.get_by_label("Time", exact=True).fill("22:00")
    expect(stage.status()).to_contain_text("Not complete yet. From: Choose the zone.")
    since.get_by_label("Time zone").select_option("+02:00")
    page.get_by_label("Needed by").fill("2026-04-20")
    page.get_by_label("Kept for, days").fill("60")
    page.keyboard.press("Tab")
    expect(stage.status()).to_contain_text("7 of 7 fields filled in. Saved at")
    assert saved(folder)["m04-q2"] == {
        "offence": "Fraud by computer, art. 13",
        "facts": "One account.\nTwo nights.",
        "power": "keep",
        "data": ["traffic"],
        "since": {
            "date": "2026-03-28",
            "time": "22:00:00",
            "zone": "+02:00",
            "at": "2026-03-28T22:00:00+02:00",
        },
        "until": "2026-04-20",
        "days": 60,
    }


def test_parts_and_scales_are_worked_by_keyboard(stage: Stage, folder: Path) -> None:
    ask.narrow("m04-q3", parts=PARTS)
    ask.confidence("m04-q4", STATEMENTS)
    stage.mount("m04-q3")
    stage.mount("m04-q4")
    page = stage.page
    page.get_by_role("button", name="Tick every part").press("Enter")
    page.get_by_role("checkbox").nth(1).press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(stage.status(0)).to_contain_text("2 of 4 parts stay. Saved at")
    expect(page.get_by_text(PARTS["b"])).to_have_css("text-decoration-line", "line-through")
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    first = stage.group("1. A hash names its maker.").get_by_role("radio")
    first.first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(first.nth(1)).to_be_checked()
    expect(page.get_by_text("10 %: almost sure it is false").last).to_be_visible()
    expect(stage.status(1)).to_contain_text("Say how sure you are of statement 2.")
    for statement, name in (("2. A seal", "100 %: sure it is true"), ("3. UTC", "50 %: no idea")):
        stage.group(statement).get_by_role("radio", name=name, exact=True).check()
    wait_saved(stage, 1)
    assert saved(folder) == {"m04-q3": ["a", "c"], "m04-q4": {"1": 10, "2": 100, "3": 50}}


def everything(stage: Stage) -> None:
    gates(stage)
    ask.request("m04-q2", FORM)
    ask.narrow("m04-q3", parts=PARTS)
    ask.confidence("m04-q4", STATEMENTS)
    for question in ("m04-q2", "m04-q3", "m04-q4"):
        stage.mount(question)
    answer(
        "m04-q1", {"law": {"decision": "met", "facts": [1, 2]}, "need": {"decision": "fails", "facts": [4]}}
    )
    answer("m04-q2", {"offence": "Fraud by computer, art. 13", "power": "keep", "data": ["traffic"]})
    answer("m04-q3", ["a", "c"])
    answer("m04-q4", {"1": 10, "2": 90})
    for question in ("m04-q1", "m04-q2", "m04-q3", "m04-q4"):
        stage.push(question)
    key = {"law": {"decision": "met", "carry": ["1"]}, "need": {"decision": "fails", "carry": ["4"]}}
    kind = Gates({row: ROWS[row] for row in key}, GATE, FACTS)
    stage.put("m04-c1", SelfCheckControl("m04-c1", kind, lambda given: judge_cases.gates(given, key=key)))


def test_axe_finds_nothing_and_every_target_is_large_enough(stage: Stage, folder: Path) -> None:
    page = stage.page
    everything(stage)
    for theme, width in (("light", 800), ("dark", 1200), ("light", 340)):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == [], theme
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        small = page.evaluate(
            """() => [...document.querySelectorAll(".hk button, .hk select, .hk textarea, .hk input, .hk-option")]
            .filter((node) => !(node.matches("input") && node.closest(".hk-option")))
            .filter((node) => node.getBoundingClientRect().height < 44 || node.getBoundingClientRect().width < 43.5)
            .map((node) => node.outerHTML.slice(0, 90))"""
        )
        assert small == [], width
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS) / f"case-controls-{theme}-{width}.png"), full_page=True)
    # No key pressed here may become a command of the notebook.
    open_ones = ".hk :is(input, select, textarea, button, [tabindex]):not([data-lm-suppress-shortcuts])"
    expect(page.locator(open_ones)).to_have_count(0)
