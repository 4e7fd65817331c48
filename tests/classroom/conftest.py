"""One sample cohort for all slow tests of this folder, over the small assignment of the marking tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.classroom import small_class

from hanoikit.classroom import cohort
from hanoikit.classroom.answerers import BOTS, PEOPLE
from hanoikit.classroom.cohort import CohortRun
from hanoikit.classroom.klass import Class
from hanoikit.classroom.study import Studied, study
from hanoikit.grading import AssignmentSource, course_directory

from . import class_scene

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


@pytest.fixture(scope="session")
def marked_class(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """A class of three with one assignment, released, handed in and marked. Copy it to change it."""
    from hanoikit.classroom.release import release, write_handout

    klass = class_scene.make(tmp_path_factory.mktemp("class") / "autumn")
    release(klass)
    write_handout(klass, klass.handouts)
    class_scene.hand_in(klass)
    class_scene.mark(klass)
    return klass


@pytest.fixture
def class_copy(marked_class: Class, tmp_path: Path) -> Class:
    """The same in a folder of its own."""
    shutil.copytree(marked_class.root, tmp_path / "class")
    return Class.open(tmp_path / "class")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> small_class.SmallClass:
    """A class of four with one assignment, marked; tests that change it take a copy."""
    return small_class.shared(tmp_path_factory.getbasetemp())
