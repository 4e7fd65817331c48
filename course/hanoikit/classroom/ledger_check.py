"""Whether the ledger of a class holds, and everything that it stands for: heads, inbox, gradebook.

>>> verify(Path("autumn"))
[]
>>> verify(Path("autumn"), heads=[Path("t03.json")])            # against what a trainee keeps
[Finding(code='fork', message='Somebody saw another line here: ...', where='line 41', ...)]
>>> history(klass, "t03")
PosixPath('.../reports/history/t03.json')

A chain that was written anew from the first line, with the class's own key, still differs from the heads that others
hold: each receipt of the collection names a line, each history a signed head.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hanoikit.classroom import ledger_marks
from hanoikit.classroom.ledger import (
    HAND_IN,
    HEAD_FILE,
    HEADS_FILE,
    KIND,
    Ledger,
    parse_head,
    read_head,
    tree_of,
)
from hanoikit.errors import ArtefactUnreadable, Finding, HanoiKitError
from hanoikit.handin.history_check import differs
from hanoikit.i18n import _
from hanoikit.trust import chain
from hanoikit.workspace.delivery import put

if TYPE_CHECKING:
    from cryptography import x509

    from hanoikit.classroom.klass import Class
    from hanoikit.evidence.merkle import Tree
    from hanoikit.evidence.seal import SignedRoot
    from hanoikit.trust.chain import Line, SignedHead

Head = tuple["SignedHead | None", "SignedRoot | None", str]
"""The signed heads of chain and tree, and where they are from."""


def verify(root: Path, *, heads: Sequence[Path] = ()) -> list[Finding]:
    """Everything that does not hold, in the order: chain, heads, inbox, gradebook; empty when all is well.

    ``heads`` are files that somebody else keeps: a ``ledger-head.json``, a history, a receipt of the collection.
    Raises ``ClassroomError`` when ``root`` has no class. Codes besides those of ``trust.chain.verify``:
    ``ledger-missing``, ``head-unreadable``, ``head-signature``, ``head-of-another``, ``root-differs``, ``unsigned``,
    ``receipt-differs``, ``receipt-without-entry``, ``inbox-missing``, ``inbox-altered``, ``mark-changed``,
    ``marks-gone``, ``mark-not-recorded``, ``marking-not-recorded``.
    """
    from hanoikit.classroom.klass import Class

    klass = Class.open(root)
    try:
        data = klass.ledger_path.read_bytes()
    except FileNotFoundError:
        if (klass.root / HEAD_FILE).exists() or (klass.root / HEADS_FILE).exists():
            message = _("There is a signed head, and the ledger that it is of is gone.")
            return [Finding("ledger-missing", message, klass.ledger_path.name)]
        return _marks(klass, [])
    findings: list[Finding] = []
    known = list(_kept(klass, findings))
    if not data and not (klass.inbox.is_dir() and any(klass.inbox.iterdir())):
        # A class in which nothing has happened has nothing to sign.
        findings = [one for one in findings if one.code != "unsigned"]
    known += [head for path in heads for head in _given(path, findings)]
    chains = [signed.head for signed, _tree, _where in known if signed is not None]
    findings = [*chain.verify(data, heads=dict.fromkeys(chains), kind=KIND, owner=klass.id), *findings]
    try:
        lines = chain.Chain.from_bytes(data).lines
    except ArtefactUnreadable:
        # What the other parts say would rest on lines that do not hold.
        return _once(findings)
    findings += _signatures(klass, known, tree_of(lines))
    signed = max((head[0].head.index for head in known if head[0] is not None), default=0)
    if signed < len(lines):
        message = _("The lines after line {number} are not signed yet.").format(number=signed)
        findings.append(Finding("unsigned", message, klass.ledger_path.name, severity="warning"))
    findings += _receipts(klass, lines, heads)
    findings += _inbox(klass, lines)
    findings += _marks(klass, lines)
    return _once(findings)


def history(klass: Class, trainee: str, *, at: datetime | None = None) -> Path | None:
    """Write ``reports/history/<id>.json``: the trainee's lines with proofs. ``None`` when nothing is signed yet.

    ``at`` defaults to the time of the signed head, so that the file is the same until the ledger grows.
    """
    from hanoikit.classroom.ledger import read_lines
    from hanoikit.handin.history import extract

    signed = read_head(klass.root / HEAD_FILE)
    if signed is None:
        return None
    head, tree = signed
    made = extract(
        read_lines(klass), trainee, head=tree, signer=klass.registrar, at=at or tree.time, chain=head
    )
    path = klass.reports / "history" / f"{trainee}.json"
    data = made.to_json().encode()
    if not path.is_file() or path.read_bytes() != data:
        put(path, data)
    return path


def histories(klass: Class) -> list[Path]:
    """The histories of everybody in the roster; the ledger is read once."""
    from hanoikit.classroom.ledger import read_lines
    from hanoikit.handin.history import extract

    signed = read_head(klass.root / HEAD_FILE)
    if signed is None:
        return []
    head, tree = signed
    lines = read_lines(klass)
    whole = tree_of(lines)
    paths = []
    for who in klass.roster:
        made = extract(lines, who.id, head=tree, signer=klass.registrar, at=tree.time, chain=head, tree=whole)
        path = klass.reports / "history" / f"{who.id}.json"
        data = made.to_json().encode()
        if not path.is_file() or path.read_bytes() != data:
            put(path, data)
        paths.append(path)
    return paths


def record_marks(root: Path, *, at: datetime, by: str = ledger_marks.BY_HAND) -> tuple[Line, ...]:
    """What ``class autograde`` and everything that shows marks call: the gradebook's marks into the ledger, signed.

    Does nothing in a course directory that is no class. Hand-ins that came past ``class collect`` (by
    ``nbgrader collect``) are taken into the inbox and the ledger first.
    """
    from hanoikit.classroom.klass import Class

    if not Class.exists(root):
        return ()
    klass = Class.open(root)
    marks = ledger_marks.read(klass.root)
    if not marks:
        return ()
    with Ledger.open(klass) as ledger:
        missing = ledger_marks.past_collecting(klass.root, ledger.lines(), marks)
    if missing:
        from hanoikit.classroom.collecting import collect

        collect(klass, now=at)
    with Ledger.open(klass) as ledger:
        lines = ledger.sync(marks, at=at, by=by)
        ledger.sign(at)
    return lines


def keep_up(root: Path, *, at: datetime) -> None:
    """As :func:`record_marks`, for commands that only show marks: a ledger that does not hold does not stop them."""
    with contextlib.suppress(ArtefactUnreadable):
        record_marks(root, at=at)


# heads


def _kept(klass: Class, findings: list[Finding]) -> Iterator[Head]:
    """The heads that the class itself kept; the last one and all before it."""
    path = klass.root / HEAD_FILE
    try:
        if (found := read_head(path)) is not None:
            yield (*found, path.name)
        else:
            message = _("The signed head of the ledger is missing.")
            findings.append(Finding("unsigned", message, path.name, severity="warning"))
    except ArtefactUnreadable as error:
        findings.append(Finding("head-unreadable", error.what, path.name))
    try:
        data = (klass.root / HEADS_FILE).read_bytes()
    except FileNotFoundError:
        return
    *whole, _torn = data.split(b"\n")
    for number, raw in enumerate(whole, 1):
        where = f"{HEADS_FILE}, " + _("line {number}").format(number=number)
        try:
            yield (*parse_head(raw, where), where)
        except ArtefactUnreadable as error:
            findings.append(Finding("head-unreadable", error.what, where))


def _given(path: Path, findings: list[Finding]) -> Iterator[Head]:
    """The heads in a file that somebody else keeps; a receipt has none, it is looked at later."""
    from hanoikit.handin.history import HISTORY_TYPE, History
    from hanoikit.handin.receipt import COUNTER_TYPE, kind_of

    try:
        data = path.read_bytes()
        kind = kind_of(data)
        if kind == COUNTER_TYPE:
            return
        if kind == HISTORY_TYPE:
            found = History.from_json(data)
            yield (found.chain, found.tree, path.name)
        else:
            yield (*parse_head(data, path.name), path.name)
    except OSError as error:
        findings.append(Finding("head-unreadable", error.strerror or str(error), path.name))
    except HanoiKitError as error:
        findings.append(Finding("head-unreadable", error.what, path.name))


def _signatures(klass: Class, heads: Sequence[Head], tree: Tree) -> Iterator[Finding]:
    roots: list[x509.Certificate] = [klass.authority_certificate]
    for signed, root, where in heads:
        try:
            if signed is not None:
                signed.verify(roots)
            if root is not None:
                root.verify(roots)
        except HanoiKitError as error:
            yield Finding("head-signature", error.what, where, ("RFC 8032 5.1.7",))
            continue
        if root is None:
            continue
        if root.case != klass.id:
            yield Finding("head-of-another", _("The head is of another class."), where)
        elif root.size > len(tree):
            message = _("Lines are missing at the end: somebody saw this log with {number} lines.")
            yield Finding("cut-off", message.format(number=root.size), where)
        elif tree.root(root.size).hex() != root.root:
            message = _(
                "The first {number} lines are not those that were signed: the ledger was written anew."
            )
            yield Finding("root-differs", message.format(number=root.size), where, ("RFC 9162 2.1.4",))


def _receipts(klass: Class, lines: Sequence[Line], given: Sequence[Path]) -> Iterator[Finding]:
    """The receipts of the collection, those that the class kept and those that were given."""
    from hanoikit.handin.receipt import COUNTER_TYPE, CounterReceipt, kind_of

    kept = sorted((klass.reports / "receipts").glob("*/*.json"))
    for path in (*kept, *given):
        try:
            data = path.read_bytes()
            if kind_of(data) != COUNTER_TYPE:
                continue
            receipt = CounterReceipt.from_json(data)
            receipt.verify([klass.authority_certificate])
        except OSError:
            continue
        except HanoiKitError as error:
            yield Finding("head-signature", error.what, path.name)
            continue
        if receipt.line == 0:
            # From the room: it was signed before there was a line.
            if not any(line.record.get("file") == receipt.file for line in lines):
                message = _(
                    "The class signed a receipt for this hand-in, and the ledger has no line about it."
                )
                yield Finding("receipt-without-entry", message, path.name)
            continue
        record = lines[receipt.line - 1].record if 0 < receipt.line <= len(lines) else {}
        if (record.get("file"), record.get("trainee")) != (receipt.file, receipt.trainee) or differs(
            record, receipt
        ):
            message = _(
                "The receipt names line {number}, and that line does not say the same of this hand-in."
            )
            yield Finding("receipt-differs", message.format(number=receipt.line), path.name)


# what the ledger stands for


def _inbox(klass: Class, lines: Sequence[Line]) -> Iterator[Finding]:
    """Every hand-in is in the inbox as it came."""
    done: set[str] = set()
    for line in lines:
        name = str(line.record.get("file", ""))
        if line.record.get("entry") != HAND_IN or not name or name in done:
            continue
        done.add(name)
        yield from _file(klass, name, line)


def _file(klass: Class, name: str, line: Line) -> Iterator[Finding]:
    where = _("line {number}").format(number=line.index)
    try:
        data = (klass.inbox / name).read_bytes()
    except OSError:
        message = _("The inbox does not have this hand-in any more.")
        yield Finding("inbox-missing", message, f"{where}, {name[:16]}")
        return
    if hashlib.sha256(data).hexdigest() != name:
        message = _("This hand-in was altered in the inbox.")
        yield Finding("inbox-altered", message, f"{where}, {name[:16]}")
        return
    if data.startswith(b'{"files":[['):
        for part in sorted({digest for _name, digest in json.loads(data)["files"]}):
            try:
                whole = hashlib.sha256((klass.inbox / part).read_bytes()).hexdigest() == part
            except OSError:
                message = _("The inbox does not have a file of this hand-in any more.")
                yield Finding("inbox-missing", message, f"{where}, {part[:16]}")
                continue
            if not whole:
                message = _("A file of this hand-in was altered in the inbox.")
                yield Finding("inbox-altered", message, f"{where}, {part[:16]}")


def _marks(klass: Class, lines: Sequence[Line]) -> list[Finding]:
    return ledger_marks.unrecorded(klass.root, lines, ledger_marks.read(klass.root))


def _once(findings: Sequence[Finding]) -> list[Finding]:
    return list(dict.fromkeys(findings))
