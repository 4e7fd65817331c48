"""A desk that one person works alone: an exercise whose every act is on the disk before it counts.

>>> desk = TraineeDesk(Path("m05-work"), Scenario.named("lantern-night"))
>>> desk.send(request)                         # signed, delivered, in desk.jsonl; ten minutes of the story pass
>>> desk.advance(hours=1)                      # scripted desks answer in their time
>>> TraineeDesk(Path("m05-work"), desk.scenario).now == desk.now       # after a restart the desk is as it was
True

The file ``desk.jsonl`` is a :class:`hanoikit.trust.chain.LogFile` of acts: what was sent (as the signed envelope),
noted, sorted, and how far the clock was moved. Everything else follows from it: the scripted desks and the story give
the same answers at the same times (:class:`hanoikit.network.exercise.Exercise`).

The desk of a live room has the same acts: :class:`hanoikit.labs.live_desk.LiveDesk`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hanoikit.errors import Finding, HanoiKitError, ScenarioInvalid, UsageError
from hanoikit.i18n import _
from hanoikit.network.desk import Desk
from hanoikit.network.directory import Directory
from hanoikit.network.envelope import Envelope
from hanoikit.network.exercise import STATE_TYPE, Exercise, Happening, Judged
from hanoikit.network.messages import Message
from hanoikit.network.scenario import Scenario
from hanoikit.trust.chain import Chain, LogFile, verify
from hanoikit.trust.chain import Line as LogLine

KIND = "trainee-desk"
LOG = "desk.jsonl"
WRITING = timedelta(minutes=10)
"""What writing a message takes of the story's time. The figure is the course's assumption."""


class TraineeDesk:
    """The first team's desk of a scenario, kept in ``folder``. ``sync=False`` leaves writing to the system (trials).

    Raises ``ArtefactUnreadable`` when the log in the folder is damaged or belongs to another story.
    """

    live = False

    def __init__(self, folder: Path | str, scenario: Scenario, *, sync: bool = True) -> None:
        self.folder = Path(folder)
        self.scenario = scenario
        self._sync = sync
        self.path = self.folder / LOG
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                _("The folder of the desk cannot be used: {reason}.").format(reason=error.strerror or error),
                where=str(self.folder),
                next_step=_("Choose a folder that you may write to."),
            ) from error
        self._log: LogFile | None = None
        self._open()

    def _open(self) -> None:
        self._log = LogFile.open(self.path, kind=KIND, owner=self.scenario.name, sync=self._sync)
        records = Chain.from_bytes(self.path.read_bytes()).lines
        self.sorted = [dict(one.record) for one in records if one.record["did"] == "sorted"]
        self.exercise = replay(self.scenario, records)
        self._size = self.path.stat().st_size

    def refresh(self) -> None:
        """Take up what another window wrote into the log."""
        if not self.path.exists() or self.path.stat().st_size != self._size:
            self._open()

    # what is there

    @property
    def id(self) -> str:
        return self.scenario.teams[0]

    @property
    def desk(self) -> Desk:
        return self.exercise.desks[self.id]

    @property
    def directory(self) -> Directory:
        return self.exercise.directory

    @property
    def expected(self) -> bool:
        """Whether the story says what is expected, so that one can look back."""
        return bool(self.scenario.expected)

    def decisions(self) -> list[Judged]:
        """Every expected decision with what became of it so far."""
        return self.exercise.decisions()

    @property
    def now(self) -> datetime:
        """The story's time."""
        return self.exercise.now

    @property
    def over(self) -> bool:
        """Whether the story has come to its end; the desk can be worked on all the same."""
        return self.now >= self.scenario.begins + self.scenario.lasts

    @property
    def happenings(self) -> list[Happening]:
        """What this desk noticed, in order."""
        return list(self.exercise.team_happenings(self.id))

    # what is done

    def send(self, message: Message, *, insist: bool = False) -> Envelope:
        """Sign and send a message now; then the time that writing took is over. Raises as :meth:`Desk.send`."""
        self.refresh()
        moment = self.now
        envelope = self.exercise.send(message, at=moment, insist=insist)
        self._write({"did": "sent", "envelope": envelope.to_json()}, moment)
        self._move(moment + WRITING)
        return envelope

    def note(self, case: str, *, what: str, text: str = "") -> None:
        """Write into a case file something that is no message. Raises as :meth:`Desk.note`."""
        self.refresh()
        self.exercise.note(self.id, case, what=what, text=text)
        self._write({"case": case, "did": "noted", "text": text, "what": what}, self.now)

    def sort(self, order: Sequence[str], *, reason: str) -> None:
        """Record in which order the waiting messages (their ids) will be worked on, and why."""
        self.refresh()
        record = sound_order(order, reason)
        self._write(record, self.now)
        self.sorted.append(record)

    def advance(self, **span: float) -> list[Happening]:
        """Let the story run on by this span (as for ``timedelta``); what this desk noticed comes back."""
        self.refresh()
        return self._move(self.now + timedelta(**span))

    def advance_to_event(self) -> list[Happening]:
        """Let the story run until this desk notices something. Raises ``UsageError`` when nothing is left to come."""
        self.refresh()
        before = len(self.happenings)
        while (at := self.exercise.next_at) is not None:
            self.exercise.advance(at)
            if len(self.happenings) > before:
                break
        self._write({"did": "advanced"}, self.now)
        if len(self.happenings) == before:
            raise UsageError(
                _("Nothing is left to come by itself."),
                next_step=_("Answer what waits, or move the clock by hours or days."),
            )
        return self.happenings[before:]

    def _move(self, to: datetime) -> list[Happening]:
        before = len(self.happenings)
        self.exercise.advance(to)
        self._write({"did": "advanced"}, self.now)
        return self.happenings[before:]

    def _write(self, record: Mapping[str, Any], at: datetime) -> None:
        assert self._log is not None
        try:
            self._log.append(record, at=at)
        except HanoiKitError:
            self._open()  # what is not on the disk did not happen
            raise
        self._size = self.path.stat().st_size

    def check_log(self) -> list[Finding]:
        """Everything wrong with the log on the disk; empty when it holds."""
        return verify(self.path.read_bytes(), kind=KIND, owner=self.scenario.name)


def sound_order(order: Sequence[str], reason: str) -> dict[str, Any]:
    """An order of work as its record. Raises ``UsageError`` for one that is empty, repeats itself or has no reason."""
    if len(set(order)) != len(order) or not order:
        raise UsageError(
            _("The order names a message twice, or none."),
            next_step=_("Give each place another message."),
        )
    if not reason.strip():
        raise UsageError(
            _("The order has no reason."), next_step=_("Say in a few words what goes first, and why.")
        )
    return {"did": "sorted", "order": list(order), "reason": reason.strip()[:500]}


def replay(scenario: Scenario, records: Iterable[LogLine]) -> Exercise:
    """The exercise that follows from a log's records. Raises ``ScenarioInvalid`` when they do not fit the story."""
    acts: list[dict[str, Any]] = []
    now = scenario.begins
    desk = scenario.teams[0]
    try:
        for line in records:
            record, now = line.record, max(now, line.at)
            if record["did"] == "sent":
                acts.append({"at": line.at.isoformat(), "envelope": record["envelope"]})
            elif record["did"] == "noted":
                acts.append(
                    {
                        "at": line.at.isoformat(),
                        "case": record["case"],
                        "desk": desk,
                        "text": record["text"],
                        "what": record["what"],
                    }
                )
        value = {
            "acts": acts,
            "now": now.isoformat(),
            "scenario": scenario.name,
            "seed": scenario.seed,
            "type": STATE_TYPE,
        }
        return Exercise.from_json(value, scenario=scenario)
    except (KeyError, TypeError) as error:
        raise ScenarioInvalid(
            _("The log of the desk does not fit the story ({detail}).").format(detail=error)
        ) from error
