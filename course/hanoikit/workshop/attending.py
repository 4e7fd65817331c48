"""Being in a room: a thread that tells where one is, and hears what the instructor releases.

>>> room = join("192.0.2.7:8025 K7QF-2M9Z-PT3A-8WQF", name="Amal", private=private)
>>> room.state, room.title
('in', 'Cybercrime desk, autumn')
>>> room.leave()                    # from here on nothing is sent

One folder is in one room at most; every kernel that works in the folder tells and hears for itself, with the same
membership. When the room does not answer, the thread waits longer from time to time and goes on; nothing waits for it.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit.errors import HanoiKitError, ServiceRefused, ServiceUnreachable, UsageError
from hanoikit.exercise import observing
from hanoikit.exercise.book import BOOK
from hanoikit.exercise.marking import is_marking
from hanoikit.exercise.observing import ROOM, Event, Note
from hanoikit.exercise.sheet import module_of
from hanoikit.i18n import _
from hanoikit.workshop import membership as kept
from hanoikit.workshop.client import RoomClient
from hanoikit.workshop.membership import Membership
from hanoikit.workshop.pinning import Known
from hanoikit.workshop.presence import Presence
from hanoikit.workshop.protocol import ASSIGNMENT, HINT, JoinLine, News, clean_name, news

if TYPE_CHECKING:
    from cryptography import x509

IN, AWAY, LEFT, ENDED = "in", "away", "left", "ended"
"""Told and heard; the room does not answer just now; left by one's own act; the room is over, or it let one go."""

EVERY = 4.0
_SOONEST = 0.5
_LONGEST = 20.0
GIVE_UP = 1200.0
"""Seconds without an answer after which nobody waits for the room any more."""

_current: Attending | None = None
_one_at_a_time = threading.Lock()


class Attending:
    """One kernel in a room. ``listeners`` are called, from the thread, when something to show has changed.

    ``trouble`` says in a sentence why the room is away; "" while it is not.
    """

    def __init__(
        self,
        membership: Membership,
        private: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
        client: RoomClient | None = None,
        soonest: float | None = None,
    ) -> None:
        self.membership = membership
        self.private = private
        self.state = IN
        self.trouble = ""
        self.news: list[News] = []
        self.listeners: list[Callable[[], None]] = []
        self.presence = Presence(clock=clock)
        self._client = client or RoomClient(membership.address, known=membership.known)
        self._after = 0
        self._every = EVERY
        self._clock = clock
        self._heard = clock()
        self._soonest = _SOONEST if soonest is None else soonest
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._sending = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def title(self) -> str:
        """The title of the class."""
        return self.membership.title

    @property
    def active(self) -> bool:
        """Whether something is, or may again be, told."""
        return self.state in (IN, AWAY)

    def start(self) -> Attending:
        """Begin to tell and to hear."""
        observing.observe(self._observe)
        ROOM.act = self._act
        ROOM.show(
            on=True, help=False, away=False, notes=tuple(_note(one) for one in kept.released(self.private))
        )
        self._thread = threading.Thread(target=self._run, name="workshop-room", daemon=True)
        self._thread.start()
        return self

    # what a person does

    def want_help(self, question: str | None = "") -> None:
        """Call for help at a question, or in general; None takes the call back."""
        self.presence.want_help(question)
        ROOM.show(help=self.presence.helping)
        self._wake.set()
        self._changed()

    def leave(self, *, wait: bool = False) -> None:
        """Leave: at once nothing more is told. The room hears of it beside, so that nobody waits for the network.

        Where it cannot be reached, the row there goes by itself after a while. ``wait`` until it has heard.
        """
        self._end(LEFT)
        kept.forget(self.private)
        thread = threading.Thread(target=self._say_goodbye, name="workshop-leaving", daemon=True)
        thread.start()
        if wait:
            thread.join()

    def _say_goodbye(self) -> None:
        with self._sending, contextlib.suppress(HanoiKitError):  # what was under way has ended
            self._client.leave(self.membership.token)

    def hand_in(self, bundle: Path) -> dict[str, Any]:
        """Hand a sealed bundle in through the room; raises what the client raises."""
        if not self.active:
            raise UsageError(
                _("You are in no room."), next_step=_("Join first, or hand in to a folder or a USB key.")
            )
        return self._client.hand_in(self.membership.token, bundle)

    def _act(self, what: str, question: str) -> None:
        if what == "leave":
            self.leave()
        else:
            self.want_help(question if what == "help" else None)

    # what happens at the questions; called by whoever answers, so it only notes

    def _observe(self, event: Event) -> None:
        asked = BOOK.asked.get(event.question)
        assignment = asked.folder.name if asked is not None else module_of(event.question)
        self.presence.note(event, assignment=assignment)
        self._wake.set()

    # in the thread

    def _run(self) -> None:
        pause = 0.0
        while not self._stopped.is_set():
            try:
                pause = self._step(pause)
            except Exception:  # whatever it was: the room is away, the notebook goes on
                self._be(AWAY)
                pause = _longer(pause)
            if self.state == IN:
                self._wake.wait(pause)
                self._wake.clear()
                self._stopped.wait(self._soonest)  # several things at once are told together
            else:
                self._stopped.wait(pause)

    def _step(self, pause: float) -> float:
        """Tell and hear once; the seconds to wait before the next time."""
        self._look_for_answers()
        said = self.presence.tell()
        with self._sending:
            if self._stopped.is_set():
                return 0.0
            now = Membership.read(self.private)
            if now is None:  # left in another notebook
                self._end(LEFT)
                return 0.0
            if now.token != self.membership.token:  # joined anew in another notebook
                self._adopt(now)
            try:
                reply = self._client.tell(self.membership.token, {"after": self._after, **said})
            except ServiceRefused as error:
                if error.status == 401:
                    return self._unknown()
                self._be(AWAY, str(error))
                return _longer(pause)
            except ServiceUnreachable as error:
                self._be(AWAY, str(error))
                return _longer(pause)
        self.presence.arrived(said)
        self._hear(reply)
        self._be(IN)
        return 0.0 if reply.get("more") is True else self._every

    def _hear(self, reply: dict[str, Any]) -> None:
        with contextlib.suppress(TypeError, ValueError):
            self._every = min(60.0, max(1.0, float(reply.get("every", EVERY))))
        found = [one for one in map(news, reply["news"]) if one is not None and one.number > self._after]
        last = reply.get("last")
        if isinstance(last, int) and last >= 0:
            self._after = last
        if reply.get("help") is False and self.presence.helping:
            self.presence.want_help(None)  # the instructor has come
            ROOM.show(help=False)
            self._changed()
        if not found:
            return
        self.news += found
        notes = tuple(_note(one) for one in found if one.kind != ASSIGNMENT)
        kept.keep_released(self.private, found)
        ROOM.show(notes=notes)
        self._changed()

    def _unknown(self) -> float:
        """The room does not know us: it began anew, and we join again; or it let us go, and that is that."""
        session = self._client.session()
        if session == self.membership.session:
            kept.forget(self.private)
            self._end(ENDED)
            return 0.0
        reply = self._client.join(code=self.membership.code, name=self.membership.name)
        if reply.get("class") != self.membership.class_id:
            # Another class at the same address: nobody has agreed to that.
            self._client.leave(str(reply["token"]))
            kept.forget(self.private)
            self._end(ENDED)
            return 0.0
        again = replace(self.membership, token=str(reply["token"]), session=str(reply.get("session", "")))
        again.write(self.private)
        self._adopt(again)
        return 0.0

    def _adopt(self, membership: Membership) -> None:
        self.membership = membership
        if (self._client.address, self._client.fingerprint) != (membership.address, membership.certificate):
            self._client = RoomClient(membership.address, known=membership.known)
        self._after = 0
        self.presence.again()

    def _look_for_answers(self) -> None:
        """What the sheets of the shown questions hold already, once for each assignment."""
        for asked in list(BOOK.asked.values()):
            name = asked.folder.name
            if not self.presence.knows(name):
                self.presence.begin(name, ())
                with contextlib.suppress(Exception):
                    self.presence.begin(name, BOOK.sheet_of(asked.question).answers())

    def _be(self, state: str, trouble: str = "") -> None:
        self.trouble = trouble
        if state == IN:
            self._heard = self._clock()
        elif self._clock() - self._heard > GIVE_UP and not self._stopped.is_set():
            kept.forget(self.private)
            self._end(ENDED)
        if self.active and self.state != state:
            self.state = state
            ROOM.show(away=state == AWAY)
            self._changed()

    def _end(self, state: str) -> None:
        self._stopped.set()
        self._wake.set()
        observing.forget(self._observe)
        self.state = state
        if ROOM.act == self._act:
            ROOM.act = None
            ROOM.show(on=False, help=False, away=False)
        self._changed()

    def _changed(self) -> None:
        for listener in list(self.listeners):
            with contextlib.suppress(Exception):
                listener()


def current() -> Attending | None:
    """The room that this kernel is in; None when it is in none."""
    return _current if _current is not None and _current.active else None


def join(
    line: str,
    *,
    name: str,
    private: Path,
    authority: x509.Certificate | None = None,
    patience: float = 5.0,
) -> Attending:
    """Join a room by the line on the instructor's screen, under a name of one's own choice.

    ``authority`` is the certificate of the class that the course folder was handed out with: then the first half of the
    code is enough. Raises ``UsageError`` for no join line or no name, ``ServiceUnreachable`` also when another machine
    answers there, ``ServiceRefused`` for a wrong code.
    """
    global _current
    found = JoinLine.parse(line)
    chosen = clean_name(name)
    if not chosen:
        raise UsageError(
            _("The room needs a name for you."),
            next_step=_("Write the one that your instructor knows you by."),
        )
    with _one_at_a_time:
        before = _current
        if before is not None and before.active:
            before.leave()
        known = Known(code=found.code, proof=found.proof, authority=authority)
        client = RoomClient(found.address, known=known, patience=patience)
        reply = client.join(code=found.code, name=chosen)
        made = Membership(
            address=found.address,
            code=found.code,
            token=reply["token"],
            name=clean_name(str(reply.get("name", ""))) or chosen,
            class_id=str(reply.get("class", ""))[:40],
            title=clean_name(str(reply.get("title", ""))),
            session=str(reply.get("session", ""))[:80],
            joined=str(int(time.time())),
            proof=found.proof,
            certificate=client.fingerprint,
        )
        made.write(private)
        _current = Attending(made, private, client=client).start()
        return _current


def resume(private: Path) -> Attending | None:
    """Go on in the room that another notebook of this folder joined; None when there is none."""
    global _current
    if is_marking():
        return None
    with _one_at_a_time:
        if _current is not None and _current.active:
            return _current
        membership = Membership.read(private)
        if membership is not None:
            _current = Attending(membership, private).start()
        return current()


def show_released(private: Path) -> None:
    """Show at their questions what was released earlier, whether or not one is in a room now."""
    ROOM.show(notes=tuple(_note(one) for one in kept.released(private)))


def _note(one: News) -> Note:
    number = one.question.rpartition("-q")[2]
    name = _("question {n}").format(n=number) if number.isdigit() else one.question
    head = (
        _("Hint {level} for {question}").format(level=one.level, question=name)
        if one.kind == HINT
        else _("The solution of {question}").format(question=name)
    )
    # The place in the row: hints by level, the solution last; a later copy of the same takes the place of the first.
    return Note(one.level if one.kind == HINT else 100, one.question, head, one.lines)


def heads(given: Iterable[News]) -> list[Note]:
    """Hints and solutions with their headings, for a panel."""
    return [_note(one) for one in given if one.kind != ASSIGNMENT]


def _longer(pause: float) -> float:
    """Twice as long as before, with some chance, so that thirty do not come back in the same second."""
    return min(_LONGEST, max(2.0, pause * 2)) * random.uniform(0.8, 1.2)
