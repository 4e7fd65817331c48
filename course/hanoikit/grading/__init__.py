"""The marking engine: a hand-in goes in, marks with their explanations come out.

>>> from hanoikit.grading import AssignmentSource, HandIn, StockEngine
>>> source = AssignmentSource.installed("m04-evidence-chain")
>>> marked = StockEngine().mark(HandIn(trainee="me", folder=Path("exercises/m04-evidence-chain")), source)
>>> marked.percent, marked.passed
(83.3, True)

There is one seam, :class:`Engine`. :class:`StockEngine` runs nbgrader as it is, in a private course
directory. It runs the trainee's code with the rights of the person who marks, so use it for your own work
and for people you trust.

A point exists only because a verdict awarded it: a question without a verdict earns nothing and is flagged
for a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hanoikit.grading.course import CourseDirectory, course_directory
    from hanoikit.grading.engine import Engine, Outcome, mark_each
    from hanoikit.grading.handin import HandIn
    from hanoikit.grading.marks import PASS_MARK, MarkedAssignment, QuestionMark
    from hanoikit.grading.source import AssignmentSource, Question
    from hanoikit.grading.stock import StockEngine

__all__ = [
    "PASS_MARK",
    "AssignmentSource",
    "CourseDirectory",
    "Engine",
    "HandIn",
    "MarkedAssignment",
    "Outcome",
    "Question",
    "QuestionMark",
    "StockEngine",
    "course_directory",
    "mark_each",
]

# Read when they are asked for: the processes that hand-ins are forked from live in this package and need none of them.
_HOMES = {
    "PASS_MARK": "marks",
    "AssignmentSource": "source",
    "CourseDirectory": "course",
    "Engine": "engine",
    "HandIn": "handin",
    "MarkedAssignment": "marks",
    "Outcome": "engine",
    "Question": "source",
    "QuestionMark": "marks",
    "StockEngine": "stock",
    "course_directory": "course",
    "mark_each": "engine",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
