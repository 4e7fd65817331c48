"""Marking one hand-in: the parent stands between the trainee's process and the judge's, and keeps the clocks.

>>> record = Session(runner, judge, limits).mark(steps(notebook, plan), parcel, name="m04-evidence-chain")
>>> record.verdicts["m04-q1"]["points"], record.outputs[3]
(2.0, [])

The two processes never meet. A question of the judge's is checked, passed on, and the answer is checked again.
A trainee's process that dies or hangs is started again without the cell that killed it, so that only that
cell, and what depends on it, is lost.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hanoikit.errors import Finding, GradingError
from hanoikit.exercise.trial import NotPlain
from hanoikit.grading.trusted import outputs
from hanoikit.grading.trusted.limits import Limits
from hanoikit.grading.trusted.nursery import Child, Nursery
from hanoikit.grading.trusted.parcel import Parcel
from hanoikit.grading.trusted.plain import sound
from hanoikit.grading.trusted.script import Step
from hanoikit.grading.trusted.wire import Gone, Late, Refused, WireError
from hanoikit.i18n import _

_GRACE = 2.0
"""Seconds between the child's own alarm and the parent's kill."""
PATIENCE = 3.0
"""How many times its limit a process that is ready may wait for a processor, on top of the limit."""
_LEAST = 0.05
_STARTS = 3
_ATTEMPTS = 4
_SLOW_CELL = "CellTimeoutError"


@dataclass
class Record:
    """What came of one hand-in."""

    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By grade id: the verdict's bundle, with ``problem`` where there is none."""
    shown: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By grade id: what the marking cell shows."""
    outputs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """By place in the hand-in's notebook: what the trainee's cell shows."""
    findings: list[Finding] = field(default_factory=list)
    busy: bool = False
    """A time limit was reached because the machine was too busy: lost points may be its fault."""


class _Disturbed(Exception):
    """Somebody outside killed a process of this hand-in's; what it said so far is no basis for a mark."""


class _Dead(Exception):
    """The trainee's process is gone; ``place`` is the cell that did it, if one did."""

    def __init__(self, place: int | None, late: bool) -> None:
        self.place = place
        self.late = late


class TraineeProcess:
    """The trainee's process, which may die at any time."""

    def __init__(self, nursery: Nursery, limits: Limits, parcel: Parcel, name: str, record: Record) -> None:
        self._nursery, self._limits, self._parcel, self._name = nursery, limits, parcel, name
        self._record = record
        self._child: Child | None = None
        self._done: list[dict[str, Any]] = []
        self._killers: set[int] = set()
        self._restarts = 0
        self._calls = 0
        self._left = limits.all_output
        self._seconds = limits.hand_in_seconds
        self._counted = 0.0  # seconds that this child waited for a processor and that were given back
        self._given = 0.0
        self.given_up = False

    def run(self, wanted: Sequence[dict[str, Any]], names: Sequence[str] = ()) -> dict[str, Any]:
        """Run these cells, whatever it takes; then what ``names`` stand for, as far as that can be said."""
        waiting = list(wanted)
        while (waiting or names) and not self.given_up:
            try:
                self._alive()
                found = self._send(waiting, names)
                self._done += waiting
                return found
            except _Dead as dead:
                numbers = [cell["n"] for cell in waiting]
                if dead.place in numbers:
                    place = numbers.index(dead.place)
                    self._done += waiting[:place]
                    waiting = waiting[place + 1 :]
        return {}

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Pass on a question of the judge's; a dead process answers ``{"dead": True}``."""
        checked = self._checked(question)
        if checked is None or self.given_up:
            return {"dead": True} if self.given_up else {}
        limit = float(checked.get("seconds") or 2.0)
        started = time.monotonic()
        try:
            self._alive()
            assert self._child is not None
            self._child.channel.send(checked, seconds=limit + _GRACE)
            answer = self._answer(self._receive(limit, limit + _GRACE), checked)
            if answer.get("slow"):
                self._was_busy(limit)
            return answer
        except _Dead:
            return {"dead": True}
        except Late:
            self._bury(None, late=limit)
            return {"slow": True}
        except (Gone, Refused):
            self._bury(None)
            return {"dead": True}
        finally:
            self._spend(time.monotonic() - started)

    def end(self) -> None:
        """Kill what is left."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _alive(self) -> None:
        """A process in which everything that was done is done."""
        while self._child is None:
            if self._restarts > self._limits.restarts:
                self._give_up(_("It ended too often."))
                raise _Dead(None, False)
            self._restarts += 1
            self._start()
            try:
                if self._done:
                    # Once more, without showing it again.
                    again = [cell for cell in self._done if cell["n"] not in self._killers]
                    self._send(again, quiet=True)
            except _Dead:
                continue

    def _start(self) -> None:
        """A new process with the files. No line of the trainee's has run yet, so a failure is not theirs."""
        self._counted = self._given = 0.0
        for turn in range(_STARTS):
            self._child = self._nursery.fork(self._limits, name=self._name)
            try:
                self._parcel.hand_over(self._child.channel, seconds=30)
                self._child.entered(seconds=30)
                return
            except WireError as error:
                self.end()
                if turn == _STARTS - 1:
                    raise GradingError(
                        _("The hand-in's process could not be set up: it ended at once."),
                        next_step=_("Run hanoikit doctor."),
                    ) from error
            except GradingError:
                self.end()
                raise

    def _receive(self, limit: float, seconds: float) -> dict[str, Any]:
        """The next answer. Time in which the process waited for a processor does not count, as long as it is
        not more than the limit some times over.
        """
        assert self._child is not None
        left = seconds
        given = 0.0
        while True:
            try:
                return self._child.channel.receive(seconds=left)
            except Late:
                left = min(self._waited(), PATIENCE * limit - given)
                if left < _LEAST:
                    raise
                given += left

    def _waited(self) -> float:
        """What the process waited for a processor since this was asked last; it is given back to it."""
        if self._child is None:
            return 0.0
        now = self._child.waited()
        more, self._counted = max(0.0, now - self._counted), max(now, self._counted)
        self._give(more)
        return more

    def _give(self, seconds: float) -> None:
        more = min(seconds, PATIENCE * self._limits.hand_in_seconds - self._given)
        self._given += more
        self._seconds += more

    def _was_busy(self, limit: float, waited: float | None = None) -> None:
        """After a limit was reached: note it when the process had waited longer than it is ever given."""
        if waited is None:
            waited = self._child.waited() if self._child is not None else 0.0
        if waited < PATIENCE * limit * 0.9:
            return
        self._record.busy = True
        finding = Finding(
            "machine-busy",
            _(
                "This machine was so busy that a time limit was reached, and points may be lost for that "
                "reason. Mark it again when the machine has less to do."
            ),
        )
        if finding not in self._record.findings:
            self._record.findings.append(finding)

    def _send(
        self, wanted: Sequence[dict[str, Any]], names: Sequence[str] = (), *, quiet: bool = False
    ) -> dict[str, Any]:
        assert self._child is not None
        channel = self._child.channel
        limits = self._limits
        order = {
            "do": "run",
            "cells": list(wanted),
            "names": list(names),
            "seconds": limits.cell_seconds,
            "most": limits.cell_output,
        }
        current: int | None = wanted[0]["n"] if wanted else None
        started = time.monotonic()
        answer: dict[str, Any] = {}
        try:
            channel.send(order, seconds=30)
            for cell in wanted:
                current = cell["n"]
                started = time.monotonic()
                most = min(limits.cell_seconds + _GRACE, max(self._seconds, 0.1))
                answer = self._receive(limits.cell_seconds, most)
                if answer.get("late") is True:
                    self._was_busy(limits.cell_seconds)
                self._spend(time.monotonic() - started)
                if answer.get("n") != current:
                    raise Refused("an answer for another cell")
                if not quiet:
                    shown = outputs.sound(
                        answer.get("outputs"), most=min(self._left, limits.cell_output + 50_000)
                    )
                    self._left -= sum(len(str(output)) for output in shown)
                    self._record.outputs[current] = shown
            if not wanted:
                answer = self._receive(_GRACE, _GRACE * (1 + len(names)))
            return (
                dict(self._answer(answer, {"do": "names", "names": names}).get("names", {})) if names else {}
            )
        except WireError as error:
            late = isinstance(error, Late)
            limit = limits.cell_seconds if current is not None else _GRACE
            self._bury(current, late=limit if late else 0.0)
            self._spend(time.monotonic() - started)
            raise _Dead(current, late) from error

    def _bury(self, place: int | None, *, late: float = 0.0) -> None:
        """End the process, which died at this cell; ``late`` is the limit that it did not keep."""
        code = 0
        if self._child is not None:
            ending = self._child.end(limits=self._limits)
            self._child = None
            if ending.outside:
                raise _Disturbed
            code = ending.code
            self._give(max(0.0, ending.waited - self._counted))
            if late:
                self._was_busy(late, ending.waited)
        if place is None:
            return
        self._killers.add(place)
        if late:
            text = _("the cell did not stop after {seconds:g} seconds; its process was ended").format(
                seconds=self._limits.cell_seconds
            )
            name = _SLOW_CELL
        else:
            text = _("the cell ended the whole process (code {code})").format(code=code)
            name = "DeadProcess"
        self._record.outputs[place] = [
            {"ename": name, "evalue": text, "output_type": "error", "traceback": [f"{name}: {text}"]}
        ]
        self._record.findings.append(
            Finding(
                "cell-killed",
                _("This cell ended or blocked the program. The other cells were run without it."),
                _("cell {number}").format(number=place + 1),
                severity="warning",
            )
        )

    def _give_up(self, why: str) -> None:
        if not self.given_up:
            self.given_up = True
            message = _("The code of this hand-in was not run to its end: {why}").format(why=why)
            self._record.findings.append(Finding("run-incomplete", message, severity="warning"))
        self.end()

    def _spend(self, seconds: float) -> None:
        self._seconds -= seconds
        if self._seconds <= 0 and self._child is not None:
            self._waited()
        if self._seconds <= 0:
            if self._given >= PATIENCE * self._limits.hand_in_seconds:
                self._was_busy(self._limits.hand_in_seconds, self._given)
            self._give_up(
                _("it took more than {seconds:g} seconds.").format(seconds=self._limits.hand_in_seconds)
            )

    def _checked(self, question: dict[str, Any]) -> dict[str, Any] | None:
        """The judge's question, with the parent's own limits."""
        kind = question.get("do")
        if kind == "call":
            self._calls += 1
            if self._calls > self._limits.calls:
                return None
            wanted = float(question.get("seconds") or 0) or self._limits.call_seconds
            positional, named = question["arguments"]
            return {
                "do": "call",
                "name": str(question["name"]),
                "arguments": [positional, named],
                "seconds": min(wanted, self._limits.call_seconds),
            }
        if kind == "names":
            return {"do": "names", "names": [str(name) for name in question["names"]], "seconds": 5.0}
        if kind == "bind":
            return {"do": "bind", "name": str(question["name"]), "value": question["value"]}
        return None

    def _answer(self, answer: dict[str, Any], question: dict[str, Any]) -> dict[str, Any]:
        """The trainee's answer, piece by piece; what does not fit is left out."""
        made: dict[str, Any] = {}
        try:
            if question["do"] == "names":
                given = answer.get("names")
                names = given if type(given) is dict else {}
                return {"names": {name: _about(names.get(name)) for name in question["names"]}}
            if question["do"] == "bind":
                return {"bound": answer.get("bound") is True}
            for key in ("returned", "changed"):
                if key in answer:
                    made[key] = sound(answer[key])
        except (NotPlain, RecursionError):
            return {"not_plain": _("it is malformed")}
        if "returned" in made:
            pass
        elif answer.get("slow") is True:
            made["slow"] = True
        elif "not_plain" in answer:
            made["not_plain"] = str(answer["not_plain"])[:300]
        elif "raised" in answer:
            names = answer["raised"]
            made["raised"] = (
                [str(name)[:100] for name in names[:12]] if type(names) is list else ["Exception"]
            )
            made["message"] = str(answer.get("message"))[:500]
        else:
            made["missing"] = True
        if type(answer.get("printed")) is str:
            made["printed"] = answer["printed"][:50_000]
        return made


def _about(given: Any) -> dict[str, Any]:
    if type(given) is not dict:
        return {"missing": True}
    if "plain" in given:
        return {"plain": sound(given["plain"])}
    if given.get("function") is True:
        return {"function": True}
    if "opaque" in given:
        return {"opaque": str(given["opaque"])[:60]}
    return {"missing": True}


class Session:
    """Marks hand-ins, one after the other, with one pair of zygotes."""

    def __init__(self, runner: Nursery, judge: Nursery, limits: Limits) -> None:
        self._runner, self._judge, self._limits = runner, judge, limits

    def mark(self, todo: Sequence[Step], parcel: Parcel, modules: Parcel, *, name: str) -> Record:
        """Run and judge; never raises for anything that the hand-in does.

        ``modules`` are the author's own, which tests may import; nothing of the hand-in's can be imported
        where they run.
        """

        def once(record: Record) -> None:
            trainee = TraineeProcess(self._runner, self._limits, parcel, name, record)
            judge = _Judge(self._judge, self._limits, parcel, modules, name, record)
            try:
                for step in todo:
                    known = trainee.run(step.theirs, step.names)
                    judge.mark(step, known, trainee)
            finally:
                trainee.end()
                judge.end()

        return _undisturbed(once)

    def mark_inside(self, notebook: dict[str, Any], parcel: Parcel, *, name: str) -> Record:
        """As :meth:`mark`, with the tests in the trainee's process; see ``inside``."""
        from hanoikit.grading.trusted.inside import mark_inside

        def once(record: Record) -> None:
            trainee = TraineeProcess(self._runner, self._limits, parcel, name, record)
            try:
                mark_inside(trainee, notebook, record)
            finally:
                trainee.end()

        return _undisturbed(once)


def _undisturbed(mark: Callable[[Record], None]) -> Record:
    """Mark from the beginning again, when something outside killed a process half way."""
    for _turn in range(_ATTEMPTS):
        record = Record()
        with contextlib.suppress(_Disturbed):
            mark(record)
            return record
    raise GradingError(
        _("The system ended the processes of this hand-in again and again."),
        next_step=_("See whether this machine has enough memory, then mark it again with fewer --jobs."),
    )


class _Judge:
    """The judge's process; a test that kills or blocks it costs only its own verdict."""

    def __init__(
        self, nursery: Nursery, limits: Limits, parcel: Parcel, modules: Parcel, name: str, record: Record
    ) -> None:
        self._nursery, self._limits, self._parcel, self._name = nursery, limits, parcel, name
        self._modules = modules
        self._record = record
        self._child: Child | None = None
        self._before: list[dict[str, Any]] = []

    def mark(self, step: Step, known: dict[str, Any], trainee: TraineeProcess) -> None:
        """Get the verdicts of a step's marking cells."""
        left = list(zip(step.grade_ids, step.blocks, strict=True))
        while left:
            try:
                child = self._alive(trainee)
                self._converse(child, [cell for _name, block in left for cell in block.cells], known, trainee)
            except WireError as error:
                self._bury()
                # The first without a verdict is the one that ended or blocked the judge.
                question = next(
                    (name for name, _block in left if name not in self._record.verdicts), left[-1][0]
                )
                reason = (
                    _("The marking took too long and was stopped.")
                    if isinstance(error, Late)
                    else _("The marking stopped before it had a result.")
                )
                verdict = {"question": question, "problem": "no-result", "reason": reason}
                self._record.verdicts.setdefault(question, verdict)
                known = {}
            done = [block for name, block in left if name in self._record.verdicts]
            if not done:
                return
            left = left[len(done) :]
            self._before += [cell for block in done for cell in block.cells if cell["role"] != "mark"]

    def end(self) -> None:
        """Kill it."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _bury(self) -> None:
        if self._child is not None:
            ending = self._child.end(limits=self._limits)
            self._child = None
            if ending.outside:
                raise _Disturbed

    def _note(self, note: dict[str, Any]) -> None:
        message = _("A cell of the author's stopped with {error}.").format(error=note["error"])
        place = _("author's cell {number}").format(number=int(note["author_cell"]) + 1)
        finding = Finding("author-cell-failed", message, place, severity="note")
        if finding not in self._record.findings:
            self._record.findings.append(finding)

    def _alive(self, trainee: TraineeProcess) -> Child:
        if self._child is None:
            self._child = self._nursery.fork(self._limits, name=self._name)
            self._parcel.hand_over(self._child.channel, seconds=30)
            if self._modules.files:
                self._modules.hand_over(self._child.channel, seconds=30, what="modules")
            self._child.entered(seconds=30)
            if self._before:
                self._converse(self._child, self._before, {}, trainee)
        return self._child

    def _converse(
        self, child: Child, ours: Sequence[dict[str, Any]], known: dict[str, Any], trainee: TraineeProcess
    ) -> None:
        child.channel.send({"do": "judge", "cells": list(ours), "known": known}, seconds=30)
        left = self._limits.judge_seconds
        while True:
            started = time.monotonic()
            message = child.channel.receive(seconds=max(left, 0.01))
            left -= time.monotonic() - started
            if "ask" in message:
                child.channel.send(trainee.ask(message["ask"]), seconds=30)
            elif "note" in message:
                self._note(message["note"])
            elif "verdict" in message:
                self._record.verdicts[message["grade_id"]] = message["verdict"]
                self._record.shown[message["grade_id"]] = message["outputs"]
                left = self._limits.judge_seconds
                if message.get("last"):
                    return
            else:
                return
