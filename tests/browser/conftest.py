"""The course in a real JupyterLab and a real Chromium: one server, one browser, one page for all tests of this folder.

To load JupyterLab takes ten times as long as to open a notebook in it, so the page stays: a notebook is opened as a
trainee opens the next one, from the JupyterLab that is there, after the one before was closed and its kernel was ended.
One notebook is open at a time. A notebook of the course is opened and run once: first ``test_every_page.py`` looks at
it, then the file that works in it (it names it in ``NOTEBOOK``). After a test that could not open or run its notebook
the page is made anew. Nothing saves by itself here: two savings at once make JupyterLab ask which one counts.

All of it happens behind a wall, where there is no network (see ``behind_a_wall.py``), and every request to anywhere but
this machine is noted, so that a page that asks for something outside fails its test. With ``HANOIKIT_SHOTS`` set to a
folder, pages that a test looks at are saved there.
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

from hanoikit import build, resources, workspace
from hanoikit.workspace.delivery import PRIVATE

from .behind_a_wall import PIPE, Inside, Outside, wall

CHROMIUM = shutil.which("chromium")
SHOTS = os.environ.get("HANOIKIT_SHOTS")
PATIENCE = 180_000
HERE = Path(__file__).parent
expect.set_options(timeout=90_000)  # a busy machine is no fault of the course
SCREEN = {"width": 1366, "height": 900}
NAMES = sorted(path.stem for path in resources.lessons().glob("m[0-9][0-9]-*.md"))
PAGES = [*(f"lessons/{name}.ipynb" for name in NAMES), *(f"exercises/{name}/{name}.ipynb" for name in NAMES)]
PAGES.append("Hand in.ipynb")
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
  for (const widget of [...app.shell.widgets('main')]) widget.dispose();
  await app.serviceManager.sessions.shutdownAll();
  await app.commands.execute('docmanager:open', { path, factory: 'Notebook' });
}"""

# What a person sees after a click or a change of the window: everything is laid out, and stays where it is.
SETTLED = """() => new Promise((done) => {
  let before = '', same = 0;
  const look = () => {
    const panel = window.jupyterapp.shell.currentWidget.node;
    const boxes = [...panel.querySelectorAll('.jp-Cell, .hk-panel, .hk-figure')];
    const now = boxes.map((node) => `${node.clientWidth}x${node.clientHeight}`).join();
    same = now === before && panel.clientWidth <= window.innerWidth ? same + 1 : 0;
    before = now;
    if (same === 4) done(); else setTimeout(() => requestAnimationFrame(look), 50);
  };
  look();
})"""

SAVE = "() => window.jupyterapp.shell.currentWidget.context.save()"

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


# The notebook as it would be saved, and what its kernel holds of its widgets.
CONTENT = "() => window.jupyterapp.shell.currentWidget.content.model.toJSON()"
WIDGETS = """async () => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const state = "__import__('json').dumps(__import__('ipywidgets').Widget.get_manager_state())";
  const size = `(lambda state: [len(state), int('FigureWidget' in state)])(${state})`;
  const content = { code: '', silent: true, store_history: false, user_expressions: { size } };
  const reply = await kernel.requestExecute(content).done;
  return JSON.parse(reply.content.user_expressions.size.data['text/plain']);
}"""


IN_TIME = """(value) => Promise.race([(FUNCTION)(value),
  new Promise((_done, no) => setTimeout(() => no(new Error('nothing came of it: ' + document.body.innerText)),
    PATIENCE))])"""


def in_time(page: Page, function: str, value: Any = None) -> Any:
    """What an asynchronous function says in the page; a failure where it says nothing at all."""
    return page.evaluate(IN_TIME.replace("FUNCTION", function).replace("PATIENCE", str(PATIENCE)), value)


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

    def save(self) -> None:
        """Write it to the disk, and wait until it is there."""
        in_time(self.page, SAVE)

    def content(self) -> dict[str, Any]:
        """The notebook as it would be saved."""
        return dict(self.page.evaluate(CONTENT))

    def widgets(self) -> tuple[int, bool]:
        """How long the state of all widgets of its kernel is, and whether one is a FigureWidget."""
        length, is_figure = in_time(self.page, WIDGETS)
        return int(length), bool(is_figure)

    def resize(self, width: int) -> None:
        """Give the window this width, and wait until everything is laid out in it."""
        self.page.set_viewport_size({"width": width, "height": SCREEN["height"]})
        self.page.wait_for_function(f"() => window.innerWidth === {width}", timeout=PATIENCE)
        in_time(self.page, SETTLED)

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
        self.ran: Notebook | None = None
        """The notebook that is open and was run."""

    def begin(self) -> None:
        if self._kept is not None:
            return
        if CHROMIUM is None:
            pytest.fail("Chromium is not installed; 'make test' installs it where it may.")
        with contextlib.ExitStack() as kept:
            self.folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="course-")))
            workspace.refresh(self.folder)
            settings = self.folder / PRIVATE / "lab" / "settings" / "@jupyterlab" / "docmanager-extension"
            settings.mkdir(parents=True)
            (settings / "plugin.jupyterlab-settings").write_text('{"autosave": false}', encoding="utf-8")
            # A warning that a kernel prints is an error of the page.
            patch = kept.enter_context(pytest.MonkeyPatch.context())
            patch.setenv("PYTHONWARNINGS", "default")
            options = ["--LabApp.expose_app_in_browser=True"]
            self.lab = kept.enter_context(workspace.open_lab(self.folder, browser=False, options=options))
            playwright = kept.enter_context(sync_playwright())
            self.browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER)
            kept.callback(self.browser.close)
            self._kept = kept.pop_all()

    def end(self) -> None:
        if self._kept is not None:
            kept, self._kept, self.page, self.sound = self._kept, None, None, False
            self.ran = None
            kept.close()

    def run(self, path: str) -> Notebook:
        """The notebook at this path, open and run; it is the one that is there, when it was the last."""
        if self.ran is not None and self.ran.path == path and self.sound:
            self.page.set_viewport_size(SCREEN)
            return self.ran
        notebook = self.open(path)
        notebook.run()
        self.ran = notebook
        return notebook

    def open(self, path: str) -> Notebook:
        """The notebook at this path of the folder, its kernel connected; the one before is closed."""
        self.begin()
        self.ran = None
        # Lists of its own for each notebook: who holds an older one keeps what was noted there.
        self.outside, self.errors = [], []
        if self.sound:
            self.sound = False
            self.page.set_viewport_size(SCREEN)
            in_time(self.page, NEXT, path)
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


def order(item: pytest.Item) -> int:
    """When a test has its turn: with the notebook that it works in, after the tests that look at every page."""
    notebook = getattr(item, "callspec", None) and item.callspec.params.get("page")  # type: ignore[attr-defined]
    notebook = notebook or getattr(item.module, "NOTEBOOK", None)  # type: ignore[attr-defined]
    return PAGES.index(notebook) if notebook in PAGES else len(PAGES)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The tests of one notebook after each other, in the places that the tests of this folder have."""
    places = [place for place, item in enumerate(items) if HERE in item.path.parents]
    ours = sorted((items[place] for place in places), key=order)
    for place, item in zip(places, ours, strict=True):
        items[place] = item
    WALL.items = ours


class Wall:
    """Where the tests of this folder run: behind the wall, or here when this is behind it or in the open."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []
        self.told = os.environ.get(PIPE, "")
        self._outside: Outside | None = None

    def reports(self, item: pytest.Item) -> list[pytest.TestReport] | None:
        """What became of this test behind the wall; None when it is to run here."""
        if self._outside is None:
            prefix = None if self.told else wall()
            if prefix is None:
                self.told = "none"
                return None
            self._outside = Outside(item.config, prefix, self.items)
        return self._outside.reports(item)

    def close(self) -> None:
        if self._outside is not None:
            self._outside.close()
            self._outside = None


WALL = Wall()


def pytest_configure(config: pytest.Config) -> None:
    if WALL.told.isdigit():
        config.pluginmanager.register(Inside(config, int(WALL.told)))


def pytest_unconfigure() -> None:
    WALL.close()


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    # This is asked of every test, wherever it is from.
    reports = WALL.reports(item) if HERE in item.path.parents else None
    if reports is None:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    if nextitem is None or HERE not in nextitem.path.parents:
        WALL.close()
    return True


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """The stage goes with the last test of this folder: a running Playwright would disturb others that use asyncio."""
    if nextitem is None or HERE not in nextitem.path.parents:
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


@pytest.fixture(scope="module")
def run_notebook() -> Callable[[str], Notebook]:
    """Opens and runs a notebook by its path in the folder; the one that was run last is there still."""
    return STAGE.run


def written(path: Path, code: str) -> str:
    """A notebook of one cell in the trainee's folder; its path there."""
    cell = {"cell_type": "code", "outputs": [], "execution_count": None, "metadata": {}, "id": "cell"}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": [{**cell, "source": code}], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(build.dumps(notebook), encoding="utf-8")
    return path.relative_to(STAGE.folder).as_posix()


def serious(page: Page, scope: str) -> list[str]:
    """Serious and critical findings of axe inside ``scope``, one line each."""
    from axe_playwright_python.base import AXE_SCRIPT

    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # What passes is not asked for: to describe it takes half of the time.
    found = page.evaluate(
        """async (scope) => (await axe.run({ include: [scope] }, { resultTypes: ['violations'] })).violations
            .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html) }))""",
        scope,
    )
    return [
        f"{finding['id']}: {html[:160]}"
        for finding in found
        if finding["impact"] in {"serious", "critical"}
        for html in finding["nodes"]
    ]
