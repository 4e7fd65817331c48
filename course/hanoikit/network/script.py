"""Desks that nobody sits at: they answer by a script, late or wrong where the script says so.

>>> script = Script.named("careful")
>>> [(planned.at.hour, planned.message.kind) for planned in script.react(receipt, desk=corvessa, at=now, seed=7)]
[(9, 'acknowledgement'), (11, 'confirmed')]

A script is YAML in ``assets/network/scripts/``: rules of ``when`` and ``do``, the first that fits counts. Its answers
go through the same code as a person's. The same script, seed and message give the same answers at the same times,
whatever else happens: every draw depends on the message's id and not on the order of events.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hanoikit import resources
from hanoikit.errors import ScenarioInvalid
from hanoikit.i18n import _
from hanoikit.network import tables
from hanoikit.network.boundaries import Limit, limits
from hanoikit.network.clock import span
from hanoikit.network.deadlines import at_office, floor
from hanoikit.network.desk import Desk, Receipt
from hanoikit.network.messages import (
    Acknowledgement,
    AssistanceStatus,
    Body,
    Confirmed,
    DecisionOnWarning,
    EmergencyData,
    Extension,
    Message,
    MoreInformation,
    Partly,
    PathDisclosure,
    PreservationRequest,
    PreservationWarning,
    Refused,
    Supplement,
)
from hanoikit.network.yamldata import load, load_checked


@dataclass(frozen=True, slots=True)
class Planned:
    """An answer that a script will send at ``at`` unless the case has moved on; ``order``: with a domestic order."""

    at: datetime
    message: Message
    order: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """A desk's script: its name, what it is like in one sentence, and its rules as the YAML has them."""

    name: str
    about: str
    rules: tuple[Mapping[str, Any], ...]

    @classmethod
    def named(cls, name: str) -> Script:
        """One of the course's scripts. Raises ``ScenarioInvalid`` when there is none of this name."""
        return _named(name)

    @classmethod
    def load(cls, source: Path | str) -> Script:
        """A script from a YAML file or YAML text. Raises ``ScenarioInvalid``."""
        return cls._of(load_checked(source, "script"))

    @classmethod
    def _of(cls, value: Any) -> Script:
        script = cls(value["script"], value["about"], tuple(value["rules"]))
        for rule in script.rules:
            for step in rule["do"]:
                _between(step.get("after", "0m"))
        return script

    def react(self, receipt: Receipt, *, desk: Desk, at: datetime, seed: int | str) -> list[Planned]:
        """What the desk will answer to a message that came in at ``at``, earliest first; empty is silence."""
        message = receipt.message
        facts = _Facts(receipt, desk)
        for number, rule in enumerate(self.rules):
            if facts.fits(rule.get("when", {})):
                draw = _random(seed, desk.id, message.id, number)
                planned = [_plan(step, facts, at, draw) for step in rule["do"]]
                return sorted((one for one in planned if one is not None), key=lambda one: one.at)
        return []


class _Facts:
    """What a rule can ask about a message."""

    def __init__(self, receipt: Receipt, desk: Desk) -> None:
        self.message = receipt.message
        self.case = receipt.case
        self.desk = desk
        self.gaps = [
            one for one in receipt.remarks if one.code.startswith("missing-") and one.severity == "error"
        ]
        self.errors = [one for one in receipt.remarks if one.severity == "error"]
        rules = desk.rules.get(desk.state)
        self.limits: Sequence[Limit] = limits(self.message, rules) if rules is not None else ()

    def fits(self, when: Mapping[str, Any]) -> bool:
        body = self.message.body
        tests = {
            "kind": lambda wanted: self.message.kind in wanted,
            "from": lambda wanted: self.message.sender in wanted,
            "urgency": lambda wanted: self.message.urgency in wanted,
            "complete": lambda wanted: (not self.gaps) is wanted,
            "limited": lambda wanted: bool(self.limits) is wanted,
            "questioned": lambda wanted: (
                any(one.message.kind == "more-information" for one in self.case.entries) is wanted
            ),
            "scope": lambda wanted: getattr(body, "scope", "") in wanted,
            "document": lambda wanted: getattr(body, "document", "") in wanted,
            "sound": lambda wanted: (not self.errors) is wanted,
            "status": lambda wanted: getattr(body, "status", "") in wanted,
            "custodian_contains": lambda wanted: wanted.lower() in getattr(body, "custodian", "").lower(),
        }
        return all(
            tests[name](wanted if isinstance(wanted, list | bool) or name.endswith("contains") else [wanted])
            for name, wanted in when.items()
        )


def _plan(step: Mapping[str, Any], facts: _Facts, at: datetime, draw: random.Random) -> Planned | None:
    low, high = _between(step.get("after", "0m"))
    moment = at + low + (high - low) * draw.random()
    law = facts.desk.rules[facts.desk.state].law
    if step.get("office"):
        # A central authority has a calendar; the point of contact has none (41(1)).
        moment = at_office(moment, law=law)
    moment = moment.replace(microsecond=0)
    if moment < at:
        moment += timedelta(seconds=1)
    if draw.random() >= step.get("chance", 1.0):
        return None
    body = _compose(step, facts, moment)
    if body is None:
        return None
    about = facts.message
    if step.get("about") == "request":
        about = facts.case.root
    if about.sender[:2] == facts.desk.state and step["say"] not in _OWN:
        return None
    message = about.answer(body, at=moment, reference=facts.case.number)
    message = message.but(sender=facts.desk.id, recipient=facts.message.sender)
    return Planned(moment, message, bool(step.get("order", step["say"] in ("confirm", "partly"))))


_OWN = ("extend",)


def _compose(step: Mapping[str, Any], facts: _Facts, at: datetime) -> Body | None:
    say, given = step["say"], dict(step.get("with", {}))
    zone = facts.desk.rules[facts.desk.state].zone
    message = facts.message
    if say == "acknowledge":
        promised = given.get("next", "4h")
        return Acknowledgement(
            next_by=at + span(promised), note=given.get("note", _("We are working on it."))
        )
    if say == "ask":
        gaps = facts.gaps or facts.errors
        questions = given.get("questions") or [str(one)[:300] for one in gaps] or [_("Please tell us more.")]
        provisions = tuple(dict.fromkeys(ref for one in gaps for ref in one.provisions))
        return MoreInformation(elements=provisions[:50], questions=tuple(questions)[:50])
    if say in ("confirm", "partly"):
        return _done(say, given, facts, at, zone)
    if say == "refuse":
        return _refuse(given, facts)
    if say == "warn":
        return PreservationWarning(
            risk=given.get("risk", "would-not-secure"),
            explanation=given.get("explanation", _("The holder cannot be relied on.")),
            alternative=given.get("alternative", ""),
        )
    if say == "path":
        return PathDisclosure(
            provider=given["provider"], state=given["state"], path=tuple(given.get("path", ())[:50])
        )
    if say == "status":
        return AssistanceStatus(status=given.get("status", "received"), at=at, note=given.get("note", ""))
    if say == "decide":
        return DecisionOnWarning(decision=given.get("decision", "go-ahead"), reasons=given.get("reasons", ""))
    if say == "supplement":
        data = message.body.data if isinstance(message.body, PreservationRequest) else ()
        return Supplement(information=given.get("information", _("See above.")), data=data)
    raise ScenarioInvalid(_("A script cannot say “{say}”.").format(say=say))


def _done(say: str, given: Mapping[str, Any], facts: _Facts, at: datetime, zone: str) -> Body:
    message = facts.message
    root = facts.case.root.body
    until: datetime | None = None
    if isinstance(message.body, Extension):
        until = message.body.until
    elif isinstance(root, PreservationRequest):
        until = floor(at, zone=zone)
    if "days" in given:
        until = at + timedelta(days=given["days"])
    data = getattr(root, "data", ()) if isinstance(root, PreservationRequest) else ()
    handed = bool(given.get("handed_over", isinstance(message.body, EmergencyData)))
    if handed:
        data = getattr(message.body, "data", data)
    done = given.get("done", _("Done as you asked."))
    found = given.get("found", "")
    if say == "confirm":
        return Confirmed(done=done, until=until, found=found, data=data, handed_over=handed)
    return Partly(
        done=done,
        not_done=given.get("not_done", _("A part of the data no longer exists.")),
        reason=given.get("reason", _("The holder had deleted it.")),
        until=until,
        found=found,
        data=data,
        handed_over=handed,
    )


def _refuse(given: Mapping[str, Any], facts: _Facts) -> Body:
    if facts.limits and "ground" not in given:
        limit = facts.limits[0]
        return Refused(ground=limit.ground, reasons=limit.why, instead=limit.instead)
    ground = tables.ground(given.get("ground", "40(21)(b)"))
    return Refused(
        ground=ground.code,
        reasons=given.get("reasons", _(ground.text)),
        instead=given.get("instead", ""),
    )


def _between(after: str | list[str]) -> tuple[timedelta, timedelta]:
    spans = [span(each) for each in ([after] if isinstance(after, str) else after)]
    low, high = spans[0], spans[-1]
    if high < low:
        raise ScenarioInvalid(_("A span of time ends before it begins: {after}.").format(after=after))
    return low, high


def _random(seed: int | str, desk: str, message_id: str, rule: int) -> random.Random:
    name = f"{seed}|{desk}|{message_id}|{rule}".encode()
    return random.Random(int.from_bytes(hashlib.sha256(name).digest(), "big"))


@cache
def _named(name: str) -> Script:
    path = resources.assets() / "network" / "scripts" / f"{name}.yaml"
    if not name.replace("-", "").isalnum() or not path.is_file():
        there = sorted(each.stem for each in path.parent.glob("*.yaml"))
        raise ScenarioInvalid(
            _("There is no script “{name}”.").format(name=name),
            next_step=_("Scripts of the course: {names}.").format(names=", ".join(there)),
        )
    return Script._of(load(path))
