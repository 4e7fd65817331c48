"""A trainee's answer to another State's request, judged on decision and ground together.

>>> check = AnswerCheck(request, "XB", {"conduct": {...}})
>>> [field["id"] for field in check.fields()]
['m1.decision', 'm1.ground']
>>> [one.share for one in check.judge({"m1.decision": "refuse", "m1.ground": "40(24)"})]
[0.5]
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanoikit.convention import refusal_grounds
from hanoikit.cooperation import tables
from hanoikit.cooperation.answer import decision_label
from hanoikit.cooperation.circumstances import Circumstances
from hanoikit.cooperation.marking import Judged
from hanoikit.cooperation.requests import Request, from_json
from hanoikit.cooperation.responder import respond
from hanoikit.cooperation.state_rules import law
from hanoikit.i18n import _


class AnswerCheck:
    """Judges a trainee's answer to a request: for each measure the decision, and the ground if it needs one.

    The key is the responder's own answer. The value maps ``m1.decision`` and ``m1.ground`` to what was chosen;
    ``fields()`` gives the form. A wrong decision earns nothing; a right one with a wrong ground earns half.
    """

    def __init__(
        self, request: Request | Mapping[str, Any], state: str, circumstances: Mapping[str, Any]
    ) -> None:
        made = request if isinstance(request, Request) else from_json(request)
        self.request = made
        self.key = respond(made, law(state), Circumstances.from_json(circumstances))

    def fields(self) -> list[dict[str, Any]]:
        """The form for ``ask.request``: decision and ground for each measure."""
        decisions = {
            name: decision_label(name)
            for name in ("grant", "part", "conditions", "postpone", "ask", "refuse")
        }
        grounds = {"none": _("no ground is needed"), **{ref: ref for ref in ground_refs()}}
        found: list[dict[str, Any]] = []
        for one in self.key.measures:
            name = _(tables.measure(one.what).name) if one.what in tables.measures() else _("The request")
            group = f"{one.measure} · {name}"
            decision = {"kind": "choice", "options": decisions, "group": group, "required": True}
            found.append({"id": f"{one.measure}.decision", "label": _("Decision"), **decision})
            found.append(
                {"id": f"{one.measure}.ground", "label": _("Ground"), **decision, "options": grounds}
            )
        return found

    def judge(self, value: Any) -> list[Judged]:
        """One judged element for each measure."""
        given = value if isinstance(value, Mapping) else {}
        return [self._one(one.measure, given) for one in self.key.measures]

    def _one(self, name: str, given: Mapping[str, Any]) -> Judged:
        key = self.key.measure(name)
        assert key is not None
        label = _("Measure {name}").format(name=name)
        decision, ground = given.get(f"{name}.decision"), given.get(f"{name}.ground")
        why = " ".join(key.reasons[:2])
        if decision != key.decision:
            text = _("The answer is: {decision}. {why}").format(
                decision=decision_label(key.decision), why=why
            )
            return Judged(label, 0.0, text.strip())
        right = ground in key.grounds if key.grounds else ground in (None, "", "none")
        if right:
            return Judged(label, 1.0, _("Decision and ground are right. {why}").format(why=why).strip())
        text = _("The decision is right; the ground is {ground}.").format(
            ground=", ".join(key.grounds) or _("none: nothing is refused or put off")
        )
        return Judged(label, 0.5, text)


def ground_refs() -> tuple[str, ...]:
    """The provisions of the Convention's list that can carry a refusal or a postponement, and those that cannot."""
    return tuple(dict.fromkeys(one.ref for one in refusal_grounds() if one.effect != "limit"))
