"""The accessible controls: one for each way of answering, as anywidgets.

>>> control = answer_control(asked, plain_form)

A control is a fieldset with native inputs, a status line that is read out, and a button that clears the
answer. Each has its own file here (``choice.js`` ...) over one shared ``frame.js``. The control sends what
the person gives; Python checks it, writes it to the answer sheet and sends back the sentence for the status
line. Nothing is kept in the control
alone: without that sentence within a few seconds it says that the answer is not saved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hanoikit.exercise.book import Asked
from hanoikit.exercise.controls.control import AnswerControl, Control, SelfCheckControl
from hanoikit.exercise.judge import Judgement
from hanoikit.exercise.kinds import Kind
from hanoikit.exercise.records import Plain

__all__ = ["AnswerControl", "Control", "SelfCheckControl", "answer_control", "selfcheck_control"]


def answer_control(asked: Asked, plain_form: Any) -> AnswerControl:
    """The control for a question, showing the answer that counts; it refreshes ``plain_form`` as it
    changes."""
    return AnswerControl(asked, plain_form)


def selfcheck_control(name: str, kind: Kind, decide: Callable[[Plain], Judgement]) -> SelfCheckControl:
    """The control for a self-check, which explains at once and writes nothing."""
    return SelfCheckControl(name, kind, decide)
