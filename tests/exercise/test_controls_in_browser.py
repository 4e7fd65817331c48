"""The controls in a real browser, with the real Python half behind them and the answer sheet behind that."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")
pytest.importorskip("axe_playwright_python")

from playwright.sync_api import Page, expect

from hanoikit.exercise import answer, ask, judge
from hanoikit.exercise.controls import SelfCheckControl
from hanoikit.exercise.kinds import Choice, Number
from hanoikit.exercise.sheet import Sheet

from .stage import Stage, saved, violations, wait_saved

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOTS = os.environ.get("HANOIKIT_SHOTS")

OPTIONS = {
    "a": "It proves who made the copy.",
    "b": "It proves that the copy has not changed.",
    "c": "Nothing.",
}


def test_a_choice_is_made_by_keyboard_and_is_on_the_sheet(stage: Stage, folder: Path) -> None:
    ask.choice("m04-q1", OPTIONS)
    stage.mount("m04-q1")
    expect(stage.status()).to_have_text("Not answered yet.")
    page = stage.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="a : It proves who made the copy.")).to_be_focused()
    page.keyboard.press("ArrowDown")
    wait_saved(stage)
    expect(stage.status()).to_contain_text("b: It proves that the copy has not changed.")
    assert saved(folder) == {"m04-q1": "b"}
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Clear answer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(stage.status()).to_contain_text("Answer cleared at")
    expect(page.locator("input:checked")).to_have_count(0)
    assert saved(folder) == {} and len(Sheet.in_folder(folder).history()) == 2


def test_shown_again_the_control_holds_the_answer_given(stage: Stage, folder: Path) -> None:
    Sheet.in_folder(folder).append("m04-q1", "b")
    Sheet.in_folder(folder).append("m04-q2", ["a", "c"])
    ask.choice("m04-q1", OPTIONS)
    ask.choices("m04-q2", OPTIONS)
    stage.mount("m04-q1")
    stage.mount("m04-q2")
    expect(stage.page.get_by_role("radio", checked=True)).to_have_value("b")
    expect(stage.page.get_by_role("checkbox", checked=True)).to_have_count(2)
    wait_saved(stage, 1)


def test_an_answer_by_code_shows_in_the_control(stage: Stage, folder: Path) -> None:
    ask.choice("m04-q1", OPTIONS)
    stage.mount("m04-q1")
    answer("m04-q1", "c")
    stage.push("m04-q1")
    expect(stage.page.get_by_role("radio", checked=True)).to_have_value("c")
    wait_saved(stage)


def test_items_are_ordered_by_arrow_keys_with_each_move_announced(stage: Stage, folder: Path) -> None:
    ask.order("m04-q3", a="Seal", b="Acquire", c="Hash")
    stage.mount("m04-q3")
    page = stage.page
    up = page.get_by_role("button", name="Move up: Acquire")
    up.focus()
    page.keyboard.press("ArrowUp")
    expect(stage.status()).to_have_text("Acquire is now number 1 of 3.")
    expect(up).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(stage.status()).to_have_text("Acquire is already number 1 of 3.")
    page.get_by_role("button", name="Move down: Seal").press("Enter")
    expect(page.get_by_role("button", name="Move down: Seal")).to_be_focused()
    wait_saved(stage)
    assert saved(folder) == {"m04-q3": ["b", "c", "a"]}
    expect(page.get_by_role("listitem")).to_have_text(["1.b: Acquire↑↓", "2.c: Hash↑↓", "3.a: Seal↑↓"])


def test_the_order_first_shown_is_an_answer_only_when_it_is_kept(stage: Stage, folder: Path) -> None:
    ask.order("m04-q3", a="Acquire", b="Hash")
    stage.mount("m04-q3")
    assert saved(folder) == {}
    stage.page.get_by_role("button", name="Keep this order").click()
    wait_saved(stage)
    assert saved(folder) == {"m04-q3": ["a", "b"]}


def test_matches_are_chosen_in_labelled_selects(stage: Stage, folder: Path) -> None:
    ask.match("m04-q4", left=["hash", "signature"], right=["who", "unchanged"])
    stage.mount("m04-q4")
    stage.page.get_by_label("1. hash").select_option(label="b: unchanged")
    expect(stage.status()).to_contain_text("Not complete yet. Choose a match for signature.")
    assert saved(folder) == {"m04-q4": {"1": "b", "2": None}}
    stage.page.get_by_label("2. signature").select_option("a")
    wait_saved(stage)
    assert saved(folder) == {"m04-q4": {"1": "b", "2": "a"}}


def test_a_decimal_comma_is_understood_and_shown_in_normal_form_on_leaving(
    stage: Stage, folder: Path
) -> None:
    ask.number("m04-q5", unit="MiB")
    stage.mount("m04-q5")
    field = stage.page.get_by_label("Number, in MiB")
    field.press_sequentially("8,25")
    wait_saved(stage)
    expect(field).to_have_value("8,25")
    stage.page.keyboard.press("Tab")
    expect(field).to_have_value("8.25")
    assert saved(folder) == {"m04-q5": 8.25}


def test_what_is_no_number_stays_and_the_control_says_what_counts(stage: Stage, folder: Path) -> None:
    Sheet.in_folder(folder).append("m04-q5", 8)
    ask.number("m04-q5", unit="MiB")
    stage.mount("m04-q5")
    field = stage.page.get_by_label("Number, in MiB")
    field.fill("eight")
    field.press("Enter")
    expect(stage.status()).to_contain_text("Not saved. 'eight' is not a number.")
    expect(stage.status()).to_contain_text("The answer that counts is still: 8 MiB.")
    stage.page.keyboard.press("Tab")
    expect(field).to_have_value("eight")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert saved(folder) == {"m04-q5": 8}
    field.fill("9")
    stage.page.keyboard.press("Tab")
    wait_saved(stage)
    expect(field).to_have_attribute("aria-invalid", "false")


def test_a_moment_needs_its_zone_and_is_saved_field_by_field(stage: Stage, folder: Path) -> None:
    ask.moment("m04-q6", zones={"UTC": "UTC", "Asia/Tokyo": "Tokyo"})
    stage.mount("m04-q6")
    page = stage.page
    page.get_by_label("Date").fill("2026-03-01")
    page.get_by_label("Time", exact=True).fill("14:05:30")
    expect(stage.status()).to_contain_text("Not complete yet. Choose the zone.")
    page.get_by_label("Time zone").select_option(label="Tokyo")
    expect(stage.status()).to_contain_text("= 2026-03-01 05:05:30 UTC. Saved at")
    assert saved(folder)["m04-q6"]["at"] == "2026-03-01T14:05:30+09:00"


def test_a_provision_is_read_in_any_spelling(stage: Stage, folder: Path) -> None:
    ask.provision("m04-q7")
    stage.mount("m04-q7")
    field = stage.page.get_by_label("Provision")
    field.fill("Article 25.2")
    stage.page.keyboard.press("Tab")
    expect(stage.status()).to_contain_text("art. 25(2). Saved at")
    expect(field).to_have_value("25(2)")


def test_a_written_answer_is_saved_while_writing_and_on_leaving_and_its_words_counted(
    stage: Stage, folder: Path
) -> None:
    ask.written("m04-q12", words=5)
    stage.mount("m04-q12")
    area = stage.page.get_by_label("Your text")
    area.press_sequentially("The image was sealed")
    expect(stage.page.get_by_text("4 words (write at least 5)")).to_be_visible()
    expect(stage.status()).to_contain_text("Write at least 5 words; there are 4.")
    area.press_sequentially(" today.\nTwice.")
    stage.page.keyboard.press("Tab")
    wait_saved(stage)
    assert saved(folder) == {"m04-q12": "The image was sealed today.\nTwice."}


def test_a_control_that_goes_away_sends_what_was_not_sent_yet(stage: Stage, folder: Path) -> None:
    ask.written("m04-q12", slots={"what": "What happened", "why": "Why it matters"})
    stage.mount("m04-q12")
    stage.page.get_by_label("Why it matters").fill("The chain")
    stage.page.evaluate("async () => { cleanups['m04-q12'](); await window.sent; }")
    assert saved(folder) == {"m04-q12": {"what": "", "why": "The chain"}}


def test_without_a_reply_the_control_says_that_nothing_is_saved_and_keeps_the_value(
    stage_apart: Stage, folder: Path
) -> None:
    stage = stage_apart
    ask.choice("m04-q1", OPTIONS)
    stage.page.clock.install()
    stage.mount("m04-q1")
    stage.page.evaluate("window.connected = false")
    stage.page.get_by_role("radio").nth(1).check()
    stage.page.clock.run_for(7000)
    expect(stage.status()).to_contain_text("Not saved yet: the course is not responding.")
    expect(stage.page.get_by_role("radio", checked=True)).to_have_value("b")
    assert saved(folder) == {}
    stage.page.evaluate("window.connected = true")
    stage.page.get_by_role("radio").nth(0).check()
    stage.page.clock.run_for(300)
    wait_saved(stage)
    assert saved(folder) == {"m04-q1": "a"}


def test_a_full_disk_is_said_in_the_control_and_the_answer_saved_with_the_next(
    stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask.choice("m04-q1", OPTIONS)
    ask.number("m04-q5")
    stage.mount("m04-q1")
    stage.mount("m04-q5")

    def full(sheet: Sheet, addition: bytes, keep: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Sheet, "_put", full)  # os.write itself carries the browser's own pipe
        stage.page.get_by_role("radio").nth(1).check()
        expect(stage.status()).to_contain_text("The disk is full, so this answer is not saved yet.")
        expect(stage.page.get_by_role("radio", checked=True)).to_have_value("b")
    stage.page.get_by_label("Number").fill("3")
    stage.page.keyboard.press("Tab")
    wait_saved(stage, 1)
    assert saved(folder) == {"m04-q1": "b", "m04-q5": 3}
    stage.push("m04-q1")
    wait_saved(stage, 0)


def selfchecks(stage: Stage) -> None:
    why = {"a": "A hash names nobody.", "b": "The same bytes, the same hash.", "c": "It proves much."}
    stage.put(
        "m04-c1",
        SelfCheckControl("m04-c1", Choice(OPTIONS), lambda value: judge.choice(value, key="b", why=why)),
    )
    stage.put("m04-c2", SelfCheckControl("m04-c2", Number("days"), lambda value: judge.number(value, key=90)))


def test_a_selfcheck_explains_at_once_and_writes_nothing(stage: Stage, folder: Path) -> None:
    selfchecks(stage)
    stage.page.get_by_role("radio", name="a : It proves who made the copy.").check()
    expect(stage.status()).to_contain_text("Not right. A hash names nobody.")
    expect(stage.status()).not_to_contain_text("The same bytes")
    stage.page.get_by_role("radio").nth(1).check()
    expect(stage.status()).to_contain_text("Right. The same bytes, the same hash.")
    expect(stage.status()).to_contain_text("c: It proves much.")
    assert list(folder.iterdir()) == []


def everything(stage: Stage) -> None:
    ask.choice("m04-q1", OPTIONS)
    ask.choices("m04-q2", OPTIONS)
    ask.order("m04-q3", a="Seal", b="Acquire", c="Hash")
    ask.match("m04-q4", left=["hash", "signature"], right=["who", "unchanged"])
    ask.number("m04-q5", unit="MiB")
    ask.moment("m04-q6", zones={"UTC": "UTC", "Asia/Tokyo": "Tokyo"})
    ask.provision("m04-q7")
    ask.written("m04-q8", slots={"what": "What happened", "why": "Why it matters"})
    for n in range(1, 9):
        stage.mount(f"m04-q{n}")
    selfchecks(stage)
    answer("m04-q1", "b")
    stage.push("m04-q1")
    stage.page.get_by_label("Number, in MiB").fill("eight")
    stage.page.get_by_label("Number, in MiB").press("Enter")
    stage.page.get_by_role("radio", name="a : It proves who made the copy.").last.check()
    expect(stage.status(8)).to_contain_text("Not right.")


THEMES: dict[str, Callable[[Page], None]] = {
    "light": lambda page: page.emulate_media(color_scheme="light"),
    "dark": lambda page: page.emulate_media(color_scheme="dark"),
    "jupyter-dark": lambda page: page.evaluate(
        """() => { document.body.dataset.jpThemeLight = "false";
        const set = (name, value) => document.body.style.setProperty(name, value);
        set("--jp-content-font-color1", "rgba(255,255,255,.87)"); set("--jp-layout-color1", "#111");
        set("--page", "#111"); set("--ink", "#eee"); }"""
    ),
    "forced-colours": lambda page: page.emulate_media(forced_colors="active", reduced_motion="reduce"),
}


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_in_any_control(stage: Stage, folder: Path, theme: str) -> None:
    THEMES[theme](stage.page)
    everything(stage)
    assert violations(stage.page) == []
    if SHOTS:
        stage.page.screenshot(path=str(Path(SHOTS) / f"controls-{theme}.png"), full_page=True)


def test_every_input_is_large_enough_to_touch_and_named(stage: Stage, folder: Path) -> None:
    everything(stage)
    small = stage.page.evaluate(
        """() => [...document.querySelectorAll(".hk button, .hk select, .hk textarea, .hk input, .hk-option")]
        .filter((node) => !(node.matches("input") && node.closest(".hk-option")))
        .filter((node) => node.getBoundingClientRect().height < 44 || node.getBoundingClientRect().width < 44)
        .map((node) => node.outerHTML.slice(0, 90))"""
    )
    assert small == []
    for group in stage.page.get_by_role("group").all():
        assert group.locator("legend").inner_text()


def test_no_key_pressed_in_a_control_can_become_a_command_of_the_notebook(stage: Stage, folder: Path) -> None:
    everything(stage)
    open_ones = stage.page.locator(
        ":is(.hk) :is(input, select, textarea, button):not([data-lm-suppress-shortcuts])"
    )
    expect(open_ones).to_have_count(0)


def test_right_to_left_languages_mirror_the_controls(
    stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hanoikit.exercise.controls import control as module

    monkeypatch.setattr(module, "direction", lambda: "rtl")
    everything(stage)
    row = stage.page.locator(".hk-row").first.locator(".hk-option")
    first, second = row.nth(0).bounding_box(), row.nth(1).bounding_box()
    assert first is not None and second is not None and first["x"] > second["x"]
    assert violations(stage.page) == []
    if SHOTS:
        stage.page.screenshot(path=str(Path(SHOTS) / "controls-rtl.png"), full_page=True)


def test_a_narrow_screen_needs_no_sideways_scrolling(stage: Stage, folder: Path) -> None:
    stage.page.set_viewport_size({"width": 340, "height": 800})
    everything(stage)
    assert stage.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
