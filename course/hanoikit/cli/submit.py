"""``hanoikit submit``: seal an exercise into a bundle, lay it where it is to go, and print the receipt.

hanoikit submit m04 --to E:                    to a stick
hanoikit submit m04                            the sealed file stays in the course folder, to be attached to a mail
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hanoikit.errors import UsageError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.handin.me import Me
    from hanoikit.handin.submitting import Exercise, HandedIn


def submit(
    assignment: Annotated[
        str | None,
        typer.Argument(
            metavar="[ASSIGNMENT]",
            help="Which exercise: m04, its folder or its notebook. Default: the one that you are in.",
            show_default=False,
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="DIR",
            help="Folder or stick that it is to go to. Default: the folder handed-in in your course folder.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Your name; kept, so it is needed once.", show_default=False)
    ] = None,
    id: Annotated[
        str | None, typer.Option(help="Your id in the class, if you have one.", show_default=False)
    ] = None,
    mail: Annotated[bool, typer.Option("--mail", help="Also print a text for the mail.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Seal anew although nothing changed since the last hand-in.")
    ] = False,
    course: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Your course folder. Default: where you are.", show_default=False),
    ] = None,
) -> None:
    """Seal a hand-in bundle and print its receipt.

    Nothing is overwritten, and a copy of every bundle stays in your course folder under handed-in. When nothing
    changed since your last hand-in, the same bundle with the same code is given again.

    Example: hanoikit submit m04 --to E:
    """
    from hanoikit.exercise.sheet import local_now
    from hanoikit.handin import places, submitting

    workspace = course_folder(course)
    chosen = _chosen(workspace, assignment)
    target = places.place(to) if to is not None else None
    me = _me(workspace, name, id)
    done = submitting.hand_in(workspace, chosen.name, to=target, at=local_now(), me=me, again=again)
    _show(done, chosen, workspace, target)
    if mail:
        subject, text = submitting.mail(done)
        print(f"\n{_('Subject')}: {subject}\n\n{text}")


def course_folder(named: Path | None) -> Path:
    """The course folder that a person means. Raises UsageError when there is none."""
    from hanoikit import workspace
    from hanoikit.handin.submitting import EXERCISES, workspace_of

    if named is not None:
        folder = named.expanduser()
        found: Path | None = folder if (folder / EXERCISES).is_dir() else workspace_of(folder)
    else:
        found = workspace_of(Path.cwd())
        if found is None and (workspace.default_folder() / EXERCISES).is_dir():
            found = workspace.default_folder()
    if found is None:
        raise UsageError(
            _("There is no course folder here."),
            where=str(named or Path.cwd()),
            next_step=_("Go to your course folder, or name it: hanoikit submit m04 --course FOLDER."),
        )
    return found


def _chosen(workspace: Path, assignment: str | None) -> Exercise:
    from hanoikit.handin import submitting

    if assignment is not None:
        return submitting.exercise(workspace, assignment)
    here = Path.cwd().resolve()
    every = submitting.exercises(workspace)
    for one in every:
        if here.is_relative_to(one.folder.resolve()):
            return one
    listing = ", ".join(
        _("{name} ({answered} of {asked} answered)").format(
            name=one.name, answered=len(one.asked) - len(one.open), asked=len(one.asked)
        )
        for one in every
    )
    raise UsageError(
        _("Say which exercise to hand in."),
        next_step=_("There are: {names}.").format(names=listing or _("none")),
    )


def _me(workspace: Path, name: str | None, id: str | None) -> Me:
    from hanoikit.handin.me import Me

    me = Me.of(workspace)
    if not me.who and name is None and id is None and sys.stdin.isatty():
        name = typer.prompt(_("Your name, as it stands in the list of your class"))
        id = typer.prompt(_("Your id in the class (leave it empty if you do not know it)"), default="")
    return me.set(name=name, id=id) if me.who or name or id else me


def _show(done: HandedIn, exercise: Exercise, workspace: Path, target: Path | None) -> None:
    from hanoikit.handin import codes, submitting

    receipt = done.receipt
    print()
    if done.repeated:
        print(
            _("Nothing changed since you sealed hand-in {number}: it is the same one.").format(
                number=receipt.number
            )
        )
    print(f"    {receipt.code}    {codes.spelled(receipt.code)}")
    print()
    print(
        _("{title}: {answered} of {asked} questions answered, hand-in {number}.").format(
            title=exercise.title,
            answered=len(exercise.asked) - len(exercise.open),
            asked=len(exercise.asked),
            number=receipt.number,
        )
    )
    if exercise.open:
        print(_("Open questions: {questions}.").format(questions=submitting.numbers(exercise.open)))
    if exercise.others:
        print(
            _(
                "Questions {questions} are done with files, text or code: see for yourself that they are."
            ).format(questions=submitting.numbers(exercise.others))
        )
    for finding in (*done.findings, *_still_open(workspace, exercise)):
        print(f"! {finding}")
    print(
        _("Written and read back: {path} ({size})").format(
            path=done.path, size=submitting.size_words(done.size)
        )
    )
    if target is None:
        print(
            _(
                "Attach this file to a mail to your instructor, or copy it to their stick. It is all they need."
            )
        )
        if done.size > submitting.MAIL_SIZE:
            print(
                _(
                    "It is large for a mail; many mail services refuse it. Use a stick: hanoikit submit --to FOLDER."
                )
            )
    else:
        print(_("Your own copy: {path}").format(path=done.kept))
    print(_("Write the code down. Your instructor reads out the codes of what came in."))


def _still_open(workspace: Path, exercise: Exercise) -> list[str]:
    """A sentence when the notebook is open in JupyterLab: what was typed and not saved is not on the disk."""
    from datetime import datetime

    from hanoikit.workspace.lab import open_notebooks

    path = exercise.folder / f"{exercise.name}.ipynb"
    if not path.is_file() or path.resolve() not in open_notebooks(workspace):
        return []
    saved = datetime.fromtimestamp(path.stat().st_mtime).strftime("%H:%M")
    return [
        _(
            "The notebook is open in JupyterLab. Text and code that you typed after {time} and did not save are not in "
            "this hand-in; answers given with controls are. Save it (Ctrl+S), then hand in again."
        ).format(time=saved)
    ]
