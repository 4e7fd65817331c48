"""Taking part, trying, preparing: what article 19 adds to every offence.

>>> [element.ref for element in helper_element(Conduct({}, role="helper"))]
['19(1)']

Whoever takes part as accomplice, assistant or instigator must be punishable (19(1)); so a helper needs one element
more: he or she helped on purpose. Attempt (19(2)) and preparation (19(3)) are choices of each State; the stages of
:class:`~hanoikit.convention.offence.conduct.Conduct` carry them.
"""

from __future__ import annotations

from hanoikit.convention.offence.conduct import Conduct, Stage
from hanoikit.convention.offence.elements import Element, Way
from hanoikit.i18n import _

HELPED = Element(
    id="helped",
    kind="intent",
    ref="19(1)",
    text="the helper took part on purpose, as accomplice, assistant or instigator",
    ways=(Way("19(1)", "the helper took part on purpose", "helped-on-purpose"),),
)


def helper_element(conduct: Conduct) -> tuple[Element, ...]:
    """The one element more for somebody who only took part; nothing for the one who did it."""
    return (HELPED,) if conduct.role == "helper" else ()


def stage_name(stage: Stage) -> str:
    """The stage in words."""
    return {
        "completed": _("completed"),
        "attempt": _("attempt"),
        "preparation": _("preparation"),
    }[stage]
