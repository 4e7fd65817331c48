"""The story on the exercise's clock: what comes in by the scenario, and desks that answer by a script.

>>> story = Story(service, Scenario.load(text))
>>> await story.step()          # everything that is due by now

What has come in stands in the database together with its message, so nothing comes in twice after a restart. The
scripted desks' answers follow from the messages that they received: they are planned anew, and what was sent is known.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hanoikit.desk_service.service import Service
from hanoikit.errors import HanoiKitError, UsageError
from hanoikit.i18n import _
from hanoikit.network import documents
from hanoikit.network.desk import Desk, Receipt
from hanoikit.network.envelope import Envelope, seal
from hanoikit.network.messages import PreservationRequest
from hanoikit.network.scenario import EVERYBODY, Inject, Paper, Scenario
from hanoikit.network.script import Planned, Script
from hanoikit.trust.identity import CourseAuthority, Identity, Role

PULSE = 0.25
"""Seconds between two looks at the clock."""


@dataclass(slots=True)
class _Scripted:
    """A desk that nobody sits at: its state, how far its events were read, and what it will send."""

    script: Script
    desk: Desk
    place: int = 0
    planned: list[tuple[datetime, int, Planned]] = field(default_factory=list)


class Story:
    """The injects and scripted desks of an exercise. Without a scenario nothing happens by itself."""

    def __init__(self, service: Service, scenario: Scenario | None) -> None:
        self._service = service
        self.scenario = scenario
        self._count = 0
        self._busy = asyncio.Lock()
        self._ended = False
        self._scripted: dict[str, _Scripted] = {}
        if scenario is not None:
            for seat in scenario.seats:
                if seat.script:
                    desk = Desk(seat.desk, directory=service.directory)
                    self._scripted[seat.desk] = _Scripted(Script.named(seat.script), desk)

    @classmethod
    def of(cls, service: Service) -> Story:
        """The story of the exercise in the service's database."""
        text = service.storage.setting("scenario")
        return cls(service, Scenario.load(text) if text else None)

    async def run(self) -> None:
        """Let the story happen until cancelled."""
        while True:
            await self.step()
            await asyncio.sleep(PULSE)

    async def step(self, *, standing: bool = False) -> None:
        """Everything that is due at this moment of the story; ``standing``: even while the clock stands still."""
        if self.scenario is None or not (standing or self._service.clock.running):
            return
        async with self._busy:
            await self._jump()
            await self._end()
            for inject in self.scenario.injects:
                if inject.id not in self._service.injects and self._due(inject) <= self._service.now():
                    with contextlib.suppress(HanoiKitError):  # it stays due, and is tried again
                        await self._fire(inject, early=False)
            for name, scripted in self._scripted.items():
                await self._read(name, scripted)
                while scripted.planned and scripted.planned[0][0] <= self._service.now():
                    _at, _number, planned = heapq.heappop(scripted.planned)
                    await self._answer(scripted, planned)

    async def _jump(self) -> None:
        """Leave out the time that the story leaves out; what was planned in it happens at its end."""
        assert self.scenario is not None
        service, now = self._service, self._service.now()
        for at, to in self.scenario.jumps:
            begins, ends = self.scenario.begins + at, self.scenario.begins + to
            if begins <= now < ends:
                clock = service.clock.set_to(ends, real=service.real_now())
                await service.set_clock(clock, event="jumped", by="story")
                return

    async def _end(self) -> None:
        """At the end of a told story the clock stops, once: nobody runs late while the room looks back."""
        if self._ended or self.ends is None or self._service.now() < self.ends:
            return
        self._ended = True
        clock = self._service.clock.paused(real=self._service.real_now())
        await self._service.set_clock(clock, event="ended", by="story")

    async def fire(self, name: str) -> None:
        """Let an inject happen now. Raises ``UsageError`` when there is none of this name, or it has happened."""
        inject = next((one for one in self.injects() if one.id == name), None)
        if inject is None or name in self._service.injects:
            raise UsageError(_("There is no inject of this name that is still to come."), where=name[:40])
        async with self._busy:
            await self._fire(inject, early=self._due(inject) > self._service.now())

    def injects(self) -> tuple[Inject, ...]:
        return self.scenario.injects if self.scenario is not None else ()

    def injects_json(self) -> list[dict[str, Any]]:
        """The injects as the facilitator sees them: when they are due, and when they happened."""
        return [
            {
                "id": one.id,
                "due": self._due(one).isoformat(),
                "to": one.to,
                "from": one.sender,
                "kind": one.kind,
                "text": one.text,
                "title": str((one.body or {}).get("title", "")),
                "forged": one.forged,
                "done": self._service.injects.get(one.id, {}).get("at", ""),
            }
            for one in self.injects()
        ]

    def papers_json(self, desk: Desk) -> list[dict[str, Any]]:
        """The prepared drafts that lie on a desk by now; ``sent`` is when the desk sent one of this title or holder."""
        if self.scenario is None:
            return []
        now = self._service.now()
        # A paper comes with the words that come at its time, also when the facilitator lets them happen earlier.
        early = {
            one.at
            for one in self.scenario.injects
            if one.to in (desk.id, EVERYBODY) and one.id in self._service.injects
        }
        sent: dict[tuple[str, str, str], str] = {}
        for case in desk.cases.values():
            for entry in case.entries:
                if not entry.incoming:
                    message = entry.message
                    key = (message.kind, message.recipient[:2], _known_by(message.to_json()["body"]))
                    sent.setdefault(key, entry.at.isoformat())
        return [
            {
                "id": one.id,
                "title": one.title,
                "about": one.about,
                "draft": dict(one.draft),
                "sent": sent.get((one.draft["kind"], one.draft["to"][:2], _known_by(one.draft["body"])), ""),
            }
            for one in self.scenario.papers
            if one.desk == desk.id and (self.scenario.begins + one.at <= now or one.at in early)
        ]

    def takes_files(self, desk: str) -> bool:
        """Whether this desk may use papers of its own in place of prepared ones."""
        return documents.reads() and any(one.desk == desk for one in self.papers)

    @property
    def papers(self) -> tuple[Paper, ...]:
        return self.scenario.papers if self.scenario is not None else ()

    @property
    def ends(self) -> datetime | None:
        """When the story ends; None for an exercise that only the facilitator ends."""
        if self.scenario is None or not self.scenario.jumps:
            return None
        return self.scenario.begins + self.scenario.lasts

    @property
    def stage(self) -> str:
        """``before`` the clock was started, ``running``, or ``ended``."""
        now = self._service.now()
        if self.ends is not None and now >= self.ends:
            return "ended"
        if self.scenario is not None and now <= self.scenario.begins:
            return "before"
        return "running"

    def parts_json(self) -> list[dict[str, Any]]:
        """The parts of a story that leaves time out: from when to when each goes, and whether it is over."""
        if self.scenario is None or self.ends is None:
            return []
        starts = [timedelta(0), *(to for _at, to in self.scenario.jumps)]
        ends = [*(at for at, _to in self.scenario.jumps), self.scenario.lasts]
        begins = self.scenario.begins
        return [
            {"begins": (begins + one).isoformat(), "ends": (begins + other).isoformat()}
            for one, other in zip(starts, ends, strict=True)
        ]

    async def go_on(self, *, by: str) -> None:
        """Leave out the rest of the part in which the clock stands. Raises ``UsageError`` in the last one."""
        now = self._service.now()
        for at, to in self.scenario.jumps if self.scenario is not None else ():
            assert self.scenario is not None
            if now < self.scenario.begins + at:
                clock = self._service.clock.set_to(self.scenario.begins + to, real=self._service.real_now())
                await self._service.set_clock(clock, event="skipped", by=by)
                return
        raise UsageError(
            _("There is no later part of the story."),
            next_step=_("Let it run to its end, or take the signed record now."),
        )

    def _due(self, inject: Inject) -> datetime:
        assert self.scenario is not None
        return self.scenario.begins + inject.at

    async def _fire(self, inject: Inject, *, early: bool) -> None:
        service, scenario = self._service, self.scenario
        assert scenario is not None
        state = {"at": service.now().isoformat(), "message": ""}
        if inject.body is None:
            to = () if inject.to == EVERYBODY else (inject.to,)
            settings = self._settings(inject, state)
            await service.announce(inject.text, to=to, by=f"inject {inject.id}", settings=settings)
        else:
            ids = {name: one["message"] for name, one in service.injects.items()}
            message = inject.message(scenario, ids)
            if early:
                message = message.but(sent=service.now())
            state["message"] = message.id
            settings = self._settings(inject, state)
            if inject.forged:
                signature = seal(message, _impostor(service, message.sender)).signature
                known = service.custodial(message.sender).fingerprint
                await service.reject(Envelope(message, known, signature), settings=settings)
            else:
                await service.send_scripted(message, by=f"inject {inject.id}", settings=settings)
        service.injects[inject.id] = state

    def _settings(self, inject: Inject, state: dict[str, str]) -> dict[str, Any]:
        return {"injects": {**self._service.injects, inject.id: state}}

    async def _read(self, name: str, scripted: _Scripted) -> None:
        """Take in what happened at a scripted desk, and plan what it answers."""
        service = self._service
        while scripted.place < service.writer.place(name):
            page = await asyncio.to_thread(service.storage.page, name, scripted.place, 100)
            for seq, data in page:
                event = json.loads(data)
                scripted.place = seq
                if event["event"] not in ("received", "sent", "noted"):
                    continue
                desk = scripted.desk
                desk.apply(event)
                if event["event"] == "received":
                    self._plan(
                        scripted, Envelope.from_json(event["envelope"]), datetime.fromisoformat(event["at"])
                    )
            if not page:
                return

    def _plan(self, scripted: _Scripted, envelope: Envelope, at: datetime) -> None:
        assert self.scenario is not None
        desk, message = scripted.desk, envelope.message
        case = desk.case_of(message.id)
        if case is None:
            return
        receipt = Receipt(message, case, True, tuple(desk.remarks(message)))
        for planned in scripted.script.react(receipt, desk=desk, at=at, seed=self.scenario.seed):
            self._count += 1
            heapq.heappush(scripted.planned, (planned.at, self._count, planned))

    async def _answer(self, scripted: _Scripted, planned: Planned) -> None:
        desk = scripted.desk
        if desk.knows(planned.message.id):
            return
        try:
            desk.check_act(planned.message)
            case = desk.case_of(planned.message.regarding)
            if planned.order and case is not None and isinstance(case.root.body, PreservationRequest):
                about = desk.message(planned.message.regarding)
                what = "renewed" if about.kind == "extension" else "order"
                # A script may promise what its law does not give; the team sees that the clocks do not fit.
                with contextlib.suppress(HanoiKitError):
                    await self._service.note(desk.id, case=case.number, what=what, text="")
            await self._service.send_scripted(planned.message, by="script", settings={})
        except HanoiKitError:
            return  # the case has moved on since the answer was planned


def _known_by(body: Mapping[str, Any]) -> str:
    """By what people know a paper again: the title of a document, or who holds the data."""
    return str(body.get("title") or body.get("custodian") or "")


def _impostor(service: Service, desk: str) -> Identity:
    """Somebody who has the name of a desk and not its key."""
    entry = service.directory[desk]
    stranger = CourseAuthority.create(name="Somebody else")
    return stranger.issue(
        name=entry.name, role=Role(entry.office), organisation=entry.name, state=entry.state
    )


__all__ = ["PULSE", "Story"]
