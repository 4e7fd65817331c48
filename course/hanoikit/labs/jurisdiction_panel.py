"""The jurisdiction finder: where it happened and who is involved, and which State must, may and should do what.

>>> finder = jurisdiction_finder()
>>> finder.press("scene", scene="images").say
'Must claim: XA, XB. XB refused extradition for nationality: it must prosecute. Consult now: XA, XB.'
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hanoikit.casework.scenes import scene, scenes
from hanoikit.convention.offence import Claim, Happening, Jurisdiction, Refusal, jurisdiction, state, states
from hanoikit.convention.offence.assessment import verdict_truth
from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.labs.grid import grid
from hanoikit.labs.html import Markup, bullets, join, sentence, strong, table
from hanoikit.labs.offence_words import refs, state_label, truth_words
from hanoikit.labs.panel import Field, Picture, Result, Step, Values, panel

FIRST = "images"
GROUNDS = ("22(1)(a)", "22(1)(b)", "22(2)(a)", "22(2)(b)", "22(2)(c)", "22(2)(d)", "22(3)", "22(4)")
MANY = ("acts", "effects", "vessels", "victims", "offenders", "cases")
SINGLE = ("residents", "laundering_in", "against")
NOBODY = "none"


def jurisdiction_finder() -> Any:
    """The panel."""
    finder = _Finder()
    return panel(_("Who may try the case?"), [finder.scene_step, finder.where_step])


def question(name: str) -> str:
    """What a fact of article 22 asks."""
    return {
        "acts": _("Where did somebody act?"),
        "effects": _("Where is the system, the data or the loss?"),
        "vessels": _("On whose ship or aircraft?"),
        "victims": _("Whose national is a victim?"),
        "offenders": _("Whose national is the offender?"),
        "cases": _("Who has opened a case?"),
        "residents": _("Offender without nationality: home in"),
        "laundering_in": _("Laundering was planned in"),
        "against": _("Directed against the State"),
    }[name]


@dataclass(slots=True)
class _Finder:
    """What is chosen now: a scene, and what was changed in it."""

    scene_id: str = FIRST
    happening: Happening = field(default_factory=lambda: scene(FIRST).happening)
    scene_step: Step = field(init=False)
    where_step: Step = field(init=False)

    def __post_init__(self) -> None:
        self.scene_step = Step(
            "scene",
            _("Choose a scene"),
            sentence(_("It fills in the facts below. Then change them.")),
            fields=[
                Field("scene", "select", _("Scene"), tuple((one.id, _(one.title)) for one in scenes()), FIRST)
            ],
            run=self.choose,
            live=True,
        )
        self.where_step = Step(
            "where",
            _("Where, who, and what was refused?"),
            fields=(),
            run=self.change,
            refresh=self.fields,
            live=True,
        )

    def prefix(self) -> str:
        return f"{self.scene_id}--"

    def choose(self, values: Values) -> Result:
        chosen = scene(str(values["scene"]))
        self.scene_id, self.happening = chosen.id, chosen.happening
        found = jurisdiction(self.happening, conduct=chosen.conduct)
        self.where_step.result = show(found)
        said = summary(found)
        return Result(sentence(_(chosen.text)), say=said)

    def change(self, values: Values) -> Result:
        prefix = self.prefix()
        given = {
            name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)
        }
        changed: dict[str, Any] = {name: frozenset(map(str, given[name])) for name in MANY if name in given}
        for name in SINGLE:
            if name in given:
                changed[name] = frozenset() if given[name] == NOBODY else frozenset({str(given[name])})
        if "refusal" in given:
            changed["refusals"] = _refusals(str(given["refusal"]))
        self.happening = replace(self.happening, **changed)
        return show(jurisdiction(self.happening, conduct=scene(self.scene_id).conduct))

    def fields(self) -> list[Field]:
        prefix, now = self.prefix(), self.happening
        several = tuple((law.code, state_label(law)) for law in states())
        one = ((NOBODY, _("nobody")), *several)
        made = [
            Field(prefix + name, "checks", question(name), several, sorted(getattr(now, name)))
            for name in MANY
        ]
        made += [
            Field(
                prefix + name, "select", question(name), one, next(iter(sorted(getattr(now, name))), NOBODY)
            )
            for name in SINGLE
        ]
        refused = now.refusals[0] if now.refusals else None
        made.append(
            Field(
                prefix + "refusal",
                "select",
                _("Extradition was refused"),
                (
                    (NOBODY, _("by nobody")),
                    *(
                        (
                            f"{law.code}:{why}",
                            (
                                _("by {state}, only because the person is its national")
                                if why == "nationality"
                                else _("by {state}, for another reason")
                            ).format(state=law.name),
                        )
                        for law in states()
                        for why in ("nationality", "other")
                    ),
                ),
                f"{refused.by}:{refused.why}" if refused else NOBODY,
            )
        )
        return made


def _refusals(value: str) -> tuple[Refusal, ...]:
    if value == NOBODY:
        return ()
    by, _colon, why = value.partition(":")
    state(by)
    if why not in ("nationality", "other"):
        raise UsageError(_("The reason for the refusal is missing."), next_step=_("Choose from the list."))
    return (Refusal(by, "nationality" if why == "nationality" else "other"),)


def summary(found: Jurisdiction) -> str:
    """Who must, who may, who must prosecute, who should consult."""
    must = sorted({claim.state for claim in found.claims if claim.force == "must"})
    may = sorted({claim.state for claim in found.claims if claim.force == "may" and claim.taken} - set(must))
    parts = []
    if must:
        parts.append(_("Must claim: {codes}.").format(codes=", ".join(must)))
    if may:
        parts.append(_("May claim: {codes}.").format(codes=", ".join(may)))
    for code in found.must_prosecute:
        parts.append(_("{code} refused extradition for nationality: it must prosecute.").format(code=code))
    if found.consult:
        codes = ", ".join(found.consult)
        parts.append(
            _("Consult now: {codes}.").format(codes=codes)
            if found.consult_now
            else _("Consult later: {codes}.").format(codes=codes)
        )
    return " ".join(parts) or _("No State has a ground, as far as is known.")


def show(found: Jurisdiction) -> Result:
    """The answer as a figure, tables and a sentence."""
    said = summary(found)
    rows = [
        (
            f"{state(claim.state).name} ({claim.state})",
            claim.ref,
            _force(claim),
            claim.reason,
            truth_words(verdict_truth(found.punishes[claim.state])) if claim.state in found.punishes else "",
            refs(claim.provisions),
        )
        for claim in found.claims
    ]
    head = (_("State"), _("Ground"), _("Force"), _("Why"), _("Its law punishes this"), _("Provisions"))
    notes = join(
        sentence(strong(_("Consultation (22(5)):")), found.consult_reason),
        sentence(
            _(
                "More than one claim is normal. No ground stands above another; article 22 does not say who goes first."
            )
        )
        if len(found.claimants) > 1
        else Markup(""),
        bullets(found.open_points),
    )
    return Result(
        join(sentence(strong(said)), table(_("Every ground"), head, rows) if rows else Markup(""), notes),
        say=said,
        pictures=(picture(found),),
    )


def _force(claim: Claim) -> str:
    if claim.force == "must":
        return _("■ must")
    return _("▲ may, and its law does") if claim.taken else _("△ could, its law does not")


def ground_name(ref: str) -> str:
    """The ground in a word or two, for the top of the figure."""
    return {
        "22(1)(a)": _("territory"),
        "22(1)(b)": _("ship"),
        "22(2)(a)": _("victim"),
        "22(2)(b)": _("offender"),
        "22(2)(c)": _("laundering"),
        "22(2)(d)": _("State hit"),
        "22(3)": _("national"),
        "22(4)": _("stays"),
    }[ref]


def picture(found: Jurisdiction) -> Picture:
    """States by grounds, with a sign in each cell."""
    laws = states()
    sign = {"must": _("■ must"), "may": _("▲ may"), "could": _("△ no")}
    cells = []
    for law in laws:
        row = []
        for ref in GROUNDS:
            mine = [claim for claim in found.claims if (claim.state, claim.ref) == (law.code, ref)]
            forces = {c.force if c.taken else "could" for c in mine}
            row.append(next((sign[force] for force in ("must", "may", "could") if force in forces), ""))
        cells.append(row)
    columns = [f"{ref.removeprefix('22')}<br>{ground_name(ref)}" for ref in GROUNDS]
    alt = _("{summary} ■ must, ▲ may and its law does, △ could but its law does not.").format(
        summary=summary(found)
    )
    made = grid([f"{law.code} {law.name}" for law in laws], columns, cells, alt=alt)
    layout = dict(made.layout)
    layout["margin"] = {**layout["margin"], "t": 46}
    return Picture(made.data, layout, alt=alt, height=made.height + 26, least=made.least)
