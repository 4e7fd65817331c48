"""Do the author keys of a case question fit what its control offers? Gates, narrowing and confidence.

>>> list(unfitting(asked, marked))
[('key-unknown', "the key 'e' is no part of the control.")]

Only what is written out is looked at; a key that a cell works out is checked when it marks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hanoikit.build.calls import Call

Found = Iterator[tuple[str, str]]


def unfitting(asked: Call, mark: Call) -> Found:
    """Code and message of everything in the key that the control does not have."""
    check = {"gates": _gates, "narrow": _narrow, "confidence": _confidence}.get(mark.kind)
    if check is not None:
        yield from check(asked, mark)


def _names(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, (list, tuple, set, frozenset, dict)) else []


def _unknown(names: Any, known: Mapping[str, Any] | None, what: str) -> Found:
    for name in _names(names):
        if known is not None and name not in known:
            yield "key-unknown", f"the key {name!r} is no {what} of the control."


def _gates(asked: Call, mark: Call) -> Found:
    rows, facts, decisions = asked.offered("rows"), asked.offered("facts"), asked.offered("decisions")
    key = mark.keywords.get("key")
    if not isinstance(key, dict):
        return
    yield from _unknown(key, rows, "row")
    for row in rows or ():
        if row not in key:
            yield "key-missing", f"the row {row!r} of the control has no key."
    for row, wanted in key.items():
        if not isinstance(wanted, dict):
            continue
        known = decisions
        if decisions is not None and any(isinstance(those, dict) for those in decisions.values()):
            own = decisions.get(row)
            known = own if isinstance(own, dict) else None
        yield from _unknown(wanted.get("decision"), known, f"decision in the row {row!r}")
        for name in ("carry", "bear"):
            yield from _unknown(wanted.get(name), facts, "fact")


def _narrow(asked: Call, mark: Call) -> Found:
    parts = asked.offered("parts")
    for name in ("needed", "excess"):
        yield from _unknown(mark.keywords.get(name), parts, "part")


def _confidence(asked: Call, mark: Call) -> Found:
    statements, key = asked.offered("statements"), mark.keywords.get("key")
    yield from _unknown(key, statements, "statement")
    for name in statements or ():
        if isinstance(key, dict) and name not in key:
            yield "key-missing", f"the statement {name!r} of the control has no key."
