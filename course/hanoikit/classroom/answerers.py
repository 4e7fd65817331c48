"""Simulated trainees: people who know more or less, and bots that answer without knowing anything.

>>> person = PEOPLE[0]
>>> person.name, person.answer(question, random.Random(1)) is KNOWS
('strong', True)

The bots are a test of the assignment, not of trainees: an assignment that a bot passes asks nothing.
Everything here is made up; no figure says anything about real people.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

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
    """Knows the matter, but forgets the zone, swaps steps, leaves out an option and some questions
    altogether.
    """
    if rng.random() < 0.15 or question.kind == "code":
        return NOTHING
    if question.kind in {"moment", "order", "choices"} and rng.random() < 0.8:
        return slip(question, rng)
    return KNOWS if rng.random() < 0.8 else slip(question, rng)


def _silent(question: Studied, rng: random.Random) -> Any:
    return NOTHING


PEOPLE: tuple[Answerer, ...] = (
    Answerer("strong", "knows the lesson and the examiner track", "person", _knowing(1.0, codes=True)),
    Answerer("average", "knows about four questions of five", "person", _knowing(0.8)),
    Answerer("weak", "knows about one question of three", "person", _knowing(0.35, forgets=0.1)),
    Answerer(
        "careless", "knows the lesson, but forgets zones, orders and some questions", "person", _careless
    ),
    Answerer("silent", "opens the notebook and hands it in", "person", _silent),
)


# Bots. Each is one way to earn points without reading; the kinds that they have no idea about get a fixed
# guess.

_GUESS: Mapping[str, Any] = {
    "number": 1,
    "moment": {"date": "2026-01-01", "time": "00:00:00", "zone": "UTC"},
    "provision": "25(2)",
}


def _pick(question: Studied, best: Callable[[str, str], Any], *, several: int = 1) -> Any:
    """Answer by ranking the options with ``best(letter, text)``, smallest first."""
    if question.kind in {"choice", "choices", "order"}:
        ranked = sorted(question.options, key=lambda letter: best(letter, question.options[letter]))
        if question.kind == "choice":
            return ranked[0]
        return ranked if question.kind == "order" else sorted(ranked[:several])
    if question.kind == "match":
        right = dict(question.spec["right"])
        first = min(right, key=lambda letter: best(letter, right[letter]))
        return {left: first for left, _text in question.spec["left"]}
    return NOTHING


def _guess(question: Studied) -> Any:
    value = _GUESS.get(question.kind, NOTHING)
    return [value] if question.kind == "provision" and isinstance(question.model, list) else value


def _always(best: Callable[[Studied, str], Callable[[str, str], Any]], text: str) -> Callable[..., Any]:
    def answer(question: Studied, rng: random.Random) -> Any:
        if question.kind == "written":
            return _text(question, text)
        picked = _pick(question, best(question, text))
        return _guess(question) if picked is NOTHING else picked

    return answer


def _text(question: Studied, text: str) -> Any:
    slots = [slot for slot, _label in question.spec.get("slots", ()) if slot]
    return dict.fromkeys(slots, text) if slots else text


def _place(question: Studied, letter: str) -> int:
    letters = list(question.options) or [key for key, _text in question.spec.get("right", ())]
    return letters.index(letter)


_REFUSING = re.compile(
    r"\b(no|not|none|never|nothing|refuse\w*|reject\w*|cannot|decline\w*|neither)\b", re.IGNORECASE
)


def _refuse(question: Studied, rng: random.Random) -> Any:
    """Says no to everything: the option with the most words of refusal, zero for every number."""
    if question.kind == "number":
        return 0
    if question.kind == "written":
        return _text(question, "No. We refuse.")
    picked = _pick(question, lambda letter, text: (-len(_REFUSING.findall(text)), letter))
    return _guess(question) if picked is NOTHING else picked


def _everything(question: Studied, rng: random.Random) -> Any:
    """Says yes to everything: chooses every option there is."""
    picked = _pick(question, lambda letter, text: letter, several=len(question.options))
    return _guess(question) if picked is NOTHING else picked


def _salad(question: Studied, rng: random.Random) -> Any:
    """Repeats the words of the question: the option most like the prompt, the first number, date and
    provision in it.
    """
    words = set(re.findall(r"[a-z]{4,}", question.prompt.casefold()))
    text = (
        "hash custody signature timestamp seal Merkle integrity authenticity proportionality article 25 " * 5
    )
    if question.kind == "written":
        return _text(question, text)
    if question.kind == "number":
        found = re.search(r"(?<![\w.])\d+(?:\.\d+)?", question.prompt.partition("\n")[2])
        return float(found[0]) if found else 1
    if question.kind == "moment":
        found = re.search(r"\d{4}-\d{2}-\d{2}", question.prompt)
        zones = [name for name, _label in question.spec.get("zones", ())]
        return {
            "date": found[0] if found else "2026-01-01",
            "time": "12:00:00",
            "zone": (zones or ["UTC"])[0],
        }

    def overlap(letter: str, option: str) -> Any:
        return -len(words & set(re.findall(r"[a-z]{4,}", option.casefold()))), letter

    picked = _pick(question, overlap, several=2)
    return _guess(question) if picked is NOTHING else picked


def _template(question: Studied, rng: random.Random) -> Any:
    """Pastes the same answers everywhere, as from a neighbour who sat another test."""
    if question.kind == "written":
        return _text(question, "See the template of last year: all steps were followed and documented.")
    if question.kind == "number":
        return 90
    if question.kind in {"choice", "choices", "order", "match"}:
        letters = list(question.options) or [key for key, _text in question.spec.get("right", ())]
        second = letters[min(1, len(letters) - 1)]
        return _pick(question, lambda letter, _option: (letter != second, letter), several=2)
    return _guess(question)


BOTS: tuple[Answerer, ...] = (
    Answerer(
        "bot-first",
        "always the first option",
        "bot",
        _always(lambda q, t: lambda letter, _o: _place(q, letter), "First."),
    ),
    Answerer(
        "bot-last",
        "always the last option",
        "bot",
        _always(lambda q, t: lambda letter, _o: -_place(q, letter), "Last."),
    ),
    Answerer(
        "bot-longest",
        "always the longest option",
        "bot",
        _always(
            lambda q, t: lambda _letter, option: -len(option), "The longest of all the texts that there are."
        ),
    ),
    Answerer("bot-zero", "zero and no to everything", "bot", _refuse),
    Answerer("bot-all", "yes to everything, every option", "bot", _everything),
    Answerer("bot-keywords", "repeats the words of the question", "bot", _salad),
    Answerer("bot-template", "pastes the same answers everywhere", "bot", _template),
)

SAMPLE = PEOPLE + BOTS
"""The sample cohort: five people and seven bots."""
