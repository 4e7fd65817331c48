"""The dual-criminality table: one conduct, two laws side by side, whatever their offences are called.

>>> table = dual_criminality_table()
>>> table.press("two", scene="stopped-friend", first="XA", second="XB").say
'Not punishable in both. Brevania does not punish this conduct.'
"""

from __future__ import annotations

from typing import Any

from hanoikit.casework.scenes import scene, scenes
from hanoikit.convention.offence import (
    Assessment,
    DualCriminality,
    Side,
    choice,
    dual_criminality,
    find_offences,
    penalty,
    state,
)
from hanoikit.convention.offence.conduct import Conduct
from hanoikit.convention.offence.logic import Truth
from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.labs.grid import grid
from hanoikit.labs.html import Markup, bullets, details, join, sentence, strong, table
from hanoikit.labs.offence_words import (
    about,
    law_options,
    offence_name,
    refs,
    short_name,
    state_label,
    verdict_words,
)
from hanoikit.labs.panel import Field, Picture, Result, Step, Values, panel


def dual_criminality_table() -> Any:
    """The panel."""
    options = law_options(with_convention=False)
    return panel(
        _("Dual criminality"),
        [
            Step(
                "two",
                _("One conduct, two laws"),
                sentence(
                    _("Choose what was done and two States. Do not look at the names of the offences."),
                    _("Look at what each law asks for, and whether this conduct has it."),
                ),
                fields=[
                    Field(
                        "scene",
                        "select",
                        _("What was done"),
                        tuple((one.id, _(one.title)) for one in scenes()),
                        "night-entry",
                    ),
                    Field("first", "select", _("First State"), options, "XA"),
                    Field("second", "select", _("Second State"), options, "XB"),
                ],
                run=_compare,
                live=True,
            )
        ],
    )


def _compare(values: Values) -> Result:
    chosen = scene(str(values["scene"]))
    first, second = state(str(values["first"])), state(str(values["second"]))
    if first.code == second.code:
        raise UsageError(_("You chose the same State twice."), next_step=_("Choose two different States."))
    found = dual_criminality(chosen.conduct, first, second)
    said = f"{_headline(found)} {found.reason}"
    return Result(
        join(
            sentence(about(chosen)),
            sentence(strong(said), f"({refs(found.provisions)})"),
            *(sentence(strong(f"{side.law.name}:"), _(side.law.about)) for side in found.sides),
            _offences(found, chosen.conduct),
            _weight(found),
            _means(found),
            details(_("What falls outside both laws"), _outside(found)),
        ),
        say=said,
        ok=True,
        pictures=(_picture(found, chosen.conduct),),
    )


def _headline(found: DualCriminality) -> str:
    return {
        "in": _("Punishable in both."),
        "out": _("Not punishable in both."),
        "depends": _("Not decided yet."),
    }[found.verdict]


def _rows(found: DualCriminality) -> list[tuple[str, list[Assessment | None]]]:
    """What was done (an article, or a State's own offence) with what each side has for it; not where both are out."""
    rows: list[tuple[str, list[Assessment | None]]] = []
    for article in range(7, 18):
        both = [
            next((one for one in side.assessments if one.article == article), None) for side in found.sides
        ]
        if any(one is not None and one.verdict != "out" for one in both):
            rows.append((f"{article} {short_name(article)}", list(both)))
    names = {
        one.offence.id: None
        for side in found.sides
        for one in side.assessments
        if one.offence and not one.article and one.verdict != "out"
    }
    for name in names:
        both = [
            next((one for one in side.assessments if one.offence and one.offence.id == name), None)
            for side in found.sides
        ]
        rows.append((_outside_name(name), list(both)))
    return rows


def _outside_name(name: str) -> str:
    return {
        "extortion": _("threat for money"),
        "insult": _("insult"),
        "copying": _("copying of works"),
    }.get(name, name)


def _offences(found: DualCriminality, conduct: Conduct) -> Markup:
    rows = [
        (name, *(_side_cell(one, side, conduct) for one, side in zip(both, found.sides, strict=True)))
        for name, both in _rows(found)
    ]
    if not rows:
        return sentence(_("Neither law has an offence for this conduct."))
    head = (_("What was done"), *(state_label(side.law) for side in found.sides))
    return table(_("The same conduct in both laws"), head, rows)


def _side_cell(one: Assessment | None, side: Side, conduct: Conduct) -> Markup:
    if one is None or one.offence is None:
        return sentence(_("✕ no such offence"), one.reason if one else "")
    asks = [_(c.text) for c in one.offence.choices if not choice(c.id).widens]
    wider = [_(c.text) for c in one.offence.choices if choice(c.id).widens]
    points = [one.reason]
    if asks:
        points.append(_("This law asks in addition: {asks}.").format(asks="; ".join(asks)))
    if wider:
        points.append(_("This law goes further: {wider}.").format(wider="; ".join(wider)))
    if one.verdict != "out":
        points.append(penalty(one.offence, conduct, side.law).reason)
    return join(
        sentence(strong(verdict_words(one.verdict)), f"{_(one.label)}, {one.offence.section}"),
        bullets(points),
    )


def _weight(found: DualCriminality) -> Markup:
    rows = [(state_label(side.law), _serious(side.serious), "2(h)") for side in found.sides]
    rows.append(
        (
            _("The Convention"),
            {
                "in": _("A Convention offence: the whole cooperation chapter is open."),
                "depends": _("Perhaps a Convention offence: open facts or the choice of each State decide."),
                "out": _(
                    "No Convention offence: only electronic evidence of a serious crime can be asked for."
                ),
            }[found.convention],
            "35(1)",
        )
    )
    return table(_("How much it weighs"), (_("Law"), _("Here"), _("Provision")), rows)


def _serious(truth: Truth) -> str:
    if truth is None:
        return _("Open: whether it is a serious crime.")
    if truth:
        return _("A serious crime: the law allows at least four years.")
    return _("No serious crime: not punished, or with less than four years.")


def _means(found: DualCriminality) -> Markup:
    rows = [(one.what, one.text, refs(one.provisions)) for one in found.consequences]
    return table(_("What this means"), (_("For"), _("Then"), _("Provisions")), rows)


def _outside(found: DualCriminality) -> Markup:
    both_out = [
        offence_name(one)
        for side in found.sides
        for one in side.assessments
        if one.verdict == "out" and one.offence is not None
    ]
    return bullets(both_out) if both_out else sentence(_("Nothing."))


def _picture(found: DualCriminality, conduct: Conduct) -> Picture:
    against = {one.article: verdict_words(one.verdict) for one in find_offences(conduct)}
    rows = _rows(found)
    names = [name for name, _both in rows] or [_("any offence")]
    cells = []
    for name, both in rows:
        article = int(name.split(" ", 1)[0]) if name[:1].isdigit() else 0
        cells.append(
            [
                against.get(article, _("✕ out")),
                *(verdict_words(one.verdict) if one else _("✕ out") for one in both),
            ]
        )
    cells = cells or [[_("✕ out")] * 3]
    columns = [_("the Convention"), *(side.law.code for side in found.sides)]
    alt = _("{headline} {first}: {one}. {second}: {two}. Rows: what was done; columns: the laws.").format(
        headline=_headline(found),
        first=found.sides[0].law.name,
        one=_side_words(found.sides[0]),
        second=found.sides[1].law.name,
        two=_side_words(found.sides[1]),
    )
    return grid(names, columns, cells, alt=alt)


def _side_words(side: Side) -> str:
    return {
        "in": _("punishable"),
        "out": _("not punishable"),
        "depends": _("open facts decide"),
    }[side.verdict]
