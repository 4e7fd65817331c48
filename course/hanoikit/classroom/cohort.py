"""A sample cohort, from release to report, through nbgrader's own steps.

>>> run = run_cohort([source], course, seed=1)
>>> [(result.answerer.name, result.marked.percent) for result in run.results][:2]
[('strong', 100.0), ('average', 83.3)]

Each simulated trainee gets the released folder, answers on a real answer sheet, writes code into a real
notebook, and hands in through nbgrader's exchange (copied by the kit on Windows, where the exchange does
not run). Then nbgrader collects, autogrades and writes feedback and its export. All data are simulated.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hanoikit.classroom import report
from hanoikit.classroom.analysis import Entry
from hanoikit.classroom.answerers import KNOWS, SAMPLE, Answerer
from hanoikit.classroom.export import write_marks
from hanoikit.classroom.slips import NOTHING
from hanoikit.classroom.study import Studied, run_cells, study
from hanoikit.errors import ClassroomError, GradingError
from hanoikit.grading import AssignmentSource, CourseDirectory, MarkedAssignment, cells
from hanoikit.grading.process import NbgraderProcess
from hanoikit.grading.stock import read_marks
from hanoikit.i18n import _

Tell = Callable[[str], None]
"""Called with what is being done now; once for each step of :func:`steps`."""


@dataclass(frozen=True, slots=True)
class Result:
    """One simulated hand-in and what became of it."""

    answerer: Answerer
    assignment: str
    answers: Mapping[str, Any]
    """The answers on the sheet, as handed in."""
    marked: MarkedAssignment | None = None
    error: GradingError | None = None


@dataclass(frozen=True, slots=True)
class CohortRun:
    """A whole run: the assignments, what their questions are, and every result."""

    course: CourseDirectory
    seed: int
    sources: tuple[AssignmentSource, ...]
    studied: Mapping[str, Mapping[str, Studied]] = field(repr=False)
    results: tuple[Result, ...] = field(repr=False)
    way_in: str
    """How the hand-ins came in, in words."""

    def of(self, assignment: str) -> tuple[Result, ...]:
        """The results of one assignment."""
        return tuple(result for result in self.results if result.assignment == assignment)

    @property
    def faults(self) -> list[str]:
        """What must not be: a strong trainee who fails, a bot that passes, a hand-in without marks.
        Empty if all holds.
        """
        found = []
        for result in self.results:
            name = f"{result.answerer.name} ({result.assignment})"
            if result.marked is None:
                found.append(_("{name} was not marked: {error}").format(name=name, error=result.error))
            elif result.answerer.name == "strong" and not result.marked.passed:
                found.append(_("{name} knows every answer and did not pass.").format(name=name))
            elif result.answerer.is_bot and result.marked.passed:
                found.append(_("{name} passed without reading a question.").format(name=name))
        return found


def entries(run: CohortRun) -> list[Entry]:
    """The results as a report takes them."""
    return [
        Entry(
            trainee=result.answerer.name,
            assignment=result.assignment,
            marked=result.marked,
            answers=result.answers,
            group=result.answerer.sort,
            description=result.answerer.description,
            error=result.error,
        )
        for result in run.results
    ]


def write_report(run: CohortRun, folder: Path) -> list[Path]:
    """Write the report page, the marks as CSV and nbgrader's own export into ``folder``; the files, page
    first.

    Raises :class:`~hanoikit.errors.ClassroomError` when the disk does not take them.
    """
    made = _(
        "Made by programs that answer like a strong, an average, a weak, a careless and a silent trainee, "
        "and by bots that answer without reading. Handed in through {way}; marked by nbgrader; seed {seed}."
    ).format(way=run.way_in, seed=run.seed)
    rows = entries(run)
    export = folder / "grades-nbgrader.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        page = report.write(
            rows, run.sources, run.studied, folder / "report.html", simulated=made, seed=run.seed
        )
        files = [page, *write_marks(rows, folder)]
        if run.course.root / export.name != export.resolve():
            shutil.copyfile(run.course.root / export.name, export)
    except OSError as error:
        raise ClassroomError(
            _("The report cannot be written: {reason}.").format(reason=error.strerror or error),
            where=str(folder),
            next_step=_("Name another folder with --report."),
        ) from error
    return [*files, export]


def steps(assignments: int, answerers: int) -> int:
    """How many times ``tell`` is called in a run, for a progress bar."""
    return assignments * (5 + 2 * answerers) + 1


def run_cohort(
    sources: Sequence[AssignmentSource],
    course: CourseDirectory,
    *,
    seed: int = 1,
    answerers: Iterable[Answerer] = SAMPLE,
    tell: Tell = lambda text: None,
    begin: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
) -> CohortRun:
    """Run the sample cohort through ``course``, which must have the sources in place (see
    ``course_directory``).

    The same seed gives the same answers. ``begin`` is when the first answer is dated. Raises
    :class:`GradingError` or :class:`~hanoikit.errors.ClassroomError` when a step of the course itself
    fails; a single hand-in that cannot be marked is a :class:`Result` with an error.
    """
    cohort = tuple(answerers)
    results: list[Result] = []
    studied: dict[str, Mapping[str, Studied]] = {}
    with (
        NbgraderProcess(course) as nbgrader,
        tempfile.TemporaryDirectory(prefix="hanoikit-cohort-") as scratch,
    ):
        for source in sources:
            results += _one_assignment(
                source, course, nbgrader, Path(scratch), seed, cohort, tell, begin, studied
            )
        tell(_("Export"))
        nbgrader.run("export", to=str(course.root / "grades-nbgrader.csv"))
    way_in = _("copied into the course directory") if sys.platform == "win32" else _("nbgrader's exchange")
    return CohortRun(course, seed, tuple(sources), studied, tuple(results), way_in)


def _one_assignment(
    source: AssignmentSource,
    course: CourseDirectory,
    nbgrader: NbgraderProcess,
    scratch: Path,
    seed: int,
    cohort: Sequence[Answerer],
    tell: Tell,
    begin: datetime,
    studied: dict[str, Mapping[str, Studied]],
) -> list[Result]:
    name = source.name
    tell(_("{name}: the author's own answers").format(name=name))
    questions = studied[name] = study(source.parsed, scratch / "author" / name)
    tell(_("{name}: release").format(name=name))
    nbgrader.run("generate", assignment=name)
    if sys.platform != "win32":
        nbgrader.run("release", assignment=name)
    answers: dict[str, dict[str, Any]] = {}
    for answerer in cohort:
        tell(_("{name}: {trainee} answers").format(name=name, trainee=answerer.name))
        folder = scratch / answerer.name / name
        rng = random.Random(f"{seed}/{name}/{answerer.name}")
        shutil.copytree(course.release(name), folder)
        answers[answerer.name] = work(source, questions, answerer, folder, rng, begin=begin)
        _hand_in(answerer.name, folder, course, nbgrader)
    tell(_("{name}: collect").format(name=name))
    if sys.platform != "win32":
        nbgrader.run("collect", assignment=name)
    results = []
    for answerer in cohort:
        tell(_("{name}: autograde {trainee}").format(name=name, trainee=answerer.name))
        try:
            answer = nbgrader.run("autograde", assignment=name, trainee=answerer.name)
            marked = read_marks(course, answerer.name, source, answer["scores"])
            results.append(Result(answerer, name, answers[answerer.name], marked=marked))
        except GradingError as error:
            results.append(Result(answerer, name, answers[answerer.name], error=error))
    tell(_("{name}: feedback").format(name=name))
    if any(result.marked for result in results):
        nbgrader.run("feedback", assignment=name, seconds=600)
    tell(_("{name}: done").format(name=name))
    return results


def work(
    source: AssignmentSource,
    questions: Mapping[str, Studied],
    answerer: Answerer,
    folder: Path,
    rng: random.Random,
    *,
    begin: datetime,
) -> dict[str, Any]:
    """Let one simulated trainee work in ``folder``, a copy of the release; the answers that are on the
    sheet then.

    Files are made by the author's own model cells, code is written into its cell, and all other answers are
    appended to a real answer sheet. A fixed clock makes the same sheet from the same seed.
    """
    from hanoikit.exercise.sheet import Sheet

    given = {name: answerer.answer(question, rng) for name, question in questions.items()}
    knows = {name for name, value in given.items() if value is KNOWS}
    if files := [name for name in knows if questions[name].kind == "files"]:
        run_cells(source.parsed, folder, known=files)
    _write_code(source, questions, folder, knows)
    given |= {name: NOTHING if questions[name].model is None else questions[name].model for name in knows}
    values = [(name, value) for name, value in given.items() if value is not NOTHING]
    at = begin
    rows = []
    for name, value in values:
        at += timedelta(seconds=rng.randrange(20, 240))
        rows.append((name, _normal(questions[name], value), at))
    if rows:
        sheet = Sheet.in_folder(
            folder, assignment=source.name, clock=lambda: begin, session=f"sample-{answerer.name}"
        )
        sheet.extend(rows)
    return {name: value for name, value, _at in rows}


def _normal(question: Studied, value: Any) -> Any:
    """The value as the question's control would save it."""
    from hanoikit.exercise import kinds

    spec = question.spec
    options = dict(spec.get("options", ()))
    makers: dict[str, Callable[[], kinds.Kind]] = {
        "choice": lambda: kinds.Choice(options),
        "choices": lambda: kinds.Choices(options),
        "order": lambda: kinds.Order(options),
        "match": lambda: kinds.Match(dict(spec["left"]), dict(spec["right"])),
        "number": lambda: kinds.Number(spec.get("unit", "")),
        "moment": lambda: kinds.Moment(dict(spec.get("zones", ()))),
        "provision": lambda: kinds.Provision(several=isinstance(question.model, list)),
        "gates": lambda: kinds.Gates.from_spec(spec),
        "request": lambda: kinds.Request.from_spec(spec),
        "narrow": lambda: kinds.Narrow.from_spec(spec),
        "confidence": lambda: kinds.Confidence.from_spec(spec),
    }
    return makers[question.kind]().validate(value) if question.kind in makers else value


def _write_code(
    source: AssignmentSource, questions: Mapping[str, Studied], folder: Path, known: set[str]
) -> None:
    """Write the author's code into the solution cells of the questions that this trainee knows."""
    code = {grade_id: text for name in known for grade_id, text in questions[name].solution.items()}
    if not code:
        return
    path = folder / f"{source.name}.ipynb"
    notebook = cells.read_notebook(path)
    for cell in notebook["cells"]:
        if cells.grade_id(cell) in code:
            cell["source"] = code[cells.grade_id(cell)]
    cells.write_notebook(notebook, path)


def _hand_in(trainee: str, folder: Path, course: CourseDirectory, nbgrader: NbgraderProcess) -> None:
    if sys.platform != "win32":
        nbgrader.run("submit", assignment=folder.name, trainee=trainee, folder=str(folder.parent))
        return
    target = course.submitted(trainee, folder.name)
    shutil.copytree(folder, target)
    stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    (target / "timestamp.txt").write_text(stamp, encoding="utf-8")
