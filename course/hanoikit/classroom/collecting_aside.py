"""What lies aside until a person decides: found by name, taken after all, or dismissed with a reason.

>>> [(one.shown, one.trainee) for one in lying(klass)]
[('stick/holiday.jpg', ''), ('stick/m01-convention--t03--51QG-9B3D-5NXE.hanoi.zip', 't03')]
>>> dismiss(klass, named(lying(klass), ["holiday.jpg"]), reason="a photo, no hand-in", now=now)
>>> take(klass, named(lying(klass), ["t03"]), now=now).items

Nothing is deleted: the file stays in the inbox, and each act is an entry of the ledger. What was dismissed is named no
more, until it is called back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hanoikit.classroom.collecting import Collection, collect, rules_of
from hanoikit.classroom.collecting_deciding import (
    ASIDE,
    SET_ASIDE,
    Decided,
    Decision,
    decide,
    from_ledger,
    outstanding,
)
from hanoikit.classroom.collecting_inbox import Inbox
from hanoikit.classroom.collecting_telling import told
from hanoikit.classroom.ledger import DISMISSED, Ledger, read_lines
from hanoikit.errors import ClassroomError, Finding, UsageError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class

_HEX = re.compile(r"[0-9a-f]{6,64}")
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Lying(Decided):
    """One hand-in that lies aside. ``shown`` is the name under which it came, ``file`` its SHA-256."""

    decision: Decision
    shown: str

    @property
    def file(self) -> str:
        return self.decision.facts.file

    @property
    def key(self) -> tuple[str, str]:
        """What the ledger knows it by."""
        return self.file, self.trainee

    @property
    def why(self) -> str:
        """The reasons for which it lies aside."""
        return " ".join(one.message for one in told(self.decision) if one.code in ASIDE)

    @property
    def dismissed(self) -> str:
        """Why it was dismissed; empty when it was not."""
        return self.decision.known.dismissed

    def fits(self, word: str) -> bool:
        """Whether somebody means this one: by id, receipt code, the beginning of the SHA-256, or name of the file.

        ``t03/m01`` is an id with the beginning of an assignment; a name may have ``*`` and ``?``.
        """
        low = word.lower()
        who, slash, what = low.partition("/")
        code = self.decision.facts.code.lower()
        if (code and low == code) or (_HEX.fullmatch(low) and self.file.startswith(low)):
            return True
        if self.trainee and who == self.trainee and (not slash or self.assignment.startswith(what)):
            return True
        names = (self.shown, PurePosixPath(self.shown).name)
        return any(fnmatchcase(name.lower(), low) or name.lower() == low for name in names)


def lying(klass: Class, *, dismissed: bool = False) -> list[Lying]:
    """What lies aside and waits for a person, the oldest first; or what was ``dismissed``."""
    lines = read_lines(klass)
    if not lines:
        return []
    decisions = decide(list(from_ledger(lines).values()), rules_of(klass, lines, lines[-1].at))
    found = (
        [one for one in decisions if one.state == SET_ASIDE and one.known.dismissed]
        if dismissed
        else outstanding(decisions)
    )
    inbox = Inbox(klass.inbox)
    made = [Lying(one, next(iter(inbox.shown(one.facts.file)), one.facts.file[:12])) for one in found]
    return sorted(made, key=lambda one: (one.decision.known.received, one.shown, one.file))


def named(there: Sequence[Lying], words: Sequence[str]) -> list[Lying]:
    """Those that are meant. A word with ``*`` or ``?`` may mean several, every other one means one.

    Raises :class:`UsageError` for a word that fits none, or more than one.
    """
    found: dict[tuple[str, str], Lying] = {}
    for word in words:
        fits = [one for one in there if one.fits(word.strip())]
        if not fits:
            raise UsageError(
                _("Nothing that lies aside is called {word}.").format(word=word[:80]),
                next_step=_("See what lies aside, and the numbers, with: hanoikit class aside"),
            )
        if len(fits) > 1 and not set("*?") & set(word):
            raise UsageError(
                _("{word} may mean {count} hand-ins.").format(word=word[:80], count=len(fits)),
                next_step=_("Name one by its number: {numbers}.").format(
                    numbers=", ".join(one.file[:8] for one in fits[:8])
                ),
                findings=[Finding("several", one.shown, one.file[:12], severity="note") for one in fits],
            )
        found.update((one.key, one) for one in fits)
    return list(found.values())


def dismiss(klass: Class, items: Sequence[Lying], *, reason: str, now: datetime) -> None:
    """Write down that a person has seen these, and why nothing comes of them.

    Raises :class:`UsageError` without a reason.
    """
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise UsageError(
            _("What is dismissed needs a reason."),
            next_step=_('For example: --because "a photo, no hand-in". Write no names: the ledger has none.'),
        )
    _write(klass, items, reason, now)


def call_back(klass: Class, items: Sequence[Lying], *, now: datetime) -> None:
    """Name these again: they wait for a person as before."""
    _write(klass, items, "", now)


def _write(klass: Class, items: Sequence[Lying], reason: str, now: datetime) -> None:
    records = [
        {
            "entry": DISMISSED,
            "trainee": one.trainee,
            "assignment": one.assignment,
            "file": one.file,
            "reason": reason,
        }
        for one in items
        if one.dismissed != reason
    ]
    if not records:
        return
    with Ledger.open(klass) as ledger:
        ledger.extend(records, at=now)
        ledger.sign(now)


def take(klass: Class, items: Sequence[Lying], *, now: datetime) -> Collection:
    """Take these after all, out of the inbox; that is written down.

    Raises :class:`ClassroomError` when one cannot be taken: there is nothing in it to mark, or nobody knows whose it
    is.
    """
    collection = collect(klass, now=now, take=[one.key for one in items])
    state = {(one.facts.file, one.facts.trainee): one for one in collection.decisions}
    if left := [one for one in items if state[one.key].state == SET_ASIDE]:
        raise ClassroomError(
            _("Not everything could be taken: {names}.").format(names=", ".join(one.shown for one in left)),
            next_step=_(
                "Ask for a new hand-in; or, where only the owner or the assignment is missing, say it with: hanoikit "
                "class collect FILE --as ID --assignment NAME"
            ),
            findings=[Finding("aside", one.why, one.shown) for one in left],
        )
    return collection
