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
        for line in exercise_lines():
            print(line)
        print(_("Code to read out: {code}").format(code=report.code))
    raise typer.Exit(0 if report.sound else 1)


def exercise_lines(port: int = 8024) -> list[str]:
    """Where a live exercise on this machine is found by others, with a QR code when its service runs."""
    import importlib.util
    import urllib.error
    import urllib.request

    from hanoikit.desk_service.addresses import addresses

    if any(
        importlib.util.find_spec(name) is None for name in ("segno", "starlette", "uvicorn", "sqlalchemy")
    ):
        return []
    found = addresses("0.0.0.0", port)[0]
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with straight.open(f"http://127.0.0.1:{port}/health", timeout=0.5) as answer:
            runs = b"hanoikit-desk" in answer.read(200)
    except (OSError, ValueError, urllib.error.URLError):
        runs = False
    if not runs:
        return [
            _("For a live exercise this machine would be found at {address} (hanoikit desk serve).").format(
                address=found
            ),
            "",
        ]
    from hanoikit.desk_service.running import qr_code

    return [
        _("A desk service runs here. Others join at {address}/desk with their token:").format(address=found),
        qr_code(f"{found}/desk"),
    ]


def _json(data: object) -> str:
    import json

    return json.dumps(data, indent=2, ensure_ascii=False)
