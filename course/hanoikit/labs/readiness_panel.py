"""The readiness workbench: a State's answers become gaps, the gaps a plan, and help is matched to it.

>>> lab = readiness_workbench()
>>> lab.press("plan", budget=400).say                                                        # doctest: +SKIP
'14 of 26 steps are paid: 369 of 400 thousand XTS, 85 of 154 points closed.'

The rules are those of :mod:`hanoikit.readiness`. What is answered and chosen is kept in the folder ``into`` at once, so
that running the cell again shows it; the spreadsheet and the paper are written there too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.labs import readiness_shown as shown
from hanoikit.labs.bench_folder import lay_aside, writing
from hanoikit.labs.html import Markup, bullets, join, sentence, strong
from hanoikit.labs.notes import Notes
from hanoikit.labs.panel import Button, Field, Result, Step, Values, panel
from hanoikit.readiness import (
    Assessment,
    Profile,
    elvaria,
    infrastructure,
    measures,
    offers,
    planned,
    profile,
    questions,
    report,
    staffing,
    unguarded,
    write_pdf,
    write_xlsx,
)
from hanoikit.readiness import figures as figures_room
from hanoikit.readiness.tables import areas, levels

NOTES = "readiness.json"
BUDGET = (0, 1500, 25)
_NUMBERS = {
    "seats": (1, 5),
    "hours_week": (1, 60),
    "leave_days": (0, 120),
    "training_days": (0, 60),
    "sick_days": (0, 60),
    "requests_year": (0, 20000),
    "hours_request": (0, 200),
}


def readiness_workbench(*, into: Path | str = "m10-work") -> Any:
    """The panel. ``into`` is the folder in which the work is kept."""
    return panel(_("Readiness workbench"), _Room(Path(into)).steps)


def verdict_words() -> dict[str, str]:
    """The verdicts of the drill, in words."""
    return {
        "wrong": _("wrong: cite something else"),
        "undated": _("true on a day: cite it with its moment"),
        "unsure": _("not settled: do not cite it yet"),
    }


def _picked(value: object, known: Sequence[str]) -> list[str]:
    given = value if isinstance(value, list | tuple) else []
    return [name for name in known if name in given]


class _Room:
    """What the trainee has answered and chosen, with the folder that keeps it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._notes = Notes(folder, NOTES)
        self.kept = dict(self._notes.kept)
        self.steps = [
            self.answers_step(),
            self.profile_step(),
            self.desk_step(),
            self.register_step(),
            self.plan_step(),
            self.help_step(),
            self.export_step(),
            self.figures_step(),
            self.claims_step(),
        ]
        self._renewing = False

    def renew(self, *names: str) -> None:
        """Run other steps again that show what has just changed; the panel shows all results together."""
        if self._renewing:
            return
        self._renewing = True
        try:
            for step in self.steps:
                if step.id in names:
                    step.result = step.perform("change", {})
        finally:
            self._renewing = False

    # what is kept

    def keep(self, **chosen: Any) -> None:
        """Write it down at once; a disk that refuses does not stop the work, and the next result says so."""
        if all(self.kept.get(name) == value for name, value in chosen.items()):
            return
        self.kept |= chosen
        self._notes.write(dict(self.kept))

    @property
    def trouble(self) -> str:
        """Why nothing is kept; empty where it is."""
        return self._notes.trouble

    def told(self, *parts: object) -> Markup:
        """The parts, with a warning in front where nothing can be kept."""
        warning = sentence(strong(_("Not kept:")), self.trouble) if self.trouble else Markup("")
        return join(warning, *parts)

    def _dict(self, name: str) -> dict[str, Any]:
        found = self.kept.get(name)
        return dict(found) if isinstance(found, dict) else {}

    @property
    def assessment(self) -> Assessment:
        """Elvaria, with the answers and numbers given so far; what cannot be read is as Elvaria gave it."""
        first = elvaria()
        answers = {
            name: level
            for name, level in self._dict("answers").items()
            if name in first.answers and type(level) is int and 0 <= level <= 3
        }
        numbers = {
            name: value
            for name, value in self._dict("staffing").items()
            if name in _NUMBERS and type(value) is int and _NUMBERS[name][0] <= value <= _NUMBERS[name][1]
        }
        return replace(first, answers={**first.answers, **answers}, staffing={**first.staffing, **numbers})

    @property
    def budget(self) -> int:
        value = self.kept.get("budget")
        return value if type(value) is int and BUDGET[0] <= value <= BUDGET[1] else 400

    @property
    def without(self) -> list[str]:
        return _picked(self.kept.get("without"), list(measures()))

    @property
    def accepted(self) -> list[str]:
        return _picked(self.kept.get("accepted"), list(offers()))

    # 1 answers

    def answers_step(self) -> Step:
        """The self-assessment, question by question."""
        return Step(
            "answers",
            _("How far is Elvaria? The answers, and the gaps"),
            sentence(
                _(
                    "The levels are those that Elvaria gave itself. Read them, doubt them, change them. Ask of each: "
                    "who says so, and was it tested?"
                )
            ),
            refresh=self._answer_fields,
            buttons=[Button("reset", _("Back to the answers of Elvaria"))],
            run=self._answers,
            live=True,
            beside=True,
        )

    def _answer_fields(self) -> list[Field]:
        given = self.assessment
        options = tuple((str(number), f"{number} · {_(name)}") for number, name in enumerate(levels()))
        fields = []
        area = ""
        for name, one in questions().items():
            if one.area != area:
                area = one.area
                fields.append(Field(f"area-{area}", "heading", _(areas()[area])))
            label = f"{_(one.text)} ({', '.join(one.provisions)})"
            fields.append(Field(f"q-{name}", "select", label, options, str(given.answers.get(name, 0))))
        return fields

    def _answers(self, values: Values) -> Result:
        before = elvaria().answers
        if values["action"] == "reset":
            self.keep(answers={})
        else:
            given = {name: str(values.get(f"q-{name}", "")) for name in questions()}
            changed = {
                name: int(level)
                for name, level in given.items()
                if level in {"0", "1", "2", "3"} and int(level) != before.get(name, 0)
            }
            self.keep(answers=changed)
        self.renew("profile", "plan", "help")
        gaps = profile(self.assessment.answers)
        said = self._said(gaps)
        return Result(
            self.told(sentence(strong(said)), shown.gaps_table(gaps, dict(self.assessment.notes))), say=said
        )

    def _said(self, gaps: Profile) -> str:
        """The gaps in one sentence."""
        if not gaps.worst:
            return _("No gap is left.")
        most = max(gaps.by_area().items(), key=lambda pair: pair[1][1])[0]
        return _(
            "{n} of {all} questions have a gap, {points} points in all. Most is missing here: {area}."
        ).format(n=len(gaps.worst), all=len(questions()), points=gaps.points, area=_(areas()[most]))

    def profile_step(self) -> Step:
        """The gap profile, area by area."""
        return Step(
            "profile",
            _("The gap profile"),
            sentence(_("What the answers say together. It follows each answer that you change.")),
            run=lambda _values: self._profile(),
            live=True,
        )

    def _profile(self) -> Result:
        gaps = profile(self.assessment.answers)
        said = self._said(gaps)
        return Result(
            self.told(sentence(strong(said)), shown.areas_table(gaps)),
            say=said,
            pictures=(shown.areas_picture(gaps),),
        )

    # 2 people

    def desk_step(self) -> Step:
        """Designation and staffing."""
        return Step(
            "desk",
            _("People: the point of contact and the central authority"),
            sentence(
                _(
                    "A year has 8,760 hours. How many people does it take until the desk answers in each of them?"
                )
            ),
            refresh=self._desk_fields,
            run=self._desk,
            live=True,
        )

    def _desk_fields(self) -> list[Field]:
        numbers = self.assessment.staffing
        labels = {
            "seats": _("Chairs of the point of contact"),
            "hours_week": _("Working hours a week"),
            "leave_days": _("Days of leave a year"),
            "training_days": _("Days of training a year"),
            "sick_days": _("Days of illness a year"),
            "requests_year": _("Requests to the central authority a year"),
            "hours_request": _("Hours of work for one request"),
        }
        have = _picked(
            self.kept.get("have", ["named", "central-named", "central-registered"]),
            list(staffing.DESIGNATION),
        )
        options = tuple(
            (name, f"{text} ({staffing.DESIGNATION[name]})")
            for name, text in staffing.designation_texts().items()
        )
        fields = [Field("have", "checks", _("What Elvaria has"), options, have)]
        fields += [
            Field(name, "number", label, value=numbers[name], limits=(*_NUMBERS[name], 1))
            for name, label in labels.items()
        ]
        return fields

    def _desk(self, values: Values) -> Result:
        have = _picked(values.get("have"), list(staffing.DESIGNATION))
        numbers = {}
        for name, (least, most) in _NUMBERS.items():
            try:
                numbers[name] = int(values[name])
            except (TypeError, ValueError) as error:
                raise UsageError(_("Give a whole number in each field.")) from error
            if not least <= numbers[name] <= most:
                raise UsageError(
                    _("{n} is outside of what this step counts with.").format(n=numbers[name]),
                    next_step=_("Give a number from {least} to {most}.").format(least=least, most=most),
                )
        away = {name: numbers[name] for name in ("hours_week", "leave_days", "training_days", "sick_days")}
        found = staffing.desks(seats=numbers["seats"], **away)
        workers = staffing.case_workers(
            requests_year=numbers["requests_year"], hours_request=numbers["hours_request"], **away
        )
        self.keep(have=have, staffing=numbers)
        lacking = staffing.designation(have)
        said = _(
            "{always} officers for a chair that is never empty, {call} with one on call; {workers} people for the "
            "requests. The designation lacks {n} points."
        ).format(always=found[2].officers, call=found[1].officers, workers=workers, n=len(lacking))
        return Result(
            self.told(
                sentence(strong(said)),
                shown.desks_table(found, workers),
                bullets(f"{one.message} ({one.where})" for one in lacking),
                sentence(
                    _("On call counts as one fifth of working time: assumed. The Convention names no number.")
                ),
            ),
            say=said,
            pictures=(shown.desks_picture(found),),
        )

    # 3 register

    def register_step(self) -> Step:
        """The register of critical information infrastructure, and the heavier sentence."""
        return Step(
            "register",
            _("Critical infrastructure: the register, and when an act weighs heavier"),
            sentence(
                _(
                    "Draft rule of Elvaria: a system is critical if life is in danger within 24 hours; if 50,000 "
                    "people lose something basic and nothing takes over within 24 hours; or if a critical system "
                    "stops without it. Read the table below, tick your register, then compare."
                )
            ),
            refresh=self._register_fields,
            buttons=[Button("compare", _("Compare with the rule"))],
            run=self._register,
            live=True,
        )

    def _register_fields(self) -> list[Field]:
        systems = tuple((name, _(one.name)) for name, one in infrastructure.systems().items())
        acts = tuple((name, _(one.title)) for name, one in infrastructure.acts().items())
        chosen = _picked(self.kept.get("register"), list(infrastructure.systems()))
        act = str(self.kept.get("act"))
        return [
            Field("register", "checks", _("My register"), systems, chosen),
            Field("act", "select", _("An act"), acts, act if act in infrastructure.acts() else acts[0][0]),
        ]

    def _register(self, values: Values) -> Result:
        chosen = _picked(values.get("register"), list(infrastructure.systems()))
        act = str(values["act"])
        found = infrastructure.weighs(act)
        self.keep(register=chosen, act=act)
        if values["action"] != "compare":
            said = _("{n} of {all} systems are on your register.").format(
                n=len(chosen), all=len(infrastructure.systems())
            )
            return Result(self.told(sentence(strong(said)), shown.systems_table()), say=said)
        out, much = infrastructure.compare(chosen)
        texts = infrastructure.reason_texts()
        names = {name: _(one.name) for name, one in infrastructure.systems().items()}
        said = _("Your register leaves out {out} and holds {much} too many.").format(
            out=len(out), much=len(much)
        )
        if not out and not much:
            said = _("Your register is the one of the rule.")
        heavier = (
            _(
                "The act weighs heavier: the system is on the register, its work was hit, and the law was there first."
            )
            if found.heavier
            else _(
                "The act does not weigh heavier: {why}. It can still be punished as the offence that it is."
            ).format(why="; ".join(texts[name] for name in found.lacks))
        )
        return Result(
            self.told(
                sentence(strong(said)),
                bullets(_("Left out: {name}").format(name=names[name]) for name in out),
                bullets(_("Too many: {name}").format(name=names[name]) for name in much),
                shown.register_table(chosen),
                sentence(strong(_(found.act.title)), heavier),
            ),
            say=f"{said} {heavier}",
        )

    # 4 plan

    def plan_step(self) -> Step:
        """The ordered plan with its balance."""
        return Step(
            "plan",
            _("The plan: what first, for how much, at what price for rights and sovereignty"),
            sentence(
                _(
                    "The order is computed: what others wait for comes early, then what closes most for its cost. Move "
                    "the budget, leave something out, and watch what happens to the rest."
                )
            ),
            refresh=self._plan_fields,
            run=self._plan,
            live=True,
        )

    def _plan_fields(self) -> list[Field]:
        options = tuple((name, _(one.title)) for name, one in measures().items())
        return [
            Field(
                "budget",
                "range",
                _("Budget for the first year"),
                value=self.budget,
                limits=BUDGET,
                unit=_("thousand XTS"),
            ),
            Field("without", "checks", _("Leave out"), options, self.without),
        ]

    def _plan(self, values: Values) -> Result:
        try:
            budget = int(float(values["budget"]))
        except (TypeError, ValueError) as error:
            raise UsageError(_("Give the budget as a number.")) from error
        budget = min(max(budget, BUDGET[0]), BUDGET[1])
        self.keep(budget=budget, without=_picked(values.get("without"), list(measures())))
        self.renew("help")
        given = self.assessment
        made, _help = planned(given, budget=budget, without=self.without, accepted=self.accepted)
        gaps = profile(given.answers)
        said = _(
            "{paid} of {all} steps are paid: {cost} of {budget} thousand XTS, {closed} of {points} points closed."
        ).format(
            paid=len(made.funded),
            all=len(made.steps),
            cost=made.cost,
            budget=budget,
            closed=made.closes,
            points=gaps.points,
        )
        warnings = unguarded([step.measure for step in made.funded], given.answers)
        return Result(
            self.told(
                sentence(strong(said), shown.balance_sentence(made) + "."),
                bullets(one.message for one in warnings),
                shown.plan_table(made),
            ),
            say=said,
            pictures=(shown.plan_picture(made),),
        )

    # 5 help

    def help_step(self) -> Step:
        """Offers of help, matched to the plan."""
        return Step(
            "help",
            _("Help from others: what fits, and on which terms"),
            sentence(
                _("Read the terms first. Then accept offers. The budget of the plan goes further with them.")
            ),
            refresh=self._help_fields,
            run=self._help,
            live=True,
        )

    def _help_fields(self) -> list[Field]:
        options = tuple((name, f"{_(one.title)} · {_(one.giver)}") for name, one in offers().items())
        return [Field("accepted", "checks", _("Accept"), options, self.accepted)]

    def _help(self, values: Values) -> Result:
        self.keep(accepted=_picked(values.get("accepted"), list(offers())))
        self.renew("plan")
        made, found = planned(
            self.assessment, budget=self.budget, without=self.without, accepted=self.accepted
        )
        said = _(
            "{n} steps are helped with {money} thousand XTS. With the budget of {budget}, {paid} steps are paid now."
        ).format(n=len(found.by), money=found.total, budget=self.budget, paid=len(made.funded))
        return Result(
            self.told(sentence(strong(said)), shown.help_table(made, found), shown.offers_table()), say=said
        )

    # 6 export

    def export_step(self) -> Step:
        """The report as a spreadsheet and on paper."""
        return Step(
            "export",
            _("Take the report with you"),
            sentence(
                _(
                    "The spreadsheet for those who calculate, the paper for those who decide. Both say: assumed."
                )
            ),
            buttons=[
                Button("xlsx", _("Write the spreadsheet (XLSX)")),
                Button("pdf", _("Write the paper (PDF)")),
            ],
            run=self._export,
        )

    def _export(self, values: Values) -> Result:
        made = report(self.assessment, budget=self.budget, without=self.without, accepted=self.accepted)
        kind = "pdf" if values["action"] == "pdf" else "xlsx"
        path = self.folder / f"readiness-{made.state}.{kind}"
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lay_aside(path)
        if kind == "pdf":
            write_pdf(made, path)
        else:
            write_xlsx(made, path)
        said = _("Written: {path}. An older one keeps its place beside it, with a number.").format(path=path)
        return Result(self.told(sentence(strong(said)), bullets(made.warnings)), say=said)

    # 7 figures

    def figures_step(self) -> Step:
        """Open transparency figures, with the checks before one cites them."""
        return Step(
            "figures",
            _("Figures: look, check, and only then cite"),
            sentence(
                _(
                    "Open figures of two providers. Find the table that nobody should cite. What gives it away?"
                )
            ),
            refresh=self._figures_fields,
            buttons=[Button("check", _("Check before citing"))],
            run=self._figures,
            live=True,
        )

    def _figures_fields(self) -> list[Field]:
        options = tuple((name, _(one.title)) for name, one in figures_room.tables().items())
        chosen = str(self.kept.get("table"))
        return [
            Field(
                "table",
                "select",
                _("Figures"),
                options,
                chosen if chosen in figures_room.tables() else options[0][0],
            )
        ]

    def _figures(self, values: Values) -> Result:
        one = figures_room.table(str(values["table"]))
        self.keep(table=one.id)
        checked = shown.check_shown(one) if values["action"] == "check" else Markup("")
        said = _("{title}: {n} rows.").format(title=_(one.title), n=len(one.rows))
        if values["action"] == "check":
            found = figures_room.check(one)
            said = (
                _("The checks found {n} things.").format(n=len(found))
                if found
                else _("The checks found nothing.")
            )
        return Result(
            self.told(checked, shown.figures_table(one)), say=said, pictures=(shown.figures_picture(one),)
        )

    # 8 claims

    def claims_step(self) -> Step:
        """The drill: verify before you cite."""
        return Step(
            "claims",
            _("Verify before you cite: the drill"),
            sentence(
                _("Sentences that somebody published. Give your verdict, then see what the sources say.")
            ),
            refresh=self._claims_fields,
            buttons=[Button("verdict", _("Give the verdict"))],
            run=self._claims,
        )

    def _claims_fields(self) -> list[Field]:
        claims = tuple((name, _(one.claim)) for name, one in figures_room.claims().items())
        done = self._dict("verdicts")
        todo = [name for name, _text in claims if name not in done]
        chosen = str(self.kept.get("claim"))
        now = chosen if chosen in figures_room.claims() else (todo or [claims[0][0]])[0]
        return [
            Field("claim", "select", _("The sentence"), claims, now),
            Field(
                "verdict",
                "select",
                _("My verdict"),
                tuple(verdict_words().items()),
                str(done.get(now, "wrong")),
            ),
        ]

    def _claims(self, values: Values) -> Result:
        name, said = str(values["claim"]), str(values["verdict"])
        if name not in figures_room.claims() or said not in verdict_words():
            raise UsageError(_("Choose a sentence and a verdict."))
        one = figures_room.claims()[name]
        self.keep(claim=name, verdicts={**self._dict("verdicts"), name: said})
        done = self._dict("verdicts")
        right = sum(
            figures_room.claims()[key].verdict == value
            for key, value in done.items()
            if key in figures_room.claims()
        )
        count = _("{right} of {done} verdicts are right; {all} sentences in all.").format(
            right=right, done=len(done), all=len(figures_room.claims())
        )
        return Result(self.told(shown.claim_shown(one, said, verdict_words()), sentence(count)), say=count)
