"""Putting HTML and figures into the area under a panel."""

from __future__ import annotations

from typing import Any

from hanoikit.labs.html import Markup


def html(markup: Markup) -> Any:
    """The markup as an object that a notebook shows, with the kit's table style around it."""
    from IPython import display

    shown: Any = display.HTML
    return shown(f'<div class="hk-result">{markup}</div>')


def show_in(output: Any, *parts: Any) -> None:
    """Replace what the output area shows: markup as HTML, anything else as the notebook shows it."""
    from IPython import core, display

    if core.getipython.get_ipython() is None:  # a script: there is no page to show it on
        return
    put: Any = display.display
    output.clear_output(wait=True)
    with output:
        for part in parts:
            put(html(part) if isinstance(part, Markup) else part)
