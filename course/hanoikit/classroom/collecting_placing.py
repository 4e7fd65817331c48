"""The hand-in that counts lies in ``submitted/<id>/<assignment>/``, whole or not at all, with nbgrader's time.

>>> place(klass, inbox, course, counting(decisions))
([('t03', 'm01-convention')], [])

A hand-in is written to a waiting folder, flushed, and renamed into place; what it replaces is in the inbox. What is
cut off in between is done by the next run. A folder that holds the hand-in already is left alone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hanoikit.classroom.collecting_course import STAMP, Course, content_of
from hanoikit.classroom.collecting_deciding import SET_ASIDE, Decision
from hanoikit.classroom.collecting_inbox import Inbox
from hanoikit.classroom.collecting_reading import BUNDLE, SUBMITTED, Facts
from hanoikit.errors import ClassroomError, Finding
from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class

WAITING = ".hanoikit-waiting"
_MARKING = ".hanoikit-marking.lock"


def place(
    klass: Class, inbox: Inbox, course: Course, wanted: Mapping[tuple[str, str], Decision]
) -> tuple[list[tuple[str, str]], list[Finding]]:
    """Put the hand-ins that count into ``submitted/``; (trainee, assignment) of those that were not there, and what
    could not be placed because the inbox does not hold it any more.
    """
    todo = [
        (trainee, assignment, decision)
        for (trainee, assignment), decision in sorted(wanted.items())
        if not _lies_there(klass.course.submitted(trainee, assignment), decision, course)
    ]
    waiting = klass.course.root / "submitted" / WAITING
    placed: list[tuple[str, str]] = []
    troubles: list[Finding] = []
    if not todo and not waiting.exists():
        return placed, troubles
    with _undisturbed(klass), _disk():
        shutil.rmtree(waiting, ignore_errors=True)
        for trainee, assignment, decision in todo:
            try:
                files = course.arranged(assignment, contents(inbox, decision.facts))
            except ClassroomError as error:
                troubles.append(Finding("not-placed", str(error), f"{trainee}, {assignment}"))
                continue
            files[STAMP] = decision.stamp.encode()
            target = klass.course.submitted(trainee, assignment)
            # After a new release the same work may be arranged in another way than when it came in.
            if target.is_dir() and tree(target, course, assignment)[1] == files:
                continue
            _put(files, waiting / f"{assignment}+{trainee}", target)
            placed.append((trainee, assignment))
        shutil.rmtree(waiting, ignore_errors=True)
    return placed, troubles


def take_away(
    klass: Class, course: Course, decisions: list[Decision], wanted: Mapping[tuple[str, str], Decision]
) -> None:
    """Take out of ``submitted/`` what was placed there and lies aside now, with nothing in its stead."""
    for one in decisions:
        facts = one.facts
        pair = (facts.trainee, facts.assignment)
        if one.state != SET_ASIDE or not facts.content or facts.way == SUBMITTED or pair in wanted:
            continue
        recorded = one.known.recorded
        if recorded is None or one.known.state == SET_ASIDE:
            continue
        target = klass.course.submitted(*pair)
        if target.is_dir() and tree(target, course, facts.assignment)[0] == facts.content:
            with _undisturbed(klass), _disk():
                gone = klass.course.root / "submitted" / WAITING / "gone"
                shutil.rmtree(gone, ignore_errors=True)
                gone.parent.mkdir(parents=True, exist_ok=True)
                target.rename(gone)
                shutil.rmtree(gone.parent, ignore_errors=True)


def contents(inbox: Inbox, facts: Facts) -> dict[str, bytes]:
    """The files of a hand-in as they came. Raises :class:`ClassroomError` when the inbox does not hold them."""
    inbox.read(facts.file)
    if facts.way == BUNDLE:
        from hanoikit.handin.bundle import examine

        # By the same reading by which the seal was checked: what another one would see, nobody signed.
        return dict(examine(inbox.path(facts.file)).files)
    listed = inbox.listed(facts.file)
    return {} if listed is None else {name: inbox.read(digest) for name, digest in listed["files"].items()}


def tree(folder: Path, course: Course, assignment: str) -> tuple[str, dict[str, bytes]]:
    """What lies in a folder of ``submitted/``: the digest of the work as it would be placed, and its files."""
    files: dict[str, bytes] = {}
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(root) / name
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return content_of(course.arranged(assignment, files)), files


def _lies_there(target: Path, decision: Decision, course: Course) -> bool:
    if not target.is_dir():
        return False
    content, files = tree(target, course, decision.facts.assignment)
    if content != decision.facts.content:
        return False
    if decision.facts.way == SUBMITTED:
        return True
    return files.get(STAMP, b"").strip() == decision.stamp.encode()


def _put(files: Mapping[str, bytes], waiting: Path, target: Path) -> None:
    for name, data in files.items():
        path = waiting / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    old = waiting.with_name(waiting.name + ".old")
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(old)
    waiting.rename(target)
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _undisturbed(klass: Class) -> Iterator[None]:
    """Nobody marks while a hand-in is being replaced."""
    from filelock import FileLock, Timeout

    lock = FileLock(str(klass.root / _MARKING))
    try:
        lock.acquire(timeout=600)
    except Timeout as error:
        raise ClassroomError(
            _("Somebody is marking in this class."),
            next_step=_("Wait until it is done, then collect again. Everything that came in is safe."),
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ClassroomError(
            _("A hand-in cannot be put into its place: {reason}.").format(reason=error.strerror or error),
            where=str(error.filename or ""),
            next_step=_(
                "Make room or close programs that hold the file, then collect again. Nothing is lost."
            ),
        ) from error
