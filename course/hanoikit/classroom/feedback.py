"""What each trainee gets back: the page with every mark explained, nbgrader's feedback, and the history of the marks.

>>> given = give_back(klass, at=now)
>>> sorted(path.name for path in given.folder("t01").iterdir())
['Your marks.html', 'class-certificate.pem', 'notebooks', 't01.json']

One folder and one zip for each trainee, for a stick. Nobody's folder names anybody else. What has not changed
since it was given back is not made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import queue
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hanoikit.classroom.analysis import Entry
from hanoikit.classroom.klass import CERTIFICATE, Class
from hanoikit.classroom.release import lay, packed_bytes, put
from hanoikit.errors import ClassroomError, GradingError
from hanoikit.i18n import _

Tell = Callable[[str, int, int], None]
"""Hears what is being done, and how many of how many are done."""

_STATE = ".given.json"
_MOST_AT_ONCE = 4
_WORTH_ANOTHER = 12
"""So many pages take longer than another nbgrader takes to start."""
_POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'\">"
)
_OUTSIDE = re.compile(r"<script\b[^>]*\bsrc=[\"'](?:https?:)?//[^>]*>\s*</script>", re.IGNORECASE)
_INTO_COURSE = re.compile(r"<a\b[^>]*\bhref=[\"']\.\./[^\"']*[\"'][^>]*>(.*?)</a>", re.IGNORECASE | re.DOTALL)
_ABOUT_OTHERS = frozenset({"sheet-shared"})
"""Findings that name other people; they are for the instructor only."""


@dataclass(frozen=True, slots=True)
class Given:
    """Whom something was written for, for whom all is as it was, and who still waits for a person's marks."""

    place: Path
    made: tuple[str, ...]
    unchanged: tuple[str, ...]
    waiting: Mapping[str, int]
    """Id to the number of written answers that nobody has read yet."""
    troubles: Mapping[str, str]
    """Hand-ins without nbgrader's page, as ``id, assignment``, and why."""

    def folder(self, trainee: str) -> Path:
        """The folder of one trainee."""
        return self.place / trainee


def give_back(
    klass: Class,
    *,
    at: datetime,
    trainees: Sequence[str] | None = None,
    notebooks: bool = True,
    again: bool = False,
    tell: Tell = lambda words, done, all_: None,
) -> Given:
    """Write the folders and zips into ``handouts/feedback``; ``trainees`` default to all with a marked hand-in.

    Without ``notebooks`` nbgrader's own pages, which take the most time, are left out. Raises
    :class:`ClassroomError` when nothing is marked or the disk does not take it.
    """
    from hanoikit.classroom import ledger_check, report_making
    from hanoikit.classroom.ledger import Ledger, of_trainee, read_lines

    with Ledger.open(klass) as ledger:
        ledger.sync(at=at)
    made = report_making.collect(klass, klass.reports, tell=tell)
    by_trainee: dict[str, list[Entry]] = {}
    for entry in made.entries:
        if entry.marked is not None and (trainees is None or entry.trainee in trainees):
            by_trainee.setdefault(entry.trainee, []).append(entry)
    if not by_trainee:
        raise ClassroomError(
            _("Nothing is marked yet that could be given back."),
            where=str(klass.root),
            next_step=_("Run: hanoikit class autograde"),
        )
    place = klass.handouts / "feedback"
    lines = read_lines(klass)
    state = _state(place)
    prints = {
        id: _print([*map(_facts, entries)], notebooks, [_line(line) for line in of_trainee(lines, id)])
        for id, entries in by_trainee.items()
    }
    stale = [
        id for id in by_trainee if again or state.get(id) != prints[id] or not (place / f"{id}.zip").is_file()
    ]
    troubles: dict[str, str] = {}
    if notebooks:
        wanted = [entry for id in stale for entry in by_trainee[id]]
        troubles = nbgrader_pages(klass, wanted, again=again, tell=tell)
    if stale:
        with Ledger.open(klass) as ledger:
            ledger.note("feedback", at=at, trainees=stale)
            ledger.sign(at)
        ledger_check.histories(klass)
        try:
            report_making.make(klass, trainee=stale[0] if len(stale) == 1 else None, tell=tell)
            for number, id in enumerate(stale):
                tell(_("Folder of {id}").format(id=id), number, len(stale))
                files = dict(_files(klass, id, by_trainee[id], made.others, notebooks))
                lay(place / id, files)
                put(place / f"{id}.zip", packed_bytes({f"{id}/{name}": data for name, data in files.items()}))
                state[id] = prints[id]
        except OSError as error:
            raise ClassroomError(
                _("The feedback cannot be written: {reason}.").format(reason=error.strerror or error),
                where=str(error.filename or place),
                next_step=_("Free some room and run the command again."),
            ) from error
        finally:
            put(place / _STATE, json.dumps(dict(sorted(state.items())), indent=1).encode())
    waiting = {
        id: count
        for id, entries in by_trainee.items()
        if (count := sum(len(entry.marked.pending) for entry in entries if entry.marked))
    }
    return Given(place, tuple(stale), tuple(id for id in by_trainee if id not in stale), waiting, troubles)


def nbgrader_pages(
    klass: Class,
    entries: Sequence[Entry],
    *,
    again: bool = False,
    tell: Tell = lambda words, done, all_: None,
) -> dict[str, str]:
    """nbgrader's feedback pages for these hand-ins, where they are older than the marks; what went wrong."""
    from hanoikit.grading.process import NbgraderProcess

    path = klass.root / "feedback" / _STATE
    state = _state(path.parent)
    wanted = []
    for entry in entries:
        notebook = klass.course.autograded(entry.trainee, entry.assignment)
        data = notebook.read_bytes() if notebook.is_file() else b""
        now = _print(_facts(entry), hashlib.sha256(data).hexdigest())
        name = f"{entry.trainee}, {entry.assignment}"
        there = klass.course.feedback(entry.trainee, entry.assignment).is_file()
        if data and (again or not there or state.get(name) != now):
            wanted.append((name, entry, now))
    if not wanted:
        return {}
    path.parent.mkdir(exist_ok=True)
    troubles: dict[str, str] = {}
    done = 0
    waiting = queue.SimpleQueue[tuple[str, Entry, str] | None]()
    count = max(1, min(os.cpu_count() or 1, _MOST_AT_ONCE, len(wanted) // _WORTH_ANOTHER))
    for one in [*wanted, *[None] * count]:
        waiting.put(one)
    turn = threading.Lock()

    def work() -> None:
        nonlocal done
        with NbgraderProcess(klass.course) as nbgrader:
            while (one := waiting.get()) is not None:
                name, entry, now = one
                trouble = ""
                try:
                    nbgrader.run("feedback", assignment=entry.assignment, trainee=entry.trainee)
                except GradingError as error:
                    trouble = str(error)
                with turn:
                    if trouble:
                        troubles[name] = trouble
                    else:
                        state[name] = now
                    done += 1
                    tell(_("nbgrader's pages"), done, len(wanted))

    tell(_("nbgrader's pages"), 0, len(wanted))
    try:
        with ThreadPoolExecutor(count) as pool:
            for future in [pool.submit(work) for _number in range(count)]:
                future.result()
    finally:
        put(path, json.dumps(dict(sorted(state.items())), indent=1).encode())
    return dict(sorted(troubles.items()))


def offline(page: str) -> str:
    """A page of nbgrader's without the programs that it would load from elsewhere, without links that lead into a
    course folder that is not there, and with a policy: what a trainee wrote is on it as written, and runs nothing.
    """
    quiet = _INTO_COURSE.sub(r"\1", _OUTSIDE.sub("", page))
    return re.sub(r"<head\b[^>]*>", lambda head: head[0] + _POLICY, quiet, count=1)


def _files(
    klass: Class, trainee: str, entries: Sequence[Entry], others: Iterable[str], notebooks: bool
) -> Iterator[tuple[str, bytes]]:
    """Everything in one trainee's folder."""
    from hanoikit.grading.page import marks_page

    yield _("Your marks") + ".html", (klass.reports / "trainees" / f"{trainee}.html").read_bytes()
    history = klass.reports / "history" / f"{trainee}.json"
    if history.is_file():
        yield history.name, history.read_bytes()
    # What the collection signed for each hand-in; hanoikit receipt checks them against the history.
    for receipt in sorted((klass.reports / "receipts" / trainee).glob("*.json")):
        yield f"receipts/{receipt.name}", receipt.read_bytes()
    record = klass.reports / "completion" / f"{trainee}.pdf"
    if record.is_file():
        yield _("Record of completion") + ".pdf", record.read_bytes()
    yield CERTIFICATE, klass.certificate_path.read_bytes()
    for entry in entries:
        assert entry.marked is not None
        if entry.assignment in set(others):
            # An assignment of another course is not on the page of the class.
            findings = tuple(one for one in entry.marked.findings if one.code not in _ABOUT_OTHERS)
            page = marks_page(replace(entry.marked, findings=findings))
            yield f"marks-{entry.assignment}.html", page.encode()
        path = klass.course.feedback(trainee, entry.assignment)
        if notebooks and path.is_file():
            yield f"notebooks/{entry.assignment}.html", offline(path.read_text(encoding="utf-8")).encode()


def _facts(entry: Entry) -> Any:
    """What a person sees of a hand-in's marks."""
    assert entry.marked is not None
    return [
        entry.trainee,
        entry.assignment,
        [
            [mark.question, mark.points, mark.out_of, mark.state, mark.reason]
            for mark in entry.marked.questions
        ],
    ]


def _line(line: Any) -> Any:
    record = dict(line.record)
    # That something was given back is no reason to give it back again.
    return None if record.get("entry") == "feedback" else [line.index, record.get("entry")]


def _print(*values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


def _state(folder: Path) -> dict[str, str]:
    try:
        return dict(json.loads((folder / _STATE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}
