"""Autograding in a course directory: which hand-ins, side by side, into gradebook and folders.

>>> run = CourseRun(Layout.of(Path(".")), jobs=2)
>>> for result in run.autograde("ps1"):
...     print(result.student, result.state)

What is marked already is left alone, as long as hand-in, author's notebook and gradebook are what they were.
A run that was killed goes on where it was.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from hanoikit.errors import ClassroomError, Finding, GradingError, HanoiKitError, UsageError
from hanoikit.grading import cells
from hanoikit.grading.marks import MarkedAssignment
from hanoikit.grading.trusted import filing, replay
from hanoikit.grading.trusted.engine import Paper, TrustedEngine, fingerprint, is_kit, print_of
from hanoikit.grading.trusted.executor import Executor, LocalExecutor, Work
from hanoikit.grading.trusted.gradebook import Book, Entry, KnownAssignment, Penalty, Score, penalties
from hanoikit.grading.trusted.layout import Layout
from hanoikit.grading.trusted.marked import sound_verdict
from hanoikit.grading.trusted.notebook_source import NotebookSource
from hanoikit.grading.trusted.parcel import Parcel
from hanoikit.i18n import _

KEY = "hanoikit"
ENGINE = "trusted/1"
_BATCH = 40


@dataclass(frozen=True)
class Result:
    """What became of one hand-in: ``marked``, ``unchanged`` (it was marked before) or ``failed``."""

    student: str
    assignment: str
    state: str
    marks: tuple[MarkedAssignment, ...] = ()
    error: HanoiKitError | None = None
    same_sheet: tuple[str, ...] = ()
    """Others who handed in the same answer sheet."""

    @property
    def reasons(self) -> list[str]:
        """Why a person has to look at it; empty when nobody has to."""
        found = [str(replay.finding_of(self.same_sheet))] if self.same_sheet else []
        if self.error is not None:
            return [str(self.error), *found]
        for marked in self.marks:
            found += [str(finding) for finding in marked.findings if finding.severity == "error"]
            known = {finding.where for finding in marked.findings}
            found += [
                f"{mark.question}: {mark.reason}"
                for mark in marked.questions
                if mark.needs_human and mark.state != "pending" and mark.question not in known
            ]
        return found

    @property
    def open_answers(self) -> int:
        """Written answers that a person still has to read, as always."""
        return sum(len(marked.pending) for marked in self.marks)

    @property
    def points(self) -> tuple[float, float]:
        """Automatic points, and the most there could be."""
        marks = [mark for marked in self.marks for mark in marked.questions if not mark.by_hand]
        return sum(mark.counted for mark in marks), sum(mark.out_of for mark in marks if not mark.extra)


class _Item(NamedTuple):
    """One hand-in before it is read; ``scores`` is what the gradebook has of it, None for nothing."""

    student: str
    folder: Path
    scores: Mapping[tuple[str, str], float | None] | None
    stranger: bool = False
    """The gradebook does not know the student, and none may be added."""


@dataclass(frozen=True)
class _Done:
    """A marked hand-in before it is in the gradebook."""

    result: Result
    entry: Entry
    filed: filing.Filed


@dataclass
class CourseRun:
    """Autograding in one course directory, with ``executor``; without one on this machine, with ``jobs``
    hand-ins at once (0: one more than processors).
    """

    layout: Layout
    engine: TrustedEngine
    jobs: int = 0
    again: bool = False
    tell: Callable[[int], None] = lambda count: None
    """Called once with the number of hand-ins of an assignment."""
    executor: Executor | None = None
    _sources: dict[str, NotebookSource] = field(default_factory=dict)
    _known: KnownAssignment | None = None
    _others: frozenset[str] = frozenset()
    _same_sheets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def autograde(self, assignment: str, *, trainee: str | None = None) -> Iterator[Result]:
        """Mark the hand-ins of an assignment; results come as they are safely written.

        Raises :class:`ClassroomError` or :class:`UsageError` for what concerns the whole course.
        """
        folders = [
            one
            for one in self.layout.students(assignment)
            if trainee is None or fnmatch.fnmatchcase(one[0], trainee)
        ]
        if not folders:
            raise UsageError(
                _("There is no hand-in for {assignment}.").format(assignment=assignment),
                where=trainee or self.layout.steps["submitted"],
                next_step=_(
                    "Collect the hand-ins first: hanoikit class collect FOLDER, or nbgrader collect {assignment}"
                ).format(assignment=assignment),
            )
        self.tell(len(folders))
        raw = self._read_sources(assignment)
        if any(is_kit(source) for source in raw.values()):
            self._same_sheets = replay.same_sheets(self.layout.whole_class().students(assignment))
        with _lock(self.layout):
            filing.clean(self.layout)
            book = Book.open(self.layout.db_url)
            try:
                self._known = book.assignment(assignment)
                self._sources = {name: self._as_saved(source) for name, source in raw.items()}
                yield from self._all(assignment, folders, book)
            finally:
                book.close()
                filing.clean(self.layout)

    def _read_sources(self, assignment: str) -> dict[str, NotebookSource]:
        folder = self.layout.folder("source", ".", assignment)
        paths = sorted(folder.glob("*.ipynb"))
        if not paths:
            raise UsageError(
                _("There is no author's notebook for {assignment}.").format(assignment=assignment),
                where=str(folder),
                next_step=_("The assignments are: {names}.").format(
                    names=", ".join(self.layout.assignments()) or _("none")
                ),
            )
        found = {}
        files = filing.author_files(self.layout, assignment)
        for path in paths:
            released = self.layout.folder("release", ".", assignment) / path.name
            release = cells.read_notebook(released) if released.is_file() else None
            found[path.stem] = NotebookSource.of(
                cells.read_notebook(path), name=path.stem, release=release, files=files
            )
        return found

    def _as_saved(self, source: NotebookSource) -> NotebookSource:
        """The author's notebook with the cells that the gradebook saved, as nbgrader marks by them."""
        assert self._known is not None
        notebook = {**source.notebook, "cells": [cells.copy_of(cell) for cell in source.notebook["cells"]]}
        for cell in notebook["cells"]:
            saved = self._known.sources.get((source.name, cells.grade_id(cell)))
            if saved is None:
                continue
            cell["metadata"]["nbgrader"]["checksum"] = saved.checksum
            if saved.locked:
                cell["source"] = saved.source
        # The gradebook keeps "{}" for a notebook that names no kernel.
        kernel = json.loads(self._known.kernels.get(source.name) or "{}")
        if kernel:
            notebook["metadata"] = {**notebook["metadata"], "kernelspec": kernel}
        return replace(source, notebook=notebook)

    def _all(self, assignment: str, folders: Sequence[tuple[str, Path]], book: Book) -> Iterator[Result]:
        assert self._known is not None
        penalty = (
            penalties(self.layout.config, Path.cwd(), self.layout.root)
            if self._known.duedate is not None
            else None
        )
        own = [name for name in self._sources if name in self._known.notebooks]
        if not own:
            raise ClassroomError(
                _("The gradebook knows no notebook of {assignment}.").format(assignment=assignment),
                next_step=_("Run: nbgrader generate_assignment {name}").format(name=assignment),
            )
        chosen = [name for name in own if fnmatch.fnmatchcase(name, self.layout.notebook)]
        if not chosen:
            raise UsageError(
                _("There is no notebook of this name in {assignment}.").format(assignment=assignment),
                where=self.layout.notebook,
                next_step=_("The notebooks are: {names}.").format(names=", ".join(own)),
            )
        lost = [name for name in self._known.notebooks if name not in self._sources]
        if lost:
            raise ClassroomError(
                _("The author's notebook of {names} is missing.").format(names=", ".join(lost)),
                where=str(self.layout.folder("source", ".", assignment)),
                next_step=_("Put it back: the engine runs the author's cells from there."),
            )
        self._sources = {name: self._sources[name] for name in chosen}
        self._others = frozenset(f"{name}.ipynb" for name in self._known.notebooks)
        prints = print_of(self._sources.values())
        job = _Marking(self, assignment, prints)
        ready: list[Result | _Done] = []
        missing = len(folders)
        results = self._executor().each(self._items(folders, book), job)
        try:
            for found in results:
                missing -= 1
                ready.append(found)
                if len(ready) >= _BATCH:
                    yield from self._settle(book, ready, penalty)
                    ready = []
            yield from self._settle(book, ready, penalty)
            if missing:
                raise ClassroomError(
                    _("{count} hand-ins came to no result.").format(count=missing),
                    next_step=_("Run this again. It goes on where it was."),
                )
        finally:
            results.close()  # type: ignore[attr-defined]

    def _executor(self) -> Executor:
        if self.executor is None:
            self.executor = LocalExecutor(self.engine, jobs=self.jobs)
        return self.executor

    def _items(self, folders: Sequence[tuple[str, Path]], book: Book) -> Iterator[_Item]:
        """The hand-ins with what the gradebook has of them now, read when their turn comes."""
        assert self._known is not None
        for start in range(0, len(folders), _BATCH):
            chunk = folders[start : start + _BATCH]
            scores = {} if self.again else book.scores(self._known, [name for name, _path in chunk])
            names = [name for name, _path in chunk]
            strangers = set() if self.layout.create_students else book.strangers(names)
            for student, folder in chunk:
                yield _Item(student, folder, scores.get(student), student in strangers)

    def _settle(
        self, book: Book, ready: Sequence[Result | _Done], penalty: Penalty | None
    ) -> Iterator[Result]:
        """Gradebook first, folders then: a hand-in without its folder is simply marked again."""
        assert self._known is not None
        book.write(self._known, [one.entry for one in ready if isinstance(one, _Done)], penalty=penalty)
        for one in ready:
            if isinstance(one, _Done):
                one.filed.settle()
            result = one.result if isinstance(one, _Done) else one
            others = self._same_sheets.get(result.student, ())
            yield replace(result, same_sheet=others) if others else result

    def _done(self, work: Work, papers: Mapping[str, Paper], assignment: str) -> _Done:
        papers = _with_time_doubt(work, papers)
        entry = self._entry(work, papers)
        notebooks = {name: self._stamped(paper, work) for name, paper in papers.items()}
        files = {name: data for name, data in work.parcel.files.items() if not name.endswith(".ipynb")}
        partly = len(self._sources) < len(self._others)
        filed = filing.file_away(
            self.layout, work.student, assignment, notebooks=notebooks, files=files, keep=partly
        )
        marks = tuple(paper.marked for paper in papers.values())
        return _Done(Result(work.student, assignment, "marked", marks), entry, filed)

    def _work(self, student: str, folder: Path, sources: str) -> Work:
        parcel = Parcel.collect(folder, self.engine.limits, leave_out=self.layout.ignored)
        mark_of_all = fingerprint(parcel, sources)
        # Of several notebooks only some may be wanted now.
        rest = self._others - {f"{name}.ipynb" for name in self._sources}
        if rest:
            parcel = Parcel({k: v for k, v in parcel.files.items() if k not in rest}, parcel.findings)
        return Work(student, parcel, mark_of_all, _timestamp(parcel))

    def _entry(self, work: Work, papers: Mapping[str, Paper]) -> Entry:
        assert self._known is not None
        scores: dict[tuple[str, str], Score] = {}
        silent: dict[tuple[str, str], bool] = {}
        found = {book: _by_name(paper.notebook) for book, paper in papers.items()}
        for (book, label), (_id, kind) in self._known.cells.items():
            name = label.partition("/")[2]
            if book not in self._sources:
                continue
            if book not in papers:
                scores[book, name] = Score(0.0)
                continue
            paper = papers[book]
            cell = found[book].get(name)
            if cell is None:
                continue
            if kind == "GradeCell":
                scores[book, name] = _score(cell, paper, self._known.sources.get((book, name)))
            elif kind == "SolutionCell":
                silent[book, name] = _untouched(cell, self._known.sources.get((book, name)))
        return Entry(work.student, work.timestamp, scores, silent, frozenset(self._sources))

    def _stamped(self, paper: Paper, work: Work) -> dict[str, Any]:
        """The marked notebook with what it was marked from, and the marks with their reasons."""
        notebook = {**paper.notebook, "metadata": dict(paper.notebook["metadata"])}
        notebook["metadata"][KEY] = {
            "marking": {
                "engine": ENGINE,
                # What a busy machine took away is marked again next time.
                "fingerprint": "" if paper.record.busy else work.print,
                "scores": {
                    cells.grade_id(cell): _score(cell, paper, None).points
                    for cell in notebook["cells"]
                    if cells.is_graded(cell)
                },
                "marks": paper.marked.to_json(),
            }
        }
        return notebook

    def _is_done(
        self, work: Work, assignment: str, scores: Mapping[tuple[str, str], float | None] | None
    ) -> bool:
        """Whether this very hand-in was marked, filed and is in the gradebook."""
        assert self._known is not None
        if scores is None:
            return False
        notes = self._notes(work.student, assignment)
        if not notes:
            return False
        for name, note in notes.items():
            if note.get("fingerprint") != work.print or note.get("engine") != ENGINE:
                return False
            for question, points in note["scores"].items():
                key = (name, question)
                if (name, f"GradeCell/{question}") not in self._known.cells:
                    continue
                if key not in scores or (points is not None and scores[key] != points):
                    return False
        return True

    def _notes(self, student: str, assignment: str) -> dict[str, dict[str, Any]]:
        folder = self.layout.folder("autograded", student, assignment)
        found = {}
        for name in self._sources:
            path = folder / f"{name}.ipynb"
            if not path.is_file():
                continue
            try:
                note = json.loads(path.read_bytes())["metadata"][KEY]["marking"]
                found[name] = {"fingerprint": note["fingerprint"], **note}
            except (OSError, ValueError, KeyError, TypeError):
                return {}
        return found

    def _read_marks(self, student: str, assignment: str) -> tuple[MarkedAssignment, ...]:
        notes = self._notes(student, assignment)
        return tuple(MarkedAssignment.from_json(note["marks"]) for note in notes.values())


@dataclass(frozen=True)
class _Marking:
    """What a course run does with each hand-in, before and after it is marked; see ``executor``."""

    run: CourseRun
    assignment: str
    prints: str

    @property
    def sources(self) -> Mapping[str, NotebookSource]:
        return self.run._sources

    def begin(self, item: _Item) -> Work | Result | _Done:
        if item.stranger:
            raise _stranger(item.student)
        work = self.run._work(item.student, item.folder, self.prints)
        if not self.run.again and self.run._is_done(work, self.assignment, item.scores):
            marks = self.run._read_marks(item.student, self.assignment)
            return Result(item.student, self.assignment, "unchanged", marks)
        return work

    def end(self, work: Work, papers: Mapping[str, Paper]) -> Result | _Done:
        return self.run._done(work, papers, self.assignment)

    def failed(self, item: _Item, error: HanoiKitError) -> Result | _Done:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno in filing.NO_ROOM:
            raise error  # the next one will not fit either
        return Result(item.student, self.assignment, "failed", error=error)


def read_marks(layout: Layout, student: str, assignment: str) -> tuple[MarkedAssignment, ...]:
    """The marks of a hand-in that was marked before, with their reasons; one for each notebook.

    Whether others handed in the same answer sheet is looked up now.
    """
    folder = layout.folder("autograded", student, assignment)
    found = []
    for path in sorted(folder.glob("*.ipynb")) if folder.is_dir() else []:
        try:
            note = json.loads(path.read_bytes())["metadata"][KEY]["marking"]
            found.append(MarkedAssignment.from_json(note["marks"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    if not found:
        raise UsageError(
            _("There are no explained marks of {student} for {assignment}.").format(
                student=student, assignment=assignment
            ),
            next_step=_(
                "Mark the hand-in first: hanoikit class autograde {assignment} --trainee {student}"
            ).format(student=student, assignment=assignment),
        )
    others = replay.same_sheets(layout.whole_class().students(assignment)).get(student)
    if others:
        found[0] = replace(found[0], findings=(*found[0].findings, replay.finding_of(others)))
    return tuple(found)


def _score(cell: cells.Cell, paper: Paper, saved: Any) -> Score:
    """What goes into the gradebook for a graded cell, by nbgrader's rules and without its leniency."""
    if cells.is_solution(cell) or cell["cell_type"] != "code":
        if cells.is_solution(cell) and saved is not None and _untouched(cell, saved):
            return Score(0.0)
        return Score(None, needs_person=True)
    verdict = sound_verdict(paper.record, cell)
    if verdict is None:
        return Score(0.0, needs_person=True)
    points = float(verdict["points"])
    lost = points < float(cells.nbgrader_of(cell).get("points") or 0)
    return Score(points, needs_person=paper.record.busy and lost)


def _by_name(notebook: cells.Notebook) -> dict[str, cells.Cell]:
    return {cells.grade_id(cell): cell for cell in reversed(notebook["cells"])}


def _untouched(cell: cells.Cell, saved: Any) -> bool:
    if saved is None:
        return False
    from hanoikit.build.release import checksum

    return bool(checksum(dict(cell)) == saved.checksum)


def _stranger(student: str) -> GradingError:
    return GradingError(
        _("The gradebook does not know this student, and the course says not to add any."),
        where=student,
        next_step=_("Add the student first: nbgrader db student add {student}").format(student=student),
    )


def _with_time_doubt(work: Work, papers: Mapping[str, Paper]) -> Mapping[str, Paper]:
    """A time of hand-in that cannot be read is for a person: nobody knows whether it was late."""
    if work.timestamp is not None or not _time_text(work.parcel) or not papers:
        return papers
    message = _("The time of the hand-in cannot be read, so nobody knows whether it was late.")
    name, paper = next(iter(papers.items()))
    doubt = Finding("timestamp-unreadable", message, "timestamp.txt")
    marked = replace(paper.marked, findings=(*paper.marked.findings, doubt))
    return {**papers, name: replace(paper, marked=marked)}


def _time_text(parcel: Parcel) -> str:
    return parcel.files.get("timestamp.txt", b"")[:100].decode("utf-8", "replace").strip()


def _timestamp(parcel: Parcel) -> datetime | None:
    """When it was handed in, in UTC without a zone as nbgrader keeps it; None when that is not known."""
    text = _time_text(parcel)
    if not text:
        return None
    from importlib import import_module

    parser, tz = import_module("dateutil.parser"), import_module("dateutil.tz")
    found: datetime
    try:
        words = text.split(" ")
        found = (
            parser.parse(" ".join(words[:2]) + " TZ", tzinfos={"TZ": tz.gettz(words[2])})
            if len(words) == 3
            else parser.parse(text)
        )
    except (ValueError, OverflowError, TypeError):
        return None
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def _lock(layout: Layout) -> Any:
    from filelock import FileLock, Timeout

    lock = FileLock(str(layout.root / ".hanoikit-marking.lock"))
    try:
        lock.acquire(timeout=600)
    except Timeout as error:
        raise ClassroomError(
            _("Somebody else is marking in this course."),
            next_step=_("Wait until it is done, then run this again."),
        ) from error
    return lock


__all__ = ["CourseRun", "Finding", "Result", "read_marks"]
