"""The kinds of question: what a possible answer is, how it reads as text, and when it is complete.

>>> Choice({"a": "yes", "b": "no"}).validate("b")
'b'

One small class for each kind. A kind knows nothing of keys, marks, widgets or files.
"""

from __future__ import annotations

from hanoikit.exercise.kinds.base import Kind, lettered
from hanoikit.exercise.kinds.choosing import Choice, Choices
from hanoikit.exercise.kinds.confidence import Confidence
from hanoikit.exercise.kinds.gates import Gates
from hanoikit.exercise.kinds.matching import Match
from hanoikit.exercise.kinds.moment import Moment
from hanoikit.exercise.kinds.narrow import Narrow
from hanoikit.exercise.kinds.number import Number
from hanoikit.exercise.kinds.ordering import Order
from hanoikit.exercise.kinds.provision import Provision
from hanoikit.exercise.kinds.request import Request
from hanoikit.exercise.kinds.written import Written

__all__ = [
    "Choice",
    "Choices",
    "Confidence",
    "Gates",
    "Kind",
    "Match",
    "Moment",
    "Narrow",
    "Number",
    "Order",
    "Provision",
    "Request",
    "Written",
    "lettered",
]
