"""One desk of the network: what came in, what went out, the case files, the clocks that run, and what may be done next.

>>> desk = Desk("XC", directory=directory)
>>> receipt = desk.receive(open_envelope(data, directory=directory, desk="XC", at=now, seen=desk.seen))
>>> receipt.case.number, [act.kind for act in desk.allowed(receipt.case, now)][:2]
('XC-2026-0001', ['acknowledgement', 'more-information'])
>>> envelope = desk.send(receipt.message.answer(Confirmed(...), at=now), signer=me, at=now)
>>> [clock.name for clock in desk.clocks(now)]
['keep']
>>> Desk.replay("XC", desk.events, directory=directory).to_json() == desk.to_json()
True

A desk is a pure state machine: its whole state follows from the list of its events (received, sent, noted), each of
them plain JSON that fits a :class:`hanoikit.trust.chain.LogFile`. It reads no clock, no disk and no network, so that
a service, a kernel and a browser run the same code, and a restart is a replay.

Time ``at`` and ``now`` are aware. Receiving the same message twice, or sending it twice, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, KeysView, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hanoikit.errors import ActRefused, Finding, UsageError
from hanoikit.i18n import _
from hanoikit.network import tables
from hanoikit.network.case import Case, Clock, Entry, Note, Status
from hanoikit.network.checking import Remark, check, validate
from hanoikit.network.deadlines import Standing
from hanoikit.network.directory import Directory
from hanoikit.network.envelope import Envelope, Opened, seal
from hanoikit.network.messages import Extension, Message
from hanoikit.network.tables import Rules
from hanoikit.trust.certificates import require_zone
from hanoikit.trust.identity import Identity

STATE_TYPE = "hanoikit.desk/1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message that came in: its case file, whether it was new, and what is missing in it."""

    message: Message
    case: Case
    new: bool
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that the desk may do next in a case: send a message of this kind about that message.

    ``about`` is the id of the message to answer or to follow up; ``final`` acts settle the request.
    """

    kind: str
    about: str
    provision: str
    final: bool = False


class Desk:
    """The desk ``id``. ``rules`` are the States' rules; those of the course if not given."""

    def __init__(self, id: str, *, directory: Directory, rules: Mapping[str, Rules] | None = None) -> None:
        self.id = id
        self.directory = directory
        self.rules = tables.all_rules() if rules is None else rules
        self.events: list[dict[str, Any]] = []
        self.cases: dict[str, Case] = {}
        self._case_of: dict[str, str] = {}
        self._messages: dict[str, Message] = {}
        self._read: set[str] = set()

    # what is there

    @property
    def state(self) -> str:
        """The State that the desk belongs to."""
        return self.id[:2]

    @property
    def seen(self) -> KeysView[str]:
        """The ids of all messages that came in or went out: a view that grows with the desk."""
        return self._messages.keys()

    def knows(self, message_id: str) -> bool:
        return message_id in self._messages

    def message(self, message_id: str) -> Message:
        """A message that came in or went out. Raises ``UsageError`` for an unknown id."""
        try:
            return self._messages[message_id]
        except KeyError:
            raise UsageError(_("The desk has no such message."), where=message_id[:16]) from None

    def case_of(self, message_id: str) -> Case | None:
        """The case file that a message lies in."""
        number = self._case_of.get(message_id)
        return None if number is None else self.cases[number]

    @property
    def inbox(self) -> list[Entry]:
        """What came in, in the order of arrival."""
        return [entry for entry in self._entries() if entry.incoming]

    @property
    def outbox(self) -> list[Entry]:
        """What went out, in the order of sending."""
        return [entry for entry in self._entries() if not entry.incoming]

    @property
    def unread(self) -> list[Entry]:
        """What came in and was not opened yet."""
        return [entry for entry in self.inbox if entry.message.id not in self._read]

    def triage(self, now: datetime) -> list[Entry]:
        """What still waits for an answer of ours, the most pressing first.

        Emergencies, then what vanishes first, then what was marked urgent, then the rest in order of arrival.
        """
        require_zone(now)
        far = datetime.max.replace(tzinfo=now.tzinfo)

        def pressing(entry: Entry) -> tuple[bool, datetime, bool, datetime]:
            message = entry.message
            vanishes = getattr(message.body, "vanishes", None) or far
            urgent = message.urgency in ("urgent", "emergency")
            return message.kind != "emergency-data", vanishes, not urgent, entry.at

        waiting = [entry for case in self.cases.values() for entry in case.waiting_for_us()]
        return sorted(waiting, key=pressing)

    # what happens

    def receive(self, opened: Opened) -> Receipt:
        """Take in a message that was opened for this desk. A message that is there already changes nothing.

        Raises ``ActRefused`` for a message to another desk.
        """
        message = opened.message
        if message.recipient != self.id:
            raise ActRefused(
                _("The message is for {desk}, not for {us}.").format(desk=message.recipient, us=self.id),
                findings=[Finding("wrong-recipient", _("It is for another desk."), "to", ("41(4)",))],
            )
        known = self.case_of(message.id)
        if known is not None:
            return Receipt(message, known, False, tuple(self.remarks(message)))
        event = {
            "at": opened.received.isoformat(),
            "envelope": opened.envelope.to_json(),
            "event": "received",
        }
        remarks = tuple(self.remarks(message))
        case = self._take(event, message, opened.received, incoming=True)
        return Receipt(message, case, True, remarks)

    def send(self, message: Message, *, signer: Identity, at: datetime, insist: bool = False) -> Envelope:
        """Sign a message and put it into the outbox; hand the envelope to whatever carries it.

        Raises ``ActRefused`` for what this desk may not do now (``allowed`` says what it may), and
        ``MessageIncomplete`` with every gap. With ``insist`` an incomplete message goes out all the same, as it does
        in life; what is not this desk's to do stays refused.
        """
        if self.knows(message.id) and message.sender == self.id:
            return seal(message, signer)
        self.check_act(message)
        if not insist:
            about = self._messages.get(message.regarding)
            check(
                message,
                directory=self.directory,
                about=about,
                runs_until=self._runs_until(message),
                rules=self.rules,
            )
        envelope = seal(message, signer)
        self.sent(envelope, at=at)
        return envelope

    def sent(self, envelope: Envelope, *, at: datetime) -> Case:
        """Record a message of this desk that is on its way. Recording it twice changes nothing."""
        require_zone(at)
        message = envelope.message
        known = self.case_of(message.id)
        if known is not None:
            return known
        self.check_act(message)
        event = {"at": at.isoformat(), "envelope": envelope.to_json(), "event": "sent"}
        return self._take(event, message, at, incoming=False)

    def note(self, case: Case | str, *, what: str, text: str = "", at: datetime) -> Note:
        """Write into a case file something that is no message.

        ``what``: ``read`` (``text`` is the id of the message opened), ``order`` (the State ordered the holder to
        preserve), ``renewed`` (it renewed the order), ``passed-on`` (to another authority; ``text`` names it),
        ``assistance-received`` and ``assistance-decided`` (our central authority told us, 41(4)), ``remark``.
        Raises ``UsageError`` for another ``what``, ``ActRefused`` for an order or renewal that the law does not give.
        """
        require_zone(at)
        found = self.cases[case] if isinstance(case, str) else case
        event = {
            "at": at.isoformat(),
            "case": found.number,
            "event": "noted",
            "text": text,
            "what": what,
        }
        made = found.take_note(Note(what, text, at), self._rules_here())
        if what == "read":
            self._read.add(text)
        self.events.append(event)
        return made

    # what may be done

    def allowed(self, case: Case, now: datetime) -> list[Act]:
        """The messages that this desk may send next in a case, first the answers that are waited for."""
        require_zone(now)
        return [
            Act(kind, about, tables.kind(kind).provision, kind in _FINAL)
            for kind, about in case.possible(now)
        ]

    def check_act(self, message: Message) -> None:
        """Raise ``ActRefused``, with the reason and its provision, unless this desk may send the message.

        Whether the message is complete is another question: see :func:`hanoikit.network.validate`.
        """
        problem = self._act_problem(message)
        if problem is not None:
            raise ActRefused(
                _("This cannot be sent now."),
                next_step=_("See what the case file offers to do next."),
                findings=[problem],
            )

    def _act_problem(self, message: Message) -> Finding | None:
        kind = tables.kind(message.kind)
        if message.sender != self.id:
            return Finding("not-ours", _("A desk sends in its own name only."), "from", ("41(1)",))
        if kind.role == "request" and not message.regarding:
            return None
        case = self.case_of(message.regarding)
        if case is None:
            text = _("It answers a message that this desk does not have.")
            return Finding("unknown-case", text, "regarding", ("40(13)",))
        if (message.kind, message.regarding) in case.possible(message.sent):
            return None
        if isinstance(message.body, Extension) and case.ours and case.preservation is not None:
            text = _("The preservation has ended; an extension must be asked for before. Send a new request.")
            return Finding("too-late", text, "sent", ("42(9)",))
        text = _("“{kind}” is not the next step in this case.").format(kind=_(kind.name))
        return Finding("not-next", text, "kind", (kind.provision,))

    def remarks(self, message: Message) -> list[Remark]:
        """What is missing in a message or wrong with it, with this desk's knowledge of the case."""
        return validate(
            message,
            directory=self.directory,
            about=self._messages.get(message.regarding),
            runs_until=self._runs_until(message),
            rules=self.rules,
        )

    def _runs_until(self, message: Message) -> datetime | None:
        case = self.case_of(message.regarding)
        return None if case is None or case.preservation is None else case.preservation.ends()

    # clocks

    def clocks(self, now: datetime) -> list[Clock]:
        """Every clock that runs, the next to end first; those without an end last."""
        require_zone(now)
        found = [clock for case in self.cases.values() for clock in case.clocks(now, self._rules_here())]
        return sorted(found, key=lambda clock: (clock.ends is None, clock.ends or now))

    def due(self, now: datetime) -> list[Clock]:
        """The clocks that need somebody now: they end soon, or they are past."""
        return [clock for clock in self.clocks(now) if clock.standing in (Standing.SOON, Standing.LATE)]

    # storing

    def to_json(self) -> dict[str, Any]:
        """The whole desk as plain data: its id and its events."""
        return {"desk": self.id, "events": list(self.events), "type": STATE_TYPE}

    @classmethod
    def from_json(cls, value: Any, *, directory: Directory, rules: Mapping[str, Rules] | None = None) -> Desk:
        """A desk as it was. Raises ``UsageError`` when ``value`` is no desk."""
        if not isinstance(value, dict) or value.get("type") != STATE_TYPE:
            raise UsageError(_("This is not the state of a desk."))
        return cls.replay(value["desk"], value["events"], directory=directory, rules=rules)

    @classmethod
    def replay(
        cls,
        id: str,
        events: Iterable[Mapping[str, Any]],
        *,
        directory: Directory,
        rules: Mapping[str, Rules] | None = None,
    ) -> Desk:
        """A desk from its events, in their order. What happened is not judged again."""
        desk = cls(id, directory=directory, rules=rules)
        for event in events:
            desk.apply(event)
        return desk

    def apply(self, event: Mapping[str, Any]) -> None:
        """Let one recorded event happen. Raises ``UsageError`` for what is no event."""
        try:
            at = datetime.fromisoformat(event["at"])
            if event["event"] == "noted":
                self._noted_before(event, at)
            elif event["event"] in ("received", "sent"):
                message = Envelope.from_json(event["envelope"]).message
                if not self.knows(message.id):
                    self._take(dict(event), message, at, incoming=event["event"] == "received")
            else:
                raise ValueError(event["event"])
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(_("This is no event of a desk ({detail}).").format(detail=error)) from error

    # inside

    def _noted_before(self, event: Mapping[str, Any], at: datetime) -> None:
        try:
            self.note(event["case"], what=event["what"], text=event["text"], at=at)
        except ActRefused:
            # It was right under the law of its day; the record stays, whatever today's data say.
            self.cases[event["case"]].notes.append(Note(event["what"], event["text"], at))
            self.events.append(dict(event))

    def _entries(self) -> list[Entry]:
        found = [entry for case in self.cases.values() for entry in case.entries]
        return sorted(found, key=lambda entry: entry.place)

    def _rules_here(self) -> Rules | None:
        return self.rules.get(self.state)

    def _take(self, event: dict[str, Any], message: Message, at: datetime, *, incoming: bool) -> Case:
        case = self.case_of(message.regarding) if message.regarding else None
        if case is None or {message.sender[:2], message.recipient[:2]} != case.states:
            # A third State that names the id of somebody else's message gets a file of its own.
            number = f"{self.state}-{message.sent.year}-{len(self.cases) + 1:04d}"
            other = message.sender if incoming else message.recipient
            requested = self.rules.get(self.state if incoming else other[:2])
            case = Case(number, message, ours=not incoming, other=other, requested=requested)
            self.cases[number] = case
        entry = Entry(message, at, incoming, len(self._messages))
        case.take(entry)
        self._case_of[message.id] = case.number
        self._messages[message.id] = message
        self.events.append(event)
        return case


_FINAL = frozenset({"confirmed", "partly", "refused"})

__all__ = ["Act", "Case", "Clock", "Desk", "Entry", "Note", "Receipt", "Status"]
