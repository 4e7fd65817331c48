"""Records of completion: a signed PDF for each trainee who finished, which anybody can check without a network.

>>> outcome = write_all(klass, made, klass.roster.ids, at=now)
>>> [path.name for path in outcome.written], outcome.open
(['t01.pdf', 't02.pdf'], {'t03': 'm02-offences is not passed.'})
>>> check(outcome.written[0], klass.authority_certificate).ok
True

A record says what was completed: assignments, days, points, version of the course, and the lines of the grade ledger
that stand for them. It certifies no competence, and says so. It is tagged (PDF/UA-1) and signed (PAdES) with a P-256
key of the class's registrar, because PDF viewers do not know Ed25519. A name is never left out: where the machine has
no font for it, no record is made, and the reason is told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hanoikit
from hanoikit.classroom.analysis import Entry
from hanoikit.classroom.report_parts import NOTHING, module_of
from hanoikit.errors import EvidenceError, HanoiKitError, ReceiptRejected
from hanoikit.grading import AssignmentSource, wording
from hanoikit.handin.record import ATTACHMENT, RECORD_TYPE, REGISTRAR, check, read
from hanoikit.i18n import _, direction
from hanoikit.trust.chain import Line

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class
    from hanoikit.classroom.report_making import Made
    from hanoikit.cooperation.letters_seal import Seal

__all__ = ["Outcome", "check", "open_points", "record_of", "seal_of", "write_all"]

FOLDER = "completion"
_TEMPLATE = Path(__file__).with_name("completion.typ")
_KEYS = "records"
_ABOUT_TIME = frozenset({"clock-ahead", "timestamp-unreadable", "too-late"})


@dataclass
class Outcome:
    """``written`` records, how many were there already, and why others are still open, by id."""

    written: list[Path] = field(default_factory=list)
    same: int = 0
    open: dict[str, str] = field(default_factory=dict)


def open_points(
    entries: Mapping[str, Entry], sources: Sequence[AssignmentSource], *, looked: bool = False
) -> list[str]:
    """What is still missing before a trainee has completed these assignments; empty when nothing is.

    ``looked``: a person has looked at the hand-ins that need it, and decided.
    """
    missing = []
    for source in sources:
        entry = entries.get(source.name)
        if entry is None:
            missing.append(_("{name} is not handed in.").format(name=source.name))
        elif entry.marked is None or (entry.hand_in is not None and entry.hand_in.waiting):
            missing.append(_("{name} is not marked.").format(name=source.name))
        elif not entry.marked.passed:
            missing.append(_("{name} is not passed.").format(name=source.name))
        elif entry.marked.pending:
            missing.append(_("{name} has a written answer that is not read yet.").format(name=source.name))
        elif _in_doubt(entry) and not looked:
            missing.append(
                _(
                    "A person must look at {name} first; see the report. Then run this with --trainee {id}."
                ).format(name=source.name, id=entry.trainee)
            )
    if not sources:
        missing.append(_("No assignment was given out yet."))
    return missing


def _in_doubt(entry: Entry) -> bool:
    """Whether somebody must decide whose work it is, or what its marks are; a wrong clock is no such doubt."""
    assert entry.marked is not None
    findings = (*entry.marked.findings, *(entry.hand_in.findings if entry.hand_in else ()))
    return any(one.severity == "error" and one.code not in _ABOUT_TIME for one in findings) or any(
        mark.needs_human and mark.state != "pending" for mark in entry.marked.questions
    )


def write_all(
    klass: Class, made: Made, trainees: Sequence[str], *, at: datetime, looked: bool = False
) -> Outcome:
    """Write ``completion/<id>.pdf`` for those of ``trainees`` who completed every assignment that was given out.

    The ledger is brought up to date and signed first, and notes each record. A record that still says what is true is
    left as it is. ``looked`` as in :func:`open_points`.
    Raises ``ArtefactUnreadable`` when the ledger does not hold, ``ToolMissing`` without typst.
    """
    from hanoikit.classroom.ledger import Ledger

    outcome = Outcome()
    with Ledger.open(klass) as ledger:
        ledger.sync(at=at)
        ledger.sign(at)
        for identity in trainees:
            mine = {entry.assignment: entry for entry in made.entries if entry.trainee == identity}
            if missing := open_points(mine, made.sources, looked=looked):
                outcome.open[identity] = " ".join(missing)
                continue
            person = klass.roster.get(identity)
            name = person.name if person is not None else identity
            lines = ledger.lines(identity)
            record = record_of(
                klass, identity, name, mine, made.sources, lines, ledger.head.index, ledger.head.hash
            )
            path = made.folder / FOLDER / f"{identity}.pdf"
            if _still_holds(path, record, klass):
                outcome.same += 1
                continue
            record["made"] = at.isoformat(timespec="seconds")
            try:
                pdf = typeset_record(klass, record, mine, made.sources, at=at)
            except EvidenceError as error:
                left_out = _("There is no record, because a name is never left out.")
                outcome.open[identity] = f"{left_out} {error}"
                continue
            _put(path, pdf)
            outcome.written.append(path)
            ledger.note("record", at=at, trainee=identity, file=hashlib.sha256(pdf).hexdigest())
        ledger.sign(at)
    return outcome


def record_of(
    klass: Class,
    identity: str,
    name: str,
    entries: Mapping[str, Entry],
    sources: Sequence[AssignmentSource],
    lines: Sequence[Line],
    index: int,
    head: str,
) -> dict[str, Any]:
    """The facts of a record as plain data, without the moment of its making."""
    from hanoikit.trust.identity import fingerprint

    return {
        "type": RECORD_TYPE,
        "class": {
            "id": klass.id,
            "title": klass.title,
            "certificate": fingerprint(klass.authority_certificate),
        },
        "trainee": {"id": identity, "name": name},
        "course": {"name": "Hanoi Kit", "version": hanoikit.__version__},
        "certifies": "what was completed; no competence",
        "assignments": [_assignment(source, entries[source.name], lines) for source in sources],
        "ledger": {"index": index, "hash": head},
    }


def _assignment(source: AssignmentSource, entry: Entry, lines: Sequence[Line]) -> dict[str, Any]:
    assert entry.marked is not None
    facts = entry.hand_in
    return {
        "name": source.name,
        "title": source.title,
        "text": hashlib.sha256(source.text.read_bytes()).hexdigest(),
        "handed_in": facts.at.isoformat() if facts and facts.at else "",
        "late": bool(facts and facts.late),
        "code": facts.code if facts else "",
        "file": facts.file if facts else "",
        "percent": wording.number(entry.marked.percent),
        "points": wording.number(entry.points),
        "maximum": wording.number(entry.maximum),
        "lines": [
            {"index": line.index, "entry": str(line.record["entry"]), "hash": line.hash}
            for line in _standing_for(entry, lines)
        ],
    }


def _standing_for(entry: Entry, lines: Sequence[Line]) -> list[Line]:
    """The hand-in that counts, its last marking, and the changes of marks after that."""
    found: list[Line] = []
    came: Line | None = None
    for line in lines:
        record = line.record
        if record.get("assignment") != entry.assignment:
            continue
        if record.get("entry") == "hand-in" and record.get("state") == "accepted":
            came = line
        elif record.get("entry") == "marked":
            found = [line]
        elif record.get("entry") == "changed":
            found.append(line)
    return sorted(([came] if came else []) + found, key=lambda line: line.index)


def _still_holds(path: Path, record: Mapping[str, Any], klass: Class) -> bool:
    if not path.is_file():
        return False
    try:
        data = path.read_bytes()
        before = read(data)
    except (OSError, ReceiptRejected):
        return False
    # The ledger grows all the time; what counts is whether the lines of this person are the same.
    changing = {"made", "ledger"}
    if {k: v for k, v in before.items() if k not in changing} != {
        k: v for k, v in record.items() if k not in changing
    }:
        return False
    try:
        return check(data, klass.authority_certificate).ok
    except HanoiKitError:
        return False


def typeset_record(
    klass: Class,
    record: Mapping[str, Any],
    entries: Mapping[str, Entry],
    sources: Sequence[AssignmentSource],
    *,
    at: datetime,
) -> bytes:
    """The signed PDF. Raises ``EvidenceError`` when this machine has no font for the name."""
    from hanoikit.cooperation.letters_pdf import sign_pdf
    from hanoikit.evidence.typesetting import soft, typeset

    data = soft(_content(klass, record, entries, sources, at), run=48)
    # As it is: a soft hyphen inside would make other data of it.
    data["attachment"] = {
        "name": ATTACHMENT,
        "text": json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True),
    }
    pdf, _fonts = typeset(_TEMPLATE, data, at)
    return sign_pdf(
        pdf, title=_("Record of completion"), place="", signer=seal_of(klass), timestamps=None, at=at
    )


def seal_of(klass: Class) -> Seal:
    """The registrar's key for PDF files, certified by the class's authority; made once and kept in ``keys/``."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    from hanoikit.cooperation.letters_seal import Seal, pdf_seal
    from hanoikit.trust.identity import CourseAuthority, Identity, load_certificate, pem
    from hanoikit.trust.keys import write_private

    folder = klass.root / "keys" / _KEYS
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    if certificate.is_file() and key.is_file():
        loaded = serialization.load_pem_private_key(key.read_bytes(), None)
        if isinstance(loaded, ec.EllipticCurvePrivateKey):
            return Seal(load_certificate(certificate), loaded)
    authority = Identity.load(klass.root / "keys" / "authority")
    seal = pdf_seal(klass.registrar, CourseAuthority(authority.certificate, authority.key))
    folder.mkdir(parents=True, exist_ok=True)
    write_private(
        key,
        seal.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    certificate.write_bytes(pem(seal.certificate))
    return seal


def _content(
    klass: Class,
    record: Mapping[str, Any],
    entries: Mapping[str, Entry],
    sources: Sequence[AssignmentSource],
    at: datetime,
) -> dict[str, Any]:
    moment = at.astimezone(UTC)
    days = sorted(
        entry.hand_in.at.astimezone(klass.zone).date()
        for entry in entries.values()
        if entry.hand_in is not None and entry.hand_in.at is not None
    )
    said = _("took part in the class and completed the assignments named below.")
    if days and days[0] == days[-1]:
        said = _(
            "took part in the class and completed the assignments named below, handed in on {day}."
        ).format(day=days[0].isoformat())
    elif days:
        said = _(
            "took part in the class and completed the assignments named below, handed in from {first} to {last}."
        ).format(first=days[0].isoformat(), last=days[-1].isoformat())
    return {
        "title": _("Record of completion"),
        "name": record["trainee"]["name"],
        "class": klass.title,
        "sentence": said,
        "rows": [_row(source, entries[source.name], klass) for source in sources],
        "lines": [
            {
                "index": str(line["index"]),
                "assignment": module_of(one["name"]),
                "entry": _entry_words(line["entry"]),
                "hash": line["hash"],
            }
            for one in record["assignments"]
            for line in one["lines"]
        ],
        "facts": [
            [_("Id in the class"), record["trainee"]["id"], ""],
            [_("Course"), f"Hanoi Kit {record['course']['version']}", ""],
            [_("Class"), klass.id, ""],
            [_("Certificate of the class (SHA-256)"), "", record["class"]["certificate"]],
            [
                _("Grade ledger when this was signed"),
                _("line {index}, SHA-256 of this line:").format(index=record["ledger"]["index"]),
                record["ledger"]["hash"],
            ],
        ],
        "place-date": at.astimezone(klass.zone).date().isoformat(),
        "registrar": REGISTRAR,
        "date": [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second],
        "lang": klass.language.split("_")[0],
        "rtl": direction() == "rtl",
        "labels": _labels(f"{record['trainee']['id']}.pdf"),
    }


def _row(source: AssignmentSource, entry: Entry, klass: Class) -> dict[str, str]:
    assert entry.marked is not None
    by_hand = [mark for mark in entry.marked.questions if mark.by_hand]
    facts = entry.hand_in
    day = facts.at.astimezone(klass.zone).date().isoformat() if facts and facts.at else NOTHING
    return {
        "title": f"{module_of(source.name)} · {source.title}",
        "at": day,
        "points": f"{wording.number(entry.points)} / {wording.number(entry.maximum)}",
        "written": f"{wording.number(sum(mark.counted for mark in by_hand))} / "
        f"{wording.number(sum(mark.out_of for mark in by_hand))}"
        if by_hand
        else NOTHING,
    }


def _entry_words(entry: str) -> str:
    return {
        "hand-in": _("handed in"),
        "marked": _("marked"),
        "changed": _("mark changed by a person"),
    }.get(entry, entry)


def _labels(file: str) -> dict[str, str]:
    return {
        "description": _("Record of what a trainee completed in a class of the course"),
        "attachment": _("The same facts as data"),
        "no-certificate-short": _("A record of what was completed, no certificate of competence"),
        "no-certificate": _(
            "This is a record of what was completed. It is no certificate of competence, no qualification and no "
            "authorisation to act."
        ),
        "completed": _("What was completed"),
        "assignment": _("Assignment"),
        "handed-in": _("Handed in"),
        "points": _("Points"),
        "written": _("Of these, written"),
        "points-rule": _(
            "Points of all questions, those for written answers included; the examiner track can add points. Each "
            "assignment named here was passed by the rule of the course."
        ),
        "check": _("How to check this record"),
        "check-how": _(
            "With the course and the file class-certificate.pem of the class, and without a network, run: hanoikit "
            "receipt {file}. Any PDF reader that checks signatures can tell, too, that nothing was changed; it does "
            "not know the class, so compare the fingerprint below with the one that the instructor published. The "
            "lines below stand in the trainee's own history of marks."
        ).format(file=file),
        "line": _("Line"),
        "entry": _("Entry"),
        "hash": _("SHA-256 of the line in the grade ledger"),
        "signature": _(
            "Signed electronically by the registrar of the class. The signature is inside this file."
        ),
        "page": _("Page"),
    }


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(data)
    draft.replace(path)
