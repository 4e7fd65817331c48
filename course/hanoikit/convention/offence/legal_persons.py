"""When a company is liable too (article 18).

>>> company_liability(Conduct({"for-company": "yes"}), state("XC"), "in").form
'administrative'

Every Party makes legal persons liable for taking part in Convention offences (18(1)), in criminal, civil or
administrative law (18(2)). The people who did it stay liable (18(3)).
"""

from __future__ import annotations

from dataclasses import dataclass

from hanoikit.convention.offence.assessment import Verdict, verdict_of, verdict_truth
from hanoikit.convention.offence.conduct import Conduct
from hanoikit.convention.offence.logic import every
from hanoikit.convention.offence.states import LiabilityForm, StateLaw
from hanoikit.i18n import _


@dataclass(frozen=True, slots=True)
class CompanyLiability:
    """Whether the company is liable in this State, in which form, and why."""

    state: str
    verdict: Verdict
    form: LiabilityForm
    reason: str
    provisions: tuple[str, ...]


def company_liability(conduct: Conduct, law: StateLaw, offence: Verdict) -> CompanyLiability:
    """The company's liability where the conduct is an offence of this State (``offence``) and was done for it."""
    for_company = conduct.truth("for-company", "completed")
    verdict = verdict_of(every([verdict_truth(offence), for_company]))
    if verdict == "in":
        reason = _(
            "The company is liable in {form} law. {sanction} The people who acted stay liable."
        ).format(form=form_name(law.legal_persons.form), sanction=_(law.legal_persons.text))
    elif verdict == "out":
        reason = (
            _("It was not done for a company.")
            if for_company is False
            else _("There is no offence for it to answer.")
        )
    else:
        reason = _("Still open: whether there is an offence, or whether it was done for a company.")
    return CompanyLiability(
        law.code, verdict, law.legal_persons.form, reason, ("18(1)", "18(2)", "18(3)", "18(4)")
    )


def form_name(form: LiabilityForm) -> str:
    return {
        "criminal": _("criminal"),
        "civil": _("civil"),
        "administrative": _("administrative"),
    }[form]
