"""How deep a part of a request goes into people's lives, counted with reasons.

>>> file = case_file("night-shift")
>>> print(intrusion(file.part("d"), file))
12: Traffic data 2, reaches everyone 10

The points are the course's own (``assets/safeguards/scales.json``). The Convention asks for proportionality and for
thought about third parties (24(1), 24(3)); it counts nothing. What the counting is for: that two officers who disagree
can say where.
"""

from __future__ import annotations

from dataclasses import dataclass

from hanoikit.i18n import _
from hanoikit.safeguards.model import CaseFile, Part
from hanoikit.safeguards.reading import UNKNOWN, Reading
from hanoikit.safeguards.tables import data_classes, points


@dataclass(frozen=True, slots=True)
class Intrusion:
    """The points of one part, and what each of them is for."""

    part: str
    points: int
    reasons: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        return f"{self.points}: " + ", ".join(f"{label} {n}" for label, n in self.reasons)


def label(feature: str, value: str) -> str:
    """What adds points, in words."""
    words = {
        ("people", "one"): _("reaches one person"),
        ("people", "few"): _("reaches a few people"),
        ("people", "many"): _("reaches many people"),
        ("people", "everyone"): _("reaches everyone"),
        ("period", "days"): _("covers days"),
        ("period", "weeks"): _("covers weeks"),
        ("period", "months"): _("covers months"),
        ("period", "open"): _("covers a period without end"),
        ("third-parties", "yes"): _("reaches people outside the case"),
        ("privileged", "yes"): _("holds talks with a lawyer or a doctor"),
        ("sources", "yes"): _("could show a journalist's source"),
    }
    return words.get((feature, value), f"{feature}: {value}")


def intrusion(part: Part, file: CaseFile | Reading) -> Intrusion:
    """The points of the part, from its class of data, whom and how long it reaches, and what facts say of it."""
    reading = file if isinstance(file, Reading) else Reading(file)
    kind = data_classes()[part.data]
    reasons = [(_(kind.name), kind.points)]
    for feature, usual in (
        ("people", part.people),
        ("period", part.period),
        ("third-parties", "no"),
        ("privileged", "no"),
        ("sources", "no"),
    ):
        said = reading.value(feature, part.id)
        value = usual if said == UNKNOWN else said
        more = points(feature, value)
        if more:
            reasons.append((label(feature, value), more))
    return Intrusion(part.id, sum(n for _label, n in reasons), tuple(reasons))
