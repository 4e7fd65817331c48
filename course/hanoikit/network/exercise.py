"""A whole exercise in one process: the teams' desks, the scripted desks, the story, and the post between them.

>>> exercise = Exercise(Scenario.named("first-night"))
>>> exercise.advance(exercise.scenario.begins + timedelta(minutes=30))      # the story runs; what happened comes back
[Happening(at=..., desk='XA', kind='briefing', ...), ...]
>>> exercise.send(request, at=exercise.now)                                  # a team's message, signed and delivered
>>> exercise.advance(exercise.now + timedelta(hours=3))                      # scripted desks answer in their time
>>> [judged.met for judged in exercise.decisions()]
[True, False, None]

Everything is deterministic: the same scenario, seed and acts at the same times give the same exercise to the byte.
Every message is really sealed and really opened. The state is plain JSON: ``to_json`` and ``from_json`` carry an
exercise over a restart, and what was still to come is still to come.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hanoikit.errors import EnvelopeRejected, Finding, HanoiKitError, ScenarioInvalid, UsageError
from hanoikit.i18n import _
from hanoikit.network.desk import Desk
from hanoikit.network.directory import Directory, course_directory
from hanoikit.network.envelope import Envelope, open_envelope, seal
from hanoikit.network.messages import Message, PreservationRequest, Refused
from hanoikit.network.scenario import EVERYBODY, Expected, Inject, Scenario
from hanoikit.network.script import Planned, Script
from hanoikit.trust.identity import CourseAuthority, Identity, Role

STATE_TYPE = "hanoikit.network-exercise/1"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that a desk notices.

    ``kind``: ``message`` (``text`` is its id), ``briefing`` (``text`` are the facilitator's words), ``rejected`` (an
    envelope that must not be acted on: ``text`` is the envelope, ``findings`` say why).
    """

    at: datetime
    desk: str
    kind: str
    text: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """An expected decision and what became of it.

    ``met`` is None while there is still time; ``message`` is the id of the message that met it or came nearest, ``at``
    when it was sent.
    """

    expected: Expected
    due: datetime
    met: bool | None
    reason: str
    message: str = ""
    at: datetime | None = None


class Exercise:
    """An exercise by a scenario. ``directory`` and ``identities`` are made from the scenario's seed if not given."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        directory: Directory | None = None,
        identities: dict[str, Identity] | None = None,
    ) -> None:
        self.scenario = scenario
        self._authority = CourseAuthority.create(seed=f"network exercise {scenario.name} {scenario.seed}")
        if directory is None or identities is None:
            directory, identities = course_directory(self._authority)
        self.directory = directory
        self.identities = identities
        self.desks = {seat.desk: Desk(seat.desk, directory=directory) for seat in scenario.seats}
        self.scripts = {seat.desk: Script.named(seat.script) for seat in scenario.seats if seat.script}
        self.now = scenario.begins
        self.happenings: list[Happening] = []
        self._inject_ids: dict[str, str] = {}
        self._queue: list[tuple[datetime, int, str, Any]] = []
        self._count = 0
        self._acts: list[dict[str, Any]] = []
        for inject in scenario.injects:
            self._plan(scenario.begins + inject.at, "inject", inject)

    # the story

    def advance(self, to: datetime) -> list[Happening]:
        """Let the story run to this moment; what happened on the way, in order. Going back is ignored."""
        before = len(self.happenings)
        while self._queue and self._queue[0][0] <= to:
            at, _count, kind, what = heapq.heappop(self._queue)
            self.now = max(self.now, at)
            if kind == "inject":
                self._inject(what, at)
            else:
                self._answer(kind, what, at)
        self.now = max(self.now, to)
        return self.happenings[before:]

    @property
    def inject_ids(self) -> dict[str, str]:
        """The ids of the story's messages that have come in so far, by the names of their injects."""
        return dict(self._inject_ids)

    @property
    def next_at(self) -> datetime | None:
        """When the next thing happens by itself; None when nothing is left to come."""
        return self._queue[0][0] if self._queue else None

    def after_jump(self, moment: datetime) -> datetime:
        """The moment itself, or, inside a time that the story leaves out, the moment at which it goes on."""
        begins = self.scenario.begins
        for at, to in self.scenario.jumps:
            if begins + at <= moment < begins + to:
                return begins + to
        return moment

    def send(self, message: Message, *, at: datetime | None = None, insist: bool = False) -> Envelope:
        """Send a team's message: checked, signed and delivered at once.

        Raises what :meth:`Desk.send` raises. The story first runs to ``at`` (default: now).
        """
        moment = self.now if at is None else at
        self.advance(moment)
        desk = self._desk(message.sender)
        if desk.knows(message.id):
            return seal(message, self.identities[desk.id])
        envelope = desk.send(message, signer=self.identities[desk.id], at=moment, insist=insist)
        self._acts.append({"at": moment.isoformat(), "envelope": envelope.to_json()})
        self._deliver(envelope, moment)
        return envelope

    def note(self, desk: str, case: str, *, what: str, text: str = "") -> None:
        """Write into a team's case file something that is no message (see :meth:`Desk.note`)."""
        self._desk(desk).note(case, what=what, text=text, at=self.now)
        self._acts.append(
            {"at": self.now.isoformat(), "case": case, "desk": desk, "text": text, "what": what}
        )

    def brief(self, text: str, *, to: str = EVERYBODY) -> None:
        """The facilitator's words to one desk or to all, now."""
        self._brief(text, to, self.now)
        self._acts.append({"at": self.now.isoformat(), "brief": text, "to": to})

    # what was expected

    def decisions(self) -> list[Judged]:
        """Every expected decision with what became of it so far."""
        return [self._judge(one) for one in self.scenario.expected]

    def _judge(self, one: Expected) -> Judged:
        due = self.scenario.begins + one.by
        sent = [entry for entry in self._desk(one.desk).outbox if self._fits(entry.message, one)]
        right = [entry for entry in sent if not one.grounds or _ground(entry.message) in one.grounds]
        if one.never:
            if right:
                return Judged(one, due, False, one.why, right[0].message.id, right[0].at)
            over = self.now >= due
            return Judged(one, due, True if over else None, one.why)
        if right:
            first = right[0]
            in_time = first.at <= due
            reason = one.why if in_time else _("It came too late. {why}").format(why=one.why)
            return Judged(one, due, in_time, reason, first.message.id, first.at)
        if sent:
            first = sent[0]
            wrong = _("The ground does not carry it. {why}").format(why=one.why)
            return Judged(one, due, False, wrong, first.message.id, first.at)
        return Judged(one, due, False if self.now > due else None, one.why)

    def _fits(self, message: Message, one: Expected) -> bool:
        if message.kind not in one.acts or (one.to and message.recipient != one.to):
            return False
        if not one.answers:
            return True
        return self._about_inject(message, one.answers)

    def _about_inject(self, message: Message, name: str) -> bool:
        wanted = self._inject_ids.get(name)
        if wanted is None:
            return False
        if message.regarding == wanted:
            return True
        case = self._desk(message.sender).case_of(message.regarding)
        return case is not None and case.root.id == wanted

    # storing

    def to_json(self) -> dict[str, Any]:
        """The exercise as plain data: the scenario's name, the moment, and what the teams did."""
        return {
            "acts": list(self._acts),
            "now": self.now.isoformat(),
            "scenario": self.scenario.name,
            "seed": self.scenario.seed,
            "type": STATE_TYPE,
        }

    @classmethod
    def from_json(cls, value: Any, *, scenario: Scenario | None = None) -> Exercise:
        """An exercise as it was, by doing again what the teams did.

        ``scenario`` is needed for one that is not the course's. Raises ``ScenarioInvalid`` when it does not fit.
        """
        try:
            if value["type"] != STATE_TYPE:
                raise ValueError("it is of another type")
            found = scenario or Scenario.named(value["scenario"])
            if (found.name, found.seed) != (value["scenario"], value["seed"]):
                raise ValueError("it is of another scenario")
            exercise = cls(found)
            for act in value["acts"]:
                exercise._again(act)
            exercise.advance(datetime.fromisoformat(value["now"]))
        except (KeyError, TypeError, ValueError, UsageError) as error:
            raise ScenarioInvalid(
                _("The exercise cannot be taken up again ({detail}).").format(detail=error)
            ) from error
        return exercise

    def _again(self, act: dict[str, Any]) -> None:
        moment = datetime.fromisoformat(act["at"])
        self.advance(moment)
        if "envelope" in act:
            envelope = Envelope.from_json(act["envelope"])
            self._desk(envelope.message.sender).sent(envelope, at=moment)
            self._acts.append(act)
            self._deliver(envelope, moment)
        elif "brief" in act:
            self.brief(act["brief"], to=act["to"])
        else:
            self.note(act["desk"], act["case"], what=act["what"], text=act["text"])

    # inside

    def _desk(self, name: str) -> Desk:
        try:
            return self.desks[name]
        except KeyError:
            raise UsageError(
                _("The desk {desk} is not in this exercise.").format(desk=name),
                next_step=_("Desks in it: {desks}.").format(desks=", ".join(self.desks)),
            ) from None

    def _plan(self, at: datetime, kind: str, what: Any) -> None:
        self._count += 1
        heapq.heappush(self._queue, (at, self._count, kind, what))

    def _brief(self, text: str, to: str, at: datetime) -> None:
        for desk in self.desks if to == EVERYBODY else [to]:
            if desk not in self.scripts:
                self.happenings.append(Happening(at, desk, "briefing", text))

    def _inject(self, inject: Inject, at: datetime) -> None:
        if inject.body is None:
            self._brief(inject.text, inject.to, at)
            return
        message = inject.message(self.scenario, self._inject_ids)
        self._inject_ids[inject.id] = message.id
        if inject.forged:
            envelope = seal(message, self._impostor(message.sender))
            envelope = Envelope(message, self.identities[message.sender].fingerprint, envelope.signature)
        else:
            envelope = seal(message, self.identities[message.sender])
            sender = self.desks.get(message.sender)
            if sender is not None and not sender.knows(message.id):
                self._record(sender, envelope, at)
        self._deliver(envelope, at)

    @staticmethod
    def _record(desk: Desk, envelope: Envelope, at: datetime) -> None:
        """What the story makes a desk send stands in its outbox, whether it was the next step or not."""
        desk.apply({"at": at.isoformat(), "envelope": envelope.to_json(), "event": "sent"})

    def _impostor(self, desk: str) -> Identity:
        stranger = CourseAuthority.create(name="Somebody else", seed=f"impostor {self.scenario.name}")
        entry = self.directory[desk]
        return stranger.issue(
            name=entry.name, role=Role(entry.office), organisation=entry.name, state=entry.state
        )

    def _deliver(self, envelope: Envelope, at: datetime) -> None:
        desk = self.desks.get(envelope.message.recipient)
        if desk is None:
            return
        try:
            opened = open_envelope(
                envelope.to_bytes(), directory=self.directory, desk=desk.id, at=at, seen=desk.seen
            )
        except EnvelopeRejected as error:
            self.happenings.append(
                Happening(at, desk.id, "rejected", envelope.to_bytes().decode(), error.findings)
            )
            return
        receipt = desk.receive(opened)
        self.happenings.append(Happening(at, desk.id, "message", receipt.message.id))
        script = self.scripts.get(desk.id)
        if script is not None:
            for planned in script.react(receipt, desk=desk, at=at, seed=self.scenario.seed):
                self._plan(planned.at, desk.id, planned)

    def _answer(self, name: str, planned: Planned, at: datetime) -> None:
        desk = self.desks[name]
        try:
            case = desk.case_of(planned.message.regarding)
            desk.check_act(planned.message)
            if planned.order and case is not None and isinstance(case.root.body, PreservationRequest):
                about = desk.message(planned.message.regarding)
                self._order(desk, case.number, renewing=about.kind == "extension", at=at)
            envelope = desk.send(planned.message, signer=self.identities[name], at=at, insist=True)
        except HanoiKitError:
            return  # the case has moved on since the answer was planned
        self._deliver(envelope, at)

    @staticmethod
    def _order(desk: Desk, case: str, *, renewing: bool, at: datetime) -> None:
        try:
            desk.note(case, what="renewed" if renewing else "order", at=at)
        except HanoiKitError:
            return  # a scripted desk answers all the same: the trainee sees that its clock does not fit

    def team_happenings(self, desk: str, *, since: int = 0) -> Iterable[Happening]:
        """What this desk noticed, from the ``since``-th happening on."""
        return (one for one in self.happenings[since:] if one.desk == desk)


def _ground(message: Message) -> str:
    return message.body.ground if isinstance(message.body, Refused) else ""
