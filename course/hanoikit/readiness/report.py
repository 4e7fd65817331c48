"""The readiness report as plain data: what the spreadsheet and the paper both show.

>>> made = report(elvaria(), budget=400, accepted=["trainers"])
>>> [sheet.title for sheet in made.sheets][:2]
['Gaps', 'Plan']
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from hanoikit.i18n import _
from hanoikit.readiness import infrastructure
from hanoikit.readiness.assessment import Assessment, Profile, profile
from hanoikit.readiness.helping import Matching, matching
from hanoikit.readiness.planning import Plan, PlanStep, plan, unguarded
from hanoikit.readiness.staffing import case_workers, desks
from hanoikit.readiness.tables import SIDES, areas, levels

Value = str | int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of the report: head, rows, and how wide each column is in characters."""

    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True)
class Report:
    """Everything about one State on one day."""

    state: str
    day: date
    summary: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    plan: Plan
    matching: Matching
    profile: Profile


def side_names() -> dict[str, str]:
    """The three sides of the balance, in words."""
    return {
        "security": _("Security"),
        "rights": _("Rights"),
        "sovereignty": _("Sovereignty"),
    }


def planned(
    given: Assessment,
    *,
    budget: int | None,
    without: Collection[str] = (),
    accepted: Collection[str] | None = (),
) -> tuple[Plan, Matching]:
    """The plan for the answers, with the accepted help in its costs. The order stays that of the full costs."""
    gaps = profile(given.answers)
    help_ = matching(plan(gaps, without=without), accepted)
    return plan(gaps, budget=budget, without=without, carried=help_.carried), help_


def report(
    given: Assessment,
    *,
    budget: int | None,
    without: Collection[str] = (),
    accepted: Collection[str] | None = (),
) -> Report:
    """The report for a State's answers; see :func:`hanoikit.readiness.planning.plan` for the arguments."""
    gaps = profile(given.answers)
    made, help_ = planned(given, budget=budget, without=without, accepted=accepted)
    summary = (
        (_("State"), f"{given.name} ({given.state})"),
        (_("Day"), given.day.isoformat()),
        (_("Gap points"), str(gaps.points)),
        (_("Closed by the steps that are paid"), str(made.closes)),
        (_("Cost of these steps for the State"), _("{n} thousand XTS (assumed)").format(n=made.cost)),
        (
            _("Budget"),
            _("no limit") if budget is None else _("{n} thousand XTS").format(n=budget),
        ),
        (_("Carried by others"), _("{n} thousand XTS (assumed)").format(n=_carried(made))),
    )
    findings = unguarded([step.measure for step in made.funded], given.answers)
    warnings = [one.message for one in findings]
    warnings += [
        _("Not used: {title}. Its terms collide with {provisions}.").format(
            title=_(one.title), provisions=", ".join(one.against)
        )
        for one in help_.refused
    ]
    sheets = (
        _gaps(given, gaps),
        _plan(made),
        _balance(made),
        _help(made, help_),
        _staff(given.staffing),
        _register(),
    )
    return Report(given.name, given.day, summary, tuple(warnings), sheets, made, help_, gaps)


def _carried(made: Plan) -> int:
    return sum(step.carried for step in made.funded)


def _gaps(given: Assessment, gaps: Profile) -> Sheet:
    rows = tuple(
        (
            _(areas()[one.question.area]),
            _(one.question.text),
            ", ".join(one.question.provisions),
            _("duty") if one.question.force == "must" else _("choice"),
            one.level,
            _(levels()[one.level]),
            one.points,
            given.notes.get(one.id, ""),
        )
        for one in gaps.gaps
    )
    head = (
        _("Area"),
        _("Question"),
        _("Articles"),
        _("Force"),
        _("Level"),
        _("Meaning"),
        _("Gap points"),
        _("Remark of the State"),
    )
    note = _("Levels 0 to 3. Gap points: what is missing to 3, times 3 for a duty and 1 for a choice.")
    return Sheet(_("Gaps"), note, head, rows, (18, 60, 16, 9, 7, 20, 11, 50))


def step_state(step: PlanStep) -> str:
    """Whether a step is paid, or for what it waits."""
    if step.funded:
        return _("paid")
    return _("waits for an earlier step") if step.waits_for else _("waits for money")


def _plan(made: Plan) -> Sheet:
    rows = tuple(
        (
            step.number,
            _(step.measure.title),
            ", ".join(step.measure.provisions),
            step.closes,
            step.measure.once,
            step.measure.yearly,
            step.carried,
            step.cost,
            step.measure.weeks,
            step_state(step),
        )
        for step in made.steps
    )
    head = (
        _("No."),
        _("Step"),
        _("Articles"),
        _("Closes"),
        _("Once"),
        _("Each year"),
        _("Carried by others"),
        _("First year, own money"),
        _("Weeks"),
        _("State"),
    )
    note = _("Money in thousand XTS. All costs and weeks are assumed: replace them by your own.")
    return Sheet(_("Plan"), note, head, rows, (5, 60, 16, 8, 8, 10, 12, 14, 8, 22))


def _balance(made: Plan) -> Sheet:
    names = side_names()
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            step.number,
            _(step.measure.title),
            *(f"{step.measure.balance[side].effect} {_(step.measure.balance[side].text)}" for side in SIDES),
        )
        for step in made.steps
    )
    note = _("+ helps, 0 neither, - costs something. The judgement is the course's own: discuss it.")
    return Sheet(_("Balance"), note, (_("No."), _("Step"), *names.values()), rows, (5, 50, 50, 50, 50))


def _help(made: Plan, help_: Matching) -> Sheet:
    rows: list[tuple[Value, ...]] = []
    for step in made.steps:
        offer = help_.by.get(step.measure.id)
        rows.append(
            (
                step.number,
                _(step.measure.title),
                _(offer.title) if offer else _("nothing offered on acceptable terms"),
                _(offer.giver) if offer else "",
                ", ".join(offer.provisions) if offer else "",
                _(offer.terms) if offer else "",
                step.carried,
            )
        )
    head = (_("No."), _("Step"), _("Offer"), _("From"), _("Articles"), _("Terms"), _("Carries"))
    note = _("Offers are invented. Carries: thousand XTS, assumed.")
    return Sheet(_("Help"), note, head, tuple(rows), (5, 50, 50, 26, 12, 50, 9))


def _staff(numbers: Mapping[str, int]) -> Sheet:
    away = {name: numbers[name] for name in ("hours_week", "leave_days", "training_days", "sick_days")}
    rows: list[tuple[Value, ...]] = [
        (one.name, one.officers, one.empty_hours, _("yes") if one.at_all_hours else _("no"))
        for one in desks(seats=numbers["seats"], **away)
    ]
    need = case_workers(
        requests_year=numbers["requests_year"], hours_request=numbers["hours_request"], **away
    )
    rows.append((_("central authority: people so that the pile does not grow"), need, "", ""))
    head = (_("Way to work"), _("People"), _("Hours a year with nobody"), _("Reachable at all hours, 41(1)"))
    note = _(
        "Computed from the numbers of the State. On call is counted as one fifth of working time (assumed)."
    )
    return Sheet(_("People"), note, head, tuple(rows), (56, 10, 24, 28))


def _register() -> Sheet:
    texts = infrastructure.reason_texts()
    rows = tuple(
        (
            _(one.system.name),
            _("yes") if one.listed else _("no"),
            "; ".join(texts[reason] for reason in one.reasons),
            one.system.people,
            _(one.system.text),
        )
        for one in infrastructure.register().values()
    )
    head = (_("System"), _("On the register"), _("Why"), _("People"), _("Facts"))
    note = _(
        "Keep this page locked away: it is a map for an attacker. The rule is invented; 21(2) defines nothing."
    )
    return Sheet(_("Register"), note, head, rows, (40, 16, 60, 12, 60))
