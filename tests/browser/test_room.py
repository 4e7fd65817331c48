"""A workshop's room with two screens: the instructor's page, and a notebook whose trainee has joined by an own act."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from hanoikit.classroom.klass import Class

from .conftest import PATIENCE, SHOTS, serious

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EVIL = "<img src=x onerror=document.title='broken'> Ánh"


class RoomProcess:
    """``hanoikit class room`` as an instructor runs it: the join line, and the link of the page."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-m", "hanoikit.cli", "class", "room", "--class", str(root)]
        command += ["--host", "127.0.0.1", "--port", "0", "--no-browser", "--no-qr"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if "Ctrl+C" in line:
                break
        found = re.search(r"^ +(\S+:\d+ \S{4}(?:-\S{4}){3})$", said, re.MULTILINE)
        page = re.search(r"(http://127\.0\.0\.1:\S+/instructor#\S+)", said)
        assert found and page, said
        self.line, self.page = found[1], page[1]

    def end(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


@pytest.fixture(scope="module")
def klass(tmp_path_factory: pytest.TempPathFactory) -> Class:
    root = tmp_path_factory.mktemp("room") / "class"
    return Class.create(
        root, title="Autumn", zone="UTC", now=datetime.now(UTC), assignments=["m01-convention"]
    )


@pytest.fixture(scope="module")
def room(klass: Class) -> Iterator[RoomProcess]:
    made = RoomProcess(klass.root)
    yield made
    made.end()


@pytest.fixture(scope="module")
def instructor(chromium: Any, room: RoomProcess) -> Iterator[tuple[Any, list[str]]]:
    page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(room.page)
    page.get_by_text("Live", exact=True).wait_for()
    yield page, errors
    page.context.close()


def shot(page: Any, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def test_a_trainee_joins_is_seen_gets_a_hint_at_the_question_and_leaves(
    open_notebook: Callable[[str], Any], instructor: tuple[Any, list[str]], room: RoomProcess
) -> None:
    page, errors = instructor
    expect(page.locator("#nobody")).to_be_visible()

    joining = open_notebook("Workshop room.ipynb")
    joining.run()
    panel = joining.panel("Workshop room")
    panel.get_by_label("Join line").fill(room.line)
    panel.get_by_label("Name that the room shows").fill(EVIL)
    joining.press(panel, "Join the room")
    expect(panel.get_by_text("You are in the room “Autumn”").first).to_be_visible()
    assert serious(joining.page, ".hk-panel") == []
    shot(joining.page, "room-join")
    # Whatever somebody calls themselves is text on the instructor's screen.
    expect(page.locator("#people tr th")).to_have_text(EVIL)
    assert page.locator("#people img").count() == 0 and "broken" not in page.title()

    work = open_notebook("exercises/m01-convention/m01-convention.ipynb")
    work.run()
    notebook = work.page
    second = notebook.locator(".hk").filter(has_text="Your answer to question 2")
    second.scroll_into_view_if_needed()
    expect(second.get_by_text("The workshop's room is on")).to_be_visible()
    expect(notebook.locator("#hk-room-sign")).to_have_text("● Workshop room: on")
    second.locator("input").first.focus()
    expect(page.locator("#people tr")).to_contain_text("Question 2")
    second.get_by_role("button", name="I need help").click()
    expect(second.get_by_role("button", name="Help is called.")).to_be_visible()
    expect(page.locator("#needs li")).to_contain_text("asks for help")
    shot(page, "room-needs")
    page.get_by_role("button", name="I am there").click()
    expect(page.locator("#needs li")).to_have_count(0)
    expect(second.get_by_role("button", name="I need help")).to_be_visible()

    second.locator("input").first.check()
    expect(page.locator("#progress tr").nth(1)).to_contain_text("1 of 1")
    assert "no clock" not in notebook.content()
    page.get_by_role("button", name="Release hint 1 of").nth(1).click()
    expect(page.locator("#says")).to_contain_text("Hint 1 is released")
    expect(second.get_by_text("Hint 1 for question 2")).to_be_visible()
    solution = page.locator("#progress tr").nth(1).get_by_role("button").nth(1)
    solution.click()
    expect(solution).to_contain_text("Press again")
    assert second.get_by_text("The solution of question 2").count() == 0
    solution.click()
    expect(second.get_by_text("The solution of question 2")).to_be_visible()
    second.get_by_text("The solution of question 2").scroll_into_view_if_needed()
    shot(notebook, "room-notes")
    assert serious(notebook, ".hk") == []
    assert serious(page, "body") == []

    page.locator("#wall").click()
    assert "Ánh" not in page.locator("body").inner_text()
    expect(page.locator("#line")).to_have_text(room.line)
    shot(page, "room-wall")
    page.locator("#wall").click()
    page.get_by_role("button", name="Open the assignment").click()
    expect(page.locator("#assignments")).to_contain_text("open")

    second.get_by_role("button", name="Leave the room").click()
    expect(notebook.locator("#hk-room-sign")).to_have_count(0)
    expect(page.locator("#people tr")).to_have_count(0)
    expect(second.get_by_text("Hint 1 for question 2")).to_be_visible()
    assert errors == [] and work.errors == [] and work.failures() == []
    inside = room.page.partition("/instructor")[0]
    assert [url for url in work.outside if not url.startswith(inside)] == []
