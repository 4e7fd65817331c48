"""A cell's text as code that can be run.

>>> bodies, last = compiled("x = 2\nx + 1", "<cell 1>", shell.transform_cell)
>>> len(bodies), last is not None
(1, True)
"""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Callable
from types import CodeType

from hanoikit.syntax import parsed

_SPECIAL = re.compile(r"^\s*(?:%|!|\?|[\w.]+\?{1,2}\s*$)|=\s*[%!]|\?\?*\s*$", re.MULTILINE)
_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_STATEMENT = re.compile(
    r"(?:def|class|if|for|while|with|try|async|return|assert|raise|del|global|nonlocal|pass|import|from)\b"
    r"|[A-Za-z_][\w.]*\s*(?:=(?!=)|(?:[-+*/%&|^@]|//|\*\*|<<|>>)=)"
)
Code = tuple[tuple[CodeType, ...], CodeType | None]
"""All but the last line, and the last line if it is a value."""


def compiled(source: str, name: str, transform: Callable[[str], str]) -> Code:
    """A cell as code; its last line apart, when that is a value to show. ``transform`` makes Python of a cell with
    magics. Raises :class:`SyntaxError` for what is no Python.
    """
    if source.startswith("%%") or _SPECIAL.search(source):
        source = transform(source)
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    found = in_two(source, name)
    if found is not None:
        return found
    tree = parsed(source, name)
    last: ast.Expression | None = None
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";"):
        last = ast.Expression(tree.body.pop().value)  # type: ignore[attr-defined]
    return (
        (compile(tree, name, "exec", _FLAGS),) if tree.body else (),
        compile(last, name, "eval", _FLAGS) if last is not None else None,
    )


def in_two(source: str, name: str) -> Code | None:
    """The same without a tree, which is most of the work; None where that cannot be told from the text.

    Cut before the last line that begins at the margin. When both parts are whole by themselves, the second is the
    last statement, or all of it is one. Else (a string or a bracket over several lines, an ``else``) the tree says it.
    """
    cut = len(source)
    for line in reversed(source.splitlines(keepends=True)):
        cut -= len(line)
        if line[0] not in " \t\r\n\f\v#)]}":
            break
    else:
        return None
    head, tail = source[:cut], source[cut:]
    if not tail or "__future__" in head or ";" in tail or "\f" in source:
        return None
    padded = "\n" * head.count("\n") + tail
    try:
        first = (compile(head, name, "exec", _FLAGS),) if head.strip() else ()
        if _STATEMENT.match(tail):
            return (*first, compile(padded, name, "exec", _FLAGS)), None
        return first, compile(padded, name, "eval", _FLAGS)
    except SyntaxError:
        return None
