"""A story for the desks, as data: who is there, what comes in when, and which decisions are expected.

>>> scenario = Scenario.named("first-night")
>>> [inject.id for inject in scenario.injects][:2]
['briefing', 'porto-log']
>>> scenario.injects[1].message(scenario, ids={}).kind
'preservation-request'

Scenarios are YAML in ``assets/network/scenarios/`` (schema beside them). Times are spans from the beginning
(``"1:30"``, ``"2d 4:00"``); inside a message ``"+20h"`` means a span after the beginning, too. A message may be
incomplete on purpose, and ``forged: true`` has it signed with a key that is not the desk's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hanoikit import resources
from hanoikit.convention import provision
from hanoikit.errors import Finding, HanoiKitError, ScenarioInvalid
from hanoikit.i18n import _
from hanoikit.network import tables
from hanoikit.network.clock import span
from hanoikit.network.messages import TYPE, Message
from hanoikit.network.script import Script
from hanoikit.network.yamldata import load, load_checked

LASTS = timedelta(days=1)
EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class Seat:
    """A desk of the scenario; without a ``script`` a team or a trainee sits at it."""

    desk: str
    script: str = ""


@dataclass(frozen=True, slots=True)
class Inject:
    """Something that happens at ``at`` after the beginning: a message between desks, or words of the facilitator.

    ``text`` are the words; ``sender`` is then "". ``to`` is a desk or ``all``.
    """

    id: str
    at: timedelta
    to: str
    text: str = ""
    sender: str = ""
    kind: str = ""
    urgency: str = "ordinary"
    language: str = "en"
    reference: str = ""
    regarding: str = ""
    forged: bool = False
    body: Mapping[str, Any] | None = None

    def message(self, scenario: Scenario, ids: Mapping[str, str]) -> Message:
        """The message of this inject. ``ids`` are the ids of earlier injects' messages.

        Raises ``ScenarioInvalid`` when it is words, or has not the form of a message.
        """
        if self.body is None:
            raise ScenarioInvalid(_("The inject {id} is no message.").format(id=self.id))
        value = {
            "body": _filled(self.body, tables.kind(self.kind).elements, scenario),
            "from": self.sender,
            "kind": self.kind,
            "language": self.language,
            "reference": self.reference,
            "regarding": ids.get(self.regarding, "") if self.regarding else "",
            "sent": (scenario.begins + self.at).isoformat(),
            "to": self.to,
            "type": TYPE,
            "urgency": self.urgency,
        }
        try:
            return Message.from_json(value)
        except HanoiKitError as error:
            raise ScenarioInvalid(
                _("The message of the inject {id} is not well formed.").format(id=self.id),
                findings=error.findings,
            ) from error


@dataclass(frozen=True, slots=True)
class Paper:
    """A draft that a team finds on its desk from ``at`` on: ``draft`` as the composer keeps it, without ``from``."""

    id: str
    desk: str
    at: timedelta
    title: str
    about: str
    draft: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """A decision that the story asks of a desk.

    By ``by`` after the beginning the desk sends one of the kinds in ``acts``: to the desk ``to``, and as an answer to
    the inject ``answers``, where these are given; a refusal on one of ``grounds``. With ``never`` it must not, until
    then.
    """

    id: str
    desk: str
    acts: tuple[str, ...]
    by: timedelta
    why: str
    provisions: tuple[str, ...]
    to: str = ""
    answers: str = ""
    grounds: tuple[str, ...] = ()
    never: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story: ``begins`` is aware, ``speed`` story time for real time, ``seed`` moves the scripted desks.

    ``jumps`` are times that the story leaves out: pairs of spans after the beginning, from the first to the second.
    """

    name: str
    title: str
    about: str
    begins: datetime
    lasts: timedelta
    speed: float
    seed: int
    seats: tuple[Seat, ...]
    injects: tuple[Inject, ...]
    expected: tuple[Expected, ...]
    jumps: tuple[tuple[timedelta, timedelta], ...] = ()
    papers: tuple[Paper, ...] = ()

    @property
    def teams(self) -> tuple[str, ...]:
        """The desks at which somebody sits."""
        return tuple(seat.desk for seat in self.seats if not seat.script)

    @classmethod
    def named(cls, name: str) -> Scenario:
        """One of the course's scenarios. Raises ``ScenarioInvalid`` when there is none of this name."""
        return _named(name)

    @classmethod
    def load(cls, source: Path | str) -> Scenario:
        """A scenario from a YAML file or YAML text. Raises ``ScenarioInvalid`` with every finding."""
        scenario = cls._of(load_checked(source, "scenario"))
        findings = scenario.problems()
        if findings:
            raise ScenarioInvalid(
                _("The scenario does not fit together."),
                where=str(source) if isinstance(source, Path) else None,
                next_step=_("Mend each point in the list."),
                findings=findings,
            )
        return scenario

    @classmethod
    def _of(cls, value: Any) -> Scenario:
        return cls(
            name=value["scenario"],
            title=value["title"],
            about=value.get("about", ""),
            begins=datetime.fromisoformat(value["begins"]),
            lasts=span(value["lasts"]) if "lasts" in value else LASTS,
            speed=float(value.get("speed", 1)),
            seed=value.get("seed", 0),
            seats=tuple(Seat(one["desk"], one.get("script", "")) for one in value["desks"]),
            injects=tuple(sorted((_inject(one) for one in value["injects"]), key=lambda one: one.at)),
            expected=tuple(_expected(one) for one in value.get("expected", ())),
            papers=tuple(
                Paper(
                    one["id"], one["desk"], span(one["at"]), one["title"], one.get("about", ""), one["draft"]
                )
                for one in value.get("papers", ())
            ),
            jumps=tuple((span(one["at"]), span(one["to"])) for one in value.get("jumps", ())),
        )

    def problems(self) -> list[Finding]:
        """What does not fit together: unknown desks, scripts, kinds, grounds, provisions, names of injects."""
        found: list[Finding] = []

        def note(where: str, message: str) -> None:
            found.append(Finding("scenario", message, where))

        desks = [seat.desk for seat in self.seats]
        known = {
            office.id for one in tables.all_rules().values() for office in (one.desk, one.central_authority)
        }
        for desk in desks:
            if desk not in known or desks.count(desk) > 1:
                note(desk, _("There is no such desk, or it stands there twice."))
        for seat in self.seats:
            if seat.script:
                _tried(lambda seat=seat: Script.named(seat.script), seat.desk, found)
        for paper in self.papers:
            if paper.desk not in desks:
                note(paper.id, _("It lies on a desk that is not in the scenario."))
            _tried(lambda paper=paper: tables.kind(paper.draft["kind"]), paper.id, found)
        for at, to in self.jumps:
            if to <= at:
                note("jumps", _("The clock of a story does not go back."))
        names = [inject.id for inject in self.injects]
        ids: dict[str, str] = {}
        for inject in self.injects:
            if names.count(inject.id) > 1:
                note(inject.id, _("The name stands there twice."))
            if inject.to not in desks and not (inject.body is None and inject.to == EVERYBODY):
                note(inject.id, _("It goes to a desk that is not in the scenario."))
            if inject.body is None:
                continue
            if inject.sender not in known:
                note(inject.id, _("It comes from a desk that does not exist."))
            if inject.regarding and inject.regarding not in ids:
                note(inject.id, _("It regards a message that does not come before it."))
            made = _tried(lambda inject=inject: inject.message(self, ids), inject.id, found)
            ids[inject.id] = made.id if made is not None else ""
        for one in self.expected:
            if one.desk not in desks:
                note(one.id, _("It is expected of a desk that is not in the scenario."))
            if one.answers and one.answers not in names:
                note(one.id, _("It answers an inject that does not exist."))
            for kind in one.acts:
                _tried(lambda kind=kind: tables.kind(kind), one.id, found)
            for code in one.grounds:
                _tried(lambda code=code: tables.ground(code), one.id, found)
            for ref in one.provisions:
                _tried(lambda ref=ref: provision(ref), one.id, found)
        return found


def _tried(act: Any, where: str, found: list[Finding]) -> Any:
    try:
        return act()
    except HanoiKitError as error:
        found += error.findings or [Finding("scenario", str(error), where)]
        return None


def _inject(value: Mapping[str, Any]) -> Inject:
    if "text" in value:
        return Inject(id=value["id"], at=span(value["at"]), to=value["to"], text=value["text"].strip())
    return Inject(
        id=value["id"],
        at=span(value["at"]),
        to=value["to"],
        sender=value["from"],
        kind=value["kind"],
        urgency=value.get("urgency", "ordinary"),
        language=value.get("language", "en"),
        reference=value.get("reference", ""),
        regarding=value.get("regarding", ""),
        forged=value.get("forged", False),
        body=value["body"],
    )


def _expected(value: Mapping[str, Any]) -> Expected:
    return Expected(
        id=value["id"],
        desk=value["desk"],
        acts=_words(value["act"]),
        by=span(value["by"]),
        why=value["why"],
        provisions=tuple(value["provisions"]),
        to=value.get("to", ""),
        answers=value.get("answers", ""),
        grounds=_words(value.get("ground", ())),
        never=value.get("never", False),
    )


def _words(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _filled(
    given: Mapping[str, Any], elements: tuple[tables.Element, ...], scenario: Scenario
) -> dict[str, Any]:
    """A whole body from what the scenario states: what is not stated is empty, spans become times."""
    empty: dict[str, Any] = {"lines": [], "data": [], "flag": False, "count": 0}
    made: dict[str, Any] = {}
    for one in elements:
        value = given.get(one.name, empty.get(one.type, ""))
        if one.type == "time" and isinstance(value, str) and value.startswith(("+", "-")):
            moment = span(value[1:]) * (1 if value[0] == "+" else -1)
            value = (scenario.begins + moment).isoformat()
        elif one.type == "data" and isinstance(value, list):
            value = [
                _filled(each, tables.data_elements(), scenario) if isinstance(each, Mapping) else each
                for each in value
            ]
        elif one.type == "text" and isinstance(value, str) and "\n" not in value.strip():
            value = " ".join(value.split())
        made[one.name] = value
    return {**made, **{name: value for name, value in given.items() if name not in made}}


@cache
def _named(name: str) -> Scenario:
    path = resources.assets() / "network" / "scenarios" / f"{name}.yaml"
    if not name.replace("-", "").isalnum() or not path.is_file():
        there = sorted(each.stem for each in path.parent.glob("*.yaml"))
        raise ScenarioInvalid(
            _("There is no scenario “{name}”.").format(name=name),
            next_step=_("Scenarios of the course: {names}.").format(names=", ".join(there)),
        )
    return Scenario._of(load(path))
