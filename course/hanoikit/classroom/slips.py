"""Wrong answers of the sorts that people give: the neighbouring option, two steps swapped, the zone
forgotten.

>>> slip(question, random.Random(1))
'c'

Each function takes the right answer and gives another one that the control would accept.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from hanoikit.classroom.study import Studied

FALLBACK_PROVISIONS = ("25(2)", "2(b)", "40(14)", "28(3)", "36(1)", "42(1)")
"""What somebody guesses who does not look the provision up."""

NOTHING = object()
"""No answer at all."""


def slip(question: Studied, rng: random.Random) -> Any:
    """A plausible wrong answer, or :data:`NOTHING` where none can be made up."""
    make = _SLIPS.get(question.kind)
    if make is None or question.model is None:
        return NOTHING
    return make(question, rng)


def _choice(question: Studied, rng: random.Random) -> Any:
    others = [letter for letter in question.options if letter != question.model]
    return rng.choice(others) if others else NOTHING


def _choices(question: Studied, rng: random.Random) -> Any:
    right = list(question.model)
    wrong = [letter for letter in question.options if letter not in right]
    given = set(right)
    if len(right) > 1:
        given.discard(rng.choice(right))
    if wrong and (len(right) == 1 or rng.random() < 0.5):
        given.add(rng.choice(wrong))
    return [letter for letter in question.options if letter in given]


def _order(question: Studied, rng: random.Random) -> Any:
    given = list(question.model)
    place = rng.randrange(len(given) - 1)
    given[place], given[place + 1] = given[place + 1], given[place]
    return given


def _match(question: Studied, rng: random.Random) -> Any:
    given = dict(question.model)
    lefts = list(given)
    if len(lefts) < 2 or len(set(given.values())) < 2:
        return {left: rng.choice([key for key, _text in question.spec["right"]]) for left in lefts}
    first = rng.choice(lefts)
    second = rng.choice([left for left in lefts if given[left] != given[first]])
    given[first], given[second] = given[second], given[first]
    return given


def _number(question: Studied, rng: random.Random) -> Any:
    model = question.model
    if isinstance(model, int) and abs(model) < 20:
        return model + rng.choice([-1, 1])
    return rng.choice([model * 10, model / 2, model * 1.024, model + 60])


def _moment(question: Studied, rng: random.Random) -> Any:
    """The right clock reading with another zone: the commonest mistake with times there is."""
    model: Mapping[str, Any] = question.model
    zones = [name for name, _label in question.spec.get("zones", ()) if name != model.get("zone")]
    rng.shuffle(zones)
    right = datetime.fromisoformat(model["at"])
    for zone in [*zones, "UTC"]:
        given = {"date": model["date"], "time": model["time"], "zone": zone}
        if _instant(given) not in (None, right):
            return given
    wrong = right + timedelta(hours=1)
    return wrong.isoformat()


def _instant(given: Mapping[str, Any]) -> datetime | None:
    from hanoikit.errors import AnswerMalformed
    from hanoikit.exercise.kinds import Moment

    try:
        at = Moment({}).validate(given)["at"]
    except AnswerMalformed:
        return None
    return datetime.fromisoformat(at) if at else None


def _provision(question: Studied, rng: random.Random) -> Any:
    model = question.model if isinstance(question.model, list) else [question.model]
    others = [reference for reference in FALLBACK_PROVISIONS if reference not in model]
    given = rng.choice(others)
    return [given] if isinstance(question.model, list) else given


def _written(question: Studied, rng: random.Random) -> Any:
    text = rng.choice(
        [
            "We made a copy and checked it. The hash was the same, so the copy is good.",
            "The custody log shows who had the item. There is a gap, so we ask the other office.",
        ]
    )
    slots = [slot for slot, _label in question.spec.get("slots", ()) if slot]
    return dict.fromkeys(slots, text) if slots else text


def _gates(question: Studied, rng: random.Random) -> Any:
    """One row goes wrong: another decision, a fact too many, or the fact that carries it left out for another."""
    given = {
        row: {"decision": said["decision"], "facts": list(said["facts"])}
        for row, said in question.model.items()
    }
    row = rng.choice(list(given))
    facts = [fact for fact, _text in question.spec["facts"] if fact not in given[row]["facts"]]
    if row in question.spec["needs"] and facts and rng.random() < 0.6:
        kept = given[row]["facts"] if rng.random() < 0.5 else given[row]["facts"][1:]
        given[row]["facts"] = [*kept, rng.choice(facts)]
    else:
        decisions = [key for key, _text in question.spec["decisions"][row]]
        given[row]["decision"] = rng.choice([key for key in decisions if key != given[row]["decision"]])
    return given


def _request(question: Studied, rng: random.Random) -> Any:
    """One field is left empty, or another option is chosen."""
    given = dict(question.model)
    filled = [field for field in question.spec["form"] if given[field["id"]] not in (None, "", [])]
    if not filled:
        return NOTHING
    field = rng.choice(filled)
    others = [key for key, _text in field["options"] if key != given[field["id"]]]
    if field["kind"] == "choice" and others and rng.random() < 0.6:
        given[field["id"]] = rng.choice(others)
    else:
        given[field["id"]] = None
    return given


def _narrow(question: Studied, rng: random.Random) -> Any:
    """A part too many stays, or a needed one goes."""
    parts = [part for part, _text in question.spec["parts"]]
    turned = rng.choice([part for part in parts if [part] != question.model])
    return [part for part in parts if (part in question.model) != (part == turned)]


def _confidence(question: Studied, rng: random.Random) -> Any:
    """Sure of one statement, and wrong; less sure of the others than one could be."""
    keys = list(question.model)
    wrong = rng.choice(keys)
    given = {key: min(90, max(10, question.model[key])) for key in keys}
    given[wrong] = 80 if question.model[wrong] <= 50 else 20
    return given


_SLIPS: Mapping[str, Callable[[Studied, random.Random], Any]] = {
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
