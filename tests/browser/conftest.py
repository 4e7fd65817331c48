"""The course in a real JupyterLab and a real Chromium: one server, one browser, one page for all tests of this folder.

To load JupyterLab takes ten times as long as to open a notebook in it, so the page stays: a notebook is opened as a
trainee opens the next one, from the JupyterLab that is there, after the one before was saved and closed and its kernel
was ended. One notebook is open at a time. After a test that could not open or run its notebook the page is made anew.

Every name but this machine's resolves to nothing, and every request to anywhere else is noted, so that a page
that asks for something outside fails its test. With ``HANOIKIT_SHOTS`` set to a folder, pages
that a test looks at are saved there.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, Page, expect, sync_playwright

from hanoikit import workspace

CHROMIUM = shutil.which("chromium")
SHOTS = os.environ.get("HANOIKIT_SHOTS")
PATIENCE = 180_000
expect.set_options(timeout=30_000)  # a busy machine is no fault of the course
SCREEN = {"width": 1366, "height": 900}
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

# The next notebook in the JupyterLab that is there: nothing of the one before stays, neither its page nor its kernel.
NEXT = """async (path) => {
  const app = window.jupyterapp;
  for (const widget of [...app.shell.widgets('main')]) {
    if (widget.context?.model?.dirty) await widget.context.save();
    widget.dispose();
  }
  await app.serviceManager.sessions.shutdownAll();
  await app.commands.execute('docmanager:open', { path, factory: 'Notebook' });
}"""

OPEN = """(path) => window.jupyterapp?.shell.currentWidget?.context?.path === path
  && document.querySelectorAll('.jp-NotebookPanel').length === 1"""

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

    def __init__(self, stage: Stage, path: str) -> None:
        self.stage = stage
        self.page = stage.page
        self.path = path
        self.outside = stage.outside
        self.errors = stage.errors

    def run(self) -> None:
        """Press the course's own button and wait until every cell has run."""
        self.stage.sound = False
        self.page.get_by_text("Run the whole lesson").first.click()
        self.page.wait_for_function(DONE, timeout=PATIENCE)
        self.stage.sound = True

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


class Stage:
    """A JupyterLab, a browser and one page of it, made when first needed, kept until the tests of this folder end."""

    def __init__(self) -> None:
        self._kept: contextlib.ExitStack | None = None
        self.page: Any = None
        self.sound = False
        """Whether the page may be used for the next notebook."""
        self.outside: list[str] = []
        self.errors: list[str] = []

    def begin(self) -> None:
        if self._kept is not None:
            return
        if CHROMIUM is None:
            pytest.fail("Chromium is not installed; 'make test' installs it where it may.")
        with contextlib.ExitStack() as kept:
            self.folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="course-")))
            workspace.refresh(self.folder)
            options = ["--LabApp.expose_app_in_browser=True"]
            self.lab = kept.enter_context(workspace.open_lab(self.folder, browser=False, options=options))
            playwright = kept.enter_context(sync_playwright())
            self.browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER)
            kept.callback(self.browser.close)
            self._kept = kept.pop_all()

    def end(self) -> None:
        if self._kept is not None:
            kept, self._kept, self.page, self.sound = self._kept, None, None, False
            kept.close()

    def open(self, path: str) -> Notebook:
        """The notebook at this path of the folder, its kernel connected; the one before is closed."""
        self.begin()
        # Lists of its own for each notebook: who holds an older one keeps what was noted there.
        self.outside, self.errors = [], []
        if self.sound:
            self.sound = False
            self.page.set_viewport_size(SCREEN)
            self.page.evaluate(NEXT, path)
        else:
            self._load(path)
        self.page.wait_for_function(OPEN, arg=path, timeout=PATIENCE)
        self.page.wait_for_selector(".jp-Notebook", timeout=PATIENCE)
        self.page.wait_for_function(CONNECTED, timeout=PATIENCE)
        self.sound = True
        return Notebook(self, path)

    def _load(self, path: str) -> None:
        if self.page is not None:
            self.page.context.close()
        self.page = self.browser.new_context(viewport=SCREEN).new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(self.lab.url_of(path, fresh=True))

    def _note(self, request: Any) -> None:
        if not request.url.startswith((f"http://127.0.0.1:{self.lab.port}", "data:", "blob:")):
            self.outside.append(request.url)


STAGE = Stage()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every page once: behind the wall of ``test_offline.py`` when that is asked for too."""
    here = Path(__file__).parent
    if not any(item.path == here / "test_offline.py" for item in items) or shutil.which("bwrap") is None:
        return
    twice = [item for item in items if item.path == here / "test_every_page.py"]
    items[:] = [item for item in items if item.path != here / "test_every_page.py"]
    config.hook.pytest_deselected(items=twice)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """The stage goes with the last test of this folder: a running Playwright would disturb others that use asyncio."""
    if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
        STAGE.end()


@pytest.fixture(scope="module")
def folder() -> Path:
    """The trainee's folder, as ``hanoikit start`` makes it."""
    STAGE.begin()
    return STAGE.folder


@pytest.fixture(scope="module")
def lab() -> workspace.Lab:
    STAGE.begin()
    return STAGE.lab


@pytest.fixture(scope="module")
def chromium() -> Browser:
    STAGE.begin()
    return STAGE.browser


@pytest.fixture(scope="module")
def open_notebook() -> Callable[[str], Notebook]:
    """Opens a notebook by its path in the folder. One is open at a time."""
    return STAGE.open


def serious(page: Page, scope: str) -> list[str]:
    """Serious and critical findings of axe inside ``scope``, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    # What passes is not asked for: to describe it takes half of the time.
    options = {"resultTypes": ["violations"]}
    found = Axe().run(page, context={"include": [scope]}, options=options).response["violations"]
    return [
        f"{finding['id']}: {node['html'][:160]}"
        for finding in found
        if finding["impact"] in {"serious", "critical"}
        for node in finding["nodes"]
    ]
