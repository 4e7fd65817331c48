"""Days of a course: what is taught when, with minutes that come from the lessons and times that add up.

>>> plan = read(resources.guide() / "agendas.yaml")["two-days"]
>>> day = lay_out(plan.days[0], minutes)
>>> day.slots[0].start, day.slots[0].minutes
(datetime.time(9, 0), 20)

A plan names lessons, assignments, breaks and what stands between them; the length of a lesson is what its front matter
says. :func:`faults` finds a day that is too long, a stretch without a break, and a lunch at a strange hour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from hanoikit.errors import BuildError, Finding
from hanoikit.i18n import _
from hanoikit.teaching.lesson import Lesson
from hanoikit.teaching.markup import Node, inlines

LONGEST_STRETCH = 130
"""Minutes of work without a break, at most."""

LATEST = time(17, 30)


@dataclass(frozen=True, slots=True)
class Minutes:
    """How long each part of the course takes: lessons and assignments by name of the module (``m04``)."""

    lessons: Mapping[str, int]
    assignments: Mapping[str, int]
    titles: Mapping[str, str]

    @classmethod
    def of(cls, lessons: Sequence[Lesson], assignments: Sequence[Lesson]) -> Minutes:
        return cls(
            {lesson.module: lesson.minutes for lesson in lessons},
            {assignment.module: assignment.minutes for assignment in assignments},
            {lesson.module: lesson.title for lesson in lessons},
        )


@dataclass(frozen=True, slots=True)
class Slot:
    """One line of a day. ``kind``: lesson, assignment, break, lunch or other."""

    start: time
    minutes: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Day:
    """``whole`` is false when the course has not all that the day names."""

    title: str
    slots: tuple[Slot, ...]
    whole: bool = True

    @property
    def end(self) -> time:
        last = self.slots[-1]
        return _later(last.start, last.minutes)

    @property
    def work(self) -> int:
        """Minutes without breaks and lunch."""
        return sum(slot.minutes for slot in self.slots if slot.kind not in {"break", "lunch"})


@dataclass(frozen=True, slots=True)
class Plan:
    """An agenda as it stands in the file: its days, each with a title, a start and its entries."""

    name: str
    title: str
    about: str
    days: tuple[Mapping[str, Any], ...]


def read(path: Path) -> dict[str, Plan]:
    """The plans in the file, by name."""
    import yaml

    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        name: Plan(name, plan["title"], plan["about"], tuple(plan["days"])) for name, plan in data.items()
    }


def lay_out(day: Mapping[str, Any], minutes: Minutes) -> Day:
    """A day with its times; raises :class:`BuildError` for an entry that nobody can read.

    Entries: ``lesson m04``, ``assignment m04``, ``break``, ``lunch``, or words with their minutes in brackets at the
    end. A lesson or assignment that the course does not have is left out.
    """
    now = time.fromisoformat(str(day["start"]))
    slots = []
    for entry in day["entries"]:
        kind, length, text = _entry(str(entry), minutes)
        if not length:
            continue
        slots.append(Slot(now, length, kind, text))
        now = _later(now, length)
    return Day(str(day["title"]), tuple(slots), whole=len(slots) == len(day["entries"]))


def _entry(entry: str, minutes: Minutes) -> tuple[str, int, str]:
    named = re.fullmatch(r"(lesson|assignment) (m\d\d)", entry)
    if named:
        kind, module = named[1], named[2]
        known = minutes.lessons if kind == "lesson" else minutes.assignments
        title = minutes.titles.get(module, "")
        word = _("Module") if kind == "lesson" else _("Assignment")
        return kind, known.get(module, 0), f"{word} {int(module[1:])} · {title}"
    if entry == "break":
        return "break", 15, _("Break")
    if entry == "lunch":
        return "lunch", 60, _("Lunch")
    other = re.fullmatch(r"(.+) \((\d+)\)", entry)
    if other is None:
        raise BuildError(
            f"An agenda has an entry that cannot be read: {entry}.",
            next_step="Write 'lesson m04', 'assignment m04', 'break', 'lunch', or words with minutes: 'Words (20)'.",
        )
    return "other", int(other[2]), other[1]


def faults(day: Day) -> list[Finding]:
    """What makes a day a bad one."""
    found = []
    if day.end > LATEST:
        found.append(Finding("late", f"the day ends at {day.end:%H:%M}.", day.title))
    stretch = 0
    for slot in day.slots:
        stretch = 0 if slot.kind in {"break", "lunch"} else stretch + slot.minutes
        if stretch > LONGEST_STRETCH:
            found.append(
                Finding("no-break", f"{stretch} minutes without a break at {slot.start:%H:%M}.", day.title)
            )
    lunches = [slot.start for slot in day.slots if slot.kind == "lunch"]
    if len(lunches) != 1 or not time(11, 45) <= lunches[0] <= time(13, 30):
        found.append(Finding("lunch", "lunch is missing or at a strange hour.", day.title))
    return found


def table(day: Day) -> Node:
    """The day as a table: from, what, minutes; the last line is the sum of the work."""
    rows = [[[f"{slot.start:%H:%M}"], inlines(slot.text), [str(slot.minutes)]] for slot in day.slots]
    rows.append([[f"{day.end:%H:%M}"], [_("End of the day; work without breaks")], [str(day.work)]])
    return {
        "t": "table",
        "caption": day.title,
        "keep": True,
        "head": [[_("From")], [_("What")], [_("Minutes")]],
        "rows": rows,
    }


def self_study(minutes: Minutes, order: Sequence[str], *, week: int = 180) -> Node:
    """A plan for one person alone: modules in order, in weeks of at most ``week`` minutes."""
    rows = []
    total = used = 0
    number = 1
    for module in order:
        lesson, assignment = minutes.lessons.get(module, 0), minutes.assignments.get(module, 0)
        both = lesson + assignment
        if not both:
            continue
        if used and used + both > week:
            number, used = number + 1, 0
        used += both
        total += both
        title = f"{_('Module')} {int(module[1:])} · {minutes.titles.get(module, '')}"
        rows.append([[str(number)], [title], [str(lesson)], [str(assignment)], [str(total)]])
    return {
        "t": "table",
        "caption": _("Alone, up to {hours} hours a week").format(hours=week // 60),
        "head": [[_("Week")], [_("What")], [_("Lesson")], [_("Assignment")], [_("Minutes so far")]],
        "rows": rows,
    }


def _later(start: time, minutes: int) -> time:
    whole = start.hour * 60 + start.minute + minutes
    return time(whole // 60, whole % 60)
