"""The lines of an answer sheet: how one is written, read and linked to the line before.

>>> header = Header(assignment="m04-evidence-chain", sheet="5b0c...", made_at=datetime.now(UTC))
>>> scan = Scan.of(header.line() + b"\\n")
>>> scan.header.assignment, scan.records, scan.findings
('m04-evidence-chain', (), ())

A sheet is JSON Lines in UTF-8. The first line is the header, each further line one answer. ``prev`` is the
SHA-256 (hexadecimal) of the bytes of the line before, without its line feed, so that a changed or missing
line shows. The chain is not signed: it finds accidents and careless edits; a sealed hand-in protects the last
line and the whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeAlias

from hanoikit.errors import AnswerMalformed, Finding
from hanoikit.i18n import _

Plain: TypeAlias = Any
"""Plain JSON data: None, bool, int, float, str, list, dict with text keys."""

VERSION = 1
MAX_LINE = 1 << 20
MOST_LINES = 300_000
"""Lines of a sheet that are read; a person who changes an answer each second of a week makes fewer."""
MOST_FINDINGS = 1000
MARK = "hanoikit_sheet"
_MAGIC = f'{{"{MARK}"'.encode()


class LineUnreadable(ValueError):
    """A line is not a header or an answer; the message says why in a few words."""


def plain(value: object) -> Plain:
    """The value as plain JSON data (tuples become lists); raises AnswerMalformed for anything else."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise AnswerMalformed(
            _("This answer cannot be written to the answer sheet."),
            next_step=_("Give a text, a number, or a list or dictionary of them."),
        ) from error


def fingerprint(line: bytes) -> str:
    """SHA-256 of a line's bytes without the line feed, as the next line's ``prev`` holds it."""
    return hashlib.sha256(line).hexdigest()


def _dump(content: Mapping[str, Plain]) -> bytes:
    try:
        return json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, as a broken paste can give: keep it, escaped
        return json.dumps(content, allow_nan=False).encode()


def _load(line: bytes) -> dict[str, Plain]:
    if len(line) > MAX_LINE:
        raise LineUnreadable(_("the line is too long"))
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LineUnreadable(_("it is not JSON")) from error
    if not isinstance(content, dict):
        raise LineUnreadable(_("it is not a record"))
    return content


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise LineUnreadable(_("its time is missing or has no offset from UTC"))
    return moment


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a sheet: which assignment it answers, its own id, and when it was begun."""

    assignment: str
    sheet: str
    made_at: datetime
    version: int = VERSION

    def line(self) -> bytes:
        """The header as bytes, without the line feed."""
        return _dump(
            {
                MARK: self.version,
                "assignment": self.assignment,
                "sheet": self.sheet,
                "made_at": self.made_at.isoformat(),
            }
        )

    @classmethod
    def read(cls, line: bytes) -> Header:
        """Read a header; raises LineUnreadable. A newer version is read as far as its four fields go."""
        content = _load(line)
        version, assignment, sheet = content.get(MARK), content.get("assignment"), content.get("sheet")
        if type(version) is not int or not isinstance(assignment, str) or not isinstance(sheet, str):
            raise LineUnreadable(_("it is not the first line of an answer sheet"))
        return cls(assignment, sheet, _moment(content.get("made_at")), version)


@dataclass(frozen=True, slots=True)
class Record:
    """One answer given: the ``n``-th line after the header. ``value`` None means: the answer was cleared."""

    n: int
    question: str
    value: Plain
    at: datetime
    session: str
    prev: str

    def line(self) -> bytes:
        """The record as bytes, without the line feed."""
        return _dump(
            {
                "n": self.n,
                "question": self.question,
                "value": self.value,
                "at": self.at.isoformat(),
                "session": self.session,
                "prev": self.prev,
            }
        )

    @classmethod
    def read(cls, line: bytes) -> Record:
        """Read one answer; raises LineUnreadable."""
        content = _load(line)
        n, question = content.get("n"), content.get("question")
        session, prev = content.get("session"), content.get("prev")
        if type(n) is not int or not isinstance(question, str) or not question or "value" not in content:
            raise LineUnreadable(_("it is not an answer"))
        if not isinstance(session, str) or not isinstance(prev, str):
            raise LineUnreadable(_("its session or its link to the line before is missing"))
        return cls(n, question, content["value"], _moment(content.get("at")), session, prev)


@dataclass(frozen=True, slots=True)
class Ends:
    """The first and the last line of a sheet: all that the next answer needs. Made for any bytes.

    ``header`` is None when the bytes are empty, torn within the first line, or no answer sheet at all
    (``is_sheet`` tells these apart). ``last`` is the last whole line and ``next_n`` the number of the line to
    come. ``torn`` holds what follows the last whole line; a last line that lacks only its line feed is whole
    (``unfinished``).
    """

    header: Header | None
    is_sheet: bool
    last: bytes = b""
    next_n: int = 1
    torn: bytes = b""
    unfinished: bool = False

    @classmethod
    def of(cls, data: bytes) -> Ends:
        """Read both ends; never raises for any content."""
        first, feed, rest = data.partition(b"\n")
        if not feed:
            # A first line that was cut off is a torn line, not a foreign file.
            return cls(None, not first or first.startswith(_MAGIC) or _MAGIC.startswith(first), torn=first)
        try:
            header = Header.read(first)
        except LineUnreadable:
            return cls(None, False)
        whole, _feed, tail = rest.rpartition(b"\n")
        last = whole.rpartition(b"\n")[2] if _feed else first
        n = rest.count(b"\n") + 1
        if not tail:
            return cls(header, True, last, n)
        try:
            record = Record.read(tail)
        except LineUnreadable:
            return cls(header, True, last, n, torn=tail)
        if record.n != n or record.prev != fingerprint(last):
            return cls(header, True, last, n, torn=tail)
        return cls(header, True, tail, n + 1, unfinished=True)


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything that the bytes of a sheet say. Made for any bytes; what is wrong is in ``findings``."""

    ends: Ends
    records: tuple[Record, ...]
    findings: tuple[Finding, ...]

    @property
    def header(self) -> Header | None:
        """The first line, if there is one."""
        return self.ends.header

    @classmethod
    def of(cls, data: bytes) -> Scan:
        """Read all lines; never raises for any content."""
        ends = Ends.of(data)
        records: list[Record] = []
        findings: list[Finding] = []
        lines: list[bytes] = []
        if ends.header is not None:
            lines = data.split(b"\n", MOST_LINES + 1)
            if not ends.unfinished or len(lines) > MOST_LINES + 1:
                lines.pop()
        for number, (previous, line) in enumerate(pairwise(lines), start=1):
            if number > MOST_LINES or len(findings) >= MOST_FINDINGS:
                # Nobody answered that much; a file made to keep the reader busy is not read to its end.
                message = _("The lines from here on are not read: there are too many, or too many are wrong.")
                findings.append(Finding("too-many-lines", message, _("line {n}").format(n=number + 1)))
                break
            record = _read_linked(line, number, previous, findings)
            if record is not None:
                records.append(record)
        if ends.torn and ends.is_sheet:
            findings.append(_torn(ends.next_n if ends.header else 0))
        return cls(ends, tuple(records), tuple(findings))


def _read_linked(line: bytes, number: int, previous: bytes, findings: list[Finding]) -> Record | None:
    where = _("line {n}").format(n=number + 1)
    try:
        record = Record.read(line)
    except LineUnreadable as error:
        message = _("This line cannot be read: {reason}.").format(reason=error)
        findings.append(Finding("line-unreadable", message, where))
        return None
    if record.prev != fingerprint(previous):
        message = _("The line before was changed after this one was written, or lines are missing here.")
        findings.append(Finding("chain-broken", message, where))
    elif record.n != number:
        message = _("This line says it is answer {said}, but it is answer {n}.").format(
            said=record.n, n=number
        )
        findings.append(Finding("number-wrong", message, where))
    return record


def _torn(number: int) -> Finding:
    return Finding(
        "torn-line",
        _("The last line was cut off while it was written. The next answer repairs this and keeps it."),
        _("line {n}").format(n=number + 1),
        severity="warning",
    )
