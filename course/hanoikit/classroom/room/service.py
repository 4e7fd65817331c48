"""The room while it is open: what each request does, with plain data in and out.

>>> room = Room.of(klass, texts=Texts.installed(), now=lambda: datetime.now(UTC), clock=time.monotonic)
>>> token, reply = room.join({"code": room.keys.code, "name": "Amal"})
>>> room.tell(token, {"after": 0, "here": None, "help": ""})["news"]
[]

One thread runs it (that of the server's loop); only texts and bundles are read elsewhere.
"""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from hanoikit.classroom.klass import Assignment, Class
from hanoikit.classroom.room import incoming
from hanoikit.classroom.room.board import Board, Here, Member, Row
from hanoikit.classroom.room.given import FILE, Given
from hanoikit.classroom.room.keys import RoomKeys
from hanoikit.classroom.room.releasing import QuestionText, Texts
from hanoikit.classroom.room.titles import title_of
from hanoikit.desk_service.access import hash_token, new_token
from hanoikit.errors import HanoiKitError, ServiceRefused, UsageError
from hanoikit.i18n import _
from hanoikit.workshop.protocol import FORMAT, MOST_NEWS, JoinLine, clean_name, is_id, normal_code

EVERY = 4
"""Seconds between two words of a notebook where nothing happens."""
PATIENCE = 2.0
"""Seconds between two looks into ``class.json``."""
_MOST_DONE = 400
_SHOWN_BUNDLES = 12
_SELF_CHECK = re.compile(r"m(\d+)-c(\w+)\Z")


@dataclass
class Room:
    """The room of one class. ``now`` gives aware times, ``clock`` seconds that only grow."""

    klass: Class
    texts: Texts
    keys: RoomKeys
    given: Given
    now: Callable[[], datetime]
    board: Board
    addresses: tuple[str, ...] = ()
    session: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    bundles: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_SHOWN_BUNDLES))
    bundle_count: int = 0
    _tokens: dict[str, Member] = field(default_factory=dict)
    _changed: set[asyncio.Event] = field(default_factory=set)
    _questions: dict[str, dict[str, QuestionText]] = field(default_factory=dict)
    _working: dict[str, float] = field(default_factory=dict)
    """Assignments whose answers are being worked out, and since when."""
    _failed: dict[str, str] = field(default_factory=dict)
    _plans: dict[str, tuple[str, str]] = field(default_factory=dict)
    _looked: float = 0.0

    def __post_init__(self) -> None:
        for row in self.klass.assignments:
            self._plans[row.name] = ("planned", "")
        self.notice()  # whoever joins hears what is open

    @classmethod
    def of(
        cls,
        klass: Class,
        *,
        texts: Texts,
        now: Callable[[], datetime],
        clock: Callable[[], float],
        keys: RoomKeys | None = None,
    ) -> Room:
        """The room of this class, with what was released in it before."""
        return cls(
            klass,
            texts,
            keys or RoomKeys.of(klass),
            Given(klass.root / FILE),
            now,
            Board(clock=clock),
        )

    @property
    def join_lines(self) -> tuple[JoinLine, ...]:
        """The line to join with, for each address of this machine, the best one first."""
        found = self.addresses or ("https://127.0.0.1",)
        return tuple(JoinLine(address, self.keys.code, self.keys.proof) for address in found)

    # trainees

    def join(self, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Somebody joins; the hash of the token, and the reply. Raises ``ServiceRefused`` for a wrong code."""
        code = normal_code(_text(body, "code", 40))
        if not hmac.compare_digest(code, self.keys.code):
            raise ServiceRefused(
                _("This is not the code of this room."),
                code="wrong-code",
                status=403,
                next_step=_("Compare it with the one on the instructor's screen."),
            )
        name = clean_name(_text(body, "name", 400))
        if not name:
            raise ServiceRefused(_("The room needs a name for you."), code="no-name", status=422)
        member = self.board.join(name)
        token = new_token()
        self._tokens[hash_token(token)] = member
        self.changed()
        return hash_token(token), {
            "format": FORMAT,
            "token": token,
            "class": self.klass.id,
            "title": self.klass.title,
            "name": member.name,
            "session": self.session,
            "every": EVERY,
        }

    def member(self, key: str) -> Member | None:
        """Who has the token with this hash; None for nobody, or for somebody whose row is gone."""
        member = self._tokens.get(key)
        if member is not None and not self.board.has(member):
            del self._tokens[key]
            return None
        return member

    def tell(self, member: Member, body: Mapping[str, Any]) -> dict[str, Any]:
        """Where a member is, and what is new for them. Raises ``UsageError`` for another form."""
        help = _text(body, "help", 80) if "help" in body else None
        if help not in (None, "", "*") and not is_id(help):
            raise UsageError(_("The request has another form."), where="help")
        call = _number(body, "call", 1 << 31)
        dismissed = bool(help) and call == member.dismissed
        if help:
            member.call = call
        here, done = _here(body.get("here")), _done(body.get("done"))
        if self.board.told(member, here, help="" if dismissed else help, done=done):
            self.changed()
        self.notice(patience=PATIENCE)
        after = body.get("after")
        if type(after) is not int or after < 0:
            raise UsageError(_("The request has another form."), where="after")
        # A number beyond the last is of another session: it gets everything.
        waiting = self.given.after(after if after <= self.given.last else 0)
        news = waiting[:MOST_NEWS]
        reply: dict[str, Any] = {
            "news": [one.as_data() for one in news],
            "last": news[-1].number if news else self.given.last,
            "every": EVERY,
        }
        if len(waiting) > len(news):
            reply["more"] = True
        if dismissed:
            reply["help"] = False
        return reply

    def leave(self, key: str) -> None:
        """A member's row goes, with everything about it."""
        member = self._tokens.pop(key, None)
        if member is not None:
            self.board.leave(member)
            self.changed()

    def hand_in(self, draft: Path) -> dict[str, Any]:
        """A bundle that came in whole; the class's receipt for it. Runs in a thread of its own."""
        counter, findings = incoming.take(draft, self.klass, now=self.now())
        return {
            "receipt": counter.to_json(),
            "file": counter.file,
            "state": counter.state,
            "code": counter.code,
            "late": counter.late,
            "assignment": counter.assignment,
            "findings": [
                {"code": one.code, "message": one.message, "where": one.where, "severity": one.severity}
                for one in findings
            ],
        }

    def came_in(self, reply: Mapping[str, Any], member: Member) -> None:
        """Show on the instructor's page that a bundle came in."""
        self.bundle_count += 1
        self.bundles.appendleft(
            {
                "at": self.now().astimezone(self.klass.zone).strftime("%H:%M"),
                "name": member.name,
                "assignment": reply["assignment"],
                "code": reply["code"],
                "state": reply["state"],
                "late": reply["late"],
            }
        )
        self.changed()

    # the instructor

    async def hint(self, question: str, level: int) -> dict[str, Any]:
        """Release hint ``level`` of a question, and nothing when it is out already.

        Raises ``UsageError`` when the question or the level does not exist, or a level would be left out.
        """
        text = await self._text_of(question)
        out = self.given.level(question)
        if not 1 <= level <= len(text.hints) or level > out + 1:
            raise UsageError(
                _("There is no further hint for this question."),
                where=question,
                next_step=_("Help in person, or release the solution."),
            )
        if level == out + 1:
            self.given.hint(question, (text.hints[level - 1],), level=level)
            self.changed()
        return {"released": level, "of": len(text.hints)}

    async def solution(self, *, question: str = "", assignment: str = "") -> dict[str, Any]:
        """Release the solution of a question, or of all questions of an assignment.

        An answer that comes out of the files of the case is worked out first. Where that fails, the reply says why in
        ``without``, and the rest of the solution is released.
        """
        if question:
            name, text = await self._place_of(question)
            found = {question: text}
        else:
            name = self.klass.assignment(assignment).name
            found = dict(await self.read(name))
        found = {one: text for one, text in found.items() if not self.given.solved(one)}
        without = ""
        if any(text.computed for text in found.values()):
            try:
                worked_out = await self._work_out(name)
                found = {one: worked_out.get(one, text) for one, text in found.items()}
            except HanoiKitError as error:
                without = str(error)
        # Somebody may have pressed twice while it was worked out.
        new = [text for one, text in found.items() if not self.given.solved(one)]
        for text in new:
            self.given.solution(text.id, text.solution)
        if assignment:
            self.klass.plan(assignment, solution="released")
        if new or assignment:
            self.changed()
        return {"released": len(new)} | ({"without": without} if without else {})

    async def _work_out(self, assignment: str) -> dict[str, QuestionText]:
        """The computed answers of an assignment; the page is told every two seconds that it goes on."""
        self._working.setdefault(assignment, self.board.now())
        task = asyncio.ensure_future(asyncio.to_thread(self.texts.work_out, assignment))
        try:
            while not task.done():
                self.changed()
                await asyncio.wait({task}, timeout=PATIENCE)
            return task.result()
        finally:
            self._working.pop(assignment, None)
            self.changed()

    def plan(self, name: str, state: str) -> dict[str, Any]:
        """Open or close an assignment, in ``class.json``, and tell everybody."""
        if state not in ("open", "closed"):
            raise UsageError(_("An assignment is opened or closed."), where=state)
        if self.klass.assignment(name).state != state:
            self.klass.plan(name, state=state)
        self.notice()
        return {"state": state}

    def notice(self, *, patience: float = 0.0) -> None:
        """Tell everybody what was opened or closed, here or by a command beside.

        With ``patience``, not more often than every so many seconds.
        """
        now = self.board.now()
        if now - self._looked < patience:
            return
        self._looked = now
        for row in self.klass.assignments:
            due = row.due.astimezone(self.klass.zone).strftime("%d.%m.%Y %H:%M") if row.due else ""
            before = self._plans.get(row.name, ("planned", ""))
            after = (row.state, due if row.state == "open" else "")
            if before != after:
                self._plans[row.name] = after
                if "open" in (before[0], row.state) or row.state == "closed":
                    self.given.assignment(
                        row.name, title=title_of(self.klass, row.name), state=row.state, due=after[1]
                    )
                    self.changed()

    def helped(self, row: int) -> dict[str, Any]:
        """The instructor is there: the call for help ends."""
        member = self._row(row)
        member.dismissed, member.help = member.call, ""
        self.changed()
        return {}

    def remove(self, row: int) -> dict[str, Any]:
        """Take somebody out of the room; they may join again."""
        self.board.leave(self._row(row))
        self.changed()
        return {}

    async def read(self, assignment: str) -> dict[str, QuestionText]:
        """The questions of an assignment, read in a thread when first needed. Raises ``HanoiKitError``."""
        if assignment not in self._questions:
            self._questions[assignment] = await asyncio.to_thread(self.texts.of, assignment)
        return self._questions[assignment]

    async def prepare(self) -> None:
        """Read the texts of all assignments, one after another, so that nobody waits for them later."""
        rows = sorted(self.klass.assignments, key=lambda row: row.state != "open")
        for row in rows:
            try:
                await self.read(row.name)
            except HanoiKitError as error:
                self._failed[row.name] = str(error)
            self.changed()

    async def _text_of(self, question: str) -> QuestionText:
        return (await self._place_of(question))[1]

    async def _place_of(self, question: str) -> tuple[str, QuestionText]:
        for row in self.klass.assignments:
            if row.name.partition("-")[0] != question.partition("-")[0]:
                continue
            found = (await self.read(row.name)).get(question)
            if found is not None:
                return row.name, found
        raise UsageError(_("The class has no question {id}.").format(id=question[:80]))

    def _row(self, row: int) -> Member:
        member = self.board.by_row(row)
        if member is None:
            raise UsageError(_("This person is not in the room any more."))
        return member

    # what the page shows

    def snapshot(self) -> dict[str, Any]:
        """The whole room, for the instructor's page."""
        self.board.sweep()
        self.notice(patience=PATIENCE)
        rows = self.board.rows()
        return {
            "now": self.now().astimezone(self.klass.zone).strftime("%H:%M"),
            "people": [
                {
                    "row": row.row,
                    "name": row.name,
                    "assignment": row.assignment,
                    "question": row.question,
                    "title": self._question_title(row.assignment, row.question),
                    "answered": row.answered,
                    "seconds": row.seconds,
                    "wrong": row.wrong,
                    "done": row.done,
                    "of": len(self._questions.get(row.assignment, ())),
                    "why": row.why,
                    "usual": row.usual,
                    "help": row.help,
                    "quiet": row.quiet,
                }
                for row in rows
            ],
            "assignments": [self._assignment(one, rows) for one in self.klass.assignments],
            "bundles": list(self.bundles),
            "bundleCount": self.bundle_count,
        }

    def _assignment(self, row: Assignment, people: Sequence[Row]) -> dict[str, Any]:
        texts = self._questions.get(row.name, {})
        progress = self.board.progress(row.name, texts, people)
        return {
            "name": row.name,
            "title": title_of(self.klass, row.name),
            "state": row.state,
            "due": row.due.astimezone(self.klass.zone).strftime("%d.%m. %H:%M") if row.due else "",
            "solution": row.solution,
            "started": self.board.started(row.name),
            "failed": self._failed.get(row.name, ""),
            "read": row.name in self._questions,
            "working": self._working_for(row.name),
            "questions": [
                {
                    "id": one.question,
                    "title": texts[one.question].title,
                    "done": one.done,
                    "here": one.here,
                    "stuck": one.stuck,
                    "usual": one.usual,
                    "hints": self.given.level(one.question),
                    "hintsOf": len(texts[one.question].hints),
                    # To read before it is released; of what is open only, since the whole page is sent at a change.
                    "hintNext": _next(texts[one.question], self.given.level(one.question))
                    if row.is_open
                    else "",
                    "solved": self.given.solved(one.question),
                }
                for one in progress
            ],
        }

    def _working_for(self, name: str) -> int | None:
        since = self._working.get(name)
        return None if since is None else int(self.board.now() - since)

    def _question_title(self, assignment: str, question: str) -> str:
        text = self._questions.get(assignment, {}).get(question)
        if text is not None:
            return text.title
        check = _SELF_CHECK.match(question)
        if check is not None:
            return _("Self-check {n} · lesson of module {module}").format(n=check[2], module=int(check[1]))
        return question

    # who watches

    def changed(self) -> None:
        """Wake the pages."""
        for event in self._changed:
            event.set()

    def watch(self) -> asyncio.Event:
        event = asyncio.Event()
        self._changed.add(event)
        return event

    def unwatch(self, event: asyncio.Event) -> None:
        self._changed.discard(event)

    @property
    def watching(self) -> int:
        """How many pages are open."""
        return len(self._changed)


def _next(text: QuestionText, out: int) -> str:
    return text.hints[out] if out < len(text.hints) else ""


def _text(body: Mapping[str, Any], name: str, most: int) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        raise UsageError(_("The request has another form."), where=name)
    return value


def _here(value: Any) -> Here | None:
    if value is None:
        return None
    if (
        not isinstance(value, Mapping)
        or not is_id(value.get("assignment"))
        or not is_id(value.get("question"))
    ):
        raise UsageError(_("The request has another form."), where="here")
    return Here(
        value["assignment"],
        value["question"],
        answered=value.get("answered") is True,
        seconds=_number(value, "seconds", 86_400),
        wrong=_number(value, "wrong", 999),
        idle=_number(value, "idle", 86_400),
    )


def _number(value: Mapping[str, Any], name: str, most: int) -> int:
    found = value.get(name, 0)
    if type(found) is not int or found < 0:
        raise UsageError(_("The request has another form."), where=name)
    return min(found, most)


def _done(value: Any) -> dict[str, list[str]]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or len(value) > 20:
        raise UsageError(_("The request has another form."), where="done")
    for name, found in value.items():
        if (
            not is_id(name)
            or not isinstance(found, list)
            or len(found) > _MOST_DONE
            or not all(map(is_id, found))
        ):
            raise UsageError(_("The request has another form."), where="done")
    return {name: list(found) for name, found in value.items()}
