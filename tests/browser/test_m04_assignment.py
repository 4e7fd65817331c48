"""The assignment of module 4: answers given with the real controls, kept over a reload, marked with reasons."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import CONNECTED, PATIENCE, Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FOLDER = "exercises/m04-evidence-chain"
NOTEBOOK = f"{FOLDER}/m04-evidence-chain.ipynb"


@pytest.fixture(scope="module")
def assignment(run_notebook: Callable[[str], Notebook]) -> Notebook:
    return run_notebook(NOTEBOOK)


def answers(folder: Path) -> dict[str, object]:
    """The last answer to each question, read from the sheet without the kit."""
    found: dict[str, object] = {}
    for line in (folder / FOLDER / "answers.jsonl").read_text(encoding="utf-8").splitlines()[1:]:
        record = json.loads(line)
        found[record["question"]] = record["value"]
    return found


def test_an_answer_is_on_the_disk_the_moment_it_is_given(assignment: Notebook, folder: Path) -> None:
    page = assignment.page
    choice = page.get_by_role("radio", name=re.compile("Back-date: an entry was given an earlier time"))
    choice.first.check()
    page.get_by_text(re.compile("Saved")).first.wait_for()
    assignment.shot("question", choice.first.locator("xpath=ancestor::fieldset"))
    assert answers(folder)["m04-q6"] == "c"


def test_a_question_is_answered_with_the_keyboard_alone(assignment: Notebook, folder: Path) -> None:
    page = assignment.page
    box = page.get_by_role("checkbox", name=re.compile("that this file was under the seal")).first
    box.focus()
    page.keyboard.press("Space")
    expect(page.locator(".hk", has=box)).to_have_attribute("data-state", "saved")
    assert answers(folder)["m04-q2"] == ["b"]


def test_answers_are_back_after_the_page_is_opened_again(assignment: Notebook, folder: Path) -> None:
    page = assignment.page
    assignment.save()
    page.reload()
    page.wait_for_selector(".jp-Notebook")
    page.wait_for_function(CONNECTED)
    assignment.run()
    choice = page.get_by_role("radio", name=re.compile("Back-date: an entry was given an earlier time")).first
    expect(choice).to_be_checked(timeout=PATIENCE)
    box = page.get_by_role("checkbox", name=re.compile("that this file was under the seal")).first
    expect(box).to_be_checked(timeout=PATIENCE)
    assert answers(folder)["m04-q6"] == "c"


def test_the_notebook_stays_small_on_the_disk(assignment: Notebook, folder: Path) -> None:
    assignment.save()
    assert (folder / NOTEBOOK).stat().st_size < 1_000_000


def test_nothing_failed_and_nothing_was_asked_from_outside(assignment: Notebook) -> None:
    assert assignment.failures() == [] and assignment.errors == [] and assignment.outside == []
