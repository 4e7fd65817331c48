"""Investigative powers at home (articles 23 to 31): which one, how far, how long.

>>> from hanoikit.convention.power import Data, Need, Place, ladder, law, offence
>>> need = Need(wanted=frozenset({Data.SUBSCRIBER}), place=Place.PROVIDER_HERE, offence=offence("fraud"))
>>> [step.power.ref for step in ladder(need, law("XA")).steps]
['27(b)']

The course teaches these powers as if the Convention were in force between its invented States. What the
Convention leaves to domestic law comes from invented laws in ``assets/powers/``; what the course itself assumes
is said where it is done.
"""

from hanoikit.convention.power.chain import Act, Chain, Provider, Report, chain, play
from hanoikit.convention.power.ladder import Advice, Judged, Step, Verdict, ladder
from hanoikit.convention.power.law import Authority, Calendar, Law, law, laws
from hanoikit.convention.power.need import (
    Need,
    Offence,
    Place,
    Urgency,
    offence,
    offences,
    place_label,
    urgency_label,
)
from hanoikit.convention.power.orders import Order, Standing, expiry, gaps, issue, renew, standing, warnings
from hanoikit.convention.power.powers import Data, InvestigativePower, data_label, power, powers
from hanoikit.convention.power.territory import (
    Holder,
    Ruling,
    System,
    Where,
    may_extend,
    may_produce,
    ruling,
)
from hanoikit.convention.power.workdays import add_working_days, is_working_day, last_working_moment

__all__ = [
    "Act",
    "Advice",
    "Authority",
    "Calendar",
    "Chain",
    "Data",
    "Holder",
    "InvestigativePower",
    "Judged",
    "Law",
    "Need",
    "Offence",
    "Order",
    "Place",
    "Provider",
    "Report",
    "Ruling",
    "Standing",
    "Step",
    "System",
    "Urgency",
    "Verdict",
    "Where",
    "add_working_days",
    "chain",
    "data_label",
    "expiry",
    "gaps",
    "is_working_day",
    "issue",
    "ladder",
    "last_working_moment",
    "law",
    "laws",
    "may_extend",
    "may_produce",
    "offence",
    "offences",
    "place_label",
    "play",
    "power",
    "powers",
    "renew",
    "ruling",
    "standing",
    "urgency_label",
    "warnings",
]
