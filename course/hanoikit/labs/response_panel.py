"""The response room: which route a report takes, what partner States can give, and cases to walk through.

>>> lab = response_room(case="shared-once")
>>> lab.press("case", "open").say
'Case open: She shared it once.'
>>> lab.press("scene", "sit-down").say
'She sits where she can see the door. You tell her that she can stop at any time. Now: In the room.'
>>> lab.press("scene", "step-out").say
'You have stepped out. Everything is kept.'

The rules are those of :mod:`hanoikit.victims`. Each act is on the disk, in the folder ``into``, when it is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.labs.html import Markup, join, sentence, strong, table
from hanoikit.labs.panel import Button, Field, Result, Step, Values, panel
from hanoikit.labs.response_notes import ResponseNotes
from hanoikit.victims import Walk, branching_case, branching_cases, judge, partner, questions, route

OUT, BACK, AGAIN, OPEN = "step-out", "come-back-in", "begin-again", "open"
PARTNERS = ("XA", "XB", "XC", "XD", "XE")


def response_room(case: str | Sequence[str] = (), *, into: Path | str = "m09-work") -> Any:
    """The panel for one case or several, all of the lesson's where it is left out.

    Raises ``UsageError`` for a case that there is not.
    """
    names = (case,) if isinstance(case, str) else tuple(case)
    names = names or tuple(name for name in branching_cases() if branching_case(name).use == "lesson")
    room = _Room(names, ResponseNotes(into))
    return panel(_("Response room"), [_route_step(), _partner_step(), room.case_step, room.scene_step])


def _route_step() -> Step:
    asked = questions()
    return Step(
        "route",
        _("Find the route of a report"),
        sentence(_("Change one answer at a time. Which answer decides before all others?")),
        fields=[
            Field(name, "select", text, tuple(answers.items()), next(iter(answers)))
            for name, (text, answers) in asked.items()
        ],
        run=_route,
        live=True,
    )


def _route(values: Values) -> Result:
    found = route(
        age=str(values["age"]),
        consent=str(values["consent"]),
        spread=str(values["spread"]),
        private=str(values["private"]),
        made_by=str(values["made-by"]),
    )
    provisions = ", ".join(found.provisions)
    return Result(
        join(
            sentence(strong(_(found.title))), sentence(_(found.says)), sentence(_("Provisions:"), provisions)
        ),
        say=_(found.title),
    )


def _partner_step() -> Step:
    made = (("recording", _("recorded")), ("synthetic", _("made by a program")))
    aims = (("unknown", _("not known")), ("yes", _("yes")), ("no", _("no")))
    return Step(
        "partner",
        _("Look at the partner's law before you ask"),
        sentence(
            _("An image of an adult, shared without consent. Change what is known; read each line again.")
        ),
        fields=[
            Field("made-by", "select", _("How was the image made?"), made, "recording"),
            Field("harm", "select", _("Was the aim to harm the person?"), aims, "unknown"),
        ],
        run=_partners,
        live=True,
    )


def _partners(values: Values) -> Result:
    words = {"in": _("✓ offence"), "out": _("✕ no offence"), "depends": _("? depends on what is not known")}
    found = [
        partner(code, synthetic=values["made-by"] == "synthetic", harm=str(values["harm"]))
        for code in PARTNERS
    ]
    rows = [
        (
            f"{one.name} ({one.code})",
            words[one.punishable],
            f"{one.years:g}" if one.years else "–",
            " ".join(_(text) for text in one.declared) or "–",
            one.preservation,
            one.removal,
        )
        for one in found
    ]
    said = _("An offence in {count} of {all} States.").format(
        count=sum(one.punishable == "in" for one in found), all=len(found)
    )
    head = [_("State"), _("Sharing it is"), _("Up to years"), _("Declared"), _("Preservation"), _("Removal")]
    return Result(
        join(sentence(strong(said)), table(_("The invented States and article 16"), head, rows)), say=said
    )


class _Room:
    """The case that is open, the walk so far, and whether the trainee has stepped out.

    No scene is shown before its note on the content was on the page and the case was opened.
    """

    def __init__(self, names: Sequence[str], notes: ResponseNotes) -> None:
        self.names, self.notes = tuple(names), notes
        for name in self.names:
            branching_case(name)
        self.opened = notes.case in self.names
        self.out = notes.out and self.opened
        self.walk = self._walk(notes.case if notes.case in self.names else self.names[0])
        self.case_step = Step(
            "case",
            _("Choose a case"),
            sentence(_("Read the note on its content first. You can step out of every scene, at any time.")),
            refresh=self.case_fields,
            buttons=[Button(OPEN, _("Open this case"))],
            run=self.choose,
            live=True,
        )
        self.scene_step = Step("scene", _("In the scene"), run=self.act)
        self.draw()
        self.case_step.result = Result(self.note(), say="")
        self.scene_step.result = self.shown(say="") if self.opened else Result(Markup(""), say="")

    def _walk(self, name: str) -> Walk:
        case = branching_case(name)
        try:
            return Walk.along(case, self.notes.taken(name))
        except UsageError:
            # The notes are of another version of the case: it begins anew.
            return Walk(case)

    def case_fields(self) -> list[Field]:
        titles = tuple((name, _(branching_case(name).title)) for name in self.names)
        return [Field("case", "select", _("Case"), titles, self.walk.case.id)]

    def note(self) -> Markup:
        case = self.walk.case
        return join(sentence(strong(_(case.title))), sentence(_("What it is about:"), _(case.content_note)))

    def choose(self, values: Values) -> Result:
        name = str(values["case"])
        if name not in self.names:
            raise UsageError(
                _("This page has no case {name}.").format(name=name), next_step=_("Choose from the list.")
            )
        if values["action"] != OPEN:
            # Only looked at: the note of this case, and the scene of the other one is put away.
            if name != self.walk.case.id:
                self.walk, self.opened, self.out = self._walk(name), False, False
                self.draw()
                self.scene_step.result = Result(Markup(""), say="")
            return Result(
                self.note(), say=_("What it is about: {note}").format(note=_(self.walk.case.content_note))
            )
        self.walk, self.opened, self.out = self._walk(name), True, False
        self.keep()
        self.draw()
        self.scene_step.result = self.shown(say="")
        return Result(self.note(), say=_("Case open: {title}.").format(title=_(self.walk.case.title)))

    def keep(self) -> None:
        self.notes.keep(self.walk.case.id, self.walk.taken, out=self.out)

    def draw(self) -> None:
        """The text and the buttons of the scene, from where the walk stands."""
        step, scene = self.scene_step, self.walk.scene
        if not self.opened:
            step.title = _("In the scene")
            step.text = sentence(_("Read the note above. The case begins when you open it."))
            step.buttons = []
            return
        if self.out:
            step.title = _("You have stepped out")
            step.text = join(
                sentence(_("The case is put away, and everything is kept. There is no clock, and no mark.")),
                sentence(
                    _(
                        "Look up, move, drink something, speak with somebody. Come back when you like, choose another "
                        "case, or leave it: the assignment can be passed without any case of this room."
                    )
                ),
            )
            step.buttons = [Button(BACK, _("Come back in"))]
            return
        step.title = _(scene.title)
        step.text = sentence(_(scene.text))
        step.buttons = [Button(choice.id, _(choice.text)) for choice in self.walk.open]
        if self.walk.taken:
            step.buttons = [*step.buttons, Button(AGAIN, _("Begin this case again"))]
        step.buttons = [*step.buttons, Button(OUT, _("Step out"))]

    def act(self, values: Values) -> Result:
        action = str(values["action"])
        if not self.opened:
            raise UsageError(_("No case is open."), next_step=_("Read the note of a case, then open it."))
        before = self.walk.scene.id
        reply = ""
        if action in (OUT, BACK):
            self.out = action == OUT
            reply = _("You have stepped out. Everything is kept.") if self.out else _("You are back.")
        elif self.out:
            raise UsageError(_("You have stepped out."), next_step=_("Come back in first."))
        elif action == AGAIN:
            self.walk = Walk(self.walk.case)
            reply = _("The case begins again.")
        else:
            self.walk = self.walk.take(action)
            last = self.walk.last
            reply = _(last.reply) if last and last.reply else _("Done.")
        self.keep()
        self.draw()
        if not self.out and (self.walk.scene.id != before or action in (BACK, AGAIN)):
            reply = _("{reply} Now: {scene}.").format(reply=reply, scene=_(self.walk.scene.title))
        return self.shown(say=reply)

    def shown(self, *, say: str) -> Result:
        """The reply, what was done so far, and at the end what the rules say."""
        trouble = sentence(strong(self.notes.trouble)) if self.notes.trouble else Markup("")
        if self.out:
            return Result(join(sentence(say), trouble), say=say)
        parts = [sentence(strong(say)) if say else Markup(""), trouble]
        if self.walk.ended:
            parts.append(self.verdict())
        if self.walk.taken:
            rows = [
                (number, _(choice.text), _(choice.reply) or "–")
                for number, choice in enumerate(self.walk.record(), 1)
            ]
            parts.append(table(_("Your record"), ["", _("What you did"), _("What followed")], rows))
        return Result(join(*parts), say=say or _(self.walk.scene.title))

    def verdict(self) -> Markup:
        found = judge(self.walk.case, self.walk.acts)
        rows = [
            (
                ("✕ " if rule in found.broken else "✓ ") + _(rule.title),
                _(rule.why),
                ", ".join(rule.provisions),
            )
            for rule in (*found.broken, *found.kept)
        ]
        head = [_("Rule"), _("Why"), _("Provisions")]
        return join(
            sentence(strong(found.sentence)), table(_("What the rules say: ✕ broken, ✓ kept"), head, rows)
        )
