"""The trainee's side of an exercise: asking, the answer sheet, checking, and the rules by which answers are
marked.

>>> from hanoikit.exercise import answer, ask, check, mark, selfcheck
>>> ask.choice("m04-q1", a="It proves who made the copy.", b="It proves that the copy has not changed.")
>>> answer("m04-q1", "b")        # one line of code does the same as the control
>>> check()                      # what is still open, without saying what is right

Every answer goes at once to ``answers.jsonl`` beside the notebook (``sheet``), where it survives a restart.
``mark`` is called from hidden tests only. Nothing here imports widgets until a control is shown.
"""

from __future__ import annotations

from hanoikit.exercise.answering import answer
from hanoikit.exercise.checking import check
from hanoikit.exercise.marking import is_marking

from . import ask, mark, selfcheck, sheet

__all__ = ["answer", "ask", "check", "is_marking", "mark", "selfcheck", "sheet"]
