"""Hints that an author wrote for a question: a list of texts, each a step further, none of them the answer.

>>> list(unfitting(question))
[('hint-answer', 'hint 2 of m01-q9 holds the number that is asked for.')]

Looked at are the form of the list, hints that repeat one another or what the control shows anyway, and hints that
hold what the key holds: the whole text of a right option, both sides of a right pair, the number, the day, the
provision. Only what is written out is looked at; a key that a cell works out differs from trainee to trainee. The
numbers of articles, questions and steps are not the answer of a question for a number, and dates only where the answer
is a day of a month.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hanoikit.build.calls import UNKNOWN, Call, last_call, letters_of, split_hidden
from hanoikit.build.source import ROLE

if TYPE_CHECKING:
    from hanoikit.build.questions import Question

Found = Iterator[tuple[str, str]]

MOST = 9
"""More levels than this nobody releases one after the other."""

_LIKE = 0.8
"""Two neighbouring hints that share more of their words than this are the same hint twice."""

_WHOLE = 12
"""Characters of the shortest option text whose presence in a hint is no accident ("yes" is in many)."""

_MONTHS = tuple(
    re.findall(
        r"\w+", "January February March April May June July August September October November December"
    )
)
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_PROVISION = r"\d+(?:\s?\(\w+\))*"
_LIST = rf"\s+({_PROVISION}(?:(?:\s*,\s*|\s+(?:and|or|to)\s+){_PROVISION})*)"
_ARTICLES = re.compile(rf"\barticles?{_LIST}", re.IGNORECASE)
_CITED = re.compile(rf"\b(?:articles?|paragraphs?){_LIST}", re.IGNORECASE)
_NAMED = re.compile(
    r"\b(?:questions?|checks?|modules?|steps?|RFC|parts?|needs?|lines?|tasks?)\s+\d+(?:(?:,| and| to| or)\s+\d+)*",
    re.IGNORECASE,
)
_DATE = re.compile(
    rf"\b\d{{1,2}}\s+{_MONTH}(?:\s+\d{{4}})?|\b{_MONTH}\s+\d{{1,4}}|\b\d{{1,2}}:\d{{2}}\b|\b\d{{4}}-\d{{2}}-\d{{2}}\b"
)
_SPELLED = {
    word: float(number)
    for number, word in enumerate(
        re.findall(r"\w+", "five six seven eight nine ten eleven twelve thirteen fourteen fifteen"), 5
    )
}
"""Numbers in words; the smallest are left out, they count other things in every second sentence."""

_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?!\w)")


def unfitting(question: Question) -> Found:
    """Code and message of everything in the hints of a question that an author has to change.

    Nothing comes for a question without hints: whether it needs some is not for the build to say.
    """
    if not question.prompts or "hints" not in question.prompts[0].hanoikit:
        return
    found = question.prompts[0].hanoikit["hints"]
    whole = isinstance(found, list) and all(isinstance(one, str) and one.strip() for one in found)
    if not whole or not 1 <= len(found) <= MOST:
        yield "hints-form", f"the hints of {question.id} are a list of one to nine texts."
        return
    hints = [plain(hint) for hint in found]
    if len({_words(hint) for hint in hints}) < len(hints):
        yield "hint-twice", f"{question.id} has the same hint twice."
    for n, (before, after) in enumerate(pairwise(hints), start=1):
        if _words(before) != _words(after) and _alike(before, after):
            yield "hint-twice", f"hints {n} and {n + 1} of {question.id} are nearly the same."
    asked = question.controls[0][1] if question.controls else None
    shown = asked.keywords.get("hint") if asked is not None else None
    held = answers(question)
    for n, hint in enumerate(hints, start=1):
        if isinstance(shown, str) and _alike(hint, shown):
            yield "hint-shown", f"hint {n} of {question.id} says what the control shows already."
        for kind, value in held:
            if _holds(hint, kind, value):
                yield "hint-answer", f"hint {n} of {question.id} holds {_WHAT[kind]}."


def plain(hint: str) -> str:
    """A hint as it is read in the room: ``{art}`25(2)``` is "article 25(2)"."""
    return " ".join(re.sub(r"[*`]", "", ROLE.sub(r"article \1", hint)).split())


def cited(hint: str) -> set[str]:
    """The provisions that a plain hint names as an article: ``{"22(3)", "37(11)"}``."""
    groups = _ARTICLES.findall(hint)
    return {one.replace(" ", "") for group in groups for one in re.findall(_PROVISION, group)}


def answers(question: Question) -> list[tuple[str, Any]]:
    """What the key of a question holds, as far as it is written out: kind of thing and value."""
    mark = mark_of(question)
    asked = question.controls[0][1] if question.controls else None
    if mark is None:
        return []
    key = mark.keywords.get("key", mark.positional[0] if mark.positional else UNKNOWN)
    if mark.kind in {"choice", "choices"} and asked is not None:
        return [
            ("option", text)
            for letter in letters_of(key, asked.letters)
            if len(text := _words(_option(asked, letter))) >= _WHOLE
        ]
    if mark.kind == "match" and asked is not None and isinstance(key, Mapping):
        return [("pair", pair) for pair in _pairs(asked, key)]
    if mark.kind == "number" and isinstance(key, (int, float)) and not isinstance(key, bool):
        return [("number", (float(key), bool(re.search(_MONTH, str(mark.keywords.get("unit", ""))))))]
    if mark.kind == "moment" and isinstance(key, str):
        return [("day", day) for day in _days(key)]
    if mark.kind == "provision" and isinstance(key, str):
        return [("provision", key)]
    return []


_WHAT = {
    "option": "the whole text of a right option",
    "pair": "both sides of a right pair",
    "number": "the number that is asked for",
    "day": "the day that is asked for",
    "provision": "the provision that is asked for",
}


def _holds(hint: str, kind: str, value: Any) -> bool:
    if kind == "option":
        return value in _words(hint)
    if kind == "pair":
        return all(side in _words(hint) for side in value)
    if kind == "number":
        wanted, of_month = value
        rest = _NAMED.sub(" ", _CITED.sub(" ", hint))
        rest = rest if of_month else _DATE.sub(" ", rest)
        return wanted in {
            *map(_figure, _NUMBER.findall(rest)),
            *map(_SPELLED.get, re.findall(r"[a-z]+", rest.casefold())),
        }
    if kind == "day":
        return any(re.search(rf"(?<!\d){re.escape(form)}(?!\d)", hint) for form in value)
    return value.replace(" ", "") in cited(hint)


def mark_of(question: Question) -> Call | None:
    """The call that marks a question; ``None`` for a written one, and for one that is marked in another way."""
    if not question.graded or question.written:
        return None
    _visible, hidden = split_hidden(question.graded[0].source)
    try:
        return last_call(hidden, "mark") if hidden else None
    except SyntaxError:
        return None


def _option(asked: Call, letter: str) -> str:
    """The text of an option, wherever the call has it."""
    for options in (asked.keywords, *(one for one in asked.positional if isinstance(one, dict))):
        if isinstance(text := options.get(letter), str):
            return text
    return ""


def _pairs(asked: Call, key: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    left, right = asked.keywords.get("left"), asked.keywords.get("right")
    if not (isinstance(left, list) and isinstance(right, list)):
        return
    for number, letter in key.items():
        row, column = int(number) - 1 if str(number).isdigit() else -1, ord(str(letter)[:1] or "?") - ord("a")
        if 0 <= row < len(left) and 0 <= column < len(right):
            pair = (_words(str(left[row])), _words(str(right[column])))
            if max(map(len, pair)) >= _WHOLE:
                yield pair


def _days(key: str) -> Iterator[tuple[str, ...]]:
    """The day of a moment as people write it; at midnight also the day that ends there."""
    try:
        moment = datetime.fromisoformat(key)
    except ValueError:
        return
    days = [moment.date()]
    if moment.time() == time(0):
        days.append(moment.date() - timedelta(days=1))
    for day in days:
        yield _written(day)


def _written(day: date) -> tuple[str, ...]:
    month = _MONTHS[day.month - 1]
    return (day.isoformat(), f"{day.day} {month}", f"{month} {day.day}")


def _figure(text: str) -> float:
    return float(text.replace(",", ""))


def _words(text: str) -> str:
    """Text without emphasis, citation marks, punctuation and capitals: what two readers would call the same words."""
    return " ".join(re.findall(r"\w+", plain(text).casefold()))


def _alike(one: str, other: str) -> bool:
    first, second = set(_words(one).split()), set(_words(other).split())
    return len(first & second) > _LIKE * len(first | second)
