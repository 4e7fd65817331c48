"""``hanoikit class init`` and ``class roster``: the folder of a class, and who is in it."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hanoikit.cli import SETTINGS
from hanoikit.cli.class_commands import Folder, find, the_class
from hanoikit.errors import UsageError
from hanoikit.i18n import _, ngettext

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class
    from hanoikit.classroom.roster import Merged, Roster

app = typer.Typer(**SETTINGS)


@app.command()
def init(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="The folder to make. Default: hanoi-class.", show_default=False),
    ] = None,
    title: Annotated[
        str, typer.Option(help="What trainees read. Default: the folder's name.", show_default=False)
    ] = "",
    zone: Annotated[
        str, typer.Option(help="The time zone of due dates. Default: this machine's.", show_default=False)
    ] = "",
    assignment: Annotated[
        list[str] | None,
        typer.Option(help="Only this one; may be given again. Default: 'all'.", show_default=False),
    ] = None,
) -> None:
    """Make the folder of a class: nbgrader's course directory, the class's keys and its certificate.

    Run again, it renews the author's sources from the installed course and keeps everything else.

    Example: hanoikit class init autumn --title "Autumn 2026, Hanoi"
    """
    from hanoikit.classroom.klass import Class, grouped, known_zone
    from hanoikit.handin.codes import spelled

    assignment = _whole_names(assignment)
    here = find(Path()) if folder is None else None
    chosen = here or (folder or Path("hanoi-class")).expanduser()
    if Class.exists(chosen):
        klass = Class.open(chosen)
        _refresh(klass, assignment, title, zone)
    else:
        zone = zone or own_zone()
        known_zone(zone)
        print(_("Making the class (a few seconds) ..."), flush=True)
        klass = Class.create(
            chosen,
            title=title or chosen.resolve().name.replace("_", " "),
            zone=zone,
            now=datetime.now().astimezone(),
            assignments=None if "all" in (assignment or ()) else assignment or None,
        )
        count = len(klass.assignments)
        print(_("The class {title} is in {folder}.").format(title=klass.title, folder=klass.root))
        print(
            ngettext(
                "{count} assignment, time zone {zone}.", "{count} assignments, time zone {zone}.", count
            ).format(count=count, zone=klass.zone.key)
        )
    print()
    print(_("The code of the class, to read out when trainees ask whether their files are the right ones:"))
    print(f"    {klass.code}")
    print(f"    {spelled(klass.code)}")
    print(_("The whole fingerprint of its certificate (SHA-256):"))
    words = grouped(klass.fingerprint).split()
    print("    " + " ".join(words[:8]) + "\n    " + " ".join(words[8:]))
    print(_("Keep the folder 'keys' to yourself: who has it can sign for this class."))
    if not len(klass.roster):
        print()
        print(_("Next: hanoikit class roster LIST.xlsx{where}").format(where=_where(klass)))


def _whole_names(names: list[str] | None) -> list[str] | None:
    """A beginning that only one assignment of the course has (``m01``) is enough, as for every other command."""
    from hanoikit.grading.source import installed

    known = installed() if names else []
    found = []
    for name in names or ():
        fits = [one for one in known if one != name and one.startswith(name.lower())]
        found.append(fits[0] if len(fits) == 1 and name not in known else name)
    return found or None


def _refresh(klass: Class, assignment: list[str] | None, title: str, zone: str) -> None:
    if (title and title != klass.title) or (zone and zone != klass.zone.key):
        raise UsageError(
            _("This class exists already; its title and zone stay."),
            where=str(klass.root),
            next_step=_("Change them in class.json, or name a new folder."),
        )
    from hanoikit.grading.source import installed

    before = len(klass.assignments)
    new = klass.add(installed() if "all" in (assignment or ()) else assignment)
    print(_("The class {title} is in {folder} already.").format(title=klass.title, folder=klass.root))
    if new:
        print(_("New assignments: {names}.").format(names=", ".join(new)))
    else:
        print(
            ngettext(
                "Its {count} assignment is as it was.", "Its {count} assignments are as they were.", before
            ).format(count=before)
        )
    known = {one.name for one in klass.assignments}
    if more := [name for name in installed() if name not in known]:
        text = _("The installed course has more: {names}. Take them in with --assignment NAME or all.")
        print(text.format(names=", ".join(more)))


@app.command()
def roster(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="The list, CSV or XLSX. Without it: show the roster.", show_default=False
        ),
    ] = None,
    whole: Annotated[
        bool | None,
        typer.Option(
            "--whole/--part",
            help="Whether everybody is on the list, so that the others have left. Default: found out.",
            show_default=False,
        ),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of an old CSV file: cp1258, cp1251, gb18030 ...", show_default=False)
    ] = None,
    try_it: Annotated[bool, typer.Option("--try", help="Only say what would change.")] = False,
    folder: Folder = Path(),
) -> None:
    """Read a list of trainees into the class. Nobody is taken out, and nothing that is known is lost.

    Any delimiter and encoding of Excel, heads in many languages. People without an id get t01, t02 and on.

    Example: hanoikit class roster participants.xlsx
    """
    from hanoikit.classroom.enrolment import enrol

    klass = the_class(folder)
    before = klass.roster
    if file is None:
        _show(before)
        if before.trainees and not try_it:
            before.write(klass.roster_path)
            enrol(klass)
            _slips(klass)
        return
    merged = before.merge(
        file.expanduser(), on=datetime.now(klass.zone).date(), whole=whole, encoding=encoding
    )
    _tell(before, merged)
    if try_it:
        print(_("Nothing was written, because of --try."))
        return
    if merged.roster.write(klass.roster_path):
        _note(klass, merged)
    enrol(klass)
    _slips(klass)
    if klass.roster.present and all(one.state == "planned" for one in klass.assignments):
        print(_("Next: {step}").format(step=f"hanoikit class release --to STICK{_where(klass)}"))
    errors = [finding for finding in merged.findings if finding.severity == "error"]
    if errors:
        print(_("Correct the rows above in the list and read it again; everybody else is in."))
        raise typer.Exit(1)


def _slips(klass: Class) -> None:
    """The page with everybody's id, to be printed and cut apart."""
    from hanoikit.classroom.ids_page import PAGE, ids_page
    from hanoikit.classroom.release import put

    page = ids_page(klass.title, klass.roster.present, code=klass.code)
    klass.reports.mkdir(exist_ok=True)
    put(klass.reports / PAGE, page.encode())
    print(_("The ids to give out, to print and cut apart: {path}").format(path=klass.reports / PAGE))


def _note(klass: Class, merged: Merged) -> None:
    """An entry in the ledger: ids only."""
    from hanoikit.classroom.ledger import Ledger

    facts = {
        "added": merged.added,
        "changed": merged.changed,
        "left": merged.left,
        "returned": merged.returned,
    }
    with Ledger.open(klass) as ledger:
        ledger.note(
            "roster",
            at=datetime.now().astimezone(),
            **{name: list(ids) for name, ids in facts.items() if ids},
        )


def _tell(before: Roster, merged: Merged) -> None:
    after = merged.roster
    for ids, text in (
        (merged.added, _("New")),
        (merged.changed, _("Changed")),
        (merged.returned, _("Back again")),
        (merged.left, _("No longer on the list; kept, marked as left")),
    ):
        if ids:
            names = [f"{id} {trainee.name}" for id in ids if (trainee := after.get(id)) is not None]
            shown = "; ".join(names[:8]) + ("; ..." if len(names) > 8 else "")
            print(f"{text} ({len(ids)}): {shown}")
    if merged.left:
        print(_("If they have not left, read the list again with --part, or a list on which everybody is."))
    if not (merged.added or merged.changed or merged.returned or merged.left):
        print(_("Nothing has changed."))
    for finding in merged.findings:
        sign = {"error": _("NOT READ"), "warning": _("Look at this")}.get(finding.severity, _("Note"))
        print(f"{sign}: {finding}")
    count = len(after.present)
    print(
        ngettext("{count} trainee in the class.", "{count} trainees in the class.", count).format(count=count)
    )


def _show(roster: Roster) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not roster.trainees:
        print(_("The roster is empty. Read a list with: hanoikit class roster LIST.xlsx"))
        return
    listing = Table(show_lines=False)
    for heading in (_("Id"), _("Name"), _("Group"), _("Note")):
        listing.add_column(heading, overflow="fold")
    for trainee in roster:
        note = "; ".join(filter(None, [trainee.note, trainee.more.get("status", "")]))
        listing.add_row(Text(trainee.id), Text(trainee.name), Text(trainee.group), Text(note))
    Console().print(listing)


def own_zone() -> str:
    """The IANA name of this machine's zone; UTC where the machine does not say."""
    from zoneinfo import ZoneInfo

    named = os.environ.get("TZ", "").lstrip(":")
    places = [named]
    try:
        real = os.path.realpath("/etc/localtime")
        if "zoneinfo/" in real:
            places.append(real.rpartition("zoneinfo/")[2])
        places.append(Path("/etc/timezone").read_text(encoding="utf-8").strip())
    except OSError:
        pass
    for name in places:
        try:
            if name and "/" in name:
                return ZoneInfo(name).key
        except (ValueError, OSError):
            continue
    return "UTC"


def _where(klass: Class) -> str:
    if klass.root == Path.cwd():
        return ""
    path = str(klass.root)
    return f' --class "{path}"' if " " in path else f" --class {path}"
