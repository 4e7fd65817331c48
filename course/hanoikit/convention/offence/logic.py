"""Yes, no and open: the three values of a fact, and how they combine.

>>> every([True, None]), every([None, False]), some([False, None]), some([None, True])
(None, False, None, True)

``True`` is shown, ``False`` is excluded, ``None`` is open. What combines open values stays open unless the others
decide (S. C. Kleene's strong three-valued logic). So a result that is not open stays as it is, whatever the open
facts turn out to be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Truth = bool | None
Formula = str | Mapping[str, Any]
"""A fact's key, or ``{"all": [...]}``, ``{"any": [...]}``, ``{"not": ...}``."""


def every(values: Iterable[Truth]) -> Truth:
    """``False`` if one is, else ``None`` if one is open, else ``True``."""
    seen = list(values)
    return False if False in seen else None if None in seen else True


def some(values: Iterable[Truth]) -> Truth:
    """``True`` if one is, else ``None`` if one is open, else ``False``."""
    seen = list(values)
    return True if True in seen else None if None in seen else False


def opposite(value: Truth) -> Truth:
    """What is open stays open."""
    return None if value is None else not value


def evaluate(formula: Formula, value_of: Callable[[str], Truth]) -> Truth:
    """The value of a formula, given the value of each fact that it names."""
    if isinstance(formula, str):
        return value_of(formula)
    ((operator, below),) = formula.items()
    if operator == "not":
        return opposite(evaluate(below, value_of))
    parts = (evaluate(part, value_of) for part in below)
    return every(parts) if operator == "all" else some(parts)


def facts_in(formula: Formula) -> Iterator[str]:
    """Every fact that a formula names, in reading order."""
    if isinstance(formula, str):
        yield formula
        return
    ((_operator, below),) = formula.items()
    for part in [below] if isinstance(below, str | Mapping) else below:
        yield from facts_in(part)
