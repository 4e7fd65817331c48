"""Every lesson and every assignment in a real JupyterLab: it runs, shows what it should, asks for nothing outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hanoikit import build, resources

from .conftest import PAGES, PATIENCE, Notebook, serious

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIMIT = 200_000
"""Bytes that one saved output may have."""

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
def page(request: pytest.FixtureRequest, run_notebook: Callable[[str], Notebook]) -> Notebook:
    notebook = run_notebook(request.param)
    notebook.shot(request.param.rpartition("/")[2].removesuffix(".ipynb"))
    return notebook


@pytest.fixture(scope="module")
def content(page: Notebook) -> dict[str, Any]:
    """The notebook after it ran, as it would be saved."""
    return page.content()


def outputs(content: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every output with the source of its cell."""
    return [
        ("".join(cell["source"]), output)
        for cell in content["cells"]
        if cell["cell_type"] == "code"
        for output in cell["outputs"]
    ]


def test_it_runs_from_top_to_bottom_without_a_word_of_error(page: Notebook, content: dict[str, Any]) -> None:
    code = [
        cell for cell in content["cells"] if cell["cell_type"] == "code" and "".join(cell["source"]).strip()
    ]
    assert code and all(cell["execution_count"] for cell in code)
    for source, output in outputs(content):
        assert output["output_type"] != "error", (source, output.get("traceback"))
        assert output.get("name") != "stderr", (source, output["text"])
    assert page.failures() == []
    assert page.errors == []


def test_what_it_saves_is_small(page: Notebook, content: dict[str, Any]) -> None:
    for source, output in outputs(content):
        assert len(json.dumps(output)) < LIMIT, source
    length, is_figure = page.widgets()
    assert length < 5 * LIMIT and not is_figure


def test_every_lab_and_self_check_shows_something_with_a_plain_text_beside_it(
    page: Notebook, content: dict[str, Any]
) -> None:
    kind, _slash, name = page.path.partition("/")
    shown = 0
    for cell in content["cells"]:
        if cell["cell_type"] == "code" and {"lab", "selfcheck"} & set(cell["metadata"].get("tags", ())):
            kinds = [set(output.get("data", ())) for output in cell["outputs"]]
            assert any(kinds), "".join(cell["source"])
            assert all("text/plain" in kind for kind in kinds if kind)
            shown += 1
    if kind == "lessons":
        source = build.read(resources.lessons() / f"{name.removesuffix('.ipynb')}.md")
        assert shown == sum(bool(cell.tags & {"lab", "selfcheck"}) for cell in source.cells) >= 4


def test_to_run_it_answers_nothing_and_hands_nothing_in(page: Notebook, folder: Path) -> None:
    place = (folder / page.path).parent
    sheet = place / "answers.jsonl"
    assert not sheet.exists() or f'"question": "{place.name[:3]}' not in sheet.read_text(encoding="utf-8")
    assert not (place / "work" / "package").exists()


def test_every_figure_is_drawn_and_has_its_sentence_and_its_table(page: Notebook) -> None:
    page.page.wait_for_function(f"() => ({UNDRAWN})().length === 0", timeout=PATIENCE)
    assert page.page.evaluate(SILENT) == []


def test_nothing_is_cut_off_on_a_small_screen(page: Notebook) -> None:
    page.resize(800)
    found = page.page.evaluate(CUT)
    page.resize(1366)
    assert found == []


def test_axe_finds_nothing_serious_in_its_outputs(page: Notebook) -> None:
    assert serious(page.page, ".jp-OutputArea") == []


def test_it_asks_for_nothing_outside_this_machine(page: Notebook) -> None:
    assert page.outside == []
