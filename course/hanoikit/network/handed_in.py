"""What the marking of module 5 asks of a trainee's desk: its log is read, checked, and the whole watch done again.

>>> check = DeskCheck("work/desk.jsonl", Scenario.named("water-feast"))
>>> [verdict.accepted for verdict in check.request(truth).values()]
[True, True, False, ...]

A log counts when its chain holds, when every message in it is signed by the trainee's desk, and when the story, done
again from the log, allows each step at its time. Each question gives a mapping of labels to verdicts, as
``mark.accepted`` takes them. The key of the desk is in the trainee's hands, as it is in life: who writes a whole log
anew can give it other times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from hanoikit.errors import EnvelopeRejected, MessageUnreadable
from hanoikit.i18n import _
from hanoikit.network.checking import validate
from hanoikit.network.envelope import Envelope, Tolerance, open_envelope
from hanoikit.network.exercise import Exercise, Judged
from hanoikit.network.marking import CaseTruth, best
from hanoikit.network.scenario import Expected, Scenario
from hanoikit.network.trainee_desk import KIND, replay
from hanoikit.trust.chain import Chain, verify

MOST_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the other desk says to one point: ``output`` is the reason."""

    accepted: bool
    program: str
    output: str


class DeskCheck:
    """The checks of one desk's log. ``scenario`` is the story as it was given out."""

    def __init__(self, log: Path | str, scenario: Scenario) -> None:
        self.log = Path(log)
        self.scenario = scenario

    @cached_property
    def exercise(self) -> Exercise:
        """The watch done again. Raises ``FileNotFoundError`` without a log, ``HanoiKitError`` for one that fails."""
        if not self.log.is_file():
            raise FileNotFoundError(2, "missing", str(self.log))
        data = self.log.read_bytes()[: MOST_BYTES + 1]
        if len(data) > MOST_BYTES:
            raise MessageUnreadable(_("The log of the desk is too large."), where=str(self.log))
        wrong = [one for one in verify(data, kind=KIND, owner=self.scenario.name) if one.severity == "error"]
        if wrong:
            raise MessageUnreadable(
                _("The log of the desk does not hold."), where=str(self.log), findings=wrong
            )
        lines = Chain.from_bytes(data).lines
        exercise = replay(self.scenario, lines)
        for line in lines:
            if line.record["did"] == "sent":
                self._signed(Envelope.from_json(line.record["envelope"]), exercise)
                if Envelope.from_json(line.record["envelope"]).message.sent != line.at:
                    raise MessageUnreadable(_("A message states another time than the log."))
        return exercise

    def _signed(self, envelope: Envelope, exercise: Exercise) -> None:
        tolerance = Tolerance(age=None)
        at = max(exercise.now, envelope.message.sent)
        opened = open_envelope(envelope, directory=exercise.directory, at=at, tolerance=tolerance)
        if opened.entry.desk != self.scenario.teams[0]:
            raise EnvelopeRejected(_("A message in the log is not signed by this desk."))

    def request(self, truth: CaseTruth) -> dict[str, Callable[[], Verdict]]:
        """Each element of the best preservation request that was sent; none counts at the wrong desk."""
        from hanoikit.network.marking import ELEMENTS

        def judged(name: str) -> Verdict:
            outbox = self.exercise.desks[self.scenario.teams[0]].outbox
            message, elements = best([entry.message for entry in outbox], truth)
            found = {one.element: one for one in elements}
            one = found[name]
            if message is not None and not found["to"].met:
                return Verdict(False, _("The other desk"), found["to"].reason)
            return Verdict(one.met, _("The other desk"), f"{one.label}: {one.reason}")

        return {name: partial(judged, name) for name in ELEMENTS}

    def decisions(
        self, expected: Iterable[Expected], *, passed_on: Mapping[str, str] | None = None
    ) -> dict[str, Callable[[], Verdict]]:
        """Each expected decision. ``passed_on`` maps a decision to the inject whose case must say that it was.

        An answer counts when it came in time and says nothing that the Convention does not allow.
        """
        wanted = {one.id: one for one in expected}
        wants_note = dict(passed_on or {})
        return {name: partial(self._decision, one, wants_note.get(one.id)) for name, one in wanted.items()}

    def _decision(self, one: Expected, passed: str | None) -> Verdict:
        exercise = self.exercise
        exercise.scenario = replace(self.scenario, expected=(one,))
        judged = exercise.decisions()[0]
        who = _("The record of the watch")
        if not judged.met:
            text = judged.reason if judged.met is False else _("It was not done. {why}").format(why=one.why)
            return Verdict(False, who, text)
        problems = self._problems(judged)
        if problems:
            return Verdict(False, who, " ".join(problems))
        if passed is not None and not self._was_passed_on(judged):
            return Verdict(
                False,
                who,
                _("The case file does not say that the alert was passed on. {why}").format(why=one.why),
            )
        return Verdict(True, who, one.why)

    def _problems(self, judged: Judged) -> list[str]:
        desk = self.exercise.desks[self.scenario.teams[0]]
        message = desk.message(judged.message)
        about = desk.message(message.regarding) if desk.knows(message.regarding) else None
        found = validate(message, directory=self.exercise.directory, about=about)
        return [str(remark) for remark in found if remark.severity == "error"]

    def _was_passed_on(self, judged: Judged) -> bool:
        desk = self.exercise.desks[self.scenario.teams[0]]
        case = desk.case_of(judged.message)
        return case is not None and any(note.what == "passed-on" and note.text.strip() for note in case.notes)
