"""``hanoikit demo``: a sample cohort, from release to report, with no question asked.

hanoikit demo                       in a folder that is removed afterwards; the report stays
hanoikit demo --keep my-course      keep nbgrader's course directory, for formgrader
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hanoikit.cli.grade import progress_bar
from hanoikit.errors import ClassroomError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from rich.console import Console

    from hanoikit.classroom.cohort import CohortRun

REPORT = Path("hanoikit-demo")


def demo(
    keep: Annotated[
        Path | None,
        typer.Option(
            help="Keep the course directory here; nbgrader formgrader opens on it.", show_default=False
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed gives other answers.")] = 1,
    report: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the report. Default: hanoikit-demo, or that of --keep.", show_default=False
        ),
    ] = None,
) -> None:
    """Run a sample cohort from release to report.

    Simulated trainees and bots hand in; nbgrader releases, collects, autogrades, writes feedback and
    exports. Ends with 0 when the strong trainee passes and no bot does, else with 1.

    Example: hanoikit demo --keep my-course
    """
    from rich.console import Console

    from hanoikit.classroom import cohort
    from hanoikit.classroom.answerers import SAMPLE
    from hanoikit.grading import AssignmentSource, course_directory
    from hanoikit.grading.source import installed

    console = Console()
    sources = [AssignmentSource.installed(name) for name in installed()]
    if not sources:
        raise ClassroomError(
            _("The course has no assignment yet."),
            next_step=_("Install the course, or write one in solutions/."),
        )
    if keep is not None and (keep / "gradebook.db").exists():
        raise ClassroomError(
            _("There is a course with marks in this folder already."),
            where=str(keep),
            next_step=_("Name a new folder."),
        )
    with contextlib.ExitStack() as stack:
        folder = (
            keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hanoikit-demo-"))) / "course"
        )
        course = course_directory(folder, assignments=sources)
        with progress_bar(console) as progress:
            task = progress.add_task(_("Sample cohort"), total=cohort.steps(len(sources), len(SAMPLE)))

            def tell(text: str) -> None:
                progress.update(task, description=text)
                progress.advance(task)

            run = cohort.run_cohort(sources, course, seed=seed, tell=tell)
        files = cohort.write_report(run, report or keep or REPORT)
    show(run, console)
    console.print(_("Report: {path}").format(path=files[0]), markup=False, soft_wrap=True)
    for path in files[1:]:
        console.print(_("Marks as CSV: {path}").format(path=path), markup=False, soft_wrap=True)
    if keep is not None:
        console.print(
            _("Course directory: {path}. Open it with: cd {path} && nbgrader formgrader").format(path=keep),
            markup=False,
            soft_wrap=True,
        )
    for fault in run.faults:
        console.print(fault, markup=False, style="bold", soft_wrap=True)
    if run.faults:
        raise typer.Exit(1)


def show(run: CohortRun, console: Console) -> None:
    """Print one table for each assignment."""
    from rich.table import Table

    from hanoikit.grading import wording

    console.print(_("SIMULATED DATA: no figure says anything about real people."), style="bold")
    for source in run.sources:
        listing = Table(title=source.title, title_justify="left")
        for heading in (
            _("Hand-in"),
            _("Who"),
            _("Percent"),
            _("Core points"),
            _("Extra"),
            _("Open"),
            _("Result"),
        ):
            listing.add_column(heading, overflow="fold")
        for result in run.of(source.name):
            marked = result.marked
            who = _("bot") if result.answerer.is_bot else _("person")
            if marked is None:
                listing.add_row(result.answerer.name, who, "–", "–", "–", "–", _("not marked"))
                continue
            listing.add_row(
                result.answerer.name,
                who,
                f"{marked.percent:.1f} %",
                f"{wording.number(marked.core_points)} / {wording.number(marked.core_maximum)}",
                wording.number(marked.extra_points),
                wording.number(marked.pending_points),
                _("passed") if marked.passed else _("not passed"),
            )
        console.print(listing)
    console.print(
        _("Open: points of written answers that a person still reads; they are not in the percentage.")
    )
