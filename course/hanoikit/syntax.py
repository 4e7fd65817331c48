"""Python text as a syntax tree, in any thread.

>>> from hanoikit.syntax import parsed
>>> [type(node).__name__ for node in parsed("x = 2").body]
['Assign']

Before Python 3.11.8 and 3.12.2, making a tree counts its depth in one place for all threads. When another thread makes
one in the middle of it (the garbage collector may hand over), :func:`ast.parse` raises :class:`SystemError`
("AST constructor recursion depth mismatch", CPython issue 106905) for text that is in order.
"""

from __future__ import annotations

import ast
import threading

_ONE_AT_A_TIME = threading.RLock()
_TRIES = 20
"""Other libraries parse without the lock; that they cross this often in a row does not happen by chance."""


def parsed(source: str, name: str = "<unknown>") -> ast.Module:
    """The tree of ``source``, as :func:`ast.parse` makes it; raises what that raises for what is no Python."""
    with _ONE_AT_A_TIME:
        for _ in range(_TRIES - 1):
            try:
                return ast.parse(source, name)
            except SystemError:
                continue
        return ast.parse(source, name)
