"""What a case of the corpus is: a story, a hand-in made from the model one, and the just mark.

>>> @case("c01", "A trainee ...", just=NOTHING, why="Nothing was solved.", base="idle")
... def forged_output(work): ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tests.corpus.workbench import Work

Points = Mapping[str, float | None]
"""Points by question; ``None`` while a person still has to read the answer."""

FULL: dict[str, Points] = {
    "c01": {
        "c01-q1": 2.0,
        "c01-q2": 2.0,
        "c01-q3": 3.0,
        "c01-q4": 2.0,
        "c01-q5": 3.0,
        "c01-q6": 4.0,
        "c01-q7": None,
    },
    "c02": {
        "cubes_right": 1.0,
        "cubes_refuses": 1.0,
        "sum_right": 2.0,
        "label_right": 2.0,
        "digits_right": 1.0,
        "md5": None,
    },
}
"""What the honest model hand-in earns."""

NOTHING: Points = {}
"""Every question 0: what an idle hand-in earns, however clever its code."""

Base = Literal["model", "idle"]
"""``model``: every answer right. ``idle``: wrong answers in the sheet, no question solved."""


@dataclass(frozen=True)
class Case:
    """One hand-in of the corpus, and what an engine must make of it."""

    name: str
    family: str
    story: str
    """One sentence: what the trainee did, or what happened."""
    assignment: str
    base: Base
    make: Callable[[Work], None]
    """Turns the base hand-in into this one."""
    points: Points
    """The just mark, question by question."""
    why: str
    """Why this is the just mark."""
    human: bool | None = None
    """Must a person be asked to look? ``None``: either will do. Written answers do not count here."""
    findings: tuple[str, ...] = ()
    """Codes of findings that must be reported; ``a|b`` for either."""
    refused: bool = False
    """There is nothing to mark: the engine says so, and what to do next."""
    danger: str = ""
    """What it does where there is no wall. Empty: it can be run anywhere."""
    forbidden: tuple[str, ...] = ()
    """Words that its code prints only when it got where it may not go."""
    aftermath: bool = False
    """It tries to change the marks of others: the next hand-ins are marked too, and compared."""
    seconds: float = 300.0
    """After this time the engine hangs."""

    @property
    def dishonest(self) -> bool:
        """Whether the trainee wants points that were not earned, or wants to do harm."""
        return self.family not in {"honest", "unlucky"}


@dataclass
class Family:
    """The cases of one module, in the order they are written."""

    name: str
    cases: list[Case] = field(default_factory=list)

    def case(
        self,
        assignment: str,
        story: str,
        *,
        just: Points,
        why: str,
        base: Base = "model",
        human: bool | None = None,
        findings: Iterable[str] = (),
        refused: bool = False,
        danger: str = "",
        forbidden: Iterable[str] = (),
        aftermath: bool = False,
        seconds: float = 300.0,
    ) -> Callable[[Callable[[Work], None]], Callable[[Work], None]]:
        """Register a function as a case under its own name."""

        def register(make: Callable[[Work], None]) -> Callable[[Work], None]:
            points = {question: just.get(question, 0.0) for question in FULL[assignment]}
            self.cases.append(
                Case(
                    name=make.__name__.strip("_").replace("_", "-"),
                    family=self.name,
                    story=story,
                    assignment=assignment,
                    base=base,
                    make=make,
                    points=points,
                    why=why,
                    human=human,
                    findings=tuple(findings),
                    refused=refused,
                    danger=danger,
                    forbidden=tuple(forbidden),
                    aftermath=aftermath,
                    seconds=seconds,
                )
            )
            return make

        return register


def full(assignment: str, **changed: float | None) -> Points:
    """The model's points with some changed: ``full("c01", q5=0)``; the names of c02 are written out."""
    names = {
        f"{assignment}-{name}" if name.startswith("q") else name: value for name, value in changed.items()
    }
    assert set(names) <= set(FULL[assignment]), names
    return {**FULL[assignment], **names}
