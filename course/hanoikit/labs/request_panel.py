"""The request workshop: choose the treaty, write the request with its letter beside it, send it, read, improve.

>>> lab = request_workshop(case="porto-cloud", into="work")      # in a notebook: the panel
>>> lab.press("send", "send").say                                # the same as the button, for a line of code
'Round 1: More information asked for.'
>>> lab.room.rounds                                              # the room behind it: hanoikit.labs.request_room

What is typed is in ``draft.json`` at once, and every round in ``rounds.jsonl``: after a restart the workshop is as it
was. The other State answers by the rules of ``hanoikit.cooperation``, the same that mark the assignment.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hanoikit.cooperation.answer import decision_label
from hanoikit.cooperation.checking import validate
from hanoikit.cooperation.instruments import instruments
from hanoikit.cooperation.letters import letter
from hanoikit.cooperation.letters_parts import state_name
from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.labs import request_form, request_shown
from hanoikit.labs.html import Markup, bullets, code, join, sentence, strong
from hanoikit.labs.panel import Button, Field, Result, Step, Values, panel
from hanoikit.labs.request_room import Draft, RequestRoom, WorkshopCase

CHANNELS = ("central-authority", "24/7 network", "interpol", "diplomatic", "police")
_MOST = {"measures": 4, "data": 3, "persons": 3}


def request_workshop(
    case: str | WorkshopCase = "porto-cloud", into: Path | str = "m06-work", *, sync: bool = True
) -> Any:
    """The workshop for one case, kept in a folder of the case's name inside ``into``.

    ``sync`` False leaves writing to the system, for trials. Returns the panel; its ``room`` is the work behind it.
    Raises ``UsageError`` for an unknown case.
    """
    found = case if isinstance(case, WorkshopCase) else WorkshopCase.named(case)
    return _Workshop(RequestRoom(Path(into) / found.name, found, sync=sync)).widget()


class _FormStep(Step):
    """A step whose fields stay as they were drawn while one types: what is not given is as it was typed last."""

    __slots__ = ("now",)
    now: Callable[[], dict[str, Any]]

    def perform(self, action: str, values: Values) -> Result:
        return Step.perform(self, action, {**self.now(), **values})


class _Workshop:
    def __init__(self, room: RequestRoom) -> None:
        self.room, self.case = room, room.case
        kept = room.draft()
        self.number, self.values, self.fit = kept.number, dict(kept.values), dict(kept.fit)
        self.lines: dict[str, int] = {**request_form.lines_of(self.values, self.case), **kept.lines}
        self._form: tuple[tuple[object, ...], list[Field]] | None = None
        self._inside = False

    def widget(self) -> Any:
        steps = [self._choose(), self._write(), self._letter(), self._send(), self._rounds()]
        self.steps = {step.id: step for step in steps}
        self.panel = panel(
            _("Request workshop: {title}").format(title=self.case.title), steps, after=self._after
        )
        self.panel.room = self.room
        return self.panel

    def _after(self, step: str) -> None:
        """What was sent or taken back shows in the form and in the rounds at once."""
        if self._inside or step not in ("send", "rounds"):
            return
        self._inside = True
        said = self.panel.said
        try:
            for other in ("write", "rounds"):
                if other != step:
                    self.panel.press(other, "show")
        finally:
            self._inside = False
            self.panel.said = said

    def _save(self) -> None:
        self.room.keep(Draft(self.number, self.values, self.lines, self.fit))

    # 1

    def _choose(self) -> Step:
        return Step(
            "choose",
            _("1. The case: which treaty, which way?"),
            join(*(sentence(one) for one in self.case.briefing)),
            buttons=[Button("check", _("Check my choice"))],
            run=self._run_choose,
            refresh=self._choose_fields,
        )

    def _choose_fields(self) -> list[Field]:
        treaties = tuple((one.id, _(one.name)) for one in instruments().values())
        channels = tuple((one, request_shown.channel_label(one)) for one in CHANNELS)
        empty = (("", _("choose")),)
        chosen = self.fit
        return [
            Field(
                "instrument",
                "select",
                _("Treaty or other basis"),
                (*empty, *treaties),
                chosen.get("instrument", ""),
            ),
            Field("channel", "select", _("The way it goes"), (*empty, *channels), chosen.get("channel", "")),
            Field("reason", "line", _("Reason, in a few words"), value=chosen.get("reason", "")),
        ]

    def _run_choose(self, values: Values) -> Result:
        named = {name: str(values.get(name, "")).strip() for name in ("instrument", "channel", "reason")}
        if not named["instrument"] or not named["channel"]:
            raise UsageError(
                _("Choose a treaty and a way first."), next_step=_("Then compare your choice with the table.")
            )
        self.fit = named
        self._save()
        fits = self.case.fits()
        mine = next((fit for fit in fits if fit.instrument == named["instrument"]), None)
        if mine is None:
            raise UsageError(_("One of the choices is not in the list."), next_step=_("Choose again."))
        good = mine.fits == "yes"
        right_way = named["channel"] == mine.channel
        verdict = _("Your treaty {verdict}: {reason}").format(
            verdict=request_shown.fits_label(mine.fits), reason=mine.reason
        )
        way = (
            _("Your way is the right one: {reason}") if right_way else _("Another way is right: {reason}")
        ).format(reason=mine.channel_reason)
        best = "" if good else _("Look at {name}.").format(name=fits[0].name)
        return Result(
            join(sentence(strong(verdict), best), sentence(strong(way)), request_shown.fits_table(fits)),
            say=f"{verdict} {way}",
            ok=good and right_way,
        )

    # 2

    def _write(self) -> Step:
        step = _FormStep(
            "write",
            _("2. The request, and its letter beside it"),
            sentence(
                _(
                    "The form holds a colleague's draft. Mend it. What is missing, and the letter as it will be, "
                    "change while you type. Ask for what the case needs, and for nothing else."
                )
            ),
            buttons=[
                Button("lines", _("Set the number of lines")),
                Button("draft", _("Back to the colleague's draft")),
                Button("clear", _("Empty the form")),
            ],
            run=self._run_write,
            refresh=self._write_fields,
            live=True,
            beside=True,
        )
        step.now = lambda: {f"{self._prefix}.{path}": value for path, value in self.values.items()}
        return step

    @property
    def _prefix(self) -> str:
        return f"r{self.number}"

    def _write_fields(self) -> list[Field]:
        shape = (self.number, tuple(sorted(self.lines.items())))
        if self._form is None or self._form[0] != shape:
            # Made once for a shape: what is typed stays in the page and must not come back as a new form.
            self._form = (shape, self._make_fields())
        return self._form[1]

    def _make_fields(self) -> list[Field]:
        made = request_form.fields(self._prefix, self.case, lines=self.lines, values=self.values)
        labels = {"measures": _("Measures"), "data": _("Data in each measure"), "persons": _("Persons")}
        used = {spec["id"].split(".")[0] for spec in request_form.specs(self.case, _MOST)}
        wanted = [name for name in labels if name in used or (name == "data" and "measures" in used)]
        numbers = [
            Field(
                f"{self._prefix}#{name}",
                "select",
                labels[name],
                tuple((str(n), str(n)) for n in range(1 if name == "measures" else 0, _MOST[name] + 1)),
                str(self.lines[name]),
            )
            for name in wanted
        ]
        if not numbers:
            return made
        return [
            *made,
            Field(f"{self._prefix}#heading", "heading", _("Number of lines in this form")),
            *numbers,
        ]

    def _run_write(self, values: Values) -> Result:
        action = values["action"]
        if action == "draft":
            self._begin(dict(self.case.draft))
        elif action == "clear":
            self._begin({})
        elif action in ("change", "lines"):
            self._take(values, with_lines=action == "lines")
        return self._checked()

    def _begin(self, values: dict[str, Any], lines: dict[str, int] | None = None) -> None:
        """Another form with these values: its fields get new names, so that the page shows them."""
        self.number += 1
        self.values = values
        self.lines = lines or request_form.lines_of(values, self.case)
        self._save()

    def _take(self, values: Values, *, with_lines: bool) -> None:
        """What was typed into the form that is open now; another window's form is left alone."""
        prefix = f"{self._prefix}."
        written = {
            name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)
        }
        known = {spec["id"] for spec in request_form.specs(self.case, self.lines)}
        fresh = {**self.values, **{name: value for name, value in written.items() if name in known}}
        changed = fresh != self.values
        self.values = fresh
        if with_lines:
            wanted = {
                name: int(values[f"{self._prefix}#{name}"])
                for name in self.lines
                if str(values.get(f"{self._prefix}#{name}", "")).isdigit()
            }
            kept = request_form.within(fresh, {**self.lines, **wanted})
            self._begin(kept, {**self.lines, **wanted})
        elif changed:
            self._save()

    def _checked(self) -> Result:
        written = request_form.read(self.values, self.case)
        found = validate(written.request) if written.request is not None else []
        errors = [one for one in found if one.severity == "error"]
        if written.request is None:
            # The rest is looked at all the same, as far as it can be read.
            found = validate(request_form.request_of(written.json))
        draft = bool(errors or written.wrong)
        count = len([one for one in found if one.severity == "error"]) + len(written.wrong)
        return Result(
            join(
                request_shown.remarks(found, written.wrong),
                request_shown.letter_preview(letter(written.json, draft=draft)),
            ),
            say=_("Missing or wrong: {count}.").format(count=count),
        )

    # 3

    def _letter(self) -> Step:
        return Step(
            "letter",
            _("3. Write the letter into your folder"),
            sentence(
                _(
                    "A letter without gaps is signed by the head of the central authority and timestamped. With gaps "
                    "it is written as a draft."
                )
            ),
            buttons=[
                Button("pdf", _("Write the PDF")),
                Button("word", _("Write the Word file")),
                Button("json", _("Export the request as JSON")),
            ],
            run=self._run_letter,
        )

    def _readable(self) -> request_form.Written:
        written = request_form.read(self.values, self.case)
        if written.request is None:
            raise UsageError(
                _("The request cannot be read yet: {why}").format(why=" ".join(written.wrong)),
                next_step=_("Mend it in step 2."),
            )
        return written

    def _run_letter(self, values: Values) -> Result:
        written = self._readable()
        assert written.request is not None
        if values["action"] == "json":
            path = self.room.export(written.request)
            said = _("The request is in {path}.").format(path=path)
            return Result(sentence(strong(_("Written:")), code(path)), say=said)
        gaps = [one for one in validate(written.request) if one.severity == "error"]
        made = letter(written.request, draft=bool(gaps))
        paths = self.room.write_letter(made, written.json, values["action"])
        if gaps:
            said = _("Written as a draft, not signed: {count} gaps are left.").format(count=len(gaps))
            return Result(
                join(sentence(strong(said)), bullets(code(path) for path in paths)), say=said, ok=False
            )
        said = _("Written and signed by {name}, {title}.").format(
            name=made.form.signatory, title=made.form.title
        )
        roots = self.room.certificates()
        where = (
            _("Signature and timestamp are inside the PDF.")
            if values["action"] == "pdf"
            else _("Signature and timestamp are the two files beside it.")
        )
        return Result(
            join(
                sentence(strong(said), where),
                bullets(code(path) for path in paths),
                sentence(
                    _("Whoever checks them needs these two certificates, from you and not with the letter:")
                ),
                bullets(code(path) for path in roots),
            ),
            say=f"{said} {where}",
        )

    # 4

    def _send(self) -> Step:
        return Step(
            "send",
            _("4. Send it, and read the answer"),
            sentence(
                _(
                    "The central authority of {state} decides on each measure by its law and by what it knows. Then "
                    "improve the request and send it again."
                ).format(state=state_name(self.case.requested))
            ),
            buttons=[Button("send", _("Send to {state}").format(state=state_name(self.case.requested)))],
            run=self._run_send,
        )

    def _run_send(self, _values: Values) -> Result:
        written = self._readable()
        assert written.request is not None
        made = self.room.send(written.request)
        said = _("Round {number}: {decision}.").format(
            number=made.number, decision=decision_label(made.answer["decision"])
        )
        return Result(
            join(sentence(strong(said)), request_shown.answered(made, self.case)),
            say=said,
            ok=made.answer["decision"] == "grant",
        )

    # 5

    def _rounds(self) -> Step:
        return Step(
            "rounds",
            _("5. Look back at the rounds"),
            buttons=[
                Button("show", _("Show this round")),
                Button("take", _("Take its request back into the form")),
            ],
            run=self._run_rounds,
            refresh=self._rounds_fields,
            live=True,
        )

    def _rounds_fields(self) -> list[Field]:
        options = tuple(
            (
                str(one.number),
                _("Round {number}: {decision}").format(
                    number=one.number, decision=decision_label(one.answer["decision"])
                ),
            )
            for one in reversed(self.room.rounds)
        ) or (("", _("no round yet")),)
        return [Field("round", "select", _("Round"), options, options[0][0])]

    def _run_rounds(self, values: Values) -> Result:
        rounds = self.room.rounds
        if not rounds:
            return Result(sentence(_("You have not sent anything yet.")), say="")
        chosen = str(values.get("round") or rounds[-1].number)
        number = int(chosen) if chosen.isdigit() and 0 < int(chosen) <= len(rounds) else rounds[-1].number
        one = rounds[number - 1]
        values_now = request_form.shown(one.request, self.case)
        if values["action"] == "take":
            self._begin(values_now)
            said = _("The request of round {number} is in the form again.").format(number=number)
            return Result(join(sentence(strong(said)), self._history(one.number)), say=said)
        return Result(self._history(number), say="")

    def _history(self, number: int) -> Markup:
        rounds = self.room.rounds
        one = rounds[number - 1]
        parts = [request_shown.rounds_table(rounds)]
        parts.append(sentence(strong(_("Round {number}").format(number=number))))
        if number > 1:
            labels = {
                spec["id"]: request_form.label(spec["id"], spec)
                for spec in request_form.specs(self.case, _MOST)
            }
            before = request_form.shown(rounds[number - 2].request, self.case)
            parts.append(request_shown.changes(before, request_form.shown(one.request, self.case), labels))
        parts.append(request_shown.answered(one, self.case))
        return join(*parts)
