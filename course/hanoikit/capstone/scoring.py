"""The score of a run: element by element, with a share, a reason and a provision, for each team and for all.

>>> found = score(read(Path("work/desk.jsonl")))
>>> found.share
1.0
>>> [(one.id, one.share) for one in found.elements if one.share < 1]
[]

A pure function of a checked record. The points are the course's own; keys are the authors', no consensus of experts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hanoikit.capstone.judging import Test, judge
from hanoikit.capstone.plan import ElementPlan, plan
from hanoikit.capstone.record import Record
from hanoikit.i18n import _


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that is marked. ``asked`` False: the run gave no occasion for it, and it counts for nothing.

    ``moment`` and ``message`` are when and by what it was decided; ``otherwise`` says what would have happened
    otherwise, or, where it went wrong, what would have saved it.
    """

    id: str
    team: str
    group: str
    title: str
    points: float
    tests: tuple[Test, ...]
    provisions: tuple[str, ...]
    asked: bool
    moment: datetime | None
    message: str
    done: str
    otherwise: str
    undone: str

    @property
    def share(self) -> float:
        """The share of the tests that are met, 0 to 1."""
        return sum(test.met for test in self.tests) / len(self.tests) if self.tests else 0.0

    @property
    def earned(self) -> float:
        return self.points * self.share if self.asked else 0.0

    @property
    def reason(self) -> str:
        """Why it went as it did, in a sentence or two."""
        if not self.asked:
            return _("The run gave no occasion for this.")
        if self.share == 1:
            return self.done
        missed = next(test for test in self.tests if not test.met)
        what = _("Not so: “{label}”. {reason}").format(label=missed.label, reason=missed.reason)
        # Half done is not undone: then only what is missing is said.
        return f"{self.undone} {what}" if self.share == 0 else what


@dataclass(frozen=True, slots=True)
class Score:
    """The elements of a run; points count for those that were asked."""

    elements: tuple[Element, ...]

    @property
    def points(self) -> float:
        return sum(one.earned for one in self.elements)

    @property
    def maximum(self) -> float:
        return sum(one.points for one in self.elements if one.asked)

    @property
    def share(self) -> float:
        return self.points / self.maximum if self.maximum else 0.0

    def team(self, name: str) -> Score:
        """The score of one team."""
        return Score(tuple(one for one in self.elements if one.team == name))

    def element(self, name: str) -> Element:
        """An element by its id. Raises ``KeyError``."""
        for one in self.elements:
            if one.id == name:
                return one
        raise KeyError(name)

    def to_json(self) -> Mapping[str, object]:
        """Plain data, as the debrief shows it."""
        return {
            "elements": [
                {
                    "asked": one.asked,
                    "earned": round(one.earned, 2),
                    "group": one.group,
                    "id": one.id,
                    "points": one.points,
                    "provisions": list(one.provisions),
                    "reason": one.reason,
                    "share": round(one.share, 4),
                    "team": one.team,
                    "title": one.title,
                }
                for one in self.elements
            ],
            "maximum": self.maximum,
            "points": round(self.points, 2),
        }


def score(record: Record) -> Score:
    """The score of a checked record, for every team that was in it."""
    wanted = plan().of(short=record.short, teams=record.teams)
    return Score(tuple(_element(one, record) for one in wanted))


def _element(one: ElementPlan, record: Record) -> Element:
    found = judge(one, record)
    return Element(
        id=one.id,
        team=one.team,
        group=one.group,
        title=_(one.title),
        points=one.points,
        tests=found.tests,
        provisions=one.provisions,
        asked=found.asked,
        moment=found.moment,
        message=found.message,
        done=_(one.done),
        otherwise=_(one.otherwise),
        undone=_(one.undone),
    )


GROUPS = ("preserved", "granted", "refused", "money", "victim", "evidence", "record")


def group_label(group: str) -> str:
    """A group of elements in words."""
    return {
        "preserved": _("Preserved in time"),
        "granted": _("Rightly granted"),
        "refused": _("Rightly refused or narrowed"),
        "money": _("Frozen and returned"),
        "victim": _("The victim"),
        "evidence": _("Evidence that holds"),
        "record": _("Decisions with their reasons"),
    }[group]
