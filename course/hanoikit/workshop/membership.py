"""What lies in the trainee's folder while they are in a room, and what was released to them there.

>>> kept = Membership.read(private)
>>> kept.title
'Cybercrime desk, autumn'
>>> forget(private)                 # left: nothing of it stays

``.hanoikit/room.json`` is readable for its owner only and goes with the leaving. ``.hanoikit/released.json`` holds the
hints and solutions that the instructor gave; they stay, so that they can be read at home.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from hanoikit.exercise.observing import MEMBERSHIP, PRIVATE
from hanoikit.workshop.pinning import Known
from hanoikit.workshop.protocol import ASSIGNMENT, JoinLine, News, news

RELEASED = "released.json"
LONGEST = 14 * 3600.0
"""Seconds that a membership is good for, at most."""
_SKEW = 3600.0
_LARGEST = 4 << 20
_UPWARDS = 5


@dataclass(frozen=True, slots=True)
class Membership:
    """Being in a room: where it is, under which name, and the token that says so."""

    address: str
    code: str
    token: str
    name: str
    class_id: str
    title: str
    session: str
    """The room's session: another one has forgotten everything."""
    joined: str = "0"
    """Seconds since 1970, as text. A workshop lasts a day: what is older counts no more."""
    proof: str = ""
    """The second half of the code, where it was typed."""
    certificate: str = ""
    """SHA-256 of the room's certificate: only the machine that has it is told anything."""

    @classmethod
    def read(cls, private: Path, *, now: float | None = None) -> Membership | None:
        """The membership kept in this private folder; None when there is none that can be used.

        Nobody who forgot to leave is in a room on the next day, or tells a stranger's network where they are.
        """
        try:
            data = json.loads((private / MEMBERSHIP).read_text(encoding="utf-8"))
            found = cls(**{name: str(data[name]) for name in cls.__slots__})
            age = (time.time() if now is None else now) - float(found.joined)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if -_SKEW <= age <= LONGEST and found.certificate:
            return found
        forget(private)
        return None

    @property
    def line(self) -> str:
        """The line with which the room was joined."""
        return str(JoinLine(self.address, self.code, self.proof))

    @property
    def known(self) -> Known:
        """By what the room is known again."""
        return Known(fingerprint=self.certificate)

    def write(self, private: Path) -> None:
        """Keep it, for the owner's eyes only."""
        private.mkdir(parents=True, exist_ok=True)
        _put(private / MEMBERSHIP, json.dumps(asdict(self), ensure_ascii=False).encode())


def forget(private: Path) -> None:
    """Nobody of this folder is in a room any more."""
    with contextlib.suppress(OSError):
        (private / MEMBERSHIP).unlink(missing_ok=True)


def private_folder(start: Path) -> Path:
    """The private folder of the trainee's folder that ``start`` lies in; one in ``start`` where there is none."""
    for folder in (start, *start.parents)[:_UPWARDS]:
        if (folder / PRIVATE).is_dir():
            return folder / PRIVATE
    return start / PRIVATE


def released(private: Path) -> list[News]:
    """The hints and solutions that were given, in order; empty when there are none that can be read."""
    path = private / RELEASED
    try:
        if path.stat().st_size > _LARGEST:
            return []
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    found = [news(one) for one in data] if isinstance(data, list) else []
    return [one for one in found if one is not None and one.kind != ASSIGNMENT]


def keep_released(private: Path, given: Iterable[News]) -> None:
    """Keep hints and solutions beside those that are kept already."""
    before = released(private)
    known = {(one.kind, one.question, one.level): one for one in before}
    known.update({(one.kind, one.question, one.level): one for one in given if one.kind != ASSIGNMENT})
    after = list(known.values())
    if after != before:
        with contextlib.suppress(OSError):
            _put(
                private / RELEASED,
                json.dumps([one.as_data() for one in after], ensure_ascii=False).encode(),
            )


def _put(path: Path, data: bytes) -> None:
    """The whole file or nothing; ``mkstemp`` makes it readable for its owner only."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
