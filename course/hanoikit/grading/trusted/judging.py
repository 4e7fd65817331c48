"""The side of the wall where the author's tests run. No line of a trainee's ever runs here.

Forked for one hand-in, it unpacks a copy of the files as they were handed in and runs the author's own cells,
one after the other: set-up cells, locked cells and marking cells, all taken from the source. A name that the
author leaves to the trainee is asked for through the parent: plain data comes as a copy, a function as a
stand-in that sends plain arguments and gets plain results.
"""

from __future__ import annotations

import builtins
import contextlib
import math
import os
import socket
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

from hanoikit.exercise import trial
from hanoikit.exercise.trial import copied
from hanoikit.exercise.verdict import Mark, NoCredit
from hanoikit.grading.trusted.author import Prepared, forget, prepared
from hanoikit.grading.trusted.outputs import VERDICT, Collector, Stream
from hanoikit.grading.trusted.parcel import unpack
from hanoikit.grading.trusted.plain import sound
from hanoikit.grading.trusted.standin import Namespace, NeedsLiveObjects, StandIn, Trainee, Watched
from hanoikit.grading.trusted.wire import Channel
from hanoikit.i18n import _

NEEDS_LIVE = "needs-live-objects"
"""The problem of a test that asks for more than plain data."""
_BUILTIN = frozenset(dir(builtins))
_MOST_SHOWN = 100_000


def prepare() -> None:
    """In the stem: load what marks need."""
    from hanoikit.convention import cite
    from hanoikit.exercise import ask, mark, sheet  # noqa: F401

    with contextlib.suppress(Exception):
        cite("2(a)").html()
    with contextlib.suppress(Exception):
        rehearse()


def read(cells: Sequence[Mapping[str, Any]]) -> None:
    """In the zygote: the author's cells."""
    for cell in cells:
        with contextlib.suppress(SyntaxError, ValueError):
            prepared(cell["source"], _name(cell))


def serve(channel: Channel) -> None:
    """Obey the parent until it closes the channel."""
    from hanoikit.exercise.book import BOOK

    BOOK.forget()
    bench = Bench(channel)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    channel.send({"in": True})
    while True:
        _obey(bench, channel.receive(), channel)


def _obey(bench: Bench, order: Mapping[str, Any], channel: Channel) -> None:
    if order["do"] == "files":
        unpack(order, channel)
        return
    if order["do"] == "modules":
        place = os.path.abspath("../author")  # noqa: PTH100
        unpack(order, channel, below="../author")
        sys.path.insert(0, place)
        return
    bench.told = order["known"]
    last = order["cells"][-1] if order["cells"] else {"role": "ours"}
    for cell in order["cells"]:
        match cell["role"]:
            case "theirs":
                bench.leave_to_trainee(cell)
            case "ours":
                bench.run(cell)
            case "mark":
                verdict, outputs = bench.mark(cell)
                found = {"verdict": verdict, "outputs": outputs, "grade_id": cell["grade_id"]}
                channel.send({**found, "last": True} if cell is last else found)
    if last["role"] != "mark":
        channel.send({"done": True})


_TURNS = 12
_TRIFLES = (
    {"role": "theirs", "n": -1, "source": "def trifle(n):\n    return [n]"},
    {"role": "ours", "n": -2, "source": "word = 'trifle'"},
    {
        "role": "mark",
        "n": -3,
        "grade_id": "trifle",
        "points": 1.0,
        "kit": False,
        "source": "assert trifle(1) == [1]\ntry:\n    trifle(0)\nexcept ValueError:\n    pass",
    },
    {
        "role": "mark",
        "n": -4,
        "grade_id": "failing",
        "points": 1.0,
        "kit": False,
        "source": "assert word == 1",
    },
    {
        "role": "mark",
        "n": -5,
        "grade_id": "trifle-q1",
        "points": 1.0,
        "kit": True,
        "source": "from hanoikit.exercise import mark\nmark.choice('trifle-q1', key='b', points=1, why={'a': 'No.'})",
    },
)


def rehearse() -> None:
    """Judge a trifle of our own as a hand-in would be judged; see ``runner``."""
    from hanoikit.exercise.book import BOOK

    ours, theirs = (Channel(end) for end in socket.socketpair())
    order = {"do": "judge", "cells": list(_TRIFLES), "known": {"trifle": {"function": True}}}
    before = sys.stdout, sys.stderr
    try:
        bench = Bench(theirs)
        for _turn in range(_TURNS):
            ours.send(order)
            ours.send({"returned": ["list", [["int", 1]]]})
            ours.send({"raised": ["ValueError", "Exception"], "message": "no"})
            _obey(bench, theirs.receive(), theirs)
            while not ours.receive(seconds=9).get("last"):
                pass
    finally:
        sys.stdout, sys.stderr = before
        trial.functions_from(None)
        BOOK.forget()
        ours.close()
        theirs.close()
        for cell in _TRIFLES:
            forget(str(cell["source"]), _name(cell))


def _name(cell: Mapping[str, Any]) -> str:
    return f"<test {cell['grade_id']}>" if cell["role"] == "mark" else f"<author {cell['n'] + 1}>"


class Bench:
    """One hand-in on the judge's bench."""

    def __init__(self, channel: Channel) -> None:
        self.trainee = Trainee(channel)
        self.names: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        self.theirs: set[str] = set()
        self.kept: set[str] = set()
        self.lent: set[str] = set()
        self.told: dict[str, Any] = {}
        trial.functions_from(self._function)
        self.out, self.err = Stream("stdout"), Stream("stderr")
        sys.stdout, sys.stderr = self.out, self.err

    def leave_to_trainee(self, cell: Mapping[str, Any]) -> None:
        """The author's solution cell: its names come from the trainee, its imports from here."""
        try:
            code = prepared(cell["source"], _name(cell))
        except (SyntaxError, ValueError):
            return
        if code.imports is not None:
            with contextlib.suppress(Exception):
                exec(code.imports, self.names)
        self.theirs |= code.top - code.imported - self.kept

    def run(self, cell: Mapping[str, Any]) -> None:
        """A cell of the author's that gives no marks: set-up, helpers, a question's control."""
        self.out.collector = self.err.collector = Collector(0)
        code: Prepared | None = None
        try:
            code = prepared(cell["source"], _name(cell))
            # Whatever the author defines here is the author's, even if this cell should fail half way.
            self.kept |= code.defined
            if not self._lend(code):
                self._run(code, self.names)
        except (Exception, NeedsLiveObjects, SystemExit) as error:
            # Often meant to: a cell that shows what the trainee's function does. What it was to define is
            # missing then, and the test that needs it says so.
            self.trainee.tell({"author_cell": cell["n"], "error": f"{type(error).__name__}: {error}"[:300]})
        finally:
            if code is not None:
                self._take_back(code)

    def mark(self, cell: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """A marking cell: its verdict as data, and what it showed."""
        question, out_of = str(cell["grade_id"]), float(cell["points"])
        collector = self.out.collector = self.err.collector = Collector(_MOST_SHOWN)
        try:
            value = self._value(prepared(cell["source"], _name(cell)))
        except NoCredit as none:
            return self._of_mark(none.mark, collector, none)
        except NeedsLiveObjects as error:
            reason = _("The test needs more than plain data: {what}.").format(what=error)
            return _verdict(question, out_of, None, reason, problem=NEEDS_LIVE), collector.finished()
        except BaseException as error:
            return self._of_error(question, out_of, error, collector, kit=bool(cell.get("kit")))
        if isinstance(value, Mark):
            return self._of_mark(value, collector, None)
        if cell.get("kit"):
            reason = _("The marking cell gave no result.")
            return _verdict(question, out_of, None, reason, problem="no-result"), collector.finished()
        return self._of_value(question, out_of, value, collector)

    def _run(self, code: Prepared, places: dict[str, Any]) -> Any:
        if code.body is not None:
            exec(code.body, self.names, places)
        return eval(code.last, self.names, places) if code.last is not None else None

    def _value(self, code: Prepared) -> Any:
        what = self._lend(code)
        if what:
            raise NeedsLiveObjects(what)
        try:
            if not self.lent:
                return self._run(code, self.names)
            watch = Namespace(self.names)
            watch.trainee = self.trainee
            return self._run(code, Watched(self.names, watch))
        finally:
            self._take_back(code)

    def _lend(self, code: Prepared) -> str:
        """Bring in what the code needs of the trainee's; says what cannot be brought, or nothing."""
        unknown = code.loaded - code.bound - self.names.keys() - _BUILTIN
        wanted = sorted(((code.loaded & self.theirs) | unknown) - self.kept)
        if not wanted:
            return ""
        found = self._about(wanted)
        for name in wanted:
            about = found.get(name)
            if not isinstance(about, dict) or about.get("missing"):
                continue
            if about.get("function"):
                self.names[name] = StandIn(name, self.trainee)
            elif "plain" in about:
                self.names[name] = copied(sound(about["plain"]))
            else:
                return _("{name} is an object of the type {type}").format(
                    name=name, type=str(about.get("opaque"))[:60]
                )
            self.lent.add(name)
        return ""

    def _about(self, names: list[str]) -> dict[str, Any]:
        """What these names stand for in the trainee's process; most answers came with the order."""
        asked = [name for name in names if name not in self.told]
        return self.told | (self.trainee.names(asked) if asked else {})

    def _take_back(self, code: Prepared) -> None:
        for name in self.lent:
            if name not in code.bound or isinstance(self.names.get(name), StandIn):
                self.names.pop(name, None)
        for name in code.bound - self.lent:
            if name in self.names:
                self.theirs.discard(name)
        self.lent.clear()

    def _function(self, name: str) -> Any:
        """For ``mark.function``: the trainee's function of this name."""
        about = self._about([name]).get(name)
        if not isinstance(about, dict) or about.get("missing"):
            return None
        # A class is callable too; what it gives will not be plain data, and the case fails for that reason.
        callable_too = about.get("function") or about.get("opaque") == "type"
        return StandIn(name, self.trainee) if callable_too else about

    def _of_mark(
        self, mark: Mark, collector: Collector, none: NoCredit | None
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        bundle = mark._repr_mimebundle_()
        if none is None:
            collector.add(
                {"output_type": "execute_result", "data": bundle, "metadata": {}, "execution_count": None}
            )
        else:
            collector.add({"output_type": "display_data", "data": bundle, "metadata": {}})
            text = str(none)
            lines = none._render_traceback_()
            collector.add({"output_type": "error", "ename": "NoCredit", "evalue": text, "traceback": lines})
        return {**mark.as_data(), "problem": ""}, collector.finished()

    def _of_error(
        self, question: str, out_of: float, error: BaseException, collector: Collector, *, kit: bool
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        name, text = type(error).__name__, str(error)[:500]
        lines = "".join(traceback.format_exception(type(error), error, _own(error))).splitlines()
        collector.add({"output_type": "error", "ename": name, "evalue": text, "traceback": lines[-60:]})
        reason = f"{name}: {text}".rstrip(": ")
        if kit:
            # The kit's own marks never fail this way, so it is the marking that is broken, not the answer.
            reason = _("The marking stopped with {error}.").format(error=reason)
            return _verdict(question, out_of, None, reason, problem="marking-failed"), collector.finished()
        reason = _("The test stopped with {error}.").format(error=reason)
        return _verdict(question, out_of, 0.0, reason), collector.finished()

    def _of_value(
        self, question: str, out_of: float, value: Any, collector: Collector
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        if type(value) not in (int, float):
            number = getattr(value, "__float__", None) if not isinstance(value, str | bool) else None
            value = float(value) if number is not None and not hasattr(value, "__len__") else value
        if type(value) in (int, float):
            points = float(value)
            if not math.isfinite(points) or not 0 <= points <= out_of + 1e-9:
                reason = _("The test gave {points:g} of {out_of:g} points, which cannot be.").format(
                    points=points, out_of=out_of
                )
                return _verdict(question, out_of, None, reason, problem="out-of-range"), collector.finished()
            reason = _("The test gave {points:g} of {out_of:g} points.").format(points=points, out_of=out_of)
            verdict = _verdict(question, out_of, points, reason)
            data = {"text/plain": repr(value), VERDICT: {k: v for k, v in verdict.items() if k != "problem"}}
            collector.add(
                {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None}
            )
            return verdict, collector.finished()
        reason = _("Every test passed.")
        return _verdict(question, out_of, out_of, reason), collector.finished()


def _own(error: BaseException) -> Any:
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def _verdict(
    question: str, out_of: float, points: float | None, reason: str, *, problem: str = ""
) -> dict[str, Any]:
    earned = points or 0.0
    return {
        "question": question,
        "points": earned,
        "out_of": out_of,
        "state": "full" if points is not None and earned >= out_of else "partial" if earned else "none",
        "given": "",
        "reason": reason,
        "provisions": [],
        "read_again": "",
        "details": [],
        "problem": problem,
    }
