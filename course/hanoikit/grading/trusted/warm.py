"""What is imported before the first hand-in, so that no hand-in pays for it.

>>> imports_of(["import plotly.graph_objects as go\\nfrom pandas import DataFrame"])
['pandas', 'plotly.graph_objects']

A library is imported only when the author's notebook imports it; a few need one throw-away use before they
are fast. Names are taken from the author's text, never from a hand-in.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from hanoikit.syntax import parsed


def imports_of(texts: Iterable[str]) -> list[str]:
    """The modules that these cells import, sorted; cells that are not plain Python give what can be read."""
    found: set[str] = set()
    for text in texts:
        for node in _nodes(text):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
                found.update(
                    f"{node.module}.{alias.name}"
                    for alias in node.names
                    if node.module.startswith("hanoikit")
                )
    return sorted(found)


def _nodes(text: str) -> Iterable[ast.AST]:
    try:
        return list(ast.walk(parsed(text)))
    except (SyntaxError, ValueError, RecursionError):
        nodes: list[ast.AST] = []
        for line in text.splitlines():
            if line.startswith(("import ", "from ")):
                with contextlib.suppress(SyntaxError, ValueError):
                    nodes += ast.walk(parsed(line))
        return nodes


def warm(modules: Sequence[str]) -> list[str]:
    """Import and warm the modules; those that could be had."""
    had = []
    for name in modules:
        try:
            with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
                _get(name)
        except BaseException:
            continue  # not there: the cell itself will say so
        had.append(name)
    for top, use in _USES.items():
        if top in sys.modules:
            with contextlib.suppress(Exception):
                use()
    return had


_BROUGHT = (("/custody/case.jsonld", "hanoikit.casework.handed_in", "hanoikit.evidence.standby"),)
"""The end of a file's name, the module of the marking that examines such files, and the module whose ``load`` makes the
next ones quick. It takes seconds, so it is done when the first hand-in brings such a file."""


def called_for(files: Iterable[str], modules: Sequence[str]) -> list[str]:
    """What :func:`load` should load before hand-ins with files of these names are marked."""
    names = tuple(files)
    return [
        what
        for end, needed, what in _BROUGHT
        if needed in modules and any(name.endswith(end) for name in names)
    ]


def load(names: Sequence[str]) -> None:
    """Load what :func:`called_for` named; whatever fails is loaded by whoever needs it, as ever."""
    for name in {what for _end, _needed, what in _BROUGHT}.intersection(names):
        with contextlib.suppress(Exception):
            importlib.import_module(name).load()


def _get(name: str) -> None:
    """Import a module, or what stands under this name in one of the kit's: that may import its home only now."""
    top, _dot, rest = name.rpartition(".")
    if top.startswith("hanoikit") and importlib.util.find_spec(top) is not None:
        module = importlib.import_module(top)
        if hasattr(module, rest):
            return
    importlib.import_module(name)


def _plotly() -> None:
    import plotly.graph_objects as go

    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4]))
    figure.update_layout(title="warm")
    figure._repr_mimebundle_()


def _pandas() -> None:
    import pandas

    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    frame.groupby("b").a.sum()
    repr(frame)
    frame._repr_html_()


def _ipywidgets() -> None:
    import ipywidgets

    ipywidgets.VBox([ipywidgets.Text(description="warm"), ipywidgets.Button(description="warm")])


def _capstone() -> None:
    from hanoikit.capstone.plan import plan, scenario

    plan()
    for short in (True, False):
        scenario(short=short, alone=True)


_USES: dict[str, Callable[[], None]] = {
    "plotly": _plotly,
    "pandas": _pandas,
    "ipywidgets": _ipywidgets,
    "hanoikit.capstone.handed_in": _capstone,
}
