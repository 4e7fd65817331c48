"""Returns what was recovered: owners and victims first, by a published rule, exact to the unit (article 52).

>>> result = distribute(1_000, [Claim("a", loss=900), Claim("b", loss=600)], expenses=100)
>>> [(payment.who, payment.amount) for payment in result.payments]
[('requested-state', 100), ('a', 540), ('b', 360)]

The rule, in this order:

1. reasonable expenses of the State that recovered, if it deducts them at all (52(4)): before victims share or, with
   ``expenses_last``, only from what victims leave; never out of what is known to be somebody's own;
2. property that is still there and is known to be a claimant's own goes back to that owner (52(2));
3. every other loss is compensated in proportion to what is still open (52(2));
4. what remains: to the requesting State, to the fund for technical assistance or to sharing (52(3)), or kept under
   domestic law (52(1)).

Article 52 gives the priority; the proportion is the course's own. Units that the proportion leaves over go to the
largest fractions, ties to the earlier name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hanoikit.errors import Finding, UsageError
from hanoikit.i18n import _

REQUESTED = "requested-state"


class Remainder(StrEnum):
    """Where what is left goes when every victim is whole."""

    REQUESTING_STATE = "requesting-state"
    FUND = "fund"
    KEPT = "requested-state-keeps"


_PROVISION = {Remainder.REQUESTING_STATE: "52(2)", Remainder.FUND: "52(3)", Remainder.KEPT: "52(1)"}


@dataclass(frozen=True, slots=True)
class Claim:
    """What a person lost, and how much of what was recovered is known to be this person's own (``own``)."""

    who: str
    loss: int
    own: int = 0
    proven: bool = True


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment with the provision that it rests on."""

    who: str
    amount: int
    provision: str
    reason: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """Who gets what, in the order of the rule. The payments are exactly what was recovered."""

    recovered: int
    payments: tuple[Payment, ...]
    open: Mapping[str, int]
    """Loss that stays uncovered, by claimant."""
    findings: tuple[Finding, ...]

    def to(self, who: str) -> int:
        """The sum that one receives."""
        return sum(payment.amount for payment in self.payments if payment.who == who)


def distribute(
    recovered: int,
    claims: Sequence[Claim],
    *,
    expenses: int = 0,
    expenses_last: bool = False,
    remainder: Remainder = Remainder.REQUESTING_STATE,
) -> Distribution:
    """Share out ``recovered`` units. Pure; the order of the claims does not matter.

    Raises UsageError for amounts below zero, a claimant named twice, own property greater than the loss, or own
    property greater than what was recovered.
    """
    _check(recovered, claims, expenses)
    valid = sorted((claim for claim in claims if claim.proven), key=lambda claim: claim.who)
    findings = [
        Finding("claim-unproven", _("The claim is not proven and waits."), claim.who, ("52(2)",), "note")
        for claim in claims
        if not claim.proven
    ]
    payments: list[Payment] = []
    left = recovered

    def pay(who: str, amount: int, provision: str, reason: str) -> None:
        nonlocal left
        if amount:
            payments.append(Payment(who, amount, provision, reason))
            left -= amount

    own = {claim.who: claim.own for claim in valid}
    if not expenses_last:
        # Expenses come out of what is shared; a known owner's property is not made smaller by them.
        taken = min(expenses, recovered - sum(own.values()))
        pay(REQUESTED, taken, "52(4)", _("Reasonable expenses, deducted first."))
    for claim in valid:
        pay(claim.who, claim.own, "52(2)", _("This person's own property, traced and returned."))
    losses = {claim.who: claim.loss - claim.own for claim in valid}
    shares = proportion(min(left, sum(losses.values())), losses)
    for who, amount in shares.items():
        pay(who, amount, "52(2)", _("Compensation, in proportion to the loss that is open."))
    if expenses_last:
        pay(REQUESTED, min(expenses, left), "52(4)", _("Reasonable expenses, from what victims leave."))
    pay(remainder.value, left, _PROVISION[remainder], _("What remains when every proven loss is covered."))
    uncovered = {who: losses[who] - shares[who] for who in losses}
    return Distribution(recovered, tuple(payments), uncovered, tuple(findings))


def proportion(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """``total`` split by the weights into whole units (largest remainder; ties to the earlier name).

    Nobody gets more than the weight as long as ``total`` is not above the sum of the weights.
    """
    whole = sum(weights.values())
    if not whole:
        return dict.fromkeys(weights, 0)
    shares = {who: total * weight // whole for who, weight in weights.items()}
    rest = total - sum(shares.values())
    by_fraction = sorted(weights, key=lambda who: (-(total * weights[who] % whole), who))
    for who in by_fraction[:rest]:
        shares[who] += 1
    return shares


def _check(recovered: int, claims: Sequence[Claim], expenses: int) -> None:
    names = [claim.who for claim in claims]
    problems = []
    if recovered < 0 or expenses < 0 or any(claim.loss < 0 or claim.own < 0 for claim in claims):
        problems.append(Finding("amount-negative", _("An amount is less than zero.")))
    problems += [
        Finding("claim-twice", _("The claimant is named twice."), name)
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    problems += [
        Finding("own-above-loss", _("Own property is greater than the loss."), claim.who)
        for claim in claims
        if claim.own > claim.loss
    ]
    if sum(claim.own for claim in claims if claim.proven) > recovered:
        problems.append(Finding("own-above-recovered", _("More own property is claimed than was recovered.")))
    if problems:
        raise UsageError(
            _("This cannot be shared out."), next_step=_("Correct the claims."), findings=problems
        )
