"""One sample cohort for all slow tests of this folder, over the small assignment of the marking tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanoikit.classroom import cohort
from hanoikit.classroom.answerers import BOTS, PEOPLE
from hanoikit.classroom.cohort import CohortRun
from hanoikit.classroom.study import Studied, study
from hanoikit.grading import AssignmentSource, course_directory

NAME = "m99-marking"
COHORT = (*PEOPLE, *(bot for bot in BOTS if bot.name in {"bot-first", "bot-keywords", "bot-refuse"}))
"""Every person and three of the bots: each hand-in goes through a kernel of its own here."""
TEXT = Path(__file__).parent.parent / "grading" / "data" / NAME / f"{NAME}.md"


@pytest.fixture(scope="session")
def source() -> AssignmentSource:
    return AssignmentSource.read(TEXT)


@pytest.fixture(scope="session")
def studied(source: AssignmentSource, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Studied]:
    return study(source.parsed, tmp_path_factory.mktemp("author") / NAME)


@pytest.fixture(scope="session")
def run(source: AssignmentSource, tmp_path_factory: pytest.TempPathFactory) -> CohortRun:
    course = course_directory(tmp_path_factory.mktemp("cohort") / "course", assignments=[source])
    return cohort.run_cohort([source], course, seed=1, answerers=COHORT)
