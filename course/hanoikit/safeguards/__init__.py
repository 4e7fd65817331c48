"""Rights safeguards: the gates that a measure or a request has to pass, and how to narrow what asks too much.

>>> from hanoikit.safeguards import case_file, changes, review
>>> found = review(case_file("night-shift"))
>>> found.outcome, [part.id for part in found.kept]
('part', ['a', 'b'])
>>> found.gate("necessity").verdict
'limited'

A case file is a set of numbered facts, the parts of the request and the questions that the case has to answer. Rules
in ``assets/safeguards/`` turn facts into verdicts, each with its provisions. Nothing here is chance: the same facts in
any order give the same review.
"""

from __future__ import annotations

from hanoikit.safeguards.case_files import case_file, case_files, validate
from hanoikit.safeguards.comparing import Comparison, compare, compare_gate
from hanoikit.safeguards.intrusion import Intrusion, intrusion
from hanoikit.safeguards.model import CaseFile, Fact, Need, Part, Statement
from hanoikit.safeguards.narrowing import Narrowing, narrow, score
from hanoikit.safeguards.personal_data import Holding, Ruling, may_pass_on, transfer_conditions
from hanoikit.safeguards.reviewing import GateReview, Review, review
from hanoikit.safeguards.tables import Gate, decisions, gates, outcomes
from hanoikit.safeguards.twins import Change, change, changes, flip

__all__ = [
    "CaseFile",
    "Change",
    "Comparison",
    "Fact",
    "Gate",
    "GateReview",
    "Holding",
    "Intrusion",
    "Narrowing",
    "Need",
    "Part",
    "Review",
    "Ruling",
    "Statement",
    "case_file",
    "case_files",
    "change",
    "changes",
    "compare",
    "compare_gate",
    "decisions",
    "flip",
    "gates",
    "intrusion",
    "may_pass_on",
    "narrow",
    "outcomes",
    "review",
    "score",
    "transfer_conditions",
    "validate",
]
