"""Collecting: everything that trainees hand in, by stick, share, mail or exchange, comes in here and none is lost.

>>> collection = collect(klass, [Path("/media/stick"), Path("mail/Ana m04.ipynb")], now=now)
>>> [(item.shown, item.trainee, item.state) for item in collection.items]
[('stick/m01-convention--t03--51QG-9B3D-5NXE.hanoi.zip', 't03', 'accepted'), ...]

First every file goes into the inbox; then it is read; then everything that ever came in is decided together
(``collecting_deciding``), written into the ledger, placed, answered with a receipt and signed. Each step can be cut
off: run it again. Running it again without anything new changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Collection as Several
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from hanoikit.classroom import collecting_finding as finding
from hanoikit.classroom.collecting_course import STAMP
from hanoikit.classroom.collecting_deciding import (
    ASIDE,
    DUPLICATE,
    SET_ASIDE,
    Decided,
    Decision,
    Known,
    Rules,
    counting,
    decide,
    from_ledger,
    outstanding,
)
from hanoikit.classroom.collecting_inbox import Inbox
from hanoikit.classroom.collecting_placing import place, take_away, tree
from hanoikit.classroom.collecting_reading import MOST_OTHERS, SUBMITTED, Facts, Reader, parse_stamp
from hanoikit.classroom.ledger import Ledger
from hanoikit.errors import ClassroomError, Finding, UsageError
from hanoikit.i18n import _
from hanoikit.trust.certificates import require_zone
from hanoikit.workspace.delivery import put

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class
    from hanoikit.trust.chain import Line

Tell = Callable[[int, int], None]
"""Called with how many of how many things were read."""


@dataclass(frozen=True, slots=True)
class Item(Decided):
    """One hand-in of this collection. ``new`` says that the ledger did not have it so before."""

    shown: str
    decision: Decision
    new: bool

    @property
    def state(self) -> str:
        """``accepted``, ``duplicate`` or ``set-aside``."""
        return self.decision.state

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything to tell about it, the gravest first."""
        grave = {"error": 0, "warning": 1, "note": 2}
        every = (*self.decision.findings, *self.decision.told)
        return tuple(sorted(every, key=lambda one: (one.code not in ASIDE, grave[one.severity])))

    @property
    def look(self) -> bool:
        """Whether a person has to look at it."""
        return self.decision.look


@dataclass(frozen=True)
class Collection:
    """What a run of collecting found and did."""

    items: tuple[Item, ...]
    placed: tuple[tuple[str, str], ...] = ()
    passed_over: tuple[Finding, ...] = ()
    """Links, folders that cannot be read, and what the inbox does not hold any more."""
    waiting: tuple[Decision, ...] = ()
    """What lies aside from this run or an earlier one, until a person decides."""
    decisions: tuple[Decision, ...] = field(default=(), repr=False)
    entries: int = 0
    """Lines that the ledger has more."""

    @property
    def look(self) -> bool:
        """Whether a person has to look at something that was found now."""
        return any(item.look for item in self.items) or any(
            one.severity == "error" for one in self.passed_over
        )

    @property
    def new(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.new)


def collect(
    klass: Class,
    sources: Sequence[Path] = (),
    *,
    now: datetime,
    as_trainee: str = "",
    as_assignment: str = "",
    take_anyway: bool = False,
    take: Several[tuple[str, str]] = (),
    tell: Tell = lambda done, all_: None,
) -> Collection:
    """Take in what lies in ``sources`` (files and folders), in the room's ``incoming/``, in nbgrader's exchange
    and in ``submitted/``.

    ``as_trainee`` and ``as_assignment`` say whose the sources are; ``take_anyway`` takes what would be set aside, as
    far as it can be read, and ``take`` does so for hand-ins that came in before: (SHA-256, trainee) of each. Late ones
    are set aside where the assignment says so (``Assignment.refuse_late``). ``now`` is aware. Raises
    :class:`UsageError` for a source that is not there and a trainee or assignment that the class does not have,
    :class:`ClassroomError` when the class's folder cannot be written.
    """
    require_zone(now)
    _check(klass, sources, as_trainee, as_assignment)
    with Ledger.open(klass) as ledger:
        inbox = Inbox(klass.inbox)
        inbox.tidy()
        reader = Reader(klass, inbox, now=now, as_trainee=as_trainee, as_assignment=as_assignment)
        known = from_ledger(ledger.lines())
        seen, passed = _read_sources(
            reader, [*sources, *_incoming(klass, sources), *_exchange(klass, sources)], tell
        )
        plain = Reader(klass, inbox, now=now) if as_trainee or as_assignment else reader
        seen += _left_over(plain, inbox, {file for file, _who in known} | {one.file for one in seen})
        seen += _in_submitted(klass, plain, known, seen)
        inbox.sync()
        merged = dict(known)
        # What could not be taken in is only told: there is nothing to keep or to decide.
        kept_out = [Item(one.shown, _outside(one, now), True) for one in seen if not one.file]
        keys = [(_merge(merged, one, now, take_anyway=take_anyway), one) for one in seen if one.file]
        for one_key in take:
            if one_key in merged:
                merged[one_key] = replace(merged[one_key], allowed=True, dismissed="")
        decisions = decide(list(merged.values()), rules_of(klass, ledger.lines(), now))
        lines = ledger.extend(_news(decisions), at=now)
        found = {(one.facts.file, one.facts.trainee): one for one in decisions}
        fresh = {(str(line.record["file"]), str(line.record["trainee"])) for line in lines}
        wanted = counting(decisions)
        take_away(klass, reader.course, decisions, wanted)
        placed, troubles = place(klass, inbox, reader.course, wanted)
        _answer(klass, ledger, decisions)
        if ledger.lines():
            ledger.sign(now)
    passed += troubles
    items = [_item(found[key], facts, key in fresh) for key, facts in keys]
    return Collection(
        tuple(
            {(item.shown, item.trainee, item.decision.facts.file): item for item in items + kept_out}.values()
        ),
        tuple(placed),
        tuple(passed),
        tuple(outstanding(decisions)),
        tuple(decisions),
        len(lines),
    )


def _item(decision: Decision, facts: Facts, fresh: bool) -> Item:
    """The decision, with what is odd about this copy of the hand-in alone."""
    said = {one.code for one in decision.findings}
    more = tuple(one for one in facts.findings if one.code not in said and one.severity == "error")
    return Item(facts.shown, replace(decision, told=(*more, *decision.told)), fresh)


def _check(klass: Class, sources: Sequence[Path], as_trainee: str, as_assignment: str) -> None:
    for source in sources:
        if not source.exists():
            raise UsageError(
                _("There is nothing at {place}.").format(place=source),
                next_step=_("Name the folder, stick or file with the hand-ins."),
            )
        if source.resolve() == klass.root or klass.inbox in (source.resolve(), *source.resolve().parents):
            raise UsageError(
                _("This is the class itself, not a place with hand-ins."),
                where=str(source),
                next_step=_("Name the folder, stick or file with the hand-ins."),
            )
    if as_trainee and as_trainee not in klass.roster:
        raise UsageError(
            _("The roster has nobody with the id {id}.").format(id=as_trainee[:60]),
            next_step=_("See the ids with: hanoikit class roster"),
        )
    if as_assignment:
        klass.assignment(as_assignment)


def _read_sources(reader: Reader, sources: Iterable[Path], tell: Tell) -> tuple[list[Facts], list[Finding]]:
    leaves: list[finding.Leaf] = []
    passed: list[Finding] = []
    groups: list[list[finding.Piece]] = []
    for source in sources:
        try:
            found = finding.leaves(source)
        except OSError as error:
            raise ClassroomError(
                _("This cannot be read: {reason}.").format(reason=error.strerror or error),
                where=str(source),
                next_step=_("Put the stick in again, or copy the files to a folder first."),
            ) from error
        leaves += found.leaves
        passed += found.passed_over
        groups.append(_without_a_flood(finding.pieces(found.leaves, reader.course.sort), source, passed))
    pieces = [piece for group in groups for piece in group]
    facts: list[Facts] = []
    for number, piece in enumerate(pieces, 1):
        facts += reader.read(piece)
        tell(number, len(pieces))
    return facts, passed


def _without_a_flood(pieces: list[finding.Piece], source: Path, passed: list[Finding]) -> list[finding.Piece]:
    """Somebody's photographs are no hand-ins; a few files are kept to be sure, thousands would bury the others."""
    others = sum(piece.kind == "other" for piece in pieces)
    if others <= MOST_OTHERS:
        return pieces
    message = _("{count} files there are no hand-ins; they were left where they are.").format(count=others)
    passed.append(Finding("too-many", message, finding.plain_text(source.name)))
    return [piece for piece in pieces if piece.kind != "other"]


def _incoming(klass: Class, sources: Sequence[Path]) -> list[Path]:
    """Where the room of a workshop puts what is handed in through it."""
    folder = klass.root / "incoming"
    if not folder.is_dir() or not any(folder.iterdir()):
        return []
    return [] if any(source.resolve() == folder.resolve() for source in sources) else [folder]


def _exchange(klass: Class, sources: Sequence[Path]) -> list[Path]:
    """nbgrader's inbound folder of this course, where trainees hand in with ``nbgrader submit``."""
    from hanoikit.grading.trusted.layout import Layout

    layout = Layout.of(klass.root)
    root = layout.config.Exchange.get("root", "")
    inbound = Path(str(root)) / layout.course_id / "inbound" if root else None
    if inbound is None or not inbound.is_dir() or not any(inbound.iterdir()):
        return []
    return [] if any(source.resolve() == inbound.resolve() for source in sources) else [inbound]


def _outside(facts: Facts, now: datetime) -> Decision:
    return Decision(Known(facts, now), SET_ASIDE, facts.findings, False, now, "")


def _left_over(reader: Reader, inbox: Inbox, told: set[str]) -> list[Facts]:
    """Files that an earlier run put into the inbox before it was cut off."""
    names = list(inbox.left_over(told))
    facts: list[Facts] = []
    rest: list[finding.Leaf] = []
    for name in names:
        shown = PurePosixPath((inbox.shown(name) or (name,))[0])
        listed = inbox.listed(name)
        if listed is None:
            path = inbox.path(name)
            rest.append(finding.Leaf(shown, path.stat().st_size, None, path.read_bytes))
            continue
        present = {part: sha for part, sha in listed["files"].items() if inbox.path(sha).is_file()}
        contents = {part: inbox.read(sha) for part, sha in present.items()}
        problems = []
        if len(present) < len(listed["files"]):
            message = _("Only a part of its files came in before collecting was cut off.")
            problems.append(Finding("damaged", message))
        made = parse_stamp(listed["made"])
        facts.append(reader.loose(name, contents, made, shown, problems))
    for piece in finding.pieces(rest, reader.course.sort):
        facts += reader.read(piece)
    return facts


def _in_submitted(
    klass: Class, reader: Reader, known: dict[tuple[str, str], Known], seen: Sequence[Facts]
) -> list[Facts]:
    """What others put into ``submitted/``: ``nbgrader collect``, ``zip_collect``, a person."""
    folder = klass.course.root / "submitted"
    if not folder.is_dir():
        return []
    have: dict[tuple[str, str], dict[str, str]] = {}
    for facts_ in seen:
        if not any(one.code in ASIDE for one in facts_.findings):
            have.setdefault((facts_.trainee, facts_.assignment), {})[facts_.content] = facts_.stamp
    for one in known.values():
        if one.state in ("accepted", DUPLICATE):
            pair = (one.facts.trainee, one.facts.assignment)
            stamp = str((one.recorded or {}).get("stamp", ""))
            have.setdefault(pair, {})[one.facts.content] = stamp
    facts = []
    for person in sorted(
        path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")
    ):
        for place_ in sorted(path for path in person.iterdir() if path.is_dir()):
            if place_.name not in reader.course.names:
                continue
            content, files = tree(place_, reader.course, place_.name)
            contents = have.get((person.name, place_.name), {})
            if content in contents or not files:
                continue
            facts.append(_submitted(reader, place_, person.name, files, set(contents.values())))
    return facts


def _submitted(
    reader: Reader, place_: Path, trainee: str, files: dict[str, bytes], stamps: set[str]
) -> Facts:
    from hashlib import sha256

    text = files.get(STAMP, b"").decode("utf-8", "replace").strip()
    made = parse_stamp(text)
    if made is None or text in stamps:
        # Changed by hand after it was placed: then the time of the change counts.
        newest = max(path.stat().st_mtime for path in place_.rglob("*") if path.is_file())
        made = datetime.fromtimestamp(int(newest), reader.now.tzinfo)
    shown = f"submitted/{trainee}/{place_.name}"
    digests = {name: sha256(data).hexdigest() for name, data in files.items()}
    file = reader.inbox.put_list(digests, made=made.isoformat(), shown=shown, at=reader.now)
    for name, data in files.items():
        reader.inbox.put(data, shown=f"{shown}/{name}", at=reader.now)
    facts = reader.loose(file, files, made, PurePosixPath(shown), [], way=SUBMITTED)
    # The folder says whose it is and on what, whatever is in it.
    kept = tuple(one for one in facts.findings if one.code not in ("no-identity", "by-name"))
    return replace(facts, trainee=trainee, assignment=place_.name, candidates=(), findings=kept)


def _merge(
    merged: dict[tuple[str, str], Known], facts: Facts, now: datetime, *, take_anyway: bool
) -> tuple[str, str]:
    """Bring what was read now to what is known of the same hand-in; its key."""
    key = (facts.file, facts.trainee)
    if not facts.by_hand:
        decided = [one for one, known in merged.items() if one[0] == facts.file and known.facts.by_hand]
        if decided:
            return decided[0]
    before = merged.get(key)
    if before is None:
        merged[key] = Known(facts, now, allowed=take_anyway)
        return key
    better = _aside(facts) <= _aside(before.facts)
    kept = replace(facts, by_hand=facts.by_hand or before.facts.by_hand) if better else before.facts
    merged[key] = replace(before, facts=kept, allowed=before.allowed or take_anyway)
    return key


def _aside(facts: Facts) -> int:
    return sum(one.code in ASIDE for one in facts.findings)


def _news(decisions: Iterable[Decision]) -> Iterator[dict[str, Any]]:
    """The entries that the ledger lacks."""
    for one in decisions:
        if not one.facts.file:
            continue
        record = one.record()
        before = {name: value for name, value in (one.known.recorded or {}).items() if name != "salt"}
        if before != record:
            yield record


def rules_of(klass: Class, lines: Iterable[Line], now: datetime) -> Rules:
    """The class as it is now, by its settings and what its ledger says of closing."""
    closed: dict[str, datetime] = {}
    for line in lines:
        record = line.record
        if record.get("entry") == "due":
            for name in record.get("assignments", ()):
                if record.get("state") == "closed":
                    closed[name] = line.at
                elif record.get("state") == "open":
                    closed.pop(name, None)
    assignments = {one.name: one for one in klass.assignments}
    return Rules(frozenset(klass.roster.ids), assignments, now, closed)


def _answer(klass: Class, ledger: Ledger, decisions: Sequence[Decision]) -> None:
    """A counter-receipt, signed by the registrar, for each hand-in that was accepted."""
    from hanoikit.handin.receipt import CounterReceipt

    lines: dict[tuple[str, str], Line] = {
        (str(line.record["file"]), str(line.record["trainee"])): line
        for line in ledger.lines()
        if line.record.get("entry") == "hand-in"
    }
    for one in decisions:
        facts = one.facts
        line = lines.get((facts.file, facts.trainee))
        if one.state == SET_ASIDE or line is None:
            continue
        path = receipt_path(klass, facts)
        if path.is_file() and one.known.recorded is not None and line.record == one.known.recorded:
            continue
        receipt = CounterReceipt.sign(
            class_id=klass.id,
            trainee=facts.trainee,
            assignment=facts.assignment,
            code=facts.code,
            file=facts.file,
            received=one.known.received,
            state=one.state,
            late=one.late,
            line=line.index,
            signer=klass.registrar,
        )
        put(path, receipt.to_json().encode())


def receipt_path(klass: Class, facts: Facts) -> Path:
    """Where the counter-receipt of a hand-in lies."""
    name = f"{facts.assignment}--{facts.code or facts.file[:12]}.json"
    return klass.reports / "receipts" / facts.trainee / name


__all__ = ["Collection", "Item", "collect", "receipt_path", "rules_of"]
