"""A trainee's desk in a live room: the same lab, with the desk service between the teams.

>>> room = LiveDesk("m05-live", DeskClient("http://192.0.2.7:8024", token))
>>> room.fetch()                       # what the service has for this desk since the last time
>>> room.send(message)                 # signed here, safe on the service's disk when it returns

The service's record is the one that counts. The log in the folder holds the trainee's own part: which messages were
seen and sent, by number and id, and in which order the work was sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit.errors import Finding, MessageIncomplete, UsageError
from hanoikit.i18n import _
from hanoikit.network.desk import Desk
from hanoikit.network.directory import Directory
from hanoikit.network.envelope import Envelope, seal
from hanoikit.network.exercise import Happening, Judged
from hanoikit.network.messages import Message
from hanoikit.network.trainee_desk import LOG, sound_order
from hanoikit.trust.chain import Chain, LogFile, verify

if TYPE_CHECKING:
    from hanoikit.desk_service.client import DeskClient

KIND = "live-desk"
_FOR_THE_DESK = ("received", "sent", "noted")


class LiveDesk:
    """The desk that the client's token belongs to; its key and log are in ``folder``.

    Raises ``ServiceUnreachable``, ``ServiceRefused``, ``IdentityRejected`` for a key of another exercise.
    """

    live = True

    def __init__(self, folder: Path | str, client: DeskClient) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.client = client
        self.id = client.desk_id
        self._identity = client.enrol(self.folder / "key")
        self.path = self.folder / LOG
        self._log = LogFile.open(self.path, kind=KIND, owner=self.id)
        lines = Chain.from_bytes(self.path.read_bytes()).lines
        self.sorted = [dict(line.record) for line in lines if line.record["did"] == "sorted"]
        self._noted = max([int(line.record.get("seq", 0)) for line in lines], default=0)
        self.desk = Desk(self.id, directory=client.directory)
        self.happenings: list[Happening] = []
        self._place = 0
        self.fetch()

    @property
    def directory(self) -> Directory:
        return self.client.directory

    @property
    def now(self) -> datetime:
        """The story's time, by the service's clock."""
        return self.client.now().replace(microsecond=0)

    @property
    def expected(self) -> bool:
        """Whether the desk itself can look back: in a live room the facilitator does."""
        return False

    def decisions(self) -> list[Judged]:
        return []

    def fetch(self) -> list[Happening]:
        """Take over what happened since the last time; what is new for the eye comes back."""
        before = len(self.happenings)
        self.client.ask_the_time()  # the facilitator may have paused or hastened it
        for event in self.client.events(after=self._place):
            self._place = event.seq
            if event.kind in _FOR_THE_DESK:
                self.desk.apply(event.data)
            self._notice(event)
            if event.kind in ("received", "sent") and event.seq > self._noted:
                record = {
                    "did": event.kind,
                    "id": event.message.id if event.message is not None else "",
                    "seq": event.seq,
                }
                self._log.append(record, at=event.at or self.now)
                self._noted = event.seq
        return self.happenings[before:]

    def _notice(self, event: Any) -> None:
        at = event.at or self.now
        if event.kind == "received" and event.message is not None:
            self.happenings.append(Happening(at, self.id, "message", event.message.id))
        elif event.kind == "announced":
            self.happenings.append(Happening(at, self.id, "briefing", str(event.data["text"])))
        elif event.kind == "rejected":
            findings = tuple(Finding(one["code"], one["message"]) for one in event.data["findings"])
            self.happenings.append(Happening(at, self.id, "rejected", "", findings))

    def send(self, message: Message, *, insist: bool = False) -> Envelope:
        """Sign and send. Raises ``ActRefused``, ``MessageIncomplete``, and what the client raises."""
        self.fetch()
        self.desk.check_act(message)
        gaps = [one for one in self.desk.remarks(message) if one.severity == "error"]
        if gaps and not insist:
            raise MessageIncomplete(
                _("The message is not complete: {count} points need your attention.").format(count=len(gaps)),
                next_step=_("Mend each point, then send it."),
                findings=gaps,
            )
        envelope = seal(message, self._identity)
        self.client.post(envelope)
        self.fetch()
        return envelope

    def note(self, case: str, *, what: str, text: str = "") -> None:
        """Write into a case file something that is no message."""
        self.client.note(case, what=what, text=text)
        self.fetch()

    def sort(self, order: Sequence[str], *, reason: str) -> None:
        """Record in which order the waiting messages will be worked on, and why."""
        record = sound_order(order, reason)
        self._log.append(record, at=self.now)
        self.sorted.append(record)

    def advance(self, **_span: float) -> list[Happening]:
        """A live room's clock is the facilitator's."""
        raise UsageError(_("The clock of a live room is moved by the facilitator."))

    def advance_to_event(self) -> list[Happening]:
        return self.fetch()

    def check_log(self) -> list[Finding]:
        """Everything wrong with the log in the folder; empty when it holds."""
        return verify(self.path.read_bytes(), kind=KIND, owner=self.id)
