"""The page that a trainee meets in JupyterLab, in headless Chromium with every other host cut off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from hanoikit.workspace import Lab, open_lab
from hanoikit.workspace.delivery import refresh
from hanoikit.workspace.lab import free_port
from hanoikit.workspace.pages import start_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE = 300_000  # milliseconds: a busy machine is no failure
expect.set_options(timeout=PATIENCE)

BLOCK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
CONNECTED = """() => {
  const session = window.jupyterapp?.shell.currentWidget?.sessionContext?.session;
  return session?.kernel?.connectionStatus === 'connected' && session.kernel.status === 'idle';
}"""


def lesson() -> bytes:
    text = {"cell_type": "markdown", "metadata": {"editable": False, "deletable": False}}
    code = {"cell_type": "code", "outputs": [], "execution_count": None}
    cells = [
        {**text, "id": "title", "source": "# A lesson"},
        {
            **code,
            "id": "lab",
            "source": "print('the ' + 'bench')",
            "metadata": {"jupyter": {"source_hidden": True}},
        },
        *({**text, "id": f"p{number}", "source": "A long text.\n\n" * 12} for number in range(5)),
        {**code, "id": "last", "source": "print('the ' + 'end')", "metadata": {}},
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}).encode()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("my course")
    page = start_page([("lessons/m04.ipynb", "A lesson")], [])
    refresh(folder, {"Start here.md": page.encode(), "lessons/m04.ipynb": lesson()})
    options = ["--LabApp.expose_app_in_browser=True"]
    with open_lab(folder, port=free_port(19400), browser=False, options=options) as running:
        yield running


@pytest.fixture(scope="module")
def page(lab: Lab) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", BLOCK]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(PATIENCE)
        page.outside = []
        page.faults = []
        page.on("request", lambda request: page.outside.append(request.url))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda line: page.faults.append(line.text) if line.type == "error" else None)
        yield page
        browser.close()


@pytest.fixture(scope="module")
def opened(page: Page, lab: Lab) -> Page:
    """The lesson on the page; it is loaded once, and the tests below leave it as they found it or say so."""
    page.goto(lab.url_of("lessons/m04.ipynb", fresh=True))
    page.wait_for_function(CONNECTED, timeout=PATIENCE)
    return page


def test_the_start_page_is_read_as_a_page_and_leads_to_the_lesson(page, lab):
    page.goto(lab.url)
    expect(page.get_by_role("heading", name="Start here")).to_be_visible(timeout=PATIENCE)
    assert page.locator(".jp-Dialog").count() == 0
    page.get_by_role("link", name="A lesson").click()
    expect(page.get_by_role("button", name="Run the whole lesson")).to_be_visible(timeout=PATIENCE)


def test_the_code_of_a_lab_is_folded_and_the_machinery_is_out_of_the_way(opened):
    expect(opened.get_by_role("button", name="Run the whole lesson")).to_be_visible()
    assert opened.locator(".jp-CodeCell .jp-InputPlaceholder").count() == 1
    bar = opened.locator(".jp-NotebookPanel-toolbar")
    names = bar.locator("[data-jp-item-name]").evaluate_all(
        "items => items.map(item => item.dataset.jpItemName)"
    )
    shown = {"run-lesson", "save", "interrupt", "restart-and-run", "executionProgress"}
    assert shown <= set(names) <= shown | {"spacer", "toolbar-popup-opener"}
    assert opened.locator("#jp-main-statusbar:visible, .jp-cell-toolbar:visible").count() == 0
    assert "Nbgrader" not in opened.locator("#jp-MainMenu").inner_text()


def test_the_text_of_a_lesson_cannot_be_broken_by_a_double_click(opened):
    opened.get_by_role("heading", name="A lesson").dblclick()
    opened.wait_for_timeout(500)
    expect(opened.get_by_role("heading", name="A lesson")).to_be_visible()


def test_one_button_runs_the_lesson_and_leaves_the_reader_at_its_top(opened):
    opened.get_by_role("button", name="Run the whole lesson").click()
    expect(opened.get_by_text("the end", exact=True)).to_be_attached(timeout=PATIENCE)
    expect(opened.get_by_role("heading", name="A lesson")).to_be_in_viewport(timeout=PATIENCE)
    expect(opened.get_by_text("the bench", exact=True)).to_be_visible()


def test_what_was_run_is_saved_by_itself(opened, lab):
    expect(opened.get_by_text("the end", exact=True)).to_be_attached()
    path = Path(lab.folder) / "lessons" / "m04.ipynb"
    for _second in range(300):
        if "the end" in path.read_text():
            break
        opened.wait_for_timeout(1000)
    assert "the end" in path.read_text()


def test_nothing_is_asked_of_another_machine_and_nothing_fails(opened):
    outside = [url for url in opened.outside if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))]
    assert outside == [] and opened.faults == []


def test_the_button_pressed_before_the_kernel_is_reachable_still_runs_the_lesson(page, lab):
    page.goto(lab.url_of("lessons/m04.ipynb", fresh=True))
    page.evaluate("() => { window.jupyterapp = undefined; }")
    # As early as a person can: the button has just been drawn, the kernel has not even been asked for.
    page.get_by_role("button", name="Run the whole lesson").click()
    status = page.locator(".hanoikit-status")
    expect(status).to_have_text("Ready. Scroll down and begin.", timeout=PATIENCE)
    assert page.get_by_text("the end", exact=True).count() == 1
