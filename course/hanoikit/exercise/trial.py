"""Trying a trainee's function on cases, and asking independent programs for their verdict.

>>> judgement, state = judge_function("double", [((2,), 4)], namespace={"double": lambda n: 2 * n})
>>> judgement.share
1.0

What a function returns is turned into plain data of exact types before it is compared, so that no object of
the trainee's own takes part in the comparison. This limits accidents and simple tricks; it does not replace a
process boundary. Where the marking engine draws one, it names a way to reach the function behind it with
:func:`functions_from`; no object of the trainee's then exists in this process.
"""

from __future__ import annotations

import contextlib
import io
import json
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from hanoikit.errors import HanoiKitError, QuestionInvalid, ToolMissing
from hanoikit.exercise.judge import Detail, Judgement
from hanoikit.exercise.notebook import user_namespace
from hanoikit.i18n import _

_DEEPEST = 60
_LONGEST = 2_000_000


class NotPlain(ValueError):
    """A value is not plain data."""


class TooSlow(BaseException):
    """Raised inside a trainee's call when its time is over; no ``except Exception`` catches it."""


class Stopped(Exception):
    """A call in another process ended with an error; the text is ``Name: message``."""


@runtime_checkable
class Distant(Protocol):
    """A trainee's function that runs in another process."""

    def result(self, arguments: Any, seconds: float) -> Any:
        """The canonical result for canonical arguments; raises NotPlain, TooSlow or Stopped."""


_lookup: Callable[[str], Any] | None = None


def functions_from(lookup: Callable[[str], Any] | None) -> None:
    """From now on, ask ``lookup`` for a trainee's function: a :class:`Distant`, None if there is none, or
    something else if the name is no function. None: look into the notebook's own namespace again.
    """
    global _lookup
    _lookup = lookup


def canonical(value: Any, depth: int = 0) -> Any:
    """The value as tagged plain lists that compare only by exact type and content; raises NotPlain."""
    kind = type(value)
    if depth > _DEEPEST:
        raise NotPlain(_("it is nested too deeply"))
    if kind in (bool, int, str) or value is None:
        return [kind.__name__, value]
    if kind is float:
        return ["float", value.hex()]
    if kind is bytes:
        return ["bytes", value.hex()]
    if kind in (list, tuple):
        return [kind.__name__, [canonical(item, depth + 1) for item in value]]
    if kind is dict:
        pairs = [[canonical(key, depth + 1), canonical(item, depth + 1)] for key, item in value.items()]
        return ["dict", sorted(pairs, key=lambda pair: json.dumps(pair[0]))]
    if kind in (set, frozenset):
        return [kind.__name__, sorted((canonical(item, depth + 1) for item in value), key=json.dumps)]
    raise NotPlain(_("it holds an object of the type {type}").format(type=kind.__name__[:60]))


def copied(canon: Any) -> Any:
    """A fresh value from its canonical form."""
    tag, content = canon
    if tag == "float":
        return float.fromhex(content)
    if tag == "bytes":
        return bytes.fromhex(content)
    if tag == "dict":
        return {copied(key): copied(item) for key, item in content}
    if tag in _SEQUENCES:
        return _SEQUENCES[tag](copied(item) for item in content)
    return content


_SEQUENCES: dict[str, Callable[[Iterator[Any]], Any]] = {
    "list": list,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
}


def same(one: Any, other: Any, tolerance: float = 0.0) -> bool:
    """Whether two canonical values are the same; floats may differ by ``tolerance``."""
    if tolerance and one[0] == other[0] == "float":
        return bool(abs(float.fromhex(one[1]) - float.fromhex(other[1])) <= tolerance)
    if one[0] != other[0]:
        return False
    if one[0] in {"list", "tuple"}:
        return len(one[1]) == len(other[1]) and all(map(lambda a, b: same(a, b, tolerance), one[1], other[1]))
    if one[0] == "dict":
        return len(one[1]) == len(other[1]) and all(
            a[0] == b[0] and same(a[1], b[1], tolerance) for a, b in zip(one[1], other[1], strict=True)
        )
    return bool(one[1] == other[1])


def judge_function(
    name: str,
    cases: Sequence[tuple[Any, Any]],
    *,
    namespace: Mapping[str, Any] | None = None,
    seconds: float = 2.0,
    tolerance: float = 0.0,
    why: str = "",
) -> tuple[Judgement, str]:
    """Run the function on every case; returns the judgement and a state (``"unanswered"`` when there is no
    function)."""
    if not cases:
        raise QuestionInvalid(_("A code question needs at least one case."))
    prepared = [_prepare(arguments, expected) for arguments, expected in cases]
    function = _function(name, namespace)
    if function is None:
        return Judgement(0.0, _("There is no function {name}.").format(name=name)), "unanswered"
    if not (callable(function) or isinstance(function, Distant)):
        return Judgement(0.0, _("{name} is not a function.").format(name=name)), "malformed"
    details = []
    for number, (arguments, expected) in enumerate(prepared, start=1):
        problem = _try_case(function, arguments, expected, seconds, tolerance)
        part = _("case {n}").format(n=number)
        details.append(Detail(part, not problem, problem or _("returned what was expected.")))
    passed = sum(1 for detail in details if detail.right)
    reason = _("{passed} of {all} cases are right.").format(passed=passed, all=len(details))
    return Judgement(passed / len(details), f"{reason} {why}".strip(), tuple(details)), ""


def _function(name: str, namespace: Mapping[str, Any] | None) -> Any:
    if namespace is None and _lookup is not None:
        return _lookup(name)
    return (user_namespace() if namespace is None else namespace).get(name)


def _prepare(arguments: Any, expected: Any) -> tuple[Any, Any]:
    try:
        return canonical(arguments if type(arguments) is dict else tuple(arguments)), canonical(expected)
    except (NotPlain, TypeError) as error:
        raise QuestionInvalid(
            _("A case of a code question must be plain data: {why}.").format(why=error)
        ) from error


def _try_case(
    function: Callable[..., Any] | Distant, arguments: Any, expected: Any, seconds: float, tolerance: float
) -> str:
    try:
        if isinstance(function, Distant):
            result = function.result(arguments, seconds)
        else:
            result = called(function, arguments, seconds)
    except TooSlow:
        return _("took longer than {seconds} seconds.").format(seconds=f"{seconds:g}")
    except NotPlain as error:
        return _("did not return plain data: {why}.").format(why=error)
    except Stopped as error:
        return _("stopped with {error}.").format(error=" ".join(str(error)[:200].split()))
    except BaseException as error:  # SystemExit and the like fail their case and nothing else
        return _("stopped with {error}.").format(error=_one_line(error))
    return "" if same(result, expected, tolerance) else _("returned something else.")


def called(function: Callable[..., Any], arguments: Any, seconds: float) -> Any:
    """The canonical result of a call with canonical arguments."""
    given = copied(arguments)
    # Reading the result happens under the same limit: a container can be endless too.
    return within(lambda: canonical(function(**given) if type(given) is dict else function(*given)), seconds)


def _one_line(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:
        text = ""
    return " ".join(f"{type(error).__name__}: {text}"[:200].split()).rstrip(":")


def within(call: Callable[[], Any], seconds: float) -> Any:
    """The call's result, with its output swallowed; raises TooSlow after ``seconds`` of wall time."""
    with contextlib.redirect_stdout(_Swallow()), contextlib.redirect_stderr(_Swallow()):
        if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
            with _alarm(seconds):
                return call()
        return _in_thread(call, seconds)


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(_number: int, _frame: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, ring)
    # It rings again and again, for code that swallows the first ring in an ``except:``.
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _in_thread(call: Callable[[], Any], seconds: float) -> Any:
    # No alarm here (Windows, or not the main thread): the thread is left behind when its time is over.
    outcome: list[tuple[bool, Any]] = []

    def run() -> None:
        try:
            outcome.append((True, call()))
        except BaseException as error:
            outcome.append((False, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise TooSlow
    good, result = outcome[0]
    if not good:
        raise result
    return result


class _Swallow(io.TextIOBase):
    """Takes output and keeps none, however much there is."""

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        return len(text)


def judge_verdicts(verdict: Any, *, why: str = "") -> tuple[Judgement, str]:
    """Judge by what independent programs say; returns the judgement and a state."""
    wanted = verdict if isinstance(verdict, Mapping) else {"": verdict}
    details: list[Detail] = []
    absent = True
    for label, given in wanted.items():
        try:
            with contextlib.redirect_stdout(_Swallow()), contextlib.redirect_stderr(_Swallow()):
                said = given() if callable(given) else given
            right = said.accepted is True
            program = str(said.program)
            text = _("{program} accepts it.") if right else _("{program} rejects it: {output}")
            detail = Detail(label or program, right, text.format(program=program, output=_short(said.output)))
            absent = False
        except FileNotFoundError as error:
            name = error.filename if isinstance(error.filename, str) else ""
            detail = Detail(
                label, False, _("There is nothing to examine: {name} is missing.").format(name=name)
            )
        except ToolMissing as error:
            detail = Detail(label, False, _("This cannot be marked here: {why}").format(why=error))
            absent = False
        except HanoiKitError as error:
            detail = Detail(label, False, _("Not accepted: {why}").format(why=_short(error.explain())))
            absent = False
        except Exception as error:
            detail = Detail(label, False, _("This cannot be marked: {why}").format(why=_one_line(error)))
            absent = False
        details.append(detail)
    share = sum(1 for detail in details if detail.right) / len(details) if details else 0.0
    reason = " ".join(part for part in (*(d.text for d in details if not d.right), why) if part)
    return Judgement(share, reason or _("Accepted."), tuple(details)), "unanswered" if absent else ""


def _short(output: object) -> str:
    text = str(output).strip()
    return text if len(text) <= 600 else text[:600] + " …"
