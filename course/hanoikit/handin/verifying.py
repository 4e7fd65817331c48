"""Checking what a trainee holds: a bundle, a receipt, a counter-receipt, the history of the marks. Offline.

>>> checked = check_file(Path("handed-in/m04-evidence-chain--t07--K7QF-2M9X-PT3A.receipt.json"))
>>> checked.sentence
'The receipt is genuine: nothing in it was changed since it was signed.'
>>> check_file(receipt, history=Path("t07.json"), certificate=Path("class-certificate.pem")).findings
()
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from hanoikit.errors import Finding, HanoiKitError, UsageError
from hanoikit.handin import bundle, codes, record
from hanoikit.handin import history as histories
from hanoikit.handin.history import HISTORY_TYPE, History, Standing
from hanoikit.handin.me import CERTIFICATE, PRIVATE, HandOut
from hanoikit.handin.places import lay
from hanoikit.handin.receipt import COUNTER_TYPE, CounterReceipt, Receipt
from hanoikit.handin.submitting import KEPT, kept_in, size_words, workspace_of
from hanoikit.i18n import _
from hanoikit.trust.certificates import fingerprint, load_certificate

COUNTER_ENDING = ".counter-receipt.json"

_LARGEST = 64 << 20
_CHECKED = "histories"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to: one sentence, facts as (label, value), findings, and the history if there was one."""

    kind: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...] = ()
    history: History | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; warnings are questions to ask, not faults."""
        return not any(finding.severity == "error" for finding in self.findings)


def check_file(
    path: Path,
    *,
    history: Path | None = None,
    certificate: Path | None = None,
    receipts: Sequence[Receipt | CounterReceipt] | None = None,
) -> Checked:
    """Check a bundle, a receipt, a counter-receipt or a history by what it is, not by its name.

    ``certificate`` defaults to the class's certificate in the course folder, or to one beside the file; ``receipts``
    (for a history) to those under ``handed-in``. A history that holds is kept in the course folder, and the next one is
    compared with it: a ledger that was written anew shows. Raises ``UsageError`` when there is no such file,
    :class:`ReceiptRejected` for something else, ``IdentityRejected`` for a certificate that cannot be read.
    """
    path = Path(path)
    data = _read(path)
    workspace = workspace_of(path.absolute().parent)
    root = _certificate(path, certificate)
    if record.is_record(data):
        return _record(data, History.from_json(_read(Path(history))) if history is not None else None, root)
    if _is_zip(path, data):
        checked = _bundle(path)
        own: list[Receipt | CounterReceipt] = []
        if (found := bundle.examine(path).receipt) is not None:
            own.append(found)
    else:
        from hanoikit.handin.receipt import kind_of

        kind = kind_of(data)
        if kind == HISTORY_TYPE:
            return _history(
                History.from_json(data), _around(workspace) if receipts is None else receipts, root, workspace
            )
        if kind == COUNTER_TYPE:
            counter = CounterReceipt.from_json(data)
            checked, own = _counter(counter, root), [counter]
        else:
            receipt = Receipt.from_json(data)
            checked, own = _receipt(receipt), [receipt]
    if history is None or not checked.ok:
        return checked
    about = _history(History.from_json(_read(Path(history))), own, root, workspace)
    sentence = f"{checked.sentence} {about.sentence}"
    return Checked(
        checked.kind, sentence, checked.facts + about.facts, checked.findings + about.findings, about.history
    )


def histories_in(workspace: Path) -> list[Path]:
    """The histories of marks that lie in the course folder or in a folder that was put into it, the latest first."""
    found = []
    for path in _put_in(workspace, "json"):
        with contextlib.suppress(OSError, HanoiKitError):
            if HISTORY_TYPE.encode() in path.read_bytes():
                found.append((History.from_json(path.read_bytes()).at, path))
    return [path for _at, path in sorted(found, reverse=True)]


def records_in(workspace: Path) -> list[Path]:
    """The PDF files that lie there: records of completion, and others that a check then tells apart."""
    return _put_in(workspace, "pdf")


def _put_in(workspace: Path, ending: str) -> list[Path]:
    course = {"exercises", "lessons", "reference"}
    inside = [path for path in workspace.glob(f"*/*.{ending}") if path.parent.name not in course]
    found = [*workspace.glob(f"*.{ending}"), *inside]
    return sorted(path for path in found if path.is_file() and not path.parent.name.startswith("."))


def mark_words(one: Standing) -> str:
    """An assignment's mark in one line, as the ledger has it."""
    if one.points is None:
        words = _("handed in, not marked yet") if one.hand_ins else _("not handed in")
    else:
        words = _("{points} of {maximum} points").format(points=one.points, maximum=one.maximum)
    if one.waiting:
        words += ", " + _("answers that wait for a person: {count}").format(count=one.waiting)
    if one.changes:
        words += ", " + _("changed marks: {count}").format(count=len(one.changes))
    if one.late:
        words += ", " + _("late")
    return f"{one.assignment}: {words}"


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST and not str(path).endswith(".zip"):
            raise UsageError(_("The file is far too large."), where=str(path))
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            _("The file cannot be read: {why}.").format(why=error.strerror or error),
            where=str(path),
            next_step=_("Check the name; your receipts lie under {folder} in your course folder.").format(
                folder=KEPT
            ),
        ) from error


def _is_zip(path: Path, data: bytes) -> bool:
    return data.startswith(b"PK") or path.name.endswith(".zip")


def _certificate(path: Path, named: Path | None) -> x509.Certificate | None:
    """The certificate that was named, else that of the class of this course folder, else the one beside the file.

    In this order, because whoever gives out a false history can lay a certificate beside it.
    """
    if named is not None:
        return load_certificate(Path(named))
    workspace = workspace_of(path.absolute().parent)
    handed_out = HandOut.of(workspace) if workspace is not None else None
    if handed_out is not None and handed_out.certificate is not None:
        return handed_out.certificate
    beside = path.absolute().parent / CERTIFICATE
    return load_certificate(beside) if beside.is_file() else None


def _around(workspace: Path | None) -> list[Receipt | CounterReceipt]:
    """All receipts that are kept in the course folder: the trainee's own, and those of the class."""
    if workspace is None:
        return []
    found: list[Receipt | CounterReceipt] = [one.receipt for one in kept_in(workspace)]
    for path in sorted((workspace / KEPT).glob(f"*{COUNTER_ENDING}")):
        with contextlib.suppress(OSError, HanoiKitError):
            found.append(CounterReceipt.from_json(path.read_bytes()))
    return found


def _older(workspace: Path | None) -> list[History]:
    """The histories that were checked in this course folder before."""
    found = []
    for path in sorted((workspace / PRIVATE / _CHECKED).glob("*.json")) if workspace is not None else []:
        with contextlib.suppress(OSError, HanoiKitError):
            found.append(History.from_json(path.read_bytes()))
    return found


def _remember(workspace: Path | None, history: History) -> None:
    """Keep a history that holds, so that the next one can be compared with it; a full disk costs only that."""
    if workspace is None:
        return
    folder = workspace / PRIVATE / _CHECKED
    with contextlib.suppress(OSError, HanoiKitError):
        folder.mkdir(parents=True, exist_ok=True)
        lay(
            history.to_json().encode(),
            folder,
            f"{history.trainee}-{history.tree.size}-{history.tree.root[:12]}.json",
        )


def _bundle(path: Path) -> Checked:
    found = bundle.examine(path)
    facts = _facts(found.receipt) if found.receipt is not None else ()
    if found.sound:
        sentence = _("The bundle is whole: every file is as it was sealed.")
    else:
        sentence = _("This bundle is not as it was sealed.") + " " + found.advice
    return Checked("bundle", sentence, facts, found.findings)


def _receipt(receipt: Receipt) -> Checked:
    try:
        receipt.verify()
    except HanoiKitError as error:
        return Checked("receipt", _("This receipt is not genuine."), _facts(receipt), error.findings)
    sentence = _("The receipt is genuine: nothing in it was changed since it was signed.")
    return Checked("receipt", sentence, _facts(receipt))


def _counter(counter: CounterReceipt, root: x509.Certificate | None) -> Checked:
    facts = (
        (_("Code"), counter.code or "-"),
        (_("Exercise"), counter.assignment),
        (_("Trainee"), counter.trainee),
        (_("Received"), counter.received.isoformat(sep=" ", timespec="minutes")),
        (_("State"), _state(counter)),
        (_("SHA-256 of the file"), counter.file),
    )
    if root is None:
        return Checked("counter-receipt", _unchecked(), facts, (_no_certificate(),))
    try:
        person = counter.verify([root])
    except HanoiKitError as error:
        return Checked("counter-receipt", _("This counter-receipt is not genuine."), facts, error.findings)
    sentence = _("The counter-receipt is genuine: {name} signed it.").format(name=person.name)
    return Checked("counter-receipt", sentence, (*facts, (_("Code of the class"), _code(root))))


def _history(
    history: History,
    receipts: Sequence[Receipt | CounterReceipt],
    root: x509.Certificate | None,
    workspace: Path | None,
) -> Checked:
    facts = [
        (_("Trainee"), history.trainee),
        (
            _("Ledger"),
            _("{count} lines on {time}").format(
                count=history.tree.size, time=history.tree.time.isoformat(sep=" ", timespec="minutes")
            ),
        ),
        (_("Lines about you"), str(len(history.lines))),
        (_("Receipts compared"), str(len(receipts))),
    ]
    if root is None:
        return Checked("history", _unchecked(), tuple(facts), (_no_certificate(),), history)
    facts.append((_("Code of the class"), _code(root)))
    older = _older(workspace)
    found = tuple(histories.check(history, receipts, root, older=older))
    if not any(one.severity == "error" for one in found):
        _remember(workspace, history)
    if any(one.severity == "error" for one in found):
        sentence = _("The history of your marks does not hold. Show this to your instructor.")
    elif any(one.severity == "warning" for one in found):
        sentence = _("The history of your marks holds. There is something to ask about.")
    else:
        sentence = _("The history of your marks holds: every line stands in the signed ledger, and they fit.")
    return Checked("history", sentence, tuple(facts), found, history)


def _record(data: bytes, history: History | None, root: x509.Certificate | None) -> Checked:
    checked = record.check(data, root, history=history)
    return Checked("completion", checked.sentence, checked.facts, checked.findings, history)


def _facts(receipt: Receipt) -> tuple[tuple[str, str], ...]:
    return (
        (_("Code"), receipt.code),
        (_("To read out"), codes.spelled(receipt.code)),
        (_("Exercise"), receipt.assignment),
        (_("Name"), receipt.name or "-"),
        (_("Id in the class"), receipt.trainee or "-"),
        (_("Hand-in number"), str(receipt.number)),
        (_("Sealed"), receipt.at.isoformat(sep=" ", timespec="minutes")),
        (_("Work"), _("{count} files, {size}").format(count=receipt.files, size=size_words(receipt.size))),
    )


def _state(counter: CounterReceipt) -> str:
    words = {"accepted": _("accepted"), "duplicate": _("had come in before"), "set-aside": _("set aside")}
    state = words.get(counter.state, counter.state)
    return f"{state}, {_('late')}" if counter.late else state


def _code(root: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return f"{codes.code_of(root.public_bytes(Encoding.DER))} (SHA-256 {fingerprint(root)[:16]} …)"


def _unchecked() -> str:
    return _("The signature of the class was not checked: the certificate of the class is missing.")


def _no_certificate() -> Finding:
    message = _("Name the file class-certificate.pem that your instructor handed out.")
    return Finding("certificate-missing", message)
