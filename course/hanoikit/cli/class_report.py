"""``hanoikit class report``: the pages about a class, and the records of completion."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hanoikit.cli.class_commands import Folder, find, the_class
from hanoikit.errors import UsageError
from hanoikit.i18n import _, ngettext

if TYPE_CHECKING:
    from hanoikit.classroom.completion import Outcome
    from hanoikit.classroom.klass import Class
    from hanoikit.classroom.report_making import Made


def report(
    trainee: Annotated[
        str | None, typer.Option(metavar="ID", help="Only the page of this trainee.", show_default=False)
    ] = None,
    completion: Annotated[
        bool,
        typer.Option(
            "--completion", help="Also write the signed record of completion of everybody who finished."
        ),
    ] = False,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Only the page about the class, with ids in place of names.")
    ] = False,
    folder: Folder = Path(),
) -> None:
    """Write the page about the class and a page for each trainee, from the marks as they are now.

    The pages are single files that open in any browser, without a network. Run again, only what changed is written.

    Example: hanoikit class report
    """
    from hanoikit.classroom import report_making

    if anonymous and (completion or trainee):
        raise UsageError(
            _("A page of a trainee and a record of completion have names."),
            next_step=_("Leave out --anonymous, or the other options."),
        )
    place = _place(folder)
    if completion and isinstance(place, Path):
        raise UsageError(
            _("A record of completion is signed by the registrar of a class, and this folder has no class."),
            next_step=_("Make one here with: hanoikit class init ."),
        )
    if not isinstance(place, Path):
        from hanoikit.classroom.ledger_check import keep_up

        keep_up(place.root, at=datetime.now(place.zone).replace(microsecond=0))
    outcomes: list[Outcome] = []

    def records(made: Made) -> None:
        from hanoikit.classroom import completion

        if not isinstance(place, Path):
            ids = [trainee] if trainee is not None else list(place.roster.ids)
            now = datetime.now(place.zone).replace(microsecond=0)
            # Who names one trainee has looked at what the report says about them.
            outcomes.append(completion.write_all(place, made, ids, at=now, looked=trainee is not None))

    with _Progress() as progress:
        made = report_making.make(
            place,
            trainee=trainee,
            without_names=anonymous,
            first=records if completion else None,
            tell=progress.tell,
        )
    _say(made)
    for outcome in outcomes:
        _records(outcome, alone=trainee is not None)


def _place(folder: Path) -> Class | Path:
    """The class, or a plain course directory of nbgrader's."""
    if find(folder) is None and (folder / "nbgrader_config.py").is_file():
        return folder.resolve()
    return the_class(folder)


def _say(made: Made) -> None:
    if made.page is not None:
        print(_("Page about the class: {path}").format(path=made.page))
    count = len(made.trainees)
    if count == 1:
        print(_("Page of the trainee: {path}").format(path=made.trainees[0]))
    elif count:
        text = ngettext("{count} page for a trainee in {path}", "{count} pages for trainees in {path}", count)
        print(text.format(count=count, path=made.trainees[0].parent))
    if not made.changed:
        print(_("Nothing has changed since they were written."))
    if made.others:
        print(
            _("Not in the report, because the course has no such assignment: {names}.").format(
                names=", ".join(made.others)
            )
        )
    if not made.entries:
        print(_("Nobody has handed in anything yet. Take hand-ins in with: hanoikit class collect"))
    elif made.looking:
        text = ngettext(
            "A person has to look at {count} hand-in; the page says why.",
            "A person has to look at {count} hand-ins; the page says why.",
            made.looking,
        )
        print(text.format(count=made.looking))


def _records(outcome: Outcome, *, alone: bool) -> None:
    for path in outcome.written:
        print(_("Record of completion: {path}").format(path=path))
    if outcome.same:
        text = ngettext(
            "{count} record was there already and still holds.",
            "{count} records were there already and still hold.",
            outcome.same,
        )
        print(text.format(count=outcome.same))
    if outcome.open:
        print(_("No record yet for:"))
    for identity, reason in outcome.open.items():
        print(f"  {identity}: {reason}")
    if outcome.open and (alone or not (outcome.written or outcome.same)):
        raise typer.Exit(1)


class _Progress:
    """A bar on a terminal; nothing elsewhere."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> _Progress:
        import sys

        if sys.stderr.isatty():
            from rich.console import Console

            from hanoikit.cli.grade import progress_bar

            self._bar = progress_bar(Console(stderr=True))
            self._bar.start()
            self._task = self._bar.add_task("", total=1)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def tell(self, words: str, done: int, all_: int) -> None:
        if self._bar is not None:
            self._bar.update(self._task, description=words, completed=done, total=all_)
