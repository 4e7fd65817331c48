"""``hanoikit receipt``: check a bundle, a receipt, a counter-receipt or the history of one's marks, offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hanoikit.handin.verifying import Checked


def receipt(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Bundle, receipt or history.", show_default=False)
    ],
    history: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="History of your marks that your instructor gave you; is this receipt in it?",
            show_default=False,
        ),
    ] = None,
    class_certificate: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Certificate of the class. Default: class-certificate.pem of the course folder, or beside the file.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Check a bundle, a receipt or the history of your marks. No network is needed.

    Ends with 1 when something is wrong. With a history as FILE, your receipts in the folder handed-in are compared.

    Example: hanoikit receipt handed-in/m04-evidence-chain--t07--K7QF-2M9X-PT3A.hanoi.zip --history t07.json
    """
    from hanoikit.handin.verifying import check_file

    checked = check_file(file, history=history, certificate=class_certificate)
    _show(checked)
    if not checked.ok:
        raise typer.Exit(1)


def _show(checked: Checked) -> None:
    print(checked.sentence)
    print()
    width = max((len(label) for label, _value in checked.facts), default=0)
    for label, value in checked.facts:
        print(f"  {label:{width}}  {value}")
    if checked.history is not None:
        from hanoikit.handin.verifying import mark_words

        print()
        for one in checked.history.standings():
            print("  " + mark_words(one))
    for finding in checked.findings:
        print(f"! {finding}")
