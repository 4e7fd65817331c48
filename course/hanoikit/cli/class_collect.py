"""``hanoikit class collect`` and ``hanoikit class ledger``: taking hand-ins in, and the log of hand-ins and marks.

hanoikit class collect /media/stick            bundles, zips and loose files, from anywhere
hanoikit class collect "Ana m04.ipynb" --as t03
hanoikit class ledger                          does everything hold?
hanoikit class ledger show t03                 every entry about one trainee
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hanoikit.cli import SETTINGS
from hanoikit.cli.class_commands import Folder, the_class
from hanoikit.errors import UsageError
from hanoikit.i18n import _, ngettext

if TYPE_CHECKING:
    from hanoikit.classroom.collecting import Collection
    from hanoikit.classroom.collecting_telling import Row
    from hanoikit.classroom.klass import Class
    from hanoikit.trust.chain import Line

app = typer.Typer(help="Take hand-ins in, and check the ledger.", **SETTINGS)
_SHOWN = 40


@app.command()
def collect(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FOLDER...]",
            help="Folders, sticks or files with hand-ins. nbgrader's exchange is always looked at.",
            show_default=False,
        ),
    ] = None,
    as_trainee: Annotated[
        str, typer.Option("--as", metavar="ID", help="Whose these hand-ins are.", show_default=False)
    ] = "",
    assignment: Annotated[
        str, typer.Option(metavar="NAME", help="Which assignment they are.", show_default=False)
    ] = "",
    take_anyway: Annotated[
        bool, typer.Option("--take-anyway", help="Take also what would be set aside; it is written down.")
    ] = False,
    refuse_late: Annotated[
        bool,
        typer.Option(
            "--refuse-late",
            help="Set late hand-ins aside, now and later; the same as: class due all --refuse-late.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for scripts.")] = False,
    folder: Folder = Path(),
) -> None:
    """Take in bundles, zips, notebooks and mail attachments; nothing that comes in is lost or changed.

    Every file is kept in the folder inbox. What can be marked is put where marking finds it; everything else is
    listed with the next step. Ends with 0 when all is well, with 1 when a person has to look at something.
    Collecting the same files again changes nothing.

    Example: hanoikit class collect /media/stick
    """
    from hanoikit.classroom import collecting, collecting_telling
    from hanoikit.classroom.collecting_inbox import Inbox

    klass = the_class(folder)
    now = datetime.now(klass.zone).replace(microsecond=0)
    if assignment:
        from hanoikit.cli.class_handing import resolve

        assignment = resolve(klass, [assignment])[0] if assignment != "all" else assignment
    if refuse_late:
        from hanoikit.cli.class_handing import resolve, set_late

        set_late(klass, resolve(klass, [assignment] if assignment else None), True, quiet=as_json)
    with _Bar(show=not as_json) as bar:
        found = collecting.collect(
            klass,
            sources or [],
            now=now,
            as_trainee=as_trainee.strip().lower(),
            as_assignment=assignment,
            take_anyway=take_anyway,
            tell=bar.step,
        )
    inbox = Inbox(klass.inbox)
    pages = collecting_telling.write(klass, found, inbox, now=now)
    names = {
        (item.decision.facts.file, item.trainee): item.shown
        for item in found.items
        if item.decision.facts.file
    }
    made = collecting_telling.rows(
        [item.decision for item in found.items], klass.roster, inbox, names, sources or []
    )
    if as_json:
        for row in made:
            print(json.dumps(_as_data(row), ensure_ascii=False), flush=True)
    else:
        _tell(found, made, pages)
    if found.look:
        raise typer.Exit(1)


def _as_data(row: Row) -> dict[str, Any]:
    return {
        "file": row.file,
        "shown": row.shown,
        "trainee": row.trainee,
        "assignment": row.assignment,
        "state": row.state,
        "look": row.look,
        "what": row.what,
        "next_step": row.step,
        "code": row.code,
    }


def _tell(found: Collection, made: list[Row], pages: list[Path]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    again = [row for row in made if row.state == _("dismissed")]
    made = [row for row in made if row not in again]
    look = [row for row in made if row.look]
    others = [row for row in made if not row.look and row.state == _("set aside")]
    rest = [row for row in made if row.look or row not in others]
    shown = look if len(rest) > _SHOWN else rest
    if shown:
        table = Table()
        for head in (_("Who"), _("Assignment"), _("State"), _("What there is to say, and the next step")):
            table.add_column(head, overflow="fold")
        for row in shown:
            who = f"{row.name}\n{row.trainee}" if row.name else row.trainee or "?"
            words = "\n".join(text for text in (row.shown, row.what, row.step and f"→ {row.step}") if text)
            style = "bold" if row.look else ""
            table.add_row(Text(who), Text(row.assignment or "?"), Text(row.state, style=style), Text(words))
        console.print(table)
    new = len(found.new)
    text = ngettext("{count} hand-in came in", "{count} hand-ins came in", new).format(count=new)
    same = len(found.items) - new
    if same:
        text += ngettext(", {count} was here before", ", {count} were here before", same).format(count=same)
    placed = len(found.placed)
    text += "; " + ngettext("{count} is ready for marking.", "{count} are ready for marking.", placed).format(
        count=placed
    )
    print(text)
    for one in [one for one in found.passed_over if one.severity == "error"][:_SHOWN]:
        print(f"! {one}")
    links = sum(one.severity != "error" for one in found.passed_over)
    if links:
        text = ngettext("{count} link was passed over.", "{count} links were passed over.", links)
        print(text.format(count=links))
    if others:
        text = ngettext(
            "{count} file is no hand-in, or nothing was done in it; the page lists it.",
            "{count} files are no hand-ins, or nothing was done in them; the page lists them.",
            len(others),
        )
        print(text.format(count=len(others)))
    if look:
        text = ngettext("A person has to look at {count}.", "A person has to look at {count}.", len(look))
        print(text.format(count=len(look)))
    if again:
        text = ngettext("{count} was dismissed before.", "{count} were dismissed before.", len(again))
        print(text.format(count=len(again)))
    here = {(item.decision.facts.file, item.trainee) for item in found.items}
    earlier = sum((one.facts.file, one.facts.trainee) not in here for one in found.waiting)
    if earlier > 0:
        text = ngettext("{count} lies aside from before.", "{count} lie aside from before.", earlier)
        print(text.format(count=earlier))
    if found.waiting:
        print(_("Take it after all, or dismiss it: hanoikit class aside"))
    for path in pages[:1]:
        print(_("All of it: {page}").format(page=path))
    if placed:
        print(_("Next: hanoikit class autograde"))


class _Bar:
    """A bar with the time left, on a terminal; nothing elsewhere."""

    def __init__(self, *, show: bool) -> None:
        self._show = show and sys.stderr.isatty()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> _Bar:
        if self._show:
            from rich.console import Console

            from hanoikit.cli.grade import progress_bar

            self._bar = progress_bar(Console(stderr=True))
            self._bar.start()
            self._task = self._bar.add_task(_("Reading"), total=None)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, done: int, every: int) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=every)


# the ledger


@app.command()
def ledger(
    what: Annotated[
        str,
        typer.Argument(
            metavar="[verify|show|history|record|sign]",
            help="What to do. Default: verify.",
            show_default=False,
        ),
    ] = "verify",
    trainee: Annotated[
        str, typer.Argument(metavar="[TRAINEE]", help="With show and history: the id.", show_default=False)
    ] = "",
    against: Annotated[
        list[Path] | None,
        typer.Option(
            help="With verify: a head, receipt or history that somebody else keeps.", show_default=False
        ),
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="ID", help="With record: who gave the marks by hand.", show_default=False)
    ] = "by-hand",
    as_json: Annotated[bool, typer.Option("--json", help="With show: one JSON object a line.")] = False,
    folder: Folder = Path(),
) -> None:
    """The log of every hand-in, marking and changed mark: check it, read it, give a trainee their part.

    \b
    verify   does everything hold? ends with 1 when something does not
    show     the entries, all or those of one trainee
    history  reports/history/ID.json, which a trainee can check alone
    record   write down the marks given by hand since the last marking
    sign     sign where the ledger stands

    Example: hanoikit class ledger verify
    """
    klass = the_class(folder)
    acts: dict[str, Callable[..., None]] = {
        "verify": _verify,
        "show": _show,
        "history": _history,
        "record": _record,
        "sign": _sign,
    }
    if what not in acts:
        raise UsageError(
            _("There is no ledger command {word}.").format(word=what[:40]),
            next_step=_("There are: verify, show, history, record, sign."),
        )
    if trainee and trainee not in klass.roster:
        raise UsageError(
            _("The roster has nobody with the id {id}.").format(id=trainee[:60]),
            next_step=_("See the ids with: hanoikit class roster"),
        )
    acts[what](klass, trainee=trainee, against=against or [], by=by, as_json=as_json)


def _verify(klass: Class, *, against: list[Path], **_more: Any) -> None:
    from hanoikit.classroom.ledger import read_head, read_lines
    from hanoikit.classroom.ledger_check import verify

    findings = verify(klass.root, heads=against)
    given = {path.name for path in against}
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors and all(one.code == "head-unreadable" and one.where in given for one in errors):
        raise UsageError(
            _("This file holds nothing that the ledger could be compared with: {reason}").format(
                reason=errors[0].message
            ),
            where=errors[0].where,
            next_step=_("Name a ledger-head.json, a history or a receipt of the collection."),
        )
    for finding in findings:
        mark = {"error": "!", "warning": "-", "note": " "}[finding.severity]
        print(f"{mark} {finding}")
    if errors:
        print(_("The ledger and what it stands for do not hold."), file=sys.stderr)
        print(_("Keep everything as it is, make a copy, and find out who had access."), file=sys.stderr)
        raise typer.Exit(1)
    head = read_head(klass.root / "ledger-head.json")
    if head is None:
        count = len(read_lines(klass))
        if count < 1:
            print(_("The ledger is empty."))
        else:
            text = ngettext("The chain holds: {count} entry", "The chain holds: {count} entries", count)
            print(
                text.format(count=count) + ", " + _("not signed yet. Sign with: hanoikit class ledger sign")
            )
        return
    text = ngettext("The ledger holds: {count} entry", "The ledger holds: {count} entries", head[1].size)
    print(text.format(count=head[1].size) + ", " + _("last signed {at}, head {hash}.").format(
        at=head[1].at, hash=head[0].head.hash[:16]
    ))  # fmt: skip


def _show(klass: Class, *, trainee: str, as_json: bool, **_more: Any) -> None:
    from hanoikit.classroom.ledger import of_trainee, read_lines

    lines = list(of_trainee(read_lines(klass), trainee or None))
    for line in lines:
        if as_json:
            print(line.raw.decode())
        else:
            print(f"{line.index:>5}  {line.at.astimezone(klass.zone):%Y-%m-%d %H:%M}  {in_words(line)}")
    if not lines and not as_json:
        print(_("The ledger has no entry yet."))


def in_words(line: Line) -> str:
    """One entry in a line."""
    record = line.record
    who = " ".join(str(record[name]) for name in ("trainee", "assignment") if record.get(name))
    kind = record.get("entry")
    if kind == "hand-in":
        codes = ", ".join(str(one["code"]) for one in record.get("findings", ()) if isinstance(one, dict))
        code = f" {record['code']}" if record.get("code") else ""
        return f"{who} hand-in{code} {record.get('state')}" + (f" ({codes})" if codes else "")
    if kind == "marked":
        return f"{who} marked {record.get('points')} of {record.get('maximum')} ({record.get('engine')})"
    if kind == "changed":
        before, after = (
            "-" if record.get(name) is None else record.get(name) for name in ("before", "after")
        )
        reason = f"{record.get('by')}: {record.get('reason')}"
        return f"{who} {record.get('question')} changed {before} -> {after} ({reason})"
    if kind == "dismissed":
        reason = record.get("reason") or _("called back")
        return f"{who} dismissed {str(record.get('file'))[:12]} ({reason})".strip()
    rest = {name: value for name, value in record.items() if name not in ("entry", "trainee", "assignment")}
    return f"{who} {kind} {json.dumps(rest, ensure_ascii=False)}".strip()


def _history(klass: Class, *, trainee: str, **_more: Any) -> None:
    from hanoikit.classroom.ledger_check import history

    ids = [trainee] if trainee else [who.id for who in klass.roster]
    written = [path for id in ids if (path := history(klass, id)) is not None]
    text = ngettext("{count} history was written.", "{count} histories were written.", len(written))
    print(text.format(count=len(written)), klass.reports / "history")


def _record(klass: Class, *, by: str, **_more: Any) -> None:
    from hanoikit.classroom.ledger import Ledger

    now = datetime.now(klass.zone).replace(microsecond=0)
    with Ledger.open(klass) as ledger:
        lines = ledger.sync(at=now, by=by)
        ledger.sign(now)
    for line in lines:
        print(in_words(line))
    print(
        ngettext("{count} entry was added.", "{count} entries were added.", len(lines)).format(
            count=len(lines)
        )
        if lines
        else _("The ledger has all marks of the gradebook.")
    )


def _sign(klass: Class, **_more: Any) -> None:
    from hanoikit.classroom.ledger import Ledger

    with Ledger.open(klass) as ledger:
        print(ledger.sign(datetime.now(klass.zone).replace(microsecond=0)))
