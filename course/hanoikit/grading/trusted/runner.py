"""The side of the wall where trainees' cells run. Nothing that is said here is believed.

Forked for one hand-in, it unpacks the files, runs the cells it is given one after the other, calls functions
when it is asked to, and describes variables. Cells run as Python, with IPython at hand for magics, ``display``
and rich results. Its time is watched here as a courtesy, so that one slow cell costs only itself; the parent
watches as well, and ends the whole process.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import linecache
import os
import random
import socket
import sys
import traceback
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hanoikit.exercise.trial import NotPlain, TooSlow, canonical, copied
from hanoikit.grading.trusted.compiling import Code, compiled
from hanoikit.grading.trusted.outputs import Collector, Stream
from hanoikit.grading.trusted.parcel import unpack
from hanoikit.grading.trusted.wire import Channel

_DUMB = (int, float, complex, str, bytes, bool, type(None))
_PRINTED = 20_000
PATIENCE = 3.0
"""As the parent's; see ``session``."""
_LEAST = 0.05
_counter = -1
_signal: Any = importlib.import_module("_signal")  # below ``signal``; see ``_alarm``
_shell: Any = None
_workshop: Workshop | None = None
_READ: dict[tuple[str, str], Code] = {}
"""Cells of the released notebook, compiled."""


class CellTimeout(BaseException):
    """A cell took too long; no ``except Exception`` of the cell's catches it."""


def prepare() -> None:
    """In the stem: everything that can be made ready before there is an assignment."""
    global _shell, _workshop
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

    history: Any = HistoryManager
    history.enabled = False
    _shell = InteractiveShell.instance()
    _shell.system = _shell.system_raw  # the usual one wants a terminal
    _shell.colors = "NoColor" if hasattr(_shell, "colors") else ""
    _shell.display_formatter.format([1])
    _shell.transform_cell("%time 1\n")
    _workshop = Workshop()
    with contextlib.suppress(Exception):
        rehearse(_workshop)
    with contextlib.suppress(Exception):
        from hanoikit.convention import provision
        from hanoikit.exercise import answer, ask, check  # noqa: F401

        provision("2(a)")  # an answer that names a provision is looked up in all of them


def read(cells: Sequence[Mapping[str, Any]]) -> None:
    """In the zygote: the cells of the released notebook; most hand-ins have most of them as they were."""
    for cell in cells:
        with contextlib.suppress(Exception):
            _READ[cell["source"], _name(cell["n"])] = compiled(
                cell["source"], _name(cell["n"]), _shell.transform_cell
            )


def serve(channel: Channel) -> None:
    """Obey the parent until it closes the channel."""
    assert _workshop is not None
    workshop = _workshop
    workshop.open()
    sys.path.insert(0, "")  # files that were handed in can be imported, as in Jupyter
    channel.send({"in": True})  # what goes wrong from here on is the hand-in's doing
    while True:
        _obey(workshop, channel.receive(), channel)


def _obey(workshop: Workshop, order: Mapping[str, Any], channel: Channel) -> None:
    match order["do"]:
        case "files":
            unpack(order, channel)
        case "run":
            wanted = order["cells"]
            for index, cell in enumerate(wanted, start=1):
                outputs, failed = workshop.run(
                    cell["n"], cell["source"], seconds=order["seconds"], most=order["most"]
                )
                answer: dict[str, Any] = {"n": cell["n"], "outputs": outputs, "failed": failed}
                if workshop.late:
                    answer["late"] = True
                if index == len(wanted) and order["names"]:
                    answer["names"] = workshop.describe(order["names"])
                channel.send(answer)
            if not wanted:
                channel.send({"names": workshop.describe(order["names"])})
        case "call":
            channel.send(workshop.call(order["name"], order["arguments"], order["seconds"]))
        case "names":
            channel.send({"names": workshop.describe(order["names"])})
        case "bind":
            channel.send({"bound": workshop.bind(order["name"], order["value"])})


_TURNS = 12
_TRIFLES = (
    "def trifle(n):\n    if n < 1:\n        raise ValueError('no')\n    return [i**2 for i in range(1, n + 1)]\n",
    "number = 3\nprint(f'{number:.1f}', {'a': (1, 'b')})\ntrifle(number)",
    "sum(trifle(2))",
    "trifle(0)",
)


def rehearse(workshop: Workshop) -> None:
    """Run a trifle of our own as a hand-in would be run.

    Python learns from it (kinds of operands, places of attributes), and what it has learned here no hand-in has
    to learn again, in pages of memory that would first have to be copied for it.
    """
    ours, theirs = (Channel(end) for end in socket.socketpair())
    names = dict(workshop.namespace)
    calls = [["tuple", [["int", number]]] for number in (2, 0)]
    with workshop.streams():
        for _turn in range(_TURNS):
            cells = [{"n": -1 - place, "source": text} for place, text in enumerate(_TRIFLES)]
            ours.send(
                {"do": "run", "cells": cells, "names": ["trifle", "number"], "seconds": 9, "most": 9999}
            )
            _obey(workshop, theirs.receive(), theirs)
            for call in calls:
                arguments = [call, ["dict", []]]
                ours.send({"do": "call", "name": "trifle", "arguments": arguments, "seconds": 9})
                _obey(workshop, theirs.receive(), theirs)
            for _answer in range(len(cells) + len(calls)):
                ours.receive(seconds=9)
    ours.close()
    theirs.close()
    for place in range(len(_TRIFLES)):
        linecache.cache.pop(_name(-1 - place), None)
    workshop.namespace.clear()
    workshop.namespace.update(names)


class Workshop:
    """One notebook's namespace and what shows in it."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = _shell.user_ns
        self.out, self.err = Stream("stdout"), Stream("stderr")
        self._stashed: dict[str, Any] = {}
        self._displayed: dict[str, dict[str, Any]] = {}
        self._collector = Collector(0)
        self._below = -1
        self.late = False
        _shell.display_pub = _Publisher(self)
        _shell.displayhook = self._show

    def open(self) -> None:
        """In the child: take the streams over, and make chance the same for everybody."""
        self._begin()
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(self._below, 1)
        os.dup2(self._below, 2)
        random.seed(0)
        if "numpy" in sys.modules:
            with contextlib.suppress(Exception):
                sys.modules["numpy"].random.seed(0)

    def _begin(self) -> None:
        global _counter
        with contextlib.suppress(OSError):
            _counter = os.open("/proc/self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
        self._below = os.memfd_create("output")
        sys.stdout, sys.stderr = self.out, self.err
        sys.displayhook = self._show

    @contextlib.contextmanager
    def streams(self) -> Iterator[None]:
        """Take the streams over for a while."""
        global _counter
        before = sys.stdout, sys.stderr, sys.displayhook
        self._begin()
        try:
            yield
        finally:
            sys.stdout, sys.stderr, sys.displayhook = before
            os.close(self._below)
            if _counter >= 0:
                os.close(_counter)
            self._below = _counter = -1

    def run(
        self, number: int, source: str, *, seconds: float, most: int
    ) -> tuple[list[dict[str, Any]], bool]:
        """Run one cell; its outputs, and whether it failed."""
        collector = self._collector = self.out.collector = self.err.collector = Collector(most)
        failed = self.late = False
        try:
            with _alarm(seconds):
                self._execute(source, _name(number))
        except CellTimeout:
            failed = self.late = True
            text = f"the cell took longer than {seconds:g} seconds"
            collector.left = max(collector.left, 1000)
            collector.add(_error("CellTimeoutError", text, [f"CellTimeoutError: {text}"]))
        except BaseException as error:
            failed = True
            collector.left = max(collector.left, 20_000)
            collector.add(_described(error, seconds))
        self._read_below(collector)
        return collector.finished(), failed

    def _execute(self, source: str, name: str) -> None:
        bodies, last = _READ.get((source, name)) or compiled(source, name, _shell.transform_cell)
        for body in bodies:
            self._evaluate(body)
        if last is not None:
            self._show(self._evaluate(last))

    def _evaluate(self, code: types.CodeType) -> Any:
        result = eval(code, self.namespace)
        if code.co_flags & inspect.CO_COROUTINE:
            return asyncio.run(result)
        return result

    def _show(self, value: Any = None) -> None:
        """A cell's last value, as IPython shows it."""
        if value is None:
            return
        text = repr(value) if type(value) in _DUMB else _short(value)
        if text:
            data: dict[str, Any] = {"text/plain": text}
        else:
            data, _metadata = _shell.display_formatter.format(value)
        self.namespace["_"] = value
        if data:
            self._collector.add(
                {
                    "output_type": "execute_result",
                    "data": _json(data),
                    "metadata": {},
                    "execution_count": None,
                }
            )

    def _read_below(self, collector: Collector) -> None:
        """What programs wrote below Python, as ``!ls`` does."""
        size = os.fstat(self._below).st_size
        if size:
            data = os.pread(self._below, min(size, collector.left + 1), 0)
            collector.write("stdout", data.decode("utf-8", "replace"))
            os.ftruncate(self._below, 0)
            os.lseek(self._below, 0, os.SEEK_SET)

    def publish(self, data: Mapping[str, Any], *, update: bool, transient: Mapping[str, Any]) -> None:
        """What ``display`` shows."""
        identity = str(transient.get("display_id", ""))
        if update:
            if identity in self._displayed:
                self._displayed[identity]["data"] = _json(data)
            return
        output = {"output_type": "display_data", "data": _json(data), "metadata": {}}
        self._collector.add(output)
        if identity:
            self._displayed[identity] = output

    def clear(self) -> None:
        """What ``clear_output`` does."""
        self._collector.clear()

    def call(self, name: str, arguments: Any, seconds: float) -> dict[str, Any]:
        """Call a function of the notebook with plain arguments; the answer is plain too."""
        function = self.namespace.get(name)
        if not callable(function):
            return {"missing": name not in self.namespace}
        printed = self.out.collector = self.err.collector = Collector(_PRINTED)
        positional, named = (copied(part) for part in arguments)
        before = arguments[0]
        answer: dict[str, Any]
        try:
            with _alarm(seconds, TooSlow):
                result = function(*positional, **named)
                answer = {"returned": canonical(result)}
                changed = _plain_or_none(positional)
                if changed is not None and changed != before:
                    answer["changed"] = changed
        except TooSlow:
            answer = {"slow": True}
        except NotPlain as error:
            answer = {"not_plain": str(error)}
        except BaseException as error:
            answer = {"raised": _names_of(error), "message": _text_of(error, seconds)}
        text = "".join(
            part for output in printed.outputs if output["name"] == "stdout" for part in output["text"]
        )
        if text:
            answer["printed"] = text
        return answer

    def describe(self, names: list[str]) -> dict[str, Any]:
        """What each name stands for: plain data, a function, something else, or nothing."""
        return {name: self._describe(name) for name in names}

    def _describe(self, name: str) -> dict[str, Any]:
        if name not in self.namespace:
            return {"missing": True}
        value = self.namespace[name]
        if isinstance(value, type | types.ModuleType):
            return {"opaque": "type" if isinstance(value, type) else "module"}
        try:
            with _alarm(2.0, TooSlow):
                return {"plain": canonical(value)}
        except NotPlain:
            return {"function": True} if callable(value) else {"opaque": type(value).__name__[:60]}
        except BaseException:
            return {"opaque": "unreadable"}

    def bind(self, name: str, value: Any) -> bool:
        """Take a name away for a while (``None``) or put it back (``True``): tests do so on purpose."""
        if value is None and name in self.namespace:
            self._stashed[name] = self.namespace.pop(name)
        elif value is True and name in self._stashed:
            self.namespace[name] = self._stashed.pop(name)
        else:
            return False
        return True


_ONE_LINE = 70
_ITEMS = 40


def _short(value: Any) -> str:
    """A small list, tuple or dictionary of plain things as IPython shows it in one line; else nothing."""
    kind = type(value)
    if kind not in (list, tuple, dict) or len(value) > _ITEMS:
        return ""
    for item in (*value, *value.values()) if kind is dict else value:
        if type(item) not in _DUMB:
            return ""
    text = repr(value)
    return text if len(text) <= _ONE_LINE else ""


def _name(number: int) -> str:
    return f"<cell {number + 1}>"


class _Publisher:
    """Stands for IPython's publisher of displayed things."""

    is_publishing = False

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def publish(
        self,
        data: Mapping[str, Any],
        metadata: Any = None,
        source: Any = None,
        *,
        transient: Mapping[str, Any] | None = None,
        update: bool = False,
        **_more: Any,
    ) -> None:
        self._workshop.publish(data, update=update, transient=transient or {})

    def clear_output(self, wait: bool = False) -> None:
        self._workshop.clear()

    def set_parent(self, parent: Any) -> None:
        return None


class _alarm:
    """A time limit for a block; rings again and again, for code that swallows the first ring.

    On a busy machine a process that is ready waits for a processor; that time is added to the limit, up to
    three times the limit. By the bare functions below ``signal``: its own cost as much as a small cell.
    """

    def __init__(self, seconds: float, what: type[BaseException] = CellTimeout) -> None:
        self._seconds, self._what = seconds, what

    def __enter__(self) -> None:
        started, given = _waited(), 0.0

        def ring(_number: int, _frame: object) -> None:
            nonlocal given
            more = min(_waited() - started, PATIENCE * self._seconds) - given
            if more > _LEAST:
                given += more
                _signal.setitimer(_signal.ITIMER_REAL, more, 0.2)
                return
            raise self._what

        self._before = _signal.signal(_signal.SIGALRM, ring)
        _signal.setitimer(_signal.ITIMER_REAL, self._seconds, 0.2)

    def __exit__(self, *_error: object) -> None:
        _signal.setitimer(_signal.ITIMER_REAL, 0)
        _signal.signal(_signal.SIGALRM, self._before)


def _waited() -> float:
    """Seconds in which this process was ready and had no processor; 0 where the kernel does not count."""
    try:
        return int(os.pread(_counter, 100, 0).split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def _plain_or_none(value: Any) -> Any:
    try:
        return canonical(value)
    except NotPlain:
        return None


def _names_of(error: BaseException) -> list[str]:
    """The error's class and those it derives from, nearest first."""
    return [kind.__name__[:100] for kind in type(error).__mro__[:12]]


def _text_of(error: BaseException, seconds: float) -> str:
    try:
        with _alarm(min(seconds, 1.0), TooSlow):
            return str(error)[:500]
    except BaseException:
        return ""


def _described(error: BaseException, seconds: float) -> dict[str, Any]:
    name, text = type(error).__name__[:200], _text_of(error, seconds)
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    try:
        with _alarm(2.0, TooSlow):
            limited = traceback.TracebackException(type(error), error, trace, limit=40, compact=True)
            lines = "".join(limited.format()).splitlines()
    except BaseException:
        lines = [f"{name}: {text}"]
    return _error(name, text, [line[:500] for line in lines[-100:]])


def _error(name: str, text: str, lines: list[str]) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": lines}


def _json(data: Mapping[str, Any]) -> dict[str, Any]:
    """A bundle with bytes as base64, as notebooks keep them."""
    import base64
    import json

    made: dict[str, Any] = {}
    for mime, value in data.items():
        if isinstance(value, bytes):
            value = base64.b64encode(value).decode()
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError, RecursionError):
            value = str(value)[:1000]
        made[str(mime)] = value
    return made
