"""What is missing in a message or wrong with it: every finding at once, in reading order, with its provision.

>>> for finding in validate(draft, directory=directory):
...     print(finding)
Facts in short: It is missing. Without facts nobody can judge whether a ground of refusal exists. Write: ...
Data to be preserved, line 1, Account or address: It is missing. The provider finds the data by it ...

A finding of severity ``error`` is a gap that the other desk will ask about or a thing that the Convention does not
allow; a ``warning`` costs time. A message with errors can still be sent: that is what happens in life, and the other
desk has to notice.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hanoikit.convention import offences
from hanoikit.convention.power.workdays import instant
from hanoikit.errors import Finding, MessageIncomplete, Severity
from hanoikit.i18n import _
from hanoikit.network import tables
from hanoikit.network.boundaries import limits
from hanoikit.network.deadlines import floor, same_hour
from hanoikit.network.directory import Directory
from hanoikit.network.messages import (
    AssetAlert,
    Confirmed,
    DataSpecification,
    Document,
    EmergencyData,
    Extension,
    Message,
    MoreInformation,
    Partly,
    PreservationRequest,
    Refused,
)
from hanoikit.network.tables import Element, Rules

SERIOUS_YEARS = 4
"""Serious crime: a maximum of at least four years (2(h))."""
_WIDE = timedelta(days=366)
_EVERYTHING = re.compile(r"^\W*(\*|all|any|every|everything)\b|^\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Remark(Finding):
    """A finding about one element of a message.

    ``element`` names the member (``"to"``, ``"facts"``, ``"data[1].identifier"``; lines count from 1), so that a
    form can show the words beside its field; "" stands for the message as a whole.
    """

    element: str = ""


class Notes:
    """Remarks about the elements of one kind of document, as they are made."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._found: list[Remark] = []

    def add(
        self, code: str, message: str, element: str, *provisions: str, severity: Severity = "error"
    ) -> None:
        self._found.append(Remark(code, message, self.label(element), provisions, severity, element))

    def warn(self, code: str, message: str, element: str, *provisions: str) -> None:
        self.add(code, message, element, *provisions, severity="warning")

    def missing(self, element: Element, path: str = "", *, severity: Severity = "error") -> None:
        text = _("It is missing. {why} Write: {write}").format(why=_(element.why), write=_(element.write))
        self.add(f"missing-{element.name}", text, path or element.name, element.provision, severity=severity)

    def label(self, path: str) -> str:
        """The words for an element."""
        raise NotImplementedError


class _Notes(Notes):
    """Remarks about a message; :meth:`in_order` gives them as the message is read."""

    def __init__(self, message: Message) -> None:
        super().__init__(tables.kind(message.kind))

    def in_order(self) -> list[Remark]:
        header = [one.name for one in tables.header()]
        inside = [one.name for one in self._kind.elements]
        lines = [one.name for one in tables.data_elements()]

        def place(remark: Remark) -> tuple[int, int, int]:
            name, number, member = _path(remark.element)
            if name in header:
                return header.index(name), 0, 0
            rank = inside.index(name) if name in inside else len(inside)
            return len(header) + rank, number, lines.index(member) if member in lines else -1

        return sorted(self._found, key=place)

    def label(self, element: str) -> str:
        name, number, member = _path(element)
        for one in (*tables.header(), *self._kind.elements):
            if one.name == name:
                label = _(one.label)
                break
        else:
            return _("What is asked") if element == "" else element
        if number:
            label = _("{label}, line {number}").format(label=label, number=number)
        if member:
            inner = next(one for one in tables.data_elements() if one.name == member)
            label = f"{label}, {_(inner.label)}"
        return label


def _path(element: str) -> tuple[str, int, str]:
    """``"data[2].since"`` as its name, number and member."""
    found = re.fullmatch(r"(\w*)(?:\[(\d+)\])?(?:\.(\w+))?", element)
    assert found is not None
    return found[1], int(found[2] or 0), found[3] or ""


def validate(
    message: Message,
    *,
    directory: Directory | None = None,
    about: Message | None = None,
    runs_until: datetime | None = None,
    rules: Mapping[str, Rules] | None = None,
) -> list[Remark]:
    """Everything missing in a message or wrong with it, in the order in which it is read.

    ``directory`` lets desks and languages be judged; ``about`` is the message that this one answers or follows;
    ``runs_until`` is when the preservation in question ends (for an extension; None for no end yet). ``rules`` are the
    States' rules, those of the course if not given. Codes begin with ``missing-`` for an element that is not stated.
    """
    states = tables.all_rules() if rules is None else rules
    notes = _Notes(message)
    _header(message, notes, directory, about)
    _stated(message, notes)
    body = message.body
    if isinstance(body, PreservationRequest):
        _preservation(message, body, notes)
    if isinstance(body, Document):
        _handed_over(body, notes)
    if isinstance(body, EmergencyData) and message.urgency != "emergency":
        text = _("It asks for emergency data but is not marked as an emergency; it may lie in the inbox.")
        notes.warn("urgency-low", text, "urgency", "41(3)(e)")
    if message.urgency == "emergency" and not isinstance(body, EmergencyData) and about is None:
        text = _("An emergency is a danger to life or safety. If there is one, ask for emergency data.")
        notes.warn("urgency-high", text, "urgency", "2(o)")
    _scope(body, notes)
    _specified(message, notes)
    _letters(message, notes)
    _asked_too_much(message, notes, states)
    if about is not None:
        _answering(message, about, notes, states, runs_until)
    return notes.in_order()


def check(message: Message, **context: Any) -> None:
    """Like :func:`validate`, but raise ``MessageIncomplete`` with all findings if one of them is an error."""
    findings = validate(message, **context)
    errors = [one for one in findings if one.severity == "error"]
    if errors:
        raise MessageIncomplete(
            _("The message is not complete: {count} points need your attention.").format(count=len(errors)),
            next_step=_("Mend each point, then send it."),
            findings=findings,
        )


def _header(message: Message, notes: _Notes, directory: Directory | None, about: Message | None) -> None:
    if message.sender == message.recipient:
        text = _("A desk does not write to itself.")
        notes.add("own-desk", text, "to", "41(4)")
    elif message.sender[:2] == message.recipient[:2] and isinstance(message.body, PreservationRequest):
        text = _("The data are in your own State: use the power to preserve at home, not the network.")
        notes.add("own-state", text, "to", "42(1)", "25(1)")
    if directory is not None:
        for name, desk in (("from", message.sender), ("to", message.recipient)):
            if desk not in directory:
                text = _("There is no desk {desk} in the register.").format(desk=desk)
                notes.add("unknown-desk", text, name, "41(2)")
        if message.recipient in directory:
            languages = directory[message.recipient].languages
            if message.language not in languages:
                text = _("{desk} reads {languages}. Write in one of these, or enclose a translation.").format(
                    desk=message.recipient, languages=", ".join(languages)
                )
                notes.warn("language", text, "language", "40(13)")
    for element in tables.header():
        if element.name in ("reference",) and not message.reference:
            notes.missing(element, severity="warning")
    role = tables.kind(message.kind).role
    if role != "request" and not message.regarding:
        element = next(one for one in tables.header() if one.name == "regarding")
        notes.missing(element)
    if about is not None and message.regarding and message.regarding != about.id:
        text = _("It names another message than the one that it answers.")
        notes.add("wrong-regarding", text, "regarding", "40(13)")


def _stated(message: Message, notes: _Notes) -> None:
    for element in tables.kind(message.kind).elements:
        value = getattr(message.body, element.name)
        if element.need == "may" or _is_stated(value):
            continue
        severity: Severity = "error" if element.need == "must" else "warning"
        notes.missing(element, severity=severity)


def _is_stated(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, tuple):
        return any(not isinstance(one, str) or one.strip() for one in value)
    return value is not None and value is not False


def _preservation(message: Message, body: PreservationRequest, notes: _Notes) -> None:
    if body.vanishes is not None and body.vanishes <= message.sent:
        text = _("The data are gone already by this time. Check the time and its zone.")
        notes.warn("gone-already", text, "vanishes", "42(3)(e)")
    if body.secrecy in ("confidential", "confidential-no-notice") and not body.secrecy_reason.strip():
        element = tables.kind(body.kind).element("secrecy_reason")
        notes.missing(element, severity="warning")


def _handed_over(body: Document, notes: _Notes) -> None:
    if body.content and not body.digest:
        text = _("The content has no SHA-256. The receiver cannot see whether it arrived as it was sent.")
        notes.add("digest-missing", text, "digest", "40(14)")
    elif body.digest and body.digest != hashlib.sha256(body.content.encode()).hexdigest():
        text = _(
            "The content is not the one that this SHA-256 was made for. Do not rely on it; ask for it again."
        )
        notes.add("digest-differs", text, "digest", "40(13)", "40(14)")


def _scope(body: Any, notes: _Notes) -> None:
    scope = getattr(body, "scope", "")
    if scope == "convention-offence":
        known = {str(offence.article) for offence in offences()}
        wrong = [each for each in body.articles if each.split("(")[0].strip() not in known]
        if not body.articles:
            element = tables.kind(body.kind).element("articles")
            notes.missing(element)
        for each in wrong:
            text = _("Article {article} is no offence of the Convention; these are articles 7 to 17.").format(
                article=each
            )
            notes.add("no-offence-article", text, "articles", "35(1)")
    elif scope == "serious-crime":
        if not body.maximum_years:
            element = tables.kind(body.kind).element("maximum_years")
            notes.missing(element)
        elif body.maximum_years < SERIOUS_YEARS:
            text = _("A maximum of {years} years is no serious crime: four years are needed.").format(
                years=body.maximum_years
            )
            notes.add("not-serious", text, "maximum_years", "2(h)", "35(1)(c)")
        if isinstance(body, AssetAlert):
            text = _("For other serious crime the Convention reaches electronic evidence, not assets.")
            notes.add("assets-need-offence", text, "scope", "35(1)(a)", "35(1)(c)")


def _specified(message: Message, notes: _Notes) -> None:
    body = message.body
    data: Sequence[DataSpecification] = getattr(body, "data", ())
    asked = tables.kind(body.kind).role == "request"
    for number, each in enumerate(data, 1):
        line = f"data[{number}]"
        for element in tables.data_elements():
            value = getattr(each, element.name)
            where = f"{line}.{element.name}"
            if not _is_stated(value):
                if element.need == "must":
                    notes.missing(element, where)
                elif asked and each.category in ("traffic", "content"):
                    notes.missing(element, where, severity="warning")
            elif asked and element.name in ("identifier", "description") and _EVERYTHING.match(value):
                text = _("It asks for everything. Only specified data can be asked for.")
                notes.add("not-specified", text, where, "25(1)", "42(3)(c)")
        if each.since is None or each.until is None:
            start_end = None
        else:
            start_end = each.until - each.since
        if start_end is not None and start_end < timedelta(0):
            notes.add("period-reversed", _("The period ends before it begins."), line, "42(3)(c)")
        elif asked and start_end is not None and start_end > _WIDE:
            text = _("More than a year is a wide period. Say why it is needed, or make it shorter.")
            notes.warn("period-wide", text, line, "24(1)")
        if asked and each.until is not None and each.until > message.sent + timedelta(days=1):
            text = _(
                "Data of the future are not stored yet. To collect them takes a request of another kind."
            )
            provisions = ("42(1)", "45", "46")
            notes.add("future-data", text, line, *provisions)


def _letters(message: Message, notes: _Notes) -> None:
    """Characters that nobody sees, and accounts whose letters only look like others: a provider would look in vain."""
    body = message.body
    places: list[tuple[str, str, bool]] = []
    for element in tables.kind(body.kind).elements:
        value = getattr(body, element.name)
        if element.type == "line":
            places.append((element.name, value, False))
        elif element.type == "lines":
            exact = element.name in ("identifiers", "accounts")
            places += [(f"{element.name}[{number}]", line, exact) for number, line in enumerate(value, 1)]
        elif element.type == "data":
            places += [
                (f"{element.name}[{n}].identifier", one.identifier, True) for n, one in enumerate(value, 1)
            ]
    for place, text, exact in places:
        if text.isascii():
            continue
        if any(unicodedata.category(letter) == "Cf" for letter in text):
            words = _("It holds characters that nobody can see. Type it anew instead of pasting it.")
            notes.warn("hidden-characters", words, place, "40(14)")
        scripts = {_script(letter) for letter in text if letter.isalpha()}
        if exact and len(scripts) > 1:
            words = _(
                "Its letters are of several scripts ({scripts}); some may only look like others."
            ).format(scripts=", ".join(sorted(scripts)))
            notes.warn("look-alike", words, place, "40(14)")


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0].capitalize()


def _asked_too_much(message: Message, notes: _Notes, states: Mapping[str, Rules]) -> None:
    rules = states.get(message.recipient[:2])
    if rules is None:
        return
    for limit in limits(message, rules):
        if limit.code != "no-emergency":  # what is missing there was said already, element by element
            text = f"{limit.why} {limit.instead}"
            notes.add(f"limit-{limit.code}", text, "", *limit.provisions)


def _answering(
    message: Message,
    about: Message,
    notes: _Notes,
    states: Mapping[str, Rules],
    runs_until: datetime | None,
) -> None:
    body = message.body
    if body.kind not in tables.kind(about.kind).answers and tables.kind(body.kind).role == "answer":
        text = _("A message “{about}” is not answered with “{answer}”.").format(
            about=_(tables.kind(about.kind).name), answer=_(tables.kind(body.kind).name)
        )
        notes.add("wrong-answer", text, "", "40(13)")
    involved = {about.sender[:2], about.recipient[:2]}
    if {message.sender[:2], message.recipient[:2]} != involved:
        text = _("It goes to another State than the one that wrote.")
        notes.add("wrong-correspondent", text, "to", "41(4)")
    if message.sent < about.sent:
        text = _("It was written before the message that it answers.")
        notes.add("time-goes-back", text, "sent", "40(13)")
    if isinstance(body, Confirmed | Partly):
        _done(message, body, about, notes, states)
    elif isinstance(body, Refused):
        _refused(message, body, about, notes, states)
    elif isinstance(body, Extension):
        _extension(message, body, notes, runs_until)
    elif isinstance(body, MoreInformation) and isinstance(about.body, PreservationRequest):
        known = {one.provision for one in tables.kind(about.kind).elements}
        for each in body.elements:
            if each not in known:
                text = _("{provision} is no element of the request that you answer.").format(provision=each)
                notes.warn("no-element", text, "elements", "42(3)")


def _done(
    message: Message, body: Confirmed | Partly, about: Message, notes: _Notes, states: Mapping[str, Rules]
) -> None:
    preserving = about.kind in ("preservation-request", "extension", "decision-on-warning", "supplement")
    rules = states.get(message.sender[:2])
    if about.kind in ("preservation-request", "extension") and body.until is None:
        element = tables.kind(body.kind).element("until")
        notes.missing(element)
    if about.kind == "preservation-request" and body.until is not None:
        zone = rules.zone if rules is not None else "UTC"
        least = floor(message.sent, zone=zone)
        if instant(body.until) < same_hour(message.sent, zone=zone):
            text = _("It is too short: the data are kept for at least 60 days, here until {least}.").format(
                least=least.isoformat()
            )
            notes.add("below-floor", text, "until", "42(8)")
        elif instant(body.until) < least:
            text = _("Count whole days to be safe: nobody can call {least} too short.").format(
                least=least.isoformat()
            )
            notes.warn("floor-tight", text, "until", "42(8)")
    asked = about.body.until if isinstance(about.body, Extension) else None
    if isinstance(body, Confirmed) and body.until is not None and asked is not None and body.until < asked:
        text = _("It is shorter than was asked. Say “partly done”, and why.")
        notes.add("shorter-than-asked", text, "until", "42(9)")
    asks_answer = about.kind in (
        "where-is-the-data",
        "technical-advice",
        "legal-information",
        "locate-suspect",
    )
    if asks_answer and not body.found.strip():
        element = tables.kind(body.kind).element("found")
        notes.missing(element)
    if body.handed_over and body.data:
        given = {each.category for each in body.data if each.category}
        if preserving:
            text = _("To preserve is not to hand over. Handing over takes a request for legal assistance.")
            notes.add("handed-over", text, "handed_over", "44(1)", "25(2)")
        elif rules is not None:
            emergency = about.kind == "emergency-data"
            beyond = sorted(given - (rules.gives_in_emergency if emergency else rules.gives))
            if beyond:
                text = _("The law of {state} does not let its desk give {categories} data here.").format(
                    state=rules.name, categories=", ".join(beyond)
                )
                notes.add("handed-over", text, "handed_over", "41(3)", "44(1)")


def _refused(
    message: Message, body: Refused, about: Message, notes: _Notes, states: Mapping[str, Rules]
) -> None:
    if not body.ground:
        return
    ground = tables.ground(body.ground)
    where = "ground"
    if not ground.open_for(about.kind):
        text = _(ground.closed_text) if ground.closed_text else _("It is no ground for this kind of request.")
        provisions = ground.provisions
        notes.add("ground-not-open", text, where, *provisions)
        return
    rules = states.get(message.sender[:2])
    if ground.reservation and rules is not None and ground.reservation not in rules.reservations:
        text = _("{state} has not made the reservation of {provision}.").format(
            state=rules.name, provision=ground.reservation
        )
        notes.add("no-reservation", text, where, *ground.provisions)
    elif ground.reservation and getattr(about.body, "scope", "") == "convention-offence":
        text = _("The reservation reaches only offences outside the Convention; this is one of its own.")
        notes.add("ground-not-open", text, where, *ground.provisions)


def _extension(message: Message, body: Extension, notes: _Notes, runs_until: datetime | None) -> None:
    if runs_until is None:
        return
    if instant(message.sent) >= instant(runs_until):
        text = _(
            "The preservation has ended. An extension must be asked for before; send a new request at once."
        )
        notes.add("too-late", text, "sent", "42(9)")
    elif body.until is not None and instant(body.until) <= instant(runs_until):
        text = _("The preservation lasts until then anyway.")
        notes.warn("no-extension", text, "until", "42(9)")
