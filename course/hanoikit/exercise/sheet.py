"""The answer sheet: every answer given in an assignment, on disk the moment it is given.

>>> sheet = Sheet.in_folder("m04-evidence-chain")
>>> sheet.append("m04-q3", "b")
>>> sheet.answers()
{'m04-q3': 'b'}

``answers.jsonl`` lies beside the notebook, can be read without the kit, and is only ever added to: the last
line for a question is the answer, the lines before are the history. Several notebooks, kernels and processes
may write to it at once. Reading never changes the file; appending repairs a torn last line and keeps what was
torn in a file beside it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hanoikit.errors import AnswerMalformed, Finding, HanoiKitError, SheetError, SheetForeign, SheetUnwritable
from hanoikit.exercise.records import MAX_LINE, VERSION, Ends, Header, Plain, Record, Scan, fingerprint, plain
from hanoikit.i18n import _

FILE_NAME = "answers.jsonl"
MAX_BYTES = 32 << 20


def local_now() -> datetime:
    """The present moment with this machine's offset from UTC."""
    return datetime.now().astimezone()


def module_of(name: str) -> str:
    """The module that an assignment or a question belongs to: ``"m04-q3"`` and ``"m04-evidence-chain"`` give
    ``"m04"``."""
    return name.partition("-")[0]


class Sheet:
    """One answer sheet. ``assignment`` is the name it must carry; None accepts any and names a new one by its
    folder.

    Assignments are told apart by their module, the part of the name before the first hyphen, so that a folder
    that was copied or renamed (``m04-evidence-chain (1)``) still opens.
    ``clock`` gives aware times, ``session`` names the kernel that writes, ``wait`` is the longest time in
    seconds to wait for another writer.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        assignment: str | None = None,
        clock: Callable[[], datetime] = local_now,
        session: str | None = None,
        wait: float = 10.0,
    ) -> None:
        self.path = Path(path).absolute()
        self.assignment = assignment
        self.session = session or uuid.uuid4().hex[:12]
        self._clock = clock
        self._wait = wait

    @classmethod
    def in_folder(
        cls,
        folder: str | Path,
        *,
        assignment: str | None = None,
        clock: Callable[[], datetime] = local_now,
        session: str | None = None,
        wait: float = 10.0,
    ) -> Sheet:
        """The sheet of the assignment in this folder."""
        return cls(Path(folder) / FILE_NAME, assignment=assignment, clock=clock, session=session, wait=wait)

    # reading: tolerant, and never a change to the file

    def read(self) -> Scan:
        """Everything the file says; a file that does not exist yet is an empty sheet.

        Raises SheetForeign for another assignment's sheet and SheetError for what is no answer sheet.
        """
        scan = Scan.of(self._bytes())
        self._accept(scan.ends)
        return scan

    def current(self) -> dict[str, Record]:
        """The record that counts for each question, cleared ones included."""
        return {record.question: record for record in self.read().records}

    def answers(self) -> dict[str, Plain]:
        """The answer that counts for each answered question."""
        return {name: record.value for name, record in self.current().items() if record.value is not None}

    def history(self, question: str | None = None) -> tuple[Record, ...]:
        """All answers in the order they were given, of one question or of all."""
        return tuple(r for r in self.read().records if question is None or r.question == question)

    def time_on_task(self, pause: timedelta = timedelta(minutes=10)) -> dict[str, timedelta]:
        """An estimate of the time spent on each question.

        The time between two answers of one session counts for the later one, up to ``pause``; a longer gap is
        a break and counts as ``pause``. The time before the first answer of a session is not known and counts
        as nothing.
        """
        spent: dict[str, timedelta] = {}
        last: dict[str, datetime] = {}
        for record in self.read().records:
            gap = record.at - last.get(record.session, record.at)
            gap = min(max(gap, timedelta(0)), pause)
            spent[record.question] = spent.get(record.question, timedelta(0)) + gap
            last[record.session] = record.at
        return spent

    def findings(self) -> list[Finding]:
        """All that is wrong or worth knowing, in reading order; empty for a sound sheet. Raises nothing."""
        try:
            scan = self.read()
        except SheetError as error:
            return list(error.findings) or [Finding("unreadable", str(error), self.path.name)]
        kept = [
            Finding(
                "torn-kept",
                _("An answer that was cut off earlier is kept in this file."),
                path.name,
                severity="note",
            )
            for path in sorted(self.path.parent.glob(f"{self.path.stem}.torn-*.txt"))
        ]
        return [*scan.findings, *kept]

    def verify(self) -> None:
        """Raise SheetError with all findings if a line was changed, removed or cannot be read."""
        findings = self.findings()
        if any(finding.severity == "error" for finding in findings):
            raise SheetError(
                _("The answer sheet was changed by something other than the course."),
                where=self.path.name,
                next_step=_(
                    "The answers still count. Tell your instructor if you did not change the file yourself."
                ),
                findings=findings,
            )

    # writing

    def append(self, question: str, value: Plain, *, at: datetime | None = None) -> Record:
        """Put one answer on the disk and return its record. ``value`` None clears the answer.

        Raises AnswerMalformed for what is not plain JSON, SheetUnwritable when the disk refuses, SheetForeign
        and SheetError when the file is not this assignment's sheet. After an error the file is as it was.
        """
        return self.extend([(question, value, at or self._clock())])[0]

    def extend(self, answers: Sequence[tuple[str, Plain, datetime]]) -> list[Record]:
        """Put several answers on the disk, all or none, in this order; see ``append``."""
        given = [(question, plain(value), at) for question, value, at in answers]
        try:
            with self._locked():
                return self._write(given)
        except HanoiKitError:
            raise
        except OSError as error:
            raise self._refused(error) from error

    def _write(self, given: Sequence[tuple[str, Plain, datetime]]) -> list[Record]:
        data = self._bytes()
        ends = Ends.of(data)
        self._accept(ends)
        start, last, n = b"", ends.last, ends.next_n
        if ends.header is None:
            last = Header(self.assignment or self.path.parent.name, str(uuid.uuid4()), given[0][2]).line()
            start = last + b"\n"
        elif ends.unfinished:
            start = b"\n"
        records = []
        for question, value, at in given:
            record = Record(n, question, value, at, self.session, fingerprint(last))
            last, n = record.line(), n + 1
            if len(last) > MAX_LINE:
                raise AnswerMalformed(
                    _("This answer is too long for the answer sheet."),
                    where=question,
                    next_step=_("Shorten it; one answer may have about one million characters."),
                )
            start += last + b"\n"
            records.append(record)
        keep = len(data) - len(ends.torn)
        if ends.torn:
            self._set_aside(ends.torn)
        self._put(start, keep)
        return records

    def _put(self, addition: bytes, keep: int) -> None:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        created = not self.path.exists()
        handle = os.open(self.path, flags, 0o644)
        try:
            os.ftruncate(handle, keep)
            os.lseek(handle, keep, os.SEEK_SET)
            try:
                rest = memoryview(addition)
                while rest:
                    rest = rest[os.write(handle, rest) :]
                os.fsync(handle)
            except OSError:
                # A half-written answer must not stay: the file goes back to what it was.
                with contextlib.suppress(OSError):
                    os.ftruncate(handle, keep)
                raise
        finally:
            os.close(handle)
        if created:
            _flush_folder(self.path.parent)

    def _set_aside(self, torn: bytes) -> None:
        moment = self._clock().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        for attempt in range(1, 1000):
            suffix = "" if attempt == 1 else f"-{attempt}"
            path = self.path.with_name(f"{self.path.stem}.torn-{moment}{suffix}.txt")
            try:
                with path.open("xb") as file:
                    file.write(torn)
                    file.flush()
                    os.fsync(file.fileno())
            except FileExistsError:
                continue
            except OSError:
                with contextlib.suppress(OSError):
                    path.unlink()
                raise
            return

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, SoftFileLock, Timeout

        path = str(self.path.with_name(f".{self.path.name}.lock"))
        lock = FileLock(path, timeout=self._wait, poll_interval=0.01)
        try:
            try:
                lock.acquire()
            except (
                NotImplementedError
            ):  # some network disks know no locks; a lock by the file's existence works there
                lock = SoftFileLock(path, timeout=self._wait, poll_interval=0.01)
                lock.acquire()
        except Timeout as error:
            raise SheetUnwritable(
                _("Another program is holding the answer sheet."),
                where=self.path.name,
                next_step=_("Close other copies of this notebook and answer again."),
            ) from error
        try:
            yield
        finally:
            lock.release()

    # what both need

    def _bytes(self) -> bytes:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise self._unreadable(error) from error
        if not stat.S_ISREG(status.st_mode):
            raise SheetError(
                _("There is something in the place of the answer sheet that is not a file."),
                where=str(self.path),
                next_step=_("Move or rename it, then answer again."),
            )
        if status.st_size > MAX_BYTES:
            raise SheetError(
                _("This file is far too large for an answer sheet."),
                where=str(self.path),
                next_step=_("Rename it, then answer again; a new sheet will be made."),
            )
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise self._unreadable(error) from error

    def _accept(self, ends: Ends) -> None:
        if not ends.is_sheet:
            raise SheetError(
                _("This file is not an answer sheet of the course."),
                where=str(self.path),
                next_step=_("Rename it, then answer again; a new sheet will be made."),
            )
        if ends.header is None:
            return
        if ends.header.version != VERSION:
            raise SheetError(
                _("This answer sheet was made by another version of the course (format {version}).").format(
                    version=ends.header.version
                ),
                where=str(self.path),
                next_step=_("Update the course on this machine, then open the notebook again."),
            )
        if self.assignment is not None and module_of(ends.header.assignment) != module_of(self.assignment):
            raise SheetForeign(
                _("This answer sheet belongs to {other}, not to {this}.").format(
                    other=ends.header.assignment, this=self.assignment
                ),
                where=str(self.path),
                next_step=_("Move it back to its own folder, or rename it; a new sheet will be made here."),
            )

    def _unreadable(self, error: OSError) -> SheetError:
        return SheetError(
            _("The answer sheet cannot be read: {reason}.").format(reason=error.strerror or error),
            where=str(self.path),
            next_step=_("Check that you may open files in this folder, then try again."),
        )

    def _refused(self, error: OSError) -> SheetUnwritable:
        if error.errno in {errno.ENOSPC, getattr(errno, "EDQUOT", None), errno.EFBIG}:
            what = _("The disk is full, so this answer is not saved yet.")
            advice = _("Delete files that you do not need, then answer again.")
        elif error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            what = _("This folder is read-only, so this answer is not saved yet.")
            advice = _("Copy the whole folder to a place where you may write, and open the notebook there.")
        elif error.errno == errno.ENOENT:
            what = _("The folder of this assignment is gone, so this answer is not saved yet.")
            advice = _("Put the folder back, then answer again.")
        else:
            what = _("The disk did not take this answer: {reason}.").format(reason=error.strerror or error)
            advice = _("Answer again; if it happens again, copy the folder to another disk.")
        return SheetUnwritable(what, where=str(self.path), next_step=advice)


def _flush_folder(folder: Path) -> None:
    # On POSIX a new file's name is safe only after its folder is flushed; Windows neither needs nor allows
    # it.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
