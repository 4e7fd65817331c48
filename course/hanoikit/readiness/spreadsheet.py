"""The readiness report as a spreadsheet (XLSX) that opens in any office program and runs nothing.

>>> write_xlsx(report(elvaria(), budget=400), Path("readiness.xlsx"))

What a person wrote is always text: a remark that begins with ``=``, ``+``, ``-`` or ``@`` never becomes a formula, also
when the sheet is saved as CSV later. The same report gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from hanoikit.errors import ToolMissing
from hanoikit.evidence.atomic import refusing, temporary
from hanoikit.evidence.typesetting import visible
from hanoikit.i18n import _
from hanoikit.readiness.report import Report, Sheet

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_LONGEST = 32_000
"""Characters that a cell may have; the format allows 32,767."""


def write_xlsx(made: Report, path: Path | str) -> Path:
    """Write the report at ``path`` (replacing a file of that name): one sheet for each table, the summary first.

    Raises ``ToolMissing`` without openpyxl, ``EvidenceError`` when the place cannot be written.
    """
    data = to_bytes(made)
    path = Path(path)
    with refusing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary(path) as draft:
            draft.write_bytes(data)
            draft.replace(path)
    return path


def to_bytes(made: Report) -> bytes:
    """The spreadsheet as bytes."""
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise ToolMissing(
            _("The Python package openpyxl is not installed."),
            next_step=_("Install it with: pip install openpyxl"),
        ) from error
    book = Workbook()
    book.properties.title = _("Readiness of {state}").format(state=made.state)
    book.properties.creator = "Hanoi Kit"
    moment = datetime.combine(made.day, time(), UTC).replace(tzinfo=None)
    book.properties.created = moment
    first = book.active
    assert first is not None
    first.title = _sheet_name(_("Summary"))
    _fill(first, _summary(made))
    for sheet in made.sheets:
        _fill(book.create_sheet(_sheet_name(sheet.title)), sheet)
    written = io.BytesIO()
    book.save(written)
    return _settled(written.getvalue(), moment)


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:31]


def _summary(made: Report) -> Sheet:
    rows = [*made.summary, *((_("Look at this"), text) for text in made.warnings)]
    note = _("Made with an invented State, for training. All costs are assumed.")
    return Sheet(_("Summary"), note, (_("What"), _("Value")), tuple(rows), (44, 90))


def _fill(page: Any, sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    _put(page, 1, 1, sheet.title).font = Font(bold=True, size=14)
    _put(page, 2, 1, sheet.note).font = Font(italic=True)
    for column, name in enumerate(sheet.head, 1):
        cell = _put(page, 4, column, name)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EEF4")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.column_dimensions[get_column_letter(column)].width = sheet.widths[column - 1]
    for number, row in enumerate(sheet.rows, 5):
        for column, value in enumerate(row, 1):
            _put(page, number, column, value).alignment = Alignment(wrap_text=True, vertical="top")
    page.freeze_panes = "A5"
    page.auto_filter.ref = f"A4:{get_column_letter(len(sheet.head))}{max(5, 4 + len(sheet.rows))}"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = "4:4"


def _put(page: Any, row: int, column: int, value: str | int) -> Any:
    cell = page.cell(row, column)
    if isinstance(value, int):
        cell.value = value
        return cell
    text = visible(value)[:_LONGEST]
    if not text:
        return cell
    cell.value = text
    # openpyxl takes "=..." for a formula and "#N/A" for an error; here text stays text.
    cell.data_type = "s"
    if text.startswith(_FORMULA):
        cell.quotePrefix = True
    return cell


def _settled(data: bytes, moment: datetime) -> bytes:
    """The same parts with fixed times, so that equal reports are equal files."""
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode()
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            entry = zipfile.ZipInfo(name, _ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, part)
    return written.getvalue()
