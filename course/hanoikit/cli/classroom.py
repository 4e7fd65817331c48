"""``hanoikit class``: what an instructor does with a class, in any nbgrader course directory.

hanoikit class autograde                       mark everything that is new
hanoikit class autograde ps1 --trainee amal    one hand-in
hanoikit class explain amal ps1                why these marks
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hanoikit.cli import SETTINGS
from hanoikit.errors import UsageError
from hanoikit.i18n import _, ngettext

if TYPE_CHECKING:
    from hanoikit.grading.trusted.course_run import CourseRun, Result

app = typer.Typer(
    help="Run a class: mark the hand-ins, explain a mark.\n\nExample: hanoikit class autograde", **SETTINGS
)

Course = Annotated[
    Path,
    typer.Option(
        "--course",
        "--course-dir",
        "--class",
        help="The course directory. Default: this folder.",
        show_default=False,
    ),
]


class Where(StrEnum):
    """Where hand-ins are marked."""

    LOCAL = "local"
    DASK = "dask"


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def autograde(
    context: typer.Context,
    assignment: Annotated[
        str | None, typer.Argument(help="Default: every assignment with hand-ins.", show_default=False)
    ] = None,
    trainee: Annotated[
        str | None,
        typer.Option("--trainee", "--student", help="Only this one, or a pattern.", show_default=False),
    ] = None,
    notebook: Annotated[
        str | None, typer.Option(help="Only this notebook, or a pattern.", show_default=False)
    ] = None,
    jobs: Annotated[int, typer.Option(min=0, help="Hand-ins at once. 0: one more than processors.")] = 0,
    again: Annotated[
        bool, typer.Option("--again", "--force", "-f", help="Also what is marked already.")
    ] = False,
    db: Annotated[
        str | None, typer.Option(help="The gradebook, if it is not the course's.", show_default=False)
    ] = None,
    _create: Annotated[bool, typer.Option("--create", hidden=True)] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for scripts.")] = False,
    course: Course = Path(),
    executor: Annotated[
        Where, typer.Option(help="local: on this machine. dask: on worker processes, here or elsewhere.")
    ] = Where.LOCAL,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="With dask: the address of your cluster. Default: workers on this machine.",
            show_default=False,
        ),
    ] = None,
    tests_inside: Annotated[
        bool,
        typer.Option(
            "--tests-inside-trainee-process",
            help="For tests that need live objects: the trainee's code can then change its own marks. "
            "Every such mark is flagged.",
        ),
    ] = False,
    without_isolation: Annotated[
        bool,
        typer.Option(
            "--without-isolation-i-accept-the-risk",
            help="Run hand-ins with your own rights, where this machine cannot isolate them.",
        ),
    ] = False,
) -> None:
    """Mark hand-ins: trainees' code runs isolated, and never beside the tests.

    Works in any nbgrader course directory and writes its gradebook and its autograded folder. Ends with 0
    when every hand-in is marked, with 1 when a person has to look at one. Settings are written as with
    nbgrader: --Execute.timeout=60

    Example: hanoikit class autograde ps1
    """
    from hanoikit.grading.trusted import Limits, Outer, TrustedEngine, WithoutIsolation
    from hanoikit.grading.trusted.course_run import CourseRun
    from hanoikit.grading.trusted.layout import Layout
    from hanoikit.grading.trusted.outer import check

    started = time.monotonic()
    layout = Layout.of(course.resolve(), _settings(context.args, notebook=notebook, db=db))
    wall = WithoutIsolation() if without_isolation else Outer.found()
    # Said once, instead of for each hand-in.
    check(wall)
    limits = Limits.of_course(layout.config)
    with TrustedEngine(wall=wall, limits=limits, tests_inside=tests_inside) as engine:
        progress = _Progress(show=not as_json)
        run = CourseRun(layout, engine, jobs=jobs, again=again, tell=progress.begin)
        summary = _Summary()
        with _cluster(run, executor, scheduler), progress:
            for name in [_meant(layout.root, assignment)] if assignment else _with_hand_ins(layout):
                progress.name(name)
                for result in run.autograde(name, trainee=trainee):
                    summary.add(result)
                    progress.step()
                    if as_json:
                        print(json.dumps(_as_data(result)), flush=True)
    if not as_json:
        summary.tell(time.monotonic() - started)
    _into_ledger(layout.root, tell=not as_json)
    if summary.looking:
        raise typer.Exit(1)


@app.command()
def explain(
    trainee: Annotated[str, typer.Argument(help="The trainee's name in the gradebook.")],
    assignment: Annotated[str, typer.Argument(help="The assignment.")],
    course: Course = Path(),
) -> None:
    """Show which check gave which point, and on what answer.

    Example: hanoikit class explain amal ps1
    """
    from rich.console import Console

    from hanoikit.cli.grade import show
    from hanoikit.grading.trusted.course_run import read_marks
    from hanoikit.grading.trusted.layout import Layout

    layout = Layout.of(course.resolve())
    for marked in read_marks(layout, trainee, _meant(layout.root, assignment)):
        show(marked, Console())


def _meant(root: Path, assignment: str) -> str:
    """In the folder of a class a beginning is enough (``m04``), and other names are refused; elsewhere the name."""
    from hanoikit.classroom.klass import Class

    if not Class.exists(root):
        return assignment
    from hanoikit.cli.class_handing import resolve

    return resolve(Class.open(root), [assignment])[0] if assignment != "all" else assignment


def _into_ledger(root: Path, *, tell: bool) -> None:
    """In the folder of a class, the marks into its ledger; nothing elsewhere."""
    if not (root / "class.json").is_file():
        return
    from hanoikit.classroom.ledger_check import record_marks

    lines = record_marks(root, at=datetime.now().astimezone().replace(microsecond=0))
    strange = [line.record for line in lines if line.record.get("by") == "unknown"]
    if strange and tell:
        text = ngettext(
            "{count} mark was changed in the gradebook outside any marking: hanoikit class ledger show",
            "{count} marks were changed in the gradebook outside any marking: hanoikit class ledger show",
            len(strange),
        )
        print(text.format(count=len(strange)), file=sys.stderr)


def _settings(words: list[str], *, notebook: str | None, db: str | None) -> list[str]:
    """nbgrader's way of writing settings on the command line; raises :class:`UsageError` for other words."""
    found = []
    for word in words:
        if word == "--no-execute":
            raise UsageError(
                _("Marks are never made from outputs as they were handed in: those may claim anything."),
                next_step=_("Run it without --no-execute."),
            )
        if not word.startswith("--") or "." not in word.partition("=")[0]:
            raise UsageError(
                _("There is no option {word}.").format(word=word),
                next_step=_("See: hanoikit class autograde --help"),
            )
        found.append(word.removeprefix("--"))
    if notebook is not None:
        found.append(f"CourseDirectory.notebook_id={notebook}")
    if db is not None:
        found.append(f"CourseDirectory.db_url={db}")
    return found


@contextlib.contextmanager
def _cluster(run: CourseRun, where: Where, scheduler: str | None) -> Iterator[None]:
    """A cluster for the run, when one is asked for."""
    if where is Where.LOCAL:
        if scheduler is not None:
            raise UsageError(
                _("An address of a cluster is given, but not the executor for it."),
                next_step=_("Add --executor dask, or leave out --scheduler."),
            )
        yield
        return
    from hanoikit.grading.trusted.cluster import ClusterExecutor
    from hanoikit.grading.trusted.cluster_text import Settings

    run.executor = ClusterExecutor.found(address=scheduler, jobs=run.jobs, settings=Settings.of(run.engine))
    try:
        yield
    finally:
        run.executor.close()


def _with_hand_ins(layout: Any) -> Iterator[str]:
    found = [name for name in layout.assignments() if next(layout.students(name), None) is not None]
    if not found:
        raise UsageError(
            _("There are no hand-ins in this course."),
            where=str(layout.root),
            next_step=_("Collect them first, or go to the course directory."),
        )
    yield from found


def _as_data(result: Result) -> dict[str, Any]:
    points, maximum = result.points
    return {
        "student": result.student,
        "assignment": result.assignment,
        "state": result.state,
        "points": points,
        "max": maximum,
        "needs_person": result.reasons,
        "same_sheet_as": list(result.same_sheet),
        "marks": [marked.to_json() for marked in result.marks],
    }


class _Summary:
    """Counts, and those hand-ins that a person has to look at; the marks themselves are not kept."""

    def __init__(self) -> None:
        self.marked = self.same = self.open = 0
        self.looking: list[tuple[str, list[str]]] = []

    def add(self, result: Result) -> None:
        self.marked += result.state == "marked"
        self.same += result.state == "unchanged"
        self.open += result.open_answers
        if reasons := result.reasons:
            self.looking.append((f"{result.student}, {result.assignment}", reasons))

    def tell(self, seconds: float) -> None:
        marked, same, looking = self.marked, self.same, self.looking
        text = ngettext("{count} hand-in marked", "{count} hand-ins marked", marked).format(count=marked)
        rate = f"{marked / seconds:.1f}" if seconds > 0 else "?"
        print(_("{text} in {seconds:.1f} s ({rate} a second).").format(text=text, seconds=seconds, rate=rate))
        if same:
            text = ngettext(
                "{count} was marked before and has not changed.",
                "{count} were marked before and have not changed.",
                same,
            )
            print(text.format(count=same))
        if self.open:
            text = ngettext(
                "{count} written answer waits for a person, in formgrader.",
                "{count} written answers wait for a person, in formgrader.",
                self.open,
            )
            print(text.format(count=self.open))
        if looking:
            text = ngettext(
                "A person has to look at {count} hand-in:",
                "A person has to look at {count} hand-ins:",
                len(looking),
            )
            print(text.format(count=len(looking)))
        for who, reasons in looking:
            for number, reason in enumerate(reasons[:4]):
                print(f"  {who}: {reason}" if not number else f"    {reason}")
            if len(reasons) > 4:
                print(_("    and {count} more").format(count=len(reasons) - 4))


class _Progress:
    """A bar with the time left, on a terminal; nothing elsewhere."""

    def __init__(self, *, show: bool) -> None:
        self._show = show and sys.stderr.isatty()
        self._bar: Any = None
        self._task: Any = None
        self._name = ""

    def __enter__(self) -> _Progress:
        if self._show:
            from rich.console import Console

            from hanoikit.cli.grade import progress_bar

            self._bar = progress_bar(Console(stderr=True))
            self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def name(self, name: str) -> None:
        self._name = name

    def begin(self, count: int) -> None:
        if self._bar is not None:
            self._task = self._bar.add_task(_("Marking {name}").format(name=self._name), total=count)

    def step(self) -> None:
        if self._bar is not None:
            self._bar.advance(self._task)
