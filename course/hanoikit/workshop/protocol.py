"""What a trainee's kernel and the room of a workshop say to each other, as plain data with limits.

>>> JoinLine.parse("192.0.2.7:8025 k7qf 2m9z pt3a 8wqf")
JoinLine(address='https://192.0.2.7:8025', code='K7QF-2M9Z', proof='PT3A-8WQF')
>>> news({"n": 3, "kind": "hint", "question": "m04-q3", "level": 1, "lines": ["Look at the zone."]}).kind
'hint'

Both sides check what they get: a room shows nothing that a trainee's machine made up beyond these forms, and a
trainee's notebook shows nothing but lines of plain text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.trust.letters import grouped, is_good, plain

FORMAT = "hanoikit.room/2"
PORT = 8025
CODE_LENGTH = 8
"""Letters of each half of the code, the last of them a check character (:mod:`hanoikit.trust.letters`)."""
EXAMPLE = "192.0.2.7:8025 K7QF-2M9Z-PT3A-8WQF"

LONGEST_NAME = 60
LONGEST_LINE = 4_000
MOST_LINES = 60
MOST_NEWS = 40
"""As many pieces of news in one answer; the rest comes with the next."""
LARGEST_TELL = 32 << 10
LARGEST_REPLY = 2 << 20
LARGEST_BUNDLE = 64 << 20

HINT, SOLUTION, ASSIGNMENT = "hint", "solution", "assignment"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}\Z")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"
"""Needed inside words of some scripts; everything else that cannot be seen is taken out of a name."""


@dataclass(frozen=True, slots=True)
class JoinLine:
    """Where the room is, the first half of the code, and the second half where it was given."""

    address: str
    code: str
    proof: str = ""

    @classmethod
    def parse(cls, text: str) -> JoinLine:
        """Read what the instructor shows: an address and a code. Raises ``UsageError``."""
        words = text.replace("#", " ").split()
        # Where the address ends and the code begins is found by trying: both are typed with blanks inside.
        for cut in range(1, len(words)):
            letters = plain("".join(words[cut:]))
            address = _address("".join(words[:cut]))
            if address and letters is not None and len(letters) in (CODE_LENGTH, 2 * CODE_LENGTH):
                code, proof = (normal_code(half) for half in (letters[:CODE_LENGTH], letters[CODE_LENGTH:]))
                if not code or (len(letters) > CODE_LENGTH and not proof):
                    raise UsageError(
                        _("One character of the code is wrong, or two changed places: {half}.").format(
                            half=grouped(letters[CODE_LENGTH:] if code else letters[:CODE_LENGTH])
                        ),
                        next_step=_("Compare it with the instructor's screen."),
                    )
                return cls(address, code, proof)
        raise UsageError(
            _("This is no join line of a room."),
            where=text.strip()[:80],
            next_step=_(
                "Type the line on the instructor's screen: first the address with its numbers, a space, then the "
                "code. It looks like {example}"
            ).format(example=EXAMPLE),
        )

    def __str__(self) -> str:
        code = f"{self.code}-{self.proof}" if self.proof else self.code
        return f"{self.address.removeprefix('https://')} {code}"


def _address(place: str) -> str:
    """``https://host:port``; "" for what is no address. Nothing is ever sent without encryption."""
    place = place.removeprefix("http://")
    try:
        parts = urlsplit(place if "//" in place else f"https://{place}")
        host, port = parts.hostname or "", parts.port or PORT
    except ValueError:
        return ""
    if not host or parts.scheme != "https" or parts.username is not None:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"https://{host}:{port}"


def normal_code(text: str) -> str:
    """A half of a code as it is shown, whatever the case and the hyphens; "" for what is none, or has a slip."""
    letters = plain(text)
    return grouped(letters) if letters and len(letters) == CODE_LENGTH and is_good(letters) else ""


def clean_name(text: str) -> str:
    """A name as a person writes it, in any script, on one line; "" when nothing is left.

    What cannot be seen goes: control characters, and marks that turn the direction of the text around it.
    """
    text = unicodedata.normalize("NFC", text[: LONGEST_NAME * 4])
    kept = [
        " " if letter.isspace() else letter
        for letter in text
        if letter.isspace() or letter in _JOINERS or unicodedata.category(letter) not in _INVISIBLE
    ]
    # At most four marks on one letter: more only paint over the rows above and below.
    shown: list[str] = []
    marks = 0
    for letter in kept:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= 4:
            shown.append(letter)
    return " ".join("".join(shown).split())[:LONGEST_NAME].strip(" " + _JOINERS)


def is_id(value: object) -> bool:
    """Whether this can be the name of a question or an assignment."""
    return isinstance(value, str) and _ID.match(value) is not None


@dataclass(frozen=True, slots=True)
class News:
    """One thing that the instructor did: a hint, a solution, an assignment opened or closed."""

    number: int
    kind: str
    question: str = ""
    level: int = 0
    lines: tuple[str, ...] = ()
    assignment: str = ""
    title: str = ""
    state: str = ""
    due: str = ""

    def as_data(self) -> dict[str, Any]:
        data: dict[str, Any] = {"n": self.number, "kind": self.kind}
        if self.kind == ASSIGNMENT:
            return data | {
                "assignment": self.assignment,
                "title": self.title,
                "state": self.state,
                "due": self.due,
            }
        return data | {"question": self.question, "level": self.level, "lines": list(self.lines)}


def news(data: object) -> News | None:
    """A piece of news out of a reply; None for a kind that this version does not know, or of another form."""
    if not isinstance(data, Mapping) or not isinstance(data.get("n"), int) or data["n"] < 0:
        return None
    kind, number = data.get("kind"), data["n"]
    if kind in (HINT, SOLUTION):
        lines = data.get("lines")
        if not is_id(data.get("question")) or not _are_lines(lines):
            return None
        level = data.get("level")
        return News(
            number,
            kind,
            question=data["question"],
            level=level if isinstance(level, int) and 0 <= level <= 99 else 0,
            lines=tuple(lines or ()),
        )
    if kind == ASSIGNMENT and is_id(data.get("assignment")):
        title, state, due = (str(data.get(name) or "")[:200] for name in ("title", "state", "due"))
        return News(number, kind, assignment=data["assignment"], title=title, state=state, due=due)
    return None


def _are_lines(lines: object) -> bool:
    return (
        isinstance(lines, Sequence)
        and not isinstance(lines, str)
        and 0 < len(lines) <= MOST_LINES
        and all(isinstance(line, str) and len(line) <= LONGEST_LINE for line in lines)
    )
