"""Handing in without a terminal: choose the exercise, seal it, read the code, and check what one holds.

>>> lab = hand_in()
>>> lab.press("who", "keep", name="Lan Anh Tran", id="t07").say
'You are Lan Anh Tran, t07.'
>>> lab.press("exercise", "change", exercise="m04-evidence-chain").say
'7 of 8 questions are answered.'
>>> lab.press("seal", "seal", where="keep").say
'Sealed and kept. Your code: K7QF-2M9X-PT3A. Nobody else has it yet. ...'

The rules are those of ``hanoikit.handin``; ``hanoikit submit`` and ``hanoikit receipt`` do the same in a terminal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hanoikit.errors import Finding, HanoiKitError
from hanoikit.exercise.sheet import local_now
from hanoikit.handin import bundle, places, submitting, verifying
from hanoikit.handin.me import HandOut, Me
from hanoikit.handin.receipt import CounterReceipt
from hanoikit.handin.submitting import HandedIn
from hanoikit.i18n import _
from hanoikit.labs import hand_in_shown as shown
from hanoikit.labs.html import Markup, bullets, code, join, sentence, strong, table
from hanoikit.labs.panel import Button, Field, Result, Step, Values, panel

KEEP, ROOM, FOLDER, LATEST = "keep", "room", "folder", "latest"


def hand_in(folder: Path | str | None = None, *, clock: Callable[[], datetime] = local_now) -> Any:
    """The panel for the course folder ``folder`` (default: the one that the notebook lies in)."""
    start = Path(folder) if folder is not None else Path.cwd()
    desk = _HandIn(submitting.workspace_of(start) or start.absolute(), clock)
    return panel(_("Hand in"), [desk.who_step, desk.exercise_step, desk.seal_step, desk.check_step])


class _HandIn:
    """What the four steps share: the course folder, and the exercise that was chosen."""

    def __init__(self, workspace: Path, clock: Callable[[], datetime]) -> None:
        self.workspace, self._clock = workspace, clock
        self.chosen = ""
        self._typed: dict[str, str] = {}
        """Name and id that stand in the first box and were not kept yet."""
        self.who_step = Step(
            "who",
            _("1. Who you are"),
            self._class_words(),
            refresh=self._who_fields,
            buttons=[Button("keep", _("Keep this"))],
            run=self._keep,
            live=True,
        )
        self.exercise_step = Step(
            "exercise",
            _("2. Which exercise"),
            refresh=self._exercise_fields,
            run=self._look,
            live=True,
        )
        self.seal_step = Step(
            "seal",
            _("3. Seal and hand in"),
            sentence(
                _(
                    "One button saves what is open, seals your work into one file, and puts it where you say. A copy "
                    "stays in your course folder. You can hand in again later; the last one in time counts."
                )
            ),
            refresh=self._where_fields,
            buttons=[
                Button("seal", _("Seal and hand in")),
                Button("look", _("Look for sticks again")),
            ],
            run=self._seal,
            saves=True,
        )
        self.check_step = Step(
            "check",
            _("4. Check a receipt or your marks"),
            sentence(
                _(
                    "Nothing is sent anywhere. The history of your marks is a file that your instructor gives you: put "
                    "it into your course folder (the arrow above the list of files), then press Check."
                )
            ),
            refresh=self._check_fields,
            buttons=[Button("check", _("Check"))],
            run=self._check,
        )

    # who

    def _class_words(self) -> Markup:
        handed_out = self._hand_out()
        if handed_out is None:
            return sentence(
                _(
                    "There is no class here: you can seal your work all the same. If your instructor gave you a "
                    "folder with the file class.json, copy its content into your course folder."
                )
            )
        words = [sentence(_("Class:"), strong(handed_out.title))]
        if handed_out.code:
            words.append(
                sentence(
                    _("Code of the class:"),
                    code(handed_out.code),
                    _(
                        "Your instructor shows the same code. If it differs, you have the files of another class."
                    ),
                )
            )
        return join(*words)

    def _hand_out(self) -> HandOut | None:
        try:
            return HandOut.of(self.workspace)
        except HanoiKitError:
            return None

    def _who_fields(self) -> list[Field]:
        try:
            me = Me.of(self.workspace)
        except HanoiKitError:
            me = Me(self.workspace)
        return [
            Field(
                "name",
                "line",
                _("Your name"),
                value=me.name,
                hint=_("As it stands in the list of your class."),
            ),
            Field(
                "id",
                "text",
                _("Your id in the class"),
                value=me.id,
                hint=_("For example t07. Empty if unknown."),
            ),
        ]

    def _keep(self, values: Values) -> Result:
        typed = {name: str(values[name]) for name in ("name", "id")}
        if values["action"] == "change":
            return self._remember(typed)
        HandOut.of(self.workspace)  # says so when the files of two classes were mixed
        me = Me.of(self.workspace).set(**typed)
        self._typed = {}
        if not me.who:
            return Result(sentence(_("Write your name first.")), say=_("Write your name first."), ok=False)
        return self._you_are(me)

    def _remember(self, typed: dict[str, str]) -> Result:
        """What is being typed: kept when the work is sealed, also where nobody pressed "Keep this"."""
        me = Me.of(self.workspace)
        if typed == {"name": me.name, "id": me.id} or not any(word.strip() for word in typed.values()):
            self._typed = {}
            return replace(self._you_are(me), say="") if me.who else Result(Markup(""), say="")
        self._typed = typed
        return Result(sentence(_("It is kept when you press “Keep this”, or when you hand in.")), say="")

    def _you_are(self, me: Me) -> Result:
        said = _("You are {who}.").format(who=", ".join(filter(None, [me.name, me.id])))
        return Result(sentence(said), say=said)

    # which exercise

    def _exercise_fields(self) -> list[Field]:
        every = submitting.exercises(self.workspace)
        options = tuple((one.name, f"{one.name.partition('-')[0].upper()} · {one.title}") for one in every)
        self.chosen = self.chosen or _latest(every)
        return [Field("exercise", "select", _("Exercise"), options, self.chosen)]

    def _look(self, values: Values) -> Result:
        self.chosen = str(values["exercise"])
        if not self.chosen:
            said = _("There is no exercise in this folder.")
            return Result(sentence(said), say=said, ok=False)
        one = submitting.exercise(self.workspace, self.chosen)
        answered = len(one.asked) - len(one.open)
        said = _("{answered} of {asked} questions are answered.").format(
            answered=answered, asked=len(one.asked)
        )
        rows = [(_("Answered"), f"{answered} / {len(one.asked)}")]
        rows.append((_("Open questions"), submitting.numbers(one.open) or _("none")))
        if one.others:
            words = _("{questions}: files, text or code; see for yourself").format(
                questions=submitting.numbers(one.others)
            )
            rows.append((_("Not counted here"), words))
        handed_out = self._hand_out()
        if handed_out is not None and (due := handed_out.due.get(one.name)) is not None:
            rows.append((_("Due"), due.strftime("%Y-%m-%d %H:%M %z")))
        parts = [sentence(strong(said)), table(_("How far you are"), [_("What"), _("State")], rows)]
        if one.handed_in:
            parts.append(shown.kept(one.handed_in))
        return Result(join(*parts), say=said)

    # seal

    def _where_fields(self) -> list[Field]:
        options = [(f"stick:{path}", _("Stick: {name}").format(name=name)) for name, path in places.sticks()]
        room = self._room()
        if room is not None:
            options.insert(
                0, (ROOM, _("The room of your class: {title}").format(title=room.title or room.address))
            )
        options += [
            (KEEP, _("Only keep it: I send it by mail, or copy it myself")),
            (FOLDER, _("Another folder, which I write here")),
        ]
        return [
            Field("where", "select", _("Where to"), tuple(options), options[0][0]),
            Field(
                "folder",
                "line",
                _("Folder"),
                hint=_("Only for “Another folder”. On Windows for example E: or S:\\handed-in"),
            ),
        ]

    def _room(self) -> Any:
        """The room that this folder has joined, if there is one."""
        from hanoikit.handin.me import PRIVATE
        from hanoikit.workshop.membership import Membership

        return Membership.read(self.workspace / PRIVATE)

    def _seal(self, values: Values) -> Result:
        if values["action"] == "look":
            count = len(places.sticks())
            said = (
                _("Sticks that are there: {count}.").format(count=count) if count else _("There is no stick.")
            )
            return Result(sentence(said), say=said)
        where = str(values["where"])
        target = None
        if where == FOLDER:
            target = places.place(str(values["folder"]) or ".") if str(values["folder"]).strip() else None
            if target is None:
                said = _("Write the folder first.")
                return Result(sentence(said), say=said, ok=False)
            if not target.is_absolute():
                target = self.workspace / target
        elif where.startswith("stick:"):
            target = Path(where.removeprefix("stick:"))
        if self._typed:
            self.who_step.result = self.who_step.perform("keep", self._typed)
            if not self.who_step.result.ok:
                return self.who_step.result
        if not Me.of(self.workspace).who:
            said = _("Write your name in box 1 first.")
            return Result(sentence(said), say=said, ok=False)
        try:
            done = submitting.hand_in(self.workspace, self.chosen, to=target, at=self._clock())
        except HanoiKitError:
            self.exercise_step.result = self._look({"exercise": self.chosen})  # it may be sealed all the same
            raise
        findings = list(done.findings)
        if values.get("saved") is False:
            findings.append(shown.unsaved())
        # The table of what was sealed so far stands above, in the box of the exercise.
        self.exercise_step.result = self._look({"exercise": self.chosen})
        if where == ROOM:
            return self._through_the_room(done, findings)
        seen = shown.sealed(done, findings, mail=target is None)
        if target is None:
            said = _("Sealed and kept. Your code: {code}").format(code=done.receipt.code)
            waits = _("Nobody else has it yet. Send the file by mail, or copy it to a stick.")
            return Result(join(sentence(strong(waits)), seen), say=f"{said}. {waits}")
        said = _("Done. Your code: {code}").format(code=done.receipt.code)
        return Result(seen, say=said)

    def _through_the_room(self, done: HandedIn, findings: list[Finding]) -> Result:
        from hanoikit.workshop.client import RoomClient

        room = self._room()
        seen = shown.sealed(done, findings, mail=False)
        if room is None:
            said = _(
                "You are in no room any more. Your work is sealed and kept; choose another place for it."
            )
            return Result(join(sentence(strong(said)), seen), say=said, ok=False)
        try:
            reply = RoomClient(room.address, known=room.known).hand_in(room.token, done.kept)
        except (HanoiKitError, OSError) as error:
            said = _("The room did not take it. Your work is sealed and kept.")
            return Result(join(sentence(strong(said)), sentence(str(error)), seen), say=said, ok=False)
        counter = self._keep_counter(reply, done)
        if counter is None:
            said = _("The room answered, but not with a receipt of your class. Hand in another way as well.")
        elif counter.state == "set-aside":
            said = _("The room has your file, and set it aside: it is not ready for marking.")
        else:
            said = _("Handed in. Your code: {code}").format(code=done.receipt.code)
        good = counter is not None and counter.state != "set-aside"
        parts = [sentence(strong(said))]
        if counter is not None:
            words = _("The class signed that it came in at {time}. Its receipt lies beside yours.").format(
                time=counter.received.astimezone().strftime("%H:%M")
            )
            parts.append(sentence(words, _("It counts as late.") if counter.late else ""))
        told = reply.get("findings")
        parts.append(
            bullets(
                str(one.get("message", ""))
                for one in (told if isinstance(told, list) else [])
                if isinstance(one, dict)
            )
        )
        return Result(join(*parts, seen), say=said, ok=good)

    def _keep_counter(self, reply: Mapping[str, Any], done: HandedIn) -> CounterReceipt | None:
        """The class's receipt out of the room's reply, kept beside one's own; None when it is not one of the class for
        this file. Where nobody handed out a certificate, the signature waits until somebody does.
        """
        handed_out = self._hand_out()
        try:
            counter = CounterReceipt.from_json(str(reply.get("receipt", "")))
            if counter.file != hashlib.sha256(done.kept.read_bytes()).hexdigest():
                return None
            if handed_out is not None and handed_out.certificate is not None:
                counter.verify([handed_out.certificate])
            name = done.kept.name.removesuffix(bundle.ENDING) + verifying.COUNTER_ENDING
            places.lay(counter.to_json().encode(), done.kept.parent, name)
        except (HanoiKitError, OSError):
            return None
        return counter

    # check

    def _check_fields(self) -> list[Field]:
        own = [one.path.name for one in reversed(submitting.kept_in(self.workspace)) if one.path.is_file()]
        folder = self.workspace / submitting.KEPT
        own += (
            sorted(path.name for path in folder.glob(f"*{verifying.COUNTER_ENDING}"))
            if folder.is_dir()
            else []
        )
        histories = verifying.histories_in(self.workspace)
        records = verifying.records_in(self.workspace)
        options = (
            (LATEST, _("My last hand-in")),
            *((f"file:{path}", _("My marks: {file}").format(file=path.name)) for path in histories),
            *((f"file:{path}", path.name) for path in records),
            *((f"own:{name}", name) for name in own),
            (FOLDER, _("The file that I write here")),
        )
        hint = _("Only for “The file that I write here”. For example Downloads/t07.json")
        return [
            Field("file", "select", _("What to check"), options, LATEST),
            Field("path", "line", _("Another file"), hint=hint),
        ]

    def _check(self, values: Values) -> Result:
        path = self._file(str(values["file"]), str(values["path"]))
        if path is None:
            said = (
                _("There is no hand-in yet.")
                if values["file"] == LATEST
                else _("Write the name of the file first.")
            )
            return Result(sentence(said), say=said, ok=False)
        histories = verifying.histories_in(self.workspace)
        checked = verifying.check_file(path, history=histories[0] if histories else None)
        return Result(shown.checked(checked), say=checked.sentence, ok=checked.ok)

    def _file(self, chosen: str, written: str) -> Path | None:
        kind, _colon, name = chosen.partition(":")
        if chosen == LATEST:
            kept = [one for one in submitting.kept_in(self.workspace) if one.path.is_file()]
            return kept[-1].path if kept else None
        if kind == "file":
            return Path(name)
        return self.workspace / submitting.KEPT / name if kind == "own" else self._path(written)

    def _path(self, words: str) -> Path | None:
        if not words.strip():
            return None
        path = places.place(words)
        return path if path.is_absolute() else self.workspace / path


def _latest(every: Sequence[submitting.Exercise]) -> str:
    """The exercise that was worked on last, the first one where none was."""
    sheets = {one.name: one.folder / "answers.jsonl" for one in every}
    worked = {name: path.stat().st_mtime for name, path in sheets.items() if path.is_file()}
    return max(worked, key=lambda name: worked[name], default=every[0].name if every else "")
