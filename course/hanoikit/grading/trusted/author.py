"""The author's cells, read once for all hand-ins: compiled, with the names that each reads and binds.

>>> cell = Prepared.of("assert squares(2) == [1, 4]", "<test q1>")
>>> sorted(cell.loaded), cell.last is None
(['squares'], True)
"""

from __future__ import annotations

import ast
import linecache
import symtable
from dataclasses import dataclass
from types import CodeType

from hanoikit.syntax import parsed


@dataclass(frozen=True, slots=True)
class Prepared:
    """One cell of the author's, ready to run."""

    body: CodeType | None
    last: CodeType | None
    """The last line, where it is an expression."""
    loaded: frozenset[str]
    """Names that it reads anywhere."""
    bound: frozenset[str]
    """Names that it binds anywhere."""
    top: frozenset[str]
    """Names that it binds for the cells after it."""
    defined: frozenset[str]
    """Functions and classes among these."""
    imports: CodeType | None
    """Its imports alone."""
    imported: frozenset[str]

    @classmethod
    def of(cls, source: str, name: str) -> Prepared:
        """Read a cell; raises :class:`SyntaxError` for what is no Python."""
        source = without_magics(source)
        tree = parsed(source, name)
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        loaded, bound = names_in(tree)
        table = symtable.symtable(source, name, "exec")
        top = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
        imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        defined = {
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        }
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        return cls(
            body=compile(tree, name, "exec") if tree.body else None,
            last=compile(ast.Expression(last.value), name, "eval") if isinstance(last, ast.Expr) else None,
            loaded=frozenset(loaded),
            bound=frozenset(bound),
            top=frozenset(top),
            defined=frozenset(defined),
            imports=compile(ast.Module(list(imports), []), name, "exec") if imports else None,
            imported=frozenset(
                alias.asname or alias.name.partition(".")[0] for node in imports for alias in node.names
            ),
        )


_CACHE: dict[tuple[str, str], Prepared] = {}


def prepared(source: str, name: str) -> Prepared:
    """The cell, from an earlier reading where there was one; raises :class:`SyntaxError`."""
    found = _CACHE.get((source, name))
    if found is None:
        found = _CACHE[source, name] = Prepared.of(source, name)
    return found


def forget(source: str, name: str) -> None:
    """Keep nothing of a cell that was read."""
    _CACHE.pop((source, name), None)
    linecache.cache.pop(name, None)


def names_in(tree: ast.Module) -> tuple[set[str], set[str]]:
    """Names that the code reads, and names that it binds, anywhere in it."""
    loaded: set[str] = set()
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (bound if isinstance(node.ctx, ast.Store) else loaded).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
    return loaded, bound


def without_magics(source: str) -> str:
    """The author's cell as plain Python: a line magic does nothing for a test."""
    if source.startswith("%%"):
        return ""
    if "%" not in source and "!" not in source:
        return source
    lines = []
    for line in source.split("\n"):
        bare = line.lstrip()
        lines.append(line[: len(line) - len(bare)] + "pass" if bare.startswith(("%", "!")) else line)
    return "\n".join(lines)
