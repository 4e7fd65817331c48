"""A case file of a desk: one request and everything that was written about it.

>>> case.status, case.ours
(<Status.KEPT: 'kept'>, True)
>>> case.preservation.ends()
datetime.datetime(2026, 7, 3, 17, 0, tzinfo=datetime.timezone.utc)

A case belongs to the desk that asked (``ours``) or to the one that was asked. Its status, its clocks and the possible
next steps follow from the entries and notes alone. An entry moves nothing when it comes from the wrong side, or when
it is no answer to what it names: such a message lies in the file for a person to see.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hanoikit.convention.power.orders import Order, issue, last_call, renew, window_opens
from hanoikit.errors import ActRefused, Finding, OrderRefused, UsageError
from hanoikit.i18n import _
from hanoikit.network import tables
from hanoikit.network.deadlines import Preservation, Standing, standing
from hanoikit.network.messages import (
    Acknowledgement,
    AssistanceNotice,
    AssistanceStatus,
    Confirmed,
    DecisionOnWarning,
    Extension,
    Message,
    Partly,
    PreservationRequest,
)
from hanoikit.network.tables import Rules

FINAL = ("confirmed", "partly", "refused")
NOTES = (
    "read",
    "order",
    "renewed",
    "passed-on",
    "assistance-received",
    "assistance-decided",
    "remark",
    "decision",
)
_WEEK = timedelta(days=7)
_HOUR = timedelta(hours=1)


class Status(StrEnum):
    """Where a case stands."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    QUESTIONED = "questioned"
    WARNED = "warned"
    STOPPED = "stopped"
    KEPT = "kept"
    DONE = "done"
    PARTLY = "partly done"
    REFUSED = "refused"
    DECIDED = "decided"


def status_label(status: Status) -> str:
    """The status in words, in the trainee's language."""
    return {
        Status.NEW: _("new"),
        Status.ACKNOWLEDGED: _("acknowledged"),
        Status.QUESTIONED: _("more information asked for"),
        Status.WARNED: _("warned: the asking State decides"),
        Status.STOPPED: _("stopped by the asking State"),
        Status.KEPT: _("data are kept"),
        Status.DONE: _("done"),
        Status.PARTLY: _("partly done"),
        Status.REFUSED: _("refused"),
        Status.DECIDED: _("legal assistance decided"),
    }[status]


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in a case file: when it came in or went out, and its place among all of the desk's messages."""

    message: Message
    at: datetime
    incoming: bool
    place: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something in a case file that is no message."""

    what: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that runs in a case. ``name``:

    ``vanishes`` (the data will be gone), ``answer`` (an answer was promised by then), ``keep`` (the data are kept until
    then; without an end until the decision), ``order`` (the order at home ends), ``renew`` (a renewal can be had until
    then), ``assistance`` (a request for legal assistance was announced for then).
    """

    case: str
    name: str
    ends: datetime | None
    standing: Standing
    left: timedelta | None
    text: str
    provisions: tuple[str, ...]


class Case:
    """A case file. ``requested`` are the rules of the State that was asked; None for one that is not known."""

    def __init__(
        self, number: str, root: Message, *, ours: bool, other: str, requested: Rules | None
    ) -> None:
        self.number = number
        self.root = root
        self.ours = ours
        self.other = other
        self.requested = requested
        self.entries: list[Entry] = []
        self.notes: list[Note] = []
        self.orders: list[Order] = []
        self.preservation: Preservation | None = None
        self._by_id: dict[str, Message] = {}

    # what happened

    def take(self, entry: Entry) -> None:
        """Put a message into the file."""
        self.entries.append(entry)
        message = entry.message
        self._by_id[message.id] = message
        body = message.body
        if not self._counts(message):
            return
        if isinstance(body, Confirmed | Partly) and self._is_answer_to_preservation(message):
            self._confirmed(message, body)
        elif isinstance(body, AssistanceStatus) and self.preservation is not None:
            self._assistance(body.status, body.at or message.sent)

    @property
    def states(self) -> frozenset[str]:
        """The two States between which the case runs."""
        return frozenset((self.root.sender[:2], self.root.recipient[:2]))

    def _same_side(self, one: Message, other: Message) -> bool:
        """Whether the same side wrote both: the same State, or within one State the same office."""
        if len(self.states) == 1:
            return one.sender == other.sender
        return one.sender[:2] == other.sender[:2]

    def _counts(self, message: Message) -> bool:
        """Whether a message can move the case: from the right side, and an answer to what it names."""
        kind = tables.kind(message.kind)
        if kind.role == "request":
            return True
        if kind.role == "follow-up":
            return message.sender[:2] == self.root.sender[:2]
        about = self._by_id.get(message.regarding)
        if about is None or self._same_side(about, message):
            return False
        return message.kind in tables.kind(about.kind).answers

    def take_note(self, note: Note, rules: Rules | None) -> Note:
        """Put a note into the file. Raises ``ActRefused`` for an order or renewal that the law does not give."""
        if note.what not in NOTES:
            raise UsageError(f"{note.what!r} is no note.", next_step=f"Use one of: {', '.join(NOTES)}.")
        if note.what in ("order", "renewed"):
            if rules is None or self.ours:
                raise _order_refused(_("Only the State that was asked orders the holder to preserve."))
            if note.what == "renewed" and not self.orders:
                raise _order_refused(_("There is no order yet that could be renewed."))
            try:
                if note.what == "order":
                    self.orders.append(issue(note.text or self._holder(), at=note.at, law=rules.law))
                else:
                    self.orders.append(renew(self.orders[-1], at=note.at, law=rules.law))
            except OrderRefused as refused:
                raise _order_refused(str(refused)) from refused
        elif note.what.startswith("assistance-") and self.preservation is not None:
            status = "received" if note.what == "assistance-received" else "granted"
            self._assistance(status, note.at)
        self.notes.append(note)
        return note

    def _assistance(self, status: str, moment: datetime) -> None:
        """The request for legal assistance came in or was decided: what the clock of 42(8) waits for."""
        assert self.preservation is not None
        if status == "received":
            self.preservation = replace(self.preservation, received=moment)
        elif status in ("granted", "refused", "withdrawn"):
            received = self.preservation.received or moment
            self.preservation = replace(self.preservation, received=received, decided=moment)

    def _holder(self) -> str:
        return getattr(self.root.body, "custodian", "")

    def _is_answer_to_preservation(self, message: Message) -> bool:
        about = self._by_id.get(message.regarding)
        if about is None or not isinstance(self.root.body, PreservationRequest):
            return False
        return about.kind in ("preservation-request", "supplement", "extension", "decision-on-warning")

    def _confirmed(self, message: Message, body: Confirmed | Partly) -> None:
        about = self._by_id[message.regarding]
        if isinstance(about.body, Extension):
            if self.preservation is not None and body.until is not None:
                extended = (*self.preservation.extended, body.until)
                self.preservation = replace(self.preservation, extended=extended)
            return
        if isinstance(about.body, DecisionOnWarning) and about.body.decision == "stop":
            return
        if self.preservation is not None:
            # A second confirmation can promise more; what was promised before stands.
            ends = [end for end in (self.preservation.confirmed_until, body.until) if end is not None]
            self.preservation = replace(self.preservation, confirmed_until=max(ends, default=None))
            return
        zone = self.requested.zone if self.requested is not None else "UTC"
        self.preservation = Preservation(message.sent, zone, confirmed_until=body.until)

    # where it stands

    @property
    def status(self) -> Status:
        """Where the case stands, by its last telling message."""
        status = Status.NEW
        for entry in self.entries:
            if not self._counts(entry.message):
                continue
            body = entry.message.body
            kind = entry.message.kind
            about = self._by_id.get(entry.message.regarding)
            if kind == "acknowledgement" and about is self.root and status is Status.NEW:
                status = Status.ACKNOWLEDGED
            elif kind == "more-information" and entry.incoming is self.ours:
                status = Status.QUESTIONED
            elif kind == "supplement":
                status = Status.ACKNOWLEDGED
            elif kind == "preservation-warning":
                status = Status.WARNED
            elif isinstance(body, DecisionOnWarning):
                status = Status.STOPPED if body.decision == "stop" else Status.ACKNOWLEDGED
            elif isinstance(body, AssistanceStatus) and body.status != "received":
                status = Status.DECIDED
            elif kind in FINAL and about is not None and about.kind != "extension":
                if self.preservation is not None and kind in ("confirmed", "partly"):
                    status = Status.KEPT
                else:
                    status = {
                        "confirmed": Status.DONE,
                        "partly": Status.PARTLY,
                        "refused": Status.REFUSED,
                    }[kind]
        return status

    def waiting_for_us(self) -> list[Entry]:
        """Messages of the other desk that call for an answer of ours and have none that settles them."""
        return [
            entry
            for entry in self.entries
            if entry.incoming and self._counts(entry.message) and not self._settled(entry.message)
        ]

    def waiting_for_them(self) -> list[Entry]:
        """Messages of ours that call for an answer and have none that settles them."""
        return [entry for entry in self.entries if not entry.incoming and not self._settled(entry.message)]

    def _settled(self, message: Message) -> bool:
        answers = [one.kind for one in self._answers_to(message)]
        if message.kind in ("assistance-notice",):
            return bool(answers)
        if message.kind == "more-information":
            return "supplement" in answers
        if message.kind == "preservation-warning":
            return "decision-on-warning" in answers
        if isinstance(message.body, DecisionOnWarning) and message.body.decision == "stop":
            return True
        if message.kind in _CALLS:
            return any(kind in FINAL or kind == "preservation-warning" for kind in answers) or any(
                one.kind == "supplement" for one in self._later_supplements(message)
            )
        return True

    def _answers_to(self, message: Message) -> Iterator[Message]:
        return (
            one.message
            for one in self.entries
            if one.message.regarding == message.id and self._counts(one.message)
        )

    def _later_supplements(self, message: Message) -> Iterator[Message]:
        """Supplements to a question about this message: they take its place."""
        for question in self._answers_to(message):
            if question.kind == "more-information":
                yield from (one for one in self._answers_to(question) if one.kind == "supplement")

    # what may come next

    def possible(self, now: datetime) -> list[tuple[str, str]]:
        """Kinds of message that this desk may send now, each with the id of the message that it is about."""
        found: list[tuple[str, str]] = []
        for entry in self.waiting_for_us():
            found += self._answers_possible(entry.message)
        if self.ours:
            found += self._follow_ups(now)
        else:
            found += self._later_news()
        for entry in self.entries:
            message = entry.message
            kind = tables.kind(message.kind)
            acknowledged = any(one.kind == "acknowledgement" for one in self._answers_to(message))
            if entry.incoming and "acknowledgement" in kind.answers and not acknowledged:
                found.append(("acknowledgement", message.id))
        return list(dict.fromkeys(found))

    def _answers_possible(self, message: Message) -> list[tuple[str, str]]:
        given = {one.kind for one in self._answers_to(message)}
        kinds = []
        for kind in tables.kind(message.kind).answers:
            role = tables.kind(kind).role
            if role != "answer" or (kind == "acknowledgement" and kind in given):
                continue
            if kind == "assistance-status" and message.kind != "assistance-notice":
                continue
            if kind == "preservation-warning" and any(one.message.kind == kind for one in self.entries):
                continue
            kinds.append((kind, message.id))
        return kinds

    def _follow_ups(self, now: datetime) -> list[tuple[str, str]]:
        if not isinstance(self.root.body, PreservationRequest):
            return []
        found = []
        anchors = [self.root.id]
        anchors += [one.message.id for one in self.entries if one.message.kind in ("confirmed", "partly")]
        for anchor in anchors:
            if self.preservation is not None and self.preservation.may_extend(now):
                found.append(("extension", anchor))
            if self.status not in (Status.REFUSED, Status.STOPPED, Status.DECIDED):
                found.append(("assistance-notice", anchor))
        return found

    def _later_news(self) -> list[tuple[str, str]]:
        """What a desk that was asked may still tell: the path (43(1)), and the legal assistance (42(8))."""
        if not isinstance(self.root.body, PreservationRequest):
            return []
        found = []
        notices = [one.message.id for one in self.entries if one.message.kind == "assistance-notice"]
        if self.preservation is not None:
            found += [("assistance-status", anchor) for anchor in (*notices, self.root.id)]
            found.append(("path-disclosure", self.root.id))
            if self.status is Status.KEPT:
                found += [
                    (kind, self.root.id)
                    for kind in ("preservation-warning",)
                    if not any(one.message.kind == kind for one in self.entries)
                ]
        return found

    # clocks

    def clocks(self, now: datetime, rules: Rules | None) -> Iterator[Clock]:
        """The clocks that run in this case."""
        body = self.root.body
        open_still = self.status in (Status.NEW, Status.ACKNOWLEDGED, Status.QUESTIONED, Status.WARNED)
        if isinstance(body, PreservationRequest) and body.vanishes is not None and open_still:
            text = _("The data will be gone.")
            yield self._clock("vanishes", body.vanishes, now, text, "42(3)(e)", warn=timedelta(days=1))
        promised = self._promised()
        if promised is not None and open_still:
            who = _("They") if self.ours else _("We")
            text = _("{who} promised an answer by then.").format(who=who)
            yield self._clock("answer", promised, now, text, "40(26)", warn=_HOUR)
        kept = self.preservation
        if kept is not None and self.status in (Status.KEPT, Status.DECIDED):
            ends = kept.ends()
            if ends is None:
                text = _("The data are kept until the request for legal assistance is decided.")
            elif self.ours:
                text = _("The preservation ends. Before that: send the request, or ask for an extension.")
            else:
                text = _("The data must be kept at least until then.")
            yield self._clock("keep", ends, now, text, "42(8)", "42(9)", warn=timedelta(days=14))
        if self.orders and rules is not None:
            yield from self._order_clocks(now, rules)
        if kept is not None and kept.received is None:
            for entry in self.entries:
                announced = entry.message.body
                if isinstance(announced, AssistanceNotice) and announced.expected is not None:
                    text = _("A request for legal assistance was announced for then.")
                    ends = announced.expected
                    yield self._clock("assistance", ends, now, text, "42(1)", "40(12)", warn=_WEEK)

    def _order_clocks(self, now: datetime, rules: Rules) -> Iterator[Clock]:
        order = self.orders[-1]
        text = _("The order to the holder ends.")
        yield self._clock("order", order.ends, now, text, "25(2)", warn=_WEEK)
        needed = self.preservation.ends() if self.preservation is not None else None
        longer = self.preservation is not None and (needed is None or needed > order.ends)
        if longer and order.number < rules.law.renewals:
            text = _("The preservation outlasts the order: renew it, from {first} on.").format(
                first=window_opens(order, rules.law).isoformat()
            )
            yield self._clock("renew", last_call(order, rules.law), now, text, "25(2)", "42(8)", warn=_WEEK)

    def _promised(self) -> datetime | None:
        asked_side = self.ours
        for entry in reversed(self.entries):
            if isinstance(entry.message.body, Acknowledgement) and entry.incoming is asked_side:
                return entry.message.body.next_by
        return None

    def _clock(
        self, name: str, ends: datetime | None, now: datetime, text: str, *provisions: str, warn: timedelta
    ) -> Clock:
        stands, left = standing(ends, now, warn=warn)
        return Clock(self.number, name, ends, stands, left, text, provisions)


# Kinds that call for an answer that settles them.
_CALLS = frozenset(
    {
        "preservation-request",
        "where-is-the-data",
        "emergency-data",
        "technical-advice",
        "legal-information",
        "collect-evidence",
        "locate-suspect",
        "asset-alert",
        "document",
        "extension",
        "decision-on-warning",
        "supplement",
    }
)


def _order_refused(text: str) -> ActRefused:
    return ActRefused(
        _("The order cannot be recorded."), findings=[Finding("order", text, "order", ("25(2)",))]
    )
