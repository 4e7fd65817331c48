"""A composed preservation request judged element by element against what the case really is.

>>> truth = CaseTruth.from_json({...})
>>> for one in elements(message, truth):
...     print(one.element, one.met, one.reason)
authority True ...
data False The identifier is not one of the case: petrel@lune.example. ...
>>> score(elements(message, truth))
0.875

Each element of 42(3), the desk that was chosen and the time of sending are judged on their own, as data with a reason
and a provision: present, specific enough, right. What can be right or wrong as a fact (an identifier, a period, a
State, a time, a choice) is compared with the truth. Prose is not marked by its words: it has to be there, in the
trainee's own words (not the form's hint, not the words of another element), long enough to say something, and, where
the truth names ``anchors`` (a date, an account, a host), to name at least one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hanoikit.convention.power.workdays import instant
from hanoikit.errors import DataInvalid
from hanoikit.i18n import _
from hanoikit.network import tables
from hanoikit.network.checking import validate
from hanoikit.network.messages import DataSpecification, Message, PreservationRequest

FEWEST_WORDS = {"authority": 2, "offence": 2, "facts": 12, "link": 5, "necessity": 6, "secrecy_reason": 4}
"""Fewer words than this say nothing that another desk could act on. The numbers are the course's assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTruth:
    """Data that the case needs: any of ``identifiers`` names them; the period that matters lies within ``since`` and
    ``until``. A request may be wider by ``slack`` on either side."""

    categories: tuple[str, ...]
    identifiers: tuple[str, ...]
    since: datetime | None = None
    until: datetime | None = None
    slack: timedelta = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTruth:
    """What a good request in this case states.

    ``desks`` are the right recipients, ``sent_by`` the last moment at which the request still helps, ``vanishes`` when
    the data are gone; ``secrecy`` the choices that fit; ``anchors`` maps elements to words of which one must appear;
    ``needless`` are categories that the case does not need (asking for them is too much, 24(1)).
    """

    desks: tuple[str, ...]
    data: tuple[DataTruth, ...]
    articles: tuple[str, ...] = ()
    scope: str = "convention-offence"
    custodians: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    sent_by: datetime | None = None
    vanishes: datetime | None = None
    secrecy: tuple[str, ...] = ()
    needless: tuple[str, ...] = ()
    anchors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CaseTruth:
        """From plain data; times are RFC 3339, ``slack_hours`` a number. Raises ``DataInvalid``."""
        try:
            given = dict(value)
            data = tuple(_data_truth(one) for one in given.pop("data"))
            for name in ("sent_by", "vanishes"):
                if given.get(name):
                    given[name] = instant(datetime.fromisoformat(given[name]))
            for name in ("desks", "articles", "custodians", "locations", "secrecy", "needless"):
                if name in given:
                    given[name] = tuple(given[name])
            given["anchors"] = {name: tuple(words) for name, words in given.get("anchors", {}).items()}
            return cls(data=data, **given)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataInvalid(
                _("The truth of a case cannot be used for marking ({detail}).").format(detail=error)
            ) from error


@dataclass(frozen=True, slots=True)
class JudgedElement:
    """One element: whether it is there, specific enough, and right; ``met`` is all three.

    ``right`` is True where there is nothing that could be wrong as a fact. ``reason`` says what is good or what to do.
    """

    element: str
    provision: str
    label: str
    present: bool
    specific: bool
    right: bool
    reason: str

    @property
    def met(self) -> bool:
        return self.present and self.specific and self.right

    def to_json(self) -> dict[str, Any]:
        return {
            "element": self.element,
            "label": self.label,
            "met": self.met,
            "present": self.present,
            "provision": self.provision,
            "reason": self.reason,
            "right": self.right,
            "specific": self.specific,
        }


#: The elements that count, in reading order: those of 42(3), the desk and the time.
ELEMENTS = (
    "to",
    "sent",
    "authority",
    "scope",
    "offence",
    "facts",
    "data",
    "link",
    "custodian",
    "necessity",
    "assistance_intended",
    "secrecy",
)


def elements(message: Message | None, truth: CaseTruth) -> tuple[JudgedElement, ...]:
    """Every element of a preservation request, judged. ``None``, or a message of another kind, meets none."""
    body = message.body if message is not None else None
    if message is None or not isinstance(body, PreservationRequest):
        reason = _("There is no preservation request.")
        return tuple(JudgedElement(name, *_words(name), False, False, False, reason) for name in ELEMENTS)
    return (
        _desk(message, truth),
        _time(message, truth),
        _prose("authority", body, truth),
        _scope(body, truth),
        _prose("offence", body, truth),
        _prose("facts", body, truth),
        _data(message, body, truth),
        _prose("link", body, truth),
        _custodian(body, truth),
        _necessity(body, truth),
        _assistance(body),
        _secrecy(body, truth),
    )


def score(judged: Iterable[JudgedElement], *, weights: Mapping[str, float] | None = None) -> float:
    """The share of the weight whose elements are met, from 0 to 1; every element weighs 1 if not said otherwise.

    A request to the wrong desk preserves nothing: it scores 0 whatever it says.
    """
    found = list(judged)
    weight = {one.element: (weights or {}).get(one.element, 1.0) for one in found}
    total = sum(weight.values())
    if not total or any(one.element == "to" and not one.met for one in found):
        return 0.0
    return sum(weight[one.element] for one in found if one.met) / total


def best(messages: Sequence[Message], truth: CaseTruth) -> tuple[Message | None, tuple[JudgedElement, ...]]:
    """The preservation request among these messages that scores best, the earliest of equals, and its judgement."""
    judged = [
        (message, elements(message, truth))
        for message in messages
        if isinstance(message.body, PreservationRequest)
    ]
    if not judged:
        return None, elements(None, truth)
    return max(judged, key=lambda pair: (score(pair[1]), -pair[0].sent.timestamp()))


# each element


def _desk(message: Message, truth: CaseTruth) -> JudgedElement:
    right = message.recipient in truth.desks
    reason = (
        _("The request goes to the desk that can act.")
        if right
        else _("{desk} cannot act here: the data are elsewhere.").format(desk=message.recipient)
    )
    return _made("to", True, True, right, reason)


def _time(message: Message, truth: CaseTruth) -> JudgedElement:
    limit = min((one for one in (truth.sent_by, truth.vanishes) if one is not None), default=None)
    if limit is None or instant(message.sent) <= instant(limit):
        return _made("sent", True, True, True, _("It was sent in time."))
    late = _("It was sent at {sent}; it had to be sent by {limit}.").format(
        sent=message.sent.isoformat(), limit=limit.isoformat()
    )
    return _made("sent", True, True, False, late)


def _scope(body: PreservationRequest, truth: CaseTruth) -> JudgedElement:
    if not body.scope:
        return _absent("scope")
    if body.scope != truth.scope:
        reason = (
            _("This is an offence of the Convention: say so, with its article.")
            if truth.scope == "convention-offence"
            else _(
                "This is no offence of the Convention. It is serious crime if the maximum is four years or more."
            )
        )
        return _made("scope", True, True, False, reason)
    if truth.scope == "serious-crime":
        right = body.maximum_years >= 4
        return _made(
            "scope", True, bool(body.maximum_years), right, _("Serious crime: four years or more (2(h)).")
        )
    named = {each.split("(")[0].strip() for each in body.articles}
    if not named:
        return _made("scope", True, False, False, _("Name the article of the Convention."))
    right = bool(named & set(truth.articles)) and named <= set(truth.articles) if truth.articles else True
    reason = (
        _("The article fits the facts.")
        if right
        else _("The facts do not carry article {articles}.").format(articles=", ".join(sorted(named)))
    )
    return _made("scope", True, True, right, reason)


def _data(message: Message, body: PreservationRequest, truth: CaseTruth) -> JudgedElement:
    if not body.data:
        return _absent("data")
    wrong = [
        one
        for one in validate(message)
        if getattr(one, "element", "").startswith("data") and one.severity == "error"
    ]
    if wrong:
        return _made("data", True, False, False, str(wrong[0]))
    reasons: list[str] = []
    for needed in truth.data:
        reasons += _reasons_missed(needed, body.data)
    wanted = {name.casefold() for needed in truth.data for name in needed.identifiers}
    strangers = [one.identifier for one in body.data if one.identifier.strip().casefold() not in wanted]
    if strangers:
        text = _(
            "The identifier is not one of the case: {identifier}. A provider would look in vain, or find a stranger."
        )
        reasons.append(text.format(identifier=strangers[0]))
    too_much = sorted({one.category for one in body.data} & set(truth.needless))
    if too_much:
        text = _(
            "The case does not need {categories} data. Asking for more than is needed is not proportionate."
        )
        reasons.append(text.format(categories=", ".join(too_much)))
    specific = all(
        one.since is not None and one.until is not None for one in body.data if one.category != "subscriber"
    )
    if not specific:
        reasons.append(_("Give the period, from and until."))
    if reasons:
        return _made("data", True, specific, False, " ".join(dict.fromkeys(reasons)))
    return _made("data", True, True, True, _("The data are named by kind, account and period."))


def _reasons_missed(needed: DataTruth, given: Sequence[DataSpecification]) -> list[str]:
    names = {name.casefold() for name in needed.identifiers}
    found = [one for one in given if one.identifier.strip().casefold() in names]
    reasons = []
    for category in needed.categories:
        mine = [one for one in found if one.category == category]
        if not mine:
            text = _("{category} data of {identifier} are not asked for.")
            reasons.append(text.format(category=category, identifier=needed.identifiers[0]))
            continue
        if category == "subscriber" or needed.since is None or needed.until is None:
            continue
        covering = [one for one in mine if _covers(one, needed)]
        if not covering:
            reasons.append(_("The period does not cover what matters. Look at the times and their zones."))
        elif not any(_narrow(one, needed) for one in covering):
            reasons.append(_("The period is much wider than the case needs."))
    return reasons


def _covers(one: DataSpecification, needed: DataTruth) -> bool:
    assert needed.since is not None and needed.until is not None
    if one.since is None or one.until is None:
        return False
    return one.since <= needed.since and one.until >= needed.until


def _narrow(one: DataSpecification, needed: DataTruth) -> bool:
    assert one.since is not None and one.until is not None
    assert needed.since is not None and needed.until is not None
    return one.since >= needed.since - needed.slack and one.until <= needed.until + needed.slack


def _custodian(body: PreservationRequest, truth: CaseTruth) -> JudgedElement:
    if not body.custodian.strip() and not body.location.strip():
        return _absent("custodian")
    if not truth.custodians and not truth.locations:
        return _made("custodian", True, True, True, _("What is known is stated."))
    stated = f"{body.custodian} {body.location}".casefold()
    right = any(name.casefold() in stated for name in (truth.custodians or truth.locations))
    reason = (
        _("The other desk knows whom to order.")
        if right
        else _("The case file names the holder of the data. State it: minutes count.")
    )
    return _made("custodian", True, True, right, reason)


def _necessity(body: PreservationRequest, truth: CaseTruth) -> JudgedElement:
    judged = _prose("necessity", body, truth)
    if not judged.met or truth.vanishes is None or body.vanishes is None:
        return judged
    near = abs(instant(body.vanishes) - instant(truth.vanishes)) <= timedelta(minutes=1)
    if near:
        return judged
    reason = _("The data are gone at another time than you state: {time}. Look at the zone.").format(
        time=instant(truth.vanishes).isoformat()
    )
    return _made("necessity", True, True, False, reason)


def _assistance(body: PreservationRequest) -> JudgedElement:
    if not body.assistance_intended:
        return _absent("assistance_intended")
    return _made("assistance_intended", True, True, True, _("The request for legal assistance is announced."))


def _secrecy(body: PreservationRequest, truth: CaseTruth) -> JudgedElement:
    if not body.secrecy:
        return _absent("secrecy")
    if truth.secrecy and body.secrecy not in truth.secrecy:
        reason = (
            _("Nothing in the case calls for secrecy; it has a cost.")
            if set(truth.secrecy) == {"none"}
            else _("The case calls for another choice: think of what the user would do.")
        )
        return _made("secrecy", True, True, False, reason)
    if body.secrecy == "none":
        return _made("secrecy", True, True, True, _("No secrecy is needed."))
    why = _prose("secrecy_reason", body, truth)
    specific = why.present and why.specific
    reason = _("The choice fits, and it has its reason.") if specific else why.reason
    return _made("secrecy", True, specific, True, reason)


def _prose(name: str, body: PreservationRequest, truth: CaseTruth) -> JudgedElement:
    text = str(getattr(body, name)).strip()
    if not text:
        return _absent(name)
    element = tables.kind(body.kind).element(name)
    words = re.findall(r"\w+", text)
    if _same(text, element.write) or _same(text, element.why) or _same(text, element.label):
        return _made(
            name, True, False, True, _("This is the form's own hint. Write what is so in your case.")
        )
    if len(words) < FEWEST_WORDS.get(name, 1) or len({word.casefold() for word in words}) * 3 < len(words):
        return _made(
            name, True, False, True, _("It says too little to act on. {hint}").format(hint=_(element.write))
        )
    others = [one for one in FEWEST_WORDS if one != name and _same(text, str(getattr(body, one)))]
    if others:
        return _made(name, True, False, True, _("It is word for word what stands in another element."))
    anchors = truth.anchors.get(name, ())
    if anchors and not any(anchor.casefold() in text.casefold() for anchor in anchors):
        reason = _("It names no fact of the case: no date, place, account or amount from the file.")
        return _made(name, True, False, True, reason)
    return _made(name, True, True, True, _("It is stated."))


def _same(one: str, other: str) -> bool:
    def bare(text: str) -> list[str]:
        return re.findall(r"\w+", text.casefold())

    return bool(bare(one)) and bare(one) == bare(other)


def _absent(name: str) -> JudgedElement:
    element = _element(name)
    reason = _("It is missing. {why} Write: {write}").format(why=_(element.why), write=_(element.write))
    return JudgedElement(name, element.provision, _(element.label), False, False, False, reason)


def _made(name: str, present: bool, specific: bool, right: bool, reason: str) -> JudgedElement:
    return JudgedElement(name, *_words(name), present, specific, right, reason)


def _words(name: str) -> tuple[str, str]:
    element = _element(name)
    return element.provision, _(element.label)


def _element(name: str) -> tables.Element:
    for one in (*tables.header(), *tables.kind("preservation-request").elements):
        if one.name == name:
            return one
    raise KeyError(name)


def _data_truth(value: Mapping[str, Any]) -> DataTruth:
    def moment(name: str) -> datetime | None:
        return instant(datetime.fromisoformat(value[name])) if value.get(name) else None

    return DataTruth(
        categories=tuple(value["categories"]),
        identifiers=tuple(value["identifiers"]),
        since=moment("since"),
        until=moment("until"),
        slack=timedelta(hours=value.get("slack_hours", 48)),
    )
