"""How far confiscation reaches: converted property, mixed property, income, and equivalent value (article 31).

>>> flat = Property("flat", paid_from_proceeds=6_000_000, paid_from_lawful=2_000_000, worth=9_000_000)
>>> reach(flat).limit
6750000
>>> [(part.provision, part.amount) for part in reach(flat).parts]
[('31(5)', 6000000), ('31(6)', 750000)]

Amounts are whole numbers of the smallest unit, rounded down where a part is taken, so that lawful property is never
touched. Articles 31(4) to 31(6) give the frame; domestic law gives the method (31(10)), and the one used here is the
course's own: what was paid in decides the parts, and growth, loss and income are shared in that proportion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hanoikit.errors import UsageError
from hanoikit.i18n import _


@dataclass(frozen=True, slots=True)
class Property:
    """Something that proceeds went into. ``worth`` is its value now, ``income`` what it has brought in besides."""

    id: str
    paid_from_proceeds: int
    worth: int
    paid_from_lawful: int = 0
    income: int = 0

    def __post_init__(self) -> None:
        if min(self.paid_from_proceeds, self.paid_from_lawful, self.worth, self.income) < 0:
            raise UsageError(
                _("An amount is less than zero."), where=self.id, next_step=_("Give amounts as they are.")
            )


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what can be taken, with its provision and its reason."""

    provision: str
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reach:
    """What can be confiscated of a property: the sum, its parts, and what must be left."""

    thing: Property
    parts: tuple[Part, ...]

    @property
    def limit(self) -> int:
        return sum(part.amount for part in self.parts)

    @property
    def left(self) -> int:
        """What stays with the holder, of the property and its income."""
        return self.thing.worth + self.thing.income - self.limit


def reach(one: Property) -> Reach:
    """What of the property confiscation reaches, part by part."""
    dirty, clean = one.paid_from_proceeds, one.paid_from_lawful
    if not dirty:
        return Reach(one, ())
    if not clean:
        parts = [Part("31(4)", one.worth, _("Bought with proceeds only: the property takes their place."))]
        if one.income:
            parts.append(Part("31(6)", one.income, _("Income from it is treated like the proceeds.")))
        return Reach(one, tuple(parts))
    whole = dirty + clean
    parts = [
        Part(
            "31(5)",
            min(one.worth, whole) * dirty // whole,
            _("Mixed with lawful property: up to the value of the proceeds that went in."),
        )
    ]
    benefit = (max(0, one.worth - whole) * dirty // whole) + one.income * dirty // whole
    if benefit:
        parts.append(
            Part("31(6)", benefit, _("Growth and income, in the proportion of what was paid from proceeds."))
        )
    return Reach(one, tuple(parts))


@dataclass(frozen=True, slots=True)
class Cover:
    """How the proceeds of one offender are covered: by the property itself, then by other property of equal value."""

    proceeds: int
    from_property: int
    equivalent: int
    open: int


def cover(proceeds: int, reached: Sequence[Reach], *, other_property: int) -> Cover:
    """What property reaches, what equivalent value must cover (31(1)), and what stays open.

    ``other_property`` is lawful property of the offender, never of a third party. Growth counts towards the property
    that is taken, not towards the proceeds that are still owed.
    """
    found = min(proceeds, sum(p.amount for one in reached for p in one.parts if p.provision != "31(6)"))
    equivalent = min(proceeds - found, max(0, other_property))
    return Cover(proceeds, found, equivalent, proceeds - found - equivalent)
