"""``hanoikit class formgrader``: marking written answers in the browser, offline and without names."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from hanoikit.cli.class_commands import Folder, the_class
from hanoikit.i18n import _


def formgrader(
    assignment: Annotated[
        str | None, typer.Argument(help="Open this one at once.", show_default=False)
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="Show whose hand-in it is.")] = False,
    lab: Annotated[
        bool, typer.Option("--lab", help="Inside JupyterLab, whose list of files shows ids.")
    ] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    port: Annotated[int, typer.Option(min=1024, max=65485, help="Where to look for a free port.")] = 8890,
    folder: Folder = Path(),
) -> None:
    """Mark written answers in nbgrader's formgrader. Names are hidden, and no internet is needed.

    Points and comments are saved as you type them. Ctrl+C ends it.

    Example: hanoikit class formgrader m01-convention
    """
    from hanoikit.classroom.formgrader import open_formgrader
    from hanoikit.cli.class_handing import resolve

    klass = the_class(folder)
    chosen = resolve(klass, [assignment])[0] if assignment else ""
    print(_("Opening formgrader (a few seconds) ..."), flush=True)
    running = open_formgrader(
        klass, assignment=chosen, names=names, lab=lab, port=port, browser=not no_browser
    )
    with running:
        _end_in_order()
        print(_("If no browser page appears, open this address yourself:"))
        print(f"    {running.url}")
        if not names:
            print(_("Names are hidden. To see them: hanoikit class formgrader --names"))
        print(_("Keep this window open while you mark. To end, press Ctrl+C here."), flush=True)
        try:
            running.wait()
        except KeyboardInterrupt:
            print()
    _record(klass)
    print(_("Every point and comment is in the gradebook. Next: hanoikit class feedback"))


def _end_in_order() -> None:
    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), interrupt)


def _record(klass: Any) -> None:
    """What was marked by hand goes into the ledger."""
    from datetime import datetime

    from hanoikit.classroom.ledger import Ledger

    if (klass.root / "gradebook.db").is_file():
        with Ledger.open(klass) as ledger:
            ledger.sync(at=datetime.now().astimezone())
