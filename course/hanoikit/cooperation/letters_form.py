"""The official form of an invented State's letters: data of ``assets/cooperation/forms/``.

>>> form("XB").number(4), form("XB").day(date(2026, 5, 4))
('IV.', '2026-05-04')
>>> form("XD").number(2)
'Second:'

A new State is a new file that fits ``schema.json``. There is no emblem anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from hanoikit import resources
from hanoikit.errors import DataInvalid, Finding, UsageError
from hanoikit.i18n import _

Look = Literal["left", "centred", "right", "framed"]
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


@dataclass(frozen=True, slots=True)
class LetterForm:
    """How a State writes: letterhead, order of the parts (names of elements), numbering, dates, what it says about
    its language. ``paper`` is ``a4`` or ``us-letter``.
    """

    state: str
    country: str
    body: str
    unit: str
    address: tuple[str, ...]
    contact: tuple[str, ...]
    place: str
    signatory: str
    title: str
    date_style: str
    numbering: str
    look: Look
    paper: str
    reference: str
    opening: str
    closing: str
    language: str
    order: tuple[str, ...]

    @property
    def sender(self) -> str:
        """The central authority as it calls itself in a sentence."""
        return self.body

    def number(self, index: int) -> str:
        """What stands before the heading of part ``index`` (from 1); empty where the State does not number."""
        return _NUMBERS[self.numbering](index)

    def day(self, when: date) -> str:
        """A date as this State writes it. Unambiguous: the month is a word, or the year comes first."""
        if self.date_style == "year-month-day":
            return when.isoformat()[:10]
        return _("{day} {month} {year}").format(day=when.day, month=_month(when.month), year=when.year)

    def moment(self, when: datetime) -> str:
        """A moment with its own offset, and in UTC: a reader elsewhere must not have to guess the zone."""
        offset = when.strftime("%z")
        utc = when.astimezone(UTC)
        shown = _("{day}, {time} UTC{offset}").format(
            day=self.day(when), time=when.strftime("%H:%M"), offset=f"{offset[:3]}:{offset[3:5]}"
        )
        if not when.utcoffset():
            return _("{day}, {time} UTC").format(day=self.day(when), time=when.strftime("%H:%M"))
        same = utc.date() == when.date()
        return f"{shown} ({utc:%H:%M} UTC)" if same else f"{shown} ({self.day(utc)}, {utc:%H:%M} UTC)"

    def rank(self, element: str) -> int:
        """Where an element of this name stands."""
        return self.order.index(element if element in self.order else "other")


def form(state: str) -> LetterForm:
    """The form of the State with this code. Raises ``UsageError`` when the kit has none for it."""
    found = forms()
    if state not in found:
        raise UsageError(
            _("There is no form for letters of {state}.").format(state=ascii(state)[:20]),
            next_step=_("The kit has forms for: {states}.").format(states=", ".join(found)),
        )
    return found[state]


@cache
def forms() -> Mapping[str, LetterForm]:
    """Every State's form, by the State's code."""
    folder = resources.assets() / "cooperation" / "forms"
    return {path.stem: read_form(path) for path in sorted(folder.glob("X?.json"))}


def read_form(path: Path) -> LetterForm:
    """A form from its file. Raises ``DataInvalid`` with every finding when it does not fit the schema."""
    import jsonschema

    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        schema = json.loads(
            (resources.assets() / "cooperation" / "forms" / "schema.json").read_text(encoding="utf-8")
        )
    except (OSError, ValueError) as error:
        raise DataInvalid(_("The form for letters cannot be read."), where=str(path)) from error
    findings = [
        Finding("form", error.message, "/".join(map(str, error.absolute_path)))
        for error in jsonschema.Draft202012Validator(schema).iter_errors(value)
    ]
    if not findings and value["state"] != path.stem:
        findings = [Finding("form", "The file is not named after its State.", "state")]
    if findings:
        raise DataInvalid(
            _("The form for letters does not fit its schema."), where=path.name, findings=findings
        )
    return _form(value)


def _form(value: Mapping[str, Any]) -> LetterForm:
    return LetterForm(
        state=value["state"],
        country=value["country"],
        body=value["body"],
        unit=value["unit"],
        address=tuple(value["address"]),
        contact=tuple(value["contact"]),
        place=value["place"],
        signatory=value["signatory"]["name"],
        title=value["signatory"]["title"],
        date_style=value["date"],
        numbering=value["numbering"],
        look=value["look"],
        paper=value["paper"],
        reference=value["reference"],
        opening=value["opening"],
        closing=value["closing"],
        language=value["language"],
        order=tuple(value["order"]),
    )


def _roman(index: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        times, index = divmod(index, value)
        text += sign * times
    return text


def _ordinal(index: int) -> str:
    names = (
        _("First"), _("Second"), _("Third"), _("Fourth"), _("Fifth"), _("Sixth"), _("Seventh"), _("Eighth"),
        _("Ninth"), _("Tenth"), _("Eleventh"), _("Twelfth"), _("Thirteenth"), _("Fourteenth"), _("Fifteenth"),
        _("Sixteenth"), _("Seventeenth"), _("Eighteenth"), _("Nineteenth"), _("Twentieth"),
    )  # fmt: skip
    return names[index - 1] if index <= len(names) else str(index)


_NUMBERS: Mapping[str, Callable[[int], str]] = {
    "decimal": lambda index: f"{index}.",
    "roman": lambda index: f"{_roman(index)}.",
    "letters": lambda index: f"({chr(ord('a') + index - 1)})",
    "ordinal": lambda index: f"{_ordinal(index)}:",
    "none": lambda index: "",
}


def _month(number: int) -> str:
    return (
        _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"),
        _("September"), _("October"), _("November"), _("December"),
    )[number - 1]  # fmt: skip
