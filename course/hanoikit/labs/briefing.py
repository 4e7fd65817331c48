"""The briefing of a case, as the first thing that a trainee reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.casework import Case


def case_briefing(case: Case) -> Any:
    """The case's briefing as formatted text, with a note about files that were kept under another name."""
    from IPython import display

    text = case.briefing
    if case.kept:
        names = ", ".join(f"`{path.name}`" for path in case.kept)
        text += "\n\n" + _("You had changed some files. Your versions were kept as {names}.").format(
            names=names
        )
    shown: Any = display.Markdown
    return shown(text)
