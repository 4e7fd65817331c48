"""What happened in a run as the debrief shows it: messages, decisions, words of the story and clocks that ran out.

>>> [one.sign for one in events(record, moments(score(record)))][:3]
['☞', '☞', '?']
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hanoikit.capstone.plan import TEAMS, plan
from hanoikit.capstone.record import Noted, Record, Said, Sent
from hanoikit.capstone.scoring import Element
from hanoikit.desk_service.showing import message_json
from hanoikit.i18n import _
from hanoikit.network import tables
from hanoikit.network.labels import note_label
from hanoikit.network.messages import Document

HOME = "XA"
SIGNS = {
    "confirmed": "✓",
    "partly": "◐",
    "refused": "✗",
    "more-information": "…",
    "document": "▤",
    "emergency-data": "!",
    "acknowledgement": "·",
}
_NOTES = ("decision", "order", "renewed", "passed-on", "remark")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``source`` and ``target`` are lanes (States, or ``""`` for the story).

    ``moments`` are the numbers of what it decided; ``clocks`` the time in the four capitals; ``told``: the story or a
    script did it.
    """

    number: int
    at: datetime
    source: str
    target: str
    sign: str
    title: str
    short: str
    stated: tuple[tuple[str, str], ...]
    when: str
    clocks: tuple[tuple[str, str], ...]
    moments: tuple[int, ...]
    told: bool
    gone: bool = False


@dataclass(frozen=True, slots=True)
class _Raw:
    at: datetime
    rank: int
    what: Sent | Noted | Said | str


def events(record: Record, deciding: Sequence[Element]) -> list[Event]:
    """Everything worth showing, in order."""
    raw = [_Raw(one.at, 2, one) for one in record.sent]
    raw += [_Raw(one.at, 1, one) for one in record.notes if one.what in _NOTES]
    raw += [_Raw(one.at, 0, one) for one in _together(record.said)]
    raw += [_Raw(at, 3, name) for name, at in plan().moments.items() if at <= record.until]
    raw.sort(key=lambda one: (one.at, one.rank))
    return [
        _event(
            record,
            number,
            one,
            tuple(place for place, element in enumerate(deciding, 1) if _decided(element, one)),
        )
        for number, one in enumerate(raw)
    ]


def _decided(element: Element, raw: _Raw) -> bool:
    """Whether this decided the element: the clock that ran out, or else the message."""
    ran_out = element.share < 1 and element.moment in plan().moments.values()
    if isinstance(raw.what, str):
        return ran_out and element.moment == raw.at
    return not ran_out and isinstance(raw.what, Sent) and element.message == raw.what.message.id


def _together(said: Sequence[Said]) -> list[Said]:
    """The same words to several desks at the same time are said once, to all of them."""
    found: dict[tuple[datetime, str], list[Said]] = {}
    for one in said:
        found.setdefault((one.at, one.text), []).append(one)
    return [
        Said(each[0].at, each[0].to if len(each) == 1 else "all", each[0].text, each[0].inject)
        for each in found.values()
    ]


def _event(record: Record, number: int, raw: _Raw, decided: tuple[int, ...]) -> Event:
    what, at = raw.what, raw.at
    source, target, sign, told, gone = "", "", "☞", False, False
    stated: tuple[tuple[str, str], ...] = ()
    if isinstance(what, Sent):
        message = what.message
        source, target, told = message.sender[:2], message.recipient[:2], what.by != ""
        sign = SIGNS.get(message.kind, "?")
        kind = _(tables.kind(message.kind).name)
        title = _("{sender} to {recipient}: {kind}").format(
            sender=message.sender, recipient=message.recipient, kind=kind
        )
        body = message.body
        if isinstance(body, Document):
            title = f"{title}: {body.title}"
        stated = tuple(
            (
                one["label"],
                _readable("\n".join(one["lines"])) if one["name"] != "content" else _length(one["lines"]),
            )
            for one in message_json(message)["stated"]
        )
        short = next((text for label, text in stated), "")
        for name in ("ground", "reasons", "done", "title", "offence", "danger", "questions", "note"):
            given = getattr(body, name, "")
            if given:
                short = given if isinstance(given, str) else " ".join(given)
                break
        if message.kind == "refused":
            short = f"{getattr(body, 'ground', '')}: {getattr(body, 'reasons', '')}"
    elif isinstance(what, Noted):
        source, sign = what.desk[:2], "◆"
        decision = what.decision
        title = _("{desk} notes: {what}").format(desk=what.desk, what=note_label(what.what))
        short = what.text
        if decision is not None:
            stated = (
                (_("Decision"), decision.outcome),
                (_("Facts"), ", ".join(decision.facts) or "–"),
                (_("Provisions"), ", ".join(decision.provisions) or "–"),
                (_("Reason"), decision.reason or "–"),
            )
            short = "; ".join(f"{label}: {text}" for label, text in stated[:3])
        else:
            stated = ((_("Text"), what.text),)
    elif isinstance(what, Said):
        target = "" if what.to == "all" else what.to[:2]
        title = (
            _("The story tells everybody")
            if what.to == "all"
            else _("The story tells {desk}").format(desk=what.to)
        )
        stated = ((_("Words"), what.text),)
        short, told = what.text, True
    else:
        sign, told, gone = "†", True, True
        title = _moment_words(what)
        short = title
    zone = ZoneInfo(tables.rules(HOME).zone)
    return Event(
        number=number,
        at=at,
        source=source,
        target=target,
        sign=sign,
        title=title,
        short=short if len(short) <= 220 else short[:219] + "…",
        stated=stated,
        when=_time(at, zone),
        clocks=tuple((_capital(one), _time(at, ZoneInfo(tables.rules(one).zone))) for one in TEAMS),
        moments=decided,
        told=told,
        gone=gone,
    )


def _moment_words(name: str) -> str:
    return {
        "log_gone": _("Lune Hosting has run its weekly deletion"),
        "money_leaves": _("The bank in San Ruel lets the money leave"),
        "images_gone": _("Nest Pages deletes the upload and its log"),
    }[name]


def _capital(state: str) -> str:
    return {"XA": "Fjordholm", "XB": "Kest", "XC": "Porto Lune", "XD": "San Ruel"}[state]


def _readable(text: str) -> str:
    """Times as people write them, on the clocks of Fjordholm."""
    zone = ZoneInfo(tables.rules(HOME).zone)
    return _ISO.sub(lambda found: _time(datetime.fromisoformat(found[0]), zone), text)


_ISO = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


def _length(lines: Sequence[str]) -> str:
    return _("{count} characters of data").format(count=sum(len(one) for one in lines))


def _time(at: datetime, zone: ZoneInfo) -> str:
    here = at.astimezone(zone)
    return f"{here.day} {_months()[here.month - 1]} {here.year}, {here:%H:%M}"


def _months() -> tuple[str, ...]:
    return (
        _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"),
        _("September"), _("October"), _("November"), _("December"),
    )  # fmt: skip
