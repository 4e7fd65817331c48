"""A trainee's functions and values as the author's tests see them: stand-ins, and copies of plain data.

>>> StandIn("squares", trainee)(3)
[1, 4, 9]

The call goes as plain data through the parent to the trainee's process; an error there is raised here as the
nearest built-in kind. What a function prints is printed here, and a list that it changes is changed here.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping
from typing import Any

from hanoikit.exercise import trial
from hanoikit.exercise.trial import NotPlain, canonical, copied
from hanoikit.grading.trusted.plain import sound
from hanoikit.grading.trusted.wire import Channel
from hanoikit.i18n import _


class NeedsLiveObjects(BaseException):
    """A test wants an object of the trainee's itself; no ``except Exception`` of the test's catches it."""


class DistantError(Exception):
    """An error of the trainee's own kind, raised in the trainee's process."""


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
        answer = self._trainee.call(self.__name__, pair[0], pair[1], seconds)
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
            raise NeedsLiveObjects(
                _("an argument of {name}: {why}").format(name=self.__name__, why=error)
            ) from None
        answer = self._trainee.call(self.__name__, given[0], given[1], 0)
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
                _("the result of {name}: {why}").format(
                    name=self.__name__, why=str(answer["not_plain"])[:200]
                )
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
        if (
            isinstance(value, StandIn)
            and self.trainee is not None
            and value.__name__ == name
            and name not in self
        ):
            self.trainee.ask({"do": "bind", "name": name, "value": True})
        super().__setitem__(name, value)


class Watched(dict[str, Any]):
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
