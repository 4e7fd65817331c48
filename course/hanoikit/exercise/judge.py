"""Judging one answer: how much of it is right, why, and what to say about each part.

>>> choice("a", key="b", why={"a": "A hash says nothing about the person.", "b": "Right."}).reason
'A hash says nothing about the person.'

Pure functions from a validated answer and the author key to a judgement, shared by ``mark`` (for marks) and
``selfcheck`` (for the ungraded checks of a lesson). They raise QuestionInvalid for a key that does not fit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hanoikit.errors import AnswerMalformed, QuestionInvalid
from hanoikit.exercise import rules
from hanoikit.exercise.kinds.moment import zone_named
from hanoikit.exercise.kinds.provision import normal_form
from hanoikit.exercise.records import Plain
from hanoikit.i18n import _, ngettext

Why = Mapping[str, str] | str
"""An explanation for every answer, or one for each: by option letter, or by the answer's text; ``"*"`` for
the rest."""


@dataclass(frozen=True)
class Detail:
    """One part of an answer: an option, a pair, a case. ``right`` None: nothing to be right or wrong
    about."""

    part: str
    right: bool | None
    text: str

    def as_data(self) -> dict[str, Any]:
        """Plain data for the mark's record."""
        return {"part": self.part, "right": self.right, "text": self.text}


@dataclass(frozen=True)
class Judgement:
    """``share`` earned from 0 to 1, the ``reason`` in a sentence or two, and the details in reading order."""

    share: float
    reason: str
    details: tuple[Detail, ...] = ()


def explanation(why: Why, answer: str, default: str = "") -> str:
    """The author's explanation for this answer."""
    if isinstance(why, str):
        return why or default
    return why.get(answer) or why.get("*", "") or default


def standing(share: float) -> str:
    if share >= 1:
        return _("Right.")
    return _("Partly right.") if share > 0 else _("Not right.")


def joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _as_keys(key: str | Collection[str]) -> list[str]:
    return [key] if isinstance(key, str) else list(key)


def _require(wanted: Collection[str], known: Collection[str]) -> None:
    strange = sorted(set(wanted) - set(known))
    if strange or not wanted:
        raise QuestionInvalid(_("The author key names options that do not exist."), where=", ".join(strange))


def choice(given: str, *, key: str | Collection[str], why: Why = "") -> Judgement:
    """One option chosen; every option with an explanation is listed."""
    share = rules.choice(given, key=key)
    letters = sorted(set(why) - {"*"}) if isinstance(why, Mapping) else []
    details = tuple(Detail(letter, letter in _as_keys(key), explanation(why, letter)) for letter in letters)
    return Judgement(share, joined(standing(share), explanation(why, given)), details)


def choices(given: Sequence[str], *, key: Collection[str], why: Why = "") -> Judgement:
    """Several options chosen. Rule: (right chosen - wrong chosen) / number of right options, never below
    0."""
    share = rules.choices(given, key=key)
    right, wrong = len(set(given) & set(key)), len(set(given) - set(key))
    reason = _("You chose {right} of {all} right options and {wrong} wrong.").format(
        right=right, all=len(set(key)), wrong=wrong
    )
    letters = sorted(set(given) | set(key) | (set(why) - {"*"} if isinstance(why, Mapping) else set()))
    details = tuple(
        Detail(
            letter,
            (letter in given) == (letter in key),
            joined(_stand(letter, given, key), explanation(why, letter)),
        )
        for letter in letters
    )
    general = why if isinstance(why, str) else why.get("*", "")
    return Judgement(share, joined(standing(share), reason, general), details)


def _stand(letter: str, given: Collection[str], key: Collection[str]) -> str:
    if letter in given:
        return _("Chosen, and right.") if letter in key else _("Chosen, but wrong.")
    return _("Not chosen, but right.") if letter in key else _("Rightly not chosen.")


def order(given: Sequence[str], *, key: Sequence[str | Collection[str]], why: Why = "") -> Judgement:
    """Items in order. Rule: 2 x (share of pairs in the right order) - 1, never below 0."""
    flat = [item for group in key for item in _as_keys(group)]
    if sorted(flat) != sorted(given):
        raise QuestionInvalid(_("The author key does not hold the same items as the question."))
    share = rules.order(given, key=key)
    best = " → ".join("/".join(_as_keys(group)) for group in key)
    reason = "" if share >= 1 else _("A right order is {order}.").format(order=best)
    details = []
    if isinstance(why, Mapping):
        details = [Detail(item, None, why[item]) for item in flat if item in why]
    general = why if isinstance(why, str) else why.get("*", "")
    return Judgement(share, joined(standing(share), reason, general), tuple(details))


def match(
    given: Mapping[str, str | None], *, key: Mapping[str, str], choices: int, why: Why = ""
) -> Judgement:
    """Pairs. Rule: the share of right matches, corrected for guessing among ``choices``, never below 0."""
    if choices < 2:
        raise QuestionInvalid(_("A match needs at least two options on the right."))
    share = rules.match(given, key=key, choices=choices)
    right = sum(given.get(left) == wanted for left, wanted in key.items())
    reason = _("{right} of {all} matches are right.").format(right=right, all=len(key))
    details = tuple(
        Detail(
            f"{left} – {given.get(left) or '?'}",
            given.get(left) == wanted,
            joined(
                "" if given.get(left) == wanted else _("The match is {right}.").format(right=wanted),
                why.get(left, "") if isinstance(why, Mapping) else "",
            ),
        )
        for left, wanted in key.items()
    )
    general = why if isinstance(why, str) else why.get("*", "")
    return Judgement(share, joined(standing(share), reason, general), details)


def number(
    given: float,
    *,
    key: float,
    unit: str = "",
    tolerance: float = 0,
    bands: Mapping[float, float] | None = None,
    why: Why = "",
) -> Judgement:
    """A number: full within ``tolerance``, the published share within a band, else nothing."""
    share = rules.number(given, key=key, tolerance=tolerance, bands=bands)
    reason = "" if share >= 1 else _("The answer is {key}.").format(key=f"{key} {unit}".strip())
    special = _by_value(why, given) if isinstance(why, Mapping) else why
    return Judgement(share, joined(standing(share), reason, special))


def _by_value(why: Mapping[str, str], given: float) -> str:
    # An author writes {"1024": ...} for a known wrong turn; 1024.0 means the same number.
    for text, sentence in why.items():
        try:
            if float(text) == given:
                return sentence
        except ValueError:
            continue
    return why.get("*", "")


def moment(
    given: Mapping[str, Plain],
    *,
    key: datetime | str,
    tolerance: float = 0,
    bands: Mapping[float, float] | None = None,
    why: Why = "",
) -> Judgement:
    """A moment, compared as an instant: full within ``tolerance`` seconds, whatever the zone it is given
    in."""
    instant = datetime.fromisoformat(key) if isinstance(key, str) else key
    if instant.utcoffset() is None:
        raise QuestionInvalid(_("The author key is a time without a zone."))
    at = datetime.fromisoformat(str(given["at"]))
    share = rules.moment(at, key=instant, tolerance=tolerance, bands=bands)
    reason = ""
    if share < 1:
        shown = instant.astimezone(UTC)
        reason = _("The moment is {utc} UTC.").format(utc=f"{shown:%Y-%m-%d %H:%M:%S}")
        off = at - instant
        zone = zone_named(str(given["zone"]))
        if abs(at.replace(tzinfo=None) - instant.replace(tzinfo=None)) <= timedelta(seconds=tolerance):
            reason += " " + _("The clock time is right, but the zone is not.")
        elif abs(at.replace(tzinfo=None) - shown.replace(tzinfo=None)) <= timedelta(seconds=tolerance):
            reason += " " + _("This is the time in UTC, but the zone says otherwise.")
        elif abs(at.date() - instant.astimezone(zone).date()) >= timedelta(days=1):
            reason += " " + ngettext("You are {n} day off.", "You are {n} days off.", _days(off)).format(
                n=_days(off)
            )
    special = why if isinstance(why, str) else _by_moment(why, at)
    return Judgement(share, joined(standing(share), reason, special))


def _days(off: timedelta) -> int:
    return max(1, round(abs(off) / timedelta(days=1)))


def _by_moment(why: Mapping[str, str], at: datetime) -> str:
    for text, sentence in why.items():
        try:
            if datetime.fromisoformat(text) == at:
                return sentence
        except (ValueError, TypeError):
            continue
    return why.get("*", "")


def provision(
    given: str | Sequence[str],
    *,
    key: str | Collection[str],
    partial: Mapping[str, float] | None = None,
    why: Why = "",
) -> Judgement:
    """One provision against one or several accepted, or several given against all of the key (rule as for
    choices)."""
    try:
        wanted = [normal_form(text) for text in _as_keys(key)]
        shares = {normal_form(text): share for text, share in (partial or {}).items()}
        texts = (
            {normal_form(text) if text != "*" else text: said for text, said in why.items()}
            if isinstance(why, Mapping)
            else why
        )
    except AnswerMalformed as error:
        raise QuestionInvalid(_("The author key is not a provision."), where=error.what) from error
    if isinstance(given, str):
        share = rules.provision(given, key=wanted, partial=shares)
        reason = "" if share >= 1 else _("The provision is {key}.").format(key=_(" or ").join(wanted))
        return Judgement(share, joined(standing(share), reason, explanation(texts, given)))
    return choices(list(given), key=wanted, why=texts)


def explained(judgement: Judgement) -> str:
    """What a self-check says: the verdict with its reason, and after a right answer what the other options
    mean.

    After a wrong answer the other explanations stay hidden, since they would give the right one away.
    """
    parts = [f"{detail.part}: {detail.text}" for detail in judgement.details if detail.text]
    return "\n".join([judgement.reason, *(parts if judgement.share >= 1 else [])])
