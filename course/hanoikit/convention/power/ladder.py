"""The power ladder: every power judged for one need, and the least intrusive way that is enough.

>>> need = Need(wanted=frozenset({Data.PATH}), place=Place.PROVIDER_HERE, offence=offence("fraud"), at_risk=True)
>>> [step.power.id for step in ladder(need, law("XA")).steps]
['preserve', 'disclose']
For each kind of data that is wanted, the lowest rung that reaches it and that the facts allow is advised. An order to
preserve comes first where data are at risk. Urgency changes who may order and through which channel, never the rung.
Pure: the same need and law give the same advice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from hanoikit.convention.model import Clause
from hanoikit.convention.power.law import Authority, Law
from hanoikit.convention.power.need import Need
from hanoikit.convention.power.powers import Data, InvestigativePower, powers
from hanoikit.convention.power.safeguards import conditions, notes
from hanoikit.convention.power.territory import Where, ruling
from hanoikit.errors import Finding
from hanoikit.i18n import _

ASKS_THE_HOLDER = frozenset({"preserve", "disclose", "subscriber", "records", "produce"})
"""Powers whose order tells the holder about the case."""


class Verdict(StrEnum):
    """What a power is worth for the need."""

    ADVISED = "advised"
    MORE = "more than needed"
    INSUFFICIENT = "not enough"
    FORBIDDEN = "not allowed"
    ELSEWHERE = "another State"


@dataclass(frozen=True, slots=True)
class Judged:
    """One power, judged: ``data`` of the wanted kinds that it brings (or keeps), the ``reason`` and its provisions."""

    power: InvestigativePower
    verdict: Verdict
    reason: str
    refs: tuple[str, ...]
    data: frozenset[Data] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the advised way. ``data`` are the kinds it is used for (none for a search that is only the start of
    an extension); ``abroad`` is the provision of the request to another State, empty at home.
    """

    power: InvestigativePower
    data: frozenset[Data]
    abroad: str
    reason: str
    refs: tuple[str, ...]
    authority: Authority
    conditions: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """The whole answer. ``out_of_reach`` are wanted kinds that no power, here or on request, may bring."""

    need: Need
    law: Law
    judged: tuple[Judged, ...]
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    notes: tuple[Clause, ...]

    @property
    def reached(self) -> frozenset[Data]:
        """Wanted kinds that our own powers bring."""
        return frozenset().union(*(s.data for s in self.steps if not s.abroad and s.power.reaches & s.data))

    @property
    def asked_for(self) -> frozenset[Data]:
        """Wanted kinds that another State is asked for."""
        return frozenset().union(*(s.data for s in self.steps if s.abroad and s.power.reaches & s.data))

    @property
    def out_of_reach(self) -> frozenset[Data]:
        return self.need.wanted - self.reached - self.asked_for

    @property
    def top(self) -> int:
        """The highest rung of the data ladder that is advised; 0 where none is."""
        return max((step.power.rung for step in self.steps if step.power.track == "data"), default=0)

    def of(self, power: str) -> Judged:
        """The judgement of the power with this id."""
        return next(one for one in self.judged if one.power.id == power)


def ladder(need: Need, law: Law) -> Advice:
    """Judge every power for this need under this State's law."""
    findings = (*need.missing(), *_no_offence(need, law))
    judged = [_shut(power, findings) if findings else _judge(power, need, law) for power in powers()]
    chosen = {} if findings else _choose(need, judged)
    judged = [_settle(one, chosen, need) for one in judged]
    steps = tuple(_step(one, chosen[one.power.id], need, law) for one in judged if one.power.id in chosen)
    return Advice(need, law, tuple(judged), steps, findings, notes(need, law))


def _no_offence(need: Need, law: Law) -> tuple[Finding, ...]:
    if need.offence.punishable(law.state):
        return ()
    text = _("The law of {state} has no such offence, so there is no criminal investigation.")
    return (Finding("no-offence", text.format(state=law.state), provisions=("23(1)",)),)


def _shut(power: InvestigativePower, findings: tuple[Finding, ...]) -> Judged:
    refs = dict.fromkeys(ref for finding in findings for ref in finding.provisions)
    return Judged(power, Verdict.FORBIDDEN, " ".join(finding.message for finding in findings), tuple(refs))


def _judge(power: InvestigativePower, need: Need, law: Law) -> Judged:
    """One power on its own; ``MORE`` stands for "would do" until the lowest is chosen."""
    brings = (power.reaches | power.keeps) & need.wanted
    if not brings:
        return Judged(power, Verdict.INSUFFICIENT, _(power.not_enough), (power.ref,))
    if refused := _reserved(power, need, law):
        return refused
    where = ruling(power.id, need.place)
    if where.where is Where.NO:
        return Judged(power, Verdict.INSUFFICIENT, where.text, where.refs)
    if where.where is Where.UNKNOWN:
        return Judged(power, Verdict.ELSEWHERE, where.text, where.refs)
    if where.where is Where.ELSEWHERE:
        return _elsewhere(power, need, law, where.text, where.refs, brings)
    if power.id in ASKS_THE_HOLDER and not need.trusted:
        text = _("An order would warn the holder, who may warn the suspect or change the data.")
        return Judged(power, Verdict.INSUFFICIENT, text, (power.ref,))
    if power.keeps and not need.at_risk:
        text = _("It keeps data and shows none, and nothing threatens these data.")
        return Judged(power, Verdict.INSUFFICIENT, text, (power.ref,))
    return Judged(power, Verdict.MORE, where.text, where.refs, brings)


def _reserved(power: InvestigativePower, need: Need, law: Law) -> Judged | None:
    """What 23(3) and 30(1) leave to domestic law."""
    text, refs = "", ("",)
    if power.live and need.closed and law.closed_systems:
        text = _("This is a closed group without public network, and {state} reserved such systems.")
        refs = ("23(3)(b)",)
    elif power.id == "live-content" and need.offence.id not in law.live_content:
        text = _("The offence is not in the range of serious offences that the law of {state} names.")
        refs = ("30(1)",)
    elif (
        power.id == "live-traffic"
        and law.live_traffic is not None
        and need.offence.id not in law.live_traffic
    ):
        text = _("{state} reserved this power for listed offences, and this offence is not on the list.")
        refs = ("23(3)(a)",)
    return Judged(power, Verdict.FORBIDDEN, text.format(state=law.state), refs) if text else None


def _elsewhere(
    power: InvestigativePower,
    need: Need,
    law: Law,
    text: str,
    refs: tuple[str, ...],
    brings: frozenset[Data],
) -> Judged:
    if power.keeps and not need.at_risk:
        return Judged(
            power,
            Verdict.INSUFFICIENT,
            _("It keeps data and shows none, and nothing threatens these data."),
            (power.ref,),
        )
    money = power.track == "money"
    if not need.offence.of_the_convention and (money or not need.offence.serious(law.state)):
        limit = (
            _("Help with property is for Convention offences only, and this is none.")
            if money
            else _(
                "Another State helps with electronic evidence of Convention offences and of serious crime; "
                "this is neither."
            )
        )
        return Judged(
            power, Verdict.FORBIDDEN, f"{text} {limit}", (*refs, "35(1)", *(() if money else ("2(h)",)))
        )
    return Judged(power, Verdict.ELSEWHERE, text, tuple(dict.fromkeys((*refs, power.abroad))), brings)


def _choose(need: Need, judged: Sequence[Judged]) -> dict[str, frozenset[Data]]:
    """Power ids with the kinds that each is used for: for a kind the lowest rung that brings it, at home first, else
    in another State. An order names no more than it is used for, so no kind stands twice.
    """
    chosen: dict[str, frozenset[Data]] = {}
    for kind in need.wanted:
        for verdict in (Verdict.MORE, Verdict.ELSEWHERE):
            able = [
                one.power
                for one in judged
                if one.verdict is verdict and kind in one.data and kind in one.power.reaches
            ]
            if able:
                lowest = min(able, key=lambda power: power.rung).id
                chosen[lowest] = chosen.get(lowest, frozenset()) | {kind}
                break
    if "extend" in chosen and _verdict(judged, "extend") is Verdict.MORE:
        chosen["search"] = frozenset()  # the extension needs a search that it goes on from
    # Data that are at risk are kept first, by whoever is asked for them next: ourselves or the other State.
    preserve = next(one for one in judged if one.power.id == "preserve")
    if preserve.verdict in (Verdict.MORE, Verdict.ELSEWHERE):
        after = [kinds for name, kinds in chosen.items() if _verdict(judged, name) is preserve.verdict]
        if kept := preserve.data & frozenset().union(*after):
            chosen["preserve"] = kept
    return chosen


def _verdict(judged: Sequence[Judged], name: str) -> Verdict:
    return next(one.verdict for one in judged if one.power.id == name)


def _settle(one: Judged, chosen: Collection[str], need: Need) -> Judged:
    """The final verdict, with the reason a trainee reads."""
    if one.power.id in chosen:
        if one.verdict is Verdict.ELSEWHERE:
            return one
        if one.power.id == "preserve":
            text = _(
                "First of all: the data may be lost. It keeps them and shows nothing, so more must follow."
            )
            return replace(one, verdict=Verdict.ADVISED, reason=text)
        if one.power.id == "search" and one.verdict is Verdict.INSUFFICIENT:
            return replace(one, verdict=Verdict.ADVISED)
        text = _("The lowest rung that brings what you want.")
        return replace(one, verdict=Verdict.ADVISED, reason=f"{text} {one.reason}")
    if one.verdict is Verdict.MORE:
        if one.power.id == "confiscate":
            text = _("To freeze is enough while the case runs. Confiscation comes at its end.")
            return replace(one, reason=text, refs=("31(1)", "2(l)"))
        if one.power.keeps:
            return replace(one, verdict=Verdict.INSUFFICIENT, reason=_(one.power.not_enough))
        text = _(
            "It would bring the data, but a lower rung is enough. Proportionality asks for the lower one."
        )
        return replace(one, reason=text, refs=(*one.refs, "24(1)"))
    return one


def _step(one: Judged, data: frozenset[Data], need: Need, law: Law) -> Step:
    abroad = one.power.abroad if one.verdict is Verdict.ELSEWHERE else ""
    return Step(
        one.power,
        data,
        abroad,
        one.reason,
        one.refs,
        law.authority(one.power.id),
        () if abroad else conditions(one.power, need, law),
    )
