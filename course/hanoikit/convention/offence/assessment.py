"""Is this conduct an offence? Element by element: in, out, or it depends, and on what.

>>> [one] = [a for a in find_offences(Conduct({"accessed-system": "yes", "on-purpose": "yes"})) if a.article == 7]
>>> one.verdict, one.open_facts
('depends', ('without-right',))

Against the Convention, ``in`` means that all elements of the article are met, ``out`` that one is missing and no
choice left to States brings the conduct in, ``depends`` that a fact is open or that each State decides (attempt,
preparation, an extension). Elements that a State may ask for in addition are shown as optional and do not count
there. Against a State's law its own choices count, so there ``depends`` always means that a fact is open.
An open fact never turns silently into a yes or a no (:mod:`hanoikit.convention.offence.logic`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from hanoikit.convention.offence.conduct import STAGES, Conduct, Stage
from hanoikit.convention.offence.elements import (
    Choice,
    Element,
    OffenceElements,
    Way,
    all_elements,
    offence_elements,
)
from hanoikit.convention.offence.logic import Truth, evaluate, every, facts_in, some
from hanoikit.convention.offence.participation import helper_element
from hanoikit.convention.offence.reasons import reason_for
from hanoikit.convention.offence.states import CodeOffence, StateLaw

Verdict = Literal["in", "out", "depends"]
Status = Literal["met", "tried", "prepared", "not met", "open", "optional"]


@dataclass(frozen=True, slots=True)
class ConventionLaw:
    """The Convention's own text as the law to look at."""

    code: str = ""


CONVENTION: Final = ConventionLaw()
Law = ConventionLaw | StateLaw


@dataclass(frozen=True, slots=True)
class WayFinding:
    """What the facts say about one way to meet an element."""

    way: Way
    status: Status


@dataclass(frozen=True, slots=True)
class ElementFinding:
    """What the facts say about one element. ``truth`` is its value; an optional element keeps its value too."""

    element: Element
    status: Status
    truth: Truth
    ways: tuple[WayFinding, ...]
    open_facts: tuple[str, ...]

    @property
    def refs(self) -> tuple[str, ...]:
        """The provisions that it rests on: those of the ways that are met, where there are several ways."""
        met = [one.way.ref for one in self.ways if one.status in ("met", "tried", "prepared")]
        return tuple(dict.fromkeys(met)) if len(self.ways) > 1 and met else (self.element.ref,)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer for one offence. ``article`` is 0 for a State's own offence, ``label`` is the law's own name.

    ``stage`` is what was reached, ``choices`` what each State decides here, ``open_facts`` what must be found out,
    ``optional`` the elements that do not count in this law, ``provisions`` what the reason rests on.
    """

    article: int
    label: str
    verdict: Verdict
    stage: Stage
    reason: str
    provisions: tuple[str, ...]
    findings: tuple[ElementFinding, ...]
    optional: tuple[ElementFinding, ...]
    open_facts: tuple[str, ...]
    choices: tuple[str, ...]
    offence: CodeOffence | None = None

    @property
    def truth(self) -> Truth:
        """The verdict as a value that can be combined."""
        return verdict_truth(self.verdict)

    @property
    def narrowed_by(self) -> tuple[ElementFinding, ...]:
        """Optional elements that are not met: a State that asks for one of them does not punish this."""
        return tuple(one for one in self.optional if one.truth is False)


def verdict_truth(verdict: Verdict) -> Truth:
    return None if verdict == "depends" else verdict == "in"


def verdict_of(truth: Truth) -> Verdict:
    return "depends" if truth is None else "in" if truth else "out"


def find_offences(conduct: Conduct, law: Law = CONVENTION) -> list[Assessment]:
    """One assessment for each offence of the law: articles 7 to 17, or the sections of a State's code.

    A State's list also holds an ``out`` for each article that it has not carried out.
    """
    if isinstance(law, ConventionLaw):
        return [_against_convention(conduct, offence) for offence in all_elements()]
    return [
        *(_against_section(conduct, offence) for offence in law.offences),
        *(_absent(offence, law) for offence in all_elements() if law.carrying_out(offence.article) is None),
    ]


def punishable(assessments: Iterable[Assessment]) -> Verdict:
    """Whether at least one of the offences is met."""
    return verdict_of(some(one.truth for one in assessments))


def element_truth(element: Element, conduct: Conduct, stage: Stage) -> Truth:
    """The element's value at a stage."""
    return some(_way_truth(way, conduct, stage) for way in element.ways)


def _way_truth(way: Way, conduct: Conduct, stage: Stage) -> Truth:
    return evaluate(way.test, lambda key: conduct.truth(key, stage))


def _all_met(elements: Iterable[Element], conduct: Conduct, stage: Stage) -> Truth:
    return every(element_truth(element, conduct, stage) for element in elements)


def _status(values: Iterable[Truth]) -> Status:
    """From the values at the three stages, which only ever rise."""
    completed, attempted, prepared = values
    if completed:
        return "met"
    if completed is None:
        return "open"
    if attempted is not False:
        return "tried" if attempted else "open"
    return "prepared" if prepared else "open" if prepared is None else "not met"


def _find(element: Element, conduct: Conduct, stage: Stage, *, optional: bool = False) -> ElementFinding:
    ways = tuple(
        WayFinding(way, _status(_way_truth(way, conduct, one) for one in STAGES)) for way in element.ways
    )
    status: Status = "optional" if optional else _status(element_truth(element, conduct, s) for s in STAGES)
    truth = element_truth(element, conduct, stage)
    open_facts = tuple(key for key in element.facts if conduct.value(key) is None)
    return ElementFinding(element, status, truth, ways, open_facts if truth is None else ())


def _reached(values: Iterable[tuple[Stage, Truth]]) -> Stage:
    """The first stage that is met, else the first that is not excluded, else the least: there all that is missing
    is missing for good.
    """
    seen = list(values)
    for wanted in (True, None):
        for stage, truth in seen:
            if truth is wanted:
                return stage
    return "preparation"


def _against_convention(conduct: Conduct, offence: OffenceElements) -> Assessment:
    helper = helper_element(conduct)
    base = (*offence.elements, *helper)
    widenings = [one for one in offence.choices if one.widens]
    wide = (*offence.under(widenings), *helper)
    must = _all_met(base, conduct, "completed")
    may = [(stage, _all_met(wide, conduct, stage)) for stage in STAGES]
    ceiling = some(truth for _stage, truth in may)
    verdict: Verdict = "in" if must else "out" if ceiling is False else "depends"
    # While it is open whether the offence was completed, that is the question; the lesser stages come after it.
    stage = _reached(may) if must is False else "completed"
    extending = _extending(conduct, offence, stage) if verdict == "depends" else ()
    turning = tuple(one.ref for one in extending)
    if verdict == "depends" and must is False:
        turning += {"completed": (), "attempt": offence.attempt_refs, "preparation": ("19(3)",)}[stage]
    findings = tuple(_find(element, conduct, stage) for element in base)
    optional = tuple(
        _find(one.as_element(), conduct, stage, optional=True) for one in offence.choices if not one.widens
    )
    return _assessment(
        conduct,
        offence.article,
        offence.name,
        verdict,
        stage,
        findings,
        optional,
        turning,
        offence.attempt_refs,
        also_open=[key for one in extending for key in facts_in(one.test) if conduct.value(key) is None],
    )


def _extending(conduct: Conduct, offence: OffenceElements, stage: Stage) -> tuple[Choice, ...]:
    """The extensions that meet, or may meet, an element that is missing."""
    missing = {one.id for one in offence.elements if element_truth(one, conduct, stage) is False}
    return tuple(
        one
        for one in offence.choices
        if one.widens
        and one.element in missing
        and evaluate(one.test, lambda key: conduct.truth(key, stage)) is not False
    )


def _against_section(conduct: Conduct, offence: CodeOffence) -> Assessment:
    elements = (*offence.elements, *helper_element(conduct))
    punished: dict[Stage, bool] = {
        "completed": True,
        "attempt": offence.attempt,
        "preparation": offence.preparation,
    }
    reached = [(stage, _all_met(elements, conduct, stage)) for stage in STAGES]
    verdict = verdict_of(some(truth for stage, truth in reached if punished[stage]))
    stage = _reached((s, t) for s, t in reached if punished[s] or verdict == "out")
    convention = offence_elements(offence.article) if offence.article else None
    left = [c for c in convention.choices if not c.widens and c not in offence.choices] if convention else []
    return _assessment(
        conduct,
        offence.article,
        offence.label,
        verdict,
        stage,
        tuple(_find(element, conduct, stage) for element in elements),
        tuple(_find(one.as_element(), conduct, stage, optional=True) for one in left),
        (),
        convention.attempt_refs if convention else ("19(2)",),
        offence,
    )


def _absent(offence: OffenceElements, law: StateLaw) -> Assessment:
    declared = next((one.text for one in law.reservations if one.ref == str(offence.article)), "")
    return Assessment(
        article=offence.article,
        label=offence.name,
        verdict="out",
        stage="completed",
        reason=declared or reason_for("absent", offence.article, (), state=law.name),
        provisions=(str(offence.article),),
        findings=(),
        optional=(),
        open_facts=(),
        choices=(),
    )


def _assessment(
    conduct: Conduct,
    article: int,
    label: str,
    verdict: Verdict,
    stage: Stage,
    findings: tuple[ElementFinding, ...],
    optional: tuple[ElementFinding, ...],
    choices: tuple[str, ...],
    attempt_refs: tuple[str, ...],
    offence: CodeOffence | None = None,
    also_open: Sequence[str] = (),
) -> Assessment:
    missing = [one for one in findings if one.truth is False]
    unsure = [one for one in findings if one.truth is None]
    short_of_completion = stage != "completed" and not (verdict == "out" and missing)
    refs: list[str]
    if verdict == "out":
        refs = [one.element.ref for one in missing]
    elif verdict == "depends":
        refs = [one.element.ref for one in unsure]
    else:
        refs = [ref for one in findings for ref in one.refs]
    if short_of_completion:
        refs += attempt_refs if stage == "attempt" else ["19(3)"]
    if conduct.role == "helper" and verdict == "in":
        refs.append("19(1)")
    refs += choices
    to_find_out = tuple(dict.fromkeys([*(key for one in unsure for key in one.open_facts), *also_open]))
    if verdict != "depends":
        to_find_out = ()
    return Assessment(
        article=article,
        label=label,
        verdict=verdict,
        stage=stage if short_of_completion else "completed",
        reason=reason_for(
            verdict,
            article,
            findings,
            stage=stage,
            choices=choices,
            state_law=offence is not None,
            helper=conduct.role == "helper",
        ),
        provisions=tuple(dict.fromkeys(ref for ref in refs if ref)) or ((str(article),) if article else ()),
        findings=findings,
        optional=optional,
        open_facts=to_find_out,
        choices=choices,
        offence=offence,
    )
