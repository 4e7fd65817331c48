"""A State's answers about itself, and the gap profile that follows from them.

>>> gaps = profile(elvaria().answers)
>>> gaps.missing("images"), gaps.worst[0].id
(3, 'images')

A gap is what is missing to the level "works, and was tested", times the weight of the question: 3 where the text
speaks of a duty, 1 where it leaves a choice. Levels and weights are the course's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from hanoikit import resources
from hanoikit.errors import DataInvalid, Finding, UsageError
from hanoikit.i18n import _
from hanoikit.readiness.tables import FULL, Question, areas, questions, read


@dataclass(frozen=True, slots=True)
class Assessment:
    """A State's answers (question -> level 0 to 3), its remarks, and the plain numbers of its desk."""

    state: str
    name: str
    day: date
    answers: Mapping[str, int]
    notes: Mapping[str, str]
    staffing: Mapping[str, int]


def from_json(value: Any) -> Assessment:
    """An assessment from its data. Raises ``DataInvalid`` with every finding."""
    import jsonschema

    schema = json.loads((resources.assets() / "readiness" / "schema.json").read_text(encoding="utf-8"))
    rules = {"$ref": "#/$defs/assessment", "$defs": schema["$defs"]}
    findings = [
        Finding("schema", error.message, "/".join(map(str, error.absolute_path)))
        for error in jsonschema.Draft202012Validator(rules).iter_errors(value)
    ]
    if not findings:
        strange = sorted({*value["answers"], *value["notes"]} - set(questions()))
        findings = [Finding("unknown", _("There is no such question."), name) for name in strange]
        try:
            date.fromisoformat(value["day"])
        except ValueError:
            findings.append(Finding("day", _("This is not a day."), "day"))
    if findings:
        raise DataInvalid(_("The self-assessment cannot be used."), findings=findings)
    return Assessment(
        value["state"],
        value["name"],
        date.fromisoformat(value["day"]),
        dict(value["answers"]),
        dict(value["notes"]),
        dict(value["staffing"]),
    )


def elvaria() -> Assessment:
    """The answers of the invented State Elvaria, October 2026."""
    return from_json(read("XE"))


@dataclass(frozen=True, slots=True)
class Gap:
    """One question, the level reached, and what is missing with its weight."""

    question: Question
    level: int

    @property
    def id(self) -> str:
        return self.question.id

    @property
    def missing(self) -> int:
        return FULL - self.level

    @property
    def points(self) -> int:
        return self.missing * self.question.weight


@dataclass(frozen=True)
class Profile:
    """All questions with their gaps, in the order of the questionnaire."""

    gaps: tuple[Gap, ...]

    @cached_property
    def worst(self) -> tuple[Gap, ...]:
        """The open gaps, the largest first; equal ones in the order of the questionnaire."""
        return tuple(sorted((one for one in self.gaps if one.missing), key=lambda one: -one.points))

    @property
    def points(self) -> int:
        """All that is missing."""
        return sum(one.points for one in self.gaps)

    def missing(self, question: str) -> int:
        """The levels missing at a question. Raises ``UsageError`` for a question that there is not."""
        for one in self.gaps:
            if one.id == question:
                return one.missing
        raise UsageError(_("There is no question {name}.").format(name=ascii(question)[:40]))

    def by_area(self) -> dict[str, tuple[int, int]]:
        """Area -> (points reached, points missing)."""
        found = dict.fromkeys(areas(), (0, 0))
        for one in self.gaps:
            reached, missing = found[one.question.area]
            found[one.question.area] = (reached + one.level * one.question.weight, missing + one.points)
        return found


def profile(answers: Mapping[str, int]) -> Profile:
    """The gaps that follow from the answers. A question without an answer counts as level 0: what nobody knows is not
    there. Raises ``UsageError`` for an unknown question or a level that is not 0, 1, 2 or 3."""
    strange = [
        Finding("answer", _("This is no question, or no level from 0 to 3."), str(name)[:60])
        for name, level in answers.items()
        if name not in questions() or type(level) is not int or not 0 <= level <= FULL
    ]
    if strange:
        raise UsageError(
            _("Some answers cannot be read."),
            next_step=_("Give each question a level from 0 to 3."),
            findings=strange,
        )
    return Profile(tuple(Gap(one, answers.get(name, 0)) for name, one in questions().items()))
