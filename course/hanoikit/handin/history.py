"""The history of one trainee's marks: their lines of the class's grade ledger, each with a proof, and nobody else's.

>>> history = extract(lines, "t07", head=signed_tree_head, signer=registrar, at=now)      # whoever keeps the ledger
>>> history = History.from_json(Path("t07.json").read_bytes())                              # whoever it is about
>>> check(history, receipts, certificate)
[]
>>> history.standings()
(Standing(assignment='m04-evidence-chain', points=Decimal('31'), maximum=Decimal('40'), ...),)

The leaves of the tree are the bytes of the ledger's lines (header excluded); the path of each line is an inclusion
proof of RFC 9162, 2.1.3, which leads to the root that the registrar of the class signed. It shows that the line stands
in the ledger at its place, and shows no other line. A hash can be compared with a guess: that is why each record of
the ledger has a random ``salt``.

The registrar also signs the list of the lines that are the trainee's. A line that was left out can be told from that,
once anybody shows it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hanoikit.errors import Finding, HanoiKitError, ReceiptRejected, UsageError
from hanoikit.i18n import _
from hanoikit.trust.canonical import canonical
from hanoikit.trust.certificates import load_certificate, require_zone
from hanoikit.trust.identity import Identity

if TYPE_CHECKING:
    from hanoikit.evidence.merkle import Tree
    from hanoikit.evidence.seal import SignedRoot
    from hanoikit.handin.receipt import CounterReceipt, Receipt
    from hanoikit.trust.chain import Line, SignedHead

HISTORY_TYPE = "hanoikit.history/1"
FOR_ALL = frozenset({"due", "released"})
"""Entries without a trainee that everybody gets."""

_LARGEST = 64 << 20
_HASHES_MOST = 64


@dataclass(frozen=True, slots=True)
class Proven:
    """One line of the ledger, as text, and the hashes that lead from it to the root (hexadecimal)."""

    text: str
    path: tuple[str, ...]

    @property
    def value(self) -> dict[str, Any]:
        """The line's members: ``at``, ``index``, ``previous``, ``record``; empty when it is no line."""
        try:
            found = json.loads(self.text)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def index(self) -> int:
        """The number of the line in the ledger, from 1; 0 when it has none."""
        found = self.value.get("index")
        return found if type(found) is int else 0

    @property
    def record(self) -> dict[str, Any]:
        """What the line records."""
        found = self.value.get("record")
        return found if isinstance(found, dict) else {}

    @property
    def at(self) -> str:
        """The time of the line as it is written."""
        return str(self.value.get("at", ""))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one assignment stands according to a history. ``points`` are those that count now."""

    assignment: str
    points: Decimal | None
    maximum: Decimal | None
    hand_ins: tuple[str, ...] = ()
    late: bool = False
    waiting: int = 0
    changes: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """The lines of one trainee, the signed tree head that they are proven against, and the signed list of them.

    ``chain`` is the signed head of the ledger's chain, to compare with one that somebody noted; it may be missing.
    """

    class_id: str
    trainee: str
    at: datetime
    lines: tuple[Proven, ...]
    listed: tuple[int, ...]
    tree: SignedRoot
    certificate: x509.Certificate
    chain: SignedHead | None = None
    signature: bytes = field(default=b"", repr=False)

    @property
    def statement(self) -> bytes:
        """The bytes that the registrar signs: whose lines these are, and which they are."""
        return canonical(
            {
                "at": self.at.isoformat(),
                "class": self.class_id,
                "lines": list(self.listed),
                "root": self.tree.root,
                "size": self.tree.size,
                "trainee": self.trainee,
                "type": HISTORY_TYPE,
            }
        )

    def standings(self) -> tuple[Standing, ...]:
        """The mark of each assignment as the lines give it, in the order of the course. Nothing is checked here."""
        found: dict[str, _Run] = {}
        for line in self.lines:
            name = line.record.get("assignment")
            if isinstance(name, str) and line.record.get("trainee") == self.trainee:
                found.setdefault(name, _Run()).take(line)
        return tuple(found[name].standing(name) for name in sorted(found))

    def to_json(self) -> str:
        """The history as JSON text."""
        value = {
            "type": HISTORY_TYPE,
            "class": self.class_id,
            "trainee": self.trainee,
            "at": self.at.isoformat(),
            "lines": [{"line": line.text, "path": list(line.path)} for line in self.lines],
            "listed": list(self.listed),
            "tree": self.tree.to_json(),
            "chain": self.chain.to_json() if self.chain is not None else None,
            "certificate": base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode(),
            "signature": self.signature.hex(),
        }
        return json.dumps(value, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> History:
        """Read a history; nothing in it is checked here. Raises :class:`ReceiptRejected` when it is none."""
        from hanoikit.evidence.seal import SignedRoot
        from hanoikit.trust.chain import SignedHead

        try:
            if len(text) > _LARGEST:
                raise ValueError(_("it is too large"))
            value = json.loads(text)
            if value["type"] != HISTORY_TYPE:
                raise ValueError(str(value["type"])[:60])
            at = datetime.fromisoformat(value["at"])
            require_zone(at)
            return cls(
                class_id=_text(value["class"]),
                trainee=_text(value["trainee"]),
                at=at,
                lines=tuple(Proven(_text(line["line"]), _path(line["path"])) for line in value["lines"]),
                listed=tuple(_whole(number) for number in value["listed"]),
                tree=SignedRoot.from_json(value["tree"]),
                certificate=load_certificate(base64.b64decode(value["certificate"], validate=True)),
                chain=SignedHead.from_json(value["chain"]) if value["chain"] is not None else None,
                signature=bytes.fromhex(value["signature"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, HanoiKitError) as error:
            message = _("This is no history of marks, or it is damaged ({detail}).").format(
                detail=str(error)[:200]
            )
            raise ReceiptRejected(
                message,
                next_step=_("Ask the instructor for the file again."),
                findings=[Finding("history-unreadable", message)],
            ) from error


def extract(
    lines: Sequence[Line],
    trainee: str,
    *,
    head: SignedRoot,
    signer: Identity,
    at: datetime,
    chain: SignedHead | None = None,
    tree: Tree | None = None,
) -> History:
    """What the ledger holds about one trainee, with proofs; lines after the signed ``head`` are not in it.

    ``lines`` are all lines of the ledger in their order; ``tree`` is theirs, to be given when many histories are made.
    Raises ``UsageError`` when the head is not one of these lines.
    """
    from hanoikit.evidence.merkle import Tree, leaf_hash

    require_zone(at)
    if head.size > len(lines):
        raise UsageError(_("The signed head has more lines than the ledger."))
    whole = tree if tree is not None else Tree([leaf_hash(line.raw) for line in lines])
    part = whole if len(whole) == head.size else Tree([leaf_hash(line.raw) for line in lines[: head.size]])
    if part.root().hex() != head.root:
        raise UsageError(
            _("The signed head is not one of this ledger."), next_step=_("Verify the ledger: class ledger.")
        )
    own = [line for line in lines[: head.size] if concerns(line.record, trainee)]
    bare = History(
        class_id=head.case,
        trainee=trainee,
        at=at,
        lines=tuple(
            Proven(line.raw.decode(), tuple(each.hex() for each in part.inclusion_path(line.index - 1)))
            for line in own
        ),
        listed=tuple(line.index for line in own),
        tree=head,
        certificate=signer.certificate,
        chain=chain,
    )
    return replace(bare, signature=signer.sign(bare.statement))


def concerns(record: Any, trainee: str) -> bool:
    """Whether an entry of the ledger goes into this trainee's history."""
    whom = record.get("trainee")
    return whom == trainee if whom is not None else record.get("entry") in FOR_ALL


def check(
    history: History,
    receipts: Sequence[Receipt | CounterReceipt],
    certificate: x509.Certificate,
    *,
    older: Sequence[History] = (),
) -> list[Finding]:
    """Everything that is wrong or worth asking about; empty when all is well. See ``history_check``.

    ``receipts`` are the trainee's own and those of the collection; ``certificate`` is that of the class's authority, as
    it was handed out; ``older`` are histories that the trainee kept.
    """
    from hanoikit.handin.history_check import findings

    return findings(history, receipts, certificate, older)


class _Run:
    """The lines of one assignment, taken one after the other."""

    def __init__(self) -> None:
        self.hand_ins: list[str] = []
        self.late = False
        self.questions: dict[str, Decimal | None] = {}
        self.maximum: Decimal | None = None
        self.changes: list[dict[str, Any]] = []
        self.marked = False

    def take(self, line: Proven) -> None:
        record = line.record
        if record.get("entry") == "hand-in":
            self.hand_ins.append(str(record.get("code") or record.get("file") or ""))
            self.late = record.get("late") is True
        elif record.get("entry") == "marked":
            self.marked = True
            found = record.get("questions")
            self.questions = (
                {name: number(points) for name, points in found.items()} if isinstance(found, dict) else {}
            )
            self.maximum = number(record.get("maximum"))
        elif record.get("entry") == "changed":
            self.questions[str(record.get("question"))] = number(record.get("after"))
            self.changes.append({**record, "at": line.at})

    def standing(self, name: str) -> Standing:
        points = sum((one for one in self.questions.values() if one is not None), Decimal(0))
        return Standing(
            assignment=name,
            points=points if self.marked else None,
            maximum=self.maximum,
            hand_ins=tuple(self.hand_ins),
            late=self.late,
            waiting=sum(one is None for one in self.questions.values()),
            changes=tuple(self.changes),
        )


def number(value: Any) -> Decimal | None:
    """Points as a ledger writes them (text or whole number); None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    try:
        found = Decimal(value)
    except (InvalidOperation, ValueError):
        return None
    return found if found.is_finite() else None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("number")
    return value


def _path(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _HASHES_MOST:
        raise TypeError("path")
    return tuple(_text(each) for each in value)
