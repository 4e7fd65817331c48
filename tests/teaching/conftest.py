"""Two real lessons with their assignments, made into teaching material once for all tests here."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanoikit import build, resources
from hanoikit.build import Source
from hanoikit.teaching import lesson, site
from hanoikit.teaching.lesson import Lesson

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NAMES = ("m04-evidence-chain", "m09-victims")


@pytest.fixture(scope="session")
def sources() -> site.Sources:
    """The course, cut down to two modules."""
    whole = site.Sources.installed()
    return site.Sources(
        lessons=tuple(path for path in whole.lessons if path.stem in NAMES),
        assignments=tuple(path for path in whole.assignments if path.stem in NAMES),
        guide=whole.guide,
        program=whole.program,
        pictures=whole.pictures,
    )


@pytest.fixture(scope="session")
def built(sources: site.Sources, tmp_path_factory: pytest.TempPathFactory) -> site.Built:
    return site.build(sources, tmp_path_factory.mktemp("docs") / "docs", now=NOW, run=False)


@pytest.fixture(scope="session")
def lessons() -> list[Lesson]:
    """Every lesson of the course."""
    return [lesson.read(path) for path in sorted(resources.lessons().glob("m[0-9][0-9]-*.md"))]


@pytest.fixture(scope="session")
def assignments(sources: site.Sources) -> list[Source]:
    """The assignments of the two modules, the author's version."""
    return [build.read(path) for path in sources.assignments]


@pytest.fixture(scope="session")
def folder(built: site.Built) -> Path:
    return built.root
