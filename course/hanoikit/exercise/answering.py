"""Answering by a line of code: the same as using the control.

>>> answer("m04-q1", "b")
m04-q1: b: It proves that the copy has not changed. Saved at 14:02:11.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

from hanoikit.errors import AnswerMalformed
from hanoikit.exercise.book import BOOK, Saved
from hanoikit.exercise.marking import is_marking
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _


@dataclass(frozen=True)
class Confirmation:
    """What was saved, as a sentence. ``saved`` is None while a hand-in is being marked: nothing is written
    then."""

    question: str
    value: Plain
    saved: Saved | None

    def __repr__(self) -> str:
        return f"{self.question}: {confirm(self.saved)}" if self.saved else f"{self.question}"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>"


def answer(question: str, value: object) -> Confirmation:
    """Record an answer; ``None`` clears it. A control on the screen shows it at once.

    Raises AnswerMalformed for a value that this question cannot have, and SheetError when the disk does not
    take it (it is then tried again with the next answer).
    """
    if is_marking():
        return Confirmation(question, value, None)
    saved = BOOK.record(question, value)
    return Confirmation(question, saved.value, saved)


def confirm(saved: Saved | None) -> str:
    """One sentence about an answer and when it was saved."""
    if saved is None:
        return _("Not answered yet.")
    time = saved.at.strftime("%H:%M:%S")
    if saved.value is None:
        return _("Answer cleared at {time}. Earlier answers stay in the answer sheet.").format(time=time)
    asked = BOOK.asked.get(saved.question)
    try:
        text = asked.kind.describe(asked.kind.validate(saved.value)) if asked else str(saved.value)
    except AnswerMalformed:  # the sheet was edited, or the question has changed since
        text = str(saved.value)
    if len(text) > 300:
        text = text[:297] + "…"
    if not saved.on_disk:
        return _("{answer}. Not saved yet: given at {time}, waiting for the disk.").format(
            answer=text, time=time
        )
    joint = " " if text.endswith((".", "!", "?", "…")) else ". "
    return text + joint + _("Saved at {time}.").format(time=time)
