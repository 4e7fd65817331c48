"""What an instructor's page knows besides marks: the class, its people, its dates, and where pages of trainees are.

>>> about = About.of(klass, entries, at=now, links=True)
>>> about.missing("m01-convention")
('t07', 't19')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote
from zoneinfo import ZoneInfo

from hanoikit.classroom.analysis import Entry
from hanoikit.classroom.gather_ledger import Aside
from hanoikit.labs.html import Markup, text

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class


@dataclass(frozen=True, slots=True)
class Person:
    """One trainee of the class, as a page shows them."""

    id: str
    name: str = ""
    team: str = ""

    @property
    def shown(self) -> str:
        """The name, or the id where there is none."""
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class About:
    """The class around the marks. ``due`` has the assignments that were given out, and when each is due."""

    title: str = ""
    at: datetime | None = None
    zone: ZoneInfo | None = None
    people: tuple[Person, ...] = ()
    due: Mapping[str, datetime | None] = field(default_factory=dict)
    links: bool = False
    """Whether the pages of the trainees lie in ``trainees/`` beside the page."""
    aside: tuple[Aside, ...] = ()
    """Files that came in and count for nobody."""
    broken: str = ""
    """Why the ledger cannot be read."""

    @classmethod
    def of(
        cls,
        klass: Class,
        entries: Sequence[Entry],
        *,
        at: datetime | None,
        links: bool = False,
        anonymous: bool = False,
        aside: tuple[Aside, ...] = (),
        broken: str = "",
    ) -> About:
        """The class as it is now. Assignments that nobody was given or handed in are left out."""
        people = tuple(
            Person(one.id, "" if anonymous else one.name, one.group) for one in klass.roster.present
        )
        handed_in = {entry.assignment for entry in entries}
        due = {
            one.name: one.due for one in klass.assignments if one.state != "planned" or one.name in handed_in
        }
        return cls(klass.title, at, klass.zone, people, due, links and not anonymous, aside, broken)

    def missing(self, entries: Sequence[Entry], assignment: str) -> tuple[Person, ...]:
        """Who has handed in nothing for an assignment that was given out."""
        there = {entry.trainee for entry in entries if entry.assignment == assignment}
        return tuple(one for one in self.people if one.id not in there) if assignment in self.due else ()

    def person(self, entry: Entry) -> Markup:
        """The trainee's name, with a link to their page when there is one."""
        return self.linked(Person(entry.trainee, entry.name, entry.team))

    def linked(self, one: Person) -> Markup:
        """A person's name, with a link to their page when there is one."""
        if not self.links:
            return text(one.shown)
        # Names of any script keep their own direction inside a sentence.
        return Markup(f'<a href="trainees/{escape(quote(one.id))}.html"><bdi>{escape(one.shown)}</bdi></a>')


def anonymous(entries: Sequence[Entry]) -> list[Entry]:
    """The entries without names: ids only."""
    return [replace(entry, name="") for entry in entries]
