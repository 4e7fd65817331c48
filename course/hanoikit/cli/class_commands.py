"""``hanoikit class``: the commands for a class, each imported only when it runs.

>>> sorted(COMMANDS)[:2]
['autograde', 'close']

A module that is named here has either an ``app`` (a ``typer.Typer``) with the command in it, or a function of
the command's name (with ``_`` behind it where Python has that name already).
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hanoikit.cli import SETTINGS, LazyCommands
from hanoikit.errors import UsageError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class

Folder = Annotated[
    Path,
    typer.Option(
        "--class", metavar="DIR", help="The folder of the class. Default: this folder.", show_default=False
    ),
]
"""The option of every command here."""

# name of the command -> (module that has it, what the listing says), in the order of a workshop
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("hanoikit.cli.class_setup", "Make the folder of a class."),
    "roster": ("hanoikit.cli.class_setup", "Read a list of trainees (CSV or XLSX) into the class."),
    "release": ("hanoikit.cli.class_handing", "Write what trainees receive, for a USB stick."),
    "open": ("hanoikit.cli.class_handing", "Open an assignment: trainees work on it now."),
    "close": ("hanoikit.cli.class_handing", "Close an assignment."),
    "due": ("hanoikit.cli.class_handing", "Say until when an assignment is to be handed in."),
    "room": ("hanoikit.cli.class_room", "The room live: who is on which question, and who is stuck."),
    "collect": ("hanoikit.cli.class_collect", "Take in bundles and other hand-ins from a folder or a stick."),
    "aside": ("hanoikit.cli.class_aside", "What was set aside: see it, take it after all, or dismiss it."),
    "autograde": ("hanoikit.cli.classroom", "Mark all hand-ins that are new."),
    "formgrader": ("hanoikit.cli.class_formgrader", "Mark written answers, without names."),
    "feedback": ("hanoikit.cli.class_feedback", "Write what each trainee gets back."),
    "report": ("hanoikit.cli.class_report", "Write the pages about the class and for each trainee."),
    "export": ("hanoikit.cli.class_feedback", "Write the marks as CSV and XLSX."),
    "ledger": ("hanoikit.cli.class_collect", "Check the ledger of hand-ins and marks."),
    "explain": ("hanoikit.cli.classroom", "Explain one trainee's marks."),
    "status": ("hanoikit.cli.class_status", "Say where the class stands and what to do next."),
}


class ClassCommands(LazyCommands):
    """The group ``hanoikit class``."""

    table = COMMANDS

    def load(self, name: str, module: str) -> Any:
        """One command out of its module."""
        found = importlib.import_module(module)
        inside = getattr(found, "app", None)
        if inside is not None:
            group: Any = typer.main.get_group(inside)
            command = group.commands[name]
        else:
            alone = typer.Typer(**SETTINGS)
            alone.command(name)(getattr(found, name, None) or getattr(found, f"{name}_"))
            command = typer.main.get_command(alone)
        command.name = name
        return command


app = typer.Typer(
    cls=ClassCommands,
    help="Run a class: from the first list of names to the last mark.\n\nExample: hanoikit class init autumn",
    invoke_without_command=True,
    **SETTINGS,
)


@app.callback()
def _top(context: typer.Context, folder: Folder = Path()) -> None:
    """Without a command in the folder of a class: where it stands."""
    if context.invoked_subcommand is not None:
        if folder != Path():
            raise UsageError(
                _("The option --class stands behind the command."),
                next_step=_("For example: hanoikit class {command} --class {folder}").format(
                    command=context.invoked_subcommand, folder=folder
                ),
            )
        return
    if find(folder) is not None:
        from hanoikit.cli.class_status import status

        status(folder)
    else:
        print(context.get_help())
        print("\n" + _("This folder has no class. Make one with: hanoikit class init"))
        raise typer.Exit(2)


def find(folder: Path) -> Path | None:
    """The folder of the class that ``folder`` is, or lies in."""
    folder = folder.expanduser().resolve()
    return next((place for place in (folder, *folder.parents) if (place / "class.json").is_file()), None)


def the_class(folder: Path) -> Class:
    """The class in ``folder`` or around it; raises :class:`~hanoikit.errors.ClassroomError` when there is none."""
    from hanoikit.classroom.klass import Class

    return Class.open(find(folder) or folder.expanduser())
