"""The commands: ``hanoikit start``, ``hanoikit doctor``, ``hanoikit build`` and the rest.

>>> from hanoikit.cli import run
>>> run(["version"])
hanoikit 0.1.0 (Python 3.11.7)
0

One module for each group of commands, imported only when one of its commands runs: the listing of
``hanoikit --help`` comes from :data:`COMMANDS` and imports none of them. A module of a command offers either
``app`` (a ``typer.Typer`` with its own sub-commands) or a function with the name of the command.

Errors end as one sentence on standard error that says what to do next. Exit codes: 0 done, 1 not done, 2
wrong call. ``--debug`` (anywhere on the line, or ``HANOIKIT_DEBUG=1``) shows the trace as well.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from hanoikit.errors import HanoiKitError, UsageError
from hanoikit.i18n import _

# name of the command -> (module that has it, what the listing says)
COMMANDS: dict[str, tuple[str, str]] = {
    "start": ("hanoikit.cli.start", "Open the course in JupyterLab."),
    "doctor": ("hanoikit.cli.doctor", "Say what works on this machine, with a short code to read out."),
    "grade": ("hanoikit.cli.grade", "Mark your own exercises and explain every mark."),
    "submit": ("hanoikit.cli.submit", "Hand in an exercise: a sealed file, and a receipt with a code."),
    "receipt": ("hanoikit.cli.receipt", "Check a receipt, or the history of your marks, offline."),
    "class": ("hanoikit.cli.class_commands", "Run a class: names, hand-outs, hand-ins, marks, reports."),
    "desk": ("hanoikit.cli.desk", "Run a live exercise between desks of the 24/7 network."),
    "capstone": ("hanoikit.cli.capstone", "Run the whole case with four teams, and look back on it."),
    "convention": ("hanoikit.cli.convention", "Look up the Convention: show, search, coverage, import."),
    "demo": ("hanoikit.cli.demo", "Run a sample cohort from release to report."),
    "docs": ("hanoikit.cli.docs", "Make the instructor guide, slides and participant handbook."),
    "build": ("hanoikit.cli.build", "Derive the notebooks from the text sources."),
    "version": ("hanoikit.cli.version", "Say which version this is."),
}

SETTINGS: dict[str, Any] = {
    "rich_markup_mode": None,
    "add_completion": False,
    "pretty_exceptions_enable": False,
}
"""Keyword arguments for every ``typer.Typer`` of the kit: plain help starts twice as fast as a decorated
one.
"""


class LazyCommands(TyperGroup):
    """A group that knows the names of its commands (``table``), and imports one only to run it."""

    listing = False
    table = COMMANDS

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name, (module, _help) in self.table.items() if _exists(module)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.table or not _exists(self.table[cmd_name][0]):
            return None
        module, summary = self.table[cmd_name]
        if self.listing:
            return TyperCommand(name=cmd_name, help=_(summary), rich_markup_mode=None)
        return self.load(cmd_name, module)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is meant; a slip of the fingers is told what is near it."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            import difflib

            if near := difflib.get_close_matches(args[0].lower(), known, n=1):
                raise UsageError(
                    _("No such command '{name}'.").format(name=args[0]),
                    next_step=_("Did you mean: {command}").format(command=f"{ctx.command_path} {near[0]}"),
                )
        return super().resolve_command(ctx, args)

    def load(self, name: str, module: str) -> Any:
        """One command out of its module."""
        return load(name, module)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        self.listing = True
        try:
            super().format_commands(ctx, formatter)
        finally:
            self.listing = False


def _exists(module: str) -> bool:
    """Whether the file of a command's module is there, without importing it."""
    stem = module.rpartition(".")[2]
    here = Path(__file__).parent
    return (here / f"{stem}.py").exists() or (here / stem).is_dir()


def load(name: str, module: str) -> Any:
    """The command ``name`` out of its module: its ``app``, or its function of that name."""
    found = importlib.import_module(module)
    app = getattr(found, "app", None)
    if app is None:
        app = typer.Typer(**SETTINGS)
        app.command(name)(getattr(found, name))
    command = typer.main.get_command(app)
    command.name = name
    return command


STOPPED = 130
"""Exit code after Ctrl+C, as a shell gives it."""

app = typer.Typer(
    cls=LazyCommands,
    help="Hanoi Kit: a training course on the United Nations Convention against Cybercrime.\n\n"
    "Example: hanoikit start",
    epilog="Add --debug to any command to see the full trace of an error.",
    context_settings={"help_option_names": ["-h", "--help"]},
    **SETTINGS,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from hanoikit.cli.version import version

        version()
        raise typer.Exit


@app.callback()
def _top(
    version: bool = typer.Option(
        False, "--version", help="Say which version this is, and end.", is_eager=True, callback=_show_version
    ),
) -> None:
    pass


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; no exception leaves this function except a real exit."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = os.environ.get("HANOIKIT_DEBUG", "") not in {"", "0"}
    if "--debug" in words:
        words = [word for word in words if word != "--debug"]
        debug = True
    if not words:
        words = ["--help"]
    try:
        result = typer.main.get_command(app).main(args=words, prog_name="hanoikit", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        _close_broken_pipe()
        return 1
    except KeyboardInterrupt:
        return _stop(_("Stopped. Nothing was lost."), debug, code=STOPPED)
    except HanoiKitError as error:
        return _stop(error.explain(), debug, code=error.exit_code)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except Exception as error:
        return _unexpected(error, debug)
    if result == STOPPED:
        return _stop(_("Stopped. Nothing was lost."), debug, code=STOPPED)
    return result if isinstance(result, int) and not isinstance(result, bool) else 0


def _unexpected(error: Exception, debug: bool) -> int:
    # The exceptions of the option parser know their exit code and how to show themselves.
    if hasattr(error, "exit_code") and hasattr(error, "format_message"):
        advice = _("Run the command again with --help to see how it is used.")
        said = error.format_message()
        return _stop(
            f"{said if said.endswith(('.', '?', '!')) else said + '.'} {advice}",
            debug,
            code=int(error.exit_code),
        )
    if type(error).__name__ == "Abort":
        return _stop(_("Stopped. Nothing was lost."), debug, code=STOPPED)
    if isinstance(error, OSError) and (advice := _about_disk(error)):
        return _stop(advice, debug, code=1)
    sentence = _("Something went wrong that this command did not expect: {error}.").format(
        error=f"{type(error).__name__}: {error}".rstrip(".: ")
    )
    return _stop(f"{sentence} " + _("Run it again with --debug and send what it prints."), debug, code=1)


def _about_disk(error: OSError) -> str:
    """What happened and what to do, for what a disk or stick says to any command; empty for everything else."""
    said = {
        errno.ENOSPC: _("The disk is full.{place} Make room, then run the same command again."),
        errno.EDQUOT: _("The disk is full.{place} Make room, then run the same command again."),
        errno.EROFS: _(
            "The disk or stick may only be read.{place} Copy the folder to the disk of this machine."
        ),
        errno.EACCES: _(
            "This may not be read or written by you.{place} Take a folder of your own, or change its rights."
        ),
        errno.EPERM: _(
            "This may not be read or written by you.{place} Take a folder of your own, or change its rights."
        ),
        errno.EIO: _(
            "The disk or stick does not answer.{place} Put it in again, then run the same command again."
        ),
    }.get(error.errno or 0, "")
    return said.format(place=f" ({error.filename})" if error.filename else "")


def _stop(message: str, debug: bool, *, code: int) -> int:
    if debug and sys.exc_info()[0] is not None:
        import traceback

        traceback.print_exc()
    if message:
        print(message, file=sys.stderr)
    return code


def _close_broken_pipe() -> None:
    # `hanoikit convention search word | head` closes our output early; without this, Python complains at
    # exit.
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> NoReturn:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        # A name of any script may be printed where the console, or a file that Windows writes to, has few letters.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run())
