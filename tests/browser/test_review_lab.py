"""The safeguards review in a real JupyterLab: facts attached with the keyboard and by dragging, and kept."""

from __future__ import annotations

import pytest

from .conftest import serious

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTEBOOK = "lessons/m07-safeguards.ipynb"
TITLE = "Safeguards review"


@pytest.fixture(scope="module")
def notebook(run_notebook):
    return run_notebook(NOTEBOOK)


@pytest.fixture
def panel(notebook):
    shown = notebook.panel(TITLE)
    shown.scroll_into_view_if_needed()
    shown.locator(".hk-drawing .main-svg").first.wait_for()
    return shown


def wait(notebook, panel, words: str) -> None:
    """Wait until the panel is at rest and has announced these words."""
    notebook.page.wait_for_function(
        "([node, words]) => node.getAttribute('aria-busy') === 'false'"
        " && node.querySelector('.hk-live').textContent.includes(words)",
        arg=[panel.element_handle(), words],
    )


def test_a_fact_is_attached_and_a_gate_decided_with_the_keyboard_alone(notebook, panel):
    row = panel.get_by_role("toolbar", name="Facts for: 1 · Legality")
    assert row.locator("button[tabindex='0']").count() == 1  # one stop of the Tab key for the whole row
    row.locator("button").first.focus()
    for key in ("ArrowRight", "Space"):
        notebook.page.keyboard.press(key)
    wait(notebook, panel, "Legality: facts 2.")
    for key in ("End", "Home", "Space"):
        notebook.page.keyboard.press(key)
    wait(notebook, panel, "Legality: facts 1, 2.")
    assert row.locator("button[aria-pressed='true']").count() == 2
    assert notebook.page.evaluate("document.activeElement.textContent") == "1"  # the focus stays where it was
    notebook.page.keyboard.press("Shift+Tab")
    notebook.page.keyboard.press("ArrowDown")
    wait(notebook, panel, "1 of 6 gates decided.")


def test_a_fact_is_attached_by_dragging_it_onto_its_gate(notebook, panel):
    panel.locator(".hk-at-facts li").nth(2).drag_to(panel.locator(".hk-at-place").nth(1))
    wait(notebook, panel, "Legitimate aim: facts 3.")
    chosen = panel.locator(".hk-at-place").nth(1).locator(".hk-at-chosen")
    assert chosen.locator(".hk-at-number").all_inner_texts() == ["3"]


def test_the_panel_has_no_serious_finding_and_its_figure_a_sentence(notebook, panel):
    panel.evaluate("(node) => node.setAttribute('data-looked-at', 'yes')")
    assert serious(notebook.page, "[data-looked-at]") == []
    assert panel.locator("figcaption").first.inner_text().strip()
    notebook.shot("m07-review", panel)


def test_running_the_cells_again_shows_what_was_decided(notebook, panel):
    # The notes are in the folder; a kernel that starts again finds them.
    panel.evaluate("(node) => node.setAttribute('data-before', 'yes')")
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    fresh = notebook.page.locator(f"section.hk-panel:not([data-before]):has(h3:text-is('{TITLE}'))")
    fresh.locator(".hk-at-chosen .hk-at-number").first.wait_for()
    assert fresh.locator(".hk-at-chosen .hk-at-number").all_text_contents() == ["1", "2", "3"]
    assert fresh.get_by_role("combobox", name="Decision").first.input_value() == "met"


def test_on_a_narrow_page_nothing_is_cut_off(notebook):
    notebook.resize(800)
    shown = notebook.panel(TITLE)
    notebook.page.wait_for_function(
        "(node) => node.scrollWidth <= node.clientWidth", arg=shown.element_handle()
    )
    shown.locator(".hk-at").scroll_into_view_if_needed()
    notebook.shot("m07-review-narrow", shown)
    assert notebook.outside == [] and notebook.errors == []
