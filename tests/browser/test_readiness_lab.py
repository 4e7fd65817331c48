"""The readiness workbench in a real JupyterLab: the keyboard moves the budget, and a reload keeps the choice."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTEBOOK = "lessons/m10-practice.ipynb"


@pytest.fixture(scope="module")
def notebook(run_notebook):
    return run_notebook(NOTEBOOK)


def wait(notebook, panel, words: str) -> None:
    notebook.page.wait_for_function(
        "([node, words]) => node.getAttribute('aria-busy') === 'false'"
        " && node.querySelector('.hk-live').textContent.includes(words)",
        arg=[panel.element_handle(), words],
    )


def test_the_budget_is_moved_with_the_keyboard_and_both_exports_are_written(notebook, folder):
    panel = notebook.panel("Readiness workbench")
    panel.scroll_into_view_if_needed()
    notebook.shot("m10-answers", panel)
    slider = panel.get_by_label("Budget for the first year")
    slider.focus()
    for _press in range(4):
        notebook.page.keyboard.press("ArrowRight")
    wait(notebook, panel, "of 500 thousand XTS")
    notebook.press(panel, "Write the spreadsheet (XLSX)")
    assert "readiness-Elvaria.xlsx" in notebook.said(panel)
    notebook.press(panel, "Write the paper (PDF)")
    written = {path.name for path in (folder / "lessons" / "m10-work").iterdir()}
    assert {"readiness-Elvaria.xlsx", "readiness-Elvaria.pdf", "readiness.json"} <= written
    panel.get_by_label("Figures", exact=True).select_option("shifted")
    notebook.press(panel, "Check before citing")
    assert "4 things" in notebook.said(panel)
    notebook.shot("m10-end", panel)
    assert notebook.failures() == [] and notebook.errors == [] and notebook.outside == []
