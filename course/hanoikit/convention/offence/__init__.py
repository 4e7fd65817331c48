"""Offences of the Convention as elements: what is in, what is out, in which State, and who may try it.

>>> from hanoikit.convention.offence import CONVENTION, Conduct, dual_criminality, find_offences, jurisdiction, state
>>> lure = Conduct({"person-deceived": "yes", "through-system": "yes", "property-lost": "tried", "aim-gain": "yes",
...                 "on-purpose": "yes", "without-right": "yes"})
>>> fraud = find_offences(lure)[6]
>>> fraud.article, fraud.verdict, fraud.choices
(13, 'depends', ('19(2)',))
>>> dual_criminality(lure, state("XA"), state("XB")).verdict
'out'

Conduct is data, a law is data, and the answer names every element with the provision that it rests on. The
summaries are in our own words (``assets/convention``); the States are invented (``assets/states``).
"""

from hanoikit.convention.offence.assessment import (
    CONVENTION,
    Assessment,
    ConventionLaw,
    ElementFinding,
    Law,
    Verdict,
    WayFinding,
    find_offences,
    punishable,
)
from hanoikit.convention.offence.conduct import STAGES, Conduct, Fact, Role, Stage, Value, facts
from hanoikit.convention.offence.dual_criminality import Consequence, DualCriminality, Side, dual_criminality
from hanoikit.convention.offence.elements import (
    KINDS,
    Choice,
    Element,
    OffenceElements,
    Way,
    all_elements,
    choice,
    offence_elements,
)
from hanoikit.convention.offence.jurisdiction import Claim, Happening, Jurisdiction, Refusal, jurisdiction
from hanoikit.convention.offence.legal_persons import CompanyLiability, company_liability
from hanoikit.convention.offence.other_treaties import OtherTreaties, under_other_treaties
from hanoikit.convention.offence.sanctions import Penalty, penalty, prosecutable_until
from hanoikit.convention.offence.states import CodeOffence, StateLaw, read_state, state, states

__all__ = [
    "CONVENTION",
    "KINDS",
    "STAGES",
    "Assessment",
    "Choice",
    "Claim",
    "CodeOffence",
    "CompanyLiability",
    "Conduct",
    "Consequence",
    "ConventionLaw",
    "DualCriminality",
    "Element",
    "ElementFinding",
    "Fact",
    "Happening",
    "Jurisdiction",
    "Law",
    "OffenceElements",
    "OtherTreaties",
    "Penalty",
    "Refusal",
    "Role",
    "Side",
    "Stage",
    "StateLaw",
    "Value",
    "Verdict",
    "Way",
    "WayFinding",
    "all_elements",
    "choice",
    "company_liability",
    "dual_criminality",
    "facts",
    "find_offences",
    "jurisdiction",
    "offence_elements",
    "penalty",
    "prosecutable_until",
    "punishable",
    "read_state",
    "state",
    "states",
    "under_other_treaties",
]
