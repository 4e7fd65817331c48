"""What the tests of the convention room share: the stand-in for the official text, and a private data folder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

settings.register_profile("hanoikit", deadline=None)
settings.load_profile("hanoikit")


def _layout() -> ModuleType:
    """The generator beside this file; pytest's import mode puts no test folder on the path."""
    name = "convention_official_layout"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("official_layout.py"))
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def layout() -> ModuleType:
    return _layout()


@pytest.fixture(scope="session")
def official_pdf(layout: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-in as a PDF; made once, because typesetting takes a second."""
    path = tmp_path_factory.mktemp("pdf") / "official.pdf"
    layout.as_pdf(layout.convention_document(), path)
    return path


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test touches the data of the person who runs it."""
    folder = tmp_path / "user-data"
    monkeypatch.setenv("HANOIKIT_DATA", str(folder))
    return folder
