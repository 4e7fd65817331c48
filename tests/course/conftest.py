"""Module 4 as it is installed: its lesson, its assignment, and the treaty that both cite."""

from __future__ import annotations

import pytest

from hanoikit import build, resources
from hanoikit.build.source import Source
from hanoikit.grading import AssignmentSource

NAME = "m04-evidence-chain"


@pytest.fixture(scope="session")
def lesson() -> Source:
    return build.read(resources.lessons() / f"{NAME}.md")


@pytest.fixture(scope="session")
def assignment() -> AssignmentSource:
    return AssignmentSource.installed(NAME)
