"""Who holds the value that was reached, and who of them may be a third party in good faith.

>>> compare(trace_all(flow, sources=sources), holders)[0]       # doctest: +SKIP
Touch(holder='baker', unit='satoshi', owns=120000, reached={'poison': 120000, 'haircut': 310, 'fifo': 0})

Article 31(9) protects the rights of third parties in good faith; it does not say who is one. The course asks three
questions, which most laws ask in some form: did the person take part, did the person know (knowledge may be concluded
from objective facts, 17(2)(f)), and did the person give fair value. Domestic law decides (31(10)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hanoikit.errors import DataInvalid
from hanoikit.i18n import _
from hanoikit.recovery.tracing import Rule, Trace


class Kind(StrEnum):
    """What a holder is in the case."""

    OFFENDER = "offender"
    HELPER = "helper"
    VICTIM = "victim"
    SERVICE = "service"
    CUSTOMER = "customer"
    MERCHANT = "merchant"
    RELATIVE = "relative"
    UNKNOWN = "unknown"


class Knowledge(StrEnum):
    """What the file says about the holder's knowledge of where the value came from."""

    KNEW = "knew"
    SIGNS = "signs"
    NOTHING = "nothing"
    OPEN = "open"


class Price(StrEnum):
    """What the holder gave for it."""

    FAIR = "fair"
    LOW = "low"
    NONE = "none"
    OPEN = "open"


class Standing(StrEnum):
    """How the holder stands towards freezing and confiscation."""

    OFFENDER = "offender"
    GOOD_FAITH = "good-faith"
    NOT_PROTECTED = "not-protected"
    CUSTODIAN = "custodian"
    VICTIM = "victim"
    OPEN = "open"


def standing_label(one: Standing) -> str:
    """The standing in words."""
    return {
        Standing.OFFENDER: _("suspect"),
        Standing.GOOD_FAITH: _("third party in good faith"),
        Standing.NOT_PROTECTED: _("not protected: knew"),
        Standing.CUSTODIAN: _("keeps it for others"),
        Standing.VICTIM: _("victim"),
        Standing.OPEN: _("open: find out more"),
    }[one]


@dataclass(frozen=True, slots=True)
class Holder:
    """A person or body behind addresses or accounts. ``state`` is the State where it can be reached, or empty."""

    id: str
    name: str
    kind: Kind
    state: str = ""
    knowledge: Knowledge = Knowledge.OPEN
    price: Price = Price.OPEN
    facts: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A standing with its reason and its provisions."""

    standing: Standing
    reason: str
    provisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Touch:
    """One holder in one unit: the value of the lots it still holds that a rule reaches, and how much of it is stolen.

    ``owns`` is the value of all lots of this holder that any rule reaches.
    """

    holder: str
    unit: str
    owns: int
    reached: Mapping[Rule, int]
    lots: tuple[str, ...]


def compare(traces: Mapping[Rule, Trace], *, holders: Iterable[str] | None = None) -> tuple[Touch, ...]:
    """For each holder and unit what each rule reaches in lots that have not moved on; the greatest poison first."""
    wanted = None if holders is None else set(holders)
    flow = next(iter(traces.values())).flow
    lots: dict[tuple[str, str], list[int]] = {}
    for n, spent in enumerate(flow.spent_by):
        if spent < 0 and any(found.amounts[n] for found in traces.values()):
            holder = flow.holders[n]
            if wanted is None or holder in wanted:
                lots.setdefault((holder, flow.units[n]), []).append(n)
    touches = [
        Touch(
            holder,
            unit,
            sum(flow.values[n] for n in numbers),
            {rule: sum(found.amounts[n] for n in numbers) for rule, found in traces.items()},
            tuple(flow.lot_ids[n] for n in numbers),
        )
        for (holder, unit), numbers in lots.items()
    ]
    return tuple(sorted(touches, key=lambda one: (one.unit, -one.owns, one.holder)))


def standing(holder: Holder) -> Judged:
    """How the holder stands, by the facts of the file: the course's reading of article 31(9), not a judgment."""
    if holder.kind is Kind.VICTIM:
        return Judged(Standing.VICTIM, _("The value was taken from this person."), ("52(2)",))
    if holder.kind is Kind.OFFENDER:
        return Judged(Standing.OFFENDER, _("This person is suspected of the offence."), ("31(1)",))
    if holder.kind is Kind.SERVICE:
        return Judged(
            Standing.CUSTODIAN,
            _("The service keeps value for others. Its books say for whom; courts can order them."),
            ("31(7)", "31(9)"),
        )
    if holder.knowledge is Knowledge.KNEW:
        return Judged(
            Standing.NOT_PROTECTED,
            _("This person knew where the value came from. That may be laundering."),
            ("17(1)(b)(i)", "31(9)"),
        )
    if holder.knowledge is Knowledge.SIGNS:
        return Judged(
            Standing.OPEN,
            _("There were signs. Knowledge may be concluded from objective facts; a court decides."),
            ("17(2)(f)", "31(9)"),
        )
    if Knowledge.OPEN is holder.knowledge or Price.OPEN is holder.price:
        return Judged(
            Standing.OPEN, _("The file does not yet say what this person knew or gave."), ("31(9)",)
        )
    if holder.price is Price.FAIR:
        return Judged(
            Standing.GOOD_FAITH, _("This person knew nothing and gave fair value for it."), ("31(9)",)
        )
    return Judged(
        Standing.OPEN,
        _("This person knew nothing, but gave little or nothing for it. Domestic law decides."),
        ("31(9)", "31(10)"),
    )


def by_id(holders: Iterable[Holder]) -> dict[str, Holder]:
    """Holders by their ids. Raises DataInvalid when two have the same."""
    found: dict[str, Holder] = {}
    for holder in holders:
        if holder.id in found:
            raise DataInvalid(_("Two holders have the id {id}.").format(id=holder.id))
        found[holder.id] = holder
    return found
