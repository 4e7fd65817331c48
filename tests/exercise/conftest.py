"""An assignment's folder and a fresh kernel memory for every test of this room."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hanoikit.exercise.book import BOOK


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the assignment m04-evidence-chain, as the notebook's working folder."""
    place = tmp_path / "m04-evidence-chain"
    place.mkdir()
    monkeypatch.chdir(place)
    for name in ("NBGRADER_EXECUTION", "HANOIKIT_MARKING"):
        monkeypatch.delenv(name, raising=False)
    BOOK.forget()
    yield place
    BOOK.forget()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    pytest.importorskip("axe_playwright_python")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def stage(browser: Any, folder: Path) -> Iterator[Any]:
    """A page for controls; ends with the proof that it had no error and asked nothing of any other host."""
    from .stage import Stage

    context = browser.new_context(viewport={"width": 760, "height": 900})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.on(
        "request", lambda request: problems.append(request.url) if request.url.startswith("http") else None
    )
    yield Stage(page)
    context.close()
    assert problems == [], "no error and no outside request"
