"""``hanoikit class release|open|close|due``: what trainees receive, and until when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hanoikit.cli import SETTINGS
from hanoikit.cli.class_commands import Folder, the_class
from hanoikit.errors import UsageError
from hanoikit.i18n import _, ngettext

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from hanoikit.classroom.klass import Class
    from hanoikit.classroom.release import Tell

app = typer.Typer(**SETTINGS)

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ASSIGNMENT]...", help="Default: all of the class.", show_default=False),
]


@app.command()
def release(
    assignments: Names = None,
    _all: Annotated[bool, typer.Option("--all", help="All assignments; so it is without any name.")] = False,
    to: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also here, for example the USB stick.", show_default=False),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also what was released from the same sources.")
    ] = False,
    planned: Annotated[bool, typer.Option("--planned", help="Do not open them yet.")] = False,
    folder: Folder = Path(),
) -> None:
    """Write what trainees receive: the exercises, the class's certificate and a page to read first.

    The hand-out has everything that was released so far, as a folder and as a zip. It never has keys, sources
    or hidden tests.

    Example: hanoikit class release --to /media/usb
    """
    from hanoikit.classroom.release import release as make
    from hanoikit.classroom.release import write_handout

    klass = the_class(folder)
    names = resolve(klass, assignments)
    with bar(len(names)) as tell:
        done = make(klass, names, again=again, open_them=not planned, tell=tell)
    handout = write_handout(klass, klass.handouts)
    if done.made:
        note(klass, "released", assignments=list(done.made))
        print(_("Released: {names}.").format(names=", ".join(done.made)))
    if done.unchanged:
        print(
            ngettext(
                "{count} assignment was released before from the same source.",
                "{count} assignments were released before from the same sources.",
                len(done.unchanged),
            ).format(count=len(done.unchanged))
        )
    if done.opened:
        print(_("Open now: {names}.").format(names=", ".join(done.opened)))
    if planned and not handout.assignments:
        return
    state = _("The hand-out is ready") if handout.changed else _("The hand-out is as it was")
    print(f"{state}: {handout.folder}")
    print(_("The same as one file: {zip}").format(zip=handout.zip))
    if to is not None:
        if not to.expanduser().exists():
            print(_("{folder} was not there and is made. Is the stick plugged in?").format(folder=to))
        copy = write_handout(klass, to.expanduser())
        print(
            (_("Copied to {folder}.") if copy.changed else _("Already in {folder}.")).format(
                folder=copy.folder
            )
        )
    print(_("Copy it to each trainee's computer. Read out the class's code: {code}").format(code=klass.code))


@app.command("open")
def open_(assignments: Names = None, folder: Folder = Path()) -> None:
    """Open assignments: trainees work on them now.

    Example: hanoikit class open m01-convention
    """
    _set_state(the_class(folder), assignments, "open")


@app.command()
def close(assignments: Names = None, folder: Folder = Path()) -> None:
    """Close assignments. What comes in afterwards is taken as well, and marked as late.

    Example: hanoikit class close m01-convention
    """
    _set_state(the_class(folder), assignments, "closed")


def _set_state(klass: Class, names: list[str] | None, state: str) -> None:
    changed, same = [], []
    for name in resolve(klass, names):
        if klass.assignment(name).state == state:
            same.append(name)
        else:
            klass.plan(name, state=state)
            changed.append(name)
    words = {"open": _("Open now: {names}."), "closed": _("Closed now: {names}.")}
    before = {"open": _("Open already: {names}."), "closed": _("Closed already: {names}.")}
    if changed:
        # What is handed in after this moment is late, where no due time is set.
        note(klass, "due", assignments=changed, state=state)
        print(words[state].format(names=", ".join(changed)))
        refresh_handout(klass)
    if same:
        print(before[state].format(names=", ".join(same)))


@app.command()
def due(
    assignment: Annotated[
        str | None,
        typer.Argument(help="Which one, or 'all'. Without it: show all due times.", show_default=False),
    ] = None,
    when: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WHEN]",
            help="2026-12-01 18:00, or 18:00 (today), or +90min, or none. In the zone of the class.",
            show_default=False,
        ),
    ] = None,
    refuse_late: Annotated[
        bool | None,
        typer.Option(
            "--refuse-late/--take-late",
            help="Set late ones aside until you decide; or let them count again, flagged. It is kept.",
            show_default=False,
        ),
    ] = None,
    folder: Folder = Path(),
) -> None:
    """Say until when an assignment is to be handed in. What comes later counts too, and is marked as late.

    With --refuse-late it is set aside instead, until you take it by name with: hanoikit class aside take

    Example: hanoikit class due m01-convention 2026-12-01 18:00
    """
    from hanoikit.classroom.handout_page import when as shown

    klass = the_class(folder)
    if refuse_late is not None:
        set_late(klass, resolve(klass, [assignment or "all"]), refuse_late)
        if not when:
            refresh_handout(klass)
            return
    if assignment is None or not when:
        wanted = None if assignment is None else resolve(klass, [assignment])
        for one in klass.assignments:
            if wanted is None or one.name in wanted:
                late = ", " + _("late ones are set aside") if one.refuse_late else ""
                print(f"{one.name}: {one.state}, {shown(one.due, klass.zone)}{late}")
        return
    at = moment(" ".join(when), klass.zone, now=datetime.now(klass.zone))
    changed = []
    for name in resolve(klass, [assignment]):
        if klass.assignment(name).due != at:
            klass.plan(name, due=at)
            changed.append(name)
    text = shown(at, klass.zone)
    if not changed:
        print(_("The due time was {when} already.").format(when=text))
        return
    note(klass, "due", assignments=changed, due=None if at is None else at.isoformat(timespec="seconds"))
    for name in changed:
        print(f"{name}: {text} ({klass.zone.key})")
    if at is not None and at < datetime.now(klass.zone):
        print(_("This time is past: whatever is handed in from now on is late. Is it what you meant?"))
    refresh_handout(klass)


def set_late(klass: Class, names: Sequence[str], refuse: bool, *, quiet: bool = False) -> None:
    """Whether late hand-ins of these assignments are set aside; kept in the class, and said."""
    changed = [name for name in names if klass.assignment(name).refuse_late != refuse]
    for name in changed:
        klass.plan(name, refuse_late=refuse)
    if changed:
        note(klass, "due", assignments=changed, late="refuse" if refuse else "count")
    if quiet:
        return
    words = ", ".join(changed or names)
    if refuse:
        print(_("Late hand-ins are set aside from now on: {names}.").format(names=words))
        print(_("What was taken before stays. To undo it: hanoikit class due all --take-late"))
    else:
        print(_("Late hand-ins count, with a flag: {names}.").format(names=words))
        if changed:
            print(_("What was set aside for it comes in with the next: hanoikit class collect"))


def moment(words: str, zone: ZoneInfo, *, now: datetime) -> datetime | None:
    """A due time as people write it; raises :class:`UsageError` for one that does not exist or is unclear."""
    text = " ".join(words.replace("T", " ").split()).lower()
    if text in {"none", "no", "-"}:
        return None
    if found := re.fullmatch(r"\+ ?(\d{1,5}) ?(min|m|minutes?|h|hours?|d|days?)", text):
        unit = {"m": "minutes", "h": "hours", "d": "days"}[found[2][0]]
        return (now + timedelta(**{unit: int(found[1])})).replace(second=0, microsecond=0)
    found = re.fullmatch(r"(?:(\d{4})-(\d{1,2})-(\d{1,2}))?(?:(?<=\d) )?(?:(\d{1,2})[:.](\d{2}))?", text)
    if not text or found is None:
        raise UsageError(
            _("This is no time: {words}.").format(words=words[:60]),
            next_step=_("Write it like this: 2026-12-01 18:00, or 18:00, or +90min, or none."),
        )
    year, month, day, hour, minute = (None if part is None else int(part) for part in found.groups())
    try:
        made = now.replace(
            year=year or now.year,
            month=month or now.month,
            day=day or now.day,
            # A day alone means until its end.
            hour=23 if hour is None else hour,
            minute=59 if minute is None else minute,
            second=0,
            microsecond=0,
            fold=0,
        ).replace(tzinfo=zone)
    except ValueError as error:
        raise UsageError(
            _("There is no such day or hour: {words}.").format(words=words[:60]),
            next_step=_("Write it like this: 2026-12-01 18:00."),
        ) from error
    return made


def resolve(klass: Class, names: Sequence[str] | None) -> list[str]:
    """Names of assignments from what was typed: the whole name, or a beginning that only one has (``m04``)."""
    known = [one.name for one in klass.assignments]
    if not names or "all" in names:
        return known
    found = []
    for name in names:
        fits = [one for one in known if one == name] or [one for one in known if one.startswith(name.lower())]
        if len(fits) != 1:
            klass.assignment(name)
        found.append(fits[0])
    return list(dict.fromkeys(found))


def refresh_handout(klass: Class) -> None:
    """The hand-out with the new times and states, if there is one."""
    from hanoikit.classroom.release import released, write_handout

    if released(klass) and any(klass.handouts.glob("*.zip")) and write_handout(klass, klass.handouts).changed:
        print(_("The hand-out in {folder} has it too.").format(folder=klass.handouts))


def note(klass: Class, kind: str, **facts: Any) -> None:
    """An entry in the class's ledger."""
    from hanoikit.classroom.ledger import Ledger

    with Ledger.open(klass) as ledger:
        ledger.note(kind, at=datetime.now().astimezone(), **facts)


@contextmanager
def bar(count: int) -> Iterator[Tell]:
    """A progress bar with the time left on a terminal, one line for each step elsewhere nothing."""
    import sys

    if not sys.stderr.isatty():
        yield lambda text: None
        return
    from rich.console import Console

    from hanoikit.cli.grade import progress_bar

    with progress_bar(Console(stderr=True)) as progress:
        task = progress.add_task("", total=count)
        started = False

        def tell(text: str) -> None:
            nonlocal started
            progress.update(task, description=text, advance=1 if started else 0)
            started = True

        yield tell
