"""Technical assistance, training, technology and voluntary contributions, matched to the steps of a plan.

>>> match = matching(plan(profile(elvaria().answers)), accepted=["trainers", "workstations"])
>>> match.carried["lab"]
93

An offer fits a step when it names its measure. An offer whose terms collide with a provision is never used; the reason
is kept. No measure is carried twice, and no offer serves more measures than it has places (articles 54 and 56).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.readiness.planning import Plan
from hanoikit.readiness.tables import Offer, offers


@dataclass(frozen=True, slots=True)
class Matching:
    """``carried``: measure -> thousand XTS that offers carry (assumed); ``by``: measure -> offer; then the offers that
    cannot be used: their terms collide (``refused``), or they fit no gap of this plan (``unfit``)."""

    carried: Mapping[str, int]
    by: Mapping[str, Offer]
    refused: tuple[Offer, ...]
    unfit: tuple[Offer, ...]
    alone: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(self.carried.values())


def matching(made: Plan, accepted: Collection[str] | None = None) -> Matching:
    """Match the accepted offers (all, unless said) to the plan, step by step; the largest share first.

    ``alone`` are the measures of the plan for which nothing is offered on acceptable terms. Raises ``UsageError`` for
    an unknown offer.
    """
    known = offers()
    strange = sorted(set(accepted or ()) - set(known))
    if strange:
        raise UsageError(_("There is no offer {name}.").format(name=ascii(strange[0])[:40]))
    taken = [one for name, one in known.items() if accepted is None or name in accepted]
    in_plan = {step.measure.id for step in made.steps}
    usable = [one for one in taken if not one.against]
    places = {one.id: one.places for one in usable}
    carried: dict[str, int] = {}
    by: dict[str, Offer] = {}
    for step in made.steps:
        fitting = [one for one in usable if step.measure.id in one.measures and places[one.id]]
        if fitting:
            best = min(fitting, key=lambda one: (-one.share, one.id))
            places[best.id] -= 1
            by[step.measure.id] = best
            carried[step.measure.id] = step.measure.first_year * best.share // 100
    return Matching(
        carried,
        by,
        refused=tuple(one for one in taken if one.against),
        unfit=tuple(one for one in taken if not one.against and not in_plan & set(one.measures)),
        alone=tuple(step.measure.id for step in made.steps if step.measure.id not in by),
    )
