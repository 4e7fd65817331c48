"""Who may try the case: the grounds of article 22, who must claim, who may, and who should consult.

>>> case = Happening(acts={"XB"}, effects={"XA"}, offenders={"XB"})
>>> [(claim.state, claim.ref, claim.force) for claim in jurisdiction(case).claims]
[('XA', '22(1)(a)', 'must'), ('XB', '22(1)(a)', 'must'), ('XB', '22(2)(b)', 'may')]

Territory, ships and aircraft are grounds that every Party must use (22(1)); the grounds of 22(2) are choices, within
article 5. A State that refuses extradition only because the person is its national must be able to try that person
(22(3)) and gives the case to its own prosecutors (37(11)): extradite or prosecute. More than one claim is normal, and
then the States consult (22(5)).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from hanoikit.convention.offence.assessment import Verdict
from hanoikit.convention.offence.conduct import Conduct
from hanoikit.convention.offence.dual_criminality import look
from hanoikit.convention.offence.states import StateLaw, states
from hanoikit.errors import UsageError
from hanoikit.i18n import _

Force = Literal["must", "may"]
Why = Literal["nationality", "other"]
OPEN_POINTS = ("acts", "effects", "victims", "offenders")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A State in which the person is found refused to extradite that person."""

    by: str
    why: Why


@dataclass(frozen=True, slots=True)
class Happening:
    """Where it happened and who is involved, by State code.

    ``acts``: where somebody acted. ``effects``: where the system, the data or the loss is. ``vessels``: flag States
    of ships and States of registration of aircraft on which it happened. ``victims`` and ``offenders``: whose
    nationals they are. ``residents``: where a stateless offender usually lives. ``laundering_in``: where laundering
    was to take place that acts abroad prepared. ``against``: States that are the target themselves. ``cases``:
    States that have opened a case. ``open``: which of acts, effects, victims and offenders are not fully known.
    """

    acts: frozenset[str] | set[str] = frozenset()
    effects: frozenset[str] | set[str] = frozenset()
    vessels: frozenset[str] | set[str] = frozenset()
    victims: frozenset[str] | set[str] = frozenset()
    offenders: frozenset[str] | set[str] = frozenset()
    residents: frozenset[str] | set[str] = frozenset()
    laundering_in: frozenset[str] | set[str] = frozenset()
    against: frozenset[str] | set[str] = frozenset()
    cases: frozenset[str] | set[str] = frozenset()
    refusals: tuple[Refusal, ...] = ()
    open: frozenset[str] | set[str] = frozenset()

    def __post_init__(self) -> None:
        strange = sorted(set(self.open) - set(OPEN_POINTS))
        if strange:
            raise UsageError(
                _("“{name}” cannot be left open.").format(name=strange[0]),
                next_step=_("These can: {names}.").format(names=", ".join(OPEN_POINTS)),
            )


@dataclass(frozen=True, slots=True)
class Claim:
    """One ground of one State. ``taken``: its law has this ground. A duty is always taken."""

    state: str
    ref: str
    force: Force
    taken: bool
    reason: str
    provisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """The whole answer. ``punishes`` says for each State with a claim whether its law punishes the conduct."""

    claims: tuple[Claim, ...]
    open_points: tuple[str, ...]
    consult: tuple[str, ...]
    consult_now: bool
    consult_reason: str
    must_prosecute: tuple[str, ...]
    punishes: dict[str, Verdict]

    @property
    def claimants(self) -> tuple[str, ...]:
        """The States that have a ground and use it, by code."""
        return tuple(sorted({claim.state for claim in self.claims if claim.taken}))


def jurisdiction(
    happening: Happening, laws: Iterable[StateLaw] | None = None, *, conduct: Conduct | None = None
) -> Jurisdiction:
    """Who must and who may claim the case, and who should consult whom.

    Nothing depends on the States' codes or order. With ``conduct`` the answer also says whether each claimant's law
    punishes it. Raises ``UsageError`` for a State that is not among the laws.
    """
    by_code = {law.code: law for law in (states() if laws is None else laws)}
    named = set().union(
        *(getattr(happening, name) for name in _STATE_FIELDS), (one.by for one in happening.refusals)
    )
    for code in sorted(named - set(by_code)):
        raise UsageError(
            _("There is no State {code}.").format(code=code),
            next_step=_("The States are {codes}.").format(codes=", ".join(sorted(by_code))),
        )
    claims = [claim for code in sorted(by_code) for claim in _claims_of(by_code[code], happening)]
    claimants = sorted({claim.state for claim in claims if claim.taken})
    consult, now, reason = _consultation(happening, claimants)
    return Jurisdiction(
        claims=tuple(claims),
        open_points=tuple(_open_point(name) for name in OPEN_POINTS if name in happening.open),
        consult=consult,
        consult_now=now,
        consult_reason=reason,
        must_prosecute=tuple(sorted({one.by for one in happening.refusals if one.why == "nationality"})),
        punishes={code: look(conduct, by_code[code]).verdict for code in claimants} if conduct else {},
    )


_STATE_FIELDS = (
    "acts", "effects", "vessels", "victims", "offenders", "residents", "laundering_in", "against", "cases",
)  # fmt: skip


def _claims_of(law: StateLaw, case: Happening) -> list[Claim]:
    code, rules = law.code, law.jurisdiction
    found: list[Claim] = []

    def must(ref: str, reason: str, *provisions: str) -> None:
        found.append(Claim(code, ref, "must", True, reason, provisions or (ref,)))

    def may(ref: str, taken: bool, reason: str, *provisions: str) -> None:
        found.append(Claim(code, ref, "may", taken, reason, provisions or (ref,)))

    if code in case.acts:
        must("22(1)(a)", _("Somebody acted in its territory."))
    elif code in case.effects:
        if rules.counts_results:
            must(
                "22(1)(a)",
                _("The system, the data or the loss is in its territory, and its law counts this."),
            )
        else:
            may(
                "22(1)(a)",
                False,
                _(
                    "The system, the data or the loss is in its territory. Its law counts only where somebody acted; "
                    "the Convention does not say which part of the offence must be there."
                ),
            )
    if code in case.vessels:
        must("22(1)(b)", _("It happened on a ship under its flag or an aircraft registered there."))
    if code in case.victims:
        may("22(2)(a)", rules.victim_national, _("A victim is its national."), "22(2)(a)", "5")
    if code in case.offenders:
        may("22(2)(b)", rules.offender_national, _("The offender is its national."), "22(2)(b)", "5")
    elif code in case.residents:
        may(
            "22(2)(b)",
            rules.offender_national,
            _("The offender has no nationality and usually lives there."),
            "22(2)(b)",
            "5",
        )
    if code in case.laundering_in:
        may(
            "22(2)(c)",
            rules.laundering,
            _("What was done abroad was meant to lead to laundering in its territory."),
            "22(2)(c)",
            "5",
        )
    if code in case.against:
        may(
            "22(2)(d)",
            rules.against_state,
            _("The offence is directed against the State itself."),
            "22(2)(d)",
            "5",
        )
    for refusal in case.refusals:
        if refusal.by != code:
            continue
        if refusal.why == "nationality":
            must(
                "22(3)",
                _(
                    "It refused extradition only because the person is its national. It must be able to try the "
                    "person, and gives the case to its own prosecutors without undue delay."
                ),
                "22(3)",
                "37(11)",
            )
        else:
            may(
                "22(4)",
                rules.stays_other,
                _("The person is there, and it refused extradition for another reason."),
            )
    return found


def _consultation(case: Happening, claimants: list[str]) -> tuple[tuple[str, ...], bool, str]:
    """Who should consult, whether already now, and why."""
    running = tuple(sorted(case.cases))
    if len(running) > 1:
        return (
            running,
            True,
            _("More than one State has opened a case. Their authorities consult, where this fits."),
        )
    could = tuple(sorted({*running, *claimants}))
    if len(could) > 1:
        return (
            could,
            False,
            _("Several States have a ground. They consult as soon as they learn of each other's cases."),
        )
    return (), False, _("Only one State has a ground, as far as is known. Nobody needs to consult.")


def _open_point(name: str) -> str:
    return {
        "acts": _("Where somebody acted is not fully known: another State may have a duty under 22(1)(a)."),
        "effects": _("Where all effects are is not known: another State may have a ground under 22(1)(a)."),
        "victims": _(
            "The nationality of a victim is not known: another State may have a ground under 22(2)(a)."
        ),
        "offenders": _(
            "The nationality of the offender is not known: another State may have a ground under 22(2)(b)."
        ),
    }[name]
