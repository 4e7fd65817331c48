"""The trainee's desk as a lab: clock, inbox, reader, composer, notes, case files and a look back.

>>> desk = desk(into="m05-work")          # in a notebook: the panel
>>> desk.press("clock", "hour")           # the same as the button, for a line of code
>>> desk.room.now                         # the desk behind it: hanoikit.network.trainee_desk

Everything that was done is in ``m05-work/desk.jsonl`` before it shows, and what is being written is in ``draft.json``:
after a restart the desk is as it was. The rules are those of ``hanoikit.network``, the same as in a live room.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.labs import desk_form, desk_shown
from hanoikit.labs.bench_folder import read_json, write_json, writing
from hanoikit.labs.html import Markup, bullets, join, sentence, strong, table
from hanoikit.labs.panel import Button, Field, Result, Step, Values, panel
from hanoikit.labs.zones import zone_options
from hanoikit.network import tables
from hanoikit.network.case import NOTES
from hanoikit.network.desk import Entry
from hanoikit.network.envelope import Envelope
from hanoikit.network.labels import choice_label, note_label
from hanoikit.network.messages import Message
from hanoikit.network.scenario import Scenario
from hanoikit.network.trainee_desk import TraineeDesk

if TYPE_CHECKING:
    from hanoikit.labs.live_desk import LiveDesk

PLACES = 4
"""Places of the triage order that the form offers."""


def desk(
    into: Path | str = "m05-work",
    *,
    scenario: str = "lantern-night",
    coach: bool = True,
    url: str = "",
    token: str = "",
    sync: bool = True,
) -> Any:
    """The desk of the first team of a scenario, kept in the folder ``into``.

    ``coach`` compares your order with the house's rule, and shows what was expected when its time is over. ``sync``
    False leaves writing to the system, for trials. With ``url`` and ``token`` of a desk service it is this
    desk of a live room, and the scenario is the room's. Returns the panel; its ``room`` is the desk behind it.
    """
    room: TraineeDesk | LiveDesk
    if url:
        from hanoikit.desk_service.client import DeskClient
        from hanoikit.labs.live_desk import LiveDesk

        room = LiveDesk(into, DeskClient(url, token))
    else:
        room = TraineeDesk(into, Scenario.named(scenario), sync=sync)
    return _DeskView(room, coach=coach).widget()


class _DeskView:
    def __init__(self, room: TraineeDesk | LiveDesk, *, coach: bool) -> None:
        self.room = room
        self.coach = coach
        self.zone = tables.rules(room.id[:2]).zone
        self.draft_path = room.folder / "draft.json"
        self.draft: dict[str, Any] = read_json(self.draft_path)
        self.number = int(self.draft.get("number", 1))
        self._form: tuple[tuple[object, ...], list[Field]] | None = None
        self._values: dict[str, Values] = {}
        self._inside = False

    def widget(self) -> Any:
        steps = [self._clock(), self._inbox(), self._read(), self._compose(), self._note(), self._file()]
        if self.coach and self.room.expected:
            steps.append(self._back())
        title = _("The desk of {name}").format(name=tables.rules(self.room.id[:2]).name)
        self.steps = {step.id: step for step in steps}
        self.panel = panel(title, steps, after=self._after)
        self.panel.room = self.room
        return self.panel

    def _after(self, step: str) -> None:
        """Whatever one step did, the others show the desk as it is now."""
        if self._inside or (self.steps[step].live and self._values.get(step, {}).get("action") == "change"):
            return
        self._inside = True
        said = self.panel.said
        try:
            for other in self.steps.values():
                if other.live and other.id != step:
                    given = {**self._values.get(other.id, {})}
                    given.pop("action", None)
                    self.panel.press(other.id, "change", **given)
        finally:
            self._inside = False
            self.panel.said = said

    def _keep(self, step: str, values: Values) -> None:
        self._values[step] = dict(values)

    # 1

    def _clock(self) -> Step:
        return Step(
            "clock",
            _("1. The clock, and what runs out"),
            sentence(self._about_time()),
            buttons=self._clock_buttons(),
            run=self._run_clock,
            live=True,
        )

    def _about_time(self) -> str:
        if self.room.live:
            return _(
                "The room's clock runs as the facilitator set it. Fetch what is new as often as you like."
            )
        return _(
            "The story's clock stands still while you think. Writing a message takes ten minutes of it. "
            "Move it when you want to wait."
        )

    def _clock_buttons(self) -> list[Button]:
        if self.room.live:
            return [Button("next", _("Fetch what is new"))]
        return [
            Button("minutes", _("+10 minutes")),
            Button("hour", _("+1 hour")),
            Button("day", _("+1 day")),
            Button("next", _("To the next event")),
        ]

    def _run_clock(self, values: Values) -> Result:
        self._keep("clock", values)
        spans: Mapping[str, dict[str, int]] = {
            "minutes": {"minutes": 10},
            "hour": {"hours": 1},
            "day": {"days": 1},
        }
        action = values["action"]
        if action == "next":
            noticed = self.room.advance_to_event()
        elif action in spans:
            noticed = self.room.advance(**spans[action])
        else:
            noticed = []
        room = self.room
        now = room.now
        found = desk_shown.all_timers(room.desk, now)
        told = [one for one in room.happenings if one.kind == "briefing"]
        rejected = [one for one in room.happenings if one.kind == "rejected"]
        say = _("It is {now} at your desk. {count} new.").format(
            now=desk_shown.moment(now, self.zone), count=len(noticed)
        )
        due = [one for one in found if desk_shown.warning(one).isupper()]
        if due:
            say += " " + _("Timers that need you: {count}.").format(count=len(due))
        parts = [
            sentence(strong(_("It is {now} at your desk.").format(now=desk_shown.moment(now, self.zone)))),
            bullets(one.text for one in told),
        ]
        if rejected:
            parts.append(sentence(strong(_("Not accepted, and not in your inbox:"))))
            parts.append(bullets(self._rejected(one) for one in rejected))
        parts += [desk_shown.world_clocks(now), desk_shown.timers(found, self.zone)]
        return Result(join(*parts), say=say, pictures=desk_shown.timer_picture(found))

    def _rejected(self, one: Any) -> str:
        why = " ".join(finding.message for finding in one.findings)
        sender = Envelope.read(one.text).message.sender if one.text else _("another desk")
        text = _("{when}: a message that says it comes from {sender}. {why} Ask that desk by another way.")
        return text.format(when=desk_shown.moment(one.at, self.zone), sender=sender, why=why)

    # 2

    def _waiting(self) -> list[Entry]:
        return sorted(self.room.desk.triage(self.room.now), key=lambda one: one.at)

    def _inbox(self) -> Step:
        return Step(
            "inbox",
            _("2. The inbox: what first?"),
            sentence(
                _(
                    "Read the messages in step 3, then decide in which order you work. Not what the sender shouts "
                    "counts, but what is lost, and when."
                )
            ),
            buttons=[Button("sort", _("Set this order"))],
            run=self._run_inbox,
            refresh=self._inbox_fields,
            live=True,
        )

    def _inbox_fields(self) -> list[Field]:
        waiting = [(one.message.id, desk_shown.label(one.message)) for one in self._waiting()]
        options = (("", _("choose")), *waiting)
        places = min(PLACES, len(waiting))
        ordinal = (_("First"), _("Second"), _("Third"), _("Fourth"))
        found = [Field(f"place{n}", "select", ordinal[n], options) for n in range(places)]
        if places:
            found.append(Field("reason", "line", _("Reason, in a few words")))
        return found

    def _run_inbox(self, values: Values) -> Result:
        self._keep("inbox", values)
        if values["action"] == "sort":
            names = [values.get(f"place{n}", "") for n in range(PLACES)]
            self.room.sort([name for name in names if name], reason=str(values.get("reason", "")))
        waiting = self._waiting()
        unread = [one.message.id for one in self.room.desk.unread]
        parts = [desk_shown.waiting(waiting, unread, self.zone)]
        say = _("{count} messages wait for you.").format(count=len(waiting))
        if self.room.sorted:
            last = self.room.sorted[-1]
            names = [self._name(one) for one in last["order"]]
            parts.append(sentence(_("Your order:"), "; ".join(names) + ".", _("Reason:"), last["reason"]))
            if self.coach:
                verdict = self._compared(last["order"])
                parts.append(sentence(strong(verdict)))
                say = verdict if values["action"] == "sort" else say
            elif values["action"] == "sort":
                say = _("Your order is in the log.")
        return Result(join(*parts), say=say)

    def _name(self, message_id: str) -> str:
        desk = self.room.desk
        return desk_shown.label(desk.message(message_id)) if desk.knows(message_id) else message_id[:8]

    def _compared(self, order: list[str]) -> str:
        rule = [one.message.id for one in self.room.desk.triage(self.room.now)]
        mine = [one for one in order if one in rule]
        theirs = [one for one in rule if one in mine]
        for own, right in zip(mine, theirs, strict=True):
            if own != right:
                text = _(
                    "The house's rule takes “{right}” before “{own}”: life first, then what vanishes first, then what "
                    "is marked urgent, then what came first. But read: whoever marks a message may be wrong."
                )
                return text.format(right=self._name(right), own=self._name(own))
        return _("That is the order of the house's rule. But read: whoever marks a message may be wrong.")

    # 3

    def _read(self) -> Step:
        return Step(
            "read",
            _("3. Read a message"),
            buttons=[Button("open", _("Open it"))],
            run=self._run_read,
            refresh=self._read_fields,
        )

    def _read_fields(self) -> list[Field]:
        unread = {one.message.id for one in self.room.desk.unread}
        options = [
            (
                one.message.id,
                (_("NEW") + " · " if one.message.id in unread else "") + desk_shown.label(one.message),
            )
            for one in reversed(self.room.desk.inbox)
        ]
        if not options:
            options = [("", _("nothing came in yet"))]
        return [Field("message", "select", _("Message"), tuple(options), options[0][0])]

    def _run_read(self, values: Values) -> Result:
        desk = self.room.desk
        if not values["message"]:
            raise UsageError(_("There is no message yet."), next_step=_("Move the clock in step 1."))
        message = desk.message(values["message"])
        case = desk.case_of(message.id)
        assert case is not None
        if any(one.message.id == message.id for one in desk.unread):
            self.room.note(case.number, what="read", text=message.id)
        found = [one for one in desk.remarks(message) if one.where]
        good = _("The desk's check finds nothing missing. Whether it is true and right, you judge.")
        return Result(
            join(
                sentence(_("Case file {number}.").format(number=case.number)),
                desk_shown.whole(message, self.zone),
                desk_shown.remarks(found, good),
            ),
            say=_("Opened: {label}.").format(label=desk_shown.label(message)),
        )

    # 4

    def _options(self) -> list[tuple[str, str]]:
        """What may be written: answers and follow-ups in each case, then new requests."""
        desk = self.room.desk
        found: dict[str, str] = {}
        for case in desk.cases.values():
            for act in desk.allowed(case, self.room.now):
                about = desk.message(act.about)
                text = _("{case} · {kind}, to {desk} ({about})").format(
                    case=case.number,
                    kind=_(tables.kind(act.kind).name),
                    desk=case.other,
                    about=_(tables.kind(about.kind).name),
                )
                found[f"{act.kind}:{act.about}"] = text
        for name, kind in tables.kinds().items():
            if kind.role == "request":
                found[f"{name}:"] = _("New: {kind}").format(kind=_(kind.name))
        return list(found.items())

    def _compose(self) -> Step:
        return Step(
            "compose",
            _("4. Write"),
            sentence(
                _(
                    "Choose what you write. Below the fields stands, as you type, what is still missing, and why the "
                    "other desk needs it."
                )
            ),
            buttons=[
                Button("send", _("Send")),
                Button("insist", _("Send it as it is")),
                Button("clear", _("Clear the form")),
            ],
            run=self._run_compose,
            refresh=self._compose_fields,
            live=True,
        )

    def _given(self, name: str, default: str = "") -> str:
        return str(self.draft.get(f"d{self.number}.{name}", default) or default)

    def _what(self) -> tuple[str, str]:
        options = dict(self._options())
        chosen = self._given("what", "preservation-request:")
        kind, _colon, about = (chosen if chosen in options else "preservation-request:").partition(":")
        return kind, about

    def _lines(self) -> int:
        text = self._given("lines", "1")
        return int(text) if text in ("1", "2", "3", "4") else 1

    def _compose_fields(self) -> list[Field]:
        kind, about = self._what()
        options = tuple(self._options())
        shape = (self.number, kind, about, self._lines(), options)
        if self._form is None or self._form[0] != shape:
            # Made once for a shape: what is typed stays in the page and must not come back as a new form.
            self._form = (shape, self._make_fields(kind, about, options))
        return self._form[1]

    def _make_fields(self, kind: str, about: str, options: tuple[tuple[str, str], ...]) -> list[Field]:
        prefix = f"d{self.number}"
        found = [Field(f"{prefix}.what", "select", _("What you write"), options, f"{kind}:{about}")]
        if not about:
            desks = tuple(
                (entry.desk, f"{entry.desk}: {entry.name}")
                for entry in self.room.directory
                if entry.state != self.room.id[:2]
            )
            to = self._given("to")
            found.append(Field(f"{prefix}.to", "select", _("To"), (("", _("choose")), *desks), to))
        urgency = tuple((one, choice_label(one)) for one in ("ordinary", "urgent", "emergency"))
        about_urgency = self.room.desk.message(about).urgency if about else "ordinary"
        found += [
            Field(f"{prefix}.urgency", "select", _("Urgency"), urgency, self._given("urgency", about_urgency)),
            Field(f"{prefix}.reference", "text", _("Your case reference"), value=self._reference(about)),
            Field(f"{prefix}.language", "select", _("Language"), self._languages(), self._given("language", "en")),
            Field(
                f"{prefix}.zone", "select", _("Times in this form are local times of"), zone_options(),
                self._given("zone", self.zone),
            ),
        ]  # fmt: skip
        if any(one.type == "data" for one in tables.kind(kind).elements):
            numbers = tuple((str(n), str(n)) for n in range(1, 5))
            label = _("Lines of data")
            found.append(Field(f"{prefix}.lines", "select", label, numbers, str(self._lines())))
        return found + desk_form.fields(prefix, kind, lines=self._lines(), values=self.draft)

    def _reference(self, about: str) -> str:
        case = self.room.desk.case_of(about) if about else None
        default = (case.root.reference if case.ours else case.number) if case is not None else ""
        return self._given("reference", default)

    def _languages(self) -> tuple[tuple[str, str], ...]:
        names = {"en": _("English"), "es": _("Spanish"), "qaa": _("Aldermark's language")}
        names |= {"qab": _("Brevania's language"), "qac": _("Corvessa's language")}
        return tuple((code, f"{name} ({code})") for code, name in names.items())

    def _run_compose(self, values: Values) -> Result:
        self._keep("compose", values)
        action = values["action"]
        if action == "clear":
            self._fresh()
            return self._checked(_("The form is empty."))
        prefix = f"d{self.number}."
        written = {name: value for name, value in values.items() if name.startswith(prefix)}
        if written and any(self.draft.get(name) != value for name, value in written.items()):
            self.draft = {**self.draft, **written, "number": self.number}
            self._save()
        if action in ("send", "insist"):
            return self._send(insist=action == "insist")
        return self._checked("")

    def _save(self) -> None:
        with writing(self.room.folder):
            write_json(self.draft_path, self.draft)

    def _fresh(self) -> None:
        self.number += 1
        self.draft = {"number": self.number}
        self._values.pop("compose", None)
        self._save()

    def _message(self, to: str = "") -> desk_form.Draft:
        kind, about = self._what()
        desk = self.room.desk
        case = desk.case_of(about) if about else None
        header = {
            "from": self.room.id,
            "to": case.other if case is not None else to or self._given("to"),
            "sent": self.room.now,
            "reference": self._given("reference", self._reference(about)).strip(),
            "language": self._given("language", "en"),
            "urgency": self._given("urgency", desk.message(about).urgency if about else "ordinary"),
            "regarding": about,
        }
        return desk_form.read(
            f"d{self.number}",
            kind,
            self.draft,
            zone=self._given("zone", self.zone),
            header=header,
            lines=self._lines(),
        )

    def _checked(self, say: str) -> Result:
        """What is still missing in the draft."""
        kind, about = self._what()
        chosen = bool(about or self._given("to"))
        draft = self._message(to="" if chosen else self._stand_in)
        parts = [sentence(_(tables.kind(kind).purpose), _("Rests on:"), tables.kind(kind).provision + ".")]
        if not chosen:
            parts.append(sentence(strong(_("Choose the desk that the message goes to."))))
        parts.append(bullets(draft.wrong))
        count = len(draft.wrong) + (not chosen)
        if draft.message is None:
            parts.append(sentence(_("The message cannot be read yet.")))
        else:
            found = self.room.desk.remarks(draft.message)
            if not chosen:
                found = [one for one in found if one.element not in ("to", "language")]
            count += sum(1 for one in found if one.severity == "error")
            good = "" if count else _("Nothing is missing. Whether it is true and right, you judge.")
            parts.append(desk_shown.remarks(found, good) if found or good else Markup(""))
        return Result(join(*parts), say=say or _("Missing or wrong: {count}.").format(count=count))

    @property
    def _stand_in(self) -> str:
        """Some desk: while none is chosen, everything else can be looked at already."""
        return next(one.desk for one in self.room.directory if one.state != self.room.id[:2])

    def _send(self, *, insist: bool) -> Result:
        draft = self._message()
        if draft.message is None or draft.wrong:
            if not self._what()[1] and not self._given("to"):
                why = [_("Choose the desk that the message goes to.")]
            else:
                why = list(draft.wrong)
            return Result(
                join(sentence(strong(_("It was not sent."))), bullets(why)),
                say=_("It was not sent."),
                ok=False,
            )
        envelope = self.room.send(draft.message, insist=insist)
        self._fresh()
        message: Message = envelope.message
        said = _("Sent to {desk} at {when}: {kind}. It is signed and in your log.").format(
            desk=message.recipient,
            when=desk_shown.moment(message.sent, self.zone),
            kind=_(tables.kind(message.kind).name),
        )
        return Result(sentence(strong(said)), say=said)

    # 5

    def _note(self) -> Step:
        return Step(
            "note",
            _("5. Write into a case file"),
            sentence(
                _(
                    "What is no message: an order to the holder at home, its renewal, that you passed something on, "
                    "what your central authority told you."
                )
            ),
            buttons=[Button("write", _("Write it down"))],
            run=self._run_note,
            refresh=self._note_fields,
        )

    def _cases(self) -> tuple[tuple[str, str], ...]:
        cases = reversed(list(self.room.desk.cases.values()))
        found = tuple(
            (case.number, f"{case.number} · {case.other}: {_(tables.kind(case.root.kind).name)}")
            for case in cases
        )
        return found or (("", _("no case file yet")),)

    def _note_fields(self) -> list[Field]:
        whats = tuple((one, note_label(one)) for one in NOTES if one != "read")
        cases = self._cases()
        return [
            Field("case", "select", _("Case file"), cases, cases[0][0]),
            Field("what", "select", _("What"), whats, "remark"),
            Field("text", "line", _("Text: the holder, the authority, or your remark")),
        ]

    def _run_note(self, values: Values) -> Result:
        if not values["case"]:
            raise UsageError(_("There is no case file yet."), next_step=_("Move the clock in step 1."))
        text = str(values.get("text", "")).strip()
        if values["what"] in ("passed-on", "remark") and not text:
            raise UsageError(
                _("The note says nothing."), next_step=_("Name the authority, or write your remark.")
            )
        self.room.note(values["case"], what=values["what"], text=text[:500])
        said = _("Noted in {case}: {what}.").format(case=values["case"], what=note_label(values["what"]))
        return Result(sentence(strong(said), text), say=said)

    # 6

    def _file(self) -> Step:
        return Step(
            "file",
            _("6. The case file"),
            buttons=[Button("log", _("Check the log"))],
            run=self._run_file,
            refresh=self._file_fields,
            live=True,
        )

    def _file_fields(self) -> list[Field]:
        cases = self._cases()
        return [Field("case", "select", _("Case file"), cases, cases[0][0])]

    def _run_file(self, values: Values) -> Result:
        self._keep("file", values)
        desk = self.room.desk
        # A choice made while there was no case file yet is no choice.
        case = desk.cases.get(values["case"]) or desk.cases.get(self._cases()[0][0])
        if case is None:
            return Result(sentence(_("There is no case file yet.")), say="")
        parts = [desk_shown.case_file(case, desk, self.room.now, self.zone)]
        say, ok = "", True
        if values["action"] == "log":
            problems = self.room.check_log()
            ok = not problems
            say = (
                _("The log holds: {count} records, each with the hash of the one before it.").format(
                    count=len(self.room.path.read_bytes().splitlines()) - 1
                )
                if ok
                else _("The log does not hold.")
            )
            parts.insert(0, join(sentence(strong(say)), bullets(str(one) for one in problems)))
        return Result(join(*parts), say=say, ok=ok)

    # 7

    def _back(self) -> Step:
        return Step(
            "back",
            _("7. Look back"),
            sentence(
                _("What the night asked of you. A point is shown when it was met, or when its time is over.")
            ),
            run=self._run_back,
            live=True,
        )

    def _run_back(self, values: Values) -> Result:
        judged = self.room.decisions()
        done = [one for one in judged if one.met is not None]
        if not done:
            return Result(sentence(_("Nothing to look back on yet.")), say="")
        words: Mapping[bool, str] = {True: _("met"), False: _("NOT MET")}
        rows = [
            (
                one.reason,
                words[bool(one.met)],
                desk_shown.moment(one.at, self.zone) if one.at is not None else _("not done"),
                desk_shown.moment(one.due, self.zone),
                ", ".join(one.expected.provisions),
            )
            for one in done
        ]
        head = (_("What was asked, and why"), _("Result"), _("Done (your time)"), _("Due"), _("Provisions"))
        open_ = _("Still open: {count}.").format(count=len(judged) - len(done))
        return Result(join(table(_("Decisions"), head, rows), sentence(open_)), say="")
