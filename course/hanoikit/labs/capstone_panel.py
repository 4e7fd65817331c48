"""The whole case for one person: the clock of the story, what waits, decisions, documents, the record, the debrief.

>>> lab = whole_case(into="work")                     # in a notebook: the panel
>>> lab.press("clock", "next").say                    # the same as the button, for a line of code
'It is Thu 2026-12-24 12:20 at your desk. 1 new.'
>>> lab.run.now                                       # the run behind it: hanoikit.capstone

Every act is in ``work/desk.jsonl`` before it shows: after a restart the case is as it was. The rules, the other States
and the score are those of :mod:`hanoikit.capstone`; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit.errors import UsageError
from hanoikit.i18n import _, ngettext
from hanoikit.labs import capstone_shown, capstone_words, desk_shown
from hanoikit.labs.capstone_papers import Papers
from hanoikit.labs.capstone_record import RecordSteps
from hanoikit.labs.html import bullets, join, sentence, strong
from hanoikit.labs.panel import Button, Field, Result, Step, Values, panel
from hanoikit.network import tables

if TYPE_CHECKING:
    from hanoikit.capstone import CapstoneRun, Matter

SPANS: Mapping[str, timedelta] = {"half": timedelta(minutes=30), "hour": timedelta(hours=1)}
REHEARSAL = timedelta(hours=2)
"""How much of the full run the rehearsal plays: what is decided in it is not asked in the short run."""


def whole_case(
    into: Path | str = "work", *, short: bool = True, rehearsal: bool = False, sync: bool = True
) -> Any:
    """The case, kept in the folder ``into``: the short run, or the full one with ``short`` False.

    ``rehearsal`` plays the first two hours of the full run only, and looks back on these. ``sync`` False leaves writing
    to the system, for trials. Returns the panel; its ``run`` is the run behind it.
    """
    from hanoikit.capstone import open_run

    return _CaseView(open_run(into, short=short and not rehearsal, sync=sync), rehearsal=rehearsal).widget()


class _CaseView:
    """The panel's steps over one run. What one step does, the others show."""

    def __init__(self, run: CapstoneRun, *, rehearsal: bool = False) -> None:
        self.run = run
        self.stop = run.scenario.begins + REHEARSAL if rehearsal else None
        self.zone = tables.rules(run.id[:2]).zone
        self.matter = ""
        self.steps: dict[str, Step] = {}
        self._values: dict[str, Values] = {}
        self._inside = False

    def widget(self) -> Any:
        papers = Papers(self.run, self.zone)
        record = RecordSteps(self.run, self.zone, stop=self.stop)
        steps = [self._clock(), self._waiting(), self._decide(), *papers.steps(), *record.steps()]
        self.steps.update({step.id: step for step in steps})
        title = _("The whole case: a rehearsal") if self.stop is not None else _("The whole case")
        self.panel = panel(title, steps, after=self._after)
        self.panel.run = self.run
        return self.panel

    def _after(self, step: str) -> None:
        """Whatever one step did, the others show the case as it is now."""
        if self._inside or self._values.get(step, {}).get("action") == "change":
            return
        self._inside = True
        said = self.panel.said
        try:
            for other in self.steps.values():
                if other.live and other.id != step:
                    self.panel.press(other.id, "change")
        finally:
            self._inside = False
            self.panel.said = said

    def _matters(self) -> list[Matter]:
        """What came in; in a rehearsal nothing of what comes after its end."""
        return [one for one in self.run.matters() if self.stop is None or one.at <= self.stop]

    # 1

    def _clock(self) -> Step:
        return Step(
            "clock",
            _("1. The clock, and what you are told"),
            sentence(
                _(
                    "The story's clock stands still while you think. To write and send takes ten minutes of it. "
                    "Move it when you have nothing left to do. You cannot go back."
                )
            ),
            buttons=[
                Button("half", _("+30 minutes")),
                Button("hour", _("+1 hour")),
                Button("next", _("To the next event")),
                *([] if self.stop is not None else [Button("part", _("To the next part"))]),
            ],
            run=self._run_clock,
            live=True,
        )

    def _move(self, action: str) -> None:
        run = self.run
        if self.stop is None:
            if action == "part":
                run.next_part()
            elif action == "next":
                run.advance_to_event()
            else:
                run.advance(seconds=SPANS[action].total_seconds())
            return
        if run.now >= self.stop:
            raise UsageError(
                _("The rehearsal ends here."),
                next_step=_("Answer what still waits, check the record in step 7, and look back in step 8."),
            )
        to = min(run.now + SPANS[action], self.stop) if action in SPANS else self.stop
        if action == "next" and run.exercise.next_at is not None:
            to = min(to, run.exercise.next_at)
        run.advance(seconds=(to - run.now).total_seconds())

    def _run_clock(self, values: Values) -> Result:
        self._values["clock"] = dict(values)
        run, action = self.run, values["action"]
        before = len(run.happenings)
        if action != "change":
            self._move(str(action))
        count = len(run.happenings) - before
        say = _("It is {now} at your desk.").format(now=desk_shown.moment(run.now, self.zone))
        if action != "change":
            say += " " + ngettext("{n} new.", "{n} new.", count).format(n=count)
        timers = desk_shown.all_timers(run.desk, run.now)
        return Result(
            join(
                capstone_shown.parts(run, self.zone, stop=self.stop),
                capstone_shown.tasks(run.tasks(), self.zone),
                capstone_shown.rejected(run.happenings, self.zone),
                desk_shown.world_clocks(run.now),
                desk_shown.timers(timers, self.zone),
            ),
            say=say,
        )

    # 2

    def _waiting(self) -> Step:
        return Step(
            "waiting",
            _("2. What waits for you"),
            sentence(_("In the order of arrival. What is lost, and when? That decides what comes first.")),
            run=self._run_waiting,
            live=True,
        )

    def _run_waiting(self, values: Values) -> Result:
        matters = self._matters()
        waits = sum(1 for one in matters if one.decided is None)
        say = ngettext("{n} matter waits for your decision.", "{n} matters wait for your decision.", waits)
        return Result(
            join(
                sentence(strong(say.format(n=waits))),
                capstone_shown.matters(matters, self.run.directory, self.zone),
            ),
            say=say.format(n=waits),
        )

    # 3

    def _decide(self) -> Step:
        return Step(
            "decide",
            _("3. Read and decide"),
            sentence(self._about_deciding()),
            run=self._run_decide,
            refresh=self._decide_fields,
            live=True,
        )

    @staticmethod
    def _about_deciding() -> str:
        return _(
            "Choose a matter and read it. Decide, tick the facts that carry your decision, and say why, in one or two "
            "sentences of your own. The other State gets your answer at once."
        )

    def _open(self, name: str = "") -> Matter | None:
        """The matter with this name, else the one that is open, else the first that waits."""
        found = self._matters()
        by_name = {one.id: one for one in found}
        waits = next((one for one in found if one.decided is None), None)
        return by_name.get(name) or by_name.get(self.matter) or waits or (found[-1] if found else None)

    def _option(self, one: Matter) -> str:
        label = f"{one.title} · {desk_shown.moment(one.at, self.zone)}"
        return label if one.decided is None else _("DONE · {title}").format(title=label)

    def _decide_fields(self) -> list[Field]:
        matters = self._matters()
        if not matters:
            return [Field("matter", "select", _("Matter"), (("", _("nothing came in yet")),), "")]
        chosen = self._open()
        assert chosen is not None
        options = tuple((one.id, self._option(one)) for one in matters)
        found = [Field("matter", "select", _("Matter"), options, chosen.id)]
        if chosen.decided is not None:
            return found
        name = chosen.id
        found.append(
            Field(f"{name}.outcome", "select", _("Your decision"), (("", _("choose")), *chosen.outcomes), "")
        )
        if len(chosen.parts) > 1:
            found.append(Field(f"{name}.parts", "checks", _("If you give a part: which"), chosen.parts, []))
        provisions = (("", _("choose")), *capstone_words.provisions())
        facts = tuple(
            (name, f"{place} · {text}")
            for (name, _text), (place, text) in zip(
                chosen.facts, capstone_shown.numbered(chosen.facts), strict=True
            )
        )
        found += [
            Field(f"{name}.facts", "checks", _("The facts that carry it"), facts, []),
            Field(f"{name}.provision", "select", _("The provision that carries it"), provisions, ""),
            Field(f"{name}.reason", "area", _("Your reason, in your own words")),
            Field(f"{name}.instead", "line", _("What you offer or ask instead (may stay empty)")),
        ]
        return found

    def _run_decide(self, values: Values) -> Result:
        self._values["decide"] = dict(values)
        chosen = self._open(str(values.get("matter", "")))
        if chosen is None:
            return Result(sentence(_("Nothing came in yet. Move the clock in step 1.")), say="")
        moved, self.matter = chosen.id != self.matter, chosen.id
        if values["action"] == "send" and not moved and chosen.decided is None:
            return self._send(chosen, values)
        self._introduce(chosen)
        shown = capstone_shown.decided(chosen, self.zone)
        if values["action"] == "check" and capstone_shown.carries(chosen):
            return capstone_shown.checked(chosen.title, self.run.check(chosen.message.id), shown)
        return Result(shown, say=_("Open: {title}.").format(title=chosen.title) if moved else "")

    def _introduce(self, chosen: Matter) -> None:
        """What is asked for stands above the form, to be read before it is decided. What is decided stays so."""
        self.steps["decide"].buttons = [
            *([Button("check", _("Check the document"))] if capstone_shown.carries(chosen) else []),
            *([Button("send", _("Decide and send"))] if chosen.decided is None else []),
        ]
        self.steps["decide"].text = join(
            sentence(self._about_deciding()),
            capstone_shown.matter(chosen, self.run.directory, self.zone),
        )

    def _send(self, chosen: Matter, values: Values) -> Result:
        def given(name: str) -> str:
            return str(values.get(f"{chosen.id}.{name}", "") or "").strip()

        outcome, provision = given("outcome"), given("provision")
        facts = tuple(values.get(f"{chosen.id}.facts", ()) or ())
        parts = tuple(values.get(f"{chosen.id}.parts", ()) or ())
        missing = [
            text
            for wrong, text in (
                (not outcome, _("Choose your decision.")),
                (outcome == "part" and not parts, _("Tick which part you give.")),
                (not facts, _("Tick the facts that carry it.")),
                (not provision, _("Choose the provision that carries it.")),
                (
                    outcome == "refuse" and bool(provision) and not capstone_words.is_ground(provision),
                    _("A refusal rests on a ground: choose a provision that is one."),
                ),
                (not given("reason"), _("Say why, in your own words.")),
            )
            if wrong
        ]
        if missing:
            said = _("It was not sent.")
            return Result(join(sentence(strong(said)), bullets(missing)), say=said, ok=False)
        self.run.decide(
            chosen.id,
            outcome,
            facts=facts,
            provisions=(provision,),
            ground=provision if outcome == "refuse" else "",
            reason=given("reason")[:1000],
            instead=given("instead")[:500],
            parts=parts if outcome == "part" else (),
        )
        label = dict(chosen.outcomes)[outcome]
        said = _("Decided and sent: {title}: {outcome}.").format(title=chosen.title, outcome=label)
        done = self.run.matter(chosen.id)
        self._introduce(done)
        shown = capstone_shown.decided(done, self.zone)
        return Result(join(sentence(strong(said), _("It is in the record.")), shown), say=said)
