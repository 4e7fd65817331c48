"""What is done by hand: three trainees answer and hand in through JupyterLab; formgrader marks two answers."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from hanoikit import workspace
from hanoikit.classroom.answerers import KNOWS
from hanoikit.classroom.cohort import _normal
from hanoikit.classroom.formgrader import open_formgrader
from hanoikit.classroom.klass import Class
from hanoikit.classroom.slips import NOTHING
from tests.browser.conftest import BROWSER, CHROMIUM, CONNECTED, DONE, NEXT, OPEN, PATIENCE, SCREEN

from .day import BROWSER_ASSIGNMENT, Day
from .hands import give
from .people import Person
from .room import RoomOfTheDay

MARKED_BY_HAND = 2


class Desk:
    """One trainee at a computer of their own: a course folder, a JupyterLab, a browser."""

    def __init__(self, day: Day, person: Person, browser: Browser, kept: contextlib.ExitStack) -> None:
        self.day, self.person, self.home = day, person, day.home(person)
        options = ["--LabApp.expose_app_in_browser=True"]
        self.lab = kept.enter_context(workspace.open_lab(self.home, browser=False, options=options))
        self.page: Page = browser.new_context(viewport=SCREEN).new_page()
        self.page.set_default_timeout(PATIENCE)
        self.outside: list[str] = []
        self.page.on("request", self._note)
        self._open = ""

    def _note(self, request: Any) -> None:
        if not request.url.startswith((f"http://127.0.0.1:{self.lab.port}", "data:", "blob:")):
            self.outside.append(request.url)

    def open(self, path: str) -> None:
        """Open a notebook of the course folder and run it with the course's button."""
        if self._open:
            self.page.evaluate(NEXT, path)
        else:
            self.page.goto(self.lab.url_of(path, fresh=True))
        self._open = path
        self.page.wait_for_function(OPEN, arg=path, timeout=PATIENCE)
        self.page.wait_for_function(CONNECTED, timeout=PATIENCE)
        self.page.get_by_text("Run the whole lesson").first.click()
        self.page.wait_for_function(DONE, timeout=PATIENCE)

    def answer(self, leave: int = 0) -> int:
        """Answer every question of the assignment but the last ``leave``, each at its control."""
        import random

        studied = self.day.studied[BROWSER_ASSIGNMENT]
        rng = random.Random(f"workday/browser/{self.person.id}")
        given = 0
        for name in list(studied)[: len(studied) - leave]:
            question = studied[name]
            value = self.person.answer(question, rng)
            value = question.model if value is KNOWS else value
            if value is NOTHING or value is None:
                continue
            if question.kind == "written":
                value = f"{value}\n\n{self.person.name}"
            give(self.page, question, _normal(question, value))
            given += 1
        return given

    def hand_in(self, through_room: bool) -> str:
        """On the page "Hand in": seal, and what the page says."""
        self.open("Hand in.ipynb")
        panel = self.page.get_by_role("region", name="Hand in")
        if not through_room:
            panel.get_by_label("Where to", exact=True).select_option("folder")
            panel.get_by_label("Folder", exact=True).fill(str(self.day.stick))
        panel.get_by_label("Exercise", exact=True).select_option(BROWSER_ASSIGNMENT)
        self.page.wait_for_timeout(1500)
        panel.get_by_role("button", name="Seal and hand in").click()
        self.page.wait_for_function(
            "(node) => node.getAttribute('aria-busy') === 'false'",
            arg=panel.element_handle(),
            timeout=PATIENCE,
        )
        said = str(panel.locator(".hk-live").inner_text())
        self.page.screenshot(path=str(self.day.pictures / f"hand-in-{self.person.id}.png"))
        return said


def answer_in_browsers(day: Day, count: int) -> None:
    with contextlib.ExitStack() as kept:
        room = kept.enter_context(RoomOfTheDay(day))
        playwright = kept.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER)
        kept.callback(browser.close)
        desks = []
        with day.step(f"{count} trainees open the assignment, each in a browser of their own"):
            for person in day.everybody[:count]:
                desk = Desk(day, person, browser, kept)
                desks.append(desk)
                room.join(desk)
                desk.open(f"exercises/{BROWSER_ASSIGNMENT}/{BROWSER_ASSIGNMENT}.ipynb")
        instructor = browser.new_context(viewport={"width": 1600, "height": 1000}).new_page()
        room.show(instructor)
        with day.step("answers through the real controls"):
            for desk in desks:
                given = desk.answer()
                day.say(f"    {desk.person.name}: {given} questions answered")
                desk.page.screenshot(path=str(day.pictures / f"answers-{desk.person.id}.png"))
        room.help_and_hints(desks, instructor)
        with day.step("hand-in on the page"):
            for number, desk in enumerate(desks):
                said = desk.hand_in(through_room=number == 0)
                day.say(f"    {desk.person.name}: {said}")
                assert "code" in said.lower(), said
        room.after_hand_in(instructor)
        for desk in desks:
            assert desk.outside == [], desk.outside


def mark_by_hand(day: Day) -> None:
    """Two written answers, marked in formgrader; then the pages again, with them."""
    klass = Class.open(day.klass)
    with contextlib.closing(sqlite3.connect(day.klass / "gradebook.db")) as db:
        rows = db.execute(
            "select sn.id from submitted_notebook sn join submitted_assignment sa on sn.assignment_id = sa.id "
            "join assignment a on sa.assignment_id = a.id join grade g on g.notebook_id = sn.id "
            "where a.name = ? and g.needs_manual_grade order by sa.student_id limit ?",
            (BROWSER_ASSIGNMENT, MARKED_BY_HAND),
        ).fetchall()
    assert len(rows) == MARKED_BY_HAND
    written = next(name for name, one in day.studied[BROWSER_ASSIGNMENT].items() if one.kind == "written")
    outside: list[str] = []
    with day.step("two written answers marked in formgrader"), contextlib.ExitStack() as kept:
        running = kept.enter_context(open_formgrader(klass, browser=False))
        playwright = kept.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER)
        kept.callback(browser.close)
        page = browser.new_context(viewport={"width": 1366, "height": 1000}).new_page()
        page.on("request", lambda request: outside.append(request.url))
        page.goto(running.url)
        for number, (submission,) in enumerate(rows):
            page.goto(f"http://127.0.0.1:{running.port}/formgrader/submissions/{submission}/")
            page.wait_for_load_state("networkidle")
            score = page.locator(f"input.score[id='{written}']")
            score.wait_for(timeout=60_000)
            score.fill(str(2 + number))
            score.press("Tab")
            page.wait_for_timeout(500)
            comment = page.locator("textarea.comment").last
            comment.fill(f"Clear and short. The second State is missing. ({number + 1})")
            comment.press("Tab")
            page.wait_for_timeout(800)
            text = page.content()
            for person in day.everybody:
                assert person.name not in text and f">{person.id}<" not in text, person.name
            page.screenshot(path=str(day.pictures / f"formgrader-{number + 1}.png"))
        own = (f"http://127.0.0.1:{running.port}", "data:", "blob:", "about:")
        assert not (strange := [url for url in outside if not url.startswith(own)]), strange
    with contextlib.closing(sqlite3.connect(day.klass / "gradebook.db")) as db:
        (count,) = db.execute("select count(*) from grade where manual_score is not null").fetchone()
    assert count == MARKED_BY_HAND, count
    with day.step("class report, with the marks given by hand"):
        day.hanoikit("class", "report", "--completion", code=(0, 1))
