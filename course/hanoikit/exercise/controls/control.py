"""The Python half of every control: takes what the person gives, keeps it, and says what happened.

Messages from the browser are ``{"type": "answer", "seq": 3, "value": ...}`` and ``{"type": "clear", "seq":
4}``; the reply is the ``status`` trait ``{"seq": 3, "state": "saved", "text": "..."}`` with a state out of
empty, saved, incomplete, error, right, partly and wrong. ``{"type": "here"}`` says that the question came into view;
``{"type": "room", "act": "help"}`` is a button of a workshop's room, whose state is the ``room`` trait.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from hanoikit.errors import AnswerMalformed, HanoiKitError, SheetError
from hanoikit.exercise import observing
from hanoikit.exercise.answering import confirm
from hanoikit.exercise.book import BOOK, Asked
from hanoikit.exercise.judge import Judgement, explained
from hanoikit.exercise.kinds import Kind
from hanoikit.exercise.records import Plain
from hanoikit.exercise.showing import title
from hanoikit.i18n import _, direction, ngettext

_HERE = Path(__file__).parent
_FILES = {
    "choice": "choice.js",
    "choices": "choice.js",
    "order": "order.js",
    "match": "match.js",
    "number": "line.js",
    "provision": "line.js",
    "moment": "moment.js",
    "written": "written.js",
    "gates": "gates.js",
    "request": "request.js",
    "narrow": "narrow.js",
    "confidence": "confidence.js",
}
_CASES = frozenset({"gates", "request", "narrow", "confidence"})
_REMARKS = 2
"""How many of the things still open the status line reads out; ``check`` says them all."""


@cache
def module(name: str) -> str:
    """The ES module of one control: the shared frame, then its own file. Nothing is imported in the
    browser."""
    return "\n".join((_HERE / part).read_text(encoding="utf-8") for part in ("frame.js", name))


@cache
def style() -> str:
    """The style sheet that all controls share."""
    return (_HERE / "control.css").read_text(encoding="utf-8")


def strings() -> dict[str, str]:
    """The texts that the browser half needs, in the trainee's language."""
    return {
        "clear": _("Clear answer"),
        "again": _("Start again"),
        "saving": _("Saving…"),
        "lost": _(
            "Not saved yet: the course is not responding. What you gave stays here. "
            "Wait for the running cell, or run this cell again, and then answer again."
        ),
        "up": _("Move up: {item}"),
        "down": _("Move down: {item}"),
        "moved": _("{item} is now number {place} of {all}."),
        "edge": _("{item} is already number {place} of {all}."),
        "keep": _("Keep this order"),
        "keys": _(
            "Move an item with its buttons, or with the arrow keys up and down while a button has the focus."
        ),
        "choose": _("Choose"),
    }


def case_strings() -> dict[str, str]:
    """The texts of the controls for a whole case."""
    return {
        "facts": _("Facts of the case"),
        "factsHelp": _(
            "Drag a fact to a row, or press its number there. On the keyboard: the arrow keys move between "
            "the numbers of a row, the space bar attaches or removes a fact."
        ),
        "factsFor": _("Facts for: {row}"),
        "factsWord": _("Facts:"),
        "fact": _("Fact {n}: {text}"),
        "noFacts": _("No fact attached yet."),
        "attachedList": _("Facts attached to: {row}"),
        "attached": _("Fact {n} attached to: {row} Attached there: {list}."),
        "removed": _("Fact {n} removed from: {row} Attached there: {list}."),
        "nothing": _("none"),
        "removeFact": _("Remove fact {n} from: {row}"),
        "required": _("required"),
        "still": _("Still to be filled in."),
        "date": _("Date"),
        "time": _("Time"),
        "zone": _("Time zone"),
        "tickAll": _("Tick every part"),
        "stays": _("stays"),
        "goes": _("goes"),
        "false": _("sure it is false"),
        "true": _("sure it is true"),
        "notSaid": _("nothing said yet"),
        "percent": _("{n} %: {words}"),
    }


def room_strings() -> dict[str, str]:
    """The texts of a workshop's room at a question."""
    return {
        "on": _(
            "The workshop's room is on: your instructor sees that you are at this question, never your answer."
        ),
        "away": _("The workshop's room does not answer just now. Your answers are saved as always."),
        "badge": _("Workshop room: on"),
        "badgeAway": _("Workshop room: no answer"),
        "help": _("I need help"),
        "asked": _("Help is called. Press to take it back."),
        "leave": _("Leave the room"),
        "from": _("From your instructor"),
    }


class Control(anywidget.AnyWidget):
    """A control for one question. ``spec`` says what to draw, ``value`` what was given, ``status`` what
    became of it, ``room`` what a workshop's room shows here: nothing while nobody has joined one."""

    spec = traitlets.Dict().tag(sync=True)
    value = traitlets.Any(None, allow_none=True).tag(sync=True)
    status = traitlets.Dict().tag(sync=True)
    room = traitlets.Dict().tag(sync=True)

    def __init__(self, name: str, kind: Kind, *, legend: str, graded: bool, **traits: Any) -> None:
        spec = {
            "kind": kind.name,
            "id": name,
            "legend": legend,
            "dir": direction(),
            "graded": graded,
            "t": strings() | (case_strings() if kind.name in _CASES else {}),
            **kind.spec(),
        }
        # Given before the parent's own start-up: anywidget takes them over as the module and style of this
        # widget.
        self._esm = module(_FILES[kind.name])
        self._css = style()
        self._name = name
        observing.wake()
        super().__init__(spec=spec, room=self._room(), **traits)
        observing.ROOM.listen(self)
        self.on_msg(self._on_message)

    def _room(self) -> dict[str, Any]:
        room = observing.ROOM
        notes = [note.as_data() for note in room.of(self._name)]
        if not room.on and not notes:
            return {}
        return {"on": room.on, "help": room.help, "away": room.away, "notes": notes, "t": room_strings()}

    def refresh_room(self) -> None:
        """Show what the workshop's room now says about this question."""
        self.room = self._room()

    def _on_room(self, content: dict[str, Any]) -> None:
        if content["type"] == "here":
            observing.happened(observing.HERE, self._name)
        elif observing.ROOM.act is not None and content.get("act") in {"help", "calm", "leave"}:
            observing.ROOM.act(str(content["act"]), self._name)

    def _on_message(self, _widget: object, content: object, _buffers: object) -> None:
        if isinstance(content, dict) and content.get("type") in {"here", "room"}:
            self._on_room(content)
            return
        if not isinstance(content, dict) or content.get("type") not in {"answer", "clear"}:
            return
        value = content.get("value") if content["type"] == "answer" else None
        try:
            status = self.take(value)
        except HanoiKitError as error:
            status = {"state": "error", "text": self.refusal(error)}
        except Exception as error:  # an answer must never vanish without a word, whatever went wrong
            text = _("Not saved: {reason}. Your answer stays on the screen.")
            status = {"state": "error", "text": text.format(reason=f"{type(error).__name__}: {error}")}
        self.status = {**status, "seq": content.get("seq", 0)}

    def take(self, value: Any) -> dict[str, Any]:
        """Do with the value what this control is for; returns the status without its number."""
        raise NotImplementedError

    def refusal(self, error: HanoiKitError) -> str:
        """What the status line says when the value was refused."""
        return str(error)


class AnswerControl(Control):
    """A control whose answers go to the answer sheet."""

    def __init__(self, asked: Asked, plain_form: Any) -> None:
        self._asked = asked
        self._plain_form = plain_form
        self._taking = False
        value, status = self._now()
        super().__init__(
            asked.question, asked.kind, legend=title(asked.question), graded=True, value=value, status=status
        )
        BOOK.listen(asked.question, self)

    def _now(self) -> tuple[Plain, dict[str, Any]]:
        kind = self._asked.kind
        try:
            saved = BOOK.saved(self._asked.question)
        except SheetError as error:
            return None, {"seq": 0, "state": "error", "text": str(error)}
        if saved is None or saved.value is None:
            return None, {"seq": 0, "state": "empty", "text": confirm(saved)}
        try:
            value = kind.validate(saved.value)
        except AnswerMalformed as error:
            return None, {"seq": 0, "state": "error", "text": str(error)}
        missing = kind.missing(value)
        text = " ".join([*_open(missing), self._brief(value, saved)])
        state = "error" if not saved.on_disk else "incomplete" if missing else "saved"
        return value, {"seq": 0, "state": state, "text": text}

    def _brief(self, value: Plain, saved: Any) -> str:
        text = self._asked.kind.brief(value)
        if text == self._asked.kind.describe(value) or not saved.on_disk:
            return confirm(saved)
        at = _("Saved at {time}.").format(time=saved.at.strftime("%H:%M:%S"))
        return f"{text}. {at}" if text else at

    def take(self, value: Any) -> dict[str, Any]:
        """Write the value to the sheet."""
        self._taking = True
        try:
            BOOK.record(self._asked.question, value)
        finally:
            self._taking = False
        self.value, status = self._now()
        self._plain_form.refresh()
        return status

    def refusal(self, error: HanoiKitError) -> str:
        """Why it was not saved, and what counts instead."""
        if isinstance(error, AnswerMalformed):
            try:
                saved = BOOK.saved(self._asked.question)
            except SheetError:
                saved = None
            counts = (
                _("The answer that counts is still: {answer}").format(answer=confirm(saved))
                if saved is not None and saved.value is not None
                else ""
            )
            return " ".join(part for part in (_("Not saved."), str(error), counts) if part)
        return " ".join([str(error), _("Your answer stays here and is tried again with the next one.")])

    def refresh(self) -> None:
        """Show what the book now holds (an answer by code, or one that the disk took at last)."""
        if self._taking:
            return
        self.value, status = self._now()
        self.status = {**status, "seq": self.status.get("seq", 0)}
        self._plain_form.refresh()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/plain": self._plain_form.bundle()["text/plain"]}, metadata


def _open(missing: tuple[str, ...]) -> list[str]:
    """What is still open, for the status line."""
    if not missing:
        return []
    rest = len(missing) - _REMARKS
    more = [ngettext("{n} more is open.", "{n} more are open.", rest).format(n=rest)] if rest > 0 else []
    return [_("Not complete yet."), *missing[:_REMARKS], *more]


class SelfCheckControl(Control):
    """A control that explains at once and writes nothing."""

    def __init__(self, name: str, kind: Kind, decide: Callable[[Plain], Judgement]) -> None:
        self._kind = kind
        self._decide = decide
        status = {"seq": 0, "state": "empty", "text": _("Not graded: answer to see the explanation.")}
        super().__init__(name, kind, legend=_("Check yourself"), graded=False, status=status)

    def take(self, value: Any) -> dict[str, Any]:
        """Judge the value and explain."""
        if value is None:
            self.value = None
            return {"state": "empty", "text": _("Not graded: answer to see the explanation.")}
        given = self._kind.validate(value)
        self.value = given
        missing = self._kind.missing(given)
        if missing:
            return {"state": "incomplete", "text": " ".join(_open(missing))}
        judgement = self._decide(given)
        state = "right" if judgement.share >= 1 else "partly" if judgement.share > 0 else "wrong"
        observing.happened(observing.CHECKED, self._name, state == "right")
        return {"state": state, "text": explained(judgement)}

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/plain": _("Check yourself: {id}").format(id=self.spec["id"])}, metadata
