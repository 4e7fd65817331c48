"""The requested State's answer to a request, by named rules: the same request and facts give the same answer.

>>> answer = respond(request, law("XC"), Circumstances(conduct={...}))
>>> answer.decision
'conditions'
>>> [point.rule for point in answer.points]
['personal-data']

Each measure is decided on its own: partial help, then conditions, come before a refusal, and a gap in the request is
asked about and not punished. What is refused has a ground of the Convention's list and a reason (40(25)), and is not
final before the other State was consulted (40(28)). ``respond`` takes a request for legal assistance, a request for
extradition, or a message that asks to preserve data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hanoikit.cooperation.answer import Answer, Decision, MeasureAnswer, Point, decide, together
from hanoikit.cooperation.case import Case
from hanoikit.cooperation.circumstances import Circumstances
from hanoikit.cooperation.need import carries, clipped
from hanoikit.cooperation.requests import AssistanceRequest, ExtraditionRequest, Measure
from hanoikit.cooperation.rules import RULES, Rule
from hanoikit.cooperation.state_rules import CooperationLaw
from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.network.messages import DataSpecification, Message


def respond(
    request: Any,
    law: CooperationLaw,
    circumstances: Circumstances | None = None,
    *,
    rules: Sequence[Rule] = RULES,
    consulted: bool = False,
) -> Answer:
    """The answer of the State whose rules these are.

    ``circumstances`` are the facts that it knows; ``consulted``: the consultation of 40(28) has been held. Raises
    ``UsageError`` for something that is no request of these kinds.
    """
    known = circumstances or Circumstances()
    if isinstance(request, AssistanceRequest):
        return _assistance(request, law, known, rules, consulted)
    if isinstance(request, ExtraditionRequest):
        from hanoikit.cooperation.extradition import respond_extradition

        return respond_extradition(request, law, known, consulted=consulted)
    if isinstance(request, Message):
        from hanoikit.cooperation.preservation import respond_preservation

        return respond_preservation(request, law, known)
    raise UsageError(
        _("This is no request that a State answers by these rules."),
        next_step=_(
            "Give a request for legal assistance or extradition, or a message that asks to preserve data."
        ),
    )


def _assistance(
    request: AssistanceRequest,
    law: CooperationLaw,
    known: Circumstances,
    rules: Sequence[Rule],
    consulted: bool,
) -> Answer:
    case = Case(request, law, known)
    # A request that names no measure is answered as one that is still to be named.
    asked = request.measures or (Measure(),)
    measures = tuple(_measure(case, measure, rules) for measure in asked)
    decision = together([one.decision for one in measures])
    return Answer(
        decision=decision,
        measures=measures,
        consult=_consult(measures),
        final=consulted
        or all(one.decision not in ("refuse", "postpone") and not one.grounds for one in measures),
        not_grounds=not_grounds(known, extradition=False),
    )


def _measure(case: Case, measure: Measure, rules: Sequence[Rule]) -> MeasureAnswer:
    points = tuple(point for rule in rules for point in rule.of(case, measure))
    decision: Decision = decide(points, len(measure.data))
    if decision == "refuse":
        # Questions and conditions would only hide why; they come up again if the reason goes away.
        points = tuple(one for one in points if one.effect not in ("ask", "condition", "postpone"))
    widest = next(
        (name for name in ("content", "traffic") if any(d.category == name for d in measure.data)), ""
    )
    category = widest or ("subscriber" if measure.data else "")
    return MeasureAnswer(
        measure=measure.id,
        what=measure.what,
        decision=decision,
        points=points,
        kept=_kept(case, measure, points) if decision in ("grant", "part", "conditions") else (),
        ordered_by=case.law.ordered_by(measure.what, category),
    )


def _kept(case: Case, measure: Measure, points: Sequence[Point]) -> tuple[DataSpecification, ...]:
    cut = {number for one in points if one.effect == "cut" for number in one.lines}
    needed = case.known.needed
    kept = []
    for number, line in enumerate(measure.data, 1):
        if number in cut:
            continue
        mine = [one for one in needed or () if one.what == measure.what and carries(one, line)]
        kept.append(clipped(line, mine))
    return tuple(kept)


def _consult(measures: Sequence[MeasureAnswer]) -> tuple[str, ...]:
    """What is asked or offered before a refusal or a postponement is final."""
    said: dict[str, None] = {}
    for one in measures:
        for point in one.points:
            if point.effect in ("refuse", "cut", "postpone") and point.change:
                said[point.change] = None
    return tuple(said)


def not_grounds(known: Circumstances, *, extradition: bool) -> tuple[Point, ...]:
    """What is no ground, although it is there: tax, bank secrecy, a political side."""
    found = []
    if known.tax:
        ref = "37(16)" if extradition else "40(23)"
        text = _("Tax matters are also involved. That alone is no reason to refuse.")
        found.append(Point(rule="tax", effect="note", text=text, provisions=(ref,)))
    if known.bank_secrecy and not extradition:
        text = _("Bank secrecy is no reason to refuse.")
        found.append(Point(rule="bank-secrecy", effect="note", text=text, provisions=("40(24)",)))
    if known.political:
        text = _(
            "The case has a political side. The Convention has no ground for political "
            "offences; what counts is whether a "
            "person is pursued for opinions, and whether an essential interest is touched."
        )
        refs = ("37(15)",) if extradition else ("40(22)", "40(21)(b)")
        found.append(Point(rule="political", effect="note", text=text, provisions=refs))
    return tuple(found)
