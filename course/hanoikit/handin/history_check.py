"""What a trainee can find wrong in the history of their marks, offline, with the functions of module 4.

>>> findings(history, receipts, certificate)
[Finding(code='change-without-reason', message='A mark was changed and no reason was given.', where='line 41', ...)]

1. Who signed: the class's certificate vouches for the registrar (``trust.certificates.verify``), the registrar's key
   signed the tree head (``evidence.seal.SignedRoot.verify``) and the list of the lines (``check_signature``).
2. Each line stands in the ledger: its hash and the path lead to the signed root (``evidence.merkle.check_inclusion``).
3. What the lines say fits: each receipt has its hand-in, each mark a hand-in, each change what was before, and a
   reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from cryptography import x509

from hanoikit.errors import Finding, HanoiKitError, IdentityRejected, ProofRejected
from hanoikit.evidence.merkle import check_inclusion, leaf_hash
from hanoikit.evidence.seal_proof import hash_from_hex
from hanoikit.handin.history import History, Proven, concerns, number
from hanoikit.handin.receipt import CounterReceipt, Receipt
from hanoikit.i18n import _
from hanoikit.trust.canonical import is_canonical
from hanoikit.trust.certificates import check_signature, verify

_MEMBERS = {"at", "index", "previous", "record"}


def findings(
    history: History,
    receipts: Sequence[Receipt | CounterReceipt],
    certificate: x509.Certificate,
    older: Sequence[History] = (),
) -> list[Finding]:
    """Everything that is wrong, in the order of the three questions above.

    Errors: ``registrar-unknown``, ``head-signature``, ``list-signature``, ``chain-signature``, ``other-class``,
    ``line-unreadable``, ``line-foreign``, ``line-altered``, ``lines-left-out``, ``lines-added``, ``chain-broken``,
    ``history-rewritten``, ``receipt-signature``, ``receipt-without-entry``, ``receipt-differs``,
    ``mark-without-hand-in``, ``sum-wrong``, ``change-does-not-follow``. Warnings: ``receipt-other``,
    ``hand-in-set-aside``, ``change-without-reason``, ``change-by-unknown``, ``marked-otherwise``. Notes:
    ``receipt-later``.
    """
    return [
        *_signatures(history, certificate),
        *_lines(history),
        *_kept(history, older),
        *_marks(history),
        *_receipts(history, receipts, certificate),
    ]


# who signed


def _signatures(history: History, certificate: x509.Certificate) -> list[Finding]:
    found: list[Finding] = []

    def attempt(code: str, where: str, act: Any) -> None:
        try:
            act()
        except HanoiKitError as error:
            reason = error.findings[0].message if error.findings else error.what
            found.append(Finding(code, f"{error.what} {reason}", where, ("RFC 5280 6.1", "RFC 8032 5.1.7")))

    attempt("registrar-unknown", _("signer"), lambda: verify(history.certificate, [certificate], history.at))
    attempt("head-signature", _("signed head"), lambda: history.tree.verify([certificate]))
    attempt(
        "list-signature",
        _("list of lines"),
        lambda: check_signature(history.certificate, history.signature, history.statement),
    )
    if history.chain is not None:
        chain = history.chain
        attempt("chain-signature", _("signed head of the chain"), lambda: chain.verify([certificate]))
        if chain.head.owner != history.class_id:
            found.append(Finding("other-class", _("The signed chain is of another class."), _("signed head")))
    if history.tree.case != history.class_id:
        found.append(Finding("other-class", _("The signed head is of another class."), _("signed head")))
    return found


# each line stands in the ledger


def _lines(history: History) -> list[Finding]:
    found: list[Finding] = []
    before: Proven | None = None
    for line in history.lines:
        where = _where(line)
        if not _is_line(line):
            found.append(Finding("line-unreadable", _("This is no line of a ledger."), where))
            continue
        if not concerns(line.record, history.trainee):
            found.append(Finding("line-foreign", _("This line is not about you."), where))
        try:
            path = [hash_from_hex(each) for each in line.path]
            root = hash_from_hex(history.tree.root)
            check_inclusion(leaf_hash(line.text.encode()), line.index - 1, history.tree.size, path, root)
        except (ValueError, ProofRejected):
            message = _("This line does not stand in the ledger like this: it was altered, or put in.")
            found.append(Finding("line-altered", message, where, ("RFC 9162 2.1.3.2",)))
        if before is not None and line.index == before.index + 1 and not _follows(line, before):
            message = _("It does not continue the line above, which is the one before it in the ledger.")
            found.append(Finding("chain-broken", message, where))
        before = line
    there = [line.index for line in history.lines]
    for index in sorted(set(history.listed) - set(there)):
        message = _("The registrar listed this line, and it is not in the file.")
        found.append(Finding("lines-left-out", message, _line(index)))
    for index in sorted(set(there) - set(history.listed)):
        message = _("The registrar did not list this line.")
        found.append(Finding("lines-added", message, _line(index)))
    if not found and there != sorted(set(there)):
        found.append(Finding("lines-added", _("Lines stand twice or in another order."), ""))
    return found


def _is_line(line: Proven) -> bool:
    value = line.value
    try:
        return (
            set(value) == _MEMBERS
            and line.index > 0
            and isinstance(value["record"], dict)
            and datetime.fromisoformat(value["at"]).utcoffset() is not None
            and is_canonical(line.text.encode(), value)
        )
    except (ValueError, TypeError, KeyError):
        return False


def _follows(line: Proven, before: Proven) -> bool:
    return bool(line.value["previous"] == hashlib.sha256(before.text.encode()).hexdigest())


def _kept(history: History, older: Sequence[History]) -> list[Finding]:
    """What a history that was kept shows about one that was given later."""
    found: list[Finding] = []
    now = {line.index: line.text for line in history.lines}
    for kept in older:
        if (kept.class_id, kept.trainee) != (history.class_id, history.trainee):
            continue
        if kept.tree.size == history.tree.size and kept.tree.root != history.tree.root:
            message = _("Two heads of one length were signed that differ: there are two ledgers.")
            found.append(Finding("history-rewritten", message, _("signed head"), ("RFC 9162 2.1.4",)))
        for line in kept.lines:
            if line.index <= history.tree.size and now.get(line.index) != line.text:
                message = _(
                    "An older history that you keep has this line, and now it is another one or gone."
                )
                found.append(Finding("history-rewritten", message, _where(line), ("RFC 9162 2.1.4",)))
    return found


# what the lines say


@dataclass
class _Known:
    """What the lines so far say about one assignment."""

    files: set[str] = field(default_factory=set)
    questions: dict[str, Decimal | None] = field(default_factory=dict)
    marked: tuple[str, str, str] = ("", "", "")
    any_mark: bool = False


def _marks(history: History) -> list[Finding]:
    found: list[Finding] = []
    known: dict[str, _Known] = {}
    for line in history.lines:
        record = line.record
        if record.get("trainee") != history.trainee:
            continue
        state = known.setdefault(str(record.get("assignment", "")), _Known())
        entry = record.get("entry")
        if entry == "hand-in":
            state.files.add(str(record.get("file", "")))
            if record.get("state") == "set-aside":
                message = _("This hand-in was set aside and is not marked: {reasons}.").format(
                    reasons=", ".join(_reasons(record)) or "?"
                )
                found.append(Finding("hand-in-set-aside", message, _where(line), severity="warning"))
        elif entry == "marked":
            found += _marking(line, state)
        elif entry == "changed":
            found += _change(line, state)
    return found


def _marking(line: Proven, state: _Known) -> list[Finding]:
    record, where = line.record, _where(line)
    found: list[Finding] = []
    points = number(record.get("points"))
    said = record.get("questions")
    questions = {str(name): number(one) for name, one in said.items()} if isinstance(said, dict) else {}
    hand_in = str(record.get("hand_in") or "")
    if hand_in not in state.files and (hand_in or points):
        message = _("There is a mark, and no hand-in that it is for.")
        found.append(Finding("mark-without-hand-in", message, where))
    total = sum((one for one in questions.values() if one is not None), Decimal(0))
    if questions and points is not None and total != points:
        message = _("The points of the questions add up to {total}, not to {points}.")
        found.append(Finding("sum-wrong", message.format(total=total, points=points), where))
    marked = (hand_in, str(record.get("engine", "")), str(record.get("points")))
    if state.any_mark and marked[:2] == state.marked[:2] and marked[2] != state.marked[2]:
        message = _("The same hand-in was marked again and got {after} points instead of {before}.")
        text = message.format(before=state.marked[2], after=marked[2])
        found.append(Finding("marked-otherwise", text, where, severity="warning"))
    state.questions, state.marked, state.any_mark = questions, marked, True
    return found


def _change(line: Proven, state: _Known) -> list[Finding]:
    record, where = line.record, _where(line)
    found: list[Finding] = []
    question = str(record.get("question", ""))
    before, after = number(record.get("before")), number(record.get("after"))
    if not state.any_mark:
        message = _("A mark was changed that there was not.")
        found.append(Finding("mark-without-hand-in", message, where))
    elif state.questions.get(question) != before:
        message = _("{question}: it says that {said} points became {after}, but {known} points stood there.")
        text = message.format(
            question=question,
            said=_shown(before),
            after=_shown(after),
            known=_shown(state.questions.get(question)),
        )
        found.append(Finding("change-does-not-follow", text, where))
    # A written answer that waited for a person has its mark as its reason.
    if before is not None and not str(record.get("reason", "")).strip():
        message = _(
            "{question}: the mark was changed from {before} to {after} and no reason was given. Ask for it."
        )
        text = message.format(question=question, before=_shown(before), after=_shown(after))
        found.append(Finding("change-without-reason", text, where, severity="warning"))
    if record.get("by") == "unknown":
        message = _("{question}: nobody says who changed this mark.").format(question=question)
        found.append(Finding("change-by-unknown", message, where, severity="warning"))
    state.questions[question] = after
    return found


# receipts


def _receipts(
    history: History, receipts: Sequence[Receipt | CounterReceipt], certificate: x509.Certificate
) -> list[Finding]:
    found: list[Finding] = []
    for receipt in receipts:
        where = _("receipt {code}").format(code=receipt.code or receipt.assignment)
        try:
            if isinstance(receipt, CounterReceipt):
                receipt.verify([certificate])
            else:
                receipt.verify()
        except (HanoiKitError, IdentityRejected) as error:
            found.append(Finding("receipt-signature", error.what, where))
            continue
        if receipt.class_id not in {"", history.class_id} or receipt.trainee not in {"", history.trainee}:
            message = _("This receipt is of another class or of another person.")
            found.append(Finding("receipt-other", message, where, severity="warning"))
            continue
        if isinstance(receipt, CounterReceipt):
            there = any(
                _is_hand_in(line, receipt) and line.record.get("file") == receipt.file
                for line in history.lines
            )
            time = receipt.received
        else:
            there = any(_is_hand_in(line, receipt) for line in history.lines)
            time = receipt.at
        if there:
            if isinstance(receipt, CounterReceipt):
                found += _compared(history, receipt, where)
            continue
        if time > history.tree.time:
            message = _("This hand-in is later than the history; ask for a new one after the collection.")
            found.append(Finding("receipt-later", message, where, severity="note"))
        else:
            message = _(
                "You have this receipt, and the ledger has no hand-in of it. Show it to your instructor."
            )
            found.append(Finding("receipt-without-entry", message, where))
    return found


def differs(record: Mapping[str, Any], receipt: CounterReceipt) -> bool:
    """Whether the line that a receipt of the class names says something else than the receipt."""
    said = (record.get("assignment"), record.get("received"), record.get("late"), record.get("state"))
    return said != (receipt.assignment, receipt.received.isoformat(), receipt.late, receipt.state)


def _compared(history: History, receipt: CounterReceipt, where: str) -> list[Finding]:
    """A later line may decide otherwise; the one that the receipt names stays what it was."""
    named = [line for line in history.lines if line.index == receipt.line]
    if receipt.line == 0 or (named and not differs(named[0].record, receipt)):
        return []
    message = _(
        "The class signed this receipt, and the line of the ledger that it names says something else."
    )
    return [Finding("receipt-differs", message, where)]


def _is_hand_in(line: Proven, receipt: Receipt | CounterReceipt) -> bool:
    record = line.record
    return (
        record.get("entry") == "hand-in"
        and record.get("assignment") == receipt.assignment
        and record.get("code", "") == receipt.code
    )


def _reasons(record: Mapping[str, Any]) -> list[str]:
    """Why a hand-in was set aside, in the ledger's words: findings as texts, or as records with a message."""
    said = record.get("findings")
    reasons = []
    for one in said if isinstance(said, list) else []:
        if isinstance(one, str):
            reasons.append(one)
        elif isinstance(one, dict) and one.get("severity", "error") == "error":
            reasons.append(str(one.get("message") or one.get("code") or ""))
    return [reason.rstrip(".") for reason in reasons if reason]


def _shown(points: Decimal | None) -> str:
    return _("no") if points is None else str(points)


def _where(line: Proven) -> str:
    return _line(line.index)


def _line(index: int) -> str:
    return _("line {number}").format(number=index)
