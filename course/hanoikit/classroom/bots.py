"""Ways of answering without knowing anything, one for each bias that a test could reward by mistake.

>>> answer(BIASES["first"], question)
'a'

A bias ranks options by place, text or length and takes the first. It says what is done with the other kinds too: how
many facts go to a row, which parts stay, how sure one is, what is written into a form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hanoikit.classroom.slips import NOTHING
from hanoikit.classroom.study import Studied

Rank = Callable[[Studied, int, str], Any]
"""A sort key for an option of a question, from its place and its text; the smallest is taken first."""

GUESS: Mapping[str, Any] = {
    "number": 1,
    "moment": {"date": "2026-01-01", "time": "00:00:00", "zone": "UTC"},
    "provision": "25(2)",
}

EVERY = 10**6


@dataclass(frozen=True, slots=True)
class Bias:
    """One way of answering. ``several`` options, ``facts`` for each row and ``parts`` (a share) are taken at most."""

    rank: Rank
    text: str
    several: int = 1
    facts: int = 1
    parts: float = 0.5
    sure: int = 50
    number: float = 1
    copies: bool = False
    """Whether numbers, dates and words are copied out of the prompt."""


def answer(bias: Bias, question: Studied) -> Any:
    """What this bias gives to a question; NOTHING for code and files."""
    make = _KINDS.get(question.kind)
    return NOTHING if make is None else make(bias, question)


def _ranked(bias: Bias, question: Studied, options: Sequence[Sequence[str]]) -> list[str]:
    """The letters of (letter, text) pairs, the ones taken first in front."""
    places = sorted(range(len(options)), key=lambda n: bias.rank(question, n, options[n][1]))
    return [options[n][0] for n in places]


def _options(question: Studied) -> list[tuple[str, str]]:
    return list(question.options.items())


def _choice(bias: Bias, question: Studied) -> Any:
    return _ranked(bias, question, _options(question))[0]


def _choices(bias: Bias, question: Studied) -> Any:
    return sorted(_ranked(bias, question, _options(question))[: bias.several])


def _order(bias: Bias, question: Studied) -> Any:
    return _ranked(bias, question, _options(question))


def _match(bias: Bias, question: Studied) -> Any:
    first = _ranked(bias, question, question.spec["right"])[0]
    return {left: first for left, _text in question.spec["left"]}


def _number(bias: Bias, question: Studied) -> Any:
    if bias.copies:
        found = re.search(r"(?<![\w.])\d+(?:\.\d+)?", question.prompt.partition("\n")[2])
        return float(found[0]) if found else 1
    return bias.number


def _day(bias: Bias, question: Studied) -> str:
    found = re.search(r"\d{4}-\d{2}-\d{2}", question.prompt) if bias.copies else None
    return found[0] if found else "2026-01-01"


def _moment(bias: Bias, question: Studied) -> Any:
    if not bias.copies:
        return GUESS["moment"]
    zones = [name for name, _label in question.spec.get("zones", ())]
    return {"date": _day(bias, question), "time": "12:00:00", "zone": (zones or ["UTC"])[0]}


def _provision(bias: Bias, question: Studied) -> Any:
    return [GUESS["provision"]] if isinstance(question.model, list) else GUESS["provision"]


def _written(bias: Bias, question: Studied) -> Any:
    slots = [slot for slot, _label in question.spec.get("slots", ()) if slot]
    return dict.fromkeys(slots, bias.text) if slots else bias.text


def _gates(bias: Bias, question: Studied) -> Any:
    facts = _ranked(bias, question, question.spec["facts"])[: bias.facts]
    return {
        row: {
            "decision": _ranked(bias, question, question.spec["decisions"][row])[0],
            "facts": facts if row in question.spec["needs"] else [],
        }
        for row, _text in question.spec["rows"]
    }


def _narrow(bias: Bias, question: Studied) -> Any:
    parts = _ranked(bias, question, question.spec["parts"])
    return sorted(parts[: round(bias.parts * len(parts))])


def _confidence(bias: Bias, question: Studied) -> Any:
    return {key: bias.sure for key, _text in question.spec["statements"]}


def _request(bias: Bias, question: Studied) -> Any:
    """Every field filled: with the bias's text or the prompt's own words, the options ranked, and fixed dates."""
    words = " ".join(re.sub(r"[#*_`|]", " ", question.prompt).split()) if bias.copies else bias.text
    value: dict[str, Any] = {}
    for field in question.spec["form"]:
        kind, ranked = field["kind"], _ranked(bias, question, field["options"])
        if kind == "choice":
            value[field["id"]] = ranked[0]
        elif kind == "choices":
            value[field["id"]] = ranked[: bias.several]
        elif kind == "moment":
            value[field["id"]] = {"date": _day(bias, question), "time": "12:00:00", "zone": ranked[0]}
        elif kind == "date":
            value[field["id"]] = _day(bias, question)
        elif kind == "number":
            value[field["id"]] = _number(bias, question)
        else:
            value[field["id"]] = words[:400] if kind == "line" else words[:4000]
    return value


_KINDS: Mapping[str, Callable[[Bias, Studied], Any]] = {
    "choice": _choice,
    "choices": _choices,
    "order": _order,
    "match": _match,
    "number": _number,
    "moment": _moment,
    "provision": _provision,
    "written": _written,
    "gates": _gates,
    "request": _request,
    "narrow": _narrow,
    "confidence": _confidence,
}


_NO = (
    r"no|not|none|never|nothing|neither|cannot|refus\w*|reject\w*|declin\w*|den(?:y|ies|ied)|fail\w*|unlawful"
    r"|stop\w*"
)
_YES = (
    r"yes|grant\w*|met|accept\w*|approv\w*|allow\w*|agree\w*|pass\w*|lawful|execut\w*|give\w*|full|proceed"
    r"|compl(?:y|ies)"
)
_LATER = (
    r"postpon\w*|later|wait\w*|defer\w*|delay\w*|suspend\w*|ask\w*|until|first|more information|clarif\w*"
    r"|pending|not yet"
)
_TERMS = (
    r"conditions?|conditional\w*|in part|part(?:ly|ial\w*)|limit\w*|narrow\w*|safeguards?|assurances?"
    r"|subject to|provided|only|restrict\w*|with"
)


def _words(sort: str) -> re.Pattern[str]:
    return re.compile(rf"\b({sort})\b", re.IGNORECASE)


def most(wanted: str, *unwanted: str) -> Rank:
    """The option with the most words of one sort (less those of others), the earlier one of two."""
    for_it, against = _words(wanted), [_words(sort) for sort in unwanted]

    def rank(_question: Studied, place: int, text: str) -> Any:
        less = sum(len(sort.findall(text)) for sort in against)
        return less - len(for_it.findall(text)), place

    return rank


def _like_the_prompt(question: Studied, place: int, text: str) -> Any:
    words = set(re.findall(r"[a-z]{4,}", question.prompt.casefold()))
    return -len(words & set(re.findall(r"[a-z]{4,}", text.casefold()))), place


_SALAD = "hash custody signature timestamp seal Merkle integrity authenticity proportionality article 25 " * 5
_PASTE = "See the template of last year: all steps were followed and documented."

BIASES: Mapping[str, Bias] = {
    "first": Bias(lambda _q, place, _t: place, "First.", sure=100),
    "last": Bias(lambda _q, place, _t: -place, "Last.", sure=0),
    "longest": Bias(lambda _q, _p, text: -len(text), "The longest of all the texts that there are.", facts=2),
    "zero": Bias(most(_NO), "No. We refuse.", facts=0, parts=0, sure=0, number=0),
    "all": Bias(
        most(_YES, _NO), "Yes. We agree to everything.", several=EVERY, facts=EVERY, parts=1, sure=100
    ),
    "keywords": Bias(_like_the_prompt, _SALAD, several=2, facts=2, copies=True),
    "template": Bias(
        lambda _q, place, _t: (place != 1, place), _PASTE, several=2, facts=2, sure=90, number=90
    ),
    "refuse": Bias(most(_NO, _TERMS), "We refuse.", parts=0, sure=0, number=0),
    "grant": Bias(most(_YES, _NO, _TERMS), "We grant the request in full.", parts=1, sure=100),
    "postpone": Bias(most(_LATER), "We postpone the answer until we know more.", several=2),
    "conditions": Bias(
        most(_TERMS), "We grant the request with conditions and assurances.", several=2, sure=70
    ),
}
