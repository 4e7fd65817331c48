"""Is the same conduct punishable in both States? Looks at what was done, never at what the laws call it.

>>> found = dual_criminality(conduct, state("XA"), state("XB"))
>>> found.verdict, found.sides[1].punishing
('in', (...,))

Where dual criminality is required, it is enough that the conduct is a crime in both States; name and category do not
matter (35(3)). What its absence means depends on what is asked: see :func:`consequences`.
"""

from __future__ import annotations

from dataclasses import dataclass

from hanoikit.convention.offence.assessment import (
    CONVENTION,
    Assessment,
    Verdict,
    find_offences,
    punishable,
    verdict_of,
    verdict_truth,
)
from hanoikit.convention.offence.conduct import Conduct
from hanoikit.convention.offence.logic import Truth, every, some
from hanoikit.convention.offence.sanctions import Penalty, penalty
from hanoikit.convention.offence.states import StateLaw
from hanoikit.i18n import _


@dataclass(frozen=True, slots=True)
class Side:
    """What one State's law says about the conduct."""

    law: StateLaw
    verdict: Verdict
    assessments: tuple[Assessment, ...]
    penalties: tuple[tuple[Assessment, Penalty], ...]

    @property
    def punishing(self) -> tuple[Assessment, ...]:
        return tuple(one for one in self.assessments if one.verdict == "in")

    @property
    def perhaps(self) -> tuple[Assessment, ...]:
        return tuple(one for one in self.assessments if one.verdict == "depends")

    @property
    def serious(self) -> Truth:
        """Whether it is a serious crime there (2(h))."""
        sure = [of.serious for one, of in self.penalties if one.verdict == "in"]
        perhaps = [of.serious for one, of in self.penalties if one.verdict == "depends"]
        return some([*sure, *(None if value is not False else False for value in perhaps)])


@dataclass(frozen=True, slots=True)
class Consequence:
    """What the answer means for one kind of cooperation."""

    what: str
    text: str
    provisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DualCriminality:
    """The answer for two States. ``convention`` says whether the conduct is an offence under the Convention."""

    verdict: Verdict
    reason: str
    sides: tuple[Side, Side]
    convention: Verdict
    provisions: tuple[str, ...] = ("35(3)",)

    @property
    def consequences(self) -> tuple[Consequence, ...]:
        return consequences(self.verdict)


def look(conduct: Conduct, law: StateLaw) -> Side:
    """What the law of one State says."""
    assessments = tuple(find_offences(conduct, law))
    return Side(
        law=law,
        verdict=punishable(assessments),
        assessments=assessments,
        penalties=tuple(
            (one, penalty(one.offence, conduct, law))
            for one in assessments
            if one.offence is not None and one.verdict != "out"
        ),
    )


def dual_criminality(conduct: Conduct, first: StateLaw, second: StateLaw) -> DualCriminality:
    """Whether both States punish this conduct, under whatever name."""
    sides = (look(conduct, first), look(conduct, second))
    verdict = verdict_of(every(verdict_truth(side.verdict) for side in sides))
    return DualCriminality(verdict, _reason(sides), sides, punishable(find_offences(conduct, CONVENTION)))


def _reason(sides: tuple[Side, Side]) -> str:
    out = [side.law.name for side in sides if side.verdict == "out"]
    unsure = [side.law.name for side in sides if side.verdict == "depends"]
    if len(out) == 2:
        return _("Neither State punishes this conduct.")
    if out:
        return _("{state} does not punish this conduct.").format(state=out[0])
    if unsure:
        return _("Open facts decide in {states}.").format(states=_(" and in ").join(unsure))
    return _("Both States punish this conduct. What each law calls it does not matter.")


def consequences(verdict: Verdict) -> tuple[Consequence, ...]:
    """What the answer means for extradition, legal assistance and preservation."""
    extradition = {
        "in": _("Extradition is possible for a Convention offence, if its other conditions are met."),
        "out": _(
            "Extradition under the Convention asks that the conduct is punishable in both States. A State may do "
            "without this where its own law allows."
        ),
        "depends": _(
            "Find out the open facts first: extradition asks that the conduct is punishable in both States."
        ),
    }[verdict]
    assistance = {
        "in": _("Dual criminality is no reason to decline legal assistance."),
        "out": _("The requested State may decline legal assistance for this reason, or may choose to help."),
        "depends": _(
            "If dual criminality is missing in the end, the requested State may decline or may choose to help."
        ),
    }[verdict]
    preservation = _(
        "Preservation of data may not be refused because dual criminality is missing. A State may have reserved an "
        "exception, and only for offences outside the Convention."
    )
    return (
        Consequence(_("extradition"), extradition, ("37(1)", "37(2)")),
        Consequence(_("legal assistance"), assistance, ("40(8)",)),
        Consequence(_("preservation of data"), preservation, ("42(4)", "42(5)")),
    )
