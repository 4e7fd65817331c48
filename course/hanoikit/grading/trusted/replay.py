"""Who handed in the same answer sheet: found across a class, before any of it is marked.

>>> same_sheets([("amal", folder_of_amal), ("bela", folder_of_bela), ("caro", folder_of_caro)])
{'amal': ('caro',), 'caro': ('amal',)}

Every sheet has an id of its own, and every answer its moment and session. Two hand-ins with one of them in common come
from one sheet. That may be a copy, a shared machine or one person's work under two names; only a person can tell.
The marks stay. Kept are a few short digests for each hand-in, whatever the size of the sheets.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from hanoikit.errors import Finding
from hanoikit.exercise.records import Header, LineUnreadable, Record
from hanoikit.grading.handin import SHEET
from hanoikit.i18n import _, ngettext

_END = 1 << 16
"""Bytes read from the beginning of a sheet, and as many from its end."""
_SOME = 2
"""Answers looked at on either end; one alone could be given at the same second by chance."""
_SHOWN = 5


def same_sheets(hand_ins: Iterable[tuple[str, Path]]) -> dict[str, tuple[str, ...]]:
    """Trainee -> the others with the same sheet, by name; who is alone with a sheet is not in it."""
    owners: dict[bytes, list[str]] = {}
    for trainee, folder in hand_ins:
        for key in _keys(folder):
            owners.setdefault(key, []).append(trainee)
    found: dict[str, set[str]] = {}
    for group in owners.values():
        for trainee in group if len(group) > 1 else ():
            found.setdefault(trainee, set()).update(one for one in group if one != trainee)
    return {trainee: tuple(sorted(others)) for trainee, others in sorted(found.items())}


def finding_of(others: tuple[str, ...]) -> Finding:
    """What a person is told."""
    more = len(others) - _SHOWN
    names = ", ".join(others[:_SHOWN])
    if more > 0:
        names += " " + ngettext("and {count} more", "and {count} more", more).format(count=more)
    message = _("The same answer sheet was handed in by {names}. The marks stay; a person has to decide.")
    return Finding("sheet-shared", message.format(names=names), SHEET)


def _keys(folder: Path) -> set[bytes]:
    """Digests of the sheet's id, and of the moments and sessions of its first and last answers."""
    try:
        place = os.open(folder / SHEET, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return set()
    try:
        about = os.fstat(place)
        if not stat.S_ISREG(about.st_mode):
            return set()
        head = os.pread(place, _END, 0)
        tail = os.pread(place, _END, max(0, about.st_size - _END))
    except OSError:
        return set()
    finally:
        os.close(place)
    return {hashlib.sha256(text.encode("utf-8", "replace")).digest()[:16] for text in _marks(head, tail)}


def _marks(head: bytes, tail: bytes) -> Iterator[str]:
    first, _feed, rest = head.partition(b"\n")
    try:
        yield f"sheet {Header.read(first).sheet}"
    except LineUnreadable:
        return
    # The ends only: a sheet that was copied and gone on with keeps its beginning, one that was cut keeps its end.
    for lines in (rest.split(b"\n", _SOME)[:_SOME], tail.rstrip(b"\n").rsplit(b"\n", _SOME)[-_SOME:]):
        if records := [record for line in lines if (record := _answer(line))]:
            yield "answers " + " ".join(
                f"{one.question} {one.at.isoformat()} {one.session}" for one in records
            )


def _answer(line: bytes) -> Record | None:
    try:
        return Record.read(line)
    except LineUnreadable:
        return None
