"""Whether each decision stands in its case file with facts and provisions that carry it.

>>> fits("40(21)", ("40(21)(c)",))
True
"""

from __future__ import annotations

from collections.abc import Iterable

from hanoikit.capstone.judging_parts import (
    Judged,
    Test,
)
from hanoikit.capstone.plan import ElementPlan, MatterPlan, plan
from hanoikit.capstone.record import Record
from hanoikit.i18n import _


def decisions(element: ElementPlan, record: Record) -> Judged:
    tests = []
    for name in element.given["matters"]:
        if name in record.injects:
            tests.append(reasoned(plan().matters[name], element.team, record))
    return Judged(tuple(tests), asked=bool(tests))


def reasoned(matter: MatterPlan, team: str, record: Record) -> Test:
    """Whether the case file says what was decided, on facts and provisions that carry it."""
    label = _("The file says what was decided, and why: {title}").format(title=matter.title)
    found = record.decisions(team, matter.id)
    if not found:
        return Test(label, False, _("No decision stands in the case file."), ("40(25)",))
    decision = found[-1][1]
    named = tuple(dict.fromkeys(_SAME.get(one, one) for one in decision.facts))
    carrying = [one for one in named if one in matter.carry]
    beside = [one for one in named if one not in matter.carry]
    carried = [one for one in decision.provisions if fits(one, matter.provisions)]
    other = [one for one in decision.provisions if not fits(one, matter.provisions)]
    if decision.outcome not in matter.outcomes:
        text = _("The facts do not lead to this decision.")
    elif not carrying or len(beside) > len(carrying):
        text = _("It rests on fact {facts}.").format(facts=", ".join(matter.carry))
    elif not carried or len(other) > len(carried):
        text = _("A provision that carries it: {provisions}.").format(provisions=", ".join(matter.provisions))
    else:
        return Test(
            label,
            True,
            _("Facts {facts}; {provisions}.").format(
                facts=", ".join(carrying), provisions=", ".join(carried)
            ),
            ("40(25)",),
        )
    return Test(label, False, text, ("40(25)",))


_SAME = {"hash": "digest", "sha256": "digest", "content": "digest", "seal": "proof", "root": "proof"}
"""Other words that people write for the parts of a message."""


def fits(given: str, known: Iterable[str]) -> bool:
    """Whether a provision names one of these or a part of it: 40(21)(c) and 40(21) both do."""
    return any(given == one or one.startswith(given + "(") or given.startswith(one + "(") for one in known)
