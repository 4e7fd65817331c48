"""What an investigator needs, as data: which data, held where and by whom, how urgent, in which case.

>>> need = Need(wanted=frozenset({Data.SUBSCRIBER}), place=Place.PROVIDER_SERVES, offence=offence("fraud"))
>>> need.missing()
()
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache

from hanoikit.convention.power.data import load
from hanoikit.convention.power.powers import STORED, Data
from hanoikit.errors import Finding, UsageError
from hanoikit.i18n import _


class Place(StrEnum):
    """Where the data (or the property) are, seen from the State that investigates."""

    PROVIDER_HERE = "provider-here"
    PROVIDER_SERVES = "provider-serves"
    PROVIDER_ABROAD = "provider-abroad"
    PREMISES = "premises"
    LINKED_HERE = "linked-here"
    LINKED_ABROAD = "linked-abroad"
    CONTROLLED = "controlled"
    UNKNOWN = "unknown"


def place_label(place: Place) -> str:
    """The place in words for a trainee."""
    return {
        Place.PROVIDER_HERE: _("a provider or bank in our territory"),
        Place.PROVIDER_SERVES: _("a provider abroad that offers its services here"),
        Place.PROVIDER_ABROAD: _("a provider, cloud or bank abroad that offers no services here"),
        Place.PREMISES: _("a computer, telephone or disk in our territory"),
        Place.LINKED_HERE: _("a second system in our territory, reached from one that we search"),
        Place.LINKED_ABROAD: _("a system abroad, reached from one that we search here"),
        Place.CONTROLLED: _("a cloud abroad, but a person here controls the data"),
        Place.UNKNOWN: _("a system; nobody knows in which State"),
    }[place]


class Urgency(IntEnum):
    """How urgent it is. ``EMERGENCY`` is the term of 2(o): life or safety in significant and imminent danger."""

    ORDINARY = 0
    URGENT = 1
    EMERGENCY = 2


def urgency_label(urgency: Urgency) -> str:
    return {
        Urgency.ORDINARY: _("ordinary: weeks are no problem"),
        Urgency.URGENT: _("urgent: days count"),
        Urgency.EMERGENCY: _("emergency: somebody's life or safety is in imminent danger"),
    }[urgency]


@dataclass(frozen=True, slots=True)
class Offence:
    """The offence under investigation.

    ``ref`` is its article where the Convention establishes it, ``years`` the longest imprisonment that each
    invented State's law allows; a State that is not in it has no such offence. ``speech`` marks an offence of
    words, where 6(2) asks for a second look.
    """

    id: str
    name: str
    ref: str
    by_ict: bool
    years: Mapping[str, float]
    speech: bool = False

    @property
    def of_the_convention(self) -> bool:
        return bool(self.ref)

    @property
    def scope(self) -> str:
        """The letter of 23(2) under which the domestic powers are open for it."""
        if self.of_the_convention:
            return "23(2)(a)"
        return "23(2)(b)" if self.by_ict else "23(2)(c)"

    def punishable(self, state: str) -> bool:
        """Whether this State's law makes it an offence at all."""
        return state in self.years

    def serious(self, state: str) -> bool:
        """Serious crime (2(h)): this State's law allows at least four years of imprisonment as a maximum."""
        return self.years.get(state, 0) >= 4


@cache
def offences() -> tuple[Offence, ...]:
    """The offences of the course's case."""
    return tuple(
        Offence(
            id=entry["id"],
            name=entry["name"],
            ref=entry["ref"],
            by_ict=entry["by_ict"],
            years=entry["years"],
            speech=entry.get("speech", False),
        )
        for entry in load("offences")
    )


def offence(name: str) -> Offence:
    """The offence with this id.

    :raises UsageError: no such offence.
    """
    for one in offences():
        if one.id == name:
            return one
    raise UsageError(
        _("There is no offence “{name}” in the case.").format(name=name),
        next_step=_("The offences are: {names}.").format(names=", ".join(one.id for one in offences())),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What is needed, and the facts that decide how it may be had.

    ``trusted``: the holder would neither warn the suspect nor change the data. ``at_risk``: the data may be lost or
    changed. ``specified``: account, period and kind of data can be named. ``investigation``: there is a specific
    criminal investigation or proceeding. ``closed``: a closed user group without public network and without link to
    other systems (23(3)(b)). ``locked``: the system is protected, and somebody knows how to open it.
    """

    wanted: frozenset[Data]
    place: Place
    offence: Offence
    trusted: bool = True
    at_risk: bool = False
    urgency: Urgency = Urgency.ORDINARY
    specified: bool = True
    investigation: bool = True
    closed: bool = False
    locked: bool = False

    @property
    def stored(self) -> frozenset[Data]:
        """The part that exists already."""
        return self.wanted & STORED

    def missing(self) -> tuple[Finding, ...]:
        """What keeps every power shut, whatever the State: no case, nothing wanted, nothing named."""
        found = []
        if not self.wanted:
            found.append(Finding("nothing-wanted", _("You have not said what you want to know.")))
        if not self.investigation:
            found.append(
                Finding(
                    "no-investigation",
                    _(
                        "There is no specific criminal investigation. "
                        "The powers are not for general watching."
                    ),
                    provisions=("23(1)",),
                )
            )
        if not self.specified:
            found.append(
                Finding(
                    "not-specified",
                    _(
                        "Nobody can say which account, which period and which kind of data. "
                        "An order without this has no limit."
                    ),
                    provisions=("24(2)", "25(1)", "27(a)", "29(1)"),
                )
            )
        return tuple(found)
