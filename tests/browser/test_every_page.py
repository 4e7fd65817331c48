"""Every lesson and every assignment in a real JupyterLab: it runs, shows what it should, asks for nothing outside."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hanoikit import resources

from .conftest import Notebook, serious

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NAMES = sorted(path.stem for path in resources.lessons().glob("m[0-9][0-9]-*.md"))
PAGES = [f"lessons/{name}.ipynb" for name in NAMES] + [f"exercises/{name}/{name}.ipynb" for name in NAMES]
PAGES.append("Hand in.ipynb")

# Figures of panels whose program or data did not arrive still hold their waiting text.
UNDRAWN = """() => [...document.querySelectorAll('.hk-drawing')]
  .filter((place) => !place.querySelector('.main-svg')).map((place) => place.textContent)"""

# A figure is one image to a screen reader, so the sentence and the table beside it carry everything.
SILENT = """() => [...document.querySelectorAll('.hk-figure')]
  .filter((figure) => !figure.querySelector('figcaption').textContent.trim()
    || !figure.closest('li').querySelector('.hk-result table'))
  .map((figure) => figure.closest('li').innerText.slice(0, 80))"""

# Content that is wider than its cell and cannot be scrolled to.
CUT = """() => [...document.querySelectorAll('.hk-panel, .hk-panel li, .hk-panel .hk-result')]
  .filter((node) => node.scrollWidth > node.clientWidth + 2 && getComputedStyle(node).overflowX === 'visible')
  .map((node) => `${node.className}: ${node.innerText.slice(0, 80)}`)"""


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest, open_notebook: Callable[[str], Notebook]) -> Notebook:
    notebook = open_notebook(request.param)
    notebook.run()
    notebook.shot(request.param.rpartition("/")[2].removesuffix(".ipynb"))
    return notebook


def test_it_runs_from_top_to_bottom_without_an_error(page: Notebook) -> None:
    assert page.failures() == []
    assert page.errors == []


def test_every_figure_is_drawn_and_has_its_sentence_and_its_table(page: Notebook) -> None:
    page.page.wait_for_function(f"() => ({UNDRAWN})().length === 0", timeout=30_000)
    assert page.page.evaluate(SILENT) == []


def test_nothing_is_cut_off_on_a_small_screen(page: Notebook) -> None:
    page.page.set_viewport_size({"width": 800, "height": 900})
    page.page.wait_for_timeout(500)
    found = page.page.evaluate(CUT)
    page.page.set_viewport_size({"width": 1366, "height": 900})
    assert found == []


def test_axe_finds_nothing_serious_in_its_outputs(page: Notebook) -> None:
    assert serious(page.page, ".jp-OutputArea") == []


def test_it_asks_for_nothing_outside_this_machine(page: Notebook) -> None:
    assert page.outside == []
