"""The trainee's panel for a workshop's room: join, call for help, read what was released, leave.

>>> lab = join_room()
>>> lab.press("join", "join", line="192.0.2.7:8025 K7QF-2M9Z-PT3A-8WQF", name="Amal").say
'You are in the room “Cybercrime desk, autumn” as Amal.'
>>> lab.press("help", "help").say
'Help is called.'
>>> lab.press("join", "leave").say
'You have left the room. Nothing more is told.'

The rules are those of ``hanoikit.workshop``. What is told, and what is not, stands above the button; while the room is
on, every question says so, and has the same two buttons.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from hanoikit.errors import HanoiKitError
from hanoikit.exercise.observing import ROOM
from hanoikit.handin.me import HandOut, Me
from hanoikit.i18n import _
from hanoikit.labs.html import Markup, bullets, join, sentence, strong
from hanoikit.labs.panel import Button, Field, Result, Step, Values, panel
from hanoikit.workshop import attending, membership, presence
from hanoikit.workshop.attending import AWAY, ENDED, IN, Attending
from hanoikit.workshop.protocol import ASSIGNMENT, EXAMPLE, News

_NEWS = 12
"""How many assignments are listed."""


def join_room(folder: Path | str | None = None) -> Any:
    """The panel for the course folder that ``folder`` (default: the notebook's) lies in."""
    private = membership.private_folder(Path(folder) if folder is not None else Path.cwd())
    return _RoomPanel(private).shown()


class _RoomPanel:
    """The steps, and what the room's thread makes them show."""

    def __init__(self, private: Path) -> None:
        self._private = private
        self._panel: Any = None
        self._room: Attending | None = None
        self._last = ("", False, 0)
        self._line, self._name = "", ""
        self.join_step = Step(
            "join",
            _("Join or leave"),
            _promise(),
            refresh=self._fields,
            buttons=[Button("join", _("Join the room")), Button("leave", _("Leave the room"))],
            run=self._join,
        )
        self.help_step = Step(
            "help",
            _("Call for help"),
            sentence(
                _(
                    "Your instructor sees your call at once. At a question, use the button below that question."
                )
            ),
            buttons=[Button("help", _("I need help")), Button("calm", _("No help needed any more"))],
            run=self._help,
        )
        self.news_step = Step(
            "news",
            _("What your instructor released"),
            sentence(
                _(
                    "Hints and solutions also stand at their question. They stay in your course folder after the room."
                )
            ),
            buttons=[Button("look", _("Look again"))],
            run=lambda values: self._news(),
        )

    def shown(self) -> Any:
        """The widget; it goes on where another notebook of this folder has joined."""
        self._take(attending.resume(self._private))
        attending.show_released(self._private)
        self.join_step.result = self._state()
        self.news_step.result = self._news()
        self._panel = panel(_("Workshop room"), [self.join_step, self.help_step, self.news_step])
        ROOM.listen(self)
        return self._panel

    # what a person presses

    def _fields(self) -> list[Field]:
        kept = membership.Membership.read(self._private)
        line = kept.line if kept is not None else self._line
        name = kept.name if kept is not None else self._name
        if not name:
            try:
                name = Me.of(self._private.parent).name
            except HanoiKitError:
                name = ""
        return [
            Field("line", "line", _("Join line"), value=line, hint=self._example()),
            Field(
                "name",
                "text",
                _("Name that the room shows"),
                value=name,
                hint=_("You choose it, in any script."),
            ),
        ]

    @property
    def _handed_out(self) -> HandOut | None:
        """What the class gave out with this folder; its certificate knows the room."""
        try:
            return HandOut.of(self._private.parent)
        except HanoiKitError:
            return None

    def _example(self) -> str:
        if self._handed_out is not None and self._handed_out.certificate is not None:
            return _(
                "For example: {example}. In the folder of your class half of the code is enough."
            ).format(example=EXAMPLE)
        return _("For example: {example}").format(example=EXAMPLE)

    def _join(self, values: Values) -> Result:
        if values["action"] == "leave":
            return self._leave()
        self._line, self._name = str(values["line"]), str(values["name"])
        authority = self._handed_out.certificate if self._handed_out is not None else None
        self._take(attending.join(self._line, name=self._name, private=self._private, authority=authority))
        return self._state()

    def _leave(self) -> Result:
        room = attending.current()
        if room is None:
            return self._state()
        self._line = room.membership.line
        self._name = room.membership.name
        room.leave()
        said = _("You have left the room. Nothing more is told.")
        return Result(sentence(strong(said)), say=said)

    def _help(self, values: Values) -> Result:
        room = attending.current()
        if room is None:
            said = _("You are in no room. Raise your hand.")
            return Result(sentence(said), say=said, ok=False)
        room.want_help(None if values["action"] == "calm" else "")
        return self._called()

    # what there is to see

    def _state(self) -> Result:
        room = self._room
        if room is None or room.state not in (IN, AWAY, ENDED):
            said = _("You are in no room. Nothing is told.")
            return Result(sentence(said), say=said)
        if room.state == ENDED:
            said = _("The room has ended for you. Nothing more is told. You may join again.")
            return Result(sentence(strong(said)), say=said)
        said = _("You are in the room “{title}” as {name}.").format(
            title=room.title, name=room.membership.name
        )
        if room.state == AWAY:
            away = _(
                "The room does not answer just now. Your answers are saved as always; it is tried again."
            )
            over = _("Is the workshop over? Then press “Leave the room”.")
            parts = [sentence(strong(said)), sentence(away), sentence(over), sentence(room.trouble)]
            return Result(join(*parts), say=f"{said} {away}", ok=False)
        on = _(
            "The room is on. Every question says so, and you can leave at any time. Now open your exercise."
        )
        return Result(join(sentence(strong(said)), sentence(on)), say=said)

    def _called(self) -> Result:
        said = _("Help is called.") if ROOM.help else _("No help is called.")
        return Result(sentence(strong(said)), say=said)

    def _news(self) -> Result:
        given = membership.released(self._private)
        told = self._room.news if self._room else ()
        states = list({one.assignment: one for one in told if one.kind == ASSIGNMENT}.values())[-_NEWS:]
        parts: list[Markup] = []
        if states:
            parts.append(bullets(_opened(one) for one in states))
        for note in attending.heads(given):
            parts += [sentence(strong(note.head)), bullets(note.lines)]
        if not parts:
            said = _("Nothing so far.")
            return Result(sentence(said), say=said)
        if told and told[-1].kind == ASSIGNMENT:
            said = _opened(told[-1])
        else:
            said = _("Hints and solutions so far: {count}.").format(count=len(given))
        return Result(join(*parts), say=said)

    # what the room's thread tells

    def _take(self, room: Attending | None) -> None:
        if room is None or room is self._room:
            return
        self._room = room
        room.listeners.append(self._changed)
        self._last = (room.state, ROOM.help, len(room.news))

    def refresh_room(self) -> None:
        """Something was released, or help has come."""
        self._changed()

    def _changed(self) -> None:
        room = self._room
        if room is None or self._panel is None:
            return
        before, self._last = self._last, (room.state, ROOM.help, len(room.news))
        if before[0] != room.state:
            self._panel.announce("join", self._state())
        if before[1] != ROOM.help:
            self._panel.announce("help", self._called())
        if before[2] != len(room.news):
            news = self._news()
            # How things stand is told first, right after joining: no reason to talk over "You are in the room".
            self._panel.announce("news", news if before[2] else replace(news, say=self._state().say))


def _promise() -> Markup:
    return join(
        sentence(_("In a room your instructor can help while you work. Joining is your own choice."), " "),
        sentence(strong(_("Your instructor then sees:"))),
        bullets(presence.told()),
        sentence(strong(_("Never:"))),
        bullets(presence.never_told()),
        sentence(
            _(
                "It is kept in memory only, and is gone when the room ends. When you leave, your row goes at once."
            )
        ),
    )


def _opened(one: News) -> str:
    name = one.title or one.assignment
    if one.state == "open":
        until = _("Hand in until {due}.").format(due=one.due) if one.due else ""
        return " ".join(filter(None, [_("The assignment “{name}” is open.").format(name=name), until]))
    return _("The assignment “{name}” is closed.").format(name=name)
