"""The grade ledger: every hand-in, every marking and every changed mark of a class, in one chain that shows changes.

>>> with Ledger.open(klass) as ledger:
...     ledger.note("due", at=now, assignment="m01-convention", due="2026-12-01T18:00:00+02:00")
...     ledger.sync(at=now)                   # marks of the gradebook that the ledger does not have yet
...     ledger.sign(now)                      # ledger-head.json, signed by the registrar of the class

``ledger.jsonl`` is a chain of ``hanoikit.trust.chain`` (each line carries the hash of the line before). Its head
and its Merkle tree head (RFC 9162) are signed by the registrar; every signed head is kept, and trainees hold some.
Names stand nowhere in it, ids only. Numbers of points are decimal texts, because canonical JSON has no fractions.
One program writes at a time. What is checked is told by ``ledger_check``, how marks are compared by ``ledger_marks``.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from hanoikit.errors import ArtefactUnreadable, ClassroomError
from hanoikit.i18n import _
from hanoikit.trust.chain import Chain, ChainHead, Line, LogFile, SignedHead
from hanoikit.workspace.delivery import put

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class
    from hanoikit.classroom.ledger_marks import Marks
    from hanoikit.evidence.merkle import Tree
    from hanoikit.evidence.seal import SignedRoot

KIND = "hanoikit-grades"
HEAD_FILE = "ledger-head.json"
HEADS_FILE = "ledger-heads.jsonl"
HEAD_FORMAT = "hanoikit.ledger-head/1"
LOCK = ".ledger.lock"
NOTES = ("feedback", "released", "due", "roster", "record")

HAND_IN, MARKED, CHANGED, DISMISSED = "hand-in", "marked", "changed", "dismissed"


class Ledger:
    """The ledger of a class, open for writing; use it in a ``with`` block."""

    def __init__(self, klass: Class, log: LogFile, lines: list[Line], lock: Any) -> None:
        self.klass, self._log, self._lines, self._lock = klass, log, lines, lock

    @classmethod
    def open(cls, klass: Class, *, wait: float = 60.0) -> Self:
        """Open or begin the ledger. ``wait`` is the longest time in seconds to wait for another program.

        Raises :class:`ClassroomError` when another program holds it, ``ArtefactUnreadable`` when it does not
        hold: a ledger that was tampered with is evidence and is not written to.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(str(klass.root / LOCK))
        try:
            lock.acquire(timeout=wait)
        except Timeout as error:
            raise ClassroomError(
                _("Another program is writing to the ledger of the class."),
                where=str(klass.ledger_path),
                next_step=_("Wait until it is done, then run this again."),
            ) from error
        try:
            log = LogFile.open(klass.ledger_path, kind=KIND, owner=klass.id)
            lines = Chain.from_bytes(klass.ledger_path.read_bytes()).lines
            _require_signed_lines(klass, lines)
        except BaseException:
            lock.release()
            raise
        return cls(klass, log, lines, lock)

    def close(self) -> None:
        self._log.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # reading

    @property
    def head(self) -> ChainHead:
        """Where the chain stands."""
        return self._log.head

    def lines(self, trainee: str | None = None) -> tuple[Line, ...]:
        """All lines, or those about one trainee."""
        return of_trainee(self._lines, trainee)

    # writing

    def extend(self, records: Iterable[Mapping[str, Any]], *, at: datetime) -> tuple[Line, ...]:
        """Several entries, with one write that is on the disk when this returns.

        Each gets 16 random characters, so that nobody can guess an entry and compare it with a hash of a proof.
        """
        salted = [({**record, "salt": secrets.token_hex(8)}, at) for record in records]
        lines = self._log.extend(salted)
        self._lines += lines
        return tuple(lines)

    def hand_in(self, *, at: datetime, **facts: Any) -> Line:
        """A hand-in: ``trainee``, ``assignment``, ``file`` (SHA-256), ``made``, ``received``, ``late``, ``state``
        and ``findings``; see ``collecting_deciding.Known`` for the rest.
        """
        return self.extend([{"entry": HAND_IN, **facts}], at=at)[0]

    def marks(
        self,
        trainee: str,
        assignment: str,
        *,
        hand_in: str,
        engine: str,
        questions: Mapping[str, float | None],
        maximum: float,
        at: datetime,
    ) -> Line:
        """A marking: the points of every question, ``None`` for one that waits for a person."""
        record = marked_record(trainee, assignment, hand_in, engine, questions, maximum)
        return self.extend([record], at=at)[0]

    def changed(
        self,
        trainee: str,
        assignment: str,
        question: str,
        *,
        before: float | None,
        after: float | None,
        by: str,
        reason: str,
        at: datetime,
    ) -> Line:
        """A mark that is another than the marking gave. ``by``: an id, ``by-hand`` or ``unknown``."""
        record = changed_record(trainee, assignment, question, before, after, by, reason)
        return self.extend([record], at=at)[0]

    def note(self, kind: str, *, at: datetime, **facts: Any) -> Line:
        """Something else that matters later: one of :data:`NOTES`."""
        if kind not in NOTES:
            raise ValueError(f"{kind!r} is no kind of entry; there are {', '.join(NOTES)}")
        return self.extend([{"entry": kind, **facts}], at=at)[0]

    def sync(self, marks: Marks | None = None, *, at: datetime, by: str = "by-hand") -> tuple[Line, ...]:
        """Write down what the gradebook has and the ledger has not: markings, and marks changed since.

        ``marks`` default to those of the class's gradebook now. ``by`` says who gave marks by hand, if that is
        known (an id, no name). Doing it twice adds nothing.
        """
        from hanoikit.classroom import ledger_marks

        found = ledger_marks.read(self.klass.root) if marks is None else marks
        records = ledger_marks.differences(self.klass.root, self._lines, found, by=by)
        return self.extend(records, at=at) if records else ()

    def sign(self, at: datetime) -> Path:
        """Sign where the ledger stands: ``ledger-head.json``, and one line more in ``ledger-heads.jsonl``.

        Nothing is signed again when the ledger has not grown since. A head that cannot be read is kept beside it, as
        ``ledger-head.json.unreadable``.
        """
        path = self.klass.root / HEAD_FILE
        try:
            before = read_head(path)
        except ArtefactUnreadable:
            before = None
            _set_aside(path)
        if before is not None and before[0].head == self.head:
            return path
        from hanoikit.trust.certificates import require_zone

        require_zone(at)
        signed = SignedHead.of(self.head, signer=self.klass.registrar, at=at)
        value = {
            "format": HEAD_FORMAT,
            "chain": signed.to_json(),
            "tree": sign_tree(self.klass, tree_of(self._lines), at).to_json(),
        }
        line = json.dumps(value, sort_keys=True).encode() + b"\n"
        # Kept first: a head that was given out must be among those that are kept.
        with (self.klass.root / HEADS_FILE).open("ab") as heads:
            heads.write(line)
            heads.flush()
            os.fsync(heads.fileno())
        put(path, json.dumps(value, indent=1, sort_keys=True).encode() + b"\n")
        return path


def read_lines(klass: Class) -> list[Line]:
    """The lines of a class's ledger for reading only; none when there is no ledger yet.

    Raises ``ArtefactUnreadable`` when it does not hold.
    """
    try:
        data = klass.ledger_path.read_bytes()
    except FileNotFoundError:
        return []
    return Chain.from_bytes(data).lines if data else []


def of_trainee(lines: Sequence[Line], trainee: str | None) -> tuple[Line, ...]:
    """The lines about one trainee, all without one."""
    return tuple(line for line in lines if trainee is None or line.record.get("trainee") == trainee)


def tree_of(lines: Sequence[Line]) -> Tree:
    """The Merkle tree over the bytes of the lines, header excluded (RFC 9162, 2.1)."""
    from hanoikit.evidence.merkle import Tree, leaf_hash

    return Tree([leaf_hash(line.raw) for line in lines])


def sign_tree(klass: Class, tree: Tree, at: datetime) -> SignedRoot:
    """The signed tree head of the class's ledger."""
    from hanoikit.evidence.seal import SignedRoot, _statement

    root, stamp = tree.root().hex(), at.isoformat()
    signature = klass.registrar.sign(_statement(root, len(tree), klass.id, stamp))
    return SignedRoot(root, len(tree), klass.id, stamp, klass.registrar.certificate, signature)


def _require_signed_lines(klass: Class, lines: Sequence[Line]) -> None:
    """A chain whose end was cut off holds in itself; going on with it would sign what is left."""
    head = max(_signed_heads(klass.root), key=lambda one: one.index, default=None)
    if head is None or head.index == 0:
        return
    if len(lines) < head.index or lines[head.index - 1].hash != head.hash:
        raise ArtefactUnreadable(
            _(
                "The ledger does not have the lines that were signed last: some are missing, or it was written anew."
            ),
            where=str(klass.ledger_path),
            next_step=_("Keep everything as it is, and see what is wrong with: hanoikit class ledger"),
        )


def _signed_heads(root: Path) -> Iterator[ChainHead]:
    """The head in ``ledger-head.json``, and the last of those that are kept: who spoils one file hides nothing."""
    with contextlib.suppress(ArtefactUnreadable):
        if (found := read_head(root / HEAD_FILE)) is not None:
            yield found[0].head
    kept = root / HEADS_FILE
    for line in reversed(kept.read_bytes().splitlines() if kept.is_file() else []):
        with contextlib.suppress(ArtefactUnreadable):
            yield parse_head(line, str(kept))[0].head
            return


def read_head(path: Path) -> tuple[SignedHead, SignedRoot] | None:
    """The signed heads in a file; ``None`` when there is none. Raises ``ArtefactUnreadable``."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    return parse_head(data, str(path))


def parse_head(data: bytes, where: str) -> tuple[SignedHead, SignedRoot]:
    """The signed heads of chain and tree. Raises ``ArtefactUnreadable`` for anything else."""
    from hanoikit.evidence.seal import SignedRoot

    try:
        value = json.loads(data)
        if value["format"] != HEAD_FORMAT:
            raise ValueError("it is of another format")
        return SignedHead.from_json(value["chain"]), SignedRoot.from_json(value["tree"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ArtefactUnreadable(
            _("The signed head of the ledger cannot be read."),
            where=where,
            next_step=_("Sign it anew with: hanoikit class ledger sign"),
        ) from error


def _set_aside(path: Path) -> None:
    """Keep a file that is no use any more, under a name that none has yet."""
    kept = path.with_name(f"{path.name}.unreadable")
    for number in itertools.count(2):
        if not kept.exists():
            break
        kept = path.with_name(f"{path.name}.unreadable-{number}")
    path.replace(kept)


def marked_record(
    trainee: str,
    assignment: str,
    hand_in: str,
    engine: str,
    questions: Mapping[str, float | None],
    maximum: float,
) -> dict[str, Any]:
    """The entry of a marking; the sum is that of the points as they are written."""
    written = {question: number(points) for question, points in sorted(questions.items())}
    total = sum((Decimal(points) for points in written.values() if points is not None), Decimal(0))
    return {
        "entry": MARKED,
        "trainee": trainee,
        "assignment": assignment,
        "hand_in": hand_in,
        "engine": engine,
        "points": number(float(total)),
        "maximum": number(maximum),
        "questions": written,
    }


def changed_record(
    trainee: str,
    assignment: str,
    question: str,
    before: float | None,
    after: float | None,
    by: str,
    reason: str,
) -> dict[str, Any]:
    """The entry of a changed mark."""
    return {
        "entry": CHANGED,
        "trainee": trainee,
        "assignment": assignment,
        "question": question,
        "before": number(before),
        "after": number(after),
        "by": by,
        "reason": reason,
    }


def number(points: float | None) -> str | None:
    """Points as the ledger has them: at most four decimals, without zeros at the end."""
    if points is None:
        return None
    text = f"{points:.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text
