"""The short run of the whole case, played by four teams in four browsers, with the controls that people use.

>>> with Service(folder / "exercise.sqlite") as service, Tables(service.url, service.tokens, pictures) as room:
...     play_short(room)
...     room.record(folder / "exercise.zip")

Two teams do what is right. Two do what people do: they are late, write to the wrong place, grant a favour, press twice,
reload, close the laptop and come back.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
PATIENCE = 90_000
expect.set_options(timeout=PATIENCE)  # a busy machine is no failure
OPTIONS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
STATES = ("XA", "XB", "XC", "XD")


class Service:
    """``hanoikit capstone serve --short`` in a process of its own, on this machine only."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.tokens: dict[str, str] = {}
        self.url = ""

    def __enter__(self) -> Service:
        command = [sys.executable, "-u", "-m", "hanoikit.cli", "capstone", "serve", "--short", "--no-qr"]
        self._process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", "0", "--db", str(self.database)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        )
        said: list[str] = []
        for line in self._process.stdout or ():
            said.append(line)
            link = re.match(r"^\s+(\S+)\s+(https?://[^/]+)/\w+#(\S+)$", line)
            if link:
                self.tokens[link[1]], self.url = link[3], link[2]
            if "Ctrl+C" in line:
                return self
        raise AssertionError("".join(said))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(60)
        finally:
            self._process.kill()


class Table:
    """One team at its table: a browser with the desk's page."""

    def __init__(self, name: str, page: Page) -> None:
        self.name, self.page = name, page

    def part(self, heading: str) -> Locator:
        return self.page.locator(f"section[aria-labelledby=hk-{heading}]")

    def waiting(self, title: str = "") -> Locator:
        """What waits for an answer; with ``title`` only what is called so."""
        found = self.page.locator("button[id^=hk-t-]")
        return found.filter(has_text=title).first if title else found

    def open(self, title: str) -> None:
        """Open what waits and is called so; the newest, when it is not read yet."""
        new = self.page.locator("button[id^=hk-t-]").filter(has_text=title).filter(has_text="not read")
        expect(self.waiting(title)).to_be_visible()
        (new.first if new.count() else self.waiting(title)).click()
        expect(self.part("file").locator("h3").first).to_contain_text(title)

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
        for _ in range(20):
            # What comes in draws the file anew, and a press in that moment is lost: a person presses again.
            if page.locator("#hk-decision-outcome").is_visible():
                break
            page.locator("#hk-decision > summary").click()
            page.wait_for_timeout(500)
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

    def to_the_end(self) -> None:
        """Let what is left of the story run by, as fast as it can."""
        self.room.locator("#hk-speed").select_option("3600")
        self.room.locator("#hk-set-speed").click()
        self.room.locator("#hk-pause").filter(has_text="Start the clock").click()
        expect(self.room.locator("#hk-parts + p.calm")).to_contain_text("The story has ended")

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


# the play


def play_short(room: Tables) -> None:
    """The short run: Aldermark and Corvessa do what is right, Brevania and Deltara what people do.

    The facilitator stops the clock while the tables work and lets things come in early, so that the play does not
    depend on how fast the machine is.
    """
    for name in ("facilitator", "XA", "XB", "XC"):
        room.sit_down(name)
    expect(room["XA"].page.locator("#hk-standing")).to_contain_text("has not begun")
    room.shot("1-before")
    room.clock(run=True)
    _the_log(room)
    _the_night(room)
    _the_images(room)
    room.shot("4-night-over")
    room.next_part()
    room["XB"].open("Removal")
    room["XB"].answer("confirmed", {"done": "Removed."})
    room.next_part()
    _the_request(room)
    room.next_part()
    room.happens("task-return", "return-xd")
    room["XA"].paper("return-2")
    room["XD"].open("Return")
    room["XD"].answer("confirmed", {"done": "The money is on its way."})
    room.to_the_end()
    expect(room["XD"].page.locator("#hk-standing")).to_contain_text("The story has ended")
    room.shot("7-end")


def _the_log(room: Tables) -> None:
    """Two people of one team press at once; a page is loaded again in the middle of an answer."""
    xa, xc = room["XA"], room["XC"]
    xa.page.locator("#hk-paper-paper-log").click()
    other = room.sit_down("XA", seat="XA, second browser")
    other.page.locator("#hk-paper-paper-log").click()
    xa.press_send()
    other.press_send()
    expect(other.says).to_contain_text("Nothing went twice")
    other.page.context.close()
    del room.tables["XA, second browser"]
    xc.open("Preservation request")
    xc.page.locator("#hk-note-order").click()
    expect(xc.part("file")).to_contain_text("the holder was ordered to preserve")
    xc.begin("confirmed", {"done": "Lune Hosting keeps it.", "until": "2027-03-15T12:00"})
    xc.page.reload()
    expect(xc.page.locator("#hk-el-done")).to_have_value("Lune Hosting keeps it.")
    xc.press_send()
    expect(xa.part("cases")).to_contain_text("data are kept")


def _the_night(room: Tables) -> None:
    xa, xb, xc = room["XA"], room["XB"], room["XC"]
    room.clock(run=False)
    expect(xb.page.locator("#hk-standing")).to_contain_text("Pause")
    room.happens("task-money", "mayor", "deputy", "singer", "editor", "emergency")
    xa.page.locator("#hk-paper-paper-freeze-1").click()
    xa.page.locator("#hk-attached").click()
    expect(xa.page.locator("#hk-attached-says")).to_contain_text("Missing or wrong")
    room.shot("2-faulty-paper", "XA")
    xa.paper("freeze-2")
    xd = room.sit_down("XD")  # ten minutes late: everything is there
    xa.open("Emergency")
    xa.decide("grant", ("danger", "imminent"), "41(3)(e)", "A life is in danger now.")
    xa.begin("confirmed", {"done": "The number and the last address."})
    xa.page.locator("#hk-data-same").click()
    xa.page.locator("#hk-el-handed_over").check()
    room.shot("3-emergency", "XA")
    xa.press_send()
    xa.open("The mayor")
    xa.decide("grant", ("2", "4"), "40(1)", "A fraud like any other.")
    xa.answer("confirmed", {"done": "The movements of the account."})
    xc.open("The singer")
    xc.decide("grant", ("2", "4"), "40(1)", "A fraud like any other.")
    xc.answer("confirmed", {"done": "The movements of the account."})
    xd.open("Freeze of 120,000")
    xd.answer("confirmed", {"done": "The judge froze 120,000 XTS."})
    # A mistake for a mistake: refused because of a name, and passed on without an answer.
    xd.open("The editor")
    xd.answer("refused", {"reasons": "Politics."}, choose={"ground": "40(22)"})
    xb.open("The deputy")
    xb.page.locator("#hk-note-passed").click()
    expect(xb.part("file")).to_contain_text("Notes")


def _the_images(room: Tables) -> None:
    """The abusive ones come in; a favour is granted, a decision is left half done, a laptop is closed."""
    xa, xb, xc, xd = (room[name] for name in STATES)
    room.happens("reporter", "organiser", "prayer", "hospital-nurse", "nurse")
    xd.open("The nurse who spoke")
    xd.answer("confirmed", {"done": "Here it is."})
    for table, title in ((xa, "The reporter"), (xc, "The prayer hour")):
        table.open(title)
        table.decide("refuse", ("5", "6"), "40(22)", "Pursued for words.")
        table.answer(
            "refused", {"reasons": "Facts 5 and 6.", "instead": "Name a loss."}, choose={"ground": "40(22)"}
        )
    xb.open("The organiser")
    xb.page.locator("#hk-decision > summary").click()
    xb.page.locator("#hk-decision-add").click()
    expect(xb.page.locator("#hk-decision-says")).to_contain_text("Choose what you decide")
    xa.open("A nurse of Vesterhavn")
    xa.decide("ncii", ("1", "2"), "16(1)", "Shown to one person only.")
    xa.answer("confirmed", {"done": "We act."})
    xa.paper("images")
    xb.page.context.close()
    xb = room.sit_down("XB")
    xb.open("Preservation request")
    xb.answer("confirmed", {"done": "Nest Pages keeps it.", "until": "2027-03-15T12:00"})
    expect(xa.part("cases").locator("button").filter(has_text="to XB")).to_contain_text("data are kept")
    xa.paper("removal-1")


def _the_request(room: Tables) -> None:
    xa, xc = room["XA"], room["XC"]
    room.happens("task-request", "altered-package")
    xa.paper("package-1")
    xa.paper("assistance-2")
    xa.open("Access log of account")
    expect(xa.part("file")).to_contain_text("Missing or wrong in it")
    room.shot("5-altered", "XA")
    xa.decide("ask", ("digest", "proof"), "40(16)", "It does not hold.")
    xa.answer("more-information", {"questions": "Please send it again."})
    room.happens("good-package")
    xa.open("Access log of account")
    expect(xa.part("file")).to_contain_text("Checked: the document holds")
    xa.decide("grant", ("digest", "proof"), "40(14)", "It holds.")
    xa.answer("confirmed", {"done": "Received and checked."})
    for title in ("Extract of the hospital", "Request for legal assistance"):
        xc.open(title)
        xc.answer("confirmed", {"done": "Checked, and granted."})
    room.shot("6-request", "XA", "XC")
