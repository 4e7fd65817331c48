"""What a slow machine does to a page, made to happen: a control that begins late, a saving that takes its time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import Notebook, in_time, written

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELL = """
from hanoikit.exercise import ask
from hanoikit.exercise.controls import control

quick = control.module
control.module = lambda name: "await new Promise((done) => setTimeout(done, 3000));" + quick(name)
ask.choice("m01-q1", a="Late", b="Never")
"""


def test_a_control_that_begins_after_three_seconds_says_that_the_answer_is_saved(
    open_notebook: Callable[[str], Notebook], folder: Path
) -> None:
    notebook = open_notebook(written(folder / "lessons" / "late.ipynb", CELL))
    notebook.run()
    notebook.page.get_by_role("radio").first.check()
    expect(notebook.page.locator(".hk").first).to_have_attribute("data-state", "saved")
    assert notebook.errors == [] and notebook.failures() == []


# The first saving is on the disk, and its answer is still under way when the second begins.
TWICE = """async () => {
  const app = window.jupyterapp;
  const { context } = app.shell.currentWidget;
  const { contents } = app.serviceManager;
  const save = contents.save;
  const first = { stands: null };
  const there = new Promise((done) => { first.stands = done; });
  contents.save = async (...given) => {
    const answer = await save.apply(contents, given);
    first.stands();
    await new Promise((done) => setTimeout(done, 1000));
    return answer;
  };
  context.model.sharedModel.getCell(0).setSource('first');
  const savings = [context.save()];
  await there;
  contents.save = save;
  context.model.sharedModel.getCell(0).setSource('second');
  savings.push(context.save());
  await Promise.all(savings);
  return document.querySelectorAll('dialog.jp-Dialog').length;
}"""


def test_a_saving_that_begins_before_another_has_ended_asks_the_person_nothing(
    open_notebook: Callable[[str], Notebook], folder: Path
) -> None:
    notebook = open_notebook(written(folder / "lessons" / "twice.ipynb", "nothing"))
    assert in_time(notebook.page, TWICE) == 0
    assert "second" in (folder / "lessons" / "twice.ipynb").read_text(encoding="utf-8")
    assert notebook.errors == []
