"""Which way leads to confiscation abroad: with a conviction, in their own proceedings, or without a conviction.

>>> [(way.measure, way.is_open) for way in ways(Proceedings(conviction="final"), law("XB"))]
[('enforce', True), ('own-proceedings', True), ('without-conviction', False)]

Articles 49(1)(a) and (b) oblige; 49(1)(c) only asks States to consider it, so a law without it breaks no duty. Each way
comes with the reason why it is open or closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hanoikit.i18n import _
from hanoikit.recovery.tables import RecoveryLaw


@dataclass(frozen=True, slots=True)
class Proceedings:
    """How far the case is at home, and what has become of the suspect."""

    conviction: Literal["none", "open", "final"] = "none"
    suspect: Literal["present", "dead", "fled", "absent"] = "present"
    laundered_there: bool = False
    """Whether laundering was committed in the other State too (17): its own case to try."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to confiscation with its reason."""

    measure: str
    provision: str
    is_open: bool
    reason: str


def ways(case: Proceedings, theirs: RecoveryLaw) -> tuple[Way, ...]:
    """The three ways of article 49(1), each open or closed in this case under the other State's law."""
    return (_enforce(case, theirs), _own(case, theirs), _without(case, theirs))


def _enforce(case: Proceedings, theirs: RecoveryLaw) -> Way:
    if not theirs.enforces_orders:
        reason = _("This State does not carry out foreign orders; it must then decide itself.")
        return Way("enforce", "49(1)(a)", False, reason)
    if case.conviction != "final":
        return Way("enforce", "49(1)(a)", False, _("There is no final order yet. Freeze meanwhile: 49(2)."))
    return Way("enforce", "49(1)(a)", True, _("A final order can be sent to be carried out."))


def _own(case: Proceedings, theirs: RecoveryLaw) -> Way:
    if not theirs.own_proceedings:
        return Way("own-proceedings", "49(1)(b)", False, _("The law of this State has no such proceedings."))
    if case.laundered_there or case.conviction == "final":
        reason = _("It can decide on property of foreign origin in its own case, for example of laundering.")
        return Way("own-proceedings", "49(1)(b)", True, reason)
    reason = _("Nothing gives it a case of its own: no laundering there, and no order from us.")
    return Way("own-proceedings", "49(1)(b)", False, reason)


def _without(case: Proceedings, theirs: RecoveryLaw) -> Way:
    if case.suspect == "present":
        reason = _("The suspect is there and can be tried. Death, flight and absence are the examples.")
        return Way("without-conviction", "49(1)(c)", False, reason)
    if case.suspect not in theirs.without_conviction:
        reason = _("The law of this State does not know it. The Convention asks only to consider it.")
        return Way("without-conviction", "49(1)(c)", False, reason)
    return Way("without-conviction", "49(1)(c)", True, _("The law of this State allows it on this ground."))
