"""The whole case for one person: Aldermark's desk, with the other States answering by a script.

>>> run = open_run(Path("m11-work"), short=True)
>>> run.advance_to_event()
>>> [task.id for task in run.tasks()]
['opening', 'task-log']
>>> run.send(run.drafts()[0].message(run))                  # or any message of one's own
>>> run.decide("reporter", "refuse", facts=("5", "6"), provisions=("40(22)",), ground="40(22)", reason="...")
>>> run.send_product("freeze-2")
>>> run.score().share

A run is a :class:`hanoikit.network.trainee_desk.TraineeDesk`: every act is in ``desk.jsonl`` before it counts, and
after a restart the desk is as it was. The clock is moved by hand and leaves out what the story leaves out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from hanoikit.capstone import plan as plans
from hanoikit.capstone import products
from hanoikit.capstone.decisions import OUTCOMES, Decision
from hanoikit.capstone.own import own_products
from hanoikit.capstone.plan import MatterPlan, Part
from hanoikit.capstone.products import Product
from hanoikit.capstone.record import Record, alone
from hanoikit.capstone.scoring import Score, score
from hanoikit.errors import Finding, UsageError
from hanoikit.i18n import _
from hanoikit.network.envelope import Envelope
from hanoikit.network.exercise import Happening
from hanoikit.network.messages import (
    Body,
    Confirmed,
    DataSpecification,
    Document,
    EmergencyData,
    Message,
    MoreInformation,
    Partly,
    PreservationRequest,
    Refused,
)
from hanoikit.network.trainee_desk import TraineeDesk

REFERENCE = "XA-2026-9811"


@dataclass(frozen=True, slots=True)
class Task:
    """What the trainee was told, and when."""

    id: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that came in and needs a decision.

    ``facts`` are its numbered facts, ``outcomes`` the decisions to choose from with their words, ``parts`` the parts
    of the request where there are several. ``decided`` is the decision that stands, ``answered`` whether an answer
    went out.
    """

    id: str
    title: str
    question: str
    message: Message
    at: datetime
    facts: tuple[tuple[str, str], ...]
    outcomes: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...]
    decided: Decision | None
    answered: bool

    @property
    def sender(self) -> str:
        return self.message.sender


@dataclass(frozen=True, slots=True)
class PreservationDraft:
    """A prepared preservation request: complete, and as good as one's own."""

    id: str
    title: str
    to: str
    body: PreservationRequest
    reference: str = REFERENCE
    about: str = ""

    def message(self, run: CapstoneRun) -> Message:
        """The message as it goes out now."""
        return Message(
            sender=run.id,
            recipient=self.to,
            sent=run.now,
            body=self.body,
            reference=self.reference,
            urgency="urgent",
        )


class CapstoneRun(TraineeDesk):
    """One person's run of the whole case. Raises as :class:`TraineeDesk`."""

    # where the story stands

    @property
    def short(self) -> bool:
        return plans.is_short(self.scenario)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the story, with their times."""
        return plans.parts(self.scenario)

    @property
    def part(self) -> Part:
        """The part in which the clock stands; after the end, the last one."""
        begun = [one for one in self.parts if one.begins <= self.now]
        return begun[-1] if begun else self.parts[0]

    def next_part(self) -> list[Happening]:
        """Let the story run to the beginning of the next part, or to the end of the last one."""
        self.refresh()
        later = [one.begins for one in self.parts if one.begins > self.now]
        return self._move(later[0] if later else max(self.now, self.parts[-1].ends))

    def advance_to_event(self) -> list[Happening]:
        """Let the story run until this desk notices something; times that the story leaves out are left out."""
        found = super().advance_to_event()
        jumped = self.exercise.after_jump(self.now)
        return found if jumped == self.now else found + self._move(jumped)

    def _move(self, to: datetime) -> list[Happening]:
        # A span that crosses a jump goes on behind it: an hour before the gap and two after it are three hours.
        begins = self.scenario.begins
        for at, ends in self.scenario.jumps:
            if self.now < begins + at <= to < begins + ends:
                to = begins + ends
        return super()._move(max(to, self.exercise.after_jump(to)))

    # what there is to do

    def tasks(self) -> tuple[Task, ...]:
        """What this desk was told so far, in order."""
        names = {" ".join(one.text.split()): one.id for one in self.scenario.injects if one.text}
        return tuple(
            Task(names.get(" ".join(one.text.split()), ""), one.at, one.text)
            for one in self.happenings
            if one.kind == "briefing"
        )

    def matters(self) -> tuple[Matter, ...]:
        """What came in so far and needs a decision, in the order of arrival."""
        ids = self.exercise.inject_ids
        found = [
            self._matter(one, ids[one.id])
            for one in plans.plan().matters.values()
            if one.team == self.id and ids.get(one.id) and self.desk.knows(ids[one.id])
        ]
        return tuple(sorted(found, key=lambda one: one.at))

    def matter(self, name: str) -> Matter:
        """The matter with this id. Raises ``UsageError`` when it has not come in."""
        for one in self.matters():
            if one.id == name:
                return one
        raise UsageError(
            _("There is no such matter yet: {name}.").format(name=name),
            next_step=_("Let the story run, and look again."),
        )

    def drafts(self) -> tuple[PreservationDraft, ...]:
        """Prepared preservation requests for whoever takes this module alone."""
        told = {one.id for one in self.tasks()} | {one.id for one in self.matters()}
        return tuple(one for name, one in preservation_drafts().items() if _AFTER[name] in told)

    def products(self) -> tuple[Product, ...]:
        """Documents that can be sent by now: prepared ones, and your own of earlier modules where they are found."""
        reached = [one.id for one in self.parts if one.begins <= self.now]
        there = (*products.all_prepared(), *own_products(self.folder))
        return tuple(one for one in there if one.part in reached)

    def product(self, name: str) -> Product:
        """The document with this id. Raises ``UsageError`` when it is not there yet."""
        for one in self.products():
            if one.id == name:
                return one
        raise UsageError(
            _("There is no such document yet: {name}.").format(name=name),
            next_step=_("Let the story run, and look again."),
        )

    # what is done

    def decide(
        self,
        matter: str,
        outcome: str,
        *,
        facts: Sequence[str] = (),
        provisions: Sequence[str] = (),
        reason: str = "",
        ground: str = "",
        instead: str = "",
        parts: Sequence[str] = (),
    ) -> Decision:
        """Write a decision into the case file of a matter, and send the answer that follows from it.

        ``outcome`` is one of ``matter.outcomes``. ``ground`` is the ground of a refusal, ``parts`` the letters of what
        is given in part. A second decision about the same matter is written down, too; the answer that went out stays.
        Raises ``UsageError`` for an outcome that there is not, ``ActRefused`` and ``MessageIncomplete`` as ``send``.
        """
        about = self.matter(matter)
        if outcome not in dict(about.outcomes):
            raise UsageError(
                _("There is no decision “{name}” here.").format(name=outcome),
                next_step=_("Choose one of: {names}.").format(names=", ".join(dict(about.outcomes))),
            )
        decision = Decision(
            outcome,
            tuple(str(one) for one in facts),
            tuple(provisions),
            " ".join(reason.split())[:1500],
            matter,
            tuple(parts),
        )
        case = self.desk.case_of(about.message.id)
        assert case is not None
        self.note(case.number, what="decision", text=decision.to_text())
        if not about.answered:
            body = answer_body(decision, about, ground=ground, instead=instead)
            self.send(about.message.answer(body, at=self.now), insist=True)
        return decision

    def send_product(self, product: Product | str, *, to: str = "") -> Envelope:
        """Send a document, prepared or one's own."""
        made = self.product(product) if isinstance(product, str) else product
        message = Message(
            sender=self.id,
            recipient=to or made.to,
            sent=self.now,
            body=made.body(
                authority="" if made.source == "prepared" else _("Aldermark Police, Cyber Unit, Fjordholm")
            ),
            reference=REFERENCE,
            urgency="urgent",
        )
        return self.send(message, insist=True)

    def check(self, what: Product | str) -> tuple[Finding, ...]:
        """What is wrong with a product, or with a document that came in (by the id of its message)."""
        if isinstance(what, Product):
            return products.check(what.kind, what.content)
        body = self.desk.message(what).body
        if not isinstance(body, Document):
            raise UsageError(_("This message carries no document."), where=what[:16])
        return products.check(body.document, body.content, digest=body.digest)

    def record(self) -> Record:
        """The record of this run so far, read from the disk and checked."""
        return alone(self.path, short=self.short)

    def score(self) -> Score:
        """The score of this run so far."""
        return score(self.record())

    # inside

    def _matter(self, one: MatterPlan, message_id: str) -> Matter:
        entry = next(entry for entry in self.desk.inbox if entry.message.id == message_id)
        case = self.desk.case_of(message_id)
        notes = case.notes if case is not None else []
        decided = [note for note in notes if note.what == "decision"]
        answered = any(
            sent.message.regarding == message_id and sent.message.kind in _ANSWERS
            for sent in self.desk.outbox
        )
        return Matter(
            id=one.id,
            title=_(one.title),
            question=_(one.question),
            message=entry.message,
            at=entry.at,
            facts=tuple((number, _(text)) for number, text in one.facts),
            outcomes=outcomes(one),
            parts=tuple((letter, _(text)) for letter, text in one.parts),
            decided=Decision.read(decided[-1].text) if decided else None,
            answered=answered,
        )


_ANSWERS = ("confirmed", "partly", "refused", "more-information")


def open_run(folder: Path | str, *, short: bool = False, sync: bool = True) -> CapstoneRun:
    """A run in a folder: a new one, or the one that is there. ``sync`` False leaves writing to the system (trials)."""
    return CapstoneRun(folder, plans.scenario(short=short, alone=True), sync=sync)


def outcomes(matter: MatterPlan) -> tuple[tuple[str, str], ...]:
    """The decisions that can be taken about a matter, each with its words."""
    if matter.id == "nurse":
        return (
            ("ncii", _("An intimate image shared without consent (article 16)")),
            ("child", _("Child protection, at once (article 14)")),
            ("threat", _("A threat: act before it is carried out")),
            ("agreed", _("She agreed to it: no offence in sight")),
            ("not-private", _("The image was not private")),
        )
    words = {
        "grant": _("Grant it"),
        "part": _("Give a part"),
        "ask": _("Ask first, do not rely on it"),
        "refuse": _("Refuse it"),
    }
    if matter.id in ("altered-package", "good-package"):
        return (
            ("grant", _("Accept the copy")),
            ("ask", _("Do not rely on it; ask for it again")),
            ("refuse", _("Refuse it")),
        )
    if not matter.parts or len(matter.parts) == 1:
        words = {name: text for name, text in words.items() if name != "part"}
    return tuple(words.items())


def answer_body(decision: Decision, matter: Matter, *, ground: str = "", instead: str = "") -> Body:
    """The answer that follows from a decision."""
    reason = decision.reason or _("Decided as the case file says.")
    asked = matter.message.body
    if decision.outcome == "refuse":
        chosen = ground or next((one for one in decision.provisions if one.startswith("40(2")), "40(21)(c)")
        return Refused(ground=chosen, reasons=reason, instead=instead)
    if decision.outcome == "ask":
        return MoreInformation(questions=(instead or reason,))
    if decision.outcome == "part":
        given = [text for letter, text in matter.parts if letter in decision.parts]
        rest = [text for letter, text in matter.parts if letter not in decision.parts]
        return Partly(
            done=" · ".join(given) or reason, not_done=" · ".join(rest) or _("The rest."), reason=reason
        )
    if isinstance(asked, EmergencyData):
        return Confirmed(done=reason, data=asked.data, handed_over=True)
    return Confirmed(done=reason)


def preservation_drafts() -> Mapping[str, PreservationDraft]:
    """The prepared preservation requests by their ids."""
    value = json.loads((plans.folder() / "drafts.json").read_text(encoding="utf-8"))
    return {name: _draft(name, entry) for name, entry in value.items()}


_AFTER = {"log": "task-log", "images": "nurse"}


def _draft(name: str, entry: Mapping[str, Any]) -> PreservationDraft:
    body = dict(entry["body"])
    data = tuple(
        DataSpecification(
            category=one["category"],
            description=one["description"],
            identifier=one["identifier"],
            since=datetime.fromisoformat(one["since"]),
            until=datetime.fromisoformat(one["until"]),
        )
        for one in body.pop("data")
    )
    for time in ("vanishes", "assistance_expected"):
        body[time] = datetime.fromisoformat(body[time])
    body["articles"] = tuple(body["articles"])
    return PreservationDraft(
        name,
        _(entry["title"]),
        entry["to"],
        PreservationRequest(data=data, **body),
        entry["reference"],
        _(entry["about"]),
    )


__all__ = [
    "OUTCOMES",
    "CapstoneRun",
    "Matter",
    "PreservationDraft",
    "Task",
    "answer_body",
    "open_run",
    "outcomes",
    "preservation_drafts",
]
