"""The page to hand in on: what was typed elsewhere in JupyterLab and not saved is in the sealed file."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hanoikit.handin import bundle
from hanoikit.handin.me import Me

from .conftest import CONNECTED, DONE, PATIENCE, Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXERCISE = "exercises/m01-convention/m01-convention.ipynb"

TYPE = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  const cells = panel.content.model.cells;
  cells.get(cells.length - 1).sharedModel.setSource('# Typed, and not saved.');
  return panel.context.model.dirty;
}"""

OPEN = """async (path) => {
  await window.jupyterapp.commands.execute('docmanager:open', { path, factory: 'Notebook' });
}"""

HERE = "() => window.jupyterapp.shell.currentWidget.context.path === 'Hand in.ipynb'"

RUN = "() => { window.jupyterapp.commands.execute('hanoikit:run-lesson'); }"


def test_one_button_saves_seals_and_shows_the_code(
    open_notebook: Callable[[str], Notebook], folder: Path
) -> None:
    Me.of(folder).set(name="Đặng Lan", id="t07")
    notebook = open_notebook(EXERCISE)
    notebook.stage.sound = False
    page = notebook.page
    assert page.evaluate(TYPE)
    began = time.time()
    page.evaluate(OPEN, "Hand in.ipynb")
    page.wait_for_function(HERE, timeout=PATIENCE)
    page.wait_for_function(CONNECTED, timeout=PATIENCE)
    page.evaluate(RUN)
    page.wait_for_function(DONE, timeout=PATIENCE)
    panel = notebook.panel("Hand in")
    panel.locator("select[name=exercise]").select_option("m01-convention")
    page.wait_for_function(
        "(node) => node.innerText.includes('13')", arg=panel.element_handle(), timeout=PATIENCE
    )
    notebook.press(panel, "Seal and hand in")
    code = panel.locator(".hk-large")
    code.wait_for(timeout=PATIENCE)
    (path,) = [
        path for path in (folder / "handed-in").glob("m01-*.hanoi.zip") if path.stat().st_mtime >= began - 1
    ]
    found = bundle.read(path)
    assert found.receipt is not None and found.receipt.code in notebook.said(panel)
    assert b"Typed, and not saved." in found.files["m01-convention.ipynb"]
    assert "Ctrl+S" not in panel.inner_text()
    assert code.inner_text() == found.receipt.code
    assert float(code.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")) >= 24
    notebook.shot("hand-in", panel)
