"""Every module as it is installed: its lesson, its assignment, the treaty that both cite, hand-ins with their marks."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanoikit import build, resources
from hanoikit.build.source import Source
from hanoikit.classroom import cohort
from hanoikit.classroom.answerers import PEOPLE, Answerer
from hanoikit.classroom.study import Studied, study
from hanoikit.grading import AssignmentSource, HandIn, MarkedAssignment, cells
from hanoikit.grading.trusted import TrustedEngine

NAMES = sorted(path.stem for path in resources.lessons().glob("m[0-9][0-9]-*.md"))
STRONG = PEOPLE[0]
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Papers:
    """Hand-ins to an assignment and their trusted marks, each made once, whichever tests ask for it.

    An answerer of ``None`` hands the release in as it was handed out.
    """

    def __init__(self, scratch: Path, engine: TrustedEngine) -> None:
        self.engine = engine
        self._scratch = scratch
        self._studied: dict[Path, tuple[Path, Mapping[str, Studied]]] = {}
        self._handed_in: dict[tuple[Path, str], HandIn] = {}
        self._marked: dict[tuple[Path, str], MarkedAssignment] = {}

    def studied(self, assignment: AssignmentSource) -> tuple[Path, Mapping[str, Studied]]:
        """The folder that the author's own cells filled, and what the assignment asks."""
        if assignment.text not in self._studied:
            folder = self._scratch / f"{len(self._studied)}" / "author" / assignment.name
            self._studied[assignment.text] = folder, study(assignment.parsed, folder)
        return self._studied[assignment.text]

    def hand_in(self, answerer: Answerer | None, assignment: AssignmentSource) -> HandIn:
        """What this answerer hands in."""
        name = answerer.name if answerer else "blank"
        key = (assignment.text, name)
        if key not in self._handed_in:
            author, studied = self.studied(assignment)
            folder = author.parents[1] / name / assignment.name
            folder.mkdir(parents=True)
            cells.write_notebook(assignment.release, folder / f"{assignment.name}.ipynb")
            if answerer:
                self._work(assignment, author, studied, answerer, folder)
            self._handed_in[key] = HandIn(trainee=name, folder=folder)
        return self._handed_in[key]

    @staticmethod
    def _work(
        assignment: AssignmentSource,
        author: Path,
        studied: Mapping[str, Studied],
        answerer: Answerer,
        folder: Path,
    ) -> None:
        def lay_down(source: Source, folder: Path, *, known: object) -> None:
            # The author's cells have run already: the files that they made are those that they would make again.
            shutil.copytree(
                author, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("answers.jsonl*")
            )

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cohort, "run_cells", lay_down)
            cohort.work(assignment, studied, answerer, folder, random.Random(1), begin=BEGIN)

    def marked(self, answerer: Answerer | None, assignment: AssignmentSource) -> MarkedAssignment:
        """What the trusted engine makes of it."""
        hand_in = self.hand_in(answerer, assignment)
        key = (assignment.text, hand_in.trainee)
        if key not in self._marked:
            self._marked[key] = self.engine.mark(hand_in, assignment)
        return self._marked[key]


def earned(marked: MarkedAssignment) -> dict[str, float | None]:
    """The points of each question, ``None`` where a person marks."""
    return {question.question: question.points for question in marked.questions}


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Papers]:
    with TrustedEngine() as engine:
        yield Papers(tmp_path_factory.mktemp("papers"), engine)


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
