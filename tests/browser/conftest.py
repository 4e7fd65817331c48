"""The course in a real JupyterLab and a real Chromium: one server and one browser for all tests of a module.

Every name but this machine's resolves to nothing, and every request to anywhere else is noted, so that a page
that asks for something outside fails its test. With ``HANOIKIT_SHOTS`` set to a folder, pages
that a test looks at are saved there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, Page, sync_playwright

from hanoikit import workspace

CHROMIUM = shutil.which("chromium")
SHOTS = os.environ.get("HANOIKIT_SHOTS")
PATIENCE = 180_000
BROWSER = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]

# JupyterLab shows an idle kernel before its socket is up; what is sent before that is lost.
CONNECTED = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  const session = panel?.sessionContext;
  return Boolean(session && session.isReady && session.session?.kernel?.connectionStatus === 'connected'
    && session.session.kernel.status === 'idle');
}"""

DONE = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  const kernel = panel.sessionContext.session?.kernel;
  const cells = panel.content.model.cells;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells.get(i);
    if (cell.type === 'code' && cell.sharedModel.source.trim() && cell.executionCount === null) return false;
  }
  return kernel?.status === 'idle';
}"""

ERRORS = """() => {
  const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
  const found = [];
  for (let i = 0; i < cells.length; i++) {
    const cell = cells.get(i);
    if (cell.type !== 'code') continue;
    for (let j = 0; j < cell.outputs.length; j++) {
      const output = cell.outputs.get(j);
      const data = output.toJSON();
      if (output.type === 'error' || data.name === 'stderr') found.push([i, JSON.stringify(data).slice(0, 600)]);
    }
  }
  return found;
}"""


class Notebook:
    """One notebook of the course, open in JupyterLab."""

    def __init__(self, page: Page, outside: list[str], errors: list[str]) -> None:
        self.page = page
        self.outside = outside
        self.errors = errors

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.page.wait_for_selector(".jp-Notebook", timeout=PATIENCE)
        self.page.wait_for_function(CONNECTED, timeout=PATIENCE)

    def run(self) -> None:
        """Press the course's own button and wait until every cell has run."""
        self.page.get_by_text("Run the whole lesson").first.click()
        self.page.wait_for_function(DONE, timeout=PATIENCE)

    def failures(self) -> list[Any]:
        """Errors and stderr in the outputs, with the number of their cell."""
        return list(self.page.evaluate(ERRORS))

    def panel(self, title: str) -> Any:
        """A lab's panel by its title."""
        return self.page.get_by_role("region", name=title)

    def press(self, panel: Any, button: str) -> None:
        """Press a button of a panel and wait until the panel is at rest again."""
        panel.get_by_role("button", name=button, exact=True).click()
        self.page.wait_for_function(
            "(node) => node.getAttribute('aria-busy') === 'false'",
            arg=panel.element_handle(),
            timeout=PATIENCE,
        )

    def said(self, panel: Any) -> str:
        """What the panel announced last."""
        return str(panel.locator(".hk-live").inner_text())

    def shot(self, name: str, target: Any = None) -> None:
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            (target or self.page).screenshot(path=str(Path(SHOTS) / f"{name}.png"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("Chromium is not installed; 'make test' installs it where it may.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trainee's folder, as ``hanoikit start`` makes it."""
    made = tmp_path_factory.mktemp("course")
    workspace.refresh(made)
    return made


@pytest.fixture(scope="module")
def lab(folder: Path) -> Iterator[workspace.Lab]:
    with workspace.open_lab(
        folder, browser=False, options=["--LabApp.expose_app_in_browser=True"]
    ) as running:
        yield running


@pytest.fixture(scope="module")
def open_notebook(lab: workspace.Lab, chromium: Browser) -> Iterator[Callable[[str], Notebook]]:
    contexts = []

    def opener(path: str) -> Notebook:
        context = chromium.new_context(viewport={"width": 1366, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        outside: list[str] = []
        errors: list[str] = []
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((f"http://127.0.0.1:{lab.port}", "data:", "blob:"))
                else outside.append(request.url)
            ),
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        notebook = Notebook(page, outside, errors)
        notebook.open(lab.url_of(path, fresh=True))
        return notebook

    yield opener
    for context in contexts:
        context.close()


def serious(page: Page, scope: str) -> list[str]:
    """Serious and critical findings of axe inside ``scope``, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context={"include": [scope]}).response["violations"]
    return [
        f"{finding['id']}: {node['html'][:160]}"
        for finding in found
        if finding["impact"] in {"serious", "critical"}
        for node in finding["nodes"]
    ]
