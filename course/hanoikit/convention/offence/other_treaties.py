"""Offences of other United Nations treaties that are committed through ICT systems (article 4).

>>> under_other_treaties(Conduct({"other-un-treaty": "yes", "through-system": "yes"})).verdict
'in'

A Party that is bound by another United Nations treaty makes sure that its offences are punished when they are
committed through ICT systems too (4(1)). Article 4 sets up no offence under this Convention (4(2)).
"""

from __future__ import annotations

from dataclasses import dataclass

from hanoikit.convention.offence.assessment import Verdict, verdict_of
from hanoikit.convention.offence.conduct import Conduct
from hanoikit.convention.offence.logic import every
from hanoikit.i18n import _


@dataclass(frozen=True, slots=True)
class OtherTreaties:
    """``verdict`` is ``in`` when a Party bound by the other treaty has the duty of 4(1)."""

    verdict: Verdict
    reason: str
    provisions: tuple[str, ...] = ("4(1)", "4(2)")


def under_other_treaties(conduct: Conduct) -> OtherTreaties:
    """Whether article 4 speaks about this conduct."""
    verdict = verdict_of(
        every([conduct.truth("other-un-treaty", "completed"), conduct.truth("through-system", "completed")])
    )
    reason = {
        "in": _(
            "A State bound by that other treaty must punish this when it is done through a system too. It is still an "
            "offence of the other treaty, and no offence under this Convention."
        ),
        "out": _("No offence of another United Nations treaty was committed through a system."),
        "depends": _(
            "Still open: whether it is an offence of another United Nations treaty, done through a system."
        ),
    }[verdict]
    return OtherTreaties(verdict, reason)
