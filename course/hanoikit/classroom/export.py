"""Marks as CSV and as a workbook that a spreadsheet opens in any country, with any name and any script.

>>> write_marks(entries, folder)
[PosixPath('marks.csv'), PosixPath('marks-by-question.csv')]
>>> export(klass, klass.reports / "export").files
(PosixPath('.../marks.csv'), ..., PosixPath('.../marks.xlsx'))

nbgrader's own export joins fields with bare commas, so that a comma in a name shifts all columns behind it.
Here a text stays a text (nothing that a trainee wrote runs as a formula), a number a number, and the same marks
give the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hanoikit.classroom.analysis import Entry
from hanoikit.classroom.release import put
from hanoikit.errors import ClassroomError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class

TOTALS = (
    "assignment", "trainee", "kind", "core_points", "core_maximum", "extra_points", "pending_points",
    "percent", "pass_mark", "passed", "needs_person", "problem", "name", "group", "handed_in", "late",
    "minutes_on_task",
)  # fmt: skip
QUESTIONS = (
    "assignment", "trainee", "kind", "question", "title", "objective", "points", "out_of", "state", "extra",
    "needs_person", "name", "group", "minutes_on_task",
)  # fmt: skip
OBJECTIVES = (
    "assignment", "objective", "text", "trainee", "name", "group", "points", "out_of", "share", "waiting",
)  # fmt: skip
OVERVIEW = ("trainee", "name", "group", "status", "handed_in", "marked", "passed", "mean_percent")

FORMULA = frozenset("=+-@\t\r\n|＝＋－＠")
"""First characters with which spreadsheets take a text for a formula; those of full width count in East Asia."""

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its name, its heads and its rows. ``fixed`` columns stay in view beside the heads."""

    name: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Row]
    fixed: int = 0


@dataclass(frozen=True, slots=True)
class Exported:
    """The files that an export has, those of them that changed, and how many hand-ins are in it."""

    files: tuple[Path, ...]
    changed: tuple[Path, ...]
    hand_ins: int


def write_marks(entries: Sequence[Entry], folder: Path) -> list[Path]:
    """Write ``marks.csv`` (one line a hand-in) and ``marks-by-question.csv`` (one line a question) into
    ``folder``.
    """
    zone = ZoneInfo("UTC")
    made = []
    for sheet in (totals(entries, zone), by_question(entries)):
        put(folder / f"{sheet.name}.csv", as_csv(sheet))
        made.append(folder / f"{sheet.name}.csv")
    return made


def export(
    klass: Class,
    folder: Path,
    *,
    entries: Sequence[Entry] | None = None,
    delimiter: str = ",",
) -> Exported:
    """Write all tables of the class as CSV files and as one workbook with a sheet each.

    ``delimiter`` is for spreadsheets that expect ``;`` in a CSV file. Raises :class:`ClassroomError` when the
    folder cannot be written.
    """
    from hanoikit.classroom import gather

    found = list(gather.entries(klass) if entries is None else entries)
    sheets = tables(klass, found)
    files = {f"{sheet.name}.csv": as_csv(sheet, delimiter=delimiter) for sheet in sheets}
    files["marks.xlsx"] = as_workbook(sheets, title=klass.title)
    changed = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            if put(folder / name, data):
                changed.append(folder / name)
    except OSError as error:
        raise ClassroomError(
            _("The marks cannot be written: {reason}.").format(reason=error.strerror or error),
            where=str(error.filename or folder),
            next_step=_("Close the file in the spreadsheet program, or name another folder with --to."),
        ) from error
    return Exported(tuple(folder / name for name in files), tuple(changed), len(found))


def tables(klass: Class, entries: Sequence[Entry]) -> list[Sheet]:
    """Everything that is exported, in reading order."""
    return [
        overview(klass, entries),
        totals(entries, klass.zone),
        by_question(entries),
        by_objective(entries, objective_texts(klass, {entry.assignment for entry in entries})),
    ]


# tables


def overview(klass: Class, entries: Sequence[Entry]) -> Sheet:
    """One row a trainee, those who handed in nothing too, with the percent of every assignment."""
    names = [one.name for one in klass.assignments]
    found = {(entry.trainee, entry.assignment): entry for entry in entries}
    known = {trainee.id: trainee for trainee in klass.roster}
    rows = []
    for id in [*known, *sorted({entry.trainee for entry in entries} - known.keys())]:
        trainee = known.get(id)
        mine = [found[id, name] for name in names if (id, name) in found]
        marks = [entry.marked for entry in mine if entry.marked is not None]
        percents = [marked.percent for marked in marks if marked.percent is not None]
        rows.append(
            [
                id,
                trainee.name if trainee else (mine[0].name if mine else ""),
                trainee.group if trainee else "",
                (trainee.more.get("status", "") if trainee else _("not in the roster")),
                len(mine),
                len(marks),
                sum(bool(marked.passed) for marked in marks),
                round(sum(percents) / len(percents), 1) if percents else None,
                *(_percent(found.get((id, name))) for name in names),
            ]
        )
    return Sheet("overview", _("Overview"), [*OVERVIEW, *names], rows, fixed=2)


def totals(entries: Sequence[Entry], zone: ZoneInfo) -> Sheet:
    """One row a hand-in."""
    return Sheet("marks", _("By assignment"), TOTALS, [_totals(entry, zone) for entry in entries], fixed=2)


def by_question(entries: Sequence[Entry]) -> Sheet:
    """One row a question of a hand-in."""
    rows = [row for entry in entries for row in _questions(entry)]
    return Sheet("marks-by-question", _("By question"), QUESTIONS, rows, fixed=4)


def by_objective(entries: Sequence[Entry], texts: Mapping[str, str]) -> Sheet:
    """One row an objective of a hand-in: the points of its questions; the examiner track is left out."""
    rows: list[Row] = []
    for entry in entries:
        core = [mark for mark in entry.marked.questions if not mark.extra] if entry.marked else []
        for objective in dict.fromkeys(mark.objective for mark in core if mark.objective):
            mine = [mark for mark in core if mark.objective == objective]
            given = [mark for mark in mine if mark.state != "pending"]
            points, out_of = sum(mark.counted for mark in given), sum(mark.out_of for mark in given)
            rows.append(
                [
                    entry.assignment,
                    objective,
                    texts.get(objective, ""),
                    entry.trainee,
                    entry.name,
                    entry.team,
                    points,
                    out_of,
                    round(points / out_of, 4) if out_of else None,
                    sum(mark.out_of for mark in mine if mark.state == "pending"),
                ]
            )
    return Sheet("marks-by-objective", _("By objective"), OBJECTIVES, rows, fixed=2)


def objective_texts(klass: Class, assignments: Iterable[str]) -> dict[str, str]:
    """Objective id to its text, from the author's notebooks."""
    import json

    texts: dict[str, str] = {}
    for name in assignments:
        try:
            notebook = json.loads(klass.course.source(name).read_bytes())
            texts |= {
                str(one["id"]): str(one["text"]) for one in notebook["metadata"]["hanoikit"]["objectives"]
            }
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return texts


def _percent(entry: Entry | None) -> float | str | None:
    if entry is None:
        return None
    return _("not marked") if entry.marked is None else entry.marked.percent


def _totals(entry: Entry, zone: ZoneInfo) -> Row:
    marked, facts = entry.marked, entry.hand_in
    who = [
        entry.name,
        entry.team,
        facts.at.astimezone(zone).replace(tzinfo=None) if facts and facts.at else None,
        _yes(facts.late) if facts and facts.at else None,
        round(entry.time.total, 1) if entry.time.minutes else None,
    ]
    if marked is None:
        return [entry.assignment, entry.trainee, entry.group, *[None] * 8, str(entry.error or ""), *who]
    return [
        entry.assignment,
        entry.trainee,
        entry.group,
        marked.core_points,
        marked.core_maximum,
        marked.extra_points,
        marked.pending_points,
        marked.percent,
        marked.pass_mark,
        _yes(marked.passed),
        _yes(marked.needs_human),
        "; ".join(str(finding) for finding in marked.findings),
        *who,
    ]


def _questions(entry: Entry) -> Iterable[Row]:
    for mark in entry.marked.questions if entry.marked else ():
        yield [
            entry.assignment,
            entry.trainee,
            entry.group,
            mark.question,
            mark.title,
            mark.objective,
            mark.points,
            mark.out_of,
            mark.state,
            _yes(mark.extra),
            _yes(mark.needs_human),
            entry.name,
            entry.team,
            _rounded(entry.time.minutes.get(mark.question)),
        ]


def _rounded(minutes: float | None) -> float | None:
    return None if minutes is None else round(minutes, 1)


def _yes(value: Any) -> str:
    return "yes" if value else "no"


# files


def as_csv(sheet: Sheet, *, delimiter: str = ",") -> bytes:
    """A table as CSV: UTF-8 with byte order mark, quoted where it has to be (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(sheet.heads)
    writer.writerows([_plain(value) for value in row] for row in sheet.rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def guarded(text: str) -> str:
    """A text for a CSV cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in FORMULA else text


def _plain(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is shown as text instead."""
    from datetime import datetime

    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, str):
        return guarded(value.replace("\0", ""))
    return value


def as_workbook(sheets: Sequence[Sheet], *, title: str) -> bytes:
    """The tables as an XLSX workbook: one sheet each, heads in view, filters, numbers as numbers."""
    from datetime import datetime

    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title = ILLEGAL_CHARACTERS_RE.sub("", title)
    book.properties.creator = "Hanoi Kit"
    bold = Font(bold=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.title[:31])
        page.append(list(sheet.heads))
        widths = [len(str(head)) for head in sheet.heads]
        for number, row in enumerate(sheet.rows, 2):
            for column, value in enumerate(row, 1):
                if value is None or value == "":
                    continue
                cell = page.cell(number, column)
                if isinstance(value, str):
                    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:32_000]
                    # Said outright: the library would take a text that begins with = for a formula.
                    cell.data_type = "s"
                    if value[:1] in FORMULA:
                        cell.quotePrefix = True
                else:
                    cell.value = value
                    if isinstance(value, datetime):
                        cell.number_format = "yyyy-mm-dd hh:mm"
                    elif sheet.heads[column - 1] == "share":
                        cell.number_format = "0%"
                widths[column - 1] = max(widths[column - 1], min(len(str(value)), 60))
        for column, width in enumerate(widths, 1):
            head = page.cell(1, column)
            head.font = bold
            head.alignment = Alignment(vertical="top", wrap_text=True)
            page.column_dimensions[get_column_letter(column)].width = min(max(width + 2, 8), 50)
        page.freeze_panes = page.cell(2, sheet.fixed + 1)
        page.auto_filter.ref = page.dimensions
        page.print_title_rows = "1:1"
        page.page_setup.orientation = "landscape"
    made = io.BytesIO()
    book.save(made)
    return _without_clock(made.getvalue())


def _without_clock(data: bytes) -> bytes:
    """The workbook without the moment at which it was written, so that the same marks give the same bytes."""
    import re
    import zipfile

    from hanoikit.classroom.release import packed_bytes

    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    core = files["docProps/core.xml"]
    files["docProps/core.xml"] = re.sub(
        rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>2026-01-01T00:00:00Z", core
    )
    return packed_bytes(files)
