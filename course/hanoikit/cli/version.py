"""``hanoikit version``: the version of the kit and of Python, for a report to the instructor."""

from __future__ import annotations

import sys

import typer

from hanoikit import __version__
from hanoikit.cli import SETTINGS

app = typer.Typer(**SETTINGS)


@app.command()
def version() -> None:
    """Say which version this is.

    Example: hanoikit version
    """
    print(f"hanoikit {__version__} (Python {sys.version.split()[0]})")
