"""What the parts of a letter say: the elements of a request as text, whatever their type.

>>> [block.text for block in blocks(kind("assistance").element("purpose"), "To prove who signed in.", XA)]
['To prove who signed in.']

Driven by ``assets/cooperation/requests.json``: a new element appears in every letter by itself. What must be there and
is not appears as a gap that is said in words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from hanoikit.cooperation import tables
from hanoikit.cooperation.letters_form import LetterForm, forms
from hanoikit.errors import UsageError
from hanoikit.i18n import _

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``gap`` marks the words that stand for something missing."""

    text: str
    gap: bool = False

    @property
    def direction(self) -> Direction:
        return direction_of(self.text)


@dataclass(frozen=True, slots=True)
class Points:
    """A list of short paragraphs."""

    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Labels with what was written for them, under a title (which may be empty)."""

    title: str
    pairs: tuple[tuple[str, str], ...]


Block = Text | Points | Terms


def direction_of(text: str) -> Direction:
    """The direction of a paragraph: that of its first letter with one (rule P2 of the Unicode bidirectional
    algorithm)."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def missing() -> str:
    """What stands where something is missing."""
    return _("[not stated]")


def state_name(code: str) -> str:
    """The name of an invented State with its code; the code alone where the kit has no form for it."""
    return f"{forms()[code].country} ({code})" if code in forms() else code


def provisions(refs: Sequence[str]) -> str:
    """Provisions as they stand behind a heading."""
    return ", ".join(_("art. {ref}").format(ref=ref) for ref in refs)


def label(element: tables.Element) -> str:
    """The label of an element as a letter says it: the form speaks to its writer, the letter to another State."""
    return {
        "Section of your law": _("Provision of law"),
        "What kind of case": _("Nature of the case"),
        "Who holds it, or who is concerned": _("Holder or person concerned"),
        "Why the case needs it": _("Why it is needed"),
        "Which data": _("Data"),
        "Measures": _("Assistance requested"),
        "Secrecy of the request": _("Confidentiality"),
        "What your State promises": _("Assurances"),
        "Your own case": _("Case of the sender"),
    }.get(element.label) or _(element.label)


def empty(element: tables.Element, value: Any) -> bool:
    """Whether nothing was written for the element."""
    if element.type == "reasoned":
        return not (isinstance(value, Mapping) and value.get("asked"))
    if isinstance(value, Mapping):
        return not any(value.values())
    if isinstance(value, list | tuple):
        return not any(value)
    return value in ("", None, False)


def blocks(element: tables.Element, value: Any, form: LetterForm) -> list[Block]:
    """What an element's part says; where nothing was written, a gap in words if it must be there, else nothing."""
    if empty(element, value):
        return [Text(missing(), gap=True)] if element.need == "must" else []
    return list(_RENDER.get(element.type, _text)(value, form))


def pairs(
    name: str, value: Any, form: LetterForm, *, leave_out: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    """The members of a part (person, offence, data ...) as labels with what was written."""
    value = value if isinstance(value, Mapping) else {}
    found = []
    for element in tables.part(name):
        if element.name in leave_out or element.type == "data":
            continue
        given = value.get(element.name)
        if empty(element, given):
            if element.need == "must":
                found.append((label(element), missing()))
            continue
        found.append((label(element), inline(element, given, form)))
    return found


def inline(element: tables.Element, value: Any, form: LetterForm) -> str:
    """A value in one line of text."""
    if element.type in ("state", "state-or-none"):
        return state_name(str(value))
    if element.type == "time":
        return moment(value, form)
    if element.type == "date":
        return day(value, form)
    if element.type == "choice":
        return choice_words(str(value))
    if element.type == "measure":
        return measure_name(str(value))
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return str(value)


def moment(value: Any, form: LetterForm) -> str:
    """A moment as the State writes it; the text itself where it is none."""
    try:
        when = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return form.moment(when) if when.tzinfo is not None else str(value)


def day(value: Any, form: LetterForm) -> str:
    """A date as the State writes it; the text itself where it is none."""
    try:
        return form.day(value if isinstance(value, date) else date.fromisoformat(str(value)[:10]))
    except ValueError:
        return str(value)


def measure_name(what: str) -> str:
    """The help that is asked for, in words."""
    try:
        return _(tables.measure(what).name)
    except UsageError:
        return what


def choice_words(choice: str) -> str:
    """A choice of the tables in words."""
    return {
        "convention-offence": _("an offence established under the Convention"),
        "serious-crime-evidence": _("evidence in electronic form of a serious crime"),
        "subscriber": _("subscriber information"),
        "traffic": _("traffic data"),
        "content": _("content data"),
        "third-party": _("third person"),
        "prosecution": _("to be tried"),
        "sentence": _("to serve a sentence"),
        "present-only": _("they are present and use no powers"),
        "under-local-direction": _("they act only under the direction of the host State's officers"),
        "act-alone": _("they act alone"),
        "electronic": _("electronically, from central authority to central authority"),
        "paper": _("on paper"),
        "interpol": _("through INTERPOL"),
        "diplomatic": _("through the diplomatic channel"),
    }.get(choice, choice.replace("-", " "))


# one function for each type of element


def _text(value: Any, form: LetterForm) -> Iterator[Block]:
    for line in str(value).splitlines():
        if line.strip():
            yield Text(line.strip())


def _lines(value: Any, form: LetterForm) -> Iterator[Block]:
    if isinstance(value, str):
        value = [value]
    yield Points(tuple(str(line) for line in value if str(line).strip()))


def _choice(value: Any, form: LetterForm) -> Iterator[Block]:
    yield Text(choice_words(str(value)))


def _states(value: Any, form: LetterForm) -> Iterator[Block]:
    yield Text(", ".join(state_name(str(code)) for code in value))


def _instrument(value: Any, form: LetterForm) -> Iterator[Block]:
    yield Text(instrument_name(str(value)))


def instrument_name(name: str) -> str:
    """The name of a treaty in words; the identifier where the kit does not know it."""
    from hanoikit.cooperation import instruments

    found = instruments.instruments().get(name)
    return _(found.name) if found is not None else name


def _offence(value: Any, form: LetterForm) -> Iterator[Block]:
    yield Terms("", tuple(pairs("offence", value, form)))


def _period(value: Any, form: LetterForm) -> Iterator[Block]:
    since, until = value.get("since"), value.get("until")
    if since and until:
        text = _("From {since} until {until}.")
    else:
        text = _("From {since}.") if since else _("Until {until}.")
    yield Text(text.format(since=moment(since, form), until=moment(until, form)))


def _reasoned(value: Any, form: LetterForm) -> Iterator[Block]:
    reason = str(value.get("reason") or "").strip()
    yield Text(_("Asked for, for this reason: {reason}").format(reason=reason or missing()), gap=not reason)


def _assurances(value: Any, form: LetterForm) -> Iterator[Block]:
    found = []
    for name in value:
        try:
            found.append(_(tables.assurance(str(name)).text))
        except UsageError:
            found.append(str(name))
    yield Points(tuple(found))


def _person(value: Any, form: LetterForm) -> Iterator[Block]:
    yield Terms("", tuple(pairs("person", value, form)))


def _persons(value: Any, form: LetterForm) -> Iterator[Block]:
    for number, one in enumerate(value, 1):
        title = _("Person {number}").format(number=number) if len(value) > 1 else ""
        yield Terms(title, tuple(pairs("person", one, form)))


def _measures(value: Any, form: LetterForm) -> Iterator[Block]:
    for number, one in enumerate(value, 1):
        one = one if isinstance(one, Mapping) else {}
        what = str(one.get("what") or "")
        refs = tables.measures()[what].provisions if what in tables.measures() else ()
        name = measure_name(what) if what else missing()
        behind = f" ({provisions(refs)})" if refs else ""
        title = _("Measure {number}: {name}").format(number=number, name=name) + behind
        yield Terms(title, tuple(pairs("measure", one, form, leave_out=("id", "what"))))
        for data in one.get("data") or ():
            category = str(data.get("category") or "")
            yield Terms(
                _("Data of measure {number}: {kind}").format(
                    number=number, kind=choice_words(category) if category else missing()
                ),
                tuple(pairs("data", data, form, leave_out=("category",))),
            )


def _data(value: Any, form: LetterForm) -> Iterator[Block]:
    for one in value:
        yield Terms("", tuple(pairs("data", one, form)))


def _moment(value: Any, form: LetterForm) -> Iterator[Block]:
    yield Text(moment(value, form))


def _day(value: Any, form: LetterForm) -> Iterator[Block]:
    yield Text(day(value, form))


_RENDER: Mapping[str, Callable[[Any, LetterForm], Iterator[Block]]] = {
    "lines": _lines,
    "choice": _choice,
    "states": _states,
    "instrument": _instrument,
    "offence": _offence,
    "period": _period,
    "reasoned": _reasoned,
    "assurances": _assurances,
    "person": _person,
    "persons": _persons,
    "measures": _measures,
    "data": _data,
    "time": _moment,
    "date": _day,
}
