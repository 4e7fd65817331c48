"""``hanoikit start``: make or refresh the trainee's folder and open the course in JupyterLab."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hanoikit.cli import SETTINGS
from hanoikit.errors import UsageError
from hanoikit.i18n import _, set_language

if TYPE_CHECKING:
    from hanoikit.workspace import Delivery, Lab

app = typer.Typer(**SETTINGS)


@app.command()
def start(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="Your course folder; without it: hanoi-kit in your home folder."),
    ] = None,
    lang: str | None = typer.Option(
        None, "--lang", metavar="CODE", help="Language of the course: en, fr, ..."
    ),
    no_browser: bool = typer.Option(False, "--no-browser", help="Only print the address; open it yourself."),
    port: int = typer.Option(8888, "--port", min=1024, max=65485, help="Where to look for a free port."),
) -> None:
    """Make or refresh your course folder and open the course in JupyterLab.

    Nothing that you changed is overwritten, and your answers are never touched.

    Example: hanoikit start ~/my-course --no-browser
    """
    if lang:
        set_language(lang)
        _check_language(lang)
    from hanoikit import workspace

    chosen = (folder or workspace.default_folder()).expanduser()
    _check_place(chosen)
    delivery = workspace.refresh(chosen)
    _say(delivery)
    print(_("Opening JupyterLab (a few seconds) ..."), flush=True)
    lab = workspace.open_lab(chosen, port=port, browser=not no_browser, language=lang)
    with lab.ending_in_order():
        _tell(lab)
        if lab.process is None:
            return
        lab.wait()
    print(_("JupyterLab has ended. Your answers are in {folder}.").format(folder=chosen))


def _tell(lab: Lab) -> None:
    print()
    print(_("The course is open. If no browser page appears, open this address yourself:"))
    print(f"    {lab.url}")
    print()
    if lab.process is None:
        print(_("JupyterLab was already running on this folder; it goes on in its own window."), flush=True)
    else:
        print(_("Keep this window open while you work. To end, press Ctrl+C here."), flush=True)


def _check_language(code: str) -> None:
    import hanoikit

    catalogues = Path(hanoikit.__file__).parent / "locale"
    there = sorted(path.parents[1].name for path in catalogues.glob("*/LC_MESSAGES/hanoikit.mo"))
    if code.split("_")[0] not in {"en", *there} and code not in there:
        print(
            _(
                "There is no translation for '{code}' yet, so the course is in English. There are: {codes}."
            ).format(code=code, codes=", ".join(["en", *there]))
        )


def _check_place(folder: Path) -> None:
    """Refuse the kit's own source folders, where the trainee's files would mix with the author's."""
    from hanoikit import resources

    checkout = resources.checkout()
    if checkout is None:
        return
    place, root = folder.resolve(), checkout.resolve()
    own = [root / name for name in ("course", "exercises", "solutions", "assets", "tests", "docs")]
    if place == root or any(place.is_relative_to(part) for part in own):
        raise UsageError(
            _("This folder belongs to the sources of the kit."),
            where=str(folder),
            next_step=_("Name another one, or none: the course then opens in {folder}.").format(
                folder=root / "workspace"
            ),
        )


def _say(delivery: Delivery) -> None:
    print(_("Your course folder: {folder}").format(folder=delivery.folder))
    for count, text in (
        (len(delivery.added), _("{count} new files")),
        (len(delivery.updated), _("{count} files brought up to date")),
    ):
        if count:
            print("  " + text.format(count=count))
    for name in delivery.beside:
        print(
            "  " + _("You changed the older file, so the new edition is beside it: {name}").format(name=name)
        )
