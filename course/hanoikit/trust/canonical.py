"""One value, one sequence of bytes: canonical JSON, so that a signature covers what was meant and nothing
else.

>>> canonical({"b": 1, "a": ["x", None, True]})
b'{"a":["x",null,true],"b":1}'

This is RFC 8785 (JSON Canonicalization Scheme) for the data that the kit signs: objects with
ASCII names, strings, whole numbers, booleans, null and arrays. Floating-point numbers are refused, because
two programs print them differently; larger numbers than 2**53-1 too, because a JavaScript reader would
round them (RFC 8785, 3.2.2.3).
"""

from __future__ import annotations

import json
from typing import Any

from hanoikit.errors import UsageError

_LARGEST = 2**53 - 1
_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def canonical(value: Any) -> bytes:
    """The canonical JSON of ``value`` in UTF-8.

    Raises ``UsageError`` for what has no canonical form here: floats, numbers over 2**53-1, names of
    members that are not ASCII strings, text with half of a surrogate pair, other types.
    """
    _refuse_what_has_no_form(value)
    try:
        return _encoder.encode(value).encode()
    except UnicodeEncodeError as error:
        raise UsageError("Text to be signed holds half of a character (a lone surrogate).") from error


def is_canonical(text: bytes, value: Any) -> bool:
    """Whether ``text`` is the canonical JSON of ``value``, which was parsed from it.

    Finds what parsing hides: spaces, another order, a member written twice.
    """
    try:
        return _encoder.encode(value).encode() == text
    except (ValueError, TypeError):
        return False


def _refuse_what_has_no_form(value: Any) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise UsageError(f"The number {value} is too large for canonical JSON (over 2**53-1).")
    elif isinstance(value, dict):
        for name, member in value.items():
            if not isinstance(name, str) or not name.isascii():
                raise UsageError(f"The member name {name!r} is not an ASCII string.")
            _refuse_what_has_no_form(member)
    elif isinstance(value, list | tuple):
        for member in value:
            _refuse_what_has_no_form(member)
    else:
        raise UsageError(f"A value of type {type(value).__name__} has no canonical JSON form here.")
