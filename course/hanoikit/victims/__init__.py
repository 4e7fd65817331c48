"""Victims and sensitive images: perceptual hash lists on abstract drawings, the route of a report, branching cases.

>>> from hanoikit.victims import distance, drawing, altered, perceptual_hash
>>> as_is, mirrored = perceptual_hash(drawing(3)), perceptual_hash(altered(drawing(3), "mirror"))
>>> distance(as_is.bits, mirrored.bits) > 100
True

No image of a person is ever made, read or needed here: the drawings are bands and bars from a seed. What concerns
somebody under 18 leaves this room at the first question.
"""

from __future__ import annotations

from hanoikit.victims.cases import BranchingCase, Walk, branching_case, branching_cases, validate
from hanoikit.victims.drawings import ALTERATIONS, altered, drawing, flat, twin
from hanoikit.victims.hash_list import HashService, Match, hashes_for
from hanoikit.victims.judging import Judgement, Rule, judge, rules
from hanoikit.victims.pdq import PLACEMENTS, PerceptualHash, dihedral_hashes, distance, perceptual_hash
from hanoikit.victims.routing import Partner, Route, partner, questions, route
from hanoikit.victims.tables import acts, setting, setting_source

__all__ = [
    "ALTERATIONS",
    "PLACEMENTS",
    "BranchingCase",
    "HashService",
    "Judgement",
    "Match",
    "Partner",
    "PerceptualHash",
    "Route",
    "Rule",
    "Walk",
    "acts",
    "altered",
    "branching_case",
    "branching_cases",
    "dihedral_hashes",
    "distance",
    "drawing",
    "flat",
    "hashes_for",
    "judge",
    "partner",
    "perceptual_hash",
    "questions",
    "route",
    "rules",
    "setting",
    "setting_source",
    "twin",
    "validate",
]
