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
    sync_api.expect.set_options(timeout=90_000)  # a busy machine is no fault of a control
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def place(browser: Any) -> Iterator[Any]:
    """A page that the tests of a file use one after the other; each begins with an empty one."""
    from .stage import Place

    place = Place(browser)
    yield place
    place.close()


@pytest.fixture
def stage(place: Any, folder: Path) -> Iterator[Any]:
    """A page for controls; ends with the proof that it had no error and asked nothing of any other host."""
    yield place.begin()
    assert place.end() == [], "no error and no outside request"


@pytest.fixture
def stage_apart(browser: Any, folder: Path) -> Iterator[Any]:
    """The same in a page of its own, for a test that changes what stays with a page."""
    from .stage import Place

    place = Place(browser)
    yield place.begin()
    assert place.end() == [], "no error and no outside request"
    place.close()
