"""``hanoikit class status``: where the class stands, and what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hanoikit.cli.class_commands import Folder, the_class
from hanoikit.i18n import _, ngettext

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class
    from hanoikit.classroom.standing import Standing


def status(folder: Folder = Path()) -> None:
    """Say where the class stands: who handed in what, what is marked, what to do next.

    Example: hanoikit class status
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from hanoikit.classroom.handout_page import when
    from hanoikit.classroom.standing import standing

    klass = the_class(folder)
    rows = standing(klass)
    people = len(klass.roster.present)
    count = ngettext("{count} trainee", "{count} trainees", people).format(count=people)
    print(f"{klass.title}: {count}, {_('code')} {klass.code}")
    listing = Table(show_lines=False)
    for heading in (
        _("Assignment"), _("State"), _("Due"), _("Handed in"), _("Marked"), _("To read"), _("Feedback"),
    ):  # fmt: skip
        listing.add_column(heading, overflow="fold", no_wrap=heading in {_("Assignment"), _("Due")})
    for row in rows:
        listing.add_row(
            Text(row.name),
            Text(row.words),
            Text(when(row.due, klass.zone) if row.due else ""),
            Text(f"{row.handed_in}/{people}" if people else str(row.handed_in)),
            Text(str(row.marked) if row.handed_in else ""),
            Text(str(row.to_read) if row.to_read else ""),
            Text(str(row.feedback) if row.feedback else ""),
        )
    Console().print(listing)
    if missing := _missing(rows, people):
        print(missing)
    if refusing := [row.name for row in rows if row.refuse_late]:
        print(_("Late hand-ins are set aside: {names}.").format(names=", ".join(refusing)))
    if aside := _aside(klass):
        text = ngettext("{count} hand-in lies aside", "{count} hand-ins lie aside", aside).format(count=aside)
        print(_("{text}; see: hanoikit class aside").format(text=text))
    print(_("Next: {step}").format(step=_next(rows, people)))


def _aside(klass: Class) -> int:
    """How many hand-ins wait for a person; none where the ledger cannot be read, which its own command says."""
    from hanoikit.classroom.collecting_aside import lying
    from hanoikit.errors import HanoiKitError

    try:
        return len(lying(klass))
    except HanoiKitError:
        return 0


def _missing(rows: tuple[Standing, ...], people: int) -> str:
    lines = []
    for row in rows:
        if row.state == "open" and row.missing and row.handed_in and len(row.missing) <= 12:
            lines.append(
                _("{name}: not handed in by {ids}.").format(name=row.name, ids=", ".join(row.missing))
            )
    return "\n".join(lines)


def _next(rows: tuple[Standing, ...], people: int) -> str:
    if not people:
        return "hanoikit class roster LIST.xlsx"
    if all(row.state == "planned" for row in rows):
        return "hanoikit class release --to STICK"
    if any(row.handed_in > row.marked for row in rows):
        return "hanoikit class autograde"
    if any(row.to_read for row in rows):
        return "hanoikit class formgrader"
    if any(row.marked > row.feedback for row in rows):
        return "hanoikit class feedback"
    return "hanoikit class collect FOLDER"
