"""Module 2 in a real JupyterLab: its labs with the keyboard alone, without the network, at two widths."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTEBOOK = "lessons/m02-offences.ipynb"


@pytest.fixture(scope="module")
def notebook(run_notebook):
    return run_notebook(NOTEBOOK)


def settle(notebook, panel, control, *keys: str) -> str:
    """Press the keys on the control, and wait until the panel says something else."""
    before = notebook.said(panel)
    control.focus()
    for key in keys:
        notebook.page.keyboard.press(key)
    notebook.page.wait_for_function(
        "([node, said]) => node.getAttribute('aria-busy') === 'false'"
        " && node.querySelector('.hk-live').textContent !== said",
        arg=[panel.element_handle(), before],
    )
    return notebook.said(panel)


def test_a_scene_and_a_fact_are_changed_with_the_keyboard_and_both_steps_follow(notebook):
    panel = notebook.panel("Offence finder")
    scene = panel.locator("select[name=scene]")
    assert "Depends: 13" in settle(notebook, panel, scene, "ArrowDown")
    lost = panel.locator("select[name$=property-lost]")
    said = settle(notebook, panel, lost, "y")
    assert said.startswith("13 theft, fraud: ✓")
    assert "In: 13" in panel.inner_text()


def test_the_reason_of_a_refusal_is_changed_with_the_keyboard(notebook):
    panel = notebook.panel("Who may try the case?")
    refusal = panel.locator("select[name$=refusal]")
    assert "must prosecute" not in settle(notebook, panel, refusal, "ArrowDown")


def test_on_a_small_screen_a_wide_figure_scrolls_and_the_keyboard_reaches_it(notebook):
    notebook.resize(800)
    figure = notebook.panel("Offence finder").locator("figure").first
    figure.scroll_into_view_if_needed()
    figure.locator(".main-svg").first.wait_for()
    notebook.page.wait_for_function("(node) => node.tabIndex === 0", arg=figure.element_handle())
    assert figure.evaluate("(node) => node.scrollWidth > node.clientWidth")
    assert notebook.panel("Offence finder").evaluate("(node) => node.scrollWidth <= node.clientWidth + 1")
    assert notebook.failures() == [] and notebook.outside == [] and notebook.errors == []
