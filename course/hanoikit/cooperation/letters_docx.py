"""A letter as a Word file (Office Open XML, ISO/IEC 29500), made by python-docx: real headings, lists and directions.

>>> word(one, at)[:2]
b'PK'

The same letter gives the same bytes: the parts of the container carry no time of their own.
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hanoikit.cooperation.letters_parts import Block, Points, Text, direction_of
from hanoikit.errors import ToolMissing
from hanoikit.evidence.typesetting import visible
from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.cooperation.letters import Letter

_EPOCH = datetime(2026, 1, 1)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_FONT = "Cambria"


def word(one: Letter, at: datetime | None = None) -> bytes:
    """The letter as a .docx file; ``at`` is written into it as its date. Raises ``ToolMissing`` without python-docx."""
    try:
        import docx
    except ImportError as error:
        raise ToolMissing(
            _("The Python package python-docx is not installed."),
            next_step=_("Install it with: pip install python-docx"),
        ) from error
    document = docx.Document()
    _properties(document, one, at)
    _page(document, one)
    _head(document, one)
    for label, value in one.facts:
        _labelled(document, label, value)
    document.add_heading(visible(one.title), level=1)
    _paragraph(document, one.opening)
    for part in one.parts:
        heading = document.add_heading(visible(part.heading), level=2)
        if part.basis:
            run = heading.add_run(f" ({part.basis})")
            run.bold = False
            run.font.size = _points(8.5)
        for block in part.blocks:
            _block(document, block)
    _paragraph(document, one.closing)
    _signature(document, one)
    return _fixed(document)


def _properties(document: Any, one: Letter, at: datetime | None) -> None:
    moment = (at.astimezone(UTC).replace(tzinfo=None) if at is not None else _EPOCH).replace(microsecond=0)
    core = document.core_properties
    core.title = visible(f"{one.title} {one.reference}")[:250]
    core.author = core.last_modified_by = f"{one.form.body}, {one.form.country}"
    core.subject = _("Official letter of an invented State, made for training")
    core.comments = core.keywords = ""
    core.language = "en"
    core.revision = 1
    core.created = core.modified = moment


def _page(document: Any, one: Letter) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Mm, RGBColor

    section = document.sections[0]
    a4 = one.form.paper == "a4"
    section.page_width, section.page_height = (Mm(210), Mm(297)) if a4 else (Mm(215.9), Mm(279.4))
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(22)
    for name, size in (("Normal", 10.5), ("Heading 1", 15), ("Heading 2", 11)):
        style = document.styles[name]
        style.font.name, style.font.size = _FONT, _points(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        if name != "Normal":
            style.font.color.rgb = RGBColor(0, 0, 0)
    footer = section.footer.paragraphs[0]
    footer.text = _("Made for training. The State and everybody in this letter are invented.")
    if one.draft:
        section.header.paragraphs[0].add_run(_("DRAFT · not signed, not to be sent")).bold = True


def _head(document: Any, one: Letter) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    form = one.form
    side = {"right": WD_ALIGN_PARAGRAPH.RIGHT, "left": WD_ALIGN_PARAGRAPH.LEFT}.get(
        form.look, WD_ALIGN_PARAGRAPH.CENTER
    )
    lines = (
        (form.country, 16, True),
        (form.body, 12, False),
        (form.unit, 10.5, False),
        (" · ".join(form.address), 8.5, False),
        (" · ".join(form.contact), 8.5, False),
    )
    for text, size, bold in lines:
        paragraph = document.add_paragraph()
        paragraph.alignment = side
        paragraph.paragraph_format.space_after = _points(0)
        run = paragraph.add_run(text)
        run.bold, run.font.size = bold, _points(size)
    document.paragraphs[-1].paragraph_format.space_after = _points(10)


def _block(document: Any, block: Block) -> None:
    if isinstance(block, Text):
        _paragraph(document, block.text, strong=block.gap)
    elif isinstance(block, Points):
        for point in block.points:
            _paragraph(document, point, style="List Bullet")
    else:
        if block.title:
            _paragraph(document, block.title, strong=True, keep=True)
        for label, value in block.pairs:
            _labelled(document, label, value)


def _paragraph(
    document: Any, text: str, *, style: str | None = None, strong: bool = False, keep: bool = False
) -> Any:
    paragraph = document.add_paragraph(style=style)
    run = paragraph.add_run(visible(text))
    run.bold = strong or None
    paragraph.paragraph_format.keep_with_next = keep or None
    if direction_of(text) == "rtl":
        _right_to_left(paragraph)
    return paragraph


def _labelled(document: Any, label: str, value: str) -> None:
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.left_indent, form.first_line_indent = _points(14), _points(-14)
    form.space_after = _points(3)
    paragraph.add_run(f"{label}: ").bold = True
    run = paragraph.add_run(visible(value))
    if direction_of(value) == "rtl":
        run.font.rtl = True


def _signature(document: Any, one: Letter) -> None:
    place = next((value for label, value in one.facts if label == _("Place and date")), "")
    if one.draft:
        lines: tuple[tuple[str, bool], ...] = ((_("DRAFT · not signed, not to be sent"), True),)
    else:
        lines = (
            (place, False),
            (one.form.signatory, True),
            (one.form.title, False),
            (f"{one.form.body}, {one.form.unit}", False),
            (_("Signed electronically. The signature and its timestamp are in the files beside this one."), False),
        )  # fmt: skip
    for number, (text, bold) in enumerate(lines):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = number < len(lines) - 1 or None
        paragraph.paragraph_format.space_after = _points(0)
        paragraph.add_run(visible(text)).bold = bold


def _right_to_left(paragraph: Any) -> None:
    """The paragraph runs from right to left, and so does each of its runs (w:bidi, w:rtl)."""
    from docx.oxml import OxmlElement

    properties = paragraph._p.get_or_add_pPr()
    # The schema fixes the order of these members: w:bidi stands before spacing, indentation and alignment.
    properties.insert_element_before(
        OxmlElement("w:bidi"), "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing",
        "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment",
        "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
    )  # fmt: skip
    for run in paragraph.runs:
        run.font.rtl = True


def _points(size: float) -> Any:
    from docx.shared import Pt

    return Pt(size)


def _fixed(document: Any) -> bytes:
    """The container with fixed times and order, so that the same letter gives the same bytes."""
    first = io.BytesIO()
    document.save(first)
    second = io.BytesIO()
    with zipfile.ZipFile(first) as made, zipfile.ZipFile(second, "w") as fixed:
        for name in made.namelist():
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            fixed.writestr(info, made.read(name))
    return second.getvalue()
