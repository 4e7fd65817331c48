"""The page that trainees read first: how to get the exercises, how to hand in, and what the class's code is.

>>> handout_page("Autumn", [(assignment, "The Convention")], zone=zone, code="K7QF-2M9X-PT3A", fingerprint="8a7c...")
'<!DOCTYPE html>...'
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hanoikit.classroom.klass import Assignment, grouped
from hanoikit.grading.page import document
from hanoikit.i18n import _, language
from hanoikit.labs.html import Markup, sentence, table
from hanoikit.labs.html import code as letters

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE = "Read me first.html"


def handout_page(
    title: str,
    assignments: Sequence[tuple[Assignment, str]],
    *,
    zone: ZoneInfo,
    code: str,
    fingerprint: str,
) -> str:
    """The page as one HTML file that needs nothing else; ``assignments`` with their titles."""
    parts = [
        f"<h1>{escape(title)}</h1>",
        sentence(
            _("This folder is your course folder for this class. Everything works without the internet.")
        ),
        f"<h2>{escape(_('Start'))}</h2>",
        _steps(
            [
                _("Copy this whole folder from the stick to your computer, for example to your documents."),
                _(
                    "Start the kit with this folder. In the black window type: hanoikit start, a space, and then "
                    "drag the folder into the window. Press Enter."
                ),
                _(
                    "Open an exercise in the folder 'exercises' and press the blue button 'Run the whole lesson'."
                ),
            ]
        ),
        sentence(
            _(
                "You work in another course folder already? Keep it. Copy only the files class.json and "
                "class-certificate.pem into it."
            )
        ),
        f"<h2>{escape(_('Exercises'))}</h2>",
        table(
            _("What to hand in"),
            [_("Exercise"), _("Name of its folder"), _("Hand in until")],
            [[name, letters(one.name), _until(one, zone)] for one, name in assignments],
        ),
        sentence(_("Times are those of {zone}.").format(zone=zone.key)),
        f"<h2>{escape(_('Hand in'))}</h2>",
        _steps(
            [
                _(
                    "Say once who you are: your name, and the id that your instructor gives you, for example t07."
                ),
                _(
                    "In JupyterLab open the page 'Hand in' in your course folder, press the blue button and choose the "
                    "exercise. Or type in the black window: hanoikit submit"
                ),
                _(
                    "You get one file, its name ends in .hanoi.zip, and a receipt with a code. Keep the receipt. "
                    "Bring the file on a stick, or send it by mail."
                ),
            ]
        ),
        f"<h2>{escape(_('Is this the right class?'))}</h2>",
        sentence(
            _(
                "Receipts and marks of this class are signed. Your instructor reads out the code of the class. It "
                "must be:"
            )
        ),
        Markup(f'<p class="result"><strong>{escape(code)}</strong></p>'),
        sentence(
            _("The whole fingerprint (SHA-256) of class-certificate.pem:"), letters(grouped(fingerprint))
        ),
    ]
    return document(title, "\n".join(str(part) for part in parts), language=language())


def _until(one: Assignment, zone: ZoneInfo) -> str:
    words = when(one.due, zone)
    return words + _("; what comes later may not count") if one.refuse_late else words


def when(due: datetime | None, zone: ZoneInfo) -> str:
    """A due time as people read it, in the zone of the class."""
    return _("no date") if due is None else due.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _steps(lines: Iterable[str]) -> Markup:
    return Markup("<ol>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ol>")
