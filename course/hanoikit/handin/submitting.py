"""Handing in one exercise of a course folder: sealed, kept, laid where it is to go, and not twice without need.

>>> done = hand_in(Path("hanoi-kit"), "m04-evidence-chain", to=Path("/media/stick"), at=now)
>>> done.receipt.code, done.path.name, done.repeated
('K7QF-2M9X-PT3A', 'm04-evidence-chain--t07--K7QF-2M9X-PT3A.hanoi.zip', False)
>>> hand_in(Path("hanoi-kit"), "m04-evidence-chain", to=Path("/media/stick"), at=later).repeated
True

A copy of every bundle and of its receipt stays under ``handed-in`` in the course folder. When nothing changed since the
last hand-in, the same bundle is given again, with the same code; when something did, a further one is made and gets
the next number. Both are kept, and the collection counts the last one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hanoikit.errors import Finding, HandInError, HanoiKitError, UsageError
from hanoikit.exercise.sheet import Sheet
from hanoikit.handin import bundle
from hanoikit.handin.files import delivered_with_course, take
from hanoikit.handin.me import PRIVATE, HandOut, Me
from hanoikit.handin.places import lay
from hanoikit.handin.receipt import Receipt
from hanoikit.i18n import _

KEPT = "handed-in"
EXERCISES = "exercises"
RECEIPT_ENDING = ".receipt.json"
MAIL_SIZE = 10 * 2**20
"""Bytes from which on many mail services refuse an attachment (coded for mail it is a third larger)."""

_UPWARDS = 5
_QUESTION = re.compile(r"m\d\d-q\d+")


@dataclass(frozen=True, slots=True)
class Kept:
    """A hand-in of which the bundle lies under ``handed-in``; ``path`` may be missing when somebody removed it."""

    path: Path
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Exercise:
    """An exercise of the course folder and how far it is: questions asked with a control, those answered, hand-ins so
    far. ``others`` are the questions that are done with files, text or code: whether they are, nobody knows before
    the marking.
    """

    name: str
    title: str
    folder: Path
    asked: tuple[str, ...]
    answered: tuple[str, ...]
    handed_in: tuple[Kept, ...]
    others: tuple[str, ...] = ()

    @property
    def open(self) -> tuple[str, ...]:
        """The questions without an answer."""
        return tuple(question for question in self.asked if question not in self.answered)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What a hand-in came to. ``path`` is where the bundle went, ``kept`` the copy in the course folder (the same when
    it went nowhere else); ``repeated`` when nothing had changed since the last one.
    """

    receipt: Receipt
    path: Path
    kept: Path
    size: int
    answered: int
    findings: tuple[Finding, ...]
    repeated: bool


def workspace_of(start: Path) -> Path | None:
    """The course folder that ``start`` lies in; None when it lies in none."""
    start = Path(start).absolute()
    return next(
        (folder for folder in (start, *start.parents)[:_UPWARDS] if (folder / PRIVATE).is_dir()), None
    )


def exercises(workspace: Path) -> list[Exercise]:
    """The exercises that lie in the course folder, in the order of the course."""
    folder = workspace / EXERCISES
    kept = kept_in(workspace)
    return [
        _exercise(path, [one for one in kept if one.receipt.assignment == path.name])
        for path in (sorted(folder.iterdir()) if folder.is_dir() else [])
        if path.is_dir() and any(path.glob("*.ipynb"))
    ]


def exercise(workspace: Path, words: str) -> Exercise:
    """The exercise that a person names: its name, its module (``m04``, ``4``), its folder or its notebook.

    Raises ``UsageError`` with the names there are.
    """
    wanted = words.strip().rstrip("/\\").replace("\\", "/").rpartition("/")[2].removesuffix(".ipynb").lower()
    module = f"m{int(wanted):02d}" if wanted.isdecimal() and len(wanted) < 3 else wanted
    every = exercises(workspace)
    found = [one for one in every if one.name == wanted] or [
        one for one in every if one.name.partition("-")[0] == module
    ]
    if len(found) == 1:
        return found[0]
    raise UsageError(
        _("There is no exercise {name} in your course folder.").format(name=words[:80])
        if not found
        else _("Several exercises have this name."),
        where=str(workspace),
        next_step=_("Its exercises are: {names}.").format(
            names=", ".join(one.name for one in every) or _("none")
        ),
    )


def kept_in(workspace: Path) -> list[Kept]:
    """The hand-ins so far, oldest first, by the receipts under ``handed-in``; a damaged receipt counts as none."""
    folder = workspace / KEPT
    found = []
    for path in sorted(folder.glob(f"*{RECEIPT_ENDING}")) if folder.is_dir() else []:
        try:
            receipt = Receipt.from_json(path.read_bytes())
            receipt.verify()
        except (OSError, HanoiKitError):
            continue
        found.append(Kept(path.with_name(path.name.removesuffix(RECEIPT_ENDING) + bundle.ENDING), receipt))
    return sorted(found, key=lambda one: (one.receipt.at, one.receipt.number))


def hand_in(
    workspace: Path,
    assignment: str,
    *,
    at: datetime,
    to: Path | None = None,
    me: Me | None = None,
    again: bool = False,
) -> HandedIn:
    """Seal an exercise of the course folder, keep it under ``handed-in``, and lay it into the folder ``to``.

    ``at`` is aware; ``again`` makes a new bundle although nothing changed. Raises ``UsageError`` when nobody has said
    who works here, and :class:`HandInError` when there is nothing to hand in or a place refuses: then the message says
    where the sealed copy is.
    """
    me = Me.of(workspace) if me is None else me
    if not me.who:
        raise UsageError(
            _("A hand-in needs your name."),
            next_step=_('Give it once: on the page “Hand in”, or with hanoikit submit --name "Your Name".'),
        )
    found = exercise(workspace, assignment)
    handed_out = HandOut.of(workspace)
    class_id = handed_out.id if handed_out is not None else ""
    taken = take(found.folder, found.name, delivered=delivered_with_course(workspace, found.folder))
    last = None if again else _same_as(found.handed_in, taken.files, me, class_id)
    if last is not None:
        data, receipt = last.path.read_bytes(), last.receipt
    else:
        number = max((one.receipt.number for one in found.handed_in), default=0) + 1
        data, receipt = bundle.pack(
            taken, assignment=found.name, who=me.who, key=me.key, class_id=class_id, at=at, number=number
        )
    kept = _keep(workspace / KEPT, data, receipt)
    path = kept if to is None else _lay_out(data, to, receipt, kept)
    return HandedIn(
        receipt=receipt,
        path=path,
        kept=kept,
        size=len(data),
        answered=taken.answered,
        findings=(*taken.findings, *_about_time(handed_out, receipt)),
        repeated=last is not None,
    )


def mail(done: HandedIn) -> tuple[str, str]:
    """Subject and text of a mail to which the bundle is attached."""
    receipt = done.receipt
    subject = _("Hand-in {assignment}, {who}, {code}").format(
        assignment=receipt.assignment, who=receipt.name or receipt.trainee, code=receipt.code
    )
    text = _(
        "Hello,\n\nattached is my hand-in.\n\nExercise: {assignment}\nName: {name}\nId in the class: {id}\n"
        "Hand-in number: {number}\nSealed: {at}\nCode: {code}\nFile: {file} ({size})\n\n"
        "Please collect the attached file as it is, without opening or packing it again.\n"
    ).format(
        assignment=receipt.assignment,
        name=receipt.name or "-",
        id=receipt.trainee or "-",
        number=receipt.number,
        at=receipt.at.strftime("%Y-%m-%d %H:%M %z"),
        code=receipt.code,
        file=done.kept.name,
        size=size_words(done.size),
    )
    return subject, text


def numbers(questions: Sequence[str]) -> str:
    """Questions as people name them: ``"4, 5, 12"`` for ``m04-q4``, ``m04-q5`` and ``m04-q12``."""
    return ", ".join(question.rpartition("-q")[2] for question in questions)


def size_words(size: int) -> str:
    """A number of bytes for people: ``"81 kB"``, ``"2.4 MB"``."""
    if size < 999_500:
        return _("{number} kB").format(number=max(1, round(size / 1000)))
    return _("{number} MB").format(number=f"{size / 1_000_000:.1f}")


def _exercise(folder: Path, kept: Sequence[Kept]) -> Exercise:
    title, asked, others = _questions(folder / f"{folder.name}.ipynb")
    try:
        answered = tuple(Sheet.in_folder(folder, assignment=folder.name).answers())
    except HanoiKitError:
        answered = ()
    return Exercise(folder.name, title or folder.name, folder, asked, answered, tuple(kept), others)


def _questions(notebook: Path) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The title of a notebook, the questions in it that have a control, and those that have none."""
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        marks = [cell.get("metadata", {}).get("nbgrader", {}) for cell in content["cells"]]
        named = [(str(mark.get("grade_id", "")), mark.get("grade") is True) for mark in marks]
        title = content["metadata"].get("hanoikit", {}).get("title", "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "", (), ()
    asked = tuple(name.removesuffix("-ask") for name, _grade in named if name.endswith("-ask"))
    graded = (name for name, grade in named if grade and _QUESTION.fullmatch(name))
    return str(title), asked, tuple(name for name in graded if name not in asked)


def _same_as(kept: Sequence[Kept], files: Mapping[str, bytes], me: Me, class_id: str) -> Kept | None:
    """The last hand-in, when it holds exactly this work of this person and is still sound."""
    if not kept:
        return None
    last = kept[-1]
    manifest = bundle.manifest_of({f"data/{name}": data for name, data in files.items()})
    said = (last.receipt.manifest, last.receipt.trainee, last.receipt.name, last.receipt.class_id)
    if said != (hashlib.sha256(manifest).hexdigest(), me.id, me.name, class_id):
        return None
    return last if bundle.examine(last.path).sound else None


def _keep(folder: Path, data: bytes, receipt: Receipt) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HandInError(
            _("The copy of the hand-in cannot be kept: {why}.").format(why=error.strerror or error),
            where=str(folder),
            next_step=_("Free some room, or copy the whole course folder to a place where you may write."),
        ) from error
    name = bundle.name_of(receipt)
    kept = lay(data, folder, name, check=lambda path: bundle.examine(path).sound)
    lay(receipt.to_json().encode(), folder, name.removesuffix(bundle.ENDING) + RECEIPT_ENDING)
    return kept


def _lay_out(data: bytes, to: Path, receipt: Receipt, kept: Path) -> Path:
    try:
        return lay(data, to, bundle.name_of(receipt), check=lambda path: bundle.examine(path).sound)
    except HandInError as error:
        message = _("Your work is sealed and kept: {path}. It is not handed in yet.").format(path=kept)
        error.findings = (*error.findings, Finding("kept", message, severity="note"))
        raise


def _about_time(handed_out: HandOut | None, receipt: Receipt) -> list[Finding]:
    due = handed_out.due.get(receipt.assignment) if handed_out is not None else None
    if due is None or receipt.at <= due:
        return []
    message = _("It was due at {time}. It is taken all the same and counts as late.")
    return [
        Finding("late", message.format(time=due.strftime("%Y-%m-%d %H:%M %z")), severity="warning"),
    ]
