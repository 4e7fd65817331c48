"""Whether to transfer a case to the State where it is better tried (39), as reasons for and against.

>>> opinion = weigh_transfer(offer, happening, conduct=conduct)
>>> opinion.possible, [reason.text for reason in opinion.reasons if reason.speaks == "for"]
(True, ['The suspect is there.', ...])

Article 39 asks States to consider it; nobody has a duty to take a case. So nothing here refuses or decides: it says
whether the other State could try the case at all, and what speaks for it and against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hanoikit.convention.offence import (
    CONVENTION,
    Conduct,
    Happening,
    find_offences,
    jurisdiction,
    punishable,
)
from hanoikit.convention.offence.dual_criminality import look
from hanoikit.cooperation.requests import TransferOfProceedings
from hanoikit.cooperation.state_rules import law
from hanoikit.i18n import _

Speaks = Literal["for", "against", "bars"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. ``bars``: without this the transfer is impossible."""

    speaks: Speaks
    text: str
    provisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """Whether the other State could try the case, and what speaks for and against handing it over."""

    possible: bool
    reasons: tuple[Reason, ...]

    @property
    def advisable(self) -> bool:
        """More speaks for it than against it, and nothing bars it. A start for talks, no decision."""
        count = {side: sum(one.speaks == side for one in self.reasons) for side in ("for", "against")}
        return self.possible and count["for"] > count["against"]


def weigh_transfer(
    offer: TransferOfProceedings,
    happening: Happening,
    *,
    conduct: Conduct,
    extradition_refused: bool = False,
    in_custody_here: bool = False,
) -> Opinion:
    """What speaks for and against a transfer from ``offer.requesting`` to ``offer.requested``.

    ``happening`` says where it happened and who is involved. ``extradition_refused``: the other State refused to hand
    the person over. ``in_custody_here``: the suspect is in custody in the offering State.
    """
    reasons = tuple(_reasons(offer, happening, conduct, extradition_refused, in_custody_here))
    return Opinion(not any(one.speaks == "bars" for one in reasons), reasons)


def _reasons(
    offer: TransferOfProceedings, case: Happening, conduct: Conduct, refused: bool, custody: bool
) -> Iterator[Reason]:
    taker = law(offer.requested)
    found = jurisdiction(case, conduct=conduct)
    if punishable(find_offences(conduct, CONVENTION)) == "out":
        yield Reason("bars", _("It is no offence of the Convention; article 39 is for those."), ("39(1)",))
    if offer.requested not in found.claimants and offer.requested not in found.must_prosecute:
        text = _("{state} has no ground of jurisdiction for it.").format(state=_(taker.name))
        yield Reason("bars", text, ("22(1)", "22(2)"))
    if look(conduct, taker.penal).verdict == "out":
        text = _("{state}'s law does not punish what was done.").format(state=_(taker.name))
        yield Reason("bars", text, ("21(8)", "39(1)"))
    if refused:
        text = _("It refused to hand the person over, so it has to bring the case to its prosecutors anyway.")
        yield Reason("for", text, ("37(11)", "22(3)"))
    if offer.requested in case.offenders or offer.requested in case.residents:
        yield Reason("for", _("The suspect belongs there and can be found there."), ("39(1)", "22(2)(b)"))
    if offer.requested in case.acts:
        yield Reason("for", _("The acts were done there: so is most of the evidence."), ("39(1)", "22(1)(a)"))
    if len(case.cases) > 1 and offer.requested in case.cases:
        yield Reason(
            "for", _("It has a case of its own already; one trial is better than two."), ("39(1)", "22(5)")
        )
    if offer.requesting in case.victims and offer.requested not in case.victims:
        text = _("The victims are in the offering State; they lose their court.")
        yield Reason("against", text, ("34(3)", "39(1)"))
    if offer.requesting in case.effects and offer.requested not in case.effects:
        yield Reason("against", _("The harm was done in the offering State."), ("39(1)",))
    if custody:
        yield Reason("against", _("The suspect is in custody in the offering State."), ("39(1)",))
    if offer.limits.strip():
        text = _(
            "Part of the evidence came from a third State, for this case only. That State is asked first."
        )
        yield Reason("against", text, ("40(19)", "36(3)"))
