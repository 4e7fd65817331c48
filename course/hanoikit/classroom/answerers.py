"""Simulated trainees: people who know more or less, and bots that answer without knowing anything.

>>> person = PEOPLE[0]
>>> person.name, person.answer(question, random.Random(1)) is KNOWS
('strong', True)

The bots are a test of the assignment, not of trainees: an assignment that a bot passes asks nothing.
Everything here is made up; no figure says anything about real people.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from hanoikit.classroom import bots
from hanoikit.classroom.slips import NOTHING, slip
from hanoikit.classroom.study import Studied

KNOWS = object()
"""The author's own answer, with the files that it makes."""


@dataclass(frozen=True, slots=True)
class Answerer:
    """One simulated trainee. ``answer`` gives a value, :data:`KNOWS` or
    :data:`~hanoikit.classroom.slips.NOTHING`.
    """

    name: str
    description: str
    sort: Literal["person", "bot"]
    answer: Callable[[Studied, random.Random], Any]

    @property
    def is_bot(self) -> bool:
        """Whether this one answers without reading."""
        return self.sort == "bot"


def _knowing(
    share: float, *, forgets: float = 0.0, codes: bool = False
) -> Callable[[Studied, random.Random], Any]:
    def answer(question: Studied, rng: random.Random) -> Any:
        if question.kind == "code":
            return KNOWS if codes else NOTHING
        if rng.random() < forgets:
            return NOTHING
        return KNOWS if rng.random() < share else slip(question, rng)

    return answer


def _careless(question: Studied, rng: random.Random) -> Any:
    """Knows the matter, but forgets the zone, a fact or a field, swaps steps, and leaves out an option and some
    questions altogether.
    """
    if rng.random() < 0.15 or question.kind == "code":
        return NOTHING
    if question.kind in {"moment", "order", "choices", "gates", "request"} and rng.random() < 0.8:
        return slip(question, rng)
    return KNOWS if rng.random() < 0.8 else slip(question, rng)


def _silent(question: Studied, rng: random.Random) -> Any:
    return NOTHING


PEOPLE: tuple[Answerer, ...] = (
    Answerer("strong", "knows the lesson and the examiner track", "person", _knowing(1.0, codes=True)),
    Answerer("average", "knows about four questions of five", "person", _knowing(0.8)),
    Answerer("weak", "knows about one question of three", "person", _knowing(0.35, forgets=0.1)),
    Answerer(
        "careless",
        "knows the lesson, but forgets zones, orders, facts and some questions",
        "person",
        _careless,
    ),
    Answerer("silent", "opens the notebook and hands it in", "person", _silent),
)


# Bots. Each is one way to earn points without reading.


def _bot(name: str, description: str, bias: str) -> Answerer:
    def answer(question: Studied, rng: random.Random) -> Any:
        return bots.answer(bots.BIASES[bias], question)

    return Answerer(name, description, "bot", answer)


BOTS: tuple[Answerer, ...] = (
    _bot("bot-first", "always the first option", "first"),
    _bot("bot-last", "always the last option", "last"),
    _bot("bot-longest", "always the longest option", "longest"),
    _bot("bot-zero", "zero and no to everything", "zero"),
    _bot("bot-all", "yes to everything, every option, every fact", "all"),
    _bot("bot-keywords", "repeats the words of the question", "keywords"),
    _bot("bot-template", "pastes the same answers everywhere", "template"),
    _bot("bot-refuse", "always refuses", "refuse"),
    _bot("bot-grant", "always grants", "grant"),
    _bot("bot-postpone", "always postpones", "postpone"),
    _bot("bot-conditions", "always grants with conditions", "conditions"),
)

SAMPLE = PEOPLE + BOTS
"""The sample cohort: five people and eleven bots."""
