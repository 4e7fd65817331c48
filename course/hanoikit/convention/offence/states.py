"""The penal codes of the invented States, read from data: a new State is a new file, and no code changes.

>>> state("XB").offence("access").label
'Breach of a protected register'
>>> [law.code for law in states()]
['XA', 'XB', 'XC', 'XD', 'XE']

The files lie in ``assets/states/``, one for each State, with their schema beside them. A State's offence either
follows an article of the Convention, with the choices that the article leaves to it, or is the State's own and has
elements of its own. Its label is the State's: nothing here may depend on it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from hanoikit import resources
from hanoikit.convention.offence.elements import Choice, Element, choice, offence_elements, read_element
from hanoikit.errors import DataInvalid, Finding, UsageError
from hanoikit.i18n import _

LiabilityForm = Literal["criminal", "civil", "administrative"]


@dataclass(frozen=True, slots=True)
class CodeOffence:
    """One offence of a penal code. ``article`` is the article that it carries out, or 0 for the State's own.

    ``attempt`` and ``preparation`` say whether these are punished too (19(2), 19(3)); ``max_years`` is the longest
    prison sentence that the law allows, in years (2(h)).
    """

    id: str
    section: str
    label: str
    article: int
    choices: tuple[Choice, ...]
    own: tuple[Element, ...]
    attempt: bool
    preparation: bool
    max_years: float

    @property
    def elements(self) -> tuple[Element, ...]:
        """Everything that this law asks for."""
        return offence_elements(self.article).under(self.choices) if self.article else self.own


@dataclass(frozen=True, slots=True)
class Aggravation:
    """A circumstance that raises the longest sentence to ``max_years`` (21(2))."""

    fact: str
    ref: str
    offences: tuple[str, ...]
    max_years: float


@dataclass(frozen=True, slots=True)
class Reservation:
    """What the State declared when it joined. ``choice`` is empty where it leaves a whole article out."""

    ref: str
    text: str
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Liability:
    """How the State holds a company liable (18(2), 18(4))."""

    form: LiabilityForm
    text: str


@dataclass(frozen=True, slots=True)
class LimitationRule:
    """Years after which an offence can no longer be prosecuted, by its longest sentence (20).

    ``evading``: while the suspect evades justice the clock is ``suspended``, or the time is ``longer`` by
    ``longer_by`` years.
    """

    short_below: float
    short: int
    middle_below: float
    middle: int
    long: int
    evading: Literal["suspended", "longer"]
    longer_by: int = 0

    def years(self, max_years: float) -> int:
        """The time for an offence with this longest sentence."""
        if max_years < self.short_below:
            return self.short
        return self.middle if max_years < self.middle_below else self.long


@dataclass(frozen=True, slots=True)
class JurisdictionRules:
    """Which optional grounds of 22(2) and 22(4) the State has taken up, and two habits of its law.

    ``counts_results``: an offence is also committed where the result comes about; the Convention does not say.
    ``extradites_nationals``: whether it hands over its own nationals (22(3), 37(11)).
    """

    counts_results: bool
    victim_national: bool
    offender_national: bool
    laundering: bool
    against_state: bool
    stays_other: bool
    extradites_nationals: bool


@dataclass(frozen=True, slots=True)
class StateLaw:
    """The penal law of an invented State."""

    code: str
    name: str
    about: str
    offences: tuple[CodeOffence, ...]
    reservations: tuple[Reservation, ...]
    aggravations: tuple[Aggravation, ...]
    legal_persons: Liability
    limitation: LimitationRule
    jurisdiction: JurisdictionRules
    treaties: tuple[str, ...]

    def offence(self, name: str) -> CodeOffence:
        """The offence with this id; ``UsageError`` when the code has none."""
        for one in self.offences:
            if one.id == name:
                return one
        raise UsageError(
            _("The law of {state} has no offence “{name}”.").format(state=self.name, name=name),
            next_step=_("It has: {names}.").format(names=", ".join(one.id for one in self.offences)),
        )

    def carrying_out(self, article: int) -> CodeOffence | None:
        """The offence that carries out an article; ``None`` where the State has none."""
        return next((one for one in self.offences if article and one.article == article), None)


def read_state(data: Mapping[str, Any]) -> StateLaw:
    """A State's law from plain data; ``DataInvalid`` with every fault when a choice does not fit its article."""
    faults: list[Finding] = []
    offences = []
    for entry in data["offences"]:
        article = entry.get("article", 0)
        made = tuple(choice(name) for name in entry.get("choices", ()))
        faults += [
            Finding(
                "choice", f"{one.id} belongs to article {one.article}.", where=f"{data['code']} {entry['id']}"
            )
            for one in made
            if one.article != article
        ]
        offences.append(
            CodeOffence(
                id=entry["id"],
                section=entry["section"],
                label=entry["label"],
                article=article,
                choices=made,
                own=tuple(read_element(one) for one in entry.get("elements", ())),
                attempt=entry["attempt"],
                preparation=entry["preparation"],
                max_years=entry["max_years"],
            )
        )
    if faults:
        raise DataInvalid(_("A State's law does not fit the Convention."), findings=faults)
    return StateLaw(
        code=data["code"],
        name=data["name"],
        about=data["about"],
        offences=tuple(offences),
        reservations=tuple(Reservation(**entry) for entry in data["reservations"]),
        aggravations=tuple(
            Aggravation(**{**entry, "offences": tuple(entry["offences"])}) for entry in data["aggravations"]
        ),
        legal_persons=Liability(**data["legal_persons"]),
        limitation=LimitationRule(**data["limitation"]),
        jurisdiction=JurisdictionRules(**data["jurisdiction"]),
        treaties=tuple(data["treaties"]),
    )


@cache
def states(folder: Path | None = None) -> tuple[StateLaw, ...]:
    """Every State whose file lies in the folder (``assets/states/``), by code.

    Raises ``DataInvalid`` when a file is no JSON, lacks something, or makes a choice that its article does not leave.
    """
    found = []
    for path in sorted((folder or resources.assets() / "states").glob("X?.json")):
        try:
            found.append(read_state(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataInvalid(
                _("The law of a State cannot be read."),
                where=str(path),
                next_step=_("Compare the file with assets/states/schema.json."),
            ) from error
    return tuple(found)


def state(code: str) -> StateLaw:
    """The State with this code; ``UsageError`` when there is no such file."""
    for law in states():
        if law.code == code:
            return law
    raise UsageError(
        _("There is no State {code}.").format(code=code),
        next_step=_("The States are {codes}.").format(codes=", ".join(law.code for law in states())),
    )
