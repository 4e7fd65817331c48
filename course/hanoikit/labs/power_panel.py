"""The power ladder: say what you want to know, and see the least intrusive power that is enough.

>>> lab = power_ladder()
>>> lab.press("need", wanted=["subscriber"], place="provider-serves").say
'Step 1: Production of subscriber information, 27(b).'

The rules are those of :mod:`hanoikit.convention.power`; here they become a figure, two tables and a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hanoikit.convention.power import (
    Advice,
    Data,
    Judged,
    Need,
    Place,
    Step,
    Urgency,
    Verdict,
    data_label,
    ladder,
    law,
    laws,
    offence,
    offences,
    place_label,
    urgency_label,
)
from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.labs.html import Markup, bullets, details, join, sentence, strong, table
from hanoikit.labs.panel import Field, Picture, Result, Values, panel
from hanoikit.labs.panel import Step as PanelStep

# Verdict to a sign that is seen without colour, and to the look of its rung.
SIGNS = {
    Verdict.ADVISED: "★",
    Verdict.MORE: "○",
    Verdict.INSUFFICIENT: "–",
    Verdict.FORBIDDEN: "✕",
    Verdict.ELSEWHERE: "⇄",
}
RUNGS = {
    Verdict.ADVISED: {"width": 7, "color": "#0072B2", "dash": "solid"},
    Verdict.MORE: {"width": 2, "color": "#595959", "dash": "solid"},
    Verdict.INSUFFICIENT: {"width": 1, "color": "#a6a6a6", "dash": "solid"},
    Verdict.FORBIDDEN: {"width": 2, "color": "#595959", "dash": "dot"},
    Verdict.ELSEWHERE: {"width": 5, "color": "#D55E00", "dash": "dash"},
}
START = {"wanted": ["subscriber"], "facts": ["investigation", "specified", "trusted"]}
MONEY = -2.5
"""Where the short ladder for property stands: below the one for data."""


def verdict_label(verdict: Verdict) -> str:
    """The verdict in words."""
    return {
        Verdict.ADVISED: _("use this"),
        Verdict.MORE: _("more than needed"),
        Verdict.INSUFFICIENT: _("not enough"),
        Verdict.FORBIDDEN: _("not allowed"),
        Verdict.ELSEWHERE: _("other State"),
    }[verdict]


def power_ladder() -> Any:
    """The panel."""
    return panel(_("Power ladder"), [_need()])


def state_options() -> tuple[tuple[str, str], ...]:
    """The States whose laws the room knows."""
    from hanoikit.casework.world import STATES

    return tuple((code, f"{STATES[code].name} ({code})") for code in laws())


def _need() -> PanelStep:
    return PanelStep(
        "need",
        _("What do you need?"),
        sentence(
            _("Choose, and read the ladder. The lowest rung is the least intrusive power."),
            _(
                "This order is the course's own. The Convention asks for proportionality; it does not rank its powers."
            ),
        ),
        fields=[
            Field(
                "wanted",
                "checks",
                _("What do you want to know or to secure?"),
                tuple((kind.value, data_label(kind)) for kind in Data),
                START["wanted"],
            ),
            Field(
                "place",
                "select",
                _("Where is it?"),
                tuple((place.value, place_label(place)) for place in Place),
                Place.PROVIDER_HERE.value,
            ),
            Field(
                "offence",
                "select",
                _("Which offence?"),
                tuple((one.id, _(one.name)) for one in offences()),
                "fraud",
            ),
            Field("state", "select", _("You are an officer of"), state_options(), "XA"),
            Field(
                "urgency",
                "select",
                _("How urgent is it?"),
                tuple((str(int(one)), urgency_label(one)) for one in Urgency),
                "0",
            ),
            Field(
                "facts",
                "checks",
                _("Which facts are true?"),
                (
                    ("investigation", _("there is a specific criminal investigation")),
                    ("specified", _("we can name the account, the period and the kind of data")),
                    ("trusted", _("the holder will neither warn the suspect nor change the data")),
                    ("at_risk", _("the data may soon be lost or changed")),
                    ("locked", _("the system is locked, and somebody knows how to open it")),
                    ("closed", _("a closed group with its own network, linked to no other")),
                ),
                START["facts"],
            ),
        ],
        run=_advise,
        live=True,
    )


def _read(values: Values) -> tuple[Need, str]:
    facts = set(values["facts"])
    try:
        need = Need(
            wanted=frozenset(map(Data, values["wanted"])),
            place=Place(values["place"]),
            offence=offence(str(values["offence"])),
            trusted="trusted" in facts,
            at_risk="at_risk" in facts,
            urgency=Urgency(int(values["urgency"])),
            specified="specified" in facts,
            investigation="investigation" in facts,
            closed="closed" in facts,
            locked="locked" in facts,
        )
    except ValueError as error:
        raise UsageError(_("One of the choices is not in the list."), next_step=_("Choose again.")) from error
    return need, str(values["state"])


def _advise(values: Values) -> Result:
    need, state = _read(values)
    advice = ladder(need, law(state))
    said = summary(advice)
    # The steps below say the same at length; the sentence stands where there are none, or where something is missing.
    short = Markup("") if advice.steps and not advice.out_of_reach else sentence(strong(said))
    return Result(
        join(
            short,
            bullets(_notes(advice)),
            _steps(advice) if advice.steps else Markup(""),
            _rungs(advice),
        ),
        say=said,
        ok=bool(advice.steps),
        pictures=(picture(advice),),
    )


def summary(advice: Advice) -> str:
    """The advice in a sentence or two."""
    if advice.findings:
        return " ".join([_("No power is open."), *(finding.message for finding in advice.findings)])
    parts = [
        (
            _("Step {n}: {what}, {ref}.")
            if not step.abroad
            else _("Step {n}: {what}, {ref}. Our own powers do not reach.")
        ).format(
            n=n,
            what=_(step.power.abroad_name if step.abroad else step.power.name),
            ref=step.abroad or step.power.ref,
        )
        for n, step in enumerate(advice.steps, start=1)
    ]
    if advice.out_of_reach:
        kinds = "; ".join(data_label(kind) for kind in sorted(advice.out_of_reach))
        parts.append(_("Out of reach: {kinds}. The table says why.").format(kinds=kinds))
    return " ".join(parts)


def _notes(advice: Advice) -> list[str]:
    return [f"{note.text} ({note.ref})" for note in advice.notes]


def _refs(refs: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(refs))


def _steps(advice: Advice) -> Markup:
    parts = []
    for n, step in enumerate(advice.steps, start=1):
        name = _(step.power.abroad_name if step.abroad else step.power.name)
        kinds = [data_label(kind) for kind in Data if kind in step.data]
        lines = [
            _("For: {kinds}").format(kinds="; ".join(kinds))
            if kinds
            else _("Only the start: the extension goes on from here."),
            _("Who orders: {who}").format(who=_who(step, advice)),
            *(f"{clause.ref}: {clause.text}" for clause in step.conditions),
        ]
        parts += [sentence(strong(_("Step {n}: {what}").format(n=n, what=name))), bullets(lines)]
    return join(*parts)


def _who(step: Step, advice: Advice) -> str:
    if step.abroad:
        return _("the other State, on our request ({ref})").format(ref=step.abroad)
    order = step.authority
    if order.urgent and advice.need.urgency >= Urgency.URGENT:
        return _("{first} at once; {then} confirms within {hours} hours").format(
            first=_(order.urgent), then=_(order.by), hours=order.confirm_hours
        )
    return _(order.by)


def _shown(advice: Advice) -> list[Judged]:
    """The rungs to show: property only where property is wanted."""
    with_money = Data.PROPERTY in advice.need.wanted
    return [one for one in advice.judged if one.power.track == "data" or with_money]


def _rungs(advice: Advice) -> Markup:
    rungs = [(_rung(one), _(one.power.name), one) for one in _shown(advice)]
    rows = [
        (rung, name, f"{SIGNS[one.verdict]} {verdict_label(one.verdict)}", one.reason, _refs(one.refs))
        for rung, name, one in rungs
    ]
    head = (_("Rung"), _("Power"), _("Verdict"), _("Reason"), _("Provisions"))
    order = [(rung, name, _(one.power.does), _(one.power.why_here)) for rung, name, one in rungs]
    why = (_("Rung"), _("Power"), _("What it does"), _("Why it stands on this rung"))
    return join(
        table(_("Every power, least intrusive first"), head, rows),
        details(_("Why do the rungs stand in this order?"), table(_("The course's own order"), why, order)),
    )


def _rung(one: Judged) -> str:
    number = one.power.rung
    return str(number) if one.power.track == "data" else _("property {n}").format(n=number)


def picture(advice: Advice) -> Picture:
    """The ladder: a rung for each power, its look and its words for the verdict."""
    order = {step.power.id: n for n, step in enumerate(advice.steps, start=1)}
    shown = _shown(advice)
    shapes: list[dict[str, Any]] = []
    names: list[tuple[float, str]] = []
    words: list[tuple[float, str]] = []
    for one in shown:
        y = _height(one)
        shapes.append({"type": "line", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": RUNGS[one.verdict]})
        name = f"{one.power.ref} {_(one.power.short)}"
        names.append((y + 0.08, f"<b>{name}</b>" if one.power.id in order else name))
        words.append((y + 0.08, f"{SIGNS[one.verdict]} {_word(one, order.get(one.power.id))}"))
    for low, high in _rails(shown):
        shapes += [
            {
                "type": "line",
                "x0": x,
                "x1": x,
                "y0": low,
                "y1": high,
                "line": {"width": 3, "color": "#595959"},
            }
            for x in (0, 1)
        ]
    data = [_labels(0.02, names, "top right"), _labels(0.98, words, "top left")]
    lowest = min(_height(one) for one in shown)
    layout = {
        "shapes": shapes,
        "showlegend": False,
        "xaxis": {"visible": False, "range": [-0.02, 1.02], "fixedrange": True},
        "yaxis": {"visible": False, "range": [lowest - 0.5, 10.1], "fixedrange": True},
        "margin": {"l": 6, "r": 6, "t": 8, "b": 8},
        "annotations": [
            {"x": 0, "y": 9.75, "text": _("▲ more intrusive"), "showarrow": False, "xanchor": "left"},
            *(
                [{"x": 0, "y": -0.7, "text": _("Property"), "showarrow": False, "xanchor": "left"}]
                if lowest < 0
                else []
            ),
        ],
    }
    return Picture(data, layout, alt=_alt(advice), height=440 if lowest > 0 else 540)


def _word(one: Judged, number: int | None) -> str:
    """The verdict as it stands on the rung, short enough for a narrow page."""
    if number is None:
        return verdict_label(one.verdict)
    step = _("step {n}").format(n=number)
    return step if one.verdict is Verdict.ADVISED else f"{step}: {verdict_label(one.verdict)}"


def _height(one: Judged) -> float:
    return one.power.rung if one.power.track == "data" else MONEY + (one.power.rung - 1)


def _rails(shown: Sequence[Judged]) -> list[tuple[float, float]]:
    heights = [_height(one) for one in shown]
    money = [y for y in heights if y < 0]
    return [(0.6, 9.4)] + ([(min(money) - 0.4, max(money) + 0.4)] if money else [])


def _labels(x: float, texts: Sequence[tuple[float, str]], position: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "text",
        "x": [x] * len(texts),
        "y": [y for y, _text in texts],
        "text": [text for _y, text in texts],
        "textposition": position,
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _alt(advice: Advice) -> str:
    if not advice.steps:
        return _(
            "A ladder of powers, from preservation at the bottom to interception of content at the top. "
            "No rung is advised."
        )
    names = "; ".join(
        _("{name} on rung {n}").format(
            name=_(step.power.abroad_name if step.abroad else step.power.name), n=step.power.rung
        )
        for step in advice.steps
    )
    return _(
        "A ladder of powers, from preservation at the bottom to interception of content at the top. Advised: {names}."
    ).format(names=names)
