"""Answers given with the real controls in a browser, as a hand with a mouse and a keyboard gives them."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from hanoikit.classroom.study import Studied


def control(page: Page, question: str) -> Locator:
    """The control of a question in the open notebook."""
    return page.locator(f'[id^="hk"][id$="-{question}-root"]')


def give(page: Page, question: Studied, value: Any) -> None:
    """Give ``value`` (as the answer sheet holds it) at the question's control, and wait until it is saved."""
    root = control(page, question.id)
    root.scroll_into_view_if_needed()
    _GIVE[question.kind](root, value, question)
    page.keyboard.press("Tab")
    expect(root).to_have_attribute("data-state", "saved", timeout=30_000)


def _choice(root: Locator, value: Any, _question: Studied) -> None:
    root.locator(f'input[value="{value}"]').check()


def _choices(root: Locator, value: Any, _question: Studied) -> None:
    for box in root.locator('input[type="checkbox"]').all():
        box.set_checked(box.get_attribute("value") in value)


def _order(root: Locator, value: Any, _question: Studied) -> None:
    items = root.locator("li.hk-item")
    for place, letter in enumerate(value):
        while True:
            letters = [text.split(":")[0].split(".")[-1].strip() for text in items.all_inner_texts()]
            if letters.index(letter) == place:
                break
            items.nth(letters.index(letter)).get_by_role("button").first.click()
    root.get_by_role("button", name="Keep this order").click()


def _match(root: Locator, value: Any, question: Studied) -> None:
    for place, (key, _text) in enumerate(question.spec["left"]):
        root.locator("select").nth(place).select_option(value[key])


def _line(root: Locator, value: Any, _question: Studied) -> None:
    field = root.locator('input[type="text"]')
    field.click()
    field.fill("")
    field.press_sequentially(", ".join(value) if isinstance(value, list) else str(value), delay=5)


def _moment(root: Locator, value: Any, _question: Studied) -> None:
    root.locator('input[type="date"]').fill(value["date"])
    root.locator('input[type="time"]').fill(value["time"])
    root.locator("select").select_option(value["zone"])


def _written(root: Locator, value: Any, _question: Studied) -> None:
    texts = value if isinstance(value, dict) else {"": value}
    for place, text in enumerate(texts.values()):
        area = root.locator("textarea").nth(place)
        area.click()
        area.fill(text)


_GIVE = {
    "choice": _choice,
    "choices": _choices,
    "order": _order,
    "match": _match,
    "number": _line,
    "provision": _line,
    "moment": _moment,
    "written": _written,
}
