"""Two browsers, two desks, one exchange from the request to the confirmation, with the keyboard alone.

With ``HANOIKIT_SHOTS`` set to a folder, what the tests see is saved there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
SHOTS = os.environ.get("HANOIKIT_SHOTS")
PATIENCE = 300_000
NEXT_YEAR = datetime.now(UTC).year + 1  # the clock of the service is this machine's
expect.set_options(timeout=PATIENCE)  # a busy machine is no failure
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("Chromium is not installed; 'make test' installs it where it may.")
    options = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(chromium: Browser, service: Any) -> Iterator[Any]:
    made: list[Page] = []
    errors: list[str] = []

    def opener(name: str) -> Page:
        # Every browser has its own storage, as on another machine.
        page = chromium.new_context(viewport={"width": 1500, "height": 950}).new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: _inside(request.url, service.url, errors))
        place = "room" if name in ("facilitator", "observer") else "desk"
        page.goto(f"{service.url}/{place}#{service.tokens[name]}")
        page.get_by_text("Connected").first.wait_for()
        made.append(page)
        return page

    yield opener, errors
    for page in made:
        page.context.close()


def _inside(url: str, home: str, errors: list[str]) -> None:
    if not url.startswith((home, "blob:")):
        errors.append(f"outside: {url}")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def axe(page: Page) -> list[str]:
    """Serious and critical violations. Playwright's own world is outside the page's policy."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


class Keyboard:
    """A person who has only the keyboard: reaches things with Tab, never with the mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, selector: str) -> None:
        """Press Tab until the element has the focus."""
        target = self.page.locator(selector).first
        target.wait_for()
        for _press in range(150):
            if target.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {selector}")

    def press(self, selector: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Enter")

    def write(self, selector: str, text: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def choose(self, selector: str, value: str) -> None:
        self.reach(selector)
        options = self.page.locator(selector).evaluate("node => [...node.options].map((one) => one.value)")
        now = options.index(self.page.locator(selector).input_value())
        wanted = options.index(value)
        for _press in range(abs(wanted - now)):
            self.page.keyboard.press("ArrowDown" if wanted > now else "ArrowUp")

    def moment(self, selector: str, digits: str) -> None:
        """A date and time as it is typed into the browser's own control (month, day, year, hour, minute)."""
        self.reach(selector)
        day, hours = digits.split()
        self.page.keyboard.type(day)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(hours)
        assert self.page.locator(selector).input_value()


def test_two_desks_play_a_full_exchange_with_the_keyboard_alone(pages: Any) -> None:
    opener, errors = pages
    aldermark, corvessa = opener("XA"), opener("XC")
    a, c = Keyboard(aldermark), Keyboard(corvessa)

    a.choose("#hk-kind", "preservation-request")
    a.choose("#hk-el-to", "XC")
    expect(aldermark.locator("#hk-gaps")).to_be_visible()
    assert axe(aldermark) == []
    shot(aldermark, "composer-gaps")
    for field, text in {
        "reference": "XA-2026-0417",
        "authority": "Aldermark Police, Cyber Unit",
        "articles": "7",
        "offence": "Illegal access, section 201",
        "facts": "On 30 April somebody entered the server of St Orla Hospital. <script>alert(1)</script>",
        "link": "The lure came from this mailbox.",
        "custodian": "Lune Hosting, Porto Lune",
        "location": "Porto Lune, Corvessa",
        "necessity": "The holder deletes such logs after 72 hours.",
        "secrecy_reason": "The user could delete what is left.",
    }.items():
        a.write(f"#hk-el-{field}", text)
    for field, value in {
        "urgency": "urgent",
        "scope": "convention-offence",
        "secrecy": "confidential-no-notice",
    }.items():
        a.choose(f"#hk-el-{field}", value)
    a.reach("#hk-el-assistance_intended")
    aldermark.keyboard.press("Space")
    a.press("#hk-data-add")
    a.choose("#hk-el-data-1-category", "traffic")
    a.write("#hk-el-data-1-description", "Access log of the mailbox with addresses and times")
    a.write("#hk-el-data-1-identifier", "billing@clearbill.example")
    expect(aldermark.locator("#hk-complete")).to_be_visible()
    shot(aldermark, "composer-complete")
    a.press("#hk-send")
    expect(aldermark.get_by_text("Sent and kept")).to_be_visible()

    waiting = corvessa.locator("button[id^=hk-t-]")
    expect(waiting).to_have_count(1)
    c.press("button[id^=hk-t-]")
    expect(corvessa.get_by_text("<script>alert(1)</script>")).to_be_visible()
    assert axe(corvessa) == []
    shot(corvessa, "case-file")

    c.press("button[id^=hk-act-acknowledgement]")
    c.moment("#hk-el-next_by", f"0505{NEXT_YEAR} 1000AM")
    c.press("#hk-insist")
    expect(corvessa.get_by_text("Sent and kept")).to_be_visible()
    expect(aldermark.get_by_text("acknowledged")).to_be_visible()

    c.press("button[id^=hk-act-more-information]")
    c.write("#hk-el-questions", "From when to when?")
    c.press("#hk-insist")
    expect(corvessa.get_by_text("Sent and kept")).to_be_visible()

    a.press("button[id^=hk-t-]")
    expect(aldermark.get_by_text("From when to when?")).to_be_visible()
    a.press("button[id^=hk-act-supplement]")
    a.write("#hk-el-information", "From 28 April 06:00 to 30 April 18:00, Aldermark time.")
    a.press("#hk-send")
    expect(aldermark.get_by_text("Sent and kept")).to_be_visible()

    expect(corvessa.get_by_text("From 28 April 06:00")).to_be_visible()
    c.press("button[id^=hk-act-confirmed]")
    c.write("#hk-el-done", "The holder was ordered to preserve the log and confirmed it.")
    c.moment("#hk-el-until", f"1231{NEXT_YEAR + 3} 1000AM")
    c.press("#hk-insist")
    expect(corvessa.get_by_text("Sent and kept")).to_be_visible()
    expect(aldermark.get_by_text("Status: data are kept")).to_be_visible()
    expect(aldermark.get_by_text("The preservation ends.").first).to_be_visible()
    expect(aldermark.get_by_text(f"31 Dec {NEXT_YEAR + 3}").first).to_be_visible()
    assert axe(aldermark) == []
    shot(aldermark, "kept")
    assert errors == []


def test_the_room_sees_the_flow_and_the_facilitator_runs_the_exercise(pages: Any) -> None:
    opener, errors = pages
    desk, room, watching = opener("XB"), opener("facilitator"), opener("observer")
    f = Keyboard(room)
    expect(room.get_by_role("cell", name="connected").first).to_be_visible()
    f.write("#hk-words", "Ten minutes to the briefing. <b>Bring your logs.</b>")
    f.press("#hk-speak")
    expect(desk.get_by_text("<b>Bring your logs.</b>").first).to_be_visible()
    f.press("#hk-pause")
    expect(desk.get_by_text("stands still")).to_be_visible()
    expect(room.locator("#hk-pause")).to_have_text("Start the clock")
    f.press("#hk-pause")
    expect(desk.get_by_text("stands still")).to_have_count(0)
    message = room.locator("button[id^=hk-m-]")
    if message.count():
        f.press("button[id^=hk-m-]")
        f.write("#hk-mark-note", "Asked for the right thing.")
        f.press("#hk-mark-set")
        expect(room.get_by_text("decision: Asked for the right thing.")).to_be_visible()
    assert axe(room) == []
    shot(room, "facilitator")
    expect(watching.locator("#hk-speak")).to_have_count(0)
    assert axe(watching) == []
    shot(watching, "observer")
    with room.expect_download() as download:
        f.press("#hk-record")
    from hanoikit.desk_service.checking import check_bundle

    check_bundle(Path(download.value.path()))
    assert errors == []
