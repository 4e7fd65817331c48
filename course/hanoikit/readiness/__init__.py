"""Readiness: how far a State is with the Convention, what is missing, and in which order to close it.

>>> from hanoikit import readiness
>>> made = readiness.report(readiness.elvaria(), budget=400, accepted=["trainers"])
>>> readiness.write_xlsx(made, "readiness.xlsx")

A self-assessment becomes a gap profile, the profile an ordered plan with assumed costs and an explicit balance of
security, rights and sovereignty; offers of help are matched to it (articles 53 to 56). Beside it: the staffing of a
point of contact and a central authority (40(12), 41), a register of critical information infrastructure (21(2)), and
open figures with the checks to make before one cites them. No function here talks to Jupyter.
"""

from __future__ import annotations

from hanoikit.readiness.assessment import Assessment, Gap, Profile, elvaria, from_json, profile
from hanoikit.readiness.helping import Matching, matching
from hanoikit.readiness.paper import write_pdf
from hanoikit.readiness.planning import Plan, PlanStep, check_order, plan, unguarded
from hanoikit.readiness.report import Report, planned, report
from hanoikit.readiness.spreadsheet import write_xlsx
from hanoikit.readiness.staffing import case_workers, designation, desks, officers
from hanoikit.readiness.tables import Measure, Offer, Question, measures, offers, questions

__all__ = [
    "Assessment",
    "Gap",
    "Matching",
    "Measure",
    "Offer",
    "Plan",
    "PlanStep",
    "Profile",
    "Question",
    "Report",
    "case_workers",
    "check_order",
    "designation",
    "desks",
    "elvaria",
    "from_json",
    "matching",
    "measures",
    "offers",
    "officers",
    "plan",
    "planned",
    "profile",
    "questions",
    "report",
    "unguarded",
    "write_pdf",
    "write_xlsx",
]
