"""The answer to a request to hand over a person, and what follows where nationality alone stands in the way.

>>> answer = respond_extradition(request, law("XB"), Circumstances(own_national=True, conduct={...}))
>>> answer.decision, answer.grounds, answer.prosecute
('refuse', ('37(11)',), True)
>>> [duty.provisions for duty in after_refusal(answer, request, law("XB"))][0]
('37(11)',)

The rules have the form of those for legal assistance. A State that refuses only because the person is its national
gives the case to its own prosecutors without undue delay (37(11)), and must be able to try it (22(3)). Before it
refuses it consults (37(17)); it tells its decision with its reasons (37(18)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from hanoikit.convention.offence import Verdict
from hanoikit.convention.offence.dual_criminality import Side
from hanoikit.cooperation import tables
from hanoikit.cooperation.answer import Answer, MeasureAnswer, Point, decide
from hanoikit.cooperation.checking import errors, validate
from hanoikit.cooperation.circumstances import Circumstances
from hanoikit.cooperation.requests import ExtraditionRequest
from hanoikit.cooperation.rules import rule_title
from hanoikit.cooperation.state_rules import CooperationLaw, state_name
from hanoikit.i18n import _

HAND_OVER = "hand-over"
"""The name of the one measure of such a request."""


@dataclass(frozen=True)
class _Case:
    request: ExtraditionRequest
    law: CooperationLaw
    known: Circumstances

    @cached_property
    def here(self) -> Side | None:
        return self.known.seen_by(self.law.state)

    @cached_property
    def convention(self) -> Verdict | None:
        return self.known.in_the_convention

    @property
    def is_national(self) -> bool:
        if self.known.own_national is not None:
            return self.known.own_national
        return self.request.person.nationality == self.law.state

    def promised(self, assurance: str) -> bool:
        return assurance in self.request.assurances or assurance in self.known.assured


@dataclass(frozen=True, slots=True)
class ExtraditionRule:
    """A named rule for extradition; ``ground`` as for legal assistance."""

    name: str
    ground: str
    provisions: tuple[str, ...]
    look: Callable[[_Case], Iterator[Point]]

    @property
    def title(self) -> str:
        return rule_title(self.name)


@dataclass(frozen=True, slots=True)
class Duty:
    """What a State does after it refused: a duty (``must``) or something it considers."""

    text: str
    provisions: tuple[str, ...]
    must: bool


def respond_extradition(
    request: ExtraditionRequest,
    law: CooperationLaw,
    known: Circumstances | None = None,
    *,
    consulted: bool = False,
) -> Answer:
    """The answer of the State whose rules these are; ``prosecute`` says whether 37(11) gives it the case."""
    from hanoikit.cooperation.responder import not_grounds

    case = _Case(request, law, known or Circumstances())
    points = tuple(
        replace(point, rule=rule.name, measure=HAND_OVER, provisions=point.provisions or rule.provisions)
        for rule in EXTRADITION_RULES
        for point in rule.look(case)
    )
    decision = decide(points, 0)
    if decision == "refuse":
        points = tuple(one for one in points if one.effect not in ("ask", "condition", "postpone"))
    refusing = {one.ground for one in points if one.effect == "refuse"}
    answer = MeasureAnswer(
        measure=HAND_OVER,
        what=HAND_OVER,
        decision=decision,
        points=points,
        ordered_by=_("the extradition court"),
    )
    asked = dict.fromkeys(one.change for one in points if one.effect in ("refuse", "postpone") and one.change)
    return Answer(
        decision=decision,
        measures=(answer,),
        consult=tuple(asked),
        final=consulted or decision not in ("refuse", "postpone"),
        not_grounds=not_grounds(case.known, extradition=True),
        prosecute=refusing == {"37(11)"},
        kind="extradition",
    )


def after_refusal(answer: Answer, request: ExtraditionRequest, law: CooperationLaw) -> tuple[Duty, ...]:
    """What follows a refusal, the duties first. Empty where extradition was not refused for nationality alone."""
    if not answer.prosecute:
        return ()
    asker = state_name(request.requesting)
    duties = [
        Duty(
            _(
                "{state} gives the case to its own prosecutors without undue delay, as if it had happened at home."
            ).format(state=_(law.name)),
            ("37(11)",),
            True,
        ),
        Duty(
            _(
                "Its courts must be able to try it; a State that refuses for nationality has made sure of this."
            ),
            ("22(3)",),
            True,
        ),
        Duty(
            _(
                "The two States work together so that the evidence arrives: {state} sends it on request."
            ).format(state=asker),
            ("37(11)", "40(1)"),
            True,
        ),
        Duty(_("{state} tells its decision and its reasons.").format(state=_(law.name)), ("37(18)",), True),
        Duty(_("{state} may offer its own proceedings.").format(state=asker), ("39(1)",), False),
    ]
    if request.stage == "sentence":
        text = _("The person is sentenced already: {state} considers carrying out the sentence itself.")
        duties.append(Duty(text.format(state=_(law.name)), ("37(13)",), False))
    return tuple(duties)


# the rules


def _point(effect: str, text: str, **more: object) -> Point:
    return Point(rule="", effect=effect, text=text, **more)  # type: ignore[arg-type]


def _persecution(case: _Case) -> Iterator[Point]:
    signs = case.known.persecution
    if signs.strength == "substantial":
        text = _(
            "There are substantial grounds to think that the person is pursued for a "
            "protected reason ({reason}). {what}"
        ).format(reason=_(signs.reason), what=signs.text)
        yield _point("refuse", text.strip(), ground="37(15)")
    elif signs.strength == "signs" and not case.promised("not-for-opinion"):
        text = _(
            "There are signs that a protected reason plays a part ({reason}). {what} Signs call for questions."
        )
        change = _("Explain what the person is accused of apart from it, and promise that it plays no part.")
        text = text.format(reason=_(signs.reason), what=signs.text)
        yield _point("ask", " ".join(text.split()), change=change, provisions=("37(15)", "37(17)"))


def _reach(case: _Case) -> Iterator[Point]:
    if case.convention == "out":
        text = _("It is no offence of the Convention. Extradition under it is for its own offences.")
        change = _("Ask under an extradition treaty, or on the law of this State alone.")
        yield _point("refuse", text, ground="37(1)", provisions=("37(1)", "35(1)(a)"), change=change)


def _gaps(case: _Case) -> Iterator[Point]:
    found = errors(validate(case.request, law=case.law))
    for remark in found:
        if case.known.asked_before:
            text = _("We asked for this and got no answer. {gap}").format(gap=remark)
            yield _point("refuse", text, ground="37(8)", provisions=("37(8)", "37(17)"), change=str(remark))
        else:
            yield _point("ask", str(remark), provisions=(*remark.provisions, "37(17)"), change=str(remark))
    if case.law.extradition.evidence and not case.request.evidence.strip():
        text = _("{state}'s court wants to see in short what links the person to the facts.").format(
            state=_(case.law.name)
        )
        yield _point("ask", text, provisions=("37(8)", "37(9)"), change=_("Add the evidence in short."))


def _place(case: _Case) -> Iterator[Point]:
    if not case.known.person_here:
        text = _("The person is not here.")
        yield _point("ask", text, provisions=("37(1)",), change=_("Say where else the person may be."))


def _dual_criminality(case: _Case) -> Iterator[Point]:
    side = case.here
    if side is None or side.verdict == "in" or case.law.extradition.without_dual_criminality:
        return
    if side.verdict == "out":
        text = _("What the person did is no crime in {state}.").format(state=_(case.law.name))
        change = _("State more facts if they show conduct that both laws punish.")
        yield _point("refuse", text, ground="37(1)", provisions=("37(1)", "35(3)"), change=change)
    else:
        text = _("Whether it is a crime in {state} hangs on facts that the request does not state.")
        change = _("State the facts that decide it.")
        yield _point(
            "ask", text.format(state=_(case.law.name)), provisions=("37(1)", "37(17)"), change=change
        )


def _threshold(case: _Case) -> Iterator[Point]:
    side, least = case.here, case.law.extradition.minimum_years
    if side is None or side.verdict != "in":
        return
    longest = max((of.maximum for one, of in side.penalties if one.verdict == "in"), default=0)
    if longest < least:
        text = _("{state}'s law hands nobody over for an offence with a maximum below {years} years.").format(
            state=_(case.law.name), years=f"{least:g}"
        )
        yield _point(
            "refuse", text, ground="37(8)", change=_("Think of a transfer of proceedings instead (39).")
        )


def _bars(case: _Case) -> Iterator[Point]:
    if case.known.tried_already and case.law.once_only:
        text = _("The person was tried for this act already.")
        yield _point("refuse", text, ground="37(8)", change=_("Show that the case is about another act."))
    if case.known.lapsed:
        text = _("By the law here the time in which it can be prosecuted is over.")
        change = _("Show what stopped the clock.")
        yield _point("refuse", text, ground="37(8)", provisions=("37(8)", "20"), change=change)


def _nationality(case: _Case) -> Iterator[Point]:
    if not case.is_national or case.law.extradition.nationals == "yes":
        return
    if case.law.extradition.nationals == "return":
        if not case.promised("return-to-serve"):
            promise = tables.assurance("return-to-serve")
            text = _("The person is a national of {state}: {promise}").format(
                state=_(case.law.name), promise=_(promise.text)
            )
            change = _("Promise: {promise}").format(promise=_(promise.text))
            yield _point("condition", text, assurance=promise.id, change=change, provisions=("37(12)",))
        return
    text = _("The person is a national of {state}, which never hands over its own nationals.").format(
        state=_(case.law.name)
    )
    change = _("Send the evidence, so that the prosecutors there can bring the case to court.")
    yield _point("refuse", text, ground="37(11)", change=change)


def _own_case(case: _Case) -> Iterator[Point]:
    for one in case.known.own_case:
        text = _("The person is wanted in a case of our own first. {what}").format(what=one.text).strip()
        change = _("Ask for a hearing by video meanwhile (40(18)).")
        yield _point("postpone", text, ground="37(8)", change=change)


def _conditions(case: _Case) -> Iterator[Point]:
    holds = {
        "death-penalty": case.known.death_penalty,
        "absent-trial": case.known.absent_trial,
        "always": True,
    }
    for one in case.law.extradition.conditions:
        if not holds.get(one.when, False) or case.promised(one.assurance):
            continue
        promise = tables.assurance(one.assurance)
        text = _("{state} hands over under a condition: {promise}").format(
            state=_(case.law.name), promise=_(promise.text)
        )
        change = _("Promise: {promise}").format(promise=_(promise.text))
        yield _point(
            "condition", text, assurance=promise.id, change=change, provisions=("37(8)", *promise.provisions)
        )


EXTRADITION_RULES: tuple[ExtraditionRule, ...] = (
    ExtraditionRule("persecution", "37(15)", ("37(15)",), _persecution),
    ExtraditionRule("reach", "37(1)", ("37(1)",), _reach),
    ExtraditionRule("gaps", "37(8)", ("37(8)",), _gaps),
    ExtraditionRule("place", "", ("37(1)",), _place),
    ExtraditionRule("dual-criminality", "37(1)", ("37(1)", "35(3)"), _dual_criminality),
    ExtraditionRule("threshold", "37(8)", ("37(8)",), _threshold),
    ExtraditionRule("bars", "37(8)", ("37(8)",), _bars),
    ExtraditionRule("nationality", "37(11)", ("37(11)",), _nationality),
    ExtraditionRule("own-case", "37(8)", ("37(8)",), _own_case),
    ExtraditionRule("conditions", "", ("37(8)",), _conditions),
)
"""The rules in the order in which their reasons are given."""
