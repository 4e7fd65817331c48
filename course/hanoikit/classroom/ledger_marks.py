"""The marks in nbgrader's gradebook, held against those that the ledger knows last.

>>> marks = read(klass.root)
>>> marks["m01-convention", "t01"]["m01-q3"].points
2.0
>>> differences(klass.root, lines, marks, by="by-hand")          # entries that the ledger lacks
[{'entry': 'changed', 'trainee': 't01', 'question': 'm01-q12', 'before': None, 'after': '3', ...}]

A mark that changed is a **marking** when the marked notebook says the same as the gradebook, a mark **by hand** when
the gradebook has it in the column that formgrader writes, and **unknown** otherwise: then somebody changed the
gradebook directly. nbgrader does not write down who gave a mark by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit.classroom.ledger import CHANGED, HAND_IN, MARKED, changed_record, marked_record, number
from hanoikit.errors import Finding
from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.grading.trusted.layout import Layout
    from hanoikit.trust.chain import Line

BY_HAND, UNKNOWN = "by-hand", "unknown"
ENGINE, STOCK_ENGINE = "trusted/1", "nbgrader"


@dataclass(frozen=True, slots=True)
class Mark:
    """One row of the gradebook. ``points`` is what counts: ``None`` while a person still has to mark it."""

    auto: float | None
    manual: float | None
    extra: float
    maximum: float

    @property
    def points(self) -> float | None:
        base = self.auto if self.manual is None else self.manual
        if base is None:
            return self.extra or None
        return base + self.extra

    @property
    def by_hand(self) -> bool:
        return self.manual is not None or bool(self.extra)


Marks = Mapping[tuple[str, str], Mapping[str, Mark]]
"""(assignment, trainee) -> question -> mark."""


@dataclass
class Recorded:
    """What the ledger knows last of one trainee's marks in one assignment."""

    hand_in: str
    engine: str
    at: datetime
    questions: dict[str, str | None] = field(default_factory=dict)


def read(root: Path) -> Marks:
    """All marks in the gradebook of the course in ``root``; none when there is no gradebook yet."""
    from hanoikit.grading.trusted.database import connect, patiently
    from hanoikit.grading.trusted.layout import Layout

    layout = Layout.of(root)
    place = layout.db_url.partition("sqlite:///")[2]
    if place and not Path(place).is_file():
        return {}
    engine = connect(layout.db_url)
    try:
        rows = patiently(lambda: _rows(engine))
    finally:
        engine.dispose()
    found: dict[tuple[str, str], dict[str, Mark]] = {}
    for assignment, trainee, notebook, cell, auto, manual, extra, maximum in rows:
        name = cell if notebook == assignment else f"{notebook}/{cell}"
        marks = found.setdefault((assignment, trainee), {})
        marks[name] = Mark(auto, manual, float(extra or 0.0), float(maximum or 0.0))
    return found


_QUERY = """
select a.name, s.student_id, nb.name, b.name, g.auto_score, g.manual_score, g.extra_credit,
       coalesce(gc.max_score, tc.max_score)
from grade g
join submitted_notebook n on n.id = g.notebook_id
join submitted_assignment s on s.id = n.assignment_id
join assignment a on a.id = s.assignment_id
join notebook nb on nb.id = n.notebook_id
join base_cell b on b.id = g.cell_id
left join grade_cells gc on gc.id = b.id
left join task_cells tc on tc.id = b.id
"""


def _rows(engine: Any) -> Sequence[Any]:
    from sqlalchemy import text

    with engine.connect() as connection:
        return list(connection.execute(text(_QUERY)).all())


def recorded(lines: Iterable[Line]) -> dict[tuple[str, str], Recorded]:
    """(assignment, trainee) -> the marks after the last line."""
    found: dict[tuple[str, str], Recorded] = {}
    for line in lines:
        record = line.record
        key = (str(record.get("assignment", "")), str(record.get("trainee", "")))
        if record.get("entry") == MARKED:
            found[key] = Recorded(
                str(record["hand_in"]), str(record["engine"]), line.at, dict(record["questions"])
            )
        elif record.get("entry") == CHANGED and key in found:
            found[key].questions[str(record["question"])] = record["after"]
    return found


def differences(root: Path, lines: Sequence[Line], marks: Marks, *, by: str) -> list[dict[str, Any]]:
    """The entries that bring the ledger up to what the gradebook has, by assignment and trainee."""
    known, folders = recorded(lines), _Folders(root, lines)
    records: list[dict[str, Any]] = []
    for (assignment, trainee), questions in sorted(marks.items()):
        hand_in = folders.marked_from(assignment, trainee)
        before = known.get((assignment, trainee))
        if before is None or before.hand_in != hand_in:
            records.append(_marking(folders, assignment, trainee, hand_in, questions))
            continue
        changes = _changes(before, questions)
        if not changes:
            continue
        automatic = [name for name in changes if not questions[name].by_hand]
        if automatic and folders.was_marked(assignment, trainee, questions, automatic, since=before.at):
            records.append(_marking(folders, assignment, trainee, hand_in, questions))
            continue
        for name in changes:
            hand = questions[name].by_hand
            reason = "given in formgrader" if hand else "changed in the gradebook outside any marking"
            old = before.questions.get(name)
            records.append(
                changed_record(
                    trainee,
                    assignment,
                    name,
                    None if old is None else float(old),
                    questions[name].points,
                    by if hand else UNKNOWN,
                    reason,
                )
            )
    return records


def past_collecting(root: Path, lines: Sequence[Line], marks: Marks) -> bool:
    """Whether marks were made from a hand-in that the ledger does not know."""
    folders = _Folders(root, lines)
    return any(not folders.marked_from(assignment, trainee) for assignment, trainee in marks)


def _marking(
    folders: _Folders, assignment: str, trainee: str, hand_in: str, questions: Mapping[str, Mark]
) -> dict[str, Any]:
    points = {name: mark.points for name, mark in questions.items()}
    maximum = sum(mark.maximum for mark in questions.values())
    engine = folders.engine(assignment, trainee)
    return marked_record(trainee, assignment, hand_in, engine, points, maximum)


def unrecorded(root: Path, lines: Sequence[Line], marks: Marks) -> list[Finding]:
    """Where gradebook and ledger differ: an error for a changed mark, a warning for marking not yet written down."""
    known, folders = recorded(lines), _Folders(root, lines)
    findings = []
    for (assignment, trainee), questions in sorted(marks.items()):
        before = known.get((assignment, trainee))
        where = f"{trainee}, {assignment}"
        if before is None or before.hand_in != folders.marked_from(assignment, trainee):
            message = _("The hand-in was marked, and the ledger does not have the marks yet.")
            findings.append(Finding("marking-not-recorded", message, where, severity="warning"))
            continue
        for name in _changes(before, questions):
            old, new = before.questions.get(name), number(questions[name].points)
            first = questions[name].by_hand and old is None
            if first:
                message = _("A person gave {after} points, and the ledger does not have them yet.").format(
                    after=new
                )
            else:
                message = _("The ledger says {before} points, the gradebook {after}.").format(
                    before="-" if old is None else old, after="-" if new is None else new
                )
            code, severity = ("mark-not-recorded", "warning") if first else ("mark-changed", "error")
            findings.append(Finding(code, message, f"{where}, {name}", severity=severity))  # type: ignore[arg-type]
    for assignment, trainee in sorted(set(known) - set(marks)):
        message = _("The ledger has marks that the gradebook does not have any more.")
        findings.append(Finding("marks-gone", message, f"{trainee}, {assignment}"))
    return findings


def _changes(before: Recorded, questions: Mapping[str, Mark]) -> list[str]:
    return [
        name
        for name in sorted(questions)
        if name not in before.questions or before.questions[name] != number(questions[name].points)
    ]


class _Folders:
    """What the marked copies in ``autograded/`` say about where marks come from."""

    def __init__(self, root: Path, lines: Iterable[Line]) -> None:
        from hanoikit.grading.trusted.layout import Layout

        self.layout: Layout = Layout.of(root)
        self._stamps: dict[tuple[str, str, str], str] = {}
        self._without_stamp: dict[tuple[str, str], str] = {}
        for line in lines:
            record = line.record
            if record.get("entry") == HAND_IN and record.get("stamp"):
                key = (str(record["assignment"]), str(record["trainee"]), str(record["stamp"]))
                self._stamps[key] = str(record["file"])
                if record.get("way") == "submitted" and record.get("state") != "set-aside":
                    self._without_stamp[key[:2]] = str(record["file"])

    def _folder(self, assignment: str, trainee: str) -> Path:
        return self.layout.folder("autograded", trainee, assignment)

    def marked_from(self, assignment: str, trainee: str) -> str:
        """SHA-256 of the hand-in that the marks were made from; empty when the ledger does not know it."""
        try:
            stamp = (self._folder(assignment, trainee) / "timestamp.txt").read_text("utf-8", "replace")
        except OSError:
            # Who copies a hand-in into submitted/ by hand may leave out nbgrader's time.
            return self._without_stamp.get((assignment, trainee), "")
        return self._stamps.get((assignment, trainee, stamp.strip()), "")

    def _stamp(self, assignment: str, trainee: str) -> Mapping[str, Any] | None:
        """What the marking engine wrote into the marked notebook."""
        folder = self._folder(assignment, trainee)
        for path in sorted(folder.glob("*.ipynb")) if folder.is_dir() else []:
            try:
                found = json.loads(path.read_bytes())["metadata"]["hanoikit"]["marking"]
            except (OSError, ValueError, KeyError, TypeError):
                continue
            if isinstance(found, dict):
                return found
        return None

    def engine(self, assignment: str, trainee: str) -> str:
        """Which engine marked: the kit's own signs the notebook that it marked."""
        folder = self._folder(assignment, trainee)
        for path in sorted(folder.glob("*.ipynb")) if folder.is_dir() else []:
            try:
                if b'"engine": "trusted/1"' in path.read_bytes():
                    return ENGINE
            except OSError:
                continue
        return STOCK_ENGINE

    def was_marked(
        self,
        assignment: str,
        trainee: str,
        questions: Mapping[str, Mark],
        names: Sequence[str],
        *,
        since: datetime,
    ) -> bool:
        """Whether a marking gave these automatic marks: its engine says the same, or nbgrader wrote the copy since."""
        note = self._stamp(assignment, trainee)
        if note is not None:
            scores = note.get("scores")
            return isinstance(scores, dict) and all(
                name.rpartition("/")[2] in scores
                and number(scores[name.rpartition("/")[2]]) == number(questions[name].auto)
                for name in names
            )
        folder = self._folder(assignment, trainee)
        times = [path.stat().st_mtime for path in folder.glob("*.ipynb")] if folder.is_dir() else []
        return bool(times) and max(times) > since.timestamp()
