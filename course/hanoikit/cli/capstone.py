"""``hanoikit capstone``: the whole case with four teams, and the debrief of a run.

hanoikit capstone serve --short                 a room for four teams, 45 minutes
hanoikit capstone debrief exercise-3f9a.zip     one page that plays it again, with the scores
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hanoikit.cli import SETTINGS
from hanoikit.errors import UsageError
from hanoikit.i18n import _

app = typer.Typer(
    help="Run the whole case with four teams, and look back on it.\n\n"
    "Example: hanoikit capstone serve --short",
    **SETTINGS,
)


@app.command()
def serve(
    short: Annotated[bool, typer.Option("--short", help="45 minutes instead of two hours.")] = False,
    new: Annotated[bool, typer.Option("--new", help="Begin anew; the exercise before is kept.")] = False,
    host: Annotated[
        str, typer.Option(help="The address to listen at; 127.0.0.1: this machine only.")
    ] = "0.0.0.0",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0: any free one.")] = 8024,
    db: Annotated[str, typer.Option("--db", metavar="FILE", help="Where the exercise is kept.")] = "",
    qr: Annotated[bool, typer.Option(help="Show QR codes of the links.")] = True,
) -> None:
    """Run the room of the whole case. Stopped and started again, it goes on where it was.

    It prints a join link for each of the four teams, one for you and one for observers. The clock stands still until
    you start it on your page; there you also pause, go on to the next part, let things happen earlier, speak to
    the teams, and take the record.

    Example: hanoikit capstone serve --short
    """
    from hanoikit.cli import desk

    name = f"whole-case{'-short' if short else ''}"
    place = Path(db) if db else _place(name)
    if new and place.exists():
        laid = place.with_name(f"{place.stem}-until-{_now():%Y%m%d-%H%M%S}{place.suffix}")
        place.rename(laid)
        for rest in (f"{place}-wal", f"{place}-shm"):
            if Path(rest).exists():
                Path(rest).rename(str(laid) + rest.removeprefix(str(place)))
        print(_("The exercise before is kept in {file}.").format(file=laid))
    desk.serve(
        db=str(place),
        host=host,
        port=port,
        scenario="" if place.exists() else name,
        desk=None,
        new_links=False,
        qr=qr,
    )


@app.command()
def debrief(
    record: Annotated[
        Path, typer.Argument(metavar="RECORD", help="The signed record (zip) of a room, or a desk.jsonl.")
    ],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="The page; default: debrief.html beside it.")
    ] = None,
) -> None:
    """Make the page that plays a run again: what decided it, the scores, what was checked.

    The record is checked first; one that does not hold is refused. The page is one file and needs no network.

    Example: hanoikit capstone debrief exercise-3f9a.zip
    """
    from hanoikit.capstone.debrief import page, points
    from hanoikit.capstone.record import read
    from hanoikit.capstone.scoring import score

    checked = read(record)
    found = score(checked)
    where = record if record.is_dir() else record.parent
    target = to or where / "debrief.html"
    text = page(checked, found)
    try:
        before = target.read_text(encoding="utf-8") if target.is_file() else ""
        if before != text:
            target.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(
            _("The page cannot be written: {reason}.").format(reason=error),
            where=str(target),
            next_step=_("Name another file with --to."),
        ) from error
    print(_("The record holds."))
    for line in checked.about:
        print(f"  {line}")
    for team in checked.teams:
        mine = found.team(team)
        print(
            _("{team}: {points} of {maximum} points, {percent} %").format(
                team=team,
                points=points(mine.points),
                maximum=points(mine.maximum),
                percent=round(mine.share * 100),
            )
        )
    said = _("The page is the same as before: {file}") if before == text else _("The page: {file}")
    print(said.format(file=target))


def _place(name: str) -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("hanoikit", appauthor=False)) / "desk" / f"{name}.sqlite"


def _now() -> datetime:
    return datetime.now(UTC)
