"""The slides as a browser shows them, from the disk and with no network: nothing is cut off, and the keyboard works."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from tests.teaching.conftest import NAMES

pytestmark = [pytest.mark.browser]

MEASURE = """() => Reveal.getSlides().map(slide => {
  slide.hidden = false;
  slide.style.display = "block";
  const top = slide.getBoundingClientRect().top;
  const parts = [...slide.children].filter(part => !part.matches("aside, .foot"));
  const bottom = Math.max(...parts.map(part => part.getBoundingClientRect().bottom - top));
  const wide = parts.some(part => part.scrollWidth > part.clientWidth + 2);
  slide.style.display = "";
  return {title: slide.querySelector("h1, h2").textContent, bottom, wide};
})"""


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"]
        yield playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)


@pytest.fixture
def context(browser: Browser):
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    yield context
    context.close()


def test_no_slide_is_cut_off_and_nothing_is_fetched(context: BrowserContext, folder):
    asked: list[str] = []
    errors: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = context.new_page()
    for name in NAMES:
        page.goto((folder / "instructor" / "slides" / f"{name}.html").as_uri())
        page.wait_for_function("Reveal.isReady()")
        slides = page.evaluate(MEASURE)
        assert len(slides) > 20
        assert [one for one in slides if one["bottom"] > 690 or one["wide"]] == []
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_the_keyboard_turns_the_slides_and_opens_the_speakers_view_with_the_notes(
    context: BrowserContext, folder
):
    page = context.new_page()
    page.goto((folder / "instructor" / "slides" / f"{NAMES[0]}.html").as_uri())
    page.wait_for_function("Reveal.isReady()")
    page.keyboard.press("ArrowRight")
    assert "What do you show the court?" in page.locator("section.present").inner_text()
    with context.expect_page() as opened:
        page.keyboard.press("s")
    notes = opened.value.locator(".speaker-controls-notes .value")
    notes.get_by_text("come back to them at the end").wait_for()
