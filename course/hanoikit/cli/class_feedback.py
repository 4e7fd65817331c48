"""``hanoikit class feedback`` and ``class export``: what goes back to the trainees, and to the files of the academy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hanoikit.cli import SETTINGS
from hanoikit.cli.class_commands import Folder, the_class
from hanoikit.errors import UsageError
from hanoikit.i18n import _, ngettext

if TYPE_CHECKING:
    from hanoikit.classroom.feedback import Tell
    from hanoikit.classroom.klass import Class

app = typer.Typer(**SETTINGS)


@app.command()
def feedback(
    trainees: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TRAINEE]...", help="Ids or names. Default: everybody.", show_default=False),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also here, for example the USB stick.", show_default=False),
    ] = None,
    notebooks: Annotated[
        bool, typer.Option(help="With nbgrader's own pages, which take the most time.")
    ] = True,
    again: Annotated[bool, typer.Option("--again", help="Also what has not changed.")] = False,
    folder: Folder = Path(),
) -> None:
    """Write what each trainee gets back: every mark explained, nbgrader's page, the history of the marks.

    One folder and one zip for each trainee, in handouts/feedback. Nobody's folder names anybody else.

    Example: hanoikit class feedback --to /media/usb
    """
    from hanoikit.classroom.feedback import give_back
    from hanoikit.classroom.release import put

    klass = the_class(folder)
    chosen = None if not trainees else ids(klass, trainees)
    with bar() as tell:
        given = give_back(
            klass,
            at=datetime.now().astimezone(),
            trainees=chosen,
            notebooks=notebooks,
            again=again,
            tell=tell,
        )
    count = len(given.made)
    if count:
        text = ngettext(
            "Feedback for {count} trainee in {folder}", "Feedback for {count} trainees in {folder}", count
        )
        print(text.format(count=count, folder=given.place))
    if given.unchanged:
        text = ngettext(
            "{count} trainee has it already, and nothing has changed.",
            "{count} trainees have it already, and nothing has changed.",
            len(given.unchanged),
        )
        print(text.format(count=len(given.unchanged)))
    if to is not None:
        names = [*given.made, *given.unchanged]
        written = sum(
            put(_in(to.expanduser()) / f"{id}.zip", (given.place / f"{id}.zip").read_bytes()) for id in names
        )
        text = ngettext("{count} zip copied to {folder}", "{count} zips copied to {folder}", written)
        print(text.format(count=written, folder=to))
    if given.waiting:
        waiting = sum(given.waiting.values())
        text = ngettext(
            "{count} written answer still waits for a person; run this again after hanoikit class formgrader.",
            "{count} written answers still wait for a person; run this again after hanoikit class formgrader.",
            waiting,
        )
        print(text.format(count=waiting))
    for name, trouble in given.troubles.items():
        print(_("No page of nbgrader's for {name}: {trouble}").format(name=name, trouble=trouble))
    if given.troubles:
        raise typer.Exit(1)


@app.command()
def export(
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Where to write. Default: reports/export of the class.", show_default=False
        ),
    ] = None,
    delimiter: Annotated[str, typer.Option(help="In the CSV files; some spreadsheets want ';'.")] = ",",
    folder: Folder = Path(),
) -> None:
    """Write the marks as CSV and XLSX: an overview, by assignment, by question, by objective.

    Any name and any script; numbers are numbers, and nothing that a trainee wrote runs as a formula.

    Example: hanoikit class export
    """
    from hanoikit.classroom.export import export as write
    from hanoikit.classroom.ledger_check import keep_up

    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise UsageError(
            _("A delimiter is one character."), next_step=_("Write it in quotes: --delimiter ';'")
        )
    klass = the_class(folder)
    keep_up(klass.root, at=datetime.now(klass.zone).replace(microsecond=0))
    done = write(klass, (to or klass.reports / "export").expanduser(), delimiter=delimiter)
    text = ngettext("{count} hand-in exported.", "{count} hand-ins exported.", done.hand_ins)
    print(
        text.format(count=done.hand_ins) if done.changed else _("Nothing has changed since the last export.")
    )
    for path in done.files:
        print(f"  {path}")


def ids(klass: Class, words: Sequence[str]) -> list[str]:
    """Ids of trainees from what was typed: an id, an address, or words of a name that only one has."""
    roster, found = klass.roster, []
    for word in words:
        fits = roster.find(word)
        if len(fits) != 1:
            raise UsageError(
                _("Nobody in the class is {word}.").format(word=word[:60])
                if not fits
                else _("{word} can be {people}.").format(
                    word=word[:60], people=", ".join(f"{one.id} {one.name}" for one in fits[:6])
                ),
                next_step=_("See the ids with: hanoikit class roster"),
            )
        found.append(fits[0].id)
    return list(dict.fromkeys(found))


def _in(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def bar() -> Iterator[Tell]:
    """A progress bar with the time left, on a terminal; nothing elsewhere."""
    import sys

    if not sys.stderr.isatty():
        yield lambda words, done, all_: None
        return
    from rich.console import Console

    from hanoikit.cli.grade import progress_bar

    with progress_bar(Console(stderr=True)) as progress:
        task = progress.add_task("", total=None)
        yield lambda words, done, all_: progress.update(task, description=words, completed=done, total=all_)
