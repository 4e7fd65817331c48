"""The plan of the whole case: its story, what is decided in it, and what is marked. All of it is data.

>>> plan().title
'The lantern is lit again'
>>> [one.id for one in plan().elements if one.team == "XA"][:3]
['preserve', 'emergency', 'abusive']
>>> scenario(short=True, alone=True).name
'whole-case-alone-short'

The data lie in ``assets/capstone/``; the scenarios that the desks play are derived from them by ``build.py`` there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hanoikit import resources
from hanoikit.i18n import _
from hanoikit.network.scenario import Scenario
from hanoikit.network.yamldata import load
from hanoikit.safeguards import case_file, review

TEAMS = ("XA", "XB", "XC", "XD")
ALONE = "XA"
"""The State that one person holds; the others then answer by a script."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the story between two jumps of its clock; ``ends`` is the jump, or the end of the story."""

    id: str
    title: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class ElementPlan:
    """Something that is marked. ``check`` names the function in ``judging`` that looks; ``given`` is what it needs.

    ``only`` is ``full`` for what the short run leaves out.
    """

    id: str
    team: str
    group: str
    points: float
    title: str
    check: str
    given: Mapping[str, Any]
    provisions: tuple[str, ...]
    done: str
    otherwise: str
    undone: str
    only: str = ""


@dataclass(frozen=True, slots=True)
class MatterPlan:
    """A decision that the story asks for: the question, the numbered facts, and what the rules say.

    ``outcomes`` are those that count as right, the best first; ``carry`` the facts that the decision rests on;
    ``provisions`` those that carry it. ``kept`` are the parts of a request that are given.
    """

    id: str
    team: str
    title: str
    question: str
    facts: tuple[tuple[str, str], ...]
    outcomes: tuple[str, ...]
    carry: tuple[str, ...]
    provisions: tuple[str, ...]
    grounds: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan. ``moments`` are the times that decide, by name; ``injects`` the story's entries as written."""

    title: str
    about: str
    moments: Mapping[str, datetime]
    elements: tuple[ElementPlan, ...]
    matters: Mapping[str, MatterPlan]
    injects: Mapping[str, Mapping[str, Any]]
    part_titles: tuple[tuple[str, str], ...]

    def of(self, *, short: bool, teams: tuple[str, ...] = TEAMS) -> tuple[ElementPlan, ...]:
        """What is marked for these teams in this length of run."""
        return tuple(one for one in self.elements if one.team in teams and not (short and one.only == "full"))


def folder() -> Path:
    """Where the data of the capstone lie."""
    return resources.assets() / "capstone"


@cache
def plan() -> Plan:
    """The plan as its files have it."""
    story = load(folder() / "story.yaml")
    marked = load(folder() / "elements.yaml")
    injects = {one["id"]: one for one in story["injects"]}
    return Plan(
        title=story["title"],
        about=story["about"],
        moments={name: datetime.fromisoformat(at).astimezone(UTC) for name, at in marked["moments"].items()},
        elements=tuple(_element(one) for one in marked["elements"]),
        matters={
            name: _matter(name, entry, marked["matters"].get(name, {}))
            for name, entry in injects.items()
            if "case" in entry or name in marked["matters"]
        },
        injects=injects,
        part_titles=tuple((one["id"], one["title"]) for one in story["parts"]),
    )


def scenario(*, short: bool = False, alone: bool = False) -> Scenario:
    """The scenario of a run: four teams, or one person with ``alone``; two hours, or 45 minutes with ``short``."""
    return Scenario.named(f"whole-case{'-alone' if alone else ''}{'-short' if short else ''}")


def is_short(story: Scenario) -> bool:
    """Whether a scenario of the capstone is the short run."""
    return story.name.endswith("-short")


def parts(story: Scenario) -> tuple[Part, ...]:
    """The parts of a scenario, cut at the jumps of its clock."""
    starts = [story.begins, *(story.begins + to for _at, to in story.jumps)]
    ends = [*(story.begins + at for at, _to in story.jumps), story.begins + story.lasts]
    titles = plan().part_titles
    return tuple(
        Part(id, _(title), starts[n], ends[n]) for n, (id, title) in enumerate(titles) if n < len(starts)
    )


def _element(value: Mapping[str, Any]) -> ElementPlan:
    return ElementPlan(
        id=value["id"],
        team=value["team"],
        group=value["group"],
        points=float(value["points"]),
        title=value["title"],
        check=value["check"],
        given=value["with"],
        provisions=tuple(value["provisions"]),
        done=value["done"],
        otherwise=value["otherwise"],
        undone=value["undone"],
        only=value.get("only", ""),
    )


def _matter(name: str, inject: Mapping[str, Any], given: Mapping[str, Any]) -> MatterPlan:
    if "case" in inject:
        return _by_the_gates(name, inject)
    facts = given.get("facts") or _numbered(inject.get("body", {}).get("facts", ""))
    title = given.get("title") or inject.get("body", {}).get("title") or given["question"]
    return MatterPlan(
        id=name,
        team=inject["to"],
        title=title,
        question=given["question"],
        facts=tuple((str(number), text) for number, text in facts.items()),
        outcomes=(given["outcome"], *given.get("also", ())),
        carry=tuple(given["carry"]),
        provisions=tuple(given["provisions"]),
    )


def _by_the_gates(name: str, inject: Mapping[str, Any]) -> MatterPlan:
    """What the gates of module 7 say about a case file."""
    file = case_file(inject["case"], folder=folder() / "files")
    found = review(file)
    refs = [*found.grounds, *(ref for one in found.because for ref in one.provisions)]
    if found.outcome == "grant":
        # Nothing stands against it: the duty to help, and the gates that were met, carry a yes.
        refs = ["40(1)", "40(3)", "40(21)", "40(22)", "35(1)", "24(1)", "24(2)", "40(24)", "6(2)"]
    if found.outcome == "part":
        refs += ["40(28)", "24(2)", "40(1)"]
    return MatterPlan(
        id=name,
        team=inject["to"],
        title=file.title,
        question=file.story,
        facts=tuple((one.id, one.text) for one in file.facts),
        outcomes=(found.outcome,),
        carry=found.carry,
        provisions=tuple(dict.fromkeys(refs)),
        grounds=found.grounds,
        kept=tuple(one.id for one in found.kept),
        parts=tuple((one.id, one.text) for one in file.parts),
    )


def _numbered(text: str) -> dict[str, str]:
    """``"1. This.\\n2. That."`` as numbers with their facts."""
    found = {}
    for line in text.splitlines():
        number, dot, words = line.strip().partition(". ")
        if dot and number.isdigit():
            found[number] = words
    return found
