"""The side of the wall where the author's tests run. No line of a trainee's ever runs here.

Forked for one hand-in, it unpacks a copy of the files as they were handed in and runs the author's own cells,
one after the other: set-up cells, locked cells and marking cells, all taken from the source. A name that the
author leaves to the trainee is asked for through the parent: plain data comes as a copy, a function as a
stand-in that sends plain arguments and gets plain results.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import linecache
import math
import os
import symtable
import sys
import traceback
from collections.abc import Mapping
from typing import Any

from hanoikit.exercise import trial
from hanoikit.exercise.trial import NotPlain, canonical, copied
from hanoikit.exercise.verdict import Mark, NoCredit
from hanoikit.grading.trusted.outputs import VERDICT, Collector, Stream
from hanoikit.grading.trusted.parcel import unpack
from hanoikit.grading.trusted.plain import sound
from hanoikit.grading.trusted.wire import Channel
from hanoikit.i18n import _

NEEDS_LIVE = "needs-live-objects"
"""The problem of a test that asks for more than plain data."""
_BUILTIN = set(dir(builtins))
_MOST_SHOWN = 100_000


class NeedsLiveObjects(BaseException):
    """A test wants an object of the trainee's itself; no ``except Exception`` of the test's catches it."""


class DistantError(Exception):
    """An error of the trainee's own kind, raised in the trainee's process."""


def prepare() -> None:
    """In the zygote: load what marks need."""
    from hanoikit.convention import cite
    from hanoikit.exercise import ask, mark, sheet  # noqa: F401

    with contextlib.suppress(Exception):
        cite("2(a)").html()


def serve(channel: Channel) -> None:
    """Obey the parent until it closes the channel."""
    from hanoikit.exercise.book import BOOK

    BOOK.forget()
    bench = Bench(channel)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    while True:
        order = channel.receive()
        if order["do"] == "files":
            unpack(order, channel)
            continue
        for cell in order["cells"]:
            match cell["role"]:
                case "theirs":
                    bench.leave_to_trainee(cell["source"])
                case "ours":
                    bench.run(cell["n"], cell["source"])
                case "mark":
                    verdict, outputs = bench.mark(cell)
                    channel.send({"verdict": verdict, "outputs": outputs, "grade_id": cell["grade_id"]})
        channel.send({"done": True})


class Trainee:
    """The trainee's process, as far as the author's tests can reach it."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """One question through the parent."""
        self._channel.send({"ask": question})
        return self._channel.receive()

    def tell(self, what: dict[str, Any]) -> None:
        """Something for the parent to note."""
        self._channel.send({"note": what})

    def names(self, names: list[str]) -> dict[str, Any]:
        """What these names stand for."""
        found = self.ask({"do": "names", "names": names}).get("names")
        return found if isinstance(found, dict) else {}

    def call(self, name: str, positional: Any, named: Any, seconds: float) -> dict[str, Any]:
        """The answer to one call."""
        return self.ask({"do": "call", "name": name, "arguments": [positional, named], "seconds": seconds})


class StandIn:
    """A trainee's function as the author's tests see it."""

    def __init__(self, name: str, trainee: Trainee) -> None:
        self.__name__ = self.__qualname__ = name
        self._trainee = trainee

    def result(self, arguments: Any, seconds: float) -> Any:
        """For ``mark.function``: canonical arguments, canonical result."""
        empty = ["dict", []]
        pair = (["tuple", []], arguments) if arguments[0] == "dict" else (arguments, empty)
        answer = self._trainee.call(self.__name__, *pair, seconds)
        if "returned" in answer:
            return sound(answer["returned"])
        if answer.get("slow"):
            raise trial.TooSlow
        if "not_plain" in answer:
            raise NotPlain(str(answer["not_plain"])[:200])
        if "raised" in answer:
            name, text = _error_of(answer)
            raise trial.Stopped(f"{name}: {text}".rstrip(": "))
        if "dead" in answer:
            raise trial.Stopped(_("the end of the whole program"))
        raise trial.Stopped(_("no answer"))

    def __call__(self, *positional: Any, **named: Any) -> Any:
        """For tests that call it as it is."""
        try:
            given = (canonical(positional), canonical(named))
        except NotPlain as error:
            raise NeedsLiveObjects(_("an argument of {name}: {why}").format(name=self.__name__, why=error)) from None
        answer = self._trainee.call(self.__name__, *given, 0)
        if isinstance(answer.get("printed"), str):
            sys.stdout.write(answer["printed"])
        if "returned" in answer:
            if "changed" in answer:
                _change(positional, copied(sound(answer["changed"])))
            return copied(sound(answer["returned"]))
        if "raised" in answer:
            raise _raised(answer)
        if answer.get("slow"):
            raise TimeoutError(_("{name} took too long").format(name=self.__name__))
        if "not_plain" in answer:
            raise NeedsLiveObjects(
                _("the result of {name}: {why}").format(name=self.__name__, why=str(answer["not_plain"])[:200])
            )
        raise DistantError(_("{name} ended the whole program").format(name=self.__name__))

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"


def _error_of(answer: Mapping[str, Any]) -> tuple[str, str]:
    names = answer.get("raised")
    name = str(names[0])[:100] if isinstance(names, list) and names else "Exception"
    return name, str(answer.get("message") or "")[:200]


def _raised(answer: Mapping[str, Any]) -> Exception:
    """An error of the nearest built-in kind."""
    names = answer.get("raised")
    text = str(answer.get("message") or "")[:500]
    for name in names if isinstance(names, list) else []:
        kind = getattr(builtins, str(name), None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            try:
                return kind(text)
            except TypeError:
                continue
    return DistantError(f"{_error_of(answer)[0]}: {text}")


def _change(given: tuple[Any, ...], changed: Any) -> None:
    """Lists, dictionaries and sets that the function changed in place are changed here too."""
    for old, new in zip(given, changed, strict=False):
        if type(old) is not type(new):
            continue
        if isinstance(old, list):
            old[:] = new
        elif isinstance(old, dict | set):
            old.clear()
            old.update(new)


class Namespace(dict[str, Any]):
    """The names of the tests. A test that takes a trainee's function away, or puts it back, does so there too."""

    trainee: Trainee | None = None

    def __delitem__(self, name: str) -> None:
        if isinstance(self.get(name), StandIn) and self.trainee is not None:
            self.trainee.ask({"do": "bind", "name": name, "value": None})
        super().__delitem__(name)

    def __setitem__(self, name: str, value: Any) -> None:
        if isinstance(value, StandIn) and self.trainee is not None and value.__name__ == name and name not in self:
            self.trainee.ask({"do": "bind", "name": name, "value": True})
        super().__setitem__(name, value)


class Bench:
    """One hand-in on the judge's bench."""

    def __init__(self, channel: Channel) -> None:
        self.trainee = Trainee(channel)
        self.names: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        self.theirs: set[str] = set()
        self.kept: set[str] = set()
        self.lent: set[str] = set()
        trial.functions_from(self._function)
        self.out, self.err = Stream("stdout"), Stream("stderr")
        sys.stdout, sys.stderr = self.out, self.err

    def leave_to_trainee(self, source: str) -> None:
        """The author's solution cell: its names come from the trainee, its imports from here."""
        try:
            tree = ast.parse(_without_magics(source))
            table = symtable.symtable(_without_magics(source), "<cell>", "exec")
        except (SyntaxError, ValueError):
            return
        imported: set[str] = set()
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                imported |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
                with contextlib.suppress(Exception):
                    exec(compile(ast.Module([node], []), "<cell>", "exec"), self.names)
        bound = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
        self.theirs |= bound - imported - self.kept

    def run(self, number: int, source: str) -> None:
        """A cell of the author's that gives no marks: set-up, helpers, a question's control."""
        source = _without_magics(source)
        self.out.collector = self.err.collector = Collector(0)
        try:
            tree = ast.parse(source)
        except SyntaxError:
            return
        for node in tree.body:
            # Whatever the author defines here is the author's, even if this cell should fail half way.
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                self.kept.add(node.name)
        try:
            if not self._lend(tree):
                exec(compile(tree, f"<author {number + 1}>", "exec"), self.names)
        except (Exception, NeedsLiveObjects, SystemExit) as error:
            # Often meant to: a cell that shows what the trainee's function does. What it was to define is
            # missing then, and the test that needs it says so.
            self.trainee.tell({"author_cell": number, "error": f"{type(error).__name__}: {error}"[:300]})
        finally:
            self._take_back(tree)

    def mark(self, cell: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """A marking cell: its verdict as data, and what it showed."""
        question, out_of = str(cell["grade_id"]), float(cell["points"])
        collector = self.out.collector = self.err.collector = Collector(_MOST_SHOWN)
        source = _without_magics(cell["source"])
        try:
            value = self._value(source, f"<test {question}>")
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

    def _value(self, source: str, name: str) -> Any:
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        tree = ast.parse(source, name)
        what = self._lend(tree)
        if what:
            raise NeedsLiveObjects(what)
        try:
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            places = Namespace(self.names)
            places.trainee = self.trainee
            mixed = _Both(self.names, places)
            exec(compile(tree, name, "exec"), self.names, mixed)
            if last is None:
                return None
            assert isinstance(last, ast.Expr)
            return eval(compile(ast.Expression(last.value), name, "eval"), self.names, mixed)
        finally:
            self._take_back(tree)

    def _lend(self, tree: ast.Module) -> str:
        """Bring in what the code needs of the trainee's; says what cannot be brought, or nothing."""
        loaded, bound = _names_in(tree)
        unknown = loaded - bound - self.names.keys() - _BUILTIN
        wanted = sorted(((loaded & self.theirs) | unknown) - self.kept)
        if not wanted:
            return ""
        found = self.trainee.names(wanted)
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

    def _take_back(self, tree: ast.Module) -> None:
        bound = _names_in(tree)[1]
        for name in self.lent:
            if name not in bound or isinstance(self.names.get(name), StandIn):
                self.names.pop(name, None)
        for name in bound - self.lent:
            if name in self.names:
                self.theirs.discard(name)
        self.lent.clear()

    def _function(self, name: str) -> Any:
        """For ``mark.function``: the trainee's function of this name."""
        about = self.trainee.names([name]).get(name)
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
            collector.add({"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None})
            return verdict, collector.finished()
        reason = _("Every test passed.")
        return _verdict(question, out_of, out_of, reason), collector.finished()


class _Both(dict[str, Any]):
    """Names at a test's top level: kept in the one dictionary that functions see, watched on the way."""

    def __init__(self, real: dict[str, Any], watch: Namespace) -> None:
        super().__init__()
        self._real, self._watch = real, watch

    def __getitem__(self, name: str) -> Any:
        return self._real[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._watch[name] = value
        self._real[name] = value

    def __delitem__(self, name: str) -> None:
        del self._watch[name]
        del self._real[name]


def _names_in(tree: ast.Module) -> tuple[set[str], set[str]]:
    """Names that the code reads, and names that it binds, anywhere in it."""
    loaded: set[str] = set()
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (bound if isinstance(node.ctx, ast.Store) else loaded).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
    return loaded, bound


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


def _without_magics(source: str) -> str:
    """The author's cell as plain Python: a line magic does nothing for a test."""
    if source.startswith("%%"):
        return ""
    lines = []
    for line in source.split("\n"):
        bare = line.lstrip()
        lines.append(line[: len(line) - len(bare)] + "pass" if bare.startswith(("%", "!")) else line)
    return "\n".join(lines)
