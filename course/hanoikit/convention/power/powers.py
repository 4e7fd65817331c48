"""The powers of articles 25 to 31 as rungs of a ladder: what each reaches, and how far it goes into private life.

>>> [power.id for power in powers()][:3]
['preserve', 'disclose', 'subscriber']
>>> power("subscriber").ref, power("subscriber").rung
('27(b)', 3)

**The order of the rungs is the course's own.** The Convention asks for proportionality (24(1)) and does not rank its
powers. Four questions make the order: Does anybody get to see data? How many kinds of data, and how near are they to a
person's life (subscriber information, then records, then traffic and content)? Does the holder pick out what is named,
or do officers look themselves? Is it about the past and open, or about the future and secret? Property has a short
ladder of its own (``track`` is ``"money"``): what can be given back comes before what is lost for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from hanoikit.convention.library import powers as treaty_powers
from hanoikit.convention.model import Clause
from hanoikit.convention.model import Power as TreatyPower
from hanoikit.convention.power.data import load
from hanoikit.errors import UsageError
from hanoikit.i18n import _


class Data(StrEnum):
    """Kinds of data (and property) that an investigator may want."""

    SUBSCRIBER = "subscriber"
    PATH = "path"
    TRAFFIC = "traffic"
    CONTENT = "content"
    FILES = "files"
    RECORDS = "records"
    LIVE_TRAFFIC = "live-traffic"
    LIVE_CONTENT = "live-content"
    PROPERTY = "property"


STORED = frozenset({Data.SUBSCRIBER, Data.PATH, Data.TRAFFIC, Data.CONTENT, Data.FILES, Data.RECORDS})
"""What exists already. The rest of :class:`Data` is still to come, or is no data."""


def data_label(kind: Data) -> str:
    """The kind in words for a trainee."""
    return {
        Data.SUBSCRIBER: _("who the customer is (subscriber information)"),
        Data.PATH: _("which providers took part, and the way (a part of the traffic data)"),
        Data.TRAFFIC: _("stored traffic data: from where, to where, when, how long"),
        Data.CONTENT: _("stored content: messages, pictures, recordings"),
        Data.FILES: _("other stored files, such as a list of payments"),
        Data.RECORDS: _("bank, financial or commercial records"),
        Data.LIVE_TRAFFIC: _("traffic data still to come"),
        Data.LIVE_CONTENT: _("content still to come"),
        Data.PROPERTY: _("property or proceeds: money, virtual assets"),
    }[kind]


@dataclass(frozen=True, slots=True)
class InvestigativePower:
    """One rung. ``short`` is its name where there is little room.

    ``reaches`` are the kinds it brings to the authorities; ``keeps`` those it only keeps from vanishing. ``rung``
    counts from 1, least intrusive first, within its ``track``. ``abroad`` is the provision under which another
    State is asked for the same. ``treaty`` has the addressee, the conditions and the clock as the Convention's data
    give them.
    """

    id: str
    name: str
    short: str
    ref: str
    rung: int
    track: str
    reaches: frozenset[Data]
    keeps: frozenset[Data]
    does: str
    why_here: str
    not_enough: str
    abroad: str
    abroad_name: str
    treaty: TreatyPower

    @property
    def place(self) -> tuple[bool, int]:
        """For sorting: the data track first, then the rung."""
        return (self.track == "money", self.rung)

    @property
    def conditions(self) -> tuple[Clause, ...]:
        return self.treaty.conditions

    @property
    def confidentiality(self) -> str:
        """The provision on secrecy; empty where the article has none."""
        return self.treaty.confidentiality

    @property
    def live(self) -> bool:
        """Whether it is about data still to come."""
        return bool(self.reaches & {Data.LIVE_TRAFFIC, Data.LIVE_CONTENT})


@cache
def powers() -> tuple[InvestigativePower, ...]:
    """Every power, least intrusive first; the two for property at the end."""
    treaty = {entry.ref: entry for entry in treaty_powers()}
    made = [
        InvestigativePower(
            id=entry["id"],
            name=entry["name"],
            short=entry["short"],
            ref=entry["ref"],
            rung=entry["rung"],
            track=entry["track"],
            reaches=frozenset(map(Data, entry["reaches"])),
            keeps=frozenset(map(Data, entry["keeps"])),
            does=entry["does"],
            why_here=entry["why_here"],
            not_enough=entry["not_enough"],
            abroad=entry["abroad"],
            abroad_name=entry["abroad_name"],
            treaty=treaty[entry["of"]],
        )
        for entry in load("ladder")
    ]
    return tuple(sorted(made, key=lambda one: one.place))


def power(name: str) -> InvestigativePower:
    """The power with this id.

    :raises UsageError: no such power.
    """
    for one in powers():
        if one.id == name:
            return one
    raise UsageError(
        _("There is no power “{name}”.").format(name=name),
        next_step=_("The powers are: {names}.").format(names=", ".join(one.id for one in powers())),
    )
