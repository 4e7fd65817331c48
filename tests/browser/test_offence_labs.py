"""Module 2 in a real JupyterLab: its labs with the keyboard alone, without the network, at two widths."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON = "lessons/m02-offences.ipynb"
TITLES = ("Offence finder", "Dual criminality", "Who may try the case?")


@pytest.fixture(scope="module")
def notebook(open_notebook):
    opened = open_notebook(LESSON)
    opened.run()
    return opened


@pytest.fixture(scope="module")
def axe():
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    spec = spec_from_file_location("browser_conftest", Path(__file__).with_name("conftest.py"))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.serious


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


def test_the_lesson_runs_without_an_error_and_asks_nothing_of_the_network(notebook):
    assert notebook.failures() == []
    assert notebook.outside == [] and notebook.errors == []


@pytest.mark.parametrize("title", TITLES)
def test_each_lab_draws_its_figure_with_a_sentence_and_has_no_serious_finding(notebook, axe, title):
    panel = notebook.panel(title)
    panel.scroll_into_view_if_needed()
    panel.locator(".hk-drawing .main-svg").first.wait_for()
    assert panel.locator("figcaption").first.inner_text().strip()
    panel.evaluate("(node) => node.setAttribute('data-looked-at', 'yes')")
    assert axe(notebook.page, "[data-looked-at]") == []
    panel.evaluate("(node) => node.removeAttribute('data-looked-at')")
    notebook.shot(f"m02-{title.split()[0].lower()}", panel)


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
    notebook.page.set_viewport_size({"width": 800, "height": 900})
    figure = notebook.panel("Offence finder").locator("figure").first
    figure.scroll_into_view_if_needed()
    figure.locator(".main-svg").first.wait_for()
    notebook.page.wait_for_function(
        "(node) => node.tabIndex === 0", arg=figure.element_handle(), timeout=20_000
    )
    assert figure.evaluate("(node) => node.scrollWidth > node.clientWidth")
    assert notebook.panel("Offence finder").evaluate("(node) => node.scrollWidth <= node.clientWidth + 1")
