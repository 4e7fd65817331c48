"""The short run of the whole case, played by four teams in four browsers, with the controls that people use.

>>> with Tables(url, tokens, pictures) as room:
...     play_short(room)

Two teams do what is right. Two do what people do: they are late, write to the wrong place, grant a favour, press twice,
reload, close the laptop and come back.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from types import TracebackType
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
PATIENCE = 90_000
OPTIONS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
STATES = ("XA", "XB", "XC", "XD")


class Table:
    """One team at its table: a browser with the desk's page."""

    def __init__(self, name: str, page: Page) -> None:
        self.name, self.page = name, page

    def part(self, heading: str) -> Locator:
        return self.page.locator(f"section[aria-labelledby=hk-{heading}]")

    def waiting(self, title: str = "") -> Locator:
        """What waits for an answer; with ``title`` only what is called so."""
        found = self.page.locator("button[id^=hk-t-]")
        return found.filter(has_text=title) if title else found

    def file(self, title: str) -> None:
        """Open the case file of this title."""
        self.page.locator("button[id^=hk-c-]").filter(has_text=title).first.click()
        expect(self.part("file").locator("h3").first).to_contain_text(title)

    def paper(self, name: str, *, change: dict[str, str] | None = None) -> None:
        """Read a prepared paper and send it; ``change`` fills other words into its form first."""
        self.page.locator(f"#hk-paper-paper-{name}").click()
        expect(self.page.locator("#hk-paper-read")).to_be_visible()
        if change:
            self.page.locator("#hk-paper-form summary").first.click()
            for field, text in change.items():
                self.page.locator(f"#hk-el-{field}").fill(text)
        self.press_send()

    def press_send(self, *, as_it_is: bool = True) -> None:
        self.page.locator("#hk-insist" if as_it_is else "#hk-send").click()
        expect(self.says).to_contain_text("number")

    @property
    def says(self) -> Locator:
        return self.page.locator("section[aria-labelledby=hk-composer] > p[role=status]")

    def decide(
        self, outcome: str, facts: tuple[str, ...], provision: str, reason: str, parts: str = ""
    ) -> None:
        """Write the decision into the file that is open."""
        page = self.page
        if page.locator("#hk-decision").get_attribute("open") is None:
            page.locator("#hk-decision > summary").click()
        page.locator("#hk-decision-outcome").select_option(outcome)
        for fact in facts:
            page.locator(f"#hk-decision-fact-{fact}").check()
        page.locator("#hk-decision-provisions").fill(provision)
        if parts:
            page.locator("#hk-decision-parts").fill(parts)
        page.locator("#hk-decision-reason").fill(reason)
        page.locator("#hk-decision-add").click()
        expect(page.locator("#hk-decision-says")).to_contain_text("Written into the file")

    def answer(
        self, kind: str, fields: dict[str, str] | None = None, *, choose: dict[str, str] | None = None
    ) -> None:
        """Answer the message of the open file with the buttons under it."""
        self.begin(kind, fields, choose=choose)
        self.press_send()

    def begin(
        self, kind: str, fields: dict[str, str] | None = None, *, choose: dict[str, str] | None = None
    ) -> None:
        page = self.page
        page.locator(f"button[id^=hk-act-{kind}-]").last.click()
        expect(page.locator("#hk-kind")).to_have_value(kind)
        for field, value in (choose or {}).items():
            page.locator(f"#hk-el-{field}").select_option(value)
        for field, value in (fields or {}).items():
            page.locator(f"#hk-el-{field}").fill(value)


class Tables:
    """Four tables and the facilitator, each in a browser context of its own. ``errors``: what the pages said."""

    def __init__(self, url: str, tokens: dict[str, str], pictures: Path | None = None) -> None:
        self.url, self.tokens, self.pictures = url, tokens, pictures
        self.errors: list[str] = []
        self.tables: dict[str, Table] = {}

    def __enter__(self) -> Tables:
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        if self.pictures is not None:
            self.pictures.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._browser.close()
        self._playwright.stop()

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def context(self) -> BrowserContext:
        """A browser that nobody used before, as on another machine."""
        made = self._browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
        made.set_default_timeout(PATIENCE)
        return made

    def sit_down(self, name: str, *, seat: str = "") -> Table:
        """Open the join link of a team (or the facilitator); ``seat`` keeps a second browser of one team apart."""
        page = self.context().new_page()
        page.on("pageerror", lambda error: self.errors.append(f"{name}: {error}"))
        page.on("console", lambda said: self._complained(name, said))
        page.on("request", lambda asked: self._asked(name, asked.url))
        page.goto(f"{self.url}/{'desk' if name in STATES else 'room'}#{self.tokens[name]}")
        page.get_by_text("Connected").first.wait_for()
        table = Table(name, page)
        self.tables[seat or name] = table
        return table

    def _complained(self, name: str, said: Any) -> None:
        if said.type == "error":
            self.errors.append(f"{name}: {said.text}")

    def _asked(self, name: str, url: str) -> None:
        if not url.startswith((self.url, "blob:", "data:")):
            self.errors.append(f"{name} outside: {url}")

    def shot(self, name: str, *seats: str, full: bool = True) -> None:
        """A picture of every table (or of these), when pictures are wanted."""
        if self.pictures is None:
            return
        for seat, table in self.tables.items():
            if not seats or seat in seats:
                table.page.screenshot(path=str(self.pictures / f"{name}-{seat.lower()}.png"), full_page=full)

    # the facilitator's acts

    @property
    def room(self) -> Page:
        return self.tables["facilitator"].page

    def clock(self, *, run: bool) -> None:
        """Start or stop the clock with the button."""
        button = self.room.locator("#hk-pause")
        wanted = "Start the clock" if run else "Pause"
        expect(button).to_have_text(wanted)
        button.click()
        expect(button).to_have_text("Pause" if run else "Start the clock")

    def happens(self, *names: str) -> None:
        """Let a part of the story happen now."""
        for name in names:
            button = self.room.locator(f"#hk-inject-{name}")
            if button.count():  # else it has come in by the clock
                button.click()
            expect(self.room.locator(f"#hk-inject-{name}")).to_have_count(0)

    def next_part(self) -> None:
        parts = self.room.locator("#hk-parts li")
        before = parts.locator("xpath=self::*[@aria-current='step']").inner_text()
        self.room.locator("#hk-next").click()
        self.room.locator("#hk-next-yes").click()
        expect(parts.locator("xpath=self::*[@aria-current='step']")).not_to_contain_text(before[:17])

    def record(self, path: Path) -> Path:
        """Take the signed record."""
        with self.room.expect_download() as download:
            self.room.locator("#hk-record").click()
        shutil.copyfile(download.value.path(), path)
        return path
