"""Putting a question on the screen: the control, and beside it the same in plain HTML and text.

The plain form is kept in the notebook file. It is seen where no control can be drawn: in a notebook opened
without a kernel, in a print-out, in a viewer. The control hides it as long as it is alive.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from hanoikit.errors import SheetError
from hanoikit.exercise.answering import confirm
from hanoikit.exercise.book import BOOK, Asked
from hanoikit.exercise.judge import Judgement
from hanoikit.exercise.kinds import Kind
from hanoikit.exercise.notebook import in_notebook, publish, put
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _, direction


def title(question: str) -> str:
    """The name of a question for people: ``"m04-q3"`` is question 3."""
    number = question.rpartition("-q")[2]
    if number.isdigit():
        return _("Your answer to question {n}").format(n=number)
    return _("Your answer to {question}").format(question=question)


def state_text(question: str) -> str:
    """One sentence: the answer that counts and when it was saved, or why the sheet cannot be read."""
    try:
        return confirm(BOOK.saved(question))
    except SheetError as error:
        return str(error)


class PlainForm:
    """A question's answer as plain text and HTML, kept up to date in the notebook while its kernel runs."""

    def __init__(self, question: str) -> None:
        self.question = question
        self._handle: Any = None

    def bundle(self) -> dict[str, str]:
        """The plain form in both formats."""
        head, text = title(self.question), state_text(self.question)
        # Once a page is loaded anew, Jupyter no longer updates this, so it must not claim to be the last word.
        advice = _("Run this cell to see the newest state and to answer.")
        return {
            "text/plain": f"{head}: {text}",
            "text/html": f'<p class="hanoikit-plain" dir="{direction()}" style="white-space:pre-line">'
            f"<strong>{html.escape(head)}:</strong> {html.escape(text)} <em>{html.escape(advice)}</em></p>",
        }

    def show(self) -> None:
        """Put it into the cell's output."""
        self._handle = publish(self.bundle(), updatable=True)

    def refresh(self) -> None:
        """Bring it up to date in the notebook."""
        if self._handle is not None:
            self._handle.update(self.bundle(), raw=True)


def show(asked: Asked) -> None:
    """Show the control, or the plain form alone where controls cannot be drawn."""
    plain_form = PlainForm(asked.question)
    if not in_notebook():
        print(plain_form.bundle()["text/plain"])
        return
    try:
        from hanoikit.exercise.controls import answer_control
    except ImportError:
        plain_form.show()
        print(
            _("No controls here. Answer with: answer({id}, {value})").format(
                id=repr(asked.question), value=asked.kind.template()
            )
        )
        return
    put(answer_control(asked, plain_form))
    plain_form.show()


def show_selfcheck(name: str, kind: Kind, decide: Callable[[Plain], Judgement]) -> None:
    """Show the control of a self-check; without controls there is nothing to show but its text above."""
    if not in_notebook():
        print(_("Self-check {id} ({kind}).").format(id=name, kind=kind.name))
        return
    try:
        from hanoikit.exercise.controls import selfcheck_control
    except ImportError:
        print(_("No controls here, so this self-check cannot be shown."))
        return
    put(selfcheck_control(name, kind, decide))
