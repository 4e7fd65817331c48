"""What a record is asked, element by element: small yes-or-no tests, each with its reason and provision.

>>> found = judge(plan().elements[0], record)
>>> [(test.label, test.met) for test in found.tests]
[('The request went to the desk in Porto Lune in time', True), ...]

Outcomes come first: a perfect request that arrives after the deletion preserves nothing. Prose is never marked by its
words. An element that nobody gave the team a chance to meet is not asked (``asked`` False), and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hanoikit.capstone import judging_asked, judging_others, judging_products, judging_reasons
from hanoikit.capstone.judging_parts import Judged, Test
from hanoikit.capstone.plan import ElementPlan
from hanoikit.capstone.record import Record

CHECKS: Mapping[str, Callable[[ElementPlan, Record], Judged]] = {
    "preserved": judging_asked.preserved,
    "granted": judging_asked.granted,
    "refused": judging_asked.refused,
    "narrowed": judging_asked.narrowed,
    "frozen": judging_products.frozen,
    "victim": judging_products.victim,
    "assistance": judging_products.assistance,
    "package_out": judging_products.package_out,
    "tampered": judging_products.tampered,
    "returned": judging_products.returned,
    "decisions": judging_reasons.decisions,
    "keeps": judging_others.keeps,
    "removes": judging_others.removes,
    "court": judging_others.court,
    "freezes": judging_others.freezes,
    "returns": judging_others.returns,
}


def judge(element: ElementPlan, record: Record) -> Judged:
    """The tests of an element over a record."""
    return CHECKS[element.check](element, record)


__all__ = ["CHECKS", "Judged", "Test", "judge"]
