"""What is missing in a request or wrong with it: every finding at once, in reading order, with what to write.

>>> for remark in validate(draft):
...     print(remark)
Facts: It is missing. Nobody can weigh a request without facts. ... Write: Who did what, when, where and with what harm.
Measures, line 1, Data, line 1, Account or address: It is missing. The provider finds the data by it. ...

An ``error`` is a gap that the other State will ask about (40(16)), or a thing that the Convention does not allow; a
``warning`` costs time. A gap is no refusal: the responder asks first (40(28)).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hanoikit.convention import offences
from hanoikit.cooperation import tables
from hanoikit.cooperation.codec import LISTS
from hanoikit.cooperation.instruments import instruments
from hanoikit.cooperation.requests import (
    AssistanceRequest,
    DataSpecification,
    ExtraditionRequest,
    JointInvestigationTerms,
    Measure,
    Request,
    SpontaneousInformation,
    TransferOfProceedings,
)
from hanoikit.cooperation.state_rules import CooperationLaw, known_states, law_or_none, state_name
from hanoikit.i18n import _
from hanoikit.network.checking import Notes, Remark
from hanoikit.network.tables import Element

SERIOUS_YEARS = 4
"""Serious crime: a maximum of at least four years (2(h))."""
CONVENTION = "convention"
"""The id of this Convention among the instruments."""
_WIDE = timedelta(days=366)
_EVERYTHING = re.compile(r"^\W*(\*|all|any|every|everything|everyone|everybody)\b", re.IGNORECASE)
_MARKUP = re.compile(r"<\s*/?\s*[A-Za-z!?]")
_PATH = re.compile(r"(\w+)(?:\[(\d+)\])?")


class _Notes(Notes):
    """Remarks about a request; ``in_order`` gives them as it is read."""

    def __init__(self, request: Request) -> None:
        super().__init__(tables.kind(request.kind))

    def in_order(self) -> list[Remark]:
        return sorted(self._found, key=lambda remark: self._place(remark.element))

    def drop(self, *, code: str = "", at: str = "") -> None:
        """Take back what the table said about an element where a rule of its own holds."""
        self._found = [one for one in self._found if not (one.code == code or (at and one.element == at))]

    def label(self, path: str) -> str:
        if not path:
            return _("What is asked")
        said = []
        for element, number, _rank in self._walk(path):
            words = _(element.label)
            said.append(_("{label}, line {number}").format(label=words, number=number) if number else words)
        return ", ".join(said)

    def _place(self, path: str) -> tuple[int, ...]:
        return tuple(part for _element, number, rank in self._walk(path) for part in (rank, number))

    def _walk(self, path: str) -> Iterator[tuple[Element, int, int]]:
        """Each step of a path: its element, its line (0 if it is no list), its place among its neighbours."""
        level: tuple[Element, ...] = (*tables.header(), *self._kind.elements)
        for name, number in _PATH.findall(path):
            rank = next((rank for rank, one in enumerate(level) if one.name == name), None)
            if rank is None:
                return
            element = level[rank]
            yield element, int(number or 0), rank
            level = tables.part(LISTS.get(element.type, element.type)) if _is_nested(element) else ()


def _is_nested(element: Element) -> bool:
    return element.type in LISTS or element.type in ("offence", "period", "reasoned", "person")


def validate(request: Request, *, law: CooperationLaw | None = None) -> list[Remark]:
    """Everything missing in a request or wrong with it, in the order in which it is read.

    ``law`` are the rules of the requested State, those of the course if not given. Codes begin with ``missing-`` for
    an element that is not stated. ``element`` of a remark is a path, such as ``measures[1].data[2].identifier`` (lines
    count from 1), so that a form can show the words beside its field.
    """
    notes = _Notes(request)
    rules = law_or_none(request.requested) if law is None else law
    _header(request, notes, rules)
    _stated(request, (*tables.header(), *tables.kind(request.kind).elements), notes, "")
    _articles(request, notes)
    if isinstance(request, AssistanceRequest):
        _assistance(request, notes)
    elif isinstance(request, ExtraditionRequest):
        _extradition(request, notes)
    elif isinstance(request, TransferOfProceedings):
        _transfer(request, notes)
    elif isinstance(request, JointInvestigationTerms):
        _joint(request, notes)
    elif isinstance(request, SpontaneousInformation):
        _spontaneous(request, notes)
    _letters(request, notes)
    return notes.in_order()


def errors(remarks: list[Remark]) -> list[Remark]:
    """The gaps among them; warnings are left out."""
    return [one for one in remarks if one.severity == "error"]


# what every request states


def _header(request: Request, notes: _Notes, rules: CooperationLaw | None) -> None:
    known = known_states()
    for name in ("requesting", "requested"):
        code = getattr(request, name)
        if code and code not in known and (rules is None or code != rules.state):
            text = _("There is no State {code} in the course. Its States are {known}.")
            notes.add("unknown-state", text.format(code=code, known=", ".join(known)), name, "40(15)(a)")
    _basis(request, notes)
    if request.requesting and request.requesting == request.requested:
        text = _("A State does not ask itself. At home its own law and powers are enough.")
        notes.add("own-state", text, "requested", "40(1)", "5(2)")
    if rules is None:
        return
    central = rules.central_authority
    if request.language and request.language not in central.languages:
        text = _("{authority} accepts {languages}. Enclose a translation.").format(
            authority=central.name, languages=", ".join(central.languages)
        )
        notes.add("language", text, "language", "40(13)")
    if request.central_authority_to.strip() and not _same(request.central_authority_to, central.name):
        text = _("The register names another authority: {name}.").format(name=central.name)
        notes.add("wrong-authority", text, "central_authority_to", "40(12)")
    _channel(request, notes, rules)


def _basis(request: Request, notes: _Notes) -> None:
    """Whether the legal basis that is named binds both States on the day of the request."""
    if not request.instrument:
        return
    treaty = instruments().get(request.instrument)
    if treaty is None:
        text = _("There is no such legal basis. Use one of: {names}.").format(names=", ".join(instruments()))
        notes.add("no-instrument", text, "instrument", "40(7)")
    elif treaty.parties and request.date is not None:
        states = [code for code in (request.requesting, request.requested) if code]
        outside = [code for code in states if not treaty.binds(code, request.date)]
        if outside:
            text = _("{treaty} does not bind {states} on this day. Name a basis that binds both States.")
            text = text.format(treaty=_(treaty.name), states=_(" and ").join(map(state_name, outside)))
            notes.add("not-bound", text, "instrument", "65(2)", "40(7)")


def _channel(request: Request, notes: _Notes, rules: CooperationLaw) -> None:
    central = rules.central_authority
    if request.channel == "interpol":
        urgent = getattr(request, "urgency", None) or getattr(request, "provisional", None)
        if not central.interpol_when_urgent:
            text = _("{state} has not agreed to requests through INTERPOL.").format(state=_(rules.name))
            notes.add("channel", text, "channel", "40(12)")
        elif urgent is None or not urgent.asked:
            text = _("INTERPOL's way is for urgent cases. This request does not ask for urgency.")
            notes.add("channel", text, "channel", "40(12)")
    elif request.channel and request.channel not in central.channels:
        text = _("{authority} accepts requests on these ways: {channels}.").format(
            authority=central.name, channels=", ".join(central.channels)
        )
        notes.add("channel", text, "channel", "40(12)", "40(14)")


def _stated(thing: Any, elements: tuple[Element, ...], notes: _Notes, where: str) -> None:
    for element in elements:
        value = getattr(thing, element.name)
        path = f"{where}.{element.name}" if where else element.name
        if not is_stated(value):
            if element.need != "may":
                notes.missing(element, path, severity="error" if element.need == "must" else "warning")
            continue
        if element.type in LISTS:
            for number, each in enumerate(value, 1):
                _stated(each, tables.part(LISTS[element.type]), notes, f"{path}[{number}]")
        elif element.type == "reasoned":
            if value.asked and not value.reason.strip():
                notes.missing(tables.part("reasoned")[1], f"{path}.reason", severity="warning")
        elif _is_nested(element):
            _stated(value, tables.part(element.type), notes, path)


def is_stated(value: Any) -> bool:
    """Whether something is there: blank text, an empty list and an object without any statement are not."""
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, tuple):
        return any(not isinstance(one, str) or one.strip() for one in value)
    if hasattr(value, "__dataclass_fields__"):
        return any(is_stated(getattr(value, name)) for name in value.__dataclass_fields__)
    return value is not None and value is not False and value != 0


def _articles(request: Request, notes: _Notes) -> None:
    known = {str(offence.article) for offence in offences()}
    for number, each in enumerate(getattr(request, "articles", ()), 1):
        if each.split("(")[0].strip() not in known:
            text = _("{article} is no offence of the Convention; these are articles 7 to 17.").format(
                article=each
            )
            notes.add("no-offence-article", text, f"articles[{number}]", "35(1)")


# legal assistance


def _assistance(request: AssistanceRequest, notes: _Notes) -> None:
    # Where a document is only to be served, the facts may be left out.
    if request.measures and all(one.what == "service" for one in request.measures):
        notes.drop(code="missing-facts")
    lines = [line for measure in request.measures for line in measure.data]
    if lines and all(line.category == "subscriber" or (line.since and line.until) for line in lines):
        # Every line has its period, or needs none.
        notes.drop(at="period")
    if request.instrument not in ("", CONVENTION):
        # Another treaty has its own reach; the two doors of this Convention are not asked for.
        notes.drop(at="scope")
    elif request.scope == "convention-offence" and not request.articles:
        notes.missing(tables.kind("assistance").element("articles"))
    if request.scope == "serious-crime-evidence":
        _serious(request, notes)
    seen: set[str] = set()
    for number, measure in enumerate(request.measures, 1):
        where = f"measures[{number}]"
        if measure.id and measure.id in seen:
            text = _("Another measure has this number. The answer could not tell them apart.")
            notes.add("same-number", text, f"{where}.id", "40(15)(d)")
        seen.add(measure.id)
        if measure.what:
            _measure(request, measure, where, notes)
    if _EVERYTHING.match(request.use):
        text = _(
            "Evidence is used for this case. “Any use” will not be granted; other uses need consent first."
        )
        notes.add("any-use", text, "use", "40(19)")
    _period(request.period.since, request.period.until, "period", notes)


def _serious(request: AssistanceRequest, notes: _Notes) -> None:
    years = request.offence.maximum_years
    element = next(one for one in tables.part("offence") if one.name == "maximum_years")
    if not years:
        notes.drop(at="offence.maximum_years")
        notes.missing(element, "offence.maximum_years")
    elif years < SERIOUS_YEARS:
        text = _("A maximum of {years} years is no serious crime: four years are needed.").format(years=years)
        notes.add("not-serious", text, "offence.maximum_years", "2(h)", "35(1)(c)")


def _measure(request: AssistanceRequest, measure: Measure, where: str, notes: _Notes) -> None:
    kind = tables.measure(measure.what)
    if request.scope == "serious-crime-evidence" and not kind.electronic:
        text = _(
            "For other serious crime the Convention opens evidence in electronic form only. "
            "Use another treaty for this."
        )
        notes.add("not-reached", text, f"{where}.what", "35(1)(c)", "40(1)")
    if kind.needs_data and not measure.data:
        element = next(one for one in tables.part("measure") if one.name == "data")
        notes.missing(element, f"{where}.data")
    if kind.needs_person and not request.persons and not measure.holder.strip():
        notes.missing(tables.kind("assistance").element("persons"))
    if kind.live and not measure.need.strip():
        element = next(one for one in tables.part("measure") if one.name == "need")
        notes.drop(at=f"{where}.need")
        notes.missing(
            replace(element, provision="45(3)" if kind.live == "traffic" else "24(1)"), f"{where}.need"
        )
    for number, line in enumerate(measure.data, 1):
        _line(request, measure, line, f"{where}.data[{number}]", notes)


def _line(
    request: AssistanceRequest, measure: Measure, line: DataSpecification, where: str, notes: _Notes
) -> None:
    kind = tables.measure(measure.what)
    for name in ("identifier", "description"):
        if _EVERYTHING.match(getattr(line, name)):
            text = _("It asks for everything. Name the account and the data that the case needs.")
            notes.add("not-specified", text, f"{where}.{name}", "40(15)(e)", "24(1)")
    if line.category in ("traffic", "content"):
        for element in tables.part("data"):
            if element.name in ("since", "until") and getattr(line, element.name) is None:
                notes.drop(at=f"{where}.{element.name}")
                notes.missing(element, f"{where}.{element.name}")
    else:
        # Who the customer is does not hang on a period.
        notes.drop(at=f"{where}.since")
        notes.drop(at=f"{where}.until")
    _period(line.since, line.until, where, notes)
    signed = request.date
    if signed is None:
        return
    if not kind.live and line.until is not None and line.until.date() > signed + timedelta(days=1):
        text = _("Data of the future are not stored yet. To collect them takes another measure.")
        notes.add("future-data", text, f"{where}.until", "44(1)", "45(1)", "46")
    if kind.live and line.until is not None and line.until.date() < signed:
        text = _("This time is over: what was recorded then is stored data.")
        notes.add("past-data", text, f"{where}.until", "44(1)")
    if kind.live == "traffic" and line.category == "content":
        text = _("This measure brings traffic data only. Content takes interception, with stricter rules.")
        notes.add("wrong-category", text, f"{where}.category", "45(1)", "46")


def _period(since: datetime | None, until: datetime | None, where: str, notes: _Notes) -> None:
    if since is None or until is None:
        return
    if until < since:
        notes.add("period-reversed", _("The period ends before it begins."), where, "40(15)(f)")
    elif until - since > _WIDE:
        text = _("More than a year is a wide period. Say why it is needed, or make it shorter.")
        notes.warn("period-wide", text, where, "24(1)")


# the other kinds


def _extradition(request: ExtraditionRequest, notes: _Notes) -> None:
    if request.person.role and request.person.role not in ("suspect", "accused", "sentenced"):
        text = _(
            "Only a person who is prosecuted or sentenced is extradited. Others can be invited to testify."
        )
        notes.add("wrong-role", text, "person.role", "37(1)", "40(29)")
    if request.stage == "sentence" and not request.sentence.strip():
        notes.missing(tables.kind("extradition").element("sentence"))


def _transfer(request: TransferOfProceedings, notes: _Notes) -> None:
    roles = {one.role for one in request.persons}
    if request.persons and not roles & {"suspect", "accused"}:
        text = _("Nobody is named against whom the case runs. Name the suspects.")
        notes.add("no-suspect", text, "persons", "39(1)")


def _joint(request: JointInvestigationTerms, notes: _Notes) -> None:
    if request.powers == "act-alone":
        text = _(
            "Nobody may use powers alone in another State's territory. The host's authorities act; guests are present "
            "or work under their direction."
        )
        notes.add("sovereignty", text, "powers", "48", "5(2)")
    if request.begins is not None and request.ends is not None and request.ends < request.begins:
        notes.add("period-reversed", _("The period ends before it begins."), "ends", "48")
    for state in (request.requesting, request.requested, *request.others):
        rules = law_or_none(state)
        named = rules is None or _names(request.leader, state, rules.name)
        if request.leader.strip() and rules is not None and not named:
            text = _("No leader is named for {state}. In its territory its own officer leads.").format(
                state=_(rules.name)
            )
            notes.add("no-leader", text, "leader", "48", "5(2)")
    if _EVERYTHING.match(request.use):
        text = _("“Any use” is no agreement. Name the proceedings, and who must agree to another use.")
        notes.add("any-use", text, "use", "40(19)")
    known = known_states()
    for number, code in enumerate(request.others, 1):
        if code not in known:
            text = _("There is no State {code} in the course. Its States are {known}.")
            place = f"others[{number}]"
            notes.add("unknown-state", text.format(code=code, known=", ".join(known)), place, "48")


def _spontaneous(request: SpontaneousInformation, notes: _Notes) -> None:
    # Information is sent, not asked for: it needs no treaty named and no case of the receiver.
    notes.drop(code="missing-instrument")
    if request.persons and not request.limits:
        text = _("Personal data go out without any limit on their use. Set limits if your law asks for them.")
        notes.warn("no-limits", text, "limits", "36(1)(b)", "40(5)")


def _names(text: str, code: str, name: str) -> bool:
    return code in re.findall(r"\w+", text) or name.casefold() in text.casefold()


def _letters(request: Request, notes: _Notes) -> None:
    """Characters that nobody sees, letters that only look like others, and marks of a web page."""
    for path, element, text in texts(request):
        if _MARKUP.search(text):
            words = _("It holds marks of a web page (<...>). They are shown as they stand; take them out.")
            notes.warn("markup", words, path, "40(13)")
        if text.isascii():
            continue
        if any(unicodedata.category(letter) == "Cf" for letter in text):
            words = _("It holds characters that nobody can see. Type it anew instead of pasting it.")
            notes.warn("hidden-characters", words, path, "40(14)")
        if element.name == "identifier":
            scripts = {
                unicodedata.name(one, "UNKNOWN").split()[0].capitalize() for one in text if one.isalpha()
            }
            if len(scripts) > 1:
                words = _("Its letters are of several scripts ({scripts}); some may only look like others.")
                notes.warn("look-alike", words.format(scripts=", ".join(sorted(scripts))), path, "40(14)")


def texts(
    thing: Any, elements: tuple[Element, ...] | None = None, where: str = ""
) -> Iterator[tuple[str, Element, str]]:
    """Every text in a request with its path and element, in reading order."""
    if elements is None:
        elements = (*tables.header(), *tables.kind(thing.kind).elements)
    for element in elements:
        value = getattr(thing, element.name)
        path = f"{where}.{element.name}" if where else element.name
        if element.type in LISTS:
            for number, each in enumerate(value, 1):
                yield from texts(each, tables.part(LISTS[element.type]), f"{path}[{number}]")
        elif _is_nested(element):
            yield from texts(value, tables.part(element.type), path)
        elif isinstance(value, tuple):
            for number, each in enumerate(value, 1):
                yield f"{path}[{number}]", element, each
        elif isinstance(value, str):
            yield path, element, value


def _same(one: str, other: str) -> bool:
    def bare(text: str) -> list[str]:
        return re.findall(r"\w+", text.casefold())

    return bare(one) == bare(other)
