"""What a hand-in is and holds, read once and written down as facts; nothing is judged by who else handed in.

>>> reader = Reader(klass, inbox, now=now)
>>> [fact] = reader.read(piece)
>>> fact.trainee, fact.assignment, fact.code, [finding.code for finding in fact.findings]
('t03', 'm04-evidence-chain', 'K7QF-2M9X-PT3A', [])

Reading puts every file into the inbox first. Facts hold no names of people: they go into the ledger.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from hanoikit.classroom.collecting_content import look, scan_of
from hanoikit.classroom.collecting_course import STAMP, Course
from hanoikit.classroom.collecting_finding import (
    MOST_BYTES,
    MOST_OF_OTHERS,
    SHEET,
    ArchiveRefused,
    Leaf,
    Piece,
    clean,
    in_mail,
    in_zip,
    pieces,
    plain_text,
    text_of,
)
from hanoikit.classroom.collecting_identity import Owner, People, assignment_named, sealed_name
from hanoikit.classroom.collecting_inbox import Inbox
from hanoikit.classroom.roster import usable
from hanoikit.errors import Finding, GradingError
from hanoikit.grading import cells
from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class
    from hanoikit.handin.opening import Bundle

BUNDLE, WORK, SUBMITTED, OTHER = "bundle", "work", "submitted", "other"
EDITED = frozenset(
    {"receipt-signature", "receipt-code", "manifest-altered", "work-altered", "work-added", "work-missing"}
)
"""What ``handin.opening`` finds when somebody changed a bundle after it was sealed."""
_DEPTH = 3
_UNPACKED = 2 * 2**30
"""Bytes to which one file from a stick may unpack in all, with the archives inside it."""
MOST_OTHERS = 200
"""Files of one archive or place that are no hand-ins and are kept all the same."""
CLOCK = timedelta(minutes=10)
"""How far a trainee's clock may be ahead of the instructor's, or go wrong between an answer and the seal."""
_LONGEST_ID = 100
_EARLIEST, _LATEST = 1980, 2999
"""Years of a clock; in others a time can be moved out of the calendar by its own zone."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One hand-in as it came. ``file`` is its SHA-256 in the inbox (of its list, for loose files); ``made`` what the
    hand-in says, aware; ``stamp`` the time as nbgrader writes it; ``by_hand`` that a person said whose it is.
    """

    file: str
    way: str
    shown: str = ""
    trainee: str = ""
    assignment: str = ""
    made: datetime | None = None
    code: str = ""
    key: str = ""
    sheet: str = ""
    content: str = ""
    number: int = 0
    answers: int = 0
    blank: bool = False
    stamp: str = ""
    by_hand: bool = False
    candidates: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        # Facts go to a terminal, a page and the ledger; what a stranger wrote into them is text and nothing else.
        for name in ("shown", "trainee", "stamp"):
            object.__setattr__(self, name, plain_text(getattr(self, name)))
        if len(self.sheet) > _LONGEST_ID or plain_text(self.sheet) != self.sheet:
            sheet = hashlib.sha256(self.sheet.encode("utf-8", "surrogatepass")).hexdigest()
            object.__setattr__(self, "sheet", sheet)
        if self.made is not None and not _EARLIEST <= self.made.year <= _LATEST:
            object.__setattr__(self, "made", None)
        findings = tuple(
            replace(one, message=plain_text(one.message), where=plain_text(one.where))
            for one in self.findings
        )
        object.__setattr__(self, "findings", findings)


class Reader:
    """Reads pieces into facts. ``as_trainee`` and ``as_assignment`` are what a person said by hand."""

    def __init__(
        self, klass: Class, inbox: Inbox, *, now: datetime, as_trainee: str = "", as_assignment: str = ""
    ) -> None:
        self.klass, self.inbox, self.now = klass, inbox, now
        self.course = Course(klass)
        self.people = People(klass.roster)
        self.as_trainee, self.as_assignment = as_trainee, as_assignment
        self._room = _UNPACKED
        self._begun = klass.authority_certificate.not_valid_before_utc

    def read(self, piece: Piece, *, depth: int = 0) -> Iterator[Facts]:
        """The hand-ins in a piece; an archive may hold many."""
        if depth == 0:
            self._room = _UNPACKED
        if piece.kind == "work":
            yield self._work(piece)
            return
        if piece.kind == "bag":
            data = self._packed(piece)
            yield from self._archive(piece, data, depth)
            return
        [(_name, leaf)] = piece.files
        if piece.kind == "other" and leaf.size > MOST_OF_OTHERS:
            yield self._left(leaf)
            return
        if leaf.size > MOST_BYTES + 2**26:
            yield self._left(leaf)
            return
        try:
            data = leaf.read()
        except (OSError, ArchiveRefused) as error:
            yield self._unreadable(leaf, error)
            return
        if piece.kind == "mail" and depth < _DEPTH:
            inside = in_mail(data, leaf.path)
            if inside:
                file = self.inbox.put(data, shown=piece.shown, at=self.now)
                found = list(self._inside(inside, depth, file, piece))
                if all(one.file != file for one in found):
                    self.inbox.done(file)
                yield from found
                return
        if piece.kind == "archive" or data.startswith(b"PK\x03\x04"):
            yield from self._archive(piece, data, depth)
            return
        yield self._other(piece, data)

    # archives and bundles

    def _archive(self, piece: Piece, data: bytes, depth: int) -> Iterator[Facts]:
        from hanoikit.handin.bundle import examine

        file = self.inbox.put(data, shown=piece.shown, at=self.now)
        bundle = examine(self.inbox.path(file))
        codes = {finding.code for finding in bundle.findings}
        if codes & {"no-bundle", "nested", "several-bundles", "zip-bomb", "too-many"} and depth < _DEPTH:
            try:
                inside = in_zip(data, piece.path)
            except ArchiveRefused:
                inside = []
            self._room -= sum(leaf.size for leaf in inside)
            found = list(self._inside(inside, depth, file, piece)) if inside and self._room >= 0 else []
            if found:
                if all(one.file != file for one in found):
                    self.inbox.done(file)
                yield from found
                return
        yield self._bundle(file, piece, bundle)

    def _inside(self, inside: list[Leaf], depth: int, file: str, around: Piece) -> Iterator[Facts]:
        every = pieces(inside, self.course.sort)
        others = [piece for piece in every if piece.kind == "other"]
        if len(others) > MOST_OTHERS:
            # They are kept in the archive; each for itself they would bury the hand-ins.
            message = _("{count} files in it are no hand-ins; they stay in it.").format(count=len(others))
            finding = Finding("not-recognised", message)
            yield Facts(file, OTHER, around.shown, findings=(finding,))
            every = [piece for piece in every if piece.kind != "other"]
        for piece in every:
            yield from self.read(piece, depth=depth + 1)

    def _bundle(self, file: str, piece: Piece, bundle: Bundle) -> Facts:
        broken = [finding for finding in bundle.findings if finding.severity == "error"]
        named = sealed_name(piece.path.name)
        receipt = bundle.receipt
        # A file that cannot be unpacked is missing as well; that is damage, not a change.
        edited = bool(broken) and {finding.code for finding in broken} <= EDITED
        if broken:
            code = "edited" if edited else "empty" if broken[0].code == "empty" else "damaged"
            findings = [Finding(code, broken[0].message), *_plain(bundle.findings)]
            # A receipt whose signature holds still says whose it was, whatever became of the files.
            signed = not any(one.code.startswith("receipt-") for one in broken)
            said = receipt if receipt is not None and signed else None
            trainee = said.trainee if said else named.trainee if named else self._owner(piece.path).trainee
            assignment = said.assignment if said else named.assignment if named else ""
            facts = Facts(
                file,
                BUNDLE,
                piece.shown,
                trainee=trainee if trainee in self.people.ids else "",
                assignment=self.as_assignment or (assignment if assignment in self.course.names else ""),
                made=said.at if said else None,
                code=said.code if said else named.code if named else "",
                findings=tuple(_once(findings)),
            )
            if code != "edited":
                return facts
            # With what is in it, so that a person who knows why it was changed can take it.
            facts = self._by_hand(facts, findings)
            return self._with_content(facts, dict(bundle.files), findings)
        assert receipt is not None
        facts = Facts(
            file,
            BUNDLE,
            piece.shown,
            assignment=self.as_assignment or receipt.assignment,
            made=receipt.at,
            code=receipt.code,
            key=receipt.key,
            number=receipt.number,
            stamp="",
        )
        findings = [*_plain(bundle.findings)]
        if receipt.class_id and receipt.class_id != self.klass.id:
            message = _("It was sealed for another class ({id}).").format(id=receipt.class_id[:24])
            findings.append(Finding("other-class", message))
        if receipt.at < self._begun:
            message = _("Its clock says a time before there was this class; the time when it came in counts.")
            findings.append(Finding("clock-behind", message))
            facts = replace(facts, made=None)
        owner, problems = self._sealed_owner(receipt.trainee, receipt.name, piece.path)
        if named and receipt.trainee and named.trainee != receipt.trainee:
            message = _("The file is named as the hand-in of one person and was sealed by another.")
            problems.append(Finding("wrong-person", message, f"{named.trainee or '-'}, {receipt.trainee}"))
        # An id is what the roster could have; anything else that a file may say goes nowhere.
        trainee = owner.trainee if usable(owner.trainee) else ""
        facts = replace(facts, trainee=trainee, candidates=owner.candidates)
        facts = self._by_hand(facts, problems)
        return self._with_content(facts, dict(bundle.files), [*findings, *problems])

    def _sealed_owner(self, id: str, name: str, path: PurePosixPath) -> tuple[Owner, list[Finding]]:
        """Who sealed: the id in the receipt; by the name in it where there is no id."""
        namesakes = self.people.with_name(name) if name else ()
        if id:
            if id in self.people.ids and namesakes and id not in namesakes:
                message = _("It gives the id of one person and the name of another.")
                return Owner(id, namesakes), [Finding("wrong-person", message, ", ".join((id, *namesakes)))]
            if id not in self.people.ids and len(namesakes) == 1:
                message = _("The roster has no {id}; the name in it is that of {other}.").format(
                    id=id, other=namesakes[0]
                )
                return Owner(namesakes[0]), [Finding("by-name", message, severity="warning")]
            return Owner(id), []
        if len(namesakes) == 1:
            message = _("It gives a name and no id; by the name it is from {id}.").format(id=namesakes[0])
            return Owner(namesakes[0]), [Finding("by-name", message, severity="note")]
        owner = self._owner(path)
        return owner if not namesakes else Owner(candidates=namesakes), []

    # loose work

    def _work(self, piece: Piece) -> Facts:
        contents: dict[str, bytes] = {}
        findings = list(piece.findings)
        for name, leaf in piece.files:
            try:
                contents[name] = leaf.read()
            except (OSError, ArchiveRefused) as error:
                message = _("It cannot be read: {reason}.").format(reason=_reason(error))
                findings.append(Finding("damaged", message, leaf.path.name))
        moment = self._made(piece, contents)
        made = moment.isoformat() if moment else ""
        # The list first: if this is cut off here, the next run knows what belonged together.
        from hashlib import sha256

        digests = {name: sha256(data).hexdigest() for name, data in contents.items()}
        file = self.inbox.put_list(digests, made=made, shown=piece.shown, at=self.now)
        for name, _leaf in piece.files:
            if name in contents:
                self.inbox.put(
                    contents[name], shown=str(PurePosixPath(piece.shown).parent / name), at=self.now
                )
        return self.loose(file, contents, moment, piece.path, findings)

    def loose(
        self,
        file: str,
        contents: Mapping[str, bytes],
        made: datetime | None,
        path: PurePosixPath,
        findings: list[Finding],
        *,
        way: str = WORK,
    ) -> Facts:
        """The facts of work that came as files."""
        found, problem = self._assignment_of(contents, path)
        findings += problem
        owner = self._owner(path)
        if owner.by_family_name and not self.as_trainee:
            message = _("Taken for {id} by the family name in the file's name.").format(id=owner.trainee)
            findings.append(Finding("by-name", message, severity="note"))
        problems: list[Finding] = []
        if owner.candidates:
            message = _("The names of file and folder fit several people: {ids}.").format(
                ids=", ".join(owner.candidates)
            )
            problems.append(Finding("no-identity", message))
        stamp = contents.get(STAMP, b"")[:100].decode("utf-8", "replace").strip()
        facts = Facts(
            file,
            way,
            text_of(path),
            trainee=owner.trainee if usable(owner.trainee) else "",
            candidates=owner.candidates,
            assignment=self.as_assignment or found,
            made=made,
            stamp=stamp if parse_stamp(stamp) else "",
        )
        facts = self._by_hand(facts, problems)
        return self._with_content(facts, contents, [*findings, *problems])

    def _assignment_of(self, contents: Mapping[str, bytes], path: PurePosixPath) -> tuple[str, list[Finding]]:
        found: list[str] = []
        unreadable: list[Finding] = []
        books = [name for name in contents if name.lower().endswith(".ipynb") and "/" not in name]
        for name in books:
            try:
                sort = self.course.of_notebook(cells.parse_notebook(contents[name], name))
            except GradingError as error:
                unreadable.append(Finding("notebook-damaged", error.what, name))
                continue
            if sort:
                found.append(sort)
        sheet = self.course.of_sheet(contents[SHEET]) if SHEET in contents else ""
        named = assignment_named(path, self.course.names)
        if not found and (sheet or named):
            found = [sheet or named]
        if len(set(found)) > 1:
            named_in = [name for name in found if name == named]
            found = named_in or found
        return (found[0] if found else ""), unreadable

    def _made(self, piece: Piece, contents: Mapping[str, bytes]) -> datetime | None:
        """When it was handed in, as far as the work itself says: nbgrader's stamp, the last answer, the file's date."""
        stamp = parse_stamp(contents.get(STAMP, b"")[:100].decode("utf-8", "replace"))
        if stamp is not None:
            return stamp
        last = [record.at for record in scan_of(contents.get(SHEET, b"")).records]
        times = [leaf.at for name, leaf in piece.files if name.lower().endswith(".ipynb") and leaf.at]
        return max(last) if last else max(times) if times else None

    def _by_hand(self, facts: Facts, problems: list[Finding]) -> Facts:
        """What a person said counts more than names of files; not more than a seal."""
        if not self.as_trainee:
            return facts
        if facts.way != BUNDLE and self._named_inside(PurePosixPath(facts.shown)):
            return facts
        sealed = facts.way == BUNDLE and facts.trainee in self.people.ids
        # Somebody who typed another's id beside the own name may still be meant.
        if sealed and self.as_trainee not in (facts.trainee, *facts.candidates):
            message = _("It was sealed by one person and cannot be taken as the hand-in of another.")
            problems.append(Finding("wrong-person", message, f"{facts.trainee}, {self.as_trainee}"))
            return facts
        problems[:] = [one for one in problems if one.code not in ("no-identity", "wrong-person")]
        message = _("A person said that it is from {id}.").format(id=self.as_trainee)
        problems.append(Finding("by-hand", message, severity="note"))
        return replace(facts, trainee=self.as_trainee, by_hand=True)

    def _owner(self, path: PurePosixPath) -> Owner:
        if not self.as_trainee:
            return self.people.owner(path)
        return self._named_inside(path) or Owner(self.as_trainee)

    def _named_inside(self, path: PurePosixPath) -> Owner | None:
        """Whom a folder in an archive names: a platform's zip holds many people, and ``--as`` means the nameless."""
        inside = next((n for n, part in enumerate(path.parts) if part.casefold().endswith(".zip")), None)
        if inside is None or len(path.parts) < inside + 3:
            return None
        owner = self.people.owner(PurePosixPath(*path.parts[inside + 1 :]))
        return owner if owner.trainee and owner.trainee != self.as_trainee else None

    # what the work says

    def _with_content(self, facts: Facts, contents: Mapping[str, bytes], findings: list[Finding]) -> Facts:
        name = facts.assignment
        if name not in self.course.names:
            if name:
                message = _("The class has no assignment {name}.").format(name=name[:80])
            else:
                message = _("It is not known which assignment this is work on.")
            findings.append(Finding("unknown-assignment", message))
            assignment = name if re.fullmatch(r"[\w.-]{1,80}", name) else ""
            return replace(facts, assignment=assignment, findings=tuple(_once(findings)))
        content = look(self.course, name, contents)
        found = list(content.findings)
        # A whole course folder on a stick has the exercises that nobody has begun in it as well.
        begun = (
            facts.way != WORK
            or not content.untouched
            or clean(PurePosixPath(facts.shown).parent.name) != name
        )
        if not begun and not self.as_trainee:
            message = _("It is the assignment as it was given out; nothing was done in it.")
            found = [Finding("untouched", message, severity="warning")]
        if facts.way == BUNDLE and facts.made and content.last and content.last > facts.made + CLOCK:
            message = _(
                "Answers in it are later than its seal: a clock was set back. The last answer's time counts."
            )
            found.append(Finding("clock-back", message))
            facts = replace(facts, made=content.last)
        return replace(
            facts,
            sheet=content.sheet,
            content=content.digest,
            answers=content.answers,
            blank=content.blank,
            findings=tuple(_once([*findings, *found])),
        )

    # what is no hand-in

    def _packed(self, piece: Piece) -> bytes:
        """A bundle that a browser or a person unpacked, packed again; its files are kept as they came as well."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, leaf in sorted(piece.files):
                try:
                    data = leaf.read()
                except (OSError, ArchiveRefused):
                    continue  # what is missing then, the receipt tells
                self.inbox.done(
                    self.inbox.put(data, shown=str(PurePosixPath(piece.shown) / name), at=self.now)
                )
                archive.writestr(zipfile.ZipInfo(f"bag/{name}", (1980, 1, 1, 0, 0, 0)), data)
        return stream.getvalue()

    def _other(self, piece: Piece, data: bytes) -> Facts:
        file = self.inbox.put(data, shown=piece.shown, at=self.now)
        owner = self._owner(piece.path)
        if not data:
            finding = Finding("empty", _("The file is empty."))
        else:
            message = _("It is neither a bundle nor a notebook nor an answer sheet.")
            finding = Finding("not-recognised", message, severity="warning")
        return Facts(
            file,
            OTHER,
            piece.shown,
            trainee=owner.trainee if owner.trainee in self.people.ids else "",
            assignment=assignment_named(piece.path, self.course.names),
            findings=(finding,),
        )

    def _left(self, leaf: Leaf) -> Facts:
        message = _("It is too large for a hand-in ({size} MB) and was left where it is.")
        finding = Finding("too-large", message.format(size=leaf.size // 2**20))
        return Facts("", OTHER, str(leaf.path), findings=(finding,))

    def _unreadable(self, leaf: Leaf, error: Exception) -> Facts:
        message = _("It cannot be read: {reason}.").format(reason=_reason(error))
        owner = self._owner(leaf.path)
        return Facts(
            "",
            OTHER,
            str(leaf.path),
            trainee=owner.trainee if owner.trainee in self.people.ids else "",
            findings=(Finding("unreadable", message),),
        )


def parse_stamp(text: str) -> datetime | None:
    """nbgrader's time of a hand-in (``2026-12-01 16:00:00.000000 UTC`` and other forms), aware; None for no time."""
    text = text.strip()
    if not text:
        return None
    words = text.split(" ")
    if len(words) == 3 and words[2] in ("UTC", "GMT"):
        text = f"{words[0]} {words[1]}+00:00"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _parse_slowly(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse_slowly(text: str) -> datetime | None:
    from importlib import import_module

    try:
        moment: Any = import_module("dateutil.parser").parse(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)  # type: ignore[no-any-return]
    except (ValueError, OverflowError, TypeError):
        return None


def stamp_of(moment: datetime) -> str:
    """A time as nbgrader writes it beside a hand-in."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")


def _plain(findings: tuple[Finding, ...]) -> list[Finding]:
    """What a bundle's opening found, without the notes that mean nothing for the class."""
    return [finding for finding in findings if finding.code not in ("tag-missing", "beside")]


def _once(findings: list[Finding]) -> list[Finding]:
    return list(dict.fromkeys(findings))


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)[:200].rstrip(".")
