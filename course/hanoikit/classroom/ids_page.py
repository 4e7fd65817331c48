"""The slips that an instructor gives out: each trainee's own id, and the code of the class, to be cut apart.

>>> ids_page(klass.title, klass.roster.present, code=klass.code).count("<li>")
30

It has everybody's name on it, so it lies among the reports and is in no hand-out.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from hanoikit.classroom.roster import Trainee
from hanoikit.grading.page import document
from hanoikit.i18n import _, language

PAGE = "ids.html"

_STYLE = """<style>
.slips { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr));
gap: 0; } .slips li { border: 1px dashed var(--line); padding: 0.8rem 1rem; break-inside: avoid; }
.slips b { font-size: 1.3rem; font-family: ui-monospace, monospace; } .slips span { display: block; }
</style>"""


def ids_page(title: str, trainees: Sequence[Trainee], *, code: str) -> str:
    """One HTML page with a slip for each trainee; it needs nothing else and prints on any paper."""
    slips = []
    for trainee in trainees:
        lines = [
            f'<bdi dir="auto">{escape(trainee.name)}</bdi>',
            f"{escape(_('Your id:'))} <b>{escape(trainee.id)}</b>",
            f"{escape(_('Class code:'))} {escape(code)}",
        ]
        slips.append("<li>" + "".join(f"<span>{line}</span>" for line in lines) + "</li>")
    heading = _("Ids to give out: {title}").format(title=title)
    hint = _("Print this page, cut it along the lines, and give each trainee their own slip only.")
    body = f"{_STYLE}\n<h1>{escape(heading)}</h1>\n<p>{escape(hint)}</p>\n<ul class='slips'>{''.join(slips)}</ul>"
    return document(heading, body, language=language())
