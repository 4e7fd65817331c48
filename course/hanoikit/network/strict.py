"""Reading what a stranger sent: JSON without its traps, of a size and depth that cannot hurt.

>>> load(b'{"kind":"extension"}')
{'kind': 'extension'}
>>> load(b'{"to":"XA","to":"XB"}')
Traceback (most recent call last):
...
hanoikit.errors.MessageUnreadable: The message cannot be read. Ask the sender to send it again.

Refused: a member written twice (two readers would read two messages), ``NaN`` and every other number that is not a
whole one within 2**53-1, halves of characters, more than 64 KiB, and more than sixteen levels.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from hanoikit.errors import Finding, MessageUnreadable
from hanoikit.i18n import _

MAX_BYTES = 64 * 1024
MAX_DEPTH = 16
LARGEST = 2**53 - 1


def load(data: bytes | str, *, limit: int = MAX_BYTES) -> Any:
    """The value of strict JSON. Raises ``MessageUnreadable`` with the reason as its finding."""
    size = len(data) if isinstance(data, bytes) else len(data) * 4
    if size > limit and (isinstance(data, bytes) or len(data.encode("utf-8", "surrogatepass")) > limit):
        message = _("It has more than {limit} bytes. Long material travels as an evidence package.")
        raise unreadable("too-large", message.format(limit=limit))
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        value = json.loads(
            text,
            object_pairs_hook=_once,
            parse_constant=_no_constant,
            parse_float=_no_float,
            parse_int=_whole,
        )
        _refuse_depth_and_halves(value, MAX_DEPTH)
    except _Trap as trap:
        raise unreadable(trap.code, str(trap)) from None
    except RecursionError:
        raise unreadable("too-deep", _("It is nested too deeply.")) from None
    except ValueError:
        raise unreadable("no-json", _("It is no JSON in UTF-8.")) from None
    return value


def unreadable(code: str, message: str, *more: Finding) -> MessageUnreadable:
    """The error for bytes that are no message, with its finding."""
    return MessageUnreadable(
        _("The message cannot be read."),
        next_step=_("Ask the sender to send it again."),
        findings=(Finding(code, message, "", ("40(14)",)), *more),
    )


class _Trap(ValueError):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Trap("written-twice", _("A member is written twice in it."))
    return value


def _no_constant(_text: str) -> NoReturn:
    raise _Trap("no-number", _("It holds a number that is none (NaN or infinity)."))


def _no_float(_text: str) -> NoReturn:
    raise _Trap("no-number", _("It holds a number that is not whole."))


def _whole(text: str) -> int:
    if len(text) > 17 or abs(value := int(text)) > LARGEST:
        raise _Trap("no-number", _("It holds a number that is too large."))
    return value


def _refuse_depth_and_halves(value: Any, depth: int) -> None:
    if depth < 0:
        raise _Trap("too-deep", _("It is nested too deeply."))
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise _Trap("half-character", _("It holds half of a character (a lone surrogate)."))
    elif isinstance(value, dict):
        for name, member in value.items():
            _refuse_depth_and_halves(name, depth)
            _refuse_depth_and_halves(member, depth - 1)
    elif isinstance(value, list):
        for member in value:
            _refuse_depth_and_halves(member, depth - 1)
