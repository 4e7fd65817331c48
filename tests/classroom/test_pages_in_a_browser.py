"""The report and the marks page in headless Chromium: accessible, nothing from outside, no sideways scrolling."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from hanoikit.classroom import report, trainee_page
from hanoikit.classroom.analysis import Entry
from hanoikit.classroom.report_class import Person
from hanoikit.grading import MarkedAssignment, QuestionMark
from hanoikit.grading.page import write_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def pages(source, studied, tmp_path_factory) -> list[Path]:
    rng = random.Random(4)
    folder = tmp_path_factory.mktemp("pages")
    entries = []
    for number in range(32):
        marks = tuple(
            QuestionMark(
                question=question.id,
                title=question.title,
                points=None if question.written else rng.choice([0.0, 0.5, 1.0]) * question.out_of,
                out_of=question.out_of,
                state="pending" if question.written else "partial",
                given="a: " + "a-very-long-word-without-any-space" * 5,
                reason="Partly right.",
                provisions=("25(2)", "RFC 9162 2.1"),
                read_again="m04-evidence-chain#hash",
                details=({"part": "a", "right": False, "text": "Not this one."},),
                objective=question.objective,
                by_hand=question.written,
            )
            for question in source.questions
        )
        marked = MarkedAssignment(
            assignment=source.name, title=source.title, trainee=f"t{number}", questions=marks
        )
        entries.append(Entry(f"t{number}", source.name, marked, answers={"m99-q1": rng.choice("abc")}))
    path = report.write(
        entries, [source], {source.name: studied}, folder / "report.html", simulated="Seed 4."
    )
    own = folder / "t0.html"
    own.write_text(trainee_page.page(Person("t0", "محمد علي"), entries, [source]), encoding="utf-8")
    return [path, write_page(entries[0].marked, folder), own]


def test_no_page_has_an_accessibility_fault_in_light_dark_or_on_a_narrow_screen(pages):
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            page = browser.new_page(color_scheme=scheme)
            page.set_default_timeout(300_000)
            page.on("request", lambda request: asked.append(request.url))
            for path in pages:
                page.set_viewport_size({"width": 1100, "height": 800})
                page.goto(path.as_uri())
                assert Axe().run(page).response["violations"] == []
                page.set_viewport_size({"width": 340, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= 340
                if path.name == "report.html" and scheme == "light":
                    _sort_and_narrow(page)
        browser.close()
    assert {url for url in asked if not url.startswith("file:")} == set()


def _sort_and_narrow(page) -> None:
    """The listing of all trainees, with the keyboard alone."""
    table = page.locator("#people ~ .scroll table").first
    table.locator("th button", has_text="Passed").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    passed = [float(text) for text in table.locator("tbody tr td:nth-child(2)").all_inner_texts()]
    assert passed == sorted(passed, reverse=True)
    assert table.locator("th[aria-sort=descending]").count() == 1
    page.locator("#people ~ label input").first.fill("t17")
    assert table.locator("tbody tr:visible").count() == 1
