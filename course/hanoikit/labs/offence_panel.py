"""The offence finder: facts in, offences out, element by element, with the reason and the provision.

>>> finder = offence_finder()
>>> finder.press("scene", scene="night-entry", law="XB").say
'In: 11. Depends: 7.'

The rules are those of :mod:`hanoikit.convention.offence`. Both steps follow each change at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hanoikit.casework.scenes import Scene, scene, scenes
from hanoikit.convention.offence import (
    KINDS,
    Assessment,
    Conduct,
    ElementFinding,
    StateLaw,
    Value,
    choice,
    company_liability,
    facts,
    find_offences,
    offence_elements,
    penalty,
    punishable,
    under_other_treaties,
)
from hanoikit.convention.offence.assessment import Status
from hanoikit.convention.offence.participation import stage_name
from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.labs.grid import grid
from hanoikit.labs.html import Markup, bullets, details, join, sentence, strong, table
from hanoikit.labs.offence_words import (
    THE_CONVENTION,
    about,
    law_named,
    law_options,
    offence_name,
    refs,
    row_name,
    sentence_case,
    status_words,
    truth_words,
    value_words,
    verdict_words,
)
from hanoikit.labs.panel import Field, Picture, Result, Step, Values, panel

FIRST = "stopped-transfer"
EMPTY = "empty"
WORST: tuple[Status, ...] = ("not met", "open", "prepared", "tried", "met")


def offence_finder() -> Any:
    """The panel."""
    finder = _Finder()
    return panel(_("Offence finder"), [finder.scene_step, finder.offence_step])


@dataclass(slots=True)
class _Finder:
    """What is chosen now. Each step recomputes the other, so that the two never contradict each other."""

    scene_id: str = FIRST
    law_id: str = THE_CONVENTION
    offence_id: str = "13"
    changed: dict[str, Value | None] = field(default_factory=dict)
    kept: tuple[tuple[str, Conduct], list[Assessment]] | None = None
    scene_step: Step = field(init=False)
    offence_step: Step = field(init=False)

    def __post_init__(self) -> None:
        self.scene_step = Step(
            "scene",
            _("What happened, and which law?"),
            sentence(
                _("Choose a scene of the case and a law. The answer follows each change."),
                _("A fact that nobody has shown or excluded is open. Open is not yes, and it is not no."),
            ),
            fields=[
                Field(
                    "scene",
                    "select",
                    _("Scene"),
                    (*((one.id, _(one.title)) for one in scenes()), (EMPTY, _("No scene: all facts open"))),
                    FIRST,
                ),
                Field("law", "select", _("Law"), law_options(), THE_CONVENTION),
            ],
            run=self.choose_scene,
            live=True,
        )
        self.offence_step = Step(
            "offence",
            _("One offence, element by element"),
            sentence(
                _("Choose an offence. Then change a fact, and see which element it moves."),
                _("Your changes also count in step 1, until you choose another scene."),
            ),
            run=self.choose_offence,
            refresh=self.fields,
            live=True,
        )

    @property
    def scene(self) -> Scene | None:
        return None if self.scene_id == EMPTY else scene(self.scene_id)

    @property
    def conduct(self) -> Conduct:
        base = self.scene.conduct if self.scene else Conduct()
        return base.with_facts(self.changed)

    def assessments(self) -> list[Assessment]:
        """The answer for what is chosen now, kept until something changes: a page asks for it several times."""
        now = (self.law_id, self.conduct)
        if self.kept is None or self.kept[0] != now:
            found = find_offences(self.conduct, law_named(self.law_id))
            self.kept = (now, sorted(found, key=lambda one: one.article or 99))
        return self.kept[1]

    def chosen(self) -> Assessment:
        found = self.assessments()
        return next((one for one in found if _id(one) == self.offence_id), found[0])

    def choose_scene(self, values: Values) -> Result:
        name, law = str(values["scene"]), str(values["law"])
        if name != EMPTY:
            scene(name)
        law_named(law)
        if name != self.scene_id:
            self.changed.clear()
        moved = (name, law) != (self.scene_id, self.law_id)
        self.scene_id, self.law_id = name, law
        if moved and self.chosen().verdict == "out":
            self.offence_id = next((_id(one) for one in self.assessments() if one.verdict != "out"), "7")
        self.offence_step.result = self.show_offence()
        return self.show_scene()

    def choose_offence(self, values: Values) -> Result:
        self.offence_id = str(values.get(self.offence_field(), values.get("offence", self.offence_id)))
        known = facts()
        prefix = self.prefix()
        for name, value in values.items():
            key = name.removeprefix(prefix)
            if not name.startswith(prefix) or key not in known:
                continue
            given = None if value == "open" else value
            allowed = (None, "yes", "no", *(("tried", "prepared") if known[key].can_be_tried else ()))
            if given not in allowed:
                raise UsageError(
                    _("A fact has a value that it cannot have."), next_step=_("Choose from the list.")
                )
            told = self.scene.conduct.value(key) if self.scene else None
            if given == told:
                self.changed.pop(key, None)
            else:
                self.changed[key] = given
        self.scene_step.result = self.show_scene()
        return self.show_offence()

    def prefix(self) -> str:
        """Fields get new names with a new scene: the page keeps what a field of the same name shows."""
        return f"{self.scene_id}--"

    def offence_field(self) -> str:
        return f"{self.prefix()}{self.law_id}--offence"

    def fields(self) -> list[Field]:
        found = self.assessments()
        one = self.chosen()
        options = tuple((_id(other), offence_name(other)) for other in found)
        controls = [Field(self.offence_field(), "select", _("Offence"), options, _id(one))]
        for key in _facts_of(one, self.conduct):
            fact = facts()[key]
            values = (None, "yes", "no", *(("tried", "prepared") if fact.can_be_tried else ()))
            controls.append(
                Field(
                    self.prefix() + key,
                    "select",
                    sentence_case(_(fact.text)),
                    tuple((value or "open", value_words(value)) for value in values),
                    self.conduct.value(key) or "open",
                )
            )
        return controls

    def show_scene(self) -> Result:
        found = self.assessments()
        law = law_named(self.law_id)
        said = summary(found)
        told = sentence(about(self.scene)) if self.scene else Markup("")
        closer = [one for one in found if one.verdict != "out"]
        outside = [one for one in found if one.verdict == "out"]
        law_text = (
            sentence(strong(f"{law.name}:"), _(law.about))
            if isinstance(law, StateLaw)
            else sentence(
                strong(_("The Convention:")), _("what every Party must punish, and what it leaves to each.")
            )
        )
        changes = sentence(
            strong(_("You changed:")),
            "; ".join(f"{_(facts()[key].text)}: {value_words(value)}" for key, value in self.changed.items()),
        )
        return Result(
            join(
                told,
                changes if self.changed else Markup(""),
                law_text,
                sentence(strong(said)),
                offence_table(_("In, or depends"), closer) if closer else Markup(""),
                details(_("Out: which element is missing"), offence_table(_("Out"), outside))
                if outside
                else Markup(""),
                beside(self.conduct, found, law if isinstance(law, StateLaw) else None),
            ),
            say=said,
            pictures=(picture(found),),
        )

    def show_offence(self) -> Result:
        one = self.chosen()
        law = law_named(self.law_id)
        said = f"{row_name(one)}: {verdict_words(one.verdict)}. {one.reason}"
        parts: list[object] = [sentence(strong(verdict_words(one.verdict)), one.reason)]
        if one.verdict == "in" and one.stage != "completed":
            parts.append(sentence(_("As: {stage}.").format(stage=stage_name(one.stage))))
        if one.findings:
            parts.append(_element_table(one))
        if one.open_facts:
            parts.append(sentence(strong(_("Find out:"))))
            parts.append(bullets(sentence_case(_(facts()[key].text)) for key in one.open_facts))
        if isinstance(law, StateLaw) and one.offence is not None:
            parts.append(sentence(strong(_("Sentence:")), penalty(one.offence, self.conduct, law).reason))
        if one.article == 14:
            parts.append(
                sentence(
                    _(
                        "The course speaks about such material in the abstract only. In a real case, do not open it."
                    )
                )
            )
        return Result(join(*parts), say=said)


def _id(one: Assessment) -> str:
    return str(one.article) if one.article else (one.offence.id if one.offence else "")


def _facts_of(one: Assessment, conduct: Conduct) -> tuple[str, ...]:
    """The facts to change for this offence: its elements, its choices, and a helper's purpose."""
    keys = list(offence_elements(one.article).facts) if one.article else []
    keys += [key for finding in one.findings for key in finding.element.facts]
    if conduct.role == "helper":
        keys.append("helped-on-purpose")
    return tuple(dict.fromkeys(keys))


def summary(found: list[Assessment]) -> str:
    """Which offences are in and which depend, in a sentence."""

    def names(verdict: str) -> str:
        return ", ".join(
            str(one.article) if one.article else _(one.label) for one in found if one.verdict == verdict
        )

    parts = []
    if names("in"):
        parts.append(_("In: {names}.").format(names=names("in")))
    if names("depends"):
        parts.append(_("Depends: {names}.").format(names=names("depends")))
    return " ".join(parts) or _("No offence of this law.")


def offence_table(caption: str, found: list[Assessment]) -> Markup:
    """Offences with verdict, reason and provisions."""
    head = (_("Offence"), _("Verdict"), _("Reason"), _("Provisions"))
    rows = [
        (offence_name(one), verdict_words(one.verdict), one.reason, refs(one.provisions)) for one in found
    ]
    return table(caption, head, rows)


def _element_table(one: Assessment) -> Markup:
    rows = [_element_row(finding) for finding in one.findings]
    for finding in one.optional:
        what = {
            "asks": _("A State may ask for this as well. Here: {truth}."),
            "leaves-out": _("A State may limit its law to this. Here: {truth}."),
            "reserves": _("A State may reserve to punish only this. Here: {truth}."),
        }[choice(finding.element.id).effect]
        rows.append(
            (
                sentence_case(_(finding.element.text)),
                status_words("optional"),
                what.format(truth=truth_words(finding.truth)),
                finding.element.ref,
            )
        )
    return table(
        _("Element by element: {name}").format(name=offence_name(one)),
        (_("Element"), _("Status"), _("Why"), _("Provision")),
        rows,
    )


def _element_row(finding: ElementFinding) -> tuple[object, ...]:
    element = finding.element
    if len(element.ways) > 1:
        why: object = bullets(
            f"{status_words(way.status)}: {_(way.way.text)} ({way.way.ref})"
            if way.way.ref
            else _(way.way.text)
            for way in finding.ways
        )
    else:
        why = {
            "met": _("The facts show it."),
            "tried": _("It was tried, not completed."),
            "prepared": _("It was only prepared."),
            "not met": _("The facts exclude it."),
            "open": _("Not known yet."),
        }[finding.status]
    return sentence_case(_(element.text)), status_words(finding.status), why, refs(finding.refs)


def beside(conduct: Conduct, found: list[Assessment], law: StateLaw | None) -> Markup:
    """What goes with every offence: help, critical infrastructure, companies, other treaties."""
    critical = conduct.truth("critical-infrastructure", "completed")
    raised = _(
        "A State may punish more severely where critical information infrastructure is hit. Here: {truth}."
    ).format(truth=truth_words(critical))
    rows: list[tuple[object, ...]] = [(_("Graver"), raised, "21(2)")]
    if law is not None:
        company = company_liability(conduct, law, punishable(found))
        rows.append((_("Company"), company.reason, refs(company.provisions)))
    else:
        rows.append(
            (
                _("Company"),
                _(
                    "Companies are liable too, in criminal, civil or administrative law. Here: done for one: {truth}."
                ).format(truth=truth_words(conduct.truth("for-company", "completed"))),
                "18",
            )
        )
    other = under_other_treaties(conduct)
    rows.append((_("Other treaties"), other.reason, refs(other.provisions)))
    return details(
        _("Beside the offences"),
        table(_("What goes with every offence"), (_("Point"), _("Here"), _("Provisions")), rows),
    )


def picture(found: list[Assessment]) -> Picture:
    """Offences by kinds of element, with a sign and a word in each cell."""
    columns = [_("verdict"), *(kind_name(kind) for kind in KINDS)]
    cells = [[verdict_words(one.verdict), *(_cell(one, kind) for kind in KINDS)] for one in found]
    return grid([row_name(one) for one in found], columns, cells, alt=_alt(found))


def kind_name(kind: str) -> str:
    return {
        "act": _("act"),
        "object": _("object"),
        "result": _("result"),
        "intent": _("intent"),
        "right": _("no right"),
        "limit": _("limits"),
        "asked": _("asked more"),
    }[kind]


def _cell(one: Assessment, kind: str) -> str:
    statuses = [finding.status for finding in one.findings if finding.element.kind == kind]
    if statuses:
        return status_words(min(statuses, key=WORST.index))
    optional = [finding.truth for finding in one.optional if finding.element.kind == kind]
    if not optional:
        return ""
    worst = False if False in optional else None if None in optional else True
    return f"◇ {truth_words(worst)}"


def _alt(found: list[Assessment]) -> str:
    counts = {verdict: sum(one.verdict == verdict for one in found) for verdict in ("in", "depends", "out")}
    return _(
        "Offences in rows, kinds of element in columns: {n_in} in, {n_depends} depend, {n_out} out. "
        "✓ met, ◐ tried, ◔ prepared, ✕ not met, ? open, ◇ optional: a State may ask for it."
    ).format(n_in=counts["in"], n_depends=counts["depends"], n_out=counts["out"])
