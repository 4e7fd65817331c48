"""Plain data at the wall: what came out of a trainee's process is checked, piece by piece, before it counts.

>>> sound(["list", [["int", 1], ["str", "a"]]])
['list', [['int', 1], ['str', 'a']]]

The form is that of ``hanoikit.exercise.trial``: ``[type name, content]``, with exact types. Whatever is not
exactly that form raises :class:`~hanoikit.exercise.trial.NotPlain`.
"""

from __future__ import annotations

import re
from typing import Any

from hanoikit.exercise.trial import NotPlain
from hanoikit.i18n import _

MOST_PARTS = 200_000
_DEEPEST = 70
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


def sound(value: Any) -> Any:
    """The value itself, when it is canonical data; raises :class:`NotPlain`."""
    budget = [MOST_PARTS]
    _check(value, 0, budget)
    return value


def _check(value: Any, depth: int, budget: list[int]) -> None:
    budget[0] -= 1
    if budget[0] < 0 or depth > _DEEPEST:
        raise NotPlain(_("it is too large"))
    if type(value) is not list or len(value) != 2 or type(value[0]) is not str:
        raise NotPlain(_("it is malformed"))
    tag, content = value
    if tag == "NoneType" and content is None:
        return
    if (tag == "bool" and type(content) is bool) or (tag == "int" and type(content) is int):
        return
    if tag == "str" and type(content) is str:
        return
    if tag == "bytes" and type(content) is str and _HEX.fullmatch(content):
        return
    if tag == "float" and type(content) is str and _is_float(content):
        return
    if tag in ("list", "tuple", "set", "frozenset") and type(content) is list:
        for item in content:
            _check(item, depth + 1, budget)
        return
    if tag == "dict" and type(content) is list:
        for pair in content:
            if type(pair) is not list or len(pair) != 2:
                raise NotPlain(_("it is malformed"))
            _check(pair[0], depth + 1, budget)
            _check(pair[1], depth + 1, budget)
        return
    raise NotPlain(_("it is malformed"))


def _is_float(text: str) -> bool:
    if len(text) > 40:
        return False
    try:
        float.fromhex(text)
    except (ValueError, OverflowError):
        return False
    return True
