"""The lesson of module 3, worked with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTEBOOK = "lessons/m03-powers.ipynb"


@pytest.fixture(scope="module")
def lesson(run_notebook: Callable[[str], Notebook]) -> Notebook:
    return run_notebook(NOTEBOOK)


def tab_to(lesson: Notebook, text: str) -> None:
    """Go forward with the Tab key to the button with this text."""
    for _time in range(12):
        if lesson.page.evaluate("document.activeElement.textContent") == text:
            return
        lesson.page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {text!r}")


def test_the_ladder_answers_a_change_made_with_the_space_key(lesson: Notebook) -> None:
    ladder = lesson.panel("Power ladder")
    ladder.get_by_label("content still to come").focus()
    lesson.page.keyboard.press("Space")
    expect(ladder.get_by_text("Out of reach: content still to come").first).to_be_visible()
    ladder.get_by_label("content still to come").focus()
    lesson.page.keyboard.press("Space")
    expect(ladder.get_by_text("Out of reach")).to_have_count(0)
    lesson.shot("ladder", ladder)


def test_orders_are_given_with_the_keyboard_and_show_the_next_provider(lesson: Notebook) -> None:
    desk = lesson.panel("Order timeline")
    order = desk.get_by_label("Order", exact=True)
    for said in (
        "Havnmail must keep the data, for 90 days.",
        "Ordered. Havnmail answers on 17 February 2026, 12:00.",
    ):
        order.focus()
        tab_to(lesson, "Give this order")
        lesson.page.keyboard.press("Enter")
        expect(desk.locator(".hk-live")).to_have_text(said)
        order.focus()
        lesson.page.keyboard.press("ArrowDown")
    provider = desk.get_by_label("To the provider")
    assert "Fjordnet Relay" in provider.inner_text()
    lesson.shot("orders", desk)


def test_nothing_failed_and_nothing_was_asked_from_outside(lesson: Notebook) -> None:
    assert lesson.failures() == [] and lesson.errors == [] and lesson.outside == []
