"""Every module as it is installed: its lesson, its assignment, and the treaty that both cite."""

from __future__ import annotations

import pytest

from hanoikit import build, resources
from hanoikit.build.source import Source
from hanoikit.grading import AssignmentSource

NAMES = sorted(path.stem for path in resources.lessons().glob("m[0-9][0-9]-*.md"))


@pytest.fixture(scope="session", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """The name that a module's lesson and assignment share: ``m04-evidence-chain``."""
    return str(request.param)


@pytest.fixture(scope="session")
def lesson(name: str) -> Source:
    return build.read(resources.lessons() / f"{name}.md")


@pytest.fixture(scope="session")
def assignment(name: str) -> AssignmentSource:
    return AssignmentSource.installed(name)
