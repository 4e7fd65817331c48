"""Reading XML that somebody downloaded: no document type, no entities, no endless file.

>>> parse(b"<a><b>text</b></a>").find("b").text
'text'

A document type can define entities that grow to gigabytes or that read other files. A status file needs none, so one
that has it is refused at the first sign, before anything grows. Depth, elements and size have limits of their own.
"""

from __future__ import annotations

import xml.parsers.expat as expat
from xml.etree.ElementTree import Element, TreeBuilder

from hanoikit.errors import StatusFileRefused
from hanoikit.i18n import _

MAX_BYTES = 8 * 2**20
MAX_DEPTH = 40
MAX_ELEMENTS = 200_000


class _Refused(Exception):
    """Raised inside the parser's callbacks; turned into ``StatusFileRefused`` outside."""


def parse(data: bytes, *, where: str = "") -> Element:
    """The document as a tree. Raises ``StatusFileRefused`` for anything but plain, well-formed XML of modest size."""
    if len(data) > MAX_BYTES:
        raise _refusal(
            _("The file is too large for a status file: {n} MiB.").format(n=len(data) // 2**20 + 1), where
        )
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > MAX_DEPTH:
            raise _Refused(_("Its elements are nested too deep."))
        if count > MAX_ELEMENTS:
            raise _Refused(_("It has too many elements."))
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def forbidden(*_what: object) -> int:
        raise _Refused(_("It has a document type or entities, which a status file does not need."))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = forbidden
    parser.EntityDeclHandler = forbidden
    parser.ExternalEntityRefHandler = forbidden
    try:
        parser.Parse(data, True)
        return builder.close()
    except _Refused as error:
        raise _refusal(str(error), where) from None
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _refusal(_("It is no well-formed XML: {reason}.").format(reason=error), where) from error


def _refusal(reason: str, where: str) -> StatusFileRefused:
    return StatusFileRefused(
        _("This file is not read. {reason}").format(reason=reason),
        where=where or None,
        next_step=_(
            "Download the XML of chapter XVIII-16 from the UN Treaty Collection again, and do not change it."
        ),
    )
