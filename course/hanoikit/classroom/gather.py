"""Everything that is known of a class's hand-ins, as the reports take it: marks, answers, times, late or not.

>>> entries = gather.entries(Class.open(Path("autumn")))
>>> entries[0].name, entries[0].marked.percent, entries[0].hand_in.late
('Amal Öz', 83.3, False)

One reading of the gradebook for all; of a marked notebook only what the marking engine noted in it. Points that a
person gave in formgrader take the place of the automatic ones. A plain nbgrader course directory (a path) will do:
then there are no names of a roster and no receipts, and lateness is told by the gradebook's due date.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hanoikit.classroom import time_on_task
from hanoikit.classroom.analysis import Entry, HandInFacts
from hanoikit.classroom.gather_ledger import Told
from hanoikit.classroom.time_on_task import TimeSpent
from hanoikit.errors import GradingError, HanoiKitError, SheetError
from hanoikit.grading.marks import MarkedAssignment, QuestionMark, State
from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class
    from hanoikit.grading.trusted.layout import Layout

_STAMP = "timestamp.txt"


@dataclass(frozen=True, slots=True)
class Grade:
    """One row of nbgrader's gradebook."""

    auto: float | None
    manual: float | None
    extra: float
    needs_person: bool
    maximum: float
    comment: str


@dataclass(frozen=True, slots=True)
class _Submission:
    at: datetime | None
    due: datetime | None
    grades: Mapping[str, Grade]


def entries(
    klass: Class | Path,
    assignments: Sequence[str] | None = None,
    *,
    tell: Callable[[int, int], None] = lambda done, all_: None,
) -> list[Entry]:
    """Every hand-in of the class, by assignment and trainee. ``tell`` hears how many of how many are read.

    A hand-in that is not marked, or cannot be read, is an entry with an ``error``. Raises
    :class:`~hanoikit.errors.ClassroomError` when the folder is no course directory.
    """
    from hanoikit.grading.trusted.layout import Layout
    from hanoikit.grading.trusted.replay import same_sheets

    root = klass if isinstance(klass, Path) else klass.root
    layout = Layout.of(root.resolve()).whole_class()
    names = _names(klass)
    submissions, known = _gradebook(layout)
    facts = {} if isinstance(klass, Path) else Told.by(klass).facts
    due = {} if isinstance(klass, Path) else {one.name: one.due for one in klass.assignments}
    wanted = []
    for assignment in layout.assignments() if assignments is None else assignments:
        folders = dict(layout.students(assignment))
        trainees = sorted({*folders, *(who for name, who in submissions if name == assignment)})
        shared = same_sheets(folders.items())
        wanted += [(assignment, trainee, shared.get(trainee, ())) for trainee in trainees]
    found = []
    for number, (assignment, trainee, others) in enumerate(wanted, 1):
        name, team = names.get(trainee, (known.get(trainee, ""), ""))
        entry = _entry(
            layout,
            trainee,
            assignment,
            submissions.get((assignment, trainee)),
            facts.get((assignment, trainee)),
            due.get(assignment),
        )
        if others and entry.marked is not None:
            from hanoikit.grading.trusted.replay import finding_of

            findings = (*entry.marked.findings, finding_of(others))
            entry = replace(entry, marked=replace(entry.marked, findings=findings))
        found.append(replace(entry, name=name, team=team))
        tell(number, len(wanted))
    return found


def trainees(klass: Class | Path) -> dict[str, tuple[str, str]]:
    """Id to (name, group) of everybody in the roster, or in a plain course directory in the gradebook."""
    from hanoikit.grading.trusted.layout import Layout

    if not isinstance(klass, Path):
        return _names(klass)
    layout = Layout.of(klass.resolve()).whole_class()
    submissions, known = _gradebook(layout)
    return {who: (known.get(who, ""), "") for who in sorted({*known, *(who for _name, who in submissions)})}


def _names(klass: Class | Path) -> dict[str, tuple[str, str]]:
    if isinstance(klass, Path):
        return {}
    return {one.id: (one.name, one.group) for one in klass.roster}


def _entry(
    layout: Layout,
    trainee: str,
    assignment: str,
    row: _Submission | None,
    facts: HandInFacts | None,
    until: datetime | None,
) -> Entry:
    submitted = layout.folder("submitted", trainee, assignment)
    autograded = layout.folder("autograded", trainee, assignment)
    answers, time = _sheet(submitted if submitted.is_dir() else autograded)
    waiting = autograded.is_dir() and submitted.is_dir() and _stamp(submitted) != _stamp(autograded)
    if facts is None:
        at, due = (row.at, until or row.due) if row else (None, until)
        facts = HandInFacts(at=at, due=due, late=bool(at and due and at > due))
    entry = Entry(trainee, assignment, None, answers, hand_in=replace(facts, waiting=waiting), time=time)
    try:
        marked = _marked(layout, autograded, trainee, assignment, row.grades if row else {})
    except HanoiKitError as error:
        return replace(entry, error=error)
    return replace(entry, marked=marked)


def _sheet(folder: Path) -> tuple[dict[str, Any], TimeSpent]:
    """The answers and the time of a hand-in's answer sheet; nothing where it cannot be read, the marks say so."""
    from hanoikit.exercise.sheet import Sheet

    try:
        records = Sheet.in_folder(folder).read().records
    except SheetError:
        return {}, TimeSpent()
    answers = {record.question: record.value for record in records}
    return {name: value for name, value in answers.items() if value is not None}, time_on_task.of(records)


def _stamp(folder: Path) -> bytes:
    try:
        return (folder / _STAMP).read_bytes()[:200].strip()
    except OSError:
        return b""


def _marked(
    layout: Layout, folder: Path, trainee: str, assignment: str, grades: Mapping[str, Grade]
) -> MarkedAssignment:
    """The marks in the autograded folder, with what a person gave since. Raises :class:`GradingError`."""
    paths = sorted(folder.glob("*.ipynb")) if folder.is_dir() else []
    if not paths:
        raise GradingError(
            _("It is not marked yet."), where=trainee, next_step=_("Run: hanoikit class autograde")
        )
    try:
        notebooks = [json.loads(path.read_bytes()) for path in paths]
    except (OSError, ValueError) as error:
        raise GradingError(
            _("The marked notebook cannot be read."),
            where=str(folder),
            next_step=_("Mark it again: hanoikit class autograde --again"),
        ) from error
    notes = [_note(notebook) for notebook in notebooks]
    parts = [MarkedAssignment.from_json(note) for note in notes if note is not None]
    if not parts:
        parts = [_by_nbgrader(notebooks[0], trainee, assignment, grades)]
    questions = tuple(mark for part in parts for mark in part.questions)
    return replace(
        parts[0],
        trainee=trainee,
        questions=tuple(with_hand_marks(mark, grades.get(mark.question)) for mark in questions),
        findings=tuple(finding for part in parts for finding in part.findings),
        notebook=paths[0],
    )


def _note(notebook: Any) -> Mapping[str, Any] | None:
    try:
        return cast(Mapping[str, Any], notebook["metadata"]["hanoikit"]["marking"]["marks"])
    except (KeyError, TypeError):
        return None


def _by_nbgrader(
    notebook: Mapping[str, Any], trainee: str, assignment: str, grades: Mapping[str, Grade]
) -> MarkedAssignment:
    """The marks of a hand-in that nbgrader's own steps marked, from the verdicts in the notebook."""
    from hanoikit.grading import AssignmentSource, verdicts

    source = AssignmentSource.installed(assignment)
    scores = {
        name: {"auto_score": one.auto, "max_score": one.maximum, "needs_manual_grade": one.needs_person}
        for name, one in grades.items()
    }
    marks, findings = verdicts.question_marks(notebook, scores, source)
    return MarkedAssignment(
        assignment, source.title, trainee, tuple(marks), tuple(findings), source.pass_mark
    )


def with_hand_marks(mark: QuestionMark, grade: Grade | None) -> QuestionMark:
    """The mark with what a person gave in formgrader: points, extra credit and comment."""
    if grade is None:
        return mark
    comment = grade.comment.strip()
    if grade.manual is None and not grade.extra:
        return replace(mark, reason=_said(mark.reason, comment)) if comment else mark
    before = grade.auto if grade.manual is None else grade.manual
    points = (before or 0.0) + grade.extra
    state: State = "none" if points <= 0 else "full" if points >= mark.out_of - 1e-9 else "partial"
    if mark.by_hand:
        reason = _("A person read this answer and gave the points.")
    else:
        change = _("A person changed these points from {before:g} to {after:g}.")
        reason = f"{mark.reason} {change.format(before=mark.counted, after=points)}".strip()
    return replace(mark, points=points, state=state, reason=_said(reason, comment), needs_human=False)


def _said(reason: str, comment: str) -> str:
    if not comment:
        return reason
    return f"{reason} {_('Comment: {comment}').format(comment=comment)}".strip()


def _gradebook(layout: Layout) -> tuple[dict[tuple[str, str], _Submission], dict[str, str]]:
    """(assignment, trainee) to the submission, and id to name, out of nbgrader's database; read once."""
    from hanoikit.grading.trusted.database import connect, patiently

    place = layout.db_url.partition("sqlite:///")[2]
    if place and not Path(place).is_file():
        return {}, {}
    engine = connect(layout.db_url)
    try:
        rows, people = patiently(lambda: _rows(engine))
    finally:
        engine.dispose()
    grades: dict[tuple[str, str], dict[str, Grade]] = {}
    times: dict[tuple[str, str], tuple[datetime | None, datetime | None]] = {}
    for row in rows:
        key = (row.assignment, row.trainee)
        times[key] = (_utc(row.timestamp), _utc(row.duedate))
        if row.cell is not None:
            grades.setdefault(key, {})[row.cell] = Grade(
                row.auto_score,
                row.manual_score,
                row.extra_credit or 0.0,
                bool(row.needs_manual_grade),
                float(row.max_score or 0.0),
                row.manual_comment or "",
            )
    found = {key: _Submission(*moments, grades.get(key, {})) for key, moments in times.items()}
    return found, {row.id: " ".join(filter(None, (row.first_name, row.last_name))) for row in people}


_QUERY = """
select a.name as assignment, s.student_id as trainee, s.timestamp as timestamp, a.duedate as duedate,
       b.name as cell, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade,
       gc.max_score, c.manual_comment
from submitted_assignment s
join assignment a on a.id = s.assignment_id
left join submitted_notebook n on n.assignment_id = s.id
left join grade g on g.notebook_id = n.id
left join base_cell b on b.id = g.cell_id
left join grade_cells gc on gc.id = b.id
left join comment c on c.notebook_id = n.id and c.cell_id in (
    select other.id from base_cell other where other.name = b.name and other.notebook_id = b.notebook_id
    and other.type = 'SolutionCell')
"""


def _rows(engine: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    from sqlalchemy import DateTime, text

    query = text(_QUERY).columns(timestamp=DateTime(), duedate=DateTime())
    with engine.connect() as connection:
        rows = connection.execute(query).all()
        people = connection.execute(text("select id, first_name, last_name from student")).all()
    return rows, people


def _utc(moment: datetime | None) -> datetime | None:
    """nbgrader keeps UTC without saying so."""
    return None if moment is None else moment.replace(tzinfo=UTC)
