"""``hanoikit doctor``: what works on this machine, in seconds, with a short code to read out to the
instructor.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hanoikit.cli import SETTINGS
from hanoikit.i18n import _

app = typer.Typer(**SETTINGS)


@app.command()
def doctor(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="The course folder to check; without it: the usual one."),
    ] = None,
    decode: Annotated[
        str | None, typer.Option("--decode", metavar="CODE", help="Read a code that a trainee gave you.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for a program.")] = False,
) -> None:
    """Say what works on this machine. No network is needed.

    The last line is a short code. Read it to your instructor, who sees with --decode what is missing.

    Example: hanoikit doctor --decode 4K7M-9QX2
    """
    from hanoikit import workspace
    from hanoikit.cli import doctor_code
    from hanoikit.cli.doctor_checks import examine

    if decode is not None:
        read = doctor_code.decode(decode)
        print(_json(read.as_data()) if as_json else read.as_text())
        raise typer.Exit(0 if read.sound else 1)
    report = examine((folder or workspace.default_folder()).expanduser())
    if as_json:
        print(_json(report.as_data()))
    else:
        print(report.as_text())
        print()
        print(_("Code to read out: {code}").format(code=report.code))
    raise typer.Exit(0 if report.sound else 1)


def _json(data: object) -> str:
    import json

    return json.dumps(data, indent=2, ensure_ascii=False)
