"""Sealed bundles that come in through the room: into the class's ``incoming`` folder, with the registrar's receipt.

>>> counter = take(draft, klass, now=now)
>>> counter.state, counter.code
('accepted', 'K7QF-2M9X-PT3A')

``hanoikit class collect`` takes the bundles from there. Whatever came in whole stays, also a bundle that is damaged:
its receipt then says ``set-aside``, and the findings say why. The same bundle twice is one file and a ``duplicate``.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path

from hanoikit.classroom.klass import Class
from hanoikit.errors import Finding, HanoiKitError
from hanoikit.handin import bundle
from hanoikit.handin.opening import Bundle, examine
from hanoikit.handin.receipt import CounterReceipt
from hanoikit.i18n import _

FOLDER = "incoming"
ACCEPTED, DUPLICATE, SET_ASIDE = "accepted", "duplicate", "set-aside"


def folder(klass: Class) -> Path:
    """Where bundles wait to be collected."""
    made = klass.root / FOLDER
    made.mkdir(exist_ok=True)
    return made


def take(draft: Path, klass: Class, *, now: datetime) -> tuple[CounterReceipt, tuple[Finding, ...]]:
    """Give the draft its place, and sign for it; ``draft`` lies in the same folder, whole and flushed, and is gone
    after.
    """
    found = examine(draft)
    sound = found.sound and found.receipt is not None
    findings = list(found.findings)
    if sound and found.receipt is not None and found.receipt.class_id not in ("", klass.id):
        sound = False
        findings.append(
            Finding("other-class", _("This bundle was sealed for another class."), found.assignment)
        )
    ids = klass.roster.ids
    if sound and ids and found.trainee and found.trainee not in ids:
        sound = False
        message = _("Nobody in the class has the id “{id}”. It is kept; your instructor says whose it is.")
        findings.append(Finding("unknown-trainee", message.format(id=found.trainee), found.assignment))
    late, refused = _late(klass, found, now)
    if sound and refused:
        findings.append(
            Finding(
                "too-late",
                _("It came in late. Your instructor decides whether it counts; it is kept."),
                found.assignment,
            )
        )
    digest = found.sha256 or _digest(draft)
    target = draft.with_name(_name(found, digest, sound=sound))
    again = target.exists() or (klass.inbox / digest).exists()
    draft.replace(target)
    _flush(target.parent)
    state = SET_ASIDE if not sound or refused else DUPLICATE if again else ACCEPTED
    counter = CounterReceipt.sign(
        class_id=klass.id,
        trainee=found.trainee,
        assignment=found.assignment,
        code=found.receipt.code if found.receipt is not None else "",
        file=digest,
        received=now.replace(microsecond=0),
        state=state,
        signer=klass.registrar,
        late=late,
    )
    return counter, tuple(findings)


def _name(found: Bundle, digest: str, *, sound: bool) -> str:
    """A name of its own for these bytes, so that no hand-in takes the place of another."""
    if sound and found.receipt is not None:
        stem = bundle.name_of(found.receipt).removesuffix(bundle.ENDING)
        return f"{stem}--{digest[:8]}{bundle.ENDING}"
    return f"{SET_ASIDE}--{digest[:16]}{bundle.ENDING}"


def _late(klass: Class, found: Bundle, now: datetime) -> tuple[bool, bool]:
    """Whether it is late, as collecting will find it, and whether late ones of the assignment are set aside."""
    try:
        assignment = klass.assignment(found.assignment)
    except HanoiKitError:
        return False, False
    # When it was sealed, by the trainee's clock, but never later than it came.
    at = min(found.receipt.at, now) if found.receipt is not None else now
    late = assignment.due is not None and at > assignment.due
    return late, late and assignment.refuse_late


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _flush(place: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
