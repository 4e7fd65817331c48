"""Text on paper: a typst template and data become a tagged PDF (PDF/UA-1), the same bytes each time.

>>> pdf, fonts = typeset(Path("form.typ"), {"title": "Chain of custody"}, moment)

All content reaches the template as one JSON text, so that nothing that a person wrote can become markup.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from hanoikit.errors import EvidenceError, ToolMissing
from hanoikit.i18n import _

Fonts = Literal["bundled", "system"]

_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_DIGEST = re.compile(r"^[0-9a-f]{16,}$")


def visible(text: str) -> str:
    """The text with everything written out that is invisible, or that turns the direction of what follows.

    Without this a name on paper could pose as another one.
    """
    return _HIDDEN.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


def soft(value: Any, *, run: int = 24) -> Any:
    """The same data as it can stand on paper: visible, and with places to break in runs longer than ``run``.

    Digests have lines of their own and stay whole, so that they can be copied.
    """
    if isinstance(value, str):
        value = visible(value)
        return value if _DIGEST.match(value) else re.sub(rf"[!-~]{{{run}}}(?=[!-~])", "\\g<0>\u200b", value)
    if isinstance(value, dict):
        return {name: soft(part, run=run) for name, part in value.items()}
    return [soft(part, run=run) for part in value] if isinstance(value, list) else value


def typeset(template: Path, data: Any, moment: datetime) -> tuple[bytes, Fonts]:
    """The PDF/UA-1 file of the template with ``data`` (in ``sys.inputs.data``), dated ``moment``.

    The second value is ``"bundled"`` (same bytes on every machine) or ``"system"``: a script that typst's own
    fonts lack was set with fonts of the machine. Raises :class:`EvidenceError` when no font has a character,
    :class:`ToolMissing` without typst.
    """
    try:
        import typst
    except ImportError as error:
        raise ToolMissing(
            _("The Python package typst is not installed."), next_step=_("Install it with: pip install typst")
        ) from error
    # PDF/UA refuses to leave out a character for which there is no font; that is how a missing font is
    # noticed.
    for bundled_only in (True, False):
        try:
            pdf = typst.compile(
                str(template),
                root=str(template.parent),
                format="pdf",
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                ignore_system_fonts=bundled_only,
                pdf_standards=["ua-1"],
                timestamp=int(moment.timestamp()),
            )
        except typst.TypstError as error:
            problem = error
            continue
        return pdf, "bundled" if bundled_only else "system"
    without_font = re.search(r"the text `\"(.+?)\"` could not be displayed", str(problem))
    if without_font:
        raise EvidenceError(
            _("This machine has no font for {text}; the form was not printed.").format(
                text=without_font.group(1)
            ),
            next_step=_("Install a font for its script, on Debian or Ubuntu fonts-noto and fonts-noto-cjk."),
        )
    raise EvidenceError(_("The form cannot be typeset: {why}").format(why=str(problem).strip()))
