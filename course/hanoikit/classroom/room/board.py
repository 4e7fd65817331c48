"""The people in the room: where each is, who asks for help, who is stuck, how far the room has come.

>>> board = Board(clock=time.monotonic)
>>> member = board.join("Amal")
>>> board.told(member, Here("m04-evidence-chain", "m04-q3", seconds=400), help="", done={})
>>> [row.why for row in board.rows() if row.stuck]
['long']

Somebody is stuck who asks for help, whose self-check came out wrong three times, or who has been at a question
without an answer for twice as long as the room usually takes, and five minutes at least. ``clock`` gives seconds that
only grow.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hanoikit.errors import ServiceRefused
from hanoikit.i18n import _

MOST_MEMBERS = 200
WRONG = 3
LONG = 300.0
"""Seconds at one question before anybody is called stuck because of the time."""
LONG_ALONE = 600.0
"""The same while too few have been at the question to compare with."""
TIMES = 2.0
ENOUGH = 3
"""Others who must have been at a question before their median says anything."""
QUIET = 20.0
"""Seconds without a word after which a row says so."""
GONE = 600.0
"""Seconds without a word after which a row goes."""
_MOST_TIMES = 400

HELP, WRONG_TRIES, LONG_TIME = "help", "wrong", "long"


@dataclass(frozen=True, slots=True)
class Here:
    """Where somebody is. ``seconds`` at the question so far; ``idle`` since something happened there."""

    assignment: str
    question: str
    answered: bool = False
    seconds: float = 0.0
    wrong: int = 0
    idle: float = 0.0


@dataclass(eq=False)
class Member:
    """Somebody who joined. ``row`` is a number that says nothing about the person."""

    row: int
    name: str
    heard: float
    here: Here | None = None
    here_at: float = 0.0
    help: str = ""
    help_at: float = 0.0
    call: int = 0
    dismissed: int = 0
    """The number of a call for help that the instructor has answered, until the notebook has heard of it."""
    done: dict[str, frozenset[str]] = field(default_factory=dict)
    times: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A member as the instructor sees them. ``why`` says why somebody is stuck, "" when they are not."""

    row: int
    name: str
    assignment: str
    question: str
    answered: bool
    seconds: int
    wrong: int
    done: int
    why: str
    usual: int
    help: str
    quiet: int

    @property
    def stuck(self) -> bool:
        return bool(self.why)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the room has come with one question: counts, and the median of the seconds (None: too few)."""

    question: str
    done: int
    here: int
    stuck: int
    usual: int | None


class Board:
    """Everybody in the room."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._members: dict[int, Member] = {}
        self._last = 0

    def __len__(self) -> int:
        return len(self._members)

    def now(self) -> float:
        """Seconds on the board's clock."""
        return self._clock()

    def join(self, name: str) -> Member:
        """A new row; somebody of the same name gets a number. Raises ``ServiceRefused`` when the room is full."""
        self.sweep()
        if len(self._members) >= MOST_MEMBERS:
            raise ServiceRefused(
                _("The room is full."), code="full", status=503, next_step=_("Tell your instructor.")
            )
        taken = {member.name for member in self._members.values()}
        chosen, number = name, 1
        while chosen in taken:
            number += 1
            chosen = f"{name} ({number})"
        self._last += 1
        member = Member(self._last, chosen, self._clock())
        self._members[member.row] = member
        return member

    def leave(self, member: Member) -> None:
        """The row goes, and everything about it."""
        self._members.pop(member.row, None)

    def by_row(self, row: int) -> Member | None:
        return self._members.get(row)

    def has(self, member: Member) -> bool:
        return self._members.get(member.row) is member

    def told(
        self, member: Member, here: Here | None, *, help: str | None, done: Mapping[str, Iterable[str]]
    ) -> bool:
        """Take over what a member's notebook says; whether something to show has changed."""
        now = self._clock()
        before = (member.here, member.help, member.done, now - member.heard > QUIET)
        member.heard = now
        # Several notebooks of one person may speak: the one in which something happened last says where they are.
        if here is not None and now - here.idle >= member.here_at - 2:
            member.here, member.here_at = here, now - here.idle
            if len(member.times) < _MOST_TIMES or here.question in member.times:
                member.times[here.question] = max(member.times.get(here.question, 0.0), here.seconds)
        if help is not None and help != member.help:
            member.help, member.help_at = help, now
        if done:
            member.done = {**member.done, **{name: frozenset(found) for name, found in done.items()}}
        return before != (member.here, member.help, member.done, False)

    def sweep(self) -> bool:
        """Take out the rows that have not been heard of for long; whether there were any."""
        now = self._clock()
        gone = [row for row, member in self._members.items() if now - member.heard > GONE]
        for row in gone:
            del self._members[row]
        return bool(gone)

    def rows(self) -> list[Row]:
        """Everybody: who asks for help first (the longest first), then who is stuck, then by name."""
        now = self._clock()
        pairs = [(self._row(member, now), member) for member in self._members.values()]

        def place(pair: tuple[Row, Member]) -> tuple[int, float, str]:
            row, member = pair
            if row.why == HELP:
                return 0, member.help_at, ""
            return (1, -row.seconds, "") if row.stuck else (2, 0.0, row.name.casefold())

        return [row for row, _member in sorted(pairs, key=place)]

    def progress(
        self, assignment: str, questions: Iterable[str], rows: Sequence[Row] | None = None
    ) -> list[Progress]:
        """How far the room has come with each question of an assignment; ``rows`` when they are at hand."""
        rows = [row for row in (self.rows() if rows is None else rows) if row.question]
        found = []
        for question in questions:
            at = [row for row in rows if row.question == question]
            found.append(
                Progress(
                    question,
                    done=sum(
                        question in member.done.get(assignment, ()) for member in self._members.values()
                    ),
                    here=len(at),
                    stuck=sum(row.stuck for row in at),
                    usual=_whole(self.usual(question)),
                )
            )
        return found

    def started(self, assignment: str) -> int:
        """How many have answered something of this assignment, or are at it."""
        return sum(
            bool(member.done.get(assignment))
            or (member.here is not None and member.here.assignment == assignment)
            for member in self._members.values()
        )

    def usual(self, question: str, *, without: Member | None = None) -> float | None:
        """The median of the seconds at a question, of all but one; None when too few have been there."""
        times = [
            member.times[question]
            for member in self._members.values()
            if member is not without and member.times.get(question, 0) > 0
        ]
        return statistics.median(times) if len(times) >= ENOUGH else None

    def _row(self, member: Member, now: float) -> Row:
        here = member.here
        usual = self.usual(here.question, without=member) if here is not None else None
        why = ""
        if member.help:
            why = HELP
        elif here is not None and not here.answered:
            limit = LONG_ALONE if usual is None else max(LONG, TIMES * usual)
            why = WRONG_TRIES if here.wrong >= WRONG else LONG_TIME if here.seconds > limit else ""
        quiet = now - member.heard
        return Row(
            row=member.row,
            name=member.name,
            assignment=here.assignment if here is not None else "",
            question=here.question if here is not None else "",
            answered=here.answered if here is not None else False,
            seconds=int(here.seconds) if here is not None else 0,
            wrong=here.wrong if here is not None else 0,
            done=len(member.done.get(here.assignment, ())) if here is not None else 0,
            why=why,
            usual=_whole(usual) or 0,
            help=member.help,
            quiet=int(quiet) if quiet > QUIET else 0,
        )


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
