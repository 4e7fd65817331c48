"""``hanoikit class aside``: what came in and waits for a person; to take it after all, or to dismiss it.

hanoikit class aside                                              what lies aside, and why
hanoikit class aside take t03/m01                                 it counts after all
hanoikit class aside dismiss holiday.jpg --because "no hand-in"   it is named no more
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hanoikit.cli.class_commands import Folder, the_class
from hanoikit.errors import UsageError
from hanoikit.i18n import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hanoikit.classroom.collecting_aside import Lying
    from hanoikit.classroom.klass import Class

_ACTS = ("show", "take", "dismiss", "back")


def aside(
    act: Annotated[str, typer.Argument(metavar="[show|take|dismiss|back]")] = "show",
    items: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ITEM]...",
            help="Its number, code or file name, or whose it is: t03, t03/m01. With * several.",
            show_default=False,
        ),
    ] = None,
    because: Annotated[
        str, typer.Option(metavar="TEXT", help="Why it is dismissed. No names.", show_default=False)
    ] = "",
    dismissed: Annotated[bool, typer.Option("--dismissed", help="Show what was dismissed.")] = False,
    folder: Folder = Path(),
) -> None:
    """See what was set aside when it came in, take it after all, or dismiss it. Nothing is deleted.

    \b
    show      what lies aside, and why (default)
    take      let it count; that is written into the ledger
    dismiss   seen, and nothing comes of it: no list names it any more; needs --because
    back      name it again

    Example: hanoikit class aside dismiss holiday.jpg --because "a photo, no hand-in"
    """
    from hanoikit.classroom import collecting_aside

    klass = the_class(folder)
    if act not in _ACTS:
        raise UsageError(
            _("There is no command {word} for what lies aside.").format(word=act[:40]),
            next_step=_("There are: show, take, dismiss, back."),
        )
    there = collecting_aside.lying(klass, dismissed=dismissed or act == "back")
    if act == "take":
        there = there + collecting_aside.lying(klass, dismissed=True)
    chosen = collecting_aside.named(there, items) if items else there
    if act == "show":
        _show(chosen, klass, dismissed=dismissed)
        return
    if not items:
        raise UsageError(
            _("Name what you mean."),
            next_step=_("See what lies aside, and the numbers, with: hanoikit class aside"),
        )
    now = datetime.now(klass.zone).replace(microsecond=0)
    if act == "dismiss":
        collecting_aside.dismiss(klass, chosen, reason=because, now=now)
        _tell(chosen, _("Dismissed, and kept in the inbox: {names}."))
    elif act == "back":
        collecting_aside.call_back(klass, chosen, now=now)
        _tell(chosen, _("It lies aside again: {names}."))
    else:
        collecting_aside.take(klass, chosen, now=now)
        _tell(chosen, _("Taken after all: {names}."))
        print(_("Next: hanoikit class autograde"))


def _tell(items: Sequence[Lying], words: str) -> None:
    print(words.format(names=", ".join(one.shown for one in items)))


def _show(items: Sequence[Lying], klass: Class, *, dismissed: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not items:
        print(_("Nothing was dismissed.") if dismissed else _("Nothing lies aside."))
        return
    names = {trainee.id: trainee.name for trainee in klass.roster}
    table = Table()
    for head in (_("Number"), _("Who"), _("Assignment"), _("Came in"), _("What it is, and why")):
        table.add_column(head, overflow="fold", no_wrap=head == _("Number"))
    for one in items:
        who = "\n".join(filter(None, [names.get(one.trainee, ""), one.trainee])) or "?"
        came = one.decision.known.received.astimezone(klass.zone).strftime("%Y-%m-%d %H:%M")
        why = f"→ {one.dismissed}" if dismissed else one.why
        table.add_row(
            Text(one.file[:8]),
            Text(who),
            Text(one.assignment or "?"),
            Text(came),
            Text(f"{one.shown}\n{why}"),
        )
    Console().print(table)
    count = ngettext("{count} hand-in", "{count} hand-ins", len(items)).format(count=len(items))
    if dismissed:
        print(_("{count}. Name it again with: hanoikit class aside back NUMBER").format(count=count))
    else:
        print(_("{count}. Let it count: hanoikit class aside take NUMBER").format(count=count))
        print(_('Or name it no more: hanoikit class aside dismiss NUMBER --because "..."'))
