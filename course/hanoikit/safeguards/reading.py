"""What the facts of a file say together, whatever their order.

>>> found = Reading(case_file("night-shift"))
>>> found.value("stakes"), sorted(found.answers(found.file.part("b")))
('grave', ['when'])

Where two facts say different things of the same aspect, the one that speaks more against granting counts: a doubt is
not settled by wishing. So another safeguard never makes anything worse, and the order of the facts never matters.
"""

from __future__ import annotations

from collections.abc import Iterator

from hanoikit.safeguards.model import CaseFile, Fact, Part, Statement
from hanoikit.safeguards.tables import aspects

UNKNOWN = "unknown"


class Reading:
    """The facts of one file, asked by aspect."""

    def __init__(self, file: CaseFile) -> None:
        self.file = file
        self._said: dict[str, list[tuple[Fact, Statement]]] = {}
        for fact in file.facts:
            for one in fact.says:
                self._said.setdefault(one.aspect, []).append((fact, one))

    def _about(self, aspect: str, part: str) -> Iterator[tuple[Fact, Statement]]:
        for fact, one in self._said.get(aspect, ()):
            if not one.part or not part or one.part == part:
                yield fact, one

    def value(self, aspect: str, part: str = "") -> str:
        """The worst value that a fact gives, or ``unknown``. With a part: of what is said of it or of all parts."""
        order = aspects()[aspect].values
        given = [one.value for _fact, one in self._about(aspect, part)]
        return min(given, key=order.index) if given else UNKNOWN

    def facts(self, aspect: str, value: str = "", part: str = "") -> frozenset[str]:
        """The numbers of the facts that speak of the aspect, or give it this value."""
        return frozenset(
            fact.id for fact, one in self._about(aspect, part) if not value or one.value == value
        )

    def answers(self, part: Part) -> frozenset[str]:
        """The needs that the part answers: as the file says, with what facts add and then what facts take away."""
        added = {one.value for _fact, one in self._about("answers", part.id)}
        lost = {one.value for _fact, one in self._about("answers-not", part.id)}
        return (part.answers | added) - lost

    @property
    def emergency(self) -> bool:
        """Whether a life or somebody's safety is at significant and imminent risk (2(o))."""
        return bool(self.facts("emergency", "yes"))

    @property
    def stakes(self) -> str:
        """How grave the case is; a life in every emergency."""
        return "life" if self.emergency else self.value("stakes")

    def bearing_on(self, gate: str) -> frozenset[str]:
        """The facts that say something of an aspect of this gate."""
        names = {name for name, aspect in aspects().items() if aspect.gate == gate}
        return frozenset(fact.id for fact in self.file.facts if fact.aspects & names)
