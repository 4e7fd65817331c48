"""The room of the workshop during the day: the service in a process of its own, the page, help and hints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

from .hands import control

if TYPE_CHECKING:
    from .browsers import Desk
    from .day import Day


class RoomOfTheDay:
    """``hanoikit class room``, until the day's browsers are closed."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.line = self.page_url = ""

    def __enter__(self) -> RoomOfTheDay:
        self._log = (self.day.root / "room.txt").open("w+", encoding="utf-8")
        command = ["class", "room", "--host", "127.0.0.1", "--port", "0", "--no-browser", "--no-qr"]
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "hanoikit.cli", *command],
            cwd=self.day.klass,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            said = (self.day.root / "room.txt").read_text(encoding="utf-8")
            if "The room is open" in said:
                break
            assert self._process.poll() is None, said
            time.sleep(0.2)
        self.line = re.search(r"^\s+(\S+:\d+ [0-9A-Z-]+)$", said, re.M)[1]  # type: ignore[index]
        self.page_url = re.search(r"^\s+(https?://\S+)$", said, re.M)[1]  # type: ignore[index]
        self.day.say(f"the room is open: {self.line}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._log.close()

    def join(self, desk: Desk) -> None:
        """By the trainee's own act, on the page of the course folder."""
        desk.open("Workshop room.ipynb")
        panel = desk.page.get_by_role("region", name="Workshop room")
        panel.get_by_label("Join line").fill(self.line)
        panel.get_by_label("Name that the room shows").fill(desk.person.name)
        panel.get_by_role("button", name="Join the room").click()
        expect(panel.locator(".hk-live")).to_contain_text("You are in the room", timeout=60_000)

    def show(self, page: Page) -> None:
        page.goto(self.page_url)
        self.page = page
        expect(page.locator("#room")).to_be_visible()

    def help_and_hints(self, desks: list[Desk], page: Page) -> None:
        """One trainee calls for help at a question; the instructor sees it, and a hint reaches the notebook."""
        from .day import BROWSER_ASSIGNMENT

        questions = list(self.day.studied[BROWSER_ASSIGNMENT])
        with self.day.step("help is called, a hint is released"):
            desk = desks[-1]
            root = control(desk.page, questions[2])
            root.scroll_into_view_if_needed()
            root.get_by_role("button", name="I need help").click()
            expect(page.locator("#needs li")).to_have_count(1, timeout=30_000)
            expect(page.locator("#count")).to_have_text(str(len(desks)))
            page.locator("#which").select_option(BROWSER_ASSIGNMENT)
            page.locator("#progress tr").nth(2).get_by_role("button").first.click()
            expect(root.locator(".hk-note")).to_have_count(1, timeout=30_000)
            page.screenshot(path=str(self.day.pictures / "room.png"), full_page=True)
            root.screenshot(path=str(self.day.pictures / "hint.png"))

    def after_hand_in(self, page: Page) -> None:
        expect(page.locator("#bundles-count")).to_have_text("1", timeout=30_000)
        page.screenshot(path=str(self.day.pictures / "room-end.png"), full_page=True)
