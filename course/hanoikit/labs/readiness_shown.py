"""What the readiness workbench shows: its figures, tables and sentences, made from what the readiness room computes.

>>> areas_picture(profile(elvaria().answers)).alt                                             # doctest: +ELLIPSIS
'Bars for six areas...'
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hanoikit.i18n import _, ngettext
from hanoikit.labs.html import Markup, bullets, details, join, sentence, strong, table
from hanoikit.labs.picture import COLOURS, Picture
from hanoikit.readiness import infrastructure
from hanoikit.readiness.assessment import Gap, Profile
from hanoikit.readiness.figures import Claim, Table, check, rate
from hanoikit.readiness.helping import Matching
from hanoikit.readiness.planning import Plan
from hanoikit.readiness.report import side_names, step_state
from hanoikit.readiness.staffing import Desk
from hanoikit.readiness.tables import SIDES, areas, levels, offers

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross")


def areas_picture(gaps: Profile) -> Picture:
    """Reached and missing, area by area; the missing part has stripes."""
    found = gaps.by_area()
    names = [_(areas()[area]) for area in found]
    reached = [one for one, _missing in found.values()]
    missing = [one for _reached, one in found.values()]
    said = "; ".join(
        _("{area} {reached} of {all}").format(area=name, reached=one, all=one + other)
        for name, one, other in zip(names, reached, missing, strict=True)
    )
    bar = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "textposition": "inside",
        "insidetextanchor": "middle",
    }
    white = {"color": "#ffffff", "line": {"color": COLOURS[1], "width": 1}}
    stripes = {"pattern": {"shape": "/", "fgcolor": COLOURS[1], "size": 6}, **white}
    return Picture(
        [
            {**bar, "name": _("reached"), "x": reached, "text": reached, "marker": {"color": COLOURS[0]}},
            {**bar, "name": _("missing"), "x": missing, "marker": stripes, "textposition": "none"},
        ],
        {
            "barmode": "stack",
            "yaxis": {"autorange": "reversed"},
            "xaxis": {"title": {"text": _("points (3 for a level of a duty, 1 for a level of a choice)")}},
        },
        alt=_("Bars for six areas, points reached out of all: {said}.").format(said=said),
        height=330,
        least=420,
    )


def areas_table(gaps: Profile) -> Markup:
    """The figure's numbers."""
    rows = [
        (_(areas()[area]), reached, missing, f"{100 * reached / (reached + missing):.0f} %")
        for area, (reached, missing) in gaps.by_area().items()
    ]
    head = (_("Area"), _("Points reached"), _("Points missing"), _("Share reached"))
    return table(_("Points, area by area"), head, rows)


def gaps_table(gaps: Profile, notes: dict[str, str], shown: int = 8) -> Markup:
    """The open gaps, the largest first; what is more than a screen full opens on demand."""
    head = (_("Question"), _("Articles"), _("Gap points"), _("Level, and a remark of the State"))

    def row(one: Gap) -> tuple[object, ...]:
        level = f"{one.level} · {_(levels()[one.level])}"
        return (
            _(one.question.text),
            ", ".join(one.question.provisions),
            one.points,
            ". ".join(filter(None, (level, notes.get(one.id, "")))),
        )

    worst = gaps.worst
    if not worst:
        return sentence(strong(_("No gap is left. Test this once a year.")))
    first = table(_("The largest gaps"), head, [row(one) for one in worst[:shown]])
    more = worst[shown:]
    if not more:
        return first
    title = ngettext("{n} more gap", "{n} more gaps", len(more)).format(n=len(more))
    return join(first, details(title, table(_("The other gaps"), head, [row(one) for one in more])))


def plan_picture(made: Plan) -> Picture:
    """Points closed against money, step by step: where the stairs get flat, money does less."""
    money, points = [0], [0]
    for step in made.funded:
        money.append(money[-1] + step.cost)
        points.append(points[-1] + step.closes)
    names = [_("start"), *(f"{step.number}. {_(step.measure.title)}" for step in made.funded)]
    half = next((cost for cost, closed in zip(money, points, strict=True) if 2 * closed >= points[-1]), 0)
    alt = _(
        "Stairs from left to right: {n} paid steps cost {cost} thousand XTS and close {points} points. Half of that "
        "is closed with the first {half} thousand."
    ).format(n=len(made.funded), cost=made.cost, points=made.closes, half=half)
    return Picture(
        [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": money,
                "y": points,
                "text": names,
                "hovertemplate": "%{text}<br>%{x} · %{y}<extra></extra>",
                "line": {"shape": "hv", "color": COLOURS[0]},
                "marker": {"symbol": "circle", "size": 8},
            }
        ],
        {
            "xaxis": {"title": {"text": _("own money, thousand XTS (assumed)")}, "rangemode": "tozero"},
            "yaxis": {"title": {"text": _("gap points closed")}, "rangemode": "tozero"},
            "showlegend": False,
        },
        alt=alt,
        height=320,
        least=420,
    )


def plan_table(made: Plan) -> Markup:
    """The plan with its balance: three columns of signs, and the sentences behind them on demand."""
    names = side_names()
    head = (
        _("Step"),
        _("Articles"),
        _("Closes"),
        _("Own cost"),
        _("Weeks"),
        *names.values(),
        _("State"),
    )
    rows = [
        (
            f"{step.number}. {_(step.measure.title)}",
            ", ".join(step.measure.provisions),
            step.closes,
            step.cost,
            step.measure.weeks,
            *(step.measure.balance[side].effect.replace("-", "−") for side in SIDES),
            step_state(step),
        )
        for step in made.steps
    ]
    why = [
        (
            f"{step.number}. {_(step.measure.title)}",
            *(
                f"{step.measure.balance[side].effect.replace('-', '−')} {_(step.measure.balance[side].text)}"
                for side in SIDES
            ),
        )
        for step in made.steps
    ]
    caption = _("The plan. Money in thousand XTS, all assumed. + helps, 0 neither, − costs something.")
    return join(
        table(caption, head, rows),
        details(
            _("What each step does for security, rights and sovereignty"),
            table(_("The balance, in words"), (_("Step"), *names.values()), why),
        ),
    )


def balance_sentence(made: Plan) -> str:
    """How the paid steps stand on the three sides."""
    names = side_names()
    return "; ".join(
        _("{side}: {good} steps help, {bad} cost something").format(side=names[side], good=good, bad=bad)
        for side, (good, bad) in made.balance().items()
    )


def help_table(made: Plan, found: Matching) -> Markup:
    """Who helps with which step, what is refused and why, and where nobody helps."""
    rows = [
        (
            f"{step.number}. {_(step.measure.title)}",
            _(found.by[step.measure.id].title),
            _(found.by[step.measure.id].giver),
            ", ".join(found.by[step.measure.id].provisions),
            found.carried[step.measure.id],
            _(found.by[step.measure.id].terms),
        )
        for step in made.steps
        if step.measure.id in found.by
    ]
    head = (_("Step"), _("Help"), _("From"), _("Articles"), _("Carries"), _("Terms"))
    refused = [
        join(
            strong(_(one.title)),
            " ",
            _("Terms: {terms} They collide with {provisions}. {why}").format(
                terms=_(one.terms), provisions=", ".join(one.against), why=_(one.why)
            ),
        )
        for one in found.refused
    ]
    unfit = [_("{title}: closes no gap of this plan.").format(title=_(one.title)) for one in found.unfit]
    titles = {step.measure.id: _(step.measure.title) for step in made.steps}
    alone = bullets(titles[name] for name in found.alone)
    count = ngettext("{n} step without help", "{n} steps without help", len(found.alone))
    return join(
        table(_("Help that is used. Money in thousand XTS, assumed."), head, rows)
        if rows
        else sentence(_("No help is used yet.")),
        join(sentence(_("Not used, because of its terms:")), bullets(refused)) if refused else "",
        join(sentence(_("Not used, because it fits nothing:")), bullets(unfit)) if unfit else "",
        details(count.format(n=len(found.alone)), alone) if found.alone else "",
    )


def offers_table() -> Markup:
    """Every offer with its terms."""
    rows = [
        (_(one.title), _(one.giver), _(one.kind), f"{one.share} %", _(one.terms)) for one in offers().values()
    ]
    head = (_("Offer"), _("From"), _("Kind"), _("Carries"), _("Terms"))
    return table(_("What is offered (invented)"), head, rows)


def desks_picture(found: Sequence[Desk]) -> Picture:
    """Officers for each way to run the desk."""
    names = [one.name for one in found]
    said = "; ".join(
        _("{name}: {n} officers, {hours} hours a year with nobody").format(
            name=one.name, n=one.officers, hours=one.empty_hours
        )
        for one in found
    )
    looks = [COLOURS[0] if one.at_all_hours else "#ffffff" for one in found]
    shapes = ["" if one.at_all_hours else "/" for one in found]
    return Picture(
        [
            {
                "type": "bar",
                "orientation": "h",
                "y": names,
                "x": [one.officers for one in found],
                "text": [str(one.officers) for one in found],
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {
                    "color": looks,
                    "line": {"color": COLOURS[0], "width": 1},
                    "pattern": {"shape": shapes, "fgcolor": [COLOURS[1]] * len(found), "size": 8},
                },
            }
        ],
        {
            "xaxis": {
                "title": {"text": _("officers; striped: not reachable at all hours")},
                "rangemode": "tozero",
            },
            "yaxis": {"autorange": "reversed"},
            "margin": {"l": 10, "r": 30, "t": 10, "b": 40},
        },
        alt=said + ".",
        height=220,
        least=420,
    )


def desks_table(found: Sequence[Desk], workers: int) -> Markup:
    """The same as a table, with the people of the central authority under it."""
    rows: list[tuple[object, ...]] = [
        (one.name, one.officers, one.empty_hours, _("yes") if one.at_all_hours else _("no")) for one in found
    ]
    rows.append((_("central authority, so that its pile does not grow"), workers, "", ""))
    head = (_("Way to work"), _("People"), _("Hours a year with nobody"), _("Reachable at all hours"))
    return table(_("People for the desk and for the central authority"), head, rows)


def register_table(chosen: Collection[str]) -> Markup:
    """Each system with its facts, what was chosen, and what the rule says."""
    texts = infrastructure.reason_texts()
    rows = [
        (
            _(one.system.name),
            f"{one.system.people:,}",
            _("never") if one.system.life_within_hours is None else one.system.life_within_hours,
            _("nothing does") if one.system.alternative_hours is None else one.system.alternative_hours,
            _("yes") if name in chosen else _("no"),
            "; ".join(texts[reason] for reason in one.reasons) or _("no reason: leave it out"),
        )
        for name, one in infrastructure.register().items()
    ]
    head = (
        _("System"),
        _("People"),
        _("Life in danger after (hours)"),
        _("Something takes over after (hours)"),
        _("You"),
        _("The draft rule"),
    )
    return table(_("The register, by the draft rule of Elvaria (invented)"), head, rows)


def systems_table() -> Markup:
    """The facts of each system, before anything was decided."""
    rows = [
        (
            _(one.name),
            f"{one.people:,}",
            _("never") if one.life_within_hours is None else one.life_within_hours,
            _("nothing does") if one.alternative_hours is None else one.alternative_hours,
            _(one.text),
        )
        for one in infrastructure.systems().values()
    ]
    head = (
        _("System"),
        _("People"),
        _("Life in danger after (hours)"),
        _("Something takes over after (hours)"),
        _("Facts"),
    )
    return table(_("The systems"), head, rows)


def figures_picture(one: Table) -> Picture:
    """The numbers of a table as lines or bars, each column with a sign of its own."""
    keys = [row.key for row in one.rows]
    words = column_words()
    data = []
    for place, name in enumerate(one.columns):
        values = [row.values[name] for row in one.rows]
        data.append(
            {
                "type": "bar",
                "name": words[name],
                "x": keys,
                "y": values,
                "text": ["" if value is None else str(value) for value in values],
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {
                    "color": "#ffffff" if place else COLOURS[0],
                    "line": {"color": COLOURS[place], "width": 1.5},
                    "pattern": {"shape": ("", "/", ".")[place], "fgcolor": COLOURS[place]},
                },
            }
        )
    said = "; ".join(
        f"{row.key}: "
        + ", ".join(
            f"{words[name]} {_('not reported') if row.values[name] is None else row.values[name]}"
            for name in one.columns
        )
        for row in one.rows
    )
    return Picture(
        data,
        {"barmode": "group", "xaxis": {"type": "category"}, "yaxis": {"rangemode": "tozero"}},
        alt=f"{_(one.title)}. {said}.",
        height=320,
        least=420,
    )


def column_words() -> dict[str, str]:
    """The columns of the figures, in words."""
    return {
        "received": _("received"),
        "disclosed": _("disclosed"),
        "earlier": _("disclosed, in an earlier copy"),
    }


def figures_table(one: Table) -> Markup:
    """The numbers with the share disclosed, source and cautions."""
    words = column_words()
    shares = rate(one)
    with_share = "disclosed" in one.columns

    def share(key: str) -> str:
        value = shares[key]
        return _("cannot be said") if value is None else f"{100 * value:.0f} %"

    rows = [
        (
            row.key,
            *(_("not reported") if row.values[name] is None else row.values[name] for name in one.columns),
            *((share(row.key),) if with_share else ()),
        )
        for row in one.rows
    ]
    head = (
        _(one.key),
        *(words[name] for name in one.columns),
        *((_("share disclosed"),) if with_share else ()),
    )
    return join(
        table(_(one.title), head, rows),
        sentence(_("Source: {source}. Status: read in the source.").format(source=_(one.source))),
        bullets(_(text) for text in one.cautions),
    )


def check_shown(one: Table) -> Markup:
    """What the checks found."""
    findings = check(one)
    if not findings:
        return sentence(
            strong(_("The checks found nothing.")), _("That does not mean that the figures are right.")
        )
    return join(
        sentence(strong(_("Do not cite this yet as it stands:"))), bullets(str(found) for found in findings)
    )


def claim_shown(one: Claim, said: str, verdicts: dict[str, str]) -> Markup:
    """What the sources say about a claim, after a verdict was given."""
    right = said == one.verdict
    opening = _("Yes: {verdict}.") if right else _("Look again. It is: {verdict}.")
    return join(
        sentence(strong(opening.format(verdict=verdicts[one.verdict]))),
        bullets(
            [
                _("Where it stands: {text}").format(text=_(one.sources)),
                _("What you can write: {text}").format(text=_(one.right)),
                _("How to check: {text}").format(text=_(one.check)),
            ]
        ),
    )
