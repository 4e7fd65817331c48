"""The safeguards review: facts attached to gates, a decision at each gate and on the request, and one fact flipped.

>>> lab = safeguards_review(file="hospital-log")
>>> lab.press("gates", gates={"legality": {"decision": "met", "facts": ["1"]}}).say
'1 of 6 gates decided.'

The rules are those of :mod:`hanoikit.safeguards`; here they become steps, figures, tables and sentences. What is
decided is kept in the folder ``into``, so that running the cell again shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hanoikit.errors import Finding, UsageError
from hanoikit.i18n import _
from hanoikit.labs.html import Markup, join, sentence, strong
from hanoikit.labs.panel import Button, Field, Result, Step, Values, panel
from hanoikit.labs.review_notes import ReviewNotes
from hanoikit.labs.review_picture import gates_picture, need_picture
from hanoikit.labs.review_words import (
    file_shown,
    flip_shown,
    ground_options,
    parts_table,
    score_shown,
    verdict_shown,
)
from hanoikit.safeguards import (
    CaseFile,
    case_file,
    case_files,
    change,
    compare,
    decisions,
    gates,
    outcomes,
    review,
    score,
)
from hanoikit.safeguards.grounds import open_grounds

VERSIONS = 5
"""How many other versions of a file the button goes through before it starts again."""
FOR_ASSIGNMENT = "assignment"


def safeguards_review(
    file: str | Sequence[str] = (), *, seed: int | None = None, into: Path | str = "m07-work"
) -> Any:
    """The panel for one case file or several.

    ``file``: a name or names of case files; all of the lesson's own where it is left out. ``seed``: another version of
    the first one. Raises ``UsageError`` for a file that there is not.
    """
    names = (file,) if isinstance(file, str) else tuple(file)
    room = _Room(names or lesson_files(), seed, ReviewNotes(into))
    return panel(
        _("Safeguards review"),
        [room.file_step, room.gates_step, room.narrow_step, room.answer_step, room.flip_step],
    )


def lesson_files() -> tuple[str, ...]:
    """The case files that no assignment uses."""
    return tuple(name for name in case_files() if case_file(name).notes.get("use") != FOR_ASSIGNMENT)


class _Room:
    """What is open now: a case file in one of its versions, and what the trainee has decided about it."""

    def __init__(self, names: Sequence[str], seed: int | None, notes: ReviewNotes) -> None:
        self.notes = notes
        self.names = tuple(names)
        last, version = notes.last
        if seed is None and last in self.names:
            self.file: CaseFile = case_file(last, seed=version)
        else:
            self.file = case_file(self.names[0], seed=seed)
        for name in self.names:
            case_file(name)
        self.file_step = Step(
            "file",
            _("Read the case file"),
            sentence(
                _(
                    "Another version has other names and dates, and sometimes the fact that matters is another."
                )
            ),
            refresh=self.file_fields,
            buttons=[Button("another", _("Another version")), Button("first", _("First version"))],
            run=self.choose,
            live=True,
        )
        self.gates_step = Step(
            "gates",
            _("Attach facts to the gates and decide each gate"),
            sentence(
                _("Take the gates in order. A fact may stand at several gates, and some facts stand at none.")
            ),
            refresh=self.gates_fields,
            run=self.decide,
            live=True,
        )
        self.narrow_step = Step(
            "narrow",
            _("Keep only what is necessary"),
            sentence(
                _(
                    "Tick what should be given. The points are the course's own: they say how deep a part goes into "
                    "people's lives."
                )
            ),
            refresh=self.narrow_fields,
            buttons=[Button("score", _("Score my choice"))],
            run=self.keep,
            live=True,
        )
        self.answer_step = Step(
            "answer",
            _("Answer the request"),
            sentence(_("Look for a smaller or a conditional yes before you refuse.")),
            refresh=self.answer_fields,
            buttons=[Button("compare", _("Compare with the rules"))],
            run=self.answer,
            live=True,
        )
        self.flip_step = Step(
            "flip",
            _("What changes when one fact is otherwise?"),
            sentence(_("Choose a fact. Say to yourself what will change, then look.")),
            refresh=self.flip_fields,
            run=self.flip,
            live=True,
        )

    # What the fields are called holds the file and its version: what one file shows never reaches another one.

    def name(self, field: str) -> str:
        return f"{self.file.id}-{self.file.seed or 0}-{field}"

    def given(self, values: Values, field: str, otherwise: Any = None) -> Any:
        """A value by its own name, as the page sends it, or by its short one, as a line of code gives it."""
        return values[field] if field in values else values.get(self.name(field), otherwise)

    def noted(self) -> dict[str, Any]:
        return self.notes.of(self.file.id, self.file.seed)

    def note(self, **decided: Any) -> None:
        self.notes.keep(self.file.id, self.file.seed, **decided)

    def trouble(self) -> Markup:
        return sentence(strong(self.notes.trouble)) if self.notes.trouble else Markup("")

    # step 1

    def file_fields(self) -> list[Field]:
        if len(self.names) == 1:
            return []
        titles = tuple((name, _(case_file(name).title)) for name in self.names)
        return [Field("file", "select", _("Case file"), titles, self.file.id)]

    def choose(self, values: Values) -> Result:
        chosen, action = str(values.get("file") or self.file.id), values["action"]
        if chosen not in self.names:
            raise UsageError(
                _("This page has no file {name}.").format(name=chosen), next_step=_("Choose from the list.")
            )
        seed = self.file.seed if chosen == self.file.id else None
        if action == "another":
            seed = (seed or 0) % VERSIONS + 1
        elif action == "first":
            seed = None
        if (chosen, seed) != (self.file.id, self.file.seed):
            self.file = case_file(chosen, seed=seed)
            self.note()
        for step in (self.gates_step, self.narrow_step, self.answer_step, self.flip_step):
            step.result = step.perform("change", {})
        said = _("Case file open: {title}.").format(title=_(self.file.title))
        if self.file.seed:
            said = _("Case file open: {title}, version {n}.").format(
                title=_(self.file.title), n=self.file.seed + 1
            )
        return Result(file_shown(self.file), say=said)

    # step 2

    def gates_fields(self) -> list[Field]:
        return [
            Field(
                self.name("gates"),
                "attach",
                _("Facts and gates"),
                options=tuple((fact.id, _(fact.text)) for fact in self.file.facts),
                value=self.noted()["gates"],
                places=tuple(
                    (gate.id, f"{number} · {_(gate.name)}", _(gate.question))
                    for number, gate in enumerate(gates(), 1)
                ),
                choices=tuple(decisions().items()),
            )
        ]

    def decided(self) -> dict[str, dict[str, Any]]:
        """What is noted for each gate, in form: a decision that there is, and facts that the file has."""
        noted = self.noted()["gates"]
        known, words = {fact.id for fact in self.file.facts}, decisions()
        made = {}
        for gate in gates():
            mine = noted.get(gate.id) if isinstance(noted, dict) else None
            mine = mine if isinstance(mine, dict) else {}
            decision = str(mine.get("decision") or "")
            facts = mine.get("facts")
            made[gate.id] = {
                "decision": decision if decision in words else "",
                "facts": [str(n) for n in facts if str(n) in known] if isinstance(facts, list) else [],
            }
        return made

    def decide(self, values: Values) -> Result:
        before = self.decided()
        given = self.given(values, "gates", {})
        if given != self.noted()["gates"]:
            self.note(gates=given, compared=False)
            self.answer_step.result = self.answer_step.perform("change", {})
        now = self.decided()
        done = sum(bool(mine["decision"]) for mine in now.values())
        said = _("{done} of {all} gates decided.").format(done=done, all=len(now))
        for gate in gates():
            new, old = now[gate.id]["facts"], before[gate.id]["facts"]
            if new != old:
                listed = ", ".join(new) or _("none")
                said = _("{gate}: facts {facts}.").format(gate=_(gate.name), facts=listed)
        return Result(join(sentence(said), self.trouble()), say=said)

    # step 3

    def narrow_fields(self) -> list[Field]:
        return [
            Field(
                self.name("kept"),
                "checks",
                _("Parts of the request that stay"),
                options=tuple((part.id, f"{part.id}: {_(part.text)}") for part in self.file.parts),
                value=self.kept(),
            )
        ]

    def kept(self) -> list[str]:
        noted = self.noted()["kept"]
        letters = [part.id for part in self.file.parts]
        return letters if noted is None else [letter for letter in letters if letter in noted]

    def keep(self, values: Values) -> Result:
        given = [str(letter) for letter in self.given(values, "kept") or ()]
        for letter in given:
            self.file.part(letter)
        if given != self.kept():
            self.note(kept=given)
        kept = self.kept()
        if values["action"] == "score":
            made = score(self.file, kept)
            shown, said = score_shown(self.file, kept, made)
        else:
            shown, said = parts_table(self.file, kept)
        return Result(join(shown, self.trouble()), say=said, pictures=(need_picture(self.file, kept),))

    # step 4

    def answer_fields(self) -> list[Field]:
        noted = self.noted()
        return [
            Field(
                self.name("outcome"),
                "select",
                _("Your answer"),
                (("", _("Choose …")), *outcomes().items()),
                noted["outcome"],
            ),
            Field(
                self.name("ground"),
                "select",
                _("Ground, if you refuse or postpone"),
                ground_options(self.file.kind),
                noted["ground"],
            ),
        ]

    def answer(self, values: Values) -> Result:
        outcome, ground = str(self.given(values, "outcome", "")), str(self.given(values, "ground", ""))
        if outcome not in ("", *outcomes()) or ground not in ("", *open_grounds(self.file.kind)):
            raise UsageError(_("One of the choices is not in the list."), next_step=_("Choose again."))
        noted = self.noted()
        if (outcome, ground) != (noted["outcome"], noted["ground"]):
            self.note(outcome=outcome, ground=ground, compared=False)
        if values["action"] != "compare" and not self.noted()["compared"]:
            said = _("Decide the six gates, choose your answer, then compare.")
            return Result(sentence(said), say=said)
        self.complete(outcome)
        if not self.noted()["compared"]:
            self.note(compared=True, seen=True)
            self.flip_step.result = self.flip_step.perform("change", {})
        found, decided = review(self.file), self.decided()
        made = compare(found, outcome)
        picture = gates_picture(
            {
                _("You"): {name: mine["decision"] for name, mine in decided.items()},
                _("Rules"): {one.id: one.verdict for one in found.gates},
            }
        )
        shown = verdict_shown(found, made, decided, ground)
        return Result(join(shown, self.trouble()), say=made.sentence, ok=made.right, pictures=(picture,))

    def complete(self, outcome: str) -> None:
        """Raises ``UsageError`` with every gap: who compares before deciding learns what the rules say, and no more."""
        gaps = [
            Finding("open", _("not decided yet"), where=_(gate.name))
            for gate in gates()
            if not self.decided()[gate.id]["decision"]
        ]
        if not outcome:
            gaps.append(Finding("open", _("not chosen yet"), where=_("Your answer")))
        if gaps:
            raise UsageError(
                _("Decide first, then compare."),
                next_step=_("These are still open:"),
                findings=gaps,
            )

    # step 5

    def flip_fields(self) -> list[Field]:
        options = tuple((fact.id, f"{fact.id}: {_(fact.text)}") for fact in self.file.facts)
        return [
            Field(self.name("fact"), "select", _("Fact"), (("", _("Choose …")), *options), ""),
        ]

    def flip(self, values: Values) -> Result:
        number = str(self.given(values, "fact", ""))
        if not self.noted()["seen"]:
            said = _("Compare your decision with the rules first (step 4).")
            return Result(sentence(said), say=said)
        if not number:
            said = _("Choose a fact.")
            return Result(sentence(said), say=said)
        found = change(self.file, number)
        picture = gates_picture(
            {
                _("As it is"): {one.id: one.verdict for one in found.before.gates},
                _("Otherwise"): {one.id: one.verdict for one in found.after.gates},
            }
        )
        return Result(flip_shown(found), say=found.sentence, pictures=(picture,))
