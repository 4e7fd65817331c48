"""``hanoikit grade``: mark one's own exercises and explain every mark, in the terminal and on a page.

hanoikit grade                                 every exercise in the course folder
hanoikit grade exercises/m04-evidence-chain    one of them
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hanoikit.errors import UsageError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from hanoikit.grading import MarkedAssignment, StockEngine
    from hanoikit.grading.trusted import TrustedEngine


def grade(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[NOTEBOOK|FOLDER]...",
            help="Exercises to mark. Default: all in this folder.",
            show_default=False,
        ),
    ] = None,
    page: Annotated[bool, typer.Option(help="Also write a page (HTML) beside the notebook.")] = True,
) -> None:
    """Mark your own exercises and explain every mark.

    The notebook's code runs isolated from your files and the network where this machine can do that (Linux
    with bubblewrap); elsewhere with your own rights, so use it for your own work only. The written answers
    are left to a person and are not in the percentage.

    Example: hanoikit grade exercises/m04-evidence-chain
    """
    from rich.console import Console

    from hanoikit.grading import AssignmentSource, HandIn, mark_each
    from hanoikit.grading.page import write_page

    console = Console()
    folders = exercise_folders(paths or [], Path.cwd())
    failed = 0
    with best_engine(console) as engine, progress_bar(console) as progress:
        task = progress.add_task(_("Marking"), total=len(folders))
        for folder in folders:
            progress.update(task, description=_("Marking {name}").format(name=folder.name))
            source = AssignmentSource.installed(folder.name)
            for outcome in mark_each(engine, [HandIn(trainee="me", folder=folder)], source):
                if outcome.marked is None:
                    failed += 1
                    console.print(
                        outcome.error.explain() if outcome.error else "", markup=False, highlight=False
                    )
                    continue
                # The page first: a terminal that is closed early must not cost it.
                written = write_page(outcome.marked, folder) if page else None
                show(outcome.marked, console)
                if written is not None:
                    console.print(
                        _("The same as a page: {path}").format(path=written), markup=False, soft_wrap=True
                    )
            progress.advance(task)
    if failed:
        raise typer.Exit(1)


def best_engine(console: Console) -> TrustedEngine | StockEngine:
    """The engine that isolates the notebook, or nbgrader where this machine cannot, with a sentence that says
    so.
    """
    from hanoikit.errors import HanoiKitError
    from hanoikit.grading import StockEngine
    from hanoikit.grading.trusted import Outer, TrustedEngine
    from hanoikit.grading.trusted.outer import check

    try:
        wall = Outer.found()
        check(wall)
    except HanoiKitError as error:
        text = _("{what} Your own work is marked with your own rights instead.").format(what=error.what)
        console.print(text, markup=False, highlight=False)
        return StockEngine()
    return TrustedEngine(wall=wall)


def exercise_folders(paths: list[Path], here: Path) -> list[Path]:
    """The assignment folders that ``paths`` name: a folder, a notebook in it, or a folder of such folders.

    Without paths: the assignment that ``here`` is, or all under ``here/exercises`` or ``here``. Raises
    UsageError when there is none.
    """
    from hanoikit.grading.source import installed

    known = set(installed())

    def below(folder: Path) -> list[Path]:
        if folder.resolve().name in known:
            return [folder.resolve()]
        return [path.resolve() for path in sorted(folder.iterdir()) if path.is_dir() and path.name in known]

    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise UsageError(
                _("There is no such file or folder."), where=str(path), next_step=_("Check the name.")
            )
        inside = below(path if path.is_dir() else path.resolve().parent)
        if not inside:
            raise UsageError(
                _("This is no exercise of the course."),
                where=str(path),
                next_step=_("The folder must have the name of an assignment: {names}.").format(
                    names=", ".join(sorted(known)) or _("none is installed")
                ),
            )
        found += inside
    if not paths:
        found = below(here) or (below(here / "exercises") if (here / "exercises").is_dir() else [])
        if not found:
            raise UsageError(
                _("There are no exercises in this folder."),
                where=str(here),
                next_step=_("Go to your course folder, or name the exercise: hanoikit grade FOLDER."),
            )
    return list(dict.fromkeys(found))


def show(marked: MarkedAssignment, console: Console) -> None:
    """Print the marks: the verdict, a table, and the reason for each mark."""
    from rich.table import Table
    from rich.text import Text

    from hanoikit.grading import wording
    from hanoikit.grading.page import detail_words

    console.print()
    console.print(Text(marked.title, style="bold"))
    console.print(Text(wording.verdict_sentence(marked), style="bold"))
    for sentence in wording.sum_sentences(marked):
        console.print(Text(f"- {sentence}"))
    listing = Table(show_lines=False)
    for heading in (_("Question"), _("Points"), _("Result")):
        listing.add_column(heading, overflow="fold")
    for mark in marked.questions:
        listing.add_row(Text(mark.title), Text(wording.points_words(mark)), Text(wording.state_words(mark)))
    console.print(listing)
    for finding in marked.findings:
        console.print(Text(f"! {wording.finding_words(finding)}"))
    for mark in marked.questions:
        console.print()
        console.print(Text(mark.title, style="bold"))
        console.print(Text(f"  {wording.points_words(mark)}. {mark.reason}"))
        for detail in mark.details if mark.state != "full" else ():
            console.print(Text(f"    - {detail_words(detail)}"))
        for reference in mark.provisions:
            summary = wording.summary_of(reference)
            console.print(
                Text(f"  {wording.citation_text(reference)}{': ' if summary else ''}{summary}", style="dim")
            )
        if mark.read_again and mark.state != "full":
            line = _("  Read again: {place}").format(place=wording.lesson_and_part(mark.read_again))
            console.print(Text(line))
    console.print()


def progress_bar(console: Console) -> Progress:
    """A progress bar with the time left; it disappears when it is done."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
