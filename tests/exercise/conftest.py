"""An assignment's folder and a fresh kernel memory for every test of this room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
