"""Marks as CSV that a spreadsheet opens in any country: properly quoted, with a byte order mark.

>>> write_marks(entries, sources, folder)
[PosixPath('marks.csv'), PosixPath('marks-by-question.csv')]

nbgrader's own export joins fields with bare commas, so that a comma in a name shifts all columns behind it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hanoikit.classroom.analysis import Entry

TOTALS = (
    "assignment", "trainee", "group", "core_points", "core_maximum", "extra_points", "pending_points",
    "percent", "pass_mark", "passed", "needs_person", "problem",
)  # fmt: skip
QUESTIONS = (
    "assignment", "trainee", "group", "question", "title", "objective", "points", "out_of", "state", "extra",
    "needs_person",
)  # fmt: skip


def write_marks(entries: Sequence[Entry], folder: Path) -> list[Path]:
    """Write ``marks.csv`` (one line a hand-in) and ``marks-by-question.csv`` (one line a question) into
    ``folder``.
    """
    totals, questions = folder / "marks.csv", folder / "marks-by-question.csv"
    _write(totals, TOTALS, (_totals(entry) for entry in entries))
    _write(questions, QUESTIONS, (row for entry in entries for row in _questions(entry)))
    return [totals, questions]


def _totals(entry: Entry) -> list[Any]:
    marked = entry.marked
    if marked is None:
        return [entry.assignment, entry.trainee, entry.group, *[""] * 8, str(entry.error or "")]
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
    ]


def _questions(entry: Entry) -> Iterable[list[Any]]:
    for mark in entry.marked.questions if entry.marked else ():
        yield [
            entry.assignment,
            entry.trainee,
            entry.group,
            mark.question,
            mark.title,
            mark.objective,
            "" if mark.points is None else mark.points,
            mark.out_of,
            mark.state,
            _yes(mark.extra),
            _yes(mark.needs_human),
        ]


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _write(path: Path, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows([_plain(value) for value in row] for row in rows)


def _plain(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is shown as text instead."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
